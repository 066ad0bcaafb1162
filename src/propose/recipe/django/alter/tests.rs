//! The tests of a model's resource: bodies that are sent grow, and what is read back is
//! compared.

use super::{
    super::{survey::elements, tests_of},
    Alter,
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_end, line_number, line_start},
        python::{Module, range_of, string_value},
        recipe::{
            fields::{Field, Kind},
            typescript::words,
        },
    },
};
use minijinja::Value;
use ruff_python_ast::{
    Expr, ExprDict, Stmt,
    visitor::{Visitor, walk_expr, walk_stmt},
};

/// Whether a file holds tests.
pub(super) fn is_test(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    file == "tests.py" || file.starts_with("test_") || file.ends_with("_test.py") || file == "conftest.py"
}

/// Every such file, changed.
pub(super) fn changed(alter: &mut Alter<'_>) -> Result<Vec<FileChange>, ProposeError> {
    let mut files = Vec::new();
    let (mut is_sent, mut is_read) = (false, false);
    for (path, module) in &alter.survey.modules {
        if !is_test(path) || !words(module.text).contains(alter.model.class.as_str()) {
            continue;
        }
        let mut find = Find { alter, bodies: Vec::new(), wrong: Vec::new(), compared: Vec::new() };
        find.visit_body(&module.body);
        let (bodies, wrong, compared) = (find.bodies, find.wrong, find.compared);
        if bodies.is_empty() {
            continue;
        }
        let mut edits = Edits::default();
        for body in &bodies {
            grow_body(alter, module, body, &mut edits);
        }
        for list in &wrong {
            grow_wrong(alter, module, list, &mut edits);
        }
        for stmt in &compared {
            compare(alter, module, stmt, &mut edits);
        }
        let new = edits.apply(module.text)?;
        let at = bodies.first().map_or(0, |body| range_of(*body).start);
        if new != module.text {
            is_sent = true;
            is_read |= !compared.is_empty();
            let place = Place::new(*path, line_number(module.text, at));
            files.push(alter.edited(module, path, new, Some(place), Layer::Test));
        }
    }
    let plural = alter.change.ask.name.plural.replace('_', " ");
    if !is_sent {
        alter.remarks.push(format!(
            "No test of {plural} has a body that the new field could join, so a test of it is yours to write."
        ));
    } else if !is_read {
        alter.remarks.push(format!(
            "No test of {plural} compares what is read with what was sent; a line that does so for the new \
             field is yours to write."
        ));
    }
    Ok(files)
}

/// Fields that tests send: a reference has no row, and one value twice is not unique.
fn sent<'a>(alter: &Alter<'a>) -> impl Iterator<Item = &'a Field> + use<'a> {
    let fields = alter.change.ask.fields.iter();
    fields.filter(|field| !field.unique && !matches!(field.kind, Kind::BelongsTo(_)))
}

/// What is looked for in one file.
struct Find<'m, 'a, 'b> {
    alter: &'b Alter<'a>,
    /// `{"title": "x", "pages": 3}`.
    bodies: Vec<&'m ExprDict>,
    /// `[("title", []), ("pages", "many")]`.
    wrong: Vec<&'m Expr>,
    /// The last of `assert read.json()["title"] == sent["title"]` in each test.
    compared: Vec<&'m Stmt>,
}

impl Find<'_, '_, '_> {
    fn is_column(&self, name: &str) -> bool {
        self.alter.known.iter().any(|known| known.name == name)
    }

    /// A body that makes a row: only columns, and every one that is required and that the first
    /// such body of the project sends.
    fn is_body(&self, dict: &ExprDict) -> bool {
        let keys: Vec<Option<String>> =
            dict.items.iter().map(|item| item.key.as_ref().and_then(string_value)).collect();
        let has = |name: &str| keys.iter().flatten().any(|key| key == name);
        let required = self.alter.known.iter().filter(|known| known.is_required);
        let lacking = required.filter(|known| !has(&known.name)).count();
        // One that is not sent may be who asks.
        !keys.is_empty()
            && lacking <= 1
            && keys.iter().all(|key| key.as_deref().is_some_and(|key| self.is_column(key)))
    }
}

