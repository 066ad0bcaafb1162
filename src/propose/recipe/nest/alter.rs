//! The `migration` recipe for TypeORM: a column in the entity, in the DTOs that carry it,
//! and a new migration.

use super::{
    entity::{ColumnKind, Table},
    example::{Example, Role},
    imports,
    migrations::Next,
    plan::{Plan, RECIPE},
    register::{self, Twin},
    survey::{Source, Survey},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_end, line_start, newline_of},
        recipe::{
            alter::{Change, unknown_field},
            fields::Field,
            names::{camel, snake},
            resource::{Draft, Edited},
            typescript::set_up,
            values::field_value,
        },
        script::{Class, Script},
    },
};
use minijinja::{Value, context};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is known before a file is changed.
pub(super) struct Alter<'a> {
    pub(super) change: &'a Change<'a>,
    pub(super) plan: Plan<'a>,
}

impl<'a> Alter<'a> {
    /// Reads the repository; the resource must have an entity.
    pub(super) fn read(change: &'a Change<'a>) -> Result<Self, ProposeError> {
        let survey = Survey::read(change.ask)?;
        let entities = || survey.classes().filter(|(_, class)| class.mark("Entity").is_some());
        if entities().next().is_none() {
            return Err(ProposeError::NotApplicable("no class with @Entity was found to change".into()));
        }
        let example = Example::of(&survey, &change.ask.name);
        if example.part(Role::Entity).is_none() {
            let known: BTreeSet<&str> = entities().map(|(_, class)| class.name.as_str()).collect();
            return Err(ProposeError::Input {
                what: format!("there is no entity {} to change", change.ask.name.pascal),
                hint: format!("known entities: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
            });
        }
        let plural = &change.ask.name.plural;
        let what = match change.wanted.subject() {
            Some(changed) => format!("{changed}_of_{plural}"),
            None => format!("add_{}_to_{plural}", change.subject()),
        };
        let mut plan = Plan::after(change.ask, survey, example, &what)?;
        // What the others serve is not written here, so it need not be understood.
        plan.remarks.clear();
        plan.fills = change.fills.iter().map(|(name, fill)| (name.clone(), fill.typescript())).collect();
        Ok(Self { change, plan })
    }

    /// All files, and the remarks on them.
    pub(super) fn draft(mut self) -> Result<Draft, ProposeError> {
        let ask = self.change.ask;
        self.refuse_mysql()?;
        let mut files = vec![self.entity()?];
        ask.go_on()?;
        files.extend(self.migrations()?);
        files.extend(self.body(Role::Create)?);
        files.extend(self.body(Role::Update)?);
        ask.go_on()?;
        files.extend(self.takers()?);
        files.extend(self.tests()?);
        Ok(self.change.draft(files, self.plan.remarks, camel))
    }

    pub(super) fn refuse_mysql(&self) -> Result<(), ProposeError> {
        match self.plan.dialect {
            "mysql" => Err(ProposeError::NotApplicable(
                "migrations for MySQL are not known to this recipe; it knows PostgreSQL and SQLite".into(),
            )),
            _ => Ok(()),
        }
    }

    pub(super) fn class(&self, role: Role) -> Option<(&Source, &Class)> {
        self.plan.example.class(role, &self.plan.survey)
    }

    /// The entity with the new columns after its own.
    fn entity(&self) -> Result<FileChange, ProposeError> {
        let gone = || ProposeError::NotApplicable("the entity is gone".into());
        let (source, class) = self.class(Role::Entity).ok_or_else(gone)?;
        self.refuse_clashes(source, class)?;
        let mut edits = Edits::default();
        let is_own = |name: &str| {
            let column = self.plan.table.columns.iter().find(|(column, _)| column.property == name);
            column.is_none_or(|(column, _)| !matches!(column.kind, ColumnKind::Time(_)))
        };
        let after = class.properties.iter().rfind(|one| is_own(&one.name)).or(class.properties.last());
        let context = self.plan.context(Some(Role::Entity), &source.path);
        let mut wanted = Vec::new();
        if !self.change.ask.fields.is_empty() {
            let rendered = self.change.ask.render(
                RECIPE,
                "alter.member.ts.j2",
                &context! { way => "member", ..context.clone() },
                set_up,
            )?;
            let (imports, text) = self.plan.habits.part(&rendered);
            wanted = imports;
            insert_members(source, class, after.map(|one| one.range.end), &text, &mut edits);
            if text.contains("transformer: numeric") && !source.text.contains("const numeric") {
                let rendered = self.change.ask.render(
                    RECIPE,
                    "alter.member.ts.j2",
                    &context! { way => "numeric", ..context },
                    set_up,
                )?;
                let (_, text) = self.plan.habits.part(&rendered);
                let last = source.script.imports.last().map_or(0, |import| import.range.end);
                edits.insert(line_end(&source.text, last), format!("\n{}\n", text.trim()));
            }
        }
        for index in &self.change.indexes {
            let property = camel(&index.field);
            let known: Vec<String> = class.properties.iter().map(|one| snake(&one.name)).collect();
            let one = class.properties.iter().find(|one| one.name == property);
            let one = one.ok_or_else(|| unknown_field(&index.field, &class.name, &known))?;
            if one.mark(&["Index", "PrimaryGeneratedColumn", "PrimaryColumn"]).is_some() {
                return Err(ProposeError::Clash {
                    what: format!("an index of {}.{property}", class.name),
                    place: source.place(one.range.start).to_string(),
                });
            }
            let indent = indent_of(&source.text, one.range.start);
            let mark = if index.unique { "@Index({ unique: true })" } else { "@Index()" };
            edits.insert(one.range.start, format!("{mark}{}{indent}", newline_of(&source.text)));
            wanted.extend(super::super::typescript::Candidate::of("typeorm:Index"));
        }
        imports::add(source, &wanted, &self.plan.habits, &mut edits);
        let like = source.place(after.map_or(class.name_at, |one| one.range.start));
        self.edited(source, edits, Some(like), Layer::Model)
    }

    /// A name that the entity has already stops the recipe.
    fn refuse_clashes(&self, source: &Source, class: &Class) -> Result<(), ProposeError> {
        for field in &self.change.ask.fields {
            let names = [camel(&field.column()), camel(&field.name)];
            let place = class.properties.iter().find(|one| names.contains(&one.name));
            let inherited = || {
                let table = Table::read(source, class, &self.plan.survey, self.plan.snake_columns);
                table.columns.iter().any(|(column, _)| names.contains(&column.property))
            };
            if place.is_some() || inherited() {
                return Err(ProposeError::Clash {
                    what: format!("{}.{}", class.name, camel(&field.column())),
                    place: source.place(place.map_or(class.name_at, |one| one.range.start)).to_string(),
                });
            }
        }
        Ok(())
    }

    /// The new migrations, and the lists that know the newest one.
    fn migrations(&mut self) -> Result<Vec<FileChange>, ProposeError> {
        let ask = self.change.ask;
        let Some(first) = self.plan.next.clone() else {
            return Err(ProposeError::NotApplicable("no migration was found to follow".into()));
        };
        let postgres = self.plan.dialect == "postgres";
        let db = |field: &Field| {
            let value = self.plan.field(field, "");
            value.get_attr("db").map(|db| db.to_string()).unwrap_or_default()
        };
        let fields: Vec<Value> = ask
            .fields
            .iter()
            .map(|field| {
                let fill = self.change.fill(field).map(|fill| fill.plain_sql(postgres)).unwrap_or_default();
                context! { fill_sql => fill, ..self.plan.field(field, &first.path) }
            })
            .collect();
        let is_indexed =
            |field: &&Field| field_value(field).get_attr("indexed").is_ok_and(|value| value.is_true());
        let mut indexes: Vec<Value> = ask
            .fields
            .iter()
            .filter(is_indexed)
            .map(|field| context! { db => db(field), unique => field.unique })
            .collect();
        for index in &self.change.indexes {
            let property = camel(&index.field);
            let column = self.plan.table.columns.iter().find(|(column, _)| column.property == property);
            let db = column.map_or(property, |(column, _)| column.db.clone());
            indexes.push(context! { db, unique => index.unique });
        }
        let each = self.is_each();
        let concurrently = postgres && each && !indexes.is_empty();
        if postgres && !each && !indexes.is_empty() {
            self.plan.remarks.push(format!(
                "The index is built inside of a transaction and locks {} for writing meanwhile; with \
                 migrationsTransactionMode 'each' it is built CONCURRENTLY.",
                self.plan.table.name
            ));
        }
        let parts = match (concurrently && !fields.is_empty(), fields, indexes) {
            (true, fields, indexes) => {
                let what = format!("index_{}_of_{}", self.change.subject(), ask.name.plural);
                vec![
                    (first.clone(), fields, Vec::new(), false),
                    (first.following(&what), Vec::new(), indexes, true),
                ]
            }
            (false, fields, indexes) => vec![(first, fields, indexes, concurrently)],
        };
        let mut files = Vec::new();
        let mut lists: BTreeMap<String, (Source, Place)> = BTreeMap::new();
        for (next, fields, indexes, concurrently) in parts {
            let context = context! {
                fields,
                indexes,
                concurrently,
                dialect => self.plan.dialect,
                table => context! { name => self.plan.table.name.clone() },
                migration => context! {
                    class => next.class.clone(),
                    has_name => next.has_name,
                    public => if next.is_public { "public " } else { "" },
                },
            };
            let text = self
                .plan
                .habits
                .write(&self.change.ask.render(RECIPE, "alter.ts.j2", &context, set_up)?, &[]);
            files.push(ask.made(next.path.clone(), text, Some(next.after.clone()), Layer::Migration));
            self.register(&next, &mut lists)?;
        }
        files.extend(self.listed(lists));
        Ok(files)
    }

    /// The lists of migrations, changed.
    pub(super) fn listed(&self, lists: BTreeMap<String, (Source, Place)>) -> Vec<FileChange> {
        let ask = self.change.ask;
        let one = |(path, (source, like)): (String, (Source, Place))| {
            let old = self.plan.survey.get(&path).map_or("", |source| source.text.as_str());
            ask.edited(Edited {
                path: &path,
                old,
                new: source.text,
                reason: ask.head.reason(Layer::Config),
                like: Some(like),
                layer: Layer::Migration,
            })
        };
        lists.into_iter().map(one).collect()
    }

    /// Whether each migration has a transaction of its own, so that one can do without.
    pub(super) fn is_each(&self) -> bool {
        self.plan.survey.sources.values().any(|source| {
            ["'each'", "\"each\"", "'none'", "\"none\""]
                .iter()
                .any(|mode| source.text.contains(&format!("migrationsTransactionMode: {mode}")))
        })
    }

    /// The migration beside the newest one, in lists and in files that export the others.
    pub(super) fn register(
        &self,
        next: &Next,
        lists: &mut BTreeMap<String, (Source, Place)>,
    ) -> Result<(), ProposeError> {
        let (like_path, like) = &next.newest;
        let twin = Twin { like, like_path, class: &next.class, path: &next.path, list: "migrations" };
        for source in self.plan.survey.sources.values().filter(|source| source.path != *like_path) {
            let current = lists.get(&source.path).map_or(source, |(current, _)| current);
            let registered = match register::list(current, &twin, &self.plan.habits)? {
                None => self.plan.exported(current, &twin)?,
                found => found,
            };
            if let Some(made) = registered {
                let known = lists.get(&source.path).map(|(_, place)| place.clone());
                let place = known.unwrap_or_else(|| source.place(made.like_at));
                let script = Script::parse(&source.path, &made.text)?;
                let source = Source { path: source.path.clone(), text: made.text, script };
                lists.insert(source.path.clone(), (source, place));
            }
        }
        Ok(())
    }

    /// The class that creates or changes a row; one that is derived from another needs nothing.
    fn body(&mut self, role: Role) -> Result<Option<FileChange>, ProposeError> {
        let Some((source, class)) = self.class(role).filter(|_| !self.change.ask.fields.is_empty()) else {
            if role == Role::Create && !self.change.ask.fields.is_empty() {
                self.plan.remarks.push(format!(
                    "No class that creates {} was found, so nothing sends the new field yet.",
                    self.change.ask.name.plural.replace('_', " ")
                ));
            }
            return Ok(None);
        };
        if role == Role::Update
            && class.base.as_deref().is_some_and(|base| base.contains('(') || base.starts_with("Create"))
        {
            return Ok(None);
        }
        let way = if role == Role::Update { "update" } else { "create" };
        let context = context! { way, ..self.plan.context(Some(role), &source.path) };
        let rendered = self.change.ask.render(RECIPE, "alter.dto.ts.j2", &context, set_up)?;
        let (wanted, text) = self.plan.habits.part(&rendered);
        let mut edits = Edits::default();
        let after = class.properties.last();
        insert_members(source, class, after.map(|one| one.range.end), &text, &mut edits);
        imports::add(source, &wanted, &self.plan.habits, &mut edits);
        let like = source.place(after.map_or(class.name_at, |one| one.range.start));
        self.edited(source, edits, Some(like), Layer::Schema).map(Some)
    }

    pub(super) fn edited(
        &self,
        source: &Source,
        edits: Edits,
        like: Option<Place>,
        layer: Layer,
    ) -> Result<FileChange, ProposeError> {
        let ask = self.change.ask;
        let new = edits.apply(&source.text)?;
        let reason = ask.head.reason(layer);
        Ok(ask.edited(Edited { path: &source.path, old: &source.text, new, reason, like, layer }))
    }
}

/// Puts members after the last one, with the empty line between that the others have.
fn insert_members(source: &Source, class: &Class, after: Option<usize>, members: &str, edits: &mut Edits) {
    let members = members.trim_matches('\n');
    match after {
        Some(at) => edits.insert(line_end(&source.text, at), format!("\n{members}\n")),
        None => {
            let close = class.body.end.saturating_sub(1);
            let start = line_start(&source.text, close);
            let is_open = start > class.body.start;
            match is_open {
                true => edits.insert(start, format!("{members}\n")),
                false => edits.insert(close, format!("\n{members}\n")),
            }
        }
    }
}
