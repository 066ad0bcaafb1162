//! Rows of panes and popups as lines: "mark-word, label, note".
//!
//! Symbols stand for words on a screen; here they become the words, because meaning is
//! never carried by a symbol alone. Columns are not aligned: runs of blanks become one.

use crate::engine::view::{Mark, Progress, Row, Span, Target};

/// The rows as lines; what only decorates is left out.
pub(super) fn lines(rows: &[Row]) -> Vec<String> {
    rows.iter().filter_map(line).collect()
}

/// Rows as lines, those with a target numbered from 1 in their order.
pub(super) fn numbered(rows: &[Row]) -> Vec<String> {
    let mut number = 0;
    rows.iter()
        .filter_map(|row| {
            let text = line(row)?;
            if row.target().is_none() {
                return Some(text);
            }
            number += 1;
            Some(format!("{number:>3} {}", text.trim_start()))
        })
        .collect()
}

/// One row as a line; `None` for what only decorates.
pub(super) fn line(row: &Row) -> Option<String> {
    let text = match row {
        Row::Blank | Row::Rule | Row::MiniArch { .. } => return None,
        Row::Head { text, note } => {
            let note = words(note);
            if note.is_empty() { format!("{text}:") } else { format!("{text}, {note}:") }
        }
        Row::Item { mark, label, note, indent, target } => {
            // A finding has a level where other rows have an outcome.
            let mark = match (mark, target) {
                (Mark::Failed, Some(Target::Finding(_))) => "error",
                (mark, _) => mark_word(*mark),
            };
            let parts = [mark.to_owned(), words(label), words(note)];
            let text: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            format!("{}{}", blanks(*indent), text.join(", "))
        }
        Row::Text { line, indent } => format!("{}{}", blanks(*indent), words(line)),
        Row::Verdict { mark, text } => {
            if *mark == Mark::Done {
                format!("Verdict: {text}.")
            } else {
                format!("Verdict, {}: {text}.", mark_word(*mark))
            }
        }
        Row::Source { number, text, marked, .. } => {
            let here = if *marked { ", marked" } else { "" };
            format!("  line {number}{here}: {text}")
        }
        Row::FlowBox { name, lines, foot, hole, .. } => {
            let symbols: Vec<String> = lines
                .iter()
                .map(|(symbol, place)| {
                    let parts = [words(symbol), words(place)];
                    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
                })
                .collect();
            let foot = words(foot);
            let foot = if foot.is_empty() { String::new() } else { format!(", {foot}") };
            let hole = if *hole { "hole, " } else { "" };
            let text = symbols.join("; ");
            format!("  {hole}{name}: {}{foot}", text.strip_prefix("warning: ").unwrap_or(&text))
        }
        Row::Stem { call, broken } => match (call.is_empty(), broken) {
            (true, _) => return None,
            (false, false) => format!("    called as {call}"),
            (false, true) => format!("    broken call {call}"),
        },
        Row::Bar { progress: Progress::Counted { done, total }, .. } => format!("  {done} of {total}"),
        Row::Bar { progress: Progress::Percent(percent), .. } => format!("  {percent} %"),
    };
    (!text.trim().is_empty()).then_some(text)
}

fn blanks(indent: u8) -> String {
    " ".repeat(usize::from(indent).min(8))
}

/// The word for a mark; empty for none.
pub(super) fn mark_word(mark: Mark) -> &'static str {
    match mark {
        Mark::None | Mark::Down => "",
        Mark::Done => "done",
        Mark::Failed => "failed",
        Mark::Open => "open",
        Mark::Half => "partial",
        Mark::Warn => "warning",
        Mark::Unsure => "unsure",
        Mark::NotApplicable => "left out",
        Mark::Flaky => "flaky",
        Mark::Before => "as before",
        Mark::Dot => "marked",
        Mark::Chosen => "chosen",
        Mark::NotChosen => "not chosen",
        Mark::Blocked => "blocked",
        Mark::Spinner => "running",
    }
}

/// A line of runs as text, symbols as words.
pub(super) fn words(line: &[Span]) -> String {
    let text: String = line.iter().map(|span| span.text.as_str()).collect();
    say(&text)
}

/// A text with its symbols as words and its runs of blanks as one.
pub(super) fn say(text: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    for token in text.split_whitespace() {
        let counted = out.last().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
        match (token, counted) {
            ("▲", true) => out.push("warnings"),
            ("✗", true) => out.push("errors"),
            ("·", true) => out.push("advice"),
            ("▲", false) => out.push("warning:"),
            ("✗", false) => out.push("failed:"),
            ("?", _) => out.push("unsure:"),
            ("◐", _) => out.push("partial:"),
            ("✓" | "✓──" | "○" | "●" | "·" | "–" | "↓", _) => {}
            (word, _) => out.push(word),
        }
    }
    out.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::layer::Layer,
        engine::view::{bold, muted, plain},
    };
    use pretty_assertions::assert_eq;

    fn check(row: &Row, expected: Option<&str>) {
        assert_eq!(line(row).as_deref(), expected);
    }

    #[test]
    fn an_item_is_mark_word_label_and_note() {
        let row = Row::Item {
            mark: Mark::Failed,
            label: vec![bold("AC2 "), plain("a   shipped order")],
            note: vec![muted("  ✗ exit 1")],
            indent: 2,
            target: None,
        };
        check(&row, Some("  failed, AC2 a shipped order, failed: exit 1"));
    }

    #[test]
    fn counts_keep_what_they_count() {
        assert_eq!(say("arch  2 ▲"), "arch 2 warnings");
        assert_eq!(say("▲ two tables"), "warning: two tables");
        assert_eq!(say("✓ sure"), "sure");
    }

    #[test]
    fn a_hole_of_the_flow_says_its_layer_and_reason() {
        let row = Row::FlowBox {
            layer: Layer::Service,
            name: "service".into(),
            lines: vec![(vec![plain("▲ "), plain("the handler does it")], vec![muted("app/a.py:4")])],
            foot: Vec::new(),
            hole: true,
            target: None,
        };
        check(&row, Some("  hole, service: the handler does it, app/a.py:4"));
    }

    #[test]
    fn decoration_is_silent() {
        check(&Row::Rule, None);
        check(&Row::MiniArch { lit: None }, None);
        check(&Row::Stem { call: String::new(), broken: false }, None);
    }
}
