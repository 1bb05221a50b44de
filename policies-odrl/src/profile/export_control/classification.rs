use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a classification cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct Unreadable {
    text: String,
    expected: &'static str,
}

/// Longer ones are not read.
const MAX_LENGTH: usize = 40;

impl Unreadable {
    pub(super) fn new(text: &str, expected: &'static str) -> Self {
        Self { text: text.chars().take(MAX_LENGTH).collect(), expected }
    }
}

macro_rules! classification {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $read:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// As it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Unreadable;

            fn from_str(text: &str) -> Result<Self, Unreadable> {
                if text.len() <= MAX_LENGTH && $read(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(Unreadable::new(text, $expected))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = Unreadable;

            fn try_from(text: String) -> Result<Self, Unreadable> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(entry: $name) -> String {
                entry.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

classification! {
    /// An export control classification number of the US Commerce Control List (15 CFR 774), such as `2E003` or `5A002.a.1`, or `EAR99`
    /// for what is subject to the regulations and not listed.
    Eccn, "an ECCN such as 2E003.a, or EAR99", is_eccn
}

classification! {
    /// A category of the US Munitions List (22 CFR 121), `I` to `XXI`, with its paragraphs, such as `VIII(h)(1)`.
    Usml, "a category of the US Munitions List such as VIII(h)(1)", is_usml
}

classification! {
    /// An entry of Annex I to Regulation (EU) 2021/821, such as `2E003` or `5A002.a`, or `none` for what was looked at and is not listed.
    DualUse, "an entry of Annex I to Regulation (EU) 2021/821 such as 2E003, or none", is_dual_use
}

fn is_eccn(text: &str) -> bool {
    text == "EAR99" || is_entry(text)
}

fn is_dual_use(text: &str) -> bool {
    text == "none" || is_entry(text)
}

/// Category 0 to 9, group A to E, three digits, and paragraphs with letters and numbers in turn.
fn is_entry(text: &str) -> bool {
    let mut parts = text.split('.');
    let number = parts.next().map(str::as_bytes);
    let listed = matches!(
        number,
        Some([b'0'..=b'9', b'A'..=b'E', one, two, three]) if [one, two, three].iter().all(|digit| digit.is_ascii_digit())
    );
    listed && parts.enumerate().all(|(depth, paragraph)| is_paragraph(paragraph, depth % 2 == 0))
}

fn is_paragraph(text: &str, lettered: bool) -> bool {
    let allowed = |byte: u8| if lettered { byte.is_ascii_lowercase() } else { byte.is_ascii_digit() };
    (1..=3).contains(&text.len()) && text.bytes().all(allowed)
}

const CATEGORIES: &[&str] = &[
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII",
    "XVIII", "XIX", "XX", "XXI",
];

fn is_usml(text: &str) -> bool {
    let (category, paragraphs) = text.split_at(text.find('(').unwrap_or(text.len()));
    let mut rest = paragraphs;
    let mut depth = 0;
    while let Some((paragraph, after)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        let fits = match depth {
            0 => is_paragraph(paragraph, true),
            1 => is_paragraph(paragraph, false),
            2 => paragraph.bytes().all(|byte| matches!(byte, b'i' | b'v' | b'x')),
            _ => is_letter(paragraph),
        };
        if paragraph.is_empty() || paragraph.len() > 6 || !fits {
            return false;
        }
        (rest, depth) = (after, depth + 1);
    }
    CATEGORIES.contains(&category) && rest.is_empty() && depth <= 4
}

fn is_letter(text: &str) -> bool {
    matches!(text.as_bytes(), [letter] if letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_or_refused() {
        for (text, eccn, usml, dual_use) in [
            ("EAR99", true, false, false),
            ("none", false, false, true),
            ("2E003", true, false, true),
            ("9A610.a", true, false, true),
            ("5A002.a.1.b", true, false, true),
            ("2F003", false, false, false),
            ("2E03", false, false, false),
            ("2e003", false, false, false),
            ("2E003.", false, false, false),
            ("2E003.1", false, false, false),
            ("2E003.a.b", false, false, false),
            ("XI", false, true, false),
            ("VIII(h)(1)", false, true, false),
            ("XI(a)(3)(ii)", false, true, false),
            ("XI(a)(3)(ii)(A)", false, true, false),
            ("XXII", false, false, false),
            ("VIII(1)", false, false, false),
            ("VIII(h", false, false, false),
            ("VIII()", false, false, false),
            ("", false, false, false),
            ("éE003", false, false, false),
        ] {
            assert_eq!(text.parse::<Eccn>().is_ok(), eccn, "ECCN {text}");
            assert_eq!(text.parse::<Usml>().is_ok(), usml, "USML {text}");
            assert_eq!(text.parse::<DualUse>().is_ok(), dual_use, "EU {text}");
        }
    }

    #[test]
    fn an_entry_lies_within_others() {
        for (entry, outer, expected) in [
            ("5A002.a.1", "5A002", true),
            ("5A002.a.1", "5A002.a", true),
            ("VIII(h)(1)", "VIII(h)", true),
            ("VIII(h)", "VII", false),
            ("2E003", "2E003.a", false),
            ("2E0031", "2E003", false),
        ] {
            assert_eq!(crate::profile::is_within(entry, outer), expected, "{entry} in {outer}");
        }
    }
}
