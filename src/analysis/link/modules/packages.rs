//! Modules of languages with package or namespace clauses: Java and Kotlin, C#.
//!
//! What a file declares belongs to the package that its clause names, wherever the file
//! lies. Everything of a package is visible in it without an import; in C# so is
//! everything of the namespaces around it, and of those that a `global using` names.

use super::{ImportPath, ModuleResolver};
use crate::analysis::{
    facts::{FileFacts, ImportFlags, Lang, ScopeId},
    link::project::{FileId, Module, PackageId},
};
use rustc_hash::FxHashMap;

/// Finds packages by name and what they declare.
#[derive(Debug, Default)]
pub struct PackageModules {
    by_name: FxHashMap<(Family, String), PackageId>,
    names: Vec<(Family, String)>,
    /// Files that declare a name, by package.
    declared: FxHashMap<PackageId, FxHashMap<String, Vec<FileId>>>,
    /// By file: its language family and the packages it sees without an import.
    homes: FxHashMap<FileId, (Family, Vec<PackageId>)>,
    /// Namespaces that every file of C# uses.
    global: Vec<String>,
}

/// Languages that share packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Family {
    Jvm,
    DotNet,
}

impl Family {
    fn of(lang: Lang) -> Option<Self> {
        match lang {
            Lang::Java | Lang::Kotlin => Some(Self::Jvm),
            Lang::CSharp => Some(Self::DotNet),
            Lang::Python
            | Lang::JavaScript
            | Lang::TypeScript
            | Lang::Rust
            | Lang::Go
            | Lang::Ruby
            | Lang::Php
            | Lang::Elixir => None,
        }
    }
}

impl PackageModules {
    /// The packages of all files.
    pub fn new(files: &[FileFacts]) -> Self {
        let mut modules = Self::default();
        for (index, facts) in files.iter().enumerate() {
            let (Some(family), Ok(number)) = (Family::of(facts.lang), u32::try_from(index)) else { continue };
            modules.add(family, FileId(number), facts);
        }
        // Namespaces around that declare something are homes as well; all are known now.
        for (file, facts) in files.iter().enumerate() {
            let Ok(number) = u32::try_from(file) else { break };
            if Family::of(facts.lang) == Some(Family::DotNet) {
                let around = modules.around(facts.package.map_or("", |package| facts.text(package)));
                if let Some((_, homes)) = modules.homes.get_mut(&FileId(number)) {
                    *homes = around;
                }
            }
        }
        modules.global.sort();
        modules.global.dedup();
        modules
    }

    fn add(&mut self, family: Family, file: FileId, facts: &FileFacts) {
        let package = self.package(family, facts.package.map_or("", |package| facts.text(package)));
        let declared = self.declared.entry(package).or_default();
        let mut declare = |name: &str| {
            let files = declared.entry(name.to_owned()).or_default();
            if !name.is_empty() && files.last() != Some(&file) {
                files.push(file);
            }
        };
        for (_, scope) in facts.scope_ids().filter(|(_, scope)| scope.parent == Some(ScopeId::MODULE)) {
            declare(facts.text(scope.name));
        }
        for bind in facts.binds.iter().filter(|bind| bind.scope == ScopeId::MODULE && bind.object.is_none()) {
            declare(facts.text(bind.name));
        }
        self.homes.insert(file, (family, vec![package]));
        for import in &facts.imports {
            if import.flags.has(ImportFlags::STAR) && import.flags.has(ImportFlags::REEXPORT) {
                self.global.push(facts.text(import.module).to_owned());
            }
        }
    }

