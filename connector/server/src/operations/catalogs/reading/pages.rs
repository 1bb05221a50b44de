//! A page of a partner's catalogue, taken apart: each dataset by itself, as it was sent.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use symbolon_vocab::messages::{Catalog, Dataset, parse};

use crate::problem::{Kind, Problem};
use crate::storage::kept_catalogs::NewDataset;

/// The largest dataset that is kept, in bytes.
const DATASET: usize = 256 << 10;
/// The longest dataset id that is kept, in bytes.
const ID: usize = 2048;
/// Data services of one catalogue beyond these are not kept.
const SERVICES: usize = 16;
/// The largest data service that is kept, in bytes.
const SERVICE: usize = 4 << 10;
/// Bytes of what a partner's words are told in.
const TOLD: usize = 500;

/// What a page brings.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    /// The datasets that can be kept.
    pub(super) datasets: Vec<NewDataset>,
    /// The data services that they refer to.
    pub(super) services: Vec<Value>,
    /// How many datasets cannot be kept.
    pub(super) left_out: usize,
    /// Why the first of them not.
    pub(super) first_left_out: Option<String>,
}

/// Takes a page apart. Only one dataset at a time is more than text.
///
/// # Errors
/// When the page is no catalogue.
pub(super) fn taken_apart(body: &[u8]) -> Result<Incoming, Problem> {
    let malformed = |reason: &str| {
        let detail = format!("the partner's answer is not what DSP asks for: {reason}");
        Problem::new(Kind::BadGateway, "partner.malformed", cut(&detail))
    };
    let page: Page<'_> = serde_json::from_slice(body).map_err(|error| malformed(&error.to_string()))?;
    let head = Value::Object(page.head);
    parse::<Catalog>(head.to_string().as_bytes()).map_err(|error| malformed(&error.reason))?;
    let mut incoming = Incoming { services: services(&head), ..Incoming::default() };
    for (place, raw) in page.datasets.into_iter().enumerate() {
        match dataset(raw) {
            Ok(dataset) => incoming.datasets.push(dataset),
            Err(reason) => {
                incoming.left_out += 1;
                incoming.first_left_out.get_or_insert_with(|| cut(&format!("dataset[{place}]: {reason}")));
            }
        }
    }
    Ok(incoming)
}

/// A page, its datasets not looked at.
#[derive(Debug)]
struct Page<'a> {
    datasets: Vec<&'a RawValue>,
    head: Map<String, Value>,
}

impl<'de> Deserialize<'de> for Page<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PageVisitor)
    }
}

struct PageVisitor;

impl<'de> serde::de::Visitor<'de> for PageVisitor {
    type Value = Page<'de>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a Catalog")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Page<'de>, A::Error> {
        let mut page = Page { datasets: Vec::new(), head: Map::new() };
        while let Some(name) = map.next_key::<String>()? {
            if name == "dataset" {
                let raw: &'de RawValue = map.next_value()?;
                // JSON-LD writes one value with or without the array around it.
                page.datasets = match raw.get().as_bytes().first() {
                    Some(b'[') => serde_json::from_str(raw.get()).map_err(serde::de::Error::custom)?,
                    Some(b'n') | None => Vec::new(),
                    Some(_) => vec![raw],
                };
            } else {
                page.head.insert(name, map.next_value()?);
            }
        }
        Ok(page)
    }
}

/// A dataset that can be kept.
fn dataset(raw: &RawValue) -> Result<NewDataset, String> {
    let document = raw.get();
    if document.len() > DATASET {
        return Err(format!("it has {} bytes, and at most {DATASET} are kept", document.len()));
    }
    let read: Dataset = serde_json::from_str(document).map_err(|error| error.to_string())?;
    if read.id.is_empty() || read.id.len() > ID || read.id.chars().any(char::is_control) {
        return Err(format!("its id has to have 1 to {ID} bytes and no control characters"));
    }
    let digest = hex::encode(half_digest(document.as_bytes()));
    Ok(NewDataset { id: read.id, digest, seen: 0, document: document.to_owned() })
}

