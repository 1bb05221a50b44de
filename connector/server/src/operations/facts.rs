//! What is known about a partner when a policy is decided: the one place that turns identity, proven claims and registry
//! into facts.
//!
//! A claim counts in the dataspace that believes its issuer, and in no other. It counts from the moment it was presented
//! until the credential ends or is revoked, whichever comes first.

mod claims;

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use symbolon_identity::credential::Credential;
use symbolon_policies_odrl::{
    Decision, Policy, PolicyDocument, Reason, ReasonCode, Request, Uses, World, evaluate, permits,
};
use symbolon_vocab::{catenax, symbolon};

use crate::connector::Connector;
use crate::operations::{operands, presenting};
use crate::problem::{Finding, Kind, Problem};
use crate::storage::assets::Asset;
use crate::storage::dataspaces::StoredDataspace;
use crate::storage::partners;
use crate::storage::presentations::{self, PresentedCredential};

/// What is known about a participant in one dataspace, whatever the time. Kept with a grant; [`Facts::standing`] says what
/// of it counts at a moment.
#[derive(Clone, Debug)]
pub struct Facts {
    participant: String,
    dataspace: String,
    /// Who it is, what an operator knows of it, and what it asks for: all that rests on no credential.
    known: World,
    /// What the dataspace believes of what it presented, and what that says.
    proven: Vec<Proven>,
    /// Everything, as it counts while all credentials hold. Put together once, and not for each decision.
    whole: World,
}

/// A credential that the dataspace believes, and what it says there: operand and value.
#[derive(Clone, Debug)]
struct Proven {
    credential: PresentedCredential,
    facts: Vec<(String, Value)>,
}

/// Which claims count about a participant at a moment.
#[derive(Clone, Debug)]
pub struct Weighed {
    /// The place of each credential that counts.
    counted: Vec<usize>,
    dataspace: String,
    member: bool,
    /// Which claims do not count any more, and why: the end of a sentence for each.
    lapsed: Vec<String>,
    /// When that may change without anybody saying so: a credential ends, or its status has to be looked at again.
    pub until: Option<Timestamp>,
}

/// What counts about a participant at a moment.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The state of the world for decisions about it.
    pub world: World,
    weighed: Weighed,
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
    let mapped = connector.dataspaces.get(dataspace).unwrap_or_default();
    if let Some(partner) = partners::by_id(&connector.db, participant).await? {
        for (operand, values) in partner.claims {
            if !is_proven_only(&operand, &mapped) {
                known = values.into_iter().fold(known, |known, value| known.with(&operand, value));
            }
        }
    }
    let mut credentials = Vec::new();
    if !dataspace.is_empty() {
        let presented = presentations::by_partner(&connector.db, participant).await?;
        credentials = presented.map(|presented| presented.credentials).unwrap_or_default();
    }
    let about = (participant, dataspace);
    Ok(proven_by(connector, about, known, credentials, &mapped, now).await)
}

/// What a partner that believes whom `dataspace` believes would know about us once we have presented these credentials. What
/// it has in its own records is not known here.
pub(super) async fn about_us(
    connector: &Connector,
    credentials: &[PresentedCredential],
    dataspace: &StoredDataspace,
    now: Timestamp,
) -> Facts {
    let us = &connector.participant;
    let known = World::at(now).with(symbolon::PARTICIPANT_ID, us.as_str());
    proven_by(connector, (us, &dataspace.id), known, credentials.to_vec(), dataspace, now).await
}

/// The facts of those credentials that the dataspace believes, beside what is known. `mapped` is the dataspace as it is
/// described; one that is not, believes nobody.
async fn proven_by(
    connector: &Connector,
    (participant, dataspace): (&str, &str),
    mut known: World,
    credentials: Vec<PresentedCredential>,
    mapped: &StoredDataspace,
    now: Timestamp,
) -> Facts {
    let mut proven = Vec::new();
    if !dataspace.is_empty() {
        let believed = credentials.into_iter().filter(|one| one.dataspaces.iter().any(|name| name == dataspace));
        proven = believed.map(|credential| Proven::new(connector, mapped, participant, credential)).collect();
        known = with_listed_number(connector, known, &proven, participant, dataspace, now).await;
    }
    Facts::new(participant, dataspace, known, proven)
}

/// Who it is comes from its token alone, and within a dataspace what credentials say comes from credentials alone.
fn is_proven_only(operand: &str, dataspace: &StoredDataspace) -> bool {
    let claims = [catenax::MEMBERSHIP, catenax::FRAMEWORK_AGREEMENT, catenax::BUSINESS_PARTNER_NUMBER];
    let mapped = || dataspace.claims.iter().any(|claim| claim.operand == operand);
    operand == symbolon::PARTICIPANT_ID || (!dataspace.id.is_empty() && (claims.contains(&operand) || mapped()))
}

