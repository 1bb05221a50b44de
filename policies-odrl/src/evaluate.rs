//! Whether a request is permitted.

mod atomic;
mod constraint;
mod duty;
mod ledger;
mod operator;
mod permits;
mod premise;
mod refusal;
mod rule;
mod single;
mod taken;
mod time;
mod trace;
mod truth;

use jiff::Timestamp;

use crate::decision::{Activation, Decision, Deontic, Reason, ReasonCode, RulePath, RuleReport};
use crate::evaluate::taken::Taken;
use crate::evaluate::trace::Trace;
use crate::model::{Cause, Conflict, Doubt, Policy};
use crate::sentence;
use crate::uses::Use;
use crate::world::{Request, World};

pub(crate) use constraint::{is_contractual, names_the_forbidden};
pub(crate) use ledger::ledger_boundary;
pub use permits::permits;
pub(crate) use premise::{Compared, Condition, Left, Premise, Premised, RulePremises, premises};
pub(crate) use single::{DutyState, duty_state, in_order, remedy_is_open};
pub(crate) use time::{boundaries, end_of_use, is_over, moment};
pub(crate) use truth::Truth;

/// Decides a request. Total and deterministic: the same arguments give the same decision, and there is always one.
///
/// A request is permitted when a permission applies to it and no prohibition does. Whatever is not understood or not known refuses:
/// a missing fact keeps a permission from applying, and makes a prohibition apply. Terms that only the contract can enforce
/// neither permit nor refuse; they are listed in [`Decision::contractual`].
pub fn evaluate(policy: &Policy, request: &Request, world: &World) -> Decision {
    let decision = Case::of(policy, request, world, Trace::silent()).decide();
    if decision.permitted { decision } else { explain(policy, request, world) }
}

/// Decides like [`evaluate`], and says of every rule why it does not apply, also where the request is permitted.
pub fn explain(policy: &Policy, request: &Request, world: &World) -> Decision {
    Case::of(policy, request, world, Trace::speaking()).decide()
}

/// One request under one policy.
struct Case<'a> {
    policy: &'a Policy,
    request: &'a Request,
    world: &'a World,
    /// The time for which constraints are looked at: now, or when a duty was fulfilled.
    now: Timestamp,
    trace: Trace,
    stance: Stance,
    /// Whose refinements are looked at.
    subject: Option<Subject<'a>>,
    taken: Taken,
}

/// What constraints are looked at for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stance {
    /// To permit something.
    Permitting,
    /// To prohibit something.
    Prohibiting,
    /// To see whether a duty is in force.
    Demanding,
}

/// An asset or a party while its refinements are looked at.
#[derive(Clone, Copy)]
struct Subject<'a> {
    name: &'a str,
    /// Whether the facts of the world are facts about it: it is the requested asset, or the party that asks.
    known: bool,
}

/// What the rules of one kind come to.
#[derive(Default)]
struct Prohibited {
    applies: bool,
    /// A prohibition was infringed, and its remedies are not fulfilled.
    open_remedy: bool,
}

impl<'a> Case<'a> {
    fn of(policy: &'a Policy, request: &'a Request, world: &'a World, trace: Trace) -> Self {
        let (now, taken) = (world.now(), Taken::default());
        Self { policy, request, world, now, trace, stance: Stance::Permitting, subject: None, taken }
    }

    fn decide(mut self) -> Decision {
        let policy = self.policy;
        if !policy.doubts.is_empty() {
            return refused(policy.doubts.iter().map(doubted).collect(), Vec::new(), Vec::new());
        }
        let count = policy.permissions.len() + policy.prohibitions.len() + policy.obligations.len();
        let mut rules = Vec::with_capacity(count);
        let (granted, mut left) = self.permissions(&mut rules);
        let prohibited = self.prohibitions(&mut rules);
        self.obligations(&mut rules);
        let barred = prohibited.applies && policy.conflict != Conflict::Permit;
        let Taken { mut uses, mut contractual } = std::mem::take(&mut self.taken);
        let is_granted = granted.is_some();
        if let Some(mut draws) = granted
            && !barred
            && !prohibited.open_remedy
        {
            draws.append(&mut uses);
            once(&mut contractual);
            return Decision { permitted: true, reasons: Vec::new(), rules, uses: draws, contractual };
        }
        let reasons = self.reasons(&rules, is_granted);
        left.append(&mut contractual);
        once(&mut left);
        refused(reasons, rules, left)
    }

