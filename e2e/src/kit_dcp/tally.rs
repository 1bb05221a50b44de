//! What the tests came to.

use std::collections::BTreeMap;

use crate::kit::Verdict;

/// A test that the kit's version and the release disagree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// The name of its Java method.
    pub(super) test: &'static str,
    /// What the kit's version wants instead.
    pub(super) because: &'static str,
    /// What the reason of its failure contains. With another one it has failed.
    pub(super) reason: &'static str,
}

impl Known {
    fn is(&self, test: &str, reason: &str) -> bool {
        self.test == test && reason.contains(self.reason)
    }
}

/// Tests of all runs so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    passed: u32,
    /// Test and reason. Anything else that went wrong is here under a name of its own.
    not_passed: BTreeMap<String, String>,
}

impl Tally {
    /// Counts what a run of the kit printed.
    pub(super) fn add(&mut self, output: &str) {
        let before = self.not_passed.len();
        let named = output.lines().filter_map(|line| line.strip_prefix("NOT PASSED: ")?.split_once(": "));
        self.not_passed.extend(named.map(|(test, reason)| (test.to_owned(), reason.to_owned())));
        match output.lines().rev().find_map(counts) {
            Some((passed, failed)) => {
                self.passed += passed;
                let missing =
                    usize::try_from(failed).unwrap_or(usize::MAX).saturating_sub(self.not_passed.len() - before);
                if missing > 0 {
                    self.not_passed.insert(format!("{missing} tests without a name"), "see the output".to_owned());
                }
            }
            None => {
                self.not_passed.insert("the run as a whole".to_owned(), "ended without figures".to_owned());
            }
        }
    }

    /// Green if exactly the known differences failed and, where `whole` tests had to run, as many did. A part of the suite may
    /// leave known differences out.
    pub(super) fn judge(self, known: &[Known], whole: Option<u32>) -> Verdict {
        let mut failed = 0_usize;
        for (test, reason) in &self.not_passed {
            match known.iter().find(|known| known.is(test, reason)) {
                Some(known) => println!("KNOWN DIFFERENCE: {test}: this version of the kit {}", known.because),
                None => {
                    failed += 1;
                    println!("REASON: {test}: {reason}");
                }
            }
        }
        let different = self.not_passed.len() - failed;
        let mut green = failed == 0 && self.passed > 0;
        if let Some(whole) = whole {
            let ran = self.passed + u32::try_from(different).unwrap_or(u32::MAX);
            for known in known.iter().filter(|known| !self.not_passed.contains_key(known.test)) {
                println!("REASON: {} passed, but is listed as a known difference", known.test);
                green = false;
            }
            if failed == 0 && ran != whole {
                println!("REASON: {ran} tests ran, but the suite has {whole}");
                green = false;
            }
        }
        let differences = if different == 1 { "known difference" } else { "known differences" };
        let line = format!("DCP TCK: {} passed, {different} {differences}, {failed} failed", self.passed);
        Verdict { line, green }
    }
}

/// The line with which our main class ends.
fn counts(line: &str) -> Option<(u32, u32)> {
    let (passed, failed) = line.strip_prefix("TESTS: ")?.split_once(" passed, ")?;
    Some((passed.parse().ok()?, failed.strip_suffix(" failed")?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Known; 1] = [Known { test: "escalation", because: "wants a refusal", reason: "got 200" }];

    fn judged(outputs: &[&str], whole: Option<u32>) -> (String, bool) {
        let mut tally = Tally::default();
        for output in outputs {
            tally.add(output);
        }
        let verdict = tally.judge(&KNOWN, whole);
        (verdict.line, verdict.green)
    }

    #[test]
    fn only_the_known_differences_may_fail_and_they_must() {
        let fine =
            ["noise\nTESTS: 2 passed, 0 failed\n", "NOT PASSED: escalation: odd: got 200\nTESTS: 1 passed, 1 failed\n"];
        let cases: [(&[&str], Option<u32>, &str, bool); 8] = [
            (&fine, Some(4), "3 passed, 1 known difference, 0 failed", true),
            (&fine, Some(5), "3 passed, 1 known difference, 0 failed", false),
            (&fine[..1], None, "2 passed, 0 known differences, 0 failed", true),
            (&fine[..1], Some(2), "2 passed, 0 known differences, 0 failed", false),
            (
                &["NOT PASSED: x: y\nTESTS: 1 passed, 1 failed\n"],
                None,
                "1 passed, 0 known differences, 1 failed",
                false,
            ),
            (
                &["NOT PASSED: escalation: got 500\nTESTS: 1 passed, 1 failed\n"],
                None,
                "1 passed, 0 known differences, 1 failed",
                false,
            ),
            (&["TESTS: 1 passed, 1 failed\n"], None, "1 passed, 0 known differences, 1 failed", false),
            (&[fine[0], "it broke off"], None, "2 passed, 0 known differences, 1 failed", false),
        ];
        for (outputs, whole, line, green) in cases {
            assert_eq!(judged(outputs, whole), (format!("DCP TCK: {line}"), green), "{outputs:?} of {whole:?}");
        }
        assert!(!judged(&["TESTS: 0 passed, 0 failed\n"], None).1, "nothing ran");
    }
}
