//! What the operator does in each test of the kit. A test is recognised by the dataset that is negotiated or the agreement
//! that is transferred under; every test has its own.

/// In this state of the process → this command of the management API. The steps of a test are taken in order, each at most
/// once; where the next step waits for another state, and after the last step, the operator does nothing.
pub type Step = (&'static str, &'static str);

/// One test of the kit.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The name of its Java method, which its configuration keys begin with.
    pub test: &'static str,
    /// The dataset id (negotiations) or agreement id (transfers).
    pub id: &'static str,
    /// What the operator does.
    pub steps: &'static [Step],
}

const fn row(test: &'static str, id: &'static str, steps: &'static [Step]) -> Row {
    Row { test, id, steps }
}

/// Datasets of the catalogue tests; the third must not exist.
pub const CATALOG: [(&str, &str); 3] = [("CAT_01_01", "CAT0101"), ("CAT_01_02", "CAT0102"), ("CAT_01_03", "CAT0103")];

/// The dataset that every agreement of the transfer tests is about.
pub const TRANSFERRED: &str = "ATP0101";

/// Negotiations in which the connector is the provider.
pub const NEGOTIATIONS_PROVIDER: [Row; 15] = [
    row("CN_01_01", "ACN0101", &[("REQUESTED", "offer")]),
    row("CN_01_02", "ACN0102", &[("REQUESTED", "offer"), ("REQUESTED", "terminate")]),
    row("CN_01_03", "ACN0103", &[("REQUESTED", "offer"), ("ACCEPTED", "approve"), ("VERIFIED", "finalize")]),
    row("CN_01_04", "ACN0104", &[("REQUESTED", "approve"), ("VERIFIED", "finalize")]),
    row("CN_02_01", "ACN0201", &[("REQUESTED", "terminate")]),
    row("CN_02_02", "ACN0202", &[]),
    row("CN_02_03", "ACN0203", &[("REQUESTED", "approve")]),
    row("CN_02_04", "ACN0204", &[("REQUESTED", "offer")]),
    row("CN_02_05", "ACN0205", &[("REQUESTED", "offer"), ("OFFERED", "terminate")]),
    row("CN_02_06", "ACN0206", &[("REQUESTED", "offer"), ("ACCEPTED", "terminate")]),
    row("CN_02_07", "ACN0207", &[("REQUESTED", "approve"), ("VERIFIED", "terminate")]),
    row("CN_03_01", "ACN0301", &[("REQUESTED", "approve"), ("VERIFIED", "finalize")]),
    row("CN_03_02", "ACN0302", &[("REQUESTED", "offer")]),
    row("CN_03_03", "ACN0303", &[("REQUESTED", "offer")]),
    row("CN_03_04", "ACN0304", &[("REQUESTED", "offer")]),
];

/// Negotiations in which the connector is the consumer.
pub const NEGOTIATIONS_CONSUMER: [Row; 16] = [
    row("CN_C_01_01", "ACNC0101", &[("OFFERED", "accept"), ("AGREED", "verify")]),
    row("CN_C_01_02", "ACNC0102", &[("OFFERED", "counter")]),
    row("CN_C_01_03", "ACNC0103", &[("OFFERED", "terminate")]),
    row("CN_C_01_04", "ACNC0104", &[("AGREED", "verify")]),
    row("CN_C_02_01", "ACNC0201", &[]),
    row("CN_C_02_02", "ACNC0202", &[("REQUESTED", "terminate")]),
    row("CN_C_02_03", "ACNC0203", &[("AGREED", "terminate")]),
    row("CN_C_02_04", "ACNC0204", &[]),
    row("CN_C_02_05", "ACNC0205", &[("OFFERED", "accept")]),
    row("CN_C_02_06", "ACNC0206", &[("AGREED", "verify")]),
    row("CN_C_03_01", "ACNC0301", &[]),
    row("CN_C_03_02", "ACNC0302", &[]),
    row("CN_C_03_03", "ACNC0303", &[]),
    row("CN_C_03_04", "ACNC0304", &[("OFFERED", "accept")]),
    row("CN_C_03_05", "ACNC0305", &[("OFFERED", "accept")]),
    row("CN_C_03_06", "ACNC0306", &[("OFFERED", "accept")]),
];

