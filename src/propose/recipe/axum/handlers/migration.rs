//! The migration of the new table, in the form of the one that creates the example's.

use super::{
    Plan,
    table::{aligned, columns_of},
};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{
        axum::tables::{self, Next},
        fields::Kind,
    },
};
use minijinja::context;

/// Words that no table or column can be called by without quotes.
const QUOTED: [&str; 12] = [
    "user", "order", "group", "table", "select", "from", "where", "check", "default", "column", "limit",
    "offset",
];

/// A name in SQL.
pub(super) fn quoted(name: &str) -> String {
    if QUOTED.contains(&name) { format!("\"{name}\"") } else { name.to_owned() }
}

impl Plan<'_> {
    pub(super) fn migration(&self, remarks: &mut Vec<String>) -> Result<Vec<FileChange>, ProposeError> {
        let Some(next) = self.next() else {
            return Err(ProposeError::NotApplicable(format!(
                "the migration at {} has no number that a next one could follow",
                self.made.place
            )));
        };
        let mut files = Vec::new();
        for (path, way) in [(Some(next.up.clone()), "up"), (next.down.clone(), "down")] {
            let Some(path) = path else {
                remarks.push("Migrations here have no way down, so this one has none.".into());
                continue;
            };
            let values = context! {
                way,
                table => quoted(&self.table),
                opens_below => self.made.opens_below,
                lines => aligned(&self.lines()?, self.made.is_aligned),
                after => self.after(),
                indexes => self.indexes(),
            };
            let text = self.rendered("handlers.sql.j2", &values)?;
            let text = if next.is_small { super::asks::small(&text) } else { text };
            files.push(self.made(path, text, Layer::Migration, self.made.place.clone()));
        }
        Ok(files)
    }

    /// The next migration, called as the one that creates the example's table is.
    fn next(&self) -> Option<Next> {
        let file = self.made.place.path.rsplit('/').next()?;
        let stem = file.trim_end_matches(".sql").trim_end_matches(".up");
        let name = stem.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches('_');
        let renamer = self.renamer();
        let what = if renamer.touches(name) { renamer.apply(name) } else { format!("create_{}", self.table) };
        tables::next(self.migrations, &what, self.carrier.dialect)
    }

    /// Every column, the key first and the times last, where the example has them so.
    fn lines(&self) -> Result<Vec<String>, ProposeError> {
        let renamer = self.renamer();
        let mut lines = Vec::new();
        if let Some((key, line)) = self.made.key() {
            let is_apart = !line.to_ascii_lowercase().contains("primary key");
            let (_, ty, rest) = columns_of(line);
            let apart = if is_apart { " PRIMARY KEY" } else { "" };
            lines.push(format!("{} {ty} {rest}{apart}", renamer.apply(key)).trim_end().to_owned());
        }
        let fields = self.ask.fields.iter();
        // Who owns a row stands before what is in it, as keys do.
        let (owners, others): (Vec<_>, Vec<_>) =
            fields.partition(|field| matches!(field.kind, Kind::BelongsTo(_)));
        for field in owners.into_iter().chain(others) {
            let parent = self.parents.iter().find(|parent| parent.field == field.name);
            let ty = match parent {
                Some(parent) => parent.sql.clone(),
                None => self.types.form(field)?.sql,
            };
            let mut line = format!("{} {ty}", quoted(&field.column()));
            line.push_str(if field.optional { "" } else { " NOT NULL" });
            line.push_str(if field.unique { " UNIQUE" } else { "" });
            if let Some(parent) = parent {
                let table = quoted(&parent.table);
                line.push_str(&format!(" REFERENCES {table} ({}){}", parent.key, parent.on_delete));
            }
            line.push_str(&self.check(field));
            lines.push(line);
        }
        for name in ["created_at", "updated_at"] {
            lines.extend(self.made.column(name).map(str::to_owned));
        }
        Ok(lines)
    }

    /// The bounds of a column, where no handler can say that a value is outside of them.
    fn check(&self, field: &crate::propose::recipe::fields::Field) -> String {
        if self.errors.refusing.is_some() || self.validates() {
            return String::new();
        }
        let (low, high) = self.bounds(field);
        let column = quoted(&field.column());
        let value = match field.kind {
            Kind::String | Kind::Text if self.types.is_postgres => format!("char_length({column})"),
            Kind::String | Kind::Text => format!("length({column})"),
            _ => column,
        };
        match (low, high) {
            (Some(low), Some(high)) => format!(" CHECK ({value} BETWEEN {low} AND {high})"),
            (Some(low), None) => format!(" CHECK ({value} >= {low})"),
            (None, Some(high)) => format!(" CHECK ({value} <= {high})"),
            (None, None) => String::new(),
        }
    }

    /// Triggers that change the time, where the new table has one.
    fn after(&self) -> Vec<String> {
        let renamer = self.renamer();
        let is_there = self.made.column("updated_at").is_some();
        self.made.after.iter().filter(|_| is_there).map(|one| renamer.apply(one)).collect()
    }

    /// Indexes of what is looked up, named as others are.
    fn indexes(&self) -> Vec<String> {
        let text: String = self.migrations.iter().map(|one| one.text.to_ascii_lowercase()).collect();
        let fields = self
            .ask
            .fields
            .iter()
            .filter(|field| !field.unique && (field.index || matches!(field.kind, Kind::BelongsTo(_))));
        let table = &self.table;
        let one = |field: &crate::propose::recipe::fields::Field| {
            let column = field.column();
            let name = match () {
                () if self.types.is_postgres && text.contains("create index on ") => String::new(),
                () if text.contains("index idx_") || text.contains("exists idx_") => {
                    format!("idx_{table}_{column} ")
                }
                () if text.contains("_idx on ") || text.contains("_idx\n") => {
                    format!("{table}_{column}_idx ")
                }
                () => format!("{table}_{column} "),
            };
            format!("CREATE INDEX {name}ON {} ({});", quoted(table), quoted(&column))
        };
        fields.map(one).collect()
    }
}
