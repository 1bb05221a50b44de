//! Files that carry what the halves rest on: DID documents, presented credentials, a foreign partner's tokens.

use serde_json::{Value, json};
use symbolon::attestation::{self, Carried, Evidence, Outcome, Received, Report, Seen, export, verify};
use symbolon::storage::agreements::{Attestation, StoredAgreement};
use symbolon_contract_negotiation::Role;
use symbolon_identity::attestation::{Presented, StatusCheck, digest, document_digest};
use symbolon_identity::{Keyring, jws};

use super::fixtures::{agreement_json, at, done, half, stored, web};

const ID: &str = "urn:uuid:8f1f5a1e-0000-4000-8000-000000000002";
pub(crate) const CONSUMER: &str = "did:web:mill.example";
pub(crate) const PROVIDER: &str = "did:web:forge.example";
const AUTHORITY: &str = "did:web:authority.example";

/// An agreement of two companies with `did:web`, decided on a credential that the consumer presented.
pub(crate) struct Scene {
    pub(crate) consumer: Keyring,
    pub(crate) provider: Keyring,
    pub(crate) stored: StoredAgreement,
    evidence: Evidence,
}

pub(crate) fn digest_of(keyring: &Keyring) -> String {
    document_digest(&keyring.document(&[], at()))
}

/// A MembershipCredential as a JWT.
fn membership(issuer: &Keyring, holder: &str, until: &str) -> String {
    let payload = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "urn:example:membership",
        "type": ["VerifiableCredential", "MembershipCredential"],
        "issuer": issuer.did(),
        "validFrom": "2026-01-01T00:00:00Z",
        "validUntil": until,
        "credentialSubject": {"id": holder},
    });
    let held = issuer.data_integrity(at()).unwrap();
    done(jws::sign(held, "vc+jwt", Some("vc"), payload.to_string().as_bytes())).unwrap()
}

fn presented(jwt: &str, authority: &Keyring, until: &str) -> Presented {
    Presented {
        digest: digest(jwt.as_bytes()),
        id: Some("urn:example:membership".into()),
        types: vec!["VerifiableCredential".into(), "MembershipCredential".into()],
        issuer: authority.did().into(),
        issuer_document: Some(digest_of(authority)),
        valid_from: Some("2026-01-01T00:00:00Z".parse().unwrap()),
        valid_until: Some(until.parse().unwrap()),
        checks: vec![StatusCheck {
            list: "https://authority.example/status/1".into(),
            index: "42".into(),
            purpose: "revocation".into(),
            list_digest: digest(b"the list"),
            checked_at: at(),
        }],
    }
}

impl Scene {
    pub(crate) fn new() -> Self {
        let authority = web(AUTHORITY, 7);
        let until = "2027-01-01T00:00:00Z";
        let jwt = membership(&authority, CONSUMER, until);
        Self::with(presented(&jwt, &authority, until), jwt, &authority)
    }

    fn with(presented: Presented, jwt: String, authority: &Keyring) -> Self {
        let (consumer, provider) = (web(CONSUMER, 1), web(PROVIDER, 2));
        let mut json = agreement_json(ID);
        (json["assignee"], json["assigner"]) = (CONSUMER.into(), PROVIDER.into());
        let mut stored = stored(json, CONSUMER);
        stored.attestations = vec![
            consumer_half(&stored, &consumer, &digest_of(&provider)),
            half(
                &provider,
                &stored.document,
                Role::Provider,
                CONSUMER,
                Seen {
                    own_document: Some(digest_of(&provider)),
                    partner_document: Some(digest_of(&consumer)),
                    presented: vec![presented],
                },
            ),
        ];
        let documents = [&consumer, &provider, authority].map(|keyring| keyring.document(&[], at())).to_vec();
        let evidence = Evidence { documents, presented: vec![jwt], ..Evidence::default() };
        Self { consumer, provider, stored, evidence }
    }

    pub(crate) fn file(&self) -> Value {
        export(&self.stored, PROVIDER, &self.evidence, at())
    }
}

fn consumer_half(stored: &StoredAgreement, consumer: &Keyring, provider_document: &str) -> Attestation {
    half(
        consumer,
        &stored.document,
        Role::Consumer,
        PROVIDER,
        Seen {
            own_document: Some(digest_of(consumer)),
            partner_document: Some(provider_document.to_owned()),
            presented: Vec::new(),
        },
    )
}

/// The sentence of a check that ended so.
fn sentence<'a>(report: &'a Report, check: &str, outcome: Outcome) -> &'a str {
    let found = report.checks.iter().find(|entry| entry.check == check && entry.outcome == outcome);
    &found.unwrap_or_else(|| panic!("no {check} that is {outcome:?} in {report:#?}")).sentence
}

