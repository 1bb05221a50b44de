//! Messages of the Decentralized Claims Protocol: what is read of each spelling, what is refused and why, what is written.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use serde_json::{Value, json};
use symbolon_vocab::dcp::{
    self, CONTEXT, CredentialContainer, CredentialMessage, CredentialObject, CredentialOfferMessage,
    CredentialRequestMessage, CredentialStatus, DeliveryStatus, IssuerMetadata, Message, PresentationQueryMessage,
    PresentationResponseMessage, RequestStatus,
};
use symbolon_vocab::messages::Malformed;

fn read<M: Message>(message: &Value) -> Result<M, Malformed> {
    dcp::parse(message.to_string().as_bytes())
}

fn query(members: Value) -> Value {
    whole("PresentationQueryMessage", members)
}

/// A message as the standard has it.
fn whole(kind: &str, mut members: Value) -> Value {
    members["@context"] = json!([CONTEXT]);
    members["type"] = kind.into();
    members
}

fn scope(scopes: &[&str]) -> PresentationQueryMessage {
    PresentationQueryMessage::Scope(scopes.iter().map(|scope| (*scope).to_owned()).collect())
}

#[test]
fn queries_are_read_in_every_spelling() {
    let scopes = json!({"scope": ["a:B:read"]});
    let exchange = "https://identity.foundation/presentation-exchange/submission/v1";
    let spelled =
        |context: Value, name: &str, kind: &str| json!({"@context": context, name: kind, "scope": ["a:B:read"]});
    let cases = [
        query(scopes),
        spelled(json!([exchange, CONTEXT]), "type", "PresentationQueryMessage"),
        spelled(json!(CONTEXT), "@type", "PresentationQueryMessage"),
        spelled(json!([CONTEXT]), "@type", "https://w3id.org/dspace-dcp/v1.0/PresentationQueryMessage"),
        json!({"type": "PresentationQueryMessage", "scope": "a:B:read", "presentationDefinition": null, "more": 1}),
    ];
    for case in cases {
        assert_eq!(read::<PresentationQueryMessage>(&case), Ok(scope(&["a:B:read"])), "{case}");
    }
    let definition = query(json!({"presentationDefinition": {"id": "d"}}));
    let expected = json!({"id": "d"}).as_object().cloned().unwrap();
    assert_eq!(read(&definition), Ok(PresentationQueryMessage::Definition(expected)));
}

#[test]
fn queries_that_are_none_are_refused_by_their_member() {
    let both = json!({"scope": ["a"], "presentationDefinition": {"id": "d"}});
    let cases = [
        (query(both), "scope"),
        (query(json!({})), "scope"),
        (query(json!({"scope": []})), "scope"),
        (query(json!({"scope": null})), "scope"),
        (query(json!({"scope": [1]})), "scope[0]"),
        (query(json!({"scope": vec!["a:b"; 300]})), "scope"),
        (query(json!({"presentationDefinition": {}})), "presentationDefinition"),
        (query(json!({"presentationDefinition": null})), "scope"),
        (json!({"@context": ["https://w3id.org/tractusx-trust/v0.8"], "type": "PresentationQueryMessage"}), "@context"),
        (whole("CredentialMessage", json!({"scope": ["a"]})), "type"),
        (json!({"@context": [CONTEXT], "scope": ["a"]}), "type"),
        (json!(["a"]), ""),
    ];
    for (case, member) in cases {
        let refused = read::<PresentationQueryMessage>(&case).unwrap_err();
        assert_eq!(refused.member, member, "{case}: {refused}");
        assert!(refused.reason.ends_with('.'), "{refused}");
    }
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    assert!(dcp::parse::<PresentationQueryMessage>(deep.as_bytes()).unwrap_err().reason.contains("nested"));
    assert!(dcp::parse::<PresentationQueryMessage>(b"{").unwrap_err().reason.contains("JSON"));
}

#[test]
fn responses_hold_texts_and_objects() {
    let response =
        whole("PresentationResponseMessage", json!({"presentation": ["jwt", {"type": "VerifiablePresentation"}]}));
    let read_back: PresentationResponseMessage = read(&response).unwrap();
    assert_eq!(serde_json::to_value(&read_back).unwrap(), response);
    let alone = whole("PresentationResponseMessage", json!({"presentation": "jwt"}));
    assert_eq!(read(&alone), Ok(PresentationResponseMessage { presentation: vec!["jwt".into()] }));
    let wrong = whole("PresentationResponseMessage", json!({"presentation": ["jwt", 1]}));
    assert_eq!(read::<PresentationResponseMessage>(&wrong).unwrap_err().member, "presentation[1]");
}

fn delivery() -> Value {
    let credentials =
        json!([{"credentialType": "MembershipCredential", "format": "vc11-sl2021/jwt", "payload": "jwt"}]);
    let members = json!({"issuerPid": "i", "holderPid": "h", "status": "ISSUED", "credentials": credentials});
    whole("CredentialMessage", members)
}

fn without(mut message: Value, member: &str) -> Value {
    message.as_object_mut().unwrap().remove(member);
    message
}

