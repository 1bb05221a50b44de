//! The answer to a holder's request on its way to the holder's credential service (DCP 1.0, 6.5).

use std::sync::Arc;

use serde_json::json;
use symbolon_identity::Compatibility;
use symbolon_identity::credential::Profile;
use symbolon_identity::token::Extra;
use symbolon_vocab::dcp::{self, CredentialContainer, CredentialMessage, DeliveryStatus};

use super::signing;
use crate::clock;
use crate::connector::{Change, Connector, Errand};
use crate::http_client::{Exchange, PostError};
use crate::operations::wallet::receiving;
use crate::problem::{Kind, Problem};
use crate::storage::StorageError;
use crate::storage::issuance::{self as rows, Delivery, IssuanceState, StoredIssuance};
use crate::storage::issued;

/// What came of one attempt.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There is nothing left to do.
    Done,
    /// It may work later.
    Later,
}

/// Takes a holder's request one step further: decides it, then delivers the answer.
///
/// # Errors
/// When keys or storage fail; it is to be tried again.
pub(crate) async fn advance(connector: &Arc<Connector>, id: &str, failures: u32) -> Result<Outcome, Problem> {
    let Some(stored) = rows::by_id(&connector.db, id).await? else { return Ok(Outcome::Done) };
    let stored = if stored.state == IssuanceState::Received {
        signing::decide(connector, &stored).await?;
        rows::by_id(&connector.db, id).await?.ok_or_else(|| Problem::not_found("issuance", id))?
    } else {
        stored
    };
    match stored.delivery {
        Delivery::Pending => deliver(connector, stored, failures).await,
        Delivery::Waiting => Ok(Outcome::Later),
        Delivery::Delivered | Delivery::Abandoned => Ok(Outcome::Done),
    }
}

async fn deliver(connector: &Arc<Connector>, stored: StoredIssuance, failures: u32) -> Result<Outcome, Problem> {
    let by_old_name = connector.identity.compatibility.credential_format_vc1_0_jwt && failures % 2 == 1;
    let message = message(connector, &stored, by_old_name).await?;
    if stored.holder == connector.participant {
        let taken = receiving::deliver_own(connector, &message).await;
        let (delivery, failure) = match taken {
            Ok(()) => (Delivery::Delivered, None),
            Err(problem) if problem.kind == Kind::Forbidden => (Delivery::Abandoned, Some(problem.detail)),
            Err(problem) => return Err(problem),
        };
        conclude(connector, stored, delivery, failure).await?;
        return Ok(Outcome::Done);
    }
    let answer = match post(connector, &stored, &message).await {
        Ok(answer) => answer,
        Err(problem) => return put_off(connector, stored, problem.to_string()).await,
    };
    if answer.is_success() {
        conclude(connector, stored, Delivery::Delivered, None).await?;
        return Ok(Outcome::Done);
    }
    let other_name = connector.identity.compatibility.credential_format_vc1_0_jwt && failures == 0;
    if other_name || answer.may_be_repeated(failures) {
        return put_off(connector, stored, answer.refusal()).await;
    }
    tracing::warn!(
        issuance = stored.id,
        holder = stored.holder,
        reason = answer.refusal(),
        "a holder refused its credentials"
    );
    conclude(connector, stored, Delivery::Abandoned, Some(answer.refusal())).await?;
    Ok(Outcome::Done)
}

/// `by_old_name`: older wallets know a profile by another name, and say no more than that they refuse.
async fn message(
    connector: &Connector,
    stored: &StoredIssuance,
    by_old_name: bool,
) -> Result<CredentialMessage, Problem> {
    let issued = issued::of_issuance(&connector.db, &stored.id).await?;
    let container = |credential: issued::IssuedCredential| CredentialContainer {
        credential_type: credential.kind,
        format: match Profile::from_name(&credential.format, &Compatibility::default()) {
            Some(profile) if by_old_name => profile.old_name().to_owned(),
            Some(_) | None => credential.format,
        },
        payload: credential.raw,
    };
    let status = match stored.state {
        IssuanceState::Issued => DeliveryStatus::Issued,
        IssuanceState::Rejected | IssuanceState::Received => DeliveryStatus::Rejected,
    };
    Ok(CredentialMessage {
        issuer_pid: stored.id.clone(),
        holder_pid: stored.holder_pid.clone(),
        status,
        credentials: issued.into_iter().map(container).collect(),
        rejection_reason: stored.reason.clone(),
    })
}

