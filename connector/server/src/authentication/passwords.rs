//! Passwords: how they are kept and compared, and how often one may be wrong.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Deserializer};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::problem::{Kind, Problem};

/// As the keystore's: 19 MiB twice over takes 20 to 40 ms on a server's core.
const DERIVATION: (u32, u32, u32) = (19 * 1024, 2, 1);
/// Derivations at once: bounds memory and processor time, however many try.
const AT_ONCE: usize = 2;
/// Shortest password, in characters.
const SHORTEST: usize = 12;
/// Longest password, in bytes.
const LONGEST: usize = 1024;
/// Different characters that a password has at least.
const DIFFERENT: usize = 5;

/// Wrong passwords for one name: so many at once, and one more every 30 s.
const OF_ONE: Limit = Limit { burst: 10, interval: 30_000 };
/// Wrong passwords in all: so many at once, and two more a second.
const OF_ALL: Limit = Limit { burst: 60, interval: 500 };

/// Something that nobody may see: shown in no log, wiped when it is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Keeps this text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// A new password that may be used.
///
/// # Errors
/// 422 with what is wrong.
pub fn acceptable(password: &Secret, name: &str) -> Result<(), Problem> {
    let text = password.expose();
    let refused = |detail: String| {
        Problem::new(Kind::Unprocessable, "password.weak", detail)
            .with_rule("password")
            .with_hint("take four or five words that do not belong together")
    };
    if text.chars().count() < SHORTEST {
        return Err(refused(format!("the password has fewer than {SHORTEST} characters")));
    }
    if text.len() > LONGEST {
        return Err(refused(format!("the password has more than {LONGEST} bytes")));
    }
    let mut different: Vec<char> = text.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < DIFFERENT {
        return Err(refused(format!("the password has fewer than {DIFFERENT} different characters")));
    }
    if text.to_lowercase() == name.to_lowercase() {
        return Err(refused("the password is the name".to_owned()));
    }
    Ok(())
}

/// Makes and compares hashes of passwords, a few at a time, and counts those that were wrong.
#[derive(Debug)]
pub struct Passwords {
    hashing: Semaphore,
    attempts: Mutex<Attempts>,
    /// What is compared where there is nothing to compare, so that it takes as long.
    nobodys: String,
}

impl Passwords {
    /// Nothing has been wrong yet.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn new() -> Result<Self, Problem> {
        let nobodys = hash(&Secret::new(super::new_key()?))?;
        Ok(Self { hashing: Semaphore::new(AT_ONCE), attempts: Mutex::default(), nobodys })
    }

    /// The hash of a password, in PHC form.
    ///
    /// # Errors
    /// When the operating system gives no randomness or memory.
    pub async fn hash(&self, password: &Secret) -> Result<String, Problem> {
        let _turn = self.hashing.acquire().await.map_err(Problem::internal)?;
        let password = password.clone();
        tokio::task::spawn_blocking(move || hash(&password)).await.map_err(Problem::internal)?
    }

    /// Whether this is the password for `name`, whose hash is `kept`. Without a hash it is not, and takes as long to find out.
    /// Counts the wrong ones.
    ///
    /// # Errors
    /// 429 after too many wrong ones for this name or in all, whether or not this one is right.
    pub async fn matches(&self, name: &str, password: &Secret, kept: Option<&str>, now: i64) -> Result<bool, Problem> {
        self.attempts().begin(name, now).map_err(too_many)?;
        let _turn = self.hashing.acquire().await.map_err(Problem::internal)?;
        let (password, known) = (password.clone(), kept.is_some());
        let kept = kept.unwrap_or(&self.nobodys).to_owned();
        let compared = tokio::task::spawn_blocking(move || verify(&password, &kept)).await;
        let matches = compared.map_err(Problem::internal)? && known;
        if matches {
            self.attempts().was_right(name);
        }
        Ok(matches)
    }

    fn attempts(&self) -> std::sync::MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn too_many(wait: u16) -> Problem {
    Problem::new(Kind::TooMany(wait), "session.too-many-attempts", "too many wrong passwords")
        .with_rule("passwords may be wrong 10 times for one user, and then once every 30 s")
        .with_hint(format!("try again in {wait} s; an administrator can make a new link for you"))
}

