//! What the generated tests need: addresses, users, rows to refer to, values.

use super::{
    example::Example,
    plan::Plan,
    routes::By,
    survey::{Survey, bases},
    write::renamed,
};
use crate::propose::{
    python::{Module, last_name, string_value},
    recipe::{
        address::address_in,
        fields::{Field, Kind},
        typescript::words,
        values::field_value,
    },
};
use minijinja::{Value, context};
use ruff_python_ast::{
    Expr, ExprCall,
    visitor::{Visitor, walk_expr},
};

/// The context of the tests; `Err` says why they are left to the user.
pub(super) fn context_of(plan: &Plan<'_>) -> Result<Value, String> {
    let (list_url, row_url) = addresses(plan).ok_or_else(|| {
        "No address of the example was found in its tests, so the tests are yours to write.".to_owned()
    })?;
    let mut sent = Vec::new();
    let mut needs_user = false;
    let mut models = vec![plan.ask.name.pascal.clone()];
    for field in plan.ask.fields.iter().filter(|field| plan.owner() != Some(field.name.as_str())) {
        let value = match &field.kind {
            Kind::BelongsTo(_) if field.optional => continue,
            Kind::BelongsTo(class) => {
                let parent = plan.parent(field);
                if parent.is_some_and(|parent| parent.is_user) {
                    needs_user = true;
                    "user.pk".to_owned()
                } else {
                    let row = parent.and_then(|parent| parent.row.as_ref()).ok_or_else(|| {
                        format!(
                            "A test needs a row of {class} first, which the recipe cannot make here; the tests are yours to write."
                        )
                    })?;
                    models.extend(parent.into_iter().flat_map(|parent| parent.row_models.iter().cloned()));
                    needs_user |= words(row).contains("USER");
                    format!("{}.pk", found_or_made(row))
                }
            }
            _ => sample(field),
        };
        sent.push(context! { name => field.name.clone(), sample => value });
    }
    let (arguments, others) = user_arguments(&plan.survey, &plan.project.user_key);
    let access = &plan.access;
    let with_user = needs_user || !access.is_open || plan.owner().is_some();
    let mut privileges = Vec::new();
    if access.needs_staff {
        privileges.push("user.is_staff = True");
    }
    if access.needs_permission {
        privileges.push("user.is_superuser = True");
    }
    let var = plan.ask.name.snake.as_str();
    let is_pytest = plan.is_pytest();
    let plain = |field: &&Field| {
        !matches!(field.kind, Kind::BelongsTo(_) | Kind::Decimal | Kind::DateTime | Kind::Float)
    };
    let user = if is_pytest { format!("{var}_user") } else { "self.user".to_owned() };
    let required: Vec<String> = plan
        .ask
        .fields
        .iter()
        .filter(|field| !field.optional && plan.owner() != Some(field.name.as_str()))
        .map(|field| field.name.clone())
        .collect();
    let unique = plan.ask.fields.iter().find(|field| field.unique);
    Ok(context! {
        pytest => is_pytest,
        client => if is_pytest { format!("{var}_client") } else { "self.client".to_owned() },
        user,
        user_argument => format!("{var}_user"),
        body_needs_user => needs_user,
        with_user,
        list_url,
        row_url,
        sent,
        user_arguments => arguments,
        other_arguments => others,
        privileges,
        compared => plan.ask.fields.iter().filter(plain).map(|field| field.name.clone()).collect::<Vec<_>>(),
        changed => plan.ask.fields.iter().find(|field| plain(field) && !field.unique).map(|field| context! {
            name => field.name.clone(),
            other => python(&field_value(field).get_attr("other").unwrap_or_default()),
        }),
        required,
        wrong => wrong(&plan.ask.fields, plan.owner()),
        unique => unique.map(|field| field.name.clone()).unwrap_or_default(),
        id => plan.key_name(),
        unknown => if plan.key_is_uuid() { "\"00000000-0000-4000-8000-000000000000\"" } else { "999999" },
        results => if plan.is_paged() { "[\"results\"]" } else { "" },
        access => context! {
            open => access.is_open,
            read_needs_user => access.read_needs_user,
            needs_staff => access.needs_staff,
            needs_permission => access.needs_permission,
            refused => access.refused.to_string(),
            tokens => access.tokens,
        },
        test_models => models,
    })
}

