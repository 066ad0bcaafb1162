//! The repository that a new one follows: a class, an object, a function that makes one, or
//! plain functions; what its functions are called, and how the database is handed to them.

use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place},
    ports::ProposeError,
    propose::{
        recipe::{
            names::{Name, camel, singular, snake},
            node::{
                beside::{function_of, whole_of},
                example::is_migration,
                files::units_in,
                finder,
                graft::Work,
                model::Table,
                suite::is_test,
            },
            rename::{Joint, Renamer},
            row_verb::Verb,
            sources::{Source, Survey},
            typescript::words,
        },
        script::{Class, Id, Kind, Tree},
    },
};

/// What the functions of a repository stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Class,
    /// `export const users = { … }`
    Object,
    /// `export const users = (db: Db) => ({ … })`
    Factory,
    Functions,
}

/// How a repository gets the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Handle {
    /// Imported, by this name.
    Imported(String),
    /// Given to a constructor or to the function that makes it: the type as written.
    Made(String),
    /// Given to every function, by this parameter, before or behind its other ones.
    Given { parameter: String, is_last: bool },
}

/// The example.
pub(super) struct Like<'s> {
    pub(super) name: Name,
    pub(super) source: &'s Source,
    pub(super) work: Work<'s>,
    pub(super) form: Form,
    /// What the functions stand in, or the first of them; with what exports it.
    pub(super) whole: Id,
    /// The object or the body of the class that holds the functions.
    pub(super) inner: Id,
    pub(super) units: Vec<Id>,
    /// What queries are asked of, as functions write it: `this.database`, `db`.
    pub(super) database: String,
    pub(super) handle: Handle,
    /// What the class or the object is called.
    pub(super) owner: String,
}

/// What a candidate is; `Err` says why it cannot be followed.
type Found<'s> = Result<Like<'s>, String>;

/// Functions that stand in one thing.
struct Group {
    form: Form,
    whole: Id,
    inner: Id,
    units: Vec<Id>,
    owner: String,
}

/// Who says which sources are repositories, and which tables there are.
pub(super) struct Search<'a> {
    pub(super) survey: &'a Survey,
    pub(super) tables: &'a [Table],
    pub(super) is_layer: &'a dyn Fn(&str) -> bool,
}

impl<'a> Search<'a> {
    /// The repository of another resource that says most; else why none can be followed.
    pub(super) fn nearest(&self, name: &Name) -> Result<Result<Like<'a>, Vec<String>>, ProposeError> {
        let mut best: Option<Like<'a>> = None;
        let mut reasons = Vec::new();
        for table in self.tables {
            let like = Name::of(&singular(&snake(&table.name)));
            if like == *name {
                continue;
            }
            for found in self.of(&like)? {
                match found {
                    Ok(one) if best.as_ref().is_none_or(|best| one.units.len() > best.units.len()) => {
                        best = Some(one);
                    }
                    Ok(_) => {}
                    Err(why) => reasons.push(why),
                }
            }
        }
        Ok(best.ok_or(reasons))
    }

    /// Where the repository of a resource stands.
    pub(super) fn place_of(&self, name: &Name) -> Result<Option<Place>, ProposeError> {
        for source in self.sources() {
            let work = Work::new(&source.path, &source.text)?;
            let group = groups(&work).into_iter().find(|group| self.is_of(source, &group.owner, name));
            if let Some(group) = group {
                return Ok(Some(source.place(work.tree.range(group.whole).start)));
            }
        }
        Ok(None)
    }

    fn sources(&self) -> impl Iterator<Item = &'a Source> {
        let survey = self.survey;
        let own = survey.sources.values().filter(|source| !is_test(source) && !is_migration(source));
        own.filter(|source| (self.is_layer)(&source.path))
    }

    /// Repositories of one resource.
    fn of(&self, name: &Name) -> Result<Vec<Found<'a>>, ProposeError> {
        let mut all = Vec::new();
        for source in self.sources() {
            let work = Work::new(&source.path, &source.text)?;
            for group in groups(&work) {
                if self.is_of(source, &group.owner, name) {
                    let work = Work::new(&source.path, &source.text)?;
                    all.push(read(source, work, group, name));
                }
            }
        }
        Ok(all)
    }

    /// Whether what stands in a source under a name is about a resource, and not about one whose
    /// name is longer: `TicketNotes` are no tickets.
    fn is_of(&self, source: &Source, owner: &str, name: &Name) -> bool {
        let other = Name::of("proscenium");
        let names =
            |text: &str, name: &Name| Renamer { from: name, to: &other, joint: Joint::Camel }.touches(text);
        let file = source.path.rsplit('/').next().unwrap_or_default();
        let stem = snake(&file.replace('.', "_"));
        // What stands nearest says it: the name, the file, the folder of a mere `repository.ts`.
        let is_bare = layer_by_path(file) == Some(Layer::Repository);
        let home = source.path.rsplit('/').nth(1).filter(|_| is_bare).unwrap_or_default();
        let all = [owner, stem.as_str(), home];
        let named = all.into_iter().find(|text| self.resources().any(|one| names(text, &one)));
        let Some(text) = named else { return false };
        let longer = self
            .resources()
            .filter(|one| one != name && names(&one.snake, name))
            .any(|one| names(text, &one));
        names(text, name) && !longer
    }

    fn resources(&self) -> impl Iterator<Item = Name> {
        self.tables.iter().map(|table| Name::of(&singular(&snake(&table.name))))
    }
}

