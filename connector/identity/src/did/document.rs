use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DidError, DidFault, LONGEST, normalise, same, split};
use crate::key::{KeyError, PublicKey};

/// The most verification methods, entries of a relationship, and services that a document may have.
const MOST: usize = 64;

/// What a key may do for its DID (DID Core §5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Relationship {
    /// Signs presentations.
    Authentication,
    /// Signs credentials.
    AssertionMethod,
    /// Signs self-issued tokens.
    CapabilityInvocation,
}

impl Relationship {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Authentication, Self::AssertionMethod, Self::CapabilityInvocation];

    /// The member of the DID document.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::AssertionMethod => "assertionMethod",
            Self::CapabilityInvocation => "capabilityInvocation",
        }
    }
}

/// Whether a document must say what its keys may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leniency {
    /// The key must be named in the relationship.
    Strict,
    /// As strict, but a document that has no relationship at all lets each key do everything.
    WithoutRelationships,
}

/// A service of a DID document (DID Core §5.4) whose endpoint is one URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceEntry {
    /// Its id, absolute.
    pub id: String,
    /// Its types.
    pub kinds: Vec<String>,
    /// Where it is.
    pub endpoint: String,
}

/// A DID document, read as plain JSON. It is never expanded as JSON-LD: documents name contexts that do not exist.
#[derive(Debug, Clone, PartialEq)]
pub struct DidDocument {
    id: String,
    methods: Vec<Method>,
    /// By relationship, in the order of [`Relationship::ALL`]: the ids named there.
    relationships: [Vec<String>; 3],
    services: Vec<ServiceEntry>,
    json: Value,
}

#[derive(Debug, Clone, PartialEq)]
struct Method {
    id: String,
    key: Result<PublicKey, KeyError>,
}

impl DidDocument {
    /// Reads the document that was found for `did`. A verification method that cannot be used is kept with the reason why.
    ///
    /// # Errors
    /// [`DidFault::Document`], [`DidFault::OtherId`].
    pub fn parse(json: Value, did: &str) -> Result<Self, DidError> {
        let refused = |fault| DidError::new(did, fault);
        let id = json.get("id").and_then(Value::as_str).ok_or_else(|| refused(DidFault::Document("it has no id")))?;
        if !same(id, did) {
            return Err(refused(DidFault::OtherId(shortened(id))));
        }
        let mut parsed = Self {
            id: normalise(did).into_owned(),
            methods: Vec::new(),
            relationships: Default::default(),
            services: Vec::new(),
            json: Value::Null,
        };
        let filled = parsed.read_methods(&json).and_then(|()| parsed.read_services(&json));
        filled.map_err(|reason| refused(DidFault::Document(reason)))?;
        parsed.json = json;
        Ok(parsed)
    }

