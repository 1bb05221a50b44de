//! From ODRL to the typed profile.
//!
//! Each constraint is looked at by itself and put where it belongs. Whether that caught everything is asked of the result: written as
//! a policy again, it has to be the same policy.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::Timestamp;
use symbolon_vocab::{admissibility as adm, export_control as ec, odrl};

use super::write::ONWARD;
use super::{Aggregation, Derivation, Disclosure, Profile, Retention, Survival, Terms, Window};
use crate::model::{AtomicConstraint, Connective, Constraint, Duty, Operator, Policy, RuleTerms};
use crate::profile::export_control::{ExportRule, Licence};
use crate::{PolicyError, model::Prohibition};

impl Profile {
    /// Reads a policy that [`Profile::to_policy`] wrote, in whatever order and spelling it came back.
    ///
    /// # Errors
    /// When the policy says something that the typed form cannot say, or leaves out what it always says. The path is that of the first
    /// part that is not understood, or empty where the policy as a whole differs.
    pub fn from_policy(policy: &Policy) -> Result<Self, PolicyError> {
        let mut terms =
            Terms { derivation: Derivation::Allowed, aggregation: Aggregation::Allowed, ..Terms::default() };
        let [permission] = policy.permissions.as_slice() else {
            return Err(PolicyError::new("permission", "an admissibility profile has exactly one permission"));
        };
        for (index, condition) in permission.terms.constraints.iter().enumerate() {
            terms.condition(condition, &format!("permission[0].constraint[{index}]"))?;
        }
        terms.disclosure = disclosure(&policy.prohibitions);
        for (index, prohibition) in policy.prohibitions.iter().enumerate() {
            terms.prohibition(&prohibition.terms, &format!("prohibition[{index}]"))?;
        }
        for (index, duty) in policy.obligations.iter().enumerate() {
            terms.obligation(duty, &format!("obligation[{index}]"))?;
        }
        let profile = Self::new(terms)?;
        let written = profile.to_policy(policy.id.as_deref().unwrap_or_default())?;
        if written.policy().same_terms(policy) {
            Ok(profile)
        } else {
            Err(PolicyError::new("", "the policy says more, or less, than an admissibility profile can"))
        }
    }
}

impl Terms {
    fn condition(&mut self, condition: &Constraint, path: &str) -> Result<(), PolicyError> {
        match condition {
            Constraint::Atomic(atomic) => self.atomic(atomic, path),
            Constraint::Logical(logical) => {
                let choice = logical.connective == Connective::Or;
                let parts: &[Constraint] = if choice { &logical.operands } else { std::slice::from_ref(condition) };
                parts.iter().try_for_each(|part| self.choice(part, path))
            }
        }
    }

    /// One of several purposes, windows or ways of export.
    fn choice(&mut self, part: &Constraint, path: &str) -> Result<(), PolicyError> {
        let atoms = conjunction(part).ok_or_else(|| foreign(path))?;
        let is = |names: &[&str]| atoms.iter().all(|atom| names.contains(&atom.left_operand.as_str()));
        if is(&[odrl::PURPOSE]) {
            atoms.iter().try_for_each(|atom| self.atomic(atom, path))
        } else if is(&[odrl::DATE_TIME]) {
            let mut window = Window::default();
            atoms.iter().try_for_each(|atom| bound(&mut window, atom, path))?;
            self.scope.windows.push(window);
            Ok(())
        } else {
            let mut rule = ExportRule::default();
            atoms.iter().try_for_each(|atom| export(&mut rule, atom, path))?;
            self.export_control.push(rule);
            Ok(())
        }
    }

