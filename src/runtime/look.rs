//! How the screen looks, as far as the loop must know: what was chosen, and what is still to
//! be asked of the terminal. Knows nothing of how it is asked.

use super::inquiry::Shade;
use crate::ui::{Symbols, Theme};

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
