//! What composition costs on one core: `cargo bench -p symbolon-policies-odrl --bench compose`.
//!
//! The policies lie as files in `benches/policies`, so that a solver can be given the same ones.

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use symbolon_policies_odrl::PolicyDocument;
use symbolon_policies_odrl::compose::{Bound, Compatibility, Containment, Knowledge, Normal};

const USAGE: &str = include_str!("policies/usage.json");
const NARROW: &str = include_str!("policies/profile-narrow.json");
const WIDE: &str = include_str!("policies/profile-wide.json");

fn compositions(criterion: &mut Criterion) {
    let (narrow, wide) = (normal(NARROW), normal(WIDE));
    // The same usage policy with one purpose less and an earlier end.
    let shorter = USAGE.replace("\"cx.core.industrycore:1\", ", "").replace("2030-12-31", "2028-12-31");
    let (usage, shorter) = (normal(USAGE), normal(&shorter));
    assert_eq!(narrow.is_within(&wide), Containment::Yes);
    assert!(matches!(wide.is_within(&narrow), Containment::No(_)));
    assert_eq!(shorter.is_within(&usage), Containment::Yes);
    assert!(matches!(usage.is_within(&shorter), Containment::No(_)));
    assert!(matches!(narrow.conflict(&wide), Compatibility::Compatible(_)));
    for (name, one, two) in [("admissibility profiles", &narrow, &wide), ("catena-x usage policies", &shorter, &usage)]
    {
        criterion.bench_function(&format!("meet of two {name}"), |bencher| {
            bencher.iter(|| black_box(one).meet(black_box(two)).unwrap());
        });
        criterion.bench_function(&format!("containment of two {name}, within"), |bencher| {
            bencher.iter(|| black_box(one).is_within(black_box(two)));
        });
        criterion.bench_function(&format!("containment of two {name}, counter-example"), |bencher| {
            bencher.iter(|| black_box(two).is_within(black_box(one)));
        });
        criterion.bench_function(&format!("compatibility of two {name}, witness"), |bencher| {
            bencher.iter(|| black_box(two).conflict(black_box(one)));
        });
    }
    let document = PolicyDocument::parse(serde_json::from_str(WIDE).unwrap()).unwrap();
    let knowledge = knowledge();
    criterion.bench_function("normal form of an admissibility profile", |bencher| {
        bencher.iter(|| Normal::of(black_box(document.policy()), &knowledge, Bound::default()).unwrap());
    });
}

fn knowledge() -> Knowledge {
    Knowledge::default().with_kind("urn:example:purpose:warranty", "urn:example:purpose:quality")
}

fn normal(text: &str) -> Normal {
    let document = PolicyDocument::parse(serde_json::from_str(text).unwrap()).unwrap();
    Normal::of(document.policy(), &knowledge(), Bound::default()).unwrap()
}

criterion_group! {
    name = benches;
    config = Criterion::default().without_plots();
    targets = compositions
}
criterion_main!(benches);
