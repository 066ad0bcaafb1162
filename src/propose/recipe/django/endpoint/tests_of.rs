//! The tests of a new route: rightly called, wrongly called, called for nothing, and by those
//! whom the resource's own views refuse.

use super::{
    super::{
        parents::{row, row_arguments},
        survey::bases,
        tests_of::{assembled, user_arguments},
        views::Form,
    },
    Work,
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        python::last_name,
        recipe::{
            address::address_in,
            endpoint::{
                Kind,
                python_values::{before_and_after, sample, two_values, unknown, wrong},
                route::ROW,
            },
            fields,
            resource::Edited,
        },
    },
};
use minijinja::{Value, context};
use std::collections::BTreeSet;

const TEMPLATE: &str = "endpoint.test.py.j2";
const METHOD_TEMPLATE: &str = "service-method.test.py.j2";

/// The new or grown file, for a route or for a function of the services; the inner `Err` says why the tests are left to the user.
pub(super) fn file(
    work: &Work<'_>,
    method: Option<&str>,
) -> Result<Result<FileChange, String>, ProposeError> {
    let Some(like) = work.example.tests.as_deref() else {
        return Ok(Err("No tests of the resource were found, so the tests are yours to write.".into()));
    };
    let mut models = BTreeSet::new();
    let model = &work.example.model.class;
    let Some(arguments) = row_arguments(work.survey, work.project, model, &mut models, 0) else {
        return Ok(Err(format!("A row of {model} cannot be made here, so the tests are yours to write.")));
    };
    let Some(context) = context(work, like, &arguments, &mut models) else {
        return Ok(Err(
            "No value of the field can be told from another, so the tests are yours to write.".into()
        ));
    };
    let mut origins = candidates(work, like, &models);
    let (template, context, subject) = match method {
        None => (TEMPLATE, context, work.route.verb.clone()),
        Some(name) => {
            let Some((values, origin)) = method_values(work, name) else {
                return Ok(Err(
                    "How a test could ask it is not known, so the tests are yours to write.".into()
                ));
            };
            origins.push(origin);
            (METHOD_TEMPLATE, context! { ..values, ..context }, format!("service_{name}"))
        }
    };
    let rendered = work.ask.render(super::super::plan::RECIPE, template, &context, |_| {})?;
    let body = assembled(rendered.trim_start(), is_pytest(work, like));
    let (folder, name) = like.rsplit_once('/').map_or(("", like), |(folder, name)| (folder, name));
    let is_shared = name == "tests.py";
    let own = format!("test_{}_{subject}.py", work.ask.name.snake);
    let path = match (is_shared, folder) {
        (true, _) => like.to_owned(),
        (false, "") => own,
        (false, folder) => format!("{folder}/{own}"),
    };
    let old = if is_shared { work.survey.modules.get(like).map_or("", |module| module.text) } else { "" };
    let text = if is_shared {
        work.habits.grown(&path, old, &body, &origins)?
    } else {
        work.habits.file(&path, &body, &origins)?
    };
    Ok(Ok(work.ask.edited(Edited {
        path: &path,
        old,
        new: text,
        reason: work.ask.head.reason(Layer::Test),
        like: Some(Place::new(like, 1)),
        layer: Layer::Test,
    })))
}

fn is_pytest(work: &Work<'_>, like: &str) -> bool {
    work.survey.modules.get(like).is_some_and(|module| {
        let has_class = module.classes().any(|class| {
            bases(class).iter().any(|base| last_name(base).is_some_and(|name| name.contains("Test")))
        });
        !has_class && (module.text.contains("pytest") || module.text.contains("django_db"))
    })
}

