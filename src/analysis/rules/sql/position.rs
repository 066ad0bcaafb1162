//! What an interpolated part is, told by the text before it.

use super::template::Piece;

/// What stands at a place of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Position {
    /// A value, which can be bound.
    Value,
    /// A name of a table or column, or a direction.
    Identifier,
    /// A part of a statement, or nothing that could be told.
    Fragment,
}

/// What follows this text.
pub(super) fn of(before: &str) -> Position {
    if is_inside(before, '\'') {
        return Position::Value;
    }
    if is_inside(before, '"') || is_inside(before, '`') {
        return Position::Identifier;
    }
    let text = before.trim_end().to_lowercase();
    let Some(last) = text.chars().last() else { return Position::Fragment };
    match last {
        '=' | '<' | '>' | '%' | '|' | '+' => return Position::Value,
        // `[name]` of SQL Server.
        '.' | '[' => return Position::Identifier,
        '(' => return after_parenthesis(&text),
        ',' => return in_list(&text),
        _ => {}
    }
    let tail = text.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
    match tail {
        "like" | "ilike" | "limit" | "offset" | "between" | "values" | "is" | "in" | "regexp" | "top" => {
            Position::Value
        }
        "and"
            if text
                .rfind("between")
                .is_some_and(|at| !text[at..].trim_end_matches("and").contains(" and ")) =>
        {
            Position::Value
        }
        "from" | "join" | "into" | "update" | "table" | "by" | "select" | "distinct" | "set" | "index"
        | "column" | "truncate" | "exists" | "view" | "schema" | "database" | "sequence" | "only"
        // The name of a procedure: `{call name(?)}`.
        | "call" | "exec" => {
            Position::Identifier
        }
        _ if is_after_order(&text) => Position::Identifier,
        _ => Position::Fragment,
    }
}

/// Whether a quote is open at the end.
fn is_inside(text: &str, quote: char) -> bool {
    text.chars().filter(|c| *c == quote).count() % 2 == 1
}

fn after_parenthesis(text: &str) -> Position {
    let before = text.trim_end_matches('(').trim_end();
    let word = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
    match word {
        "values" | "in" | "any" | "all" => Position::Value,
        "" => Position::Fragment,
        // The columns of `insert into t (`, or the argument of a function.
        _ if before.rfind("insert into").is_some_and(|at| !before[at..].contains("values")) => {
            Position::Identifier
        }
        _ if matches!(word, "where" | "and" | "or" | "from" | "as") => Position::Fragment,
        _ => Position::Value,
    }
}

fn in_list(text: &str) -> Position {
    let opened = text.rfind('(');
    let closed = text.rfind(')');
    if let Some(opened) = opened
        && closed.is_none_or(|closed| closed < opened)
    {
        return after_parenthesis(text.get(..=opened).unwrap_or_default());
    }
    Position::Identifier
}

/// `order by total ` is followed by a direction.
fn is_after_order(text: &str) -> bool {
    let Some(at) = text.rfind("order by") else { return false };
    text.get(at..)
        .is_some_and(|rest| !["limit", "offset", "where", "from"].iter().any(|word| rest.contains(word)))
}

/// Whether a text is a whole statement beyond doubt.
pub(super) fn is_statement(pieces: &[Piece]) -> bool {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(part) => text.push_str(part),
            Piece::Hole(_) => text.push('x'),
        }
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    opens(&text) && is_whole(&text.to_lowercase())
}

/// Whether a statement of that beginning has its further parts.
fn is_whole(text: &str) -> bool {
    let has = |start: &str, rest: &str| text.starts_with(start) && text.contains(rest);
    has("select ", " from ")
        || (text.starts_with("with ") && text.contains(" as (") && text.contains("select "))
        || has("insert ", " values")
        || has("insert ", " select ")
        || has("replace ", " values")
        || has("update ", " set ")
        || has("delete from ", "")
}

/// Whether a text begins as a statement does: its first word is a keyword in one case;
/// `Select a file from` is a sentence.
pub(super) fn opens(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let one_case =
        word.chars().all(|c| c.is_ascii_uppercase()) || word.chars().all(|c| c.is_ascii_lowercase());
    one_case
        && rest.starts_with(char::is_whitespace)
        && matches!(
            word.to_ascii_lowercase().as_str(),
            "select" | "insert" | "update" | "delete" | "replace" | "with"
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_sentence_is_no_statement() {
        let is = |text: &str| is_statement(&[Piece::Text(text.to_owned())]);
        for text in ["SELECT a\n FROM t", "select a from t", "delete from t", "  INSERT t VALUES (1)"] {
            assert!(is(text), "{text}");
        }
        for text in ["Select a file from the list", "update the row", "with love", "Delete from here"] {
            assert!(!is(text), "{text}");
        }
    }

    #[test]
    fn the_text_before_tells_values_from_names() {
        use Position::{Fragment, Identifier, Value};
        let cases = [
            ("select a from t where b = ", Value),
            ("select a from t where b = '", Value),
            ("select a from t where b like '%", Value),
            ("select a from t where b in (", Value),
            ("insert into t (a, b) values (", Value),
            ("insert into t (a, b) values (x, ", Value),
            ("insert into t (", Identifier),
            ("select a from t limit ", Value),
            ("select a from ", Identifier),
            ("select a from t order by ", Identifier),
            ("select a from t order by b ", Identifier),
            ("select ", Identifier),
            ("select a, ", Identifier),
            ("select \"", Identifier),
            ("select a from [dbo].[", Identifier),
            ("{call ", Identifier),
            ("update t set ", Identifier),
            ("select a from s.", Identifier),
            ("select a from t where ", Fragment),
            ("select a from t ", Fragment),
            ("select a from t where b between x and ", Value),
        ];
        for (before, expected) in cases {
            assert_eq!(of(before), expected, "{before}");
        }
    }
}
