//! Classes that the whole project sees by their qualified name: Ruby, PHP, Elixir.
//!
//! Front ends write a class as `Namespace.Class`; a name is looked up by all of it first,
//! then by its end, because Ruby leaves out the namespaces that it stands in.

use super::{ImportPath, ModuleResolver};
use crate::analysis::{
    facts::{FileFacts, Lang, ScopeId, ScopeKind},
    link::project::{FileId, Module, Tree, below, normal, parent},
};
use rustc_hash::FxHashMap;

/// A class with its qualified name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualifiedClass {
    pub name: String,
    pub file: FileId,
    pub scope: ScopeId,
}

/// The classes of a language by the last part of their name.
#[derive(Debug, Default)]
pub struct QualifiedClasses {
    by_last: FxHashMap<String, Vec<QualifiedClass>>,
}

impl QualifiedClasses {
    /// The classes of one language.
    pub fn new(files: &[FileFacts], lang: Lang) -> Self {
        let mut by_last: FxHashMap<String, Vec<QualifiedClass>> = FxHashMap::default();
        for (index, file) in files.iter().enumerate() {
            let Ok(number) = u32::try_from(index) else { break };
            if file.lang != lang {
                continue;
            }
            for (scope, found) in file.scope_ids() {
                if matches!(found.kind, ScopeKind::Class | ScopeKind::Interface) {
                    let name = file.qualified_name(scope);
                    let last = name.rsplit('.').next().unwrap_or(&name).to_owned();
                    let class = QualifiedClass { name, file: FileId(number), scope };
                    by_last.entry(last).or_default().push(class);
                }
            }
        }
        Self { by_last }
    }

    /// The classes that a name may mean: those of that whole name, else those that end with it.
    pub fn find(&self, name: &str) -> Vec<&QualifiedClass> {
        let last = name.rsplit('.').next().unwrap_or(name);
        let all = self.by_last.get(last).map_or(&[][..], Vec::as_slice);
        let exact: Vec<&QualifiedClass> = all.iter().filter(|class| class.name == name).collect();
        if !exact.is_empty() {
            return exact;
        }
        let ends = |class: &&QualifiedClass| {
            class.name.strip_suffix(name).is_some_and(|before| before.ends_with('.'))
        };
        all.iter().filter(ends).collect()
    }

    /// The class that a name means: only one has the name, or one lies nearest to a file.
    pub fn nearest(&self, name: &str, from_path: &str, files: &[FileFacts]) -> Option<(FileId, ScopeId)> {
        let near = |class: &&QualifiedClass| {
            let path = files.get(class.file.index()).map_or("", |file| file.path.as_str());
            let shared = path.split('/').zip(from_path.split('/')).take_while(|(a, b)| a == b).count();
            (shared, std::cmp::Reverse(class.file))
        };
        self.find(name).into_iter().max_by_key(near).map(|class| (class.file, class.scope))
    }
}

/// Finds the classes and files of a language without modules of its own.
#[derive(Debug)]
pub struct QualifiedModules {
    tree: Tree,
    lang: Lang,
    pub classes: QualifiedClasses,
    /// For each name that code uses, the files that declare it.
    files_of: FxHashMap<String, Vec<FileId>>,
}

