//! Three tasks for the first screen, each of which the built-in proposers can finish.
//!
//! They come from this repository: a finding that it has, a resource that its stack has
//! a recipe for, the review of its branch. The sentences are read back by the same
//! grammar as anything that is typed.

use super::lexicon;
use crate::{
    domain::{
        finding::{Finding, Level},
        map::BackendMap,
        stack::StackKey,
    },
    knowledge::Knowledge,
};

/// One offered task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The sentence, as it goes into the task area.
    pub text: String,
    pub kind: SuggestionKind,
}

/// Which proposer finishes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuggestionKind {
    /// A fix or a walkthrough.
    Repair,
    /// The resource recipe.
    Resource,
    Review,
}

impl Knowledge {
    /// At most three tasks, the most helpful first. Without a map only the review.
    pub fn suggestions(&self, map: &BackendMap) -> Vec<Suggestion> {
        let mut suggestions = Vec::new();
        let repair = |finding: &Finding| Suggestion {
            text: self.repair_sentence(finding),
            kind: SuggestionKind::Repair,
        };
        let first = best_finding(map, "");
        suggestions.extend(first.map(repair));
        let recipe = self.resource_sentence(map);
        match recipe {
            Some(text) => suggestions.push(Suggestion { text, kind: SuggestionKind::Resource }),
            None => {
                let other = first.and_then(|finding| best_finding(map, &finding.rule));
                suggestions.extend(other.map(repair));
            }
        }
        suggestions.push(Suggestion {
            text: "Review what this branch changes".into(),
            kind: SuggestionKind::Review,
        });
        suggestions
    }

    fn repair_sentence(&self, finding: &Finding) -> String {
        let title = self.rule(&finding.rule).map_or(finding.rule.as_str(), |card| card.title.as_str());
        format!("Repair {}:{}, {title}", finding.file, finding.line)
    }

    /// A resource that no model has, where the stack has the recipe.
    fn resource_sentence(&self, map: &BackendMap) -> Option<String> {
        let framework = map.stack.name(StackKey::Framework)?;
        let orm = map.stack.name(StackKey::Orm)?;
        let has_recipe = matches!(
            (framework, orm),
            ("fastapi", "sqlalchemy" | "sqlmodel")
                | ("django", "django-orm")
                | ("nestjs", "typeorm")
                | ("axum", "sqlx")
        );
        if !has_recipe {
            return None;
        }
        let taken = lexicon::resource_names(map);
        let offered =
            self.grammar.suggested_resources.iter().find(|resource| !taken.contains(&resource.name))?;
        Some(format!("Add a {} resource with {}", offered.name, offered.fields.value))
    }
}

/// The finding to begin with: a query in a handler, then what has a fix, then by weight;
/// never of the rule `not`.
fn best_finding<'m>(map: &'m BackendMap, not: &str) -> Option<&'m Finding> {
    map.findings.iter().filter(|finding| finding.rule != not && finding.level != Level::Advice).min_by_key(
        |finding| {
            (
                finding.rule != "arch/router-uses-orm",
                !finding.fixable,
                std::cmp::Reverse(finding.level),
                finding.file.as_str(),
                finding.line,
            )
        },
    )
}
