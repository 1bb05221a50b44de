//! Contract negotiations: what operators ask for, what partners send, what delivery reports.

mod automation;
pub mod receiving;
pub mod standing;
mod wire;
mod work;

use std::sync::Arc;

use symbolon_contract_negotiation::Role;
use symbolon_contract_negotiation::negotiation::{self, Command, Input, Opening, StateName};
use symbolon_policies_odrl::PolicyDocument;

use super::partners::Counterparty;
use super::policies::must_follow_profile;
use super::{ATTEMPTS, Report};
use crate::authentication::{Operator, Permission};
use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::storage::messages::{self, StoredMessage};
use crate::storage::negotiations::{self as rows, Automation, Filter, StoredNegotiation};
use crate::storage::offers;
use crate::storage::{Found, Page, StorageError};
use crate::{clock, ids};
use work::{Work, new_row, parties};

/// Consumer: asks a partner for a contract under an offer of its catalogue.
///
/// # Errors
/// 400 when the offer cannot be read or names no dataset; 403 for the role.
pub async fn request(
    connector: &Arc<Connector>,
    operator: &Operator,
    counterparty: &Counterparty,
    offer: serde_json::Value,
    automation: Automation,
) -> Result<StoredNegotiation, Problem> {
    operator.must(Permission::Negotiate)?;
    open(connector, Role::Consumer, counterparty, offer, automation).await
}

/// Provider: offers a contract to a partner that has not asked.
///
/// # Errors
/// As [`request`].
pub async fn offer(
    connector: &Arc<Connector>,
    operator: &Operator,
    counterparty: &Counterparty,
    offer: serde_json::Value,
    automation: Automation,
) -> Result<StoredNegotiation, Problem> {
    operator.must(Permission::Negotiate)?;
    open(connector, Role::Provider, counterparty, offer, automation).await
}

async fn open(
    connector: &Arc<Connector>,
    role: Role,
    counterparty: &Counterparty,
    offer: serde_json::Value,
    automation: Automation,
) -> Result<StoredNegotiation, Problem> {
    let terms = receiving::read_offer(offer)?;
    let offer_id = terms.policy().id.clone().unwrap_or_default();
    let asset = receiving::target_of(&terms).unwrap_or_default().to_owned();
    let now = clock::now();
    let (consumer, provider) = parties(connector, role, &counterparty.id);
    let opening = Opening { own_pid: ids::urn(), consumer, provider, offer: terms };
    let step = match role {
        Role::Consumer => negotiation::start_request(opening, now),
        Role::Provider => negotiation::start_offer(opening, now),
    }
    .map_err(|rejection| super::rejected(&rejection))?;
    let row =
        new_row(step.negotiation, &counterparty.id, &counterparty.dsp_address, &asset, &offer_id, automation, now);
    let row = StoredNegotiation { dataspace: dataspace_of(connector, role, &offer_id).await?, ..row };
    must_follow(connector, &row, role)?;
    Ok(Work::open(connector, row, step.effects, now).await?.save().await?)
}

/// Provider: the dataspace of the published offer, or of a new one. Consumer: the only dataspace, if there is but one; the
/// provider's catalogue does not say.
async fn dataspace_of(connector: &Connector, role: Role, offer_id: &str) -> Result<String, Problem> {
    let all = connector.dataspaces.all();
    let published = match role {
        Role::Provider => offers::by_dsp_offer_id(&connector.db, offer_id).await?,
        Role::Consumer => None,
    };
    Ok(match (role, published, all.as_slice()) {
        (_, Some((offer, _)), _) => offer.dataspace,
        (Role::Provider, None, [first, ..]) | (Role::Consumer, None, [first]) => first.id.clone(),
        (Role::Provider | Role::Consumer, None, _) => String::new(),
    })
}

/// What we offer follows the policy profile of the dataspace; what we ask for is the provider's to refuse.
fn must_follow(connector: &Connector, stored: &StoredNegotiation, role: Role) -> Result<(), Problem> {
    match role {
        Role::Provider => must_follow_profile(connector, &stored.dataspace, stored.machine.last_offer()),
        Role::Consumer => Ok(()),
    }
}

