//! What partners may not do, and what they may do twice.

use serde_json::{Value, json};
use symbolon_e2e::Failure;
use symbolon_e2e::connector::{Config, Connector, http_client, odrl};
use symbolon_e2e::peer::{self, Answer, Peer, fresh_id, message};

use super::{Outcome, text};

/// A supplier whose offer of `part` a person answers, and a foreign partner of it.
struct Stage {
    supplier: Connector,
    oem: Peer,
    dsp: String,
    offer: Value,
}

impl Stage {
    async fn set(automation: Value) -> Result<Self, Failure> {
        let supplier = Connector::start(Config::new("supplier").mock("SUPPLIER").relaxed()).await?;
        supplier.store_policy("open", odrl(&[])).await?;
        supplier.store_file("part", b"data").await?;
        supplier.publish("all", &["part"], "open", automation).await?;
        let oem = Peer::start("OEM")?;
        let dsp = supplier.dsp_address();
        let dataset = oem.get(&dsp, "/catalog/datasets/part").await?;
        let mut offer = dataset.body["hasPolicy"][0].clone();
        offer["target"] = json!("part");
        Ok(Self { supplier, oem, dsp, offer })
    }

    async fn ask(&self, consumer_pid: &str) -> Result<Answer, Failure> {
        let request = peer::request(consumer_pid, &self.offer, &self.oem.address());
        self.oem.post(&self.dsp, "/negotiations/request", &request).await
    }

    async fn state(&self, provider_pid: &str) -> Result<String, Failure> {
        let answer = self.oem.get(&self.dsp, &format!("/negotiations/{provider_pid}")).await?;
        Ok(answer.text("state").to_owned())
    }
}

fn hold() -> Value {
    json!({"answer": "hold", "finalize": "hold", "transfer": "hold"})
}

#[tokio::test]
async fn the_same_request_is_the_same_negotiation() -> Outcome {
    let stage = Stage::set(hold()).await?;
    let consumer = fresh_id();
    let (first, second) = (stage.ask(&consumer).await?, stage.ask(&consumer).await?);
    assert_eq!((first.status, first.text("state")), (201, "REQUESTED"));
    assert!((200..300).contains(&second.status));
    assert_eq!(first.text("providerPid"), second.text("providerPid"));
    assert_eq!(stage.supplier.all("negotiations", "").await?.len(), 1);

    // Another partner may use the same id for its own.
    let other = Peer::start("OTHER")?;
    let request = peer::request(&consumer, &stage.offer, &other.address());
    let third = other.post(&stage.dsp, "/negotiations/request", &request).await?;
    assert_eq!(third.status, 201);
    assert_ne!(first.text("providerPid"), third.text("providerPid"));
    Ok(())
}

#[tokio::test]
async fn a_message_counts_once() -> Outcome {
    let stage = Stage::set(hold()).await?;
    let consumer = fresh_id();
    let provider = stage.ask(&consumer).await?.text("providerPid").to_owned();
    let path = format!("/negotiations/{provider}/termination");
    let termination =
        message("ContractNegotiationTerminationMessage", &consumer, &provider, json!({"reason": ["changed our mind"]}));
    let first = stage.oem.post(&stage.dsp, &path, &termination).await?;
    let again = stage.oem.post(&stage.dsp, &path, &termination).await?;
    assert_eq!((first.status, again.status), (200, 200), "the repetition gets the answer of the first");
    let anew = message("ContractNegotiationTerminationMessage", &consumer, &provider, json!({}));
    let refused = stage.oem.post(&stage.dsp, &path, &anew).await?;
    assert_eq!((refused.status, refused.text("@type")), (400, "ContractNegotiationError"));
    let refused_again = stage.oem.post(&stage.dsp, &path, &anew).await?;
    assert_eq!(refused_again.status, 400, "a refusal stays one");
    assert_eq!(refused_again.text("code"), refused.text("code"));
    let mut terminated = stage.supplier.all("events/log", "kind=negotiation.terminated&").await?;
    assert_eq!(terminated.len(), 1, "{:?}", terminated.pop());
    Ok(())
}

