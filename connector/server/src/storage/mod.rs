//! The commit point: rows in SQLite, one module per noun.
//!
//! Reading goes to a pool. Writing is data: a noun's module makes [`Statement`]s, an operation collects them in a
//! [`Transaction`], and [`Db::commit`] makes all of it durable or none. One writer task executes transactions and
//! groups those that wait into one durable commit ([`writer`]). The SQL keeps to what SQLite and PostgreSQL both take
//! (`$1` parameters, `ON CONFLICT`, `RETURNING`), so that the second engine is another executor of the same statements.

pub mod agreements;
pub mod assets;
pub mod credential_offers;
pub mod credential_requests;
pub mod credentials;
pub mod dataspaces;
pub mod events;
pub mod evidence;
pub mod history;
pub mod invitations;
pub mod issuance;
pub mod issued;
pub mod kept_catalogs;
pub mod members;
pub mod messages;
mod narrowing;
pub mod negotiations;
pub mod offers;
pub mod partners;
pub mod people;
pub mod policies;
pub mod presentations;
pub mod previews;
pub mod questions;
pub mod received;
pub mod requests;
pub mod sessions;
pub mod statistics;
pub mod status_lists;
pub mod transfers;
pub mod usage;
pub mod webhooks;
mod writer;

use std::path::Path;
use std::time::Duration;

use sqlx::Row as _;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use tokio::sync::{mpsc, oneshot, watch};

pub use self::narrowing::Found;

/// Bookkeeping that nobody waits for is written at the latest after this.
const LINGER: Duration = Duration::from_millis(100);
/// What may be lost is written at the latest after this.
const WHENEVER: Duration = Duration::from_secs(5);

/// How much a commit promises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// On the disk when the commit returns (`synchronous=FULL`). The default.
    #[default]
    Full,
    /// On the disk at the next checkpoint (`synchronous=NORMAL`): a power cut may lose the last commits, never the
    /// file's consistency. A crash of the process alone loses nothing.
    Relaxed,
}

