//! The types of fields in Rust and in SQL, with the project's own wrappers of times.

use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        edits::line_number,
        recipe::{
            axum::{
                code::{Code, Source},
                package::has_package,
            },
            fields::{Field, Kind},
        },
    },
};

/// A field's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    /// Without `Option`.
    pub(super) rust: String,
    pub(super) sql: String,
    /// Whether the value for the database is in a structure around it.
    pub(super) is_wrapped: bool,
    pub(super) is_copy: bool,
}

/// A structure around a date or a time, so that it can be sent.
pub(super) struct Around<'c> {
    pub(super) name: String,
    pub(super) source: &'c Source<'c>,
    pub(super) place: Place,
    /// Behind the last thing that is implemented for it.
    pub(super) end: usize,
}

/// How dates and times are held.
pub(super) struct Times<'c> {
    pub(super) is_chrono: bool,
    pub(super) is_time: bool,
    /// Whether `time` is older than 0.3.
    pub(super) is_old: bool,
    sends: bool,
    pub(super) datetime: Option<Around<'c>>,
    pub(super) date: Option<Around<'c>>,
}

impl<'c> Times<'c> {
    pub(super) fn read(code: &'c Code<'_>, manifest: &str) -> Self {
        let line = |name: &str| {
            let own = manifest.lines().find(|line| {
                line.trim_start()
                    .strip_prefix(name)
                    .is_some_and(|rest| rest.trim_start().starts_with(['=', '.']))
            });
            own.unwrap_or_default()
        };
        Self {
            is_chrono: has_package(manifest, "chrono"),
            is_time: has_package(manifest, "time"),
            is_old: line("time").contains("\"0.2") || line("time").contains("\"0.1"),
            sends: line("time").contains("serde"),
            datetime: around(code, &["OffsetDateTime", "DateTime<Utc>"]),
            date: around(code, &["Date", "NaiveDate"]),
        }
    }

    /// The structure that a date is put in: that of the project, or one beside that of its times.
    pub(super) fn date_name(&self) -> Option<&str> {
        let own = self.date.as_ref().map(|one| one.name.as_str());
        own.or_else(|| self.makes_date().then_some("Date"))
    }

    /// Whether dates need a structure that is not there yet.
    pub(super) fn makes_date(&self) -> bool {
        !self.is_chrono && self.date.is_none() && self.datetime.is_some() && self.is_time
    }

    fn form(&self, field: &Field, is_date: bool) -> Result<(String, bool), ProposeError> {
        let around =
            if is_date { self.date_name() } else { self.datetime.as_ref().map(|one| one.name.as_str()) };
        if self.is_chrono {
            let own = if is_date { "NaiveDate" } else { "DateTime<Utc>" };
            return Ok((own.to_owned(), false));
        }
        match around {
            Some(name) => Ok((name.to_owned(), true)),
            None if self.is_time && self.sends => {
                Ok((if is_date { "time::Date" } else { "OffsetDateTime" }.to_owned(), false))
            }
            None => Err(needs(field, "chrono")),
        }
    }
}

/// `pub struct Timestamptz(pub OffsetDateTime);`
fn around<'c>(code: &'c Code<'_>, holds: &[&str]) -> Option<Around<'c>> {
    for source in &code.sources {
        for (at, _) in source.text.match_indices("struct ") {
            let rest = source.text.get(at + "struct ".len()..).unwrap_or_default();
            let Some((name, rest)) = rest.split_once('(') else { continue };
            let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
            let Some((inner, _)) = rest.split_once(");").filter(|_| is_name) else { continue };
            let Some(inner) = inner.strip_prefix("pub ") else { continue };
            if !holds.contains(&inner.rsplit("::").next().unwrap_or(inner)) {
                continue;
            }
            let own = source.file.impls.iter().filter(|one| one.name == name);
            let sends = own.clone().any(|one| one.of_trait.contains("Serialize"));
            let line = source
                .text
                .get(at..)
                .and_then(|rest| rest.find('\n'))
                .map_or(source.text.len(), |end| at + end);
            if sends {
                return Some(Around {
                    name: name.to_owned(),
                    source,
                    place: Place::new(source.path, line_number(source.text, at)),
                    end: own.map(|one| one.range.end).max().unwrap_or(line),
                });
            }
        }
    }
    None
}

/// What is known of the package and the database.
pub(super) struct Types<'c> {
    pub(super) times: Times<'c>,
    pub(super) manifest: String,
    pub(super) is_postgres: bool,
    /// Whether texts of a known length are `varchar(200)` here.
    pub(super) is_varchar: bool,
}

impl Types<'_> {
    /// The type of a field that is no reference.
    pub(super) fn form(&self, field: &Field) -> Result<Form, ProposeError> {
        let is_postgres = self.is_postgres;
        let pick =
            |postgres: &str, sqlite: &str| if is_postgres { postgres.to_owned() } else { sqlite.to_owned() };
        let (rust, sql, is_wrapped) = match field.kind {
            Kind::String if self.is_varchar => {
                ("String".to_owned(), format!("VARCHAR({})", field.max.unwrap_or(255)), false)
            }
            Kind::String | Kind::Text | Kind::BelongsTo(_) => ("String".to_owned(), "TEXT".to_owned(), false),
            Kind::Integer => (pick("i32", "i64"), "INTEGER".to_owned(), false),
            Kind::Float => ("f64".to_owned(), pick("DOUBLE PRECISION", "REAL"), false),
            Kind::Decimal if is_postgres => {
                self.require(field, "rust_decimal")?;
                ("Decimal".to_owned(), "NUMERIC(12, 2)".to_owned(), false)
            }
            Kind::Decimal => ("f64".to_owned(), "REAL".to_owned(), false),
            Kind::Boolean => ("bool".to_owned(), "BOOLEAN".to_owned(), false),
            Kind::Date => {
                let (rust, is_wrapped) = self.times.form(field, true)?;
                (rust, pick("DATE", "TEXT"), is_wrapped)
            }
            Kind::DateTime => {
                let (rust, is_wrapped) = self.times.form(field, false)?;
                (rust, pick("TIMESTAMPTZ", "TEXT"), is_wrapped)
            }
            Kind::Uuid => {
                self.require(field, "uuid")?;
                ("Uuid".to_owned(), pick("UUID", "BLOB"), false)
            }
        };
        Ok(Form { is_copy: rust != "String" && !is_wrapped, rust, sql, is_wrapped })
    }

    fn require(&self, field: &Field, package: &str) -> Result<(), ProposeError> {
        if has_package(&self.manifest, package) { Ok(()) } else { Err(needs(field, package)) }
    }
}

fn needs(field: &Field, package: &str) -> ProposeError {
    ProposeError::Input {
        what: format!("{} needs the package {package}, which the manifest does not have", field.name),
        hint: format!(
            "add {package} with its feature serde, and SQLx's feature {package}; or choose another type"
        ),
    }
}
