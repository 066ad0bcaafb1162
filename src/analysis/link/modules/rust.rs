//! Modules of Rust.
//!
//! A crate is the folder of a `Cargo.toml` with a package. Modules follow the layout of
//! files below the folder of the crate's root: `a/b.rs` or `a/b/mod.rs` is `a::b`. Paths
//! start at the crate, at the module itself, at its parent, at a child module, or at a
//! crate of the same workspace.

use super::{ImportPath, ModuleResolver};
use crate::analysis::{
    facts::{FileFacts, ImportFlags, Lang},
    link::project::{FileId, Module, ProjectFiles, Tree, below, parent},
};
use rustc_hash::{FxHashMap, FxHashSet};

/// Finds Rust modules among the files of a project.
#[derive(Debug)]
pub struct RustModules {
    tree: Tree,
    /// Crates by the folder of their `Cargo.toml`.
    crates: FxHashMap<String, Crate>,
    /// Folders of crates by the name that code uses.
    by_name: FxHashMap<String, String>,
    /// Roots of crates: files whose modules lie beside them.
    roots: FxHashSet<String>,
    /// The modules that a root declares itself.
    declared: FxHashSet<(String, String)>,
}

#[derive(Debug)]
struct Crate {
    /// Root files that exist, the library first.
    roots: Vec<String>,
}

impl RustModules {
    /// The modules of a tree, as the manifests of the project say.
    pub fn new(tree: Tree, files: &[FileFacts], project: &ProjectFiles) -> Self {
        let mut modules = Self {
            tree,
            crates: FxHashMap::default(),
            by_name: FxHashMap::default(),
            roots: FxHashSet::default(),
            declared: FxHashSet::default(),
        };
        for (path, text) in &project.texts {
            if path == "Cargo.toml" || path.ends_with("/Cargo.toml") {
                modules.add_crate(parent(path), text);
            }
        }
        for file in files.iter().filter(|file| file.lang == Lang::Rust) {
            if modules.is_root(&file.path) {
                let declares = file.imports.iter().filter(|import| import.flags.has(ImportFlags::DECLARES));
                let names = declares.filter_map(|import| import.alias);
                modules.declared.extend(names.map(|name| (file.path.clone(), file.text(name).to_owned())));
            }
        }
        modules
    }

    fn add_crate(&mut self, folder: &str, manifest: &str) {
        let Ok(manifest) = manifest.parse::<toml::Table>() else { return };
        let Some(package) = manifest.get("package").and_then(toml::Value::as_table) else { return };
        let library = manifest.get("lib").and_then(toml::Value::as_table);
        let text = |table: Option<&toml::Table>, key: &str| {
            table.and_then(|table| table.get(key)).and_then(toml::Value::as_str).map(str::to_owned)
        };
        let name = text(library, "name").or_else(|| text(Some(package), "name"));
        let mut candidates = vec![text(library, "path").unwrap_or_else(|| "src/lib.rs".to_owned())];
        candidates.push("src/main.rs".to_owned());
        let binaries = manifest.get("bin").and_then(toml::Value::as_array).into_iter().flatten();
        candidates.extend(binaries.filter_map(|binary| text(binary.as_table(), "path")));
        let roots: Vec<String> = candidates
            .iter()
            .map(|root| below(folder, root))
            .filter(|root| self.tree.file(root).is_some())
            .collect();
        self.roots.extend(roots.iter().cloned());
        if let Some(name) = name {
            self.by_name.insert(name.replace('-', "_"), folder.to_owned());
        }
        self.crates.insert(folder.to_owned(), Crate { roots });
    }

    /// Whether the modules of a file lie beside it although it is no `mod.rs`.
    fn is_root(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.roots.contains(path) || matches!(name, "lib.rs" | "main.rs") || is_own_crate(path)
    }

