//! What is searched: a segment for each partner, and what we can prove, as they are now.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use crate::catalog_index::{Builder, Entry, Segment, Shown, Verdict};
use crate::clock;
use crate::connector::Connector;
use crate::operations::qualifying::{self, Own};
use crate::problem::{Kind, Problem};
use crate::storage::kept_catalogs::{self as rows, KeptCatalog, KeptDataset, Listed};
use crate::storage::{Page, StorageError};

/// Rows that are read at once.
const ROWS: i64 = 500;
/// Whoever searches while the connector starts waits this long.
const STARTS_WITHIN: Duration = Duration::from_secs(10);

/// What is searched.
#[derive(Debug)]
pub struct KeptCatalogs {
    shown: RwLock<Arc<Vec<Shown>>>,
    own: RwLock<Arc<Own>>,
    loaded: watch::Sender<bool>,
}

impl KeptCatalogs {
    /// Nothing yet.
    pub fn new(participant: &str) -> Self {
        Self {
            shown: RwLock::default(),
            own: RwLock::new(Arc::new(Own::nothing(participant))),
            loaded: watch::Sender::new(false),
        }
    }

    /// Everything, when it has been loaded.
    ///
    /// # Errors
    /// 503 if that takes long.
    pub(super) async fn shown(&self) -> Result<Arc<Vec<Shown>>, Problem> {
        let mut loaded = self.loaded.subscribe();
        let waited = tokio::time::timeout(STARTS_WITHIN, loaded.wait_for(|loaded| *loaded)).await;
        if !matches!(waited, Ok(Ok(_))) {
            let detail = "the kept catalogues are being loaded";
            return Err(Problem::new(Kind::Unavailable, "catalogs.loading", detail).with_hint("ask again in a moment"));
        }
        Ok(self.all())
    }

