//! Rows of cells whose columns line up, measured in display cells.
//!
//! Every cell is made safe when it is added, so a file name can break neither the line
//! nor the terminal. The last cell of a row is never padded, so that lines have no blanks
//! at their end.

use super::{
    escape,
    paint::{Paint, Tone},
};
use unicode_width::UnicodeWidthStr;

/// Blanks between two columns.
const GAP_COLS: usize = 2;
/// A wider cell does not widen its column: the rest of its row moves instead.
const WIDEST_COLS: usize = 48;

/// One piece of text with its tone; one line, safe to print.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    text: String,
    tone: Tone,
}

/// A cell of untrusted text.
pub(super) fn cell(tone: Tone, text: impl AsRef<str>) -> Cell {
    Cell { text: escape::line(text.as_ref()), tone }
}

/// Rows in the order in which they were added.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
enum Row {
    Cells(Vec<Cell>),
    /// A line over the rows that follow, two cells further out; no column of its own.
    Title(Cell),
}

impl Table {
    /// Adds a row.
    pub(super) fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(Row::Cells(cells.into()));
    }

    /// Adds a line over the rows that follow. Columns line up across titles.
    pub(super) fn title(&mut self, cell: Cell) {
        self.rows.push(Row::Title(cell));
    }

    /// The lines, each indented by that many blanks and ended by a line feed.
    pub(super) fn render(&self, indent_cols: usize, paint: Paint) -> String {
        let widths = self.widths();
        let mut out = String::new();
        for row in &self.rows {
            let row = match row {
                Row::Cells(row) => row,
                Row::Title(cell) => {
                    out.push_str(&" ".repeat(indent_cols.saturating_sub(GAP_COLS)));
                    out.push_str(&paint.tone(cell.tone, &cell.text));
                    out.push('\n');
                    continue;
                }
            };
            // Empty cells at the end would leave blanks there.
            let used = row.iter().rposition(|cell| !cell.text.is_empty()).map_or(0, |last| last + 1);
            out.push_str(&" ".repeat(if used == 0 { 0 } else { indent_cols }));
            for (column, cell) in row.iter().take(used).enumerate() {
                out.push_str(&paint.tone(cell.tone, &cell.text));
                if column + 1 < used {
                    let width = widths.get(column).copied().unwrap_or(0);
                    out.push_str(&" ".repeat(width.saturating_sub(cell.text.width()) + GAP_COLS));
                }
            }
            out.push('\n');
        }
        out
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.rows {
            let Row::Cells(row) = row else { continue };
            for (column, cell) in row.iter().enumerate() {
                let width = cell.text.width();
                if widths.len() <= column {
                    widths.push(0);
                }
                if let Some(widest) = widths.get_mut(column).filter(|_| width <= WIDEST_COLS) {
                    *widest = (*widest).max(width);
                }
            }
        }
        widths
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn columns_line_up_by_display_width_and_lines_have_no_blanks_at_their_end() {
        let mut table = Table::default();
        table.row([cell(Tone::Text, "a"), cell(Tone::Text, "one"), cell(Tone::Faint, "")]);
        table.row([cell(Tone::Text, "日本"), cell(Tone::Text, "two"), cell(Tone::Text, "x\ny")]);
        assert_eq!(table.render(2, Paint::Plain), "  a     one\n  日本  two  x\\ny\n");
    }

    #[test]
    fn columns_line_up_across_titles() {
        let mut table = Table::default();
        table.title(cell(Tone::Strong, "a.py"));
        table.row([cell(Tone::Text, "1"), cell(Tone::Text, "x")]);
        table.title(cell(Tone::Strong, "b.py"));
        table.row([cell(Tone::Text, "100"), cell(Tone::Text, "y")]);
        assert_eq!(table.render(4, Paint::Plain), "  a.py\n    1    x\n  b.py\n    100  y\n");
    }

    #[test]
    fn one_very_wide_cell_moves_only_its_own_row() {
        let mut table = Table::default();
        table.row([cell(Tone::Text, "x".repeat(60)), cell(Tone::Text, "1")]);
        table.row([cell(Tone::Text, "y"), cell(Tone::Text, "2")]);
        let lines: Vec<String> = table.render(0, Paint::Plain).lines().map(str::to_owned).collect();
        assert_eq!(lines.last().map(String::as_str), Some("y  2"));
    }
}
