//! Spellings and the IRIs they stand for.

use std::borrow::Cow;
use std::collections::BTreeMap;

pub(crate) use symbolon_vocab::admissibility::NAMESPACE as ADM;
pub(crate) use symbolon_vocab::catenax::{LEGACY_NAMESPACE as CATENAX_LEGACY_POLICY, NAMESPACE as CATENAX_POLICY};
pub(crate) use symbolon_vocab::cc::NAMESPACE as CC;
pub(crate) use symbolon_vocab::dct::NAMESPACE as DCT;
pub(crate) use symbolon_vocab::dspace::NAMESPACE as DSPACE;
pub(crate) use symbolon_vocab::edc::NAMESPACE as EDC;
pub(crate) use symbolon_vocab::export_control::NAMESPACE as EC;
pub(crate) use symbolon_vocab::idsa::CODE_NAMESPACE as IDSC;
pub(crate) use symbolon_vocab::odrl::NAMESPACE as ODRL;
pub(crate) use symbolon_vocab::rdf::NAMESPACE as RDF;
pub(crate) use symbolon_vocab::symbolon::NAMESPACE as SYMBOLON;
pub(crate) use symbolon_vocab::xsd::NAMESPACE as XSD;

use crate::{action, profile};

const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";
pub(crate) const TRACTUSX: &str = "https://w3id.org/tractusx/v0.0.1/ns/";

/// Prefixes that need no declaration, because the contexts that peers put on their messages declare them.
const PREFIXES: &[(&str, &str)] = &[
    ("odrl", ODRL),
    ("xsd", XSD),
    ("dspace", DSPACE),
    ("cx-policy", CATENAX_POLICY),
    ("edc", EDC),
    ("dct", DCT),
    ("rdf", RDF),
    ("rdfs", RDFS),
    ("cc", CC),
    ("tx", TRACTUSX),
    ("idsc", IDSC),
    ("adm", ADM),
    ("ec", EC),
];

/// Contexts whose terms this crate reads in their meaning.
const CONTEXTS: &[&str] = &[
    "http://www.w3.org/ns/odrl.jsonld",
    "https://www.w3.org/ns/odrl.jsonld",
    "https://w3id.org/dspace/2025/1/context.jsonld",
    "https://w3id.org/dspace/2025/1/odrl-profile.jsonld",
    "https://w3id.org/catenax/2025/9/policy/context.jsonld",
    "https://w3id.org/catenax/2025/9/policy/odrl.jsonld",
    "https://w3id.org/edc/connector/management/v0.0.1",
    "https://w3id.org/edc/connector/management/v2",
    "https://w3id.org/edc/dspace/v0.0.1",
    "https://w3id.org/tractusx/auth/v1.0.0",
    "https://w3id.org/tractusx/policy/v1.0.0",
];

/// Prefixes that a policy declares in its own `@context`, beside the ones that need no declaration.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Prefixes(BTreeMap<String, String>);

impl Prefixes {
    /// Takes over a declaration. False when it would change the meaning of a name that is already taken.
    pub(crate) fn declare(&mut self, prefix: &str, namespace: &str) -> bool {
        let namespace = &*self.expand(namespace);
        if !namespace.contains(':') || !namespace.ends_with(['/', '#', ':']) || is_policy_member(prefix) {
            return false;
        }
        match standard(prefix) {
            Some(taken) if taken == namespace => true,
            // One prefix names both generations of the Catena-X policies; the declaration says which.
            Some(_) if prefix != "cx-policy" => false,
            Some(_) | None => {
                self.0.insert(prefix.to_owned(), namespace.to_owned());
                true
            }
        }
    }

    pub(crate) fn declared(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(prefix, namespace)| (prefix.as_str(), namespace.as_str()))
    }

    /// `prefix:local` in full; anything else as it is.
    pub(crate) fn expand(&self, name: &str) -> String {
        let Some((prefix, local)) = name.split_once(':') else { return name.to_owned() };
        if local.starts_with("//") {
            return name.to_owned();
        }
        match self.0.get(prefix).map(String::as_str).or_else(|| standard(prefix)) {
            Some(namespace) => format!("{namespace}{local}"),
            None => name.to_owned(),
        }
    }

    /// The plain name of a member of the information model, however it was spelled.
    pub(crate) fn member<'a>(&self, key: &'a str) -> Cow<'a, str> {
        let prefixed = key.split_once(':').filter(|(_, local)| !local.starts_with("//"));
        let prefixed = prefixed.and_then(|(prefix, local)| Some((self.0.get(prefix)?, local)));
        match prefixed {
            Some((namespace, local)) => Cow::Owned(member(&format!("{namespace}{local}")).to_owned()),
            None => Cow::Borrowed(member(key)),
        }
    }

    /// Whether a member of a policy says which contract it belongs to rather than what it grants.
    pub(crate) fn is_header(&self, key: &str) -> bool {
        let member = self.member(key);
        matches!(&*member, "@id" | "@type" | "@context" | "target" | "assigner" | "assignee" | "timestamp")
    }

    pub(crate) fn left_operand(&self, name: &str) -> String {
        if name.contains(':') {
            self.expand(name)
        } else {
            profile::operand_iri(name).unwrap_or_else(|| name.to_owned())
        }
    }

    pub(crate) fn action(&self, name: &str) -> String {
        match name {
            // How connectors before DSP wrote it.
            "USE" => format!("{ODRL}use"),
            _ if name.contains(':') => self.expand(name),
            _ => action::iri(name).unwrap_or_else(|| name.to_owned()),
        }
    }
}

