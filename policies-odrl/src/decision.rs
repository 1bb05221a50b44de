use std::fmt;

use serde::Serialize;

use crate::uses::Use;

/// What was decided, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Whether the request may go ahead.
    pub permitted: bool,
    /// Why it was refused; empty when it is permitted.
    pub reasons: Vec<Reason>,
    /// What became of each rule, in the order of the policy: permissions, prohibitions, obligations. Empty when the policy as a whole
    /// is not understood.
    pub rules: Vec<RuleReport>,
    /// What this request takes from the ledger of uses; empty when it is refused. The decision stands only if all of it is taken
    /// together with whatever the request does.
    pub uses: Vec<Use>,
    /// The terms that no machine decides, as far as they bear on the decision: where in the policy, for example
    /// `permission[0].constraint[2]`. They never block; whoever goes ahead is bound by them all the same.
    pub contractual: Vec<String>,
}

/// One reason for a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// What kind of reason it is.
    pub code: ReasonCode,
    /// Where in the policy, for example `permission[0].constraint[1]`; empty for the policy as a whole.
    pub path: String,
    /// The reason as a sentence for people, beginning with `refused: `.
    pub sentence: String,
}

/// The kinds of reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum ReasonCode {
    /// The policy has no permission at all.
    NoPermission,
    /// A permission is for another action.
    OtherAction,
    /// A permission is for another target.
    OtherTarget,
    /// A permission is for another assignee.
    OtherAssignee,
    /// A permission is by another assigner.
    OtherAssigner,
    /// A date after which use is allowed has not come.
    NotYet,
    /// A date until which use is allowed has passed.
    Expired,
    /// A constraint does not hold.
    ConstraintNotMet,
    /// A left operand has no known value.
    MissingFact,
    /// A value is of another type than the one it is compared with, or cannot be read.
    TypeMismatch,
    /// Several values where the operator needs one, or values that answer differently.
    Ambiguous,
    /// Units differ, or one of them is not known.
    UnitMismatch,
    /// The operator does not apply to the operand.
    OperatorNotApplicable,
    /// A `rightOperandReference` leads to nothing that is known.
    UnresolvedReference,
    /// A duty is not fulfilled.
    DutyUnfulfilled,
    /// A duty was violated, and it or its consequences are not fulfilled since.
    DutyViolated,
    /// A prohibition was infringed, and its remedies are not fulfilled since.
    RemedyUnfulfilled,
    /// What the ledger has left is less than what is asked for.
    Exhausted,
    /// It is too early after the last use.
    TooSoon,
    /// Constraints that must hold one after the other came to hold in another order, or their order is not known.
    OutOfOrder,
    /// A prohibition applies.
    Prohibited,
    /// It cannot be ruled out that a prohibition applies.
    ProhibitionUndecided,
    /// The policy names a profile that is not known.
    UnknownProfile,
    /// A rule has an action that is not known.
    UnknownAction,
    /// A constraint has an operator that is not known.
    UnknownOperator,
    /// The policy has a conflict strategy that is not known.
    UnknownConflictStrategy,
    /// The policy has a member that is not understood.
    UnknownMember,
    /// The policy inherits from another that is not at hand.
    InheritedPolicy,
    /// The policy is void: another has replaced it.
    ReplacedPolicy,
    /// A policy that should decide as well is not there.
    MissingPart,
    /// There are more reasons than are listed.
    More,
}

/// Which rule of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RulePath {
    /// `permission[n]`
    Permission(usize),
    /// `prohibition[n]`
    Prohibition(usize),
    /// `obligation[n]`
    Obligation(usize),
}

/// What became of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleReport {
    /// Which rule.
    pub rule: RulePath,
    /// Whether it applies to the request.
    pub activation: Activation,
    /// For an obligation, whether it is fulfilled.
    pub fulfilled: Option<bool>,
    /// For an obligation, how it stands.
    pub deontic: Option<Deontic>,
    /// For a prohibition, whether it is known to have been infringed.
    pub infringed: Option<bool>,
    /// Why a permission or an obligation does not apply, or a prohibition may. Empty where the request is permitted, unless the
    /// decision was made by [`explain`](crate::explain).
    pub reasons: Vec<Reason>,
}

/// Whether a rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Activation {
    /// It applies.
    Active,
    /// It does not apply.
    Inactive,
    /// It is not known.
    Undecided,
}

/// How a duty stands (the deontic state of the draft ODRL formal semantics).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Deontic {
    /// It was done.
    Fulfilled,
    /// It was not done, and it is too late.
    Violated,
    /// It is not due, or there is still time for it.
    NotSet,
}

impl Decision {
    /// All reasons as one text; `permitted` when there are none.
    pub fn sentence(&self) -> String {
        if self.permitted {
            return "permitted".to_owned();
        }
        let sentences: Vec<_> = self.reasons.iter().map(|reason| reason.sentence.as_str()).collect();
        sentences.join("\n")
    }
}

impl RuleReport {
    /// Whether the decision was made as if the rule applied: where that is not known, a permission does not and a prohibition does.
    pub fn is_taken_as_active(&self) -> bool {
        match (self.activation, self.rule) {
            (Activation::Active, _) => true,
            (Activation::Inactive, _) => false,
            (Activation::Undecided, RulePath::Permission(_)) => false,
            (Activation::Undecided, RulePath::Prohibition(_) | RulePath::Obligation(_)) => true,
        }
    }
}

impl fmt::Display for RulePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permission(index) => write!(formatter, "permission[{index}]"),
            Self::Prohibition(index) => write!(formatter, "prohibition[{index}]"),
            Self::Obligation(index) => write!(formatter, "obligation[{index}]"),
        }
    }
}

impl Serialize for RulePath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
