use std::fmt;

use serde_json::Value;
use symbolon_vocab::dcp;
use thiserror::Error;

use crate::credential::Credential;

/// The alias that Catena-X uses for types (CX-0149).
const CATENA_X_TYPE_ALIAS: &str = "org.eclipse.tractusx.vc.type";

/// The longest scope that is looked at, in bytes.
const LONGEST: usize = 512;

/// What a scope lets its bearer do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// See it; what is meant where nothing is written.
    Read,
    /// Store it.
    Write,
    /// Both, `*` or `all`.
    All,
}

impl Operation {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "read" => Some(Self::Read),
            "write" => Some(Self::Write),
            "*" | "all" => Some(Self::All),
            _ => None,
        }
    }

    /// Its last segment.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::All => "*",
        }
    }

    fn covers(self, other: Self) -> bool {
        self == other || self == Self::All
    }
}

/// Which aliases mean what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeAliases {
    /// What stands before a credential type.
    pub types: Vec<String>,
    /// What stands before a credential id.
    pub ids: Vec<String>,
}

impl Default for ScopeAliases {
    /// The two of DCP 1.0 §5.4.1.2, and the one of Catena-X for types.
    fn default() -> Self {
        Self {
            types: vec![dcp::TYPE_ALIAS.to_owned(), CATENA_X_TYPE_ALIAS.to_owned()],
            ids: vec![dcp::ID_ALIAS.to_owned()],
        }
    }
}

/// Which credentials a scope is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Selector {
    /// Those of a type; with a context only where the credential names it.
    Type {
        /// The context before `#`, if one was written.
        context: Option<String>,
        /// The type.
        name: String,
    },
    /// The one with this id.
    Id(String),
}

/// What may be asked of a holder (DCP 1.0 §5.4.1.2): `alias:discriminator` or `alias:discriminator:operation`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    alias: String,
    selector: Selector,
    operation: Operation,
}

impl Scope {
    /// Reads a scope. The alias ends at the first colon; the operation is what stands behind the last one, if it is one.
    ///
    /// # Errors
    /// [`ScopeError`].
    pub fn parse(text: &str, aliases: &ScopeAliases) -> Result<Self, ScopeError> {
        if text.len() > LONGEST {
            return Err(ScopeError::TooLong);
        }
        let shown = || crate::credential::shown(text);
        let (alias, rest) = text.split_once(':').ok_or_else(|| ScopeError::Malformed(shown()))?;
        let split = rest.rsplit_once(':').and_then(|(rest, name)| Some((rest, Operation::from_name(name)?)));
        let (discriminator, operation) = split.unwrap_or((rest, Operation::Read));
        if discriminator.is_empty() {
            return Err(ScopeError::Malformed(shown()));
        }
        let selector = if aliases.types.iter().any(|known| known == alias) {
            match discriminator.rsplit_once('#') {
                Some((_, "")) => return Err(ScopeError::Malformed(shown())),
                Some((context, name)) => Selector::Type { context: Some(context.to_owned()), name: name.to_owned() },
                None => Selector::Type { context: None, name: discriminator.to_owned() },
            }
        } else if aliases.ids.iter().any(|known| known == alias) {
            Selector::Id(discriminator.to_owned())
        } else {
            return Err(ScopeError::UnknownAlias(crate::credential::shown(alias)));
        };
        Ok(Self { alias: alias.to_owned(), selector, operation })
    }

    /// The scope that asks to read credentials of a type, under the alias of DCP 1.0.
    pub fn of_type(name: &str) -> Self {
        let selector = Selector::Type { context: None, name: name.to_owned() };
        Self { alias: dcp::TYPE_ALIAS.to_owned(), selector, operation: Operation::Read }
    }

    /// Which credentials it is about.
    pub fn selector(&self) -> &Selector {
        &self.selector
    }

    /// What it lets its bearer do.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// The type it is about, if it is about one.
    pub fn type_name(&self) -> Option<&str> {
        match &self.selector {
            Selector::Type { name, .. } => Some(name),
            Selector::Id(_) => None,
        }
    }

    /// Whether `credential` is one that the scope is about and lets its bearer see.
    pub fn matches(&self, credential: &Credential) -> bool {
        let is_meant = match &self.selector {
            Selector::Type { context, name } => {
                credential.has_type(name) && context.as_deref().is_none_or(|context| names(credential, context))
            }
            Selector::Id(id) => credential.id() == Some(id),
        };
        is_meant && self.operation.covers(Operation::Read)
    }

    /// Whether a bearer of this scope may ask for `asked`. Aliases of one meaning are the same.
    pub fn covers(&self, asked: &Self) -> bool {
        let is_same = match (&self.selector, &asked.selector) {
            (Selector::Type { context: None, name }, Selector::Type { name: asked, .. }) => name == asked,
            (granted, asked) => granted == asked,
        };
        is_same && self.operation.covers(asked.operation)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.alias)?;
        match &self.selector {
            Selector::Type { context: Some(context), name } => write!(f, "{context}#{name}")?,
            Selector::Type { context: None, name } => f.write_str(name)?,
            Selector::Id(id) => f.write_str(id)?,
        }
        write!(f, ":{}", self.operation.name())
    }
}

fn names(credential: &Credential, context: &str) -> bool {
    match credential.json().get("@context") {
        Some(Value::Array(several)) => several.iter().any(|own| own == context),
        Some(one) => one == context,
        None => false,
    }
}

/// Why a scope means nothing here.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScopeError {
    /// Longer than anybody needs.
    #[error("a scope is longer than {LONGEST} bytes")]
    TooLong,
    /// Not of the form.
    #[error("the scope {0:?} is not of the form alias:discriminator:operation")]
    Malformed(String),
    /// An alias that is not known here.
    #[error("the scope alias {0:?} is not known here")]
    UnknownAlias(String),
}

impl ScopeError {
    /// A stable code for programs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "scope-too-long",
            Self::Malformed(_) => "scope-malformed",
            Self::UnknownAlias(_) => "scope-unknown-alias",
        }
    }
}
