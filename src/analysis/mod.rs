//! The scanner: walk, parse to facts, stack, routing, layering, flow, rules. CPU-bound, no async.

pub mod facts;
pub mod frontends;
pub mod link;
