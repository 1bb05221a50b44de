//! The part that `ssi` does: JSON-LD to canonical RDF, and verification over it. Its futures wait for nothing, because
//! contexts are built in and keys are found before.

use std::collections::{HashMap, HashSet};

use futures_util::FutureExt;
use serde_json::{Value, json};
use ssi_claims_core::{ProofValidationError, ResolverProvider};
use ssi_data_integrity::canonicalization::CanonicalizeClaimsAndConfiguration;
use ssi_data_integrity::ssi_rdf::{AnyLdEnvironment, LdEnvironment};
use ssi_data_integrity::suite::standard::TypedTransformationAlgorithm;
use ssi_data_integrity::suites::{EcdsaRdfc2019, EdDsaRdfc2022};
use ssi_data_integrity::{DataIntegrity, DataIntegrityDocument, from_json_str};
use ssi_json_ld::rdf_types::{Id, LexicalQuad};
use ssi_json_ld::{ContextLoader, Expandable, IriBuf, JsonLdLoaderProvider};
use ssi_verification_methods::Multikey;

use super::{Cryptosuite, DataIntegrityError, Proof};
use crate::credential::context;
use crate::did;
use crate::key::PublicKey;

/// So many nodes without id may look alike before their neighbours are looked at: the canonical form tries every order of
/// them.
const MAX_ALIKE: usize = 6;

/// The canonical N-Quads (RDFC-1.0) that a proof covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canonical {
    /// Of the document without its proof.
    pub document: String,
    /// Of the proof without its value, under the document's contexts.
    pub configuration: String,
}

/// The canonical forms of a `document` without proof, and of a `proof` without `proofValue` that is to be put into it.
///
/// # Errors
/// [`DataIntegrityError::Rdf`] if JSON-LD does not make RDF of them, [`DataIntegrityError::Anonymous`] if their canonical
/// form would take exponential time.
pub fn canonical(document: &Value, proof: &Value) -> Result<Canonical, DataIntegrityError> {
    let mut signed = document.clone();
    signed["proof"] = proof.clone();
    // The parser wants a value; it is no part of what is signed.
    signed["proof"]["proofValue"] = "z".into();
    let suite = Proof::of(&signed)?.cryptosuite;
    // The suites want to know a key that they do not use for this.
    let unused = multikey("urn:unused", "urn:unused", "z6Mkf5rGMoatrSj1f4CyvuHBeXJELe9RPdzo2PKGNCKVtZxP")?;
    let environment = Environment::new([]);
    let missing = DataIntegrityError::NoProof;
    let forms = match suite {
        Cryptosuite::EddsaRdfc2022 => {
            let DataIntegrity { claims, proofs } = parse::<EdDsaRdfc2022>(&signed)?;
            bounded(&claims)?;
            let options = proofs.first().ok_or(missing)?.configuration();
            now(CanonicalizeClaimsAndConfiguration::transform(&environment, &claims, options, &unused, ()))?
        }
        Cryptosuite::EcdsaRdfc2019 => {
            let DataIntegrity { claims, proofs } = parse::<EcdsaRdfc2019>(&signed)?;
            bounded(&claims)?;
            let options = proofs.first().ok_or(missing)?.configuration();
            now(CanonicalizeClaimsAndConfiguration::transform(&environment, &claims, options, &unused, ()))?
        }
    };
    let forms = forms.map_err(|error| DataIntegrityError::Rdf(error.to_string()))?;
    Ok(Canonical { document: forms.claims.concat(), configuration: forms.configuration.concat() })
}

/// Verifies the signature of `document` with `key`, whatever the proof says about whose it is.
pub(super) fn verify(document: &Value, proof: &Proof, key: &PublicKey) -> Result<(), DataIntegrityError> {
    let encoded = key.multikey().ok_or(DataIntegrityError::KeyKind(proof.cryptosuite))?;
    let method = multikey(&proof.key_id, did::split(&proof.key_id).0, &encoded)?;
    let environment = Environment::new([method]);
    let outcome = match proof.cryptosuite {
        Cryptosuite::EddsaRdfc2022 => {
            let signed = parse::<EdDsaRdfc2022>(document)?;
            bounded(&signed.claims)?;
            now(signed.verify(&environment))?
        }
        Cryptosuite::EcdsaRdfc2019 => {
            let signed = parse::<EcdsaRdfc2019>(document)?;
            bounded(&signed.claims)?;
            now(signed.verify(&environment))?
        }
    };
    match outcome {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(ProofValidationError::InvalidSignature | ProofValidationError::InvalidProof) => {
            Err(DataIntegrityError::Signature)
        }
        Err(error) => Err(DataIntegrityError::Rdf(error.to_string())),
    }
}

