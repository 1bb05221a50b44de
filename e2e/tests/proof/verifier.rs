//! Credentials, judged by libraries that are not ours.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oxttl::TurtleParser;
use reqwest::Method;
use serde_json::{Map, Value, json};
use symbolon_e2e::Failure;
use symbolon_e2e::connector::{Config, Connector, http_client, odrl, segment};
use symbolon_e2e::dcp_peer::{altered, payload};
use symbolon_e2e::judge::Judge;
use symbolon_e2e::tools::repository;

type Outcome = Result<(), Failure>;

/// Vectors by fixed keys: those that our own libraries made are judged as they say, and those that the judge's libraries made
/// are those that our libraries are tested with (`connector/identity/tests/identity/vectors.rs`).
#[tokio::test]
async fn vectors_are_judged_as_they_say() -> Outcome {
    let judge = Judge::ready().await?;
    let [ours, others] = ["ours", "others"].map(|name| repository().join(format!("e2e/vectors/{name}.json")));
    let counted = judge.vectors(&[ours.to_str().unwrap(), others.to_str().unwrap()]).await?;
    assert_eq!(counted, "vectors: 31 agree, 0 differ");
    assert_eq!(judge.remake().await?, fs::read_to_string(&others).unwrap(), "make them anew with make.mjs");
    Ok(())
}

/// Both halves of an agreement, in both forms, and the agreement's digest.
#[tokio::test]
async fn an_exported_agreement_stands_before_a_foreign_judge() -> Outcome {
    let members = Members::meet().await?;
    let agreement = members.newcomer.conclude(&members.founder, "drawing").await?;
    let export = exported(&members.newcomer, &agreement).await?;
    let halves = export["attestations"].as_array().unwrap();
    assert_eq!(halves.len(), 2, "{export}");
    let mut checks = Vec::new();
    for half in halves {
        let role = text(half, "role");
        checks.push(json!({"name": format!("{role}, proof"), "credential": half["credential"]}));
        checks.push(json!({"name": format!("{role}, JWT"), "jwt": half["jwt"]}));
        assert_eq!(half["credential"]["credentialSubject"]["digest"], export["digest"]);
    }
    let nquads = signed_statements(&members.newcomer, &agreement).await?;
    checks.push(json!({"name": "digest", "nquads": nquads, "digest": export["digest"]}));
    let good = checks.len();

    for half in halves {
        checks.extend(bad_copies(half, &halves[0]["credential"]["proof"]));
    }
    checks.push(json!({"name": "a statement less", "nquads": less(&nquads), "digest": export["digest"]}));
    let documents = documents(&export, &members).await?;
    let verdicts = Judge::ready().await?.judge(&json!({"documents": documents, "checks": checks})).await?;
    for (number, verdict) in verdicts.iter().enumerate() {
        assert_eq!(verdict.verified, number < good, "{verdict:?}");
        println!("{}: {}", verdict.name, verdict.reason.as_deref().unwrap_or("verified"));
    }
    assert_eq!(verdicts.len(), checks.len());

    // The connector's own command says the same of the file, and of an altered one.
    let file = members.newcomer.home().join("agreement.json");
    for (change, holds) in [(None, true), (Some("/agreement/permission/0/action"), false), (Some("/digest"), false)] {
        let mut copy = export.clone();
        if let Some(place) = change {
            *copy.pointer_mut(place).unwrap() = json!("distribute");
        }
        fs::write(&file, copy.to_string()).unwrap();
        let said = members.newcomer.run(["verify".as_ref(), file.as_os_str()]).await;
        assert_eq!(said.is_ok(), holds, "{change:?}: {said:?}");
    }
    Ok(())
}

