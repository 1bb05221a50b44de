//! When which running transfer is decided again. Values only: time is an argument.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Bound;

use jiff::Timestamp;

/// What a decision rests on, when it changes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum About {
    /// Everything: a status list of ours, whom a dataspace believes.
    Everything,
    /// What is known of a participant.
    Partner(String),
    /// An agreement, also one that an asset has its origin in.
    Agreement(String),
    /// An asset.
    Asset(String),
    /// One transfer.
    Transfer(String),
}

/// A transfer that is watched, as it was decided last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// The partner that receives.
    pub partner: String,
    /// The agreement it runs under.
    pub agreement: String,
    /// The dataset.
    pub asset: String,
    /// The agreements that the dataset has its origins in.
    pub origins: Vec<String>,
    /// When it was decided.
    pub decided: Timestamp,
    /// When it is decided again even if nothing changes; none: time changes nothing.
    pub next: Option<Timestamp>,
    /// Why it is suspended; none while it runs.
    pub held: Option<String>,
}

/// Which transfers are watched, and which are to be decided.
#[derive(Debug, Default)]
pub struct Schedule {
    watched: BTreeMap<String, Watched>,
    deadlines: BTreeSet<(Timestamp, String)>,
    stirred: BTreeSet<String>,
    /// Being decided now: what is stirred meanwhile is decided again afterwards.
    taken: HashSet<String>,
}

impl Schedule {
    /// Things have changed: what rests on one of them is to be decided at once. However many they are, what is watched is gone
    /// through once.
    pub fn stir(&mut self, changes: impl IntoIterator<Item = About>) {
        let mut changed = Changed::default();
        for about in changes {
            match about {
                About::Everything => changed.everything = true,
                About::Partner(partner) => drop(changed.partners.insert(partner)),
                About::Agreement(agreement) => drop(changed.agreements.insert(agreement)),
                About::Asset(asset) => drop(changed.assets.insert(asset)),
                About::Transfer(pid) => drop(self.stirred.insert(pid)),
            }
        }
        if changed != Changed::default() {
            let concerned = self.watched.iter().filter(|(_, watched)| changed.concerns(watched));
            self.stirred.extend(concerned.map(|(pid, _)| pid.clone()));
        }
    }

    /// What is to be decided at `now`, at most `most`: what the time has come for, the longest due first, and then what was
    /// stirred. Each is taken until it is settled or put off.
    pub fn take(&mut self, now: Timestamp, most: usize) -> Vec<String> {
        let mut taken = Vec::new();
        while taken.len() < most {
            let due = self.deadlines.first().is_some_and(|(at, _)| *at <= now);
            let next = if due { self.deadlines.pop_first().map(|(_, pid)| pid) } else { self.next_stirred() };
            let Some(pid) = next else { break };
            // What changes while it is decided is decided afterwards.
            if !self.taken.insert(pid.clone()) {
                continue;
            }
            self.stirred.remove(&pid);
            if let Some(at) = self.watched.get(&pid).and_then(|watched| watched.next) {
                self.deadlines.remove(&(at, pid.clone()));
            }
            taken.push(pid);
        }
        taken
    }

    fn next_stirred(&self) -> Option<String> {
        self.stirred.iter().find(|pid| !self.taken.contains(*pid)).cloned()
    }

    /// How the transfer was decided; `None` when there is nothing to watch any more.
    pub fn settle(&mut self, pid: &str, decided: Option<Watched>) {
        self.taken.remove(pid);
        if let Some(at) = self.watched.remove(pid).and_then(|before| before.next) {
            self.deadlines.remove(&(at, pid.to_owned()));
        }
        if let Some(watched) = decided {
            self.deadlines.extend(watched.next.map(|at| (at, pid.to_owned())));
            self.watched.insert(pid.to_owned(), watched);
        }
    }

    /// Puts off the decision on a transfer that could not be decided now.
    pub fn put_off(&mut self, pid: &str, until: Timestamp) {
        self.taken.remove(pid);
        if let Some(watched) = self.watched.get_mut(pid)
            && let Some(at) = watched.next.replace(until)
        {
            self.deadlines.remove(&(at, pid.to_owned()));
        }
        self.deadlines.insert((until, pid.to_owned()));
    }

    /// When something is to be decided next; in the past when it is time.
    pub fn wake_at(&self) -> Option<Timestamp> {
        let stirred = self.next_stirred().map(|_| Timestamp::MIN);
        stirred.or_else(|| self.deadlines.first().map(|(at, _)| *at))
    }

    /// The transfer as it was decided last.
    pub fn watched(&self, pid: &str) -> Option<&Watched> {
        self.watched.get(pid)
    }

    /// Watched transfers after this id, in the order of their ids.
    pub fn all_after(
        &self,
        after: &str,
        wanted: impl Fn(&Watched) -> bool,
        most: usize,
    ) -> impl Iterator<Item = (&str, &Watched)> {
        let range = self.watched.range::<str, _>((Bound::Excluded(after), Bound::Unbounded));
        range.filter(move |(_, watched)| wanted(watched)).map(|(pid, watched)| (pid.as_str(), watched)).take(most)
    }
}

/// What has changed, gathered.
#[derive(Debug, Default, PartialEq)]
struct Changed {
    everything: bool,
    partners: HashSet<String>,
    agreements: HashSet<String>,
    assets: HashSet<String>,
}

