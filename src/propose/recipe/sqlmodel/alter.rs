//! The `migration` recipe for SQLModel: an attribute of the table or of its base, in what
//! travels beside it, and a new revision.

use super::{
    columns::{self, Parent},
    example::{Modules, attributes, class, is_table, modules},
    index,
};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        python::{last_name, range_of},
        recipe::{
            alter::Change,
            django::survey::texts,
            fastapi::{
                alter::{Alter, Stored},
                context::Reference,
                revisions::server_default,
                sends, shapes,
                style::Key,
                tables::Model,
            },
            fields::Field,
            python_text::Habits,
            resource::{Ask, Draft},
        },
    },
};
use ruff_python_ast::StmtClassDef;
use std::collections::{BTreeMap, BTreeSet};

/// Proposes the change.
pub(super) fn draft(change: &Change<'_>) -> Result<Draft, ProposeError> {
    let texts = texts(change.ask)?;
    let modules = modules(&texts);
    let (mut alter, known) = read(change, &modules)?;
    refuse_clashes(&alter, &modules)?;
    index::refuse_unknown(&alter, &known)?;
    let mut files = alter.migrations()?;
    change.ask.go_on()?;
    files.extend(shapes::changed(&mut alter)?);
    files.extend(sends::changed(&mut alter, &known)?);
    Ok(change.draft(files, alter.remarks, str::to_owned))
}

