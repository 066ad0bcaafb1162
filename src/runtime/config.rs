//! The user's own configuration: `config.toml` in the configuration folder.
//!
//! Never the repository's. An unknown key is an error with its line and column, so that
//! a typing error does not look like a setting.

use serde::Deserialize;
use std::{collections::BTreeMap, path::Path};

/// Everything that can be set. Every key has a default.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The name that decisions carry; empty for "you".
    pub name: String,
    /// `dark`, `light`, `contrast`, `mono`, or a path of a theme file; empty asks the terminal.
    pub theme: String,
    /// `unicode` or `ascii`; empty asks the locale.
    pub symbols: String,
    /// `none` replaces the spinner by a sign and updates once a second.
    pub motion: String,
    pub mouse: bool,
    /// One bell at the end of a run of more than 20 seconds.
    pub bell: bool,
    /// The learn strip.
    pub learn: bool,
    /// The presenter level: why beside what is marked, and the learn strip.
    pub present: bool,
    /// `$EDITOR` for this program only.
    pub editor: String,
    /// Two people must approve hunks that touch migrations or authentication.
    pub two_approvals: bool,
    /// Commands that can propose, tried in this order.
    pub proposers: Vec<ProposerConfig>,
    /// Action to chords.
    pub keys: BTreeMap<String, Vec<String>>,
}

/// One command that can propose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProposerConfig {
    pub name: String,
    pub argv: Vec<String>,
    /// Wall time after which it is stopped.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: u64,
    /// Tokens that fit its window beside its own work: how much source rides along.
    #[serde(default = "default_tokens")]
    pub tokens: u32,
    /// Environment variables that it gets besides PATH, HOME and the locale, by name.
    #[serde(default)]
    pub env: Vec<String>,
}

fn default_tokens() -> u32 {
    24_000
}

fn default_timeout() -> u64 {
    600
}

impl Default for Config {
    fn default() -> Self {
        Self {
            name: String::new(),
            theme: String::new(),
            symbols: String::new(),
            motion: String::new(),
            mouse: true,
            bell: true,
            learn: false,
            present: false,
            editor: String::new(),
            two_approvals: false,
            proposers: Vec::new(),
            keys: BTreeMap::new(),
        }
    }
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{path}:{line}:{column}: {message}")]
    Wrong { path: String, line: usize, column: usize, message: String },
    #[error("{path} cannot be read: {source}")]
    Read { path: String, source: std::io::Error },
}

impl Config {
    /// Reads `config.toml` below the configuration folder; defaults where there is none.
    pub fn load(folder: &Path) -> Result<Self, ConfigError> {
        let path = folder.join("config.toml");
        let shown = path.display().to_string();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(ConfigError::Read { path: shown, source }),
        };
        Self::parse(&shown, &text)
    }

    /// Reads a text; `path` is for errors.
    pub fn parse(path: &str, text: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start).min(text.len());
            let before = text.get(..at).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            ConfigError::Wrong { path: path.to_owned(), line, column, message: error.message().to_owned() }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_an_error_with_line_and_column() {
        let error = Config::parse("config.toml", "name = \"Ada\"\ncolour = 3\n").expect_err("unknown key");
        assert!(error.to_string().starts_with("config.toml:2:1: unknown field `colour`"), "{error}");
    }

    #[test]
    fn an_empty_file_is_the_default() {
        assert_eq!(Config::parse("config.toml", "").expect("right"), Config::default());
    }
}
