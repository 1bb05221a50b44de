//! The JSON-LD contexts that are known here. None is ever fetched.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::{Value, json};
use ssi_json_ld::ContextLoader;

use super::data_integrity::DataIntegrityError;

/// The context of Verifiable Credentials Data Model 1.1.
pub const CREDENTIALS_V1: &str = "https://www.w3.org/2018/credentials/v1";
/// The context of Verifiable Credentials Data Model 2.0.
pub const CREDENTIALS_V2: &str = "https://www.w3.org/ns/credentials/v2";
/// The context of StatusList2021, for data model 1.1.
pub const STATUS_LIST_2021: &str = "https://w3id.org/vc/status-list/2021/v1";
/// The context of Data Integrity proofs, for data model 1.1.
pub const DATA_INTEGRITY_V2: &str = "https://w3id.org/security/data-integrity/v2";
/// The context of the Catena-X credentials (CX-0018, CX-0050).
pub const CATENA_X: &str = "https://w3id.org/catenax/credentials/v1.0.0";

/// What may stand in an `@context` that is processed as JSON-LD.
const KNOWN: [&str; 8] = [
    CREDENTIALS_V1,
    CREDENTIALS_V2,
    STATUS_LIST_2021,
    "https://w3id.org/security/data-integrity/v1",
    DATA_INTEGRITY_V2,
    "https://w3id.org/security/multikey/v1",
    "https://identity.foundation/presentation-exchange/submission/v1",
    CATENA_X,
];

/// Whether contexts that stand in the document itself are taken.
///
/// A proof covers RDF, and a context in the document decides which member says what. Whoever passes a signed document on could
/// exchange context and member names together, and the proof would still hold. So members may be read by their names only if
/// no context is the sender's own, or if the whole shape is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inline {
    /// Only contexts that are built in.
    Refused,
    /// Also contexts in the document: the caller compares the document's shape.
    Accepted,
}

static LOADER: LazyLock<ContextLoader> = LazyLock::new(|| {
    let own = HashMap::from([(CATENA_X.to_owned(), catena_x().to_string())]);
    // Our own text is JSON, and its address an IRI; without it, the loader still refuses what it does not know.
    ContextLoader::default().with_context_map_from(own).unwrap_or_default()
});

/// Gives out the contexts that are built in, and no others.
pub(super) fn loader() -> &'static ContextLoader {
    &LOADER
}

/// Looks through every `@context` of `document` before it is processed.
pub(super) fn check(document: &Value, inline: Inline) -> Result<(), DataIntegrityError> {
    match document {
        Value::Object(members) => members.iter().try_for_each(|(name, value)| match name.as_str() {
            "@context" => check_context(value, inline),
            // A scoped context, or one brought in, lives in a context of the document.
            "@import" => Err(DataIntegrityError::InlineContext),
            _ => check(value, inline),
        }),
        Value::Array(items) => items.iter().try_for_each(|item| check(item, inline)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn check_context(context: &Value, inline: Inline) -> Result<(), DataIntegrityError> {
    match (context, inline) {
        (Value::String(name), _) if KNOWN.contains(&name.as_str()) => Ok(()),
        (Value::String(name), _) => Err(DataIntegrityError::Context(super::refusal::shown(name))),
        (Value::Array(several), _) => several.iter().try_for_each(|one| check_context(one, inline)),
        (Value::Object(_), Inline::Accepted) => check(context, inline),
        (Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_), _) => {
            Err(DataIntegrityError::InlineContext)
        }
    }
}

/// The terms of the Catena-X credentials, in our own words.
fn catena_x() -> Value {
    let term = |name: &str| Value::String(format!("https://w3id.org/catenax/credentials/{name}"));
    let names = [
        "MembershipCredential",
        "BpnCredential",
        "DataExchangeGovernanceCredential",
        "DismantlerCredential",
        "holderIdentifier",
        "memberOf",
        "bpn",
        "group",
        "useCase",
        "contractVersion",
        "activityType",
        "allowedVehicleBrands",
    ];
    let mut terms: serde_json::Map<_, _> = names.into_iter().map(|name| (name.to_owned(), term(name))).collect();
    terms.insert("contractTemplate".into(), json!({"@id": term("contractTemplate"), "@type": "@id"}));
    json!({"@context": terms})
}
