//! People who may sign in: invited by a link, which sets their password; changed, kept out, removed. Whatever changes what a
//! person may do ends their sessions in the same commit.

use serde_json::json;

use crate::authentication::passwords::Secret;
use crate::authentication::{self, AUTOMATION, Operator, Permission};
use crate::clock;
use crate::config::Role;
use crate::connector::{Change, Connector};
use crate::problem::{Kind, Problem};
use crate::storage::people::{self, Link, Person, PersonKind};
use crate::storage::{Page, StorageError, sessions};

/// The longest name, in characters.
const LONGEST_NAME: usize = 100;
/// People that one connector knows.
const MOST: i64 = 10_000;
/// The link for the first user ends after this, in milliseconds.
const FIRST_LINK: i64 = 24 * 3_600_000;
/// Other links end after this, in milliseconds: an invitation may wait over a weekend.
const LINK: i64 = 7 * 24 * 3_600_000;

/// People in the order of their names, each with the end of their link.
///
/// # Errors
/// 403.
pub async fn list(
    connector: &Connector,
    operator: &Operator,
    page: &Page,
) -> Result<Vec<(Person, Option<i64>)>, Problem> {
    operator.must(Permission::Administer)?;
    Ok(people::list(&connector.db, page).await?)
}

/// Makes a person known, who sets a password by the link that comes back. It is shown this once.
///
/// # Errors
/// 403; 409 for a name that somebody has; 422 for one that cannot be used.
pub async fn invite(
    connector: &Connector,
    operator: &Operator,
    name: &str,
    role: Role,
) -> Result<(Person, Link, Secret), Problem> {
    operator.must(Permission::Administer)?;
    let name = free_name(connector, name).await?;
    if people::count(&connector.db).await? >= MOST {
        let detail = format!("this connector knows at most {MOST} users");
        return Err(Problem::new(Kind::Conflict, "user.too-many", detail));
    }
    let person = fresh(name, PersonKind::Local, role);
    let (link, secret) = link(connector, Some(&person.name), LINK)?;
    let mut change = Change::default();
    add(&mut change, &person, operator.name());
    people::replace_link(&link).into_iter().for_each(|statement| change.write(statement));
    connector.commit(change).await.map_err(|error| taken(error, &person.name))?;
    Ok((person, link, secret))
}

/// A new link for a person who has to set a new password, or has not set one yet. The one before ends; the password before
/// counts until a new one is set.
///
/// # Errors
/// 403, 404; 409 for whom the OpenID provider knows, and who is disabled.
pub async fn new_link(
    connector: &Connector,
    operator: &Operator,
    name: &str,
) -> Result<(Person, Link, Secret), Problem> {
    operator.must(Permission::Administer)?;
    let person = known(connector, name).await?;
    if person.kind == PersonKind::Oidc {
        let detail = format!("{:?} signs in at the OpenID provider and has no password here", person.name);
        return Err(Problem::new(Kind::Conflict, "user.no-password", detail));
    }
    if person.disabled {
        let detail = format!("{:?} is disabled", person.name);
        return Err(Problem::new(Kind::Conflict, "user.disabled", detail).with_hint("enable the user first"));
    }
    let (link, secret) = link(connector, Some(&person.name), LINK)?;
    let mut change = Change::default();
    people::replace_link(&link).into_iter().for_each(|statement| change.write(statement));
    change.event("user.link-made", &person.name, None, json!({"by": operator.name()}));
    connector.commit(change).await?;
    Ok((person, link, secret))
}

/// Gives a person another role, keeps them out, or lets them in again. The person as they are then, and the end of their link.
///
/// # Errors
/// 403, 404; 409 for the last administrator, and for the role of whom the OpenID provider knows.
pub async fn change(
    connector: &Connector,
    operator: &Operator,
    name: &str,
    role: Role,
    disabled: bool,
) -> Result<(Person, Option<i64>), Problem> {
    operator.must(Permission::Administer)?;
    let before = known(connector, name).await?;
    if before.kind == PersonKind::Oidc && before.role != role {
        let detail = format!("what {:?} may do is said by the OpenID provider", before.name);
        return Err(Problem::new(Kind::Conflict, "user.role-of-provider", detail)
            .with_rule("management.oidc.roles")
            .with_hint("change the user's groups there; it counts from the next sign-in"));
    }
    if (before.role, before.disabled) == (role, disabled) {
        let end = people::link_of(&connector.db, &before.name).await?;
        return Ok((before, end));
    }
    let after = Person { role, disabled, version: before.version + 1, ..before.clone() };
    let loses_admin = before.is_active_admin() && !after.is_active_admin();
    if loses_admin {
        must_not_be_last_admin(connector, &before).await?;
    }
    let mut change = Change::default();
    change.write(people::update(&after, loses_admin));
    change.write(sessions::delete_of(&after.name, None));
    if disabled {
        change.write(people::end_links(Some(&after.name)));
    }
    let body = json!({"by": operator.name(), "role": role.name(), "disabled": disabled});
    change.event("user.changed", &after.name, None, body);
    connector.commit(change).await?;
    let end = people::link_of(&connector.db, &after.name).await?;
    Ok((after, end))
}

