use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Country, DualUse, Eccn, Usml};
use crate::PolicyError;

/// One way in which classified data may go: what it is classified as, and to whom and under what it then goes.
///
/// All parts that say something have to hold. A part that is empty says nothing, but for the classification: at least one of its three
/// lists names what the rule is for, and where several do, the asset must be on each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ExportRule {
    /// Entries of the US Commerce Control List; an entry stands for its paragraphs as well.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub eccn: BTreeSet<Eccn>,
    /// Entries of the US Munitions List; an entry stands for its paragraphs as well.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub usml: BTreeSet<Usml>,
    /// Entries of Annex I to Regulation (EU) 2021/821; an entry stands for its paragraphs as well.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub dual_use: BTreeSet<DualUse>,
    /// Countries in which the data may be received.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub destinations: BTreeSet<Country>,
    /// Nationalities that persons who see the data may have; a person with another one as well may not.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub nationalities: BTreeSet<Country>,
    /// Organisations that may receive the data.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub organisations: BTreeSet<String>,
    /// Whether only US persons may see the data (`true`), or none of them (`false`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub us_person: Option<bool>,
    /// End uses that are ruled out.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub forbidden_end_uses: BTreeSet<String>,
    /// The licence that is needed; its destinations are those of the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<Licence>,
}

/// An export licence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Licence {
    /// Its number.
    pub id: String,
    /// How much may go under it, all uses added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u64>,
    /// The first instant at which it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

impl ExportRule {
    /// `path` is where the rule stands, for the message.
    pub(crate) fn validated(&self, path: &str) -> Result<(), PolicyError> {
        let refuse = |member: &str, reason: &str| Err(PolicyError::new(format!("{path}.{member}"), reason));
        if self.eccn.is_empty() && self.usml.is_empty() && self.dual_use.is_empty() {
            return refuse(
                "eccn",
                "a rule of export control names at least one class: an ECCN, a USML category or an EU entry",
            );
        }
        if let Some(licence) = &self.licence {
            if licence.id.trim().is_empty() {
                return refuse("licence.id", "a licence has a number");
            }
            if licence.quantity == Some(0) {
                return refuse("licence.quantity", "a licence for nothing allows nothing: leave the rule out");
            }
            if self.destinations.is_empty() {
                return refuse("destinations", "a licence is for named destinations");
            }
        }
        Ok(())
    }
}
