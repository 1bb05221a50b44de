//! From a graph of nodes to the tree that the reader takes.
//!
//! In RDF, and in JSON-LD with a `@graph`, a policy, its rules and their constraints are nodes that name each other. Here each is put
//! where it is named: JSON-LD and Turtle then have one reader.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use crate::PolicyError;
use crate::names::{self, Prefixes};
use crate::read::{self, FUNCTIONS, RELATIONS, listed, name_of};

/// Values within values.
const MAX_DEPTH: usize = 120;
/// Characters of the tree, plus one for each value: a node that is named twice counts twice.
const MAX_SIZE: usize = 1 << 20;

/// Members whose values are part of the policy.
const PARTS: &[&str] = &[
    "permission",
    "prohibition",
    "obligation",
    "duty",
    "remedy",
    "consequence",
    "constraint",
    "refinement",
    "and",
    "or",
    "xone",
    "andSequence",
    "action",
];
/// Members whose values are assets and parties. What other vocabularies say about these is no part of the policy.
const ENTITIES: &[&str] = &["target", "assigner", "assignee"];
/// Members of assets and parties that say the same from the other end.
const INVERSE: &[(&str, &str)] = &[("hasPolicy", "target"), ("assignerOf", "assigner"), ("assigneeOf", "assignee")];
const POLICY_CLASSES: &[&str] = &["Policy", "Set", "Offer", "Agreement", "Request", "Ticket", "Assertion", "Privacy"];

/// The policy inside an array or a `@graph`; any other value is handed back as it is.
///
/// # Errors
/// When there is no policy, or more than one.
pub(crate) fn only_policy(json: Json) -> Result<Json, PolicyError> {
    let wrapped = json.is_array() || json.get("@graph").is_some();
    if !wrapped {
        return Ok(json);
    }
    read::check_size(&json)?;
    let context = json.get("@context").cloned();
    let mut nodes = match json {
        Json::Array(nodes) => nodes,
        Json::Object(mut members) => {
            listed(&members.remove("@graph").unwrap_or_default()).into_iter().cloned().collect()
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Vec::new(),
    };
    if nodes.len() == 1
        && let Some(node) = nodes.pop()
    {
        return only_policy(within(context, node));
    }
    let (prefixes, _) = read::contexts(context.as_ref().map(listed).unwrap_or_default());
    let graph = Graph::of(nodes, prefixes);
    Ok(within(context, graph.only_policy()?))
}

/// A node with the context around it.
fn within(context: Option<Json>, mut node: Json) -> Json {
    if let (Some(outer), Json::Object(members)) = (context, &mut node) {
        let both = match members.remove("@context") {
            None => outer,
            Some(inner) => listed(&outer).into_iter().chain(listed(&inner)).cloned().collect(),
        };
        members.insert("@context".to_owned(), both);
    }
    node
}

/// Nodes by their names, as in flattened JSON-LD.
pub(crate) struct Graph {
    prefixes: Prefixes,
    nodes: HashMap<String, Map<String, Json>>,
    /// Their names in the order in which they came.
    order: Vec<String>,
}

impl Graph {
    /// Takes up nodes. One without a name cannot be named by others, and gets one of its own.
    pub(crate) fn of(nodes: Vec<Json>, prefixes: Prefixes) -> Self {
        let mut graph = Self { prefixes, nodes: HashMap::new(), order: Vec::new() };
        for (index, node) in nodes.into_iter().enumerate() {
            let Json::Object(mut members) = node else { continue };
            let given = members.remove("@id");
            let name = given.as_ref().and_then(name_of).map(|name| graph.prefixes.expand(name));
            graph.add(name.unwrap_or_else(|| format!("_:unnamed {index}")), members);
        }
        graph.turn_inverse();
        graph
    }

    fn add(&mut self, name: String, members: Map<String, Json>) {
        if !self.nodes.contains_key(&name) {
            self.order.push(name.clone());
        }
        let node = self.nodes.entry(name).or_default();
        for (key, value) in members {
            match node.get_mut(&key) {
                None => {
                    node.insert(key, value);
                }
                Some(known) => *known = listed(known).into_iter().chain(listed(&value)).cloned().collect(),
            }
        }
    }

    /// `asset hasPolicy policy` becomes `policy target asset`, where the policy is here. Anything else is left for the reader.
    fn turn_inverse(&mut self) {
        let mut turned = Vec::new();
        for name in &self.order {
            for (key, value) in self.nodes.get(name).into_iter().flatten() {
                let plain = self.prefixes.member(key);
                let Some((_, forward)) = INVERSE.iter().find(|(inverse, _)| *inverse == plain) else { continue };
                let policies = listed(value).into_iter().map(|policy| self.known(policy));
                if let Some(policies) = policies.collect::<Option<Vec<_>>>() {
                    turned.push((name.clone(), key.clone(), *forward, policies));
                }
            }
        }
        for (name, key, forward, policies) in turned {
            if let Some(node) = self.nodes.get_mut(&name) {
                node.remove(&key);
            }
            for policy in policies {
                self.add(policy, Map::from_iter([(forward.to_owned(), json!([{"@id": name}]))]));
            }
        }
    }

    /// The name of a node that is here.
    fn known(&self, value: &Json) -> Option<String> {
        name_of(value).map(|name| self.prefixes.expand(name)).filter(|name| self.nodes.contains_key(name))
    }

    /// The names of the nodes that are policies: by their class, or because they have rules.
    pub(crate) fn policies(&self) -> Vec<&str> {
        let names = self.order.iter().map(String::as_str);
        names.filter(|name| self.nodes.get(*name).is_some_and(|node| self.is_policy(node))).collect()
    }

    /// The tree of the only policy.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub(crate) fn only_policy(&self) -> Result<Json, PolicyError> {
        match self.policies().as_slice() {
            [name] => self.tree(name),
            [] => Err(PolicyError::new("", "expected one policy, found none")),
            [first, second, ..] => {
                let count = self.policies().len();
                let named =
                    |name: &str| if name.starts_with("_:") { "one without a name".to_owned() } else { name.to_owned() };
                let (first, second) = (named(first), named(second));
                let reason = format!("expected one policy, found {count}: {first} and {second}; send one at a time");
                Err(PolicyError::new("", reason))
            }
        }
    }

    fn is_policy(&self, node: &Map<String, Json>) -> bool {
        node.iter().any(|(key, value)| match &*self.prefixes.member(key) {
            "@type" => listed(value).into_iter().filter_map(name_of).any(|kind| {
                let kind = self.prefixes.expand(kind);
                POLICY_CLASSES.contains(&names::odrl_name(&kind).unwrap_or(&kind))
            }),
            "permission" | "prohibition" | "obligation" => true,
            _ => false,
        })
    }

    /// A node with all that it names put inside.
    ///
    /// # Errors
    /// When a node without a name contains itself, or the tree grows too large or too deep.
    pub(crate) fn tree(&self, name: &str) -> Result<Json, PolicyError> {
        let mut planting = Planting { graph: self, above: Vec::new(), depth: 0, size: 0 };
        planting.node(name, Kind::Part).map(Json::Object)
    }
}

