//! Rows: the lines of which lists, cards and reports are made.

use crate::{
    domain::{
        event::Scene,
        ids::{CriterionId, HunkId, StepId},
        layer::Layer,
        place::Place,
        stack::StackKey,
    },
    ports::verifier::Progress,
};

/// What a text means. Themes turn roles into colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    #[default]
    Text,
    Muted,
    Border,
    Accent,
    /// The one gold thing.
    Spot,
    Ok,
    Warn,
    Fail,
    Add,
    Del,
    Layer(Layer),
    /// One of the terminal's 16 colours, from a command's own output.
    Ansi(u8),
}

/// A run of text with one meaning.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Span {
    pub text: String,
    pub role: Role,
    pub bold: bool,
}

/// One line of runs.
pub type Line = Vec<Span>;

/// Plain text.
pub fn plain(text: impl Into<String>) -> Span {
    Span { text: text.into(), role: Role::Text, bold: false }
}

/// Text that stands out by weight.
pub fn bold(text: impl Into<String>) -> Span {
    Span { text: text.into(), role: Role::Text, bold: true }
}

/// An address or a note.
pub fn muted(text: impl Into<String>) -> Span {
    Span { text: text.into(), role: Role::Muted, bold: false }
}

/// Text with a role.
pub fn role(role: Role, text: impl Into<String>) -> Span {
    Span { text: text.into(), role, bold: false }
}

/// A state mark. Each has a symbol, an ASCII form and a word (screens.md, section 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mark {
    #[default]
    None,
    /// ✓ proven, approved, done
    Done,
    /// ✗ failed, rejected, contradicted
    Failed,
    /// ○ open, undecided, waits
    Open,
    /// ◐ approved as edited, partial
    Half,
    /// ▲ warning, broken, hole
    Warn,
    /// ? untrusted, unsure
    Unsure,
    /// – not applicable, stopped
    NotApplicable,
    /// ≈ flaky
    Flaky,
    /// · failed before, aside
    Before,
    /// ● marked option, held, serves
    Dot,
    /// ■ chosen
    Chosen,
    /// □ not chosen
    NotChosen,
    /// ! blocked
    Blocked,
    /// ▖ turning while something runs
    Spinner,
    /// ↓ an example that can be taken
    Down,
}

/// What a row stands for: what Enter opens, `w` explains, Space chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    StackField(StackKey),
    /// Index into the suggestions of the first screen.
    Suggestion(usize),
    /// The task text itself.
    Task,
    /// Question index and option index.
    Answer(usize, usize),
    Criterion(CriterionId),
    Layer(Layer),
    File(String),
    /// Index into the map's endpoints.
    Endpoint(usize),
    /// Index into the flow's steps on screen.
    FlowStep(usize),
    /// Fingerprint.
    Finding(String),
    /// Rule family of the review.
    Family(String),
    Step(StepId),
    Hunk(HunkId),
    Command(String),
    /// Command id and index of the failure.
    Failure(String, usize),
    /// Checklist item id.
    Item(String),
    /// A knowledge page by name.
    Page(String),
    Place(Place),
    /// Session id.
    Session(String),
    /// A foldable section by name.
    Section(String),
    Scene(Scene),
    /// The commit message.
    Message,
}

/// One row of a pane or popup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    Blank,
    /// Muted capitals, with a note at the right.
    Head {
        text: String,
        note: Line,
    },
    /// A label at the left, an optional note at the right. Selectable when it has a target.
    Item {
        mark: Mark,
        label: Line,
        note: Line,
        indent: u8,
        target: Option<Target>,
    },
    /// A paragraph; wraps at the pane's width.
    Text {
        line: Line,
        indent: u8,
    },
    /// A thin line across the pane.
    Rule,
    /// The verdict on a full-width heavy rule.
    Verdict {
        mark: Mark,
        text: String,
    },
    /// One line of source. `emphasis` are byte ranges of `text`.
    Source {
        number: u32,
        text: String,
        path: String,
        marked: bool,
        emphasis: Vec<std::ops::Range<usize>>,
    },
    /// A box of the endpoint flow.
    FlowBox {
        layer: Layer,
        /// Lintel text; the layer's name, or `tables`.
        name: String,
        /// Symbols left, file:line right; several when several are called.
        lines: Vec<(Line, Line)>,
        /// On the bottom line at the right: `✓ 3 tests`.
        foot: Line,
        /// A hole: dashed, in warn.
        hole: bool,
        target: Option<Target>,
    },
    /// The stem between two boxes, with the call as written.
    Stem {
        call: String,
        broken: bool,
    },
    /// Four nested arches with one layer lit.
    MiniArch {
        lit: Option<Layer>,
    },
    /// A progress bar of 12 cells.
    Bar {
        progress: Progress,
        indent: u8,
    },
}

impl Row {
    /// A label and a note without mark or target.
    pub fn pair(label: Line, note: Line) -> Self {
        Self::Item { mark: Mark::None, label, note, indent: 0, target: None }
    }

    /// A section head without a note.
    pub fn head(text: impl Into<String>) -> Self {
        Self::Head { text: text.into(), note: Vec::new() }
    }

    /// A paragraph of plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { line: vec![plain(text)], indent: 0 }
    }

    /// A paragraph of muted text.
    pub fn aside(text: impl Into<String>) -> Self {
        Self::Text { line: vec![muted(text)], indent: 0 }
    }

    /// What the row stands for, when it can be selected.
    pub fn target(&self) -> Option<&Target> {
        match self {
            Self::Item { target, .. } | Self::FlowBox { target, .. } => target.as_ref(),
            Self::Blank
            | Self::Head { .. }
            | Self::Text { .. }
            | Self::Rule
            | Self::Verdict { .. }
            | Self::Source { .. }
            | Self::Stem { .. }
            | Self::MiniArch { .. }
            | Self::Bar { .. } => None,
        }
    }
}
