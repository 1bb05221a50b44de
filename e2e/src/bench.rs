//! Benchmarks between two connector processes on loopback, both with their defaults, driven as an operator drives them.
//!
//! Everything runs on one machine: the driver shares its cores with both connectors, so it has one thread, waits for events
//! instead of asking for states, and reports its own share of the work. Foreign programs that are measured in the same run
//! (nginx, EDC) share the cores in the same way.

mod audiences;
mod catalog;
mod compose;
mod debian;
mod edc;
mod identity;
mod latency;
mod memory;
mod negotiations;
mod nginx;
mod partners;
mod policy;
mod pull;
mod report;
mod search;
mod start;
mod transfers;
mod usage;
mod wrk;

use self::edc::Figures;
use self::report::Report;
use crate::Failure;

/// How much of everything a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantities {
    /// Negotiations before any that count: connections are open, caches filled.
    warm_up: usize,
    /// Negotiations one at a time.
    negotiations: usize,
    /// Negotiations with [`IN_FLIGHT`] open at any moment.
    negotiations_in_flight: usize,
    /// Tokens issued, and as many verified.
    tokens: usize,
    /// Partners that present themselves.
    presentations: usize,
    /// Transfers one at a time.
    transfers: usize,
    /// Sizes of the catalogue, ascending.
    catalogs: &'static [usize],
    /// First pages read from each catalogue.
    pages: usize,
    /// Datasets of all partners that are kept.
    kept: usize,
    /// Searches for each question.
    searches: usize,
    /// Seconds of load on each address that is pulled from.
    pull_seconds: u64,
    /// Downloads of one large file.
    downloads: usize,
    /// Size of that file in bytes.
    large_file: u64,
    /// Negotiations before memory is looked at again.
    negotiations_for_memory: usize,
    /// Starts of a connector.
    starts: usize,
    /// Negotiations of EDC: one at a time, and in flight.
    edc: (usize, usize),
}

/// Negotiations that are open at any moment where throughput is measured.
const IN_FLIGHT: usize = 64;

/// What the figures in the documentation come from.
pub const WHOLE: Quantities = Quantities {
    warm_up: 100,
    negotiations: 300,
    negotiations_in_flight: 5_000,
    tokens: 20_000,
    presentations: 300,
    transfers: 300,
    catalogs: &[1, 1_000, 10_000, 100_000],
    pages: 100,
    kept: 100_000,
    searches: 50,
    pull_seconds: 10,
    downloads: 3,
    large_file: 1 << 30,
    negotiations_for_memory: 10_000,
    starts: 9,
    edc: (20, 320),
};

/// Enough to see that everything works.
pub const QUICK: Quantities = Quantities {
    warm_up: 10,
    negotiations: 30,
    negotiations_in_flight: 256,
    tokens: 1_000,
    presentations: 30,
    transfers: 30,
    catalogs: &[1, 1_000],
    pages: 20,
    kept: 5_000,
    searches: 10,
    pull_seconds: 2,
    downloads: 1,
    large_file: 64 << 20,
    negotiations_for_memory: 500,
    starts: 3,
    edc: (5, 16),
};

/// A benchmark that can be run alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bench {
    /// One negotiation at a time.
    Negotiation,
    /// Many at once.
    Negotiations,
    /// Issued and verified.
    Tokens,
    /// Cold and from the cache.
    Presentation,
    /// A negotiation with DCP over one with mock identity.
    Dcp,
    /// From the request to the token.
    Transfer,
    /// A page of it, by size of the catalogue.
    Catalog,
    /// Search over kept catalogues, beside SQLite.
    Catalogs,
    /// Data through the connector, beside nginx.
    Pull,
    /// Idle, and after many negotiations.
    Memory,
    /// To the moment both listeners accept.
    Start,
    /// Decisions under policies, in one process.
    Policy,
}

impl Bench {
    /// All of them, in the order they run in.
    pub const ALL: [Self; 12] = [
        Self::Negotiation,
        Self::Negotiations,
        Self::Tokens,
        Self::Presentation,
        Self::Dcp,
        Self::Transfer,
        Self::Catalog,
        Self::Catalogs,
        Self::Pull,
        Self::Memory,
        Self::Start,
        Self::Policy,
    ];

    /// The name it is asked for by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Negotiation => "negotiation",
            Self::Negotiations => "negotiations",
            Self::Tokens => "tokens",
            Self::Presentation => "presentation",
            Self::Dcp => "dcp",
            Self::Transfer => "transfer",
            Self::Catalog => "catalog",
            Self::Catalogs => "catalogs",
            Self::Pull => "pull",
            Self::Memory => "memory",
            Self::Start => "start",
            Self::Policy => "policy",
        }
    }

    async fn run(self, quantities: &Quantities, edc: &Figures, report: &mut Report) -> Result<(), Failure> {
        match self {
            Self::Negotiation => negotiations::one_at_a_time(quantities, edc, report).await,
            Self::Negotiations => negotiations::in_flight(quantities, edc, report).await,
            Self::Tokens => identity::tokens(quantities, report).await,
            Self::Presentation => identity::presentations(quantities, report).await,
            Self::Dcp => negotiations::beside_mock(quantities, report).await,
            Self::Transfer => transfers::measure(quantities, edc, report).await,
            Self::Catalog => catalog::measure(quantities, edc, report).await,
            Self::Catalogs => search::measure(quantities, report).await,
            Self::Pull => pull::measure(quantities, report).await,
            Self::Memory => memory::measure(quantities, report).await,
            Self::Start => start::measure(quantities, report).await,
            Self::Policy => policy::measure(quantities, report).await,
        }
    }
}

/// What to run.
#[derive(Clone, Debug)]
pub struct Selection {
    /// These, in this order.
    pub benches: Vec<Bench>,
    /// This much.
    pub quantities: Quantities,
    /// Whether EDC is measured too; before the connectors, and gone when they start.
    pub edc: bool,
}

/// Runs the selection and prints a line for each figure as it is reached, and all of them at the end. True if everything
/// that was to be measured was measured, whether or not an aim was met.
pub async fn run(selection: &Selection) -> bool {
    let mut report = Report::begin(selection.quantities == WHOLE);
    let edc = match selection.edc {
        true => edc::measure(&selection.benches, &selection.quantities, &mut report).await,
        false => Figures::default(),
    };
    for bench in &selection.benches {
        if let Err(failure) = bench.run(&selection.quantities, &edc, &mut report).await {
            report.failed(bench.name(), &failure);
        }
    }
    report.end()
}
