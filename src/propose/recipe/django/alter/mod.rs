//! The `migration` recipe for Django: a field in the model, in the serializers, services and
//! tests that carry it, and new migrations.
//!
//! A required field is one statement that locks nothing for long: Django writes the value as
//! the column's own default, so rows that are there and programs that do not know the field
//! yet have it too. On PostgreSQL what is indexed is indexed by migrations of their own,
//! outside of a transaction.

mod columns;
mod declared;
mod meta;
mod migration;
mod reshaped;
mod serializers;
mod services;
mod tests;

use super::{
    fields::{self, Column},
    parents::{self, Parent},
    plan::{RECIPE, habits},
    project::Project,
    survey::{self, ModelRef, Survey},
    write::{Habits, used_names},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_end, line_start},
        python::{Module, range_of},
        recipe::{
            alter::{Change, Index, is_time, unknown_field},
            fields::{Field, Kind},
            resource::{Draft, Edited},
        },
    },
};
use columns::{Known, is_declared, known_columns};
use ruff_python_ast::{Stmt, StmtClassDef};

/// Everything that is known before a file is changed.
pub(super) struct Alter<'a> {
    pub(super) change: &'a Change<'a>,
    pub(super) survey: Survey<'a>,
    pub(super) model: ModelRef,
    pub(super) parents: Vec<Parent>,
    pub(super) habits: Habits,
    /// Columns that are there, those of abstract bases too.
    known: Vec<Known>,
    pub(super) app_folder: String,
    pub(super) app_label: String,
    pub(super) is_postgres: bool,
    /// Whether a column can have a default of its own, from Django 5.
    has_db_default: bool,
    /// Class of the user model.
    user: String,
    /// Fields that are there and become different.
    reshaped: Vec<reshaped::Reshaped>,
    pub(super) remarks: Vec<String>,
}

/// Proposes fields as they shall be.
pub(super) fn reshape(change: &Change<'_>) -> Result<Draft, ProposeError> {
    let texts = survey::texts(change.ask)?;
    reshaped::draft(Alter::read(change, &texts)?)
}

/// Proposes the change.
pub(super) fn draft(change: &Change<'_>) -> Result<Draft, ProposeError> {
    let texts = survey::texts(change.ask)?;
    Alter::read(change, &texts)?.draft()
}

impl<'a> Alter<'a> {
    fn read(change: &'a Change<'a>, texts: &'a survey::Texts) -> Result<Self, ProposeError> {
        let ask = change.ask;
        let survey = Survey::of(texts);
        let project = Project::read(&survey);
        let tables = || survey.models.values().filter(|model| !model.is_abstract);
        let model = tables().find(|model| model.class == ask.name.pascal).cloned();
        let Some(model) = model else {
            let known: Vec<&str> = tables().map(|model| model.class.as_str()).collect();
            return Err(match known.is_empty() {
                true => ProposeError::NotApplicable("no model of Django was found to change".into()),
                false => ProposeError::Input {
                    what: format!("there is no model {} to change", ask.name.pascal),
                    hint: format!("known models: {}", known.join(", ")),
                },
            });
        };
        let mut parents = parents::parents(&ask.fields, &ask.name, &model.class, &survey, &project)?;
        let source =
            survey.class(&model.path, &model.class).map_or("", |(module, class)| module.source(class));
        for parent in &mut parents {
            // Two references to one model cannot share the name of their way back.
            let taken =
                |quote: char| source.contains(&format!("related_name={quote}{}{quote}", parent.related));
            if taken('"') || taken('\'') {
                parent.related =
                    format!("{}_{}", crate::propose::recipe::names::plural(&parent.field), ask.name.plural);
            }
        }
        let habits = habits(ask, &survey, &project, &[model.path.as_str()])?;
        let known = known_columns(&survey, &model);
        let (app_folder, app_label) = survey.app_of(&model.path);
        let is_postgres = columns::is_postgres(ask, &survey);
        let has_db_default = columns::version(ask, &project.import_root)?.is_some_and(|major| major >= 5);
        Ok(Self {
            change,
            survey,
            model,
            parents,
            habits,
            known,
            app_folder,
            app_label,
            is_postgres,
            has_db_default,
            user: project.user.clone(),
            reshaped: Vec::new(),
            remarks: Vec::new(),
        })
    }