impl Changed {
    fn concerns(&self, watched: &Watched) -> bool {
        self.everything
            || self.partners.contains(&watched.partner)
            || self.assets.contains(&watched.asset)
            || self.agreements.contains(&watched.agreement)
            || watched.origins.iter().any(|origin| self.agreements.contains(origin))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn watched(partner: &str, next: Option<i64>) -> Option<Watched> {
        Some(Watched {
            partner: partner.to_owned(),
            agreement: "urn:g".to_owned(),
            asset: "urn:a".to_owned(),
            origins: vec!["urn:origin".to_owned()],
            decided: at(0),
            next: next.map(at),
            held: None,
        })
    }

    #[test]
    fn deadlines_come_in_their_order_and_not_before_their_time() {
        let mut schedule = Schedule::default();
        schedule.settle("b", watched("p", Some(20)));
        schedule.settle("a", watched("p", Some(10)));
        schedule.settle("c", watched("p", None));
        assert_eq!(schedule.wake_at(), Some(at(10)));
        assert_eq!(schedule.take(at(9), 10), Vec::<String>::new());
        assert_eq!(schedule.take(at(30), 1), ["a"]);
        assert_eq!(schedule.take(at(30), 10), ["b"]);
        assert_eq!(schedule.wake_at(), None);
    }

    #[test]
    fn what_changes_stirs_what_rests_on_it_and_nothing_else() {
        let cases = [
            (About::Everything, vec!["one", "two"]),
            (About::Partner("p".to_owned()), vec!["one"]),
            (About::Agreement("urn:g".to_owned()), vec!["one", "two"]),
            (About::Agreement("urn:origin".to_owned()), vec!["one", "two"]),
            (About::Agreement("urn:other".to_owned()), vec![]),
            (About::Asset("urn:a".to_owned()), vec!["one", "two"]),
            (About::Asset("urn:b".to_owned()), vec![]),
            (About::Transfer("new".to_owned()), vec!["new"]),
        ];
        for (about, expected) in cases {
            let mut schedule = Schedule::default();
            schedule.settle("one", watched("p", None));
            schedule.settle("two", watched("q", None));
            schedule.stir([about.clone()]);
            assert_eq!(schedule.take(at(0), 10), expected, "{about:?}");
        }
    }

    #[test]
    fn a_transfer_is_decided_once_for_many_changes() {
        let mut schedule = Schedule::default();
        schedule.settle("one", watched("p", Some(10)));
        for _ in 0..1000 {
            schedule.stir([About::Partner("p".to_owned())]);
        }
        assert_eq!(schedule.take(at(20), 10), ["one"]);
        assert_eq!(schedule.take(at(20), 10), Vec::<String>::new());
        schedule.settle("one", watched("p", Some(30)));
        assert_eq!(schedule.wake_at(), Some(at(30)));
        schedule.settle("one", None);
        assert_eq!((schedule.wake_at(), schedule.watched("one")), (None, None));
    }

    #[test]
    fn what_changes_while_it_is_decided_is_decided_again_afterwards() {
        let mut schedule = Schedule::default();
        schedule.stir([About::Transfer("one".to_owned())]);
        assert_eq!(schedule.take(at(0), 10), ["one"]);
        schedule.stir([About::Transfer("one".to_owned())]);
        assert_eq!((schedule.take(at(0), 10).len(), schedule.wake_at()), (0, None));
        schedule.settle("one", watched("p", Some(10)));
        assert_eq!(schedule.take(at(0), 10), ["one"]);
    }

    #[test]
    fn what_cannot_be_decided_now_is_put_off() {
        let mut schedule = Schedule::default();
        schedule.stir([About::Transfer("one".to_owned())]);
        assert_eq!(schedule.take(at(0), 10), ["one"]);
        schedule.put_off("one", at(5));
        assert_eq!((schedule.take(at(4), 10).len(), schedule.take(at(5), 10).len()), (0, 1));
    }

    #[test]
    fn a_deadline_that_comes_while_it_is_decided_swallows_no_change() {
        let mut schedule = Schedule::default();
        schedule.stir([About::Transfer("one".to_owned())]);
        assert_eq!(schedule.take(at(0), 10), ["one"]);
        schedule.put_off("one", at(5));
        schedule.stir([About::Transfer("one".to_owned())]);
        assert_eq!(schedule.take(at(0), 10), ["one"]);
        schedule.stir([About::Transfer("one".to_owned())]);
        assert_eq!(schedule.take(at(6), 10), Vec::<String>::new());
        schedule.settle("one", watched("p", None));
        assert_eq!(schedule.take(at(6), 10), ["one"]);
    }

    #[test]
    fn a_turn_is_bounded_however_many_transfers_are_due() {
        let mut schedule = Schedule::default();
        for number in 0..10_000 {
            schedule.settle(&format!("{number:05}"), watched("p", Some(number % 7)));
        }
        schedule.stir([About::Everything]);
        let mut turns = 0;
        loop {
            let taken = schedule.take(at(3), 64);
            if taken.is_empty() {
                break;
            }
            assert!(taken.len() <= 64);
            taken.iter().for_each(|pid| schedule.settle(pid, watched("p", Some(100))));
            turns += 1;
        }
        assert_eq!(turns, 10_000 / 64 + 1);
    }
}
