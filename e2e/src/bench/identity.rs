//! Tokens and presentations: what a message costs because its sender proves who it is.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Quantities;
use super::latency::Latencies;
use super::report::{Line, Report};
use super::usage::Meter;
use crate::connector::{Config, Connector};
use crate::dcp_peer::{DcpPeer, Party, Reply, now, status};
use crate::judge::Judge;
use crate::{Failure, eventually};

/// Requests that are open at any moment.
const OPEN: usize = 16;
const SECRET: &str = "bench-client-secret";
const STATUS: &str = "/status";

/// What jose on Node.js reaches in one process, per second.
struct Alternative {
    issued: f64,
    verified: f64,
    presented: f64,
}

impl Alternative {
    async fn measure(seconds: u64) -> Result<Self, Failure> {
        let figures = Judge::ready().await?.bench(seconds).await?;
        let figure = |name: &str| figures.get(name).and_then(Value::as_f64).unwrap_or_default();
        Ok(Self { issued: figure("issued"), verified: figure("verified"), presented: figure("presented") })
    }
}

pub(super) async fn tokens(quantities: &Quantities, report: &mut Report) -> Result<(), Failure> {
    report.method(&format!(
        "tokens: issued by POST to the token service, verified by an authenticated GET of a negotiation that is not there; ES256, \
         {OPEN} requests open at any moment, each token used once. Beside it jose on Node.js, which signs and verifies in one \
         process and without HTTP"
    ));
    let jose = Alternative::measure(quantities.pull_seconds.min(3)).await?;
    let hash = hex::encode(Sha256::digest(SECRET));
    let clients = format!(r#"[{{id="bench",secret_sha256="{hash}"}}]"#);
    let connector = Connector::start(Config::new("alone").web().set("identity.sts_clients", &clients)).await?;
    let issued = issue(&connector, quantities.tokens, report).await?;
    report.add(&line(
        "tokens-issued",
        issued,
        "/s",
        Some(format!("jose on Node.js, in process {:.0} /s", jose.issued)),
    ));
    let verified = verify(&connector, quantities.tokens, report).await?;
    let beside = format!("jose on Node.js, in process {:.0} /s", jose.verified);
    report.add(&line("tokens-verified", verified, "/s", Some(beside)));
    Ok(())
}

async fn issue(connector: &Connector, tokens: usize, report: &mut Report) -> Result<f64, Failure> {
    let http = crate::connector::http_client()?;
    let address = format!("{}/identity/sts/token", connector.public_url());
    let form = format!(
        "grant_type=client_credentials&client_id=bench&client_secret={SECRET}&audience=did:web:partner.example"
    );
    let ask = || {
        let request =
            http.post(&address).header("Content-Type", "application/x-www-form-urlencoded").body(form.clone());
        answered(request, 200)
    };
    ask().await?;
    at_once(connector, tokens, report, |_| ask()).await
}

async fn verify(connector: &Connector, tokens: usize, report: &mut Report) -> Result<f64, Failure> {
    let peer = DcpPeer::start()?;
    let party = peer.party()?;
    let address = format!("{}/negotiations/urn:example:absent", connector.dsp_address());
    let signed = || party.sign(&party.id_token(connector.participant(), now()));
    let first = crate::connector::http_client()?;
    // A token of the second of the start may be older than the connector.
    eventually("the first token is accepted", async || {
        answered(first.get(&address).bearer_auth(signed().ok()?), 404).await.ok()
    })
    .await?;
    let all: Vec<String> = (0..tokens).map(|_| signed()).collect::<Result<_, _>>()?;
    // Signing has taken seconds, in which the connector has closed what was open.
    let http = crate::connector::http_client()?;
    let ask =
        |number: usize| answered(http.get(&address).bearer_auth(all.get(number).cloned().unwrap_or_default()), 404);
    at_once(connector, tokens, report, ask).await
}

/// Does it `count` times with [`OPEN`] under way at any moment; how many per second.
async fn at_once<F: Future<Output = Result<(), Failure>>>(
    connector: &Connector,
    count: usize,
    report: &mut Report,
    work: impl Fn(usize) -> F,
) -> Result<f64, Failure> {
    let meter = Meter::start(&[("connector", connector)]);
    let begun = Instant::now();
    let mut done = stream::iter((0..count).map(work)).buffer_unordered(OPEN);
    while let Some(one) = done.next().await {
        one?;
    }
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    report.note(&meter.each(count));
    Ok(rate)
}

async fn answered(request: reqwest::RequestBuilder, status: u16) -> Result<(), Failure> {
    let lost =
        |error: reqwest::Error| Failure::Unanswered { call: "a measured call".to_owned(), reason: error.to_string() };
    let answer = request.send().await.map_err(lost)?;
    let found = answer.status().as_u16();
    let body = answer.text().await.map_err(lost)?;
    match found == status {
        true => Ok(()),
        false => Err(Failure::Refused { call: "a measured call".to_owned(), status: found, body: body.into() }),
    }
}

pub(super) async fn presentations(quantities: &Quantities, report: &mut Report) -> Result<(), Failure> {
    report.method(
        "presentation: from a partner's catalogue request until its answer, one at a time; cold: the partner was never seen, so its \
         DID document is fetched, its credential service asked, one VC 1.1 credential in a JWT presentation verified with its \
         status; cached: the same partner's next request. The partner and the issuer answer from the driver's process. Beside it \
         jose on Node.js, which verifies the two signatures in one process and fetches nothing",
    );
    let jose = Alternative::measure(quantities.pull_seconds.min(3)).await?;
    let scene = Scene::set().await?;
    let (mut cold, mut cached) = (Vec::new(), Vec::new());
    for _ in 0..quantities.presentations {
        let holder = scene.member()?;
        cold.push(scene.ask(&holder).await?);
        cached.push(scene.ask(&holder).await?);
    }
    let beside = format!("jose on Node.js, signatures alone {:.2} ms", 1e3 / jose.presented.max(f64::EPSILON));
    for (name, times, beside) in [("presentation-cold", cold, Some(beside)), ("presentation-cached", cached, None)] {
        let times = Latencies::of(times).ok_or_else(|| Failure::Unexpected("nothing was measured".to_owned()))?;
        let line = line(name, times.p50(), "ms", beside);
        report.add(&Line { notes: vec![times.tail()], ..line });
    }
    Ok(())
}

fn line(name: &str, value: f64, unit: &'static str, beside: Option<String>) -> Line {
    Line { name: name.to_owned(), value, unit, aim: None, beside, notes: Vec::new() }
}

/// A connector in a dataspace that believes an issuer of the peer's.
struct Scene {
    connector: Connector,
    peer: DcpPeer,
    issuer: Party,
    members: AtomicUsize,
}

impl Scene {
    async fn set() -> Result<Self, Failure> {
        let connector = Connector::start(Config::new("alone").web()).await?;
        let peer = DcpPeer::start()?;
        let issuer = peer.party()?;
        let id = format!("{}{STATUS}", issuer.url);
        let model = status::Model::StatusList2021;
        let list = status::list(model, &id, &issuer.did, "revocation", &status::bits(&[]))?;
        peer.serve(&issuer, STATUS, Reply::Json(list));
        let dataspace = issuer.dataspace("Bench", &["MembershipCredential"]);
        connector.management().put("dataspaces/bench", &dataspace).await?;
        let scene = Self { connector, peer, issuer, members: AtomicUsize::new(0) };
        eventually("the first presentation is accepted", async || scene.ask(&scene.member().ok()?).await.ok()).await?;
        Ok(scene)
    }

    fn member(&self) -> Result<Party, Failure> {
        let holder = self.peer.party()?;
        let bit = self.members.fetch_add(1, Ordering::Relaxed);
        let list = format!("{}{STATUS}", self.issuer.url);
        let entry = status::entry(status::Model::StatusList2021, &list, "revocation", bit);
        let mut credential = self.issuer.membership(&holder.did, now());
        if let Some(vc) = credential.payload.get_mut("vc").and_then(Value::as_object_mut) {
            vc.insert("credentialStatus".to_owned(), json!(entry));
        }
        self.peer.presents(&holder, vec![self.issuer.sign(&credential)?]);
        Ok(holder)
    }

    /// The time of one catalogue request.
    async fn ask(&self, holder: &Party) -> Result<Duration, Failure> {
        let token = holder.sign(&holder.id_token(self.connector.participant(), now()))?;
        let begun = Instant::now();
        let answer = self.peer.catalog(&self.connector.dsp_address(), &token).await?;
        let took = begun.elapsed();
        match answer.status {
            200 => Ok(took),
            status => Err(Failure::Refused { call: "catalogue".to_owned(), status, body: answer.body }),
        }
    }
}
