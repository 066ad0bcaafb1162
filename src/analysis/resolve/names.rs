//! Following a name to what defines it.

use super::modules::Modules;
use crate::analysis::facts::{
    CallId, Expr, ExprId, FileFacts, Import, ImportFlags, Lang, ScopeId, ScopeKind,
};
use std::collections::{BTreeMap, HashMap};

/// How far a chain of imports, bindings and attributes is followed.
const FUEL: u32 = 24;

/// What a name or expression is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Outside the project, by its dotted path; each call adds `()`.
    External(String),
    /// A class, function or namespace of the project.
    Definition(usize, ScopeId),
    /// What a call of the project's class or function gives.
    Instance(usize, ScopeId),
    /// A file as a module.
    File(usize),
}

/// What a module-level name of a file is.
#[derive(Debug, Clone, Copy)]
enum Named {
    Scope(ScopeId),
    Import(usize),
    Value(ExprId),
}

/// All files with facts and the ways between them.
pub struct Project<'a> {
    pub files: &'a [FileFacts],
    pub modules: Modules,
    /// By file: names at module level, the first definition of each.
    names: Vec<HashMap<&'a str, Named>>,
    /// By file: (class, member) to the member's scope.
    members: Vec<HashMap<(ScopeId, &'a str), ScopeId>>,
    /// By file: names exported under another name, and `module.exports`.
    exports: Vec<HashMap<&'a str, ExprId>>,
    /// By file: indexes of star imports.
    stars: Vec<Vec<usize>>,
    /// Function and method names that only one definition of the project has.
    unique: HashMap<&'a str, Option<(usize, ScopeId)>>,
    /// By file: class scopes by the name of the type they add members to (Rust `impl`).
    impls: Vec<HashMap<&'a str, Vec<ScopeId>>>,
}

impl<'a> Project<'a> {
    /// Indexes the files. Linear in their facts.
    pub fn new(files: &'a [FileFacts], manifests: &BTreeMap<String, String>) -> Self {
        let mut project = Self {
            files,
            modules: Modules::new(files, manifests),
            names: Vec::with_capacity(files.len()),
            members: Vec::with_capacity(files.len()),
            exports: Vec::with_capacity(files.len()),
            stars: Vec::with_capacity(files.len()),
            unique: HashMap::new(),
            impls: Vec::with_capacity(files.len()),
        };
        for (index, file) in files.iter().enumerate() {
            project.index(index, file);
        }
        project
    }

    fn index(&mut self, index: usize, file: &'a FileFacts) {
        let mut names: HashMap<&str, Named> = HashMap::new();
        let mut members = HashMap::new();
        let mut impls: HashMap<&str, Vec<ScopeId>> = HashMap::new();
        for (id, scope) in file.scope_ids() {
            let name = file.text(scope.name);
            let Some(parent) = scope.parent else { continue };
            let at_top = file.scopes_around(parent).all(|(_, scope)| match file.lang {
                Lang::Ruby | Lang::Php | Lang::Elixir => {
                    matches!(scope.kind, ScopeKind::Module | ScopeKind::Namespace)
                }
                _ => scope.kind == ScopeKind::Module,
            });
            if at_top && !name.is_empty() && scope.owner.is_none() && scope.kind != ScopeKind::Namespace {
                names.entry(name).or_insert(Named::Scope(id));
            }
            if let Some(owner) = scope.owner
                && let Expr::Name(owner) = file.expr(owner)
            {
                impls.entry(file.text(owner)).or_default().push(id);
            }
            if scope.kind == ScopeKind::Function {
                members.entry((parent, name)).or_insert(id);
                let unique = self.unique.entry(name).or_insert(Some((index, id)));
                if *unique != Some((index, id)) {
                    *unique = None;
                }
            }
        }
        for (at, import) in file.imports.iter().enumerate() {
            if let Some(alias) = import.alias {
                names.entry(file.text(alias)).or_insert(Named::Import(at));
            }
        }
        for bind in file.binds.iter().filter(|b| b.scope == ScopeId::MODULE && b.object.is_none()) {
            if let Some(value) = bind.value {
                names.entry(file.text(bind.name)).or_insert(Named::Value(value));
            }
        }
        self.names.push(names);
        self.members.push(members);
        self.impls.push(impls);
        self.exports.push(file.exports.iter().map(|e| (file.text(e.name), e.value)).collect());
        self.stars.push(
            file.imports
                .iter()
                .enumerate()
                .filter(|(_, import)| import.flags.has(ImportFlags::STAR))
                .map(|(at, _)| at)
                .collect(),
        );
    }

