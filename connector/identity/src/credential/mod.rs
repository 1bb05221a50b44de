//! Verifiable credentials: read from either data model, verified, made, and their status.
//!
//! A [`Credential`] is parsed and not believed. A [`VerifiedCredential`] is made by [`Checker::verify`] alone. What a
//! dataspace makes of it is a question of [`crate::trust`].

pub mod context;
pub mod data_integrity;
mod draft;
pub(crate) mod jwt;
mod model;
mod refusal;
pub mod schema;
pub mod status;
mod verify;

pub use draft::{Draft, DraftError};
pub(crate) use model::depth;
pub use model::{BASE_TYPE, Credential, MAX_JSON_DEPTH, MAX_RAW, Model, Profile, Raw, SchemaReference, Securing};
pub(crate) use refusal::shown;
pub use refusal::{CredentialError, Refusal};
pub use schema::{SchemaOptions, Schemas};
pub use status::{Bits, Purpose, StatusCheck, StatusEntry, StatusLists, StatusOptions, unsigned_list};
pub use verify::{Checker, Issuers, VerifiedCredential};
pub(crate) use verify::{key_of, later};
