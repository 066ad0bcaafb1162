//! The rule files, parsed.

use crate::{
    analysis::lazy_regex::LazyRegex,
    domain::{command::CommandKind, stack::StackKey},
    knowledge,
    ports::ScanError,
};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::LazyLock};

static SHIPPED: LazyLock<Result<Vec<RuleFile>, String>> = LazyLock::new(|| {
    let files = knowledge::shipped_names("verify-commands").map(knowledge::shipped);
    files.collect::<Result<_, _>>().map_err(|error| error.to_string())
});

/// The rules that ship with the program.
pub(super) fn shipped() -> Result<&'static [RuleFile], ScanError> {
    match &*SHIPPED {
        Ok(files) => Ok(files),
        Err(reason) => Err(ScanError::Knowledge(reason.clone())),
    }
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

    #[test]
    fn no_shipped_file_is_read_as_yaml_at_a_start() {
        for name in knowledge::shipped_names("verify-commands") {
            assert!(knowledge::ahead::<RuleFile>(name).is_some(), "{name}");
        }
    }
}
