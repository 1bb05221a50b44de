use serde_json::{Value, json};
use symbolon_identity::catenax::{Member, facts, is_bpn, is_bpnl};
use symbolon_identity::credential::{Draft, Model, Profile};

use crate::done;
use crate::world::{HOLDER, ISSUER, S, World, jwt, main_key, now, proof_key, second, vc20};

const NUMBER: &str = "BPNL000000000001";
const POLICY: &str = "https://w3id.org/catenax/2025/9/policy/";

fn member() -> Member<'static> {
    Member { did: HOLDER, number: NUMBER, valid_from: second(S - 1), valid_until: second(S + 1000) }
}

fn said(raw: &Value) -> Vec<(String, Value)> {
    let verified = World::new().check(raw).unwrap();
    let plain = |(operand, value): (String, Value)| (operand.strip_prefix(POLICY).unwrap().to_owned(), value);
    facts(&verified).into_iter().map(plain).collect()
}

fn expected(facts: &[(&str, &str)]) -> Vec<(String, Value)> {
    facts.iter().map(|(operand, value)| ((*operand).to_owned(), json!(value))).collect()
}

#[test]
fn what_is_issued_says_what_policies_ask() {
    let template = "https://example.org/agreement";
    let cases: [(Draft, Vec<(String, Value)>); 3] = [
        (
            member().membership("urn:example:1", "Example"),
            expected(&[("Membership", "active"), ("BusinessPartnerNumber", NUMBER)]),
        ),
        (member().bpn("urn:example:2"), expected(&[("BusinessPartnerNumber", NUMBER)])),
        (
            member().governance("urn:example:3", template, "1.0"),
            expected(&[("FrameworkAgreement", "DataExchangeGovernance:1.0")]),
        ),
    ];
    for (draft, expected) in cases {
        for profile in Profile::ALL {
            let raw = done(draft.sign(profile, &main_key(ISSUER), now())).unwrap();
            assert_eq!(said(&raw.into()), expected, "{profile}");
        }
        for model in [Model::V1_1, Model::V2_0] {
            let raw = done(draft.sign_data_integrity(model, &proof_key(ISSUER), now())).unwrap();
            assert_eq!(said(&raw), expected, "{model:?}");
        }
    }
}

#[test]
fn claims_are_read_plain_and_prefixed() {
    let prefix = "https://w3id.org/catenax/credentials/";
    let said_by = |kind: &str, subject: Value| {
        said(&jwt(
            &main_key(ISSUER),
            "vc+jwt",
            &vc20(&json!({"type": ["VerifiableCredential", kind], "credentialSubject": subject})),
        ))
    };
    let subject = json!({"id": HOLDER, format!("{prefix}holderIdentifier"): NUMBER});
    let facts = [("Membership", "active"), ("BusinessPartnerNumber", NUMBER)];
    assert_eq!(said_by("MembershipCredential", subject), expected(&facts));
    let odd = json!({"id": HOLDER, "holderIdentifier": "BPNLx"});
    assert_eq!(said_by("MembershipCredential", odd), expected(&[("Membership", "active")]));
    let subject = json!({"id": HOLDER, "activityType": "vehicleDismantle", "allowedVehicleBrands": ["A", "B"]});
    let facts = [
        ("Dismantler", "active"),
        ("Dismantler.activityType", "vehicleDismantle"),
        ("Dismantler.allowedBrands", "A"),
        ("Dismantler.allowedBrands", "B"),
    ];
    assert_eq!(said_by("DismantlerCredential", subject), expected(&facts));
    assert_eq!(said_by("OtherCredential", json!({"id": HOLDER, "holderIdentifier": NUMBER})), []);
}

#[test]
fn business_partner_numbers_have_a_shape() {
    for (number, is_legal_entity, is_any) in [
        (NUMBER, true, true),
        ("BPNS000000000001", false, true),
        ("BPNA00000000ZZZZ", false, true),
        ("BPNL00000000001", false, false),
        ("BPNL0000000000011", false, false),
        ("BPNL00000000000a", false, false),
        ("BPNX000000000001", false, false),
        ("", false, false),
    ] {
        assert_eq!((is_bpnl(number), is_bpn(number)), (is_legal_entity, is_any), "{number}");
    }
}
