//! Search over kept catalogues: how long a question takes, what they take of memory and disk, and how long it takes to read them.

mod offering;
mod sqlite;

use std::fs;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use self::offering::Offering;
use super::Quantities;
use super::latency::Latencies;
use super::report::{Aim, Line, Report};
use super::usage::{self, Meter};
use crate::Failure;
use crate::connector::{Config, Connector};

/// Partners that offer the datasets.
const PARTNERS: usize = 20;
/// Questions, from those that find everything to those that find one.
const QUESTIONS: [(&str, &str); 6] = [
    ("everything", ""),
    ("a word that a quarter has", "q=spindle"),
    ("three letters in nearly all", "q=ata"),
    ("two words and a filter", "q=bearing+temperature&format=HttpData-PULL&qualifies=yes"),
    ("everything, by title, far down", "sort=title&offset=5000"),
    ("one dataset", "q=serial-004711"),
];

pub(super) async fn measure(quantities: &Quantities, report: &mut Report) -> Result<(), Failure> {
    let size = quantities.kept;
    report.method(&format!(
        "catalogs-N: N datasets of {PARTNERS} partners are read and kept. search: from sending GET /catalogs/search to having \
         the whole answer, 50 datasets and all facets; one at a time, warm. Beside it SQLite in the driver, without HTTP: the \
         same texts in one table, the same words as LIKE or in an FTS5 table of trigrams, count, 50 rows and three of the five facets"
    ));
    let offering = Offering::start(PARTNERS, size / PARTNERS)?;
    let oem = Connector::start(Config::new("oem").mock("OEM")).await?;
    let before = usage::memory(&oem)?;
    let meter = Meter::start(&[("consumer", &oem)]);
    let begun = Instant::now();
    for partner in 0..PARTNERS {
        let body = json!({"name": format!("Partner {partner}"), "dspAddress": offering.address(partner)});
        oem.management().put(&format!("partners/P{partner}"), &body).await?;
    }
    read(&oem, 1).await?;
    let reading = begun.elapsed();
    let kept = oem.management().get("catalogs/search?limit=1").await?;
    if kept.get("total").and_then(Value::as_u64) != Some(size as u64) {
        return Err(Failure::Unexpected(format!("{size} datasets are offered, and found is {kept}")));
    }
    report.add(&Line {
        name: format!("catalogs-{size}-read"),
        value: reading.as_secs_f64(),
        unit: "s",
        aim: None,
        beside: None,
        notes: vec![meter.each(size)],
    });
    let beside = sqlite::measure(&offering, size, quantities.searches).await?;
    searches(&oem, quantities, &beside, report).await?;
    sizes(&oem, &before, quantities, report).await
}

/// Waits until the catalogue of each partner has been read so often.
async fn read(oem: &Connector, times: usize) -> Result<(), Failure> {
    for partner in 0..PARTNERS {
        oem.happened_times("catalog.read", &format!("P{partner}"), times).await?;
    }
    Ok(())
}

async fn searches(
    oem: &Connector,
    quantities: &Quantities,
    beside: &[String],
    report: &mut Report,
) -> Result<(), Failure> {
    let mut slowest: Option<(Latencies, &str)> = None;
    let mut notes = Vec::new();
    for (place, (name, query)) in QUESTIONS.into_iter().enumerate() {
        let (mut times, mut total) = (Vec::with_capacity(quantities.searches), 0);
        for round in 0..=quantities.searches {
            let (time, found) = ask(oem, query).await?;
            if round > 0 {
                times.push(time);
            }
            total = found;
        }
        let times = Latencies::of(times).ok_or_else(|| Failure::Unexpected("no search was measured".to_owned()))?;
        let sqlite = beside.get(place).map(|beside| format!("; {beside}")).unwrap_or_default();
        notes.push(format!("{name} ({total} found): p50 {:.2} ms, {}{sqlite}", times.p50(), times.tail()));
        if slowest.as_ref().is_none_or(|(slowest, _)| slowest.p50() < times.p50()) {
            slowest = Some((times, name));
        }
    }
    let (times, name) = slowest.ok_or_else(|| Failure::Unexpected("no search was measured".to_owned()))?;
    notes.push(format!("the figure is that of the slowest: {name}"));
    report.add(&Line {
        name: format!("catalogs-{}-search", quantities.kept),
        value: times.p50(),
        unit: "ms",
        aim: Some(Aim::Under(50.0)),
        beside: None,
        notes,
    });
    Ok(())
}

async fn ask(oem: &Connector, query: &str) -> Result<(Duration, u64), Failure> {
    let begun = Instant::now();
    let answer = oem.management().raw(Method::GET, &format!("catalogs/search?{query}"), |request| request).await?;
    let unusable = |reason: String| Failure::Unanswered { call: "GET catalogs/search".to_owned(), reason };
    let status = answer.status();
    let bytes = answer.bytes().await.map_err(|error| unusable(error.to_string()))?;
    let time = begun.elapsed();
    if !status.is_success() {
        return Err(unusable(format!("{status}: {}", String::from_utf8_lossy(&bytes))));
    }
    let found: Value = serde_json::from_slice(&bytes).map_err(|error| unusable(error.to_string()))?;
    Ok((time, found.get("total").and_then(Value::as_u64).unwrap_or_default()))
}

/// Memory, the database, and both again after everything was read once more.
async fn sizes(
    oem: &Connector,
    before: &usage::Memory,
    quantities: &Quantities,
    report: &mut Report,
) -> Result<(), Failure> {
    let (memory, disk) = (usage::memory(oem)?, database(oem));
    let begun = Instant::now();
    oem.management().post("catalogs/refresh", &json!({})).await?;
    read(oem, 2).await?;
    let (again, time) = (usage::memory(oem)?, begun.elapsed());
    report.add(&Line {
        name: format!("catalogs-{}-memory", quantities.kept),
        value: memory.now - before.now,
        unit: "MB",
        aim: Some(Aim::Under(200.0)),
        beside: None,
        notes: vec![
            format!("{:.1} MB before, {:.1} MB after; at its highest {:.1} MB", before.now, memory.now, memory.highest),
            format!("the database has {disk:.1} MB"),
            format!(
                "read once more with nothing changed, in {:.1} s: {:.1} MB more memory, {:.1} MB more database",
                time.as_secs_f64(),
                again.now - memory.now,
                database(oem) - disk
            ),
        ],
    });
    Ok(())
}

/// The database without its log, which is of a fixed size, in MB.
fn database(oem: &Connector) -> f64 {
    let file = oem.home().join("data/symbolon.sqlite");
    fs::metadata(file).map_or(0.0, |file| file.len() as f64 / 1e6)
}
