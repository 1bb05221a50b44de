//! From JSON-LD to the model.
//!
//! Reads the spellings that connectors use: DSP messages, Eclipse EDC's management API and the W3C examples; with or without arrays
//! and the `odrl:` prefix, names as strings or as `{"@id": …}`, literals as strings or as `{"@value": …}`.

mod bounds;
mod constraint;
mod members;
mod rule;

use serde_json::Value as Json;

use crate::model::{Cause, Conflict, Doubt, Policy, PolicyKind, Unknown};
use crate::names::{self, Prefixes};
use crate::read::bounds::Bounds;
use crate::read::members::{Members, name_of};
use crate::{PolicyError, profile};

/// Reads a policy; the error names the first member that is malformed.
pub(crate) fn policy(json: &Json) -> Result<Policy, PolicyError> {
    bounds::check_size(json)?;
    let mut members = Members::of(json, "")?;
    let mut reader = Reader::default();
    let mut policy = Policy { unknown: reader.contexts(members.take("@context")), ..Policy::default() };
    reader.header(&mut members, &mut policy)?;
    policy.shared = reader.shared_terms(&mut members)?;
    policy.permissions = reader.permissions(members.take("permission"), &policy.shared)?;
    policy.prohibitions = reader.prohibitions(members.take("prohibition"), &policy.shared)?;
    policy.obligations = reader.duties(members.take("obligation"), "obligation", &policy.shared)?;
    let unknown = reader.unknown(members);
    policy.unknown.extend(unknown);
    policy.prefixes = reader.prefixes;
    policy.doubts = reader.doubts;
    Ok(policy)
}

/// What is known while a policy is read.
#[derive(Default)]
struct Reader {
    prefixes: Prefixes,
    bounds: Bounds,
    doubts: Vec<Doubt>,
}

impl Reader {
    /// Takes over prefixes. Whatever else a context declares might change how the policy reads, so it is not understood.
    fn contexts(&mut self, contexts: Vec<&Json>) -> Vec<Unknown> {
        let mut unknown = Vec::new();
        for context in contexts {
            let understood = match context {
                Json::String(url) => names::is_known_context(url),
                Json::Object(entries) => entries.iter().all(|(term, meaning)| self.declares(term, meaning)),
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) => false,
            };
            if !understood {
                unknown.push(self.doubt_member("", "@context", context));
            }
        }
        unknown
    }

    fn declares(&mut self, term: &str, meaning: &Json) -> bool {
        let Some(meaning) = meaning.as_str() else { return term == "@version" };
        match term {
            "@vocab" => names::is_known_vocabulary(meaning),
            _ if term.starts_with('@') => false,
            _ => self.prefixes.declare(term, meaning),
        }
    }

    fn header(&mut self, members: &mut Members<'_>, policy: &mut Policy) -> Result<(), PolicyError> {
        policy.id = members.name("@id")?.map(|id| self.prefixes.expand(id));
        policy.timestamp = members.name("timestamp")?.map(str::to_owned);
        for kind in members.take("@type") {
            match name_of(kind).and_then(|name| policy_kind(&self.prefixes.expand(name))) {
                Some(known) => policy.kind = known.unwrap_or(policy.kind),
                None => policy.unknown.push(self.doubt_member("", "@type", kind)),
            }
        }
        policy.profiles = self.names(members, "profile")?;
        for profile in policy.profiles.iter().filter(|profile| !profile::is_known(profile)) {
            self.doubts.push(Doubt { path: "profile".to_owned(), cause: Cause::Profile, name: profile.clone() });
        }
        policy.inherit_from = self.names(members, "inheritFrom")?;
        for parent in &policy.inherit_from {
            self.doubts.push(Doubt { path: "inheritFrom".to_owned(), cause: Cause::Inheritance, name: parent.clone() });
        }
        policy.conflict = match members.name("conflict")? {
            None => Conflict::default(),
            Some(name) => self.conflict(name),
        };
        Ok(())
    }

    fn conflict(&mut self, name: &str) -> Conflict {
        match names::odrl_name(name).unwrap_or(name) {
            "invalid" => Conflict::Invalid,
            "prohibit" => Conflict::Prohibit,
            "perm" => Conflict::Permit,
            other => {
                self.doubts.push(Doubt { path: "conflict".to_owned(), cause: Cause::Conflict, name: other.to_owned() });
                Conflict::Unknown(other.to_owned())
            }
        }
    }

    fn names(&self, members: &mut Members<'_>, member: &str) -> Result<Vec<String>, PolicyError> {
        let path = members.path_of(member);
        let read = |value| name_of(value).map(|name| self.prefixes.expand(name));
        let names: Option<Vec<_>> = members.take(member).into_iter().map(read).collect();
        names.ok_or_else(|| PolicyError::new(path, "expected an IRI, or a list of IRIs"))
    }

    /// Whatever nobody asked for.
    fn unknown(&mut self, members: Members<'_>) -> Vec<Unknown> {
        let path = members.path().to_owned();
        members
            .rest()
            .filter(|(member, _)| !names::is_annotation(member))
            .map(|(member, value)| self.doubt_member(&path, member, value))
            .collect()
    }

    fn types(&mut self, members: &mut Members<'_>, allowed: &[&str]) -> Vec<Unknown> {
        let path = members.path().to_owned();
        let mut unknown = Vec::new();
        for kind in members.take("@type") {
            let name = name_of(kind).map(|name| names::odrl_name(name).unwrap_or(name));
            if !name.is_some_and(|name| allowed.contains(&name)) {
                unknown.push(self.doubt_member(&path, "@type", kind));
            }
        }
        unknown
    }

    fn doubt_member(&mut self, path: &str, member: &str, value: &Json) -> Unknown {
        let path = members::joined(path, member);
        let value = canonical(value);
        let shown = if member.starts_with('@') { value.clone() } else { String::new() };
        self.doubts.push(Doubt { path, cause: Cause::Member, name: shown });
        Unknown { member: member.to_owned(), value }
    }

    fn doubt_name(&mut self, path: &str, cause: Cause, name: &str) {
        self.doubts.push(Doubt { path: path.to_owned(), cause, name: name.to_owned() });
    }
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
