//! Pairs of policies with the verdict that a solver found: conflict, containment, composition of verdicts, knowledge of names.
//!
//! Every verdict is computed from the policies by the library. Where a policy file holds only a placeholder, the problem that was given
//! to the solver is read and turned into a policy. `questions` says which question each problem puts, and where we differ and why.

mod knowledge;
mod problem;
mod questions;

use std::path::Path;

use symbolon_policies_odrl::compose::{Bound, Compatibility, Containment, Knowledge, Normal};
use symbolon_policies_odrl::{PolicyDocument, Request, World, evaluate};

use crate::tally::{Tally, suite};
use questions::{Ask, Question};

#[test]
fn every_verdict_that_is_modelled_is_found() {
    let Some(folder) = suite("odrl-conflicts") else { return };
    let index = std::fs::read_to_string(folder.join("index.tsv")).unwrap();
    let mut tally = Tally::of("odrl-conflicts");
    let mut count = 0;
    for line in index.lines().skip(1) {
        let case = Case::of(&folder, line);
        let question = questions::question(&case);
        let ours = case.answer(&question.ask);
        let expected = question.expected.map_or_else(|| case.expected(), str::to_owned);
        tally.case(&case.problem, &expected, &ours, question.differs);
        count += 1;
    }
    tally.close(count);
}

/// A line of the index, with its files.
pub(crate) struct Case {
    pub(crate) problem: String,
    pub(crate) category: String,
    pub(crate) meaning: String,
    verdict: String,
    turtle: String,
    /// The problem as it was given to a solver.
    smt: String,
    folder: std::path::PathBuf,
}

impl Case {
    fn of(folder: &Path, line: &str) -> Self {
        let fields: Vec<&str> = line.split('\t').collect();
        let [problem, smt, _, verdict, category, policy, meaning] = fields.as_slice() else { panic!("{line}") };
        let group = Path::new(policy).components().next().unwrap();
        let place = if category.is_empty() { "Hard" } else { category };
        let at = |place: &str| folder.join(group).join(place).join(smt);
        // A few problems lie in a folder of another name than their category.
        let found = [place, "Hard", "SAT", "UNS"].into_iter().map(at).find(|path| path.exists());
        let read = |path: &Path| std::fs::read_to_string(path).unwrap();
        Self {
            problem: (*problem).to_owned(),
            category: (*category).to_owned(),
            meaning: (*meaning).to_owned(),
            verdict: (*verdict).to_owned(),
            turtle: read(&folder.join(policy)),
            smt: found.map(|path| read(&path)).unwrap_or_default(),
            folder: folder.to_owned(),
        }
    }

    /// The verdict of the index; of problems about time, which have none there, the one that the problem itself names.
    fn expected(&self) -> String {
        if !self.verdict.is_empty() {
            return self.verdict.clone();
        }
        let told = self.smt.lines().find(|line| line.starts_with("; Problem")).unwrap_or_default();
        let verdict = told.rsplit("-> ").next().unwrap_or_default();
        verdict.split([' ', ',']).next().unwrap_or_default().to_owned()
    }

    fn answer(&self, ask: &Ask) -> String {
        let known = || knowledge::of(self);
        match ask {
            Ask::Together => named(&self.pair(&known()).conflict()).to_owned(),
            Ask::Within => contained(&self.pair(&known()).within()).to_owned(),
            Ask::Refines => {
                if self.pair(&known()).within() == Containment::Yes { "Refines" } else { "Exceeds" }.to_owned()
            }
            Ask::Claimed(claim) => wrong(named(&self.pair(&known()).conflict()) != *claim),
            Ask::Alone(yes, no) => self.alone(Knowledge::default(), yes, no),
            Ask::InRange(least, most, yes, no) => {
                let width = "http://w3id.org/odrl/spatial-axis#absoluteSizeWidth";
                self.alone(Knowledge::default().with_range(width, least, most), yes, no)
            }
            Ask::Permit(facts, yes, no) => self.permit(facts, yes, no),
            Ask::Solver(yes, no) => {
                problem::solve(&self.smt).map_or("not modelled", |found| if found { *yes } else { *no }).to_owned()
            }
            Ask::Composed(policy, claim, answer) => composed(policy, claim, answer),
            Ask::Named(name, steps) => {
                if steps(self) {
                    (*name).to_owned()
                } else {
                    format!("not {name}")
                }
            }
            Ask::NotModelled => "not modelled".to_owned(),
        }
    }

    /// The two policies, normal under what is known.
    fn pair(&self, known: &Knowledge) -> Pair {
        let policies = self.policies();
        let [one, two] = policies.as_slice() else { panic!("{}: {} policies", self.problem, policies.len()) };
        Pair(normal(one, known), normal(two, known))
    }

