//! `symbolon dataspace`: found a dataspace, and look after those that this connector lives in.

use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::catalog::several;
use super::client::{Client, Connection, required, text};
use super::events::Events;
use super::failure::Failure;
use super::follow::{Following, Process};
use super::output::{Output, table};
use crate::http_client::path_segment;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon dataspace create --id brakes --name 'Brake Makers' --bpn auto
  symbolon dataspace create --id brakes --name 'Brake Makers' --bpn BPNL00000003CRHK --type AuditCredential
  symbolon dataspace list
  symbolon dataspace show brakes
  symbolon dataspace trust brakes --issuer did:web:issuer.example --type MembershipCredential

Whoever creates a dataspace issues its credentials; nobody else is needed to run it. Companies come in by `symbolon invite`.")]
pub(super) struct Dataspace {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Found a dataspace: this connector becomes its issuer and its first member
    Create(Create),
    /// List the dataspaces that this connector lives in
    List(List),
    /// Show one dataspace with all that is known of it
    Show(Show),
    /// Believe an issuer in a dataspace
    Trust(Trust),
}

#[derive(Debug, Args)]
struct Create {
    #[command(flatten)]
    connection: Connection,
    /// Lower-case letters, digits and hyphens
    #[arg(long, value_name = "ID")]
    id: String,
    /// What people call it
    #[arg(long)]
    name: String,
    /// Our business partner number; `auto` makes one of our DID, which counts in this dataspace only
    #[arg(long, value_name = "BPNL")]
    bpn: Option<String>,
    /// A credential type besides membership, number and governance; may be given again
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// How scopes are spelled: tractusx or dcp
    #[arg(long, value_name = "SPELLING", default_value = "tractusx", value_parser = ["tractusx", "dcp"])]
    scopes: String,
    /// Base URL of a directory of business partner numbers (BDRS)
    #[arg(long, value_name = "URL")]
    directory: Option<String>,
    /// The policy profile that all terms offered here have to follow
    #[arg(long, value_name = "IRI")]
    profile: Option<String>,
    /// How long to wait for our own credentials, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    within: u64,
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
struct Show {
    #[command(flatten)]
    connection: Connection,
    /// The dataspace
    id: String,
}

#[derive(Debug, Args)]
struct Trust {
    #[command(flatten)]
    connection: Connection,
    /// The dataspace
    id: String,
    /// DID of the issuer
    #[arg(long, value_name = "DID")]
    issuer: String,
    /// A type that it is believed about; may be given again; any if absent
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
}

pub(super) async fn run(dataspace: Dataspace, output: &Output) -> Result<(), Failure> {
    match dataspace.action {
        Action::Create(create) => found(create, output).await,
        Action::List(list) => show_all(list, output).await,
        Action::Show(show) => show_one(show, output).await,
        Action::Trust(trust) => believe(trust, output).await,
    }
}

async fn found(create: Create, output: &Output) -> Result<(), Failure> {
    let client = create.connection.client()?;
    let body = json!({
        "id": create.id,
        "name": create.name,
        "bpn": create.bpn,
        "types": create.types,
        "scopes": create.scopes,
        "directory": create.directory,
        "profile": create.profile,
    });
    let events = client.events(None).await?;
    let founded = client.post("dataspaces", &body).await?;
    output.say(format!("Founded the dataspace {:?}. This connector issues its credentials.", create.name));
    let within = Duration::from_secs(create.within);
    let held = Arrival { client: &client, events, within }.of(&founded, "POST dataspaces").await?;
    show_credentials(&held, output);
    output.say(format!("Invite a company: symbolon invite --dataspace {} --name COMPANY --bpn auto", create.id));
    output.record(&json!({"dataspace": founded["dataspace"], "credentials": held}));
    Ok(())
}

/// Waits for the credentials that a request brings.
pub(super) struct Arrival<'a> {
    pub(super) client: &'a Client,
    /// Opened before the request was made, so that nothing is missed.
    pub(super) events: Events,
    pub(super) within: Duration,
}

