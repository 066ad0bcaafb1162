//! What a backend is built with, field by field, each with its evidence.
//!
//! A field without a name is unknown; it is shown as unknown and never guessed.

use super::place::Evidence;
use serde::{Deserialize, Serialize};

/// The seven fields of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StackKey {
    Language,
    Framework,
    Orm,
    Validation,
    Migration,
    Test,
    PackageManager,
}

impl StackKey {
    /// Every field in display order.
    pub const ALL: [Self; 7] = [
        Self::Language,
        Self::Framework,
        Self::Orm,
        Self::Validation,
        Self::Migration,
        Self::Test,
        Self::PackageManager,
    ];

    /// The key in `stack.yaml` and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Language => "language",
            Self::Framework => "framework",
            Self::Orm => "orm",
            Self::Validation => "validation",
            Self::Migration => "migration",
            Self::Test => "test",
            Self::PackageManager => "package_manager",
        }
    }
}

/// How much the evidence carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Nothing was found.
    #[default]
    Unknown,
    /// One weak sign; the user is asked to accept it.
    Likely,
    /// A manifest entry, a lock file, or an import in source.
    Sure,
    /// The user or `stack/stack.yaml` says so.
    Stated,
}

/// One field: the canonical lower-case name of the tool, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct StackField {
    /// For example `fastapi`; `None` when unknown or really absent.
    pub name: Option<String>,
    /// As written in the manifest, for example `0.115`; empty when not stated.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    #[serde(default)]
    pub confidence: Confidence,
    /// Strongest first.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

/// The stack of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Stack {
    pub language: StackField,
    pub framework: StackField,
    pub orm: StackField,
    pub validation: StackField,
    pub migration: StackField,
    pub test: StackField,
    pub package_manager: StackField,
}

impl Stack {
    /// The field of that key.
    pub fn field(&self, key: StackKey) -> &StackField {
        match key {
            StackKey::Language => &self.language,
            StackKey::Framework => &self.framework,
            StackKey::Orm => &self.orm,
            StackKey::Validation => &self.validation,
            StackKey::Migration => &self.migration,
            StackKey::Test => &self.test,
            StackKey::PackageManager => &self.package_manager,
        }
    }

    /// The field of that key, to change.
    pub fn field_mut(&mut self, key: StackKey) -> &mut StackField {
        match key {
            StackKey::Language => &mut self.language,
            StackKey::Framework => &mut self.framework,
            StackKey::Orm => &mut self.orm,
            StackKey::Validation => &mut self.validation,
            StackKey::Migration => &mut self.migration,
            StackKey::Test => &mut self.test,
            StackKey::PackageManager => &mut self.package_manager,
        }
    }

    /// The name of a field, when known.
    pub fn name(&self, key: StackKey) -> Option<&str> {
        self.field(key).name.as_deref()
    }

    /// Fields whose name is known.
    pub fn known(&self) -> usize {
        StackKey::ALL.into_iter().filter(|key| self.name(*key).is_some()).count()
    }
}
