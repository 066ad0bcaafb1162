//! SQL texts of a repository with one column more: what is stored, and what is read by name.
//!
//! Placeholders are counted, `$1` or `?`; those after the new one move up. What is not
//! plainly a list of names and placeholders is left alone.

use std::ops::Range;

/// An edited statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grown {
    pub(super) text: String,
    /// After how many values the new ones are bound; `None` where only what is read changed.
    pub(super) after: Option<usize>,
}

/// The statement with columns added where it stores or reads rows of the table by name;
/// `None` where it does neither. `known` are the columns that the row has.
pub(super) fn grow(sql: &str, table: &str, known: &[String], added: &[String]) -> Option<Grown> {
    let lower = sql.to_ascii_lowercase();
    if let Some(at) = after_words(&lower, &["insert", "into", table]) {
        return insert(sql, &lower, at, known, added);
    }
    if let Some(at) = after_words(&lower, &["update", table, "set"]) {
        return update(sql, &lower, at, known, added);
    }
    let text = read(sql, known, added)?;
    Some(Grown { text, after: None })
}

/// Every placeholder: where it stands, and its number.
pub(super) fn placeholders(sql: &str) -> Vec<(Range<usize>, usize)> {
    let mut found = Vec::new();
    let mut quoted = false;
    let mut letters = sql.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        match c {
            '\'' => quoted = !quoted,
            '?' if !quoted => found.push((at..at + 1, found.len() + 1)),
            '$' if !quoted => {
                let mut end = at + 1;
                while let Some((next, _)) = letters.next_if(|(_, c)| c.is_ascii_digit()) {
                    end = next + 1;
                }
                if let Some(number) = sql.get(at + 1..end).and_then(|digits| digits.parse().ok()) {
                    found.push((at..end, number));
                }
            }
            _ => {}
        }
    }
    found
}

/// The byte after these words in a row, quotes around names aside.
fn after_words(lower: &str, words: &[&str]) -> Option<usize> {
    let mut from = 0;
    let first = words.first()?;
    loop {
        let start = from + lower.get(from..)?.find(first)?;
        let mut at = start;
        let fits = words.iter().all(|word| {
            let rest = lower.get(at..).unwrap_or_default();
            let skipped = rest.len() - rest.trim_start_matches(is_gap).len();
            let rest = rest.get(skipped..).unwrap_or_default();
            let ends = rest
                .strip_prefix(word)
                .is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'));
            at += skipped + word.len();
            ends
        });
        if fits {
            return Some(at);
        }
        from = start + first.len();
    }
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || c == '"' || c == '`' || c == '\\'
}

fn insert(sql: &str, lower: &str, at: usize, known: &[String], added: &[String]) -> Option<Grown> {
    let columns = bracket(sql, at)?;
    let values_at = columns.end + lower.get(columns.end..)?.find("values")? + "values".len();
    let values = bracket(sql, values_at)?;
    names(sql.get(columns.start + 1..columns.end - 1)?, known)?;
    let bound = placeholders(sql);
    let inside: Vec<_> = bound.iter().filter(|(place, _)| values.contains(&place.start)).collect();
    let last = inside.iter().map(|(_, number)| *number).max()?;
    let is_numbered = sql.get(inside.first()?.0.clone())? != "?";
    let new: Vec<String> = (0..added.len())
        .map(|index| if is_numbered { format!("${}", last + 1 + index) } else { "?".to_owned() })
        .collect();
    let mut changes = moved(sql, &bound, last, added.len());
    changes.push((columns.end - 1..columns.end - 1, format!(", {}", added.join(", "))));
    changes.push((values.end - 1..values.end - 1, format!(", {}", new.join(", "))));
    let text = apply(sql, changes);
    let text = read(&text, known, added).unwrap_or(text);
    Some(Grown { text, after: Some(last) })
}

fn update(sql: &str, lower: &str, at: usize, known: &[String], added: &[String]) -> Option<Grown> {
    let ends = [" where", "\nwhere", " returning", "\nreturning", " from "];
    let rest = lower.get(at..)?;
    let end = ends.iter().filter_map(|end| rest.find(end)).min().map_or(sql.len(), |end| at + end);
    let list = sql.get(at..end)?;
    let last = split(list).into_iter().next_back()?;
    let source = list.get(last.clone())?.trim_end_matches(is_gap);
    let (column, value) = source.split_once('=')?;
    let column = column.trim_matches(is_gap);
    let is_known = known.iter().any(|name| name == column);
    let bound = placeholders(sql);
    let set: Vec<_> = bound.iter().filter(|(place, _)| (at..end).contains(&place.start)).collect();
    let own = placeholders(value);
    let ([(own_place, _)], true) = (own.as_slice(), is_known) else { return None };
    let highest = set.iter().map(|(_, number)| *number).max()?;
    let is_numbered = value.get(own_place.clone())? != "?";
    let mut new = String::new();
    for (index, name) in added.iter().enumerate() {
        let number = if is_numbered { format!("${}", highest + 1 + index) } else { "?".to_owned() };
        let expression = format!("{}{number}{}", value.get(..own_place.start)?, value.get(own_place.end..)?);
        new.push_str(&format!(", {name} ={}", expression.replace(column, name)));
    }
    let mut changes = moved(sql, &bound, highest, added.len());
    let place = at + last.start + source.len();
    changes.push((place..place, new));
    let text = apply(sql, changes);
    let text = read(&text, known, added).unwrap_or(text);
    Some(Grown { text, after: Some(highest) })
}

