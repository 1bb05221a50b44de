//! The event stream of the management API (server-sent events).

use std::collections::VecDeque;

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use reqwest::Response;
use serde_json::Value;

use super::client::{causes, text};
use super::failure::Failure;

/// A line of the stream longer than this is no event of ours, in bytes.
const LONGEST_LINE: usize = 4 << 20;

/// Something that happened in the connector.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    /// For example `negotiation.agreed`.
    pub(super) kind: String,
    /// `{seq, at, kind, subject, partner, state, role, …}`.
    pub(super) data: Value,
}

impl Event {
    /// The process or agreement that it is about.
    pub(super) fn subject(&self) -> &str {
        text(&self.data, "subject")
    }

    /// Its place in the order.
    pub(super) fn seq(&self) -> Option<u64> {
        self.data.get("seq").and_then(Value::as_u64)
    }
}

/// An open stream.
pub(super) struct Events {
    call: String,
    body: BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    decoder: Decoder,
}

impl Events {
    pub(super) fn new(call: String, response: Response) -> Self {
        Self { call, body: response.bytes_stream().boxed(), decoder: Decoder::default() }
    }

    /// The next event, however long it takes.
    pub(super) async fn next(&mut self) -> Result<Event, Failure> {
        let broken = |why: &str| Failure::Unanswered { call: self.call.clone(), why: why.to_owned() };
        loop {
            if let Some(event) = self.decoder.decoded.pop_front() {
                return Ok(event);
            }
            match self.body.next().await {
                Some(Ok(chunk)) => self.decoder.read(&chunk),
                Some(Err(error)) => return Err(broken(&causes(&error))),
                None => return Err(broken("the stream of events ended")),
            }
            if self.decoder.line.len() > LONGEST_LINE {
                return Err(broken("an event is too large"));
            }
        }
    }
}

/// Interprets the stream as the HTML Living Standard says (§9.2.6), as far as `event` and `data` go; the number of an event
/// is in its data.
#[derive(Debug, Default)]
struct Decoder {
    line: Vec<u8>,
    kind: String,
    data: String,
    decoded: VecDeque<Event>,
}

impl Decoder {
    fn read(&mut self, chunk: &[u8]) {
        for byte in chunk {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.end_of_line(String::from_utf8_lossy(&line).trim_end_matches('\r'));
            } else {
                self.line.push(*byte);
            }
        }
    }

    fn end_of_line(&mut self, line: &str) {
        if line.is_empty() {
            let (kind, data) = (std::mem::take(&mut self.kind), std::mem::take(&mut self.data));
            if let Ok(data) = serde_json::from_str(&data) {
                self.decoded.push_back(Event { kind, data });
            }
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.kind),
            "data" => self.data.push_str(value),
            // Comments (an empty field) keep the connection open; `id` and `retry` are for browsers.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(chunks: &[&str], expected: &[(&str, Value)]) {
        let mut decoder = Decoder::default();
        for chunk in chunks {
            decoder.read(chunk.as_bytes());
        }
        let decoded: Vec<(&str, Value)> =
            decoder.decoded.iter().map(|event| (event.kind.as_str(), event.data.clone())).collect();
        assert_eq!(decoded, expected);
    }

    #[test]
    fn an_event_may_come_in_pieces() {
        check(
            &["id: 7\neve", "nt: transfer.started\ndata: {\"seq\"", ":7}\n\n"],
            &[("transfer.started", json!({"seq": 7}))],
        );
    }

    #[test]
    fn two_events_may_come_at_once() {
        check(&["event:a\r\ndata:1\r\n\r\nevent:b\ndata:2\n\n"], &[("a", json!(1)), ("b", json!(2))]);
    }

    #[test]
    fn comments_and_what_is_not_json_are_no_events() {
        check(&[": still here\n\n", "event: a\ndata: nonsense\n\n", "event: a\n\n"], &[]);
    }
}
