//! The commands that work on a machine: init, serve, reindex, verify, help.

use std::collections::BTreeMap;
use std::fs;

use oxrdf::Dataset;
use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxttl::NQuadsParser;
use reqwest::Method;
use serde_json::Value;
use symbolon_e2e::connector::{Config, Connector, segment};
use symbolon_e2e::partners::Partners;
use symbolon_e2e::{Failure, eventually};

type Outcome = Result<(), Failure>;

/// The graph is a projection: whatever becomes of it, the database makes it anew.
#[tokio::test]
async fn a_rebuilt_graph_equals_the_one_before() -> Outcome {
    let Partners { supplier, mut oem } = Partners::start().await?;
    supplier.publish_openly("part", b"data").await?;
    for _ in 0..3 {
        oem.conclude(&supplier, "part").await?;
    }
    let retired = oem.conclude(&supplier, "part").await?;
    oem.act("agreements", &retired, "retire", serde_json::json!({"reason": "programme ended"})).await?;
    let before = graphs(&oem).await?;
    assert_eq!(before.len(), 4);
    assert!(before.values().all(|graph| graph.len() > 10));

    let configuration = oem.home().join("symbolon.toml");
    let reindex = ["reindex".as_ref(), "--config".as_ref(), configuration.as_os_str()];
    assert!(oem.run(reindex).await.is_err(), "the connector that runs holds the graph");
    oem.stop().await?;
    assert!(oem.run(reindex).await?.contains("5 changes"), "four concluded, one of them retired");
    oem.restart().await?;
    assert_eq!(graphs(&oem).await?, before, "after a rebuild of a sound graph");

    oem.stop().await?;
    fs::remove_dir_all(oem.home().join("data/graph")).map_err(Failure::io("removing the graph"))?;
    oem.run(reindex).await?;
    oem.restart().await?;
    assert_eq!(graphs(&oem).await?, before, "after a rebuild of a lost graph");

    oem.stop().await?;
    fs::remove_dir_all(oem.home().join("data/graph")).map_err(Failure::io("removing the graph"))?;
    oem.restart().await?;
    assert_eq!(graphs(&oem).await?, before, "a lost graph catches up by itself");
    Ok(())
}

/// Both named graphs of every agreement, canonical.
async fn graphs(connector: &Connector) -> Result<BTreeMap<String, Dataset>, Failure> {
    let mut found = BTreeMap::new();
    for agreement in connector.all("agreements", "").await? {
        let id = agreement["id"].as_str().unwrap().to_owned();
        let dataset = eventually("the graph of an agreement as it is now", async || {
            let dataset = dataset(connector, &id).await?;
            let state = agreement["state"].as_str().unwrap();
            dataset.to_string().contains(state).then_some(dataset)
        });
        found.insert(id.clone(), dataset.await?);
    }
    Ok(found)
}

async fn dataset(connector: &Connector, id: &str) -> Option<Dataset> {
    let path = format!("agreements/{}/rdf", segment(id));
    let answer =
        connector.management().raw(Method::GET, &path, |request| request.header("Accept", "application/n-quads"));
    let answer = answer.await.unwrap();
    if answer.status() == 503 {
        return None;
    }
    assert_eq!(answer.status(), 200);
    let bytes = answer.bytes().await.unwrap();
    let mut dataset: Dataset = NQuadsParser::new().for_slice(&bytes).collect::<Result<_, _>>().unwrap();
    dataset.canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm: CanonicalizationHashAlgorithm::Sha256 });
    Some(dataset)
}

#[tokio::test]
async fn nothing_is_overwritten_by_init() -> Outcome {
    let connector = Connector::start(Config::new("first").relaxed()).await?;
    let home = connector.home();
    let held = fs::read(home.join("keystore.json")).unwrap();
    let again = connector.run(["init".as_ref(), "--dir".as_ref(), home.as_os_str()]).await.unwrap_err();
    assert!(again.to_string().contains("nothing is overwritten"), "{again}");
    assert_eq!(fs::read(home.join("keystore.json")).unwrap(), held);
    let other = home.join("other");
    let printed = connector.run(["--json".as_ref(), "init".as_ref(), "--dir".as_ref(), other.as_os_str()]).await?;
    let told: Value = serde_json::from_str(&printed).unwrap();
    assert!(told["participantId"].as_str().unwrap().starts_with("did:key:"));
    assert_ne!(told["participantId"], connector.participant());
    Ok(())
}

#[tokio::test]
async fn a_connector_ends_when_it_is_asked_to() -> Outcome {
    let mut connector = Connector::start(Config::new("first").relaxed()).await?;
    let participant = connector.participant().to_owned();
    let status = connector.stop().await?.unwrap();
    assert!(status.success(), "{status}");
    connector.restart().await?;
    let info = connector.management().get("info").await?;
    assert_eq!(info["participantId"], participant.as_str());
    Ok(())
}

#[tokio::test]
async fn a_configuration_that_cannot_be_used_is_refused() -> Outcome {
    let connector = Connector::start(Config::new("first").relaxed()).await?;
    let configuration = connector.home().join("symbolon.toml");
    let sound = fs::read_to_string(&configuration).unwrap();
    for (wrong, named) in [
        (format!("{sound}\n[unheard_of]\nx = 1\n"), "unheard_of"),
        (sound.replace("mode = \"did\"", "mode = \"none\""), "mode"),
        ("name = 7".to_owned(), "name"),
    ] {
        let file = connector.home().join("wrong.toml");
        fs::write(&file, wrong).unwrap();
        let refused = connector.run(["serve".as_ref(), "--config".as_ref(), file.as_os_str()]).await.unwrap_err();
        assert!(refused.to_string().contains(named), "{refused}");
    }
    let absent = connector.home().join("absent.toml");
    let refused = connector.run(["serve".as_ref(), "--config".as_ref(), absent.as_os_str()]).await.unwrap_err();
    assert!(refused.to_string().contains("symbolon init"), "{refused}");
    Ok(())
}

#[tokio::test]
async fn help_shows_every_command_with_examples() -> Outcome {
    let connector = Connector::start(Config::new("first").relaxed()).await?;
    let help = connector.run(["--help".as_ref()]).await?;
    for command in [
        "serve",
        "init",
        "demo",
        "verify",
        "reindex",
        "dataspace",
        "invite",
        "join",
        "catalog",
        "negotiate",
        "transfer",
        "fetch",
        "completions",
    ] {
        assert!(help.contains(command), "{command}");
        let help = connector.run([command.as_ref(), "--help".as_ref()]).await?;
        assert!(help.contains("Examples:"), "{command}: {help}");
    }
    assert!(connector.run(["completions".as_ref(), "bash".as_ref()]).await?.contains("symbolon"));
    Ok(())
}