impl Proven {
    fn new(
        connector: &Connector,
        dataspace: &StoredDataspace,
        participant: &str,
        credential: PresentedCredential,
    ) -> Self {
        let mut facts = credential.facts.clone();
        facts.extend(claims::said(connector, dataspace, participant, &credential));
        Self { credential, facts }
    }
}

/// Where no credential says the business partner number, the dataspace's directory may.
async fn with_listed_number(
    connector: &Connector,
    known: World,
    proven: &[Proven],
    participant: &str,
    dataspace: &str,
    now: Timestamp,
) -> World {
    let mut said = proven.iter().flat_map(|proven| &proven.facts);
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
    fn new(participant: &str, dataspace: &str, known: World, proven: Vec<Proven>) -> Self {
        let whole = with_claims(known.clone(), proven.iter());
        Self { participant: participant.to_owned(), dataspace: dataspace.to_owned(), known, proven, whole }
    }

    /// What of it counts at `now`: claims of credentials that have not ended and whose status still holds.
    pub async fn standing(&self, connector: &Connector, now: Timestamp) -> Standing {
        let weighed = self.weighed(connector, now).await;
        let mut world = self.world_of(&weighed).into_owned();
        world.set_now(now);
        Standing { world, weighed }
    }

    /// Which of its claims count at `now`. Waits only where the status of a credential is not at hand.
    pub async fn weighed(&self, connector: &Connector, now: Timestamp) -> Weighed {
        let (mut holding, mut counted, mut lapsed) = (Vec::new(), Vec::new(), Vec::new());
        let mut until: Option<Timestamp> = None;
        for (place, proven) in self.proven.iter().enumerate() {
            let (holds, next) = self.holds(connector, &proven.credential, now).await;
            until = until.into_iter().chain(next).min();
            match holds {
                Ok(credential) => {
                    holding.push(credential);
                    counted.push(place);
                }
                Err(why) => lapsed.push(why),
            }
        }
        let holding: Vec<&Credential> = holding.iter().map(|credential| &**credential).collect();
        let member = self.dataspace.is_empty() || presenting::prove_membership(connector, &self.dataspace, &holding);
        Weighed { counted, dataspace: self.dataspace.clone(), member, lapsed, until }
    }

    /// The facts that count, at a time that the caller sets.
    pub fn world_of(&self, weighed: &Weighed) -> Cow<'_, World> {
        if weighed.is_whole() {
            return Cow::Borrowed(&self.whole);
        }
        let counted = weighed.counted.iter().filter_map(|place| self.proven.get(*place));
        Cow::Owned(with_claims(self.known.clone(), counted))
    }

    /// The credential, if it counts at `now`, otherwise why not, as a sentence without its end; and when that may change.
    async fn holds(
        &self,
        connector: &Connector,
        credential: &PresentedCredential,
        now: Timestamp,
    ) -> (Result<Arc<Credential>, String>, Option<Timestamp>) {
        let told = |why: &str| format!("the {} of {} {why}", kind_of(credential), credential.issuer);
        let looked_up = presenting::looked_up(connector, credential, now).await;
        let next = presenting::changes_at(connector, credential, &looked_up, now);
        let holds = looked_up.map_err(|refusal| told(&refusal.to_string())).and_then(|(holding, _)| {
            let believed = presenting::is_believed(connector, &self.dataspace, &holding);
            believed.then_some(holding).ok_or_else(|| told("is of an issuer that the dataspace does not believe on it"))
        });
        (holds, next)
    }

    /// Adds what rests on no credential: what is asked for, and what for.
    #[must_use]
    pub fn with(self, add: impl FnOnce(World) -> World) -> Self {
        let known = add(self.known);
        let whole = with_claims(known.clone(), self.proven.iter());
        Self { known, whole, ..self }
    }

    /// Everything, as it counts while all credentials hold, at a time that the caller sets.
    pub fn whole(&self) -> &World {
        &self.whole
    }

    /// What credentials that count say of an operand.
    pub fn proven_values<'a>(&'a self, weighed: &'a Weighed, operand: &'a str) -> impl Iterator<Item = &'a Value> {
        let counted = weighed.counted.iter().filter_map(|place| self.proven.get(*place));
        counted.flat_map(|proven| &proven.facts).filter(move |(known, _)| known == operand).map(|(_, value)| value)
    }

    /// Who it is about.
    pub fn participant(&self) -> &str {
        &self.participant
    }
}

