//! A foreign partner: speaks the Dataspace Protocol by hand, with mock identity, and keeps what it is sent.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse, web};
use reqwest::header::{AUTHORIZATION, LINK};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use crate::Failure;
use crate::server::Serving;

/// The protocol's context.
pub const CONTEXT: &str = "https://w3id.org/dspace/2025/1/context.jsonld";
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

static IDS: AtomicU64 = AtomicU64::new(1);

/// A message that the peer was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// Path below the peer's base, such as `/negotiations/…/agreement`.
    pub path: String,
    /// The message.
    pub body: Value,
}

impl Received {
    /// The message's `@type`.
    pub fn kind(&self) -> &str {
        self.body.get("@type").and_then(Value::as_str).unwrap_or_default()
    }
}

/// What a connector answered to the peer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The `Link` headers.
    pub links: Vec<String>,
    /// The body; null if it is not JSON.
    pub body: Value,
}

impl Answer {
    /// A text member of the body, empty if there is none.
    pub fn text(&self, member: &str) -> &str {
        self.body.get(member).and_then(Value::as_str).unwrap_or_default()
    }

    /// All reasons in one line.
    pub fn reasons(&self) -> String {
        let reasons = self.body.get("reason").and_then(Value::as_array);
        reasons.into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
    }

    /// The target of the link with this relation.
    pub fn link(&self, relation: &str) -> Option<String> {
        let wanted = format!("rel=\"{relation}\"");
        let link = self.links.iter().flat_map(|line| line.split(',')).find(|link| link.contains(&wanted))?;
        Some(link.split_once('<')?.1.split_once('>')?.0.to_owned())
    }
}

/// The peer. Dropping it ends its server.
#[derive(Debug)]
pub struct Peer {
    state: Arc<State>,
    serving: Serving,
}

#[derive(Debug)]
struct State {
    participant: String,
    http: reqwest::Client,
    received: watch::Sender<Vec<Received>>,
    /// Negotiations that the peer concludes as soon as it can, by `consumerPid`.
    concluding: Mutex<HashMap<String, Concluding>>,
}

#[derive(Debug)]
struct Concluding {
    connector: String,
    done: Option<oneshot::Sender<()>>,
}

impl Peer {
    /// A peer that claims to be `participant` and answers every message 200.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(participant: &str) -> Result<Self, Failure> {
        let state = Arc::new(State {
            participant: participant.to_owned(),
            http: crate::connector::http_client()?,
            received: watch::Sender::new(Vec::new()),
            concluding: Mutex::default(),
        });
        let data = web::Data::from(Arc::clone(&state));
        let serving = Serving::start(move |service| {
            service.app_data(data.clone()).default_service(web::to(take));
        })?;
        Ok(Self { state, serving })
    }

    /// Who it claims to be.
    pub fn participant(&self) -> &str {
        &self.state.participant
    }

    /// The base of its endpoints.
    pub fn address(&self) -> String {
        self.serving.url()
    }

    /// POSTs a body below a connector's base (`dsp`, such as `http://127.0.0.1:8080/dsp/2025-1`).
    ///
    /// # Errors
    /// `Unanswered` only: every status is an answer. The same holds for the other calls.
    pub async fn post(&self, dsp: &str, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.state.post(&format!("{dsp}{path}"), body).await
    }

    /// GETs a path below a connector's base.
    ///
    /// # Errors
    /// As [`Peer::post`].
    pub async fn get(&self, dsp: &str, path: &str) -> Result<Answer, Failure> {
        self.state.send(self.state.http.get(format!("{dsp}{path}"))).await
    }

    /// Waits for the first message of this `@type` that names the process id.
    ///
    /// # Errors
    /// `TimedOut` with what came instead.
    pub async fn receives(&self, kind: &str, pid: &str) -> Result<Received, Failure> {
        let mut received = self.state.received.subscribe();
        let names = |message: &&Received| message.kind() == kind && message.body.to_string().contains(pid);
        let found = timeout(ANSWERS_WITHIN, async {
            received
                .wait_for(|all| all.iter().any(|message| names(&message)))
                .await
                .map(|all| all.iter().find(names).cloned())
        });
        if let Ok(Ok(Some(message))) = found.await {
            return Ok(message);
        }
        let what =
            format!("{kind} about {pid} among {:?}", self.received().iter().map(Received::kind).collect::<Vec<_>>());
        Err(Failure::TimedOut { what, seconds: ANSWERS_WITHIN.as_secs() })
    }

    /// What it was sent, in order.
    pub fn received(&self) -> Vec<Received> {
        self.state.received.borrow().clone()
    }

    /// Asks for a contract, verifies the agreement at once, and returns the time until FINALIZED has arrived here.
    ///
    /// # Errors
    /// Also when it does not come within a minute.
    pub async fn conclude(&self, dsp: &str, offer: &Value) -> Result<Duration, Failure> {
        let pid = fresh_id();
        let (done, concluded) = oneshot::channel();
        let concluding = Concluding { connector: dsp.to_owned(), done: Some(done) };
        self.state.concluding.lock().unwrap_or_else(PoisonError::into_inner).insert(pid.clone(), concluding);
        let begun = Instant::now();
        let answer = self.post(dsp, "/negotiations/request", &request(&pid, offer, &self.address())).await?;
        if answer.status != 201 {
            return Err(Failure::Unexpected(format!("a request was answered {}: {}", answer.status, answer.body)));
        }
        match timeout(ANSWERS_WITHIN, concluded).await {
            Ok(Ok(())) => Ok(begun.elapsed()),
            _ => Err(Failure::TimedOut { what: format!("FINALIZED of {pid}"), seconds: ANSWERS_WITHIN.as_secs() }),
        }
    }
}

