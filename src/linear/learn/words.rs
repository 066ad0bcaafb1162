//! The words of a lesson line by line.

use crate::engine::learn::Do;

/// One line, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    Do(Do),
    Help,
    Files,
    /// The whole page again.
    Page,
    /// The text of a file.
    Show(String),
    Write(String),
}

/// The words with what they do, in the order of `?`.
pub(super) const LIST: &[(&str, &str)] = &[
    ("1, 2, …", "take that answer or open that lesson; Enter alone does what the prompt offers"),
    ("check", "run the tests, the review, and count the changed lines"),
    ("hint", "one more rung: where, what, which pattern, the diff"),
    ("edit [FILE]", "open the step's file, or that one, in your editor"),
    ("write FILE", "type a file anew, line by line"),
    ("show FILE", "the text of a file with line numbers"),
    ("files", "the layers of the working copy, what changed, what the review finds"),
    ("task", "the whole page again"),
    ("undo", "begin the step anew"),
    ("skip", "take the step's solution and go on"),
    ("next", "go on after a step"),
    ("reset", "begin the lesson anew"),
    ("lessons", "back to the list"),
    ("quit", "leave; progress is kept"),
];

/// Reads a line; `None` when it is no word.
pub(super) fn read(line: &str) -> Option<Word> {
    let line = line.trim();
    let (head, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    if let (Ok(number), true) = (head.parse::<usize>(), rest.is_empty()) {
        return Some(Word::Do(Do::Pick(number)));
    }
    let file = || (!rest.is_empty()).then(|| rest.to_owned());
    let word = match (head.to_lowercase().as_str(), rest.is_empty()) {
        ("", true) => Word::Do(Do::Take),
        ("?" | "help", true) => Word::Help,
        ("check" | "run", true) => Word::Do(Do::Check),
        ("hint" | "h", true) => Word::Do(Do::Hint),
        ("edit" | "e", _) => Word::Do(Do::External(file())),
        ("write", false) => Word::Write(rest.to_owned()),
        ("show", false) => Word::Show(rest.to_owned()),
        ("files", true) => Word::Files,
        ("task" | "show", true) => Word::Page,
        ("undo", true) => Word::Do(Do::Undo),
        ("skip", true) => Word::Do(Do::Skip),
        ("next" | "n", true) => Word::Do(Do::Next),
        ("reset", true) => Word::Do(Do::Reset),
        ("lessons" | "list" | "back", true) => Word::Do(Do::Leave),
        ("quit" | "q" | "exit", true) => Word::Do(Do::Quit),
        _ => return None,
    };
    Some(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn words_are_read_with_their_arguments() {
        for (line, expected) in [
            ("", Some(Word::Do(Do::Take))),
            ("2", Some(Word::Do(Do::Pick(2)))),
            ("Check", Some(Word::Do(Do::Check))),
            ("edit app/a.py", Some(Word::Do(Do::External(Some("app/a.py".into()))))),
            ("edit", Some(Word::Do(Do::External(None)))),
            ("write app/a.py", Some(Word::Write("app/a.py".into()))),
            ("write", None),
            ("2 3", None),
            ("dance", None),
        ] {
            assert_eq!(read(line), expected, "{line}");
        }
    }
}
