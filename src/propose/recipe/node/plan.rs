//! Puts together what a new resource needs.

use super::{
    compose,
    context::Context,
    drizzle,
    example::{self, Candidate},
    files::Files,
    graft::{Graft, Work},
    guard, migrations,
    model::{self, Column, Mapper, Parent, Table},
    prisma,
    records::Record,
    routes, style,
    words::{Names, in_form},
};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place},
    ports::ProposeError,
    propose::recipe::{
        fields::Field,
        fill::Fill,
        rename::{Joint, Renamer},
        resource::{Ask, Draft},
        sources::{Survey, relative},
        typescript::{Habits, words},
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// Folder of the recipe under `resources/recipes`.
pub(super) const RECIPE: &str = "node-zod";

/// Everything that is known before a file is written.
pub(super) struct Plan<'a> {
    pub(super) ask: &'a Ask<'a>,
    pub(super) survey: &'a Survey,
    pub(super) mapper: Mapper,
    pub(super) names: Names,
    pub(super) tables: &'a [Table],
    pub(super) table: Table,
    pub(super) key: Column,
    pub(super) own: Vec<String>,
    pub(super) columns: Vec<String>,
    /// The form of columns in sources, and of names in bodies.
    pub(super) form: Joint,
    pub(super) api: Joint,
    pub(super) parents: Vec<Parent>,
    pub(super) router: String,
    pub(super) related: BTreeSet<String>,
    pub(super) habits: Habits,
    pub(super) zod: u8,
    pub(super) dialect: &'static str,
    /// By field, what rows get that are there already.
    pub(super) fills: BTreeMap<String, Fill>,
}

/// The files of a new resource, after the first example that can be followed.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    let survey = Survey::read(ask)?;
    let mapper = Mapper::of(ask, &survey)?;
    let tables = mapper.tables(ask, &survey)?;
    let mut first = None;
    for candidate in example::candidates(&survey, &tables)? {
        match Plan::read(ask, &survey, mapper, &tables, candidate).and_then(|plan| plan.draft()) {
            Err(ProposeError::NotApplicable(why)) => first = first.or(Some(why)),
            other => return other,
        }
    }
    Err(ProposeError::NotApplicable(first.unwrap_or_default()))
}

impl<'a> Plan<'a> {
    pub(super) fn read(
        ask: &'a Ask<'a>,
        survey: &'a Survey,
        mapper: Mapper,
        tables: &'a [Table],
        candidate: Candidate,
    ) -> Result<Self, ProposeError> {
        let Candidate { like, router } = candidate;
        let table = tables.iter().find(|table| table.is_of(&like)).cloned().ok_or_else(|| {
            ProposeError::NotApplicable(format!("the table of {} was not found", like.plural))
        })?;
        let key = table.key(&like).cloned().ok_or_else(|| {
            ProposeError::NotApplicable(format!("{} has no key of one column to learn from", table.place))
        })?;
        let form = table.form();
        let is_plural = super::super::names::snake(&table.stored) == like.plural;
        let base = if is_plural { &ask.name.plural } else { &ask.name.snake };
        let stored = if mapper == Mapper::Drizzle { drizzle::stored_form(&table) } else { form };
        let names = Names {
            table: if mapper == Mapper::Prisma {
                prisma::stored_name(&table, base)
            } else {
                in_form(base, stored)
            },
            like_table: table.stored.clone(),
            by_table: mapper == Mapper::Kysely,
            like,
            to: ask.name.clone(),
            files: example::joint(survey),
        };
        let related = example::related(survey, &names, &router, tables);
        let texts: Vec<&str> =
            related.iter().filter_map(|path| survey.get(path)).map(|one| one.text.as_str()).collect();
        let root = router.split_once("src/").map_or("", |(root, _)| root);
        let prettier = [".prettierrc", ".prettierrc.json", ".prettierrc.yaml", ".prettierrc.yml"]
            .iter()
            .find_map(|name| ask.workspace.text(&format!("{root}{name}")).ok().flatten());
        let manifest = ask.workspace.text(&format!("{root}package.json"))?.unwrap_or_default();
        let mut own = table.own(&names.like);
        own.extend(style::extra(survey, &related, &own, &table, form)?);
        Ok(Self {
            ask,
            mapper,
            tables,
            key,
            columns: table.columns.iter().map(|column| column.name.clone()).collect(),
            own,
            form,
            api: style::api_form(survey, form)?,
            parents: model::parents(&ask.fields, tables)?,
            habits: Habits::read(&texts, prettier.as_deref()),
            zod: if style::manifest_major(&manifest, "zod") == Some(3) { 3 } else { 4 },
            dialect: match mapper {
                Mapper::Prisma => prisma::schema(ask)?.map_or("postgres", |schema| schema.dialect()),
                _ => style::dialect(survey),
            },
            fills: BTreeMap::new(),
            survey,
            table,
            names,
            router,
            related,
        })
    }

