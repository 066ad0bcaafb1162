//! The migration that first names a model's table.

use super::FlowInput;
use crate::domain::{layer::Layer, map::FlowStep};
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};

/// Steps by model name.
pub(super) struct Tables {
    steps: HashMap<String, FlowStep>,
}

impl Tables {
    pub(super) fn new(input: &FlowInput<'_, '_>) -> Self {
        if input.map.endpoints.is_empty() {
            return Self { steps: HashMap::new() };
        }
        let models: Vec<(&str, Vec<String>)> = input
            .map
            .models
            .iter()
            .map(|model| (model.name.as_str(), candidates(&model.name, model.table.as_deref())))
            .collect();
        let wanted: HashSet<&str> = models.iter().flat_map(|(_, names)| names).map(String::as_str).collect();
        let texts: Vec<(&str, &str, Mentions)> = input
            .map
            .migrations
            .par_iter()
            .filter_map(|file| {
                let text = input.files.text(&file.path).ok()?;
                Some((file.path.as_str(), file.revision.as_str(), Mentions::new(&text, &wanted)))
            })
            .collect();
        // A migration that follows none of the others comes first; names order the rest.
        let mut steps = HashMap::new();
        for (model, names) in &models {
            let mut found: Vec<(bool, &str, FlowStep)> = texts
                .iter()
                .filter_map(|(path, revision, mentions)| {
                    let (line, creates) = mentions.of(names)?;
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
                steps.insert((*model).to_owned(), step);
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

/// The lines of a migration that name tables, in quotes or after SQL's own words.
#[derive(Debug, Default)]
struct Mentions {
    /// By name: the first line, and the first that creates the table.
    lines: HashMap<String, (u32, Option<u32>)>,
}

impl Mentions {
    fn new(text: &str, wanted: &HashSet<&str>) -> Self {
        let mut mentions = Self::default();
        let mut created_above = false;
        for (number, line) in (1_u32..).zip(text.lines()) {
            let lower = line.to_lowercase();
            let creates_here = ["create table", "create_table", "createtable", "createmodel"]
                .iter()
                .any(|mark| lower.contains(mark));
            // The call often stands on the line above its first argument.
            let creates = creates_here || created_above;
            created_above = creates_here;
            for word in lower.split(|c: char| !c.is_alphanumeric() && c != '_') {
                if wanted.contains(word) {
                    let known = mentions.lines.entry(word.to_owned()).or_insert((number, None));
                    known.1 = known.1.or(creates.then_some(number));
                }
            }
        }
        mentions
    }

    /// The line that creates one of these tables, else the first that names one; and whether
    /// it creates it.
    fn of(&self, names: &[String]) -> Option<(u32, bool)> {
        let found = || names.iter().filter_map(|name| self.lines.get(name));
        let created = found().filter_map(|(_, created)| *created).min();
        match created {
            Some(line) => Some((line, true)),
            None => found().map(|(first, _)| (*first, false)).min(),
        }
    }
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn mention(text: &str, names: &[String]) -> Option<(u32, bool)> {
        let wanted = names.iter().map(String::as_str).collect();
        Mentions::new(text, &wanted).of(names)
    }

    #[test]
    fn the_line_that_creates_the_table_is_preferred() {
        let sql = "-- users\nALTER TABLE x;\nCREATE TABLE \"users\" (\n";
        assert_eq!(mention(sql, &candidates("User", None)), Some((3, true)));
        let python = "op.create_table(\n    'article_tag',\n";
        assert_eq!(mention(python, &candidates("X", Some("article_tag"))), Some((2, true)));
        assert_eq!(mention("DROP TABLE posts;", &candidates("Post", None)), Some((1, false)));
        assert_eq!(mention("nothing", &candidates("Post", None)), None);
    }
}
