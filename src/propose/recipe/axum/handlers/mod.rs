//! The `resource` recipe where handlers hold the queries: one module with a router, its bodies and
//! its handlers, and a migration, in the form of the nearest module that is there.
//!
//! What cannot be followed safely is said, and nothing is written.

mod answers;
mod asks;
mod carried;
mod context;
mod like;
mod migration;
mod parents;
mod signatures;
mod structures;
mod table;
mod tests_of;
mod types;
mod uses;

use super::{
    code::Code,
    plan::{RECIPE, rust_lines, set_up, sources},
    register,
    tables::{self, Migration},
};
use crate::{
    domain::{
        layer::Layer,
        place::Place,
        proposal::{Content, FileChange, Note},
    },
    ports::ProposeError,
    propose::{
        edits::{Edits, line_number},
        recipe::{
            head::Head,
            rename::{Joint, Renamer},
            resource::{Ask, Draft, Edited},
        },
    },
};
use answers::{Errors, Wrapper};
use carried::{Asking, Carrier, SignedIn};
use like::Like;
use minijinja::{Value, context};
use parents::Parent;
use std::collections::BTreeSet;
use table::Made;
use types::Types;

/// Everything that is known before a file is rendered.
struct Plan<'a> {
    ask: &'a Ask<'a>,
    head: Head,
    code: &'a Code<'a>,
    like: &'a Like<'a>,
    migrations: &'a [Migration],
    carrier: Carrier,
    asking: Asking,
    errors: Errors,
    who: Option<SignedIn>,
    parents: Vec<Parent>,
    types: Types<'a>,
    /// The example's table.
    made: Made,
    table: String,
    /// Its key: the name of the column, and its type in Rust.
    key: (String, String),
    /// What a body and an answer are wrapped in.
    taken: Option<Wrapper>,
    given: Option<Wrapper>,
    listed: Option<Wrapper>,
}

/// All files, and the remarks on them.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    let no = |why: String| ProposeError::NotApplicable(why);
    let sources = sources(ask)?;
    let code = Code::new(&sources);
    ask.go_on()?;
    let like = Like::find(ask, &code).ok_or_else(|| {
        no("no module was found that has its own router and handlers which store a row, so there is none to follow; the walkthrough shows where each part goes".into())
    })?;
    let migrations = tables::migrations(ask)?;
    let carrier = carried::carrier(&like, &code)?;
    let asking = carried::asking(&like)?;
    if asking.is_macro && carrier.dialect == "sqlite" {
        return Err(no(format!(
            "the queries at {} are checked against SQLite when they are compiled, which the recipe does not follow; the walkthrough shows where each part goes",
            like.place()
        )));
    }
    let made = table::made(&migrations, &like.table)
        .ok_or_else(|| no(format!("no migration creates {}, the table of {}", like.table, like.place())))?;
    let Some((key, rust)) = made.key().and_then(|(key, line)| Some((key, table::key_type(line)?))) else {
        return Err(no(format!("{} at {} has no key of one number or UUID", like.table, made.place)));
    };
    let integer = if carrier.dialect == "sqlite" { "i64" } else { "i32" };
    let renamer = Renamer { from: &like.name, to: &ask.name, joint: Joint::Snake };
    let key = (renamer.apply(key), if rust == "integer" { integer } else { rust }.to_owned());
    let who = carried::signed_in(&like, &code);
    let parents = parents::parents(&ask.fields, &migrations, carrier.dialect, who.as_ref())?;
    let root = like.source.path.split_once("src/").map_or("", |(root, _)| root);
    let manifest = ask.workspace.text(&format!("{root}Cargo.toml"))?.unwrap_or_default();
    let is_varchar = made.parts.iter().any(|part| part.to_ascii_lowercase().contains(" varchar("));
    let types = Types {
        times: types::Times::read(&code, &manifest),
        is_postgres: carrier.dialect == "postgres",
        is_varchar,
        manifest,
    };
    let taken = answers::body_of(like.create).and_then(|(_, ty)| answers::unwrapped(ty, &code, &renamer).1);
    let given = answers::inside(&like.create.function.returns, "Json")
        .and_then(|ty| answers::unwrapped(ty, &code, &renamer).1);
    let listed = answers::list_wrapper(&like, &code, &renamer);
    let is_singular = like.table == like.name.snake;
    let table = if is_singular { ask.name.snake.clone() } else { ask.name.plural.clone() };
    let head = Head::of(RECIPE, "handlers")?.ok_or_else(|| no("the recipe is not there".into()))?;
    let errors = answers::errors(&like, &code)?;
    let plan = Plan {
        ask,
        head,
        code: &code,
        migrations: &migrations,
        carrier,
        asking,
        errors,
        who,
        parents,
        types,
        made,
        table,
        key,
        taken,
        given,
        listed,
        like: &like,
    };
    plan.draft()
}

