//! What would have to be true for a request to be permitted: every way there is, each a list of constraints that must
//! or must not hold.
//!
//! A way is only a proposal. Whoever uses one asks [`evaluate`](crate::evaluate) whether it is right, so that a mistake
//! here finds too little, and never permits anything.

mod candidates;
mod solve;

use crate::decision::Activation;
use crate::evaluate::explain;
use crate::model::{
    Action, AtomicConstraint, Conflict, Connective, Constraint, Duty, Entity, LogicalConstraint, Operator, Permission,
    Policy, Prohibition, RuleTerms,
};
use crate::profile::Meaning;
use crate::world::{Request, World};
use crate::{action, words};

pub(crate) use solve::{Attempt, Search, Solved};

/// More ways than these are not looked at.
pub(crate) const MAX_WAYS: usize = 256;

/// A constraint that must hold, or must not.
#[derive(Clone, Debug)]
pub(crate) struct Literal<'a> {
    /// The name of the policy that it is in.
    pub(crate) owner: &'a str,
    pub(crate) path: String,
    pub(crate) constraint: &'a AtomicConstraint,
    pub(crate) wanted: bool,
    /// Whether it stands in a prohibition, where some operands mean something else.
    pub(crate) prohibiting: bool,
    /// The policy that it is in: dates may be relative to its signing.
    pub(crate) policy: &'a Policy,
}

/// One way to a permission.
#[derive(Clone, Debug, Default)]
pub(crate) struct Way<'a> {
    pub(crate) literals: Vec<Literal<'a>>,
    /// The duties that have to be fulfilled first, by path.
    pub(crate) duties: Vec<String>,
}

/// All ways of a policy, and whether these are really all.
pub(crate) struct Ways<'a> {
    pub(crate) ways: Vec<Way<'a>>,
    pub(crate) complete: bool,
    /// Whether they lead to a permission, rather than past a policy that is about something else.
    pub(crate) permits: bool,
}

impl Ways<'_> {
    /// Whether it is certain that there is no way.
    pub(crate) fn is_closed(&self) -> bool {
        self.ways.is_empty() && self.complete
    }

    /// Without any permission there is none.
    pub(crate) fn permitting(self) -> Self {
        if self.permits { self } else { Self::none() }
    }

    pub(crate) fn none() -> Self {
        Self { ways: Vec::new(), complete: true, permits: true }
    }
}

/// The ways in which a policy may permit a request. A policy none of whose permissions is about the request may be
/// passed by where its prohibitions allow that, as [`composite`](crate::composite) has it.
pub(crate) fn of<'a>(owner: &'a str, policy: &'a Policy, request: &Request, world: &World) -> Ways<'a> {
    if !policy.doubts.is_empty() {
        return Ways::none();
    }
    let mut listing = Listing { owner, policy, request, world, complete: true };
    let mut ways = Vec::new();
    for (index, permission) in policy.permissions.iter().enumerate() {
        let found = listing.permission(permission, index);
        ways.extend(found);
    }
    let rules = policy.permissions.len() + policy.prohibitions.len() + policy.obligations.len();
    let permits = !ways.is_empty() || rules == 0;
    if !permits {
        ways.push(Way::default());
    }
    if !permits || policy.conflict != Conflict::Permit {
        for (index, prohibition) in policy.prohibitions.iter().enumerate() {
            let escapes = listing.prohibition(prohibition, index);
            if let Some(escapes) = escapes {
                ways = listing.both(ways, &escapes);
            }
        }
    }
    if ways.len() > MAX_WAYS {
        ways.truncate(MAX_WAYS);
        listing.complete = false;
    }
    Ways { ways, complete: listing.complete, permits }
}

/// Ways of several policies at once.
pub(crate) fn joined<'a>(one: Ways<'a>, two: &Ways<'a>) -> Ways<'a> {
    let mut ways = product(one.ways, &two.ways);
    let cut = ways.len() > MAX_WAYS;
    ways.truncate(MAX_WAYS);
    Ways { ways, complete: one.complete && two.complete && !cut, permits: one.permits || two.permits }
}

struct Listing<'a, 'r> {
    owner: &'a str,
    policy: &'a Policy,
    request: &'r Request,
    world: &'r World,
    complete: bool,
}

