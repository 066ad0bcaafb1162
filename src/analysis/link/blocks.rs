//! Routes inside blocks: a call without a receiver acts on the router whose block it
//! stands in, and what a block says about controllers holds for what is inside.

use super::{
    graph::{Handler, MountEdge, NodeId, NodeKey, Route},
    linker::Linker,
    names::{camel, fill_item, singular},
    project::FileId,
    select::{Selected, Site},
    value::Value,
};
use crate::{
    analysis::facts::{Call, CallId, Expr, FileFacts, ScopeId, ScopeKind},
    knowledge::packs::{self, Pack},
};
use std::rc::Rc;

/// What a block says about the routes inside.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Context {
    /// Namespaces of handler classes, outermost first.
    pub modules: Vec<String>,
    /// The class or text that names the handler class.
    pub controller: Option<Value>,
    /// The routers of the resource itself, where the block is that of one of its items.
    pub base: Vec<NodeId>,
    /// Where items of nested resources are served without what is around them.
    pub shallow: Option<NodeId>,
}

impl<'a> Linker<'a> {
    /// The router of a pack whose block a call stands in; the file's own one outside.
    pub fn around(&mut self, file: FileId, facts: &FileFacts, call: &Call, pack: u16) -> Option<NodeId> {
        let scopes: Vec<(ScopeId, ScopeKind)> =
            facts.scopes_around(call.scope).map(|(id, scope)| (id, scope.kind)).collect();
        for (scope, kind) in scopes {
            match kind {
                ScopeKind::Lambda => {
                    let Some((outer, _)) = self.index(file).and_then(|index| index.taken_by(scope)) else {
                        continue;
                    };
                    self.call(file, outer);
                    let node = self.graph.find(NodeKey::Call(file, outer));
                    let found =
                        node.filter(|node| self.graph.get(*node).is_some_and(|node| node.pack == pack));
                    if found.is_some() {
                        return found;
                    }
                }
                ScopeKind::Class => {
                    if let Some(node) = self.class_router(file, scope, pack) {
                        return Some(node);
                    }
                }
                ScopeKind::Function | ScopeKind::Module | ScopeKind::Namespace | ScopeKind::Interface => {}
            }
        }
        self.file_router(file, facts, pack)
    }

    /// The router of a file whose calls outside any block are routes.
    fn file_router(&mut self, file: FileId, facts: &FileFacts, position: u16) -> Option<NodeId> {
        let pack = self.rules.pack(position)?;
        let by_path = pack.route_files.iter().any(|glob| super::tested::glob_matches(glob, &facts.path));
        let by_import = facts.imports.iter().any(|import| {
            let module = facts.text(import.module);
            pack.route_imports.iter().any(|known| known == module)
        });
        if !(by_path || by_import) {
            return None;
        }
        let node = self.graph.node(NodeKey::Collection(file, position), position);
        if let Some(node) = self.graph.get_mut(node) {
            node.app = true;
        }
        Some(node)
    }

    /// Whether the conditions of a rule hold for a call.
    pub fn holds(&mut self, site: Site<'_>, rule: &packs::Call) -> bool {
        if rule.only.is_empty() {
            return true;
        }
        let facts = self.facts(site.file);
        self.select(site, &rule.only).iter().any(|selected| {
            let flag = selected.expr.and_then(|(_, expr)| match facts?.expr(expr) {
                Expr::Bool(true) => Some("true"),
                Expr::Bool(false) => Some("false"),
                _ => None,
            });
            let text = match &selected.value {
                Value::External(path) => path,
                Value::Text(text) => text,
                _ => flag.unwrap_or_default(),
            };
            rule.is.iter().any(|pattern| pattern.matches(text))
        })
    }

    /// The context of a new router inside another one.
    pub fn enter(&mut self, site: Site<'_>, parent: Option<NodeId>, child: NodeId, rule: &packs::Call) {
        let mut context = parent
            .and_then(|parent| self.graph.get(parent))
            .map_or_else(Context::default, |node| node.context.clone());
        let modules = self.select(site, &rule.module);
        if let Some(text) = modules.iter().find_map(|selected| name_of(&selected.value)) {
            let form = self.graph.get(child).and_then(|node| self.rules.pack(node.pack));
            let camels = form.and_then(|pack| pack.handlers.as_ref()).is_some_and(|handlers| handlers.camel);
            context.modules.extend(
                text.split(['/', '.'])
                    .filter(|part| !part.is_empty())
                    .map(|part| if camels { camel(part) } else { part.to_owned() }),
            );
        }
        let controller = self.select(site, &rule.controller).into_iter().map(|selected| selected.value);
        if let Some(controller) = controller.into_iter().find(|value| !value.is_unknown()) {
            context.controller = Some(controller);
        }
        if !rule.shallow.is_empty() && !self.select(site, &rule.shallow).is_empty() {
            context.shallow = context.shallow.or(parent);
        }
        if let Some(child) = self.graph.get_mut(child) {
            child.context = context;
        }
    }

