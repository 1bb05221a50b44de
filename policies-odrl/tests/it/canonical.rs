//! The canonical form, in JSON and in Turtle, says what the original says.

use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_policies_odrl::{PolicyDocument, PolicyError};

use crate::{generate, whole};

fn read(json: &Value) -> Result<PolicyDocument, PolicyError> {
    PolicyDocument::parse(json.clone())
}

fn comes_back(policy: &Value) -> Result<(), TestCaseError> {
    let Ok(original) = read(policy) else { return Ok(()) };
    let canonical = original.policy().canonical_json();
    let again = read(&canonical);
    prop_assert!(again.is_ok(), "{:?}\n{canonical:#}", again.map(|_| ()));
    let again = again.unwrap();
    prop_assert!(original.same_terms(&again), "{:#?}\n{:#?}", original.policy(), again.policy());
    prop_assert_eq!(again.policy().canonical_json(), canonical.clone());

    let turtle = original.policy().to_turtle();
    let from_turtle = PolicyDocument::parse_turtle(&turtle);
    let is_policy =
        ["@type", "permission", "prohibition", "obligation"].iter().any(|name| canonical.get(name).is_some());
    prop_assert!(is_policy);
    prop_assert!(from_turtle.is_ok(), "{:?}\n{turtle}", from_turtle.map(|_| ()));
    let from_turtle = from_turtle.unwrap();
    prop_assert_eq!(from_turtle.json(), &canonical, "{}", turtle);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn policies_of_the_wire_come_back(policy in generate::wire_policy()) {
        comes_back(&policy)?;
    }

    #[test]
    fn policies_with_everything_come_back(policy in whole::policy()) {
        comes_back(&policy)?;
    }

    #[test]
    fn nothing_panics(json in generate::anything(), text in "\\PC{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&json).map(|document| document.policy().to_turtle());
        let _ = read(&json!({"@graph": json}));
        let _ = PolicyDocument::policies_in_turtle(&text);
        let _ = PolicyDocument::policies_in_turtle(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn broken_turtle_does_not_panic(policy in whole::policy(), at in any::<prop::sample::Index>(), with in "[\\[\\]();,.<>_:\"a-z@^#\\\\ ]{0,4}") {
        let Ok(document) = read(&policy) else { return Ok(()) };
        let turtle = document.policy().to_turtle();
        let mut at = at.index(turtle.len());
        while !turtle.is_char_boundary(at) {
            at -= 1;
        }
        let end = turtle.char_indices().nth(turtle[..at].chars().count() + with.len()).map_or(turtle.len(), |(end, _)| end);
        let broken = format!("{}{with}{}", &turtle[..at], &turtle[end.max(at)..]);
        for document in PolicyDocument::policies_in_turtle(&broken).into_iter().flatten() {
            let _ = (document.policy().validity(), document.policy().atomic());
        }
    }
}

#[test]
fn it_is_what_the_dataspace_protocol_writes() {
    let policy = json!({
        "@context": {"cx": "https://w3id.org/catenax/2025/9/policy/"},
        "odrl:uid": "urn:p", "@type": "odrl:Offer", "odrl:profile": {"@id": "cx:"},
        "odrl:permission": {
            "odrl:action": {"@id": "odrl:use"},
            "odrl:constraint": {"odrl:and": {"@list": [
                {"odrl:leftOperand": {"@id": "cx:UsagePurpose"}, "odrl:operator": {"@id": "odrl:isAnyOf"},
                 "odrl:rightOperand": {"@value": "cx.core.industrycore:1"}},
                {"odrl:leftOperand": {"@id": "odrl:dateTime"}, "odrl:operator": {"@id": "odrl:lt"},
                 "odrl:rightOperand": {"@value": "2026-01-01T00:00:00Z", "@type": "xsd:dateTime"}},
            ]}},
        },
        "odrl:obligation": {"odrl:action": {"rdf:value": {"@id": "odrl:delete"},
            "odrl:refinement": {"odrl:leftOperand": "delayPeriod", "odrl:operator": "eq", "odrl:rightOperand": "P30D"}}},
        "dct:description": "left out",
    });
    let policy = read(&policy).unwrap();
    let canonical = policy.policy().canonical_json();
    insta::assert_json_snapshot!(canonical);
    insta::assert_snapshot!(policy.policy().to_turtle());
}
