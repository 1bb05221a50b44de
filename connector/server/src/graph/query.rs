//! SPARQL from outside: read-only, within bounds of time and size.

use std::io;
use std::time::{Duration, Instant};

use oxigraph::sparql::results::QueryResultsSerializer;
use oxigraph::sparql::{CancellationToken, QueryEvaluationError, QueryResults, SparqlEvaluator};
use oxigraph::store::Store;
use spargebra::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression, PropertyPathExpression};
use spargebra::term::NamedNodePattern;
use spargebra::{Query, SparqlParser};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::GraphError;
use super::formats::{self, Bounded};
use crate::problem::{Kind, Problem};

/// The longest query that is read, in bytes.
const MAX_QUERY: usize = 64 * 1024;
/// Brackets of any kind within each other.
const MAX_NESTING: usize = 64;
/// Parentheses within each other. The parser's work doubles with each `!(`.
const MAX_PARENTHESES: usize = 12;
/// Triple patterns, groups, path steps and operators together. The optimiser cannot be stopped, and compares each pattern
/// with each.
const MAX_PARTS: usize = 150;
/// The parser and the evaluator recurse over the query: enough for all that the bounds above let through.
const STACK: usize = 64 * 1024 * 1024;

/// How much a query may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the request to the last byte of the answer.
    pub time: Duration,
    /// The size of the answer, in bytes.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(10), bytes: 16 * 1024 * 1024 }
    }
}

/// The answer to a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its media type.
    pub content_type: &'static str,
    /// Its body.
    pub body: Vec<u8>,
}

/// Evaluates on a thread of its own, which holds `permit` until it is done. It is told to stop when time is up; the
/// evaluator looks at that whenever it reads a statement.
pub(super) async fn run(
    store: Store,
    sparql: String,
    accept: Option<String>,
    limits: Limits,
    permit: OwnedSemaphorePermit,
) -> Result<Answer, Problem> {
    check_shape(&sparql)?;
    let stop = CancellationToken::new();
    let evaluation = Evaluation { store, deadline: Instant::now() + limits.time, limits, stop: stop.clone() };
    let (reply, answer) = oneshot::channel();
    std::thread::Builder::new()
        .name("sparql".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            drop(reply.send(evaluation.answer(&sparql, accept.as_deref())));
            drop(permit);
        })
        .map_err(Problem::internal)?;
    match tokio::time::timeout(limits.time, answer).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(Problem::internal("a query ended without an answer")),
        Err(_) => {
            stop.cancel();
            Err(out_of_time(limits))
        }
    }
}

/// Whether the query can be asked: its form, what it may do, and its size.
pub(super) async fn check(sparql: String) -> Result<(), Problem> {
    check_shape(&sparql)?;
    let (reply, answer) = oneshot::channel();
    let read = move || drop(reply.send(parse(&sparql).map(|_| ())));
    std::thread::Builder::new().stack_size(STACK).spawn(read).map_err(Problem::internal)?;
    answer.await.unwrap_or_else(|_| Err(Problem::internal("a query was not read")))
}

/// Bounds what the parser has to recurse into, before it does.
fn check_shape(sparql: &str) -> Result<(), Problem> {
    if sparql.len() > MAX_QUERY {
        return Err(too_long(format!("the query has {} bytes, more than {MAX_QUERY}", sparql.len())));
    }
    let parentheses = nesting(sparql, b"(", b")");
    let brackets = nesting(sparql, b"({[", b")}]");
    if parentheses > MAX_PARENTHESES || brackets > MAX_NESTING {
        return Err(too_long(format!(
            "the query has more than {MAX_PARENTHESES} parentheses or {MAX_NESTING} brackets within each other"
        )));
    }
    Ok(())
}

fn nesting(sparql: &str, open: &[u8], close: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in sparql.bytes() {
        if open.contains(&byte) {
            depth += 1;
            deepest = deepest.max(depth);
        } else if close.contains(&byte) {
            depth = depth.saturating_sub(1);
        }
    }
    deepest
}

fn too_long(detail: String) -> Problem {
    Problem::new(Kind::TooLarge, "sparql.query-too-long", detail).with_hint("ask in several queries")
}

struct Evaluation {
    store: Store,
    deadline: Instant,
    limits: Limits,
    stop: CancellationToken,
}

