//! A line of runs as one clean text, so that it can be measured, wrapped and cut as a whole.

use super::{
    safe, text,
    theme::{Theme, Tone},
};
use crate::engine::view::{Role, Span};
use ratatui::style::{Modifier, Style};
use std::ops::Range;

/// How runs are coloured: by their roles, or all alike on a reversed row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Ink {
    /// Every role in its own colour.
    #[default]
    Own,
    /// The same, and plain text bold: the selected row of the focused pane.
    Strong,
    /// No colours: a reversed row of a flat theme would turn them into backgrounds.
    Reversed,
}

impl Ink {
    pub(crate) fn style(self, theme: &Theme, role: Role, bold: bool) -> Style {
        let style = match self {
            Self::Own => theme.role(role),
            Self::Strong if role == Role::Text => theme.role(role).add_modifier(Modifier::BOLD),
            Self::Strong => theme.role(role),
            Self::Reversed => Style::new(),
        };
        if bold { style.add_modifier(Modifier::BOLD) } else { style }
    }

    /// A tone, or nothing on reversed rows.
    pub(crate) fn tone(self, theme: &Theme, tone: Tone) -> Style {
        match self {
            Self::Own | Self::Strong => theme.ink(tone),
            Self::Reversed => Style::new(),
        }
    }

    /// The given style, or nothing on reversed rows.
    pub(crate) fn or(self, style: Style) -> Style {
        match self {
            Self::Own | Self::Strong => style,
            Self::Reversed => Style::new(),
        }
    }
}

/// One clean text with the role of each stretch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Flat {
    text: String,
    /// End offset, role, bold; in order.
    ends: Vec<(usize, Role, bool)>,
}

impl Flat {
    pub(crate) fn new(line: &[Span]) -> Self {
        let mut flat = Self::default();
        for span in line {
            flat.push(&safe::clean(&span.text), span.role, span.bold);
        }
        flat
    }

    /// Appends clean text.
    fn push(&mut self, clean: &str, role: Role, bold: bool) {
        self.text.push_str(clean);
        self.ends.push((self.text.len(), role, bold));
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn width(&self) -> usize {
        text::width(&self.text)
    }

    /// The stretches inside `part`.
    pub(crate) fn runs(&self, part: Range<usize>) -> impl Iterator<Item = (Range<usize>, Role, bool)> + '_ {
        let mut start = 0;
        self.ends.iter().filter_map(move |&(end, role, bold)| {
            let range = start.max(part.start)..end.min(part.end);
            start = end;
            (range.start < range.end).then_some((range, role, bold))
        })
    }

    /// The same line in at most `cells`: paths first give up their middle, the last of them
    /// first, then the end is cut.
    pub(crate) fn fitted(&self, cells: usize, sign: &str) -> Self {
        let mut over = self.width().saturating_sub(cells);
        if over == 0 {
            return self.clone();
        }
        let mut parts: Vec<(String, Role, bool)> = self
            .runs(0..self.text.len())
            .map(|(range, role, bold)| (self.text.get(range).unwrap_or_default().to_owned(), role, bold))
            .collect();
        for (part, ..) in parts.iter_mut().rev() {
            if over == 0 {
                break;
            }
            if text::is_path(part) {
                let wide = text::width(part);
                // Less than this is no help to a reader: the name alone must stay.
                let file = part.rsplit('/').next().map_or(0, text::width);
                let shorter = text::cut_path(part, wide.saturating_sub(over).max(file), sign);
                over -= wide.saturating_sub(text::width(&shorter)).min(over);
                *part = shorter;
            }
        }
        let mut out = Self::default();
        let mut room = cells;
        for (part, role, bold) in parts {
            let wide = text::width(&part);
            let is_over = over > 0 && wide > room;
            let part = if is_over { text::cut(&part, room, sign) } else { part };
            room = room.saturating_sub(text::width(&part));
            out.push(&part, role, bold);
            if is_over {
                break;
            }
        }
        // A cut between two runs leaves no sign yet.
        if over > 0 && !out.text.ends_with(sign) {
            let kept = text::head(&out.text, cells.saturating_sub(text::width(sign))).len();
            let (role, bold) = out.ends.last().map_or((Role::Text, false), |&(_, role, bold)| (role, bold));
            out.text.truncate(kept);
            for (end, ..) in &mut out.ends {
                *end = (*end).min(kept);
            }
            if text::width(&out.text) + text::width(sign) <= cells {
                out.push(sign, role, bold);
            }
        }
        out
    }

    /// The line's first word, for a note that does not fit.
    pub(crate) fn first_word(&self) -> Self {
        let end = self.text.find(' ').unwrap_or(self.text.len());
        self.up_to(self.text.get(..end).map_or(end, |word| word.trim_end_matches([':', ',', ';']).len()))
    }

    /// The line without its last part, where two blanks part it.
    pub(crate) fn without_last_part(&self) -> Self {
        self.up_to(self.text.rfind("  ").unwrap_or(self.text.len()))
    }

    fn up_to(&self, end: usize) -> Self {
        let mut out = Self::default();
        for (range, role, bold) in self.runs(0..end) {
            out.push(self.text.get(range).unwrap_or_default(), role, bold);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::view::{bold, muted, plain};
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    #[test]
    fn a_path_inside_a_line_gives_up_its_middle_first() {
        let line = Flat::new(&[bold("9 "), plain("app/services/internal/orders.py:41"), muted(" in cancel")]);
        assert_eq!(line.fitted(40, "…").text(), "9 app/…/internal/orders.py:41 in cancel");
        assert_eq!(line.fitted(24, "…").text(), "9 orders.py:41 in cancel");
        assert_eq!(line.fitted(18, "…").text(), "9 orders.py:41 in…");
    }

    #[test]
    fn runs_keep_their_roles_inside_a_part() {
        let line = Flat::new(&[plain("ab"), muted("cd")]);
        let runs: Vec<_> = line.runs(1..3).collect();
        assert_eq!(runs, [(1..2, Role::Text, false), (2..3, Role::Muted, false)]);
    }

    proptest! {
        #[test]
        fn a_fitted_line_fits(texts in proptest::collection::vec("[a-z/ 日é]{0,12}", 0..5), cells in 0usize..40) {
            let line: Vec<_> = texts.into_iter().map(plain).collect();
            let fitted = Flat::new(&line).fitted(cells, "…");
            prop_assert!(fitted.width() <= cells, "{:?}", fitted.text());
        }
    }
}
