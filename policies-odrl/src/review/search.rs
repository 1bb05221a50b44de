//! Whether there is, at one moment, a request that all policies permit.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Because, Reviewed, Supposed, Witness};
use crate::composite::{self, Outcome, Part};
use crate::decision::ReasonCode;
use crate::evaluate::evaluate;
use crate::ways::{self, Attempt, Literal, Search, Solved, Way, Ways};
use crate::words;
use crate::world::{Request, World};

/// Reasons beyond these help nobody.
const MAX_REASONS: usize = 16;

/// What a moment has to say.
pub(super) enum Moment {
    Yes(Witness),
    /// Whether that is certain, and why.
    No(bool, Vec<Because>),
}

/// The policies under review, with the ways through all of them.
pub(super) struct Case<'a> {
    policies: &'a [Reviewed<'a>],
    request: &'a Request,
    ways: Ways<'a>,
    /// Comparisons that were made.
    checks: usize,
}

impl<'a> Case<'a> {
    pub(super) fn of(policies: &'a [Reviewed<'a>], request: &'a Request, world: &World) -> Self {
        let each = policies.iter().map(|reviewed| ways::of(reviewed.name, reviewed.policy, request, world));
        // Whatever a single policy cannot do, all together cannot do either, however little is known of the others.
        let joined = each.reduce(|one, two| match (one.is_closed(), two.is_closed()) {
            (true, _) => one,
            (false, true) => two,
            (false, false) => ways::joined(one, &two),
        });
        Self { policies, request, ways: joined.map_or_else(Ways::none, Ways::permitting), checks: 0 }
    }

    /// Whether there are facts at the time of the world under which all policies permit.
    pub(super) fn at_once(&mut self, world: &World) -> Moment {
        if self.policies.is_empty() {
            return Moment::No(true, vec![besides("There is no policy, so nothing is permitted.".to_owned())]);
        }
        let mut search = Search::new(self.request, world, false, self.checks);
        let mut certain = self.ways.complete;
        let mut best: Option<(Attempt, Vec<Literal<'_>>)> = None;
        for way in &self.ways.ways {
            if search.is_exhausted() {
                break;
            }
            let (attempt, excluded) = match search.solve(way) {
                Solved::Met(attempt) => match self.witness(world, &attempt, way) {
                    Some(witness) => {
                        self.checks = search.checks;
                        return Moment::Yes(witness);
                    }
                    None => (attempt, Vec::new()),
                },
                Solved::Excluded(attempt, excluded) => (attempt, excluded),
                Solved::Open(attempt) => (attempt, Vec::new()),
            };
            certain &= !excluded.is_empty();
            if best.as_ref().is_none_or(|(known, _)| attempt.unmet < known.unmet) {
                best = Some((attempt, excluded));
            }
        }
        let exhausted = search.is_exhausted();
        let checks = search.checks;
        let because = self.because(best.unwrap_or_default(), world, exhausted);
        self.checks = checks;
        Moment::No(certain && !exhausted, because)
    }

    /// Why not, from the attempt that came nearest.
    fn because(
        &self,
        (attempt, excluded): (Attempt, Vec<Literal<'_>>),
        world: &World,
        exhausted: bool,
    ) -> Vec<Because> {
        let mut because: Vec<Because> = contradiction(&excluded).into_iter().collect();
        // What contradicts itself is not refused for want of a fact.
        let contradicts = !because.is_empty();
        let refusals = refusals(self.policies, self.request, &attempt.applied(world)).into_iter();
        because.extend(refusals.filter(|because| !contradicts || because.code != Some(ReasonCode::MissingFact)));
        because.truncate(MAX_REASONS);
        if exhausted {
            because.push(besides(
                "There are more ways through these policies than can be looked at; split them.".to_owned(),
            ));
        }
        because
    }

    /// The request with these facts, if every policy that is about it permits it.
    fn witness(&self, world: &World, attempt: &Attempt, way: &Way<'_>) -> Option<Witness> {
        let (policies, request) = (self.policies, self.request);
        let world = attempt.applied(world);
        let mut duties = Vec::new();
        let mut permitted = false;
        for Reviewed { name, policy } in policies {
            let part = [Part::new(name, policy)];
            let outcome = composite::decide(&part, request, &world).outcome;
            permitted |= outcome == Outcome::Permit;
            if outcome != Outcome::Deny {
                continue;
            }
            let done = way.duties.iter().fold(world.clone(), |world, duty| world.with_fulfilled(duty));
            if !evaluate(policy, request, &done).permitted {
                return None;
            }
            permitted = true;
            let owed =
                way.duties.iter().filter(|duty| words::enforcement(policy).iter().any(|term| term.path == **duty));
            duties.extend(owed.map(|path| Supposed { policy: (*name).to_owned(), path: path.clone() }));
        }
        if !permitted {
            return None;
        }
        duties.dedup();
        let facts: BTreeMap<String, Json> = attempt
            .assignments
            .iter()
            .map(|assigned| (assigned.left_operand.clone(), assigned.value.clone()))
            .collect();
        let supposed = attempt.assignments.iter().map(|assigned| {
            let (iri, value) = (&assigned.left_operand, &assigned.value);
            words::sentence(&format!("{} is {}", words::operand_name(iri), words::fact(iri, value)))
        });
        let done = duties.iter().map(|duty| {
            format!("The duty at {} of {} is fulfilled.", words::quoted(&duty.path), words::quoted(&duty.policy))
        });
        let sentences = supposed.chain(done).collect();
        Some(Witness { at: world.now(), facts, duties, sentences })
    }
}

/// Why the policies refuse, each by itself.
fn refusals(policies: &[Reviewed<'_>], request: &Request, world: &World) -> Vec<Because> {
    let each = policies.iter().flat_map(|Reviewed { name, policy }| {
        let decision = evaluate(policy, request, world);
        decision.reasons.into_iter().map(|reason| Because {
            policy: (*name).to_owned(),
            path: reason.path,
            code: Some(reason.code),
            sentence: words::sentence(reason.sentence.strip_prefix("refused: ").unwrap_or(&reason.sentence)),
        })
    });
    each.take(MAX_REASONS).collect()
}

/// Conditions that free facts cannot meet together; what contradicts a known fact or the time, the policies say
/// themselves.
fn contradiction(excluded: &[Literal<'_>]) -> Option<Because> {
    let free: Vec<_> = excluded.iter().filter(|literal| literal.needs_fact()).collect();
    let [_, _, ..] = free.as_slice() else { return None };
    let told = free.iter().take(MAX_REASONS).map(|literal| {
        let (owner, path) = (words::quoted(literal.owner), words::quoted(&literal.path));
        format!("{} ({owner}, {path})", literal.sentence())
    });
    let sentence = format!("These cannot all be so: {}.", words::list(told, "and"));
    Some(besides(sentence))
}

fn besides(sentence: String) -> Because {
    Because { policy: String::new(), path: String::new(), code: None, sentence }
}
