//! Searching all segments: filters, counts for each filter, an order, and a slice.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use super::Qualifies;
use super::folding::folded;
use super::matching::weights;
use super::segment::{NO_KIND, Row, Segment, Verdicts};

/// Words of a question beyond these are not looked at.
const WORDS: usize = 16;
/// Bytes of a word beyond these are not looked at.
const WORD_BYTES: usize = 128;
/// Values of a facet beyond these are not listed, the rarest first.
const FACET: usize = 100;

/// A partner's catalogue as it is searched.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Participant id.
    pub partner: String,
    /// For people.
    pub name: String,
    /// When it was read, in milliseconds since the epoch.
    pub read: i64,
    /// The copy.
    pub revision: i64,
    /// Its datasets.
    pub segment: Arc<Segment>,
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// What fits the words best; without words, by title.
    #[default]
    Relevance,
    /// By title.
    Title,
    /// By the partner's name, then by title.
    Partner,
    /// What was first offered last.
    Newest,
}

/// What is looked for. An empty list of values lets everything pass; of several, one has to fit.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Folded words; every one of them has to be in a dataset's texts.
    pub words: Vec<String>,
    /// Participant ids.
    pub partners: Vec<String>,
    /// Kinds of data.
    pub kinds: Vec<String>,
    /// Transfer formats.
    pub formats: Vec<String>,
    /// Names of operands and actions.
    pub terms: Vec<String>,
    /// Whether we qualify.
    pub qualifies: Vec<Qualifies>,
    /// In which order.
    pub sort: Sort,
    /// How many are passed over.
    pub offset: usize,
    /// How many are wanted.
    pub limit: usize,
}

/// A value that a filter may have, and how many datasets it would find beside all other filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The value.
    pub value: String,
    /// How many.
    pub count: usize,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// How many datasets there are.
    pub total: usize,
    /// The slice: the place of a catalogue, and of the dataset in it.
    pub items: Vec<(usize, usize)>,
    /// For each filter, by frequency.
    pub partners: Vec<Counted>,
    /// As above.
    pub kinds: Vec<Counted>,
    /// As above.
    pub formats: Vec<Counted>,
    /// As above.
    pub terms: Vec<Counted>,
    /// All three, `yes`, `no`, `unknown`.
    pub qualifies: Vec<Counted>,
}

/// The words of what somebody typed, folded.
pub fn words(typed: &str) -> Vec<String> {
    let words = typed.split_whitespace().map(|word| folded(word, WORD_BYTES));
    let mut words: Vec<String> = words.filter(|word| !word.is_empty()).take(WORDS).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// Searches everything that is shown. Reads each dataset once.
pub fn search(shown: &[Shown], query: &Query) -> Found {
    let mut counts = Counts::default();
    let mut hits = Vec::new();
    for (place, one) in shown.iter().enumerate() {
        Filters::of(one, query).apply(place, query, &mut hits, &mut counts);
    }
    let items = slice(shown, query, &mut hits);
    counts.found(hits.len(), items, query)
}

/// A dataset that fits.
#[derive(Clone, Copy)]
struct Hit {
    place: u32,
    row: u32,
    weight: u8,
}

/// The filters of a question as one segment has them: for each value that occurs, whether it passes.
struct Filters<'a> {
    shown: &'a Shown,
    verdicts: Arc<Verdicts>,
    partner: bool,
    kinds: Vec<bool>,
    no_kind: bool,
    format_sets: Vec<bool>,
    term_sets: Vec<bool>,
    qualifies: Vec<bool>,
}

const PARTNER: u8 = 1;
const KIND: u8 = 2;
const FORMAT: u8 = 4;
const TERM: u8 = 8;
const QUALIFIES: u8 = 16;

impl<'a> Filters<'a> {
    fn of(shown: &'a Shown, query: &Query) -> Self {
        let segment = &*shown.segment;
        let verdicts = segment.verdicts();
        let passes = |names: &[Box<str>], wanted: &[String]| -> Vec<bool> {
            names.iter().map(|name| wanted.is_empty() || wanted.iter().any(|one| **one == **name)).collect()
        };
        let (formats, terms) = (passes(&segment.formats, &query.formats), passes(&segment.terms, &query.terms));
        let any = |sets: &[Box<[u32]>], passing: &[bool], open: bool| -> Vec<bool> {
            let passes = |set: &[u32]| set.iter().any(|one| passing.get(*one as usize) == Some(&true));
            sets.iter().map(|set| open || passes(set)).collect()
        };
        let decided = 0..segment.term_sets.len();
        let decided = decided.map(|set| verdicts.of_set(u32::try_from(set).unwrap_or(u32::MAX)));
        Self {
            shown,
            partner: query.partners.is_empty() || query.partners.contains(&shown.partner),
            kinds: passes(&segment.kinds, &query.kinds),
            no_kind: query.kinds.is_empty(),
            format_sets: any(&segment.format_sets, &formats, query.formats.is_empty()),
            term_sets: any(&segment.term_sets, &terms, query.terms.is_empty()),
            qualifies: decided.map(|one| query.qualifies.is_empty() || query.qualifies.contains(&one)).collect(),
            verdicts,
        }
    }

