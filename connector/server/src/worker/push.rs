//! Pushes data for started HttpData-PUSH transfers: one task each, resumed after failure and after a restart.

use std::sync::Arc;
use std::time::Duration;

use symbolon_data_plane::push::{HttpSink, PushState, push};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::clock;
use crate::connector::Connector;
use crate::operations::data::release_delivery;
use crate::operations::transfers::{push_ended, record_push};
use crate::problem::{Kind, Problem};
use crate::storage::transfers::{self, Filter, StoredTransfer};
use crate::storage::{Db, Page, StorageError};

/// Waits this long after the first failed attempt; doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Pushes that were under way when the process ended. To be read before anything new can be committed.
///
/// # Errors
/// When the rows cannot be read.
pub async fn under_way(db: &Db) -> Result<Vec<String>, StorageError> {
    let filter = Filter { state: Some("STARTED".to_owned()), role: Some("provider".to_owned()), agreement: None };
    let mut page = Page { after: None, limit: 500 };
    let mut pids = Vec::new();
    loop {
        let rows = transfers::list(db, &filter, &page).await?;
        let Some(last) = rows.last() else { return Ok(pids) };
        page.after = Some(last.pid.clone());
        pids.extend(rows.iter().filter(|stored| stored.is_pushing()).map(|stored| stored.pid.clone()));
    }
}

/// Takes up what was under way, and then what is started, until nobody can commit any more.
pub async fn run(connector: Arc<Connector>, under_way: Vec<String>, mut started: UnboundedReceiver<String>) {
    for pid in under_way {
        begin(&connector, pid);
    }
    while let Some(pid) = started.recv().await {
        begin(&connector, pid);
    }
}

fn begin(connector: &Arc<Connector>, pid: String) {
    let connector = Arc::clone(connector);
    tokio::spawn(async move {
        if let Err(problem) = push_one(&connector, &pid).await {
            tracing::error!(transfer = pid, %problem, "a push stopped");
        }
    });
}

async fn push_one(connector: &Arc<Connector>, pid: &str) -> Result<(), Problem> {
    let mut wait = FIRST_WAIT;
    loop {
        let now = clock::now();
        let Some(stored) = transfers::by_pid(&connector.db, pid).await? else { return Ok(()) };
        if !stored.is_pushing() {
            return Ok(());
        }
        let Some(grant) = connector.grants.of(connector, pid, now).await? else { return Ok(()) };
        if let Err(refusal) = release_delivery(connector, &grant).await {
            return push_ended(connector, pid, Err(refusal)).await;
        }
        match attempt(connector, &stored, &grant.source).await {
            Attempt::Done => return push_ended(connector, pid, Ok(())).await,
            Attempt::Impossible(reason) => {
                let failed = Problem::new(Kind::BadGateway, "push.failed", reason);
                return push_ended(connector, pid, Err(failed)).await;
            }
            Attempt::Failed(reason) => tracing::warn!(transfer = pid, reason, "a push attempt failed; it is resumed"),
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

enum Attempt {
    Done,
    Failed(String),
    Impossible(String),
}

async fn attempt(
    connector: &Arc<Connector>,
    stored: &StoredTransfer,
    source: &symbolon_data_plane::source::Source,
) -> Attempt {
    let sink = match sink_of(stored) {
        Ok(sink) => sink,
        Err(reason) => return Attempt::Impossible(reason),
    };
    let state: PushState = stored.sink.clone().and_then(|state| serde_json::from_value(state).ok()).unwrap_or_default();
    let (confirmed, mut newest) = tokio::sync::watch::channel(None);
    let recording = {
        let (connector, pid) = (Arc::clone(connector), stored.pid.clone());
        tokio::spawn(async move {
            while newest.changed().await.is_ok() {
                let state: Option<PushState> = newest.borrow_and_update().clone();
                if let Some(state) = state {
                    record_push(&connector, &pid, &state).await;
                }
            }
        })
    };
    let clients = symbolon_data_plane::push::Clients { source: &connector.sources, sink: connector.http.data_client() };
    let outcome = push(clients, source, &sink, state, |state| {
        confirmed.send_replace(Some(state.clone()));
    })
    .await;
    drop(confirmed);
    drop(recording.await);
    match outcome {
        Ok(_) => Attempt::Done,
        Err(error) if error.is_temporary() => Attempt::Failed(error.to_string()),
        Err(error) => Attempt::Impossible(error.to_string()),
    }
}

fn sink_of(stored: &StoredTransfer) -> Result<HttpSink, String> {
    let Some(address) = stored.machine.destination() else {
        return Err("the transfer names no destination".to_owned());
    };
    let authorization = address.property("authorization").map(|token| match address.property("authType") {
        Some("bearer") => format!("Bearer {token}"),
        _ => token.to_owned(),
    });
    HttpSink::new(address.endpoint.as_deref().unwrap_or_default(), authorization.as_deref()).map_err(|e| e.to_string())
}
