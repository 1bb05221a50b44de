use super::Case;
use super::truth::{Truth, exactly_one};
use crate::action;
use crate::decision::ReasonCode;
use crate::model::{
    Action, Connective, Constraint, Duty, Entity, LogicalConstraint, Permission, Prohibition, RuleTerms,
};
use crate::sentence;

impl Case<'_> {
    /// Whether a permission applies: to this action, target and party, under its constraints, with its duties fulfilled.
    pub(super) fn permission(&mut self, permission: &Permission) -> Truth {
        let mark = self.trace.mark();
        let reach = self.reach(&permission.terms);
        if reach == Truth::False {
            return reach;
        }
        let mut truth = reach.and(self.conditions(&permission.terms));
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
    pub(super) fn prohibition(&mut self, prohibition: &Prohibition) -> Truth {
        let mark = self.trace.mark();
        let reach = self.reach(&prohibition.terms);
        let truth = if reach == Truth::False { reach } else { reach.and(self.conditions(&prohibition.terms)) };
        let open: Vec<String> = if self.trace.speaks() && truth == Truth::Undecided {
            let undecided = self.trace.since(mark).iter().filter(|reason| is_open(reason.code));
            undecided.map(|reason| reason.sentence.trim_start_matches("refused: ").to_owned()).collect()
        } else {
            Vec::new()
        };
        self.trace.forget(mark);
        let words =
            || sentence::prohibition(&self.request.action, &self.policy.shared, &prohibition.terms, self.world.now());
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

    /// Whether an obligation or a duty is in force.
    pub(super) fn in_force(&mut self, duty: &Duty) -> Truth {
        self.constraints("constraint", &duty.terms.constraints)
    }

    pub(super) fn is_fulfilled(&self, duty: &Duty, path: impl FnOnce() -> String) -> bool {
        self.world.knows_duties()
            && (duty.terms.id.as_deref().is_some_and(|id| self.world.is_fulfilled(id))
                || self.world.is_fulfilled(&path()))
    }

    /// A duty that is not in force demands nothing; any other has to be fulfilled first.
    fn precondition(&mut self, duty: &Duty) -> Truth {
        let mark = self.trace.mark();
        let in_force = self.in_force(duty);
        self.trace.forget(mark);
        let path = self.trace.path().to_owned();
        if in_force == Truth::False || self.is_fulfilled(duty, || path) {
            return Truth::True;
        }
        self.trace.add(ReasonCode::DutyUnfulfilled, || sentence::duty(&duty.terms));
        Truth::False
    }

    fn conditions(&mut self, terms: &RuleTerms) -> Truth {
        let own = self.constraints("constraint", &terms.constraints);
        own.and(self.constraints("constraint", &self.policy.shared.constraints))
    }

    /// Whether a rule is about this request at all.
    fn reach(&mut self, terms: &RuleTerms) -> Truth {
        let (shared, request) = (&self.policy.shared, self.request);
        let mut truth = self.actions(either(&terms.actions, &shared.actions));
        if truth == Truth::False {
            return truth;
        }
        let parties = [
            (either(&terms.targets, &shared.targets), Some(&request.target), (ReasonCode::OtherTarget, "target")),
            (
                either(&terms.assignees, &shared.assignees),
                Some(&request.assignee),
                (ReasonCode::OtherAssignee, "assignee"),
            ),
            (
                either(&terms.assigners, &shared.assigners),
                request.assigner.as_ref(),
                (ReasonCode::OtherAssigner, "assigner"),
            ),
        ];
        for (named, wanted, role) in parties {
            if let Some(wanted) = wanted
                && !named.is_empty()
            {
                truth = truth.and(self.entities(named, wanted, role));
                if truth == Truth::False {
                    return truth;
                }
            }
        }
        truth
    }

    fn actions(&mut self, actions: &[Action]) -> Truth {
        let mark = self.trace.mark();
        let mut truth = Truth::False;
        for (index, action) in
            actions.iter().enumerate().filter(|(_, action)| action::covers(&action.iri, &self.request.action))
        {
            let place = self.trace.enter("action", index);
            truth = truth.or(self.constraints("refinement", &action.refinements));
            self.trace.leave(place);
        }
        if truth == Truth::True {
            self.trace.forget(mark);
        } else if !actions.iter().any(|action| action::covers(&action.iri, &self.request.action)) {
            self.trace.add(ReasonCode::OtherAction, || sentence::other_action(actions, &self.request.action));
        }
        truth
    }

    fn entities(&mut self, named: &[Entity], wanted: &str, (code, role): (ReasonCode, &str)) -> Truth {
        let mark = self.trace.mark();
        let mut truth = Truth::False;
        for entity in named {
            truth = truth.or(self.entity(entity, wanted));
        }
        if truth == Truth::True {
            self.trace.forget(mark);
        } else {
            self.trace.add(code, || sentence::other_entity(role, named, wanted, truth == Truth::Undecided));
        }
        truth
    }

    /// A collection stands for its members, as far as it is known who they are.
    fn entity(&mut self, entity: &Entity, wanted: &str) -> Truth {
        let mut named = [entity.id.as_deref(), entity.source.as_deref()].into_iter().flatten();
        let member = match named.try_fold(Some(false), |known, name| match self.world.is_part(wanted, name) {
            Some(true) => Err(()),
            Some(false) => Ok(known),
            None => Ok(None),
        }) {
            Err(()) => Truth::True,
            Ok(None) if entity.collection => Truth::Undecided,
            Ok(Some(_) | None) => Truth::False,
        };
        if member == Truth::False { member } else { member.and(self.constraints("refinement", &entity.refinements)) }
    }

    fn constraints(&mut self, member: &'static str, constraints: &[Constraint]) -> Truth {
        let mut truth = Truth::True;
        for (index, constraint) in constraints.iter().enumerate() {
            let place = self.trace.enter(member, index);
            truth = truth.and(self.constraint(constraint));
            self.trace.leave(place);
            if truth == Truth::False && !self.trace.speaks() {
                break;
            }
        }
        truth
    }

    fn constraint(&mut self, constraint: &Constraint) -> Truth {
        match constraint {
            Constraint::Atomic(atomic) => self.atomic(atomic),
            Constraint::Logical(logical) => self.logical(logical),
        }
    }

    /// Without operands a logical constraint says nothing that could be decided.
    fn logical(&mut self, logical: &LogicalConstraint) -> Truth {
        let mark = self.trace.mark();
        let name = logical.connective.name();
        let truth = match (logical.connective, logical.operands.as_slice()) {
            (_, []) => {
                self.trace.add(ReasonCode::Ambiguous, || format!("refused: `{name}` joins no constraints"));
                return Truth::Undecided;
            }
            (Connective::And | Connective::AndSequence, operands) => self.constraints(name, operands),
            (Connective::Or, operands) => self.operands(name, operands).fold(Truth::False, Truth::or),
            (Connective::Xone, operands) => {
                let truths: Vec<_> = self.operands(name, operands).collect();
                let held = truths.iter().filter(|truth| **truth == Truth::True).count();
                if held > 1 {
                    self.trace.forget(mark);
                    self.trace.add(ReasonCode::ConstraintNotMet, || sentence::too_many(logical, held));
                }
                exactly_one(truths.into_iter())
            }
        };
        if truth == Truth::True {
            self.trace.forget(mark);
        }
        truth
    }

    fn operands(&mut self, name: &'static str, operands: &[Constraint]) -> impl Iterator<Item = Truth> {
        operands.iter().enumerate().map(move |(index, operand)| {
            let place = self.trace.enter(name, index);
            let truth = self.constraint(operand);
            self.trace.leave(place);
            truth
        })
    }
}

fn either<'a, T>(own: &'a [T], shared: &'a [T]) -> &'a [T] {
    if own.is_empty() { shared } else { own }
}

/// Whether a reason says that something is not known, rather than that it is not so.
fn is_open(code: ReasonCode) -> bool {
    !matches!(code, ReasonCode::NotYet | ReasonCode::Expired | ReasonCode::ConstraintNotMet)
}
