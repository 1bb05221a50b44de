//! From starting the process to ready.

use std::time::Instant;

use super::Quantities;
use super::latency::Latencies;
use super::report::{Aim, Line, Report};
use crate::Failure;
use crate::connector::{Config, Connector};

pub(super) async fn measure(quantities: &Quantities, report: &mut Report) -> Result<(), Failure> {
    report.method(
        "start: from starting the process until it prints that both listeners accept; an initialised folder without agreements, \
         one connector alone",
    );
    let mut connector = Connector::start(Config::new("alone")).await?;
    let times = times(&mut connector, quantities.starts).await?;
    report.add(&Line {
        name: "start".to_owned(),
        value: times.p50(),
        unit: "ms",
        aim: Some(Aim::Under(200.0)),
        beside: None,
        notes: vec![times.tail()],
    });
    Ok(())
}

/// Stops the connector in good order and starts it again, several times.
pub(super) async fn times(connector: &mut Connector, starts: usize) -> Result<Latencies, Failure> {
    let mut times = Vec::with_capacity(starts);
    for _ in 0..starts {
        connector.stop().await?;
        let begun = Instant::now();
        connector.restart().await?;
        times.push(begun.elapsed());
    }
    Latencies::of(times).ok_or_else(|| Failure::Unexpected("no start was measured".to_owned()))
}
