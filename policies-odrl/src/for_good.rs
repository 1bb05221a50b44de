use jiff::Timestamp;

use crate::{Policy, Request, World, evaluate, next_change_in};

/// Moments at which a policy may change its answer that are looked at, before and after. A policy with more is taken for one that may
/// permit again.
const MOMENTS: usize = 64;

/// Whether time alone refuses the request, for good: it is refused now, and with the facts as they are it was permitted at some time
/// since `since`, and will not be at any time to come.
///
/// ```
/// use symbolon_policies_odrl::{PolicyDocument, Request, World, refused_for_good};
///
/// let policy = PolicyDocument::parse(serde_json::json!({"@type": "Set", "permission": [{"action": "use", "constraint": [
///     {"leftOperand": "dateTime", "operator": "lt", "rightOperand": "2026-04-01T00:00:00Z"},
///     {"leftOperand": "purpose", "operator": "eq", "rightOperand": "urn:example:quality"}]}]})).unwrap();
/// let request = Request { action: "use".into(), target: String::new(), assignee: "urn:example:a".into(), assigner: None };
/// let [signed, before, after] = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-05-01T00:00:00Z"];
/// let world = |at: &str, purpose: &str| World::at(at.parse().unwrap()).with("purpose", purpose);
/// let for_good = |world| refused_for_good(policy.policy(), &request, &world, signed.parse().unwrap());
/// assert!(for_good(world(after, "urn:example:quality")));
/// // Here another purpose would do.
/// assert!(!for_good(world(before, "urn:example:sales")));
/// ```
pub fn refused_for_good(policy: &Policy, request: &Request, world: &World, since: Timestamp) -> bool {
    let permits = |world: &World| evaluate(policy, request, world).permitted;
    let now = world.now();
    let mut moved = world.clone();
    for _ in 0..MOMENTS {
        if permits(&moved) {
            return false;
        }
        let Some(next) = next_change_in(policy, &moved) else { break };
        moved.set_now(next);
    }
    if permits(&moved) || next_change_in(policy, &moved).is_some() {
        return false;
    }
    moved.set_now(since.min(now));
    for _ in 0..MOMENTS {
        if permits(&moved) {
            return true;
        }
        match next_change_in(policy, &moved) {
            Some(next) if next <= now => moved.set_now(next),
            Some(_) | None => return false,
        }
    }
    false
}
