//! The field notation of tasks and recipes: `title:string{1..200} price:decimal`.
//!
//! A field is `name:type`, then in any order: `{min..max}` for a length or a range,
//! `{a, b}` for the choices of an enum, `(Model)` for a reference, `?` for optional,
//! `=value` for a default, `:unique` and `:index` (`!unique` is read too). Problems are reported, not repaired.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One field of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// As written: lower case with underscores.
    pub name: String,
    pub kind: FieldKind,
    pub optional: bool,
    pub unique: bool,
    pub index: bool,
    /// Lowest length or value.
    pub min: Option<i64>,
    /// Highest length or value.
    pub max: Option<i64>,
    /// As written; empty without one.
    pub default: String,
}

/// The type of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "of", rename_all = "snake_case")]
pub enum FieldKind {
    String,
    Text,
    Integer,
    Decimal,
    Float,
    Boolean,
    Date,
    Datetime,
    Uuid,
    Json,
    Email,
    Url,
    /// The choices, in order.
    Enum(Vec<String>),
    /// The model it refers to.
    BelongsTo(String),
}

/// Why a part of the notation was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    pub written: String,
    pub reason: String,
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.written, self.reason)
    }
}

/// Fields of a text that holds nothing else, in order, and what was wrong.
pub fn parse_fields(text: &str) -> (Vec<Field>, Vec<FieldProblem>) {
    let mut fields: Vec<Field> = Vec::new();
    let mut problems = Vec::new();
    for written in split(text) {
        match parse_field(&written) {
            Ok(field) if fields.iter().any(|known| known.name == field.name) => {
                problems
                    .push(FieldProblem { written, reason: "the name is taken by an earlier field".into() });
            }
            Ok(field) => fields.push(field),
            Err(reason) => problems.push(FieldProblem { written, reason }),
        }
    }
    (fields, problems)
}

/// Splits at blanks outside of brackets.
fn split(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut depth = 0_usize;
    for letter in text.chars() {
        match letter {
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if letter.is_whitespace() && depth == 0 {
            words.push(String::new());
        } else if let Some(last) = words.last_mut() {
            last.push(letter);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// One field. The error is a sentence fragment.
pub fn parse_field(written: &str) -> Result<Field, String> {
    let (name, rest) = written.split_once(':').ok_or("a field is written `name:type`")?;
    let valid = name.len() <= 63
        && name.starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '_')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if !valid {
        return Err("a name has lower-case letters, digits and underscores, at most 63".into());
    }
    let end = rest.find(['{', '(', '?', '!', '=', ':']).unwrap_or(rest.len());
    let (word, mut marks) = rest.split_at(end);
    let mut field = Field {
        name: name.to_owned(),
        kind: kind(word)?,
        optional: false,
        unique: false,
        index: false,
        min: None,
        max: None,
        default: String::new(),
    };
    while !marks.is_empty() {
        marks = mark(&mut field, marks)?;
    }
    match &field.kind {
        FieldKind::Enum(choices) if choices.is_empty() => {
            Err("an enum lists its choices: `status:enum{open, paid}`".into())
        }
        FieldKind::BelongsTo(model) if model.is_empty() => {
            Err("a reference names its model: `owner:belongs_to(User)`".into())
        }
        _ if field.min.zip(field.max).is_some_and(|(min, max)| min > max) => {
            Err("the lower bound is above the upper one".into())
        }
        _ => Ok(field),
    }
}

fn kind(word: &str) -> Result<FieldKind, String> {
    Ok(match word {
        "string" | "str" | "varchar" => FieldKind::String,
        "text" => FieldKind::Text,
        "integer" | "int" | "bigint" => FieldKind::Integer,
        "decimal" | "money" | "numeric" => FieldKind::Decimal,
        "float" | "double" => FieldKind::Float,
        "boolean" | "bool" => FieldKind::Boolean,
        "date" => FieldKind::Date,
        "datetime" | "timestamp" => FieldKind::Datetime,
        "uuid" => FieldKind::Uuid,
        "json" | "jsonb" => FieldKind::Json,
        "email" => FieldKind::Email,
        "url" => FieldKind::Url,
        "enum" => FieldKind::Enum(Vec::new()),
        "belongs_to" | "references" => FieldKind::BelongsTo(String::new()),
        _ => {
            return Err(format!(
                "`{word}` is no type; known: string, text, integer, decimal, float, boolean, date, datetime, uuid, json, email, url, enum, belongs_to"
            ));
        }
    })
}

/// Takes one mark from the front and returns the rest.
fn mark<'t>(field: &mut Field, marks: &'t str) -> Result<&'t str, String> {
    if let Some(rest) = marks.strip_prefix('?') {
        field.optional = true;
        return Ok(rest);
    }
    if let Some(rest) = marks.strip_prefix(":unique").or_else(|| marks.strip_prefix("!unique")) {
        field.unique = true;
        return Ok(rest);
    }
    if let Some(rest) = marks.strip_prefix(":index").or_else(|| marks.strip_prefix("!index")) {
        field.index = true;
        return Ok(rest);
    }
    if let Some(rest) = marks.strip_prefix('(') {
        let (model, rest) = rest.split_once(')').ok_or("`(` is not closed")?;
        let FieldKind::BelongsTo(name) = &mut field.kind else {
            return Err("only `belongs_to` takes a model in brackets".into());
        };
        let model = model.trim();
        if model.is_empty() || !model.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(format!("`{model}` is no model name"));
        }
        *name = model.to_owned();
        return Ok(rest);
    }
    if let Some(rest) = marks.strip_prefix('{') {
        let (inner, rest) = rest.split_once('}').ok_or("`{` is not closed")?;
        braces(field, inner)?;
        return Ok(rest);
    }
    if let Some(rest) = marks.strip_prefix('=') {
        let end = rest.find(['?', '!', '{', '(', ':']).unwrap_or(rest.len());
        let (value, rest) = rest.split_at(end);
        if value.is_empty() {
            return Err("`=` has no value".into());
        }
        field.default = value.to_owned();
        return Ok(rest);
    }
    Err(format!("`{marks}` is not understood"))
}

