//! Where a row is made of single values: what is there takes and hands on the new fields.

use super::{super::fields, Alter};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_number},
        python::{Module, dotted, range_of, string_value},
        recipe::{fields::Field, reshape::Difference},
    },
};
use ruff_python_ast::{
    Expr, ExprCall, ParameterWithDefault, Parameters, Stmt, StmtFunctionDef,
    visitor::{Visitor, walk_expr, walk_stmt},
};

/// How a value reaches the row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum From {
    /// A parameter of the function around it.
    Parameter,
    /// `data` of `data["title"]`.
    Item(String),
    Elsewhere,
}

/// A call that makes a row, and the function that it stands in.
struct Made<'m> {
    call: &'m ExprCall,
    function: Option<&'m StmtFunctionDef>,
}

/// Every file that makes such rows outside of tests, changed.
pub(super) fn changed(alter: &mut Alter<'_>) -> Result<Vec<FileChange>, ProposeError> {
    let mut files = Vec::new();
    let mut remarks = Vec::new();
    for (path, module) in &alter.survey.modules {
        if super::tests::is_test(path) || path.contains("/migrations/") {
            continue;
        }
        let mut find = Find { model: &alter.model.class, functions: Vec::new(), made: Vec::new() };
        find.visit_body(&module.body);
        let mut edits = Edits::default();
        let mut like = None;
        for made in &find.made {
            let of = source_of(made);
            if of == From::Elsewhere {
                remarks.push(format!(
                    "{path}:{} makes {} of single values; hand the new field on there.",
                    module.line(made.call),
                    alter.model.class
                ));
                continue;
            }
            grow_call(alter, module, made.call, &of, &mut edits);
            if let (From::Parameter, Some(function)) = (&of, made.function) {
                grow_parameters(alter, module, function, &mut edits);
            }
            like.get_or_insert(range_of(made.call).start);
        }
        let new = edits.apply(module.text)?;
        let Some(at) = like.filter(|_| new != module.text) else { continue };
        let used = super::used_names(&Module::parse(path, &new)?);
        let mut candidates: Vec<String> =
            ["decimal:Decimal", "datetime:date", "datetime:datetime", "uuid:UUID"]
                .map(str::to_owned)
                .to_vec();
        for parent in &alter.parents {
            let package = parent.path.trim_end_matches(".py").replace('/', ".");
            let like = module.origin_of(&alter.model.class).map(|(from, _)| from);
            candidates.push(format!("{}:{}", like.unwrap_or(package), parent.class));
        }
        let new = alter.habits.with_imports(path, &new, &used, &candidates)?;
        let place = Place::new(*path, line_number(module.text, at));
        files.push(alter.edited(module, path, new, Some(place), Layer::Service));
    }
    alter.remarks.extend(remarks);
    Ok(files)
}

struct Find<'m, 'a> {
    model: &'a str,
    functions: Vec<&'m StmtFunctionDef>,
    made: Vec<Made<'m>>,
}

impl<'m> Visitor<'m> for Find<'m, '_> {
    fn visit_stmt(&mut self, stmt: &'m Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                self.functions.push(function);
                walk_stmt(self, stmt);
                self.functions.pop();
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'m Expr) {
        if let Expr::Call(call) = expr
            && makes(&call.func, self.model)
            && !call.arguments.keywords.is_empty()
            && call.arguments.keywords.iter().all(|keyword| keyword.arg.is_some())
        {
            self.made.push(Made { call, function: self.functions.last().copied() });
        }
        walk_expr(self, expr);
    }
}

/// `Book(` or `Book.objects.create(`.
fn makes(function: &Expr, model: &str) -> bool {
    let Some(name) = dotted(function) else { return false };
    name == model
        || name.strip_prefix(model).is_some_and(|rest| rest.starts_with('.') && rest.ends_with(".create"))
}

