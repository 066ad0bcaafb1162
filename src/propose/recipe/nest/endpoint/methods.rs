//! The handlers of a controller, and the text of a new one beside them.

use crate::{
    ports::ProposeError,
    propose::{
        edits::{indent_of, line_start},
        recipe::{
            endpoint::paths,
            node::endpoint::{
                asked::Asked,
                check::exchange_variable,
                code::{Code, Unit},
                copy::Copy,
                piece::{From, Need, Piece, before},
            },
        },
        script::{Id, Kind},
    },
};

/// One handler.
#[derive(Debug, Clone)]
pub(super) struct Handler<'s> {
    pub(super) unit: Unit<'s>,
    /// `get`.
    pub(super) verb: String,
    /// Below the controller's own path: `/:id`.
    pub(super) url: String,
}

const VERBS: [&str; 5] = ["Get", "Post", "Put", "Patch", "Delete"];

/// Every handler of a controller's class, in the order of the class.
pub(super) fn handlers<'s>(
    code: &Code<'s>,
    path: &str,
    class: &str,
) -> Result<Vec<Handler<'s>>, ProposeError> {
    let (source, tree) = code.get(path)?;
    let text = source.text.as_str();
    let is_it = |id: &Id| tree.kind(*id) == Kind::Class && tree.name(*id, text) == Some(class);
    let Some(class) = tree.all().find(is_it) else { return Ok(Vec::new()) };
    let methods = tree.below(class).filter(|id| tree.kind(*id) == Kind::Method);
    Ok(methods
        .filter_map(|node| {
            let (_, call) = route_mark(code, path, node)?;
            let (name, _) = tree.callee(call, text)?;
            let stated = tree.arguments(call).first().map_or("", |id| tree.text(*id, text));
            let url = stated.trim_matches(['\'', '"', '`']).trim_matches('/');
            let url = if url.is_empty() { String::new() } else { format!("/{url}") };
            let unit = Unit { path: source.path.as_str(), node, function: tree.value(node)? };
            Some(Handler { unit, verb: name.to_lowercase(), url })
        })
        .collect())
}

/// The decorator that makes a method a handler, and its call.
fn route_mark(code: &Code<'_>, path: &str, method: Id) -> Option<(Id, Id)> {
    let (source, tree) = code.get(path).ok()?;
    tree.children(method).iter().find_map(|id| {
        let is_mark = tree.kind(*id) == Kind::Other && tree.text(*id, &source.text).starts_with('@');
        let call = tree.below(*id).find(|one| tree.kind(*one) == Kind::Call).filter(|_| is_mark)?;
        let (name, _) = tree.callee(call, &source.text)?;
        VERBS.contains(&name).then_some((*id, call))
    })
}

impl Handler<'_> {
    /// Whether it is for one row by its key.
    pub(super) fn is_of_row(&self) -> bool {
        self.url.starts_with("/:") && self.url.matches('/').count() == 1
    }

    /// The parameter of its address.
    pub(super) fn parameter(&self) -> &str {
        self.url.trim_start_matches("/:")
    }
}

