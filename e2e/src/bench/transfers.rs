//! From the operator's request for a transfer to the token in hand.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Quantities;
use super::edc::Figures;
use super::latency::Latencies;
use super::negotiations::negotiate;
use super::partners::{Durability, FORMAT, Partners, publish};
use super::report::{Aim, Line, Report};
use super::usage::Meter;
use crate::Failure;
use crate::connector::segment;

const STARTED_WITHIN: Duration = Duration::from_secs(30);

pub(super) async fn measure(quantities: &Quantities, edc: &Figures, report: &mut Report) -> Result<(), Failure> {
    report.method(
        "transfer: from sending POST /transfers to the consumer until its event stream has told STARTED and the data address \
         with the token has been read; one at a time, HttpData-PULL, warm",
    );
    for durability in Durability::BOTH {
        let mut partners = Partners::start(durability).await?;
        publish(partners.supplier.management(), 0..1, "http://127.0.0.1:9/").await?;
        let agreement = agree(&mut partners).await?;
        for _ in 0..quantities.warm_up {
            fetch_address(&mut partners, &agreement).await?;
        }
        let meter = Meter::start(&[("consumer", &partners.oem), ("provider", &partners.supplier)]);
        let mut times = Vec::with_capacity(quantities.transfers);
        for _ in 0..quantities.transfers {
            let begun = Instant::now();
            fetch_address(&mut partners, &agreement).await?;
            times.push(begun.elapsed());
        }
        let usage = meter.each(quantities.transfers);
        let times = Latencies::of(times).ok_or_else(|| Failure::Unexpected("no transfer was measured".to_owned()))?;
        let aim = if durability == Durability::Full { 20.0 } else { 6.0 };
        report.add(&Line {
            name: format!("transfer{}", durability.suffix()),
            value: times.p50(),
            unit: "ms",
            aim: Some(Aim::Under(aim)),
            beside: edc.transfer.clone(),
            notes: vec![times.tail(), usage],
        });
    }
    Ok(())
}

/// An agreement on the first asset.
pub(super) async fn agree(partners: &mut Partners) -> Result<String, Failure> {
    let agreement = negotiate(partners, 1, 1).await?.all_finalized()?.agreements.pop();
    agreement.ok_or_else(|| Failure::Unexpected("the negotiation brought no agreement".to_owned()))
}

/// Where data is fetched, and with which `Authorization`.
pub(super) struct Address {
    pub(super) endpoint: String,
    pub(super) authorization: String,
}

/// Starts a transfer and reads its data address.
pub(super) async fn fetch_address(partners: &mut Partners, agreement: &str) -> Result<Address, Failure> {
    let management = partners.oem.management();
    let transfer = management.post("transfers", &json!({"agreement": agreement, "format": FORMAT})).await?;
    let pid = text(&transfer, "pid")?;
    let told = partners.oem_events.until("the end of the transfer's request", STARTED_WITHIN, |event| {
        event.subject() == pid && matches!(event.kind.as_str(), "transfer.started" | "transfer.terminated")
    });
    let event = told.await?;
    if event.kind != "transfer.started" {
        return Err(Failure::Unexpected(format!("the transfer was not started: {}", event.data)));
    }
    let address = management.get(&format!("transfers/{}/data-address", segment(pid))).await?;
    Ok(Address {
        endpoint: text(&address, "endpoint")?.to_owned(),
        authorization: text(&address, "authorization")?.to_owned(),
    })
}

fn text<'a>(value: &'a Value, member: &str) -> Result<&'a str, Failure> {
    let found = value.get(member).and_then(Value::as_str);
    found.ok_or_else(|| Failure::Unexpected(format!("{member} is missing in {value}")))
}