    /// The file that an import names, and whether the imported name is that file.
    pub fn import_file(&self, file: usize, import: &Import) -> Option<(usize, bool)> {
        let facts = self.files.get(file)?;
        let name = import.name.map(|name| facts.text(name)).filter(|name| *name != "default");
        let found = self.modules.resolve(facts, facts.text(import.module), import.level, name)?;
        Some((found.file, found.is_name || import.name.is_none()))
    }

    /// The file that a module-level name is imported from, whatever it is there.
    pub fn imported_from(&self, file: usize, name: &str) -> Option<usize> {
        match self.names.get(file)?.get(name)? {
            Named::Import(at) => {
                let import = self.files.get(file)?.imports.get(*at)?;
                self.import_file(file, import).map(|(other, _)| other)
            }
            Named::Scope(_) | Named::Value(_) => None,
        }
    }

    /// What an expression is, looked up from module level.
    pub fn target(&self, file: usize, expr: ExprId) -> Option<Target> {
        self.follow(file, expr, FUEL)
    }

    /// What the callee of a call is.
    pub fn callee(&self, file: usize, call: CallId) -> Option<Target> {
        let facts = self.files.get(file)?;
        self.follow(file, facts.call(call)?.callee, FUEL)
    }

    /// What a module-level name of a file is, as importers see it.
    pub fn exported(&self, file: usize, name: &str) -> Option<Target> {
        self.exported_fuel(file, name, FUEL)
    }

    fn exported_fuel(&self, file: usize, name: &str, fuel: u32) -> Option<Target> {
        let fuel = fuel.checked_sub(1)?;
        let exports = self.exports.get(file)?;
        if let Some(value) = exports.get(name) {
            return self.follow(file, *value, fuel);
        }
        if let Some(found) = self.named(file, name, fuel) {
            return Some(found);
        }
        // `module.exports = { name }` and `exports = class`.
        let whole = exports.get("=").or_else(|| exports.get("default"))?;
        if name == "default" {
            return self.follow(file, *whole, fuel);
        }
        let facts = self.files.get(file)?;
        match facts.expr(*whole) {
            Expr::Map(entries) => facts.entries(entries).iter().find_map(|entry| {
                let Expr::Str(key) = facts.expr(entry.key?) else { return None };
                (facts.text(key) == name).then(|| self.follow(file, entry.value, fuel))?
            }),
            _ => None,
        }
    }

    fn named(&self, file: usize, name: &str, fuel: u32) -> Option<Target> {
        let fuel = fuel.checked_sub(1)?;
        match self.names.get(file)?.get(name) {
            Some(Named::Scope(id)) => Some(Target::Definition(file, *id)),
            Some(Named::Value(value)) => self.follow(file, *value, fuel),
            Some(Named::Import(at)) => self.imported(file, self.files.get(file)?.imports.get(*at)?, fuel),
            None => {
                self.in_package(file, name, fuel).or_else(|| self.starred(file, name, fuel)).or_else(|| {
                    let other = self.modules.visible(self.files.get(file)?, name)?;
                    (other != file).then(|| self.exported_fuel(other, name, fuel))?
                })
            }
        }
    }

    /// What star imports bring under a name.
    fn starred(&self, file: usize, name: &str, fuel: u32) -> Option<Target> {
        self.stars.get(file)?.iter().find_map(|at| {
            let import = self.files.get(file)?.imports.get(*at)?;
            match self.import_file(file, import) {
                Some((other, _)) if other != file => self.exported_fuel(other, name, fuel),
                Some(_) | None => None,
            }
        })
    }

    /// A name that another file of the same package declares.
    fn in_package(&self, file: usize, name: &str, fuel: u32) -> Option<Target> {
        let facts = self.files.get(file)?;
        if let Some(other) = self.modules.qualified(facts, name) {
            let last = name.rsplit('.').next().unwrap_or(name);
            let known = self.names.get(other).is_some_and(|names| names.contains_key(last));
            return (known && (other != file || last != name)).then(|| self.named(other, last, fuel))?;
        }
        let package = self.modules.package(facts);
        let other = package.iter().copied().find(|other| {
            *other != file
                && self.names.get(*other).is_some_and(|names| {
                    names.get(name).is_some_and(|named| !matches!(named, Named::Import(_)))
                })
        })?;
        self.named(other, name, fuel)
    }

