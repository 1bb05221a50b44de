//! The action hierarchy of the ODRL 2.2 vocabulary, and the actions that profiles add.

use crate::names::{ADM, CATENAX_POLICY, CC, EC, ODRL};

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
    ("write", "use"),
];

/// The actions of the Creative Commons vocabulary that ODRL adopts; all are included in `use`.
const CREATIVE_COMMONS: &[&str] = &[
    "Attribution",
    "CommericalUse",
    "DerivativeWorks",
    "Distribution",
    "Notice",
    "Reproduction",
    "ShareAlike",
    "Sharing",
    "SourceCode",
];

/// The actions of the admissibility vocabulary and what includes them.
const ADMISSIBILITY: &[(&str, Name<'static>)] = &[
    ("aggregate", Name(Vocabulary::Odrl, "aggregate")),
    ("derive", Name(Vocabulary::Odrl, "derive")),
    ("disclose", Name(Vocabulary::Odrl, "distribute")),
    ("keepSecret", Name(Vocabulary::Odrl, "use")),
    ("proveDeletion", Name(Vocabulary::Odrl, "use")),
    ("removeOrigin", Name(Vocabulary::Odrl, "modify")),
    ("retain", Name(Vocabulary::Odrl, "archive")),
    ("reverseEngineer", Name(Vocabulary::Odrl, "use")),
    ("train", Name(Vocabulary::Admissibility, "derive")),
];

/// The actions of the export-control vocabulary; all are included in `use`.
const EXPORT_CONTROL: &[&str] = &["recordExport"];

/// The one action that the Catena-X policy profile adds (CX-0152): seeing an offer in the catalogue.
const CATENAX_ACCESS: &str = "access";

/// The actions by which somebody else gets the data.
const ONWARD: &[&str] = &["distribute", "grantUse", "present", "transfer", "cc:Distribution", "cc:Sharing"];

/// An action by vocabulary and local name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Name<'a>(Vocabulary, &'a str);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vocabulary {
    Odrl,
    CreativeCommons,
    Catenax,
    Admissibility,
    ExportControl,
}

/// The vocabularies, with the prefix and the namespace by which names of theirs are told. Without either, ODRL is meant.
const VOCABULARIES: &[(Vocabulary, &str, &str)] = &[
    (Vocabulary::Odrl, "odrl:", ODRL),
    (Vocabulary::Catenax, "cx-policy:", CATENAX_POLICY),
    (Vocabulary::Admissibility, "adm:", ADM),
    (Vocabulary::ExportControl, "ec:", EC),
    (Vocabulary::CreativeCommons, "cc:", CC),
];

/// The IRI behind a short name, when a known vocabulary has the name.
pub(crate) fn iri(name: &str) -> Option<String> {
    let known = Name::of(name)?;
    let (_, _, namespace) = VOCABULARIES.iter().find(|(vocabulary, _, _)| *vocabulary == known.0)?;
    Some(format!("{namespace}{}", known.1))
}

/// Whether the meaning of the action is known.
pub(crate) fn is_known(iri: &str) -> bool {
    iri.contains(':') && Name::of(iri).is_some()
}

/// Whether `outer` is `inner` or includes it, directly or through others. Either may be an IRI, a prefixed or a short name.
pub(crate) fn covers(outer: &str, inner: &str) -> bool {
    any_covers(&[outer], inner)
}

/// Whether one of several actions is `inner` or includes it. What includes it is looked up once.
pub(crate) fn any_covers(outer: &[&str], inner: &str) -> bool {
    outer.contains(&inner)
        || Name::of(inner).is_some_and(|inner| {
            let mut lineage = inner.lineage();
            lineage.any(|name| outer.iter().any(|outer| Name::told(outer) == name))
        })
}

/// The actions that an action cannot do without (ODRL 2.2, `implies`), by short name: where one of them is prohibited, so is it.
pub(crate) fn implied(action: &str) -> &'static [&'static str] {
    // Moving includes deleting the original copy.
    if Name::told(action) == Name(Vocabulary::Odrl, "move") { &["delete"] } else { &[] }
}

/// Whether somebody else gets the data by this action: then it is to be asked who.
pub fn is_onward(action: &str) -> bool {
    any_covers(ONWARD, action)
}

