//! The `repository` recipe for Express and Hono: the data access of a table that has none, in the
//! form of the nearest one that is there.
//!
//! What stands around the functions (a class, an object, what makes one) is the example's own
//! text with another name in it, their heads are those of its functions, and what they ask comes
//! from a template of the mapper.

mod code;
mod known;
mod like;
mod rows;
mod tests_of;
mod types;

use super::{
    endpoint::columns::Seen,
    example,
    model::{Column, Mapper, Table},
    prisma,
    words::Names,
};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place},
    ports::ProposeError,
    propose::recipe::{
        endpoint::column::Column as Known,
        names::{Name, pascal, singular, snake},
        resource::{Ask, Draft},
        row_verb::{Verb, still_asking},
        sources::Survey,
        typescript::Habits,
    },
};
use like::{Form, Like, Search};
use std::collections::BTreeSet;
use types::Types;

/// Everything that is known while a repository is written.
struct Plan<'a> {
    ask: &'a Ask<'a>,
    survey: &'a Survey,
    mapper: Mapper,
    tables: &'a [Table],
    table: &'a Table,
    key: Column,
    columns: Vec<Known>,
    schema: &'a str,
    names: Names,
    like: &'a Like<'a>,
    types: Types,
    habits: Habits,
}

/// All files, and the remarks on them.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    let survey = &Survey::read(ask)?;
    let mapper = Mapper::of(ask, survey)?;
    let tables = mapper.tables(ask, survey)?;
    let table = table(ask, &tables)?;
    ask.go_on()?;
    let schema = prisma::schema(ask)?.map(|schema| schema.text).unwrap_or_default();
    let keys = types::keys(survey, mapper, table, &schema, table.key(&ask.name));
    let [key] = keys.as_slice() else {
        return Err(ProposeError::NotApplicable(format!(
            "{} has {} keys, and how its rows are asked for by them is yours to say",
            ask.name.pascal,
            keys.len()
        )));
    };
    refuse_mysql(survey, mapper, &schema)?;
    let is_layer =
        |path: &str| ask.map.layer_of(path).or_else(|| layer_by_path(path)) == Some(Layer::Repository);
    let search = Search { survey, tables: &tables, is_layer: &is_layer };
    if let Some(place) = search.place_of(&ask.name)? {
        let what = format!("a repository of {}", ask.name.pascal);
        return Err(ProposeError::Clash { what, place: place.to_string() });
    }
    let like = &search.nearest(&ask.name)?.map_err(|reasons| not_found(&reasons))?;
    let seen = Seen { mapper, table, tables: &tables, survey, schema: &schema, key: &key.name };
    let client = client(like);
    let plan = Plan {
        ask,
        survey,
        mapper,
        tables: &tables,
        table,
        key: key.clone(),
        columns: seen.columns(),
        schema: &schema,
        names: names(ask, survey, mapper, &tables, like),
        like,
        types: types::of(survey, mapper, table, &client)?,
        habits: habits(ask, like)?,
    };
    plan.refuse_taken()?;
    let mut files = vec![plan.file()?];
    files.extend(plan.registrations()?);
    let mut remarks = plan.remarks(&is_layer);
    match plan.tests()? {
        Ok(file) => files.push(file),
        Err(why) => remarks.push(why),
    }
    let what = match like.form {
        Form::Functions => format!("queries on {}", ask.name.plural.replace('_', " ")),
        Form::Class | Form::Object | Form::Factory => plan.owner(),
    };
    Ok(Draft { like: format!("{what} to {}, like {}", plan.path(), like.place()), files, remarks })
}