/// What an operator may do to a negotiation.
#[derive(Clone, Debug)]
pub enum Action {
    /// Consumer: other terms.
    Counter(serde_json::Value),
    /// Provider: other terms.
    Offer(serde_json::Value),
    /// Consumer: accept the provider's offer.
    Accept,
    /// Provider: agree to the terms on the table.
    Approve,
    /// Consumer: verify the agreement.
    Verify,
    /// Provider: put the agreement into force.
    Finalize,
    /// End it.
    Terminate {
        /// For programs.
        code: Option<String>,
        /// For people.
        reason: Vec<String>,
    },
}

impl Action {
    fn permission(&self) -> Permission {
        match self {
            Self::Counter(_) | Self::Offer(_) => Permission::Negotiate,
            Self::Accept | Self::Approve | Self::Verify | Self::Finalize | Self::Terminate { .. } => {
                Permission::Conclude
            }
        }
    }

    fn command(&self, stored: &StoredNegotiation) -> Result<Command, Problem> {
        Ok(match self {
            Self::Counter(offer) => Command::Request { offer: on_same_target(offer, stored)? },
            Self::Offer(offer) => Command::Offer { offer: on_same_target(offer, stored)? },
            Self::Accept => Command::Accept,
            Self::Approve => Command::Agree { agreement_id: ids::urn() },
            Self::Verify => Command::Verify,
            Self::Finalize => Command::Finalize,
            Self::Terminate { code, reason } => Command::Terminate { code: code.clone(), reason: reason.clone() },
        })
    }
}

/// Terms without a target are for the dataset under negotiation.
fn on_same_target(offer: &serde_json::Value, stored: &StoredNegotiation) -> Result<PolicyDocument, Problem> {
    let terms = receiving::read_offer(offer.clone())?;
    if receiving::target_of(&terms).is_some() {
        return Ok(terms);
    }
    let id = terms.policy().id.clone().unwrap_or_else(|| stored.offer_id.clone());
    Ok(terms.as_message_offer(&id, &stored.asset))
}

/// Carries out an operator's action.
///
/// # Errors
/// 404 for an unknown negotiation, 403 for the role, 409 when the state does not allow it (the reason says what it
/// allows).
pub async fn act(
    connector: &Arc<Connector>,
    operator: &Operator,
    pid: &str,
    action: Action,
) -> Result<StoredNegotiation, Problem> {
    operator.must(action.permission())?;
    let input = |stored: &StoredNegotiation| {
        let command = action.command(stored)?;
        if let Command::Offer { offer } = &command {
            must_follow_profile(connector, &stored.dataspace, offer)?;
        }
        Ok(Some(Input::Command(command)))
    };
    change(connector, pid, input).await.map_err(as_conflict)
}

/// A state that does not allow an operator's action is a conflict, not a malformed request.
fn as_conflict(problem: Problem) -> Problem {
    let kind = if problem.code.starts_with("negotiation.") { Kind::Conflict } else { problem.kind };
    Problem { kind, ..problem }
}

