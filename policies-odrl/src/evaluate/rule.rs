use super::truth::Truth;
use super::{Case, Stance, Subject};
use crate::action;
use crate::decision::ReasonCode;
use crate::model::{Action, Constraint, Entity, Permission, Prohibition, RuleTerms};
use crate::profile;
use crate::sentence;

/// What a rule names, in the order in which it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Action,
    Target,
    Assignee,
    Assigner,
    Constraints,
    SharedConstraints,
}

/// Which requests a rule is about.
pub(super) const REACH: [Part; 4] = [Part::Action, Part::Target, Part::Assignee, Part::Assigner];
/// Everything a rule names.
pub(super) const PARTS: [Part; 6] =
    [Part::Action, Part::Target, Part::Assignee, Part::Assigner, Part::Constraints, Part::SharedConstraints];

impl<'a> Case<'a> {
    /// Whether a permission applies: to this action, target and party, under its constraints, with its duties fulfilled.
    pub(super) fn permission(&mut self, permission: &'a Permission) -> Truth {
        let mark = self.trace.mark();
        let mut truth = Truth::True;
        for part in REACH {
            truth = truth.and(self.part(part, &permission.terms));
            if truth == Truth::False {
                return truth;
            }
        }
        let onward = action::is_onward(&self.request.action);
        if onward && profile::catenax::keeps_to_itself(self.policy, &permission.terms) {
            self.trace.add(ReasonCode::ConstraintNotMet, || sentence::not_passed_on(&self.request.action));
            return Truth::False;
        }
        for part in [Part::Constraints, Part::SharedConstraints] {
            truth = truth.and(self.part(part, &permission.terms));
        }
        for (index, duty) in permission.duties.iter().enumerate() {
            let place = self.trace.enter("duty", index);
            truth = truth.and(self.precondition(duty));
            self.trace.leave(place);
        }
        if truth == Truth::True {
            self.trace.forget(mark);
        }
        truth
    }

    /// Whether a prohibition applies. The reasons are the ones for a refusal: that it does, or that it cannot be ruled out.
    pub(super) fn prohibition(&mut self, prohibition: &'a Prohibition) -> Truth {
        let mark = self.trace.mark();
        let truth = self.prohibits(&prohibition.terms);
        let open: Vec<String> = if self.trace.speaks() && truth == Truth::Undecided {
            let undecided = self.trace.since(mark).iter().filter(|reason| is_open(reason.code));
            undecided.map(|reason| reason.sentence.trim_start_matches("refused: ").to_owned()).collect()
        } else {
            Vec::new()
        };
        self.trace.forget(mark);
        let (request, policy, now) = (self.request, self.policy, self.now);
        let words = || sentence::prohibition(&request.action, &policy.shared, &prohibition.terms, now);
        match truth {
            Truth::False => {}
            Truth::True => self.trace.add(ReasonCode::Prohibited, || format!("refused: {}", words())),
            Truth::Undecided => {
                let sentence = || format!("refused: {}, and this cannot be ruled out: {}", words(), open.join("; "));
                self.trace.add(ReasonCode::ProhibitionUndecided, sentence);
            }
        }
        truth
    }

    /// What keeps a prohibition from applying without being counted or agreed settles it: then nothing else of it matters.
    fn prohibits(&mut self, terms: &'a RuleTerms) -> Truth {
        let (start, mut truth) = (self.taken.level(), Truth::True);
        for part in PARTS {
            let before = self.taken.level();
            let found = self.part(part, terms);
            truth = truth.and(found);
            if found == Truth::False && self.taken.level() == before {
                self.taken.drop_to(start);
                return Truth::False;
            }
        }
        truth
    }

    /// Whether one part of a rule fits the request; a part that the rule does not have fits every request.
    pub(super) fn part(&mut self, part: Part, terms: &'a RuleTerms) -> Truth {
        let (shared, request) = (&self.policy.shared, self.request);
        match part {
            Part::Action => self.actions(Told::of(&terms.actions, &shared.actions)),
            Part::Target => {
                let asked = Asked::of(&request.target, ReasonCode::OtherTarget, "target", true);
                self.entities(Told::of(&terms.targets, &shared.targets), asked)
            }
            Part::Assignee => {
                let asked = Asked::of(&request.assignee, ReasonCode::OtherAssignee, "assignee", true);
                self.entities(Told::of(&terms.assignees, &shared.assignees), asked)
            }
            Part::Assigner => {
                let Some(assigner) = &request.assigner else { return Truth::True };
                let asked = Asked::of(assigner, ReasonCode::OtherAssigner, "assigner", false);
                self.entities(Told::of(&terms.assigners, &shared.assigners), asked)
            }
            Part::Constraints => self.constraints("constraint", &terms.constraints),
            Part::SharedConstraints => self.shared_constraints(),
        }
    }