async fn post(
    connector: &Connector,
    stored: &StoredIssuance,
    message: &CredentialMessage,
) -> Result<Exchange, Problem> {
    let address = credential_service(connector, &stored.holder, stored.address.as_deref()).await?;
    let url = format!("{address}/credentials");
    let extra = Extra { token: stored.token.as_deref(), ..Extra::default() };
    let authorization = format!("Bearer {}", connector.authentication.issue(&stored.holder, extra).await?);
    Ok(connector.http.post_as(&authorization, &url, dcp::to_bytes(message)).await?)
}

/// Base URL of a holder's credential service, without a trailing slash. The address in a token counts only where the DID has
/// no document to name it in; the verifier of the token has seen to that.
///
/// # Errors
/// 502 if there is none, 422 if we may not connect there.
pub(super) async fn credential_service(
    connector: &Connector,
    holder: &str,
    told: Option<&str>,
) -> Result<String, Problem> {
    let document = connector.identity.resolver.resolve(holder, clock::now()).await.map_err(|error| {
        Problem::new(Kind::BadGateway, "holder.did", format!("the holder's DID cannot be resolved: {error}"))
    })?;
    let Some(address) = document.service(dcp::CREDENTIAL_SERVICE).or(told) else {
        let detail = format!("the DID document of {holder} names no {}", dcp::CREDENTIAL_SERVICE);
        return Err(Problem::new(Kind::BadGateway, "holder.service", detail));
    };
    connector.http.check(address).map_err(PostError::Forbidden)?;
    Ok(address.trim_end_matches('/').to_owned())
}

/// Keeps why it failed, for people; the worker tries again.
async fn put_off(connector: &Arc<Connector>, stored: StoredIssuance, reason: String) -> Result<Outcome, Problem> {
    tracing::info!(issuance = stored.id, holder = stored.holder, reason, "a holder did not take its credentials");
    if stored.failure.as_ref() != Some(&reason) {
        conclude(connector, stored, Delivery::Pending, Some(reason)).await?;
    }
    Ok(Outcome::Later)
}

async fn conclude(
    connector: &Arc<Connector>,
    stored: StoredIssuance,
    delivery: Delivery,
    failure: Option<String>,
) -> Result<(), Problem> {
    let (version, updated) = (stored.version + 1, clock::millis(clock::now()));
    let token = stored.token.clone().filter(|_| delivery == Delivery::Pending);
    let next = StoredIssuance { delivery, failure, token, version, updated, ..stored };
    let kind = match delivery {
        Delivery::Delivered => "issuance.delivered",
        Delivery::Abandoned => "issuance.abandoned",
        Delivery::Pending | Delivery::Waiting => "issuance.delayed",
    };
    let mut change = Change::default();
    change.write(rows::update(&next));
    let body = json!({"state": next.state.name(), "delivery": delivery.name(), "reason": next.failure});
    change.event(kind, &next.id, Some(&next.holder), body);
    match connector.commit(change).await {
        Ok(()) | Err(StorageError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Gives up: the holder was not reached for too long. It may ask again.
///
/// # Errors
/// When storage fails.
pub(crate) async fn give_up(connector: &Arc<Connector>, id: &str) -> Result<(), Problem> {
    match rows::by_id(&connector.db, id).await? {
        Some(stored) if matches!(stored.delivery, Delivery::Pending | Delivery::Waiting) => {
            let failure = stored.failure.clone();
            conclude(connector, stored, Delivery::Abandoned, failure).await
        }
        Some(_) | None => Ok(()),
    }
}

/// What to take up at a start: requests that are not answered yet.
///
/// # Errors
/// When storage fails.
pub(crate) async fn under_way(db: &crate::storage::Db) -> Result<Vec<Errand>, StorageError> {
    Ok(rows::under_way(db).await?.into_iter().map(Errand::Issue).collect())
}
