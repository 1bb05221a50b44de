use crate::decision::{Reason, ReasonCode};

/// More reasons than these help nobody.
const MAX_REASONS: usize = 64;

/// Knows the place in the policy, and collects reasons. A silent one collects none, so that permitting costs little.
pub(super) struct Trace {
    speaks: bool,
    steps: Vec<(&'static str, usize)>,
    /// Where the present path begins: what all rules share has a path of its own.
    base: usize,
    reasons: Vec<Reason>,
}

/// A place to return to.
#[derive(Clone, Copy)]
pub(super) struct Place {
    depth: usize,
    base: usize,
}

/// How many reasons there were.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

impl Trace {
    pub(super) fn silent() -> Self {
        Self { speaks: false, steps: Vec::with_capacity(8), base: 0, reasons: Vec::new() }
    }

    pub(super) fn speaking() -> Self {
        Self { speaks: true, ..Self::silent() }
    }

    pub(super) fn speaks(&self) -> bool {
        self.speaks
    }

    pub(super) fn enter(&mut self, member: &'static str, index: usize) -> Place {
        let place = self.place();
        self.steps.push((member, index));
        place
    }

    /// Goes to where the path of the policy itself begins.
    pub(super) fn enter_policy(&mut self) -> Place {
        let place = self.place();
        self.base = self.steps.len();
        place
    }

    fn place(&self) -> Place {
        Place { depth: self.steps.len(), base: self.base }
    }

    pub(super) fn leave(&mut self, place: Place) {
        self.steps.truncate(place.depth);
        self.base = place.base;
    }

    /// For example `permission[0].constraint[1]`.
    pub(super) fn path(&self) -> String {
        let steps = self.steps.get(self.base..).unwrap_or_default();
        let mut path = String::with_capacity(steps.len() * 16);
        for (member, index) in steps {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(member);
            path.push('[');
            push_number(&mut path, *index);
            path.push(']');
        }
        path
    }

    pub(super) fn add(&mut self, code: ReasonCode, sentence: impl FnOnce() -> String) {
        if self.speaks && self.reasons.len() <= MAX_REASONS {
            self.reasons.push(Reason { code, path: self.path(), sentence: sentence() });
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.reasons.len())
    }

    /// Drops the reasons that came after the mark.
    pub(super) fn forget(&mut self, mark: Mark) {
        self.reasons.truncate(mark.0);
    }

    /// The reasons that came after the mark.
    pub(super) fn since(&self, mark: Mark) -> &[Reason] {
        self.reasons.get(mark.0..).unwrap_or_default()
    }

    pub(super) fn take(&mut self) -> Vec<Reason> {
        shortened(std::mem::take(&mut self.reasons))
    }
}

/// The formatter of the standard library costs more than the rest of a path.
fn push_number(text: &mut String, number: usize) {
    if number >= 10 {
        push_number(text, number / 10);
    }
    let digit = u8::try_from(number % 10).unwrap_or(0);
    text.push(char::from(b'0' + digit));
}

/// No more reasons than help, and a word where some were left out.
pub(super) fn shortened(mut reasons: Vec<Reason>) -> Vec<Reason> {
    if reasons.len() > MAX_REASONS {
        reasons.truncate(MAX_REASONS);
        let sentence = "refused: there are more reasons than are listed here".to_owned();
        reasons.push(Reason { code: ReasonCode::More, path: String::new(), sentence });
    }
    reasons
}
