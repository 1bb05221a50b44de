//! People who sign in, and the links by which they set their passwords.

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{Arg, Db, Page, Statement, StorageError, column, unknown};
use crate::config::Role;

const TABLE: &str = "person";
const LINK: &str = "sign_in_link";

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// As the audit trail shows it.
    pub name: String,
    /// Who knows them.
    pub kind: PersonKind,
    /// Of an OIDC user: issuer and subject, as [`PersonKind::Oidc`] says.
    pub subject: Option<String>,
    /// What they may do.
    pub role: Role,
    /// The argon2id hash, in PHC form; none before the first link is used, and for OIDC users.
    pub password: Option<String>,
    /// Whether they are kept out.
    pub disabled: bool,
    /// Counts changes, from 1. What ends sessions is a change; being seen is none.
    pub version: i64,
    /// Milliseconds since the epoch.
    pub created: i64,
    /// Their last request, to the minute, in milliseconds since the epoch.
    pub seen: Option<i64>,
}

/// Who knows a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonKind {
    /// We do, by a password.
    Local,
    /// The OpenID provider does.
    Oidc,
}

impl PersonKind {
    /// As it is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Oidc => "oidc",
        }
    }

    fn parse(name: &str) -> Result<Self, StorageError> {
        match name {
            "local" => Ok(Self::Local),
            "oidc" => Ok(Self::Oidc),
            other => Err(unknown(TABLE, "kind", other)),
        }
    }
}

impl Person {
    /// Whether they can sign in as an administrator.
    pub fn is_active_admin(&self) -> bool {
        self.role == Role::Admin && !self.disabled && !self.is_invited()
    }

    /// Whether they have no password yet.
    pub fn is_invited(&self) -> bool {
        self.kind == PersonKind::Local && self.password.is_none()
    }
}

/// The form in which names are compared.
pub fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Adds the person.
pub fn insert(person: &Person) -> Statement {
    let args = vec![
        person.name.as_str().into(),
        folded(&person.name).into(),
        person.kind.name().into(),
        person.subject.clone().into(),
        person.role.name().into(),
        person.password.clone().into(),
        i64::from(person.disabled).into(),
        person.version.into(),
        person.created.into(),
        person.seen.into(),
    ];
    let sql = "INSERT INTO person (name, folded, kind, subject, role, password, disabled, version, created, seen)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    Statement::new(TABLE, &person.name, sql, args)
}

/// Writes role, password and whether they are disabled; `person.version` is the new version, and the row must hold the one
/// before. `last_admin_stays`: refuse as a conflict unless there is another active administrator.
pub fn update(person: &Person, last_admin_stays: bool) -> Statement {
    let args: Vec<Arg> = vec![
        person.name.as_str().into(),
        person.role.name().into(),
        person.password.clone().into(),
        i64::from(person.disabled).into(),
        person.version.into(),
        i64::from(last_admin_stays).into(),
    ];
    let sql = "UPDATE person SET role = $2, password = $3, disabled = $4, version = $5
        WHERE name = $1 AND version = $5 - 1 AND ($6 = 0 OR EXISTS (SELECT 1 FROM person other WHERE other.name <> $1
        AND other.role = 'admin' AND other.disabled = 0 AND (other.kind = 'oidc' OR other.password IS NOT NULL)))";
    Statement::new(TABLE, &person.name, sql, args).exactly_one()
}

/// Removes the person with sessions and link; as [`update`] for the last administrator.
pub fn delete(person: &Person, last_admin_stays: bool) -> Statement {
    let args: Vec<Arg> = vec![person.name.as_str().into(), person.version.into(), i64::from(last_admin_stays).into()];
    let sql = "DELETE FROM person WHERE name = $1 AND version = $2 AND ($3 = 0 OR EXISTS (SELECT 1 FROM person other
        WHERE other.name <> $1 AND other.role = 'admin' AND other.disabled = 0
        AND (other.kind = 'oidc' OR other.password IS NOT NULL)))";
    Statement::new(TABLE, &person.name, sql, args).exactly_one()
}

/// They were here. No change of the version.
pub fn seen(name: &str, at: i64) -> Statement {
    let sql = "UPDATE person SET seen = $2 WHERE name = $1 AND (seen IS NULL OR seen < $2)";
    Statement::new(TABLE, name, sql, vec![name.into(), at.into()])
}

