//! The first page of a large catalogue that is offered under many access policies, of which the partner meets some.

use std::time::Instant;

use serde_json::{Value, json};

use super::Quantities;
use super::catalog::first_pages;
use super::partners::{Durability, FORMAT, Partners, asset};
use super::report::{Aim, Line, Report};
use crate::Failure;

/// Assets under one access policy.
const UNDER_ONE: usize = 100;
/// Assets created by one call.
const AT_ONCE: usize = 1_000;

/// Which of the policies let the partner see what is offered under them.
#[derive(Clone, Copy)]
enum Seen {
    /// Every second one.
    Half,
    /// One in fifty, so that most of what stands before a page is not for this partner.
    Few,
    /// One, whose assets come last.
    Last,
}

impl Seen {
    const ALL: [Self; 3] = [Self::Half, Self::Few, Self::Last];

    fn name(self) -> &'static str {
        match self {
            Self::Half => "half",
            Self::Few => "few",
            Self::Last => "last",
        }
    }

    fn includes(self, policy: usize, policies: usize) -> bool {
        match self {
            Self::Half => policy.is_multiple_of(2),
            Self::Few => policy.is_multiple_of(50),
            Self::Last => policy + 1 == policies,
        }
    }
}

/// Measures the largest catalogue of `quantities`.
pub(super) async fn measure(quantities: &Quantities, report: &mut Report) -> Result<(), Failure> {
    let Some(size) = quantities.catalogs.last().copied() else { return Ok(()) };
    let policies = size.div_ceil(UNDER_ONE);
    report.method(
        "catalog-audiences: as catalog-N, where the N offers stand under N/100 different access policies, each with two \
         constraints; the partner meets half of them, one in fifty, or only the one whose assets come last",
    );
    let partners = Partners::start(Durability::Full).await?;
    let supplier = partners.supplier.management();
    supplier.delete("offers/all").await?;
    let begun = Instant::now();
    for policy in 0..policies {
        let body = json!({"id": name(policy), "policy": access(policy, partners.oem.participant())});
        supplier.post("policies", &body).await?;
        let group = json!({"property": "group", "operator": "eq", "value": policy});
        let offer = json!({"id": name(policy), "assets": {"where": [group]}, "accessPolicy": name(policy), "usagePolicy": "use"});
        supplier.post("offers", &offer).await?;
    }
    publish(&partners, size).await?;
    let publishing = format!("{policies} policies, {size} offers, published in {:.1} s", begun.elapsed().as_secs_f64());
    for seen in Seen::ALL {
        for policy in 0..policies {
            let who =
                if seen.includes(policy, policies) { partners.oem.participant() } else { "did:web:somebody.example" };
            let body = json!({"policy": access(policy, who)});
            supplier.put(&format!("policies/{}", name(policy)), &body).await?;
        }
        let visible = (0..policies).filter(|policy| seen.includes(*policy, policies)).count() * UNDER_ONE.min(size);
        let times = first_pages(&partners, quantities, visible).await?;
        report.add(&Line {
            name: format!("catalog-audiences-{}-{size}", seen.name()),
            value: times.p50(),
            unit: "ms",
            aim: Some(Aim::Under(50.0)),
            beside: None,
            notes: vec![times.tail(), publishing.clone()],
        });
    }
    Ok(())
}

fn name(policy: usize) -> String {
    format!("access-{policy:05}")
}

/// Lets one participant see, until a day of its own.
fn access(policy: usize, who: &str) -> Value {
    let until = format!("{}-01-01T00:00:00Z", 3000 + policy);
    json!({"@type": "Set", "permission": [{"action": "use", "constraint": [
        {"leftOperand": "https://w3id.org/symbolon/1/participantId", "operator": "eq", "rightOperand": who},
        {"leftOperand": "dateTime", "operator": "lt", "rightOperand": {"@value": until, "@type": "xsd:dateTime"}}]}]})
}

/// Assets in the order of their groups, so that those of the last policy come last.
async fn publish(partners: &Partners, size: usize) -> Result<(), Failure> {
    let numbers: Vec<usize> = (0..size).collect();
    for chunk in numbers.chunks(AT_ONCE) {
        let assets = chunk.iter().map(|number| {
            json!({
                "id": asset(*number),
                "properties": {"name": format!("Spindle telemetry, line {number}"), "group": number / UNDER_ONE},
                "source": {"type": "HttpData", "baseUrl": "http://127.0.0.1:9/", "proxyPath": true},
                "formats": [FORMAT],
            })
        });
        partners.supplier.management().post("assets", &Value::Array(assets.collect())).await?;
    }
    Ok(())
}
