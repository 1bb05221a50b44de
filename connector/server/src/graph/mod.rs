//! Agreements as RDF in Oxigraph: a projection of the database that can always be rebuilt from it.
//!
//! Each agreement has two named graphs ([`names`]): one holds exactly the statements that both parties signed, the other
//! what this connector knows besides (parties, times, state, digest, halves; [`record`]). The default graph holds one
//! statement: the place in the database's log up to which agreements have been taken up. It is written in the same
//! transaction as the agreements, so that whatever a crash loses is taken up again.
//!
//! # Memory
//!
//! Oxigraph configures RocksDB for large loads and leaves nothing but the number of open files to its caller: write
//! buffers of 128 MB for each of eleven column families, of which two have to fill before the first is written out, and
//! block caches of 128 MB (strings) and 32 MB (the rest). Left alone, 10,000 agreements keep about 400 MB in the write
//! buffers and take 5 s to replay at the next start. So the buffers are written out after every [`FLUSH_AFTER`]
//! statements: they then hold some 10 MB whatever the number of agreements, and the process measures about 50 MB after
//! 10,000 and after 50,000 of them. The block caches fill only by reading; taking up new agreements reads next to
//! nothing, a query that walks through everything may fill them up to their 160 MB.

mod engine;
mod formats;
pub mod names;
mod query;
mod record;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use oxigraph::model::{GraphName, GraphNameRef, NamedNodeRef, Quad, Term};
use oxigraph::store::{Store, Transaction};
use tokio::sync::Semaphore;

use crate::problem::{Kind, Problem};
use crate::storage::agreements::StoredAgreement;

pub use engine::wait_until_closed;
pub use formats::AgreementFormat;
pub use query::{Answer, Limits};

/// Agreements that share one transaction, at most. Bounds the memory that a transaction takes.
pub const MAX_BATCH: usize = 1_000;
/// Statements after which the write buffers are written out. A flush costs some 20 syncs of the disk.
#[cfg(feature = "rocksdb")]
const FLUSH_AFTER: usize = 15_000;
/// Files that RocksDB keeps open. By default it would take nearly all that the process may have.
#[cfg(feature = "rocksdb")]
const OPEN_FILES: u32 = 128;
/// Queries that are evaluated at the same time.
const QUERIES: usize = 2;

/// Why the graph failed. Nothing is lost: the database has everything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// The engine failed.
    #[error("graph engine: {detail}")]
    Engine {
        /// In the engine's words.
        detail: String,
    },
    /// The graph's folder cannot be opened.
    #[error(
        "the graph in {path} cannot be opened: {detail}. Is another symbolon running on it? If it is damaged, delete the \
         folder; it is rebuilt at the next start"
    )]
    Open {
        /// The folder.
        path: String,
        /// In the engine's words.
        detail: String,
    },
}

impl From<oxigraph::store::StorageError> for GraphError {
    fn from(error: oxigraph::store::StorageError) -> Self {
        Self::Engine { detail: error.to_string() }
    }
}

impl From<std::io::Error> for GraphError {
    fn from(error: std::io::Error) -> Self {
        Self::Engine { detail: error.to_string() }
    }
}

impl From<tokio::task::JoinError> for GraphError {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Engine { detail: error.to_string() }
    }
}

impl From<GraphError> for Problem {
    fn from(error: GraphError) -> Self {
        Self::internal(error)
    }
}

/// The graph. Clones share it.
#[derive(Clone)]
pub struct Graph {
    store: Store,
    /// Statements written since the write buffers were last written out.
    unflushed: Arc<AtomicUsize>,
    queries: Arc<Semaphore>,
    /// After the store, which the last clone closes.
    _open: Arc<engine::Open>,
}

impl std::fmt::Debug for Graph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Graph").field("unflushed", &self.unflushed).finish_non_exhaustive()
    }
}

/// Refuses a query that [`Graph::query`] would not evaluate, whatever is in the graph.
///
/// # Errors
/// 400 `sparql.syntax`, `sparql.update`, `sparql.service`; 413 `sparql.query-too-long`.
pub async fn check(sparql: String) -> Result<(), Problem> {
    query::check(sparql).await
}

impl Graph {
    /// Opens the graph in `dir`, which is made if it does not exist. Without the feature `rocksdb` the graph is in memory,
    /// empty, and `dir` is not touched.
    ///
    /// # Errors
    /// [`GraphError::Open`], also when another process has it open.
    pub async fn open(dir: &Path) -> Result<Self, GraphError> {
        let path = dir.to_owned();
        let store = tokio::task::spawn_blocking(move || open_store(&path)).await?;
        let store = store.map_err(|detail| GraphError::Open { path: dir.display().to_string(), detail })?;
        let queries = Arc::new(Semaphore::new(QUERIES));
        Ok(Self { store, unflushed: Arc::default(), queries, _open: Arc::new(engine::Open::new()) })
    }