/// The person with this name, however it is written, or `None`.
pub async fn by_name(db: &Db, name: &str) -> Result<Option<Person>, StorageError> {
    let sql = "SELECT * FROM person WHERE folded = $1";
    let row = sqlx::query(sql).bind(folded(name)).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// The OIDC user with this issuer and subject, or `None`.
pub async fn by_subject(db: &Db, subject: &str) -> Result<Option<Person>, StorageError> {
    let sql = "SELECT * FROM person WHERE subject = $1";
    let row = sqlx::query(sql).bind(subject).fetch_optional(db.readers()).await?;
    row.as_ref().map(read).transpose()
}

/// People in the order of their names.
pub async fn list(db: &Db, page: &Page) -> Result<Vec<(Person, Option<i64>)>, StorageError> {
    let sql = "SELECT person.*, sign_in_link.expires AS link_expires FROM person
        LEFT JOIN sign_in_link ON sign_in_link.person = person.name WHERE person.name > $1 ORDER BY person.name LIMIT $2";
    let after = page.after.as_deref().unwrap_or_default();
    let rows = sqlx::query(sql).bind(after).bind(page.limit).fetch_all(db.readers()).await?;
    rows.iter().map(|row| Ok((read(row)?, column(row, LINK, "link_expires")?))).collect()
}

/// How many people there are.
pub async fn count(db: &Db) -> Result<i64, StorageError> {
    Ok(sqlx::query("SELECT COUNT(*) FROM person").fetch_one(db.readers()).await?.try_get(0)?)
}

/// Whether somebody other than `name` can sign in as an administrator.
pub async fn other_admin(db: &Db, name: &str) -> Result<bool, StorageError> {
    let sql = "SELECT 1 FROM person WHERE name <> $1 AND role = 'admin' AND disabled = 0
        AND (kind = 'oidc' OR password IS NOT NULL) LIMIT 1";
    Ok(sqlx::query(sql).bind(name).fetch_optional(db.readers()).await?.is_some())
}

fn read(row: &SqliteRow) -> Result<Person, StorageError> {
    Ok(Person {
        name: column(row, TABLE, "name")?,
        kind: PersonKind::parse(column(row, TABLE, "kind")?)?,
        subject: column(row, TABLE, "subject")?,
        role: role(row, TABLE)?,
        password: column(row, TABLE, "password")?,
        disabled: column::<i64>(row, TABLE, "disabled")? != 0,
        version: column(row, TABLE, "version")?,
        created: column(row, TABLE, "created")?,
        seen: column(row, TABLE, "seen")?,
    })
}

/// The column `role`.
pub(super) fn role(row: &SqliteRow, table: &'static str) -> Result<Role, StorageError> {
    let name: &str = column(row, table, "role")?;
    Role::from_name(name).ok_or_else(|| unknown(table, "role", name))
}

/// A link that sets a password, without its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// SHA-256 of the token, in hex.
    pub hash: String,
    /// Whose; none: it makes the first administrator.
    pub person: Option<String>,
    /// Milliseconds since the epoch.
    pub created: i64,
    /// When it ends, in milliseconds since the epoch.
    pub expires: i64,
}

/// The person's link, or the one for the first administrator, in place of one that was there.
pub fn replace_link(link: &Link) -> [Statement; 2] {
    let args = vec![link.hash.as_str().into(), link.person.clone().into(), link.created.into(), link.expires.into()];
    let sql = "INSERT INTO sign_in_link (hash, person, created, expires) VALUES ($1, $2, $3, $4)";
    [end_links(link.person.as_deref()), Statement::new(LINK, &link.hash, sql, args)]
}

/// The person's link, or those for the first administrator, end.
pub fn end_links(person: Option<&str>) -> Statement {
    let args: Vec<Arg> = vec![person.map(str::to_owned).into()];
    let sql = "DELETE FROM sign_in_link WHERE person = $1 OR ($1 IS NULL AND person IS NULL)";
    Statement::new(LINK, person.unwrap_or_default(), sql, args)
}

/// The link is used; a conflict if it was already.
pub fn use_link(hash: &str) -> Statement {
    Statement::new(LINK, hash, "DELETE FROM sign_in_link WHERE hash = $1", vec![hash.into()]).exactly_one()
}

/// When the person's link ends, if there is one.
pub async fn link_of(db: &Db, person: &str) -> Result<Option<i64>, StorageError> {
    let sql = "SELECT expires FROM sign_in_link WHERE person = $1";
    let row = sqlx::query(sql).bind(person).fetch_optional(db.readers()).await?;
    row.as_ref().map(|row| column(row, LINK, "expires")).transpose()
}

/// The link whose token has this hash, or `None`.
pub async fn link(db: &Db, hash: &str) -> Result<Option<Link>, StorageError> {
    let row = sqlx::query("SELECT * FROM sign_in_link WHERE hash = $1").bind(hash).fetch_optional(db.readers()).await?;
    row.as_ref()
        .map(|row| {
            Ok(Link {
                hash: column(row, LINK, "hash")?,
                person: column(row, LINK, "person")?,
                created: column(row, LINK, "created")?,
                expires: column(row, LINK, "expires")?,
            })
        })
        .transpose()
}
