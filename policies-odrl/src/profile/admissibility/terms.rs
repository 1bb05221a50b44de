use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::PolicyError;
use crate::duration::Duration;
use crate::profile::export_control::{Country, ExportRule};

/// An admissibility profile, valid by construction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Terms", into = "Terms")]
pub struct Profile(Terms);

/// What an admissibility profile says. Left at its default, a part is closed where it would give something away (disclosure, derivation,
/// aggregation) and says nothing where it would only narrow (purposes, scope, retention, places).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Terms {
    /// What the data may be used for: these purposes, and whatever is a kind of one of them. Empty: anything.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub purposes: BTreeSet<String>,
    /// Which data is meant.
    pub scope: Scope,
    /// How long the data may be kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// To whom the data may be passed on.
    pub disclosure: Disclosure,
    /// Whether new data may be computed from it.
    pub derivation: Derivation,
    /// Whether figures may be computed over it and others' data.
    pub aggregation: Aggregation,
    /// Where the data is kept.
    pub localisation: Localisation,
    /// Whether it is a trade secret, and for how long after the agreement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trade_secret: Option<Survival>,
    /// The ways in which classified data may go; one of them has to hold. Empty: export control is not asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub export_control: Vec<ExportRule>,
}

/// Which data is meant: all parts that say something have to hold, and of several values of one part, any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Scope {
    /// Part numbers.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub part_numbers: BTreeSet<String>,
    /// Lots or batches.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub lots: BTreeSet<String>,
    /// Assets, by an id that both parties know.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub assets: BTreeSet<String>,
    /// Semantic ids.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub semantic_ids: BTreeSet<String>,
    /// Sites that the data comes from.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub sites: BTreeSet<String>,
    /// Regions that the data comes from.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub regions: BTreeSet<String>,
    /// Countries that the data comes from.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub countries: BTreeSet<Country>,
    /// When the data may be used; within any of the windows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<Window>,
    /// When the data was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Window>,
}

/// A span of time: from an instant on, and before another. One of the two may be open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Window {
    /// The first instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// The first instant after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// How long data may be kept; then it is to be deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Retention {
    /// So long since it was received, an `xsd:duration` such as `P90D`.
    For(String),
    /// Until then.
    Until(Timestamp),
}

/// To whom data may be passed on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Disclosure {
    /// To nobody.
    #[default]
    Forbidden,
    /// To these parties, and so far.
    To {
        /// The parties, by the ids that they prove.
        recipients: BTreeSet<String>,
        /// How many times it may be passed on; 1 is from the receiver to the next party.
        hops: u32,
    },
    /// To anybody.
    Free,
}

/// Whether new data may be computed from the data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Derivation {
    /// No.
    #[default]
    Forbidden,
    /// Yes.
    Allowed,
}

/// Whether figures may be computed over the data and that of others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Aggregation {
    /// No.
    #[default]
    Forbidden,
    /// Over the data of at least so many parties.
    GroupOf(u32),
    /// Over any group.
    Allowed,
}

/// Where data is kept. Empty: anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Localisation {
    /// Countries in which it may be stored.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub storage: BTreeSet<Country>,
    /// Countries in which it may be processed.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub processing: BTreeSet<Country>,
}

/// How long a rule binds after the agreement has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Survival {
    /// So long, an `xsd:duration` such as `P5Y`.
    For(String),
    /// Until then.
    Until(Timestamp),
    /// For ever.
    Forever,
}

/// More values than this in one part are refused.
const MAX_VALUES: usize = 1_000;
/// More rules or windows than this are refused.
const MAX_RULES: usize = 50;

impl Profile {
    /// Checks terms.
    ///
    /// # Errors
    /// Names the first part that is empty where it must not be, contradicts itself, cannot be read, or is too large.
    pub fn new(terms: Terms) -> Result<Self, PolicyError> {
        terms.validated()?;
        Ok(Self(terms))
    }

    /// What the profile says.
    pub fn terms(&self) -> &Terms {
        &self.0
    }
}

impl TryFrom<Terms> for Profile {
    type Error = PolicyError;

    fn try_from(terms: Terms) -> Result<Self, PolicyError> {
        Self::new(terms)
    }
}

impl From<Profile> for Terms {
    fn from(profile: Profile) -> Terms {
        profile.0
    }
}

impl Terms {
    fn validated(&self) -> Result<(), PolicyError> {
        names("purposes", &self.purposes)?;
        self.scope.validated()?;
        match &self.retention {
            Some(Retention::For(duration)) => is_duration("retention.for", duration)?,
            Some(Retention::Until(_)) | None => {}
        }
        match &self.trade_secret {
            Some(Survival::For(duration)) => is_duration("tradeSecret.for", duration)?,
            Some(Survival::Until(_) | Survival::Forever) | None => {}
        }
        if let Disclosure::To { recipients, hops } = &self.disclosure {
            names("disclosure.to.recipients", recipients)?;
            let none = recipients.is_empty() || *hops == 0;
            ensure(!none, "disclosure.to", "nobody, or no hop, is written as `forbidden`")?;
        }
        let alone = matches!(self.aggregation, Aggregation::GroupOf(size) if size < 2);
        ensure(!alone, "aggregation.groupOf", "a group has at least 2 members")?;
        ensure(self.export_control.len() <= MAX_RULES, "exportControl", "more than 50 rules are not read")?;
        for (index, rule) in self.export_control.iter().enumerate() {
            rule.validated(&format!("exportControl[{index}]"))?;
        }
        Ok(())
    }
}

impl Scope {
    fn validated(&self) -> Result<(), PolicyError> {
        for (part, values) in [
            ("scope.partNumbers", &self.part_numbers),
            ("scope.lots", &self.lots),
            ("scope.assets", &self.assets),
            ("scope.semanticIds", &self.semantic_ids),
            ("scope.sites", &self.sites),
            ("scope.regions", &self.regions),
        ] {
            names(part, values)?;
        }
        ensure(self.windows.len() <= MAX_RULES, "scope.windows", "more than 50 windows are not read")?;
        let windows =
            self.windows.iter().enumerate().map(|(index, window)| (format!("scope.windows[{index}]"), window));
        let recorded = self.recorded.iter().map(|window| ("scope.recorded".to_owned(), window));
        for (path, window) in windows.chain(recorded) {
            match (window.from, window.until) {
                (None, None) => ensure(false, &path, "a window has a beginning or an end")?,
                (Some(from), Some(until)) => ensure(from < until, &path, "a window ends after it begins")?,
                (Some(_), None) | (None, Some(_)) => {}
            }
        }
        Ok(())
    }
}

fn names(path: &str, values: &BTreeSet<String>) -> Result<(), PolicyError> {
    ensure(values.len() <= MAX_VALUES, path, "more than 1,000 values are not read")?;
    ensure(values.iter().all(|value| !value.trim().is_empty()), path, "a value is not empty")
}

fn is_duration(path: &str, text: &str) -> Result<(), PolicyError> {
    let positive = Duration::read(text).is_some_and(|duration| duration.months() > 0 || duration.nanos() > 0);
    ensure(positive && !text.starts_with('-'), path, "expected a duration of XML Schema such as P90D or P5Y")
}

fn ensure(holds: bool, path: &str, reason: &str) -> Result<(), PolicyError> {
    if holds { Ok(()) } else { Err(PolicyError::new(path, reason)) }
}
