//! A policy as RDF, straight from its JSON.
//!
//! The quads are those that JSON-LD expansion gives for the policy inside its message: an agreement inside a
//! `ContractAgreementMessage`, any other policy inside a `ContractRequestMessage`, under the DSP 2025-1 context and without a base IRI.
//!
//! As in JSON-LD, a name that is neither a term nor an absolute IRI has no place in RDF: `"leftOperand": "purpose"` or an agreement
//! whose `@id` is `agreement-1` leave no trace. [`unmapped`] lists such members, for whoever signs the quads and has to cover them by
//! other means. Within a policy, `@context`, `@graph`, `@included`, `@nest`, `@reverse` and `@json` literals are not mapped either.

use oxrdf::vocab::{rdf, xsd};
use oxrdf::{BlankNode, Dataset, GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term};
use serde_json::{Map, Value};

use crate::PolicyDocument;
use crate::decimal::Decimal;
use crate::model::PolicyKind;
use crate::names::{DSPACE, ODRL};

/// The quads of a policy, all in one graph. Blank nodes are labelled in the order of the policy, so equal JSON gives equal quads.
///
/// ```
/// use oxrdf::GraphName;
/// use symbolon_policies_odrl::{PolicyDocument, rdf};
///
/// let offer = serde_json::json!({"@id": "urn:example:offer", "@type": "Offer", "permission": [{"action": "use"}]});
/// let offer = PolicyDocument::parse(offer).unwrap();
/// assert_eq!(rdf::to_dataset(&offer, GraphName::DefaultGraph).len(), 3);
/// ```
pub fn to_dataset(document: &PolicyDocument, graph: GraphName) -> Dataset {
    Mapping::of(document, graph).dataset
}

/// Paths of the members that leave no trace in [`to_dataset`], for example `permission[0].constraint[0].leftOperand`.
pub fn unmapped(document: &PolicyDocument) -> Vec<String> {
    Mapping::of(document, GraphName::DefaultGraph).unmapped
}

/// How the context reads a plain string.
#[derive(Clone, Copy)]
enum Coercion {
    /// A literal.
    Literal,
    /// `"@type": "@id"`
    Id,
    /// `"@type": "@vocab"`
    Vocabulary,
}

/// The properties that the ODRL profile of the DSP context defines as more than literals.
fn coercion(term: &str) -> Coercion {
    match term {
        "profile" | "hasPolicy" | "target" | "assignee" | "assigner" | "permission" | "prohibition" | "obligation"
        | "duty" | "constraint" | "providerPid" | "consumerPid" | "offer" | "agreement" => Coercion::Id,
        "action" | "operator" | "leftOperand" => Coercion::Vocabulary,
        _ => Coercion::Literal,
    }
}

/// The terms of the ODRL profile of the DSP context.
const ODRL_TERMS: &[&str] = &[
    "Policy",
    "Rule",
    "profile",
    "prohibit",
    "Agreement",
    "Assertion",
    "Offer",
    "Set",
    "Asset",
    "hasPolicy",
    "target",
    "assignee",
    "assigner",
    "Action",
    "action",
    "Permission",
    "permission",
    "Prohibition",
    "prohibition",
    "obligation",
    "use",
    "Duty",
    "duty",
    "Constraint",
    "constraint",
    "Operator",
    "operator",
    "RightOperand",
    "rightOperand",
    "LeftOperand",
    "leftOperand",
    "eq",
    "gt",
    "gteq",
    "lt",
    "lteq",
    "neq",
    "isA",
    "hasPart",
    "isPartOf",
    "isAllOf",
    "isAnyOf",
    "isNoneOf",
    "or",
    "xone",
    "and",
    "andSequence",
];

/// The terms of the DSP context that are valid everywhere.
const DSPACE_TERMS: &[&str] = &[
    "DatasetRequestMessage",
    "CatalogRequestMessage",
    "CatalogError",
    "ContractRequestMessage",
    "ContractOfferMessage",
    "ContractAgreementMessage",
    "ContractAgreementVerificationMessage",
    "ContractNegotiationEventMessage",
    "ContractNegotiationTerminationMessage",
    "ContractNegotiation",
    "ContractNegotiationError",
    "TransferRequestMessage",
    "TransferStartMessage",
    "TransferCompletionMessage",
    "TransferTerminationMessage",
    "TransferSuspensionMessage",
    "TransferError",
    "DataAddress",
    "EndpointProperty",
    "TransferProcess",
    "VersionsError",
    "CatalogService",
    "ACCEPTED",
    "FINALIZED",
    "REQUESTED",
    "STARTED",
    "COMPLETED",
    "SUSPENDED",
    "TERMINATED",
    "OFFERED",
    "AGREED",
    "VERIFIED",
    "providerPid",
    "consumerPid",
];

