//! Values of expressions.

use super::{
    linker::{Linker, Memo},
    lookup::At,
    project::FileId,
    value::{HOLE, Value},
};
use crate::analysis::facts::{Expr, ExprId, FileFacts, Lang, ScopeId, ScopeKind};

/// Longer lists are cut off, and what is cut off counts as unknown.
const MAX_ITEMS: usize = 1_000;

/// Longer texts are of no interest: no path and no statement is that long.
const MAX_TEXT_BYTES: usize = 16 << 10;

/// A text with one of more alternatives in it is not worked out for each.
const MAX_CHOICES: usize = 8;

/// Combinations of texts with several alternatives are cut off here.
const MAX_TEXTS: usize = 64;

impl Linker<'_> {
    /// The value of an expression.
    pub fn expr(&mut self, file: FileId, id: ExprId) -> Value {
        match self.memos.exprs.get(&(file, id)) {
            Some(Memo::Done(value)) => return value.clone(),
            Some(Memo::Open) => return Value::Unknown,
            None => {}
        }
        let Some(facts) = self.facts(file) else { return Value::Unknown };
        if !self.step() {
            return Value::Unknown;
        }
        self.memos.exprs.insert((file, id), Memo::Open);
        self.depth += 1;
        let value = self.evaluate(file, facts, id);
        self.depth -= 1;
        self.memos.exprs.insert((file, id), Memo::Done(value.clone()));
        value
    }

    fn evaluate(&mut self, file: FileId, facts: &FileFacts, id: ExprId) -> Value {
        match facts.expr(id) {
            Expr::Str(text) => Value::text(facts.text(text)),
            Expr::Num | Expr::Bool(_) => Value::Number,
            Expr::Null => Value::Null,
            Expr::Name(name) => {
                let place = facts.expr_span(id).start;
                let scope = self.scope_of(file, id);
                self.lookup(file, scope, facts.text(name), At::Offset(place))
            }
            Expr::SelfRef => {
                let scope = self.scope_of(file, id);
                self.receiver(file, scope)
            }
            Expr::Attr(object, name) => {
                let object = self.object(file, facts, object);
                if let Value::External(path) = &object
                    && let Some(value) = self.setting(file, facts, path, facts.text(name))
                {
                    return value;
                }
                self.member(&object, facts.text(name))
            }
            Expr::Index(object, key) => self.indexed(file, object, key),
            Expr::Call(call) => self.call(file, call),
            Expr::Tmpl(parts) => {
                let parts: Vec<Value> = facts.list(parts).iter().map(|part| self.expr(file, *part)).collect();
                concatenate(&parts)
            }
            Expr::List(items) => {
                let mut values = Vec::new();
                for item in facts.list(items) {
                    if values.len() >= MAX_ITEMS {
                        values.push(Value::Unknown);
                        break;
                    }
                    match facts.expr(*item) {
                        Expr::Spread(inner) => match self.expr(file, inner) {
                            Value::List(inner) => values.extend(inner.iter().cloned()),
                            other => values.push(other),
                        },
                        _ => values.push(self.expr(file, *item)),
                    }
                }
                Value::List(values.into())
            }
            Expr::Map(_) => Value::Map(file, id),
            Expr::Spread(value) => self.expr(file, value),
            Expr::Fun(scope) => self.definition(file, scope),
            Expr::Either(options) => {
                let options: Vec<Value> =
                    facts.list(options).iter().map(|option| self.expr(file, *option)).collect();
                Value::any(options)
            }
            Expr::Element(iterable) => self.element(file, iterable),
            Expr::Other(_) => Value::Unknown,
        }
    }

    /// The value that a member is looked up in.
    pub fn object(&mut self, file: FileId, facts: &FileFacts, object: ExprId) -> Value {
        let value = self.expr(file, object);
        match (&value, facts.expr(object)) {
            // In Rust nothing stands behind a function: it is a crate of its name.
            (Value::Function(..), Expr::Name(head)) if facts.lang == Lang::Rust => {
                self.path_head(file, facts, facts.text(head))
            }
            _ => value,
        }
    }

    /// A scope as a value.
    pub fn definition(&self, file: FileId, scope: ScopeId) -> Value {
        match self.facts(file).and_then(|facts| facts.scope(scope)).map(|scope| scope.kind) {
            Some(ScopeKind::Class | ScopeKind::Interface) => Value::Class(file, scope),
            Some(ScopeKind::Function | ScopeKind::Lambda) => Value::Function(file, scope),
            Some(ScopeKind::Module | ScopeKind::Namespace) | None => Value::Unknown,
        }
    }

    /// What the receiver is inside a scope.
    fn receiver(&mut self, file: FileId, scope: ScopeId) -> Value {
        if let Some((of, value)) = &self.receiver_is
            && *of == file
        {
            return value.clone();
        }
        let Some(facts) = self.facts(file) else { return Value::Unknown };
        let class = facts.scopes_around(scope).find(|(_, scope)| {
            matches!(scope.kind, ScopeKind::Class | ScopeKind::Interface) || scope.owner.is_some()
        });
        let Some((class, found)) = class else { return self.block_receiver(file, scope) };
        if let Some(owner) = found.owner {
            let owner = self.expr(file, owner);
            return self.instance_of(file, &owner, None);
        }
        self.instance(file, class)
    }

    /// What `self` is in a block outside any class: the router whose block it is.
    fn block_receiver(&mut self, file: FileId, scope: ScopeId) -> Value {
        let Some(facts) = self.facts(file) else { return Value::Unknown };
        let lambdas: Vec<ScopeId> = facts
            .scopes_around(scope)
            .filter(|(_, scope)| scope.kind == ScopeKind::Lambda)
            .map(|(id, _)| id)
            .collect();
        for lambda in lambdas {
            let taken = self.index(file).and_then(|index| index.taken_by(lambda));
            if let Some((call, _)) = taken {
                self.call(file, call);
                if let Some(node) = self.graph.find(super::graph::NodeKey::Call(file, call)) {
                    return Value::Router(node);
                }
            }
        }
        Value::Unknown
    }

    fn indexed(&mut self, file: FileId, object: ExprId, key: ExprId) -> Value {
        let Some(facts) = self.facts(file) else { return Value::Unknown };
        let value = self.expr(file, object);
        if let Value::External(path) = &value
            && self.rules.is_transparent(facts.lang, path)
        {
            let first = match facts.expr(key) {
                Expr::List(items) => facts.list(items).first().copied(),
                _ => Some(key),
            };
            return first.map_or(Value::Unknown, |first| self.expr(file, first));
        }
        match facts.expr(key) {
            Expr::Str(name) => self.item(&value, facts.text(name)),
            _ if matches!(value, Value::Map(..)) => {
                let name = self.expr(file, key);
                self.item(&value, name.as_constant().unwrap_or_default())
            }
            _ => self.item(&value, ""),
        }
    }

    /// An item of a list or map by its position or key; types keep their value.
    fn item(&mut self, value: &Value, key: &str) -> Value {
        match value {
            Value::List(items) => {
                let position = key.parse::<usize>().ok();
                position.and_then(|position| items.get(position)).cloned().unwrap_or(Value::Unknown)
            }
            Value::Map(file, map) => self.entry(*file, *map, key),
            Value::Each(values) => {
                let items: Vec<Value> = values.iter().map(|value| self.item(value, key)).collect();
                Value::each(items)
            }
            Value::Any(values) => {
                let items: Vec<Value> = values.iter().map(|value| self.item(value, key)).collect();
                Value::any(items)
            }
            // A router taken out of a pair of it and something else.
            Value::Class(..) | Value::Function(..) | Value::External(_) | Value::Router(_) => value.clone(),
            Value::Unknown
            | Value::Null
            | Value::Number
            | Value::Text(_)
            | Value::Instance(..)
            | Value::Module(_) => Value::Unknown,
        }
    }

    /// The value under a key of an object literal; spread objects are looked through.
    pub fn entry(&mut self, file: FileId, map: ExprId, key: &str) -> Value {
        let Some(facts) = self.facts(file) else { return Value::Unknown };
        let Expr::Map(entries) = facts.expr(map) else { return Value::Unknown };
        for entry in facts.entries(entries).iter().rev() {
            match entry.key {
                Some(found) => {
                    let is_meant = match facts.expr(found) {
                        Expr::Str(text) => facts.text(text) == key,
                        // A constant or a member of an enum.
                        Expr::Attr(..) => self.expr(file, found).as_constant() == Some(key),
                        _ => false,
                    };
                    if is_meant {
                        return self.expr(file, entry.value);
                    }
                }
                None => {
                    if let Value::Map(inner_file, inner) = self.expr(file, entry.value)
                        && (inner_file, inner) != (file, map)
                        && self.step()
                    {
                        let found = self.entry(inner_file, inner, key);
                        if !found.is_unknown() {
                            return found;
                        }
                    }
                }
            }
        }
        Value::Unknown
    }

    /// The elements of an iterable, or the one that the loop is fixed to.
    fn element(&mut self, file: FileId, iterable: ExprId) -> Value {
        let fixed = self.elements.iter().rev().find(|(of, expr, _)| (*of, *expr) == (file, iterable));
        let fixed = fixed.map(|(_, _, position)| *position);
        match (self.expr(file, iterable), fixed) {
            (Value::List(items), Some(position)) => items.get(position).cloned().unwrap_or(Value::Unknown),
            (Value::List(items), None) => Value::each(items.iter().cloned()),
            (Value::Map(map_file, map), _) => {
                let Some(facts) = self.facts(map_file) else { return Value::Unknown };
                let Expr::Map(entries) = facts.expr(map) else { return Value::Unknown };
                let keys: Vec<Value> = facts
                    .entries(entries)
                    .iter()
                    .map(|entry| entry.key.map_or(Value::Unknown, |key| self.expr(map_file, key)))
                    .collect();
                match fixed {
                    Some(position) => keys.get(position).cloned().unwrap_or(Value::Unknown),
                    None => Value::each(keys),
                }
            }
            _ => Value::Unknown,
        }
    }
}

