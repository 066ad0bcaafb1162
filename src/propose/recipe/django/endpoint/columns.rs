//! The fields of a Django model, with those of its bases.

use super::super::{
    project::Project,
    survey::{Survey, assigned, bases, elements, keyword},
};
use crate::propose::{
    python::{last_name, string_value},
    recipe::{
        endpoint::column::{Choice, Column},
        fields::Kind,
    },
};
use ruff_python_ast::{Expr, Stmt, StmtClassDef};

/// Fields of a class, those of its bases first; the key that Django adds by itself is last.
pub(super) fn columns(survey: &Survey<'_>, project: &Project, class: &str) -> Vec<Column> {
    let mut all: Vec<Column> = Vec::new();
    collect(survey, project, class, &mut all, 0);
    if !all.iter().any(|column| column.is_key) {
        all.push(plain("id", Kind::Integer, "int", true));
    }
    all
}

fn plain(name: &str, kind: Kind, source_type: &str, is_key: bool) -> Column {
    Column {
        name: name.to_owned(),
        kind,
        source_type: source_type.to_owned(),
        is_key,
        optional: false,
        unique: false,
        indexed: is_key,
        has_default: is_key,
        choices: Vec::new(),
        min: None,
        max: None,
        line: 1,
    }
}

fn collect(survey: &Survey<'_>, project: &Project, class: &str, all: &mut Vec<Column>, depth: usize) {
    let Some(model) = survey.models.get(class).filter(|_| depth < 6) else { return };
    let Some((module, body)) = survey.class(&model.path, class) else { return };
    for base in bases(body).iter().filter_map(last_name) {
        collect(survey, project, base, all, depth + 1);
    }
    for stmt in &body.body {
        let Stmt::Assign(assign) = stmt else { continue };
        let Some(name) = assign.targets.first().and_then(last_name) else { continue };
        if let Some(column) = column(survey, project, body, name, &assign.value) {
            all.retain(|known| known.name != column.name);
            all.push(Column { line: module.line(stmt), ..column });
        }
    }
}

fn column(
    survey: &Survey<'_>,
    project: &Project,
    class: &StmtClassDef,
    name: &str,
    value: &Expr,
) -> Option<Column> {
    let Expr::Call(call) = value else { return None };
    let field = last_name(&call.func)?;
    let is_true =
        |key: &str| matches!(keyword(value, key), Some(Expr::BooleanLiteral(literal)) if literal.value);
    let has = |key: &str| keyword(value, key).is_some();
    let (kind, source_type) = match field {
        "ForeignKey" | "OneToOneField" => {
            let target = call.arguments.args.first().or_else(|| keyword(value, "to"))?;
            let target = string_value(target)
                .and_then(|text| text.rsplit('.').next().map(str::to_owned))
                .or_else(|| last_name(target).map(str::to_owned))?;
            let target = match target.as_str() {
                "AUTH_USER_MODEL" => project.user.clone(),
                "self" => class.name.to_string(),
                _ => target,
            };
            let key = if has_uuid_key(survey, &target, 0) { "UUID" } else { "int" };
            (Kind::BelongsTo(target), key)
        }
        "TextField" => (Kind::Text, "str"),
        "CharField" | "SlugField" | "EmailField" | "URLField" => (Kind::String, "str"),
        "BooleanField" => (Kind::Boolean, "bool"),
        "FloatField" => (Kind::Float, "float"),
        "DecimalField" => (Kind::Decimal, "Decimal"),
        "DateField" => (Kind::Date, "date"),
        "DateTimeField" => (Kind::DateTime, "datetime"),
        "UUIDField" => (Kind::Uuid, "UUID"),
        _ if field.ends_with("IntegerField") || field.ends_with("AutoField") => (Kind::Integer, "int"),
        _ => return None,
    };
    let is_text = matches!(kind, Kind::String | Kind::Text);
    let (mut min, max) = bounds(value);
    if field.starts_with("Positive") {
        min = min.or(Some(0));
    }
    Some(Column {
        is_key: is_true("primary_key"),
        optional: is_true("null"),
        unique: is_true("unique") || field == "OneToOneField",
        indexed: is_true("db_index")
            || is_true("unique")
            || matches!(field, "ForeignKey" | "OneToOneField" | "SlugField"),
        has_default: has("default")
            || is_true("auto_now")
            || is_true("auto_now_add")
            || is_text && is_true("blank"),
        choices: choices(survey, class, value),
        min,
        max,
        ..plain(name, kind, source_type, false)
    })
}

