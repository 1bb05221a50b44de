//! What is counted between two writes. Everything that statistics tell is counted here.

use std::collections::{HashMap, HashSet};

use crate::statistics::{FAILED, HOUR, SHORT, bucket, slot};
use crate::storage::Statement;
use crate::storage::statistics::{self, Exchanges, Traffic};

/// Partners that are told apart in one hour; those beyond are counted together.
const PARTNERS: usize = 500;
/// Short slots are kept this long.
const SHORT_KEPT: i64 = 48 * HOUR;

/// Counted, and not yet written.
#[derive(Debug)]
pub(super) struct Counts {
    traffic: HashMap<i64, HashMap<String, Traffic>>,
    short: HashMap<i64, Traffic>,
    latency: HashMap<(i64, Exchanges, i64), i64>,
    /// The hour that is counted, and the partners that are told apart in it.
    hour: i64,
    partners: HashSet<String>,
    kept: i64,
    forgotten: i64,
}

impl Counts {
    /// Nothing yet. What is older than `kept_days` is forgotten.
    pub(super) fn new(kept_days: u32) -> Self {
        Self {
            traffic: HashMap::new(),
            short: HashMap::new(),
            latency: HashMap::new(),
            hour: 0,
            partners: HashSet::new(),
            kept: i64::from(kept_days) * 24 * HOUR,
            forgotten: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.short.is_empty() && self.latency.is_empty()
    }

    /// A data request of this partner was permitted or refused.
    pub(super) fn decided(&mut self, at: i64, partner: &str, permitted: bool) {
        let counted = i64::from(permitted);
        self.traffic(at, partner, Traffic { permitted: counted, refused: 1 - counted, ..Traffic::default() });
    }

    /// Bytes went to this partner, or came from it.
    pub(super) fn moved(&mut self, at: i64, partner: &str, out: u64, inward: u64) {
        let [bytes_out, bytes_in] = [out, inward].map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
        if out > 0 || inward > 0 {
            self.traffic(at, partner, Traffic { bytes_out, bytes_in, ..Traffic::default() });
        }
    }

    /// An exchange took so many microseconds; none: it failed.
    pub(super) fn exchanged(&mut self, at: i64, kind: &str, inbound: bool, partner: &str, micros: Option<u64>) {
        let partner = self.named(at, partner).to_owned();
        let of = Exchanges { kind: kind.to_owned(), inbound, partner };
        *self.latency.entry((slot(at, HOUR), of, micros.map_or(FAILED, bucket))).or_default() += 1;
    }

    fn traffic(&mut self, at: i64, partner: &str, more: Traffic) {
        add(self.short.entry(slot(at, SHORT)).or_default(), more);
        let partner = self.named(at, partner);
        let hour = self.traffic.entry(slot(at, HOUR)).or_default();
        match hour.get_mut(partner) {
            Some(counted) => add(counted, more),
            None => {
                hour.insert(partner.to_owned(), more);
            }
        }
    }

    /// The partner, if it is among those that are told apart; else empty.
    fn named<'a>(&mut self, at: i64, partner: &'a str) -> &'a str {
        let hour = slot(at, HOUR);
        if hour > self.hour {
            self.hour = hour;
            self.partners.clear();
        }
        if self.partners.contains(partner) {
            return partner;
        }
        if self.partners.len() >= PARTNERS {
            return "";
        }
        self.partners.insert(partner.to_owned());
        partner
    }

    /// What has to be written, and from now on counts as written.
    pub(super) fn statements(&mut self, now: i64) -> Vec<Statement> {
        let mut statements = Vec::new();
        for (at, traffic) in self.short.drain() {
            statements.push(statistics::add_traffic(SHORT, at, "", &traffic));
        }
        for (at, partners) in self.traffic.drain() {
            let rows = partners.iter().map(|(partner, traffic)| statistics::add_traffic(HOUR, at, partner, traffic));
            statements.extend(rows);
        }
        for ((at, of, bucket), count) in self.latency.drain() {
            statements.push(statistics::add_latency(at, &of, bucket, count));
        }
        if slot(now, HOUR) > self.forgotten {
            self.forgotten = slot(now, HOUR);
            statements.extend(statistics::forget(now - SHORT_KEPT, now - self.kept));
        }
        statements
    }
}

fn add(to: &mut Traffic, more: Traffic) {
    to.permitted = to.permitted.saturating_add(more.permitted);
    to.refused = to.refused.saturating_add(more.refused);
    to.bytes_out = to.bytes_out.saturating_add(more.bytes_out);
    to.bytes_in = to.bytes_in.saturating_add(more.bytes_in);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_many_times_is_written_once() {
        let mut counts = Counts::new(31);
        let now = 1_000 * HOUR + 1;
        for _ in 0..1_000 {
            counts.decided(now, "did:web:a", true);
            counts.moved(now, "did:web:a", 10, 0);
            counts.exchanged(now, "dataRequest", true, "did:web:a", Some(1_000));
        }
        assert!(!counts.is_empty());
        // A short slot, an hour, a bucket; and, in a new hour, three deletions.
        assert_eq!(counts.statements(now).len(), 6);
        assert!(counts.is_empty());
        counts.decided(now, "did:web:a", false);
        assert_eq!(counts.statements(now).len(), 2);
    }

    #[test]
    fn strangers_without_number_are_counted_together() {
        let mut counts = Counts::new(31);
        for stranger in 0..10 * PARTNERS {
            counts.exchanged(HOUR, "ContractRequestMessage", true, &format!("did:key:{stranger}"), None);
        }
        assert_eq!(counts.latency.len(), PARTNERS + 1);
        assert_eq!(counts.named(2 * HOUR, "did:key:new"), "did:key:new");
    }
}
