use std::fmt::Display;

use symbolon_contract_negotiation::{Row, negotiation, transfer};

#[test]
fn negotiation_table() {
    insta::assert_snapshot!(printed(negotiation::table()));
}

#[test]
fn transfer_table() {
    insta::assert_snapshot!(printed(transfer::table()));
}

#[test]
fn no_two_rows_contradict_each_other() {
    unique(negotiation::table());
    unique(transfer::table());
}

fn unique<S: PartialEq + Copy + Display, M: PartialEq + Copy + Display>(rows: &[Row<S, M>]) {
    for (index, row) in rows.iter().enumerate() {
        let same = |other: &Row<S, M>| (other.from, other.message, other.sender) == (row.from, row.message, row.sender);
        assert!(!rows[index + 1..].iter().any(same), "there is a second row for: {row}");
    }
}

fn printed<S: Display, M: Display>(rows: &[Row<S, M>]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}
