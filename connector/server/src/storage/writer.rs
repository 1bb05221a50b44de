//! The one writer. It takes every transaction that waits, executes each inside a savepoint, and makes them durable in
//! one commit: under load many transactions share one flush of the disk, alone none waits for another.

use std::time::Duration;

use sqlx::Connection as _;
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::{Arg, Statement, StorageError, Transaction};

/// At most this many transactions share one commit: bounds how long the first waits for the last.
const GROUP: usize = 128;

type Reply = oneshot::Sender<Result<(), StorageError>>;

/// What the writer is asked to do.
#[derive(Debug)]
pub(super) enum Job {
    Now(Transaction, Reply),
    /// Bookkeeping that nobody waits for, to be written at the latest after this time.
    Later(Vec<Statement>, Duration),
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
                    Job::Later(statements, within) => self.keep(statements, within),
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

    fn keep(&mut self, statements: Vec<Statement>, within: Duration) {
        self.later.extend(statements);
        let due = Instant::now() + within;
        self.due = Some(self.due.map_or(due, |sooner| sooner.min(due)));
    }

    /// One durable commit for all of `group` and the bookkeeping.
    async fn commit(&mut self, group: Vec<(Transaction, Reply)>) {
        self.due = None;
        let later = Transaction { statements: std::mem::take(&mut self.later) };
        let outcomes = self.execute(&group, &later).await;
        let (outcomes, signals) = match outcomes {
            Ok(done) => done,
            Err(error) => {
                drop(self.control("ROLLBACK").await);
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

    /// Writes the group: all at once, which is what nearly always succeeds, or else each transaction in a savepoint of its
    /// own to find out which one is refused.
    async fn execute(
        &mut self,
        group: &[(Transaction, Reply)],
        later: &Transaction,
    ) -> Result<(Vec<Result<(), StorageError>>, Signals), StorageError> {
        let together = group.iter().map(|(transaction, _)| transaction).chain([later]);
        match self.all_at_once(together).await {
            Ok(()) => {
                let mut signals = Signals::default();
                group.iter().for_each(|(transaction, _)| signals.note(transaction));
                signals.note(later);
                Ok((group.iter().map(|_| Ok(())).collect(), signals))
            }
            Err(StorageError::Engine { detail }) => Err(StorageError::Engine { detail }),
            Err(_) => {
                self.control("ROLLBACK").await?;
                self.one_by_one(group, later).await
            }
        }
    }

    /// Executes everything in one durable commit; rows of logs come last, many to a statement.
    async fn all_at_once(&mut self, group: impl Iterator<Item = &Transaction>) -> Result<(), StorageError> {
        self.control("BEGIN IMMEDIATE").await?;
        let mut logs: Vec<Vec<&Statement>> = Vec::new();
        for statement in group.flat_map(|transaction| &transaction.statements) {
            if !statement.append {
                self.apply(statement).await?;
            } else if let Some(log) = logs.iter_mut().find(|log| log[0].sql == statement.sql) {
                log.push(statement);
            } else {
                logs.push(vec![statement]);
            }
        }
        for log in logs {
            for rows in chunks(&log) {
                self.append(rows).await?;
            }
        }
        self.control("COMMIT").await?;
        Ok(())
    }

    /// Inserts rows of one log with one statement.
    async fn append(&mut self, rows: &[&Statement]) -> Result<(), StorageError> {
        let [first, rest @ ..] = rows else { return Ok(()) };
        if rest.is_empty() {
            return self.apply(first).await;
        }
        // The text is ours: a constant, and numbers of parameters.
        let sql = sqlx::AssertSqlSafe(repeated(first.sql, first.args.len(), rows.len()));
        let mut query = sqlx::query::<sqlx::Sqlite>(sql);
        for arg in rows.iter().flat_map(|row| &row.args) {
            query = bind(query, arg);
        }
        query.execute(&mut self.connection).await.map_err(|error| refusal(first, &error))?;
        Ok(())
    }

    async fn one_by_one(
        &mut self,
        group: &[(Transaction, Reply)],
        later: &Transaction,
    ) -> Result<(Vec<Result<(), StorageError>>, Signals), StorageError> {
        let mut outcomes = Vec::with_capacity(group.len());
        let mut signals = Signals::default();
        self.control("BEGIN IMMEDIATE").await?;
        for (transaction, _) in group {
            let outcome = self.in_savepoint(transaction).await?;
            if outcome.is_ok() {
                signals.note(transaction);
            }
            outcomes.push(outcome);
        }
        match self.in_savepoint(later).await? {
            Ok(()) => signals.note(later),
            Err(error) => tracing::error!(%error, "bookkeeping was not written"),
        }
        self.control("COMMIT").await?;
        Ok((outcomes, signals))
    }

    /// Executes one transaction; a refusal undoes that one only. The outer error ends the whole group.
    async fn in_savepoint(&mut self, transaction: &Transaction) -> Result<Result<(), StorageError>, StorageError> {
        self.control("SAVEPOINT one").await?;
        for statement in &transaction.statements {
            if let Err(refusal) = self.apply(statement).await {
                self.control("ROLLBACK TO one").await?;
                self.control("RELEASE one").await?;
                return Ok(Err(refusal));
            }
        }
        self.control("RELEASE one").await?;
        Ok(Ok(()))
    }

    /// `BEGIN`, `COMMIT` and their like, prepared once.
    async fn control(&mut self, sql: &'static str) -> Result<(), StorageError> {
        sqlx::query(sql).execute(&mut self.connection).await?;
        Ok(())
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

/// Rows per statement: powers of two, so that few different statements are prepared.
const LARGEST_CHUNK: usize = 64;

/// Cuts rows into chunks of 64, and the rest into smaller powers of two.
fn chunks<'a, 'b>(mut rows: &'b [&'a Statement]) -> impl Iterator<Item = &'b [&'a Statement]> {
    std::iter::from_fn(move || {
        let size = match rows.len() {
            0 => return None,
            n if n >= LARGEST_CHUNK => LARGEST_CHUNK,
            n => 1 << n.ilog2(),
        };
        let (chunk, rest) = rows.split_at(size);
        rows = rest;
        Some(chunk)
    })
}

/// The insert with its tuple of values repeated: `VALUES ($1, $2)` becomes `VALUES ($1, $2), ($3, $4)`.
fn repeated(sql: &str, columns: usize, rows: usize) -> String {
    let mut text = sql.trim_end().to_owned();
    for row in 1..rows {
        let parameters: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        text.push_str(", (");
        text.push_str(&parameters.join(", "));
        text.push(')');
    }
    text
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_repeated_with_their_own_parameters() {
        let sql = "INSERT INTO t (a, b) VALUES ($1, $2)";
        assert_eq!(repeated(sql, 2, 1), sql);
        assert_eq!(repeated(sql, 2, 3), "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4), ($5, $6)");
    }

    #[test]
    fn chunks_are_powers_of_two_and_lose_nothing() {
        let statement = Statement::append("t", "k", "INSERT INTO t (a) VALUES ($1)", vec![Arg::Int(1)]);
        for count in 0..300 {
            let rows = vec![&statement; count];
            let sizes: Vec<usize> = chunks(&rows).map(<[_]>::len).collect();
            assert_eq!(sizes.iter().sum::<usize>(), count);
            assert!(sizes.iter().all(|size| size.is_power_of_two() && *size <= LARGEST_CHUNK));
        }
    }
}
