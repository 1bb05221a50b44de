//! The agreement as the set of RDF statements that both sides sign, and its canonical form (RDFC-1.0).
//!
//! The statements are those of [`symbolon_policies_odrl::rdf`]. JSON-LD leaves out whatever is no IRI (an agreement called
//! `ATP0101`, a left operand `purpose` without a namespace), and what is left out is not signed. So every such name is
//! first read as an IRI below [`NAMES`]: nothing that an agreement says can be changed without changing its digest.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxrdf::{BlankNodeRef, Dataset, GraphName, NamedNode, NamedOrBlankNodeRef, QuadRef, TermRef};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use symbolon_policies_odrl::{PolicyDocument, rdf};

use crate::problem::{Kind, Problem};

/// Where names that are no IRIs are put.
const NAMES: &str = "https://w3id.org/symbolon/1/name/";

/// More blank nodes (rules, constraints, refinements) than this are not canonicalised.
const MAX_BLANK_NODES: usize = 2_000;
/// The work that canonicalisation may take, in comparisons of related nodes. A step costs some microseconds.
const MAX_EFFORT: u64 = 20_000;
/// How far canonicalisation may recurse.
const MAX_CHAIN: usize = 64;
/// How often members are renamed, at most: once per level that no context describes.
const MAX_PASSES: usize = 32;

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Members whose strings are names in the ODRL profile of the DSP context.
const NAMING: &[&str] = &[
    "@type",
    "profile",
    "hasPolicy",
    "target",
    "assignee",
    "assigner",
    "permission",
    "prohibition",
    "obligation",
    "duty",
    "constraint",
    "action",
    "operator",
    "leftOperand",
    "providerPid",
    "consumerPid",
    "offer",
    "agreement",
];

/// A name with everything escaped that could end or split an IRI.
pub(crate) fn escaped(name: &str) -> String {
    utf8_percent_encode(name, RESERVED).to_string()
}

/// The node for an id: itself where it is an IRI, otherwise the IRI that stands for it in the signed statements.
pub(crate) fn resource(id: &str) -> NamedNode {
    NamedNode::new(id).unwrap_or_else(|_| NamedNode::new_unchecked(format!("{NAMES}{}", escaped(id))))
}

/// The statements of the agreement, in the default graph. Blank nodes are labelled in the order of the document.
///
/// # Errors
/// 422 `agreement.unmapped` when a member says something that RDF cannot: it could not be signed.
pub(crate) fn dataset(document: &PolicyDocument) -> Result<Dataset, Problem> {
    let mut document = Cow::Borrowed(document);
    for _ in 0..MAX_PASSES {
        let unmapped: BTreeSet<String> = rdf::unmapped(&document).into_iter().collect();
        if unmapped.is_empty() {
            return Ok(rdf::to_dataset(&document, GraphName::DefaultGraph));
        }
        let named = Naming { unmapped: &unmapped }.value(document.json(), "");
        if named == *document.json() {
            break;
        }
        let renamed = PolicyDocument::parse(named).map_err(|e| unsignable(&e.path, &e.reason))?;
        document = Cow::Owned(renamed);
    }
    let path = rdf::unmapped(&document).into_iter().next().unwrap_or_default();
    Err(unsignable(&path, "it has no meaning in RDF"))
}

/// The canonical N-Quads of the agreement (RDFC-1.0 with SHA-256), one statement a line, sorted.
///
/// # Errors
/// 422 `agreement.unmapped`; 422 `agreement.symmetric` when its parts are so alike that canonicalisation would take too
/// long (RDFC-1.0, "dataset poisoning").
pub(crate) fn nquads(document: &PolicyDocument) -> Result<String, Problem> {
    let mut dataset = dataset(document)?;
    check_effort(&dataset)?;
    dataset.canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm: CanonicalizationHashAlgorithm::Sha256 });
    let mut lines: Vec<String> = dataset.iter().map(|quad| format!("{quad} .\n")).collect();
    lines.sort_unstable();
    Ok(lines.concat())
}

/// `sha-256:` and the hexadecimal SHA-256 of the canonical N-Quads.
///
/// # Errors
/// As [`nquads`].
pub(crate) fn digest(document: &PolicyDocument) -> Result<String, Problem> {
    let compute = |document: &PolicyDocument| {
        Ok::<_, Problem>(format!("sha-256:{}", hex::encode(Sha256::digest(nquads(document)?))))
    };
    document.digest(compute).map(str::to_owned)
}

fn unsignable(path: &str, reason: &str) -> Problem {
    let what = if path.is_empty() { "the agreement".to_owned() } else { format!("{path:?} of the agreement") };
    Problem::new(Kind::Unprocessable, "agreement.unmapped", format!("{what} cannot be signed: {reason}"))
        .with_hint("use the terms of the DSP context, full IRIs, or plain strings")
}

/// Gives IRIs to the names that have none.
struct Naming<'a> {
    unmapped: &'a BTreeSet<String>,
}

impl Naming<'_> {
    fn value(&self, value: &Value, path: &str) -> Value {
        match value {
            Value::Object(members) => Value::Object(self.members(members, path)),
            Value::Array(items) => {
                items.iter().enumerate().map(|(index, item)| self.value(item, &format!("{path}[{index}]"))).collect()
            }
            Value::String(name) if self.unmapped.contains(path) => resource(name).into_string().into(),
            Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => value.clone(),
        }
    }

    fn members(&self, members: &Map<String, Value>, path: &str) -> Map<String, Value> {
        let named = members.iter().map(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let names = key == "@id" || NAMING.contains(&key.as_str());
            match value {
                Value::String(name) if names && self.unmapped.contains(&path) => {
                    (key.clone(), resource(name).into_string().into())
                }
                _ if !names && self.unmapped.contains(&path) && NamedNode::new(key).is_err() => {
                    (resource(key).into_string(), value.clone())
                }
                _ => (key.clone(), self.value(value, &path)),
            }
        });
        named.collect()
    }
}