    /// The folder that holds the child modules of a file.
    fn module_folder<'p>(&self, path: &'p str) -> &'p str {
        if self.is_root(path) || path.ends_with("/mod.rs") || path == "mod.rs" {
            return parent(path);
        }
        path.strip_suffix(".rs").unwrap_or(path)
    }

    fn module_at(&self, folder: &str) -> Option<Module> {
        let file = self
            .tree
            .file(&format!("{folder}.rs"))
            .or_else(|| self.tree.file(&below(folder, "mod.rs")))
            .filter(|_| !folder.is_empty());
        let folder = self.tree.folder(folder);
        // A folder without a file of its own is not a module.
        file.map(|file| Module::at(Some(file), folder))
    }

    /// The root of the crate that a file belongs to.
    fn root_of(&self, from: FileId, path: &str) -> Option<Module> {
        if self.is_root(path) {
            return Some(self.root_module(path, from));
        }
        let mut folder = parent(path);
        let found = loop {
            if let Some(found) = self.crates.get(folder) {
                break found;
            }
            if folder.is_empty() {
                return None;
            }
            folder = parent(folder);
        };
        // A module belongs to the root that declares it; a library is asked first.
        let declares = |root: &&String| {
            let rest = path.strip_prefix(parent(root)).unwrap_or_default().trim_start_matches('/');
            let first = rest.split('/').next().unwrap_or_default();
            let name = first.strip_suffix(".rs").unwrap_or(first);
            self.declared.contains(&((*root).clone(), name.to_owned()))
        };
        let root = found.roots.iter().find(declares).or_else(|| found.roots.first())?;
        Some(self.root_module(root, self.tree.file(root)?))
    }

    fn root_module(&self, path: &str, file: FileId) -> Module {
        Module::at(Some(file), self.tree.folder(parent(path)))
    }

    fn own_module(&self, from: FileId, path: &str) -> Module {
        Module::at(Some(from), self.tree.folder(self.module_folder(path)))
    }

    /// The module around a file's own.
    fn parent_module(&self, from: FileId, path: &str) -> Option<(Module, String)> {
        if self.is_root(path) {
            return None;
        }
        let own = self.module_folder(path);
        let around = parent(own);
        let root = self.root_of(from, path)?;
        if root.folder.is_some_and(|folder| self.tree.folder_path(folder) == around) {
            return Some((root, String::new()));
        }
        let module = self.module_at(around)?;
        let file = [format!("{around}.rs"), below(around, "mod.rs")]
            .into_iter()
            .find(|candidate| self.tree.file(candidate) == module.file)?;
        Some((module, file))
    }

    fn start(&self, from: FileId, path: &str, first: &str) -> Option<Module> {
        match first {
            "crate" | "$crate" => self.root_of(from, path),
            "self" => Some(self.own_module(from, path)),
            name => self.child(self.own_module(from, path), name).or_else(|| {
                let folder = self.by_name.get(name)?;
                let root = self.crates.get(folder)?.roots.first()?;
                Some(self.root_module(root, self.tree.file(root)?))
            }),
        }
    }
}

impl ModuleResolver for RustModules {
    fn resolve(&self, import: ImportPath<'_>) -> Option<Module> {
        let mut segments = import.module.split("::").peekable();
        let mut module = if segments.peek() == Some(&"super") {
            let (mut from, mut path) = (import.from, import.from_path.to_owned());
            let mut found = None;
            while segments.peek() == Some(&"super") {
                segments.next();
                let (module, around) = self.parent_module(from, &path)?;
                (from, path) = (module.file?, around);
                found = Some(module);
                if path.is_empty() && segments.peek() == Some(&"super") {
                    return None;
                }
            }
            found?
        } else {
            self.start(import.from, import.from_path, segments.next()?)?
        };
        for segment in segments {
            module = self.child(module, segment)?;
        }
        Some(module)
    }

    fn child(&self, module: Module, name: &str) -> Option<Module> {
        self.module_at(&below(self.tree.folder_path(module.folder?), name))
    }

    fn foreign_path(&self, module: &str) -> String {
        module.replace("::", ".")
    }