impl<'a> Listing<'a, '_> {
    fn permission(&mut self, permission: &'a Permission, index: usize) -> Vec<Way<'a>> {
        let path = format!("permission[{index}]");
        match self.reach(&permission.terms) {
            Activation::Inactive => return Vec::new(),
            Activation::Undecided => self.complete = false,
            Activation::Active => {}
        }
        let mut ways = vec![Way::default()];
        for (path, constraint) in self.conditions(&permission.terms, &path) {
            let more = self.constraint(constraint, &path, true, false);
            ways = self.both(ways, &more);
        }
        let duties: Vec<String> = (0..permission.duties.len()).map(|duty| format!("{path}.duty[{duty}]")).collect();
        ways.iter_mut().for_each(|way| way.duties.clone_from(&duties));
        ways
    }

    /// The ways around a prohibition; `None` where it is not about this request.
    fn prohibition(&mut self, prohibition: &'a Prohibition, index: usize) -> Option<Vec<Way<'a>>> {
        let path = format!("prohibition[{index}]");
        match self.reach(&prohibition.terms) {
            Activation::Inactive => return None,
            Activation::Undecided => self.complete = false,
            Activation::Active => {}
        }
        let (mut escapes, mut manners) = (Vec::new(), vec![Way::default()]);
        let mut named = false;
        for (path, constraint) in self.conditions(&prohibition.terms, &path) {
            for (path, constraint) in flat(path, constraint) {
                let around = self.constraint(constraint, &path, false, true);
                if names_the_forbidden(constraint) {
                    (named, manners) = (true, self.both(manners, &around));
                } else {
                    escapes.extend(around);
                }
            }
        }
        if named {
            escapes.extend(manners);
        }
        Some(escapes)
    }

    /// Whether a rule is about the request, whatever is true besides.
    fn reach(&self, terms: &RuleTerms) -> Activation {
        let bare = |action: &Action| Action { refinements: Vec::new(), ..action.clone() };
        let plain = |entity: &Entity| Entity { refinements: Vec::new(), ..entity.clone() };
        let stripped = |terms: &RuleTerms| RuleTerms {
            targets: terms.targets.iter().map(plain).collect(),
            assigners: terms.assigners.iter().map(plain).collect(),
            assignees: terms.assignees.iter().map(plain).collect(),
            actions: terms.actions.iter().map(bare).collect(),
            ..RuleTerms::default()
        };
        let permission = Permission { terms: stripped(terms), duties: Vec::new() };
        let shared = stripped(&self.policy.shared);
        let only = Policy { shared, permissions: vec![permission], ..Policy::default() };
        explain(&only, self.request, self.world).rules.first().map_or(Activation::Undecided, |report| report.activation)
    }

    /// Constraints of the rule and of the policy, and the refinements of what the request is about.
    fn conditions(&mut self, terms: &'a RuleTerms, path: &str) -> Vec<(String, &'a Constraint)> {
        let shared = &self.policy.shared;
        let mut found = Vec::new();
        let mut add = |path: &str, constraints: &'a [Constraint]| {
            found.extend(constraints.iter().enumerate().map(|(index, one)| (format!("{path}[{index}]"), one)));
        };
        let actions = if terms.actions.is_empty() { &shared.actions } else { &terms.actions };
        let covering: Vec<_> = actions
            .iter()
            .enumerate()
            .filter(|(_, action)| action::covers(&action.iri, &self.request.action))
            .collect();
        // One of several would do, and all are asked for.
        let mut all = covering.len() < 2 || covering.iter().all(|(_, action)| action.refinements.is_empty());
        for (index, action) in covering {
            add(&format!("{path}.action[{index}].refinement"), &action.refinements);
        }
        let targets = if terms.targets.is_empty() { &shared.targets } else { &terms.targets };
        let assignees = if terms.assignees.is_empty() { &shared.assignees } else { &terms.assignees };
        for (member, entities) in [("target", targets), ("assignee", assignees)] {
            all &= entities.len() < 2 || entities.iter().all(|entity| entity.refinements.is_empty());
            for (index, entity) in entities.iter().enumerate() {
                add(&format!("{path}.{member}[{index}].refinement"), &entity.refinements);
            }
        }
        add(&format!("{path}.constraint"), &terms.constraints);
        add("constraint", &shared.constraints);
        self.complete &= all;
        found
    }

    /// The ways in which a constraint comes to hold, or not to hold.
    fn constraint(&mut self, constraint: &'a Constraint, path: &str, wanted: bool, prohibiting: bool) -> Vec<Way<'a>> {
        match constraint {
            Constraint::Atomic(constraint) => {
                let (owner, policy, path) = (self.owner, self.policy, path.to_owned());
                let literal = Literal { owner, path, constraint, wanted, prohibiting, policy };
                vec![Way { literals: vec![literal], duties: Vec::new() }]
            }
            Constraint::Logical(logical) => self.logical(logical, path, wanted, prohibiting),
        }
    }

    fn logical(&mut self, logical: &'a LogicalConstraint, path: &str, wanted: bool, prohibiting: bool) -> Vec<Way<'a>> {
        let name = logical.connective.name();
        let operands = &logical.operands;
        let of = |listing: &mut Self, index: usize, operand: &'a Constraint, wanted: bool| {
            listing.constraint(operand, &format!("{path}.{name}[{index}]"), wanted, prohibiting)
        };
        let all = |listing: &mut Self, wanted: bool| {
            operands.iter().enumerate().fold(vec![Way::default()], |ways, (index, operand)| {
                let more = of(listing, index, operand, wanted);
                listing.both(ways, &more)
            })
        };
        let any = |listing: &mut Self, wanted: bool| {
            operands.iter().enumerate().flat_map(|(index, operand)| of(listing, index, operand, wanted)).collect()
        };
        match (logical.connective, wanted) {
            (Connective::And | Connective::AndSequence, true) => all(self, true),
            (Connective::And, false) => any(self, false),
            (Connective::AndSequence, false) => {
                // All of them in another order would do as well.
                self.complete &= operands.len() < 2;
                any(self, false)
            }
            (Connective::Or, true) => any(self, true),
            (Connective::Or, false) => all(self, false),
            (Connective::Xone, true) => (0..operands.len())
                .flat_map(|only| {
                    operands.iter().enumerate().fold(vec![Way::default()], |ways, (index, operand)| {
                        let more = of(self, index, operand, index == only);
                        self.both(ways, &more)
                    })
                })
                .collect(),
            (Connective::Xone, false) => {
                // Two of several that hold would do as well.
                self.complete &= operands.len() < 2;
                all(self, false)
            }
        }
    }

    fn both(&mut self, one: Vec<Way<'a>>, two: &[Way<'a>]) -> Vec<Way<'a>> {
        let mut ways = product(one, two);
        if ways.len() > MAX_WAYS {
            self.complete = false;
            ways.truncate(MAX_WAYS);
        }
        ways
    }
}

