//! The tests of a new repository, against the database of the project's own fixtures.

use super::{
    super::{
        files::dotted,
        rows,
        subject::{Made, object},
        tests_of::{Known, folder_of_tests, origins, values_of},
    },
    Plan,
};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{
        endpoint::python_values::{two_values, unknown},
        fastapi::plan::RECIPE,
        fields,
        resource::Edited,
        row_verb::Verb,
    },
};
use minijinja::context;

const TEMPLATE: &str = "repository.test.py.j2";

/// The new file; the inner `Err` says why the tests are left to the user.
pub(super) fn file(plan: &Plan<'_>, path: &str) -> Result<Result<FileChange, String>, ProposeError> {
    let yours = |why: &str| Ok(Err(format!("{why}, so the tests are yours to write.")));
    if plan.like.is_inherited {
        return yours("What the base of the class gives is tested with it");
    }
    let (name, like) = (&plan.ask.name, plan.like);
    let known = Known { reader: plan.reader, model: plan.model, name, dialect: plan.dialect };
    let style = known.style(None, &plan.ask.workspace)?;
    let Some(style) =
        style.filter(|style| !style.session.is_empty() && style.session_is_async == like.is_async)
    else {
        return yours("No fixtures give a client and a session of the repository's kind");
    };
    let row = match rows::row(plan.reader, plan.model) {
        Ok(row) => row,
        Err(column) => return yours(&format!("What {column} could hold is not known")),
    };
    let changed = plan.model.columns.iter().find_map(|column| {
        let is_plain = !column.is_key && !column.unique && !matches!(column.kind, fields::Kind::BelongsTo(_));
        let [_, other] = two_values(column).filter(|_| is_plain)?;
        Some((column.name.clone(), other.0))
    });
    let Some(owner) = owner(plan, path, &style.session) else {
        return yours(&format!("How a test could make {} is not known", plan.class()));
    };
    let nothing = match plan.key.kind {
        fields::Kind::Uuid => unknown(plan.key).map(|text| format!("uuid.UUID(\"{text}\")")),
        fields::Kind::String | fields::Kind::Text => unknown(plan.key).map(|text| format!("\"{text}\"")),
        _ => unknown(plan.key),
    };
    let verb = |verb: Verb| like.name(verb, name);
    let call = |own: String| match owner.source.is_empty() {
        true => own,
        false => format!("repository.{own}"),
    };
    let by_name = like.by_name;
    let lead = match (owner.source.is_empty(), by_name) {
        (false, _) => String::new(),
        (true, false) => style.session.clone(),
        (true, true) => format!("{}={}", like.session, style.session),
    };
    let values = context! {
        model => plan.model.name.clone(),
        var => name.snake.clone(),
        plural => name.plural.clone(),
        key => plan.key.name.clone(),
        stored => format!("stored_{}", name.snake),
        has_stored => false,
        created => false,
        marker => style.marker.clone(),
        session => style.session.clone(),
        session_type => if style.session_is_async { "AsyncSession" } else { "Session" },
        def => if like.is_async { "async def" } else { "def" },
        await => if like.is_async { "await " } else { "" },
        def_stored => if like.is_async { "async def" } else { "def" },
        await_stored => if like.is_async { "await " } else { "" },
        parents => row.parents_value(),
        values => values_of(&row),
        owner => owner.source.clone(),
        lead,
        by_name,
        row_name => name.snake.clone(),
        key_name => format!("{}_{}", name.snake, plan.key.name),
        get => call(verb(Verb::Get)),
        list => call(verb(Verb::List)),
        add => call(verb(Verb::Add)),
        update => call(verb(Verb::Update)),
        delete => call(verb(Verb::Delete)),
        changed => changed.as_ref().map(|(column, _)| column.clone()),
        other => changed.map(|(_, value)| value),
        nothing,
    };
    let rendered = plan.ask.render(RECIPE, TEMPLATE, &values, |_| {})?;
    let mut all = owner.imports;
    all.push("sqlalchemy.orm:make_transient".into());
    all.extend(origins(&known, &style, &row));
    let file = format!("{}test_{}_repository.py", folder_of_tests(plan.reader), name.snake);
    if plan.ask.workspace.text(&file)?.is_some() {
        return yours(&format!("{file} is there"));
    }
    let text = plan.habits.file(&file, rendered.trim_start(), &all)?;
    let reason = plan.ask.head.reason(Layer::Test);
    let like = Some(like.place.clone());
    Ok(Ok(plan.ask.edited(Edited { path: &file, old: "", new: text, reason, like, layer: Layer::Test })))
}

/// How a test gets the repository: an object, or nothing where it is functions; `None` where the
/// constructor of the example asks for something that a test does not have.
fn owner(plan: &Plan<'_>, path: &str, session: &str) -> Option<Made> {
    let module = dotted(plan.reader, plan.model, path);
    let Some(class) = plan.like.class else {
        let name = |verb| format!("{module}:{}", plan.like.name(verb, &plan.ask.name));
        return Some(Made { source: String::new(), imports: Verb::ALL.map(name).into() });
    };
    let known = super::super::reader::Class { path: plan.like.path, node: class };
    let made = object(plan.reader, plan.model, known, session)?;
    let source = made.source.replacen(class.name.as_str(), &plan.class(), 1);
    let mut imports = vec![format!("{module}:{}", plan.class())];
    imports.extend(made.imports.into_iter().filter(|one| !one.ends_with(&format!(":{}", class.name))));
    Some(Made { source, imports })
}