const DCAT: &str = "http://www.w3.org/ns/dcat#";
const DCAT_TERMS: &[&str] = &["Catalog", "Dataset", "DataService", "Distribution"];

const PREFIXES: &[(&str, &str)] = &[
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
    ("dct", "http://purl.org/dc/terms/"),
    ("dcat", DCAT),
    ("odrl", ODRL),
    ("dspace", DSPACE),
];

struct Mapping {
    graph: GraphName,
    /// The terms of the message around the policy.
    message_terms: &'static [&'static str],
    dataset: Dataset,
    blank_nodes: u64,
    unmapped: Vec<String>,
}

impl Mapping {
    fn of(document: &PolicyDocument, graph: GraphName) -> Self {
        let message_terms: &[&str] = match document.policy().kind {
            PolicyKind::Agreement => &["agreement", "timestamp"],
            PolicyKind::Set
            | PolicyKind::Offer
            | PolicyKind::Request
            | PolicyKind::Ticket
            | PolicyKind::Assertion
            | PolicyKind::Privacy => &["offer", "callbackAddress"],
        };
        let mut mapping = Self { graph, message_terms, dataset: Dataset::new(), blank_nodes: 0, unmapped: Vec::new() };
        if let Value::Object(members) = document.json() {
            mapping.node(members, "");
        }
        mapping
    }

    /// `None` for a node whose name is no IRI: nothing can be said about it, only about the nodes within.
    fn node(&mut self, members: &Map<String, Value>, path: &str) -> Option<NamedOrBlankNode> {
        let subject = match members.get("@id") {
            None => Some(self.blank_node()),
            Some(id) => id.as_str().and_then(|id| self.resource(id, Coercion::Id)),
        };
        if subject.is_none() {
            self.unmapped.push(joined(path, "@id"));
        }
        for (key, value) in members {
            let path = joined(path, key);
            match key.as_str() {
                "@id" | "@index" => {}
                "@type" => self.types(subject.as_ref(), value, &path),
                key => match self.named_node(key, true) {
                    Some(predicate) => {
                        self.values(subject.as_ref(), &predicate, value, coercion(self.plain(key)), &path)
                    }
                    None => self.unmapped.push(path),
                },
            }
        }
        subject
    }

    fn types(&mut self, subject: Option<&NamedOrBlankNode>, types: &Value, path: &str) {
        for (kind, path) in listed(types, path) {
            match kind.as_str().and_then(|kind| self.resource(kind, Coercion::Vocabulary)) {
                Some(kind) => self.add(subject, &rdf::TYPE.into_owned(), Some(kind.into())),
                None => self.unmapped.push(path),
            }
        }
    }

    fn values(
        &mut self,
        subject: Option<&NamedOrBlankNode>,
        predicate: &NamedNode,
        values: &Value,
        coercion: Coercion,
        path: &str,
    ) {
        for (value, path) in listed(values, path) {
            let object = self.object(value, coercion, &path);
            self.add(subject, predicate, object);
        }
    }

    fn object(&mut self, value: &Value, coercion: Coercion, path: &str) -> Option<Term> {
        let object = match (value, coercion) {
            (Value::String(text), Coercion::Literal) => Some(Literal::new_simple_literal(text).into()),
            (Value::String(name), Coercion::Id | Coercion::Vocabulary) => self.resource(name, coercion).map(Term::from),
            (Value::Number(_) | Value::Bool(_), _) => literal(value, None).map(Term::from),
            (Value::Object(members), _) if members.contains_key("@value") => self.value_object(members).map(Term::from),
            (Value::Object(members), _) if members.contains_key("@list") => {
                return Some(self.list(members.get("@list").unwrap_or(&Value::Null), coercion, path));
            }
            (Value::Object(members), _) => return self.node(members, path).map(Term::from),
            (Value::Null | Value::Array(_), _) => None,
        };
        if object.is_none() {
            self.unmapped.push(path.to_owned());
        }
        object
    }

    fn value_object(&self, members: &Map<String, Value>) -> Option<Literal> {
        let known = |name: &String| matches!(name.as_str(), "@value" | "@type" | "@language" | "@index");
        if !members.keys().all(known) {
            return None;
        }
        let value = members.get("@value")?;
        match (members.get("@type"), members.get("@language")) {
            (None, None) => literal(value, None),
            (Some(Value::String(kind)), None) => literal(value, Some(self.named_node(kind, true)?)),
            (None, Some(Value::String(language))) => {
                Literal::new_language_tagged_literal(value.as_str()?, language).ok()
            }
            (_, _) => None,
        }
    }