impl QualifiedModules {
    /// The classes of a tree.
    pub fn new(tree: Tree, files: &[FileFacts], lang: Lang) -> Self {
        let classes = QualifiedClasses::new(files, lang);
        let mut files_of: FxHashMap<String, Vec<FileId>> = FxHashMap::default();
        let mut add = |name: &str, file: FileId| {
            let known = files_of.entry(name.to_owned()).or_default();
            if !known.contains(&file) {
                known.push(file);
            }
        };
        // Ruby code leaves out any number of outer namespaces; elsewhere front ends write all.
        let exact_only = lang != Lang::Ruby;
        for class in classes.by_last.values().flatten() {
            let mut name = class.name.as_str();
            add(name, class.file);
            while let Some((_, rest)) = name.split_once('.').filter(|_| !exact_only) {
                name = rest;
                add(name, class.file);
            }
        }
        for (index, file) in files.iter().enumerate() {
            let Ok(number) = u32::try_from(index) else { break };
            if file.lang != lang {
                continue;
            }
            let functions = file
                .scopes
                .iter()
                .filter(|scope| scope.kind == ScopeKind::Function && scope.parent == Some(ScopeId::MODULE));
            functions.for_each(|scope| add(file.text(scope.name), FileId(number)));
            // Files that are included share the variables of those that include them.
            let variables = file.binds.iter().filter(|bind| bind.scope == ScopeId::MODULE);
            for bind in variables.filter(|bind| bind.object.is_none()) {
                add(file.text(bind.name), FileId(number));
            }
        }
        for files in files_of.values_mut() {
            files.sort_unstable();
        }
        Self { tree, lang, classes, files_of }
    }
}

impl ModuleResolver for QualifiedModules {
    /// A file by its path: `require './x'`, `include 'routes/api.php'`.
    fn resolve(&self, import: ImportPath<'_>) -> Option<Module> {
        let file = self.tree.file_near(import.from_path, import.module)?;
        Some(Module::at(Some(file), None))
    }

    fn child(&self, _module: Module, _name: &str) -> Option<Module> {
        None
    }

    fn visible(&self, _from: FileId, name: &str) -> &[FileId] {
        self.files_of.get(name).map_or(&[], Vec::as_slice)
    }

    fn local_name<'n>(&self, name: &'n str) -> &'n str {
        name.rsplit('.').next().unwrap_or(name)
    }

    fn sees_members(&self) -> bool {
        self.lang == Lang::Ruby || self.lang == Lang::Elixir
    }

    fn foreign_path(&self, module: &str) -> String {
        self.lang.dotted_module(module)
    }

    fn class_named(&self, name: &str, from_path: &str, files: &[FileFacts]) -> Option<(FileId, ScopeId)> {
        self.classes.nearest(name, from_path, files)
    }

    fn constructor(&self) -> &'static str {
        match self.lang {
            Lang::Php => "__construct",
            _ => "initialize",
        }
    }
}

impl Tree {
    /// The file that a written path means, seen from another file: from the root, from the
    /// folder of that file, or from a folder around it.
    pub fn file_near(&self, from: &str, written: &str) -> Option<FileId> {
        let written = normal(written.trim_start_matches('/'));
        if let Some(found) = self.file(&written) {
            return Some(found);
        }
        let mut folder = parent(from);
        loop {
            if let Some(found) = self.file(&normal(&below(folder, &written))) {
                return Some(found);
            }
            if folder.is_empty() {
                return None;
            }
            folder = parent(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::frontends;

    #[test]
    fn classes_are_found_by_their_whole_name_then_by_its_end() {
        let texts = [
            ("app/controllers/api/users_controller.rb", "module Api\n  class UsersController\n  end\nend\n"),
            ("app/controllers/users_controller.rb", "class UsersController\nend\n"),
            ("app/models/shop/order.rb", "class Shop::Order\nend\n"),
        ];
        let files: Vec<FileFacts> =
            texts.iter().filter_map(|(path, text)| frontends::facts(path, text)?.ok()).collect();
        let modules = QualifiedModules::new(Tree::new(&files), &files, Lang::Ruby);
        let found = |name: &str| {
            modules.class_named(name, "config/routes.rb", &files).map(|(file, _)| texts[file.index()].0)
        };
        let cases = [
            ("Api.UsersController", Some("app/controllers/api/users_controller.rb")),
            ("UsersController", Some("app/controllers/users_controller.rb")),
            ("Order", Some("app/models/shop/order.rb")),
            ("Other", None),
        ];
        for (name, expected) in cases {
            assert_eq!(found(name), expected, "{name}");
        }
        assert_eq!(modules.tree.file_near("config/x.rb", "../app/models/shop/order.rb"), Some(FileId(2)));
    }
}
