//! What git attributes and settings say about a path: filters, encodings, line ends.
//!
//! libgit2 runs no filter and no re-encoding, so a path that has one would be committed
//! raw; such paths are refused by name. Line ends are converted here, as git does.

use super::git_error;
use crate::ports::vault::VaultError;
use git2::{AttrCheckFlags, AttrValue, Repository};
use std::path::Path;

/// Whether line ends change between the repository and the working tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LineEnds {
    /// CRLF of the working tree becomes LF in the repository.
    pub(super) normalised: bool,
    /// New files get CRLF in the working tree.
    pub(super) crlf_on_disk: bool,
}

/// Refuses a path whose content goes through a program or another encoding.
pub(super) fn refuse_filtered(repository: &Repository, path: &str) -> Result<(), VaultError> {
    match filter_of(repository, path)? {
        None => Ok(()),
        Some(filter) => Err(VaultError::RefusedPath {
            path: path.to_owned(),
            reason: format!("has the git attribute {filter}; add it with git itself"),
        }),
    }
}

/// `filter=lfs` or `working-tree-encoding=UTF-16` where set to a value.
pub(super) fn filter_of(repository: &Repository, path: &str) -> Result<Option<String>, VaultError> {
    for name in ["filter", "working-tree-encoding"] {
        if let Some(value) = attribute(repository, path, name)?
            && !(name == "working-tree-encoding" && value.eq_ignore_ascii_case("utf-8"))
        {
            return Ok(Some(format!("{name}={value}")));
        }
    }
    Ok(None)
}

/// The line-end rules of a path, from `text`, `eol`, `core.autocrlf` and `core.eol`.
pub(super) fn line_ends(repository: &Repository, path: &str) -> Result<LineEnds, VaultError> {
    let flags = AttrCheckFlags::FILE_THEN_INDEX;
    let text = repository.get_attr(Path::new(path), "text", flags).map_err(|error| git_error(&error))?;
    let text = AttrValue::from_string(text);
    if text == AttrValue::False {
        return Ok(LineEnds::default());
    }
    let eol = attribute(repository, path, "eol")?;
    let config = repository.config().map_err(|error| git_error(&error))?;
    let setting = |name: &str| config.get_string(name).unwrap_or_default().to_lowercase();
    let auto = setting("core.autocrlf");
    let converts = matches!(auto.as_str(), "true" | "1" | "yes" | "on");
    let is_text = text == AttrValue::True || matches!(text, AttrValue::String(value) if value == "auto");
    let crlf_on_disk = match eol.as_deref() {
        Some("crlf") => true,
        Some("lf") => false,
        _ => converts || (is_text && auto != "input" && setting("core.eol") == "crlf"),
    };
    Ok(LineEnds { normalised: eol.is_some() || is_text || converts || auto == "input", crlf_on_disk })
}

/// The value of an attribute, when it is set to one.
fn attribute(repository: &Repository, path: &str, name: &str) -> Result<Option<String>, VaultError> {
    let value = repository
        .get_attr(Path::new(path), name, AttrCheckFlags::FILE_THEN_INDEX)
        .map_err(|error| git_error(&error))?;
    Ok(match AttrValue::from_string(value) {
        AttrValue::String(value) => Some(value.to_owned()),
        AttrValue::Bytes(value) => Some(String::from_utf8_lossy(value).into_owned()),
        AttrValue::True | AttrValue::False | AttrValue::Unspecified => None,
    })
}

/// Whether a text has CRLF at every line end, and at least one.
pub(super) fn is_all_crlf(bytes: &[u8]) -> bool {
    let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
    ends > 0 && ends == bytes.windows(2).filter(|pair| pair == b"\r\n").count()
}

/// Whether a text has a CRLF anywhere.
pub(super) fn has_crlf(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == b"\r\n")
}

/// CRLF becomes LF; a lone CR stays.
pub(super) fn to_lf(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\r' || rest.peek() != Some(&b'\n') {
            text.push(byte);
        }
    }
    text
}

/// Every LF becomes CRLF; what is CRLF stays.
pub(super) fn to_crlf(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len() + bytes.len() / 16);
    let mut before = 0;
    for &byte in bytes {
        if byte == b'\n' && before != b'\r' {
            text.push(b'\r');
        }
        text.push(byte);
        before = byte;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_survive_the_way_to_the_disk_and_back() {
        let text = b"a\nb\rc\n\nlast";
        assert_eq!(to_crlf(text), b"a\r\nb\rc\r\n\r\nlast");
        assert_eq!(to_lf(&to_crlf(text)), text);
        assert_eq!(to_crlf(&to_crlf(text)), to_crlf(text));
    }

    #[test]
    fn one_bare_line_feed_makes_a_text_mixed() {
        assert!(is_all_crlf(b"a\r\nb\r\n"));
        assert!(!is_all_crlf(b"a\r\nb\n"));
        assert!(!is_all_crlf(b"no end"));
    }
}
