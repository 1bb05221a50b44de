//! A page of a partner's catalogue, by the size of the catalogue.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::edc::Figures;
use super::latency::Latencies;
use super::partners::{Durability, Partners, publish};
use super::report::{Aim, Line, Report};
use super::usage::Meter;
use super::{Quantities, audiences};
use crate::Failure;

/// Datasets on a page: the connector's default.
const PAGE: usize = 50;

pub(super) async fn measure(quantities: &Quantities, edc: &Figures, report: &mut Report) -> Result<(), Failure> {
    report.method(
        "catalog-N: from sending POST /catalog to the consumer, which asks the provider, until the first page (50 of N \
         datasets) has arrived whole; one at a time, warm",
    );
    let partners = Partners::start(Durability::Full).await?;
    let mut published = 0;
    for size in quantities.catalogs.iter().copied() {
        let begun = Instant::now();
        publish(partners.supplier.management(), published..size, "http://127.0.0.1:9/").await?;
        let publishing = format!("{} datasets published in {:.1} s", size - published, begun.elapsed().as_secs_f64());
        published = size;
        let meter = Meter::start(&[("consumer", &partners.oem), ("provider", &partners.supplier)]);
        let times = first_pages(&partners, quantities, size).await?;
        let walk = walk(&partners, size).await?;
        let usage = meter.each(quantities.pages + size.div_ceil(PAGE));
        report.add(&Line {
            name: format!("catalog-{size}"),
            value: times.p50(),
            unit: "ms",
            aim: Some(Aim::Under(5.0)),
            beside: edc.catalog.get(&size).cloned(),
            notes: vec![times.tail(), publishing, format!("all pages, one after the other: p50 {walk}"), usage],
        });
    }
    drop(partners);
    audiences::measure(quantities, report).await
}

pub(super) async fn first_pages(
    partners: &Partners,
    quantities: &Quantities,
    size: usize,
) -> Result<Latencies, Failure> {
    let (bytes, _) = page(partners, None).await?;
    let found = datasets(&parsed(&bytes)?);
    if found != size.min(PAGE) {
        return Err(Failure::Unexpected(format!("the first page of {size} datasets has {found}")));
    }
    for _ in 0..quantities.pages / 10 {
        page(partners, None).await?;
    }
    let mut times = Vec::with_capacity(quantities.pages);
    for _ in 0..quantities.pages {
        times.push(page(partners, None).await?.1);
    }
    Latencies::of(times).ok_or_else(|| Failure::Unexpected("no page was measured".to_owned()))
}

/// Reads the whole catalogue page by page and counts what it shows.
async fn walk(partners: &Partners, size: usize) -> Result<String, Failure> {
    let (mut next, mut found, mut times) = (None, 0, Vec::new());
    loop {
        let (bytes, time) = page(partners, next.as_ref()).await?;
        times.push(time);
        let mut answer = parsed(&bytes)?;
        found += datasets(&answer);
        match answer.get_mut("next").map(Value::take) {
            Some(Value::String(url)) => next = Some(Value::String(url)),
            _ => break,
        }
    }
    if found != size {
        return Err(Failure::Unexpected(format!("all pages together show {found} datasets of {size}")));
    }
    let times = Latencies::of(times).ok_or_else(|| Failure::Unexpected("no page was measured".to_owned()))?;
    Ok(format!("{:.1} ms, {} pages", times.p50(), times.tail()))
}

/// A page as bytes: reading its JSON is not part of the time.
async fn page(partners: &Partners, url: Option<&Value>) -> Result<(Vec<u8>, Duration), Failure> {
    let mut question = json!({"partner": partners.supplier.participant()});
    if let (Some(url), Some(members)) = (url, question.as_object_mut()) {
        members.insert("page".to_owned(), url.clone());
    }
    let begun = Instant::now();
    let answer = partners.oem.management().raw(Method::POST, "catalog", |request| request.json(&question)).await?;
    let status = answer.status();
    let unusable = |reason: String| Failure::Unanswered { call: "POST catalog".to_owned(), reason };
    let bytes = answer.bytes().await.map_err(|error| unusable(error.to_string()))?;
    if !status.is_success() {
        return Err(unusable(format!("{status}: {}", String::from_utf8_lossy(&bytes))));
    }
    Ok((bytes.to_vec(), begun.elapsed()))
}

fn parsed(bytes: &[u8]) -> Result<Value, Failure> {
    serde_json::from_slice(bytes).map_err(|error| Failure::Unexpected(format!("a catalogue page is no JSON: {error}")))
}

fn datasets(answer: &Value) -> usize {
    answer.pointer("/catalog/dataset").and_then(Value::as_array).map_or(0, Vec::len)
}
