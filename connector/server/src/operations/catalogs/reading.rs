//! Reading a partner's catalogue, page by page, into a copy that is shown when it is whole.
//!
//! A partner decides what it sends, so everything is bounded: time, pages, datasets, bytes. What breaks a bound, or cannot be a
//! catalogue, ends the reading, and the copy that there was stays. A dataset that cannot be one is left out, and counted.

mod pages;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use self::pages::Incoming;
use super::shown;
use crate::clock;
use crate::connector::{Change, Connector};
use crate::operations::catalog;
use crate::operations::partners::Counterparty;
use crate::problem::{Kind, Problem};
use crate::storage::kept_catalogs::{self as rows, Fault, KeptCatalog, NewDataset};
use crate::storage::{Transaction, partners};
use crate::worker::crawler::Why;

/// A reading that takes longer has failed.
const WITHIN: Duration = Duration::from_secs(1800);
/// Pages one after the other that bring nothing new.
const BARREN: usize = 20;
/// Bytes of all datasets of one partner.
const BYTES: usize = 512 << 20;
/// Ids that are read at once.
const ROWS: i64 = 1000;
/// After a failure it is tried again after this, and then after twice as long, up to an hour or the usual time.
const AGAIN: SignedDuration = SignedDuration::from_secs(60);
const RAREST: SignedDuration = SignedDuration::from_hours(1);

/// Reads the catalogue of a partner and shows it. What goes wrong is in its row afterwards. A participant that is no partner is
/// forgotten instead.
///
/// # Errors
/// When storage fails.
pub async fn read(connector: &Arc<Connector>, partner: &str, why: &Why) -> Result<(), Problem> {
    let Some(known) = partners::by_id(&connector.db, partner).await? else {
        return Ok(shown::forget(connector, partner).await?);
    };
    let kept = rows::by_partner(&connector.db, partner).await?.unwrap_or_else(|| KeptCatalog::of(partner));
    if matches!(why, Why::Registered) && connector.config.catalogs.every_s == 0 {
        return shown::show(connector, &known.name, &kept).await;
    }
    let address = Counterparty { id: known.id, dsp_address: known.dsp_address };
    let began = clock::now();
    let outcome = match tokio::time::timeout(WITHIN, Reading::begin(connector, &kept, began).whole(&address)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(unusable(format!("it could not be read within {} minutes", WITHIN.as_secs() / 60))),
    };
    match outcome {
        Ok(whole) => {
            let (next, told) = commit(connector, kept, whole, why, began).await?;
            shown::show(connector, &known.name, &next).await?;
            connector.crawler.has_read(partner);
            // Whoever hears of it finds it: the event comes after what it tells.
            connector.commit(told).await?;
            tidy_up(connector, partner, next.revision).await
        }
        Err(problem) if problem.kind == Kind::Internal => Err(problem),
        Err(problem) => failed(connector, &known.name, kept, &problem, why, began).await,
    }
}

/// A catalogue that was read whole.
struct Whole {
    datasets: usize,
    services: Vec<Value>,
    /// Whether it differs from the copy that counts.
    changed: bool,
    left_out: LeftOut,
}

/// Datasets that cannot be kept: how many, and why the first one not.
#[derive(Default)]
struct LeftOut {
    count: usize,
    first: Option<String>,
}

struct Reading<'a> {
    connector: &'a Connector,
    partner: &'a str,
    /// The copy that counts.
    counts: i64,
    began: i64,
    /// Hashes of the ids that have come.
    seen: HashSet<u128>,
    bytes: usize,
    changed: bool,
    services: Vec<Value>,
    left_out: LeftOut,
}

impl<'a> Reading<'a> {
    fn begin(connector: &'a Connector, kept: &'a KeptCatalog, began: Timestamp) -> Self {
        Self {
            connector,
            partner: &kept.partner,
            counts: kept.revision,
            began: clock::millis(began),
            seen: HashSet::new(),
            bytes: 0,
            changed: false,
            services: Vec::new(),
            left_out: LeftOut::default(),
        }
    }

