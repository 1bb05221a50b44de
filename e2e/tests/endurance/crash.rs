//! Two connectors with full durability, 200 processes in flight, one connector killed at a random moment, twenty times.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use symbolon_e2e::Failure;
use symbolon_e2e::connector::{Config, Connector, Event, Events};
use symbolon_e2e::partners::Partners;
use symbolon_e2e::random::Random;
use tokio::time::timeout;

use super::TURN;

const SEED: u64 = 20_260_731;
const ROUNDS: usize = 20;
/// Of each kind in each round.
const PROCESSES: usize = 100;
const AT_ONCE: usize = 50;
const ENDS_WITHIN: Duration = Duration::from_secs(120);

#[tokio::test]
async fn nothing_is_lost_or_doubled_by_kills() -> Result<(), Failure> {
    let _turn = TURN.lock().await;
    let begun = Instant::now();
    let Partners { supplier, oem } = Partners::with(Config::new("supplier"), Config::new("oem")).await?;
    supplier.publish_openly("part", b"serial-part record").await?;
    let offer = oem.offer_of(&supplier, "part").await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let followers = [Follower::of(&supplier).await?, Follower::of(&oem).await?];
    let mut stage = Stage { connectors: [supplier, oem], followers, offer, agreement };
    let mut random = Random::new(SEED);
    for round in 0..ROUNDS {
        let victim = random.below(2);
        // Each process makes about six events at the victim; some kills come before the first, some near the end.
        let moment = random.below(PROCESSES * 6);
        let killed = stage.round(victim, moment).await?;
        println!(
            "round {round}: killed {} after {killed} of its events, {:?}",
            ["supplier", "oem"][victim],
            begun.elapsed()
        );
    }
    stage.judge().await?;
    println!("{ROUNDS} rounds of {} processes in {:?}", 2 * PROCESSES, begun.elapsed());
    Ok(())
}

struct Stage {
    /// Supplier and OEM.
    connectors: [Connector; 2],
    followers: [Follower; 2],
    offer: Value,
    agreement: String,
}

impl Stage {
    /// Starts the processes, kills the victim when it has told of `moment` more events (or of all there are), starts it
    /// again and waits until every process is over. Returns how many events the victim told of.
    async fn round(&mut self, victim: usize, moment: usize) -> Result<usize, Failure> {
        let Self { connectors, followers, offer, agreement } = self;
        let [_, oem] = &*connectors;
        let supplier = connectors[0].participant().to_owned();
        let management = oem.management().clone();
        let requests = (0..2 * PROCESSES).map(|number| {
            let (path, body) = if number % 2 == 0 {
                ("negotiations", json!({"partner": supplier, "offer": offer}))
            } else {
                ("transfers", json!({"agreement": agreement, "format": "HttpData-PULL"}))
            };
            let management = management.clone();
            // A request that the kill cuts off is not repeated: whether it counted is for the connector to know.
            async move { management.post(path, &body).await.is_ok() }
        });
        let load = tokio::spawn(
            stream::iter(requests.collect::<Vec<_>>())
                .buffer_unordered(AT_ONCE)
                .filter(|ok| std::future::ready(*ok))
                .count(),
        );
        let told = followers[victim].hear(moment).await;
        connectors[victim].kill().await?;
        connectors[victim].restart().await?;
        let begun = load.await.unwrap();
        assert!(begun > 0 || victim == 1, "the OEM ran and took no request");
        followers[victim].reopen(&connectors[victim]).await?;
        self.finish().await?;
        Ok(told)
    }

    /// Completes transfers as they start, until nothing is under way.
    async fn finish(&mut self) -> Result<(), Failure> {
        let [supplier, oem] = &mut self.followers;
        let mut completed = BTreeSet::new();
        let settle = async {
            loop {
                let started = oem.in_state("transfer", "STARTED");
                for pid in started.difference(&completed.clone()) {
                    // Refused if it was completed in the round's first half and only our knowledge is late.
                    match self.connectors[1].act("transfers", pid, "complete", json!({})).await {
                        Ok(_) | Err(Failure::Refused { status: 409, .. }) => completed.insert(pid.clone()),
                        Err(failure) => return Err(failure),
                    };
                }
                if oem.is_settled() && supplier.is_settled() && oem.ended() == supplier.ended() {
                    return Ok(());
                }
                tokio::select! {
                    heard = oem.next() => heard?,
                    heard = supplier.next() => heard?,
                }
            }
        };
        if let Ok(settled) = timeout(ENDS_WITHIN, settle).await {
            return settled;
        }
        let ended = (oem.ended(), supplier.ended());
        panic!("not over: at the OEM {:?}, at the supplier {:?}; ended {ended:?}", oem.open(), supplier.open());
    }

