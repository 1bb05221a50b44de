//! A directory of business partner numbers and DIDs, as Catena-X runs one (BDRS): management by a key, and a directory that
//! opens for whoever presents a membership credential. It checks that presentation with its own code and OpenSSL.

mod presenting;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::header::{AUTHORIZATION, CONTENT_ENCODING};
use actix_web::{HttpRequest, HttpResponse, web};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;
use serde_json::json;

use self::presenting::Presenting;
use crate::Failure;
use crate::server::Serving;

const KEY_HEADER: &str = "x-api-key";

/// How the directory answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answering {
    /// As it should.
    Honestly,
    /// With this status.
    Status(u16),
    /// 200 with this text instead of a compressed object.
    Text(String),
    /// 200 with this many bytes of an object that never ends, compressed.
    Bomb(usize),
}

/// One answer of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// HTTP status.
    pub status: u16,
    /// Who presented itself, or why that was refused.
    pub caller: Result<String, String>,
}

/// The server. Dropping it ends it.
#[derive(Debug)]
pub struct Bdrs {
    serving: Serving,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    key: String,
    issuers: Vec<String>,
    presenting: Presenting,
    entries: Mutex<BTreeMap<String, String>>,
    answering: Mutex<Answering>,
    served: Mutex<Vec<Served>>,
}

#[derive(Deserialize)]
struct Entry {
    bpn: String,
    did: String,
}

impl Bdrs {
    /// An empty directory that believes membership credentials of these issuers, with this key for its management.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(issuers: &[&str], key: &str) -> Result<Self, Failure> {
        let state = Arc::new(State {
            key: key.to_owned(),
            issuers: issuers.iter().map(|&issuer| issuer.to_owned()).collect(),
            presenting: Presenting::new()?,
            entries: Mutex::default(),
            answering: Mutex::new(Answering::Honestly),
            served: Mutex::default(),
        });
        let data = web::Data::from(Arc::clone(&state));
        let serving = Serving::start(move |service| {
            service.app_data(data.clone());
            service.service(
                web::resource("/management/bpn-directory").route(web::post().to(add)).route(web::put().to(replace)),
            );
            service.route("/management/bpn-directory/{bpn}", web::delete().to(remove));
            service.route("/api/directory/bpn-directory", web::get().to(directory));
        })?;
        Ok(Self { serving, state })
    }

    /// The base below which `/bpn-directory` is.
    pub fn url(&self) -> String {
        format!("{}/api/directory", self.serving.url())
    }

    /// The base of its management, below which `/bpn-directory` is too.
    pub fn management_url(&self) -> String {
        format!("{}/management", self.serving.url())
    }

    /// Enters a pair as an administrator does, over HTTP.
    ///
    /// # Errors
    /// `Refused` as the management answers.
    pub async fn enter(&self, bpn: &str, did: &str) -> Result<(), Failure> {
        let url = format!("{}/bpn-directory", self.management_url());
        let request = crate::connector::http_client()?.post(&url).header(KEY_HEADER, &self.state.key);
        let call = format!("POST {url}");
        let answer = request.json(&json!({"bpn": bpn, "did": did})).send().await;
        let answer = answer.map_err(|error| Failure::Unanswered { call: call.clone(), reason: error.to_string() })?;
        match answer.status().as_u16() {
            204 => Ok(()),
            status => Err(Failure::Refused { call, status, body: answer.text().await.unwrap_or_default().into() }),
        }
    }

    /// From now on the directory answers so.
    pub fn answer(&self, answering: Answering) {
        *self.state.answering.lock().unwrap_or_else(PoisonError::into_inner) = answering;
    }

    /// What the directory has answered, in order.
    pub fn served(&self) -> Vec<Served> {
        self.state.served.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn add(request: HttpRequest, entry: web::Json<Entry>, state: web::Data<State>) -> HttpResponse {
    change(&request, &state, |entries| match entries.contains_key(&entry.bpn) {
        true => 409,
        false => {
            entries.insert(entry.bpn.clone(), entry.did.clone());
            204
        }
    })
}

async fn replace(request: HttpRequest, entry: web::Json<Entry>, state: web::Data<State>) -> HttpResponse {
    change(&request, &state, |entries| match entries.get_mut(&entry.bpn) {
        None => 404,
        Some(did) => {
            did.clone_from(&entry.did);
            204
        }
    })
}

async fn remove(request: HttpRequest, bpn: web::Path<String>, state: web::Data<State>) -> HttpResponse {
    change(&request, &state, |entries| entries.remove(bpn.as_str()).map_or(404, |_| 204))
}

fn change(
    request: &HttpRequest,
    state: &State,
    change: impl FnOnce(&mut BTreeMap<String, String>) -> u16,
) -> HttpResponse {
    let key = request.headers().get(KEY_HEADER).and_then(|value| value.to_str().ok());
    let status = match key == Some(&state.key) {
        true => change(&mut state.entries.lock().unwrap_or_else(PoisonError::into_inner)),
        false => 401,
    };
    respond(status)
}

async fn directory(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let authorization = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let caller = state.presenting.member(authorization.unwrap_or_default(), &state.issuers).await;
    let answering = state.answering.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let (status, body) = match (&caller, answering) {
        (Err(_), _) => (401, Vec::new()),
        (Ok(_), Answering::Status(status)) => (status, Vec::new()),
        (Ok(_), Answering::Text(text)) => (200, text.into_bytes()),
        (Ok(_), Answering::Bomb(bytes)) => (200, gzip(&[b"{\"a\":\"", vec![b'x'; bytes].as_slice()].concat())),
        (Ok(_), Answering::Honestly) => {
            let entries = state.entries.lock().unwrap_or_else(PoisonError::into_inner);
            (200, gzip(json!(*entries).to_string().as_bytes()))
        }
    };
    state.served.lock().unwrap_or_else(PoisonError::into_inner).push(Served { status, caller });
    match status {
        200 => HttpResponse::Ok().insert_header((CONTENT_ENCODING, "gzip")).content_type("application/json").body(body),
        other => respond(other),
    }
}

fn respond(status: u16) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status);
    HttpResponse::new(status.unwrap_or(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
