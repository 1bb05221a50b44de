//! What an operator sees first: what waits for people, what runs, what ends soon, who does not answer.

use symbolon_contract_negotiation::Role;
use symbolon_contract_negotiation::transfer::StateName;
use symbolon_policies_odrl::PolicyDocument;

use super::negotiations::standing as negotiations;
use super::outbox::{self, Unreachable};
use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::Connector;
use crate::problem::Problem;
use crate::statistics::{HOUR, SHORT};
use crate::storage::agreements::{self, Ending, NEVER, StoredAgreement};
use crate::storage::credentials::StoredCredential;
use crate::storage::negotiations::role_name;
use crate::storage::statistics::{self, Traffic};
use crate::storage::transfers::Filter;
use crate::storage::{Page, Statement, credential_offers, credentials, partners, policies, transfers};
use crate::terms::explaining;
use crate::terms::rights::Rights;

/// What ends within this time ends soon: 30 days, in milliseconds.
pub const SOON: i64 = 30 * 24 * HOUR;
/// Entries of one list of the summary.
const LISTED: i64 = 20;
/// Agreements whose end is worked out at once, and how often for one summary.
const WORKED_OUT: (i64, usize) = (500, 20);
/// Policies that are checked for one summary.
const CHECKED: usize = 10_000;

/// What an operator sees first.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Negotiations, by where they stand.
    pub negotiations: negotiations::Counts,
    /// Transfers that partners asked us for, and that nobody has started.
    pub transfers_waiting: i64,
    /// Transfers under which data may flow.
    pub transfers_running: i64,
    /// Transfers whose data is being delivered.
    pub pushes: usize,
    /// Credential offers that nobody has answered.
    pub credential_offers: i64,
    /// Credentials of ours that expire soon, or have expired, without one that replaces them.
    pub expiring: Vec<StoredCredential>,
    /// Policies of ours that break a rule of a profile that they name.
    pub policies_with_findings: usize,
    /// Agreements that nobody has ended.
    pub agreements: i64,
    /// Those that end soon by their own terms.
    pub ending: Vec<Ending>,
    /// Partners in the registry.
    pub partners: i64,
    /// Partners that do not answer now.
    pub unreachable: Vec<Unreachable>,
    /// What was answered and moved in the last 24 hours.
    pub day: Traffic,
}

/// The summary.
///
/// # Errors
/// 403; when storage fails.
pub async fn summary(connector: &Connector, operator: &Operator) -> Result<Summary, Problem> {
    operator.must(Permission::Read)?;
    let now = clock::millis(clock::now());
    let db = &connector.db;
    connector.recorder.settled().await?;
    work_out_ends(connector).await?;
    let requested = Filter {
        states: Some(vec![StateName::Requested]),
        role: Some(role_name(Role::Provider).to_owned()),
        ..Filter::default()
    };
    let started = Filter { states: Some(vec![StateName::Started]), ..Filter::default() };
    Ok(Summary {
        negotiations: negotiations::counts(connector, operator).await?,
        transfers_waiting: transfers::count(db, &requested).await?,
        transfers_running: transfers::count(db, &started).await?,
        pushes: connector.pushing.under_way(),
        credential_offers: credential_offers::waiting(db, None).await?,
        expiring: credentials::expiring(db, now + SOON, LISTED).await?,
        policies_with_findings: policies_with_findings(connector).await?,
        agreements: agreements::count_in_force(db).await?,
        ending: agreements::ending(db, now, now + SOON, LISTED).await?,
        partners: partners::count(db).await?,
        unreachable: outbox::unreachable(connector, usize::try_from(LISTED).unwrap_or_default()).await?,
        day: day(connector, now).await?,
    })
}

async fn day(connector: &Connector, now: i64) -> Result<Traffic, Problem> {
    let slots = statistics::traffic(&connector.db, SHORT, now - 24 * HOUR, None).await?;
    let add = |all: Traffic, slot: &Traffic| Traffic {
        permitted: all.permitted + slot.permitted,
        refused: all.refused + slot.refused,
        bytes_out: all.bytes_out.saturating_add(slot.bytes_out),
        bytes_in: all.bytes_in.saturating_add(slot.bytes_in),
    };
    Ok(slots.values().fold(Traffic::default(), add))
}

/// Agreements that have come since the last time get the end that their text says.
async fn work_out_ends(connector: &Connector) -> Result<(), Problem> {
    let (at_once, times) = WORKED_OUT;
    for _ in 0..times {
        let new = agreements::without_end(&connector.db, at_once).await?;
        if new.is_empty() {
            return Ok(());
        }
        let noted = tokio::task::spawn_blocking(move || new.iter().map(noted_end).collect::<Vec<_>>()).await;
        connector.db.commit_later(noted.map_err(Problem::internal)?).await;
        connector.db.settled().await?;
    }
    Ok(())
}

fn noted_end(agreement: &StoredAgreement) -> Statement {
    let concluded = clock::from_millis(agreement.concluded);
    let end = Rights::end(agreement.document.policy(), &agreement.asset, concluded);
    agreements::note_end(&agreement.id, end.map_or(NEVER, clock::millis))
}

/// How many of our policies break rules of the profiles that they name. Counted again after a change only.
async fn policies_with_findings(connector: &Connector) -> Result<usize, Problem> {
    if let Some(counted) = connector.policies.with_findings() {
        return Ok(counted);
    }
    let epoch = connector.policies.epoch();
    let mut page = Page { after: None, limit: 500 };
    let (mut checked, mut found) = (0, 0);
    while checked < CHECKED {
        let stored = policies::list(&connector.db, &page).await?;
        let Some(last) = stored.last() else { break };
        page.after = Some(last.id.clone());
        checked += stored.len();
        let count = move || {
            let parsed = stored.into_iter().filter_map(|stored| PolicyDocument::parse(stored.document).ok());
            parsed.filter(|policy| !explaining::findings(policy.policy()).is_empty()).count()
        };
        found += tokio::task::spawn_blocking(count).await.map_err(Problem::internal)?;
    }
    connector.policies.keep_findings(epoch, found);
    Ok(found)
}
