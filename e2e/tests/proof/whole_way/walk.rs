use std::fs;

use oxrdf::Graph;
use oxrdf::graph::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxttl::TurtleParser;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use symbolon_e2e::connector::{Connector, odrl, segment};
use symbolon_e2e::eventually;
use symbolon_e2e::partners::Partners;
use symbolon_e2e::random::Random;
use symbolon_e2e::source::HttpSource;

use super::{Outcome, data_address, fetch, text};

#[tokio::test]
async fn from_the_catalogue_to_the_last_byte() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    let record = Random::new(3).bytes(3_000_000);
    let telemetry = HttpSource::start(b"spindle speed".to_vec())?;
    supplier.store_file("serial-part", &record).await?;
    let source = json!({"type": "HttpData", "baseUrl": format!("{}/shift", telemetry.url()), "proxyPath": true,
        "proxyQueryParams": true});
    supplier.store_asset("telemetry", source).await?;
    supplier.store_policy("open", odrl(&[])).await?;
    supplier.store_policy("quality", odrl(&[purpose("quality")])).await?;
    supplier.publish("parts", &["serial-part", "telemetry"], "quality", json!({})).await?;

    let offered = oem.offers_of(&supplier).await?;
    assert_eq!(offered.iter().map(|offered| offered.asset.as_str()).collect::<Vec<_>>(), ["serial-part", "telemetry"]);

    let agreement = oem.conclude(&supplier, "serial-part").await?;
    supplier.happened("agreement.concluded", &agreement).await?;
    both_halves_fit(&supplier, &oem, &agreement).await?;

    let pid = oem.pull(&agreement).await?;
    let address = data_address(&oem, &pid).await?;
    let whole = fetch(&address, "", None).await;
    assert_eq!(whole.status(), 200);
    assert_eq!(Sha256::digest(whole.bytes().await.unwrap()), Sha256::digest(&record));
    let part = fetch(&address, "", Some("bytes=1000000-1000099")).await;
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], "bytes 1000000-1000099/3000000");
    assert_eq!(part.bytes().await.unwrap(), record[1_000_000..1_000_100]);

    let agreement = oem.conclude(&supplier, "telemetry").await?;
    let pid = oem.pull(&agreement).await?;
    let address = data_address(&oem, &pid).await?;
    let answer = fetch(&address, "/early/3?axis=x", Some("bytes=0-6")).await;
    assert_eq!((answer.status().as_u16(), answer.bytes().await.unwrap().as_ref()), (206, b"spindle".as_ref()));
    let asked = telemetry.asked();
    assert_eq!((asked[0].path.as_str(), asked[0].range.as_deref()), ("/shift/early/3?axis=x", Some("bytes=0-6")));

    let transfer = oem.partner_pid("transfers", &pid).await?;
    let query = format!("transfer={}&", segment(&transfer));
    // Decisions are written down in batches.
    let requests = eventually("a recorded decision", async || {
        Some(supplier.all("requests", &query).await.unwrap()).filter(|requests| !requests.is_empty())
    });
    let requests = requests.await?;
    assert_eq!(requests.len(), 1);
    assert_eq!((&requests[0]["permitted"], text(&requests[0], "agreement")), (&json!(true), agreement.as_str()));
    Ok(())
}