/// Placeholders above a number, moved up.
fn moved(sql: &str, bound: &[(Range<usize>, usize)], above: usize, by: usize) -> Vec<(Range<usize>, String)> {
    let numbered = |place: &Range<usize>| sql.get(place.clone()).is_some_and(|text| text != "?");
    bound
        .iter()
        .filter(|(place, number)| *number > above && numbered(place))
        .map(|(place, number)| (place.clone(), format!("${}", number + by)))
        .collect()
}

/// Lists of names behind SELECT and RETURNING that hold every column of the row.
fn read(sql: &str, known: &[String], added: &[String]) -> Option<String> {
    let lower = sql.to_ascii_lowercase();
    let mut changes = Vec::new();
    for word in ["select", "returning"] {
        let Some(at) = after_words(&lower, &[word]) else { continue };
        let rest = sql.get(at..)?;
        let end = lower.get(at..)?.find(" from ").or(lower.get(at..)?.find("\nfrom ")).unwrap_or(rest.len());
        let list = rest.get(..end)?;
        let Some(named) = names(list, known) else { continue };
        if known.iter().all(|column| named.contains(column)) {
            let place = at + list.trim_end_matches(|c: char| is_gap(c) || c == ';').len();
            changes.push((place..place, format!(", {}", added.join(", "))));
        }
    }
    (!changes.is_empty()).then(|| apply(sql, changes))
}

/// The names of a list, where it is one of known names only.
fn names(list: &str, known: &[String]) -> Option<Vec<String>> {
    let names: Vec<String> = split(list)
        .into_iter()
        .map(|part| list.get(part).unwrap_or_default().trim_matches(is_gap).trim_end_matches(';').to_owned())
        .collect();
    names.iter().all(|name| known.contains(name)).then_some(names)
}

/// Parts between commas outside of brackets and texts.
fn split(list: &str) -> Vec<Range<usize>> {
    let (mut depth, mut quoted, mut start) = (0_i32, false, 0);
    let mut parts = Vec::new();
    for (at, c) in list.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            ',' if depth == 0 && !quoted => {
                parts.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(start..list.len());
    parts
}

/// The bracket that opens at the next sign, with both its ends.
fn bracket(sql: &str, at: usize) -> Option<Range<usize>> {
    let rest = sql.get(at..)?;
    let start = at + rest.find(|c: char| !is_gap(c) && c != 'n')?;
    let mut depth = 0_i32;
    let mut quoted = false;
    for (offset, c) in sql.get(start..)?.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (c == ')').then_some(start..start + offset + 1);
        }
    }
    None
}

fn apply(sql: &str, mut changes: Vec<(Range<usize>, String)>) -> String {
    changes.sort_by_key(|(range, _)| range.start);
    let mut text = sql.to_owned();
    for (range, new) in changes.into_iter().rev() {
        text.replace_range(range, &new);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grown(sql: &str) -> Option<(String, Option<usize>)> {
        let known = ["id", "email", "name"].map(str::to_owned);
        let added = ["age", "note"].map(str::to_owned);
        grow(sql, "users", &known, &added).map(|grown| (grown.text, grown.after))
    }

    #[test]
    fn what_is_stored_gets_the_columns_and_their_values() {
        for (sql, expected, after) in [
            (
                "INSERT INTO users (email, name) VALUES ($1, $2) RETURNING *",
                "INSERT INTO users (email, name, age, note) VALUES ($1, $2, $3, $4) RETURNING *",
                Some(2),
            ),
            (
                "insert into \"users\" (email, name) values (lower($1), $2) returning id, email, name",
                "insert into \"users\" (email, name, age, note) values (lower($1), $2, $3, $4) returning id, email, name, age, note",
                Some(2),
            ),
            (
                "UPDATE users SET email = $1, name = $2 WHERE id = $3 RETURNING *",
                "UPDATE users SET email = $1, name = $2, age = $3, note = $4 WHERE id = $5 RETURNING *",
                Some(2),
            ),
            (
                "UPDATE users SET email = ?, name = COALESCE(?, name) WHERE id = ?",
                "UPDATE users SET email = ?, name = COALESCE(?, name), age = COALESCE(?, age), note = COALESCE(?, note) WHERE id = ?",
                Some(2),
            ),
            (
                "SELECT id, email, name FROM users WHERE id = $1",
                "SELECT id, email, name, age, note FROM users WHERE id = $1",
                None,
            ),
        ] {
            assert_eq!(grown(sql), Some((expected.to_owned(), after)), "{sql}");
        }
    }

    #[test]
    fn what_is_not_a_plain_list_is_left_alone() {
        for sql in [
            "SELECT * FROM users",
            "SELECT id, email FROM users",
            "INSERT INTO user_roles (email) VALUES ($1)",
            "INSERT INTO users SELECT * FROM old_users",
            "UPDATE users SET seen_at = now() WHERE id = $1",
            "DELETE FROM users WHERE id = $1",
        ] {
            assert_eq!(grown(sql), None, "{sql}");
        }
    }

    #[test]
    fn placeholders_in_texts_are_none() {
        let numbers: Vec<usize> =
            placeholders("a = $2 AND b = '$3?' AND c = $10").into_iter().map(|(_, number)| number).collect();
        assert_eq!(numbers, [2, 10]);
    }
}
