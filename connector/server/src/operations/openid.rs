//! Sign-in at an OpenID provider: what the provider says of somebody becomes a user here, and a session.

use serde_json::json;

use super::people::{add, free_name, fresh};
use super::sessions::{Begun, begin};
use crate::authentication::hash_key;
use crate::authentication::openid::{Callback, Flow, Found, Provider, Return};
use crate::clock;
use crate::connector::{Change, Connector};
use crate::problem::{Kind, Problem};
use crate::storage::people::{self, Person, PersonKind};
use crate::storage::sessions;
use crate::storage::sessions::Means;

/// Begins a sign-in: what the browser keeps, and where it is sent.
///
/// # Errors
/// 404 without a provider; 502 if it cannot be reached.
pub async fn leave(connector: &Connector, back_to: Return) -> Result<(Flow, String), Problem> {
    let now = clock::now();
    let flow = Flow::begin(back_to, clock::millis(now))?;
    let url = provider(connector)?.authorization(&flow, &redirect(connector), now).await?;
    Ok((flow, url.into()))
}

/// Ends a sign-in: a session of the person that the provider names. Whoever comes for the first time becomes a user.
///
/// # Errors
/// `oidc.…`: what does not hold, no role, kept out. 404 without a provider; 502 if it cannot be reached.
pub async fn come_back(connector: &Connector, flow: &Flow, callback: &Callback) -> Result<Begun, Problem> {
    let found = provider(connector)?.who(flow, callback, &redirect(connector), clock::now()).await?;
    let mut change = Change::default();
    let person = match people::by_subject(&connector.db, &found.subject).await? {
        Some(known) => again(&mut change, known, &found)?,
        None => {
            let name = name_for(connector, &found).await?;
            let person = Person { subject: Some(found.subject), ..fresh(name, PersonKind::Oidc, found.role) };
            add(&mut change, &person, &person.name);
            person
        }
    };
    let begun = begin(connector, &mut change, &person, Means::Oidc, None)?;
    connector.commit(change).await?;
    Ok(begun)
}

/// What the provider says of somebody now is what counts.
fn again(change: &mut Change, known: Person, found: &Found) -> Result<Person, Problem> {
    if known.disabled {
        return Err(Problem::new(Kind::Forbidden, "oidc.disabled", "an administrator has disabled this user"));
    }
    if known.role == found.role {
        return Ok(known);
    }
    let after = Person { role: found.role, version: known.version + 1, ..known };
    // The provider decides on its people, also on the last administrator; API keys are left.
    change.write(people::update(&after, false));
    change.write(sessions::delete_of(&after.name, None));
    let body = json!({"by": "OpenID provider", "role": after.role.name(), "disabled": false});
    change.event("user.changed", &after.name, None, body);
    Ok(after)
}

/// The name of somebody new. One that somebody else has here stays theirs: the audit trail must not mix them up.
async fn name_for(connector: &Connector, found: &Found) -> Result<String, Problem> {
    match free_name(connector, &found.name).await {
        Ok(name) => Ok(name),
        Err(problem) if matches!(problem.code.as_str(), "user.name-taken" | "user.name") => {
            let own: String = hash_key(&found.subject).chars().take(8).collect();
            let short: String = found.name.chars().filter(|char| !char.is_control()).take(80).collect();
            free_name(connector, &format!("{short} ({own})")).await
        }
        Err(problem) => Err(problem),
    }
}

fn provider(connector: &Connector) -> Result<&Provider, Problem> {
    let none = || {
        Problem::new(Kind::NotFound, "oidc.none", "this connector knows no OpenID provider")
            .with_hint("[management.oidc] in the configuration names one")
    };
    connector.openid.as_ref().ok_or_else(none)
}

/// Where the provider sends browsers back to. It has to be registered there.
fn redirect(connector: &Connector) -> String {
    format!("{}/api/v1/session/oidc/callback", connector.config.management.url())
}
