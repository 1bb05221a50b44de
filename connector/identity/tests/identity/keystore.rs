use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use symbolon_identity::keystore::{
    KeyFile, KeyFileError, KeystoreError, Passphrase, PassphraseError, Unlock, create, from_json, open, replace,
    to_json,
};
use symbolon_identity::{Held, Keyring};
use tempfile::TempDir;

use crate::{at, key, party};

fn passphrase(value: &str) -> Unlock {
    Passphrase::new(value).unwrap().into()
}

/// A keyring with keys that sign and keys that do not any more.
fn keyring() -> Keyring {
    let first = Keyring::generate_web("did:web:oem.example", at(1)).unwrap();
    first.rotate(at(2), Duration::from_secs(60)).unwrap()
}

/// Everything of a keyring that can be compared.
fn compared(keyring: &Keyring) -> String {
    let held = |held: &Held| (format!("{held:?}"), held.key.sign_here(b"x").map(|signature| signature.len()));
    let held: Vec<_> = keyring.held().iter().map(held).collect();
    format!("{} {held:?} {:?} {:?}", keyring.did(), keyring.retired(), keyring.token_secret().as_bytes())
}

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keystore.json");
    (folder, path)
}

fn put(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn what_is_created_can_be_opened_and_nothing_else_is_left() {
    for keyring in [keyring(), party(1)] {
        let (folder, path) = place();
        create(&path, &passphrase("correct horse"), &keyring).unwrap();
        let opened = open(&path, &passphrase("correct horse")).unwrap();
        assert_eq!(compared(&opened), compared(&keyring));
        for (opened, made) in opened.held().iter().zip(keyring.held()) {
            let signature = opened.key.sign_here(b"x").unwrap();
            made.key.public().verify(made.key.algorithm(), b"x", &signature).unwrap();
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);

        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(keyring.did()), "the DID can be read without the passphrase");
        assert!(text.contains("memory_kib"), "the parameters are in the file");
        let shown = format!("{keyring:?} {:?}", passphrase("correct horse"));
        assert!(!shown.contains("horse"), "{shown}");
        assert!(!shown.contains(&format!("{:?}", keyring.token_secret().as_bytes())), "{shown}");

        let error = open(&path, &passphrase("correct hors")).unwrap_err();
        assert_eq!(error.code(), "keystore-wrong-passphrase");
        let told = format!("a passphrase was given that does not open the keystore {}", path.display());
        assert_eq!(error.to_string(), told);
    }
}

/// Made outside this crate: an Ed25519 secret of 32 bytes of 7, a token secret of 32 bytes of 8, the passphrase `p`.
const FIRST_FORMAT: &str = r#"{
  "clear": {
    "format": "symbolon-keystore/1",
    "did": "did:key:z6MkvDqGT54cXesYGvABpF1UapVNwjCqRcafi4Px6Thv5T3Z",
    "argon2id": {
      "memory_kib": 19456,
      "passes": 2,
      "lanes": 1,
      "salt": "AAECAwQFBgcICQoLDA0ODw"
    },
    "xchacha20poly1305": {
      "nonce": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
    }
  },
  "ciphertext": "L5uhcju6idZfx3dXyKPmdvzsUat9GH0hzw92_pjPvQr6uLwzo87WJN_TPbz7QstFjXleDaOdXYJyUsglcwJOINsyx9lsKh0C7Ccr5J00i-Q",
  "checksum": "6ce10ff9ca9ad4d5467f3b5fc4053eb78d9f441ccc75c2ee2f23e6f62f12efdd"
}
"#;

#[test]
fn a_file_of_the_first_format_opens_and_becomes_one_of_the_second() {
    let (_folder, path) = place();
    put(&path, FIRST_FORMAT.as_bytes());
    let opened = open(&path, &passphrase("p")).unwrap();
    assert_eq!(opened.did(), "did:key:z6MkvDqGT54cXesYGvABpF1UapVNwjCqRcafi4Px6Thv5T3Z");
    assert_eq!(opened.held()[0].key.public(), key(7).public());
    assert_eq!(opened.token_secret().as_bytes(), &[8; 32]);
    assert_eq!(open(&path, &passphrase("q")).unwrap_err().code(), "keystore-wrong-passphrase");
    replace(&path, &passphrase("p"), &opened).unwrap();
    assert!(fs::read_to_string(&path).unwrap().contains("symbolon-keystore/2"));
    assert_eq!(compared(&open(&path, &passphrase("p")).unwrap()), compared(&opened));
}

#[test]
fn a_rotation_replaces_the_file_as_a_whole() {
    let (folder, path) = place();
    let first = keyring();
    assert_eq!(replace(&path, &passphrase("p"), &first).unwrap_err().code(), "keystore-not-found");
    create(&path, &passphrase("p"), &first).unwrap();
    let second = first.rotate(at(3), Duration::from_secs(60)).unwrap();
    replace(&path, &passphrase("other"), &second).unwrap();
    assert_eq!(compared(&open(&path, &passphrase("other")).unwrap()), compared(&second));
    assert_eq!(open(&path, &passphrase("p")).unwrap_err().code(), "keystore-wrong-passphrase");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
}

