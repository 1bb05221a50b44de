//! How far a transfer is, at this moment.

use jiff::Timestamp;
use symbolon_contract_negotiation::Role;
use symbolon_contract_negotiation::transfer::State;
use symbolon_data_plane::push::PushState;
use symbolon_data_plane::receive::held;

use super::flows::Progress;
use super::{addresses, find, inbox_path};
use crate::authentication::{Operator, Permission};
use crate::connector::Connector;
use crate::problem::Problem;
use crate::storage::transfers::StoredTransfer;

/// How far a transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moving {
    /// How far, and how fast.
    pub progress: Progress,
    /// Data requests so far.
    pub requests: i64,
    /// Consumer: when the token that is held ends.
    pub token_expires: Option<Timestamp>,
}

/// How far a transfer is.
///
/// # Errors
/// 403; 404 for an unknown transfer.
pub async fn progress(connector: &Connector, operator: &Operator, pid: &str) -> Result<Moving, Problem> {
    operator.must(Permission::Read)?;
    if connector.flows.ended_lately(pid) {
        connector.recorder.settled().await?;
    }
    let stored = find(connector, pid).await?;
    let recorded = u64::try_from(stored.bytes).unwrap_or_default();
    let progress = match (stored.machine.is_pull(), stored.machine.role()) {
        (true, _) => connector.flows.progress(pid, recorded),
        (false, Role::Provider) => {
            let state: Option<PushState> = stored.sink.clone().and_then(|state| serde_json::from_value(state).ok());
            pushing(connector, &stored, recorded, state.and_then(|state| state.total))
        }
        (false, Role::Consumer) => {
            let path = inbox_path(connector, pid);
            let held = tokio::task::spawn_blocking(move || held(&path)).await.map_err(Problem::internal)?;
            let (bytes, total) = held.map_or((recorded, None), |held| (held.bytes, held.total));
            pushing(connector, &stored, bytes, total)
        }
    };
    let token_expires = addresses::token_expires(connector, &stored);
    Ok(Moving { progress, requests: stored.requests, token_expires })
}

/// A push is under way as long as its transfer is, and not everything is there.
fn pushing(connector: &Connector, stored: &StoredTransfer, bytes: u64, total: Option<u64>) -> Progress {
    let started = matches!(stored.machine.state(), State::Started { .. });
    let under_way = started && total.is_none_or(|total| bytes < total);
    let per_second = if under_way { connector.flows.speed(&stored.pid, bytes) } else { 0 };
    Progress { bytes, total, per_second, under_way }
}
