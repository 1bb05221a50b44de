//! Messages of the Catalog Protocol, with datasets as they stand in catalogs.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::definition::{CONTEXT, deserialize_by_reading, message, node, write};
use super::negotiation::sentence;
use super::reading::{At, Members, Read, catalog_list, if_readable, list, optional, required, required_catalog_list};
use super::{Malformed, Message};
use crate::dspace;

message! {
    /// A consumer asks for a catalog.
    ///
    /// It is also read in the form that JSON-LD expansion leaves: IRIs in full, and no `@context`. A verifier's test kit and
    /// consumers without context documents send it so.
    CatalogRequestMessage {
        /// Which datasets are wanted; the expressions are the implementation's own. Empty asks for all.
        filter: Vec<Value> = ("filter", filter),
    }
    after compacted
}

message! {
    /// A consumer asks for one dataset. Over HTTPS the request is a GET instead.
    DatasetRequestMessage {
        /// The dataset's id.
        dataset: String = ("dataset", required),
    }
}

message! {
    /// A catalog or dataset request was refused.
    CatalogError {
        /// The sender's own error code.
        code: Option<String> = ("code", optional),
        /// Why, in sentences.
        reason: Vec<String> = ("reason", reasons_or_none),
    }
}

/// What a participant offers, or one page of it.
///
/// Generic over how its datasets are held: [`Dataset`] as a structure, or `Box<RawValue>` as ready JSON, which is how a
/// page of stored datasets is served without taking them apart.
///
/// Peers' catalogs are read with patience where nothing is lost by it: empty arrays count as absent, an array with one item
/// may have collapsed into the item, and a `format` may be an object with an `@id`. What has to be there still has to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog<D = Dataset> {
    /// The catalog's `@id`.
    pub id: String,
    /// Whose catalog it is: the provider's participant id.
    pub participant_id: String,
    /// The datasets.
    pub dataset: Vec<D>,
    /// Catalogs elsewhere.
    pub catalog: Vec<NestedCatalog>,
    /// The services that distributions refer to.
    pub service: Vec<DataService>,
    /// How the catalog itself can be had.
    pub distribution: Vec<Distribution>,
}

/// A catalog within a catalog: it may be whole, or only say where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NestedCatalog {
    /// The catalog's `@id`.
    pub id: String,
    /// Whose catalog it is.
    pub participant_id: Option<String>,
    /// The datasets.
    pub dataset: Vec<Dataset>,
    /// Catalogs elsewhere.
    pub catalog: Vec<NestedCatalog>,
    /// The services that distributions refer to.
    pub service: Vec<DataService>,
    /// How the catalog can be had.
    pub distribution: Vec<Distribution>,
}

/// Data that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// The dataset's `@id`, the target of its offers.
    pub id: String,
    /// The offers: ODRL policies without a `target`. At least one.
    pub has_policy: Vec<Value>,
    /// The forms in which the data can be had. At least one.
    pub distribution: Vec<Distribution>,
    /// Further members, such as a title: by full IRI, or by prefix (`dct:title`).
    pub properties: Map<String, Value>,
}

/// A dataset as a whole body: the answer to `GET /catalog/datasets/:id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootDataset(pub Dataset);

/// One form in which a dataset can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// The transfer format, such as `HttpData-PULL`.
    pub format: String,
    /// Through which service.
    pub access_service: AccessService,
    /// Offers for this form only.
    pub has_policy: Vec<Value>,
}

/// The service of a distribution: named, or written out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum AccessService {
    /// The `@id` of a service that stands elsewhere in the catalog.
    Id(String),
    /// The service itself.
    Service(DataService),
}

node! {
    /// A connector: its `endpoint_url` is what negotiation and transfer paths extend.
    #[derive(Debug, Clone, PartialEq, Eq)]
    DataService {
        /// The service's `@id`.
        id: String = ("@id", required),
        /// Base URL of the protocol's endpoints.
        endpoint_url: String = ("endpointURL", required),
        /// What kind of service it is; EDC writes `dspace:connector`.
        endpoint_description: Option<String> = ("endpointDescription", if_readable),
    }
}

/// How a [`Catalog`] holds its datasets: as [`Dataset`] or as `Box<RawValue>`.
pub trait DatasetForm: Serialize + Read {}

