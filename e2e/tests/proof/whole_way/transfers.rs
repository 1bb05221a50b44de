use std::time::Duration;

use serde_json::{Value, json};
use symbolon_e2e::connector::{Config, Connector, http_client, odrl, segment};
use symbolon_e2e::partners::Partners;
use symbolon_e2e::{Failure, eventually};

use super::{Outcome, data_address, fetch, reasons, text};

/// Partners with an agreement, and the process ids of a started pull: the consumer's and the provider's.
async fn started() -> Result<(Partners, String, String), Failure> {
    let partners = Partners::start().await?;
    partners.supplier.publish_openly("part", b"one two three").await?;
    let agreement = partners.oem.conclude(&partners.supplier, "part").await?;
    let pid = partners.oem.pull(&agreement).await?;
    let theirs = partners.oem.partner_pid("transfers", &pid).await?;
    Ok((partners, pid, theirs))
}

#[tokio::test]
async fn the_provider_suspends_and_resumes() -> Outcome {
    let (Partners { supplier, oem }, pid, theirs) = started().await?;
    let old = data_address(&oem, &pid).await?;
    assert_eq!(fetch(&old, "", None).await.status(), 200);
    supplier.act("transfers", &theirs, "suspend", json!({"reason": "line stopped", "code": "maintenance"})).await?;
    let refused = fetch(&old, "", None).await;
    assert_eq!(refused.status(), 403);
    assert!(refused.text().await.unwrap().contains("SUSPENDED"));
    oem.happened("transfer.suspended", &pid).await?;
    let suspended = oem.read("transfers", &pid).await?;
    assert_eq!(
        (text(&suspended["suspension"], "by"), text(&suspended["suspension"], "code")),
        ("partner", "maintenance")
    );
    assert_eq!(reasons(&suspended, "suspension"), "line stopped");
    assert_eq!(data_address(&oem, &pid).await.unwrap_err().status(), Some(409));

    supplier.act("transfers", &theirs, "resume", json!({})).await?;
    oem.happened_times("transfer.started", &pid, 2).await?;
    assert_eq!(fetch(&old, "", None).await.status(), 401, "the token of before the suspension");
    assert_eq!(fetch(&data_address(&oem, &pid).await?, "", None).await.status(), 200);
    Ok(())
}

#[tokio::test]
async fn the_consumer_suspends_and_resumes() -> Outcome {
    let (Partners { supplier, oem }, pid, theirs) = started().await?;
    let old = data_address(&oem, &pid).await?;
    oem.act("transfers", &pid, "suspend", json!({"reason": "store is full"})).await?;
    supplier.happened("transfer.suspended", &theirs).await?;
    assert_eq!(fetch(&old, "", None).await.status(), 403);

    oem.act("transfers", &pid, "resume", json!({})).await?;
    supplier.happened_times("transfer.started", &theirs, 2).await?;
    let fresh = answered(&oem, &pid, &old).await?;
    assert_eq!(fetch(&old, "", None).await.status(), 401);
    assert_eq!(fetch(&fresh, "", None).await.status(), 200);
    for (connector, pid) in [(&supplier, &theirs), (&oem, &pid)] {
        assert_eq!(connector.read("transfers", pid).await?["state"], "STARTED");
    }
    Ok(())
}

/// The data address that comes with the provider's answer to a resume: no event tells of it.
async fn answered(oem: &Connector, pid: &str, old: &Value) -> Result<Value, Failure> {
    eventually("a fresh data address", async || {
        let address = data_address(oem, pid).await.ok()?;
        Some(address).filter(|address| address["authorization"] != old["authorization"])
    })
    .await
}

#[tokio::test]
async fn either_side_completes() -> Outcome {
    let (Partners { supplier, oem }, pid, theirs) = started().await?;
    let address = data_address(&oem, &pid).await?;
    oem.act("transfers", &pid, "complete", json!({})).await?;
    supplier.happened("transfer.completed", &theirs).await?;
    assert_eq!(fetch(&address, "", None).await.status(), 403);
    assert_eq!(
        oem.act("transfers", &pid, "terminate", json!({"reason": "late"})).await.unwrap_err().status(),
        Some(409)
    );

    let agreement = text(&oem.read("transfers", &pid).await?, "agreementId").to_owned();
    let second = oem.pull(&agreement).await?;
    let theirs = oem.partner_pid("transfers", &second).await?;
    supplier.act("transfers", &theirs, "complete", json!({})).await?;
    oem.happened("transfer.completed", &second).await?;
    Ok(())
}