/// Whether the example's tests are functions of pytest.
pub(super) fn is_pytest(survey: &Survey<'_>, example: &Example) -> bool {
    let module = example.tests.as_ref().and_then(|path| survey.modules.get(path.as_str()));
    module.is_some_and(|module| {
        let has_class = module.classes().any(|class| {
            bases(class).iter().any(|base| last_name(base).is_some_and(|name| name.contains("Test")))
        });
        !has_class && (module.text.contains("pytest") || module.text.contains("django_db"))
    })
}

/// A row that is made once however often it is asked for.
fn found_or_made(row: &str) -> String {
    row.replace(".create(", ".get_or_create(").replace("⟩)", "⟩)[0]").replace("USER", "user")
}

/// Python of the addresses of the collection and of one row.
fn addresses(plan: &Plan<'_>) -> Option<(String, String)> {
    let example = &plan.example;
    let (like, name) = (&example.like, &plan.ask.name);
    let var = format!("{}_id", name.snake);
    let text = example.tests.as_ref().and_then(|path| plan.survey.modules.get(path.as_str()));
    let text = text.map_or("", |module| module.text);
    if let Some(namespace) = reversed(plan, text) {
        let (list, row) = match example.routes.as_slice() {
            [route] if route.by == By::Router => {
                let base = if route.name.is_empty() {
                    name.pascal.to_lowercase()
                } else {
                    literal(&route.name, plan)
                };
                (format!("{base}-list"), format!("{base}-detail"))
            }
            [list, row] => (literal(&list.name, plan), literal(&row.name, plan)),
            _ => return None,
        };
        return Some((
            format!("reverse(\"{namespace}{list}\")"),
            format!("reverse(⟨\"{namespace}{row}\"¦args=[{var}]⟩)"),
        ));
    }
    let stated = address_in(text, like).or_else(|| {
        let own = plan.ask.map.endpoints.iter().filter(|endpoint| {
            example.views.iter().any(|view| view.path == endpoint.file)
                && renamed(&endpoint.path, like, name) != endpoint.path
        });
        own.map(|endpoint| endpoint.path.split("/{").next().unwrap_or_default().to_owned())
            .min_by_key(String::len)
    })?;
    let slash = if text.contains(&stated) && !text.contains(&format!("{stated}/")) { "" } else { "/" };
    let address = literal(stated.trim_end_matches('/'), plan);
    Some((format!("\"{address}{slash}\""), format!("f\"{address}/{{{var}}}{slash}\"")))
}

/// A text with the resource exchanged the way addresses are.
fn literal(text: &str, plan: &Plan<'_>) -> String {
    let quoted = renamed(&format!("\"{text}\""), &plan.example.like, &plan.ask.name);
    quoted.trim_matches('"').to_owned()
}

/// The namespace that the example's tests reverse names in; `None` where they write addresses.
fn reversed(plan: &Plan<'_>, text: &str) -> Option<String> {
    let named: Vec<&str> = plan.example.routes.iter().map(|route| route.name.as_str()).collect();
    let is_router = plan.example.routes.iter().all(|route| route.by == By::Router);
    if !is_router && named.iter().any(|name| name.is_empty()) {
        return None;
    }
    let base = named.first().copied().filter(|name| !name.is_empty());
    let base = base.map_or_else(|| plan.example.model.class.to_lowercase(), str::to_owned);
    for part in text.split("reverse(").skip(1) {
        let quote = part.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let name = part.split(quote).nth(1)?;
        let (namespace, own) = name.rsplit_once(':').map_or(("", name), |(space, own)| (space, own));
        let is_like = if is_router {
            own.strip_suffix("-list").or_else(|| own.strip_suffix("-detail")) == Some(base.as_str())
        } else {
            named.contains(&own)
        };
        if is_like {
            return Some(if namespace.is_empty() { String::new() } else { format!("{namespace}:") });
        }
    }
    None
}

