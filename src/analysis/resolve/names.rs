//! Following a name to what defines it.

use super::{
    index::{Named, Names, Place, unique},
    modules::Modules,
};
use crate::analysis::facts::{CallId, Expr, ExprId, FileFacts, Import, ImportFlags, Lang, ScopeId};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// How far a chain of imports, bindings and attributes is followed.
const FUEL: u32 = 24;

/// Files that star imports are followed into from one file.
const STARS: usize = 64;

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

/// All files with facts and the ways between them.
pub struct Project<'a> {
    pub files: &'a [FileFacts],
    modules: Modules,
    /// By file and import: the file that it leads to, and whether the name is that file.
    imports: Vec<Vec<Option<(usize, bool)>>>,
    names: Vec<Names<'a>>,
    /// By file: the other files whose names star imports bring, nearest first.
    stars: Vec<Vec<usize>>,
    /// The names of all those files, each with the files that have it: most names that are
    /// asked for are in none, and most others in one.
    starred_names: FxHashMap<&'a str, Vec<usize>>,
    /// Function and method names that only one definition of the project has.
    unique: FxHashMap<&'a str, Option<Place>>,
    /// By file and class: the class and its bases inside the project.
    lineages: Vec<FxHashMap<ScopeId, Vec<Place>>>,
    /// By file: what every module-level name is. Filled last; asking goes without before.
    known: Vec<FxHashMap<&'a str, Option<Target>>>,
}

/// How a name is followed: how far still, and whether members of classes are looked up in
/// their bases, which is not known while bases are looked for.
#[derive(Debug, Clone, Copy)]
struct Way {
    fuel: u32,
    through_bases: bool,
}

impl Way {
    const WHOLE: Self = Self { fuel: FUEL, through_bases: true };
    const TO_BASES: Self = Self { fuel: FUEL, through_bases: false };

    fn on(self) -> Option<Self> {
        Some(Self { fuel: self.fuel.checked_sub(1)?, ..self })
    }
}

impl<'a> Project<'a> {
    /// Indexes the files; `manifests` are texts by path. Uses all threads.
    pub fn new(files: &'a [FileFacts], manifests: &BTreeMap<String, String>) -> Self {
        let mut project = Self {
            files,
            modules: Modules::new(files, manifests),
            imports: Vec::new(),
            names: files.par_iter().map(Names::new).collect(),
            stars: Vec::new(),
            starred_names: FxHashMap::default(),
            unique: unique(files),
            lineages: Vec::new(),
            known: Vec::new(),
        };
        project.imports = project.each_file(|project, file| {
            let facts = project.files.get(file);
            let imports = facts.into_iter().flat_map(|facts| &facts.imports);
            imports.map(|import| project.find_import(file, import)).collect()
        });
        project.stars = project.each_file(|project, file| project.star_files(file));
        project.starred_names = project.name_starred();
        // Answers are worked out from scratch before they are kept, so that no answer
        // depends on which was asked for first.
        project.lineages = project.each_file(|project, file| {
            let classes = project.names.get(file).map(|names| names.classes.as_slice()).unwrap_or_default();
            classes.iter().map(|class| (*class, project.find_lineage(file, *class))).collect()
        });
        project.known = project.each_file(|project, file| {
            let names = project.names.get(file).into_iter().flat_map(|names| names.named.keys().copied());
            names.map(|name| (name, project.find_named(file, name, Way::WHOLE))).collect()
        });
        project
    }

    fn each_file<T: Send>(&self, make: impl Fn(&Self, usize) -> T + Sync) -> Vec<T> {
        (0..self.files.len()).into_par_iter().map(|file| make(self, file)).collect()
    }

    /// The file at that path, as an index into the facts.
    pub fn file(&self, path: &str) -> Option<usize> {
        self.modules.file(path)
    }

    /// The file that an import of a file leads to, and whether the imported name is that file.
    pub fn import_file(&self, file: usize, import: usize) -> Option<(usize, bool)> {
        *self.imports.get(file)?.get(import)?
    }

