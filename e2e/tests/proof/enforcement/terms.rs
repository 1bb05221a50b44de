//! Purpose, part number, and counted uses.

use serde_json::json;
use symbolon_e2e::connector::odrl;
use symbolon_e2e::partners::Partners;
use symbolon_e2e::source::HttpSource;

use super::{Outcome, PART, SECRET, atom, ended, fetched, known_reason, publish, recorded};

const QUALITY: &str = "https://oem.example/purpose/quality";
const SALES: &str = "https://oem.example/purpose/sales";

#[tokio::test]
async fn the_agreed_purpose_and_part_get_data_their_neighbours_do_not() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    let source = HttpSource::start(SECRET.to_vec())?;
    let parts = json!(["P-100", "P-101"]);
    let terms = odrl(&[atom("purpose", "eq", QUALITY), atom(PART, "isAnyOf", parts)]);
    publish(&supplier, &source, json!({}), terms).await?;
    let agreement = oem.conclude(&supplier, "part").await?;

    let pid = oem.pull_for(&agreement, json!({"purpose": QUALITY, "scope": {"adm:partNumber": "P-101"}})).await?;
    oem.happened("transfer.started", &pid).await?;
    assert_eq!(fetched(&oem, &pid, "").await?.unwrap(), SECRET);
    let asked = source.asked().len();

    for (declared, told) in [
        (json!({"purpose": QUALITY, "scope": {"adm:partNumber": "P-102"}}), "P-102"),
        (json!({"purpose": SALES, "scope": {"adm:partNumber": "P-101"}}), SALES),
        (json!({"purpose": QUALITY}), "part"),
    ] {
        let pid = oem.pull_for(&agreement, declared).await?;
        let (code, reasons) = ended(&oem, &pid).await?;
        assert_eq!(code, "policy.denied", "{reasons}");
        assert!(reasons.contains("refused: ") && reasons.contains(told), "{reasons}");
        assert!(known_reason(&supplier, &oem, &pid).await?.contains(told), "the provider tells another reason");
    }
    assert_eq!(source.asked().len(), asked, "the source was asked for what was refused");
    Ok(())
}

#[tokio::test]
async fn the_path_says_which_part_is_asked_for() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    let source = HttpSource::start(SECRET.to_vec())?;
    let facts = json!({"pathFacts": "/parts/{adm:partNumber}/**"});
    publish(&supplier, &source, facts, odrl(&[atom(PART, "eq", "P-100")])).await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let pid = oem.pull(&agreement).await?;
    assert_eq!(fetched(&oem, &pid, "/parts/P-100/torque").await?.unwrap(), SECRET);
    let asked = source.asked().len();

    let tails = ["/parts/P-101/torque", "/parts/P-100/../P-101/torque", "/parts/P-100/%2e%2e/P-101/torque", "/all"];
    for tail in tails {
        let refused = fetched(&oem, &pid, tail).await?.unwrap_err();
        assert!(refused.code.starts_with("policy.") && refused.status < 500, "{tail}: {refused:?}");
        assert!(!refused.detail.is_empty(), "{tail}");
    }
    let rules = recorded(&supplier, &agreement, tails.len()).await?;
    assert!(rules.iter().any(|rule| rule.contains("P-101")), "{rules:?}");
    assert_eq!(source.asked().len(), asked, "the source was asked for what was refused");
    Ok(())
}

/// Ten ask at once for the three uses that there are.
#[tokio::test]
async fn no_more_uses_than_agreed() -> Outcome {
    let Partners { supplier, oem } = Partners::start().await?;
    let source = HttpSource::start(SECRET.to_vec())?;
    let three = json!({"@value": "3", "@type": "xsd:integer"});
    publish(&supplier, &source, json!({}), odrl(&[atom("count", "lteq", three)])).await?;
    let agreement = oem.conclude(&supplier, "part").await?;
    let pid = oem.pull(&agreement).await?;
    let all = futures_util::future::join_all((0..10).map(|_| fetched(&oem, &pid, ""))).await;
    let (mut given, mut codes) = (0, Vec::new());
    for one in all {
        match one? {
            Ok(data) => {
                assert_eq!(data, SECRET);
                given += 1;
            }
            Err(refused) => codes.push((refused.status, refused.code)),
        }
    }
    assert_eq!(given, 3, "{codes:?}");
    assert!(codes.iter().all(|(status, code)| *status == 403 && code == "usage.exhausted"), "{codes:?}");
    assert_eq!(source.asked().len(), 3);
    assert_eq!(recorded(&supplier, &agreement, 7).await?.len(), 7);
    Ok(())
}
