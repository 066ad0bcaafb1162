//! Tests of the new route, at the end of those of its resource.

use super::super::{example::Role, plan::Plan};
use crate::{
    ports::ProposeError,
    propose::{
        recipe::{
            endpoint::Reach,
            node::{
                endpoint::{
                    asked::Asked,
                    code::Level,
                    piece::{From, Need, Piece},
                    subject::Subject,
                    tests_of::{Row, Tests, written},
                },
                last_case,
            },
        },
        script::{Class, Property},
    },
};
use minijinja::context;

/// The tests; `Ok(Err(_))` says why they are the reader's to write.
pub(super) fn pieces<'s>(
    asked: &Asked<'s>,
    plan: &Plan<'_>,
    is_uuid: bool,
    levels: &[Level<'s>],
) -> Result<Result<Vec<Piece>, String>, ProposeError> {
    let yours = "the tests are yours to write";
    let name = &asked.ask.name;
    let found = plan.setup.as_ref().zip(plan.example.source(Role::Test, &plan.survey));
    let Some((setup, source)) = found else {
        return Ok(Err(format!(
            "No test of {} asks over HTTP in a way that is known here, so {yours}.",
            name.plural
        )));
    };
    let Some((at, indent)) = last_case(&source.path, &source.text)? else {
        return Ok(Err(format!("{} has no test, so {yours}.", source.path)));
    };
    let has_helper = source.text.contains("async function created()");
    let body = match (has_helper, plan.example.class(Role::Create, &plan.survey)) {
        (true, _) => Some(Vec::new()),
        (false, Some((_, class))) => body(class),
        (false, None) => None,
    };
    let Some(body) = body else {
        return Ok(Err(format!(
            "A test needs a row of {} first, which the recipe cannot make here, so {yours}.",
            name.pascal
        )));
    };
    let subject = match asked.route.reach {
        Reach::Route => None,
        Reach::Service => match subject(asked, levels, &setup.app) {
            Some(subject) => Some(subject),
            None => return Ok(Err(format!("What a test would give the method is not known, so {yours}."))),
        },
    };
    let rule = match asked.ty {
        _ if asked.route.by.is_none() => "",
        "number" => "z.coerce.number()",
        "boolean" => "z.stringbool()",
        _ if is_uuid => "z.uuid()",
        _ => "z.string()",
    };
    let tests = Tests {
        source,
        at,
        indent: &indent,
        client: context! {
            base => format!("{}({}.getHttpServer())", setup.ask, setup.app),
            kind => "supertest",
            case => setup.case.clone(),
            address => setup.address.clone(),
            origin => "",
            headers => "",
            // Pipes refuse so, whatever bodies are refused with.
            refused => 400,
        },
        routes: context! { item => "", items => plan.handlers.answer.path.clone() },
        row: Row {
            key: plan.key.property.clone(),
            key_is_uuid: plan.key.is_uuid,
            field: asked.variable.clone(),
            body,
            has_helper,
            page: plan.handlers.paging.take.clone(),
        },
        envelope: String::new(),
        rule,
        // A pipe for all routes may have made a yes or no of anything before.
        refuses: asked.ty != "boolean",
        subject,
    };
    written(asked, &tests).map(Ok)
}

/// The service as the application of a test gives it.
fn subject<'s>(asked: &Asked<'s>, levels: &[Level<'s>], app: &str) -> Option<Subject> {
    let unit = levels.get(1)?.unit;
    let (source, _) = asked.code.get(unit.path).ok()?;
    let is_its = |class: &&Class| class.methods.iter().any(|one| one.name == asked.code.name(unit));
    let class = source.script.classes.iter().find(is_its)?;
    let need = Need { name: class.name.clone(), from: From::File(unit.path.to_owned()) };
    let subject = asked.subject(levels, "service.", vec![need])?;
    Some(Subject { from: format!("{app}.get({})", class.name), ..subject })
}

/// A body that the class of what makes a row takes; `None` where it asks for another row.
fn body(class: &Class) -> Option<Vec<String>> {
    let mut members = Vec::new();
    for property in &class.properties {
        if property.optional || property.mark(&["IsOptional"]).is_some() {
            continue;
        }
        members.push(format!("{}: {}", property.name, value(property)?));
    }
    (!members.is_empty()).then_some(members)
}

/// A value that the decorators of a property take.
pub(in crate::propose::recipe::nest) fn value(property: &Property) -> Option<String> {
    let number = |mark: &str, at: usize| -> Option<usize> {
        property.mark(&[mark])?.arguments.get(at)?.trim().parse().ok()
    };
    let has = |mark: &str| property.mark(&[mark]).is_some();
    if property.name.ends_with("Id") {
        return None;
    }
    Some(if has("IsEmail") {
        "`${randomUUID()}@example.com`".into()
    } else if has("IsUUID") {
        "randomUUID()".into()
    } else if has("IsBoolean") {
        "true".into()
    } else if has("IsDateString") || has("IsISO8601") {
        "'2026-01-31'".into()
    } else if property.ty == "number" {
        number("Min", 0).unwrap_or(1).to_string()
    } else if property.ty == "string" && !has("Matches") && !has("IsEnum") && !has("IsUrl") {
        let most = number("MaxLength", 0).or_else(|| number("Length", 1)).unwrap_or(36).min(36);
        let least = number("MinLength", 0).or_else(|| number("Length", 0)).unwrap_or(0);
        if least > 36 {
            return None;
        }
        format!("randomUUID().slice(0, {most})")
    } else {
        return None;
    })
}
