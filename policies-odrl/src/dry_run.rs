//! A decision tried out: what would be decided for a partner's claims at a time, why, and what would change it.

mod asked;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value as Json;

use crate::decision::{Decision, ReasonCode};
use crate::dry_run::asked::{Operands, operands};
use crate::evaluate::evaluate;
use crate::model::Policy;
use crate::names::{CATENAX_POLICY, ODRL};
use crate::next_change::{next_change, next_change_in};
use crate::uses::Uses;
use crate::ways::{self, Search, Solved, Way};
use crate::words;
use crate::world::{Request, World};

pub(crate) use asked::as_signed;

/// Changes of time beyond these are not followed.
const MAX_CHANGES: usize = 256;
/// Proposals beyond these help nobody.
const MAX_PROPOSALS: usize = 5;
/// Proposals beyond these are not looked for.
const MAX_FOUND: usize = 16;
/// Left operands beyond these are not tried one by one.
const MAX_OPERANDS: usize = 64;

/// A request as it might be made.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Who would ask, for what.
    pub request: Request,
    /// When.
    pub at: Timestamp,
    /// When the policy would have been signed, where it is an offer with terms that depend on that; `None` for the time
    /// of the request.
    pub signed: Option<Timestamp>,
    /// What the partner would prove or the node knows, by left operand: an IRI or the short name of a known profile.
    /// Values as for [`World::with`].
    pub claims: BTreeMap<String, Json>,
    /// What the data would be for.
    pub purpose: Option<String>,
    /// What the request would be narrowed to (part numbers, lots, sites), by left operand.
    pub scope: BTreeMap<String, Json>,
    /// Duties that would have been fulfilled, by `@id` or by path.
    pub fulfilled: Vec<String>,
    /// What would have been used before; `None` for nothing.
    pub uses: Option<Uses>,
}

/// What a trial came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trialled {
    /// The decision.
    pub decision: Decision,
    /// The facts that the policy asks for and the trial has, in the order of the policy.
    pub facts: Vec<FactUsed>,
    /// The left operands that the policy asks for and of which nothing is known.
    pub missing: Vec<Missing>,
    /// The first moment at which the answer is another one, all else being equal; `None` where time changes nothing any
    /// more.
    pub until: Option<Timestamp>,
    /// What would change the answer.
    pub changes: Vec<Change>,
    /// The terms that no machine decides, and that the request would be bound by.
    pub contractual: Vec<String>,
    /// When the policy is supposed to have been signed, where it is an offer with terms that depend on that.
    pub signed: Option<Timestamp>,
}

/// A fact that the policy asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FactUsed {
    /// The IRI of the left operand.
    pub left_operand: String,
    /// Its values, as they were given.
    pub values: Vec<String>,
    /// Whether the answer would be another one without it.
    pub decisive: bool,
    /// The fact as a sentence.
    pub sentence: String,
}

/// A left operand of which nothing is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Missing {
    /// The IRI of the left operand.
    pub left_operand: String,
    /// Where the policy asks for it.
    pub paths: Vec<String>,
    /// What is missing, as a sentence.
    pub sentence: String,
}

/// Something that would change the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Whether the request would be permitted after it.
    pub permitted: bool,
    /// The values that left operands would have to have.
    pub facts: BTreeMap<String, Json>,
    /// The duties that would have to be fulfilled, by path.
    pub duties: Vec<String>,
    /// When the request would have to be made; `None` for the time of the trial.
    pub at: Option<Timestamp>,
    /// The change as a sentence.
    pub sentence: String,
}

impl Trial {
    /// A trial of which only the request and the time are known.
    pub fn new(request: Request, at: Timestamp) -> Self {
        Self {
            request,
            at,
            signed: None,
            claims: BTreeMap::new(),
            purpose: None,
            scope: BTreeMap::new(),
            fulfilled: Vec::new(),
            uses: None,
        }
    }

    /// The same, with a claim more.
    #[must_use]
    pub fn with(mut self, left_operand: &str, value: impl Into<Json>) -> Self {
        self.claims.insert(left_operand.to_owned(), value.into());
        self
    }

