//! The last touches on a source that was grafted: imports that nothing uses go, missing ones
//! come, lines that became too long are broken.

use super::graft::Work;
use crate::{
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_end, line_start},
        recipe::typescript::{Habits, words},
        script::{Id, Import, Kind, Script},
    },
};
use std::ops::Range;

/// Leaves out imports that nothing uses.
pub(in crate::propose::recipe) fn without_unused_imports(
    path: &str,
    text: &str,
) -> Result<String, ProposeError> {
    let script = Script::parse(path, text)?;
    let mut rest = text.to_owned();
    for import in script.imports.iter().rev() {
        rest.replace_range(import.range.clone(), "");
    }
    let used = words(&rest);
    let mut edits = Edits::default();
    for import in &script.imports {
        let unused: Vec<_> = import.names.iter().filter(|name| !used.contains(&name.local)).collect();
        if unused.is_empty() {
            continue;
        }
        if unused.len() == import.names.len() {
            edits.replace(line_start(text, import.range.start)..line_end(text, import.range.end), "");
            continue;
        }
        for name in unused {
            edits.replace(around(text, &name.range), "");
        }
    }
    edits.apply(text)
}

/// A name of a list, with `type` before it and the comma beside it.
fn around(text: &str, range: &Range<usize>) -> Range<usize> {
    let after = text.get(range.end..).unwrap_or_default();
    let skipped = after.len() - after.trim_start().len();
    if after.trim_start().starts_with(',') {
        let rest = after.get(skipped + 1..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\n', '\r', '\t']).len();
        return range.start..range.end + skipped + 1 + blanks;
    }
    let before = text.get(..range.start).unwrap_or_default();
    let start = before.trim_end().strip_suffix(',').map_or(range.start, str::len);
    start..range.end
}

/// Imports a name, as a type where no import of that module is there, where a text uses it and
/// does not have it yet.
pub(super) fn with_import(path: &str, text: &str, name: &str, from: &str) -> Result<String, ProposeError> {
    imported(path, text, name, from, Use::Type)
}

/// The same, marked as a type among the values of a module.
pub(super) fn with_type(path: &str, text: &str, name: &str, from: &str) -> Result<String, ProposeError> {
    imported(path, text, name, from, Use::Marked)
}

/// The same for what is there when the program runs.
pub(super) fn with_value(path: &str, text: &str, name: &str, from: &str) -> Result<String, ProposeError> {
    imported(path, text, name, from, Use::Value)
}

/// What an imported name is needed for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Type,
    Marked,
    Value,
}

fn imported(path: &str, text: &str, name: &str, from: &str, wanted: Use) -> Result<String, ProposeError> {
    let script = Script::parse(path, text)?;
    if !words(text).contains(name) || script.import_of(name).is_some() {
        return Ok(text.to_owned());
    }
    let mut edits = Edits::default();
    let is_fit = |import: &&Import| {
        import.from == from && !import.names.is_empty() && (wanted != Use::Value || !import.is_type)
    };
    let mut known = script.imports.iter().filter(is_fit);
    let named = known.rfind(|import| {
        import.names.iter().all(|name| name.name != "*")
            && import.names.iter().any(|name| name.name != "default")
    });
    match named {
        Some(import) => {
            let Some(last) = import.names.last() else { return Ok(text.to_owned()) };
            let is_typed = text.get(import.range.clone()).is_some_and(|line| line.contains("type "));
            let is_marked = match wanted {
                Use::Type => is_typed && !import.is_type,
                Use::Marked => !import.is_type,
                Use::Value => false,
            };
            let kind = if is_marked { "type " } else { "" };
            let before = import.names.iter().find(|one| one.name.to_lowercase() > name.to_lowercase());
            let sorted = import.names.windows(2).all(|pair| match pair {
                [a, b] => a.name.to_lowercase() <= b.name.to_lowercase(),
                _ => true,
            });
            match before.filter(|_| sorted) {
                Some(before) => {
                    let start = typed_start(text, before.range.start);
                    let lead = text.get(line_start(text, start)..start).unwrap_or_default();
                    // A list with a name on each line goes on so.
                    let gap = if lead.trim().is_empty() { format!("\n{lead}") } else { " ".to_owned() };
                    edits.insert(start, format!("{kind}{name},{gap}"));
                }
                None => {
                    let start = line_start(text, last.range.start);
                    let indent = text.get(start..typed_start(text, last.range.start)).unwrap_or_default();
                    let lead = if indent.trim().is_empty() && !indent.is_empty() {
                        format!(",\n{indent}")
                    } else {
                        ", ".to_owned()
                    };
                    edits.insert(last.range.end, format!("{lead}{kind}{name}"));
                }
            }
        }
        None => {
            let quote = if text.contains("from \"") { '"' } else { '\'' };
            let end = if text.lines().any(|line| line.starts_with("import ") && line.ends_with(';')) {
                ";"
            } else {
                ""
            };
            let (kind, at) = match wanted {
                Use::Type | Use::Marked => ("import type", 0),
                // Beside the modules that are nearest in name: own ones stand after packages.
                Use::Value => ("import", place_of(text, &script, from)),
            };
            edits.insert(at, format!("{kind} {{ {name} }} from {quote}{from}{quote}{end}\n"));
        }
    }
    edits.apply(text)
}

