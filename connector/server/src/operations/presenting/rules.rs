//! What each dataspace requires and whom it believes, ready to be applied.

use std::sync::{Arc, PoisonError, RwLock};

use symbolon_identity::credential::{Credential, CredentialError, Issuers};
use symbolon_identity::presentation::{Presented, Scope, ScopeAliases};
use symbolon_identity::trust::{Trust, TrustedIssuer, Types};

use crate::storage::dataspaces::{self, StoredDataspace};

/// The rules of the dataspaces as they are now.
#[derive(Debug, Default)]
pub(super) struct Current {
    made: RwLock<Option<Arc<Rules>>>,
}

/// The rules of all dataspaces that require something.
#[derive(Debug)]
pub(super) struct Rules {
    /// What they were made of.
    of: Arc<Vec<StoredDataspace>>,
    each: Vec<Rule>,
    /// Whom any of them believes.
    pub(super) issuers: Issuers,
    /// What they require, all together.
    pub(super) required: Vec<String>,
}

/// The rule of one dataspace.
#[derive(Debug)]
pub(super) struct Rule {
    dataspace: String,
    trust: Trust,
    /// What it requires, or why nobody can satisfy it.
    required: Result<Vec<Scope>, String>,
}

/// What a presentation proves.
#[derive(Debug)]
pub(super) struct Weighed {
    /// The dataspaces that it proves membership of.
    pub(super) memberships: Vec<String>,
    /// For each of the others, why not.
    pub(super) missing: Vec<String>,
    /// Whether something that was presented does not hold any more, or cannot be looked up.
    pub(super) lapsed: bool,
}

impl Current {
    /// The rules of these dataspaces, made anew if they have changed.
    pub(super) fn of(&self, dataspaces: &Arc<Vec<StoredDataspace>>, aliases: &ScopeAliases) -> Arc<Rules> {
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(made) = made.filter(|made| Arc::ptr_eq(&made.of, dataspaces)) {
            return made;
        }
        let rules = Arc::new(Rules::new(dataspaces, aliases));
        *self.made.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&rules));
        rules
    }
}

impl Rules {
    fn new(dataspaces: &Arc<Vec<StoredDataspace>>, aliases: &ScopeAliases) -> Self {
        // A dataspace that requires nothing has no proof of membership, so nobody proves it.
        let asking = dataspaces.iter().filter(|dataspace| !dataspace.required_scopes.is_empty());
        let each: Vec<Rule> = asking.clone().map(|dataspace| Rule::new(dataspace, aliases)).collect();
        let mut required: Vec<String> = Vec::new();
        for scope in asking.flat_map(|dataspace| &dataspace.required_scopes) {
            if !required.contains(scope) {
                required.push(scope.clone());
            }
        }
        let issuers = Trust::known(each.iter().map(|rule| &rule.trust));
        Self { of: Arc::clone(dataspaces), each, issuers, required }
    }

    /// The rule of a dataspace that requires something.
    pub(super) fn of_dataspace(&self, id: &str) -> Option<&Rule> {
        self.each.iter().find(|rule| rule.dataspace == id)
    }

    /// The dataspaces that believe this credential.
    pub(super) fn believing(&self, credential: &Credential) -> Vec<String> {
        let believing = self.each.iter().filter(|rule| rule.believes(credential));
        believing.map(|rule| rule.dataspace.clone()).collect()
    }

    /// What `presented` proves; `lapsed` is what is no more part of it, and why.
    pub(super) fn weigh(&self, presented: &Presented, lapsed: Vec<(usize, CredentialError)>) -> Weighed {
        let mut weighed = Weighed { memberships: Vec::new(), missing: Vec::new(), lapsed: !lapsed.is_empty() };
        for rule in &self.each {
            let refused = match &rule.required {
                Ok(required) => rule.trust.satisfied(presented, required).err().map(|error| error.to_string()),
                Err(reason) => Some(reason.clone()),
            };
            match refused {
                None => weighed.memberships.push(rule.dataspace.clone()),
                Some(reason) => weighed.missing.push(format!("{}: {reason}", rule.dataspace)),
            }
        }
        weighed.missing.extend(lapsed.into_iter().map(|(_, error)| error.to_string()));
        weighed
    }
}

impl Rule {
    fn new(dataspace: &StoredDataspace, aliases: &ScopeAliases) -> Self {
        let scopes = dataspace.required_scopes.iter().map(|scope| Scope::parse(scope, aliases));
        let required = scopes.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string());
        Self { dataspace: dataspace.id.clone(), trust: trust(&dataspace.issuers), required }
    }

    /// Whether the dataspace believes this credential.
    pub(super) fn believes(&self, credential: &Credential) -> bool {
        self.trust.believes(credential).is_ok()
    }

    /// Whether these credentials are all that the dataspace requires.
    pub(super) fn is_met_by(&self, credentials: &[&Credential]) -> bool {
        let Ok(required) = &self.required else { return false };
        let satisfies = |scope: &Scope, credential: &Credential| scope.matches(credential) && self.believes(credential);
        required.iter().all(|scope| credentials.iter().any(|credential| satisfies(scope, credential)))
    }
}

fn trust(issuers: &[dataspaces::TrustedIssuer]) -> Trust {
    let types = |types: &Option<Vec<String>>| types.clone().map_or(Types::Any, Types::Only);
    let issuers = issuers.iter().map(|issuer| TrustedIssuer { did: issuer.did.clone(), types: types(&issuer.types) });
    Trust::new(issuers.collect())
}
