//! When the answer is yes.

use jiff::Timestamp;

use super::search::{Case, Moment};
use super::{Found, Reviewed, Window, sets};
use crate::next_change::next_change_in;
use crate::world::{Request, World};

/// Changes of time beyond these are not looked at.
const MAX_CHANGES: usize = 128;

/// Looks at every stretch of time within which no date changes anything.
pub(super) fn of(policies: &[Reviewed<'_>], request: &Request, world: &World) -> Found {
    let mut found = Found { windows: Vec::new(), witness: None, because: Vec::new(), certain: true };
    let mut case = Case::of(policies, request, world);
    let mut at = Some(world.now());
    for _ in 0..MAX_CHANGES {
        let Some(now) = at else { break };
        let mut then = world.clone();
        then.set_now(now);
        let next = policies.iter().filter_map(|reviewed| next_change_in(reviewed.policy, &then)).min();
        match case.at_once(&then) {
            Moment::Yes(witness) => {
                found.witness.get_or_insert(witness);
                found.add(Window { from: now, until: next });
            }
            Moment::No(certain, because) => {
                found.certain &= certain;
                if found.because.is_empty() {
                    found.because = because;
                }
            }
        }
        at = next;
    }
    found.certain &= at.is_none();
    if found.windows.is_empty()
        && !found.certain
        && let Some(because) = sets::nothing_in_common(policies, request, world)
    {
        found.certain = true;
        found.because.insert(0, because);
    }
    found
}

/// The times of several, each a way of its own.
pub(super) fn either(each: Vec<Found>) -> Found {
    let mut joined = Found { windows: Vec::new(), witness: None, because: Vec::new(), certain: true };
    let mut windows = Vec::new();
    for found in each {
        joined.certain &= found.certain;
        joined.because.extend(found.because);
        windows.extend(found.windows);
        let earlier = |witness: &super::Witness| joined.witness.as_ref().is_none_or(|known| witness.at < known.at);
        if found.witness.as_ref().is_some_and(earlier) {
            joined.witness = found.witness;
        }
    }
    windows.sort_by_key(|window: &Window| window.from);
    windows.into_iter().for_each(|window| joined.add(window));
    joined
}

impl Found {
    /// Windows that touch are one.
    fn add(&mut self, window: Window) {
        match self.windows.last_mut() {
            Some(last) if last.until.is_none_or(|until| until >= window.from) => {
                last.until = later(last.until, window.until)
            }
            Some(_) | None => self.windows.push(window),
        }
    }
}

fn later(one: Option<Timestamp>, two: Option<Timestamp>) -> Option<Timestamp> {
    Some(one?.max(two?))
}