    /// What sources are changed by, all but the members of records.
    pub(super) fn graft(&self) -> Graft<'_> {
        Graft {
            names: &self.names,
            own: &self.own,
            columns: &self.columns,
            key: &self.key.name,
            fields: &self.ask.fields,
            form: self.form,
            in_tests: false,
            member: &|record, field| Ok(super::records::mapped(record, field, &str::to_owned)),
        }
    }

    fn draft(&self) -> Result<Draft, ProposeError> {
        self.refuse_clashes()?;
        self.refuse_types()?;
        let context = Context { plan: self };
        let member = |record: &Record<'_>, field: &Field| context.member(record, field);
        let graft = Graft { member: &member, ..self.graft() };
        let mut remarks = Vec::new();
        let mut works = BTreeMap::new();
        for path in &self.related {
            let Some(source) = self.survey.get(path) else { continue };
            self.ask.go_on()?;
            works.insert(path.clone(), Work::new(path, &source.text)?);
        }
        let mut files = Files::new(works);
        for (path, work) in files.works_mut() {
            self.prepare(work);
            let form = if layer_by_path(path) == Some(Layer::Repository) { self.form } else { self.api };
            Graft { form, ..graft }.records(work)?;
        }
        prune(&graft, &mut files);
        let routes = routes::read(&files, &self.names);
        if !routes.create || !(routes.get || routes.list) {
            return Err(ProposeError::NotApplicable(format!(
                "{} cannot be followed: what makes and reads {} there is about their own fields",
                self.router, self.names.like.plural
            )));
        }
        self.say_left_out(&files, &routes, &mut remarks);
        let guard = if self.parents.is_empty() { None } else { guard::find(&files) };
        let guarded = match &guard {
            Some(guard) => guard.put(
                &mut files,
                &self.names,
                &self.parents,
                &|database, parent, id| context.asking(database, parent, id),
                self.api,
            )?,
            None => false,
        };
        if !self.parents.is_empty() && !guarded {
            remarks.push(
                "No place was found where the example looks for a row and says that there is none: a reference \
                 to an unknown row is refused by the database, and no answer for it is written."
                    .into(),
            );
        }
        for (_, work) in files.works_mut() {
            graft.rename(work);
        }
        let mut changes = Vec::new();
        let mut wanted = BTreeSet::new();
        for (file, work) in files.works() {
            let path = files.path(file);
            let text = self.finished(path, work, guard.as_ref())?;
            wanted.extend(words(&text));
            let new = self.names.path(path);
            let layer = self.ask.map.layer_of(path).or_else(|| layer_by_path(path)).unwrap_or(Layer::Config);
            let layer = if layer == Layer::Other { Layer::Config } else { layer };
            changes.push(self.ask.made(new, text, Some(self.first_line(path)), layer));
        }
        changes.extend(self.registrations(&graft, &wanted)?);
        changes.extend(migrations::files(self, &context, &mut remarks)?);
        changes.extend(self.tests(&graft, &context, &routes, guarded, &mut remarks)?);
        self.say_conventions(&mut remarks);
        Ok(Draft { like: self.names.like.plural.clone(), files: changes, remarks })
    }

    /// What a mapper's declarations need before anything else is changed.
    pub(super) fn prepare(&self, work: &mut Work<'_>) {
        if self.mapper == Mapper::Drizzle {
            let code = |field: &Field| in_form(&field.column(), self.form);
            drizzle::prepare(work, &self.table.name, &self.ask.fields, &self.names.table, &code);
        }
    }

    /// A grafted file in its final form.
    pub(super) fn finished(
        &self,
        path: &str,
        work: &Work<'_>,
        guard: Option<&guard::Guard>,
    ) -> Result<String, ProposeError> {
        let new = self.names.path(path);
        let mut text = work.slice(0..work.text.len())?;
        if let Some(guard) = guard {
            text = self.with_parents(path, work, guard, &text)?;
        }
        let text = drizzle::with_imports(self.survey, &new, &text, &self.parents, &self.table)?;
        let text = compose::without_unused_imports(&new, &text)?;
        let text = self.hugged(&new, &text)?;
        compose::fitted(&new, &text, &self.habits)
    }

    /// Names of the parents' that a text uses, imported as the example's file imports its own.
    fn with_parents(
        &self,
        path: &str,
        work: &Work<'_>,
        guard: &guard::Guard,
        text: &str,
    ) -> Result<String, ProposeError> {
        let needed = guard.needs(work, &self.parents, &self.names);
        let mut text = text.to_owned();
        let Some(source) = self.survey.get(path) else { return Ok(text) };
        for import in &source.script.imports {
            for name in &import.names {
                for parent in &self.parents {
                    let renamer = Renamer { from: &self.names.like, to: &parent.model, joint: Joint::Camel };
                    let local = renamer.apply(&name.local);
                    if !self.names.touches(&name.local) || !needed.contains(&local) {
                        continue;
                    }
                    let from = Renamer { joint: self.names.files, ..renamer }.apply(&import.from);
                    let target = self.survey.resolve(path, &from);
                    let Some(target) = target.filter(|target| words(&target.text).contains(&local)) else {
                        continue;
                    };
                    let new = self.names.path(path);
                    let extension = if from.ends_with(".js") { ".js" } else { "" };
                    let from =
                        if from.starts_with('.') { relative(&new, &target.path, extension) } else { from };
                    let before = source.text.get(..name.range.start).unwrap_or_default();
                    let is_type = import.is_type || before.ends_with("type ");
                    text = match is_type {
                        true => compose::with_import(&new, &text, &local, &from)?,
                        false => compose::with_value(&new, &text, &local, &from)?,
                    };
                }
            }
        }
        Ok(text)
    }

    pub(super) fn first_line(&self, path: &str) -> Place {
        let Some(source) = self.survey.get(path) else { return Place::new(path.to_owned(), 1) };
        let end = source.script.imports.iter().map(|import| import.range.end).max().unwrap_or(0);
        let rest = source.text.get(end..).unwrap_or_default();
        let skip = rest.len() - rest.trim_start_matches([';', '\n', '\r', ' ']).len();
        source.place((end + skip).min(source.text.len().saturating_sub(1)))
    }
}

/// Leaves out what speaks of the example's own fields, until nothing asks for what is left out.
fn prune(graft: &Graft<'_>, files: &mut Files<'_>) {
    let mut dead = BTreeSet::new();
    loop {
        let mut again = false;
        for (_, work) in files.works_mut() {
            again |= graft.prune(work, &dead);
            dead.extend(work.dead.iter().cloned());
        }
        if !again {
            break;
        }
    }
}
