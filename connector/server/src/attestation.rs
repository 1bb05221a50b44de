//! Attestation: each party signs the agreement, and the two halves fit or they do not.
//!
//! What is signed is the digest of the agreement's canonical RDF ([`digest`]), so the order of JSON members and the
//! spelling of JSON-LD make no difference, and every term does. A half is a Verifiable Credential that anybody can check
//! offline; it also names by their digests the DID documents of both parties and the credentials that the other one
//! presented. [`export()`] writes an agreement with its halves and what they name as one JSON file, [`verify()`] says what
//! such a file proves, and [`compare()`] whether two of them are about the same.

mod canonical;
mod comparison;
mod export;
mod file;
mod verification;

use jiff::Timestamp;
use symbolon_contract_negotiation::Role;
use symbolon_identity::Held;
use symbolon_identity::attestation::{self as signed, AttestationError, Half, Presented, Statement, Unverified};
use symbolon_identity::did::DidDocument;
use symbolon_policies_odrl::PolicyDocument;

use crate::problem::{Kind, Problem};
use crate::storage::agreements::{Attestation, StoredAgreement};

pub(crate) use canonical::{dataset, escaped, resource};
pub use comparison::{Comparison, Difference, compare};
pub use export::{Evidence, FORMAT, Received, export};
pub use file::{Carried, MAX_FILE};
pub use verification::{Check, Outcome, Report, fits, verify, verify_bytes};

/// `sha-256:` and 64 lower-case hexadecimal digits: the SHA-256 of the agreement's canonical N-Quads (RDFC-1.0), all
/// statements in the default graph. Names that are no IRIs are read as `https://w3id.org/symbolon/1/name/<name>`.
///
/// # Errors
/// 422 `agreement.unmapped` for an agreement that says something RDF cannot; 422 `agreement.symmetric` for one with so many
/// equal parts that it cannot be canonicalised in bounded time.
pub fn digest(agreement: &PolicyDocument) -> Result<String, Problem> {
    canonical::digest(agreement)
}

/// What a half says beside the agreement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Digest of our DID document; none for a `did:key`, whose document is its name.
    pub own_document: Option<String>,
    /// Digest of the partner's DID document.
    pub partner_document: Option<String>,
    /// The credentials that the partner presented.
    pub presented: Vec<Presented>,
}

/// Signs the agreement in the given role, with one of our keys. `counterparty` is the other participant's id.
///
/// # Errors
/// As [`digest`]; 422 `agreement.id` for an agreement without an id, or one that cannot be signed; 503 when the key is kept
/// elsewhere and does not sign.
pub async fn attest(
    held: &Held,
    agreement: &PolicyDocument,
    role: Role,
    counterparty: &str,
    seen: Seen,
    at: Timestamp,
) -> Result<Attestation, Problem> {
    let (signer, _) = symbolon_identity::did::split(&held.id);
    let statement = Statement {
        agreement: id_of(agreement)?.to_owned(),
        digest: digest(agreement)?,
        role: signing_role(role),
        signer: signer.to_owned(),
        counterparty: counterparty.to_owned(),
        attested_at: Timestamp::from_second(at.as_second()).unwrap_or(at),
        signer_document: seen.own_document,
        counterparty_document: seen.partner_document,
        presented: seen.presented,
    };
    let Half { credential, jwt } = signed::attest(held, &statement).await.map_err(unsigned)?;
    Ok(Attestation { role: role.to_string(), signer: statement.signer, credential, jwt })
}

/// What the partner's half must be about.
#[derive(Debug)]
pub struct Expected<'a> {
    /// The agreement as we hold it.
    pub agreement: &'a PolicyDocument,
    /// The partner's role in it.
    pub role: Role,
    /// The partner's participant id.
    pub partner: &'a str,
    /// Our participant id.
    pub own: &'a str,
    /// Whether participants are named by the DIDs with which they sign. Where they are not (mock identity), any `did:key` may
    /// have signed, and it is recorded as the signer.
    pub by_did: bool,
    /// Digests of our DID document, as the partner may have seen it. Empty for a `did:key`.
    pub own_documents: &'a [String],
    /// What is said to have been signed later than this is refused.
    pub latest: Timestamp,
}

/// The partner's half, before the DID document of its signer is at hand.
///
/// # Errors
/// 400 with a code of [`AttestationError::code`]; 400 `attestation.signer` if it is not the partner who is said to have
/// signed.
pub fn read_counterpart(half: &Half, expected: &Expected<'_>) -> Result<Unverified, Problem> {
    let unverified = signed::read(half).map_err(|error| refused(&code_of(&error), error.to_string()))?;
    let signer = unverified.signer();
    let fits = if expected.by_did { signer == expected.partner } else { signer.starts_with("did:key:") };
    if !fits {
        let detail = format!("the attestation is signed by {signer:?}, the partner is {:?}", expected.partner);
        return Err(refused("attestation.signer", detail));
    }
    Ok(unverified)
}

