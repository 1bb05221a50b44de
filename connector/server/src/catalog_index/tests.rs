use serde_json::{Value, json};

use super::entry::{Entry, local_name};
use super::folding::folded;
use super::search::{Counted, search, words};
use super::*;

#[test]
fn texts_are_compared_without_case_and_diacritics() {
    let cases = [
        ("Spindel", "spindel"),
        ("  Größe\t\nÄNDERN ", "grosse andern"),
        ("Çağrı Łódź Ærø", "cagri lodz aero"),
        ("ﬁne ①", "fine 1"),
        ("a\u{0}b", "a b"),
        ("ПРИВЕТ 日本", "привет 日本"),
        ("", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(folded(text, 100), expected, "{text:?}");
    }
    assert_eq!(folded("ßßß", 5), "ssss");
    assert_eq!(words("  Zug  zug Straße "), ["strasse", "zug"]);
}

#[test]
fn a_dataset_is_read_however_it_is_spelled() {
    let cases = [
        (json!({"@id": "a", "dct:title": "T", "dct:description": "D"}), ("T", Some("D"), None)),
        (json!({"@id": "a", "http://purl.org/dc/terms/title": {"@value": "T"}}), ("T", None, None)),
        (
            json!({"@id": "a", "title": [{"@value": "Titel", "@language": "de"}, {"@value": "T", "@language": "en"}]}),
            ("T", None, None),
        ),
        (json!({"@id": "a", "https://w3id.org/edc/v0.0.1/ns/name": "N"}), ("N", None, None)),
        (json!({"@id": "a", "dct:title": "T", "name": "N"}), ("T", None, None)),
        (
            json!({"@id": "a", "dct:type": {"@id": "https://w3id.org/catenax/taxonomy#Submodel"}}),
            ("a", None, Some("https://w3id.org/catenax/taxonomy#Submodel")),
        ),
        (json!({"@id": "a", "title": 7, "description": null, "type": []}), ("a", None, None)),
        (json!({"@id": "a", "title": "   "}), ("a", None, None)),
    ];
    for (dataset, (title, description, kind)) in cases {
        let entry = Entry::of(&dataset);
        assert_eq!(
            (entry.title.as_str(), entry.description.as_deref(), entry.kind.as_deref()),
            (title, description, kind),
            "{dataset}"
        );
    }
    let dataset = json!({"@id": "a", "keyword": ["x", "y"], "hasPolicy": {"@id": "1"}, "distribution": [
        {"format": "HttpData-PULL", "hasPolicy": [{"@id": "2"}]}, {"format": {"@id": "HttpData-PULL"}}, {"format": "HttpData-PUSH"}]});
    let entry = Entry::of(&dataset);
    assert_eq!(entry.keywords, ["x", "y"]);
    assert_eq!(entry.formats, ["HttpData-PULL", "HttpData-PUSH"]);
    assert_eq!(entry.offers, [&json!({"@id": "1"}), &json!({"@id": "2"})]);
    assert_eq!(local_name("urn:samm:io.catenax.pcf:7.0.0#Pcf"), "Pcf");
    assert_eq!(local_name("plain"), "plain");
    assert_eq!(local_name("odd#"), "odd#");
}

/// id, title, keyword, type, format, terms with verdict.
type Offered<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, &'a [(&'a str, Qualifies)]);

