//! What the peer serves: an answer for each path, honest or not, and a record of who asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::stream;
use serde_json::Value;

use crate::Failure;
use crate::server::Serving;

const PIECE: usize = 64 * 1024;

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// 200 with JSON.
    Json(Value),
    /// 200 with this content type and body.
    Body(&'static str, Bytes),
    /// A status without a body.
    Status(u16),
    /// 302 to this address.
    Redirect(String),
    /// 200 with a JSON document that begins well and goes on for this many bytes, sent in pieces without a length.
    Stream(u64),
}

/// A request that the peer was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Path and query.
    pub path: String,
    /// The `Authorization` header, empty if there was none.
    pub authorization: String,
    /// The body; null if it is not JSON.
    pub body: Value,
}

/// Makes an answer from what is asked.
pub type Answering = Arc<dyn Fn(&Asked) -> Reply + Send + Sync>;

/// A server whose every answer can be replaced.
pub(super) struct Web {
    state: Arc<State>,
    serving: Serving,
}

#[derive(Default)]
struct State {
    answers: Mutex<HashMap<String, Answering>>,
    asked: Mutex<Vec<Asked>>,
}

impl Web {
    pub(super) fn start() -> Result<Self, Failure> {
        let state = Arc::new(State::default());
        let data = web::Data::from(Arc::clone(&state));
        let serving = Serving::start(move |service| {
            service.app_data(data.clone()).default_service(web::to(answer));
        })?;
        Ok(Self { state, serving })
    }

    /// `localhost:<port>`; did:web has names for hosts, not for addresses.
    pub(super) fn host(&self) -> String {
        self.serving.url().replace("http://127.0.0.1", "localhost")
    }

    /// From now on this path is answered so. A path that ends in `/*` stands for all below it that have no answer.
    pub(super) fn answer(&self, path: &str, answering: Answering) {
        self.state.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), answering);
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.state.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl State {
    fn answering(&self, path: &str) -> Option<Answering> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let below = || path.match_indices('/').rev().find_map(|(at, _)| answers.get(&format!("{}/*", path.get(..at)?)));
        answers.get(path).or_else(below).cloned()
    }
}

async fn answer(request: HttpRequest, body: web::Bytes, state: web::Data<State>) -> HttpResponse {
    let authorization = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let asked = Asked {
        path: request.uri().to_string(),
        authorization: authorization.unwrap_or_default().to_owned(),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    };
    state.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked.clone());
    let reply = state.answering(request.path()).map_or(Reply::Status(404), |answering| answering(&asked));
    respond(reply)
}

fn respond(reply: Reply) -> HttpResponse {
    match reply {
        Reply::Json(value) => HttpResponse::Ok().json(value),
        Reply::Body(content_type, body) => HttpResponse::Ok().content_type(content_type).body(body),
        Reply::Status(status) => {
            HttpResponse::new(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        }
        Reply::Redirect(target) => HttpResponse::Found().insert_header((LOCATION, target)).finish(),
        Reply::Stream(bytes) => HttpResponse::Ok().content_type("application/json").streaming(endless(bytes)),
    }
}

/// `{"padding":"xxxx…"}` of this many bytes.
fn endless(bytes: u64) -> impl stream::Stream<Item = Result<Bytes, actix_web::Error>> {
    let piece = Bytes::from(vec![b'x'; PIECE]);
    let begin = stream::iter([Ok(Bytes::from_static(b"{\"padding\":\""))]);
    let pieces = usize::try_from(bytes).unwrap_or(usize::MAX).div_ceil(PIECE);
    let padding = stream::iter((0..pieces).map(move |_| Ok(piece.clone())));
    let end = stream::iter([Ok(Bytes::from_static(b"\"}"))]);
    use stream::StreamExt as _;
    begin.chain(padding).chain(end)
}
