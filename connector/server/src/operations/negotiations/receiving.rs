//! Messages of a negotiation from partners.

use std::sync::Arc;

use symbolon_contract_negotiation::negotiation::{self, Input, Message, MessageName, Opening, StateName};
use symbolon_contract_negotiation::{Pids, Role};
use symbolon_identity::attestation::Half;
use symbolon_policies_odrl::PolicyDocument;
use symbolon_vocab::messages::{
    ContractNegotiation, ContractNegotiationState, ContractOfferMessage, ContractRequestMessage,
};

use super::super::{ATTEMPTS, StepError, facts, record_refusal};
use super::automation;
use super::wire;
use super::work::{Known, Work, new_row, parties};
use crate::authentication::Caller;
use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::storage::StorageError;
use crate::storage::messages::{self, StoredMessage};
use crate::storage::negotiations::{self as rows, Automation, StoredNegotiation};
use crate::storage::offers::{self, Offer, Step};
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
    /// The partner's half of the agreement, if it sent one.
    pub attestation: Option<Half>,
    /// The body as received.
    pub payload: String,
}

/// A consumer opens a negotiation (`POST /negotiations/request`). Repeating the request under the same `consumerPid`
/// answers with the process as it is.
///
/// # Errors
/// 400 for an offer that is not known to this partner, terms that cannot be read, or a callback we may not call.
pub async fn requested(
    connector: &Arc<Connector>,
    caller: &Caller,
    message: ContractRequestMessage,
    payload: &str,
) -> Result<ContractNegotiation, Problem> {
    let partner = caller.participant();
    if let Some(known) = rows::by_peer_pid(&connector.db, partner, Role::Provider, &message.consumer_pid).await? {
        return Ok(acknowledgement(&known));
    }
    let terms = read_offer(message.offer)?;
    let callback = check_callback(connector, message.callback_address)?;
    let offer_id = terms.policy().id.clone().unwrap_or_default();
    let (known, asset) = visible_offer(connector, caller, &offer_id).await?;
    let terms = match target_of(&terms) {
        Some(target) if target != asset => {
            let detail = format!("offer.target is {target:?}, but the offer {offer_id:?} is for another dataset");
            return Err(Problem::bad_request("offer.target", detail).with_rule("offer.target"));
        }
        Some(_) => terms,
        None => terms.as_message_offer(&offer_id, &asset),
    };
    let now = clock::now();
    let (consumer, provider) = parties(connector, Role::Provider, partner);
    let opening = Opening { own_pid: ids::urn(), consumer, provider, offer: terms };
    let step = negotiation::start_requested(opening, message.consumer_pid.clone(), now)
        .map_err(|rejection| super::super::rejected(&rejection))?;
    let automation = provider_automation(&known.offer);
    let row = new_row(step.negotiation, partner, &callback, &asset, &offer_id, automation, now);
    let row = StoredNegotiation { dataspace: known.offer.dataspace.clone(), ..row };
    let opened = Opened { id: message.id, kind: wire::type_of(MessageName::Request), payload, token: caller.token() };
    open(connector, row, step.effects, opened, &message.consumer_pid, Some(known)).await
}

/// A provider opens a negotiation (`POST /negotiations/offers`). Somebody decides what becomes of it.
///
/// # Errors
/// 400 for terms that cannot be read or a callback we may not call.
pub async fn offered(
    connector: &Arc<Connector>,
    caller: &Caller,
    message: ContractOfferMessage,
    payload: &str,
) -> Result<ContractNegotiation, Problem> {
    let partner = caller.participant();
    if let Some(known) = rows::by_peer_pid(&connector.db, partner, Role::Consumer, &message.provider_pid).await? {
        return Ok(acknowledgement(&known));
    }
    let terms = read_offer(message.offer)?;
    let callback = check_callback(connector, message.callback_address)?;
    let offer_id = terms.policy().id.clone().unwrap_or_default();
    let asset = target_of(&terms).unwrap_or_default().to_owned();
    let now = clock::now();
    let (consumer, provider) = parties(connector, Role::Consumer, partner);
    let opening = Opening { own_pid: ids::urn(), consumer, provider, offer: terms };
    let step = negotiation::start_offered(opening, message.provider_pid.clone(), now)
        .map_err(|rejection| super::super::rejected(&rejection))?;
    let automation = Automation { verify: Step::Auto, ..Automation::default() };
    let row = new_row(step.negotiation, partner, &callback, &asset, &offer_id, automation, now);
    let row = StoredNegotiation { dataspace: shared_dataspace(connector, caller), ..row };
    let opened = Opened { id: message.id, kind: wire::type_of(MessageName::Offer), payload, token: caller.token() };
    open(connector, row, step.effects, opened, &message.provider_pid, None).await
}

