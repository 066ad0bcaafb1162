//! The grammar's data, parsed from `grammar.yaml`.
//!
//! A later file adds to the one below: lists grow, intents and rules gain words. It
//! cannot take words away; a team that needs that replaces the shipped file by its own
//! through `replace: true`.

use crate::{
    domain::task::Intent,
    knowledge::{error::KnowledgeError, source::Text, yaml, yaml::Placed},
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Everything that reading a task needs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grammar {
    #[expect(dead_code, reason = "names the format for a reader of the file")]
    kind: GrammarKind,
    #[serde(default)]
    replace: bool,
    #[serde(default)]
    pub(super) stop: Vec<String>,
    #[serde(default)]
    pub(super) conditions: Vec<String>,
    #[serde(default)]
    pub(super) actors: Vec<String>,
    #[serde(default)]
    pub(super) operations: Vec<Operation>,
    #[serde(default)]
    pub(super) builders: Vec<String>,
    #[serde(default)]
    pub(super) intents: Vec<IntentWords>,
    #[serde(default)]
    pub(super) rules: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) risks: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) known: Vec<String>,
    #[serde(default)]
    pub(super) elsewhere: Vec<Elsewhere>,
    #[serde(default)]
    pub(super) criteria: Vec<Template>,
    #[serde(default)]
    pub(super) invalid: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) suggested_resources: Vec<SuggestedResource>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum GrammarKind {
    #[default]
    Grammar,
}

/// What is done to a resource.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    pub words: Vec<String>,
}

/// Words of one intent with their weight.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IntentWords {
    pub intent: Intent,
    pub words: BTreeMap<String, u32>,
}

/// Work of another specialist.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Elsewhere {
    pub scope: String,
    pub words: Vec<String>,
    pub needs: String,
}

/// One criterion of an intent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Template {
    pub intent: Intent,
    /// Only for this operation; `none` for none.
    #[serde(default)]
    pub operation: Option<String>,
    /// Only when this risk is there.
    #[serde(default)]
    pub risk: Option<String>,
    /// Only when this word or flag is there.
    #[serde(default)]
    pub flag: Option<String>,
    pub text: Placed<String>,
}

/// A resource that the first screen may offer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SuggestedResource {
    pub name: String,
    pub fields: Placed<String>,
}

/// Names that a template may use.
pub(super) const PLACEHOLDERS: [&str; 6] = ["method", "path", "resource", "collection", "invalid", "subject"];

impl Grammar {
    /// The grammar of all texts, lowest precedence first.
    pub(in crate::knowledge) fn load(texts: &[Text]) -> Result<Self, KnowledgeError> {
        let mut grammar = Self::default();
        for text in texts {
            let more: Self = yaml::of(text)?;
            more.check(&text.label)?;
            if more.replace {
                grammar = more;
            } else {
                grammar.extend(more);
            }
        }
        Ok(grammar)
    }

    fn check(&self, file: &str) -> Result<(), KnowledgeError> {
        for template in &self.criteria {
            for name in placeholders(&template.text.value) {
                if !PLACEHOLDERS.contains(&name) {
                    let reason = format!("`{{{name}}}` is not a name; known: {}", PLACEHOLDERS.join(", "));
                    return Err(yaml::error_at(file, &template.text, reason));
                }
            }
        }
        for resource in &self.suggested_resources {
            let (_, problems) = super::fields::parse_fields(&resource.fields.value);
            if let Some(problem) = problems.first() {
                return Err(yaml::error_at(file, &resource.fields, problem.to_string()));
            }
        }
        Ok(())
    }

    fn extend(&mut self, more: Self) {
        self.stop.extend(more.stop);
        self.conditions.extend(more.conditions);
        self.actors.extend(more.actors);
        self.operations.extend(more.operations);
        self.builders.extend(more.builders);
        self.intents.extend(more.intents);
        self.known.extend(more.known);
        self.elsewhere.extend(more.elsewhere);
        self.criteria.extend(more.criteria);
        self.invalid.extend(more.invalid);
        self.suggested_resources.extend(more.suggested_resources);
        for (rule, words) in more.rules {
            self.rules.entry(rule).or_default().extend(words);
        }
        for (risk, words) in more.risks {
            self.risks.entry(risk).or_default().extend(words);
        }
    }

    /// The operation of that id.
    pub(super) fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }
}

/// Names between braces.
pub(super) fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Text {
        Text { label: "grammar.yaml".into(), text: text.into(), shipped: false }
    }

    #[test]
    fn an_overlay_adds_words_and_a_wrong_name_is_refused_with_its_place() {
        let below = text("kind: grammar\nrules:\n  a/b: [x]\n");
        let above = text("kind: grammar\nrules:\n  a/b: [y]\nknown: [z]\n");
        let grammar = Grammar::load(&[below, above]).expect("loads");
        assert_eq!(grammar.rules.get("a/b").map(Vec::len), Some(2));
        let wrong = text("kind: grammar\ncriteria:\n  - { intent: endpoint, text: \"{who} does\" }\n");
        let error = Grammar::load(&[wrong]).expect_err("no such name");
        assert_eq!(error.position(), (3, 31));
    }

    #[test]
    fn the_shipped_grammar_is_not_read_as_yaml_at_a_start() {
        assert!(crate::knowledge::ahead::<Grammar>("grammar.yaml").is_some());
    }
}
