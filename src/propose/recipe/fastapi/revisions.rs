//! The new revisions of a changed table.

use super::{
    alembic::Head,
    alter::Alter,
    fields::Field,
    plan::RECIPE,
    render::{Helpers, render},
};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::fill::Fill,
};
use minijinja::{Value, context};
use std::collections::BTreeSet;

impl Alter<'_> {
    /// The new revision; on PostgreSQL a second one for indexes, since they are built without
    /// locking the table and so outside of a transaction: each can be tried again by itself.
    pub(crate) fn migrations(&mut self) -> Result<Vec<FileChange>, ProposeError> {
        let ask = self.change.ask;
        let head = Head::find(ask.map, &ask.workspace)?.ok_or_else(|| {
            ProposeError::NotApplicable(
                "no alembic folder was found, so there is no migration to follow".into(),
            )
        })?;
        let postgres = self.is_postgres()?;
        let indexes = self.change.all_indexes().into_iter();
        let indexes: Vec<Value> =
            indexes.map(|index| context! { column => index.field, unique => index.unique }).collect();
        let fields: Vec<Value> = ask.fields.iter().map(|field| self.migrated(field)).collect();
        let subject = self.change.subject();
        let parts = match (postgres && !fields.is_empty() && !indexes.is_empty(), fields, indexes) {
            (true, fields, indexes) => vec![
                (subject.clone(), fields, Vec::new()),
                (format!("indexes_of_{subject}"), Vec::new(), indexes),
            ],
            (false, fields, indexes) => vec![(subject, fields, indexes)],
        };
        if !self.change.fills.is_empty() {
            self.remarks.push(
                "The migration fills all rows in one statement; a very large table is better filled in parts."
                    .into(),
            );
        }
        let mut files = Vec::new();
        let mut after = head.id.clone();
        for (subject, fields, indexed) in parts {
            let what = format!("{}/{subject}/{:?}/{:?}", self.table, ask.fields, self.change.indexes);
            let revision = head.following(after.clone()).next_id(&what);
            let context = context! {
                title => format!("add {} to {}", subject.replace('_', " "), self.table),
                table => self.table.clone(),
                revision => revision.clone(),
                down_revision => after,
                fields,
                indexed,
                postgres,
            };
            let width = self.habits.as_ref().map_or(88, |habits| habits.width);
            let helpers =
                Helpers { own_packages: BTreeSet::new(), old_generics: false, not_found: None, width };
            let text = self.written(&render(RECIPE, &ask.own, "alter.py.j2", &helpers, &context)?);
            let path = format!("{}{revision}_add_{subject}_to_{}.py", head.folder, self.table);
            files.push(ask.made(path, text, head.place.clone(), Layer::Migration));
            after = Some(revision);
        }
        Ok(files)
    }

    fn migrated(&self, field: &Field) -> Value {
        let context = self.field(field);
        let reference = self.references.iter().find(|reference| reference.column == field.column());
        let fill = self.change.fill(field);
        let stated = self.stored.as_ref().and_then(|stored| stored.types.get(&context.column).cloned());
        context! {
            column => context.column,
            type => stated.unwrap_or(context.sa_type),
            parent => reference.map(|reference| reference.table.clone()),
            sql => fill.map(Fill::sql),
            server_default => fill.map(|fill| server_default(fill, "sa.")),
        }
    }

    /// Whether the database is PostgreSQL, as the settings and requirements say.
    pub(super) fn is_postgres(&self) -> Result<bool, ProposeError> {
        let workspace = &self.change.ask.workspace;
        let services = &self.change.ask.map.backing_services;
        let stated = services.iter().any(|service| service.name.to_lowercase().contains("postgres"));
        let mut sqlite = false;
        for path in workspace.paths().into_iter().filter(|path| path.ends_with(".py")) {
            let Some(text) = workspace.text(path)? else { continue };
            if ["postgresql://", "postgresql+", "postgresql.dialect", "PostgresDsn", "dialects.postgresql"]
                .iter()
                .any(|word| text.contains(word))
            {
                return Ok(true);
            }
            sqlite |= text.contains("sqlite://") || text.contains("sqlite+");
        }
        Ok(stated && !sqlite)
    }
}

/// The database's own default; `lead` stands before names of SQLAlchemy.
pub(crate) fn server_default(fill: &Fill, lead: &str) -> String {
    match fill {
        Fill::Text(text) | Fill::Number(text) => format!("\"{text}\""),
        Fill::Boolean(value) => format!("{lead}{value}()"),
    }
}
