//! Why a command did not do what it was asked for.

use std::fmt;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

use crate::config::ConfigError;
use crate::problem::Problem;

/// A failure with the exit code it ends the process with.
#[derive(Debug)]
pub(super) enum Failure {
    /// Something on this machine: a file, the configuration, a listener.
    Machine { what: String, why: String },
    /// A problem that the connector's own code found, in this process.
    Problem(Box<Problem>),
    /// The connector answered with an error.
    Refused(Box<Refusal>),
    /// No answer, or one that broke off.
    Unanswered { call: String, why: String },
    /// Everything worked, and the answer is no.
    No(String),
    /// A signal.
    Interrupted,
    /// One of these, in a step of the demo.
    Step { step: &'static str, failure: Box<Failure> },
}

/// An error status with what came along.
#[derive(Debug)]
pub(super) struct Refusal {
    /// Method and address.
    pub(super) call: String,
    /// HTTP status.
    pub(super) status: u16,
    /// The problem document (RFC 9457); null if there was none.
    pub(super) document: Value,
}

impl Refusal {
    /// A text member of the problem document.
    pub(super) fn text(&self, member: &str) -> Option<&str> {
        self.document.get(member).and_then(Value::as_str)
    }

    /// The reason in one sentence, with the rule and the hint if there are.
    pub(super) fn reason(&self) -> String {
        let mut reason = self.text("detail").unwrap_or("no reason given").to_owned();
        for (member, label) in [("rule", "rule"), ("hint", "hint")] {
            if let Some(text) = self.text(member) {
                reason.push_str(&format!("; {label}: {text}"));
            }
        }
        for finding in self.document.get("findings").and_then(Value::as_array).into_iter().flatten() {
            let text = |member| finding.get(member).and_then(Value::as_str).unwrap_or_default();
            let place = if text("path").is_empty() { "the policy" } else { text("path") };
            reason.push_str(&format!("\n  {place}: {} [{}]", text("sentence"), text("code")));
            reason.extend(finding.get("hint").and_then(Value::as_str).map(|hint| format!("; {hint}")));
        }
        reason
    }
}

impl Failure {
    /// For what the operating system refuses.
    pub(super) fn machine(what: impl Into<String>, why: impl fmt::Display) -> Self {
        Self::Machine { what: what.into(), why: why.to_string() }
    }

    /// For `map_err` on work with a file: says what was attempted with which file.
    pub(super) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let what = format!("cannot {action} {}", path.display());
        move |why| Self::machine(what, why)
    }

    /// Names the step of the demo that it happened in.
    pub(super) fn at_step(self, step: &'static str) -> Self {
        match self {
            Self::Interrupted => Self::Interrupted,
            failure => Self::Step { step, failure: Box::new(failure) },
        }
    }

    /// As the command line's help documents it.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Machine { .. } | Self::Problem(_) => 1,
            Self::Refused(_) => 3,
            Self::Unanswered { .. } => 4,
            Self::No(_) => 5,
            Self::Interrupted => 130,
            Self::Step { failure, .. } => failure.exit_code(),
        }
    }

    /// For `--json`.
    pub(super) fn document(&self) -> Value {
        json!({"error": self.kind(), "detail": self.to_string(), "problem": self.problem(), "exitCode": self.exit_code()})
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Machine { .. } => "machine",
            Self::Problem(_) => "problem",
            Self::Refused(_) => "refused",
            Self::Unanswered { .. } => "unanswered",
            Self::No(_) => "no",
            Self::Interrupted => "interrupted",
            Self::Step { failure, .. } => failure.kind(),
        }
    }

    /// The problem document (RFC 9457), if there is one.
    fn problem(&self) -> Value {
        match self {
            Self::Problem(problem) => serde_json::to_value(problem.document()).unwrap_or_default(),
            Self::Refused(refusal) => refusal.document.clone(),
            Self::Step { failure, .. } => failure.problem(),
            Self::Machine { .. } | Self::Unanswered { .. } | Self::No(_) | Self::Interrupted => Value::Null,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Machine { what, why } => write!(f, "{what}: {why}"),
            Self::Problem(problem) => f.write_str(&problem.reasons().join("; ")),
            Self::Refused(refusal) => {
                write!(f, "{} was refused with {}: {}", refusal.call, refusal.status, refusal.reason())
            }
            Self::Unanswered { call, why } => write!(f, "{call} got no usable answer: {why}"),
            Self::No(sentence) => f.write_str(sentence),
            Self::Interrupted => f.write_str("interrupted"),
            Self::Step { step, failure } => write!(f, "the demo failed at the step {step:?}: {failure}"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::machine("the configuration cannot be used", error)
    }
}