    /// Reads all pages, and finds out what is gone.
    async fn whole(mut self, address: &Counterparty) -> Result<Whole, Problem> {
        let most = self.most().await?;
        self.connector.db.commit(rows::forget_unfinished(self.partner, self.counts).into_iter().collect()).await?;
        let (mut url, mut barren, mut pages) = (None, 0, HashSet::new());
        loop {
            let page = catalog::page_of(self.connector, address, url.as_deref()).await?;
            let incoming = tokio::task::spawn_blocking(move || pages::taken_apart(&page.body));
            let incoming = incoming.await.map_err(Problem::internal)??;
            let new = self.take(incoming, most).await?;
            barren = if new == 0 { barren + 1 } else { 0 };
            match page.next {
                Some(next) if barren <= BARREN && pages.insert(next.clone()) => url = Some(next),
                Some(_) => return Err(unusable("it has no end: its pages lead on and bring nothing new".to_owned())),
                None => break,
            }
        }
        self.end_withdrawn().await?;
        let Self { seen, services, changed, left_out, .. } = self;
        Ok(Whole { datasets: seen.len(), services, changed, left_out })
    }

    /// How many datasets this partner may have.
    async fn most(&self) -> Result<usize, Problem> {
        let bounds = &self.connector.config.catalogs;
        let others = rows::count_others(&self.connector.db, self.partner).await?;
        Ok(bounds
            .most_datasets
            .saturating_sub(usize::try_from(others).unwrap_or_default())
            .min(bounds.most_per_partner))
    }

    /// Writes what is new on a page or has changed: one commit. Returns how many datasets had not come before.
    async fn take(&mut self, page: Incoming, most: usize) -> Result<usize, Problem> {
        if self.services.is_empty() {
            self.services = page.services;
        }
        self.left_out.count += page.left_out;
        self.left_out.first = self.left_out.first.take().or(page.first_left_out);
        let mut fresh = page.datasets;
        fresh.retain(|dataset| self.seen.insert(hash(&dataset.id)));
        self.bytes += fresh.iter().map(|dataset| dataset.document.len()).sum::<usize>();
        if self.seen.len() > most {
            return Err(unusable(format!("it has more than the {most} datasets that may be kept of it")).with_hint(
                "catalogs.most_datasets and catalogs.most_per_partner in the configuration are the bounds",
            ));
        }
        if self.bytes > BYTES {
            return Err(unusable(format!("it is larger than the {} MiB that may be kept of it", BYTES >> 20)));
        }
        let new = fresh.len();
        self.write(fresh).await?;
        Ok(new)
    }

    async fn write(&mut self, datasets: Vec<NewDataset>) -> Result<(), Problem> {
        for some in datasets.chunks(rows::at_once()) {
            let ids: Vec<&str> = some.iter().map(|dataset| dataset.id.as_str()).collect();
            let known = rows::known(&self.connector.db, self.partner, self.counts, &ids).await?;
            let mut transaction = Transaction::default();
            let mut replaced = Vec::new();
            for dataset in some {
                let before = known.iter().find(|known| known.id == dataset.id);
                if before.is_some_and(|before| before.digest == dataset.digest) {
                    continue;
                }
                replaced.extend(before.map(|before| before.id.as_str()));
                let seen = before.map_or(self.began, |before| before.seen);
                transaction.push(rows::insert(self.partner, self.counts + 1, &NewDataset { seen, ..dataset.clone() }));
            }
            if !replaced.is_empty() {
                transaction.push(rows::end(self.partner, self.counts + 1, &replaced));
            }
            self.changed |= !transaction.is_empty();
            self.connector.db.commit(transaction).await?;
        }
        Ok(())
    }

    /// The next copy shows no more what has not come.
    async fn end_withdrawn(&mut self) -> Result<(), Problem> {
        let mut after = String::new();
        loop {
            let ids = rows::ids(&self.connector.db, self.partner, self.counts, &after, ROWS).await?;
            let Some(last) = ids.last() else { return Ok(()) };
            after.clone_from(last);
            let gone: Vec<&str> = ids.iter().map(String::as_str).filter(|id| !self.seen.contains(&hash(id))).collect();
            self.changed |= !gone.is_empty();
            for some in gone.chunks(rows::at_once()) {
                self.connector
                    .db
                    .commit([rows::end(self.partner, self.counts + 1, some)].into_iter().collect())
                    .await?;
            }
        }
    }
}

fn hash(id: &str) -> u128 {
    u128::from_be_bytes(pages::half_digest(id.as_bytes()))
}