/// What holds functions that ask the database.
fn groups(work: &Work<'_>) -> Vec<Group> {
    let tree = &work.tree;
    let mut all: Vec<Group> = Vec::new();
    for unit in units_in(tree, work.text) {
        let Some(group) = group_of(work, unit) else { continue };
        match all.iter_mut().find(|known| known.inner == group.inner && known.form == group.form) {
            Some(known) => known.units.push(unit),
            None => all.push(group),
        }
    }
    // What makes an object asks by its members; it is no query itself.
    let held: Vec<Id> =
        all.iter().filter(|group| group.form != Form::Functions).map(|group| group.whole).collect();
    for group in all.iter_mut().filter(|group| group.form == Form::Functions) {
        group.units.retain(|unit| !held.contains(&whole_of(tree, *unit)));
        if let Some(first) = group.units.first() {
            group.whole = whole_of(tree, *first);
            group.owner = tree.name(*first, work.text).unwrap_or_default().to_owned();
        }
    }
    all.retain(|group| group.units.iter().any(|unit| asks(work, *unit).is_some()));
    all
}

/// What a function asks: `db`.
fn asks(work: &Work<'_>, unit: Id) -> Option<String> {
    let function = function_of(&work.tree, unit)?;
    finder::database(work.tree.text(function, work.text))
}

fn group_of(work: &Work<'_>, unit: Id) -> Option<Group> {
    let tree = &work.tree;
    let inner = tree.parent(unit);
    let name = |id: Id| tree.name(id, work.text).map(str::to_owned);
    let group = |form, whole, owner| Some(Group { form, whole, inner, units: vec![unit], owner });
    match tree.kind(inner) {
        Kind::ClassBody => {
            let class = tree.parent(inner);
            let is_inner = ["private ", "protected ", "#"];
            let own = tree.text(unit, work.text);
            if tree.name(unit, work.text) == Some("constructor")
                || is_inner.iter().any(|lead| own.starts_with(lead))
            {
                return None;
            }
            group(Form::Class, whole_of(tree, class), name(class)?)
        }
        Kind::Object => {
            // Up to what holds the object, through brackets, bodies and what returns it.
            let stop = |id: &Id| {
                !matches!(
                    tree.kind(*id),
                    Kind::Other | Kind::Body | Kind::Return | Kind::Expression | Kind::Statement
                )
            };
            let holder = tree.above(inner).find(stop)?;
            let (form, named) = match tree.kind(holder) {
                Kind::Variable => (Form::Object, holder),
                Kind::Function => (Form::Factory, holder),
                Kind::Arrow if tree.kind(tree.parent(holder)) == Kind::Variable => {
                    (Form::Factory, tree.parent(holder))
                }
                _ => return None,
            };
            let whole = whole_of(tree, named);
            (tree.parent(whole) == Tree::ROOT).then_some(())?;
            group(form, whole, name(named)?)
        }
        _ => {
            let whole = whole_of(tree, unit);
            (tree.parent(whole) == Tree::ROOT && tree.kind(whole) == Kind::Export).then_some(())?;
            Some(Group {
                form: Form::Functions,
                whole,
                inner: Tree::ROOT,
                units: vec![unit],
                owner: name(unit)?,
            })
        }
    }
}

