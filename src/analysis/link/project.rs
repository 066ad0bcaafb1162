//! The files of a project as the linker names them.

use crate::analysis::facts::FileFacts;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// A file with facts, by its position in the list that is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

impl FileId {
    /// The position in the list of facts.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A folder that holds source files, directly or below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FolderId(u32);

/// A package or namespace of languages whose files state theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageId(pub(super) u32);

impl PackageId {
    /// Its position in the list of packages.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What an import path can name: a file, a folder, or a folder with the file that speaks
/// for it (`__init__.py`, `index.ts`, `mod.rs`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Module {
    pub file: Option<FileId>,
    pub folder: Option<FolderId>,
    /// Set for what is declared in files anywhere.
    pub package: Option<PackageId>,
}

impl Module {
    /// A file, a folder, or both.
    pub fn at(file: Option<FileId>, folder: Option<FolderId>) -> Self {
        Self { file, folder, package: None }
    }

    /// A package.
    pub fn package(package: PackageId) -> Self {
        Self { file: None, folder: None, package: Some(package) }
    }
}

/// Files beside the sources that say how modules are found, with their texts:
/// `tsconfig.json`, `package.json`, `Cargo.toml`, property files.
#[derive(Debug, Clone, Default)]
pub struct ProjectFiles {
    /// By path relative to the scanned root.
    pub texts: BTreeMap<String, String>,
}

/// Looks files and folders up by path.
#[derive(Debug, Default)]
pub struct Tree {
    files: FxHashMap<String, FileId>,
    folders: FxHashMap<String, FolderId>,
    folder_paths: Vec<String>,
}

impl Tree {
    /// The tree of the files that are linked.
    pub fn new(files: &[FileFacts]) -> Self {
        let mut tree = Self::default();
        tree.add_folder("");
        for (index, file) in files.iter().enumerate() {
            let Ok(index) = u32::try_from(index) else { break };
            tree.files.insert(file.path.clone(), FileId(index));
            let mut folder = parent(&file.path);
            while tree.add_folder(folder) {
                folder = parent(folder);
            }
        }
        tree
    }

    fn add_folder(&mut self, path: &str) -> bool {
        if self.folders.contains_key(path) {
            return false;
        }
        let Ok(index) = u32::try_from(self.folder_paths.len()) else { return false };
        self.folders.insert(path.to_owned(), FolderId(index));
        self.folder_paths.push(path.to_owned());
        true
    }

    /// The file at a path relative to the root.
    pub fn file(&self, path: &str) -> Option<FileId> {
        self.files.get(path).copied()
    }

    /// The folder at a path relative to the root; the root is the empty path.
    pub fn folder(&self, path: &str) -> Option<FolderId> {
        self.folders.get(path).copied()
    }

    /// The path of a folder.
    pub fn folder_path(&self, folder: FolderId) -> &str {
        self.folder_paths.get(folder.0 as usize).map_or("", String::as_str)
    }
}

/// The folder of a path; empty for the root and what stands in it.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path below a folder; the root is the empty path.
pub fn below(folder: &str, rest: &str) -> String {
    if folder.is_empty() { rest.to_owned() } else { format!("{folder}/{rest}") }
}

/// A path without `.`, `..` and a slash at its end.
pub fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
