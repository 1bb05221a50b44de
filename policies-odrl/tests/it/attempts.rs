//! Ways in which somebody could get a permission that the policy does not give, and what comes of them.

use serde_json::{Value, json};
use symbolon_policies_odrl::{PolicyDocument, ReasonCode, Request, World, deletion_at_end, evaluate};

const EC: &str = "https://w3id.org/symbolon/export-control/1/";
const CX: &str = "https://w3id.org/catenax/2025/9/policy/";
const ADM: &str = "https://w3id.org/symbolon/admissibility/1/";

fn document(policy: Value) -> PolicyDocument {
    PolicyDocument::parse(policy).unwrap()
}

fn world() -> World {
    World::at("2026-03-30T12:00:00Z".parse().unwrap())
}

fn to(action: &str) -> Request {
    Request { action: action.to_owned(), target: "urn:a".to_owned(), assignee: "urn:p".to_owned(), assigner: None }
}

fn permits(policy: &Value, world: &World) -> bool {
    evaluate(document(policy.clone()).policy(), &to("use"), world).permitted
}

fn prohibits_when(constraint: &Value) -> Value {
    json!({"permission": [{"action": "use"}], "prohibition": [{"action": "use", "constraint": [constraint]}]})
}

fn constraint(operand: &str, operator: &str, value: &Value) -> Value {
    json!({"leftOperand": operand, "operator": operator, "rightOperand": value})
}

#[test]
fn a_restriction_by_an_operator_of_another_meaning_refuses() {
    let operand = format!("{CX}UsageRestriction");
    let manner = json!(["cx.thirdParty.forbidden:1"]);
    for operator in ["isAllOf", "isAnyOf", "eq"] {
        let policy = prohibits_when(&constraint(&operand, operator, &manner));
        assert!(permits(&policy, &world()), "{operator}");
        let onward = evaluate(document(policy).policy(), &to("distribute"), &world());
        assert!(!onward.permitted, "{operator}");
    }
    // "None of them" and "other than it" may mean a plain use.
    for operator in ["isNoneOf", "neq", "lt", "hasPart"] {
        assert!(!permits(&prohibits_when(&constraint(&operand, operator, &manner)), &world()), "{operator}");
    }
}

#[test]
fn a_fact_that_is_no_value_of_its_operand_escapes_no_prohibition() {
    let cases = [
        ("nationality", json!(["IR"]), vec!["ir", "IRN", "Iran", "IR ", "ＩＲ", ""]),
        ("location", json!(["IR"]), vec!["ir", "Iran"]),
        ("eccn", json!(["9A610"]), vec!["9a610", "9A610 ", "9А610"]),
        ("usml", json!(["VIII(h)"]), vec!["viii(h)", "8(h)"]),
        ("euDualUse", json!(["2E003"]), vec!["2e003", "2E003\u{200b}"]),
    ];
    for (name, listed, facts) in cases {
        let operand = format!("{EC}{name}");
        let prohibited = prohibits_when(&constraint(&operand, "isAnyOf", &listed));
        let others =
            json!({"permission": [{"action": "use", "constraint": [constraint(&operand, "isNoneOf", &listed)]}]});
        for fact in facts {
            for policy in [&prohibited, &others] {
                assert!(!permits(policy, &world().with(&operand, fact)), "{name} {fact:?}: {policy}");
                let among = world().with(&operand, json!(["DE", fact]));
                assert!(!permits(policy, &among), "{name} DE and {fact:?}: {policy}");
            }
        }
    }
}

#[test]
fn a_coarse_classification_may_be_any_of_its_paragraphs() {
    for (name, coarse, fine) in [("eccn", "9A610", "9A610.a"), ("usml", "VIII(h)", "VIII(h)(1)")] {
        let operand = format!("{EC}{name}");
        let known = world().with(&operand, coarse);
        assert!(!permits(&prohibits_when(&constraint(&operand, "isAnyOf", &json!([fine]))), &known), "{name}");
        let others = json!({"permission": [{"action": "use", "constraint": [constraint(&operand, "isNoneOf", &json!([fine]))]}]});
        assert!(!permits(&others, &known), "{name}");
    }
}

