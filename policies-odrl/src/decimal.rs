//! Exact decimal numbers of any length.

use std::cmp::Ordering;

/// A decimal number. Kept as digits, so that no amount loses a cent on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    /// No leading zeros; empty for zero.
    whole: String,
    /// No trailing zeros.
    fraction: String,
}

/// The largest power of ten that an exponent may shift by.
const MAX_SHIFT: i32 = 400;

impl Decimal {
    /// Reads `xsd:integer`, `xsd:decimal` and the finite values of `xsd:double`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = whole.bytes().chain(fraction.bytes()).all(|digit| digit.is_ascii_digit());
        if !all_digits || (whole.is_empty() && fraction.is_empty()) || exponent.abs() > MAX_SHIFT {
            return None;
        }
        let (whole, fraction) = shifted(whole, fraction, exponent);
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Self { negative: negative && !zero, whole, fraction })
    }

    /// The number as JSON-LD writes integers: whole, below 10²¹.
    pub(crate) fn canonical_integer(&self) -> Option<String> {
        let sign = if self.negative { "-" } else { "" };
        let whole = if self.whole.is_empty() { "0" } else { &self.whole };
        (self.fraction.is_empty() && whole.len() < 21).then(|| format!("{sign}{whole}"))
    }

    /// The number in the canonical form of `xsd:double`, with all its digits.
    pub(crate) fn canonical_double(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let all = format!("{}{}", self.whole, self.fraction);
        let digits = all.trim_start_matches('0');
        let dropped = all.len() - digits.len();
        let digits = digits.trim_end_matches('0');
        let (first, rest) = digits.split_at_checked(1).unwrap_or(("0", ""));
        let rest = if rest.is_empty() { "0" } else { rest };
        let place = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
        let exponent = if digits.is_empty() { 0 } else { place(self.whole.len()) - place(dropped) - 1 };
        format!("{sign}{first}.{rest}E{exponent}")
    }

    pub(crate) fn zero() -> Self {
        Self { negative: false, whole: String::new(), fraction: String::new() }
    }

    pub(crate) fn negated(&self) -> Self {
        let zero = self.whole.is_empty() && self.fraction.is_empty();
        Self { negative: !self.negative && !zero, ..self.clone() }
    }

    /// The least whole number above this one.
    pub(crate) fn next_whole(&self) -> Self {
        self.next_at(0)
    }

    /// A number between two that differ, with as few digits as may be; `low` is the lesser.
    pub(crate) fn between(low: &Self, high: &Self) -> Self {
        if low.negative && !high.negative {
            return if *high > Self::zero() {
                Self::zero()
            } else {
                Self::between(&Self::zero(), &low.negated()).negated()
            };
        }
        if low.negative {
            return Self::between(&high.negated(), &low.negated()).negated();
        }
        let most = low.fraction.len().max(high.fraction.len()) + 1;
        (0..=most).map(|places| low.next_at(places)).find(|found| found < high).unwrap_or_else(|| low.clone())
    }

    /// The least number above this one that has so many places behind the point.
    fn next_at(&self, places: usize) -> Self {
        let kept: String = self.fraction.chars().chain(std::iter::repeat('0')).take(places).collect();
        let truncated = Self::of_digits(self.negative, &format!("{}{kept}", self.whole), places);
        if self.negative && truncated > *self {
            return truncated;
        }
        let digits = format!("{}{kept}", self.whole);
        let (negative, digits) = if self.negative && digits.bytes().any(|digit| digit != b'0') {
            (true, lesser(&digits))
        } else {
            (false, greater(&digits))
        };
        Self::of_digits(negative, &digits, places)
    }

    fn of_digits(negative: bool, digits: &str, places: usize) -> Self {
        let padded = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = padded.split_at(padded.len() - places);
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let zero = whole.is_empty() && fraction.is_empty();
        Self { negative: negative && !zero, whole, fraction }
    }

    /// The number as a count, when it is whole, positive and small enough.
    pub(crate) fn count(&self) -> Option<i64> {
        if self.negative || !self.fraction.is_empty() { None } else { self.whole.parse().ok() }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let magnitude = |one: &Self, two: &Self| {
            let whole = one.whole.len().cmp(&two.whole.len()).then_with(|| one.whole.cmp(&two.whole));
            whole.then_with(|| one.fraction.cmp(&two.fraction))
        };
        match (self.negative, other.negative) {
            (false, false) => magnitude(self, other),
            (true, true) => magnitude(other, self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The digits of a whole number, plus one.
fn greater(digits: &str) -> String {
    let kept = digits.trim_end_matches('9');
    let nines = digits.len() - kept.len();
    let (head, last) = kept.split_at(kept.len().saturating_sub(1));
    let raised = last.bytes().next().map_or('1', |digit| char::from(digit + 1));
    format!("{head}{raised}{:0<nines$}", "")
}

/// The digits of a whole number above zero, minus one.
fn lesser(digits: &str) -> String {
    let kept = digits.trim_end_matches('0');
    let zeros = digits.len() - kept.len();
    let (head, last) = kept.split_at(kept.len().saturating_sub(1));
    let lowered = last.bytes().next().map_or('0', |digit| char::from(digit - 1));
    format!("{head}{lowered}{:9<zeros$}", "")
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        let whole = if self.whole.is_empty() { "0" } else { &self.whole };
        let point = if self.fraction.is_empty() { "" } else { "." };
        write!(formatter, "{sign}{whole}{point}{}", self.fraction)
    }
}

fn shifted(whole: &str, fraction: &str, exponent: i32) -> (String, String) {
    let distance = usize::try_from(exponent.unsigned_abs()).unwrap_or(0);
    if exponent >= 0 {
        let moved = format!("{fraction:0<distance$}");
        let (joined, rest) = moved.split_at(distance);
        (format!("{whole}{joined}"), rest.to_owned())
    } else {
        let padded = format!("{whole:0>distance$}");
        let (rest, joined) = padded.split_at(padded.len() - distance);
        (rest.to_owned(), format!("{joined}{fraction}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_by_value() {
        let ascending =
            ["-1e3", "-12.5", "-0.1", "0", "5e-7", "0.1", "0.10000000000000000001", "9", "10", "1.5e2", "1e400"];
        for pair in ascending.windows(2) {
            assert!(Decimal::read(pair[0]) < Decimal::read(pair[1]), "{pair:?}");
        }
        for (one, two) in
            [("5", "5.00"), ("-0", "+0.0"), ("1.5e2", "150"), ("007", "7"), ("12e-1", "1.2"), (".5", "0.5")]
        {
            assert_eq!(Decimal::read(one), Decimal::read(two), "{one} {two}");
        }
        for text in ["", "-", ".", "1.2.3", "NaN", "INF", "1e999", "0x10", "1 000", "e5", "٣"] {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
    }
}
