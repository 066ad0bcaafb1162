//! The repository that a new one follows: functions that are handed the database, or a structure
//! that holds it; what they are called, and how they ask.

use super::asking::{Asking, Doing, Ending, Shape, asking};
use crate::{
    domain::place::Place,
    propose::{
        edits::line_number,
        recipe::{
            axum::{
                code::{Code, Source, Unit},
                style::result_of,
                tables::{Migration, table_of},
            },
            examples::resource_of,
            names::{Name, snake},
            rename::{Joint, Renamer},
            row_verb::Verb,
            typescript::words,
        },
        rust::{Function, Impl, Struct},
    },
};

/// A structure whose functions ask.
#[derive(Clone, Copy)]
pub(super) struct Owner<'c> {
    pub(super) item: &'c Struct,
    pub(super) whole: &'c Impl,
    /// What makes one.
    pub(super) make: &'c Function,
}

/// How functions get the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Handle {
    /// `pool: &SqlitePool`; empty where `self` holds it.
    pub(super) parameter: String,
    /// `&SqlitePool`; of a structure the type of its field.
    pub(super) ty: String,
    /// As queries are asked on it: `&self.pool`.
    pub(super) target: String,
    pub(super) is_last: bool,
}

/// One function of the example.
pub(super) struct Known<'c> {
    pub(super) unit: Unit<'c>,
    pub(super) asking: Asking<'c>,
}

/// The example.
pub(super) struct Like<'c> {
    pub(super) name: Name,
    pub(super) source: &'c Source<'c>,
    pub(super) owner: Option<Owner<'c>>,
    pub(super) known: Vec<Known<'c>>,
    pub(super) handle: Handle,
}

/// What is searched, and who says which sources are repositories.
pub(super) struct Search<'a, 'c> {
    pub(super) code: &'c Code<'c>,
    pub(super) migrations: &'a [Migration],
    /// Every row that there is.
    pub(super) rows: Vec<Name>,
    /// The folder of the package.
    pub(super) root: &'a str,
    pub(super) is_layer: &'a dyn Fn(&str) -> bool,
}

/// Words of a structure's name that say that it is a repository, and of what database.
const AFFIXES: [&str; 15] = [
    "repository",
    "repositories",
    "repo",
    "store",
    "queries",
    "dao",
    "data",
    "access",
    "db",
    "sql",
    "sqlx",
    "pg",
    "postgres",
    "sqlite",
    "mysql",
];

impl<'c> Search<'_, 'c> {
    /// The repository of another row that says most; else why none can be followed.
    pub(super) fn nearest(&self, name: &Name) -> Result<Like<'c>, Vec<String>> {
        let mut best: Option<Like<'c>> = None;
        let mut reasons = Vec::new();
        for like in self.rows.iter().filter(|like| like.snake != name.snake) {
            for found in self.of(like) {
                match found {
                    Ok(one) if best.as_ref().is_none_or(|best| one.says() > best.says()) => best = Some(one),
                    Ok(_) => {}
                    Err(why) => reasons.push(why),
                }
            }
        }
        best.ok_or(reasons)
    }

    /// Where the repository of a row stands.
    pub(super) fn place_of(&self, name: &Name) -> Option<Place> {
        self.sources().find_map(|source| {
            let held = source.file.impls.iter().find(|one| one.of_trait.is_empty() && is_of(&one.name, name));
            let at = held.map(|one| one.range.start).or_else(|| {
                let own = self.functions(source, name);
                own.first().map(|known| known.unit.function.range.start)
            })?;
            Some(Place::new(source.path, line_number(source.text, at)))
        })
    }

    fn sources(&self) -> impl Iterator<Item = &'c Source<'c>> {
        self.code.sources.iter().filter(|source| {
            source.path.starts_with(self.root) && source.path.contains("src/") && (self.is_layer)(source.path)
        })
    }

    /// Functions of a source that stand alone and ask the table of a row.
    fn functions(&self, source: &'c Source<'c>, name: &Name) -> Vec<Known<'c>> {
        let table = table_of(self.migrations, name);
        let resource = resource_of(source.path);
        let is_home = resource.as_ref() == Some(&name.snake);
        let is_other = resource.is_some_and(|own| self.rows.iter().any(|row| row.snake == own)) && !is_home;
        let other = Name::of("proscenium");
        let renamer = Renamer { from: name, to: &other, joint: Joint::Snake };
        let own = source
            .file
            .functions
            .iter()
            .filter(|one| !is_other && (is_home || renamer.touches(&one.name)) && !is_test(one));
        known(source, own).into_iter().filter(|one| one.asking.table == table).collect()
    }

    /// Repositories of one row.
    fn of(&self, name: &Name) -> Vec<Result<Like<'c>, String>> {
        let mut all = Vec::new();
        for source in self.sources() {
            let place = |at: usize| Place::new(source.path, line_number(source.text, at));
            for whole in source.file.impls.iter().filter(|one| is_of(&one.name, name)) {
                if !whole.of_trait.is_empty() {
                    let place = place(whole.range.start);
                    all.push(Err(format!(
                        "{place} implements the trait {}, and one for another row is yours to say",
                        whole.of_trait
                    )));
                    continue;
                }
                all.extend(
                    held(source, whole, name)
                        .map(|like| like.map_err(|why| format!("{} {why}", place(whole.range.start)))),
                );
            }
            let own = self.functions(source, name);
            let Some(first) = own.first() else { continue };
            let at = place(first.unit.function.range.start);
            all.push(handed(source, own, name).map_err(|why| format!("{at} {why}")));
        }
        all
    }
}