    /// Everything as it is now.
    pub fn all(&self) -> Arc<Vec<Shown>> {
        Arc::clone(&self.shown.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What we can prove.
    pub fn own(&self) -> Arc<Own> {
        Arc::clone(&self.own.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Shown>)) {
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        let mut all = Vec::clone(&shown);
        change(&mut all);
        *shown = Arc::new(all);
    }

    /// Shows a partner's catalogue in place of what was shown of it.
    fn show(&self, one: Shown) {
        self.change(|all| match all.binary_search_by(|shown| shown.partner.cmp(&one.partner)) {
            Ok(place) => all[place] = one,
            Err(place) => all.insert(place, one),
        });
    }

    /// Shows nothing of a partner any more.
    pub(super) fn hide(&self, partner: &str) {
        self.change(|all| all.retain(|shown| shown.partner != partner));
    }

    /// What is shown of a partner.
    pub(super) fn of(&self, partner: &str) -> Option<Shown> {
        self.all().iter().find(|shown| shown.partner == partner).cloned()
    }
}

/// Shows every copy that the rows have. Whoever searches waits for it.
///
/// # Errors
/// When storage fails.
pub async fn load(connector: &Connector) -> Result<(), Problem> {
    gather(connector, clock::now()).await?;
    let mut after = None;
    loop {
        let listed = rows::list(&connector.db, &Page { after, limit: ROWS }).await?;
        let Some(last) = listed.last() else { break };
        after = Some(last.catalog.partner.clone());
        for Listed { name, catalog } in listed {
            show(connector, &name, &catalog).await?;
        }
    }
    connector.catalogs.loaded.send_replace(true);
    Ok(())
}

/// Shows the copy that counts of a partner's catalogue. A copy that is shown already is not read again.
///
/// # Errors
/// When storage fails.
pub(super) async fn show(connector: &Connector, name: &str, catalog: &KeptCatalog) -> Result<(), Problem> {
    let (Some(read), partner) = (catalog.read, &catalog.partner) else { return Ok(()) };
    let (revision, name) = (catalog.revision, name.to_owned());
    let segment = match connector.catalogs.of(partner).filter(|shown| shown.revision == revision) {
        Some(shown) => shown.segment,
        None => Arc::new(segment(connector, partner, revision).await?),
    };
    connector.catalogs.show(Shown { partner: partner.clone(), name, read, revision, segment });
    Ok(())
}

/// The copy as a segment. It is taken apart beside the threads that answer requests.
async fn segment(connector: &Connector, partner: &str, revision: i64) -> Result<Segment, Problem> {
    let (own, now) = (connector.catalogs.own(), clock::now());
    let (mut builder, mut after) = (Builder::default(), String::new());
    loop {
        let some = rows::datasets(&connector.db, partner, revision, &after, ROWS).await?;
        let Some(last) = some.last() else { break };
        after.clone_from(&last.id);
        let facts = Arc::clone(&own);
        let added = move || {
            some.iter().for_each(|dataset| add(&mut builder, dataset, &facts, now));
            builder
        };
        builder = tokio::task::spawn_blocking(added).await.map_err(Problem::internal)?;
    }
    Ok(builder.finish(own.number))
}

fn add(builder: &mut Builder, dataset: &KeptDataset, own: &Own, now: Timestamp) {
    let document: Value = serde_json::from_str(&dataset.document).unwrap_or_default();
    let entry = Entry::of(&document);
    let number =
        |offer: &&Value| builder.policy(digest(offer, entry.id), || qualifying::judge(offer, entry.id, own, now));
    let policies = entry.offers.iter().map(number).collect();
    if !builder.add(&entry, policies, dataset.seen) {
        tracing::warn!(dataset = dataset.id, "a catalogue is too large to be searched whole");
    }
}

/// Of what decides about an offer: all of it but its id. One that names targets is about its dataset alone.
fn digest(offer: &Value, dataset: &str) -> [u8; 16] {
    let mut nameless = offer.clone();
    if let Some(members) = nameless.as_object_mut() {
        members.shift_remove("@id");
        if members.get("target").and_then(Value::as_str) == Some(dataset) {
            members.shift_remove("target");
        }
    }
    let text = nameless.to_string();
    let mut hasher = Sha256::new();
    hasher.update(&text);
    if text.contains("target") {
        hasher.update(dataset);
    }
    let whole: [u8; 32] = hasher.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    half
}

/// Gathers what we can prove, and tells whether it is something else than before.
///
/// # Errors
/// When storage fails.
async fn gather(connector: &Connector, now: Timestamp) -> Result<bool, Problem> {
    let gathered = Arc::new(qualifying::own(connector, now).await?);
    let mut own = connector.catalogs.own.write().unwrap_or_else(PoisonError::into_inner);
    let changed = own.number != gathered.number;
    *own = gathered;
    Ok(changed)
}

/// Decides again what may have changed: everything, where what we can prove has; otherwise what time may have. Returns when
/// it has to be looked at next. `anew`: our credentials or dataspaces were changed.
///
/// # Errors
/// When storage fails.
pub async fn qualify(connector: &Connector, anew: bool) -> Result<Timestamp, Problem> {
    let now = clock::now();
    if anew || connector.catalogs.own().until <= now {
        gather(connector, now).await?;
    }
    let own = connector.catalogs.own();
    let mut next = own.until;
    for shown in connector.catalogs.all().iter() {
        let verdicts = shown.segment.verdicts();
        if verdicts.facts != own.number || verdicts.until().is_some_and(|until| until <= now) {
            decide_again(connector, shown, &own, now).await?;
        }
        next = shown.segment.verdicts().until().into_iter().chain([next]).min().unwrap_or(next);
    }
    Ok(next)
}

/// Decides every policy of a segment again. The policies are read from the rows: nothing but their verdicts is kept.
async fn decide_again(connector: &Connector, shown: &Shown, own: &Arc<Own>, now: Timestamp) -> Result<(), Problem> {
    let policies: Vec<([u8; 16], String)> =
        shown.segment.policies().map(|(policy, dataset)| (policy.digest, dataset.to_owned())).collect();
    let mut decided: HashMap<[u8; 16], Verdict> = HashMap::with_capacity(policies.len());
    for some in policies.chunks(usize::try_from(ROWS).unwrap_or(500)) {
        let ids: Vec<&str> = some.iter().map(|(_, dataset)| dataset.as_str()).collect();
        let found = rows::datasets_by_ids(&connector.db, &shown.partner, shown.revision, &ids).await?;
        let (own, known) = (Arc::clone(own), decided);
        let judged = move || judged(&found, known, &own, now);
        decided = tokio::task::spawn_blocking(judged).await.map_err(Problem::internal)?;
    }
    // A copy that was replaced meanwhile has a segment of its own, with verdicts of its own.
    let verdicts = policies.iter().map(|(digest, _)| decided.remove(digest).unwrap_or_default()).collect();
    shown.segment.decided(verdicts, own.number);
    Ok(())
}

fn judged(
    datasets: &[KeptDataset],
    mut known: HashMap<[u8; 16], Verdict>,
    own: &Own,
    now: Timestamp,
) -> HashMap<[u8; 16], Verdict> {
    for dataset in datasets {
        let document: Value = serde_json::from_str(&dataset.document).unwrap_or_default();
        let entry = Entry::of(&document);
        for offer in &entry.offers {
            let verdict = || qualifying::judge(offer, entry.id, own, now).1;
            known.entry(digest(offer, entry.id)).or_insert_with(verdict);
        }
    }
    known
}

/// Removes everything that is kept of a participant that is no partner any more, a bounded number of rows at a time.
///
/// # Errors
/// When storage fails.
pub(super) async fn forget(connector: &Connector, partner: &str) -> Result<(), StorageError> {
    connector.catalogs.hide(partner);
    while rows::is_left(&connector.db, partner, None).await? {
        connector.db.commit([rows::remove_some(partner)].into_iter().collect()).await?;
    }
    connector.db.commit([rows::delete(partner)].into_iter().collect()).await
}
