//! What has been counted: traffic over time, and how long exchanges took.

use crate::authentication::{Operator, Permission};
use crate::clock;
use crate::connector::Connector;
use crate::problem::Problem;
use crate::statistics::{HOUR, Histogram, SHORT, slot};
use crate::storage::statistics::{self as rows, Exchanges, Traffic};

/// The longest time that is told: 30 days.
const MOST_HOURS: i64 = 720;
/// Up to this many hours, traffic is told in short slots.
const SHORT_HOURS: i64 = 24;
/// Histograms that are told at once.
const HISTOGRAMS: usize = 1_000;

/// Traffic in slots of one length, without gaps; the last slot is not over yet.
#[derive(Clone, Debug)]
pub struct Course {
    /// Length of a slot, in milliseconds.
    pub step: i64,
    /// The beginning of each slot, in milliseconds since the epoch, and what happened in it.
    pub slots: Vec<(i64, Traffic)>,
}

/// Traffic of the last hours; of one partner by the hour.
///
/// # Errors
/// 400 for a time that is not told; 403.
pub async fn traffic(
    connector: &Connector,
    operator: &Operator,
    hours: Option<i64>,
    partner: Option<&str>,
) -> Result<Course, Problem> {
    operator.must(Permission::Read)?;
    let hours = checked(hours)?;
    let step = if hours <= SHORT_HOURS && partner.is_none() { SHORT } else { HOUR };
    let last = slot(clock::millis(clock::now()), step);
    let first = last + step - hours * HOUR;
    connector.recorder.settled().await?;
    let counted = rows::traffic(&connector.db, step, first, partner).await?;
    let told = |i: i64| {
        let at = first + i * step;
        (at, counted.get(&at).copied().unwrap_or_default())
    };
    Ok(Course { step, slots: (0..hours * HOUR / step).map(told).collect() })
}

/// Whose exchanges are told.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// Those of all partners together.
    All,
    /// Those of each partner.
    Each,
    /// Those of one partner.
    One(&'a str),
}

/// How long exchanges took in the last hours, by kind; what happened most comes first, at most a thousand.
///
/// # Errors
/// As [`traffic`].
pub async fn latency(
    connector: &Connector,
    operator: &Operator,
    hours: Option<i64>,
    whose: Whose<'_>,
) -> Result<Vec<(Exchanges, Histogram)>, Problem> {
    operator.must(Permission::Read)?;
    let hours = checked(hours)?;
    let first = slot(clock::millis(clock::now()), HOUR) + HOUR - hours * HOUR;
    connector.recorder.settled().await?;
    let (partner, apart) = match whose {
        Whose::All => (None, false),
        Whose::Each => (None, true),
        Whose::One(partner) => (Some(partner), true),
    };
    let mut histograms: Vec<_> = rows::latency(&connector.db, first, partner, apart).await?.into_iter().collect();
    histograms.sort_by_key(|(_, histogram)| std::cmp::Reverse(histogram.count()));
    histograms.truncate(HISTOGRAMS);
    Ok(histograms)
}

fn checked(hours: Option<i64>) -> Result<i64, Problem> {
    match hours.unwrap_or(SHORT_HOURS) {
        fine @ 1..=MOST_HOURS => Ok(fine),
        other => {
            let detail = format!("hours is {other}; give 1 to {MOST_HOURS}");
            Err(Problem::bad_request("query", detail).with_rule("hours"))
        }
    }
}
