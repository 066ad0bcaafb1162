//! The tests of a new route: rightly called, wrongly called, called for nothing, and where the
//! resource's own routes need a token, without one and with one that is not right.

use super::{
    answers::{created, is_bounded, rows_key},
    columns::Model,
    files::dotted,
    reader::Reader,
    rows::{self, Row},
    work::{Dialect, Work},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        recipe::{
            endpoint::{
                Kind,
                paths::segments,
                python_values::{before_and_after, two_values, unknown, wrong},
                route::ROW,
            },
            examples::Example,
            fastapi::{
                layout::Layout,
                plan::RECIPE,
                samples::{TestStyle, is_fixture},
            },
            fields,
            names::{Name, singular, snake},
            resource::Edited,
        },
        workspace::Workspace,
    },
};
use minijinja::{Value, context};
use std::collections::BTreeMap;

const TEMPLATE: &str = "endpoint.test.py.j2";

/// The changed or new file; the inner `Err` says why the tests are left to the user.
pub(super) fn file(work: &Work<'_>) -> Result<Result<FileChange, String>, ProposeError> {
    let known = test_file(work);
    let Some(style) = style_of(work, known)? else {
        return Ok(Err("No fixture named client was found, so the tests are yours to write.".into()));
    };
    if style.session.is_empty() || (style.session_is_async && !style.client_is_async) {
        return Ok(Err(
            "No fixture gives a session to make rows with, so the tests are yours to write.".into()
        ));
    }
    let row = match rows::row(work.reader, work.model) {
        Ok(row) => row,
        Err(column) => {
            return Ok(Err(format!(
                "What {column} could hold is not known, so the tests are yours to write."
            )));
        }
    };
    let asks_user = !work.dependants_of_user().is_empty();
    let headers = if asks_user { headers(work.reader) } else { Vec::new() };
    if asks_user && headers.is_empty() {
        return Ok(Err(
            "No fixture gives the headers of someone signed in, so the tests are yours to write.".into(),
        ));
    }
    let Some(context) = context(work, known, &style, &row, &headers) else {
        return Ok(Err(
            "No value of the field can be told from another, so the tests are yours to write.".into()
        ));
    };
    let rendered = work.ask.render(RECIPE, TEMPLATE, &context, |_| {})?;
    let candidates = candidates(work, &style, &row);
    let (path, old, text, place) = match known {
        Some(path) => {
            let module = work.module(path)?;
            let text = work.habits.grown(path, module.text, rendered.trim_start(), &candidates)?;
            let line = module.functions().last().map_or(1, |function| module.line(&function.name));
            (path.to_owned(), module.text, text, Place::new(path, line))
        }
        None => {
            let path = format!("{}test_{}_{}.py", test_folder(work), work.ask.name.plural, work.route.verb);
            let text = work.habits.file(&path, rendered.trim_start(), &candidates)?;
            let line = work.module(work.collection.path)?.line(&work.collection.row.function.name);
            (path, "", text, Place::new(work.collection.path, line))
        }
    };
    let reason = work.ask.head.reason(Layer::Test);
    let edited = Edited { path: &path, old, new: text, reason, like: Some(place), layer: Layer::Test };
    Ok(Ok(work.ask.edited(edited)))
}

/// The tests of the resource's routes.
pub(super) fn test_file<'m>(work: &Work<'m>) -> Option<&'m str> {
    tests_named(work.reader, &work.ask.name)
}

/// The same of any resource.
pub(super) fn tests_named<'m>(reader: &'m Reader<'_>, name: &Name) -> Option<&'m str> {
    let own = |path: &&&str| {
        let stem = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".py");
        let subject = stem.strip_prefix("test_").or_else(|| stem.strip_suffix("_test"));
        subject.is_some_and(|subject| {
            let words = ["_api", "_routes", "_router", "_endpoints"];
            let subject = words.iter().find_map(|end| subject.strip_suffix(end)).unwrap_or(subject);
            singular(&snake(subject)) == name.snake
        })
    };
    let mut all: Vec<&str> = reader.modules.keys().filter(own).copied().collect();
    all.sort_by_key(|path| !reader.modules.get(path).is_some_and(|module| module.text.contains("client")));
    all.first().copied()
}

