//! Where our verdict is another than that of the published schema, and why.

use std::cell::RefCell;
use std::collections::BTreeSet;

const TABLE: &str = include_str!("differences.tsv");

/// The table, and which of its rows were needed.
pub(super) struct Differences {
    rows: Vec<[&'static str; 5]>,
    used: RefCell<BTreeSet<usize>>,
}

impl Differences {
    pub(super) fn read() -> Self {
        let rows = TABLE.lines().skip(1).map(|line| {
            let cells: Vec<_> = line.split('\t').collect();
            cells.try_into().unwrap_or_else(|_| panic!("five cells: {line}"))
        });
        Self { rows: rows.collect(), used: RefCell::default() }
    }

    /// Our reason, where the verdicts differ and the table has a row for it. `*` stands for any operand.
    pub(super) fn reason(&self, operand: &str, case: &str, published: &str, ours: &str) -> Option<&str> {
        let fits = |row: &&[&str; 5]| {
            (row[0] == "*" || row[0].split(' ').any(|name| name == operand))
                && row[1] == case
                && row[2] == published
                && row[3] == ours
        };
        let place = self.rows.iter().position(|row| published != ours && fits(&row))?;
        self.used.borrow_mut().insert(place);
        Some(self.rows[place][4])
    }

    /// A row that nothing needs is out of date.
    pub(super) fn all_used(&self) {
        let used = self.used.borrow();
        let unused = self.rows.iter().enumerate().filter(|(place, row)| !used.contains(place) && row[1] != "sample");
        assert_eq!(unused.map(|(_, row)| row).collect::<Vec<_>>(), Vec::<&[&str; 5]>::new());
    }
}
