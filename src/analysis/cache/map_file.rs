//! The finished map as the text that `scan --format json` prints.
//!
//! Keeping the text itself lets an unchanged repository be answered without building the
//! map; others parse it.

use super::{
    fingerprint::Fingerprint,
    frame::{self, Kind},
};
use crate::domain::map::BackendMap;

/// The field that says how long the scan took, as the text spells it.
const ELAPSED: &str = "\"elapsed_ms\": ";

/// The map as the bytes of a cache file; none when it cannot be written down.
pub(super) fn encode(key: &Fingerprint, map: &BackendMap) -> Option<Vec<u8>> {
    let text = serde_json::to_string_pretty(map).ok()?;
    let mut out = Vec::new();
    frame::write(Kind::Map, key, text.as_bytes(), &mut out);
    Some(out)
}

/// The text of a cache file from its head and what follows; none when it is not whole or
/// stands for another state.
pub(super) fn text(key: &Fingerprint, head: &[u8], payload: Vec<u8>) -> Option<String> {
    let (length, sum) = frame::promised(Kind::Map, key, head)?;
    if payload.len() != length || frame::checksum(&payload) != sum {
        return None;
    }
    String::from_utf8(payload).ok()
}

/// The same text with the time that this scan took.
pub(super) fn with_elapsed(mut text: String, elapsed_ms: u64) -> Option<String> {
    let start = text.rfind(ELAPSED)? + ELAPSED.len();
    let length = text.get(start..)?.bytes().take_while(u8::is_ascii_digit).count();
    text.replace_range(start..start + length, &elapsed_ms.to_string());
    Some(text)
}

/// The map in a text.
pub(super) fn parse(text: &str) -> Option<BackendMap> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::map::{Skipped, Stats};
    use pretty_assertions::assert_eq;

    #[test]
    fn a_map_comes_back_with_the_time_of_its_own_scan() {
        let key = Fingerprint::of(&[b"key"]);
        let map = BackendMap {
            // A name that spells the field must not be taken for it.
            skipped: vec![Skipped { path: format!("{ELAPSED}7"), reason: "binary".into(), path_bytes: None }],
            stats: Stats { files: 1, bytes: 2, elapsed_ms: 1234, rules: 3 },
            ..BackendMap::default()
        };
        let bytes = encode(&key, &map).unwrap();
        let (head, payload) = bytes.split_at(frame::HEAD);
        let text = with_elapsed(text(&key, head, payload.to_vec()).unwrap(), 5).unwrap();
        let expected = BackendMap { stats: Stats { elapsed_ms: 5, ..map.stats }, ..map };
        assert_eq!(parse(&text), Some(expected));
        assert_eq!(super::text(&Fingerprint::of(&[b"other"]), head, payload.to_vec()), None);
        let mut changed = payload.to_vec();
        changed[0] ^= 1;
        assert_eq!(super::text(&key, head, changed), None);
        assert_eq!(super::text(&key, head, payload[1..].to_vec()), None);
    }
}
