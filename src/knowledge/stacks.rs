//! Ready stack folders for the languages that ship: what `stack set` starts from.

use super::{error::KnowledgeError, page, source::Texts};
use serde::Deserialize;

/// The eight patterns that every `snippets.md` has, in order: section id and title.
pub const PATTERNS: [(&str, &str); 8] = [
    ("route-with-auth", "Route with authentication"),
    ("validation-schema", "Validation schema"),
    ("model", "Model"),
    ("dependency-injection", "Dependency injection"),
    ("repository", "Repository"),
    ("paginated-query", "Paginated query"),
    ("migration", "Migration"),
    ("test", "Test"),
];

/// One ready stack folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackFolder {
    /// `python`, `node` or `rust`.
    pub name: String,
    /// Text of `stack.yaml`.
    pub manifest: String,
    /// Text of `tech-stack.md`.
    pub narrative: String,
    /// The eight patterns, in the order of `PATTERNS`.
    pub snippets: Vec<page::Section>,
    /// File name, for example `api-template.py`, and text.
    pub template: (String, String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[expect(dead_code, reason = "names the format for a reader of the file")]
    kind: SnippetsKind,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SnippetsKind {
    Snippets,
}

/// The folders, sorted by name.
pub(crate) fn load(texts: &Texts) -> Result<Vec<StackFolder>, KnowledgeError> {
    let mut names: Vec<String> =
        texts.below("stacks").filter_map(|(name, _)| name.split('/').nth(1).map(str::to_owned)).collect();
    names.dedup();
    names.iter().map(|name| folder(texts, name)).collect()
}

fn folder(texts: &Texts, name: &str) -> Result<StackFolder, KnowledgeError> {
    let read = |file: &str| {
        let path = format!("stacks/{name}/{file}");
        texts.of(&path).last().ok_or_else(|| {
            // The folder is there because of another file; that one can be looked at.
            let beside = format!("stacks/{name}");
            let own = texts.below(&beside).flat_map(|(_, layers)| layers).find(|text| !text.shipped);
            match own {
                Some(text) => KnowledgeError::at(&text.label, 1, 1, format!("the folder has no {file}")),
                None => KnowledgeError::Unreadable {
                    file: format!("resources/{path}"),
                    reason: "the file is missing".into(),
                },
            }
        })
    };
    let snippets = read("snippets.md")?;
    let page: page::Page<Head> = page::of(snippets)?;
    let mut patterns = Vec::new();
    for (id, _) in PATTERNS {
        let Some(section) = page.sections.iter().find(|section| section.id == id) else {
            return Err(KnowledgeError::at(&snippets.label, 1, 1, format!("pattern `{id}` has no section")));
        };
        patterns.push(section.clone());
    }
    let prefix = format!("stacks/{name}/api-template.");
    let template = texts
        .below("stacks")
        .filter(|(path, _)| path.starts_with(&prefix))
        .find_map(|(path, layers)| Some((path.rsplit('/').next()?.to_owned(), layers.last()?.text.clone())))
        .ok_or_else(|| KnowledgeError::Unreadable {
            file: format!("resources/stacks/{name}"),
            reason: "no api-template file".into(),
        })?;
    Ok(StackFolder {
        name: name.to_owned(),
        manifest: read("stack.yaml")?.text.clone(),
        narrative: read("tech-stack.md")?.text.clone(),
        snippets: patterns,
        template,
    })
}

/// The stack folder of a language; JavaScript and TypeScript share one.
pub fn folder_name(language: &str) -> Option<&'static str> {
    match language {
        "python" => Some("python"),
        "typescript" | "javascript" | "node" => Some("node"),
        "rust" => Some("rust"),
        _ => None,
    }
}