#[test]
fn what_is_confidential_is_told_to_nobody() {
    let operand = format!("{EC}eccn");
    let secret = || world().with(&operand, json!(["9E991", "9A610"])).with_confidential(&operand);
    let cases = [
        json!({"permission": [{"action": "use", "constraint": [constraint(&operand, "isAnyOf", &json!(["EAR99"]))]}]}),
        json!({"permission": [{"action": "use", "constraint": [constraint(&operand, "eq", &json!("9E991"))]}]}),
        json!({"permission": [{"action": "use", "constraint": [constraint(&operand, "lt", &json!(5))]}]}),
        json!({"permission": [{"action": "use", "constraint": [constraint(&operand, "isA", &json!("EAR99"))]}]}),
        prohibits_when(&constraint(&operand, "neq", &json!("EAR99"))),
        prohibits_when(&constraint(&operand, "isNoneOf", &json!(["EAR99"]))),
        json!({"permission": [{"action": "use", "target": {"source": "urn:a", "refinement": [
            constraint(&operand, "isAnyOf", &json!(["EAR99"]))]}}]}),
    ];
    for policy in cases {
        let decision = evaluate(document(policy.clone()).policy(), &to("use"), &secret());
        assert!(!decision.permitted, "{policy}");
        let told = serde_json::to_string(&decision.reasons).unwrap() + &format!("{:?}", decision.rules);
        let known_from_the_policy = policy.to_string().contains("9E991");
        assert!(!told.contains("9A610") && (known_from_the_policy || !told.contains("9E991")), "{policy}: {told}");
    }
}

#[test]
fn a_duty_of_a_permission_to_delete_outlives_the_permission() {
    let [received, ended] = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"].map(|at| at.parse().unwrap());
    let policy = document(json!({"permission": [{"action": "use", "duty": [{"action": "delete"}]}]}));
    let surviving = policy.policy().surviving_since(ended);
    let due = deletion_at_end(&surviving, received, ended).map(|deletion| deletion.at);
    assert_eq!(due, Some(ended));
    assert!(!evaluate(&surviving, &to("use"), &world()).permitted);
}

#[test]
fn a_name_of_another_vocabulary_under_a_usual_prefix_is_not_passed_over() {
    for prefix in ["dc", "dcterms", "vcard", "foaf", "rdfs"] {
        let context = json!({prefix: "https://other.example/"});
        let rule = json!({"@context": context, "permission": [{"action": "use", format!("{prefix}:unless"): "night"}]});
        let policy =
            json!({"@context": context, "permission": [{"action": "use"}], format!("{prefix}:unless"): "night"});
        let party = json!({"@context": context, "permission": [{"action": "use",
            "assignee": {"@id": "urn:p", format!("{prefix}:unless"): "night"}}]});
        for policy in [rule, policy, party] {
            let read = PolicyDocument::parse(policy.clone());
            let permitted = read.is_ok_and(|read| evaluate(read.policy(), &to("use"), &world()).permitted);
            assert!(!permitted, "{policy}");
        }
    }
}

#[test]
fn what_only_the_contract_enforces_settles_nothing_by_itself() {
    let liability = constraint(&format!("{CX}Liability"), "eq", &json!("cx.grossNegligence:1"));
    let quality = constraint("purpose", "eq", &json!("urn:quality"));
    let of = |connective: &str| json!({"permission": [{"action": "use", "constraint": [{connective: [liability, quality]}]}]});
    let [right, wrong] = ["urn:quality", "urn:sales"].map(|purpose| world().with("purpose", purpose));
    for connective in ["and", "andSequence"] {
        assert!(!permits(&of(connective), &wrong), "{connective}");
    }
    assert!(permits(&of("and"), &right));
    // In a duty it demands, and in a prohibition it is not what makes it apply.
    let duty = json!({"permission": [{"action": "use", "duty": [{"action": "inform", "constraint": [liability]}]}]});
    assert!(!permits(&duty, &right));
    let both = json!({"permission": [{"action": "use"}], "prohibition": [{"action": "use", "constraint": [quality]},
        {"action": "use", "constraint": [liability]}]});
    assert!(!permits(&both, &right) && permits(&both, &wrong));
}

#[test]
fn an_undecided_part_never_opens_a_compound() {
    let known = constraint("purpose", "eq", &json!("urn:quality"));
    let unknown = constraint(&format!("{ADM}site"), "eq", &json!("urn:site"));
    let foreign = constraint("https://other.example/moonPhase", "eq", &json!("full"));
    let good = world().with("purpose", "urn:quality");
    for open in [&unknown, &foreign] {
        for (connective, operands) in [
            ("and", [&known, open]),
            ("andSequence", [&known, open]),
            ("xone", [&known, open]),
            ("xone", [open, &known]),
        ] {
            let permission = json!({"permission": [{"action": "use", "constraint": [{connective: operands}]}]});
            assert!(!permits(&permission, &good), "{permission}");
            let prohibition = prohibits_when(&json!({connective: operands}));
            assert!(!permits(&prohibition, &good), "{prohibition}");
        }
        assert!(!permits(&prohibits_when(&json!({"or": [open, open]})), &good));
    }
}

