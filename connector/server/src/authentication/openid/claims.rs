//! What the provider's claims make of a person here: a name for the audit trail, and a role.

use serde_json::Value;

use super::{bounded, refused};
use crate::config::{OidcProvider, Role};
use crate::problem::Problem;

/// Where a person has several roles, the first of these counts.
const ORDER: [Role; 5] = [Role::Admin, Role::Approver, Role::Negotiator, Role::Auditor, Role::Viewer];
/// Values of the role claim that are looked at.
const VALUES: usize = 1000;

/// Who somebody is at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Issuer and subject: what stays the same, whatever else changes.
    pub subject: String,
    /// What people call them.
    pub name: String,
    /// What they may do here.
    pub role: Role,
}

/// Whether there is anything of which roles can be made.
pub(super) fn tells_roles(claims: &Value, config: &OidcProvider) -> bool {
    config.roles.is_empty() || at(claims, &config.role_claim).is_some()
}

/// The claims of the id token, and of the userinfo endpoint those that are not in it.
///
/// # Errors
/// `oidc.userinfo`: it tells of somebody else (OpenID Connect Core 1.0, 5.3.4).
pub(super) fn joined(claims: Value, more: Value) -> Result<Value, Problem> {
    if claims.get("sub") != more.get("sub") {
        return Err(refused("oidc.userinfo", "the userinfo endpoint tells of somebody else"));
    }
    let (Value::Object(mut claims), Value::Object(more)) = (claims, more) else {
        return Err(refused("oidc.userinfo", "the claims are not JSON objects"));
    };
    for (name, value) in more {
        claims.entry(name).or_insert(value);
    }
    Ok(Value::Object(claims))
}

/// Name and role.
///
/// # Errors
/// `oidc.subject` without a subject; `oidc.no-role` where no role follows.
pub(super) fn found(claims: &Value, issuer: &str, config: &OidcProvider) -> Result<Found, Problem> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let subject = text("sub").filter(|subject| subject.len() <= 255);
    let subject = subject.ok_or_else(|| refused("oidc.subject", "the id token does not say who it is about"))?;
    let held = held(claims, config);
    let mapped = ORDER.into_iter().find(|role| held.contains(role)).or(config.default_role);
    let Some(role) = mapped else {
        let problem = refused("oidc.no-role", "the provider knows you, and gives you no role here");
        return Err(problem.with_rule("management.oidc.roles"));
    };
    let name = text("preferred_username").or_else(|| text("email")).or_else(|| text("name")).unwrap_or(subject);
    Ok(Found { subject: format!("{issuer} {subject}"), name: bounded(name), role })
}

fn held(claims: &Value, config: &OidcProvider) -> Vec<Role> {
    let values: Vec<&str> = match at(claims, &config.role_claim) {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().take(VALUES).filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    values.into_iter().filter_map(|value| config.roles.get(value).copied()).collect()
}

/// The claim with this name, or where its dots lead: `realm_access.roles`.
fn at<'a>(claims: &'a Value, path: &str) -> Option<&'a Value> {
    claims.get(path).or_else(|| path.split('.').try_fold(claims, |value, name| value.get(name)))
}
