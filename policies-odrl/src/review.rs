//! Reviewing policies: can somebody ever do something with an asset, until when, and why.
//!
//! The answer is *yes* only with a witness, a request with facts that every policy was asked about and permits. It is
//! *never* only where it is certain that no facts do. Anything else is *unknown*, with what is in the way.

mod markdown;
mod search;
mod sets;
mod windows;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value as Json;

use crate::decision::ReasonCode;
use crate::dry_run::as_signed;
use crate::model::Policy;
use crate::names::Prefixes;
use crate::words::{self, Term};
use crate::world::{Request, World};

/// A policy under review, with a name for people.
#[derive(Clone, Copy, Debug)]
pub struct Reviewed<'a> {
    /// The name, for example of the profile or of the agreement.
    pub name: &'a str,
    /// The policy.
    pub policy: &'a Policy,
}

/// How several policies go together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Together {
    /// Every policy that is about the request has to permit, and one of them has to be
    /// ([`composite`](crate::composite)): the profiles that an asset is under.
    #[default]
    Every,
    /// Each policy is a way of its own: the offers for an asset.
    Any,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The party.
    pub who: String,
    /// The asset.
    pub what: String,
    /// The action: an IRI, or a short name such as `use`.
    pub action: String,
    /// From when on.
    pub at: Timestamp,
    /// How the policies go together.
    pub together: Together,
    /// What is known and will not be otherwise: facts about the party and the asset, by left operand. Whatever is not
    /// in here may be anything.
    pub fixed: BTreeMap<String, Json>,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Answer {
    /// No facts lead to a permission, now or later.
    Never,
    /// Yes, from now on.
    Now {
        /// Until when; `None` for good.
        until: Option<Timestamp>,
    },
    /// Yes, but not yet.
    Later {
        /// From when on.
        from: Timestamp,
        /// Until when; `None` for good.
        until: Option<Timestamp>,
    },
    /// It was not found out.
    Unknown,
}

/// A time in which the answer is yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    /// The first moment.
    pub from: Timestamp,
    /// The first moment after it; `None` where it does not end.
    pub until: Option<Timestamp>,
}

/// A request that is permitted.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Witness {
    /// When.
    pub at: Timestamp,
    /// The facts that the answer supposes, by left operand, beside those that are fixed.
    pub facts: BTreeMap<String, Json>,
    /// The duties that it supposes to be fulfilled.
    pub duties: Vec<Supposed>,
    /// All of it, as sentences.
    pub sentences: Vec<String>,
}

/// A duty that an answer supposes to be fulfilled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Supposed {
    /// The name of the policy.
    pub policy: String,
    /// Where in it.
    pub path: String,
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Because {
    /// The name of the policy; empty where several are meant.
    pub policy: String,
    /// Where in it; empty for the policy as a whole.
    pub path: String,
    /// What kind of reason, where a policy refuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<ReasonCode>,
    /// The reason as a sentence.
    pub sentence: String,
}

/// What one policy says, and how far it is enforced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Said {
    /// The name of the policy.
    pub policy: String,
    /// The policy in sentences.
    pub sentences: Vec<String>,
    /// Every term, and by which fact it is decided, if it is.
    pub terms: Vec<Term>,
}

/// A review sheet. Serialises as JSON; [`Sheet::markdown`] gives it to people. It carries no signature: whoever hands
/// it on signs it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sheet {
    /// What was asked, as a sentence.
    pub question: String,
    /// The answer.
    pub answer: Answer,
    /// The answer as a sentence.
    pub sentence: String,
    /// All times in which the answer is yes, as far as they were looked at.
    pub windows: Vec<Window>,
    /// For a yes: a request that is permitted, at the first moment of the first window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
    /// For anything else: the rules in the way.
    pub because: Vec<Because>,
    /// The policies in words.
    pub policies: Vec<Said>,
}

impl Question {
    /// May `who` use `what`, with nothing fixed.
    pub fn new(who: &str, what: &str, action: &str, at: Timestamp) -> Self {
        Self {
            who: who.to_owned(),
            what: what.to_owned(),
            action: action.to_owned(),
            at,
            together: Together::default(),
            fixed: BTreeMap::new(),
        }
    }

    /// The same, with a fact that is fixed; an IRI or the short name of a known profile, and a value as for
    /// [`World::with`].
    #[must_use]
    pub fn with(mut self, left_operand: &str, value: impl Into<Json>) -> Self {
        self.fixed.insert(left_operand.to_owned(), value.into());
        self
    }

    /// The same, of policies of which each is a way of its own.
    #[must_use]
    pub fn of_any(mut self) -> Self {
        self.together = Together::Any;
        self
    }

    fn request(&self) -> Request {
        Request { action: self.action.clone(), target: self.what.clone(), assignee: self.who.clone(), assigner: None }
    }