#[test]
fn values_of_another_type_escape_nothing() {
    let cases = [
        ("purpose", json!("urn:x"), json!(7)),
        ("purpose", json!("5"), json!(5)),
        ("purpose", json!("true"), json!(true)),
        ("purpose", json!("urn:x"), json!({"any": "urn:x"})),
        ("purpose", json!("urn:x"), json!(null)),
        ("purpose", json!("urn:x"), json!([["urn:x"]])),
        ("purpose", json!({"@value": "urn:x", "@language": "en"}), json!("urn:x")),
        ("purpose", json!({"@value": "urn:x", "@type": "https://other.example/T"}), json!("urn:x")),
        ("percentage", json!("fifty"), json!(50)),
        ("percentage", json!(50), json!("1e999")),
        ("percentage", json!(50), json!("50%")),
        ("payAmount", json!({"@value": "5", "@type": "xsd:decimal"}), json!({"@value": 5, "unit": "urn:euro"})),
        ("delayPeriod", json!("P1M"), json!("P30D")),
        ("delayPeriod", json!("P1Y2X"), json!("P1Y")),
    ];
    for (operand, listed, fact) in cases {
        let known = world().with(operand, fact.clone());
        for (operator, negated) in [("eq", "neq"), ("isAnyOf", "isNoneOf")] {
            let prohibited = prohibits_when(&constraint(operand, operator, &listed));
            assert!(!permits(&prohibited, &known), "{operand} {operator} {listed}: {fact}");
            let permitted =
                json!({"permission": [{"action": "use", "constraint": [constraint(operand, negated, &listed)]}]});
            assert!(!permits(&permitted, &known), "{operand} {negated} {listed}: {fact}");
        }
    }
}

#[test]
fn dates_that_are_none_neither_permit_nor_release() {
    let at = |time: &str| World::at(time.parse().unwrap());
    for date in
        ["2026-02-29", "2026-13-01", "26-01-01", "2026-02-28T24:00:01Z", "2026-02-28T12:00:00+24:00", "", "tomorrow"]
    {
        for operator in ["lt", "lteq", "gt", "gteq", "eq", "neq"] {
            let window = constraint("dateTime", operator, &json!(date));
            assert!(!permits(&json!({"permission": [{"action": "use", "constraint": [window]}]}), &world()), "{date}");
            assert!(!permits(&prohibits_when(&window), &world()), "{date}");
        }
    }
    // A leap day ends with its last instant, and a deadline is over the moment it comes.
    let until = |operator: &str, date: &str| json!({"permission": [{"action": "use", "constraint": [constraint("dateTime", operator, &json!(date))]}]});
    assert!(permits(&until("lteq", "2028-02-29"), &at("2028-02-29T23:59:59.999999999Z")));
    assert!(!permits(&until("lteq", "2028-02-29"), &at("2028-03-01T00:00:00Z")));
    assert!(permits(&until("lt", "2026-04-01T00:00:00Z"), &at("2026-03-31T23:59:59.999999999Z")));
    assert!(!permits(&until("lt", "2026-04-01T00:00:00Z"), &at("2026-04-01T00:00:00Z")));
    let end = |date: &str| {
        json!({"permission": [{"action": "use", "constraint": [
            constraint(&format!("{CX}DataUsageEndDate"), "eq", &json!(date))]}]})
    };
    assert!(permits(&end("2026-04-01T00:00:00Z"), &at("2026-04-01T00:00:00Z")));
    assert!(!permits(&end("2026-04-01T00:00:00Z"), &at("2026-04-01T00:00:00.000000001Z")));
}

#[test]
fn several_purposes_at_once_are_not_one_of_them() {
    let both = world().with("purpose", json!(["urn:quality", "urn:sales"]));
    let only = |operator: &str, value: Value| json!({"permission": [{"action": "use", "constraint": [constraint("purpose", operator, &value)]}]});
    assert!(!permits(&only("eq", json!("urn:quality")), &both));
    assert!(!permits(&only("isA", json!("urn:quality")), &both));
    let refused = evaluate(
        document(prohibits_when(&constraint("purpose", "eq", &json!("urn:sales")))).policy(),
        &to("use"),
        &both,
    );
    assert_eq!(refused.reasons.first().map(|reason| reason.code), Some(ReasonCode::ProhibitionUndecided));
}

