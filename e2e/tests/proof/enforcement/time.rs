//! The end of the window of use.

use jiff::Timestamp;
use serde_json::json;
use symbolon_e2e::connector::{http_client, odrl, segment};
use symbolon_e2e::dcp_peer::now;
use symbolon_e2e::partners::Partners;
use symbolon_e2e::source::HttpSource;

use super::{Outcome, SECRET, atom, ended, fetched, fetched_at, known_reason, publish};
use crate::enforcement::text;

/// Data flows until the window ends. Then the monitor terminates the transfer with the reason, and the next request is too late.
#[tokio::test]
async fn use_ends_with_its_window() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    let source = HttpSource::start(SECRET.to_vec())?;
    let end = Timestamp::from_second(now() + 6).unwrap();
    let window = json!({"@value": end.to_string(), "@type": "xsd:dateTime"});
    publish(&supplier, &source, json!({}), odrl(&[atom("dateTime", "lt", window)])).await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let pid = oem.pull(&agreement).await?;
    let address = oem.management().get(&format!("transfers/{}/data-address", segment(&pid))).await?;
    assert_eq!(fetched(&oem, &pid, "").await?.unwrap(), SECRET);
    let asked = source.asked().len();
    let theirs = oem.partner_pid("transfers", &pid).await?;
    let watched = supplier.read("monitor", &theirs).await?;
    let next: Timestamp = text(&watched, "nextDecisionAt").parse().unwrap();
    assert_eq!(next.as_second(), end.as_second(), "{watched}");

    let (code, reasons) = ended(&oem, &pid).await?;
    assert!(now() >= end.as_second(), "it was ended before its time");
    assert!(code.starts_with("policy."), "{code}");
    let day = &end.to_string()[..10];
    assert!(reasons.contains("refused: ") && reasons.contains(day), "{reasons}");
    assert!(known_reason(&supplier, &oem, &pid).await?.contains(day));
    let refused = fetched_at(&address, "").await?.unwrap_err();
    assert_eq!(refused.status, 403, "{refused:?}");
    assert_eq!(source.asked().len(), asked);

    // A new transfer comes too late as well.
    let late = oem.transfer(&agreement, "HttpData-PULL").await?;
    let (code, reasons) = ended(&oem, &late).await?;
    assert_eq!(code, "policy.denied", "{reasons}");
    Ok(())
}

/// A download that has begun when the agreement ends gets no further byte.
#[tokio::test]
async fn what_flows_stops_with_the_right_to_it() -> Outcome {
    const MIB: usize = 1024 * 1024;
    let Partners { supplier, oem } = Partners::start().await?;
    let source = HttpSource::holding_at(vec![b'x'; 64 * MIB], 32 * MIB)?;
    publish(&supplier, &source, json!({}), odrl(&[])).await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let pid = oem.pull(&agreement).await?;
    let address = oem.management().get(&format!("transfers/{}/data-address", segment(&pid))).await?;
    let request =
        http_client()?.get(text(&address, "endpoint")).header("Authorization", text(&address, "authorization"));
    let mut answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let mut received = answer.chunk().await.unwrap().unwrap().len();
    while received < 31 * MIB {
        received += answer.chunk().await.unwrap().unwrap().len();
    }
    source.is_holding().await;
    supplier.act("agreements", &agreement, "terminate", json!({"reason": "the programme was cancelled"})).await?;
    source.go_on();
    let broken = loop {
        match answer.chunk().await {
            Ok(Some(piece)) => received += piece.len(),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken, "the whole file arrived");
    assert!(received <= 33 * MIB, "{received} bytes arrived, of which {} after the end", received - 32 * MIB);
    Ok(())
}
