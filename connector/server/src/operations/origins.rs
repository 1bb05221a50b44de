//! What our own assets are made of: an asset may have its origins in agreements under which we received data. Passing it on
//! is then decided on each of these agreements as well, by their own terms, for the partner that asks.
//!
//! An origin binds as long as its terms say, also after its agreement has ended: the rights are gone with it, and prohibitions
//! that survive are what a refusal names.

use jiff::Timestamp;
use serde_json::Value;
use symbolon_contract_negotiation::Role;
use symbolon_policies_odrl::{
    Decision, Policy, ReasonCode, Request, World, evaluate, next_change_in, refused_for_good,
};
use symbolon_vocab::{admissibility, catenax, odrl};

use super::facts::{self, Facts};
use crate::clock;
use crate::connector::Connector;
use crate::problem::{Kind, Problem};
use crate::storage::agreements::{self, AgreementState, StoredAgreement};
use crate::storage::assets::Asset;

/// Agreements that one asset may have its origins in.
const ORIGINS: usize = 64;

/// Operands of a recipient's business partner number.
const RECIPIENT_NUMBER: [&str; 2] =
    [catenax::AFFILIATES_BPNL, "https://w3id.org/catenax/2025/9/policy/ManagedLegalEntityBpnl"];

/// An agreement that an asset has its origin in, ready to decide whether a partner may be given the asset.
#[derive(Debug)]
pub struct Origin {
    agreement: String,
    state: AgreementState,
    concluded: Timestamp,
    /// In force: the agreed policy. After a termination: what of it survives.
    policy: Policy,
    request: Request,
    /// About the recipient, in the dataspace of the origin.
    facts: Facts,
    /// What the recipient wants the data for.
    purpose: Option<Value>,
}

/// Whom the data is for, and what is known of the request whatever the time.
#[derive(Clone, Debug)]
pub struct Recipient<'a> {
    /// Participant id.
    pub participant: &'a str,
    /// What it wants the data for: as it said, or as was agreed with it.
    pub purpose: Option<Value>,
}

/// The origins of an asset, for one recipient.
///
/// # Errors
/// When storage fails; 403 for an origin that is not known any more.
pub async fn of(
    connector: &Connector,
    origins: &[String],
    recipient: &Recipient<'_>,
    now: Timestamp,
) -> Result<Vec<Origin>, Problem> {
    let mut found = Vec::with_capacity(origins.len());
    for id in origins {
        let agreement = agreements::by_id(&connector.db, id).await?.ok_or_else(|| unknown(id, Kind::Forbidden))?;
        let facts = facts::about(connector, recipient.participant, &agreement.dataspace, now).await?;
        found.push(Origin {
            state: agreement.state,
            concluded: clock::from_millis(agreement.concluded),
            policy: binding(&agreement),
            request: disclosure(connector, &agreement),
            facts,
            purpose: recipient.purpose.clone(),
            agreement: agreement.id,
        });
    }
    Ok(found)
}

/// What of an agreement binds: all of it, or what survives its end.
fn binding(agreement: &StoredAgreement) -> Policy {
    let policy = agreement.document.policy();
    match (agreement.state, &agreement.termination) {
        (AgreementState::Terminated, Some(end)) => policy.surviving_since(clock::from_millis(end.at)),
        (AgreementState::Terminated, None) => policy.surviving(),
        (AgreementState::InForce | AgreementState::Retired, _) => policy.clone(),
    }
}

/// We hand on what we received.
fn disclosure(connector: &Connector, agreement: &StoredAgreement) -> Request {
    Request {
        action: admissibility::DISCLOSE.to_owned(),
        target: agreement.asset.clone(),
        assignee: connector.participant.clone(),
        assigner: None,
    }
}

impl Origin {
    /// The agreement.
    pub fn agreement(&self) -> &str {
        &self.agreement
    }

    /// Whether nothing under it comes to be permitted any more: the agreement has ended, or its time has passed.
    pub async fn is_over(&self, connector: &Connector, stated: &[(String, Value)], now: Timestamp) -> bool {
        let world = self.world(connector, stated, now).await;
        self.state != AgreementState::InForce || refused_for_good(&self.policy, &self.request, &world, self.concluded)
    }

    /// Whether the recipient may be given the data now. `stated` is what is known of the asset and the request besides.
    ///
    /// # Errors
    /// 403 `origin.denied`, naming the rule of the origin.
    pub async fn decide(
        &self,
        connector: &Connector,
        stated: &[(String, Value)],
        now: Timestamp,
    ) -> Result<(), Problem> {
        let world = self.world(connector, stated, now).await;
        let decision = evaluate(&self.policy, &self.request, &world);
        match self.state {
            AgreementState::InForce if decision.permitted => Ok(()),
            AgreementState::InForce | AgreementState::Terminated => Err(told(&self.agreement, self.state, &decision)),
            AgreementState::Retired => {
                let detail = format!("this data comes from the agreement {}, which has been retired", self.agreement);
                Err(Problem::new(Kind::Forbidden, "origin.denied", detail).with_rule("origin in force"))
            }
        }
    }

    /// When it may be decided otherwise without anybody saying so.
    pub async fn next_change(
        &self,
        connector: &Connector,
        stated: &[(String, Value)],
        now: Timestamp,
    ) -> Option<Timestamp> {
        let by_time = next_change_in(&self.policy, &self.world(connector, stated, now).await);
        let by_facts = self.facts.weighed(connector, now).await.until;
        by_time.into_iter().chain(by_facts).min()
    }

