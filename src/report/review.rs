//! What a review found, in the shape that every format of `review` is made from.

use super::repair::Repair;
use crate::domain::{
    finding::{Finding, Level},
    map::Stats,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The findings of one review; serialised it is `review --format json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Review {
    pub schema_version: u32,
    pub root: String,
    /// The revision that findings are compared with.
    pub base: Option<String>,
    /// In the order of the map: by file and place.
    pub findings: Vec<Finding>,
    /// Findings that the base or the baseline had; hidden.
    pub older: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineUse>,
    pub not_understood: Vec<NotUnderstood>,
    /// What the repository's own settings leave out, with their reasons.
    pub excluded: Vec<NotUnderstood>,
    pub stats: Stats,
    /// What would repair findings, by fingerprint; only asked for by formats that say it, and
    /// by the parts of a review, which may be joined into one of those.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub repairs: BTreeMap<String, Repair>,
    /// Cards of the rules that `findings` name, by rule id.
    #[serde(skip)]
    pub rules: BTreeMap<String, RuleText>,
}

/// What a baseline file did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BaselineUse {
    pub path: String,
    pub entries: usize,
    /// Fingerprints that nothing has any more: the file can be written anew.
    pub dead: Vec<String>,
}

/// A file of which rules saw nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotUnderstood {
    pub path: String,
    pub reason: String,
}

/// What people read about a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleText {
    pub title: String,
    pub family: String,
    pub level: Level,
    /// Markdown.
    pub why: String,
    /// Markdown.
    pub fix: String,
    /// CWE numbers and pages.
    pub sources: Vec<String>,
}
