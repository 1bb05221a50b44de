//! What issuers bring: credentials, or the news that there will be none (DCP 1.0, 6.5).

use std::sync::Arc;

use serde_json::json;
use symbolon_identity::credential::{Credential, CredentialError, Issuers, Profile, VerifiedCredential};
use symbolon_identity::token::Verified;
use symbolon_vocab::dcp::{CredentialContainer, CredentialMessage, DeliveryStatus};

use super::told;
use crate::clock;
use crate::connector::{Change, Connector};
use crate::ids;
use crate::problem::{Kind, Problem};
use crate::storage::StorageError;
use crate::storage::credential_requests::{self as requests, RequestState, StoredRequest};
use crate::storage::credentials::{self, StoredCredential};

/// How often a delivery is tried anew when the request was changed meanwhile.
const ATTEMPTS: usize = 4;
/// Requests with the same process id that are looked at.
const SAME_PID: i64 = 100;
/// Longest reason for a rejection that is kept, in bytes.
const REASON_BYTES: usize = 1024;

/// Takes a delivery. Its sender is who signed the request, so that an issuer brings its own credentials only, and only to a
/// request that we made of it. All credentials are kept, or none.
///
/// # Errors
/// 403 `credential.not-requested`; 400 with the code of the rule that a credential breaks; 503 if something that is needed
/// to check it cannot be had now.
pub async fn deliver(connector: &Arc<Connector>, sender: &Verified, message: CredentialMessage) -> Result<(), Problem> {
    let issuer = sender.participant.id();
    for _ in 0..ATTEMPTS {
        let stored = requested(connector, issuer, &message).await?;
        let outcome = match message.status {
            DeliveryStatus::Rejected => reject(connector, stored, message.rejection_reason.as_deref()).await,
            DeliveryStatus::Issued => {
                let verified = verify(connector, issuer, &stored, &message.credentials).await?;
                keep(connector, stored, verified).await
            }
        };
        match outcome {
            Err(StorageError::Conflict { .. }) => {}
            other => return Ok(other?),
        }
    }
    Err(crate::operations::busy())
}

/// The newest request that a delivery may answer.
async fn requested(connector: &Connector, issuer: &str, message: &CredentialMessage) -> Result<StoredRequest, Problem> {
    let all = requests::by_pid(&connector.db, issuer, &message.holder_pid, SAME_PID).await?;
    let asked_for = |stored: &StoredRequest| {
        stored.state.takes_delivery()
            && message.credentials.iter().all(|item| wanted(connector, stored, item).is_some())
    };
    if let Some(found) = all.iter().find(|stored| asked_for(stored)) {
        return Ok(found.clone());
    }
    let known = all.iter().any(|stored| stored.state.takes_delivery());
    let detail = if known {
        "credentials of this type and format were not asked for under this holderPid"
    } else {
        "nothing was asked of this issuer under this holderPid"
    };
    let rule = if known { "credentials" } else { "holderPid" };
    Err(Problem::new(Kind::Forbidden, "credential.not-requested", detail).with_rule(rule))
}

/// The profile of a delivered credential, if it was asked for.
fn wanted(connector: &Connector, stored: &StoredRequest, item: &CredentialContainer) -> Option<Profile> {
    let profile = Profile::from_name(&item.format, &connector.identity.compatibility)?;
    let fits = |wanted: &requests::Wanted| wanted.r#type == item.credential_type && wanted.format == profile.name();
    stored.wanted.iter().any(fits).then_some(profile)
}

async fn reject(connector: &Arc<Connector>, stored: StoredRequest, reason: Option<&str>) -> Result<(), StorageError> {
    if stored.state == RequestState::Issued {
        // What was delivered stays; there is nothing left to reject.
        return Ok(());
    }
    let mut reason = reason.unwrap_or("the issuer gave no reason").to_owned();
    reason.truncate(reason.floor_char_boundary(REASON_BYTES));
    let next = next(stored, RequestState::Rejected, Some(reason));
    let mut change = Change::default();
    change.write(requests::update(&next));
    change.event("credential-request.rejected", &next.id, Some(&next.issuer), told(&next));
    connector.commit(change).await
}

fn next(stored: StoredRequest, state: RequestState, reason: Option<String>) -> StoredRequest {
    let updated = clock::millis(clock::now());
    StoredRequest { state, reason, code: None, version: stored.version + 1, updated, ..stored }
}

