//! The models that fields of a resource refer to, and rows of them for tests.

use super::{
    super::fields::{Field, Kind},
    project::Project,
    survey::{Survey, assigned, bases, keyword},
};
use crate::{
    ports::ProposeError,
    propose::{
        python::{last_name, string_value},
        recipe::names::{Name, plural},
    },
};
use ruff_python_ast::{Expr, Stmt};
use std::collections::BTreeSet;

/// A model that a field refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parent {
    /// The field: `author`.
    pub(super) field: String,
    pub(super) class: String,
    /// File of the model; empty for Django's own user.
    pub(super) path: String,
    /// Label of its application.
    pub(super) app: String,
    pub(super) is_user: bool,
    pub(super) on_delete: String,
    pub(super) related: String,
    /// Python that makes a row; `None` where a row cannot be made here.
    pub(super) row: Option<String>,
    /// Models that the row's source names.
    pub(super) row_models: BTreeSet<String>,
}

/// The parents of all fields; an unknown model is an input error that lists the known.
pub(super) fn parents(
    fields: &[Field],
    name: &Name,
    like: &str,
    survey: &Survey<'_>,
    project: &Project,
) -> Result<Vec<Parent>, ProposeError> {
    let on_delete = on_delete(survey, like);
    let mut found: Vec<Parent> = Vec::new();
    for field in fields {
        let Kind::BelongsTo(class) = &field.kind else { continue };
        let is_user = *class == project.user;
        let model = survey.models.get(class).filter(|model| !model.is_abstract);
        if model.is_none() && !is_user {
            let known: Vec<&str> = survey
                .models
                .values()
                .filter(|model| !model.is_abstract)
                .map(|model| model.class.as_str())
                .collect();
            return Err(ProposeError::Input {
                what: format!("there is no model {class} for {} to belong to", field.name),
                hint: format!("known models: {}", known.join(", ")),
            });
        }
        // Two references to one model cannot share the name of their way back.
        let is_second =
            fields.iter().take_while(|other| other.name != field.name).any(|other| other.kind == field.kind);
        let mut row_models = BTreeSet::new();
        let row = if is_user { None } else { row(survey, project, class, &mut row_models, 0) };
        found.push(Parent {
            field: field.name.clone(),
            class: class.clone(),
            path: model.map(|model| model.path.clone()).unwrap_or_default(),
            app: model.map_or_else(|| "auth".to_owned(), |model| survey.app_of(&model.path).1),
            is_user,
            on_delete: on_delete.clone(),
            related: if is_second {
                format!("{}_{}", plural(&field.name), name.plural)
            } else {
                name.plural.clone()
            },
            row,
            row_models,
        });
    }
    Ok(found)
}

/// What the example does with rows whose parent goes.
fn on_delete(survey: &Survey<'_>, like: &str) -> String {
    let own = survey.models.get(like).and_then(|model| survey.class(&model.path, like));
    let stated = own.and_then(|(_, class)| {
        class.body.iter().find_map(|stmt| match stmt {
            Stmt::Assign(assign) => keyword(&assign.value, "on_delete").and_then(last_name),
            _ => None,
        })
    });
    stated
        .filter(|stated| matches!(*stated, "CASCADE" | "PROTECT" | "RESTRICT"))
        .unwrap_or("CASCADE")
        .to_owned()
}

/// Python that makes a row of a model with what it requires; tests' own user is `USER`.
pub(super) fn row(
    survey: &Survey<'_>,
    project: &Project,
    class: &str,
    models: &mut BTreeSet<String>,
    depth: usize,
) -> Option<String> {
    let arguments = row_arguments(survey, project, class, models, depth)?;
    models.insert(class.to_owned());
    let arguments: Vec<String> =
        arguments.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    Some(format!("{class}.objects.create(⟨{}⟩)", arguments.join("¦")))
}

/// What a row of a model requires: attributes and their Python, as in [`row`].
pub(super) fn row_arguments(
    survey: &Survey<'_>,
    project: &Project,
    class: &str,
    models: &mut BTreeSet<String>,
    depth: usize,
) -> Option<Vec<(String, String)>> {
    if depth > 3 {
        return None;
    }
    let mut arguments: Vec<(String, String)> = Vec::new();
    let mut next = Some(class.to_owned());
    while let Some(current) = next.take() {
        let model = survey.models.get(&current)?;
        let (_, body) = survey.class(&model.path, &current)?;
        for stmt in &body.body {
            let Stmt::Assign(assign) = stmt else { continue };
            let (Some(name), Expr::Call(call)) = (assign.targets.first().and_then(last_name), &*assign.value)
            else {
                continue;
            };
            let kind = last_name(&call.func).unwrap_or_default();
            let is_field = kind.ends_with("Field") || matches!(kind, "ForeignKey" | "OneToOneField");
            let has = |key: &str| keyword(&assign.value, key).is_some();
            let is_free =
                ["null", "default", "auto_now", "auto_now_add", "primary_key"].iter().any(|key| has(key))
                    || (has("blank") && matches!(kind, "CharField" | "TextField" | "SlugField"))
                    || matches!(kind, "AutoField" | "BigAutoField" | "ManyToManyField");
            if !is_field || is_free {
                continue;
            }
            let value = match kind {
                "ForeignKey" | "OneToOneField" => {
                    let target = call.arguments.args.first().or_else(|| keyword(&assign.value, "to"))?;
                    let target = string_value(target)
                        .and_then(|text| text.rsplit('.').next().map(str::to_owned))
                        .or_else(|| last_name(target).map(str::to_owned))?;
                    if target == "AUTH_USER_MODEL" || target == project.user {
                        "USER".to_owned()
                    } else {
                        row(survey, project, &target, models, depth + 1)?
                    }
                }
                "CharField" | "TextField" | "SlugField" if has("choices") => return None,
                "CharField" | "TextField" | "SlugField" => "\"sample\"".into(),
                "EmailField" => "\"sample@example.org\"".into(),
                "URLField" => "\"https://example.org\"".into(),
                "IntegerField"
                | "PositiveIntegerField"
                | "SmallIntegerField"
                | "BigIntegerField"
                | "PositiveSmallIntegerField" => "1".into(),
                "FloatField" => "1.0".into(),
                "DecimalField" => "\"1.00\"".into(),
                "BooleanField" => "False".into(),
                "DateField" => "\"2026-01-31\"".into(),
                "DateTimeField" => "\"2026-01-31T12:00:00Z\"".into(),
                "UUIDField" => "\"11111111-1111-4111-8111-111111111111\"".into(),
                _ => return None,
            };
            arguments.push((name.to_owned(), value));
        }
        let base = bases(body).iter().filter_map(last_name).find(|base| survey.models.contains_key(*base));
        next = base.map(str::to_owned);
    }
    Some(arguments)
}

/// The lower-case name by which a migration knows a model.
pub(super) fn migration_name(parent: &Parent) -> String {
    if parent.is_user {
        return "settings.AUTH_USER_MODEL".into();
    }
    format!("\"{}.{}\"", parent.app, parent.class.to_lowercase())
}

/// `True` where a `Meta` of the class gives its table a name.
pub(super) fn table_of(survey: &Survey<'_>, path: &str, class: &str) -> Option<String> {
    let (_, class) = survey.class(path, class)?;
    super::survey::nested(class, "Meta").and_then(|meta| assigned(meta, "db_table")).and_then(string_value)
}