/// Removes a person.
///
/// # Errors
/// 403, 404; 409 for the last administrator.
pub async fn remove(connector: &Connector, operator: &Operator, name: &str) -> Result<(), Problem> {
    operator.must(Permission::Administer)?;
    let person = known(connector, name).await?;
    if person.is_active_admin() {
        must_not_be_last_admin(connector, &person).await?;
    }
    let mut change = Change::default();
    change.write(people::delete(&person, person.is_active_admin()));
    change.event("user.removed", &person.name, None, json!({"by": operator.name()}));
    Ok(connector.commit(change).await?)
}

/// The link for the first user, for who starts the process; none if there are users. The one before ends.
///
/// # Errors
/// When storage fails, or the operating system gives no randomness.
pub async fn first_start(connector: &Connector) -> Result<Option<Secret>, Problem> {
    if people::count(&connector.db).await? > 0 {
        return Ok(None);
    }
    let (link, secret) = link(connector, None, FIRST_LINK)?;
    let mut change = Change::default();
    people::replace_link(&link).into_iter().for_each(|statement| change.write(statement));
    connector.commit(change).await?;
    Ok(Some(secret))
}

/// Whether nobody may sign in yet.
///
/// # Errors
/// When storage fails.
pub async fn none(connector: &Connector) -> Result<bool, Problem> {
    Ok(people::count(&connector.db).await? == 0)
}

/// As [`first_start`], for an operator who asks for it.
///
/// # Errors
/// 403; 409 if there are users.
pub async fn first_link(connector: &Connector, operator: &Operator) -> Result<Secret, Problem> {
    operator.must(Permission::Administer)?;
    first_start(connector).await?.ok_or_else(|| {
        Problem::new(Kind::Conflict, "link.not-first", "there are users already")
            .with_hint("make a link for one of them, or invite another: POST /users")
    })
}

/// A person who is not known yet.
pub(super) fn fresh(name: String, kind: PersonKind, role: Role) -> Person {
    let created = clock::millis(clock::now());
    let (subject, password) = (None, None);
    Person { name, kind, subject, role, password, disabled: false, version: 1, created, seen: None }
}

/// Adds the person. From here on there are users, and the link for the first one ends.
pub(super) fn add(change: &mut Change, person: &Person, by: &str) {
    change.write(people::end_links(None));
    change.write(people::insert(person));
    let body = json!({"by": by, "role": person.role.name(), "userKind": person.kind.name()});
    change.event("user.created", &person.name, None, body);
}

/// The name as it is kept, if it can be used and nobody has it: a name in the audit trail is one person or one key.
///
/// # Errors
/// 409, 422.
pub(super) async fn free_name(connector: &Connector, name: &str) -> Result<String, Problem> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        let detail = format!("a name has 1 to {LONGEST_NAME} characters, without control characters");
        return Err(Problem::new(Kind::Unprocessable, "user.name", detail).with_rule("name"));
    }
    if matches!(name, "." | "..") {
        let detail = "this name cannot stand in a path";
        return Err(Problem::new(Kind::Unprocessable, "user.name", detail).with_rule("name"));
    }
    let folded = people::folded(name);
    let is_key = connector.config.management.keys.iter().any(|key| people::folded(&key.name) == folded);
    if is_key || folded == AUTOMATION || people::by_name(&connector.db, name).await?.is_some() {
        return Err(name_taken(name));
    }
    Ok(name.to_owned())
}

fn taken(error: StorageError, name: &str) -> Problem {
    match error {
        StorageError::Duplicate { .. } => name_taken(name),
        error => error.into(),
    }
}

fn name_taken(name: &str) -> Problem {
    Problem::new(Kind::Conflict, "user.name-taken", format!("a user or an API key has the name {name:?}"))
        .with_rule("name")
        .with_hint("the audit trail tells people and keys by their names; take another")
}

async fn known(connector: &Connector, name: &str) -> Result<Person, Problem> {
    people::by_name(&connector.db, name).await?.ok_or_else(|| Problem::not_found("user", name))
}

/// The commit demands it again: two administrators may remove each other at the same time.
async fn must_not_be_last_admin(connector: &Connector, person: &Person) -> Result<(), Problem> {
    if people::other_admin(&connector.db, &person.name).await? {
        return Ok(());
    }
    let detail = format!("{:?} is the last administrator", person.name);
    Err(Problem::new(Kind::Conflict, "user.last-admin", detail)
        .with_rule("one user who can sign in is an administrator")
        .with_hint("make somebody else an administrator first"))
}

/// A link with a new token, as its row and as people open it. What stands behind `#` is never sent to a server.
fn link(connector: &Connector, person: Option<&str>, life: i64) -> Result<(Link, Secret), Problem> {
    let token = authentication::new_key()?;
    let created = clock::millis(clock::now());
    let hash = authentication::hash_key(&token);
    let link = Link { hash, person: person.map(str::to_owned), created, expires: created + life };
    Ok((link, Secret::new(format!("{}/welcome#{token}", connector.config.management.url()))))
}
