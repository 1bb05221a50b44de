//! Transfer processes: what operators ask for, what partners send, what delivery reports.

mod addresses;
mod automation;
pub mod fetching;
pub mod flows;
mod holding;
mod progress;
pub mod receiving;
pub mod standing;
mod wire;
mod work;

use std::sync::Arc;

use serde_json::{Map, Value, json};
use symbolon_contract_negotiation::Role;
use symbolon_contract_negotiation::transfer::{self, Command, Input, Opening, StateName, Transfer};
use symbolon_data_plane::push::PushState;
use symbolon_vocab::messages::DataAddress;

pub(crate) use holding::review;

pub use addresses::{Access, INBOX, Renewals, access, inbox_path, renew, renewed_for, token_expires};
pub use progress::{Moving, progress};

use super::{ATTEMPTS, Report, StepError, operands};
use crate::authentication::{Operator, Permission};
use crate::connector::{Change, Connector};
use crate::problem::{Kind, Problem};
use crate::storage::agreements::{self, StoredAgreement};
use crate::storage::messages::{self, StoredMessage};
use crate::storage::transfers::{self as rows, Automation, Filter, StoredTransfer};
use crate::storage::{Found, Page, StorageError};
use crate::{clock, ids};
use work::Work;

/// Transfer type: the consumer fetches.
pub const PULL: &str = "HttpData-PULL";
/// Transfer type: the provider delivers.
pub const PUSH: &str = "HttpData-PUSH";

/// What a consumer asks for.
#[derive(Debug)]
pub struct Wanted {
    /// Agreement id.
    pub agreement: String,
    /// Transfer type.
    pub format: String,
    /// Push: where to; without it this connector's own receiving endpoint.
    pub data_address: Option<DataAddress>,
    /// The provider's endpoints, where they are not those that the agreement was made with.
    pub counterparty_address: Option<String>,
    /// What the data is for.
    pub purpose: Option<String>,
    /// What the transfer is confined to: left operand → value.
    pub scope: Option<Map<String, Value>>,
}

/// Consumer: asks for a transfer under an agreement.
///
/// # Errors
/// 404 for an unknown agreement, 409 for a retired one, 403 for the role.
pub async fn request(
    connector: &Arc<Connector>,
    operator: &Operator,
    wanted: Wanted,
) -> Result<StoredTransfer, Problem> {
    operator.must(Permission::Negotiate)?;
    let agreement = in_force_as_consumer(connector, &wanted.agreement).await?;
    let scope = wanted.scope.map(operands::scope).transpose()?;
    let own_pid = ids::urn();
    let push = wanted.format.ends_with("PUSH");
    if wanted.data_address.is_some() && !push {
        let detail = format!("format {:?} is pulled: the provider names the address", wanted.format);
        return Err(Problem::bad_request("transfer.data-address", detail).with_rule("dataAddress"));
    }
    let data_address = match wanted.data_address {
        None if push => Some(addresses::own_inbox(connector, &own_pid, &agreement)?),
        given => given,
    };
    let now = clock::now();
    let opening = Opening { own_pid, agreement_id: agreement.id.clone(), format: wanted.format.clone(), data_address };
    let step = transfer::start_request(opening, now);
    let address = wanted.counterparty_address.unwrap_or(agreement.partner_address.clone());
    let mut row = new_row(step.transfer, &agreement, &address, Automation::default(), now);
    row.purpose = wanted.purpose;
    row.scope = scope;
    let (stored, change) = Work::open(connector, row, step.effects, now).finish();
    connector.commit(change).await?;
    Ok(stored)
}

async fn in_force_as_consumer(connector: &Connector, id: &str) -> Result<StoredAgreement, Problem> {
    let agreement = agreements::by_id(&connector.db, id).await?.ok_or_else(|| Problem::not_found("agreement", id))?;
    if agreement.role != Role::Consumer {
        let detail = "this connector provides under this agreement; the consumer asks for transfers";
        return Err(Problem::new(Kind::Conflict, "agreement.role", detail));
    }
    super::agreements::must_be_in_force(&agreement, Kind::Conflict)?;
    Ok(agreement)
}

