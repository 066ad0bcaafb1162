//! The `repository` recipe for axum with SQLx: the data access of a row that has none, in the form
//! of the nearest one that is there.
//!
//! Names, what is handed in, how a query is asked and what is given back are the example's; what it
//! does not show is as the recipe `resource` would have written it.

mod asking;
mod calls;
mod functions;
mod inputs;
mod like;
mod module;
mod page;
mod reach;
mod rows;
mod sql;
mod stored;
mod suite;
mod table;
mod tests_of;
mod write;

use super::{
    code::{Code, Source},
    plan::{rows as row_structs, sources},
    tables::{self, Migration},
};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place},
    ports::ProposeError,
    propose::{
        edits::line_number,
        recipe::{
            names::{Name, snake},
            rename::{Joint, Renamer},
            resource::{Ask, Draft},
            row_verb::{Verb, still_asking},
        },
    },
};
use inputs::{Input, Inputs};
use like::{Like, Search};
use std::collections::BTreeSet;
use table::{Column, Table};

/// Everything that is known while a repository is written.
struct Plan<'a> {
    ask: &'a Ask<'a>,
    code: &'a Code<'a>,
    migrations: &'a [Migration],
    dialect: &'static str,
    /// The source in which the row stands.
    home: &'a Source<'a>,
    table: &'a Table<'a>,
    key: &'a Column,
    like: &'a Like<'a>,
    added: Input,
    changed: Option<Input>,
}

