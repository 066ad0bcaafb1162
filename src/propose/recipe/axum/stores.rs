//! Functions that store and read rows, and tests that send them, with the new columns.

use super::{alter::Alter, statements};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place},
    propose::{
        edits::{Edits, indent_of, line_end, line_number, line_start},
        recipe::{
            fields::Field,
            literals::{grow, literals},
            values::sample_text,
        },
        rust::Function,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

type Changed = BTreeMap<String, Edits>;
type Likes = BTreeMap<String, (Place, Layer)>;

/// Every SQL text of the table, grown, and the values bound to it; says where it could not.
pub(super) fn statements(
    alter: &Alter<'_>,
    bodies: &BTreeSet<String>,
    changed: &mut Changed,
    likes: &mut Likes,
) -> Vec<String> {
    let mut remarks = Vec::new();
    let known: Vec<String> = alter.row.fields.iter().map(|(name, _)| name.clone()).collect();
    let added: Vec<String> = alter.change.ask.fields.iter().map(Field::column).collect();
    for (path, file, text) in &alter.sources {
        if is_test(alter, path) {
            continue;
        }
        for function in &file.functions {
            let body = text.get(function.body.clone()).unwrap_or_default();
            for literal in texts(body, function.body.start) {
                let sql = text.get(literal.clone()).unwrap_or_default();
                let Some(grown) = statements::grow(sql, &alter.table, &known, &added) else { continue };
                let place = Place::new(path.clone(), line_number(text, literal.start));
                let edits = changed.entry(path.clone()).or_default();
                if let Some(after) = grown.after {
                    let Some((at, bound)) = values(alter, function, text, &literal, after, bodies) else {
                        remarks
                            .push(format!("{place} stores single values; store the new column there too."));
                        continue;
                    };
                    edits.insert(at, bound);
                }
                edits.replace(literal.clone(), grown.text);
                likes.entry(path.clone()).or_insert((place, Layer::Repository));
            }
        }
    }
    remarks
}

/// Where the new values are bound and how; `None` where they do not come from one body.
fn values(
    alter: &Alter<'_>,
    function: &Function,
    text: &str,
    literal: &Range<usize>,
    after: usize,
    bodies: &BTreeSet<String>,
) -> Option<(usize, String)> {
    let sql = text.get(literal.clone())?;
    let binds = binds(text, literal.end..function.body.end);
    let numbers = statements::placeholders(sql).into_iter().map(|(_, number)| number).max()?;
    let last = binds.get(after.checked_sub(1)?).filter(|_| binds.len() == numbers)?;
    let value = text.get(last.value.clone())?.trim();
    let (source, field) = value.trim_start_matches('&').rsplit_once('.')?;
    let is_body = function.parameters.iter().any(|(pattern, ty)| {
        pattern == source && bodies.iter().any(|body| ty.trim_start_matches('&').ends_with(body.as_str()))
    });
    if !is_body || !alter.row.fields.iter().any(|(name, _)| name == field) {
        return None;
    }
    let starts_line = text.get(line_start(text, last.range.start)..last.range.start)?.trim().is_empty();
    let indent = indent_of(text, last.range.start);
    let mut bound = String::new();
    for field in &alter.change.ask.fields {
        let lead = if starts_line { format!("\n{indent}") } else { String::new() };
        let borrow = if alter.rust_type(field) == "String" { "&" } else { "" };
        bound.push_str(&format!("{lead}.bind({borrow}{source}.{})", field.column()));
    }
    Some((last.range.end, bound))
}

/// One `.bind(value)`.
struct Bind {
    range: Range<usize>,
    value: Range<usize>,
}

/// The values that are bound, in order, up to the next SQL text.
fn binds(text: &str, within: Range<usize>) -> Vec<Bind> {
    let mut found = Vec::new();
    let mut at = within.start;
    while let Some(offset) = text.get(at..within.end).and_then(|rest| rest.find(".bind(")) {
        let start = at + offset;
        let open = start + ".bind(".len();
        let mut depth = 1_i32;
        let inner = text.get(open..within.end).unwrap_or_default();
        let end = inner.char_indices().find_map(|(offset, c)| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            (depth == 0).then_some(open + offset)
        });
        let Some(end) = end else { break };
        found.push(Bind { range: start..end + 1, value: open..end });
        at = end + 1;
    }
    found
}

