//! Anchors of walkthroughs: what a change belongs to, and where that stands now.
//!
//! Symbols come from the facts of single files, so that neither packs nor linking are
//! needed and any repository will do. Made when a session is exported, resolved by
//! `learn check` and by whoever steps through a walkthrough.

mod make;
mod resolve;
mod symbols;

pub use make::anchors_of;
pub use resolve::{Found, Resolver, Unresolved};