fn argon2() -> Result<Argon2<'static>, Problem> {
    let (memory_kib, passes, lanes) = DERIVATION;
    let params = Params::new(memory_kib, passes, lanes, Some(32)).map_err(Problem::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &Secret) -> Result<String, Problem> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(Problem::internal)?;
    let salt = SaltString::encode_b64(&salt).map_err(Problem::internal)?;
    let hash = argon2()?.hash_password(password.expose().as_bytes(), &salt).map_err(Problem::internal)?;
    Ok(hash.to_string())
}

/// The comparison inside takes the same time wherever the hashes differ.
fn verify(password: &Secret, kept: &str) -> bool {
    let Ok(argon2) = argon2() else { return false };
    PasswordHash::new(kept).is_ok_and(|kept| argon2.verify_password(password.expose().as_bytes(), &kept).is_ok())
}

/// So many at once, and one more after each interval, in milliseconds.
#[derive(Clone, Copy, Debug)]
struct Limit {
    burst: i64,
    interval: i64,
}

impl Limit {
    /// Takes one. `debt` is when everything that was taken will have been given back.
    fn take(self, debt: i64, now: i64) -> Result<i64, u16> {
        let debt = debt.max(now) + self.interval;
        let over = debt - now - self.burst * self.interval;
        if over <= 0 { Ok(debt) } else { Err(u16::try_from((over + 999) / 1000).unwrap_or(u16::MAX)) }
    }
}

/// How often passwords were wrong, by name and in all. What counts no more is forgotten, and the limit on all of them bounds
/// how many names are kept.
#[derive(Debug, Default)]
struct Attempts {
    all: i64,
    by_name: HashMap<String, i64>,
}

impl Attempts {
    /// Counts an attempt as wrong until [`Self::was_right`].
    fn begin(&mut self, name: &str, now: i64) -> Result<(), u16> {
        self.by_name.retain(|_, debt| *debt > now);
        let name = key(name);
        let debt = OF_ONE.take(self.by_name.get(&name).copied().unwrap_or_default(), now)?;
        self.all = OF_ALL.take(self.all, now)?;
        self.by_name.insert(name, debt);
        Ok(())
    }

    fn was_right(&mut self, name: &str) {
        self.by_name.remove(&key(name));
        self.all -= OF_ALL.interval;
    }
}

/// Names of any length take the same room.
fn key(name: &str) -> String {
    super::hash_key(&crate::storage::people::folded(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_passwords_are_limited_by_name_and_the_limit_passes() {
        let mut attempts = Attempts::default();
        for _ in 0..10 {
            assert_eq!(attempts.begin("ada", 0), Ok(()));
        }
        assert_eq!(attempts.begin("Ada ", 0), Err(30), "the same name, written otherwise");
        assert_eq!(attempts.begin("grace", 0), Ok(()), "another name");
        assert_eq!(attempts.begin("ada", 29_999), Err(1));
        assert_eq!(attempts.begin("ada", 30_000), Ok(()));
        attempts.was_right("ada");
        assert_eq!(attempts.begin("ada", 30_000), Ok(()));
    }

    #[test]
    fn wrong_passwords_are_limited_in_all_and_little_is_kept() {
        let mut attempts = Attempts::default();
        let tried = (0..1000).filter(|n| attempts.begin(&format!("name {n}"), 0).is_ok()).count();
        assert_eq!(tried, 60);
        assert_eq!(attempts.by_name.len(), 60);
        assert_eq!(attempts.begin("later", 500), Ok(()));
        assert_eq!(attempts.begin("later", 1_000_000), Ok(()));
        assert_eq!(attempts.by_name.len(), 1);
    }

    #[test]
    fn what_a_password_needs() {
        let cases = [
            ("twelve chars", true),
            ("elevenchars", false),
            ("aaaaaaaaaaaaaaaa", false),
            ("ÄÖÜäöüß12345", true),
            ("ada.lovelace@plant", false),
        ];
        for (password, fine) in cases {
            let judged = acceptable(&Secret::new(password.to_owned()), "Ada.Lovelace@plant");
            assert_eq!(judged.is_ok(), fine, "{password}: {judged:?}");
        }
        assert!(acceptable(&Secret::new("abcdefgh".repeat(129)), "ada").is_err());
    }
}
