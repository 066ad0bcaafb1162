//! What the selectors of a pack give for a call, annotation or class.

use super::{
    graph::{NodeKey, texts_of},
    linker::Linker,
    project::FileId,
    value::{BASE, HOLE, Value},
};
use crate::{
    analysis::facts::{Arg, Call, Expr, ExprId, FileFacts, ScopeId, ScopeKind},
    knowledge::packs::{Selector, Side},
};
use std::rc::Rc;

/// Where a selector reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'c> {
    pub file: FileId,
    /// The call or annotation; none for an annotation without arguments.
    pub call: Option<&'c Call>,
    /// The annotated definition or the class.
    pub definition: Option<ScopeId>,
}

/// What a selector found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Selected {
    pub value: Value,
    /// The argument's expression, where it is one.
    pub expr: Option<(FileId, ExprId)>,
}

impl<'a> Linker<'a> {
    /// Everything that the alternatives of a selector list give, in their order.
    pub fn select(&mut self, site: Site<'_>, selectors: &[Selector]) -> Vec<Selected> {
        let mut found = Vec::new();
        for selector in selectors {
            self.select_one(site, selector, &mut found);
        }
        found
    }

    fn select_one(&mut self, site: Site<'_>, selector: &Selector, found: &mut Vec<Selected>) {
        let Some(facts) = self.facts(site.file) else { return };
        if let Some(text) = &selector.lit {
            let there = |name: &String| self.chained_call(site, facts, name).is_some();
            if selector.chained.as_ref().is_some_and(|name| !there(name)) {
                return;
            }
            found.push(Selected { value: Value::text(text), expr: None });
            return;
        }
        if let Some(member) = &selector.member {
            if let Some(class) = site.definition {
                let value = self.class_member(site.file, class, member);
                if !value.is_unknown() {
                    found.push(Selected { value, expr: None });
                }
            }
            return;
        }
        if selector.item {
            self.select_item(selector, found);
            return;
        }
        if selector.type_argument || selector.typed.is_some() {
            let value = self.of_type_argument(site, selector);
            found.extend(value.map(|value| Selected { value, expr: None }));
            return;
        }
        let (file, call) = match (&selector.sibling, &selector.chained) {
            (Some(sibling), _) => match self.sibling(site, facts, sibling) {
                Some((file, call)) => (file, Some(call)),
                None => return,
            },
            (None, Some(name)) => (site.file, self.chained_call(site, facts, name)),
            (None, None) => match &selector.beside {
                Some(name) => (site.file, self.call_beside(site, facts, name)),
                None => (site.file, site.call),
            },
        };
        let (Some(call), Some(facts)) = (call, self.facts(file)) else { return };
        let site = Site { file, ..site };
        let call = match selector.made_by {
            Some(place) => match made_by(facts, call, place) {
                Some(maker) => maker,
                None => return,
            },
            None => call,
        };
        if selector.callee || selector.receiver || selector.root {
            found.extend(self.of_callee(file, facts, call, selector));
            return;
        }
        if let Some(name) = &selector.set {
            let values = self.assigned_within(file, call, name).into_iter();
            found.extend(values.map(|value| Selected { value, expr: None }));
            return;
        }
        if let Some(first) = selector.rest {
            let rest: Vec<Arg> =
                facts.args(call.args).iter().copied().filter(|arg| arg.name.is_none()).collect();
            let spreads = rest.iter().filter(|arg| arg.spread).count();
            let values = rest
                .iter()
                .skip(first as usize)
                .map(|arg| (arg.spread, self.expr(site.file, arg.value)))
                // Of `*paths, **options` the second spreads no positions.
                .filter(|(spread, value)| !(*spread && spreads > 1 && value.is_unknown()))
                .map(|(_, value)| value)
                .collect();
            found.push(Selected { value: Value::List(values), expr: None });
            return;
        }
        if let Some(position) = selector.inner {
            let outer = argument(facts, call, selector).map(|arg| facts.expr(arg.value));
            let Some(Expr::Call(inner)) = outer else { return };
            let Some(inner) = facts.call(inner) else { return };
            let site = Site { call: Some(inner), ..site };
            let selector = Selector { arg: Some(position), kw: None, inner: None, ..selector.clone() };
            self.select_one(site, &selector, found);
            return;
        }
        let Some(arg) = argument(facts, call, selector) else {
            if let Some(value) = self.spread_argument(site.file, facts, call, selector) {
                found.push(Selected { value, expr: None });
            }
            return;
        };
        if selector.ident
            && selector.pair.is_none()
            && let Some(name) = self.callee_name(site.file, arg.value)
        {
            found.push(Selected { value: Value::text(name), expr: None });
            return;
        }
        found.extend(self.part_of_argument(site.file, facts, arg.value, selector));
    }

