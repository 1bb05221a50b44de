//! What an operator does with a connector, in the words of the management API.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Connector, segment};
use crate::Failure;

/// The context of policies that stand alone.
const PROFILE: &str = "https://w3id.org/dspace/2025/1/odrl-profile.jsonld";

/// An ODRL Set that permits use under these constraints.
pub fn odrl(constraints: &[Value]) -> Value {
    let mut permission = json!({"action": "use"});
    if !constraints.is_empty() {
        permission["constraint"] = constraints.into();
    }
    json!({"@context": PROFILE, "@type": "Set", "@id": "urn:example:policy", "permission": [permission]})
}

/// An offer in a partner's catalogue, as a contract request takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Offered {
    /// The dataset.
    pub asset: String,
    /// The ODRL offer, with the dataset as `target`.
    pub offer: Value,
}

impl Connector {
    /// Stores a policy.
    ///
    /// # Errors
    /// As [`Management::post`](super::Management::post); the same holds for everything here.
    pub async fn store_policy(&self, id: &str, policy: Value) -> Result<Value, Failure> {
        self.management.post("policies", &json!({"id": id, "policy": policy})).await
    }

    /// Writes a file to the folder that may be published from, and makes it an asset.
    ///
    /// # Errors
    /// Also when the file cannot be written.
    pub async fn store_file(&self, asset: &str, content: &[u8]) -> Result<Value, Failure> {
        let path = self.home().join("files").join(asset);
        fs::write(&path, content).map_err(Failure::io("published file"))?;
        let source = json!({"type": "File", "path": path, "mediaType": "application/octet-stream"});
        self.store_asset(asset, source).await
    }

    /// Makes an asset of a source.
    ///
    /// # Errors
    /// As above.
    pub async fn store_asset(&self, asset: &str, source: Value) -> Result<Value, Failure> {
        let properties = json!({"name": format!("data of {asset}")});
        self.management.post("assets", &json!({"id": asset, "properties": properties, "source": source})).await
    }

    /// Publishes an offer of these assets, which everybody may see, under the policy `usage`.
    ///
    /// # Errors
    /// As above.
    pub async fn publish(&self, id: &str, assets: &[&str], usage: &str, automation: Value) -> Result<Value, Failure> {
        let offer = json!({"id": id, "assets": {"ids": assets}, "accessPolicy": "open", "usagePolicy": usage,
            "automation": automation});
        self.management.post("offers", &offer).await
    }

    /// Publishes a small file under a policy without constraints, all steps by themselves.
    ///
    /// # Errors
    /// As above.
    pub async fn publish_openly(&self, asset: &str, content: &[u8]) -> Result<(), Failure> {
        self.store_policy("open", odrl(&[])).await?;
        self.store_file(asset, content).await?;
        self.publish("all", &[asset], "open", json!({})).await?;
        Ok(())
    }

    /// The offers on the first page of a partner's catalogue.
    ///
    /// # Errors
    /// As above.
    pub async fn offers_of(&self, partner: &Self) -> Result<Vec<Offered>, Failure> {
        let answer = self.management.post("catalog", &json!({"partner": partner.participant})).await?;
        Ok(offers_in(answer.get("catalog").unwrap_or(&Value::Null)))
    }

    /// The first offer of this dataset in a partner's catalogue.
    ///
    /// # Errors
    /// Also when it is not there.
    pub async fn offer_of(&self, partner: &Self, asset: &str) -> Result<Value, Failure> {
        let found = self.offers_of(partner).await?.into_iter().find(|offered| offered.asset == asset);
        let missing = || Failure::Unexpected(format!("{asset} is not in the catalogue of {}", partner.name));
        Ok(found.ok_or_else(missing)?.offer)
    }

    /// Asks a partner for a contract; the process id.
    ///
    /// # Errors
    /// As above.
    pub async fn ask(&self, partner: &Self, offer: &Value, automation: Value) -> Result<String, Failure> {
        let body = json!({"partner": partner.participant, "offer": offer, "automation": automation});
        self.begin("negotiations", &body).await
    }

