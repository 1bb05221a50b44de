use serde_json::{Value, json};
use symbolon_e2e::connector::{Connector, odrl};
use symbolon_e2e::partners::Partners;

use super::{Outcome, data_address, fetch, reasons, text};

#[tokio::test]
async fn retiring_an_agreement_stops_its_data() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    supplier.publish_openly("part", b"data").await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let pid = oem.pull(&agreement).await?;
    let theirs = oem.partner_pid("transfers", &pid).await?;
    let address = data_address(&oem, &pid).await?;
    assert_eq!(fetch(&address, "", None).await.status(), 200);

    let retired = supplier.act("agreements", &agreement, "retire", json!({"reason": "programme ended"})).await?;
    assert_eq!((text(&retired, "state"), text(&retired, "retireReason")), ("RETIRED", "programme ended"));
    let refused = fetch(&address, "", None).await;
    assert_eq!(refused.status(), 403);
    let told: Value = refused.json().await.unwrap();
    assert!(!text(&told, "rule").is_empty() && !text(&told, "code").is_empty(), "{told}");
    oem.happened("transfer.terminated", &pid).await?;
    for (connector, pid) in [(&supplier, &theirs), (&oem, &pid)] {
        let ended = connector.read("transfers", pid).await?;
        assert_eq!(ended["state"], "TERMINATED");
        assert!(reasons(&ended, "termination").contains("programme ended"), "{ended}");
    }
    let again = supplier.act("agreements", &agreement, "retire", json!({"reason": "again"})).await;
    assert_eq!(again.unwrap_err().status(), Some(409));

    // The consumer has not retired it: what it asks for now is refused by the provider, with the rule.
    let late = oem.transfer(&agreement, "HttpData-PULL").await?;
    oem.happened("transfer.terminated", &late).await?;
    let ended = oem.read("transfers", &late).await?;
    assert_eq!(text(&ended["termination"], "code"), "agreement.retired", "{ended}");
    assert!(reasons(&ended, "termination").contains("programme ended"));
    Ok(())
}

#[tokio::test]
async fn a_consumer_asks_for_nothing_under_an_agreement_it_retired() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    supplier.publish_openly("part", b"data").await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let pid = oem.pull(&agreement).await?;
    let theirs = oem.partner_pid("transfers", &pid).await?;
    oem.act("agreements", &agreement, "retire", json!({"reason": "not needed"})).await?;
    supplier.happened("transfer.terminated", &theirs).await?;
    assert_eq!(oem.transfer(&agreement, "HttpData-PULL").await.unwrap_err().status(), Some(409));
    Ok(())
}

#[tokio::test]
async fn an_agreement_concluded_elsewhere_is_imported() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    supplier.publish_openly("part", b"data").await?;
    import(&supplier, "provider", &oem, [&supplier, &oem]).await?;
    import(&oem, "consumer", &supplier, [&supplier, &oem]).await?;
    for connector in [&supplier, &oem] {
        let agreement = connector.read("agreements", "urn:example:on-paper").await?;
        assert_eq!((&agreement["fits"], text(&agreement, "state")), (&Value::Null, "IN_FORCE"));
    }
    let pid = oem.pull("urn:example:on-paper").await?;
    assert_eq!(fetch(&data_address(&oem, &pid).await?, "", None).await.status(), 200);
    let again = import(&supplier, "provider", &oem, [&supplier, &oem]).await;
    assert_eq!(again.unwrap_err().status(), Some(409));
    let wrong_way_round = import(&supplier, "provider", &oem, [&oem, &supplier]).await;
    assert_eq!(wrong_way_round.unwrap_err().status(), Some(400));
    Ok(())
}

async fn import(at: &Connector, role: &str, partner: &Connector, parties: [&Connector; 2]) -> Outcome {
    let mut agreement = odrl(&[]);
    agreement["@type"] = json!("Agreement");
    agreement["@id"] = json!("urn:example:on-paper");
    agreement["target"] = json!("part");
    agreement["assigner"] = json!(parties[0].participant());
    agreement["assignee"] = json!(parties[1].participant());
    agreement["timestamp"] = json!("2026-01-01T00:00:00Z");
    let body = json!({"agreement": agreement, "role": role, "partner": partner.participant(),
        "partnerAddress": partner.dsp_address()});
    at.management().post("agreements", &body).await.map(|_| ())
}