    fn draft(mut self) -> Result<Draft, ProposeError> {
        let change = self.change;
        self.refuse_clashes()?;
        let mut files = vec![self.changed_model()?];
        files.extend(self.migrations()?);
        change.ask.go_on()?;
        if !change.ask.fields.is_empty() {
            files.extend(serializers::changed(&mut self)?);
            files.extend(services::changed(&mut self)?);
            change.ask.go_on()?;
            files.extend(tests::changed(&mut self)?);
        }
        if !self.has_db_default && !change.fills.is_empty() {
            self.remarks.push(
                "Before Django 5 a column keeps no default, so programs of the last release cannot add rows \
                 once the migration ran: release them together, or make the field optional first."
                    .into(),
            );
        }
        Ok(change.draft(files, self.remarks, str::to_owned))
    }

    fn gone(&self) -> ProposeError {
        ProposeError::Rejected(format!("{} has no class {} any more", self.model.path, self.model.class))
    }

    /// A name that the model has already stops the recipe, and so does a second index.
    fn refuse_clashes(&self) -> Result<(), ProposeError> {
        let clash =
            |what: String, known: &Known| Err(ProposeError::Clash { what, place: known.place.to_string() });
        let class = &self.model.class;
        for field in &self.change.ask.fields {
            let names = [field.name.clone(), field.column()];
            if let Some(known) = self.known.iter().find(|known| names.contains(&known.name)) {
                return clash(format!("{class}.{}", known.name), known);
            }
        }
        for index in &self.change.indexes {
            let names: Vec<String> = self.known.iter().map(|known| known.name.clone()).collect();
            let known = self.column(index).ok_or_else(|| unknown_field(&index.field, class, &names))?;
            if known.is_indexed {
                return clash(format!("an index of {class}.{}", known.name), known);
            }
        }
        Ok(())
    }

    /// The column of an index on a field that is there; a reference by its attribute or column.
    fn column(&self, index: &Index) -> Option<&Known> {
        let plain = index.field.strip_suffix("_id");
        self.known.iter().find(|known| known.name == index.field || Some(known.name.as_str()) == plain)
    }

    /// The parent of a field.
    pub(super) fn parent(&self, field: &Field) -> Option<&Parent> {
        self.parents.iter().find(|parent| parent.field == field.name)
    }

    /// The call that declares a field.
    pub(super) fn declared(&self, field: &Field) -> Column {
        let mut column = fields::column(field, self.parent(field));
        if let Some(fill) = self.change.fill(field) {
            let value = fill.python(&fields::python_type(field, None));
            column = column.and(format!("default={value}"));
            if self.has_db_default {
                column = column.and(format!("db_default={value}"));
            }
        } else if self.has_db_default && fields::is_blank(field) {
            column = column.and("db_default=\"\"".into());
        }
        if self.is_postgres {
            column = column.without("unique=True").without("db_index=True");
            if matches!(field.kind, Kind::BelongsTo(_)) {
                column = column.and("db_index=False".into());
            }
        }
        column
    }

    /// Indexes and constraints that the model's options name: on PostgreSQL all new ones, since
    /// only those are made without a lock; elsewhere those of fields that are there.
    pub(super) fn named_indexes(&self) -> Vec<Index> {
        let mut all: Vec<Index> = Vec::new();
        let more = self.reshaped.iter().filter_map(reshaped::Reshaped::index);
        for index in self.change.all_indexes().into_iter().chain(more) {
            let own = self.change.ask.fields.iter().find(|field| field.column() == index.field);
            match own {
                Some(field) if self.is_postgres => all.push(Index { field: field.name.clone(), ..index }),
                Some(_) => {}
                None => {
                    let field = self.column(&index).map_or(index.field.clone(), |known| known.name.clone());
                    all.push(Index { field, ..index });
                }
            }
        }
        all
    }