    fn find_import(&self, file: usize, import: &Import) -> Option<(usize, bool)> {
        let facts = self.files.get(file)?;
        let name = import.name.map(|name| facts.text(name)).filter(|name| *name != "default");
        let found = self.modules.resolve(facts, facts.text(import.module), import.level, name)?;
        Some((found.file, found.is_name || import.name.is_none()))
    }

    /// The file that a module-level name is imported from, whatever it is there.
    pub fn imported_from(&self, file: usize, name: &str) -> Option<usize> {
        match self.names.get(file)?.named.get(name)? {
            Named::Import(at) => self.import_file(file, *at).map(|(other, _)| other),
            Named::Scope(_) | Named::Value(_) => None,
        }
    }

    /// What an expression is, looked up from module level.
    pub fn target(&self, file: usize, expr: ExprId) -> Option<Target> {
        self.follow(file, expr, Way::WHOLE)
    }

    /// What the callee of a call is.
    pub fn callee(&self, file: usize, call: CallId) -> Option<Target> {
        let facts = self.files.get(file)?;
        self.follow(file, facts.call(call)?.callee, Way::WHOLE)
    }

    /// What a module-level name of a file is, as importers see it.
    pub fn exported(&self, file: usize, name: &str) -> Option<Target> {
        self.exported_on(file, name, Way::WHOLE)
    }

    /// The files that star imports of a file lead to, and those of theirs.
    fn star_files(&self, file: usize) -> Vec<usize> {
        let mut found = vec![file];
        let mut at = 0;
        while let Some(from) = found.get(at).copied() {
            at += 1;
            for star in self.names.get(from).into_iter().flat_map(|names| &names.stars) {
                if let Some((other, _)) = self.import_file(from, *star)
                    && found.len() <= STARS
                    && !found.contains(&other)
                {
                    found.push(other);
                }
            }
        }
        found.remove(0);
        found
    }