fn new_row(
    machine: Transfer,
    agreement: &StoredAgreement,
    peer_address: &str,
    automation: Automation,
    now: jiff::Timestamp,
) -> StoredTransfer {
    StoredTransfer {
        pid: machine.own_pid().to_owned(),
        partner: agreement.partner.clone(),
        peer_address: peer_address.trim_end_matches('/').to_owned(),
        version: 0,
        agreement_id: agreement.id.clone(),
        asset: agreement.asset.clone(),
        format: machine.format().to_owned(),
        generation: 0,
        automation,
        sink: None,
        purpose: None,
        scope: None,
        counted: None,
        held: None,
        bytes: 0,
        requests: 0,
        last_data: None,
        machine,
        created: clock::millis(now),
        updated: clock::millis(now),
    }
}

/// What an operator may do to a transfer.
#[derive(Clone, Debug)]
pub enum Action {
    /// Provider: start, or resume. Consumer: resume.
    Start,
    /// Either: pause.
    Suspend {
        /// For programs.
        code: Option<String>,
        /// For people.
        reason: Vec<String>,
    },
    /// Either: everything is transferred.
    Complete,
    /// Either: end it.
    Terminate {
        /// For programs.
        code: Option<String>,
        /// For people.
        reason: Vec<String>,
    },
}

/// Carries out an operator's action.
///
/// # Errors
/// 404 for an unknown transfer, 403 for the role or when the policy denies a start, 409 when the state does not allow it.
pub async fn act(
    connector: &Arc<Connector>,
    operator: &Operator,
    pid: &str,
    action: Action,
) -> Result<StoredTransfer, Problem> {
    operator.must(Permission::Negotiate)?;
    for _ in 0..ATTEMPTS {
        let mut work = Work::on(connector, find(connector, pid).await?, clock::now());
        let step = match &action {
            Action::Start => automation::start(connector, &mut work).await,
            Action::Suspend { code, reason } => {
                let (code, reason) = (code.clone(), reason.clone());
                work.step(Input::Command(Command::Suspend { code, reason }))
            }
            Action::Complete => work.step(Input::Command(Command::Complete)),
            Action::Terminate { code, reason } => {
                let (code, reason) = (code.clone(), reason.clone());
                work.step(Input::Command(Command::Terminate { code, reason }))
            }
        };
        step.map_err(as_conflict)?;
        match save(connector, work).await {
            Err(StorageError::Conflict { .. }) => {}
            outcome => return Ok(outcome?),
        }
    }
    Err(super::busy())
}

/// A state that does not allow an operator's action is a conflict, not a malformed request.
fn as_conflict(error: StepError) -> Problem {
    match error {
        StepError::Rejected(rejection) => Problem { kind: Kind::Conflict, ..super::rejected(&rejection) },
        StepError::Failed(problem) => problem,
    }
}

async fn save(connector: &Arc<Connector>, work: Work<'_>) -> Result<StoredTransfer, StorageError> {
    let (stored, change) = work.finish();
    connector.commit(change).await?;
    Ok(stored)
}

/// Ends every transfer under an agreement, as part of the change that ends the agreement.
pub(super) async fn end_all(
    connector: &Connector,
    agreement: &str,
    code: &str,
    reason: &str,
    change: &mut Change,
) -> Result<(), Problem> {
    for stored in rows::live_under(&connector.db, agreement).await? {
        let mut work = Work::on(connector, stored, clock::now());
        let code = Some(code.to_owned());
        work.step(Input::Command(Command::Terminate { code, reason: vec![reason.to_owned()] }))?;
        change.merge(work.finish().1);
    }
    Ok(())
}

async fn find(connector: &Connector, pid: &str) -> Result<StoredTransfer, Problem> {
    rows::by_pid(&connector.db, pid).await?.ok_or_else(|| Problem::not_found("transfer", pid))
}