/// Adds what these credentials say, the same value once.
fn with_claims<'a>(world: World, proven: impl Iterator<Item = &'a Proven>) -> World {
    let facts: Vec<&(String, Value)> = proven.flat_map(|proven| &proven.facts).collect();
    let first = |place: usize, fact: &(String, Value)| !facts.iter().take(place).any(|earlier| *earlier == fact);
    let distinct = facts.iter().enumerate().filter(|(place, fact)| first(*place, fact));
    distinct.fold(world, |world, (_, (operand, value))| world.with(operand, value.clone()))
}

impl Standing {
    /// As [`Weighed::must_belong`].
    ///
    /// # Errors
    /// 403, with the claims that have lapsed.
    pub fn must_belong(&self) -> Result<(), Problem> {
        self.weighed.must_belong()
    }

    /// Which claims do not count any more, and why: the end of a sentence for each.
    pub fn lapsed(&self) -> &[String] {
        &self.weighed.lapsed
    }

    /// When that may change without anybody saying so.
    pub fn until(&self) -> Option<Timestamp> {
        self.weighed.until
    }

    /// As [`Weighed::denied`].
    pub fn denied(&self, decision: &Decision) -> Problem {
        self.weighed.denied(decision)
    }
}

impl Weighed {
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

    /// Whether everything that was proven counts.
    pub fn is_whole(&self) -> bool {
        self.lapsed.is_empty()
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

/// By any of these an access policy lets somebody see an offer: it permits use, or the `access` of Catena-X (CX-0152).
const SEEING: [&str; 2] = ["use", catenax::ACCESS];

/// Whether an access policy lets the participant see an offer.
pub fn may_see(policy: &Policy, participant: &str, world: &World) -> bool {
    SEEING.iter().any(|action| permits(policy, &to_see(participant, action), world))
}

/// Why an access policy does not let the participant see an offer, for our own people. Of the two actions the one that its
/// permissions are about is told.
pub fn why_unseen(policy: &Policy, participant: &str, world: &World) -> Problem {
    let decisions = SEEING.map(|action| evaluate(policy, &to_see(participant, action), world));
    let about = |decision: &&Decision| decision.reasons.iter().any(|reason| reason.code != ReasonCode::OtherAction);
    denied(decisions.iter().find(about).unwrap_or(&decisions[0]))
}

fn to_see(participant: &str, action: &str) -> Request {
    Request { action: action.to_owned(), ..request_to_use(participant, "") }
}

/// Adds what the data is for: what the consumer said, or else the purposes that the agreed policy itself names. By
/// signing an agreement that permits one purpose, the consumer declares that purpose.
pub fn with_purpose(mut world: World, declared: Option<&str>, agreed: &PolicyDocument) -> World {
    for (operand, purpose) in agreed_purposes(agreed.json()) {
        world = world.with(operand, declared.map_or(purpose, Value::from));
    }
    world
}

/// What a consumer wants data for under an agreement: what it said, or else what the agreed policy names.
pub fn declared_purpose(declared: Option<&str>, agreed: &PolicyDocument) -> Option<Value> {
    let agreed = || agreed_purposes(agreed.json()).into_iter().next().map(|(_, purpose)| purpose);
    declared.map(Value::from).or_else(agreed)
}

/// What is known when terms are agreed on, before anything is asked for under them: what the asset is, a purpose and a scope as
/// the terms name them, and that nothing has been used.
pub fn before_any_request(world: World, asset: Option<&Asset>, terms: &PolicyDocument) -> World {
    let stated = asset.map(operands::of).unwrap_or_default();
    let asked = |operand: &str| !stated.iter().any(|(known, _)| known == operand);
    let agreed = operands::agreed(terms.policy(), asked);
    let world = with_purpose(world, None, terms).with_uses(Uses::default());
    let world = stated.into_iter().chain(agreed).fold(world, |world, (operand, value)| world.with(&operand, value));
    in_confidence(world, asset)
}

/// What an asset keeps from partners decides, and is told to none in a refusal.
pub fn in_confidence(world: World, asset: Option<&Asset>) -> World {
    asset.into_iter().flat_map(operands::confidential).fold(world, |world, operand| world.with_confidential(&operand))
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
    let finding = |reason: &Reason| Finding {
        path: reason.path.clone(),
        code: format!("{:?}", reason.code),
        sentence: reason.sentence.clone(),
        hint: None,
    };
    let exhausted =
        !decision.reasons.is_empty() && decision.reasons.iter().all(|one| one.code == ReasonCode::Exhausted);
    let code = if exhausted { "usage.exhausted" } else { "policy.denied" };
    let problem =
        Problem::new(Kind::Forbidden, code, detail).with_findings(decision.reasons.iter().map(finding).collect());
    match decision.reasons.first() {
        Some(reason) => problem.with_rule(format!("{:?} at {}", reason.code, reason.path)),
        None => problem,
    }
}
