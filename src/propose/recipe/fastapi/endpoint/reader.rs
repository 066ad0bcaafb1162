//! Follows names through a Python backend: where something is defined, what class a value
//! has, which function a call reaches.
//!
//! What cannot be followed is `None`, never a guess: a caller says so to the user.

use crate::{
    ports::ProposeError,
    propose::{
        python::{Module, functions, last_name},
        workspace::Workspace,
    },
};
use ruff_python_ast::{Expr, ExprCall, Stmt, StmtClassDef, StmtFunctionDef};
use std::collections::BTreeMap;

/// How many imports, aliases and bases are followed for one name.
const LIMIT_STEPS: usize = 8;

/// Every module of a backend that parses.
pub(super) struct Reader<'t> {
    pub(super) modules: BTreeMap<&'t str, Module<'t>>,
}

/// What a name stands for.
#[derive(Clone, Copy)]
pub(super) enum Definition<'m> {
    Class(&'m StmtClassDef),
    Function(&'m StmtFunctionDef),
    Value(&'m Expr),
    Module,
}

/// A definition and its file.
#[derive(Clone, Copy)]
pub(super) struct Found<'m> {
    pub(super) path: &'m str,
    pub(super) what: Definition<'m>,
}

/// A class and its file.
#[derive(Clone, Copy)]
pub(super) struct Class<'m> {
    pub(super) path: &'m str,
    pub(super) node: &'m StmtClassDef,
}

/// A function, its file, and the class that it is asked of.
#[derive(Clone, Copy)]
pub(super) struct Scope<'m> {
    pub(super) path: &'m str,
    pub(super) class: Option<Class<'m>>,
    pub(super) function: &'m StmtFunctionDef,
}

/// The texts of all Python files, which a reader borrows.
pub(super) fn texts(workspace: &Workspace<'_>) -> Result<BTreeMap<String, String>, ProposeError> {
    let mut texts = BTreeMap::new();
    for path in workspace.paths().into_iter().filter(|path| path.ends_with(".py")) {
        if let Some(text) = workspace.text(path)? {
            texts.insert(path.to_owned(), text);
        }
    }
    Ok(texts)
}

impl<'t> Reader<'t> {
    /// Parses all texts; what does not parse teaches nothing.
    pub(super) fn new(texts: &'t BTreeMap<String, String>) -> Self {
        let parsed =
            texts.iter().filter_map(|(path, text)| Some((path.as_str(), Module::parse(path, text).ok()?)));
        Self { modules: parsed.collect() }
    }

