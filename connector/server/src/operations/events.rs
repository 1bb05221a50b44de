//! Events: what happened, in commit order.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::{Change, Connector};
use crate::problem::Problem;
use crate::storage::events::{self, Event, Place, Selection};

/// Events that are read at once for an export.
const BATCH: i64 = 500;

/// Events of the selection after a place, and the place to continue from if there may be more.
///
/// # Errors
/// 403; when storage fails.
pub async fn log(
    connector: &Connector,
    operator: &Operator,
    selection: &Selection,
    after: Option<Place>,
    limit: usize,
) -> Result<(Vec<Event>, Option<Place>), Problem> {
    operator.must(Permission::Read)?;
    let asked = i64::try_from(limit + 1).unwrap_or(BATCH);
    let (mut found, looked_to) = events::select(&connector.db, selection, after, asked).await?;
    if found.len() > limit {
        found.truncate(limit);
        return Ok((found.clone(), found.last().map(|event| selection.place(event))));
    }
    Ok((found, looked_to))
}

/// The place that a cursor names: `seq` of an event, or time and `seq` as an earlier answer wrote them.
///
/// # Errors
/// 400 when it is neither.
pub async fn place(connector: &Connector, selection: &Selection, cursor: &str) -> Result<Place, Problem> {
    let refused = || {
        let detail =
            format!("after is {cursor:?}, which is neither the seq of an event nor what an answer named as next");
        Problem::bad_request("query", detail).with_rule("after")
    };
    let number = |text: &str| text.parse::<i64>().map_err(|_| refused());
    let (at, seq) = match cursor.split_once('.') {
        Some((at, seq)) => (Some(number(at)?), number(seq)?),
        None => (None, number(cursor)?),
    };
    if !selection.is_by_time() {
        return Ok(Place { at: None, seq });
    }
    if at.is_some() {
        return Ok(Place { at, seq });
    }
    let at = events::time_of(&connector.db, seq).await?;
    Ok(Place { at: Some(at.ok_or_else(refused)?), seq })
}

/// A selection that is read from its beginning to its end.
#[derive(Debug)]
pub struct Export {
    selection: Selection,
    after: Option<Place>,
    /// The newest event when the export began: what comes later is not in it.
    last: i64,
    done: bool,
}

impl Export {
    /// Begins an export, which is itself an event.
    ///
    /// # Errors
    /// 403; when storage fails.
    pub async fn begin(connector: &Arc<Connector>, operator: &Operator, selection: Selection) -> Result<Self, Problem> {
        operator.must(Permission::Audit)?;
        let last = events::last(&connector.db).await?;
        let mut change = Change::default();
        let body = json!({"by": operator.name(), "kinds": selection.kind, "about": selection.subject,
            "from": selection.from.map(told), "until": selection.until.map(told)});
        change.event("events.exported", "events", selection.partner.as_deref(), body);
        connector.commit(change).await?;
        Ok(Self { selection, after: None, last, done: false })
    }

    /// The next events; none at the end.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn next(&mut self, connector: &Connector) -> Result<Option<Vec<Event>>, Problem> {
        while !self.done {
            let (mut found, looked_to) = events::select(&connector.db, &self.selection, self.after, BATCH).await?;
            let full = i64::try_from(found.len()).unwrap_or(BATCH) >= BATCH;
            self.after = found.last().filter(|_| full).map(|event| self.selection.place(event)).or(looked_to);
            self.done = self.after.is_none();
            found.retain(|event| event.seq <= self.last);
            if !found.is_empty() {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

fn told(millis: i64) -> String {
    format!("{:.3}", clock::from_millis(millis))
}

/// Events after the one at `after`, oldest first, for whoever follows.
///
/// # Errors
/// 403; when storage fails.
pub async fn following(
    connector: &Connector,
    operator: &Operator,
    after: i64,
    limit: i64,
) -> Result<Vec<Event>, Problem> {
    operator.must(Permission::Read)?;
    Ok(events::after(&connector.db, after, None, limit).await?)
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
