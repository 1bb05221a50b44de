use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use symbolon_e2e::Failure;
use symbolon_e2e::connector::{Config, Connector, odrl, segment};
use symbolon_e2e::dcp_peer::{DcpPeer, Party, now};
use symbolon_e2e::partners::Partners;
use symbolon_e2e::peer::{self, message};

use super::{Outcome, data_address, fetch, reasons, text};

#[tokio::test]
async fn retiring_an_agreement_stops_its_data() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    supplier.publish_openly("part", b"data").await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let pid = oem.pull(&agreement).await?;
    let theirs = oem.partner_pid("transfers", &pid).await?;
    let address = data_address(&oem, &pid).await?;
    assert_eq!(fetch(&address, "", None).await.status(), 200);

    let retired = supplier.act("agreements", &agreement, "retire", json!({"reason": "programme ended"})).await?;
    assert_eq!((text(&retired, "state"), text(&retired, "retireReason")), ("RETIRED", "programme ended"));
    let refused = fetch(&address, "", None).await;
    assert_eq!(refused.status(), 403);
    let told: Value = refused.json().await.unwrap();
    assert!(!text(&told, "rule").is_empty() && !text(&told, "code").is_empty(), "{told}");
    oem.happened("transfer.terminated", &pid).await?;
    for (connector, pid) in [(&supplier, &theirs), (&oem, &pid)] {
        let ended = connector.read("transfers", pid).await?;
        assert_eq!(ended["state"], "TERMINATED");
        assert!(reasons(&ended, "termination").contains("programme ended"), "{ended}");
    }
    let again = supplier.act("agreements", &agreement, "retire", json!({"reason": "again"})).await;
    assert_eq!(again.unwrap_err().status(), Some(409));

    // The consumer has not retired it: what it asks for now is refused by the provider, with the rule.
    let late = oem.transfer(&agreement, "HttpData-PULL").await?;
    oem.happened("transfer.terminated", &late).await?;
    let ended = oem.read("transfers", &late).await?;
    assert_eq!(text(&ended["termination"], "code"), "agreement.retired", "{ended}");
    assert!(reasons(&ended, "termination").contains("programme ended"));
    Ok(())
}

#[tokio::test]
async fn a_consumer_asks_for_nothing_under_an_agreement_it_retired() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    supplier.publish_openly("part", b"data").await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let pid = oem.pull(&agreement).await?;
    let theirs = oem.partner_pid("transfers", &pid).await?;
    oem.act("agreements", &agreement, "retire", json!({"reason": "not needed"})).await?;
    supplier.happened("transfer.terminated", &theirs).await?;
    assert_eq!(oem.transfer(&agreement, "HttpData-PULL").await.unwrap_err().status(), Some(409));
    Ok(())
}

#[tokio::test]
async fn an_agreement_concluded_elsewhere_is_imported() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    supplier.publish_openly("part", b"data").await?;
    import(&supplier, "provider", &oem, [&supplier, &oem]).await?;
    import(&oem, "consumer", &supplier, [&supplier, &oem]).await?;
    for connector in [&supplier, &oem] {
        let agreement = connector.read("agreements", "urn:example:on-paper").await?;
        assert_eq!((&agreement["fits"], text(&agreement, "state")), (&Value::Null, "IN_FORCE"));
    }
    let pid = oem.pull("urn:example:on-paper").await?;
    assert_eq!(fetch(&data_address(&oem, &pid).await?, "", None).await.status(), 200);
    let again = import(&supplier, "provider", &oem, [&supplier, &oem]).await;
    assert_eq!(again.unwrap_err().status(), Some(409));
    let wrong_way_round = import(&supplier, "provider", &oem, [&oem, &supplier]).await;
    assert_eq!(wrong_way_round.unwrap_err().status(), Some(400));
    Ok(())
}

async fn import(at: &Connector, role: &str, partner: &Connector, parties: [&Connector; 2]) -> Outcome {
    let mut agreement = odrl(&[]);
    agreement["@type"] = json!("Agreement");
    agreement["@id"] = json!("urn:example:on-paper");
    agreement["target"] = json!("part");
    agreement["assigner"] = json!(parties[0].participant());
    agreement["assignee"] = json!(parties[1].participant());
    agreement["timestamp"] = json!("2026-01-01T00:00:00Z");
    let body = json!({"agreement": agreement, "role": role, "partner": partner.participant(),
        "partnerAddress": partner.dsp_address()});
    at.management().post("agreements", &body).await.map(|_| ())
}