fn is_test(function: &Function) -> bool {
    function.attributes.iter().any(|text| text.contains("test"))
}

/// The functions that are understood.
fn known<'c>(source: &'c Source<'c>, functions: impl Iterator<Item = &'c Function>) -> Vec<Known<'c>> {
    functions
        .filter_map(|function| {
            let unit = Unit { source, function };
            let asking = asking(unit)?;
            // What makes rows of columns itself knows them by name.
            let maps = asking.doing == Doing::Select && asking.kind() == "query";
            (!maps).then_some(Known { unit, asking })
        })
        .collect()
}

/// Whether a structure's name is that of a row and of what a repository is called.
fn is_of(owner: &str, name: &Name) -> bool {
    let owner = snake(owner.split('<').next().unwrap_or(owner));
    let is_affixed = owner.split('_').any(|word| AFFIXES.contains(&word));
    let rest: Vec<&str> = owner.split('_').filter(|word| !AFFIXES.contains(word)).collect();
    let rest = rest.join("_");
    is_affixed && (rest == name.snake || rest == name.plural)
}

/// A structure that holds the database; `None` where it asks nothing.
fn held<'c>(source: &'c Source<'c>, whole: &'c Impl, name: &Name) -> Option<Result<Like<'c>, String>> {
    let known = known(source, whole.functions.iter());
    let first = known.first()?;
    let like = |first: &Known<'c>| -> Result<(Owner<'c>, Handle), String> {
        if whole.name.contains('<') {
            return Err("has parameters of its own, which are yours to say".into());
        }
        let item = source.file.structs.iter().find(|one| one.name == whole.name);
        let item = item.ok_or("is of a structure that stands elsewhere")?;
        let [(field, ty)] = item.fields.as_slice() else {
            return Err("holds other things than the database".into());
        };
        let target = first.asking.target;
        if !words(target).contains("self") || !words(target).contains(field.as_str()) {
            return Err(format!("asks {target}, which is not what it holds"));
        }
        let makes = |one: &&Function| {
            ["Self", whole.name.as_str()].contains(&one.returns.as_str()) && one.parameters.len() == 1
        };
        let make =
            whole.functions.iter().find(makes).ok_or("has no function that makes one of a database")?;
        let handle =
            Handle { parameter: String::new(), ty: ty.clone(), target: target.to_owned(), is_last: false };
        Ok((Owner { item, whole, make }, handle))
    };
    Some(like(first).map(|(owner, handle)| Like {
        name: name.clone(),
        source,
        owner: Some(owner),
        known,
        handle,
    }))
}

/// Functions that are handed the database.
fn handed<'c>(source: &'c Source<'c>, known: Vec<Known<'c>>, name: &Name) -> Result<Like<'c>, String> {
    let first = known.first().ok_or("asks nothing")?;
    let target = first.asking.target;
    let parameters = &first.unit.function.parameters;
    let plain = |pattern: &str| pattern.trim_start_matches("mut ").to_owned();
    let used = words(target);
    let at = parameters.iter().position(|(pattern, _)| used.contains(plain(pattern).as_str()));
    let Some((at, (pattern, ty))) = at.and_then(|at| Some((at, parameters.get(at)?))) else {
        return Err(format!("asks {target}, which it is not handed"));
    };
    let is_last = at > 0 && at + 1 == parameters.len();
    if at > 0 && !is_last {
        return Err(format!("is handed {pattern} between other values"));
    }
    let handle =
        Handle { parameter: format!("{pattern}: {ty}"), ty: ty.clone(), target: target.to_owned(), is_last };
    Ok(Like { name: name.clone(), source, owner: None, known, handle })
}

