//! The published vocabulary: Turtle that says what the tables in the code say, a page and shapes made from it, and a SHACL engine that
//! accepts our policies by the shapes and refuses broken ones.

mod page;
mod shacl;
mod shapes;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use oxrdf::{NamedOrBlankNode, Term, Triple};
use oxttl::TurtleParser;
use symbolon_policies_odrl::profile::admissibility::Profile;
use symbolon_policies_odrl::profile::{Enforcement, Operand, Place, Shape, added_actions, included_in, operands};
use symbolon_policies_odrl::{PolicyDocument, profile};
use symbolon_vocab::{admissibility as adm, export_control as ec, odrl};

const FILES: [&str; 2] = ["admissibility.ttl", "export-control.ttl"];
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";
const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const DCT: &str = "http://purl.org/dc/terms/";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vocabulary")
}

/// The statements of one file, in the order of the file.
struct Vocabulary {
    triples: Vec<Triple>,
}

impl Vocabulary {
    fn read(file: &str) -> Self {
        let text = std::fs::read(folder().join(file)).unwrap();
        Self { triples: TurtleParser::new().for_slice(&text).collect::<Result<_, _>>().unwrap() }
    }

    /// The terms of a class, in the order of the file.
    fn all(&self, class: &str) -> Vec<String> {
        let of = self
            .triples
            .iter()
            .filter(|triple| triple.predicate.as_str() == format!("{RDF}type") && shown(&triple.object) == class);
        of.map(|triple| subject(triple).to_owned()).collect()
    }

    /// The values of a property, in the order of the file.
    fn values(&self, term: &str, property: &str) -> Vec<String> {
        let of = self.triples.iter().filter(|triple| subject(triple) == term && triple.predicate.as_str() == property);
        of.map(|triple| shown(&triple.object)).collect()
    }

    fn value(&self, term: &str, property: &str) -> Option<String> {
        let mut values = self.values(term, property);
        assert!(values.len() <= 1, "{term} {property}");
        values.pop()
    }
}

fn subject(triple: &Triple) -> &str {
    match &triple.subject {
        NamedOrBlankNode::NamedNode(node) => node.as_str(),
        NamedOrBlankNode::BlankNode(node) => node.as_str(),
    }
}

fn shown(term: &Term) -> String {
    match term {
        Term::NamedNode(node) => node.as_str().to_owned(),
        Term::BlankNode(node) => node.as_str().to_owned(),
        Term::Literal(literal) => literal.value().to_owned(),
    }
}

/// A term as the vocabulary files write it.
fn short(iri: &str) -> String {
    let prefixes = [
        ("adm", adm::NAMESPACE),
        ("ec", ec::NAMESPACE),
        ("odrl", odrl::NAMESPACE),
        ("xsd", symbolon_vocab::xsd::NAMESPACE),
    ];
    let found =
        prefixes.iter().find_map(|(prefix, namespace)| Some(format!("{prefix}:{}", iri.strip_prefix(namespace)?)));
    found.unwrap_or_else(|| format!("<{iri}>"))
}

fn ours() -> impl Iterator<Item = &'static Operand> {
    operands().filter(|known| matches!(known.namespace, adm::NAMESPACE | ec::NAMESPACE))
}

