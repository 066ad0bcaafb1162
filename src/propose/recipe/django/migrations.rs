//! The migrations of an application: the one to follow, and what its tables inherit.

use super::survey::{Survey, assigned, bases, elements, keyword};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::python::{Module, last_name, string_value},
};
use ruff_python_ast::{Expr, Stmt};
use std::collections::BTreeSet;

/// The newest migration of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) folder: String,
    pub(super) name: String,
    pub(super) place: Place,
}

/// A column that every table like the example's has, as its migration writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Inherited {
    pub(super) name: String,
    pub(super) source: String,
}

/// What the example's `CreateModel` shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Created {
    /// Columns that the model itself does not declare, its key first.
    pub(super) inherited: Vec<Inherited>,
    /// `options=…` that come from a base class, as written; empty where there are none.
    pub(super) options: String,
    /// `import …` lines that its columns need.
    pub(super) imports: Vec<String>,
}

/// The migration that the next one follows; several ends are an error.
pub(super) fn leaf(survey: &Survey<'_>, app_folder: &str, label: &str) -> Result<Option<Leaf>, ProposeError> {
    let folder = format!("{app_folder}/migrations/");
    let mut known: Vec<(&str, &Module<'_>, u32)> = Vec::new();
    let mut followed: BTreeSet<String> = BTreeSet::new();
    for (path, module) in survey.modules.range(folder.as_str()..) {
        let Some(name) = path.strip_prefix(folder.as_str()).and_then(|rest| rest.strip_suffix(".py")) else {
            break;
        };
        let Some(class) = module.classes().find(|class| class.name.as_str() == "Migration") else { continue };
        known.push((name, module, module.line(&class.name)));
        for dependency in assigned(&class.body, "dependencies").map(elements).unwrap_or_default() {
            if let [app, on] = elements(dependency)
                && string_value(app).as_deref() == Some(label)
            {
                followed.extend(string_value(on));
            }
        }
    }
    let ends: Vec<&(&str, &Module<'_>, u32)> =
        known.iter().filter(|(name, _, _)| !followed.contains(*name)).collect();
    match ends.as_slice() {
        [] => Ok(None),
        [(name, _, line)] => Ok(Some(Leaf {
            name: (*name).to_owned(),
            place: Place::new(format!("{folder}{name}.py"), *line),
            folder,
        })),
        several => Err(ProposeError::Input {
            what: format!(
                "{label} has {} migrations that nothing follows: {}",
                several.len(),
                several.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(", ")
            ),
            hint: "run manage.py makemigrations --merge first".into(),
        }),
    }
}

/// The name of the migration after another: `0003_review` after `0002_book_isbn`.
pub(super) fn next_name(leaf: &str, what: &str) -> String {
    let number: u32 = leaf.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
    format!("{:04}_{what}", number + 1)
}

/// Reads how the example's table was made.
pub(super) fn created(survey: &Survey<'_>, app_folder: &str, path: &str, model: &str) -> Option<Created> {
    let (_, class) = survey.class(path, model)?;
    let declared: BTreeSet<&str> = class
        .body
        .iter()
        .filter_map(|stmt| match stmt {
            Stmt::Assign(assign) => assign.targets.first().and_then(last_name),
            Stmt::AnnAssign(assign) => last_name(&assign.target),
            _ => None,
        })
        .collect();
    let has_meta = super::survey::nested(class, "Meta").is_some();
    let folder = format!("{app_folder}/migrations/");
    let mut created: Option<Created> = None;
    for (_, module) in survey.modules.iter().filter(|(path, _)| path.starts_with(&folder)) {
        let Some(migration) = module.classes().find(|class| class.name.as_str() == "Migration") else {
            continue;
        };
        for operation in assigned(&migration.body, "operations").map(elements).unwrap_or_default() {
            let Expr::Call(call) = operation else { continue };
            let of = |key: &str| keyword(operation, key).and_then(string_value);
            match last_name(&call.func) {
                Some("CreateModel") if of("name").as_deref() == Some(model) => {
                    let fields = keyword(operation, "fields").map(elements).unwrap_or_default();
                    let inherited = fields.iter().filter_map(|field| {
                        let [name, value] = elements(field) else { return None };
                        let name = string_value(name)?;
                        (!declared.contains(name.as_str()))
                            .then(|| Inherited { name, source: one_line(module.source(value)) })
                    });
                    let options = keyword(operation, "options").filter(|_| !has_meta);
                    created = Some(Created {
                        inherited: inherited.collect(),
                        options: options.map(|value| one_line(module.source(value))).unwrap_or_default(),
                        imports: super::write::carried(module)
                            .into_iter()
                            .filter(|candidate| !candidate.contains(':'))
                            .collect(),
                    });
                }
                Some("AddField" | "AlterField")
                    if of("model_name").is_some_and(|of| of.eq_ignore_ascii_case(model)) =>
                {
                    let (Some(name), Some(value), Some(known)) =
                        (of("name"), keyword(operation, "field"), created.as_mut())
                    else {
                        continue;
                    };
                    if !declared.contains(name.as_str()) {
                        known.inherited.retain(|column| column.name != name);
                        known.inherited.push(Inherited { name, source: one_line(module.source(value)) });
                    }
                }
                _ => {}
            }
        }
    }
    created
}

/// Source on one line in double quotes, without a comma before a closing bracket.
fn one_line(source: &str) -> String {
    let words: Vec<&str> = source.split_whitespace().collect();
    let mut line = words.join(" ");
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}")] {
        line = line.replace(&format!("{open} "), open).replace(&format!(", {close}"), close);
        line = line.replace(&format!(",{close}"), close).replace(&format!(" {close}"), close);
    }
    if line.contains('"') { line } else { line.replace('\'', "\"") }
}

