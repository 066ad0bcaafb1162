//! Handlers that are named: by a text such as `articles#index`, by a class and its method,
//! by what the block around says.

use super::{
    blocks::Context,
    graph::{Handler, NodeId},
    linker::Linker,
    names::camel,
    project::FileId,
    select::{Selected, Site},
    value::Value,
};
use crate::{
    analysis::facts::{Expr, ScopeId},
    knowledge::packs::{self, Pack},
};

impl Linker<'_> {
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
            let parts: Vec<Value> = parts.into_iter().map(|part| self.loaded(part)).collect();
            if let [class @ (Value::Class(..) | Value::External(_)), Value::Text(method)] = parts.as_slice() {
                return Some(self.class_handler(class, method));
            }
            // `['\App\Users', 'list']`: the class is named by a text.
            if let [Value::Text(class), Value::Text(method)] = parts.as_slice()
                && class.contains('\\')
            {
                let path: Vec<String> = class.trim_matches('\\').split('\\').map(str::to_owned).collect();
                let value = match self.class_by_path(site.file, &path) {
                    Some((file, class)) => Value::Class(file, class),
                    None => Value::external(path.join(".")),
                };
                return Some(self.class_handler(&value, method));
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

    /// What a function gives that loads a class on demand: `() => import("./users")`.
    fn loaded(&mut self, value: Value) -> Value {
        let Value::Function(file, function) = value else { return value };
        let found = match self.returned(file, function) {
            Value::Module(module) => self.module_member(module, "default").unwrap_or(Value::Unknown),
            other => other,
        };
        if matches!(found, Value::Class(..)) { found } else { value }
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

    pub fn handler_of_text(
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
                // What starts like no class is a name of something else: a view, a page.
                _ if handlers.invoke.is_empty() || !last_part(text).starts_with(char::is_uppercase) => {
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
        let shown = if handlers.camel { controller.as_str() } else { last_part(&controller) };
        let name = format!("{shown}{mark}{method}");
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
    pub fn in_modules(&self, class: &Value, context: &Context, site: Site<'_>) -> Value {
        let Value::External(path) = class else { return class.clone() };
        let mut whole = context.modules.clone();
        whole.extend(path.split('.').map(str::to_owned));
        match self.class_by_path(site.file, &whole) {
            Some((file, class)) => Value::Class(file, class),
            None => class.clone(),
        }
    }

    pub fn class_handler(&mut self, class: &Value, method: &str) -> Handler {
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
}

/// What stands behind the last separator of a name.
fn last_part(name: &str) -> &str {
    name.rsplit(['\\', '.', '/']).next().unwrap_or(name)
}

/// A text, or the last part of a foreign name.
pub(super) fn name_of(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.to_string()),
        Value::External(path) if !path.ends_with("()") => Some(path.to_string()),
        _ => None,
    }
}
