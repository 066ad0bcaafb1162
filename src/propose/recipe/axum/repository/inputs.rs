//! What a new or a changed row is given by: a body, as clients send it, or single values; as the
//! example has it.

use super::{
    like::Like,
    table::{Column, Table},
};
use crate::propose::{
    recipe::{
        axum::code::Source,
        names::{Name, snake},
        rename::Renamer,
        row_verb::Verb,
    },
    rust::Struct,
};

/// As many parameters as clippy lets a function have.
const MOST_PARAMETERS: usize = 7;

/// A structure that holds the values of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) name: String,
    /// Path of the file that declares it; `None` where the new one has to.
    pub(super) home: Option<String>,
    /// Field and type.
    pub(super) fields: Vec<(String, String)>,
    /// Whether another file may make one.
    pub(super) is_open: bool,
}

/// One value of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) column: Column,
    /// `&body.title`
    pub(super) source: String,
    /// What stands where the value is not said: the value that is there, or its default.
    pub(super) instead: Option<String>,
}

/// What a function that writes is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Input {
    /// `None` where it is given single values only.
    pub(super) body: Option<Body>,
    /// `body`, and whether it is borrowed.
    pub(super) pattern: String,
    pub(super) is_borrowed: bool,
    /// Columns that are given beside a body.
    pub(super) beside: Vec<Column>,
    pub(super) values: Vec<Value>,
}

impl Input {
    /// `author_id: i64`, `body: &NewNote`
    pub(super) fn parameters(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .beside
            .iter()
            .map(|column| format!("{}: {}", column.field, parameter_type(column)))
            .collect();
        all.extend(self.body.as_ref().map(|body| {
            let sign = if self.is_borrowed { "&" } else { "" };
            format!("{}: {sign}{}", self.pattern, body.name)
        }));
        all
    }
}

/// Words that say of a structure that it holds what a row is made of, or changed by.
const MAKES: [&str; 12] =
    ["new", "create", "insert", "add", "input", "body", "payload", "request", "draft", "data", "dto", "form"];
const CHANGES: [&str; 4] = ["update", "patch", "change", "edit"];

/// Everything that says what writes are given.
pub(super) struct Inputs<'a, 'c> {
    pub(super) like: &'a Like<'c>,
    pub(super) table: &'a Table<'c>,
    pub(super) name: &'a Name,
    pub(super) renamer: Renamer<'a>,
    pub(super) sources: Vec<&'c Source<'c>>,
}

impl Inputs<'_, '_> {
    /// What a new row is given.
    pub(super) fn added(&self) -> Input {
        let body = self.body(false).unwrap_or_else(|| self.made());
        self.input(Verb::Add, body)
    }

    /// What a changed row is given; `None` where nothing of it could be.
    pub(super) fn changed(&self, added: &Input) -> Option<Input> {
        let body = self.body(true).or_else(|| added.body.clone()).unwrap_or_else(|| self.made());
        let mut input = self.input(Verb::Update, body);
        input.values.retain(|value| !value.column.is_key);
        // What a body does not hold is said once, when the row is made.
        if input.body.is_some() {
            let beside = std::mem::take(&mut input.beside);
            input.values.retain(|value| !beside.contains(&value.column));
        } else {
            input.beside.retain(|column| !column.is_key);
        }
        (!input.values.is_empty()).then_some(input)
    }

    fn input(&self, verb: Verb, body: Body) -> Input {
        let columns: Vec<Column> = self.table.given().cloned().collect();
        if self.takes_values() && columns.len() + 2 <= MOST_PARAMETERS {
            let value = |column: &Column| Value {
                column: column.clone(),
                source: column.field.clone(),
                instead: None,
            };
            let values = columns.iter().map(value).collect();
            return Input { body: None, pattern: String::new(), is_borrowed: false, beside: columns, values };
        }
        let (pattern, is_borrowed) = self.parameter(verb);
        let held = |column: &Column| {
            body.fields.iter().find(|(field, ty)| *field == column.field && plain(ty).0 == column.ty)
        };
        let beside: Vec<Column> =
            columns.iter().filter(|column| held(column).is_none() && column.is_needed()).cloned().collect();
        let mut values = Vec::new();
        for column in columns {
            if beside.contains(&column) {
                values.push(Value { source: column.field.clone(), column, instead: None });
                continue;
            }
            let Some((field, ty)) = held(&column) else { continue };
            let is_left_out = plain(ty).1 && !column.optional;
            let patches = verb == Verb::Update && is_patch(&body, self.table);
            let instead = match verb {
                Verb::Update if is_left_out || patches => Some(column.name.clone()),
                Verb::Add if is_left_out => column.default.clone(),
                _ => None,
            };
            let sign = if is_copy(&column.ty) { "" } else { "&" };
            values.push(Value { source: format!("{sign}{pattern}.{field}"), column, instead });
        }
        Input { body: Some(body), pattern, is_borrowed, beside, values }
    }

