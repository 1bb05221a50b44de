//! `symbolon policy check` and `explain`.

use clap::Args;
use serde_json::json;
use symbolon_policies_odrl::dsp;

use super::source::Source;
use crate::cli::client::Connection;
use crate::cli::failure::Failure;
use crate::cli::output::{Output, table};
use crate::cli::terms;
use crate::problem::Finding;
use crate::terms::explaining::{Explained, findings};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon policy check policy.json
  symbolon policy check policy.ttl --wire            also whether partners accept it in DSP messages
  for f in *.json; do symbolon policy check \"$f\"; done

Ends with 5 if a rule is broken.")]
pub(super) struct Check {
    /// A file, stored:ID or agreement:ID
    policy: Source,
    /// Also check the form that the Dataspace Protocol demands in messages
    #[arg(long)]
    wire: bool,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon policy explain policy.json
  symbolon policy explain agreement.json --tree      rules, conditions and duties as a tree
  symbolon policy explain policy.json --turtle       its canonical form as Turtle
  symbolon policy explain agreement:urn:uuid:0190… --json | jq .contractualOnly")]
pub(super) struct Explain {
    /// A file, stored:ID or agreement:ID
    policy: Source,
    /// Print it as a tree
    #[arg(long, conflicts_with_all = ["turtle", "canonical"])]
    tree: bool,
    /// Print its canonical form as Turtle
    #[arg(long, conflicts_with = "canonical")]
    turtle: bool,
    /// Print its canonical form as JSON-LD
    #[arg(long)]
    canonical: bool,
    #[command(flatten)]
    connection: Connection,
}

pub(super) async fn check(check: &Check, output: &Output) -> Result<(), Failure> {
    let policy = check.policy.read(&check.connection).await?;
    let mut broken = findings(policy.policy());
    if check.wire {
        let form = dsp::check_catalog_offer(policy.as_catalog_offer("urn:offer").json());
        broken.extend(form.err().map(|error| Finding {
            path: error.path,
            code: "wire.form".to_owned(),
            sentence: error.reason,
            hint: None,
        }));
    }
    output.record(&json!({"profiles": policy.policy().profiles, "findings": broken}));
    for line in broken.iter().flat_map(told) {
        output.say(line);
    }
    match (broken.len(), policy.policy().profiles.as_slice()) {
        (0, []) => output.say(format!("{} is well formed, and names no profile.", check.policy)),
        (0, profiles) => output.say(format!("{} keeps the rules of {}.", check.policy, profiles.join(" and "))),
        (1, _) => return Err(Failure::No(format!("{} breaks a rule", check.policy))),
        (count, _) => return Err(Failure::No(format!("{} breaks {count} rules", check.policy))),
    }
    Ok(())
}

/// A finding in lines: where and what, and what to do.
pub(super) fn told(finding: &Finding) -> Vec<String> {
    let place = if finding.path.is_empty() { "policy" } else { &finding.path };
    let mut lines = vec![format!("  {place}: {} [{}]", finding.sentence, finding.code)];
    lines.extend(finding.hint.as_ref().map(|hint| format!("    → {hint}")));
    lines
}

pub(super) async fn explain(explain: &Explain, output: &Output) -> Result<(), Failure> {
    let policy = explain.policy.read(&explain.connection).await?;
    let explained = Explained::of(policy.policy());
    let json = serde_json::to_value(&explained).unwrap_or_default();
    output.record(&json);
    if explain.tree {
        output.say(explained.outline.trim_end());
    } else if explain.turtle {
        output.say(explained.turtle.trim_end());
    } else if explain.canonical {
        output.say(format!("{:#}", explained.canonical));
    } else {
        terms::show(&json, output);
        for line in decided(&explained).into_iter().chain(broken(&explained)) {
            output.say(line);
        }
    }
    Ok(())
}

/// What is decided, and by which fact.
fn decided(explained: &Explained) -> Vec<String> {
    let decided = explained.clauses.iter().filter_map(|clause| {
        let fact = clause.fact.as_ref()?;
        Some(vec![format!("    {}", clause.path), fact.clone()])
    });
    let rows: Vec<Vec<String>> = decided.collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let heading = std::iter::once("  Decided at each request, by these facts:".to_owned());
    heading.chain(table(&rows).lines().map(str::to_owned)).collect()
}

/// Which rules of its profiles it breaks.
fn broken(explained: &Explained) -> Vec<String> {
    if explained.findings.is_empty() {
        return Vec::new();
    }
    let heading = std::iter::once("  It breaks rules of the profiles that it names:".to_owned());
    let findings = explained.findings.iter().flat_map(told);
    heading.chain(findings.map(|line| format!("  {line}"))).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use symbolon_policies_odrl::PolicyDocument;

    use super::*;

    #[test]
    fn a_policy_is_told_with_who_decides_it() {
        let constraint = |operand: &str, operator: &str, value: serde_json::Value| {
            let operand = format!("https://w3id.org/catenax/2025/9/policy/{operand}");
            json!({"leftOperand": operand, "operator": operator, "rightOperand": value})
        };
        let policy = json!({"@type": "Offer", "@id": "urn:offer:1", "profile": "https://w3id.org/catenax/2025/9/policy/",
        "permission": [{"action": "use", "constraint": [{"and": [
            constraint("FrameworkAgreement", "eq", json!("DataExchangeGovernance:1.0")),
            constraint("UsagePurpose", "isAnyOf", json!(["cx.pcf.base:1"])),
            constraint("Liability", "eq", json!("cx.grossNegligence:1")),
            constraint("Warranty", "isAnyOf", json!(["cx.warranty.none:1"])),
        ]}]}]});
        let explained = Explained::of(PolicyDocument::parse(policy).unwrap().policy());
        let json = serde_json::to_value(&explained).unwrap();
        let mut lines = terms::lines(&json);
        lines.extend(decided(&explained).into_iter().chain(broken(&explained)));
        insta::assert_snapshot!(lines.join("\n"));
    }
}
