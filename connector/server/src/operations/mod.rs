//! What can be asked of the connector, one file per noun. Each operation loads, asks a pure core, and commits new state
//! and effects in one transaction. It takes a [`Caller`](crate::authentication::Caller) or an
//! [`Operator`](crate::authentication::Operator), which only verification can make.

pub mod agreements;
mod attesting;
pub mod bdrs;
pub mod catalog;
pub mod catalogs;
pub mod data;
pub mod dataspaces;
pub mod events;
pub mod facts;
pub mod founding;
pub mod grants;
pub mod invitations;
pub mod issuing;
pub mod keys;
pub mod logs;
pub mod monitoring;
pub mod negotiations;
pub mod openid;
pub mod operands;
pub mod origins;
pub mod outbox;
pub mod partners;
pub mod path_facts;
pub mod people;
pub mod policies;
pub mod presenting;
pub mod publishing;
pub mod qualifying;
pub mod questions;
pub mod received;
pub mod sessions;
pub mod sources;
pub mod statistics;
pub mod sts;
pub mod summary;
pub mod terminating;
pub mod transfers;
pub mod wallet;
pub mod webhooks;

use std::sync::Arc;

use serde::Deserialize as _;
use serde_json::{Value, json};
use symbolon_contract_negotiation::{Pids, Rejection};

use crate::connector::{Change, Connector};
use crate::http_client::Exchange;
use crate::problem::{Finding, Kind, Problem};
use crate::storage::StorageError;
use crate::storage::messages::{self, ProcessKind, Status, StoredMessage};

/// How often an operation starts anew when somebody else changed the same process meanwhile.
const ATTEMPTS: usize = 16;

/// What delivery tells a process about its message.
#[derive(Clone, Debug)]
pub(crate) enum Report {
    /// 2xx, with the process ids if the answer tells them.
    Acknowledged {
        /// Both ids.
        pids: Option<Pids>,
    },
    /// An error that trying again does not mend.
    Refused {
        /// The partner's words.
        reason: String,
    },
    /// The answer to a question for the partner's state.
    State {
        /// As the partner spells it.
        name: String,
    },
    /// It will not be tried again.
    Undeliverable {
        /// Why.
        reason: String,
    },
}

/// Whether the message opened its process, so that its acknowledgement tells the partner's process id.
pub(crate) fn opens(message: &StoredMessage) -> bool {
    let paths = ["/negotiations/request", "/negotiations/offers", "/transfers/request"];
    message.address.as_ref().is_some_and(|address| paths.iter().any(|path| address.ends_with(path)))
}

/// A message was acknowledged, or a question answered.
pub(crate) async fn delivered(
    connector: &Arc<Connector>,
    item: &StoredMessage,
    exchange: &Exchange,
) -> Result<(), Problem> {
    if item.process_kind() == ProcessKind::Negotiation && !item.is_question() && !opens(item) {
        // The machine learns nothing from the acknowledgement of a message in mid-process.
        return Ok(());
    }
    let body: Value = serde_json::from_slice(&exchange.body).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let answer = if item.is_question() {
        match text("state") {
            Some(name) => Report::State { name },
            None => Report::Undeliverable { reason: "the partner's answer names no state".to_owned() },
        }
    } else {
        let pids = text("consumerPid").zip(text("providerPid"));
        Report::Acknowledged { pids: pids.map(|(consumer_pid, provider_pid)| Pids { consumer_pid, provider_pid }) }
    };
    report(connector, item, answer).await
}

/// A message was refused for good.
pub(crate) async fn refused(
    connector: &Arc<Connector>,
    item: &StoredMessage,
    exchange: &Exchange,
) -> Result<(), Problem> {
    let reason = exchange.refusal();
    let answer = if item.is_question() { Report::Undeliverable { reason } } else { Report::Refused { reason } };
    report(connector, item, answer).await
}

/// A message is given up.
pub(crate) async fn undeliverable(
    connector: &Arc<Connector>,
    item: &StoredMessage,
    reason: &str,
) -> Result<(), Problem> {
    report(connector, item, Report::Undeliverable { reason: reason.to_owned() }).await
}

