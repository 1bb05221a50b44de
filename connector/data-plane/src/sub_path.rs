//! A sub-path and query in the one spelling in which they are fetched.
//!
//! Servers differ in how they read a path: some decode it twice, some cut it at backslashes or semicolons, some drop empty
//! segments. Where a decision rests on a path, what is decided on must be what is fetched, whoever reads it. So a path that
//! could be read in two ways is refused, and one that cannot is written anew from what was understood.

use std::borrow::Cow;
use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Longest path and longest query that are read, in bytes as received.
const BYTES: usize = 2048;
/// Segments of a path, and parameters of a query.
const PARTS: usize = 32;
/// Everything but the unreserved characters of RFC 3986 §2.3 is percent-encoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a consumer asks for below an asset, read once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubPath {
    segments: Vec<String>,
    parameters: Vec<(String, String)>,
    path: String,
    query: String,
}

/// A path or query that servers read differently. The text is the end of a sentence about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ambiguous {
    /// Longer than is read.
    #[error("is longer than {BYTES} bytes, or has more than {PARTS} parts")]
    Long,
    /// Two slashes in a row, or one at the end.
    #[error("has an empty segment: two slashes in a row, or one at the end")]
    Empty,
    /// `.` or `..`.
    #[error("has a \".\" or \"..\" segment")]
    Dots,
    /// What is encoded is no UTF-8 text.
    #[error("is not UTF-8 once it is decoded")]
    Encoding,
    /// A segment holds a character by which some servers cut it.
    #[error("has a segment that holds {0:?} once it is decoded, by which some servers cut or decode it again")]
    Cut(char),
    /// A parameter stands there twice.
    #[error("has a query parameter twice, of which servers take one or the other")]
    Twice,
}

impl SubPath {
    /// Reads what follows the address of a transfer (without the slash between) and the query, both as received.
    ///
    /// # Errors
    /// When another server could read it in another way.
    pub fn read(path: &str, query: &str) -> Result<Self, Ambiguous> {
        if path.len() > BYTES || query.len() > BYTES {
            return Err(Ambiguous::Long);
        }
        let segments = match path {
            "" => Vec::new(),
            path => path.split('/').map(segment).collect::<Result<_, _>>()?,
        };
        let parameters: Vec<(String, String)> = match query {
            "" => Vec::new(),
            query => query.split('&').map(parameter).collect::<Result<_, _>>()?,
        };
        if segments.len() > PARTS || parameters.len() > PARTS {
            return Err(Ambiguous::Long);
        }
        let twice =
            |(place, (name, _)): (usize, &(String, String))| parameters.iter().take(place).any(|p| p.0 == *name);
        if parameters.iter().enumerate().any(twice) {
            return Err(Ambiguous::Twice);
        }
        let path = segments.iter().map(|one| encoded(one)).collect::<Vec<_>>().join("/");
        let query = written(&parameters);
        Ok(Self { segments, parameters, path, query })
    }

    /// The segments of the path, decoded.
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// The parameters of the query in their order, decoded.
    pub fn parameters(&self) -> &[(String, String)] {
        &self.parameters
    }

    /// The path as it is fetched, percent-encoded.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query as it is fetched, percent-encoded.
    pub fn query(&self) -> &str {
        &self.query
    }
}

fn segment(raw: &str) -> Result<String, Ambiguous> {
    let text = percent_decode_str(raw).decode_utf8().map_err(|_| Ambiguous::Encoding)?;
    if text.is_empty() {
        return Err(Ambiguous::Empty);
    }
    if matches!(&*text, "." | "..") {
        return Err(Ambiguous::Dots);
    }
    let cuts = |c: &char| c.is_control() || matches!(c, '/' | '\\' | '%' | ';' | '?' | '#');
    match text.chars().find(cuts) {
        Some(cut) => Err(Ambiguous::Cut(cut)),
        None => Ok(text.into_owned()),
    }
}

