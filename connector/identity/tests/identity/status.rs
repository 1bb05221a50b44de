use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use symbolon_identity::credential::status::{Bits, BitsError, MIN_BITS, unsigned_list};
use symbolon_identity::credential::{Draft, Model, Profile, Purpose, StatusEntry};
use symbolon_identity::fetch::FetchError;

use crate::done;
use crate::world::{
    HOLDER, ISSUER, S, STRANGER, World, changed, claims11, jwt, main_key, now, presentation_key, proof_key, second,
    vc11, vc20,
};

const LIST: &str = "https://issuer.example/lists/1";
const INDEX: u64 = 94_567;

fn entry(change: &Value) -> Value {
    let entry = json!({
        "id": format!("{LIST}#{INDEX}"),
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": INDEX.to_string(),
        "statusListCredential": LIST,
    });
    changed(entry, change)
}

/// A credential that names `status`.
fn credential(status: &Value) -> Value {
    jwt(&main_key(ISSUER), "vc+jwt", &vc20(&json!({"credentialStatus": status})))
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn bits(set: bool) -> Bits {
    let mut bits = Bits::new(0);
    assert!(bits.set(INDEX, set));
    bits
}

/// A list as plain JSON.
fn plain(set: bool, change: &Value) -> Value {
    let list = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": LIST,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": ISSUER,
        "credentialSubject": {
            "id": LIST,
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": bits(set).encode(Model::V2_0).unwrap(),
        },
    });
    changed(list, change)
}

fn subject(change: &Value) -> Value {
    json!({"credentialSubject": changed(plain(false, &json!({}))["credentialSubject"].clone(), change)})
}

/// A list as it is issued, by the issuer's main key.
fn issued(purpose: Purpose, profile: Profile, set: bool) -> Vec<u8> {
    let parts = unsigned_list(LIST, purpose, &bits(set), profile).unwrap();
    let draft = Draft {
        id: Some(LIST.into()),
        types: vec![parts.kind],
        contexts: parts.contexts,
        subject: parts.subject,
        valid_from: second(S - 10),
        valid_until: Some(second(S + 600)),
        statuses: Vec::new(),
        schemas: Vec::new(),
    };
    done(draft.sign(profile, &main_key(ISSUER), now())).unwrap().into_bytes()
}

fn checked(body: Vec<u8>, status: &Value) -> Result<(), String> {
    let world = World::new();
    world.peers.answer(LIST, Ok(body));
    let verified = world.check(&credential(status));
    verified.map(|_| ()).map_err(|error| error.code().to_owned())
}

#[test]
fn revoked_and_suspended_are_told_apart_in_both_models() {
    for profile in Profile::ALL {
        for (purpose, code) in
            [(Purpose::Revocation, "credential-revoked"), (Purpose::Suspension, "credential-suspended")]
        {
            for kind in ["StatusList2021Entry", "BitstringStatusListEntry"] {
                let status = entry(&json!({"statusPurpose": purpose.name(), "type": kind}));
                assert_eq!(checked(issued(purpose, profile, false), &status), Ok(()), "{profile} {purpose} {kind}");
                assert_eq!(
                    checked(issued(purpose, profile, true), &status),
                    Err(code.to_owned()),
                    "{profile} {purpose}"
                );
            }
        }
    }
}

#[test]
fn an_entry_is_written_for_its_model_and_read_again() {
    let entry = StatusEntry { id: None, purpose: Purpose::Suspension, index: 7, list: LIST.into() };
    for (profile, kind) in
        [(Profile::Vc11Sl2021Jwt, "StatusList2021Entry"), (Profile::Vc20BsslJwt, "BitstringStatusListEntry")]
    {
        let value = entry.to_value(profile);
        assert_eq!(value["type"], kind);
        let read = StatusEntry::parse(&value).unwrap();
        assert_eq!((read.purpose, read.index, &read.list), (Purpose::Suspension, 7, &entry.list));
    }
}

#[test]
fn plain_json_is_read_as_the_kit_serves_it() {
    let list = |set| {
        let mut list = plain(set, &json!({"issuanceDate": second(S - 10).to_string()}));
        list["expirationDate"] = Value::Null;
        list.to_string().into_bytes()
    };
    assert_eq!(checked(list(false), &entry(&json!({}))), Ok(()));
    assert_eq!(checked(list(true), &entry(&json!({}))), Err("credential-revoked".into()));
    assert_eq!(checked(list(true), &entry(&json!({"statusListIndex": 1}))), Ok(()));
}

