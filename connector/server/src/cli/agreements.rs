//! `symbolon agreements`: what was agreed, what it permits, and until when.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::catalog::several;
use super::client::{Connection, text};
use super::failure::Failure;
use super::output::{Output, table};
use super::terms;
use crate::http_client::path_segment;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon agreements list
  symbolon agreements list --partner did:web:supplier.example
  symbolon agreements show urn:uuid:0190…              what it permits, until when, and what outlives it
  symbolon agreements show urn:uuid:0190… --json | jq .rights
  symbolon agreements terminate urn:uuid:0190… --reason \"the line was sold\"")]
pub(super) struct Agreements {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List agreements, the newest first
    List(List),
    /// Show what an agreement permits, until when, and which duties outlive it
    Show(Show),
    /// End an agreement for both parties, for good; duties that outlive it stay
    Terminate(Terminate),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    connection: Connection,
    /// Only those with this participant
    #[arg(long, value_name = "ID")]
    partner: Option<String>,
    /// How many
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

#[derive(Debug, Args)]
struct Show {
    #[command(flatten)]
    connection: Connection,
    /// The agreement
    id: String,
}

#[derive(Debug, Args)]
struct Terminate {
    #[command(flatten)]
    connection: Connection,
    /// The agreement
    id: String,
    /// Why, for people; the partner reads it
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Why, for programs
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
}

pub(super) async fn run(agreements: Agreements, output: &Output) -> Result<(), Failure> {
    match agreements.action {
        Action::List(list) => show_all(list, output).await,
        Action::Show(show) => show_one(show, output).await,
        Action::Terminate(terminate) => end(terminate, output).await,
    }
}

async fn show_all(list: List, output: &Output) -> Result<(), Failure> {
    let partner = list.partner.as_deref().map(|id| format!("&partner={}", path_segment(id))).unwrap_or_default();
    let all = list.connection.client()?.get(&format!("agreements?limit={}{partner}", list.limit)).await?;
    output.record(&all);
    let mut rows = vec![["AGREEMENT", "ROLE", "ASSET", "STATE", "MAY BE USED", "PARTNER"].map(str::to_owned).to_vec()];
    rows.extend(several(&all, "items").map(row));
    output.say(table(&rows).trim_end());
    Ok(())
}

fn row(agreement: &Value) -> Vec<String> {
    let rights = agreement.get("rights").unwrap_or(&Value::Null);
    ["id", "role", "asset", "state"]
        .map(|member| text(agreement, member))
        .into_iter()
        .chain([text(rights, "summary"), text(agreement, "partner")])
        .map(str::to_owned)
        .collect()
}

async fn show_one(show: Show, output: &Output) -> Result<(), Failure> {
    let agreement = show.connection.client()?.get(&format!("agreements/{}", path_segment(&show.id))).await?;
    output.record(&agreement);
    for line in told(&agreement) {
        output.say(line);
    }
    if let Some(agreed) = agreement.get("terms") {
        output.say("Terms:");
        terms::show(agreed, output);
    }
    Ok(())
}

async fn end(terminate: Terminate, output: &Output) -> Result<(), Failure> {
    let path = format!("agreements/{}/terminate", path_segment(&terminate.id));
    let body = json!({"reason": terminate.reason, "code": terminate.code});
    let agreement = terminate.connection.client()?.post(&path, &body).await?;
    output.record(&agreement);
    for line in told(&agreement) {
        output.say(line);
    }
    Ok(())
}

/// What it is about, what may be done, and what stays to be done.
fn told(agreement: &Value) -> Vec<String> {
    let rights = agreement.get("rights").unwrap_or(&Value::Null);
    let mut lines = vec![
        format!("Agreement {} is {}.", text(agreement, "id"), text(agreement, "state")),
        format!("  about    {}", text(agreement, "asset")),
        format!("  with     {}, we are the {}", text(agreement, "partner"), text(agreement, "role")),
        format!("  since    {}", text(agreement, "concludedAt")),
        format!("  use      {}", text(rights, "summary")),
    ];
    lines.extend(terms::list("           ", several(rights, "because")));
    let surviving = terms::list("  ", several(agreement, "survivingDuties"));
    if !surviving.is_empty() {
        lines.push("What binds beyond its end:".to_owned());
        lines.extend(surviving);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agreement_is_told_with_its_rights_and_what_outlives_it() {
        let agreement = json!({
            "id": "urn:a", "role": "consumer", "asset": "spindle", "state": "IN_FORCE", "partner": "did:web:supplier.example",
            "concludedAt": "2026-02-03T08:00:00.000Z",
            "rights": {"summary": "now, until 2035-12-31T23:00:00Z", "because": ["The date must be before 2035-12-31."]},
            "survivingDuties": ["The assignee keeps the data secret until 2041-01-01."],
        });
        insta::assert_snapshot!(told(&agreement).join("\n"), @r"
        Agreement urn:a is IN_FORCE.
          about    spindle
          with     did:web:supplier.example, we are the consumer
          since    2026-02-03T08:00:00.000Z
          use      now, until 2035-12-31T23:00:00Z
                   - The date must be before 2035-12-31.
        What binds beyond its end:
          - The assignee keeps the data secret until 2041-01-01.
        ");
        let cells =
            ["urn:a", "consumer", "spindle", "IN_FORCE", "now, until 2035-12-31T23:00:00Z", "did:web:supplier.example"];
        assert_eq!(row(&agreement), cells);
    }
}
