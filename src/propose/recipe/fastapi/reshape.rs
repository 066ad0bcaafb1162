//! Columns of SQLAlchemy that are there and become different: their declaration, the classes
//! that carry them, and a new revision.

use super::{
    alembic::Head,
    alter::{Alter, is_column},
    bodies,
    declared::{self, Stated},
    plan::RECIPE,
    render::{Helpers, render},
    revisions::server_default,
    tables::{self, attribute},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::Edits,
        python::Module,
        recipe::{
            alter::unknown_field,
            fields::{Field, Kind},
            fill::Fill,
            reshape::{Difference, untrue},
            resource::{Draft, Edited},
        },
    },
};
use minijinja::{Value, context};
use std::collections::BTreeSet;

/// One column that becomes different, with its types and its old default as a migration writes
/// them.
pub(crate) struct Reshaped {
    pub(crate) difference: Difference,
    pub(crate) old_type: String,
    pub(crate) new_type: String,
    pub(crate) old_default: String,
}

/// Proposes the change.
pub(super) fn draft(mut alter: Alter<'_>) -> Result<Draft, ProposeError> {
    let change = alter.change;
    let path = alter.model.path.clone();
    let text = change.ask.workspace.require(&path)?;
    let module = Module::parse(&path, &text)?;
    let mut all = Vec::new();
    let mut declared = Vec::new();
    for difference in change.wanted.differences(|after| known(&alter, &module, after))? {
        let stated = stated(&alter, &module, &difference.after)?;
        all.push(Reshaped {
            old_type: declared::sa_type(&difference.before, &stated),
            new_type: declared::sa_type(&difference.after, &stated),
            old_default: stated.old_default(),
            difference,
        });
        declared.push(stated);
    }
    let files = changed_model(&alter, &module, &all, &declared)?.into_iter().collect();
    finished(&mut alter, &all, files)
}

/// The revision and what travels, after the files that are changed already.
pub(crate) fn finished(
    alter: &mut Alter<'_>,
    all: &[Reshaped],
    mut files: Vec<FileChange>,
) -> Result<Draft, ProposeError> {
    let change = alter.change;
    alter.remarks.extend(all.iter().flat_map(|one| one.difference.remarks()));
    files.extend(revision(alter, all)?);
    change.ask.go_on()?;
    let differences: Vec<&Difference> = all.iter().map(|one| &one.difference).collect();
    files.extend(bodies::reshaped(alter, &differences)?);
    say_tests(alter, &differences)?;
    for one in differences.iter().filter(|one| one.new_index() == Some(true)) {
        alter.remarks.push(format!(
            "The migration fails where two rows have the same {}; look for them first.",
            one.after.name
        ));
    }
    Ok(change.draft(files, std::mem::take(&mut alter.remarks), str::to_owned))
}

pub(crate) fn by_hand(name: &str, place: &Place, why: &str) -> ProposeError {
    ProposeError::Input {
        what: format!("{name} at {place} {why}"),
        hint: "change it by hand, and run alembic revision --autogenerate".into(),
    }
}

/// The declaration of a field of the model.
fn stated(alter: &Alter<'_>, module: &Module<'_>, after: &Field) -> Result<Stated, ProposeError> {
    let name = &alter.model.name;
    let class = module.classes().find(|class| class.name.as_str() == name);
    let columns: Vec<_> =
        class.into_iter().flat_map(|class| &class.body).filter(|stmt| is_column(stmt)).collect();
    let names: Vec<String> = columns.iter().filter_map(|stmt| attribute(stmt)).map(str::to_owned).collect();
    let column = after.column();
    let stmt = columns.into_iter().find(|stmt| attribute(stmt) == Some(column.as_str()));
    let stmt = stmt.ok_or_else(|| unknown_field(&after.name, name, &names))?;
    let place = Place::new(alter.model.path.clone(), module.line(stmt));
    Stated::read(module, stmt, place.clone())
        .ok_or_else(|| by_hand(&after.name, &place, "is declared in a way that is not known"))
}

/// A field that is there as the notation has it, with the bounds that bodies are held to.
fn known(alter: &Alter<'_>, module: &Module<'_>, after: &Field) -> Result<(Field, Place), ProposeError> {
    let stated = stated(alter, module, after)?;
    let place = stated.place.clone();
    let tables = tables::models(&alter.change.ask.workspace)?;
    let model_of = |table: &str| {
        let one = tables.iter().find(|one| one.table.as_deref() == Some(table));
        one.map(|one| one.name.clone())
    };
    let field = declared::field_of(&after.name, &stated, &model_of);
    let mut field =
        field.ok_or_else(|| by_hand(&after.name, &place, "is of a type that the notation cannot say"))?;
    if field.unique && !stated.is("index") && !after.unique {
        return Err(by_hand(&after.name, &place, "is unique by a constraint whose name is not stated"));
    }
    let (min, max) = bodies::bounds(alter, &after.column())?;
    field.min = min;
    if field.kind != Kind::String {
        field.max = max;
    }
    Ok((field, place))
}

