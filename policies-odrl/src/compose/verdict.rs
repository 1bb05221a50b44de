//! Whether one policy stays within another, and whether two can be kept together.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::cause::{SmallestCause, smallest};
use super::opinion::Opinion;
use super::region::Region;
use super::witness::Witness;
use super::{Normal, Refusal};
use crate::model::Duty;

/// Whether all that one policy permits is permitted by another, and all that the other demands is demanded.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "contained", content = "because")]
pub enum Containment {
    /// It is.
    Yes,
    /// It is not; a situation that the one permits and the other does not, or in which the other demands what the one does not.
    No(Box<Witness>),
    /// It depends on what is not known: questions that begin with "whether".
    Unknown(Vec<String>),
}

/// Whether there is anything that two policies permit together.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "verdict", content = "because")]
pub enum Compatibility {
    /// There is; a situation that both permit.
    Compatible(Box<Witness>),
    /// There is not; as few of their terms as suffice for that.
    Conflict(SmallestCause),
    /// It depends on what is not known: questions that begin with "whether".
    Unknown(Vec<String>),
}

impl Normal {
    /// Whether this one stays within the other (⊑).
    pub fn is_within(&self, other: &Self) -> Containment {
        let more = match self.region.minus(&other.region, self.bound) {
            Ok(more) => more,
            Err(refusal) => return Containment::Unknown(vec![too_large(&refusal)]),
        };
        match self.example(&more, &[other]) {
            Opinion::Yes(witness) => Containment::No(witness),
            Opinion::Open(questions) => Containment::Unknown(questions),
            Opinion::No => self.demands_all(&other.obligations, other),
        }
    }

    fn demands_all(&self, demanded: &BTreeMap<Arc<str>, (Arc<Duty>, Region)>, other: &Self) -> Containment {
        for (key, (duty, owed)) in demanded {
            let own = self.obligations.get(key).map_or(Region::none(), |(_, region)| region.clone());
            let more = match owed.minus(&own, self.bound) {
                Ok(more) => more,
                Err(refusal) => return Containment::Unknown(vec![too_large(&refusal)]),
            };
            match self.example(&more, &[other]) {
                Opinion::Yes(mut witness) => {
                    let demand = crate::sentence::duty(&duty.terms);
                    let demand = demand.trim_start_matches("refused: ");
                    witness.sentence = format!("{}; only the other policy demands: {demand}", witness.sentence);
                    return Containment::No(witness);
                }
                Opinion::Open(questions) => return Containment::Unknown(questions),
                Opinion::No => {}
            }
        }
        Containment::Yes
    }

    /// Whether both can be kept together: whether there is anything that both permit.
    pub fn conflict(&self, other: &Self) -> Compatibility {
        match self.shared(other) {
            Opinion::Yes(witness) => Compatibility::Compatible(witness),
            Opinion::Open(questions) => Compatibility::Unknown(questions),
            Opinion::No => Compatibility::Conflict(smallest(self, other)),
        }
    }

    pub(super) fn shared(&self, other: &Self) -> Opinion<Box<Witness>> {
        match self.region.intersect(&other.region, self.bound) {
            Ok(shared) => self.example(&shared, &[other]),
            Err(refusal) => Opinion::Open(vec![too_large(&refusal)]),
        }
    }

    /// Something that is permitted, where there is anything.
    ///
    /// # Errors
    /// Questions that begin with "whether", when it depends on what is not known.
    pub fn anything(&self) -> Result<Option<Box<Witness>>, Vec<String>> {
        match self.example(&self.region, &[]) {
            Opinion::Yes(witness) => Ok(Some(witness)),
            Opinion::No => Ok(None),
            Opinion::Open(questions) => Err(questions),
        }
    }
}

fn too_large(refusal: &Refusal) -> String {
    format!("whether it is so needs a larger bound: {}", refusal.sentence)
}
