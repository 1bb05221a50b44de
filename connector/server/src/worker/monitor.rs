//! The policy monitor: running transfers are decided again when time or facts change what was decided.
//!
//! Each transfer that we provide has its deadline: the next moment at which its policy, a credential or a status list may
//! change the decision. Commits that change facts say what they are about, and wake the monitor at once. Nothing polls. What
//! is watched is in the rows, so a connector that starts decides everything that runs once, and goes on from there.
//!
//! A bounded number of transfers is decided at once; the others wait, and everybody else gets their turn. What the monitor
//! does is an operation ([`review`](crate::operations::transfers::review)); this is only when.

mod schedule;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use self::schedule::{About, Schedule, Watched};
use crate::clock;
use crate::connector::Connector;
use crate::operations::transfers;
use crate::storage::{self, StorageError};

/// Transfers that are decided at once. One that waits for somebody's status list holds up no other.
const AT_ONCE: usize = 32;
/// Changes that are taken together.
const CHANGES: usize = 10_000;
/// Rows that are read at once when the connector starts.
const ROWS: i64 = 500;
/// The clock of the machine may be set, and a machine may sleep: no deadline is waited for longer than this without a look
/// at the clock.
const LOOK_AT_CLOCK: Duration = Duration::from_secs(30);
/// What could not be decided is tried again after this.
const AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// What tells the monitor of changes, and shows what it watches.
#[derive(Clone, Debug)]
pub struct Monitor {
    changes: UnboundedSender<About>,
    schedule: Arc<Mutex<Schedule>>,
}

impl Monitor {
    /// A monitor, and what [`run`] takes its changes from.
    pub fn new() -> (Self, UnboundedReceiver<About>) {
        let (changes, stirred) = unbounded_channel();
        (Self { changes, schedule: Arc::default() }, stirred)
    }

    /// What was committed may decide running transfers otherwise.
    pub fn stir(&self, about: About) {
        // The monitor is gone only while the connector stops; the next start decides everything.
        let _ = self.changes.send(about);
    }

    /// What is watched, and when it is decided next.
    pub fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Watches what runs, and then what is started, until `stopping`.
pub async fn run(connector: Arc<Connector>, mut changes: UnboundedReceiver<About>, stopping: CancellationToken) {
    if let Err(error) = load(&connector).await {
        tracing::error!(%error, "what runs could not be read: the policy monitor watches only what changes from now on");
    }
    let (mut under_way, mut stirred) = (JoinSet::new(), Vec::new());
    loop {
        stirred.extend(std::iter::from_fn(|| changes.try_recv().ok()).take(CHANGES));
        if !stirred.is_empty() {
            connector.monitor.schedule().stir(stirred.drain(..));
        }
        let free = AT_ONCE.saturating_sub(under_way.len());
        let due = connector.monitor.schedule().take(clock::now(), free);
        for pid in due {
            under_way.spawn(decide(Arc::clone(&connector), pid));
        }
        let wait = if under_way.len() < AT_ONCE { until_next(&connector) } else { LOOK_AT_CLOCK };
        tokio::select! {
            () = stopping.cancelled() => break,
            about = changes.recv() => match about {
                Some(about) => stirred.push(about),
                None => break,
            },
            Some(ended) = under_way.join_next() => if let Err(error) = ended {
                tracing::error!(%error, "a decision of the policy monitor broke off");
            },
            () = tokio::time::sleep(wait) => {}
        }
    }
    // What is being committed is committed.
    while under_way.join_next().await.is_some() {}
}

/// Decides one transfer, and says when it is decided next.
async fn decide(connector: Arc<Connector>, pid: String) {
    match transfers::review(&connector, &pid, clock::now()).await {
        Ok(reviewed) => connector.monitor.schedule().settle(&pid, reviewed),
        Err(problem) => {
            tracing::error!(transfer = pid, %problem, "a running transfer could not be decided; it is tried again");
            let again = clock::now().checked_add(AGAIN).unwrap_or(Timestamp::MAX);
            connector.monitor.schedule().put_off(&pid, again);
        }
    }
}

/// Everything that runs is to be decided.
async fn load(connector: &Connector) -> Result<(), StorageError> {
    let mut after = String::new();
    loop {
        let pids = storage::transfers::watched(&connector.db, &after, ROWS).await?;
        let Some(last) = pids.last() else { return Ok(()) };
        after.clone_from(last);
        connector.monitor.schedule().stir(pids.into_iter().map(About::Transfer));
    }
}

fn until_next(connector: &Connector) -> Duration {
    let Some(at) = connector.monitor.schedule().wake_at() else { return LOOK_AT_CLOCK };
    let wait = at.duration_since(clock::now());
    Duration::try_from(wait).unwrap_or_default().min(LOOK_AT_CLOCK)
}
