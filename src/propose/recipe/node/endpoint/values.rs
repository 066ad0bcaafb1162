//! The one value of an action in place of the values of a body.

use super::asked::Asked;
use crate::propose::{
    edits::line_start,
    recipe::node::graft::{Work, with_separator},
    script::{Id, Kind},
};
use std::collections::BTreeSet;

/// Names of what a body was, where there is none any more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::propose::recipe) struct Dead {
    /// Of a body with all of its values.
    pub(in crate::propose::recipe) whole: BTreeSet<String>,
    /// Of single values that were taken out of it.
    pub(in crate::propose::recipe) parts: BTreeSet<String>,
}

impl Dead {
    pub(in crate::propose::recipe) fn has(&self, name: &str) -> bool {
        self.whole.contains(name) || self.parts.contains(name)
    }
}

/// Puts the one value in place of what held the values of a body; says whether it stands
/// somewhere now.
pub(super) fn set(asked: &Asked<'_>, work: &mut Work<'_>, within: Id, dead: &Dead) -> bool {
    let pair = asked.set_pair();
    let mut is_set = false;
    let mut covered: Vec<Id> = Vec::new();
    for id in work.tree.below(within) {
        let is_dead = work.tree.kind(id) == Kind::Name && dead.has(work.tree.text(id, work.text));
        let range = work.tree.range(id);
        if !is_dead || work.is_dropped(&range) || work.is_written(&range) {
            continue;
        }
        let parent = work.tree.parent(id);
        match work.tree.kind(parent) {
            Kind::Call if work.tree.children(parent).first() != Some(&id) => {
                let name = work.tree.callee(parent, work.text).map_or("", |(name, _)| name);
                let target = work.tree.arguments(parent).first().copied().filter(|first| *first != id);
                let is_alone = work.tree.kind(work.tree.parent(parent)) == Kind::Expression;
                match target.filter(|_| is_alone && matches!(name, "assign" | "merge")) {
                    Some(target) => {
                        let target = work.tree.text(target, work.text);
                        let text = format!("{target}.{} = {}", asked.column, asked.set_value());
                        work.write(work.tree.range(parent), text);
                    }
                    None => work.write(range, format!("{{ {pair} }}")),
                }
                is_set = true;
            }
            Kind::Property
                if work.tree.is_shorthand(parent) && dead.whole.contains(work.tree.text(id, work.text)) =>
            {
                let name = work.tree.text(id, work.text).to_owned();
                work.write(work.tree.range(parent), format!("{name}: {{ {pair} }}"));
                is_set = true;
            }
            Kind::Property
                if work.tree.value(parent) == Some(id)
                    && dead.whole.contains(work.tree.text(id, work.text)) =>
            {
                work.write(range, format!("{{ {pair} }}"));
                is_set = true;
            }
            Kind::Spread => {
                work.write(work.tree.range(parent), pair.clone());
                is_set = true;
            }
            _ => {
                // `title: body.title`, one of several.
                let member = work.tree.above(id).take_while(|above| *above != within).find(|above| {
                    work.tree.kind(*above) == Kind::Property
                        && work.tree.kind(work.tree.parent(*above)) == Kind::Object
                });
                let Some(member) = member else { continue };
                let object = work.tree.parent(member);
                let range = work.tree.range(member);
                if covered.contains(&object) {
                    let is_broken = line_start(work.text, range.start) > work.tree.range(object).start;
                    work.drop(with_separator(work.text, &range, is_broken));
                } else {
                    covered.push(object);
                    work.write(range, pair.clone());
                }
                is_set = true;
            }
        }
    }
    is_set
}
