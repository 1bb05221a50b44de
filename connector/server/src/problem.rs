//! Refusals and failures: one catalogue of codes, rendered as RFC 9457 problem documents on our own APIs and as the
//! protocol's error types on the wire.

use std::fmt;

use serde::{Deserialize, Serialize};
use symbolon_policies_odrl::PolicyError;
use utoipa::ToSchema;

use crate::storage::StorageError;

/// What kind of refusal it is; decides the HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 400: what was sent cannot be understood or is not allowed in this state of the conversation.
    BadRequest,
    /// 401: no or no valid authentication.
    Unauthenticated,
    /// 403: authenticated, and refused by a rule.
    Forbidden,
    /// 404: does not exist for this caller.
    NotFound,
    /// 405: the method does not apply here.
    MethodNotAllowed,
    /// 409: exists already, or was changed meanwhile.
    Conflict,
    /// 413: larger than the configured bound.
    TooLarge,
    /// 422: well formed, and impossible.
    Unprocessable,
    /// 429: too often; may be tried again after so many seconds.
    TooMany(u16),
    /// 501: part of a standard that is not done here.
    NotImplemented,
    /// 502: the partner or the source answered with an error.
    BadGateway,
    /// 503: cannot be done now, and may be tried again.
    Unavailable,
    /// 504: the partner or the source did not answer in time.
    GatewayTimeout,
    /// 500: our own fault; the detail says nothing of our insides.
    Internal,
}

impl Kind {
    /// The HTTP status code and the title of the problem document.
    pub fn status(self) -> (u16, &'static str) {
        match self {
            Self::BadRequest => (400, "Bad request"),
            Self::Unauthenticated => (401, "Not authenticated"),
            Self::Forbidden => (403, "Refused"),
            Self::NotFound => (404, "Not found"),
            Self::MethodNotAllowed => (405, "Method not allowed"),
            Self::Conflict => (409, "Conflict"),
            Self::TooLarge => (413, "Too large"),
            Self::Unprocessable => (422, "Cannot be processed"),
            Self::TooMany(_) => (429, "Too many attempts"),
            Self::NotImplemented => (501, "Not done here"),
            Self::BadGateway => (502, "Partner or source failed"),
            Self::Unavailable => (503, "Not available now"),
            Self::GatewayTimeout => (504, "Partner or source timed out"),
            Self::Internal => (500, "Internal error"),
        }
    }
}

/// A refusal or failure with its reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Decides the status.
    pub kind: Kind,
    /// Stable, for programs: `negotiation.wrong-state`, `policy.denied`, …
    pub code: String,
    /// One sentence for people: what was wrong.
    pub detail: String,
    /// The rule that refused, where one did: a path into a policy, a transition, a limit.
    pub rule: Option<String>,
    /// What to do about it, where we know.
    pub hint: Option<String>,
    /// Each thing that was wrong, where there are several: every rule of a policy that refused, every rule of a profile that a
    /// policy breaks.
    pub findings: Box<[Finding]>,
}

/// One of several things that were wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// Where in the policy, for example `permission[0].constraint[1]`; empty for the policy as a whole.
    pub path: String,
    /// Stable, for programs.
    pub code: String,
    /// For people.
    pub sentence: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Problem {
    /// A problem without rule or hint.
    pub fn new(kind: Kind, code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { kind, code: code.into(), detail: detail.into(), rule: None, hint: None, findings: Box::default() }
    }

    /// 400 with a code and a sentence.
    pub fn bad_request(code: &str, detail: impl Into<String>) -> Self {
        Self::new(Kind::BadRequest, code, detail)
    }

    /// 400 for a policy that is the member `member` of a message: sentence and rule name the place by its path from the
    /// message's root.
    pub fn of_policy(code: &str, member: &str, error: &PolicyError) -> Self {
        let at = if error.path.is_empty() { member.to_owned() } else { format!("{member}.{}", error.path) };
        Self::bad_request(code, format!("{at}: {}", error.reason)).with_rule(at)
    }

    /// 404. The same words whether the thing does not exist or belongs to somebody else.
    pub fn not_found(what: &str, id: &str) -> Self {
        Self::new(Kind::NotFound, "not-found", format!("there is no {what} {id:?} here"))
    }

    /// 500. `detail` goes to the log, never to the caller.
    pub fn internal(detail: impl fmt::Display) -> Self {
        tracing::error!(error = %detail, "internal error");
        Self::new(Kind::Internal, "internal", "something failed on our side; the log of this connector says what")
    }

    /// Names the rule that refused.
    #[must_use]
    pub fn with_rule(mut self, rule: impl Into<String>) -> Self {
        self.rule = Some(rule.into());
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Lists each thing that was wrong.
    #[must_use]
    pub fn with_findings(mut self, findings: Vec<Finding>) -> Self {
        self.findings = findings.into_boxed_slice();
        self
    }

    /// The RFC 9457 document.
    pub fn document(&self) -> Document<'_> {
        let (status, title) = self.kind.status();
        self.document_as(status, title)
    }

    /// The RFC 9457 document under another status.
    pub fn document_as<'a>(&'a self, status: u16, title: &'a str) -> Document<'a> {
        Document {
            r#type: format!("https://w3id.org/symbolon/1/problems/{}", self.code),
            title,
            status,
            code: &self.code,
            detail: &self.detail,
            rule: self.rule.as_deref(),
            hint: self.hint.as_deref(),
            findings: &self.findings,
        }
    }

    /// The reasons as sentences, for the protocol's `reason` member: one for each finding, or else the detail and its rule.
    pub fn reasons(&self) -> Vec<String> {
        let mut reasons: Vec<String> = self.findings.iter().map(Finding::reason).collect();
        if reasons.is_empty() {
            reasons.push(self.detail.clone());
            reasons.extend(self.rule.iter().map(|rule| format!("rule: {rule}")));
        }
        reasons.extend(self.hint.clone());
        reasons
    }
}

impl Finding {
    /// The sentence, with code and place in brackets behind it.
    fn reason(&self) -> String {
        let Self { path, code, sentence, hint } = self;
        let place = if path.is_empty() { String::new() } else { format!(" at {path}") };
        let hint = hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        format!("{sentence}{hint} [{code}{place}]")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl std::error::Error for Problem {}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Conflict { .. } => {
                Self::new(Kind::Conflict, "storage.conflict", "somebody else changed this at the same time")
                    .with_hint("read it again and repeat the request")
            }
            StorageError::Duplicate { table, key } => {
                Self::new(Kind::Conflict, "already-exists", format!("{table} already has an entry {key:?}"))
            }
            StorageError::Referenced { table, key } => Self::new(
                Kind::Conflict,
                "reference",
                format!("{table} entry {key:?} refers to something that does not exist, or is still referred to"),
            ),
            StorageError::Closed => {
                Self::new(Kind::Unavailable, "storage.closed", "this connector is shutting down; try again later")
            }
            StorageError::Engine { .. } | StorageError::Row { .. } => Self::internal(error),
        }
    }
}

/// A refusal or failure (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Document<'a> {
    /// IRI of the kind of problem.
    pub r#type: String,
    /// The kind of problem in words.
    pub title: &'a str,
    /// The HTTP status.
    pub status: u16,
    /// Stable, for programs: `policy.denied`, `offer.policy-unknown`, …
    pub code: &'a str,
    /// One sentence for people.
    pub detail: &'a str,
    /// The member, limit, transition or policy rule that refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'a str>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<&'a str>,
    /// Each thing that was wrong, where there are several.
    #[serde(skip_serializing_if = "<[Finding]>::is_empty")]
    pub findings: &'a [Finding],
}
