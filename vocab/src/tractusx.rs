//! Terms of Eclipse Tractus-X for renewing access tokens: names of endpoint properties in a data address.

/// The JSON-LD context that Tractus-X connectors add to their messages.
pub const AUTH_CONTEXT: &str = "https://w3id.org/tractusx/auth/v1.0.0";

vocabulary! {
    /// Namespace of every term in this module.
    namespace = "https://w3id.org/tractusx/auth/";

    /// Endpoint property: where a new access token is had from, a URL.
    REFRESH_ENDPOINT = "refreshEndpoint";
    /// Endpoint property: the token to renew with.
    REFRESH_TOKEN = "refreshToken";
    /// Endpoint property: the audience of the self-issued token that accompanies a renewal.
    REFRESH_AUDIENCE = "refreshAudience";
    /// Endpoint property: lifetime of the access token in seconds, as a string.
    EXPIRES_IN = "expiresIn";
    /// Endpoint property: whom the access token was issued to.
    AUDIENCE = "audience";
    /// Endpoint property: the authorization scheme.
    AUTH_TYPE = "authType";
}
