//! The migration that first names a model's table.

use super::FlowInput;
use crate::domain::{layer::Layer, map::FlowStep};
use std::collections::HashMap;

/// Steps by model name.
pub(super) struct Tables {
    steps: HashMap<String, FlowStep>,
}

impl Tables {
    pub(super) fn new(input: &FlowInput<'_, '_>) -> Self {
        if input.map.endpoints.is_empty() {
            return Self { steps: HashMap::new() };
        }
        // Each text is read once, however many models there are.
        let texts: Vec<(&str, &str, Words)> = input
            .map
            .migrations
            .iter()
            .filter_map(|file| {
                let text = input.files.text(&file.path).ok()?;
                Some((file.path.as_str(), file.revision.as_str(), words_of(&text)))
            })
            .collect();
        // A migration that follows none of the others comes first; names order the rest.
        let mut steps = HashMap::new();
        for model in &input.map.models {
            let names = candidates(&model.name, model.table.as_deref());
            let mut found: Vec<(bool, &str, FlowStep)> = texts
                .iter()
                .filter_map(|(path, revision, words)| {
                    let (line, creates) = mention(words, &names)?;
                    let symbol = if revision.is_empty() { stem(path) } else { revision };
                    let step = FlowStep {
                        layer: Layer::Migration,
                        symbol: symbol.to_owned(),
                        file: (*path).to_owned(),
                        line,
                        call: String::new(),
                        tests: 0,
                    };
                    Some((!creates, *path, step))
                })
                .collect();
            found.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
            if let Some((_, _, step)) = found.into_iter().next() {
                steps.insert(model.name.clone(), step);
            }
        }
        Self { steps }
    }

    /// The migrations of these models, each once.
    pub(super) fn of(&self, models: &[String]) -> Vec<FlowStep> {
        let mut found: Vec<FlowStep> = Vec::new();
        for step in models.iter().filter_map(|model| self.steps.get(model)) {
            if !found.contains(step) {
                found.push(step.clone());
            }
        }
        found
    }
}

/// Names that the table can have: the stated one, or the usual forms of the model's.
fn candidates(model: &str, table: Option<&str>) -> Vec<String> {
    if let Some(table) = table {
        return vec![table.to_lowercase()];
    }
    let lower = model.to_lowercase();
    let bare = lower.strip_suffix("entity").or_else(|| lower.strip_suffix("model")).unwrap_or(&lower);
    vec![bare.to_owned(), format!("{bare}s"), format!("{}ies", bare.trim_end_matches('y'))]
}

/// By word: the first line that has it, and the first one that has it and creates a table.
type Words = HashMap<String, (u32, Option<u32>)>;

/// The words of a migration with the lines that tables are told by.
fn words_of(text: &str) -> Words {
    const CREATES: [&str; 4] = ["create table", "create_table", "createtable", "createmodel"];
    let mut words = Words::new();
    let mut before = false;
    for (index, line) in text.lines().enumerate() {
        let lower = line.to_lowercase();
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let here = CREATES.iter().any(|mark| lower.contains(mark));
        // The call often stands on the line above its first argument.
        let creates = here || before;
        for word in lower.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()) {
            match words.get_mut(word) {
                Some((_, made)) => {
                    if creates && made.is_none() {
                        *made = Some(number);
                    }
                }
                None => {
                    words.insert(word.to_owned(), (number, creates.then_some(number)));
                }
            }
        }
        before = here;
    }
    words
}

/// The first line that names a table, and whether it creates it; one that does wins.
fn mention(words: &Words, names: &[String]) -> Option<(u32, bool)> {
    let found: Vec<&(u32, Option<u32>)> = names.iter().filter_map(|name| words.get(name)).collect();
    let made = found.iter().filter_map(|(_, made)| *made).min();
    made.map(|line| (line, true)).or_else(|| found.iter().map(|(first, _)| (*first, false)).min())
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn the_line_that_creates_the_table_is_preferred() {
        let sql = "-- users\nALTER TABLE x;\nCREATE TABLE \"users\" (\n";
        assert_eq!(mention(&words_of(sql), &candidates("User", None)), Some((3, true)));
        let python = "op.create_table(\n    'article_tag',\n";
        assert_eq!(mention(&words_of(python), &candidates("X", Some("article_tag"))), Some((2, true)));
        assert_eq!(mention(&words_of("DROP TABLE posts;"), &candidates("Post", None)), Some((1, false)));
        assert_eq!(mention(&words_of("nothing"), &candidates("Post", None)), None);
    }
}
