//! One partner's datasets, packed: texts in one string, everything that repeats in tables.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;

use super::entry::Entry;
use super::{Qualifies, Verdict};

/// One partner's datasets.
#[derive(Debug, Default)]
pub struct Segment {
    /// Everything that is searched, one dataset after the other.
    pub(super) text: String,
    ids: String,
    pub(super) rows: Vec<Row>,
    pub(super) kinds: Vec<Box<str>>,
    pub(super) formats: Vec<Box<str>>,
    pub(super) terms: Vec<Box<str>>,
    /// Sets of formats that occur.
    pub(super) format_sets: Vec<Box<[u32]>>,
    /// Sets of policies that occur.
    policy_sets: Vec<Box<[u32]>>,
    /// The terms of each set of policies.
    pub(super) term_sets: Vec<Box<[u32]>>,
    policies: Vec<KeptPolicy>,
    verdicts: RwLock<Arc<Verdicts>>,
}

/// A dataset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Where its texts begin.
    pub(super) text: u32,
    /// How much of them is the title, and title and names.
    pub(super) title: u16,
    pub(super) named: u16,
    id: u32,
    pub(super) kind: u32,
    pub(super) formats: u32,
    pub(super) policies: u32,
    pub(super) seen: i64,
}

/// What a dataset has no kind by.
pub(super) const NO_KIND: u32 = u32::MAX;

/// A policy that occurs, once for all offers that differ in nothing that decides.
#[derive(Clone, Debug)]
pub struct KeptPolicy {
    /// Of what decides.
    pub digest: [u8; 16],
    terms: Box<[u32]>,
    /// A dataset whose offers have it.
    row: u32,
}

/// What is decided about the policies of a segment.
#[derive(Debug, Default)]
pub struct Verdicts {
    /// Tells what they were decided on.
    pub facts: u64,
    /// Of each policy.
    policies: Vec<Verdict>,
    /// The best of each set of policies.
    sets: Vec<Verdict>,
}

impl Segment {
    /// How many datasets it has.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The bytes that it takes, roughly.
    pub fn bytes(&self) -> usize {
        let sets = |sets: &[Box<[u32]>]| sets.iter().map(|set| 16 + 4 * set.len()).sum::<usize>();
        let names = |names: &[Box<str>]| names.iter().map(|name| 16 + name.len()).sum::<usize>();
        self.text.capacity()
            + self.ids.capacity()
            + self.rows.capacity() * size_of::<Row>()
            + sets(&self.format_sets)
            + sets(&self.policy_sets)
            + sets(&self.term_sets)
            + names(&self.kinds)
            + names(&self.formats)
            + names(&self.terms)
            + self.policies.len() * (size_of::<KeptPolicy>() + size_of::<Verdict>())
    }

    /// The id of the dataset in this place.
    pub fn id(&self, row: usize) -> &str {
        let begin = self.rows.get(row).map_or(0, |row| row.id as usize);
        let end = self.rows.get(row + 1).map_or(self.ids.len(), |next| next.id as usize);
        self.ids.get(begin..end).unwrap_or_default()
    }

    /// Its texts, folded.
    pub(super) fn text_of(&self, row: usize) -> &str {
        let begin = self.rows.get(row).map_or(0, |row| row.text as usize);
        let end = self.rows.get(row + 1).map_or(self.text.len(), |next| next.text as usize);
        self.text.get(begin..end).unwrap_or_default()
    }

    /// Its title, folded.
    pub(super) fn title_of(&self, row: usize) -> &str {
        let length = self.rows.get(row).map_or(0, |row| usize::from(row.title));
        self.text_of(row).get(..length).unwrap_or_default()
    }

    /// The names of the terms that its offers speak of.
    pub fn terms_of(&self, row: usize) -> Vec<String> {
        let set = self.rows.get(row).and_then(|row| self.term_sets.get(row.policies as usize));
        let names = set.into_iter().flatten().filter_map(|term| self.terms.get(*term as usize));
        names.map(|name| name.to_string()).collect()
    }

    /// When it was first offered, in milliseconds since the epoch.
    pub fn seen(&self, row: usize) -> i64 {
        self.rows.get(row).map_or(0, |row| row.seen)
    }

    /// What is decided about its offers.
    pub fn verdict(&self, row: usize) -> Verdict {
        let set = self.rows.get(row).map_or(0, |row| row.policies as usize);
        self.verdicts().sets.get(set).cloned().unwrap_or_default()
    }

