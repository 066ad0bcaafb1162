//! Routes that a handler class gives: one for each action of a view set, one for each verb.

use super::{
    graph::{Handler, NodeId, Route, texts_of},
    linker::Linker,
    path,
    project::FileId,
    rules::verb_of,
    select::Site,
    value::Value,
    verbs::verbs_in,
};
use crate::{
    analysis::facts::{Expr, ScopeId, ScopeKind, Span},
    knowledge::packs::{Call, Class, ClassAction, MarkedActions, Pack},
};
use std::rc::Rc;

/// Names of methods that answer verbs.
const VERBS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

impl<'a> Linker<'a> {
    /// Records a route for each action of the handler class; false where it has none.
    pub fn action_routes(
        &mut self,
        node: NodeId,
        pack: &'a Pack,
        prefix: &[Rc<str>],
        handler: &Handler,
        place: (FileId, Span),
        added_by: Option<&str>,
    ) -> bool {
        let Some((file, class)) = handler.definition else { return false };
        let rules = self.class_rules(file, class, pack);
        let allowed = self.allowed_verbs(file, class, pack, &rules);
        let param = self.item_param(file, class, &rules);
        let known = self.actions(node, &rules, added_by);
        let mut done: Vec<(String, String)> = Vec::new();
        for action in known {
            let method = self.class_member(file, class, &action.method);
            let defined = matches!(method, Value::Function(..));
            let verb = action.verb.to_uppercase();
            let key = (action.method.clone(), verb.clone());
            if done.contains(&key) || (action.defined && !defined) {
                continue;
            }
            done.push(key);
            if allowed.as_ref().is_some_and(|allowed| !allowed.contains(&verb)) {
                continue;
            }
            let definition = match method {
                Value::Function(file, scope) => Some((file, scope)),
                _ => handler.definition,
            };
            let below = with_param(&action.path, param.as_deref());
            let whole = prefix.iter().map(|prefix| path::join_route(prefix, &below, true).into()).collect();
            self.graph.routes.push(Route {
                node,
                verbs: vec![verb],
                path: whole,
                handler: Handler { name: format!("{}.{}", handler.name, action.method), definition },
                file: place.0,
                span: place.1,
            });
        }
        let marked = self.marked_routes(node, pack, prefix, handler, &rules, param.as_deref());
        marked || !done.is_empty()
    }