/// A call with its arguments as a list that may be broken.
pub(super) fn grouped(source: &str) -> String {
    let source = one_line(source);
    let Some((head, inner)) = source.split_once('(') else { return source };
    let Some(inner) = inner.strip_suffix(')').filter(|inner| !inner.is_empty()) else {
        return source.clone();
    };
    let mut depth = 0_i32;
    let mut quote = None;
    let mut parts = vec![String::new()];
    for c in inner.chars() {
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            ('(' | '[' | '{', None) => depth += 1,
            (')' | ']' | '}', None) => depth -= 1,
            (',', None) if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    format!("{head}(⟨{}⟩)", parts.join("¦"))
}

/// A call with one argument more.
pub(super) fn with_argument(source: &str, argument: &str) -> String {
    match one_line(source).strip_suffix(')') {
        Some(head) if head.ends_with('(') => format!("{head}{argument})"),
        Some(head) => format!("{head}, {argument})"),
        None => source.to_owned(),
    }
}

/// The declaration of the example's own key, where it has one that is not Django's.
pub(super) fn own_key<'m>(survey: &'m Survey<'_>, path: &str, model: &str) -> Option<(&'m str, &'m str)> {
    let (module, class) = survey.class(path, model)?;
    class.body.iter().find_map(|stmt| match stmt {
        Stmt::Assign(assign) if keyword(&assign.value, "primary_key").is_some() => {
            let name = assign.targets.first().and_then(last_name)?;
            matches!(&*assign.value, Expr::Call(call) if last_name(&call.func) != Some("OneToOneField"))
                .then(|| (name, module.source(&*assign.value)))
        }
        _ => None,
    })
}

/// What a model of the project derives from, as written.
pub(super) fn bases_of<'m>(survey: &'m Survey<'_>, path: &str, model: &str) -> Vec<&'m str> {
    survey
        .class(path, model)
        .map(|(module, class)| bases(class).iter().map(|base| module.source(base)).collect())
        .unwrap_or_default()
}
