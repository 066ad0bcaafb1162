//! Which bindings of a name can hold at a place of the same scope.

use super::index::Named;
use crate::analysis::facts::{BindKind, BlockId, BlockKind, FileFacts};

/// The bindings that can hold at an offset: the last one that surely happened before, and
/// those after it that may have happened. All of them where none stands before, and none
/// where the only one is being made at the offset.
pub(super) fn reaching(facts: &FileFacts, named: &[Named], offset: u32) -> Vec<Named> {
    let mut before: Vec<(u32, bool, Named)> = Vec::new();
    let mut being_made = 0;
    for candidate in named {
        let (start, certain) = match candidate {
            Named::Param(_) | Named::ParamField(_) => (0, true),
            Named::Definition(scope) => {
                let Some(scope) = facts.scope(*scope) else { continue };
                (scope.span.start, certain(facts, scope.block, offset))
            }
            Named::Import(import) => {
                let Some(import) = facts.imports.get(*import as usize) else { continue };
                (import.span.start, certain(facts, import.block, offset))
            }
            Named::Bind(bind) => {
                let Some(bind) = facts.binds.get(*bind as usize) else { continue };
                // The right side of an assignment sees the value from before it.
                if bind.span.start <= offset && offset < bind.span.end && bind.kind != BindKind::Loop {
                    being_made += 1;
                    continue;
                }
                (bind.span.start, certain(facts, bind.block, offset))
            }
        };
        if start <= offset {
            before.push((start, certain, *candidate));
        }
    }
    if before.is_empty() {
        return if being_made == named.len() { Vec::new() } else { named.to_vec() };
    }
    before.sort_by_key(|(start, _, _)| *start);
    let first = before.iter().rposition(|(_, certain, _)| *certain).unwrap_or(0);
    before.drain(..first);
    before.into_iter().map(|(_, _, named)| named).collect()
}

/// Whether the first of several bindings surely happened before the offset, and the others
/// only may have.
pub(super) fn first_is_certain(facts: &FileFacts, reaching: &[Named], offset: u32) -> bool {
    let block_of = |named: &Named| match named {
        Named::Bind(bind) => facts.binds.get(*bind as usize).map(|bind| bind.block),
        _ => None,
    };
    let [first, _, ..] = reaching else { return false };
    block_of(first).is_some_and(|block| certain(facts, block, offset))
}

/// Whether a binding in this block has happened whenever the offset is reached.
fn certain(facts: &FileFacts, block: Option<BlockId>, offset: u32) -> bool {
    facts.blocks_around(block).all(|block| {
        matches!(block.kind, BlockKind::With | BlockKind::Try | BlockKind::Finally)
            || (block.span.start <= offset && offset < block.span.end)
    })
}
