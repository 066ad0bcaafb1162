//! Modules of JavaScript and TypeScript.
//!
//! A specifier is looked up as bundlers do: relative to the file, through the nearest
//! `tsconfig.json` or `jsconfig.json`, through `imports` of the nearest `package.json`,
//! and among the packages of the workspace. Sources win over what they are compiled to.

use super::{
    ImportPath, ModuleResolver,
    ecma_config::{PackageFile, PathConfig, Workspace},
};
use crate::analysis::link::project::{FileId, Module, ProjectFiles, Tree, below, parent};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// Endings that a specifier may leave out, in the order in which they are tried.
const EXTENSIONS: [&str; 8] = ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"];

/// Finds modules among the files of a project.
#[derive(Debug)]
pub struct EcmaModules {
    tree: Tree,
    workspace: Workspace,
    /// By folder of the importing file and specifier.
    known: RefCell<FxHashMap<(String, String), Option<Module>>>,
}

impl EcmaModules {
    /// The modules of a tree, as the configuration files of the project say.
    pub fn new(tree: Tree, project: &ProjectFiles) -> Self {
        Self { tree, workspace: Workspace::read(project), known: RefCell::default() }
    }

    fn find(&self, folder: &str, specifier: &str) -> Option<Module> {
        if specifier == "."
            || specifier == ".."
            || specifier.starts_with("./")
            || specifier.starts_with("../")
        {
            return self.at(&join(folder, specifier)?);
        }
        self.mapped(folder, specifier)
            .or_else(|| self.subpath_import(folder, specifier))
            .or_else(|| self.package(specifier))
            .or_else(|| self.conventional(folder, specifier))
    }

    /// Through `paths` and `baseUrl` of the configurations around the folder.
    fn mapped(&self, folder: &str, specifier: &str) -> Option<Module> {
        ancestors(folder).find_map(|folder| {
            let config = self.workspace.paths.get(folder)?;
            self.through(config, specifier)
        })
    }

    fn through(&self, config: &PathConfig, specifier: &str) -> Option<Module> {
        let targets = config.paths.iter().find_map(|(pattern, targets)| {
            let rest = matched(pattern, specifier)?;
            targets.iter().find_map(|target| {
                let target = target.replacen('*', rest, 1);
                self.at(&join(&config.base, &target)?)
            })
        });
        targets.or_else(|| self.at(&join(config.base_url.as_deref()?, specifier)?))
    }

    /// `#name`, as `imports` of the nearest `package.json` says.
    fn subpath_import(&self, folder: &str, specifier: &str) -> Option<Module> {
        if !specifier.starts_with('#') {
            return None;
        }
        let (package_folder, package) =
            ancestors(folder).find_map(|folder| Some((folder, self.workspace.packages.get(folder)?)))?;
        package.imports.iter().find_map(|(pattern, target)| {
            let rest = matched(pattern, specifier)?;
            self.source_of(package_folder, &target.replacen('*', rest, 1))
        })
    }

    /// A package of the same workspace, or a module inside one.
    fn package(&self, specifier: &str) -> Option<Module> {
        let segments = if specifier.starts_with('@') { 2 } else { 1 };
        let end = specifier.match_indices('/').nth(segments - 1).map_or(specifier.len(), |(at, _)| at);
        let folder = self.workspace.by_name.get(specifier.get(..end)?)?;
        let package = self.workspace.packages.get(folder)?;
        match specifier.get(end + 1..).filter(|rest| !rest.is_empty()) {
            Some(rest) => {
                self.source_of(folder, rest).or_else(|| self.at(&below(folder, &format!("src/{rest}"))))
            }
            None => self.entry(folder, package),
        }
    }

    fn entry(&self, folder: &str, package: &PackageFile) -> Option<Module> {
        let stated = package.entries.iter().find_map(|entry| self.source_of(folder, entry));
        stated.or_else(|| self.at(&below(folder, "src/index"))).or_else(|| self.at(&below(folder, "index")))
    }

    /// A file of a package, or the source that it is compiled from.
    fn source_of(&self, folder: &str, target: &str) -> Option<Module> {
        let path = join(folder, target)?;
        let inside = path.get(folder.len()..).unwrap_or_default().trim_start_matches('/');
        let source = ["dist/", "build/", "lib/", "out/"].iter().find_map(|built| {
            let rest = inside.strip_prefix(built)?;
            self.at(&below(folder, &format!("src/{rest}"))).or_else(|| self.at(&below(folder, rest)))
        });
        source.or_else(|| self.at(&path))
    }

    /// `@/x` and `~/x` mean the nearest `src` where nothing says otherwise.
    fn conventional(&self, folder: &str, specifier: &str) -> Option<Module> {
        let rest = specifier.strip_prefix("@/").or_else(|| specifier.strip_prefix("~/"))?;
        ancestors(folder).find_map(|folder| {
            self.at(&below(folder, &format!("src/{rest}"))).or_else(|| self.at(&below(folder, rest)))
        })
    }

    /// The module at a path with or without extension.
    fn at(&self, path: &str) -> Option<Module> {
        let file = self.with_extension(path).or_else(|| {
            let (stem, extension) = path.rsplit_once('.')?;
            // TypeScript's sources are imported under the name of what they become.
            match extension {
                "js" | "jsx" | "mjs" | "cjs" => self.with_extension(stem),
                _ => None,
            }
        });
        let file = file.or_else(|| self.with_extension(&below(path, "index"))).or_else(|| {
            let package = self.workspace.packages.get(path).filter(|_| !path.is_empty())?;
            let entry = package.entries.first()?;
            let target = join(path, entry)?;
            self.with_extension(&target).or_else(|| self.with_extension(&below(&target, "index")))
        })?;
        Some(Module::at(Some(file), None))
    }

