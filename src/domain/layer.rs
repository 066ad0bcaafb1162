//! The layers of a backend.
//!
//! Four of them form the contract that the program stands for:
//! router → service → repository → model. The others stand beside that path.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a source file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    Router,
    Service,
    Repository,
    Model,
    Schema,
    Migration,
    Config,
    Middleware,
    Error,
    Job,
    Test,
    Other,
}

impl Layer {
    /// Every layer, in the order in which screens and reports list them.
    pub const ALL: [Self; 12] = [
        Self::Router,
        Self::Service,
        Self::Repository,
        Self::Model,
        Self::Schema,
        Self::Migration,
        Self::Config,
        Self::Middleware,
        Self::Error,
        Self::Job,
        Self::Test,
        Self::Other,
    ];

    /// The name used in formats and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Router => "router",
            Self::Service => "service",
            Self::Repository => "repository",
            Self::Model => "model",
            Self::Schema => "schema",
            Self::Migration => "migration",
            Self::Config => "config",
            Self::Middleware => "middleware",
            Self::Error => "error",
            Self::Job => "job",
            Self::Test => "test",
            Self::Other => "other",
        }
    }

    /// The layer of that name, or none.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| layer.name() == name)
    }

    /// Depth on the path of a request: 0 for router to 3 for model; none beside the path.
    pub fn depth(self) -> Option<u8> {
        match self {
            Self::Router => Some(0),
            Self::Service => Some(1),
            Self::Repository => Some(2),
            Self::Model => Some(3),
            Self::Schema
            | Self::Migration
            | Self::Config
            | Self::Middleware
            | Self::Error
            | Self::Job
            | Self::Test
            | Self::Other => None,
        }
    }

    /// Position in the order of dependence of a change: what must exist first comes first.
    pub fn build_order(self) -> u8 {
        match self {
            Self::Config => 0,
            Self::Model => 1,
            Self::Migration => 2,
            Self::Schema => 3,
            Self::Error => 4,
            Self::Repository => 5,
            Self::Service => 6,
            Self::Job => 7,
            Self::Middleware => 8,
            Self::Router => 9,
            Self::Other => 10,
            Self::Test => 11,
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
