//! A catalogue that is offered under many access policies: each partner sees its part of it, page by page, in both directions.

use serde_json::json;
use symbolon_vocab::messages::{CatalogRequestMessage, parse};

use super::fixture::Fixture;
use super::partner::Partner;
use super::presenting::asks;
use crate::connector::Change;
use crate::operations::catalog::provide;
use crate::storage::assets::{self, Asset};
use crate::storage::offers::{self, Offer, OfferAutomation, Selector};
use crate::storage::policies::{self, StoredPolicy};

/// Assets under one policy; each stands under the next policy as well.
const UNDER_ONE: usize = 7;

/// Publishes by the rows: which policies permit `who` is `seen`.
async fn published(fixture: &Fixture, who: &str, policies: usize, seen: impl Fn(usize) -> bool) {
    let mut change = Change::default();
    for policy in 0..policies {
        let id = format!("access-{policy:04}");
        let who = if seen(policy) { who } else { "did:web:somebody.example" };
        let constraint =
            json!({"leftOperand": "https://w3id.org/symbolon/1/participantId", "operator": "eq", "rightOperand": who});
        let document = json!({"@type": "Set", "permission": [{"action": "use", "constraint": [constraint]}]});
        change.write(policies::insert(&StoredPolicy { id: id.clone(), document, created: 0, updated: 0 }));
        change.write(offers::insert(&offer(id)));
    }
    for number in 0..policies * UNDER_ONE {
        let asset = asset(number);
        change.write(assets::insert(&asset));
        for policy in [number / UNDER_ONE, (number / UNDER_ONE + 1) % policies] {
            change.write(offers::list_asset(&offer(format!("access-{policy:04}")), &asset.id));
        }
    }
    fixture.connector.commit(change).await.unwrap();
}

fn offer(id: String) -> Offer {
    Offer {
        access_policy: id.clone(),
        usage_policy: "access-0000".to_owned(),
        id,
        selector: Selector::Ids(Vec::new()),
        automation: OfferAutomation::default(),
        offer_ids: Default::default(),
        dataspace: String::new(),
        created: 0,
        updated: 0,
    }
}

fn asset(number: usize) -> Asset {
    Asset {
        id: format!("asset-{number:06}"),
        properties: Default::default(),
        private_properties: Default::default(),
        formats: vec!["HttpData-PULL".to_owned()],
        source: json!({}),
        path_facts: None,
        origins: Vec::new(),
        created: 0,
        updated: 0,
    }
}

/// The assets that policies of `seen` show.
fn expected(policies: usize, seen: impl Fn(usize) -> bool) -> Vec<(String, usize)> {
    let numbers = 0..policies * UNDER_ONE;
    let shown = numbers.filter_map(|number| {
        let under = [number / UNDER_ONE, (number / UNDER_ONE + 1) % policies];
        let offers = under.into_iter().filter(|policy| seen(*policy)).count();
        (offers > 0).then(|| (format!("asset-{number:06}"), offers))
    });
    shown.collect()
}

#[actix_web::test]
async fn each_partner_sees_its_part_page_by_page() {
    const POLICIES: usize = 120;
    type Case = (&'static str, fn(usize) -> bool);
    let cases: [Case; 5] = [
        ("none", |_| false),
        ("one", |policy| policy == 119),
        ("few", |policy| policy % 10 == 3),
        ("half", |policy| policy % 2 == 0),
        ("all", |_| true),
    ];
    for (name, seen) in cases {
        let (fixture, partner) = (Fixture::new().await, Partner::start());
        let caller = asks(&fixture, &partner, None).await.unwrap();
        published(&fixture, &partner.did, POLICIES, seen).await;
        let request: CatalogRequestMessage = parse(REQUEST).unwrap();
        let (mut after, mut pages, mut shown) = (String::new(), Vec::new(), Vec::new());
        loop {
            let page = provide(&fixture.connector, &caller, &request, &after).await.unwrap();
            assert!(page.catalog.dataset.len() <= 50, "{name}");
            shown.extend(page.catalog.dataset.into_iter().map(|dataset| (dataset.id, dataset.has_policy.len())));
            pages.push(after.clone());
            let before = pages.len().checked_sub(2).map(|place| pages[place].clone());
            assert_eq!(page.previous, before, "{name}");
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        assert_eq!(shown, expected(POLICIES, seen), "{name}");
    }
}

const REQUEST: &[u8] =
    br#"{"@context": ["https://w3id.org/dspace/2025/1/context.jsonld"], "@type": "CatalogRequestMessage"}"#;
