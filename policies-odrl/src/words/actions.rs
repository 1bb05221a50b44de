//! Actions as verbs.

use symbolon_vocab::{admissibility as adm, catenax, cc, export_control as ec};

use super::text::{quoted, spaced};
use crate::action;
use crate::names;

/// What is done to `object`: `distribute x to others`. An action that nobody knows is named as it is.
pub(crate) fn deed(iri: &str, object: &str) -> String {
    if let Some((_, pattern)) = known(iri) {
        return pattern.replace("{}", object);
    }
    if action::is_known(iri) {
        let name = iri.rsplit(['/', '#']).next().unwrap_or(iri);
        return format!("{} {object}", spaced(name));
    }
    format!("do {} with {object}", quoted(iri))
}

fn known(iri: &str) -> Option<&'static (&'static str, &'static str)> {
    if let Some(name) = names::odrl_name(iri) {
        return DEEDS.iter().find(|(known, _)| *known == name);
    }
    OTHER_DEEDS.iter().find(|(known, _)| *known == iri)
}

/// The actions that profiles add, by IRI.
const OTHER_DEEDS: &[(&str, &str)] = &[
    (catenax::ACCESS, "see the offer of {} in the catalogue"),
    (adm::DISCLOSE, "disclose {} to others"),
    (adm::DERIVE, "derive new data from {}"),
    (adm::AGGREGATE, "combine {} with other parties' data"),
    (adm::RETAIN, "keep {}"),
    (adm::TRAIN, "train a model on {}"),
    (adm::REVERSE_ENGINEER, "find out by analysis how {} was made"),
    (adm::REMOVE_ORIGIN, "remove from {} where it comes from"),
    (adm::KEEP_SECRET, "keep {} secret"),
    (adm::PROVE_DELETION, "prove that {} was deleted"),
    (ec::RECORD_EXPORT, "record every export of {}"),
    (cc::ATTRIBUTION, "name the author of {}"),
    (cc::COMMERCIAL_USE, "use {} commercially"),
    (cc::DERIVATIVE_WORKS, "distribute works derived from {}"),
    (cc::DISTRIBUTION, "distribute, display and perform {} in public"),
    (cc::NOTICE, "keep the notices of copyright and licence of {}"),
    (cc::REPRODUCTION, "make copies of {}"),
    (cc::SHARE_ALIKE, "license what is derived from {} on the same terms"),
    (cc::SHARING, "distribute {} commercially"),
    (cc::SOURCE_CODE, "provide the source code of {}"),
];

/// The actions of the ODRL 2.2 vocabulary.
const DEEDS: &[(&str, &str)] = &[
    ("use", "use {}"),
    ("transfer", "transfer {} for good"),
    ("acceptTracking", "accept that the use of {} is tracked"),
    ("aggregate", "combine {} with other data"),
    ("annotate", "annotate {}"),
    ("anonymize", "anonymise {}"),
    ("archive", "archive {}"),
    ("attribute", "name the source of {}"),
    ("compensate", "pay compensation for {}"),
    ("concurrentUse", "make several uses of {} at once"),
    ("delete", "delete every copy of {} after use"),
    ("derive", "derive new works from {}"),
    ("digitize", "digitise {}"),
    ("display", "display {}"),
    ("distribute", "distribute {} to others"),
    ("ensureExclusivity", "ensure that the rule on {} is exclusive"),
    ("execute", "run {}"),
    ("extract", "extract parts of {}"),
    ("give", "give {} away without payment"),
    ("grantUse", "grant others the use of {}"),
    ("include", "include {} in something else"),
    ("index", "index {}"),
    ("inform", "inform somebody about the use of {}"),
    ("install", "install {}"),
    ("modify", "change {}"),
    ("move", "move {} from one place to another"),
    ("nextPolicy", "grant others no more than the next policy for {}"),
    ("obtainConsent", "obtain consent to the use of {}"),
    ("play", "play {}"),
    ("present", "present {} in public"),
    ("print", "print {}"),
    ("read", "read {}"),
    ("reproduce", "copy {}"),
    ("reviewPolicy", "have a person review the policy for {}"),
    ("sell", "sell {}"),
    ("stream", "stream {}"),
    ("synchronize", "synchronise {} with other media"),
    ("textToSpeech", "have {} read aloud by a machine"),
    ("transform", "convert {} into another format"),
    ("translate", "translate {}"),
    ("uninstall", "uninstall {}"),
    ("watermark", "apply a watermark to {}"),
    ("write", "write to {}"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::ODRL;

    #[test]
    fn every_action_of_the_vocabulary_is_a_verb_of_its_own() {
        for (name, pattern) in DEEDS {
            assert!(action::is_known(&format!("{ODRL}{name}")), "{name}");
            assert!(pattern.contains("{}"), "{name}");
        }
        for (iri, pattern) in OTHER_DEEDS {
            assert!(action::is_known(iri) && pattern.contains("{}"), "{iri}");
        }
        for iri in action::known() {
            assert!(known(&iri).is_some(), "{iri} is no verb yet");
        }
        assert_eq!(deed("http://www.w3.org/ns/odrl/2/delete", "`x`"), "delete every copy of `x` after use");
        assert_eq!(deed("urn:x:frame", "`x`"), "do `urn:x:frame` with `x`");
    }
}
