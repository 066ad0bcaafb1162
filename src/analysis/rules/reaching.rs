//! The assignments of a name that can hold at a place.

use crate::analysis::facts::{Bind, BindKind, BlockKind, FileFacts, ScopeId};

/// The bindings of a name that can hold at an offset, with their positions; none where the
/// name is a parameter or bound nowhere.
pub(super) fn reaching<'f>(
    facts: &'f FileFacts,
    scope: ScopeId,
    name: &str,
    at: u32,
) -> Vec<(u32, &'f Bind)> {
    for (around, found) in facts.scopes_around(scope) {
        let mut binds: Vec<(u32, &Bind)> = facts
            .binds
            .iter()
            .enumerate()
            .filter(|(_, bind)| {
                bind.scope == around && bind.object.is_none() && facts.text(bind.name) == name
            })
            .filter(|(_, bind)| around != scope || bind.span.end <= at || bind.kind == BindKind::Loop)
            .filter_map(|(position, bind)| Some((u32::try_from(position).ok()?, bind)))
            .collect();
        let is_param = facts.params(found.params).iter().any(|param| {
            facts.text(param.name) == name
                || facts.names(param.fields).iter().any(|field| facts.text(*field) == name)
        });
        if binds.is_empty() {
            if is_param {
                return Vec::new();
            }
            continue;
        }
        // What came before the last assignment that surely happened is gone.
        let certain = binds.iter().rposition(|(_, bind)| {
            bind.kind != BindKind::Augment
                && facts.blocks_around(bind.block).all(|block| {
                    matches!(block.kind, BlockKind::With | BlockKind::Try | BlockKind::Finally)
                        || (block.span.start <= at && at < block.span.end)
                })
        });
        match certain {
            Some(first) => {
                binds.drain(..first);
            }
            None if is_param => return Vec::new(),
            None => {}
        }
        return binds;
    }
    Vec::new()
}
