//! Reads partners' catalogues, and keeps up whether we qualify for what is in them.
//!
//! Only partners of the registry are read: when they are registered, when an operator asks, and when their time has come, which
//! is in their rows. Each is read by a task of its own, so that a slow one holds up nobody but one of many places. When our
//! credentials or dataspaces change, everybody is asked again: what we may see has changed with them.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::clock;
use crate::connector::Connector;
use crate::operations::catalogs::{self, reading};
use crate::problem::Problem;
use crate::storage::kept_catalogs as rows;

/// Catalogues that are read at once.
const AT_ONCE: usize = 32;
/// Partners that wait to be read because somebody asked.
const WAITING: usize = 100_000;
/// The clock of the machine may be set: no deadline is waited for longer than this without a look at the clock.
const LOOK_AT_CLOCK: Duration = Duration::from_secs(30);
/// What went wrong on our side is tried again after this.
const AGAIN: Duration = Duration::from_secs(5);

/// Deadlines that follow each other closely are taken together.
const BREATH: Duration = Duration::from_millis(100);

/// Why a catalogue is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The partner was registered or changed, or is gone.
    Registered,
    /// Its time has come.
    Due,
    /// The operator with this name asked for it.
    Asked(String),
}

impl Why {
    /// The operator, if one asked.
    pub fn by(&self) -> Option<&str> {
        match self {
            Self::Asked(by) => Some(by),
            Self::Registered | Self::Due => None,
        }
    }
}

/// Tells the worker what to do, and shows what it does.
#[derive(Debug, Default)]
pub struct Crawler {
    changed: Notify,
    proofs: Notify,
    proofs_changed: AtomicBool,
    state: Mutex<Work>,
}

/// What waits, and what is under way.
#[derive(Debug, Default)]
struct Work {
    waiting: BTreeMap<String, Why>,
    /// Who has a task, and whether its catalogue is still being read: tidying up afterwards concerns nobody.
    reading: HashMap<String, bool>,
}

impl Crawler {
    /// The partner's catalogue is to be read now. If it is being read, it is read once more afterwards.
    pub fn read(&self, partner: &str, why: Why) {
        let mut work = self.work();
        if work.waiting.len() < WAITING {
            // Who asks is told; what else there was to do is done with it.
            let asked = work.waiting.get(partner).is_some_and(|known| known.by().is_some());
            if !asked {
                work.waiting.insert(partner.to_owned(), why);
            }
        }
        drop(work);
        self.changed.notify_one();
    }

    /// What we can prove has changed.
    pub fn qualify(&self) {
        self.proofs_changed.store(true, Ordering::Release);
        self.proofs.notify_one();
    }

    /// Whether the partner's catalogue is being read, or waits for its turn.
    pub fn is_reading(&self, partner: &str) -> bool {
        let work = self.work();
        work.reading.get(partner) == Some(&true) || work.waiting.contains_key(partner)
    }