/// The table that is meant.
fn table<'t>(ask: &Ask<'_>, tables: &'t [Table]) -> Result<&'t Table, ProposeError> {
    if tables.is_empty() {
        return Err(ProposeError::NotApplicable("no table was found to add a repository for".into()));
    }
    tables.iter().find(|table| table.is_of(&ask.name)).ok_or_else(|| {
        let known: BTreeSet<String> =
            tables.iter().map(|table| pascal(&singular(&snake(&table.name)))).collect();
        ProposeError::Input {
            what: format!("there is no table of {} to add a repository to", ask.name.pascal),
            hint: format!("known tables: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
        }
    })
}

fn not_found(reasons: &[String]) -> ProposeError {
    let why = match reasons {
        [] => String::new(),
        reasons => format!(" ({})", reasons.join("; ")),
    };
    ProposeError::NotApplicable(format!(
        "no repository was found whose form a new one could have{why}; the walkthrough shows where one would go, and the recipe resource starts the layer"
    ))
}

/// What a new row is cannot be asked of MySQL in the statement that makes it.
fn refuse_mysql(survey: &Survey, mapper: Mapper, schema: &str) -> Result<(), ProposeError> {
    let words = ["MysqlDialect", "drizzle-orm/mysql", "drizzle-orm/planetscale"];
    let stated = survey.sources.values().find(|source| words.iter().any(|word| source.text.contains(word)));
    match stated.filter(|_| mapper != Mapper::Prisma && schema.is_empty()) {
        Some(source) => Err(ProposeError::NotApplicable(format!(
            "{} connects to MySQL, which does not give back the rows that it writes; the walkthrough shows where each query would go",
            source.path
        ))),
        None => Ok(()),
    }
}

/// How the two are called.
fn names(ask: &Ask<'_>, survey: &Survey, mapper: Mapper, tables: &[Table], like: &Like<'_>) -> Names {
    let stored =
        |name: &Name| tables.iter().find(|table| table.is_of(name)).map(|table| table.stored.clone());
    Names {
        like: like.name.clone(),
        to: ask.name.clone(),
        like_table: stored(&like.name).unwrap_or_default(),
        table: stored(&ask.name).unwrap_or_default(),
        by_table: mapper == Mapper::Kysely,
        files: example::joint(survey),
    }
}

/// The module that Prisma's types come from, as the example imports them.
fn client(like: &Like<'_>) -> String {
    let imports = &like.source.script.imports;
    let known = imports.iter().find(|import| {
        import.names.iter().any(|name| matches!(name.name.as_str(), "PrismaClient" | "Prisma"))
    });
    known.map_or_else(|| "@prisma/client".to_owned(), |import| import.from.clone())
}

fn habits(ask: &Ask<'_>, like: &Like<'_>) -> Result<Habits, ProposeError> {
    let root = like.source.path.split_once("src/").map_or("", |(root, _)| root);
    let mut prettier = None;
    for name in [".prettierrc", ".prettierrc.json", ".prettierrc.yaml", ".prettierrc.yml"] {
        prettier = prettier.or(ask.workspace.text(&format!("{root}{name}"))?);
    }
    Ok(Habits::read(&[like.source.text.as_str()], prettier.as_deref()))
}

impl Plan<'_> {
    /// The file of the new repository: the example's with the name exchanged, or the example's
    /// own where all queries stand in one.
    fn path(&self) -> String {
        self.names.path(&self.like.source.path)
    }

    /// `ReviewRepository`
    fn owner(&self) -> String {
        self.names.code(&self.like.owner)
    }

    fn function(&self, verb: Verb) -> String {
        self.like.function(verb, &|text| self.names.code(text), &self.ask.name)
    }

    /// A file, or a name in the example's own file, that is there already.
    fn refuse_taken(&self) -> Result<(), ProposeError> {
        let path = self.path();
        if path != self.like.source.path {
            return self.ask.refuse_files(&[path]);
        }
        let wanted: Vec<String> = match self.like.form {
            Form::Functions => Verb::ALL.into_iter().map(|verb| self.function(verb)).collect(),
            Form::Class | Form::Object | Form::Factory => vec![self.owner()],
        };
        let work = &self.like.work;
        let top = work.tree.all().filter(|id| {
            let whole = super::beside::whole_of(&work.tree, *id);
            work.tree.parent(whole) == crate::propose::script::Tree::ROOT
        });
        for id in top {
            let name = work.tree.name(id, work.text).unwrap_or_default();
            if wanted.iter().any(|one| one == name) {
                let place = self.like.source.place(work.tree.range(id).start).to_string();
                return Err(ProposeError::Clash { what: format!("{name} in {path}"), place });
            }
        }
        Ok(())
    }

    /// What was followed, what was not, and who asks the database around the new repository.
    fn remarks(&self, is_layer: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut all = Vec::new();
        let place = self.like.place();
        if self.like.counts() {
            all.push(format!(
                "Its list gives rows alone; {place} counts them too, and that is yours to add."
            ));
        }
        if self.maps_rows() {
            all.push(format!(
                "It gives rows as the database has them; {place} makes {} of them, and such a form of {} is yours to say.",
                self.like.name.pascal, self.ask.name.pascal
            ));
        }
        let implements = self.like.form == Form::Class && self.head().contains(" implements ");
        if implements {
            all.push(format!("{place} implements an interface; one for {} is yours to say.", self.owner()));
        }
        all.extend(still_asking(&self.asking(is_layer), "the database", &self.ask.name.pascal));
        all
    }

    /// Whether the example gives something else than rows of its table, made by a function that
    /// lists its columns.
    fn maps_rows(&self) -> bool {
        let own = &self.like.name.pascal;
        let text = &self.like.source.text;
        let is_own =
            self.like.source.script.import_of(own).is_some_and(|(import, _)| import.from.starts_with('.'));
        is_own
            && text.contains(&format!("): {own} {{"))
            && !self.types.needs.iter().any(|(name, _)| name == &self.ask.name.pascal)
    }

    /// The lines that ask for rows of the table themselves.
    fn asking(&self, is_layer: &dyn Fn(&str) -> bool) -> Vec<String> {
        let (name, stored) = (&self.table.name, &self.table.stored);
        let asks = |line: &str| -> bool {
            let flat = line.replace(['"', '`'], "'");
            match self.mapper {
                Mapper::Kysely => {
                    ["selectFrom(", "insertInto(", "updateTable(", "deleteFrom("].iter().any(|call| {
                        flat.split(call).skip(1).any(|rest| {
                            let rest = rest.trim_start_matches(['\'', '[']);
                            rest.strip_prefix(stored.as_str())
                                .is_some_and(|rest| rest.starts_with(['\'', ' ']))
                        })
                    })
                }
                Mapper::Drizzle => {
                    let called = [".from(", ".insert(", ".update(", ".delete(", "$count("];
                    called.iter().any(|call| {
                        flat.split(call).skip(1).any(|rest| {
                            rest.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with([')', ',']))
                        })
                    }) || flat.contains(&format!(".query.{name}."))
                }
                Mapper::Prisma => {
                    const CALLS: [&str; 9] = [
                        "find",
                        "create",
                        "update",
                        "delete",
                        "upsert",
                        "count",
                        "aggregate",
                        "groupBy",
                        "(",
                    ];
                    flat.split(&format!(".{name}."))
                        .skip(1)
                        .any(|rest| CALLS.iter().any(|call| rest.starts_with(call)))
                }
            }
        };
        let own = self.survey.sources.values().filter(|source| {
            !super::suite::is_test(source) && !example::is_migration(source) && !is_layer(&source.path)
        });
        let mut places = Vec::new();
        for source in own {
            for (index, _) in source.text.lines().enumerate().filter(|(_, line)| asks(line)) {
                let line = u32::try_from(index + 1).unwrap_or(u32::MAX);
                places.push(Place::new(source.path.clone(), line).to_string());
            }
        }
        places
    }
}
