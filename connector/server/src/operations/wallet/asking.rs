//! Asking issuers: their metadata, the request itself, and how far it got (DCP 1.0, 6.4, 6.7 and 6.8).

use std::sync::Arc;

use jiff::SignedDuration;
use symbolon_identity::token::Extra;
use symbolon_vocab::dcp::{
    self, CredentialObject, CredentialRequestMessage, CredentialStatus, IssuerMetadata, RequestStatus,
};

use super::told;
use crate::clock;
use crate::connector::{Change, Connector, Errand};
use crate::http_client::PostError;
use crate::problem::{Kind, Problem};
use crate::storage::credential_requests::{self as requests, RequestState, StoredRequest};
use crate::storage::{Db, StorageError};

/// How long an issuer may echo the access token that comes with a request: a person may have to decide.
const ECHO_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Longest location that is kept, in bytes.
const LOCATION_BYTES: usize = 2048;

/// What an issuer can issue.
///
/// # Errors
/// 422 if its address is not known or not allowed; 502 if it does not answer, or not with metadata of its own.
pub(crate) async fn metadata(
    connector: &Connector,
    issuer: &str,
    address: Option<&str>,
) -> Result<Vec<CredentialObject>, Problem> {
    let url = format!("{}/metadata", service(connector, issuer, address).await?);
    let authorization = bearer(connector, issuer, Extra::default()).await?;
    let answer = connector.http.get_as(&authorization, &url).await?;
    let failed = |detail: String| Problem::new(Kind::BadGateway, "issuer.metadata", detail).with_rule(url.clone());
    if !answer.is_success() {
        return Err(failed(answer.refusal()));
    }
    let metadata: IssuerMetadata = dcp::parse(&answer.body).map_err(|malformed| failed(malformed.reason))?;
    if metadata.issuer != issuer {
        return Err(failed(format!("the metadata at this address are of {:?}, not of {issuer:?}", metadata.issuer)));
    }
    Ok(metadata.credentials_supported)
}

async fn bearer(connector: &Connector, audience: &str, extra: Extra<'_>) -> Result<String, Problem> {
    Ok(format!("Bearer {}", connector.authentication.issue(audience, extra).await?))
}

/// Base URL of the issuer's service, without a trailing slash: what its DID document says, else what we were told.
async fn service(connector: &Connector, issuer: &str, address: Option<&str>) -> Result<String, Problem> {
    let document = connector.identity.resolver.resolve(issuer, clock::now()).await.map_err(|error| {
        let kind = if error.is_transient() { Kind::BadGateway } else { Kind::Unprocessable };
        Problem::new(kind, "issuer.did", format!("the issuer's DID cannot be resolved: {error}"))
            .with_rule(error.code())
    })?;
    let Some(address) = document.service(dcp::ISSUER_SERVICE).or(address) else {
        let detail = format!("the DID document of {issuer} names no {}", dcp::ISSUER_SERVICE);
        return Err(Problem::new(Kind::Unprocessable, "issuer.service", detail)
            .with_hint("give the address of the issuer's service, or ask the issuer to publish it"));
    };
    connector.http.check(address).map_err(PostError::Forbidden)?;
    Ok(address.trim_end_matches('/').to_owned())
}

/// What came of one attempt to send a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There is nothing left to do.
    Done,
    /// It was taken; the answer is still to come.
    Taken,
    /// It may work later.
    Later,
}

/// Posts a request that no issuer has taken yet.
///
/// # Errors
/// When storage fails.
pub(crate) async fn send(connector: &Arc<Connector>, id: &str, failures: u32) -> Result<Outcome, Problem> {
    let Some(stored) = requests::by_id(&connector.db, id).await? else { return Ok(Outcome::Done) };
    match stored.state {
        RequestState::Created => {}
        RequestState::Requested => return Ok(Outcome::Taken),
        RequestState::Issued | RequestState::Rejected => return Ok(Outcome::Done),
    }
    let answer = match post(connector, &stored).await {
        Ok(answer) => answer,
        Err(problem) => return put_off(connector, stored, problem.to_string()).await,
    };
    if answer.is_success() {
        let location = answer.location.filter(|location| location.len() <= LOCATION_BYTES);
        let taken = StoredRequest { state: RequestState::Requested, code: None, location, reason: None, ..stored };
        keep(connector, taken, "credential-request.taken").await?;
        return Ok(Outcome::Taken);
    }
    if answer.may_be_repeated(failures) {
        return put_off(connector, stored, answer.refusal()).await;
    }
    let refused = StoredRequest { state: RequestState::Rejected, code: None, reason: Some(answer.refusal()), ..stored };
    keep(connector, refused, "credential-request.rejected").await?;
    Ok(Outcome::Done)
}

async fn post(connector: &Connector, stored: &StoredRequest) -> Result<crate::http_client::Exchange, Problem> {
    let url = format!("{}/credentials", service(connector, &stored.issuer, stored.address.as_deref()).await?);
    let credentials = stored.wanted.iter().filter_map(|wanted| wanted.id.clone()).collect();
    let message = CredentialRequestMessage { holder_pid: stored.holder_pid.clone(), credentials };
    let echo = connector.identity.access.grant::<&str>(&stored.issuer, &[], clock::now() + ECHO_LIFE);
    let extra = Extra { token: Some(&echo), pre_authorized_code: stored.code.as_deref(), ..Extra::default() };
    let authorization = bearer(connector, &stored.issuer, extra).await?;
    Ok(connector.http.post_as(&authorization, &url, dcp::to_bytes(&message)).await?)
}

