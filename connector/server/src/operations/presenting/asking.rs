//! Asking a partner's credential service (DCP 1.0 §5.4): one query for everything that our dataspaces require, the answer
//! verified and put on record.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use symbolon_identity::catenax;
use symbolon_identity::credential::{Credential, VerifiedCredential};
use symbolon_identity::fetch::FetchError;
use symbolon_identity::presentation::{
    MAX_PRESENTATION, MAX_PRESENTATIONS, PresentationError, Presented, verify_response,
};
use symbolon_identity::token::{Extra, Verified};
use symbolon_vocab::dcp::{self, PresentationQueryMessage};

use super::rules::Rules;
use crate::clock;
use crate::connector::{Change, Connector};
use crate::problem::{Kind, Problem};
use crate::storage::presentations::{self, PresentedCredential, StoredPresentation};
use crate::worker::monitor::About;

/// Largest answer that is read.
const ANSWER_BYTES: usize = MAX_PRESENTATION * MAX_PRESENTATIONS;

/// Asks the sender of a token with the access token that it gave us. Returns what it presented, when that was verified, and
/// until when it counts.
///
/// # Errors
/// 403 for what is presented, not presented or refused; 503 for what cannot be had now.
pub(super) async fn ask(
    connector: &Connector,
    verified: &Verified,
    token: &str,
    rules: &Rules,
) -> Result<(Presented, Timestamp, Timestamp), Problem> {
    let partner = verified.participant.id();
    let answer = query(connector, verified, token, rules).await?;
    let message: Value = serde_json::from_slice(&answer).map_err(|_| {
        refused("presentation.malformed", "the answer of the partner's credential service is not JSON".to_owned())
    })?;
    let now = clock::now();
    let checker = connector.identity.checker(&rules.issuers);
    let checked = verify_response(&message, partner, &connector.participant, &checker, now).await;
    let presented = checked.map_err(|error| invalid(&error))?;
    let most = Duration::from_secs(connector.config.identity.presentation_cache_s);
    let most = SignedDuration::try_from(most).unwrap_or(SignedDuration::MAX);
    let until = now.checked_add(most).unwrap_or(Timestamp::MAX).min(presented.expires);
    record(connector, partner, &presented, rules, now, until).await?;
    tracing::info!(partner, credentials = presented.credentials.len(), %until, "a partner's presentation was verified");
    Ok((presented, now, until))
}

async fn query(connector: &Connector, verified: &Verified, token: &str, rules: &Rules) -> Result<Vec<u8>, Problem> {
    let partner = verified.participant.id();
    let Some(service) = verified.claims.credential_service.as_deref() else {
        let detail = "the partner's DID document names no CredentialService, so it cannot present anything";
        return Err(refused("presentation.no-credential-service", detail.to_owned()).with_rule("DCP 1.0 §5.2"));
    };
    let message = PresentationQueryMessage::Scope(rules.required.clone());
    let extra = Extra { token: Some(token), ..Extra::default() };
    let authorization = format!("Bearer {}", connector.authentication.issue(partner, extra).await?);
    let address = format!("{}/presentations/query", service.trim_end_matches('/'));
    let answer = connector.identity.fetch.post(&address, &authorization, dcp::to_bytes(&message), ANSWER_BYTES).await;
    answer.map_err(|error| unanswered(&error))
}

/// A peer takes 4xx as the end of what it does, so only what may pass is 5xx.
fn unanswered(error: &FetchError) -> Problem {
    let detail = format!("the partner's credential service did not present: {error}");
    match error {
        FetchError::Status(429 | 500..) | FetchError::Unreachable(_) => {
            Problem::new(Kind::Unavailable, "presentation.unreachable", detail).with_hint("try again later")
        }
        FetchError::Status(_) => refused("presentation.refused", detail)
            .with_hint("does the access token in the `token` claim let this connector ask for the scopes?"),
        FetchError::Forbidden(_) => refused("presentation.address-refused", detail)
            .with_hint("[outgoing] in the configuration says which addresses are allowed"),
        FetchError::TooLarge => refused("presentation.too-large", detail),
    }
}

fn invalid(error: &PresentationError) -> Problem {
    let kind = if error.is_transient() { Kind::Unavailable } else { Kind::Forbidden };
    let problem = Problem::new(kind, error.code().replacen('-', ".", 1), error.to_string()).with_rule(error.rule());
    match error.hint() {
        Some(hint) => problem.with_hint(hint),
        None => problem,
    }
}

fn refused(code: &str, detail: String) -> Problem {
    Problem::new(Kind::Forbidden, code, detail)
}

/// Puts on record what counts as proven from now on. Data requests are decided on it, so they are decided anew if it differs
/// from what was.
async fn record(
    connector: &Connector,
    partner: &str,
    presented: &Presented,
    rules: &Rules,
    now: Timestamp,
    until: Timestamp,
) -> Result<(), Problem> {
    let row = |credential: &VerifiedCredential| row(credential, catenax::facts(credential), rules);
    let credentials: Vec<_> = presented.credentials.iter().map(row).collect();
    let before = presentations::by_partner(&connector.db, partner).await?.map(|before| before.credentials);
    let before = before.unwrap_or_default();
    if before.is_empty() && credentials.is_empty() {
        // Strangers who prove nothing leave no rows.
        return Ok(());
    }
    let mut change = Change::default();
    if before != credentials {
        change.decide_anew_about(About::Partner(partner.to_owned()));
    }
    change.write(presentations::put(&StoredPresentation {
        partner: partner.to_owned(),
        credentials,
        verified: clock::millis(now),
        expires: clock::millis(until),
    }));
    Ok(connector.commit(change).await?)
}

/// A credential as it is kept, with what it says.
pub(super) fn row(credential: &Credential, facts: Vec<(String, Value)>, rules: &Rules) -> PresentedCredential {
    let statuses = match credential.json().get("credentialStatus") {
        Some(Value::Array(several)) => several.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    PresentedCredential {
        dataspaces: rules.believing(credential),
        issuer: credential.issuer().to_owned(),
        types: credential.types().to_vec(),
        digest: credential.digest(),
        raw: credential.raw().to_text(),
        statuses,
        facts,
        expires: clock::millis(credential.valid_until().unwrap_or(Timestamp::MAX)),
    }
}