fn services(head: &Value) -> Vec<Value> {
    let all = crate::terms::offers::several(head, "service");
    all.filter(|service| service.to_string().len() <= SERVICE).take(SERVICES).cloned().collect()
}

/// The first half of a SHA-256 digest.
pub(super) fn half_digest(bytes: &[u8]) -> [u8; 16] {
    let whole: [u8; 32] = Sha256::digest(bytes).into();
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    half
}

/// Shortened, where a partner's words are long.
pub(super) fn cut(text: &str) -> String {
    if text.len() <= TOLD {
        return text.to_owned();
    }
    format!("{}…", text.get(..text.floor_char_boundary(TOLD)).unwrap_or_default())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    fn dataset(id: &str) -> Value {
        json!({"@id": id, "@type": "Dataset", "hasPolicy": [{"@id": "o", "@type": "Offer", "permission": []}],
            "distribution": [{"@type": "Distribution", "format": "F", "accessService": "s"}]})
    }

    fn page(datasets: &Value) -> String {
        json!({"@context": ["https://w3id.org/dspace/2025/1/context.jsonld"], "@id": "c", "@type": "Catalog",
            "participantId": "p", "service": [{"@id": "s", "@type": "DataService", "endpointURL": "https://a.example"}],
            "dataset": datasets})
        .to_string()
    }

    #[test]
    fn each_dataset_stands_for_itself() {
        let ids = |datasets: &Value| {
            let incoming = taken_apart(page(datasets).as_bytes()).unwrap();
            let ids: Vec<String> = incoming.datasets.into_iter().map(|dataset| dataset.id).collect();
            (ids, incoming.left_out, incoming.first_left_out.unwrap_or_default())
        };
        let large = "x".repeat(DATASET);
        let cases = [
            (json!([dataset("a"), dataset("b")]), vec!["a", "b"], ""),
            (dataset("a"), vec!["a"], ""),
            (Value::Null, vec![], ""),
            (json!([]), vec![], ""),
            (json!([{"@id": "x"}, dataset("b")]), vec!["b"], "dataset[0]"),
            (json!([7, "x", null, dataset("b")]), vec!["b"], "dataset[0]"),
            (json!([dataset("b"), dataset("")]), vec!["b"], "its id"),
            (json!([dataset("b"), dataset("a\u{0}")]), vec!["b"], "its id"),
            (json!([dataset(&large), dataset("b")]), vec!["b"], "bytes"),
        ];
        for (datasets, expected, told) in cases {
            let (found, left_out, first) = ids(&datasets);
            assert_eq!(
                (found, left_out > 0),
                (expected.into_iter().map(str::to_owned).collect(), !told.is_empty()),
                "{first}"
            );
            assert!(first.contains(told) && first.len() < 600, "{first}");
        }
    }

    #[test]
    fn what_is_no_catalogue_is_refused_with_a_short_reason() {
        let deep = format!("{{\"dataset\": {}", "[".repeat(100_000));
        let long = json!({"@type": "x".repeat(10_000)}).to_string();
        for body in ["", "[]", "7", "{}", "{\"dataset\": [", "null", &deep, &long, "{\"@type\": \"Catalog\"}"] {
            let refused = taken_apart(body.as_bytes()).unwrap_err();
            assert_eq!(refused.code, "partner.malformed");
            assert!(refused.detail.len() < 600, "{}", refused.detail);
        }
    }

    #[test]
    fn a_dataset_is_kept_as_it_was_sent() {
        let sent = "{ \"@id\":\"a\", \"n\": 1.50, \"hasPolicy\":[{\"@id\":\"o\"}],\n \"distribution\":[{\"@type\":\"Distribution\",\"format\":\"F\",\"accessService\":\"s\"}]}";
        let body = page(&json!(["HERE"])).replace("\"HERE\"", sent);
        let incoming = taken_apart(body.as_bytes()).unwrap();
        let [kept] = incoming.datasets.as_slice() else { panic!("{incoming:?}") };
        assert_eq!(kept.document, sent);
        assert_eq!(incoming.services.len(), 1);
    }
}
