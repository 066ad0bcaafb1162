//! The Python sources of a Django project, parsed once, and the models in them.

use super::super::resource::Ask;
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::python::{Module, dotted, last_name, string_value},
};
use ruff_python_ast::{Expr, Stmt, StmtClassDef};
use std::collections::{BTreeMap, BTreeSet};

/// Texts by path; what a survey borrows from.
pub(in crate::propose::recipe) type Texts = BTreeMap<String, String>;

/// Reads every Python file of the base and the session.
pub(in crate::propose::recipe) fn texts(ask: &Ask<'_>) -> Result<Texts, ProposeError> {
    let mut paths: Vec<&str> = ask.workspace.paths();
    paths.extend(ask.map.migrations.iter().map(|migration| migration.path.as_str()));
    let mut texts = Texts::new();
    for path in paths.into_iter().filter(|path| path.ends_with(".py")) {
        if !texts.contains_key(path)
            && let Some(text) = ask.workspace.text(path)?
        {
            texts.insert(path.to_owned(), text);
        }
    }
    Ok(texts)
}

/// One table of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ModelRef {
    pub(super) path: String,
    pub(super) class: String,
    pub(super) is_abstract: bool,
}

/// All sources that parse, and the models.
pub(super) struct Survey<'t> {
    pub(super) modules: BTreeMap<&'t str, Module<'t>>,
    /// By class name; of two with one name the first by path.
    pub(super) models: BTreeMap<String, ModelRef>,
}

impl<'t> Survey<'t> {
    /// Parses the texts; what does not parse teaches nothing.
    pub(super) fn of(texts: &'t Texts) -> Self {
        let modules: BTreeMap<&str, Module<'_>> = texts
            .iter()
            .filter_map(|(path, text)| Some((path.as_str(), Module::parse(path, text).ok()?)))
            .collect();
        let models = models(&modules);
        Self { modules, models }
    }

    /// A class and its module.
    pub(super) fn class(&self, path: &str, name: &str) -> Option<(&Module<'t>, &StmtClassDef)> {
        let module = self.modules.get(path)?;
        module.classes().find(|class| class.name.as_str() == name).map(|class| (module, class))
    }

    /// Where a class is named.
    pub(super) fn class_place(&self, path: &str, name: &str) -> Option<Place> {
        self.class(path, name).map(|(module, class)| Place::new(path, module.line(&class.name)))
    }

    /// The folder of the application that a model file belongs to, and its label.
    pub(super) fn app_of(&self, path: &str) -> (String, String) {
        let folder = path
            .strip_suffix("/models.py")
            .or_else(|| path.rsplit_once("/models/").map(|(folder, _)| folder))
            .or_else(|| path.rsplit_once('/').map(|(folder, _)| folder))
            .unwrap_or_default();
        let stated = self.modules.get(format!("{folder}/apps.py").as_str()).and_then(|module| {
            module.classes().find_map(|class| assigned(&class.body, "label").and_then(string_value))
        });
        let last = folder.rsplit('/').next().unwrap_or_default().to_owned();
        (folder.to_owned(), stated.unwrap_or(last))
    }

    /// The value that a settings module gives a name; the last one wins.
    pub(super) fn setting(&self, name: &str) -> Option<(&str, &Module<'t>, &Expr)> {
        self.modules
            .iter()
            .filter(|(path, _)| path.contains("settings") || path.contains("config"))
            .find_map(|(path, module)| Some((*path, module, assigned(&module.body, name)?)))
    }
}

/// The value assigned to a name in a body.
pub(in crate::propose::recipe) fn assigned<'b>(body: &'b [Stmt], name: &str) -> Option<&'b Expr> {
    body.iter().find_map(|stmt| match stmt {
        Stmt::Assign(assign) if assign.targets.first().and_then(last_name) == Some(name) => {
            Some(&*assign.value)
        }
        Stmt::AnnAssign(assign) if last_name(&assign.target) == Some(name) => assign.value.as_deref(),
        _ => None,
    })
}

/// The elements of a list, a tuple or a set.
pub(in crate::propose::recipe) fn elements(expr: &Expr) -> &[Expr] {
    match expr {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        Expr::Set(set) => &set.elts,
        _ => &[],
    }
}

/// A keyword argument of a call.
pub(in crate::propose::recipe) fn keyword<'e>(expr: &'e Expr, name: &str) -> Option<&'e Expr> {
    let Expr::Call(call) = expr else { return None };
    call.arguments
        .keywords
        .iter()
        .find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name))
        .map(|keyword| &keyword.value)
}

/// The body of a nested class.
pub(super) fn nested<'c>(class: &'c StmtClassDef, name: &str) -> Option<&'c [Stmt]> {
    class.body.iter().find_map(|stmt| match stmt {
        Stmt::ClassDef(inner) if inner.name.as_str() == name => Some(inner.body.as_slice()),
        _ => None,
    })
}

/// The expressions that a class is derived from.
pub(super) fn bases(class: &StmtClassDef) -> &[Expr] {
    class.arguments.as_ref().map_or(&[], |arguments| &arguments.args)
}

/// Classes that derive from `models.Model`, directly or over another.
fn models(modules: &BTreeMap<&str, Module<'_>>) -> BTreeMap<String, ModelRef> {
    let mut known: BTreeMap<String, ModelRef> = BTreeMap::new();
    let mut bases_of_users: BTreeSet<&str> = ["AbstractUser", "AbstractBaseUser"].into();
    bases_of_users.insert("MPTTModel");
    loop {
        let before = known.len();
        for (path, module) in modules.iter().filter(|(path, _)| !path.contains("/migrations/")) {
            for class in module.classes() {
                if known.contains_key(class.name.as_str()) {
                    continue;
                }
                let is_model = bases(class).iter().any(|base| {
                    let name = last_name(base).unwrap_or_default();
                    dotted(base).as_deref() == Some("models.Model")
                        || bases_of_users.contains(name)
                        || known.contains_key(name)
                });
                if is_model {
                    known.insert(
                        class.name.to_string(),
                        ModelRef {
                            path: (*path).to_owned(),
                            class: class.name.to_string(),
                            is_abstract: is_abstract(class),
                        },
                    );
                }
            }
        }
        if known.len() == before {
            return known;
        }
    }
}

fn is_abstract(class: &StmtClassDef) -> bool {
    nested(class, "Meta")
        .and_then(|body| assigned(body, "abstract"))
        .is_some_and(|value| matches!(value, Expr::BooleanLiteral(literal) if literal.value))
}
