//! Events: what happened, in commit order. The event stream, webhooks and the audit trail read them.

use serde_json::Value;
use sqlx::sqlite::SqliteRow;

use super::narrowing::{LOOKED_THROUGH, Narrowing};
use super::{Db, Statement, StorageError, column, json, to_json};

pub(super) const TABLE: &str = "event";

/// Something that happened, before it has its place in the order.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// Milliseconds since the epoch.
    pub at: i64,
    /// `negotiation.agreed`, `transfer.started`, `agreement.retired`, …
    pub kind: String,
    /// The process or agreement it is about.
    pub subject: String,
    /// The partner concerned.
    pub partner: Option<String>,
    /// Further members.
    pub body: Value,
}

/// An event with its place in the order.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its place: grows, never reused.
    pub seq: i64,
    /// What happened.
    pub event: NewEvent,
}

/// Records the event.
pub fn insert(event: &NewEvent) -> Statement {
    let args = vec![
        event.at.into(),
        event.kind.as_str().into(),
        event.subject.as_str().into(),
        event.partner.clone().into(),
        to_json(&event.body).into(),
    ];
    let sql = "INSERT INTO event (at, kind, subject, partner, body) VALUES ($1, $2, $3, $4, $5)";
    Statement::append(TABLE, &event.subject, sql, args)
}

/// Events after `seq`, oldest first, of one subject or of all.
pub async fn after(db: &Db, seq: i64, subject: Option<&str>, limit: i64) -> Result<Vec<Event>, StorageError> {
    let rows = match subject {
        Some(subject) => {
            sqlx::query("SELECT * FROM event WHERE seq > $1 AND subject = $2 ORDER BY seq LIMIT $3")
                .bind(seq)
                .bind(subject)
                .bind(limit)
                .fetch_all(db.readers())
                .await?
        }
        None => {
            sqlx::query("SELECT * FROM event WHERE seq > $1 ORDER BY seq LIMIT $2")
                .bind(seq)
                .bind(limit)
                .fetch_all(db.readers())
                .await?
        }
    };
    rows.iter().map(read).collect()
}

/// What a list of events is narrowed to, and in which order it is.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Exact, or a prefix that ends in `*`.
    pub kind: Option<String>,
    /// A process, agreement or other id.
    pub subject: Option<String>,
    /// The partner concerned.
    pub partner: Option<String>,
    /// A text in an id, in the kind, in a further member or in the partner's name.
    pub text: Option<String>,
    /// Not before this time, in milliseconds since the epoch.
    pub from: Option<i64>,
    /// Before this time, in milliseconds since the epoch.
    pub until: Option<i64>,
    /// The newest first.
    pub newest_first: bool,
}

/// A place in a list of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Of the event, in milliseconds since the epoch. None: the event's `seq` alone tells where it stands.
    pub at: Option<i64>,
    /// Of the event.
    pub seq: i64,
}

impl Selection {
    /// Lists between times are in the order of time, which the index gives; all others in the order of commits. Clocks are set,
    /// so these are not the same.
    pub fn is_by_time(&self) -> bool {
        self.from.is_some() || self.until.is_some()
    }

    /// The place of this event in the list.
    pub fn place(&self, event: &Event) -> Place {
        Place { at: self.is_by_time().then_some(event.event.at), seq: event.seq }
    }

    fn beyond(&self, narrowing: &mut Narrowing, place: Option<Place>, inclusive: bool) {
        let Some(Place { at, seq }) = place else { return };
        let operator = match (self.newest_first, inclusive) {
            (false, false) => " > ",
            (false, true) => " <= ",
            (true, false) => " < ",
            (true, true) => " >= ",
        };
        narrowing.pair(("at", "seq"), operator, (at, seq));
    }
}

/// Events of the selection after a place in its order: at most `limit`, and where to go on if the search stopped before the end.
pub async fn select(
    db: &Db,
    selection: &Selection,
    after: Option<Place>,
    limit: i64,
) -> Result<(Vec<Event>, Option<Place>), StorageError> {
    let mut narrowing = Narrowing::default();
    narrowing.equal("subject", selection.subject.as_deref());
    narrowing.with("at >= ", selection.from, "");
    narrowing.with("at < ", selection.until, "");
    selection.beyond(&mut narrowing, after, false);
    let order = match (selection.is_by_time(), selection.newest_first) {
        (false, false) => " ORDER BY seq",
        (false, true) => " ORDER BY seq DESC",
        (true, false) => " ORDER BY at, seq",
        (true, true) => " ORDER BY at DESC, seq DESC",
    };
    let searched = selection.kind.is_some() || selection.text.is_some() || selection.partner.is_some();
    let mut looked_to = None;
    if searched {
        let last = narrowing.clone().nth(db, "SELECT at, seq FROM event", order, LOOKED_THROUGH).await?;
        looked_to = last.as_ref().map(|row| place(selection, row)).transpose()?;
        selection.beyond(&mut narrowing, looked_to, true);
    }
    narrowing.equal("partner", selection.partner.as_deref());
    match selection.kind.as_deref().map(|kind| (kind.strip_suffix('*'), kind)) {
        Some((Some(prefix), _)) => narrowing.beginning("kind", prefix),
        Some((None, kind)) => narrowing.equal("kind", Some(kind)),
        None => {}
    }
    narrowing.containing(&["kind", "subject", "partner", "body"], selection.text.as_deref());
    let rows = narrowing.rows(db, "SELECT * FROM event", order, limit).await?;
    Ok((rows.iter().map(read).collect::<Result<_, _>>()?, looked_to))
}

fn place(selection: &Selection, row: &SqliteRow) -> Result<Place, StorageError> {
    let at: i64 = column(row, TABLE, "at")?;
    Ok(Place { at: selection.is_by_time().then_some(at), seq: column(row, TABLE, "seq")? })
}

/// When this event happened, in milliseconds since the epoch.
pub async fn time_of(db: &Db, seq: i64) -> Result<Option<i64>, StorageError> {
    let row = sqlx::query("SELECT at FROM event WHERE seq = $1").bind(seq).fetch_optional(db.readers()).await?;
    row.as_ref().map(|row| column(row, TABLE, "at")).transpose()
}

/// The place of the newest event; 0 if there is none.
pub async fn last(db: &Db) -> Result<i64, StorageError> {
    let row = sqlx::query("SELECT coalesce(max(seq), 0) AS seq FROM event").fetch_one(db.readers()).await?;
    column(&row, TABLE, "seq")
}

fn read(row: &SqliteRow) -> Result<Event, StorageError> {
    Ok(Event {
        seq: column(row, TABLE, "seq")?,
        event: NewEvent {
            at: column(row, TABLE, "at")?,
            kind: column(row, TABLE, "kind")?,
            subject: column(row, TABLE, "subject")?,
            partner: column(row, TABLE, "partner")?,
            body: json(row, TABLE, "body")?,
        },
    })
}
