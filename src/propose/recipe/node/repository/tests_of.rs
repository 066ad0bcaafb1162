//! The tests of a new repository, on the database that the project's own tests start: a test file
//! that is there, emptied of its tests, in which the database takes the application's place.

use super::{
    Plan,
    like::{Form, Handle},
    types::Home,
};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::line_end,
        recipe::{
            fields::Kind as Type,
            node::{
                compose,
                graft::{Graft, Work},
                model::Mapper,
                plan::RECIPE,
                suite::{self, Suite, is_test},
            },
            rename::Joint,
            row_verb::Verb,
            sources::{Source, folder},
            typescript::{set_up, words},
        },
        script::{Id, Kind, Tree},
    },
};
use minijinja::{Value, context, value::Serde};

const TEMPLATE: &str = "repository.test.ts.j2";

/// The database in a test file.
struct Held {
    /// The variable that holds it; what functions import, where they import it.
    name: String,
    /// What it stands in place of, by which its place is known.
    beside: String,
    /// Ranges and what stands there now.
    edits: Vec<(std::ops::Range<usize>, String)>,
    /// Its type, where the file has to say it.
    ty: String,
}

impl Plan<'_> {
    /// The new file; the inner `Err` says why the tests are left to the user.
    pub(super) fn tests(&self) -> Result<Result<FileChange, String>, ProposeError> {
        let yours = |why: &str| Ok(Err(format!("{why}, so the tests are yours to write.")));
        let rows = match self.rows() {
            Ok(rows) => rows,
            Err(column) => return yours(&format!("What {column} could hold is not known")),
        };
        let Some((source, suite, held)) = self.suite()? else {
            return yours("No test starts the database in a way that is known here");
        };
        let path = self.test_path(&source.path);
        if self.ask.workspace.text(&path)?.is_some() {
            return yours(&format!("{path} is there"));
        }
        let line = suite.first_line();
        let context = self.test_context(&suite, &held, &rows);
        let part = |part: &str| -> Result<String, ProposeError> {
            let rendered =
                self.ask.render(RECIPE, TEMPLATE, &context! { part, ..context.clone() }, set_up)?;
            Ok(self.test_habits(source).write(rendered.trim_start_matches('\n'), &[]))
        };
        let (helpers, tests) = (part("helpers")?, part("tests")?);
        let own = self.like_columns();
        let graft = Graft {
            names: &self.names,
            own: &own,
            columns: &own,
            key: &self.key.name,
            fields: &[],
            form: Joint::Camel,
            in_tests: true,
            member: &|_, _| Ok(String::new()),
        };
        let mut text = suite.write(&graft, &helpers, &tests)?;
        text = self.moved(source, &path, text)?;
        text = self.imported(&path, text, &held, &rows)?;
        let text = compose::without_unused_imports(&path, &text)?;
        let text = compose::fitted(&path, &text, &self.test_habits(source))?;
        let like = Some(crate::domain::place::Place::new(source.path.clone(), line));
        Ok(Ok(self.ask.made(path, text, like, Layer::Test)))
    }

    /// `tests/note-repository.test.ts`, beside the test that is followed.
    fn test_path(&self, followed: &str) -> String {
        let path = self.path();
        let file = path.rsplit('/').next().unwrap_or_default();
        let stem = file.strip_suffix(".ts").unwrap_or(file);
        let end = if followed.ends_with(".spec.ts") { ".spec.ts" } else { ".test.ts" };
        let is_named = {
            let own = crate::propose::recipe::names::snake(&stem.replace('.', "_"));
            [&self.ask.name.snake, &self.ask.name.plural].into_iter().any(|name| own.contains(name.as_str()))
        };
        let stem = if !is_named {
            crate::propose::recipe::node::words::in_form(
                &format!("{}_{}", self.ask.name.snake, crate::propose::recipe::names::snake(stem)),
                self.names.files,
            )
        } else {
            stem.to_owned()
        };
        let home = folder(followed);
        let lead = if home.is_empty() { String::new() } else { format!("{}/", self.names.path(home)) };
        format!("{lead}{stem}{end}")
    }

    fn test_habits(&self, source: &Source) -> crate::propose::recipe::typescript::Habits {
        let own = crate::propose::recipe::typescript::Habits::read(&[source.text.as_str()], None);
        crate::propose::recipe::typescript::Habits { indent: own.indent, ..self.habits.clone() }
    }

    /// The example's columns, which its own tests speak of.
    fn like_columns(&self) -> Vec<String> {
        let table = self.tables.iter().find(|table| table.is_of(&self.like.name));
        table.map(|table| table.own(&self.like.name)).unwrap_or_default()
    }

    /// A test file that starts the database: one about the example first.
    fn suite(&self) -> Result<Option<(&Source, Suite<'_>, Held)>, ProposeError> {
        let mut all: Vec<&Source> = self.survey.sources.values().filter(|source| is_test(source)).collect();
        // What is mocked is no database.
        all.retain(|source| source.text.contains("expect(") && !source.text.contains(".mock("));
        all.sort_by_key(|source| !self.names.touches(&source.path));
        for source in all {
            let work = Work::new(&source.path, &source.text)?;
            let held = match &self.like.handle {
                Handle::Imported(name) => self.started(source, name).then(|| Held {
                    name: name.clone(),
                    beside: String::new(),
                    edits: Vec::new(),
                    ty: String::new(),
                }),
                Handle::Made(ty) => self.held(source, &work, ty),
                Handle::Given { parameter, .. } => {
                    let ty =
                        parameter.split_once(':').map(|(_, ty)| ty.split('=').next().unwrap_or(ty).trim());
                    ty.and_then(|ty| self.held(source, &work, ty))
                }
            };
            let Some(held) = held else { continue };
            let Some(mut suite) = suite::bare(source, &held.beside)? else { continue };
            suite.without_hooks(&|text| self.is_about_rows(text, &held));
            for (range, text) in &held.edits {
                suite.put(range.clone(), text.clone());
            }
            return Ok(Some((source, suite, held)));
        }
        Ok(None)
    }

    /// A step before tests that is about rows of the example, other than to take them away.
    fn is_about_rows(&self, text: &str, held: &Held) -> bool {
        let lower = text.to_lowercase();
        let takes_away = ["delete", "truncate"].iter().any(|word| lower.contains(word));
        let starts = lower.contains("migrat")
            || held.edits.iter().any(|(_, new)| text.contains(new.trim()))
            || !held.beside.is_empty() && words(text).contains(&held.beside);
        self.names.touches(text) && !starts && !takes_away
    }

    /// Whether a test makes the tables of the database that functions import.
    fn started(&self, source: &Source, name: &str) -> bool {
        let is_set_up = || self.survey.sources.keys().any(|path| path.contains("setup"));
        source.text.contains("migrat") || words(&source.text).contains(name) || is_set_up()
    }

    /// Where a test hands a database of that type to something of the project's.
    fn held(&self, source: &Source, work: &Work<'_>, ty: &str) -> Option<Held> {
        let (tree, text) = (&work.tree, work.text);
        let calls = tree.all().filter(|id| matches!(tree.kind(*id), Kind::Call | Kind::New));
        for call in calls {
            let Some((name, None)) = tree.callee(call, text) else { continue };
            let Some(at) = self.parameter(source, name, ty) else { continue };
            let Some(given) = tree.arguments(call).get(at).copied() else { continue };
            let statement =
                tree.above(call).find(|id| matches!(tree.kind(*id), Kind::Variables | Kind::Expression));
            let Some(statement) = statement else { continue };
            if let Some(held) = replaced(work, call, given, statement, ty) {
                return Some(held);
            }
        }
        None
    }

    /// Which parameter of a function or class that a test imports is the database.
    fn parameter(&self, source: &Source, name: &str, ty: &str) -> Option<usize> {
        let (import, _) = source.script.import_of(name)?;
        let home = self.survey.resolve(&source.path, &import.from)?;
        let same = |own: &str| own.trim() == ty;
        if let Some(class) = home.script.classes.iter().find(|class| class.name == name) {
            return class.parameters.iter().position(|one| same(&one.ty));
        }
        let tree = Tree::parse(&home.path, &home.text).ok()?;
        let unit = crate::propose::recipe::node::files::units_in(&tree, &home.text)
            .find(|id| tree.name(*id, &home.text) == Some(name))?;
        let function = crate::propose::recipe::node::beside::function_of(&tree, unit)?;
        let list = tree.child(function, Kind::Parameters)?;
        let types = tree.children(list).iter().map(|id| {
            let own = tree.text(*id, &home.text);
            own.split_once(':').map_or("", |(_, of)| of.split('=').next().unwrap_or(of))
        });
        types.into_iter().position(same)
    }

    /// The followed test's imports as the new file has them.
    fn moved(&self, source: &Source, path: &str, text: String) -> Result<String, ProposeError> {
        if folder(&source.path) == folder(path) {
            return Ok(text);
        }
        let script = crate::propose::script::Script::parse(path, &text)?;
        let mut edits = crate::propose::edits::Edits::default();
        for import in &script.imports {
            let line = text.get(import.range.clone()).unwrap_or_default();
            let from = self.relocated(&source.path, path, &import.from);
            edits.replace(import.range.clone(), line.replace(&import.from, &from));
        }
        edits.apply(&text)
    }

    /// What the tests use and the followed file does not import.
    fn imported(
        &self,
        path: &str,
        mut text: String,
        held: &Held,
        rows: &super::rows::Rows,
    ) -> Result<String, ProposeError> {
        let own = Home::File(self.path());
        let named: Vec<String> = match self.like.form {
            Form::Functions => Verb::ALL.into_iter().map(|verb| self.function(verb)).collect(),
            Form::Class | Form::Object | Form::Factory => vec![self.owner()],
        };
        if let Some(from) = self.specifier(path, &own) {
            for name in named {
                text = compose::with_value(path, &text, &name, &from)?;
            }
        }
        text = compose::with_value(path, &text, "randomUUID", "node:crypto")?;
        let imports = &self.like.source.script;
        let wanted = words(&held.ty).into_iter().map(|name| (name, false)).chain([(held.name.clone(), true)]);
        for (name, is_value) in wanted {
            let Some((import, _)) = imports.import_of(&name) else { continue };
            let from = self.relocated(&self.like.source.path, path, &import.from);
            text = match is_value {
                true => compose::with_value(path, &text, &name, &from)?,
                false => compose::with_type(path, &text, &name, &from)?,
            };
        }
        if self.mapper == Mapper::Drizzle {
            for row in &rows.parents {
                text = self.with_table(path, text, &row.table, &row.home)?;
            }
        }
        Ok(text)
    }

    fn test_context(&self, suite: &Suite<'_>, held: &Held, rows: &super::rows::Rows) -> Value {
        let owner = self.owner();
        let made = match (self.like.form, &self.like.handle) {
            (Form::Class, _) if self.like.is_static() => String::new(),
            (Form::Class, Handle::Made(_)) => format!("new {owner}({})", held.name),
            (Form::Class, _) => format!("new {owner}()"),
            (Form::Factory, _) => format!("{owner}({})", held.name),
            (Form::Object | Form::Functions, _) => String::new(),
        };
        let lead = match self.like.form {
            Form::Functions => "",
            Form::Object => &owner,
            Form::Class if self.like.is_static() => &owner,
            Form::Class | Form::Factory => "repository",
        };
        let call = |verb: Verb| {
            let name = self.function(verb);
            if lead.is_empty() { name } else { format!("{lead}.{name}") }
        };
        let page = |limit: u8, offset: u8| {
            let [first, _] = self.page();
            let given = if super::like::is_limit(&first) { [limit, offset] } else { [offset, limit] };
            format!("{}, {}", given[0], given[1])
        };
        let (before, behind) = match &self.like.handle {
            Handle::Given { is_last: false, .. } => (format!("{}, ", held.name), String::new()),
            Handle::Given { is_last: true, .. } => (String::new(), format!(", {}", held.name)),
            Handle::Imported(_) | Handle::Made(_) => (String::new(), String::new()),
        };
        let known = self.columns.iter().find(|column| column.is_key);
        let nothing = match known.map(|column| &column.kind) {
            Some(Type::Uuid) => "'00000000-0000-4000-8000-000000000000'",
            Some(Type::Integer) if self.key_type() == "number" => "999999",
            // A uuid of the database's own is none of the column's type here.
            _ if self.key_type() == "string" && !self.key.ty.contains("uuid") => "'nothing'",
            _ => "",
        };
        let changed = self.changed();
        context! {
            mapper => self.mapper.name(),
            case => suite.client.case.clone(),
            helper => crate::propose::recipe::names::camel(&format!("stored_{}", self.ask.name.snake)),
            made,
            database => held.name.clone(),
            before,
            behind,
            get => call(Verb::Get),
            list => call(Verb::List),
            add => call(Verb::Add),
            update => call(Verb::Update),
            delete => call(Verb::Delete),
            first => page(1, 0),
            second => page(1, 1),
            both => page(2, 0),
            key => self.key.name.clone(),
            row => Value::from(Serde(&rows.row)),
            parents => Value::from(Serde(&rows.parents)),
            nothing,
            changed => changed.as_ref().map(|(name, _)| name.clone()),
            other => changed.map(|(_, value)| value),
        }
    }
}

