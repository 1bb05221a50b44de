//! Asking an issuer for credentials, its answers and its offers (DCP 1.0, 6).

use serde_json::Value;

use super::reading::{any, message, some};
use super::{CONTEXT, Message};
use crate::messages::Malformed;
use crate::messages::definition::words;
use crate::messages::reading::{At, Members, Read, required};

/// A holder asks an issuer for credentials (6.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRequestMessage {
    /// The holder's process id.
    pub holder_pid: String,
    /// Ids of credential objects in the issuer's metadata; at least one.
    pub credentials: Vec<String>,
}

/// An issuer delivers, or says that it will not (6.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialMessage {
    /// The issuer's process id.
    pub issuer_pid: String,
    /// The holder's process id.
    pub holder_pid: String,
    /// Whether there are credentials.
    pub status: DeliveryStatus,
    /// The credentials; at least one if they were issued.
    pub credentials: Vec<CredentialContainer>,
    /// Why there are none.
    pub rejection_reason: Option<String>,
}

/// A credential on its way to the holder (6.5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialContainer {
    /// Its type, such as `MembershipCredential`.
    pub credential_type: String,
    /// Its profile, such as `vc11-sl2021/jwt`.
    pub format: String,
    /// The credential as it was signed.
    pub payload: String,
}

/// An issuer offers credentials (6.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialOfferMessage {
    /// DID of the issuer.
    pub issuer: String,
    /// What is offered; at least one.
    pub credentials: Vec<CredentialObject>,
}

/// What an issuer can issue (6.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerMetadata {
    /// DID of the issuer.
    pub issuer: String,
    /// What it can issue.
    pub credentials_supported: Vec<CredentialObject>,
}

/// What can be asked for (6.6.2). In an offer, the id may be all there is; the issuer's metadata tell the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CredentialObject {
    /// What a request names it by.
    pub id: String,
    /// The credential's type.
    pub credential_type: Option<String>,
    /// URL of the credential's JSON Schema.
    pub credential_schema: Option<String>,
    /// How the holder may be named, such as `did:web`.
    pub binding_methods: Vec<String>,
    /// The profile. Written as `profile`; older issuers list several as `profiles`.
    pub profiles: Vec<String>,
    /// What the holder has to present, as a presentation definition.
    pub issuance_policy: Option<Value>,
    /// Why it is offered, such as `reissue`.
    pub offer_reason: Option<String>,
}

/// How far a request for credentials got (6.8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialStatus {
    /// The issuer's process id.
    pub issuer_pid: String,
    /// The holder's process id.
    pub holder_pid: String,
    /// How far it got.
    pub status: RequestStatus,
}

words! {
    /// Whether an issuer delivers credentials.
    DeliveryStatus {
        /// It does.
        Issued = "ISSUED",
        /// It will not.
        Rejected = "REJECTED",
    }
}

words! {
    /// How far a request for credentials got.
    RequestStatus {
        /// It was taken.
        Received = "RECEIVED",
        /// It was refused.
        Rejected = "REJECTED",
        /// Credentials were issued.
        Issued = "ISSUED",
    }
}

/// Writes the members that are there, after `@context` (in whole messages) and `type`.
macro_rules! written {
    ($name:ident, $kind:literal, $message:ident, whole: $whole:literal, [$($json:literal: $member:expr,)*]) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use crate::messages::definition::write;
                use serde::ser::SerializeMap as _;
                let $message = self;
                let mut map = serializer.serialize_map(None)?;
                if $whole {
                    map.serialize_entry("@context", &[CONTEXT])?;
                }
                map.serialize_entry("type", $kind)?;
                $(write(&mut map, $json, &$member)?;)*
                map.end()
            }
        }
    };
}

written!(CredentialRequestMessage, "CredentialRequestMessage", message, whole: true, [
    "holderPid": message.holder_pid,
    "credentials": message.credentials.iter().map(|id| serde_json::json!({"id": id})).collect::<Vec<_>>(),
]);
written!(CredentialMessage, "CredentialMessage", message, whole: true, [
    "issuerPid": message.issuer_pid,
    "holderPid": message.holder_pid,
    "status": message.status,
    "credentials": message.credentials,
    "rejectionReason": message.rejection_reason,
]);
written!(CredentialOfferMessage, "CredentialOfferMessage", message, whole: true, [
    "issuer": message.issuer,
    "credentials": message.credentials,
]);
written!(IssuerMetadata, "IssuerMetadata", message, whole: true, [
    "issuer": message.issuer,
    // Also where there are none: the schema wants the member.
    "credentialsSupported": Some(&message.credentials_supported),
]);
written!(CredentialObject, "CredentialObject", object, whole: false, [
    "id": object.id,
    "credentialType": object.credential_type,
    "credentialSchema": object.credential_schema,
    "bindingMethods": object.binding_methods,
    "profile": object.profiles.first(),
    "issuancePolicy": object.issuance_policy,
    "offerReason": object.offer_reason,
]);
written!(CredentialStatus, "CredentialStatus", message, whole: true, [
    "issuerPid": message.issuer_pid,
    "holderPid": message.holder_pid,
    "status": message.status,
]);

