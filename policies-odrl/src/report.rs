//! What became of each rule, as RDF: the compliance report of the draft ODRL formal semantics, in the vocabulary of the FORCE project
//! (`https://w3id.org/force/compliance-report#`).
//!
//! One report per rule, with a premise report for each target, party, action and constraint that the rule names, and a condition report
//! for each of its duties. The vocabulary knows only what is so and what is not. Where a premise is undecided its state is
//! `symbolon:Undecided`, and the rule has the state in which it was taken: a permission is inactive, a prohibition active. Sentences
//! that explain stand in `rdfs:comment`, places in the policy in `symbolon:path`.

use jiff::Timestamp;
use oxrdf::vocab::{rdf, rdfs, xsd};
use oxrdf::{Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, Triple};
use oxttl::TurtleSerializer;

use crate::decision::{Decision, Deontic, RulePath, RuleReport};
use crate::evaluate::{Compared, Condition, Left, Premise, Premised, RulePremises, Truth, premises};
use crate::model::{Constraint, Operator, Policy};
use crate::names::{ODRL, SYMBOLON};
use crate::value::{Typed, Value};
use crate::world::{Request, World};

/// The namespace of the vocabulary.
pub const NAMESPACE: &str = "https://w3id.org/force/compliance-report#";
const DCTERMS: &str = "http://purl.org/dc/terms/";

/// The names that a report needs; it makes none itself.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The IRI of the report. What belongs to it is named by fragments of this.
    pub report: &'a str,
    /// The IRI of the request.
    pub request: &'a str,
    /// The IRI of the rule in the request that asks, where a request has one.
    pub rule_request: Option<&'a str>,
    /// When the report was made.
    pub created: Timestamp,
}

/// The report as triples, in the order of the policy. The decision must be of this policy, request and world.
pub fn triples(
    policy: &Policy,
    request: &Request,
    world: &World,
    decision: &Decision,
    names: Names<'_>,
) -> Vec<Triple> {
    let mut report = Report { names, triples: Vec::new() };
    report.header(policy);
    for rule in premises(policy, request, world) {
        let decided = decision.rules.iter().find(|decided| decided.rule == rule.rule);
        report.rule(&rule, decided);
    }
    report.triples
}

/// The report as Turtle.
pub fn turtle(policy: &Policy, request: &Request, world: &World, decision: &Decision, names: Names<'_>) -> String {
    let prefixes = [
        ("report", NAMESPACE),
        ("odrl", ODRL),
        ("symbolon", SYMBOLON),
        ("dct", DCTERMS),
        ("xsd", "http://www.w3.org/2001/XMLSchema#"),
        ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ];
    let plain = TurtleSerializer::new();
    let with_prefixes =
        prefixes.into_iter().try_fold(plain.clone(), |serializer, (name, iri)| serializer.with_prefix(name, iri));
    let mut writer = with_prefixes.unwrap_or(plain).for_writer(Vec::new());
    for triple in triples(policy, request, world, decision, names) {
        // Writing to memory does not fail.
        let _ = writer.serialize_triple(&triple);
    }
    writer.finish().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

struct Report<'a> {
    names: Names<'a>,
    triples: Vec<Triple>,
}

