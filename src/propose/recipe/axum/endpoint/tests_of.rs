//! Tests of a new route, at the end of those of its resource.
//!
//! They start the application and ask it as the tests that are there do: by the function of the
//! file that sends a request.

use super::{
    super::{
        plan::{RECIPE, rust_lines, set_up},
        tests_of::start_of,
    },
    code::Source,
    routes::Routed,
    work::{Piece, Work},
};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place},
    ports::ProposeError,
    propose::{
        edits::line_number,
        recipe::{
            address::address_in,
            endpoint::{Kind, column::Column, route::NewValue},
            examples::resource_of,
            fields::Kind as Type,
            fill::Fill,
            literals::literals,
            values::sample_text,
        },
        rust::{Function, Struct},
    },
};
use minijinja::{Value, context};

const TEMPLATE: &str = "endpoint.test.rs.j2";

/// How the tests of a resource start the application and make a row.
pub(super) struct Suite<'c> {
    pub(super) source: &'c Source<'c>,
    /// The test that is followed.
    pub(super) test: &'c Function,
    setup: String,
    app: String,
    sender: &'c Function,
    address: String,
    body: Body<'c>,
}

/// The tests; `Ok(Err(_))` says why they are the reader's to write.
pub(super) fn piece(
    work: &Work<'_>,
    columns: &[Column],
    bodies: &[(&Struct, &str)],
) -> Result<Result<Piece, String>, ProposeError> {
    let suite = match Suite::find(work, bodies) {
        Ok(suite) => suite,
        Err(why) => return Ok(Err(format!("{why}, so the tests are yours to write."))),
    };
    // A value that cannot stand in an address as it is asks for more than a test should do.
    if let Some(column) = work.route.by.as_ref()
        && suite.body.sent(&column.name).is_some_and(|value| value.contains(['/', '%', '?', '#', '\\']))
    {
        let path = suite.source.path;
        return Ok(Err(format!(
            "The value of {} in {path} does not fit an address, so the tests are yours to write.",
            column.name
        )));
    }
    suite.written(work, TEMPLATE, &suite.values(work, columns)).map(Ok)
}