/// Why storage refused or failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StorageError {
    /// An update named a version that is no longer there.
    #[error("conflict in {table}: {key:?} is not at the version that was read")]
    Conflict { table: &'static str, key: String },
    /// A unique key exists already.
    #[error("duplicate in {table}: {key:?}")]
    Duplicate { table: &'static str, key: String },
    /// A foreign key does not hold.
    #[error("reference in {table}: {key:?}")]
    Referenced { table: &'static str, key: String },
    /// The writer has stopped.
    #[error("storage is closed")]
    Closed,
    /// The engine failed.
    #[error("storage engine: {detail}")]
    Engine { detail: String },
    /// A row does not hold what its column promises.
    #[error("row in {table}, column {column}: {detail}")]
    Row { table: &'static str, column: String, detail: String },
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        Self::Engine { detail: error.to_string() }
    }
}

/// One bound parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// SQL NULL.
    Null,
    /// A 64-bit integer; times are milliseconds.
    Int(i64),
    /// Text, also JSON documents.
    Text(String),
}

impl From<i64> for Arg {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<String> for Arg {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&str> for Arg {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<Option<String>> for Arg {
    fn from(value: Option<String>) -> Self {
        value.map_or(Self::Null, Self::Text)
    }
}

impl From<Option<i64>> for Arg {
    fn from(value: Option<i64>) -> Self {
        value.map_or(Self::Null, Self::Int)
    }
}

/// One write. `table` and `key` name it in errors; `rows`, where set, is how many rows it must change.
#[derive(Clone, Debug)]
pub struct Statement {
    sql: &'static str,
    args: Vec<Arg>,
    table: &'static str,
    key: String,
    rows: Option<u64>,
    append: bool,
}

impl Statement {
    /// A write that may change any number of rows.
    pub(crate) fn new(table: &'static str, key: impl Into<String>, sql: &'static str, args: Vec<Arg>) -> Self {
        Self { sql, args, table, key: key.into(), rows: None, append: false }
    }

    /// A row of a log that nothing else in a transaction depends on. Rows of many transactions are written at once: `sql`
    /// ends with its one tuple of values.
    pub(crate) fn append(table: &'static str, key: impl Into<String>, sql: &'static str, args: Vec<Arg>) -> Self {
        Self { append: true, ..Self::new(table, key, sql, args) }
    }

    /// The write must change exactly one row, else the transaction is a [`StorageError::Conflict`].
    #[must_use]
    pub(crate) fn exactly_one(mut self) -> Self {
        self.rows = Some(1);
        self
    }
}

/// Writes that happen together or not at all.
#[derive(Clone, Debug, Default)]
pub struct Transaction {
    statements: Vec<Statement>,
}

impl Transaction {
    /// Adds a write.
    pub fn push(&mut self, statement: Statement) {
        self.statements.push(statement);
    }

    /// Adds all writes of another transaction.
    pub fn append(&mut self, other: Self) {
        self.statements.extend(other.statements);
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }
}

impl Extend<Statement> for Transaction {
    fn extend<T: IntoIterator<Item = Statement>>(&mut self, statements: T) {
        self.statements.extend(statements);
    }
}

impl FromIterator<Statement> for Transaction {
    fn from_iter<T: IntoIterator<Item = Statement>>(statements: T) -> Self {
        Self { statements: statements.into_iter().collect() }
    }
}

/// The database: a pool for reading, one writer, and signals of what was committed.
#[derive(Clone, Debug)]
pub struct Db {
    readers: SqlitePool,
    writer: mpsc::Sender<writer::Job>,
    events: watch::Receiver<u64>,
    graph: watch::Receiver<u64>,
}

impl Db {
    /// Opens (and creates) `dir/symbolon.sqlite` and brings its schema up to date.
    pub async fn open(dir: &Path, durability: Durability) -> Result<Self, StorageError> {
        let synchronous = match durability {
            Durability::Full => SqliteSynchronous::Full,
            Durability::Relaxed => SqliteSynchronous::Normal,
        };
        let options = SqliteConnectOptions::new()
            .filename(dir.join("symbolon.sqlite"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(synchronous)
            .foreign_keys(true)
            .statement_cache_capacity(256)
            .pragma("wal_autocheckpoint", "4000")
            .busy_timeout(Duration::from_secs(10));
        let writer_pool = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        sqlx::migrate!("migrations/sqlite")
            .run(&writer_pool)
            .await
            .map_err(|e| StorageError::Engine { detail: format!("migration: {e}") })?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .min_connections(1)
            // A file in the same process does not go away as a server may.
            .test_before_acquire(false)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await?;
        let connection = writer_pool.acquire().await?.detach();
        let (writer, events, graph) = writer::spawn(connection);
        Ok(Self { readers, writer, events, graph })
    }

    /// Makes the whole transaction durable, or none of it.
    pub async fn commit(&self, transaction: Transaction) -> Result<(), StorageError> {
        if transaction.is_empty() {
            return Ok(());
        }
        let (reply, outcome) = oneshot::channel();
        self.writer.send(writer::Job::Now(transaction, reply)).await.map_err(|_| StorageError::Closed)?;
        outcome.await.map_err(|_| StorageError::Closed)?
    }

    /// Hands over bookkeeping that nobody waits for (delivery marks, data-request records). It is written with the
    /// next group, at the latest 100 ms later; a crash before that repeats work that is idempotent.
    pub async fn commit_later(&self, statements: Vec<Statement>) {
        self.commit_within(statements, LINGER).await;
    }

    /// Hands over what may be lost (statistics). It shares the next commit that happens anyway, and has one of its own only
    /// when there is none for five seconds.
    pub async fn commit_whenever(&self, statements: Vec<Statement>) {
        self.commit_within(statements, WHENEVER).await;
    }

    async fn commit_within(&self, statements: Vec<Statement>, within: Duration) {
        if !statements.is_empty() && self.writer.send(writer::Job::Later(statements, within)).await.is_err() {
            tracing::warn!("storage is closed; bookkeeping was not written");
        }
    }

    /// Returns when everything handed over so far is durable.
    pub(crate) async fn settled(&self) -> Result<(), StorageError> {
        let (reply, outcome) = oneshot::channel();
        self.writer.send(writer::Job::Now(Transaction::default(), reply)).await.map_err(|_| StorageError::Closed)?;
        outcome.await.map_err(|_| StorageError::Closed)?
    }

    /// Waits until everything handed over so far is durable and stops the writer.
    pub async fn close(&self) {
        let (reply, done) = oneshot::channel();
        if self.writer.send(writer::Job::Close(reply)).await.is_ok() {
            drop(done.await);
        }
        self.readers.close().await;
    }

    /// Changes whenever events were committed.
    pub fn events(&self) -> watch::Receiver<u64> {
        self.events.clone()
    }

    /// Changes whenever the graph has something to take up.
    pub fn graph_log(&self) -> watch::Receiver<u64> {
        self.graph.clone()
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.readers
    }
}

/// A slice of a list: what to continue after, and how many.
#[derive(Clone, Debug)]
pub struct Page {
    /// Key of the last row already seen.
    pub after: Option<String>,
    /// At most this many rows.
    pub limit: i64,
}

impl Default for Page {
    fn default() -> Self {
        Self { after: None, limit: 50 }
    }
}

/// Reads a column, naming table and column when it does not hold what it should.
pub(crate) fn column<'r, T>(row: &'r SqliteRow, table: &'static str, name: &str) -> Result<T, StorageError>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(name).map_err(|e| StorageError::Row { table, column: name.to_owned(), detail: e.to_string() })
}

/// A column holds a word that it does not know.
pub(crate) fn unknown(table: &'static str, column: &str, word: &str) -> StorageError {
    StorageError::Row { table, column: column.to_owned(), detail: format!("unknown word {word:?}") }
}

/// Reads a JSON column into its type.
pub(crate) fn json<T: serde::de::DeserializeOwned>(
    row: &SqliteRow,
    table: &'static str,
    name: &str,
) -> Result<T, StorageError> {
    let text: &str = column(row, table, name)?;
    serde_json::from_str(text).map_err(|e| StorageError::Row { table, column: name.to_owned(), detail: e.to_string() })
}

/// The JSON text of a value that we made ourselves.
pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
