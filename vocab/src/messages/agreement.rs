//! Messages about agreements. They are not part of the protocol: peers that do not know them answer 404.

use serde::Serialize;
use serde::ser::SerializeMap as _;
use serde_json::Value;

use super::definition::{CONTEXT, deserialize_by_reading, write};
use super::negotiation::reasons;
use super::reading::{At, Members, Read, optional, required};
use super::{Malformed, Message};
use crate::{dspace, symbolon};

/// A party ends an agreement for good. Its type and members are written under their full IRIs, so that no further context is
/// needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementTerminationMessage {
    /// The message's own `@id`, by which a receiver recognises a repetition.
    pub id: Option<String>,
    /// The agreement's id.
    pub agreement_id: String,
    /// The sender's own code for why.
    pub code: Option<String>,
    /// Why, in sentences.
    pub reason: Vec<String>,
}

impl Message for AgreementTerminationMessage {
    const TYPE: &'static str = symbolon::AGREEMENT_TERMINATION;
}

impl Read for AgreementTerminationMessage {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = Members::of(value, at)?;
        members.names_contexts(&[dspace::CONTEXT])?;
        members.is_a(symbolon::AGREEMENT_TERMINATION)?;
        Ok(Self {
            id: optional(&mut members, "@id")?,
            agreement_id: required(&mut members, symbolon::AGREEMENT_ID)?,
            code: optional(&mut members, symbolon::CODE)?,
            reason: reasons(&mut members, symbolon::REASON)?,
        })
    }
}

impl Serialize for AgreementTerminationMessage {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("@context", &CONTEXT)?;
        write(&mut map, "@id", &self.id)?;
        map.serialize_entry("@type", symbolon::AGREEMENT_TERMINATION)?;
        map.serialize_entry(symbolon::AGREEMENT_ID, &self.agreement_id)?;
        write(&mut map, symbolon::CODE, &self.code)?;
        write(&mut map, symbolon::REASON, &self.reason)?;
        map.end()
    }
}

deserialize_by_reading!(AgreementTerminationMessage);
