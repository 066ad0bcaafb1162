//! The file of a new repository: its functions in rustfmt's form, what they stand in, and what they
//! import.

use super::{
    Plan,
    functions::Function,
    inputs::{Body, plain},
    reach,
    sql::{Habit, finished, quoted},
};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_start},
        recipe::{
            axum::{
                imports::{self, USES, with_uses},
                layout::UNIT,
                plan::{RECIPE, set_up},
            },
            resource::Edited,
            typescript::words,
        },
        rust::RustFile,
    },
};
use minijinja::{Value, context, value::Serde};

const TEMPLATE: &str = "repository.new.rs.j2";

impl Plan<'_> {
    /// The new file, or the example's with the new functions behind its own.
    pub(super) fn file(&self) -> Result<FileChange, ProposeError> {
        let path = self.path();
        let source = self.like.source;
        let text = self.text()?;
        let whole = with_uses(&format!("{USES}\n\n{text}\n"), &self.candidates());
        let (old, new) =
            if path == source.path { (source.text, self.grown(&path, &text, &whole)?) } else { ("", whole) };
        Ok(self.ask.edited(Edited {
            path: &path,
            old,
            new,
            reason: self.ask.head.reason(Layer::Repository),
            like: Some(self.like.place()),
            layer: Layer::Repository,
        }))
    }

    /// The example's file with the new functions, and the imports that they need.
    fn grown(&self, path: &str, text: &str, whole: &str) -> Result<String, ProposeError> {
        let source = self.like.source;
        let mut edits = Edits::default();
        let last = self.like.known.iter().map(|known| known.unit.function.range.end).max().unwrap_or(0);
        let end = self.like.owner.map_or(last, |owner| owner.whole.range.end.max(owner.item.range.end));
        edits.insert(end, format!("\n\n{text}"));
        let needs = RustFile::parse(path, whole)?.uses.into_iter().flat_map(|one| one.paths);
        let is_known = |name: &str| {
            let file = source.file;
            file.structs.iter().any(|one| one.name == name)
                || file.uses.iter().flat_map(|one| &one.paths).any(|(_, local)| local == name)
        };
        let needs: Vec<String> = needs.filter(|(_, local)| !is_known(local)).map(|(path, _)| path).collect();
        imports::add(source.file, source.text, &needs, &mut edits);
        edits.apply(source.text)
    }

    /// Everything but the imports.
    fn text(&self) -> Result<String, ProposeError> {
        let page = self.page();
        let indent = if self.like.owner.is_some() { UNIT } else { 0 };
        let mut parts = Vec::new();
        if let Some(body) = self.added.body.as_ref().filter(|body| body.home.is_none()) {
            parts.push(self.render("body", &context! { body => body_value(body) })?.trim().to_owned());
        }
        let mut functions = Vec::new();
        for verb in self.verbs() {
            let Some(told) = self.told(verb, &page) else { continue };
            let text = self.render("function", &context! { one => Value::from(Serde(&told)) })?;
            functions.push(with_clause(finished(text.trim(), indent, self.habit(&told)), &told, indent));
        }
        match self.like.owner {
            Some(_) => parts.extend([self.held(), self.methods(&functions)]),
            None => parts.extend(functions),
        }
        Ok(parts.join("\n\n"))
    }

    fn render(&self, part: &str, more: &Value) -> Result<String, ProposeError> {
        let select = match self.like.takes_all() {
            true => "*".to_owned(),
            false => {
                self.table.columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
            }
        };
        let values = context! {
            part,
            var => self.ask.name.snake.clone(),
            many => self.ask.name.plural.clone(),
            table => quoted(&self.table.name),
            key => quoted(&self.key.name),
            select,
            order => self.order(),
            ..more.clone()
        };
        self.ask.render(RECIPE, TEMPLATE, &values, set_up)
    }

    fn habit(&self, told: &Function) -> Habit {
        let all = || self.like.known.iter().map(|known| &known.asking);
        Habit {
            is_small: all().all(|asking| asking.sql.trim_start().starts_with(char::is_lowercase)),
            is_let: all().all(|asking| asking.is_let),
            is_macro: told.open.contains('!'),
        }
    }

    /// The structure, as the example's.
    fn held(&self) -> String {
        let Some(owner) = self.like.owner else { return String::new() };
        let own = self.like.source.text.get(owner.item.range.clone()).unwrap_or_default();
        let attributes: String = owner.item.attributes.iter().map(|one| format!("{one}\n")).collect();
        self.renamer().apply(&format!("{attributes}{own}"))
    }

    /// What is implemented for it: what makes one, and the functions.
    fn methods(&self, functions: &[String]) -> String {
        let Some(owner) = self.like.owner else { return String::new() };
        let text = self.like.source.text;
        let range = &owner.make.range;
        let blanks = indent_of(text, range.start);
        let attributes: String = owner.make.attributes.iter().map(|one| format!("{blanks}{one}\n")).collect();
        let own = text.get(line_start(text, range.start)..range.end).unwrap_or_default();
        let make = self.renamer().apply(&format!("{attributes}{own}"));
        let all: String = functions.iter().map(|function| format!("\n\n{}", indented(function))).collect();
        format!("impl {} {{\n{make}{all}\n}}", self.owner())
    }

    /// Everything that the new text may import; of one name the first counts.
    fn candidates(&self) -> Vec<(String, String)> {
        let own = |path: String| (path.clone(), path.rsplit("::").next().unwrap_or_default().to_owned());
        let mut all = Vec::new();
        let mut bodies: Vec<&Body> = self.added.body.iter().collect();
        bodies.extend(self.changed.iter().filter_map(|input| input.body.as_ref()));
        let bodies = bodies.into_iter().filter_map(|body| Some((body.home.clone()?, body.name.clone())));
        let mut names: Vec<(String, String)> =
            [(self.home.path.to_owned(), self.table.row.name.clone())].into_iter().chain(bodies).collect();
        // Types of columns that stand beside the row.
        let types = self.table.columns.iter().flat_map(|column| words(plain(&column.ty).0));
        let declared = |name: &String| {
            let file = self.home.file;
            file.structs.iter().any(|one| one.name == *name) || file.enums.iter().any(|one| one.name == *name)
        };
        names.extend(types.filter(declared).map(|name| (self.home.path.to_owned(), name)));
        for (home, name) in names {
            all.extend(reach::path_of(self.code, &home, &name).map(own));
        }
        let renamer = self.renamer();
        let uses = self.like.source.file.uses.iter().chain(&self.home.file.uses).flat_map(|one| &one.paths);
        all.extend(uses.filter(|(path, _)| !renamer.touches(path)).cloned());
        let general = [
            "chrono::DateTime",
            "chrono::NaiveDate",
            "chrono::NaiveDateTime",
            "chrono::Utc",
            "rust_decimal::Decimal",
            "sqlx::query",
            "sqlx::query_as",
            "sqlx::query_scalar",
            "uuid::Uuid",
        ];
        all.extend(general.into_iter().map(|path| own(path.to_owned())));
        all
    }

    /// Names that every module has to reach, and one that it does not.
    pub(super) fn refuse_hidden(&self) -> Result<(), ProposeError> {
        let body = |input: &super::Input| input.body.clone();
        let bodies = [Some(&self.added), self.changed.as_ref()].into_iter().flatten().filter_map(body);
        let bodies = bodies.filter_map(|body| Some((body.home?, body.name)));
        let row = (self.home.path.to_owned(), self.table.row.name.clone());
        for (home, name) in std::iter::once(row).chain(bodies) {
            if home != self.path() && reach::path_of(self.code, &home, &name).is_none() {
                return Err(ProposeError::Input {
                    what: format!(
                        "{name} of {home} is hidden from other modules, so no repository reaches it"
                    ),
                    hint: "declare its module with pub, or hand it on with pub use, then ask again".into(),
                });
            }
        }
        Ok(())
    }
}

fn body_value(body: &Body) -> Value {
    let field = |(name, ty): &(String, String)| context! { name => name.clone(), ty => ty.clone() };
    context! { name => body.name.clone(), fields => body.fields.iter().map(field).collect::<Vec<_>>() }
}

/// The first line, and attributes before it, as deep as the others.
fn indented(function: &str) -> String {
    let mut is_head = true;
    let lines = function.lines().map(|line| {
        let own = if is_head { format!("{}{line}", " ".repeat(UNIT)) } else { line.to_owned() };
        is_head = is_head && line.starts_with('#');
        own
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A signature with what it says of its parameters' types, as the example has it.
fn with_clause(text: String, told: &Function, indent: usize) -> String {
    let Some((head, body)) = text.split_once(" {\n").filter(|_| !told.clause.is_empty()) else { return text };
    let blanks = " ".repeat(indent);
    format!("{head}\n{blanks}{}\n{blanks}{{\n{body}", told.clause)
}