fn read<'s>(source: &'s Source, work: Work<'s>, group: Group, name: &Name) -> Found<'s> {
    let Group { form, whole, inner, units, owner } = group;
    let place = source.place(work.tree.range(whole).start);
    let Some((unit, database)) = units.iter().find_map(|unit| Some((*unit, asks(&work, *unit)?))) else {
        return Err(format!("{place} asks no database"));
    };
    let class = source.script.classes.iter().find(|class| form == Form::Class && class.name == owner);
    if work.tree.kind(whole) != Kind::Export || work.tree.text(whole, work.text).starts_with("export default")
    {
        return Err(format!("{place} is not exported by its name"));
    }
    let handle = handle(source, &work, (form, whole), (unit, class), &database)
        .map_err(|why| format!("{place} {why}"))?;
    Ok(Like { name: name.clone(), source, work, form, whole, inner, units, database, handle, owner })
}

/// How the database comes; `Err` says what is not understood.
fn handle(
    source: &Source,
    work: &Work<'_>,
    (form, whole): (Form, Id),
    (unit, class): (Id, Option<&Class>),
    database: &str,
) -> Result<Handle, String> {
    let tree = &work.tree;
    if let Some(base) = class.and_then(|class| class.base.as_deref()) {
        return Err(format!("extends {base}, and what that one gives is not known"));
    }
    if let Some(class) = class.filter(|_| database.starts_with("this.")) {
        return match class.parameters.as_slice() {
            [only] if is_reached(source, &only.ty) => Ok(Handle::Made(only.ty.clone())),
            [only] if only.ty.is_empty() => Err("does not say of what type its database is".into()),
            [only] => Err(format!("declares {} itself, which a new one does not reach", only.ty)),
            _ => Err("is made of other things than the database".into()),
        };
    }
    if class.is_some_and(|class| !class.parameters.is_empty()) {
        return Err("is made of other things than the database".into());
    }
    let first = database.split('.').next().unwrap_or_default();
    let parameters = |function: Id| -> Vec<Id> {
        tree.child(function, Kind::Parameters).map(|list| tree.children(list).to_vec()).unwrap_or_default()
    };
    if form == Form::Factory {
        let function = tree
            .below(whole)
            .chain([whole])
            .find(|id| matches!(tree.kind(*id), Kind::Arrow | Kind::Function));
        let given = function.map(parameters).unwrap_or_default();
        if let [only] = given[..]
            && tree.name(only, work.text) == Some(first)
            && let Some((_, ty)) = tree.text(only, work.text).split_once(':')
            && is_reached(source, ty)
        {
            return Ok(Handle::Made(ty.trim().to_owned()));
        }
    }
    let own = function_of(tree, unit).map(parameters).unwrap_or_default();
    let at = own.iter().position(|id| tree.name(*id, work.text) == Some(first));
    if let Some(at) = at {
        let text = own.get(at).map(|id| tree.text(*id, work.text)).unwrap_or_default();
        let parameter = text.to_owned();
        let ty = parameter.split_once(':').map_or("", |(_, ty)| ty.split('=').next().unwrap_or(ty));
        if !is_reached(source, ty) {
            return Err(format!("is given {text}, whose type a new one does not reach"));
        }
        return Ok(Handle::Given { parameter, is_last: at > 0 && at + 1 == own.len() });
    }
    if source.script.import_of(first).is_some() {
        return Ok(Handle::Imported(first.to_owned()));
    }
    Err(format!("has its database {first} from a place that a new one does not reach"))
}