pub(super) fn test_folder(work: &Work<'_>) -> String {
    folder_of_tests(work.reader)
}

/// The folder with the fixtures.
pub(super) fn folder_of_tests(reader: &Reader<'_>) -> String {
    let conftest = reader.modules.keys().find(|path| path.ends_with("conftest.py"));
    conftest.map(|path| path.trim_end_matches("conftest.py").to_owned()).unwrap_or_else(|| "tests/".into())
}

/// What tests are written for.
pub(super) struct Known<'m> {
    pub(super) reader: &'m Reader<'m>,
    pub(super) model: &'m Model<'m>,
    pub(super) name: &'m Name,
    pub(super) dialect: Dialect,
}

impl<'m> Known<'m> {
    fn of(work: &Work<'m>) -> Self {
        Self { reader: work.reader, model: work.model, name: &work.ask.name, dialect: work.dialect }
    }

    /// The fixtures of the project's tests, in the light of one of them.
    pub(super) fn style(
        &self,
        known: Option<&str>,
        workspace: &Workspace<'_>,
    ) -> Result<Option<TestStyle>, ProposeError> {
        TestStyle::read(&self.layout(known), workspace)
    }

    /// What the fixtures are read by.
    fn layout(&self, known: Option<&str>) -> Layout {
        let examples = known
            .and_then(|path| Some((path, self.reader.modules.get(path)?)))
            .map(|(path, module)| {
                let text = module.text.to_owned();
                BTreeMap::from([(
                    Layer::Test,
                    Example { path: path.to_owned(), name: self.name.clone(), text },
                )])
            })
            .unwrap_or_default();
        let class = self.model.class.path;
        let inside = format!("{}.py", dotted(self.reader, self.model, class).replace('.', "/"));
        let package = inside.replace(".py", "/__init__.py");
        let root = class.strip_suffix(&inside).or_else(|| class.strip_suffix(&package)).unwrap_or_default();
        Layout { like: self.name.clone(), examples, import_root: root.to_owned() }
    }
}

/// The fixtures of the project's tests.
pub(super) fn style_of(work: &Work<'_>, known: Option<&str>) -> Result<Option<TestStyle>, ProposeError> {
    Known::of(work).style(known, &work.ask.workspace)
}

/// What a row is made with, as a dictionary has it.
pub(super) fn values_of(row: &Row) -> Vec<String> {
    row.values.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect()
}

/// The collection's address as tests write it: within quotes, and whether it is an f-string.
pub(super) fn address(work: &Work<'_>, known: Option<&str>) -> (String, bool) {
    let own = work.collection.url.clone();
    let Some(last) = segments(&own).last().map(|last| format!("/{last}")) else { return (own, false) };
    let text = known.and_then(|path| work.reader.modules.get(path)).map_or("", |module| module.text);
    for (at, found) in text.match_indices(&last) {
        let before = text.get(..at).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
        let after = text.get(at + found.len()..).unwrap_or_default();
        let Some(open) = before.rfind(['"', '\'']) else { continue };
        let lead = before.get(open + 1..).unwrap_or_default();
        let is_whole = after.starts_with(['/', '"', '\'', '?']);
        let is_format = before.get(..open).is_some_and(|head| head.ends_with('f'));
        if is_whole && !lead.contains(' ') && (is_format || !lead.contains('{')) && !lead.contains('(') {
            return (format!("{lead}{last}"), is_format);
        }
    }
    (own, false)
}

