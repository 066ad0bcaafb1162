//! The assistant without a screen: `update(&mut Model, Msg) -> Vec<Effect>`.
//!
//! Synchronous, no I/O, no clock: effects are values that the runtime carries out, and
//! everything that comes back is a message. The screen is a pure function of the model.

pub mod action;
pub mod answer;
pub mod arrivals;
pub mod ask;
pub mod cards;
pub mod classify;
mod closure;
pub mod cursor;
pub mod cx;
pub mod effect;
pub mod follow;
pub mod fuzzy;
pub mod gate;
pub mod handbook;
pub mod history;
pub mod judge;
pub mod learn;
pub mod message;
pub mod model;
pub mod msg;
pub mod navigate;
pub mod opening;
pub mod pages;
pub mod pairing;
pub mod popup;
pub mod popups;
pub mod popups_view;
pub mod present;
pub mod protocol;
pub mod red_green;
pub mod reporting;
pub mod scene;
pub mod search;
pub mod strip;
pub mod subject;
pub mod suggest;
pub mod text;
pub mod tour;
pub mod update;
pub mod view;
pub mod why;

pub use effect::Effect;
pub use model::Model;
pub use msg::Msg;
pub use update::update;

#[cfg(test)]
mod tests;