    /// Types are made by their literals; `new` is a function like any other.
    fn constructor(&self) -> &'static str {
        ""
    }
}

/// Integration tests, examples, benchmarks and build scripts are crates of their own.
fn is_own_crate(path: &str) -> bool {
    let folder = parent(path);
    let last = folder.rsplit('/').next().unwrap_or(folder);
    matches!(last, "tests" | "examples" | "benches" | "bin")
        || path == "build.rs"
        || path.ends_with("/build.rs")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::frontends;

    const FILES: [(&str, &str); 12] = [
        ("src/main.rs", "mod config; mod http;"),
        ("src/config.rs", ""),
        ("src/http/mod.rs", "mod users; pub mod error;"),
        ("src/http/users.rs", "mod listing;"),
        ("src/http/users/listing.rs", ""),
        ("src/http/error.rs", ""),
        ("crates/db/src/lib.rs", "pub mod schema;"),
        ("crates/db/src/schema.rs", ""),
        ("crates/db/src/main.rs", "mod only_here;"),
        ("crates/db/src/only_here.rs", ""),
        ("crates/db/tests/api.rs", "mod common;"),
        ("crates/db/tests/common/mod.rs", ""),
    ];

    fn resolve(from: &str, module: &str) -> Option<&'static str> {
        let files: Vec<FileFacts> = FILES
            .iter()
            .filter_map(|(path, text)| frontends::facts(path, text).and_then(Result::ok))
            .collect();
        let texts = [
            ("Cargo.toml", "[package]\nname = \"app\"\n[workspace]\nmembers = [\"crates/*\"]"),
            ("crates/db/Cargo.toml", "[package]\nname = \"my-db\""),
            ("broken/Cargo.toml", "["),
        ];
        let project =
            ProjectFiles { texts: texts.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect() };
        let modules = RustModules::new(Tree::new(&files), &files, &project);
        let from_file = FILES.iter().position(|(path, _)| *path == from)?;
        let import =
            ImportPath { from: FileId(u32::try_from(from_file).ok()?), from_path: from, module, level: 0 };
        Some(FILES.get(modules.resolve(import)?.file?.index())?.0)
    }

    #[test]
    fn paths_follow_the_layout_of_the_crate() {
        let cases = [
            ("src/main.rs", "self::http", Some("src/http/mod.rs")),
            ("src/main.rs", "http::users", Some("src/http/users.rs")),
            ("src/http/users.rs", "crate", Some("src/main.rs")),
            ("src/http/users.rs", "crate::config", Some("src/config.rs")),
            ("src/http/users.rs", "super", Some("src/http/mod.rs")),
            ("src/http/users.rs", "super::error", Some("src/http/error.rs")),
            ("src/http/users/listing.rs", "super", Some("src/http/users.rs")),
            ("src/http/users/listing.rs", "super::super::super::config", Some("src/config.rs")),
            ("src/http/users/listing.rs", "super::super::super::super", None),
            ("src/http/mod.rs", "super::config", Some("src/config.rs")),
            ("src/http/users.rs", "self::listing", Some("src/http/users/listing.rs")),
            ("src/main.rs", "my_db::schema", Some("crates/db/src/schema.rs")),
            ("src/main.rs", "my_db", Some("crates/db/src/lib.rs")),
            ("crates/db/src/only_here.rs", "crate", Some("crates/db/src/main.rs")),
            ("crates/db/src/schema.rs", "crate", Some("crates/db/src/lib.rs")),
            ("crates/db/tests/api.rs", "common", Some("crates/db/tests/common/mod.rs")),
            ("crates/db/tests/api.rs", "my_db::schema", Some("crates/db/src/schema.rs")),
            ("src/main.rs", "axum::routing", None),
            ("src/main.rs", "super", None),
        ];
        for (from, module, expected) in cases {
            assert_eq!(resolve(from, module), expected, "{module} from {from}");
        }
    }
}