    fn imported(&self, file: usize, import: &Import, fuel: u32) -> Option<Target> {
        let facts = self.files.get(file)?;
        let name = import.name.map(|name| facts.text(name));
        if let Some((other, is_file)) = self.import_file(file, import) {
            if is_file && name.is_none_or(|name| name != "default") {
                // A CommonJS module whose whole value is one thing is that thing.
                let whole = self.exports.get(other).and_then(|exports| exports.get("="));
                return match whole.and_then(|value| self.follow(other, *value, fuel.checked_sub(1)?)) {
                    Some(target) => Some(target),
                    None => Some(Target::File(other)),
                };
            }
            let name = name?;
            return (other != file).then(|| self.exported_fuel(other, name, fuel))?;
        }
        Some(Target::External(external(facts, import)))
    }

    fn follow(&self, file: usize, expr: ExprId, fuel: u32) -> Option<Target> {
        let fuel = fuel.checked_sub(1)?;
        let facts = self.files.get(file)?;
        match facts.expr(expr) {
            Expr::Name(name) => {
                let text = facts.text(name);
                self.named(file, text, fuel).or_else(|| Some(Target::External(text.to_owned())))
            }
            Expr::Attr(object, name) => {
                self.attribute(&self.follow(file, object, fuel)?, facts.text(name), fuel)
            }
            Expr::Call(call) => match self.follow(file, facts.call(call)?.callee, fuel)? {
                Target::External(path) => Some(Target::External(format!("{path}()"))),
                Target::Definition(other, scope) => Some(Target::Instance(other, scope)),
                Target::Instance(..) | Target::File(_) => None,
            },
            // Type arguments change nothing about what the type is.
            Expr::Index(object, _) => self.follow(file, object, fuel),
            Expr::Fun(scope) => Some(Target::Definition(file, scope)),
            Expr::Either(options) => {
                facts.list(options).iter().find_map(|option| self.follow(file, *option, fuel))
            }
            Expr::Str(_)
            | Expr::Num
            | Expr::Bool(_)
            | Expr::Null
            | Expr::SelfRef
            | Expr::Tmpl(_)
            | Expr::List(_)
            | Expr::Map(_)
            | Expr::Spread(_)
            | Expr::Element(_)
            | Expr::Other(_) => None,
        }
    }

    fn attribute(&self, object: &Target, name: &str, fuel: u32) -> Option<Target> {
        match object {
            Target::External(path) => Some(Target::External(format!("{path}.{name}"))),
            Target::File(file) => {
                self.exported_fuel(*file, name, fuel).or_else(|| self.submodule(*file, name))
            }
            Target::Definition(file, scope) | Target::Instance(file, scope) => {
                let (file, scope) = self.method(*file, *scope, name)?;
                Some(Target::Definition(file, scope))
            }
        }
    }

    /// `package.module` where the package's own file does not import the module.
    fn submodule(&self, file: usize, name: &str) -> Option<Target> {
        let facts = self.files.get(file)?;
        let folder = facts.path.strip_suffix("/__init__.py")?;
        [format!("{folder}/{name}.py"), format!("{folder}/{name}/__init__.py")]
            .iter()
            .find_map(|path| self.modules.file(path))
            .map(Target::File)
    }

    /// A method of a class or of its bases inside the project.
    pub fn method(&self, file: usize, class: ScopeId, name: &str) -> Option<(usize, ScopeId)> {
        for (file, class) in self.lineage(file, class) {
            let members = self.members.get(file)?;
            if let Some(found) = members.get(&(class, name)) {
                return Some((file, *found));
            }
            let facts = self.files.get(file)?;
            let Some(scope) = facts.scope(class) else { continue };
            let mut in_impls = self.impls.get(file)?.get(facts.text(scope.name)).into_iter().flatten();
            if let Some(found) = in_impls.find_map(|part| members.get(&(*part, name))) {
                return Some((file, *found));
            }
        }
        None
    }

    /// The only function or method of that name in the project.
    pub fn only(&self, name: &str) -> Option<(usize, ScopeId)> {
        self.unique.get(name).copied().flatten()
    }

