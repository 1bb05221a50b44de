//! Taking JSON apart, member by member, so that every refusal can name the member.

use std::fmt;

use serde_json::{Map, Value};

use super::Malformed;
use crate::dspace;

/// Something that can be read from a JSON value.
pub trait Read: Sized {
    /// Reads the value that stands at `at`.
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed>;
}

/// A place in a body. Becomes text only when something is refused.
#[derive(Clone, Copy)]
pub enum At<'a> {
    /// The whole body.
    Whole,
    /// A member of an object.
    Member(&'a At<'a>, &'a str),
    /// An item of an array.
    Item(&'a At<'a>, usize),
}

impl fmt::Display for At<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Whole => Ok(()),
            At::Member(At::Whole, name) => formatter.write_str(name),
            At::Member(parent, name) => write!(formatter, "{parent}.{name}"),
            At::Item(parent, index) => write!(formatter, "{parent}[{index}]"),
        }
    }
}

impl At<'_> {
    /// The value here is not what the schema wants.
    pub(crate) fn is_not(&self, expected: &str, found: &Value) -> Malformed {
        let found = match found {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "another string",
            Value::Array(items) if items.is_empty() => "an empty array",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        let member = self.to_string();
        let place = if member.is_empty() { "The body".to_owned() } else { format!("`{member}`") };
        Malformed { reason: format!("{place} must be {expected}, but it is {found}."), member }
    }

    fn is_missing(&self) -> Malformed {
        let member = self.to_string();
        Malformed { reason: format!("`{member}` is missing."), member }
    }
}

/// The members of one object that have not been read yet.
pub(crate) struct Members<'a> {
    at: At<'a>,
    left: Map<String, Value>,
}

impl<'a> Members<'a> {
    /// An object within a message.
    pub(crate) fn of(value: Value, at: At<'a>) -> Result<Self, Malformed> {
        match value {
            Value::Object(left) => Ok(Self { at, left }),
            other => Err(at.is_not("an object", &other)),
        }
    }

    /// What a policy says of itself, without its rules: those members of an object that are plain values.
    pub(crate) fn of_head(value: &Value, at: At<'a>) -> Result<Self, Malformed> {
        let Some(policy) = value.as_object() else {
            return Err(at.is_not("an object", value));
        };
        let shortened = |member: &Value| match member {
            Value::Array(_) => Value::Array(vec![Value::Null]),
            Value::Object(_) => Value::Object(Map::new()),
            plain => plain.clone(),
        };
        Ok(Self { at, left: policy.iter().map(|(name, member)| (name.clone(), shortened(member))).collect() })
    }

    /// A whole message: names the protocol's context, and is of this type.
    pub(crate) fn of_message(value: Value, at: At<'a>, message_type: &str) -> Result<Self, Malformed> {
        let mut members = Self::of(value, at)?;
        members.names_contexts(&[dspace::CONTEXT])?;
        members.is_a(message_type)?;
        Ok(members)
    }

    /// `@context` must be an array of strings and contain these URLs.
    pub(crate) fn names_contexts(&mut self, urls: &[&str]) -> Result<(), Malformed> {
        let named: Vec<String> = required(self, "@context")?;
        let Some(missing) = urls.iter().find(|url| !named.iter().any(|context| context == *url)) else {
            return Ok(());
        };
        let member = At::Member(&self.at, "@context").to_string();
        Err(Malformed { reason: format!("`{member}` must contain \"{missing}\"."), member })
    }

    /// `@type` must be exactly this string.
    pub(crate) fn is_a(&mut self, name: &str) -> Result<(), Malformed> {
        match self.left.remove("@type") {
            Some(Value::String(found)) if found == name => Ok(()),
            Some(other) => Err(At::Member(&self.at, "@type").is_not(&format!("\"{name}\""), &other)),
            None => Err(At::Member(&self.at, "@type").is_missing()),
        }
    }

    /// Either the one member is present or the other.
    pub(crate) fn have_exactly_one_of(&self, one: &str, other: &str) -> Result<(), Malformed> {
        let reason = match (self.left.contains_key(one), self.left.contains_key(other)) {
            (true, false) | (false, true) => return Ok(()),
            (true, true) => format!("`{one}` and `{other}` exclude each other; send exactly one."),
            (false, false) => format!("One of `{one}` and `{other}` is missing; send exactly one."),
        };
        Err(Malformed { member: one.to_owned(), reason })
    }

