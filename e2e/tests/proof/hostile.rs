//! Whatever is sent: no server error, no panic, no growth, and the connector goes on.

use std::fs;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use reqwest::StatusCode;
use serde_json::{Value, json};
use symbolon_e2e::Failure;
use symbolon_e2e::connector::{Config, Connector, http_client};
use symbolon_e2e::peer::{self, CONTEXT, Peer, authorization, fresh_id, message};
use symbolon_e2e::random::Random;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

type Outcome = Result<(), Failure>;

const SEED: u64 = 20_260_801;
const MUTATIONS: usize = 10_000;
/// Memory that may be taken for good by whatever is sent; allocators keep some of what they are given back.
const GROWTH_MIB: u64 = 48;

/// A connector with one foreign partner, an offer, and processes of each kind.
struct Stage {
    supplier: Connector,
    partner: Peer,
    offer: Value,
    http: reqwest::Client,
    /// Path and message of one valid message for each endpoint.
    valid: Vec<(String, Value)>,
}

impl Stage {
    async fn set(config: Config) -> Result<Self, Failure> {
        let supplier = Connector::start(config.mock("SUPPLIER").relaxed()).await?;
        supplier.publish_openly("part", b"data").await?;
        let partner = Peer::start("OEM")?;
        let dsp = supplier.dsp_address();
        let mut offer = partner.get(&dsp, "/catalog/datasets/part").await?.body["hasPolicy"][0].clone();
        offer["target"] = json!("part");
        partner.conclude(&dsp, &offer).await?;
        let agreement = supplier.all("agreements", "").await?[0]["id"].clone();
        let valid = valid_messages(&partner, &dsp, &offer, &agreement).await?;
        Ok(Self { supplier, partner, offer, http: http_client()?, valid })
    }

    /// Sends bytes as they are; the status, or `None` if the connection was closed instead.
    async fn send(&self, path: &str, content_type: &str, body: Vec<u8>) -> Option<StatusCode> {
        let request = self.http.post(format!("{}{path}", self.supplier.dsp_address()));
        let request = request.header("Authorization", authorization("OEM")).header("Content-Type", content_type);
        let answer = request.timeout(Duration::from_secs(30)).body(body).send().await;
        answer.map(|answer| answer.status()).ok()
    }

    /// It is ready, still concludes contracts, and has not panicked.
    async fn is_well(&self) -> Outcome {
        let ready = http_client()?.get(format!("{}/health/ready", self.supplier.public_url())).send().await.unwrap();
        assert_eq!(ready.status(), 200);
        self.partner.conclude(&self.supplier.dsp_address(), &self.offer).await?;
        let log = self.supplier.log();
        assert!(!log.contains("panicked"), "{log}");
        assert!(!log.contains("internal error"), "{log}");
        Ok(())
    }

    /// Resident memory in MiB.
    fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.supplier.pid().unwrap())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }
}