    /// What a selector means of an argument: the value itself or a part of it.
    fn part_of_argument(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        expr: ExprId,
        selector: &Selector,
    ) -> Option<Selected> {
        let mut value = self.expr(file, expr);
        if let Some(key) = &selector.key {
            for part in key.split('.') {
                value = self.member(&value, part);
            }
            if value.is_unknown() {
                return None;
            }
        }
        if let Some(side) = selector.pair {
            return match self.first_entry(&value, side)? {
                Selected { expr: Some((file, expr)), .. } if selector.ident => {
                    let name = self.callee_name(file, expr)?;
                    Some(Selected { value: Value::text(name), expr: None })
                }
                part => Some(part),
            };
        }
        if let Some(form) = &selector.file {
            value = self.file_routes(facts, &value, form)?;
        }
        if selector.text && !may_be_text(&value) {
            return None;
        }
        if let Some(bind) = &selector.bind {
            value = self.module_binding(file, facts, &value, bind)?;
        }
        Some(Selected { value, expr: Some((file, expr)) })
    }

    /// A part of the object that is being declared.
    fn select_item(&mut self, selector: &Selector, found: &mut Vec<Selected>) {
        let Some((item, expr)) = self.items.last().cloned() else { return };
        let (value, expr) = match &selector.key {
            Some(key) => {
                let (mut value, mut expr) = (item, None);
                for part in key.split('.') {
                    expr = self.entry_expr(&value, part);
                    value = self.member(&value, part);
                }
                (value, expr)
            }
            None => (item, expr),
        };
        if !(value.is_unknown() && expr.is_none()) && (!selector.text || may_be_text(&value)) {
            found.push(Selected { value, expr });
        }
    }

    /// Where the value under a key of an object stands.
    pub fn entry_expr(&self, object: &Value, key: &str) -> Option<(FileId, ExprId)> {
        let Value::Map(file, map) = object else { return None };
        let facts = self.facts(*file)?;
        let Expr::Map(entries) = facts.expr(*map) else { return None };
        facts.entries(entries).iter().rev().find_map(|entry| match facts.expr(entry.key?) {
            Expr::Str(text) if facts.text(text) == key => Some((*file, entry.value)),
            _ => None,
        })
    }

    /// What may handle a route. Of several arguments the last one answers; what is
    /// certainly no code is left out.
    pub fn select_handlers(&mut self, site: Site<'_>, selectors: &[Selector]) -> Vec<Selected> {
        let mut found = Vec::new();
        for selector in selectors {
            let Some(first) = selector.rest else {
                self.select_one(site, selector, &mut found);
                continue;
            };
            let (Some(facts), Some(call)) = (self.facts(site.file), site.call) else { continue };
            let positional = facts.args(call.args).iter().filter(|arg| arg.name.is_none());
            if let Some(last) = positional.copied().skip(first as usize).last() {
                let value = self.expr(site.file, last.value);
                found.push(Selected { value, expr: Some((site.file, last.value)) });
            }
        }
        found.retain(|selected| {
            let is_name = selected.expr.is_some_and(|(file, expr)| {
                self.facts(file).is_some_and(|facts| matches!(facts.expr(expr), Expr::Name(_)))
            });
            let is_data = matches!(selected.value, Value::Text(_) | Value::Number | Value::Null);
            !(is_data || (is_name && selected.value.is_unknown()))
        });
        found
    }

    /// Another annotation on the same definition, or on a base of the same class.
    fn sibling(&mut self, site: Site<'_>, facts: &'a FileFacts, name: &str) -> Option<(FileId, &'a Call)> {
        let definition = site.definition?;
        if let Some(call) = self.own_sibling(site.file, facts, definition, name) {
            return Some((site.file, call));
        }
        let is_class = |file: FileId, scope: ScopeId| {
            let scope = self.facts(file).and_then(|facts| facts.scope(scope));
            scope.is_some_and(|scope| matches!(scope.kind, ScopeKind::Class | ScopeKind::Interface))
        };
        if !is_class(site.file, definition) {
            return None;
        }
        let mut open = self.bases(site.file, definition);
        let mut seen = 0;
        while let Some(base) = open.pop() {
            seen += 1;
            let Value::Class(file, class) = base else { continue };
            let facts = self.facts(file)?;
            if let Some(call) = self.own_sibling(file, facts, class, name) {
                return Some((file, call));
            }
            if seen < 16 {
                open.extend(self.bases(file, class));
            }
        }
        None
    }