fn parse<S>(document: &Value) -> Result<DataIntegrity<DataIntegrityDocument, S>, DataIntegrityError>
where
    S: ssi_data_integrity::suite::DeserializeCryptographicSuiteOwned,
{
    from_json_str(&document.to_string()).map_err(|error| DataIntegrityError::Rdf(error.to_string()))
}

fn multikey(id: &str, controller: &str, encoded: &str) -> Result<Multikey, DataIntegrityError> {
    let method = json!({"type": "Multikey", "id": id, "controller": controller, "publicKeyMultibase": encoded});
    serde_json::from_value(method).map_err(|_| DataIntegrityError::Malformed("its verificationMethod is not an IRI"))
}

/// Runs what waits for nothing.
fn now<F: Future>(future: F) -> Result<F::Output, DataIntegrityError> {
    future.now_or_never().ok_or(DataIntegrityError::Malformed("it would need something from elsewhere"))
}

/// Refuses documents whose canonical form takes exponential time (RDFC-1.0 §7.1, dataset poisoning).
fn bounded(document: &DataIntegrityDocument) -> Result<(), DataIntegrityError> {
    let rdf = |error: &dyn std::fmt::Display| DataIntegrityError::Rdf(error.to_string());
    let mut environment = LdEnvironment::default();
    let expanded = now(document.expand_with(&mut environment, context::loader()))?;
    let expanded = expanded.map_err(|error| rdf(&error))?;
    let quads = environment.quads_of(&expanded).map_err(|error| rdf(&error))?;
    if alike(&quads) > MAX_ALIKE {
        return Err(DataIntegrityError::Anonymous);
    }
    Ok(())
}

/// How many nodes without id share what RDFC-1.0 §4.6 hashes of them with another such node.
fn alike(quads: &[LexicalQuad]) -> usize {
    let mut seen: HashMap<&str, Vec<String>> = HashMap::new();
    for quad in quads {
        for node in anonymous(quad) {
            seen.entry(node).or_default().push(from_view_of(node, quad));
        }
    }
    let mut groups: HashMap<Vec<String>, usize> = HashMap::new();
    for (_, mut view) in seen {
        view.sort_unstable();
        *groups.entry(view).or_default() += 1;
    }
    groups.into_values().filter(|members| *members > 1).sum()
}

fn anonymous(quad: &LexicalQuad) -> HashSet<&str> {
    let ids = [Some(&quad.0), quad.2.as_id(), quad.3.as_ref()];
    ids.into_iter().flatten().filter_map(|id| id.as_blank()).map(|node| node.as_str()).collect()
}

/// A statement as the node itself sees it: it is `_:a`, every other node without id is `_:z`.
fn from_view_of(node: &str, quad: &LexicalQuad) -> String {
    let id = |id: &Id| match id.as_blank() {
        Some(blank) if blank.as_str() == node => "_:a".to_owned(),
        Some(_) => "_:z".to_owned(),
        None => id.to_string(),
    };
    let object = quad.2.as_id().map_or_else(|| quad.2.to_string(), id);
    format!("{} {} {object} {}", id(&quad.0), quad.1, quad.3.as_ref().map(id).unwrap_or_default())
}

/// What `ssi` looks keys and contexts up in.
struct Environment {
    keys: HashMap<IriBuf, Multikey>,
}

impl Environment {
    fn new<const N: usize>(keys: [Multikey; N]) -> Self {
        Self { keys: keys.into_iter().map(|key| (key.id.clone(), key)).collect() }
    }
}

impl ResolverProvider for Environment {
    type Resolver = HashMap<IriBuf, Multikey>;

    fn resolver(&self) -> &Self::Resolver {
        &self.keys
    }
}

impl JsonLdLoaderProvider for Environment {
    type Loader = ContextLoader;

    fn loader(&self) -> &Self::Loader {
        context::loader()
    }
}
