//! Endpoint types of the International Data Spaces that data addresses use.

vocabulary! {
    /// Namespace of every term in this module.
    namespace = "https://w3id.org/idsa/v4.1/";

    /// Endpoint type of a data address: HTTP.
    HTTP = "HTTP";
}