/// Keeps why it failed, for people; the worker tries again.
async fn put_off(connector: &Arc<Connector>, stored: StoredRequest, reason: String) -> Result<Outcome, Problem> {
    tracing::info!(
        request = stored.id,
        issuer = stored.issuer,
        reason,
        "an issuer did not take a request for credentials"
    );
    if stored.reason.as_ref() == Some(&reason) {
        return Ok(Outcome::Later);
    }
    let failed = StoredRequest { reason: Some(reason), ..stored };
    keep(connector, failed, "credential-request.delayed").await?;
    Ok(Outcome::Later)
}

/// Writes what has become of a request. Whoever changed it meanwhile knew more: a delivery may overtake the answer.
async fn keep(connector: &Arc<Connector>, stored: StoredRequest, event: &str) -> Result<(), Problem> {
    let next = StoredRequest { version: stored.version + 1, updated: clock::millis(clock::now()), ..stored };
    let mut change = Change::default();
    change.write(requests::update(&next));
    change.event(event, &next.id, Some(&next.issuer), told(&next));
    match connector.commit(change).await {
        Ok(()) | Err(StorageError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Asks the issuer how far a request got, and keeps the answer. ISSUED is not kept: credentials say so when they come.
///
/// # Errors
/// 409 if the request was not taken; 502 if the issuer does not answer.
pub(crate) async fn look(connector: &Arc<Connector>, stored: StoredRequest) -> Result<StoredRequest, Problem> {
    let (RequestState::Requested, Some(location)) = (stored.state, &stored.location) else {
        let detail = format!("this request is {}, and its issuer has no news of it", stored.state.name());
        return Err(Problem::new(Kind::Conflict, "credential-request.state", detail));
    };
    let url = absolute(connector, &stored, location).await?;
    let authorization = bearer(connector, &stored.issuer, Extra::default()).await?;
    let answer = connector.http.get_as(&authorization, &url).await?;
    let failed = |detail: String| Problem::new(Kind::BadGateway, "issuer.status", detail).with_rule(url.clone());
    if !answer.is_success() {
        return Err(failed(answer.refusal()));
    }
    let status: CredentialStatus = dcp::parse(&answer.body).map_err(|malformed| failed(malformed.reason))?;
    if status.holder_pid != stored.holder_pid {
        return Err(failed("the status is of another request".to_owned()));
    }
    match status.status {
        RequestStatus::Received | RequestStatus::Issued => Ok(stored),
        RequestStatus::Rejected => {
            let id = stored.id.clone();
            let reason = Some("the issuer rejected the request".to_owned());
            let rejected = StoredRequest { state: RequestState::Rejected, reason, ..stored };
            keep(connector, rejected, "credential-request.rejected").await?;
            requests::by_id(&connector.db, &id).await?.ok_or_else(|| Problem::not_found("credential request", &id))
        }
    }
}

/// A location may count from the issuer's service. It never leads to another host than where the request went.
async fn absolute(connector: &Connector, stored: &StoredRequest, location: &str) -> Result<String, Problem> {
    let base = service(connector, &stored.issuer, stored.address.as_deref()).await?;
    let unusable = || Problem::new(Kind::BadGateway, "issuer.status", "the issuer's Location cannot be used");
    let base = url::Url::parse(&base).map_err(|_| unusable())?;
    let joined = base.join(location).map_err(|_| unusable())?;
    if joined.origin() == base.origin() { Ok(joined.into()) } else { Err(unusable()) }
}

/// Gives up a request that no issuer took for too long.
///
/// # Errors
/// When storage fails.
pub(crate) async fn give_up(connector: &Arc<Connector>, id: &str) -> Result<(), Problem> {
    match requests::by_id(&connector.db, id).await? {
        Some(stored) if stored.state == RequestState::Created => {
            let given_up = StoredRequest { state: RequestState::Rejected, code: None, ..stored };
            keep(connector, given_up, "credential-request.rejected").await
        }
        Some(_) | None => Ok(()),
    }
}

/// Looks how far a request got. Tells whether its answer is still to come and the issuer can be asked for it.
///
/// # Errors
/// As [`look`].
pub(crate) async fn is_open(connector: &Arc<Connector>, id: &str) -> Result<bool, Problem> {
    match requests::by_id(&connector.db, id).await? {
        Some(stored) if stored.state == RequestState::Requested && stored.location.is_some() => {
            Ok(look(connector, stored).await?.state == RequestState::Requested)
        }
        Some(_) | None => Ok(false),
    }
}

/// What to take up at a start: requests that are on their way.
///
/// # Errors
/// When storage fails.
pub(crate) async fn under_way(db: &Db) -> Result<Vec<Errand>, StorageError> {
    Ok(requests::under_way(db).await?.into_iter().map(Errand::Ask).collect())
}
