//! Finished changes to look at: one file per kind of task under `examples/`.

use super::{error::KnowledgeError, page, source::Text};
use crate::domain::task::Intent;
use serde::Deserialize;

/// One example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Path under `resources/`, for example `examples/resource.md`.
    pub path: String,
    pub title: String,
    pub intents: Vec<Intent>,
    /// Lower-case words of tasks that are like it.
    pub words: Vec<String>,
    /// Risks that make it a better fit.
    pub risks: Vec<String>,
    /// Sections in file order; those with the ids `python`, `node` and `rust` hold code.
    pub sections: Vec<page::Section>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[expect(dead_code, reason = "names the format for a reader of the file")]
    kind: ExampleKind,
    title: String,
    intents: Vec<Intent>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    risks: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ExampleKind {
    Example,
}

/// Examples sorted by path; the topmost text of a path wins.
pub(crate) fn load<'a>(
    files: impl Iterator<Item = (&'a str, &'a [Text])>,
) -> Result<Vec<Example>, KnowledgeError> {
    let mut examples = Vec::new();
    for (name, texts) in files {
        let Some(text) = texts.last().filter(|_| name.ends_with(".md")) else { continue };
        let page: page::Page<Head> = page::of(text)?;
        if page.sections.is_empty() {
            return Err(KnowledgeError::at(&text.label, 1, 1, "the example has no section"));
        }
        examples.push(Example {
            path: name.to_owned(),
            title: page.head.title,
            intents: page.head.intents,
            words: page.head.words,
            risks: page.head.risks,
            sections: page.sections,
        });
    }
    Ok(examples)
}

impl Example {
    /// The example as Markdown for one language (`python`, `node`, `rust`): the general
    /// sections and that language's code; all code when the language is unknown.
    pub fn text_for(&self, language: &str) -> String {
        const CODE: [&str; 3] = ["python", "node", "rust"];
        let mut text = format!("# {}\n", self.title);
        for section in &self.sections {
            let id = section.id.as_str();
            if CODE.contains(&id) && CODE.contains(&language) && id != language {
                continue;
            }
            text.push_str(&format!("\n## {}\n\n{}\n", section.title, section.body));
        }
        text
    }
}

/// The example that is most like a task: by intent first, then by words and risks.
/// `None` when none has the intent or shares a word.
pub(crate) fn nearest<'a>(
    examples: &'a [Example],
    intent: Intent,
    words: &[String],
    risks: &[String],
) -> Option<&'a Example> {
    let score = |example: &Example| -> usize {
        let intent = usize::from(example.intents.contains(&intent)) * 10;
        let words = example.words.iter().filter(|word| words.contains(word)).count() * 2;
        let risks = example.risks.iter().filter(|risk| risks.contains(risk)).count();
        if intent + words == 0 { 0 } else { intent + words + risks }
    };
    let mut best: Option<(&Example, usize)> = None;
    for example in examples {
        let points = score(example);
        if points > best.map_or(0, |(_, most)| most) {
            best = Some((example, points));
        }
    }
    best.map(|(example, _)| example)
}