    fn atomic(&mut self, atom: &AtomicConstraint, path: &str) -> Result<(), PolicyError> {
        let scope = &mut self.scope;
        match atom.left_operand.as_str() {
            odrl::PURPOSE => self.purposes.extend(values::<String>(atom, path)?),
            odrl::DATE_TIME => {
                let mut window = Window::default();
                bound(&mut window, atom, path)?;
                scope.windows.push(window);
            }
            adm::RECORDED_AT => bound(scope.recorded.get_or_insert_default(), atom, path)?,
            adm::PART_NUMBER => scope.part_numbers = values(atom, path)?,
            adm::LOT => scope.lots = values(atom, path)?,
            adm::ASSET => scope.assets = values(atom, path)?,
            adm::SEMANTIC_ID => scope.semantic_ids = values(atom, path)?,
            adm::SITE => scope.sites = values(atom, path)?,
            adm::REGION => scope.regions = values(atom, path)?,
            adm::COUNTRY => scope.countries = values(atom, path)?,
            adm::STORAGE_LOCATION => self.localisation.storage = values(atom, path)?,
            adm::PROCESSING_LOCATION => self.localisation.processing = values(atom, path)?,
            _ => {
                let mut rule = ExportRule::default();
                export(&mut rule, atom, path)?;
                self.export_control.push(rule);
            }
        }
        Ok(())
    }

    fn prohibition(&mut self, terms: &RuleTerms, path: &str) -> Result<(), PolicyError> {
        let name = only_action(terms).ok_or_else(|| foreign(path))?;
        if name == odrl::DERIVE {
            self.derivation = Derivation::Forbidden;
        } else if name == odrl::AGGREGATE {
            let size = number(terms, adm::GROUP_SIZE).and_then(|size| u32::try_from(size).ok());
            self.aggregation = size.map_or(Aggregation::Forbidden, Aggregation::GroupOf);
        } else if name == adm::REVERSE_ENGINEER {
            self.trade_secret = Some(survival(terms, path)?);
        } else if !ONWARD.contains(&name) {
            return Err(foreign(path));
        }
        Ok(())
    }

    fn obligation(&mut self, duty: &Duty, path: &str) -> Result<(), PolicyError> {
        let name = only_action(&duty.terms).ok_or_else(|| foreign(path))?;
        if name == odrl::DELETE {
            let [Constraint::Atomic(atom)] = duty.terms.constraints.as_slice() else { return Err(foreign(path)) };
            let value = one(atom, path)?;
            self.retention = Some(if atom.left_operand == odrl::DATE_TIME {
                Retention::Until(instant(value, path)?)
            } else {
                Retention::For(value.to_owned())
            });
            Ok(())
        } else if matches!(name, adm::KEEP_SECRET | ec::RECORD_EXPORT) {
            Ok(())
        } else {
            Err(foreign(path))
        }
    }
}

/// Whom data may be passed on to, from the prohibition to distribute it.
fn disclosure(prohibitions: &[Prohibition]) -> Disclosure {
    let is_onward = |rule: &&Prohibition| only_action(&rule.terms) == Some(odrl::DISTRIBUTE);
    let Some(rule) = prohibitions.iter().find(is_onward) else { return Disclosure::Free };
    let choice = rule.terms.constraints.iter().find_map(|constraint| match constraint {
        Constraint::Logical(logical) => Some(logical.operands.as_slice()),
        Constraint::Atomic(_) => None,
    });
    let Some(choice) = choice else { return Disclosure::Forbidden };
    let atom = |left: &str| {
        choice.iter().find_map(|part| match part {
            Constraint::Atomic(atom) if atom.left_operand == left => Some(atom),
            Constraint::Atomic(_) | Constraint::Logical(_) => None,
        })
    };
    let recipients = atom(odrl::RECIPIENT).map(|atom| lexicals(atom).map(str::to_owned).collect()).unwrap_or_default();
    let hops = atom(adm::HOPS).and_then(|atom| lexicals(atom).next()?.parse().ok()).unwrap_or_default();
    Disclosure::To { recipients, hops }
}

fn survival(terms: &RuleTerms, path: &str) -> Result<Survival, PolicyError> {
    let Some(Constraint::Atomic(atom)) = terms.constraints.first() else { return Ok(Survival::Forever) };
    let value = one(atom, path)?;
    if atom.left_operand == adm::SURVIVES_UNTIL {
        instant(value, path).map(Survival::Until)
    } else {
        Ok(Survival::For(value.to_owned()))
    }
}

