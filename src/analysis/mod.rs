//! The scanner: walk, parse to facts, stack, routing, layering, flow, rules. CPU-bound, no async.

pub mod anchors;
pub mod cache;
pub mod commands;
pub mod facts;
pub mod flow;
pub mod frontends;
mod glob;
pub mod inventory;
pub mod layering;
mod lazy_regex;
pub mod link;
pub mod resolve;
pub mod rules;
pub mod scan;
pub mod settings;
pub mod source;
pub mod stack;
pub mod stackfile;