    /// The files that some star import leads to, in order, by the names that they have.
    fn name_starred(&self) -> FxHashMap<&'a str, Vec<usize>> {
        let starred: BTreeSet<usize> = self.stars.iter().flatten().copied().collect();
        let mut named: FxHashMap<&'a str, Vec<usize>> = FxHashMap::default();
        for file in starred {
            let Some(names) = self.names.get(file) else { continue };
            for name in names.named.keys().chain(names.exports.keys()) {
                let files = named.entry(*name).or_default();
                if files.last() != Some(&file) {
                    files.push(file);
                }
            }
        }
        named
    }

    fn exported_on(&self, file: usize, name: &str, way: Way) -> Option<Target> {
        let way = way.on()?;
        let exports = &self.names.get(file)?.exports;
        if let Some(value) = exports.get(name) {
            return self.follow(file, *value, way);
        }
        if let Some(found) = self.named(file, name, way) {
            return Some(found);
        }
        // `module.exports = { name }` and `exports = class`.
        let whole = exports.get("=").or_else(|| exports.get("default"))?;
        if name == "default" {
            return self.follow(file, *whole, way);
        }
        let facts = self.files.get(file)?;
        match facts.expr(*whole) {
            Expr::Map(entries) => facts.entries(entries).iter().find_map(|entry| {
                let Expr::Str(key) = facts.expr(entry.key?) else { return None };
                (facts.text(key) == name).then(|| self.follow(file, entry.value, way))?
            }),
            _ => None,
        }
    }

    /// A name of the module itself or of those that it imports whole.
    fn named(&self, file: usize, name: &str, way: Way) -> Option<Target> {
        let way = way.on()?;
        if self.names.get(file)?.named.contains_key(name) {
            return self.own(file, name, way);
        }
        let beside = || self.in_package(file, name, way).or_else(|| self.starred(file, name, way));
        beside().or_else(|| {
            let other = self.modules.visible(self.files.get(file)?, name)?;
            (other != file).then(|| self.exported_on(other, name, way))?
        })
    }

    /// What star imports bring under a name.
    fn starred(&self, file: usize, name: &str, way: Way) -> Option<Target> {
        let stars = self.stars.get(file).filter(|stars| !stars.is_empty())?;
        let having = self.starred_names.get(name)?;
        stars.iter().filter(|other| having.binary_search(other).is_ok()).find_map(|other| {
            let names = self.names.get(*other)?;
            match names.exports.get(name) {
                Some(value) => self.follow(*other, *value, way),
                None => names.named.contains_key(name).then(|| self.own(*other, name, way))?,
            }
        })
    }

    /// A name that another file of the same package declares.
    fn in_package(&self, file: usize, name: &str, way: Way) -> Option<Target> {
        let facts = self.files.get(file)?;
        let declared = |other: usize, name: &str| self.names.get(other)?.named.get(name).copied();
        if let Some(other) = self.modules.qualified(facts, name) {
            let last = name.rsplit('.').next().unwrap_or(name);
            let known = declared(other, last).is_some() && (other != file || last != name);
            return known.then(|| self.own(other, last, way))?;
        }
        let other = self.modules.package(facts).iter().copied().find(|other| {
            *other != file && declared(*other, name).is_some_and(|named| !matches!(named, Named::Import(_)))
        })?;
        self.own(other, name, way)
    }

    /// A name that the file defines.
    fn own(&self, file: usize, name: &str, way: Way) -> Option<Target> {
        match self.known.get(file).filter(|_| way.through_bases) {
            Some(known) => known.get(name)?.clone(),
            None => self.find_named(file, name, way),
        }
    }

    fn find_named(&self, file: usize, name: &str, way: Way) -> Option<Target> {
        let way = way.on()?;
        match self.names.get(file)?.named.get(name)? {
            Named::Scope(id) => Some(Target::Definition(file, *id)),
            Named::Value(value) => self.follow(file, *value, way),
            Named::Import(at) => self.imported(file, *at, way),
        }
    }

    fn imported(&self, file: usize, at: usize, way: Way) -> Option<Target> {
        let facts = self.files.get(file)?;
        let import = facts.imports.get(at)?;
        let name = import.name.map(|name| facts.text(name));
        if let Some((other, is_file)) = self.import_file(file, at) {
            if is_file && name.is_none_or(|name| name != "default") {
                // A CommonJS module whose whole value is one thing is that thing.
                let whole = self.names.get(other).and_then(|names| names.exports.get("="));
                return match whole.and_then(|value| self.follow(other, *value, way.on()?)) {
                    Some(target) => Some(target),
                    None => Some(Target::File(other)),
                };
            }
            let name = name?;
            return (other != file).then(|| self.exported_on(other, name, way))?;
        }
        Some(Target::External(external(facts, import)))
    }

    fn follow(&self, file: usize, expr: ExprId, way: Way) -> Option<Target> {
        let way = way.on()?;
        let facts = self.files.get(file)?;
        match facts.expr(expr) {
            Expr::Name(name) => {
                let text = facts.text(name);
                self.named(file, text, way).or_else(|| Some(Target::External(text.to_owned())))
            }
            Expr::Attr(object, name) => {
                self.attribute(self.follow(file, object, way)?, facts.text(name), way)
            }
            Expr::Call(call) => match self.follow(file, facts.call(call)?.callee, way)? {
                Target::External(mut path) => {
                    path.push_str("()");
                    Some(Target::External(path))
                }
                Target::Definition(other, scope) => Some(Target::Instance(other, scope)),
                Target::Instance(..) | Target::File(_) => None,
            },
            // Type arguments change nothing about what the type is.
            Expr::Index(object, _) => self.follow(file, object, way),
            Expr::Fun(scope) => Some(Target::Definition(file, scope)),
            Expr::Either(options) => {
                facts.list(options).iter().find_map(|option| self.follow(file, *option, way))
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

    fn attribute(&self, object: Target, name: &str, way: Way) -> Option<Target> {
        match object {
            Target::External(mut path) => {
                path.push('.');
                path.push_str(name);
                Some(Target::External(path))
            }
            Target::File(file) => self.exported_on(file, name, way).or_else(|| self.submodule(file, name)),
            Target::Definition(file, scope) | Target::Instance(file, scope) => {
                // While bases are looked for nobody knows what a class inherits.
                let found = way.through_bases.then(|| self.method(file, scope, name))?;
                found.map(|(file, scope)| Target::Definition(file, scope))
            }
        }
    }

    /// `package.module` where the package's own file does not import the module.
    fn submodule(&self, file: usize, name: &str) -> Option<Target> {
        let facts = self.files.get(file)?;
        let folder = facts.path.strip_suffix("/__init__.py")?;
        [format!("{folder}/{name}.py"), format!("{folder}/{name}/__init__.py")]
            .iter()
            .find_map(|path| self.file(path))
            .map(Target::File)
    }

    /// A method of a class or of its bases inside the project.
    pub fn method(&self, file: usize, class: ScopeId, name: &str) -> Option<Place> {
        let of = |(file, class): Place| -> Option<Place> {
            let names = self.names.get(file)?;
            if let Some(found) = names.members.get(&(class, name)) {
                return Some((file, *found));
            }
            let facts = self.files.get(file)?;
            let mut in_impls = names.impls.get(facts.text(facts.scope(class)?.name))?.iter();
            in_impls.find_map(|part| names.members.get(&(*part, name))).map(|found| (file, *found))
        };
        match self.lineage(file, class) {
            [] => of((file, class)),
            line => line.iter().copied().find_map(of),
        }
    }

    /// The only function or method of that name in the project.
    pub fn only(&self, name: &str) -> Option<Place> {
        self.unique.get(name).copied().flatten()
    }

    /// Paths of every base of a class outside the project, through bases inside it.
    pub fn external_bases(&self, file: usize, class: ScopeId) -> Vec<String> {
        let mut found = Vec::new();
        for (file, class) in self.lineage(file, class) {
            let Some(facts) = self.files.get(*file) else { continue };
            let Some(scope) = facts.scope(*class) else { continue };
            for base in facts.list(scope.bases) {
                if let Some(Target::External(path)) = self.target(*file, *base) {
                    found.push(path);
                }
            }
        }
        found
    }

    /// The class and its bases inside the project, the class first; empty for what is no class.
    pub fn lineage(&self, file: usize, class: ScopeId) -> &[Place] {
        let known = self.lineages.get(file).and_then(|classes| classes.get(&class));
        known.map(Vec::as_slice).unwrap_or_default()
    }

    fn find_lineage(&self, file: usize, class: ScopeId) -> Vec<Place> {
        let mut line = vec![(file, class)];
        let mut at = 0;
        while let Some((file, class)) = line.get(at).copied() {
            at += 1;
            let Some(facts) = self.files.get(file) else { continue };
            let Some(scope) = facts.scope(class) else { continue };
            for base in facts.list(scope.bases) {
                if let Some(Target::Definition(other, base) | Target::Instance(other, base)) =
                    self.follow(file, *base, Way::TO_BASES)
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

    #[test]
    fn a_class_that_descends_from_its_own_member_ends() {
        let files = project(&[
            ("a.py", "class A(A.B): pass\nclass C(D.x): pass\nclass D(C.x): pass\n"),
            ("b.py", "import a\nx = a.A.y\ny = x.z\n"),
        ]);
        let project = Project::new(&files, &BTreeMap::new());
        assert_eq!(project.exported(1, "y"), Some(Target::External("x.z".into())));
    }

    #[test]
    fn names_in_a_thicket_of_star_imports_are_looked_up_in_little_time() {
        let text: String = (0..60).map(|n| format!("from m{n} import *\n")).collect();
        let texts: Vec<(String, String)> = (0..60).map(|n| (format!("m{n}.py"), text.clone())).collect();
        let files: Vec<(&str, &str)> = texts.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
        let files = project(&files);
        let began = std::time::Instant::now();
        let project = Project::new(&files, &BTreeMap::new());
        assert_eq!(project.exported(0, "nothing"), None);
        assert!(began.elapsed() < std::time::Duration::from_secs(5), "{:?}", began.elapsed());
    }
}
