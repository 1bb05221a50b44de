//! The graph's projection: takes up agreements from the database's log, in order, and tells how far it has come.

use std::time::Duration;

use tokio::sync::watch;

use crate::graph::{Graph, GraphError};
use crate::problem::{Kind, Problem};
use crate::storage::agreements::graph_log_after;
use crate::storage::{Db, StorageError};

/// Entries that are read and taken up at once: what a catch-up keeps in memory.
const BATCH: i64 = 200;
/// After a failure, the first and the longest wait.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(30));

/// Why agreements could not be taken up.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ProjectionError {
    /// The log cannot be read.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The graph cannot be written.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

impl From<ProjectionError> for Problem {
    fn from(error: ProjectionError) -> Self {
        match error {
            ProjectionError::Storage(error) => error.into(),
            ProjectionError::Graph(error) => error.into(),
        }
    }
}

/// How far a rebuild has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Entries of the log taken up so far.
    pub entries: u64,
    /// Place in the log.
    pub position: i64,
}

/// The running projection.
#[derive(Debug)]
pub struct Projector {
    position: watch::Receiver<i64>,
}

impl Projector {
    /// Starts taking up what the graph does not have yet, and then whatever is committed. Ends when the database closes.
    ///
    /// A graph that is ahead of the database (which was restored from a backup) is rebuilt first.
    pub fn start(db: Db, graph: Graph) -> Self {
        let (sender, position) = watch::channel(0);
        tokio::spawn(Projection { db, graph, position: sender }.run());
        Self { position }
    }

    /// The place in the log up to which the graph has everything; changes as it advances. 0 until it has been read.
    pub fn position(&self) -> watch::Receiver<i64> {
        self.position.clone()
    }

    /// Waits until the graph has everything that was committed before the call.
    ///
    /// # Errors
    /// 503 `graph.stopped` when the projection has ended; when the log cannot be read.
    pub async fn caught_up(&self, db: &Db) -> Result<(), Problem> {
        let mut position = self.position();
        loop {
            let reached = *position.borrow();
            let missing = graph_log_after(db, reached, BATCH).await?;
            let Some((last, _)) = missing.last() else { return Ok(()) };
            wait_for(&mut position, *last).await?;
            if i64::try_from(missing.len()).is_ok_and(|missing| missing < BATCH) {
                return Ok(());
            }
        }
    }

    /// Waits until the projection has ended and the graph is written out. It ends once the database is closed.
    pub async fn ended(&self) {
        let mut position = self.position();
        while position.changed().await.is_ok() {}
    }
}

/// Waits until the position is at least `seq`.
///
/// # Errors
/// 503 `graph.stopped` when the projection has ended.
pub async fn wait_for(position: &mut watch::Receiver<i64>, seq: i64) -> Result<(), Problem> {
    let reached = position.wait_for(|position| *position >= seq).await;
    reached.map(drop).map_err(|_| {
        Problem::new(Kind::Unavailable, "graph.stopped", "this connector is shutting down; try again later")
    })
}

/// Empties the graph and takes up every agreement of the database anew. Returns how far it came.
///
/// # Errors
/// When the log cannot be read or the graph cannot be written. The graph is then incomplete, says so by its position,
/// and a running projector or another call completes it.
pub async fn reindex(db: &Db, graph: &Graph, mut progress: impl FnMut(Progress)) -> Result<Progress, ProjectionError> {
    graph.clear().await?;
    let mut done = Progress::default();
    loop {
        let (taken, position) = take_up(db, graph, done.position).await?;
        if taken == 0 {
            graph.flush().await?;
            return Ok(done);
        }
        done = Progress { entries: done.entries + taken, position };
        progress(done);
    }
}

struct Projection {
    db: Db,
    graph: Graph,
    position: watch::Sender<i64>,
}

impl Projection {
    async fn run(self) {
        let mut signal = self.db.graph_log();
        let mut wait = BACKOFF.0;
        let mut reached = None;
        loop {
            // Before reading: a commit in between wakes the next round.
            signal.mark_unchanged();
            match self.catch_up(&mut reached).await {
                Ok(()) => {
                    wait = BACKOFF.0;
                    if signal.changed().await.is_err() {
                        break;
                    }
                }
                Err(error) => {
                    if signal.has_changed().is_err() {
                        break;
                    }
                    tracing::error!(%error, retry_in_ms = wait.as_millis() as u64, "agreements could not be taken up into the graph");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(BACKOFF.1);
                }
            }
        }
        if let Err(error) = self.graph.flush().await {
            tracing::warn!(%error, "the graph was not written out; it replays its log at the next start");
        }
    }

    /// `known` is the graph's position, read once: only this task moves it. After a failure it is read again.
    async fn catch_up(&self, known: &mut Option<i64>) -> Result<(), ProjectionError> {
        let mut position = match known.take() {
            Some(position) => position,
            None => {
                self.check_origin().await?;
                self.graph.position().await?
            }
        };
        loop {
            self.position.send_replace(position);
            let (taken, reached) = take_up(&self.db, &self.graph, position).await?;
            if taken == 0 {
                *known = Some(position);
                return Ok(());
            }
            position = reached;
        }
    }

    /// The entry at the graph's position has to exist, otherwise the graph was made from a later or another database.
    async fn check_origin(&self) -> Result<(), ProjectionError> {
        let position = self.graph.position().await?;
        if position == 0 {
            return Ok(());
        }
        let entry = graph_log_after(&self.db, position - 1, 1).await?;
        if entry.first().is_none_or(|(seq, _)| *seq != position) {
            tracing::warn!(position, "the graph is ahead of the database; it is rebuilt");
            self.graph.clear().await?;
        }
        Ok(())
    }
}

/// Takes up one batch after `position`; returns how many entries, and the new position.
async fn take_up(db: &Db, graph: &Graph, position: i64) -> Result<(u64, i64), ProjectionError> {
    let batch = graph_log_after(db, position, BATCH).await?;
    let Some((reached, _)) = batch.last() else { return Ok((0, position)) };
    let (taken, reached) = (batch.len() as u64, *reached);
    graph.apply(batch).await?;
    Ok((taken, reached))
}