    /// The rules that speak of a class by its bases.
    fn class_rules(&mut self, file: FileId, class: ScopeId, pack: &'a Pack) -> Vec<&'a Class> {
        let bases = self.foreign_bases(file, class);
        pack.classes
            .iter()
            .filter(|rule| bases.iter().any(|base| rule.base.iter().any(|pattern| pattern.matches(base))))
            .collect()
    }

    /// The actions that the rules for a class list, and those that the router's class adds.
    fn actions(&mut self, node: NodeId, rules: &[&'a Class], added_by: Option<&str>) -> Vec<ClassAction> {
        let mut actions: Vec<ClassAction> = rules.iter().flat_map(|rule| &rule.actions).cloned().collect();
        let Some((file, class)) = added_by.and_then(|_| self.graph.get(node)?.class) else { return actions };
        for added in self.added_maps(file, class, added_by.unwrap_or_default()) {
            // The map is added to the first table that none of its verbs stands in.
            let mut paths: Vec<String> = Vec::new();
            for action in &actions {
                if !paths.contains(&action.path) {
                    paths.push(action.path.clone());
                }
            }
            let free = paths.iter().find(|path| {
                let mut table = actions.iter().filter(|action| action.path == **path && !action.defined);
                !table.any(|action| added.iter().any(|(verb, _)| action.verb.eq_ignore_ascii_case(verb)))
            });
            let Some(path) = free.cloned() else { continue };
            actions.extend(added.into_iter().map(|(verb, method)| ClassAction {
                method,
                verb,
                path: path.clone(),
                defined: true,
                group: String::new(),
                needs: String::new(),
            }));
        }
        actions
    }

    /// The maps that a method of a router's class adds to a table: `mapping.update({…})`.
    fn added_maps(&mut self, file: FileId, class: ScopeId, method: &str) -> Vec<Vec<(String, String)>> {
        let Some(facts) = self.facts(file) else { return Vec::new() };
        let mut maps = Vec::new();
        for call in &facts.calls {
            let inside = facts.scopes_around(call.scope).any(|(scope, _)| scope == class);
            let names = match facts.expr(call.callee) {
                Expr::Attr(object, last) => {
                    self.callee_name(file, object).map(|object| format!("{object}.{}", facts.text(last)))
                }
                _ => None,
            };
            if !inside || names.as_deref() != Some(method) {
                continue;
            }
            let Some(arg) = facts.args(call.args).first().copied() else { continue };
            let value = self.expr(file, arg.value);
            maps.push(self.verb_table(&value).into_iter().collect());
        }
        maps
    }

    /// The entries of a map of verbs and names of methods.
    fn verb_table(&mut self, value: &Value) -> Vec<(String, String)> {
        let Value::Map(file, map) = value else { return Vec::new() };
        let Some(facts) = self.facts(*file) else { return Vec::new() };
        let Expr::Map(entries) = facts.expr(*map) else { return Vec::new() };
        let mut table = Vec::new();
        for entry in facts.entries(entries).to_vec() {
            let Some(Expr::Str(verb)) = entry.key.map(|key| facts.expr(key)) else { continue };
            if let Some(method) = self.expr(*file, entry.value).as_constant() {
                table.push((facts.text(verb).to_owned(), method.to_owned()));
            }
        }
        table
    }

    /// Routes for a map of verbs and methods that stands with the handler class; false
    /// where there is none.
    pub fn table_routes(
        &mut self,
        site: Site<'_>,
        node: NodeId,
        pack: &Pack,
        rule: &Call,
        path: &[Rc<str>],
        handler: &Handler,
    ) -> bool {
        let Some((file, class)) = handler.definition.filter(|_| !rule.verbs.table.is_empty()) else {
            return false;
        };
        let Some(call) = site.call else { return false };
        let selected = self.select(site, &rule.verbs.table).into_iter().next();
        let table = selected.map(|selected| self.verb_table(&selected.value)).unwrap_or_default();
        let is_class = self
            .facts(file)
            .and_then(|facts| facts.scope(class))
            .is_some_and(|scope| scope.kind == ScopeKind::Class);
        if table.is_empty() || !is_class {
            return false;
        }
        for (verb, method) in table {
            let Some(verb) = verb_of(pack, &verb) else { continue };
            let definition = match self.class_member(file, class, &method) {
                Value::Function(file, scope) => Some((file, scope)),
                _ => handler.definition,
            };
            self.graph.routes.push(Route {
                node,
                verbs: vec![verb],
                path: path.to_vec(),
                handler: Handler { name: format!("{}.{method}", handler.name), definition },
                file: self.registered_at.map_or(site.file, |(file, _)| file),
                span: self.registered_at.map_or(call.name_span, |(_, span)| span),
            });
        }
        true
    }

    /// The routes of methods that an annotation makes actions.
    fn marked_routes(
        &mut self,
        node: NodeId,
        pack: &'a Pack,
        prefix: &[Rc<str>],
        handler: &Handler,
        rules: &[&'a Class],
        param: Option<&str>,
    ) -> bool {
        let marks: Vec<&'a MarkedActions> = rules.iter().flat_map(|rule| &rule.marked).collect();
        let Some(class) = handler.definition.filter(|_| !marks.is_empty()) else { return false };
        let mut found = false;
        let mut open = vec![class];
        let mut seen: Vec<(FileId, ScopeId)> = Vec::new();
        let mut hidden: Vec<String> = Vec::new();
        while let Some((file, class)) = open.pop() {
            if seen.contains(&(file, class)) || seen.len() > 32 {
                continue;
            }
            seen.push((file, class));
            let Some(facts) = self.facts(file) else { continue };
            let methods: Vec<ScopeId> = facts
                .scope_ids()
                .filter(|(_, scope)| scope.parent == Some(class) && scope.kind == ScopeKind::Function)
                .map(|(id, _)| id)
                .collect();
            for method in methods {
                let Some(scope) = facts.scope(method) else { continue };
                let name = facts.text(scope.name).to_owned();
                if hidden.contains(&name) {
                    continue;
                }
                for annotation in facts.list(scope.annotations).to_vec() {
                    let call = match facts.expr(annotation) {
                        Expr::Call(call) => facts.call(call),
                        _ => None,
                    };
                    let written = self.callee_name(file, call.map_or(annotation, |call| call.callee));
                    let mark =
                        marks.iter().find(|mark| mark.names.iter().any(|own| Some(own.as_str()) == written));
                    let Some(mark) = mark else { continue };
                    let site = Site { file, call, definition: Some(method) };
                    let below = self.select_path(site, &mark.path).and_then(|paths| paths.first().cloned());
                    let below = below.unwrap_or_else(|| name.as_str().into());
                    let item = if mark.every_item || self.is_true(site, &mark.of_item) {
                        mark.item.as_str()
                    } else {
                        ""
                    };
                    let whole = format!("{}{}", path::join(&with_param(item, param), &below), mark.end);
                    let verbs = self.select(site, &mark.verbs).into_iter().next();
                    let verbs =
                        verbs.map(|verbs| verbs_in(pack, &verbs.value)).filter(|verbs| !verbs.is_empty());
                    let span = call.map_or(scope.name_span, |call| call.name_span);
                    self.graph.routes.push(Route {
                        node,
                        verbs: verbs.unwrap_or_else(|| mark.default.clone()),
                        path: prefix
                            .iter()
                            .map(|prefix| path::join_route(prefix, &whole, true).into())
                            .collect(),
                        handler: Handler {
                            name: format!("{}.{name}", handler.name),
                            definition: Some((file, method)),
                        },
                        file,
                        span,
                    });
                    found = true;
                    break;
                }
                hidden.push(name);
            }
            open.extend(self.bases(file, class).into_iter().rev().filter_map(|base| match base {
                Value::Class(file, class) => Some((file, class)),
                _ => None,
            }));
        }
        found
    }

    /// Whether a selected argument is the literal `true`.
    fn is_true(&mut self, site: Site<'_>, selectors: &[crate::knowledge::packs::Selector]) -> bool {
        self.select(site, selectors).iter().any(|selected| {
            let expr = selected.expr.and_then(|(file, expr)| Some(self.facts(file)?.expr(expr)));
            expr == Some(Expr::Bool(true))
        })
    }

    /// The parameter's name that a class states for its items.
    fn item_param(&mut self, file: FileId, class: ScopeId, rules: &[&'a Class]) -> Option<String> {
        let site = Site { file, call: None, definition: Some(class) };
        rules.iter().find_map(|rule| {
            let texts = self.select(site, &rule.param);
            texts.iter().find_map(|selected| selected.value.as_constant().map(str::to_owned))
        })
    }

    /// The verbs that a class confines itself to.
    fn allowed_verbs(
        &mut self,
        file: FileId,
        class: ScopeId,
        pack: &Pack,
        rules: &[&'a Class],
    ) -> Option<Vec<String>> {
        let site = Site { file, call: None, definition: Some(class) };
        rules.iter().find_map(|rule| {
            let stated = self.select(site, &rule.allowed).into_iter().next()?;
            texts_of(&stated.value)?;
            Some(verbs_in(pack, &stated.value)).filter(|verbs| !verbs.is_empty())
        })
    }

    /// The verbs of a handler class: of its methods, and those that its bases answer.
    pub fn class_verbs(&mut self, file: FileId, class: ScopeId, pack: &'a Pack) -> Vec<String> {
        let is_class = self
            .facts(file)
            .and_then(|facts| facts.scope(class))
            .is_some_and(|scope| scope.kind == ScopeKind::Class);
        if !is_class {
            return Vec::new();
        }
        let rules = self.class_rules(file, class, pack);
        let allowed = self.allowed_verbs(file, class, pack, &rules);
        let mut verbs = Vec::new();
        for name in VERBS.into_iter().chain(pack.verbs.keys().map(String::as_str)) {
            let stated =
                rules.iter().any(|rule| rule.verbs.iter().any(|verb| verb.eq_ignore_ascii_case(name)));
            if (stated || matches!(self.class_member(file, class, name), Value::Function(..)))
                && let Some(verb) = verb_of(pack, name)
                && allowed.as_ref().is_none_or(|allowed| allowed.contains(&verb))
                && !verbs.contains(&verb)
            {
                verbs.push(verb);
            }
        }
        verbs
    }
}

/// A path of one item with the parameter's own name.
fn with_param(path: &str, param: Option<&str>) -> String {
    match (param, path.find('{'), path.find('}')) {
        (Some(param), Some(start), Some(end)) if start < end => {
            format!("{}{{{param}{}", &path[..start], &path[end..])
        }
        _ => path.to_owned(),
    }
}
