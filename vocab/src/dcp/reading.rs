//! What all messages of the protocol have in common when they are read.

use serde_json::Value;

use super::{CONTEXT, MAX_ITEMS, NAMESPACE};
use crate::messages::Malformed;
use crate::messages::reading::{At, Members, Read, required};

/// A whole message of this type. `@context` may be a text, an array, or absent; where it is present it names the protocol's.
pub(super) fn message<'a>(mut value: Value, at: At<'a>, name: &str) -> Result<Members<'a>, Malformed> {
    if let Some(object) = value.as_object_mut() {
        if let Some(context) = object.remove("@context")
            && !names_context(&context)
        {
            let reason = format!("`@context` must contain \"{CONTEXT}\".");
            return Err(Malformed { member: "@context".to_owned(), reason });
        }
        if let Some(kind) = object.remove("@type") {
            object.entry("type").or_insert(kind);
        }
    }
    let mut members = Members::of(value, at)?;
    let found: Value = required(&mut members, "type")?;
    match found.as_str() {
        Some(kind) if kind.strip_prefix(NAMESPACE).unwrap_or(kind) == name => Ok(members),
        Some(_) | None => Err(At::Member(&at, "type").is_not(&format!("\"{name}\""), &found)),
    }
}

fn names_context(context: &Value) -> bool {
    match context {
        Value::Array(items) => items.iter().any(|item| item.as_str() == Some(CONTEXT)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            context.as_str() == Some(CONTEXT)
        }
    }
}

/// A list that must be present and not empty. An item may stand alone.
pub(super) fn some<T: Read>(members: &mut Members<'_>, name: &str) -> Result<Vec<T>, Malformed> {
    let items = any(members, name)?;
    if items.is_empty() {
        let member = name.to_owned();
        return Err(Malformed { reason: format!("`{member}` must be an array with at least one item."), member });
    }
    Ok(items)
}

/// A list that may be absent, null or empty. An item may stand alone.
pub(super) fn any<T: Read>(members: &mut Members<'_>, name: &str) -> Result<Vec<T>, Malformed> {
    let items = match members.take(name) {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(alone) => vec![alone],
    };
    let at = members.place(name);
    if items.len() > MAX_ITEMS {
        let member = at.to_string();
        return Err(Malformed { reason: format!("`{member}` has more than {MAX_ITEMS} items."), member });
    }
    items.into_iter().enumerate().map(|(index, item)| T::read(item, At::Item(&at, index))).collect()
}
