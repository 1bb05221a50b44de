//! Keys in a vault: a real one.

use std::fs;

use serde_json::{Value, json};
use symbolon_e2e::connector::{Config, Connector, http_client, segment};
use symbolon_e2e::partners::Partners;
use symbolon_e2e::vault::Vault;
use symbolon_e2e::{Failure, eventually};
use tempfile::NamedTempFile;

type Outcome = Result<(), Failure>;

/// What the connector relies on, seen at the vault itself: a test of ours that fails here says that the vault has changed.
#[tokio::test]
async fn the_vault_keeps_its_contract() -> Outcome {
    let vault = Vault::start().await?;
    for (name, kind) in [("agreements", "ed25519"), ("messages", "ecdsa-p256")] {
        vault.transit_key(name, kind).await?;
        let key = vault.read(&format!("transit/keys/{name}")).await?;
        assert_eq!(key["data"]["type"], kind);
        let public = key["data"]["keys"]["1"]["public_key"].as_str().unwrap();
        assert_eq!(public.starts_with("-----BEGIN PUBLIC KEY-----"), kind == "ecdsa-p256", "{public}");
        let asked = json!({"input": "aGVsbG8=", "marshaling_algorithm": "jws"});
        let signed = vault.write(&format!("transit/sign/{name}"), &asked).await?;
        let signature = signed["data"]["signature"].as_str().unwrap();
        assert!(signature.starts_with("vault:v1:"), "{signature}");
        assert_eq!(signature.len(), "vault:v1:".len() + 86, "64 bytes, base64url");
    }
    let written = json!({"options": {"cas": 0}, "data": {"keystore": "sealed"}});
    vault.write("secret/data/symbolon", &written).await?;
    assert_eq!(vault.read("secret/data/symbolon").await?["data"]["data"]["keystore"], "sealed");
    assert_eq!(vault.write("secret/data/symbolon", &written).await.unwrap_err().status(), Some(400), "another version");
    vault.seal().await?;
    assert_eq!(vault.read("secret/data/symbolon").await.unwrap_err().status(), Some(503));
    vault.unseal().await?;
    vault.read("secret/data/symbolon").await.map(drop)
}

/// Keys in the vault's store and keys that never leave its transit engine: two partners, one of each, conclude a contract, and
/// are the same after a restart and after their keys are replaced.
#[tokio::test]
async fn partners_with_keys_in_a_vault_conclude_a_contract() -> Outcome {
    let vault = Vault::start().await?;
    vault.transit_key("messages", "ecdsa-p256").await?;
    vault.transit_key("agreements", "ed25519").await?;
    let keep = token_file(&vault.token("keep", KEEP).await?);
    let sign = token_file(&vault.token("sign", &[KEEP, SIGN].concat()).await?);
    let supplier = Config::new("supplier").web().relaxed().vault(vault.address(), "symbolon/supplier", keep.path());
    let oem = in_transit(Config::new("oem").web().relaxed().vault(vault.address(), "symbolon/oem", sign.path()));
    let mut partners = Partners::with(supplier, oem).await?;
    partners.supplier.publish_openly("part", b"data").await?;
    concludes(&partners).await?;

    let did = partners.oem.participant().to_owned();
    let published = document(&partners.oem).await?;
    partners.oem.restart().await?;
    partners.supplier.restart().await?;
    assert_eq!(document(&partners.oem).await?, published, "the same keys after a restart");
    concludes(&partners).await?;

    for connector in [&partners.oem, &partners.supplier] {
        connector.management().post("keys/rotate", &json!({})).await?;
    }
    let rotated = document(&partners.oem).await?;
    assert_eq!(rotated["id"], did);
    assert_eq!(keys_in(&rotated), keys_in(&published) + 2, "the old keys stay published");
    concludes(&partners).await
}