    /// What is decided about all of them.
    pub fn verdicts(&self) -> Arc<Verdicts> {
        Arc::clone(&self.verdicts.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The policies that occur, each with the id of a dataset that has it.
    pub fn policies(&self) -> impl Iterator<Item = (&KeptPolicy, &str)> {
        self.policies.iter().map(|policy| (policy, self.id(policy.row as usize)))
    }

    /// What has been decided anew: a verdict for each policy, in their order, on these facts.
    pub fn decided(&self, policies: Vec<Verdict>, facts: u64) {
        let best = |set: &[u32]| {
            let verdicts = set.iter().filter_map(|policy| policies.get(*policy as usize));
            // The first of equals: its reason stands for all of them.
            verdicts.fold(None, |best: Option<&Verdict>, one| match best {
                Some(best) if best.qualifies >= one.qualifies => Some(best),
                _ => Some(one),
            })
        };
        let sets = self.policy_sets.iter().map(|set| best(set).cloned().unwrap_or_default()).collect();
        let verdicts = Arc::new(Verdicts { facts, policies, sets });
        *self.verdicts.write().unwrap_or_else(PoisonError::into_inner) = verdicts;
    }
}

impl Verdicts {
    /// Of each policy, in the order of [`Segment::policies`].
    pub fn policies(&self) -> &[Verdict] {
        &self.policies
    }

    /// When time may change one of them.
    pub fn until(&self) -> Option<Timestamp> {
        self.policies.iter().filter_map(|verdict| verdict.until).min()
    }

    /// Of each set of policies.
    pub(super) fn of_set(&self, set: u32) -> Qualifies {
        self.sets.get(set as usize).map_or(Qualifies::Unknown, |verdict| verdict.qualifies)
    }
}

/// Makes a segment, dataset by dataset.
#[derive(Debug, Default)]
pub struct Builder {
    made: Segment,
    kinds: Table<Box<str>>,
    formats: Table<Box<str>>,
    terms: Table<Box<str>>,
    format_sets: Table<Box<[u32]>>,
    policy_sets: Table<Box<[u32]>>,
    policies: HashMap<[u8; 16], u32>,
    verdicts: Vec<Verdict>,
}

impl Builder {
    /// The number of a policy. `decide` is asked once for each: the names of its terms, and what is decided about it.
    pub fn policy(&mut self, digest: [u8; 16], decide: impl FnOnce() -> (Vec<String>, Verdict)) -> u32 {
        if let Some(known) = self.policies.get(&digest) {
            return *known;
        }
        let (names, verdict) = decide();
        let mut terms: Vec<u32> = names.into_iter().map(|name| self.terms.number(name.into_boxed_str())).collect();
        terms.sort_unstable();
        terms.dedup();
        let number = count(self.verdicts.len());
        self.made.policies.push(KeptPolicy { digest, terms: terms.into(), row: count(self.made.rows.len()) });
        self.verdicts.push(verdict);
        self.policies.insert(digest, number);
        number
    }

    /// Adds a dataset whose offers have these policies, and that was first offered at `seen`. Datasets come in the order of
    /// their ids. False if the segment can hold no more text.
    pub fn add(&mut self, entry: &Entry<'_>, mut policies: Vec<u32>, seen: i64) -> bool {
        let begin = self.made.text.len();
        let (title, named) = entry.fold(&mut self.made.text);
        if u32::try_from(self.made.text.len()).is_err() {
            self.made.text.truncate(begin);
            return false;
        }
        let numbers = |table: &mut Table<Box<str>>, names: &[String]| {
            let mut numbers: Vec<u32> = names.iter().map(|name| table.number(name.clone().into_boxed_str())).collect();
            numbers.sort_unstable();
            numbers
        };
        let formats = numbers(&mut self.formats, &entry.formats);
        // The order of policies is that of the offers.
        let mut seen_before = std::collections::HashSet::new();
        policies.retain(|policy| seen_before.insert(*policy));
        let row = Row {
            text: count(begin),
            title: short(title),
            named: short(named),
            id: count(self.made.ids.len()),
            kind: entry.kind.as_ref().map_or(NO_KIND, |kind| self.kinds.number(kind.clone().into_boxed_str())),
            formats: self.format_sets.number(formats.into()),
            policies: self.policy_sets.number(policies.into()),
            seen,
        };
        self.made.ids.push_str(entry.id);
        self.made.rows.push(row);
        true
    }

    /// The segment. Its policies were decided on `facts`.
    pub fn finish(self, facts: u64) -> Segment {
        let Self { mut made, kinds, formats, terms, format_sets, policy_sets, verdicts, .. } = self;
        made.kinds = kinds.values;
        made.formats = formats.values;
        made.terms = terms.values;
        made.format_sets = format_sets.values;
        made.policy_sets = policy_sets.values;
        made.term_sets = made.policy_sets.iter().map(|set| terms_of(&made.policies, set)).collect();
        made.text.shrink_to_fit();
        made.ids.shrink_to_fit();
        made.rows.shrink_to_fit();
        made.decided(verdicts, facts);
        made
    }
}

fn terms_of(policies: &[KeptPolicy], set: &[u32]) -> Box<[u32]> {
    let policies = set.iter().filter_map(|policy| policies.get(*policy as usize));
    let mut terms: Vec<u32> = policies.flat_map(|policy| policy.terms.iter().copied()).collect();
    terms.sort_unstable();
    terms.dedup();
    terms.into()
}

/// Values by number, each once.
#[derive(Debug)]
struct Table<T> {
    values: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { values: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Hash + Eq + Clone> Table<T> {
    fn number(&mut self, value: T) -> u32 {
        if let Some(known) = self.numbers.get(&value) {
            return *known;
        }
        let number = count(self.values.len());
        self.values.push(value.clone());
        self.numbers.insert(value, number);
        number
    }
}

/// Counts stay below what the bounds on catalogues let them be.
fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Parts of a text have bounds of their own.
fn short(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}