    /// The model with the new fields after its own, and the indexes among its options.
    fn changed_model(&self) -> Result<FileChange, ProposeError> {
        let path = self.model.path.as_str();
        let (module, class) = self.survey.class(path, &self.model.class).ok_or_else(|| self.gone())?;
        let text = module.text;
        let declared: Vec<&Stmt> = class.body.iter().filter(|stmt| is_declared(stmt)).collect();
        let is_plain = |stmt: &&&Stmt| columns::name_of(stmt).is_none_or(|name| !is_time(name));
        let after = declared.iter().rfind(is_plain).or(declared.last()).copied();
        let indent = class.body.first().map_or("    ", |stmt| indent_of(text, range_of(stmt).start));
        let mut lines = String::new();
        for field in &self.change.ask.fields {
            let target = self.parent(field).map(|parent| self.target(parent, module, class));
            let column = self.declared(field).in_model(target.as_deref());
            lines.push_str(&format!("{indent}{} = models.{column}\n", field.name));
        }
        let written = self.habits.written(&lines);
        let mut edits = Edits::default();
        for one in &self.reshaped {
            edits.replace(
                one.range.clone(),
                self.habits.written(&format!("{indent}{}", one.line)).trim().to_owned(),
            );
        }
        let at = place_for(text, class, after, &mut edits);
        if !lines.is_empty() {
            edits.insert(at, written.clone());
        }
        let options = meta::options(self, module, class, indent, at, &mut edits);
        let new = edits.apply(text)?;
        let used = used_names(&Module::parse(path, &new)?);
        let mut candidates = vec!["django.db:models".to_owned(), "django.conf:settings".to_owned()];
        candidates.push("decimal:Decimal".into());
        candidates.extend(reshaped::VALIDATORS.iter().map(|name| format!("django.core.validators:{name}")));
        let columns = self.change.ask.fields.iter().map(|field| self.declared(field));
        for column in columns {
            candidates.extend(column.validators().map(|one| format!("django.core.validators:{one}")));
        }
        let new = self.habits.with_imports(path, &new, &used, &candidates)?;
        let like = after.or(options).map_or_else(|| module.line(&class.name), |stmt| module.line(stmt));
        let layer = Layer::Model;
        Ok(self.edited(module, path, new, Some(Place::new(path, like)), layer))
    }

    /// What a reference in the model names.
    fn target(&self, parent: &Parent, module: &Module<'_>, class: &StmtClassDef) -> String {
        let is_before = module
            .classes()
            .take_while(|one| one.name != class.name)
            .any(|one| one.name.as_str() == parent.class);
        match parent {
            parent if parent.is_user => "settings.AUTH_USER_MODEL".into(),
            parent if parent.class == self.model.class && parent.path == self.model.path => "\"self\"".into(),
            parent if parent.path == self.model.path && is_before => parent.class.clone(),
            parent if module.origin_of(&parent.class).is_some() => parent.class.clone(),
            parent => format!("\"{}.{}\"", parent.app, parent.class),
        }
    }

    /// The change of a file, every part of it with the layer's reason.
    pub(super) fn edited(
        &self,
        module: &Module<'_>,
        path: &str,
        new: String,
        like: Option<Place>,
        layer: Layer,
    ) -> FileChange {
        let ask = self.change.ask;
        let reason = ask.head.reason(layer);
        ask.edited(Edited { path, old: module.text, new, reason, like, layer })
    }

    /// Python of the value that a new row gets where none is given.
    pub(super) fn value_of(&self, field: &Field) -> String {
        match self.change.fill(field) {
            Some(fill) => fill.python(&fields::python_type(field, None)),
            None if fields::is_blank(field) => "\"\"".into(),
            None => "None".into(),
        }
    }

    /// Renders the recipe's own template.
    fn render(&self, context: &minijinja::Value) -> Result<String, ProposeError> {
        self.change.ask.render(RECIPE, "alter.py.j2", context, |_| {})
    }
}

/// Where members of a class go: after one of them, else before all; a lone `pass` is replaced.
fn place_for(text: &str, class: &StmtClassDef, after: Option<&Stmt>, edits: &mut Edits) -> usize {
    if let Some(after) = after {
        return line_end(text, range_of(after).end);
    }
    let Some(first) = class.body.first() else { return text.len() };
    let range = range_of(first);
    match first {
        Stmt::Pass(_) => {
            edits.replace(line_start(text, range.start)..line_end(text, range.end), "");
            line_start(text, range.start)
        }
        Stmt::Expr(_) => line_end(text, range.end),
        _ => line_start(text, range.start),
    }
}
