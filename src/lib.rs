//! Proscenium: a terminal assistant that walks a developer through a backend change.
//!
//! The layers, left never importing right: `domain` ← `ports` ← `engine` ← `ui`.
//! Adapters (`knowledge`, `analysis`, `propose`, `verify`, `vault`, `journal`) stand on
//! the ports, `runtime` joins them to the engine, `cli` and `main` wire everything.
//! `tests/layering.rs` enforces this; `ARCHITECTURE.md` explains it.

pub mod analysis;
pub mod cli;
pub mod domain;
pub mod engine;
pub mod journal;
pub mod keys;
pub mod knowledge;
pub mod linear;
pub mod ports;
pub mod propose;
pub mod report;
pub mod runtime;
pub mod ui;
pub mod vault;
pub mod verify;
