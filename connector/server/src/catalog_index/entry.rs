//! What a dataset says of itself, however its members are spelled.

use serde_json::{Map, Value};

use super::folding::{BREAK, fold_into};
use crate::terms::offers::several;

/// Formats and keywords of one dataset beyond these are not looked at.
const LISTED: usize = 32;
/// Offers of one dataset beyond these are not looked at.
const OFFERS: usize = 64;
/// Bytes of each part of a dataset that are searched.
const TITLE: usize = 256;
const NAMES: usize = 1024;
const REST: usize = 1536;

/// A dataset as it is found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry<'a> {
    /// Dataset id.
    pub id: &'a str,
    /// What people call it; its id, if it has no name.
    pub title: String,
    /// What it is.
    pub description: Option<String>,
    /// What it is about.
    pub keywords: Vec<String>,
    /// What kind of data it is: an IRI or a word.
    pub kind: Option<String>,
    /// Transfer formats, each once.
    pub formats: Vec<String>,
    /// Its offers, those of single distributions among them.
    pub offers: Vec<&'a Value>,
    /// Texts of all other members.
    further: Vec<&'a str>,
}

impl<'a> Entry<'a> {
    /// Reads a DSP Dataset. What is not there is empty; nothing is refused.
    pub fn of(dataset: &'a Value) -> Self {
        let empty = Map::new();
        let members = dataset.as_object().unwrap_or(&empty);
        let mut entry = Self { id: text_of(dataset, "@id"), ..Self::default() };
        for (name, value) in dataset.as_object().into_iter().flatten() {
            entry.take(name, value);
        }
        let distributions = || several(dataset, "distribution");
        for format in distributions().filter_map(|one| one.get("format")).filter_map(plain) {
            if entry.formats.len() < LISTED && !entry.formats.iter().any(|known| known == format) {
                entry.formats.push(format.to_owned());
            }
        }
        let of_distributions = distributions().flat_map(|one| several(one, "hasPolicy"));
        entry.offers = several(dataset, "hasPolicy").chain(of_distributions).take(OFFERS).collect();
        if entry.title.is_empty() {
            // A name is better than an id, and an id better than nothing.
            let named = members.iter().find(|(name, _)| local_name(name) == "name").and_then(|(_, value)| plain(value));
            entry.title = named.unwrap_or(entry.id).to_owned();
        }
        entry
    }

    fn take(&mut self, name: &str, value: &'a Value) {
        match local_name(name) {
            _ if name.starts_with('@') => {}
            "hasPolicy" | "distribution" => {}
            "title" => set(&mut self.title, value),
            "description" => {
                let mut text = self.description.take().unwrap_or_default();
                set(&mut text, value);
                self.description = (!text.is_empty()).then_some(text);
            }
            "keyword" | "keywords" => self.keywords.extend(texts(value).take(LISTED).map(str::to_owned)),
            "type" if self.kind.is_none() => self.kind = plain(value).map(str::to_owned),
            _ => self.further.extend(texts(value).take(LISTED)),
        }
    }

    /// Adds the texts that are searched, in their order of weight, each followed by a break. Returns the lengths of title,
    /// and of title and names (keywords, id, type).
    pub(super) fn fold(&self, text: &mut String) -> (usize, usize) {
        let begin = text.len();
        fold_into(text, &self.title, TITLE);
        text.push(BREAK);
        let title = text.len() - begin;
        let names = self.keywords.iter().map(String::as_str).chain([self.id]).chain(self.kind.as_deref());
        fold_all(text, names, NAMES);
        let named = text.len() - begin;
        fold_all(text, self.description.as_deref().into_iter().chain(self.further.iter().copied()), REST);
        (title, named)
    }
}

fn fold_all<'a>(text: &mut String, parts: impl Iterator<Item = &'a str>, limit: usize) {
    let begin = text.len();
    for part in parts {
        let left = limit.saturating_sub(text.len() - begin);
        if left == 0 {
            break;
        }
        fold_into(text, part, left);
        text.push(BREAK);
    }
}

/// The first text, or the English one where there are several languages.
fn set(text: &mut String, value: &Value) {
    let items = if let Value::Array(items) = value { items.as_slice() } else { std::slice::from_ref(value) };
    let language =
        |item: &&Value| item.get("@language").and_then(Value::as_str).is_some_and(|tag| tag.starts_with("en"));
    let chosen = items.iter().find(language).or_else(|| items.iter().find(|item| plain(item).is_some()));
    if let Some(chosen) = chosen.and_then(plain).filter(|_| text.is_empty()) {
        chosen.clone_into(text);
    }
}

/// A text, written plainly, as a node or as a literal.
fn plain(value: &Value) -> Option<&str> {
    let text = match value {
        Value::Array(items) => return items.iter().find_map(plain),
        Value::String(text) => text.as_str(),
        Value::Object(members) => {
            ["@value", "@id"].iter().find_map(|name| members.get(*name)).and_then(Value::as_str)?
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => return None,
    };
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let items = if let Value::Array(items) = value { items.as_slice() } else { std::slice::from_ref(value) };
    items.iter().filter_map(plain)
}

fn text_of<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// `title` of `dct:title` and of `http://purl.org/dc/terms/title`.
pub fn local_name(name: &str) -> &str {
    match name.rsplit(['/', '#', ':']).next() {
        Some(local) if !local.is_empty() => local,
        _ => name,
    }
}
