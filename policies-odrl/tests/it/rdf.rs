use oxjsonld::{JsonLdParser, JsonLdRemoteDocument};
use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxrdf::{Dataset, GraphName, NamedNode, NamedOrBlankNode};
use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_policies_odrl::{PolicyDocument, rdf};

use crate::{generate, shared};

const MESSAGE: &str = "urn:uuid:message";

/// The policy's share of what JSON-LD makes of a message; `None` without the official contexts.
fn expanded(policy: &Value) -> Option<Dataset> {
    let agreed = policy["@type"] == "Agreement";
    let (kind, member) =
        if agreed { ("ContractAgreementMessage", "agreement") } else { ("ContractRequestMessage", "offer") };
    let context = "https://w3id.org/dspace/2025/1/context.jsonld";
    let message =
        json!({"@context": [context], "@id": MESSAGE, "@type": kind, "consumerPid": "urn:uuid:c", member: policy})
            .to_string();
    let contexts = shared::path("dsp-2025-1/context")?;
    let parser = JsonLdParser::new().for_slice(&message).with_load_document_callback(move |url, _| {
        let file = if url == context { "dspace.jsonld" } else { "odrl.jsonld" };
        Ok(JsonLdRemoteDocument { document: std::fs::read(contexts.join(file))?, document_url: url.to_owned() })
    });
    let outer = NamedOrBlankNode::from(NamedNode::new(MESSAGE).unwrap());
    Some(parser.map(Result::unwrap).filter(|quad| quad.subject != outer).collect())
}

fn canonical(mut dataset: Dataset) -> String {
    dataset.canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm: CanonicalizationHashAlgorithm::Sha256 });
    let mut lines: Vec<_> = dataset.iter().map(|quad| quad.to_string()).collect();
    lines.sort();
    lines.join("\n")
}

fn mapped(policy: &Value) -> Dataset {
    rdf::to_dataset(&PolicyDocument::parse(policy.clone()).unwrap(), GraphName::DefaultGraph)
}

fn agrees(policy: &Value) {
    if let Some(expanded) = expanded(policy) {
        assert_eq!(canonical(mapped(policy)), canonical(expanded), "{policy:#}");
    }
}

#[test]
fn official_examples_map_as_they_expand() {
    for (_, message) in shared::folder("dsp-2025-1/negotiation/example") {
        ["offer", "agreement"].into_iter().filter_map(|member| message.get(member)).for_each(agrees);
    }
}

#[test]
fn corner_cases_map_as_they_expand() {
    for policy in [
        json!({"@id": "ACN0101", "@type": "Offer", "permission": [{"@id": "relative", "action": "use", "constraint": [{"and": []}]}]}),
        json!({"@id": "urn:o", "@type": ["Offer", "odrl:Policy", "unknown"], "target": ["urn:t", {"@id": "urn:u", "dct:title": "x"}], "profile": ["urn:p", "q"]}),
        json!({"@id": "urn:o", "@type": "Offer", "timestamp": "2026-01-01T00:00:00Z", "callbackAddress": "https://x", "providerPid": "urn:p"}),
        json!({"@id": "urn:a", "@type": "Agreement", "timestamp": "2026-01-01T00:00:00Z", "callbackAddress": "https://x", "assignee": "a b"}),
        json!({"@id": "urn:o", "@type": "Offer", "odrl:permission": {"odrl:action": {"@id": "odrl:use"}, "odrl:target": "urn:literal"}}),
        json!({"@id": "urn:o", "@type": "Offer", "permission": [{"@id": "_:x", "action": "use"}], "hasPolicy": ["_:x", "urn:elsewhere", 5]}),
        json!({"@id": "urn:o", "@type": "Offer", "urn:x": [5, 5.0, 1.25, 1e21, 123456789012345678_u64, -0.0, true, null, {"@value": null}, "x"]}),
        json!({"@id": "urn:o", "@type": "Offer", "urn:x": {"@list": [1, {"@list": []}, {"@id": "rel"}, {"plain": 1}]}}),
        json!({"@id": "urn:o", "@type": "Offer", "plain": {"@id": "urn:hidden", "dct:title": "x"}, "use": "x", "action": ["use", "read", "xsd:y", "dcat"]}),
        json!({"@id": "urn:o", "@type": "Offer", "urn:x": [{"@value": "x", "@language": "de-AT"}, {"@value": 7, "@type": "xsd:decimal"}, {}]}),
    ] {
        agrees(&policy);
    }
}

#[test]
fn what_leaves_no_trace_is_named() {
    let policy = json!({"@id": "urn:a", "@type": "Agreement", "assignee": "BPNL000000000001", "extra": 1, "permission": [{
        "action": "use",
        "constraint": [{"or": [{"leftOperand": "purpose", "operator": "eq", "rightOperand": ["x", {"@value": "y", "@direction": "ltr"}]}]}]
    }]});
    let mut unmapped = rdf::unmapped(&PolicyDocument::parse(policy).unwrap());
    unmapped.sort();
    assert_eq!(
        unmapped,
        [
            "assignee",
            "extra",
            "permission[0].constraint[0].or[0].leftOperand",
            "permission[0].constraint[0].or[0].rightOperand[1]"
        ]
    );
}

#[test]
fn quads_lie_in_the_graph_that_was_asked_for() {
    let graph = GraphName::from(NamedNode::new("urn:graph").unwrap());
    let document =
        PolicyDocument::parse(json!({"@id": "urn:o", "@type": "Offer", "permission": [{"action": "use"}]})).unwrap();
    let dataset = rdf::to_dataset(&document, graph.clone());
    assert_eq!(dataset.len(), 3);
    assert!(dataset.iter().all(|quad| quad.graph_name == graph.as_ref()));
}

proptest! {
    #[test]
    fn generated_policies_map_as_they_expand(policy in generate::wire_policy()) {
        agrees(&policy);
    }
}
