use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value};

use crate::model::{Header, Policy, PolicyKind};
use crate::read::{self, Actions};
use crate::{PolicyError, tree, turtle};

/// A policy together with the JSON it was read from.
///
/// The JSON is kept exactly as it was received, because the rules of an agreement have to be those of the offer, member by member
/// (DSP 2025-1, contract negotiation). Serialises as that JSON.
/// Clones share it: it never changes.
#[derive(Clone, Debug)]
pub struct PolicyDocument(Arc<Content>);

#[derive(Debug)]
struct Content {
    json: Value,
    policy: Policy,
    digest: OnceLock<String>,
}

impl PolicyDocument {
    /// Reads a policy in any of the accepted JSON-LD spellings. An array or a `@graph` may stand around it, if it holds this one policy
    /// only; [`json`](Self::json) is then the policy alone.
    ///
    /// # Errors
    /// When the value is not a policy, or is larger or deeper than the reader's bounds. Vocabulary that is not known is no error: it is
    /// kept, and [`evaluate`](crate::evaluate) refuses because of it.
    pub fn parse(value: Value) -> Result<Self, PolicyError> {
        Self::read(tree::only_policy(value)?, Actions::Required)
    }

    /// Reads a Turtle text that holds exactly one policy. [`json`](Self::json) is its canonical form: descriptions for people are left
    /// out, and rules and constraints stand in their canonical order.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), and when the text is not Turtle, or holds no policy or several.
    pub fn parse_turtle(text: &str) -> Result<Self, PolicyError> {
        Self::planted(&turtle::graph(text)?.only_policy()?, Actions::Required)
    }

    /// Reads every policy of a Turtle text, in the order of the text. Unlike [`parse_turtle`](Self::parse_turtle) it takes rules
    /// without an action, as some published policies have them; a policy with such a rule permits nothing. [`Policy::validity`] finds them.
    ///
    /// # Errors
    /// When the text is not Turtle or one of its policies is malformed.
    pub fn policies_in_turtle(text: &str) -> Result<Vec<Self>, PolicyError> {
        let graph = turtle::graph(text)?;
        graph.policies().into_iter().map(|name| Self::planted(&graph.tree(name)?, Actions::Optional)).collect()
    }

    fn planted(tree: &Value, actions: Actions) -> Result<Self, PolicyError> {
        Self::read(read::policy(tree, actions)?.canonical_json(), actions)
    }

    fn read(json: Value, actions: Actions) -> Result<Self, PolicyError> {
        let policy = read::policy(&json, actions)?;
        Ok(Self::of(json, policy))
    }

    fn of(json: Value, policy: Policy) -> Self {
        Self(Arc::new(Content { json, policy, digest: OnceLock::new() }))
    }

    /// The policy in the ODRL model.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// The policy as it was received.
    pub fn json(&self) -> &Value {
        &self.0.json
    }

    /// The digest of this document, which `compute` makes at the first call and clones share from then on. What a digest is, is for the
    /// caller to say; there can be one.
    ///
    /// # Errors
    /// Those of `compute`, which are not kept.
    pub fn digest<E>(&self, compute: impl FnOnce(&Self) -> Result<String, E>) -> Result<&str, E> {
        if let Some(known) = self.0.digest.get() {
            return Ok(known);
        }
        let digest = compute(self)?;
        Ok(self.0.digest.get_or_init(|| digest))
    }

    /// Whether both policies grant and demand the same: their rules are equal, whatever their `@type`, `@id`, `target`, `assigner`,
    /// `assignee` and `timestamp`. Spelling (prefixes, one-element arrays) and the order within a set make no difference.
    pub fn same_terms(&self, other: &Self) -> bool {
        self.0.policy.same_terms(&other.0.policy)
    }

    /// The `Offer` of a contract request or contract offer message. The rules are copied unchanged.
    pub fn as_message_offer(&self, offer_id: &str, target: &str) -> PolicyDocument {
        self.restated(PolicyKind::Offer, &Header { id: Some(offer_id), target: Some(target), ..Header::default() })
    }

    /// The `Offer` of a catalogue, where the dataset around it is the target. The rules are copied unchanged.
    pub fn as_catalog_offer(&self, offer_id: &str) -> PolicyDocument {
        self.restated(PolicyKind::Offer, &Header { id: Some(offer_id), ..Header::default() })
    }

    /// The `Agreement` of a contract agreement message; `timestamp` is an `xsd:dateTime`. The rules are copied unchanged.
    pub fn as_agreement(
        &self,
        id: &str,
        target: &str,
        assigner: &str,
        assignee: &str,
        timestamp: &str,
    ) -> PolicyDocument {
        let header = Header {
            id: Some(id),
            target: Some(target),
            assigner: Some(assigner),
            assignee: Some(assignee),
            timestamp: Some(timestamp),
        };
        self.restated(PolicyKind::Agreement, &header)
    }

    fn restated(&self, kind: PolicyKind, header: &Header<'_>) -> PolicyDocument {
        let mut json = Map::new();
        if let Some(context) = self.context() {
            json.insert("@context".to_owned(), context);
        }
        json.insert("@type".to_owned(), kind.name().into());
        for (name, value) in header.members() {
            json.insert(name.to_owned(), value.into());
        }
        if let Value::Object(own) = &self.0.json {
            let terms = own.iter().filter(|(name, _)| !self.0.policy.prefixes.is_header(name));
            json.extend(terms.map(|(name, value)| (name.clone(), value.clone())));
        }
        Self::of(Value::Object(json), self.0.policy.restated(kind, header))
    }

    /// The message around a policy brings the contexts; only prefixes that the policy declares by itself have to stay, and whatever
    /// was not understood.
    fn context(&self) -> Option<Value> {
        let understood = self.0.policy.unknown.iter().all(|unknown| unknown.member != "@context");
        let prefixes: Map<_, _> = self
            .0
            .policy
            .prefixes
            .declared()
            .map(|(prefix, namespace)| (prefix.to_owned(), namespace.into()))
            .collect();
        match (understood, prefixes.is_empty()) {
            (false, _) => self.0.json.get("@context").cloned(),
            (true, true) => None,
            (true, false) => Some(Value::Object(prefixes)),
        }
    }
}

impl PartialEq for PolicyDocument {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.json == other.0.json
    }
}

impl Serialize for PolicyDocument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.json.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PolicyDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
