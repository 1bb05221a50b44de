use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};
use symbolon_identity::keystore::{KeystoreError, Passphrase, PassphraseError, create, open};
use tempfile::TempDir;

fn passphrase(value: &str) -> Passphrase {
    Passphrase::new(value).unwrap()
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
    let (folder, path) = place();
    let created = create(&path, &passphrase("correct horse")).unwrap();
    let opened = open(&path, &passphrase("correct horse")).unwrap();
    assert_eq!(created.signing_key.did(), opened.signing_key.did());
    assert_eq!(created.signing_key.sign(b"x").unwrap(), opened.signing_key.sign(b"x").unwrap());
    assert_eq!(created.token_secret.as_bytes(), opened.token_secret.as_bytes());
    assert_ne!(opened.token_secret.as_bytes(), &[0; 32]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);

    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(created.signing_key.did()), "the DID can be read without the passphrase");
    assert!(!text.contains(&hex::encode(created.token_secret.as_bytes())));
    assert!(text.contains("memory_kib"), "the parameters are in the file");
    let shown = format!("{created:?} {:?}", passphrase("correct horse"));
    assert!(!shown.contains("horse") && !shown.contains(&format!("{:?}", created.token_secret.as_bytes())), "{shown}");

    let error = open(&path, &passphrase("correct hors")).unwrap_err();
    assert!(matches!(error, KeystoreError::WrongPassphrase { .. }), "{error}");
    assert_eq!(error.to_string(), format!("the passphrase does not open the keystore {}", path.display()));
}

#[test]
fn nothing_is_overwritten() {
    let (folder, path) = place();
    put(&path, b"precious");
    let error = create(&path, &passphrase("p")).unwrap_err();
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
    assert_eq!(create(&beneath, &passphrase("p")).unwrap_err().code(), "keystore-io");

    for mode in [0o640, 0o604, 0o660, 0o666, 0o777, 0o610, 0o601] {
        put(&path, b"{}");
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let error = try_open(&path);
        assert!(matches!(error, KeystoreError::TooOpen { mode: told, .. } if told == mode), "{error}");
        assert!(error.to_string().ends_with(&format!("(mode {mode:04o}): run chmod 600 on it")), "{error}");
    }
    for bytes in [b"".as_slice(), b"{}", b"[]", b"not json", &[0xff; 100], &[b' '; 20_000]] {
        put(&path, bytes);
        assert_eq!(try_open(&path).code(), "keystore-damaged");
    }
}

#[test]
fn every_changed_byte_is_refused_as_damage() {
    let (_folder, path) = place();
    create(&path, &passphrase("p")).unwrap();
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
    let other = create(&path, &passphrase("p")).unwrap().signing_key;
    fs::remove_file(&path).unwrap();
    create(&path, &passphrase("p")).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    let value: Value = serde_json::from_str(&good).unwrap();
    let member = |pointer: &str| value.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    let flip = |text: &str| {
        let (first, rest) = text.split_at(1);
        format!("{}{rest}", if first == "A" { "B" } else { "A" })
    };
    let text = |pointer: &str| (member(pointer), flip(&member(pointer)));
    let forgeries = [
        (member("/clear/did"), other.did().to_owned(), "keystore-wrong-passphrase"),
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
        ("keystore/1".into(), "keystore/2".into(), "keystore-damaged"),
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
    create(&path, &passphrase("pass word ")).unwrap();
    let file = folder.path().join("passphrase");
    for content in ["pass word ", "pass word \n", "pass word \r\n"] {
        fs::write(&file, content).unwrap();
        open(&path, &Passphrase::from_file(&file).unwrap()).unwrap();
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
