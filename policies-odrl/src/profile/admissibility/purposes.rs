use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{PolicyError, World};

/// Which purposes are kinds of which: an order without cycles, in which a purpose may lie within several others.
///
/// ```
/// use symbolon_policies_odrl::profile::admissibility::Purposes;
///
/// let purposes = Purposes::new([("urn:example:root-cause", "urn:example:quality")])?;
/// assert!(purposes.is_within("urn:example:root-cause", "urn:example:quality"));
/// assert!(!purposes.is_within("urn:example:quality", "urn:example:root-cause"));
/// # Ok::<(), symbolon_policies_odrl::PolicyError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, BTreeSet<String>>", into = "BTreeMap<String, BTreeSet<String>>")]
pub struct Purposes {
    /// By purpose: the wider ones next to it.
    wider: BTreeMap<String, BTreeSet<String>>,
}

/// More links than this are refused.
const MAX_LINKS: usize = 10_000;

impl Purposes {
    /// Reads pairs of a purpose and a wider one.
    ///
    /// # Errors
    /// When the pairs lead in a circle, or are more than 10,000.
    pub fn new<S: Into<String>>(pairs: impl IntoIterator<Item = (S, S)>) -> Result<Self, PolicyError> {
        let mut wider: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (narrow, wide) in pairs {
            wider.entry(narrow.into()).or_default().insert(wide.into());
        }
        Self::try_from(wider)
    }

    /// Whether `purpose` is `wide` or a kind of it.
    pub fn is_within(&self, purpose: &str, wide: &str) -> bool {
        purpose == wide || self.above(purpose).contains(wide)
    }

    /// Adds what is known here to the facts of a decision, so that `isA` is answered for every purpose that is named here.
    #[must_use]
    pub fn known_to(&self, world: World) -> World {
        let links = self.wider.iter().flat_map(|(narrow, wide)| wide.iter().map(move |wide| (narrow, wide)));
        let roots = self.wider.values().flatten().map(|root| (root, root));
        roots.chain(links).fold(world, |world, (narrow, wide)| world.with_kind(narrow, wide))
    }

    /// Each purpose with the wider ones next to it.
    pub fn links(&self) -> impl Iterator<Item = (&str, &str)> {
        self.wider.iter().flat_map(|(narrow, wide)| wide.iter().map(move |wide| (narrow.as_str(), wide.as_str())))
    }

    fn above(&self, purpose: &str) -> BTreeSet<&str> {
        let next = |purpose: &str| self.wider.get(purpose).into_iter().flatten().map(String::as_str);
        let mut above = BTreeSet::new();
        let mut open: Vec<&str> = next(purpose).collect();
        while let Some(wide) = open.pop() {
            if above.insert(wide) {
                open.extend(next(wide));
            }
        }
        above
    }
}

impl TryFrom<BTreeMap<String, BTreeSet<String>>> for Purposes {
    type Error = PolicyError;

    fn try_from(wider: BTreeMap<String, BTreeSet<String>>) -> Result<Self, PolicyError> {
        if wider.values().map(BTreeSet::len).sum::<usize>() > MAX_LINKS {
            return Err(PolicyError::new("purposes", format!("more than {MAX_LINKS} pairs of purposes are not read")));
        }
        let purposes = Self { wider };
        match purposes.circle() {
            Some(purpose) => {
                let reason = format!("`{purpose}` would be a kind of itself; purposes are ordered without circles");
                Err(PolicyError::new("purposes", reason))
            }
            None => Ok(purposes),
        }
    }
}

impl Purposes {
    /// A purpose that leads back to itself: one that is left when all whose wider purposes are settled are taken away, again and again.
    fn circle(&self) -> Option<&str> {
        let mut open: BTreeMap<&str, usize> =
            self.wider.iter().map(|(narrow, wide)| (narrow.as_str(), wide.len())).collect();
        let mut narrower: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (narrow, wide) in self.links() {
            narrower.entry(wide).or_default().push(narrow);
        }
        let mut settled: Vec<&str> = narrower.keys().copied().filter(|wide| !open.contains_key(wide)).collect();
        while let Some(wide) = settled.pop() {
            for narrow in narrower.get(wide).into_iter().flatten().copied() {
                if let Some(left) = open.get_mut(narrow) {
                    *left = left.saturating_sub(1);
                    if *left == 0 {
                        open.remove(narrow);
                        settled.push(narrow);
                    }
                }
            }
        }
        open.keys().next().copied()
    }
}

impl From<Purposes> for BTreeMap<String, BTreeSet<String>> {
    fn from(purposes: Purposes) -> Self {
        purposes.wider
    }
}