#[tokio::test]
async fn a_tampered_agreement_is_told_from_a_sound_one() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    supplier.publish_openly("part", b"data").await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    supplier.happened("agreement.concluded", &agreement).await?;
    for connector in [&supplier, &oem] {
        let export = connector.management().get(&format!("agreements/{}/export", segment(&agreement))).await?;
        assert!(verify(connector, &export).await.unwrap().contains("Both halves fit"));

        let mut other_terms = export.clone();
        other_terms["agreement"]["permission"][0]["action"] = json!("distribute");
        let told = verify(connector, &other_terms).await.unwrap_err();
        assert!(told.contains("digest"), "{told}");

        let mut other_party = export.clone();
        other_party["agreement"]["assignee"] = json!("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK");
        assert!(verify(connector, &other_party).await.unwrap_err().contains("FAILED"));

        let mut redigested = other_terms.clone();
        redigested["digest"] = json!(format!("sha-256:{}", "0".repeat(64)));
        assert!(verify(connector, &redigested).await.unwrap_err().contains("digest"));

        for form in ["/attestations/1/jwt", "/attestations/1/credential/proof/proofValue"] {
            let mut broken = export.clone();
            let signed = broken.pointer_mut(form).unwrap();
            let text = signed.as_str().unwrap().to_owned();
            let at = text.len() - 10;
            let changed = if &text[at..=at] == "A" { "B" } else { "A" };
            *signed = json!(format!("{}{changed}{}", &text[..at], &text[at + 1..]));
            let told = verify(connector, &broken).await.unwrap_err();
            assert!(told.contains("signature"), "{told}");
        }

        let mut swapped = export.clone();
        swapped["attestations"][0]["role"] = export["attestations"][1]["role"].clone();
        swapped["attestations"][1]["role"] = export["attestations"][0]["role"].clone();
        assert!(verify(connector, &swapped).await.is_err());

        let mut lonely = export.clone();
        lonely["attestations"].as_array_mut().unwrap().pop();
        assert!(verify(connector, &lonely).await.unwrap().contains("one party's half"));
    }
    Ok(())
}

/// `symbolon verify` on this file: what it printed, or what it refused for.
async fn verify(connector: &Connector, export: &Value) -> Result<String, String> {
    let file = connector.home().join("export.json");
    fs::write(&file, export.to_string()).unwrap();
    connector.run(["verify".as_ref(), file.as_os_str()]).await.map_err(|failure| failure.to_string())
}

/// Both sides hold the same agreement, attested by both, as the same RDF.
async fn both_halves_fit(supplier: &Connector, oem: &Connector, id: &str) -> Outcome {
    let mut seen = Vec::new();
    for connector in [supplier, oem] {
        let agreement = connector.read("agreements", id).await?;
        assert_eq!(agreement["fits"], true, "{agreement}");
        assert_eq!(agreement["state"], "IN_FORCE");
        let mut signers: Vec<_> =
            agreement["attestations"].as_array().unwrap().iter().map(|half| text(half, "signer")).collect();
        signers.sort_unstable();
        let mut parties = [supplier.participant(), oem.participant()];
        parties.sort_unstable();
        assert_eq!(signers, parties);
        let report = connector.management().get(&format!("agreements/{}/verify", segment(id))).await?;
        assert_eq!(report["fits"], true, "{report}");
        seen.push((agreement["digest"].clone(), agreement["policy"].clone(), rdf(connector, id).await));
    }
    assert_eq!(seen[0], seen[1]);
    assert!(seen[0].2.len() > 5);
    Ok(())
}

/// The signed statements, canonical. The graph follows the database within a moment.
async fn rdf(connector: &Connector, id: &str) -> Graph {
    let path = format!("agreements/{}/rdf", segment(id));
    let turtle = eventually("RDF of an agreement", async || {
        let answer = connector.management().raw(Method::GET, &path, |request| request.header("Accept", "text/turtle"));
        let answer = answer.await.unwrap();
        match answer.status().as_u16() {
            503 => None,
            200 => Some(answer.bytes().await.unwrap()),
            status => panic!("the RDF was answered {status}: {:?}", answer.text().await),
        }
    });
    let turtle = turtle.await.unwrap();
    let mut graph: Graph = TurtleParser::new().for_slice(&turtle).collect::<Result<_, _>>().unwrap();
    graph.canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm: CanonicalizationHashAlgorithm::Sha256 });
    graph
}

fn purpose(value: &str) -> Value {
    json!({"leftOperand": "purpose", "operator": "eq", "rightOperand": value})
}