/// Checks the partner's half with the DID document of its signer, and returns it in the form that is stored.
///
/// # Errors
/// 400, each with its own code: `attestation.signature` (and the other codes of [`AttestationError::code`]),
/// `attestation.agreement`, `attestation.digest`, `attestation.role`, `attestation.counterparty`, `attestation.time`,
/// `attestation.document`. As [`digest`] besides.
pub fn check_counterpart(
    half: Half,
    unverified: Unverified,
    document: &DidDocument,
    expected: &Expected<'_>,
) -> Result<Attestation, Problem> {
    let statement = unverified.verify(document).map_err(|error| refused(&code_of(&error), error.to_string()))?;
    let id = id_of(expected.agreement)?;
    if statement.agreement != id {
        let detail = format!("the attestation is about agreement {:?}, this is agreement {id:?}", statement.agreement);
        return Err(refused("attestation.agreement", detail));
    }
    let own = digest(expected.agreement)?;
    if statement.digest != own {
        let detail =
            format!("the partner signed another content of agreement {id:?}: {}, we hold {own}", statement.digest);
        return Err(refused("attestation.digest", detail).with_hint("compare the agreement of both sides"));
    }
    if statement.role != signing_role(expected.role) {
        let (role, as_role) = (expected.role, statement.role);
        let detail = format!("the partner is the {role} of agreement {id:?} and signed it as the {as_role}");
        return Err(refused("attestation.role", detail));
    }
    if statement.counterparty != expected.own {
        let detail = format!(
            "the partner signed with {:?} as the other party, we are {:?}",
            statement.counterparty, expected.own
        );
        return Err(refused("attestation.counterparty", detail));
    }
    if statement.attested_at > expected.latest {
        let detail = format!("the partner says that it signed at {}, which has not come yet", statement.attested_at);
        return Err(refused("attestation.time", detail).with_hint("check that both clocks are right"));
    }
    check_documents(&statement, document, expected)?;
    Ok(Attestation {
        role: expected.role.to_string(),
        signer: statement.signer,
        credential: half.credential,
        jwt: half.jwt,
    })
}

/// The DID documents that the partner names are those that its key was found in, and that we publish.
fn check_documents(statement: &Statement, document: &DidDocument, expected: &Expected<'_>) -> Result<(), Problem> {
    let published = document_digest(document);
    if statement.signer_document != published {
        let detail = format!(
            "the attestation names {} as the digest of the partner's DID document, the one that is published has {}",
            named(statement.signer_document.as_deref()),
            named(published.as_deref())
        );
        return Err(
            refused("attestation.document", detail).with_hint("publish the DID document before signing with its keys")
        );
    }
    // Where participants are not named by DIDs there is no document of ours for the partner to see.
    let seen = statement.counterparty_document.as_ref();
    if expected.by_did && seen.is_some_and(|seen| !expected.own_documents.contains(seen)) {
        let detail = format!(
            "the partner saw a DID document of ours with the digest {}, which we do not publish",
            named(seen.map(String::as_str))
        );
        return Err(
            refused("attestation.document", detail).with_hint("resolve our DID again: its document may have changed")
        );
    }
    Ok(())
}

/// The digest by which a DID document is named in halves; none for a `did:key`.
pub fn document_digest(document: &DidDocument) -> Option<String> {
    (!document.id().starts_with("did:key:")).then(|| signed::document_digest(document.json()))
}

/// What a stored half states, as far as it can be read; its signature is not looked at.
pub(crate) fn claims(half: &Attestation) -> Option<Statement> {
    let half = Half { credential: half.credential.clone(), jwt: half.jwt.clone() };
    signed::read(&half).ok().map(|unverified| unverified.claims().clone())
}

/// The digests of the DID documents that halves name.
pub(crate) fn documents_of(halves: &[Attestation]) -> Vec<String> {
    let of = |statement: Statement| {
        let issuers = statement.presented.into_iter().map(|presented| presented.issuer_document);
        [statement.signer_document, statement.counterparty_document].into_iter().chain(issuers).flatten()
    };
    halves.iter().filter_map(claims).flat_map(of).collect()
}

/// The digests of everything that the halves of an agreement name: DID documents and presented credentials.
pub(crate) fn evidence_of(stored: &StoredAgreement) -> Vec<String> {
    let presented = stored.attestations.iter().filter_map(claims).flat_map(|statement| statement.presented);
    documents_of(&stored.attestations).into_iter().chain(presented.map(|presented| presented.digest)).collect()
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

fn named(value: Option<&str>) -> String {
    value.map_or_else(|| "nothing".to_owned(), |value| format!("{value:?}"))
}

fn refused(code: &str, detail: String) -> Problem {
    Problem::bad_request(code, detail)
}

/// Our own half could not be made.
fn unsigned(error: AttestationError) -> Problem {
    match error {
        AttestationError::Malformed(_) => Problem::new(Kind::Unprocessable, "agreement.id", error.to_string()),
        AttestationError::Key(_) => Problem::new(Kind::Unavailable, "attestation.key", error.to_string())
            .with_hint("the message is tried again; see to the place where the keys are kept"),
        AttestationError::Shape(_)
        | AttestationError::Algorithm
        | AttestationError::Signer(_)
        | AttestationError::ForeignKey
        | AttestationError::Signature
        | AttestationError::Jwt(_) => Problem::internal(error),
    }
}

/// `attestation.signature`, … : the code of the signature's error in our catalogue.
fn code_of(error: &AttestationError) -> String {
    error.code().replacen('-', ".", 1)
}
