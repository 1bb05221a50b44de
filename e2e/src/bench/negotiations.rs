//! From the operator's request to FINALIZED on both sides.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde_json::Value;
use tokio::time::timeout;

use super::edc::Figures;
use super::latency::Latencies;
use super::partners::{Durability, Partners, asset, publish};
use super::report::{Aim, Line, Report};
use super::usage::Meter;
use super::{IN_FLIGHT, Quantities};
use crate::Failure;
use crate::connector::Event;

/// Nobody fetches anything here.
const NO_SOURCE: &str = "http://127.0.0.1:9/";
/// Without any news for this long, what is open counts as lost.
const SILENCE: Duration = Duration::from_secs(30);

pub(super) async fn one_at_a_time(quantities: &Quantities, edc: &Figures, report: &mut Report) -> Result<(), Failure> {
    report.method(
        "negotiation: from sending POST /negotiations to the consumer until the event streams of both connectors have told \
         FINALIZED; one at a time, no constraint in the policy, both agreements attested, warm",
    );
    for durability in Durability::BOTH {
        let mut partners = with_one_asset(durability).await?;
        negotiate(&mut partners, quantities.warm_up, 1).await?.all_finalized()?;
        let meter = Meter::start(&[("consumer", &partners.oem), ("provider", &partners.supplier)]);
        let run = negotiate(&mut partners, quantities.negotiations, 1).await?.all_finalized()?;
        let usage = meter.each(quantities.negotiations);
        let aim = if durability == Durability::Full { 30.0 } else { 8.0 };
        let times = run.latencies()?;
        report.add(&Line {
            name: format!("negotiation{}", durability.suffix()),
            value: times.p50(),
            unit: "ms",
            aim: Some(Aim::Under(aim)),
            beside: edc.negotiation.clone(),
            notes: vec![times.tail(), usage],
        });
    }
    Ok(())
}

pub(super) async fn in_flight(quantities: &Quantities, edc: &Figures, report: &mut Report) -> Result<(), Failure> {
    report.method(&format!(
        "negotiations: FINALIZED on both sides per second, {IN_FLIGHT} open at any moment, measured as above; the bench fails \
         if one of them does not reach FINALIZED"
    ));
    for durability in Durability::BOTH {
        let mut partners = with_one_asset(durability).await?;
        negotiate(&mut partners, quantities.warm_up, IN_FLIGHT).await?.all_finalized()?;
        let meter = Meter::start(&[("consumer", &partners.oem), ("provider", &partners.supplier)]);
        let run = negotiate(&mut partners, quantities.negotiations_in_flight, IN_FLIGHT).await?.all_finalized()?;
        let usage = meter.each(quantities.negotiations_in_flight);
        let aim = if durability == Durability::Full { 300.0 } else { 600.0 };
        let times = run.latencies()?;
        report.add(&Line {
            name: format!("negotiations{}", durability.suffix()),
            value: run.per_second(),
            unit: "/s",
            aim: Some(Aim::Over(aim)),
            beside: edc.negotiations.clone(),
            notes: vec![format!("each took p50 {:.1} ms, {}", times.p50(), times.tail()), run.by_fifths(), usage],
        });
    }
    Ok(())
}

/// What it costs that both sides prove who they are, on a warm cache.
pub(super) async fn beside_mock(quantities: &Quantities, report: &mut Report) -> Result<(), Failure> {
    report.method(
        "dcp: a negotiation as above between two members of a dataspace, with did:web, signed tokens and verified presentations in \
         the cache, over the same with mock identity; aim: at most twice",
    );
    for durability in Durability::BOTH {
        let beside = one_by_one(Partners::mock(durability).await?, quantities).await?;
        let proved = one_by_one(Partners::members(durability).await?, quantities).await?;
        report.add(&Line {
            name: format!("dcp-negotiation{}", durability.suffix()),
            value: proved.p50() / beside.p50().max(f64::EPSILON),
            unit: "times mock",
            aim: Some(Aim::Under(2.0)),
            beside: Some(format!("mock identity {:.1} ms", beside.p50())),
            notes: vec![
                format!("with DCP p50 {:.1} ms, {}", proved.p50(), proved.tail()),
                format!("with mock identity p50 {:.1} ms, {}", beside.p50(), beside.tail()),
            ],
        });
    }
    Ok(())
}