#[test]
fn a_list_with_a_proof_is_verified() {
    let parts = unsigned_list(LIST, Purpose::Revocation, &bits(false), Profile::Vc20BsslJwt).unwrap();
    let draft = Draft {
        id: Some(LIST.into()),
        types: vec![parts.kind],
        contexts: parts.contexts,
        subject: parts.subject,
        valid_from: second(S - 10),
        valid_until: None,
        statuses: Vec::new(),
        schemas: Vec::new(),
    };
    let signed = done(draft.sign_data_integrity(Model::V2_0, &proof_key(ISSUER), now())).unwrap();
    assert_eq!(checked(signed.to_string().into_bytes(), &entry(&json!({}))), Ok(()));
    let change = json!({"statusPurpose": "suspension", "id": format!("{LIST}#list")});
    let altered = changed(signed, &subject(&change));
    assert_eq!(checked(altered.to_string().into_bytes(), &entry(&json!({}))), Err("status-list-proof".into()));
}

#[test]
fn a_list_that_says_nothing_for_sure_refuses() {
    let with = |change: Value| plain(false, &change).to_string().into_bytes();
    let encoded = |text: String| with(subject(&json!({"encodedList": text})));
    let bomb = URL_SAFE_NO_PAD.encode(packed(&vec![0; 64 * 1024 * 1024]));
    assert!(bomb.len() < 512 * 1024);
    let old = |key, claims: Value| {
        let list =
            vc11(&changed(plain(false, &json!({})), &json!({"@context": ["https://www.w3.org/2018/credentials/v1"]})));
        jwt(&key, "JWT", &claims11(&claims, &list)).as_str().unwrap().as_bytes().to_vec()
    };
    let cases = [
        ("bomb", encoded(format!("u{bomb}")), "status-list-bomb"),
        ("not base64", encoded("u***".into()), "status-list-encoding"),
        ("not GZIP", encoded(format!("u{}", URL_SAFE_NO_PAD.encode("abc"))), "status-list-encoding"),
        ("cut off", encoded(format!("u{}", URL_SAFE_NO_PAD.encode(&packed(&[0; 9000])[..20]))), "status-list-encoding"),
        ("nothing packed", encoded(format!("u{}", URL_SAFE_NO_PAD.encode(packed(b"")))), "status-list-encoding"),
        ("too short", encoded(STANDARD.encode(packed(&[0; 16]))), "status-list-index"),
        ("another issuer", with(json!({"issuer": STRANGER})), "status-list-other-issuer"),
        ("another purpose", with(subject(&json!({"statusPurpose": "suspension"}))), "status-list-purpose"),
        ("expired", with(json!({"validUntil": second(S - 6).to_string()})), "status-list-expired"),
        ("not yet valid", with(json!({"validFrom": second(S + 6).to_string()})), "status-list-not-yet-valid"),
        ("an unreadable date", with(json!({"validUntil": "soon"})), "status-list-malformed"),
        ("entries of two bits", with(subject(&json!({"statusSize": 2}))), "status-list-malformed"),
        ("another subject", with(subject(&json!({"type": "Other"}))), "status-list-malformed"),
        ("no list", b"{}".to_vec(), "status-list-malformed"),
        ("not JSON", b"{".to_vec(), "status-list-malformed"),
        ("not text", vec![0xff; 9], "status-list-malformed"),
        ("signed by somebody else", old(main_key(STRANGER), json!({})), "status-list-foreign-key"),
        ("of somebody else", old(main_key(STRANGER), json!({"iss": STRANGER})), "status-list-other-issuer"),
        ("a key that is not for credentials", old(presentation_key(ISSUER), json!({})), "status-list-key"),
        ("expired by claim", old(main_key(ISSUER), json!({"exp": S - 6})), "status-list-expired"),
    ];
    for (name, body, code) in cases {
        assert_eq!(checked(body, &entry(&json!({}))), Err(code.to_owned()), "{name}");
    }
    let mut altered = String::from_utf8(issued(Purpose::Revocation, Profile::Vc20BsslJwt, true)).unwrap();
    altered.replace_range(altered.len() - 4.., "AAAA");
    assert_eq!(checked(altered.into_bytes(), &entry(&json!({}))), Err("status-list-signature".into()));
}

#[test]
fn an_entry_that_is_not_understood_refuses() {
    let body = plain(false, &json!({})).to_string().into_bytes();
    for change in [
        json!({"type": "RevocationList2020Status"}),
        json!({"statusPurpose": "message"}),
        json!({"statusSize": 2}),
        json!({"statusListIndex": "-1"}),
        json!({"statusListIndex": "+1"}),
        json!({"statusListIndex": null}),
        json!({"statusListCredential": null}),
    ] {
        assert_eq!(checked(body.clone(), &entry(&change)), Err("credential-status-kind".into()), "{change}");
    }
}

