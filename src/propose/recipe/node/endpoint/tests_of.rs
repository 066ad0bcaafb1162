//! Tests of the new route, at the end of those of its resource.

use super::{
    asked::Asked,
    held,
    piece::{From, Need, Piece},
    routes::Made,
    rules::type_of,
    subject::Subject,
};
use crate::{
    domain::layer::Layer,
    ports::ProposeError,
    propose::recipe::{
        endpoint::{Kind, Reach, route::NewValue},
        fields::Kind as Type,
        fill::Fill,
        names::snake,
        node::{
            example,
            files::Files,
            graft::Work,
            parents,
            plan::{Plan, RECIPE},
            routes, suite,
            words::in_form,
        },
        sources::Source,
        typescript::set_up,
    },
};
use minijinja::{Value, context, value::Serde};
use std::collections::BTreeMap;

/// The template of the tests.
const TEMPLATE: &str = "endpoint.test.ts.j2";
/// That of a method without a route.
const METHOD_TEMPLATE: &str = "service-method.test.ts.j2";

/// The tests; `Ok(Err(_))` says why they are the reader's to write.
pub(super) fn pieces<'s>(
    asked: &Asked<'s>,
    plan: &Plan<'_>,
    made: &Made<'s>,
) -> Result<Result<Vec<Piece>, String>, ProposeError> {
    let yours = "the tests are yours to write";
    let like = &plan.names.like;
    let is_own = |source: &Source| {
        super::super::words::Names {
            to: crate::propose::recipe::names::Name::of("proscenium"),
            ..plan.names.clone()
        }
        .path(&source.path)
            != source.path
            && !example::is_of_another(&source.path, like, plan.tables)
    };
    let Some((source, suite)) = plan.suite(&is_own)? else {
        return Ok(Err(format!(
            "No test of {} asks over HTTP in a way that is known here, so {yours}.",
            like.plural
        )));
    };
    let client = plan.client(&suite);
    let Some((at, indent)) = suite.end() else {
        return Ok(Err(format!("{} has no test, so {yours}.", source.path)));
    };
    let mut works = BTreeMap::new();
    for path in &plan.related {
        if let Some(source) = plan.survey.get(path) {
            works.insert(path.clone(), Work::new(path, &source.text)?);
        }
    }
    let known = routes::read(&Files::new(works), &plan.names);
    // A file that the recipe `resource` wrote has functions that make rows.
    let has_helper = source.text.contains("async function created()");
    let body = match has_helper {
        true => Vec::new(),
        false => match parents::sample(plan, like) {
            Some(body) if !refers(asked, &body) => body,
            _ => {
                return Ok(Err(format!(
                    "A test needs a row of {} first, which the recipe cannot make here, so {yours}.",
                    like.pascal
                )));
            }
        },
    };
    let held = match asked.route.reach {
        Reach::Route => None,
        Reach::Service => match held::held(asked, &made.levels, source)? {
            Some(held) => Some(held),
            None => return Ok(Err(format!("How a test could ask the service is not known, so {yours}."))),
        },
    };
    let tests = Tests {
        source,
        at,
        indent,
        client: Value::from(Serde(&suite::Client { address: client.like_address.clone(), ..client })),
        routes: Value::from(Serde(&known)),
        row: Row {
            key: plan.key.name.clone(),
            key_is_uuid: plan.key.is_text(),
            field: in_form(&snake(&asked.column), plan.api),
            body,
            has_helper,
            page: plan.page(),
        },
        envelope: if asked.route.kind == Kind::Count { known.item.clone() } else { String::new() },
        rule: &made.rule,
        refuses: true,
        subject: held.as_ref().map(|held| held.subject.clone()),
    };
    let mut pieces = held.map(|held| held.pieces).unwrap_or_default();
    pieces.extend(written(asked, &tests)?);
    Ok(Ok(pieces))
}

/// Where tests go, and how they ask.
pub(in crate::propose::recipe) struct Tests<'a> {
    pub(in crate::propose::recipe) source: &'a Source,
    /// Behind the last test, and how far that is indented.
    pub(in crate::propose::recipe) at: usize,
    pub(in crate::propose::recipe) indent: &'a str,
    /// As `asking.j2` needs it.
    pub(in crate::propose::recipe) client: Value,
    /// Where a row, and the rows of a list, stand in an answer.
    pub(in crate::propose::recipe) routes: Value,
    pub(in crate::propose::recipe) row: Row,
    /// Where the number of a count stands.
    pub(in crate::propose::recipe) envelope: String,
    /// The rule of zod that a value in the address keeps, or one like it.
    pub(in crate::propose::recipe) rule: &'a str,
    /// Whether a value that is none is refused.
    pub(in crate::propose::recipe) refuses: bool,
    /// The method that is asked in place of a route.
    pub(in crate::propose::recipe) subject: Option<Subject>,
}