/// What a value is to the policy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Part,
    Entity,
    /// A name or a literal.
    Value,
}

struct Planting<'a> {
    graph: &'a Graph,
    /// The nodes around the one at hand.
    above: Vec<String>,
    depth: usize,
    size: usize,
}

impl Planting<'_> {
    fn node(&mut self, name: &str, kind: Kind) -> Result<Map<String, Json>, PolicyError> {
        let nameless = name.starts_with("_:");
        let mut tree = Map::new();
        if !nameless {
            self.grow(name.len())?;
            tree.insert("@id".to_owned(), name.into());
        }
        let Some(members) = self.graph.nodes.get(name) else { return Ok(tree) };
        self.above.push(name.to_owned());
        for (key, value) in members {
            let foreign = kind == Kind::Entity && !nameless && self.graph.prefixes.member(key).contains(':');
            if !foreign {
                let planted = self.member(key, value)?;
                tree.insert(key.clone(), planted);
            }
        }
        self.above.pop();
        Ok(tree)
    }

    fn member(&mut self, key: &str, value: &Json) -> Result<Json, PolicyError> {
        let kind = match &*self.graph.prefixes.member(key) {
            name if PARTS.contains(&name) => Kind::Part,
            name if [ENTITIES, FUNCTIONS, RELATIONS].iter().any(|names| names.contains(&name)) => Kind::Entity,
            _ => Kind::Value,
        };
        self.grow(key.len())?;
        self.value(value, kind)
    }

    fn value(&mut self, value: &Json, kind: Kind) -> Result<Json, PolicyError> {
        self.grow(1)?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(PolicyError::new(
                "",
                format!("a policy may hold at most {MAX_DEPTH} values within each other"),
            ));
        }
        let planted = self.planted(value, kind)?;
        self.depth -= 1;
        Ok(planted)
    }

    fn planted(&mut self, value: &Json, kind: Kind) -> Result<Json, PolicyError> {
        match value {
            Json::Array(items) => items.iter().map(|item| self.value(item, kind)).collect(),
            Json::Object(members) => match (name_of(value), members.len()) {
                (Some(name), 1) if members.contains_key("@id") => self.named(value, name, kind),
                (_, 1) if members.contains_key("@list") || members.contains_key("@set") => {
                    let inner = members.iter().map(|(key, inner)| Ok((key.clone(), self.value(inner, kind)?)));
                    inner.collect::<Result<Map<_, _>, _>>().map(Json::Object)
                }
                (_, _) if kind == Kind::Value => self.whole(value),
                (_, _) => self.nested(members),
            },
            Json::String(name) if kind != Kind::Value => self.named(value, name, kind),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => self.whole(value),
        }
    }

    /// What is no part of the policy is taken as it is.
    fn whole(&mut self, value: &Json) -> Result<Json, PolicyError> {
        self.grow(value.to_string().len())?;
        Ok(value.clone())
    }

    fn nested(&mut self, members: &Map<String, Json>) -> Result<Json, PolicyError> {
        let members = members.iter().map(|(key, value)| Ok((key.clone(), self.member(key, value)?)));
        members.collect::<Result<Map<_, _>, _>>().map(Json::Object)
    }

    /// A name in the place of a node is replaced by the node, if there is one. Elsewhere a name stays a name.
    fn named(&mut self, value: &Json, name: &str, kind: Kind) -> Result<Json, PolicyError> {
        let full = self.graph.prefixes.expand(name);
        let is_known = self.graph.nodes.contains_key(&full);
        let nameless = name.starts_with("_:") && is_known;
        let above = self.above.contains(&full);
        if nameless && above {
            return Err(PolicyError::new("", "a node without a name contains itself"));
        }
        let is_node = nameless || kind != Kind::Value && !above && is_known;
        if is_node { self.node(&full, kind).map(Json::Object) } else { self.whole(value) }
    }

    fn grow(&mut self, by: usize) -> Result<(), PolicyError> {
        self.size += by;
        if self.size <= MAX_SIZE {
            Ok(())
        } else {
            Err(PolicyError::new("", format!("a policy may hold at most {MAX_SIZE} characters")))
        }
    }
}
