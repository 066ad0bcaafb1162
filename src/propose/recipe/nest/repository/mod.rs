//! The `repository` recipe for NestJS with TypeORM: a class of queries for an entity that has
//! none, in the form of the nearest class that is there.

mod like;
mod module;
mod rows;
mod tests_of;

use super::{
    customs,
    entity::{ColumnKind, Key, Table},
    example::{Example, Role},
    plan::{Plan, RECIPE},
    survey::{Source, Survey, folder, relative},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        recipe::{
            lines::RAW,
            names::camel,
            resource::{Ask, Draft},
            row_verb::{Verb, still_asking},
            typescript::set_up,
        },
        script::Class,
    },
};
use like::{Form, Like, is_take};
use minijinja::context;
use std::collections::BTreeSet;

const TEMPLATE: &str = "repository.new.ts.j2";

/// Everything that is known while a repository is written.
struct Writing<'a> {
    plan: &'a Plan<'a>,
    like: &'a Like<'a>,
    /// Of the entity that gets a repository.
    table: Table,
    key: Key,
    class: String,
    path: String,
}

/// All files, and the remarks on them.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    let survey = Survey::read(ask)?;
    let snake_columns = survey.sources.values().any(|source| source.text.contains("SnakeNamingStrategy"));
    let (source, class) = entity(ask, &survey)?;
    let table = Table::read(source, class, &survey, snake_columns);
    let key = key(source, class, &table)?;
    if let Some((source, own)) = like::of_entity(&survey, &table.class) {
        let place = source.place(own.name_at).to_string();
        return Err(ProposeError::Clash { what: format!("a repository of {}", ask.name.pascal), place });
    }
    let name = like::nearest(&survey, &table).map_err(|reasons| not_found(&reasons))?.name;
    ask.go_on()?;
    let own = Example::of(&survey, &ask.name);
    let mut example = Example::of(&survey, &name);
    if let (None, Ok(other)) = (example.part(Role::Test), Example::find(&survey))
        && let Some(test) = other.part(Role::Test)
    {
        example.parts.insert(Role::Test, test.clone());
    }
    let plan = Plan::after(ask, survey, example, "")?;
    let like = like::nearest(&plan.survey, &table).map_err(|reasons| not_found(&reasons))?;
    let home = module::home(&plan.survey, &own, &table.class).ok_or_else(|| {
        ProposeError::NotApplicable(format!(
            "no module binds {} with TypeOrmModule.forFeature, so there is none to provide its repository",
            table.class
        ))
    })?;
    let class = plan.class(Role::Repository);
    let path = beside(&plan, &own, &like);
    let writing = Writing { plan: &plan, like: &like, table, key, class, path };
    writing.refuse_taken()?;
    let mut remarks = Vec::new();
    let mut files = vec![writing.file()?];
    let new = module::New { class: &writing.class, path: &writing.path };
    files.push(module::with(&plan, home, &like, &new, &mut remarks)?);
    match writing.tests()? {
        Ok(file) => files.push(file),
        Err(why) => remarks.push(why),
    }
    remarks.extend(writing.owned());
    remarks.extend(still_asking(&writing.asking(), "TypeORM", &ask.name.pascal));
    Ok(Draft {
        like: format!("{} to {}, like {}", writing.class, writing.path, like.place()),
        files,
        remarks,
    })
}

/// The entity that is meant.
fn entity<'s>(ask: &Ask<'_>, survey: &'s Survey) -> Result<(&'s Source, &'s Class), ProposeError> {
    let entities = || survey.classes().filter(|(_, class)| class.mark("Entity").is_some());
    if entities().next().is_none() {
        return Err(ProposeError::NotApplicable(
            "no class with @Entity was found to add a repository for".into(),
        ));
    }
    let part = Example::of(survey, &ask.name).part(Role::Entity).cloned();
    let found = part.and_then(|part| survey.class(&part.class, "Entity"));
    found.ok_or_else(|| {
        let known: BTreeSet<&str> = entities().map(|(_, class)| class.name.as_str()).collect();
        ProposeError::Input {
            what: format!("there is no entity {} to add a repository to", ask.name.pascal),
            hint: format!("known entities: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
        }
    })
}

/// Its one key.
fn key(source: &Source, class: &Class, table: &Table) -> Result<Key, ProposeError> {
    let marks = ["PrimaryGeneratedColumn", "PrimaryColumn"];
    let own = class.properties.iter().filter(|property| property.mark(&marks).is_some()).count();
    match &table.key {
        Some(key) if own < 2 => Ok(key.clone()),
        _ => Err(ProposeError::NotApplicable(format!(
            "{} has {own} keys, and how its rows are asked for by them is yours to say",
            source.place(class.name_at)
        ))),
    }
}

fn not_found(reasons: &[String]) -> ProposeError {
    let why = match reasons {
        [] => {
            "services have TypeORM's own Repository injected here, which is the data access of an entity; no class of \
             the project's own stands around it"
                .to_owned()
        }
        reasons => format!("no repository was found whose form a new one could have ({})", reasons.join("; ")),
    };
    ProposeError::NotApplicable(format!("{why}; the walkthrough shows where one would go"))
}

