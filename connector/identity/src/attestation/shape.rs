//! The one shape that a credential about an agreement has in JSON.

use std::sync::LazyLock;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use symbolon_vocab::symbolon;

use super::{AttestationError, Presented, Role, Statement};
use crate::credential::context::CREDENTIALS_V2;

const TYPES: [&str; 2] = ["VerifiableCredential", "AgreementAttestation"];
pub(super) const CRYPTOSUITE: &str = "eddsa-rdfc-2022";

/// The standard's context, and our own terms in full: whoever reads a credential has nothing to fetch.
static CONTEXT: LazyLock<Value> = LazyLock::new(|| {
    let time = |iri: &str| json!({"@id": iri, "@type": symbolon_vocab::xsd::DATE_TIME});
    json!([CREDENTIALS_V2, {
        "AgreementAttestation": symbolon::AGREEMENT_ATTESTATION,
        "agreementId": symbolon::AGREEMENT_ID,
        "digest": symbolon::DIGEST,
        "role": symbolon::ROLE,
        "counterparty": symbolon::COUNTERPARTY,
        "issuerDocument": symbolon::ISSUER_DOCUMENT,
        "counterpartyDocument": symbolon::COUNTERPARTY_DOCUMENT,
        "presented": symbolon::PRESENTED,
        "credentialId": symbolon::CREDENTIAL_ID,
        "credentialType": symbolon::CREDENTIAL_TYPE,
        "credentialIssuer": symbolon::CREDENTIAL_ISSUER,
        "credentialIssuerDocument": symbolon::CREDENTIAL_ISSUER_DOCUMENT,
        "credentialValidFrom": time(symbolon::CREDENTIAL_VALID_FROM),
        "credentialValidUntil": time(symbolon::CREDENTIAL_VALID_UNTIL),
        "statusCheck": symbolon::STATUS_CHECK,
        "statusList": symbolon::STATUS_LIST,
        "statusIndex": symbolon::STATUS_INDEX,
        "statusPurpose": symbolon::STATUS_PURPOSE,
        "listDigest": symbolon::LIST_DIGEST,
        "checkedAt": time(symbolon::CHECKED_AT),
    }])
});

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Unsecured {
    #[serde(rename = "@context")]
    context: Value,
    #[serde(rename = "type")]
    types: Vec<String>,
    issuer: String,
    valid_from: Timestamp,
    credential_subject: Subject,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Subject {
    agreement_id: String,
    digest: String,
    role: Role,
    counterparty: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issuer_document: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counterparty_document: Option<String>,
    presented: Vec<Presented>,
}

/// A Data Integrity proof; without its value, the options that are signed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Proof {
    #[serde(rename = "type")]
    kind: String,
    cryptosuite: String,
    pub(super) created: Timestamp,
    pub(super) verification_method: String,
    proof_purpose: String,
    /// Multibase base58btc of the signature.
    pub(super) proof_value: String,
}

impl Proof {
    /// The options of a proof by this key.
    pub(super) fn options(key_id: &str, created: Timestamp) -> Self {
        Self {
            kind: "DataIntegrityProof".to_owned(),
            cryptosuite: CRYPTOSUITE.to_owned(),
            created,
            verification_method: key_id.to_owned(),
            proof_purpose: "assertionMethod".to_owned(),
            proof_value: String::new(),
        }
    }

    pub(super) fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Whether nothing but the key, the time and the value differs from a proof of ours.
    fn is_as_ours(&self) -> bool {
        let ours = Self::options(&self.verification_method, self.created);
        (&self.kind, &self.cryptosuite, &self.proof_purpose) == (&ours.kind, &ours.cryptosuite, &ours.proof_purpose)
    }
}

/// The credential without a proof.
pub(super) fn unsecured(statement: &Statement) -> Value {
    let credential = Unsecured {
        context: CONTEXT.clone(),
        types: TYPES.map(str::to_owned).to_vec(),
        issuer: statement.signer.clone(),
        valid_from: statement.attested_at,
        credential_subject: Subject {
            agreement_id: statement.agreement.clone(),
            digest: statement.digest.clone(),
            role: statement.role,
            counterparty: statement.counterparty.clone(),
            issuer_document: statement.signer_document.clone(),
            counterparty_document: statement.counterparty_document.clone(),
            presented: statement.presented.clone(),
        },
    };
    serde_json::to_value(credential).unwrap_or_default()
}

/// Takes a credential apart: what it states, its proof, and what the proof is over. What would be written for the result is
/// what was read, member by member.
pub(super) fn read(credential: &Value) -> Result<(Statement, Proof, Value), AttestationError> {
    let shape = |error: serde_json::Error| AttestationError::Shape(error.to_string());
    let mut members = credential.as_object().cloned().ok_or(AttestationError::Malformed("is no JSON object"))?;
    let written = members.shift_remove("proof").ok_or(AttestationError::Malformed("has no proof"))?;
    let proof = Proof::deserialize(&written).map_err(shape)?;
    let members = Value::Object(members);
    let Unsecured { issuer, valid_from, credential_subject: subject, .. } =
        Unsecured::deserialize(&members).map_err(shape)?;
    let statement = Statement {
        agreement: subject.agreement_id,
        digest: subject.digest,
        role: subject.role,
        signer: issuer,
        counterparty: subject.counterparty,
        attested_at: valid_from,
        signer_document: subject.issuer_document,
        counterparty_document: subject.counterparty_document,
        presented: subject.presented,
    };
    // Types read by serde are not strict: a list of members passes for an object, and a time has many spellings.
    if unsecured(&statement) != members || proof.to_value() != written {
        return Err(AttestationError::Malformed(
            "is not of the shape that is signed: context, types or spelling differ",
        ));
    }
    if !proof.is_as_ours() || proof.created != statement.attested_at {
        return Err(AttestationError::Malformed(
            "has a proof of another kind, suite, purpose or time than the credential",
        ));
    }
    Ok((statement, proof, members))
}

/// The value with the members of every object in the order of their names' UTF-16 code units (RFC 8785 §3.2.3).
pub(super) fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            Value::Object(members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
