//! What was reached beside what was aimed at.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use super::latency::Latencies;
use crate::Failure;

/// What a figure should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Aim {
    Under(f64),
    Over(f64),
}

impl Aim {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::Under(aim) => value < aim,
            Self::Over(aim) => value > aim,
        }
    }
}

/// A figure.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) unit: &'static str,
    pub(super) aim: Option<Aim>,
    /// What a named alternative reached in the same run.
    pub(super) beside: Option<String>,
    /// What explains the figure.
    pub(super) notes: Vec<String>,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bench {} {} {}", self.name, number(self.value), self.unit)?;
        if let Some(aim) = self.aim {
            let (word, bound) = match aim {
                Aim::Under(bound) => ("under", bound),
                Aim::Over(bound) => ("over", bound),
            };
            let verdict = if aim.is_met(self.value) { "met" } else { "missed" };
            write!(f, ", aim {word} {bound}: {verdict}")?;
        }
        match &self.beside {
            Some(beside) => write!(f, "; {beside}"),
            None => Ok(()),
        }
    }
}

/// Prints figures as they come, and all of them at the end.
#[derive(Debug)]
pub(super) struct Report {
    lines: Vec<String>,
    met: usize,
    missed: usize,
    failed: usize,
    whole: bool,
}

impl Report {
    /// Says what the run runs on.
    pub(super) fn begin(whole: bool) -> Self {
        let cores = thread::available_parallelism().map_or(0, usize::from);
        println!("{cores} cores shared by the driver and everything it drives; load before the run: {}", load());
        match durable_write() {
            Ok(Some(times)) => {
                println!("a durable write of 4 KiB takes {:.2} ms here (p50; {})", times.p50(), times.tail());
            }
            Ok(None) | Err(_) => println!("the cost of a durable write could not be measured"),
        }
        if !whole {
            println!("short run: shows that everything works, its figures say little");
        }
        Self { lines: Vec::new(), met: 0, missed: 0, failed: 0, whole }
    }

    /// How the figures that follow are measured.
    pub(super) fn method(&mut self, text: &str) {
        println!("\n{text}");
    }

    /// What explains the figure that comes next.
    pub(super) fn note(&self, text: &str) {
        println!("    {text}");
    }

    pub(super) fn add(&mut self, line: &Line) {
        match line.aim.map(|aim| aim.is_met(line.value)) {
            Some(true) => self.met += 1,
            Some(false) => self.missed += 1,
            None => {}
        }
        println!("{line}");
        for note in &line.notes {
            println!("    {note}");
        }
        self.lines.push(line.to_string());
    }

    /// A benchmark that could not be run to its end.
    pub(super) fn failed(&mut self, name: &str, failure: &Failure) {
        self.failed += 1;
        let line = format!("bench {name} failed: {failure}");
        println!("{line}");
        self.lines.push(line.lines().next().unwrap_or_default().to_owned());
    }

    /// Prints the summary. True if nothing failed.
    pub(super) fn end(self) -> bool {
        println!("\nsummary{}", if self.whole { "" } else { " of a short run" });
        for line in &self.lines {
            println!("{line}");
        }
        println!("bench: {} met, {} missed, {} failed", self.met, self.missed, self.failed);
        self.failed == 0
    }
}

/// Three digits that count, or the whole number.
fn number(value: f64) -> String {
    match value.abs() {
        ..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// The load averages of 1, 5 and 15 minutes: others may be at work.
fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

/// An append and a flush, as the commit of a small transaction needs at the least, where the connectors keep their data.
fn durable_write() -> std::io::Result<Option<Latencies>> {
    const WRITES: usize = 50;
    let mut file = tempfile::tempfile()?;
    let mut times: Vec<Duration> = Vec::with_capacity(WRITES);
    for _ in 0..WRITES {
        let begun = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    Ok(Latencies::of(times))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(value: f64, aim: Option<Aim>, beside: Option<&str>) -> String {
        let beside = beside.map(str::to_owned);
        Line { name: "pull-1kb".to_owned(), value, unit: "/s", aim, beside, notes: Vec::new() }.to_string()
    }

    #[test]
    fn a_line_says_whether_the_aim_was_met() {
        assert_eq!(line(12_345.6, Some(Aim::Over(10_000.0)), None), "bench pull-1kb 12346 /s, aim over 10000: met");
        assert_eq!(
            line(12.34, Some(Aim::Under(8.0)), Some("nginx as proxy 32845 /s")),
            "bench pull-1kb 12.3 /s, aim under 8: missed; nginx as proxy 32845 /s"
        );
        assert_eq!(line(0.7, None, None), "bench pull-1kb 0.70 /s");
    }
}
