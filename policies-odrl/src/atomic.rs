//! From compact policies to atomic ones (ODRL 2.2, §2.7): each rule says all that it needs by itself, once.

use crate::PolicyError;
use crate::model::{Duty, Permission, Policy, Prohibition, RuleTerms};

/// As many as the reader takes.
const MAX_RULES: usize = 1_000;

impl Policy {
    /// The policy as atomic rules: what it says once for all rules stands in each of them, and a rule with several actions, assets or
    /// parties becomes one for each. Every request is decided as before.
    ///
    /// A rule or duty that becomes several loses its name, because one name cannot be that of several. What stands in a rule takes the
    /// place of what the policy says for all; constraints add up.
    ///
    /// # Errors
    /// When there would be more than 1,000 rules and duties.
    pub fn atomic(&self) -> Result<Policy, PolicyError> {
        let mut policy = self.distributed();
        policy.shared = RuleTerms::default();
        let mut split = Split { rules: 0 };
        let mut permissions = Vec::new();
        for Permission { terms, duties } in &policy.permissions {
            let duties = split.duties(duties)?;
            permissions
                .extend(split.rule(terms)?.into_iter().map(|terms| Permission { terms, duties: duties.clone() }));
        }
        let mut prohibitions = Vec::new();
        for Prohibition { terms, remedies } in &policy.prohibitions {
            let remedies = split.duties(remedies)?;
            let rules = split.rule(terms)?.into_iter();
            prohibitions.extend(rules.map(|terms| Prohibition { terms, remedies: remedies.clone() }));
        }
        policy.obligations = split.duties(&policy.obligations)?;
        (policy.permissions, policy.prohibitions) = (permissions, prohibitions);
        policy.doubt();
        Ok(policy)
    }

    /// What the policy says once for all rules, said in each of them.
    pub(crate) fn distributed(&self) -> Policy {
        let mut policy = self.clone();
        let shared = &self.shared;
        let permissions = policy.permissions.iter_mut().map(|rule| &mut rule.terms);
        let prohibitions = policy.prohibitions.iter_mut().map(|rule| &mut rule.terms);
        let obligations = policy.obligations.iter_mut().map(|rule| &mut rule.terms);
        permissions.chain(prohibitions).chain(obligations).for_each(|terms| terms.complete(shared));
        policy.shared.actions.clear();
        policy.shared.constraints.clear();
        policy.shared.functions.clear();
        policy.shared.relations.clear();
        policy
    }
}

impl RuleTerms {
    fn complete(&mut self, shared: &RuleTerms) {
        fill(&mut self.actions, &shared.actions);
        fill(&mut self.targets, &shared.targets);
        fill(&mut self.assigners, &shared.assigners);
        fill(&mut self.assignees, &shared.assignees);
        fill_named(&mut self.functions, &shared.functions);
        fill_named(&mut self.relations, &shared.relations);
        self.constraints.extend(shared.constraints.iter().cloned());
    }
}

fn fill<T: Clone>(own: &mut Vec<T>, shared: &[T]) {
    if own.is_empty() {
        own.extend_from_slice(shared);
    }
}

fn fill_named<T: Clone>(own: &mut Vec<(String, T)>, shared: &[(String, T)]) {
    let missing = shared.iter().filter(|(name, _)| own.iter().all(|(known, _)| known != name)).cloned();
    let missing: Vec<_> = missing.collect();
    own.extend(missing);
}

struct Split {
    rules: usize,
}

impl Split {
    fn duties(&mut self, duties: &[Duty]) -> Result<Vec<Duty>, PolicyError> {
        let mut all = Vec::new();
        for Duty { terms, consequences } in duties {
            let consequences = self.duties(consequences)?;
            let duties = self.rule(terms)?.into_iter();
            all.extend(duties.map(|terms| Duty { terms, consequences: consequences.clone() }));
        }
        Ok(all)
    }

    fn rule(&mut self, terms: &RuleTerms) -> Result<Vec<RuleTerms>, PolicyError> {
        let several = [&terms.targets, &terms.assigners, &terms.assignees].map(|entities| entities.len().max(1));
        let product = several.into_iter().fold(terms.actions.len().max(1), usize::saturating_mul);
        self.rules = self.rules.saturating_add(product);
        if self.rules > MAX_RULES {
            let reason = format!("written out, the policy would have more than {MAX_RULES} rules and duties");
            return Err(PolicyError::new("", reason));
        }
        let mut rules = vec![terms.clone()];
        rules = each(rules, |rule| &mut rule.actions);
        rules = each(rules, |rule| &mut rule.targets);
        rules = each(rules, |rule| &mut rule.assigners);
        rules = each(rules, |rule| &mut rule.assignees);
        if rules.len() > 1 {
            rules.iter_mut().for_each(|rule| rule.id = None);
        }
        Ok(rules)
    }
}

/// One rule for each value of a list that it has.
fn each<T: Clone>(rules: Vec<RuleTerms>, of: fn(&mut RuleTerms) -> &mut Vec<T>) -> Vec<RuleTerms> {
    let mut all = Vec::new();
    for mut rule in rules {
        let values = std::mem::take(of(&mut rule));
        if values.is_empty() {
            all.push(rule);
        } else {
            all.extend(values.into_iter().map(|value| {
                let mut one = rule.clone();
                of(&mut one).push(value);
                one
            }));
        }
    }
    all
}
