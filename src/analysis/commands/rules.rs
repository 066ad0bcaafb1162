//! The rule files, parsed.

use crate::{
    analysis::lazy_regex::LazyRegex,
    domain::{command::CommandKind, stack::StackKey},
    ports::ScanError,
};
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::LazyLock};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/resources/verify-commands");

static SHIPPED: LazyLock<Result<Vec<RuleFile>, String>> = LazyLock::new(|| {
    let mut texts: Vec<(&str, &str)> = FILES
        .files()
        .filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?)))
        .filter(|(path, _)| path.ends_with(".yaml"))
        .collect();
    texts.sort_unstable();
    texts.into_iter().map(|(file, text)| parse(file, text)).collect()
});

/// The rules that ship with the program.
pub(super) fn shipped() -> Result<&'static [RuleFile], ScanError> {
    match &*SHIPPED {
        Ok(files) => Ok(files),
        Err(reason) => Err(ScanError::Knowledge(reason.clone())),
    }
}

fn parse(file: &str, text: &str) -> Result<RuleFile, String> {
    serde_saphyr::from_str(text)
        .map_err(|error| format!("verify-commands/{file}: {}", error.without_snippet()))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleFile {
    pub(super) language: Vec<String>,
    pub(super) rules: Vec<Rule>,
}

/// One usual command; see the README beside the rule files for the keys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) kind: CommandKind,
    pub(super) argv: Vec<String>,
    #[serde(default)]
    pub(super) parser: String,
    #[serde(default = "usual_timeout")]
    pub(super) timeout_seconds: u64,
    #[serde(default)]
    pub(super) optional: bool,
    #[serde(default)]
    pub(super) env: Vec<String>,
    #[serde(default)]
    pub(super) stack: BTreeMap<StackKey, Vec<String>>,
    #[serde(default)]
    pub(super) packages: Vec<String>,
    #[serde(default)]
    pub(super) needs_package: Vec<String>,
    #[serde(default)]
    pub(super) tools: Vec<String>,
    #[serde(default)]
    pub(super) files: Vec<String>,
    #[serde(default)]
    pub(super) scripts: Vec<String>,
    #[serde(default)]
    pub(super) strip: Vec<String>,
    #[serde(default)]
    pub(super) has: Option<LazyRegex>,
    #[serde(default)]
    pub(super) refuse: Option<LazyRegex>,
    #[serde(default)]
    pub(super) parsers: BTreeMap<String, String>,
}

fn usual_timeout() -> u64 {
    300
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_rule_compiles_and_has_a_program() {
        let files = shipped().unwrap();
        assert_eq!(files.len(), 5);
        for rule in files.iter().flat_map(|file| &file.rules) {
            assert!(
                !rule.argv.is_empty() && (!rule.parser.is_empty() || !rule.parsers.is_empty()),
                "{rule:?}"
            );
            let mut conditions = rule.has.iter().chain(&rule.refuse);
            assert!(conditions.all(|pattern| pattern.regex().is_some()), "{rule:?}");
            assert!(rule.parsers.keys().all(|pattern| regex::Regex::new(pattern).is_ok()), "{rule:?}");
        }
    }
}