impl Plan<'_> {
    fn draft(&self) -> Result<Draft, ProposeError> {
        self.refuse_clashes()?;
        let mut remarks = Vec::new();
        let mut files = vec![self.module()?];
        files.extend(self.date()?);
        files.extend(self.migration(&mut remarks)?);
        self.ask.go_on()?;
        files.extend(self.registrations()?);
        self.remark(&mut remarks);
        match self.tests()? {
            Ok(tests) => files.push(tests),
            Err(why) => remarks.push(why),
        }
        Ok(Draft { like: self.like.name.plural.clone(), files, remarks })
    }

    fn renamer(&self) -> Renamer<'_> {
        Renamer { from: &self.like.name, to: &self.ask.name, joint: Joint::Snake }
    }

    /// `/api/notes`
    fn collection(&self) -> String {
        Renamer { joint: Joint::Kebab, ..self.renamer() }.apply(&self.like.collection)
    }

    /// The name of the new module: `notes`.
    fn module_name(&self) -> String {
        self.renamer().apply(self.like.source.module().rsplit("::").next().unwrap_or_default())
    }

    /// A file beside the example's; a folder where every other module with routes is one.
    fn path(&self) -> String {
        let own = self.like.source.path;
        let Some(folder) = own.strip_suffix("/mod.rs") else {
            let (lead, _) = own.rsplit_once('/').unwrap_or(("", own));
            return format!("{lead}/{}.rs", self.module_name());
        };
        let (lead, _) = folder.rsplit_once('/').unwrap_or(("", folder));
        let is_file = |path: &str| {
            path.strip_prefix(lead)
                .and_then(|rest| rest.strip_prefix('/'))
                .is_some_and(|rest| !rest.contains('/') && rest != "mod.rs")
        };
        let routes = |text: &str| text.contains(".route(");
        let beside = self.code.sources.iter().any(|one| is_file(one.path) && routes(one.text));
        let name = self.module_name();
        if beside { format!("{lead}/{name}.rs") } else { format!("{lead}/{name}/mod.rs") }
    }

    /// A file, a table or an address that is there already stops the recipe.
    fn refuse_clashes(&self) -> Result<(), ProposeError> {
        let path = self.path();
        let other = match path.strip_suffix("/mod.rs") {
            Some(stem) => format!("{stem}.rs"),
            None => path.replace(".rs", "/mod.rs"),
        };
        self.ask.refuse_files(&[path, other])?;
        if let Some(made) = table::made(self.migrations, &self.table) {
            return Err(ProposeError::Clash {
                what: format!("a table {}", self.table),
                place: made.place.to_string(),
            });
        }
        let address = format!("\"{}\"", self.collection());
        for source in self.code.sources.iter().filter(|_| address.len() > 3) {
            let mut routes = source.file.calls.iter().filter(|call| call.method == "route");
            if let Some(call) = routes.find(|call| call.arguments.first() == Some(&address)) {
                let place =
                    Place::new(source.path, line_number(source.text, call.range.end.saturating_sub(1)));
                return Err(ProposeError::Clash {
                    what: format!("the address {address}"),
                    place: place.to_string(),
                });
            }
        }
        Ok(())
    }

    /// The module with its router, bodies and handlers.
    fn module(&self) -> Result<FileChange, ProposeError> {
        let text = self.rendered("handlers.rs.j2", &self.context()?)?;
        let text = rust_lines().write(&super::imports::with_uses(&text, &self.candidates()));
        Ok(self.made(self.path(), text, Layer::Router, self.like.place()))
    }

    fn rendered(&self, template: &str, context: &Value) -> Result<String, ProposeError> {
        let asks = self.asks();
        self.ask.render(RECIPE, template, context, move |environment| {
            set_up(environment);
            asks.add(environment);
        })
    }

    fn made(&self, path: String, text: String, layer: Layer, like: Place) -> FileChange {
        let end = u32::try_from(text.lines().count()).unwrap_or(u32::MAX).saturating_add(1);
        let note = Note {
            start: 1,
            end,
            reason: self.head.reason(layer),
            citation: Some(like),
            criteria: Vec::new(),
            step: self.ask.step_for(layer),
        };
        FileChange { path, content: Content::Text { text }, notes: vec![note] }
    }

    /// The structure that dates are sent in, beside that of times, where there is none.
    fn date(&self) -> Result<Option<FileChange>, ProposeError> {
        use crate::propose::recipe::fields::Kind;
        let times = &self.types.times;
        let is_needed = self.ask.fields.iter().any(|field| field.kind == Kind::Date) && times.makes_date();
        let Some(beside) = times.datetime.as_ref().filter(|_| is_needed) else { return Ok(None) };
        let values =
            context! { name => times.date_name(), like => beside.name.clone(), is_old => times.is_old };
        let text = rust_lines().write(&self.rendered("handlers.date.rs.j2", &values)?);
        let mut edits = Edits::default();
        edits.insert(beside.end, format!("\n\n{}", text.trim_end()));
        Ok(Some(self.ask.edited(Edited {
            path: beside.source.path,
            old: beside.source.text,
            new: edits.apply(beside.source.text)?,
            reason: "Dates are sent as times are here.".into(),
            like: Some(beside.place.clone()),
            layer: Layer::Schema,
        })))
    }

    /// Edits of the files that know the example's module and router.
    fn registrations(&self) -> Result<Vec<FileChange>, ProposeError> {
        let renamer = self.renamer();
        let address = Renamer { joint: Joint::Kebab, ..renamer };
        let modules = BTreeSet::from([self.module_name()]);
        let mut changed = Vec::new();
        let mut serves = false;
        for source in self.code.sources.iter().filter(|source| source.path != self.like.source.path) {
            let made =
                register::register(source.file, source.text, &renamer, &address, &modules, &BTreeSet::new())?;
            let Some(made) = made else { continue };
            serves |= made.serves;
            let place = Place::new(source.path, line_number(source.text, made.like_at));
            changed.push(self.ask.edited(Edited {
                path: source.path,
                old: source.text,
                new: made.text,
                reason: format!("{} are known where {} are.", self.ask.name.plural, self.like.name.plural),
                like: Some(place),
                layer: Layer::Router,
            }));
        }
        if serves {
            return Ok(changed);
        }
        Err(ProposeError::Input {
            what: format!(
                "no router nests or merges that of {}, so there is no place to serve {}",
                self.like.source.path, self.ask.name.plural
            ),
            hint: "merge the example's router into that of the application, then ask again".into(),
        })
    }

    /// What the user has to know of it.
    fn remark(&self, remarks: &mut Vec<String>) {
        let many = self.ask.name.plural.replace('_', " ");
        if self.asking.is_macro {
            remarks.push("The queries are checked against a database when they are compiled: migrate it first, and prepare .sqlx again where that is kept.".into());
        }
        if self.owner().is_some() && !self.reads_signed_in() {
            remarks.push(format!(
                "Whoever asks may read and list {many}, as with {}; only the owner may change or remove one.",
                self.like.name.plural.replace('_', " ")
            ));
        }
        if self.owner().is_some() && self.errors.forbidden.is_empty() {
            remarks.push(format!(
                "No error says that a row is another's, so {many} of others count as not there."
            ));
        }
        if self.is_partial() && self.sent().any(|field| field.optional) {
            remarks.push(format!(
                "A change keeps what it does not send, as with {}, so a value that may be empty cannot be emptied by it.",
                self.like.name.plural.replace('_', " ")
            ));
        }
        let bounded = self.bounded().map(|field| field.name.clone()).collect::<Vec<_>>();
        if !bounded.is_empty() && self.errors.refusing.is_none() && !self.validates() {
            remarks.push(format!(
                "No error says that a value breaks a rule: the database holds the bounds of {}, and answering them is yours to say.",
                bounded.join(", ")
            ));
        }
        for field in self.ask.fields.iter().filter(|field| field.unique) {
            remarks.push(format!(
                "A second {} is refused by the database; no answer for it is written.",
                field.name
            ));
        }
    }
}
