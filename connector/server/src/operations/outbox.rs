//! What waits to be delivered to partners, and which of them do not answer.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;

use crate::authentication::{Operator, Permission};
use crate::connector::{Change, Connector};
use crate::http_client::Contact;
use crate::problem::Problem;
use crate::storage::messages::{self, StoredMessage, Waiting};
use crate::storage::partners;
use crate::worker::outbox::Outlook;

/// Partners that are listed at once; those for whom most waits come first.
const PARTNERS: i64 = 1_000;

/// What waits for one partner, and what is done about it.
#[derive(Clone, Debug)]
pub struct Queue {
    /// The name in the registry, if it is known.
    pub name: Option<String>,
    /// The rows.
    pub waiting: Waiting,
    /// What delivery is at.
    pub outlook: Outlook,
    /// Whether the partner answers.
    pub contact: Contact,
}

/// What waits, partner by partner; at most a thousand of them, those for whom most waits first.
///
/// # Errors
/// 403; when storage fails.
pub async fn list(connector: &Connector, operator: &Operator) -> Result<Vec<Queue>, Problem> {
    operator.must(Permission::Read)?;
    queues(connector, messages::waiting(&connector.db, None, PARTNERS).await?).await
}

/// The messages that wait for one partner, oldest first, after the one at `after`.
///
/// # Errors
/// 403; when storage fails.
pub async fn of_partner(
    connector: &Connector,
    operator: &Operator,
    partner: &str,
    after: i64,
    limit: i64,
) -> Result<Vec<StoredMessage>, Problem> {
    operator.must(Permission::Read)?;
    Ok(messages::pending_for(&connector.db, partner, after, limit).await?)
}

/// Tries now what waits for this partner.
///
/// # Errors
/// 403; 404 when nothing waits.
pub async fn retry(connector: &Arc<Connector>, operator: &Operator, partner: &str) -> Result<Queue, Problem> {
    operator.must(Permission::Negotiate)?;
    let waiting = messages::waiting(&connector.db, Some(&[partner]), 1).await?;
    let queue = queues(connector, waiting).await?.pop();
    let queue = queue.ok_or_else(|| Problem::not_found("message that waits for", partner))?;
    let mut change = Change::default();
    let body = json!({"by": operator.name(), "waiting": queue.waiting.messages});
    change.event("outbox.retried", partner, Some(partner), body);
    connector.commit(change).await?;
    connector.delivering.hurry(partner);
    Ok(Queue { outlook: connector.delivering.outlook(partner), ..queue })
}

async fn queues(connector: &Connector, waiting: Vec<Waiting>) -> Result<Vec<Queue>, Problem> {
    let ids: Vec<&str> = waiting.iter().map(|waiting| waiting.partner.as_str()).collect();
    let mut names = partners::names(&connector.db, &ids).await?;
    let queue = |waiting: Waiting| Queue {
        name: names.remove(&waiting.partner),
        outlook: connector.delivering.outlook(&waiting.partner),
        contact: connector.http.reach().of(&waiting.partner),
        waiting,
    };
    Ok(waiting.into_iter().map(queue).collect())
}

/// A partner that does not answer now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable {
    /// Participant id.
    pub partner: String,
    /// The name in the registry, if it is known.
    pub name: Option<String>,
    /// Since when, in milliseconds since the epoch.
    pub since: i64,
    /// How many messages wait for it.
    pub waiting: i64,
    /// How the last attempt failed.
    pub detail: String,
}

/// The partners that do not answer now, with what waits for them; the longest first, at most `limit`.
///
/// # Errors
/// When storage fails.
pub(super) async fn unreachable(connector: &Connector, limit: usize) -> Result<Vec<Unreachable>, Problem> {
    let mut failing = connector.http.reach().failing();
    failing.sort_by_key(|(_, failing)| failing.since);
    failing.truncate(limit);
    let ids: Vec<&str> = failing.iter().map(|(partner, _)| partner.as_str()).collect();
    let mut names = partners::names(&connector.db, &ids).await?;
    let waiting = messages::waiting(&connector.db, Some(&ids), PARTNERS).await?;
    let waiting: HashMap<String, i64> = waiting.into_iter().map(|row| (row.partner, row.messages)).collect();
    let unreachable = |(partner, failing): (String, crate::http_client::Failing)| Unreachable {
        name: names.remove(&partner),
        waiting: waiting.get(&partner).copied().unwrap_or_default(),
        partner,
        since: failing.since,
        detail: failing.detail,
    };
    Ok(failing.into_iter().map(unreachable).collect())
}
