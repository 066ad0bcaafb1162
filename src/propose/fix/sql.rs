//! SQL in pieces: which holes are values, and the same statement with placeholders.
//!
//! Shared by all languages. A hole is bound only where a value stands; a table, a column or
//! a list cannot be bound, and then nothing is changed.

use super::no;
use crate::ports::ProposeError;

/// Part of a statement as the source builds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Literal text, as it stands between the quotes of the source.
    Text(String),
    /// An expression, as written.
    Hole(String),
}

/// A value to bind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Bound {
    /// One expression.
    Plain(String),
    /// What stood between SQL quotes with text around: `%`, a hole, `%`.
    Mixed(Vec<Piece>),
}

/// The statement with placeholders in place of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Text pieces and the holes that stay (identifiers).
    pub(crate) pieces: Vec<Piece>,
    /// In the order of their placeholders.
    pub(crate) values: Vec<Bound>,
}

/// Replaces each value by what `placeholder` gives for its 0-based position and expression.
pub(crate) fn bind(
    pieces: &[Piece],
    mut placeholder: impl FnMut(usize, &Bound) -> String,
) -> Result<Statement, ProposeError> {
    let mut result: Vec<Piece> = Vec::new();
    let mut values = Vec::new();
    // What has been read since an opening SQL quote.
    let mut quoted: Option<Vec<Piece>> = None;
    let mut before = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => {
                let mut rest = text.as_str();
                while let Some(at) = rest.find('\'') {
                    let (head, tail) = rest.split_at(at);
                    rest = tail.get(1..).unwrap_or_default();
                    match quoted.take() {
                        None => {
                            push_text(&mut result, head);
                            before.push_str(head);
                            quoted = Some(Vec::new());
                        }
                        Some(mut inside) => {
                            push_text(&mut inside, head);
                            close_quote(inside, &mut result, &mut values, &mut placeholder);
                            before.push_str("''");
                        }
                    }
                }
                match &mut quoted {
                    Some(inside) => push_text(inside, rest),
                    None => {
                        push_text(&mut result, rest);
                        before.push_str(rest);
                    }
                }
            }
            Piece::Hole(expression) => match &mut quoted {
                Some(inside) => inside.push(piece.clone()),
                None => match position_after(&before) {
                    Position::Value => {
                        let bound = Bound::Plain(expression.clone());
                        push_text(&mut result, &placeholder(values.len(), &bound));
                        values.push(bound);
                        before.push('?');
                    }
                    Position::List => {
                        return Err(no(format!(
                            "{expression} is a list, which cannot be bound as one value"
                        )));
                    }
                    Position::Identifier => {
                        result.push(piece.clone());
                        before.push('x');
                    }
                },
            },
        }
    }
    if quoted.is_some() {
        return Err(no("the statement's quotes do not close".into()));
    }
    if values.is_empty() {
        return Err(no(
            "what is interpolated is not a value; names of tables and columns cannot be bound".into()
        ));
    }
    Ok(Statement { pieces: result, values })
}

fn close_quote(
    mut inside: Vec<Piece>,
    result: &mut Vec<Piece>,
    values: &mut Vec<Bound>,
    placeholder: &mut impl FnMut(usize, &Bound) -> String,
) {
    inside.retain(|piece| *piece != Piece::Text(String::new()));
    let bound = match inside.as_slice() {
        [Piece::Hole(expression)] => Bound::Plain(expression.clone()),
        pieces if pieces.iter().any(|piece| matches!(piece, Piece::Hole(_))) => Bound::Mixed(inside),
        pieces => {
            let text: String = pieces.iter().map(text_of).collect();
            push_text(result, &format!("'{text}'"));
            return;
        }
    };
    push_text(result, &placeholder(values.len(), &bound));
    values.push(bound);
}

fn text_of(piece: &Piece) -> &str {
    match piece {
        Piece::Text(text) | Piece::Hole(text) => text,
    }
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    if let Some(Piece::Text(last)) = pieces.last_mut() {
        last.push_str(text);
    } else if !text.is_empty() {
        pieces.push(Piece::Text(text.to_owned()));
    }
}