/// The insides of string literals that hold SQL.
pub(super) fn texts(body: &str, from: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut letters = body.char_indices().peekable();
    let mut previous = ' ';
    while let Some((at, c)) = letters.next() {
        match c {
            '/' if letters.peek().is_some_and(|(_, next)| *next == '/') => {
                letters.by_ref().find(|(_, c)| *c == '\n');
            }
            '"' => {
                let raw = matches!(previous, 'r' | '#');
                let mut escaped = false;
                let mut end = body.len();
                for (inner, c) in letters.by_ref() {
                    match c {
                        _ if escaped => escaped = false,
                        '\\' if !raw => escaped = true,
                        '"' => {
                            end = inner;
                            break;
                        }
                        _ => {}
                    }
                }
                let sql = body.get(at + 1..end).unwrap_or_default().trim_start().to_ascii_lowercase();
                if ["insert ", "update ", "select ", "delete ", "with "]
                    .iter()
                    .any(|word| sql.starts_with(word))
                {
                    found.push(from + at + 1..from + end);
                }
            }
            _ => {}
        }
        previous = c;
    }
    found
}

/// The bodies that tests send, grown, and what they compare.
pub(super) fn tests(
    alter: &Alter<'_>,
    bodies: &BTreeSet<String>,
    changed: &mut Changed,
    likes: &mut Likes,
) -> Vec<String> {
    let all = alter.sources.iter().flat_map(|(_, file, _)| &file.structs);
    let body = all.into_iter().find(|one| bodies.contains(&one.name));
    let name = &alter.change.ask.name;
    // One value twice is not unique.
    let sent = alter.change.ask.fields.iter().filter(|field| !field.unique);
    let fields: Vec<(&Field, String)> =
        sent.filter_map(|field| Some((field, sample(alter, field)?))).collect();
    let mut is_tested = false;
    for (path, _, text) in alter.sources.iter().filter(|(path, _, _)| is_test(alter, path)) {
        let Some(body) = body.filter(|_| !fields.is_empty()) else { continue };
        let named =
            [&name.plural, &name.plural.replace('_', "-")].iter().any(|name| text.contains(name.as_str()));
        if !named {
            continue;
        }
        let has = |key: &str| body.fields.iter().any(|(name, _)| name == key);
        let needed: Vec<&String> =
            body.fields.iter().filter(|(_, ty)| !ty.starts_with("Option<")).map(|(name, _)| name).collect();
        let edits = changed.entry(path.clone()).or_default();
        for literal in literals(text, 0..text.len()) {
            let before = text.get(..literal.range.start).unwrap_or_default();
            let is_json = before.trim_end().ends_with("json!(");
            let whole = needed.iter().all(|name| literal.entries.iter().any(|entry| entry.key == **name));
            if !is_json || !whole || !literal.entries.iter().all(|entry| has(&entry.key)) {
                continue;
            }
            let added: Vec<String> =
                fields.iter().map(|(field, sample)| format!("\"{}\": {sample}", field.column())).collect();
            grow(text, &literal, &added, 100, "    ", true, edits);
            let place = Place::new(path.clone(), line_number(text, literal.range.start));
            likes.entry(path.clone()).or_insert((place, Layer::Test));
            is_tested = true;
        }
        compare(alter, text, &fields, edits);
        if !likes.contains_key(path) {
            changed.remove(path);
        }
    }
    if is_tested {
        return Vec::new();
    }
    vec![format!(
        "No test of {} sends a whole body, so a test of the new field is yours to write.",
        name.plural
    )]
}

/// A value of a field in the notation of JSON.
pub(super) fn sample(alter: &Alter<'_>, field: &Field) -> Option<String> {
    let text = sample_text(field, '"')?;
    if alter.rust_type(field) != "Decimal" {
        return Some(text);
    }
    let number = text.parse::<f64>().ok()?;
    Some(format!("\"{number:.2}\""))
}

/// `assert_eq!(read["title"], sent["title"]);`, once more for each new field.
fn compare(alter: &Alter<'_>, text: &str, fields: &[(&Field, String)], edits: &mut Edits) {
    let mut at = 0;
    let mut last: Option<(usize, String, String)> = None;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        let column = alter.row.fields.iter().map(|(name, _)| name).find(|name| {
            line.trim_start().starts_with("assert_eq!(")
                && line.matches(&format!("[\"{name}\"]")).count() == 2
        });
        if let Some(column) = column {
            last = Some((end, line.to_owned(), column.clone()));
        }
        at = end;
    }
    let Some((end, line, column)) = last else { return };
    for (field, _) in fields {
        if !matches!(field.kind, crate::propose::recipe::fields::Kind::DateTime) {
            let line = line.replace(&format!("[\"{column}\"]"), &format!("[\"{}\"]", field.column()));
            edits.insert(line_end(text, end.saturating_sub(1)), line);
        }
    }
}

pub(super) fn is_test(alter: &Alter<'_>, path: &str) -> bool {
    alter.change.ask.map.layer_of(path).or_else(|| layer_by_path(path)) == Some(Layer::Test)
}