impl Arrival<'_> {
    /// The credentials, once the issuer has delivered them. `begun` names their request.
    pub(super) async fn of(self, begun: &Value, call: &str) -> Result<Vec<Value>, Failure> {
        let request = required(begun, "credentialRequest", call)?;
        let Self { client, events, within } = self;
        let process = Process::CredentialRequest;
        Following { client, events, process, pid: request, wanted: "ISSUED", within }.until(|_| {}).await?;
        let all = client.get("credentials?limit=1000").await?;
        Ok(several(&all, "items").filter(|held| text(held, "request") == request).cloned().collect())
    }
}

/// What is held now, one line each.
pub(super) fn show_credentials(credentials: &[Value], output: &Output) {
    for credential in credentials {
        let until = text(credential, "validUntil");
        let until = if until.is_empty() { String::new() } else { format!(", valid until {until}") };
        output.say(format!("  {} from {}{until}", text(credential, "type"), text(credential, "issuer")));
    }
}

async fn show_all(list: List, output: &Output) -> Result<(), Failure> {
    let all = list.connection.client()?.get("dataspaces").await?;
    output.record(&all);
    let mut rows = vec![["DATASPACE", "NAME", "ISSUERS", "RUN BY US"].map(str::to_owned).to_vec()];
    for dataspace in several(&all, "items") {
        let issuers: Vec<&str> = several(dataspace, "issuers").map(|issuer| text(issuer, "did")).collect();
        let ours = if dataspace.get("issuing").is_some_and(|issuing| !issuing.is_null()) { "yes" } else { "no" };
        let cells = [text(dataspace, "id"), text(dataspace, "name"), &issuers.join(" "), ours];
        rows.push(cells.map(str::to_owned).to_vec());
    }
    output.say(table(&rows).trim_end());
    Ok(())
}

async fn show_one(show: Show, output: &Output) -> Result<(), Failure> {
    let dataspace = show.connection.client()?.get(&path(&show.id)).await?;
    output.say(format!("{dataspace:#}"));
    output.record(&dataspace);
    Ok(())
}

async fn believe(trust: Trust, output: &Output) -> Result<(), Failure> {
    let client = trust.connection.client()?;
    let known = client.get(&path(&trust.id)).await?;
    let changed = client.put(&path(&trust.id), &trusting(&known, &trust.issuer, &trust.types)).await?;
    output.say(format!("{:?} believes {} now.", trust.id, trust.issuer));
    output.record(&changed);
    Ok(())
}

/// What describes the dataspace, with one more issuer, or with other types for one that it believes already.
fn trusting(known: &Value, issuer: &str, types: &[String]) -> Value {
    let members = ["name", "requiredScopes", "presentedScopes", "profile", "directory", "issuing"];
    let mut content: Value =
        members.iter().filter_map(|name| Some(((*name).to_owned(), known.get(*name)?.clone()))).collect();
    let mut issuers: Vec<Value> =
        several(known, "issuers").filter(|other| text(other, "did") != issuer).cloned().collect();
    let types = if types.is_empty() { Value::Null } else { json!(types) };
    issuers.push(json!({"did": issuer, "types": types}));
    content["issuers"] = issuers.into();
    content
}

fn path(id: &str) -> String {
    format!("dataspaces/{}", path_segment(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_added_once() {
        let known = json!({"id": "x", "name": "X", "issuers": [{"did": "did:a", "types": null}], "createdAt": "t"});
        let more = trusting(&known, "did:b", &["T".to_owned()]);
        let expected =
            json!({"name": "X", "issuers": [{"did": "did:a", "types": null}, {"did": "did:b", "types": ["T"]}]});
        assert_eq!(more, expected);
        let other = trusting(&more, "did:b", &[]);
        assert_eq!(other["issuers"], json!([{"did": "did:a", "types": null}, {"did": "did:b", "types": null}]));
    }
}
