//! Founding a dataspace: this connector becomes the issuer of a partnership, and its first member.
//!
//! The credentials have the shapes that Catena-X gives them (CX-0050), so that its policies and its connectors understand
//! them; who issues them is another question, and the founder's trust list answers it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use symbolon_vocab::catenax;

use super::dataspaces::{self, Draft, MemberDraft};
use super::invitations::{AUTOMATIC, BPN, check_number, number_of};
use super::wallet;
use crate::authentication::{Operator, Permission};
use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::storage::dataspaces::{Admission, CredentialType, Issuing, StoredDataspace, TrustedIssuer};

/// The credentials that every member gets.
pub const MEMBERSHIP: &str = "MembershipCredential";
/// Says the member's business partner number.
pub const NUMBER: &str = "BpnCredential";
/// Says that the member has signed the rules of data exchange.
pub const GOVERNANCE: &str = "DataExchangeGovernanceCredential";
/// The profile of the credentials, unless another is named.
const PROFILE: &str = "vc11-sl2021/jwt";
/// How long credentials are valid.
const VALIDITY_DAYS: u32 = 365;

/// How scopes of credential types are spelled. Both are DCP; connectors of Catena-X read the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spelling {
    /// `org.eclipse.tractusx.vc.type`.
    #[default]
    Tractusx,
    /// `org.eclipse.dspace.dcp.vc.type`, as DCP 1.0 spells it.
    Dcp,
}

impl Spelling {
    fn scope(self, kind: &str) -> String {
        let alias = match self {
            Self::Tractusx => "org.eclipse.tractusx.vc.type",
            Self::Dcp => "org.eclipse.dspace.dcp.vc.type",
        };
        format!("{alias}:{kind}:read")
    }
}

/// A dataspace to be founded.
#[derive(Clone, Debug)]
pub struct Founding {
    /// Its id in this connector, and the one that members are told.
    pub id: String,
    /// For people.
    pub name: String,
    /// Our business partner number; `auto`: one that is made of our DID.
    pub bpn: Option<String>,
    /// Credential types besides those that every dataspace founded here has.
    pub types: Vec<String>,
    /// How scopes are spelled.
    pub spelling: Spelling,
    /// Profile of the credentials; `vc11-sl2021/jwt` if absent.
    pub credentials: Option<String>,
    /// IRI of the policy profile.
    pub profile: Option<String>,
    /// Base URL of a BPN-DID directory.
    pub directory: Option<String>,
}

/// Founds the dataspace, admits ourselves, and asks ourselves for our credentials, as any other member would. Returns the
/// dataspace and the id of that request.
///
/// # Errors
/// 403; 409 if there is a dataspace with this id; 422 if something cannot be said of a dataspace or of us.
pub async fn found(
    connector: &Arc<Connector>,
    operator: &Operator,
    founding: Founding,
) -> Result<(StoredDataspace, String), Problem> {
    operator.must(Permission::Administer)?;
    if connector.dataspaces.get(&founding.id).is_some() {
        let detail = format!("this connector lives in a dataspace {:?} already", founding.id);
        return Err(Problem::new(Kind::Conflict, "already-exists", detail).with_rule("id"));
    }
    let mut attributes = BTreeMap::new();
    if let Some(bpn) = &founding.bpn {
        check_number(bpn)?;
        let number = if bpn == AUTOMATIC { number_of(&connector.participant) } else { bpn.clone() };
        attributes.insert(BPN.to_owned(), number);
    }
    let (id, draft) = (founding.id.clone(), draft_of(connector, founding));
    if let Some(issuing) = &draft.issuing {
        check_complete(issuing, &attributes)?;
    }
    let (dataspace, _) = dataspaces::put(connector, operator, &id, draft).await?;
    let member = MemberDraft { name: connector.config.name.clone(), attributes };
    dataspaces::admit(connector, operator, &id, &connector.participant, member).await?;
    let request = wallet::ask_ourselves(connector, operator, &dataspace).await?;
    Ok((dataspace, request))
}

