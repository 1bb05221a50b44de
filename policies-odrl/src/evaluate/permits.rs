use super::Case;
use super::trace::Trace;
use crate::model::Policy;
use crate::world::{Request, World};

/// Whether [`evaluate`](super::evaluate) would permit the request, without a word of why not: for those who ask many policies, and
/// tell nobody of those that refuse.
pub fn permits(policy: &Policy, request: &Request, world: &World) -> bool {
    Case::of(policy, request, world, Trace::silent()).decide().permitted
}
