//! One thing that a rule found.
//!
//! A finding says what, where and which rule; the rule's file says why and how to fix.
//! Its fingerprint survives line shifts: rule, path, enclosing symbol, normalised text.

use super::place::Place;
use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Advice,
    Warning,
    Error,
}

impl Level {
    /// The word of formats and screens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Advice => "advice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One place where a rule is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// For example `arch/router-uses-orm`.
    pub rule: String,
    /// For example `layer-violation`.
    pub family: String,
    pub level: Level,
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// 1-based, in Unicode scalars.
    pub column: u32,
    /// Exclusive end of the range, same units.
    pub end_line: u32,
    pub end_column: u32,
    /// One sentence fragment without a period.
    pub message: String,
    /// The enclosing function or class, for example `update_order`; empty at module level.
    #[serde(default)]
    pub symbol: String,
    /// Whether a proposer can write a diff for it.
    pub fixable: bool,
    /// 16 hexadecimal digits.
    pub fingerprint: String,
}

impl Finding {
    /// File and line.
    pub fn place(&self) -> Place {
        Place::new(self.file.clone(), self.line)
    }
}
