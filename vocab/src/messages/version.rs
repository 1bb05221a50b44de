//! Finding a connector: the version response and the DID service entry.

use serde::Serialize;
use serde_json::Value;

use super::definition::{CONTEXT, deserialize_by_reading, words};
use super::reading::{At, Members, Read, list, optional, required, required_list};
use super::{Malformed, Message};
use crate::{did, dspace};

/// Which protocol versions a connector speaks and where: the answer to `GET /.well-known/dspace-version`.
///
/// The one body without `@context` and `@type`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProtocolVersions {
    /// At least one entry.
    pub protocol_versions: Vec<ProtocolVersion>,
}

/// One version at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProtocolVersion {
    /// The version, such as `2025-1`.
    pub version: String,
    /// Path of the version's endpoints, appended to the root that was asked.
    pub path: String,
    /// How messages travel; the standard knows `HTTPS` only, other bindings are kept for the caller to pass over.
    pub binding: String,
    /// The id of the data service, shared by the versions of one connector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_id: Option<String>,
    /// Which kind of identifier participants have, such as `did:web`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier_type: Option<String>,
    /// How requests are authenticated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
}

/// How requests are authenticated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Auth {
    /// The protocol, such as `DCP`.
    pub protocol: String,
    /// Its version, such as `1.0`.
    pub version: String,
    /// Its profiles, such as `vc11-sl2021/jwt`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub profile: Vec<String>,
}

/// A service entry of a DID document that leads to a connector.
///
/// `DataService` entries lead to a version endpoint, as the standard's own example has it. The JSON Schema wants every
/// entry to end in `/catalog`; that is not enforced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DidService {
    /// The entry's id.
    pub id: String,
    /// What the entry leads to.
    pub service_type: DidServiceType,
    /// The URL.
    pub service_endpoint: String,
}

words! {
    /// What a [`DidService`] leads to.
    DidServiceType {
        /// A catalog: the URL ends in `/catalog`.
        CatalogService = "CatalogService",
        /// A connector: the URL ends in `/.well-known/dspace-version`.
        DataService = "DataService",
    }
}

impl Message for ProtocolVersions {
    const TYPE: &'static str = "VersionResponse";
}

impl Message for DidService {
    const TYPE: &'static str = "DidService";
}

impl Read for ProtocolVersions {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = Members::of(value, at)?;
        Ok(Self { protocol_versions: required_list(&mut members, "protocolVersions")? })
    }
}

impl Read for ProtocolVersion {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = Members::of(value, at)?;
        Ok(Self {
            version: required(&mut members, "version")?,
            path: required(&mut members, "path")?,
            binding: required(&mut members, "binding")?,
            service_id: optional(&mut members, "serviceId")?,
            identifier_type: optional(&mut members, "identifierType")?,
            auth: optional(&mut members, "auth")?,
        })
    }
}

impl Read for Auth {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = Members::of(value, at)?;
        Ok(Self {
            protocol: required(&mut members, "protocol")?,
            version: required(&mut members, "version")?,
            profile: list(&mut members, "profile")?,
        })
    }
}

impl Read for DidService {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = Members::of(value, at)?;
        if members.has("@context") {
            members.names_contexts(&[dspace::CONTEXT, did::CONTEXT])?;
        }
        Ok(Self {
            id: required(&mut members, "id")?,
            service_type: required(&mut members, "type")?,
            service_endpoint: required(&mut members, "serviceEndpoint")?,
        })
    }
}

impl Serialize for DidService {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Entry<'a> {
            #[serde(rename = "@context")]
            context: [&'a str; 2],
            id: &'a str,
            #[serde(rename = "type")]
            service_type: DidServiceType,
            service_endpoint: &'a str,
        }
        let [protocol] = CONTEXT;
        Entry {
            context: [protocol, did::CONTEXT],
            id: &self.id,
            service_type: self.service_type,
            service_endpoint: &self.service_endpoint,
        }
        .serialize(serializer)
    }
}

deserialize_by_reading!(ProtocolVersions);
deserialize_by_reading!(DidService);
