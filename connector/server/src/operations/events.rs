//! Events: what happened, in commit order.

use serde_json::{Map, Value};

use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::Connector;
use crate::problem::Problem;
use crate::storage::events::{self, Event};

/// Events looked through for one page of a narrowed list.
const LOOKED_THROUGH: i64 = 10_000;
/// Events read at once.
const BATCH: i64 = 500;

/// What a list of events is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Narrowing {
    /// Exact, or a prefix that ends in `*`.
    pub kind: Option<String>,
    /// A process or agreement.
    pub subject: Option<String>,
}

/// Events after `after`, oldest first, and the place to continue from if there may be more.
///
/// # Errors
/// 403.
pub async fn log(
    connector: &Connector,
    operator: &Operator,
    narrowing: &Narrowing,
    after: i64,
    limit: usize,
) -> Result<(Vec<Event>, Option<i64>), Problem> {
    operator.must(Permission::Read)?;
    let batch = if narrowing.kind.is_none() { i64::try_from(limit + 1).unwrap_or(BATCH).min(BATCH) } else { BATCH };
    let mut found = Vec::new();
    let (mut place, mut looked) = (after, 0);
    while looked < LOOKED_THROUGH {
        let rows = events::after(&connector.db, place, narrowing.subject.as_deref(), batch).await?;
        if rows.is_empty() {
            return Ok((found, None));
        }
        for row in rows {
            if found.len() == limit {
                return Ok((found, Some(place)));
            }
            (place, looked) = (row.seq, looked + 1);
            if narrowing.kind.as_deref().is_none_or(|pattern| is_of_kind(&row.event.kind, pattern)) {
                found.push(row);
            }
        }
    }
    Ok((found, Some(place)))
}

/// The place of the newest event.
///
/// # Errors
/// 403.
pub async fn last(connector: &Connector, operator: &Operator) -> Result<i64, Problem> {
    operator.must(Permission::Read)?;
    Ok(events::last(&connector.db).await?)
}

/// Whether a kind is `pattern`, or begins with what stands before the `*` at the pattern's end.
pub(crate) fn is_of_kind(kind: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => kind.starts_with(prefix),
        None => kind == pattern,
    }
}

/// The event as operators and webhooks receive it.
pub(crate) fn document(event: &Event) -> Value {
    let mut document = Map::new();
    if let Value::Object(members) = &event.event.body {
        document.extend(members.clone());
    }
    let at = clock::from_millis(event.event.at);
    document.insert("seq".to_owned(), event.seq.into());
    document.insert("at".to_owned(), format!("{at:.3}").into());
    document.insert("kind".to_owned(), event.event.kind.as_str().into());
    document.insert("subject".to_owned(), event.event.subject.as_str().into());
    if let Some(partner) = &event.event.partner {
        document.insert("partner".to_owned(), partner.as_str().into());
    }
    Value::Object(document)
}
