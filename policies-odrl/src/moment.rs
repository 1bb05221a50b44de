//! `xsd:date` and `xsd:dateTime` as spans of time.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// What a written date covers: an instant, or all instants of a day. The end is exclusive.
///
/// Where no time zone is written, UTC is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

impl Moment {
    pub(crate) fn instant(at: Timestamp) -> Self {
        let end = at.checked_add(SignedDuration::from_nanos(1)).unwrap_or(Timestamp::MAX);
        Self { start: at, end }
    }

    /// Reads `2026-03-31`, `2026-03-31Z`, `2026-03-31T06:00Z`, `2026-03-31T06:00:00.5+02:00` and the like.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (date, rest) = (text.get(..10)?, text.get(10..)?);
        let date = civil(date)?;
        match rest.strip_prefix('T') {
            Some(time) => instant(date, time).map(Self::instant),
            None => {
                let offset = offset(rest)?;
                Some(Self { start: midnight(date, offset)?, end: midnight(date.tomorrow().ok()?, offset)? })
            }
        }
    }

    /// The same moment, so much later.
    pub(crate) fn later(self, seconds: i64) -> Option<Self> {
        let by = SignedDuration::from_secs(seconds);
        Some(Self { start: self.start.checked_add(by).ok()?, end: self.end.checked_add(by).ok()? })
    }

    /// The first instant of the UTC day in which the moment starts.
    pub(crate) fn day_start(self) -> Option<Timestamp> {
        midnight(Offset::UTC.to_datetime(self.start).date(), Offset::UTC)
    }
}

fn civil(text: &str) -> Option<Date> {
    let [year, month, day] = split::<3>(text, '-')?;
    Date::new(number(year, 4)?, number(month, 2)?, number(day, 2)?).ok()
}

fn instant(date: Date, text: &str) -> Option<Timestamp> {
    let zone = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (time, zone) = (text.get(..zone)?, text.get(zone..)?);
    let (clock, fraction) = time.split_once('.').map_or((time, None), |(clock, fraction)| (clock, Some(fraction)));
    let nanos = fraction.map_or(Some(0), nanoseconds)?;
    let (hour, minute, second) = match split::<3>(clock, ':') {
        Some([hour, minute, second]) => (hour, minute, second),
        None => split::<2>(clock, ':').filter(|_| fraction.is_none()).map(|[hour, minute]| (hour, minute, "00"))?,
    };
    let (hour, minute, second): (i8, i8, i8) = (number(hour, 2)?, number(minute, 2)?, number(second, 2)?);
    let offset = offset(zone)?;
    if (hour, minute, second, nanos) == (24, 0, 0, 0) {
        return midnight(date.tomorrow().ok()?, offset);
    }
    let time = jiff::civil::Time::new(hour, minute, second, nanos).ok()?;
    offset.to_timestamp(date.to_datetime(time)).ok()
}

fn midnight(date: Date, offset: Offset) -> Option<Timestamp> {
    offset.to_timestamp(date.to_datetime(jiff::civil::Time::midnight())).ok()
}

/// `Z`, `+hh:mm`, `-hh:mm` up to 14:00, or nothing.
fn offset(text: &str) -> Option<Offset> {
    if matches!(text, "" | "Z") {
        return Some(Offset::UTC);
    }
    let sign = match text.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let [hours, minutes] = split::<2>(text.get(1..)?, ':')?;
    let (hours, minutes): (i32, i32) = (number(hours, 2)?, number(minutes, 2)?);
    let within = minutes < 60 && hours * 60 + minutes <= 14 * 60;
    if within { Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok() } else { None }
}

/// Digits beyond the ninth are cut off.
fn nanoseconds(digits: &str) -> Option<i32> {
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let kept = digits.get(..9).unwrap_or(digits);
    format!("{kept:0<9}").parse().ok()
}

fn split<const N: usize>(text: &str, at: char) -> Option<[&str; N]> {
    text.split(at).collect::<Vec<_>>().try_into().ok()
}

fn number<T: std::str::FromStr>(digits: &str, length: usize) -> Option<T> {
    (digits.len() == length && digits.bytes().all(|digit| digit.is_ascii_digit())).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_read_as_spans() {
        for (text, expected) in [
            ("2023-12-31T06:00Z", Some("2023-12-31T06:00:00Z 2023-12-31T06:00:00.000000001Z")),
            ("2023-12-31T06:00:00Z", Some("2023-12-31T06:00:00Z 2023-12-31T06:00:00.000000001Z")),
            ("2023-12-31T06:00:00.5+02:00", Some("2023-12-31T04:00:00.5Z 2023-12-31T04:00:00.500000001Z")),
            ("2017-12-19T15:00:00", Some("2017-12-19T15:00:00Z 2017-12-19T15:00:00.000000001Z")),
            ("2023-12-31T24:00:00Z", Some("2024-01-01T00:00:00Z 2024-01-01T00:00:00.000000001Z")),
            ("2018-01-01", Some("2018-01-01T00:00:00Z 2018-01-02T00:00:00Z")),
            ("2018-01-01-05:00", Some("2018-01-01T05:00:00Z 2018-01-02T05:00:00Z")),
            ("2018-02-30", None),
            ("2018-01-01T25:00:00Z", None),
            ("2018-01-01T10:00:61Z", None),
            ("2018-01-01T10:00:00+15:00", None),
            ("2018-01-01 10:00:00", None),
            ("2018-01-01T10:00.5Z", None),
            ("next year", None),
            ("ééééééé", None),
            ("", None),
        ] {
            let read = Moment::read(text).map(|moment| format!("{} {}", moment.start, moment.end));
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }
}
