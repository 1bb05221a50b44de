//! What the policy monitor watches, for operators. What it does is in [`transfers`](super::transfers).

use crate::authentication::{Operator, Permission};
use crate::connector::Connector;
use crate::problem::Problem;
use crate::storage::Page;
use crate::worker::monitor::Watched;

/// A watched transfer, as it was decided last.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its process id.
    pub transfer: String,
    /// What was decided.
    pub watched: Watched,
}

/// What a list may be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Participant id of the partner.
    pub partner: Option<String>,
    /// Agreement id.
    pub agreement: Option<String>,
    /// Held by the monitor, or running.
    pub held: Option<bool>,
}

/// Watched transfers in the order of their ids.
///
/// # Errors
/// 403.
pub fn list(connector: &Connector, operator: &Operator, filter: &Filter, page: &Page) -> Result<Vec<Seen>, Problem> {
    operator.must(Permission::Read)?;
    let wanted = |watched: &Watched| {
        filter.partner.as_ref().is_none_or(|partner| *partner == watched.partner)
            && filter.agreement.as_ref().is_none_or(|agreement| *agreement == watched.agreement)
            && filter.held.is_none_or(|held| held == watched.held.is_some())
    };
    let schedule = connector.monitor.schedule();
    let after = page.after.as_deref().unwrap_or_default();
    let limit = usize::try_from(page.limit).unwrap_or_default();
    Ok(schedule.all_after(after, wanted, limit).map(|(pid, watched)| seen(pid, watched)).collect())
}

/// One watched transfer.
///
/// # Errors
/// 403; 404 for what is not watched: it does not run, or we are its consumer.
pub fn get(connector: &Connector, operator: &Operator, pid: &str) -> Result<Seen, Problem> {
    operator.must(Permission::Read)?;
    let schedule = connector.monitor.schedule();
    schedule.watched(pid).map(|watched| seen(pid, watched)).ok_or_else(|| Problem::not_found("watched transfer", pid))
}

fn seen(pid: &str, watched: &Watched) -> Seen {
    Seen { transfer: pid.to_owned(), watched: watched.clone() }
}
