//! A column of SQLAlchemy that is there, read as the notation of fields has it, and written as
//! it shall be.

use super::render::optional;
use crate::{
    domain::place::Place,
    propose::{
        python::{Module, last_name, range_of},
        recipe::{
            fields::{Field, Kind},
            reshape::Difference,
        },
    },
};
use ruff_python_ast::{Expr, Stmt};
use std::ops::Range;

/// One declaration: `title: Mapped[str] = mapped_column(String(200), index=True)`.
pub(super) struct Stated {
    pub(super) place: Place,
    pub(super) range: Range<usize>,
    pub(super) source: String,
    name: String,
    /// Inside of `Mapped[…]`, without what says that it may be empty.
    py: String,
    is_optional: bool,
    /// Name, empty for one by its place, and value.
    arguments: Vec<(String, String)>,
}

impl Stated {
    /// Reads it; `None` for what has no annotation.
    pub(super) fn read(module: &Module<'_>, stmt: &Stmt, place: Place) -> Option<Self> {
        let Stmt::AnnAssign(assign) = stmt else { return None };
        let Expr::Subscript(mapped) = &*assign.annotation else { return None };
        let inner = module.source(&*mapped.slice).trim();
        let bare = inner
            .strip_suffix("| None")
            .or_else(|| inner.strip_prefix("Optional[").and_then(|rest| rest.strip_suffix(']')));
        let arguments = match assign.value.as_deref() {
            Some(Expr::Call(call)) => {
                let places =
                    call.arguments.args.iter().map(|one| (String::new(), module.source(one).to_owned()));
                let named = call.arguments.keywords.iter().map(|one| {
                    let name = one.arg.as_ref().map_or("**", |arg| arg.as_str());
                    (name.to_owned(), module.source(&one.value).to_owned())
                });
                places.chain(named).collect()
            }
            Some(_) => return None,
            None => Vec::new(),
        };
        Some(Self {
            place,
            range: range_of(stmt),
            source: module.source(stmt).to_owned(),
            name: last_name(&assign.target)?.to_owned(),
            py: bare.unwrap_or(inner).trim().to_owned(),
            is_optional: bare.is_some(),
            arguments,
        })
    }

    /// Whether an argument is `True`.
    pub(super) fn is(&self, name: &str) -> bool {
        self.arguments.iter().any(|(known, value)| known == name && value == "True")
    }

    fn positional(&self, call: &str) -> Option<&str> {
        let places = self.arguments.iter().filter(|(name, _)| name.is_empty());
        places.map(|(_, value)| value.as_str()).find(|value| value.split('(').next() == Some(call))
    }

    /// The default that the database has now, as a migration writes it.
    pub(super) fn old_default(&self) -> String {
        let known = self.arguments.iter().find(|(name, _)| name == "server_default");
        match known.map(|(_, value)| value.as_str()) {
            Some(value) if value.starts_with(['"', '\'']) => value.to_owned(),
            Some("true()" | "false()") => known.map(|(_, value)| format!("sa.{value}")).unwrap_or_default(),
            _ => "None".into(),
        }
    }
}

/// What stands between the brackets of a call.
fn inner(call: &str) -> &str {
    call.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or_default()
}

/// The field; `None` where the notation cannot say it. Bounds stand elsewhere.
pub(super) fn field_of(
    name: &str,
    stated: &Stated,
    model_of: &dyn Fn(&str) -> Option<String>,
) -> Option<Field> {
    let mut max = None;
    let kind = if let Some(key) = stated.positional("ForeignKey") {
        let target = inner(key).trim_matches(['"', '\'']);
        Kind::BelongsTo(model_of(target.split('.').next().unwrap_or_default())?)
    } else if let Some(text) = stated.positional("String") {
        max = inner(text).trim_start_matches("length=").parse().ok();
        if max.is_some() { Kind::String } else { Kind::Text }
    } else {
        let of = |name: &str| stated.positional(name).is_some();
        match stated.py.as_str() {
            "str" => Kind::Text,
            "int" if !of("BigInteger") && !of("SmallInteger") => Kind::Integer,
            "float" => Kind::Float,
            "Decimal" => Kind::Decimal,
            "bool" => Kind::Boolean,
            "date" => Kind::Date,
            "datetime" => Kind::DateTime,
            "uuid.UUID" | "UUID" => Kind::Uuid,
            _ => return None,
        }
    };
    // The index of a reference goes without saying.
    let is_reference = matches!(kind, Kind::BelongsTo(_));
    Some(Field {
        name: name.to_owned(),
        kind,
        optional: stated.is_optional,
        unique: stated.is("unique"),
        index: stated.is("index") && !stated.is("unique") && !is_reference,
        min: None,
        max,
    })
}

/// The type of a column in a migration.
pub(super) fn sa_type(field: &Field, stated: &Stated) -> String {
    match field.kind {
        Kind::BelongsTo(_) if stated.py.to_lowercase().contains("uuid") => "sa.Uuid()".into(),
        Kind::BelongsTo(_) => "sa.Integer()".into(),
        _ => super::context::field_context(field, None, false).sa_type,
    }
}

/// The new declaration, and what it imports.
pub(super) fn rewritten(stated: &Stated, difference: &Difference, old: bool) -> (String, Vec<String>) {
    let Difference { before, after, fill, .. } = difference;
    let mut imports = Vec::new();
    let mut all: Vec<(String, String)> = Vec::new();
    for (name, value) in &stated.arguments {
        let is_out = match name.as_str() {
            "default" | "server_default" => fill.is_some(),
            "unique" => !after.unique,
            "index" => !after.index && !after.unique && !matches!(after.kind, Kind::BelongsTo(_)),
            "nullable" => before.optional != after.optional,
            _ => false,
        };
        let is_type = name.is_empty() && value.starts_with("String(");
        let value = match (&after.kind, is_type) {
            (Kind::String, true) => format!("String({})", after.max.unwrap_or(255)),
            (Kind::Text, true) if before.kind == Kind::String => {
                imports.push("sqlalchemy:Text".to_owned());
                "Text".to_owned()
            }
            _ => value.clone(),
        };
        if !is_out {
            all.push((name.clone(), value));
        }
    }
    let mut add = |name: &str, value: String| {
        if !all.iter().any(|(known, _)| known == name) {
            all.push((name.to_owned(), value));
        }
    };
    if let Some(fill) = fill {
        add("default", fill.python(&stated.py));
        let default = super::revisions::server_default(fill, "");
        if let Some(name) = default.strip_suffix("()") {
            imports.push(format!("sqlalchemy:{name}"));
        }
        add("server_default", default);
    }
    if after.unique {
        add("unique", "True".into());
    }
    if after.unique && !before.unique || after.index {
        add("index", "True".into());
    }
    let py = if after.optional { optional(&stated.py, old) } else { stated.py.clone() };
    if after.optional && old {
        imports.push("typing:Optional".into());
    }
    let text = all
        .iter()
        .map(|(name, value)| if name.is_empty() { value.clone() } else { format!("{name}={value}") });
    let text = text.collect::<Vec<_>>().join("¦");
    let line = match text.is_empty() {
        true => format!("{}: Mapped[{py}]", stated.name),
        false => {
            if stated.arguments.is_empty() {
                imports.push("sqlalchemy.orm:mapped_column".into());
            }
            format!("{}: Mapped[{py}] = mapped_column(⟨{text}⟩)", stated.name)
        }
    };
    (line, imports)
}