/// Transfers in which the connector is the provider. The kit has `TP_02_04` switched off.
pub const TRANSFERS_PROVIDER: [Row; 16] = [
    row("TP_01_01", "ATP0101", &[("REQUESTED", "start"), ("STARTED", "terminate")]),
    row("TP_01_02", "ATP0102", &[("REQUESTED", "start"), ("STARTED", "complete")]),
    row("TP_01_03", "ATP0103", &[("REQUESTED", "start"), ("STARTED", "suspend"), ("SUSPENDED", "terminate")]),
    row(
        "TP_01_04",
        "ATP0104",
        &[("REQUESTED", "start"), ("STARTED", "suspend"), ("SUSPENDED", "resume"), ("STARTED", "complete")],
    ),
    row("TP_01_05", "ATP0105", &[("REQUESTED", "terminate")]),
    row("TP_02_01", "ATP0201", &[("REQUESTED", "start")]),
    row("TP_02_02", "ATP0202", &[("REQUESTED", "start")]),
    row("TP_02_03", "ATP0203", &[("REQUESTED", "start")]),
    row("TP_02_04", "ATP0204", &[("REQUESTED", "start")]),
    row("TP_02_05", "ATP0205", &[]),
    row("TP_03_01", "ATP0301", &[]),
    row("TP_03_02", "ATP0302", &[]),
    row("TP_03_03", "ATP0303", &[("REQUESTED", "start")]),
    row("TP_03_04", "ATP0304", &[("REQUESTED", "start")]),
    row("TP_03_05", "ATP0305", &[("REQUESTED", "start")]),
    row("TP_03_06", "ATP0306", &[("REQUESTED", "start")]),
];

/// Transfers in which the connector is the consumer. The kit has `TP_C_02_04` switched off.
pub const TRANSFERS_CONSUMER: [Row; 16] = [
    row("TP_C_01_01", "ATPC0101", &[]),
    row("TP_C_01_02", "ATPC0102", &[]),
    row("TP_C_01_03", "ATPC0103", &[]),
    row("TP_C_01_04", "ATPC0104", &[]),
    row("TP_C_01_05", "ATPC0105", &[]),
    row("TP_C_02_01", "ATPC0201", &[("STARTED", "terminate")]),
    row("TP_C_02_02", "ATPC0202", &[("STARTED", "complete")]),
    row("TP_C_02_03", "ATPC0203", &[("STARTED", "suspend"), ("SUSPENDED", "terminate")]),
    row("TP_C_02_04", "ATPC0204", &[("STARTED", "suspend"), ("SUSPENDED", "resume"), ("STARTED", "complete")]),
    row("TP_C_02_05", "ATPC0205", &[("REQUESTED", "terminate")]),
    row("TP_C_03_01", "ATPC0301", &[]),
    row("TP_C_03_02", "ATPC0302", &[]),
    row("TP_C_03_03", "ATPC0303", &[]),
    row("TP_C_03_04", "ATPC0304", &[]),
    row("TP_C_03_05", "ATPC0305", &[]),
    row("TP_C_03_06", "ATPC0306", &[]),
];

/// The steps of the test that negotiates this dataset.
pub fn of_dataset(dataset: &str) -> &'static [Step] {
    steps(&[&NEGOTIATIONS_PROVIDER, &NEGOTIATIONS_CONSUMER], dataset)
}

/// The steps of the test that transfers under this agreement.
pub fn of_agreement(agreement: &str) -> &'static [Step] {
    steps(&[&TRANSFERS_PROVIDER, &TRANSFERS_CONSUMER], agreement)
}

fn steps(tables: &[&'static [Row]], id: &str) -> &'static [Step] {
    tables.iter().flat_map(|table| table.iter()).find(|row| row.id == id).map_or(&[], |row| row.steps)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_test_has_its_own_id() {
        let tables: [&[Row]; 4] =
            [&NEGOTIATIONS_PROVIDER, &NEGOTIATIONS_CONSUMER, &TRANSFERS_PROVIDER, &TRANSFERS_CONSUMER];
        let rows: Vec<Row> = tables.concat();
        assert_eq!(rows.len() + CATALOG.len() + 1, 67, "with the three catalogue tests and the one of the metadata");
        assert_eq!(rows.iter().map(|row| row.id).collect::<BTreeSet<_>>().len(), rows.len());
        assert_eq!(rows.iter().map(|row| row.test).collect::<BTreeSet<_>>().len(), rows.len());
    }

    #[test]
    fn a_script_is_found_by_its_id() {
        assert_eq!(of_dataset("ACNC0102"), [("OFFERED", "counter")]);
        assert_eq!(of_agreement("ATPC0205"), [("REQUESTED", "terminate")]);
        assert!(of_dataset("ATPC0205").is_empty());
    }
}
