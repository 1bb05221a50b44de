//! Policies from text: JSON-LD, Turtle, or an exported agreement.

use serde_json::Value;
use symbolon_policies_odrl::{PolicyDocument, PolicyError};

use crate::attestation;
use crate::problem::{Kind, Problem};

/// The largest text that is read, in bytes.
pub const MAX_TEXT: usize = attestation::MAX_FILE;

/// Reads one policy: JSON-LD, Turtle, or the agreement in an exported file. Which of them it is, the text itself shows.
///
/// # Errors
/// 422 if it is none of them, or none that is within the reader's bounds.
pub fn of_text(text: &str) -> Result<PolicyDocument, Problem> {
    let begins = text.trim_start_matches('\u{feff}').trim_start();
    match begins.bytes().next() {
        Some(b'{') => of_json_text(begins),
        // Turtle may begin with a blank node.
        Some(b'[') => of_json_text(begins).or_else(|refused| of_turtle(begins).map_err(|_| refused)),
        Some(_) => of_turtle(begins),
        None => Err(unusable(&PolicyError { path: String::new(), reason: "there is no text".to_owned() })),
    }
}

fn of_json_text(text: &str) -> Result<PolicyDocument, Problem> {
    let parsed: Value = serde_json::from_str(text)
        .map_err(|error| Problem::new(Kind::Unprocessable, "policy.unusable", format!("this is no JSON: {error}")))?;
    match parsed {
        Value::Object(mut file) if is_export(&file) => of_json(file.remove("agreement").unwrap_or_default()),
        policy => of_json(policy),
    }
}

fn is_export(file: &serde_json::Map<String, Value>) -> bool {
    let format = file.get("format").and_then(Value::as_str).unwrap_or_default();
    format.starts_with("symbolon-agreement/") && file.contains_key("agreement")
}

/// Reads one policy in JSON-LD.
///
/// # Errors
/// 422 with the place and the reason.
pub fn of_json(policy: Value) -> Result<PolicyDocument, Problem> {
    PolicyDocument::parse(policy).map_err(|error| unusable(&error))
}

/// Reads one policy in Turtle.
///
/// # Errors
/// 422 with the place and the reason.
pub fn of_turtle(turtle: &str) -> Result<PolicyDocument, Problem> {
    PolicyDocument::parse_turtle(turtle).map_err(|error| unusable(&error))
}

/// 422 for what is no policy, or cannot be used as one.
pub fn unusable(error: &PolicyError) -> Problem {
    let at = if error.path.is_empty() { String::new() } else { format!("{}: ", error.path) };
    let problem = Problem::new(Kind::Unprocessable, "policy.unusable", format!("{at}{}", error.reason));
    if error.path.is_empty() { problem } else { problem.with_rule(&*error.path) }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    const TURTLE: &str = "@prefix odrl: <http://www.w3.org/ns/odrl/2/> .\n";

    #[test]
    fn the_text_itself_shows_what_it_is() {
        let policy = json!({"@type": "Set", "@id": "urn:p", "permission": [{"action": "use"}]});
        let export = json!({"format": "symbolon-agreement/2", "agreement": policy, "attestations": []});
        let blank = "[ a odrl:Set ; odrl:permission [ odrl:action odrl:use ] ] .";
        for text in [
            policy.to_string(),
            format!("\u{feff}\n  {policy}"),
            json!([policy]).to_string(),
            export.to_string(),
            format!("{TURTLE}<urn:p> a odrl:Set ; odrl:permission [ odrl:action odrl:use ] ."),
            format!("# a comment\n{TURTLE}{blank}"),
        ] {
            let read = of_text(&text).unwrap();
            assert_eq!(read.policy().permissions.len(), 1, "{text}");
        }
    }

    #[test]
    fn what_is_no_policy_is_refused_with_a_reason() {
        for text in ["", "   \n", "{", "[]", "{\"permission\": 5}", "nonsense", "\u{0}", "[ odrl:x", TURTLE] {
            let refused = of_text(text).unwrap_err();
            assert_eq!((refused.kind, refused.code.as_str()), (Kind::Unprocessable, "policy.unusable"), "{text:?}");
            assert!(!refused.detail.is_empty(), "{text:?}");
        }
        let deep = "[".repeat(100_000);
        assert!(of_text(&deep).is_err() && of_text(&format!("{{\"permission\":{deep}")).is_err());
    }
}