/// The value of a text with holes, or of joined lists.
fn concatenate(parts: &[Value]) -> Value {
    // A list with something unknown added keeps what is known.
    if parts.iter().any(|part| matches!(part, Value::List(_))) {
        let mut items: Vec<Value> = Vec::new();
        for part in parts {
            match part {
                Value::List(more) => items.extend(more.iter().take(MAX_ITEMS).cloned()),
                other => items.push(other.clone()),
            }
            if items.len() > MAX_ITEMS {
                items.truncate(MAX_ITEMS);
                items.push(Value::Unknown);
                break;
            }
        }
        return Value::List(items.into());
    }
    // One of several texts with something around it is one of several texts.
    let choice = parts.iter().enumerate().find_map(|(at, part)| match part {
        Value::Any(options) if options.len() <= MAX_CHOICES => Some((at, options)),
        _ => None,
    });
    if let Some((at, options)) = choice {
        let whole = options.iter().map(|option| {
            let mut parts = parts.to_vec();
            if let Some(part) = parts.get_mut(at) {
                *part = if matches!(option, Value::Any(_)) { Value::Unknown } else { option.clone() };
            }
            concatenate(&parts)
        });
        return Value::any(whole.collect::<Vec<_>>());
    }
    let mut texts = vec![String::new()];
    for part in parts {
        match part {
            Value::Text(text) => texts.iter_mut().for_each(|whole| {
                let fits = whole.len() + text.len() <= MAX_TEXT_BYTES;
                whole.push_str(if fits { text } else { HOLE });
            }),
            Value::Each(options) if texts.len() * options.len() <= MAX_TEXTS => {
                texts = texts
                    .iter()
                    .flat_map(|whole| {
                        options.iter().map(move |option| match option {
                            Value::Text(text) => format!("{whole}{text}"),
                            _ => format!("{whole}{HOLE}"),
                        })
                    })
                    .collect();
            }
            _ => texts.iter_mut().for_each(|whole| whole.push_str(HOLE)),
        }
    }
    Value::each(texts.iter().map(|text| Value::text(text)))
}