impl<'m> Visitor<'m> for Find<'m, '_, '_> {
    fn visit_stmt(&mut self, stmt: &'m Stmt) {
        match stmt {
            Stmt::For(one) => {
                let first = |tuple: &Expr| elements(tuple).first().and_then(string_value);
                let list = elements(&one.iter);
                let is_pair = |tuple: &Expr| {
                    matches!(tuple, Expr::Tuple(pair) if pair.elts.len() == 2)
                        && first(tuple).is_some_and(|name| self.is_column(&name))
                };
                if !list.is_empty() && list.iter().all(is_pair) {
                    self.wrong.push(&one.iter);
                }
            }
            Stmt::FunctionDef(function) => {
                self.compared.extend(
                    function
                        .body
                        .iter()
                        .rfind(|stmt| compared_name(stmt).is_some_and(|name| self.is_column(&name))),
                );
            }
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'m Expr) {
        if let Expr::Dict(dict) = expr
            && self.is_body(dict)
        {
            self.bodies.push(dict);
        }
        walk_expr(self, expr);
    }
}

/// `title` of `assert read.json()["title"] == sent["title"]`, and of the same with `assertEqual`.
fn compared_name(stmt: &Stmt) -> Option<String> {
    let (left, right) = match stmt {
        Stmt::Assert(assert) => match &*assert.test {
            Expr::Compare(compare) => match &*compare.comparators {
                [right] => (&*compare.left, right),
                _ => return None,
            },
            _ => return None,
        },
        Stmt::Expr(expr) => match &*expr.value {
            Expr::Call(call) => match &*call.arguments.args {
                [left, right] => (left, right),
                _ => return None,
            },
            _ => return None,
        },
        _ => return None,
    };
    let key = |expr: &Expr| match expr {
        Expr::Subscript(subscript) => string_value(&subscript.slice),
        _ => None,
    };
    let name = key(left)?;
    (key(right)? == name).then_some(name)
}

fn grow_body(alter: &Alter<'_>, module: &Module<'_>, body: &ExprDict, edits: &mut Edits) {
    let Some(last) = body.items.last().map(|item| range_of(&item.value)) else { return };
    let items: Vec<String> =
        sent(alter).map(|field| format!("\"{}\": {}", field.name, tests_of::sample(field))).collect();
    if module.source(body).contains('\n') {
        let indent = indent_of(module.text, last.start);
        let added: Vec<String> = items.iter().map(|item| format!(",\n{indent}{item}")).collect();
        edits.insert(last.end, alter.habits.quoted_as(&added.concat()));
        return;
    }
    let range = range_of(body);
    let start = line_start(module.text, range.start);
    let lead = module.text.get(start..range.start).unwrap_or_default();
    let rest = module.text.get(range.end..line_end(module.text, range.end)).unwrap_or_default().trim_end();
    let known = body.items.iter().map(|item| {
        let key = item.key.as_ref().map_or("", |key| module.source(key));
        format!("{key}: {}", module.source(&item.value))
    });
    let all: Vec<String> = known.chain(items.iter().map(|item| alter.habits.quoted_as(item))).collect();
    let written = alter.habits.written(&format!("{lead}{{⟨{}⟩}}{rest}", all.join("¦")));
    let written = written.trim_end();
    let inner = written.strip_prefix(lead).and_then(|inner| inner.strip_suffix(rest));
    edits.replace(range, inner.unwrap_or(written).to_owned());
}