    /// The place in the log (`graph_log.seq`) up to which agreements have been taken up; 0 for an empty graph.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn position(&self) -> Result<i64, GraphError> {
        self.blocking(|graph| {
            let quads = graph.store.quads_for_pattern(
                Some(names::projection().into()),
                Some(names::position()),
                None,
                Some(GraphNameRef::DefaultGraph),
            );
            let mut position = 0;
            for quad in quads {
                position = position.max(position_in(&quad?));
            }
            Ok(position)
        })
        .await
    }

    /// Takes up agreements with their places in the log, in one transaction for every [`MAX_BATCH`] of them, and moves the
    /// position to the last. The graphs of an agreement are replaced, so taking it up again changes nothing.
    ///
    /// # Errors
    /// When the engine fails; the position then tells how far it came.
    pub async fn apply(&self, batch: Vec<(i64, StoredAgreement)>) -> Result<(), GraphError> {
        self.blocking(move |graph| batch.chunks(MAX_BATCH).try_for_each(|chunk| graph.apply_chunk(chunk))).await
    }

    /// Empties the graph and sets the position to 0.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn clear(&self) -> Result<(), GraphError> {
        self.blocking(|graph| {
            graph.store.clear()?;
            graph.flush_store()
        })
        .await
    }

    /// Writes everything out, so that the next start has nothing to replay. For an orderly end; a crash needs none.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn flush(&self) -> Result<(), GraphError> {
        self.blocking(|graph| graph.flush_store()).await
    }

    /// The agreement as RDF, or `None` if it has not been taken up. Turtle holds the signed statements alone; TriG and
    /// N-Quads hold both named graphs.
    ///
    /// # Errors
    /// When the engine fails.
    pub async fn agreement(&self, id: &str, format: AgreementFormat) -> Result<Option<Vec<u8>>, GraphError> {
        let names = [names::agreement(id), names::record(id)];
        self.blocking(move |graph| formats::agreement(&graph.store, &names, format)).await
    }

    /// Evaluates a read-only SPARQL query. Without a `FROM`, its default graph is all graphs together; a statement that is
    /// in several graphs is then found as often.
    ///
    /// `accept` is the Accept header of the request. The answer is as long as `limits` allow at most, or it is none.
    ///
    /// # Errors
    /// 400 `sparql.syntax`, `sparql.update`, `sparql.service`, `sparql.accept`; 413 `sparql.query-too-long`,
    /// `sparql.result-too-large`; 422 `sparql.time`, `sparql.evaluation`; 503 `sparql.busy`.
    pub async fn query(&self, sparql: String, accept: Option<&str>, limits: Limits) -> Result<Answer, Problem> {
        let busy = || {
            Problem::new(Kind::Unavailable, "sparql.busy", format!("{QUERIES} other queries are being evaluated"))
                .with_hint("try again when they are done")
        };
        let permit = tokio::time::timeout(limits.time, Arc::clone(&self.queries).acquire_owned()).await;
        let permit = permit.map_err(|_| busy())?.map_err(|_| busy())?;
        query::run(self.store.clone(), sparql, accept.map(str::to_owned), limits, permit).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, GraphError> + Send + 'static,
    ) -> Result<T, GraphError> {
        let graph = self.clone();
        tokio::task::spawn_blocking(move || work(&graph)).await?
    }

    fn apply_chunk(&self, chunk: &[(i64, StoredAgreement)]) -> Result<(), GraphError> {
        let Some(position) = chunk.iter().map(|(seq, _)| *seq).max() else { return Ok(()) };
        // The log names an agreement each time it changes, and always gives it as it is now: once is enough.
        let latest: HashMap<&str, &StoredAgreement> = chunk.iter().map(|(_, a)| (a.id.as_str(), a)).collect();
        if latest.values().all(|agreement| agreement.version == 0) {
            return self.add(latest.into_values(), position);
        }
        let mut transaction = self.store.start_transaction()?;
        let mut changed = 0;
        for agreement in latest.into_values() {
            changed += replace(&mut transaction, &names::agreement(&agreement.id), record::signed(agreement))?;
            changed += replace(&mut transaction, &names::record(&agreement.id), record::known(agreement))?;
        }
        set_position(&mut transaction, position)?;
        transaction.commit()?;
        self.written(changed)
    }

    /// Takes up agreements that have not changed since they were concluded: nothing has to be read or removed, which takes
    /// a third less time. Old positions stay until the write buffers are written out; the highest counts.
    fn add<'a>(&self, agreements: impl Iterator<Item = &'a StoredAgreement>, position: i64) -> Result<(), GraphError> {
        let mut quads = vec![position_quad(position)];
        for agreement in agreements {
            quads.extend(record::signed(agreement));
            quads.extend(record::known(agreement));
        }
        let added = quads.len();
        self.store.extend(quads)?;
        self.written(added)
    }

    /// Leaves the highest position alone.
    fn tidy_positions(&self) -> Result<(), GraphError> {
        let mut transaction = self.store.start_transaction()?;
        let position = positions(&transaction)?.iter().map(position_in).max().unwrap_or(0);
        set_position(&mut transaction, position)?;
        Ok(transaction.commit()?)
    }

    #[cfg(feature = "rocksdb")]
    fn written(&self, changed: usize) -> Result<(), GraphError> {
        if self.unflushed.fetch_add(changed, Ordering::Relaxed) + changed < FLUSH_AFTER {
            return Ok(());
        }
        self.tidy_positions()?;
        self.flush_store()
    }

    #[cfg(not(feature = "rocksdb"))]
    fn written(&self, changed: usize) -> Result<(), GraphError> {
        if self.unflushed.fetch_add(changed, Ordering::Relaxed) + changed < FLUSH_AFTER {
            return Ok(());
        }
        self.unflushed.store(0, Ordering::Relaxed);
        self.tidy_positions()
    }

    fn flush_store(&self) -> Result<(), GraphError> {
        self.unflushed.store(0, Ordering::Relaxed);
        #[cfg(feature = "rocksdb")]
        self.store.flush()?;
        Ok(())
    }
}

