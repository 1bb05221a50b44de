//! The one writer. It takes every transaction that waits, executes each inside a savepoint, and makes them durable in
//! one commit: under load many transactions share one flush of the disk, alone none waits for another.

use std::time::Duration;

use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Connection as _, Executor as _};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::{Arg, Statement, StorageError, Transaction};

/// At most this many transactions share one commit: bounds how long the first waits for the last.
const GROUP: usize = 128;
/// Bookkeeping that nobody waits for is written at the latest after this.
const LINGER: Duration = Duration::from_millis(100);

type Reply = oneshot::Sender<Result<(), StorageError>>;

/// What the writer is asked to do.
#[derive(Debug)]
pub(super) enum Job {
    Now(Transaction, Reply),
    Later(Vec<Statement>),
    Close(oneshot::Sender<()>),
}

/// Starts the writer on its connection. The receivers change after commits that hold events, or work for the graph.
pub(super) fn spawn(connection: SqliteConnection) -> (mpsc::Sender<Job>, watch::Receiver<u64>, watch::Receiver<u64>) {
    let (sender, jobs) = mpsc::channel(4 * GROUP);
    let (events, events_seen) = watch::channel(0);
    let (graph, graph_seen) = watch::channel(0);
    tokio::spawn(Writer { connection, jobs, later: Vec::new(), due: None, events, graph }.run());
    (sender, events_seen, graph_seen)
}

struct Writer {
    connection: SqliteConnection,
    jobs: mpsc::Receiver<Job>,
    later: Vec<Statement>,
    due: Option<Instant>,
    events: watch::Sender<u64>,
    graph: watch::Sender<u64>,
}

impl Writer {
    async fn run(mut self) {
        let mut closing = None;
        while closing.is_none() {
            let Some(first) = self.next().await else { break };
            let mut group = Vec::new();
            let mut job = first;
            while let Some(current) = job.take() {
                match current {
                    Job::Now(transaction, reply) => group.push((transaction, reply)),
                    Job::Later(statements) => self.keep(statements),
                    Job::Close(done) => closing = Some(done),
                }
                if group.len() < GROUP && closing.is_none() {
                    job = self.jobs.try_recv().ok();
                }
            }
            let flush = closing.is_some() || self.due.is_some_and(|due| due <= Instant::now());
            if !group.is_empty() || flush {
                self.commit(group).await;
            }
        }
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "the database did not close cleanly; it recovers at the next start");
        }
        if let Some(done) = closing {
            let _ = done.send(());
        }
    }

    /// The next job; `Some(None)` when only the bookkeeping is due; `None` when nobody can send any more.
    async fn next(&mut self) -> Option<Option<Job>> {
        let Some(due) = self.due else { return self.jobs.recv().await.map(Some) };
        match tokio::time::timeout_at(due, self.jobs.recv()).await {
            Ok(job) => job.map(Some),
            Err(_) => Some(None),
        }
    }

    fn keep(&mut self, statements: Vec<Statement>) {
        self.later.extend(statements);
        self.due.get_or_insert_with(|| Instant::now() + LINGER);
    }

    /// One durable commit for all of `group` and the bookkeeping.
    async fn commit(&mut self, group: Vec<(Transaction, Reply)>) {
        self.due = None;
        let later = Transaction { statements: std::mem::take(&mut self.later) };
        let outcomes = self.execute(&group, &later).await;
        let (outcomes, signals) = match outcomes {
            Ok(done) => done,
            Err(error) => {
                drop(self.connection.execute("ROLLBACK").await);
                tracing::error!(%error, "a group of transactions was not committed");
                (group.iter().map(|_| Err(error.clone())).collect(), Signals::default())
            }
        };
        // Signals first: whoever was waiting for the reply may look for what the signal promises.
        signals.send(&self.events, &self.graph);
        for ((_, reply), outcome) in group.into_iter().zip(outcomes) {
            drop(reply.send(outcome));
        }
    }

    async fn execute(
        &mut self,
        group: &[(Transaction, Reply)],
        later: &Transaction,
    ) -> Result<(Vec<Result<(), StorageError>>, Signals), StorageError> {
        let mut outcomes = Vec::with_capacity(group.len());
        let mut signals = Signals::default();
        self.connection.execute("BEGIN IMMEDIATE").await?;
        for (transaction, _) in group {
            let outcome = self.in_savepoint(transaction).await?;
            if outcome.is_ok() {
                signals.note(transaction);
            }
            outcomes.push(outcome);
        }
        if !later.is_empty()
            && let Err(error) = self.in_savepoint(later).await?
        {
            tracing::error!(%error, "bookkeeping was not written");
        }
        self.connection.execute("COMMIT").await?;
        Ok((outcomes, signals))
    }

    /// Executes one transaction; a refusal undoes that one only. The outer error ends the whole group.
    async fn in_savepoint(&mut self, transaction: &Transaction) -> Result<Result<(), StorageError>, StorageError> {
        self.connection.execute("SAVEPOINT one").await?;
        for statement in &transaction.statements {
            if let Err(refusal) = self.apply(statement).await {
                self.connection.execute("ROLLBACK TO one").await?;
                self.connection.execute("RELEASE one").await?;
                return Ok(Err(refusal));
            }
        }
        self.connection.execute("RELEASE one").await?;
        Ok(Ok(()))
    }

    async fn apply(&mut self, statement: &Statement) -> Result<(), StorageError> {
        let mut query = sqlx::query::<sqlx::Sqlite>(statement.sql);
        for arg in &statement.args {
            query = bind(query, arg);
        }
        let done = query.execute(&mut self.connection).await.map_err(|error| refusal(statement, &error))?;
        match statement.rows {
            Some(rows) if rows != done.rows_affected() => {
                Err(StorageError::Conflict { table: statement.table, key: statement.key.clone() })
            }
            Some(_) | None => Ok(()),
        }
    }
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Sqlite, SqliteArguments>;

fn bind<'q>(query: Query<'q>, arg: &'q Arg) -> Query<'q> {
    match arg {
        Arg::Null => query.bind(None::<String>),
        Arg::Int(value) => query.bind(*value),
        Arg::Text(value) => query.bind(value.as_str()),
    }
}

fn refusal(statement: &Statement, error: &sqlx::Error) -> StorageError {
    use sqlx::error::ErrorKind;
    let (table, key) = (statement.table, statement.key.clone());
    match error.as_database_error().map(sqlx::error::DatabaseError::kind) {
        Some(ErrorKind::UniqueViolation) => StorageError::Duplicate { table, key },
        Some(ErrorKind::ForeignKeyViolation) => StorageError::Referenced { table, key },
        _ => StorageError::Engine { detail: format!("{table}: {error}") },
    }
}

#[derive(Default)]
struct Signals {
    events: bool,
    graph: bool,
}

impl Signals {
    fn note(&mut self, transaction: &Transaction) {
        for statement in &transaction.statements {
            self.events |= statement.table == super::events::TABLE;
            self.graph |= statement.table == super::agreements::GRAPH_LOG;
        }
    }

    fn send(&self, events: &watch::Sender<u64>, graph: &watch::Sender<u64>) {
        if self.events {
            events.send_modify(|n| *n += 1);
        }
        if self.graph {
            graph.send_modify(|n| *n += 1);
        }
    }
}
