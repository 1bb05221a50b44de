//! DID documents of `did:web`.

use serde_json::json;
use symbolon_e2e::connector::Config;
use symbolon_e2e::dcp_peer::{DcpPeer, Reply, now};

use super::stage::{GROWTH_MIB, Outcome, Stage, unproved};

/// Whoever resolves a DID must not become the caller of an address that the DID's owner cannot reach itself.
#[tokio::test]
async fn a_document_that_redirects_is_not_followed() -> Outcome {
    let stage = Stage::set().await?;
    let victim = stage.peer.party()?;
    let inside = format!("{}/did.json", victim.url);
    for target in [inside.as_str(), "http://10.0.0.1/did.json", "http://169.254.169.254/latest/meta-data"] {
        let holder = stage.member()?;
        stage.peer.serve(&holder, "/did.json", Reply::Redirect(target.to_owned()));
        let before = stage.logged();
        let answer = stage.ask_as(&holder).await?;
        stage.check(target, &answer, &unproved("token.issuer", "cannot be had"), before);
    }
    assert!(stage.peer.asked(&victim).is_empty(), "the redirect was followed");
    stage.is_well().await
}

/// With the guard as it is by default, a DID on a private address is not even asked for.
#[tokio::test]
async fn a_document_on_a_private_address_is_not_fetched() -> Outcome {
    let config = Config::new("supplier").web().relaxed().set("outgoing.allow_private", "false");
    let connector = symbolon_e2e::connector::Connector::start(config.set("identity.did_web_http", "true")).await?;
    let peer = DcpPeer::start()?;
    let holder = peer.party()?;
    let token = holder.sign(&holder.id_token(connector.participant(), now()))?;
    let answer = peer.catalog(&connector.dsp_address(), &token).await?;
    assert_eq!((answer.status, answer.text("code")), (401, "token.issuer"), "{}", answer.body);
    assert!(answer.reasons().contains("private"), "{}", answer.reasons());
    assert!(peer.asked(&holder).is_empty(), "it was asked for");
    Ok(())
}

#[tokio::test]
async fn a_document_of_50_megabytes_is_refused_within_bounds() -> Outcome {
    let stage = Stage::set().await?;
    let most_before = stage.most_memory_when_warm().await?;
    for _ in 0..4 {
        let holder = stage.member()?;
        stage.peer.serve(&holder, "/did.json", Reply::Stream(50 << 20));
        let before = stage.logged();
        let answer = stage.ask_as(&holder).await?;
        stage.check("50 MB", &answer, &unproved("token.issuer", "larger than what is accepted"), before);
    }
    let most_after = stage.most_memory();
    println!("a DID document of 50 MB: the most memory was {most_before} MiB before, {most_after} MiB after");
    assert!(most_after < most_before + GROWTH_MIB, "memory grew from {most_before} to {most_after} MiB");
    stage.is_well().await
}

#[tokio::test]
async fn a_document_that_is_none_is_refused() -> Outcome {
    let stage = Stage::set().await?;
    let other = stage.peer.party()?;
    let cases = [
        ("of another DID", Reply::Json(other.document()), "has the id"),
        ("an array", Reply::Json(json!([])), "no DID document"),
        ("not JSON", Reply::Body("application/json", "<html>".into()), "no DID document"),
        ("not there", Reply::Status(404), "cannot be had"),
    ];
    for (attack, reply, because) in cases {
        let holder = stage.member()?;
        stage.peer.serve(&holder, "/did.json", reply);
        let before = stage.logged();
        let answer = stage.ask_as(&holder).await?;
        stage.check(attack, &answer, &unproved("token.issuer", because), before);
    }
    stage.is_well().await
}
