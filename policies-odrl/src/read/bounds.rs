use serde_json::Value as Json;

use crate::PolicyError;

/// Characters in all strings and names together, plus one for each value.
const MAX_SIZE: usize = 1 << 20;
/// JSON values within JSON values.
const MAX_DEPTH: usize = 128;
const MAX_RULES: usize = 1_000;
const MAX_CONSTRAINTS: usize = 1_000;
const MAX_NESTED_CONSTRAINTS: usize = 32;

/// Counts what a policy holds, so that no policy can make its readers work without end.
#[derive(Default)]
pub(super) struct Bounds {
    rules: usize,
    constraints: usize,
}

impl Bounds {
    pub(super) fn count_rule(&mut self, path: &str) -> Result<(), PolicyError> {
        self.rules += 1;
        within(self.rules, MAX_RULES, path, "rules")
    }

    pub(super) fn count_constraint(&mut self, path: &str, depth: usize) -> Result<(), PolicyError> {
        self.constraints += 1;
        within(self.constraints, MAX_CONSTRAINTS, path, "constraints")?;
        within(depth, MAX_NESTED_CONSTRAINTS, path, "constraints within each other")
    }
}

/// Walks without recursion: the depth is not known to be small before.
pub(crate) fn check_size(json: &Json) -> Result<(), PolicyError> {
    let mut size = 0;
    let mut open = vec![(json, 1)];
    while let Some((value, depth)) = open.pop() {
        within(depth, MAX_DEPTH, "", "JSON values within each other")?;
        size += 1;
        match value {
            Json::String(text) => size += text.len(),
            Json::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Json::Object(members) => {
                size += members.keys().map(String::len).sum::<usize>();
                open.extend(members.values().map(|member| (member, depth + 1)));
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
        within(size, MAX_SIZE, "", "characters")?;
    }
    Ok(())
}

fn within(count: usize, limit: usize, path: &str, what: &str) -> Result<(), PolicyError> {
    if count <= limit {
        Ok(())
    } else {
        Err(PolicyError::new(path, format!("a policy may hold at most {limit} {what}")))
    }
}
