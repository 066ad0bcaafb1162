//! What the source says between expressions: operators, keywords, literals.
//!
//! Facts leave them out, as almost nobody asks; here they are read again from the text of
//! the few places that somebody asks about.

use super::known::Known;
use crate::analysis::facts::Lang;

/// The source between two offsets.
pub(super) fn between(text: &str, from: u32, to: u32) -> &str {
    text.get(from as usize..to as usize).unwrap_or_default()
}

/// Without white space, brackets around expressions, and comments.
pub(super) fn bare(gap: &str, lang: Lang) -> String {
    let mut found = String::new();
    let mut rest = gap;
    let line_comment = match lang {
        Lang::Python | Lang::Ruby | Lang::Elixir => "#",
        _ => "//",
    };
    while let Some(c) = rest.chars().next() {
        let length = if rest.starts_with(line_comment) {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else {
            if !c.is_whitespace() && !matches!(c, '(' | ')') {
                found.push(c);
            }
            c.len_utf8()
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    found
}

/// The source before an offset, without white space and opening brackets at its end.
pub(super) fn before(text: &str, at: u32) -> &str {
    text.get(..at as usize)
        .unwrap_or_default()
        .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '(' | '{'))
}

/// Whether a text ends with one of these words.
pub(super) fn ends_with_word(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        text.strip_suffix(word).is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
}

/// The rest of a text after one of these words that it begins with.
pub(super) fn after_word<'t>(text: &'t str, words: &[&str]) -> Option<&'t str> {
    words.iter().find_map(|word| {
        let rest = text.strip_prefix(word)?;
        (!rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')).then_some(rest)
    })
}

/// A whole number as it is written.
pub(super) fn number(text: &str) -> Option<i64> {
    let plain: String = text.trim().chars().filter(|c| *c != '_').collect();
    let plain = plain.trim_end_matches(['L', 'l', 'u', 'U']);
    match plain.strip_prefix("0x").or_else(|| plain.strip_prefix("0X")) {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        // A leading zero has another meaning from language to language.
        None if plain.len() > 1 && plain.starts_with('0') => None,
        None => plain.parse().ok(),
    }
}

/// Whether a type has numbers and nothing else.
pub(super) fn is_number_type(name: &str) -> bool {
    const NUMBERS: [&str; 36] = [
        "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "float32",
        "float64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize",
        "f32", "f64", "float", "number", "long", "short", "double", "Integer", "Int", "Long", "Short",
        "Double",
    ];
    NUMBERS.contains(&name)
}

/// Whether a function outside the project gives a number, or the digits of one, whatever it
/// is given. Of methods only those count whose name means nothing else in their language.
pub(super) fn makes_number(name: &str, is_method: bool, lang: Lang) -> bool {
    match lang {
        Lang::Go if is_method => {
            matches!(
                name,
                "Itoa" | "FormatInt" | "FormatUint" | "FormatFloat" | "FormatBool" | "Atoi" | "ParseInt"
            )
        }
        Lang::Go => name == "len" || is_number_type(name),
        Lang::Python => !is_method && matches!(name, "int" | "float" | "len"),
        Lang::JavaScript | Lang::TypeScript => matches!(name, "parseInt" | "parseFloat" | "Number"),
        Lang::Php => matches!(name, "intval" | "floatval" | "count" | "strlen") && !is_method,
        Lang::Ruby => is_method && matches!(name, "to_i" | "to_f"),
        _ => false,
    }
}

/// Whether a format writes numbers into its pattern and nothing else: `"$%d"`.
pub(super) fn fills_numbers(name: &str, pattern: &str) -> bool {
    let verbs = || pattern.replace("%%", "").split('%').skip(1).map(str::to_owned).collect::<Vec<_>>();
    matches!(name, "Sprintf" | "sprintf")
        && verbs().iter().all(|verb| {
            let verb = verb.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
            verb.starts_with(['d', 'f', 'u'])
        })
}

/// The labels that an arm of a `switch` begins with.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Labels {
    pub(super) values: Vec<Known>,
    pub(super) is_default: bool,
    /// Written with a colon: without a jump the next arm is run as well.
    pub(super) falls: bool,
}