/// The path of the new file: in the resource's own folder as the example's is in its.
fn beside(plan: &Plan<'_>, own: &Example, like: &Like<'_>) -> String {
    let renamed = plan.path(Role::Repository);
    let home = |example: &Example| example.part(Role::Module).map(|part| folder(&part.path).to_owned());
    let (Some(of_like), Some(of_own)) = (home(&plan.example), home(own)) else { return renamed };
    let file = renamed.rsplit('/').next().unwrap_or_default();
    match folder(&like.source.path).strip_prefix(&of_like) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{of_own}{rest}/{file}"),
        _ => renamed,
    }
}

impl Writing<'_> {
    fn refuse_taken(&self) -> Result<(), ProposeError> {
        if let Some((source, class)) = self.plan.survey.class(&self.class, "") {
            let place = source.place(class.name_at).to_string();
            return Err(ProposeError::Clash { what: format!("a class {}", class.name), place });
        }
        self.plan.ask.refuse_files(std::slice::from_ref(&self.path))
    }

    fn exchanged(&self, text: &str) -> String {
        self.like.exchanged(text, &self.plan.ask.name, &self.table.class, &self.class)
    }

    /// What a method is called: as the example's, or as those that `resource` writes.
    fn method(&self, verb: Verb) -> String {
        let plain = match verb {
            Verb::Get => "findById",
            Verb::List => "findPage",
            Verb::Add => "save",
            Verb::Update => "update",
            Verb::Delete => "remove",
        };
        self.like.method(verb).map_or_else(|| plain.to_owned(), |own| self.exchanged(&own.name))
    }

    fn is_by_key(&self, verb: Verb) -> bool {
        self.like.is_by_key(verb)
    }

    fn page(&self) -> [&str; 2] {
        self.like.page().unwrap_or(["skip", "take"])
    }

    fn file(&self) -> Result<FileChange, ProposeError> {
        let (plan, like) = (self.plan, self.like);
        let rows = match &like.form {
            Form::Wraps(rows) => self.exchanged(rows),
            Form::Extends => String::new(),
        };
        let constructor: Vec<String> =
            self.exchanged(like.constructor()).lines().map(|line| format!("{RAW}{line}")).collect();
        let page = self.page();
        let [skip, take] = if is_take(page[0]) { [page[1], page[0]] } else { page };
        let stated = like.page().is_some();
        let parameter = |name: &str| match (stated, is_take(name)) {
            (true, _) => format!("{name}: number"),
            (false, true) => format!("{name} = 50"),
            (false, false) => format!("{name} = 0"),
        };
        let find_one = customs::finders(&plan.manifest).one;
        let mut methods = like.class.methods.iter();
        let context = context! {
            class => self.class.as_str(),
            entity => self.table.class.as_str(),
            entity_import => format!("{}:{}", relative(&self.path, &self.table.path, plan.extension), self.table.class),
            extends => like.form == Form::Extends,
            constructor => constructor.join("\n"),
            rows,
            public => if methods.any(|one| one.is_public) { "public " } else { "" },
            typed => like.class.methods.is_empty() || like.class.methods.iter().any(|one| !one.returns.is_empty()),
            key => self.key.property.as_str(),
            key_type => if self.key.is_uuid { "string" } else { "number" },
            find_one,
            absent => if find_one == "findOne" { "undefined" } else { "null" },
            var => camel(&plan.ask.name.snake),
            values => like.values(&self.table.class),
            page => page.map(parameter),
            skip,
            take,
            counts => like.counts(),
            get => self.method(Verb::Get),
            list => self.method(Verb::List),
            add => self.method(Verb::Add),
            update => self.method(Verb::Update),
            delete => self.method(Verb::Delete),
            update_by_key => self.is_by_key(Verb::Update),
            delete_by_key => self.is_by_key(Verb::Delete),
        };
        let rendered = plan.ask.render(RECIPE, TEMPLATE, &context, set_up)?;
        let text = plan.habits.write(&rendered, &plan.carried_of(like.source, &self.path, false));
        Ok(plan.ask.made(self.path.clone(), text, Some(like.place()), Layer::Repository))
    }

    /// What is said of rows that belong to others.
    fn owned(&self) -> Option<String> {
        let owner = self.table.columns.iter().find_map(|(column, _)| match &column.kind {
            ColumnKind::ManyToOne(model) => Some(model.strip_suffix("Entity").unwrap_or(model)),
            _ => None,
        })?;
        let name = &self.plan.ask.name.pascal;
        Some(format!(
            "Rows of {name} belong to {owner}; by its key alone anybody's is found, and who may see or change it is \
             yours to say."
        ))
    }

    /// Places outside of repositories and tests that have rows of the entity injected.
    fn asking(&self) -> Vec<String> {
        let wanted = format!("Repository<{}>", self.table.class);
        let mut places = Vec::new();
        for (source, class) in self.plan.survey.classes() {
            if !source.script.suites.is_empty() || like::is_repository(class) {
                continue;
            }
            if class.parameters.iter().any(|one| one.ty == wanted) {
                let line = source.text.lines().position(|line| line.contains(&wanted)).unwrap_or_default();
                let line = u32::try_from(line + 1).unwrap_or(u32::MAX);
                places.push(Place::new(source.path.clone(), line).to_string());
            }
        }
        places
    }
}