/// The model with the new declarations.
fn changed_model(
    alter: &Alter<'_>,
    module: &Module<'_>,
    all: &[Reshaped],
    declared: &[Stated],
) -> Result<Option<FileChange>, ProposeError> {
    let mut edits = Edits::default();
    let mut like = None;
    let mut imports: Vec<String> = Vec::new();
    for (Reshaped { difference, .. }, stated) in all.iter().zip(declared) {
        let (line, wanted) = declared::rewritten(stated, difference, alter.old);
        if line == stated.source {
            continue;
        }
        let indent = crate::propose::edits::indent_of(module.text, stated.range.start);
        let written = alter.written(&format!("{indent}{line}"));
        edits.replace(stated.range.clone(), written.trim().to_owned());
        imports.extend(wanted);
        like.get_or_insert(stated.place.clone());
    }
    let layer = Layer::Model;
    let ask = alter.change.ask;
    let path = alter.model.path.as_str();
    let new = alter.imported(path, edits.apply(module.text)?, &imports)?;
    Ok(like.map(|like| {
        let reason = ask.head.reason(layer);
        ask.edited(Edited { path, old: module.text, new, reason, like: Some(like), layer })
    }))
}

/// The revision; none where the table stays as it is.
fn revision(alter: &mut Alter<'_>, all: &[Reshaped]) -> Result<Option<FileChange>, ProposeError> {
    let fields: Vec<Value> = all.iter().map(migrated).collect();
    let is_same = |one: &Value| {
        ["altered", "index_changes"].iter().all(|key| one.get_attr(key).is_ok_and(|it| !it.is_true()))
    };
    if fields.iter().all(is_same) {
        alter.remarks.push(
            "The table stays as it is, so there is no new revision: only bodies are held to other bounds."
                .into(),
        );
        return Ok(None);
    }
    let ask = alter.change.ask;
    let head = Head::find(ask.map, &ask.workspace)?.ok_or_else(|| {
        ProposeError::NotApplicable("no alembic folder was found, so there is no migration to follow".into())
    })?;
    let subject = alter.change.wanted.subject().unwrap_or_default();
    let revision = head.next_id(&format!("{}/{subject}/{:?}", alter.table, alter.change.wanted.fields()));
    let context = context! {
        title => format!("{} of {}", subject.replace('_', " "), alter.table),
        table => alter.table.clone(),
        revision => revision.clone(),
        down_revision => head.id.clone(),
        fields,
        postgres => alter.is_postgres()?,
    };
    let width = alter.habits.as_ref().map_or(88, |habits| habits.width);
    let helpers = Helpers { own_packages: BTreeSet::new(), old_generics: false, not_found: None, width };
    let text = alter.written(&render(RECIPE, &ask.own, "reshape.py.j2", &helpers, &context)?);
    let path = format!("{}{revision}_{subject}_of_{}.py", head.folder, alter.table);
    Ok(Some(ask.made(path, text, head.place.clone(), Layer::Migration)))
}

/// A column as the revision's template sees it.
fn migrated(one: &Reshaped) -> Value {
    let Reshaped { difference, old_type: old, new_type: new, .. } = one;
    let Difference { before, after, fill, .. } = difference;
    let required = difference.is_required_now();
    let fresh = difference.new_index();
    let dropped =
        before.unique && !after.unique || before.index && !before.unique && (!after.index || after.unique);
    context! {
        column => after.column(),
        before => old.clone(),
        after => new.clone(),
        required,
        optional => difference.is_optional_now(),
        sql => fill.as_ref().filter(|_| required).map(Fill::sql),
        server_default => fill.as_ref().map(|fill| server_default(fill, "sa.")),
        old_default => one.old_default.clone(),
        altered => old != new || required || difference.is_optional_now() || fill.is_some(),
        indexed => fresh.is_some() || dropped && after.index,
        unique => after.unique,
        dropped,
        was_unique => before.unique,
        index_changes => fresh.is_some() || dropped,
    }
}

/// Tests that a field is required say what is not so any more.
fn say_tests(alter: &mut Alter<'_>, differences: &[&Difference]) -> Result<(), ProposeError> {
    let ask = alter.change.ask;
    let mut remarks = Vec::new();
    for path in ask.workspace.paths().into_iter().filter(|path| path.ends_with(".py")) {
        let file = path.rsplit('/').next().unwrap_or_default();
        if !file.starts_with("test_") {
            continue;
        }
        let text = ask.workspace.text(path)?.unwrap_or_default();
        if !text.contains(&ask.name.plural) && !text.contains(&ask.name.plural.replace('_', "-")) {
            continue;
        }
        for one in differences {
            let name = one.after.column();
            for (line, what) in untrue(&text, &name, one) {
                remarks.push(format!("{path}:{line} tests that {name} {what}, which is not so any more."));
            }
        }
    }
    alter.remarks.extend(remarks);
    Ok(())
}