#[cfg(feature = "rocksdb")]
fn open_store(dir: &Path) -> Result<Store, String> {
    std::fs::create_dir_all(dir).map_err(|e| e.to_string())?;
    let options = oxigraph::store::StoreOptions::default().with_max_open_files(OPEN_FILES);
    Store::open_with_options(dir, options).map_err(|e| e.to_string())
}

#[cfg(not(feature = "rocksdb"))]
fn open_store(_dir: &Path) -> Result<Store, String> {
    Store::new().map_err(|e| e.to_string())
}

/// Makes `wanted` the content of the graph; returns how many statements that changed.
fn replace(transaction: &mut Transaction<'_>, graph: &GraphName, wanted: Vec<Quad>) -> Result<usize, GraphError> {
    let mut obsolete = std::collections::HashSet::new();
    let exists = match graph.as_ref() {
        GraphNameRef::NamedNode(name) => transaction.contains_named_graph(name)?,
        GraphNameRef::BlankNode(_) | GraphNameRef::DefaultGraph => true,
    };
    if exists {
        for quad in transaction.quads_for_pattern(None, None, None, Some(graph.as_ref())) {
            obsolete.insert(quad?);
        }
    }
    let mut changed = 0;
    for quad in wanted {
        if !obsolete.remove(&quad) {
            transaction.insert(&quad);
            changed += 1;
        }
    }
    for quad in &obsolete {
        transaction.remove(quad);
    }
    Ok(changed + obsolete.len())
}

fn set_position(transaction: &mut Transaction<'_>, position: i64) -> Result<(), GraphError> {
    for quad in &positions(transaction)? {
        transaction.remove(quad);
    }
    transaction.insert(&position_quad(position));
    Ok(())
}

fn positions(transaction: &Transaction<'_>) -> Result<Vec<Quad>, GraphError> {
    let (subject, predicate): (NamedNodeRef<'_>, NamedNodeRef<'_>) = (names::projection(), names::position());
    let default = GraphNameRef::DefaultGraph;
    let found = transaction.quads_for_pattern(Some(subject.into()), Some(predicate), None, Some(default));
    Ok(found.collect::<Result<_, _>>()?)
}

fn position_quad(position: i64) -> Quad {
    let literal = oxigraph::model::Literal::from(position);
    Quad::new(names::projection(), names::position(), literal, GraphName::DefaultGraph)
}

fn position_in(quad: &Quad) -> i64 {
    match &quad.object {
        Term::Literal(literal) => literal.value().parse().unwrap_or(0),
        Term::NamedNode(_) | Term::BlankNode(_) => 0,
    }
}
