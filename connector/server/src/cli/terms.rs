//! What terms say, as the commands print it before and after they are signed.

use serde_json::Value;

use super::catalog::several;
use super::output::Output;

/// What stands above terms that no connector checks.
const CONTRACTUAL: &str = "Contractual only: no connector checks this; who signs it has to keep it";
/// What stands above terms that nobody can decide.
const NOT_UNDERSTOOD: &str = "Not understood: every request that depends on it is refused";

/// Prints sentences, and apart from them what is contractual only and what is not understood.
pub(super) fn show(terms: &Value, output: &Output) {
    for line in lines(terms) {
        output.say(line);
    }
}

/// As [`show`] prints them.
pub(super) fn lines(terms: &Value) -> Vec<String> {
    // Sentences have numbers of their own, as in a contract.
    let sentences = several(terms, "sentences").filter_map(Value::as_str);
    let mut lines: Vec<String> = sentences.map(|sentence| format!("  {sentence}")).collect();
    lines.extend(caveats(terms, ""));
    lines
}

/// What one has to know beside the sentences: what is contractual only, what is not understood, and why terms cannot be read.
pub(super) fn caveats(terms: &Value, unreadable: &str) -> Vec<String> {
    let mut lines = Vec::new();
    if !unreadable.is_empty() {
        lines.push(format!("  Its terms cannot be read: {unreadable}"));
    }
    for (member, heading) in [("contractualOnly", CONTRACTUAL), ("notUnderstood", NOT_UNDERSTOOD)] {
        let listed = list("    ", several(terms, member));
        if !listed.is_empty() {
            lines.push(format!("  {heading}:"));
            lines.extend(listed);
        }
    }
    lines
}

/// One line for each text, however many lines the text has.
pub(super) fn list<'a>(indent: &str, texts: impl Iterator<Item = &'a Value>) -> Vec<String> {
    let line = |text: &str| format!("{indent}- {}", text.replace('\n', &format!("\n{indent}  ")));
    texts.filter_map(Value::as_str).map(line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_nobody_checks_stands_apart() {
        let terms = json!({
            "sentences": ["The assignee may use it."],
            "contractualOnly": ["The data is not to be used for advertising."],
            "notUnderstood": [],
        });
        insta::assert_snapshot!(lines(&terms).join("\n"), @r"
          The assignee may use it.
          Contractual only: no connector checks this; who signs it has to keep it:
            - The data is not to be used for advertising.
        ");
        assert!(lines(&json!({})).is_empty());
    }
}
