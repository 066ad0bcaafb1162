//! Actions, chords and the binding table, which is data in `resources/keymap.toml`.