/// Python of the new route's address with a value in it.
fn address(work: &Work<'_>, like: &str, value: &str) -> String {
    let text = work.survey.modules.get(like).map_or("", |module| module.text);
    let route = work.route;
    let reversed = text.split("reverse(").skip(1).find_map(|part| {
        let quote = part.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let name = part.split(quote).nth(1)?;
        let (space, own) = name.rsplit_once(':').map_or(("", name), |(space, own)| (space, own));
        let base = own.strip_suffix("-list").or_else(|| own.strip_suffix("-detail"))?;
        let like = work.example.routes.first()?;
        let known =
            if like.name.is_empty() { work.example.model.class.to_lowercase() } else { like.name.clone() };
        (base == known).then(|| if space.is_empty() { base.to_owned() } else { format!("{space}:{base}") })
    });
    if let Some(base) = reversed.filter(|_| work.is_routed()) {
        let name = match route.kind {
            Kind::List => format!("list_{}", route.verb),
            Kind::Lookup => format!("get_{}", route.verb),
            Kind::Count | Kind::Action => route.verb.clone(),
        };
        let name = name.replace('_', "-");
        return match route.kind {
            Kind::Count => format!("reverse(\"{base}-{name}\")"),
            _ => format!("reverse(⟨\"{base}-{name}\"¦args=[{value}]⟩)"),
        };
    }
    let collection =
        address_in(text, &work.ask.name).unwrap_or_else(|| super::collection(work.ask, work.example));
    let first = work.example.routes.first();
    let slash =
        if first.is_some_and(|route| route.url.ends_with('/')) || work.is_routed() { "/" } else { "" };
    let hole = match value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(text) => text.to_owned(),
        None => format!("{{{}}}", value.replace('"', "'")),
    };
    let path = match &route.by {
        Some(column) => route.path.replace(&format!("{{{}}}", column.name), &hole),
        None => route.path.replace(ROW, &hole),
    };
    let f = if path.contains('{') { "f" } else { "" };
    let path = format!("{collection}{path}{slash}");
    match work.habits.quote {
        '\'' if path.contains('\'') => format!("{f}'{}'", path.replace('\'', "\"")),
        _ => format!("{f}\"{path}\""),
    }
}

/// What two rows have that can be told apart, and Python of the value that is asked for; `None`
/// where two values cannot be.
fn told_apart(
    work: &Work<'_>,
    owner: Option<&str>,
    models: &mut BTreeSet<String>,
) -> Option<(String, Option<String>, String)> {
    let Some(column) = &work.route.by else {
        let row = if work.route.kind == Kind::Action { "wanted.pk" } else { "" };
        return Some((String::new(), None, row.to_owned()));
    };
    if let fields::Kind::BelongsTo(class) = &column.kind {
        let wanted = format!("wanted.{}_id", column.name.trim_end_matches("_id"));
        if owner == Some(column.name.as_str()) {
            return Some((String::new(), None, wanted));
        }
        let made = row(work.survey, work.project, class, models, 0)?;
        let made = made.replace("\"sample", "\"other").replace("USER", "user");
        return Some((String::new(), Some(format!("{}={made}", column.name)), wanted));
    }
    if work.route.kind == Kind::Lookup {
        return Some((String::new(), None, format!("wanted.{}", column.name)));
    }
    let [one, two] = two_values(column)?;
    let of = |value: &str| format!("{}={value}", column.name);
    Some((of(&one.0), Some(of(&two.0)), format!("\"{}\"", one.1)))
}

/// Python of a value that no row has.
fn unknown_value(work: &Work<'_>, key_is_text: bool) -> Option<String> {
    match &work.route.by {
        Some(column) => unknown(column).map(|text| format!("\"{text}\"")),
        None if work.route.kind != Kind::Action => None,
        None if key_is_text => Some("\"00000000-0000-4000-8000-000000000000\"".into()),
        None => Some("999999".into()),
    }
}

/// Python of what is no value of the field, where it reaches the view or no route.
fn wrong_value(work: &Work<'_>, is_set: bool) -> Option<String> {
    let column = work.route.by.as_ref()?;
    let is_text =
        matches!(column.kind, fields::Kind::String | fields::Kind::Text) && column.choices.is_empty();
    if is_text {
        return is_set.then(|| format!("\"x\" * {}", column.max.unwrap_or(255) + 1));
    }
    let is_converted =
        matches!(column.kind, fields::Kind::Integer | fields::Kind::Uuid | fields::Kind::BelongsTo(_));
    wrong(column).filter(|_| is_set || is_converted).map(|text| format!("\"{text}\""))
}