fn source_of(made: &Made<'_>) -> From {
    for keyword in made.call.arguments.keywords.iter().rev() {
        let Some(own) = keyword.arg.as_ref().map(|arg| arg.as_str()) else { continue };
        match &keyword.value {
            Expr::Name(name) if name.id.as_str() == own => {
                let is_parameter = made.function.is_some_and(|function| has(&function.parameters, own));
                return if is_parameter { From::Parameter } else { From::Elsewhere };
            }
            Expr::Subscript(subscript) if string_value(&subscript.slice).as_deref() == Some(own) => {
                return dotted(&subscript.value).map_or(From::Elsewhere, From::Item);
            }
            _ => {}
        }
    }
    From::Elsewhere
}

fn has(parameters: &Parameters, name: &str) -> bool {
    parameters.iter_non_variadic_params().any(|one| one.parameter.name.as_str() == name)
}

fn grow_call(alter: &Alter<'_>, module: &Module<'_>, call: &ExprCall, of: &From, edits: &mut Edits) {
    let mut all: Vec<String> = call.arguments.args.iter().map(|one| module.source(one).to_owned()).collect();
    all.extend(call.arguments.keywords.iter().map(|one| module.source(one).to_owned()));
    let known = all.len();
    for field in &alter.change.ask.fields {
        let name = &field.name;
        all.push(match of {
            From::Item(data) => format!("{name}={data}.get(\"{name}\", {})", alter.value_of(field)),
            _ => format!("{name}={name}"),
        });
    }
    let last = call.arguments.keywords.last().map(range_of);
    if let (true, Some(last)) = (module.source(&call.arguments).contains('\n'), last) {
        let indent = indent_of(module.text, last.start);
        let added: Vec<String> = all.iter().skip(known).map(|one| format!(",\n{indent}{one}")).collect();
        edits.insert(last.end, alter.habits.quoted_as(&added.concat()));
        return;
    }
    replace_list(alter, module, range_of(&call.arguments), &all, edits);
}

/// A list in brackets on one line, with what stands before and behind it on that line, broken
/// where it is too long.
fn replace_list(
    alter: &Alter<'_>,
    module: &Module<'_>,
    range: std::ops::Range<usize>,
    all: &[String],
    edits: &mut Edits,
) {
    let text = module.text;
    let start = crate::propose::edits::line_start(text, range.start);
    let end = crate::propose::edits::line_end(text, range.end);
    let (Some(lead), Some(rest)) = (text.get(start..range.start), text.get(range.end..end)) else { return };
    let line = format!("{lead}(⟨{}⟩){}", all.join("¦"), rest.trim_end());
    let written = alter.habits.written(&line);
    let written = written.trim_end();
    let inner = written.strip_prefix(lead).and_then(|inner| inner.strip_suffix(rest.trim_end()));
    edits.replace(range, inner.unwrap_or(written).to_owned());
}

fn grow_parameters(alter: &Alter<'_>, module: &Module<'_>, function: &StmtFunctionDef, edits: &mut Edits) {
    let parameters = &*function.parameters;
    let is_typed = parameters.iter_non_variadic_params().any(|one| one.parameter.annotation.is_some());
    let fields = alter.change.ask.fields.iter().filter(|field| !has(parameters, &field.name));
    let added: Vec<String> = fields.map(|field| parameter(alter, field, is_typed)).collect();
    let source = module.source(parameters);
    // What stands in the brackets, in the order of the source.
    let mut parts: Vec<(usize, String)> =
        parameters.iter().map(|one| (range_of(&one).start, module.source(&one).to_owned())).collect();
    parts.sort();
    let last = parts.iter().rfind(|(_, part)| !part.starts_with("**")).map(|(at, part)| at + part.len());
    let Some(last) = last else { return };
    if source.contains('\n') {
        let start = parts.first().map_or(last, |(at, _)| *at);
        let indent = indent_of(module.text, start);
        edits.insert(
            last,
            alter.habits.quoted_as(&added.iter().map(|one| format!(",\n{indent}{one}")).collect::<String>()),
        );
        return;
    }
    let bare = parameters.vararg.is_none() && !parameters.kwonlyargs.is_empty();
    let first_kwonly = parameters.kwonlyargs.first().map_or(usize::MAX, |one| range_of(one).start);
    let mut all = Vec::new();
    for (at, part) in &parts {
        if bare && *at == first_kwonly {
            all.push("*".to_owned());
        }
        if part.starts_with("**") {
            all.extend(added.iter().cloned());
        }
        all.push(part.clone());
    }
    if parameters.kwarg.is_none() {
        all.extend(added);
    }
    replace_list(alter, module, range_of(parameters), &all, edits);
}

