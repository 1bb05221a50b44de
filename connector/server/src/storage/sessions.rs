//! Sessions of people in browsers.

use sqlx::sqlite::SqliteRow;

use super::people::role;
use super::{Db, Statement, StorageError, column, unknown};
use crate::config::Role;

const TABLE: &str = "session";

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// By a password, or by the link that sets one.
    Password,
    /// By an OpenID provider.
    Oidc,
}

impl Means {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Oidc => "oidc",
        }
    }

    fn parse(name: &str) -> Result<Self, StorageError> {
        match name {
            "password" => Ok(Self::Password),
            "oidc" => Ok(Self::Oidc),
            other => Err(unknown(TABLE, "means", other)),
        }
    }
}

/// A session, without its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSession {
    /// SHA-256 of the token, in hex.
    pub hash: String,
    /// Whose.
    pub person: String,
    /// How it was begun.
    pub means: Means,
    /// Milliseconds since the epoch.
    pub created: i64,
    /// The last request, to the minute, in milliseconds since the epoch.
    pub seen: i64,
    /// The latest end, in milliseconds since the epoch.
    pub expires: i64,
}

/// A session with what the person is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The session.
    pub session: StoredSession,
    /// The person's role.
    pub role: Role,
    /// Whether the person is kept out.
    pub disabled: bool,
}

/// Begins the session of a person who is still at `version`; else a conflict.
pub fn insert(session: &StoredSession, version: i64) -> Statement {
    let args = vec![
        session.hash.as_str().into(),
        session.person.as_str().into(),
        session.means.name().into(),
        session.created.into(),
        session.seen.into(),
        session.expires.into(),
        version.into(),
    ];
    let sql = "INSERT INTO session (hash, person, means, created, seen, expires)
        SELECT $1, name, $3, $4, $5, $6 FROM person WHERE name = $2 AND version = $7 AND disabled = 0";
    Statement::new(TABLE, &session.person, sql, args).exactly_one()
}

/// It is used.
pub fn seen(hash: &str, at: i64) -> Statement {
    let sql = "UPDATE session SET seen = $2 WHERE hash = $1 AND seen < $2";
    Statement::new(TABLE, "(session)", sql, vec![hash.into(), at.into()])
}

/// It ends.
pub fn delete(hash: &str) -> Statement {
    Statement::new(TABLE, "(session)", "DELETE FROM session WHERE hash = $1", vec![hash.into()])
}

/// All of the person's end, but this one, where one is named.
pub fn delete_of(person: &str, but: Option<&str>) -> Statement {
    let args = vec![person.into(), but.unwrap_or_default().into()];
    Statement::new(TABLE, person, "DELETE FROM session WHERE person = $1 AND hash <> $2", args)
}

/// Those that have ended by time, of anybody, and all but the newest `kept` of this person.
pub fn prune(person: &str, now: i64, unseen_since: i64, kept: i64) -> Statement {
    let args = vec![person.into(), now.into(), unseen_since.into(), kept.into()];
    let sql = "DELETE FROM session WHERE expires <= $2 OR seen <= $3 OR (person = $1 AND hash NOT IN
        (SELECT hash FROM session WHERE person = $1 ORDER BY created DESC, hash LIMIT $4))";
    Statement::new(TABLE, person, sql, args)
}

/// The session with this hash, whether it has ended by time or not, or `None`.
pub async fn by_hash(db: &Db, hash: &str) -> Result<Option<Joined>, StorageError> {
    let sql = "SELECT session.*, person.role, person.disabled FROM session JOIN person ON person.name = session.person
        WHERE session.hash = $1";
    let row = sqlx::query(sql).bind(hash).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &SqliteRow) -> Result<Joined, StorageError> {
    Ok(Joined {
        session: StoredSession {
            hash: column(row, TABLE, "hash")?,
            person: column(row, TABLE, "person")?,
            means: Means::parse(column(row, TABLE, "means")?)?,
            created: column(row, TABLE, "created")?,
            seen: column(row, TABLE, "seen")?,
            expires: column(row, TABLE, "expires")?,
        },
        role: role(row, TABLE)?,
        disabled: column::<i64>(row, TABLE, "disabled")? != 0,
    })
}
