//! What the offers of a catalogue say.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;
use symbolon_policies_odrl::PolicyDocument;
use utoipa::ToSchema;

use super::Terms;

/// What an offer in a catalogue says.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferTerms {
    /// Dataset id.
    pub dataset: String,
    /// The offer's `@id`.
    pub offer: String,
    /// What it says; null if it cannot be read, and then `unreadable` says why.
    pub terms: Option<Terms>,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
}

/// What the offers of DSP datasets say, each read as the negotiation would read it, in their order. Offers that differ in their
/// ids alone say the same, and are read once.
pub fn told<'a>(datasets: impl Iterator<Item = &'a Value>) -> Vec<OfferTerms> {
    let text = |value: &Value| value.get("@id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut read: HashMap<String, Result<Terms, String>> = HashMap::new();
    let mut all = Vec::new();
    for dataset in datasets {
        for offer in several(dataset, "hasPolicy") {
            let mut nameless = offer.clone();
            if let Some(members) = nameless.as_object_mut() {
                members.remove("@id");
            }
            let terms = read.entry(nameless.to_string()).or_insert_with(|| terms(offer)).clone();
            let unreadable = terms.as_ref().err().cloned();
            all.push(OfferTerms { dataset: text(dataset), offer: text(offer), terms: terms.ok(), unreadable });
        }
    }
    all
}

fn terms(offer: &Value) -> Result<Terms, String> {
    let offer = PolicyDocument::parse(offer.clone()).map_err(|error| error.to_string())?;
    Ok(Terms::of(offer.policy()))
}

/// The values of a member: JSON-LD writes one value with or without the array around it.
pub fn several<'a>(value: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> {
    match value.get(member) {
        Some(Value::Array(items)) => items.as_slice(),
        Some(Value::Null) | None => &[],
        Some(single) => std::slice::from_ref(single),
    }
    .iter()
}
