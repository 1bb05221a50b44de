//! What a problem knows of names: the taxonomies of the suite, and the facts that stand in the problem itself.

use std::collections::BTreeMap;

use oxrdf::{NamedOrBlankNode, Term};
use oxttl::TurtleParser;
use symbolon_policies_odrl::compose::Knowledge;

use super::Case;
use super::problem::{Expression, assertions};

const LINKS: [&str; 2] =
    ["https://www.geonames.org/ontology#parentFeature", "http://www.w3.org/2004/02/skos/core#broader"];

/// Names in problems and the IRIs that policies have for them.
const NAMES: &[(&str, &str)] = &[
    ("gn_europe", "https://sws.geonames.org/6255148/"),
    ("gn_france", "https://sws.geonames.org/3017382/"),
    ("gn_germany", "https://sws.geonames.org/2921044/"),
    ("gn_bayern", "https://sws.geonames.org/2951839/"),
    ("gn_ile_de_france", "https://sws.geonames.org/3012874/"),
    ("gn_strasbourg", "https://sws.geonames.org/2973783/"),
    ("gn_munich", "https://sws.geonames.org/2867714/"),
];

/// The taxonomies and the facts of the problem.
pub(crate) fn of(case: &Case) -> Knowledge {
    if !case.problem.starts_with("KGC") {
        return Knowledge::default();
    }
    stated(taxonomies(case), &case.smt, "kge")
}

/// Both taxonomies, each edge as part and as kind: the suite has one order for all operators.
pub(crate) fn taxonomies(case: &Case) -> Knowledge {
    let mut known = Knowledge::default();
    for file in ["geonames.ttl", "dpv.ttl"] {
        let text = std::fs::read_to_string(case.folder.join("KGConstraints/Resources").join(file)).unwrap();
        for triple in TurtleParser::new().for_slice(&text) {
            let triple = triple.unwrap();
            if let (NamedOrBlankNode::NamedNode(low), Term::NamedNode(high)) = (&triple.subject, &triple.object)
                && LINKS.contains(&triple.predicate.as_str())
            {
                known = known.with_part(low.as_str(), high.as_str()).with_kind(low.as_str(), high.as_str());
            }
        }
    }
    known
}

/// Adds the order and the disjointness of one theory of the problem: `kge_leq`, or `leq_R`.
pub(crate) fn stated(known: Knowledge, smt: &str, theory: &str) -> Knowledge {
    facts(smt, theory).into_iter().fold(known, |known, (disjoint, one, two)| {
        if disjoint { known.with_disjoint(&one, &two) } else { known.with_part(&one, &two).with_kind(&one, &two) }
    })
}

/// Whether two names are disjoint, or the first below the second.
fn facts(smt: &str, theory: &str) -> Vec<(bool, String, String)> {
    let relations = [("leq", false), ("disjoint", true)];
    let of = |assertion: &Expression| {
        let Expression::List(parts) = assertion else { return None };
        let [Expression::Atom(relation), Expression::Atom(one), Expression::Atom(two)] = parts.as_slice() else {
            return None;
        };
        let (_, disjoint) = relations
            .iter()
            .find(|(name, _)| *relation == format!("{theory}_{name}") || *relation == format!("{name}_{theory}"))?;
        Some((*disjoint, iri(one), iri(two)))
    };
    assertions(smt).iter().filter_map(of).collect()
}

/// The IRI of a name in a problem.
pub(crate) fn iri(name: &str) -> String {
    if let Some((_, iri)) = NAMES.iter().find(|(known, _)| *known == name) {
        return (*iri).to_owned();
    }
    if let Some(language) = name.strip_prefix("bcp_") {
        return format!("https://tools.ietf.org/html/bcp47#{language}");
    }
    match name.strip_prefix("dpv_") {
        Some(words) => {
            let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
            format!("https://w3id.org/dpv#{}", words.split('_').map(capital).collect::<String>())
        }
        None => format!("urn:example:{name}"),
    }
}

/// The names of one theory that correspond to names of another.
pub(crate) fn alignment(smt: &str) -> BTreeMap<String, String> {
    let of = |assertion: &Expression| {
        let Expression::List(parts) = assertion else { return None };
        let [Expression::Atom(relation), Expression::Atom(one), Expression::Atom(two)] = parts.as_slice() else {
            return None;
        };
        (relation == "align").then(|| (iri(one), iri(two)))
    };
    assertions(smt).iter().filter_map(of).collect()
}

/// What is known of names, told of the names that correspond to them.
pub(crate) fn transported(smt: &str, theory: &str, names: &BTreeMap<String, String>) -> Knowledge {
    let moved = |name: &String| names.get(name).unwrap_or(name).clone();
    facts(smt, theory).iter().fold(Knowledge::default(), |known, (disjoint, one, two)| {
        let (one, two) = (moved(one), moved(two));
        if *disjoint { known.with_disjoint(&one, &two) } else { known.with_part(&one, &two) }
    })
}
