use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};

/// Which tokens have been accepted and could still be presented again.
///
/// A token is remembered as a 64-bit hash under a key that only this process knows: nobody can make two tokens collide, and
/// a chance collision (one in 10^13 with a million tokens) refuses a token instead of accepting one. An entry takes at most
/// 40 bytes.
pub(super) struct Replay {
    capacity: usize,
    hasher: RandomState,
    seen: HashSet<u64>,
    /// The second at which a token can be forgotten, and the tokens.
    expiring: BTreeMap<i64, Vec<u64>>,
    /// What was to be forgotten before this second is forgotten.
    forgotten: i64,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Admission {
    First,
    Repeated,
    /// Its time is over: whether it was accepted before is no longer known, even if the clock was set back since.
    Late,
    Full,
}

impl Replay {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            hasher: RandomState::new(),
            seen: HashSet::new(),
            expiring: BTreeMap::new(),
            forgotten: i64::MIN,
        }
    }

    /// Remembers the token until `forget_at`; times are in seconds.
    pub(super) fn admit(&mut self, issuer: &str, id: &str, forget_at: i64, now: i64) -> Admission {
        self.forget(now);
        if forget_at < self.forgotten {
            return Admission::Late;
        }
        let token = self.hasher.hash_one((issuer, id));
        if self.seen.contains(&token) {
            return Admission::Repeated;
        }
        if self.seen.len() >= self.capacity {
            return Admission::Full;
        }
        self.seen.insert(token);
        self.expiring.entry(forget_at).or_default().push(token);
        Admission::First
    }

    fn forget(&mut self, now: i64) {
        self.forgotten = self.forgotten.max(now);
        while let Some(entry) = self.expiring.first_entry()
            && *entry.key() < self.forgotten
        {
            for token in entry.remove() {
                self.seen.remove(&token);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_admitted_once_and_forgotten_after_its_time() {
        let mut replay = Replay::new(10);
        assert_eq!(replay.admit("a", "1", 100, 50), Admission::First);
        assert_eq!(replay.admit("a", "1", 100, 100), Admission::Repeated);
        assert_eq!(replay.admit("b", "1", 100, 100), Admission::First, "another issuer's token is another token");
        assert_eq!(replay.admit("a", "2", 200, 101), Admission::First);
        assert_eq!(replay.seen.len(), 1, "the first two are forgotten");
        assert_eq!(replay.expiring.len(), 1);
    }

    #[test]
    fn full_memory_refuses_until_something_expires() {
        let mut replay = Replay::new(2);
        assert_eq!(replay.admit("a", "1", 100, 50), Admission::First);
        assert_eq!(replay.admit("a", "2", 200, 50), Admission::First);
        assert_eq!(replay.admit("a", "3", 200, 50), Admission::Full);
        assert_eq!(replay.admit("a", "2", 200, 50), Admission::Repeated, "replay is told from lack of room");
        assert_eq!(replay.admit("a", "3", 200, 101), Admission::First);
    }

    #[test]
    fn a_clock_set_back_admits_nothing_twice() {
        let mut replay = Replay::new(2);
        assert_eq!(replay.admit("a", "1", 100, 50), Admission::First);
        assert_eq!(replay.admit("a", "1", 100, 10), Admission::Repeated);
        assert_eq!(replay.admit("a", "2", 200, 150), Admission::First);
        assert_eq!(replay.admit("a", "1", 100, 50), Admission::Late, "forgotten at 101, so no longer known");
    }
}
