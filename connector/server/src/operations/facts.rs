//! What is known about a partner when a policy is decided: the one place that turns identity, proven claims and registry
//! into facts.
//!
//! A claim counts in the dataspace that believes its issuer, and in no other. It counts from the moment it was presented
//! until the credential ends or is revoked, whichever comes first.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use symbolon_identity::credential::Credential;
use symbolon_policies_odrl::{Decision, Policy, PolicyDocument, Request, World, evaluate};
use symbolon_vocab::{catenax, symbolon};

use crate::connector::Connector;
use crate::operations::presenting;
use crate::problem::{Kind, Problem};
use crate::storage::partners;
use crate::storage::presentations::{self, PresentedCredential};

/// What is known about a participant in one dataspace, whatever the time. Kept with a grant; [`Facts::standing`] says what
/// of it counts at a moment.
#[derive(Clone, Debug)]
pub struct Facts {
    participant: String,
    dataspace: String,
    /// Who it is, and what an operator knows of it.
    known: World,
    /// What the dataspace believes of what it presented.
    proven: Vec<PresentedCredential>,
}

/// What counts about a participant at a moment.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The state of the world for decisions about it.
    pub world: World,
    dataspace: String,
    member: bool,
    /// Which claims do not count any more, and why: the end of a sentence for each.
    lapsed: Vec<String>,
}

/// Gathers what is known about `participant` in `dataspace` (empty: outside any): who it is (verified), what its entry in
/// the partner registry says, and what it proved.
///
/// # Errors
/// When storage fails.
pub async fn about(
    connector: &Connector,
    participant: &str,
    dataspace: &str,
    now: Timestamp,
) -> Result<Facts, Problem> {
    let mut known = World::at(now).with(symbolon::PARTICIPANT_ID, participant);
    if let Some(partner) = partners::by_id(&connector.db, participant).await? {
        for (operand, values) in partner.claims {
            if !is_proven_only(&operand, dataspace) {
                known = values.into_iter().fold(known, |known, value| known.with(&operand, value));
            }
        }
    }
    let mut proven = Vec::new();
    if !dataspace.is_empty() {
        let presented = presentations::by_partner(&connector.db, participant).await?;
        proven = presented.map(|presented| presented.credentials).unwrap_or_default();
        proven.retain(|credential| credential.dataspaces.iter().any(|believing| believing == dataspace));
        known = with_listed_number(connector, known, &proven, participant, dataspace, now).await;
    }
    Ok(Facts { participant: participant.to_owned(), dataspace: dataspace.to_owned(), known, proven })
}

/// Who it is comes from its token alone, and within a dataspace what credentials say comes from credentials alone.
fn is_proven_only(operand: &str, dataspace: &str) -> bool {
    let claims = [catenax::MEMBERSHIP, catenax::FRAMEWORK_AGREEMENT, catenax::BUSINESS_PARTNER_NUMBER];
    operand == symbolon::PARTICIPANT_ID || (!dataspace.is_empty() && claims.contains(&operand))
}

/// Where no credential says the business partner number, the dataspace's directory may.
async fn with_listed_number(
    connector: &Connector,
    known: World,
    proven: &[PresentedCredential],
    participant: &str,
    dataspace: &str,
    now: Timestamp,
) -> World {
    let mut said = proven.iter().flat_map(|credential| &credential.facts);
    if said.any(|(operand, _)| operand == catenax::BUSINESS_PARTNER_NUMBER) {
        return known;
    }
    match connector.directories.number_of(connector, dataspace, participant, now).await {
        Ok(Some(number)) => known.with(catenax::BUSINESS_PARTNER_NUMBER, number),
        Ok(None) => known,
        Err(problem) => {
            tracing::warn!(dataspace, partner = participant, %problem, "the directory of business partners gives no answer");
            known
        }
    }
}

/// What counts about `participant` in `dataspace` now.
///
/// # Errors
/// As [`about`].
pub async fn standing(
    connector: &Connector,
    participant: &str,
    dataspace: &str,
    now: Timestamp,
) -> Result<Standing, Problem> {
    Ok(about(connector, participant, dataspace, now).await?.standing(connector, now).await)
}

impl Facts {
    /// What of it counts at `now`: claims of credentials that have not ended and whose status still holds.
    pub async fn standing(&self, connector: &Connector, now: Timestamp) -> Standing {
        let mut world = self.known.clone();
        world.set_now(now);
        let (mut counted, mut lapsed) = (Vec::new(), Vec::new());
        let mut facts: Vec<&(String, Value)> = Vec::new();
        for credential in &self.proven {
            match self.holds(connector, credential, now).await {
                Ok(holding) => {
                    counted.push(holding);
                    facts.extend(&credential.facts);
                }
                Err(why) => lapsed.push(why),
            }
        }
        for (place, (operand, value)) in facts.iter().enumerate() {
            if !facts.iter().take(place).any(|earlier| (&earlier.0, &earlier.1) == (operand, value)) {
                world = world.with(operand, value.clone());
            }
        }
        let counted: Vec<&Credential> = counted.iter().map(|credential| &**credential).collect();
        let member = self.dataspace.is_empty() || presenting::prove_membership(connector, &self.dataspace, &counted);
        Standing { world, dataspace: self.dataspace.clone(), member, lapsed }
    }

