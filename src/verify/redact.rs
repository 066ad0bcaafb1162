//! Takes secrets out of what is kept of an output beyond the screen and its own log.
//!
//! Failures are written to the journal, into reports and into what an agent is told. The
//! shapes are those of well-known keys, and of values that stand beside a telling name.

use crate::domain::command::Parsed;
use crate::verify::parsers::patterns;

const HIDDEN: &str = "«hidden»";

patterns! {
    KEYS = r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bsk-[A-Za-z0-9_-]{20,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bglpat-[\w-]{16,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+|-----BEGIN [A-Z ]*PRIVATE KEY-----";
    NAMED = r#"(?i)\b([\w.-]*(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)[\w.-]*["']?\s*)([=:]\s*)("[^"]*"|'[^']*'|[^\s,;&'")}\]]+)"#;
    URLS = r"\b([a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@/]+@";
}

/// Hides secrets in a text.
pub fn redact(text: &str) -> String {
    let text = KEYS.replace_all(text, HIDDEN);
    let text = URLS.replace_all(&text, format!("${{1}}{HIDDEN}@"));
    let hide = |found: &regex::Captures<'_>| {
        let part = |group| found.get(group).map_or("", |m| m.as_str());
        if is_value(part(2), part(3)) {
            format!("{}{}{HIDDEN}", part(1), part(2))
        } else {
            part(0).to_owned()
        }
    };
    NAMED.replace_all(&text, hide).into_owned()
}

/// Sentences and paths hold colons too (`token.rs:12`, `invalid token: expected`), so a
/// bare word after one counts only when it looks made up.
fn is_value(separator: &str, value: &str) -> bool {
    if value.starts_with(['=', ':', '>']) {
        return false;
    }
    separator.starts_with('=')
        || value.starts_with(['"', '\''])
        || (value.len() >= 8 && value.contains(|c: char| c.is_ascii_digit()) && !value.contains(':'))
}

/// Hides secrets in everything that is kept of a report.
pub(crate) fn redact_report(parsed: &mut Parsed) {
    for failure in &mut parsed.failures {
        for text in [&mut failure.key, &mut failure.name, &mut failure.message] {
            *text = redact(text);
        }
    }
    parsed.blocked = parsed.blocked.as_deref().map(redact);
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn secrets_go_and_sentences_stay() {
        let table = [
            (
                "AWS_SECRET_ACCESS_KEY=0000000000000000000000000000000000000001 x",
                "AWS_SECRET_ACCESS_KEY=«hidden» x",
            ),
            ("token ghp_000000000000000000000000000000000001", "token «hidden»"),
            ("password=hunter2", "password=«hidden»"),
            ("{'password': 'p w', 'id': 3}", "{'password': «hidden», 'id': 3}"),
            ("postgres://app:hunter2@db:5432/app refused", "postgres://app:«hidden»@db:5432/app refused"),
            ("sk-ant-api03-0000000000000000000000000000", "«hidden»"),
            ("api_key: 0123456789abcdef", "api_key: «hidden»"),
            ("assert token == other", "assert token == other"),
            ("src/token.rs:12:5: error", "src/token.rs:12:5: error"),
            ("invalid token: expected a name", "invalid token: expected a name"),
            ("AssertionError: assert 401 == 200", "AssertionError: assert 401 == 200"),
            ("test_password_is_checked failed", "test_password_is_checked failed"),
            ("tests/test_token.py::test_token_expires", "tests/test_token.py::test_token_expires"),
        ];
        for (text, expected) in table {
            assert_eq!(redact(text), expected);
        }
    }
}