    /// Paths of every base of a class outside the project, through bases inside it.
    pub fn external_bases(&self, file: usize, class: ScopeId) -> Vec<String> {
        let mut found = Vec::new();
        for (file, class) in self.lineage(file, class) {
            let Some(facts) = self.files.get(file) else { continue };
            let Some(scope) = facts.scope(class) else { continue };
            for base in facts.list(scope.bases) {
                if let Some(Target::External(path)) = self.target(file, *base) {
                    found.push(path);
                }
            }
        }
        found
    }

    /// The class and its bases inside the project, the class first.
    pub fn lineage(&self, file: usize, class: ScopeId) -> Vec<(usize, ScopeId)> {
        let mut line = vec![(file, class)];
        let mut at = 0;
        while let Some((file, class)) = line.get(at).copied() {
            at += 1;
            let Some(facts) = self.files.get(file) else { continue };
            let Some(scope) = facts.scope(class) else { continue };
            for base in facts.list(scope.bases) {
                if let Some(Target::Definition(other, base) | Target::Instance(other, base)) =
                    self.target(file, *base)
                    && line.len() < 40
                    && !line.contains(&(other, base))
                {
                    line.push((other, base));
                }
            }
        }
        line
    }
}

/// The dotted path of a foreign import: `module.name`, the module alone for whole and
/// default imports; `::` of Rust becomes a dot.
pub fn external(facts: &FileFacts, import: &Import) -> String {
    let module = match facts.lang {
        Lang::Go | Lang::Php | Lang::Ruby => facts.lang.dotted_module(facts.text(import.module)),
        _ => facts.text(import.module).replace("::", "."),
    };
    if import.flags.has(ImportFlags::ROOT) {
        return module.split('.').next().unwrap_or_default().to_owned();
    }
    match import.name.map(|name| facts.text(name)) {
        None | Some("default") => module,
        Some(name) if module.is_empty() => name.to_owned(),
        Some(name) => format!("{module}.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::frontends;
    use pretty_assertions::assert_eq;

    fn project(files: &[(&str, &str)]) -> Vec<FileFacts> {
        files.iter().map(|(path, text)| frontends::facts(path, text).unwrap().unwrap()).collect()
    }

    #[test]
    fn bases_are_followed_through_files_and_bindings_to_the_library() {
        let files = project(&[
            ("app/extensions.py", "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n"),
            ("app/database.py", "from .extensions import db\nclass Model(db.Model):\n    pass\n"),
            ("app/user/models.py", "from app.database import Model as Base\nclass User(Base):\n    pass\n"),
        ]);
        let project = Project::new(&files, &BTreeMap::new());
        let Some(Target::Definition(2, user)) = project.exported(2, "User") else { panic!("no class") };
        assert_eq!(project.external_bases(2, user), ["flask_sqlalchemy.SQLAlchemy().Model"]);
    }

    #[test]
    fn cycles_of_star_imports_end() {
        let files = project(&[("a.py", "from b import *\n"), ("b.py", "from a import *\n")]);
        let project = Project::new(&files, &BTreeMap::new());
        assert_eq!(project.exported(0, "nothing"), None);
    }

    #[test]
    fn a_method_is_found_in_a_base_class_of_another_file() {
        let files = project(&[
            ("base.py", "class Base:\n    def save(self): pass\n"),
            ("user.py", "from base import Base\nclass User(Base):\n    pass\n"),
        ]);
        let project = Project::new(&files, &BTreeMap::new());
        let Some(Target::Definition(file, user)) = project.exported(1, "User") else { panic!("no class") };
        assert_eq!(project.method(file, user, "save").map(|(file, _)| file), Some(0));
    }

    #[test]
    fn commonjs_exports_are_followed() {
        let files = project(&[
            ("db.js", "const knex = require('knex');\nmodule.exports = knex({});\n"),
            ("users.js", "const db = require('./db');\nfunction list() {}\nmodule.exports = { list };\n"),
            ("main.js", "const users = require('./users');\nconst db = require('./db');\n"),
        ]);
        let project = Project::new(&files, &BTreeMap::new());
        assert_eq!(project.exported(2, "db"), Some(Target::External("knex()".into())));
        assert!(matches!(project.exported(1, "list"), Some(Target::Definition(1, _))));
    }
}