/// Two companies with `did:web`. The agreement's file holds on each side, the two fit, and keys that are replaced afterwards
/// change nothing.
#[tokio::test]
async fn exported_files_hold_and_fit_after_keys_were_replaced() -> Outcome {
    let [supplier, oem] = ["supplier", "oem"].map(|name| Config::new(name).web().relaxed());
    let Partners { supplier, oem } = Partners::with(supplier, oem).await?;
    supplier.publish_openly("part", b"data").await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    supplier.happened("agreement.concluded", &agreement).await?;
    supplier.management().post("keys/rotate", &json!({})).await?;
    oem.management().post("keys/rotate", &json!({})).await?;
    let ours = exported(&oem, &agreement, &oem.home()).await?;
    let theirs = exported(&supplier, &agreement, &oem.home()).await?;
    let file = read(&ours);
    assert_eq!(file["evidence"]["documents"].as_array().unwrap().len(), 2, "{file}");
    for file in [&ours, &theirs] {
        let told = oem.run(["verify".as_ref(), "--both".as_ref(), file.as_os_str()]).await?;
        assert!(told.contains("Both halves fit") && told.contains("the DID document that the file carries"), "{told}");
    }
    assert_eq!(supplier.read("agreements", &agreement).await?["fits"], true);
    let told = oem.run(["compare".as_ref(), ours.as_os_str(), theirs.as_os_str()]).await?;
    assert!(told.contains("they fit"), "{told}");

    // Our document as it is now, with other keys, in the place of the one that was signed.
    let did = text(&file["parties"], "consumer").to_owned();
    let swapped = altered(&ours, |file| {
        let documents = file["evidence"]["documents"].as_array_mut().unwrap();
        let place = documents.iter().position(|document| document["id"] == did.as_str()).unwrap();
        documents[place] = documents[place].clone();
        documents[place]["verificationMethod"] = json!([]);
    });
    let told = oem.run(["verify".as_ref(), swapped.as_os_str()]).await.unwrap_err().to_string();
    assert!(told.contains("does not carry the DID document"), "{told}");

    let changed = altered(&theirs, |file| file["agreement"]["permission"][0]["action"] = json!("distribute"));
    let told = oem.run(["compare".as_ref(), ours.as_os_str(), changed.as_os_str()]).await.unwrap_err().to_string();
    assert!(told.contains("agreement.permission[0].action"), "{told}");
    Ok(())
}

/// A partner that does not attest: we do alone, and keep what it signed. Only auditors see it.
#[tokio::test]
async fn a_foreign_partners_tokens_are_kept_as_evidence() -> Outcome {
    let config = Config::new("supplier").web().relaxed().key("viewer", "a key to look");
    let supplier = Connector::start(config).await?;
    supplier.publish_openly("part", b"data").await?;
    let peer = DcpPeer::start()?;
    let oem = peer.party()?;
    let (negotiation, agreement) = negotiated_by_hand(&supplier, &peer, &oem).await?;
    let held = supplier.read("agreements", &agreement).await?;
    assert_eq!((&held["fits"], held["attestations"].as_array().unwrap().len()), (&Value::Null, 1), "{held}");

    let file = exported(&supplier, &agreement, &supplier.home()).await?;
    let export = read(&file);
    let received = export["evidence"]["received"].as_array().unwrap();
    let kinds: Vec<&str> = received.iter().map(|message| text(message, "type")).collect();
    assert_eq!(kinds, ["ContractRequestMessage", "ContractAgreementVerificationMessage"]);
    let told = supplier.run(["verify".as_ref(), file.as_os_str()]).await?;
    assert_eq!(told.matches(&format!("came with a token that {} signed for us", oem.did)).count(), 2, "{told}");
    let another = altered(&file, |file| file["evidence"]["received"][0]["token"] = json!("a.b.c"));
    assert!(supplier.run(["verify".as_ref(), another.as_os_str()]).await.is_err());

    // Whoever may only look gets the file without, and no view shows a token.
    let path = format!("agreements/{}/export", segment(&agreement));
    let seen = supplier.management().with_key("a key to look").get(&path).await?;
    assert_eq!(seen["evidence"]["withheld"], true, "{seen}");
    let token = text(&received[0], "token");
    let timeline = supplier.management().get(&format!("negotiations/{}/messages", segment(&negotiation))).await?;
    for view in [seen.to_string(), timeline.to_string(), held.to_string(), supplier.log()] {
        assert!(!view.contains(token));
    }
    Ok(())
}