/// All files, and the remarks on them.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    let no = |why: String| ProposeError::NotApplicable(why);
    let sources = sources(ask)?;
    let code = Code::new(&sources);
    ask.go_on()?;
    let known: BTreeSet<&str> = row_structs(&sources).map(|one| one.name.as_str()).collect();
    if known.is_empty() {
        return Err(no("no structure with sqlx::FromRow was found to add a repository for".into()));
    }
    let home = code.sources.iter().find(|source| {
        source.file.structs.iter().any(|one| {
            one.name == ask.name.pascal
                && known.contains(one.name.as_str())
                && one.attributes.iter().any(|text| text.contains("FromRow"))
        })
    });
    let row = home.and_then(|home| home.file.structs.iter().find(|one| one.name == ask.name.pascal));
    let Some((home, row)) = home.zip(row) else {
        return Err(ProposeError::Input {
            what: format!("there is no row {} to add a repository for", ask.name.pascal),
            hint: format!("known rows: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
        });
    };
    let migrations = tables::migrations(ask)?;
    let root = reach::root_of(home.path);
    let own = || code.sources.iter().filter(|source| source.path.starts_with(root));
    let names = |word: &str| own().find(|source| source.text.contains(word));
    if let Some(mysql) = names("MySqlPool") {
        return Err(no(format!(
            "{} asks MySQL, which does not give back the rows that it writes; the walkthrough shows where each query would go",
            mysql.path
        )));
    }
    let dialect =
        if names("PgPool").is_some() || names("Postgres").is_some() { "postgres" } else { "sqlite" };
    let table = Table::read(row, home.text, &migrations, dialect, &ask.name)?;
    let key = table.key().map_err(|count| {
        no(format!("{} has {count} keys, and how its rows are asked for by them is yours to say", row.name))
    })?;
    let is_layer =
        |path: &str| ask.map.layer_of(path).or_else(|| layer_by_path(path)) == Some(Layer::Repository);
    let rows = known.iter().map(|name| Name::of(&snake(name))).collect();
    let search = Search { code: &code, migrations: &migrations, rows, root, is_layer: &is_layer };
    if let Some(place) = search.place_of(&ask.name) {
        let what = format!("a repository of {}", ask.name.pascal);
        return Err(ProposeError::Clash { what, place: place.to_string() });
    }
    let like = search.nearest(&ask.name).map_err(|reasons| not_found(&reasons))?;
    ask.go_on()?;
    let renamer = Renamer { from: &like.name, to: &ask.name, joint: Joint::Snake };
    let inputs = Inputs { like: &like, table: &table, name: &ask.name, renamer, sources: own().collect() };
    if table.given().next().is_none() {
        return Err(no(format!("{} has no column that a new row could be given", table.name)));
    }
    let added = inputs.added();
    let changed = inputs.changed(&added);
    let plan = Plan {
        ask,
        code: &code,
        migrations: &migrations,
        dialect,
        home,
        table: &table,
        key,
        like: &like,
        added,
        changed,
    };
    plan.draft(&is_layer)
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

impl Plan<'_> {
    fn draft(&self, is_layer: &dyn Fn(&str) -> bool) -> Result<Draft, ProposeError> {
        self.refuse_taken()?;
        self.refuse_hidden()?;
        let mut files = vec![self.file()?];
        let names = self.names();
        files.extend(self.declarations(&self.path(), &names)?);
        let mut remarks = self.remarks(is_layer);
        match self.tests()? {
            Ok(tests) => tests_of::put(self, tests, &mut files),
            Err(why) => remarks.push(format!("{why}, so the tests are yours to write.")),
        }
        let what = match self.like.owner {
            Some(_) => self.owner(),
            None => format!("queries on {}", self.ask.name.plural.replace('_', " ")),
        };
        Ok(Draft { like: format!("{what} to {}, like {}", self.path(), self.like.place()), files, remarks })
    }

    fn renamer(&self) -> Renamer<'_> {
        Renamer { from: &self.like.name, to: &self.ask.name, joint: Joint::Snake }
    }

    /// The file of the new repository: the example's with the name exchanged, or the example's own
    /// where all queries stand in one.
    fn path(&self) -> String {
        self.renamer().apply(self.like.source.path)
    }

    /// `NoteRepository`
    fn owner(&self) -> String {
        self.like.owner.map_or(String::new(), |owner| self.renamer().apply(&owner.item.name))
    }

    /// What is written: the verbs for which there is something to say.
    fn verbs(&self) -> Vec<Verb> {
        let is_said = |verb: &Verb| *verb != Verb::Update || self.changed.is_some();
        [Verb::List, Verb::Get, Verb::Add, Verb::Update, Verb::Delete].into_iter().filter(is_said).collect()
    }

    fn function(&self, verb: Verb) -> String {
        self.like.function(verb, &self.renamer())
    }

    /// Names that the new file has at its top.
    fn names(&self) -> Vec<String> {
        let mut all: Vec<String> = match self.like.owner {
            Some(_) => vec![self.owner()],
            None => self.verbs().into_iter().map(|verb| self.function(verb)).collect(),
        };
        all.extend(self.added.body.iter().filter(|body| body.home.is_none()).map(|body| body.name.clone()));
        all
    }

    /// A file, or a name in the example's own file, that is there already.
    fn refuse_taken(&self) -> Result<(), ProposeError> {
        let path = self.path();
        if path != self.like.source.path {
            let folder = path.strip_suffix(".rs").map(|stem| format!("{stem}/mod.rs"));
            return self.ask.refuse_files(&folder.into_iter().chain([path]).collect::<Vec<_>>());
        }
        let source = self.like.source;
        let own = source.file.functions.iter().map(|one| (&one.name, one.range.start));
        let own = own.chain(source.file.structs.iter().map(|one| (&one.name, one.name_at)));
        let names = self.names();
        match own.into_iter().find(|(name, _)| names.contains(name)) {
            Some((name, at)) => Err(ProposeError::Clash {
                what: format!("{name} in {path}"),
                place: Place::new(path, line_number(source.text, at)).to_string(),
            }),
            None => Ok(()),
        }
    }

    /// What was followed, what was not, and who asks the database around the new repository.
    fn remarks(&self, is_layer: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut all = Vec::new();
        let row = &self.ask.name.pascal;
        if let Some(body) = self.added.body.as_ref().filter(|body| body.home.is_none()) {
            all.push(format!(
                "{} is new, for nothing here says what a {} is made of; what its values may be is yours to say.",
                body.name,
                self.ask.name.snake.replace('_', " ")
            ));
        }
        all.extend(self.page().remark);
        if let Some(owner) = self.like.owner {
            let made = format!("{}::{}(", owner.item.name, owner.make.name);
            let held = self.lines(|line| line.contains(&made), &|path| {
                path == self.like.source.path || self.is_test(path)
            });
            all.extend((!held.is_empty()).then(|| {
                format!(
                    "{} {} a {}; where a {} is made, and who holds it, is yours to say.",
                    held.join(", "),
                    if held.len() == 1 { "makes" } else { "make" },
                    owner.item.name,
                    self.owner()
                )
            }));
        }
        if self.like.known.iter().any(|known| known.asking.is_macro) {
            all.push("The queries are checked against a database when they are compiled: migrate it first, and prepare .sqlx again where that is kept.".into());
        }
        let library = format!("{}src/lib.rs", reach::root_of(self.home.path));
        if self.code.get(&library).is_none() {
            all.push("Until something calls it, the compiler says of a program without a library that nothing does.".into());
        }
        all.extend(still_asking(&self.asking(is_layer), "the database", row));
        all
    }

    fn is_test(&self, path: &str) -> bool {
        self.ask.map.layer_of(path).or_else(|| layer_by_path(path)) == Some(Layer::Test)
    }

    /// The lines that ask for rows of the table themselves.
    fn asking(&self, is_layer: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut places = Vec::new();
        let own = self.code.sources.iter().filter(|source| {
            !self.is_test(source.path)
                && !is_layer(source.path)
                && reach::root_of(source.path) == reach::root_of(self.home.path)
        });
        for source in own {
            for (at, sql) in asking::texts(source) {
                if asking::asks_for(sql, &self.table.name) {
                    places.push(Place::new(source.path, line_number(source.text, at)).to_string());
                }
            }
        }
        places
    }

    fn lines(&self, is_it: impl Fn(&str) -> bool, is_left_out: &dyn Fn(&str) -> bool) -> Vec<String> {
        let own = self.code.sources.iter().filter(|source| !is_left_out(source.path));
        let lines =
            own.flat_map(|source| source.text.lines().enumerate().map(move |line| (source.path, line)));
        lines
            .filter(|(_, (_, line))| is_it(line))
            .map(|(path, (index, _))| {
                Place::new(path, u32::try_from(index + 1).unwrap_or(u32::MAX)).to_string()
            })
            .collect()
    }
}
