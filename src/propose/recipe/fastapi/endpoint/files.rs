//! Puts new functions into files: at their place of the syntax tree, with what they need
//! imported, each hunk with the line that it follows.

use super::{
    columns::Model,
    reader::Reader,
    work::{Addition, At},
};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, line_end, line_start, newline_of},
        python::{Module, range_of},
        recipe::{
            endpoint::notes::{Noted, noted},
            python_text::{Habits, carried, used_names},
            resource::Ask,
        },
    },
};
use ruff_python_ast::{Stmt, StmtFunctionDef};
use std::collections::BTreeMap;

/// Names that new functions may need and where they come from, whatever the project.
const GENERAL: [&str; 17] = [
    "typing:Annotated",
    "typing:Any",
    "typing:List",
    "collections.abc:Sequence",
    "fastapi:Path",
    "fastapi:Query",
    "uuid",
    "uuid:UUID",
    "decimal:Decimal",
    "datetime:date",
    "datetime:datetime",
    "datetime:timezone",
    "datetime:UTC",
    "sqlmodel:col",
    "pydantic:BaseModel",
    "sqlmodel:SQLModel",
    "fastapi:HTTPException",
];

/// The changed files, in the order of their first addition.
pub(super) fn changed(
    ask: &Ask<'_>,
    reader: &Reader<'_>,
    model: &Model<'_>,
    habits: &Habits,
    additions: &[Addition],
    queries: [&str; 2],
) -> Result<Vec<FileChange>, ProposeError> {
    let mut by_path: BTreeMap<&str, Vec<&Addition>> = BTreeMap::new();
    for addition in additions {
        by_path.entry(&addition.path).or_default().push(addition);
    }
    let added: Vec<String> = additions
        .iter()
        // Nobody imports a handler.
        .filter(|addition| addition.class.is_none() && addition.layer != Layer::Router)
        .map(|addition| format!("{}:{}", dotted(reader, model, &addition.path), addition.name))
        .collect();
    let mut files = Vec::new();
    for (path, own) in by_path {
        let old = reader.module(path)?.text;
        let mut text = old.to_owned();
        let mut used = std::collections::BTreeSet::new();
        for addition in &own {
            let written = habits.written(&addition.text);
            text = inserted(path, &text, addition, &written)?;
            used.extend(names_in(path, &written)?);
        }
        let is_schema = own.iter().all(|addition| addition.layer == Layer::Schema);
        let reached = if is_schema { &[] } else { added.as_slice() };
        let candidates = candidates(reader, model, path, reached, queries);
        let text = habits.with_imports(path, &text, &used, &candidates)?;
        let parts: Vec<Noted> = own
            .iter()
            .map(|addition| Noted {
                markers: vec![format!("def {}(", addition.name), format!("class {}(", addition.name)],
                like: addition.like.clone(),
                layer: addition.layer,
            })
            .collect();
        files.push(noted(ask, path, old, text, &parts));
    }
    Ok(files)
}

/// Names that a piece of a class or of a module reads.
fn names_in(path: &str, written: &str) -> Result<std::collections::BTreeSet<String>, ProposeError> {
    let is_inner = written.starts_with("    ");
    let whole = if is_inner { format!("class _:\n{written}") } else { written.to_owned() };
    Ok(used_names(&Module::parse(path, &whole)?))
}

/// A file's text with one function or class more.
fn inserted(path: &str, text: &str, addition: &Addition, written: &str) -> Result<String, ProposeError> {
    let module = Module::parse(path, text)?;
    let gone = |what: &str| ProposeError::Rejected(format!("{path} has no {what} any more"));
    let body = match &addition.class {
        None => module.body.as_slice(),
        Some(name) => {
            let class = module.classes().find(|class| class.name.as_str() == name);
            class.ok_or_else(|| gone(name))?.body.as_slice()
        }
    };
    let is_called = |stmt: &&Stmt, wanted: &str| match stmt {
        Stmt::FunctionDef(function) => function.name.as_str() == wanted,
        Stmt::ClassDef(class) => class.name.as_str() == wanted,
        _ => false,
    };
    let newline = newline_of(text);
    let gap = if addition.class.is_some() { newline.to_owned() } else { newline.repeat(2) };
    let written = written.trim_end().replace('\n', newline);
    let mut edits = Edits::default();
    match &addition.at {
        At::Before(name) => {
            let stmt = body.iter().find(|stmt| is_called(stmt, name)).ok_or_else(|| gone(name))?;
            let start = match stmt {
                Stmt::FunctionDef(function) => start_of(text, function),
                other => line_start(text, range_of(other).start),
            };
            edits.insert(start, format!("{written}{newline}{gap}"));
        }
        At::After(name) => {
            let stmt =
                body.iter().find(|stmt| is_called(stmt, name)).or(body.last()).ok_or_else(|| gone(name))?;
            let end = line_end(text, range_of(stmt).end);
            let lead =
                if text.get(..end).is_some_and(|before| before.ends_with('\n')) { "" } else { newline };
            edits.insert(end, format!("{lead}{gap}{written}{newline}"));
        }
    }
    edits.apply(text)
}