    fn package(&mut self, family: Family, name: &str) -> PackageId {
        let key = (family, name.to_owned());
        if let Some(known) = self.by_name.get(&key) {
            return *known;
        }
        let id = PackageId(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        self.names.push(key.clone());
        self.by_name.insert(key, id);
        // `a.b` is inside `a`, whether or not `a` declares anything.
        if let Some((outer, _)) = name.rsplit_once('.') {
            self.package(family, outer);
        }
        id
    }

    /// A namespace and those around it that are known, innermost first.
    fn around(&self, name: &str) -> Vec<PackageId> {
        let mut found = Vec::new();
        let mut name = name;
        loop {
            found.extend(self.find(Family::DotNet, name));
            if name.is_empty() {
                return found;
            }
            name = name.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
    }

    fn find(&self, family: Family, name: &str) -> Option<PackageId> {
        self.by_name.get(&(family, name.to_owned())).copied()
    }
}

impl ModuleResolver for PackageModules {
    fn resolve(&self, import: ImportPath<'_>) -> Option<Module> {
        let (family, homes) = self.homes.get(&import.from)?;
        let found = self.find(*family, import.module).or_else(|| {
            // A name may start at a namespace around the file.
            let inner = homes.iter().filter_map(|home| self.names.get(home.index()));
            inner
                .filter(|_| *family == Family::DotNet)
                .find_map(|(_, home)| self.find(*family, &format!("{home}.{}", import.module)))
        });
        found.map(Module::package)
    }

    fn child(&self, module: Module, name: &str) -> Option<Module> {
        let (family, outer) = self.names.get(module.package?.index())?;
        self.find(*family, &format!("{outer}.{name}")).map(Module::package)
    }

    fn bare_name(&self, from: FileId, name: &str) -> Option<Module> {
        let (family, homes) = self.homes.get(&from)?;
        if *family != Family::DotNet {
            return None;
        }
        let homes = homes.iter().filter_map(|home| self.names.get(home.index()));
        let inside = homes.map(|(_, home)| match home.as_str() {
            "" => name.to_owned(),
            home => format!("{home}.{name}"),
        });
        inside.chain([name.to_owned()]).find_map(|path| self.find(*family, &path)).map(Module::package)
    }

    fn home(&self, from: FileId) -> Vec<Module> {
        let Some((family, homes)) = self.homes.get(&from) else { return Vec::new() };
        let global = self.global.iter().filter(|_| *family == Family::DotNet);
        let global = global.filter_map(|name| self.find(Family::DotNet, name));
        homes.iter().copied().chain(global).map(Module::package).collect()
    }

    fn ambient(&self, from: FileId) -> &[String] {
        match self.homes.get(&from) {
            Some((Family::DotNet, _)) => &self.global,
            Some((Family::Jvm, _)) | None => &[],
        }
    }

    fn in_package(&self, package: PackageId, name: &str) -> Vec<FileId> {
        self.declared.get(&package).and_then(|names| names.get(name)).cloned().unwrap_or_default()
    }

    fn sees_members(&self) -> bool {
        true
    }

    fn types_hold_names(&self) -> bool {
        true
    }

    fn constructor(&self) -> &'static str {
        "constructor"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::frontends;

    #[test]
    fn packages_are_found_by_their_clause_and_not_by_their_folder() {
        let sources = [
            ("a/src/A.java", "package org.acme.api;\nclass A {}"),
            ("b/other/B.java", "package org.acme.api;\nclass B {}"),
            ("b/C.java", "package org.acme;\nclass C {}"),
        ];
        let files: Vec<FileFacts> =
            sources.iter().map(|(path, text)| frontends::facts(path, text).unwrap().unwrap()).collect();
        let modules = PackageModules::new(&files);
        let import = ImportPath { from: FileId(2), from_path: "b/C.java", module: "org.acme.api", level: 0 };
        let package = modules.resolve(import).and_then(|module| module.package).unwrap();
        assert_eq!(modules.in_package(package, "B"), [FileId(1)]);
        assert_eq!(modules.in_package(package, "C"), []);
        assert_eq!(modules.resolve(ImportPath { module: "org.other", ..import }), None);
        assert_eq!(modules.home(FileId(0)).len(), 1);
        assert_eq!(modules.child(Module::package(modules.find(Family::Jvm, "org").unwrap()), "acme"), {
            modules.resolve(ImportPath { module: "org.acme", ..import })
        });
    }
}
