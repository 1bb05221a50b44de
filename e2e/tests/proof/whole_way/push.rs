use std::fs;

use serde_json::json;
use sha2::{Digest as _, Sha256};
use symbolon_e2e::connector::odrl;
use symbolon_e2e::partners::Partners;
use symbolon_e2e::random::Random;
use symbolon_e2e::source::HttpSource;

use super::Outcome;

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_push_goes_to_the_consumers_own_inbox() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    let content = Random::new(4).bytes(5 * MIB);
    supplier.publish_openly("part", &content).await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let pid = oem.transfer(&agreement, "HttpData-PUSH").await?;
    oem.happened("transfer.completed", &pid).await?;
    assert_eq!(Sha256::digest(fs::read(oem.inbox(&pid)).unwrap()), Sha256::digest(&content));
    let theirs = oem.partner_pid("transfers", &pid).await?;
    supplier.happened("transfer.completed", &theirs).await?;
    assert_eq!(oem.read("transfers", &pid).await?["state"], "COMPLETED");
    Ok(())
}

/// The receiver is killed while the second chunk arrives; what it held durably is not sent again.
#[tokio::test]
async fn a_push_resumes_where_the_killed_receiver_stopped() -> Outcome {
    let Partners { supplier, mut oem } = Partners::start().await?;
    let content = Random::new(5).bytes(80 * MIB);
    let source = HttpSource::holding_at(content.clone(), 50 * MIB)?;
    supplier.store_asset("part", json!({"type": "HttpData", "baseUrl": source.url()})).await?;
    supplier.store_policy("open", odrl(&[])).await?;
    supplier.publish("all", &["part"], "open", json!({})).await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let pid = oem.transfer(&agreement, "HttpData-PUSH").await?;
    oem.happened("transfer.started", &pid).await?;
    source.is_holding().await;
    oem.kill().await?;
    source.go_on();
    oem.restart().await?;
    oem.happened("transfer.completed", &pid).await?;
    assert_eq!(Sha256::digest(fs::read(oem.inbox(&pid)).unwrap()), Sha256::digest(&content));
    let resumed = source.asked().into_iter().filter_map(|asked| asked.range).next_back().unwrap();
    let offset: usize = resumed.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap();
    assert!((32 * MIB..=50 * MIB).contains(&offset), "resumed at {offset}");
    Ok(())
}

/// The sender is killed instead.
#[tokio::test]
async fn a_push_resumes_after_the_sender_was_killed() -> Outcome {
    let Partners { mut supplier, oem } = Partners::start().await?;
    let content = Random::new(6).bytes(40 * MIB);
    let source = HttpSource::holding_at(content.clone(), 36 * MIB)?;
    supplier.store_asset("part", json!({"type": "HttpData", "baseUrl": source.url()})).await?;
    supplier.store_policy("open", odrl(&[])).await?;
    supplier.publish("all", &["part"], "open", json!({})).await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let pid = oem.transfer(&agreement, "HttpData-PUSH").await?;
    source.is_holding().await;
    supplier.kill().await?;
    source.go_on();
    supplier.restart().await?;
    oem.happened("transfer.completed", &pid).await?;
    assert_eq!(Sha256::digest(fs::read(oem.inbox(&pid)).unwrap()), Sha256::digest(&content));
    assert!(source.asked().last().unwrap().range.is_some(), "{:?}", source.asked());
    Ok(())
}
