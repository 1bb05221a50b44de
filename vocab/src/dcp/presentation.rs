//! Asking a holder for presentations, and its answer (DCP 1.0, 5.4).

use serde::Serialize;
use serde::ser::SerializeMap as _;
use serde_json::{Map, Value};

use super::reading::{any, message, some};
use super::{CONTEXT, Message};
use crate::messages::Malformed;
use crate::messages::reading::{At, Read};

/// A verifier's query (5.4.1). It names scopes or a presentation definition, never both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PresentationQueryMessage {
    /// Scopes such as `org.eclipse.dspace.dcp.vc.type:MembershipCredential:read`; at least one.
    Scope(Vec<String>),
    /// A definition of DIF Presentation Exchange; not empty.
    Definition(Map<String, Value>),
}

/// A holder's answer (5.4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentationResponseMessage {
    /// Verifiable presentations: a text is a JWT, an object stands for itself.
    pub presentation: Vec<Value>,
}

impl Message for PresentationQueryMessage {
    const TYPE: &'static str = "PresentationQueryMessage";
}

impl Message for PresentationResponseMessage {
    const TYPE: &'static str = "PresentationResponseMessage";
}

impl Read for PresentationQueryMessage {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = message(value, at, Self::TYPE)?;
        // JSON null says that there is none.
        let definition = members.take("presentationDefinition");
        if !members.present("scope") {
            return match definition {
                Some(Value::Object(definition)) if !definition.is_empty() => Ok(Self::Definition(definition)),
                Some(other) => Err(members.place("presentationDefinition").is_not("an object with members", &other)),
                None => Err(one_of("is missing; send exactly one.")),
            };
        }
        if definition.is_some() {
            return Err(one_of("is too much: they exclude each other; send exactly one."));
        }
        Ok(Self::Scope(some(&mut members, "scope")?))
    }
}

fn one_of(what: &str) -> Malformed {
    let reason = format!("One of `scope` and `presentationDefinition` {what}");
    Malformed { member: "scope".to_owned(), reason }
}

impl Read for PresentationResponseMessage {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = message(value, at, Self::TYPE)?;
        let presentation: Vec<Value> = any(&mut members, "presentation")?;
        let is_one = |item: &Value| item.is_string() || item.is_object();
        if let Some((index, other)) = presentation.iter().enumerate().find(|(_, item)| !is_one(item)) {
            let list = members.place("presentation");
            return Err(At::Item(&list, index).is_not("a string or an object", other));
        }
        Ok(Self { presentation })
    }
}

impl Serialize for PresentationQueryMessage {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("@context", &[CONTEXT])?;
        map.serialize_entry("type", Self::TYPE)?;
        match self {
            Self::Scope(scopes) => map.serialize_entry("scope", scopes)?,
            Self::Definition(definition) => map.serialize_entry("presentationDefinition", definition)?,
        }
        map.end()
    }
}

impl Serialize for PresentationResponseMessage {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("@context", &[CONTEXT])?;
        map.serialize_entry("type", Self::TYPE)?;
        map.serialize_entry("presentation", &self.presentation)?;
        map.end()
    }
}
