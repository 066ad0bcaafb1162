//! The `migration` recipe for SQLAlchemy and Alembic: a column in the model, in the schemas
//! that carry it, and a new revision.

use super::{
    context::{FieldContext, Reference, field_context, model_imports},
    fields::Field,
    layout::Layout,
    names::plural,
    references::references,
    revisions::server_default,
    sends, shapes,
    tables::{self, Model, attribute},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_end, newline_of},
        python::{Module, last_name, range_of},
        recipe::{
            alter::{Change, Index, is_time, unknown_field},
            fill::Fill,
            lines::Lines,
            python_text::Habits,
            resource::{Draft, Edited},
        },
        workspace::Workspace,
    },
};
use ruff_python_ast::{Expr, Stmt, StmtClassDef};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is known before a file is changed.
pub(crate) struct Alter<'a> {
    pub(crate) change: &'a Change<'a>,
    pub(crate) model: Model,
    pub(crate) table: String,
    pub(crate) references: Vec<Reference>,
    /// `Optional[X]` instead of `X | None`.
    pub(crate) old: bool,
    /// The form of the project's Python, where it is known.
    pub(crate) habits: Option<Habits>,
    /// Where one class is the table and what travels.
    pub(crate) stored: Option<Stored>,
    pub(crate) remarks: Vec<String>,
}

/// The class of SQLModel that has a table's columns: the table's own, or its base.
pub(crate) struct Stored {
    pub(crate) class: String,
    /// Annotation and value of each new attribute, by its column.
    pub(crate) lines: BTreeMap<String, String>,
    /// The type of each new column in a migration.
    pub(crate) types: BTreeMap<String, String>,
}