    /// What the cheapest permission that applies takes, and the contractual terms of those that do not.
    fn permissions(&mut self, rules: &mut Vec<RuleReport>) -> (Option<Vec<Use>>, Vec<String>) {
        let (mut granted, mut left): (Option<Vec<Use>>, _) = (None, Vec::new());
        self.stance = Stance::Permitting;
        for (index, permission) in self.policy.permissions.iter().enumerate() {
            let (place, level) = (self.trace.enter("permission", index), self.taken.level());
            let truth = self.permission(permission);
            self.trace.leave(place);
            let draws = self.taken.uses_since(level);
            if truth != Truth::True {
                left.append(&mut self.taken.contractual_since(level));
            } else if granted.as_ref().is_none_or(|cheapest| draws.len() < cheapest.len()) {
                granted = Some(draws);
            }
            rules.push(self.report(RulePath::Permission(index), truth));
        }
        (granted, left)
    }

    fn prohibitions(&mut self, rules: &mut Vec<RuleReport>) -> Prohibited {
        let mut prohibited = Prohibited::default();
        self.stance = Stance::Prohibiting;
        for (index, prohibition) in self.policy.prohibitions.iter().enumerate() {
            let place = self.trace.enter("prohibition", index);
            let truth = self.prohibition(prohibition);
            let infringed = self.infringed(prohibition);
            prohibited.open_remedy |= infringed && self.remedy_is_open(prohibition);
            self.trace.leave(place);
            prohibited.applies |= truth != Truth::False;
            let infringed = Some(infringed);
            rules.push(RuleReport { infringed, ..self.report(RulePath::Prohibition(index), truth) });
        }
        prohibited
    }

    /// An obligation binds its assignee, yet takes no permission away (ODRL 2.2, §2.6.3); it is reported.
    fn obligations(&mut self, rules: &mut Vec<RuleReport>) {
        self.stance = Stance::Demanding;
        for (index, obligation) in self.policy.obligations.iter().enumerate() {
            let place = self.trace.enter("obligation", index);
            let truth = self.obligation_in_force(obligation);
            let deontic = self.standing(obligation).deontic;
            self.trace.leave(place);
            let fulfilled = Some(deontic == Deontic::Fulfilled);
            let report = self.report(RulePath::Obligation(index), truth);
            rules.push(RuleReport { fulfilled, deontic: Some(deontic), ..report });
        }
    }

    fn report(&mut self, rule: RulePath, truth: Truth) -> RuleReport {
        let activation = match truth {
            Truth::True => Activation::Active,
            Truth::False => Activation::Inactive,
            Truth::Undecided => Activation::Undecided,
        };
        RuleReport { rule, activation, fulfilled: None, deontic: None, infringed: None, reasons: self.trace.take() }
    }

    /// A permission for something else is worth a mention only where there is none for this.
    fn reasons(&self, rules: &[RuleReport], granted: bool) -> Vec<Reason> {
        if !self.trace.speaks() {
            return Vec::new();
        }
        let of = |wanted: fn(&RulePath) -> bool| rules.iter().filter(move |report| wanted(&report.rule));
        let prohibitions = of(|rule| matches!(rule, RulePath::Prohibition(_)));
        let mut reasons: Vec<Reason> = prohibitions.flat_map(|report| report.reasons.clone()).collect();
        if granted {
            return reasons;
        }
        let permissions = || of(|rule| matches!(rule, RulePath::Permission(_)));
        let all_elsewhere = permissions().all(is_elsewhere);
        let told = permissions().filter(|report| all_elsewhere || !is_elsewhere(report));
        reasons.extend(told.flat_map(|report| report.reasons.clone()));
        if permissions().next().is_none() {
            let sentence = "refused: the policy permits nothing".to_owned();
            reasons.push(Reason { code: ReasonCode::NoPermission, path: String::new(), sentence });
        }
        reasons
    }
}

/// Whether a permission is for something else than what was asked for.
fn is_elsewhere(report: &RuleReport) -> bool {
    report.reasons.iter().all(|reason| {
        matches!(
            reason.code,
            ReasonCode::OtherAction | ReasonCode::OtherTarget | ReasonCode::OtherAssignee | ReasonCode::OtherAssigner
        )
    })
}

/// What all rules share is met with each of them, and listed once.
fn once(paths: &mut Vec<String>) {
    if paths.len() > 1 {
        paths.sort();
        paths.dedup();
    }
}

fn refused(reasons: Vec<Reason>, rules: Vec<RuleReport>, contractual: Vec<String>) -> Decision {
    Decision { permitted: false, reasons: trace::shortened(reasons), rules, uses: Vec::new(), contractual }
}

fn doubted(doubt: &Doubt) -> Reason {
    let code = match doubt.cause {
        Cause::Profile => ReasonCode::UnknownProfile,
        Cause::Inheritance => ReasonCode::InheritedPolicy,
        Cause::Replaced => ReasonCode::ReplacedPolicy,
        Cause::Conflict => ReasonCode::UnknownConflictStrategy,
        Cause::Action => ReasonCode::UnknownAction,
        Cause::Operator => ReasonCode::UnknownOperator,
        Cause::Member => ReasonCode::UnknownMember,
    };
    Reason { code, path: doubt.path.clone(), sentence: sentence::doubt(doubt) }
}
