//! Imports of a file that is there, grown by what a new part of it uses.

use super::{
    super::typescript::{Candidate, Habits, words},
    survey::Source,
};
use crate::{
    ports::ProposeError,
    propose::{
        edits::{Edits, line_end, line_start, newline_of},
        script::{Import, Script},
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// Adds what is wanted and neither imported nor declared by the file.
pub(in crate::propose::recipe) fn add(
    source: &Source,
    wanted: &[Candidate],
    habits: &Habits,
    edits: &mut Edits,
) {
    let script = &source.script;
    let mut by_module: BTreeMap<(bool, String, bool), BTreeSet<String>> = BTreeMap::new();
    for one in wanted {
        let is_known = script.import_of(&one.local).is_some()
            || script.classes.iter().any(|class| class.name == one.local);
        if !is_known {
            let key = (one.from.starts_with('.'), one.from.clone(), one.is_type);
            by_module.entry(key).or_default().insert(one.local.clone());
        }
    }
    for ((is_own, from, is_type), names) in by_module {
        let statement = |names: &[String]| statement(names, &from, is_type, habits);
        let named = |import: &&Import| {
            import.from == from
                && import.is_type == is_type
                && !import.names.is_empty()
                && import.names.iter().all(|name| name.name != "default" && name.name != "*")
        };
        if let Some(import) = script.imports.iter().find(named) {
            let mut all: Vec<String> =
                import.names.iter().map(|name| source.slice(&name.range).to_owned()).collect();
            let in_order = all.is_sorted_by_key(|name| name.to_lowercase());
            all.extend(names);
            if in_order {
                all.sort_by_key(|name| name.to_lowercase());
            }
            edits.replace(import.range.clone(), statement(&all));
            continue;
        }
        let line = statement(&names.into_iter().collect::<Vec<_>>());
        let newline = newline_of(&source.text);
        // After the last of its kind; packages come before the project's own files.
        let of_kind = |import: &&Import| import.from.starts_with('.') == is_own;
        let last = script.imports.iter().rfind(of_kind).or(script.imports.last().filter(|_| is_own));
        match (last, script.imports.first()) {
            (Some(last), _) => {
                edits.insert(line_end(&source.text, last.range.end), format!("{line}{newline}"));
            }
            (None, Some(first)) => edits.insert(first.range.start, format!("{line}{newline}")),
            (None, None) => edits.insert(0, format!("{line}{newline}{newline}")),
        }
    }
}

/// An import of these names.
fn statement(names: &[String], from: &str, is_type: bool, habits: &Habits) -> String {
    let kind = if is_type { "import type" } else { "import" };
    let written = habits.write(&format!("{kind} {{ ⟨{}⟩ }} from '{from}';", names.join("¦")), &[]);
    written.trim_end().to_owned()
}

/// The text of a file under change, with those of the wanted names imported that it uses now,
/// and those of the others no longer that it does not use any more.
pub(super) fn settled(
    source: &Source,
    edits: Edits,
    wanted: &[Candidate],
    others: &[&str],
    habits: &Habits,
) -> Result<String, ProposeError> {
    let read = |text: String| -> Result<Source, ProposeError> {
        let script = Script::parse(&source.path, &text)?;
        Ok(Source { path: source.path.clone(), text, script })
    };
    let changed = read(edits.apply(&source.text)?)?;
    let used = used(&changed);
    let mut edits = Edits::default();
    let wanted: Vec<Candidate> = wanted.iter().filter(|one| used.contains(&one.local)).cloned().collect();
    add(&changed, &wanted, habits, &mut edits);
    let grown = read(edits.apply(&changed.text)?)?;
    let mut edits = Edits::default();
    for import in &grown.script.imports {
        let is_gone = |local: &str| others.contains(&local) && !used.contains(local);
        let kept: Vec<String> = import
            .names
            .iter()
            .filter(|name| !is_gone(&name.local))
            .map(|name| grown.slice(&name.range).to_owned())
            .collect();
        if kept.len() == import.names.len() {
            continue;
        }
        let Import { from, is_type, range, .. } = import;
        match kept.is_empty() {
            true => edits.replace(line_start(&grown.text, range.start)..line_end(&grown.text, range.end), ""),
            false => edits.replace(range.clone(), statement(&kept, from, *is_type, habits)),
        }
    }
    edits.apply(&grown.text)
}

/// The words of a file outside of its imports.
fn used(source: &Source) -> BTreeSet<String> {
    let mut rest = source.text.clone();
    for import in source.script.imports.iter().rev() {
        rest.replace_range(import.range.clone(), "");
    }
    words(&rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_grows_in_order_and_breaks_where_it_is_too_long() {
        let path = "a.ts";
        let text = "import { Column, Entity } from 'typeorm';\nimport { B } from './b';\n\nclass A {}\n";
        let source =
            Source { path: path.into(), text: text.into(), script: Script::parse(path, text).unwrap() };
        let habits =
            Habits { quote: '\'', semicolons: true, indent: "  ".into(), width: 50, trailing_commas: true };
        let wanted = ["typeorm:Index", "typeorm:Column", "./c:C", "./a:A", "typeorm:type Relation"];
        let wanted: Vec<Candidate> = wanted.iter().filter_map(|text| Candidate::of(text)).collect();
        let mut edits = Edits::default();
        add(&source, &wanted, &habits, &mut edits);
        assert_eq!(
            edits.apply(text).unwrap(),
            "import { Column, Entity, Index } from 'typeorm';\nimport type { Relation } from 'typeorm';\nimport { B } from './b';\nimport { C } from './c';\n\nclass A {}\n"
        );
    }
}