/// Where an import of a module goes: before the first whose name comes after it, of the same
/// kind, else after the last import.
fn place_of(text: &str, script: &Script, from: &str) -> usize {
    let rank = |from: &str| (from.starts_with('.'), from.to_owned());
    let after = script.imports.iter().find(|import| rank(&import.from) > rank(from));
    match (after, script.imports.last()) {
        (Some(import), _) => line_start(text, import.range.start),
        (None, Some(last)) => line_end(text, last.range.end),
        (None, None) => 0,
    }
}

/// Where a specifier begins, `type` included.
fn typed_start(text: &str, start: usize) -> usize {
    let before = text.get(..start).unwrap_or_default();
    before.strip_suffix("type ").map_or(start, str::len)
}

/// Breaks lines that are too long at their outermost list or chain, as a formatter would, and
/// joins lists that fit on one line again.
pub(super) fn fitted(path: &str, text: &str, habits: &Habits) -> Result<String, ProposeError> {
    let mut text = text.to_owned();
    // Each round breaks or joins once; a text has far fewer long lines than this.
    for _ in 0..400 {
        let work = Work::new(path, &text)?;
        let Some((range, new)) = next_break(&work, habits) else { break };
        text.replace_range(range, &new);
    }
    Ok(text)
}

/// The first list that a line is too long for, and its text on lines of its own.
fn next_break(work: &Work<'_>, habits: &Habits) -> Option<(Range<usize>, String)> {
    for id in work.tree.all() {
        let other = match work.tree.kind(id) {
            Kind::Call => chain(work, id, habits),
            Kind::If => bare_if(work, id, habits),
            _ => None,
        };
        if other.is_some() {
            return other;
        }
        let Some(list) = list(work, id) else { continue };
        let source = work.text.get(list.range.clone())?;
        let start = line_start(work.text, list.range.start);
        let lead = work.text.get(start..list.range.start)?;
        let end = line_end(work.text, list.range.end);
        let after = work.text.get(list.range.end..end)?.trim_end();
        if source.contains('\n') {
            if list.may_join {
                let flat = flat(work, &list);
                let line = format!("{lead}{flat}{after}");
                let is_plain = list.items.iter().all(|item| !work.tree.text(*item, work.text).contains('\n'));
                if is_plain && columns(&line) <= habits.width && flat != source && !has_comment(source) {
                    return Some((list.range, flat));
                }
            }
            continue;
        }
        // One name that is imported stays on its line, however long.
        let is_single = work.tree.kind(id) == Kind::Import && list.items.len() == 1;
        if is_single || columns(&format!("{lead}{source}{after}")) <= habits.width || list.items.is_empty() {
            continue;
        }
        if list.is_last_broken_first(work)
            || list.has_object_behind_names(work, lead, habits)
            || is_pattern_before_call(work, id, &list, habits)
        {
            continue;
        }
        if let Some(broken) = arrow_last(work, &list, lead, habits).or_else(|| arrow_body(work, id, habits)) {
            return Some(broken);
        }
        let indent: String = lead.chars().take_while(|c| c.is_whitespace()).collect();
        let deeper = format!("{indent}{}", habits.indent);
        let items: Vec<&str> = list.items.iter().map(|item| work.tree.text(*item, work.text)).collect();
        let comma = if habits.trailing_commas && !list.is_rest { "," } else { "" };
        let joined = items.join(&format!(",\n{deeper}"));
        let (open, close) = (source.get(..1)?, source.get(source.len() - 1..)?);
        return Some((list.range, format!("{open}\n{deeper}{joined}{comma}\n{indent}{close}")));
    }
    None
}

/// `const { a, b } = await ask(…)`: the call is broken where all before its values fits.
fn is_pattern_before_call(work: &Work<'_>, id: Id, list: &Listed, habits: &Habits) -> bool {
    let is_declared =
        work.tree.kind(id) == Kind::ObjectPattern && work.tree.kind(work.tree.parent(id)) == Kind::Variable;
    let start = line_start(work.text, list.range.start);
    let rest = work.text.get(list.range.end..line_end(work.text, list.range.end)).unwrap_or_default();
    let Some(open) = rest.find('(').filter(|_| is_declared) else { return false };
    let line = work.text.get(start..list.range.end + open + 1).unwrap_or_default();
    columns(line) <= habits.width
}

