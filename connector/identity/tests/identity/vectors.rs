//! Credentials of data model 2.0 that stand in files: those that other libraries made are judged here as the files say, and
//! those that are made here are judged by other libraries (`e2e/verifier`).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use symbolon_identity::attestation::{Presented, Role, Statement, StatusCheck, attest, digest, document_digest};
use symbolon_identity::credential::status::{Bits, unsigned_list};
use symbolon_identity::credential::{
    Checker, Credential, Draft, Issuers, Model, Profile, Purpose, SchemaOptions, Schemas, StatusEntry, StatusLists,
    StatusOptions,
};
use symbolon_identity::did::{Resolver, ResolverOptions};
use symbolon_identity::fetch::Documents;
use symbolon_identity::{Compatibility, Held, Keyring, TokenSecret};

use crate::done;
use crate::world::{HOLDER, ISSUER, main_key, proof_key};

const NOW: &str = "2026-06-01T00:00:00Z";
const MADE: &str = "2026-05-01T00:00:00Z";
const LIST: &str = "https://issuer.example/status/revocation";
const CATENA_X: &str = "https://w3id.org/catenax/credentials/v1.0.0";

#[test]
fn those_of_others_are_judged_as_they_say() {
    let file = read(&path("others.json"));
    assert_eq!(disagreements(&file), Vec::<String>::new());
    assert!(file["vectors"].as_array().unwrap().len() >= 18);
}

#[test]
fn ours_are_what_stands_in_the_file() {
    let fresh = ours();
    assert_eq!(disagreements(&fresh), Vec::<String>::new());
    let text = format!("{}\n", serde_json::to_string_pretty(&fresh).unwrap());
    let path = path("ours.json");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "e2e/vectors/ours.json is stale; run this test with UPDATE=1");
}

/// What is judged otherwise than the file says.
fn disagreements(file: &Value) -> Vec<String> {
    let mut documents = Documents::default();
    for (did, document) in file["documents"].as_object().unwrap() {
        let host = did.strip_prefix("did:web:").unwrap();
        documents.insert(format!("https://{host}/.well-known/did.json"), document.to_string());
    }
    for (url, list) in file["lists"].as_object().unwrap() {
        documents.insert(url.as_str(), list.as_str().map_or_else(|| list.to_string(), str::to_owned));
    }
    let fetch = Arc::new(documents);
    let (issuers, compatibility) = (Issuers::Anyone, Compatibility::default());
    let checker = Checker {
        resolver: &Resolver::new(fetch.clone(), ResolverOptions::default()),
        statuses: &StatusLists::new(fetch.clone(), StatusOptions::default()),
        schemas: &Schemas::new(fetch, SchemaOptions::default()),
        issuers: &issuers,
        compatibility: &compatibility,
        skew: SignedDuration::from_secs(5),
    };
    let now: Timestamp = file["now"].as_str().unwrap().parse().unwrap();
    let judged = |vector: &Value| {
        let raw = vector.get("credential").or(vector.get("jwt")).unwrap();
        let credential = Credential::parse(raw, &compatibility)?;
        done(checker.verify(&credential, HOLDER, now))
    };
    let vectors = file["vectors"].as_array().unwrap().iter().filter(|vector| vector.get("holder").is_none());
    let differ = vectors.filter_map(|vector| {
        let verdict = judged(vector);
        (verdict.is_ok() != vector["valid"].as_bool().unwrap()).then(|| format!("{}: {verdict:?}", vector["name"]))
    });
    differ.collect()
}