    /// The credential, if it counts at `now`; otherwise why not, as a sentence without its end.
    async fn holds(
        &self,
        connector: &Connector,
        credential: &PresentedCredential,
        now: Timestamp,
    ) -> Result<Arc<Credential>, String> {
        let told = |why: &str| format!("the {} of {} {why}", kind_of(credential), credential.issuer);
        let looked_up = presenting::looked_up(connector, credential, now).await;
        let (holding, _) = looked_up.map_err(|refusal| told(&refusal.to_string()))?;
        if presenting::is_believed(connector, &self.dataspace, &holding) {
            Ok(holding)
        } else {
            Err(told("is of an issuer that the dataspace does not believe on it"))
        }
    }

    /// Adds what the data is for, as [`with_purpose`] does.
    #[must_use]
    pub fn with_purpose(self, declared: Option<&str>, agreed: &PolicyDocument) -> Self {
        Self { known: with_purpose(self.known, declared, agreed), ..self }
    }

    /// Who it is about.
    pub fn participant(&self) -> &str {
        &self.participant
    }
}

impl Standing {
    /// Refuses whoever is not proven to belong to the dataspace now. Outside any, everybody belongs.
    ///
    /// # Errors
    /// 403, with the claims that have lapsed.
    pub fn must_belong(&self) -> Result<(), Problem> {
        if self.member {
            return Ok(());
        }
        let detail = match self.lapsed.as_slice() {
            [] => format!("the partner has not proved that it belongs to the dataspace {:?}", self.dataspace),
            lapsed => {
                let lapsed = lapsed.join("; ");
                format!("the partner has no more proof that it belongs to the dataspace {:?}: {lapsed}", self.dataspace)
            }
        };
        Err(Problem::new(Kind::Forbidden, "dataspace.membership", detail)
            .with_rule(format!("membership of {:?}", self.dataspace))
            .with_hint("present current credentials of the dataspace's trusted issuers with the next message"))
    }

    /// A denial as a problem that names the rule, what was missing, and claims that have lapsed.
    pub fn denied(&self, decision: &Decision) -> Problem {
        let problem = denied(decision);
        if self.lapsed.is_empty() { problem } else { problem.with_hint(format!("{} by now", self.lapsed.join("; "))) }
    }
}

/// The type that says what the credential is about.
fn kind_of(credential: &PresentedCredential) -> &str {
    let specific = credential.types.iter().find(|kind| *kind != "VerifiableCredential");
    specific.map_or("credential", String::as_str)
}

/// Whether an access policy lets the participant see an offer: it permits use, or the `access` of Catena-X (CX-0152).
pub fn may_see(policy: &Policy, participant: &str, world: &World) -> bool {
    let request = |action: &str| Request { action: action.to_owned(), ..request_to_use(participant, "") };
    ["use", catenax::ACCESS].iter().any(|action| evaluate(policy, &request(action), world).permitted)
}

/// Adds what the data is for: what the consumer said, or else the purposes that the agreed policy itself names. By
/// signing an agreement that permits one purpose, the consumer declares that purpose.
pub fn with_purpose(mut world: World, declared: Option<&str>, agreed: &PolicyDocument) -> World {
    for (operand, purpose) in agreed_purposes(agreed.json()) {
        world = world.with(operand, declared.map_or(purpose, Value::from));
    }
    world
}

/// The purposes that a policy asks for, with the operand it asks by (`purpose`, or the `UsagePurpose` of Catena-X).
fn agreed_purposes(policy: &Value) -> Vec<(&str, Value)> {
    let mut found: Vec<(&str, Value)> = Vec::new();
    let mut open = vec![policy];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => {
                if let Some((operand, purpose)) = purpose_in(members)
                    && !found.iter().any(|(known, _)| *known == operand)
                {
                    found.push((operand, purpose));
                }
                open.extend(members.values());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found
}

fn purpose_in(constraint: &serde_json::Map<String, Value>) -> Option<(&str, Value)> {
    let operand = match constraint.get("leftOperand")? {
        Value::String(operand) => operand.as_str(),
        Value::Object(node) => node.get("@id")?.as_str()?,
        _ => return None,
    };
    let local = operand.rsplit(['/', '#', ':']).next().unwrap_or(operand);
    if !matches!(local, "purpose" | "UsagePurpose") {
        return None;
    }
    let purpose = match constraint.get("rightOperand")? {
        // Any of several will do: by signing, the consumer declares the first.
        Value::Array(several) => several.first()?.clone(),
        one => one.clone(),
    };
    Some((operand, purpose))
}

/// What is asked of a usage policy: may this participant use this dataset?
pub fn request_to_use(participant: &str, asset: &str) -> Request {
    Request { action: "use".to_owned(), target: asset.to_owned(), assignee: participant.to_owned(), assigner: None }
}

/// A denial as a problem that names the rule and what was missing.
pub fn denied(decision: &Decision) -> Problem {
    let sentences: Vec<&str> = decision.reasons.iter().map(|reason| reason.sentence.as_str()).collect();
    let detail =
        if sentences.is_empty() { "no rule of the policy permits this".to_owned() } else { sentences.join("; ") };
    let problem = Problem::new(Kind::Forbidden, "policy.denied", detail);
    match decision.reasons.first() {
        Some(reason) => problem.with_rule(format!("{:?} at {}", reason.code, reason.path)),
        None => problem,
    }
}
