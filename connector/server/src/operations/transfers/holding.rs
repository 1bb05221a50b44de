//! What the policy monitor does with a transfer that we provide: it is decided again, and where it may not run any more it is
//! held back or ended. Only what was held here is resumed here.

use std::sync::Arc;

use jiff::Timestamp;
use symbolon_contract_negotiation::Role;
use symbolon_contract_negotiation::transfer::{Command, Input, StateName};

use super::super::grants::Outlook;
use super::super::{ATTEMPTS, StepError};
use super::automation;
use super::work::Work;
use crate::clock;
use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::storage::StorageError;
use crate::storage::transfers::{self as rows, StoredTransfer};
use crate::worker::monitor::Watched;

/// Decides a running or held transfer again, and acts on it. Returns what to watch; `None` when there is nothing to watch any
/// more.
///
/// * Permitted: what runs goes on, what was held is resumed.
/// * Refused for good (time has passed, or the agreement has ended): the transfer is terminated.
/// * Refused, and a fact may come back: the transfer is suspended.
///
/// The partner gets code and sentences of the refusal with the message, and the event that follows has them too.
///
/// # Errors
/// When it cannot be decided now.
pub(crate) async fn review(connector: &Arc<Connector>, pid: &str, now: Timestamp) -> Result<Option<Watched>, Problem> {
    for _ in 0..ATTEMPTS {
        let Some(stored) = rows::by_pid(&connector.db, pid).await?.filter(is_watched) else { return Ok(None) };
        let outlook = outlook(connector, pid, now).await?;
        let mut work = Work::on(connector, stored, now);
        match act(connector, &mut work, &outlook).await {
            Ok(false) => return Ok(Some(watched(&work.stored, &outlook, now))),
            Ok(true) => {}
            // The partner is being asked where it stands; what comes of that stirs the monitor again.
            Err(StepError::Rejected(_)) => return Ok(Some(watched(&work.stored, &outlook, now))),
            Err(StepError::Failed(problem)) => return Err(problem),
        }
        let (stored, change) = work.finish();
        match connector.commit(change).await {
            Ok(()) if is_watched(&stored) => return Ok(Some(watched(&stored, &outlook, now))),
            Ok(()) => return Ok(None),
            Err(StorageError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(super::super::busy())
}

fn is_watched(stored: &StoredTransfer) -> bool {
    let held = stored.machine.state_name() == StateName::Suspended && stored.held.is_some();
    stored.machine.role() == Role::Provider && (held || stored.machine.state_name() == StateName::Started)
}

/// What is decided about data now; an asset that is gone may be published again.
async fn outlook(connector: &Connector, pid: &str, now: Timestamp) -> Result<Outlook, Problem> {
    let gone = |problem: Problem| Outlook {
        decision: Err(Problem { kind: Kind::Forbidden, ..problem }),
        next: None,
        is_final: false,
        origins: Vec::new(),
    };
    match connector.grants.of(connector, pid, now).await {
        Ok(Some(grant)) => grant.outlook(connector, now).await,
        Ok(None) => Err(Problem::internal("a transfer of ours has no agreement")),
        Err(problem) if problem.kind == Kind::NotFound || problem.kind == Kind::Forbidden => Ok(gone(problem)),
        Err(problem) => Err(problem),
    }
}

/// Takes the step that the decision asks for. Tells whether there was one.
async fn act(connector: &Connector, work: &mut Work<'_>, outlook: &Outlook) -> Result<bool, StepError> {
    match &outlook.decision {
        Ok(()) if work.stored.held.is_none() => Ok(false),
        Ok(()) => automation::start(connector, work).await.map(|()| true),
        Err(refusal) if outlook.is_final || work.stored.held.is_none() => {
            refuse(work, refusal, outlook.is_final).map(|()| true)
        }
        Err(_) => Ok(false),
    }
}

/// Ends the transfer, or holds it back until the decision is another.
pub(super) fn refuse(work: &mut Work<'_>, refusal: &Problem, is_final: bool) -> Result<(), StepError> {
    let (code, reason) = (Some(refusal.code.clone()), refusal.reasons());
    if is_final {
        return work.step(Input::Command(Command::Terminate { code, reason }));
    }
    work.step(Input::Command(Command::Suspend { code, reason }))?;
    work.stored.held = Some(clock::millis(work.now));
    Ok(())
}

fn watched(stored: &StoredTransfer, outlook: &Outlook, now: Timestamp) -> Watched {
    Watched {
        partner: stored.partner.clone(),
        agreement: stored.agreement_id.clone(),
        asset: stored.asset.clone(),
        origins: outlook.origins.clone(),
        decided: now,
        next: outlook.next,
        held: stored.held.and_then(|_| outlook.decision.as_ref().err()).map(|refusal| refusal.detail.clone()),
    }
}
