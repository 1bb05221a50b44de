//! Terms of the International Data Spaces: endpoint types of data addresses, and the namespace of its policy operands.

/// Namespace of the codes, among them the left operands of usage policies (`COUNT`, `CONNECTOR`, `SECURITY_LEVEL`, …).
pub const CODE_NAMESPACE: &str = "https://w3id.org/idsa/code/";

vocabulary! {
    /// Namespace of every term in this module.
    namespace = "https://w3id.org/idsa/v4.1/";

    /// Endpoint type of a data address: HTTP.
    HTTP = "HTTP";
}
