//! Where negotiations stand: whose move the protocol waits for, and how they ended.

use symbolon_contract_negotiation::Role;
use symbolon_contract_negotiation::negotiation::StateName;

use crate::authentication::{Operator, Permission};
use crate::connector::Connector;
use crate::problem::Problem;
use crate::storage::negotiations as rows;

/// Where a negotiation stands, as people sort them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It waits for us.
    Us,
    /// It waits for the partner.
    Partner,
    /// It ended without an agreement.
    Failed,
    /// It ended with an agreement.
    Done,
    /// It has not ended.
    Open,
}

/// How many negotiations stand where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// They wait for us.
    pub us: i64,
    /// They wait for the partner.
    pub partner: i64,
    /// They ended without an agreement.
    pub failed: i64,
    /// They ended with an agreement.
    pub done: i64,
}

/// The role whose move the protocol waits for; none when it is over.
pub fn mover(state: StateName) -> Option<Role> {
    match state {
        StateName::Requested | StateName::Accepted | StateName::Verified => Some(Role::Provider),
        StateName::Offered | StateName::Agreed => Some(Role::Consumer),
        StateName::Finalized | StateName::Terminated => None,
    }
}

impl Standing {
    /// The states and roles that stand so.
    pub fn states(self) -> rows::Standing {
        let moved_by =
            |role: Role| StateName::ALL.into_iter().filter(move |state| mover(*state) == Some(role)).collect();
        let waits_for = |whose: fn(Role) -> Role| {
            [Role::Consumer, Role::Provider].into_iter().map(|own| (Some(own), moved_by(whose(own)))).collect()
        };
        match self {
            Self::Us => waits_for(|own| own),
            Self::Partner => waits_for(Role::peer),
            Self::Failed => vec![(None, vec![StateName::Terminated])],
            Self::Done => vec![(None, vec![StateName::Finalized])],
            Self::Open => vec![(None, StateName::ALL.into_iter().filter(|state| mover(*state).is_some()).collect())],
        }
    }
}

/// How many negotiations stand where.
///
/// # Errors
/// When storage fails.
pub async fn counts(connector: &Connector, operator: &Operator) -> Result<Counts, Problem> {
    operator.must(Permission::Read)?;
    let count = async |standing: Standing| rows::count(&connector.db, &standing.states()).await;
    Ok(Counts {
        us: count(Standing::Us).await?,
        partner: count(Standing::Partner).await?,
        failed: count(Standing::Failed).await?,
        done: count(Standing::Done).await?,
    })
}