impl serde::Serialize for CredentialContainer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("credentialType", &self.credential_type)?;
        map.serialize_entry("format", &self.format)?;
        map.serialize_entry("payload", &self.payload)?;
        map.end()
    }
}

impl Message for CredentialRequestMessage {
    const TYPE: &'static str = "CredentialRequestMessage";
}

impl Message for CredentialMessage {
    const TYPE: &'static str = "CredentialMessage";
}

impl Message for CredentialOfferMessage {
    const TYPE: &'static str = "CredentialOfferMessage";
}

impl Message for IssuerMetadata {
    const TYPE: &'static str = "IssuerMetadata";
}

impl Message for CredentialStatus {
    const TYPE: &'static str = "CredentialStatus";
}

impl Read for CredentialRequestMessage {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = message(value, at, Self::TYPE)?;
        let credentials: Vec<Reference> = some(&mut members, "credentials")?;
        let holder_pid = required(&mut members, "holderPid")?;
        Ok(Self { holder_pid, credentials: credentials.into_iter().map(|reference| reference.0).collect() })
    }
}

/// `{"id": …}`, or the id alone.
struct Reference(String);

impl Read for Reference {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        if let Value::String(id) = value {
            return Ok(Self(id));
        }
        Ok(Self(required(&mut Members::of(value, at)?, "id")?))
    }
}

impl Read for CredentialMessage {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = message(value, at, Self::TYPE)?;
        let status = required(&mut members, "status")?;
        let credentials = match status {
            DeliveryStatus::Issued => some(&mut members, "credentials")?,
            DeliveryStatus::Rejected => any(&mut members, "credentials")?,
        };
        Ok(Self {
            issuer_pid: required(&mut members, "issuerPid")?,
            holder_pid: required(&mut members, "holderPid")?,
            status,
            credentials,
            rejection_reason: text(&mut members, "rejectionReason")?,
        })
    }
}

impl Read for CredentialContainer {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = Members::of(value, at)?;
        Ok(Self {
            credential_type: required(&mut members, "credentialType")?,
            format: required(&mut members, "format")?,
            payload: required(&mut members, "payload")?,
        })
    }
}

impl Read for CredentialOfferMessage {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = message(value, at, Self::TYPE)?;
        Ok(Self { issuer: required(&mut members, "issuer")?, credentials: some(&mut members, "credentials")? })
    }
}

impl Read for IssuerMetadata {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = message(value, at, Self::TYPE)?;
        let credentials_supported = any(&mut members, "credentialsSupported")?;
        Ok(Self { issuer: required(&mut members, "issuer")?, credentials_supported })
    }
}

impl Read for CredentialObject {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = Members::of(value, at)?;
        let mut profiles: Vec<String> = any(&mut members, "profile")?;
        if profiles.is_empty() {
            profiles = any(&mut members, "profiles")?;
        }
        Ok(Self {
            id: required(&mut members, "id")?,
            credential_type: text(&mut members, "credentialType")?,
            credential_schema: text(&mut members, "credentialSchema")?,
            binding_methods: any(&mut members, "bindingMethods")?,
            profiles,
            issuance_policy: members.take("issuancePolicy"),
            offer_reason: text(&mut members, "offerReason")?,
        })
    }
}

impl Read for CredentialStatus {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = message(value, at, Self::TYPE)?;
        Ok(Self {
            issuer_pid: required(&mut members, "issuerPid")?,
            holder_pid: required(&mut members, "holderPid")?,
            status: required(&mut members, "status")?,
        })
    }
}

/// A text that may be absent or null.
fn text(members: &mut Members<'_>, name: &str) -> Result<Option<String>, Malformed> {
    members.take(name).map(|value| String::read(value, members.place(name))).transpose()
}
