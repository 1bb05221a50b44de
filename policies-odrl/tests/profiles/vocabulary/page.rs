//! The documentation page, made from the Turtle files.

use std::fmt::Write as _;

use super::{DCT, EXAMPLES, FILES, RDFS, SKOS, Vocabulary, adm, odrl, short};

/// The page as Markdown.
pub(super) fn page(vocabularies: &[Vocabulary]) -> String {
    let mut page = "<!-- Made from the Turtle files beside it: change those, then run the tests with UPDATE=1. -->\n\n\
                    # The vocabularies\n\n\
                    Terms that Symbolon adds to ODRL 2.2. Policies name the profile and use the terms beside those of ODRL; a constraint \
                    on a term whose value is not known refuses.\n"
        .to_owned();
    for (file, vocabulary) in FILES.iter().zip(vocabularies) {
        let [ontology] = &vocabulary.all("http://www.w3.org/2002/07/owl#Ontology")[..] else {
            panic!("one ontology in {file}")
        };
        let of = |property: &str| vocabulary.value(ontology, &format!("{DCT}{property}")).unwrap();
        write!(page, "\n## {}\n\n{}\n\n", of("title"), of("description")).unwrap();
        writeln!(
            page,
            "Profile and namespace: `{ontology}`, here with the prefix `{}`. Source: [{file}]({file}).",
            prefix(ontology)
        )
        .unwrap();
        actions(&mut page, vocabulary);
        operands(&mut page, vocabulary);
    }
    page.push_str(
        "\n## Examples\n\nA profile in its typed form (`profile::admissibility::Terms`), and the policy that it becomes.\n\n\
         | Typed | Policy |\n|---|---|\n",
    );
    for name in EXAMPLES {
        let cells =
            [format!("{name}.terms.json"), format!("{name}.json")].map(|file| format!("[{file}](examples/{file})"));
        writeln!(page, "| {} |", cells.join(" | ")).unwrap();
    }
    page.push_str(
        "\n## Shapes\n\n[shapes.ttl](shapes.ttl) is made from the same files and says in SHACL how each left operand may be used; \
         [policy-shapes.ttl](policy-shapes.ttl) says what holds of a policy as a whole. `make vocabulary` lets a SHACL engine try both.\n",
    );
    page
}

fn prefix(ontology: &str) -> &'static str {
    if ontology == adm::NAMESPACE { "adm:" } else { "ec:" }
}

fn actions(page: &mut String, vocabulary: &Vocabulary) {
    page.push_str("\n### Actions\n\n| Action | Included in | Meaning |\n|---|---|---|\n");
    for iri in vocabulary.all(odrl::ACTION) {
        let outer = vocabulary.value(&iri, odrl::INCLUDED_IN).unwrap();
        let meaning = vocabulary.value(&iri, &format!("{SKOS}definition")).unwrap();
        let note = vocabulary.value(&iri, &format!("{SKOS}note")).map(|note| format!(" {note}")).unwrap_or_default();
        writeln!(page, "| `{}` | `{}` | {meaning}{note} |", short(&iri), short(&outer)).unwrap();
    }
}

fn operands(page: &mut String, vocabulary: &Vocabulary) {
    page.push_str("\n### Left operands\n");
    for iri in vocabulary.all(odrl::LEFT_OPERAND_CLASS) {
        let label = vocabulary.value(&iri, &format!("{RDFS}label")).unwrap();
        let definition = vocabulary.value(&iri, &format!("{SKOS}definition")).unwrap();
        write!(page, "\n#### `{}`: {label}\n\n{definition}", short(&iri)).unwrap();
        if let Some(note) = vocabulary.value(&iri, &format!("{SKOS}note")) {
            write!(page, " {note}").unwrap();
        }
        page.push_str("\n\n");
        let own = |property: &str| vocabulary.values(&iri, &format!("{}{property}", adm::NAMESPACE));
        let names = |property: &str| {
            let names: Vec<_> = own(property).iter().map(|name| format!("`{}`", short(name))).collect();
            names.join(", ")
        };
        writeln!(page, "* Operators: {}", names("takesOperator")).unwrap();
        let pattern = own("takesPattern").pop().map(|pattern| format!(" that matches `{pattern}`")).unwrap_or_default();
        writeln!(page, "* Right operand: {}{pattern}", names("takesDatatype")).unwrap();
        writeln!(page, "* Stands in: {}", names("standsIn")).unwrap();
        writeln!(page, "* Known from: {}", own("knownFrom").concat()).unwrap();
        if !own("everyValueCounts").is_empty() {
            writeln!(page, "* Every value counts: of several known values each has to be named").unwrap();
        }
        for example in vocabulary.values(&iri, &format!("{SKOS}example")) {
            write!(page, "\n```json\n{example}\n```\n").unwrap();
        }
    }
}
