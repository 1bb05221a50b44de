//! Facts that the path of a data request states. They cannot be lied about: what was understood of the path is what the
//! source is asked for.
//!
//! A template such as `/parts/{adm:partNumber}/**?from&to` is checked when its asset is published. A request that does not
//! fit states no fact, and is refused.

use serde_json::{Map, Value};
use symbolon_data_plane::source::Source;
use symbolon_data_plane::sub_path::SubPath;

use super::operands;
use crate::problem::{Kind, Problem};

/// Longest template, in bytes.
const BYTES: usize = 1024;
/// Segments and parameters of a template.
const PARTS: usize = 16;
/// Longest value that a path states, in bytes.
const VALUE_BYTES: usize = 256;

/// A template, ready to be compared with paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    text: String,
    segments: Vec<Part>,
    /// Whether further segments may follow.
    open: bool,
    parameters: Vec<(String, Part)>,
}

/// What stands at one place of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// This text.
    Text(String),
    /// A value of this operand.
    Fact(String),
    /// Anything.
    Any,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong, as a sentence.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.len() > BYTES {
            return Err(format!("a template has at most {BYTES} bytes"));
        }
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let path = path.strip_prefix('/').ok_or("a template begins with \"/\", such as /parts/{adm:partNumber}/**")?;
        let mut parts: Vec<&str> = path.split('/').collect();
        let open = matches!(parts.last(), Some(&("**" | "…")));
        if open {
            parts.pop();
        }
        let segments = parts.into_iter().map(part).collect::<Result<Vec<_>, _>>()?;
        let parameters = match query {
            "" => Vec::new(),
            query => query.split('&').map(parameter).collect::<Result<Vec<_>, _>>()?,
        };
        let template = Self { text: text.to_owned(), segments, open, parameters };
        template.checked()
    }

    fn checked(self) -> Result<Self, String> {
        if self.segments.len() > PARTS || self.parameters.len() > PARTS {
            return Err(format!("a template has at most {PARTS} segments, and as many parameters"));
        }
        let operands: Vec<&str> = self.operands().collect();
        if operands.is_empty() {
            return Err("a template states at least one fact, such as {adm:partNumber}".to_owned());
        }
        let twice = |(place, one): (usize, &&str)| operands.iter().take(place).any(|other| other == one);
        if let Some((_, operand)) = operands.iter().enumerate().find(|(place, one)| twice((*place, one))) {
            return Err(format!("{operand} stands there twice"));
        }
        let mut names = self.parameters.iter().enumerate();
        let named_twice = names.find(|(place, (name, _))| self.parameters.iter().take(*place).any(|(n, _)| n == name));
        match named_twice {
            Some((_, (name, _))) => Err(format!("the parameter {name:?} stands there twice")),
            None => Ok(self),
        }
    }

    /// Refuses a source whose paths do not tell what is asked for.
    ///
    /// # Errors
    /// Why, as a sentence.
    pub fn check_source(&self, source: &Source) -> Result<(), String> {
        if let Some(why) = source.hides_what_is_asked() {
            return Err(format!("the source {why}, so no path tells what of it is asked for"));
        }
        if !self.parameters.is_empty() && !source.takes_query() {
            return Err("the source does not pass the query on (proxyQueryParams)".to_owned());
        }
        Ok(())
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The operands that paths state values of, as IRIs.
    pub fn operands(&self) -> impl Iterator<Item = &str> {
        let parts = self.segments.iter().chain(self.parameters.iter().map(|(_, part)| part));
        parts.filter_map(|part| match part {
            Part::Fact(operand) => Some(operand.as_str()),
            Part::Text(_) | Part::Any => None,
        })
    }

    /// What a request states: operand and value.
    ///
    /// # Errors
    /// 403 when it does not fit.
    pub fn facts<'a>(&'a self, asked: &'a SubPath) -> Result<Vec<(&'a str, &'a str)>, Problem> {
        let segments = asked.segments();
        let long_enough = segments.len() == self.segments.len() || self.open && segments.len() > self.segments.len();
        if !long_enough {
            return Err(self.misfit("the path has another number of segments"));
        }
        let mut facts = Vec::new();
        for (part, segment) in self.segments.iter().zip(segments) {
            self.take(part, segment, &mut facts)?;
        }
        for (name, value) in asked.parameters() {
            let known = self.parameters.iter().find(|(known, _)| known == name);
            let Some((_, part)) = known else {
                return Err(self.misfit(&format!("the parameter {name:?} is none of it")));
            };
            self.take(part, value, &mut facts)?;
        }
        let stated = |operand: &str| facts.iter().any(|(known, _)| *known == operand);
        match self.operands().find(|operand| !stated(operand)) {
            Some(operand) => Err(self.misfit(&format!("it does not say {operand}"))),
            None => Ok(facts),
        }
    }

    fn take<'a>(&self, part: &'a Part, found: &'a str, facts: &mut Vec<(&'a str, &'a str)>) -> Result<(), Problem> {
        match part {
            Part::Any => Ok(()),
            Part::Text(text) if text == found => Ok(()),
            Part::Text(text) => Err(self.misfit(&format!("{found:?} stands where {text:?} is expected"))),
            // Letters that look alike would be told apart here, and perhaps not by the source.
            Part::Fact(operand) if (1..=VALUE_BYTES).contains(&found.len()) && found.bytes().all(is_plain) => {
                facts.push((operand, found));
                Ok(())
            }
            Part::Fact(operand) => {
                Err(self
                    .misfit(&format!("the value of {operand} is not 1 to {VALUE_BYTES} printable ASCII characters")))
            }
        }
    }

    fn misfit(&self, why: &str) -> Problem {
        let detail = format!("what is asked for does not fit {}: {why}", self.text);
        Problem::new(Kind::Forbidden, "policy.path", detail)
            .with_rule(format!("pathFacts {}", self.text))
            .with_hint("ask for one thing at a time, by a path as the template writes it")
    }
}