impl DatasetForm for Dataset {}
impl DatasetForm for Box<RawValue> {}

impl<D: DatasetForm> Message for Catalog<D> {
    const TYPE: &'static str = "Catalog";
}

impl Message for RootDataset {
    const TYPE: &'static str = "Dataset";
}

impl<D: DatasetForm> Read for Catalog<D> {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = Members::of_message(value, at, Self::TYPE)?;
        Ok(Self {
            id: required(&mut members, "@id")?,
            participant_id: required(&mut members, "participantId")?,
            dataset: catalog_list(&mut members, "dataset")?,
            catalog: catalog_list(&mut members, "catalog")?,
            service: catalog_list(&mut members, "service")?,
            distribution: catalog_list(&mut members, "distribution")?,
        })
    }
}

impl Read for NestedCatalog {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = Members::of(value, at)?;
        members.is_a("Catalog")?;
        Ok(Self {
            id: required(&mut members, "@id")?,
            participant_id: if_readable(&mut members, "participantId")?,
            dataset: catalog_list(&mut members, "dataset")?,
            catalog: catalog_list(&mut members, "catalog")?,
            service: catalog_list(&mut members, "service")?,
            distribution: catalog_list(&mut members, "distribution")?,
        })
    }
}

impl Read for Dataset {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        Self::of(Members::of(value, at)?)
    }
}

impl Read for RootDataset {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = Members::of(value, at)?;
        members.names_contexts(&CONTEXT)?;
        Dataset::of(members).map(Self)
    }
}

impl Read for Box<RawValue> {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let raw = serde_json::value::to_raw_value(&value);
        Dataset::read(value, at)?;
        raw.map_err(|error| Malformed { member: at.to_string(), reason: format!("`{at}` cannot be kept: {error}.") })
    }
}

impl Dataset {
    fn of(mut members: Members<'_>) -> Result<Self, Malformed> {
        let id = required(&mut members, "@id")?;
        let has_policy = offers(required_catalog_list(&mut members, "hasPolicy")?);
        let distribution = required_catalog_list(&mut members, "distribution")?;
        let mut properties = members.rest();
        properties.retain(|name, _| !name.starts_with('@'));
        Ok(Self { id, has_policy, distribution, properties })
    }

    fn write_members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("@id", &self.id)?;
        map.serialize_entry("@type", "Dataset")?;
        write(map, "hasPolicy", &typed(&self.has_policy))?;
        write(map, "distribution", &self.distribution)?;
        let own = ["hasPolicy", "distribution"];
        let further =
            self.properties.iter().filter(|(name, _)| !name.starts_with('@') && !own.contains(&name.as_str()));
        for (name, value) in further {
            map.serialize_entry(name, value)?;
        }
        Ok(())
    }
}

impl Read for Distribution {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut members = Members::of(value, at)?;
        Ok(Self {
            format: required::<Format>(&mut members, "format")?.0,
            access_service: required(&mut members, "accessService")?,
            has_policy: offers(catalog_list(&mut members, "hasPolicy")?),
        })
    }
}

impl Read for AccessService {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        match value {
            Value::String(id) => Ok(Self::Id(id)),
            Value::Object(_) => DataService::read(value, at).map(Self::Service),
            other => Err(at.is_not("a string or a DataService", &other)),
        }
    }
}

impl<D: DatasetForm> Serialize for Catalog<D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("@context", &CONTEXT)?;
        map.serialize_entry("@id", &self.id)?;
        map.serialize_entry("@type", Self::TYPE)?;
        map.serialize_entry("participantId", &self.participant_id)?;
        write(&mut map, "service", &self.service)?;
        write(&mut map, "distribution", &self.distribution)?;
        write(&mut map, "catalog", &self.catalog)?;
        write(&mut map, "dataset", &self.dataset)?;
        map.end()
    }
}

impl Serialize for NestedCatalog {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("@id", &self.id)?;
        map.serialize_entry("@type", "Catalog")?;
        write(&mut map, "participantId", &self.participant_id)?;
        write(&mut map, "service", &self.service)?;
        write(&mut map, "distribution", &self.distribution)?;
        write(&mut map, "catalog", &self.catalog)?;
        write(&mut map, "dataset", &self.dataset)?;
        map.end()
    }
}

