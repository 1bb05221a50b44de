//! Names, values, dates and lists as people write them.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::Offset;

use super::codes;
use crate::duration::Duration;
use crate::moment::Moment;
use crate::names::shown;
use crate::value::{Typed, Value};

/// Values longer than this are cut: they come from a partner.
const MAX_VALUE: usize = 160;
/// Values of one constraint beyond these are counted instead of written.
const MAX_VALUES: usize = 100;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A name or a value in quotes. Nothing in it can end the quotes, break the line, or turn the direction of the text.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", cut(&shown(name), MAX_VALUE))
}

/// Shortened, without characters that would break a line of a log or deceive the reader's eye.
pub(crate) fn cut(text: &str, length: usize) -> String {
    let mut cut: String = text.chars().take(length).map(harmless).collect();
    if text.chars().nth(length).is_some() {
        cut.push('…');
    }
    cut
}

fn harmless(character: char) -> char {
    match character {
        '`' => '\'',
        // Marks that join, hide or turn the text around them.
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => '\u{fffd}',
        character if character.is_control() => ' ',
        character => character,
    }
}

/// `a`; `a and b`; `a, b and c`. Many are cut short, and the rest counted.
pub(crate) fn list<S: AsRef<str>>(items: impl IntoIterator<Item = S>, last: &str) -> String {
    let items: Vec<_> = items.into_iter().collect();
    let shown: Vec<&str> = items.iter().take(MAX_VALUES).map(AsRef::as_ref).collect();
    match (shown.as_slice(), items.len().saturating_sub(MAX_VALUES)) {
        ([], _) => "nothing".to_owned(),
        ([one], _) => (*one).to_owned(),
        ([most @ .., end], 0) => format!("{} {last} {end}", most.join(", ")),
        (all, more) => format!("{} {last} {more} more", all.join(", ")),
    }
}

/// A value in words: dates and durations written out, codes of known profiles with what they stand for.
pub(crate) fn value(value: &Value) -> String {
    let lexical = || quoted(value.lexical());
    match value.typed() {
        Typed::Moment(at) => moment(*at),
        Typed::SinceAgreement(seconds) => since_signing(*seconds),
        Typed::Duration(length) => duration(*length),
        Typed::Number(_) | Typed::Boolean(_) => cut(value.lexical(), MAX_VALUE),
        Typed::Foreign(datatype) => format!("{} (written as {})", lexical(), quoted(datatype)),
        Typed::Unread => format!("{} (not readable)", lexical()),
        Typed::Iri | Typed::Text => match codes::meaning(value.lexical()) {
            Some(meaning) => format!("{meaning} ({})", lexical()),
            None => lexical(),
        },
    }
}

/// `31 March 2026` for a whole day, `31 March 2026, 06:00 UTC` for an instant.
pub(crate) fn moment(moment: Moment) -> String {
    match (is_day(moment), clock(moment.start)) {
        (false, _) => instant(moment.start),
        (true, None) => day(moment.start),
        (true, Some(_)) => format!("the day that begins at {}", instant(moment.start)),
    }
}

/// Whether a whole day is meant rather than an instant.
pub(crate) fn is_day(moment: Moment) -> bool {
    moment.end.duration_since(moment.start).as_nanos() > 1
}

/// An instant in UTC, as precise as it has to be.
pub(crate) fn instant(at: Timestamp) -> String {
    match clock(at) {
        Some(clock) => format!("{}, {clock} UTC", day(at)),
        None => format!("{}, 00:00 UTC", day(at)),
    }
}

fn day(at: Timestamp) -> String {
    let date = Offset::UTC.to_datetime(at).date();
    let month = usize::try_from(date.month()).ok().and_then(|month| MONTHS.get(month.saturating_sub(1)));
    format!("{} {} {}", date.day(), month.unwrap_or(&""), date.year())
}

/// The time of day in UTC; `None` at midnight.
fn clock(at: Timestamp) -> Option<String> {
    let time = Offset::UTC.to_datetime(at).time();
    let mut clock = format!("{:02}:{:02}", time.hour(), time.minute());
    let fraction = time.subsec_nanosecond();
    if time.second() != 0 || fraction != 0 {
        // Writing to a string does not fail.
        let _ = write!(clock, ":{:02}", time.second());
    }
    if fraction != 0 {
        let digits = format!("{fraction:09}");
        let _ = write!(clock, ".{}", digits.trim_end_matches('0'));
    }
    (clock != "00:00").then_some(clock)
}

