//! Sessions of people in browsers: how they begin, by a password or by a link that sets one, and how they end.

use serde_json::json;

use super::people::{add, free_name, fresh};
use crate::authentication::passwords::{Secret, acceptable};
use crate::authentication::sessions::{IDLE, begun};
use crate::authentication::{Operator, OperatorKind, hash_key, new_key};
use crate::clock;
use crate::config::Role;
use crate::connector::{Change, Connector};
use crate::problem::{Kind, Problem};
use crate::storage::people::{self, Link, Person, PersonKind};
use crate::storage::sessions::{self, Joined, Means, StoredSession};

/// Sessions that one person has at once; the oldest end.
const AT_ONCE: i64 = 20;

/// A session that has begun.
#[derive(Debug)]
pub struct Begun {
    /// What the cookie carries.
    pub token: Secret,
    /// Who it is.
    pub operator: Operator,
}

/// What a link does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Makes the first administrator.
    First,
    /// Sets the first password of this person.
    Invitation(Person),
    /// Sets a new password for this person.
    NewPassword(Person),
}

/// Begins a session by name and password. `replaced`: the token of the session that the browser had until now, which ends.
///
/// # Errors
/// 401, the same and after the same time whatever was wrong; 429 after too many wrong passwords.
pub async fn sign_in(
    connector: &Connector,
    name: &str,
    password: &Secret,
    replaced: Option<&str>,
) -> Result<Begun, Problem> {
    let now = clock::millis(clock::now());
    let person = people::by_name(&connector.db, name).await?;
    let known = person.as_ref().map(|person| person.name.clone());
    let kept = person.as_ref().and_then(|person| person.password.as_deref());
    let matches = connector.passwords.matches(name, password, kept, now).await?;
    match person.filter(|person| matches && !person.disabled) {
        Some(person) => {
            let mut change = Change::default();
            let begun = begin(connector, &mut change, &person, Means::Password, replaced)?;
            connector.commit(change).await?;
            Ok(begun)
        }
        None => {
            // What was typed is not written down: it may be a password in the wrong field.
            let mut change = Change::default();
            change.event("session.refused", known.as_deref().unwrap_or("(unknown user)"), None, json!({}));
            connector.commit(change).await?;
            let problem = Problem::new(Kind::Unauthenticated, "session.refused", "user and password do not fit");
            Err(problem.with_hint("an administrator can make a new link for you"))
        }
    }
}

/// What a link does, without using it.
///
/// # Errors
/// 404 for one that does not count.
pub async fn inspect(connector: &Connector, token: &Secret) -> Result<Purpose, Problem> {
    Ok(opened(connector, token).await?.1)
}

/// Uses a link: makes the first administrator, with this name, or sets the password of whom it is for, and begins a session.
///
/// # Errors
/// 404 for a link that does not count; 409 and 422 for name and password, and then the link still counts.
pub async fn use_link(
    connector: &Connector,
    token: &Secret,
    name: Option<&str>,
    password: &Secret,
    replaced: Option<&str>,
) -> Result<Begun, Problem> {
    let (link, purpose) = opened(connector, token).await?;
    let mut change = Change::default();
    change.write(people::use_link(&link.hash));
    let person = match purpose {
        Purpose::First => {
            let Some(name) = name else {
                let problem = Problem::new(Kind::Unprocessable, "user.name", "the first user needs a name");
                return Err(problem.with_rule("name"));
            };
            let person = fresh(free_name(connector, name).await?, PersonKind::Local, Role::Admin);
            acceptable(password, &person.name)?;
            let person = Person { password: Some(connector.passwords.hash(password).await?), ..person };
            add(&mut change, &person, &person.name);
            person
        }
        Purpose::Invitation(before) | Purpose::NewPassword(before) => {
            set_password(connector, &mut change, before, password).await?
        }
    };
    let begun = begin(connector, &mut change, &person, Means::Password, replaced)?;
    match connector.commit(change).await {
        // Somebody else has used it at the same time.
        Err(crate::storage::StorageError::Conflict { .. }) => Err(unknown_link()),
        done => Ok(done.map(|()| begun)?),
    }
}