/// An IRI with the prefix that needs no declaration, where there is one.
pub(crate) fn prefixed(iri: &str) -> String {
    let known =
        PREFIXES.iter().find_map(|(prefix, namespace)| Some(format!("{prefix}:{}", iri.strip_prefix(namespace)?)));
    known.unwrap_or_else(|| iri.to_owned())
}

fn standard(prefix: &str) -> Option<&'static str> {
    PREFIXES.iter().find(|(known, _)| *known == prefix).map(|(_, namespace)| *namespace)
}

pub(crate) fn is_known_context(url: &str) -> bool {
    CONTEXTS.contains(&url)
}

/// A namespace that a context may make the default without changing how a policy reads.
pub(crate) fn is_known_vocabulary(namespace: &str) -> bool {
    matches!(namespace, ODRL | EDC | CATENAX_POLICY)
}

/// The plain name of a member whose prefix is a standard one.
fn member(key: &str) -> &str {
    let dspace = key.strip_prefix("dspace:").or_else(|| key.strip_prefix(DSPACE));
    if dspace == Some("timestamp") {
        return "timestamp";
    }
    let rdf = key.strip_prefix("rdf:").or_else(|| key.strip_prefix(RDF));
    if rdf == Some("value") {
        return "value";
    }
    if dublin_core(key) == Some("isReplacedBy") {
        return "isReplacedBy";
    }
    // `odrl:odrl:target` is not `odrl:target`.
    match odrl_name(key).filter(|name| !name.contains([':', '@'])) {
        Some("uid") => "@id",
        Some("type") => "@type",
        Some(name) => name,
        None => match key {
            "uid" | "id" => "@id",
            "type" => "@type",
            other => other,
        },
    }
}

/// Descriptions for people: Dublin Core terms, labels and comments. They neither grant nor forbid.
pub(crate) fn is_annotation(key: &str) -> bool {
    dublin_core(key).is_some()
        || ["label", "comment", "seeAlso"].iter().any(|name| {
            key.strip_prefix(RDFS).or_else(|| key.strip_prefix("rdfs:")).is_some_and(|local| local == *name)
        })
}

/// Descriptions of a party or an asset in the vocabularies that ODRL's own examples take for it.
pub(crate) fn describes(key: &str) -> bool {
    let prefixes = ["http://www.w3.org/2006/vcard/ns#", "vcard:", "http://xmlns.com/foaf/0.1/", "foaf:"];
    is_annotation(key) || prefixes.iter().any(|prefix| key.starts_with(prefix))
}

fn dublin_core(key: &str) -> Option<&str> {
    let prefixes = [DCT, "dct:", "dcterms:", "dc:", "http://purl.org/dc/elements/1.1/"];
    prefixes.iter().find_map(|prefix| key.strip_prefix(prefix))
}

/// The local name of a term of the ODRL namespace, given in full or with the usual prefix.
pub(crate) fn odrl_name(name: &str) -> Option<&str> {
    name.strip_prefix("odrl:").or_else(|| name.strip_prefix(ODRL))
}

/// A path and the member below it.
pub(crate) fn joined(path: &str, member: &str) -> String {
    if path.is_empty() { member.to_owned() } else { format!("{path}.{member}") }
}

/// An IRI as people write it: standard namespaces shortened.
pub(crate) fn shown(iri: &str) -> Cow<'_, str> {
    for namespace in [ODRL, CATENAX_POLICY, SYMBOLON, ADM, EC, IDSC] {
        if let Some(local) = iri.strip_prefix(namespace).filter(|local| !local.is_empty()) {
            return Cow::Borrowed(local);
        }
    }
    Cow::Borrowed(iri)
}

fn is_policy_member(name: &str) -> bool {
    const MEMBERS: &[&str] = &[
        "uid",
        "id",
        "type",
        "profile",
        "inheritFrom",
        "isReplacedBy",
        "conflict",
        "target",
        "assigner",
        "assignee",
        "timestamp",
        "permission",
        "prohibition",
        "obligation",
        "duty",
        "remedy",
        "consequence",
        "action",
        "constraint",
        "refinement",
        "leftOperand",
        "operator",
        "rightOperand",
        "rightOperandReference",
        "dataType",
        "unit",
        "status",
        "and",
        "or",
        "xone",
        "andSequence",
        "source",
        "partOf",
        "value",
        "output",
        "relation",
        "function",
    ];
    MEMBERS.contains(&name)
}