/// The start of a function's first decorator, or of the comment above it.
fn start_of(text: &str, function: &StmtFunctionDef) -> usize {
    let decorators = function.decorator_list.iter().map(|decorator| range_of(decorator).start);
    let first = decorators.chain([range_of(function).start]).min().unwrap_or_default();
    let mut start = line_start(text, first);
    while let Some(before) = start.checked_sub(1)
        && text.get(line_start(text, before)..before).is_some_and(|line| line.trim_start().starts_with('#'))
    {
        start = line_start(text, before);
    }
    start
}

/// Where names of a file may come from, the most certain first.
fn candidates(
    reader: &Reader<'_>,
    model: &Model<'_>,
    path: &str,
    added: &[String],
    queries: [&str; 2],
) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    // Classes of what travels are reached as others of their file are.
    if let Ok(module) = reader.module(path) {
        for one in added {
            let Some((from, name)) = one.split_once(':') else { continue };
            let stated = module.import_froms().find_map(|import| {
                let stem = import.module.as_ref().map_or("", |module| module.as_str());
                let written = format!("{}{stem}", ".".repeat(import.level as usize));
                // A package that hands others' names on does not know the new one.
                let file = reader.file_of(path, &written)?;
                (!file.ends_with("/__init__.py") && dotted(reader, model, file) == from).then_some(written)
            });
            all.push(format!("{}:{name}", stated.unwrap_or_else(|| from.to_owned())));
        }
    }
    all.push(format!("{}:{}", dotted(reader, model, model.class.path), model.name));
    all.extend(queries.map(str::to_owned));
    // The model's own types are imported as the model does it.
    if let Some(module) = reader.modules.get(model.class.path) {
        all.extend(
            carried(module).into_iter().filter(|one| !one.starts_with('.') && !one.starts_with("sqlalchemy")),
        );
        let enums = module.classes().map(|class| class.name.to_string());
        let from = dotted(reader, model, model.class.path);
        all.extend(enums.map(|name| format!("{from}:{name}")));
    }
    all.extend(GENERAL.map(str::to_owned));
    all
}

/// The module of a file as the project imports it.
pub(super) fn dotted(reader: &Reader<'_>, model: &Model<'_>, path: &str) -> String {
    let root = root_of(reader, model, path);
    let inside = path.strip_prefix(root.as_str()).unwrap_or(path);
    inside.trim_end_matches(".py").trim_end_matches("/__init__").replace('/', ".")
}

/// The folder below which a file's imports are found, with its last `/`; empty at the root.
pub(super) fn root_of(reader: &Reader<'_>, model: &Model<'_>, path: &str) -> String {
    // As somebody imports the model: what stands before it is the folder of all imports.
    let root = reader.modules.iter().find_map(|(importer, module)| {
        let (from, _) = module.origin_of(&model.name)?;
        if from.starts_with('.') || reader.file_of(importer, &from).is_none() {
            return None;
        }
        let target = reader.file_of(importer, &from)?;
        let stem = target.trim_end_matches(".py").trim_end_matches("/__init__");
        stem.strip_suffix(&from.replace('.', "/")).map(str::to_owned)
    });
    // A model that nobody imports: any other import says where imports begin.
    let root = root.or_else(|| {
        reader.modules.iter().find_map(|(importer, module)| {
            module.import_froms().filter(|import| import.level == 0).find_map(|import| {
                let from = import.module.as_ref()?.as_str();
                let target = reader.file_of(importer, from)?;
                let stem = target.trim_end_matches(".py").trim_end_matches("/__init__");
                let root = stem.strip_suffix(&from.replace('.', "/"))?;
                path.starts_with(root).then(|| root.to_owned())
            })
        })
    });
    root.unwrap_or_default()
}
