//! Terms of Decentralized Identifiers (DID) 1.0.

/// The JSON-LD context of DID documents.
pub const CONTEXT: &str = "https://www.w3.org/ns/did/v1";
/// Namespace of the verification relationships and methods that DID documents use.
pub const SECURITY_NAMESPACE: &str = "https://w3id.org/security#";

vocabulary! {
    /// Namespace of the DID core terms.
    namespace = "https://www.w3.org/ns/did#";

    /// Property: a service of the DID subject.
    SERVICE = "service";
    /// Property: where a service is reached.
    SERVICE_ENDPOINT = "serviceEndpoint";
}

/// Property: a key of the DID subject.
pub const VERIFICATION_METHOD: &str = "https://w3id.org/security#verificationMethod";
/// Property: a key with which the subject authenticates.
pub const AUTHENTICATION: &str = "https://w3id.org/security#authenticationMethod";
/// Property: a key with which the subject makes claims.
pub const ASSERTION_METHOD: &str = "https://w3id.org/security#assertionMethod";
/// Property: a key with which secrets are sent to the subject.
pub const KEY_AGREEMENT: &str = "https://w3id.org/security#keyAgreementMethod";
/// Property: a key with which the subject uses capabilities.
pub const CAPABILITY_INVOCATION: &str = "https://w3id.org/security#capabilityInvocationMethod";
/// Property: a key with which the subject passes capabilities on.
pub const CAPABILITY_DELEGATION: &str = "https://w3id.org/security#capabilityDelegationMethod";
/// Property: who may change a DID document or key.
pub const CONTROLLER: &str = "https://w3id.org/security#controller";
/// Property: another identifier of the same subject.
pub const ALSO_KNOWN_AS: &str = "https://www.w3.org/ns/activitystreams#alsoKnownAs";
