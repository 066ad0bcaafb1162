//! An order by one of the example's fields.

use super::graft::{Graft, Work, with_separator};
use crate::propose::script::{Id, Kind};

impl Graft<'_> {
    /// An order by one of the example's fields becomes an order by the key.
    pub(super) fn in_order(&self, work: &mut Work<'_>, id: Id) -> bool {
        let orders = |above: Id| match work.tree.kind(above) {
            Kind::Call => work.tree.callee(above, work.text).is_some_and(|(name, _)| name == "orderBy"),
            Kind::Property => work.tree.name(above, work.text) == Some("orderBy"),
            _ => false,
        };
        let near: Vec<Id> = work.tree.above(id).take(4).collect();
        let Some(order) = near.into_iter().find(|above| orders(*above)) else { return false };
        if work.tree.kind(order) == Kind::Call {
            let given = work.tree.arguments(order);
            let range = work.tree.range(id);
            let is_key = |one: &Id| {
                work.tree
                    .below(*one)
                    .chain([*one])
                    .any(|below| work.tree.text(below, work.text).trim_matches(['\'', '"']) == self.key)
            };
            let own = given.iter().position(|one| {
                let at = work.tree.range(*one);
                at.start <= range.start && range.end <= at.end
            });
            let others = given.iter().enumerate().any(|(index, one)| Some(index) != own && is_key(one));
            if let Some(argument) = own.and_then(|own| given.get(own)).filter(|_| others) {
                let range = with_separator(work.text, &work.tree.range(*argument), false);
                work.drop(range);
                return true;
            }
            // Another link of the chain orders by the key already.
            let again = work.tree.above(order).chain(work.tree.below(order)).any(|other| {
                orders(other) && other != order && work.tree.arguments(other).iter().any(is_key)
            });
            if let Some((_, Some(object))) = work.tree.callee(order, work.text).filter(|_| again) {
                let link = work.tree.range(object).end..work.tree.range(order).end;
                work.drop(link);
                return true;
            }
        }
        let text = work.tree.text(id, work.text);
        let new = match work.tree.kind(id) {
            Kind::Text => {
                let quote = text.get(..1).unwrap_or("'");
                format!("{quote}{}{quote}", self.key)
            }
            _ => self.key.to_owned(),
        };
        let range = work.tree.range(id);
        work.write(range, new);
        true
    }
}