/// One transfer.
///
/// # Errors
/// 404.
pub async fn get(connector: &Connector, operator: &Operator, pid: &str) -> Result<StoredTransfer, Problem> {
    operator.must(Permission::Read)?;
    find(connector, pid).await
}

/// Transfers, newest first.
///
/// # Errors
/// When storage fails.
pub async fn list(
    connector: &Connector,
    operator: &Operator,
    filter: &Filter,
    page: &Page,
) -> Result<Found<StoredTransfer>, Problem> {
    operator.must(Permission::Read)?;
    Ok(rows::list(&connector.db, filter, page).await?)
}

/// The messages of a transfer in both directions, oldest first.
///
/// # Errors
/// 404.
pub async fn timeline(connector: &Connector, operator: &Operator, pid: &str) -> Result<Vec<StoredMessage>, Problem> {
    get(connector, operator, pid).await?;
    Ok(messages::of_process(&connector.db, pid).await?)
}

/// Delivery reports how a message of ours fared.
pub(super) async fn report(connector: &Arc<Connector>, pid: &str, report: Report) -> Result<(), Problem> {
    for _ in 0..ATTEMPTS {
        let stored = find(connector, pid).await?;
        let input = input_of(&stored, &report);
        let mut work = Work::on(connector, stored, clock::now());
        match work.step(input) {
            Ok(()) => {}
            Err(StepError::Rejected(rejection)) => {
                tracing::warn!(
                    process = pid,
                    reason = rejection.reason,
                    "the partner's answer does not fit this transfer"
                );
                return Ok(());
            }
            Err(StepError::Failed(problem)) => return Err(problem),
        }
        match save(connector, work).await {
            Ok(_) => return Ok(()),
            Err(StorageError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(super::busy())
}

fn input_of(stored: &StoredTransfer, report: &Report) -> Input {
    match report {
        Report::Acknowledged { pids } => {
            let said = pids.as_ref().map(|pids| pids.of(stored.machine.role().peer()).to_owned());
            Input::PeerAcknowledged { peer_pid: said }
        }
        Report::Refused { reason } => Input::PeerRefused { reason: reason.clone() },
        Report::State { name } => match name.parse::<StateName>() {
            Ok(state) => Input::PeerReports { state },
            Err(unknown) => Input::Undeliverable { reason: unknown.to_string() },
        },
        Report::Undeliverable { reason } => Input::Undeliverable { reason: reason.clone() },
    }
}

/// Whether the transfer is over, so that what waits for it need not be sent.
pub(super) async fn has_ended(connector: &Connector, pid: &str) -> Result<bool, Problem> {
    Ok(find(connector, pid).await?.machine.state_name().is_terminal())
}

/// Address and body of a message that was queued before the partner's process id was known.
pub(super) async fn completed(
    connector: &Connector,
    message: &StoredMessage,
) -> Result<Option<(String, String)>, Problem> {
    let stored = find(connector, &message.process).await?;
    let completed = wire::completed(&stored.machine, &message.kind, &message.payload);
    Ok(completed.map(|(path, payload)| (format!("{}{path}", stored.peer_address), payload)))
}

/// Records how far a push has come.
pub(crate) async fn record_push(connector: &Connector, pid: &str, state: &PushState) {
    let confirmed = i64::try_from(state.confirmed).unwrap_or(i64::MAX);
    connector
        .db
        .commit_later(vec![rows::record_sink(pid, &json!(state), confirmed, clock::millis(clock::now()))])
        .await;
}

/// Provider: everything has been pushed, or it cannot be.
pub(crate) async fn push_ended(connector: &Arc<Connector>, pid: &str, end: Result<(), Problem>) -> Result<(), Problem> {
    let operator = crate::authentication::automation();
    let action = match end {
        Ok(()) => Action::Complete,
        Err(problem) => Action::Terminate { code: Some(problem.code.clone()), reason: problem.reasons() },
    };
    act(connector, &operator, pid, action).await.map(|_| ())
}