#[test]
fn a_file_proves_itself_with_what_it_carries() {
    let scene = Scene::new();
    let report = verify(&scene.file());
    assert!(report.passed(), "{report:#?}");
    assert_eq!(report.fits, Some(true));
    for role in ["consumer", "provider"] {
        sentence(&report, &format!("{role}.signature"), Outcome::Ok);
        sentence(&report, &format!("{role}.proof"), Outcome::Ok);
        sentence(&report, &format!("{role}.seen"), Outcome::Ok);
        let rests = sentence(&report, &format!("{role}.document"), Outcome::Note);
        assert!(rests.contains("the DID document that the file carries"), "{rests}");
    }
    let presented = sentence(&report, "provider.presented[0]", Outcome::Ok);
    assert!(presented.contains("MembershipCredential of did:web:authority.example"), "{presented}");
    let status = sentence(&report, "provider.presented[0].status", Outcome::Note);
    assert!(status.contains("place 42 of https://authority.example/status/1"), "{status}");
    let documents = Carried::new(scene.evidence.documents.clone());
    assert_eq!(attestation::fits(&scene.stored, &documents), Some(true));
    assert_eq!(attestation::fits(&scene.stored, &Carried::default()), Some(false));
}

type Tamper = fn(&mut Value);

/// What is done to the file, the check that fails, and a part of its sentence.
#[test]
fn nothing_that_is_carried_can_be_exchanged() {
    let cases: &[(Tamper, &str, &str)] = &[
        (
            |f| drop(f["evidence"]["documents"].as_array_mut().unwrap().remove(0)),
            "consumer.signature",
            "does not carry",
        ),
        (
            |f| f["evidence"]["documents"][0] = web(CONSUMER, 9).document(&[], at()),
            "consumer.signature",
            "the DID document of did:web:mill.example with the digest sha-256:",
        ),
        (
            |f| f["evidence"]["documents"][1]["service"] = json!([{"id": "#x", "type": "X", "serviceEndpoint": "y"}]),
            "provider.signature",
            "does not carry",
        ),
        (forge_the_consumer, "consumer.seen", "which the file does not carry"),
        (forge_the_consumer_beside_the_true_document, "consumer.seen", "does not have the key"),
        (|f| f["evidence"]["documents"][2] = web(AUTHORITY, 9).document(&[], at()), "", ""),
    ];
    for (index, (tamper, check, part)) in cases.iter().enumerate() {
        let mut file = Scene::new().file();
        tamper(&mut file);
        let report = verify(&file);
        if check.is_empty() {
            // Without the issuer's document the credential is still the one that was signed, and no more is said.
            let note = sentence(&report, "provider.presented[0]", Outcome::Note);
            assert!(note.contains("its own signature cannot be checked") && report.passed(), "{note}");
            continue;
        }
        let said = sentence(&report, check, Outcome::Failed);
        assert!(said.contains(part), "case {index}: {said}");
        assert_eq!(report.fits, Some(false), "case {index}");
    }
}

/// Somebody makes keys, a DID document and a half of their own for the consumer.
fn forge_the_consumer(file: &mut Value) {
    let (scene, forged) = (Scene::new(), web(CONSUMER, 9));
    file["evidence"]["documents"][0] = forged.document(&[], at());
    let half = consumer_half(&scene.stored, &forged, &digest_of(&scene.provider));
    file["attestations"][0] = serde_json::to_value(half).unwrap();
}

fn forge_the_consumer_beside_the_true_document(file: &mut Value) {
    let genuine = file["evidence"]["documents"][0].clone();
    forge_the_consumer(file);
    file["evidence"]["documents"].as_array_mut().unwrap().push(genuine);
}

/// The same keys under another text of the document, such as after a change of address: both versions are carried.
#[test]
fn a_party_may_have_seen_an_older_document_with_the_same_key() {
    let mut scene = Scene::new();
    let mut older = scene.provider.document(&[], at());
    older["service"] = json!([]);
    older["alsoKnownAs"] = json!(["https://forge.example"]);
    scene.stored.attestations[0] = consumer_half(&scene.stored, &scene.consumer, &document_digest(&older));
    assert_eq!(verify(&scene.file()).fits, Some(false));
    scene.evidence.documents.push(older);
    let report = verify(&scene.file());
    assert!(sentence(&report, "provider.seen", Outcome::Ok).contains("with the same key"));
    assert_eq!((report.fits, report.passed()), (Some(true), true));
    let documents = Carried::new(scene.evidence.documents.clone());
    assert_eq!(attestation::fits(&scene.stored, &documents), Some(true));
}