impl Report<'_> {
    fn header(&mut self, policy: &Policy) {
        let report = self.node("");
        self.is_a(&report, "PolicyReport");
        self.say(&report, &format!("{DCTERMS}created"), time(self.names.created));
        if let Some(id) = &policy.id {
            self.say(&report, &term("policy"), named(id));
        }
        self.say(&report, &term("policyRequest"), named(self.names.request));
    }

    fn rule(&mut self, rule: &RulePremises<'_>, decided: Option<&RuleReport>) {
        let path = rule.rule.to_string();
        let (report, node) = (self.node(""), self.node(&path));
        self.say(&report, &term("ruleReport"), node.clone().into());
        let class = match rule.rule {
            RulePath::Permission(_) => "PermissionReport",
            RulePath::Prohibition(_) => "ProhibitionReport",
            RulePath::Obligation(_) => "DutyReport",
        };
        self.is_a(&node, class);
        self.say(&node, &symbolon("path"), Literal::new_simple_literal(&path).into());
        if let Some(id) = &rule.terms.id {
            self.say(&node, &term("rule"), named(id));
        }
        if let Some(rule_request) = self.names.rule_request
            && rule.obligation.is_none()
        {
            self.say(&node, &term("ruleRequest"), named(rule_request));
        }
        match rule.obligation {
            Some(deontic) => self.deontic(&node, deontic),
            None => self.state(&node, "attemptState", "Attempted"),
        }
        self.premises(&node, &rule.premises);
        for condition in &rule.conditions {
            self.condition(&node, condition);
        }
        let active = decided.is_some_and(|decided| decided.is_taken_as_active());
        self.state(&node, "activationState", if active { "Active" } else { "Inactive" });
        for reason in decided.into_iter().flat_map(|decided| &decided.reasons) {
            self.say(&node, rdfs::COMMENT.as_str(), Literal::new_simple_literal(&reason.sentence).into());
        }
    }

    fn premises(&mut self, of: &NamedOrBlankNode, premises: &[Premise<'_>]) {
        for premise in premises {
            let node = self.node(&premise.path);
            self.say(of, &term("premiseReport"), node.clone().into());
            match &premise.of {
                Premised::Target => self.is_a(&node, "TargetReport"),
                Premised::Party => self.is_a(&node, "PartyReport"),
                Premised::Action => self.is_a(&node, "ActionReport"),
                Premised::Constraint(compared) => self.constraint(&node, compared),
            }
            match premise.truth {
                Truth::True => self.state(&node, "satisfactionState", "Satisfied"),
                Truth::False => self.state(&node, "satisfactionState", "Unsatisfied"),
                Truth::Undecided => {
                    self.say(&node, &term("satisfactionState"), named(&symbolon("Undecided")));
                }
            }
        }
    }

    fn constraint(&mut self, node: &NamedOrBlankNode, compared: &Compared<'_>) {
        self.is_a(node, "ConstraintReport");
        match compared.constraint {
            Constraint::Atomic(atomic) => {
                if let Some(id) = &atomic.id {
                    self.say(node, &term("constraint"), named(id));
                }
                match &compared.left {
                    Left::Time(now) => self.say(node, &term("constraintLeftOperand"), time(*now)),
                    Left::Party(party) => self.say(node, &term("constraintLeftOperand"), named(party)),
                    Left::Values(values) => {
                        for value in values {
                            self.say(node, &term("constraintLeftOperand"), literal(value));
                        }
                    }
                }
                self.say(node, &term("constraintOperator"), operator(&atomic.operator));
                for right in &atomic.right_operands {
                    self.say(node, &term("constraintRightOperand"), literal(right));
                }
                for reference in &atomic.references {
                    self.say(node, &term("constraintRightOperand"), named(reference));
                }
            }
            Constraint::Logical(logical) => {
                if let Some(id) = &logical.id {
                    self.say(node, &term("constraint"), named(id));
                }
                let connective = format!("{ODRL}{}", logical.connective.name());
                self.say(node, &term("constraintLogicalOperand"), named(&connective));
                self.premises(node, &compared.inner);
            }
        }
    }

    fn condition(&mut self, of: &NamedOrBlankNode, condition: &Condition<'_>) {
        let node = self.node(&condition.path);
        self.say(of, &term("conditionReport"), node.clone().into());
        self.is_a(&node, "DutyReport");
        self.say(&node, &symbolon("path"), Literal::new_simple_literal(&condition.path).into());
        if let Some(id) = &condition.duty.terms.id {
            self.say(&node, &term("rule"), named(id));
        }
        self.deontic(&node, condition.deontic);
        let binds = condition.in_force != Truth::False;
        self.state(&node, "activationState", if binds { "Active" } else { "Inactive" });
    }

    fn deontic(&mut self, node: &NamedOrBlankNode, deontic: Deontic) {
        let (performance, state) = match deontic {
            Deontic::Fulfilled => ("Performed", "Fulfilled"),
            Deontic::Violated => ("Unperformed", "Violated"),
            Deontic::NotSet => ("Unknown", "NonSet"),
        };
        self.state(node, "performanceState", performance);
        self.state(node, "deonticState", state);
    }

    /// What is named by a path in the policy; brackets may not stand in an IRI.
    fn node(&self, path: &str) -> NamedOrBlankNode {
        let fragment = path.replace('[', "-").replace(']', "");
        let iri =
            if path.is_empty() { self.names.report.to_owned() } else { format!("{}#{fragment}", self.names.report) };
        match NamedNode::new(iri) {
            Ok(node) => node.into(),
            Err(_) => oxrdf::BlankNode::new_unchecked(blank(&fragment)).into(),
        }
    }

    fn is_a(&mut self, node: &NamedOrBlankNode, class: &str) {
        self.say(node, rdf::TYPE.as_str(), named(&term(class)));
    }

    fn state(&mut self, node: &NamedOrBlankNode, property: &str, state: &str) {
        self.say(node, &term(property), named(&term(state)));
    }

    fn say(&mut self, subject: &NamedOrBlankNode, property: &str, object: Term) {
        let property = NamedNode::new_unchecked(property);
        self.triples.push(Triple::new(subject.clone(), property, object));
    }
}

