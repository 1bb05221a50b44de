//! Text as it is compared: in lower case, without diacritics, one blank where there were several.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// What stands between the parts of a text in the index; no folded text contains it.
pub const BREAK: char = '\0';

/// Adds the text in the form in which texts are compared, up to `limit` bytes more.
pub fn fold_into(folded: &mut String, text: &str, limit: usize) {
    let end = folded.len() + limit;
    let mut blank = true;
    for plain in text.nfkd().filter(|plain| !is_combining_mark(*plain)).flat_map(char::to_lowercase) {
        if plain.is_whitespace() || plain.is_control() {
            if !blank && folded.len() < end {
                folded.push(' ');
            }
            blank = true;
            continue;
        }
        blank = false;
        let length = folded.len();
        match spelled_out(plain) {
            Some(letters) => folded.push_str(letters),
            None => folded.push(plain),
        }
        if folded.len() > end {
            folded.truncate(length);
            break;
        }
    }
    if folded.ends_with(' ') {
        folded.pop();
    }
}

/// The text in the form in which texts are compared.
pub fn folded(text: &str, limit: usize) -> String {
    let mut folded = String::new();
    fold_into(&mut folded, text, limit);
    folded
}

/// Letters that do not take apart, as people type them who do not have them.
fn spelled_out(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        _ => return None,
    })
}
