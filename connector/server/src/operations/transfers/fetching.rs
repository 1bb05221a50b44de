//! Consumer: the data of a transfer, fetched from the provider with the transfer's token, or from our inbox.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize as _;
use serde_json::{Value, json};
use symbolon_contract_negotiation::Role;
use symbolon_data_plane::fetch::{self, FetchError, Fetched, fetch};
use url::Url;

use super::{access, addresses, find, inbox_path};
use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::Connector;
use crate::http_client::refusal;
use crate::problem::{Finding, Kind, Problem};
use crate::storage::events::NewEvent;
use crate::storage::received;
use crate::storage::transfers::StoredTransfer;

/// Largest refusal that is read.
const REFUSAL_BYTES: usize = 64 * 1024;
/// Longest sentence of a provider that is told, in characters.
const SENTENCE: usize = 2000;

/// What of the data is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Below the endpoint, percent-encoded as received; empty for the asset itself.
    pub path: &'a str,
    /// The query, without the question mark.
    pub query: &'a str,
    /// Value of the `Range` field.
    pub range: Option<&'a str>,
    /// Value of the `If-Range` field.
    pub if_range: Option<&'a str>,
}

/// The data, on its way.
#[derive(Debug)]
pub enum Found {
    /// The provider's answer: 2xx, or 416 for a range that is not there.
    Answer(Fetched),
    /// A file that was pushed into our inbox.
    Received(PathBuf),
}

/// Whose data it is, and who fetches it: what is recorded when it has been fetched.
#[derive(Debug)]
pub struct Account {
    connector: Arc<Connector>,
    operator: String,
    path: String,
    transfer: StoredTransfer,
}

/// Fetches data of a transfer in which we are the consumer.
///
/// # Errors
/// 403 for the role; 404 for an unknown transfer or data that was deleted; 409 when there is nothing to fetch now. What the
/// provider refuses is refused with its reason; 502 and 504 when it does not answer.
pub async fn fetch_data(
    connector: &Arc<Connector>,
    operator: &Operator,
    pid: &str,
    wanted: Wanted<'_>,
) -> Result<(Found, Account), Problem> {
    operator.must(Permission::Negotiate)?;
    let transfer = find(connector, pid).await?;
    let found = if transfer.machine.is_pull() || transfer.machine.role() != Role::Consumer {
        Found::Answer(pulled(connector, operator, pid, wanted).await?)
    } else {
        Found::Received(pushed(connector, &transfer, wanted).await?)
    };
    let path = match wanted.query {
        "" => wanted.path.to_owned(),
        query => format!("{}?{query}", wanted.path),
    };
    Ok((found, Account { connector: Arc::clone(connector), operator: operator.name().to_owned(), path, transfer }))
}

async fn pulled(
    connector: &Arc<Connector>,
    operator: &Operator,
    pid: &str,
    wanted: Wanted<'_>,
) -> Result<Fetched, Problem> {
    let held = access(connector, operator, pid).await?;
    let mut fetched = asked(connector, &held, wanted).await?;
    if fetched.status() == 401 && held.authorization.is_some() {
        // The provider may have another clock, or other keys since: a token that it has just given is one that it knows.
        if let Ok(fresh) = addresses::renewed(connector, pid, held).await {
            fetched = asked(connector, &fresh, wanted).await?;
        }
    }
    match fetched.status() {
        200..=299 | 416 => Ok(fetched),
        _ => Err(refused(fetched).await),
    }
}

async fn asked(connector: &Connector, held: &super::Access, wanted: Wanted<'_>) -> Result<Fetched, Problem> {
    let endpoint = Url::parse(&held.endpoint).map_err(|error| {
        Problem::new(Kind::BadGateway, "data.address", format!("the data address is no URL: {error}"))
    })?;
    let asked = fetch::Wanted {
        endpoint: &endpoint,
        sub_path: wanted.path,
        query: wanted.query,
        authorization: held.authorization.as_deref(),
        range: wanted.range,
        if_range: wanted.if_range,
    };
    fetch(connector.http.data_client(), asked).await.map_err(|error| unanswered(&error))
}

