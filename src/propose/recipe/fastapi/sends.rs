//! Where a row is made of single values, and where tests send a body: both get the new field.

use super::{alter::Alter, context::FieldContext};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, newline_of},
        python::{Module, last_name, range_of, string_value},
        recipe::resource::Edited,
    },
};
use ruff_python_ast::{
    Expr, ExprCall, ExprDict, Stmt,
    visitor::{Visitor, walk_expr, walk_stmt},
};

/// Every file that makes or sends such a row, changed. `columns` are those that were there.
pub(crate) fn changed(alter: &mut Alter<'_>, columns: &[String]) -> Result<Vec<FileChange>, ProposeError> {
    let ask = alter.change.ask;
    let fields: Vec<FieldContext> = ask.fields.iter().map(|field| alter.field(field)).collect();
    if fields.is_empty() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    let mut is_tested = false;
    for path in ask.workspace.paths().into_iter().filter(|path| path.ends_with(".py")) {
        let layer = ask.map.layer_of(path).or_else(|| layer_by_path(path));
        let is_test = layer == Some(Layer::Test);
        if layer == Some(Layer::Migration) {
            continue;
        }
        let Some(text) = ask.workspace.text(path)? else { continue };
        if !is_test && !text.contains(&format!("{}(", alter.model.name)) {
            continue;
        }
        if is_test && !text.contains(&ask.name.plural) && !text.contains(&ask.name.plural.replace('_', "-")) {
            continue;
        }
        let Ok(module) = Module::parse(path, &text) else { continue };
        let mut edits = Edits::default();
        let mut found = Found {
            columns,
            name: &alter.model.name,
            calls: Vec::new(),
            bodies: Vec::new(),
            names: Vec::new(),
        };
        for stmt in &module.body {
            found.visit_stmt(stmt);
        }
        let mut like = None;
        if is_test {
            for body in &found.bodies {
                is_tested |= grow_body(alter, &module, body, &fields, &mut edits);
                like.get_or_insert(range_of(*body).start);
            }
            for list in &found.names {
                grow_names(alter, &module, list, &fields, &mut edits);
            }
        } else {
            for call in &found.calls {
                match source_of(call) {
                    Some(source) => {
                        let end = range_of(*call).end.saturating_sub(1);
                        grow_call(&module, call, &source, &fields, end, &mut edits);
                        like.get_or_insert(range_of(*call).start);
                    }
                    None => alter.remarks.push(format!(
                        "{path}:{} makes {} of single values; hand the new field on there.",
                        module.line(*call),
                        alter.model.name
                    )),
                }
            }
        }
        let new = edits.apply(&text)?;
        let Some(at) = like.filter(|_| new != text) else { continue };
        let layer = if is_test { Layer::Test } else { Layer::Service };
        let place = Place::new(path, crate::propose::edits::line_number(&text, at));
        files.push(ask.edited(Edited {
            path,
            old: &text,
            new,
            reason: ask.head.reason(layer),
            like: Some(place),
            layer,
        }));
    }
    if !is_tested {
        alter.remarks.push(format!(
            "No test of {} returns a body to send, so a test of the new field is yours to write.",
            ask.name.plural
        ));
    }
    Ok(files)
}

/// What is looked for in one file.
struct Found<'m, 'c> {
    columns: &'c [String],
    name: &'c str,
    /// `Review(title=body.title)`.
    calls: Vec<&'m ExprCall>,
    /// `return {"title": "x"}` of a test.
    bodies: Vec<&'m ExprDict>,
    /// `for name in ["title", "stars"]`.
    names: Vec<&'m Expr>,
}