/// Changes one's own password. All other sessions of the person end.
///
/// # Errors
/// 403 for a wrong current password; 409 for an operator without one; 422 for one that cannot be used; 429.
pub async fn change_password(
    connector: &Connector,
    operator: &Operator,
    current: &Secret,
    password: &Secret,
) -> Result<(), Problem> {
    let without = || {
        let detail = format!("{:?} has no password here", operator.name());
        Problem::new(Kind::Conflict, "user.no-password", detail)
    };
    let session = operator.session().filter(|_| operator.kind() == OperatorKind::User).ok_or_else(without)?;
    let person = people::by_name(&connector.db, operator.name()).await?.ok_or_else(without)?;
    let now = clock::millis(clock::now());
    if !connector.passwords.matches(&person.name, current, person.password.as_deref(), now).await? {
        let problem = Problem::new(Kind::Forbidden, "password.wrong", "this is not your current password");
        return Err(problem.with_rule("current"));
    }
    acceptable(password, &person.name)?;
    let hash = connector.passwords.hash(password).await?;
    let after = Person { password: Some(hash), version: person.version + 1, ..person };
    let mut change = Change::default();
    change.write(people::update(&after, false));
    change.write(sessions::delete_of(&after.name, Some(session.hash())));
    change.event("user.password-set", &after.name, None, json!({"by": operator.name()}));
    Ok(connector.commit(change).await?)
}

/// Ends the operator's session. A key has none, and nothing happens.
///
/// # Errors
/// When storage fails.
pub async fn end(connector: &Connector, operator: &Operator) -> Result<(), Problem> {
    let Some(session) = operator.session() else { return Ok(()) };
    let mut change = Change::default();
    change.write(sessions::delete(session.hash()));
    change.event("session.ended", operator.name(), None, json!({"by": operator.name()}));
    Ok(connector.commit(change).await?)
}

/// A session of this person, with a new token, in place of what the browser had until now.
///
/// # Errors
/// When the operating system gives no randomness.
pub(super) fn begin(
    connector: &Connector,
    change: &mut Change,
    person: &Person,
    means: Means,
    replaced: Option<&str>,
) -> Result<Begun, Problem> {
    let token = Secret::new(new_key()?);
    let now = clock::millis(clock::now());
    let expires = now + i64::from(connector.config.management.session_hours) * 3_600_000;
    let hash = hash_key(token.expose());
    let session = StoredSession { hash, person: person.name.clone(), means, created: now, seen: now, expires };
    if let Some(replaced) = replaced {
        change.write(sessions::delete(&hash_key(replaced)));
    }
    change.write(sessions::prune(&person.name, now, now - IDLE, AT_ONCE - 1));
    change.write(sessions::insert(&session, person.version));
    change.write(people::seen(&person.name, now));
    change.event("session.begun", &person.name, None, json!({"by": person.name, "means": means.name()}));
    let operator = begun(token.expose(), Joined { session, role: person.role, disabled: false }, now);
    Ok(Begun { token, operator })
}

/// All other sessions of the person end.
async fn set_password(
    connector: &Connector,
    change: &mut Change,
    before: Person,
    password: &Secret,
) -> Result<Person, Problem> {
    acceptable(password, &before.name)?;
    let hash = connector.passwords.hash(password).await?;
    let after = Person { password: Some(hash), version: before.version + 1, ..before };
    change.write(people::update(&after, false));
    change.write(sessions::delete_of(&after.name, None));
    change.event("user.password-set", &after.name, None, json!({"by": after.name}));
    Ok(after)
}

async fn opened(connector: &Connector, token: &Secret) -> Result<(Link, Purpose), Problem> {
    let link = people::link(&connector.db, &hash_key(token.expose())).await?.ok_or_else(unknown_link)?;
    if clock::millis(clock::now()) >= link.expires {
        let problem = Problem::new(Kind::NotFound, "link.expired", "this link has ended");
        return Err(
            problem.with_hint("ask for a new one; for the first user, restart the connector or run `symbolon open`")
        );
    }
    let purpose = match &link.person {
        None => Purpose::First,
        Some(name) => {
            let person = people::by_name(&connector.db, name).await?.ok_or_else(unknown_link)?;
            if person.is_invited() { Purpose::Invitation(person) } else { Purpose::NewPassword(person) }
        }
    };
    Ok((link, purpose))
}

fn unknown_link() -> Problem {
    Problem::new(Kind::NotFound, "link.unknown", "this link does not count: it was used, replaced, or never made")
        .with_hint("ask for a new one")
}
