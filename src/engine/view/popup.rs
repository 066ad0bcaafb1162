//! Popups: one at a time, centred, the screen behind them without colour.

use super::row::{Line, Row};

/// One popup.
#[derive(Debug, Clone, PartialEq)]
pub struct PopupView {
    pub title: String,
    /// At the right of the title: `asked once for this repository`.
    pub corner: String,
    pub body: PopupBody,
    /// Its own footer: key and label; the first is gold.
    pub keys: Vec<(String, String)>,
    /// Width wanted, in cells, borders included; at most the screen less 4.
    pub width_cols: u16,
}

/// What it holds.
#[derive(Debug, Clone, PartialEq)]
pub enum PopupBody {
    /// Rows, then numbered options; `marked` is an index into them.
    Choices { rows: Vec<Row>, options: Vec<ChoiceView>, marked: usize },
    /// Rows, scrolled by `top`.
    Card { rows: Vec<Row>, top: usize },
    /// A one-line text (the active editor), then rows of which one may be marked.
    Prompt { above: Vec<Row>, below: Vec<Row>, marked: Option<usize> },
    /// A long text (the active editor), with a line of rows above and below.
    Editor { above: Vec<Row>, below: Vec<Row>, first_line: u32, height_rows: u16 },
    /// A search text and two columns of key, action, and why it is refused.
    Help { columns: Vec<(String, Vec<HelpEntry>)>, marked: usize },
    /// A search text and matching actions.
    Palette { entries: Vec<PaletteEntry>, marked: usize },
}

/// One numbered option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceView {
    pub label: String,
    /// What it means: `VERIFY stays shut, the rest works`.
    pub note: String,
}

/// One line of help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpEntry {
    pub key: String,
    pub label: String,
    /// Why it cannot act now; empty when it can.
    pub refused: String,
    /// Position over all columns, for the mark.
    pub index: usize,
}

/// One line of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaletteEntry {
    pub label: String,
    /// Indexes of the characters of `label` that matched.
    pub matched: Vec<usize>,
    pub key: String,
    /// Why it cannot act now; empty when it can.
    pub refused: String,
}

/// A line with a gap, for the footers of popups.
pub type KeyLabel = (String, Line);
