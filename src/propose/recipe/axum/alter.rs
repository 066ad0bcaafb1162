//! The `migration` recipe for SQLx: a column in the row, in the bodies that carry it, in the
//! statements that store and read it, and a new migration.

use super::{
    context::{field_of, rust_type},
    imports,
    plan::{Parent, RECIPE, Sources, parents, rows, rust_lines, set_up, sources},
    refusals::refuse_types,
    stores,
    tables::{self, Migration},
    unused,
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, line_end, line_number},
        recipe::{
            alter::{Change, Index, is_time, unknown_field},
            fields::Field,
            fill::Fill,
            rename::{Joint, Renamer},
            resource::{Draft, Edited},
        },
        rust::{RustFile, Struct},
    },
};
use minijinja::{Value, context};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is known before a file is changed.
pub(super) struct Alter<'a> {
    pub(super) change: &'a Change<'a>,
    pub(super) sources: Sources,
    pub(super) row: Struct,
    pub(super) table: String,
    pub(super) dialect: &'static str,
    pub(super) parents: Vec<Parent>,
    pub(super) migrations: Vec<Migration>,
    pub(super) remarks: Vec<String>,
}

impl<'a> Alter<'a> {
    /// Reads the repository; the resource must have a row.
    pub(super) fn read(change: &'a Change<'a>) -> Result<Self, ProposeError> {
        let ask = change.ask;
        let sources = sources(ask)?;
        if rows(&sources).next().is_none() {
            return Err(ProposeError::NotApplicable(
                "no structure with sqlx::FromRow was found to change".into(),
            ));
        }
        let Some(row) = rows(&sources).find(|one| one.name == ask.name.pascal).cloned() else {
            let known: BTreeSet<&str> = rows(&sources).map(|one| one.name.as_str()).collect();
            return Err(ProposeError::Input {
                what: format!("there is no row {} to change", ask.name.pascal),
                hint: format!("known rows: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
            });
        };
        let parents = parents(&ask.fields, &sources)?;
        let migrations = tables::migrations(ask)?;
        let table = tables::table_of(&migrations, &ask.name);
        let uses = |word: &str| sources.iter().any(|(_, _, text)| text.contains(word));
        let dialect = match (uses("SqlitePool"), uses("PgPool"), uses("MySqlPool")) {
            (_, true, _) => "postgres",
            (true, _, _) => "sqlite",
            (_, _, true) => {
                return Err(ProposeError::NotApplicable(
                    "migrations for MySQL are not known to this recipe; it knows PostgreSQL and SQLite"
                        .into(),
                ));
            }
            _ => return Err(ProposeError::NotApplicable("neither SqlitePool nor PgPool is used".into())),
        };
        Ok(Self { change, sources, row, table, dialect, parents, migrations, remarks: Vec::new() })
    }

    /// All files, and the remarks on them.
    pub(super) fn draft(mut self) -> Result<Draft, ProposeError> {
        let ask = self.change.ask;
        let (manifest_path, manifest) = self.manifest()?;
        refuse_types(&ask.fields, self.dialect, &manifest_path, &manifest)?;
        self.refuse_clashes()?;
        let mut files = self.migrations(&manifest)?;
        let mut bodies = BTreeSet::new();
        let mut changed: BTreeMap<String, Edits> = BTreeMap::new();
        let mut likes: BTreeMap<String, (Place, Layer)> = BTreeMap::new();
        if !ask.fields.is_empty() {
            self.structures(&mut changed, &mut likes, &mut bodies)?;
            ask.go_on()?;
            let remarks = stores::statements(&self, &bodies, &mut changed, &mut likes);
            self.remarks.extend(remarks);
            let remarks = stores::tests(&self, &bodies, &mut changed, &mut likes);
            self.remarks.extend(remarks);
        }
        files.extend(self.edited(changed, likes)?);
        self.remarks.extend(self.checked_statements());
        Ok(self.change.draft(files, self.remarks, str::to_owned))
    }

    /// Path and text of the manifest of the package that has the row.
    pub(super) fn manifest(&self) -> Result<(String, String), ProposeError> {
        let row_path = self.sources.iter().find(|(_, file, _)| file.structs.contains(&self.row));
        let root = row_path.and_then(|(path, _, _)| path.split_once("src/")).map_or("", |(root, _)| root);
        let path = format!("{root}Cargo.toml");
        let text = self.change.ask.workspace.text(&path)?.unwrap_or_default();
        Ok((path, text))
    }

    /// What has to be done for statements that are checked while the code is compiled.
    pub(super) fn checked_statements(&self) -> Option<String> {
        const MACROS: [&str; 5] =
            ["query!(", "query_as!(", "query_scalar!(", "query_file!(", "query_file_as!("];
        let checks = |text: &str| MACROS.iter().any(|one| text.contains(one)) && text.contains(&self.table);
        let (path, _, _) = self.sources.iter().find(|(_, _, text)| checks(text))?;
        let paths = self.change.ask.workspace.paths();
        let is_kept = paths.iter().any(|path| path.contains(".sqlx/") || path.ends_with("sqlx-data.json"));
        let rest = if is_kept { ", then run cargo sqlx prepare and commit what it writes" } else { "" };
        Some(format!(
            "Statements of {path} are checked when the code is compiled: apply the migration to the database of \
             DATABASE_URL first{rest}."
        ))
    }

    /// The sources that change, without imports that nothing needs any more.
    pub(super) fn edited(
        &self,
        changed: BTreeMap<String, Edits>,
        mut likes: BTreeMap<String, (Place, Layer)>,
    ) -> Result<Vec<FileChange>, ProposeError> {
        let ask = self.change.ask;
        let mut files = Vec::new();
        for (path, edits) in changed {
            let old = self.sources.iter().find(|(known, _, _)| *known == path);
            let old = old.map_or("", |(_, _, text)| text.as_str());
            let (like, layer) = likes.remove(&path).unwrap_or((Place::new(path.clone(), 1), Layer::Model));
            files.push(ask.edited(Edited {
                path: &path,
                old,
                new: unused::without(&path, &edits.apply(old)?, &["ValidationError"])?,
                reason: ask.head.reason(layer),
                like: Some(like),
                layer,
            }));
        }
        Ok(files)
    }

    /// The type of a field in a structure, `Option` aside.
    pub(super) fn rust_type(&self, field: &Field) -> &str {
        let parent = self.parents.iter().find(|parent| parent.field == field.name);
        rust_type(field, self.dialect, parent)
    }

    fn refuse_clashes(&self) -> Result<(), ProposeError> {
        let place = |column: &str| {
            let found = self.sources.iter().find(|(_, file, _)| file.structs.contains(&self.row));
            let index = self.row.fields.iter().position(|(name, _)| name == column);
            let at = index.and_then(|index| self.row.places.get(index)).map_or(0, |place| place.start);
            found.map_or(String::new(), |(path, _, text)| format!("{path}:{}", line_number(text, at)))
        };
        for field in &self.change.ask.fields {
            let column = field.column();
            if self.row.fields.iter().any(|(name, _)| *name == column) {
                let what = format!("{}.{column}", self.row.name);
                return Err(ProposeError::Clash { what, place: place(&column) });
            }
            let compared =
                self.row.attributes.iter().any(|text| text.contains(" Eq") || text.contains("(Eq"));
            if self.rust_type(field) == "f64" && compared {
                return Err(ProposeError::Input {
                    what: format!("{} derives Eq, which a number with a fraction cannot have", self.row.name),
                    hint: format!("take Eq from its derive, or choose another type for {}", field.name),
                });
            }
        }
        for index in &self.change.indexes {
            let known: Vec<String> = self.row.fields.iter().map(|(name, _)| name.clone()).collect();
            if !known.contains(&index.field) {
                return Err(unknown_field(&index.field, &self.row.name, &known));
            }
            let line = tables::column_line(&self.migrations, &self.table, &index.field).unwrap_or_default();
            let upper = line.to_uppercase();
            let named = format!("({})", index.field);
            let indexed = self.migrations.iter().find(|migration| {
                let lines = migration.text.lines();
                lines.into_iter().any(|line| {
                    let lower = line.to_lowercase();
                    lower.contains("index")
                        && lower.contains(&format!(" on {}", self.table))
                        && lower.contains(&named)
                })
            });
            if indexed.is_some() || upper.contains("UNIQUE") || upper.contains("PRIMARY KEY") {
                let what = format!("an index of {}.{}", self.row.name, index.field);
                return Err(ProposeError::Clash { what, place: place(&index.field) });
            }
        }
        Ok(())
    }

    /// The row and the bodies with the new fields.
    fn structures(
        &self,
        changed: &mut BTreeMap<String, Edits>,
        likes: &mut BTreeMap<String, (Place, Layer)>,
        bodies: &mut BTreeSet<String>,
    ) -> Result<(), ProposeError> {
        let name = &self.change.ask.name;
        let other = super::super::names::Name::of("proscenium");
        let renamer = Renamer { from: name, to: &other, joint: Joint::Snake };
        for (path, file, text) in &self.sources {
            let mut is_bounded = false;
            for one in &file.structs {
                let is_row = *one == self.row;
                let is_body = one.attributes.iter().any(|text| text.contains("Deserialize"))
                    && renamer.touches(&one.name)
                    && one.fields.iter().any(|own| self.row.fields.iter().any(|(known, _)| *known == own.0));
                if !is_row && !is_body {
                    continue;
                }
                let is_part = !is_row && one.fields.iter().all(|(_, ty)| ty.starts_with("Option<"));
                let way = match (is_row, is_part) {
                    (true, _) => "row",
                    (false, true) => "part",
                    (false, false) => "body",
                };
                let last = one.fields.iter().rposition(|(name, _)| !is_time(name));
                let Some(place) = last.and_then(|last| one.places.get(last)) else { continue };
                let known = |field: &&Field| !one.fields.iter().any(|(name, _)| *name == field.column());
                let fields: Vec<Value> =
                    self.change.ask.fields.iter().filter(known).map(|field| self.field(field)).collect();
                // A function that checks is needed once by all bodies of a file.
                let bounded = !is_row && !is_bounded;
                is_bounded |= bounded;
                let context = context! { way, fields, bounded };
                let members = self.change.ask.render(RECIPE, "alter.member.rs.j2", &context, set_up)?;
                let members = rust_lines().write(&members);
                let edits = changed.entry(path.clone()).or_default();
                let after = text.get(place.end..).unwrap_or_default();
                let comma = if after.trim_start().starts_with(',') { "" } else { "," };
                if !comma.is_empty() {
                    edits.insert(place.end, comma);
                }
                edits.insert(line_end(text, place.end), members.trim_matches('\n').to_owned() + "\n");
                if !is_row {
                    let made = self.change.ask.render(RECIPE, "alter.default.rs.j2", &context, set_up)?;
                    let made = rust_lines().write(&made);
                    if !made.trim().is_empty() {
                        edits.insert(line_end(text, one.range.end), format!("\n{}\n", made.trim()));
                    }
                }
                if !is_row {
                    bodies.insert(one.name.clone());
                }
                let like = Place::new(path.clone(), line_number(text, place.start));
                likes.entry(path.clone()).or_insert((like, Layer::Model));
            }
            if let Some(edits) = changed.get_mut(path) {
                self.import(file, text, edits);
            }
        }
        Ok(())
    }

    /// Names that the types need, where the file does not have them.
    fn import(&self, file: &RustFile, text: &str, edits: &mut Edits) {
        const KNOWN: [(&str, &str); 5] = [
            ("DateTime", "chrono::DateTime"),
            ("Utc", "chrono::Utc"),
            ("NaiveDate", "chrono::NaiveDate"),
            ("Uuid", "uuid::Uuid"),
            ("Decimal", "rust_decimal::Decimal"),
        ];
        let types: Vec<&str> = self.change.ask.fields.iter().map(|field| self.rust_type(field)).collect();
        let is_needed = |name: &str| {
            let used =
                types.iter().any(|ty| ty.split(|c: char| !c.is_alphanumeric()).any(|word| word == name));
            used && !file.uses.iter().flat_map(|one| &one.paths).any(|(_, local)| local == name)
        };
        let checks = |field: &Field| {
            self.rust_type(field) == "Decimal" && (field.min.is_some() || field.max.is_some())
        };
        let is_body = file.uses.iter().flat_map(|one| &one.paths).any(|(_, local)| local == "Validate");
        let mut needed: Vec<String> =
            KNOWN.iter().filter(|(name, _)| is_needed(name)).map(|(_, path)| (*path).to_owned()).collect();
        if is_body && self.change.ask.fields.iter().any(checks) {
            needed.push("validator::ValidationError".into());
        }
        imports::add(file, text, &needed, edits);
    }

    fn field(&self, field: &Field) -> Value {
        let fill = self.change.fill(field);
        context! {
            fill_sql => fill.map(Fill::sql).unwrap_or_default(),
            fill_rust => fill.map(|fill| rust_of(fill, self.rust_type(field))).unwrap_or_default(),
            ..field_of(field, self.dialect, &self.parents)
        }
    }

    /// The new migrations. PostgreSQL builds an index without locking the table outside of a
    /// transaction only, one statement at a time, so each index has a migration of its own.
    fn migrations(&mut self, manifest: &str) -> Result<Vec<FileChange>, ProposeError> {
        let ask = self.change.ask;
        let subject = self.change.subject();
        let what = format!("add_{subject}_to_{}", self.table);
        let Some(first) = tables::next(&self.migrations, &what, self.dialect) else {
            return Err(ProposeError::NotApplicable("no migration was found to follow".into()));
        };
        let fields: Vec<Value> = ask.fields.iter().map(|field| self.field(field)).collect();
        let indexes = self.change.all_indexes();
        let postgres = self.dialect == "postgres";
        let concurrently = postgres && knows_no_transaction(manifest);
        if postgres && !concurrently && !indexes.is_empty() {
            self.remarks.push(format!(
                "The index locks {} for writing while it is built; from SQLx 0.8 a migration can do without a \
                 transaction and build it CONCURRENTLY.",
                self.table
            ));
        }
        let value = |index: &Index| context! { column => index.field.clone(), unique => index.unique };
        let mut parts: Vec<(Vec<Value>, Vec<Value>, bool)> = Vec::new();
        let mut names = vec![what];
        if concurrently {
            if !fields.is_empty() {
                parts.push((fields, Vec::new(), false));
            } else {
                names.clear();
            }
            for index in &indexes {
                names.push(format!("index_{}_of_{}", index.field, self.table));
                parts.push((Vec::new(), vec![value(index)], true));
            }
        } else {
            parts.push((fields, indexes.iter().map(value).collect(), false));
        }
        let mut files = Vec::new();
        let mut next = first;
        for (number, ((fields, indexes, concurrently), name)) in parts.into_iter().zip(names).enumerate() {
            if number > 0 {
                next = next.following(&name);
            }
            for (path, way) in [(Some(next.up.clone()), "up"), (next.down.clone(), "down")] {
                let Some(path) = path else {
                    self.remarks.push("Migrations here have no way down, so this one has none.".into());
                    continue;
                };
                let context = context! {
                    way,
                    table => self.table.clone(),
                    dialect => self.dialect,
                    fields => fields.clone(),
                    indexes => indexes.clone(),
                    concurrently,
                };
                let text = self.change.ask.render(RECIPE, "alter.sql.j2", &context, set_up)?;
                let text = if next.is_small { tables::small(&text) } else { text };
                files.push(ask.made(path, text, Some(next.after.clone()), Layer::Migration));
            }
        }
        Ok(files)
    }
}

/// Whether the SQLx of a manifest can run a migration outside of a transaction: from 0.8.
pub(super) fn knows_no_transaction(manifest: &str) -> bool {
    let line = manifest.lines().find(|line| line.trim_start().starts_with("sqlx"));
    let digits =
        line.and_then(|line| line.split('"').find(|part| part.starts_with(|c: char| c.is_ascii_digit())));
    let mut numbers = digits.unwrap_or_default().split('.').map(|part| part.parse().unwrap_or(0_u32));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (0, 8)
}

/// A default in Rust.
pub(super) fn rust_of(fill: &Fill, ty: &str) -> String {
    match fill {
        Fill::Text(text) => format!("{text:?}.to_owned()"),
        Fill::Number(number) if ty == "Decimal" => {
            let (whole, part) = number.split_once('.').unwrap_or((number, ""));
            let digits = format!("{whole}{part}").parse::<i64>().unwrap_or_default();
            format!("Decimal::new({digits}, {})", part.len())
        }
        Fill::Number(number) if ty == "f64" => {
            // Zeros at the end say nothing.
            match number.split_once('.') {
                Some((whole, part)) => {
                    let part = part.trim_end_matches('0');
                    format!("{whole}.{}", if part.is_empty() { "0" } else { part })
                }
                None => format!("{number}.0"),
            }
        }
        Fill::Number(number) => number.clone(),
        Fill::Boolean(value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_is_written_for_its_type() {
        let number = |text: &str| Fill::Number(text.into());
        assert_eq!(rust_of(&number("0.50"), "f64"), "0.5");
        assert_eq!(rust_of(&number("-2"), "f64"), "-2.0");
        assert_eq!(rust_of(&number("-2.50"), "Decimal"), "Decimal::new(-250, 2)");
        assert_eq!(rust_of(&Fill::Text("none".into()), "String"), "\"none\".to_owned()");
    }

    #[test]
    fn versions_of_sqlx_are_read_from_the_manifest() {
        assert!(knows_no_transaction("sqlx = { version = \"0.9\", features = [\"sqlite\"] }"));
        assert!(knows_no_transaction("sqlx = \"0.8.2\""));
        assert!(!knows_no_transaction("sqlx = { version = \"0.6.2\" }"));
    }
}
