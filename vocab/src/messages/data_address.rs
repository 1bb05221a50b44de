//! Data addresses: where data is fetched from or delivered to.

use std::fmt;

use super::definition::{Member, node};
use super::reading::{list_of_some, optional, required};

node! {
    /// Where data is fetched from or delivered to.
    #[derive(Debug, Clone, PartialEq, Eq)]
    DataAddress {
        /// Which kind of endpoint this is; it says which properties there are.
        endpoint_type: String = ("endpointType", required),
        /// The address proper, usually a URL.
        endpoint: Option<String> = ("endpoint", optional),
        /// Further values, such as `authorization` (a token) and `authType` (`bearer`).
        endpoint_properties: Vec<EndpointProperty> = ("endpointProperties", list_of_some),
    }
}

impl DataAddress {
    /// The value of the first endpoint property of this name.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.endpoint_properties.iter().find(|property| property.name == name).map(|property| property.value.as_str())
    }
}

node! {
    /// One named value of a [`DataAddress`].
    ///
    /// `Debug` leaves the value out, because it may be a secret.
    #[derive(Clone, PartialEq, Eq)]
    EndpointProperty {
        /// Its name.
        name: String = ("name", required),
        /// Its value. May be a secret.
        value: String = ("value", required),
    }
}

impl EndpointProperty {
    /// A property of this name and value.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl fmt::Debug for EndpointProperty {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EndpointProperty").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Member for DataAddress {}
