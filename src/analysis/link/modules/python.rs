//! Modules of Python.
//!
//! Where the interpreter's path starts cannot be known from the source, so every folder
//! around the importing file is tried as its start, the nearest first, then folders
//! named `src` and `apps`. The nearest wins, as it does for programs that run from their own folder.

use super::{ImportPath, ModuleResolver};
use crate::analysis::link::project::{FolderId, Module, Tree, below, parent};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// Finds Python modules among the files of a project.
#[derive(Debug)]
pub struct PythonModules {
    tree: Tree,
    /// Absolute imports by folder of the importing file and module path.
    known: RefCell<FxHashMap<(String, String), Option<Module>>>,
}

impl PythonModules {
    /// The modules of a tree.
    pub fn new(tree: Tree) -> Self {
        Self { tree, known: RefCell::default() }
    }

    /// The module at a path without extension.
    fn at(&self, path: &str) -> Option<Module> {
        let file = self
            .tree
            .file(&format!("{path}.py"))
            .or_else(|| self.tree.file(&below(path, "__init__.py")))
            .or_else(|| self.tree.file(&format!("{path}.pyi")));
        let folder = self.tree.folder(path).filter(|_| !path.is_empty());
        (file.is_some() || folder.is_some()).then_some(Module::at(file, folder))
    }

    fn absolute(&self, from_folder: &str, module: &str) -> Option<Module> {
        let key = (from_folder.to_owned(), module.to_owned());
        if let Some(found) = self.known.borrow().get(&key) {
            return *found;
        }
        let path = module.replace('.', "/");
        let mut folder = from_folder;
        let mut only_folder = None;
        let found = loop {
            for start in [folder.to_owned(), below(folder, "src"), below(folder, "apps")] {
                match self.at(&below(&start, &path)) {
                    // A folder without code of its own may only happen to have the name.
                    Some(found) if found.file.is_none() => only_folder = only_folder.or(Some(found)),
                    Some(found) => return self.keep(key, Some(found)),
                    None => {}
                }
            }
            if folder.is_empty() {
                break only_folder;
            }
            folder = parent(folder);
        };
        self.keep(key, found)
    }

    fn keep(&self, key: (String, String), found: Option<Module>) -> Option<Module> {
        self.known.borrow_mut().insert(key, found);
        found
    }

    fn folder_module(&self, folder: FolderId, name: &str) -> Option<Module> {
        self.at(&below(self.tree.folder_path(folder), name))
    }
}

impl ModuleResolver for PythonModules {
    fn resolve(&self, import: ImportPath<'_>) -> Option<Module> {
        let mut folder = parent(import.from_path);
        if import.level == 0 {
            return self.absolute(folder, import.module);
        }
        for _ in 1..import.level {
            folder = parent(folder);
        }
        if import.module.is_empty() {
            let file = self.tree.file(&below(folder, "__init__.py"));
            return Some(Module::at(file, self.tree.folder(folder)));
        }
        self.at(&below(folder, &import.module.replace('.', "/")))
    }

    fn child(&self, module: Module, name: &str) -> Option<Module> {
        self.folder_module(module.folder?, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{
        facts::{FactsBuilder, FileFacts, Lang},
        link::project::FileId,
    };

    const FILES: [&str; 7] = [
        "backend/app/__init__.py",
        "backend/app/main.py",
        "backend/app/api/__init__.py",
        "backend/app/api/users.py",
        "backend/json/data.py",
        "lib/src/pkg/core.py",
        "other/app/main.py",
    ];

    fn resolve(from: &str, module: &str, level: u8) -> Option<String> {
        let files: Vec<FileFacts> =
            FILES.iter().map(|path| FactsBuilder::new(path, "", Lang::Python).finish()).collect();
        let modules = PythonModules::new(Tree::new(&files));
        let import = ImportPath { from: FileId(0), from_path: from, module, level };
        let found = modules.resolve(import)?;
        let file = found.file.map(|file| FILES[file.index()].to_owned());
        file.or_else(|| found.folder.map(|folder| modules.tree.folder_path(folder).to_owned()))
    }

    #[test]
    fn imports_name_the_nearest_module() {
        let cases = [
            ("backend/app/main.py", "app.api.users", 0, Some("backend/app/api/users.py")),
            ("backend/app/main.py", "app.api", 0, Some("backend/app/api/__init__.py")),
            ("backend/app/api/users.py", "app.main", 0, Some("backend/app/main.py")),
            ("other/app/main.py", "app.main", 0, Some("other/app/main.py")),
            ("backend/app/api/users.py", "", 1, Some("backend/app/api/__init__.py")),
            ("backend/app/api/users.py", "main", 2, Some("backend/app/main.py")),
            ("backend/app/main.py", "fastapi", 0, None),
            ("lib/run.py", "pkg.core", 0, Some("lib/src/pkg/core.py")),
            ("backend/app/main.py", "main", 9, None),
        ];
        for (from, module, level, expected) in cases {
            assert_eq!(resolve(from, module, level).as_deref(), expected, "{from} {module}");
        }
    }
}
