//! The members of a family for one language, told apart by the names that they speak of.
//!
//! A family has hundreds of members, a project has a million calls; nearly all of them have
//! a name that no member has.

use crate::{
    analysis::facts::Lang,
    knowledge::packs::{FamilyMember, Packs, Pattern},
};
use rustc_hash::FxHashMap;

/// Members in the order of their packs.
#[derive(Debug, Default)]
pub(super) struct Family<'a> {
    pub members: Vec<&'a FamilyMember>,
    /// Positions of those that speak of a method, by its name.
    by_method: FxHashMap<&'a str, Vec<usize>>,
    /// Positions of those that speak of a path alone, by its last name.
    by_path: FxHashMap<&'a str, Vec<usize>>,
    /// Positions of those whose path may end in any name.
    open: Vec<usize>,
}

impl<'a> Family<'a> {
    /// The family of that name in the packs of a language.
    pub fn new(packs: &'a Packs, name: &str, lang: Lang) -> Self {
        let speaking = packs.iter().filter(|pack| pack.languages.iter().any(|name| name == lang.name()));
        let members = speaking.filter_map(|pack| pack.families.get(name)).flatten().collect();
        let mut family = Self { members, ..Self::default() };
        for (position, member) in family.members.iter().enumerate() {
            for method in &member.method {
                family.by_method.entry(method).or_default().push(position);
            }
            if member.method.is_empty() {
                for pattern in &member.call {
                    match Pattern::last_name(pattern) {
                        Some(last) => family.by_path.entry(last).or_default().push(position),
                        None => family.open.push(position),
                    }
                }
            }
        }
        family
    }

    /// Whether some member goes by the path of what is called.
    pub fn speaks_of_paths(&self) -> bool {
        !(self.by_path.is_empty() && self.open.is_empty())
    }

    /// The members that a call of this name to one of these paths can be, in their order.
    pub fn possible<'p>(
        &self,
        name: &str,
        paths: impl IntoIterator<Item = &'p str>,
    ) -> impl Iterator<Item = &'a FamilyMember> {
        let mut found: Vec<usize> = self.by_method.get(name).into_iter().flatten().copied().collect();
        for path in paths {
            let last = path.rsplit('.').next().unwrap_or(path);
            found.extend(self.by_path.get(last).into_iter().flatten());
            found.extend(&self.open);
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().filter_map(|position| self.members.get(position).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn members_are_told_by_method_and_by_the_end_of_a_path() {
        let mut packs = Packs::default();
        let text = "pack: x\nlanguages: [python]\nfamilies:\n  reads:\n    - {method: [all, get]}\n    - {call: [db..fetch]}\n    - {method: [get], recv_type: [x.Y]}\n    - {call: ['any.*']}\n";
        packs.add("x.yaml", text).expect("a pack");
        let family = Family::new(&packs, "reads", Lang::Python);
        let possible = |name: &str, paths: &[&str]| -> Vec<usize> {
            let found = family.possible(name, paths.iter().copied());
            found
                .filter_map(|member| family.members.iter().position(|known| std::ptr::eq(*known, member)))
                .collect()
        };
        assert!(family.speaks_of_paths());
        assert_eq!(possible("get", &[]), [0, 2]);
        assert_eq!(possible("run", &["db.core.fetch"]), [1, 3]);
        assert_eq!(possible("run", &[]), Vec::<usize>::new());
    }
}
