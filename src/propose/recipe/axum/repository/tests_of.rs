//! The tests of a new repository: each query once, on the database that the project's own tests
//! start.

use super::{Plan, calls::Calls, functions::Gives, page::Bound, reach, rows::sample, suite::Suite};
use crate::{
    domain::{
        layer::Layer,
        proposal::{Content, FileChange},
    },
    ports::ProposeError,
    propose::{
        recipe::{
            axum::{
                imports::{USES, with_uses},
                layout::{UNIT, function_at},
                manifest::package_name,
                plan::{RECIPE, set_up},
            },
            resource::Edited,
            row_verb::Verb,
        },
        rust::{Function, RustFile},
    },
};
use minijinja::{Value, context, value::Serde};

const TEMPLATE: &str = "repository.test.rs.j2";

/// The tests, in a file of their own or behind what they test.
pub(super) enum Tests {
    File(Box<FileChange>),
    Inside(String),
}

/// Puts the tests where they belong.
pub(super) fn put(plan: &Plan<'_>, tests: Tests, files: &mut Vec<FileChange>) {
    match tests {
        Tests::File(file) => files.push(*file),
        Tests::Inside(tests) => {
            let path = plan.path();
            let Some(file) = files.iter_mut().find(|file| file.path == path) else { return };
            let Content::Text { text } = &file.content else { return };
            let new = format!("{}\n\n{tests}\n", text.trim_end());
            *file = plan.ask.edited(Edited {
                path: &path,
                old: "",
                new,
                reason: plan.ask.head.reason(Layer::Repository),
                like: Some(plan.like.place()),
                layer: Layer::Repository,
            });
        }
    }
}