#[test]
fn deliveries_are_read_and_written_alike() {
    let container = CredentialContainer {
        credential_type: "MembershipCredential".into(),
        format: "vc11-sl2021/jwt".into(),
        payload: "jwt".into(),
    };
    let issued = CredentialMessage {
        issuer_pid: "i".into(),
        holder_pid: "h".into(),
        status: DeliveryStatus::Issued,
        credentials: vec![container],
        rejection_reason: None,
    };
    assert_eq!(read(&delivery()), Ok(issued.clone()));
    assert_eq!(serde_json::to_value(&issued).unwrap(), delivery());
    let members = json!({"issuerPid": "i", "holderPid": "h", "status": "REJECTED", "rejectionReason": "no"});
    let rejected: CredentialMessage = read(&whole("CredentialMessage", members.clone())).unwrap();
    assert_eq!((rejected.status, rejected.rejection_reason.as_deref()), (DeliveryStatus::Rejected, Some("no")));
    assert_eq!(serde_json::to_value(&rejected).unwrap(), whole("CredentialMessage", members));
}

#[test]
fn deliveries_that_are_none_are_refused_by_their_member() {
    let with = |member: &str, value: Value| {
        let mut message = delivery();
        message[member] = value;
        message
    };
    let cases = [
        (without(delivery(), "holderPid"), "holderPid"),
        (without(delivery(), "issuerPid"), "issuerPid"),
        (without(delivery(), "status"), "status"),
        (with("status", json!("INVALID_STATUS")), "status"),
        (without(delivery(), "credentials"), "credentials"),
        (with("credentials", json!([])), "credentials"),
        (with("credentials", json!([{"credentialType": "A", "format": "f"}])), "credentials[0].payload"),
        (with("credentials", json!([{"credentialType": "A", "format": "f", "payload": {}}])), "credentials[0].payload"),
        (with("holderPid", json!(7)), "holderPid"),
    ];
    for (case, member) in cases {
        assert_eq!(read::<CredentialMessage>(&case).unwrap_err().member, member, "{case}");
    }
}

#[test]
fn requests_name_credentials_by_reference_or_by_id() {
    let request =
        whole("CredentialRequestMessage", json!({"holderPid": "h", "credentials": [{"id": "1"}, {"id": "2"}]}));
    let expected = CredentialRequestMessage { holder_pid: "h".into(), credentials: vec!["1".into(), "2".into()] };
    assert_eq!(read(&request), Ok(expected.clone()));
    assert_eq!(serde_json::to_value(&expected).unwrap(), request);
    let plain = whole("CredentialRequestMessage", json!({"holderPid": "h", "credentials": ["1", "2"]}));
    assert_eq!(read(&plain), Ok(expected));
    for member in ["holderPid", "credentials"] {
        let refused = read::<CredentialRequestMessage>(&without(request.clone(), member)).unwrap_err();
        assert_eq!(refused.member, member);
    }
}

#[test]
fn offers_may_hold_ids_alone_and_profiles_of_both_spellings() {
    let offer =
        |objects: Value| whole("CredentialOfferMessage", json!({"issuer": "did:web:i", "credentials": objects}));
    let objects = |message: Value| read::<CredentialOfferMessage>(&message).map(|offer| offer.credentials);
    let id_only = CredentialObject { id: "1".into(), ..CredentialObject::default() };
    assert_eq!(objects(offer(json!([{"id": "1"}]))), Ok(vec![id_only]));
    let full = json!({"id": "1", "type": "CredentialObject", "credentialType": "A", "offerReason": "reissue",
        "bindingMethods": ["did:web:"], "profile": "vc11-sl2021/jwt", "issuancePolicy": {}, "credentialSchema": null});
    let read_back = objects(offer(json!([full]))).unwrap();
    assert_eq!(read_back[0].profiles, ["vc11-sl2021/jwt"]);
    assert_eq!(serde_json::to_value(&read_back[0]).unwrap(), without(full, "credentialSchema"));
    let older = objects(offer(json!([{"id": "1", "profiles": ["vc11-sl2021/jwt", "vc20-bssl/jwt"]}]))).unwrap();
    assert_eq!(older[0].profiles, ["vc11-sl2021/jwt", "vc20-bssl/jwt"]);
    let cases = [
        (json!({"issuer": null, "credentials": [{"id": "1"}]}), "issuer"),
        (json!({"issuer": "did:web:i", "credentials": []}), "credentials"),
        (json!({"issuer": "did:web:i", "credentials": [{"type": "CredentialObject"}]}), "credentials[0].id"),
    ];
    for (members, member) in cases {
        let refused = read::<CredentialOfferMessage>(&whole("CredentialOfferMessage", members.clone())).unwrap_err();
        assert_eq!(refused.member, member, "{members}");
    }
}

#[test]
fn metadata_and_status_are_read_and_written_alike() {
    let object = json!({"id": "1", "type": "CredentialObject", "credentialType": "A", "bindingMethods": ["did:web"],
        "profile": "vc11-sl2021/jwt"});
    for objects in [json!([]), json!([object])] {
        let metadata = whole("IssuerMetadata", json!({"issuer": "did:web:i", "credentialsSupported": objects}));
        let read_back: IssuerMetadata = read(&metadata).unwrap();
        assert_eq!(serde_json::to_value(&read_back).unwrap(), metadata);
    }
    for status in RequestStatus::ALL {
        let members = json!({"issuerPid": "i", "holderPid": "h", "status": status.as_str()});
        let message = whole("CredentialStatus", members);
        let read_back: CredentialStatus = read(&message).unwrap();
        assert_eq!((read_back.status, serde_json::to_value(&read_back).unwrap()), (*status, message));
    }
}
