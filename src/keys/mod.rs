//! Actions, chords and the binding table, which is data in `resources/keymap.toml`.

pub mod action;
pub mod chord;
pub mod table;

pub use action::{Action, Group};
pub use chord::{Chord, Key};
pub use table::{KeyTable, KeyTableError};
