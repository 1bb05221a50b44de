use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_policies_odrl::PolicyDocument;
use symbolon_policies_odrl::compose::{Bound, Compatibility, Containment, Normal};

use crate::generate;
use crate::worlds::{Situation, knowledge, situations, situations_where};

fn read(policy: &Value) -> PolicyDocument {
    PolicyDocument::parse(policy.clone()).unwrap()
}

/// As small as tests need; larger ones are refused, which is no failure.
fn normal(policy: &PolicyDocument) -> Option<Normal> {
    Normal::of(policy.policy(), &knowledge(), Bound { boxes: 300 }).ok()
}

fn same(one: &Normal, two: &Normal, tried: &[Situation]) -> bool {
    tried.iter().all(|it| one.holds(&it.request, &it.world) == two.holds(&it.request, &it.world))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn evaluator_and_normal_form_agree(policy in generate::policy(), seed in any::<u64>()) {
        let document = read(&policy);
        let Some(normal) = normal(&document) else { return Ok(()) };
        for it in situations(seed) {
            let decided = it.permits(document.policy());
            prop_assert_eq!(normal.holds(&it.request, &it.world), decided, "{:#}\n{:?}\n{:?}", policy, it.request, it.world);
        }
    }

    #[test]
    fn a_meet_permits_what_both_permit(one in generate::policy(), two in generate::policy(), seed in any::<u64>()) {
        let documents = (read(&one), read(&two));
        let (Some(first), Some(second)) = (normal(&documents.0), normal(&documents.1)) else { return Ok(()) };
        let Ok(met) = first.meet(&second) else { return Ok(()) };
        let tried = situations(seed);
        for it in &tried {
            let both = first.holds(&it.request, &it.world) && second.holds(&it.request, &it.world);
            prop_assert_eq!(met.holds(&it.request, &it.world), both);
        }
        prop_assert!(same(&met, &second.meet(&first).unwrap(), &tried));
        prop_assert!(same(&first, &first.meet(&first).unwrap(), &tried));
        prop_assert!(!matches!(met.is_within(&first), Containment::No(_)), "{one:#} {two:#} {:?}", met.is_within(&first));
        prop_assert!(!matches!(met.is_within(&second), Containment::No(_)), "{one:#} {two:#} {:?}", met.is_within(&second));
    }

    #[test]
    fn a_meet_is_associative(
        one in generate::policy(), two in generate::policy(), three in generate::policy(), seed in any::<u64>(),
    ) {
        let documents = [read(&one), read(&two), read(&three)];
        let normals: Vec<_> = documents.iter().filter_map(normal).collect();
        let [one, two, three] = normals.as_slice() else { return Ok(()) };
        let left = one.meet(two).and_then(|met| met.meet(three));
        let right = two.meet(three).and_then(|met| one.meet(&met));
        let (Ok(left), Ok(right)) = (left, right) else { return Ok(()) };
        prop_assert!(same(&left, &right, &situations(seed)));
    }

    #[test]
    fn a_composed_policy_decides_like_its_normal_form(one in generate::policy(), two in generate::policy(), seed in any::<u64>()) {
        let documents = (read(&one), read(&two));
        let (Some(first), Some(second)) = (normal(&documents.0), normal(&documents.1)) else { return Ok(()) };
        let Ok(met) = first.meet(&second) else { return Ok(()) };
        let Ok(written) = met.to_policy() else { return Ok(()) };
        let again = Normal::of(written.policy(), &knowledge(), Bound { boxes: 3_000 });
        for it in situations(seed) {
            // Duties are looked up by their place, which is another one in the composed policy.
            if written.policy().permissions.iter().any(|rule| !rule.duties.is_empty()) {
                break;
            }
            let decided = it.permits(written.policy());
            prop_assert_eq!(decided, met.holds(&it.request, &it.world), "{:#} {:#} {:#}", one, two, written.json());
            prop_assert!(again.as_ref().is_ok_and(|again| again.holds(&it.request, &it.world) == decided));
        }
    }

    #[test]
    fn containment_is_right_and_shows_why_not(one in generate::policy(), two in generate::policy(), seed in any::<u64>()) {
        let documents = (read(&one), read(&two));
        let (Some(first), Some(second)) = (normal(&documents.0), normal(&documents.1)) else { return Ok(()) };
        prop_assert!(!matches!(first.is_within(&first), Containment::No(_)));
        match first.is_within(&second) {
            Containment::Yes => {
                for it in situations(seed) {
                    let exceeds = it.permits(documents.0.policy()) && !it.permits(documents.1.policy());
                    prop_assert!(!exceeds, "{one:#} {two:#} {:?} {:?}", it.request, it.world);
                }
            }
            Containment::No(witness) => {
                let world = witness.world();
                prop_assert!(first.holds(&witness.request, &world), "{one:#} {two:#} {witness:#?}");
                prop_assert!(!second.holds(&witness.request, &world), "{one:#} {two:#} {witness:#?}");
            }
            Containment::Unknown(questions) => prop_assert!(!questions.is_empty()),
        }
    }

    #[test]
    fn a_conflict_is_right_and_a_witness_is_permitted_by_both(
        one in generate::policy(), two in generate::policy(), seed in any::<u64>(),
    ) {
        let documents = (read(&one), read(&two));
        let (Some(first), Some(second)) = (normal(&documents.0), normal(&documents.1)) else { return Ok(()) };
        match first.conflict(&second) {
            Compatibility::Conflict(_) => {
                for it in situations(seed) {
                    let shared = it.permits(documents.0.policy()) && it.permits(documents.1.policy());
                    prop_assert!(!shared, "{one:#} {two:#} {:?} {:?}", it.request, it.world);
                }
            }
            Compatibility::Compatible(witness) => {
                let world = witness.world();
                prop_assert!(first.holds(&witness.request, &world), "{one:#} {two:#} {witness:#?}");
                prop_assert!(second.holds(&witness.request, &world), "{one:#} {two:#} {witness:#?}");
            }
            Compatibility::Unknown(questions) => prop_assert!(!questions.is_empty()),
        }
    }

    #[test]
    fn what_is_complete_is_never_open(one in generate::policy(), two in generate::policy()) {
        let known = knowledge().complete();
        let of = |policy: &Value| Normal::of(read(policy).policy(), &known, Bound { boxes: 300 });
        let (Ok(one), Ok(two)) = (of(&one), of(&two)) else { return Ok(()) };
        // What came first is not a question about names.
        let others = ["bound", "a situation such as this"];
        let large = |questions: &[String]| others.iter().any(|other| questions.iter().any(|question| question.contains(other)));
        match one.is_within(&two) {
            Containment::Unknown(questions) => prop_assert!(large(&questions), "{questions:?}"),
            Containment::Yes | Containment::No(_) => {}
        }
    }

    #[test]
    fn containment_is_a_partial_order_that_meets_respect(
        one in generate::policy(), two in generate::policy(), three in generate::policy(), seed in any::<u64>(),
    ) {
        let documents = [read(&one), read(&two), read(&three)];
        let normals: Vec<_> = documents.iter().filter_map(normal).collect();
        let [one, two, three] = normals.as_slice() else { return Ok(()) };
        let tried = situations(seed);
        let within = |one: &Normal, two: &Normal| one.is_within(two) == Containment::Yes;
        if within(one, two) && within(two, one) {
            prop_assert!(same(one, two, &tried));
        }
        if within(one, two) && within(two, three) {
            prop_assert!(!matches!(one.is_within(three), Containment::No(_)));
        }
        if let (true, Ok(low), Ok(high)) = (within(one, two), one.meet(three), two.meet(three)) {
            prop_assert!(!matches!(low.is_within(&high), Containment::No(_)));
        }
    }

    #[test]
    fn what_is_left_is_what_may_still_be_done(policy in generate::policy(), seed in any::<u64>()) {
        let document = read(&policy);
        let Some(normal) = normal(&document) else { return Ok(()) };
        let at = "2026-01-01T12:00:00Z";
        let left = normal.residual(&[("count", json!(5)), ("dateTime", json!(at))]);
        let written = left.to_policy().unwrap();
        let has_duties = document.policy().permissions.iter().any(|rule| !rule.duties.is_empty());
        for it in situations_where(seed, Some(("count", json!(5), at))) {
            let decided = it.permits(document.policy());
            prop_assert_eq!(left.holds(&it.request, &it.world), decided, "{:#} {:?}", policy, it.request);
            if !has_duties {
                prop_assert_eq!(it.permits(written.policy()), decided, "{:#} {:#} {:?}", policy, written.json(), it.request);
            }
        }
    }
}