    /// What a dataset fails.
    fn failed(&self, row: &Row) -> u8 {
        let fails = |passing: &[bool], number: u32| passing.get(number as usize) != Some(&true);
        let kind = if row.kind == NO_KIND { !self.no_kind } else { fails(&self.kinds, row.kind) };
        u8::from(!self.partner) * PARTNER
            + u8::from(kind) * KIND
            + u8::from(fails(&self.format_sets, row.formats)) * FORMAT
            + u8::from(fails(&self.term_sets, row.policies)) * TERM
            + u8::from(fails(&self.qualifies, row.policies)) * QUALIFIES
    }

    /// A dataset counts for a filter if it passes all the others.
    fn apply(&self, place: usize, query: &Query, hits: &mut Vec<Hit>, counts: &mut Counts) {
        let segment = &*self.shown.segment;
        let weights = weights(segment, &query.words);
        let mut here = Here::of(segment);
        for (number, row) in segment.rows.iter().enumerate() {
            let weight = weights.as_ref().map_or(1, |weights| weights.get(number).copied().unwrap_or_default());
            if weight == 0 {
                continue;
            }
            let failed = self.failed(row);
            if failed == 0 {
                let (place, row) =
                    (u32::try_from(place).unwrap_or(u32::MAX), u32::try_from(number).unwrap_or(u32::MAX));
                hits.push(Hit { place, row, weight });
            }
            if failed & (failed.wrapping_sub(1)) == 0 {
                here.count(row, failed);
            }
        }
        counts.add(&here, segment, &self.verdicts, &self.shown.partner);
    }
}

/// Counts within one segment, by number.
struct Here {
    partner: usize,
    kinds: Vec<usize>,
    format_sets: Vec<usize>,
    term_sets: Vec<usize>,
    qualifies: Vec<usize>,
}

impl Here {
    fn of(segment: &Segment) -> Self {
        Self {
            partner: 0,
            kinds: vec![0; segment.kinds.len()],
            format_sets: vec![0; segment.format_sets.len()],
            term_sets: vec![0; segment.term_sets.len()],
            qualifies: vec![0; segment.term_sets.len()],
        }
    }

    /// `failed` is nothing, or one filter alone.
    fn count(&mut self, row: &Row, failed: u8) {
        let counted = |filter: u8| failed & !filter == 0;
        let one_more = |counts: &mut [usize], number: u32| {
            if let Some(count) = counts.get_mut(number as usize) {
                *count += 1;
            }
        };
        self.partner += usize::from(counted(PARTNER));
        if counted(KIND) {
            one_more(&mut self.kinds, row.kind);
        }
        if counted(FORMAT) {
            one_more(&mut self.format_sets, row.formats);
        }
        if counted(TERM) {
            one_more(&mut self.term_sets, row.policies);
        }
        if counted(QUALIFIES) {
            one_more(&mut self.qualifies, row.policies);
        }
    }
}

/// Counts over all segments, by value.
#[derive(Default)]
struct Counts {
    partners: HashMap<String, usize>,
    kinds: HashMap<Box<str>, usize>,
    formats: HashMap<Box<str>, usize>,
    terms: HashMap<Box<str>, usize>,
    qualifies: HashMap<Qualifies, usize>,
}

impl Counts {
    fn add(&mut self, here: &Here, segment: &Segment, verdicts: &Verdicts, partner: &str) {
        if here.partner > 0 {
            *self.partners.entry(partner.to_owned()).or_default() += here.partner;
        }
        let add = |counts: &mut HashMap<Box<str>, usize>, names: &[Box<str>], number: u32, more: usize| {
            if let Some(name) = names.get(number as usize).filter(|_| more > 0) {
                match counts.get_mut(name) {
                    Some(count) => *count += more,
                    None => drop(counts.insert(name.clone(), more)),
                }
            }
        };
        for (number, count) in (0..).zip(&here.kinds) {
            add(&mut self.kinds, &segment.kinds, number, *count);
        }
        for (set, count) in segment.format_sets.iter().zip(&here.format_sets) {
            set.iter().for_each(|format| add(&mut self.formats, &segment.formats, *format, *count));
        }
        for (set, count) in segment.term_sets.iter().zip(&here.term_sets) {
            set.iter().for_each(|term| add(&mut self.terms, &segment.terms, *term, *count));
        }
        for (set, count) in (0..).zip(&here.qualifies) {
            *self.qualifies.entry(verdicts.of_set(set)).or_default() += count;
        }
    }