/// Refuses datasets whose blank nodes cannot be told apart without trying very many orders.
fn check_effort(dataset: &Dataset) -> Result<(), Problem> {
    let refused = |detail: String| {
        Problem::new(Kind::Unprocessable, "agreement.symmetric", detail)
            .with_hint("remove repeated rules and constraints, or give them ids")
    };
    let nodes = BlankNodes::of(dataset);
    if nodes.quads.len() > MAX_BLANK_NODES {
        let count = nodes.quads.len();
        return Err(refused(format!("the agreement has {count} parts without an id, more than {MAX_BLANK_NODES}")));
    }
    let mut effort = 0_u64;
    for node in nodes.alike() {
        effort = effort.saturating_add(nodes.effort(node, &mut BTreeSet::from([node]), MAX_CHAIN));
        if effort > MAX_EFFORT {
            return Err(refused("the agreement has too many parts that are exactly alike to be signed".to_owned()));
        }
    }
    Ok(())
}

/// What RDFC-1.0 sees of the blank nodes: their statements, and which of them look alike at first sight.
struct BlankNodes<'a> {
    quads: HashMap<&'a str, Vec<QuadRef<'a>>>,
    looks: HashMap<&'a str, Vec<String>>,
    seen: HashMap<Vec<String>, usize>,
}

impl<'a> BlankNodes<'a> {
    fn of(dataset: &'a Dataset) -> Self {
        let mut quads: HashMap<&str, Vec<QuadRef<'_>>> = HashMap::new();
        for quad in dataset {
            let ends = BTreeSet::from_iter([subject_label(quad), object_label(quad)].into_iter().flatten());
            for label in ends {
                quads.entry(label).or_default().push(quad);
            }
        }
        let looks: HashMap<_, _> = quads.iter().map(|(label, quads)| (*label, look(label, quads))).collect();
        let mut seen = HashMap::new();
        for look in looks.values() {
            *seen.entry(look.clone()).or_default() += 1;
        }
        Self { quads, looks, seen }
    }

    /// The nodes that RDFC-1.0 has to tell apart by what they are related to.
    fn alike(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.looks.keys().copied().filter(|label| self.is_alike(label))
    }

    fn is_alike(&self, label: &str) -> bool {
        self.looks.get(label).and_then(|look| self.seen.get(look)).is_some_and(|count| *count > 1)
    }

    /// About how many steps Hash N-Degree Quads takes from `node`: it tries every order of related nodes that look the
    /// same, and for each goes on from each of them.
    fn effort(&self, node: &'a str, visited: &mut BTreeSet<&'a str>, depth: usize) -> u64 {
        let Some(depth) = depth.checked_sub(1) else { return u64::MAX };
        let mut groups: BTreeMap<(bool, &str, &[String]), BTreeSet<&'a str>> = BTreeMap::new();
        for quad in self.quads.get(node).into_iter().flatten() {
            let ends = [(true, subject_label(*quad)), (false, object_label(*quad))];
            for (outward, label) in ends {
                let Some(label) = label.filter(|label| self.is_alike(label) && !visited.contains(label)) else {
                    continue;
                };
                let look = self.looks.get(label).map_or(&[][..], Vec::as_slice);
                groups.entry((outward, quad.predicate.as_str(), look)).or_default().insert(label);
            }
        }
        let mut effort = 1_u64;
        for group in groups.into_values() {
            visited.extend(&group);
            let orders = (1..=group.len() as u64).fold(1, u64::saturating_mul);
            let within =
                group.iter().fold(1, |sum: u64, related| sum.saturating_add(self.effort(related, visited, depth)));
            effort = effort.saturating_add(orders.saturating_mul(within));
        }
        effort
    }
}

fn subject_label(quad: QuadRef<'_>) -> Option<&str> {
    match quad.subject {
        NamedOrBlankNodeRef::BlankNode(node) => Some(node.as_str()),
        NamedOrBlankNodeRef::NamedNode(_) => None,
    }
}

fn object_label(quad: QuadRef<'_>) -> Option<&str> {
    match quad.object {
        TermRef::BlankNode(node) => Some(node.as_str()),
        TermRef::NamedNode(_) | TermRef::Literal(_) => None,
    }
}

/// The statements about a node as Hash First Degree Quads sees them: itself and other blank nodes without their labels.
fn look(label: &str, quads: &[QuadRef<'_>]) -> Vec<String> {
    let shown = |node: BlankNodeRef<'_>| if node.as_str() == label { "_:a" } else { "_:z" };
    let mut look: Vec<String> = quads
        .iter()
        .map(|quad| {
            let subject = match quad.subject {
                NamedOrBlankNodeRef::BlankNode(node) => shown(node).to_owned(),
                NamedOrBlankNodeRef::NamedNode(node) => node.to_string(),
            };
            let object = match quad.object {
                TermRef::BlankNode(node) => shown(node).to_owned(),
                TermRef::NamedNode(_) | TermRef::Literal(_) => quad.object.to_string(),
            };
            format!("{subject} {} {object}", quad.predicate)
        })
        .collect();
    look.sort_unstable();
    look
}
