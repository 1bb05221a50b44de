use std::borrow::Cow;

use serde_json::Value as Json;

use crate::PolicyError;
use crate::names::{self, Prefixes, joined};

/// Members of one object. The information model has some forty names.
const MAX_MEMBERS: usize = 128;

/// The members of one JSON object under their plain names, each as a list of values.
pub(super) struct Members<'a> {
    path: &'a str,
    fields: Vec<(Cow<'a, str>, Vec<&'a Json>, &'a Json)>,
}

impl<'a> Members<'a> {
    pub(super) fn of(json: &'a Json, path: &'a str, prefixes: &Prefixes) -> Result<Self, PolicyError> {
        let Json::Object(object) = json else {
            return Err(PolicyError::new(path, format!("expected an object, found {}", kind(json))));
        };
        if object.len() > MAX_MEMBERS {
            return Err(PolicyError::new(path, format!("an object may have at most {MAX_MEMBERS} members")));
        }
        let mut fields: Vec<(Cow<'_, str>, Vec<&Json>, &Json)> = Vec::with_capacity(object.len());
        for (key, value) in object.iter().filter(|(_, value)| !value.is_null()) {
            let name = prefixes.member(key);
            // Two spellings of one name add up, as in JSON-LD.
            match fields.iter_mut().find(|(known, _, _)| *known == name) {
                Some((_, values, _)) => values.extend(listed(value)),
                None => fields.push((name, listed(value), value)),
            }
        }
        Ok(Self { path, fields })
    }

    pub(super) fn path(&self) -> &'a str {
        self.path
    }

    pub(super) fn path_of(&self, member: &str) -> String {
        joined(self.path, member)
    }

    pub(super) fn has(&self, member: &str) -> bool {
        self.fields.iter().any(|(name, _, _)| *name == member)
    }

    /// Whether there is a name and nothing else.
    pub(super) fn is_name(&self) -> bool {
        self.fields.len() == 1 && self.has("@id")
    }

    /// All values of a member, which counts as understood from now on.
    pub(super) fn take(&mut self, member: &str) -> Vec<&'a Json> {
        match self.fields.iter().position(|(name, _, _)| *name == member) {
            Some(index) => self.fields.swap_remove(index).1,
            None => Vec::new(),
        }
    }

    /// The only value of a member.
    pub(super) fn one(&mut self, member: &str) -> Result<Option<&'a Json>, PolicyError> {
        let path = self.path_of(member);
        match self.take(member).as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            [_, _, ..] => Err(PolicyError::new(path, "expected one value, found several")),
        }
    }

    /// The only value of a member, as a name; it may be said twice.
    pub(super) fn name(&mut self, member: &str) -> Result<Option<&'a str>, PolicyError> {
        let path = self.path_of(member);
        let mut names = self.take(member).into_iter().map(name_of);
        let Some(first) = names.next() else { return Ok(None) };
        let first = first.ok_or_else(|| PolicyError::new(&path, "expected a string or an object with `@id`"))?;
        if names.all(|name| name == Some(first)) {
            Ok(Some(first))
        } else {
            Err(PolicyError::new(path, "expected one value, found several"))
        }
    }

    /// What was not taken.
    pub(super) fn rest(self) -> impl Iterator<Item = (Cow<'a, str>, &'a Json)> {
        self.fields.into_iter().map(|(name, _, value)| (name, value))
    }
}

/// The values behind an array, `@set` or `@list`; nulls do not count.
pub(crate) fn listed(json: &Json) -> Vec<&Json> {
    match json {
        Json::Array(items) => {
            items.iter().flat_map(|item| if wraps(item) { listed(item) } else { vec![item] }).collect()
        }
        Json::Object(members) if wraps(json) => members.values().flat_map(listed).collect(),
        Json::Null => Vec::new(),
        Json::Object(_) | Json::String(_) | Json::Number(_) | Json::Bool(_) => vec![json],
    }
}

fn wraps(json: &Json) -> bool {
    json.is_null()
        || json.as_object().is_some_and(|members| {
            members.len() == 1 && members.keys().all(|key| matches!(key.as_str(), "@set" | "@list"))
        })
}

/// A name given as a string, as `{"@id": …}` or as `{"@value": …}`.
pub(crate) fn name_of(json: &Json) -> Option<&str> {
    match json {
        Json::String(name) => Some(name),
        Json::Object(members) => {
            let text = |key: &str| members.get(key).and_then(Json::as_str);
            let typed =
                text("@type").is_some_and(|kind| kind.ends_with("string") || kind.ends_with("anyURI") || is_date(kind));
            match members.len() {
                1 => text("@id").or_else(|| text("@value")),
                2 if typed => text("@value"),
                _ => None,
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) => None,
    }
}

fn is_date(kind: &str) -> bool {
    let name = kind.strip_prefix(names::XSD).or_else(|| kind.strip_prefix("xsd:"));
    name == Some("dateTime") || name == Some("dateTimeStamp")
}

pub(super) fn kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}