    fn list(&mut self, items: &Value, coercion: Coercion, path: &str) -> Term {
        let nodes: Vec<_> = listed(items, path)
            .into_iter()
            .map(|(item, path)| (self.blank_node(), self.object(item, coercion, &path)))
            .collect();
        let mut rest = Term::from(rdf::NIL.into_owned());
        for (node, item) in nodes.into_iter().rev() {
            self.add(Some(&node), &rdf::FIRST.into_owned(), item);
            self.add(Some(&node), &rdf::REST.into_owned(), Some(rest));
            rest = node.into();
        }
        rest
    }

    fn add(&mut self, subject: Option<&NamedOrBlankNode>, predicate: &NamedNode, object: Option<Term>) {
        if let (Some(subject), Some(object)) = (subject, object) {
            let quad = Quad::new(subject.clone(), predicate.clone(), object, self.graph.clone());
            self.dataset.insert(&quad);
        }
    }

    /// Labels begin with `n`; those of the policy itself are moved out of their way.
    fn blank_node(&mut self) -> NamedOrBlankNode {
        self.blank_nodes += 1;
        BlankNode::new_unchecked(format!("n{}", self.blank_nodes)).into()
    }

    fn resource(&self, name: &str, coercion: Coercion) -> Option<NamedOrBlankNode> {
        match name.strip_prefix("_:") {
            Some(label) => BlankNode::new(format!("p{label}")).ok().map(NamedOrBlankNode::from),
            None => self.named_node(name, matches!(coercion, Coercion::Vocabulary)).map(NamedOrBlankNode::from),
        }
    }

    fn named_node(&self, name: &str, vocabulary: bool) -> Option<NamedNode> {
        NamedNode::new(self.expanded(name, vocabulary)).ok()
    }

    /// IRI expansion (JSON-LD 1.1 API, §5.2) with this one context.
    fn expanded(&self, name: &str, vocabulary: bool) -> String {
        if vocabulary && !name.contains(':') {
            for (terms, namespace) in
                [(ODRL_TERMS, ODRL), (DCAT_TERMS, DCAT), (DSPACE_TERMS, DSPACE), (self.message_terms, DSPACE)]
            {
                if terms.contains(&name) {
                    return format!("{namespace}{name}");
                }
            }
            if let Some((_, namespace)) = PREFIXES.iter().find(|(prefix, _)| *prefix == name) {
                return (*namespace).to_owned();
            }
        }
        let prefixed = name.split_once(':').filter(|(_, local)| !local.starts_with("//"));
        let namespace = prefixed.and_then(|(prefix, _)| PREFIXES.iter().find(|(known, _)| *known == prefix));
        match (prefixed, namespace) {
            (Some((_, local)), Some((_, namespace))) => format!("{namespace}{local}"),
            (_, _) => name.to_owned(),
        }
    }

    /// The name under which the context coerces values: only the term itself does, not another spelling of its IRI.
    fn plain<'a>(&self, key: &'a str) -> &'a str {
        let is_term = ODRL_TERMS.contains(&key) || DSPACE_TERMS.contains(&key) || self.message_terms.contains(&key);
        if is_term { key } else { "" }
    }
}

fn literal(value: &Value, datatype: Option<NamedNode>) -> Option<Literal> {
    let (text, usual) = match value {
        Value::String(text) => (text.clone(), xsd::STRING),
        Value::Bool(boolean) => (boolean.to_string(), xsd::BOOLEAN),
        Value::Number(number) => {
            let number = Decimal::read(&number.to_string())?;
            let as_double = || (number.canonical_double(), xsd::DOUBLE);
            let double = datatype.as_ref().is_some_and(|datatype| *datatype == xsd::DOUBLE);
            if double {
                as_double()
            } else {
                number.canonical_integer().map_or_else(as_double, |text| (text, xsd::INTEGER))
            }
        }
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    Some(Literal::new_typed_literal(text, datatype.unwrap_or_else(|| usual.into_owned())))
}

/// The values behind an array or `@set`, with their paths.
fn listed<'a>(value: &'a Value, path: &str) -> Vec<(&'a Value, String)> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| listed(item, &format!("{path}[{index}]"))).collect()
        }
        Value::Object(members) => match members.get("@set") {
            Some(set) => listed(set, path),
            None if members.get("@value").is_some_and(Value::is_null) => Vec::new(),
            None => vec![(value, path.to_owned())],
        },
        Value::String(_) | Value::Number(_) | Value::Bool(_) => vec![(value, path.to_owned())],
    }
}

fn joined(path: &str, member: &str) -> String {
    if path.is_empty() { member.to_owned() } else { format!("{path}.{member}") }
}
