//! How a repository writes its layers: base class, keys, session, commits, errors, names.
//!
//! Each answer is read from the source of the example resource or of what it imports; where
//! the source gives none, the recipe's default is used and a remark says so.

use super::{layout::Layout, names::Name};
use crate::{
    domain::{layer::Layer, map::BackendMap, place::Place},
    ports::ProposeError,
    propose::{
        python::{Module, dotted, functions, last_name},
        workspace::Workspace,
    },
};
use ruff_python_ast::{Expr, Stmt, StmtClassDef, StmtFunctionDef};
use std::collections::BTreeSet;

/// What identifies a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Integer,
    Uuid,
}

/// Who ends the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Commits {
    Repository,
    Service,
    /// The dependency that gives the session.
    Dependency,
}

impl Commits {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Repository => "repository",
            Self::Service => "service",
            Self::Dependency => "dependency",
        }
    }
}

/// How a handler gets its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) is_async: bool,
    /// `session: SessionDep` or `session: AsyncSession = Depends(get_session)`.
    pub(crate) parameter: String,
    pub(crate) variable: String,
    /// What the parameter needs in scope, as `module:name`.
    pub(crate) imports: Vec<String>,
    pub(crate) place: Place,
}

/// The error that says "no such row", when the repository has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotFound {
    pub(crate) module: String,
    pub(crate) name: String,
    /// Required arguments of its constructor.
    pub(crate) arguments: usize,
}

/// Everything that the templates take from the repository.
#[derive(Debug, Clone)]
pub(crate) struct Style {
    pub(crate) base_module: String,
    pub(crate) base_name: String,
    pub(crate) base_has_id: bool,
    pub(crate) key: Key,
    pub(crate) plural_tables: bool,
    pub(crate) session: Session,
    pub(crate) commits: Commits,
    pub(crate) not_found: Option<NotFound>,
    pub(crate) repository_is_class: bool,
    /// Suffixes of the schema classes: base, create, update, read.
    pub(crate) schema_suffixes: [String; 4],
    /// `Optional[X]` and `List[X]` instead of `X | None` and `list[X]`.
    pub(crate) old_generics: bool,
}

impl Style {
    /// Reads the style; `NotApplicable` names what is missing.
    pub(crate) fn read(
        layout: &Layout,
        map: &BackendMap,
        workspace: &Workspace<'_>,
    ) -> Result<Self, ProposeError> {
        let (base_module, base_name, base_text) = base_class(layout, workspace)?;
        let model_text = layout.examples.get(&Layer::Model).map_or("", |example| example.text.as_str());
        let own_key = key_in(model_text, &layout.like.pascal);
        let base_key = key_in(&base_text, &base_name);
        let session = session(layout, map, workspace)?;
        let texts = |layer: Layer| layout.examples.get(&layer).map_or("", |example| example.text.as_str());
        let commits = if texts(Layer::Repository).contains(".commit()") {
            Commits::Repository
        } else if texts(Layer::Service).contains(".commit()") || texts(Layer::Router).contains(".commit()") {
            Commits::Service
        } else if session_commits(workspace, &session.place.path)? {
            Commits::Dependency
        } else {
            Commits::Service
        };
        let all: String = layout.examples.values().map(|example| example.text.as_str()).collect();
        let table = format!("__tablename__ = \"{}\"", layout.like.snake);
        Ok(Self {
            base_module,
            base_name,
            base_has_id: own_key.is_none() && base_key.is_some(),
            key: own_key.or(base_key).unwrap_or(Key::Integer),
            plural_tables: !model_text.contains(&table),
            session,
            commits,
            not_found: not_found(layout, map, workspace)?,
            repository_is_class: layout.examples.get(&Layer::Repository).is_none_or(|example| {
                Module::parse(&example.path, &example.text)
                    .is_ok_and(|module| module.classes().next().is_some())
            }),
            schema_suffixes: schema_suffixes(layout),
            old_generics: (all.contains("Optional[") || all.contains("List[")) && !all.contains("| None"),
        })
    }

    /// The type of an identifier.
    pub(crate) fn key_type(&self) -> &'static str {
        match self.key {
            Key::Integer => "int",
            Key::Uuid => "uuid.UUID",
        }
    }
}

/// Module, name and source of the declarative base that models inherit from.
fn base_class(layout: &Layout, workspace: &Workspace<'_>) -> Result<(String, String, String), ProposeError> {
    let paths: BTreeSet<&str> = workspace.paths().into_iter().collect();
    if let Some(example) = layout.examples.get(&Layer::Model) {
        let module = Module::parse(&example.path, &example.text)?;
        for class in module.classes().filter(|class| is_table(class)) {
            for base in class.arguments.iter().flat_map(|arguments| &arguments.args) {
                let Some(name) = last_name(base) else { continue };
                let Some((from, _)) = module.origin_of(name) else { continue };
                let Some(file) = layout.file_of(&absolute(&from, &layout.module_of(&example.path)), &paths)
                else {
                    continue;
                };
                let text = workspace.require(&file)?;
                if defines_base(&text, name) || name == "Base" {
                    return Ok((absolute(&from, &layout.module_of(&example.path)), name.to_owned(), text));
                }
            }
        }
    }
    for path in paths.iter().filter(|path| path.ends_with(".py")) {
        let Some(text) = workspace.text(path)? else { continue };
        if !text.contains("DeclarativeBase") && !text.contains("declarative_base(") {
            continue;
        }
        let Ok(module) = Module::parse(path, &text) else { continue };
        let class = module.classes().find(|class| inherits(class, "DeclarativeBase"));
        let name = class.map(|class| class.name.to_string()).or_else(|| {
            text.lines().find_map(|line| line.strip_suffix(" = declarative_base()").map(str::to_owned))
        });
        if let Some(name) = name {
            return Ok((layout.module_of(path), name, text));
        }
    }
    Err(ProposeError::NotApplicable(
        "no SQLAlchemy base class (DeclarativeBase) was found; the recipe needs one to build on".into(),
    ))
}