/// Each of the one with each of the other, no more than can be looked at and one.
fn product<'a>(mut one: Vec<Way<'a>>, two: &[Way<'a>]) -> Vec<Way<'a>> {
    if let [only] = two {
        for way in &mut one {
            way.literals.extend_from_slice(&only.literals);
            way.duties.extend_from_slice(&only.duties);
        }
        return one;
    }
    let pairs = one.iter().flat_map(|one| two.iter().map(move |two| (one, two)));
    let joined = pairs.map(|(one, two)| Way {
        literals: one.literals.iter().chain(&two.literals).cloned().collect(),
        duties: one.duties.iter().chain(&two.duties).cloned().collect(),
    });
    joined.take(MAX_WAYS + 1).collect()
}

/// Conditions joined by `and` stand beside each other.
fn flat(path: String, constraint: &Constraint) -> Vec<(String, &Constraint)> {
    match constraint {
        Constraint::Logical(LogicalConstraint { connective: Connective::And, operands, .. }) => {
            let numbered = operands.iter().enumerate();
            numbered.flat_map(|(index, operand)| flat(format!("{path}.and[{index}]"), operand)).collect()
        }
        Constraint::Logical(_) | Constraint::Atomic(_) => vec![(path, constraint)],
    }
}

fn names_the_forbidden(constraint: &Constraint) -> bool {
    match constraint {
        Constraint::Atomic(atomic) => atomic.meaning.names_the_forbidden(),
        Constraint::Logical(_) => false,
    }
}

impl Literal<'_> {
    /// Whether it holds as wanted; `None` where that is not known.
    pub(crate) fn stands(&self, request: &Request, world: &World) -> Option<bool> {
        let terms = RuleTerms {
            actions: vec![Action { iri: request.action.clone(), ..Action::default() }],
            constraints: vec![Constraint::Atomic(Box::new(self.constraint.clone()))],
            ..RuleTerms::default()
        };
        let mut only = Policy { timestamp: self.policy.timestamp.clone(), kind: self.policy.kind, ..Policy::default() };
        if self.prohibiting {
            only.prohibitions.push(Prohibition { terms, remedies: Vec::new() });
        } else {
            only.permissions.push(Permission { terms, duties: Vec::<Duty>::new() });
        }
        match explain(&only, request, world).rules.first()?.activation {
            Activation::Active => Some(self.wanted),
            Activation::Inactive => Some(!self.wanted),
            Activation::Undecided => None,
        }
    }

    /// What it demands, in words.
    pub(crate) fn sentence(&self) -> String {
        let condition = words::condition(self.constraint);
        if self.wanted { condition } else { format!("it is not so that {condition}") }
    }

    /// Whether what does not hold now may hold another time without anything known being otherwise: what was used
    /// grows.
    pub(crate) fn may_turn(&self) -> bool {
        // A refinement may be met by facts about its asset or party alone, which are not tried.
        if self.needs_fact() && [".target[", ".assignee["].iter().any(|entity| self.path.contains(entity)) {
            return true;
        }
        let falls = matches!(self.constraint.operator, Operator::Lt | Operator::Lteq) && self.wanted;
        match self.constraint.meaning {
            Meaning::Counter | Meaning::Quantity => !falls,
            Meaning::Interval | Meaning::Elapsed => true,
            Meaning::Fact
            | Meaning::EveryFact
            | Meaning::Recipient
            | Meaning::Clock
            | Meaning::EndOfUse
            | Meaning::DaysOfUse
            | Meaning::Participant
            | Meaning::Contractual
            | Meaning::Always
            | Meaning::Restriction => false,
        }
    }

    /// Whether a fact that a caller supplies decides it.
    pub(crate) fn needs_fact(&self) -> bool {
        match self.constraint.meaning {
            Meaning::Fact | Meaning::EveryFact | Meaning::Quantity | Meaning::Recipient => true,
            Meaning::Clock
            | Meaning::EndOfUse
            | Meaning::DaysOfUse
            | Meaning::Participant
            | Meaning::Counter
            | Meaning::Interval
            | Meaning::Elapsed
            | Meaning::Contractual
            | Meaning::Always
            | Meaning::Restriction => false,
        }
    }
}
