//! From Turtle to nodes.

use std::collections::HashMap;

use oxrdf::vocab::{rdf, xsd};
use oxrdf::{Literal, NamedOrBlankNode, Term, Triple};
use oxttl::TurtleParser;
use serde_json::{Map, Value as Json, json};

use crate::PolicyError;
use crate::names::{Prefixes, SYMBOLON};
use crate::tree::Graph;

/// Bytes of a text.
const MAX_TEXT: usize = 4 << 20;
const MAX_TRIPLES: usize = 50_000;
/// Lists within lists, and all that they hold together.
const MAX_LISTS: usize = 32;

/// The property of a member that has no IRI: its value is the member as JSON. The reader makes the member again, which then refuses.
pub(crate) const MEMBER: &str = "member";
pub(crate) const JSON_LITERAL: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON";

/// Reads a text as a graph.
///
/// # Errors
/// When the text is not Turtle, or too large.
pub(crate) fn graph(text: &str) -> Result<Graph, PolicyError> {
    if text.len() > MAX_TEXT {
        return Err(PolicyError::new("", format!("a Turtle text may have at most {MAX_TEXT} bytes")));
    }
    let mut statements = Statements::default();
    for triple in TurtleParser::new().for_slice(text) {
        let triple = triple.map_err(|error| PolicyError::new("", format!("not valid Turtle: {error}")))?;
        statements.add(triple)?;
    }
    let nodes = statements.nodes()?;
    Ok(Graph::of(nodes, Prefixes::default()))
}

/// The triples of a text, by subject.
#[derive(Default)]
struct Statements {
    count: usize,
    order: Vec<String>,
    of: HashMap<String, Vec<(String, Term)>>,
}

impl Statements {
    fn add(&mut self, triple: Triple) -> Result<(), PolicyError> {
        self.count += 1;
        if self.count > MAX_TRIPLES {
            return Err(PolicyError::new("", format!("a Turtle text may hold at most {MAX_TRIPLES} statements")));
        }
        let subject = match triple.subject {
            NamedOrBlankNode::NamedNode(node) => node.into_string(),
            NamedOrBlankNode::BlankNode(node) => format!("_:{}", node.as_str()),
        };
        if !self.of.contains_key(&subject) {
            self.order.push(subject.clone());
        }
        self.of.entry(subject).or_default().push((triple.predicate.into_string(), triple.object));
        Ok(())
    }

    fn nodes(&self) -> Result<Vec<Json>, PolicyError> {
        let mut budget = MAX_TRIPLES;
        self.order.iter().map(|subject| self.node(subject, &mut budget)).collect()
    }

    fn node(&self, subject: &str, budget: &mut usize) -> Result<Json, PolicyError> {
        let mut members = Map::from_iter([("@id".to_owned(), subject.into())]);
        for (predicate, object) in self.of.get(subject).into_iter().flatten() {
            let value = self.value(object, 0, budget)?;
            let (key, value) = match (predicate.as_str(), predicate.strip_prefix(SYMBOLON), &value) {
                (_, Some(MEMBER), Json::Object(member)) => match member.iter().next() {
                    Some((key, value)) if member.len() == 1 => (key.clone(), value.clone()),
                    Some(_) | None => (predicate.clone(), value),
                },
                (kind, _, _) if kind == rdf::TYPE.as_str() => ("@type".to_owned(), value),
                (_, _, _) => (predicate.clone(), value),
            };
            match members.get_mut(&key) {
                None => {
                    members.insert(key, value);
                }
                Some(known) => *known = [listed_once(known), vec![value]].concat().into(),
            }
        }
        Ok(Json::Object(members))
    }

    fn value(&self, term: &Term, depth: usize, budget: &mut usize) -> Result<Json, PolicyError> {
        *budget = budget.checked_sub(1).filter(|_| depth <= MAX_LISTS).ok_or_else(too_many_lists)?;
        if let Term::Literal(literal) = term {
            return Ok(value_of(literal));
        }
        if let Term::NamedNode(node) = term {
            return Ok(if *node == rdf::NIL { json!({"@list": []}) } else { json!({"@id": node.as_str()}) });
        }
        let Term::BlankNode(node) = term else {
            return Err(PolicyError::new("", "statements about statements have no place in a policy"));
        };
        let name = format!("_:{}", node.as_str());
        match self.first_and_rest(&name) {
            None if !self.of.contains_key(&name) => Ok(json!({})),
            None => Ok(json!({"@id": name})),
            Some(head) => self.list(head, depth, budget),
        }
    }

    fn list(&self, head: (&Term, &Term), depth: usize, budget: &mut usize) -> Result<Json, PolicyError> {
        let mut items = Vec::new();
        let mut next = Some(head);
        while let Some((first, rest)) = next {
            items.push(self.value(first, depth + 1, budget)?);
            next = match rest {
                Term::BlankNode(node) => {
                    Some(self.first_and_rest(&format!("_:{}", node.as_str())).ok_or_else(broken_list)?)
                }
                Term::NamedNode(node) if *node == rdf::NIL => None,
                _ => return Err(broken_list()),
            };
        }
        Ok(json!({"@list": items}))
    }

    /// What a node says that is a link of a list.
    fn first_and_rest(&self, name: &str) -> Option<(&Term, &Term)> {
        let said = self.of.get(name)?;
        let of = |wanted: &str| said.iter().find(|(predicate, _)| predicate == wanted).map(|(_, object)| object);
        of(rdf::FIRST.as_str()).zip(of(rdf::REST.as_str()))
    }
}

fn listed_once(known: &Json) -> Vec<Json> {
    match known {
        Json::Array(values) => values.clone(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => vec![known.clone()],
    }
}

fn value_of(literal: &Literal) -> Json {
    let (text, datatype) = (literal.value(), literal.datatype());
    match literal.language() {
        Some(language) => json!({"@value": text, "@language": language}),
        None if datatype == xsd::STRING => text.into(),
        None if datatype.as_str() == JSON_LITERAL => {
            serde_json::from_str(text).unwrap_or_else(|_| json!({"@value": text, "@type": JSON_LITERAL}))
        }
        None => json!({"@value": text, "@type": datatype.as_str()}),
    }
}

fn too_many_lists() -> PolicyError {
    PolicyError::new("", format!("lists may hold at most {MAX_LISTS} lists within each other and {MAX_TRIPLES} values"))
}

fn broken_list() -> PolicyError {
    PolicyError::new("", "a list does not end with rdf:nil")
}
