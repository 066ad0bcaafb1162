//! Names: what they are bound to, seen from a place.

use super::{
    choices::certain_last,
    graph::NodeKey,
    index::Named,
    linker::{Linker, Memo},
    modules::ImportPath,
    project::{FileId, Module},
    reach::{first_is_certain, reaching},
    value::Value,
};
use crate::analysis::facts::{
    Bind, BindKind, Expr, FileFacts, Import, ImportFlags, Lang, ScopeId, ScopeKind,
};

/// From where a name is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// A byte offset in the same file: later bindings of the same scope do not count.
    Offset(u32),
    /// Another scope or file: every binding counts.
    Anywhere,
}

impl Linker<'_> {
    /// The value of a name seen from a scope; a foreign thing of that name where nothing
    /// in the project binds it.
    pub fn lookup(&mut self, file: FileId, scope: ScopeId, name: &str, at: At) -> Value {
        match self.bound(file, scope, name, at) {
            Some(value) => value,
            None => Value::external(name),
        }
    }

    /// The value of a name, or none where nothing binds it.
    pub fn bound(&mut self, file: FileId, scope: ScopeId, name: &str, at: At) -> Option<Value> {
        let facts = self.facts(file)?;
        let sees_members = self.resolvers.of(facts.lang).sees_members();
        // A comprehension runs where it stands.
        let mut in_place = facts.lang == Lang::Python;
        for (around, found) in facts.scopes_around(scope) {
            let is_class = matches!(found.kind, ScopeKind::Class | ScopeKind::Interface);
            if is_class && around != scope {
                if sees_members {
                    let member = self.class_member(file, around, name);
                    if !member.is_unknown() {
                        return Some(member);
                    }
                }
                continue;
            }
            let named = self.index(file)?.named(around, name);
            let at = if around == scope || in_place { at } else { At::Anywhere };
            // `store := &store{}`: on the right stands what the name means further out.
            let is_itself = match at {
                At::Offset(offset) => reaching(facts, &named, offset).is_empty(),
                At::Anywhere => false,
            };
            if !named.is_empty() && !is_itself {
                return Some(self.bindings(file, facts, around, name, &named, at));
            }
            in_place &= found.kind == ScopeKind::Lambda;
        }
        self.module_fallback(file, facts, name)
    }

    /// A macro of that name: functions of the same name are something else.
    pub fn macro_named(&mut self, file: FileId, facts: &FileFacts, name: &str) -> Value {
        let named = self.index(file).map(|index| index.named(ScopeId::MODULE, name)).unwrap_or_default();
        let import = named.iter().find_map(|named| match named {
            Named::Import(import) => facts.imports.get(*import as usize),
            _ => None,
        });
        match import.map(|import| self.import(file, facts, import)) {
            // A module of that name is something else as well.
            Some(value @ Value::External(_)) => value,
            _ => self
                .module_fallback(file, facts, name)
                .filter(|value| matches!(value, Value::External(_)))
                .unwrap_or_else(|| Value::external(name)),
        }
    }

    /// What stands before `::` where a function has the same name: a module or crate.
    pub fn path_head(&mut self, file: FileId, facts: &FileFacts, name: &str) -> Value {
        match self.resolvers.of(facts.lang).bare_name(file, name) {
            Some(module) => Value::Module(module),
            None => Value::external(name),
        }
    }

    fn module_fallback(&mut self, file: FileId, facts: &FileFacts, name: &str) -> Option<Value> {
        for module in self.resolvers.of(facts.lang).home(file) {
            if let Some(value) = self.declared(module, name) {
                return Some(value);
            }
        }
        if let Some(module) = self.resolvers.of(facts.lang).bare_name(file, name) {
            return Some(Value::Module(module));
        }
        let beside = self.resolvers.of(facts.lang).visible(file, name).to_vec();
        if let Some(value) = self.declared_in(&beside, file, name) {
            return Some(value);
        }
        if let Some(value) = self.starred(file, facts, name) {
            return Some(value);
        }
        self.ambient(file, facts, name)
    }

    /// A name of a foreign module that every file of the language sees, as far as packs
    /// speak of it.
    fn ambient(&self, file: FileId, facts: &FileFacts, name: &str) -> Option<Value> {
        let stated = self.resolvers.of(facts.lang).ambient(file).iter().map(String::as_str);
        let packs = self.rules.of(facts.lang).flat_map(|(_, pack)| &pack.ambient).map(String::as_str);
        stated
            .chain(packs)
            .map(|module| self.resolvers.of(facts.lang).foreign_member(module, name))
            .find(|path| self.rules.knows(facts.lang, path))
            .map(Value::external)
    }

    /// What a name is at the top level of other files.
    fn declared_in(&mut self, files: &[FileId], from: FileId, name: &str) -> Option<Value> {
        let mut values = Vec::new();
        for file in files.iter().copied() {
            // What the file itself binds was looked at, unless it has another name there.
            if file == from && !name.contains('.') {
                continue;
            }
            let (Some(facts), Some(index)) = (self.facts(file), self.index(file)) else { continue };
            let name = self.resolvers.of(facts.lang).local_name(name);
            let named = index.named(ScopeId::MODULE, name);
            if !named.is_empty() {
                values.push(self.bindings(file, facts, ScopeId::MODULE, name, &named, At::Anywhere));
            }
        }
        (!values.is_empty()).then(|| Value::any(values))
    }

    /// A name that a star import brings.
    fn starred(&mut self, file: FileId, facts: &FileFacts, name: &str) -> Option<Value> {
        if self.index(file)?.stars.is_empty() {
            return None;
        }
        match self.memos.stars.get(&file, name) {
            Some(Some(Memo::Done(value))) => return Some(value.clone()),
            Some(Some(Memo::Open) | None) => return None,
            None => {
                self.memos.stars.set(file, name, Some(Memo::Open));
            }
        }
        let found = self.find_starred(file, facts, name);
        self.memos.stars.set(file, name, found.clone().map(Memo::Done));
        found
    }

    fn find_starred(&mut self, file: FileId, facts: &FileFacts, name: &str) -> Option<Value> {
        let stars = self.index(file)?.stars.clone();
        for star in stars.iter().rev() {
            let import = facts.imports.get(*star as usize)?;
            if let Some(module) = self.resolve_module(file, facts, import)
                && module.file != Some(file)
                && let Some(value) = self.module_member(module, name)
            {
                return Some(value);
            }
        }
        // What a foreign module offers is not known, but what packs say of it is.
        for star in stars.iter().rev() {
            let import = facts.imports.get(*star as usize)?;
            if self.resolve_module(file, facts, import).is_none() {
                if let Some(value) = self.in_type(file, facts, facts.text(import.module), name) {
                    return Some(value);
                }
                let path = self.resolvers.of(facts.lang).foreign_member(facts.text(import.module), name);
                if self.rules.knows(facts.lang, &path) {
                    return Some(Value::external(path));
                }
            }
        }
        None
    }

    fn bindings(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        scope: ScopeId,
        name: &str,
        named: &[Named],
        at: At,
    ) -> Value {
        let key = (file, scope);
        if at == At::Anywhere {
            match self.memos.names.get(&key, name) {
                Some(Memo::Done(value)) => return value.clone(),
                Some(Memo::Open) => return Value::Unknown,
                None => {
                    self.memos.names.set(key, name, Memo::Open);
                }
            }
        }
        let reaching = match at {
            At::Offset(offset) => reaching(facts, named, offset),
            At::Anywhere => named.to_vec(),
        };
        let mut values: Vec<Value> =
            reaching.iter().map(|named| self.named(file, facts, scope, name, *named)).collect();
        if let At::Offset(offset) = at {
            certain_last(&mut values, first_is_certain(facts, &reaching, offset));
        }
        let value = Value::any(values);
        if at == At::Anywhere {
            self.memos.names.set(key, name, Memo::Done(value.clone()));
        }
        value
    }

    fn named(&mut self, file: FileId, facts: &FileFacts, scope: ScopeId, name: &str, named: Named) -> Value {
        match named {
            Named::Definition(definition) => self.definition(file, definition),
            Named::Bind(bind) => self.bind(file, bind),
            Named::Import(import) => match facts.imports.get(import as usize) {
                Some(import) => self.import(file, facts, import),
                None => Value::Unknown,
            },
            Named::Param(position) => self.param(file, scope, position),
            Named::ParamField(position) => {
                let whole = self.param(file, scope, position);
                self.member(&whole, name)
            }
        }
    }

    /// The value of a binding, or of its declared type.
    pub fn bind(&mut self, file: FileId, position: u32) -> Value {
        let Some(facts) = self.facts(file) else { return Value::Unknown };
        let Some(bind) = facts.binds.get(position as usize) else { return Value::Unknown };
        let value = bind.value.map_or(Value::Unknown, |value| self.expr(file, value));
        if let Some(router) = self.still_router(file, facts, bind, &value) {
            return router;
        }
        let value = self.grown(file, facts, bind.scope, facts.text(bind.name), value);
        let says_nothing = matches!(value, Value::Unknown | Value::Null);
        if bind.kind == BindKind::Alias || !(says_nothing || is_opaque(&value)) {
            return value;
        }
        let Some(ty) = bind.ty else { return value };
        let ty = self.expr(file, ty);
        let instance = self.instance_of(file, &ty, Some(NodeKey::Bind(file, position)));
        if instance.is_unknown() { value } else { instance }
    }

    /// A router that something foreign is handed and whose result takes its place:
    /// `app = instrument(app)`.
    fn still_router(&mut self, file: FileId, facts: &FileFacts, bind: &Bind, value: &Value) -> Option<Value> {
        if !(value.is_unknown() || is_opaque(value)) {
            return None;
        }
        let Expr::Call(call) = facts.expr(bind.value?) else { return None };
        let args = facts.args(facts.call(call)?.args);
        let itself = args.iter().find(|arg| {
            matches!(facts.expr(arg.value), Expr::Name(name) if facts.text(name) == facts.text(bind.name))
        })?;
        self.expr(file, itself.value).router().map(Value::Router)
    }

    /// What an import brings.
    pub fn import(&mut self, file: FileId, facts: &FileFacts, import: &Import) -> Value {
        let name = import.name.map(|name| facts.text(name));
        let module_path = facts.text(import.module);
        let resolver = self.resolvers.of(facts.lang);
        if import.flags.has(ImportFlags::ROOT) {
            let root = module_path.split('.').next().unwrap_or(module_path);
            let path = ImportPath { from: file, from_path: &facts.path, module: root, level: 0 };
            return match resolver.resolve(path) {
                Some(module) => Value::Module(module),
                None => Value::external(root),
            };
        }
        match (self.resolve_module(file, facts, import), name) {
            (Some(module), None) => self.whole_module(module).unwrap_or(Value::Module(module)),
            (Some(module), Some(name)) => {
                // A file that imports from itself would ask for what it is answering.
                let found = if module.file == Some(file) && import.alias == import.name {
                    self.resolvers.of(facts.lang).child(module, name).map(Value::Module)
                } else {
                    self.module_member(module, name)
                };
                found.unwrap_or_else(|| {
                    let dots = ".".repeat(import.level.into());
                    Value::external(format!("{dots}{module_path}.{name}"))
                })
            }
            (None, Some(name)) => {
                if let Some(value) = self.in_type(file, facts, module_path, name) {
                    return value;
                }
                Value::external(self.resolvers.of(facts.lang).foreign_member(module_path, name))
            }
            (None, None) => {
                // The head of a path in the code is a crate, unless `use models::*` brings it.
                let starred =
                    import.flags.has(ImportFlags::INLINE).then(|| self.starred(file, facts, module_path));
                let foreign = || Value::external(self.resolvers.of(facts.lang).foreign_path(module_path));
                starred.flatten().unwrap_or_else(foreign)
            }
        }
    }

    /// What a module is as a value where it exports one value in place of names.
    fn whole_module(&mut self, module: Module) -> Option<Value> {
        let file = module.file?;
        let facts = self.facts(file)?;
        let export = facts.exports.iter().rev().find(|export| facts.text(export.name) == "=")?;
        let value = self.expr(file, export.value);
        // An object of exports is what the module's names are looked up in.
        (!matches!(value, Value::Unknown | Value::Map(..))).then_some(value)
    }

    /// The module of the project that an import names.
    pub fn resolve_module(&self, file: FileId, facts: &FileFacts, import: &Import) -> Option<Module> {
        self.resolvers.of(facts.lang).resolve(ImportPath {
            from: file,
            from_path: &facts.path,
            module: facts.text(import.module),
            level: import.level,
        })
    }

    /// What a module offers under a name: its own name, an export, or a module inside it.
    pub fn module_member(&mut self, module: Module, name: &str) -> Option<Value> {
        if !self.step() {
            return None;
        }
        self.depth += 1;
        let found = self.module_name(module, name);
        self.depth -= 1;
        found
    }

    fn module_name(&mut self, module: Module, name: &str) -> Option<Value> {
        if let Some(file) = module.file {
            let facts = self.facts(file)?;
            let export = facts.exports.iter().rev().find(|export| facts.text(export.name) == name);
            if let Some(export) = export {
                return Some(self.expr(file, export.value));
            }
            let named = self.index(file)?.named(ScopeId::MODULE, name);
            if !named.is_empty() {
                let value = self.bindings(file, facts, ScopeId::MODULE, name, &named, At::Anywhere);
                if !value.is_unknown() {
                    return Some(value);
                }
                // `from . import x` in a package's own file names a module beside it.
                return self.child_module(module, name).or(Some(value));
            }
            let whole = facts.exports.iter().find(|export| facts.text(export.name) == "=");
            if let Some(whole) = whole {
                let value = self.expr(file, whole.value);
                if name == "default" {
                    return Some(value);
                }
                let member = self.member(&value, name);
                if !member.is_unknown() {
                    return Some(member);
                }
            }
            if let Some(value) = self.starred(file, facts, name) {
                return Some(value);
            }
        } else {
            let files = self.resolvers.all().map(|resolver| resolver.declaring(module, name));
            let files = files.filter(|files| !files.is_empty()).flatten().copied().collect::<Vec<FileId>>();
            if let Some(value) = self.declared_in(&files, FileId(u32::MAX), name) {
                return Some(value);
            }
        }
        if let Some(value) = self.declared(module, name) {
            return Some(value);
        }
        self.child_module(module, name)
    }

    /// What the files of a package declare under a name.
    fn declared(&mut self, module: Module, name: &str) -> Option<Value> {
        let package = module.package?;
        let files: Vec<FileId> =
            self.resolvers.all().flat_map(|resolver| resolver.in_package(package, name)).collect();
        let mut values = Vec::with_capacity(files.len());
        for file in files {
            let facts = self.facts(file)?;
            let named = self.index(file)?.named(ScopeId::MODULE, name);
            values.push(self.bindings(file, facts, ScopeId::MODULE, name, &named, At::Anywhere));
        }
        (!values.is_empty()).then(|| Value::any(values))
    }

    /// A name inside a class of the project whose path an import spells out.
    fn in_type(&mut self, file: FileId, facts: &FileFacts, path: &str, name: &str) -> Option<Value> {
        if !self.resolvers.of(facts.lang).types_hold_names() || !self.step() {
            return None;
        }
        let (outer, class) = path.rsplit_once('.')?;
        let import = ImportPath { from: file, from_path: &facts.path, module: outer, level: 0 };
        let class = match self.resolvers.of(facts.lang).resolve(import) {
            Some(module) => self.declared(module, class)?,
            None => self.in_type(file, facts, outer, class)?,
        };
        let found = self.member(&class, name);
        (!found.is_unknown()).then_some(found)
    }

    fn child_module(&self, module: Module, name: &str) -> Option<Value> {
        // Only a folder has modules inside; its language is that of any file in it.
        let lang = module.file.and_then(|file| self.facts(file)).map(|facts| facts.lang);
        match lang {
            Some(lang) => self.resolvers.of(lang).child(module, name).map(Value::Module),
            None => self.resolvers.all().find_map(|resolver| resolver.child(module, name)).map(Value::Module),
        }
    }
}

/// Whether a value says less than a declared type would.
fn is_opaque(value: &Value) -> bool {
    match value {
        Value::External(path) => path.ends_with("()"),
        Value::Any(values) => values.iter().all(|value| matches!(value, Value::Unknown | Value::Null)),
        _ => false,
    }
}