async fn one_by_one(mut partners: Partners, quantities: &Quantities) -> Result<Latencies, Failure> {
    publish(partners.supplier.management(), 0..1, NO_SOURCE).await?;
    negotiate(&mut partners, quantities.warm_up, 1).await?.all_finalized()?;
    negotiate(&mut partners, quantities.negotiations, 1).await?.all_finalized()?.latencies()
}

async fn with_one_asset(durability: Durability) -> Result<Partners, Failure> {
    let partners = Partners::start(durability).await?;
    publish(partners.supplier.management(), 0..1, NO_SOURCE).await?;
    Ok(partners)
}

/// How many negotiations ended.
pub(super) struct Run {
    pub(super) agreements: Vec<String>,
    times: Vec<Duration>,
    /// When each was known to be FINALIZED on both sides, from the beginning on, ascending.
    ends: Vec<Duration>,
    failures: Vec<String>,
}

impl Run {
    /// Refuses a run in which one negotiation did not end as it should.
    pub(super) fn all_finalized(self) -> Result<Self, Failure> {
        match self.failures.first() {
            None => Ok(self),
            Some(first) => {
                let (failed, all) = (self.failures.len(), self.failures.len() + self.times.len());
                Err(Failure::Unexpected(format!(
                    "{failed} of {all} negotiations did not reach FINALIZED; one: {first}"
                )))
            }
        }
    }

    fn latencies(&self) -> Result<Latencies, Failure> {
        Latencies::of(self.times.clone()).ok_or_else(|| Failure::Unexpected("no negotiation was measured".to_owned()))
    }

    fn per_second(&self) -> f64 {
        rate(self.ends.len(), Duration::ZERO, self.ends.last())
    }

    /// Whether it becomes slower with what is stored.
    fn by_fifths(&self) -> String {
        let size = self.ends.len().div_ceil(5).max(1);
        let mut begun = Duration::ZERO;
        let fifths = self.ends.chunks(size).map(|chunk| {
            let rate = rate(chunk.len(), begun, chunk.last());
            begun = chunk.last().copied().unwrap_or(begun);
            format!("{rate:.0}")
        });
        format!("by fifths of the run: {} /s", fifths.collect::<Vec<_>>().join(", "))
    }
}

fn rate(count: usize, from: Duration, to: Option<&Duration>) -> f64 {
    let elapsed = to.map_or(Duration::ZERO, |to| to.saturating_sub(from));
    count as f64 / elapsed.as_secs_f64().max(f64::EPSILON)
}

/// Negotiates `total` contracts on the first asset and keeps `open` of them open at any moment.
pub(super) async fn negotiate(partners: &mut Partners, total: usize, open: usize) -> Result<Run, Failure> {
    let body = partners.request_for(&asset(0)).await?;
    let Partners { oem, oem_events, supplier_events, .. } = partners;
    let management = oem.management();
    let mut requests = FuturesUnordered::new();
    let mut ledger = Ledger::default();
    let begun = Instant::now();
    let (mut asked, mut ends) = (0, Vec::with_capacity(total));
    while ledger.ended() < total {
        while asked < total && asked - ledger.ended() < open {
            asked += 1;
            requests.push(async {
                let begun = Instant::now();
                (begun, management.post("negotiations", &body).await)
            });
        }
        let news = async {
            tokio::select! {
                Some((begun, answer)) = requests.next() => { ledger.asked(begun, answer); Ok(()) }
                event = oem_events.next() => event.map(|event| ledger.consumer_told(&event)),
                event = supplier_events.next() => event.map(|event| ledger.provider_told(&event)),
            }
        };
        match timeout(SILENCE, news).await {
            Ok(news) => news?,
            Err(_) => {
                let what = format!("the end of {} negotiations", asked - ledger.ended());
                return Err(Failure::TimedOut { what, seconds: SILENCE.as_secs() });
            }
        }
        ledger.settle();
        ends.resize(ledger.times.len(), begun.elapsed());
    }
    let Ledger { times, agreements, failures, .. } = ledger;
    Ok(Run { agreements, times, ends, failures })
}

