//! Verifiable presentations: what may be asked for, how they are put together, and whether they are to be believed (DCP 1.0
//! §5).

mod build;
mod refusal;
mod scope;
mod verify;

pub use build::{BuildError, DEFAULT_LIFETIME, Presenter};
pub use refusal::PresentationError;
pub use scope::{Operation, Scope, ScopeAliases, ScopeError, Selector};
pub use verify::{MAX_CREDENTIALS, MAX_PRESENTATION, MAX_PRESENTATIONS, Presented, Unknown, verify, verify_response};
