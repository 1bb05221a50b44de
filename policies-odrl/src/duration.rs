//! `xsd:duration`.

use std::cmp::Ordering;

/// A duration in months and nanoseconds, which is all that can be compared: nobody knows how many days a month has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Duration {
    months: i64,
    nanos: i128,
}

impl Duration {
    /// Reads `P30D`, `-P1Y2M3DT4H5M6.7S` and the like.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let text = text.strip_prefix('P')?;
        let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
        if time == Some("") || (date.is_empty() && time.is_none()) {
            return None;
        }
        let [years, months, days] = fields(date, ['Y', 'M', 'D'])?;
        let [hours, minutes, seconds] = fields(time.unwrap_or(""), ['H', 'M', 'S'])?;
        let whole = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<u32>().ok().map(i64::from) };
        let months = whole(years)? * 12 + whole(months)?;
        let minutes = (whole(days)? * 24 + whole(hours)?) * 60 + whole(minutes)?;
        let nanos = i128::from(minutes) * 60_000_000_000 + nanoseconds(seconds)?;
        Some(Self { months: sign * months, nanos: i128::from(sign) * nanos })
    }

    pub(crate) fn months(self) -> i64 {
        self.months
    }

    /// The part that is not months.
    pub(crate) fn nanos(self) -> i128 {
        self.nanos
    }

    /// `None` where the answer depends on the month one starts in.
    pub(crate) fn compare(self, other: Self) -> Option<Ordering> {
        let (months, nanos) = (self.months.cmp(&other.months), self.nanos.cmp(&other.nanos));
        match (months, nanos) {
            (Ordering::Equal, order) | (order, Ordering::Equal) => Some(order),
            (one, two) if one == two => Some(one),
            (Ordering::Less | Ordering::Greater, Ordering::Less | Ordering::Greater) => None,
        }
    }
}

/// The number before each designator, in order; empty where the designator is absent.
fn fields<const N: usize>(text: &str, designators: [char; N]) -> Option<[&str; N]> {
    let mut rest = text;
    let mut found = [""; N];
    for (field, designator) in found.iter_mut().zip(designators) {
        if let Some((digits, after)) = rest.split_once(designator) {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || (designator == 'S' && byte == b'.'));
            if digits.is_empty() || !plain {
                return None;
            }
            (*field, rest) = (digits, after);
        }
    }
    rest.is_empty().then_some(found)
}

fn nanoseconds(seconds: &str) -> Option<i128> {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    if fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole = if whole.is_empty() { 0 } else { whole.parse::<u32>().ok()? };
    let fraction = format!("{:0<9}", fraction.get(..9).unwrap_or(fraction)).parse::<i128>().ok()?;
    Some(i128::from(whole) * 1_000_000_000 + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_compare_where_that_is_certain() {
        for (one, two, expected) in [
            ("P1D", "PT24H", Some(Ordering::Equal)),
            ("P1Y", "P12M", Some(Ordering::Equal)),
            ("PT1.5S", "PT2S", Some(Ordering::Less)),
            ("P1M", "P30D", None),
            ("P1M1D", "P1M", Some(Ordering::Greater)),
            ("-P1D", "P1D", Some(Ordering::Less)),
        ] {
            let read = |text| Duration::read(text).map(|duration| (text, duration));
            let order = read(one).zip(read(two)).map(|((_, one), (_, two))| one.compare(two));
            assert_eq!(order, Some(expected), "{one} {two}");
        }
        for text in ["", "P", "PT", "P1", "1D", "P1H", "PT1.5H", "P1DT", "P-1D", "P1D2Y", "PT1.S"] {
            assert_eq!(Duration::read(text), None, "{text}");
        }
    }
}
