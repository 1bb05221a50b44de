//! Questions to the graph: those that come with the connector, and those that operators save.

use std::sync::Arc;

use serde_json::json;

use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::{Change, Connector};
use crate::graph;
use crate::problem::{Kind, Problem};
use crate::storage::StorageError;
use crate::storage::questions::{self as rows, Question};

/// Questions that may be saved.
const SAVED: i64 = 1_000;
/// Characters of a title, and of a description.
const TITLE: usize = 200;
const DESCRIPTION: usize = 4_000;

/// A question that comes with the connector.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn {
    /// Its id.
    pub id: &'static str,
    /// What it asks, in a few words.
    pub title: &'static str,
    /// What the answer means.
    pub description: &'static str,
    /// SPARQL.
    pub query: &'static str,
}

/// The questions that come with the connector.
pub const BUILT_IN: [BuiltIn; 9] = [
    BuiltIn {
        id: "in-force",
        title: "Agreements in force",
        description: "With whom, about what, and since when. Our own role says who gives data.",
        query: include_str!("questions/in-force.rq"),
    },
    BuiltIn {
        id: "per-partner",
        title: "Agreements per partner",
        description: "How many agreements and assets there are with each partner, by state, and from when to when.",
        query: include_str!("questions/per-partner.rq"),
    },
    BuiltIn {
        id: "per-month",
        title: "Agreements per month",
        description: "How many agreements were concluded in each month, as consumer and as provider.",
        query: include_str!("questions/per-month.rq"),
    },
    BuiltIn {
        id: "ended",
        title: "Agreements that have ended",
        description: "Retired by us alone, or terminated for both: when, by whom, and why.",
        query: include_str!("questions/ended.rq"),
    },
    BuiltIn {
        id: "half-missing",
        title: "Agreements without both halves",
        description: "Fewer than two signatures are here: the partner does not attest, or its half has not come. What it sent is \
            kept as evidence.",
        query: include_str!("questions/half-missing.rq"),
    },
    BuiltIn {
        id: "credentials",
        title: "Credentials that agreements rest on",
        description: "What the other party had presented when a half was signed: type, issuer, and end of validity; the \
            soonest end first.",
        query: include_str!("questions/credentials.rq"),
    },
    BuiltIn {
        id: "constraints",
        title: "What permissions in force depend on",
        description: "Constraints of agreements in force, with how many agreements have each, and an example.",
        query: include_str!("questions/constraints.rq"),
    },
    BuiltIn {
        id: "duties",
        title: "Duties that were agreed",
        description: "Obligations, and duties of permissions, with what they depend on.",
        query: include_str!("questions/duties.rq"),
    },
    BuiltIn {
        id: "prohibitions",
        title: "What agreements prohibit",
        description: "Prohibited actions, by agreement. Where our role is consumer, they bind us.",
        query: include_str!("questions/prohibitions.rq"),
    },
];

/// A question as an operator saves it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What it asks, in a few words.
    pub title: String,
    /// What the answer means.
    pub description: String,
    /// SPARQL.
    pub query: String,
}

/// The saved questions, in the order of their titles. Those that come with the connector are in [`BUILT_IN`].
///
/// # Errors
/// 403; when storage fails.
pub async fn saved(connector: &Connector, operator: &Operator) -> Result<Vec<Question>, Problem> {
    operator.must(Permission::Audit)?;
    Ok(rows::list(&connector.db, SAVED).await?)
}

/// One saved question.
///
/// # Errors
/// 403, 404.
pub async fn get(connector: &Connector, operator: &Operator, id: &str) -> Result<Question, Problem> {
    operator.must(Permission::Audit)?;
    rows::by_id(&connector.db, id).await?.ok_or_else(|| Problem::not_found("question", id))
}

/// One that comes with the connector.
///
/// # Errors
/// 403.
pub fn built_in(operator: &Operator, id: &str) -> Result<Option<BuiltIn>, Problem> {
    operator.must(Permission::Audit)?;
    Ok(BUILT_IN.into_iter().find(|question| question.id == id))
}

/// Saves a question, or replaces it. Tells whether it was new. Whoever may ask the graph may save what it asks: nothing of the
/// connector depends on it.
///
/// # Errors
/// 403; 409 for one that comes with the connector, or when there are too many; 400 when it cannot be read; 422 for its id,
/// title or description.
pub async fn put(
    connector: &Arc<Connector>,
    operator: &Operator,
    id: &str,
    draft: Draft,
) -> Result<(Question, bool), Problem> {
    operator.must(Permission::Audit)?;
    check(id, &draft)?;
    graph::check(draft.query.clone()).await?;
    let known = rows::by_id(&connector.db, id).await?;
    if known.is_none() && rows::count(&connector.db).await? >= SAVED {
        let detail = format!("{SAVED} questions are saved already");
        return Err(Problem::new(Kind::Conflict, "question.too-many", detail).with_hint("delete what nobody asks"));
    }
    let now = clock::millis(clock::now());
    let Draft { title, description, query } = draft;
    let question = Question {
        id: id.to_owned(),
        title,
        description,
        query,
        saved_by: operator.name().to_owned(),
        created: known.as_ref().map_or(now, |known| known.created),
        updated: now,
    };
    let mut change = Change::default();
    change.write(rows::put(&question));
    change.event("question.saved", id, None, json!({"title": question.title, "by": operator.name()}));
    connector.commit(change).await?;
    Ok((question, known.is_none()))
}

/// Forgets a saved question.
///
/// # Errors
/// 403, 404; 409 for one that comes with the connector.
pub async fn delete(connector: &Arc<Connector>, operator: &Operator, id: &str) -> Result<(), Problem> {
    operator.must(Permission::Audit)?;
    must_be_free(id)?;
    let mut change = Change::default();
    change.write(rows::delete(id));
    change.event("question.deleted", id, None, json!({"by": operator.name()}));
    match connector.commit(change).await {
        Err(StorageError::Conflict { .. }) => Err(Problem::not_found("question", id)),
        other => Ok(other?),
    }
}

fn must_be_free(id: &str) -> Result<(), Problem> {
    if BUILT_IN.iter().all(|question| question.id != id) {
        return Ok(());
    }
    let detail = format!("the question {id:?} comes with the connector and stays as it is");
    Err(Problem::new(Kind::Conflict, "question.built-in", detail).with_hint("save yours under another id"))
}

fn check(id: &str, draft: &Draft) -> Result<(), Problem> {
    must_be_free(id)?;
    let refused = |member: &str, detail: String| {
        Err(Problem::new(Kind::Unprocessable, "question.malformed", detail).with_rule(member.to_owned()))
    };
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || id.len() > 64 || !id.chars().all(is_plain) {
        return refused("id", "an id has 1 to 64 small letters, digits and hyphens".to_owned());
    }
    if draft.title.trim().is_empty() || draft.title.chars().count() > TITLE {
        return refused("title", format!("a title has 1 to {TITLE} characters"));
    }
    if draft.description.chars().count() > DESCRIPTION {
        return refused("description", format!("a description has at most {DESCRIPTION} characters"));
    }
    Ok(())
}
