//! The `migration` recipe for Express and Hono: a field in every list of the resource's fields,
//! and a migration as the mapper has them.

mod carried;
mod drizzle;
mod drizzle_reshape;
mod kysely;
mod kysely_reshape;
mod prisma;
mod prisma_reshape;
mod records;
pub(super) mod reshape;
mod tests;

use super::{
    compose,
    context::Context,
    example::{self, Candidate},
    graft::Work,
    model::{Mapper, Table},
    plan::Plan,
    words::{Names, in_form, is_field},
};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::line_number,
        recipe::{
            alter::{Change, Index, unknown_field},
            fields::Field,
            names::{Name, snake},
            resource::{Draft, Edited},
            sources::Survey,
        },
    },
};
use minijinja::{Value, context};

/// Everything that is known before a file is changed.
pub(super) struct Alter<'a> {
    pub(super) change: &'a Change<'a>,
    pub(super) plan: Plan<'a>,
    pub(super) remarks: Vec<String>,
}

/// An index to make, as the database calls it and its column.
pub(super) struct Made {
    pub(super) name: String,
    pub(super) column: String,
    pub(super) unique: bool,
}

/// Proposes the change.
pub(super) fn draft(change: &Change<'_>) -> Result<Draft, ProposeError> {
    let survey = Survey::read(change.ask)?;
    let mapper = Mapper::of(change.ask, &survey)?;
    let tables = mapper.tables(change.ask, &survey)?;
    read(change, &survey, mapper, &tables)?.draft()
}

fn read<'a>(
    change: &'a Change<'a>,
    survey: &'a Survey,
    mapper: Mapper,
    tables: &'a [Table],
) -> Result<Alter<'a>, ProposeError> {
    let ask = change.ask;
    let Some(table) = tables.iter().find(|table| table.is_of(&ask.name)) else {
        let known: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        return Err(match known.is_empty() {
            true => ProposeError::NotApplicable("no table was found to change".into()),
            false => ProposeError::Input {
                what: format!("there is no table of {} to change", ask.name.pascal),
                hint: format!("known tables: {}", known.join(", ")),
            },
        });
    };
    let served = example::candidates(survey, tables).ok();
    let served = served.into_iter().flatten().find(|one| one.like == ask.name);
    let router = served.map_or_else(|| table.path.clone(), |one| one.router);
    let mut plan = Plan::read(ask, survey, mapper, tables, Candidate { like: ask.name.clone(), router })?;
    plan.names.table = plan.names.like_table.clone();
    // The resource's own files are those that another name would change.
    let other = Names { to: Name::of("proscenium"), ..plan.names.clone() };
    plan.related = example::related(survey, &other, &plan.router, tables);
    plan.related.retain(|path| !example::is_of_another(path, &ask.name, tables));
    plan.fills = change.fills.clone();
    Ok(Alter { change, plan, remarks: Vec::new() })
}

impl Alter<'_> {
    fn draft(mut self) -> Result<Draft, ProposeError> {
        let change = self.change;
        self.refuse_clashes()?;
        let mut files = match self.plan.mapper {
            Mapper::Kysely => kysely::files(&mut self)?,
            Mapper::Drizzle => drizzle::files(&mut self)?,
            Mapper::Prisma => prisma::files(&mut self)?,
        };
        change.ask.go_on()?;
        files.extend(records::changed(&mut self)?);
        change.ask.go_on()?;
        if !change.ask.fields.is_empty() {
            files.extend(tests::changed(&mut self)?);
        }
        if !self.plan.parents.is_empty() {
            self.remarks.push(
                "A reference to an unknown row is refused by the database; no answer for it is written."
                    .into(),
            );
        }
        Ok(change.draft(files, self.remarks, str::to_owned))
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context { plan: &self.plan }
    }

    /// A name that the table has already stops the recipe.
    fn refuse_clashes(&self) -> Result<(), ProposeError> {
        let table = &self.plan.table;
        let clash = |what: String| Err(ProposeError::Clash { what, place: table.place.to_string() });
        for field in &self.change.ask.fields {
            let taken = |name: &String| is_field(name, &field.column()) || is_field(name, &field.name);
            if let Some(name) = self.plan.columns.iter().find(|name| taken(name)) {
                return clash(format!("{}.{name}", table.name));
            }
        }
        for index in &self.change.indexes {
            let known = self.plan.columns.iter().find(|name| is_field(name, &index.field));
            let Some(known) = known else {
                let known: Vec<String> = self.plan.columns.iter().map(|name| snake(name)).collect();
                return Err(unknown_field(&index.field, &self.change.ask.name.pascal, &known));
            };
            if is_field(known, &self.plan.key.name) {
                return clash(format!("an index of {}.{known}", table.name));
            }
        }
        Ok(())
    }

    /// A clash with an index that is there.
    fn taken(&self, index: &Made) -> ProposeError {
        ProposeError::Clash {
            what: format!("an index of {}.{}", self.plan.table.name, index.column),
            place: self.plan.table.place.to_string(),
        }
    }

    /// What a column is called in sources and in the database.
    pub(super) fn column(&self, field: &str, stored: &dyn Fn(&str) -> String) -> String {
        let known = self.plan.columns.iter().find(|name| is_field(name, field));
        known.map_or_else(|| stored(field), |name| stored(name))
    }

    /// The indexes to make; `stored` gives a column's name in the database, `name` theirs.
    pub(super) fn indexes(
        &self,
        stored: &dyn Fn(&str) -> String,
        name: &dyn Fn(&str, bool) -> String,
    ) -> Vec<Made> {
        let all = self.change.all_indexes().into_iter();
        all.map(|Index { field, unique }| {
            let column = self.column(&field, stored);
            Made { name: name(&column, unique), column, unique }
        })
        .collect()
    }

    /// A name of a column in the sources' form.
    pub(super) fn code(&self, field: &Field) -> String {
        in_form(&field.column(), self.plan.form)
    }

    /// The change of a source, all of it with the reason of its layer.
    pub(super) fn edited(&self, path: &str, old: &str, new: String, at: usize) -> FileChange {
        let ask = self.change.ask;
        let layer = match ask.map.layer_of(path).or_else(|| layer_by_path(path)) {
            _ if path == self.plan.table.path => Layer::Model,
            Some(Layer::Other) | None => Layer::Schema,
            Some(layer) => layer,
        };
        let like = Some(Place::new(path.to_owned(), line_number(old, at)));
        ask.edited(Edited { path, old, new, reason: ask.head.reason(layer), like, layer })
    }

    /// The text of a source that grew, with what it needs imported and long lines broken.
    pub(super) fn finished(&self, path: &str, work: &Work<'_>) -> Result<String, ProposeError> {
        let mut text = work.slice(0..work.text.len())?;
        if text == work.text {
            return Ok(text);
        }
        for name in ["Generated", "ColumnType"] {
            if text.contains(&format!("{name}<")) && self.plan.mapper == Mapper::Kysely {
                text = compose::with_import(path, &text, name, "kysely")?;
            }
        }
        let text = super::drizzle::with_imports(
            self.plan.survey,
            path,
            &text,
            &self.plan.parents,
            &self.plan.table,
        )?;
        compose::fitted_beside(path, work.text, &text, &self.plan.habits)
    }
}

impl Made {
    pub(super) fn value(&self) -> Value {
        context! { name => self.name.clone(), db => self.column.clone(), unique => self.unique }
    }
}
