//! The credentials of Catena-X (CX-0018, CX-0050): what they say as facts for policies, and how they are issued.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use symbolon_vocab::catenax::{BUSINESS_PARTNER_NUMBER, CREDENTIALS, FRAMEWORK_AGREEMENT, MEMBERSHIP, NAMESPACE};

use crate::credential::context::CATENA_X;
use crate::credential::{Credential, Draft, VerifiedCredential};

/// The type that says who is a member.
pub const MEMBERSHIP_CREDENTIAL: &str = "MembershipCredential";
/// The type that says who has which business partner number.
pub const BPN_CREDENTIAL: &str = "BpnCredential";
/// The type that says who signed the framework agreement.
pub const GOVERNANCE_CREDENTIAL: &str = "DataExchangeGovernanceCredential";
/// The type that says who dismantles vehicles.
pub const DISMANTLER_CREDENTIAL: &str = "DismantlerCredential";

/// What a verified credential says in the words of policies: operand and value. What it says about others than the Catena-X
/// operands is left out.
///
/// * `MembershipCredential`: Membership `active`, and BusinessPartnerNumber;
/// * `BpnCredential`: BusinessPartnerNumber;
/// * one with a `contractVersion`: FrameworkAgreement, the type without `Credential`, a colon and the version; for
///   `DataExchangeGovernanceCredential` that is `DataExchangeGovernance:1.0` (CX-0018);
/// * `DismantlerCredential`: Dismantler `active`, and its activity type and brands.
pub fn facts(credential: &VerifiedCredential) -> Vec<(String, Value)> {
    said(credential)
}

/// As [`facts`], of a credential that somebody else vouches for: one of the own wallet, which was verified when it came. What
/// it says about a partner is no fact.
pub fn said(credential: &Credential) -> Vec<(String, Value)> {
    let mut facts = Vec::new();
    let mut add = |operand: &str, value: Value| facts.push((operand.to_owned(), value));
    for subject in credential.subjects().iter().filter_map(Value::as_object) {
        if credential.has_type(MEMBERSHIP_CREDENTIAL) {
            add(MEMBERSHIP, "active".into());
        }
        if credential.has_type(MEMBERSHIP_CREDENTIAL) || credential.has_type(BPN_CREDENTIAL) {
            let number = claim(subject, "bpn").or_else(|| claim(subject, "holderIdentifier"));
            if let Some(number) = number.and_then(Value::as_str).filter(|number| is_bpn(number)) {
                add(BUSINESS_PARTNER_NUMBER, number.into());
            }
        }
        if let Some(version) = claim(subject, "contractVersion").and_then(Value::as_str) {
            for framework in credential.types().iter().filter_map(|kind| framework(kind)) {
                add(FRAMEWORK_AGREEMENT, format!("{framework}:{version}").into());
            }
        }
        if credential.has_type(DISMANTLER_CREDENTIAL) {
            add(&format!("{NAMESPACE}Dismantler"), "active".into());
            for (name, operand) in
                [("activityType", "Dismantler.activityType"), ("allowedVehicleBrands", "Dismantler.allowedBrands")]
            {
                for value in claim(subject, name).into_iter().flat_map(each) {
                    add(&format!("{NAMESPACE}{operand}"), value.clone());
                }
            }
        }
    }
    facts
}

/// CX-0018: the text before the colon of the right operand, and `Credential`, is the type. Types that say something else are not
/// frameworks.
fn framework(kind: &str) -> Option<&str> {
    match kind {
        MEMBERSHIP_CREDENTIAL | BPN_CREDENTIAL | DISMANTLER_CREDENTIAL => None,
        other => other.strip_suffix("Credential").filter(|name| !name.is_empty() && *name != "Verifiable"),
    }
}

/// A claim, written plainly or with its namespace.
fn claim<'a>(subject: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let value = subject.get(name).or_else(|| subject.get(&format!("{CREDENTIALS}{name}")))?;
    Some(value.get("@value").unwrap_or(value))
}

fn each(value: &Value) -> &[Value] {
    match value {
        Value::Array(several) => several,
        one => std::slice::from_ref(one),
    }
}

/// Whether `number` is the business partner number of a legal entity (CX-0010): `BPNL` and twelve letters or digits.
pub fn is_bpnl(number: &str) -> bool {
    number.starts_with("BPNL") && is_bpn(number)
}

/// Whether `number` is a business partner number of any kind: legal entity, site or address.
pub fn is_bpn(number: &str) -> bool {
    let rest = ["BPNL", "BPNS", "BPNA"].iter().find_map(|kind| number.strip_prefix(kind));
    rest.is_some_and(|rest| {
        rest.len() == 12 && rest.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
    })
}

/// Who gets a credential, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// Its DID.
    pub did: &'a str,
    /// Its business partner number.
    pub number: &'a str,
    /// From when the credential is valid.
    pub valid_from: Timestamp,
    /// Until when it is.
    pub valid_until: Timestamp,
}

impl Member<'_> {
    /// A `MembershipCredential` of the dataspace called `dataspace`.
    pub fn membership(&self, id: &str, dataspace: &str) -> Draft {
        let claims = json!({"id": self.did, "holderIdentifier": self.number, "memberOf": dataspace});
        self.draft(id, MEMBERSHIP_CREDENTIAL, claims)
    }

    /// A `BpnCredential`.
    pub fn bpn(&self, id: &str) -> Draft {
        let claims = json!({"id": self.did, "holderIdentifier": self.number, "bpn": self.number});
        self.draft(id, BPN_CREDENTIAL, claims)
    }

    /// A `DataExchangeGovernanceCredential`: the member signed the framework agreement of this version, to be read at
    /// `template`, a URL.
    pub fn governance(&self, id: &str, template: &str, version: &str) -> Draft {
        let claims = json!({
            "id": self.did,
            "holderIdentifier": self.number,
            "group": "UseCaseFramework",
            "useCase": "DataExchangeGovernance",
            "contractTemplate": template,
            "contractVersion": version,
        });
        self.draft(id, GOVERNANCE_CREDENTIAL, claims)
    }

    fn draft(&self, id: &str, kind: &str, subject: Value) -> Draft {
        Draft {
            id: Some(id.to_owned()),
            types: vec![kind.to_owned()],
            contexts: vec![CATENA_X.to_owned()],
            subject,
            valid_from: self.valid_from,
            valid_until: Some(self.valid_until),
            statuses: Vec::new(),
            schemas: Vec::new(),
        }
    }
}
