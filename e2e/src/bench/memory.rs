//! Resident memory.

use super::partners::{Durability, Partners, publish};
use super::report::{Aim, Line, Report};
use super::usage::{self, Memory};
use super::{IN_FLIGHT, Quantities, negotiations, start};
use crate::Failure;
use crate::connector::Connector;

pub(super) async fn measure(quantities: &Quantities, report: &mut Report) -> Result<(), Failure> {
    let count = quantities.negotiations_for_memory;
    report.method(&format!(
        "memory: resident memory (VmRSS) of the larger of the two connectors, when both are ready and when {count} negotiations \
         ({IN_FLIGHT} in flight) have ended"
    ));
    let mut partners = Partners::start(Durability::Full).await?;
    report.add(&line("memory-idle".to_owned(), 40.0, &partners)?);
    publish(partners.supplier.management(), 0..1, "http://127.0.0.1:9/").await?;
    negotiations::negotiate(&mut partners, count, IN_FLIGHT).await?.all_finalized()?;
    let mut after = line(format!("memory-after-{count}"), 100.0, &partners)?;
    let times = start::times(&mut partners.supplier, quantities.starts).await?;
    after.notes.push(format!("the provider then starts in {:.0} ms (p50; {})", times.p50(), times.tail()));
    let restarted = usage::memory(&partners.supplier)?;
    after.notes.push(format!("started again with these agreements it holds {:.1} MB", restarted.now));
    report.add(&after);
    Ok(())
}

fn line(name: String, aim: f64, partners: &Partners) -> Result<Line, Failure> {
    let consumer = usage::memory(&partners.oem)?;
    let provider = usage::memory(&partners.supplier)?;
    let told = |role: &str, connector: &Connector, memory: &Memory| {
        let pid = connector.pid().unwrap_or_default();
        let Memory { now, highest, own } = memory;
        format!(
            "{role} (process {pid}): {now:.1} MB, of which {own:.1} MB not mapped from files; at its highest {highest:.1} MB"
        )
    };
    Ok(Line {
        name,
        value: consumer.now.max(provider.now),
        unit: "MB",
        aim: Some(Aim::Under(aim)),
        beside: None,
        notes: vec![told("consumer", &partners.oem, &consumer), told("provider", &partners.supplier, &provider)],
    })
}
