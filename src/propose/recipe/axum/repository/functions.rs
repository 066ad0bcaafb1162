//! The functions of a new repository, one for each verb, as a template is told of them.

use super::{
    Plan,
    asking::Shape,
    inputs::{Input, is_copy},
    like::Known,
    page::Page,
    sql::quoted,
};
use crate::propose::recipe::{axum::endpoint::copy::attributes, row_verb::Verb};
use serde::Serialize;

/// What a function gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Gives {
    Row,
    Option,
    Many,
    Key,
    Flag,
    Count,
    Nothing,
}

/// One function.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Function {
    pub(super) verb: &'static str,
    /// Attributes, visibility and name, up to the bracket.
    pub(super) head: String,
    pub(super) parameters: String,
    pub(super) returns: String,
    /// `where …`; empty where there is none.
    pub(super) clause: String,
    /// `sqlx::query_as(`
    pub(super) open: String,
    /// What stands behind the text: values that are bound.
    pub(super) values: String,
    pub(super) method: &'static str,
    pub(super) target: String,
    /// `direct`, `wrapped` or `named`
    pub(super) shape: &'static str,
    pub(super) convert: String,
    pub(super) after: String,
    pub(super) gives: Gives,
    /// Columns of a new row, and what stands for each of them.
    pub(super) columns: Vec<String>,
    pub(super) places: Vec<String>,
    /// `title = $1`
    pub(super) sets: Vec<String>,
    /// What stands for the key.
    pub(super) at: String,
    /// ` LIMIT $1 OFFSET $2`
    pub(super) bounds: String,
}

/// A default that says what is given where the example does not.
fn default_of(verb: Verb) -> Gives {
    match verb {
        Verb::Get | Verb::Update => Gives::Option,
        Verb::List => Gives::Many,
        Verb::Add => Gives::Row,
        Verb::Delete => Gives::Flag,
    }
}

fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Get => "get",
        Verb::List => "list",
        Verb::Add => "add",
        Verb::Update => "update",
        Verb::Delete => "delete",
    }
}

