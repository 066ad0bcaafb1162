//! What a repository says about itself in `stack/proscenium.toml`: files that are no part of
//! the backend, with the reason, and the contract of its layers.
//!
//! The file belongs to the repository, so it can only narrow what is looked at and say what
//! is wrong: never trust, keys or commands. It is read from the source that is scanned, so
//! that an old commit is judged by its own settings. An unknown key is an error with its
//! place, so that a typing error does not look like a setting.

mod excluded;
mod patterns;

pub use excluded::ExcludedFiles;
pub use patterns::Patterns;

use super::source::SourceFiles;
use crate::ports::ScanError;
use serde::Deserialize;
use std::collections::BTreeSet;
use toml::Spanned;

/// Where the settings stand, relative to the root.
pub const SETTINGS_FILE: &str = "stack/proscenium.toml";

/// The settings of one repository; the default where it has none.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub excludes: Vec<Exclude>,
    /// Rooms in the order of the file; a path belongs to the first that names it.
    pub layers: Vec<ContractLayer>,
}

/// Files that are left out of the map and of the review.
#[derive(Debug, Clone)]
pub struct Exclude {
    pub paths: Patterns,
    pub reason: String,
    /// Line in the settings, from 1.
    pub line: u32,
}

/// One layer of a repository's own contract.
#[derive(Debug, Clone)]
pub struct ContractLayer {
    pub name: String,
    pub paths: Patterns,
    /// Names of layers whose files it may import; its own always.
    pub may_use: Vec<String>,
    /// Line in the settings, from 1.
    pub line: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    exclude: Vec<Spanned<ExcludeTable>>,
    #[serde(default)]
    layer: Vec<Spanned<LayerTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExcludeTable {
    paths: Vec<String>,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LayerTable {
    name: String,
    paths: Vec<String>,
    may_use: Vec<String>,
}

impl Settings {
    /// Reads the settings of a source.
    ///
    /// # Errors
    /// `ScanError::Knowledge` with file, line and column for what cannot be used.
    pub fn of(files: &dyn SourceFiles) -> Result<Self, ScanError> {
        if !files.contains(SETTINGS_FILE) {
            return Ok(Self::default());
        }
        let text = files.text(SETTINGS_FILE);
        let text =
            text.map_err(|reason| ScanError::Knowledge(format!("{SETTINGS_FILE} cannot be read: {reason}")))?;
        Self::parse(&text)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// As `of`.
    pub fn parse(text: &str) -> Result<Self, ScanError> {
        let file: File =
            toml::from_str(text).map_err(|error| wrong(text, error.span(), error.message().trim()))?;
        let mut settings = Self::default();
        for table in file.exclude {
            let span = table.span();
            let table = table.into_inner();
            if table.reason.trim().is_empty() {
                return Err(wrong(
                    text,
                    Some(span),
                    "an exclude needs a reason: it stands in every list of what was left out",
                ));
            }
            settings.excludes.push(Exclude {
                paths: patterns(text, &span, &table.paths)?,
                reason: table.reason.trim().to_owned(),
                line: line_of(text, span.start),
            });
        }
        for table in file.layer {
            let span = table.span();
            let table = table.into_inner();
            if settings.layers.iter().any(|layer| layer.name == table.name) {
                return Err(wrong(
                    text,
                    Some(span),
                    &format!("the layer `{}` stands here twice", table.name),
                ));
            }
            settings.layers.push(ContractLayer {
                paths: patterns(text, &span, &table.paths)?,
                name: table.name,
                may_use: table.may_use,
                line: line_of(text, span.start),
            });
        }
        settings.names_are_known()?;
        Ok(settings)
    }

    fn names_are_known(&self) -> Result<(), ScanError> {
        let names: BTreeSet<&str> = self.layers.iter().map(|layer| layer.name.as_str()).collect();
        for layer in &self.layers {
            if let Some(unknown) = layer.may_use.iter().find(|name| !names.contains(name.as_str())) {
                return Err(ScanError::Knowledge(format!(
                    "{SETTINGS_FILE}:{}:1: `{}` may use `{unknown}`, which is no layer here; the layers are {}",
                    layer.line,
                    layer.name,
                    names.iter().copied().collect::<Vec<_>>().join(", ")
                )));
            }
        }
        Ok(())
    }

    /// The exclude that leaves a file out.
    pub fn excluding(&self, path: &str) -> Option<&Exclude> {
        self.excludes.iter().find(|exclude| exclude.paths.matches(path))
    }

    /// The layer of the contract that a file belongs to.
    pub fn layer_of(&self, path: &str) -> Option<&ContractLayer> {
        self.layers.iter().find(|layer| layer.paths.matches(path))
    }
}

fn patterns(text: &str, span: &std::ops::Range<usize>, paths: &[String]) -> Result<Patterns, ScanError> {
    if paths.is_empty() {
        return Err(wrong(text, Some(span.clone()), "no `paths`: nothing would be meant"));
    }
    Patterns::new(paths).map_err(|reason| wrong(text, Some(span.clone()), &reason))
}

fn wrong(text: &str, span: Option<std::ops::Range<usize>>, message: &str) -> ScanError {
    let at = span.map_or(0, |span| span.start).min(text.len());
    let before = text.get(..at).unwrap_or_default();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    ScanError::Knowledge(format!("{SETTINGS_FILE}:{}:{column}: {message}", line_of(text, at)))
}

fn line_of(text: &str, at: usize) -> u32 {
    let lines = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
    u32::try_from(lines).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const TEXT: &str = "[[exclude]]\npaths = [\"samples/\"]\nreason = \"faults on purpose\"\n\n[[layer]]\nname = \"domain\"\npaths = [\"src/domain/\"]\nmay_use = []\n\n[[layer]]\nname = \"edge\"\npaths = [\"src/\"]\nmay_use = [\"domain\"]\n";

    fn refused(text: &str) -> String {
        Settings::parse(text).expect_err("refused").to_string()
    }

    #[test]
    fn the_first_layer_that_names_a_path_has_it() {
        let settings = Settings::parse(TEXT).expect("reads");
        let layer = |path| settings.layer_of(path).map(|layer| layer.name.as_str());
        assert_eq!(layer("src/domain/hunk.rs"), Some("domain"));
        assert_eq!(layer("src/main.rs"), Some("edge"));
        assert_eq!(layer("tests/main.rs"), None);
    }

    #[test]
    fn an_exclude_says_its_reason_and_line() {
        let settings = Settings::parse(TEXT).expect("reads");
        let exclude = settings.excluding("samples/a/b.py").expect("excluded");
        assert_eq!((exclude.reason.as_str(), exclude.line), ("faults on purpose", 1));
        assert!(settings.excluding("src/samples.py").is_none());
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_place() {
        assert_eq!(
            refused("[[exclude]]\npath = [\"a\"]\n").lines().next(),
            Some("stack/proscenium.toml:2:1: unknown field `path`, expected `paths` or `reason`")
        );
        assert!(
            refused("[[exclude]]\npaths = [\"a\"]\nreason = \" \"\n")
                .contains(":1:1: an exclude needs a reason")
        );
        assert!(refused("trust = true\n").starts_with("stack/proscenium.toml:1:1: unknown field `trust`"));
        assert!(
            refused("[[layer]]\nname = \"a\"\npaths = [\"a/\"]\nmay_use = [\"b\"]\n")
                .contains("`a` may use `b`, which is no layer here")
        );
        assert!(refused("[[exclude]]\npaths = []\nreason = \"x\"\n").contains("no `paths`"));
    }
}