impl Evaluation {
    fn answer(&self, sparql: &str, accept: Option<&str>) -> Result<Answer, Problem> {
        let query = parse(sparql)?;
        let graph = matches!(query, Query::Construct { .. } | Query::Describe { .. });
        // Before the evaluation: whoever asks for an impossible form need not wait.
        let (results_format, graph_format) = match graph {
            true => (None, Some(formats::constructed(accept)?)),
            false => (Some(formats::results(accept)?), None),
        };
        let evaluator = SparqlEvaluator::new().with_cancellation_token(self.stop.clone());
        let mut prepared = evaluator.for_query(query);
        if prepared.dataset().is_default_dataset() {
            prepared.dataset_mut().set_default_graph_as_union();
        }
        let results = prepared.on_store(&self.store).execute().map_err(|e| self.failed(&e))?;
        match (results_format, graph_format) {
            (Some(format), _) => {
                Ok(Answer { content_type: format.media_type(), body: self.write_results(results, format)? })
            }
            (None, Some(format)) => {
                Ok(Answer { content_type: format.media_type(), body: self.write_graph(results, format)? })
            }
            (None, None) => Err(Problem::internal("a query without a form")),
        }
    }

    fn write_results(
        &self,
        results: QueryResults<'_>,
        format: oxigraph::sparql::results::QueryResultsFormat,
    ) -> Result<Vec<u8>, Problem> {
        let serializer = QueryResultsSerializer::from_format(format);
        let written = match results {
            QueryResults::Boolean(value) => serializer.serialize_boolean_to_writer(self.bounded(), value),
            QueryResults::Solutions(solutions) => {
                let variables = solutions.variables().to_vec();
                let mut writer = serializer
                    .serialize_solutions_to_writer(self.bounded(), variables)
                    .map_err(|e| self.not_written(&e))?;
                for solution in solutions {
                    self.check_time()?;
                    let solution = solution.map_err(|e| self.failed(&e))?;
                    writer.serialize(&solution).map_err(|e| self.not_written(&e))?;
                }
                writer.finish()
            }
            QueryResults::Graph(_) => return Err(Problem::internal("a graph where solutions were expected")),
        };
        written.map(|bounded| bounded.bytes).map_err(|e| self.not_written(&e))
    }

    fn write_graph(&self, results: QueryResults<'_>, format: oxigraph::io::RdfFormat) -> Result<Vec<u8>, Problem> {
        let QueryResults::Graph(triples) = results else {
            return Err(Problem::internal("no graph where one was expected"));
        };
        let mut writer = formats::serializer(format)?.for_writer(self.bounded());
        for triple in triples {
            self.check_time()?;
            let triple = triple.map_err(|e| self.failed(&e))?;
            writer.serialize_triple(&triple).map_err(|e| self.not_written(&e))?;
        }
        writer.finish().map(|bounded| bounded.bytes).map_err(|e| self.not_written(&e))
    }

    fn bounded(&self) -> Bounded {
        Bounded { bytes: Vec::new(), limit: self.limits.bytes }
    }

    fn check_time(&self) -> Result<(), Problem> {
        if Instant::now() < self.deadline { Ok(()) } else { Err(out_of_time(self.limits)) }
    }

    fn not_written(&self, error: &io::Error) -> Problem {
        if error.kind() != io::ErrorKind::FileTooLarge {
            return Problem::internal(error);
        }
        let detail = format!("the answer has more than {} bytes", self.limits.bytes);
        Problem::new(Kind::TooLarge, "sparql.result-too-large", detail).with_hint("ask for less, or add a LIMIT")
    }

    fn failed(&self, error: &QueryEvaluationError) -> Problem {
        match error {
            QueryEvaluationError::Cancelled => out_of_time(self.limits),
            QueryEvaluationError::Dataset(_) => GraphError::Engine { detail: error.to_string() }.into(),
            error => Problem::new(Kind::Unprocessable, "sparql.evaluation", error.to_string()),
        }
    }
}

fn out_of_time(limits: Limits) -> Problem {
    let detail = format!("the query was not answered within {} ms", limits.time.as_millis());
    Problem::new(Kind::Unprocessable, "sparql.time", detail).with_hint("narrow the query, or add a LIMIT")
}

fn parse(sparql: &str) -> Result<Query, Problem> {
    let query = match SparqlParser::new().parse_query(sparql) {
        Ok(query) => query,
        Err(_) if SparqlParser::new().parse_update(sparql).is_ok() => {
            let detail = "this is an update; the graph is a projection of the database and can only be read";
            return Err(Problem::bad_request("sparql.update", detail));
        }
        Err(error) => {
            return Err(Problem::bad_request("sparql.syntax", format!("the query cannot be read: {error}")));
        }
    };
    let pattern = match &query {
        Query::Select { pattern, .. }
        | Query::Construct { pattern, .. }
        | Query::Describe { pattern, .. }
        | Query::Ask { pattern, .. } => pattern,
    };
    let mut survey = Survey::default();
    survey.pattern(pattern);
    if let Some(service) = survey.service {
        let detail = format!("the query asks the service {service}; this connector asks nobody else");
        return Err(Problem::bad_request("sparql.service", detail));
    }
    if survey.parts > MAX_PARTS {
        return Err(too_long(format!("the query has {} patterns and operators, more than {MAX_PARTS}", survey.parts)));
    }
    Ok(query)
}

