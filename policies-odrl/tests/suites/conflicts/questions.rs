//! Which question each problem puts, and where we differ and why.

use serde_json::{Value, json};
use symbolon_policies_odrl::compose::{Compatibility, Containment, Knowledge};
use symbolon_policies_odrl::{World, evaluate};

use super::{Case, Pair, knowledge, named, normal, problem, request};

/// What is computed for a problem, and how its answers are called there.
pub(crate) enum Ask {
    /// Whether both policies can be kept.
    Together,
    /// Whether the first stays within the second.
    Within,
    Refines,
    /// Whether this claim about both policies is wrong.
    Claimed(&'static str),
    /// Whether the policy permits anything.
    Alone(&'static str, &'static str),
    /// Likewise, of widths in a range.
    InRange(&'static str, &'static str, &'static str, &'static str),
    /// Whether the policies permit a request with these facts.
    Permit(&'static [(&'static str, &'static str)], &'static str, &'static str),
    /// Whether the problem of the solver, as a policy, permits anything.
    Solver(&'static str, &'static str),
    /// Whether two policies that stand here have (or have `not`) a verdict.
    Composed(Box<[Value; 2]>, &'static str, &'static str),
    /// Several steps, under one name.
    Named(&'static str, fn(&Case) -> bool),
    NotModelled,
}

pub(crate) struct Question {
    pub(crate) ask: Ask,
    /// The verdict where index and problem name none.
    pub(crate) expected: Option<&'static str>,
    /// Why ours is another one.
    pub(crate) differs: Option<&'static str>,
}

/// What we do not model, or see differently.
pub(crate) const DIFFERENCES: &[(&str, &str)] = &[
    ("NFV002", "compares unknown quantities with each other; a constraint compares a left operand with values"),
    (
        "ODRL646",
        "the suite combines verdicts; we decide the composed policies, where two branches that both hold exclude `xone`",
    ),
    (
        "ODRL654",
        "the suite leaves a silent policy open; a policy that does not restrict an operand permits every value of it",
    ),
    ("ODRL656", "the suite leaves silent policies open; two policies that say the same contain each other"),
    (
        "ODRL816",
        "periods that begin at an anchor are not modelled; the member `anchor` is not ODRL, so the policy permits nothing",
    ),
    (
        "ODRL818",
        "periods that begin at an anchor are not modelled; the member `anchor` is not ODRL, so the policy permits nothing",
    ),
    (
        "ODRL820",
        "periods that begin at an anchor are not modelled; the member `anchor` is not ODRL, so the policy permits nothing",
    ),
    (
        "ODRL826",
        "periods that begin at an anchor are not modelled; the member `anchor` is not ODRL, so the policy permits nothing",
    ),
    ("ODRL828", "the delays of a sequence are not added up and set against the elapsed time"),
    ("ODRL830", "the delays of a sequence are not added up and set against the elapsed time"),
    (
        "ODRL864",
        "the suite leaves an operand open on which one policy is silent; a policy permits what it does not restrict",
    ),
    ("ODRL868", "the delays of a sequence are not added up and set against the elapsed time"),
    (
        "KGC402",
        "the suite lets two names mean the same; the evaluator compares names, and `eq` of two different ones excludes each other",
    ),
    ("KGC442", "the suite lets two names mean the same; the evaluator compares names, and no listed one is the other"),
    (
        "KGC602",
        "a name that no registry has is a name like any other here; whoever supplies the fact knows the registry",
    ),
    (
        "KGC702",
        "the suite lets two names mean the same; the evaluator compares names, and `eq` of two different ones excludes each other",
    ),
    (
        "KGC810",
        "names are open here, so that two exclusions always leave one; the suite asks what happens when the list of names grows",
    ),
    ("KGC910", "whether a partial translation between vocabularies is possible is not a question about policies"),
];

pub(crate) fn question(case: &Case) -> Question {
    let problem = case.problem.as_str();
    let differs = DIFFERENCES.iter().find(|(known, _)| *known == problem).map(|(_, why)| *why);
    let expected = match problem {
        "NFV002" => Some("Satisfiable"),
        "ODRL840" | "ODRL858" => Some("Conflict"),
        "ODRL870" => Some("Compatible"),
        _ => None,
    };
    Question { expected, differs, ..Question::of(ask(case)) }
}

fn ask(case: &Case) -> Ask {
    let contains = |words: &[&str]| words.iter().any(|word| case.meaning.contains(word));
    special(&case.problem).unwrap_or_else(|| match case.category.as_str() {
        "CSA" => Ask::Solver("the claim holds", "CounterSatisfiable"),
        "SAT" | "UNS" => Ask::Alone("Satisfiable", "Unsatisfiable"),
        "Realizability" => Ask::Alone("Realizable", "Unrealizable"),
        "Refinement" => Ask::Refines,
        "SemanticCore" => Ask::Alone("Compatible", "Conflict"),
        "BoxContainment" => Ask::Within,
        _ if contains(&["⊄", "⊆", "subsum", "Subsum"]) => Ask::Within,
        _ => Ask::Together,
    })
}

const WIDTH: &str = "http://w3id.org/odrl/spatial-axis#absoluteSizeWidth";
const HEIGHT: &str = "http://w3id.org/odrl/spatial-axis#absoluteSizeHeight";
const DEPTH: &str = "http://w3id.org/odrl/spatial-axis#absoluteSizeDepth";

fn special(problem: &str) -> Option<Ask> {
    Some(match problem {
        "NFV002" => Ask::Solver("Satisfiable", "Unsatisfiable"),
        "ODRL506" | "ODRL508" | "ODRL510" | "ODRL610" | "ODRL612" => Ask::Solver("Compatible", "Conflict"),
        "ODRL512" | "ODRL614" | "ODRL616" => Ask::InRange("0", "1200", "Compatible", "Conflict"),
        "ODRL620" => Ask::Permit(&[(WIDTH, "300"), (HEIGHT, "400")], "Compatible", "Conflict"),
        "ODRL622" => Ask::Permit(&[(WIDTH, "300"), (HEIGHT, "400"), (DEPTH, "200")], "Compatible", "Conflict"),
        "ODRL626" => Ask::Permit(&[(WIDTH, "400")], "Compatible", "Conflict"),
        "ODRL628" => Ask::Alone("Compatible", "Conflict"),
        "ODRL640" => Ask::Named("Compatible", any_with_compatible_is_compatible),
        "ODRL642" => composed("or", [OPEN, OTHER], "Unknown", "Unknown"),
        "ODRL644" => composed("xone", [SAME, OTHER], "Compatible", "Compatible"),
        "ODRL646" => composed("xone", [SAME, SAME], "Unknown", "Unknown"),
        "ODRL654" => within(json!([]), json!([width("lteq", 800)]), "within Unknown", "Unknown"),
        "ODRL656" => within(json!([]), json!([]), "within Unknown", "Unknown"),
        "ODRL700" | "ODRL702" | "ODRL704" | "ODRL706" => Ask::Claimed("Compatible"),
        "ODRL708" => composed("or", [OTHER, OTHER], "not Compatible", "CounterSatisfiable"),
        "ODRL712" => Ask::InRange("0", "1200", "CounterSatisfiable", "the claim holds"),
        "ODRL714" => both([SAME, OPEN]),
        "ODRL724" => within(json!([width("eq", 600)]), json!([width("gteq", 600)]), "Compatible", "CounterSatisfiable"),
        "ODRL726" => composed("or", [OPEN, OPEN], "not Compatible", "CounterSatisfiable"),
        "ODRL728" => composed("xone", [OPEN, OTHER], "not Compatible", "CounterSatisfiable"),
        "ODRL730" => both([OPEN, SAME]),
        "ODRL732" => within(json!([]), json!([width("lteq", 600)]), "within not Compatible", "CounterSatisfiable"),
        "ODRL750" | "ODRL752" | "ODRL754" | "ODRL764" => Ask::Solver("Satisfiable", "Unsatisfiable"),
        "ODRL758" => Ask::Named("Satisfiable", |case| compatible(case, &Knowledge::default())),
        "ODRL762" => Ask::InRange("0", "1200", "Satisfiable", "Unsatisfiable"),
        "ODRL770" => Ask::Permit(&[(HEIGHT, "800")], "Permit", "Deny"),
        "ODRL774" => Ask::Permit(&[(WIDTH, "1500"), (HEIGHT, "900")], "Permit", "Deny"),
        "ODRL776" => Ask::Permit(&[(WIDTH, "1200")], "Permit", "Deny"),
        "ODRL816" | "ODRL818" | "ODRL820" | "ODRL826" | "ODRL828" | "ODRL830" | "ODRL868" => Ask::NotModelled,
        "ODRL838" => Ask::Permit(&[("elapsedTime", "P8D"), ("meteredTime", "P7D")], "Compatible", "Conflict"),
        "ODRL840" => Ask::Named("Conflict", only_at_runtime),
        "ODRL842" => Ask::Permit(&[("delayPeriod", "P0D")], "Compatible", "Conflict"),
        "KGC500" => Ask::Named("ConflictPropagation", |case| lemma(case) == ["Yes", "Conflict", "Conflict"]),
        "KGC502" => Ask::Named("CompatibleNonPropagation", |case| {
            let [within, wide, narrow] = lemma(case);
            within == "Yes" && wide == "Compatible" && narrow != "Compatible"
        }),
        "KGC600" => Ask::Named("RuntimeSoundness", no_language_satisfies_both),
        "KGC602" | "KGC910" => Ask::NotModelled,
        "KGC700" | "KGC704" | "KGC706" => Ask::Named("AndConflict", |case| together(case) == "Conflict"),
        "KGC702" => Ask::Named("AndUnknown", |case| together(case) == "Unknown"),
        "KGC710" => Ask::Named("OrConflict", |case| together(case) == "Conflict"),
        "KGC712" => Ask::Named("OrUnknown", |case| together(case) == "Unknown"),
        "KGC800" | "KGC802" => Ask::Named("MonotonicityConflict", |case| monotone(case) == ["Conflict"; 2]),
        "KGC804" => Ask::Named("MonotonicityCompatible", |case| monotone(case) == ["Compatible"; 2]),
        "KGC806" | "KGC808" => Ask::Named("MonotonicityDenotation", denotes_no_less),
        "KGC810" => Ask::Named("MonotonicityComplementBoundary", |case| monotone(case) == ["Conflict", "Compatible"]),
        "KGC812" => Ask::Named("MonotonicityAssumption", |case| {
            let known = knowledge::stated(Knowledge::default(), &case.smt, "R");
            known.contradiction().is_none() && knowledge::stated(known, &case.smt, "R_prime").contradiction().is_some()
        }),
        "KGC900" => Ask::Named("AlignmentConflict", |case| {
            let known = knowledge::stated(Knowledge::default(), &case.smt, "A");
            let verdicts = [case.pair(&known), aligned(case)].map(|pair| named(&pair.conflict()));
            verdicts == ["Conflict"; 2]
        }),
        "KGC902" => Ask::Named("AlignmentRefinement", |case| {
            let Pair(wide, narrow) = aligned(case);
            narrow.is_within(&wide) == Containment::Yes && wide.is_within(&narrow) != Containment::Yes
        }),
        _ => return None,
    })
}

/// A constraint that agrees with the other policy, one that does not, and one of which that is not known.
const SAME: &str = "compatible";
const OTHER: &str = "conflict";
const OPEN: &str = "unknown";

fn branch(verdict: &str) -> Value {
    match verdict {
        SAME => json!({"leftOperand": "spatial", "operator": "eq", "rightOperand": "urn:x"}),
        OTHER => json!({"leftOperand": "spatial", "operator": "eq", "rightOperand": "urn:y"}),
        _ => json!({"leftOperand": "spatial", "operator": "isPartOf", "rightOperand": "urn:z"}),
    }
}

fn policy(constraints: Value) -> Value {
    json!({"@type": "Set", "permission": [{"action": "use", "constraint": constraints}]})
}

fn composed(connective: &str, branches: [&str; 2], claim: &'static str, answer: &'static str) -> Ask {
    let joined = json!([{ connective: branches.map(branch) }]);
    Ask::Composed(Box::new([policy(joined), policy(json!([branch(SAME)]))]), claim, answer)
}

/// The claim that two axes with these verdicts conflict is wrong.
fn both(verdicts: [&str; 2]) -> Ask {
    let on = |operand: &str, verdict: &str| {
        let mut constraint = branch(verdict);
        constraint["leftOperand"] = operand.into();
        constraint
    };
    let [one, two] = verdicts;
    let first = policy(json!([on("spatial", one), on("purpose", two)]));
    let second = policy(json!([on("spatial", SAME), on("purpose", SAME)]));
    Ask::Composed(Box::new([first, second]), "not Conflict", "CounterSatisfiable")
}

fn width(operator: &str, number: u32) -> Value {
    json!({"leftOperand": WIDTH, "operator": operator, "rightOperand": {"@value": number}})
}

fn within(one: Value, two: Value, claim: &'static str, answer: &'static str) -> Ask {
    Ask::Composed(Box::new([policy(one), policy(two)]), claim, answer)
}

pub(crate) fn value(text: &str) -> Value {
    text.parse::<f64>().map_or_else(|_| json!(text), |number| json!(number))
}

fn any_with_compatible_is_compatible(_: &Case) -> bool {
    [SAME, OTHER, OPEN].into_iter().all(|other| {
        [[SAME, other], [other, SAME]].into_iter().all(|branches| match composed("or", branches, "Compatible", "yes") {
            Ask::Composed(policies, claim, answer) => super::composed(&policies, claim, answer) == answer,
            _ => false,
        })
    })
}

fn compatible(case: &Case, known: &Knowledge) -> bool {
    matches!(case.pair(known).conflict(), Compatibility::Compatible(_))
}

fn together(case: &Case) -> &'static str {
    named(&case.pair(&knowledge::of(case)).conflict())
}

/// Both policies can be kept, and yet the second refuses what was done.
fn only_at_runtime(case: &Case) -> bool {
    let permitted = |days| case.permit(days, "yes", "no");
    compatible(case, &Knowledge::default())
        && permitted(&[("meteredTime", "P9D")]) == "no"
        && permitted(&[("meteredTime", "P8D")]) == "yes"
}

/// Whether the first of three stays within the second, and what second and first have to do with the third.
fn lemma(case: &Case) -> [&'static str; 3] {
    let known = knowledge::of(case);
    let normals: Vec<_> = case.policies().iter().map(|policy| normal(policy, &known)).collect();
    let [one, two, three] = normals.as_slice() else { panic!("three constraints") };
    let within = if one.is_within(two) == Containment::Yes { "Yes" } else { "No" };
    [within, named(&two.conflict(three)), named(&one.conflict(three))]
}

fn no_language_satisfies_both(case: &Case) -> bool {
    let languages = ["de", "fr", "it"].map(|tag| knowledge::iri(&format!("bcp_{tag}")));
    together(case) == "Conflict"
        && languages.into_iter().all(|language| {
            let world = World::at("2026-01-01T00:00:00Z".parse().unwrap()).with("language", language);
            !case.policies().iter().all(|policy| evaluate(policy.policy(), &request(), &world).permitted)
        })
}

/// The verdict under a theory, and under the one that extends it.
fn monotone(case: &Case) -> [&'static str; 2] {
    let before = knowledge::stated(Knowledge::default(), &case.smt, "R");
    let after = knowledge::stated(before.clone(), &case.smt, "R_prime");
    [before, after].map(|known| named(&case.pair(&known).conflict()))
}

/// What satisfied the constraint still does when more is known.
fn denotes_no_less(case: &Case) -> bool {
    let before = knowledge::stated(Knowledge::default(), &case.smt, "R");
    let after = knowledge::stated(before.clone(), &case.smt, "R_prime");
    let policy = case.policies().remove(0);
    let concepts = ["europe", "france", "germany", "spain"].map(|name| knowledge::iri(&format!("gn_{name}")));
    let satisfied = |known: &Knowledge| -> Vec<bool> {
        let exactly = |concept: &String| {
            let one = json!([{"leftOperand": "spatial", "operator": "eq", "rightOperand": concept}]);
            let one = symbolon_policies_odrl::PolicyDocument::parse(self::policy(one)).unwrap();
            normal(&one, known).is_within(&normal(&policy, known)) == Containment::Yes
        };
        concepts.iter().map(exactly).collect()
    };
    let (less, more) = (satisfied(&before), satisfied(&after));
    less.contains(&true) && less.iter().zip(&more).all(|(before, after)| !before || *after)
}

/// The policies and what is known, in the names of the other vocabulary.
fn aligned(case: &Case) -> Pair {
    let names = knowledge::alignment(&case.smt);
    let known = knowledge::transported(&case.smt, "A", &names);
    let policies: Vec<_> = case.policies();
    let renamed: Vec<_> = policies
        .iter()
        .map(|policy| {
            let text = policy.policy().canonical_json().to_string();
            let text = names.iter().fold(text, |text, (one, two)| text.replace(one.as_str(), two));
            let json = serde_json::from_str(&text).unwrap();
            normal(&symbolon_policies_odrl::PolicyDocument::parse(json).unwrap(), &known)
        })
        .collect();
    let [one, two] = <[_; 2]>::try_from(renamed).ok().unwrap();
    Pair(one, two)
}

#[test]
fn problems_become_policies() {
    for (text, expected) in [
        ("(assert (> x 0.0)) (assert (<= x 600.0)) ; (assert (>= x 800.0))", Some(true)),
        ("(assert (<= x 600.0)) (assert (not (or (< x 700) (= x 1))))", Some(false)),
        ("(assert (< 5 6))", Some(true)),
        ("(assert (< x y))", None),
    ] {
        assert_eq!(problem::solve(text), expected, "{text}");
    }
}
