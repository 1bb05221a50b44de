//! Two partners: a supplier that publishes, and an OEM that asks.

use serde_json::{Value, json};

use crate::Failure;
use crate::connector::{Config, Connector, Events, Management};

/// How commits are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Durability {
    Full,
    Relaxed,
}

impl Durability {
    pub(super) const BOTH: [Self; 2] = [Self::Full, Self::Relaxed];

    fn config(self, name: &str) -> Config {
        // What is measured is not disturbed by reading catalogues that nobody asked for.
        let config = Config::new(name).set("catalogs.every_s", "0");
        match self {
            Self::Full => config,
            Self::Relaxed => config.relaxed(),
        }
    }

    /// What a figure's name ends with.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Full => "",
            Self::Relaxed => "-relaxed",
        }
    }
}

/// The transfer format of all assets.
pub(super) const FORMAT: &str = "HttpData-PULL";
/// Assets created by one call: its body stays well below the limit of 1 MiB.
const AT_ONCE: usize = 1_000;

/// Both run, know each other, and the supplier offers every asset to everybody.
pub(super) struct Partners {
    pub(super) supplier: Connector,
    pub(super) oem: Connector,
    pub(super) supplier_events: Events,
    pub(super) oem_events: Events,
}

impl Partners {
    /// Starts both on empty folders; assets are published separately.
    pub(super) async fn start(durability: Durability) -> Result<Self, Failure> {
        let config = |name: &str| durability.config(name);
        Self::of(Connector::start(config("supplier")).await?, Connector::start(config("oem")).await?).await
    }

    /// With mock identity: each claims who it is, and is believed.
    pub(super) async fn mock(durability: Durability) -> Result<Self, Failure> {
        let config = |name: &str| durability.config(name).mock(name);
        Self::of(Connector::start(config("supplier")).await?, Connector::start(config("oem")).await?).await
    }

    /// Members of one dataspace, which the supplier has founded: each message is from somebody who has proved its membership.
    pub(super) async fn members(durability: Durability) -> Result<Self, Failure> {
        let supplier = Connector::start(durability.config("supplier").web()).await?;
        let oem = Connector::start(durability.config("oem").web()).await?;
        let text =
            |answer: &Value, member: &str| answer.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        let dataspace = json!({"id": "bench", "name": "Bench", "bpn": "auto"});
        let founded = supplier.management().post("dataspaces", &dataspace).await?;
        supplier.happened("credential-request.issued", &text(&founded, "credentialRequest")).await?;
        let newcomer = json!({"dataspace": "bench", "name": "OEM", "bpn": "auto", "expiresInSeconds": 3600});
        let invitation = text(&supplier.management().post("invitations", &newcomer).await?, "invitation");
        let joined = oem.management().post("dataspaces/join", &json!({"invitation": invitation})).await?;
        oem.happened("credential-request.issued", &text(&joined, "credentialRequest")).await?;
        Self::of(supplier, oem).await
    }

    async fn of(supplier: Connector, oem: Connector) -> Result<Self, Failure> {
        supplier.meet(&oem).await?;
        oem.meet(&supplier).await?;
        offer_everything(supplier.management()).await?;
        let (supplier_events, oem_events) = (supplier.management().events(0).await?, oem.management().events(0).await?);
        Ok(Self { supplier, oem, supplier_events, oem_events })
    }

    /// The body that asks the supplier for a contract on an asset, under the offer that its catalogue shows.
    pub(super) async fn request_for(&self, asset: &str) -> Result<Value, Failure> {
        let question = json!({"partner": self.supplier.participant(), "dataset": asset});
        let dataset = self.oem.management().post("catalog/dataset", &question).await?;
        let shown = dataset.get("hasPolicy");
        let offer = shown.and_then(|offers| offers.get(0)).or(shown).and_then(Value::as_object);
        let mut offer = offer
            .cloned()
            .ok_or_else(|| Failure::Unexpected(format!("the catalogue shows no offer for {asset}: {dataset}")))?;
        offer.insert("target".to_owned(), asset.into());
        Ok(json!({"partner": self.supplier.participant(), "offer": offer}))
    }
}

/// The id of an asset by its number.
pub(super) fn asset(number: usize) -> String {
    format!("asset-{number:06}")
}

/// Creates the assets with these numbers, all with the same source.
pub(super) async fn publish(
    management: &Management,
    numbers: std::ops::Range<usize>,
    source: &str,
) -> Result<(), Failure> {
    let numbers: Vec<usize> = numbers.collect();
    for chunk in numbers.chunks(AT_ONCE) {
        let assets: Vec<Value> = chunk.iter().map(|number| body(*number, source)).collect();
        management.post("assets", &Value::Array(assets)).await?;
    }
    Ok(())
}

fn body(number: usize, source: &str) -> Value {
    json!({
        "id": asset(number),
        "properties": {"name": format!("Spindle telemetry, line {number}"), "mediaType": "application/octet-stream"},
        "source": {"type": "HttpData", "baseUrl": source, "proxyPath": true},
        "formats": [FORMAT],
    })
}

/// One policy without constraint, both for seeing and for using.
async fn offer_everything(management: &Management) -> Result<(), Failure> {
    let policy = json!({
        "@context": "http://www.w3.org/ns/odrl.jsonld",
        "@type": "Set",
        "@id": "urn:symbolon:bench:use",
        "permission": [{"action": "use"}],
    });
    management.post("policies", &json!({"id": "use", "policy": policy})).await?;
    let offer = json!({"id": "all", "assets": {"all": true}, "accessPolicy": "use", "usagePolicy": "use"});
    management.post("offers", &offer).await?;
    Ok(())
}
