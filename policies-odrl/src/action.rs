//! The action hierarchy of the ODRL 2.2 vocabulary, and the actions that profiles add.

use crate::names::{self, CATENAX_POLICY, ODRL};

/// `(action, the action that includes it)`, by local name; `use` and `transfer` are the roots. Kept in order of the first column.
const INCLUDED_IN: &[(&str, &str)] = &[
    ("acceptTracking", "use"),
    ("aggregate", "use"),
    ("annotate", "use"),
    ("anonymize", "use"),
    ("archive", "use"),
    ("attribute", "use"),
    ("compensate", "use"),
    ("concurrentUse", "use"),
    ("delete", "use"),
    ("derive", "use"),
    ("digitize", "use"),
    ("display", "play"),
    ("distribute", "use"),
    ("ensureExclusivity", "use"),
    ("execute", "use"),
    ("extract", "reproduce"),
    ("give", "transfer"),
    ("grantUse", "use"),
    ("include", "use"),
    ("index", "use"),
    ("inform", "use"),
    ("install", "use"),
    ("modify", "use"),
    ("move", "use"),
    ("nextPolicy", "use"),
    ("obtainConsent", "use"),
    ("play", "use"),
    ("present", "use"),
    ("print", "use"),
    ("read", "use"),
    ("reproduce", "use"),
    ("reviewPolicy", "use"),
    ("sell", "transfer"),
    ("stream", "use"),
    ("synchronize", "use"),
    ("textToSpeech", "use"),
    ("transform", "use"),
    ("translate", "use"),
    ("uninstall", "use"),
    ("watermark", "use"),
];

/// The one action that the Catena-X policy profile adds (CX-0152): seeing an offer in the catalogue.
const CATENAX_ACCESS: &str = "access";

/// The IRI behind a short name, when a known vocabulary has the name.
pub(crate) fn iri(name: &str) -> Option<String> {
    if is_core(name) {
        Some(format!("{ODRL}{name}"))
    } else if name == CATENAX_ACCESS {
        Some(format!("{CATENAX_POLICY}{name}"))
    } else {
        None
    }
}

/// Whether the meaning of the action is known.
pub(crate) fn is_known(iri: &str) -> bool {
    iri.strip_prefix(ODRL).is_some_and(is_core) || catenax_name(iri).is_some_and(|name| name == CATENAX_ACCESS)
}

/// Whether `outer` is `inner` or includes it, directly or through others. Either may be an IRI, a prefixed or a short name.
pub(crate) fn covers(outer: &str, inner: &str) -> bool {
    match (core_name(outer), core_name(inner)) {
        (Some(outer), Some(inner)) => lineage(inner).any(|name| name == outer),
        (None, None) => catenax_name(outer).unwrap_or(outer) == catenax_name(inner).unwrap_or(inner),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn core_name(action: &str) -> Option<&str> {
    let name = names::odrl_name(action).unwrap_or(action);
    is_core(name).then_some(name)
}

fn catenax_name(action: &str) -> Option<&str> {
    action.strip_prefix(CATENAX_POLICY).or_else(|| action.strip_prefix("cx-policy:"))
}

fn is_core(name: &str) -> bool {
    matches!(name, "use" | "transfer") || includer(name).is_some()
}

fn includer(name: &str) -> Option<&'static str> {
    let row = INCLUDED_IN.binary_search_by_key(&name, |(action, _)| *action).ok()?;
    INCLUDED_IN.get(row).map(|(_, outer)| *outer)
}

fn lineage(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| includer(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_leads_to_a_root() {
        assert!(INCLUDED_IN.is_sorted_by_key(|(action, _)| *action));
        for (action, _) in INCLUDED_IN {
            assert!(lineage(action).last().is_some_and(|root| matches!(root, "use" | "transfer")), "{action}");
        }
    }

    #[test]
    fn an_action_covers_itself_and_what_it_includes() {
        for (outer, inner, expected) in [
            ("http://www.w3.org/ns/odrl/2/use", "use", true),
            ("odrl:use", "http://www.w3.org/ns/odrl/2/display", true),
            ("play", "display", true),
            ("display", "play", false),
            ("use", "sell", false),
            ("transfer", "sell", true),
            ("use", "access", false),
            ("https://w3id.org/catenax/2025/9/policy/access", "access", true),
            ("urn:example:drive", "urn:example:drive", true),
            ("use", "urn:example:drive", false),
        ] {
            assert_eq!(covers(outer, inner), expected, "{outer} covers {inner}");
        }
    }
}
