//! Why a file was left out: the words that `skipped[]` shows.

use crate::domain::map::Skipped;
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Why a file or folder is not part of the scan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SkipReason {
    #[error("binary")]
    Binary,
    #[error("not UTF-8")]
    NotUtf8,
    #[error("name is not UTF-8")]
    NameNotUtf8,
    /// Lines too long to be written by hand.
    #[error("minified")]
    Minified,
    /// Its header says that a program wrote it.
    #[error("generated: {0}")]
    Generated(String),
    #[error("{size_bytes} bytes, more than the limit of {limit_bytes}")]
    TooLarge { size_bytes: u64, limit_bytes: u64 },
    #[error("symbolic link")]
    Link,
    #[error("not a regular file")]
    NotRegular,
    #[error("submodule")]
    Submodule,
    /// A folder of dependencies, of build output or of a tool.
    #[error("{0}")]
    LeftOut(&'static str),
    /// The repository's settings leave it out; the text says why and where.
    #[error("{0}")]
    Excluded(String),
    /// A parser refused it: too deep, or not its language.
    #[error("{0}")]
    Unparsed(String),
    #[error("unreadable: {0}")]
    Unreadable(String),
}

impl SkipReason {
    /// The entry of `skipped[]` for a path that is UTF-8.
    pub fn at(&self, path: impl Into<String>) -> Skipped {
        Skipped { path: path.into(), reason: self.to_string(), path_bytes: None }
    }

    /// The entry for raw path bytes: shown lossily, kept exactly in base64 when not UTF-8.
    pub fn at_bytes(&self, path: &[u8]) -> Skipped {
        match std::str::from_utf8(path) {
            Ok(text) => self.at(text),
            Err(_) => Skipped {
                path: String::from_utf8_lossy(path).into_owned(),
                reason: self.to_string(),
                path_bytes: Some(STANDARD.encode(path)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_utf8_keeps_its_exact_bytes() {
        let skipped = SkipReason::NameNotUtf8.at_bytes(b"app/caf\xe9.py");
        assert_eq!(skipped.path, "app/caf\u{fffd}.py");
        assert_eq!(STANDARD.decode(skipped.path_bytes.unwrap()).unwrap(), b"app/caf\xe9.py");
    }
}