    pub(super) fn shared_constraints(&mut self) -> Truth {
        let shared = &self.policy.shared.constraints;
        if shared.is_empty() {
            return Truth::True;
        }
        let place = self.trace.enter_policy();
        let truth = self.constraints("constraint", shared);
        self.trace.leave(place);
        truth
    }

    fn actions(&mut self, told: Told<'a, Action>) -> Truth {
        let mark = self.trace.mark();
        let (mut truth, mut covered) = (Truth::False, false);
        for (index, action) in told.items.iter().enumerate() {
            if self.is_about(action) {
                covered = true;
                truth = truth.or(self.refined(("action", index), told.shared, &action.refinements));
            }
        }
        if truth == Truth::True {
            self.trace.forget(mark);
        } else if !covered {
            let wanted = &self.request.action;
            self.trace.add(ReasonCode::OtherAction, || sentence::other_action(told.items, wanted));
        }
        truth
    }

    /// A prohibition is also about what cannot be done without the prohibited action.
    fn is_about(&self, action: &Action) -> bool {
        let covers = |wanted: &str| action::covers(&action.iri, wanted);
        covers(&self.request.action)
            || (self.stance == Stance::Prohibiting
                && action::implied(&self.request.action).iter().any(|implied| covers(implied)))
    }

    fn entities(&mut self, told: Told<'a, Entity>, asked: Asked<'a>) -> Truth {
        if told.items.is_empty() {
            return Truth::True;
        }
        let mark = self.trace.mark();
        let mut truth = Truth::False;
        for (index, entity) in told.items.iter().enumerate() {
            truth = truth.or(self.entity(entity, (index, told.shared), asked));
        }
        if truth == Truth::True {
            self.trace.forget(mark);
        } else {
            let undecided = truth == Truth::Undecided;
            self.trace.add(asked.code, || sentence::other_entity(asked.role, told.items, asked.name, undecided));
        }
        truth
    }

    fn refined(&mut self, (member, index): (&'static str, usize), shared: bool, refinements: &[Constraint]) -> Truth {
        if refinements.is_empty() {
            return Truth::True;
        }
        let place = if shared { Some(self.trace.enter_policy()) } else { None };
        let inner = self.trace.enter(member, index);
        let truth = self.constraints("refinement", refinements);
        self.trace.leave(place.unwrap_or(inner));
        truth
    }

    /// A collection stands for its members, as far as it is known who they are.
    fn entity(&mut self, entity: &'a Entity, (index, shared): (usize, bool), asked: Asked<'a>) -> Truth {
        let mut named = [entity.id.as_deref(), entity.source.as_deref()].into_iter().flatten();
        let member = match named.try_fold(Some(false), |known, name| match self.world.is_part(asked.name, name) {
            Some(true) => Err(()),
            Some(false) => Ok(known),
            None => Ok(None),
        }) {
            Err(()) => Truth::True,
            Ok(None) if entity.collection => Truth::Undecided,
            Ok(Some(_) | None) => Truth::False,
        };
        if member == Truth::False || entity.refinements.is_empty() {
            return member;
        }
        let subject = self.subject.replace(Subject { name: asked.name, known: asked.known });
        let refined = self.refined((asked.role, index), shared, &entity.refinements);
        self.subject = subject;
        member.and(refined)
    }
}

/// What a rule says, or what the policy says for all rules where the rule says nothing.
#[derive(Clone, Copy)]
struct Told<'a, T> {
    items: &'a [T],
    shared: bool,
}

impl<'a, T> Told<'a, T> {
    fn of(own: &'a [T], shared: &'a [T]) -> Self {
        if own.is_empty() { Self { items: shared, shared: true } } else { Self { items: own, shared: false } }
    }
}

/// An asset or a party of the request.
#[derive(Clone, Copy)]
struct Asked<'a> {
    name: &'a str,
    code: ReasonCode,
    role: &'static str,
    /// Whether the facts of the world are facts about it.
    known: bool,
}

impl<'a> Asked<'a> {
    fn of(name: &'a str, code: ReasonCode, role: &'static str, known: bool) -> Self {
        Self { name, code, role, known }
    }
}

/// Whether a reason says that something is not known, rather than that it is not so.
fn is_open(code: ReasonCode) -> bool {
    !matches!(
        code,
        ReasonCode::NotYet
            | ReasonCode::Expired
            | ReasonCode::ConstraintNotMet
            | ReasonCode::Exhausted
            | ReasonCode::TooSoon
    )
}