/// Refuses a member of whom credentials could not be made: each `{name}` in a claim needs the attribute of that name.
///
/// # Errors
/// 422.
pub(super) fn check_complete(issuing: &Issuing, attributes: &BTreeMap<String, String>) -> Result<(), Problem> {
    let needed: BTreeSet<&str> = issuing.types.iter().flat_map(|kind| kind.claims.values()).flat_map(needs).collect();
    let Some(missing) = needed.into_iter().find(|name| !attributes.contains_key(*name)) else { return Ok(()) };
    let problem = Problem::new(
        Kind::Unprocessable,
        "member.incomplete",
        format!("the dataspace's credentials say {missing:?} of each member, and it is not given"),
    )
    .with_rule(missing.to_owned());
    Err(if missing == BPN {
        problem.with_hint("give the business partner number, or \"auto\" for one that counts in this dataspace only")
    } else {
        problem.with_hint("give it as an attribute")
    })
}

/// The names of attributes that a claim is made of.
fn needs(claim: &Value) -> Vec<&str> {
    let parts = |text| str::split(text, '{').skip(1).filter_map(|part: &str| Some(part.split_once('}')?.0));
    match claim {
        Value::String(text) => parts(text.as_str()).collect(),
        Value::Array(items) => items.iter().flat_map(needs).collect(),
        Value::Object(members) => members.values().flat_map(needs).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

fn draft_of(connector: &Connector, founding: Founding) -> Draft {
    let profile = founding.credentials.as_deref().unwrap_or(PROFILE);
    let mut types = vec![
        credential_type(MEMBERSHIP, profile, json!({"memberOf": founding.name})),
        credential_type(NUMBER, profile, json!({"bpn": "{bpn}"})),
        credential_type(GOVERNANCE, profile, governance(connector)),
    ];
    let known = |types: &[CredentialType], name: &str| types.iter().any(|kind| kind.r#type == name);
    for name in &founding.types {
        if !known(&types, name) {
            types.push(credential_type(name, profile, json!({})));
        }
    }
    let names: Vec<String> = types.iter().map(|kind| kind.r#type.clone()).collect();
    let scopes: Vec<String> = names.iter().map(|name| founding.spelling.scope(name)).collect();
    Draft {
        name: founding.name,
        issuers: vec![TrustedIssuer { did: connector.participant.clone(), types: Some(names) }],
        required_scopes: scopes.clone(),
        presented_scopes: scopes,
        profile: founding.profile,
        directory: founding.directory,
        issuing: Some(Issuing { admission: Admission::Invited, types }),
        claims: Vec::new(),
    }
}

/// The governance claims of CX-0050. The template is whatever rules the founder publishes at this address.
fn governance(connector: &Connector) -> Value {
    json!({
        "group": "UseCaseFramework",
        "useCase": "DataExchangeGovernance",
        "contractTemplate": format!("{}/rules", connector.config.public_url()),
        "contractVersion": "1.0",
    })
}

fn credential_type(name: &str, profile: &str, claims: Value) -> CredentialType {
    let mut all = Map::new();
    all.insert("holderIdentifier".to_owned(), "{bpn}".into());
    if let Value::Object(claims) = claims {
        all.extend(claims);
    }
    CredentialType {
        r#type: name.to_owned(),
        profile: profile.to_owned(),
        contexts: vec![format!("{}v1.0.0", catenax::CREDENTIALS)],
        schema: None,
        claims: all,
        validity_days: VALIDITY_DAYS,
        suspendable: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_without_a_number_is_incomplete() {
        let issuing = Issuing {
            admission: Admission::Invited,
            types: vec![credential_type("SiteCredential", PROFILE, json!({"at": ["{bpn} in {town}"]}))],
        };
        let with = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect();
        assert_eq!(check_complete(&issuing, &with(&["bpn", "town"])), Ok(()));
        let told = |names: &[&str]| check_complete(&issuing, &with(names)).map_err(|problem| problem.rule);
        assert_eq!(told(&["bpn"]), Err(Some("town".to_owned())));
        assert_eq!(told(&["town"]), Err(Some("bpn".to_owned())));
    }
}
