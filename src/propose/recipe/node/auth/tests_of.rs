//! The test file of sign-in, after the example's: how the application is started and asked is
//! taken over, what is asked comes from a template.

use super::{parts::Parts, suite_of};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        recipe::{
            node::{compose, graft::Work, model::Mapper, plan::Plan, removal::lines, suite},
            sources::Source,
        },
        script::{Kind, Script},
    },
};
use minijinja::{Value, context, value::Serde};

/// The file, and what is to be said of it.
pub(super) struct Tests {
    pub(super) file: FileChange,
    pub(super) remark: Option<String>,
}

/// Writes it; sign-in is not written without its tests.
pub(super) fn tests(parts: &Parts<'_>, app: &str) -> Result<Tests, ProposeError> {
    let plan = parts.plan;
    let is_own = |source: &Source| plan.names.path(&source.path) != source.path;
    let Some((source, _)) = plan.suite(&is_own)? else {
        return Err(ProposeError::NotApplicable(format!(
            "sign-in is not written without its tests, and no test of {} asks over HTTP in a way that is known here",
            plan.names.like.plural
        )));
    };
    let path = plan.names.path(&source.path);
    if plan.ask.workspace.text(&path)?.is_some() {
        let place = Place::new(path.clone(), 1).to_string();
        return Err(ProposeError::Clash { what: path, place });
    }
    let line = |case: &str| {
        let found = source.text.lines().position(|line| line.trim_start().starts_with(&format!("{case}(")));
        u32::try_from(found.unwrap_or_default() + 1).unwrap_or(1)
    };
    let helper = suite_of::helper(parts);
    let is_reached = helper.is_some() || suite_of::reach(parts, &source.path, &source.text, app)?.is_some();
    let promote = if is_reached { suite_of::PROMOTE } else { "" };
    let emptied = without_rows(plan, &source.path, &source.text)?;
    let emptied =
        Source { path: source.path.clone(), script: Script::parse(&source.path, &emptied)?, text: emptied };
    let Some(suite) = suite::read(&emptied, &plan.names)? else {
        return Err(ProposeError::NotApplicable(format!(
            "{} asks in a way that the tests of sign-in could not follow",
            source.path
        )));
    };
    let client = plan.client(&suite);
    let like = Place::new(source.path.clone(), line(&client.case));
    let part = |part: &str| -> Result<String, ProposeError> {
        let own = context! { part, client => Value::from(Serde(&client)), promote };
        let rendered = parts.render("auth.test.ts.j2", &context! { ..own, ..parts.context(&path) })?;
        Ok(plan.habits.write(rendered.trim_start_matches('\n'), &[]))
    };
    let mut helpers = part("helpers")?;
    if let Some(helper) = &helper {
        helpers = format!("{helpers}\n{}", plan.habits.write(helper, &[]));
    }
    let mut text = suite.write(&plan.graft(), &helpers, &part("tests")?)?;
    if let (None, true) = (&helper, is_reached) {
        text = suite_of::reach(parts, &path, &text, app)?.unwrap_or(text);
    }
    let text = with_imports(parts, &path, &text)?;
    let text = compose::without_unused_imports(&path, &text)?;
    let text = compose::fitted(&path, &text, &plan.habits)?;
    let mut file = plan.ask.made(path, text, Some(like), Layer::Test);
    let reason = parts.plan.ask.head.reason(Layer::Test);
    for note in &mut file.notes {
        note.reason.clone_from(&reason);
    }
    let remark = (!is_reached).then(|| {
        "No way to the database was found in the example's tests, so none gives somebody a role: that one who has \
         it sees another's account is yours to test."
            .to_owned()
    });
    Ok(Tests { file, remark })
}

/// The example's tests without what they do with its rows before or after a test.
fn without_rows(plan: &Plan<'_>, path: &str, text: &str) -> Result<String, ProposeError> {
    let mut work = Work::new(path, text)?;
    let hooks: Vec<usize> = work
        .tree
        .all()
        .filter(|id| work.tree.kind(*id) == Kind::Expression)
        .filter(|id| {
            let called = work.tree.children(*id).first().and_then(|call| work.tree.callee(*call, text));
            called.is_some_and(|(name, _)| {
                matches!(name, "beforeEach" | "afterEach" | "beforeAll" | "afterAll")
            })
        })
        .collect();
    for hook in hooks {
        let Some(body) = work.tree.below(hook).find(|id| work.tree.kind(*id) == Kind::Body) else { continue };
        let statements = work.tree.children(body).to_vec();
        let of_rows: Vec<usize> =
            statements.iter().copied().filter(|id| plan.names.touches(work.tree.text(*id, text))).collect();
        let dropped = if of_rows.len() == statements.len() { vec![hook] } else { of_rows };
        for id in dropped {
            let mut range = lines(text, work.tree.range(id));
            let is_first = text.get(..range.start).is_some_and(|before| before.trim_end().ends_with('{'));
            let rest = text.get(range.end..).unwrap_or_default();
            if is_first {
                range.end += rest.len() - rest.trim_start_matches(['\n', '\r']).len();
            }
            work.drop(range);
        }
    }
    work.slice(0..text.len())
}

/// The text with everything imported that the tests ask for.
fn with_imports(parts: &Parts<'_>, path: &str, text: &str) -> Result<String, ProposeError> {
    let plan = parts.plan;
    let mut text = compose::with_value(path, text, "randomUUID", "node:crypto")?;
    let is_global = !text.contains("'vitest'") && !text.contains("\"vitest\"");
    if !is_global || !plan.survey.sources.values().any(|source| source.text.contains("globals: true")) {
        text = compose::with_value(path, &text, "vi", "vitest")?;
    }
    let is_promoted = text.contains(suite_of::PROMOTE);
    let users = parts.rows.users.table.name.as_str();
    let of_mapper: &[&str] = if is_promoted && plan.mapper == Mapper::Drizzle { &["eq", users] } else { &[] };
    for candidate in parts.imports(path) {
        let Some((from, name)) = candidate.rsplit_once(':') else { continue };
        if ["AttemptLimit", "createAccessToken", "signingKey"].contains(&name) || of_mapper.contains(&name) {
            text = compose::with_value(path, &text, name, from)?;
        }
    }
    if !is_promoted {
        return Ok(text);
    }
    if let Some(database) = parts.handle_import(path) {
        text = compose::with_value(path, &text, &database.0, &database.1)?;
    }
    Ok(text)
}