impl<'a> Alter<'a> {
    /// Reads the repository; the resource must have a model.
    pub(super) fn read(change: &'a Change<'a>) -> Result<Self, ProposeError> {
        let ask = change.ask;
        let models = tables::models(&ask.workspace)?;
        if models.is_empty() {
            return Err(ProposeError::NotApplicable(
                "no SQLAlchemy model with a table was found to change".into(),
            ));
        }
        let Some(model) = models.iter().find(|model| model.name == ask.name.pascal).cloned() else {
            let known: BTreeSet<&str> = models.iter().map(|model| model.name.as_str()).collect();
            return Err(ProposeError::Input {
                what: format!("there is no model {} to change", ask.name.pascal),
                hint: format!("known models: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
            });
        };
        let text = ask.workspace.require(&model.path)?;
        let layout = Layout::around(&ask.name, &model.path, &text, &ask.workspace);
        let references = references(&ask.fields, &layout, ask.map, &ask.workspace)?;
        let mapped = ask.map.models.iter().find(|known| known.name == model.name);
        let table = model.table.clone().or_else(|| mapped.and_then(|known| known.table.clone()));
        let table = table.unwrap_or_else(|| plural(&ask.name.snake));
        let old = writes_optional(&ask.workspace)?;
        Ok(Self { change, model, table, references, old, habits: None, stored: None, remarks: Vec::new() })
    }

    /// All files, and the remarks on them.
    pub(super) fn draft(mut self) -> Result<Draft, ProposeError> {
        let ask = self.change.ask;
        let text = ask.workspace.require(&self.model.path)?;
        let mut files = vec![self.changed_model(&text)?];
        files.extend(self.migrations()?);
        ask.go_on()?;
        files.extend(shapes::changed(&mut self)?);
        ask.go_on()?;
        let columns = columns_of(&self.model.path, &text, &self.model.name)?;
        files.extend(sends::changed(&mut self, &columns)?);
        Ok(self.change.draft(files, self.remarks, str::to_owned))
    }

    /// Lines of a template in the project's form.
    pub(crate) fn written(&self, rendered: &str) -> String {
        self.habits.as_ref().map_or_else(|| python_lines().write(rendered), |habits| habits.written(rendered))
    }

    /// A part of a line in the project's quotes.
    pub(super) fn quoted(&self, text: &str) -> String {
        self.habits.as_ref().map_or_else(|| text.to_owned(), |habits| habits.quoted_as(text))
    }

    pub(super) fn field(&self, field: &Field) -> FieldContext {
        let reference = self.references.iter().find(|reference| reference.column == field.column());
        field_context(field, reference, self.old)
    }

    /// The model with the new columns after its own, and the indexes that were asked for.
    fn changed_model(&self, text: &str) -> Result<FileChange, ProposeError> {
        let Model { path, name, .. } = &self.model;
        let module = Module::parse(path, text)?;
        let gone = || ProposeError::Rejected(format!("{path} has no class {name} any more"));
        let class = module.classes().find(|class| class.name.as_str() == name).ok_or_else(gone)?;
        let columns: Vec<&Stmt> = class.body.iter().filter(|stmt| is_column(stmt)).collect();
        let names: Vec<String> =
            columns.iter().filter_map(|stmt| attribute(stmt)).map(str::to_owned).collect();
        self.refuse_clashes(&module, class)?;
        let mut edits = Edits::default();
        let plain = |stmt: &&&Stmt| attribute(stmt).is_none_or(|name| !is_time(name));
        let after = columns.iter().rfind(plain).or(columns.last()).ok_or_else(gone)?;
        let is_mapped = columns.iter().any(|stmt| matches!(stmt, Stmt::AnnAssign(_)));
        let at = range_of(*after);
        let indent = indent_of(text, at.start);
        let newline = newline_of(text);
        let mut added = String::new();
        for field in &self.change.ask.fields {
            let line = format!("{indent}{}", self.column(field, is_mapped));
            added.push_str(&python_lines().write(&line).replace('\n', newline));
        }
        let end = line_end(text, at.end);
        let lead = if text.get(..end).is_some_and(|before| before.ends_with('\n')) { "" } else { newline };
        edits.insert(end, format!("{lead}{added}"));
        for index in &self.change.indexes {
            let stmt = columns.iter().find(|stmt| attribute(stmt) == Some(index.field.as_str()));
            let stmt = stmt.ok_or_else(|| unknown_field(&index.field, name, &names))?;
            self.index(&module, stmt, index, &mut edits)?;
        }
        let layer = Layer::Model;
        Ok(self.change.ask.edited(Edited {
            path,
            old: text,
            new: self.imported(path, edits.apply(text)?, &self.imports(is_mapped))?,
            reason: self.change.ask.head.reason(layer),
            like: Some(Place::new(path.clone(), module.line(*after))),
            layer,
        }))
    }

    /// A name that the class has already stops the recipe.
    fn refuse_clashes(&self, module: &Module<'_>, class: &StmtClassDef) -> Result<(), ProposeError> {
        for field in &self.change.ask.fields {
            let column = field.column();
            let same = |stmt: &&Stmt| {
                attribute(stmt).is_some_and(|name| name == column || name == field.name)
                    || matches!(stmt, Stmt::FunctionDef(function) if function.name.as_str() == column)
            };
            if let Some(stmt) = class.body.iter().find(same) {
                return Err(ProposeError::Clash {
                    what: format!("{}.{column}", class.name),
                    place: Place::new(self.model.path.clone(), module.line(stmt)).to_string(),
                });
            }
        }
        Ok(())
    }

    /// The statement that declares a column.
    fn column(&self, field: &Field, is_mapped: bool) -> String {
        let context = self.field(field);
        let reference = self.references.iter().find(|reference| reference.column == field.column());
        let mut arguments = Vec::new();
        // An annotation gives the plain types by itself.
        if !is_mapped || !context.args.is_empty() && context.args.starts_with(context.sa.as_str()) {
            arguments.push(context.sa.clone());
        }
        arguments.extend(reference.map(|reference| format!("ForeignKey(\"{}.id\")", reference.table)));
        if !is_mapped {
            arguments.push(format!("nullable={}", if field.optional { "True" } else { "False" }));
        }
        if let Some(fill) = self.change.fill(field) {
            arguments.push(format!("default={}", fill.python(&context.py)));
            arguments.push(format!("server_default={}", server_default(fill, "")));
        }
        if field.unique {
            arguments.push("unique=True".into());
        }
        if context.indexed {
            arguments.push("index=True".into());
        }
        let arguments = arguments.join("¦");
        match (is_mapped, arguments.is_empty()) {
            (true, true) => format!("{}: Mapped[{}]", context.column, context.mapped),
            (true, false) => {
                format!("{}: Mapped[{}] = mapped_column(⟨{arguments}⟩)", context.column, context.mapped)
            }
            (false, _) => format!("{} = Column(⟨{arguments}⟩)", context.column),
        }
    }

    /// What the model's new columns need imported.
    fn imports(&self, is_mapped: bool) -> Vec<String> {
        let mut wanted = Vec::new();
        for field in &self.change.ask.fields {
            let reference = self.references.iter().find(|reference| reference.column == field.column());
            let mut own = model_imports(field, reference);
            if !is_mapped {
                let name = self.field(field).sa;
                own.retain(|import| import.starts_with("sqlalchemy:"));
                own.push(format!("sqlalchemy:{}", name.split('(').next().unwrap_or_default()));
            }
            if let Some(Fill::Boolean(value)) = self.change.fill(field) {
                own.push(format!("sqlalchemy:{value}"));
            }
            if field.optional && self.old && is_mapped {
                own.push("typing:Optional".into());
            }
            wanted.extend(own);
        }
        wanted
    }

    /// The text with imports, `module:name` or `module`, one after the other: where one goes is
    /// seen only when those before it are there.
    pub(crate) fn imported(
        &self,
        path: &str,
        text: String,
        wanted: &[String],
    ) -> Result<String, ProposeError> {
        let wanted: BTreeSet<&String> = wanted.iter().filter(|import| !import.is_empty()).collect();
        let width = self.habits.as_ref().map_or(python_lines().width, |habits| habits.width);
        let mut text = text;
        for import in wanted {
            let module = Module::parse(path, &text)?;
            let mut edits = Edits::default();
            match import.split_once(':') {
                Some((from, name)) => module.add_import(&mut edits, from, name),
                None => module.add_plain_import(&mut edits, import),
            }
            let grown = edits.apply(&text)?;
            let known: BTreeSet<&str> = text.lines().collect();
            text = broken(&grown, &known, width);
        }
        Ok(text)
    }

    /// `index=True` in a column that is there.
    fn index(
        &self,
        module: &Module<'_>,
        stmt: &Stmt,
        index: &Index,
        edits: &mut Edits,
    ) -> Result<(), ProposeError> {
        let marks = if index.unique { "unique=True, index=True" } else { "index=True" };
        let value = match stmt {
            Stmt::AnnAssign(assign) => assign.value.as_deref(),
            Stmt::Assign(assign) => Some(&*assign.value),
            _ => None,
        };
        let Some(Expr::Call(call)) = value else {
            edits.insert(range_of(stmt).end, format!(" = mapped_column({marks})"));
            if module.origin_of("mapped_column").is_none() {
                module.add_import(edits, "sqlalchemy.orm", "mapped_column");
            }
            return Ok(());
        };
        let has = |name: &str| {
            call.arguments.keywords.iter().any(|keyword| {
                keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name)
                    && matches!(&keyword.value, Expr::BooleanLiteral(literal) if literal.value)
            })
        };
        if has("index") || has("unique") || has("primary_key") {
            return Err(ProposeError::Clash {
                what: format!("an index of {}.{}", self.model.name, index.field),
                place: Place::new(self.model.path.clone(), module.line(stmt)).to_string(),
            });
        }
        let empty = call.arguments.args.is_empty() && call.arguments.keywords.is_empty();
        let end = range_of(call).end.saturating_sub(1);
        edits.insert(end, format!("{}{marks}", if empty { "" } else { ", " }));
        Ok(())
    }
}