/// Values of the new fields that must be refused.
fn grow_wrong(alter: &Alter<'_>, module: &Module<'_>, list: &Expr, edits: &mut Edits) {
    let fields: Vec<Field> = sent(alter).cloned().collect();
    let text = |value: &Value, key: &str| value.get_attr(key).map(|one| one.to_string()).unwrap_or_default();
    let Some(last) = elements(list).last().map(range_of) else { return };
    let indent = indent_of(module.text, last.start);
    let mut added = String::new();
    for one in tests_of::wrong(&fields, None) {
        let pair = format!("(\"{}\", {})", text(&one, "name"), text(&one, "value"));
        let gap = if module.source(list).contains('\n') { format!("\n{indent}") } else { " ".into() };
        added.push_str(&format!(",{gap}{pair}"));
    }
    edits.insert(last.end, alter.habits.quoted_as(&added));
}

/// The same comparison for the new fields, below the last one.
fn compare(alter: &Alter<'_>, module: &Module<'_>, stmt: &Stmt, edits: &mut Edits) {
    let Some(name) = compared_name(stmt) else { return };
    let range = range_of(stmt);
    let indent = indent_of(module.text, range.start);
    let source = module.source(stmt);
    if source.contains('\n') {
        return;
    }
    let plain = |field: &&Field| !matches!(field.kind, Kind::Decimal | Kind::DateTime | Kind::Float);
    let mut added = String::new();
    for field in sent(alter).filter(plain) {
        let quoted =
            |text: &str, name: &str| text.replace(&format!("\"{name}\""), &format!("\"{}\"", field.name));
        let line = quoted(source, &name).replace(&format!("'{name}'"), &format!("'{}'", field.name));
        added.push_str(&alter.habits.written(&format!("{indent}{}", broken(&line))));
    }
    edits.insert(line_end(module.text, range.end), added);
}

/// A call of two arguments as one that may stand on several lines.
fn broken(line: &str) -> String {
    let parts =
        line.split_once('(').and_then(|(head, rest)| Some((head, rest.strip_suffix(')')?.split_once(", ")?)));
    match parts {
        Some((head, (left, right))) if head.starts_with("self.") => format!("{head}(⟨{left}¦{right}⟩)"),
        _ => line.to_owned(),
    }
}

/// Lists of wrong values and of required fields, as the fields are now.
pub(super) fn reshaped(alter: &mut Alter<'_>) -> Result<Vec<FileChange>, ProposeError> {
    let mut files = Vec::new();
    let mut remarks = Vec::new();
    for (path, module) in &alter.survey.modules {
        if !is_test(path) || !words(module.text).contains(alter.model.class.as_str()) {
            continue;
        }
        let mut find = Lists { wrong: Vec::new(), left_out: Vec::new(), nulls: Vec::new() };
        find.visit_body(&module.body);
        let mut edits = Edits::default();
        let mut like = None;
        for list in &find.wrong {
            if rewrite_wrong(alter, module, list, &mut edits) {
                like.get_or_insert(range_of(*list).start);
            }
        }
        for list in &find.left_out {
            if rewrite_required(alter, module, list, &mut edits) {
                like.get_or_insert(range_of(*list).start);
            }
        }
        for dict in &find.nulls {
            let name = dict.items.first().and_then(|item| item.key.as_ref()).and_then(string_value);
            let is_it = alter
                .reshaped
                .iter()
                .any(|one| Some(one.name()) == name.as_deref() && one.difference.is_optional_now());
            if is_it {
                remarks.push(format!(
                    "{path}:{} sends nothing for a field that may be empty now; if it expects to be refused, \
                     take another field there.",
                    module.line(*dict)
                ));
            }
        }
        let new = edits.apply(module.text)?;
        let Some(at) = like.filter(|_| new != module.text) else { continue };
        let place = Place::new(*path, line_number(module.text, at));
        files.push(alter.edited(module, path, new, Some(place), Layer::Test));
    }
    alter.remarks.extend(remarks);
    Ok(files)
}

/// What a change of fields may make untrue.
struct Lists<'m> {
    /// `[("title", []), ("pages", "many")]`.
    wrong: Vec<&'m Expr>,
    /// `["title", "pages"]` of a loop that leaves one out each time.
    left_out: Vec<&'m Expr>,
    /// `{"title": None}`.
    nulls: Vec<&'m ExprDict>,
}