impl<'c> Suite<'c> {
    /// Reads them; the error says what was not understood.
    pub(super) fn find(work: &Work<'c>, bodies: &[(&Struct, &str)]) -> Result<Self, String> {
        let name = &work.ask.name;
        let is_test = |one: &&Source<'_>| {
            work.ask.map.layer_of(one.path).or_else(|| layer_by_path(one.path)) == Some(Layer::Test)
                && resource_of(one.path).as_ref() == Some(&name.snake)
        };
        let plural = || name.plural.replace('_', " ");
        let source = work.code.sources.iter().find(is_test);
        let source = source.ok_or_else(|| format!("No test of {} was found", plural()))?;
        let is_marked = |one: &&Function| one.attributes.iter().any(|text| text.contains("test"));
        let functions = &source.file.functions;
        let started = functions.iter().rev().filter(is_marked).find_map(|test| {
            let (setup, app) = start_of(source.text.get(test.body.clone()).unwrap_or_default())?;
            Some((test, setup, app))
        });
        let (test, setup, app) = started
            .ok_or_else(|| format!("How {} starts the application was not understood", source.path))?;
        let sender = functions.iter().find(sends).ok_or_else(|| {
            format!("{} has no function that sends a request as text and body", source.path)
        })?;
        let address = address_in(source.text, name)
            .ok_or_else(|| format!("{} names no address of {}", source.path, name.plural))?;
        if !answers_plainly(work) {
            return Err(format!("The routes of {} answer in a form of their own", plural()));
        }
        let body = Body::find(source, bodies)
            .ok_or_else(|| format!("{} makes no {} in a way that is known here", source.path, name.snake))?;
        Ok(Self { source, test, setup, app, sender, address, body })
    }

    /// The parameter of a test that holds the pool.
    pub(super) fn pool(&self) -> Option<&'c str> {
        let own = self.test.parameters.iter().find(|(_, ty)| ty.contains("Pool"));
        own.map(|(name, _)| name.as_str())
    }

    /// What the templates of tests use.
    pub(super) fn values(&self, work: &Work<'_>, columns: &[Column]) -> Value {
        let (name, test) = (&work.ask.name, self.test);
        let column = work.route.by.as_ref().or(work.route.set.as_ref().map(|(column, _)| column));
        context! {
            kind => match work.route.kind {
                Kind::List => "list",
                Kind::Lookup => "lookup",
                Kind::Count => "count",
                Kind::Action => "action",
            },
            attributes => test.attributes.clone(),
            parameters => test.parameters.iter().map(|(name, ty)| format!("{name}: {ty}")).collect::<Vec<_>>().join(", "),
            setup => self.setup.clone(),
            app => self.app.clone(),
            send => self.sender.name.clone(),
            takes_app => self.sender.parameters.first().is_some_and(|(_, ty)| ty.starts_with('&')),
            address => self.address.clone(),
            valid => self.body.valid(self.pool()),
            one => name.snake.clone(),
            many => name.plural.clone(),
            field => column.map_or(String::new(), |column| column.name.clone()),
            is_text => column.is_some_and(is_text),
            verb => work.route.verb.clone(),
            method => work.route.method.clone(),
            lead => work.route.path.rsplit_once('/').map_or("", |(lead, _)| lead),
            last => work.route.path.rsplit('/').next().unwrap_or_default(),
            key_is_text => columns.iter().any(|one| one.is_key && is_text(one)),
            nobody => if columns.iter().any(|one| one.is_key && is_text(one)) { "00000000-0000-4000-8000-000000000000" } else { "999999" },
            unknown => work.route.by.as_ref().and_then(unknown),
            wrong => work.route.by.as_ref().and_then(wrong),
            ..set_values(work)
        }
    }

    /// The tests of a template, at the end of the file.
    pub(super) fn written(
        &self,
        work: &Work<'_>,
        template: &str,
        values: &Value,
    ) -> Result<Piece, ProposeError> {
        let text = work.ask.render(RECIPE, template, values, set_up)?;
        let text = rust_lines().write(&text);
        let source = self.source;
        let end = source.text.trim_end().len();
        Ok(Piece {
            path: source.path.to_owned(),
            range: end..end,
            text: format!("\n\n{}", text.trim()),
            layer: Layer::Test,
            like: Place::new(source.path, line_number(source.text, self.test.range.start)),
            needs: Vec::new(),
        })
    }
}

/// Whether a row stands in an answer as it is, and the rows of a list do.
fn answers_plainly(work: &Work<'_>) -> bool {
    let row = format!("Json<{}>", work.ask.name.pascal);
    let returns = |one: &Routed<'_>| one.unit.function.returns.split_whitespace().collect::<String>();
    let is_row = |one: &Routed<'_>| returns(one).contains(&row);
    let made = work.routes.of_collection("post").is_some_and(is_row);
    let is_listed =
        |list: &Routed<'_>| returns(list).contains(&format!("Json<Vec<{}>>", work.ask.name.pascal));
    made && match work.route.kind {
        Kind::List => work.routes.of_collection("get").is_some_and(is_listed),
        Kind::Lookup | Kind::Action => is_row(&work.routes.row),
        Kind::Count => true,
    }
}

/// Whether a function of tests sends `(app, method, address, body)` and gives status and body.
fn sends(function: &&Function) -> bool {
    let types: Vec<&str> = function.parameters.iter().map(|(_, ty)| ty.as_str()).collect();
    matches!(types.as_slice(), [app, "&str", "&str", "Value"] if app.contains("Router"))
        && function.returns.replace(' ', "") == "(StatusCode,Value)"
}

/// A body that makes a row.
struct Body<'s> {
    /// The function that gives one, where there is one.
    function: Option<&'s Function>,
    needs_pool: bool,
    literal: String,
    entries: Vec<(String, String)>,
}

