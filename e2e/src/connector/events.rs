//! The event stream of a connector (`GET /api/v1/events`, server-sent events).

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde_json::Value;
use tokio::time::timeout;

use crate::Failure;

/// One event: what happened to which process, agreement or message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The sequence number, as `?after=` and `Last-Event-ID` take it.
    pub id: String,
    /// For example `negotiation.offered`.
    pub kind: String,
    /// `{seq, at, kind, subject, partner, state, role, …}`.
    pub data: Value,
}

impl Event {
    /// A text member of the data, empty if there is none.
    pub fn text(&self, member: &str) -> &str {
        self.data.get(member).and_then(Value::as_str).unwrap_or_default()
    }

    /// The pid of the process or the id of the thing that the event is about.
    pub fn subject(&self) -> &str {
        self.text("subject")
    }
}

/// An open event stream.
pub struct Events {
    call: String,
    body: BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    decoder: Decoder,
}

impl Events {
    pub(super) fn new(call: String, response: reqwest::Response) -> Self {
        Self { call, body: response.bytes_stream().boxed(), decoder: Decoder::default() }
    }

    /// The next event, however long it takes. Nothing is lost when the future is dropped before it is ready.
    ///
    /// # Errors
    /// `Unanswered` when the stream ends, as it does when the connector stops.
    pub async fn next(&mut self) -> Result<Event, Failure> {
        loop {
            if let Some(event) = self.decoder.next() {
                return Ok(event);
            }
            let lost = |reason: String| Failure::Unanswered { call: self.call.clone(), reason };
            let chunk = self.body.next().await.ok_or_else(|| lost("the stream ended".to_owned()))?;
            let chunk = chunk.map_err(|error| lost(error.to_string()))?;
            self.decoder.push(&chunk);
        }
    }

    /// The first event from here on that is wanted; those before it are dropped.
    ///
    /// # Errors
    /// `TimedOut` naming `what` when it does not come within the time, otherwise as [`Events::next`].
    pub async fn until(
        &mut self,
        what: &str,
        within: Duration,
        wanted: impl Fn(&Event) -> bool,
    ) -> Result<Event, Failure> {
        let search = async {
            loop {
                let event = self.next().await?;
                if wanted(&event) {
                    return Ok(event);
                }
            }
        };
        timeout(within, search)
            .await
            .unwrap_or_else(|_| Err(Failure::TimedOut { what: what.to_owned(), seconds: within.as_secs() }))
    }
}

/// Cuts a byte stream into events (HTML Living Standard, server-sent events, "interpreting an event stream").
#[derive(Default)]
struct Decoder {
    pending: Vec<u8>,
    id: String,
    kind: String,
    data: String,
}

impl Decoder {
    fn push(&mut self, chunk: &[u8]) {
        self.pending.extend_from_slice(chunk);
    }

    /// Consumes whole lines up to and including the blank line that ends an event.
    fn next(&mut self) -> Option<Event> {
        while let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.pending.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\r', '\n']);
            if !line.is_empty() {
                self.field(line);
            } else if let Some(event) = self.dispatch() {
                return Some(event);
            }
        }
        None
    }

    fn field(&mut self, line: &str) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "id" => value.clone_into(&mut self.id),
            "event" => value.clone_into(&mut self.kind),
            "data" if self.data.is_empty() => value.clone_into(&mut self.data),
            "data" => {
                self.data.push('\n');
                self.data.push_str(value);
            }
            _ => {}
        }
    }

    /// An event without data is none; data that is not JSON is kept as text.
    fn dispatch(&mut self) -> Option<Event> {
        let kind = std::mem::take(&mut self.kind);
        let data = std::mem::take(&mut self.data);
        if data.is_empty() {
            return None;
        }
        let data = serde_json::from_str(&data).unwrap_or(Value::String(data));
        Some(Event { id: self.id.clone(), kind, data })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn decode(chunks: &[&str]) -> Vec<Event> {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        for chunk in chunks {
            decoder.push(chunk.as_bytes());
            events.extend(std::iter::from_fn(|| decoder.next()));
        }
        events
    }

    fn event(id: &str, kind: &str, data: Value) -> Event {
        Event { id: id.to_owned(), kind: kind.to_owned(), data }
    }

    #[test]
    fn one_event_in_three_chunks() {
        let events = decode(&["id: 7\nevent: transfer.st", "arted\ndata: {\"subject\":\"p\"}\n", "\n"]);
        assert_eq!(events, [event("7", "transfer.started", json!({"subject": "p"}))]);
        assert_eq!(events[0].subject(), "p");
    }

    #[test]
    fn two_events_with_comments_and_carriage_returns() {
        let events = decode(&[": hello\r\n\r\nid:1\r\nevent:a\r\ndata:1\r\n\r\n:\nevent: b\ndata: 2\n\n"]);
        assert_eq!(events, [event("1", "a", json!(1)), event("1", "b", json!(2))]);
    }

    #[test]
    fn data_over_several_lines_is_one_document() {
        assert_eq!(decode(&["data: {\ndata: }\n\n"]), [event("", "", json!({}))]);
    }
}