impl State {
    async fn post(&self, address: &str, body: &Value) -> Result<Answer, Failure> {
        self.send(self.http.post(address).json(body)).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, Failure> {
        let lost = |error: reqwest::Error| Failure::Unanswered {
            call: "call of a peer".to_owned(),
            reason: error.to_string(),
        };
        let request = request.header(AUTHORIZATION, authorization(&self.participant));
        let response = request.timeout(ANSWERS_WITHIN).send().await.map_err(lost)?;
        let links = response.headers().get_all(LINK).iter().filter_map(|link| link.to_str().ok().map(str::to_owned));
        let (status, links) = (response.status().as_u16(), links.collect());
        let body = serde_json::from_slice(&response.bytes().await.map_err(lost)?).unwrap_or(Value::Null);
        Ok(Answer { status, links, body })
    }

    /// The next step of a negotiation that is to be concluded.
    fn react(self: &Arc<Self>, body: &Value) {
        let text = |member: &str| body.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (consumer, provider) = (text("consumerPid"), text("providerPid"));
        let mut concluding = self.concluding.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(negotiation) = concluding.get_mut(&consumer) else { return };
        match text("@type").as_str() {
            "ContractAgreementMessage" => {
                let address = format!("{}/negotiations/{provider}/agreement/verification", negotiation.connector);
                let message = message("ContractAgreementVerificationMessage", &consumer, &provider, json!({}));
                let state = Arc::clone(self);
                tokio::spawn(async move { state.post(&address, &message).await });
            }
            "ContractNegotiationEventMessage" => {
                if let Some(done) = concluding.remove(&consumer).and_then(|negotiation| negotiation.done) {
                    // Nobody waits any more.
                    let _ = done.send(());
                }
            }
            _ => {}
        }
    }
}

async fn take(request: HttpRequest, body: web::Bytes, state: web::Data<State>) -> HttpResponse {
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let state = state.into_inner();
    state.react(&body);
    let answer = match body.get("@type").and_then(Value::as_str) {
        // Opening messages want to hear the peer's process id.
        Some("ContractOfferMessage") if body.get("consumerPid").is_none() => {
            HttpResponse::Created().json(opened("ContractNegotiation", &body, "consumerPid", "providerPid", "OFFERED"))
        }
        Some("ContractRequestMessage") if body.get("providerPid").is_none() => HttpResponse::Created().json(opened(
            "ContractNegotiation",
            &body,
            "providerPid",
            "consumerPid",
            "REQUESTED",
        )),
        Some("TransferRequestMessage") => {
            HttpResponse::Created().json(opened("TransferProcess", &body, "providerPid", "consumerPid", "REQUESTED"))
        }
        _ => HttpResponse::Ok().finish(),
    };
    let path = request.path().to_owned();
    state.received.send_modify(|received| received.push(Received { path, body }));
    answer
}

fn opened(kind: &str, message: &Value, ours: &str, theirs: &str, state: &str) -> Value {
    json!({"@context": [CONTEXT], "@type": kind, ours: fresh_id(), theirs: message.get(theirs), "state": state})
}

/// The Authorization header of mock identity.
pub fn authorization(participant: &str) -> String {
    json!({"region": "any", "audience": "any", "clientId": participant}).to_string()
}

/// An id that this process has not given before.
pub fn fresh_id() -> String {
    format!("urn:example:{}:{}", std::process::id(), IDS.fetch_add(1, Ordering::Relaxed))
}

/// A request that opens a negotiation.
pub fn request(consumer_pid: &str, offer: &Value, callback: &str) -> Value {
    json!({"@context": [CONTEXT], "@id": fresh_id(), "@type": "ContractRequestMessage", "consumerPid": consumer_pid,
        "offer": offer, "callbackAddress": callback})
}

/// A message of a process, with further members.
pub fn message(kind: &str, consumer_pid: &str, provider_pid: &str, members: Value) -> Value {
    let mut message = json!({"@context": [CONTEXT], "@id": fresh_id(), "@type": kind, "consumerPid": consumer_pid,
        "providerPid": provider_pid});
    if let (Some(message), Value::Object(members)) = (message.as_object_mut(), members) {
        message.extend(members);
    }
    message
}

/// A partner that accepts connections and never answers.
#[derive(Debug)]
pub struct SilentPeer {
    address: String,
    accepted: watch::Receiver<usize>,
    task: tokio::task::JoinHandle<()>,
}

impl SilentPeer {
    /// Begins to listen.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(Failure::io("silent peer"))?;
        let address = listener.local_addr().map_err(Failure::io("silent peer"))?;
        let (count, accepted) = watch::channel(0);
        let task = tokio::spawn(async move {
            let mut held: Vec<TcpStream> = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                held.push(stream);
                count.send_replace(held.len());
            }
        });
        Ok(Self { address: format!("http://{address}"), accepted, task })
    }

    /// The base of its endpoints.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Connections it has accepted so far.
    pub fn accepted(&self) -> usize {
        *self.accepted.borrow()
    }

    /// Waits until it has accepted a connection.
    pub async fn is_connected(&self) {
        // The sender lives as long as the task.
        let _ = self.accepted.clone().wait_for(|accepted| *accepted > 0).await;
    }
}

impl Drop for SilentPeer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