impl<'c> Like<'c> {
    /// How many of the functions that a new one has it shows.
    fn says(&self) -> usize {
        Verb::ALL.into_iter().filter(|verb| self.of(*verb).is_some()).count()
    }

    /// Where it stands.
    pub(super) fn place(&self) -> Place {
        let first = self.known.first().map_or(0, |known| known.unit.function.range.start);
        let at = self.owner.map_or(first, |owner| owner.item.name_at);
        Place::new(self.source.path, line_number(self.source.text, at))
    }

    /// The function that does that, as its own name says it.
    pub(super) fn of(&self, verb: Verb) -> Option<&Known<'c>> {
        self.known.iter().find(|known| verb.is_said_by(&known.unit.function.name, &self.name))
    }

    /// The function that is followed where the example has one that does that, else its first.
    pub(super) fn pattern(&self, verb: Verb) -> Option<&Known<'c>> {
        self.of(verb).or_else(|| self.known.first())
    }

    /// What a new function is called: as the example's, or in its form.
    pub(super) fn function(&self, verb: Verb, renamer: &Renamer<'_>) -> String {
        if let Some(known) = self.of(verb) {
            return renamer.apply(&known.unit.function.name);
        }
        // As the recipe `resource` calls them.
        let word = match verb {
            Verb::Get => "find",
            Verb::List => "list",
            Verb::Add => "insert",
            Verb::Update => "update",
            Verb::Delete => "delete",
        };
        let is_named = self.known.iter().any(|known| renamer.touches(&known.unit.function.name));
        match (is_named, verb) {
            (false, _) => word.to_owned(),
            (true, Verb::List) => format!("{word}_{}", renamer.to.plural),
            (true, _) => format!("{word}_{}", renamer.to.snake),
        }
    }

    /// `Result<{}, sqlx::Error>` and what it gives.
    pub(super) fn gives(&self, known: &Known<'_>) -> Option<(String, String)> {
        let flat = known.unit.function.returns.split_whitespace().collect::<Vec<_>>().join(" ");
        let pattern = result_of(&flat)?;
        let (head, tail) = pattern.split_once("{}")?;
        let inner = flat.strip_prefix(head)?.strip_suffix(tail)?.to_owned();
        Some((pattern, inner))
    }

    /// What stands behind `.await` of the function that does that, or of another one.
    pub(super) fn ending(&self, verb: Verb, is_plain: bool) -> Ending {
        if let Some(own) = self.of(verb).and_then(|known| known.asking.ending.clone()) {
            return own;
        }
        let all = || self.known.iter().filter_map(|known| known.asking.ending.as_ref());
        // What says something of one row says it of no other.
        let general = all().find(|one| !one.convert.contains('"')).or_else(|| all().next());
        let default = if is_plain { Shape::Direct } else { Shape::Wrapped };
        let (shape, convert) = general.map_or((default.clone(), ""), |one| (one.shape.clone(), &one.convert));
        let is_context = convert.contains('"') && convert.contains("context(");
        Ending {
            shape: if is_context { default } else { shape },
            convert: if is_context { String::new() } else { convert.to_owned() },
            after: String::new(),
        }
    }

    /// Whether statements number their values, and with which sign.
    pub(super) fn places(&self, count: usize) -> Vec<String> {
        let any = |sign: &str| self.known.iter().any(|known| known.asking.sql.contains(sign));
        let place = |number: usize| match (any("$1"), any("?1"), any("?")) {
            (false, true, _) => format!("?{number}"),
            (false, false, true) => "?".to_owned(),
            _ => format!("${number}"),
        };
        (1..=count).map(place).collect()
    }

    /// Whether every column is asked for by `*`.
    pub(super) fn takes_all(&self) -> bool {
        let reads = [Verb::Get, Verb::List].into_iter().filter_map(|verb| self.of(verb));
        let mut texts = reads.map(|known| known.asking.sql).peekable();
        texts.peek().is_none() || texts.any(|sql| sql.contains('*'))
    }
}
