//! `symbolon transfer`.

use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use super::client::{Client, Connection, required, text};
use super::events::Event;
use super::failure::Failure;
use super::follow::{Following, Process};
use super::negotiate::tell;
use super::output::Output;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon transfer --agreement urn:uuid:0190…             until the data can be fetched
  symbolon transfer --agreement urn:uuid:0190… --push      the partner brings it; until it is here
  symbolon transfer --agreement urn:uuid:0190… --purpose https://example.com/purpose/quality
  symbolon transfer --agreement urn:uuid:0190… --scope adm:partNumber=P-1")]
pub(super) struct Transfer {
    #[command(flatten)]
    connection: Connection,
    /// The agreement that permits it
    #[arg(long, value_name = "ID")]
    agreement: String,
    /// Have the partner push the data to this connector
    #[arg(long)]
    push: bool,
    /// What the data is for, if the agreement names several purposes
    #[arg(long, value_name = "IRI")]
    purpose: Option<String>,
    /// What the transfer is confined to; repeat it for further operands and values
    #[arg(long, value_name = "OPERAND=VALUE", value_parser = confined)]
    scope: Vec<(String, String)>,
    /// How long to follow, in seconds; the transfer goes on after that
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    within: u64,
}

pub(super) async fn run(transfer: Transfer, output: &Output) -> Result<(), Failure> {
    let client = transfer.connection.client()?;
    let kind = if transfer.push { Kind::Push } else { Kind::Pull };
    let asked = Asked {
        agreement: transfer.agreement,
        kind,
        purpose: transfer.purpose,
        scope: transfer.scope,
        within: Duration::from_secs(transfer.within),
    };
    let begun = Instant::now();
    let process = asked.follow(&client, |event| tell(event, begun, output)).await?;
    match kind {
        Kind::Pull => output.say(format!("Fetch the data: symbolon fetch {} --output FILE", text(&process, "pid"))),
        Kind::Push => output.say(format!("The partner has pushed the data of {}.", text(&process, "pid"))),
    }
    output.record(&json!({"transfer": process}));
    Ok(())
}

/// `adm:partNumber=P-1`
fn confined(text: &str) -> Result<(String, String), String> {
    let (operand, value) = text
        .split_once('=')
        .filter(|(operand, value)| !operand.is_empty() && !value.is_empty())
        .ok_or("write OPERAND=VALUE, such as adm:partNumber=P-1")?;
    Ok((operand.to_owned(), value.to_owned()))
}

/// Who moves the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// We fetch it.
    Pull,
    /// The partner brings it.
    Push,
}

impl Kind {
    fn format(self) -> &'static str {
        match self {
            Self::Pull => "HttpData-PULL",
            Self::Push => "HttpData-PUSH",
        }
    }

    /// The state in which the data can be had.
    fn wanted(self) -> &'static str {
        match self {
            Self::Pull => "STARTED",
            Self::Push => "COMPLETED",
        }
    }
}

/// A transfer request.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) agreement: String,
    pub(super) kind: Kind,
    pub(super) purpose: Option<String>,
    pub(super) scope: Vec<(String, String)>,
    pub(super) within: Duration,
}

impl Asked {
    /// Asks, and follows until the data can be had. Returns the transfer process.
    pub(super) async fn follow(&self, client: &Client, tell: impl FnMut(&Event)) -> Result<Value, Failure> {
        let mut body = json!({"agreement": self.agreement, "format": self.kind.format()});
        if let Some(purpose) = &self.purpose {
            body["purpose"] = purpose.as_str().into();
        }
        for (operand, value) in &self.scope {
            let values = &mut body["scope"][operand.as_str()];
            match values.as_array_mut() {
                Some(values) => values.push(value.as_str().into()),
                None => *values = json!([value]),
            }
        }
        let events = client.events(None).await?;
        let started = client.post("transfers", &body).await?;
        let pid = required(&started, "pid", "POST transfers")?;
        let process = Process::Transfer;
        Following { client, events, process, pid, wanted: self.kind.wanted(), within: self.within }.until(tell).await
    }
}