impl<'s> Body<'s> {
    fn find(source: &'s Source<'_>, bodies: &[(&Struct, &str)]) -> Option<Self> {
        let needed: Vec<&str> = bodies
            .first()?
            .0
            .fields
            .iter()
            .filter(|(_, ty)| !ty.starts_with("Option<"))
            .map(|(name, _)| name.as_str())
            .collect();
        let text = source.text;
        let found = literals(text, 0..text.len()).into_iter().find(|one| {
            let lead = text.get(..one.range.start).unwrap_or_default().trim_end();
            lead.ends_with("json!(")
                && needed.iter().all(|name| one.entries.iter().any(|entry| entry.key == *name))
        })?;
        let function = source.file.functions.iter().find(|one| {
            one.body.contains(&found.range.start) && one.returns == "Value" && one.parameters.len() < 2
        });
        let needs_pool = function.is_some_and(|one| !one.parameters.is_empty());
        let is_plain = |value: &str| {
            !value.starts_with(|c: char| c.is_alphabetic()) || matches!(value, "true" | "false" | "null")
        };
        let refers = found.entries.iter().any(|entry| !is_plain(entry.value.trim()));
        if function.is_none() && refers {
            return None;
        }
        let known: Vec<(String, String)> =
            found.entries.iter().map(|entry| (entry.key.clone(), entry.value.trim().to_owned())).collect();
        Some(Self { function, needs_pool, literal: text.get(found.range)?.to_owned(), entries: known })
    }

    /// The value of a field as it is sent.
    fn sent(&self, field: &str) -> Option<&str> {
        self.entries.iter().find(|(key, _)| key == field).map(|(_, value)| value.as_str())
    }

    /// The expression that gives a body.
    fn valid(&self, pool: Option<&str>) -> String {
        let Some(function) = self.function else { return format!("json!({})", self.literal) };
        let given = if self.needs_pool { format!("&{}", pool.unwrap_or("pool")) } else { String::new() };
        let waits = self.needs_pool;
        format!("{}({given}){}", function.name, if waits { ".await" } else { "" })
    }
}

fn is_text(column: &Column) -> bool {
    matches!(column.kind, Type::String | Type::Text | Type::Uuid | Type::Date | Type::DateTime)
        || column.source_type == "Uuid"
}

/// A text in an address that no row has.
fn unknown(column: &Column) -> Option<&'static str> {
    match column.kind {
        Type::String | Type::Text if column.choices.is_empty() => Some("nothing-like-it"),
        Type::BelongsTo(_) | Type::Uuid if column.source_type == "Uuid" => {
            Some("00000000-0000-4000-8000-000000000000")
        }
        Type::Integer | Type::BelongsTo(_) => Some("999999"),
        Type::Date => Some("1970-01-01"),
        _ => None,
    }
}

/// A text in an address that is no value of the column.
fn wrong(column: &Column) -> Option<&'static str> {
    match column.kind {
        Type::String | Type::Text => None,
        Type::Date => Some("2026-02-30"),
        _ => Some("no-value"),
    }
}

/// What an action leaves, and what a row has to have before it.
fn set_values(work: &Work<'_>) -> Value {
    let Some((column, value)) = &work.route.set else {
        return context! { is_null => false, is_now => false, set => "", before => "" };
    };
    let set = match value {
        NewValue::Fixed(Fill::Text(text)) => format!("json!({text:?})"),
        NewValue::Fixed(Fill::Number(number)) if column.source_type == "f64" && !number.contains('.') => {
            format!("json!({number}.0)")
        }
        NewValue::Fixed(Fill::Number(number)) => format!("json!({number})"),
        NewValue::Fixed(Fill::Boolean(value)) => format!("json!({value})"),
        NewValue::Choice(choice) => format!("json!({:?})", choice.value),
        NewValue::Now | NewValue::Nothing => String::new(),
    };
    let before = match value {
        NewValue::Fixed(Fill::Boolean(value)) => Some((!value).to_string()),
        NewValue::Nothing => sample_text(&column.field(), '"'),
        _ => None,
    };
    context! {
        is_null => *value == NewValue::Nothing,
        is_now => *value == NewValue::Now,
        set,
        before => before.unwrap_or_default(),
    }
}
