//! Our contexts mean the same as the official ones: whatever is expanded with either gives the same RDF.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod official;

use std::collections::BTreeSet;
use std::fs;

use oxjsonld::{JsonLdParser, JsonLdRemoteDocument};
use oxrdf::Dataset;
use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use serde_json::{Map, Value, json};
use symbolon_vocab::{catenax, contexts, did, dspace, edc, odrl, tractusx};

#[test]
fn official_examples_expand_alike() {
    let Some(folder) = official::folder() else { return };
    let mut expanded = 0;
    for path in official::files(&folder, "example", ".json") {
        let mut example = official::json(&path);
        if example.get("@context").is_none() {
            continue;
        }
        assert_alike(&example, &path.display().to_string());
        example["@context"] = json!([dspace::CONTEXT, edc::DSPACE_CONTEXT, tractusx::AUTH_CONTEXT, catenax::CONTEXT]);
        assert_alike(&example, &format!("{} with the peers' contexts", path.display()));
        expanded += 1;
    }
    assert_eq!(expanded, 26, "examples with a context");
}

#[test]
fn every_term_means_the_same_in_every_class() {
    let Some(folder) = official::folder() else { return };
    let messages = official::json(&folder.join("context/dspace.jsonld"));
    let profile = official::json(&folder.join("context/odrl.jsonld"));
    let terms = every_term(&[&messages, &profile]);
    let members: Map<String, Value> = terms.iter().map(|term| (term.clone(), values())).collect();
    for class in terms.iter().filter(|term| term.starts_with(char::is_uppercase)) {
        for context in [vec![dspace::CONTEXT], vec![dspace::ODRL_PROFILE], vec![dspace::CONTEXT, dspace::ODRL_PROFILE]]
        {
            let mut document = members.clone();
            document.insert("@context".into(), json!(context));
            document.insert("@id".into(), json!("urn:example:node"));
            document.insert("@type".into(), json!(class));
            document.insert("urn:example:inside".into(), inner_nodes());
            for keyword_alias in ["id", "type"] {
                document.remove(keyword_alias);
            }
            assert_alike(&Value::Object(document), &format!("{class} under {context:?}"));
        }
    }
}

#[test]
fn terms_are_protected_alike() {
    let Some(folder) = official::folder() else { return };
    let messages = official::json(&folder.join("context/dspace.jsonld"));
    let mut refused = 0;
    // A prefix that another definition uses is protected or not depending on the order of processing; ours are not used.
    let prefixes = ["xsd", "dct", "dcat", "odrl", "dspace"];
    for term in every_term(&[&messages]).into_iter().filter(|term| !prefixes.contains(&term.as_str())) {
        let redefined =
            json!({ "@context": [dspace::CONTEXT, { &term: "urn:example:other" }], "@id": "urn:example:node" });
        assert_eq!(expand(&redefined, ours).is_err(), expand(&redefined, theirs).is_err(), "{term}");
        refused += usize::from(expand(&redefined, ours).is_err());
        let within = json!({
            "@context": dspace::CONTEXT, "@id": "urn:example:node", "@type": "ContractRequestMessage",
            "offer": { "@context": { &term: "urn:example:other" }, "@type": "Offer", &term: "value" }
        });
        assert_alike(&within, &term);
    }
    assert!(refused > 30, "only {refused} terms are protected");
}

#[test]
fn peers_contexts_give_terms_their_meaning() {
    let filter = json!({
        "@context": [dspace::CONTEXT, edc::DSPACE_CONTEXT], "@type": "CatalogRequestMessage", "@id": "urn:example:m",
        "filter": [{ "@type": "QuerySpec", "limit": 5, "filterExpression": [
            { "@type": "Criterion", "operandLeft": "id", "operator": "=", "operandRight": "x" }
        ] }]
    });
    assert_names(&filter, &[edc::LIMIT, edc::FILTER_EXPRESSION, edc::OPERAND_LEFT, edc::OPERATOR, edc::OPERAND_RIGHT]);
    let policy = json!({
        "@context": [dspace::ODRL_PROFILE, catenax::CONTEXT], "@type": "Set", "@id": "urn:example:p",
        "permission": [{ "action": "access", "constraint": [
            { "leftOperand": "Membership", "operator": "eq", "rightOperand": "active" }
        ] }]
    });
    assert_names(&policy, &[odrl::SET, catenax::ACCESS, catenax::MEMBERSHIP, odrl::EQ, odrl::LEFT_OPERAND]);
    let address = json!({ "@context": tractusx::AUTH_CONTEXT, "@id": "urn:example:a", "expiresIn": "300" });
    assert_names(&address, &[tractusx::EXPIRES_IN]);
    let document = json!({
        "@context": did::CONTEXT, "id": "did:example:1", "authentication": ["did:example:1#key"],
        "service": [{ "id": "did:example:1#dsp", "serviceEndpoint": "https://example.com" }]
    });
    assert_names(&document, &[did::AUTHENTICATION, did::SERVICE, did::SERVICE_ENDPOINT]);
}

