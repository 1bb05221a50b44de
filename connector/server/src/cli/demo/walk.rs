//! The whole way: found and join a dataspace, publish, read the catalogue, negotiate, attest, transfer, retire, be refused.

mod agreement;
mod data_flow;
mod membership;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Stage;
use super::data::{self, TELEMETRY_FILE};
use super::home::Home;
use super::partner::{Company, Partner};
use super::publication::{self, PARTS, TELEMETRY};
use super::source::PartSource;
use super::story::{Story, told};
use crate::cli::catalog::{self, several, title};
use crate::cli::client::{Client, required, text};
use crate::cli::events::Event;
use crate::cli::failure::Failure;
use crate::cli::init::PUBLISHED;
use crate::cli::negotiate::{Asked, chosen};
use crate::cli::output::bytes;
use crate::cli::private_file;
use crate::http_client::path_segment;
pub(super) use agreement::EXPORTED;
pub(super) use membership::DATASPACE;

const OEM: Company = Company { name: "Nirgendwo Motors", folder: "oem", place: 0 };
const SUPPLIER: Company = Company { name: "Luftschloss Precision", folder: "supplier", place: 1 };
/// A step of a protocol that takes longer than this has failed.
const WITHIN: Duration = Duration::from_secs(60);
/// What a negotiation goes through in the view of the consumer.
const STATES: [&str; 4] = ["REQUESTED", "AGREED", "VERIFIED", "FINALIZED"];

/// Two running connectors and what they share.
struct Scene<'a> {
    story: &'a Story<'a>,
    home: &'a Home,
    oem: &'a Partner,
    supplier: &'a Partner,
    /// The supplier's file of telemetry.
    telemetry: PathBuf,
}

/// Walks the whole way. Returns the sentence that states the result.
pub(super) async fn walk(story: &Story<'_>, home: &Home, stage: &mut Stage) -> Result<String, Failure> {
    start(story, home, stage).await?;
    let (Some(oem), Some(supplier), Some(source)) = (&stage.oem, &stage.supplier, &stage.source) else {
        return Err(Failure::No("somebody is missing".to_owned()));
    };
    let telemetry = supplier.path(PUBLISHED).join(TELEMETRY_FILE);
    let scene = Scene { story, home, oem, supplier, telemetry };
    let number = scene.join().await?;
    scene.publish(source, &number).await?;
    scene.read_catalogue().await?;
    let agreement = scene.negotiate("5. The OEM asks for a contract", TELEMETRY).await?;
    scene.attested_by_both(&agreement).await?;
    let (pulled, access) = scene.pull(&agreement).await?;
    scene.push(&agreement).await?;
    scene.read_part().await?;
    scene.refused(&agreement, &access).await?;
    Ok(format!("demo: agreement attested by both, {} received, checksum equal, refusal shown", bytes(pulled.bytes)))
}

async fn start(story: &Story<'_>, home: &Home, stage: &mut Stage) -> Result<(), Failure> {
    story.step("1. Two companies, both fictional, start their connectors");
    stage.source = Some(PartSource::start()?);
    let (oem, supplier) = tokio::join!(Partner::start(home, OEM), Partner::start(home, SUPPLIER));
    // Whoever has started is on the stage, also if the other one has not: it will be stopped in order.
    let mut failed = None;
    for (started, place) in [(oem, &mut stage.oem), (supplier, &mut stage.supplier)] {
        match started {
            Ok(partner) => *place = Some(partner),
            Err(failure) => failed = Some(failure),
        }
    }
    if let Some(failure) = failed {
        return Err(failure);
    }
    let roles = [(&stage.oem, "an OEM"), (&stage.supplier, "its supplier")];
    for (partner, role) in roles.iter().filter_map(|(partner, role)| partner.as_ref().map(|partner| (partner, role))) {
        let ready = told(partner.ready_after());
        story.tell(format!("{}, {role}, is ready after {ready} as {}", partner.name(), partner.participant()));
    }
    Ok(())
}

impl Scene<'_> {
    /// Publishes for members of the dataspace, to be seen by the one with this business partner number.
    async fn publish(&self, source: &PartSource, number: &str) -> Result<(), Failure> {
        self.story.step("3. The supplier publishes");
        let telemetry = data::telemetry();
        private_file::replace(&self.telemetry, &telemetry).map_err(Failure::file("write", &self.telemetry))?;
        let entries = publication::entries(&self.telemetry, source, self.oem.participant(), number);
        for entry in &entries {
            publication::publish(self.supplier.client(), entry).await?;
        }
        let name = self.supplier.name();
        self.story.tell(format!("{name} publishes the file {TELEMETRY_FILE} ({})", bytes(telemetry.len() as u64)));
        self.story.tell(format!("{name} publishes its application {}/<serial number>", source.url()));
        let shown = self.supplier.client().get(&format!("assets/{PARTS}")).await?;
        let secret_shown = shown.to_string().contains(source.key());
        ensure(!secret_shown, || "the management API shows the key of the supplier's application".to_owned())?;
        self.story.tell("The key of that application goes to no partner; even the management API shows it as ***");
        self.story.tell(format!(
            "Both are to be seen by {number} alone, and used by members who signed the rules, until the end of 2035"
        ));
        Ok(())
    }

    async fn read_catalogue(&self) -> Result<(), Failure> {
        self.story.step("4. The OEM reads the supplier's catalogue");
        let began = Instant::now();
        let question = json!({"partner": self.supplier.participant()});
        let answer = self.oem.client().post("catalog", &question).await?;
        let took = told(began.elapsed());
        let datasets: Vec<&Value> = several(answer.get("catalog").unwrap_or(&Value::Null), "dataset").collect();
        self.story.tell(format!("The catalogue is here after {took}, with {} datasets", datasets.len()));
        for dataset in &datasets {
            self.story.tell(format!("  {}: {}", text(dataset, "@id"), title(dataset)));
        }
        for wanted in [TELEMETRY, PARTS] {
            let found = datasets.iter().any(|dataset| text(dataset, "@id") == wanted);
            ensure(found, || format!("the catalogue does not show {wanted:?}"))?;
        }
        Ok(())
    }

    /// Negotiates the published offer. Returns the agreement's id.
    async fn negotiate(&self, step: &'static str, dataset: &str) -> Result<String, Failure> {
        self.story.step(step);
        let partner = json!({"partner": self.supplier.participant()});
        let offered = catalog::dataset(self.oem.client(), partner.clone(), dataset).await?;
        let offer = chosen(&offered, None)?;
        self.story.tell(format!("It asks for {dataset} under the published offer {}", text(&offer, "@id")));
        let mut states = Vec::new();
        let began = Instant::now();
        let asked = Asked { partner, offer, within: WITHIN };
        let tell = |event: &Event| {
            let state = text(&event.data, "state").to_owned();
            if !state.is_empty() {
                self.story.tell(format!("{state} {} after the request", told(began.elapsed())));
                states.push(state);
            }
        };
        let negotiation = asked.follow(self.oem.client(), tell).await?;
        ensure(states == STATES, || format!("the negotiation went through {states:?} instead of {STATES:?}"))?;
        Ok(required(&negotiation, "agreementId", "GET negotiations")?.to_owned())
    }
}

/// A deviation unless it holds.
fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::No(otherwise())) }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(Failure::file("read", path))
}

async fn agreement(client: &Client, id: &str) -> Result<Value, Failure> {
    client.get(&format!("agreements/{}", path_segment(id))).await
}