impl Plan<'_> {
    /// What a function gives, and its return type.
    pub(super) fn gives(&self, verb: Verb) -> (Gives, String) {
        let row = &self.like.name.pascal;
        let own = self.like.of(verb).and_then(|known| self.like.gives(known));
        let kind = |inner: &str| -> Option<Gives> {
            let held = |name: &str| {
                let rest = inner.strip_prefix(name)?.strip_suffix('>')?;
                (rest.rsplit("::").next() == Some(row)).then_some(())
            };
            let kind = if inner.rsplit("::").next() == Some(row) {
                Gives::Row
            } else if held("Option<").is_some() {
                Gives::Option
            } else if held("Vec<").is_some() {
                Gives::Many
            } else {
                match inner {
                    "bool" => Gives::Flag,
                    "u64" if verb != Verb::Add => Gives::Count,
                    "()" => Gives::Nothing,
                    inner if is_copy(inner) && verb == Verb::Add => Gives::Key,
                    _ => return None,
                }
            };
            let fits = match verb {
                Verb::Get => matches!(kind, Gives::Row | Gives::Option),
                Verb::List => kind == Gives::Many,
                Verb::Add => matches!(kind, Gives::Row | Gives::Key | Gives::Nothing),
                Verb::Update => !matches!(kind, Gives::Many | Gives::Key),
                Verb::Delete => matches!(kind, Gives::Flag | Gives::Count | Gives::Nothing),
            };
            fits.then_some(kind)
        };
        let named = own.and_then(|(pattern, inner)| Some((kind(&inner)?, pattern, inner)));
        if let Some((kind, pattern, inner)) = named {
            let inner = if kind == Gives::Key { self.key.ty.clone() } else { self.renamer().apply(&inner) };
            return (kind, pattern.replace("{}", &inner));
        }
        let mut patterns = self.like.known.iter().filter_map(|known| self.like.gives(known));
        let pattern = patterns.next().map_or("Result<{}, sqlx::Error>".to_owned(), |(pattern, _)| pattern);
        let new = &self.ask.name.pascal;
        let (kind, inner) = match default_of(verb) {
            Gives::Many => (Gives::Many, format!("Vec<{new}>")),
            Gives::Row => (Gives::Row, new.clone()),
            Gives::Flag => (Gives::Flag, "bool".to_owned()),
            other => (other, format!("Option<{new}>")),
        };
        (kind, pattern.replace("{}", &inner))
    }

    /// What the key is called, and its type where a function takes it.
    pub(super) fn key_parameter(&self) -> (String, String) {
        let own = self.like.of(Verb::Get).map(|known| known.unit.function.parameters.iter());
        let mut own = own
            .into_iter()
            .flatten()
            .filter(|(pattern, ty)| format!("{pattern}: {ty}") != self.like.handle.parameter);
        let shown = own.next();
        let pattern = shown.map_or(self.key.field.clone(), |(pattern, _)| self.renamer().apply(pattern));
        let is_borrowed = shown.is_some_and(|(_, ty)| ty.starts_with('&') && ty != "&str");
        let ty = match self.key.ty.as_str() {
            "String" => "&str".to_owned(),
            ty if is_copy(ty) && !is_borrowed => ty.to_owned(),
            ty => format!("&{ty}"),
        };
        (pattern, ty)
    }

    /// One function.
    pub(super) fn told(&self, verb: Verb, page: &Page) -> Option<Function> {
        let (gives, returns) = self.gives(verb);
        let pattern = self.like.pattern(verb)?;
        let mut ending = self.like.ending(verb, returns.contains("sqlx::"));
        let own = self.like.of(verb);
        let looks_up = own.is_some_and(|known| known.asking.method == "fetch_optional");
        if gives != Gives::Row || !looks_up {
            ending.after.clear();
        }
        let method = match gives {
            Gives::Row if !ending.after.is_empty() => "fetch_optional",
            Gives::Row | Gives::Key => "fetch_one",
            Gives::Option => "fetch_optional",
            Gives::Many => "fetch_all",
            Gives::Flag | Gives::Count | Gives::Nothing => "execute",
        };
        let key = self.key_parameter();
        let input = match verb {
            Verb::Add => Some(&self.added),
            Verb::Update => Some(self.changed.as_ref()?),
            Verb::Get | Verb::List | Verb::Delete => None,
        };
        let mut parameters = Vec::new();
        let mut binds: Vec<String> = input.iter().flat_map(|input| values(input)).collect();
        if matches!(verb, Verb::Get | Verb::Update | Verb::Delete) {
            parameters.push(format!("{}: {}", key.0, key.1));
            binds.push(key.0);
        }
        parameters.extend(input.map(Input::parameters).unwrap_or_default());
        if verb == Verb::List {
            parameters.extend(page.parameters.iter().cloned());
            binds.extend(page.binds.iter().cloned());
        }
        let is_macro = pattern.asking.is_macro;
        let open = self.open(gives, is_macro);
        let values = match is_macro {
            true => {
                binds.iter().map(|bind| format!(", {}", bind.trim_start_matches('&'))).collect::<String>()
                    + ")"
            }
            false => binds.iter().fold(")".to_owned(), |all, bind| format!("{all}.bind({bind})")),
        };
        let places = self.like.places(binds.len());
        let (columns, stands) = input.map(|input| stands(input, &places)).unwrap_or_default();
        let mut sets: Vec<String> =
            columns.iter().zip(&stands).map(|(column, place)| format!("{column} = {place}")).collect();
        sets.extend(self.touched());
        Some(Function {
            verb: word(verb),
            head: self.head(verb, pattern),
            parameters: self.parameters(pattern, parameters).join(", "),
            returns,
            clause: clause(pattern),
            open,
            values,
            method,
            target: self.like.handle.target.clone(),
            shape: match ending.shape {
                Shape::Direct => "direct",
                Shape::Wrapped => "wrapped",
                Shape::Named => "named",
            },
            convert: self.renamer().apply(&ending.convert),
            after: self.renamer().apply(&ending.after),
            gives,
            columns,
            places: stands,
            sets,
            at: places.last().cloned().unwrap_or_default(),
            bounds: page.sql.clone(),
        })
    }

    /// What says when a row was changed, as the table says when it was made.
    fn touched(&self) -> Option<String> {
        let column =
            self.table.columns.iter().find(|column| column.name == "updated_at" && column.is_made)?;
        Some(format!("updated_at = {}", column.default.as_ref()?))
    }

    /// `pub async fn find_note<'e, E>`
    fn head(&self, verb: Verb, pattern: &Known<'_>) -> String {
        let function = pattern.unit.function;
        let text = pattern.unit.slice(function.range.clone());
        let (lead, rest) = text.split_once("fn ").unwrap_or(("pub async ", ""));
        let rest = rest.trim_start().strip_prefix(function.name.as_str()).unwrap_or_default();
        let generics = rest.split_once('(').map_or("", |(generics, _)| generics);
        format!("{}{lead}fn {}{generics}", attributes(function), self.function(verb))
    }

    /// The parameters with what asks: `&self`, or the example's own.
    fn parameters(&self, pattern: &Known<'_>, mut own: Vec<String>) -> Vec<String> {
        let handle = &self.like.handle;
        let given = match self.like.owner {
            Some(_) => {
                let text = pattern.unit.slice(pattern.unit.function.range.clone());
                let is_changed =
                    text.split_once('(').is_some_and(|(_, rest)| rest.trim_start().starts_with("&mut self"));
                if is_changed { "&mut self".to_owned() } else { "&self".to_owned() }
            }
            None => handle.parameter.clone(),
        };
        own.insert(if handle.is_last { own.len() } else { 0 }, given);
        own
    }

    /// What makes a query that gives that: `sqlx::query_as::<_, Note>(`.
    fn open(&self, gives: Gives, is_macro: bool) -> String {
        let kind = match gives {
            Gives::Row | Gives::Option | Gives::Many => "query_as",
            Gives::Key => "query_scalar",
            Gives::Flag | Gives::Count | Gives::Nothing => "query",
        };
        let alike =
            || self.like.known.iter().map(|known| &known.asking).filter(|one| one.is_macro == is_macro);
        let lead = match alike().find(|one| one.kind() == kind) {
            Some(one) => self.renamer().apply(&one.head),
            None => {
                let first = alike().next().map_or("", |one| one.maker());
                let module =
                    first.rsplit_once("::").map_or(String::new(), |(module, _)| format!("{module}::"));
                let row =
                    if kind == "query_as" { format!("{}, ", self.ask.name.pascal) } else { String::new() };
                if is_macro { format!("{module}{kind}!({row}") } else { format!("{module}{kind}") }
            }
        };
        if is_macro { lead } else { format!("{lead}(") }
    }
}

/// What is bound, in order.
fn values(input: &Input) -> Vec<String> {
    input.values.iter().map(|value| value.source.clone()).collect()
}

/// Columns, and what stands for each of them.
fn stands(input: &Input, places: &[String]) -> (Vec<String>, Vec<String>) {
    let all = input.values.iter().zip(places);
    all.map(|(value, place)| {
        let instead = value.instead.as_ref();
        let place = instead.map_or(place.clone(), |instead| format!("COALESCE({place}, {instead})"));
        (quoted(&value.column.name), place)
    })
    .unzip()
}

/// `where E: Executor<'e, Database = Sqlite>`
fn clause(pattern: &Known<'_>) -> String {
    let function = pattern.unit.function;
    let head = pattern.unit.slice(function.range.start..function.body.start);
    let rest = head.rsplit_once(function.returns.as_str()).map_or("", |(_, rest)| rest.trim());
    if rest.starts_with("where") { rest.to_owned() } else { String::new() }
}