/// Why nothing came.
pub fn unanswered(error: &FetchError) -> Problem {
    let (kind, code) = match error {
        FetchError::Path | FetchError::Field(_) => (Kind::BadRequest, "data.path"),
        FetchError::Address(_) => (Kind::Unprocessable, "partner.address-refused"),
        FetchError::Unreachable(_) => (Kind::BadGateway, "partner.unreachable"),
        FetchError::TimedOut => (Kind::GatewayTimeout, "partner.timed-out"),
        FetchError::Broken(_) => (Kind::BadGateway, "partner.broke-off"),
    };
    let problem = Problem::new(kind, code, error.to_string());
    match error {
        FetchError::Address(_) => problem.with_hint("[outgoing] in the configuration says which addresses are allowed"),
        FetchError::Path
        | FetchError::Field(_)
        | FetchError::Unreachable(_)
        | FetchError::TimedOut
        | FetchError::Broken(_) => problem,
    }
}

/// The provider's refusal, in its own words. That it does not know us is no fault of who asks here: 401 becomes 502.
async fn refused(fetched: Fetched) -> Problem {
    let status = fetched.status();
    let body = fetched.beginning(REFUSAL_BYTES).await.map(|(body, _)| body).unwrap_or_default();
    let said: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |name: &str| said.get(name).and_then(Value::as_str).map(cut);
    let kind = match status {
        400 | 406 | 411 | 413..=415 | 417 => Kind::BadRequest,
        403 => Kind::Forbidden,
        404 | 410 => Kind::NotFound,
        405 => Kind::MethodNotAllowed,
        409 | 412 | 423 => Kind::Conflict,
        429 | 503 => Kind::Unavailable,
        504 => Kind::GatewayTimeout,
        _ => Kind::BadGateway,
    };
    let findings = said.get("findings").and_then(|told| Vec::<Finding>::deserialize(told).ok()).unwrap_or_default();
    let mut problem = Problem::new(kind, "data.refused", cut(&refusal(status, &body))).with_findings(findings);
    problem.rule = text("rule").or_else(|| text("code"));
    problem.hint = text("hint");
    problem
}

fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(SENTENCE).collect()
}

/// The file that a push has brought here.
async fn pushed(connector: &Connector, transfer: &StoredTransfer, wanted: Wanted<'_>) -> Result<PathBuf, Problem> {
    if !wanted.path.is_empty() || !wanted.query.is_empty() {
        let detail = "what was pushed is one file, and has no paths and no queries";
        return Err(Problem::new(Kind::NotFound, "data.path", detail));
    }
    let known = received::by_transfer(&connector.db, &transfer.pid).await?;
    if let Some(at) = known.as_ref().and_then(|known| known.deleted) {
        let because = known.and_then(|known| known.because).unwrap_or_default();
        let detail = format!("what was received was deleted at {:.3}, as the agreement asks", clock::from_millis(at));
        return Err(Problem::new(Kind::NotFound, "data.deleted", detail).with_rule(because));
    }
    let path = inbox_path(connector, &transfer.pid);
    if tokio::fs::try_exists(&path).await.unwrap_or(false) {
        return Ok(path);
    }
    let state = transfer.machine.state_name();
    let detail = format!("nothing has been received whole in the inbox of this connector; the transfer is {state}");
    Err(Problem::new(Kind::Conflict, "data.not-received", detail)
        .with_hint("a push to another address brings nothing here; GET …/progress says how far this one is"))
}

impl Account {
    /// The transfer.
    pub fn transfer(&self) -> &StoredTransfer {
        &self.transfer
    }

    /// Has it written down that so much was fetched, and whether that is all that was asked for.
    pub fn fetched(self, status: u16, bytes: u64, complete: bool) {
        let body = json!({
            "by": self.operator,
            "agreement": self.transfer.agreement_id,
            "asset": self.transfer.asset,
            "path": self.path,
            "status": status,
            "bytes": bytes,
            "complete": complete,
        });
        let event = NewEvent {
            at: clock::millis(clock::now()),
            kind: "transfer.fetched".to_owned(),
            subject: self.transfer.pid,
            partner: Some(self.transfer.partner),
            body,
        };
        // What comes from the inbox was counted when it was received.
        let moved = if self.transfer.machine.is_pull() { bytes } else { 0 };
        self.connector.recorder.fetched(event, moved);
    }
}