    /// The state of the world that the trial describes, beside what is known already.
    fn world(&self, known: &World) -> World {
        let mut world = known.clone();
        world.set_now(self.at);
        for (operand, value) in self.claims.iter().chain(&self.scope) {
            world = world.with_only(operand, value.clone());
        }
        if let Some(purpose) = &self.purpose {
            for operand in [format!("{ODRL}purpose"), format!("{CATENAX_POLICY}UsagePurpose")] {
                world = world.with_only(&operand, purpose.as_str());
            }
        }
        for duty in &self.fulfilled {
            world = world.with_fulfilled(duty);
        }
        world.with_uses(self.uses.clone().unwrap_or_default())
    }
}

/// Tries a request out; nothing is known but what the trial says.
///
/// ```
/// use serde_json::json;
/// use symbolon_policies_odrl::dry_run::{Trial, dry_run};
/// use symbolon_policies_odrl::{PolicyDocument, Request};
///
/// let offer = PolicyDocument::parse(json!({"@type": "Offer", "@id": "urn:offer", "permission": [{"action": "use", "constraint": [
///     {"leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": ["quality", "recall"]},
///     {"leftOperand": "dateTime", "operator": "lt", "rightOperand": "2027-01-01T00:00:00Z"},
/// ]}]})).unwrap();
/// let request = Request { action: "use".into(), target: "urn:asset".into(), assignee: "did:web:oem.example".into(), assigner: None };
/// let trial = Trial::new(request, "2026-03-01T00:00:00Z".parse().unwrap());
/// let refused = dry_run(offer.policy(), &trial);
/// assert!(!refused.decision.permitted);
/// assert_eq!(refused.changes[0].sentence, "It would be permitted if the purpose were `quality`.");
/// let permitted = dry_run(offer.policy(), &trial.with("purpose", "recall"));
/// assert_eq!(permitted.until, Some("2027-01-01T00:00:00Z".parse().unwrap()));
/// ```
pub fn dry_run(policy: &Policy, trial: &Trial) -> Trialled {
    dry_run_in(policy, trial, &World::at(trial.at))
}

/// Tries a request out in a world of which more is known: parts and kinds, or facts about the partner. What the trial
/// says goes before.
pub fn dry_run_in(policy: &Policy, trial: &Trial, known: &World) -> Trialled {
    let world = trial.world(known);
    let request = &trial.request;
    let signed = trial.signed.unwrap_or(trial.at);
    let (policy, depends) = as_signed(policy, signed);
    let policy = policy.as_ref();
    let decision = evaluate(policy, request, &world);
    let operands = operands(policy);
    let facts = facts(policy, request, &world, &operands, decision.permitted);
    let missing = missing(&decision, &operands);
    let until = turns(policy, request, &world, decision.permitted);
    let mut changes = Vec::new();
    if decision.permitted {
        changes.extend(until.map(ended));
        changes.extend(facts.iter().filter(|fact| fact.decisive).map(withdrawn));
    } else {
        changes = proposals(policy, request, &world, until);
    }
    let contractual = decision.contractual.clone();
    Trialled { decision, facts, missing, until, changes, contractual, signed: depends.then_some(signed) }
}

fn facts(policy: &Policy, request: &Request, world: &World, operands: &Operands<'_>, permitted: bool) -> Vec<FactUsed> {
    let known = operands.iter().take(MAX_OPERANDS).filter_map(|(iri, _)| Some((*iri, world.facts(iri)?)));
    let used = known.map(|(iri, facts)| {
        let values: Vec<String> = facts.iter().map(|fact| fact.value.lexical().to_owned()).collect();
        let written: Vec<String> = facts.iter().map(|fact| words::value(&fact.value)).collect();
        let is = if written.is_empty() { "known to have no value".to_owned() } else { words::list(written, "and") };
        let decisive = evaluate(policy, request, &world.clone().without(iri)).permitted != permitted;
        let sentence = words::sentence(&format!("{} is {is}", words::operand_name(iri)));
        FactUsed { left_operand: iri.to_owned(), values, decisive, sentence }
    });
    used.collect()
}

fn missing(decision: &Decision, operands: &Operands<'_>) -> Vec<Missing> {
    let rules = decision.rules.iter().flat_map(|report| &report.reasons);
    let unknown = decision.reasons.iter().chain(rules).filter(|reason| reason.code == ReasonCode::MissingFact);
    let asked: BTreeSet<&str> = unknown.map(|reason| reason.path.as_str()).collect();
    let found = operands.iter().filter_map(|(iri, constraints)| {
        let paths: Vec<String> =
            constraints.iter().map(|(path, _)| path.clone()).filter(|path| asked.contains(path.as_str())).collect();
        (!paths.is_empty()).then(|| {
            let from = match words::fact_of(iri) {
                Some(fact) => format!("; it comes from {fact}"),
                None => "; no profile known here says where it comes from".to_owned(),
            };
            let sentence = words::sentence(&format!("nothing is known about {}{from}", words::operand_name(iri)));
            Missing { left_operand: (*iri).to_owned(), paths, sentence }
        })
    });
    found.collect()
}