    fn found(self, total: usize, items: Vec<(usize, usize)>, query: &Query) -> Found {
        let qualifies = Qualifies::ALL.into_iter().map(|one| {
            let count = self.qualifies.get(&one).copied().unwrap_or_default();
            Counted { value: one.name().to_owned(), count }
        });
        Found {
            total,
            items,
            qualifies: qualifies.collect(),
            partners: most(self.partners.into_iter(), &query.partners),
            kinds: most(self.kinds.into_iter().map(|(name, count)| (name.into(), count)), &query.kinds),
            formats: most(self.formats.into_iter().map(|(name, count)| (name.into(), count)), &query.formats),
            terms: most(self.terms.into_iter().map(|(name, count)| (name.into(), count)), &query.terms),
        }
    }
}

/// The most frequent values, and those that were asked for however rare.
fn most(counts: impl Iterator<Item = (String, usize)>, asked: &[String]) -> Vec<Counted> {
    let mut all: Vec<Counted> = counts.map(|(value, count)| Counted { value, count }).collect();
    all.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    let mut rest = if all.len() > FACET { all.split_off(FACET) } else { Vec::new() };
    rest.retain(|counted| asked.contains(&counted.value));
    all.extend(rest);
    let missing: Vec<&String> = asked.iter().filter(|one| !all.iter().any(|counted| counted.value == **one)).collect();
    all.extend(missing.into_iter().take(FACET).map(|value| Counted { value: value.clone(), count: 0 }));
    all
}

/// The slice that is wanted, in order. Only as much is put in order as is passed over and wanted.
fn slice(shown: &[Shown], query: &Query, hits: &mut [Hit]) -> Vec<(usize, usize)> {
    let ranks = ranks(shown);
    let order = |a: &Hit, b: &Hit| ordered(shown, &ranks, query.sort, a, b);
    let end = query.offset.saturating_add(query.limit).min(hits.len());
    if end < hits.len() && end > 0 {
        hits.select_nth_unstable_by(end - 1, order);
    }
    let wanted = hits.get_mut(..end).unwrap_or_default();
    wanted.sort_unstable_by(order);
    wanted.iter().skip(query.offset).map(|hit| (hit.place as usize, hit.row as usize)).collect()
}

/// The order of partners by name.
fn ranks(shown: &[Shown]) -> Vec<usize> {
    let mut by_name: Vec<usize> = (0..shown.len()).collect();
    let key = |place: &usize| shown.get(*place).map(|one| (folded(&one.name, 256), one.partner.as_str()));
    by_name.sort_by_cached_key(key);
    let mut ranks = vec![0; shown.len()];
    for (rank, place) in by_name.into_iter().enumerate() {
        if let Some(of_place) = ranks.get_mut(place) {
            *of_place = rank;
        }
    }
    ranks
}

fn ordered(shown: &[Shown], ranks: &[usize], sort: Sort, a: &Hit, b: &Hit) -> Ordering {
    let segment = |hit: &Hit| shown.get(hit.place as usize).map(|one| &*one.segment);
    let title = |hit: &Hit| segment(hit).map(|segment| segment.title_of(hit.row as usize));
    let rank = |hit: &Hit| ranks.get(hit.place as usize);
    let seen = |hit: &Hit| segment(hit).map(|segment| segment.seen(hit.row as usize));
    let by_title = || title(a).cmp(&title(b)).then_with(|| rank(a).cmp(&rank(b)));
    let first = match sort {
        Sort::Relevance => b.weight.cmp(&a.weight).then_with(by_title),
        Sort::Title => by_title(),
        Sort::Partner => rank(a).cmp(&rank(b)).then_with(|| title(a).cmp(&title(b))),
        Sort::Newest => seen(b).cmp(&seen(a)).then_with(by_title),
    };
    // The same question gives the same order.
    first.then_with(|| a.row.cmp(&b.row)).then_with(|| a.place.cmp(&b.place))
}
