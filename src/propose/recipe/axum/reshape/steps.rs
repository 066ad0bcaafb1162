//! The new migrations: the change itself, and on PostgreSQL two steps more for what becomes
//! required.
//!
//! SQLx runs a migration in one transaction, which keeps its locks to the end. So rows are
//! filled before the table is touched, and looked at in a migration that locks nobody out; an
//! index has a migration of its own, outside of a transaction.

use super::{
    super::{
        alter::{Alter, knows_no_transaction},
        plan::{RECIPE, set_up},
        tables::{self, Next},
    },
    Shape, history,
};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{fields::Kind, fill::Fill},
};
use minijinja::{Value, context};

/// An index that comes or goes.
struct Moved {
    name: String,
    column: String,
    unique: bool,
    is_new: bool,
    is_constraint: bool,
}

impl Moved {
    fn value(&self) -> Value {
        context! {
            name => self.name.clone(),
            column => self.column.clone(),
            unique => self.unique,
            is_new => self.is_new,
            is_constraint => self.is_constraint,
        }
    }
}

/// Whether the project's migrations have no way down.
pub(super) fn has_no_way_down(alter: &Alter<'_>) -> bool {
    tables::next(&alter.migrations, "change", alter.dialect).is_some_and(|next| next.down.is_none())
}

/// The indexes of a column that the notation says no more.
pub(super) fn dropped(shape: &Shape) -> Vec<&history::Index> {
    let after = &shape.one.after;
    let is_reference = matches!(after.kind, Kind::BelongsTo(_));
    let keeps = |index: &&history::Index| index.unique == after.unique && (after.unique || after.index);
    let all = shape.column.indexes.iter();
    all.filter(|index| !is_reference && !keeps(index)).collect()
}

/// Indexes that come and go; one that goes does so when the new one is there.
fn moved(shape: &Shape, table: &str) -> Vec<Moved> {
    let column = shape.one.after.column();
    let gone = dropped(shape);
    let mut all = Vec::new();
    if let Some(unique) = shape.one.new_index() {
        let plain = format!("{table}_{column}");
        let is_taken = shape.column.indexes.iter().any(|index| index.name == plain);
        let name = match (is_taken, unique) {
            (false, _) => plain,
            (true, true) => format!("{plain}_unique"),
            (true, false) => format!("{plain}_index"),
        };
        all.push(Moved { name, column: column.clone(), unique, is_new: true, is_constraint: false });
    } else if let (true, true) = (shape.one.after.index, gone.iter().any(|index| index.unique)) {
        // A plain index in place of a unique one.
        let name = format!("{table}_{column}_index");
        all.push(Moved { name, column: column.clone(), unique: false, is_new: true, is_constraint: false });
    }
    all.extend(gone.into_iter().map(|index| Moved {
        name: index.name.clone(),
        column: column.clone(),
        unique: index.unique,
        is_new: false,
        is_constraint: index.is_constraint,
    }));
    all
}

/// The migrations; none where the table stays as it is.
pub(super) fn migrations(alter: &mut Alter<'_>, all: &[Shape]) -> Result<Vec<FileChange>, ProposeError> {
    let table = alter.table.clone();
    let fields: Vec<Value> = all.iter().filter(|shape| shape.is_altered()).map(field).collect();
    let indexes: Vec<Moved> = all.iter().flat_map(|shape| moved(shape, &table)).collect();
    if fields.is_empty() && indexes.is_empty() {
        return Ok(Vec::new());
    }
    let postgres = alter.dialect == "postgres";
    let concurrently = postgres && knows_no_transaction(&alter.manifest()?.1);
    if postgres && !concurrently && indexes.iter().any(|index| index.is_new) {
        alter.remarks.push(format!(
            "The index locks {table} for writing while it is built; from SQLx 0.8 a migration can do without a \
             transaction and build it CONCURRENTLY."
        ));
    }
    let subject = alter.change.wanted.subject().unwrap_or_default();
    let (alone, beside): (Vec<&Moved>, Vec<&Moved>) =
        indexes.iter().partition(|index| concurrently && !index.is_constraint);
    let values = |some: &[&Moved]| some.iter().map(|index| index.value()).collect::<Vec<_>>();
    let requires = all.iter().any(|shape| shape.one.is_required_now());
    let mut steps: Vec<(String, &str, Vec<Value>)> = Vec::new();
    // What takes the place of a constraint is there before that goes.
    let index_step = |index: &&&Moved| {
        let what = if index.is_new { "index" } else { "drop_index" };
        (format!("{what}_{}_of_{table}", index.column), "index", values(&[**index]))
    };
    steps.extend(alone.iter().filter(|index| index.is_new).map(|index| index_step(&index)));
    if !fields.is_empty() || !beside.is_empty() {
        steps.push((format!("{subject}_of_{table}"), "change", values(&beside)));
    }
    if requires {
        steps.push((format!("check_{subject}_of_{table}"), "check", Vec::new()));
        steps.push((format!("finish_{subject}_of_{table}"), "finish", Vec::new()));
    }
    steps.extend(alone.iter().filter(|index| !index.is_new).map(|index| index_step(&index)));
    let mut files = Vec::new();
    let mut next: Option<Next> = None;
    for (what, step, indexes) in steps {
        let made = match &next {
            Some(known) => Some(known.following(&what)),
            None => tables::next(&alter.migrations, &what, alter.dialect),
        };
        let Some(made) = made else {
            return Err(ProposeError::NotApplicable("no migration was found to follow".into()));
        };
        for (path, way) in [(Some(made.up.clone()), "up"), (made.down.clone(), "down")] {
            let Some(path) = path else { continue };
            let context = context! {
                way,
                step,
                table => table.clone(),
                fields => fields.clone(),
                indexes => indexes.clone(),
                concurrently => step == "index",
            };
            let text = alter.change.ask.render(RECIPE, "reshape.sql.j2", &context, set_up)?;
            let text = if made.is_small { tables::small(&text) } else { text };
            files.push(alter.change.ask.made(path, text, Some(made.after.clone()), Layer::Migration));
        }
        next = Some(made);
    }
    if has_no_way_down(alter) {
        alter.remarks.push("Migrations here have no way down, so this one has none.".into());
    }
    Ok(files)
}

/// A column as the template sees it.
fn field(shape: &Shape) -> Value {
    let one = &shape.one;
    let column = one.after.column();
    let mut up = Vec::new();
    let mut down = Vec::new();
    let act = |what: &str| format!("ALTER COLUMN {column} {what}");
    if let Some(ty) = shape.new_type() {
        up.push(act(&format!("TYPE {ty}")));
        down.push(act(&format!("TYPE {}", shape.column.ty)));
    }
    if let Some(fill) = &one.fill {
        up.push(act(&format!("SET DEFAULT {}", fill.sql())));
        down.push(match &shape.column.default {
            Some(default) => act(&format!("SET DEFAULT {default}")),
            None => act("DROP DEFAULT"),
        });
    }
    if one.is_optional_now() {
        up.push(act("DROP NOT NULL"));
        down.push(act("SET NOT NULL"));
    }
    down.reverse();
    context! {
        column,
        up,
        down,
        required => one.is_required_now(),
        fill => one.fill.as_ref().filter(|_| one.is_required_now()).map(Fill::sql),
    }
}