#[test]
fn every_entry_counts() {
    let world = World::new();
    let suspensions = "https://issuer.example/lists/2";
    world.peers.publish(LIST, &plain(false, &json!({})));
    let other = changed(plain(true, &json!({})), &json!({}));
    let other = changed(
        other.clone(),
        &json!({"credentialSubject": changed(other["credentialSubject"].clone(), &json!({"statusPurpose": ["suspension", "refresh"]}))}),
    );
    world.peers.publish(suspensions, &other);
    let second = entry(&json!({"statusPurpose": "suspension", "statusListCredential": suspensions}));
    let refusal = world.check(&credential(&json!([entry(&json!({})), second]))).unwrap_err();
    assert_eq!(refusal.code(), "credential-suspended");
}

#[test]
fn a_list_is_kept_for_a_while_and_never_longer() {
    let world = World::new();
    let fetched = |world: &World| world.peers.asked().iter().filter(|url| *url == LIST).count();
    world.peers.publish(LIST, &plain(false, &json!({})));
    let raw = credential(&entry(&json!({})));
    let verified = world.check(&raw).unwrap();
    assert!(world.check(&raw).is_ok());
    assert_eq!(fetched(&world), 1);
    let check = &verified.status_checks()[0];
    let seen = world.statuses.seen(LIST, now()).unwrap();
    assert_eq!((check.list_digest.as_str(), check.fetched_at), (seen.digest(), now()));
    assert_eq!(seen.body(), plain(false, &json!({})).to_string().as_bytes());

    // Revoked meanwhile: seen when the list is too old to be believed.
    world.peers.publish(LIST, &plain(true, &json!({})));
    assert!(done(world.checker().recheck(&verified, second(S + 299))).is_ok());
    let refusal = done(world.checker().recheck(&verified, second(S + 300))).unwrap_err();
    assert_eq!(refusal.code(), "credential-revoked");
    assert_eq!(fetched(&world), 1);

    // Out of reach: nobody is believed on an old list, and the failure is not asked for again at once.
    world.peers.answer(LIST, Err(FetchError::Unreachable("down".into())));
    for _ in 0..3 {
        let refusal = done(world.checker().recheck(&verified, second(S + 605))).map(|_| ()).unwrap_err();
        assert_eq!(refusal.code(), "credential-expired");
    }
    let long =
        jwt(&main_key(ISSUER), "vc+jwt", &vc20(&json!({"validUntil": null, "credentialStatus": entry(&json!({}))})));
    for _ in 0..3 {
        let credential = symbolon_identity::credential::Credential::parse(&long, &world.compatibility).unwrap();
        let refusal = done(world.checker().verify(&credential, HOLDER, second(S + 700))).unwrap_err();
        assert_eq!((refusal.code(), refusal.is_transient()), ("status-list-unreachable", true));
    }
    assert_eq!(fetched(&world), 1);
}

#[test]
fn a_list_that_is_too_large_to_fetch_refuses() {
    let world = World::new();
    world.peers.answer(LIST, Ok(vec![b' '; 17 * 1024 * 1024]));
    let refusal = world.check(&credential(&entry(&json!({})))).unwrap_err();
    assert_eq!(refusal.code(), "status-list-unreachable");
}

#[test]
fn bits_are_counted_from_the_left() {
    let mut bits = Bits::new(10);
    assert_eq!(bits.count(), MIN_BITS);
    assert!(bits.set(0, true) && bits.set(9, true) && !bits.set(MIN_BITS, true));
    assert_eq!(bits.as_bytes()[..2], [0b1000_0000, 0b0100_0000]);
    assert_eq!(
        (bits.get(0), bits.get(1), bits.get(9), bits.get(MIN_BITS)),
        (Some(true), Some(false), Some(true), None)
    );
    assert!(bits.set(0, false));
    assert_eq!(bits.get(0), Some(false));
    for (model, prefix) in [(Model::V1_1, "H4s"), (Model::V2_0, "uH4s")] {
        let encoded = bits.encode(model).unwrap();
        assert!(encoded.starts_with(prefix), "{encoded}");
        assert_eq!(Bits::decode(&encoded, 1 << 20), Ok(bits.clone()));
        assert_eq!(Bits::decode(encoded.trim_end_matches('='), 1 << 20), Ok(bits.clone()));
    }
    let most = bits.as_bytes().len();
    let encoded = bits.encode(Model::V2_0).unwrap();
    assert!(Bits::decode(&encoded, most).is_ok());
    assert_eq!(Bits::decode(&encoded, most - 1), Err(BitsError::Bomb { most: most - 1 }));
}
