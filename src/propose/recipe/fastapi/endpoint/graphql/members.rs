//! What clients read and send: fields of GraphQL with the types of the classes that travel.
//!
//! The classes of the routes stay what says which values are right; GraphQL repeats their fields.

use super::super::{
    collection::Collection,
    columns::{Model, is_table},
    reader::{Class, Reader},
};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        python::{last_name, string_value},
        recipe::{endpoint::column::Column, fastapi::render::optional, fields::Kind, graphql::is_secret},
    },
};
use ruff_python_ast::{Expr, Stmt};

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    /// Its annotation.
    pub(super) of: String,
    /// What the answer's class has for it, as source.
    pub(super) value: String,
}

/// One member of the answer of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PageMember {
    pub(super) name: String,
    pub(super) of: String,
    pub(super) is_rows: bool,
}

/// What the routes answer.
pub(super) struct Shown<'m> {
    /// The class that answers are made of; the model's own where there is no other.
    pub(super) class: Class<'m>,
    pub(super) fields: Vec<Field>,
    /// How a list is answered: source of its class, the class, and its members; `None` for a plain one.
    pub(super) page: Option<(String, Class<'m>, Vec<PageMember>)>,
    pub(super) left: Vec<String>,
}

/// Classes with those that they inherit from, bases first.
fn chain<'m>(reader: &'m Reader<'_>, class: Class<'m>) -> Vec<Class<'m>> {
    let mut all = vec![class];
    let mut at = 0;
    while let Some(one) = all.get(at).copied().filter(|_| at < 8) {
        all.extend(reader.bases(one));
        at += 1;
    }
    all.reverse();
    all
}

/// Every field that a class states, with the source of its annotation and its line.
fn stated(reader: &Reader<'_>, class: Class<'_>) -> Vec<(String, String, Place, bool)> {
    let mut all: Vec<(String, String, Place, bool)> = Vec::new();
    for one in chain(reader, class) {
        let Some(module) = reader.modules.get(one.path) else { continue };
        for stmt in &one.node.body {
            let Stmt::AnnAssign(assign) = stmt else { continue };
            let Some(name) = last_name(&assign.target) else { continue };
            let of = module.source(&*assign.annotation).to_owned();
            if name.starts_with('_') || name == "model_config" || of.starts_with("ClassVar") {
                continue;
            }
            let has_default = assign.value.as_deref().is_some_and(|value| match value {
                Expr::Call(call) if last_name(&call.func) == Some("Field") => {
                    let named = call.arguments.keywords.iter();
                    named
                        .into_iter()
                        .any(|one| matches!(one.arg.as_deref(), Some("default" | "default_factory")))
                        || call
                            .arguments
                            .args
                            .first()
                            .is_some_and(|one| !matches!(one, Expr::EllipsisLiteral(_)))
                }
                Expr::EllipsisLiteral(_) => false,
                _ => true,
            });
            all.retain(|(known, ..)| known != name);
            all.push((name.to_owned(), of, Place::new(one.path, module.line(stmt)), has_default));
        }
    }
    all
}

/// The annotation of a column's value.
fn of(column: &Column) -> String {
    match column.kind {
        Kind::String | Kind::Text => "str".into(),
        _ => column.source_type.clone(),
    }
}

/// Fields that clients may read, and the names of those that they may not.
fn fields(reader: &Reader<'_>, class: Class<'_>, old: bool) -> (Vec<Field>, Vec<String>) {
    let model = Model::of(reader, class);
    let mut left = Vec::new();
    let mut all = Vec::new();
    for (name, ..) in stated(reader, class) {
        let known = model.columns.iter().find(|column| column.name == name);
        let Some(column) = known.filter(|column| !is_secret(&column.name)) else {
            left.push(name);
            continue;
        };
        let plain = of(column);
        let value = match (column.choices.is_empty(), column.optional) {
            (true, _) => format!("shown.{name}"),
            (false, false) => format!("shown.{name}.value"),
            (false, true) => format!("shown.{name} and shown.{name}.value"),
        };
        let of = if column.optional { optional(&plain, old) } else { plain };
        all.push(Field { name, of, value });
    }
    (all, left)
}