/// As policies write it: by its short name where that alone says which action is meant, else with a prefix.
pub fn written(iri_of: &str) -> String {
    let local = iri_of.rsplit(['/', '#']).next().unwrap_or(iri_of);
    if iri(local).is_some_and(|meant| meant == iri_of) { local.to_owned() } else { crate::names::prefixed(iri_of) }
}

/// The action that includes this one, by IRI; `None` for a root, and for what is not known.
pub fn included_in(action: &str) -> Option<String> {
    let Name(vocabulary, local) = Name::of(action)?.includer()?;
    let (_, _, namespace) = VOCABULARIES.iter().find(|(known, _, _)| *known == vocabulary)?;
    Some(format!("{namespace}{local}"))
}

/// The actions that the admissibility and export-control profiles add, by IRI.
pub fn added() -> impl Iterator<Item = String> {
    let admissibility = ADMISSIBILITY.iter().map(|(local, _)| format!("{ADM}{local}"));
    admissibility.chain(EXPORT_CONTROL.iter().map(|local| format!("{EC}{local}")))
}

/// Every action that a vocabulary has, by IRI.
pub fn known() -> impl Iterator<Item = String> {
    let core = INCLUDED_IN.iter().map(|(local, _)| *local).chain(["use", "transfer"]);
    let catenax = std::iter::once(format!("{CATENAX_POLICY}{CATENAX_ACCESS}"));
    let commons = CREATIVE_COMMONS.iter().map(|local| format!("{CC}{local}"));
    core.map(|local| format!("{ODRL}{local}")).chain(commons).chain(catenax).chain(added())
}

impl<'a> Name<'a> {
    /// `None` for a name that no vocabulary has.
    fn of(action: &'a str) -> Option<Self> {
        Some(Self::told(action)).filter(|name| name.exists())
    }

    /// What an action is called, whether the vocabulary has it or not.
    fn told(action: &'a str) -> Self {
        if !action.contains(':') {
            let vocabulary = if action == CATENAX_ACCESS { Vocabulary::Catenax } else { Vocabulary::Odrl };
            return Name(vocabulary, action);
        }
        let told = VOCABULARIES.iter().find_map(|(vocabulary, prefix, namespace)| {
            let local = action.strip_prefix(namespace).or_else(|| action.strip_prefix(prefix))?;
            Some(Name(*vocabulary, local))
        });
        told.unwrap_or(Name(Vocabulary::Odrl, action))
    }

    fn exists(self) -> bool {
        match self {
            Name(Vocabulary::Odrl, "use" | "transfer") => true,
            Name(Vocabulary::Catenax, local) => local == CATENAX_ACCESS,
            Name(_, _) => self.includer().is_some(),
        }
    }

    fn includer(self) -> Option<Name<'static>> {
        const USE: Name<'static> = Name(Vocabulary::Odrl, "use");
        let Name(vocabulary, local) = self;
        match vocabulary {
            Vocabulary::Odrl => {
                let row = INCLUDED_IN.binary_search_by_key(&local, |(action, _)| *action).ok()?;
                INCLUDED_IN.get(row).map(|(_, outer)| Name(Vocabulary::Odrl, outer))
            }
            Vocabulary::CreativeCommons => CREATIVE_COMMONS.contains(&local).then_some(USE),
            Vocabulary::Admissibility => {
                ADMISSIBILITY.iter().find(|(action, _)| *action == local).map(|(_, outer)| *outer)
            }
            Vocabulary::ExportControl => EXPORT_CONTROL.contains(&local).then_some(USE),
            Vocabulary::Catenax => None,
        }
    }

    fn lineage(self) -> impl Iterator<Item = Name<'a>> {
        std::iter::successors(Some(self), |name| name.includer())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_leads_to_a_root() {
        assert!(INCLUDED_IN.is_sorted_by_key(|(action, _)| *action));
        for (action, _) in INCLUDED_IN {
            let root = Name(Vocabulary::Odrl, action).lineage().last();
            assert!(root.is_some_and(|Name(_, root)| matches!(root, "use" | "transfer")), "{action}");
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
            ("use", "adm:disclose", true),
            ("distribute", "https://w3id.org/symbolon/admissibility/1/disclose", true),
            ("odrl:derive", "adm:train", true),
            ("adm:derive", "derive", false),
            ("use", "ec:recordExport", true),
            ("use", "cc:Distribution", true),
            ("use", "adm:publish", false),
            ("use", "disclose", false),
        ] {
            assert_eq!(covers(outer, inner), expected, "{outer} covers {inner}");
        }
    }
}
