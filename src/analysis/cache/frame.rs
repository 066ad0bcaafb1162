//! The frame around everything in a cache file: who made it, for what, and a checksum.
//!
//! A frame that is not exactly as written reads as nothing.

use super::fingerprint::Fingerprint;
use rustc_hash::FxHasher;
use std::hash::Hasher;

/// Bytes before the payload: kind, key, length, checksum.
pub(super) const HEAD: usize = 8 + 32 + 8 + 8;

/// What a cache file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Facts,
    Map,
}

impl Kind {
    fn magic(self) -> &'static [u8; 8] {
        match self {
            Self::Facts => b"PSC-fct1",
            Self::Map => b"PSC-map1",
        }
    }

    /// The ending of its files.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::Map => "map",
        }
    }
}

/// Appends one frame.
pub(super) fn write(kind: Kind, key: &Fingerprint, payload: &[u8], out: &mut Vec<u8>) {
    out.reserve(HEAD + payload.len());
    out.extend_from_slice(kind.magic());
    out.extend_from_slice(key.bytes());
    out.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    out.extend_from_slice(&checksum(payload).to_le_bytes());
    out.extend_from_slice(payload);
}

/// The payloads of the frames that `bytes` consists of; none when one is not right.
pub(super) fn read<'b>(kind: Kind, key: &Fingerprint, mut bytes: &'b [u8]) -> Option<Vec<(u64, &'b [u8])>> {
    let mut payloads = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let (length, sum) = promised(kind, key, head)?;
        let (payload, after) = rest.split_at_checked(length)?;
        payloads.push((sum, payload));
        bytes = after;
    }
    Some(payloads)
}

/// Length and checksum of the payload that the head of a frame promises; none when the head
/// is not right.
pub(super) fn promised(kind: Kind, key: &Fingerprint, head: &[u8]) -> Option<(usize, u64)> {
    let (magic, head) = head.split_at_checked(8)?;
    let (found, head) = head.split_at_checked(32)?;
    let (length, sum) = head.split_at_checked(8)?;
    if magic != kind.magic() || found != key.bytes() {
        return None;
    }
    let length = usize::try_from(u64::from_le_bytes(length.try_into().ok()?)).ok()?;
    Some((length, u64::from_le_bytes(sum.try_into().ok()?)))
}

/// Tells accidents, not attacks: whoever can write the user's cache can write this too.
pub(super) fn checksum(payload: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(payload);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cut_changed_or_made_for_another_key_reads_as_nothing() {
        let key = Fingerprint::of(&[b"key"]);
        let mut bytes = Vec::new();
        write(Kind::Facts, &key, b"first", &mut bytes);
        write(Kind::Facts, &key, b"second", &mut bytes);
        let read_back = |bytes: &[u8]| {
            let payloads = read(Kind::Facts, &key, bytes)?;
            payloads.iter().all(|(sum, payload)| checksum(payload) == *sum).then_some(payloads.len())
        };
        assert_eq!(read_back(&bytes), Some(2));
        for cut in 1..bytes.len() {
            let whole_frames = cut == HEAD + 5;
            assert_eq!(read_back(&bytes[..cut]).is_some(), whole_frames, "cut at {cut}");
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x40;
            assert_eq!(read_back(&damaged), None, "damaged at {at}");
        }
        assert_eq!(read(Kind::Map, &key, &bytes), None);
        assert_eq!(read(Kind::Facts, &Fingerprint::of(&[b"other"]), &bytes), None);
    }
}