#[test]
fn of_several_parts_at_once_each_counts() {
    for (name, allowed, other) in [
        ("partNumber", "P-1", "P-2"),
        ("lot", "L-1", "L-2"),
        ("site", "S-1", "S-2"),
        ("country", "DE", "FR"),
        ("region", "R-1", "R-2"),
    ] {
        let operand = format!("{ADM}{name}");
        let both = world().with(&operand, json!([allowed, other]));
        for operator in ["eq", "isAnyOf", "isPartOf", "isA"] {
            let only = json!({"permission": [{"action": "use", "constraint": [constraint(&operand, operator, &json!(allowed))]}]});
            assert!(!permits(&only, &both), "{name} {operator}");
        }
        for operator in ["eq", "isAnyOf"] {
            assert!(
                !permits(&prohibits_when(&constraint(&operand, operator, &json!(other))), &both),
                "{name} {operator}"
            );
        }
    }
}

#[test]
fn all_of_those_and_one_more_is_not_all_of_those() {
    for (operand, allowed, other) in [
        (format!("{EC}nationality"), "US", "IR"),
        (format!("{EC}location"), "DE", "CU"),
        (format!("{ADM}partNumber"), "P-1", "P-2"),
    ] {
        let only = json!({"permission": [{"action": "use", "constraint": [constraint(&operand, "isAllOf", &json!([allowed]))]}]});
        assert!(permits(&only, &world().with(&operand, json!([allowed]))), "{operand}");
        assert!(!permits(&only, &world().with(&operand, json!([allowed, other]))), "{operand}");
        let never = prohibits_when(&constraint(&operand, "isAllOf", &json!([other])));
        assert!(!permits(&never, &world().with(&operand, json!([allowed, other]))), "{operand}");
    }
}

/// Questions about any policy, also a foreign one, come to an end soon: over the bounds they say so.
#[test]
fn no_policy_makes_a_question_about_it_long() {
    use symbolon_policies_odrl::compose::{Bound, Knowledge, Normal};
    use symbolon_policies_odrl::dry_run::{Trial, dry_run};
    use symbolon_policies_odrl::{review, words};

    let value = |n: usize, m: usize| {
        constraint(&format!("https://other.example/{n}"), "isAnyOf", &json!([format!("urn:{m}"), "urn:x"]))
    };
    let window = |n: usize| {
        constraint(
            "dateTime",
            if n.is_multiple_of(2) { "lt" } else { "neq" },
            &json!(format!("20{:02}-01-01", 27 + n % 70)),
        )
    };
    let alternatives = |connective: &str, width: usize, of: &dyn Fn(usize) -> Value| json!({connective: (0..width).map(of).collect::<Vec<_>>()});
    let rules = |connective: &'static str, count: usize| -> Value {
        let permission = |rule: usize| {
            let many: Vec<Value> = (0..count)
                .map(|n| {
                    alternatives(connective, 6, &|m| if m == 0 { window(n + rule) } else { value(n * 7 + m, m + rule) })
                })
                .collect();
            json!({"action": "use", "constraint": many})
        };
        json!({"permission": (0..4).map(permission).collect::<Vec<_>>(),
            "prohibition": (0..4).map(permission).collect::<Vec<_>>()})
    };
    for name in ["or", "xone"] {
        let read = document(rules(name, 3));
        let (policy, now) = (read.policy(), world().now());
        let mut took = Vec::new();
        let mut timed = |what: &'static str, work: &mut dyn FnMut()| {
            let begun = std::time::Instant::now();
            work();
            took.push((what, begun.elapsed()));
        };
        timed("evaluate", &mut || drop(evaluate(policy, &to("use"), &world())));
        timed("words", &mut || drop(words::sentences(policy)));
        timed("dry run", &mut || drop(dry_run(policy, &Trial::new(to("use"), now))));
        timed("review", &mut || {
            let named = [review::Reviewed { name: "it", policy }];
            drop(review::sheet(&named, &review::Question::new("urn:p", "urn:a", "use", now)));
        });
        timed("normal form", &mut || drop(Normal::of(policy, &Knowledge::default(), Bound::default())));
        println!("{name}: {took:?}");
        assert!(took.iter().all(|(_, time)| time.as_secs() < 120), "{name}: {took:?}");
    }
}
