//! `symbolon users`: who may sign in.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::catalog::several;
use super::client::{Client, Connection, required, text};
use super::failure::Failure;
use super::output::{Output, table};
use crate::http_client::path_segment;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon users list
  symbolon users add ada@plant-3.example --role approver     prints a link, by which she sets her password
  symbolon users link ada@plant-3.example                    a new link, for a forgotten password
  symbolon users change ada@plant-3.example --role admin     what she has open ends, and she signs in again
  symbolon users change ada@plant-3.example --disable
  symbolon users remove ada@plant-3.example

Whoever has a link can set the password: send it as you would a password. It counts once, for 7 days.")]
pub(super) struct Users {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show who may sign in
    List(List),
    /// Invite somebody
    Add(Add),
    /// Make a new link for somebody who has forgotten the password
    Link(One),
    /// Give somebody another role, keep them out, or let them in again
    Change(Change),
    /// Remove somebody
    Remove(One),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
struct Add {
    /// As they will sign in, and as the audit trail will show them
    name: String,
    /// What they may do
    #[arg(long, value_enum)]
    role: UserRole,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
struct One {
    /// Their name
    name: String,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
struct Change {
    /// Their name
    name: String,
    /// What they may do from now on
    #[arg(long, value_enum)]
    role: Option<UserRole>,
    /// Keep them out
    #[arg(long, conflicts_with = "enable")]
    disable: bool,
    /// Let them in again
    #[arg(long)]
    enable: bool,
    #[command(flatten)]
    connection: Connection,
}

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum UserRole {
    /// Read what is not secret
    Viewer,
    /// Also start and answer negotiations and transfers, without concluding them
    Negotiator,
    /// Also conclude, retire and end
    Approver,
    /// Everything
    Admin,
    /// Read everything, also the evidence; change nothing
    Auditor,
}

impl UserRole {
    fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Negotiator => "negotiator",
            Self::Approver => "approver",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }
}

pub(super) async fn run(users: Users, output: &Output) -> Result<(), Failure> {
    match users.action {
        Action::List(list) => {
            let all = list.connection.client()?.get("users?limit=1000").await?;
            output.record(&all);
            output.say(shown(&all));
        }
        Action::Add(add) => {
            let body = json!({"name": add.name, "role": add.role.name()});
            linked(&add.connection.client()?.post("users", &body).await?, output)?;
        }
        Action::Link(one) => {
            let path = format!("users/{}/link", path_segment(&one.name));
            linked(&one.connection.client()?.post(&path, &json!({})).await?, output)?;
        }
        Action::Change(change) => {
            let user = changed(&change).await?;
            output.record(&user);
            output.say(format!("{} is {} and {}.", text(&user, "name"), text(&user, "role"), text(&user, "state")));
        }
        Action::Remove(one) => {
            one.connection.client()?.delete(&format!("users/{}", path_segment(&one.name))).await?;
            output.record(&json!({"removed": one.name}));
            output.say(format!("{} is removed.", one.name));
        }
    }
    Ok(())
}

/// The link is shown this once.
fn linked(answer: &Value, output: &Output) -> Result<(), Failure> {
    let link = required(answer, "link", "POST users")?;
    output.record(answer);
    output.say(link);
    Ok(())
}

async fn changed(change: &Change) -> Result<Value, Failure> {
    let client = change.connection.client()?;
    let now = found(&client, &change.name).await?;
    let disabled = if change.disable || change.enable { change.disable } else { text(&now, "state") == "disabled" };
    let role = match change.role {
        Some(role) => role.name(),
        None => text(&now, "role"),
    };
    client.put(&format!("users/{}", path_segment(&change.name)), &json!({"role": role, "disabled": disabled})).await
}

async fn found(client: &Client, name: &str) -> Result<Value, Failure> {
    let mut after = String::new();
    loop {
        let page = client.get(&format!("users?limit=1000{after}")).await?;
        if let Some(user) = several(&page, "items").find(|user| text(user, "name").eq_ignore_ascii_case(name)) {
            return Ok(user.clone());
        }
        match page.get("next").and_then(Value::as_str) {
            Some(next) => after = format!("&after={}", path_segment(next)),
            None => return Err(Failure::No(format!("there is no user {name:?} here"))),
        }
    }
}

fn shown(all: &Value) -> String {
    let mut rows = vec![["NAME", "ROLE", "STATE", "SIGNS IN", "LAST SEEN", "LINK UNTIL"].map(str::to_owned).to_vec()];
    rows.extend(several(all, "items").map(|user| {
        let by = if text(user, "kind") == "oidc" { "at the OpenID provider" } else { "by password" };
        let [name, role, state, seen, link] =
            ["name", "role", "state", "lastSeenAt", "linkExpiresAt"].map(|member| text(user, member).to_owned());
        vec![name, role, state, by.to_owned(), seen, link]
    }));
    table(&rows).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_told_with_how_they_sign_in() {
        let all = json!({"items": [
            {"name": "ada", "role": "admin", "kind": "local", "state": "active", "lastSeenAt": "2026-05-01T08:00:00.000Z",
                "linkExpiresAt": null},
            {"name": "grace", "role": "viewer", "kind": "oidc", "state": "disabled", "lastSeenAt": null, "linkExpiresAt": null},
        ]});
        insta::assert_snapshot!(shown(&all), @r"
        NAME   ROLE    STATE     SIGNS IN                LAST SEEN                 LINK UNTIL
        ada    admin   active    by password             2026-05-01T08:00:00.000Z
        grace  viewer  disabled  at the OpenID provider
        ");
    }
}
