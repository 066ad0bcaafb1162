//! From the bytes of an untrusted program to lines that may be shown, kept and parsed.
//!
//! Bytes pass `strings` (drops control strings), then a `vte` parser inside `ansi`
//! (understands colours and line editing, drops the rest), and `visible` marks what
//! would mislead the eye. `kept` and `log` bound what is remembered of a flood, `batch`
//! bounds how often the screen hears of it.

mod ansi;
mod batch;
mod colour;
mod kept;
mod log;
mod strings;
mod visible;

pub use ansi::{AssembledLine, Assembler};
pub(crate) use batch::Batch;
pub(crate) use kept::Kept;
pub(crate) use log::CappedLog;
