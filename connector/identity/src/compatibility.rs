use serde::{Deserialize, Serialize};

use crate::did::Leniency;

/// Leniency that some wallets need. Everything is off unless an operator turns it on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Compatibility {
    /// A DID document without any verification relationship lets each of its keys do everything (DCP 1.0 §4.3.3 wants
    /// `capabilityInvocation`).
    pub dids_without_relationships: bool,
    /// A presentation may have `context` where `@context` belongs.
    pub presentation_context_without_at: bool,
    /// A delivered credential may name its format `VC1_0_JWT` where its profile belongs; and what a holder does not take under
    /// the profile's name is brought again under that.
    pub credential_format_vc1_0_jwt: bool,
    /// The `sub` of a credential's JWT may be the credential's own id; it says nothing about the subject then.
    pub subject_is_credential_id: bool,
    /// A credential may lack the type `VerifiableCredential`, and in a JWT the `@context` of its data model.
    pub credential_without_base_type: bool,
}

impl Compatibility {
    /// How strict to be with DID documents.
    pub fn leniency(self) -> Leniency {
        if self.dids_without_relationships { Leniency::WithoutRelationships } else { Leniency::Strict }
    }

    /// The names of the switches that are on, as they are written in the configuration.
    pub fn active(self) -> Vec<&'static str> {
        let switches = [
            (self.dids_without_relationships, "dids_without_relationships"),
            (self.presentation_context_without_at, "presentation_context_without_at"),
            (self.credential_format_vc1_0_jwt, "credential_format_vc1_0_jwt"),
            (self.subject_is_credential_id, "subject_is_credential_id"),
            (self.credential_without_base_type, "credential_without_base_type"),
        ];
        switches.into_iter().filter_map(|(on, name)| on.then_some(name)).collect()
    }
}
