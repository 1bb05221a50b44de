//! Canonical JSON as Turtle.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use oxrdf::{Literal, NamedNode};
use serde_json::{Map, Value as Json, json};

use crate::names::{self, ODRL, Prefixes, SYMBOLON};
use crate::read::{FUNCTIONS, RELATIONS};
use crate::turtle::{JSON_LITERAL, MEMBER};

/// The prefixes that a text may use.
const NAMESPACES: &[(&str, &str)] = &[
    ("adm", names::ADM),
    ("cx-policy", names::CATENAX_POLICY),
    ("dct", names::DCT),
    ("dspace", names::DSPACE),
    ("ec", names::EC),
    ("edc", names::EDC),
    ("odrl", ODRL),
    ("rdf", names::RDF),
    ("xsd", names::XSD),
];

/// What kind of node members belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Policy,
    Permission,
    Prohibition,
    Duty,
    Entity,
    Action,
    Constraint,
}

/// What an object of a property is.
#[derive(Clone, Copy)]
enum Object {
    Node(Place),
    Name,
    /// One of these terms of ODRL, or a name that is none.
    Term(&'static [&'static str]),
    Action,
    LeftOperand,
    Value,
}

const POLICY_CLASSES: &[&str] = &["Set", "Offer", "Agreement", "Request", "Ticket", "Assertion", "Privacy"];
const STRATEGIES: &[&str] = &["perm", "prohibit"];
const OPERATORS: &[&str] =
    &["eq", "neq", "lt", "lteq", "gt", "gteq", "isA", "hasPart", "isPartOf", "isAllOf", "isAnyOf", "isNoneOf"];
const COLLECTIONS: &[&str] = &["AssetCollection", "PartyCollection"];

impl Place {
    /// What a member holds here; `None` for one that is not understood here.
    fn object(self, key: &str) -> Option<Object> {
        match self {
            Self::Policy => match key {
                "profile" | "inheritFrom" | "dct:isReplacedBy" | "@id" => Some(Object::Name),
                "conflict" => Some(Object::Term(STRATEGIES)),
                "timestamp" => Some(Object::Value),
                "permission" => Some(Object::Node(Self::Permission)),
                "prohibition" => Some(Object::Node(Self::Prohibition)),
                "obligation" => Some(Object::Node(Self::Duty)),
                _ => qualifier(key),
            },
            Self::Permission if key == "duty" => Some(Object::Node(Self::Duty)),
            Self::Prohibition if key == "remedy" => Some(Object::Node(Self::Duty)),
            Self::Duty if key == "consequence" => Some(Object::Node(Self::Duty)),
            Self::Permission | Self::Prohibition | Self::Duty if key == "@id" => Some(Object::Name),
            Self::Permission | Self::Prohibition | Self::Duty => qualifier(key),
            Self::Entity => match key {
                "@id" | "source" | "partOf" => Some(Object::Name),
                "refinement" => Some(Object::Node(Self::Constraint)),
                _ => None,
            },
            Self::Action => match key {
                "rdf:value" => Some(Object::Action),
                "refinement" => Some(Object::Node(Self::Constraint)),
                _ => None,
            },
            Self::Constraint => match key {
                "@id" | "rightOperandReference" | "dataType" | "unit" => Some(Object::Name),
                "operator" => Some(Object::Term(OPERATORS)),
                "leftOperand" => Some(Object::LeftOperand),
                "rightOperand" | "status" => Some(Object::Value),
                "and" | "or" | "xone" | "andSequence" => Some(Object::Node(Self::Constraint)),
                _ => None,
            },
        }
    }

    /// The classes that are understood here.
    fn classes(self) -> &'static [&'static str] {
        match self {
            Self::Policy => POLICY_CLASSES,
            Self::Entity => COLLECTIONS,
            Self::Permission => &["Permission"],
            Self::Prohibition => &["Prohibition"],
            Self::Duty => &["Duty"],
            Self::Action | Self::Constraint => &[],
        }
    }
}

/// What every rule has.
fn qualifier(key: &str) -> Option<Object> {
    match key {
        "target" | "assigner" | "assignee" => Some(Object::Node(Place::Entity)),
        "action" => Some(Object::Action),
        "constraint" => Some(Object::Node(Place::Constraint)),
        _ if FUNCTIONS.contains(&key) || RELATIONS.contains(&key) => Some(Object::Node(Place::Entity)),
        _ => None,
    }
}

/// A policy as a Turtle document.
pub(super) fn document(policy: &Map<String, Json>) -> String {
    let mut page = Page { prefixes: BTreeSet::new(), text: String::new(), names: Prefixes::default() };
    let id = policy.get("@id").and_then(Json::as_str);
    let (subject, named) = match id.and_then(|id| page.iri(id)) {
        Some(iri) => (iri, true),
        None => ("[]".to_owned(), false),
    };
    page.text.push_str(&subject);
    page.members(policy, Place::Policy, named, 1);
    page.text.push_str(" .\n");
    let declared = page.prefixes.iter().map(|(prefix, namespace)| format!("@prefix {prefix}: <{namespace}> .\n"));
    format!("{}\n{}", declared.collect::<String>(), page.text)
}

struct Page {
    /// The prefixes that the text uses.
    prefixes: BTreeSet<(&'static str, &'static str)>,
    text: String,
    names: Prefixes,
}

impl Page {
    fn members(&mut self, members: &Map<String, Json>, place: Place, named: bool, depth: usize) {
        let mut separator = "";
        for (key, value) in members.iter().filter(|(key, _)| !(named && *key == "@id")) {
            for value in if key == "@type" { each(value) } else { vec![value] } {
                self.text.push_str(separator);
                separator = " ;";
                self.line(depth);
                match place.object(key) {
                    Some(object) => self.pair(key, value, object, depth),
                    None if key == "@type" => self.class(value, place),
                    None => self.foreign(key, value),
                }
            }
        }
    }