/// A refused message does not become acceptable by its repetition, even if the state would allow it by then.
#[tokio::test]
async fn a_refusal_is_repeated_word_for_word() -> Outcome {
    let stage = Stage::set(hold()).await?;
    let consumer = fresh_id();
    let provider = stage.ask(&consumer).await?.text("providerPid").to_owned();
    let path = format!("/negotiations/{provider}/events");
    let accepted = message("ContractNegotiationEventMessage", &consumer, &provider, json!({"eventType": "ACCEPTED"}));
    let refused = stage.oem.post(&stage.dsp, &path, &accepted).await?;
    assert_eq!(refused.status, 400, "nothing has been offered yet");
    assert_eq!(stage.state(&provider).await?, "REQUESTED");
    stage.supplier.act("negotiations", &provider, "offer", json!({"offer": stage.offer})).await?;
    stage.oem.receives("ContractOfferMessage", &consumer).await?;
    let again = stage.oem.post(&stage.dsp, &path, &accepted).await?;
    assert_eq!((again.status, again.body["reason"][0].clone()), (400, refused.body["reason"][0].clone()));
    let anew = message("ContractNegotiationEventMessage", &consumer, &provider, json!({"eventType": "ACCEPTED"}));
    assert_eq!(stage.oem.post(&stage.dsp, &path, &anew).await?.status, 200);
    assert_eq!(stage.state(&provider).await?, "ACCEPTED");
    Ok(())
}

#[tokio::test]
async fn process_ids_must_agree() -> Outcome {
    let stage = Stage::set(hold()).await?;
    let (consumer, other) = (fresh_id(), fresh_id());
    let provider = stage.ask(&consumer).await?.text("providerPid").to_owned();
    let second = stage.ask(&other).await?.text("providerPid").to_owned();
    let path = format!("/negotiations/{provider}/termination");
    let kind = "ContractNegotiationTerminationMessage";
    for (ours, theirs) in [(&other, &provider), (&consumer, &second), (&other, &second)] {
        let mixed = stage.oem.post(&stage.dsp, &path, &message(kind, ours, theirs, json!({}))).await?;
        assert_eq!((mixed.status, mixed.text("@type")), (400, "ContractNegotiationError"), "{}", mixed.body);
        assert!(mixed.reasons().contains("Pid"), "{}", mixed.reasons());
    }
    assert_eq!((stage.state(&provider).await?, stage.state(&second).await?), ("REQUESTED".into(), "REQUESTED".into()));
    Ok(())
}

/// To everybody but its two parties a process does not exist.
#[tokio::test]
async fn foreigners_find_nothing() -> Outcome {
    let stage = Stage::set(json!({})).await?;
    stage.oem.conclude(&stage.dsp, &stage.offer).await?;
    let negotiation = stage.supplier.all("negotiations", "").await?.remove(0);
    let (consumer, provider) = (text(&negotiation, "consumerPid"), text(&negotiation, "providerPid"));
    let agreement = text(&negotiation, "agreementId");
    let request = json!({"agreementId": agreement, "format": "HttpData-PULL", "callbackAddress": stage.oem.address()});
    let transfer_request = message("TransferRequestMessage", &fresh_id(), "", request);
    let transfer = stage.oem.post(&stage.dsp, "/transfers/request", &transfer_request).await?;
    assert_eq!(transfer.status, 201, "{}", transfer.body);
    let transfer_pid = transfer.text("providerPid").to_owned();

    let foreigner = Peer::start("FOREIGNER")?;
    for pid in [provider, "urn:example:absent"] {
        for (path, body) in [
            ("termination", message("ContractNegotiationTerminationMessage", consumer, provider, json!({}))),
            (
                "events",
                message("ContractNegotiationEventMessage", consumer, provider, json!({"eventType": "ACCEPTED"})),
            ),
            ("agreement/verification", message("ContractAgreementVerificationMessage", consumer, provider, json!({}))),
            ("request", json!({"malformed": true})),
        ] {
            let answer = foreigner.post(&stage.dsp, &format!("/negotiations/{pid}/{path}"), &body).await?;
            assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        }
        assert_eq!(foreigner.get(&stage.dsp, &format!("/negotiations/{pid}")).await?.status, 404);
    }
    for pid in [transfer_pid.as_str(), "urn:example:absent"] {
        for path in ["start", "suspension", "completion", "termination"] {
            let answer = foreigner.post(&stage.dsp, &format!("/transfers/{pid}/{path}"), &json!({})).await?;
            assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        }
        assert_eq!(foreigner.get(&stage.dsp, &format!("/transfers/{pid}")).await?.status, 404);
        let root = stage.supplier.public_url();
        assert_eq!(foreigner.post(root, &format!("/data/{pid}/token"), &json!({})).await?.status, 404);
    }
    // An agreement of somebody else and none are the same.
    let of = async |agreement: &str| {
        let body = json!({"agreementId": agreement, "format": "HttpData-PULL", "callbackAddress": foreigner.address()});
        foreigner
            .post(&stage.dsp, "/transfers/request", &message("TransferRequestMessage", "urn:example:t", "", body))
            .await
    };
    let (taken, absent) = (of(agreement).await?, of("urn:example:absent").await?);
    assert_eq!((taken.status, absent.status), (400, 400));
    assert_eq!(taken.reasons().replace(agreement, "X"), absent.reasons().replace("urn:example:absent", "X"));
    Ok(())
}

