//! A reverse proxy that keeps what goes through it: partners reach a connector through it, and every body can be looked at.

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use crate::Failure;
use crate::server::Serving;

/// A request and its answer. Bodies that are not JSON are null.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// What was sent.
    pub request: Value,
    /// HTTP status of the answer.
    pub status: u16,
    /// What was answered.
    pub response: Value,
}

/// The proxy. It is started before the connector, whose `public.url` it is, and pointed to it afterwards.
#[derive(Debug)]
pub struct Recorder {
    serving: Serving,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    http: reqwest::Client,
    target: Mutex<String>,
    /// What is done to the bodies of requests on the way.
    altering: Mutex<Option<fn(&mut Value)>>,
    exchanges: Mutex<Vec<Exchange>>,
}

impl Recorder {
    /// Starts it without a target.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start() -> Result<Self, Failure> {
        let http = crate::connector::http_client()?;
        let state =
            Arc::new(State { http, target: Mutex::default(), altering: Mutex::default(), exchanges: Mutex::default() });
        let data = web::Data::from(Arc::clone(&state));
        let serving = Serving::start(move |service| {
            service.app_data(data.clone()).default_service(web::to(pass));
        })?;
        Ok(Self { serving, state })
    }

    /// Where it is reached.
    pub fn url(&self) -> String {
        self.serving.url()
    }

    /// Everything goes to this root from now on.
    pub fn point_to(&self, target: &str) {
        target.clone_into(&mut self.state.target.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// From now on this is done to what is sent through it, as an attacker on the way would.
    pub fn alter(&self, altering: fn(&mut Value)) {
        *self.state.altering.lock().unwrap_or_else(PoisonError::into_inner) = Some(altering);
    }

    /// What went through, in the order of the answers.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.state.exchanges.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn pass(request: HttpRequest, body: web::Bytes, state: web::Data<State>) -> HttpResponse {
    match forward(&request, body, &state).await {
        Ok(response) => response,
        Err(error) => HttpResponse::BadGateway().body(error.to_string()),
    }
}

async fn forward(request: &HttpRequest, body: web::Bytes, state: &State) -> reqwest::Result<HttpResponse> {
    let target = state.target.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let method = reqwest::Method::from_bytes(request.method().as_str().as_bytes()).unwrap_or_default();
    let mut onward = state.http.request(method, format!("{target}{}", request.uri()));
    for (name, value) in request.headers().iter().filter(|(name, _)| is_passed_on(name.as_str())) {
        onward = onward.header(name.as_str(), value.as_bytes());
    }
    let altering = *state.altering.lock().unwrap_or_else(PoisonError::into_inner);
    let body = match (altering, serde_json::from_slice::<Value>(&body)) {
        (Some(alter), Ok(mut value)) => {
            alter(&mut value);
            value.to_string().into()
        }
        (Some(_), Err(_)) | (None, _) => body.clone(),
    };
    let answer = onward.body(body.clone()).send().await?;
    let status = answer.status().as_u16();
    let headers = answer.headers().clone();
    let answered = answer.bytes().await?;
    let json = |bytes: &[u8]| serde_json::from_slice(bytes).unwrap_or(Value::Null);
    state.exchanges.lock().unwrap_or_else(PoisonError::into_inner).push(Exchange {
        method: request.method().to_string(),
        path: request.uri().to_string(),
        request: json(&body),
        status,
        response: json(&answered),
    });
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY));
    for (name, value) in headers.iter().filter(|(name, _)| is_passed_on(name.as_str())) {
        response.append_header((name.as_str(), value.as_bytes()));
    }
    Ok(response.body(answered))
}

/// Not those of one connection, and not those that the next hop computes.
fn is_passed_on(name: &str) -> bool {
    !matches!(name, "host" | "content-length" | "connection" | "transfer-encoding" | "keep-alive")
}