    fn own_sibling<'f>(
        &self,
        file: FileId,
        facts: &'f FileFacts,
        definition: ScopeId,
        name: &str,
    ) -> Option<&'f Call> {
        let scope = facts.scope(definition)?;
        facts.list(scope.annotations).iter().find_map(|annotation| match facts.expr(*annotation) {
            Expr::Call(call) => {
                let call = facts.call(call)?;
                (self.callee_name(file, call.callee) == Some(name)).then_some(call)
            }
            _ => None,
        })
    }

    /// A side of the first entry of a map.
    fn first_entry(&mut self, value: &Value, side: Side) -> Option<Selected> {
        let Value::Map(file, map) = value else { return None };
        let facts = self.facts(*file)?;
        let Expr::Map(entries) = facts.expr(*map) else { return None };
        let entry = facts.entries(entries).first()?;
        let expr = match side {
            Side::Key => entry.key?,
            Side::Value => entry.value,
        };
        Some(Selected { value: self.expr(*file, expr), expr: Some((*file, expr)) })
    }

    /// The routes of a file that is named by a text.
    fn file_routes(&mut self, facts: &FileFacts, value: &Value, form: &str) -> Option<Value> {
        let path = form.replace("{}", value.as_constant()?);
        let from =
            super::modules::ImportPath { from: FileId(0), from_path: &facts.path, module: &path, level: 0 };
        let file = self.resolvers.of(facts.lang).resolve(from)?.file?;
        let position = self.rules.of(facts.lang).find(|(_, pack)| !pack.route_files.is_empty())?.0;
        Some(Value::Router(self.graph.node(NodeKey::Collection(file, position), position)))
    }

    /// A call of that name in the chain that the call stands in, before or behind it.
    fn chained_call<'f>(&self, site: Site<'f>, facts: &'f FileFacts, name: &str) -> Option<&'f Call> {
        let index = self.index(site.file)?;
        let mut call = site.call?;
        while let Expr::Attr(receiver, _) = facts.expr(call.callee) {
            let Expr::Call(inner) = facts.expr(receiver) else { break };
            call = facts.call(inner)?;
            if self.callee_name(site.file, call.callee) == Some(name) {
                return Some(call);
            }
        }
        call = site.call?;
        while let Some(outer) = index.chained(call.span).and_then(|outer| facts.call(outer)) {
            call = outer;
            if self.callee_name(site.file, call.callee) == Some(name) {
                return Some(call);
            }
        }
        None
    }

    /// A named argument inside `**options`: its value, a hole where that cannot be known.
    fn spread_argument(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        call: &Call,
        selector: &Selector,
    ) -> Option<Value> {
        let name = selector.kw.as_ref()?;
        let spread = facts.args(call.args).iter().find(|arg| arg.spread)?;
        match self.expr(file, spread.value) {
            Value::Map(map_file, map) => {
                let value = self.entry(map_file, map, name);
                (!value.is_unknown()).then_some(value)
            }
            _ => None,
        }
    }

    /// The texts of a path; none where no selector gives one.
    pub fn select_path(&mut self, site: Site<'_>, selectors: &[Selector]) -> Option<Vec<Rc<str>>> {
        let found = self.select(site, selectors);
        let mut unknown = None;
        for selected in found {
            match texts_of(&selected.value) {
                Some(texts) if texts.iter().any(|text| &**text != HOLE) => {
                    return Some(texts.into_iter().map(based).collect());
                }
                Some(texts) => unknown = unknown.or(Some(texts)),
                None => {}
            }
        }
        unknown
    }
}

/// A path whose beginning alone is not known, `{?}/api`: a base stands before it.
fn based(text: Rc<str>) -> Rc<str> {
    match text.strip_prefix(HOLE) {
        Some(rest) if rest.starts_with('/') => format!("{BASE}{rest}").into(),
        _ => text,
    }
}

/// Whether a value is a text or nothing says that it is none.
fn may_be_text(value: &Value) -> bool {
    match value {
        Value::Text(_) | Value::Unknown => true,
        Value::Any(values) | Value::Each(values) | Value::List(values) => values.iter().any(may_be_text),
        // Settings read from the environment are texts.
        Value::External(path) => path.split('.').any(|segment| matches!(segment, "env" | "environ")),
        Value::Null
        | Value::Number
        | Value::Router(_)
        | Value::Function(..)
        | Value::Class(..)
        | Value::Instance(..)
        | Value::Module(_)
        | Value::Map(..) => false,
    }
}

/// The innermost call of the chain that makes an argument.
fn made_by<'f>(facts: &'f FileFacts, call: &Call, place: i32) -> Option<&'f Call> {
    let arg = argument(facts, call, &Selector::arg(place))?;
    let Expr::Call(made) = facts.expr(arg.value) else { return None };
    let mut made = facts.call(made)?;
    while let Expr::Attr(object, _) = facts.expr(made.callee)
        && let Expr::Call(inner) = facts.expr(object)
    {
        made = facts.call(inner)?;
    }
    Some(made)
}

/// The argument that a selector means: by name first, then by position.
pub(super) fn argument(facts: &FileFacts, call: &Call, selector: &Selector) -> Option<Arg> {
    let args = facts.args(call.args);
    if let Some(name) = &selector.kw {
        let named = args.iter().find(|arg| arg.name.is_some_and(|found| facts.text(found) == name));
        if let Some(named) = named {
            return Some(*named);
        }
    }
    let index = selector.arg?;
    let positional: Vec<&Arg> = args.iter().filter(|arg| arg.name.is_none()).collect();
    let place = if index < 0 {
        positional.len().checked_sub(index.unsigned_abs() as usize)?
    } else {
        usize::try_from(index).ok()?
    };
    // What stands behind `*values` has no known position.
    if positional.iter().take(place + 1).any(|arg| arg.spread) {
        return None;
    }
    positional.get(place).map(|arg| **arg)
}