    pub(super) fn module(&self, path: &str) -> Result<&Module<'t>, ProposeError> {
        self.modules
            .get(path)
            .ok_or_else(|| ProposeError::Rejected(format!("{path} does not parse any more")))
    }

    /// The file of a module as another file imports it.
    pub(super) fn file_of(&self, importer: &str, module: &str) -> Option<&'t str> {
        let level = module.len() - module.trim_start_matches('.').len();
        let stem = module.trim_start_matches('.').replace('.', "/");
        let mut folder = importer.rsplit_once('/').map_or("", |(folder, _)| folder);
        if level > 0 {
            for _ in 1..level {
                folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
            }
            return self.file_in(folder, &stem);
        }
        loop {
            if let Some(found) = self.file_in(folder, &stem) {
                return Some(found);
            }
            if folder.is_empty() {
                return None;
            }
            folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
        }
    }

    fn file_in(&self, folder: &str, stem: &str) -> Option<&'t str> {
        let lead = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let joint = if stem.is_empty() { "" } else { "/" };
        [format!("{lead}{stem}.py"), format!("{lead}{stem}{joint}__init__.py")]
            .iter()
            .find_map(|path| self.modules.get_key_value(path.as_str()).map(|(path, _)| *path))
    }

    /// What a name stands for in a file.
    pub(super) fn find(&self, path: &str, name: &str) -> Option<Found<'_>> {
        self.find_within(path, name, LIMIT_STEPS)
    }

    fn find_within(&self, path: &str, name: &str, steps: usize) -> Option<Found<'_>> {
        let (path, module) = self.modules.get_key_value(path)?;
        for stmt in &module.body {
            let what = match stmt {
                Stmt::ClassDef(class) if class.name.as_str() == name => Definition::Class(class),
                Stmt::FunctionDef(function) if function.name.as_str() == name => {
                    Definition::Function(function)
                }
                Stmt::Assign(assign) if assign.targets.iter().any(|target| is_name(target, name)) => {
                    Definition::Value(&assign.value)
                }
                Stmt::AnnAssign(assign) if is_name(&assign.target, name) => {
                    Definition::Value(assign.value.as_deref()?)
                }
                _ => continue,
            };
            return Some(Found { path, what });
        }
        let steps = steps.checked_sub(1)?;
        let (from, original) = module.origin_of(name)?;
        let inner = self.file_of(path, &from).and_then(|file| self.find_within(file, &original, steps));
        inner.or_else(|| {
            let joint = if from.ends_with('.') { "" } else { "." };
            let file = self.file_of(path, &format!("{from}{joint}{original}"))?;
            Some(Found { path: file, what: Definition::Module })
        })
    }

    /// The class that an annotation names, through aliases and `Annotated`.
    pub(super) fn annotated(&self, path: &str, annotation: &Expr) -> Option<Class<'_>> {
        self.annotated_within(path, annotation, LIMIT_STEPS)
    }

    fn annotated_within(&self, path: &str, annotation: &Expr, steps: usize) -> Option<Class<'_>> {
        let steps = steps.checked_sub(1)?;
        match annotation {
            Expr::Name(_) | Expr::Attribute(_) => match self.named(path, annotation)? {
                Found { path, what: Definition::Class(node) } => Some(Class { path, node }),
                Found { path, what: Definition::Value(value) } => self.annotated_within(path, value, steps),
                Found { what: Definition::Function(_) | Definition::Module, .. } => None,
            },
            Expr::Subscript(subscript)
                if matches!(last_name(&subscript.value), Some("Annotated" | "Optional")) =>
            {
                let inner = match &*subscript.slice {
                    Expr::Tuple(tuple) => tuple.elts.first()?,
                    other => other,
                };
                self.annotated_within(path, inner, steps)
            }
            Expr::BinOp(operation) => self.annotated_within(path, &operation.left, steps),
            _ => None,
        }
    }

    /// What `name` or `module.name` stands for.
    fn named(&self, path: &str, expr: &Expr) -> Option<Found<'_>> {
        match expr {
            Expr::Name(name) => self.find(path, name.id.as_str()),
            Expr::Attribute(attribute) => {
                let Expr::Name(module) = &*attribute.value else { return None };
                match self.find(path, module.id.as_str())? {
                    Found { path, what: Definition::Module } => self.find(path, attribute.attr.as_str()),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The class of a value within a function.
    fn type_of<'m>(&'m self, scope: Scope<'m>, expr: &Expr, steps: usize) -> Option<Class<'m>> {
        let steps = steps.checked_sub(1)?;
        match expr {
            Expr::Await(inner) => self.type_of(scope, &inner.value, steps),
            Expr::Call(call) => match self.named(scope.path, &call.func)? {
                Found { path, what: Definition::Class(node) } => Some(Class { path, node }),
                Found { path, what: Definition::Function(function) } => {
                    self.annotated(path, function.returns.as_deref()?)
                }
                Found { what: Definition::Value(_) | Definition::Module, .. } => None,
            },
            Expr::Attribute(attribute) if is_name(&attribute.value, "self") => {
                self.attribute(scope.class?, attribute.attr.as_str(), steps)
            }
            Expr::Name(name) if matches!(name.id.as_str(), "self" | "cls") => scope.class,
            Expr::Name(name) => {
                let name = name.id.as_str();
                let parameters = &scope.function.parameters;
                if let Some(parameter) =
                    parameters.iter_non_variadic_params().find(|parameter| parameter.name().as_str() == name)
                {
                    let stated =
                        parameter.parameter.annotation().and_then(|of| self.annotated(scope.path, of));
                    return stated.or_else(|| self.provided(scope, parameter.default()?));
                }
                if let Some(value) = assigned(&scope.function.body, name) {
                    return self.type_of(scope, value, steps);
                }
                match self.find(scope.path, name)? {
                    Found { path, what: Definition::Value(value) } => {
                        self.type_of(Scope { path, ..scope }, value, steps)
                    }
                    Found { path, what: Definition::Class(node) } => Some(Class { path, node }),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The class of a function's parameter, by its annotation or by what gives it.
    pub(super) fn parameter<'m>(&'m self, scope: Scope<'m>, name: &str) -> Option<Class<'m>> {
        let mut all = scope.function.parameters.iter_non_variadic_params();
        let parameter = all.find(|parameter| parameter.name().as_str() == name)?;
        let stated = parameter.parameter.annotation().and_then(|of| self.annotated(scope.path, of));
        stated.or_else(|| self.provided(scope, parameter.default()?))
    }

    /// The class of what `Depends(…)` gives.
    fn provided<'m>(&'m self, scope: Scope<'m>, default: &Expr) -> Option<Class<'m>> {
        let Expr::Call(call) = default else { return None };
        match self.named(scope.path, call.arguments.args.first()?)? {
            Found { path, what: Definition::Class(node) } => Some(Class { path, node }),
            Found { path, what: Definition::Function(function) } => {
                self.annotated(path, function.returns.as_deref()?)
            }
            _ => None,
        }
    }

    /// The class of `self.name`, as the class or its constructor states it.
    fn attribute<'m>(&'m self, class: Class<'m>, name: &str, steps: usize) -> Option<Class<'m>> {
        let stated = class.node.body.iter().find_map(|stmt| match stmt {
            Stmt::AnnAssign(assign) if is_name(&assign.target, name) => Some(&*assign.annotation),
            _ => None,
        });
        if let Some(found) = stated.and_then(|annotation| self.annotated(class.path, annotation)) {
            return Some(found);
        }
        let constructor = functions(&class.node.body).find(|function| function.name.as_str() == "__init__");
        let given = constructor.and_then(|function| {
            let value = function.body.iter().find_map(|stmt| match stmt {
                Stmt::Assign(assign) => assign.targets.iter().find_map(|target| match target {
                    Expr::Attribute(attribute)
                        if is_name(&attribute.value, "self") && attribute.attr.as_str() == name =>
                    {
                        Some(&*assign.value)
                    }
                    _ => None,
                }),
                _ => None,
            })?;
            self.type_of(Scope { path: class.path, class: Some(class), function }, value, steps)
        });
        let steps = steps.checked_sub(1)?;
        given.or_else(|| self.bases(class).into_iter().find_map(|base| self.attribute(base, name, steps)))
    }

    pub(super) fn bases<'m>(&'m self, class: Class<'m>) -> Vec<Class<'m>> {
        let arguments = class.node.arguments.iter().flat_map(|arguments| &arguments.args);
        let plain = arguments.map(|base| match base {
            Expr::Subscript(subscript) => &*subscript.value,
            other => other,
        });
        plain.filter_map(|base| self.annotated(class.path, base)).collect()
    }

    /// A method of a class or of a base that the project defines.
    pub(super) fn method<'m>(&'m self, class: Class<'m>, name: &str) -> Option<Scope<'m>> {
        let mut seen = vec![class];
        let mut at = 0;
        while let Some(one) = seen.get(at).copied().filter(|_| at < LIMIT_STEPS) {
            if let Some(function) = functions(&one.node.body).find(|function| function.name.as_str() == name)
            {
                return Some(Scope { path: one.path, class: Some(class), function });
            }
            seen.extend(self.bases(one));
            at += 1;
        }
        None
    }

    /// The function of the project that a call reaches.
    pub(super) fn target<'m>(&'m self, scope: Scope<'m>, call: &ExprCall) -> Option<Scope<'m>> {
        match &*call.func {
            Expr::Name(name) => match self.find(scope.path, name.id.as_str())? {
                Found { path, what: Definition::Function(function) } => {
                    Some(Scope { path, class: None, function })
                }
                _ => None,
            },
            Expr::Attribute(attribute) => {
                if let Expr::Name(name) = &*attribute.value
                    && let Some(Found { path, what: Definition::Module }) =
                        self.find(scope.path, name.id.as_str())
                {
                    return match self.find(path, attribute.attr.as_str())? {
                        Found { path, what: Definition::Function(function) } => {
                            Some(Scope { path, class: None, function })
                        }
                        _ => None,
                    };
                }
                let class = self.type_of(scope, &attribute.value, LIMIT_STEPS)?;
                self.method(class, attribute.attr.as_str())
            }
            _ => None,
        }
    }
}

pub(super) fn is_name(expr: &Expr, wanted: &str) -> bool {
    matches!(expr, Expr::Name(name) if name.id.as_str() == wanted)
}

/// The value that a body gives a name first.
fn assigned<'m>(body: &'m [Stmt], name: &str) -> Option<&'m Expr> {
    body.iter().find_map(|stmt| match stmt {
        Stmt::Assign(assign) if assign.targets.iter().any(|target| is_name(target, name)) => {
            Some(&*assign.value)
        }
        Stmt::AnnAssign(assign) if is_name(&assign.target, name) => assign.value.as_deref(),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruff_python_ast::visitor::{Visitor, walk_expr};

    struct Calls<'a>(Vec<&'a ExprCall>);

    impl<'a> Visitor<'a> for Calls<'a> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Expr::Call(call) = expr {
                self.0.push(call);
            }
            walk_expr(self, expr);
        }
    }

    /// `file:function` that the last call of `get` of `api/routes.py` reaches.
    fn reached(routes: &str) -> Option<String> {
        let texts: BTreeMap<String, String> = [
            ("app/api/routes.py", routes),
            ("app/crud.py", "def load(db, id): ...\n"),
            ("app/deps.py", "from typing import Annotated\nfrom fastapi import Depends\nfrom app.services import Posts\n\ndef posts() -> Posts: ...\n\nPostsDep = Annotated[Posts, Depends(posts)]\n"),
            ("app/services/__init__.py", "from .posts import Posts\n"),
            ("app/services/posts.py", "from ..store import Store\n\nclass Base:\n    def load(self, id): ...\n\nclass Posts(Base):\n    def __init__(self, store: Store) -> None:\n        self.store = store\n"),
            ("app/store.py", "class Store: ...\n"),
        ]
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .into();
        let reader = Reader::new(&texts);
        let found = reader.find("app/api/routes.py", "get").unwrap();
        let Definition::Function(function) = found.what else { panic!("no function get") };
        let mut calls = Calls(Vec::new());
        function.body.iter().for_each(|stmt| calls.visit_stmt(stmt));
        let scope = Scope { path: found.path, class: None, function };
        let target = reader.target(scope, calls.0.last()?)?;
        let class = target.class.map(|class| format!("{}.", class.node.name)).unwrap_or_default();
        Some(format!("{}:{class}{}", target.path, target.function.name))
    }

    #[test]
    fn a_call_is_followed_however_the_receiver_came() {
        let method = Some("app/services/posts.py:Posts.load".to_owned());
        for (routes, expected) in [
            (
                "from app import crud\n\ndef get(db, id):\n    return crud.load(db, id)\n",
                Some("app/crud.py:load".to_owned()),
            ),
            (
                "from ..crud import load\n\ndef get(db, id):\n    return load(db, id)\n",
                Some("app/crud.py:load".to_owned()),
            ),
            (
                "from app.deps import PostsDep\n\ndef get(id, posts: PostsDep):\n    return posts.load(id)\n",
                method.clone(),
            ),
            (
                "from app.deps import posts\n\ndef get(id, service=Depends(posts)):\n    return service.load(id)\n",
                method.clone(),
            ),
            (
                "from app.services import Posts\n\ndef get(id, db):\n    service = Posts(db)\n    return service.load(id)\n",
                method,
            ),
            ("def get(id, service):\n    return service.load(id)\n", None),
        ] {
            assert_eq!(reached(routes), expected, "{routes}");
        }
    }
}