/// Reads the labels of an arm; none where they are no literals. In some languages arms
/// begin without a word.
pub(super) fn labels(arm: &str, wordless: bool) -> Option<Labels> {
    let mut found = Labels::default();
    let mut rest = arm.trim_start();
    if wordless {
        if let Some(after) = after_word(rest, &["else"]) {
            found.is_default = true;
            return after.trim_start().starts_with("->").then_some(found);
        }
        literals(rest, &mut found)?;
        return Some(found);
    }
    let mut any = false;
    loop {
        if let Some(after) = after_word(rest, &["default", "else"]) {
            found.is_default = true;
            rest = after;
        } else if let Some(after) = after_word(rest, &["case", "when"]) {
            rest = literals(after, &mut found)?;
        } else {
            return any.then_some(found);
        }
        any = true;
        rest = rest.trim_start();
        if rest.starts_with("->") || rest.starts_with("=>") {
            return Some(found);
        }
        if let Some(after) = rest.strip_prefix(':') {
            found.falls = true;
            rest = after.trim_start();
        }
    }
}

/// Reads literals with commas or bars between them; gives what follows.
fn literals<'t>(text: &'t str, found: &mut Labels) -> Option<&'t str> {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if let Some(after) = after_word(rest, &["_"]) {
            found.is_default = true;
            rest = after;
        } else {
            let (value, after) = literal(rest)?;
            found.values.push(value);
            rest = after;
        }
        rest = rest.trim_start_matches([' ', '\t']);
        match rest.strip_prefix([',', '|']) {
            Some(after) => rest = after,
            None => return Some(rest),
        }
    }
}

/// One literal and what follows it.
fn literal(text: &str) -> Option<(Known, &str)> {
    let first = text.chars().next()?;
    if matches!(first, '"' | '\'') {
        let inner = text.get(1..)?;
        let end = inner.find(first)?;
        let value = inner.get(..end)?;
        // Escapes are left to nobody: what they stand for differs.
        return (!value.contains('\\')).then_some((Known::text(value), inner.get(end + 1..)?));
    }
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let value = match word {
        "true" | "True" => Known::Bool(true),
        "false" | "False" => Known::Bool(false),
        _ => Known::Number(number(word)?),
    };
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn operators_are_what_is_left_of_a_gap() {
        assert_eq!(bare(") /* why */ >\n // so\n (", Lang::Java), ">");
        assert_eq!(bare(" // ", Lang::Python), "//");
        assert_eq!(bare(" and # so\n", Lang::Python), "and");
    }

    #[test]
    fn labels_of_arms_are_literals() {
        let texts = |texts: &[&str]| texts.iter().map(|text| Known::text(text)).collect::<Vec<_>>();
        let read = |arm| labels(arm, false);
        let two = Labels { values: texts(&["C", "D"]), is_default: false, falls: true };
        assert_eq!(read("case 'C':\n  case 'D':\n  bar = x;"), Some(two));
        let arrow = Labels { values: texts(&["a", "b"]), ..Labels::default() };
        assert_eq!(read("case \"a\", \"b\" -> x"), Some(arrow));
        let default = Labels { is_default: true, falls: true, ..Labels::default() };
        assert_eq!(read("default: x"), Some(default));
        assert_eq!(read("case LIMIT: x"), None);
        assert_eq!(read("x = 1"), None);
        assert_eq!(labels("\"a\" -> x", true).map(|found| found.values), Some(texts(&["a"])));
    }

    #[test]
    fn a_format_of_numbers_takes_no_text() {
        assert!(fills_numbers("Sprintf", "$%d"));
        assert!(fills_numbers("sprintf", "%05.2f %% of %d"));
        assert!(!fills_numbers("Sprintf", "%d %s"));
        assert!(!fills_numbers("Sprintf", "%v"));
        assert!(!fills_numbers("Errorf", "%d"));
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        assert_eq!(number("1_000L"), Some(1_000));
        assert_eq!(number("0x1F"), Some(31));
        for text in ["1.5", "010", "x", ""] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
