use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Unreadable;

/// A country of ISO 3166-1 in its two-letter code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

/// The officially assigned codes of ISO 3166-1, in order.
const ASSIGNED: &str = "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCV\
                        CWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIM\
                        INIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMW\
                        MXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSS\
                        STSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW";

impl Country {
    /// The two letters.
    pub fn as_str(&self) -> &str {
        // Only assigned codes are built, and those are ASCII.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Country {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let code = <[u8; 2]>::try_from(text.as_bytes()).ok();
        let assigned = code.filter(|code| ASSIGNED.as_bytes().chunks_exact(2).any(|known| known == code));
        assigned
            .map(Self)
            .ok_or_else(|| Unreadable::new(text, "a country of ISO 3166-1 in two capital letters such as DE"))
    }
}

impl TryFrom<String> for Country {
    type Error = Unreadable;

    fn try_from(text: String) -> Result<Self, Unreadable> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> String {
        country.as_str().to_owned()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_assigned_codes_are_countries() {
        let codes: Vec<_> = ASSIGNED.as_bytes().chunks(2).collect();
        assert_eq!((codes.len(), ASSIGNED.len() % 2, codes.is_sorted()), (249, 0, true));
        for (text, known) in
            [("DE", true), ("US", true), ("UK", false), ("de", false), ("DEU", false), ("", false), ("ED", false)]
        {
            assert_eq!(text.parse::<Country>().is_ok(), known, "{text}");
        }
    }
}