impl Serialize for Dataset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.write_members(&mut map)?;
        map.end()
    }
}

impl Serialize for RootDataset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("@context", &CONTEXT)?;
        self.0.write_members(&mut map)?;
        map.end()
    }
}

impl Serialize for Distribution {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("@type", "Distribution")?;
        map.serialize_entry("format", &self.format)?;
        map.serialize_entry("accessService", &self.access_service)?;
        write(&mut map, "hasPolicy", &typed(&self.has_policy))?;
        map.end()
    }
}

deserialize_by_reading!(Catalog<D: DatasetForm>);
deserialize_by_reading!(NestedCatalog);
deserialize_by_reading!(Dataset);
deserialize_by_reading!(RootDataset);
deserialize_by_reading!(Distribution);
deserialize_by_reading!(AccessService);

/// An offer of a catalog, checked as far as messages are: `@id`, and `@type` where it is given.
struct Offer(Value);

impl Read for Offer {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut head = Members::of_head(&value, at)?;
        if head.has("@type") {
            head.is_a("Offer")?;
        }
        required::<String>(&mut head, "@id")?;
        Ok(Self(value))
    }
}

fn offers(read: Vec<Offer>) -> Vec<Value> {
    read.into_iter().map(|offer| offer.0).collect()
}

/// Writes an offer with its `@type`: without it, JSON-LD loses what is inside.
struct Typed<'a>(&'a Value);

impl Serialize for Typed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(members) if !members.contains_key("@type") => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("@type", "Offer")?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
            other => other.serialize(serializer),
        }
    }
}

fn typed(offers: &[Value]) -> Vec<Typed<'_>> {
    offers.iter().map(Typed).collect()
}

/// A format: a string, or in older peers' catalogs a node.
struct Format(String);

impl Read for Format {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        match value {
            Value::Object(mut node) if node.get("@id").is_some_and(Value::is_string) => {
                String::read(node.remove("@id").unwrap_or_default(), at).map(Self)
            }
            other => String::read(other, at).map(Self),
        }
    }
}

/// An expression without a member filters nothing.
fn filter(members: &mut Members<'_>, name: &str) -> Result<Vec<Value>, Malformed> {
    let mut expressions: Vec<Value> = list(members, name)?;
    expressions.retain(|expression| !expression.as_object().is_some_and(Map::is_empty));
    Ok(expressions)
}

/// A catalog request in expanded form, in the compact one; anything else as it is. Without a context only keywords and full
/// IRIs mean something, so no other member is kept.
fn compacted(value: Value) -> Value {
    let term = |iri: &Value| iri.as_str().and_then(|iri| iri.strip_prefix(dspace::NAMESPACE)).map(str::to_owned);
    let expanded = alone(&value).as_object().filter(|members| !members.contains_key("@context"));
    let Some((members, class)) = expanded.and_then(|members| Some((members, term(alone(members.get("@type")?))?)))
    else {
        return value;
    };
    let mut compact = Map::new();
    compact.insert("@context".to_owned(), CONTEXT.as_slice().into());
    compact.insert("@type".to_owned(), class.into());
    for (name, value) in members {
        match name.strip_prefix(dspace::NAMESPACE) {
            Some("filter") => drop(compact.insert("filter".to_owned(), plain_items(value))),
            Some(_) => {}
            None if name == "@id" => drop(compact.insert(name.clone(), value.clone())),
            None => {}
        }
    }
    Value::Object(compact)
}

/// The only item of an array, which compaction would leave alone; any other value as it is.
fn alone(value: &Value) -> &Value {
    match value.as_array().map(Vec::as_slice) {
        Some([item]) => item,
        Some(_) | None => value,
    }
}

/// The values of a property in expanded form, always an array: what is inside of value objects, and other nodes as they are.
fn plain_items(value: &Value) -> Value {
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    items.iter().map(|item| item.get("@value").unwrap_or(item).clone()).collect()
}

fn reasons_or_none(members: &mut Members<'_>, name: &str) -> Result<Vec<String>, Malformed> {
    Ok(list(members, name)?.into_iter().map(sentence).collect())
}