/// In a dataspace each half names what the other party presented: with its digest, its issuer's document, and what the status
/// lists showed. The file proves it also after a membership has been taken back.
#[tokio::test]
async fn halves_name_the_memberships_that_they_rest_on() -> Outcome {
    let [founder, newcomer] = ["founder", "newcomer"].map(|name| Config::new(name).web().relaxed());
    let Partners { supplier: founder, oem: newcomer } = Partners::with(founder, newcomer).await?;
    let body = json!({"id": "brakes", "name": "Makers of brakes", "bpn": "auto"});
    let founded = founder.management().post("dataspaces", &body).await?;
    founder.happened("credential-request.issued", text(&founded, "credentialRequest")).await?;
    let body = json!({"dataspace": "brakes", "name": "Newcomer", "bpn": "auto", "expiresInSeconds": 3600});
    let invitation = founder.management().post("invitations", &body).await?;
    let body = json!({"invitation": text(&invitation, "invitation")});
    let joined = newcomer.management().post("dataspaces/join", &body).await?;
    newcomer.happened("credential-request.issued", text(&joined, "credentialRequest")).await?;
    founder.publish_openly("part", b"data").await?;
    let agreement = newcomer.conclude(&founder, "part").await?;
    founder.happened("agreement.concluded", &agreement).await?;

    let file = exported(&founder, &agreement, &founder.home()).await?;
    for half in read(&file)["attestations"].as_array().unwrap() {
        let presented = half["credential"]["credentialSubject"]["presented"].as_array().unwrap();
        let membership =
            presented.iter().find(|one| one["credentialType"].to_string().contains("MembershipCredential"));
        let membership = membership.unwrap_or_else(|| panic!("no membership in {half:#}"));
        assert_eq!(membership["credentialIssuer"], founder.participant());
        assert_eq!(membership["statusCheck"][0]["statusPurpose"], "revocation", "{membership}");
    }
    let told = founder.run(["verify".as_ref(), "--both".as_ref(), file.as_os_str()]).await?;
    let membership = format!("the MembershipCredential of {}", founder.participant());
    for party in ["consumer", "provider"] {
        assert!(told.contains(&format!("{membership} that the {party} presented verifies")), "{told}");
    }
    let other = altered(&file, |file| file["evidence"]["presented"][0] = json!("another"));
    let told = founder.run(["verify".as_ref(), other.as_os_str()]).await?;
    assert!(told.contains("is not in the file; its digest is signed"), "{told}");

    let member = format!("dataspaces/brakes/members/{}", segment(newcomer.participant()));
    founder.management().delete(&member).await?;
    let file = exported(&founder, &agreement, &founder.home()).await?;
    founder.run(["verify".as_ref(), "--both".as_ref(), file.as_os_str()]).await?;
    Ok(())
}

/// The process id at the supplier, and the agreement.
async fn negotiated_by_hand(supplier: &Connector, peer: &DcpPeer, oem: &Party) -> Result<(String, String), Failure> {
    let token = || oem.sign(&oem.id_token(supplier.participant(), now()));
    let dsp = supplier.dsp_address();
    let catalog = symbolon_e2e::eventually("a token that is not older than the connector", async || {
        let answer = peer.catalog(&dsp, &token().unwrap()).await.unwrap();
        (answer.status == 200).then_some(answer.body)
    })
    .await?;
    let mut offer = catalog["dataset"][0]["hasPolicy"][0].clone();
    offer["target"] = json!("part");
    let request = peer::request("by-hand", &offer, &format!("{}/dsp", oem.url));
    let answer = peer.post(&format!("{dsp}/negotiations/request"), &token()?, &request).await?;
    assert_eq!(answer.status, 201, "{answer:?}");
    let negotiation = answer.text("providerPid").to_owned();
    supplier.happened("negotiation.agreed", &negotiation).await?;
    let verification = message("ContractAgreementVerificationMessage", "by-hand", &negotiation, json!({}));
    let path = format!("{dsp}/negotiations/{}/agreement/verification", segment(&negotiation));
    let answer = peer.post(&path, &token()?, &verification).await?;
    assert_eq!(answer.status, 200, "{answer:?}");
    supplier.happened("negotiation.finalized", &negotiation).await?;
    let agreement = supplier.read("negotiations", &negotiation).await?;
    Ok((negotiation, text(&agreement, "agreementId").to_owned()))
}

/// The exported agreement, in a file.
async fn exported(connector: &Connector, agreement: &str, folder: &Path) -> Result<PathBuf, Failure> {
    let export = connector.management().get(&format!("agreements/{}/export", segment(agreement))).await?;
    let file = folder.join(format!("{}.json", segment(connector.participant())));
    fs::write(&file, export.to_string()).unwrap();
    Ok(file)
}

fn read(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

/// A changed copy of the file.
fn altered(file: &Path, change: impl FnOnce(&mut Value)) -> PathBuf {
    let mut content = read(file);
    change(&mut content);
    let copy = file.with_extension("altered.json");
    fs::write(&copy, content.to_string()).unwrap();
    copy
}
