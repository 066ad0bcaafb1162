//! The columns that a model has already, and what the project says of its database.

use super::super::survey::{ModelRef, Survey, assigned, bases, elements, keyword, nested};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        python::{last_name, string_value},
        recipe::resource::Ask,
    },
};
use ruff_python_ast::{Expr, Stmt};

/// A column that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    /// The attribute: `author`, not `author_id`.
    pub(super) name: String,
    /// As in the table.
    pub(super) column: String,
    pub(super) place: Place,
    pub(super) is_indexed: bool,
    /// Whether an option of the model indexes it, and so that no two rows are the same.
    pub(super) listed: Option<bool>,
    /// Whether a row cannot be made without a value for it.
    pub(super) is_required: bool,
}

/// Whether a statement declares a column.
pub(super) fn is_declared(stmt: &Stmt) -> bool {
    let Stmt::Assign(assign) = stmt else { return false };
    let Expr::Call(call) = &*assign.value else { return false };
    let kind = last_name(&call.func).unwrap_or_default();
    kind.ends_with("Field") || kind == "ForeignKey"
}

/// The name that a statement declares.
pub(super) fn name_of(stmt: &Stmt) -> Option<&str> {
    match stmt {
        Stmt::Assign(assign) => assign.targets.first().and_then(last_name),
        _ => None,
    }
}

/// Columns of a model and of the classes of the project that it derives from.
pub(super) fn known_columns(survey: &Survey<'_>, model: &ModelRef) -> Vec<Known> {
    let mut known: Vec<Known> = Vec::new();
    let mut pending = vec![model.class.clone()];
    let mut seen = 0;
    while let Some(name) = pending.pop() {
        let Some(of) = survey.models.get(&name) else { continue };
        let Some((module, class)) = survey.class(&of.path, &name) else { continue };
        let listed = listed(&class.body);
        for stmt in class.body.iter().filter(|stmt| is_declared(stmt)) {
            let (Stmt::Assign(assign), Some(name)) = (stmt, name_of(stmt)) else { continue };
            let value = &assign.value;
            let kind = match &**value {
                Expr::Call(call) => last_name(&call.func).unwrap_or_default(),
                _ => "",
            };
            let is = |key: &str| matches!(keyword(value, key), Some(Expr::BooleanLiteral(literal)) if literal.value);
            let has = |key: &str| keyword(value, key).is_some();
            let is_reference = matches!(kind, "ForeignKey" | "OneToOneField");
            let unindexed =
                matches!(keyword(value, "db_index"), Some(Expr::BooleanLiteral(literal)) if !literal.value);
            let is_free =
                ["null", "blank", "default", "db_default", "auto_now", "auto_now_add", "primary_key"];
            let is_key = matches!(kind, "AutoField" | "BigAutoField" | "ManyToManyField");
            let column = keyword(value, "db_column").and_then(string_value);
            known.push(Known {
                name: name.to_owned(),
                column: column
                    .unwrap_or_else(|| if is_reference { format!("{name}_id") } else { name.to_owned() }),
                place: Place::new(of.path.clone(), module.line(stmt)),
                is_indexed: ["unique", "db_index", "primary_key"].into_iter().any(is)
                    || is_reference && !unindexed
                    || kind == "SlugField"
                    || listed.iter().any(|(one, _)| one == name),
                listed: listed.iter().filter(|(one, _)| one == name).map(|(_, unique)| *unique).max(),
                is_required: !is_key && !is_free.into_iter().any(has),
            });
        }
        seen += 1;
        if seen < 16 {
            pending.extend(bases(class).iter().filter_map(last_name).map(str::to_owned));
        }
    }
    known
}

/// Fields that an option of the model indexes by themselves.
fn listed(body: &[Stmt]) -> Vec<(String, bool)> {
    let meta = body.iter().find_map(|stmt| match stmt {
        Stmt::ClassDef(inner) if inner.name.as_str() == "Meta" => Some(inner.body.as_slice()),
        _ => None,
    });
    let Some(meta) = meta else { return Vec::new() };
    let lists = [("indexes", false), ("constraints", true)];
    let lists = lists.into_iter().filter_map(|(name, unique)| Some((assigned(meta, name)?, unique)));
    let mut all = Vec::new();
    for (entry, unique) in
        lists.flat_map(|(list, unique)| elements(list).iter().map(move |one| (one, unique)))
    {
        let is_plain = keyword(entry, "condition").is_none();
        if let Some([one]) = keyword(entry, "fields").map(elements).filter(|_| is_plain) {
            all.extend(string_value(one).map(|name| (name.trim_start_matches('-').to_owned(), unique)));
        }
    }
    all
}

/// The name of a model's table.
pub(super) fn table_of(survey: &Survey<'_>, model: &ModelRef, label: &str) -> String {
    let stated = survey
        .class(&model.path, &model.class)
        .and_then(|(_, class)| nested(class, "Meta"))
        .and_then(|meta| assigned(meta, "db_table"))
        .and_then(string_value);
    stated.unwrap_or_else(|| format!("{label}_{}", model.class.to_lowercase()))
}

/// Whether the database is PostgreSQL, as the settings say.
pub(super) fn is_postgres(ask: &Ask<'_>, survey: &Survey<'_>) -> bool {
    const WORDS: [&str; 5] = [
        "django.db.backends.postgresql",
        "django.contrib.gis.db.backends.postgis",
        "postgres://",
        "postgresql://",
        "django.contrib.postgres",
    ];
    let settings =
        survey.modules.iter().filter(|(path, _)| path.contains("settings") || path.contains("config"));
    let mut is_sqlite = false;
    for (_, module) in settings {
        if WORDS.iter().any(|word| module.text.contains(word)) {
            return true;
        }
        is_sqlite |= module.text.contains("django.db.backends.sqlite3");
    }
    let services = &ask.map.backing_services;
    !is_sqlite && services.iter().any(|service| service.name.to_lowercase().contains("postgres"))
}

/// The major version of Django that the manifest asks for.
pub(super) fn version(ask: &Ask<'_>, import_root: &str) -> Result<Option<u32>, ProposeError> {
    const FILES: [&str; 6] = [
        "pyproject.toml",
        "requirements.txt",
        "requirements/base.txt",
        "requirements.in",
        "Pipfile",
        "setup.cfg",
    ];
    for folder in [import_root, ""] {
        for file in FILES {
            let Some(text) = ask.workspace.text(&format!("{folder}{file}"))? else { continue };
            if let Some(found) = major_in(&text) {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

/// `5` of `"Django>=5.2,<6"`, `django = "^5.1"` or `django==5.0.1`.
fn major_in(text: &str) -> Option<u32> {
    text.split([',', '\n', '[']).find_map(|part| {
        let part = part.trim().trim_start_matches(['"', '\'']).to_lowercase();
        let rest = part.strip_prefix("django")?.trim_start();
        let is_bound = rest.starts_with(['=', '>', '~', '^']);
        let digits: String =
            rest.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        digits.parse().ok().filter(|_| is_bound)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_django_and_of_none_of_its_friends() {
        for (text, expected) in [
            ("dependencies = [\"django>=5.2,<6\", \"x\"]", Some(5)),
            ("djangorestframework==3.15\nDjango==4.2.1\n", Some(4)),
            ("[tool.poetry.dependencies]\ndjango = \"^5.1\"\n", Some(5)),
            ("django-filter>=24", None),
            ("django\n", None),
        ] {
            assert_eq!(major_in(text), expected, "{text}");
        }
    }
}
