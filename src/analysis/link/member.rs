//! Members of values: modules, classes, objects, routers, foreign things.

use super::{
    graph::{MountEdge, NodeKey},
    index::Named,
    linker::{Linker, Memo},
    project::FileId,
    value::Value,
};
use crate::analysis::facts::{ScopeFlags, ScopeId};
use std::rc::Rc;

impl Linker<'_> {
    /// `value.name`.
    pub fn member(&mut self, value: &Value, name: &str) -> Value {
        match value {
            Value::Module(module) => match self.module_member(*module, name) {
                Some(found) => found,
                None => Value::Unknown,
            },
            Value::Class(file, class) | Value::Instance(file, class) => {
                let found = self.class_member(*file, *class, name);
                if !found.is_unknown() {
                    return found;
                }
                if let Value::Class(file, class) = value
                    && let Some(text) = self.name_of_class(*file, *class, name)
                {
                    return text;
                }
                let instance = matches!(value, Value::Instance(..));
                self.foreign_base(*file, *class)
                    .map_or(Value::Unknown, |base| foreign_member(&base, instance, name))
            }
            Value::Router(node) => {
                let Some(found) = self.graph.get(*node).cloned() else { return Value::Unknown };
                if self.rules.pack(found.pack).is_some_and(|pack| pack.same.iter().any(|same| same == name)) {
                    return value.clone();
                }
                match found.class {
                    Some((file, class)) => self.class_member(file, class, name),
                    None => Value::Unknown,
                }
            }
            Value::External(path) => Value::external(format!("{path}.{name}")),
            Value::Map(file, map) => self.entry(*file, *map, name),
            Value::Any(values) => {
                let found: Vec<Value> = values
                    .iter()
                    .map(|value| self.member(value, name))
                    .filter(|value| !value.is_unknown())
                    .collect();
                Value::any(found)
            }
            Value::Each(values) => {
                let found: Vec<Value> = values.iter().map(|value| self.member(value, name)).collect();
                Value::each(found)
            }
            Value::Unknown
            | Value::Null
            | Value::Number
            | Value::Text(_)
            | Value::Function(..)
            | Value::List(_) => Value::Unknown,
        }
    }

    /// The name of a class, where a member of this name gives it.
    fn name_of_class(&self, file: FileId, class: ScopeId, member: &str) -> Option<Value> {
        let facts = self.facts(file)?;
        let mut packs = self.rules.of(facts.lang);
        packs.any(|(_, pack)| pack.class_name.iter().any(|name| name == member)).then_some(())?;
        Some(Value::text(facts.text(facts.scope(class)?.name)))
    }

    /// A member of a class or of one of its bases in the project.
    pub fn class_member(&mut self, file: FileId, class: ScopeId, name: &str) -> Value {
        let key = (file, class);
        match self.memos.members.get(&key, name) {
            Some(Memo::Done(value)) => return value.clone(),
            Some(Memo::Open) => return Value::Unknown,
            None => {}
        }
        if !self.step() {
            return Value::Unknown;
        }
        self.memos.members.set(key, name, Memo::Open);
        self.depth += 1;
        let value = self.find_member(file, class, name);
        self.depth -= 1;
        self.memos.members.set(key, name, Memo::Done(value.clone()));
        value
    }

    fn find_member(&mut self, file: FileId, class: ScopeId, name: &str) -> Value {
        let own = self.own_member(file, class, name);
        if !own.is_unknown() {
            return own;
        }
        for (owned_file, owned) in self.owned.get(&(file, class)).cloned().unwrap_or_default() {
            let found = self.owned_member(owned_file, owned, name);
            if !found.is_unknown() {
                return found;
            }
        }
        for base in self.bases(file, class) {
            if let Value::Class(base_file, base_class) = base {
                let found = self.class_member(base_file, base_class, name);
                if !found.is_unknown() {
                    return self.own_router((file, class), base_file, found);
                }
            }
        }
        Value::Unknown
    }

    /// A router that the constructor of a base makes: each class below has one of its own,
    /// with what the base registers on it.
    fn own_router(&mut self, class: (FileId, ScopeId), base: FileId, found: Value) -> Value {
        let Some(inner) = found.router() else { return found };
        let Some(node) = self.graph.get(inner).cloned() else { return found };
        match node.key {
            NodeKey::Call(file, _) | NodeKey::Owned(file, ..) if file == base => {}
            _ => return found,
        }
        let outer = self.graph.node(NodeKey::Owned(class.0, class.1, inner), node.pack);
        if let Some(outer) = self.graph.get_mut(outer) {
            (outer.app, outer.own) = (node.app, node.own);
        }
        self.graph.mount(MountEdge { parent: outer, child: inner, prefix: vec!["".into()], over: true });
        Value::Router(outer)
    }

    /// A member of an `impl`, or the method that a receiver makes one.
    fn owned_member(&mut self, file: FileId, scope: ScopeId, name: &str) -> Value {
        let Some(facts) = self.facts(file) else { return Value::Unknown };
        let Some(found) = facts.scope(scope) else { return Value::Unknown };
        if found.kind == crate::analysis::facts::ScopeKind::Function {
            return if facts.text(found.name) == name {
                Value::Function(file, scope)
            } else {
                Value::Unknown
            };
        }
        self.own_member(file, scope, name)
    }

    fn own_member(&mut self, file: FileId, class: ScopeId, name: &str) -> Value {
        let Some(index) = self.index(file) else { return Value::Unknown };
        let named = index.named(class, name);
        let fields = index.fields(class, name);
        let mut values = Vec::new();
        // Only the types of fields that are declared without a value.
        let mut declared = Vec::new();
        for named in named {
            match named {
                Named::Definition(scope) => values.push(self.method_or_property(file, scope)),
                Named::Bind(bind) => {
                    let bound = self.facts(file).and_then(|facts| facts.binds.get(bind as usize));
                    if bound.is_some_and(|bind| bind.value.is_some()) {
                        values.push(self.bind(file, bind));
                    } else {
                        declared.push(bind);
                    }
                }
                Named::Import(_) | Named::Param(_) | Named::ParamField(_) => {}
            }
        }
        for field in fields {
            values.push(self.bind(file, field));
        }
        values.extend(self.assigned(file, class, name));
        // A field declared empty and set later is what it is set to.
        let says_something = |value: &Value| !matches!(value, Value::Unknown | Value::Null);
        if values.len() + declared.len() > 1 {
            values.retain(says_something);
        }
        if !values.iter().any(says_something) {
            values.extend(declared.into_iter().map(|bind| self.bind(file, bind)));
        }
        Value::any(values)
    }

    fn method_or_property(&mut self, file: FileId, scope: ScopeId) -> Value {
        let flags = self.facts(file).and_then(|facts| facts.scope(scope)).map(|scope| scope.flags);
        if flags.is_some_and(|flags| flags.has(ScopeFlags::PROPERTY)) {
            return self.returned(file, scope);
        }
        self.definition(file, scope)
    }

    /// The values of the base classes, in order.
    pub fn bases(&mut self, file: FileId, class: ScopeId) -> Vec<Value> {
        let Some(facts) = self.facts(file) else { return Vec::new() };
        let Some(scope) = facts.scope(class) else { return Vec::new() };
        let bases = facts.list(scope.bases).to_vec();
        let mut values = Vec::with_capacity(bases.len());
        for base in bases {
            match self.expr(file, base) {
                Value::Any(options) => values.extend(options.iter().cloned()),
                other => values.push(other),
            }
        }
        values
    }

    /// The path of the first foreign class that a class descends from.
    pub fn foreign_base(&mut self, file: FileId, class: ScopeId) -> Option<Rc<str>> {
        self.foreign_bases(file, class).first().cloned()
    }

    /// The paths of all foreign classes that a class descends from, nearest first.
    pub fn foreign_bases(&mut self, file: FileId, class: ScopeId) -> Rc<[Rc<str>]> {
        if let Some(known) = self.memos.foreign_bases.get(&(file, class)) {
            return Rc::clone(known);
        }
        let key = (file, class);
        let mut open = vec![key];
        let mut seen = Vec::new();
        let mut found: Vec<Rc<str>> = Vec::new();
        let mut is_settled = true;
        while let Some((file, class)) = open.pop() {
            if seen.contains(&(file, class)) || seen.len() > 64 {
                continue;
            }
            if !self.step() {
                is_settled = false;
                continue;
            }
            seen.push((file, class));
            let bases = self.bases(file, class);
            is_settled = is_settled && self.are_bases_settled(file, class);
            for base in bases.into_iter().rev() {
                match base {
                    Value::Class(file, class) => open.push((file, class)),
                    Value::External(path) if !found.contains(&path) => found.push(path),
                    _ => {}
                }
            }
        }
        let found: Rc<[Rc<str>]> = found.into();
        // What is settled stays as it is until the round ends.
        if is_settled {
            self.memos.foreign_bases.insert(key, Rc::clone(&found));
        }
        found
    }

    /// Whether what the bases of a class are is known, and not only being worked out.
    fn are_bases_settled(&self, file: FileId, class: ScopeId) -> bool {
        let Some(facts) = self.facts(file) else { return true };
        let bases = facts.scope(class).map(|scope| facts.list(scope.bases)).unwrap_or_default();
        bases.iter().all(|base| matches!(self.memos.exprs.get(&(file, *base)), Some(Memo::Done(_))))
    }

    /// An object of a class: a router where the class is one.
    pub fn instance(&mut self, file: FileId, class: ScopeId) -> Value {
        match self.router_class(file, class) {
            Some(pack) => {
                let node = self.graph.node(NodeKey::Definition(file, class), pack);
                if let Some(node) = self.graph.get_mut(node) {
                    node.class = Some((file, class));
                }
                Value::Router(node)
            }
            None => Value::Instance(file, class),
        }
    }

    /// An object of a type; `key` names the router that it is where the type is one.
    pub fn instance_of(&mut self, from: FileId, ty: &Value, key: Option<NodeKey>) -> Value {
        let Some(lang) = self.facts(from).map(|facts| facts.lang) else { return Value::Unknown };
        match ty {
            Value::Class(file, class) => match (self.router_class(*file, *class), key) {
                (Some(pack), Some(key)) => {
                    let node = self.graph.node(key, pack);
                    if let Some(node) = self.graph.get_mut(node) {
                        node.class = Some((*file, *class));
                    }
                    Value::Router(node)
                }
                _ => self.instance(*file, *class),
            },
            Value::External(path) if self.rules.is_opaque(lang, path) => Value::Unknown,
            Value::External(path) => {
                if let Some(pack) = self.rules.app_type(lang, path) {
                    let node = self.graph.node(NodeKey::Application(pack), pack);
                    if let Some(node) = self.graph.get_mut(node) {
                        node.app = true;
                    }
                    return Value::Router(node);
                }
                match (self.rules.router_type(lang, path), key) {
                    (Some(pack), Some(key)) => Value::Router(self.graph.node(key, pack)),
                    _ => Value::external(format!("{path}()")),
                }
            }
            Value::Any(options) => {
                let found: Vec<Value> = options
                    .iter()
                    .filter(|option| **option != Value::Null)
                    .map(|option| self.instance_of(from, option, key))
                    .filter(|value| !value.is_unknown())
                    .collect();
                Value::any(found)
            }
            Value::Unknown
            | Value::Null
            | Value::Number
            | Value::Text(_)
            | Value::Router(_)
            | Value::Function(..)
            | Value::Instance(..)
            | Value::Module(_)
            | Value::Map(..)
            | Value::List(_)
            | Value::Each(_) => Value::Unknown,
        }
    }

    /// The pack whose router a class of the project descends from.
    pub fn router_class(&mut self, file: FileId, class: ScopeId) -> Option<u16> {
        if let Some(known) = self.memos.router_classes.get(&(file, class)) {
            return *known;
        }
        self.memos.router_classes.insert((file, class), None);
        let lang = self.facts(file)?.lang;
        let bases = self.foreign_bases(file, class);
        let found = bases.iter().find_map(|base| self.rules.router_type(lang, base));
        self.memos.router_classes.insert((file, class), found);
        found
    }
}

/// A member of a class that descends from a foreign one.
fn foreign_member(base: &str, instance: bool, name: &str) -> Value {
    let call = if instance { "()" } else { "" };
    Value::external(format!("{base}{call}.{name}"))
}