fn ours() -> Value {
    let key = proof_key(ISSUER);
    let keyring =
        Keyring::new(ISSUER, vec![key.clone(), main_key(ISSUER)], Vec::new(), TokenSecret::from_bytes([1; 32]))
            .unwrap();
    let document = keyring.document(&[], time(MADE));
    let (embedded, jwt) = (embedded(&draft(None), &key), token(&draft(None), &key));
    let half = done(attest(&key, &statement(&document))).unwrap();
    let half_jwt = Value::String(half.jwt);
    let changed = |credential: &Value, pointer: &str, value: &str| {
        let mut copy = credential.clone();
        *copy.pointer_mut(pointer).unwrap() = value.into();
        copy
    };
    let vectors = json!([
        {"name": "embedded", "valid": true, "credential": embedded},
        {"name": "jwt", "valid": true, "jwt": jwt},
        {"name": "embedded: not revoked", "valid": true, "credential": self::embedded(&draft(Some(6)), &key)},
        {"name": "embedded: revoked", "valid": false, "credential": self::embedded(&draft(Some(7)), &key)},
        {"name": "jwt: not revoked", "valid": true, "jwt": token(&draft(Some(6)), &key)},
        {"name": "jwt: revoked", "valid": false, "jwt": token(&draft(Some(7)), &key)},
        {"name": "embedded: subject altered", "valid": false,
            "credential": changed(&embedded, "/credentialSubject/holderIdentifier", "BPNL000000000H02")},
        {"name": "embedded: validity extended", "valid": false,
            "credential": changed(&embedded, "/validUntil", "2037-01-01T00:00:00Z")},
        {"name": "embedded: time of the proof altered", "valid": false,
            "credential": changed(&embedded, "/proof/created", NOW)},
        // About an agreement and not about a holder: not what is presented, and so not for the checks of presentations.
        {"name": "agreement", "valid": true, "holder": null, "credential": half.credential},
        {"name": "agreement, jwt", "valid": true, "holder": null, "jwt": half_jwt},
        {"name": "agreement: digest altered", "valid": false, "holder": null,
            "credential": changed(&half.credential, "/credentialSubject/digest", &digest(b"another"))},
        {"name": "agreement: presented credential altered", "valid": false, "holder": null, "credential":
            changed(&half.credential, "/credentialSubject/presented/0/credentialType/0", "BpnCredential")},
    ]);
    let lists = Map::from_iter([(LIST.to_owned(), list(&key))]);
    json!({"now": NOW, "documents": {ISSUER: document}, "lists": lists, "vectors": vectors})
}

fn draft(status: Option<u64>) -> Draft {
    let entry = |index| {
        json!({"type": "BitstringStatusListEntry", "statusPurpose": "revocation",
        "statusListIndex": format!("{index}"), "statusListCredential": LIST})
    };
    Draft {
        id: Some("urn:uuid:00000000-0000-4000-8000-000000000001".into()),
        types: vec!["MembershipCredential".into()],
        contexts: vec![CATENA_X.into()],
        subject: json!({"id": HOLDER, "holderIdentifier": "BPNL000000000H01", "memberOf": "Example"}),
        valid_from: time("2026-01-01T00:00:00Z"),
        valid_until: Some(time("2027-01-01T00:00:00Z")),
        statuses: status.map(|index| StatusEntry::parse(&entry(index)).unwrap()).into_iter().collect(),
        schemas: Vec::new(),
    }
}

fn embedded(draft: &Draft, key: &Held) -> Value {
    done(draft.sign_data_integrity(Model::V2_0, key, time(MADE))).unwrap()
}

fn token(draft: &Draft, key: &Held) -> Value {
    done(draft.sign(Profile::Vc20BsslJwt, key, time(MADE))).unwrap().into()
}

/// A list in which the bit 7 is set.
fn list(key: &Held) -> Value {
    let mut bits = Bits::new(131_072);
    bits.set(7, true);
    let content = unsigned_list(LIST, Purpose::Revocation, &bits, Profile::Vc20BsslJwt).unwrap();
    let draft = Draft {
        id: Some(LIST.into()),
        types: vec![content.kind],
        contexts: content.contexts,
        subject: content.subject,
        valid_until: None,
        ..draft(None)
    };
    token(&draft, key)
}

fn statement(document: &Value) -> Statement {
    let presented = Presented {
        digest: digest(b"a credential"),
        id: Some("urn:uuid:00000000-0000-4000-8000-000000000002".into()),
        types: vec!["MembershipCredential".into(), "VerifiableCredential".into()],
        issuer: "did:web:authority.example".into(),
        issuer_document: Some(digest(b"a document")),
        valid_from: Some(time("2026-01-01T00:00:00Z")),
        valid_until: None,
        checks: vec![StatusCheck {
            list: LIST.into(),
            index: "6".into(),
            purpose: "revocation".into(),
            list_digest: digest(b"a list"),
            checked_at: time(MADE),
        }],
    };
    Statement {
        agreement: "urn:uuid:00000000-0000-4000-8000-000000000003".into(),
        digest: digest(b"an agreement"),
        role: Role::Provider,
        signer: ISSUER.into(),
        counterparty: HOLDER.into(),
        attested_at: time(MADE),
        signer_document: Some(document_digest(document)),
        counterparty_document: None,
        presented: vec![presented],
    }
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e/vectors").join(name)
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}
