//! Any bytes, as JSON where they are JSON and as Turtle otherwise. Nothing panics, and what is read says the same in its canonical forms.

#![no_main]

use libfuzzer_sys::fuzz_target;
use symbolon_policies_odrl::{PolicyDocument, Request, World, dsp, evaluate, explain, profile, rdf, words};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(json) => {
            let _ = (dsp::check_agreement(&json), dsp::check_catalog_offer(&json), dsp::check_message_offer(&json));
            PolicyDocument::parse(json).into_iter().for_each(|document| used(&document));
        }
        Err(_) => {
            let _ = PolicyDocument::parse_turtle(text);
            PolicyDocument::policies_in_turtle(text).into_iter().flatten().for_each(|document| used(&document));
        }
    }
});

fn used(document: &PolicyDocument) {
    let policy = document.policy();
    let request = Request {
        action: "use".into(),
        target: "urn:example:t".into(),
        assignee: "did:web:oem.example".into(),
        assigner: None,
    };
    let Ok(now) = "2026-02-03T08:00:00Z".parse() else { return };
    let world = World::at(now).with("purpose", "a").with("count", 5);
    assert_eq!(evaluate(policy, &request, &world).permitted, explain(policy, &request, &world).permitted);
    let _ = (policy.validity(), profile::check(policy), words::sentences(policy));
    if let Ok(atomic) = policy.atomic() {
        assert_eq!(evaluate(&atomic, &request, &world).permitted, evaluate(policy, &request, &world).permitted);
    }
    let _ = (rdf::unmapped(document), policy.with_inherited(&|_| None));
    // A name that is short in the original may be long in full, so that the canonical form is larger than the reader takes.
    let has_actions = policy.validity().iter().all(|finding| finding.code != "rule.action");
    let turtle = policy.to_turtle();
    if has_actions && turtle.len() < 1 << 19 {
        let again = PolicyDocument::parse(policy.canonical_json());
        assert!(again.is_ok_and(|again| again.same_terms(document)), "{turtle}");
        let again = PolicyDocument::parse_turtle(&turtle);
        assert!(again.is_ok_and(|again| again.same_terms(document)), "{turtle}");
    }
}
