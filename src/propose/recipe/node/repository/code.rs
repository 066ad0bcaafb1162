//! The text of a new repository: what the example's functions stand in, and functions with heads
//! like theirs.

use super::{
    Plan,
    like::{Form, Handle, is_limit},
    types::Home,
};
use crate::{
    domain::{layer::Layer, modules::join, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::indent_of,
        recipe::{
            names::{camel, snake},
            node::{
                beside::{Beside, beside},
                compose,
                model::Mapper,
                plan::RECIPE,
            },
            resource::Edited,
            row_verb::Verb,
            sources::{folder, relative},
            typescript::{set_up, words},
        },
        script::{Id, Kind, Tree},
    },
};
use minijinja::context;

const TEMPLATE: &str = "repository.ts.j2";

impl Plan<'_> {
    pub(super) fn file(&self) -> Result<FileChange, ProposeError> {
        let path = self.path();
        let source = self.like.source;
        let code = self.code()?;
        let is_grown = path == source.path;
        let mut text = if is_grown {
            format!("{}\n\n{code}", source.text.trim_end())
        } else {
            format!("{}\n{code}", self.carried(&path))
        };
        for (name, home) in &self.types.needs {
            if let Some(from) = self.specifier(&path, home) {
                text = compose::with_type(&path, &text, name, &from)?;
            }
        }
        if self.mapper == Mapper::Drizzle {
            for name in ["asc", "eq"] {
                text = compose::with_value(&path, &text, name, "drizzle-orm")?;
            }
            text = self.with_table(&path, text, &self.table.name, &self.table.path)?;
        }
        let text = compose::without_unused_imports(&path, &text)?;
        let like = Some(self.like.place());
        if is_grown {
            let new = compose::fitted_beside(&path, &source.text, &text, &self.habits)?;
            let reason = self.ask.head.reason(Layer::Repository);
            let old = &source.text;
            return Ok(self.ask.edited(Edited {
                path: &path,
                old,
                new,
                reason,
                like,
                layer: Layer::Repository,
            }));
        }
        let text = compose::fitted(&path, text.trim_start(), &self.habits)?;
        Ok(self.ask.made(path, text, like, Layer::Repository))
    }

    /// Imports a table's variable.
    pub(super) fn with_table(
        &self,
        path: &str,
        text: String,
        name: &str,
        home: &str,
    ) -> Result<String, ProposeError> {
        match self.specifier(path, &Home::File(home.to_owned())) {
            Some(from) => compose::with_value(path, &text, name, &from),
            None => Ok(text),
        }
    }

    /// How a file names where something is declared; `None` for the file itself.
    pub(super) fn specifier(&self, path: &str, home: &Home) -> Option<String> {
        match home {
            Home::Package(name) => Some(self.relocated(&self.like.source.path, path, name)),
            Home::File(file) => (file != path).then(|| relative(path, file, self.extension())),
        }
    }

    /// What the project's own modules end in where they are imported.
    fn extension(&self) -> &'static str {
        let imports = self.survey.sources.values().flat_map(|source| &source.script.imports);
        let own: Vec<&str> =
            imports.map(|import| import.from.as_str()).filter(|from| from.starts_with('.')).collect();
        [".js", ".ts"].into_iter().find(|end| own.iter().any(|from| from.ends_with(end))).unwrap_or_default()
    }

    /// A specifier of one file as another one has it.
    pub(super) fn relocated(&self, old: &str, new: &str, from: &str) -> String {
        if !from.starts_with('.') || folder(old) == folder(new) {
            return from.to_owned();
        }
        relative(new, &join(folder(old), from), "")
    }

    /// Imports of the example that are not about its own resource.
    fn carried(&self, path: &str) -> String {
        let source = self.like.source;
        let mut text = String::new();
        for import in &source.script.imports {
            let target = self.survey.resolve(&source.path, &import.from);
            if target.is_some_and(|target| self.names.path(&target.path) != target.path) {
                continue;
            }
            let line = source.slice(&import.range);
            let from = self.relocated(&source.path, path, &import.from);
            text.push_str(&line.replace(&import.from, &from));
            text.push('\n');
        }
        text
    }

    /// What stands before the functions, without an interface that is the example's own.
    pub(super) fn head(&self) -> String {
        let work = &self.like.work;
        let (from, to) = (work.tree.range(self.like.whole).start, work.tree.range(self.like.inner).start);
        work.text.get(from..to + 1).unwrap_or_default().to_owned()
    }

    /// Everything but the imports.
    fn code(&self) -> Result<String, ProposeError> {
        let like = self.like;
        let (work, tree) = (&like.work, &like.work.tree);
        let mut parts = Vec::new();
        for verb in Verb::ALL {
            parts.push(self.written(verb)?);
        }
        if like.form == Form::Functions {
            return Ok(format!("{}\n", parts.join("\n\n")));
        }
        let head = self.head();
        let head = match head.split_once(" implements ") {
            Some((before, _)) if like.form == Form::Class => format!("{before} {{"),
            _ => head,
        };
        let first = like.units.first().map_or(0, |unit| tree.range(*unit).start);
        let indent = indent_of(work.text, first);
        let is_class = like.form == Form::Class;
        let comma = if is_class { "" } else { "," };
        let between = if self.is_apart() { "\n\n" } else { "\n" };
        let kept: Vec<String> = tree
            .children(like.inner)
            .iter()
            .filter(|id| is_class && self.is_kept(**id))
            .map(|id| tree.text(*id, work.text).to_owned())
            .collect();
        let mut text = self.names.code(&head);
        for (at, part) in kept.iter().enumerate() {
            let lead = if at > 0 && part.starts_with("constructor") { "\n\n" } else { "\n" };
            text.push_str(&format!("{lead}{indent}{}", self.names.code(part)));
        }
        for (at, part) in parts.iter().enumerate() {
            let lead = match (at, kept.is_empty()) {
                (0, true) => "\n".to_owned(),
                (0, false) => "\n\n".to_owned(),
                _ => format!("{comma}{between}"),
            };
            text.push_str(&format!("{lead}{indent}{part}"));
        }
        let (from, to) = (tree.range(like.inner).end.saturating_sub(1), tree.range(like.whole).end);
        let last = if self.habits.trailing_commas { comma } else { "" };
        let tail = work.text.get(from..to).unwrap_or_default();
        let closing = indent_of(work.text, from);
        text.push_str(&format!("{last}\n{closing}{}\n", self.names.code(tail)));
        for extra in self.extras() {
            text.push_str(&format!("\n{}\n", self.names.code(&extra)));
        }
        Ok(text)
    }

    /// Whether the example's functions have blank lines between them.
    fn is_apart(&self) -> bool {
        let work = &self.like.work;
        let [first, second, ..] = self.like.units[..] else { return true };
        let between = work.tree.range(first).end..work.tree.range(second).start;
        work.text.get(between).is_none_or(|text| text.contains("\n\n"))
    }

    /// A field, or the constructor.
    fn is_kept(&self, id: Id) -> bool {
        let (tree, text) = (&self.like.work.tree, self.like.work.text);
        match tree.kind(id) {
            Kind::Field => {
                !tree.value(id).is_some_and(|value| matches!(tree.kind(value), Kind::Arrow | Kind::Function))
            }
            Kind::Method => tree.name(id, text) == Some("constructor"),
            _ => false,
        }
    }

    /// What the example's file says of its class or object beside it: an object that is shared,
    /// a type of it.
    fn extras(&self) -> Vec<String> {
        let (tree, text) = (&self.like.work.tree, self.like.work.text);
        let owner = &self.like.owner;
        let tops = tree.children(Tree::ROOT).iter().filter(|id| **id != self.like.whole);
        let says = |id: &&Id| {
            let own = tree.text(**id, text);
            let is_said = [
                format!("typeof {owner}"),
                format!("new {owner}("),
                format!("= {owner}("),
                format!("default {owner}"),
            ];
            tree.kind(**id) == Kind::Export && is_said.iter().any(|part| own.contains(part.as_str()))
        };
        tops.filter(says).map(|id| tree.text(*id, text).to_owned()).collect()
    }

    /// What the key is called in functions.
    pub(super) fn id(&self) -> String {
        camel(&snake(&self.key.name))
    }

    /// What a new row is called in functions.
    fn variable(&self) -> String {
        let name = camel(&self.ask.name.snake);
        let taken = name == self.table.name && self.mapper == Mapper::Drizzle;
        if taken || self.like.database == name { "values".to_owned() } else { name }
    }

    /// How many rows a list gives and where it begins.
    pub(super) fn page(&self) -> [String; 2] {
        self.like.page().unwrap_or_else(|| ["limit".to_owned(), "offset".to_owned()])
    }

    /// One function.
    fn written(&self, verb: Verb) -> Result<String, ProposeError> {
        let like = self.like;
        let (id, var, page) = (self.id(), self.variable(), self.page());
        let natural = if self.mapper == Mapper::Prisma { "null" } else { "undefined" };
        let absent = like.absent().unwrap_or(natural);
        let [limit, offset] = if is_limit(&page[0]) { [&page[0], &page[1]] } else { [&page[1], &page[0]] };
        let values = context! {
            verb => format!("{verb:?}").to_lowercase(),
            mapper => self.mapper.name(),
            database => like.database.clone(),
            table => self.table.name.clone(),
            stored => self.table.stored.clone(),
            key => self.key.name.clone(),
            one => self.ask.name.snake.replace('_', " "),
            id => id.clone(),
            var => var.clone(),
            limit,
            offset,
            absent,
            natural,
        };
        let rendered = self.ask.render(RECIPE, TEMPLATE, &values, set_up)?;
        let lines = self.habits.write(rendered.trim(), &[]);
        let key = format!("{id}: {}", self.key_type());
        let (row, new) = (&self.types.row, &self.types.new);
        let changes = format!("changes: {}", self.types.changes);
        let or_absent = format!("{row} | {absent}");
        let (mut given, returns) = match verb {
            Verb::Get => (vec![key], or_absent),
            Verb::List => {
                let many = if row.contains(' ') { format!("({row})[]") } else { format!("{row}[]") };
                let is_stated = like.page().is_some();
                let stated = |name: &String| match (is_stated, is_limit(name)) {
                    (true, _) => format!("{name}: number"),
                    (false, true) => format!("{name} = 50"),
                    (false, false) => format!("{name} = 0"),
                };
                (page.iter().map(stated).collect(), many)
            }
            Verb::Add => (vec![format!("{var}: {new}")], row.clone()),
            Verb::Update if self.mapper == Mapper::Prisma => (vec![key, changes], row.clone()),
            Verb::Update => (vec![key, changes], or_absent),
            Verb::Delete if self.mapper == Mapper::Prisma => (vec![key], "void".to_owned()),
            Verb::Delete => (vec![key], "boolean".to_owned()),
        };
        if let Handle::Given { parameter, is_last } = &like.handle {
            given.insert(if *is_last { given.len() } else { 0 }, parameter.clone());
        }
        let new = Beside {
            name: &self.function(verb),
            parameters: Some(&format!("({})", given.join(", "))),
            returns: &returns,
            lines: &lines,
            waits: words(&lines).contains("await"),
        };
        let text = like.pattern(verb).and_then(|unit| beside(&like.work, unit, &new));
        text.ok_or_else(|| {
            ProposeError::NotApplicable(format!(
                "the functions of {} have a form that cannot be followed",
                like.place()
            ))
        })
    }
}