    fn line(&mut self, depth: usize) {
        self.text.push('\n');
        self.text.push_str(&"  ".repeat(depth));
    }

    /// A property with its objects.
    fn pair(&mut self, key: &str, value: &Json, object: Object, depth: usize) {
        let (prefix, local) = match key {
            "@id" => ("odrl", "uid"),
            "timestamp" => ("dspace", key),
            _ => key.split_once(':').unwrap_or(("odrl", key)),
        };
        self.prefixes.extend(NAMESPACES.iter().filter(|(known, _)| *known == prefix).copied());
        let _ = write!(self.text, "{prefix}:{local} ");
        let objects = each(value);
        let is_list = value.is_array() && (objects.is_empty() || local == "andSequence");
        let (open, between, close) = if is_list { ("( ", " ", " )") } else { ("", ", ", "") };
        self.text.push_str(open);
        for (index, item) in objects.into_iter().enumerate() {
            self.text.push_str(if index == 0 { "" } else { between });
            self.object(item, object, depth);
        }
        self.text.push_str(close);
    }

    fn object(&mut self, value: &Json, object: Object, depth: usize) {
        let name = value.as_str();
        match (object, name, value) {
            (Object::Node(place), None, Json::Object(members)) => self.node(members, place, depth),
            (Object::Action, None, Json::Object(members)) => match value.get("@id").and_then(Json::as_str) {
                Some(name) => self.object(&name.into(), object, depth),
                None => self.node(members, Place::Action, depth),
            },
            (Object::Term(terms), Some(name), _) if terms.contains(&name) => self.name(&format!("{ODRL}{name}")),
            (Object::Node(_) | Object::Name | Object::Term(_), Some(name), _) => self.name(name),
            (Object::Action, Some(name), _) => self.name(&self.names.action(name)),
            (Object::LeftOperand, Some(name), _) => self.name(&self.names.left_operand(name)),
            (_, _, _) => self.value(value),
        }
    }

    fn node(&mut self, members: &Map<String, Json>, place: Place, depth: usize) {
        self.text.push('[');
        self.members(members, place, false, depth + 1);
        self.line(depth);
        self.text.push(']');
    }

    fn class(&mut self, kind: &Json, place: Place) {
        match kind.as_str().filter(|kind| place.classes().contains(kind)) {
            Some(kind) => {
                self.text.push_str("a ");
                self.name(&format!("{ODRL}{kind}"));
            }
            None => self.foreign("@type", kind),
        }
    }

    /// An IRI where the name is one, otherwise a literal: the reader takes both as names.
    fn name(&mut self, name: &str) {
        let written = self.iri(name).unwrap_or_else(|| Literal::new_simple_literal(name).to_string());
        self.text.push_str(&written);
    }

    fn value(&mut self, value: &Json) {
        let at = |key: &str| value.get(key).and_then(Json::as_str);
        let alone = |count: usize| value.as_object().is_some_and(|members| members.len() == count);
        let written = match (value, at("@value"), at("@id")) {
            (Json::String(text), _, _) => Some(Literal::new_simple_literal(text).to_string()),
            (_, Some(text), None) if alone(2) => match (at("@type"), at("@language")) {
                (Some(kind), None) => {
                    self.iri(kind).map(|kind| format!("{}^^{kind}", Literal::new_simple_literal(text)))
                }
                (None, Some(language)) => {
                    Literal::new_language_tagged_literal(text, language).ok().map(|literal| literal.to_string())
                }
                (_, _) => None,
            },
            (_, None, Some(name)) if alone(1) => self.iri(name),
            (_, _, _) => None,
        };
        let written = written.unwrap_or_else(|| json_literal(value));
        self.text.push_str(&written);
    }

    /// What is not understood. Without an IRI, or with a value that RDF has no term for, it is one literal.
    fn foreign(&mut self, key: &str, value: &Json) {
        let known = self.names.expand(key);
        let predicate = Some(&known).filter(|name| name.contains(':') && *name == key).and_then(|name| self.iri(name));
        if let (Some(predicate), Json::String(text)) = (predicate, value) {
            let _ = write!(self.text, "{predicate} {}", Literal::new_simple_literal(text));
            return;
        }
        let member = json_literal(&json!({ key: value }));
        let _ = write!(self.text, "<{SYMBOLON}{MEMBER}> {member}");
    }

    /// A name as an IRI, shortened where a standard prefix has it; `None` when it is none.
    fn iri(&mut self, name: &str) -> Option<String> {
        let full = self.names.expand(name);
        let node = NamedNode::new(full.as_str()).ok()?;
        for (prefix, namespace) in NAMESPACES {
            if let Some(local) = full.strip_prefix(namespace).filter(|local| is_plain(local)) {
                self.prefixes.insert((prefix, namespace));
                return Some(format!("{prefix}:{local}"));
            }
        }
        Some(node.to_string())
    }
}

fn json_literal(value: &Json) -> String {
    format!("{}^^<{JSON_LITERAL}>", Literal::new_simple_literal(value.to_string()))
}

/// One value or several.
fn each(value: &Json) -> Vec<&Json> {
    match value {
        Json::Array(items) => items.iter().collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => vec![value],
    }
}

/// Letters and digits only, so that a local name needs no escapes.
fn is_plain(local: &str) -> bool {
    local.starts_with(|first: char| first.is_ascii_alphabetic())
        && local.chars().all(|char| char.is_ascii_alphanumeric())
}
