//! The files of one lesson, from the binary or from an author's folder.
//!
//! A folder is untrusted: only regular text files of a stated size are read and links are
//! refused. A name that ends in `.lesson` loses that ending, so that a `Cargo.toml` of a
//! lesson is not taken for a package of this repository.

use super::super::{
    error::KnowledgeError,
    source::{embedded, embedded_names},
};
use crate::domain::lesson::tree::Tree;
use std::{fs, path::Path};

const LIMIT_BYTES: u64 = 262_144;
const LIMIT_FILES: usize = 300;
const ENDING: &str = ".lesson";

/// Folders that tools leave behind.
const LITTER: [&str; 4] = ["__pycache__", "target", ".git", ".pytest_cache"];

/// The files of a lesson by their names below its folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Files {
    /// The folder as errors show it.
    root: String,
    /// The folder's own name.
    pub name: String,
    texts: Tree,
}

/// Names of the shipped lessons, sorted.
pub fn shipped_names() -> Vec<String> {
    let mut names: Vec<String> = embedded_names("lessons")
        .iter()
        .filter_map(|name| name.strip_prefix("lessons/")?.strip_suffix("/lesson.yaml").map(str::to_owned))
        .collect();
    names.sort();
    names
}

/// The files of a shipped lesson; empty when there is none of that name.
pub fn shipped_files(name: &str) -> Files {
    let folder = format!("lessons/{name}");
    let texts = embedded_names(&folder)
        .into_iter()
        .filter(|path| !is_litter(path))
        .filter_map(|path| {
            let own = path.strip_prefix(&folder)?.strip_prefix('/')?;
            Some((without_ending(own), embedded(&path)?.to_owned()))
        })
        .collect();
    Files { root: format!("resources/{folder}"), name: name.to_owned(), texts }
}

impl Files {
    /// Reads a folder.
    pub fn from_folder(folder: &Path) -> Result<Self, KnowledgeError> {
        let name = folder
            .canonicalize()
            .ok()
            .and_then(|path| path.file_name().map(|name| name.to_string_lossy().into_owned()));
        let mut files =
            Self { root: folder.display().to_string(), name: name.unwrap_or_default(), texts: Tree::new() };
        let mut open = vec![String::new()];
        while let Some(below) = open.pop() {
            let at = folder.join(&below);
            let entries = fs::read_dir(&at).map_err(|error| unreadable(&at, error.to_string()))?;
            for entry in entries {
                let entry = entry.map_err(|error| unreadable(&at, error.to_string()))?;
                let path = entry.path();
                let Some(own) = entry.file_name().to_str().map(|name| join(&below, name)) else {
                    return Err(unreadable(&path, "its name is not UTF-8"));
                };
                if is_litter(&own) {
                    continue;
                }
                let meta =
                    fs::symlink_metadata(&path).map_err(|error| unreadable(&path, error.to_string()))?;
                if meta.is_dir() {
                    open.push(own);
                    continue;
                }
                let text = text_of(&path, &meta)?;
                files.texts.insert(without_ending(&own), text);
                if files.texts.len() > LIMIT_FILES {
                    return Err(unreadable(folder, format!("more than {LIMIT_FILES} files")));
                }
            }
        }
        Ok(files)
    }

    /// A file's text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }

    /// A file's name in errors.
    pub fn label(&self, name: &str) -> String {
        format!("{}/{name}", self.root)
    }

    /// The backend at the beginning.
    pub fn start(&self) -> Tree {
        let own =
            |(path, text): (&String, &String)| Some((path.strip_prefix("start/")?.to_owned(), text.clone()));
        self.texts.iter().filter_map(own).collect()
    }

    /// Every name and text, sorted by name.
    pub fn all(&self) -> &Tree {
        &self.texts
    }
}

fn text_of(path: &Path, meta: &fs::Metadata) -> Result<String, KnowledgeError> {
    if !meta.is_file() {
        return Err(unreadable(path, "not a regular file; links are not followed"));
    }
    if meta.len() > LIMIT_BYTES {
        return Err(unreadable(path, format!("larger than {LIMIT_BYTES} bytes")));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(path, error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| unreadable(path, "not valid UTF-8"))
}

fn is_litter(path: &str) -> bool {
    path.split('/').any(|part| LITTER.contains(&part))
}

fn without_ending(path: &str) -> String {
    path.strip_suffix(ENDING).unwrap_or(path).to_owned()
}

fn join(below: &str, name: &str) -> String {
    if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") }
}

fn unreadable(path: &Path, reason: impl Into<String>) -> KnowledgeError {
    KnowledgeError::Unreadable { file: path.display().to_string(), reason: reason.into() }
}