    async fn world(&self, connector: &Connector, stated: &[(String, Value)], now: Timestamp) -> World {
        let weighed = self.facts.weighed(connector, now).await;
        let mut world = self.facts.world_of(&weighed).into_owned();
        world.set_now(now);
        world = world.with(odrl::RECIPIENT, self.facts.participant()).with(admissibility::HOPS, 1);
        for number in self.facts.proven_values(&weighed, catenax::BUSINESS_PARTNER_NUMBER) {
            world = RECIPIENT_NUMBER.iter().fold(world, |world, operand| world.with(operand, number.clone()));
        }
        if let Some(purpose) = &self.purpose {
            let operands = [odrl::PURPOSE, catenax::USAGE_PURPOSE];
            world = operands.iter().fold(world, |world, operand| world.with(operand, purpose.clone()));
        }
        stated.iter().fold(world, |world, (operand, value)| world.with(operand, value.clone()))
    }
}

fn unknown(id: &str, kind: Kind) -> Problem {
    let detail = format!("the asset has its origin in the agreement {id:?}, which is not known here");
    Problem::new(kind, "origin.unknown", detail)
        .with_rule("origins")
        .with_hint("an origin is an agreement under which this connector is the consumer")
}

/// What the partner is told: which agreement and which of its rules, and neither what they say nor what is known of others. That is
/// between us and the origin's partner.
fn told(agreement: &str, state: AgreementState, decision: &Decision) -> Problem {
    let because = match decision.reasons.first().map(|reason| reason.code) {
        Some(ReasonCode::Expired) => "its time is over",
        Some(ReasonCode::NotYet) => "its time has not come",
        Some(ReasonCode::Prohibited) => "it is prohibited",
        Some(ReasonCode::MissingFact | ReasonCode::ProhibitionUndecided) => "something that it asks for is not known",
        Some(ReasonCode::ConstraintNotMet) => "a condition is not met",
        Some(_) | None => "none of its rules permits it",
    };
    refusal(agreement, state, because, facts::denied(decision))
}

/// What our operators are told: all of it.
fn denied(agreement: &str, state: AgreementState, decision: &Decision, kind: Kind) -> Problem {
    let problem = facts::denied(decision);
    let because = problem.detail.clone();
    Problem { kind, ..refusal(agreement, state, &because, problem) }
}

fn refusal(agreement: &str, state: AgreementState, because: &str, problem: Problem) -> Problem {
    let ended = match state {
        AgreementState::InForce | AgreementState::Retired => "does not let it be passed on",
        AgreementState::Terminated => "has been terminated: the right to pass it on has ended, and what survives says",
    };
    let detail = format!("this data comes from the agreement {agreement}, which {ended}: {because}");
    let rule = problem.rule.clone().unwrap_or_else(|| "permission to disclose".to_owned());
    // One sentence says it all: what the origin's rules say is told together with whose they are.
    let findings = Box::default();
    Problem { code: "origin.denied".into(), detail, findings, ..problem }.with_rule(format!("{rule} of {agreement}"))
}

/// Refuses origins that are none: not known, not ours as a consumer, too many.
///
/// # Errors
/// 422, naming the agreement.
pub async fn check(connector: &Connector, origins: &[String]) -> Result<(), Problem> {
    if origins.len() > ORIGINS {
        let detail = format!("an asset has at most {ORIGINS} origins");
        return Err(Problem::new(Kind::Unprocessable, "origin.too-many", detail).with_rule("origins"));
    }
    for id in origins {
        let known = agreements::by_id(&connector.db, id).await?;
        known.filter(|known| known.role == Role::Consumer).ok_or_else(|| unknown(id, Kind::Unprocessable))?;
    }
    Ok(())
}

/// Whether the asset may be offered: refused where an origin lets it be passed on to nobody, whoever asks. What depends on who
/// asks is decided when somebody does.
///
/// # Errors
/// 422 `origin.denied`, naming the asset and the rule of the origin.
pub async fn may_be_offered(connector: &Connector, asset: &Asset, now: Timestamp) -> Result<(), Problem> {
    for id in &asset.origins {
        let agreement = agreements::by_id(&connector.db, id).await?;
        let agreement = agreement.ok_or_else(|| unknown(id, Kind::Unprocessable))?;
        let policy = binding(&agreement);
        let world = World::at(now).with(admissibility::HOPS, 1);
        let decision = evaluate(&policy, &disclosure(connector, &agreement), &world);
        let depends = decision.reasons.iter().any(|reason| depends_on_who_asks(reason.code));
        let ended = agreement.state != AgreementState::InForce;
        if ended || (!decision.permitted && !depends) {
            let problem = denied(id, agreement.state, &decision, Kind::Unprocessable);
            let detail = format!("the asset {:?} cannot be offered: {}", asset.id, problem.detail);
            return Err(Problem { detail, ..problem });
        }
    }
    Ok(())
}

/// Whether more facts could lead to another decision.
fn depends_on_who_asks(code: ReasonCode) -> bool {
    matches!(code, ReasonCode::MissingFact | ReasonCode::ProhibitionUndecided | ReasonCode::NotYet)
}
