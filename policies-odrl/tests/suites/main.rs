//! Public suites of ODRL policies, compared case by case. They lie in `../shared/suites` beside the repository, or where
//! `SYMBOLON_SUITES` says; a suite that is not there is skipped with a printed line.
//!
//! Each suite prints one line, `suite NAME: N agree, M explained, K failed`, which `make kit-odrl` adds up.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod catenax;
mod conflicts;
mod graph;
mod solidlab;
mod tally;
mod w3c;
