//! What stops the recipe before anything is written, and what its reader is told beside it.

use super::{files::Files, model::Mapper, plan::Plan, routes::Routes, words::in_form};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::recipe::fields::{Field, Kind},
};

impl Plan<'_> {
    pub(super) fn refuse_types(&self) -> Result<(), ProposeError> {
        let boolean = self.ask.fields.iter().find(|field| field.kind == Kind::Boolean);
        match boolean.filter(|_| self.dialect == "sqlite" && self.mapper == Mapper::Kysely) {
            Some(field) => Err(ProposeError::Input {
                what: format!(
                    "{} cannot be a boolean: SQLite has none, and its drivers bind none",
                    field.name
                ),
                hint: format!("for example {}:int{{0..1}}", field.name),
            }),
            None => Ok(()),
        }
    }

    /// A table, a file or an address that is there already stops the recipe.
    pub(super) fn refuse_clashes(&self) -> Result<(), ProposeError> {
        let clash = |what: String, place: Place| Err(ProposeError::Clash { what, place: place.to_string() });
        if let Some(table) = self.tables.iter().find(|table| table.is_of(&self.names.to)) {
            return clash(format!("a table {}", table.name), table.place.clone());
        }
        for path in &self.related {
            let new = self.names.path(path);
            if self.ask.workspace.text(&new)?.is_some() {
                return clash(new.clone(), Place::new(new, 1));
            }
        }
        let ends =
            [&self.names.to.plural, &self.names.to.snake].map(|name| format!("/{}", name.replace('_', "-")));
        let taken = |path: &str| ends.iter().any(|end| path.trim_end_matches('/').ends_with(end));
        match self.ask.map.endpoints.iter().find(|endpoint| taken(&endpoint.path)) {
            Some(endpoint) => clash(
                format!("an endpoint {}", endpoint.path),
                Place::new(endpoint.file.clone(), endpoint.line),
            ),
            None => Ok(()),
        }
    }

    pub(super) fn say_left_out(&self, files: &Files<'_>, routes: &Routes, remarks: &mut Vec<String>) {
        let mut names: Vec<&str> =
            files.works().flat_map(|(_, work)| &work.dead).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        if !names.is_empty() {
            remarks.push(format!(
                "Left out, because only {} have it: {}.",
                self.names.like.plural.replace('_', " "),
                names.join(", ")
            ));
        }
        for (is_there, what) in [
            (routes.list, "lists"),
            (routes.get, "reads one"),
            (!routes.update.is_empty(), "changes"),
            (routes.remove, "removes"),
        ] {
            if !is_there {
                remarks
                    .push(format!("Nothing {what} {} there, so nothing does here.", self.names.like.plural));
            }
        }
    }

    pub(super) fn say_conventions(&self, remarks: &mut Vec<String>) {
        let api = |field: &Field| in_form(&field.column(), self.api);
        for field in self.ask.fields.iter().filter(|field| field.unique) {
            remarks.push(format!(
                "A second {} is refused by the database; no answer for it is written.",
                api(field)
            ));
        }
        let mut told: Vec<&str> = Vec::new();
        for parent in &self.parents {
            if told.contains(&parent.model.pascal.as_str()) {
                continue;
            }
            told.push(&parent.model.pascal);
            remarks.push(format!(
                "A row of {} that has {} cannot be removed; whether they go with it is yours to say.",
                parent.table.stored,
                self.names.to.plural.replace('_', " ")
            ));
        }
        if self.mapper == Mapper::Kysely && self.dialect == "postgres" {
            let of = |kind: &Kind| {
                self.ask.fields.iter().filter(|field| field.kind == *kind).map(api).collect::<Vec<_>>()
            };
            let (decimals, dates) = (of(&Kind::Decimal), of(&Kind::Date));
            if !decimals.is_empty() {
                remarks.push(format!(
                    "{} is exact, so that the driver gives it back as text.",
                    decimals.join(", ")
                ));
            }
            if !dates.is_empty() {
                remarks.push(format!(
                    "{} comes back as a Date at midnight, as the driver reads a day.",
                    dates.join(", ")
                ));
            }
        }
    }
}