async fn valid_messages(
    partner: &Peer,
    dsp: &str,
    offer: &Value,
    agreement: &Value,
) -> Result<Vec<(String, Value)>, Failure> {
    let at = partner.address();
    let consumer = fresh_id();
    let opening = peer::request(&consumer, offer, &at);
    let provider = partner.post(dsp, "/negotiations/request", &opening).await?.text("providerPid").to_owned();
    let terms = partner.receives("ContractAgreementMessage", &consumer).await?.body["agreement"].clone();
    let opening_offer = json!({"@context": [CONTEXT], "@id": fresh_id(), "@type": "ContractOfferMessage",
        "providerPid": fresh_id(), "offer": offer, "callbackAddress": at});
    let consumed = partner.post(dsp, "/negotiations/offers", &opening_offer).await?.text("consumerPid").to_owned();
    let theirs = opening_offer["providerPid"].as_str().unwrap().to_owned();
    let of = |kind: &str, members: Value| message(kind, &consumer, &provider, members);
    let to = |kind: &str, members: Value| message(kind, &consumed, &theirs, members);
    let transfer = json!({"agreementId": agreement, "format": "HttpData-PULL", "callbackAddress": at});
    let wanted = message("TransferRequestMessage", &fresh_id(), "", transfer);
    let given = partner.post(dsp, "/transfers/request", &wanted).await?.text("providerPid").to_owned();
    let about =
        |kind: &str, members: Value| message(kind, wanted["consumerPid"].as_str().unwrap_or_default(), &given, members);
    let address = json!({"@type": "DataAddress", "endpointType": "https://w3id.org/idsa/v4.1/HTTP", "endpoint": "http://127.0.0.1:9/x",
        "endpointProperties": [{"@type": "EndpointProperty", "name": "authorization", "value": "secret"}]});
    let half = json!({"@type": "@json", "@value": {"jwt": "a.b.c", "credential": {"type": ["VerifiableCredential"],
        "credentialSubject": {"presented": [{"statusCheck": [{}]}]}, "proof": {"proofValue": "z1"}}}});
    Ok(vec![
        ("/catalog/request".into(), json!({"@context": [CONTEXT], "@type": "CatalogRequestMessage"})),
        ("/negotiations/request".into(), opening),
        ("/negotiations/offers".into(), opening_offer),
        (format!("/negotiations/{provider}/request"), of("ContractRequestMessage", json!({"offer": offer}))),
        (format!("/negotiations/{consumed}/offers"), to("ContractOfferMessage", json!({"offer": offer}))),
        (format!("/negotiations/{consumed}/agreement"), to("ContractAgreementMessage", json!({"agreement": terms}))),
        (
            format!("/negotiations/{provider}/agreement/verification"),
            of("ContractAgreementVerificationMessage", json!({"https://w3id.org/symbolon/1/attestation": half})),
        ),
        (
            format!("/negotiations/{provider}/events"),
            of("ContractNegotiationEventMessage", json!({"eventType": "ACCEPTED"})),
        ),
        (
            format!("/negotiations/{provider}/termination"),
            of("ContractNegotiationTerminationMessage", json!({"reason": ["x"], "code": "y"})),
        ),
        ("/transfers/request".into(), wanted.clone()),
        (format!("/transfers/{given}/start"), about("TransferStartMessage", json!({"dataAddress": address}))),
        (format!("/transfers/{given}/completion"), about("TransferCompletionMessage", json!({}))),
        (format!("/transfers/{given}/suspension"), about("TransferSuspensionMessage", json!({"reason": ["x"]}))),
        (format!("/transfers/{given}/termination"), about("TransferTerminationMessage", json!({"reason": ["x"]}))),
    ])
}

#[tokio::test]
async fn ten_thousand_mutations_do_no_harm() -> Outcome {
    let stage = Stage::set(Config::new("supplier").set("log.filter", "warn")).await?;
    let mut random = Random::new(SEED);
    let mut at_first = 0;
    let mut answers: std::collections::BTreeMap<u16, usize> = std::collections::BTreeMap::new();
    for round in 0..10 {
        let mutants: Vec<(String, Vec<u8>)> = (0..MUTATIONS / 10)
            .map(|_| {
                let (path, valid) = random.one_of(&stage.valid).unwrap().clone();
                (path, mutated(&valid, &mut random))
            })
            .collect();
        let sent = stream::iter(mutants).map(async |(path, body)| {
            let told = String::from_utf8_lossy(&body).into_owned();
            (stage.send(&path, "application/json", body).await, path, told)
        });
        for (status, path, body) in sent.buffer_unordered(8).collect::<Vec<_>>().await {
            let status = status.unwrap_or_else(|| panic!("no answer at {path} to {body}"));
            assert!(!status.is_server_error(), "{status} at {path} to {body}");
            *answers.entry(status.as_u16()).or_default() += 1;
        }
        // The first round fills pools and caches.
        if round == 0 {
            at_first = stage.resident();
        }
    }
    let at_last = stage.resident();
    println!(
        "{MUTATIONS} mutations (seed {SEED}): {answers:?}; {at_first} MiB after the first thousand, {at_last} MiB after all"
    );
    assert!(at_last < at_first + GROWTH_MIB, "memory grew from {at_first} to {at_last} MiB");
    stage.is_well().await
}