impl<'m> Visitor<'m> for Found<'m, '_> {
    fn visit_stmt(&mut self, stmt: &'m Stmt) {
        let known = |text: &Option<String>| text.as_ref().is_some_and(|text| self.columns.contains(text));
        match stmt {
            Stmt::Return(one) => {
                if let Some(Expr::Dict(dict)) = one.value.as_deref() {
                    let keys: Vec<Option<String>> =
                        dict.items.iter().map(|item| item.key.as_ref().and_then(string_value)).collect();
                    if !keys.is_empty() && keys.iter().all(known) {
                        self.bodies.push(dict);
                    }
                }
            }
            Stmt::For(one) => {
                let leaves_out = one.body.iter().any(|stmt| matches!(stmt, Stmt::Delete(_)));
                if let Expr::List(list) = &*one.iter
                    && !leaves_out
                    && !list.elts.is_empty()
                    && list.elts.iter().map(string_value).all(|text| known(&text))
                {
                    self.names.push(&one.iter);
                }
            }
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'m Expr) {
        if let Expr::Call(call) = expr
            && last_name(&call.func) == Some(self.name)
            && call.arguments.keywords.iter().any(|keyword| {
                keyword.arg.as_ref().is_some_and(|arg| self.columns.iter().any(|known| known == arg.as_str()))
            })
            && call.arguments.keywords.iter().all(|keyword| keyword.arg.is_some())
        {
            self.calls.push(call);
        }
        walk_expr(self, expr);
    }
}

/// `body` of `Review(title=body.title)`; `None` where values come from elsewhere.
fn source_of(call: &ExprCall) -> Option<String> {
    call.arguments.keywords.iter().rev().find_map(|keyword| {
        let Expr::Attribute(attribute) = &keyword.value else { return None };
        let own = keyword.arg.as_ref()?.as_str();
        match &*attribute.value {
            Expr::Name(name) if attribute.attr.as_str() == own => Some(name.id.to_string()),
            _ => None,
        }
    })
}

fn grow_call(
    module: &Module<'_>,
    call: &ExprCall,
    source: &str,
    fields: &[FieldContext],
    end: usize,
    edits: &mut Edits,
) {
    let several_lines = module.source(call).contains('\n');
    let Some(last) = call.arguments.keywords.last().map(range_of) else { return };
    let indent = indent_of(module.text, last.start);
    let newline = newline_of(module.text);
    let between = module.text.get(last.end..end).unwrap_or_default();
    for field in fields {
        let column = &field.column;
        let added = format!("{column}={source}.{column}");
        match (several_lines, between.contains(',')) {
            (true, _) => edits.insert(last.end, format!(",{newline}{indent}{added}")),
            (false, _) => edits.insert(last.end, format!(", {added}")),
        }
    }
}

fn grow_body(
    alter: &Alter<'_>,
    module: &Module<'_>,
    body: &ExprDict,
    fields: &[FieldContext],
    edits: &mut Edits,
) -> bool {
    let several_lines = module.source(body).contains('\n');
    let Some(last) = body.items.last().map(|item| range_of(&item.value)) else { return false };
    let indent = indent_of(module.text, last.start);
    let newline = newline_of(module.text);
    let mut grown = false;
    for field in fields.iter().filter(|field| is_sent(field)) {
        let added = alter.quoted(&format!("\"{}\": {}", field.column, field.sample));
        let gap = if several_lines { format!("{newline}{indent}") } else { " ".to_owned() };
        edits.insert(last.end, format!(",{gap}{added}"));
        grown = true;
    }
    grown
}

/// Whether tests send the field: a reference has no row, and one value twice is not unique.
fn is_sent(field: &FieldContext) -> bool {
    !field.sample.is_empty() && !field.unique
}

/// The names that are compared, with those of the new fields.
fn grow_names(
    alter: &Alter<'_>,
    module: &Module<'_>,
    list: &Expr,
    fields: &[FieldContext],
    edits: &mut Edits,
) {
    let Expr::List(of) = list else { return };
    let mut names: Vec<String> = of.elts.iter().filter_map(string_value).collect();
    names.extend(
        fields.iter().filter(|field| field.comparable && is_sent(field)).map(|field| field.column.clone()),
    );
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let range = range_of(list);
    let several_lines = module.source(list).contains('\n');
    let indent = indent_of(module.text, range.start);
    let start = module.text.get(..range.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let lead = module.text.get(start..range.start).unwrap_or_default();
    if several_lines {
        let inner = names.join(&format!(",\n{indent}    "));
        edits.replace(range, alter.quoted(&format!("[\n{indent}    {inner},\n{indent}]")));
        return;
    }
    let written = alter.written(&format!("{lead}[⟨{}⟩]:", names.join("¦")));
    let written = written.strip_prefix(lead).unwrap_or(&written).trim_end().trim_end_matches(':').to_owned();
    edits.replace(range, written);
}