#[test]
fn a_key_file_opens_in_place_of_a_passphrase() {
    let (folder, path) = place();
    let file = folder.path().join("key");
    let key = KeyFile::create(&file).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(fs::read(&file).unwrap().len(), 32);
    assert!(matches!(KeyFile::create(&file), Err(KeyFileError::Io { .. })), "nothing is overwritten");
    assert_eq!(format!("{key:?}"), "KeyFile(..)");
    let keyring = keyring();
    create(&path, &key.into(), &keyring).unwrap();
    let unlock = || Unlock::from(KeyFile::read(&file).unwrap());
    assert_eq!(compared(&open(&path, &unlock()).unwrap()), compared(&keyring));

    let error = open(&path, &passphrase("p")).unwrap_err();
    assert_eq!(error.code(), "keystore-other-means");
    assert!(error.to_string().ends_with("is opened by a key file, and a passphrase was given"), "{error}");
    let other = KeyFile::create(&folder.path().join("other")).unwrap();
    assert_eq!(open(&path, &other.into()).unwrap_err().code(), "keystore-wrong-passphrase");

    fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(KeyFile::read(&file), Err(KeyFileError::TooOpen { mode: 0o640, .. })));
    for length in [0, 31, 33, 10_000] {
        put(&file, &vec![1; length]);
        assert!(matches!(KeyFile::read(&file), Err(KeyFileError::Length { .. })), "{length}");
    }
    assert!(matches!(KeyFile::read(&folder.path().join("absent")), Err(KeyFileError::Io { .. })));
}

#[test]
fn a_vault_keeps_the_same_json() {
    let keyring = keyring();
    let json = to_json(&keyring).unwrap();
    assert_eq!(compared(&from_json(&json).unwrap()), compared(&keyring));
    let value: Value = serde_json::from_slice(&json).unwrap();
    let refused = |pointer: &str, replacement: Value| {
        let mut changed = value.clone();
        *changed.pointer_mut(pointer).unwrap() = replacement;
        from_json(changed.to_string().as_bytes()).unwrap_err()
    };
    let cases = [
        ("/did", json!("did:web:other.example")),
        ("/did", json!(7)),
        ("/token_secret", json!("AA")),
        ("/token_secret", json!("A".repeat(1000))),
        ("/keys/0/kind", json!("RSA")),
        ("/keys/0/secret", json!("*")),
        ("/keys/0/id", json!("did:web:oem.example")),
        ("/keys/0/relationships", json!(["everything"])),
        ("/keys/0/created", json!("yesterday")),
        ("/retired/0/public", json!({"kty": "oct"})),
        ("/retired", json!({})),
    ];
    for (pointer, replacement) in cases {
        let reason = refused(pointer, replacement.clone());
        assert!(reason.starts_with("it"), "{pointer} {replacement}: {reason}");
    }
    for json in [b"".as_slice(), b"[]", b"{}", b"null", &[0xff; 10]] {
        from_json(json).unwrap_err();
    }
    assert_eq!(from_json(&to_json(&party(3)).unwrap()).unwrap().did(), party(3).did());
}

