//! Cuts a task into clauses and words.
//!
//! Text is untrusted and may be huge: only its beginning is read, control characters
//! are blanks, and every word keeps its byte range, so that what is not understood can
//! be quoted exactly as it was written.

use std::ops::Range;

/// How much of a task is read. A task is some sentences; the rest is quoted as unread.
pub(super) const READ_BYTES: usize = 32 * 1024;

/// One word of a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Byte range in the clean text.
    pub range: Range<usize>,
    /// As written.
    pub text: String,
    /// Lower case, without quotes and marks around it.
    pub lower: String,
    pub kind: WordKind,
}

/// What the form of a word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordKind {
    Plain,
    /// `/api/orders/{id}`.
    Path,
    /// `GET` in capitals.
    Method,
    /// `title:string{1..200}`.
    Field,
    /// `404`.
    Status,
    /// `app/api/orders.py` or `app/api/orders.py:58`.
    File,
    /// `sec/sql-interpolated-value`.
    Rule,
    /// Any other number.
    Number,
}

/// Words between two marks that end a thought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clause {
    pub words: Vec<Word>,
    /// Number of the sentence it belongs to, from 0.
    pub sentence: usize,
}

/// The readable beginning of a text, with control characters as blanks, and how many
/// characters were left out.
pub(super) fn clean(text: &str) -> (String, usize) {
    let mut end = text.len().min(READ_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let (head, rest) = text.split_at(end);
    let clean =
        head.chars().map(|letter| if letter.is_control() && letter != '\n' { ' ' } else { letter }).collect();
    (clean, rest.chars().count())
}

/// Clauses in order.
pub(super) fn clauses(text: &str) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let mut current = Clause { words: Vec::new(), sentence: 0 };
    let mut sentence = 0;
    for (start, raw) in raw_words(text) {
        let ends_sentence = raw.ends_with(['.', '!', '?', ';']) && !raw.ends_with("...");
        let ends_clause = ends_sentence || (raw.ends_with([',', ':']) && !raw.contains("://"));
        let newline = raw == "\n";
        if !newline && let Some(word) = word(start, raw) {
            current.words.push(word);
        }
        if ends_clause || newline {
            if !current.words.is_empty() {
                clauses.push(std::mem::replace(&mut current, Clause { words: Vec::new(), sentence }));
            }
            if ends_sentence || newline {
                sentence += 1;
            }
            current.sentence = sentence;
        }
    }
    if !current.words.is_empty() {
        clauses.push(current);
    }
    clauses
}

/// Words and line breaks with their starts; braces keep what is between them together.
fn raw_words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut start = None;
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let newline = letter == '\n';
        // A brace that is never closed must not swallow the text: a line ends it.
        if newline {
            depth = 0;
        }
        let inside_notation = depth > 0 && start.is_some_and(|from: usize| is_notation(text, from, at));
        if letter.is_whitespace() && !inside_notation {
            if let Some(from) = start.take() {
                words.push((from, text.get(from..at).unwrap_or_default()));
            }
            if newline {
                words.push((at, "\n"));
            }
        } else if start.is_none() {
            start = Some(at);
        }
    }
    if let Some(from) = start {
        words.push((from, text.get(from..).unwrap_or_default()));
    }
    words
}

/// Whether what stands before an open brace is a field or a path.
fn is_notation(text: &str, from: usize, at: usize) -> bool {
    text.get(from..at)
        .is_some_and(|head| head.starts_with('/') || (head.contains(':') && !head.starts_with(['(', '{'])))
}

fn word(start: usize, raw: &str) -> Option<Word> {
    const AROUND: [char; 9] = ['"', '\'', '`', '“', '”', '‘', '’', '*', '_'];
    let mut text = raw.trim_start_matches(AROUND).trim_start_matches(['(', '[', '<']);
    let skipped = raw.len() - text.len();
    text = text.trim_end_matches([',', ';', '!', '?']).trim_end_matches('.').trim_end_matches(AROUND);
    if !text.contains(['(', '{']) {
        text = text.trim_end_matches([')', ']', '>', '}']);
    }
    text = text.trim_end_matches(',').trim_end_matches(AROUND);
    let kind = kind_of(text);
    let text = if kind == WordKind::Plain { text.trim_end_matches(':') } else { text };
    // A dash or a bullet alone is no word.
    if !text.chars().any(char::is_alphanumeric) {
        return None;
    }
    let from = start + skipped;
    Some(Word { range: from..from + text.len(), text: text.to_owned(), lower: text.to_lowercase(), kind })
}

