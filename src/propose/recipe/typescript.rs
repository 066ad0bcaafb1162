//! TypeScript as a repository writes it: quotes, semicolons, indent, width, imports.
//!
//! Templates are written in one plain form (single quotes, semicolons, two blanks); what
//! they give is put into the repository's form here.

use super::{article::with_article, lines::Lines};
use minijinja::{
    Environment, Value,
    value::{Rest, ValueKind},
};
use std::collections::{BTreeMap, BTreeSet};

/// The habits of a repository that a formatter would have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Habits {
    pub(crate) quote: char,
    pub(crate) semicolons: bool,
    pub(crate) indent: String,
    pub(crate) width: usize,
    pub(crate) trailing_commas: bool,
}

/// Something a file may import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) from: String,
    /// `default`, `*` or a name.
    pub(crate) name: String,
    /// Its name in the file; empty for an import that only runs.
    pub(crate) local: String,
    pub(crate) is_type: bool,
}

/// Stands in a rendered text where the imports go; a line of its own.
const IMPORTS: &str = "⟦imports⟧";

impl Candidate {
    /// `module:Name`, `module:Name as other`, or `module:type Name` for what is a type only.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let (from, stated) = text.rsplit_once(':')?;
        let named = stated.strip_prefix("type ").unwrap_or(stated);
        let (name, local) = named.split_once(" as ").unwrap_or((named, named));
        let (name, local) = (name.to_owned(), local.to_owned());
        Some(Self { from: from.to_owned(), local, name, is_type: named != stated })
    }
}

impl Habits {
    /// Reads them from sources and from a prettier configuration.
    pub(crate) fn read(texts: &[&str], prettier: Option<&str>) -> Self {
        let lines = || texts.iter().flat_map(|text| text.lines());
        let imports: Vec<&str> = lines().filter(|line| line.contains(" from ")).collect();
        let count = |test: &dyn Fn(&str) -> bool| imports.iter().filter(|line| test(line)).count();
        let settings: BTreeMap<String, serde_json::Value> =
            prettier.and_then(|text| serde_saphyr::from_str(text).ok()).unwrap_or_default();
        let indent = lines()
            .find(|line| line.starts_with([' ', '\t']) && !line.trim_start().starts_with('*'))
            .map_or("  ", |line| line.get(..line.len() - line.trim_start().len()).unwrap_or("  "));
        let trailing = texts.iter().flat_map(|text| text.split('\n').zip(text.split('\n').skip(1)));
        let ends: Vec<bool> = trailing
            .filter(|(_, next)| matches!(next.trim().chars().next(), Some(')' | ']' | '}')))
            .filter(|(line, _)| !line.trim_end().ends_with([';', '{', '(', '[', '}', '>']))
            .map(|(line, _)| line.trim_end().ends_with(','))
            .collect();
        let kept = ends.iter().filter(|ends| **ends).count();
        Self {
            quote: if count(&|line| line.contains('"')) > count(&|line| line.contains('\'')) {
                '"'
            } else {
                '\''
            },
            semicolons: count(&|line| line.trim_end().ends_with(';')) * 2 >= imports.len(),
            indent: indent.to_owned(),
            width: settings
                .get("printWidth")
                .and_then(serde_json::Value::as_u64)
                .and_then(|width| usize::try_from(width).ok())
                .unwrap_or(80),
            trailing_commas: match settings.get("trailingComma").and_then(|value| value.as_str()) {
                Some(value) => value != "none",
                None => kept * 2 >= ends.len(),
            },
        }
    }

    /// Puts a rendered text into the repository's form.
    pub(crate) fn write(&self, rendered: &str, carried: &[Candidate]) -> String {
        let body: String =
            rendered.lines().filter(|line| !line.starts_with(IMPORTS)).collect::<Vec<_>>().join("\n");
        let used = words(&body);
        let lines = self.lines();
        let mut text = String::new();
        for line in rendered.lines() {
            match line.strip_prefix(IMPORTS) {
                Some(wanted) => {
                    let own = wanted.split('\u{1}').filter_map(Candidate::of);
                    for import in imports(own.chain(carried.iter().cloned()), &used) {
                        lines.push(&import, &mut text);
                    }
                }
                None => lines.push(line, &mut text),
            }
        }
        self.quoted(&lines.finished(text))
    }

    /// A part of a file: what it imports, and its text in the repository's form.
    pub(crate) fn part(&self, rendered: &str) -> (Vec<Candidate>, String) {
        let wanted = rendered.lines().find_map(|line| line.strip_prefix(IMPORTS)).unwrap_or_default();
        let text = self.write(rendered.split_once(wanted).map_or(rendered, |(_, rest)| rest), &[]);
        let used = words(&text);
        let imports = wanted.split('\u{1}').filter_map(Candidate::of);
        (imports.filter(|one| used.contains(&one.local)).collect(), text)
    }

    fn lines(&self) -> Lines {
        Lines {
            unit: 2,
            indent: self.indent.clone(),
            width: self.width,
            semicolons: self.semicolons,
            trailing_commas: self.trailing_commas,
        }
    }

    /// String literals in the repository's quotes, where their content allows it.
    fn quoted(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['\'', '"', '`']) {
            let (before, from) = rest.split_at(at);
            result.push_str(before);
            let quote = from.chars().next().unwrap_or('\'');
            let inner = from.get(1..).unwrap_or_default();
            let Some(end) = closing(inner, quote) else {
                result.push_str(from);
                return result;
            };
            let content = inner.get(..end).unwrap_or_default();
            let other = if quote == '`' || content.contains([self.quote, '\\']) { quote } else { self.quote };
            result.push(other);
            result.push_str(content);
            result.push(other);
            rest = inner.get(end + 1..).unwrap_or_default();
        }
        result.push_str(rest);
        result
    }
}

