//! What a suite came to.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The folder of a suite; says so when it is absent.
pub(crate) fn suite(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/suites");
    let suites = std::env::var_os("SYMBOLON_SUITES").map_or(beside, PathBuf::from);
    let folder = suites.join(name);
    if folder.is_dir() {
        Some(folder)
    } else {
        println!("skipped: the suite {name} is not in {}", suites.display());
        None
    }
}

/// Counts the cases of a suite.
pub(crate) struct Tally {
    suite: &'static str,
    agree: usize,
    explained: usize,
    failed: Vec<String>,
}

impl Tally {
    pub(crate) fn of(suite: &'static str) -> Self {
        Self { suite, agree: 0, explained: 0, failed: Vec::new() }
    }

    /// One case. `explained` says why another result than the expected one is right; then the case must differ.
    pub(crate) fn case(&mut self, case: &str, expected: &str, ours: &str, explained: Option<&str>) {
        match (expected == ours, explained) {
            (true, None) => self.agree += 1,
            (false, Some(why)) => {
                self.explained += 1;
                println!("{} {case}: expected {expected}, ours {ours}; {why}", self.suite);
            }
            (false, None) => self.fail(case, &format!("expected {expected}, ours {ours}")),
            (true, Some(_)) => self.fail(case, &format!("agrees ({ours}), and is listed as a difference")),
        }
    }

    fn fail(&mut self, case: &str, what: &str) {
        self.failed.push(format!("{} {case}: {what}", self.suite));
    }

    /// Prints the line of the suite. Fails when a case did, or when there were others than so many.
    pub(crate) fn close(self, cases: usize) {
        let (agree, explained, failed) = (self.agree, self.explained, self.failed.len());
        // Written past the capture of the test harness, so that it stands in the log of any run.
        let line = format!("\nsuite {}: {agree} agree, {explained} explained, {failed} failed\n", self.suite);
        std::io::stdout().write_all(line.as_bytes()).unwrap();
        assert!(self.failed.is_empty(), "{}", self.failed.join("\n"));
        assert_eq!(agree + explained, cases, "the suite {} has {cases} cases", self.suite);
    }
}
