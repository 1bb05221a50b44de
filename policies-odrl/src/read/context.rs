use serde_json::Value as Json;

use super::not_understood;
use crate::model::Unknown;
use crate::names::{self, Prefixes};

/// Takes over prefixes. Whatever else a context declares might change how the policy reads, so it is not understood.
pub(crate) fn contexts(contexts: Vec<&Json>) -> (Prefixes, Vec<Unknown>) {
    let mut prefixes = Prefixes::default();
    let mut unknown = Vec::new();
    for context in contexts {
        let understood = match context {
            Json::String(url) => names::is_known_context(url),
            Json::Object(entries) => {
                let mut entries: Vec<_> = entries.iter().collect();
                entries.sort_by_key(|(term, _)| *term);
                entries.into_iter().fold(true, |all, (term, meaning)| declares(&mut prefixes, term, meaning) && all)
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) => false,
        };
        if !understood {
            unknown.push(not_understood("@context", context));
        }
    }
    (prefixes, unknown)
}

fn declares(prefixes: &mut Prefixes, term: &str, meaning: &Json) -> bool {
    let Some(meaning) = meaning.as_str() else { return term == "@version" };
    match term {
        "@vocab" => names::is_known_vocabulary(meaning),
        _ if term.starts_with('@') => false,
        _ => prefixes.declare(term, meaning),
    }
}
