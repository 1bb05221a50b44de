//! A file with an export classification, asked for by people of one nation and of another.

use serde_json::{Value, json};
use symbolon_e2e::connector::odrl;
use symbolon_e2e::partners::Partners;
use symbolon_e2e::source::HttpSource;

use super::{Outcome, SECRET, atom, ended, fetched, known_reason, publish};

const ECCN: &str = "https://w3id.org/symbolon/export-control/1/eccn";
const NATIONALITY: &str = "https://w3id.org/symbolon/export-control/1/nationality";

fn terms() -> Value {
    odrl(&[atom(ECCN, "isAnyOf", json!(["2E003", "EAR99"])), atom(NATIONALITY, "isAnyOf", json!(["DE", "FR", "US"]))])
}

fn classified() -> Value {
    json!({"privateProperties": {"ec:eccn": "2E003"}})
}

#[tokio::test]
async fn a_classified_file_goes_to_the_listed_nationalities_only() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    let source = HttpSource::start(SECRET.to_vec())?;
    publish(&supplier, &source, classified(), terms()).await?;
    supplier.knows(&oem, json!({NATIONALITY: ["DE"]})).await?;
    let offered = oem.offers_of(&supplier).await?;
    assert!(!format!("{offered:?}").contains("privateProperties"), "{offered:?}");
    let catalog = oem.management().post("catalog", &json!({"partner": supplier.participant()})).await?;
    assert!(!catalog["catalog"]["dataset"].to_string().contains("\"2E003\",\"\""), "{catalog}");
    let agreement = oem.conclude(&supplier, "part").await?;
    let pid = oem.pull(&agreement).await?;
    assert_eq!(fetched(&oem, &pid, "").await?.unwrap(), SECRET);
    let asked = source.asked().len();

    // One of its people has a second passport: all nationalities count.
    supplier.knows(&oem, json!({NATIONALITY: ["DE", "XX"]})).await?;
    oem.happened("transfer.suspended", &pid).await?;
    let held = oem.read("transfers", &pid).await?;
    assert!(held["suspension"]["reason"].to_string().contains("XX"), "{held}");
    let second = oem.transfer(&agreement, "HttpData-PULL").await?;
    let (code, reasons) = ended(&oem, &second).await?;
    assert_eq!(code, "policy.denied", "{reasons}");
    assert!(reasons.contains("nationality") && reasons.contains("XX"), "{reasons}");
    assert!(known_reason(&supplier, &oem, &second).await?.contains("XX"));
    assert_eq!(source.asked().len(), asked, "the source was asked for what was refused");

    // Cleared again: what the monitor held goes on by itself.
    supplier.knows(&oem, json!({NATIONALITY: ["DE"]})).await?;
    oem.happened_times("transfer.started", &pid, 2).await?;
    assert_eq!(fetched(&oem, &pid, "").await?.unwrap(), SECRET);
    Ok(())
}

#[tokio::test]
async fn what_nobody_has_classified_is_controlled() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    let source = HttpSource::start(SECRET.to_vec())?;
    publish(&supplier, &source, json!({}), terms()).await?;
    supplier.knows(&oem, json!({NATIONALITY: ["DE"]})).await?;
    let offer = oem.offer_of(&supplier, "part").await?;
    let pid = oem.ask(&supplier, &offer, json!({})).await?;
    // Whether it is refused when it is negotiated or when data is asked for: no data.
    let negotiated = oem.happened("negotiation.finalized", &pid);
    let refused = oem.happened("negotiation.terminated", &pid);
    tokio::select! {
        finalized = negotiated => {
            let agreement = finalized?.text("agreement").to_owned();
            let transfer = oem.transfer(&agreement, "HttpData-PULL").await?;
            let (code, reasons) = ended(&oem, &transfer).await?;
            assert!(code == "policy.denied" && reasons.contains("eccn"), "{code}: {reasons}");
        }
        terminated = refused => {
            terminated?;
            let ended = oem.read("negotiations", &pid).await?;
            assert!(ended["termination"]["reason"].to_string().contains("eccn"), "{ended}");
        }
    }
    assert!(source.asked().is_empty());
    Ok(())
}