fn mutated(valid: &Value, random: &mut Random) -> Vec<u8> {
    let mut value = valid.clone();
    // Half keep their meaning's shape, so that they get further than the parser.
    if random.below(2) == 0 {
        for _ in 0..=random.below(3) {
            change_somewhere(&mut value, random);
        }
        return value.to_string().into_bytes();
    }
    let mut bytes = value.to_string().into_bytes();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        match random.below(6) {
            0 => bytes.truncate(at),
            1 => bytes[at] ^= 1 << random.below(8),
            2 => drop(bytes.drain(at..(at + random.below(20)).min(bytes.len()))),
            3 => bytes.splice(at..at, [[0xFF, 0xC0, 0x00, 0x80][random.below(4)]]).for_each(drop),
            4 => {
                let copied = bytes[at..(at + random.below(200)).min(bytes.len())].to_vec();
                bytes.splice(at..at, copied).for_each(drop);
            }
            _ => {
                let noise = random.below(40);
                let noise = random.bytes(noise);
                bytes.splice(at..at, noise).for_each(drop);
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

fn change_somewhere(value: &mut Value, random: &mut Random) {
    let descend = random.below(4) > 0;
    match value {
        Value::Object(members) if descend && !members.is_empty() => {
            let at = random.below(members.len());
            if let Some((_, member)) = members.iter_mut().nth(at) {
                change_somewhere(member, random);
            }
        }
        Value::Array(items) if descend && !items.is_empty() => {
            let at = random.below(items.len());
            change_somewhere(&mut items[at], random);
        }
        Value::Object(members) if random.below(3) == 0 => {
            let at = random.below(members.len());
            if let Some(name) = members.keys().nth(at).cloned() {
                members.remove(&name);
            }
        }
        other => *other = strange(other, random),
    }
}

fn strange(value: &Value, random: &mut Random) -> Value {
    match random.below(14) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(u64::MAX),
        4 => json!(1e308),
        5 => json!(""),
        6 => json!("\u{0}\u{202e}\u{10FFFF}"),
        7 => json!("x".repeat(20_000)),
        8 => json!([]),
        9 => json!({}),
        10 => json!([value, value]),
        11 => json!({"@value": value}),
        12 => (0..60).fold(value.clone(), |inner, _| json!([inner])),
        _ => json!("http://[::1]:0/%00/../?x=y#z"),
    }
}

#[tokio::test]
async fn what_is_too_large_is_refused() -> Outcome {
    let stage = Stage::set(Config::new("supplier")).await?;
    let before = stage.resident();
    for (path, valid) in &stage.valid {
        let mut large = valid.clone();
        large["padding"] = json!("x".repeat(3 << 20));
        let status = stage.send(path, "application/json", large.to_string().into_bytes()).await;
        // Some clients see the connection close before the answer, since their body is not read to its end.
        assert!(status.is_none_or(|status| [400, 404, 413].contains(&status.as_u16())), "{path}: {status:?}");
    }
    // Without a length, and without an end: the connector must not wait for it.
    let chunk = bytes::Bytes::from(vec![b'x'; 64 * 1024]);
    let body = reqwest::Body::wrap_stream(stream::repeat_with(move || Ok::<_, std::io::Error>(chunk.clone())));
    let endless = http_client()?
        .post(format!("{}/catalog/request", stage.supplier.dsp_address()))
        .header("Authorization", authorization("OEM"));
    let endless =
        timeout(Duration::from_secs(30), endless.header("Content-Type", "application/json").body(body).send())
            .await
            .unwrap();
    assert!(endless.is_err() || endless.unwrap().status().is_client_error());
    let after = stage.resident();
    assert!(after < before + GROWTH_MIB, "memory grew from {before} to {after} MiB");
    stage.is_well().await
}

#[tokio::test]
async fn deep_wide_and_misnamed_bodies_are_refused() -> Outcome {
    let stage = Stage::set(Config::new("supplier")).await?;
    for (path, valid) in &stage.valid {
        let whole = valid.to_string();
        let deep = |open: &str, close: &str| {
            format!("{{\"x\":{}{}}}", open.repeat(100_000), close.repeat(100_000)).into_bytes()
        };
        let with = |member: &str, value: Value| {
            let mut body = valid.clone();
            body[member] = value;
            body.to_string().into_bytes()
        };
        let constraint = (0..500).fold(
            json!({"leftOperand": "purpose", "operator": "eq", "rightOperand": "x"}),
            |inner, _| json!({"and": [inner]}),
        );
        let nested = json!({"@id": "x", "@type": "Offer", "target": "part", "permission": [{"action": "use", "constraint": [constraint]}]});
        let wide = json!({"@id": "x", "@type": "Offer", "target": "part", "permission": vec![json!({"action": "use"}); 30_000]});
        let strings: Vec<String> = (0..60_000).map(|number| number.to_string()).collect();
        let bodies = [
            ("nothing", Vec::new()),
            ("deep arrays", deep("[", "]")),
            ("deep arrays, unclosed", deep("[", "")),
            ("deep objects", deep("{\"a\":", "1}")),
            ("nested constraints", with("offer", nested)),
            ("many rules", with("offer", wide)),
            ("many reasons", with("reason", json!(strings))),
            ("many filters", with("filter", json!(strings))),
            ("many contexts", with("@context", json!(strings))),
            ("invalid UTF-8", [&whole.as_bytes()[..whole.len() - 1], b",\"a\":\"\xC3\x28\"}"].concat()),
            ("two documents", format!("{whole}{whole}").into_bytes()),
            ("an array", format!("[{whole}]").into_bytes()),
        ];
        for (what, body) in bodies {
            let status = timeout(Duration::from_secs(10), stage.send(path, "application/json", body)).await.unwrap();
            let status = status.unwrap_or_else(|| panic!("{what} at {path}: no answer"));
            assert!(!status.is_server_error(), "{what} at {path}: {status}");
            let harmless = what.starts_with("many") || status.is_client_error();
            assert!(harmless, "{what} at {path}: {status}");
        }
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json-seq",
            "",
            "é",
        ] {
            let status = stage.send(path, kind, whole.clone().into_bytes()).await;
            assert!(status.is_none_or(|status| status.is_client_error()), "{kind:?} at {path}: {status:?}");
        }
    }
    stage.is_well().await
}

/// A sender that stops is not waited for, and nobody waits behind it.
#[tokio::test]
async fn slow_senders_are_cut_off() -> Outcome {
    let stage = Stage::set(Config::new("supplier").set("limits.request_seconds", "2")).await?;
    let address = stage.supplier.public_url().trim_start_matches("http://").to_owned();
    let auth = authorization("OEM");
    let head = format!(
        "POST /dsp/2025-1/catalog/request HTTP/1.1\r\nHost: x\r\nAuthorization: {auth}\r\nContent-Type: application/json\r\n"
    );
    let pieces = [
        ("nothing", String::new()),
        ("a letter", "P".to_owned()),
        ("half a head", head.clone()),
        ("half a body", format!("{head}Content-Length: 100\r\n\r\n{{")),
        ("half a chunk", format!("{head}Transfer-Encoding: chunked\r\n\r\n64\r\n{{")),
    ];
    let senders =
        stream::iter((0..60).map(move |number| pieces[number % pieces.len()].clone())).map(move |(what, piece)| {
            let address = address.clone();
            async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.write_all(piece.as_bytes()).await.unwrap();
                let mut answer = Vec::new();
                // Until the connector closes: a reset is as good.
                let closed = timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
                (what, closed.is_ok(), String::from_utf8_lossy(&answer).into_owned())
            }
        });
    let senders = tokio::spawn(senders.buffer_unordered(60).collect::<Vec<_>>());
    while !senders.is_finished() {
        let time = stage.partner.conclude(&stage.supplier.dsp_address(), &stage.offer).await?;
        assert!(time < Duration::from_secs(5), "an honest partner waited {time:?}");
    }
    for (what, closed, answer) in senders.await.unwrap() {
        assert!(closed, "a sender of {what} is still waited for");
        assert!(!answer.starts_with("HTTP/1.1 5"), "{what}: {answer}");
    }
    stage.is_well().await
}

