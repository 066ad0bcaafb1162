//! Fields that are there and become different: their declaration, what a migration does, and
//! the services and tests that knew how they were.

use super::{
    super::{fields, write::carried},
    Alter, columns, declared, services, tests,
};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        python::{Module, range_of},
        recipe::{
            alter::Index,
            fields::{Field, Kind},
            reshape::Difference,
            resource::Draft,
        },
    },
};
use minijinja::{Value, context};
use ruff_python_ast::{Expr, Stmt};
use std::ops::Range;

/// Validators that a declaration may come to need.
pub(super) const VALIDATORS: [&str; 3] = declared::BOUNDS;

/// One such field.
pub(super) struct Reshaped {
    pub(super) difference: Difference,
    /// Where its declaration stands.
    pub(super) range: Range<usize>,
    /// The new declaration.
    pub(super) line: String,
    /// The same as a migration has it.
    source: String,
    column: String,
}

/// Proposes the change.
pub(super) fn draft(mut alter: Alter<'_>) -> Result<Draft, ProposeError> {
    let change = alter.change;
    let differences = change.wanted.differences(|after| known(&alter, after))?;
    for difference in differences {
        let remarks = difference.remarks();
        let one = reshaped(&alter, difference)?;
        alter.remarks.extend(remarks);
        alter.reshaped.push(one);
    }
    let mut files = vec![alter.changed_model()?];
    files.extend(alter.migrations()?);
    change.ask.go_on()?;
    files.extend(services::reshaped(&alter)?);
    files.extend(tests::reshaped(&mut alter)?);
    for one in alter.reshaped.iter().filter_map(Reshaped::index).filter(|index| index.unique) {
        alter.remarks.push(format!(
            "The migration fails where two rows have the same {}; look for them first.",
            one.field
        ));
    }
    Ok(change.draft(files, alter.remarks, str::to_owned))
}

/// The statement that declares a field in the model itself.
fn statement<'m>(alter: &'m Alter<'_>, name: &str) -> Option<(&'m Module<'m>, &'m Stmt)> {
    let (module, class) = alter.survey.class(&alter.model.path, &alter.model.class)?;
    let stmt =
        class.body.iter().find(|stmt| columns::is_declared(stmt) && columns::name_of(stmt) == Some(name))?;
    Some((module, stmt))
}

/// A field that is there, and its place.
fn known(alter: &Alter<'_>, after: &Field) -> Result<(Field, Place), ProposeError> {
    let class = &alter.model.class;
    let names: Vec<String> = alter.known.iter().map(|known| known.name.clone()).collect();
    let found = alter.known.iter().find(|known| known.name == after.name);
    let found = found.ok_or_else(|| super::unknown_field(&after.name, class, &names))?;
    let place = &found.place;
    let by_hand = |what: String| ProposeError::Input {
        what,
        hint: "change it by hand, and run manage.py makemigrations".into(),
    };
    let (module, stmt) = statement(alter, &after.name).ok_or_else(|| {
        by_hand(format!("{} at {place} belongs to a base that other models share", after.name))
    })?;
    let Stmt::Assign(assign) = stmt else {
        return Err(by_hand(format!("{} at {place} is declared in a way that is not known", after.name)));
    };
    let field = declared::field_of(&after.name, &assign.value, module, &alter.user);
    let mut field = field.ok_or_else(|| {
        by_hand(format!("{} at {place} is of a type that the notation cannot say", after.name))
    })?;
    let is_kept = after.index || after.unique || matches!(field.kind, Kind::BelongsTo(_));
    if found.listed.is_some() && !is_kept {
        return Err(by_hand(format!(
            "the index of {} at {place} is named among the model's options",
            after.name
        )));
    }
    field.unique |= found.listed == Some(true);
    field.index |= found.listed == Some(false) && !matches!(field.kind, Kind::BelongsTo(_));
    if field.kind == Kind::Text || field.kind == Kind::String {
        // What the notation has no word for is no difference.
        field.min = field.min.or(after.min.filter(|min| *min <= 1));
    }
    Ok((field, place.clone()))
}

fn reshaped(alter: &Alter<'_>, difference: Difference) -> Result<Reshaped, ProposeError> {
    let name = difference.after.name.clone();
    let (module, stmt) = statement(alter, &name).ok_or_else(|| alter.gone())?;
    let Stmt::Assign(assign) = stmt else { return Err(alter.gone()) };
    let Expr::Call(call) = &*assign.value else { return Err(alter.gone()) };
    let arguments = changed(alter, &difference, declared::arguments(call, module), &assign.value, module);
    let function = module.source(&*call.func);
    let function = match difference.after.kind {
        Kind::Text => function.replace("CharField", "TextField"),
        _ => function.to_owned(),
    };
    let text = |all: &[(String, String)]| {
        let all = all
            .iter()
            .map(|(name, value)| if name.is_empty() { value.clone() } else { format!("{name}={value}") });
        all.collect::<Vec<_>>().join("¦")
    };
    let line = format!("{name} = {function}(⟨{}⟩)", text(&arguments));
    let kind = function.rsplit('.').next().unwrap_or_default();
    let source = format!("models.{kind}(⟨{}⟩)", text(&in_migration(alter, &difference, arguments)?));
    let column = alter.known.iter().find(|known| known.name == name).map(|known| known.column.clone());
    Ok(Reshaped { range: range_of(stmt), line, source, column: column.unwrap_or(name), difference })
}