fn term(name: &str) -> String {
    format!("{NAMESPACE}{name}")
}

fn symbolon(name: &str) -> String {
    format!("{SYMBOLON}{name}")
}

/// A label of a blank node, for reports whose own name is no IRI.
fn blank(fragment: &str) -> String {
    let label = fragment.chars().filter(char::is_ascii_alphanumeric);
    format!("r{}", label.collect::<String>())
}

/// An IRI, or the name as text where it is none.
fn named(name: &str) -> Term {
    NamedNode::new(name).map_or_else(|_| Literal::new_simple_literal(name).into(), Term::from)
}

fn time(at: Timestamp) -> Term {
    Literal::new_typed_literal(at.to_string(), xsd::DATE_TIME).into()
}

fn operator(operator: &Operator) -> Term {
    let name = match operator {
        Operator::Eq => "eq",
        Operator::Neq => "neq",
        Operator::Lt => "lt",
        Operator::Lteq => "lteq",
        Operator::Gt => "gt",
        Operator::Gteq => "gteq",
        Operator::IsA => "isA",
        Operator::HasPart => "hasPart",
        Operator::IsPartOf => "isPartOf",
        Operator::IsAllOf => "isAllOf",
        Operator::IsAnyOf => "isAnyOf",
        Operator::IsNoneOf => "isNoneOf",
        Operator::Unknown(name) => return Literal::new_simple_literal(name).into(),
    };
    named(&format!("{ODRL}{name}"))
}

fn literal(value: &Value) -> Term {
    let typed = |datatype: NamedNodeRef<'_>| Literal::new_typed_literal(value.lexical(), datatype).into();
    match value.typed() {
        Typed::Iri => named(value.lexical()),
        Typed::Number(number) if number.count().is_some() => typed(xsd::INTEGER),
        Typed::Number(_) => typed(xsd::DECIMAL),
        Typed::Moment(_) if value.lexical().contains('T') => typed(xsd::DATE_TIME),
        Typed::Moment(_) => typed(xsd::DATE),
        Typed::Duration(_) => typed(xsd::DURATION),
        Typed::Boolean(_) => typed(xsd::BOOLEAN),
        Typed::Text | Typed::SinceAgreement(_) | Typed::Foreign(_) | Typed::Unread => {
            Literal::new_simple_literal(value.lexical()).into()
        }
    }
}
