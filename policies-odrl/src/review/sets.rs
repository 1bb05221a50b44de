//! What a search leaves open, normal forms may settle: that policies permit nothing together, whoever asks for
//! whatever.

use super::{Because, Reviewed};
use crate::compose::{Bound, Compatibility, Knowledge, Normal};
use crate::ways;
use crate::world::{Request, World};

/// Larger normal forms are left alone.
const BOUND: Bound = Bound { boxes: 500 };

/// Why nothing at all is permitted by all policies; `None` where that is not certain.
pub(super) fn nothing_in_common(policies: &[Reviewed<'_>], request: &Request, world: &World) -> Option<Because> {
    // A policy about something else is passed by, and counters are facts of a normal form but not of a ledger.
    let applies = |reviewed: &Reviewed<'_>| {
        !reviewed.policy.counts() && ways::of(reviewed.name, reviewed.policy, request, world).permits
    };
    if !policies.iter().all(applies) {
        return None;
    }
    let normals = policies.iter().map(|reviewed| Normal::of(reviewed.policy, &Knowledge::default(), BOUND));
    let normals: Vec<Normal> = normals.collect::<Result<_, _>>().ok()?;
    let (first, others) = normals.split_first()?;
    let met = others.iter().try_fold(first.clone(), |met, other| met.meet(other)).ok()?;
    if !matches!(met.anything(), Ok(None)) {
        return None;
    }
    let sentence = match others {
        [other] => match first.conflict(other) {
            Compatibility::Conflict(cause) => cause.sentence,
            Compatibility::Compatible(_) | Compatibility::Unknown(_) => NOTHING.to_owned(),
        },
        [] | [_, _, ..] => NOTHING.to_owned(),
    };
    Some(Because {
        policy: String::new(),
        path: String::new(),
        code: None,
        sentence: crate::words::sentence(sentence.trim_end_matches('.')),
    })
}

const NOTHING: &str = "There is no situation in which anything is permitted.";
