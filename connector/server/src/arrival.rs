//! Request bodies, as long as they stay within the configured size and time: who sends slowly holds nothing here for long.

use std::cell::RefCell;
use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, TRANSFER_ENCODING};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use bytes::{Bytes, BytesMut};
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt as _, StreamExt as _, stream};

use crate::connector::Connector;
use crate::problem::{Kind, Problem};

/// The body, if it is within the configured size and time.
pub(crate) async fn bytes(request: &HttpRequest, mut payload: Payload) -> Result<Bytes, Problem> {
    let Some(connector) = request.app_data::<web::Data<Connector>>() else {
        return Err(Problem::internal("the connector is not in the application's data"));
    };
    let limits = &connector.config.limits;
    let too_large = || {
        Problem::new(Kind::TooLarge, "body.too-large", format!("the body is larger than {} bytes", limits.body_bytes))
            .with_rule("limits.body_bytes")
    };
    let reading = async {
        let mut body = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| Problem::bad_request("body", format!("the body broke off: {error}")))?;
            if body.len() + chunk.len() > limits.body_bytes {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    };
    match tokio::time::timeout(Duration::from_secs(limits.request_seconds), reading).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Problem::bad_request("body.too-slow", "the body did not arrive in time")
            .with_rule("limits.request_seconds")),
    }
}

/// Middleware: a request that was answered before its body had arrived closes its connection.
///
/// For a chunked body whose reader is gone the HTTP server would wait for the rest instead, without a bound in time. It
/// closes while the reader is there: the reader stays with the answer until that is sent.
pub(crate) async fn close_unread(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, actix_web::Error> {
    if !request.headers().contains_key(TRANSFER_ENCODING) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let arriving = Rc::new(RefCell::new(request.take_payload()));
    let reader = Rc::clone(&arriving);
    let payload = stream::poll_fn(move |context| reader.borrow_mut().poll_next_unpin(context));
    request.set_payload(Payload::Stream { payload: Box::pin(payload) });
    let response = next.call(request).await?.map_into_boxed_body();
    Ok(response.map_body(|_, body| BoxBody::new(Answer { body, _arriving: arriving })))
}

/// The body of an answer, with the body of its request.
struct Answer {
    body: BoxBody,
    _arriving: Rc<RefCell<Payload>>,
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}

/// The body of a request, or why it did not arrive: too large, too slow, broken off. The handler tells in its protocol's words,
/// after it has asked who sends it.
pub(crate) struct Arrived(Result<web::Bytes, Problem>);

impl Arrived {
    /// The body.
    pub(crate) fn bytes(&self) -> Result<&[u8], Problem> {
        self.0.as_deref().map_err(Clone::clone)
    }

    /// What there is of it for an error to refer to.
    pub(crate) fn seen(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }
}

impl FromRequest for Arrived {
    type Error = Infallible;
    type Future = LocalBoxFuture<'static, Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        async move { Ok(Self(bytes(&request, payload).await)) }.boxed_local()
    }
}

/// Refuses a body that does not say that it is JSON.
pub(crate) fn must_be_json(request: &HttpRequest) -> Result<(), Problem> {
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/json" || essence == "application/ld+json" {
        return Ok(());
    }
    Err(Problem::bad_request("message.content-type", "the Content-Type must be application/json")
        .with_rule("Content-Type"))
}