/// Every credential as the issuer's message describes it: of this issuer, about us, of the type and format it says, signed,
/// valid, and neither revoked nor suspended.
async fn verify(
    connector: &Connector,
    issuer: &str,
    stored: &StoredRequest,
    items: &[CredentialContainer],
) -> Result<Vec<Checked>, Problem> {
    let identity = &connector.identity;
    let checker = identity.checker(&Issuers::Anyone);
    let mut verified = Vec::with_capacity(items.len());
    for item in items {
        let Some(profile) = wanted(connector, stored, item) else {
            return Err(mismatch("format", "a credential has a format that was not asked for"));
        };
        let credential = Credential::from_text(&item.payload, &identity.compatibility).map_err(refused)?;
        if !symbolon_identity::did::same(credential.issuer(), issuer) {
            return Err(mismatch("issuer", "a credential was issued by somebody else than who delivers it"));
        }
        if !credential.has_type(&item.credential_type) {
            return Err(mismatch("credentialType", "a credential is not of the type that the message names"));
        }
        if credential.profile() != Some(profile) {
            return Err(mismatch("format", "a credential is not in the format that the message names"));
        }
        let credential = checker.verify(&credential, &connector.participant, clock::now()).await.map_err(refused)?;
        verified.push(Checked { kind: item.credential_type.clone(), format: profile.name(), credential });
    }
    Ok(verified)
}

fn mismatch(rule: &str, detail: &str) -> Problem {
    Problem::bad_request("credential.mismatch", detail).with_rule(rule)
}

fn refused(error: CredentialError) -> Problem {
    let kind = if error.is_transient() { Kind::Unavailable } else { Kind::BadRequest };
    let problem = Problem::new(kind, error.code().replacen('-', ".", 1), error.to_string()).with_rule(error.rule());
    match error.hint() {
        Some(hint) => problem.with_hint(hint),
        None => problem,
    }
}

/// A credential that was found in order, and what it was asked for as.
struct Checked {
    kind: String,
    format: &'static str,
    credential: VerifiedCredential,
}

async fn keep(connector: &Arc<Connector>, stored: StoredRequest, verified: Vec<Checked>) -> Result<(), StorageError> {
    let row = |checked: &Checked| row(&stored.id, &checked.kind, checked.format, &checked.credential);
    let rows = verified.iter().map(row).collect();
    keep_rows(connector, stored, rows).await
}

fn row(request: &str, kind: &str, format: &str, credential: &Credential) -> StoredCredential {
    StoredCredential {
        id: ids::plain(),
        request: request.to_owned(),
        issuer: credential.issuer().to_owned(),
        credential_id: credential.id().map(str::to_owned),
        kind: kind.to_owned(),
        types: credential.types().to_vec(),
        format: format.to_owned(),
        raw: credential.raw().to_text(),
        subject: credential.subjects().first().cloned().unwrap_or_default(),
        statuses: statuses(credential),
        valid_from: credential.valid_from().map(clock::millis),
        valid_until: credential.valid_until().map(clock::millis),
        received: clock::millis(clock::now()),
    }
}

fn statuses(credential: &Credential) -> Vec<serde_json::Value> {
    let Some(profile) = credential.profile() else { return Vec::new() };
    credential.statuses().iter().map(|entry| entry.to_value(profile)).collect()
}

/// Keeps credentials and what they make of their request, in one commit.
async fn keep_rows(
    connector: &Arc<Connector>,
    stored: StoredRequest,
    rows: Vec<StoredCredential>,
) -> Result<(), StorageError> {
    let next = next(stored, RequestState::Issued, None);
    let mut change = Change::default();
    change.write(requests::update(&next));
    for row in &rows {
        change.write(credentials::put(row));
        let body = json!({"type": row.kind, "format": row.format, "issuer": row.issuer, "request": row.request});
        change.event("credential.received", &row.id, Some(&row.issuer), body);
    }
    change.qualify_anew();
    // What a partner shows may be more from now on.
    change.registered(&next.issuer);
    change.event("credential-request.issued", &next.id, Some(&next.issuer), told(&next));
    connector.commit(change).await
}

/// Takes what we issue to ourselves. It was signed here a moment ago, so that only what is read of it is taken apart.
///
/// # Errors
/// 403 if there is no such request; 500 if our own credential cannot be read.
pub(crate) async fn deliver_own(connector: &Arc<Connector>, message: &CredentialMessage) -> Result<(), Problem> {
    let stored = requested(connector, &connector.participant, message).await?;
    if message.status == DeliveryStatus::Rejected {
        return Ok(reject(connector, stored, message.rejection_reason.as_deref()).await?);
    }
    let mut rows = Vec::with_capacity(message.credentials.len());
    for item in &message.credentials {
        let credential = Credential::from_text(&item.payload, &connector.identity.compatibility);
        rows.push(row(&stored.id, &item.credential_type, &item.format, &credential.map_err(Problem::internal)?));
    }
    Ok(keep_rows(connector, stored, rows).await?)
}