/// Loads, steps, reacts, saves; again if somebody else saved first. `input` may find that there is nothing to do.
async fn change(
    connector: &Arc<Connector>,
    pid: &str,
    mut input: impl FnMut(&StoredNegotiation) -> Result<Option<Input>, Problem>,
) -> Result<StoredNegotiation, Problem> {
    for _ in 0..ATTEMPTS {
        let stored = at_hand(connector, pid).await?;
        let asked = stored.machine.last_offer().clone();
        let Some(input) = input(&stored)? else { return Ok(stored) };
        let version = stored.version;
        let mut work = Work::on(connector, stored, clock::now());
        if let Err(error) = work.step(input).await {
            if stale(connector, pid, version).await? {
                continue;
            }
            return Err(error.into());
        }
        automation::react(connector, &mut work, Some(&asked)).await?;
        if let Some(agreement) = work.voided.take() {
            let reason = "the partner does not hold the agreement";
            super::transfers::end_all(connector, &agreement, "agreement.retired", reason, &mut work.change).await?;
        }
        match work.save().await {
            Ok(stored) => return Ok(stored),
            Err(StorageError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(super::busy())
}

/// The negotiation as it was written a moment ago, or else from its row.
async fn at_hand(connector: &Connector, pid: &str) -> Result<StoredNegotiation, Problem> {
    match connector.recent.get(pid) {
        Some(recent) => Ok(StoredNegotiation::clone(&recent)),
        None => find(connector, pid).await,
    }
}

/// Whether the row holds another version than the one that was at hand, which is then forgotten. What is at hand may be out
/// of date: a refusal counts only of what the row holds.
async fn stale(connector: &Connector, pid: &str, at_hand: i64) -> Result<bool, Problem> {
    let stale = find(connector, pid).await?.version != at_hand;
    if stale {
        connector.recent.forget(pid);
    }
    Ok(stale)
}

async fn find(connector: &Connector, pid: &str) -> Result<StoredNegotiation, Problem> {
    rows::by_pid(&connector.db, pid).await?.ok_or_else(|| Problem::not_found("negotiation", pid))
}

/// One negotiation.
///
/// # Errors
/// 404.
pub async fn get(connector: &Connector, operator: &Operator, pid: &str) -> Result<StoredNegotiation, Problem> {
    operator.must(Permission::Read)?;
    find(connector, pid).await
}

/// Negotiations, newest first.
///
/// # Errors
/// When storage fails.
pub async fn list(
    connector: &Connector,
    operator: &Operator,
    filter: &Filter,
    page: &Page,
) -> Result<Found<StoredNegotiation>, Problem> {
    operator.must(Permission::Read)?;
    Ok(rows::list(&connector.db, filter, page).await?)
}

/// The messages of a negotiation in both directions, oldest first.
///
/// # Errors
/// 404.
pub async fn timeline(connector: &Connector, operator: &Operator, pid: &str) -> Result<Vec<StoredMessage>, Problem> {
    get(connector, operator, pid).await?;
    Ok(messages::of_process(&connector.db, pid).await?)
}

/// Delivery reports how a message of ours fared.
pub(super) async fn report(connector: &Arc<Connector>, pid: &str, report: Report) -> Result<(), Problem> {
    let outcome = change(connector, pid, |stored| Ok(input_of(stored, &report))).await;
    match outcome {
        Ok(_) => Ok(()),
        // The machine refuses a report only for ids that do not fit: that is worth a warning, not a retry.
        Err(problem) if problem.kind == Kind::BadRequest => {
            tracing::warn!(process = pid, %problem, "the partner's answer does not fit this negotiation");
            Ok(())
        }
        Err(problem) => Err(problem),
    }
}

fn input_of(stored: &StoredNegotiation, report: &Report) -> Option<Input> {
    match report {
        Report::Acknowledged { pids } => {
            let said = pids.as_ref().map(|pids| pids.of(stored.machine.role().peer()).to_owned());
            // Nothing to learn: no commit for an acknowledgement.
            (said.is_some() && stored.machine.peer_pid().is_none())
                .then_some(Input::PeerAcknowledged { peer_pid: said })
        }
        Report::Refused { reason } => Some(Input::PeerRefused { reason: reason.clone() }),
        Report::State { name } => match name.parse::<StateName>() {
            Ok(state) => Some(Input::PeerReports { state }),
            Err(unknown) => Some(Input::Undeliverable { reason: unknown.to_string() }),
        },
        Report::Undeliverable { reason } => Some(Input::Undeliverable { reason: reason.clone() }),
    }
}

/// Whether the negotiation is over, so that what waits for it need not be sent.
pub(super) async fn has_ended(connector: &Connector, pid: &str) -> Result<bool, Problem> {
    Ok(find(connector, pid).await?.machine.state_name() == StateName::Terminated)
}

/// Address and body of a message that was queued before the partner's process id was known.
pub(super) async fn completed(
    connector: &Connector,
    message: &StoredMessage,
) -> Result<Option<(String, String)>, Problem> {
    let stored = find(connector, &message.process).await?;
    let Some(path) = wire::completed_path(&stored.machine, &message.kind) else { return Ok(None) };
    let payload = if message.payload.is_empty() {
        Some(String::new())
    } else {
        wire::complete(&stored.machine, &message.payload)
    };
    Ok(payload.map(|payload| (format!("{}{path}", stored.peer_address), payload)))
}