/// What has been heard of negotiations that are open. News of one negotiation come from three sides in any order.
#[derive(Default)]
struct Ledger {
    /// When it was asked for, by the consumer's pid.
    begun: HashMap<String, Instant>,
    /// When the consumer told FINALIZED, by its pid.
    consumer: HashMap<String, (String, Instant)>,
    /// When the provider told FINALIZED, by agreement.
    provider: HashMap<String, Instant>,
    /// Pids of the consumer that were heard to have ended otherwise.
    ended: HashSet<String>,
    times: Vec<Duration>,
    agreements: Vec<String>,
    failures: Vec<String>,
    /// Pids with news.
    touched: Vec<String>,
    /// The pid to an agreement that the consumer has told.
    pids: HashMap<String, String>,
}

impl Ledger {
    fn ended(&self) -> usize {
        self.times.len() + self.failures.len()
    }

    fn asked(&mut self, begun: Instant, answer: Result<Value, Failure>) {
        match answer.map(|body| body.get("pid").and_then(Value::as_str).map(str::to_owned)) {
            Ok(Some(pid)) => {
                self.begun.insert(pid.clone(), begun);
                self.touched.push(pid);
            }
            Ok(None) => self.failures.push("the answer to POST /negotiations has no pid".to_owned()),
            Err(failure) => self.failures.push(failure.to_string()),
        }
    }

    fn consumer_told(&mut self, event: &Event) {
        let pid = event.subject();
        match event.kind.as_str() {
            "negotiation.finalized" => {
                let agreement = event.text("agreement").to_owned();
                self.consumer.insert(pid.to_owned(), (agreement.clone(), Instant::now()));
                self.pids.insert(agreement, pid.to_owned());
            }
            "negotiation.terminated" => {
                self.ended.insert(pid.to_owned());
            }
            _ => return,
        }
        self.touched.push(pid.to_owned());
    }

    fn provider_told(&mut self, event: &Event) {
        if event.kind != "negotiation.finalized" {
            return;
        }
        let agreement = event.text("agreement");
        self.provider.insert(agreement.to_owned(), Instant::now());
        self.touched.extend(self.pids.get(agreement).cloned());
    }

    /// Closes what is complete; true if something was.
    fn settle(&mut self) -> bool {
        let before = self.ended();
        for pid in std::mem::take(&mut self.touched) {
            let Some(begun) = self.begun.get(&pid).copied() else { continue };
            if self.ended.remove(&pid) {
                self.begun.remove(&pid);
                self.failures.push(format!("{pid} was terminated"));
            }
            let Some((agreement, consumer)) = self.consumer.get(&pid) else { continue };
            let Some(provider) = self.provider.remove(agreement) else { continue };
            self.times.push((*consumer).max(provider) - begun);
            self.pids.remove(agreement);
            self.begun.remove(&pid);
            self.agreements.extend(self.consumer.remove(&pid).map(|(agreement, _)| agreement));
        }
        self.ended() > before
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn finalized(pid: &str) -> Event {
        let data = json!({"subject": pid, "agreement": "a"});
        Event { id: String::new(), kind: "negotiation.finalized".to_owned(), data }
    }

    #[test]
    fn a_negotiation_ends_when_all_three_have_spoken_in_any_order() {
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut ledger = Ledger::default();
            let mut settled = Vec::new();
            for side in order {
                match side {
                    0 => ledger.asked(Instant::now(), Ok(json!({"pid": "c"}))),
                    1 => ledger.consumer_told(&finalized("c")),
                    _ => ledger.provider_told(&finalized("p")),
                }
                settled.push(ledger.settle());
            }
            assert_eq!(settled, [false, false, true], "{order:?}");
            assert_eq!(ledger.agreements, ["a"]);
            assert!(ledger.begun.is_empty() && ledger.consumer.is_empty() && ledger.provider.is_empty());
        }
    }

    #[test]
    fn a_terminated_negotiation_is_a_failure() {
        let mut ledger = Ledger::default();
        ledger.asked(Instant::now(), Ok(json!({"pid": "c"})));
        ledger.consumer_told(&Event { kind: "negotiation.terminated".to_owned(), ..finalized("c") });
        assert!(ledger.settle());
        assert_eq!((ledger.times.len(), ledger.failures.len()), (0, 1));
    }
}
