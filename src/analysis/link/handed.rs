//! Routers that a function gets and serves: `def create_app(router): app.include_router(router)`.
//!
//! A parameter is a router of its own, below whatever is passed for it: what the function
//! registers is served where the argument is. Where the function serves the parameter, it
//! serves the argument.

use super::{
    graph::{MountEdge, NodeId},
    linker::Linker,
};
use rustc_hash::FxHashMap;

/// How often an argument may be handed on.
const MAX_HANDS: usize = 4;

/// More of them are not followed.
const MAX_EDGES: usize = 10_000;

impl Linker<'_> {
    /// Lets what serves a parameter serve the arguments that are passed for it.
    pub fn serve_what_is_passed(&mut self) {
        let mut arguments: FxHashMap<NodeId, Vec<NodeId>> = FxHashMap::default();
        for (argument, param) in &self.graph.passed {
            let known = arguments.entry(*param).or_default();
            if !known.contains(argument) {
                known.push(*argument);
            }
        }
        let mut served = std::mem::take(&mut self.graph.served);
        for _ in 0..MAX_HANDS {
            let mut handed: Vec<MountEdge> = Vec::new();
            for edge in &served {
                let passed = arguments.get(&edge.child).into_iter().flatten();
                handed.extend(passed.map(|argument| MountEdge { child: *argument, ..edge.clone() }));
            }
            handed.truncate(MAX_EDGES);
            if handed.is_empty() {
                break;
            }
            for edge in &handed {
                self.graph.mount(edge.clone());
            }
            served = handed;
        }
    }
}