/// `const ask = (a: A) =>` and its call on a line of its own, where all before the call fits.
fn arrow_body(work: &Work<'_>, id: Id, habits: &Habits) -> Option<(Range<usize>, String)> {
    let arrow = work.tree.parent(id);
    let is_declared = work.tree.kind(id) == Kind::Parameters
        && work.tree.kind(arrow) == Kind::Arrow
        && work.tree.kind(work.tree.parent(arrow)) == Kind::Variable;
    let body = work.tree.children(arrow).last().copied();
    let body = body.filter(|body| is_declared && work.tree.kind(*body) == Kind::Call)?;
    let at = work.tree.range(body).start;
    let start = line_start(work.text, work.tree.range(id).start);
    let head = work.text.get(start..at)?;
    if head.contains('\n') || columns(head.trim_end()) > habits.width {
        return None;
    }
    let indent = indent_of(work.text, start);
    let gap = head.len() - head.trim_end().len();
    Some((at - gap..at, format!("\n{indent}{}", habits.indent)))
}

fn columns(line: &str) -> usize {
    line.replace('\t', "  ").chars().count()
}

fn has_comment(text: &str) -> bool {
    text.contains("//") || text.contains("/*")
}

/// A list between brackets.
struct Listed {
    range: Range<usize>,
    items: Vec<Id>,
    /// Whether a formatter joins its lines where they fit.
    may_join: bool,
    is_rest: bool,
}

impl Listed {
    /// An object behind plain values is broken, where all before its members fits.
    fn has_object_behind_names(&self, work: &Work<'_>, lead: &str, habits: &Habits) -> bool {
        let Some((last, others)) = self.items.split_last().filter(|(_, others)| !others.is_empty()) else {
            return false;
        };
        let is_plain = |id: &Id| matches!(work.tree.kind(*id), Kind::Name | Kind::Member | Kind::Text);
        let start = work.tree.range(*last).start;
        let head = work.text.get(self.range.start..start).unwrap_or_default();
        work.tree.kind(*last) == Kind::Object
            && others.iter().all(is_plain)
            && columns(&format!("{lead}{head}{{")) <= habits.width
    }

    /// A last function or object of a call is broken inside of itself.
    fn is_last_broken_first(&self, work: &Work<'_>) -> bool {
        self.items.last().is_some_and(|last| {
            let kind = work.tree.kind(*last);
            let text = work.tree.text(*last, work.text);
            matches!(kind, Kind::Arrow | Kind::Function) && text.contains('{')
                || kind == Kind::Object && self.items.len() <= 2 && text.len() > 4
        }) && work.text.get(self.range.start..self.range.start + 1) == Some("(")
    }
}

fn list(work: &Work<'_>, id: Id) -> Option<Listed> {
    let tree = &work.tree;
    let bracketed = |first: Id, last: Id, open: char, close: char| -> Option<Range<usize>> {
        let (start, end) = (tree.range(first).start, tree.range(last).end);
        let before = work.text.get(..start)?.trim_end();
        let after = work.text.get(end..)?;
        let skipped = after.len() - after.trim_start_matches([' ', '\n', '\t', ',']).len();
        (before.ends_with(open) && after.get(skipped..)?.starts_with(close))
            .then(|| before.len() - 1..end + skipped + 1)
    };
    let children = tree.children(id).to_vec();
    let (items, open, close, may_join): (Vec<Id>, char, char, bool) = match tree.kind(id) {
        Kind::Import => (
            children.into_iter().filter(|child| tree.kind(*child) == Kind::Specifier).collect(),
            '{',
            '}',
            true,
        ),
        Kind::Parameters => (children, '(', ')', true),
        Kind::Call | Kind::New => (tree.arguments(id), '(', ')', true),
        Kind::Array => (children, '[', ']', true),
        Kind::Object => (children, '{', '}', false),
        Kind::ObjectPattern => (children, '{', '}', true),
        _ => return None,
    };
    let range = bracketed(*items.first()?, *items.last()?, open, close)?;
    let is_rest = items.last().is_some_and(|last| tree.kind(*last) == Kind::Rest);
    Some(Listed { range, items, may_join, is_rest })
}

fn flat(work: &Work<'_>, list: &Listed) -> String {
    let items: Vec<&str> = list.items.iter().map(|item| work.tree.text(*item, work.text)).collect();
    let inner = items.join(", ");
    let source = work.text.get(list.range.clone()).unwrap_or_default();
    if source.starts_with('{') {
        format!("{{ {inner} }}")
    } else {
        let (open, close) =
            (source.get(..1).unwrap_or("("), source.get(source.len().saturating_sub(1)..).unwrap_or(")"));
        format!("{open}{inner}{close}")
    }
}