/// The functions that templates of TypeScript may call.
pub(crate) fn set_up(environment: &mut Environment<'_>) {
    environment.add_function("imports", |wanted: Rest<Value>| {
        let mut all: Vec<String> = Vec::new();
        for value in wanted.iter() {
            match value.as_str() {
                Some(text) => all.push(text.to_owned()),
                None => all.extend(
                    value.try_iter().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)),
                ),
            }
        }
        format!("{IMPORTS}{}", all.join("\u{1}"))
    });
    environment.add_filter("article", |noun: &str| with_article(noun));
    environment.add_filter("js", |value: &Value| match value.as_str() {
        // As formatters have it: the quotes that need no escape.
        Some(text) if text.contains('\'') && !text.contains(['"', '\\']) => format!("\"{text}\""),
        Some(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        None if value.kind() == ValueKind::Bool => value.is_true().to_string(),
        None => value.to_string(),
    });
}

/// Import statements for those candidates that a text uses; of one name the first counts.
fn imports(candidates: impl Iterator<Item = Candidate>, used: &BTreeSet<String>) -> Vec<String> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut named: BTreeMap<(bool, String, bool), BTreeSet<(String, String)>> = BTreeMap::new();
    let mut whole: Vec<((bool, String), String)> = Vec::new();
    for candidate in candidates {
        let Candidate { from, name, local, is_type } = candidate;
        if from.is_empty()
            || (!local.is_empty() && !used.contains(&local))
            || !seen.insert(format!("{local}\u{1}{}", if local.is_empty() { from.as_str() } else { "" }))
        {
            continue;
        }
        let is_own = from.starts_with('.');
        let kind = if is_type { "import type" } else { "import" };
        match (name.as_str(), local.is_empty()) {
            (_, true) => whole.push(((is_own, from.clone()), format!("import '{from}';"))),
            ("default", _) => whole.push(((is_own, from.clone()), format!("{kind} {local} from '{from}';"))),
            ("*", _) => whole.push(((is_own, from.clone()), format!("{kind} * as {local} from '{from}';"))),
            _ => {
                let text = if name == local { name.clone() } else { format!("{name} as {local}") };
                named.entry((is_own, from, is_type)).or_default().insert((name.to_lowercase(), text));
            }
        }
    }
    for ((is_own, from, is_type), names) in named {
        let names: Vec<String> = names.into_iter().map(|(_, text)| text).collect();
        let kind = if is_type { "import type" } else { "import" };
        // One name stays on the line of its module, however long that is.
        let list = match names.as_slice() {
            [one] if !one.contains(" as ") => one.clone(),
            several => format!("⟨{}⟩", several.join("¦")),
        };
        whole.push(((is_own, from.clone()), format!("{kind} {{ {list} }} from '{from}';")));
    }
    whole.sort();
    whole.into_iter().map(|(_, line)| line).collect()
}

/// Where a literal that began with `quote` ends.
fn closing(inner: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at),
            '\n' if quote != '`' => return None,
            _ => {}
        }
    }
    None
}

/// Identifiers of a text.
pub(crate) fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn habits() -> Habits {
        Habits { quote: '\'', semicolons: true, indent: "  ".into(), width: 40, trailing_commas: true }
    }

    #[test]
    fn a_list_stands_on_one_line_where_it_fits() {
        let text = "call(⟨one¦two⟩);\n  another(⟨first.argument¦inner(⟨second¦third⟩)⟩);\nask⟨.get('/api/things/of/a/user')¦.expect(⟨404⟩)⟩;\n";
        assert_eq!(
            habits().write(text, &[]),
            "call(one, two);\n  another(\n    first.argument,\n    inner(second, third),\n  );\nask\n  .get('/api/things/of/a/user')\n  .expect(404);\n"
        );
        let text = "rows.update(⟨row¦{ ⟨title: body.title¦note: body.note⟩ }⟩);\n";
        assert_eq!(
            habits().write(text, &[]),
            "rows.update(row, {\n  title: body.title,\n  note: body.note,\n});\n"
        );
    }

    #[test]
    fn the_other_habits_are_followed_too() {
        let other = Habits {
            quote: '"',
            semicolons: false,
            indent: "    ".into(),
            width: 20,
            trailing_commas: false,
        };
        let text = "const a = 'b';\nif (a) {\n  call(⟨a¦'it is \"c\"'⟩);\n}\n";
        assert_eq!(
            other.write(text, &[]),
            "const a = \"b\"\nif (a) {\n    call(\n        a,\n        'it is \"c\"'\n    )\n}\n"
        );
    }

    #[test]
    fn only_what_is_used_is_imported_and_of_a_name_the_first() {
        let text = format!("{IMPORTS}b:Used\u{1}b:Unused\u{1}./own.js:Own\n\nnew Used(Own, request);\n");
        let carried = [
            Candidate { from: "./other.js".into(), name: "Own".into(), local: "Own".into(), is_type: false },
            Candidate { from: "s".into(), name: "default".into(), local: "request".into(), is_type: false },
        ];
        assert_eq!(
            habits().write(&text, &carried),
            "import { Used } from 'b';\nimport request from 's';\nimport { Own } from './own.js';\n\nnew Used(Own, request);\n"
        );
    }

    #[test]
    fn habits_are_read_from_the_sources() {
        let text = "import { A } from \"a\"\nclass B {\n\tc = [\n\t\t1,\n\t\t2\n\t]\n}\n";
        let found = Habits::read(&[text], Some("{\"printWidth\": 100}"));
        let expected =
            Habits { quote: '"', semicolons: false, indent: "\t".into(), width: 100, trailing_commas: false };
        assert_eq!(found, expected);
    }
}
