//! Stepping through a walkthrough, forwards and backwards.
//!
//! `state` is where one stands and what a key does, `view` the screen of it. Reads the
//! lesson and nothing else: no session, no effects; the same for the screen and for the
//! session line by line.

mod state;
mod view;

pub use state::{Standing, Tour, Turn};
pub use view::screen;