#[tokio::test]
async fn either_side_terminates_with_a_reason() -> Outcome {
    let (Partners { supplier, oem }, pid, theirs) = started().await?;
    let address = data_address(&oem, &pid).await?;
    supplier.act("transfers", &theirs, "terminate", json!({"reason": "source withdrawn", "code": "gone"})).await?;
    oem.happened("transfer.terminated", &pid).await?;
    let ended = oem.read("transfers", &pid).await?;
    assert_eq!((text(&ended["termination"], "by"), text(&ended["termination"], "code")), ("partner", "gone"));
    assert_eq!(reasons(&ended, "termination"), "source withdrawn");
    assert_eq!(fetch(&address, "", None).await.status(), 403);

    let second = oem.pull(text(&ended, "agreementId")).await?;
    let theirs = oem.partner_pid("transfers", &second).await?;
    oem.act("transfers", &second, "terminate", json!({"reason": "no longer needed"})).await?;
    supplier.happened("transfer.terminated", &theirs).await?;
    let ended = supplier.read("transfers", &theirs).await?;
    assert_eq!(
        (text(&ended["termination"], "by"), reasons(&ended, "termination").as_str()),
        ("partner", "no longer needed")
    );
    Ok(())
}

#[tokio::test]
async fn a_token_near_its_end_is_renewed() -> Outcome {
    let supplier = Config::new("supplier").relaxed().set("limits.token_seconds", "20");
    let Partners { supplier, oem } = Partners::with(supplier, Config::new("oem").relaxed()).await?;
    supplier.publish_openly("part", b"data").await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let pid = oem.pull(&agreement).await?;
    let first = data_address(&oem, &pid).await?;
    let second = data_address(&oem, &pid).await?;
    assert_ne!(first["authorization"], second["authorization"], "20 s are near the end: each answer has a fresh token");
    for address in [&first, &second] {
        assert_eq!(fetch(address, "", None).await.status(), 200);
    }
    let theirs = oem.partner_pid("transfers", &pid).await?;
    supplier.act("transfers", &theirs, "suspend", json!({"reason": "stopped"})).await?;
    oem.happened("transfer.suspended", &pid).await?;
    assert_eq!(data_address(&oem, &pid).await.unwrap_err().status(), Some(409));
    Ok(())
}

#[tokio::test]
async fn a_token_opens_one_transfer_only() -> Outcome {
    let (Partners { supplier, oem }, pid, theirs) = started().await?;
    let agreement = text(&oem.read("transfers", &pid).await?, "agreementId").to_owned();
    let other = oem.pull(&agreement).await?;
    let (mut mine, second) = (data_address(&oem, &pid).await?, data_address(&oem, &other).await?);
    mine["authorization"] = second["authorization"].clone();
    let refused = fetch(&mine, "", None).await;
    assert_eq!(refused.status(), 401);
    assert!(refused.text().await.unwrap().contains("another transfer"));
    mine["authorization"] = json!("Bearer nonsense");
    assert_eq!(fetch(&mine, "", None).await.status(), 401);
    assert_eq!(
        http_client()?
            .get(format!("{}/data/{}", supplier.public_url(), segment(&theirs)))
            .send()
            .await
            .unwrap()
            .status(),
        401
    );
    Ok(())
}

#[tokio::test]
async fn a_held_transfer_starts_when_somebody_says_so() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    supplier.store_policy("open", odrl(&[])).await?;
    supplier.store_file("part", b"data").await?;
    supplier.publish("all", &["part"], "open", json!({"transfer": "hold"})).await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let pid = oem.transfer(&agreement, "HttpData-PULL").await?;
    let requested = supplier
        .management()
        .events(0)
        .await?
        .until("a requested transfer", Duration::from_secs(30), |event| event.kind == "transfer.requested")
        .await?;
    assert_eq!(oem.read("transfers", &pid).await?["state"], "REQUESTED");
    supplier.act("transfers", requested.subject(), "start", json!({})).await?;
    oem.happened("transfer.started", &pid).await?;
    assert_eq!(fetch(&data_address(&oem, &pid).await?, "", None).await.text().await.unwrap(), "data");
    Ok(())
}