/// The statement that makes the application of a database, with the database alone.
fn replaced(work: &Work<'_>, call: Id, given: Id, statement: Id, ty: &str) -> Option<Held> {
    let (tree, text) = (&work.tree, work.text);
    let own = tree.text(statement, text);
    let (target, value) = own.split_once(" = ")?;
    if !value.starts_with(tree.text(call, text).split('(').next()?) {
        return None;
    }
    let used = words(text);
    let name = ["db", "database", "client", "handle"].into_iter().find(|name| !used.contains(*name))?;
    let end = if own.ends_with(';') { ";" } else { "" };
    let app = target.trim_start_matches("const ").trim_start_matches("let ").split(':').next()?.trim();
    let source = tree.text(given, text);
    let range = tree.range(statement);
    let is_plain = tree.kind(given) == Kind::Name;
    if target.starts_with("const ") || target.starts_with("let ") {
        if is_plain {
            let lines = crate::propose::edits::line_start(text, range.start)..line_end(text, range.end);
            return Some(Held {
                name: source.to_owned(),
                beside: source.to_owned(),
                edits: vec![(lines, String::new())],
                ty: String::new(),
            });
        }
        let edits = vec![(range, format!("const {name} = {source}{end}"))];
        return Some(Held { name: name.into(), beside: app.into(), edits, ty: String::new() });
    }
    let declaration = tree.all().find(|id| {
        let own = tree.text(*id, text);
        tree.kind(*id) == Kind::Variables && !own.contains('=') && words(own).contains(app)
    })?;
    let edits = vec![
        (tree.range(declaration), format!("let {name}: {ty}{end}")),
        (range, format!("{name} = {source}{end}")),
    ];
    Some(Held { name: name.into(), beside: app.into(), edits, ty: ty.to_owned() })
}
