//! Lists: a slice at a time, continued by a cursor.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;
use crate::storage::{Found, Page};

/// How much of a list, and what to continue after.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// 1 to 1000 entries; 50 if absent.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    pub limit: Option<u32>,
    /// `next` of the answer before.
    pub after: Option<String>,
}

/// A slice of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Items<T> {
    /// The entries.
    pub items: Vec<T>,
    /// What to give as `after` for the entries that follow; null at the end. A search looks through a bounded number of
    /// entries: there may be more also after a short or empty slice.
    pub next: Option<String>,
}

const MOST: u32 = 1000;
const USUAL: u32 = 50;

/// The number of entries asked for.
///
/// # Errors
/// 400 if it is not 1 to 1000.
pub(super) fn limit(given: Option<u32>) -> Result<u32, Problem> {
    match given.unwrap_or(USUAL) {
        fine @ 1..=MOST => Ok(fine),
        other => Err(Problem::bad_request("query", format!("limit is {other}; give 1 to {MOST}")).with_rule("limit")),
    }
}

/// What to read from storage: one entry more than asked for, which tells whether there are more.
///
/// # Errors
/// As [`limit`].
pub(super) fn page(given: Option<u32>, after: Option<String>) -> Result<Page, Problem> {
    Ok(Page { after, limit: i64::from(limit(given)?) + 1 })
}

impl<T> Items<T> {
    /// Cuts what [`page`] read down to what was asked for.
    pub(super) fn of<R>(rows: Vec<R>, page: &Page, cursor: impl Fn(&R) -> String, view: impl Fn(R) -> T) -> Self {
        let asked = usize::try_from(page.limit - 1).unwrap_or(usize::MAX);
        let next =
            if rows.len() > asked { asked.checked_sub(1).and_then(|last| rows.get(last)).map(cursor) } else { None };
        Self { items: rows.into_iter().take(asked).map(view).collect(), next }
    }

    /// As [`Self::of`]; where the search for a text stopped early, there may be more than what was found.
    pub(super) fn found<R>(found: Found<R>, page: &Page, cursor: impl Fn(&R) -> String, view: impl Fn(R) -> T) -> Self {
        let Self { items, next } = Self::of(found.rows, page, cursor, view);
        Self { items, next: next.or(found.looked_to) }
    }
}