/// Fixtures that give headers: of who may do all first, then of others.
pub(super) fn headers(reader: &Reader<'_>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for (_, module) in reader.modules.iter().filter(|(path, _)| path.ends_with("conftest.py")) {
        let fixtures = module.functions().filter(|one| is_fixture(module, one));
        all.extend(fixtures.map(|one| one.name.to_string()).filter(|name| name.contains("headers")));
    }
    all.sort_by_key(|name| !(name.contains("super") || name.contains("admin")));
    all
}

/// What two rows have that can be told apart, and the address of the first; `None` where two
/// values cannot be.
fn told_apart(work: &Work<'_>, filled: &dyn Fn(&str) -> String) -> Option<(String, String, String)> {
    let Some(column) = &work.route.by else { return Some(Default::default()) };
    let is_own = matches!(column.kind, fields::Kind::BelongsTo(_)) || work.route.kind == Kind::Lookup;
    if is_own {
        return Some((String::new(), String::new(), filled(&format!("{{wanted.{}}}", column.name))));
    }
    let [one, two] = two_values(column)?;
    Some((format!("{}={}", column.name, one.0), format!("{}={}", column.name, two.0), filled(&one.1)))
}

/// Everything that the template may use; `None` where no two values of the field can be told
/// apart.
fn context(
    work: &Work<'_>,
    known: Option<&str>,
    style: &TestStyle,
    row: &Row,
    headers: &[String],
) -> Option<Value> {
    let (name, route) = (&work.ask.name, work.route);
    let (base, is_format) = address(work, known);
    let slash = if work.local_path().ends_with('/') { "/" } else { "" };
    let (url_of, f) = (
        |rest: &str| format!("{base}{rest}{slash}"),
        |url: &str| match (is_format || url.contains('{'), work.habits.quote) {
            (false, _) => format!("\"{url}\""),
            (true, '\'') if url.contains('\'') => format!("f'{}'", url.replace('\'', "\"")),
            (true, _) => format!("f\"{url}\""),
        },
    );
    let key = work.model.columns.iter().find(|column| column.is_key);
    let key_is_text = key.is_some_and(|key| !matches!(key.kind, fields::Kind::Integer));
    let by = route.by.as_ref();
    let filled = |text: &str| match by {
        Some(column) => url_of(&route.path.replace(&format!("{{{}}}", column.name), text)),
        None => url_of(&route.path.replace(ROW, text)),
    };
    let (first, second, wanted_url) = told_apart(work, &filled)?;
    let unknown_key = if key_is_text { "00000000-0000-4000-8000-000000000000" } else { "999999" };
    let (before, after) = match &route.set {
        Some((column, value)) => {
            let (before, after) = before_and_after(column, value);
            (before.map(|before| format!("{}={before}", column.name)), after)
        }
        None => (None, String::new()),
    };
    let expired = work.expired_token();
    let owner = work.owner();
    let created = owner.as_ref().and_then(|_| created(work));
    let awaits = |is_async: bool| if is_async { "await " } else { "" };
    let quoted = |one: Option<String>| one.map(|one| f(&filled(&one)));
    Some(context! {
        kind => match route.kind { Kind::List => "list", Kind::Lookup => "lookup", Kind::Count => "count", Kind::Action => "action" },
        verb => route.verb.clone(),
        method => route.method.to_lowercase(),
        model => work.model.name.clone(),
        var => name.snake.clone(),
        plural => name.plural.clone(),
        stored => format!("stored_{}", name.snake),
        has_stored => known.and_then(|path| work.reader.modules.get(path)).is_some_and(|module| module.functions().any(|one| one.name.as_str() == format!("stored_{}", name.snake))),
        marker => if known.is_none() { style.marker.clone() } else { String::new() },
        client_type => style.client.clone(),
        session => style.session.clone(),
        session_type => if style.session_is_async { "AsyncSession" } else { "Session" },
        def => if style.client_is_async { "async def" } else { "def" },
        await => awaits(style.client_is_async),
        def_stored => if style.session_is_async { "async def" } else { "def" },
        await_stored => awaits(style.session_is_async),
        parents => row.parents_value(),
        values => values_of(row),
        created,
        key => work.key(),
        key_in_json => if key_is_text { format!("str(wanted.{})", work.key()) } else { format!("wanted.{}", work.key()) },
        other_in_json => if key_is_text { format!("str(other.{})", work.key()) } else { format!("other.{}", work.key()) },
        first,
        second,
        rows => rows_key(work),
        wanted_url => match route.kind {
            Kind::Action => f(&filled(&format!("{{wanted.{}}}", work.key()))),
            Kind::Count => f(&url_of(&route.path)),
            _ => f(&wanted_url),
        },
        unknown_url => match (by, route.kind) {
            (Some(column), _) => quoted(unknown(column)),
            (None, Kind::Action) => Some(f(&filled(unknown_key))),
            (None, _) => None,
        },
        wrong_url => match (by, route.kind) {
            (Some(column), _) => quoted(wrong(column)),
            (None, Kind::Action) => key.filter(|key| !matches!(key.kind, fields::Kind::String)).map(|_| f(&filled("not-a-key"))),
            (None, _) => None,
        },
        plain_url => match (by, route.kind) {
            (Some(column), _) => quoted(unknown(column).or_else(|| Some(two_values(column)?[0].1.clone()))),
            (None, Kind::Action) => Some(f(&filled(unknown_key))),
            (None, _) => Some(f(&url_of(&route.path))),
        },
        bounded => is_bounded(work),
        before,
        after,
        changed => route.set.as_ref().map(|(column, _)| column.name.clone()),
        headers => headers.first().cloned().unwrap_or_default(),
        others => headers.get(1).cloned().filter(|_| owner.is_some() && matches!(route.kind, Kind::Action | Kind::Lookup)).unwrap_or_default(),
        expired => expired.as_ref().map(|_| "create_access_token(\"nobody\", timedelta(minutes=-1))"),
    })
}