#[test]
fn nothing_is_overwritten() {
    let (folder, path) = place();
    put(&path, b"precious");
    let error = create(&path, &passphrase("p"), &party(1)).unwrap_err();
    assert!(matches!(error, KeystoreError::Exists { .. }), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn each_obstacle_has_its_own_error() {
    let (folder, path) = place();
    let try_open = |path: &Path| open(path, &passphrase("p")).unwrap_err();
    assert!(matches!(try_open(&path), KeystoreError::NotFound { .. }));
    assert_eq!(try_open(folder.path()).code(), "keystore-damaged");
    let beneath = folder.path().join("absent").join("keystore.json");
    assert_eq!(create(&beneath, &passphrase("p"), &party(1)).unwrap_err().code(), "keystore-io");

    for mode in [0o640, 0o604, 0o660, 0o666, 0o777, 0o610, 0o601] {
        put(&path, b"{}");
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let error = try_open(&path);
        assert!(matches!(error, KeystoreError::TooOpen { mode: told, .. } if told == mode), "{error}");
        assert!(error.to_string().ends_with(&format!("(mode {mode:04o}): run chmod 600 on it")), "{error}");
    }
    for bytes in [b"".as_slice(), b"{}", b"[]", b"not json", &[0xff; 100], &[b' '; 2_000_000]] {
        put(&path, bytes);
        assert_eq!(try_open(&path).code(), "keystore-damaged");
    }
}

#[test]
fn every_changed_byte_is_refused_as_damage() {
    let (_folder, path) = place();
    create(&path, &passphrase("p"), &party(1)).unwrap();
    let good = fs::read(&path).unwrap();
    let refused = |bytes: &[u8]| {
        put(&path, bytes);
        let error = open(&path, &passphrase("p")).unwrap_err();
        assert!(matches!(error, KeystoreError::Damaged { .. }), "{error}");
    };
    for position in 0..good.len() {
        for change in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x2a, 0xff] {
            let mut bytes = good.clone();
            bytes[position] ^= change;
            refused(&bytes);
        }
        refused(&good[..position]);
        refused(&[&good[..position], &good[position + 1..]].concat());
    }
    refused(&[good.as_slice(), b"\n"].concat());
    refused(&[b" ", good.as_slice()].concat());
    put(&path, &good);
    open(&path, &passphrase("p")).unwrap();
}

/// Somebody who can write the file can also mend its checksum; the encryption covers every member all the same.
#[test]
fn a_forged_file_with_a_right_checksum_does_not_open() {
    let (_folder, path) = place();
    create(&path, &passphrase("p"), &party(1)).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    let value: Value = serde_json::from_str(&good).unwrap();
    let member = |pointer: &str| value.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    let flip = |text: &str| {
        let (first, rest) = text.split_at(1);
        format!("{}{rest}", if first == "A" { "B" } else { "A" })
    };
    let text = |pointer: &str| (member(pointer), flip(&member(pointer)));
    let forgeries = [
        (member("/clear/did"), party(2).did().to_owned(), "keystore-wrong-passphrase"),
        (text("/clear/argon2id/salt").0, text("/clear/argon2id/salt").1, "keystore-wrong-passphrase"),
        (
            text("/clear/xchacha20poly1305/nonce").0,
            text("/clear/xchacha20poly1305/nonce").1,
            "keystore-wrong-passphrase",
        ),
        (text("/ciphertext").0, text("/ciphertext").1, "keystore-wrong-passphrase"),
        ("\"passes\": 2".into(), "\"passes\": 1".into(), "keystore-wrong-passphrase"),
        ("\"memory_kib\": 19456".into(), "\"memory_kib\": 4000000000".into(), "keystore-damaged"),
        ("\"passes\": 2".into(), "\"passes\": 4000000000".into(), "keystore-damaged"),
        ("\"lanes\": 1".into(), "\"lanes\": 0".into(), "keystore-damaged"),
        ("keystore/2".into(), "keystore/1".into(), "keystore-wrong-passphrase"),
        ("keystore/2".into(), "keystore/3".into(), "keystore-damaged"),
        ("\"opened_by\": \"passphrase\"".into(), "\"opened_by\": \"key-file\"".into(), "keystore-other-means"),
        ("    \"opened_by\": \"passphrase\",\n".into(), String::new(), "keystore-wrong-passphrase"),
    ];
    for (from, to, code) in forgeries {
        assert!(good.contains(&from), "{from}");
        put(&path, with_right_checksum(&good.replacen(&from, &to, 1)).as_bytes());
        let error = open(&path, &passphrase("p")).unwrap_err();
        assert_eq!(error.code(), code, "{from} -> {to}: {error}");
    }
    put(&path, with_right_checksum(&good).as_bytes());
    open(&path, &passphrase("p")).unwrap();
}

#[test]
fn a_passphrase_comes_from_a_value_a_file_or_a_variable() {
    let (folder, path) = place();
    create(&path, &passphrase("pass word "), &party(1)).unwrap();
    let file = folder.path().join("passphrase");
    for content in ["pass word ", "pass word \n", "pass word \r\n"] {
        fs::write(&file, content).unwrap();
        open(&path, &Passphrase::from_file(&file).unwrap().into()).unwrap();
    }
    for content in ["", "\n", &"x".repeat(4097), &"x".repeat(10_000)] {
        fs::write(&file, content).unwrap();
        assert!(matches!(Passphrase::from_file(&file), Err(PassphraseError::Length)));
    }
    fs::write(&file, format!("{}\r\n", "x".repeat(4096))).unwrap();
    Passphrase::from_file(&file).unwrap();
    let absent = Passphrase::from_file(&folder.path().join("absent")).unwrap_err();
    assert!(absent.to_string().contains("absent cannot be read"), "{absent}");

    // Cargo sets this one for every test.
    Passphrase::from_env("CARGO_MANIFEST_DIR").unwrap();
    let unset = Passphrase::from_env("SYMBOLON_TEST_UNSET").unwrap_err();
    assert!(matches!(unset, PassphraseError::NotSet { .. }));
    assert!(matches!(Passphrase::new(""), Err(PassphraseError::Length)));
}

fn with_right_checksum(file: &str) -> String {
    let clear = {
        let start = file.find("\"clear\": ").unwrap() + "\"clear\": ".len();
        let end = file.find(",\n  \"ciphertext\"").unwrap();
        file[start..end].lines().map(str::trim).collect::<String>().replace("\": ", "\":")
    };
    let value: Value = serde_json::from_str(file).unwrap();
    let ciphertext = value["ciphertext"].as_str().unwrap();
    let sum = hex::encode(Sha256::digest([clear.as_bytes(), &[0], ciphertext.as_bytes()].concat()));
    file.replace(value["checksum"].as_str().unwrap(), &sum)
}