/// What a query consists of.
#[derive(Default)]
struct Survey {
    parts: usize,
    service: Option<NamedNodePattern>,
}

impl Survey {
    fn pattern(&mut self, pattern: &GraphPattern) {
        self.parts += 1;
        match pattern {
            GraphPattern::Service { name, inner, .. } => {
                self.service.get_or_insert_with(|| name.clone());
                self.pattern(inner);
            }
            GraphPattern::Bgp { patterns } => self.parts += patterns.len(),
            GraphPattern::Path { path, .. } => self.path(path),
            GraphPattern::Values { .. } => {}
            GraphPattern::Join { left, right }
            | GraphPattern::Lateral { left, right }
            | GraphPattern::Union { left, right }
            | GraphPattern::Minus { left, right } => self.patterns(left, right),
            GraphPattern::LeftJoin { left, right, expression } => {
                self.patterns(left, right);
                self.expressions(expression);
            }
            GraphPattern::Filter { expr, inner } => {
                self.expression(expr);
                self.pattern(inner);
            }
            GraphPattern::Extend { inner, expression, .. } => {
                self.expression(expression);
                self.pattern(inner);
            }
            GraphPattern::OrderBy { inner, expression } => {
                for OrderExpression::Asc(by) | OrderExpression::Desc(by) in expression {
                    self.expression(by);
                }
                self.pattern(inner);
            }
            GraphPattern::Group { inner, aggregates, .. } => {
                for (_, aggregate) in aggregates {
                    match aggregate {
                        AggregateExpression::CountSolutions { .. } => self.parts += 1,
                        AggregateExpression::FunctionCall { expr, .. } => self.expression(expr),
                    }
                }
                self.pattern(inner);
            }
            GraphPattern::Graph { inner, .. }
            | GraphPattern::Project { inner, .. }
            | GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::Slice { inner, .. } => self.pattern(inner),
        }
    }

    fn patterns(&mut self, left: &GraphPattern, right: &GraphPattern) {
        self.pattern(left);
        self.pattern(right);
    }

    fn path(&mut self, path: &PropertyPathExpression) {
        self.parts += 1;
        match path {
            PropertyPathExpression::NamedNode(_) | PropertyPathExpression::NegatedPropertySet(_) => {}
            PropertyPathExpression::Reverse(path)
            | PropertyPathExpression::ZeroOrMore(path)
            | PropertyPathExpression::OneOrMore(path)
            | PropertyPathExpression::ZeroOrOne(path) => self.path(path),
            PropertyPathExpression::Sequence(one, other) | PropertyPathExpression::Alternative(one, other) => {
                self.path(one);
                self.path(other);
            }
        }
    }

    fn expression(&mut self, expression: &Expression) {
        match expression {
            // Data, not work.
            Expression::NamedNode(_) | Expression::Literal(_) | Expression::Variable(_) | Expression::Bound(_) => {
                return;
            }
            Expression::Exists(pattern) => self.pattern(pattern),
            Expression::UnaryPlus(e) | Expression::UnaryMinus(e) | Expression::Not(e) => self.expression(e),
            Expression::Or(a, b)
            | Expression::And(a, b)
            | Expression::Equal(a, b)
            | Expression::SameTerm(a, b)
            | Expression::Greater(a, b)
            | Expression::GreaterOrEqual(a, b)
            | Expression::Less(a, b)
            | Expression::LessOrEqual(a, b)
            | Expression::Add(a, b)
            | Expression::Subtract(a, b)
            | Expression::Multiply(a, b)
            | Expression::Divide(a, b) => self.expressions([a.as_ref(), b.as_ref()]),
            Expression::If(a, b, c) => self.expressions([a.as_ref(), b.as_ref(), c.as_ref()]),
            Expression::In(e, list) => {
                self.expression(e);
                self.expressions(list);
            }
            Expression::Coalesce(list) | Expression::FunctionCall(_, list) => self.expressions(list),
        }
        self.parts += 1;
    }

    fn expressions<'a>(&mut self, expressions: impl IntoIterator<Item = &'a Expression>) {
        for expression in expressions {
            self.expression(expression);
        }
    }
}
