use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value};

use crate::model::{Header, Policy, PolicyKind};
use crate::{PolicyError, names, read};

/// A policy together with the JSON it was read from.
///
/// The JSON is kept exactly as it was received, because the rules of an agreement have to be those of the offer, member by member
/// (DSP 2025-1, contract negotiation). Serialises as that JSON.
#[derive(Clone, Debug)]
pub struct PolicyDocument {
    json: Value,
    policy: Policy,
}

impl PolicyDocument {
    /// Reads a policy in any of the accepted JSON-LD spellings.
    ///
    /// # Errors
    /// When the value is not a policy, or is larger or deeper than the reader's bounds. Vocabulary that is not known is no error: it is
    /// kept, and [`evaluate`](crate::evaluate) refuses because of it.
    pub fn parse(value: Value) -> Result<Self, PolicyError> {
        let policy = read::policy(&value)?;
        Ok(Self { json: value, policy })
    }

    /// The policy in the ODRL model.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The policy as it was received.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// Whether both policies grant and demand the same: their rules are equal, whatever their `@type`, `@id`, `target`, `assigner`,
    /// `assignee` and `timestamp`. Spelling (prefixes, one-element arrays) and the order within a set make no difference.
    pub fn same_terms(&self, other: &Self) -> bool {
        self.policy.same_terms(&other.policy)
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
        if let Value::Object(own) = &self.json {
            let terms = own.iter().filter(|(name, _)| !names::is_header(name));
            json.extend(terms.map(|(name, value)| (name.clone(), value.clone())));
        }
        Self { json: Value::Object(json), policy: self.policy.restated(kind, header) }
    }

    /// The message around a policy brings the contexts; only prefixes that the policy declares by itself have to stay, and whatever
    /// was not understood.
    fn context(&self) -> Option<Value> {
        let understood = self.policy.unknown.iter().all(|unknown| unknown.member != "@context");
        let prefixes: Map<_, _> =
            self.policy.prefixes.declared().map(|(prefix, namespace)| (prefix.to_owned(), namespace.into())).collect();
        match (understood, prefixes.is_empty()) {
            (false, _) => self.json.get("@context").cloned(),
            (true, true) => None,
            (true, false) => Some(Value::Object(prefixes)),
        }
    }
}

impl PartialEq for PolicyDocument {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json
    }
}

impl Serialize for PolicyDocument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PolicyDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