#[tokio::test]
async fn a_connector_says_what_is_wrong_with_its_vault() -> Outcome {
    let vault = Vault::start().await?;
    let poor = token_file(&vault.token("poor", &[("secret/data/elsewhere", &["read"])]).await?);
    let config = |token: &std::path::Path| {
        Config::new("supplier").web().relaxed().vault(vault.address(), "symbolon/supplier", token)
    };
    let denied = Connector::start(config(poor.path())).await.unwrap_err().to_string();
    assert!(denied.contains("does not let our token use secret/data/symbolon/supplier"), "{denied}");
    assert!(!denied.contains(fs::read_to_string(poor.path()).unwrap().trim()), "the token is in the log: {denied}");

    let rich = token_file(vault.root_token());
    vault.seal().await?;
    let sealed = Connector::start(config(rich.path())).await.unwrap_err().to_string();
    assert!(sealed.contains("sealed"), "{sealed}");
    vault.unseal().await?;
    let connector = Connector::start(config(rich.path())).await?;
    assert!(connector.participant().starts_with("did:web:localhost%3A"));
    Ok(())
}

/// While the vault is sealed nothing can be signed. What waits to be sent is sent when it is open again.
#[tokio::test]
async fn a_sealed_vault_delays_messages_and_loses_none() -> Outcome {
    let vault = Vault::start().await?;
    vault.transit_key("messages", "ecdsa-p256").await?;
    vault.transit_key("agreements", "ed25519").await?;
    let token = token_file(vault.root_token());
    let oem = in_transit(Config::new("oem").web().relaxed().vault(vault.address(), "symbolon/oem", token.path()));
    let partners = Partners::with(Config::new("supplier").relaxed(), oem).await?;
    partners.supplier.publish_openly("part", b"data").await?;
    let offer = partners.oem.offer_of(&partners.supplier, "part").await?;
    vault.seal().await?;
    let pid = partners.oem.ask(&partners.supplier, &offer, json!({})).await?;
    let path = format!("negotiations/{}/messages", segment(&pid));
    let told = eventually("the message says why it was not sent", async || {
        let messages = partners.oem.management().get(&path).await.ok()?.to_string();
        messages.contains("the vault is sealed").then_some(())
    });
    told.await?;
    assert!(partners.oem.log().contains("nothing can be sent: "), "{}", partners.oem.log());
    assert_eq!(partners.oem.read("negotiations", &pid).await?["state"], "REQUESTED");
    vault.unseal().await?;
    partners.oem.happened("negotiation.finalized", &pid).await.map(drop)
}

/// What a connector needs whose keys are a secret in the vault.
const KEEP: &[(&str, &[&str])] = &[("secret/data/symbolon/*", &["create", "read", "update"])];
/// What it needs further if its keys never leave the vault.
const SIGN: &[(&str, &[&str])] = &[
    ("transit/keys/messages", &["read"]),
    ("transit/keys/agreements", &["read"]),
    ("transit/keys/messages/rotate", &["update"]),
    ("transit/keys/agreements/rotate", &["update"]),
    ("transit/sign/messages", &["update"]),
    ("transit/sign/agreements", &["update"]),
];

fn in_transit(config: Config) -> Config {
    config.set("identity.vault.transit.p256", "messages").set("identity.vault.transit.ed25519", "agreements")
}

fn token_file(token: &str) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    fs::write(file.path(), token).unwrap();
    file
}

async fn concludes(partners: &Partners) -> Outcome {
    let agreement = partners.oem.conclude(&partners.supplier, "part").await?;
    for connector in [&partners.oem, &partners.supplier] {
        let stored = connector.read("agreements", &agreement).await?;
        assert_eq!(stored["fits"], true, "{stored}");
    }
    Ok(())
}

async fn document(connector: &Connector) -> Result<Value, Failure> {
    let url = format!("{}/.well-known/did.json", connector.public_url());
    let answer = http_client()?.get(&url).send().await.unwrap();
    Ok(answer.json().await.unwrap())
}

fn keys_in(document: &Value) -> usize {
    document["verificationMethod"].as_array().unwrap().len()
}