fn parameter(raw: &str) -> Result<(String, String), Ambiguous> {
    let (name, value) = raw.split_once('=').unwrap_or((raw, ""));
    let name = text(name)?;
    if name.is_empty() { Err(Ambiguous::Empty) } else { Ok((name, text(value)?)) }
}

/// A name or value of a query: a plus is a blank, as forms have it.
fn text(raw: &str) -> Result<String, Ambiguous> {
    let blanks = if raw.contains('+') { Cow::Owned(raw.replace('+', " ")) } else { Cow::Borrowed(raw) };
    let text = percent_decode_str(&blanks).decode_utf8().map_err(|_| Ambiguous::Encoding)?;
    match text.chars().find(|c| c.is_control() || *c == '%') {
        Some(cut) => Err(Ambiguous::Cut(cut)),
        None => Ok(text.into_owned()),
    }
}

fn written(parameters: &[(String, String)]) -> String {
    let mut query = String::new();
    for (name, value) in parameters {
        let between = if query.is_empty() { "" } else { "&" };
        // Writing into a string does not fail.
        let _ = write!(query, "{between}{}={}", encoded(name), encoded(value));
    }
    query
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_fetched_as_it_was_read() {
        let cases = [
            ("", "", "", ""),
            ("parts/P-1", "", "parts/P-1", ""),
            ("%70arts/%50-1", "", "parts/P-1", ""),
            ("sch%C3%B6n/a b", "", "sch%C3%B6n/a%20b", ""),
            ("a:b@c", "", "a%3Ab%40c", ""),
            ("a", "from=2026-01-01T00:00:00%2B01:00&x", "a", "from=2026-01-01T00%3A00%3A00%2B01%3A00&x="),
            ("a", "q=a+b&r=a%20b", "a", "q=a%20b&r=a%20b"),
            ("...", "", "...", ""),
        ];
        for (path, query, fetched, asked) in cases {
            let read = SubPath::read(path, query).unwrap();
            assert_eq!((read.path(), read.query()), (fetched, asked), "{path}?{query}");
            assert_eq!(SubPath::read(read.path(), read.query()), Ok(read.clone()), "{path}?{query}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        let long = "a".repeat(BYTES + 1);
        let many = ["a"; PARTS + 1].join("/");
        let cases = [
            ("parts//P-1", "", Ambiguous::Empty),
            ("parts/P-1/", "", Ambiguous::Empty),
            ("/parts", "", Ambiguous::Empty),
            ("parts/./P-1", "", Ambiguous::Dots),
            ("parts/%2e%2E/P-1", "", Ambiguous::Dots),
            ("parts/P-1%2fsecret", "", Ambiguous::Cut('/')),
            ("parts/P-1%5csecret", "", Ambiguous::Cut('\\')),
            ("parts/P-1\\secret", "", Ambiguous::Cut('\\')),
            ("parts/P-1;v=2", "", Ambiguous::Cut(';')),
            ("parts/%252e%252e", "", Ambiguous::Cut('%')),
            ("parts/P-1%3Fpart=P-2", "", Ambiguous::Cut('?')),
            ("parts/P-1%23", "", Ambiguous::Cut('#')),
            ("parts/P-1%00", "", Ambiguous::Cut('\0')),
            ("parts/P%zz", "", Ambiguous::Cut('%')),
            ("parts/%ff", "", Ambiguous::Encoding),
            ("parts", "part=P-1&part=P-2", Ambiguous::Twice),
            ("parts", "part=P-1&p%61rt=P-2", Ambiguous::Twice),
            ("parts", "part=%2550", Ambiguous::Cut('%')),
            ("parts", "part=P-1&&x=1", Ambiguous::Empty),
            ("parts", "a=%0a", Ambiguous::Cut('\n')),
            (&long, "", Ambiguous::Long),
            (&many, "", Ambiguous::Long),
        ];
        for (path, query, expected) in cases {
            assert_eq!(SubPath::read(path, query), Err(expected), "{path}?{query}");
        }
    }
}