fn kind_of(text: &str) -> WordKind {
    const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    if METHODS.contains(&text) {
        return WordKind::Method;
    }
    if text.len() > 1 && text.starts_with('/') {
        return WordKind::Path;
    }
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let status = text.len() == 3 && matches!(text.as_bytes().first(), Some(b'1'..=b'5'));
        return if status { WordKind::Status } else { WordKind::Number };
    }
    if let Some((name, rest)) = text.split_once(':') {
        if is_file(name) && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b':') {
            return WordKind::File;
        }
        if is_name(name) && rest.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            return WordKind::Field;
        }
    }
    if is_file(text) {
        return WordKind::File;
    }
    const FAMILIES: [&str; 7] = ["arch", "sec", "orm", "mig", "async", "api", "cloud"];
    match text.split_once('/') {
        Some((family, rest))
            if FAMILIES.contains(&family) && !rest.is_empty() && !rest.contains(['/', '.']) =>
        {
            WordKind::Rule
        }
        _ => WordKind::Plain,
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_file(text: &str) -> bool {
    const ENDINGS: [&str; 13] = [
        ".py", ".ts", ".js", ".rs", ".sql", ".prisma", ".graphql", ".yaml", ".yml", ".json", ".toml", ".mjs",
        ".cjs",
    ];
    ENDINGS.iter().any(|ending| text.len() > ending.len() && text.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn kinds(text: &str) -> Vec<(String, WordKind)> {
        clauses(text).into_iter().flat_map(|clause| clause.words).map(|word| (word.text, word.kind)).collect()
    }

    #[test]
    fn forms_of_words_are_known() {
        use WordKind::{Field, File, Method, Path, Plain, Rule, Status};
        let seen = kinds(
            "Add GET /api/orders/{order id}, title:string{1..200}. Fix sec/cookie-flags in app/a.py:58: (409)",
        );
        let expected = [
            ("Add", Plain),
            ("GET", Method),
            ("/api/orders/{order id}", Path),
            ("title:string{1..200}", Field),
            ("Fix", Plain),
            ("sec/cookie-flags", Rule),
            ("in", Plain),
            ("app/a.py:58:", File),
            ("409", Status),
        ];
        assert_eq!(seen, expected.map(|(text, kind)| (text.to_owned(), kind)));
    }

    #[test]
    fn a_field_keeps_its_choices_and_its_reference() {
        let seen = kinds("status:enum{open, paid} owner:belongs_to(User)");
        assert_eq!(
            seen.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>(),
            ["status:enum{open, paid}", "owner:belongs_to(User)"]
        );
    }

    #[test]
    fn an_open_brace_swallows_no_more_than_its_line() {
        let seen = kinds("a:string{1..\nthe rest stays");
        assert_eq!(seen.len(), 4);
    }

    #[test]
    fn sentences_and_clauses_are_counted() {
        let clauses = clauses("One two, three. Four v1.2 five\nSix");
        let seen: Vec<(usize, usize)> =
            clauses.iter().map(|clause| (clause.sentence, clause.words.len())).collect();
        assert_eq!(seen, [(0, 2), (0, 1), (1, 3), (2, 1)]);
    }

    #[test]
    fn a_megabyte_and_control_characters_are_harmless() {
        let text = "é\u{1b}[31m\u{0} ".repeat(200_000);
        let (clean, left_out) = clean(&text);
        assert!(clean.len() <= READ_BYTES && left_out > 0);
        assert!(!clean.chars().any(|letter| letter.is_control()));
        assert!(!clauses(&clean).is_empty());
    }
}
