//! Tells the demo: each step a sentence with its time.

use std::cell::Cell;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::cli::output::Output;

/// The teller. It remembers the step that is under way, for when it fails.
pub(super) struct Story<'a> {
    output: &'a Output,
    began: Instant,
    step: Cell<&'static str>,
}

impl<'a> Story<'a> {
    pub(super) fn new(output: &'a Output) -> Self {
        Self { output, began: Instant::now(), step: Cell::new("prepare") }
    }

    /// Begins a step of the walk.
    pub(super) fn step(&self, name: &'static str) {
        self.step.set(name);
        self.output.say(format!("\n{name}"));
    }

    /// The step that is under way.
    pub(super) fn current(&self) -> &'static str {
        self.step.get()
    }

    /// A sentence, with the time since the demo began.
    pub(super) fn tell(&self, sentence: impl AsRef<str>) {
        let elapsed = self.began.elapsed();
        let sentence = sentence.as_ref();
        self.output.say(format!("  {:>8.3} s  {sentence}", elapsed.as_secs_f64()));
        let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        self.output.record(&json!({"step": self.current(), "elapsedMs": elapsed_ms, "sentence": sentence}));
    }

    /// A document, indented below its sentence.
    pub(super) fn show(&self, document: &str) {
        for line in document.trim_end().lines() {
            self.output.say(format!("              {line}").trim_end());
        }
    }

    /// The output that it is told on.
    pub(super) fn output(&self) -> &Output {
        self.output
    }
}

/// A duration as people read it: `8.4 ms`, `1.234 s`.
pub(super) fn told(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 1.0 { format!("{:.1} ms", seconds * 1000.0) } else { format!("{seconds:.3} s") }
}