#[test]
fn presented_credentials_are_looked_at_as_of_then() {
    let authority = web(AUTHORITY, 7);
    let until = "2027-01-01T00:00:00Z";
    let good = membership(&authority, CONSUMER, until);
    let of_another = membership(&authority, "did:web:other.example", until);
    let expired = membership(&authority, CONSUMER, "2026-02-01T00:00:00Z");
    let forged = membership(&web(AUTHORITY, 8), CONSUMER, until);
    let says = |presented: Presented, jwt: &str| verify(&Scene::with(presented, jwt.to_owned(), &authority).file());
    let cases = [
        (presented(&of_another, &authority, until), &of_another, "does not hold"),
        (presented(&expired, &authority, "2026-02-01T00:00:00Z"), &expired, "expired"),
        (presented(&forged, &authority, until), &forged, "does not hold"),
        (presented(&good, &authority, "2028-01-01T00:00:00Z"), &good, "not those that were signed"),
        (presented("rubbish", &authority, until), &"rubbish".to_owned(), "does not hold"),
    ];
    for (presented, jwt, part) in cases {
        let report = says(presented, jwt);
        let said = sentence(&report, "provider.presented[0]", Outcome::Failed);
        assert!(said.contains(part), "{said}");
        assert_eq!(report.fits, Some(true), "what was presented is another question than what was signed");
    }
    // Left out: the digest is signed, and what it was cannot be shown.
    let report = says(presented(&good, &authority, until), "another text");
    assert!(
        sentence(&report, "provider.presented[0]", Outcome::Note).contains("is not in the file") && report.passed()
    );
}

/// A partner that does not attest: our half, its messages, and the tokens that came with them.
#[test]
fn a_foreign_partners_tokens_are_checked() {
    let scene = Scene::new();
    let token = |iss: &str, aud: &str, signer: &Keyring| {
        let payload =
            json!({"iss": iss, "sub": iss, "aud": aud, "iat": 1_780_999_000, "exp": 1_780_999_300, "jti": "1"});
        let held = signer.data_integrity(at()).unwrap();
        done(jws::sign(held, "JWT", None, payload.to_string().as_bytes())).unwrap()
    };
    let other = web(CONSUMER, 9);
    let cases = [
        (Some(token(CONSUMER, PROVIDER, &scene.consumer)), Outcome::Ok, "did:web:mill.example signed for us"),
        (Some(token(CONSUMER, "did:web:else.example", &scene.consumer)), Outcome::Failed, "made for"),
        (Some(token("did:web:else.example", PROVIDER, &scene.consumer)), Outcome::Failed, "the other party is"),
        (Some(token(CONSUMER, PROVIDER, &other)), Outcome::Note, "cannot be checked"),
        (Some("rubbish".to_owned()), Outcome::Failed, "does not hold"),
        (None, Outcome::Note, "without a signed token"),
    ];
    for (token, outcome, part) in cases {
        let mut stored = scene.stored.clone();
        stored.attestations.remove(0);
        let kind = "ContractAgreementVerificationMessage".to_owned();
        let received = vec![Received { kind, at: at().to_string(), body: "{}".to_owned(), token }];
        let evidence = Evidence { received, ..scene.evidence.clone() };
        let report = verify(&export(&stored, PROVIDER, &evidence, at()));
        let said = sentence(&report, "received[0]", outcome);
        assert!(said.contains(part), "{said}");
        assert_eq!((report.fits, report.passed()), (None, outcome != Outcome::Failed));
    }
}

#[test]
fn what_is_left_out_is_said() {
    let scene = Scene::new();
    let evidence = Evidence { presented: Vec::new(), withheld: true, ..scene.evidence.clone() };
    let report = verify(&export(&scene.stored, PROVIDER, &evidence, at()));
    assert!(sentence(&report, "evidence", Outcome::Note).contains("auditor") && report.passed());
}

/// Rows from before there were credentials do not verify, and do no harm.
#[test]
fn what_was_written_before_is_read() {
    let old = json!({"role": "consumer", "signer": CONSUMER, "jws": "a.b.c"});
    let half: Attestation = serde_json::from_value(old).unwrap();
    let mut stored = stored(agreement_json(ID), CONSUMER);
    stored.attestations[0] = half;
    assert_eq!(attestation::fits(&stored, &Carried::default()), Some(false));
    assert!(!verify(&export(&stored, PROVIDER, &Evidence::default(), at())).passed());
}
