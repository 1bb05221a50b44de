//! A request body that is handed to the HTTP client part by part.

use std::io;

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::sync::mpsc;

/// A part of a body. A body that ends without `End` was cut off, and must not look complete to its receiver.
pub(crate) enum Part {
    Bytes(Bytes),
    End,
}

/// A channel whose sender waits until its part was taken, and the body that takes the parts.
pub(crate) fn body() -> (mpsc::Sender<Part>, reqwest::Body) {
    let (sender, receiver) = mpsc::channel(1);
    (sender, reqwest::Body::wrap_stream(parts(receiver)))
}

fn parts(receiver: mpsc::Receiver<Part>) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::unfold(Some(receiver), async |receiver| {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Some(Part::Bytes(bytes)) => Some((Ok(bytes), Some(receiver))),
            Some(Part::End) => None,
            None => Some((Err(io::Error::from(io::ErrorKind::UnexpectedEof)), None)),
        }
    })
}