/// A call whose last argument is a function that is a mere expression: the expression goes to
/// a line of its own.
fn arrow_last(work: &Work<'_>, list: &Listed, lead: &str, habits: &Habits) -> Option<(Range<usize>, String)> {
    let last = *list.items.last()?;
    let source = work.tree.text(last, work.text);
    let (head, body) = source.split_once(" => ")?;
    if work.tree.kind(last) != Kind::Arrow || body.starts_with(['{', '(']) || list.items.len() < 2 {
        return None;
    }
    let start = list.range.start;
    let before = work.text.get(start..work.tree.range(last).start)?;
    let first = format!("{lead}{before}{head} =>");
    let indent: String = lead.chars().take_while(|c| c.is_whitespace()).collect();
    let comma = if habits.trailing_commas { "," } else { "" };
    (columns(&first) <= habits.width && !source.contains('\n')).then(|| {
        let text = format!("{before}{head} =>\n{indent}{}{body}{comma}\n{indent})", habits.indent);
        (list.range.clone(), text)
    })
}

/// A chain of three calls or more: on one line where it fits, else one call a line.
fn chain(work: &Work<'_>, id: Id, habits: &Habits) -> Option<(Range<usize>, String)> {
    let tree = &work.tree;
    let above = tree.parent(id);
    let is_inner = tree.kind(above) == Kind::Member && tree.kind(tree.parent(above)) == Kind::Call;
    if is_inner {
        return None;
    }
    let mut links = Vec::new();
    let mut at = id;
    while let Some((_, Some(object))) = tree.callee(at, work.text) {
        links.push(work.text.get(tree.range(object).end..tree.range(at).end)?.trim());
        at = object;
    }
    let is_simple = !links.iter().any(|link| ["=>", "{ ", "({", "\n"].iter().any(|part| link.contains(part)));
    // What the chain begins with counts where it is a call itself: `request(app)`.
    let calls = links.len() + usize::from(tree.kind(at) == Kind::Call);
    // A function that is a mere expression breaks a chain always.
    let is_forced =
        links.iter().any(|link| link.contains("=> ") && !link.contains('{') && !link.contains('\n'));
    let is_told = tree.text(id, work.text).contains('\n');
    let is_long = calls >= 3 || links.len() == 2;
    if !is_long || links.is_empty() || !(is_simple || is_forced && calls >= 3 && !is_told) {
        return None;
    }
    links.reverse();
    let range = tree.range(id);
    let source = work.text.get(range.clone())?;
    let start = line_start(work.text, range.start);
    let lead = work.text.get(start..range.start)?;
    let after = work.text.get(range.end..line_end(work.text, range.end))?.trim_end();
    let base = tree.text(at, work.text);
    let flat = format!("{base}{}", links.concat());
    let fits = !is_forced && columns(&format!("{lead}{flat}{after}")) <= habits.width;
    if fits || base.contains('\n') {
        return (flat != source && fits).then_some((range, flat));
    }
    let indent: String = lead.chars().take_while(|c| c.is_whitespace()).collect();
    let broken = format!(
        "{base}{}",
        links.iter().map(|link| format!("\n{indent}{}{link}", habits.indent)).collect::<String>()
    );
    (broken != source && !source.contains('\n')).then_some((range, broken))
}

/// `if (…) throw …` whose line is too long.
fn bare_if(work: &Work<'_>, id: Id, habits: &Habits) -> Option<(Range<usize>, String)> {
    let tree = &work.tree;
    let [test, leaves] = tree.children(id) else { return None };
    let source = tree.text(id, work.text);
    let range = tree.range(id);
    let start = line_start(work.text, range.start);
    let line = work.text.get(start..line_end(work.text, range.end))?.trim_end();
    if source.contains('\n') || tree.kind(*leaves) == Kind::Block || columns(line) <= habits.width {
        return None;
    }
    let indent = work.text.get(start..range.start)?;
    let between = tree.range(*leaves).start;
    let head = work.text.get(tree.range(*test).end..between)?;
    (!head.contains('\n')).then(|| {
        let blank = between - (head.len() - head.trim_end().len());
        (blank..between, format!("\n{indent}{}", habits.indent))
    })
}

/// The same for a file that was there: only lines that are new are broken.
pub(super) fn fitted_beside(
    path: &str,
    old: &str,
    text: &str,
    habits: &Habits,
) -> Result<String, ProposeError> {
    let fitted = fitted(path, text, habits)?;
    let is_untouched =
        old.lines().all(|line| fitted.lines().any(|one| one == line) || !text.lines().any(|one| one == line));
    Ok(if is_untouched { fitted } else { text.to_owned() })
}