    fn world(&self, known: &World) -> World {
        let mut world = known.clone();
        world.set_now(self.at);
        self.fixed.iter().fold(world, |world, (operand, value)| world.with(operand, value.clone()))
    }
}

/// Reviews policies; nothing is known but what the question says.
///
/// ```
/// use serde_json::json;
/// use symbolon_policies_odrl::PolicyDocument;
/// use symbolon_policies_odrl::review::{Answer, Question, Reviewed, sheet};
///
/// let policy = PolicyDocument::parse(json!({"permission": [{"action": "use", "constraint": [
///     {"leftOperand": "purpose", "operator": "eq", "rightOperand": "quality"},
///     {"leftOperand": "dateTime", "operator": "lt", "rightOperand": "2027-01-01T00:00:00Z"},
/// ]}]})).unwrap();
/// let reviewed = [Reviewed { name: "the offer", policy: policy.policy() }];
/// let question = Question::new("did:web:oem.example", "urn:asset", "use", "2026-03-01T00:00:00Z".parse().unwrap());
/// let yes = sheet(&reviewed, &question);
/// assert_eq!(yes.answer, Answer::Now { until: Some("2027-01-01T00:00:00Z".parse().unwrap()) });
/// assert_eq!(yes.witness.unwrap().sentences, ["The purpose is `quality`."]);
/// assert_eq!(sheet(&reviewed, &question.with("purpose", "sales")).answer, Answer::Never);
/// ```
pub fn sheet(policies: &[Reviewed<'_>], question: &Question) -> Sheet {
    sheet_in(policies, question, &World::at(question.at))
}

/// Reviews policies in a world of which more is known: parts and kinds, or facts that are fixed.
pub fn sheet_in(policies: &[Reviewed<'_>], question: &Question, known: &World) -> Sheet {
    let world = question.world(known).with_unused_uses();
    let request = question.request();
    let signed: Vec<_> = policies.iter().map(|reviewed| as_signed(reviewed.policy, question.at)).collect();
    let supposes = signed.iter().any(|(_, supposed)| *supposed);
    let named = policies.iter().zip(&signed);
    let asked: Vec<_> =
        named.map(|(reviewed, (policy, _))| Reviewed { policy: policy.as_ref(), ..*reviewed }).collect();
    let mut found = match question.together {
        Together::Every => windows::of(&asked, &request, &world),
        Together::Any => {
            let each = asked.iter().map(|policy| windows::of(std::slice::from_ref(policy), &request, &world));
            windows::either(each.collect())
        }
    };
    if let Some(witness) = found.witness.as_mut().filter(|_| supposes) {
        witness.sentences.push(format!("The policy is signed at {}.", words::instant(question.at)));
    }
    let answer = answer(&found, question.at);
    let said = policies.iter().map(|Reviewed { name, policy }| Said {
        policy: (*name).to_owned(),
        sentences: words::sentences(policy),
        terms: words::enforcement(policy),
    });
    let sentence = format!(
        "Can {} ever {}, from {} on?",
        words::quoted(&question.who),
        words::deed(&Prefixes::default().action(&request.action), &words::quoted(&question.what)),
        words::instant(question.at),
    );
    Sheet {
        question: sentence,
        answer,
        sentence: answer.sentence(),
        witness: found.witness,
        because: if found.windows.is_empty() { found.because } else { Vec::new() },
        windows: found.windows,
        policies: said.collect(),
    }
}

impl Answer {
    /// The answer as a sentence.
    pub fn sentence(&self) -> String {
        let end = |until: &Option<Timestamp>| match until {
            Some(until) => format!("until {}", words::instant(*until)),
            None => "without an end".to_owned(),
        };
        match self {
            Self::Never => "Never.".to_owned(),
            Self::Now { until } => format!("Yes, from now on, {}.", end(until)),
            Self::Later { from, until } => format!("Yes, from {} on, {}.", words::instant(*from), end(until)),
            Self::Unknown => "This is not known.".to_owned(),
        }
    }
}

impl Sheet {
    /// The sheet as Markdown. What comes from policies is quoted, so that it cannot pretend to be part of the sheet.
    pub fn markdown(&self) -> String {
        markdown::of(self)
    }
}

/// What was found about some policies.
struct Found {
    windows: Vec<Window>,
    witness: Option<Witness>,
    because: Vec<Because>,
    /// Whether a `no` is certain.
    certain: bool,
}

fn answer(found: &Found, at: Timestamp) -> Answer {
    match found.windows.first() {
        Some(window) if window.from <= at => Answer::Now { until: window.until },
        Some(window) => Answer::Later { from: window.from, until: window.until },
        None if found.certain => Answer::Never,
        None => Answer::Unknown,
    }
}
