//! One line of a journal: an event and a checksum that chains it to the line before.
//!
//! `{"sum":"<16 hex digits>","event":{…}}`. The sum covers the event's bytes and the sum
//! of the line before, so that a line that was changed, lost, doubled or moved is seen.
//! Pure.

use crate::domain::event::Event;
use sha2::{Digest, Sha256};

/// Where the chain begins.
pub(super) const START: &str = "proscenium/1";

const HEAD: &str = "{\"sum\":\"";
const MIDDLE: &str = "\",\"event\":";
const SUM_DIGITS: usize = 16;

/// The line for an event with its newline, and its sum.
pub(super) fn encode(event: &Event, before: &str) -> Result<(Vec<u8>, String), serde_json::Error> {
    let json = serde_json::to_string(event)?;
    let sum = sum_of(before, &json);
    Ok((format!("{HEAD}{sum}{MIDDLE}{json}}}\n").into_bytes(), sum))
}

/// The event of a line without its newline, and its sum; or what is wrong with it.
pub(super) fn decode(line: &[u8], before: &str) -> Result<(Event, String), String> {
    let line = std::str::from_utf8(line).map_err(|_| "it is not UTF-8".to_owned())?;
    let parts = line.strip_prefix(HEAD).and_then(|rest| {
        let (sum, rest) = rest.split_at_checked(SUM_DIGITS)?;
        let json = rest.strip_prefix(MIDDLE)?.strip_suffix('}')?;
        Some((sum, json))
    });
    let (sum, json) = parts.ok_or_else(|| "it is not a line of a journal".to_owned())?;
    if sum != sum_of(before, json) {
        return Err("its checksum does not fit".to_owned());
    }
    let event = serde_json::from_str(json).map_err(|error| error.to_string())?;
    Ok((event, sum.to_owned()))
}

fn sum_of(before: &str, json: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(before);
    digest.update("\n");
    digest.update(json);
    let bytes = digest.finalize();
    bytes.iter().take(SUM_DIGITS / 2).map(|byte| format!("{byte:02x}")).collect()
}
