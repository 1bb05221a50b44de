//! `symbolon search`: what all partners offer, from their kept catalogues.

use clap::{Args, ValueEnum};
use serde_json::Value;

use super::catalog::several;
use super::client::{Connection, text};
use super::failure::Failure;
use super::output::{Output, table};
use crate::http_client::path_segment;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon search spindle telemetry                    every word has to be there; case and accents do not count
  symbolon search --qualifies yes                      what our own credentials suffice for
  symbolon search brakes --partner did:web:oem.example --format HttpData-PULL
  symbolon search --sort newest --limit 10 --json | jq .items[].dataset")]
pub(super) struct Search {
    #[command(flatten)]
    connection: Connection,
    /// What to look for in titles, ids, keywords, descriptions and other texts; everything if left out
    words: Vec<String>,
    /// Only of this participant; may be repeated
    #[arg(long, value_name = "ID")]
    partner: Vec<String>,
    /// Only of this kind of data; may be repeated
    #[arg(long = "type", value_name = "TYPE")]
    kind: Vec<String>,
    /// Only in this transfer format; may be repeated
    #[arg(long, value_name = "FORMAT")]
    format: Vec<String>,
    /// Only with terms about this operand or action, such as Membership; may be repeated
    #[arg(long, value_name = "NAME")]
    term: Vec<String>,
    /// Whether our own credentials satisfy the terms; may be repeated
    #[arg(long, value_name = "ANSWER")]
    qualifies: Vec<Qualifies>,
    /// In which order
    #[arg(long, value_name = "ORDER", default_value = "relevance")]
    sort: Order,
    /// How many to pass over
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    offset: u32,
    /// How many
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Qualifies {
    Yes,
    No,
    Unknown,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Order {
    Relevance,
    Title,
    Partner,
    Newest,
}

pub(super) async fn run(search: Search, output: &Output) -> Result<(), Failure> {
    let found = search.connection.client()?.get(&search.path()).await?;
    output.record(&found);
    let items: Vec<&Value> = several(&found, "items").collect();
    let mut rows = vec![["QUALIFIES", "TITLE", "DATASET", "PARTNER"].map(str::to_owned).to_vec()];
    rows.extend(items.iter().map(|item| row(item)));
    output.say(table(&rows).trim_end());
    for item in items.iter().filter(|item| item.get("why").is_some_and(Value::is_string)) {
        output.say(format!("{}: {}", text(item, "dataset"), text(item, "why")));
    }
    let total = found.get("total").and_then(Value::as_u64).unwrap_or_default();
    let passed = u64::from(search.offset).saturating_add(items.len() as u64);
    if total > passed {
        output.say(format!("{total} in all: --offset {passed} reads on."));
    }
    Ok(())
}

impl Search {
    fn path(&self) -> String {
        let named = |word: Option<clap::builder::PossibleValue>| word.map(|word| word.get_name().to_owned());
        let sort = named(self.sort.to_possible_value()).unwrap_or_default();
        let mut path = format!("catalogs/search?sort={sort}&offset={}&limit={}", self.offset, self.limit);
        let qualifies: Vec<String> = self.qualifies.iter().filter_map(|one| named(one.to_possible_value())).collect();
        let words = if self.words.is_empty() { Vec::new() } else { vec![self.words.join(" ")] };
        let filters = [
            ("q", &words),
            ("partner", &self.partner),
            ("type", &self.kind),
            ("format", &self.format),
            ("term", &self.term),
            ("qualifies", &qualifies),
        ];
        for (name, values) in filters {
            path.extend(values.iter().map(|value| format!("&{name}={}", path_segment(value))));
        }
        path
    }
}

fn row(item: &Value) -> Vec<String> {
    let partner = match text(item, "partnerName") {
        "" => text(item, "partner"),
        name => name,
    };
    [text(item, "qualifies"), text(item, "title"), text(item, "dataset"), partner].map(str::to_owned).to_vec()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        search: Search,
    }

    #[test]
    fn a_question_becomes_a_path() {
        let cases: [(&[&str], &str); 3] = [
            (&[], "catalogs/search?sort=relevance&offset=0&limit=50"),
            (&["spindle", "k&l"], "catalogs/search?sort=relevance&offset=0&limit=50&q=spindle%20k%26l"),
            (
                &["--partner", "did:web:a", "--partner", "did:web:b", "--qualifies", "yes", "--sort", "newest"],
                "catalogs/search?sort=newest&offset=0&limit=50&partner=did:web:a&partner=did:web:b&qualifies=yes",
            ),
        ];
        for (arguments, path) in cases {
            let line = Line::try_parse_from(["search"].iter().chain(arguments)).map(|line| line.search.path());
            assert_eq!(line.ok().as_deref(), Some(path), "{arguments:?}");
        }
    }
}
