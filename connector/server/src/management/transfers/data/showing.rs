//! Somebody else's data before a browser: to be saved as a file, or its beginning to be looked at. Nothing of it runs or is
//! rendered, whatever it says it is.

use std::path::Path;

use actix_web::http::header::{
    CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, Charset, ContentDisposition, DispositionParam,
    DispositionType, ExtendedValue, HeaderName, HeaderValue,
};
use actix_web::{HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use symbolon_data_plane::fetch::file_ending;

/// Longest name of a file, in characters.
const NAME: usize = 120;
/// Whether there is more than a preview shows.
const TRUNCATED: HeaderName = HeaderName::from_static("x-preview-truncated");
/// What the provider calls the type of the whole.
const SOURCE_TYPE: HeaderName = HeaderName::from_static("x-source-content-type");

/// The answer is a file of this name.
pub(super) fn to_be_saved(head: &mut HttpResponseBuilder, name: &str) {
    head.insert_header((CONTENT_DISPOSITION, attachment(name)));
    never_run(head);
}

/// The beginning of something of this media type: text as plain text whatever kind it is of, pictures that hold nothing else as
/// they are, the rest as bytes.
pub(super) fn beginning(bytes: Bytes, truncated: bool, kind: Option<&str>) -> HttpResponse {
    let essence = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_picture = matches!(essence.as_str(), "image/png" | "image/jpeg" | "image/gif" | "image/webp");
    let shown_as = match essence.as_str() {
        picture if is_picture && !truncated => picture,
        _ if is_text(&bytes, truncated) => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    let mut head = HttpResponse::Ok();
    head.insert_header((CONTENT_TYPE, shown_as)).insert_header((CONTENT_DISPOSITION, "inline"));
    head.insert_header((TRUNCATED, if truncated { "true" } else { "false" }));
    if let Some(kind) = kind {
        head.insert_header((SOURCE_TYPE, kind));
    }
    never_run(&mut head);
    head.body(bytes)
}

fn never_run(head: &mut HttpResponseBuilder) {
    head.insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"));
    head.insert_header(("cross-origin-resource-policy", "same-origin"));
}

/// UTF-8 without control characters that texts do not have. A cut may go through the last character.
fn is_text(bytes: &[u8], truncated: bool) -> bool {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if truncated && error.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
}

fn attachment(name: &str) -> ContentDisposition {
    let plain: String = name.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
    let mut parameters = vec![DispositionParam::Filename(plain)];
    if !name.is_ascii() {
        let (charset, value) = (Charset::Ext("UTF-8".to_owned()), name.as_bytes().to_vec());
        parameters.push(DispositionParam::FilenameExt(ExtendedValue { charset, language_tag: None, value }));
    }
    ContentDisposition { disposition: DispositionType::Attachment, parameters }
}

/// What the file is called: as the path says that was asked for (the first of `ours`), or else as the provider says
/// (`Content-Disposition`), or else after the dataset; with the ending of its media type where it has none.
pub(super) fn file_name(ours: [&str; 2], given: Option<&str>, kind: Option<&str>) -> String {
    let [path, dataset] = ours;
    let by_path = percent_decode_str(path).decode_utf8_lossy();
    let by_provider = given.and_then(|field| {
        let given = ContentDisposition::from_raw(&HeaderValue::from_str(field).ok()?).ok()?;
        let extended = given.get_filename_ext().map(|name| String::from_utf8_lossy(&name.value).into_owned());
        extended.or_else(|| given.get_filename().map(str::to_owned))
    });
    let names = [by_path.as_ref(), by_provider.as_deref().unwrap_or_default(), dataset];
    let named = names.into_iter().map(plain_name).find(|name| !name.is_empty());
    let name = named.unwrap_or_else(|| "data".to_owned());
    match kind.and_then(file_ending).filter(|_| Path::new(&name).extension().is_none()) {
        Some(ending) => format!("{name}.{ending}"),
        None => name,
    }
}

/// The last step of a path or an id, without what files are not called, and not hidden.
fn plain_name(text: &str) -> String {
    let last = text.trim_end_matches('/').rsplit(['/', '\\', ':', '#']).next().unwrap_or_default();
    let plain = last.chars().map(|c| if c.is_control() || "\"*<>?|;%".contains(c) { '_' } else { c });
    plain.collect::<String>().trim_start_matches('.').trim().chars().take(NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_name_that_is_no_path() {
        let cases = [
            ("", "urn:asset:press-7", None, Some("text/csv"), "press-7.csv"),
            ("", "urn:asset:press-7", Some("attachment; filename=\"shift.csv\""), Some("text/csv"), "shift.csv"),
            ("2026/shift%201.csv", "a", Some("attachment; filename=\"x\""), None, "shift 1.csv"),
            ("", "a", Some("attachment; filename=\"../../etc/passwd\""), None, "passwd"),
            ("", "a", Some("attachment; filename*=UTF-8''gr%C3%B6%C3%9Fe.csv"), None, "größe.csv"),
            ("", "a", Some("attachment; filename=\".bashrc\""), None, "bashrc"),
            ("a/b%0d%0aSet-Cookie: x=1", "a", None, None, "x=1"),
            ("..", "data", None, Some("text/html"), "data"),
            ("", "https://oem.example/parts#7", None, Some("application/json; charset=utf-8"), "7.json"),
            ("", "...", None, None, "data"),
        ];
        for (path, dataset, given, kind, expected) in cases {
            assert_eq!(file_name([path, dataset], given, kind), expected, "{path} {dataset} {given:?}");
        }
    }

    #[test]
    fn a_preview_is_never_rendered() {
        let cut_through = "é".as_bytes();
        let cases: [(&[u8], bool, Option<&str>, &str); 9] = [
            (b"a,b\n1,2\n", false, Some("text/csv"), "text/plain; charset=utf-8"),
            (b"<script>alert(1)</script>", false, Some("text/html"), "text/plain; charset=utf-8"),
            (b"<svg onload=alert(1)>", false, Some("image/svg+xml"), "text/plain; charset=utf-8"),
            (b"<html>", false, Some("image/png; x"), "image/png"),
            (b"\x89PNG", true, Some("image/png"), "application/octet-stream"),
            (b"{}", false, None, "text/plain; charset=utf-8"),
            (&cut_through[..1], true, None, "text/plain; charset=utf-8"),
            (&cut_through[..1], false, None, "application/octet-stream"),
            (b"PK\x03\x04", false, Some("application/zip"), "application/octet-stream"),
        ];
        for (bytes, truncated, kind, expected) in cases {
            let answer = beginning(Bytes::copy_from_slice(bytes), truncated, kind);
            let field = |name: &HeaderName| answer.headers().get(name).map(|value| value.to_str().unwrap_or_default());
            assert_eq!(field(&CONTENT_TYPE), Some(expected), "{kind:?}");
            assert_eq!(field(&CONTENT_SECURITY_POLICY), Some("default-src 'none'; sandbox"));
            assert_eq!(field(&TRUNCATED), Some(if truncated { "true" } else { "false" }));
        }
    }
}
