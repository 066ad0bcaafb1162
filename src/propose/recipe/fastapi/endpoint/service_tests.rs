//! The tests of a function that no route calls: the service is made as its constructor says,
//! with the session of the project's own fixtures, and asked directly.

use super::{
    rows::{self, Row},
    subject::{Made, arguments, owner, refusal, rows as rows_in, written},
    tests_of::{candidates, style_of, test_folder, values_of},
    text::params,
    work::{Addition, Work},
};
use crate::{
    domain::{
        layer::Layer,
        place::Place,
        proposal::{Content, FileChange},
    },
    ports::ProposeError,
    propose::{
        python::Module,
        recipe::{
            endpoint::{
                Kind,
                column::Column,
                python_values::{before_and_after, two_values, unknown},
            },
            fastapi::{plan::RECIPE, samples::TestStyle},
            fields,
            resource::Edited,
        },
    },
};
use minijinja::{Value, context};

const TEMPLATE: &str = "service-method.test.py.j2";

/// The changed or new file of tests for what `files` have; the inner `Err` says why the tests
/// are left to the user.
pub(super) fn file(
    work: &Work<'_>,
    files: &[FileChange],
    top: &Addition,
) -> Result<Result<FileChange, String>, ProposeError> {
    let yours = |why: &str| Ok(Err(format!("{why}, so the tests are yours to write.")));
    let Some(style) = style_of(work, None)?.filter(is_usable) else {
        return yours("No fixtures give a client and a session to make rows with");
    };
    let row = match rows::row(work.reader, work.model) {
        Ok(row) => row,
        Err(column) => return yours(&format!("What {column} could hold is not known")),
    };
    let known = test_file(work);
    let Some((context, imports)) = context(work, files, top, &style, &row, known)? else {
        return yours(&format!("How a test could ask {} is not known", top.name));
    };
    let rendered = work.ask.render(RECIPE, TEMPLATE, &context, |_| {})?;
    let mut origins = imports;
    origins.extend(candidates(work, &style, &row));
    let like = work.levels.get(1).map_or(work.collection.path, |level| level.scope.path);
    let (path, old, text, place) = match known {
        Some(path) => {
            let module = work.module(path)?;
            let text = work.habits.grown(path, module.text, rendered.trim_start(), &origins)?;
            let line = module.functions().last().map_or(1, |function| module.line(&function.name));
            (path.to_owned(), module.text, text, Place::new(path, line))
        }
        None => {
            let path = format!("{}test_{}_service.py", test_folder(work), work.ask.name.snake);
            let text = work.habits.file(&path, rendered.trim_start(), &origins)?;
            (path, "", text, Place::new(like, top.like.line))
        }
    };
    let reason = work.ask.head.reason(Layer::Test);
    let edited = Edited { path: &path, old, new: text, reason, like: Some(place), layer: Layer::Test };
    Ok(Ok(work.ask.edited(edited)))
}

fn is_usable(style: &TestStyle) -> bool {
    !style.session.is_empty() && (!style.session_is_async || style.client_is_async)
}

/// Tests of the service that are there.
fn test_file<'m>(work: &Work<'m>) -> Option<&'m str> {
    let name = &work.ask.name;
    let own = [format!("{}_service", name.snake), format!("{}_service", name.plural)];
    work.reader.modules.keys().copied().find(|path| {
        let stem = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".py");
        let subject = stem.strip_prefix("test_").or_else(|| stem.strip_suffix("_test"));
        subject.is_some_and(|subject| own.iter().any(|own| own == subject))
    })
}

