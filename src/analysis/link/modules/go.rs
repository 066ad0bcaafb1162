//! Packages of Go.
//!
//! A package is a folder, and every file of it sees the names of all others. Import paths
//! start with the path of a module, which the nearest `go.mod` names.

use super::{ImportPath, ModuleResolver};
use crate::analysis::{
    facts::{FileFacts, Lang},
    link::project::{FileId, FolderId, Module, ProjectFiles, Tree, below, parent},
};
use rustc_hash::FxHashMap;

/// Finds Go packages among the files of a project.
#[derive(Debug)]
pub struct GoModules {
    tree: Tree,
    /// Module path and folder of each `go.mod`, the longest path first.
    modules: Vec<(String, String)>,
    /// Files by folder and the name that they declare; tests left out.
    declared: FxHashMap<FolderId, FxHashMap<String, Vec<FileId>>>,
    folders: Vec<Option<FolderId>>,
}

impl GoModules {
    /// The packages of a tree, as the manifests of the project say.
    pub fn new(tree: Tree, files: &[FileFacts], project: &ProjectFiles) -> Self {
        let mut modules: Vec<(String, String)> = project
            .texts
            .iter()
            .filter(|(path, _)| *path == "go.mod" || path.ends_with("/go.mod"))
            .filter_map(|(path, text)| Some((module_path(text)?.to_owned(), parent(path).to_owned())))
            .collect();
        modules.sort_by(|a, b| (b.0.len(), &b.0).cmp(&(a.0.len(), &a.0)));
        let mut declared: FxHashMap<FolderId, FxHashMap<String, Vec<FileId>>> = FxHashMap::default();
        let mut folders = vec![None; files.len()];
        for (index, file) in files.iter().enumerate() {
            let (Ok(number), Some(folder)) = (u32::try_from(index), tree.folder(parent(&file.path))) else {
                continue;
            };
            if file.lang != Lang::Go {
                continue;
            }
            if let Some(slot) = folders.get_mut(index) {
                *slot = Some(folder);
            }
            if file.path.ends_with("_test.go") {
                continue;
            }
            let names = declared.entry(folder).or_default();
            for name in file.top_level_names() {
                names.entry(name.to_owned()).or_default().push(FileId(number));
            }
        }
        Self { tree, modules, declared, folders }
    }

    fn declaring_in(&self, folder: Option<FolderId>, name: &str) -> &[FileId] {
        folder
            .and_then(|folder| self.declared.get(&folder))
            .and_then(|names| names.get(name))
            .map_or(&[], Vec::as_slice)
    }
}

impl ModuleResolver for GoModules {
    fn resolve(&self, import: ImportPath<'_>) -> Option<Module> {
        self.modules.iter().find_map(|(module, folder)| {
            let rest = import.module.strip_prefix(module.as_str())?;
            let rest = if rest.is_empty() { rest } else { rest.strip_prefix('/')? };
            let path = if rest.is_empty() { folder.clone() } else { below(folder, rest) };
            Some(Module::at(None, Some(self.tree.folder(&path)?)))
        })
    }

    fn child(&self, _module: Module, _name: &str) -> Option<Module> {
        None
    }

    fn visible(&self, from: FileId, name: &str) -> &[FileId] {
        self.declaring_in(self.folders.get(from.index()).copied().flatten(), name)
    }

    fn declaring(&self, module: Module, name: &str) -> &[FileId] {
        if module.file.is_some() { &[] } else { self.declaring_in(module.folder, name) }
    }

    fn files_of(&self, module: Module) -> Vec<FileId> {
        let names = module.folder.and_then(|folder| self.declared.get(&folder));
        let mut files: Vec<FileId> =
            names.into_iter().flat_map(|names| names.values()).flatten().copied().collect();
        files.sort_unstable();
        files.dedup();
        files
    }

    fn foreign_path(&self, module: &str) -> String {
        Lang::Go.dotted_module(module)
    }

    /// Types are made by their literals.
    fn constructor(&self) -> &'static str {
        ""
    }
}

/// The path that a `go.mod` states.
pub fn module_path(text: &str) -> Option<&str> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
    let path = line.split("//").next().unwrap_or(line).trim().trim_matches('"');
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::frontends;

    const FILES: [(&str, &str); 5] = [
        ("api/main.go", "package main\nfunc main() {}"),
        (
            "api/store/user.go",
            "package store\ntype User struct{}\nfunc (u *User) Name() string { return \"\" }",
        ),
        ("api/store/order.go", "package store\nvar Limit = 1"),
        ("api/store/order_test.go", "package store\nfunc helper() {}"),
        ("lib/x/x.go", "package x\nfunc X() {}"),
    ];

    #[test]
    fn imports_name_folders_and_files_of_a_package_see_each_other() {
        let files: Vec<FileFacts> =
            FILES.iter().filter_map(|(path, text)| frontends::facts(path, text)?.ok()).collect();
        let texts = [
            ("api/go.mod", "module example.com/api // x\n"),
            ("lib/go.mod", "go 1.22\nmodule example.com/lib\n"),
        ];
        let project =
            ProjectFiles { texts: texts.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect() };
        let modules = GoModules::new(Tree::new(&files), &files, &project);
        let resolve = |module| {
            let found =
                modules.resolve(ImportPath { from: FileId(0), from_path: FILES[0].0, module, level: 0 })?;
            Some(modules.tree.folder_path(found.folder?).to_owned())
        };
        let cases = [
            ("example.com/api/store", Some("api/store")),
            ("example.com/api", Some("api")),
            ("example.com/lib/x", Some("lib/x")),
            ("example.com/apistore", None),
            ("net/http", None),
        ];
        for (module, expected) in cases {
            assert_eq!(resolve(module).as_deref(), expected, "{module}");
        }
        assert_eq!(modules.visible(FileId(2), "User"), [FileId(1)]);
        assert_eq!(modules.visible(FileId(2), "Name"), []);
        assert_eq!(modules.visible(FileId(2), "helper"), []);
        assert_eq!(modules.visible(FileId(0), "User"), []);
    }
}
