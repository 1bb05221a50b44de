//! Attestation: each party signs the agreement, and the two halves fit or they do not.
//!
//! What is signed is the digest of the agreement's canonical RDF ([`digest`]), so the order of JSON members and the
//! spelling of JSON-LD make no difference, and every term does. A half is a compact JWS that anybody can check offline;
//! [`export()`] writes an agreement with its halves as one JSON file, and [`verify()`] says what such a file proves.

mod canonical;
mod export;
mod verification;

use jiff::Timestamp;
use symbolon_contract_negotiation::Role;
use symbolon_identity::SigningKey;
use symbolon_identity::attestation::{self as signed, AttestationError, Statement};
use symbolon_policies_odrl::PolicyDocument;

use crate::problem::{Kind, Problem};
use crate::storage::agreements::Attestation;

pub(crate) use canonical::{dataset, escaped, resource};
pub use export::{FORMAT, export};
pub use verification::{Check, MAX_FILE, Outcome, Report, fits, verify, verify_bytes};

/// `sha-256:` and 64 lower-case hexadecimal digits: the SHA-256 of the agreement's canonical N-Quads (RDFC-1.0), all
/// statements in the default graph. Names that are no IRIs are read as `https://w3id.org/symbolon/1/name/<name>`.
///
/// # Errors
/// 422 `agreement.unmapped` for an agreement that says something RDF cannot; 422 `agreement.symmetric` for one with so many
/// equal parts that it cannot be canonicalised in bounded time.
pub fn digest(agreement: &PolicyDocument) -> Result<String, Problem> {
    canonical::digest(agreement)
}

/// Signs the agreement in the given role.
///
/// # Errors
/// As [`digest`]; 422 `agreement.id` for an agreement without an id; 500 when the key cannot sign.
pub fn attest(key: &SigningKey, agreement: &PolicyDocument, role: Role, at: Timestamp) -> Result<Attestation, Problem> {
    let statement = Statement {
        agreement: id_of(agreement)?.to_owned(),
        digest: digest(agreement)?,
        role: signing_role(role),
        signer: key.did().to_owned(),
        attested_at: at,
    };
    let jws = signed::attest(key, &statement).map_err(Problem::internal)?;
    Ok(Attestation { role: role.to_string(), signer: statement.signer, jws })
}

/// Checks the partner's half against the agreement as we hold it, and returns it in the form that is stored.
///
/// `partner_is_signer` says whether the partner's participant id is the DID that has to have signed. Where participants
/// are not named by their DIDs (mock identity), any DID may have signed, and it is recorded as the signer.
///
/// # Errors
/// 400, each with its own code: `attestation.signature` (and the other codes of [`AttestationError::code`]),
/// `attestation.agreement`, `attestation.digest`, `attestation.role`, `attestation.signer`. As [`digest`] besides.
pub fn check_counterpart(
    jws: &str,
    agreement: &PolicyDocument,
    role: Role,
    partner: &str,
    partner_is_signer: bool,
) -> Result<Attestation, Problem> {
    let statement = signed::verify(jws).map_err(|error| refused(&code_of(error), error.to_string()))?;
    let id = id_of(agreement)?;
    if statement.agreement != id {
        let detail = format!("the attestation is about agreement {:?}, this is agreement {id:?}", statement.agreement);
        return Err(refused("attestation.agreement", detail));
    }
    let own = digest(agreement)?;
    if statement.digest != own {
        let detail =
            format!("the partner signed another content of agreement {id:?}: {}, we hold {own}", statement.digest);
        return Err(refused("attestation.digest", detail).with_hint("compare the agreement of both sides"));
    }
    if statement.role != signing_role(role) {
        let detail = format!("the partner is the {role} of agreement {id:?} and signed it as the {}", statement.role);
        return Err(refused("attestation.role", detail));
    }
    if partner_is_signer && statement.signer != partner {
        let detail = format!("the attestation is signed by {:?}, the partner is {partner:?}", statement.signer);
        return Err(refused("attestation.signer", detail));
    }
    Ok(Attestation { role: role.to_string(), signer: statement.signer, jws: jws.to_owned() })
}

fn id_of(agreement: &PolicyDocument) -> Result<&str, Problem> {
    let id = agreement.json().get("@id").and_then(serde_json::Value::as_str).filter(|id| !id.is_empty());
    id.ok_or_else(|| Problem::new(Kind::Unprocessable, "agreement.id", "the agreement has no `@id`"))
}

fn signing_role(role: Role) -> signed::Role {
    match role {
        Role::Consumer => signed::Role::Consumer,
        Role::Provider => signed::Role::Provider,
    }
}

fn refused(code: &str, detail: String) -> Problem {
    Problem::bad_request(code, detail)
}

/// `attestation.signature`, … : the code of the signature's error in our catalogue.
fn code_of(error: AttestationError) -> String {
    error.code().replacen('-', ".", 1)
}
