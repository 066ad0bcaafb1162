//! The tests of a new repository: each query once, on the database that the project's own tests
//! start.

use super::{
    Plan,
    functions::Gives,
    inputs::{Input, plain},
    page::Bound,
    reach,
    rows::{Parent, Stands, sample, value, variable},
    table::Column,
};
use crate::{
    domain::{
        layer::Layer,
        place::Place,
        proposal::{Content, FileChange},
    },
    ports::ProposeError,
    propose::{
        edits::line_number,
        recipe::{
            axum::{
                imports::{USES, with_uses},
                layout::{UNIT, function_at},
                manifest::package_name,
                plan::{RECIPE, set_up},
            },
            examples::resource_of,
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

/// How tests of this backend get a database.
struct Suite {
    place: Place,
    is_inside: bool,
    attributes: Vec<String>,
    /// `pool: SqlitePool`
    parameters: String,
    /// `let pool = common::pool().await;`
    setup: String,
    pool: String,
    ty: String,
    /// A function of the same file that makes the pool.
    helper: String,
    uses: Vec<(String, String)>,
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

    /// A test of the example's own file, else of the package's tests, those of the example first.
    fn suite(&self, root: &str, manifest: &str) -> Option<Suite> {
        let source = self.like.source;
        if self.path() != source.path
            && let Some(suite) = inside(source.text, source.path)
        {
            return Some(suite);
        }
        if manifest.contains("[[test]]") || manifest.contains("autotests") {
            return None;
        }
        let folder = format!("{root}tests/");
        let mut all: Vec<_> = self
            .code
            .sources
            .iter()
            .filter(|source| source.path.strip_prefix(&folder).is_some_and(|rest| !rest.contains('/')))
            .collect();
        all.sort_by_key(|source| {
            (resource_of(source.path).as_ref() != Some(&self.like.name.snake), source.path)
        });
        let common = |name: &str| {
            let homes = [format!("{folder}common/mod.rs"), format!("{folder}common.rs")];
            let home = homes.iter().find_map(|home| self.code.get(home))?;
            home.file.functions.iter().find(|one| one.name == name)
        };
        all.into_iter().find_map(|source| {
            let found = read(source.file, source.text, &|name| common(name));
            found.map(|(suite, at)| Suite {
                place: Place::new(source.path, line_number(source.text, at)),
                ..suite
            })
        })
    }

    /// Full paths of what tests outside of the package name; `Err` says what they do not reach.
    fn outside(&self, suite: &Suite, package: &str) -> Result<Vec<(String, String)>, String> {
        let own = |path: String| (path.clone(), path.rsplit("::").next().unwrap_or_default().to_owned());
        let hidden = |what: &str| format!("{what} is not public for tests");
        let mut all = Vec::new();
        let inputs = [Some(&self.added), self.changed.as_ref()];
        for body in inputs.into_iter().flatten().filter_map(|input| input.body.as_ref()) {
            let path = match &body.home {
                Some(home) => reach::public_path(self.code, home, &body.name, package),
                None => self.own_path(package).map(|module| format!("{module}::{}", body.name)),
            };
            all.push(own(path.ok_or_else(|| hidden(&body.name))?));
        }
        let module = self.own_path(package).ok_or_else(|| hidden(&self.path()))?;
        match self.like.owner {
            Some(_) => all.push(own(format!("{module}::{}", self.owner()))),
            None => all.push(own(module)),
        }
        let uses = suite.uses.iter().filter(|(_, local)| *local == suite.ty);
        all.extend(uses.cloned());
        all.push(own(format!("sqlx::{}", suite.ty)));
        all.extend(suite.uses.iter().filter(|_| !suite.helper.is_empty()).cloned());
        Ok(all)
    }

    /// The path of the new module from outside: as open as the example's.
    fn own_path(&self, package: &str) -> Option<String> {
        let is_public = self
            .like
            .known
            .iter()
            .all(|known| known.unit.slice(known.unit.function.range.clone()).starts_with("pub "));
        reach::public_path(self.code, self.like.source.path, "", package)
            .filter(|_| is_public)
            .map(|_| self.module().replacen("crate", package, 1))
    }

    /// What a function is handed first, in a test or where the pool is borrowed already.
    fn handed(&self, pool: &str, is_borrowed: bool) -> Option<String> {
        let ty = &self.like.handle.ty;
        let reference = if is_borrowed { pool.to_owned() } else { format!("&{pool}") };
        Some(match ty.as_str() {
            ty if ty.contains("Connection") => format!("&mut {pool}.acquire().await.unwrap()"),
            ty if ty.contains("Transaction") || ty.contains("Arc<") => return None,
            ty if ty.contains("Executor") || ty.len() == 1 || ty.starts_with('&') && ty.contains("Pool") => {
                reference
            }
            ty if ty.contains("Pool") => format!("{pool}.clone()"),
            _ => return None,
        })
    }

    /// Everything the template is told.
    fn values(&self, suite: &Suite) -> Result<Value, String> {
        let place = self.like.place();
        let is_held = self.like.owner.is_some();
        let unknown = || format!("How a test gets what {place} asks is not known");
        let make = |pool: &str, is_borrowed: bool| -> Option<String> {
            let Some(owner) = self.like.owner else { return Some(String::new()) };
            let (_, ty) = owner.make.parameters.first()?;
            let given = match (ty.starts_with('&'), is_borrowed) {
                _ if !ty.contains("Pool") || ty.contains("Arc<") => return None,
                (true, true) => pool.to_owned(),
                (true, false) => format!("&{pool}"),
                (false, _) => format!("{pool}.clone()"),
            };
            Some(format!("{}::{}({given})", self.owner(), owner.make.name))
        };
        let (made, made_borrowed) = make(&suite.pool, false).zip(make("pool", true)).ok_or_else(unknown)?;
        let handed = |pool: &str, is_borrowed: bool| match is_held {
            true => Some(String::new()),
            false => self.handed(pool, is_borrowed),
        };
        let (pool, borrowed) = handed(&suite.pool, false).zip(handed("pool", true)).ok_or_else(unknown)?;
        let lead = match (is_held, suite.is_inside) {
            (true, _) => "repository.".to_owned(),
            (false, true) => String::new(),
            (false, false) => format!("{}::", self.module().rsplit("::").next().unwrap_or_default()),
        };
        let call = |verb: Verb, handed: &str, given: &[String]| {
            let mut all: Vec<String> = given.to_vec();
            if !handed.is_empty() {
                all.insert(if self.like.handle.is_last { all.len() } else { 0 }, handed.to_owned());
            }
            format!("{lead}{}({})", self.function(verb), all.join(", "))
        };
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
            _ => return Err(format!("What is added at {place} is not given back")),
        };
        let page = self.page();
        let bounds = page.bounds.filter(|bounds| bounds.contains(&Bound::Limit));
        let list = |limit: u8, offset: u8| -> Vec<String> {
            let number = |bound: &Bound| if *bound == Bound::Limit { limit } else { offset };
            bounds.iter().flatten().map(|bound| number(bound).to_string()).collect()
        };
        let is_paged = bounds.as_ref().is_some_and(|bounds| bounds.contains(&Bound::Offset));
        let listed = |limit, offset| call(Verb::List, &pool, &list(limit, offset));
        let name = &self.ask.name;
        let number = |needs: bool, value: &str| if needs { format!(", {value}") } else { String::new() };
        let valid = |pool: &str, at: &str| match (added.valid_waits, added.valid_counts) {
            (true, counts) => format!("valid_{}({pool}{}).await", name.snake, number(counts, at)),
            (false, true) => format!("valid_{}({at})", name.snake),
            (false, false) => format!("valid_{}()", name.snake),
        };
        let nothing = self.nothing(&key_type);
        let update =
            self.changed.as_ref().map(|input| self.update(input, &valid(&format!("&{}", suite.pool), "2")));
        let update = update.transpose().ok().flatten();
        let shown = self.shown();
        Ok(context! {
            attributes => suite.attributes.clone(),
            parameters => suite.parameters.clone(),
            setup => suite.setup.clone(),
            made,
            made_borrowed,
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
            add => call(Verb::Add, &borrowed, &added.given),
            first => format!("stored_{}(&{}{}).await", name.snake, suite.pool, number(added.counts, "1")),
            second => format!("stored_{}(&{}{}).await", name.snake, suite.pool, number(added.counts, "2")),
            get => call(Verb::Get, &pool, &[key.to_owned()]),
            get_gives => if gives(Verb::Get) == Gives::Option { "option" } else { "row" },
            get_none => nothing.as_ref().map(|nothing| call(Verb::Get, &pool, std::slice::from_ref(nothing))),
            key_field => self.key.field.clone(),
            shown => shown.as_ref().map(|column| column.field.clone()),
            sample => shown.map(|column| format!("{:?}", sample(column))),
            list_first => bounds.is_some().then(|| listed(1, 0)),
            list_both => listed(2, 0),
            list_next => is_paged.then(|| listed(1, 1)),
            update => update.as_ref().map(|update| {
                let mut given = vec![key.to_owned()];
                given.extend(update.given.iter().cloned());
                call(Verb::Update, &pool, &given)
            }),
            update_before => update.as_ref().map(|update| update.before.clone()),
            update_gives => Value::from(Serde(gives(Verb::Update))),
            changed => update.as_ref().and_then(|update| update.changed.clone()),
            other => update.as_ref().map(|update| update.other),
            delete => call(Verb::Delete, &pool, &[key.to_owned()]),
            delete_gives => Value::from(Serde(gives(Verb::Delete))),
        })
    }

    /// A key that no row has.
    fn nothing(&self, parameter: &str) -> Option<String> {
        let sign = if parameter.starts_with('&') && self.key.ty != "String" { "&" } else { "" };
        let own = match self.key.ty.rsplit("::").next()? {
            "i64" | "i32" | "u64" | "u32" => "999_999",
            "Uuid" => "uuid::Uuid::nil()",
            "String" => "\"nothing\"",
            _ => return None,
        };
        Some(format!("{sign}{own}"))
    }

    /// A text of a row that a test can compare.
    fn shown(&self) -> Option<&Column> {
        let body = self.added.body.as_ref();
        self.table.columns.iter().find(|column| {
            let is_said = self.added.values.iter().any(|value| value.column == **column);
            let is_plain = column.ty == "String" && !column.optional && !column.unique && !column.is_key;
            let is_whole = body.is_none_or(|body| {
                self.added.beside.contains(column)
                    || body.fields.iter().any(|(field, ty)| *field == column.field && ty == "String")
            });
            is_said && is_plain && is_whole && column.is_public && column.choices.is_empty()
        })
    }
}

/// How a row is stored.
struct Stored {
    fields: Vec<String>,
    valid_parents: Vec<Parent>,
    /// Whether making a body takes the database, and the number of the row.
    valid_waits: bool,
    valid_counts: bool,
    parents: Vec<Parent>,
    counts: bool,
    given: Vec<String>,
}

/// How a row is changed.
struct Update {
    before: Vec<String>,
    given: Vec<String>,
    changed: Option<String>,
    other: &'static str,
}

fn counts(text: &[String]) -> bool {
    text.iter().any(|one| one.contains("number"))
}

impl Plan<'_> {
    fn stored(&self, input: &Input) -> Result<Stored, String> {
        let unknown = |column: String| format!("What {column} could hold is not known");
        let (fields, valid_parents) = match &input.body {
            Some(body) if body.is_open => self.filled(body).map_err(unknown)?,
            Some(body) => return Err(format!("{} has fields that tests do not see", body.name)),
            None => (Vec::new(), Vec::new()),
        };
        let (mut given, mut parents) = (Vec::new(), Vec::new());
        for column in &input.beside {
            let place = || format!("{} of {}", column.name, self.table.name);
            given.push(if column.optional {
                "None".to_owned()
            } else if column.refers.is_some() {
                let var = variable(column);
                self.parent(column, &var, &mut parents, 0).map_err(unknown)?;
                var
            } else {
                value(column, &column.field, Stands::Argument).ok_or_else(|| unknown(place()))?
            });
        }
        let binds = |parents: &[Parent]| parents.iter().any(|parent| counts(&parent.binds));
        let valid_counts = counts(&fields) || binds(&valid_parents);
        let own = counts(&given) || binds(&parents);
        given
            .extend(input.body.as_ref().map(|_| if input.is_borrowed { "&sent" } else { "sent" }.to_owned()));
        Ok(Stored {
            valid_waits: !valid_parents.is_empty(),
            fields,
            valid_parents,
            valid_counts,
            parents,
            counts: own || valid_counts,
            given,
        })
    }

    /// The change of one value; `Err` where a test cannot say it.
    fn update(&self, input: &Input, valid: &str) -> Result<Update, String> {
        let changed = input.values.iter().find_map(|value| {
            let column = &value.column;
            let is_plain =
                !column.unique && !column.optional && column.choices.is_empty() && column.is_public;
            let other = match column.ty.as_str() {
                "String" if column.max.is_none_or(|max| max >= 7) => "\"changed\"",
                "i64" | "i32" | "i16" if column.refers.is_none() => "2",
                "f64" | "f32" => "2.5",
                _ => return None,
            };
            is_plain.then_some((column, other))
        });
        let as_field = |other: &str| {
            if other.starts_with('"') { format!("{other}.to_owned()") } else { other.to_owned() }
        };
        let (mut before, mut given) = (Vec::new(), Vec::new());
        match &input.body {
            Some(body) if input.body == self.added.body => {
                let ty = |name: &str| body.fields.iter().find(|(field, _)| field == name);
                let set = changed.and_then(|(column, other)| {
                    let (field, ty) = ty(&column.field)?;
                    let other = as_field(other);
                    Some(format!(
                        "sent.{field} = {};",
                        if plain(ty).1 { format!("Some({other})") } else { other }
                    ))
                });
                before.push(format!("let {}sent = {valid};", if set.is_some() { "mut " } else { "" }));
                before.extend(set);
            }
            Some(body) => {
                let (mut fields, parents) = self.filled(body)?;
                if !parents.is_empty() || counts(&fields) || !body.is_open {
                    return Err(body.name.clone());
                }
                for (line, (field, ty)) in fields.iter_mut().zip(&body.fields) {
                    if let Some((_, other)) = changed.filter(|(column, _)| column.field == *field) {
                        let other = as_field(other);
                        *line = match plain(ty).1 {
                            true => format!("{field}: Some({other})"),
                            false => format!("{field}: {other}"),
                        };
                    }
                }
                before.push(format!("let sent = {} {{ {} }};", body.name, fields.join(", ")));
            }
            None => {
                for column in &input.beside {
                    let own = changed.filter(|(known, _)| known.field == column.field);
                    let own = own.map(|(_, other)| other.to_owned()).or_else(|| {
                        let value = value(column, &column.field, Stands::Argument);
                        value.filter(|value| column.refers.is_none() && !value.contains("number"))
                    });
                    let own = if column.optional { Some("None".to_owned()) } else { own };
                    given.push(own.ok_or_else(|| column.name.clone())?);
                }
            }
        }
        given
            .extend(input.body.as_ref().map(|_| if input.is_borrowed { "&sent" } else { "sent" }.to_owned()));
        let (changed, other) =
            changed.map_or((None, ""), |(column, other)| (Some(column.field.clone()), other));
        Ok(Update { before, given, changed, other })
    }
}

/// The tests of a source itself.
fn inside(text: &str, path: &str) -> Option<Suite> {
    let start = text.find("\nmod tests {")? + "\nmod tests {".len();
    let end = text.rfind('}')?;
    let inner = text.get(start..end)?;
    let file = RustFile::parse(path, inner).ok()?;
    let (suite, at) = read(&file, inner, &|_| None)?;
    let place = Place::new(path, line_number(text, start + at));
    Some(Suite { place, is_inside: true, ..suite })
}

/// How a test of a file gets the pool, and where it stands.
fn read<'f>(
    file: &'f RustFile,
    text: &str,
    common: &dyn Fn(&str) -> Option<&'f Function>,
) -> Option<(Suite, usize)> {
    let is_test = |one: &&Function| one.attributes.iter().any(|text| text.contains("test"));
    let uses = || file.uses.iter().flat_map(|one| one.paths.clone()).collect::<Vec<_>>();
    for test in file.functions.iter().filter(is_test) {
        let suite = Suite {
            place: Place::new("", 1),
            is_inside: false,
            attributes: test.attributes.clone(),
            parameters: test
                .parameters
                .iter()
                .map(|(name, ty)| format!("{name}: {ty}"))
                .collect::<Vec<_>>()
                .join(", "),
            setup: String::new(),
            pool: String::new(),
            ty: String::new(),
            helper: String::new(),
            uses: uses(),
        };
        if let [(name, ty)] = test.parameters.as_slice() {
            let ty = pool_type(ty)?;
            let pool = name.trim_start_matches("mut ").to_owned();
            return Some((Suite { pool, ty, ..suite }, test.range.start));
        }
        let body = text.get(test.body.clone())?.trim_start().strip_prefix('{')?;
        let statement = body.split_inclusive(';').next().unwrap_or_default().trim();
        let made = statement.strip_prefix("let ").and_then(|rest| rest.split_once(" = "));
        let Some((pattern, call)) = made.filter(|_| test.parameters.is_empty()) else { continue };
        let Some((callee, rest)) = call.split_once('(') else { continue };
        if !matches!(rest, ").await;" | ");") {
            continue;
        }
        let own = file.functions.iter().find(|one| one.name == callee && one.parameters.is_empty());
        let shared = callee.strip_prefix("common::").and_then(common);
        let Some(ty) = own.or(shared).and_then(|one| pool_type(&one.returns)) else { continue };
        let helper = own.and_then(|one| text.get(one.range.clone())).unwrap_or_default().to_owned();
        let pool = pattern.trim_start_matches("mut ").to_owned();
        return Some((Suite { setup: statement.to_owned(), pool, ty, helper, ..suite }, test.range.start));
    }
    None
}

/// `SqlitePool` of `sqlx::SqlitePool`; nothing of another type.
fn pool_type(ty: &str) -> Option<String> {
    let last = ty.rsplit("::").next()?.trim();
    matches!(last, "SqlitePool" | "PgPool").then(|| last.to_owned())
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
