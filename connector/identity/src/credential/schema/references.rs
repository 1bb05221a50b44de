//! Which references a schema may have. A validator follows them, and a schema of a few lines can make it follow them for
//! ever, or an exponential number of times.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// The most references in a schema.
const MOST: usize = 64;

/// How deep references may lead to references.
const DEEPEST: usize = 3;

/// Takes schemas whose references stay inside, are few, and lead nowhere in circles.
pub(super) fn check(schema: &Value) -> Result<(), &'static str> {
    let mut references = Vec::new();
    collect(schema, true, &mut references)?;
    if references.len() > MOST {
        return Err("it has too many references");
    }
    let mut levels = HashMap::new();
    for reference in &references {
        if level(schema, reference, DEEPEST, &mut levels)? > DEEPEST {
            return Err("its references lead to references too often");
        }
    }
    Ok(())
}

/// The references in `value`, each a JSON pointer within the schema.
fn collect<'a>(value: &'a Value, is_root: bool, into: &mut Vec<&'a str>) -> Result<(), &'static str> {
    match value {
        Value::Object(members) => {
            members.iter().try_for_each(|(name, value)| member(members, name, value, is_root, into))
        }
        Value::Array(items) => items.iter().try_for_each(|item| collect(item, false, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn member<'a>(
    members: &Map<String, Value>,
    name: &str,
    value: &'a Value,
    is_root: bool,
    into: &mut Vec<&'a str>,
) -> Result<(), &'static str> {
    match (name, value) {
        ("$ref", Value::String(reference)) => {
            let pointer = reference.strip_prefix('#').filter(|pointer| pointer.is_empty() || pointer.starts_with('/'));
            into.push(pointer.filter(|pointer| !pointer.contains('%')).ok_or("it refers to another document")?);
            Ok(())
        }
        ("$dynamicRef" | "$recursiveRef", Value::String(_)) => Err("it has dynamic references"),
        // A schema within the schema with a name of its own: references would mean something else there.
        ("$id", Value::String(_)) if !is_root => Err("it has schemas with names of their own in it"),
        ("id", Value::String(_)) if !is_root && is_schema(members) => {
            Err("it has schemas with names of their own in it")
        }
        (_, value) => collect(value, false, into),
    }
}

/// Whether an object with an `id` is a schema of draft 04 and not an example or constant.
fn is_schema(members: &Map<String, Value>) -> bool {
    ["type", "properties", "$ref", "allOf", "anyOf", "oneOf", "not", "items"]
        .iter()
        .any(|name| members.contains_key(*name))
}

/// How many references follow one after the other from `pointer` on, itself counted.
fn level<'a>(
    schema: &'a Value,
    pointer: &'a str,
    left: usize,
    known: &mut HashMap<&'a str, usize>,
) -> Result<usize, &'static str> {
    if let Some(level) = known.get(pointer) {
        return Ok(*level);
    }
    let target = schema.pointer(pointer).ok_or("it refers to something that is not in it")?;
    let mut next = Vec::new();
    collect(target, true, &mut next)?;
    let mut deepest = 0;
    for reference in next {
        if left == 0 {
            return Err("its references lead in circles, or too far");
        }
        deepest = deepest.max(level(schema, reference, left - 1, known)?);
    }
    known.insert(pointer, deepest + 1);
    Ok(deepest + 1)
}
