//! Twenty partners, of which one accepts connections and never answers: the others do not notice.

use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};
use symbolon_e2e::Failure;
use symbolon_e2e::connector::{Config, Connector, http_client};
use symbolon_e2e::peer::{self, Peer, SilentPeer, authorization, fresh_id};

use super::TURN;

const PARTNERS: usize = 19;
/// Negotiations of each partner in one measurement.
const SAMPLES: usize = 60;
/// Negotiations that wait for the silent partner.
const WAITING: usize = 200;
const ATTEMPTS: usize = 3;

#[tokio::test]
async fn a_silent_partner_delays_nobody_else() -> Result<(), Failure> {
    let _turn = TURN.lock().await;
    let supplier = Connector::start(Config::new("supplier").mock("SUPPLIER")).await?;
    supplier.publish_openly("part", b"data").await?;
    let peers: Vec<Peer> =
        (0..PARTNERS).map(|number| Peer::start(&format!("PARTNER-{number}"))).collect::<Result<_, _>>()?;
    let dsp = supplier.dsp_address();
    let dataset = peers[0].get(&dsp, "/catalog/datasets/part").await?.body;
    let mut offer = dataset["hasPolicy"][0].clone();
    offer["target"] = json!("part");
    measure(&peers, &dsp, &offer).await?;

    let mut told = Vec::new();
    for attempt in 1..=ATTEMPTS {
        let without = measure(&peers, &dsp, &offer).await?;
        let silent = SilentPeer::start().await?;
        let name = format!("SILENT-{attempt}");
        ask_in_the_name_of(&name, &silent, &dsp, &offer).await?;
        silent.is_connected().await;
        let with = measure(&peers, &dsp, &offer).await?;
        let connections = silent.accepted();
        assert!(connections >= 1, "the silent partner was written to while the others negotiated");
        let change = with.p99.as_secs_f64() / without.p99.as_secs_f64() - 1.0;
        println!(
            "p99 without the silent partner {:?}, with it {:?} ({:+.1} %); p50 {:?} and {:?}; {connections} connections hang",
            without.p99,
            with.p99,
            change * 100.0,
            without.p50,
            with.p50
        );
        if change < 0.2 {
            return Ok(());
        }
        told.push(format!("{:+.1} %", change * 100.0));
    }
    panic!("p99 changed by {told:?} in {ATTEMPTS} attempts");
}

struct Times {
    p50: Duration,
    p99: Duration,
}

/// All partners negotiate, each one contract after the other.
async fn measure(peers: &[Peer], dsp: &str, offer: &Value) -> Result<Times, Failure> {
    let times = peers.iter().map(async |peer| {
        let mut times = Vec::with_capacity(SAMPLES);
        for _ in 0..SAMPLES {
            times.push(peer.conclude(dsp, offer).await?);
        }
        Ok::<_, Failure>(times)
    });
    let mut times = futures_util::future::try_join_all(times).await?.concat();
    times.sort_unstable();
    let at = |share: usize| times[times.len() * share / 100];
    Ok(Times { p50: at(50), p99: at(99) })
}

/// Requests whose answers go to a partner that never takes them.
async fn ask_in_the_name_of(name: &str, silent: &SilentPeer, dsp: &str, offer: &Value) -> Result<(), Failure> {
    let http = http_client()?;
    let ask = async |_| {
        let body = peer::request(&fresh_id(), offer, silent.address());
        let request = http.post(format!("{dsp}/negotiations/request")).header("Authorization", authorization(name));
        let status = request.json(&body).send().await.unwrap().status().as_u16();
        if status == 201 { Ok(()) } else { Err(Failure::Unexpected(format!("a request was answered {status}"))) }
    };
    stream::iter(0..WAITING).map(ask).buffer_unordered(8).try_collect::<Vec<()>>().await?;
    Ok(())
}
