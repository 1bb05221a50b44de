//! What commands print: sentences for people, or JSON for machines.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use super::failure::Failure;

/// Standard output and error in the form that was asked for.
///
/// Whoever reads may go away (`symbolon … | head`), and that is no failure of the command: what cannot be printed is dropped.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    json: bool,
}

impl Output {
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether JSON was asked for.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// A line for people.
    pub(super) fn say(&self, line: impl AsRef<str>) {
        if !self.json {
            print(line.as_ref());
        }
    }

    /// A line for machines.
    pub(super) fn record(&self, value: &Value) {
        if self.json {
            print(&value.to_string());
        }
    }

    /// Why the command failed.
    pub(super) fn failure(&self, failure: &Failure) {
        let text = if self.json { failure.document().to_string() } else { format!("symbolon: {failure}") };
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// A bar over `total` bytes, or a running count where the total is unknown. Drawn on standard error, and only if that is
    /// a terminal.
    pub(super) fn bytes_bar(&self, total: Option<u64>) -> ProgressBar {
        let template = match total {
            Some(_) => "{bar:32} {bytes:>10} of {total_bytes}  {bytes_per_sec}  {eta} left",
            None => "{spinner} {bytes:>10}  {bytes_per_sec}",
        };
        self.bar(total, template)
    }

    /// A running count of things.
    pub(super) fn count_bar(&self, unit: &'static str) -> ProgressBar {
        let bar = self.bar(None, "{spinner} {pos} {msg}  {per_sec}");
        bar.set_message(unit);
        bar
    }

    fn bar(&self, total: Option<u64>, template: &str) -> ProgressBar {
        let bar = match total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        };
        if self.json || !io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        match ProgressStyle::with_template(template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }
}

fn print(line: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// A number of bytes as people read it: powers of 1000, one digit after the point (`4.2 MB`).
pub(super) fn bytes(count: u64) -> String {
    if count < 1000 {
        return format!("{count} B");
    }
    let mut value = count as f64;
    let mut unit = "B";
    for larger in ["kB", "MB", "GB", "TB"] {
        if value < 999.95 {
            break;
        }
        value /= 1000.0;
        unit = larger;
    }
    format!("{value:.1} {unit}")
}

/// Columns as wide as their widest cell, two spaces apart.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row: &Vec<String>| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            // Writing to a String cannot fail.
            let _ = write!(line, "{cell:width$}  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_with_one_digit() {
        let told = [0, 999, 1000, 4_187_532, 999_949_999, 999_950_000, 64 << 30].map(bytes);
        assert_eq!(told, ["0 B", "999 B", "1.0 kB", "4.2 MB", "999.9 MB", "1.0 GB", "68.7 GB"]);
    }

    #[test]
    fn columns_are_aligned() {
        let rows = [["a", "b"], ["long", "c"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(table(&rows), "a     b\nlong  c\n");
    }
}