impl Plan<'_> {
    /// The tests; the inner `Err` says why they are left to the reader.
    pub(super) fn tests(&self) -> Result<Result<Tests, String>, ProposeError> {
        let root = reach::root_of(self.home.path);
        let manifest = self.ask.workspace.text(&format!("{root}Cargo.toml"))?.unwrap_or_default();
        let Some(suite) = self.suite(root, &manifest) else {
            return Ok(Err("No test was found that gets a pool of the database".into()));
        };
        let values = match self.values(&suite) {
            Ok(values) => values,
            Err(why) => return Ok(Err(why)),
        };
        let path = format!("{root}tests/{}_repository.rs", self.ask.name.snake);
        if !suite.is_inside && self.ask.workspace.text(&path)?.is_some() {
            return Ok(Err(format!("{path} is there")));
        }
        let imports = match suite.is_inside {
            true => Vec::new(),
            false => match self.outside(&suite, &package_name(&manifest)) {
                Ok(imports) => imports,
                Err(why) => return Ok(Err(why)),
            },
        };
        let rendered = self.ask.render(RECIPE, TEMPLATE, &values, set_up)?;
        let indent = if suite.is_inside { UNIT } else { 0 };
        let functions = laid_out(&path, &rendered, indent)?;
        let mut parts: Vec<String> = Vec::new();
        parts.extend((!suite.helper.is_empty()).then(|| suite.helper.clone()));
        parts.extend(functions);
        if suite.is_inside {
            let inner: Vec<String> = parts.iter().map(|part| deeper(part)).collect();
            return Ok(Ok(Tests::Inside(format!(
                "#[cfg(test)]\nmod tests {{\n    use super::*;\n\n{}\n}}",
                inner.join("\n\n")
            ))));
        }
        let module = if suite.setup.contains("common::") { "mod common;\n\n" } else { "" };
        let text = with_uses(&format!("{module}{USES}\n\n{}\n", parts.join("\n\n")), &imports);
        Ok(Ok(Tests::File(Box::new(self.ask.edited(Edited {
            path: &path,
            old: "",
            new: text,
            reason: self.ask.head.reason(Layer::Test),
            like: Some(suite.place),
            layer: Layer::Test,
        })))))
    }

    /// Everything the template is told.
    fn values(&self, suite: &Suite) -> Result<Value, String> {
        let calls = &self.calls(suite)?;
        if !self.key.is_public {
            return Err(format!("{} of {} is hidden from tests", self.key.field, self.table.row.name));
        }
        let (_, key_type) = self.key_parameter();
        let key = if key_type.starts_with('&') { "&key" } else { "key" };
        let added = self.stored(&self.added)?;
        let gives = |verb: Verb| self.gives(verb).0;
        let key_of = match gives(Verb::Add) {
            Gives::Row => format!(".{}", self.key.field),
            Gives::Key => String::new(),
            _ => return Err(format!("What is added at {} is not given back", self.like.place())),
        };
        let name = &self.ask.name;
        let number = |needs: bool, value: &str| if needs { format!(", {value}") } else { String::new() };
        let valid = |pool: &str, at: &str| match (added.valid_waits, added.valid_counts) {
            (true, counts) => format!("valid_{}({pool}{}).await", name.snake, number(counts, at)),
            (false, true) => format!("valid_{}({at})", name.snake),
            (false, false) => format!("valid_{}()", name.snake),
        };
        let called = |verb: Verb, given: &[String]| self.called(calls, verb, given);
        let nothing = self.nothing(&key_type);
        let update =
            self.changed.as_ref().map(|input| self.update(input, &valid(&format!("&{}", suite.pool), "2")));
        let update = update.transpose().ok().flatten();
        let shown = self.shown();
        Ok(context! {
            attributes => suite.attributes.clone(),
            parameters => suite.parameters.clone(),
            setup => suite.setup.clone(),
            made => calls.made.clone(),
            made_borrowed => calls.made_borrowed.clone(),
            ty => suite.ty.clone(),
            one => name.snake.clone(),
            many => name.plural.clone(),
            row => self.table.row.name.clone(),
            body => self.added.body.as_ref().map(|body| body.name.clone()),
            fields => added.fields.clone(),
            valid_parents => Value::from(Serde(&added.valid_parents)),
            valid_waits => added.valid_waits,
            valid_counts => added.valid_counts,
            valid => valid("pool", "number"),
            parents_beside => Value::from(Serde(&added.parents)),
            counts => added.counts,
            key_type => self.key.ty.clone(),
            key_of,
            add => self.called_below(calls, Verb::Add, &added.given),
            first => format!("stored_{}(&{}{}).await", name.snake, suite.pool, number(added.counts, "1")),
            second => format!("stored_{}(&{}{}).await", name.snake, suite.pool, number(added.counts, "2")),
            get => called(Verb::Get, &[key.to_owned()]),
            get_gives => if gives(Verb::Get) == Gives::Option { "option" } else { "row" },
            get_none => nothing.as_ref().map(|nothing| called(Verb::Get, std::slice::from_ref(nothing))),
            key_field => self.key.field.clone(),
            shown => shown.as_ref().map(|column| column.field.clone()),
            sample => shown.map(|column| format!("{:?}", sample(column))),
            update => update.as_ref().map(|update| {
                let mut given = vec![key.to_owned()];
                given.extend(update.given.iter().cloned());
                called(Verb::Update, &given)
            }),
            update_before => update.as_ref().map(|update| update.before.clone()),
            update_gives => Value::from(Serde(gives(Verb::Update))),
            changed => update.as_ref().and_then(|update| update.changed.clone()),
            other => update.as_ref().map(|update| update.other),
            delete => called(Verb::Delete, &[key.to_owned()]),
            delete_gives => Value::from(Serde(gives(Verb::Delete))),
            ..self.lists(calls)
        })
    }

    /// Lists of one row, of two, and of the second one; none where its bounds are no plain numbers.
    fn lists(&self, calls: &Calls) -> Value {
        let bounds = self.page().bounds.filter(|bounds| bounds.contains(&Bound::Limit));
        let listed = |limit: u8, offset: u8| {
            let number = |bound: &Bound| if *bound == Bound::Limit { limit } else { offset };
            let given: Vec<String> = bounds.iter().flatten().map(|bound| number(bound).to_string()).collect();
            self.called(calls, Verb::List, &given)
        };
        let is_paged = bounds.as_ref().is_some_and(|bounds| bounds.contains(&Bound::Offset));
        context! {
            list_first => bounds.is_some().then(|| listed(1, 0)),
            list_both => listed(2, 0),
            list_next => is_paged.then(|| listed(1, 1)),
        }
    }
}

/// Every function of a rendered text as rustfmt writes it.
fn laid_out(path: &str, rendered: &str, indent: usize) -> Result<Vec<String>, ProposeError> {
    let file = RustFile::parse(path, rendered)?;
    let one = |function: &Function| {
        let own = rendered.get(function.range.clone()).unwrap_or_default();
        let blanks = " ".repeat(indent);
        let attributes: String =
            function.attributes.iter().map(|attribute| format!("{attribute}\n{blanks}")).collect();
        format!("{attributes}{}", function_at(own, indent))
    };
    Ok(file.functions.iter().map(one).collect())
}

/// A function with its first line as deep as the others.
fn deeper(function: &str) -> String {
    if function.starts_with(' ') { function.to_owned() } else { format!("{}{function}", " ".repeat(UNIT)) }
}