#[tokio::test]
async fn a_transfer_request_is_idempotent_and_checked() -> Outcome {
    let stage = Stage::set(json!({})).await?;
    stage.oem.conclude(&stage.dsp, &stage.offer).await?;
    let agreement = text(&stage.supplier.all("agreements", "").await?[0], "id").to_owned();
    let ask = async |pid: &str, members: Value| {
        let mut body =
            json!({"agreementId": agreement, "format": "HttpData-PULL", "callbackAddress": stage.oem.address()});
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        stage.oem.post(&stage.dsp, "/transfers/request", &message("TransferRequestMessage", pid, "", body)).await
    };
    let pid = fresh_id();
    let (first, second) = (ask(&pid, json!({})).await?, ask(&pid, json!({})).await?);
    assert_eq!((first.status, first.text("state")), (201, "REQUESTED"));
    assert_eq!(first.text("providerPid"), second.text("providerPid"));
    let start = stage.oem.receives("TransferStartMessage", &pid).await?;
    assert_eq!(text(&start.body["dataAddress"], "@type"), "DataAddress");

    let address = json!({"@type": "DataAddress", "endpointType": "https://w3id.org/idsa/v4.1/HTTP", "endpoint": "http://127.0.0.1:9/sink"});
    for (members, named) in [
        (json!({"format": "Pigeon-PUSH"}), "format"),
        (json!({"format": "HttpData-PUSH"}), "dataAddress"),
        (json!({"dataAddress": address}), "dataAddress"),
        (json!({"callbackAddress": "ftp://127.0.0.1/x"}), "callbackAddress"),
        (json!({"callbackAddress": "not an address"}), "callbackAddress"),
    ] {
        let refused = ask(&fresh_id(), members).await?;
        assert_eq!((refused.status, refused.text("@type")), (400, "TransferError"), "{}", refused.body);
        assert!(refused.reasons().contains(named), "{}", refused.reasons());
    }
    assert_eq!(stage.supplier.all("transfers", "").await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn nobody_is_served_without_proof_of_who_it_is() -> Outcome {
    let supplier = Connector::start(Config::new("supplier").relaxed()).await?;
    let http = http_client()?;
    let mock = peer::authorization(supplier.participant());
    for header in
        [None, Some(""), Some("Bearer "), Some("Bearer a.b.c"), Some("Basic dXNlcjpwYXNz"), Some(mock.as_str())]
    {
        for path in ["/negotiations/urn:example:absent", "/transfers/urn:example:absent", "/catalog/datasets/absent"] {
            let mut request = http.get(format!("{}{path}", supplier.dsp_address()));
            if let Some(header) = header {
                request = request.header("Authorization", header);
            }
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 401, "{header:?} {path}");
            let body: Value = answer.json().await.unwrap();
            assert!(text(&body, "@type").ends_with("Error"), "{body}");
        }
    }
    let version = http.get(format!("{}/.well-known/dspace-version", supplier.public_url())).send().await.unwrap();
    assert_eq!(version.status(), 200);
    let version: Value = version.json().await.unwrap();
    assert_eq!(text(&version["protocolVersions"][0], "path"), "/dsp/2025-1");
    Ok(())
}
