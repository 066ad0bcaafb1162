//! What earlier sessions learned: one line each, kept in a repository's `stack/` or in
//! the user's folder, offered again for the same kind of task.
//!
//! A line reads `- 2026-11-22 [intent, layer] text`. Lines in another form are the
//! user's own notes; they are kept and belong to every kind of task.

use super::source::Text;
use crate::domain::task::Intent;

/// One lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// As `2026-11-22`; empty when not stated.
    pub date: String,
    /// Intents, layers or rules it is about; empty for any.
    pub tags: Vec<String>,
    pub text: String,
    /// File it stands in, as shown, and its 1-based line.
    pub file: String,
    pub line: u32,
}

/// Lessons of all texts, in order. The shipped file holds the format and no lesson.
pub(crate) fn load(texts: &[Text]) -> Vec<Lesson> {
    let mut lessons = Vec::new();
    for text in texts {
        let mut head = text.text.starts_with("---");
        for (line, content) in (1..).zip(text.text.lines()) {
            if head {
                head = line == 1 || content.trim_end() != "---";
            } else if let Some(item) = content.strip_prefix("- ") {
                lessons.push(parse(item, &text.label, line));
            }
        }
    }
    lessons
}

fn parse(item: &str, file: &str, line: u32) -> Lesson {
    let (date, rest) = match item.split_once(' ') {
        Some((first, rest)) if is_date(first) => (first, rest.trim_start()),
        _ => ("", item),
    };
    let (tags, text) = match rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((tags, text)) => (tags.split(',').map(|tag| tag.trim().to_owned()).collect(), text.trim()),
        None => (Vec::new(), rest.trim()),
    };
    Lesson { date: date.to_owned(), tags, text: text.to_owned(), file: file.to_owned(), line }
}

fn is_date(word: &str) -> bool {
    word.len() == 10
        && word.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// The line to append for a new lesson, with its newline. Line breaks and control
/// characters of the text become blanks; brackets leave the tags.
pub fn lesson_line(date: &str, tags: &[String], text: &str) -> String {
    let flat = |text: &str| -> String {
        let clean: String =
            text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        clean.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let tags: Vec<String> = tags.iter().map(|tag| flat(tag).replace(['[', ']', ','], "")).collect();
    if tags.is_empty() {
        return format!("- {} {}\n", flat(date), flat(text));
    }
    format!("- {} [{}] {}\n", flat(date), tags.join(", "), flat(text))
}

/// Lessons for a kind of task: those that name it, then those that name nothing.
pub(crate) fn lessons_for(lessons: &[Lesson], intent: Intent) -> Vec<&Lesson> {
    let named = lessons.iter().filter(|lesson| lesson.tags.iter().any(|tag| tag == intent.name()));
    let general = lessons.iter().filter(|lesson| lesson.tags.is_empty());
    named.chain(general).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn text(text: &str) -> Text {
        Text { label: "lessons.md".into(), text: text.into(), shipped: false }
    }

    #[test]
    fn a_written_lesson_is_read_back() {
        let line = lesson_line("2026-11-22", &["endpoint".into(), "service".into()], "Ask\nfirst.\u{1b}[31m");
        let lessons = load(&[text(&format!("---\nkind: lessons\n- no\n---\n# T\n{line}"))]);
        assert_eq!(
            lessons,
            [Lesson {
                date: "2026-11-22".into(),
                tags: vec!["endpoint".into(), "service".into()],
                text: "Ask first. [31m".into(),
                file: "lessons.md".into(),
                line: 6,
            }]
        );
    }

    #[test]
    fn lessons_of_the_kind_come_first_and_other_kinds_not_at_all() {
        let lessons = load(&[text("- free note\n- 2026-01-01 [auth] b\n- 2026-01-02 [endpoint] a\n")]);
        let texts: Vec<&str> =
            lessons_for(&lessons, Intent::Endpoint).iter().map(|lesson| lesson.text.as_str()).collect();
        assert_eq!(texts, ["a", "free note"]);
    }
}