/// Whether the backend writes `Optional[X]` where others write `X | None`.
fn writes_optional(workspace: &Workspace<'_>) -> Result<bool, ProposeError> {
    let mut old = false;
    for path in workspace.paths().into_iter().filter(|path| path.ends_with(".py")) {
        let Some(text) = workspace.text(path)? else { continue };
        if text.contains("| None") {
            return Ok(false);
        }
        old |= text.contains("Optional[");
    }
    Ok(old)
}

/// Names of the columns of a model.
fn columns_of(path: &str, text: &str, name: &str) -> Result<Vec<String>, ProposeError> {
    let module = Module::parse(path, text)?;
    let class = module.classes().find(|class| class.name.as_str() == name);
    let columns = class.into_iter().flat_map(|class| &class.body).filter(|stmt| is_column(stmt));
    Ok(columns.filter_map(attribute).map(str::to_owned).collect())
}

/// Whether a statement declares a column; a relationship is none.
pub(super) fn is_column(stmt: &Stmt) -> bool {
    let is_call = |expr: &Expr| matches!(expr, Expr::Call(call) if matches!(last_name(&call.func), Some("mapped_column" | "Column")));
    match stmt {
        Stmt::AnnAssign(assign) => match assign.value.as_deref() {
            Some(value) => is_call(value),
            None => {
                matches!(&*assign.annotation, Expr::Subscript(one) if last_name(&one.value) == Some("Mapped"))
            }
        },
        Stmt::Assign(assign) => is_call(&assign.value),
        _ => false,
    }
}

/// New lines that import more than fits, with a line for each name.
fn broken(text: &str, known: &BTreeSet<&str>, width: usize) -> String {
    let newline = newline_of(text);
    let mut result = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let inner = line.trim_end();
        let is_long = inner.chars().count() > width && !known.contains(inner) && !inner.contains(['(', '#']);
        match inner.split_once(" import ").filter(|_| is_long && inner.starts_with("from ")) {
            Some((from, names)) => {
                let names = names.split(", ").map(|name| format!("    {name},{newline}"));
                result.push_str(&format!("{from} import ({newline}{}){newline}", names.collect::<String>()));
            }
            None => result.push_str(line),
        }
    }
    result
}

/// The form that the common formatters give Python.
pub(super) fn python_lines() -> Lines {
    Lines { unit: 4, indent: "    ".into(), width: 88, semicolons: true, trailing_commas: true }
}
