//! What will be committed, and what was.

use super::{ids::HunkId, layer::Layer};
use serde::{Deserialize, Serialize};

/// One commit, or one for each layer in build order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum CommitShape {
    #[default]
    One,
    PerLayer,
}

/// One commit that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitRecord {
    /// 40 hexadecimal digits.
    pub id: String,
    pub tree: String,
    pub subject: String,
    pub hunks: Vec<HunkId>,
    #[serde(default)]
    pub layer: Option<Layer>,
    /// `ssh-ed25519 …9Qz` or empty when unsigned.
    #[serde(default)]
    pub signed_with: String,
    /// Whether exactly this tree was verified.
    pub verified: bool,
}

/// One file of a commit: its text, or its removal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitFile {
    pub path: String,
    /// `None` removes the file.
    pub bytes: Option<Vec<u8>>,
    /// `0o100644`, `0o100755` or `0o120000`; `None` keeps the base's (new files: `0o100644`).
    pub mode: Option<u32>,
}