/// Resolves a relative module against the module that imports it.
fn absolute(module: &str, importer: &str) -> String {
    let level = module.len() - module.trim_start_matches('.').len();
    if level == 0 {
        return module.to_owned();
    }
    let mut parts: Vec<&str> = importer.split('.').collect();
    parts.truncate(parts.len().saturating_sub(level));
    let rest = module.trim_start_matches('.');
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts.join(".")
}

fn defines_base(text: &str, name: &str) -> bool {
    Module::parse("base", text).is_ok_and(|module| {
        module.classes().any(|class| class.name.as_str() == name && inherits(class, "DeclarativeBase"))
    }) || text.contains(&format!("{name} = declarative_base("))
}

fn inherits(class: &StmtClassDef, base: &str) -> bool {
    class.arguments.iter().flat_map(|arguments| &arguments.args).any(|expr| last_name(expr) == Some(base))
}

/// Whether a class has a table of its own.
pub(crate) fn is_table(class: &StmtClassDef) -> bool {
    class.body.iter().any(|stmt| match stmt {
        Stmt::Assign(assign) => {
            assign.targets.iter().any(|target| last_name(target) == Some("__tablename__"))
                || is_column(&assign.value)
        }
        Stmt::AnnAssign(assign) => assign.value.as_deref().is_some_and(is_column),
        _ => false,
    })
}

fn is_column(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(call) if matches!(last_name(&call.func), Some("mapped_column" | "Column")))
}

/// The key type that a class declares, when it declares one.
pub(crate) fn key_in(text: &str, class_name: &str) -> Option<Key> {
    let module = Module::parse("model", text).ok()?;
    let class = module.classes().find(|class| class.name.as_str() == class_name)?;
    class.body.iter().find_map(|stmt| {
        let source = module.source(stmt);
        let is_id = match stmt {
            Stmt::AnnAssign(assign) => last_name(&assign.target) == Some("id"),
            Stmt::Assign(assign) => assign.targets.iter().any(|target| last_name(target) == Some("id")),
            _ => false,
        };
        is_id.then(|| if source.to_lowercase().contains("uuid") { Key::Uuid } else { Key::Integer })
    })
}

/// The session dependency: of the example's router first, then of any file that has one.
fn session(layout: &Layout, map: &BackendMap, workspace: &Workspace<'_>) -> Result<Session, ProposeError> {
    let mut paths: Vec<String> =
        layout.examples.get(&Layer::Router).map(|example| example.path.clone()).into_iter().collect();
    let wanted = [Layer::Router, Layer::Config, Layer::Middleware, Layer::Other];
    // Likely layers first; a file such as `db.py` may have been given any of them.
    for likely in [true, false] {
        for path in workspace.paths().into_iter().filter(|path| path.ends_with(".py")) {
            let layer = map.layer_of(path).unwrap_or(Layer::Other);
            if wanted.contains(&layer) == likely && !paths.iter().any(|known| known == path) {
                paths.push(path.to_owned());
            }
        }
    }
    for path in &paths {
        let Some(text) = workspace.text(path)? else { continue };
        if !text.contains("Depends") || !text.contains("Session") {
            continue;
        }
        let Ok(module) = Module::parse(path, &text) else { continue };
        if let Some(found) = session_in(&module, path, layout) {
            return Ok(found);
        }
    }
    Err(ProposeError::NotApplicable("no session dependency (Depends of a Session) was found".into()))
}