    fn read_methods(&mut self, json: &Value) -> Result<(), &'static str> {
        for method in list(json, "verificationMethod")? {
            self.add(method)?;
        }
        for (position, relationship) in Relationship::ALL.into_iter().enumerate() {
            let mut ids = Vec::new();
            for entry in list(json, relationship.name())? {
                let id = match entry {
                    Value::String(id) => self.absolute(id)?,
                    Value::Object(_) => self.add(entry)?,
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
                        return Err("an entry of a relationship is neither an id nor a verification method");
                    }
                };
                ids.push(id);
            }
            if let Some(place) = self.relationships.get_mut(position) {
                *place = ids;
            }
        }
        Ok(())
    }

    /// Takes a verification method in, and returns its id.
    fn add(&mut self, method: &Value) -> Result<String, &'static str> {
        let id = method.get("id").and_then(Value::as_str).ok_or("a verification method has no id")?;
        let id = self.absolute(id)?;
        if self.methods.iter().any(|known| known.id == id) {
            return Err("two verification methods have the same id");
        }
        if self.methods.len() >= MOST {
            return Err("it has too many verification methods");
        }
        // Some write the form that they do not use as null.
        let given = |form| method.get(form).filter(|key| !key.is_null());
        let key = match (given("publicKeyJwk"), given("publicKeyMultibase")) {
            (Some(jwk), None) => PublicKey::from_jwk(jwk),
            (None, Some(multikey)) => PublicKey::from_multikey(multikey.as_str().unwrap_or_default()),
            (Some(_), Some(_)) => Err(KeyError::Refused("is given as a JWK and as a Multikey")),
            (None, None) => Err(KeyError::Refused("is given neither as a JWK nor as a Multikey")),
        };
        self.methods.push(Method { id: id.clone(), key });
        Ok(id)
    }

    fn read_services(&mut self, json: &Value) -> Result<(), &'static str> {
        for service in list(json, "service")? {
            let kinds = match service.get("type") {
                Some(Value::String(kind)) => vec![kind.clone()],
                Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                Some(_) | None => Vec::new(),
            };
            // A map or a set of endpoints is allowed, and is nothing that DCP or DSP use.
            let endpoint = service.get("serviceEndpoint").and_then(Value::as_str);
            let id = service.get("id").and_then(Value::as_str).and_then(|id| self.absolute(id).ok());
            if let Some(endpoint) = endpoint {
                let endpoint = endpoint.to_owned();
                self.services.push(ServiceEntry { id: id.unwrap_or_default(), kinds, endpoint });
            }
        }
        Ok(())
    }

    /// DID Core §3.2.2: `#key-1` is relative to the document's id.
    fn absolute(&self, id: &str) -> Result<String, &'static str> {
        if id.is_empty() || id.len() > 2 * LONGEST {
            return Err("it has an id that is empty or too long");
        }
        match id.strip_prefix('#') {
            Some(fragment) => Ok(format!("{}#{fragment}", self.id)),
            None => Ok(normalise(id).into_owned()),
        }
    }

    /// The DID, normalised.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The document as it was published.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// The services whose endpoint is one URL.
    pub fn services(&self) -> &[ServiceEntry] {
        &self.services
    }

    /// The endpoint of the first service of this type, without slashes at its end.
    pub fn service(&self, kind: &str) -> Option<&str> {
        let found = self.services.iter().find(|service| service.kinds.iter().any(|known| known == kind));
        found.map(|service| service.endpoint.trim_end_matches('/'))
    }

    /// The key that `kid` names and its absolute id, if the document lets it do what `relationship` says. Without `kid` it is
    /// the only key that may (DCP 1.0 §4.3.3).
    ///
    /// # Errors
    /// [`DidFault::ForeignKey`], [`DidFault::UnknownKey`], [`DidFault::Relationship`], [`DidFault::Ambiguous`],
    /// [`DidFault::UnusableKey`].
    pub fn key(
        &self,
        kid: Option<&str>,
        relationship: Relationship,
        leniency: Leniency,
    ) -> Result<(String, PublicKey), DidError> {
        let refused = |fault| DidError::new(&self.id, fault);
        let allowed = self.allowed(relationship, leniency);
        let id = match kid {
            Some(kid) => self.named(kid).map_err(refused)?,
            None => match allowed.as_slice() {
                [only] => (*only).to_owned(),
                several => return Err(refused(DidFault::Ambiguous { count: several.len(), relationship })),
            },
        };
        let method = self.methods.iter().find(|method| method.id == id);
        let method = method.ok_or_else(|| refused(DidFault::UnknownKey(shortened(&id))))?;
        if !allowed.contains(&id.as_str()) {
            return Err(refused(DidFault::Relationship { id, relationship }));
        }
        match &method.key {
            Ok(key) => Ok((id, key.clone())),
            Err(source) => Err(refused(DidFault::UnusableKey { id, source: source.clone() })),
        }
    }

    /// `kid` may be absolute, `#fragment`, or the fragment alone, which some wallets write.
    fn named(&self, kid: &str) -> Result<String, DidFault> {
        let kid = if kid.starts_with("did:") || kid.starts_with('#') { kid.to_owned() } else { format!("#{kid}") };
        let id = self.absolute(&kid).map_err(|_| DidFault::UnknownKey(shortened(&kid)))?;
        if split(&id).0 != self.id {
            return Err(DidFault::ForeignKey(shortened(&id)));
        }
        Ok(id)
    }

    fn allowed(&self, relationship: Relationship, leniency: Leniency) -> Vec<&str> {
        let silent = self.relationships.iter().all(Vec::is_empty);
        match leniency {
            Leniency::WithoutRelationships if silent => self.methods.iter().map(|method| method.id.as_str()).collect(),
            Leniency::Strict | Leniency::WithoutRelationships => {
                let position = Relationship::ALL.iter().position(|known| *known == relationship);
                let ids = position.and_then(|position| self.relationships.get(position));
                ids.into_iter().flatten().map(String::as_str).collect()
            }
        }
    }
}

/// The entries of a member: an array, one entry alone, or nothing.
fn list<'a>(json: &'a Value, name: &str) -> Result<&'a [Value], &'static str> {
    let entries = match json.get(name) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(entries)) => entries.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    if entries.len() > MOST {
        return Err("it has too many verification methods or services");
    }
    Ok(entries)
}

/// What others wrote goes into messages at bounded length.
fn shortened(text: &str) -> String {
    text.chars().take(LONGEST / 4).collect()
}