/// Values that must be refused.
pub(in crate::propose::recipe) fn wrong(fields: &[Field], owner: Option<&str>) -> Vec<Value> {
    let mut all = Vec::new();
    for field in fields.iter().filter(|field| owner != Some(field.name.as_str())) {
        let mut push = |value: String| all.push(context! { name => field.name.clone(), value });
        match field.kind {
            Kind::String | Kind::Text => {
                push("[]".into());
                if let Some(max) = field.max.or((field.kind == Kind::String).then_some(255)) {
                    push(format!("\"x\" * {}", max.saturating_add(1)));
                }
                if let Some(min) = field.min.filter(|min| *min > 1) {
                    push(format!("\"x\" * {}", min - 1));
                }
            }
            Kind::Integer | Kind::Float | Kind::Decimal => {
                push("\"many\"".into());
                if let Some(min) = field.min {
                    push(min.saturating_sub(1).to_string());
                }
                if let Some(max) = field.max {
                    push(max.saturating_add(1).to_string());
                }
            }
            _ => push(python(&field_value(field).get_attr("wrong").unwrap_or_default())),
        }
    }
    all
}

pub(super) fn sample(field: &Field) -> String {
    python(&field_value(field).get_attr("sample").unwrap_or_default())
}

/// A JSON value as Python writes it.
fn python(value: &Value) -> String {
    match value.as_str() {
        Some(text) => format!("\"{text}\""),
        None if value.kind() == minijinja::value::ValueKind::Bool => {
            if value.is_true() {
                "True".into()
            } else {
                "False".into()
            }
        }
        None => value.to_string(),
    }
}

/// Arguments of `create_user`, as a test of the project has them, and those of a second user.
pub(super) fn user_arguments(survey: &Survey<'_>, key: &str) -> (String, String) {
    let stated = survey.modules.iter().filter(|(path, _)| path.contains("test")).find_map(|(_, module)| {
        let call = literal_call(module)?;
        let positional = call.arguments.args.iter().map(|value| ("", string_value(value)));
        let named = call.arguments.keywords.iter().map(|keyword| {
            (keyword.arg.as_ref().map_or("", |arg| arg.as_str()), string_value(&keyword.value))
        });
        positional
            .chain(named)
            .map(|(name, value)| Some((name.to_owned(), value?)))
            .collect::<Option<Vec<_>>>()
    });
    let first = if key.contains("mail") { "writer@example.org" } else { "writer" };
    let known = stated.filter(|known| !known.is_empty()).unwrap_or_else(|| {
        vec![(key.to_owned(), first.to_owned()), ("password".to_owned(), "a-long-secret".to_owned())]
    });
    let write = |lead: &str| -> String {
        let one = |(name, value): &(String, String)| {
            let value = if name == "password" { value.clone() } else { format!("{lead}{value}") };
            if name.is_empty() { format!("\"{value}\"") } else { format!("{name}=\"{value}\"") }
        };
        known.iter().map(one).collect::<Vec<_>>().join("¦")
    };
    (write(""), write("other-"))
}

/// The first call of `create_user` that has only plain texts.
fn literal_call<'m>(module: &'m Module<'_>) -> Option<&'m ExprCall> {
    #[derive(Default)]
    struct Find<'a>(Option<&'a ExprCall>);
    impl<'a> Visitor<'a> for Find<'a> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            if let (Expr::Call(call), None) = (expr, self.0)
                && last_name(&call.func) == Some("create_user")
                && call.arguments.args.iter().all(|value| string_value(value).is_some())
                && call.arguments.keywords.iter().all(|one| string_value(&one.value).is_some())
            {
                self.0 = Some(call);
            }
            walk_expr(self, expr);
        }
    }
    let mut find = Find::default();
    find.visit_body(&module.body);
    find.0
}

/// A rendered test file: its cases as methods of the class before them where it has one.
pub(super) fn assembled(rendered: &str, is_pytest: bool) -> String {
    let Some((head, cases)) = rendered.split_once("⟦cases⟧\n") else { return rendered.to_owned() };
    let head = head.trim_end();
    if is_pytest {
        return format!("{head}\n\n\n{cases}");
    }
    let mut text = format!("{head}\n\n");
    let mut blank = true;
    for line in cases.lines() {
        if line.is_empty() {
            if !blank {
                text.push('\n');
            }
        } else {
            text.push_str(&format!("    {line}\n"));
        }
        blank = line.is_empty();
    }
    text
}