fn session_in(module: &Module<'_>, path: &str, layout: &Layout) -> Option<Session> {
    let own = layout.module_of(path);
    let import_of = |name: &str| {
        let (from, original) = module.origin_of(name).unwrap_or_else(|| (own.clone(), name.to_owned()));
        format!("{}:{original}", absolute(&from, &own))
    };
    // `SessionDep = Annotated[AsyncSession, Depends(get_session)]`
    for stmt in &module.body {
        let Stmt::Assign(assign) = stmt else { continue };
        let value = module.source(&*assign.value);
        let Some(alias) = assign.targets.first().and_then(last_name) else { continue };
        if value.starts_with("Annotated[") && value.contains("Session") && value.contains("Depends") {
            return Some(Session {
                is_async: value.contains("AsyncSession"),
                parameter: format!("session: {alias}"),
                variable: "session".into(),
                imports: vec![format!("{own}:{alias}")],
                place: Place::new(path, module.line(stmt)),
            });
        }
    }
    for function in module.functions() {
        for parameter in function.parameters.iter_non_variadic_params() {
            let Some(annotation) = parameter.parameter.annotation() else { continue };
            let annotation_text = module.source(annotation);
            let name = parameter.name().to_string();
            let place = Place::new(path, module.line(&parameter.parameter));
            let is_session = matches!(last_name(annotation), Some("AsyncSession" | "Session"));
            if let Some(Expr::Call(call)) = parameter.default()
                && is_session
                && last_name(&call.func) == Some("Depends")
                && let Some(provider) = call.arguments.args.first().and_then(dotted)
            {
                return Some(Session {
                    is_async: annotation_text.contains("AsyncSession"),
                    parameter: format!("{name}: {annotation_text} = Depends({provider})"),
                    variable: name,
                    imports: vec![import_of(last_name(annotation)?), import_of(&provider)],
                    place,
                });
            }
            // An alias that another file defines: `session: SessionDep`.
            if annotation_text.contains("Session")
                && !is_session
                && matches!(annotation, Expr::Name(_))
                && module.origin_of(annotation_text).is_some()
            {
                return Some(Session {
                    is_async: function.is_async,
                    parameter: format!("{name}: {annotation_text}"),
                    variable: name,
                    imports: vec![import_of(annotation_text)],
                    place,
                });
            }
        }
    }
    None
}

fn session_commits(workspace: &Workspace<'_>, path: &str) -> Result<bool, ProposeError> {
    let text = workspace.text(path)?.unwrap_or_default();
    let mut texts = vec![text];
    for path in workspace.paths() {
        if path.ends_with("db.py") || path.ends_with("database.py") || path.ends_with("session.py") {
            texts.extend(workspace.text(path)?);
        }
    }
    Ok(texts.iter().any(|text| text.contains(".commit()") || text.contains(".begin()")))
}

fn not_found(
    layout: &Layout,
    map: &BackendMap,
    workspace: &Workspace<'_>,
) -> Result<Option<NotFound>, ProposeError> {
    let mut paths = workspace.paths();
    paths.retain(|path| path.ends_with(".py") && map.layer_of(path) != Some(Layer::Test));
    paths.sort_by_key(|path| {
        let layer = map.layer_of(path).or_else(|| crate::domain::conventional::layer_by_path(path));
        (layer != Some(Layer::Error), *path)
    });
    for path in paths {
        let Some(text) = workspace.text(path)? else { continue };
        if !text.contains("class NotFound") && !text.contains("NotFoundError(") {
            continue;
        }
        let Ok(module) = Module::parse(path, &text) else { continue };
        for class in module.classes() {
            let name = class.name.as_str();
            let general =
                matches!(name, "NotFound" | "NotFoundError" | "NotFoundException" | "EntityNotFound");
            if !general || inherits(class, "HTTPException") {
                continue;
            }
            return Ok(Some(NotFound {
                module: layout.module_of(path),
                name: name.to_owned(),
                arguments: constructor_arguments(&module, class),
            }));
        }
    }
    Ok(None)
}

/// Required arguments of a class's constructor, its own or that of a base in the same file.
fn constructor_arguments(module: &Module<'_>, class: &StmtClassDef) -> usize {
    let own = functions(&class.body).find(|function| function.name.as_str() == "__init__");
    if let Some(function) = own {
        return required(function);
    }
    let base = class.arguments.iter().flat_map(|arguments| &arguments.args).find_map(last_name);
    let parent = base.and_then(|base| module.classes().find(|other| other.name.as_str() == base));
    match parent.filter(|parent| parent.name != class.name) {
        Some(parent) => {
            functions(&parent.body).find(|function| function.name.as_str() == "__init__").map_or(1, required)
        }
        None => 1,
    }
}

fn required(function: &StmtFunctionDef) -> usize {
    function.parameters.args.iter().skip(1).filter(|parameter| parameter.default.is_none()).count()
}

fn schema_suffixes(layout: &Layout) -> [String; 4] {
    let defaults = ["Base", "Create", "Update", "Read"].map(str::to_owned);
    let Some(example) = layout.examples.get(&Layer::Schema) else { return defaults };
    let Ok(module) = Module::parse(&example.path, &example.text) else { return defaults };
    let Name { pascal, .. } = &example.name;
    let known: Vec<String> = module
        .classes()
        .filter_map(|class| class.name.as_str().strip_prefix(pascal.as_str()).map(str::to_owned))
        .collect();
    let pick = |candidates: &[&str], default: &String| {
        candidates
            .iter()
            .find(|candidate| known.iter().any(|suffix| suffix == *candidate))
            .map_or_else(|| default.clone(), |suffix| (*suffix).to_owned())
    };
    let [base, create, update, read] = &defaults;
    [
        base.clone(),
        pick(&["Create", "In", "CreateRequest", "New"], create),
        pick(&["Update", "Patch", "UpdateRequest"], update),
        pick(&["Read", "Out", "Response", "Public", "Detail"], read),
    ]
}
