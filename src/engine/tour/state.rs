//! Where one stands in a walkthrough, and what an action does there.

use crate::{
    domain::{
        place::Place,
        walkthrough::{WalkStep, Walkthrough},
    },
    engine::view::Pane,
    keys::{Action, KeyTable},
};
use std::sync::Arc;

/// Rows that half a page moves.
const HALF_PAGE: usize = 10;

/// Where an anchor of a step stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The symbol; empty for lines outside every symbol.
    pub title: String,
    /// The place, or why there is none.
    pub place: Result<Place, String>,
}

/// What the loop does after an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Stay,
    Leave,
    Redraw,
    Suspend,
}

/// A walkthrough and the step that is shown.
#[derive(Debug, Clone)]
pub struct Tour {
    pub lesson: Walkthrough,
    /// For each step its anchors; empty where nobody looked.
    pub standings: Vec<Vec<Standing>>,
    pub keys: Arc<KeyTable>,
    /// 0-based.
    pub at: usize,
    pub focus: Pane,
    pub zoomed: bool,
    /// Marked row of the focused pane, but for the list of steps.
    pub row: usize,
    /// The keys are on screen.
    pub help: bool,
    /// Why the last key did nothing; empty when it did.
    pub refusal: String,
}

impl Tour {
    /// At the first step.
    pub fn new(lesson: Walkthrough, standings: Vec<Vec<Standing>>, keys: Arc<KeyTable>) -> Self {
        Self {
            lesson,
            standings,
            keys,
            at: 0,
            focus: Pane::Proposal,
            zoomed: false,
            row: 0,
            help: false,
            refusal: String::new(),
        }
    }

    /// The step that is shown.
    pub fn step(&self) -> Option<&WalkStep> {
        self.lesson.steps.get(self.at)
    }

    /// Where the anchors of the step stand.
    pub fn standing(&self) -> &[Standing] {
        self.standings.get(self.at).map(Vec::as_slice).unwrap_or_default()
    }

    /// Does an action.
    pub fn act(&mut self, action: Action) -> Turn {
        self.refusal.clear();
        match action {
            Action::Quit | Action::Interrupt => return Turn::Leave,
            Action::Redraw => return Turn::Redraw,
            Action::Suspend => return Turn::Suspend,
            _ if self.help => self.help = false,
            Action::NextNeed
            | Action::NextSection
            | Action::Unfold
            | Action::Continue
            | Action::Open
            | Action::Choose => self.go(1),
            Action::PreviousNeed | Action::PreviousSection | Action::Fold => self.go(-1),
            Action::Start => {
                self.jump(0);
            }
            Action::End => {
                self.jump(self.lesson.steps.len().saturating_sub(1));
            }
            Action::Down | Action::Up if self.focus == Pane::Boundaries => {
                self.go(if action == Action::Down { 1 } else { -1 });
            }
            Action::Down => self.row += 1,
            Action::Up => self.row = self.row.saturating_sub(1),
            Action::HalfDown => self.row += HALF_PAGE,
            Action::HalfUp => self.row = self.row.saturating_sub(HALF_PAGE),
            Action::NextPane => self.turn_to(1),
            Action::PreviousPane => self.turn_to(Pane::ALL.len() - 1),
            Action::Why => self.show(Pane::Checklist),
            Action::Zoom => self.zoomed = !self.zoomed,
            Action::Escape if self.zoomed => self.zoomed = false,
            Action::Help | Action::Palette => self.help = true,
            Action::Escape => {
                self.refusal =
                    format!("There is nothing to leave. {} ends the replay.", self.key(Action::Quit));
            }
            _ => {
                let key = self.key(Action::Help);
                self.refusal = format!("A replay only looks; nothing is decided here. {key} lists its keys.");
            }
        }
        Turn::Stay
    }

    /// Shows a pane.
    pub fn show(&mut self, pane: Pane) {
        if self.focus != pane {
            (self.focus, self.row) = (pane, 0);
        }
    }

    /// Goes to the step of that 0-based number, if there is one. Returns whether there is.
    pub fn jump(&mut self, to: usize) -> bool {
        let exists = to < self.lesson.steps.len();
        if exists && to != self.at {
            (self.at, self.row) = (to, 0);
        }
        exists
    }

    /// The key that screens print for an action.
    pub fn key(&self, action: Action) -> String {
        self.keys.key(action)
    }

    fn go(&mut self, delta: isize) {
        let Some(to) = self.at.checked_add_signed(delta).filter(|to| *to < self.lesson.steps.len()) else {
            self.refusal = if delta > 0 {
                let (back, leave) = (self.key(Action::PreviousNeed), self.key(Action::Quit));
                format!("This is the last step. {back} goes back, {leave} ends the replay.")
            } else {
                format!("This is the first step. {} goes on.", self.key(Action::NextNeed))
            };
            return;
        };
        self.jump(to);
    }

    fn turn_to(&mut self, by: usize) {
        let at = Pane::ALL.iter().position(|pane| *pane == self.focus).unwrap_or(0);
        if let Some(pane) = Pane::ALL.get((at + by) % Pane::ALL.len()) {
            self.show(*pane);
        }
    }
}
