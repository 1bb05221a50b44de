use std::collections::BTreeSet;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};
use symbolon_e2e::connector::{Config, Connector, odrl};
use symbolon_e2e::partners::Partners;
use symbolon_e2e::peer::{self, CONTEXT, Peer};

use super::{Outcome, text};

const DATASETS: usize = 1000;

fn only_for(participant: &str) -> Value {
    let operand = "https://w3id.org/symbolon/1/participantId";
    odrl(&[json!({"leftOperand": operand, "operator": "eq", "rightOperand": participant})])
}

#[tokio::test]
async fn what_is_hidden_does_not_exist() -> Outcome {
    let supplier = Connector::start(Config::new("supplier").mock("SUPPLIER").relaxed()).await?;
    let (friend, stranger) = (Peer::start("FRIEND")?, Peer::start("STRANGER")?);
    supplier.publish_openly("public-part", b"public").await?;
    supplier.store_policy("friends", only_for("FRIEND")).await?;
    supplier.store_file("secret-part", b"secret").await?;
    let offer = json!({"id": "hidden", "assets": {"ids": ["secret-part"]}, "accessPolicy": "friends", "usagePolicy": "open",
        "offerIds": {"secret-part": "urn:example:secret-offer"}});
    supplier.management().post("offers", &offer).await?;
    let dsp = supplier.dsp_address();

    let catalog_of = async |peer: &Peer| {
        let request = json!({"@context": [CONTEXT], "@type": "CatalogRequestMessage"});
        peer.post(&dsp, "/catalog/request", &request).await
    };
    let (seen, unseen) = (catalog_of(&friend).await?, catalog_of(&stranger).await?);
    assert!(seen.body.to_string().contains("secret-part"));
    assert!(unseen.body.to_string().contains("public-part") && !unseen.body.to_string().contains("secret"));
    assert_eq!(friend.get(&dsp, "/catalog/datasets/secret-part").await?.status, 200);

    // A hidden thing and one that does not exist are told in the same words.
    let hidden = stranger.get(&dsp, "/catalog/datasets/secret-part").await?;
    let absent = stranger.get(&dsp, "/catalog/datasets/absent-part").await?;
    assert_eq!((hidden.status, hidden.text("@type")), (404, "CatalogError"));
    assert_eq!(
        hidden.body.to_string().replace("secret-part", "X"),
        absent.body.to_string().replace("absent-part", "X")
    );

    let ask = async |peer: &Peer, id: &str, target: &str| {
        let offer = json!({"@id": id, "@type": "Offer", "target": target, "permission": [{"action": "use"}]});
        peer.post(&dsp, "/negotiations/request", &peer::request("urn:example:same-pid", &offer, &peer.address())).await
    };
    let hidden = ask(&stranger, "urn:example:secret-offer", "secret-part").await?;
    let absent = ask(&stranger, "urn:example:absent-offer", "absent-part").await?;
    assert_eq!((hidden.status, absent.status), (400, 400));
    assert!(hidden.reasons().contains("no offer"), "{}", hidden.reasons());
    assert_eq!(hidden.reasons().replace("secret", "X"), absent.reasons().replace("absent", "X"));
    assert_eq!(ask(&friend, "urn:example:secret-offer", "secret-part").await?.status, 201);
    Ok(())
}

#[tokio::test]
async fn pages_walk_a_thousand_datasets_there_and_back() -> Outcome {
    let supplier = Connector::start(Config::new("supplier").mock("SUPPLIER").relaxed()).await?;
    supplier.store_policy("open", odrl(&[])).await?;
    let offer = json!({"id": "all", "assets": {"all": true}, "accessPolicy": "open", "usagePolicy": "open"});
    supplier.management().post("offers", &offer).await?;
    let names: Vec<String> = (0..DATASETS).map(|number| format!("part-{number:04}")).collect();
    let source = json!({"type": "HttpData", "baseUrl": "http://127.0.0.1:9/part"});
    stream::iter(&names)
        .map(|name| supplier.store_asset(name, source.clone()))
        .buffer_unordered(16)
        .try_collect::<Vec<_>>()
        .await?;

    let peer = Peer::start("OEM")?;
    let request = json!({"@context": [CONTEXT], "@type": "CatalogRequestMessage"});
    let first = format!("{}/catalog/request", supplier.dsp_address());
    let mut there = Vec::new();
    let mut address = first.clone();
    loop {
        let page = peer.post(&address, "", &request).await?;
        assert_eq!(page.status, 200, "{}", page.body);
        assert_eq!(page.link("previous").is_none(), there.is_empty());
        let datasets: Vec<String> =
            page.body["dataset"].as_array().unwrap().iter().map(|dataset| text(dataset, "@id").to_owned()).collect();
        assert!(datasets.len() <= 50);
        there.push((address.clone(), datasets));
        match page.link("next") {
            Some(next) => address = next,
            None => break,
        }
    }
    let seen: Vec<&String> = there.iter().flat_map(|(_, datasets)| datasets).collect();
    assert_eq!(seen.iter().copied().collect::<BTreeSet<_>>().len(), seen.len());
    assert_eq!(seen, names.iter().collect::<Vec<_>>());

    let (mut address, _) = there.pop().unwrap();
    while let Some((_, expected)) = there.pop() {
        address = peer.post(&address, "", &request).await?.link("previous").unwrap();
        let page = peer.post(&address, "", &request).await?;
        let datasets: Vec<&str> =
            page.body["dataset"].as_array().unwrap().iter().map(|dataset| text(dataset, "@id")).collect();
        assert_eq!(datasets, expected);
    }
    Ok(())
}

#[tokio::test]
async fn an_operator_follows_the_pages() -> Outcome {
    let supplier = Config::new("supplier").relaxed().set("limits.catalog_page", "2");
    let Partners { supplier, oem } = Partners::with(supplier, Config::new("oem").relaxed()).await?;
    supplier.store_policy("open", odrl(&[])).await?;
    for name in ["a", "b", "c"] {
        supplier.store_file(name, name.as_bytes()).await?;
    }
    supplier.publish("all", &["a", "b", "c"], "open", json!({})).await?;
    let first = oem.management().post("catalog", &json!({"partner": supplier.participant()})).await?;
    assert_eq!(first["catalog"]["dataset"].as_array().unwrap().len(), 2);
    let body = json!({"partner": supplier.participant(), "page": first["next"]});
    let second = oem.management().post("catalog", &body).await?;
    assert_eq!((text(&second["catalog"]["dataset"][0], "@id"), &second["next"]), ("c", &Value::Null));

    let body = json!({"partner": supplier.participant(), "dataset": "b"});
    assert_eq!(text(&oem.management().post("catalog/dataset", &body).await?, "@id"), "b");
    let body = json!({"partner": supplier.participant(), "dataset": "z"});
    assert_eq!(oem.management().post("catalog/dataset", &body).await.unwrap_err().status(), Some(404));
    Ok(())
}

#[tokio::test]
async fn a_filter_is_refused_and_not_ignored() -> Outcome {
    let supplier = Connector::start(Config::new("supplier").mock("SUPPLIER").relaxed()).await?;
    let request = json!({"@context": [CONTEXT], "@type": "CatalogRequestMessage", "filter": ["anything"]});
    let refused = Peer::start("OEM")?.post(&supplier.dsp_address(), "/catalog/request", &request).await?;
    assert_eq!((refused.status, refused.text("@type")), (400, "CatalogError"));
    assert!(refused.reasons().contains("filter"), "{}", refused.reasons());
    Ok(())
}
