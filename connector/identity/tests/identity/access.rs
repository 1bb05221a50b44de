use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use symbolon_identity::TokenSecret;
use symbolon_identity::access::{AccessError, AccessKey};

use crate::at;

const VERIFIER: &str = "did:web:supplier.example";
const SCOPES: [&str; 2] = ["org.eclipse.dspace.dcp.vc.type:MembershipCredential:read", "alias:Other:read"];

fn access(number: u8) -> AccessKey {
    AccessKey::new(&TokenSecret::from_bytes([number; 32]))
}

#[test]
fn what_is_granted_opens_until_it_expires() {
    let token = access(1).grant(VERIFIER, &SCOPES, at(60_000));
    assert_eq!(access(1).open(&token, VERIFIER, at(59_999)).unwrap(), SCOPES);
    let refused = |key: u8, verifier, time| access(key).open(&token, verifier, at(time)).unwrap_err();
    assert_eq!(refused(1, VERIFIER, 60_000), AccessError::Expired);
    assert_eq!(refused(1, "did:web:oem.example", 0), AccessError::OtherVerifier);
    assert_eq!(refused(2, VERIFIER, 0), AccessError::Unknown);
    assert_eq!(format!("{:?}", access(1)), "AccessKey(..)");
}

#[test]
fn an_altered_token_opens_nothing() {
    let token = access(1).grant(VERIFIER, &SCOPES, at(60_000));
    for position in 0..token.len() {
        for replacement in ["A", "z", "-", "."] {
            let mut changed = token.clone();
            changed.replace_range(position..=position, replacement);
            if changed != token {
                assert_eq!(access(1).open(&changed, VERIFIER, at(0)).unwrap_err(), AccessError::Unknown, "{position}");
            }
        }
    }
    let (payload, _) = token.split_once('.').unwrap();
    for other in [String::new(), ".".into(), format!("{payload}."), payload.to_owned(), "x".repeat(100_000)] {
        assert_eq!(access(1).open(&other, VERIFIER, at(0)).unwrap_err(), AccessError::Unknown);
    }
    // Anybody who reads the first part learns what the two sides know anyway; nobody can make a second one.
    assert!(String::from_utf8(URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap().contains(VERIFIER));
}

proptest! {
    #[test]
    fn any_string_is_answered(token in any::<String>()) {
        prop_assert!(access(1).open(&token, VERIFIER, at(0)).is_err());
    }

    #[test]
    fn any_scopes_go_round(scopes in prop::collection::vec("\\PC{0,40}", 0..8)) {
        let token = access(1).grant(VERIFIER, &scopes, at(60_000));
        prop_assert_eq!(access(1).open(&token, VERIFIER, at(0)).unwrap(), scopes);
    }
}