fn is_plain(byte: u8) -> bool {
    byte == b' ' || byte.is_ascii_graphic()
}

fn part(text: &str) -> Result<Part, String> {
    if let Some(operand) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
        let known = operands::of_request(operand);
        return known.map(Part::Fact).ok_or_else(|| {
            format!("{operand:?} is no operand that a request is about; {}", operands::OF_REQUEST_HINT)
        });
    }
    if text == "*" {
        return Ok(Part::Any);
    }
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b':' | b'@' | b'$');
    if text.is_empty() || matches!(text, "." | "..") || !text.bytes().all(plain) {
        return Err(format!(
            "{text:?} is no segment of a template: letters, digits and -._~:@$, or {{operand}}, or * for any one segment, \
             or ** at the end for any that follow"
        ));
    }
    Ok(Part::Text(text.to_owned()))
}

fn parameter(text: &str) -> Result<(String, Part), String> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, part(value)?),
        None => (text, Part::Any),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'$');
    if name.is_empty() || !name.bytes().all(plain) {
        return Err(format!("{name:?} is no parameter of a template: letters, digits and -._~$"));
    }
    Ok((name.to_owned(), value))
}

/// Facts that a path states may not be outside of what the consumer confined the transfer to.
///
/// # Errors
/// 403, naming operand and value.
pub fn within_scope(scope: &Map<String, Value>, facts: &[(&str, &str)]) -> Result<(), Problem> {
    for (operand, value) in facts {
        let Some(declared) = scope.get(*operand) else { continue };
        if !operands::values(declared).any(|one| operands::text(one) == Some(value)) {
            let detail = format!("the path asks for {operand} {value:?}; the transfer is confined to {declared}");
            return Err(Problem::new(Kind::Forbidden, "policy.scope", detail)
                .with_rule(format!("scope of the transfer, {operand}"))
                .with_hint("ask for what the transfer is confined to, or start another with another scope"));
        }
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    const PART: &str = "https://w3id.org/symbolon/admissibility/1/partNumber";

    fn read(template: &str, path: &str, query: &str) -> Result<Vec<(String, String)>, String> {
        let asked = SubPath::read(path, query).map_err(|error| error.to_string())?;
        let template = Template::read(template).unwrap();
        let facts = template.facts(&asked).map_err(|problem| problem.code)?;
        Ok(facts.into_iter().map(|(operand, value)| (operand.to_owned(), value.to_owned())).collect())
    }

    #[test]
    fn a_path_that_fits_states_its_facts() {
        let closed = "/parts/{adm:partNumber}";
        let open = "/parts/{adm:partNumber}/**?from&to";
        let asked = "/query?part={adm:partNumber}&from";
        let cases = [
            (closed, "parts/P-1", "", "P-1"),
            (closed, "parts/%50%2d1", "", "P-1"),
            (closed, "parts/A%20B", "", "A B"),
            (open, "parts/P-1", "", "P-1"),
            (open, "parts/P-1/runs/7", "from=2026-01-01&to=x", "P-1"),
            ("/{adm:partNumber}/*/x", "P-1/anything/x", "", "P-1"),
            (asked, "query", "part=P-1", "P-1"),
            (asked, "query", "from=1&p%61rt=P-1", "P-1"),
        ];
        for (template, path, query, value) in cases {
            let facts = read(template, path, query);
            assert_eq!(facts, Ok(vec![(PART.to_owned(), value.to_owned())]), "{template} {path}?{query}");
        }
    }

    #[test]
    fn a_path_that_does_not_fit_is_refused() {
        let open = "/parts/{adm:partNumber}/**?from&to";
        let cases = [
            (open, "", ""),
            (open, "parts", ""),
            (open, "Parts/P-1", ""),
            (open, "other/P-1", ""),
            (open, "parts/P-1", "part=P-2"),
            (open, "parts/P%C3%A9", ""),
            ("/parts/{adm:partNumber}", "parts/P-1/P-2", ""),
            ("/parts/{adm:partNumber}", "parts/P-1", "x"),
            ("/query?part={adm:partNumber}", "query", ""),
            ("/query?part={adm:partNumber}", "query", "part="),
        ];
        for (template, path, query) in cases {
            assert_eq!(read(template, path, query), Err("policy.path".to_owned()), "{template} {path}?{query}");
        }
    }

    #[test]
    fn a_template_that_states_nothing_or_too_much_is_refused() {
        let long = format!("/{{adm:partNumber}}/{}", "a".repeat(BYTES));
        let many = format!("/{{adm:partNumber}}{}", "/a".repeat(PARTS));
        let cases = [
            "",
            "/",
            "/parts",
            "parts/{adm:partNumber}",
            "/parts/{partNumber of the moon}",
            "/parts/{}",
            "/parts/{symbolon:participantId}",
            "/parts/{https://w3id.org/symbolon/export-control/1/nationality}",
            "/parts/x{adm:partNumber}",
            "/parts//{adm:partNumber}",
            "/parts/{adm:partNumber}/",
            "/parts/../{adm:partNumber}",
            "/parts/%41/{adm:partNumber}",
            "/**/{adm:partNumber}",
            "/{adm:partNumber}/{adm:partNumber}",
            "/{adm:partNumber}?a&a",
            "/{adm:partNumber}?=x",
            &long,
            &many,
        ];
        for template in cases {
            let read = Template::read(template);
            assert!(read.is_err(), "{template}: {read:?}");
        }
    }
}
