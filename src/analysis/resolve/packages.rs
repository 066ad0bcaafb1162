//! Files by what they declare in packages and namespaces.

use crate::analysis::facts::{FileFacts, ImportFlags, Lang, ScopeId};
use std::collections::HashMap;

/// What packages and namespaces declare.
#[derive(Debug, Default)]
pub(super) struct Packages {
    /// By whether the language is C#, package and name.
    declared: HashMap<(bool, String), HashMap<String, usize>>,
    /// Namespaces that every file of C# uses.
    global: Vec<String>,
}

impl Packages {
    pub(super) fn new(files: &[FileFacts]) -> Self {
        let mut packages = Self::default();
        for (index, file) in files.iter().enumerate() {
            if !has_packages(file.lang) {
                continue;
            }
            let key = (file.lang == Lang::CSharp, package(file).to_owned());
            let names = packages.declared.entry(key).or_default();
            let scopes = file.scope_ids().filter(|(_, scope)| scope.parent == Some(ScopeId::MODULE));
            let binds = file.binds.iter().filter(|b| b.scope == ScopeId::MODULE && b.object.is_none());
            for name in scopes.map(|(_, scope)| scope.name).chain(binds.map(|bind| bind.name)) {
                names.entry(file.text(name).to_owned()).or_insert(index);
            }
            let global = ImportFlags::STAR.with(ImportFlags::REEXPORT);
            let global = file.imports.iter().filter(|import| import.flags.has(global));
            packages.global.extend(global.map(|import| file.text(import.module).to_owned()));
        }
        packages
    }

    /// The file that declares what an import names; a class may stand in its path.
    pub(super) fn imported(&self, from: &FileFacts, module: &str, name: Option<&str>) -> Option<usize> {
        let mut module = module;
        let mut name = name?;
        loop {
            if let Some(found) = self.declaring(from, module, name) {
                return Some(found);
            }
            (module, name) = module.rsplit_once('.')?;
        }
    }

    /// The file that declares a name that a file sees without importing it by name.
    pub(super) fn visible(&self, from: &FileFacts, name: &str) -> Option<usize> {
        if !has_packages(from.lang) {
            return None;
        }
        let mut home = package(from);
        loop {
            if let Some(found) = self.declaring(from, home, name) {
                return Some(found);
            }
            // Only namespaces see what stands around them.
            if home.is_empty() || from.lang != Lang::CSharp {
                break;
            }
            home = home.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
        let stars = from.imports.iter().filter(|import| import.flags.has(ImportFlags::STAR));
        let stars = stars.map(|import| from.text(import.module));
        let global = self.global.iter().map(String::as_str).filter(|_| from.lang == Lang::CSharp);
        stars.chain(global).find_map(|module| self.declaring(from, module, name))
    }

    fn declaring(&self, from: &FileFacts, package: &str, name: &str) -> Option<usize> {
        let key = (from.lang == Lang::CSharp, package.to_owned());
        self.declared.get(&key)?.get(name).copied()
    }
}

fn has_packages(lang: Lang) -> bool {
    lang.is_jvm() || lang == Lang::CSharp
}

fn package(file: &FileFacts) -> &str {
    file.package.map_or("", |package| file.text(package))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::frontends;

    #[test]
    fn names_are_seen_in_their_package_by_import_and_by_star() {
        let sources = [
            ("a/A.java", "package a;\nimport b.*;\nclass A {}"),
            ("a/A2.java", "package a;\nclass A2 {}"),
            ("x/B.java", "package b;\nclass B { static int X; }"),
        ];
        let files: Vec<FileFacts> =
            sources.iter().map(|(path, text)| frontends::facts(path, text).unwrap().unwrap()).collect();
        let packages = Packages::new(&files);
        assert_eq!(packages.visible(&files[0], "A2"), Some(1));
        assert_eq!(packages.visible(&files[0], "B"), Some(2));
        assert_eq!(packages.visible(&files[1], "B"), None);
        assert_eq!(packages.imported(&files[1], "b", Some("B")), Some(2));
        assert_eq!(packages.imported(&files[1], "b.B", Some("X")), Some(2));
        assert_eq!(packages.imported(&files[1], "c", Some("B")), None);
    }
}