fn export(rule: &mut ExportRule, atom: &AtomicConstraint, path: &str) -> Result<(), PolicyError> {
    let licence = || Licence { id: String::new(), quantity: None, expires: None };
    match atom.left_operand.as_str() {
        ec::ECCN => rule.eccn = values(atom, path)?,
        ec::USML => rule.usml = values(atom, path)?,
        ec::EU_DUAL_USE => rule.dual_use = values(atom, path)?,
        ec::LOCATION => rule.destinations = values(atom, path)?,
        ec::NATIONALITY => rule.nationalities = values(atom, path)?,
        ec::ORGANIZATION => rule.organisations = values(atom, path)?,
        ec::US_PERSON => rule.us_person = Some(one(atom, path)? == "true"),
        ec::END_USE => rule.forbidden_end_uses = values(atom, path)?,
        ec::LICENCE => one(atom, path)?.clone_into(&mut rule.licence.get_or_insert_with(licence).id),
        ec::LICENCE_QUANTITY => {
            rule.licence.get_or_insert_with(licence).quantity = one(atom, path)?.parse().ok();
        }
        odrl::DATE_TIME => {
            rule.licence.get_or_insert_with(licence).expires = Some(instant(one(atom, path)?, path)?);
        }
        _ => return Err(foreign(path)),
    }
    Ok(())
}

fn bound(window: &mut Window, atom: &AtomicConstraint, path: &str) -> Result<(), PolicyError> {
    let at = instant(one(atom, path)?, path)?;
    match atom.operator {
        Operator::Gteq => window.from = Some(at),
        Operator::Lt => window.until = Some(at),
        Operator::Eq
        | Operator::Neq
        | Operator::Lteq
        | Operator::Gt
        | Operator::IsA
        | Operator::HasPart
        | Operator::IsPartOf
        | Operator::IsAllOf
        | Operator::IsAnyOf
        | Operator::IsNoneOf
        | Operator::Unknown(_) => return Err(foreign(path)),
    }
    Ok(())
}

/// The atomic constraints of a conjunction.
fn conjunction(constraint: &Constraint) -> Option<Vec<&AtomicConstraint>> {
    match constraint {
        Constraint::Atomic(atom) => Some(vec![atom]),
        Constraint::Logical(logical) if logical.connective == Connective::And => {
            let atoms = logical.operands.iter().map(|operand| match operand {
                Constraint::Atomic(atom) => Some(atom.as_ref()),
                Constraint::Logical(_) => None,
            });
            atoms.collect()
        }
        Constraint::Logical(_) => None,
    }
}

fn only_action(terms: &RuleTerms) -> Option<&str> {
    match terms.actions.as_slice() {
        [action] => Some(&action.iri),
        [] | [_, _, ..] => None,
    }
}

fn number(terms: &RuleTerms, left: &str) -> Option<u64> {
    terms.constraints.iter().find_map(|constraint| match constraint {
        Constraint::Atomic(atom) if atom.left_operand == left => lexicals(atom).next()?.parse().ok(),
        Constraint::Atomic(_) | Constraint::Logical(_) => None,
    })
}

fn lexicals(atom: &AtomicConstraint) -> impl Iterator<Item = &str> {
    atom.right_operands.iter().map(crate::Value::lexical)
}

fn one<'a>(atom: &'a AtomicConstraint, path: &str) -> Result<&'a str, PolicyError> {
    match atom.right_operands.as_slice() {
        [right] => Ok(right.lexical()),
        [] | [_, _, ..] => Err(PolicyError::new(path, "expected one right operand")),
    }
}

fn values<T: FromStr + Ord>(atom: &AtomicConstraint, path: &str) -> Result<BTreeSet<T>, PolicyError> {
    let read = |text: &str| text.parse::<T>().map_err(|_| PolicyError::new(path, format!("`{text}` cannot be read")));
    lexicals(atom).map(read).collect()
}

fn instant(text: &str, path: &str) -> Result<Timestamp, PolicyError> {
    text.parse().map_err(|_| PolicyError::new(path, format!("`{text}` is not an instant such as 2027-12-15T12:00:00Z")))
}

fn foreign(path: &str) -> PolicyError {
    PolicyError::new(path, "an admissibility profile says nothing of this kind here")
}