fn since_signing(seconds: i64) -> String {
    match seconds {
        0 => "the moment of signing".to_owned(),
        1.. => format!("{} after signing", length(0, i128::from(seconds) * 1_000_000_000)),
        ..0 => format!("{} before signing", length(0, -i128::from(seconds) * 1_000_000_000)),
    }
}

/// `1 year 2 months 3 days`.
pub(crate) fn duration(duration: Duration) -> String {
    let (months, nanos) = (duration.months(), duration.nanos());
    if months < 0 || nanos < 0 { format!("minus {}", length(-months, -nanos)) } else { length(months, nanos) }
}

fn length(months: i64, nanos: i128) -> String {
    const SECOND: i128 = 1_000_000_000;
    let fields = [
        (i128::from(months) / 12, "year"),
        (i128::from(months) % 12, "month"),
        (nanos / (86_400 * SECOND), "day"),
        (nanos / (3_600 * SECOND) % 24, "hour"),
        (nanos / (60 * SECOND) % 60, "minute"),
        (nanos / SECOND % 60, "second"),
        (nanos % SECOND, "nanosecond"),
    ];
    let written: Vec<_> =
        fields.iter().filter(|(count, _)| *count != 0).map(|(count, unit)| counted(*count, unit)).collect();
    if written.is_empty() { "no time".to_owned() } else { written.join(" ") }
}

/// `1 day`, `2 days`.
pub(crate) fn counted(count: i128, unit: &str) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// `UsagePurpose` and `dateTime` as `usage purpose` and `date time`.
pub(crate) fn spaced(name: &str) -> Cow<'_, str> {
    if !name.chars().any(char::is_uppercase) {
        return Cow::Borrowed(name);
    }
    let mut words = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        if character.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(character.to_lowercase());
    }
    Cow::Owned(words)
}

/// With a capital letter, unless it begins with a name in quotes.
pub(crate) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Prefixes;
    use crate::value::Datatype;

    fn written(text: &str, datatype: Datatype) -> String {
        value(&Value::read(&text.into(), &Prefixes::default(), datatype))
    }

    #[test]
    fn dates_and_durations_are_written_out() {
        for (text, datatype, expected) in [
            ("2026-03-31", Datatype::Moment, "31 March 2026"),
            ("2026-03-31-05:00", Datatype::Moment, "the day that begins at 31 March 2026, 05:00 UTC"),
            ("2026-03-31T06:00Z", Datatype::Moment, "31 March 2026, 06:00 UTC"),
            ("2026-03-31T00:00:00Z", Datatype::Moment, "31 March 2026, 00:00 UTC"),
            ("2026-03-31T06:00:30.250+02:00", Datatype::Moment, "31 March 2026, 04:00:30.25 UTC"),
            ("contractAgreement+30d", Datatype::Moment, "30 days after signing"),
            ("contractAgreement+-1m", Datatype::Moment, "1 minute before signing"),
            ("contractAgreement+0s", Datatype::Moment, "the moment of signing"),
            ("next year", Datatype::Moment, "`next year` (not readable)"),
            ("P1Y2M3DT4H", Datatype::Duration, "1 year 2 months 3 days 4 hours"),
            ("-P30D", Datatype::Duration, "minus 30 days"),
            ("PT0S", Datatype::Duration, "no time"),
            ("5.0", Datatype::Number, "5.0"),
            ("cx.region.europe:1", Datatype::Text, "Europe (`cx.region.europe:1`)"),
            ("a `quoted`\nname\u{202e}", Datatype::Text, "`a 'quoted' name\u{fffd}`"),
        ] {
            assert_eq!(written(text, datatype), expected, "{text}");
        }
    }

    #[test]
    fn lists_end_in_a_word() {
        assert_eq!(list(Vec::<String>::new(), "or"), "nothing");
        assert_eq!(list(["a"], "or"), "a");
        assert_eq!(list(["a", "b", "c"], "or"), "a, b or c");
        let many = list((0..MAX_VALUES + 7).map(|index| index.to_string()), "and");
        assert!(many.ends_with("98, 99 and 7 more"), "{many}");
    }
}
