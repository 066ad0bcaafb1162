//! Joins the engine to the world: effects are carried out here, messages come back.
//!
//! `host` does what effects ask for, on threads of its own; `app` is the screen's event
//! loop; `linear` is the same session as numbered lines. The model is owned by whoever
//! runs the loop; nothing here changes it except through `engine::update`.

pub mod app;
pub mod checking;
pub mod clock;
pub mod config;
pub mod dirs;
pub mod external;
pub mod handbook;
pub mod host;
pub mod input;
pub mod inquiry;
pub mod learn;
pub mod lines;
pub mod look;
pub mod open;
pub mod repairable;
pub mod replay;
pub mod shelf;
pub mod terminal;
pub mod walk;
mod watch;

pub use config::{Config, ConfigError};
pub use dirs::Dirs;
pub use host::Host;
pub use shelf::Shelf;
