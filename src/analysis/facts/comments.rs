//! Suppression comments: `proscenium: ignore RULE because REASON`.
//!
//! Front ends hand over each comment; what is not a suppression is dropped. A comment
//! that starts like one but has no rule is kept with an empty rule, so that a rule can
//! say what is wrong with it.

use super::ids::{Span, Sym};
use serde::{Deserialize, Serialize};

/// A comment that asks for silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// Rule id as written; empty when missing.
    pub rule: Sym,
    /// Why; empty when no reason is given, which is not allowed.
    pub reason: Sym,
    /// The comment.
    pub span: Span,
}

/// The rule and the reason that a comment's text states, or none for other comments.
pub(super) fn parse(comment: &str) -> Option<(&str, &str)> {
    let marks: &[char] = &['#', '/', '*', '!', '-', ';', ' ', '\t', '\r', '\n'];
    let text = comment.trim_matches(marks);
    let rest = text.strip_prefix("proscenium:")?.trim_start().strip_prefix("ignore")?;
    if !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let rest = rest.trim();
    let (rule, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    if rule == "because" {
        return Some(("", after.trim()));
    }
    let reason = after.trim().strip_prefix("because").unwrap_or("").trim();
    Some((rule, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suppression_is_read_in_every_comment_style() {
        let cases = [
            ("# proscenium: ignore sec/x because the table is ours", Some(("sec/x", "the table is ours"))),
            ("// proscenium: ignore sec/x because y", Some(("sec/x", "y"))),
            ("/* proscenium:ignore sec/x because y */", Some(("sec/x", "y"))),
            ("# proscenium: ignore sec/x", Some(("sec/x", ""))),
            ("# proscenium: ignore", Some(("", ""))),
            ("# proscenium: ignored", None),
            ("# see proscenium: ignore sec/x because y", None),
            ("# ordinary", None),
        ];
        for (comment, expected) in cases {
            assert_eq!(parse(comment), expected, "{comment}");
        }
    }
}