    /// Whether the example's rows are made of single values.
    fn takes_values(&self) -> bool {
        let Some(known) = self.like.of(Verb::Add) else { return false };
        let own = known.unit.function.parameters.iter();
        let mut rest = own.filter(|(pattern, ty)| format!("{pattern}: {ty}") != self.like.handle.parameter);
        let is_value = |ty: &str| {
            let ty = ty.trim_start_matches('&');
            let ty = plain(ty).0.trim_start_matches('&').to_owned();
            ty == "str" || ty == "String" || is_copy(&ty)
        };
        rest.clone().next().is_some() && rest.all(|(_, ty)| is_value(ty))
    }

    /// What the example calls its body, and whether it borrows it.
    fn parameter(&self, verb: Verb) -> (String, bool) {
        let known = self.like.of(verb).or_else(|| self.like.of(Verb::Add));
        let all = known.map(|known| known.unit.function.parameters.as_slice()).unwrap_or_default();
        let body = all.iter().find(|(pattern, ty)| {
            let name = ty.trim_start_matches('&').rsplit("::").next().unwrap_or_default();
            format!("{pattern}: {ty}") != self.like.handle.parameter
                && self.sources.iter().any(|source| source.file.structs.iter().any(|one| one.name == name))
        });
        body.map_or(("body".to_owned(), true), |(pattern, ty)| {
            (self.renamer.apply(pattern.trim_start_matches("mut ")), ty.starts_with('&'))
        })
    }

    /// A structure that is there, of what makes or changes such a row.
    fn body(&self, changes: bool) -> Option<Body> {
        let mut found: Vec<Body> = Vec::new();
        for source in &self.sources {
            for one in &source.file.structs {
                let own = snake(&one.name);
                let says = |words: &[&str]| own.split('_').any(|word| words.contains(&word));
                let rest: Vec<&str> =
                    own.split('_').filter(|word| !MAKES.contains(word) && !CHANGES.contains(word)).collect();
                let rest = rest.join("_");
                let is_own = rest == self.name.snake && rest != own && one.name != self.table.row.name;
                if is_own && says(&CHANGES) == changes {
                    found.extend(held(source, one, self.table));
                }
            }
        }
        found.into_iter().next()
    }

    /// One that is not there yet.
    fn made(&self) -> Body {
        let name = self.like.of(Verb::Add).and_then(|known| {
            let own = known.unit.function.parameters.iter();
            let mut names = own.map(|(_, ty)| ty.trim_start_matches('&').to_owned());
            names.find(|ty| self.renamer.touches(ty) && !ty.contains([':', '<', ' ']))
        });
        let name = name.map_or(format!("New{}", self.name.pascal), |name| self.renamer.apply(&name));
        let fields = self.table.given().map(|column| (column.field.clone(), column.whole_type())).collect();
        Body { name, home: None, fields, is_open: true }
    }
}

/// A structure's public fields that are columns; `None` where there are none.
fn held(source: &Source<'_>, one: &Struct, table: &Table<'_>) -> Option<Body> {
    let behind = source.text.get(one.name_at + one.name.len()..)?;
    if behind.trim_start().starts_with('<') {
        return None;
    }
    let is_public = |at: usize| {
        let place = one.places.get(at).and_then(|place| source.text.get(place.clone()));
        place.is_some_and(|text| text.starts_with("pub"))
    };
    let all = one.fields.iter().enumerate();
    let fields: Vec<(String, String)> =
        all.filter(|(at, _)| is_public(*at)).map(|(_, field)| field.clone()).collect();
    let is_column = |(field, _): &(String, String)| table.given().any(|column| column.field == *field);
    let is_open = fields.len() == one.fields.len();
    let body = Body { name: one.name.clone(), home: Some(source.path.to_owned()), fields, is_open };
    body.fields.iter().any(is_column).then_some(body)
}

/// Whether a body says only what changes.
fn is_patch(body: &Body, table: &Table<'_>) -> bool {
    let is_needed = |field: &str| table.columns.iter().any(|one| one.field == field && !one.optional);
    body.fields.iter().all(|(_, ty)| plain(ty).1) && body.fields.iter().any(|(field, _)| is_needed(field))
}

/// The type without `Option`, and whether it has one.
pub(super) fn plain(ty: &str) -> (&str, bool) {
    match ty.strip_prefix("Option<").and_then(|rest| rest.strip_suffix('>')) {
        Some(inner) => (inner, true),
        None => (ty, false),
    }
}

/// Whether a value of the type is handed on without a thought.
pub(super) fn is_copy(ty: &str) -> bool {
    const COPIES: [&str; 22] = [
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "u8",
        "u16",
        "u32",
        "u64",
        "usize",
        "f32",
        "f64",
        "bool",
        "char",
        "Uuid",
        "Decimal",
        "NaiveDate",
        "NaiveDateTime",
        "NaiveTime",
        "OffsetDateTime",
        "Date",
    ];
    let last = ty.rsplit("::").next().unwrap_or(ty);
    COPIES.contains(&last) || ty.contains("DateTime<Utc>")
}

/// The type of a parameter for one value.
pub(super) fn parameter_type(column: &Column) -> String {
    let own = match column.ty.as_str() {
        "String" => "&str".to_owned(),
        ty if is_copy(ty) => ty.to_owned(),
        ty => format!("&{ty}"),
    };
    if column.optional { format!("Option<{own}>") } else { own }
}