/// The dataspace that the partner proved to share with us, where it is one. A provider does not say which it means.
fn shared_dataspace(connector: &Connector, caller: &Caller) -> String {
    let all = connector.dataspaces.all();
    let mut shared = all.iter().filter(|dataspace| caller.belongs_to(&dataspace.id));
    match (shared.next(), shared.next()) {
        (Some(only), None) => only.id.clone(),
        (None | Some(_), _) => String::new(),
    }
}

/// The opening message, for the record.
struct Opened<'a> {
    id: Option<String>,
    kind: &'static str,
    payload: &'a str,
    token: Option<&'a str>,
}

async fn open(
    connector: &Arc<Connector>,
    row: StoredNegotiation,
    effects: Vec<negotiation::Effect>,
    opened: Opened<'_>,
    peer_pid: &str,
    known: Option<Known>,
) -> Result<ContractNegotiation, Problem> {
    let (partner, role, now) = (row.partner.clone(), row.machine.role(), clock::now());
    let answer = acknowledgement(&row);
    let mut work = Work::open(connector, row, effects, now).await?;
    work.known = known;
    work.record_received(&opened.id.unwrap_or_else(ids::urn), opened.kind, opened.payload, opened.token);
    automation::react(connector, &mut work, None).await?;
    match work.save().await {
        Ok(_) => Ok(answer),
        // The same request came twice at once: both get the process that the first one made.
        Err(StorageError::Duplicate { .. }) => {
            match rows::by_peer_pid(&connector.db, &partner, role, peer_pid).await? {
                Some(known) => Ok(acknowledgement(&known)),
                None => Err(super::super::id_used()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// A message to an existing negotiation. A repeated message gets the answer that it got the first time.
///
/// # Errors
/// 404 when this partner has no such process; 400 when the state, the ids, the terms or the attestation forbid it.
pub async fn receive(
    connector: &Arc<Connector>,
    caller: &Caller,
    incoming: Incoming,
) -> Result<ContractNegotiation, Problem> {
    let message_id = incoming.message_id.clone().unwrap_or_else(ids::urn);
    for _ in 0..ATTEMPTS {
        let stored = at_hand_of(connector, caller, &incoming.pid).await?;
        match take(connector, stored, &incoming, &message_id, caller.token()).await {
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
    stored: StoredNegotiation,
    incoming: &Incoming,
    message_id: &str,
    token: Option<&str>,
) -> Result<ContractNegotiation, Problem> {
    let kind = wire::type_of(incoming.message.name());
    let asked = stored.machine.last_offer().clone();
    let before = stored.clone();
    let mut work = Work::on(connector, stored, clock::now());
    if let Err(error) = step(&mut work, incoming).await {
        let (pid, partner) = (&before.pid, &before.partner);
        if super::stale(connector, pid, before.version).await? {
            return Err(StorageError::Conflict { table: rows::TABLE, key: pid.clone() }.into());
        }
        let problem = Problem::from(error);
        // What may pass is not kept: the partner tries again.
        if !matches!(problem.kind, Kind::Internal | Kind::Unavailable) {
            let at = clock::millis(clock::now());
            let refused = StoredMessage::incoming(pid, partner, message_id, kind, &incoming.payload, at);
            let refused = StoredMessage { token: token.map(str::to_owned), ..refused };
            record_refusal(connector, refused, &problem).await?;
        }
        return Err(problem);
    }
    work.record_received(message_id, kind, &incoming.payload, token);
    automation::react(connector, &mut work, Some(&asked)).await?;
    Ok(acknowledgement(&work.save().await?))
}

/// One step with the partner's half, which foreign connectors do not send, and which is refused if it does not fit.
async fn step(work: &mut Work<'_>, incoming: &Incoming) -> Result<(), StepError> {
    if let Some(half) = &incoming.attestation {
        work.countersigned(half.clone()).await?;
    }
    let (message, pids) = (incoming.message.clone(), incoming.pids.clone());
    work.step(Input::Received { message, pids }).await
}

/// As [`of_caller`], perhaps as it was a moment ago: for what never changes, or is checked by version when it is written.
///
/// # Errors
/// As [`of_caller`].
pub async fn at_hand_of(connector: &Connector, caller: &Caller, pid: &str) -> Result<StoredNegotiation, Problem> {
    match connector.recent.get(pid).filter(|recent| recent.partner == caller.participant()) {
        Some(recent) => Ok(StoredNegotiation::clone(&recent)),
        None => of_caller(connector, caller, pid).await,
    }
}

/// The negotiation, if it is this partner's.
///
/// # Errors
/// 404, also when it belongs to somebody else.
pub async fn of_caller(connector: &Connector, caller: &Caller, pid: &str) -> Result<StoredNegotiation, Problem> {
    let found = rows::by_pid(&connector.db, pid).await?;
    found.filter(|stored| stored.partner == caller.participant()).ok_or_else(|| Problem::not_found("negotiation", pid))
}

/// The DSP answer that tells both ids and the state.
pub fn acknowledgement(stored: &StoredNegotiation) -> ContractNegotiation {
    let machine = &stored.machine;
    ContractNegotiation {
        id: None,
        provider_pid: machine.provider_pid().unwrap_or_default().to_owned(),
        consumer_pid: machine.consumer_pid().unwrap_or_default().to_owned(),
        state: wire_state(machine.state_name()),
    }
}

fn wire_state(state: StateName) -> ContractNegotiationState {
    match state {
        StateName::Requested => ContractNegotiationState::Requested,
        StateName::Offered => ContractNegotiationState::Offered,
        StateName::Accepted => ContractNegotiationState::Accepted,
        StateName::Agreed => ContractNegotiationState::Agreed,
        StateName::Verified => ContractNegotiationState::Verified,
        StateName::Finalized => ContractNegotiationState::Finalized,
        StateName::Terminated => ContractNegotiationState::Terminated,
    }
}

/// The offer behind a DSP offer id, if this partner may see it. An offer that does not exist and one that is hidden look
/// alike.
async fn visible_offer(connector: &Connector, caller: &Caller, offer_id: &str) -> Result<(Known, String), Problem> {
    let unknown = || {
        Problem::bad_request("offer.unknown", format!("there is no offer {offer_id:?} for you"))
            .with_rule("offer.@id")
            .with_hint("take the offer's @id from a catalogue that you have just read")
    };
    let (offer, asset) = offers::by_dsp_offer_id(&connector.db, offer_id).await?.ok_or_else(unknown)?;
    if !caller.belongs_to(&offer.dataspace) {
        return Err(unknown());
    }
    let access = connector.policy(&offer.access_policy).await?;
    let standing = facts::standing(connector, caller.participant(), &offer.dataspace, clock::now()).await?;
    let sees = facts::may_see(access.policy(), caller.participant(), &standing.world);
    if sees { Ok((Known { offer, standing }, asset)) } else { Err(unknown()) }
}

/// Reads and checks an offer from the wire.
pub(super) fn read_offer(value: serde_json::Value) -> Result<PolicyDocument, Problem> {
    let refused = |error| Problem::of_policy("offer.malformed", "offer", &error);
    symbolon_policies_odrl::dsp::check_message_offer(&value).map_err(refused)?;
    PolicyDocument::parse(value).map_err(refused)
}

pub(super) fn target_of(terms: &PolicyDocument) -> Option<&str> {
    terms.json().get("target").and_then(serde_json::Value::as_str)
}

fn check_callback(connector: &Connector, callback: Option<String>) -> Result<String, Problem> {
    let callback = callback.ok_or_else(|| {
        Problem::bad_request("callback.missing", "callbackAddress is missing").with_rule("callbackAddress")
    })?;
    connector.http.check(&callback).map_err(|reason| {
        Problem::bad_request("callback.refused", format!("callbackAddress: {reason}")).with_rule("callbackAddress")
    })?;
    Ok(callback)
}

fn provider_automation(offer: &Offer) -> Automation {
    let rule = &offer.automation;
    Automation { answer: rule.answer, finalize: rule.finalize, transfer: rule.transfer, ..Automation::default() }
}
