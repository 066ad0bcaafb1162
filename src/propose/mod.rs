//! Proposers: recipe, fix, command, the user's own edit. All give the same `Proposal`.
