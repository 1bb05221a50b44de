//! Terms of the Eclipse Dataspace Components, as far as peers send them.

/// The second JSON-LD context in every 2025-1 message of an EDC connector. It does not resolve on the web.
pub const DSPACE_CONTEXT: &str = "https://w3id.org/edc/dspace/v0.0.1";
/// The `endpointType` of an HTTP data address.
pub const HTTP_ENDPOINT: &str = "https://w3id.org/idsa/v4.1/HTTP";

vocabulary! {
    /// Namespace of every term in this module.
    namespace = "https://w3id.org/edc/v0.0.1/ns/";

    /// Class: a query, EDC's form of a catalog filter.
    QUERY_SPEC = "QuerySpec";
    /// Class: one condition of a query.
    CRITERION = "Criterion";
    /// Property of a query: how many entries to skip.
    OFFSET = "offset";
    /// Property of a query: how many entries to return at most.
    LIMIT = "limit";
    /// Property of a query: `ASC` or `DESC`.
    SORT_ORDER = "sortOrder";
    /// Property of a query: the property to sort by.
    SORT_FIELD = "sortField";
    /// Property of a query: its conditions.
    FILTER_EXPRESSION = "filterExpression";
    /// Property of a condition: the property path to look at.
    OPERAND_LEFT = "operandLeft";
    /// Property of a condition: how to compare.
    OPERATOR = "operator";
    /// Property of a condition: the value to compare with.
    OPERAND_RIGHT = "operandRight";
    /// Left operand: the time of use, absolute or relative to the agreement (`contractAgreement+30d`).
    IN_FORCE_DATE = "inForceDate";
    /// Property of a dataset: its id.
    ID = "id";
    /// Property of a dataset: its description.
    DESCRIPTION = "description";
    /// Property of a dataset: whether it stands for a catalog.
    IS_CATALOG = "isCatalog";
    /// Endpoint property: the URL that data is had from.
    ENDPOINT = "endpoint";
    /// Endpoint property: the access token, used verbatim in the `Authorization` header.
    AUTHORIZATION = "authorization";
    /// Endpoint property: the authorization scheme.
    AUTH_TYPE = "authType";
}
