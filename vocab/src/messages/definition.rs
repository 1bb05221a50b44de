//! How messages are defined: their members once, from which both directions follow.

use serde::Serialize;
use serde::ser::SerializeMap;
use serde_json::Value;

use crate::dspace;

/// The value of every `@context` that we write.
pub(crate) const CONTEXT: [&str; 1] = [dspace::CONTEXT];

/// A member of a message: written unless it is absent.
pub(crate) trait Member: Serialize {
    fn is_absent(&self) -> bool {
        false
    }
}

impl Member for String {}
impl Member for Value {}

impl<T: Serialize> Member for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

/// The schemas forbid empty arrays almost everywhere and require none.
impl<T: Serialize> Member for Vec<T> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// Writes a member unless it is absent.
pub(crate) fn write<M: SerializeMap>(map: &mut M, name: &str, member: &impl Member) -> Result<(), M::Error> {
    if member.is_absent() { Ok(()) } else { map.serialize_entry(name, member) }
}

/// Defines a message: a whole body with `@context`, an optional `@id`, and `@type`.
///
/// Each member is a field, its name in JSON, and the way it is read. `exactly one of` names two members that exclude each
/// other. `after` names what brings other spellings of the message into the one that is read.
macro_rules! message {
    (
        $(#[$doc:meta])*
        $name:ident {
            $($(#[$field_doc:meta])* $field:ident: $type:ty = ($json:expr, $read:expr),)*
        }
        $(exactly one of $one:literal, $other:literal)?
        $(after $respelled:path)?
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            /// The message's own `@id`, by which a receiver recognises a repetition.
            pub id: Option<String>,
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $crate::messages::Message for $name {
            const TYPE: &'static str = stringify!($name);
        }

        impl $crate::messages::reading::Read for $name {
            fn read(
                value: serde_json::Value,
                at: $crate::messages::reading::At<'_>,
            ) -> Result<Self, $crate::messages::Malformed> {
                $(let value = $respelled(value);)?
                let mut members = $crate::messages::reading::Members::of_message(value, at, stringify!($name))?;
                $(members.have_exactly_one_of($one, $other)?;)?
                Ok(Self {
                    id: $crate::messages::reading::optional(&mut members, "@id")?,
                    $($field: $read(&mut members, $json)?,)*
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("@context", &$crate::messages::definition::CONTEXT)?;
                $crate::messages::definition::write(&mut map, "@id", &self.id)?;
                map.serialize_entry("@type", stringify!($name))?;
                $($crate::messages::definition::write(&mut map, $json, &self.$field)?;)*
                map.end()
            }
        }

        $crate::messages::definition::deserialize_by_reading!($name);
    };
}

/// Defines an object within messages, which has a `@type` but no `@context`.
macro_rules! node {
    (
        $(#[$doc:meta])*
        $name:ident {
            $($(#[$field_doc:meta])* $field:ident: $type:ty = ($json:expr, $read:expr),)*
        }
    ) => {
        $(#[$doc])*
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $crate::messages::reading::Read for $name {
            fn read(
                value: serde_json::Value,
                at: $crate::messages::reading::At<'_>,
            ) -> Result<Self, $crate::messages::Malformed> {
                let mut members = $crate::messages::reading::Members::of(value, at)?;
                members.is_a(stringify!($name))?;
                Ok(Self { $($field: $read(&mut members, $json)?,)* })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("@type", stringify!($name))?;
                $($crate::messages::definition::write(&mut map, $json, &self.$field)?;)*
                map.end()
            }
        }

        $crate::messages::definition::deserialize_by_reading!($name);
    };
}

/// Defines an enumeration of words.
macro_rules! words {
    (
        $(#[$doc:meta])*
        $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every word there is.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word as it is written in messages.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl $crate::messages::definition::Member for $name {}

        impl $crate::messages::reading::Read for $name {
            fn read(
                value: serde_json::Value,
                at: $crate::messages::reading::At<'_>,
            ) -> Result<Self, $crate::messages::Malformed> {
                value
                    .as_str()
                    .and_then(|word| Self::ALL.iter().copied().find(|known| known.as_str() == word))
                    .ok_or_else(|| at.is_not(concat!("one of" $(, " ", $word)*), &value))
            }
        }
    };
}

/// Lets serde read a type exactly as messages are read.
macro_rules! deserialize_by_reading {
    ($name:ident $(<$parameter:ident: $bound:ident>)?) => {
        impl<'de $(, $parameter: $bound)?> serde::Deserialize<'de> for $name $(<$parameter>)? {
            fn deserialize<De: serde::Deserializer<'de>>(deserializer: De) -> Result<Self, De::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                $crate::messages::reading::Read::read(value, $crate::messages::reading::At::Whole)
                    .map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use {deserialize_by_reading, message, node, words};
