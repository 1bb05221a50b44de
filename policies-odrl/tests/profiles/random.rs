//! Any profile survives the way to ODRL and back, and what it writes has the shape that its own tables demand.

use std::collections::BTreeSet;

use jiff::Timestamp;
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use symbolon_policies_odrl::profile::admissibility::{
    Aggregation, Derivation, Disclosure, Localisation, Profile, Retention, Scope, Survival, Terms, Window,
};
use symbolon_policies_odrl::profile::check;
use symbolon_policies_odrl::profile::export_control::{Country, ExportRule, Licence};
use symbolon_policies_odrl::{dsp, rdf};

fn names() -> impl Strategy<Value = BTreeSet<String>> {
    btree_set("[a-zA-Z0-9:/#. é-]{1,12}[a-z]", 0..3)
}

fn countries() -> impl Strategy<Value = BTreeSet<Country>> {
    btree_set(prop_oneof![Just("DE"), Just("US"), Just("JP"), Just("ZW")], 0..3)
        .prop_map(|codes| codes.into_iter().map(|code| code.parse().unwrap()).collect())
}

fn instant() -> impl Strategy<Value = Timestamp> {
    (0..4_000_000_000_i64).prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn window() -> impl Strategy<Value = Window> {
    (instant(), 1..1_000_000_i64, 0..3).prop_map(|(from, length, open)| Window {
        from: (open != 1).then_some(from),
        until: (open != 2).then(|| Timestamp::from_second(from.as_second() + length).unwrap()),
    })
}

fn duration() -> impl Strategy<Value = String> {
    prop_oneof!["P[1-9][0-9]?D", "P[1-9]Y", "P[1-9]M", "PT[1-9]H"]
}

fn scope() -> impl Strategy<Value = Scope> {
    let places = (names(), names(), countries());
    let data = (names(), names(), names(), names());
    (data, places, vec(window(), 0..3), option::of(window())).prop_map(|(data, places, windows, recorded)| Scope {
        part_numbers: data.0,
        lots: data.1,
        assets: data.2,
        semantic_ids: data.3,
        sites: places.0,
        regions: places.1,
        countries: places.2,
        windows,
        recorded,
    })
}

fn rule() -> impl Strategy<Value = ExportRule> {
    let class = (
        btree_set("[0-9][A-E][0-9]{3}(\\.[a-z])?", 1..3),
        option::of("VIII\\([a-z]\\)"),
        option::of("[0-9][A-E][0-9]{3}"),
    );
    let subject = (countries(), names(), option::of(any::<bool>()), names());
    let licence = option::of(("[A-Z][0-9]{4}", option::of(1..1_000_u64), option::of(instant())));
    (class, subject, licence).prop_map(|((eccn, usml, dual_use), subject, licence)| ExportRule {
        eccn: eccn.iter().map(|entry| entry.parse().unwrap()).collect(),
        usml: usml.iter().map(|entry| entry.parse().unwrap()).collect(),
        dual_use: dual_use.iter().map(|entry| entry.parse().unwrap()).collect(),
        destinations: ["DE", "US"].map(|code| code.parse().unwrap()).into(),
        nationalities: subject.0,
        organisations: subject.1,
        us_person: subject.2,
        forbidden_end_uses: subject.3,
        licence: licence.map(|(id, quantity, expires)| Licence { id, quantity, expires }),
    })
}

fn disclosure() -> impl Strategy<Value = Disclosure> {
    let to = (names(), "[a-z]{3}", 1..4_u32).prop_map(|(mut recipients, one, hops)| {
        recipients.insert(one);
        Disclosure::To { recipients, hops }
    });
    prop_oneof![Just(Disclosure::Forbidden), Just(Disclosure::Free), to]
}

fn survival() -> impl Strategy<Value = Survival> {
    prop_oneof![duration().prop_map(Survival::For), instant().prop_map(Survival::Until), Just(Survival::Forever)]
}

fn terms() -> impl Strategy<Value = Terms> {
    let kept = (
        option::of(prop_oneof![duration().prop_map(Retention::For), instant().prop_map(Retention::Until)]),
        (countries(), countries()).prop_map(|(storage, processing)| Localisation { storage, processing }),
    );
    let computed = (
        prop_oneof![Just(Derivation::Forbidden), Just(Derivation::Allowed)],
        prop_oneof![
            Just(Aggregation::Forbidden),
            Just(Aggregation::Allowed),
            (2..99_u32).prop_map(Aggregation::GroupOf)
        ],
    );
    (names(), scope(), kept, disclosure(), computed, option::of(survival()), vec(rule(), 0..3)).prop_map(
        |(
            purposes,
            scope,
            (retention, localisation),
            disclosure,
            (derivation, aggregation),
            trade_secret,
            export_control,
        )| Terms {
            purposes,
            scope,
            retention,
            disclosure,
            derivation,
            aggregation,
            localisation,
            trade_secret,
            export_control,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_profile_comes_back(terms in terms()) {
        let profile = Profile::new(terms).unwrap();
        let policy = profile.to_policy("urn:example:profile").unwrap();
        prop_assert_eq!(check(policy.policy()), []);
        // It travels in messages of the Dataspace Protocol, and no part of it gets lost in RDF, which is what is signed.
        prop_assert_eq!(dsp::check_catalog_offer(policy.as_catalog_offer("urn:example:offer").json()), Ok(()));
        prop_assert_eq!(rdf::unmapped(&policy), Vec::<String>::new());
        let back = Profile::from_policy(policy.policy());
        prop_assert_eq!(back.as_ref().ok(), Some(&profile), "{:?} {}", back, policy.json());
    }
}
