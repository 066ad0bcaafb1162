//! Whether a function makes calls of some kind, itself or through functions that it calls.

use super::context::Context;
use crate::analysis::{
    facts::{CallId, FileFacts, ScopeId},
    link::{Definition, FileId},
};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// How many calls deep a function is looked into.
const DEPTH: u32 = 3;

/// What is known of functions already.
pub(super) type Answers = RefCell<FxHashMap<(FileId, ScopeId), bool>>;

/// A kind of call, and the functions that were asked about it.
pub(super) struct Doing<'d> {
    pub(super) answers: &'d Answers,
    pub(super) is_it: &'d dyn Fn(FileId, &FileFacts, CallId) -> bool,
}

impl Doing<'_> {
    /// Whether the function makes such a call.
    pub(super) fn is_done_by(&self, context: &Context<'_, '_>, function: Definition) -> bool {
        self.within(context, function, DEPTH)
    }

    fn within(&self, context: &Context<'_, '_>, function: Definition, depth: u32) -> bool {
        let key = (function.file, function.scope);
        if let Some(known) = self.answers.borrow().get(&key) {
            return *known;
        }
        // While it is being looked into, a function that calls itself adds nothing.
        self.answers.borrow_mut().insert(key, false);
        let answer = self.find(context, function, depth);
        // A no from halfway down may only mean that the depth was used up.
        if answer || depth == DEPTH {
            self.answers.borrow_mut().insert(key, answer);
        } else {
            self.answers.borrow_mut().remove(&key);
        }
        answer
    }

    fn find(&self, context: &Context<'_, '_>, function: Definition, depth: u32) -> bool {
        let Some(facts) = context.resolver().facts(function.file) else { return false };
        let by_scope = context.calls_by_scope(function.file, facts);
        let Some(calls) = by_scope.get(&function.scope) else { return false };
        if calls.iter().any(|call| (self.is_it)(function.file, facts, *call)) {
            return true;
        }
        depth > 0
            && calls.iter().any(|call| {
                let callees = context.functions(function.file, *call);
                callees.into_iter().any(|callee| self.within(context, callee, depth - 1))
            })
    }
}