/// The first moment at which the answer is another one.
fn turns(policy: &Policy, request: &Request, world: &World, permitted: bool) -> Option<Timestamp> {
    let mut world = world.clone();
    for _ in 0..MAX_CHANGES {
        let next = next_change_in(policy, &world)?;
        world.set_now(next);
        if evaluate(policy, request, &world).permitted != permitted {
            return Some(next);
        }
    }
    None
}

fn ended(until: Timestamp) -> Change {
    Change {
        permitted: false,
        facts: BTreeMap::new(),
        duties: Vec::new(),
        at: Some(until),
        sentence: format!("It would be refused from {} on.", words::instant(until)),
    }
}

fn withdrawn(fact: &FactUsed) -> Change {
    let operand = words::operand_name(&fact.left_operand);
    Change {
        permitted: false,
        facts: BTreeMap::from([(fact.left_operand.clone(), Json::Array(Vec::new()))]),
        duties: Vec::new(),
        at: None,
        sentence: format!("It would be refused if nothing were known about {operand}."),
    }
}

/// What would have to be otherwise for a request that is refused: the fewest changes first.
fn proposals(policy: &Policy, request: &Request, world: &World, until: Option<Timestamp>) -> Vec<Change> {
    let ways = ways::of("", policy, request, world).permitting();
    let mut found: Vec<Change> = Vec::new();
    for at in [Some(world.now()), until]
        .into_iter()
        .flatten()
        .chain(until.is_none().then(|| starts(policy, world)).into_iter().flatten())
    {
        let mut then = world.clone();
        then.set_now(at);
        let mut search = Search::new(request, &then, true, 0);
        for way in &ways.ways {
            if found.len() >= MAX_FOUND || search.is_exhausted() {
                break;
            }
            if let Some(change) = proposal(policy, request, &then, &mut search, way)
                && !found.iter().any(|known| known.facts == change.facts && known.duties == change.duties)
            {
                found.push(told(change, (at != world.now()).then_some(at)));
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    found.sort_by_key(|change| change.facts.len() + change.duties.len());
    found.truncate(MAX_PROPOSALS);
    found
}

/// Later moments at which time might begin to permit.
fn starts(policy: &Policy, world: &World) -> Vec<Timestamp> {
    let next = |at: &Timestamp| next_change(policy, *at);
    std::iter::successors(next_change(policy, world.now()), next).take(MAX_PROPOSALS).collect()
}

/// The facts and duties of a way that are not as they are needed; `None` where the way does not lead there.
fn proposal(
    policy: &Policy,
    request: &Request,
    world: &World,
    search: &mut Search<'_>,
    way: &Way<'_>,
) -> Option<Change> {
    let Solved::Met(attempt) = search.solve(way) else { return None };
    let mut duties: Vec<String> = Vec::new();
    let mut tried = attempt.applied(world);
    if !evaluate(policy, request, &tried).permitted {
        for duty in &way.duties {
            tried = tried.with_fulfilled(duty);
            duties.push(duty.clone());
        }
    }
    let facts = attempt.assignments.into_iter().map(|assigned| (assigned.left_operand, assigned.value)).collect();
    evaluate(policy, request, &tried).permitted.then(|| Change {
        permitted: true,
        facts,
        duties,
        at: None,
        sentence: String::new(),
    })
}

fn told(change: Change, at: Option<Timestamp>) -> Change {
    let facts = change
        .facts
        .iter()
        .map(|(iri, value)| format!("{} were {}", words::operand_name(iri), words::fact(iri, value)));
    let duties = change.duties.iter().map(|duty| format!("the duty at {} were fulfilled", words::quoted(duty)));
    let conditions: Vec<String> = facts.chain(duties).collect();
    let when = at.map(|at| format!(" from {} on", words::instant(at))).unwrap_or_default();
    let given = if conditions.is_empty() { String::new() } else { format!(" if {}", words::list(conditions, "and")) };
    Change { at, sentence: format!("It would be permitted{when}{given}."), ..change }
}