fn unusable(detail: String) -> Problem {
    Problem::new(Kind::BadGateway, "partner.malformed", format!("the partner's catalogue cannot be kept: {detail}"))
}

/// Makes the new copy count, if it is another one: from this commit on the rows of the next revision do. Returns what to tell
/// of it.
async fn commit(
    connector: &Connector,
    kept: KeptCatalog,
    whole: Whole,
    why: &Why,
    began: Timestamp,
) -> Result<(KeptCatalog, Change), Problem> {
    let Whole { datasets, services, changed, left_out } = whole;
    let first = kept.read.is_none();
    let recovered = kept.fault.is_some();
    let detail =
        left_out.first.map(|first| format!("{} datasets were left out, the first of them: {first}", left_out.count));
    let changed = changed || first;
    let next = KeptCatalog {
        revision: kept.revision + i64::from(changed),
        datasets: i64::try_from(datasets).unwrap_or(i64::MAX),
        services,
        read: Some(clock::millis(began)),
        tried: Some(clock::millis(began)),
        next: next_time(connector, 0),
        failures: 0,
        fault: None,
        detail,
        partner: kept.partner,
    };
    let mut change = Change::default();
    change.write(rows::put(&next));
    connector.commit(change).await?;
    let mut told = Change::default();
    if changed || recovered || why.by().is_some() {
        let body = json!({"datasets": datasets, "changed": changed, "leftOut": left_out.count, "by": why.by()});
        told.event("catalog.read", &next.partner, Some(&next.partner), body);
    }
    Ok((next, told))
}

/// The copy that counts stays; the row says what went wrong.
async fn failed(
    connector: &Connector,
    name: &str,
    kept: KeptCatalog,
    problem: &Problem,
    why: &Why,
    began: Timestamp,
) -> Result<(), Problem> {
    let fault = if problem.code == "partner.malformed" { Fault::Unusable } else { Fault::Unreachable };
    let detail = pages::cut(&problem.detail);
    let news = kept.fault != Some(fault) || kept.detail.as_deref() != Some(&detail);
    let failures = kept.failures.saturating_add(1);
    let next = KeptCatalog {
        tried: Some(clock::millis(began)),
        next: next_time(connector, failures),
        failures,
        fault: Some(fault),
        detail: Some(detail),
        ..kept
    };
    let mut change = Change::default();
    rows::forget_unfinished(&next.partner, next.revision).into_iter().for_each(|statement| change.write(statement));
    change.write(rows::put(&next));
    if news || why.by().is_some() {
        let body = json!({"code": problem.code, "reason": next.detail, "datasets": next.datasets, "by": why.by()});
        change.event("catalog.failed", &next.partner, Some(&next.partner), body);
    }
    connector.crawler.has_read(&next.partner);
    connector.commit(change).await?;
    shown::show(connector, name, &next).await
}

/// When it is read again, in milliseconds since the epoch: as configured, or after failures, with a little scatter so that
/// not all partners are asked at once.
fn next_time(connector: &Connector, failures: i64) -> Option<i64> {
    let every = SignedDuration::from_secs(i64::try_from(connector.config.catalogs.every_s).unwrap_or(i64::MAX / 4));
    let wait = match u32::try_from(failures) {
        Ok(0) => every,
        Ok(failures) => AGAIN.checked_mul(1 << (failures - 1).min(10)).unwrap_or(RAREST).min(RAREST.max(every)),
        Err(_) => RAREST.max(every),
    };
    let mut random = [0];
    // Without randomness there is no scatter, and no harm.
    let _ = getrandom::fill(&mut random);
    let scattered = wait.as_millis().saturating_mul(900 + i128::from(random[0]) * 200 / 255) / 1000;
    let scattered = i64::try_from(scattered).unwrap_or(i64::MAX / 4);
    (!every.is_zero()).then(|| clock::millis(clock::now()).saturating_add(scattered))
}

/// Removes what no copy shows any more, a bounded number of rows at a time.
async fn tidy_up(connector: &Connector, partner: &str, revision: i64) -> Result<(), Problem> {
    while rows::is_left(&connector.db, partner, Some(revision)).await? {
        connector.db.commit([rows::remove_ended(partner, revision)].into_iter().collect()).await?;
    }
    Ok(())
}
