//! Where transfers stand, as people sort them.

use symbolon_contract_negotiation::transfer::StateName;

use crate::authentication::{Operator, Permission};
use crate::connector::Connector;
use crate::problem::Problem;
use crate::storage::transfers::{self as rows, Filter};

/// Where a transfer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Data may flow.
    Running,
    /// It was asked for, or is suspended.
    Waiting,
    /// Everything was transferred.
    Ended,
    /// It was terminated.
    Failed,
}

/// How many transfers stand where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Data may flow.
    pub running: i64,
    /// They were asked for, or are suspended.
    pub waiting: i64,
    /// Everything was transferred.
    pub ended: i64,
    /// They were terminated.
    pub failed: i64,
}

impl Standing {
    /// The states that stand so.
    pub fn states(self) -> Vec<StateName> {
        match self {
            Self::Running => vec![StateName::Started],
            Self::Waiting => vec![StateName::Requested, StateName::Suspended],
            Self::Ended => vec![StateName::Completed],
            Self::Failed => vec![StateName::Terminated],
        }
    }
}

/// How many transfers stand where.
///
/// # Errors
/// When storage fails.
pub async fn counts(connector: &Connector, operator: &Operator) -> Result<Counts, Problem> {
    operator.must(Permission::Read)?;
    let count = async |standing: Standing| {
        rows::count(&connector.db, &Filter { states: Some(standing.states()), ..Filter::default() }).await
    };
    Ok(Counts {
        running: count(Standing::Running).await?,
        waiting: count(Standing::Waiting).await?,
        ended: count(Standing::Ended).await?,
        failed: count(Standing::Failed).await?,
    })
}
