//! Throws of HTTP errors in TypeScript, and what is thrown in their place.

use super::kinds::Kind;
use crate::{
    ports::ProposeError,
    propose::{
        edits::{Edits, line_end, line_number, line_start, newline_of},
        recipe::{
            nest::imports,
            node::without_unused_imports,
            sources::Source,
            typescript::{Candidate, Habits},
        },
        script::{Id, Kind as Node, Tree},
    },
};
use std::{collections::BTreeSet, ops::Range};

/// One `throw new …(…)`.
pub(in crate::propose::recipe) struct Throw {
    /// From `new` to the last bracket.
    pub(in crate::propose::recipe) made: Range<usize>,
    pub(in crate::propose::recipe) line: u32,
    pub(in crate::propose::recipe) class: String,
    pub(in crate::propose::recipe) arguments: Vec<Argument>,
}

/// What an error is made with.
pub(in crate::propose::recipe) struct Argument {
    pub(in crate::propose::recipe) range: Range<usize>,
    /// A literal text or a template.
    pub(in crate::propose::recipe) is_text: bool,
}

/// Every throw of a new error in a source.
pub(in crate::propose::recipe) fn throws(path: &str, text: &str) -> Result<Vec<Throw>, ProposeError> {
    let tree = Tree::parse(path, text)?;
    let argument = |id: Id| Argument {
        range: tree.range(id),
        is_text: matches!(tree.kind(id), Node::Text | Node::Template),
    };
    let found = tree.all().filter(|id| tree.kind(*id) == Node::Throw).filter_map(|throw| {
        let made = tree.child(throw, Node::New)?;
        let (class, None) = tree.callee(made, text)? else { return None };
        let range = tree.range(made);
        Some(Throw {
            line: line_number(text, range.start),
            made: range,
            class: class.to_owned(),
            arguments: tree.arguments(made).into_iter().map(argument).collect(),
        })
    });
    Ok(found.collect())
}

/// An error of the domain in place of one that is thrown, with the same text.
pub(in crate::propose::recipe) struct Change<'t> {
    pub(in crate::propose::recipe) throw: &'t Throw,
    pub(in crate::propose::recipe) kind: &'static Kind,
    pub(in crate::propose::recipe) said: Range<usize>,
}

/// A source with its changes, and its imports in order; `errors` is what the domain's are imported
/// from.
pub(in crate::propose::recipe) fn applied(
    source: &Source,
    changes: &[Change<'_>],
    errors: &str,
    habits: &Habits,
) -> Result<String, ProposeError> {
    let mut edits = Edits::default();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for Change { throw, kind, said } in changes {
        edits.replace(throw.made.clone(), format!("new {}Error({})", kind.name, source.slice(said)));
        names.insert(format!("{}Error", kind.name));
    }
    let names: Vec<String> = names.into_iter().collect();
    // Beside the import that it takes the place of, so that neither comes or goes without the other.
    let replaced = changes.first().and_then(|one| source.script.import_of(&one.throw.class));
    match replaced {
        Some((import, _)) if source.script.imports.iter().all(|one| one.from != errors) => {
            let line = format!("import {{ ⟨{}⟩ }} from '{errors}';", names.join("¦"));
            let newline = newline_of(&source.text);
            let line = habits.write(&line, &[]).replace('\n', newline);
            edits.insert(line_end(&source.text, import.range.end), line);
        }
        _ => {
            let wanted = names.iter().filter_map(|name| Candidate::of(&format!("{errors}:{name}")));
            imports::add(source, &wanted.collect::<Vec<_>>(), habits, &mut edits);
        }
    }
    without_unused_imports(&source.path, &edits.apply(&source.text)?)
}

/// Whether a line holds a range and all that stands beside it within a width.
pub(in crate::propose::recipe) fn fits(text: &str, range: &Range<usize>, new: usize, width: usize) -> bool {
    let before = text.get(line_start(text, range.start)..range.start).unwrap_or_default().chars().count();
    let after = text.get(range.end..line_end(text, range.end)).unwrap_or_default().trim_end().chars().count();
    before + new + after <= width
}

/// The first line on which somebody asks whether an error is one of these: code or tests that
/// would not know the domain's.
pub(in crate::propose::recipe) fn waited_for(text: &str, names: &BTreeSet<&str>) -> Option<u32> {
    const ASKS: [&str; 5] = ["instanceof ", "toThrow", "toBeInstanceOf", "rejects", "@Catch("];
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let has = |line: &str| {
        names.iter().any(|name| {
            line.match_indices(name).any(|(at, _)| {
                !line.get(..at).unwrap_or_default().ends_with(is_part)
                    && !line.get(at + name.len()..).unwrap_or_default().starts_with(is_part)
            })
        })
    };
    let asks = |line: &str| ASKS.iter().any(|word| line.contains(word)) && has(line);
    (1..).zip(text.lines()).find_map(|(number, line)| asks(line).then_some(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throws_are_found_with_what_they_say() {
        let text = "function f(id: number) {\n  if (!id) {\n    throw new NotFoundException(`no ${id}`);\n  }\n  throw new HttpException({ a: 1 }, 404);\n  throw error;\n  throw new errors.Gone('x');\n}\n";
        let found: Vec<(u32, String, Vec<bool>)> = throws("a.ts", text)
            .unwrap()
            .into_iter()
            .map(|one| (one.line, one.class, one.arguments.iter().map(|one| one.is_text).collect()))
            .collect();
        assert_eq!(
            found,
            [(3, "NotFoundException".into(), vec![true]), (5, "HttpException".into(), vec![false, false])]
        );
    }

    #[test]
    fn who_asks_for_an_error_is_seen() {
        let names = BTreeSet::from(["NotFoundException"]);
        assert_eq!(waited_for("a\nif (error instanceof NotFoundException) {}\n", &names), Some(2));
        assert_eq!(waited_for("expect(f).rejects.toThrow(MyNotFoundException)\n", &names), None);
        assert_eq!(waited_for("throw new NotFoundException('x');\n", &names), None);
    }
}