    /// Sees a member without taking it.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.left.contains_key(name)
    }

    /// Takes a member that may be absent. JSON null counts as absent.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name).filter(|value| !value.is_null())
    }

    /// Whether a member is there and is not null.
    pub(crate) fn present(&self, name: &str) -> bool {
        self.left.get(name).is_some_and(|value| !value.is_null())
    }

    /// Where a member stands.
    pub(crate) fn place<'n>(&'n self, name: &'n str) -> At<'n> {
        At::Member(&self.at, name)
    }

    /// Everything that was not read.
    pub(crate) fn rest(self) -> Map<String, Value> {
        self.left
    }
}

/// A member that must be present.
pub(crate) fn required<T: Read>(members: &mut Members<'_>, name: &str) -> Result<T, Malformed> {
    let at = At::Member(&members.at, name);
    match members.left.remove(name) {
        Some(value) => T::read(value, at),
        None => Err(at.is_missing()),
    }
}

/// A member that may be absent.
pub(crate) fn optional<T: Read>(members: &mut Members<'_>, name: &str) -> Result<Option<T>, Malformed> {
    let at = At::Member(&members.at, name);
    members.left.remove(name).map(|value| T::read(value, at)).transpose()
}

/// An array that may be absent or empty.
pub(crate) fn list<T: Read>(members: &mut Members<'_>, name: &str) -> Result<Vec<T>, Malformed> {
    Ok(optional(members, name)?.unwrap_or_default())
}

/// An array that may be absent, but not empty.
pub(crate) fn list_of_some<T: Read>(members: &mut Members<'_>, name: &str) -> Result<Vec<T>, Malformed> {
    match optional(members, name)? {
        None => Ok(Vec::new()),
        Some(items) => not_empty(items, members, name),
    }
}

/// An array that must be present and not empty.
pub(crate) fn required_list<T: Read>(members: &mut Members<'_>, name: &str) -> Result<Vec<T>, Malformed> {
    let items = required(members, name)?;
    not_empty(items, members, name)
}

/// An array in somebody's catalog: where JSON-LD let it collapse, its only item stands alone.
pub(crate) fn catalog_list<T: Read>(members: &mut Members<'_>, name: &str) -> Result<Vec<T>, Malformed> {
    if let Some(Value::Object(_)) = members.left.get(name) {
        return Ok(vec![required(members, name)?]);
    }
    list(members, name)
}

/// As [`catalog_list`], but the member must be present.
pub(crate) fn required_catalog_list<T: Read>(members: &mut Members<'_>, name: &str) -> Result<Vec<T>, Malformed> {
    if !members.has(name) {
        return Err(At::Member(&members.at, name).is_missing());
    }
    catalog_list(members, name)
}

/// A member that no schema speaks of: whatever is not a `T` counts as absent.
pub(crate) fn if_readable<T: Read>(members: &mut Members<'_>, name: &str) -> Result<Option<T>, Malformed> {
    let at = At::Member(&members.at, name);
    Ok(members.left.remove(name).and_then(|value| T::read(value, at).ok()))
}

/// What a message demands of its policy, beside the rules.
pub(crate) struct PolicyHead {
    /// The policy's `@type`.
    pub(crate) class: &'static str,
    /// Members that must be strings.
    pub(crate) required: &'static [&'static str],
    /// Members that must be strings where they are present.
    pub(crate) optional: &'static [&'static str],
}

/// The policy that a message carries. It stays JSON, exactly as received.
pub(crate) fn policy(members: &mut Members<'_>, name: &str, expected: &PolicyHead) -> Result<Value, Malformed> {
    let value: Value = required(members, name)?;
    let mut head = Members::of_head(&value, At::Member(&members.at, name))?;
    head.is_a(expected.class)?;
    for member in expected.required {
        required::<String>(&mut head, member)?;
    }
    for member in expected.optional {
        optional::<String>(&mut head, member)?;
    }
    Ok(value)
}

fn not_empty<T>(items: Vec<T>, members: &Members<'_>, name: &str) -> Result<Vec<T>, Malformed> {
    if items.is_empty() {
        let found = Value::Array(Vec::new());
        return Err(At::Member(&members.at, name).is_not("an array with at least one item", &found));
    }
    Ok(items)
}

impl Read for String {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(at.is_not("a string", &other)),
        }
    }
}

impl Read for Value {
    fn read(value: Value, _: At<'_>) -> Result<Self, Malformed> {
        Ok(value)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        match value {
            Value::Array(items) => {
                items.into_iter().enumerate().map(|(index, item)| T::read(item, At::Item(&at, index))).collect()
            }
            other => Err(at.is_not("an array", &other)),
        }
    }
}
