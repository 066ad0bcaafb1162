//! How the screen looks, as far as the loop must know: what was chosen, and what is still to
//! be asked of the terminal.

use super::inquiry::{self, Shade};
use crate::ui::{Symbols, Theme};
use crossterm::event::Event;
use std::io;

/// What the loop was told about the screen. What the terminal answers is kept in it, so that
/// the next session need not ask.
pub struct Look {
    pub theme: Theme,
    /// The theme for a light terminal, where the terminal is to be asked.
    pub if_light: Option<Theme>,
    pub symbols: Symbols,
    /// A symbol that the terminal may draw two cells wide, where it is to be asked.
    pub ambiguous: Option<char>,
    pub mouse: bool,
}

impl Look {
    /// Asks the terminal how wide it draws the doubtful symbol; signs of ASCII where it is too
    /// wide. Keys that were typed before the answer are added to `early`.
    pub(super) fn measure(&mut self, early: &mut Vec<Event>) -> io::Result<()> {
        if let Some(symbol) = self.ambiguous.take()
            && inquiry::width_of(symbol, early)?.is_some_and(|cells| cells > 1)
        {
            self.symbols = Symbols::Ascii;
        }
        Ok(())
    }

    /// Takes the terminal's answer; says whether it changes anything.
    pub(super) fn answered(&mut self, shade: Shade) -> bool {
        match (self.if_light.take(), shade) {
            (Some(light), Shade::Light) => {
                self.theme = light;
                true
            }
            (Some(_) | None, _) => false,
        }
    }
}
