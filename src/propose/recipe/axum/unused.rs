//! Imports that nothing in a file needs any more, taken out in rustfmt's form.

use crate::{
    ports::ProposeError,
    propose::{
        edits::{Edits, line_end, line_start},
        recipe::typescript::words,
        rust::RustFile,
    },
};

/// Columns of a line.
const WIDTH: usize = 100;

/// One path of an import: its name, and what stands behind its `::`.
struct Path {
    name: String,
    inner: Option<Vec<Path>>,
}

/// A text without those of some imported names that nothing in it uses.
pub(super) fn without(path: &str, text: &str, names: &[&str]) -> Result<String, ProposeError> {
    let file = RustFile::parse(path, text)?;
    let mut rest = text.to_owned();
    for one in file.uses.iter().rev() {
        rest.replace_range(one.range.clone(), "");
    }
    let used = words(&rest);
    let is_gone = |name: &str| names.contains(&name) && !used.contains(name);
    let mut edits = Edits::default();
    for one in file.uses.iter().filter(|one| !one.is_public) {
        let source = text.get(one.range.clone()).unwrap_or_default();
        let tree = source.strip_prefix("use ").and_then(|tree| tree.strip_suffix(';'));
        let Some(tree) = tree.filter(|_| one.paths.iter().any(|(_, local)| is_gone(local))) else { continue };
        let mut paths = paths(tree);
        remove(&mut paths, &is_gone);
        match paths.first() {
            Some(path) => {
                let indent = one.range.start - line_start(text, one.range.start);
                edits.replace(one.range.clone(), format!("use {};", written(path, indent, 5)));
            }
            None => {
                // A group of imports of which nothing is left takes the blank line behind it along.
                let start = line_start(text, one.range.start);
                let end = line_end(text, one.range.end);
                let is_alone =
                    text.get(..start).is_none_or(|before| before.is_empty() || before.ends_with("\n\n"));
                let blank = text.get(end..).is_some_and(|rest| rest.starts_with('\n'));
                edits.replace(start..end + usize::from(is_alone && blank), "");
            }
        }
    }
    edits.apply(text)
}

/// The paths of a list, as they are written.
fn paths(list: &str) -> Vec<Path> {
    let mut depth = 0_i32;
    let parts = list.split(|c: char| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        depth == 0 && c == ','
    });
    parts
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| match part.split_once('{') {
            Some((head, inner)) => Path {
                name: head.trim().trim_end_matches("::").to_owned(),
                inner: Some(paths(inner.strip_suffix('}').unwrap_or(inner))),
            },
            None => Path { name: part.to_owned(), inner: None },
        })
        .collect()
}

fn remove(paths: &mut Vec<Path>, is_gone: &dyn Fn(&str) -> bool) {
    paths.retain_mut(|path| match &mut path.inner {
        Some(inner) => {
            remove(inner, is_gone);
            // One name needs no list: rustfmt writes it behind its path.
            if let [only] = inner.as_slice()
                && only.inner.is_none()
                && only.name != "self"
            {
                path.name = format!("{}::{}", path.name, only.name);
                path.inner = None;
                return true;
            }
            !inner.is_empty()
        }
        None => {
            let local = path.name.rsplit_once(" as ").map_or(path.name.as_str(), |(_, local)| local);
            !is_gone(local.rsplit("::").next().unwrap_or(local))
        }
    });
}

/// A path, its list broken where rustfmt breaks it: where it holds lists, or is too long.
fn written(path: &Path, indent: usize, before: usize) -> String {
    let Some(inner) = &path.inner else { return path.name.clone() };
    if let [only] = inner.as_slice()
        && only.name != "self"
    {
        let joined = Path { name: format!("{}::{}", path.name, only.name), inner: None };
        return match &only.inner {
            None => joined.name,
            Some(_) => {
                written(only, indent, before + path.name.len() + 2).replacen(&only.name, &joined.name, 1)
            }
        };
    }
    let flat: Vec<String> = inner.iter().map(|one| written(one, indent + 4, indent + 4)).collect();
    let line = format!("{}::{{{}}}", path.name, flat.join(", "));
    let nests = flat.iter().any(|one| one.contains('{'));
    if !nests && indent + before + line.len() < WIDTH {
        return line;
    }
    let blanks = " ".repeat(indent + 4);
    let mut lines: Vec<String> = Vec::new();
    for one in flat {
        match lines.last_mut().filter(|line| !nests && blanks.len() + line.len() + one.len() + 3 <= WIDTH) {
            Some(line) => line.extend([" ", &one, ","]),
            None => lines.push(format!("{one},")),
        }
    }
    let inside: String = lines.iter().map(|line| format!("{blanks}{line}\n")).collect();
    format!("{}::{{\n{inside}{}}}", path.name, " ".repeat(indent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_nothing_uses_go_and_lists_stay_in_their_form() {
        let text = "use axum::http::StatusCode;\nuse axum::{\n    Json, Router,\n    extract::{Path, State},\n    http::StatusCode as Code,\n};\nuse serde_json::{Value, json};\n\nuse crate::{fail, User};\n\nfn f(a: Path, b: State, c: Router) -> User {\n    json!({})\n}\n";
        let gone = ["StatusCode", "Code", "Json", "Value", "fail"];
        assert_eq!(
            without("a.rs", text, &gone).unwrap(),
            "use axum::{\n    Router,\n    extract::{Path, State},\n};\nuse serde_json::json;\n\nuse crate::User;\n\nfn f(a: Path, b: State, c: Router) -> User {\n    json!({})\n}\n"
        );
        let text = "use a::B;\n\nuse c::{D, e::{F, G}};\n\nfn f() -> D {}\n";
        assert_eq!(without("a.rs", text, &["B", "F", "G"]).unwrap(), "use c::D;\n\nfn f() -> D {}\n");
        assert_eq!(
            without("a.rs", text, &["F"]).unwrap(),
            "use a::B;\n\nuse c::{D, e::G};\n\nfn f() -> D {}\n"
        );
    }
}
