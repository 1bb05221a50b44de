//! Policies that inherit from others (ODRL 2.2, §2.8).

use crate::PolicyError;
use crate::model::{Conflict, Policy};

/// Parents of parents.
const MAX_GENERATIONS: usize = 32;
const MAX_RULES: usize = 1_000;

impl Policy {
    /// The policy with the rules of all policies that it inherits from, directly or through others; `parents` finds a policy by its IRI.
    /// The result inherits from nobody, so it can be decided.
    ///
    /// What a parent says for all its rules stands in each of them; where it says nothing of target or parties, those of this policy
    /// hold. A parent that is reached twice counts once. Where the conflict strategies differ, a conflict makes the policy void
    /// (`invalid`).
    ///
    /// # Errors
    /// When a parent is not found, a policy inherits from itself through others, the line is longer than 32, or there are more than
    /// 1,000 rules in all.
    pub fn with_inherited<'a>(&self, parents: &dyn Fn(&str) -> Option<&'a Policy>) -> Result<Policy, PolicyError> {
        let mut heir = self.distributed();
        let mut line = Line { parents, above: self.id.iter().cloned().collect(), taken: Vec::new() };
        line.gather(self, &mut heir)?;
        heir.inherit_from.clear();
        heir.doubt();
        Ok(heir)
    }

    fn count(&self) -> usize {
        self.permissions.len() + self.prohibitions.len() + self.obligations.len()
    }

    /// Takes over all that another policy says of itself and of its rules.
    fn take_over(&mut self, mut parent: Policy) {
        self.permissions.append(&mut parent.permissions);
        self.prohibitions.append(&mut parent.prohibitions);
        self.obligations.append(&mut parent.obligations);
        self.unknown.append(&mut parent.unknown);
        self.replaced_by.append(&mut parent.replaced_by);
        for profile in parent.profiles {
            if !self.profiles.contains(&profile) {
                self.profiles.push(profile);
            }
        }
        self.conflict = both(std::mem::take(&mut self.conflict), parent.conflict);
    }
}

/// The strategy of two policies as one: what differs leaves a conflict undecided, so that it makes the policy void.
fn both(one: Conflict, other: Conflict) -> Conflict {
    match (one, other) {
        (Conflict::Unknown(name), _) | (_, Conflict::Unknown(name)) => Conflict::Unknown(name),
        (one, other) if one == other => one,
        (
            Conflict::Invalid | Conflict::Prohibit | Conflict::Permit,
            Conflict::Invalid | Conflict::Prohibit | Conflict::Permit,
        ) => Conflict::Invalid,
    }
}

struct Line<'p, 'a> {
    parents: &'p dyn Fn(&str) -> Option<&'a Policy>,
    /// The policies between the heir and the one at hand.
    above: Vec<String>,
    taken: Vec<String>,
}

impl Line<'_, '_> {
    fn gather(&mut self, child: &Policy, heir: &mut Policy) -> Result<(), PolicyError> {
        for (index, name) in child.inherit_from.iter().enumerate() {
            let path = || if self.above.len() > 1 { "inheritFrom".to_owned() } else { format!("inheritFrom[{index}]") };
            if self.above.contains(name) {
                let reason =
                    format!("the policy inherits from {name}, which inherits from itself; leave one of the links out");
                return Err(PolicyError::new(path(), reason));
            }
            if self.taken.contains(name) {
                continue;
            }
            let Some(parent) = (self.parents)(name) else {
                let reason = format!("the policy inherits from {name}, which is not at hand; hand it in as well");
                return Err(PolicyError::new(path(), reason));
            };
            if self.above.len() >= MAX_GENERATIONS {
                let reason = format!("policies may inherit through at most {MAX_GENERATIONS} others");
                return Err(PolicyError::new(path(), reason));
            }
            heir.take_over(parent.distributed());
            if heir.count() > MAX_RULES {
                let reason = format!("with what it inherits, the policy has more than {MAX_RULES} rules");
                return Err(PolicyError::new(path(), reason));
            }
            self.taken.push(name.clone());
            self.above.push(name.clone());
            self.gather(parent, heir)?;
            self.above.pop();
        }
        Ok(())
    }
}