    /// Every process has the same end on both sides, every negotiation its own agreement, and the halves fit.
    async fn judge(&self) -> Result<(), Failure> {
        let [supplier, oem] = &self.connectors;
        for (collection, end) in [("negotiations", "FINALIZED"), ("transfers", "COMPLETED")] {
            let (theirs, ours) = (states(supplier, collection).await?, states(oem, collection).await?);
            assert_eq!(theirs, ours, "{collection} differ between the partners");
            let astray: Vec<_> = ours.iter().filter(|(_, state)| *state != end).collect();
            assert!(astray.is_empty(), "{collection} that did not end {end}: {astray:?}");
            assert!(ours.len() > ROUNDS * PROCESSES / 2, "only {} {collection} came about", ours.len());
            println!("{} {collection}, all {end} on both sides", ours.len());
        }
        let negotiations = oem.all("negotiations", "").await?;
        let concluded: Vec<&str> =
            negotiations.iter().filter_map(|negotiation| negotiation["agreementId"].as_str()).collect();
        let expected: BTreeSet<&str> = concluded.iter().copied().collect();
        assert_eq!(expected.len(), negotiations.len(), "each negotiation has an agreement of its own");
        let (theirs, ours) = (supplier.all("agreements", "").await?, oem.all("agreements", "").await?);
        for agreements in [&theirs, &ours] {
            let ids: BTreeSet<&str> = agreements.iter().filter_map(|agreement| agreement["id"].as_str()).collect();
            assert_eq!((agreements.len(), &ids), (expected.len(), &expected));
            assert!(agreements.iter().all(|agreement| agreement["fits"] == true && agreement["state"] == "IN_FORCE"));
        }
        let digests = |agreements: &[Value]| -> BTreeSet<String> {
            agreements.iter().map(|agreement| agreement["digest"].to_string()).collect()
        };
        assert_eq!(digests(&theirs), digests(&ours));
        println!("{} agreements on each side, the halves fit", ours.len());
        Ok(())
    }
}

/// The state of each process by both ids.
async fn states(connector: &Connector, collection: &str) -> Result<BTreeMap<(String, String), String>, Failure> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut found = BTreeMap::new();
    for process in connector.all(collection, "").await? {
        let ids = (text(&process["consumerPid"]), text(&process["providerPid"]));
        let before = found.insert(ids, text(&process["state"]));
        assert_eq!(before, None, "one process twice: {process}");
    }
    Ok(found)
}

/// What a connector's event stream has told so far.
struct Follower {
    name: &'static str,
    events: Events,
    last: u64,
    /// The state of each process by its id, and whether it is a negotiation or a transfer.
    processes: BTreeMap<String, (String, String)>,
}

impl Follower {
    async fn of(connector: &Connector) -> Result<Self, Failure> {
        let name = "event stream";
        Ok(Self { name, events: connector.management().events(0).await?, last: 0, processes: BTreeMap::new() })
    }

    async fn reopen(&mut self, connector: &Connector) -> Result<(), Failure> {
        self.events = connector.management().events(self.last).await?;
        Ok(())
    }

    /// Hears of so many events, or as many as come before a silence. Returns how many.
    async fn hear(&mut self, count: usize) -> usize {
        let silence = Duration::from_millis(1500);
        for heard in 0..count {
            if !matches!(timeout(silence, self.next()).await, Ok(Ok(()))) {
                return heard;
            }
        }
        count
    }

    async fn next(&mut self) -> Result<(), Failure> {
        let event = self.events.next().await?;
        self.note(&event);
        Ok(())
    }

    fn note(&mut self, event: &Event) {
        let id: u64 = event.id.parse().unwrap();
        assert!(id > self.last, "{}: event {id} after {}", self.name, self.last);
        self.last = id;
        let Some((noun, _)) = event.kind.split_once('.') else { return };
        let state = event.text("state");
        if ["negotiation", "transfer"].contains(&noun) && !state.is_empty() {
            self.processes.insert(event.subject().to_owned(), (noun.to_owned(), state.to_owned()));
        }
    }

    fn in_state(&self, noun: &str, state: &str) -> BTreeSet<String> {
        let wanted = |(of, at): &(String, String)| of == noun && at == state;
        self.processes.iter().filter(|(_, process)| wanted(process)).map(|(pid, _)| pid.clone()).collect()
    }

    fn is_settled(&self) -> bool {
        self.open().is_empty()
    }

    fn open(&self) -> Vec<(&String, &(String, String))> {
        let over = ["FINALIZED", "COMPLETED", "TERMINATED"];
        self.processes.iter().filter(|(_, (_, state))| !over.contains(&state.as_str())).collect()
    }

    /// How many of each kind are over.
    fn ended(&self) -> (usize, usize) {
        (self.in_state("negotiation", "FINALIZED").len(), self.in_state("transfer", "COMPLETED").len())
    }
}