/// Everything that the template may use and where its names come from; `None` where a test
/// cannot ask the function.
fn context(
    work: &Work<'_>,
    files: &[FileChange],
    top: &Addition,
    style: &TestStyle,
    row: &Row,
    known: Option<&str>,
) -> Result<Option<(Value, Vec<String>)>, ProposeError> {
    let changed = files.iter().find(|file| file.path == top.path);
    let Some(Content::Text { text }) = changed.map(|file| &file.content) else { return Ok(None) };
    let module = Module::parse(&top.path, text)?;
    let Some(function) = written(&module.body, top.class.as_deref(), &top.name) else { return Ok(None) };
    let (Some(level), Some(refusal)) = (work.levels.get(1), refusal(work)) else { return Ok(None) };
    let Some(owner) = owner(work, level.scope, &style.session) else { return Ok(None) };
    let rows = match work.route.kind {
        Kind::List => rows_in(work, &top.path, &module, function),
        Kind::Lookup | Kind::Count | Kind::Action => Some(String::new()),
    };
    let Some(rows) = rows else { return Ok(None) };
    let Some(asked) = asked(work) else { return Ok(None) };
    let own = params(&module, function);
    let by = work.route.by.as_ref().map_or("", |column| column.name.as_str());
    let give = |value: &str| arguments(&own, [by, &level.key], value, &style.session);
    let Some(given) = give(&asked.value) else { return Ok(None) };
    let given_unknown = asked.unknown.as_deref().and_then(give);
    let mut imports = owner.imports;
    let subject = if owner.source.is_empty() {
        imports.push(format!("{}:{}", super::files::dotted(work.reader, work.model, &top.path), top.name));
        top.name.clone()
    } else {
        format!("{}.{}", owner.source, top.name)
    };
    let Made { source: refusal, imports: raised } = refusal;
    imports.extend(raised);
    let (before, after) = match &work.route.set {
        Some((column, value)) => {
            let (before, after) = before_and_after(column, value);
            (before.map(|before| format!("{}={before}", column.name)), after)
        }
        None => (None, String::new()),
    };
    let awaits = |is_async: bool| if is_async { "await " } else { "" };
    let name = &work.ask.name;
    let stored = format!("stored_{}", name.snake);
    let has_stored = known
        .and_then(|path| work.reader.modules.get(path))
        .is_some_and(|module| module.functions().any(|one| one.name.as_str() == stored));
    let value = context! {
        kind => match work.route.kind { Kind::List => "list", Kind::Lookup => "lookup", Kind::Count => "count", Kind::Action => "action" },
        model => work.model.name.clone(),
        var => name.snake.clone(),
        plural => name.plural.clone(),
        called => top.name.clone(),
        subject,
        given,
        given_unknown,
        refusal,
        rows,
        stored,
        has_stored,
        created => false,
        marker => if known.is_none() { style.marker.clone() } else { String::new() },
        session => style.session.clone(),
        session_type => if style.session_is_async { "AsyncSession" } else { "Session" },
        def => if style.session_is_async || function.is_async { "async def" } else { "def" },
        await_call => awaits(function.is_async),
        def_stored => if style.session_is_async { "async def" } else { "def" },
        await_stored => awaits(style.session_is_async),
        parents => row.parents_value(),
        values => values_of(row),
        key => work.key(),
        first => asked.first,
        second => asked.second,
        before,
        after,
        changed => work.route.set.as_ref().map(|(column, _)| column.name.clone()),
    };
    Ok(Some((value, imports)))
}

/// What is asked for, as Python source.
struct Asked {
    /// What two rows are made with, so that they can be told apart.
    first: String,
    second: String,
    value: String,
    unknown: Option<String>,
}

/// `None` where no two values of the field can be told apart.
fn asked(work: &Work<'_>) -> Option<Asked> {
    let Some(column) = &work.route.by else {
        let key = work.model.columns.iter().find(|column| column.is_key);
        return Some(Asked {
            first: String::new(),
            second: String::new(),
            value: format!("wanted.{}", work.key()),
            unknown: key.and_then(nothing_like_it),
        });
    };
    let refers = matches!(column.kind, fields::Kind::BelongsTo(_));
    if refers || work.route.kind == Kind::Lookup {
        return Some(Asked {
            first: String::new(),
            second: String::new(),
            value: format!("wanted.{}", column.name),
            unknown: nothing_like_it(column),
        });
    }
    let [one, two] = two_values(column)?;
    Some(Asked {
        first: format!("{}={}", column.name, one.0),
        second: format!("{}={}", column.name, two.0),
        value: one.0,
        unknown: nothing_like_it(column),
    })
}

/// A value that no row has.
fn nothing_like_it(column: &Column) -> Option<String> {
    let text = unknown(column)?;
    Some(match column.kind {
        fields::Kind::Date => "date(1970, 1, 1)".into(),
        fields::Kind::Uuid => format!("uuid.UUID(\"{text}\")"),
        fields::Kind::BelongsTo(_) if text.contains('-') && column.source_type.contains("UUID") => {
            format!("uuid.UUID(\"{text}\")")
        }
        fields::Kind::String | fields::Kind::Text => format!("\"{text}\""),
        _ => text,
    })
}