/// Whether another file can import a type as the example does.
fn is_reached(source: &Source, ty: &str) -> bool {
    let names = words(ty);
    !names.is_empty() && names.iter().all(|name| source.script.import_of(name).is_some())
}

impl Like<'_> {
    /// Whether its functions are asked of the class, and not of an object.
    pub(super) fn is_static(&self) -> bool {
        let is_it = |unit: &Id| {
            let own = self.work.tree.text(*unit, self.work.text);
            own.split('(').next().is_some_and(|lead| lead.split_whitespace().any(|word| word == "static"))
        };
        self.form == Form::Class && self.units.iter().any(is_it)
    }

    /// Where it stands.
    pub(super) fn place(&self) -> Place {
        self.source.place(self.work.tree.range(self.whole).start)
    }

    /// The example's function that does that, as its own name says it.
    pub(super) fn unit(&self, verb: Verb) -> Option<Id> {
        let tree = &self.work.tree;
        let says = |unit: &Id| {
            tree.name(*unit, self.work.text).is_some_and(|own| verb.is_said_by(&snake(own), &self.name))
        };
        self.units.iter().copied().find(says)
    }

    /// The function beside which a new one is written.
    pub(super) fn pattern(&self, verb: Verb) -> Option<Id> {
        self.unit(verb).or_else(|| self.units.iter().copied().find(|unit| asks(&self.work, *unit).is_some()))
    }

    /// Source of that function; empty where there is none.
    pub(super) fn source_of(&self, verb: Verb) -> &str {
        self.unit(verb).map_or("", |unit| self.work.tree.text(unit, self.work.text))
    }

    /// What a function of the new repository is called: as the example's, or in its form.
    pub(super) fn function(&self, verb: Verb, exchanged: &dyn Fn(&str) -> String, name: &Name) -> String {
        let known = self.unit(verb).and_then(|unit| self.work.tree.name(unit, self.work.text));
        if let Some(known) = known {
            return exchanged(known);
        }
        let word = verb.words().first().copied().unwrap_or_default();
        camel(&match (self.form, verb) {
            (Form::Functions, Verb::List) => format!("{word}_{}", name.plural),
            (Form::Functions, _) => format!("{word}_{}", name.snake),
            (_, _) => word.to_owned(),
        })
    }

    /// How many rows a list gives and where it begins, by the names and in the order that the
    /// example has for two numbers: `["limit", "offset"]`, `["skip", "take"]`; none where it has
    /// others.
    pub(super) fn page(&self) -> Option<[String; 2]> {
        let tree = &self.work.tree;
        let function = self.unit(Verb::List).and_then(|unit| function_of(tree, unit));
        let list = function.and_then(|function| tree.child(function, Kind::Parameters));
        let named = list.map(|list| tree.children(list)).unwrap_or_default().iter();
        let known: Vec<&str> = named
            .filter_map(|id| {
                let text = tree.text(*id, self.work.text);
                tree.name(*id, self.work.text).filter(|_| text.ends_with(": number") || text.contains(" = "))
            })
            .filter(|name| is_limit(name) || matches!(*name, "offset" | "skip"))
            .collect();
        match known[..] {
            [a, b] if is_limit(a) != is_limit(b) => Some([a.to_owned(), b.to_owned()]),
            _ => None,
        }
    }

    /// Whether its list gives more than rows, such as their number.
    pub(super) fn counts(&self) -> bool {
        let list = self.source_of(Verb::List).to_lowercase();
        list.contains("count") || list.contains("total")
    }

    /// What stands for a row that is not there: `null` or `undefined`; none where the example does
    /// not say it.
    pub(super) fn absent(&self) -> Option<&'static str> {
        let get = self.source_of(Verb::Get);
        let says = |words: [&str; 3]| words.iter().any(|word| get.contains(word));
        if says(["| null", "?? null", ": null"]) {
            Some("null")
        } else if says(["| undefined", "?? undefined", ": undefined"]) {
            Some("undefined")
        } else {
            None
        }
    }
}

/// Whether a parameter of that name says how many rows there are.
pub(super) fn is_limit(name: &str) -> bool {
    matches!(name, "limit" | "take" | "pageSize" | "perPage" | "size" | "count")
}
