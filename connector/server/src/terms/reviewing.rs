//! Review sheets: can somebody ever do something with an asset, until when, and why.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use symbolon_policies_odrl::Policy;
use symbolon_policies_odrl::review::{self, Answer, Sheet, Together};
use utoipa::ToSchema;

use super::rights::Rights;
use super::trying::told;

/// What a reviewer wants to know.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Question {
    /// Participant id of who would act.
    pub who: String,
    /// Dataset id.
    pub what: String,
    /// ODRL action; `use` if absent.
    pub action: Option<String>,
    /// RFC 3339: from when on; now if absent.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// Whether each policy is a way of its own, as offers are. If absent or false all of them have to permit.
    #[serde(default)]
    pub any: bool,
    /// Facts that will not be otherwise: left operand to a value, or to an array of values. Anything else may be anything.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Value>)]
    pub fixed: BTreeMap<String, Value>,
}

/// The answer to a reviewer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reviewed {
    /// What was asked, as a sentence.
    pub question: String,
    /// `now`, `later`, `never` or `unknown`.
    pub answer: String,
    /// The answer as a sentence.
    pub sentence: String,
    /// RFC 3339: from when on; null: from now on, or never.
    pub from: Option<String>,
    /// RFC 3339: until when; null: for good, or never.
    pub until: Option<String>,
    /// What is in the way, or what the answer supposes.
    pub because: Vec<String>,
    /// Everything: times, a witness, the rules in the way, the policies in words.
    #[schema(value_type = Object)]
    pub details: Value,
    /// The sheet for people, in Markdown.
    pub sheet: String,
}

/// A policy under review, with a name for people.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// For example of the agreement.
    pub name: &'a str,
    /// The policy.
    pub policy: &'a Policy,
}

/// Reviews the policies.
pub fn reviewed(policies: &[Named<'_>], question: &Question, now: Timestamp) -> Reviewed {
    let policies: Vec<review::Reviewed<'_>> =
        policies.iter().map(|Named { name, policy }| review::Reviewed { name, policy }).collect();
    let asked = review::Question {
        who: question.who.clone(),
        what: question.what.clone(),
        action: question.action.clone().unwrap_or_else(|| "use".to_owned()),
        // People ask to the second.
        at: question.at.unwrap_or_else(|| Timestamp::from_second(now.as_second()).unwrap_or(now)),
        together: if question.any { Together::Any } else { Together::Every },
        fixed: question.fixed.clone(),
    };
    review::sheet(&policies, &asked).into()
}

/// Whether the assignee may use what the agreement is about, from when and until when.
pub(super) fn of_agreement(agreement: &Policy, asset: &str, now: Timestamp) -> Rights {
    let sheet = sheet_of_agreement(agreement, asset, now);
    let (answer, from, until) = parts(sheet.answer);
    Rights {
        summary: summary(sheet.answer),
        answer: answer.to_owned(),
        from: from.map(told),
        until: until.map(told),
        because: because(&sheet),
    }
}

/// When the right to use ends.
pub(super) fn end_of_agreement(agreement: &Policy, asset: &str, now: Timestamp) -> Option<Timestamp> {
    parts(sheet_of_agreement(agreement, asset, now).answer).2
}

fn sheet_of_agreement(agreement: &Policy, asset: &str, now: Timestamp) -> Sheet {
    let who = agreement.shared.assignees.iter().find_map(|party| party.id.as_deref()).unwrap_or_default();
    let policies = [review::Reviewed { name: "the agreement", policy: agreement }];
    review::sheet(&policies, &review::Question::new(who, asset, "use", now))
}

/// Name and bounds of an answer.
fn parts(answer: Answer) -> (&'static str, Option<Timestamp>, Option<Timestamp>) {
    match answer {
        Answer::Never => ("never", None, None),
        Answer::Now { until } => ("now", None, until),
        Answer::Later { from, until } => ("later", Some(from), until),
        Answer::Unknown => ("unknown", None, None),
    }
}

fn summary(answer: Answer) -> String {
    let ends = |until: Option<Timestamp>| until.map(|until| format!(", until {until}")).unwrap_or_default();
    match answer {
        Answer::Never => "never".to_owned(),
        Answer::Now { until } => format!("now{}", ends(until)),
        Answer::Later { from, until } => format!("from {from}{}", ends(until)),
        Answer::Unknown => "not known".to_owned(),
    }
}

/// For a yes what it supposes, for a no what is in the way.
fn because(sheet: &Sheet) -> Vec<String> {
    match &sheet.witness {
        Some(witness) => witness.sentences.clone(),
        None => sheet.because.iter().map(|because| because.sentence.clone()).collect(),
    }
}

impl From<Sheet> for Reviewed {
    fn from(sheet: Sheet) -> Self {
        let (answer, from, until) = parts(sheet.answer);
        Self {
            answer: answer.to_owned(),
            from: from.map(told),
            until: until.map(told),
            because: because(&sheet),
            sheet: sheet.markdown(),
            details: serde_json::to_value(&sheet).unwrap_or_default(),
            question: sheet.question,
            sentence: sheet.sentence,
        }
    }
}
