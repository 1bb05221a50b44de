//! The process's own log lines, as far as they are kept.

use std::sync::Arc;

use tracing::Level;

use crate::authentication::{Operator, Permission};
use crate::problem::Problem;
use crate::telemetry::{self, Line};

/// Which lines.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// As serious as this, or more.
    pub level: Option<Level>,
    /// A text in the sentence, the module or a field; letters of either case are the same.
    pub text: Option<String>,
    /// After this place.
    pub after: Option<u64>,
    /// Before this place.
    pub before: Option<u64>,
}

/// The lines that fit, the oldest first: all that are kept.
///
/// # Errors
/// 403: log lines name partners and processes of all kinds.
pub fn all(operator: &Operator, selection: &Selection) -> Result<Vec<Arc<Line>>, Problem> {
    operator.must(Permission::Audit)?;
    let text = selection.text.as_deref().map(str::to_lowercase);
    let mut lines = telemetry::kept().lines();
    lines.retain(|line| fits(line, selection, text.as_deref()));
    Ok(lines)
}

/// At most `limit` of the lines that fit, the oldest first: after a place those that follow it, else the newest.
///
/// # Errors
/// As [`all`].
pub fn some(operator: &Operator, selection: &Selection, limit: usize) -> Result<Vec<Arc<Line>>, Problem> {
    let mut lines = all(operator, selection)?;
    if selection.after.is_some() {
        lines.truncate(limit);
    } else {
        lines.drain(..lines.len().saturating_sub(limit));
    }
    Ok(lines)
}

fn fits(line: &Line, selection: &Selection, text: Option<&str>) -> bool {
    // The more serious a level, the smaller it is.
    selection.level.is_none_or(|level| line.level <= level)
        && selection.after.is_none_or(|after| line.seq > after)
        && selection.before.is_none_or(|before| line.seq < before)
        && text.is_none_or(|text| holds(line, text))
}

fn holds(line: &Line, text: &str) -> bool {
    let in_text = |whole: &str| whole.to_lowercase().contains(text);
    let in_field = |(name, value): (&String, &serde_json::Value)| match value {
        serde_json::Value::String(value) => in_text(value) || in_text(name),
        value => in_text(&value.to_string()) || in_text(name),
    };
    in_text(&line.message) || in_text(&line.target) || line.fields.iter().any(in_field)
}