/// Where the names of the tests come from.
pub(super) fn candidates(work: &Work<'_>, style: &TestStyle, row: &Row) -> Vec<String> {
    let mut all = origins(&Known::of(work), style, row);
    all.extend(work.expired_token().map(|module| format!("{module}:create_access_token")));
    all
}

/// The same but for what makes tokens.
pub(super) fn origins(known: &Known<'_>, style: &TestStyle, row: &Row) -> Vec<String> {
    let session = match (known.dialect, style.session_is_async) {
        (Dialect::Sqlalchemy, true) => "sqlalchemy.ext.asyncio:AsyncSession",
        (Dialect::Sqlalchemy, false) => "sqlalchemy.orm:Session",
        (Dialect::Sqlmodel, true) => "sqlmodel.ext.asyncio.session:AsyncSession",
        (Dialect::Sqlmodel, false) => "sqlmodel:Session",
    };
    let mut all: Vec<String> = [
        "uuid",
        "pytest",
        "typing:Any",
        "datetime:date",
        "datetime:datetime",
        "datetime:timedelta",
        "decimal:Decimal",
    ]
    .map(str::to_owned)
    .into();
    all.extend([style.client_import.clone(), session.to_owned()]);
    let models = row.parents.iter().map(|parent| parent.model.clone()).chain([known.model.name.clone()]);
    for model in models {
        let found =
            super::columns::tables(known.reader).into_iter().find(|class| class.node.name.as_str() == model);
        all.extend(found.map(|class| format!("{}:{model}", dotted(known.reader, known.model, class.path))));
    }
    for column in &known.model.columns {
        let enumeration =
            column.choices.first().and_then(|choice| choice.source.split('.').next().map(str::to_owned));
        all.extend(
            enumeration
                .map(|name| format!("{}:{name}", dotted(known.reader, known.model, known.model.class.path))),
        );
    }
    all
}
