//! `symbolon catalog`.

use clap::Args;
use serde_json::{Value, json};

use super::client::{Client, Connection, text};
use super::failure::Failure;
use super::output::{Output, table};
use super::terms;
use crate::terms::offers;
pub(super) use crate::terms::offers::several;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon catalog --partner did:key:z6Mk…
  symbolon catalog --partner did:key:z6Mk… --address https://supplier.example/dsp/2025-1
  symbolon catalog --partner did:key:z6Mk… --dataset spindle-telemetry     one dataset, and what its offers say
  symbolon catalog --partner did:key:z6Mk… --json | jq '.catalog.dataset[].\"@id\"'")]
pub(super) struct Catalog {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    partner: Partner,
    /// Show this dataset with all its offers
    #[arg(long, value_name = "ID")]
    dataset: Option<String>,
    /// How many pages to read
    #[arg(long, value_name = "COUNT", default_value_t = 10, conflicts_with = "dataset")]
    pages: u32,
}

/// Whom to ask.
#[derive(Debug, Args)]
pub(super) struct Partner {
    /// The partner's participant id
    #[arg(long, value_name = "ID")]
    partner: String,
    /// The base of the partner's DSP endpoints, if it is not in our list of partners
    #[arg(long, value_name = "URL")]
    address: Option<String>,
}

impl Partner {
    /// As the management API takes it.
    pub(super) fn body(&self) -> Value {
        match &self.address {
            Some(address) => json!({"counterPartyId": self.partner, "counterPartyAddress": address}),
            None => json!({"partner": self.partner}),
        }
    }
}

pub(super) async fn run(catalog: Catalog, output: &Output) -> Result<(), Failure> {
    let client = catalog.connection.client()?;
    if let Some(dataset) = &catalog.dataset {
        let dataset = self::dataset(&client, catalog.partner.body(), dataset).await?;
        output.record(&dataset);
        show_dataset(&dataset, output);
        return Ok(());
    }
    let mut page = catalog.partner.body();
    for _ in 0..catalog.pages {
        let answer = client.post("catalog", &page).await?;
        output.record(&answer);
        show(&answer, output);
        match answer.get("next") {
            Some(next @ Value::String(_)) => page["page"] = next.clone(),
            _ => return Ok(()),
        }
    }
    output.say(format!("There is more: --pages {} reads on.", catalog.pages.saturating_mul(10)));
    Ok(())
}

/// One dataset of a partner, with its offers.
pub(super) async fn dataset(client: &Client, mut partner: Value, dataset: &str) -> Result<Value, Failure> {
    partner["dataset"] = dataset.into();
    client.post("catalog/dataset", &partner).await
}

/// The offers of a dataset, each with its `target`, as a negotiation takes them.
pub(super) fn offers(dataset: &Value) -> Vec<Value> {
    let target = text(dataset, "@id");
    let mut offers: Vec<Value> = several(dataset, "hasPolicy").cloned().collect();
    for offer in offers.iter_mut().filter(|offer| offer.is_object()) {
        offer["target"] = target.into();
        offer["@type"] = "Offer".into();
    }
    offers
}

fn show(answer: &Value, output: &Output) {
    if output.is_json() {
        return;
    }
    let datasets = several(answer.get("catalog").unwrap_or(&Value::Null), "dataset");
    let mut rows = vec![["DATASET", "TITLE", "OFFER", "FORMATS"].map(str::to_owned).to_vec()];
    rows.extend(datasets.map(row));
    output.say(table(&rows).trim_end());
    for offer in several(answer, "terms") {
        let caveats = terms::caveats(&offer["terms"], text(offer, "unreadable"));
        if !caveats.is_empty() {
            output.say(format!("Offer {} of {}:", text(offer, "offer"), text(offer, "dataset")));
            caveats.into_iter().for_each(|line| output.say(line));
        }
    }
}

/// The dataset as the partner sent it, and what its offers say.
fn show_dataset(dataset: &Value, output: &Output) {
    output.say(format!("{dataset:#}"));
    for offer in told(dataset) {
        output.say(format!("Offer {}:", text(&offer, "offer")));
        terms::show(&offer["terms"], output);
        terms::caveats(&Value::Null, text(&offer, "unreadable")).into_iter().for_each(|line| output.say(line));
    }
}

/// What the offer says; null if it cannot be read.
pub(super) fn terms_of(dataset: &Value, offer: &str) -> Value {
    let found = told(dataset).into_iter().find(|told| text(told, "offer") == offer);
    found.and_then(|mut told| told.get_mut("terms").map(Value::take)).unwrap_or_default()
}

/// What each offer of the dataset says, as a page of a catalogue has it.
fn told(dataset: &Value) -> Vec<Value> {
    offers::told(std::iter::once(dataset)).into_iter().filter_map(|told| serde_json::to_value(told).ok()).collect()
}

fn row(dataset: &Value) -> Vec<String> {
    let joined = |values: Vec<&str>| values.join(" ");
    let offers = several(dataset, "hasPolicy").map(|offer| text(offer, "@id")).collect();
    let formats = several(dataset, "distribution").filter_map(|distribution| distribution.get("format").map(plain));
    vec![text(dataset, "@id").to_owned(), title(dataset), joined(offers), joined(formats.collect())]
}

/// What people call the dataset, by the names that connectors use for it.
pub(super) fn title(dataset: &Value) -> String {
    let names = ["title", "dct:title", "http://purl.org/dc/terms/title", "name", "description"];
    let found = names.iter().filter_map(|name| dataset.get(name)).map(plain).find(|text| !text.is_empty());
    found.unwrap_or_default().to_owned()
}

/// A text, or the `@id` or `@value` that stands for it.
fn plain(value: &Value) -> &str {
    match value {
        Value::String(text) => text,
        Value::Array(values) => values.first().map(plain).unwrap_or_default(),
        other => other.get("@id").or_else(|| other.get("@value")).and_then(Value::as_str).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_is_a_row() {
        let dataset = json!({
            "@id": "telemetry",
            "dct:title": {"@value": "Spindle telemetry"},
            "hasPolicy": [{"@id": "o1", "permission": []}, {"@id": "o2"}],
            "distribution": [{"format": "HttpData-PULL"}, {"format": {"@id": "HttpData-PUSH"}}],
        });
        assert_eq!(row(&dataset), ["telemetry", "Spindle telemetry", "o1 o2", "HttpData-PULL HttpData-PUSH"]);
    }

    #[test]
    fn an_offer_is_asked_for_with_its_target() {
        let dataset = json!({"@id": "telemetry", "hasPolicy": {"@id": "o1", "permission": [{"action": "use"}]}});
        let expected = json!({"@id": "o1", "@type": "Offer", "target": "telemetry", "permission": [{"action": "use"}]});
        assert_eq!(offers(&dataset), [expected]);
    }
}
