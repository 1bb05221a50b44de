use jiff::Timestamp;

use crate::evaluate::{boundaries, ledger_boundary};
use crate::model::{Action, Constraint, Duty, Entity, Policy, RuleTerms};
use crate::world::World;

/// The next instant after `now` at which a constraint on the date may change what is decided, or how a duty stands; `None` when time
/// alone changes nothing any more. Whoever watches a running transfer may sleep until then.
///
/// What the ledger of uses holds is not looked at: see [`next_change_in`].
pub fn next_change(policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    Next { policy, now, world: None, path: String::new(), found: None }.of_policy()
}

/// Like [`next_change`], also for what depends on time through the ledger of uses: intervals between uses, and how long use may go on.
pub fn next_change_in(policy: &Policy, world: &World) -> Option<Timestamp> {
    Next { policy, now: world.now(), world: Some(world), path: String::new(), found: None }.of_policy()
}

struct Next<'a> {
    policy: &'a Policy,
    now: Timestamp,
    world: Option<&'a World>,
    path: String,
    found: Option<Timestamp>,
}

impl<'a> Next<'a> {
    fn of_policy(mut self) -> Option<Timestamp> {
        let policy = self.policy;
        self.terms(&policy.shared);
        self.each("permission", &policy.permissions, |next, permission| {
            next.terms(&permission.terms);
            next.duties("duty", &permission.duties);
        });
        self.each("prohibition", &policy.prohibitions, |next, prohibition| {
            next.terms(&prohibition.terms);
            next.duties("remedy", &prohibition.remedies);
        });
        self.duties("obligation", &policy.obligations);
        self.found
    }

    fn terms(&mut self, terms: &'a RuleTerms) {
        self.constraints("constraint", &terms.constraints);
        self.each("action", &terms.actions, |next, Action { refinements, .. }| {
            next.constraints("refinement", refinements);
        });
        let entities = [("target", &terms.targets), ("assigner", &terms.assigners), ("assignee", &terms.assignees)];
        for (member, entities) in entities {
            self.each(member, entities, |next, Entity { refinements, .. }| next.constraints("refinement", refinements));
        }
    }

    fn duties(&mut self, member: &str, duties: &'a [Duty]) {
        self.each(member, duties, |next, duty| {
            next.constraints("constraint", &duty.terms.constraints);
            next.duties("consequence", &duty.consequences);
        });
    }

    fn constraints(&mut self, member: &str, constraints: &'a [Constraint]) {
        self.each(member, constraints, |next, constraint| match constraint {
            Constraint::Atomic(atomic) => {
                let used = next.world.and_then(|world| world.used(|| next.path.clone()));
                let ledger = used.and_then(|used| ledger_boundary(atomic, used));
                let times = boundaries(atomic, next.policy).into_iter().flatten().chain(ledger);
                next.found = next.found.into_iter().chain(times.filter(|at| *at > next.now)).min();
            }
            Constraint::Logical(logical) => next.constraints(logical.connective.name(), &logical.operands),
        });
    }

    /// Looks at each item of a member, at its path.
    fn each<T>(&mut self, member: &str, items: &'a [T], mut look: impl FnMut(&mut Self, &'a T)) {
        let length = self.path.len();
        for (index, item) in items.iter().enumerate() {
            let dot = if length == 0 { "" } else { "." };
            self.path.push_str(&format!("{dot}{member}[{index}]"));
            look(self, item);
            self.path.truncate(length);
        }
    }
}