    fn with_extension(&self, path: &str) -> Option<FileId> {
        let exact = self.tree.file(path);
        exact.or_else(|| {
            EXTENSIONS.iter().find_map(|extension| self.tree.file(&format!("{path}.{extension}")))
        })
    }
}

impl ModuleResolver for EcmaModules {
    fn resolve(&self, import: ImportPath<'_>) -> Option<Module> {
        let key = (parent(import.from_path).to_owned(), import.module.to_owned());
        if let Some(found) = self.known.borrow().get(&key) {
            return *found;
        }
        let found = self.find(&key.0, &key.1);
        self.known.borrow_mut().insert(key, found);
        found
    }

    fn child(&self, _module: Module, _name: &str) -> Option<Module> {
        None
    }

    /// A default import is the package itself: `import express` and `require("express")`.
    fn foreign_member(&self, module: &str, name: &str) -> String {
        if name == "default" { module.to_owned() } else { format!("{module}.{name}") }
    }

    fn constructor(&self) -> &'static str {
        "constructor"
    }
}

/// A folder and all folders around it, the root last.
fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| (!folder.is_empty()).then(|| parent(folder)))
}

/// A path relative to a folder, without `.` and `..`; none above the root.
pub(super) fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// What the `*` of a pattern stands for in a specifier; empty where there is none.
fn matched<'s>(pattern: &str, specifier: &'s str) -> Option<&'s str> {
    match pattern.split_once('*') {
        Some((before, after)) => specifier.strip_prefix(before)?.strip_suffix(after),
        None => (pattern == specifier).then_some(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::facts::{FactsBuilder, FileFacts, Lang};

    const FILES: [&str; 14] = [
        "api/src/main.ts",
        "api/src/users/index.ts",
        "api/src/users/user.service.ts",
        "api/src/legacy.js",
        "api/test/a.spec.ts",
        "packages/db/src/index.ts",
        "packages/db/src/schema/user.ts",
        "packages/log/lib/log.js",
        "packages/plain/index.js",
        "app/controllers/home.ts",
        "app/start.ts",
        "web/src/a.tsx",
        "web/src/lib/b.js",
        "old/models/index.js",
    ];

    fn resolve(from: &str, module: &str) -> Option<&'static str> {
        let files: Vec<FileFacts> =
            FILES.iter().map(|path| FactsBuilder::new(path, "", Lang::TypeScript).finish()).collect();
        let texts = [
            (
                "api/tsconfig.json",
                "{ // base\n \"extends\": \"../tsconfig.base.json\", \"compilerOptions\": { \"baseUrl\": \"./\", } }",
            ),
            ("api/test/tsconfig.json", "not json"),
            ("tsconfig.base.json", r#"{"compilerOptions": {"paths": {"@api/*": ["api/src/*"]}}}"#),
            ("tsconfig.json", r#"{"extends": "./tsconfig.base.json"}"#),
            ("packages/db/package.json", r#"{"name": "@acme/db", "main": "dist/index.js"}"#),
            ("packages/log/package.json", r#"{"name": "log", "exports": {".": {"import": "./lib/log.js"}}}"#),
            ("packages/plain/package.json", r#"{"name": "plain"}"#),
            ("app/package.json", r##"{"imports": {"#controllers/*": "./controllers/*.js"}}"##),
        ];
        let project = ProjectFiles {
            texts: texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect(),
        };
        let modules = EcmaModules::new(Tree::new(&files), &project);
        let import = ImportPath { from: FileId(0), from_path: from, module, level: 0 };
        FILES.get(modules.resolve(import)?.file?.index()).copied()
    }

    #[test]
    fn specifiers_name_the_source_that_a_bundler_would_take() {
        let cases = [
            ("api/src/main.ts", "./users", Some("api/src/users/index.ts")),
            ("api/src/main.ts", "./users/user.service", Some("api/src/users/user.service.ts")),
            ("api/src/main.ts", "./users/user.service.js", Some("api/src/users/user.service.ts")),
            ("api/src/users/index.ts", "..", None),
            ("api/src/users/index.ts", "../legacy", Some("api/src/legacy.js")),
            ("api/src/main.ts", "src/users", Some("api/src/users/index.ts")),
            ("api/test/a.spec.ts", "src/users", Some("api/src/users/index.ts")),
            ("api/src/main.ts", "@api/legacy", Some("api/src/legacy.js")),
            ("web/src/a.tsx", "@api/users", Some("api/src/users/index.ts")),
            ("api/src/main.ts", "@acme/db", Some("packages/db/src/index.ts")),
            ("api/src/main.ts", "@acme/db/schema/user", Some("packages/db/src/schema/user.ts")),
            ("api/src/main.ts", "log", Some("packages/log/lib/log.js")),
            ("api/src/main.ts", "plain", Some("packages/plain/index.js")),
            ("app/start.ts", "#controllers/home", Some("app/controllers/home.ts")),
            ("web/src/a.tsx", "@/lib/b", Some("web/src/lib/b.js")),
            ("old/app.js", "./models", Some("old/models/index.js")),
            ("api/src/main.ts", "express", None),
            ("api/src/main.ts", "../../../../etc/passwd", None),
        ];
        for (from, module, expected) in cases {
            assert_eq!(resolve(from, module), expected, "{module} from {from}");
        }
    }
}