impl<'m> Visitor<'m> for Lists<'m> {
    fn visit_stmt(&mut self, stmt: &'m Stmt) {
        if let Stmt::For(one) = stmt {
            let list = elements(&one.iter);
            let is_pair = |tuple: &Expr| matches!(tuple, Expr::Tuple(pair) if pair.elts.len() == 2);
            let leaves_out = one.body.iter().any(|stmt| matches!(stmt, Stmt::Delete(_)));
            if !list.is_empty() && list.iter().all(is_pair) {
                self.wrong.push(&one.iter);
            } else if leaves_out && !list.is_empty() && list.iter().all(|one| string_value(one).is_some()) {
                self.left_out.push(&one.iter);
            }
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'m Expr) {
        if let Expr::Dict(dict) = expr
            && let [only] = dict.items.as_slice()
            && only.value.is_none_literal_expr()
        {
            self.nulls.push(dict);
        }
        walk_expr(self, expr);
    }
}

/// The pairs of a changed field become those of its new rules.
fn rewrite_wrong(alter: &Alter<'_>, module: &Module<'_>, list: &Expr, edits: &mut Edits) -> bool {
    let all = elements(list);
    let name_of = |pair: &Expr| elements(pair).first().and_then(string_value);
    let text = |value: &Value, key: &str| value.get_attr(key).map(|one| one.to_string()).unwrap_or_default();
    let mut rows: Vec<String> = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for pair in all {
        let name = name_of(pair).unwrap_or_default();
        let Some(one) = alter.reshaped.iter().find(|one| one.name() == name) else {
            rows.push(module.source(pair).to_owned());
            continue;
        };
        if done.contains(&one.name()) {
            continue;
        }
        done.push(one.name());
        let fields = [one.difference.after.clone()];
        rows.extend(
            tests_of::wrong(&fields, None)
                .iter()
                .map(|wrong| alter.habits.quoted_as(&format!("(\"{name}\", {})", text(wrong, "value")))),
        );
    }
    let old: Vec<&str> = all.iter().map(|pair| module.source(pair)).collect();
    if done.is_empty() || rows == old {
        return false;
    }
    let (Some(first), Some(last)) = (all.first().map(range_of), all.last().map(range_of)) else {
        return false;
    };
    let gap = if module.source(list).contains('\n') {
        format!(",\n{}", indent_of(module.text, first.start))
    } else {
        ", ".to_owned()
    };
    edits.replace(first.start..last.end, rows.join(&gap));
    true
}

/// A field that may be left out is none of those that are required.
fn rewrite_required(alter: &Alter<'_>, module: &Module<'_>, list: &Expr, edits: &mut Edits) -> bool {
    let is_free = |name: &str| {
        alter.reshaped.iter().any(|one| {
            let is_free = one.difference.is_optional_now() || one.difference.fill.is_some();
            one.name() == name && is_free
        })
    };
    let all = elements(list);
    let kept: Vec<&str> = all
        .iter()
        .filter(|one| !string_value(one).is_some_and(|name| is_free(&name)))
        .map(|one| module.source(one))
        .collect();
    if kept.len() == all.len() || kept.is_empty() {
        return false;
    }
    let range = range_of(list);
    let start = line_start(module.text, range.start);
    let end = line_end(module.text, range.end);
    let lead = module.text.get(start..range.start).unwrap_or_default();
    let rest = module.text.get(range.end..end).unwrap_or_default().trim_end();
    let written = alter.habits.written(&format!("{lead}[⟨{}⟩]{rest}", kept.join("¦")));
    let written = written.trim_end();
    let inner = written.strip_prefix(lead).and_then(|inner| inner.strip_suffix(rest));
    edits.replace(range, inner.unwrap_or(written).to_owned());
    true
}