fn shown(partner: &str, name: &str, datasets: &[Offered<'_>]) -> Shown {
    let mut builder = Builder::default();
    for (place, (id, title, keyword, kind, format, terms)) in datasets.iter().enumerate() {
        let dataset = json!({"@id": id, "title": title, "keyword": keyword, "type": kind, "description": "what it is",
            "distribution": {"format": format}, "further": "Sonstiges"});
        let policies = terms.iter().map(|(term, qualifies)| {
            let mut digest = [0; 16];
            digest.iter_mut().zip(term.bytes()).for_each(|(byte, letter)| *byte = letter);
            let verdict = || Verdict { qualifies: *qualifies, why: Some((*term).into()), until: None };
            builder.policy(digest, || (vec![(*term).to_owned()], verdict()))
        });
        let policies = policies.collect();
        assert!(builder.add(&Entry::of(&dataset), policies, place as i64));
    }
    let segment = Arc::new(builder.finish(1));
    Shown { partner: partner.to_owned(), name: name.to_owned(), read: 0, revision: 1, segment }
}

fn world() -> Vec<Shown> {
    use Qualifies::{No, Unknown, Yes};
    vec![
        shown(
            "did:a",
            "Zulieferer",
            &[
                ("a1", "Brake discs", "brake", "Part", "PULL", &[("Membership", Yes)]),
                ("a2", "Disc brakes", "brake", "Part", "PUSH", &[("Membership", Yes), ("dateTime", No)]),
                ("a3", "Gears", "a brake, too", "Model", "PULL", &[("dateTime", No)]),
            ],
        ),
        shown(
            "did:b",
            "Acme",
            &[
                ("b1", "Übersicht", "", "Part", "PULL", &[("group", Unknown)]),
                ("b2", "brake discs", "", "Model", "PULL", &[("dateTime", No), ("group", Unknown)]),
            ],
        ),
    ]
}

fn ids(world: &[Shown], query: &Query) -> Vec<String> {
    let found = search(world, query);
    let id = |(place, row): &(usize, usize)| world[*place].segment.id(*row).to_owned();
    found.items.iter().map(id).collect()
}

fn all() -> Query {
    Query { limit: 50, ..Query::default() }
}

#[test]
fn every_word_has_to_be_there_and_what_fits_best_comes_first() {
    let world = world();
    let cases: [(&str, &[&str]); 9] = [
        ("", &["b2", "a1", "a2", "a3", "b1"]),
        // At the beginning of the title, in it, in a keyword.
        ("brake", &["b2", "a1", "a2", "a3"]),
        ("DISC brake", &["b2", "a1", "a2"]),
        ("ubers", &["b1"]),
        ("a3", &["a3"]),
        ("sonst", &["b2", "a1", "a2", "a3", "b1"]),
        ("brake nowhere", &[]),
        ("discsbrake", &[]),
        ("what it is", &["b2", "a1", "a2", "a3", "b1"]),
    ];
    for (typed, expected) in cases {
        assert_eq!(ids(&world, &Query { words: words(typed), ..all() }), expected, "{typed:?}");
    }
}

#[test]
fn filters_narrow_and_the_order_is_as_asked() {
    let world = world();
    let own = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<String>>();
    let cases: [(Query, &[&str]); 9] = [
        (Query { partners: own(&["did:a"]), ..all() }, &["a1", "a2", "a3"]),
        (Query { kinds: own(&["Model"]), ..all() }, &["b2", "a3"]),
        (Query { kinds: own(&["Model", "Part"]), formats: own(&["PUSH"]), ..all() }, &["a2"]),
        (Query { terms: own(&["group", "Membership"]), ..all() }, &["b2", "a1", "a2", "b1"]),
        (Query { qualifies: vec![Qualifies::Yes], ..all() }, &["a1", "a2"]),
        (Query { qualifies: vec![Qualifies::No], ..all() }, &["a3"]),
        (Query { sort: Sort::Partner, ..all() }, &["b2", "b1", "a1", "a2", "a3"]),
        (Query { sort: Sort::Newest, ..all() }, &["a3", "b2", "a2", "a1", "b1"]),
        (Query { sort: Sort::Title, offset: 1, limit: 2, ..all() }, &["a1", "a2"]),
    ];
    for (query, expected) in cases {
        assert_eq!(ids(&world, &query), expected, "{query:?}");
    }
    assert!(ids(&world, &Query { offset: 9, ..all() }).is_empty());
    assert_eq!(search(&world, &Query { limit: 1, ..all() }).total, 5);
}

#[test]
fn a_filter_does_not_count_for_itself() {
    let world = world();
    let query = Query { kinds: vec!["Part".to_owned()], partners: vec!["did:a".to_owned()], ..all() };
    let found = search(&world, &query);
    let told = |counts: &[Counted]| counts.iter().map(|one| format!("{} {}", one.value, one.count)).collect::<Vec<_>>();
    assert_eq!(found.total, 2);
    assert_eq!(told(&found.kinds), ["Part 2", "Model 1"]);
    assert_eq!(told(&found.partners), ["did:a 2", "did:b 1"]);
    assert_eq!(told(&found.formats), ["PULL 1", "PUSH 1"]);
    assert_eq!(told(&found.terms), ["Membership 2", "dateTime 1"]);
    assert_eq!(told(&found.qualifies), ["yes 2", "no 0", "unknown 0"]);
    let nothing = search(&world, &Query { kinds: vec!["Elsewhere".to_owned()], ..all() });
    assert_eq!(
        (nothing.total, told(&nothing.kinds)),
        (
            0,
            told(&[
                Counted { value: "Part".to_owned(), count: 3 },
                Counted { value: "Model".to_owned(), count: 2 },
                Counted { value: "Elsewhere".to_owned(), count: 0 },
            ])
        )
    );
}

#[test]
fn the_best_of_several_offers_counts_and_can_be_decided_again() {
    let world = world();
    let segment = &world[0].segment;
    assert_eq!(segment.verdict(1), Verdict { qualifies: Qualifies::Yes, why: Some("Membership".into()), until: None });
    let again: Vec<Verdict> =
        segment.policies().map(|_| Verdict { qualifies: Qualifies::No, ..Verdict::default() }).collect();
    segment.decided(again, 2);
    assert_eq!((segment.verdict(1).qualifies, segment.verdicts().facts), (Qualifies::No, 2));
    assert!(ids(&world, &Query { qualifies: vec![Qualifies::Yes], ..all() }).is_empty());
}

#[test]
fn a_large_index_answers_as_a_plain_loop_does() {
    let words_of = ["brake", "gear", "spindle", "größe", "telemetry", "pcf"];
    let datasets: Vec<Value> = (0..3_000_usize)
        .map(|n| {
            let title = format!("{} {} {n}", words_of[n % 6], words_of[(n / 6) % 6]);
            json!({"@id": format!("urn:{n:05}"), "title": title, "type": format!("t{}", n % 7)})
        })
        .collect();
    let mut builder = Builder::default();
    for dataset in &datasets {
        let policy = builder.policy([1; 16], || (Vec::new(), Verdict::default()));
        assert!(builder.add(&Entry::of(dataset), vec![policy], 0));
    }
    let segment = Arc::new(builder.finish(1));
    let world = [Shown { partner: "p".to_owned(), name: "p".to_owned(), read: 0, revision: 1, segment }];
    for typed in ["brake", "grosse 1", "e", "gear spindle", "urn:00", "29", "nothing", "r 7"] {
        let words = words(typed);
        let fits = |dataset: &&Value| {
            let text = folded(&format!("{} {} {}", dataset["title"], dataset["@id"], dataset["type"]), 1000);
            words.iter().all(|word| text.contains(word.as_str()))
        };
        let expected = datasets.iter().filter(fits).count();
        let found = search(&world, &Query { words: words.clone(), limit: 10, ..Query::default() });
        assert_eq!(found.total, expected, "{typed}");
        assert_eq!(found.items.len(), expected.min(10), "{typed}");
    }
}
