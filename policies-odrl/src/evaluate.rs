//! Whether a request is permitted.

mod atomic;
mod operator;
mod rule;
mod trace;
mod truth;

use crate::decision::{Activation, Decision, Reason, ReasonCode, RulePath, RuleReport};
use crate::evaluate::trace::Trace;
use crate::evaluate::truth::Truth;
use crate::model::{Cause, Conflict, Doubt, Policy};
use crate::sentence;
use crate::world::{Request, World};

pub(crate) use atomic::boundaries;

/// Decides a request. Total and deterministic: the same arguments give the same decision, and there is always one.
///
/// A request is permitted when a permission applies to it and no prohibition does. Whatever is not understood or not known refuses:
/// a missing fact keeps a permission from applying, and makes a prohibition apply.
pub fn evaluate(policy: &Policy, request: &Request, world: &World) -> Decision {
    let decision = Case::of(policy, request, world, Trace::silent(world.knows_duties())).decide();
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
    trace: Trace,
    /// Whether the rule at hand is a prohibition.
    prohibiting: bool,
}

impl<'a> Case<'a> {
    fn of(policy: &'a Policy, request: &'a Request, world: &'a World, trace: Trace) -> Self {
        Self { policy, request, world, trace, prohibiting: false }
    }

    fn decide(mut self) -> Decision {
        let policy = self.policy;
        if !policy.doubts.is_empty() {
            return refused(policy.doubts.iter().map(doubted).collect(), Vec::new());
        }
        let count = policy.permissions.len() + policy.prohibitions.len() + policy.obligations.len();
        let mut rules = Vec::with_capacity(count);
        let granted = self.permissions(&mut rules);
        let barred = self.prohibitions(&mut rules);
        self.obligations(&mut rules);
        let overruled = granted && policy.conflict == Conflict::Permit;
        if granted && (!barred || overruled) {
            return Decision { permitted: true, reasons: Vec::new(), rules };
        }
        let reasons = self.reasons(&rules, granted);
        refused(reasons, rules)
    }

    fn permissions(&mut self, rules: &mut Vec<RuleReport>) -> bool {
        let mut granted = false;
        for (index, permission) in self.policy.permissions.iter().enumerate() {
            let place = self.trace.enter("permission", index);
            let truth = self.permission(permission);
            self.trace.leave(place);
            granted |= truth == Truth::True;
            rules.push(self.report(RulePath::Permission(index), truth, None));
        }
        granted
    }

    fn prohibitions(&mut self, rules: &mut Vec<RuleReport>) -> bool {
        let mut barred = false;
        for (index, prohibition) in self.policy.prohibitions.iter().enumerate() {
            let place = self.trace.enter("prohibition", index);
            self.prohibiting = true;
            let truth = self.prohibition(prohibition);
            self.prohibiting = false;
            self.trace.leave(place);
            barred |= truth != Truth::False;
            rules.push(self.report(RulePath::Prohibition(index), truth, None));
        }
        barred
    }

    /// An obligation binds its assignee, yet takes no permission away (ODRL 2.2, §2.6.3); it is reported.
    fn obligations(&mut self, rules: &mut Vec<RuleReport>) {
        for (index, obligation) in self.policy.obligations.iter().enumerate() {
            let place = self.trace.enter("obligation", index);
            let truth = self.in_force(obligation);
            let fulfilled = self.is_fulfilled(obligation, || format!("obligation[{index}]"));
            self.trace.leave(place);
            rules.push(self.report(RulePath::Obligation(index), truth, Some(fulfilled)));
        }
    }

    fn report(&mut self, rule: RulePath, truth: Truth, fulfilled: Option<bool>) -> RuleReport {
        let activation = match truth {
            Truth::True => Activation::Active,
            Truth::False => Activation::Inactive,
            Truth::Undecided => Activation::Undecided,
        };
        RuleReport { rule, activation, fulfilled, reasons: self.trace.take() }
    }

    /// A permission for something else is worth a mention only where there is none for this.
    fn reasons(&self, rules: &[RuleReport], granted: bool) -> Vec<Reason> {
        if !self.trace.speaks() {
            return Vec::new();
        }
        let is_elsewhere = |report: &&RuleReport| {
            report.reasons.iter().all(|reason| {
                matches!(
                    reason.code,
                    ReasonCode::OtherAction
                        | ReasonCode::OtherTarget
                        | ReasonCode::OtherAssignee
                        | ReasonCode::OtherAssigner
                )
            })
        };
        let of = |wanted: fn(&RulePath) -> bool| rules.iter().filter(move |report| wanted(&report.rule));
        let prohibitions = of(|rule| matches!(rule, RulePath::Prohibition(_)));
        let mut reasons: Vec<Reason> = prohibitions.flat_map(|report| report.reasons.clone()).collect();
        if granted {
            return reasons;
        }
        let permissions = || of(|rule| matches!(rule, RulePath::Permission(_)));
        let all_elsewhere = permissions().all(|report| is_elsewhere(&report));
        let told = permissions().filter(|report| all_elsewhere || !is_elsewhere(report));
        reasons.extend(told.flat_map(|report| report.reasons.clone()));
        if permissions().next().is_none() {
            let sentence = "refused: the policy permits nothing".to_owned();
            reasons.push(Reason { code: ReasonCode::NoPermission, path: String::new(), sentence });
        }
        reasons
    }
}

fn refused(reasons: Vec<Reason>, rules: Vec<RuleReport>) -> Decision {
    Decision { permitted: false, reasons: trace::shortened(reasons), rules }
}

fn doubted(doubt: &Doubt) -> Reason {
    let code = match doubt.cause {
        Cause::Profile => ReasonCode::UnknownProfile,
        Cause::Inheritance => ReasonCode::InheritedPolicy,
        Cause::Conflict => ReasonCode::UnknownConflictStrategy,
        Cause::Action => ReasonCode::UnknownAction,
        Cause::Operator => ReasonCode::UnknownOperator,
        Cause::Member => ReasonCode::UnknownMember,
    };
    Reason { code, path: doubt.path.clone(), sentence: sentence::doubt(doubt) }
}