/// What the routes of a resource answer; the error says what was not understood.
pub(super) fn shown<'m>(
    reader: &'m Reader<'m>,
    collection: &Collection<'m>,
    model: &Model<'m>,
    old: bool,
) -> Result<Shown<'m>, ProposeError> {
    let path = collection.path;
    let response = |handler: super::super::collection::Handler<'m>| {
        let keywords = handler.decorator.arguments.keywords.iter();
        let mut named = keywords.filter(|one| one.arg.as_deref() == Some("response_model"));
        named.next().map(|one| &one.value).or(handler.function.returns.as_deref())
    };
    let class = response(collection.row).and_then(|of| reader.annotated(path, of)).unwrap_or(model.class);
    let (fields, left) = fields(reader, class, old);
    let module = reader.module(path)?;
    if fields.is_empty() {
        return Err(ProposeError::NotApplicable(format!(
            "{} answers nothing whose fields are known, so there is no type to make of it",
            Place::new(path, module.line(&collection.row.function.name))
        )));
    }
    let mut page = None;
    if let Some(list) = collection.list {
        let stated = response(list).ok_or_else(|| unknown(path, module.line(&list.function.name)))?;
        let source = module.source(stated);
        let is_rows = is_list(stated);
        if !is_rows {
            let plain = match stated {
                Expr::Subscript(subscript) => &*subscript.value,
                other => other,
            };
            let answer = reader.annotated(path, plain).filter(|class| !is_table(class.node));
            let answer = answer.ok_or_else(|| unknown(path, module.line(&list.function.name)))?;
            let members = page_members(reader, answer);
            if members.iter().filter(|one| one.is_rows).count() != 1 {
                return Err(unknown(path, module.line(&list.function.name)));
            }
            page = Some((source.to_owned(), answer, members));
        }
    }
    Ok(Shown { class, fields, page, left })
}

fn unknown(path: &str, line: u32) -> ProposeError {
    ProposeError::NotApplicable(format!(
        "what the list at {} answers was not understood, so its query is yours to write; say it by response_model",
        Place::new(path, line)
    ))
}

fn is_list(expr: &Expr) -> bool {
    match expr {
        Expr::Subscript(subscript) => {
            matches!(last_name(&subscript.value), Some("list" | "List" | "Sequence" | "Iterable"))
        }
        _ => false,
    }
}

/// Members of a page that GraphQL can show.
fn page_members(reader: &Reader<'_>, class: Class<'_>) -> Vec<PageMember> {
    let model = Model::of(reader, class);
    let mut all = Vec::new();
    for (name, of_source, ..) in stated(reader, class) {
        let is_rows = ["list[", "List[", "Sequence["].iter().any(|lead| of_source.starts_with(lead));
        let column = model.columns.iter().find(|column| column.name == name);
        match column {
            _ if is_rows => all.push(PageMember { name, of: String::new(), is_rows }),
            Some(column) if column.choices.is_empty() && !column.optional => {
                all.push(PageMember { name, of: of(column), is_rows });
            }
            _ => {}
        }
    }
    all
}

/// Fields of a body that clients send; one that is needed and has no type here is refused.
pub(super) fn inputs(
    reader: &Reader<'_>,
    class: Class<'_>,
    old: bool,
) -> Result<(Vec<Field>, Vec<String>), ProposeError> {
    let model = Model::of(reader, class);
    let (mut all, mut left) = (Vec::new(), Vec::new());
    for (name, source, place, has_default) in stated(reader, class) {
        let refuse = |why: &str| {
            ProposeError::NotApplicable(format!(
                "{}.{name} ({place}) {why}, so the mutation is yours to write",
                class.node.name
            ))
        };
        let renamed = class_text(reader, class).contains("alias");
        if renamed {
            return Err(refuse("or another field of its class has an alias"));
        }
        let Some(column) = model.columns.iter().find(|column| column.name == name) else {
            let is_optional = has_default || source.contains("None") || source.starts_with("Optional");
            if !is_optional {
                return Err(refuse(&format!("is {source}, for which GraphQL has no type of its own")));
            }
            left.push(name);
            continue;
        };
        let plain = of(column);
        let of = if column.optional || column.has_default || has_default {
            format!("{} = strawberry.UNSET", optional(&plain, old))
        } else {
            plain
        };
        all.push(Field { name, of, value: String::new() });
    }
    // What may be left away stands behind what may not.
    all.sort_by_key(|field| field.of.contains('='));
    Ok((all, left))
}

fn class_text<'m>(reader: &'m Reader<'_>, class: Class<'_>) -> &'m str {
    reader.modules.get(class.path).map_or("", |module| module.source(class.node))
}

/// The name of a type that a class has in GraphQL, where its decorator says one.
pub(super) fn type_name(decorator: &Expr) -> Option<String> {
    let Expr::Call(call) = decorator else { return None };
    let named = call.arguments.keywords.iter().find(|one| one.arg.as_deref() == Some("name"))?;
    string_value(&named.value)
}