/// The pipe that checks a value of an address; texts have none.
fn pipe(asked: &Asked<'_>, is_uuid: bool) -> &'static str {
    match asked.ty {
        "number" => "ParseIntPipe",
        "boolean" => "ParseBoolPipe",
        _ if is_uuid => "ParseUUIDPipe",
        _ => "",
    }
}

/// The parameter that holds the value of the address.
pub(super) fn parameter(asked: &Asked<'_>, is_uuid: bool) -> (String, Vec<Need>) {
    let pipe = pipe(asked, is_uuid);
    let checked = if pipe.is_empty() { String::new() } else { format!(", {pipe}") };
    let name = &asked.variable;
    let text = format!("@Param({}{checked}) {name}: {}", asked.quoted(name), asked.ty);
    let needs = ["Param", pipe]
        .into_iter()
        .filter(|name| !name.is_empty())
        .map(|name| Need { name: name.to_owned(), from: From::Package("@nestjs/common") });
    (text, needs.collect())
}

/// Gives a copied handler its own address.
pub(super) fn addressed(copy: &mut Copy<'_, '_>, verb: &str, url: &str) {
    let asked = copy.asked;
    let unit = copy.unit();
    let Some((mark, call)) = route_mark(asked.code, unit.path, unit.node) else { return };
    let name =
        format!("{}{}", verb.get(..1).unwrap_or_default().to_uppercase(), verb.get(1..).unwrap_or_default());
    let old = copy.work.tree.callee(call, copy.work.text).map(|(name, _)| name.to_lowercase());
    // A row is not made: what is changed answers as a change does.
    let is_new_post = verb == "post" && old.as_deref() != Some("post");
    let states = asked.code.text(unit.path, unit.node).contains("@HttpCode(");
    let indent = indent_of(copy.work.text, copy.work.tree.range(mark).start);
    let status = if is_new_post && !states { format!("\n{indent}@HttpCode(200)") } else { String::new() };
    let text = format!("@{name}({}){status}", asked.quoted(url.trim_start_matches('/')));
    copy.work.write(copy.work.tree.range(mark), text);
    let common = |name: String| Need { name, from: From::Package("@nestjs/common") };
    if !status.is_empty() {
        copy.needs.push(common("HttpCode".into()));
    }
    copy.needs.push(common(name));
}

/// The key of a copied handler becomes the value.
pub(super) fn keyed(copy: &mut Copy<'_, '_>, key: &str, value: &str) -> bool {
    let asked = copy.asked;
    let mut is_found = false;
    for parameter in copy.parameters() {
        let tree = &copy.work.tree;
        if tree.name(parameter, copy.work.text) == Some(key) {
            let range = tree.range(parameter);
            copy.work.write(range, value.to_owned());
            is_found = true;
        }
    }
    // `+id`: the value has its type already.
    let function = copy.unit().function;
    let given: Vec<Id> = copy.work.tree.below(function).collect();
    for id in given {
        let text = copy.work.tree.text(id, copy.work.text);
        if text.strip_prefix('+') == Some(key) {
            let range = copy.work.tree.range(id);
            copy.work.write(range, asked.variable.clone());
        }
    }
    exchange_variable(asked, &mut copy.work, function, key);
    is_found
}

/// A handler before the one that would take its requests.
pub(super) fn put_before(
    asked: &Asked<'_>,
    all: &[Handler<'_>],
    like: &Handler<'_>,
    url: &str,
    text: &str,
    needs: Vec<Need>,
) -> Result<Piece, ProposeError> {
    let takes = |one: &&Handler<'_>| one.verb == "get" && paths::covers(&one.url, url);
    let place = all.iter().find(takes).unwrap_or(like);
    let mut piece = before(asked, place.unit, text)?;
    piece.like = asked.code.place(like.unit);
    piece.needs = needs;
    Ok(piece)
}

/// The handler that answers with the number of rows.
pub(super) fn counting(copy: &Copy<'_, '_>, value: &str, url: &str) -> Result<String, ProposeError> {
    let asked = copy.asked;
    let unit = copy.unit();
    let (tree, text) = (&copy.work.tree, copy.work.text);
    let gone = || ProposeError::NotApplicable(format!("{} could not be followed", asked.code.place(unit)));
    let name =
        tree.children(unit.node).iter().copied().find(|id| tree.kind(*id) == Kind::Name).ok_or_else(gone)?;
    let start = tree.range(name).start;
    let indent = indent_of(text, start);
    let modifiers: String = text
        .get(line_start(text, start)..start)
        .unwrap_or_default()
        .split_whitespace()
        .filter(|word| matches!(*word, "public" | "private" | "protected"))
        .map(|word| format!("{word} "))
        .collect();
    let mut marks: Vec<String> = vec![format!("@Get({})", asked.quoted(url.trim_start_matches('/')))];
    for id in tree.children(unit.node) {
        let mark = tree.text(*id, text);
        let is_mark = tree.kind(*id) == Kind::Other && mark.starts_with('@');
        let is_about_page = ["@Get", "@ApiQuery", "@ApiOkResponse", "@ApiResponse", "@ApiOperation"];
        if is_mark && !is_about_page.iter().any(|lead| mark.starts_with(lead)) {
            marks.push(mark.to_owned());
        }
    }
    let function = tree.text(unit.function, text);
    let returns = if function.contains("): Promise<") { ": Promise<{ count: number }>" } else { "" };
    let (own, end) = (asked.name_for(asked.code.name(unit)), asked.end());
    let deeper = format!("{indent}{}", asked.habits.indent);
    let marks = marks.join(&format!("\n{indent}"));
    Ok(format!(
        "{marks}\n{indent}{modifiers}async {own}(){returns} {{\n{deeper}return {{ count: await {value} }}{end}\n{indent}}}"
    ))
}
