//! What Python's templates may call: sorted imports, generics and error arguments in the
//! repository's form.

use super::{
    super::render::{self as general, Own},
    style::NotFound,
};
use crate::{ports::ProposeError, propose::python::sort_key};
use minijinja::{
    Environment, Value,
    value::{Rest, ValueKind},
};
use std::collections::{BTreeMap, BTreeSet};

/// What the functions of the templates need to know.
#[derive(Debug, Clone)]
pub(crate) struct Helpers {
    /// Top-level packages of the repository itself.
    pub(crate) own_packages: BTreeSet<String>,
    pub(crate) old_generics: bool,
    pub(crate) not_found: Option<NotFound>,
    /// Columns of a line.
    pub(crate) width: usize,
}

/// Renders one template.
pub(in crate::propose::recipe) fn render(
    recipe: &str,
    own: &Own,
    template: &str,
    helpers: &Helpers,
    context: &Value,
) -> Result<String, ProposeError> {
    let text =
        general::render_own(recipe, own, template, context, |environment| add(environment, helpers, &[]))?;
    // Which names of `typing` a file needs shows only in its text.
    let used: Vec<&'static str> =
        ["List", "Optional", "Union"].into_iter().filter(|name| text.contains(&format!("{name}["))).collect();
    if used.is_empty() || !helpers.old_generics {
        return Ok(text);
    }
    general::render_own(recipe, own, template, context, |environment| add(environment, helpers, &used))
}

fn add(environment: &mut Environment<'_>, helpers: &Helpers, typing: &[&'static str]) {
    let own = helpers.own_packages.clone();
    let old = helpers.old_generics;
    let (typing, width) = (typing.to_vec(), helpers.width);
    environment.add_function("imports", move |wanted: Rest<Value>| imports(&wanted, &own, &typing, width));
    environment.add_function("optional", move |of: &str| optional(of, old));
    environment.add_function("either", move |one: &str, other: &str| {
        if old { format!("Union[{one}, {other}]") } else { format!("{one} | {other}") }
    });
    environment.add_function(
        "list_of",
        move |of: &str| if old { format!("List[{of}]") } else { format!("list[{of}]") },
    );
    let arguments = helpers.not_found.as_ref().map_or(1, |error| error.arguments);
    environment.add_function("not_found_args", move |model: &str, word: &str, id: &str| match arguments {
        0 => String::new(),
        1 => format!("f\"{} {{{id}}}\"", word.replace('_', " ")),
        _ => format!("\"{model}\", {id}"),
    });
}

/// Packages of the standard library that templates import.
fn is_standard(root: &str) -> bool {
    matches!(
        root,
        "asyncio"
            | "collections"
            | "datetime"
            | "decimal"
            | "functools"
            | "hashlib"
            | "inspect"
            | "logging"
            | "os"
            | "re"
            | "secrets"
            | "time"
            | "typing"
            | "unittest"
            | "uuid"
    )
}

/// `X | None`, or `Optional[X]` where the repository writes that.
pub(crate) fn optional(of: &str, old: bool) -> String {
    if old { format!("Optional[{of}]") } else { format!("{of} | None") }
}

/// Names of one import, each after the key that it is sorted by.
type SortedNames = BTreeSet<((u8, String), String)>;

/// Import lines for `module:name` and `module` items, in sorted groups: the standard library,
/// others, the project's own, relative ones.
pub(in crate::propose::recipe) fn imports(
    wanted: &[Value],
    own: &BTreeSet<String>,
    typing: &[&str],
    width: usize,
) -> String {
    let mut plain: BTreeSet<String> = BTreeSet::new();
    let mut from: BTreeMap<String, SortedNames> = BTreeMap::new();
    let mut pending: Vec<Value> = wanted.iter().rev().cloned().collect();
    while let Some(value) = pending.pop() {
        if value.kind() == ValueKind::Seq {
            pending.extend(value.try_iter().into_iter().flatten());
            continue;
        }
        let Some(text) = value.as_str().filter(|text| !text.is_empty()) else { continue };
        match text.split_once(':') {
            Some((module, name)) => {
                from.entry(module.to_owned()).or_default().insert((sort_key(name), name.to_owned()));
            }
            None => {
                plain.insert(text.to_owned());
            }
        }
    }
    for name in typing {
        from.entry("typing".into()).or_default().insert((sort_key(name), (*name).to_owned()));
    }
    let group = |module: &str| {
        let root = module.split(['.', ' ']).next().unwrap_or_default();
        if module.starts_with('.') {
            3
        } else if is_standard(root) {
            0
        } else if own.contains(root) {
            2
        } else {
            1
        }
    };
    let mut groups: [Vec<String>; 4] = Default::default();
    for module in &plain {
        if let Some(lines) = groups.get_mut(group(module)) {
            lines.push(format!("import {module}"));
        }
    }
    for (module, names) in &from {
        let names: Vec<&str> = names.iter().map(|(_, name)| name.as_str()).collect();
        let line = format!("from {module} import {}", names.join(", "));
        let line = if line.len() > width {
            format!("from {module} import (\n    {},\n)", names.join(",\n    "))
        } else {
            line
        };
        if let Some(lines) = groups.get_mut(group(module)) {
            lines.push(line);
        }
    }
    let parts: Vec<String> =
        groups.iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n")).collect();
    parts.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_stand_in_three_sorted_groups_and_once() {
        let wanted = [
            Value::from("sqlalchemy:select"),
            Value::from(vec!["app.models.user:User", "uuid", "sqlalchemy:String"]),
            Value::from("sqlalchemy:select"),
            Value::from(""),
        ];
        let own = BTreeSet::from(["app".to_owned()]);
        assert_eq!(
            imports(&wanted, &own, &[], 88),
            "import uuid\n\nfrom sqlalchemy import String, select\n\nfrom app.models.user import User"
        );
    }

    #[test]
    fn an_undefined_name_is_an_error_and_not_an_empty_text() {
        let helpers =
            Helpers { own_packages: BTreeSet::new(), old_generics: false, not_found: None, width: 88 };
        let context = Value::from(BTreeMap::from([("model", "Review")]));
        let result = render("fastapi-sqlalchemy", &Own::new(), "model.py.j2", &helpers, &context);
        assert!(matches!(result, Err(ProposeError::Io { .. })), "{result:?}");
    }
}