    /// The routers that a rule acts on: those of the resource where it says so.
    pub fn targets(&self, node: NodeId, rule: &packs::Call) -> Vec<NodeId> {
        let base = self.graph.get(node).map(|node| node.context.base.clone()).unwrap_or_default();
        if rule.resource && !base.is_empty() { base } else { vec![node] }
    }

    /// The handler that a text or class with the context of a router names.
    pub fn named_handler(
        &mut self,
        site: Site<'_>,
        node: NodeId,
        pack: &Pack,
        rule: &packs::Call,
    ) -> Option<Handler> {
        let mut context = self.graph.get(node)?.context.clone();
        let stated = self.select(site, &rule.controller).into_iter().map(|selected| selected.value);
        context.controller = stated.into_iter().find(|value| !value.is_unknown()).or(context.controller);
        let action = self.select(site, &rule.action).iter().find_map(|selected| name_of(&selected.value));
        for selected in self.select(site, &rule.handler) {
            let parts = match &selected.value {
                Value::List(items) => items.to_vec(),
                other => vec![other.clone()],
            };
            if let [class @ (Value::Class(..) | Value::External(_)), Value::Text(method)] = parts.as_slice() {
                return Some(self.class_handler(class, method));
            }
            match &selected.value {
                class @ (Value::Class(..) | Value::External(_))
                    if action.is_some() || self.is_name(&selected) =>
                {
                    let class = self.in_modules(class, &context, site);
                    let method = action.unwrap_or_else(|| self.invoked(pack));
                    return Some(self.class_handler(&class, &method));
                }
                Value::Text(text) => return self.handler_of_text(site, pack, &context, text, action),
                _ => {}
            }
        }
        None
    }

    /// The named handler of a route, where the pack says how handlers are named.
    pub fn handler_by_name(
        &mut self,
        site: Site<'_>,
        node: NodeId,
        pack: &Pack,
        rule: &packs::Call,
    ) -> Option<Handler> {
        pack.handlers.as_ref()?;
        self.named_handler(site, node, pack, rule)
    }

    /// Whether a selected value is a plain class name, not a call or a closure.
    fn is_name(&self, selected: &Selected) -> bool {
        matches!(selected.value, Value::Class(..))
            || selected.expr.is_some_and(|(file, expr)| {
                self.facts(file).is_some_and(|facts| matches!(facts.expr(expr), Expr::Name(_)))
            })
    }

    fn invoked(&self, pack: &Pack) -> String {
        pack.handlers.as_ref().map(|handlers| handlers.invoke.clone()).unwrap_or_default()
    }

    fn handler_of_text(
        &mut self,
        site: Site<'_>,
        pack: &Pack,
        context: &Context,
        text: &str,
        action: Option<String>,
    ) -> Option<Handler> {
        let handlers = pack.handlers.as_ref()?;
        let split = handlers.split.iter().find_map(|mark| text.split_once(mark.as_str()));
        let (controller, method) = match (split, &context.controller) {
            (Some((controller, method)), _) => (controller.to_owned(), method.to_owned()),
            (None, Some(Value::Text(controller))) => {
                let last = text.trim_matches('/').rsplit('/').next().unwrap_or(text);
                (controller.to_string(), action.unwrap_or_else(|| last.to_owned()))
            }
            (None, Some(class)) => {
                let class = self.in_modules(class, context, site);
                return Some(self.class_handler(&class, text));
            }
            (None, None) => match (text.trim_matches('/').rsplit_once('/'), action) {
                (_, Some(action)) => (text.to_owned(), action),
                (Some((controller, method)), None) if handlers.camel => {
                    (controller.to_owned(), method.to_owned())
                }
                _ if handlers.invoke.is_empty() => {
                    return Some(Handler { name: text.to_owned(), definition: None });
                }
                _ => (text.to_owned(), handlers.invoke.clone()),
            },
        };
        let mut path: Vec<String> = context.modules.clone();
        path.extend(
            controller
                .trim_start_matches(['\\', '/'])
                .split(['/', '\\', '.'])
                .map(|part| if handlers.camel { camel(part) } else { part.to_owned() }),
        );
        if let Some(last) = path.last_mut() {
            *last = handlers.class.replace("{}", last);
        }
        let mark = handlers.split.first().map_or(".", String::as_str);
        let name = format!("{controller}{mark}{method}");
        let definition = self.class_by_path(site.file, &path);
        let definition = definition.map(|class| self.method_or_class(class, &method));
        Some(Handler { name, definition })
    }