fn parameter(alter: &Alter<'_>, field: &Field, is_typed: bool) -> String {
    let value = alter.value_of(field);
    if !is_typed {
        return format!("{}={value}", field.name);
    }
    let ty = fields::python_type(field, alter.parent(field));
    let nullable = if value == "None" { " | None" } else { "" };
    format!("{}: {ty}{nullable} = {value}", field.name)
}

/// Every file whose functions take a field that may be left out now, changed.
pub(super) fn reshaped(alter: &Alter<'_>) -> Result<Vec<FileChange>, ProposeError> {
    let mut files = Vec::new();
    for (path, module) in &alter.survey.modules {
        if super::tests::is_test(path) || path.contains("/migrations/") {
            continue;
        }
        let mut find = Find { model: &alter.model.class, functions: Vec::new(), made: Vec::new() };
        find.visit_body(&module.body);
        let mut edits = Edits::default();
        let mut like = None;
        for (made, one) in find.made.iter().flat_map(|made| alter.reshaped.iter().map(move |one| (made, one)))
        {
            let parameters = made.function.map(|function| &*function.parameters);
            let known = parameters.into_iter().flat_map(|all| &all.kwonlyargs);
            let known = known.into_iter().find(|known| known.parameter.name.as_str() == one.name());
            // One that is given by its place cannot be left out before others.
            let Some(known) = known else { continue };
            let new = parameter_of(alter, module, known, &one.difference);
            if new != module.source(known) {
                edits.replace(range_of(known), new);
                like.get_or_insert(range_of(known).start);
            }
        }
        let new = edits.apply(module.text)?;
        let Some(at) = like else { continue };
        let used = super::used_names(&Module::parse(path, &new)?);
        let new = alter.habits.with_imports(path, &new, &used, &["decimal:Decimal".to_owned()])?;
        let place = Place::new(*path, line_number(module.text, at));
        files.push(alter.edited(module, path, new, Some(place), Layer::Service));
    }
    Ok(files)
}

/// A parameter as the field is now.
fn parameter_of(
    alter: &Alter<'_>,
    module: &Module<'_>,
    known: &ParameterWithDefault,
    difference: &Difference,
) -> String {
    let after = &difference.after;
    let old = known.default.as_deref().map(|default| module.source(default).to_owned());
    let default = match &difference.fill {
        Some(fill) => Some(fill.python(&fields::python_type(after, None))),
        None if difference.is_optional_now() && fields::is_blank(after) => Some("\"\"".to_owned()),
        None if difference.is_optional_now() => Some("None".to_owned()),
        None if difference.is_required_now() => None,
        None => old,
    };
    let name = known.parameter.name.as_str();
    let Some(annotation) = known.parameter.annotation.as_deref() else {
        return default
            .map_or(name.to_owned(), |default| format!("{name}={}", alter.habits.quoted_as(&default)));
    };
    let bare = module.source(annotation).trim_end_matches(" | None");
    let nullable = if default.as_deref() == Some("None") { " | None" } else { "" };
    let default = default.map(|default| format!(" = {}", alter.habits.quoted_as(&default)));
    format!("{name}: {bare}{nullable}{}", default.unwrap_or_default())
}