    /// Asks for what the partner offers, and waits until the agreement is in force here; its id.
    ///
    /// # Errors
    /// As above, and as [`Connector::happened`].
    pub async fn conclude(&self, partner: &Self, asset: &str) -> Result<String, Failure> {
        let offer = self.offer_of(partner, asset).await?;
        let pid = self.ask(partner, &offer, json!({})).await?;
        let finalized = self.happened("negotiation.finalized", &pid).await?;
        Ok(finalized.text("agreement").to_owned())
    }

    /// Asks for a transfer under an agreement; the process id.
    ///
    /// # Errors
    /// As above.
    pub async fn transfer(&self, agreement: &str, format: &str) -> Result<String, Failure> {
        self.begin("transfers", &json!({"agreement": agreement, "format": format})).await
    }

    /// Asks for a pull, saying what for (`purpose`, `scope`); the process id. It may be refused.
    ///
    /// # Errors
    /// As above.
    pub async fn pull_for(&self, agreement: &str, declared: Value) -> Result<String, Failure> {
        let mut body = json!({"agreement": agreement, "format": "HttpData-PULL"});
        if let (Value::Object(body), Value::Object(declared)) = (&mut body, declared) {
            body.extend(declared);
        }
        self.begin("transfers", &body).await
    }

    /// Asks for a pull and waits until it is started here; the process id.
    ///
    /// # Errors
    /// As above, and as [`Connector::happened`].
    pub async fn pull(&self, agreement: &str) -> Result<String, Failure> {
        let pid = self.transfer(agreement, "HttpData-PULL").await?;
        self.happened("transfer.started", &pid).await?;
        Ok(pid)
    }

    /// Reads a resource such as `("negotiations", pid)`.
    ///
    /// # Errors
    /// As above.
    pub async fn read(&self, collection: &str, id: &str) -> Result<Value, Failure> {
        self.management.get(&format!("{collection}/{}", segment(id))).await
    }

    /// Carries out an action such as `terminate` on a resource.
    ///
    /// # Errors
    /// As above.
    pub async fn act(&self, collection: &str, id: &str, action: &str, body: Value) -> Result<Value, Failure> {
        self.management.post(&format!("{collection}/{}/{action}", segment(id)), &body).await
    }

    /// Everything in a list, page by page. `query` is empty or like `state=STARTED&`.
    ///
    /// # Errors
    /// As above.
    pub async fn all(&self, collection: &str, query: &str) -> Result<Vec<Value>, Failure> {
        let (mut items, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.management.get(&format!("{collection}?{query}limit=1000{after}")).await?;
            items.extend(page.get("items").and_then(Value::as_array).cloned().unwrap_or_default());
            match page.get("next").and_then(Value::as_str) {
                Some(next) => after = format!("&after={}", segment(next)),
                None => return Ok(items),
            }
        }
    }

    /// The partner's id of the process that has this id here.
    ///
    /// # Errors
    /// Also when it is not known.
    pub async fn partner_pid(&self, collection: &str, pid: &str) -> Result<String, Failure> {
        let process = self.read(collection, pid).await?;
        let id = |name: &str| process.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let theirs = [id("consumerPid"), id("providerPid")].into_iter().find(|id| !id.is_empty() && id != pid);
        theirs.ok_or_else(|| Failure::Unexpected(format!("{pid} has no partner's process id yet: {process}")))
    }

    /// The file that a push under this transfer is received in.
    pub fn inbox(&self, pid: &str) -> PathBuf {
        self.home().join("data/inbox").join(pid.replace(':', "_"))
    }

    async fn begin(&self, collection: &str, body: &Value) -> Result<String, Failure> {
        let process = self.management.post(collection, body).await?;
        let pid = process.get("pid").and_then(Value::as_str).map(str::to_owned);
        pid.ok_or_else(|| Failure::Unexpected(format!("a process without pid: {process}")))
    }
}

/// The offers of a DSP catalogue.
pub(crate) fn offers_in(catalog: &Value) -> Vec<Offered> {
    let list = |value: &Value, member: &str| value.get(member).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut found = Vec::new();
    for dataset in list(catalog, "dataset") {
        let asset = dataset.get("@id").and_then(Value::as_str).unwrap_or_default();
        for mut offer in list(&dataset, "hasPolicy") {
            if let Some(members) = offer.as_object_mut() {
                members.insert("target".to_owned(), asset.into());
            }
            found.push(Offered { asset: asset.to_owned(), offer });
        }
    }
    found
}
