//! The resource that a new one is modelled on: its classes, its routes, its tests.

use super::routes::Routes;
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        python::{Module, last_name},
        recipe::{
            names::{Name, snake},
            python_text::exchanged,
        },
    },
};
use ruff_python_ast::{Expr, Stmt, StmtAnnAssign, StmtClassDef};
use std::collections::BTreeMap;

/// Every module of the backend by path.
pub(super) type Modules<'t> = BTreeMap<&'t str, Module<'t>>;

/// A class that travels, and the comment above it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) comment: Vec<String>,
}

/// The class of a page of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) name: String,
    pub(super) rows: String,
    /// Empty where the number of all rows is not said.
    pub(super) count: String,
}

/// The example.
#[derive(Debug)]
pub(super) struct Example {
    pub(super) like: Name,
    /// File of the table's class.
    pub(super) model_path: String,
    pub(super) model: String,
    pub(super) place: Place,
    pub(super) base: Part,
    pub(super) create: Part,
    pub(super) update: Part,
    pub(super) table: Part,
    pub(super) read: Part,
    pub(super) page: Option<Page>,
    pub(super) routes: Routes,
    pub(super) tests: Option<String>,
}

/// Parses all texts; what does not parse teaches nothing.
pub(super) fn modules(texts: &BTreeMap<String, String>) -> Modules<'_> {
    let parsed =
        texts.iter().filter_map(|(path, text)| Some((path.as_str(), Module::parse(path, text).ok()?)));
    parsed.collect()
}

/// A class of that name, and where it stands.
pub(super) fn class<'m, 't>(
    modules: &'m Modules<'t>,
    name: &str,
) -> Option<(&'t str, &'m Module<'t>, &'m StmtClassDef)> {
    modules.iter().find_map(|(path, module)| {
        module.classes().find(|class| class.name.as_str() == name).map(|class| (*path, module, class))
    })
}

/// Whether a class is a table.
pub(super) fn is_table(class: &StmtClassDef) -> bool {
    let keywords = class.arguments.as_ref().map_or(&[][..], |arguments| &arguments.keywords);
    keywords.iter().any(|keyword| {
        keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "table")
            && matches!(&keyword.value, Expr::BooleanLiteral(literal) if literal.value)
    })
}

/// Annotated attributes of a class, by name.
pub(super) fn attributes(class: &StmtClassDef) -> impl Iterator<Item = (&str, &StmtAnnAssign)> {
    class.body.iter().filter_map(|stmt| match stmt {
        Stmt::AnnAssign(assign) => Some((last_name(&assign.target)?, assign)),
        _ => None,
    })
}

impl Example {
    /// Finds it; `NotApplicable` says what is missing.
    pub(super) fn find(modules: &Modules<'_>) -> Result<Self, ProposeError> {
        let mut best: Option<((bool, bool, bool), Self)> = None;
        let mut reasons = Vec::new();
        for (path, module) in modules {
            for table in module.classes().filter(|class| is_table(class)) {
                match Self::of(modules, path, module, table) {
                    Ok(example) => {
                        let is_account = attributes(table).any(|(name, _)| name.contains("password"));
                        let rank = (!is_account, example.tests.is_some(), example.page.is_some());
                        if best.as_ref().is_none_or(|(known, _)| rank > *known) {
                            best = Some((rank, example));
                        }
                    }
                    Err(why) => reasons.push(format!("{} {why}", table.name)),
                }
            }
        }
        best.map(|(_, example)| example).ok_or_else(|| {
            reasons.truncate(3);
            ProposeError::NotApplicable(match reasons.as_slice() {
                [] => {
                    "no resource to learn from: the recipe needs a class of SQLModel with table=True".into()
                }
                reasons => format!("no resource to learn from: {}", reasons.join("; ")),
            })
        })
    }

    fn of(
        modules: &Modules<'_>,
        path: &str,
        module: &Module<'_>,
        table: &StmtClassDef,
    ) -> Result<Self, String> {
        let model = table.name.to_string();
        let like = Name::of(&snake(&model));
        let part = |ends: &[&str]| -> Option<Part> {
            ends.iter().find_map(|end| {
                let name = format!("{model}{end}");
                let class = module.classes().find(|class| class.name.as_str() == name)?;
                Some(Part { name, comment: comment_above(module, class) })
            })
        };
        let create =
            part(&["Create", "In", "CreateRequest"]).ok_or("has no class for creating it in its file")?;
        let update =
            part(&["Update", "Patch", "UpdateRequest"]).ok_or("has no class for changing it in its file")?;
        let read = part(&["Public", "Read", "Out", "Response"])
            .ok_or("has no class that is answered in its file")?;
        let routes =
            Routes::find(modules, &like, &model).ok_or("has no file of routes that is named after it")?;
        let page = page(module, &routes.answer, &read.name);
        Ok(Self {
            place: Place::new(path, module.line(&table.name)),
            base: part(&["Base"])
                .unwrap_or_else(|| Part { name: format!("{model}Base"), comment: Vec::new() }),
            create,
            update,
            table: Part { name: model.clone(), comment: comment_above(module, table) },
            read,
            page,
            routes,
            tests: tests(modules, &like),
            model_path: path.to_owned(),
            like,
            model,
        })
    }
}

/// Comment lines directly above a class.
fn comment_above(module: &Module<'_>, class: &StmtClassDef) -> Vec<String> {
    let line = module.line(&class.name) as usize;
    let lines: Vec<&str> = module.text.lines().take(line.saturating_sub(1)).collect();
    let mut above: Vec<String> =
        lines.iter().rev().take_while(|line| line.starts_with('#')).map(|line| (*line).to_owned()).collect();
    above.reverse();
    above
}

/// The class that a list is answered in, where it is not a plain list.
fn page(module: &Module<'_>, answer: &str, read: &str) -> Option<Page> {
    let class = module.classes().find(|class| class.name.as_str() == answer)?;
    let mut rows = None;
    let mut count = String::new();
    for (name, assign) in attributes(class) {
        let annotation = module.source(&*assign.annotation);
        if annotation.contains(&format!("[{read}]")) {
            rows = Some(name.to_owned());
        } else if annotation == "int" && matches!(name, "count" | "total") {
            name.clone_into(&mut count);
        }
    }
    Some(Page { name: answer.to_owned(), rows: rows?, count })
}

/// The tests that are named after a resource.
fn tests(modules: &Modules<'_>, like: &Name) -> Option<String> {
    let probe = Name::of("proscenium");
    let own = |path: &&&str| {
        let file = path.rsplit('/').next().unwrap_or_default();
        file.starts_with("test_") && exchanged(file, like, &probe) != file
    };
    let mut all: Vec<&&str> = modules.keys().filter(own).collect();
    // Tests over HTTP stand with routes; those of functions beside them do not.
    all.sort_by_key(|path| !modules.get(**path).is_some_and(|module| module.text.contains("client")));
    all.first().map(|path| (**path).to_owned())
}
