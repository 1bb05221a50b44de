//! Policies compared with each other: what two permit together, whether one stays within another, where they contradict, and what is
//! left when something is known.
//!
//! A policy is read as the set of situations in which it permits: a union of boxes over axes (action, asset, parties, time, one axis for
//! each left operand, one for each duty). Every axis has the meaning that [`evaluate`](crate::evaluate()) gives it, several values and
//! missing facts included, so that both always agree. What was used so far counts as a fact of its operand here: counters have no names
//! that two policies share.
//!
//! ```
//! use symbolon_policies_odrl::PolicyDocument;
//! use symbolon_policies_odrl::compose::{Bound, Compatibility, Containment, Knowledge, Normal};
//! use serde_json::json;
//!
//! let offer = |limit: u32| {
//!     PolicyDocument::parse(json!({"@type": "Offer", "permission": [{ "action": "use", "constraint": [
//!         { "leftOperand": "resolution", "operator": "lteq", "rightOperand": { "@value": limit } }]}]}))
//! };
//! let normal = |limit| Normal::of(offer(limit).unwrap().policy(), &Knowledge::default(), Bound::default()).unwrap();
//!
//! assert_eq!(normal(300).is_within(&normal(600)), Containment::Yes);
//! let Containment::No(example) = normal(600).is_within(&normal(300)) else { panic!() };
//! assert!(normal(600).holds(&example.request, &example.world()));
//! assert!(!normal(300).holds(&example.request, &example.world()));
//! ```

mod atomic;
mod axis;
mod cause;
mod durations;
mod intervals;
mod knowledge;
mod names;
mod opinion;
mod reading;
mod region;
mod residual;
mod situation;
mod source;
mod values;
mod verdict;
mod witness;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::PolicyDocument;
use crate::model::{Duty, Policy};
use reading::Reading;
use region::Region;

pub use cause::{Ground, Side, SmallestCause};
pub use knowledge::Knowledge;
pub use verdict::{Compatibility, Containment};
pub use witness::{Known, Witness};

/// How large a normal form may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Boxes in a union.
    pub boxes: usize,
}

/// What a policy permits and demands, in a form that can be compared.
#[derive(Clone, Debug)]
pub struct Normal {
    /// Where it permits.
    region: Region,
    /// What is owed, by its terms, and where.
    obligations: BTreeMap<Arc<str>, (Arc<Duty>, Region)>,
    /// Rules of which each has to permit, so that together they say the same.
    sources: Vec<Arc<Policy>>,
    /// The policies that it was made of, to look up how their duties stand.
    origins: Vec<Arc<Policy>>,
    knowledge: Arc<Knowledge>,
    bound: Bound,
}

/// Why policies cannot be compared or composed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{sentence}")]
pub struct Refusal {
    /// What kind of reason it is; stable.
    pub code: &'static str,
    /// Where in the policy, as far as it is one place.
    pub path: String,
    /// What was wrong and what to do, for people.
    pub sentence: String,
}

impl Default for Bound {
    /// 1,000 boxes.
    fn default() -> Self {
        Self { boxes: 1_000 }
    }
}

impl Normal {
    /// The normal form of a policy under what is known of names.
    ///
    /// A policy that is not understood permits nothing, as it does when it is evaluated.
    ///
    /// # Errors
    /// When the form would be larger than the bound, or a constraint depends on what lies behind a `rightOperandReference`.
    pub fn of(policy: &Policy, knowledge: &Knowledge, bound: Bound) -> Result<Self, Refusal> {
        Self::with(policy, &Arc::new(knowledge.clone()), bound)
    }

    fn with(policy: &Policy, knowledge: &Arc<Knowledge>, bound: Bound) -> Result<Self, Refusal> {
        let source = source::laid_out(policy);
        let reading = Reading::of(&source, bound);
        let region = reading.permitted()?;
        let mut obligations: BTreeMap<Arc<str>, (Arc<Duty>, Region)> = BTreeMap::new();
        for duty in &source.obligations {
            let (key, bare) = source::without_conditions(duty);
            let owed = reading.owed(duty)?;
            let known = obligations.remove(&key);
            let all = known.map_or(Region::none(), |(_, region)| region).union(owed, bound)?;
            obligations.insert(key, (Arc::new(bare), all));
        }
        let origins = vec![Arc::new(policy.clone())];
        let sources = vec![Arc::new(source)];
        Ok(Self { region, obligations, sources, origins, knowledge: Arc::clone(knowledge), bound })
    }