/// What is known before a file is changed, and the columns that are there.
pub(super) fn read<'a>(
    change: &'a Change<'a>,
    modules: &Modules<'_>,
) -> Result<(Alter<'a>, Vec<String>), ProposeError> {
    let ask = change.ask;
    let Some((path, module, table)) = class(modules, &ask.name.pascal).filter(|(_, _, one)| is_table(one))
    else {
        let tables = modules.values().flat_map(|module| module.classes().filter(|class| is_table(class)));
        let known: BTreeSet<&str> = tables.map(|class| class.name.as_str()).collect();
        return Err(match known.is_empty() {
            true => ProposeError::NotApplicable("no table of SQLModel was found to change".into()),
            false => ProposeError::Input {
                what: format!("there is no model {} to change", ask.name.pascal),
                hint: format!("known models: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
            },
        });
    };
    let parents = columns::parents(&ask.fields, modules)?;
    let stored = stored_in(table, modules);
    let is_untyped =
        module.text.lines().any(|line| line.contains("sa_type=") && line.contains("type: ignore"));
    let lines: BTreeMap<String, String> = ask
        .fields
        .iter()
        .map(|field| {
            let parent = parents.iter().find(|parent| parent.field == field.name);
            (field.column(), line(change, field, parent, is_untyped))
        })
        .collect();
    let types = ask.fields.iter().map(|field| {
        let parent = parents.iter().find(|parent| parent.field == field.name);
        let ty = columns::column(field, parent).get_attr("type").map(|ty| ty.to_string());
        (field.column(), ty.unwrap_or_default())
    });
    let types = types.collect();
    let mut known: Vec<String> = Vec::new();
    for name in [stored.as_str(), table.name.as_str()] {
        let own = class(modules, name).map(|(_, _, class)| class);
        for (name, _) in own.into_iter().flat_map(attributes) {
            if !known.iter().any(|one| one == name) {
                known.push(name.to_owned());
            }
        }
    }
    let alter = Alter {
        change,
        model: Model { path: path.to_owned(), name: table.name.to_string(), table: None, key: None },
        table: columns::table_name(table),
        references: parents.iter().map(reference).collect(),
        old: module.text.contains("Optional[") && !module.text.contains("| None"),
        habits: Some(habits(ask, path, module.text)?),
        stored: Some(Stored { class: stored, lines, types }),
        remarks: Vec::new(),
    };
    Ok((alter, known))
}

/// The class that the table's columns stand in: a base of this table alone, or the table.
fn stored_in(table: &StmtClassDef, modules: &Modules<'_>) -> String {
    let bases = |class: &StmtClassDef| -> Vec<String> {
        let all = class.arguments.iter().flat_map(|arguments| &arguments.args);
        all.filter_map(last_name).map(str::to_owned).collect()
    };
    let is_own = |base: &String| {
        let others = modules.values().flat_map(|module| module.classes());
        let shared = others.filter(|class| is_table(class) && bases(class).contains(base)).count() > 1;
        let has_columns = class(modules, base).is_some_and(|(_, _, one)| attributes(one).next().is_some());
        has_columns && !shared && base.contains(table.name.as_str())
    };
    bases(table).into_iter().find(is_own).unwrap_or_else(|| table.name.to_string())
}

/// Annotation and value of a new attribute.
fn line(change: &Change<'_>, field: &Field, parent: Option<&Parent>, is_untyped: bool) -> String {
    let shown = columns::attribute(field, parent, is_untyped);
    let base = shown.get_attr("base").map(|base| base.to_string()).unwrap_or_default();
    let Some(fill) = change.fill(field) else { return base };
    let (py, rest) = base.split_once(" = ").unwrap_or((base.as_str(), ""));
    let stated = rest.strip_prefix("Field(⟨").and_then(|rest| rest.strip_suffix("⟩)")).unwrap_or_default();
    let mut all = vec![format!("default={}", fill.python(py))];
    all.extend(Some(stated.to_owned()).filter(|stated| !stated.is_empty()));
    all.push(format!("sa_column_kwargs={{\"server_default\": {}}}", server_default(fill, "")));
    format!("{py} = Field(⟨{}⟩)", all.join("¦"))
}

fn reference(parent: &Parent) -> Reference {
    Reference {
        name: parent.field.clone(),
        column: parent.column.clone(),
        model: parent.model.clone(),
        py: if parent.is_uuid { "uuid.UUID".into() } else { "int".into() },
        optional: parent.optional,
        table: parent.target.split('.').next().unwrap_or_default().to_owned(),
        key: Some(if parent.is_uuid { Key::Uuid } else { Key::Integer }),
        import: String::new(),
    }
}

/// The formatter's settings, from the folders above a file.
fn habits(ask: &Ask<'_>, path: &str, text: &str) -> Result<Habits, ProposeError> {
    let mut settings = String::new();
    let mut folder = path;
    while let Some((above, _)) = folder.trim_end_matches('/').rsplit_once('/') {
        folder = above;
        for file in ["pyproject.toml", "ruff.toml", ".ruff.toml", "setup.cfg", "tox.ini"] {
            settings.push_str(&ask.workspace.text(&format!("{folder}/{file}"))?.unwrap_or_default());
            settings.push('\n');
        }
    }
    for file in ["pyproject.toml", "ruff.toml", ".ruff.toml", "setup.cfg", "tox.ini"] {
        settings.push_str(&ask.workspace.text(file)?.unwrap_or_default());
        settings.push('\n');
    }
    Ok(Habits::read(&settings, &[text], BTreeSet::new()))
}

/// A name that the classes have already stops the recipe.
fn refuse_clashes(alter: &Alter<'_>, modules: &Modules<'_>) -> Result<(), ProposeError> {
    let own = alter.stored.as_ref().map_or("", |stored| stored.class.as_str());
    for name in [own, alter.model.name.as_str()] {
        let Some((path, module, class)) = class(modules, name) else { continue };
        for field in &alter.change.ask.fields {
            let names = [field.column(), field.name.clone()];
            let same = attributes(class).find(|(name, _)| names.iter().any(|one| one == name));
            let method = crate::propose::python::functions(&class.body)
                .find(|function| names.iter().any(|one| one == function.name.as_str()));
            let at = same.map(|(_, assign)| range_of(assign)).or(method.map(range_of));
            if let Some(at) = at {
                return Err(ProposeError::Clash {
                    what: format!("{}.{}", alter.model.name, field.column()),
                    place: Place::new(path, crate::propose::edits::line_number(module.text, at.start))
                        .to_string(),
                });
            }
        }
    }
    Ok(())
}
