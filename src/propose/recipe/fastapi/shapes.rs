//! New fields in the pydantic classes of a resource.

use super::{
    alter::Alter,
    context::{constraints, schema_imports},
    fields::Field,
    render::optional,
    tables::attribute,
};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_end, newline_of},
        python::{Module, last_name, range_of, string_value},
        recipe::{alter::is_time, resource::Edited, sqlmodel::index},
    },
};
use ruff_python_ast::{Expr, Stmt, StmtClassDef};

/// What a class is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// What a client sends, or what the others inherit.
    Write,
    /// What a client sends to change some of it.
    Change,
    Read,
}

/// Words that stand beside the resource's name in the name of a class.
const USES: [(Use, &[&str]); 3] = [
    (Use::Change, &["Update", "Patch", "Edit", "PartialUpdate", "UpdateIn", "InUpdate"]),
    (Use::Write, &["Base", "Create", "New", "In", "Input", "Post", "CreateIn", "InCreate"]),
    (Use::Read, &["Read", "Out", "Response", "Public", "Schema", "Detail", "InDB", "InDBBase", "View", ""]),
];

/// Every file with such classes, changed.
pub(crate) fn changed(alter: &mut Alter<'_>) -> Result<Vec<FileChange>, ProposeError> {
    let ask = alter.change.ask;
    if ask.fields.is_empty() && alter.stored.is_none() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for path in ask.workspace.paths().into_iter().filter(|path| path.ends_with(".py")) {
        let layer = ask.map.layer_of(path).or_else(|| layer_by_path(path));
        let is_table = path == alter.model.path && layer == Some(Layer::Model);
        if layer == Some(Layer::Test) || is_table && alter.stored.is_none() {
            continue;
        }
        let Some(text) = ask.workspace.text(path)? else { continue };
        let speaks = if alter.stored.is_some() { "sqlmodel" } else { "pydantic" };
        if !text.contains("pydantic") && !text.contains(speaks) && layer != Some(Layer::Schema) {
            continue;
        }
        let Ok(module) = Module::parse(path, &text) else { continue };
        files.extend(changed_file(alter, path, &module)?);
    }
    if files.is_empty() {
        alter.remarks.push(format!(
            "No pydantic class of {} was found, so nothing sends or shows the new field yet.",
            alter.model.name
        ));
    }
    Ok(files)
}

/// Whether a class has its fields from another one that is changed.
fn inherits(
    alter: &Alter<'_>,
    module: &Module<'_>,
    own: &[(&StmtClassDef, Use)],
    class: &StmtClassDef,
) -> bool {
    let bases = |class: &StmtClassDef| -> Vec<String> {
        let bases = class.arguments.iter().flat_map(|arguments| &arguments.args);
        bases.filter_map(last_name).map(str::to_owned).collect()
    };
    let mut pending = bases(class);
    if alter.stored.as_ref().is_some_and(|stored| pending.contains(&stored.class)) {
        return true;
    }
    let mut seen = 0;
    while let Some(base) = pending.pop() {
        if own.iter().any(|(other, _)| other.name.as_str() == base) {
            return true;
        }
        seen += 1;
        if seen > 64 {
            break;
        }
        pending.extend(module.classes().filter(|one| one.name.as_str() == base).flat_map(bases));
    }
    false
}

fn changed_file(
    alter: &Alter<'_>,
    path: &str,
    module: &Module<'_>,
) -> Result<Option<FileChange>, ProposeError> {
    let ask = alter.change.ask;
    let own: Vec<(&StmtClassDef, Use)> =
        module.classes().filter_map(|class| Some((class, use_of(class, &ask.name.pascal)?))).collect();
    let inherits = |class: &StmtClassDef| inherits(alter, module, &own, class);
    let mut edits = Edits::default();
    let mut like = None;
    let mut imports = Vec::new();
    let text = module.text;
    for (class, purpose) in own.iter().filter(|(class, _)| !inherits(class)) {
        let stored = alter.stored.as_ref().filter(|stored| stored.class == class.name.as_str());
        let shown: Vec<&Stmt> = class.body.iter().filter(|stmt| is_field(stmt)).collect();
        let is_plain = |stmt: &&&Stmt| {
            stored.is_none() || attribute(stmt).is_none_or(|name| !is_time(name) && name != "id")
        };
        let after = shown.iter().rfind(is_plain).or(shown.last()).copied().or(class.body.last());
        let Some(after) = after else { continue };
        let known = |field: &&Field| {
            let column = field.column();
            !class.body.iter().any(|stmt| attribute(stmt) == Some(column.as_str()))
        };
        let at = range_of(after);
        like.get_or_insert(Place::new(path, module.line(after)));
        let indent = indent_of(text, at.start);
        let newline = newline_of(text);
        let mut added = String::new();
        for field in ask.fields.iter().filter(known) {
            let of = stored.and_then(|stored| stored.lines.get(&field.column()));
            let of = of.map(|of| format!("{}: {of}", field.column()));
            let line = of.unwrap_or_else(|| line(alter, field, *purpose));
            added.push_str(&alter.written(&format!("{indent}{line}")).replace('\n', newline));
            imports.extend(imports_of(alter, field, *purpose, &line, stored.is_some()));
        }
        if shown.is_empty() && matches!(after, Stmt::Pass(_)) {
            edits.replace(at, added.trim_end().trim_start().to_owned());
        } else {
            let end = line_end(text, at.end);
            let closed = text.get(..end).is_some_and(|before| before.ends_with('\n'));
            let lead = if closed { "" } else { newline };
            let gap = if shown.is_empty() { newline } else { "" };
            edits.insert(end, format!("{lead}{gap}{added}"));
        }
        if *purpose == Use::Change {
            let required = ask.fields.iter().filter(|field| !field.optional).map(Field::column);
            refuse_null(alter, module, class, &required.collect::<Vec<_>>(), &[], &mut edits);
        }
    }
    if let Some(first) = index::changed(alter, module, &mut edits)? {
        like.get_or_insert(Place::new(path, first));
    }
    if like.is_none() {
        return Ok(None);
    }
    let layer = if path == alter.model.path { Layer::Model } else { Layer::Schema };
    Ok(Some(ask.edited(Edited {
        path,
        old: text,
        new: alter.imported(path, edits.apply(text)?, &imports)?,
        reason: ask.head.reason(layer),
        like,
        layer,
    })))
}