/// The arguments of the new declaration: those that are there, in their order, and new ones.
fn changed(
    alter: &Alter<'_>,
    difference: &Difference,
    known: Vec<(String, &str)>,
    value: &Expr,
    module: &Module<'_>,
) -> Vec<(String, String)> {
    let Difference { before, after, fill, .. } = difference;
    let column = fields::column(after, None);
    let mut all: Vec<(String, String)> = Vec::new();
    let is_empty = |text: &str| matches!(text, "\"\"" | "''");
    let optional = before.optional != after.optional;
    let bounds = (before.min, before.max, &before.kind) != (after.min, after.max, &after.kind);
    for (name, text) in known {
        let is_out = match name.as_str() {
            "null" | "blank" => optional,
            "default" | "db_default" => fill.is_some() || optional && !after.optional && is_empty(text),
            "unique" => !after.unique,
            "db_index" => before.index && !after.index,
            "validators" => bounds,
            "max_length" => after.kind == Kind::Text && after.max.is_none(),
            _ => false,
        };
        if name == "max_length" && !is_out {
            all.push((name, after.max.unwrap_or(255).to_string()));
        } else if !is_out {
            all.push((name, text.to_owned()));
        }
    }
    let mut add = |name: &str, value: String| {
        if !all.iter().any(|(known, _)| known == name) {
            all.push((name.to_owned(), value));
        }
    };
    if optional && after.optional {
        add("blank", "True".into());
        if fields::is_blank(after) {
            add("default", "\"\"".into());
            if alter.has_db_default {
                add("db_default", "\"\"".into());
            }
        } else {
            add("null", "True".into());
        }
    }
    if let Some(fill) = fill {
        let value = fill.python(&fields::python_type(after, None));
        add("default", value.clone());
        if alter.has_db_default {
            add("db_default", value);
        }
    }
    if bounds {
        let mut validators: Vec<String> =
            declared::other_validators(value, module).into_iter().map(str::to_owned).collect();
        validators.extend(column.bounds().map(str::to_owned));
        if !validators.is_empty() {
            add("validators", format!("[⟨{}⟩]", validators.join("¦")));
        }
    }
    all
}

/// The arguments as a migration has them.
fn in_migration(
    alter: &Alter<'_>,
    difference: &Difference,
    mut arguments: Vec<(String, String)>,
) -> Result<Vec<(String, String)>, ProposeError> {
    let Kind::BelongsTo(class) = &difference.after.kind else { return Ok(arguments) };
    let model = alter.survey.models.get(class);
    let to = match model {
        _ if *class == alter.user => "settings.AUTH_USER_MODEL".to_owned(),
        Some(model) => format!("\"{}.{}\"", alter.survey.app_of(&model.path).1, class.to_lowercase()),
        None if class == "self" => format!("\"{}.{}\"", alter.app_label, alter.model.class.to_lowercase()),
        None => return Err(alter.gone()),
    };
    arguments.retain(|(name, _)| !name.is_empty() && name != "to");
    arguments.push(("to".into(), to));
    Ok(arguments)
}

impl Reshaped {
    pub(super) fn name(&self) -> &str {
        &self.difference.after.name
    }

    /// The index that it gets.
    pub(super) fn index(&self) -> Option<Index> {
        let unique = self.difference.new_index()?;
        Some(Index { field: self.name().to_owned(), unique })
    }

    /// Whether empty rows hold an empty text rather than nothing.
    fn is_blank(&self) -> bool {
        fields::is_blank(&self.difference.before)
    }

    /// Whether the database has to look at every row, which on PostgreSQL is done without a lock.
    pub(super) fn is_checked(&self, alter: &Alter<'_>) -> bool {
        alter.is_postgres && self.difference.is_required_now() && !self.is_blank()
    }

    /// As the migration's template sees it.
    pub(super) fn value(&self, alter: &Alter<'_>) -> Value {
        let Difference { after, fill, .. } = &self.difference;
        let ty = fields::python_type(after, None);
        let fill = fill.as_ref().filter(|_| self.difference.is_required_now()).map(|fill| fill.python(&ty));
        context! {
            name => self.name(),
            column => self.column.clone(),
            source => self.source.clone(),
            fill,
            blank => self.is_blank(),
            checked => self.is_checked(alter),
        }
    }
}

impl Alter<'_> {
    /// Names that the model's file knows, for a declaration that is repeated elsewhere.
    pub(super) fn names_of_the_model(&self) -> Vec<String> {
        let Some((module, _)) = self.survey.class(&self.model.path, &self.model.class) else {
            return Vec::new();
        };
        let own = self.model.path.trim_end_matches(".py").trim_end_matches("/__init__").replace('/', ".");
        let mut all: Vec<String> = carried(module).into_iter().filter(|one| !one.starts_with('.')).collect();
        all.extend(module.functions().map(|function| format!("{own}:{}", function.name)));
        all
    }
}