fn braces(field: &mut Field, inner: &str) -> Result<(), String> {
    if let FieldKind::Enum(choices) = &mut field.kind {
        for choice in inner.split([',', '|']).map(str::trim) {
            let valid = !choice.is_empty()
                && choice.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
            if !valid || choices.iter().any(|known| known == choice) {
                return Err(format!("`{choice}` is no choice, or stands twice"));
            }
            choices.push(choice.to_owned());
        }
        return Ok(());
    }
    let (low, high) = inner.split_once("..").ok_or("bounds are written `{1..200}`")?;
    let bound = |text: &str| -> Result<Option<i64>, String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| format!("`{text}` is no whole number"))
    };
    field.min = bound(low)?;
    field.max = bound(high)?;
    Ok(())
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.name)?;
        match &self.kind {
            FieldKind::Enum(choices) => write!(f, "enum{{{}}}", choices.join(","))?,
            FieldKind::BelongsTo(model) => write!(f, "belongs_to({model})")?,
            plain => f.write_str(plain.name())?,
        }
        if self.min.is_some() || self.max.is_some() {
            let bound = |bound: Option<i64>| bound.map(|number| number.to_string()).unwrap_or_default();
            write!(f, "{{{}..{}}}", bound(self.min), bound(self.max))?;
        }
        if !self.default.is_empty() {
            write!(f, "={}", self.default)?;
        }
        for (mark, set) in [("?", self.optional), (":unique", self.unique), (":index", self.index)] {
            if set {
                f.write_str(mark)?;
            }
        }
        Ok(())
    }
}

impl FieldKind {
    /// The word of the notation.
    pub fn name(&self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Datetime => "datetime",
            Self::Uuid => "uuid",
            Self::Json => "json",
            Self::Email => "email",
            Self::Url => "url",
            Self::Enum(_) => "enum",
            Self::BelongsTo(_) => "belongs_to",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn every_mark_is_read_and_written_back() {
        for written in [
            "title:string{1..200}",
            "price:decimal{0..}",
            "owner:belongs_to(User)",
            "status:enum{open,paid}=open",
            "note:text?",
            "code:string{..12}:unique:index",
            "at:datetime?:index",
        ] {
            let field = parse_field(written).expect(written);
            assert_eq!(field.to_string(), written);
        }
        let other = parse_field("code:string!unique!index").map(|field| field.to_string());
        assert_eq!(other.as_deref(), Ok("code:string:unique:index"));
    }

    #[test]
    fn problems_say_what_would_be_right() {
        for (written, part) in [
            ("title", "name:type"),
            ("Title:string", "lower-case"),
            ("a:blob", "known: string"),
            ("a:string{1-2}", "{1..200}"),
            ("a:string{9..1}", "above"),
            ("a:enum", "choices"),
            ("a:enum{x,x}", "twice"),
            ("a:belongs_to", "names its model"),
            ("a:belongs_to(a b)", "no model name"),
            ("a:string(User)", "belongs_to"),
            ("a:string{1..", "not closed"),
            ("a:string!odd", "not understood"),
            ("a:int=", "no value"),
        ] {
            let reason = parse_field(written).expect_err(written);
            assert!(reason.contains(part), "{written}: {reason}");
        }
    }

    #[test]
    fn a_list_keeps_its_order_and_reports_a_name_that_stands_twice() {
        let (fields, problems) = parse_fields("b:int a:enum{x, y}  b:text");
        assert_eq!(fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(problems.len(), 1);
    }
}
