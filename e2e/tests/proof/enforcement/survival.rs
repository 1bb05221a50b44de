//! What still binds after an agreement has been terminated: three companies. The supplier's data is with the OEM, an analyst asks
//! the OEM for it.

use std::fs;

use serde_json::{Value, json};
use symbolon_e2e::Failure;
use symbolon_e2e::connector::{Config, Connector, odrl};
use symbolon_e2e::partners::Partners;
use symbolon_e2e::source::HttpSource;

use super::{Outcome, SECRET, atom, ended, fetched, publish, text};

const ADM: &str = "https://w3id.org/symbolon/admissibility/1/";

/// Use is permitted, which includes passing it on, but to nobody else than this analyst. It stays secret for ten years beyond the
/// end of the agreement.
fn terms(analyst: &str) -> Value {
    let years = json!({"@value": "P10Y", "@type": "xsd:duration"});
    let disclose = format!("{ADM}disclose");
    let mut terms = odrl(&[]);
    let others = atom("recipient", "isNoneOf", json!([{"@id": analyst}]));
    terms["prohibition"] = json!([{"action": disclose, "constraint": [others]}]);
    terms["obligation"] = json!([
        {"action": format!("{ADM}keepSecret"), "constraint": [atom(&format!("{ADM}survivesFor"), "eq", years)]},
        {"action": "delete"},
    ]);
    terms
}

async fn three() -> Result<(Partners, Connector), Failure> {
    let partners = Partners::start().await?;
    let analyst = Connector::start(Config::new("analyst").relaxed()).await?;
    analyst.meet(&partners.oem).await?;
    partners.oem.meet(&analyst).await?;
    Ok((partners, analyst))
}

#[tokio::test]
async fn a_duty_survives_the_agreement_and_binds_on_both_sides() -> Outcome {
    let (Partners { supplier, oem }, analyst) = three().await?;
    let source = HttpSource::start(SECRET.to_vec())?;
    publish(&supplier, &source, json!({}), terms(analyst.participant())).await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let received = oem.transfer(&agreement, "HttpData-PUSH").await?;
    oem.happened("transfer.completed", &received).await?;
    assert_eq!(fs::read(oem.inbox(&received)).unwrap(), SECRET);

    // The OEM passes on what it received, under terms of its own.
    let copy = HttpSource::start(SECRET.to_vec())?;
    publish(&oem, &copy, json!({"origins": [agreement]}), odrl(&[])).await?;
    let onward = analyst.conclude(&oem, "part").await?;
    let pid = analyst.pull(&onward).await?;
    assert_eq!(fetched(&analyst, &pid, "").await?.unwrap(), SECRET);
    let asked = copy.asked().len();

    supplier.act("agreements", &agreement, "terminate", json!({"reason": "the programme was cancelled"})).await?;
    oem.happened("agreement.terminated", &agreement).await?;
    for connector in [&supplier, &oem] {
        let ended = connector.read("agreements", &agreement).await?;
        assert_eq!(text(&ended, "state"), "TERMINATED", "{ended}");
        assert!(ended.to_string().contains("the programme was cancelled"), "{ended}");
    }

    // Rights have ended: nothing new from the supplier.
    let late = oem.transfer(&agreement, "HttpData-PULL").await;
    assert_eq!(late.unwrap_err().status(), Some(409));

    // What was passed on stops, and nobody gets it any more; the analyst and the OEM both know why.
    let (code, reasons) = ended(&analyst, &pid).await?;
    assert_eq!(code, "origin.denied", "{reasons}");
    let again = analyst.transfer(&onward, "HttpData-PULL").await?;
    let (code, reasons) = ended(&analyst, &again).await?;
    assert_eq!(code, "origin.denied", "{reasons}");
    assert!(reasons.contains("terminated"), "{reasons}");
    let theirs = analyst.partner_pid("transfers", &again).await?;
    let told = oem.read("transfers", &theirs).await?;
    assert!(told["termination"]["reason"].to_string().contains(&agreement), "{told}");
    assert_eq!(copy.asked().len(), asked, "the copy was read after the end");

    // The duty to delete is carried out, and there is evidence of it.
    oem.happened("data.deleted", &received).await?;
    assert!(!oem.inbox(&received).exists());
    Ok(())
}

#[tokio::test]
async fn data_goes_no_further_than_its_terms_say() -> Outcome {
    let (Partners { supplier, oem }, analyst) = three().await?;
    let source = HttpSource::start(SECRET.to_vec())?;
    publish(&supplier, &source, json!({}), terms("did:web:somebody-else.example")).await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let copy = HttpSource::start(SECRET.to_vec())?;
    publish(&oem, &copy, json!({"origins": [agreement]}), odrl(&[])).await?;
    let offer = analyst.offer_of(&oem, "part").await?;
    let pid = analyst.ask(&oem, &offer, json!({})).await?;
    let finalized = analyst.happened("negotiation.finalized", &pid).await?;
    let transfer = analyst.transfer(finalized.text("agreement"), "HttpData-PULL").await?;
    let (code, reasons) = ended(&analyst, &transfer).await?;
    assert_eq!(code, "origin.denied", "{reasons}");
    assert!(reasons.contains(&agreement), "{reasons}");
    assert!(copy.asked().is_empty());
    Ok(())
}