    /// The catalogue has been read, or could not be: whoever is told so now does not find it being read.
    pub fn has_read(&self, partner: &str) {
        if let Some(reading) = self.work().reading.get_mut(partner) {
            *reading = false;
        }
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what can be begun: whoever waits and is not being read.
    fn begin(&self, free: usize) -> Vec<(String, Why)> {
        let mut work = self.work();
        let Work { waiting, reading } = &mut *work;
        let begun: Vec<String> =
            waiting.keys().filter(|partner| !reading.contains_key(*partner)).take(free).cloned().collect();
        let begun = begun.into_iter().filter_map(|partner| Some((partner.clone(), waiting.remove(&partner)?)));
        let begun: Vec<(String, Why)> = begun.collect();
        reading.extend(begun.iter().map(|(partner, _)| (partner.clone(), true)));
        begun
    }

    fn ended(&self, partner: &str) {
        self.work().reading.remove(partner);
    }
}

/// Reads catalogues until `stopping`.
pub async fn run(connector: Arc<Connector>, stopping: CancellationToken) {
    let own = Arc::clone(&connector);
    let started = async move {
        let orphans = rows::orphans(&own.db).await?;
        orphans.iter().for_each(|partner| own.crawler.read(partner, Why::Registered));
        catalogs::load(&own).await
    };
    tokio::select! {
        () = stopping.cancelled() => return,
        loaded = started => if let Err(problem) = loaded {
            tracing::error!(%problem, "the kept catalogues could not be loaded: search shows what is read from now on");
        },
    }
    let qualifying = tokio::spawn(qualifier(Arc::clone(&connector), stopping.clone()));
    let (mut under_way, mut who) = (JoinSet::new(), HashMap::new());
    loop {
        let wait = match plan(&connector).await {
            Ok(wait) => wait,
            Err(problem) => {
                tracing::error!(%problem, "which catalogues are due could not be read; it is tried again");
                AGAIN
            }
        };
        for (partner, why) in connector.crawler.begin(AT_ONCE.saturating_sub(under_way.len())) {
            let task = under_way.spawn(read(Arc::clone(&connector), partner.clone(), why));
            who.insert(task.id(), partner);
        }
        tokio::select! {
            () = stopping.cancelled() => break,
            () = connector.crawler.changed.notified() => {}
            Some(ended) = under_way.join_next_with_id() => end(&connector, &mut who, ended),
            () = tokio::time::sleep(wait) => {}
        }
    }
    // What was read half is read again after the next start.
    under_way.shutdown().await;
    drop(qualifying.await);
}

type Ended = Result<(Id, ()), tokio::task::JoinError>;

fn end(connector: &Connector, who: &mut HashMap<Id, String>, ended: Ended) {
    let id = match &ended {
        Ok((id, ())) => *id,
        Err(error) => {
            tracing::error!(%error, "reading a catalogue broke off");
            error.id()
        }
    };
    if let Some(partner) = who.remove(&id) {
        connector.crawler.ended(&partner);
    }
}

async fn read(connector: Arc<Connector>, partner: String, why: Why) {
    if let Err(problem) = reading::read(&connector, &partner, &why).await {
        tracing::error!(partner, %problem, "a catalogue could not be kept; it is tried again");
        // Storage fails for everybody: no hurry.
        tokio::time::sleep(AGAIN).await;
    }
}

/// Whoever's time has come waits from now on; returns how long nobody else's comes.
async fn plan(connector: &Connector) -> Result<Duration, Problem> {
    if connector.config.catalogs.every_s == 0 {
        return Ok(LOOK_AT_CLOCK);
    }
    let limit = i64::try_from(2 * AT_ONCE).unwrap_or(64);
    let now = clock::now();
    let (due, next) = rows::due(&connector.db, clock::millis(now), limit).await?;
    let mut work = connector.crawler.work();
    for partner in due {
        if !work.reading.contains_key(&partner) {
            work.waiting.entry(partner).or_insert(Why::Due);
        }
    }
    // What is due and has no place yet is looked at when somebody else is done.
    let next = next.map(clock::from_millis).filter(|next| *next > now);
    Ok(next.map_or(LOOK_AT_CLOCK, |next| until(next).min(LOOK_AT_CLOCK)))
}

fn until(at: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(clock::now())).unwrap_or_default()
}

/// Keeps up whether we qualify, until `stopping`.
async fn qualifier(connector: Arc<Connector>, stopping: CancellationToken) {
    loop {
        let anew = connector.crawler.proofs_changed.swap(false, Ordering::AcqRel);
        let wait = match keep_up(&connector, anew).await {
            Ok(next) => until(next).clamp(BREATH, LOOK_AT_CLOCK),
            Err(problem) => {
                tracing::error!(%problem, "whether we qualify for offers could not be decided; it is tried again");
                connector.crawler.proofs_changed.fetch_or(anew, Ordering::AcqRel);
                AGAIN
            }
        };
        tokio::select! {
            () = stopping.cancelled() => return,
            () = connector.crawler.proofs.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Decides again; with other proofs there may be other offers to be seen, too.
async fn keep_up(connector: &Connector, anew: bool) -> Result<Timestamp, Problem> {
    let next = catalogs::qualify(connector, anew).await?;
    if anew && connector.config.catalogs.every_s > 0 {
        catalogs::each_partner(connector, |partner| connector.crawler.read(partner, Why::Due)).await?;
    }
    Ok(next)
}