/// Whether the model's key is a UUID.
fn has_uuid_key(survey: &Survey<'_>, class: &str, depth: usize) -> bool {
    let Some(model) = survey.models.get(class).filter(|_| depth < 6) else { return false };
    let Some((_, body)) = survey.class(&model.path, class) else { return false };
    let own = body.body.iter().any(|stmt| match stmt {
        Stmt::Assign(assign) => {
            let is_key = matches!(keyword(&assign.value, "primary_key"), Some(Expr::BooleanLiteral(literal)) if literal.value);
            is_key && matches!(&*assign.value, Expr::Call(call) if last_name(&call.func) == Some("UUIDField"))
        }
        _ => false,
    });
    own || bases(body).iter().filter_map(last_name).any(|base| has_uuid_key(survey, base, depth + 1))
}

/// Bounds that a field states by its length or its validators.
fn bounds(value: &Expr) -> (Option<i64>, Option<i64>) {
    let number = |expr: &Expr| match expr {
        Expr::NumberLiteral(literal) => literal.value.as_int().and_then(|int| int.as_i64()),
        _ => None,
    };
    let validators = keyword(value, "validators").map(elements).unwrap_or_default();
    let stated = |name: &str| {
        validators.iter().find_map(|one| match one {
            Expr::Call(call) if last_name(&call.func).is_some_and(|own| own == name) => {
                call.arguments.args.first().and_then(number)
            }
            _ => None,
        })
    };
    let min = stated("MinValueValidator").or_else(|| stated("MinLengthValidator"));
    let max = keyword(value, "max_length").and_then(number).or_else(|| stated("MaxValueValidator"));
    (min, max)
}

/// The values of `choices=`: of a `TextChoices` class, inside the model or beside it, or of a
/// list of pairs.
fn choices(survey: &Survey<'_>, class: &StmtClassDef, value: &Expr) -> Vec<Choice> {
    let Some(stated) = keyword(value, "choices") else { return Vec::new() };
    let text = |value: String| Choice { source: format!("\"{value}\""), value };
    let pairs = |list: &[Expr]| -> Vec<Choice> {
        list.iter().filter_map(|pair| elements(pair).first().and_then(string_value)).map(text).collect()
    };
    let name = match stated {
        Expr::Attribute(attribute) if attribute.attr.as_str() == "choices" => last_name(&attribute.value),
        Expr::Name(name) => Some(name.id.as_str()),
        other => return pairs(elements(other)),
    };
    let Some(name) = name else { return Vec::new() };
    if let Some(list) = assigned(&class.body, name) {
        return pairs(elements(list));
    }
    let inner = class.body.iter().find_map(|stmt| match stmt {
        Stmt::ClassDef(inner) if inner.name.as_str() == name => Some(inner),
        _ => None,
    });
    let beside =
        || survey.modules.values().find_map(|module| module.classes().find(|one| one.name.as_str() == name));
    let Some(class) = inner.or_else(beside) else { return Vec::new() };
    let values = class.body.iter().filter_map(|stmt| match stmt {
        Stmt::Assign(assign) => {
            string_value(&assign.value).or_else(|| elements(&assign.value).first().and_then(string_value))
        }
        _ => None,
    });
    values.map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_with_bounds_choices_and_those_of_bases() {
        let text = "class Stamped(models.Model):\n    made = models.DateTimeField(auto_now_add=True)\n\n    class Meta:\n        abstract = True\n\n\nclass Post(Stamped):\n    class State(models.TextChoices):\n        OPEN = \"open\", \"Open\"\n        DONE = \"done\", \"Done\"\n\n    slug = models.SlugField(max_length=40, unique=True)\n    stars = models.PositiveIntegerField(validators=[MaxValueValidator(5)])\n    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)\n    writer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)\n    tags = models.ManyToManyField(Tag)\n";
        let texts = [("blog/models.py".to_owned(), text.to_owned())].into();
        let survey = Survey::of(&texts);
        let read = columns(&survey, &Project::read(&survey), "Post");
        let names: Vec<&str> = read.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["made", "slug", "stars", "state", "writer", "id"]);
        assert!(read[0].has_default && read[1].unique && read[5].is_key);
        assert_eq!((read[2].min, read[2].max, read[3].choices.len()), (Some(0), Some(5), 2));
        assert_eq!(read[4].kind, Kind::BelongsTo("User".into()));
    }
}