/// A row as answers have it, and how a test gets one.
pub(in crate::propose::recipe) struct Row {
    pub(in crate::propose::recipe) key: String,
    pub(in crate::propose::recipe) key_is_uuid: bool,
    /// The field that the route is about.
    pub(in crate::propose::recipe) field: String,
    /// Members of a body; none where the file has a function that makes a row.
    pub(in crate::propose::recipe) body: Vec<String>,
    pub(in crate::propose::recipe) has_helper: bool,
    /// The parameter that says how many rows a list gives.
    pub(in crate::propose::recipe) page: String,
}

/// The tests of a route.
pub(in crate::propose::recipe) fn written(
    asked: &Asked<'_>,
    tests: &Tests<'_>,
) -> Result<Vec<Piece>, ProposeError> {
    let Tests { source, at, indent, client, routes, row, envelope, rule, refuses, subject } = tests;
    let name = &asked.ask.name;
    let values = context! {
        kind => match asked.route.kind {
            Kind::List => "list",
            Kind::Lookup => "lookup",
            Kind::Count => "count",
            Kind::Action => "action",
        },
        client,
        routes,
        key => row.key.clone(),
        key_is_uuid => row.key_is_uuid,
        one => name.snake.replace('_', " "),
        title => name.plural.replace('_', " "),
        has_helper => row.has_helper,
        body => row.body.clone(),
        field => row.field.clone(),
        words => asked.route.verb.replace('_', " "),
        verb => asked.route.method.to_lowercase(),
        lead => asked.route.path.rsplit_once('/').map_or("", |(lead, _)| lead),
        last => asked.route.path.rsplit('/').next().unwrap_or_default(),
        envelope,
        page => row.page.clone(),
        ..value_of(asked, rule, *refuses)
    };
    let (template, values) = match subject {
        None => (TEMPLATE, values),
        Some(subject) => (METHOD_TEMPLATE, context! { ..method_of(subject), ..values }),
    };
    let rendered = asked.ask.render(RECIPE, template, &values, set_up)?;
    let text = asked.habits.write(rendered.trim_start_matches('\n'), &[]);
    let text: String = text
        .trim_end()
        .lines()
        .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{indent}{line}\n") })
        .collect();
    let mut needs: Vec<Need> = subject.iter().flat_map(|subject| subject.needs.iter().cloned()).collect();
    if text.contains("randomUUID") {
        needs.push(Need { name: "randomUUID".into(), from: From::Package("node:crypto") });
    }
    Ok(vec![Piece {
        path: source.path.clone(),
        at: *at,
        over: 0,
        text: format!("\n\n{}", text.trim_end()),
        layer: Layer::Test,
        like: source.place(at.saturating_sub(1)),
        needs,
    }])
}

/// What the template of a method needs beside what a route's does.
fn method_of(subject: &Subject) -> Value {
    let before = subject.lead.join(", ");
    let lead: String = subject.lead.iter().map(|one| format!("{one}, ")).collect();
    let more: String = subject.more.iter().map(|one| format!(", {one}")).collect();
    let called = subject.call.rsplit('.').next().unwrap_or_default();
    context! {
        call => subject.call.clone(),
        from => subject.from.clone(),
        called,
        before,
        lead,
        more,
        rows => subject.rows.clone(),
        throws => subject.throws,
    }
}

/// Whether a body names rows that would have to be there.
fn refers(asked: &Asked<'_>, body: &[String]) -> bool {
    let name = asked.ask.name.snake.as_str();
    body.iter().any(|member| {
        let field = snake(member.split(':').next().unwrap_or_default());
        field.ends_with("_id") && field != format!("{name}_id")
    })
}

/// Values that fit the address, are not there, and are none; and what an action leaves.
fn value_of(asked: &Asked<'_>, rule: &str, refuses: bool) -> Value {
    let bound = |name: &str| -> Option<usize> {
        rule.split_once(&format!(".{name}("))?.1.split(')').next()?.trim().parse().ok()
    };
    let ty = if rule.is_empty() { "" } else { type_of(rule) };
    let unknown = match ty {
        "string" => parents::value(rule).filter(|value| value.contains("randomUUID")).unwrap_or_default(),
        "number" if bound("max").is_none_or(|max| max > 999_999) => "999999".to_owned(),
        _ => String::new(),
    };
    let is_strict = ["uuid(", "email(", "date(", "enum("].iter().any(|part| rule.contains(part));
    let wrong = if refuses && (matches!(ty, "number" | "boolean") || is_strict) { "x" } else { "" };
    let too_long =
        bound("max").filter(|max| ty == "string" && wrong.is_empty() && *max < 2000).map(|max| max + 1);
    let (is_null, is_now, is_decimal, set) = match &asked.route.set {
        Some((column, value)) => (
            *value == NewValue::Nothing,
            *value == NewValue::Now,
            column.kind == Type::Decimal,
            match value {
                NewValue::Fixed(Fill::Text(text)) => format!("'{text}'"),
                NewValue::Fixed(Fill::Number(number)) => number.clone(),
                NewValue::Fixed(Fill::Boolean(value)) => value.to_string(),
                NewValue::Choice(choice) => format!("'{}'", choice.value),
                NewValue::Now | NewValue::Nothing => String::new(),
            },
        ),
        None => (false, false, false, String::new()),
    };
    context! { unknown, wrong, too_long, is_null, is_now, is_decimal, set }
}
