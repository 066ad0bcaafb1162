//! The new migrations of a changed model.

use super::{
    super::{migrations, parents},
    Alter, columns, meta,
};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::alter::Index,
};
use minijinja::{Value, context};
use std::collections::BTreeSet;

impl Alter<'_> {
    /// One migration for fields; on PostgreSQL a second one for indexes, which are made outside
    /// of a transaction so that nobody waits for them.
    pub(super) fn migrations(&mut self) -> Result<Vec<FileChange>, ProposeError> {
        let Some(leaf) = migrations::leaf(&self.survey, &self.app_folder, &self.app_label)? else {
            return Err(ProposeError::NotApplicable(format!(
                "{} has no migration, so there is none to follow; run manage.py makemigrations first",
                self.app_label
            )));
        };
        let fields = self.added_fields();
        let altered: Vec<Value> = self.reshaped.iter().map(|one| one.value(self)).collect();
        let indexes = self.named_indexes();
        let is_apart = !fields.is_empty() || !altered.is_empty();
        let subject = format!("{}_{}", self.model.class.to_lowercase(), self.subject());
        let parts: Vec<(String, Vec<Value>, Vec<Index>)> = match (!is_apart, indexes.is_empty()) {
            (false, false) if self.is_postgres => vec![
                (subject.clone(), fields, Vec::new()),
                (format!("{subject}_indexes"), Vec::new(), indexes),
            ],
            _ => vec![(subject, fields, indexes)],
        };
        let mut files = Vec::new();
        let mut after = leaf.name.clone();
        for (number, (subject, fields, indexes)) in parts.into_iter().enumerate() {
            let dependencies = if number == 0 { self.dependencies(&after)? } else { vec![self.own(&after)] };
            let concurrently = self.is_postgres && !indexes.is_empty();
            let altered = if number == 0 { altered.clone() } else { Vec::new() };
            let is_checked = self.reshaped.iter().any(|one| one.is_checked(self));
            let alone = concurrently || number == 0 && is_checked;
            let context = context! {
                dependencies,
                app => self.app_label.clone(),
                class => self.model.class.clone(),
                altered,
                alone,
                model => self.model.class.to_lowercase(),
                table => columns::table_of(&self.survey, &self.model, &self.app_label),
                fields,
                indexes => indexes.iter().map(|index| self.index(index)).collect::<Vec<_>>(),
                concurrently,
            };
            let name = migrations::next_name(&after, &subject);
            let path = format!("{}{name}.py", leaf.folder);
            let text = self.habits.file(&path, &self.render(&context)?, &self.candidates())?;
            files.push(self.change.ask.made(path, text, Some(leaf.place.clone()), Layer::Migration));
            after = name;
        }
        Ok(files)
    }

    fn added_fields(&self) -> Vec<Value> {
        let fields = self.change.ask.fields.iter();
        fields
            .map(|field| {
                let to = self.parent(field).map(parents::migration_name);
                let source = format!("models.{}", self.declared(field).in_migration(to.as_deref()));
                context! { name => field.name.clone(), source }
            })
            .collect()
    }

    fn index(&self, index: &Index) -> Value {
        let own = self.change.ask.fields.iter().find(|field| field.name == index.field);
        let known = self.known.iter().find(|known| known.name == index.field);
        let column = own.map(|field| field.column()).or(known.map(|known| known.column.clone()));
        context! {
            column => column.unwrap_or_else(|| index.field.clone()),
            unique => index.unique,
            name => meta::name_of(&self.model.class, index),
            entry => meta::entry(&self.model.class, index),
        }
    }

    fn own(&self, name: &str) -> String {
        format!("(\"{}\", \"{name}\")", self.app_label)
    }

    /// What the first migration needs to have run before it.
    fn dependencies(&self, after: &str) -> Result<Vec<String>, ProposeError> {
        let mut all = BTreeSet::from([(1, self.own(after))]);
        for parent in &self.parents {
            if parent.is_user {
                let user = "migrations.swappable_dependency(settings.AUTH_USER_MODEL)";
                all.insert((0, user.to_owned()));
            } else if parent.app != self.app_label {
                let (folder, label) = self.survey.app_of(&parent.path);
                if let Some(leaf) = migrations::leaf(&self.survey, &folder, &label)? {
                    all.insert((1, format!("(\"{label}\", \"{}\")", leaf.name)));
                }
            }
        }
        Ok(all.into_iter().map(|(_, one)| one).collect())
    }

    /// `stars_and_note`, or `change_stars`.
    fn subject(&self) -> String {
        let names: Vec<&str> = self.reshaped.iter().map(|one| one.name()).collect();
        match names.as_slice() {
            [] => self.change.subject(),
            [one] => format!("change_{one}"),
            [one, others @ ..] => format!("change_{one}_and_{}_more", others.len()),
        }
    }

    fn candidates(&self) -> Vec<String> {
        let mut all: Vec<String> = [
            "decimal:Decimal",
            "django.core.validators",
            "django.db.models.deletion",
            "django.conf:settings",
            "django.contrib.postgres.operations:AddIndexConcurrently",
            "django.db:migrations",
            "django.db:models",
        ]
        .map(str::to_owned)
        .to_vec();
        all.push("django.apps.registry:Apps".into());
        all.push("django.db.backends.base.schema:BaseDatabaseSchemaEditor".into());
        if !self.reshaped.is_empty() {
            all.extend(self.names_of_the_model());
        }
        all
    }
}
