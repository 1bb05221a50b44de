//! The body of an answer: counted, and bounded in how long its source may be silent.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::{HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use futures_util::Stream;
use tokio::time::Sleep;

use crate::file::FileStream;
use crate::meter::{Meter, Outcome};

/// What a source answered, before the answer is counted.
pub(crate) struct Answer {
    pub(crate) head: HttpResponseBuilder,
    pub(crate) body: AnswerBody,
}

pub(crate) enum AnswerBody {
    /// No body; the length that `HEAD` announces, where it is known.
    Nothing(Option<u64>),
    /// Bytes with their number, where it is known.
    Bytes(Content, Option<u64>),
}

pub(crate) enum Content {
    Http(Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>>>>),
    File(FileStream),
}

impl Answer {
    pub(crate) fn into_response(mut self, idle: Duration, mut meter: Meter) -> HttpResponse {
        match self.body {
            AnswerBody::Bytes(content, length) if length != Some(0) => {
                self.head.body(MeteredBody { content, length, idle, waiting: None, meter })
            }
            AnswerBody::Bytes(..) => {
                meter.end(Outcome::Complete);
                self.head.body(Bytes::new())
            }
            AnswerBody::Nothing(length) => {
                meter.end(Outcome::Complete);
                self.head.body(Announced(length))
            }
        }
    }
}

/// The answer to `HEAD`: a length, and no bytes.
struct Announced(Option<u64>);

impl MessageBody for Announced {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        self.0.map_or(BodySize::None, BodySize::Sized)
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Poll::Ready(None)
    }
}

struct MeteredBody {
    content: Content,
    length: Option<u64>,
    idle: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    meter: Meter,
}

impl MessageBody for MeteredBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        self.length.map_or(BodySize::Stream, BodySize::Sized)
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let body = self.get_mut();
        loop {
            match body.content.poll_next(cx) {
                // To actix-web an empty chunk is the end of a chunked body.
                Poll::Ready(Some(Ok(bytes))) if bytes.is_empty() => {}
                Poll::Ready(Some(Ok(bytes))) => {
                    body.waiting = None;
                    body.meter.add(bytes.len());
                    if Some(body.meter.bytes()) == body.length {
                        body.meter.end(Outcome::Complete);
                    }
                    return Poll::Ready(Some(Ok(bytes)));
                }
                Poll::Ready(Some(Err(error))) => {
                    body.meter.end(Outcome::Failed("source-broke-off"));
                    return Poll::Ready(Some(Err(error)));
                }
                Poll::Ready(None) => {
                    let whole = body.length.is_none_or(|length| length == body.meter.bytes());
                    body.meter.end(if whole { Outcome::Complete } else { Outcome::Failed("source-broke-off") });
                    return Poll::Ready(None);
                }
                Poll::Pending => return body.wait(cx),
            }
        }
    }
}

impl MeteredBody {
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let idle = self.idle;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(idle)));
        match waiting.as_mut().poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => {
                self.meter.end(Outcome::Failed("source-timed-out"));
                Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::TimedOut, "the source of this asset fell silent"))))
            }
        }
    }
}

impl Content {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        match self {
            Self::File(stream) => Pin::new(stream).poll_next(cx),
            // The error of the client would carry the source's URL into the log of the server.
            Self::Http(stream) => stream
                .as_mut()
                .poll_next(cx)
                .map(|next| next.map(|item| item.map_err(|e| io::Error::other(e.without_url())))),
        }
    }
}
