//! Texts in cells: how wide they are, where they wrap, how they are cut.
//!
//! Works on clean text (see `safe`). Widths are display cells; nothing is cut inside a
//! grapheme cluster. Returns byte ranges rather than copies, so that runs keep their roles.

use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Display cells of a text.
pub(crate) fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// The longest head of `text` that fits into `cells`.
pub(crate) fn head(text: &str, cells: usize) -> &str {
    if text.is_ascii() {
        return text.get(..cells.min(text.len())).unwrap_or(text);
    }
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > cells {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// The longest tail of `text` that fits into `cells`.
pub(crate) fn tail(text: &str, cells: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += grapheme.width();
        if used > cells {
            return text.get(at + grapheme.len()..).unwrap_or_default();
        }
    }
    text
}

/// `text` if it fits, else its head with `sign` at the end.
pub(crate) fn cut(text: &str, cells: usize, sign: &str) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    match cells.checked_sub(width(sign)) {
        Some(room) => format!("{}{sign}", head(text, room).trim_end()),
        None => String::new(),
    }
}

/// Whether a text looks like a path, with or without a line: `app/api/orders.py:41`.
pub(crate) fn is_path(text: &str) -> bool {
    text.contains('/') && !text.contains(char::is_whitespace)
}

/// Cuts a path in its middle: `app/…/orders.py:41`. The first folder and the file with
/// its line stay as long as they fit; the file name itself is the last thing to be cut.
pub(crate) fn cut_path(path: &str, cells: usize, sign: &str) -> String {
    if width(path) <= cells {
        return path.to_owned();
    }
    let file = path.rsplit('/').next().unwrap_or(path);
    let first = path.split('/').next().unwrap_or_default();
    // Keep as many last folders as fit behind the first one, then without it.
    for lead in [format!("{first}/{sign}"), sign.to_owned()] {
        let mut best = None;
        for (at, _) in path.rmatch_indices('/') {
            let kept = path.get(at..).unwrap_or_default();
            if at < first.len() || width(&lead) + width(kept) > cells {
                break;
            }
            best = Some(kept);
        }
        if let Some(kept) = best {
            return format!("{lead}{kept}");
        }
    }
    if width(file) <= cells {
        return file.to_owned();
    }
    match cells.checked_sub(width(sign)) {
        Some(room) => format!("{sign}{}", tail(file, room)),
        None => String::new(),
    }
}

/// Where `text` breaks into lines of at most `cells`, at blanks where possible.
///
/// Blanks at a break belong to no line. Never empty: an empty text has one empty line.
pub(crate) fn wrap(text: &str, cells: usize) -> Vec<Range<usize>> {
    let cells = cells.max(1);
    if width(text) <= cells && !text.contains('\n') {
        return std::iter::once(0..text.len()).collect();
    }
    let mut lines = Vec::new();
    let mut base = 0;
    for paragraph in text.split('\n') {
        wrap_paragraph(paragraph, base, cells, &mut lines);
        base += paragraph.len() + 1;
    }
    lines
}

fn wrap_paragraph(text: &str, base: usize, cells: usize, lines: &mut Vec<Range<usize>>) {
    let mut start = 0;
    let mut used = 0;
    // End of the last word that fitted, and where the next line would go on.
    let mut brk: Option<(usize, usize)> = None;
    let mut blank_from: Option<usize> = None;
    for (at, grapheme) in text.grapheme_indices(true) {
        let is_blank = grapheme == " ";
        match (is_blank, blank_from) {
            (true, None) => blank_from = Some(at),
            (false, Some(from)) => {
                if from > start {
                    brk = Some((from, at));
                }
                blank_from = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
        let w = grapheme.width();
        if used + w > cells && !is_blank {
            let (end, next) = brk.filter(|(end, _)| *end > start).unwrap_or((at, at));
            if end > start {
                // Blanks that lead a paragraph and fill a line alone are no line.
                if !text.get(start..end).unwrap_or_default().trim_matches(' ').is_empty() {
                    lines.push(base + start..base + end);
                }
                start = next;
                used = width(text.get(next..at).unwrap_or_default());
            }
            brk = None;
        }
        used += w;
    }
    let end = start + text.get(start..).unwrap_or_default().trim_end_matches(' ').len();
    lines.push(base + start..base + end.max(start));
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    #[test]
    fn a_path_keeps_its_file_and_line() {
        let path = "app/services/internal/orders.py:41";
        let cases = [
            (34, "app/services/internal/orders.py:41"),
            (30, "app/…/internal/orders.py:41"),
            (20, "app/…/orders.py:41"),
            (17, "…/orders.py:41"),
            (12, "orders.py:41"),
            (9, "…rs.py:41"),
            (0, ""),
        ];
        for (cells, expected) in cases {
            assert_eq!(cut_path(path, cells, "…"), expected, "in {cells} cells");
        }
    }

    #[test]
    fn a_paragraph_wraps_at_blanks_by_display_width() {
        let lines = |text: &str, cells| -> Vec<String> {
            wrap(text, cells).into_iter().map(|range| text[range].to_owned()).collect()
        };
        assert_eq!(lines("line for each thing", 10), ["line for", "each thing"]);
        assert_eq!(lines("日本語 と text", 6), ["日本語", "と", "text"]);
        assert_eq!(lines("unbreakable", 4), ["unbr", "eaka", "ble"]);
        assert_eq!(lines("", 4), [""]);
        assert_eq!(lines("a\n\nb", 4), ["a", "", "b"]);
        assert_eq!(lines("exactly ten", 7), ["exactly", "ten"]);
    }

    #[test]
    fn leading_blanks_wider_than_the_line_are_dropped() {
        assert_eq!(wrap("   é", 2), vec![Range { start: 3, end: 5 }]);
    }

    proptest! {
        #[test]
        fn wrapping_never_exceeds_the_width_nor_loses_a_letter(text in "[a-zé日 ]{0,60}", cells in 2usize..20) {
            let lines = wrap(&text, cells);
            for range in &lines {
                prop_assert!(width(&text[range.clone()]) <= cells);
            }
            let kept: String = lines.iter().map(|r| text[r.clone()].replace(' ', "")).collect();
            prop_assert_eq!(kept, text.replace(' ', ""));
        }

        #[test]
        fn a_cut_text_fits(text in "\\PC{0,40}", cells in 0usize..30) {
            prop_assert!(width(&cut(&text, cells, "…")) <= cells);
            prop_assert!(width(&cut_path(&text, cells, "…")) <= cells);
        }
    }
}
