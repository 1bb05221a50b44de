//! What a policy says about itself.

use symbolon_vocab::odrl::CORE_PROFILE;
use symbolon_vocab::{admissibility, catenax, export_control};

use super::super::text::{self, list, quoted};
use super::super::{Node, Role, Standing};
use super::deeds;
use super::node;
use crate::model::{Cause, Conflict, Policy, PolicyKind};
use crate::names::ODRL;
use crate::profile;

/// Which policy it is, between whom, and about what.
pub(super) fn title(policy: &Policy) -> String {
    let kind = match policy.kind {
        PolicyKind::Set => "policy",
        PolicyKind::Offer => "offer",
        PolicyKind::Agreement => "agreement",
        PolicyKind::Request => "request for a policy",
        PolicyKind::Ticket => "ticket",
        PolicyKind::Assertion => "asserted policy",
        PolicyKind::Privacy => "privacy policy",
    };
    let mut words = match &policy.id {
        Some(id) => format!("this is the {kind} {}", quoted(id)),
        None if kind.starts_with(['a', 'o']) => format!("this is an {kind} without an identifier"),
        None => format!("this is a {kind} without an identifier"),
    };
    let shared = &policy.shared;
    if !shared.assigners.is_empty() {
        words = format!("{words} by {}", list(deeds::names(&shared.assigners), "and"));
    }
    if !shared.assignees.is_empty() {
        words = format!("{words} for {}", list(deeds::names(&shared.assignees), "and"));
    }
    if !shared.targets.is_empty() {
        words = format!("{words}, about {}", list(deeds::names(&shared.targets), "and"));
    }
    match &policy.timestamp {
        Some(timestamp) => {
            let at = crate::moment::Moment::read(timestamp);
            format!("{words}, signed on {}", at.map_or_else(|| quoted(timestamp), text::moment))
        }
        None => words,
    }
}

/// Profiles, parents, and what wins in a conflict.
pub(super) fn remarks(policy: &Policy) -> Vec<Node> {
    let mut remarks = Vec::new();
    for name in &policy.profiles {
        remarks.push(if profile::is_known(name) {
            node(Role::Remark, "profile", format!("it follows {}", known(name)))
        } else {
            let words = format!("it follows the profile {}, which is not understood here", quoted(name));
            not_understood("profile", words)
        });
    }
    let missing =
        |parent: &str| policy.doubts.iter().any(|doubt| doubt.cause == Cause::Inheritance && doubt.name == parent);
    for parent in &policy.inherit_from {
        remarks.push(if missing(parent) {
            let words = format!("it inherits the rules of {}, which is not at hand here", quoted(parent));
            not_understood("inheritFrom", words)
        } else {
            node(Role::Remark, "inheritFrom", format!("it inherits the rules of {}", quoted(parent)))
        });
    }
    for heir in &policy.replaced_by {
        let words = format!("it is void, because {} replaces it", quoted(heir));
        remarks.push(not_understood("isReplacedBy", words));
    }
    remarks.extend(conflict(policy));
    remarks
}

fn known(profile: &str) -> String {
    let name = match profile {
        ODRL | CORE_PROFILE => "the ODRL 2.2 core vocabulary",
        catenax::NAMESPACE => "the Catena-X policy profile 2025/9",
        admissibility::NAMESPACE => "Symbolon's admissibility profile",
        export_control::NAMESPACE => "Symbolon's export control profile",
        _ => "the profile",
    };
    format!("{name} ({})", quoted(profile))
}

fn conflict(policy: &Policy) -> Option<Node> {
    let both = !policy.permissions.is_empty() && !policy.prohibitions.is_empty();
    let words = match &policy.conflict {
        Conflict::Unknown(strategy) => {
            let words =
                format!("it resolves conflicts by the strategy {}, which is not understood here", quoted(strategy));
            return Some(not_understood("conflict", words));
        }
        Conflict::Permit => "where a permission and a prohibition both apply, the permission wins",
        Conflict::Prohibit => "where a permission and a prohibition both apply, the prohibition wins",
        Conflict::Invalid => "where a permission and a prohibition both apply, the policy is void and permits nothing",
    };
    both.then(|| node(Role::Remark, "conflict", words.to_owned()))
}

fn not_understood(path: &str, words: String) -> Node {
    let mut remark = node(Role::Remark, path, words);
    remark.enforcement = Some(Standing::NotUnderstood);
    remark
}