enum Position {
    Value,
    List,
    Identifier,
}

/// What stands after this much of a statement.
fn position_after(before: &str) -> Position {
    let normal = before.replace("\\n", " ").to_uppercase();
    let text = normal.trim_end();
    let glued = text.len() == normal.len();
    if glued && text.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.' || c == '"' || c == '`')
    {
        return Position::Identifier;
    }
    if text.ends_with(['=', '<', '>', '+', '-', '*', '/']) || text.ends_with("||") {
        return Position::Value;
    }
    let word = text.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    if matches!(word, "LIKE" | "ILIKE" | "BETWEEN" | "LIMIT" | "OFFSET" | "THEN" | "ELSE") {
        return Position::Value;
    }
    if word == "AND"
        && text
            .rfind("BETWEEN")
            .is_some_and(|at| !text.get(at + 7..text.len() - 3).unwrap_or("AND").contains("AND"))
    {
        return Position::Value;
    }
    if text.ends_with(['(', ',']) {
        // Inside the innermost open bracket: `IN (` takes a list, `VALUES (` takes values.
        let mut depth = 0_i32;
        let open = text.char_indices().rev().find(|(_, c)| {
            depth += i32::from(*c == ')') - i32::from(*c == '(');
            depth < 0
        });
        let head = open.and_then(|(at, _)| text.get(..at)).unwrap_or_default().trim_end();
        let word = head.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        if word == "IN" {
            return Position::List;
        }
        // A second row of VALUES stands after `)` and a comma.
        if word == "VALUES" || (head.ends_with(',') && text.contains("VALUES")) {
            return Position::Value;
        }
    }
    Position::Identifier
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (index, part) in text.split('@').enumerate() {
            if index % 2 == 0 {
                pieces.push(Piece::Text(part.to_owned()));
            } else {
                pieces.push(Piece::Hole(part.to_owned()));
            }
        }
        pieces
    }

    fn bound(text: &str) -> Option<(String, usize)> {
        let statement = bind(&pieces(text), |_, _| "?".into()).ok()?;
        let text = statement.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Hole(hole) => format!("@{hole}@"),
        });
        Some((text.collect(), statement.values.len()))
    }

    #[test]
    fn values_are_bound_and_names_are_not() {
        for (text, expected) in [
            ("SELECT * FROM t WHERE a = '@x@'", Some(("SELECT * FROM t WHERE a = ?", 1))),
            ("SELECT * FROM t WHERE a = @x@ AND b > @y@", Some(("SELECT * FROM t WHERE a = ? AND b > ?", 2))),
            ("SELECT 'it''s' FROM t WHERE a LIKE '%@x@%'", Some(("SELECT 'it''s' FROM t WHERE a LIKE ?", 1))),
            ("INSERT INTO t (a, b) VALUES (@x@, '@y@')", Some(("INSERT INTO t (a, b) VALUES (?, ?)", 2))),
            ("SELECT * FROM @t@ WHERE a = @x@", Some(("SELECT * FROM @t@ WHERE a = ?", 1))),
            (
                "SELECT * FROM t WHERE a BETWEEN @x@ AND @y@",
                Some(("SELECT * FROM t WHERE a BETWEEN ? AND ?", 2)),
            ),
            ("SELECT * FROM t LIMIT @n@", Some(("SELECT * FROM t LIMIT ?", 1))),
            ("SELECT * FROM @t@", None),
            ("SELECT * FROM t ORDER BY @c@", None),
            ("SELECT @c@ FROM t", None),
            ("SELECT * FROM t WHERE a IN (@ids@)", None),
            ("SELECT * FROM t WHERE @where@", None),
            ("SELECT * FROM t_@x@", None),
            ("SELECT * FROM t WHERE a = '@x@", None),
        ] {
            let expected = expected.map(|(text, count)| (text.to_owned(), count));
            assert_eq!(bound(text), expected, "{text}");
        }
    }
}