#[test]
fn the_tables_and_the_turtle_say_the_same() {
    let mut seen = 0;
    for file in FILES {
        let vocabulary = Vocabulary::read(file);
        for iri in vocabulary.all(odrl::LEFT_OPERAND_CLASS) {
            let known = profile::operand(&iri).unwrap();
            let value = |property: &str| vocabulary.value(&iri, property);
            let Enforcement::Decided { fact } = known.enforcement else { panic!("{iri} is decided") };
            assert_eq!(value(&format!("{RDFS}label")).as_deref(), Some(known.label), "{iri}");
            assert_eq!(value(&format!("{SKOS}definition")).as_deref(), Some(known.definition), "{iri}");
            assert_eq!(value(&format!("{}knownFrom", adm::NAMESPACE)).as_deref(), Some(fact), "{iri}");
            assert_eq!(
                value(&format!("{}takesDatatype", adm::NAMESPACE)).as_deref(),
                Some(known.datatype.iri()),
                "{iri}"
            );
            let listed = |property: &str| -> BTreeSet<_> {
                vocabulary.values(&iri, &format!("{}{property}", adm::NAMESPACE)).into_iter().collect()
            };
            let operators = known.operators.iter().map(|operator| format!("{}{}", odrl::NAMESPACE, operator.name()));
            assert_eq!(listed("takesOperator"), operators.collect(), "{iri}");
            assert_eq!(
                listed("standsIn"),
                known.places.iter().map(|place| class(*place).to_owned()).collect(),
                "{iri}"
            );
            let every = value(&format!("{}everyValueCounts", adm::NAMESPACE)).is_some();
            assert_eq!(every, known.every_value_counts(), "{iri}");
            let pattern = value(&format!("{}takesPattern", adm::NAMESPACE));
            assert_eq!(
                pattern.is_some(),
                known.shape != Shape::Any,
                "{iri} has a pattern where its values have a shape"
            );
            seen += 1;
        }
    }
    assert_eq!(seen, ours().count());
}

#[test]
fn the_actions_of_the_code_are_those_of_the_turtle() {
    let mut described = BTreeSet::new();
    for file in FILES {
        let vocabulary = Vocabulary::read(file);
        for iri in vocabulary.all(odrl::ACTION) {
            assert_eq!(vocabulary.value(&iri, odrl::INCLUDED_IN), included_in(&iri), "{iri}");
            described.insert(iri);
        }
    }
    assert_eq!(described, added_actions().collect());
}

/// The class of rules that a place stands for.
fn class(place: Place) -> &'static str {
    match place {
        Place::Access | Place::Permission => odrl::PERMISSION,
        Place::Prohibition => odrl::PROHIBITION,
        Place::Obligation => odrl::DUTY,
    }
}

#[test]
fn what_is_made_from_the_turtle_is_fresh() {
    let vocabularies = FILES.map(Vocabulary::read);
    for (file, fresh) in [("README.md", page::page(&vocabularies)), ("shapes.ttl", shapes::shapes(&vocabularies))] {
        let path = folder().join(file);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &fresh).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == fresh, "policies-odrl/vocabulary/{file} is stale; run this test with UPDATE=1");
    }
}

/// What the typed form of a profile becomes in ODRL: policies made from the terms beside them.
const EXAMPLES: [&str; 3] = ["supplier-quality", "tool-path", "recipe"];

#[test]
fn the_example_policies_are_made_from_their_terms() {
    for name in EXAMPLES {
        let folder = folder().join("examples");
        let terms = std::fs::read(folder.join(format!("{name}.terms.json"))).unwrap();
        let terms: Profile = serde_json::from_slice(&terms).unwrap();
        let policy = terms.to_policy(&format!("urn:example:{name}")).unwrap();
        let fresh = format!("{:#}\n", policy.json());
        let path = folder.join(format!("{name}.json"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &fresh).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == fresh, "policies-odrl/vocabulary/examples/{name}.json is stale; run this test with UPDATE=1");
        assert_eq!(profile::check(policy.policy()), [], "{name}");
        assert_eq!(Profile::from_policy(policy.policy()).unwrap(), terms, "{name}");
    }
}

/// What the page shows as an example is one.
#[test]
fn the_examples_of_the_page_are_read_without_a_finding() {
    for vocabulary in FILES.map(Vocabulary::read) {
        for iri in vocabulary.all(odrl::LEFT_OPERAND_CLASS) {
            for example in vocabulary.values(&iri, &format!("{SKOS}example")) {
                let example: serde_json::Value = serde_json::from_str(&example).unwrap();
                let (member, rule) = match example.get("action") {
                    Some(_) => ("prohibition", example),
                    None => ("permission", serde_json::json!({ "action": "use", "constraint": [example] })),
                };
                let policy = serde_json::json!({ "@type": "Set", "@id": "urn:example:policy", member: [rule] });
                let document = PolicyDocument::parse(policy).unwrap();
                assert_eq!(profile::check(document.policy()), [], "{iri}");
            }
        }
    }
}