/// What a stored row has, as entries of a dictionary.
fn made_values(work: &Work<'_>, arguments: &[(String, String)]) -> Vec<String> {
    arguments
        .iter()
        .map(|(name, value)| {
            let column = work.columns.iter().find(|column| column.name == *name);
            let value = match column {
                Some(column) if column.unique || column.name.contains("email") => sample(column),
                Some(column) if !matches!(column.kind, fields::Kind::BelongsTo(_)) => sample(column),
                _ => value
                    .replace(".create(", ".get_or_create(")
                    .replace("⟩)", "⟩)[0]")
                    .replace(['⟨', '⟩'], "")
                    .replace('¦', ", ")
                    .replace("USER", "user"),
            };
            format!("\"{name}\": {value}")
        })
        .collect()
}

/// Whether a list of the view set stands in pages.
fn is_paged(work: &Work<'_>) -> bool {
    match work
        .example
        .view()
        .and_then(|view| view.kept.iter().find(|line| line.starts_with("pagination_class")))
    {
        Some(line) => !line.ends_with("None"),
        None => work.project.is_paginated,
    }
}

/// What the tests of a function of the services need beside what a route's do, and where its
/// name comes from.
fn method_values(work: &Work<'_>, name: &str) -> Option<(Value, String)> {
    let (call, import) = work.reached(name)?;
    let path = &work.example.services.as_ref()?.path;
    let (given, unknown_row) = match (&work.route.by, work.route.kind) {
        (Some(column), kind) => {
            let is_row = matches!(column.kind, fields::Kind::BelongsTo(_));
            let value = match is_row || kind == Kind::Lookup {
                true => format!("wanted.{}", work.parameter(column)),
                false => two_values(column)?[0].0.clone(),
            };
            let is_text = matches!(column.kind, fields::Kind::String | fields::Kind::Text);
            let nothing = unknown(column).map(|text| match column.kind {
                fields::Kind::Uuid => format!("uuid.UUID(\"{text}\")"),
                fields::Kind::Date => "date(1970, 1, 1)".to_owned(),
                _ if is_text => format!("\"{text}\""),
                _ => text,
            });
            (value, nothing)
        }
        (None, Kind::Action) => ("wanted".to_owned(), None),
        (None, _) => (String::new(), None),
    };
    let values = context! { call, called => name, given, given_unknown => unknown_row };
    Some((values, format!("{}:{import}", work.project.module_of(path))))
}

