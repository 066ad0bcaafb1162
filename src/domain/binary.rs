//! Bytes that are not text, inside a journal that is.

use base64::{Engine, prelude::BASE64_STANDARD};

/// Bytes as base64.
pub fn encode(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// The bytes of a base64 text; what is not base64 gives nothing.
pub fn decode(text: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(text).unwrap_or_default()
}