async fn report(connector: &Arc<Connector>, item: &StoredMessage, report: Report) -> Result<(), Problem> {
    match item.process_kind() {
        ProcessKind::Negotiation => negotiations::report(connector, &item.process, report).await,
        ProcessKind::Transfer => transfers::report(connector, &item.process, report).await,
        ProcessKind::Agreement => terminating::report(connector, item, report).await,
    }
}

/// Whether the process is over, so that what waits for it need not be sent.
pub(crate) async fn has_ended(connector: &Connector, item: &StoredMessage) -> Result<bool, Problem> {
    match item.process_kind() {
        ProcessKind::Negotiation => negotiations::has_ended(connector, &item.process).await,
        ProcessKind::Transfer => transfers::has_ended(connector, &item.process).await,
        // An agreement's one message says that it has ended.
        ProcessKind::Agreement => Ok(false),
    }
}

/// Address and body of a message that was queued before the partner's process id was known.
pub(crate) async fn completed(
    connector: &Connector,
    item: &StoredMessage,
) -> Result<Option<(String, String)>, Problem> {
    match item.process_kind() {
        ProcessKind::Negotiation => negotiations::completed(connector, item).await,
        ProcessKind::Transfer => transfers::completed(connector, item).await,
        ProcessKind::Agreement => Ok(None),
    }
}

/// Why a step was not taken.
#[derive(Debug)]
enum StepError {
    /// The protocol forbids it.
    Rejected(Rejection),
    /// Something else failed.
    Failed(Problem),
}

impl From<Rejection> for StepError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<Problem> for StepError {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

impl From<StepError> for Problem {
    fn from(error: StepError) -> Self {
        match error {
            StepError::Rejected(rejection) => rejected(&rejection),
            StepError::Failed(problem) => problem,
        }
    }
}

/// The protocol machine's refusal as a problem.
fn rejected(rejection: &Rejection) -> Problem {
    let state = rejection.state.unwrap_or("(none)");
    let rule = format!("{} in {state} as {}", rejection.input, rejection.role);
    Problem::bad_request(&format!("negotiation.{}", rejection.code.as_str()), rejection.reason.clone()).with_rule(rule)
}

fn is_conflict(problem: &Problem) -> bool {
    problem.kind == Kind::Conflict && matches!(problem.code.as_str(), "storage.conflict" | "already-exists")
}

fn busy() -> Problem {
    Problem::new(Kind::Unavailable, "busy", "this process is being changed by many at once").with_hint("try again")
}

/// The partner used a message id for two messages.
fn id_used() -> Problem {
    Problem::bad_request("message.repeated", "this message's @id was used for another message before")
        .with_rule("@id")
        .with_hint("give each message an @id of its own")
}

/// A repeated message gets the answer that it got the first time.
fn same_answer(first: &StoredMessage) -> Result<(), Problem> {
    if first.status != Status::Refused {
        return Ok(());
    }
    let kept: Value = first.detail.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let text = |name: &str| kept.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut problem = Problem::bad_request(&text("code"), text("reason"));
    problem.rule = kept.get("rule").and_then(Value::as_str).map(str::to_owned);
    problem.hint = kept.get("hint").and_then(Value::as_str).map(str::to_owned);
    let findings: Vec<Finding> = kept.get("findings").and_then(|kept| Vec::deserialize(kept).ok()).unwrap_or_default();
    problem.findings = findings.into_boxed_slice();
    Err(problem)
}

/// What is kept of a refusal for a repetition.
fn answer_text(problem: &Problem) -> String {
    let Problem { code, detail, rule, hint, findings, .. } = problem;
    json!({"code": code, "reason": detail, "rule": rule, "hint": hint, "findings": findings}).to_string()
}

/// Keeps a refusal of a partner's message, so that a repetition gets the same answer and people see what was refused.
async fn record_refusal(connector: &Arc<Connector>, message: StoredMessage, problem: &Problem) -> Result<(), Problem> {
    let refused = StoredMessage { status: Status::Refused, detail: Some(answer_text(problem)), ..message };
    let mut change = Change::default();
    change.write(messages::insert(&refused));
    let body = json!({"type": refused.kind, "code": problem.code, "reason": problem.reasons()});
    change.event("message.refused", &refused.process, Some(&refused.partner), body);
    match connector.commit(change).await {
        Ok(()) | Err(StorageError::Duplicate { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