#[tokio::test]
async fn broken_http_is_refused() -> Outcome {
    let stage = Stage::set(Config::new("supplier").set("limits.request_seconds", "2")).await?;
    let address = stage.supplier.public_url().trim_start_matches("http://").to_owned();
    let many_headers: String = (0..5_000).map(|number| format!("X-{number}: {number}\r\n")).collect();
    let requests = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"GET\r\n\r\n".to_vec(),
        b"GET /dsp/2025-1/negotiations/%zz%00%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec(),
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(200_000)).into_bytes(),
        format!("GET /.well-known/dspace-version HTTP/1.1\r\nHost: x\r\n{many_headers}\r\n").into_bytes(),
        format!("GET /dsp/2025-1/catalog/datasets/x HTTP/1.1\r\nHost: x\r\nAuthorization: {}\r\nConnection: close\r\n\r\n", "b".repeat(60_000)).into_bytes(),
        b"POST /dsp/2025-1/catalog/request HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\nConnection: close\r\n\r\nabcdef".to_vec(),
        b"POST /dsp/2025-1/catalog/request HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_vec(),
        b"POST /dsp/2025-1/catalog/request HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n".to_vec(),
        b"POST /dsp/2025-1/catalog/request HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Type: application/json\r\nContent-Length: 4\r\nConnection: close\r\n\r\nabcd".to_vec(),
    ];
    for request in requests {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        // The connector may close before it has read all.
        let _ = stream.write_all(&request).await;
        let mut answer = Vec::new();
        let told = String::from_utf8_lossy(&request[..request.len().min(120)]).into_owned();
        assert!(timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await.is_ok(), "still open: {told}");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(!answer.starts_with("HTTP/1.1 5") && !answer.starts_with("HTTP/1.1 2"), "{told}: {answer}");
    }
    stage.is_well().await
}
