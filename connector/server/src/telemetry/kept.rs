//! The newest log lines, kept in memory for operators: what is written to standard error, no more and no less, bounded in
//! lines and bytes.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use crate::clock;

/// A text in a line that is longer is cut; in bytes.
const LONGEST_TEXT: usize = 4 * 1024;
/// What a line takes beside its texts, in bytes; roughly.
const OVERHEAD: usize = 160;

/// A log line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its place in the order since the process began, from 1.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// How serious it is.
    pub level: Level,
    /// The module that wrote it.
    pub target: String,
    /// The sentence.
    pub message: String,
    /// What can be searched by.
    pub fields: Map<String, Value>,
}

/// The newest lines of this process.
#[derive(Debug)]
pub struct Kept {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    lines: VecDeque<(Arc<Line>, usize)>,
    bytes: usize,
    written: u64,
    most_lines: usize,
    most_bytes: usize,
}

/// Logging is one for the process, and so is what is kept of it.
static KEPT: LazyLock<Kept> = LazyLock::new(|| Kept::new(0, 0));

/// The newest lines of this process.
pub fn kept() -> &'static Kept {
    &KEPT
}

impl Kept {
    fn new(most_lines: usize, most_bytes: usize) -> Self {
        let lines = VecDeque::new();
        Self { inner: Mutex::new(Inner { lines, bytes: 0, written: 0, most_lines, most_bytes }) }
    }

    /// All lines that are kept, the oldest first.
    pub fn lines(&self) -> Vec<Arc<Line>> {
        self.inner().lines.iter().map(|(line, _)| Arc::clone(line)).collect()
    }

    /// From now on so many lines and bytes are kept.
    pub(super) fn keep(&self, most_lines: usize, most_bytes: usize) {
        let mut inner = self.inner();
        (inner.most_lines, inner.most_bytes) = (most_lines, most_bytes);
        inner.cut();
    }

    fn push(&self, event: &Event<'_>) {
        let mut read = Reading::default();
        event.record(&mut read);
        let metadata = event.metadata();
        let target = read.target.unwrap_or_else(|| metadata.target().to_owned());
        let texts = read.fields.iter().map(|(name, value)| name.len() + size(value)).sum::<usize>();
        let bytes = OVERHEAD + target.len() + read.message.len() + texts;
        let mut inner = self.inner();
        if inner.most_lines == 0 {
            return;
        }
        inner.written += 1;
        let (seq, at, level) = (inner.written, clock::now(), *metadata.level());
        let line = Line { seq, at, level, target, message: read.message, fields: read.fields };
        inner.lines.push_back((Arc::new(line), bytes));
        inner.bytes += bytes;
        inner.cut();
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn cut(&mut self) {
        while self.lines.len() > self.most_lines || self.bytes > self.most_bytes {
            let Some((_, bytes)) = self.lines.pop_front() else { return };
            self.bytes -= bytes;
        }
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        _ => 16,
    }
}

/// Keeps what is logged.
pub(super) struct Keeping;

impl<S: Subscriber> Layer<S> for Keeping {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        KEPT.push(event);
    }
}

/// A line while its fields are read.
#[derive(Default)]
struct Reading {
    message: String,
    target: Option<String>,
    fields: Map<String, Value>,
}

impl Reading {
    fn take(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("message", Value::String(text)) => self.message = text,
            // Of libraries that log by other means.
            ("log.target", Value::String(target)) => self.target = Some(target),
            (name, _) if name.starts_with("log.") => {}
            (name, value) => {
                self.fields.insert(name.to_owned(), value);
            }
        }
    }
}

impl Visit for Reading {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.take(field, cut(format!("{value:?}")).into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, cut(value.to_owned()).into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.take(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.take(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.take(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.take(field, value.into());
    }
}

fn cut(mut text: String) -> String {
    if text.len() > LONGEST_TEXT {
        text.truncate(text.floor_char_boundary(LONGEST_TEXT));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(seq: u64, bytes: usize) -> (Arc<Line>, usize) {
        let (target, message, fields) = (String::new(), String::new(), Map::new());
        (Arc::new(Line { seq, at: clock::now(), level: Level::INFO, target, message, fields }), bytes)
    }

    #[test]
    fn lines_and_bytes_are_bounded() {
        let kept = Kept::new(3, 100);
        let seqs = || kept.lines().iter().map(|line| line.seq).collect::<Vec<_>>();
        for seq in 1..=4 {
            let mut inner = kept.inner();
            inner.lines.push_back(line(seq, 10));
            inner.bytes += 10;
            inner.cut();
        }
        assert_eq!(seqs(), [2, 3, 4]);
        kept.keep(3, 25);
        assert_eq!(seqs(), [3, 4]);
        kept.keep(0, 25);
        assert_eq!((seqs(), kept.inner().bytes), (vec![], 0));
        assert_eq!(cut("ä".repeat(LONGEST_TEXT)).chars().count(), LONGEST_TEXT / 2 + 1);
    }
}