    /// The class of that qualified name; outer namespaces that it lacks are left out.
    fn class_by_path(&self, from: FileId, path: &[String]) -> Option<(FileId, ScopeId)> {
        let facts = self.facts(from)?;
        (0..path.len()).find_map(|start| {
            let name = path.get(start..)?.join(".");
            self.resolvers.of(facts.lang).class_named(&name, &facts.path, self.files)
        })
    }

    /// A foreign name seen inside namespaces.
    fn in_modules(&self, class: &Value, context: &Context, site: Site<'_>) -> Value {
        let Value::External(path) = class else { return class.clone() };
        let mut whole = context.modules.clone();
        whole.extend(path.split('.').map(str::to_owned));
        match self.class_by_path(site.file, &whole) {
            Some((file, class)) => Value::Class(file, class),
            None => class.clone(),
        }
    }

    fn class_handler(&mut self, class: &Value, method: &str) -> Handler {
        match class {
            Value::Class(file, class) => {
                let name = self
                    .facts(*file)
                    .and_then(|facts| facts.scope(*class).map(|scope| facts.text(scope.name).to_owned()));
                let name = format!("{}.{method}", name.unwrap_or_default());
                Handler { name, definition: Some(self.method_or_class((*file, *class), method)) }
            }
            Value::External(path) => {
                let last = path.rsplit('.').next().unwrap_or(path);
                Handler { name: format!("{last}.{method}"), definition: None }
            }
            _ => Handler { name: method.to_owned(), definition: None },
        }
    }

    fn method_or_class(&mut self, class: (FileId, ScopeId), method: &str) -> (FileId, ScopeId) {
        match self.class_member(class.0, class.1, method) {
            Value::Function(file, scope) => (file, scope),
            _ => class,
        }
    }

