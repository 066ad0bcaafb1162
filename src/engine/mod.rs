//! The assistant without a screen: `update(&mut Model, Msg) -> Vec<Effect>`.
//!
//! Synchronous, no I/O, no clock: effects are values that the runtime carries out, and
//! everything that comes back is a message. The screen is a pure function of the model.

pub mod view;