/// What the line of a field needs imported; `stored` says that it is a column too.
fn imports_of(alter: &Alter<'_>, field: &Field, purpose: Use, line: &str, stored: bool) -> Vec<String> {
    let mut wanted = schema_imports(field, None);
    if alter.stored.is_some() || purpose == Use::Read {
        wanted.retain(|import| import != "pydantic:Field");
    }
    if alter.stored.is_some() && line.contains("Field(") {
        wanted.push("sqlmodel:Field".into());
    }
    for name in ["DateTime", "false", "true"].into_iter().filter(|_| stored) {
        wanted.extend(line.contains(&format!("{name}(")).then(|| format!("sqlalchemy:{name}")));
    }
    if alter.field(field).py == "uuid.UUID" {
        wanted.push("uuid".into());
    }
    if alter.old && (field.optional || purpose == Use::Change) {
        wanted.push("typing:Optional".into());
    }
    wanted
}

/// What a class is for, by its name; `None` where it is not one of the resource's.
pub(super) fn use_of(class: &StmtClassDef, pascal: &str) -> Option<Use> {
    let name = class.name.as_str();
    let rest = name.strip_prefix(pascal).or_else(|| name.strip_suffix(pascal))?;
    let has_bases = class.arguments.iter().any(|arguments| !arguments.args.is_empty());
    let (purpose, _) = USES.iter().find(|(_, words)| words.contains(&rest)).filter(|_| has_bases)?;
    Some(*purpose)
}

fn is_field(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::AnnAssign(_)) && attribute(stmt) != Some("model_config")
}

/// The line of a field in a class of that use.
fn line(alter: &Alter<'_>, field: &Field, purpose: Use) -> String {
    let context = alter.field(field);
    let column = context.column;
    let limits = constraints(field).replace(", ", "¦");
    let nullable = optional(&context.py, alter.old);
    let with = |ty: &str, default: &str| match limits.as_str() {
        "" => format!("{column}: {ty} = {default}"),
        limits => format!("{column}: {ty} = Field(⟨default={default}¦{limits}⟩)"),
    };
    match (purpose, alter.change.fill(field)) {
        (Use::Read, Some(_)) => format!("{column}: {}", context.py),
        (Use::Read, None) => format!("{column}: {nullable} = None"),
        (Use::Write, Some(fill)) => with(&context.py, &fill.python(&context.py)),
        (Use::Write | Use::Change, _) => with(&nullable, "None"),
    }
}

/// A validator of the class that refuses null takes these fields too, and leaves out others.
pub(super) fn refuse_null(
    alter: &Alter<'_>,
    module: &Module<'_>,
    class: &StmtClassDef,
    columns: &[String],
    free: &[String],
    edits: &mut Edits,
) {
    for stmt in &class.body {
        let Stmt::FunctionDef(function) = stmt else { continue };
        if !module.source(function).contains("is None") {
            continue;
        }
        for decorator in &function.decorator_list {
            let Expr::Call(call) = &decorator.expression else { continue };
            let texts: Option<Vec<String>> = call.arguments.args.iter().map(string_value).collect();
            let Some(mut texts) = texts.filter(|_| last_name(&call.func) == Some("field_validator")) else {
                continue;
            };
            let before = texts.len();
            texts.retain(|text| !free.contains(text));
            let more = columns.iter().filter(|column| !texts.contains(column)).cloned();
            let more: Vec<String> = more.collect();
            if texts.len() == before && more.is_empty() || texts.is_empty() && more.is_empty() {
                continue;
            }
            texts.extend(more);
            let keywords = call.arguments.keywords.iter().map(|keyword| module.source(keyword).to_owned());
            let arguments: Vec<String> =
                texts.iter().map(|text| format!("\"{text}\"")).chain(keywords).collect();
            let indent = indent_of(module.text, range_of(decorator).start);
            let written = format!("{indent}@{}(⟨{}⟩)", module.source(&*call.func), arguments.join("¦"));
            let written = alter.written(&written);
            edits.replace(range_of(decorator), written.trim().to_owned());
        }
    }
}