    /// The routes of resources: one for each action, below each name.
    pub fn resources(
        &mut self,
        site: Site<'_>,
        id: CallId,
        parent: NodeId,
        position: u16,
        rule: &packs::Call,
    ) -> Option<NodeId> {
        let pack = self.rules.pack(position)?;
        let call = site.call?;
        let names = self.texts(site, &rule.name);
        if names.is_empty() {
            return None;
        }
        let block = self.graph.node(NodeKey::Call(site.file, id), position);
        self.enter(site, Some(parent), block, rule);
        let context = self.graph.get(block)?.context.clone();
        let only = self.listed(site, &rule.pick);
        let except = self.listed(site, &rule.leave).unwrap_or_default();
        let segment = self.select_path(site, &rule.path);
        let param = self.texts(site, &rule.param).into_iter().next();
        let stated = self.select(site, &rule.controller).iter().any(|selected| !selected.value.is_unknown());
        let mut bases = Vec::new();
        for (number, written) in names.iter().enumerate() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let (whole, last) = dotted_resource(written, rule.dots);
            let prefix = segment.clone().unwrap_or_else(|| vec![whole.as_str().into()]);
            let base = self.graph.node(NodeKey::Part(site.file, id, number), position);
            self.graph.mount(MountEdge { parent, child: base, prefix: prefix.clone(), over: false });
            let items = match context.shallow.filter(|root| *root != parent) {
                Some(root) => {
                    let items = self.graph.node(NodeKey::Part(site.file, id, number | 1 << 16), position);
                    self.graph.mount(MountEdge { parent: root, child: items, prefix, over: false });
                    items
                }
                None => base,
            };
            let one = singular(&last);
            let item = fill_item(&rule.item, param.as_deref(), &one);
            for action in &rule.actions {
                let wanted = only.as_ref().is_none_or(|only| only.contains(&action.method));
                if !wanted || except.contains(&action.method) {
                    continue;
                }
                let of_item = action.path.contains('{');
                let path = fill_item(&action.path, param.as_deref(), &one);
                let handler = self.resource_handler(site, pack, &context, rule, &last, &action.method);
                self.graph.routes.push(Route {
                    node: if of_item { items } else { base },
                    verbs: vec![action.verb.to_uppercase()],
                    path: vec![path.into()],
                    handler,
                    file: site.file,
                    span: call.name_span,
                });
            }
            let prefix: Vec<Rc<str>> = vec![item.into()];
            self.graph.mount(MountEdge { parent: items, child: block, prefix, over: false });
            bases.push(items);
            if !stated && let Some(node) = self.graph.get_mut(block) {
                let name = if rule.plural { super::names::plural(&last) } else { last };
                node.context.controller = Some(Value::text(&name));
            }
        }
        if let Some(node) = self.graph.get_mut(block) {
            node.context.base = bases;
        }
        self.include(site, block, position, &rule.include);
        Some(block)
    }

    fn resource_handler(
        &mut self,
        site: Site<'_>,
        pack: &Pack,
        context: &Context,
        rule: &packs::Call,
        name: &str,
        method: &str,
    ) -> Handler {
        let stated = self.select(site, &rule.controller).into_iter().map(|selected| selected.value);
        let stated = stated.into_iter().find(|value| !value.is_unknown());
        match stated {
            Some(class @ (Value::Class(..) | Value::External(_))) => {
                let class = self.in_modules(&class, context, site);
                self.class_handler(&class, method)
            }
            Some(Value::Text(text)) => self.resource_text(site, pack, context, &text, method),
            _ => {
                let name = if rule.plural { super::names::plural(name) } else { name.to_owned() };
                self.resource_text(site, pack, context, &name, method)
            }
        }
    }

    fn resource_text(
        &mut self,
        site: Site<'_>,
        pack: &Pack,
        context: &Context,
        controller: &str,
        method: &str,
    ) -> Handler {
        let mark = pack.handlers.as_ref().and_then(|handlers| handlers.split.first());
        let text = format!("{controller}{}{method}", mark.map_or(".", String::as_str));
        let found = self.handler_of_text(site, pack, context, &text, None);
        found.unwrap_or(Handler { name: text, definition: None })
    }

    /// Mounts blocks that were named before under a router.
    pub fn include(&mut self, site: Site<'_>, node: NodeId, position: u16, names: &[packs::Selector]) {
        for name in self.texts(site, names) {
            let Some(block) = self.named_blocks.get(&(position, name)).copied() else { continue };
            self.graph.mount(MountEdge { parent: node, child: block, prefix: vec!["".into()], over: false });
            let base = self.graph.get(node).map(|node| node.context.base.clone()).unwrap_or_default();
            let inner = self.graph.node(NodeKey::Base(block.0), position);
            for parent in base {
                self.graph.mount(MountEdge { parent, child: inner, prefix: vec!["".into()], over: false });
            }
        }
    }

    /// Remembers a block by name; its routes are served where it is included.
    pub fn define(
        &mut self,
        site: Site<'_>,
        id: CallId,
        position: u16,
        rule: &packs::Call,
    ) -> Option<NodeId> {
        let name = self.texts(site, &rule.name).into_iter().next()?;
        let block = self.graph.node(NodeKey::Call(site.file, id), position);
        let inner = self.graph.node(NodeKey::Base(block.0), position);
        if let Some(node) = self.graph.get_mut(block) {
            node.context.base = vec![inner];
        }
        self.named_blocks.insert((position, name), block);
        Some(block)
    }

    fn texts(&mut self, site: Site<'_>, selectors: &[packs::Selector]) -> Vec<String> {
        let mut texts = Vec::new();
        for selected in self.select(site, selectors) {
            collect_names(&selected.value, &mut texts);
            if !texts.is_empty() {
                break;
            }
        }
        texts
    }

    /// The names of a list where it is stated; `:none` and the like stand for no name.
    fn listed(&mut self, site: Site<'_>, selectors: &[packs::Selector]) -> Option<Vec<String>> {
        let found = self.select(site, selectors);
        let mut texts = Vec::new();
        found.iter().for_each(|selected| collect_names(&selected.value, &mut texts));
        (!found.is_empty()).then_some(texts)
    }
}

fn collect_names(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::List(values) | Value::Each(values) => {
            values.iter().for_each(|value| collect_names(value, names))
        }
        other => names.extend(name_of(other)),
    }
}

/// A text, or the last part of a foreign name.
fn name_of(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_string()),
        Value::External(path) if !path.ends_with("()") => Some(path.to_string()),
        _ => None,
    }
}

/// `articles.comments` is comments below an article: the path, and the last name.
fn dotted_resource(written: &str, dots: bool) -> (String, String) {
    let trimmed = written.trim_matches('/');
    if !dots {
        let last = trimmed.rsplit('/').next().unwrap_or(trimmed);
        return (written.to_owned(), last.to_owned());
    }
    let mut path = String::new();
    let mut parts = trimmed.split('.').peekable();
    let mut last = "";
    while let Some(part) = parts.next() {
        path.push('/');
        path.push_str(part);
        last = part.rsplit('/').next().unwrap_or(part);
        if parts.peek().is_some() {
            path.push_str(&format!("/{{{}}}", singular(last)));
        }
    }
    (path, last.to_owned())
}