/// Credentials of data model 2.0 that a connector issues, with their status; revoked, they are judged so.
#[tokio::test]
async fn issued_credentials_stand_before_a_foreign_judge_until_they_are_revoked() -> Outcome {
    let members = Members::meet().await?;
    members.newcomer.conclude(&members.founder, "drawing").await?;
    let agreement = text(&members.founder.all("agreements", "").await?[0], "id").to_owned();
    let export = exported(&members.founder, &agreement).await?;
    let issued: Vec<&str> =
        export["evidence"]["presented"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(issued.len() >= 3, "{export}");
    let judge = Judge::ready().await?;
    let mut checks = Vec::new();
    for credential in &issued {
        let claims = payload(credential)?;
        assert_eq!(claims["@context"][0], "https://www.w3.org/ns/credentials/v2");
        checks.push(json!({"name": "as issued", "jwt": credential}));
        let other = altered(credential, |claims| claims["credentialSubject"]["id"] = json!("did:web:other.example"))?;
        checks.push(json!({"name": "altered", "jwt": other}));
    }
    let documents = documents(&export, &members).await?;
    let before = json!({"documents": documents, "lists": lists(&issued).await?, "checks": checks});
    for verdict in judge.judge(&before).await? {
        assert_eq!(verdict.verified, verdict.name == "as issued", "{verdict:?}");
    }

    let member = segment(members.newcomer.participant());
    members.founder.management().delete(&format!("dataspaces/brakes/members/{member}")).await?;
    let after = json!({"documents": documents, "lists": lists(&issued).await?, "checks": checks});
    let about_newcomer = |number: usize| {
        payload(issued[number / 2])
            .is_ok_and(|claims| claims["credentialSubject"]["id"] == members.newcomer.participant())
    };
    for (number, verdict) in judge.judge(&after).await?.into_iter().enumerate() {
        let holds = verdict.name == "as issued" && !about_newcomer(number);
        assert_eq!(verdict.verified, holds, "{verdict:?}");
    }
    Ok(())
}

/// A company that has founded a dataspace with credentials of data model 2.0, and one that has joined it.
struct Members {
    founder: Connector,
    newcomer: Connector,
}

impl Members {
    async fn meet() -> Result<Self, Failure> {
        let founder = Connector::start(Config::new("founder").web().relaxed()).await?;
        let newcomer = Connector::start(Config::new("newcomer").web().relaxed()).await?;
        let body = json!({"id": "brakes", "name": "Makers of brakes", "bpn": "auto", "credentials": "vc20-bssl/jwt"});
        let founded = founder.management().post("dataspaces", &body).await?;
        founder.happened("credential-request.issued", text(&founded, "credentialRequest")).await?;
        let body = json!({"dataspace": "brakes", "name": "Newcomer", "bpn": "auto", "expiresInSeconds": 3600});
        let invitation = founder.management().post("invitations", &body).await?;
        let body = json!({"invitation": text(&invitation, "invitation")});
        let joined = newcomer.management().post("dataspaces/join", &body).await?;
        newcomer.happened("credential-request.issued", text(&joined, "credentialRequest")).await?;
        founder.store_policy("open", odrl(&[])).await?;
        founder.store_file("drawing", b"a drawing").await?;
        founder.publish("drawings", &["drawing"], "open", json!({})).await?;
        Ok(Self { founder, newcomer })
    }
}

async fn exported(connector: &Connector, agreement: &str) -> Result<Value, Failure> {
    connector.management().get(&format!("agreements/{}/export", segment(agreement))).await
}

/// The DID documents that the file carries, and those of both connectors as they publish them.
async fn documents(export: &Value, members: &Members) -> Result<Value, Failure> {
    let mut documents = Map::new();
    for connector in [&members.founder, &members.newcomer] {
        let url = format!("{}/.well-known/did.json", connector.public_url());
        let document: Value = http_client()?.get(url).send().await.unwrap().json().await.unwrap();
        documents.insert(text(&document, "id").to_owned(), document);
    }
    for document in export["evidence"]["documents"].as_array().unwrap() {
        documents.insert(text(document, "id").to_owned(), document.clone());
    }
    Ok(documents.into())
}

/// The status lists that these credentials name, as they are published now.
async fn lists(credentials: &[&str]) -> Result<Value, Failure> {
    let mut lists = Map::new();
    for credential in credentials {
        let status = payload(credential)?["credentialStatus"].clone();
        let entries = if status.is_array() { status.as_array().unwrap().clone() } else { vec![status] };
        for entry in entries {
            let url = text(&entry, "statusListCredential").to_owned();
            let body = http_client()?.get(&url).send().await.unwrap().text().await.unwrap();
            lists.insert(url, serde_json::from_str(&body).unwrap_or(Value::String(body)));
        }
    }
    Ok(lists.into())
}

/// One thing changed in each.
fn bad_copies(half: &Value, other_proof: &Value) -> Vec<Value> {
    let role = text(half, "role");
    let credential = |what: &str, pointer: &str, value: Value| {
        let mut copy = half["credential"].clone();
        *copy.pointer_mut(pointer).unwrap() = value;
        json!({"name": format!("{role}, {what}"), "credential": copy})
    };
    let digest = json!(format!("sha-256:{}", "0".repeat(64)));
    let jwt = altered(text(half, "jwt"), |claims| claims["credentialSubject"]["digest"] = digest.clone()).unwrap();
    let flipped = flipped(text(half, "jwt"));
    let mut copies = vec![
        credential("another digest", "/credentialSubject/digest", digest),
        credential("another counterparty", "/credentialSubject/counterparty", json!("did:web:other.example")),
        credential("another role", "/credentialSubject/role", json!("witness")),
        credential("another time", "/validFrom", json!("2020-01-01T00:00:00Z")),
        credential("another purpose", "/proof/proofPurpose", json!("authentication")),
        json!({"name": format!("{role}, JWT with another digest"), "jwt": jwt}),
        json!({"name": format!("{role}, JWT with another signature"), "jwt": flipped}),
    ];
    if &half["credential"]["proof"] != other_proof {
        copies.push(credential("the other half's proof", "/proof", other_proof.clone()));
    }
    copies
}

/// One bit of the signature changed.
fn flipped(jwt: &str) -> String {
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    bytes[10] ^= 1;
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The statements that were signed, as N-Quads in the default graph.
async fn signed_statements(connector: &Connector, agreement: &str) -> Result<String, Failure> {
    let path = format!("agreements/{}/rdf", segment(agreement));
    let answer = connector.management().raw(Method::GET, &path, |request| request.header("Accept", "text/turtle"));
    let turtle = answer.await?.text().await.unwrap();
    let statements = TurtleParser::new().for_reader(turtle.as_bytes()).map(|triple| format!("{} .\n", triple.unwrap()));
    Ok(statements.collect())
}

fn less(nquads: &str) -> String {
    nquads.lines().skip(1).map(|line| format!("{line}\n")).collect()
}

/// A text member, empty if there is none.
fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}
