//! How each language finds the module that an import names, and which names it sees.
//!
//! One implementation for each language; the linker asks nothing else of a language.

mod ecma_config;
mod go;
mod javascript;
mod packages;
mod python;
mod qualified;
mod rust;

use super::project::{FileId, Module, PackageId, ProjectFiles, Tree};
use crate::analysis::facts::{FileFacts, Lang, ScopeId};

pub use go::{GoModules, module_path};
pub use javascript::EcmaModules;
pub use packages::PackageModules;
pub use python::PythonModules;
pub use qualified::{QualifiedClasses, QualifiedModules};
pub use rust::RustModules;

/// An import as the linker hands it over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportPath<'a> {
    /// The file that imports.
    pub from: FileId,
    /// The path of that file.
    pub from_path: &'a str,
    /// As written: `app.api`, `./users`, `crate::db`.
    pub module: &'a str,
    /// Leading dots of Python; 0 elsewhere.
    pub level: u8,
}

/// What a language says about modules and names.
pub trait ModuleResolver {
    /// The module of the project that an import names; none for a foreign one.
    fn resolve(&self, import: ImportPath<'_>) -> Option<Module>;

    /// A module inside another one, by name.
    fn child(&self, module: Module, name: &str) -> Option<Module>;

    /// A module that a bare name stands for without an import: Rust's `crate`, a child module.
    fn bare_name(&self, _from: FileId, _name: &str) -> Option<Module> {
        None
    }

    /// Modules whose names are visible in a file without an import, nearest first.
    fn home(&self, _from: FileId) -> Vec<Module> {
        Vec::new()
    }

    /// Modules that a file imports as a whole without saying so.
    fn ambient(&self, _from: FileId) -> &[String] {
        &[]
    }

    /// The files of a package that declare a name.
    fn in_package(&self, _package: PackageId, _name: &str) -> Vec<FileId> {
        Vec::new()
    }

    /// Whether the path of an import may go through a class.
    fn types_hold_names(&self) -> bool {
        false
    }

    /// Files that declare a name which a file sees without an import: those of its package.
    fn visible(&self, _from: FileId, _name: &str) -> &[FileId] {
        &[]
    }

    /// Files that declare a name of a module which is more than one file.
    fn declaring(&self, _module: Module, _name: &str) -> &[FileId] {
        &[]
    }

    /// All files of a module which is more than one file, tests left out.
    fn files_of(&self, _module: Module) -> Vec<FileId> {
        Vec::new()
    }

    /// The name under which a file declares what code calls by this name.
    fn local_name<'n>(&self, name: &'n str) -> &'n str {
        name
    }

    /// The class of a qualified name, the nearest to a file where several have it.
    fn class_named(&self, _name: &str, _from_path: &str, _files: &[FileFacts]) -> Option<(FileId, ScopeId)> {
        None
    }

    /// Whether members of a class are visible in its methods as bare names.
    fn sees_members(&self) -> bool {
        false
    }

    /// The dotted path that a foreign module is known by in packs.
    fn foreign_path(&self, module: &str) -> String {
        module.to_owned()
    }

    /// The dotted path that a name of a foreign module is known by in packs.
    fn foreign_member(&self, module: &str, name: &str) -> String {
        format!("{}.{name}", self.foreign_path(module))
    }

    /// The name of the method that runs when a class is constructed.
    fn constructor(&self) -> &'static str {
        "__init__"
    }
}

/// One resolver for each language that has one.
pub(super) struct Resolvers {
    python: PythonModules,
    ecma: EcmaModules,
    rust: RustModules,
    packages: PackageModules,
    go: GoModules,
    ruby: QualifiedModules,
    php: QualifiedModules,
    elixir: QualifiedModules,
}

impl Resolvers {
    pub fn new(files: &[FileFacts], project: &ProjectFiles) -> Self {
        Self {
            python: PythonModules::new(Tree::new(files)),
            ecma: EcmaModules::new(Tree::new(files), project),
            rust: RustModules::new(Tree::new(files), files, project),
            packages: PackageModules::new(files),
            go: GoModules::new(Tree::new(files), files, project),
            ruby: QualifiedModules::new(Tree::new(files), files, Lang::Ruby),
            php: QualifiedModules::new(Tree::new(files), files, Lang::Php),
            elixir: QualifiedModules::new(Tree::new(files), files, Lang::Elixir),
        }
    }

    /// Every resolver once.
    pub fn all(&self) -> impl Iterator<Item = &dyn ModuleResolver> {
        let all: [&dyn ModuleResolver; 8] = [
            &self.python,
            &self.ecma,
            &self.rust,
            &self.go,
            &self.ruby,
            &self.php,
            &self.elixir,
            &self.packages,
        ];
        all.into_iter()
    }

    /// The resolver of a language.
    pub fn of(&self, lang: Lang) -> &dyn ModuleResolver {
        match lang {
            Lang::Python => &self.python,
            Lang::JavaScript | Lang::TypeScript => &self.ecma,
            Lang::Rust => &self.rust,
            Lang::Java | Lang::Kotlin | Lang::CSharp => &self.packages,
            Lang::Go => &self.go,
            Lang::Ruby => &self.ruby,
            Lang::Php => &self.php,
            Lang::Elixir => &self.elixir,
        }
    }
}
