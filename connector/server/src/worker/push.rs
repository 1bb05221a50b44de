//! Pushes data for started HttpData-PUSH transfers: one task each, resumed after failure and after a restart.

use std::collections::HashMap;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use symbolon_contract_negotiation::transfer::StateName;
use symbolon_data_plane::push::{HttpSink, PushState, push};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
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

/// The pushes that are under way, and what tells them that their transfer has changed.
#[derive(Debug, Default)]
pub struct Pushing {
    places: Mutex<HashMap<String, Weak<Place>>>,
}

/// Where one transfer is pushed: by one task at a time.
#[derive(Debug, Default)]
struct Place {
    alone: tokio::sync::Mutex<()>,
    changed: Notify,
}

impl Pushing {
    /// The transfer has changed: if it does not run any more, no further byte of it leaves.
    pub fn changed(&self, transfer: &str) {
        if let Some(place) = self.places().get(transfer).and_then(Weak::upgrade) {
            place.changed.notify_waiters();
        }
    }

    /// How many transfers are being pushed.
    pub fn under_way(&self) -> usize {
        self.places().values().filter(|place| place.strong_count() > 0).count()
    }

    fn of(&self, transfer: &str) -> Arc<Place> {
        let mut places = self.places();
        if let Some(place) = places.get(transfer).and_then(Weak::upgrade) {
            return place;
        }
        places.retain(|_, place| place.strong_count() > 0);
        let place = Arc::new(Place::default());
        places.insert(transfer.to_owned(), Arc::downgrade(&place));
        place
    }

    fn places(&self) -> MutexGuard<'_, HashMap<String, Weak<Place>>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Pushes that were under way when the process ended. To be read before anything new can be committed.
///
/// # Errors
/// When the rows cannot be read.
pub async fn under_way(db: &Db) -> Result<Vec<String>, StorageError> {
    let role = Some("provider".to_owned());
    let filter = Filter { states: Some(vec![StateName::Started]), role, ..Filter::default() };
    let mut page = Page { after: None, limit: 500 };
    let mut pids = Vec::new();
    loop {
        let rows = transfers::list(db, &filter, &page).await?.rows;
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
        let place = connector.pushing.of(&pid);
        // What was begun before the transfer was suspended ends first.
        let _alone = place.alone.lock().await;
        if let Err(problem) = push_one(&connector, &pid, &place.changed).await {
            tracing::error!(transfer = pid, %problem, "a push stopped");
        }
    });
}

async fn push_one(connector: &Arc<Connector>, pid: &str, changed: &Notify) -> Result<(), Problem> {
    let mut wait = FIRST_WAIT;
    loop {
        // From here on no change goes unnoticed.
        let noticed = pin!(changed.notified());
        let now = clock::now();
        let Some(stored) = transfers::by_pid(&connector.db, pid).await? else { return Ok(()) };
        if !stored.is_pushing() {
            return Ok(());
        }
        let Some(grant) = connector.grants.of(connector, pid, now).await? else { return Ok(()) };
        if let Err(refusal) = release_delivery(connector, &grant).await {
            return push_ended(connector, pid, Err(refusal)).await;
        }
        let attempted = tokio::select! {
            attempted = attempt(connector, &stored, &grant.source) => attempted,
            stopped = stopped(connector, pid, noticed, changed) => return stopped,
        };
        match attempted {
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

/// Returns when the transfer does not run any more.
async fn stopped<'a>(
    connector: &Connector,
    pid: &str,
    mut noticed: Pin<&mut Notified<'a>>,
    changed: &'a Notify,
) -> Result<(), Problem> {
    loop {
        noticed.as_mut().await;
        noticed.set(changed.notified());
        let stored = transfers::by_pid(&connector.db, pid).await?;
        if !stored.is_some_and(|stored| stored.is_pushing()) {
            return Ok(());
        }
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
        let (connector, pid, partner) = (Arc::clone(connector), stored.pid.clone(), stored.partner.clone());
        let mut counted = state.confirmed;
        tokio::spawn(async move {
            while newest.changed().await.is_ok() {
                let state: Option<PushState> = newest.borrow_and_update().clone();
                if let Some(state) = state {
                    connector.recorder.pushed(&partner, state.confirmed.saturating_sub(counted));
                    counted = state.confirmed;
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
