//! From JSON-LD to the model.
//!
//! Reads the spellings that connectors use: DSP messages, Eclipse EDC's management API and the W3C examples; with or without arrays
//! and the `odrl:` prefix, names as strings or as `{"@id": …}`, literals as strings or as `{"@value": …}`.

mod bounds;
mod constraint;
mod context;
mod members;
mod rule;

use serde_json::Value as Json;

use crate::PolicyError;
use crate::model::{Conflict, Policy, PolicyKind, Unknown};
use crate::names::{self, Prefixes};
use crate::read::bounds::Bounds;
use crate::read::members::Members;

pub(crate) use bounds::check_size;
pub(crate) use constraint::datatype;
pub(crate) use context::contexts;
pub(crate) use members::{listed, name_of};
pub(crate) use rule::{FUNCTIONS, RELATIONS};

/// Whether a rule may come without an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Actions {
    /// Every rule has one, of its own or of the policy (ODRL 2.2, §2.6).
    Required,
    /// A rule without one is kept; the policy then permits nothing.
    Optional,
}

/// Reads a policy; the error names the first member that is malformed.
pub(crate) fn policy(json: &Json, actions: Actions) -> Result<Policy, PolicyError> {
    check_size(json)?;
    let (prefixes, unknown) = contexts(json.get("@context").map(listed).unwrap_or_default());
    let mut reader = Reader { actions, prefixes: prefixes.clone(), bounds: Bounds::default() };
    let mut members = Members::of(json, "", &prefixes)?;
    members.take("@context");
    let mut policy = Policy { unknown, ..Policy::default() };
    reader.header(&mut members, &mut policy)?;
    policy.shared = reader.shared_terms(&mut members)?;
    policy.permissions = reader.permissions(members.take("permission"), &policy.shared)?;
    policy.prohibitions = reader.prohibitions(members.take("prohibition"), &policy.shared)?;
    policy.obligations = reader.duties(members.take("obligation"), "obligation", &policy.shared)?;
    policy.unknown.extend(reader.unknown(members));
    policy.prefixes = prefixes;
    policy.doubt();
    Ok(policy)
}

/// What is known while a policy is read.
struct Reader {
    actions: Actions,
    prefixes: Prefixes,
    bounds: Bounds,
}

impl Reader {
    fn header(&self, members: &mut Members<'_>, policy: &mut Policy) -> Result<(), PolicyError> {
        policy.id = members.name("@id")?.map(|id| self.prefixes.expand(id));
        policy.timestamp = members.name("timestamp")?.map(str::to_owned);
        for kind in members.take("@type") {
            match name_of(kind).and_then(|name| policy_kind(&self.prefixes.expand(name))) {
                Some(known) => policy.kind = known.unwrap_or(policy.kind),
                None => policy.unknown.push(not_understood("@type", kind)),
            }
        }
        policy.profiles = self.names(members, "profile")?;
        policy.inherit_from = self.names(members, "inheritFrom")?;
        policy.replaced_by = self.names(members, "isReplacedBy")?;
        policy.conflict = match members.name("conflict")? {
            None => Conflict::default(),
            Some(name) => self.conflict(name),
        };
        Ok(())
    }

    fn conflict(&self, name: &str) -> Conflict {
        let name = self.prefixes.expand(name);
        match names::odrl_name(&name).unwrap_or(&name) {
            "invalid" => Conflict::Invalid,
            "prohibit" => Conflict::Prohibit,
            "perm" => Conflict::Permit,
            other => Conflict::Unknown(other.to_owned()),
        }
    }

    fn names(&self, members: &mut Members<'_>, member: &str) -> Result<Vec<String>, PolicyError> {
        let path = members.path_of(member);
        let read = |value| name_of(value).map(|name| self.prefixes.expand(name));
        let names: Option<Vec<_>> = members.take(member).into_iter().map(read).collect();
        names.ok_or_else(|| PolicyError::new(path, "expected an IRI, or a list of IRIs"))
    }

    /// Whatever nobody asked for.
    fn unknown(&self, members: Members<'_>) -> Vec<Unknown> {
        self.unless(members, names::is_annotation)
    }

    fn unless(&self, members: Members<'_>, understood: fn(&str) -> bool) -> Vec<Unknown> {
        let rest = members.rest().filter(|(member, _)| !understood(member));
        rest.map(|(member, value)| not_understood(&member, value)).collect()
    }

    fn types(&self, members: &mut Members<'_>, allowed: &[&str]) -> Vec<Unknown> {
        let is_allowed = |kind: &&Json| {
            name_of(kind).is_some_and(|name| {
                let name = self.prefixes.expand(name);
                allowed.contains(&names::odrl_name(&name).unwrap_or(&name))
            })
        };
        let foreign = members.take("@type").into_iter().filter(|kind| !is_allowed(kind));
        foreign.map(|kind| not_understood("@type", kind)).collect()
    }
}

fn not_understood(member: &str, value: &Json) -> Unknown {
    Unknown { member: member.to_owned(), value: canonical(value) }
}

/// `Some(None)` for the superclass, which says nothing.
fn policy_kind(iri: &str) -> Option<Option<PolicyKind>> {
    match names::odrl_name(iri).unwrap_or(iri) {
        "Policy" => Some(None),
        "Set" => Some(Some(PolicyKind::Set)),
        "Offer" => Some(Some(PolicyKind::Offer)),
        "Agreement" => Some(Some(PolicyKind::Agreement)),
        "Request" => Some(Some(PolicyKind::Request)),
        "Ticket" => Some(Some(PolicyKind::Ticket)),
        "Assertion" => Some(Some(PolicyKind::Assertion)),
        "Privacy" => Some(Some(PolicyKind::Privacy)),
        _ => None,
    }
}

/// JSON with object members in order of their names.
fn canonical(json: &Json) -> String {
    match json {
        Json::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            let members =
                members.iter().map(|(name, value)| format!("{}:{}", Json::from(name.as_str()), canonical(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => json.to_string(),
    }
}