    /// The policies of the file. Rules and constraints that stand alone there are put into a policy each.
    pub(crate) fn policies(&self) -> Vec<PolicyDocument> {
        let mut text = self.turtle.replace("odrl:operator odrl:or ;", "").replace("[\n", "[ ");
        if self.problem == "KGC710" {
            // The file writes `or` as an operator, which is not ODRL 2.2.
            text = text.replacen("odrl:rightOperand (", "odrl:or (", 1);
        }
        let subjects = self.turtle.lines().filter_map(|line| line.strip_prefix("drk:")?.split_once(" a odrl:"));
        for (name, kind) in subjects {
            let kind = kind.trim_end_matches([' ', ';', '.']);
            let rule = match kind {
                "Permission" => format!("odrl:permission drk:{name}"),
                "Constraint" => format!("odrl:permission [ odrl:action odrl:use ; odrl:constraint drk:{name} ]"),
                _ => continue,
            };
            text += &format!("\ndrk:policy-{name} a odrl:Set ; odrl:action odrl:use ; {rule} .\n");
        }
        PolicyDocument::policies_in_turtle(&text).unwrap_or_else(|error| panic!("{}: {error}", self.problem))
    }

    fn alone(&self, known: Knowledge, yes: &str, no: &str) -> String {
        let policy = self.policies().remove(0);
        match normal(&policy, &known).anything() {
            Ok(Some(_)) => yes.to_owned(),
            Ok(None) => no.to_owned(),
            Err(_) => "Unknown".to_owned(),
        }
    }

    /// Whether every policy permits a request with these facts.
    fn permit(&self, facts: &[(&str, &str)], yes: &str, no: &str) -> String {
        let start = World::at("2026-01-01T00:00:00Z".parse().unwrap());
        let world = facts.iter().fold(start, |world, (operand, value)| world.with(operand, questions::value(value)));
        let permitted = self.policies().iter().all(|policy| evaluate(policy.policy(), &request(), &world).permitted);
        if permitted { yes.to_owned() } else { no.to_owned() }
    }
}

pub(crate) struct Pair(pub(crate) Normal, pub(crate) Normal);

impl Pair {
    fn conflict(&self) -> Compatibility {
        let verdict = self.0.conflict(&self.1);
        if let Compatibility::Compatible(witness) = &verdict {
            let world = witness.world();
            assert!(self.0.holds(&witness.request, &world) && self.1.holds(&witness.request, &world), "{witness:?}");
        }
        verdict
    }

    fn within(&self) -> Containment {
        let verdict = self.0.is_within(&self.1);
        if let Containment::No(witness) = &verdict {
            let world = witness.world();
            assert!(self.0.holds(&witness.request, &world) && !self.1.holds(&witness.request, &world), "{witness:?}");
        }
        verdict
    }
}

pub(crate) fn normal(policy: &PolicyDocument, known: &Knowledge) -> Normal {
    Normal::of(policy.policy(), known, Bound::default()).unwrap()
}

pub(crate) fn request() -> Request {
    Request { action: "use".into(), target: "urn:t".into(), assignee: "urn:p".into(), assigner: None }
}

pub(crate) fn named(verdict: &Compatibility) -> &'static str {
    match verdict {
        Compatibility::Compatible(_) => "Compatible",
        Compatibility::Conflict(_) => "Conflict",
        Compatibility::Unknown(_) => "Unknown",
    }
}

/// The suite calls containment compatible, and that there is none a conflict.
fn contained(verdict: &Containment) -> &'static str {
    match verdict {
        Containment::Yes => "Compatible",
        Containment::No(_) => "Conflict",
        Containment::Unknown(_) => "Unknown",
    }
}

fn wrong(is_wrong: bool) -> String {
    if is_wrong { "CounterSatisfiable".to_owned() } else { "the claim holds".to_owned() }
}

/// The verdict on two policies that are written in the table.
fn composed(policies: &[serde_json::Value; 2], claim: &str, answer: &str) -> String {
    let [one, two] = policies.clone().map(|policy| PolicyDocument::parse(policy).unwrap());
    let pair = Pair(normal(&one, &Knowledge::default()), normal(&two, &Knowledge::default()));
    let verdict = match claim.strip_prefix("within ") {
        Some(_) => contained(&pair.within()),
        None => named(&pair.conflict()),
    };
    let claim = claim.strip_prefix("within ").unwrap_or(claim);
    match claim.strip_prefix("not ") {
        Some(claim) if verdict != claim => answer.to_owned(),
        None if verdict == claim => answer.to_owned(),
        Some(_) | None => verdict.to_owned(),
    }
}

impl Question {
    fn of(ask: Ask) -> Self {
        Self { ask, expected: None, differs: None }
    }
}
