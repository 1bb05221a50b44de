use std::io::{Read, Write};

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use thiserror::Error;

use super::super::model::Model;

/// The fewest bits of a list that we publish: both standards want so many, so that an index says little about its holder.
pub const MIN_BITS: u64 = 131_072;

/// How much is unpacked at a time.
const CHUNK: usize = 16 * 1024;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const BASE64URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT.with_encode_padding(false));

/// The bits of a status list: index 0 is the most significant bit of the first byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bits(Vec<u8>);

impl Bits {
    /// A list of at least `count` bits, none set; never fewer than [`MIN_BITS`].
    pub fn new(count: u64) -> Self {
        let bytes = count.max(MIN_BITS).div_ceil(8);
        Self(vec![0; usize::try_from(bytes).unwrap_or(usize::MAX >> 8)])
    }

    /// The bits in bytes that were kept.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes, to be kept.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// How many bits there are.
    pub fn count(&self) -> u64 {
        self.0.len() as u64 * 8
    }

    /// The bit at `index`; none if the list is shorter.
    pub fn get(&self, index: u64) -> Option<bool> {
        let byte = self.0.get(usize::try_from(index / 8).ok()?)?;
        Some(byte & mask(index) != 0)
    }

    /// Sets or clears the bit at `index`. Returns whether there is such a bit.
    pub fn set(&mut self, index: u64, value: bool) -> bool {
        let place = usize::try_from(index / 8).ok();
        let Some(byte) = place.and_then(|place| self.0.get_mut(place)) else { return false };
        if value {
            *byte |= mask(index);
        } else {
            *byte &= !mask(index);
        }
        true
    }

    /// The member `encodedList`: for 2.0 multibase `u` and base64url of the GZIP, for 1.1 plain base64 of it.
    ///
    /// # Errors
    /// [`BitsError::Packing`] if the compressor fails, which for memory it does not.
    pub fn encode(&self, model: Model) -> Result<String, BitsError> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(&self.0).map_err(|_| BitsError::Packing)?;
        let packed = packer.finish().map_err(|_| BitsError::Packing)?;
        Ok(match model {
            Model::V1_1 => BASE64.encode(packed),
            Model::V2_0 => format!("u{}", BASE64URL.encode(packed)),
        })
    }

    /// Reads `encodedList` in either form, with or without `u` and padding. Never more than `most` bytes are unpacked.
    ///
    /// # Errors
    /// [`BitsError`].
    pub fn decode(encoded: &str, most: usize) -> Result<Self, BitsError> {
        // GZIP begins with 1f 8b: base64 writes that as `H4s`, so a leading `u` is the multibase prefix and no content.
        let encoded = encoded.strip_prefix('u').unwrap_or(encoded);
        let packed = BASE64URL.decode(encoded).or_else(|_| BASE64.decode(encoded)).map_err(|_| BitsError::Base64)?;
        unpack(&packed, most).map(Self)
    }
}

fn mask(index: u64) -> u8 {
    0x80 >> (index % 8)
}

/// Unpacks `packed` without ever holding more than `most` bytes of the result.
fn unpack(packed: &[u8], most: usize) -> Result<Vec<u8>, BitsError> {
    let mut unpacked: Vec<u8> = Vec::new();
    let mut chunk = vec![0; CHUNK];
    let mut stream = GzDecoder::new(packed);
    loop {
        let count = stream.read(&mut chunk).map_err(|_| BitsError::Gzip)?;
        let Some(part) = chunk.get(..count).filter(|part| !part.is_empty()) else { break };
        let length = unpacked.len() + part.len();
        if length > most {
            return Err(BitsError::Bomb { most });
        }
        if length > unpacked.capacity() {
            let wanted = (unpacked.capacity() * 2).clamp(length, most.max(length));
            unpacked.reserve_exact(wanted - unpacked.len());
        }
        unpacked.extend_from_slice(part);
    }
    if unpacked.is_empty() { Err(BitsError::Empty) } else { Ok(unpacked) }
}

/// Why bits cannot be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BitsError {
    /// Not base64 in any form.
    #[error("it is neither base64url nor base64")]
    Base64,
    /// Not GZIP.
    #[error("it is not GZIP")]
    Gzip,
    /// It unpacks to more than is held: a mistake, or an attack on memory.
    #[error("it unpacks to more than {most} bytes")]
    Bomb {
        /// The bound, in bytes.
        most: usize,
    },
    /// Nothing in it.
    #[error("it is empty")]
    Empty,
    /// The compressor failed.
    #[error("it could not be packed")]
    Packing,
}