#[test]
fn only_built_in_contexts_are_known() {
    assert_eq!(contexts::urls().count(), 6);
    for url in contexts::urls() {
        let document: Value = serde_json::from_str(contexts::document(url).unwrap()).unwrap();
        assert!(document["@context"].is_object(), "{url}");
    }
    for unknown in ["", "https://example.com/context.jsonld", "https://w3id.org/dspace/2025/1/context.jsonld/"] {
        assert_eq!(contexts::document(unknown), None);
    }
}

fn assert_alike(document: &Value, what: &str) {
    let (ours, theirs) = (expand(document, ours), expand(document, theirs));
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{what}"),
        (Err(_), Err(_)) => {}
        _ => panic!("{what}: one side fails to expand: ours {ours:?}, theirs {theirs:?}"),
    }
}

fn assert_names(document: &Value, iris: &[&str]) {
    let quads = expand(document, ours).unwrap().join("\n");
    for iri in iris {
        assert!(quads.contains(&format!("<{iri}>")), "{iri} is not in:\n{quads}");
    }
}

/// The document as canonical N-Quads. There is no base IRI, as the protocol wants it.
fn expand(document: &Value, load: fn(&str) -> Option<String>) -> Result<Vec<String>, String> {
    let quads = JsonLdParser::new()
        .for_slice(document.to_string().as_bytes())
        .with_load_document_callback(move |url, _| match load(url) {
            Some(document) => {
                Ok(JsonLdRemoteDocument { document: document.into_bytes(), document_url: url.to_owned() })
            }
            None => Err(format!("unknown context {url}").into()),
        })
        .collect::<Result<Dataset, _>>();
    let mut dataset = quads.map_err(|error| error.to_string())?;
    dataset.canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm: CanonicalizationHashAlgorithm::Sha256 });
    let mut lines: Vec<String> = dataset.iter().map(|quad| quad.to_string()).collect();
    lines.sort();
    Ok(lines)
}

fn ours(url: &str) -> Option<String> {
    contexts::document(url).map(str::to_owned)
}

/// The official documents; for the contexts of others, which are not among them, ours.
fn theirs(url: &str) -> Option<String> {
    let name = match url {
        dspace::CONTEXT => "context/dspace.jsonld",
        dspace::ODRL_PROFILE => "context/odrl.jsonld",
        _ => return ours(url),
    };
    fs::read_to_string(official::folder()?.join(name)).ok()
}

/// The terms of these contexts and of the contexts within them.
fn every_term(documents: &[&Value]) -> BTreeSet<String> {
    let mut terms = BTreeSet::new();
    for document in documents {
        for (term, definition) in document["@context"].as_object().unwrap() {
            terms.insert(term.clone());
            terms.extend(definition["@context"].as_object().into_iter().flat_map(Map::keys).cloned());
        }
    }
    terms.retain(|term| !term.starts_with('@'));
    terms
}

/// Values that each form of term reads differently.
fn values() -> Value {
    json!(["REQUESTED", "use", "urn:example:iri", "words", 5])
}

/// Nodes within a node: which terms they still know depends on what the outer node's class passes on.
fn inner_nodes() -> Value {
    json!([
        {
            "@id": "urn:example:untyped", "endpoint": "e", "action": "use", "offer": "urn:example:offer",
            "permission": [{ "action": "use", "constraint": [{ "leftOperand": "spatial", "operator": "eq" }] }]
        },
        { "@id": "urn:example:address", "@type": "DataAddress", "endpoint": "e", "action": "use", "code": "c" },
        { "@id": "urn:example:set", "@type": "Dataset", "hasPolicy": [{ "@id": "urn:example:o", "@type": "Offer" }] }
    ])
}
