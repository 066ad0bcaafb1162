//! The cards of the review rules: what a rule is called, why it matters, how to fix it.
//!
//! A rule is a file under `rules/`, named by its id: `rules/orm/n-plus-one.yaml`. The
//! card is what people read: a message, a reason, a way to fix it, and pairs of bad and
//! good code for each framework, which are the rule's test cases too. The `match` block
//! belongs to the machine that finds the places; here it is kept as it is.
//!
//! A pack of rules is a folder of such files: a team puts its own into `stack/rules/`,
//! where a file of the same name replaces the shipped rule and a new name adds one.

use super::{
    error::KnowledgeError,
    source::Text,
    yaml::{self, Placed},
};
use crate::domain::finding::Level;
use serde::Deserialize;

/// One rule, as people read it.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleCard {
    /// For example `orm/n-plus-one`; final, because suppressions and baselines quote it.
    pub id: String,
    /// For example `n-plus-one`.
    pub family: String,
    pub level: Level,
    /// Off means that it runs as advice only when asked for.
    pub default_on: bool,
    /// Languages it speaks of; empty for any file.
    pub languages: Vec<String>,
    /// A few words for lists.
    pub title: String,
    /// One fragment without a period; `{symbol}` and other names are filled by the engine.
    pub message: String,
    /// Markdown that teaches.
    pub why: String,
    pub fix: RuleFix,
    pub examples: Vec<RuleExample>,
    /// CWE numbers and documentation.
    pub source: Vec<String>,
    /// What the rules engine needs; not read here.
    pub matcher: Option<serde_json::Value>,
    /// File it was read from, as shown.
    pub file: String,
}

/// How a rule is repaired.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFix {
    pub kind: FixKind,
    /// The verb of the findings list: `bind values`.
    pub verb: String,
    /// Markdown, step by step.
    pub how: String,
}

/// Whether a proposer can write the repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FixKind {
    /// Mechanical; behaviour is kept.
    Safe,
    /// A diff is proposed and needs a look.
    Offer,
    /// By hand, guided.
    None,
}

/// Bad and good code of one framework.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleExample {
    /// For example `fastapi`, `sqlalchemy`, or `any`.
    pub framework: String,
    /// For example `python`.
    pub language: String,
    /// Path the code would have; layers are known by it. Empty where it does not matter.
    #[serde(default)]
    pub path: String,
    pub bad: String,
    pub good: String,
    /// Why the engine does not find the bad code yet; empty where it does.
    #[serde(default)]
    pub not_found: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: Placed<String>,
    family: String,
    level: Level,
    default: Default,
    #[serde(default)]
    languages: Vec<String>,
    title: String,
    message: Placed<String>,
    why: String,
    fix: RuleFix,
    examples: Vec<RuleExample>,
    #[serde(default)]
    source: Vec<String>,
    #[serde(default, rename = "match")]
    matcher: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Default {
    On,
    Advice,
}

/// Cards sorted by id; the topmost text of a file name wins.
pub(crate) fn load<'a>(
    files: impl Iterator<Item = (&'a str, &'a [Text])>,
) -> Result<Vec<RuleCard>, KnowledgeError> {
    let mut cards: Vec<RuleCard> = Vec::new();
    for (name, texts) in files {
        let Some(text) = texts.last().filter(|_| name.ends_with(".yaml")) else { continue };
        let card = parse(name, text)?;
        cards.push(card);
    }
    cards.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(cards)
}

fn parse(name: &str, text: &Text) -> Result<RuleCard, KnowledgeError> {
    let file = text.label.as_str();
    let rule: File = yaml::of(text)?;
    let expected = name.strip_prefix("rules/").and_then(|rest| rest.strip_suffix(".yaml")).unwrap_or(name);
    if rule.id.value != expected {
        return Err(yaml::error_at(
            file,
            &rule.id,
            format!("the id must be `{expected}`, as the file is named"),
        ));
    }
    if rule.message.value.trim_end().ends_with('.') {
        return Err(yaml::error_at(file, &rule.message, "the message is a fragment: no period at its end"));
    }
    Ok(RuleCard {
        id: rule.id.value,
        family: rule.family,
        level: rule.level,
        default_on: matches!(rule.default, Default::On),
        languages: rule.languages,
        title: rule.title,
        message: rule.message.value,
        why: rule.why.trim().to_owned(),
        fix: rule.fix,
        examples: rule.examples,
        source: rule.source,
        matcher: rule.matcher,
        file: file.to_owned(),
    })
}

impl RuleCard {
    /// The example of a framework, or of the language, or the first.
    pub fn example_for(&self, framework: &str, language: &str) -> Option<&RuleExample> {
        self.examples
            .iter()
            .find(|example| example.framework == framework)
            .or_else(|| self.examples.iter().find(|example| example.language == language))
            .or_else(|| self.examples.first())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::{ahead, shipped_names};

    #[test]
    fn no_shipped_rule_is_read_as_yaml_at_a_start() {
        assert!(shipped_names("rules").count() > 40);
        for name in shipped_names("rules") {
            assert!(ahead::<File>(name).is_some(), "{name}");
        }
    }
}