/// Everything that the template may use; `None` where two values cannot be told apart.
fn context(
    work: &Work<'_>,
    like: &str,
    arguments: &[(String, String)],
    models: &mut BTreeSet<String>,
) -> Option<Value> {
    let (name, route, access) = (&work.ask.name, work.route, work.access);
    let pytest = is_pytest(work, like);
    let owner = work.owner.as_ref().map(|owner| owner.attribute.clone());
    let key = work.columns.iter().find(|column| column.is_key)?;
    let key_is_text = key.source_type != "int";
    let by = route.by.as_ref();
    let quoted = |text: &str| format!("\"{text}\"");
    let (first, second, wanted) = told_apart(work, owner.as_deref(), models)?;
    let is_set = work.example.form() == Form::ViewSet;
    let unknown_value = unknown_value(work, key_is_text);
    let wrong_value = wrong_value(work, is_set);
    let (before, after) = match &route.set {
        Some((column, value)) => {
            let (before, after) = before_and_after(column, value);
            (before.map(|before| format!("{}={before}", column.name)).unwrap_or_default(), after)
        }
        None => (String::new(), String::new()),
    };
    let (user_values, other_values) = user_arguments(work.survey, &work.project.user_key);
    let values = made_values(work, arguments);
    let needs_user = values
        .iter()
        .chain(second.iter())
        .any(|value| value.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == "user"));
    let mut privileges = Vec::new();
    if access.needs_staff {
        privileges.push("user.is_staff = True");
    }
    if access.needs_permission {
        privileges.push("user.is_superuser = True");
    }
    let is_unsafe = route.kind == Kind::Action;
    let paged = is_paged(work);
    let with_user = needs_user || !access.is_open || owner.is_some();
    let of = |value: Option<String>| value.map(|value| address(work, like, &value));
    let hides = work.owner.as_ref().is_some_and(|owner| owner.filters);
    let plain = unknown_value.clone().or_else(|| by.and_then(two_values).map(|[one, _]| quoted(&one.1)));
    Some(context! {
        pytest,
        kind => match route.kind { Kind::List => "list", Kind::Lookup => "lookup", Kind::Count => "count", Kind::Action => "action" },
        method => route.method.to_lowercase(),
        verb => route.verb.clone(),
        model => work.example.model.class.clone(),
        class => format!("{}{}", work.example.model.class, crate::propose::recipe::names::pascal(&route.verb)),
        var => name.snake.clone(),
        plural => name.plural.clone(),
        client => if pytest { format!("{}_client", name.snake) } else { "self.client".to_owned() },
        user => if pytest { format!("{}_user", name.snake) } else { "self.user".to_owned() },
        user_argument => format!("{}_user", name.snake),
        with_user,
        needs_user,
        values,
        user_values,
        other_values,
        privileges,
        key => key.name.clone(),
        wanted_key => if key_is_text { "str(wanted.pk)" } else { "wanted.pk" },
        other_key => if key_is_text { "str(other.pk)" } else { "other.pk" },
        first,
        second,
        before,
        after,
        changed => route.set.as_ref().map(|(column, _)| column.name.clone()),
        wanted_url => address(work, like, &wanted),
        unknown_url => of(unknown_value),
        wrong_url => of(wrong_value),
        plain_url => of(plain).unwrap_or_else(|| address(work, like, "")),
        wrong_status => if is_set { "400" } else { "404" },
        results => if is_set && paged { "[\"results\"]" } else { "" },
        needs_token => !access.is_open && (is_unsafe || access.read_needs_user),
        needs_role => is_unsafe && (access.needs_staff || access.needs_permission),
        others_hidden => hides && matches!(route.kind, Kind::Action | Kind::Lookup),
        refused => access.refused.to_string(),
        tokens => access.tokens,
    })
}

/// Where the names of the tests come from.
fn candidates(work: &Work<'_>, like: &str, models: &BTreeSet<String>) -> Vec<String> {
    let mut all: Vec<String> = [
        "uuid",
        "pytest",
        "datetime:date",
        "datetime:datetime",
        "datetime:timedelta",
        "decimal:Decimal",
        "django.urls:reverse",
        "django.contrib.auth:get_user_model",
        "django.test:TestCase",
        "rest_framework.test:APITestCase",
        "rest_framework.test:APIClient",
        "rest_framework_simplejwt.tokens:AccessToken",
    ]
    .map(str::to_owned)
    .into();
    let own = [work.example.model.class.clone()];
    for model in models.iter().chain(&own) {
        let Some(known) = work.survey.models.get(model) else { continue };
        let stated = work.survey.modules.get(like).and_then(|module| module.origin_of(model));
        let package = known.path.rsplit_once('/').map(|(folder, _)| format!("{folder}/__init__.py"));
        let over_package = package.filter(|path| {
            known.path.contains("/models/")
                && work
                    .survey
                    .modules
                    .get(path.as_str())
                    .is_some_and(|module| module.origin_of(model).is_some())
        });
        let target = over_package.unwrap_or_else(|| known.path.clone());
        let module = stated.map_or_else(|| work.project.module_of(&target), |(module, _)| module);
        all.push(format!("{module}:{model}"));
    }
    all
}