    /// What both permit, and what either demands.
    ///
    /// # Errors
    /// When it would be larger than the bound of this one.
    pub fn meet(&self, other: &Self) -> Result<Self, Refusal> {
        let region = self.region.intersect(&other.region, self.bound)?;
        let mut obligations = self.obligations.clone();
        for (key, (duty, owed)) in &other.obligations {
            let all = match obligations.remove(key) {
                Some((_, known)) => known.union(owed.clone(), self.bound)?,
                None => owed.clone(),
            };
            obligations.insert(Arc::clone(key), (Arc::clone(duty), all));
        }
        let (sources, origins) = (joined(&self.sources, &other.sources), joined(&self.origins, &other.origins));
        let knowledge = Arc::clone(&self.knowledge);
        Ok(Self { region, obligations, sources, origins, knowledge, bound: self.bound })
    }

    /// A policy with this normal form: permissions, prohibitions that win, and obligations.
    ///
    /// # Errors
    /// When ODRL has no words for it: two assets or parties that are not known to be part of one another, or times counted from the
    /// signing of different agreements.
    pub fn to_policy(&self) -> Result<PolicyDocument, Refusal> {
        source::document(&self.source(), &self.knowledge)
    }

    /// Rules that say the same.
    fn source(&self) -> Policy {
        let mut sources = self.sources.iter();
        let first = sources.next().map(|policy| Policy::clone(policy)).unwrap_or_default();
        sources.fold(first, |met, policy| source::meet(&met, policy))
    }

    /// How many boxes it has.
    pub fn boxes(&self) -> usize {
        self.region.cells().len()
    }
}

fn joined(one: &[Arc<Policy>], two: &[Arc<Policy>]) -> Vec<Arc<Policy>> {
    let mut all = one.to_vec();
    all.extend(two.iter().filter(|policy| !one.iter().any(|known| Arc::ptr_eq(known, policy))).cloned());
    all
}

/// What all policies permit together, as a policy.
///
/// # Errors
/// As for [`Normal::of`], [`Normal::meet`] and [`Normal::to_policy`]; and when there is no policy at all.
pub fn meet_policies(policies: &[&Policy], knowledge: &Knowledge) -> Result<PolicyDocument, Refusal> {
    let knowledge = Arc::new(knowledge.clone());
    let mut normals = policies.iter().map(|policy| Normal::with(policy, &knowledge, Bound::default()));
    let first = normals.next().ok_or_else(Refusal::nothing)??;
    normals.try_fold(first, |met, normal| met.meet(&normal?))?.to_policy()
}

impl Refusal {
    fn too_large(boxes: usize, bound: Bound) -> Self {
        let sentence = format!(
            "the policies cannot be compared: their normal form has {boxes} boxes or more, and {} are the bound; fewer alternatives in \
             `or` and `xone`, or fewer prohibitions with several constraints, make it smaller",
            bound.boxes
        );
        Self { code: "policy.composition.too-large", path: String::new(), sentence }
    }

    fn reference(operand: &str, reference: &str) -> Self {
        let sentence = format!(
            "the policies cannot be compared: the constraint on `{operand}` depends on what lies behind `{reference}`; write the values \
             themselves as `rightOperand`"
        );
        Self { code: "policy.composition.reference", path: operand.to_owned(), sentence }
    }

    fn sequence() -> Self {
        let sentence = "the policies cannot be compared: an `andSequence` in the refinement of an asset or a party depends on when each \
                        of its facts came to be; use it in a constraint of the rule"
            .to_owned();
        Self { code: "policy.composition.sequence", path: String::new(), sentence }
    }

    fn no_words(what: &str, one: &str, other: &str) -> Self {
        let sentence = format!(
            "the composed policy cannot be written: a rule would need both `{one}` and `{other}` as its {what}; say which is part of the \
             other, or compose the policies without it"
        );
        Self { code: "policy.composition.no-words", path: String::new(), sentence }
    }

    fn passes_on() -> Self {
        let sentence = "the composed policy cannot be written: one policy keeps the data with the partner because it names no recipient, and \
                        the other names some, which would permit passing it on; prohibit `distribute` in the first"
            .to_owned();
        Self { code: "policy.composition.no-words", path: String::new(), sentence }
    }

    fn nothing() -> Self {
        let sentence = "there is no policy to compose; name at least one".to_owned();
        Self { code: "policy.composition.nothing", path: String::new(), sentence }
    }
}
