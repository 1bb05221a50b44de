//! Messages of a transfer from partners.

use std::sync::Arc;

use symbolon_contract_negotiation::transfer::{self, Input, Message, MessageName, Opening, StateName};
use symbolon_contract_negotiation::{Pids, Role};
use symbolon_vocab::messages::{Scope, TransferProcess, TransferRequestMessage, TransferState};

use super::super::{ATTEMPTS, operands, record_refusal};
use super::work::Work;
use super::{automation, new_row};
use crate::authentication::Caller;
use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::storage::StorageError;
use crate::storage::agreements::{self, StoredAgreement};
use crate::storage::assets;
use crate::storage::messages::{self, StoredMessage};
use crate::storage::transfers::{self as rows, Automation, StoredTransfer};
use crate::{clock, ids};

/// A message to an existing process, as the face has parsed it.
#[derive(Debug)]
pub struct Incoming {
    /// The process id in the path: ours.
    pub pid: String,
    /// The message's `@id`, if it has one.
    pub message_id: Option<String>,
    /// The process ids in the body.
    pub pids: Pids,
    /// What it says.
    pub message: Message,
    /// The body as received.
    pub payload: String,
}

/// A consumer requests a transfer (`POST /transfers/request`). Repeating the request under the same `consumerPid`
/// answers with the process as it is.
///
/// # Errors
/// 400 for an agreement that this partner does not hold, a format that the asset does not have, or an address that we
/// may not call.
pub async fn requested(
    connector: &Arc<Connector>,
    caller: &Caller,
    message: TransferRequestMessage,
    payload: &str,
) -> Result<TransferProcess, Problem> {
    let partner = caller.participant();
    if let Some(known) = rows::by_peer_pid(&connector.db, partner, Role::Provider, &message.consumer_pid).await? {
        return Ok(acknowledgement(&known));
    }
    let agreement = agreement_of(connector, caller, &message.agreement_id).await?;
    check_format(connector, &agreement, &message).await?;
    check_addresses(connector, &message)?;
    let scope = message.scope.map(|Scope(given)| operands::scope(given)).transpose()?;
    let now = clock::now();
    let opening = Opening {
        own_pid: ids::urn(),
        agreement_id: agreement.id.clone(),
        format: message.format.clone(),
        data_address: message.data_address.clone(),
    };
    let step = transfer::start_requested(opening, message.consumer_pid.clone(), now);
    let automation = Automation { start: agreement.transfer_automation };
    let mut row = new_row(step.transfer, &agreement, &message.callback_address, automation, now);
    row.purpose = message.purpose;
    row.scope = scope;
    let answer = acknowledgement(&row);
    let mut work = Work::open(connector, row, step.effects, now);
    work.record_received(&message.id.unwrap_or_else(ids::urn), MessageName::Request.as_str(), payload);
    automation::react(connector, &mut work).await?;
    let (_, change) = work.finish();
    match connector.commit(change).await {
        Ok(()) => Ok(answer),
        // The same request came twice at once: both get the process that the first one made.
        Err(StorageError::Duplicate { .. }) => {
            match rows::by_peer_pid(&connector.db, partner, Role::Provider, &message.consumer_pid).await? {
                Some(known) => Ok(acknowledgement(&known)),
                None => Err(super::super::id_used()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// The agreement, if this partner is its consumer. One that does not exist and one of somebody else look alike.
async fn agreement_of(connector: &Connector, caller: &Caller, id: &str) -> Result<StoredAgreement, Problem> {
    let found = agreements::by_id(&connector.db, id).await?;
    found.filter(|agreement| agreement.partner == caller.participant() && agreement.role == Role::Provider).ok_or_else(
        || {
            Problem::bad_request("agreement.unknown", format!("there is no agreement {id:?} with you"))
                .with_rule("agreementId")
        },
    )
}

async fn check_format(
    connector: &Connector,
    agreement: &StoredAgreement,
    message: &TransferRequestMessage,
) -> Result<(), Problem> {
    let Some(asset) = assets::by_id(&connector.db, &agreement.asset).await? else {
        return Err(Problem::bad_request("asset.withdrawn", "the dataset of this agreement has been withdrawn"));
    };
    if !asset.formats.contains(&message.format) {
        let detail = format!("format {:?} is not one of {}", message.format, asset.formats.join(", "));
        return Err(Problem::bad_request("transfer.format", detail).with_rule("format"));
    }
    let push = message.format.ends_with("PUSH");
    match (push, &message.data_address) {
        (true, None) => Err(Problem::bad_request("transfer.data-address", "a push needs a dataAddress to deliver to")
            .with_rule("dataAddress")),
        (false, Some(_)) => {
            Err(Problem::bad_request("transfer.data-address", "a pull has no dataAddress in its request")
                .with_rule("dataAddress"))
        }
        (true, Some(_)) | (false, None) => Ok(()),
    }
}

fn check_addresses(connector: &Connector, message: &TransferRequestMessage) -> Result<(), Problem> {
    let refused = |member: &str, reason: String| {
        Problem::bad_request("address.refused", format!("{member}: {reason}")).with_rule(member.to_owned())
    };
    connector.http.check(&message.callback_address).map_err(|reason| refused("callbackAddress", reason))?;
    if let Some(address) = &message.data_address {
        let endpoint = address.endpoint.as_deref().unwrap_or_default();
        connector.http.check(endpoint).map_err(|reason| refused("dataAddress.endpoint", reason))?;
    }
    Ok(())
}

/// A message to an existing transfer. A repeated message gets the answer that it got the first time.
///
/// # Errors
/// 404 when this partner has no such process; 400 when the state, the ids or the address forbid it.
pub async fn receive(
    connector: &Arc<Connector>,
    caller: &Caller,
    incoming: Incoming,
) -> Result<TransferProcess, Problem> {
    let message_id = incoming.message_id.clone().unwrap_or_else(ids::urn);
    for _ in 0..ATTEMPTS {
        let stored = of_caller(connector, caller, &incoming.pid).await?;
        match take(connector, stored, &incoming, &message_id).await {
            Ok(acknowledgement) => return Ok(acknowledgement),
            Err(problem) => {
                // A message that came before is refused by the state it led to, or by its own record.
                let answered = messages::received(&connector.db, caller.participant(), &message_id).await?;
                match answered {
                    Some(first) if first.process == incoming.pid => {
                        super::super::same_answer(&first)?;
                        let stored = of_caller(connector, caller, &incoming.pid).await?;
                        return Ok(acknowledgement(&stored));
                    }
                    Some(_) if super::super::is_conflict(&problem) => return Err(super::super::id_used()),
                    None if super::super::is_conflict(&problem) => {}
                    Some(_) | None => return Err(problem),
                }
            }
        }
    }
    Err(super::super::busy())
}

async fn take(
    connector: &Arc<Connector>,
    stored: StoredTransfer,
    incoming: &Incoming,
    message_id: &str,
) -> Result<TransferProcess, Problem> {
    let kind = incoming.message.name().as_str();
    let (pid, partner) = (stored.pid.clone(), stored.partner.clone());
    let mut work = Work::on(connector, stored, clock::now());
    let (message, pids) = (incoming.message.clone(), incoming.pids.clone());
    if let Err(error) = work.step(Input::Received { message, pids }) {
        let problem = Problem::from(error);
        if problem.kind != Kind::Internal {
            let at = clock::millis(clock::now());
            let refused = StoredMessage::incoming(&pid, &partner, message_id, kind, &incoming.payload, at);
            record_refusal(connector, refused, &problem).await?;
        }
        return Err(problem);
    }
    work.record_received(message_id, kind, &incoming.payload);
    automation::react(connector, &mut work).await?;
    let (stored, change) = work.finish();
    connector.commit(change).await?;
    Ok(acknowledgement(&stored))
}

/// The transfer, if it is this partner's.
///
/// # Errors
/// 404, also when it belongs to somebody else.
pub async fn of_caller(connector: &Connector, caller: &Caller, pid: &str) -> Result<StoredTransfer, Problem> {
    let found = rows::by_pid(&connector.db, pid).await?;
    found.filter(|stored| stored.partner == caller.participant()).ok_or_else(|| Problem::not_found("transfer", pid))
}

/// The DSP answer that tells both ids and the state.
pub fn acknowledgement(stored: &StoredTransfer) -> TransferProcess {
    let machine = &stored.machine;
    TransferProcess {
        id: None,
        provider_pid: machine.provider_pid().unwrap_or_default().to_owned(),
        consumer_pid: machine.consumer_pid().unwrap_or_default().to_owned(),
        state: match machine.state_name() {
            StateName::Requested => TransferState::Requested,
            StateName::Started => TransferState::Started,
            StateName::Suspended => TransferState::Suspended,
            StateName::Completed => TransferState::Completed,
            StateName::Terminated => TransferState::Terminated,
        },
    }
}
