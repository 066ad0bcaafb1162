//! Which migrations have successors: they were applied, and stay as they are.
//!
//! Told by names: a number or a time at the beginning of the file's name, or of its
//! folder's where each migration has a folder of its own. Alembic's names tell nothing; there
//! each revision says which one it follows.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

/// So many later migrations make one a part of the history.
const LONG_AGO: usize = 3;

/// How many migrations a chain may have.
const MAX_CHAIN: usize = 10_000;

/// The migrations of each folder, and how many come behind those that name their
/// predecessor.
pub(super) struct Order(BTreeMap<String, BTreeSet<(u64, String)>>, BTreeMap<String, usize>);

impl Order {
    /// The order of these paths.
    pub(super) fn of<'p>(paths: impl Iterator<Item = &'p str>) -> Self {
        let mut all: BTreeMap<String, BTreeSet<(u64, String)>> = BTreeMap::new();
        for path in paths {
            let Some((folder, number, name)) = place(path) else { continue };
            all.entry(folder).or_default().insert((number, name));
        }
        Self(all, BTreeMap::new())
    }

    /// Whether a later migration stands beside this one.
    pub(super) fn has_successor(&self, path: &str) -> bool {
        self.successors(path) > 0
    }

    /// Whether so many stand beside it that it was applied long ago.
    pub(super) fn is_history(&self, path: &str) -> bool {
        self.successors(path) >= LONG_AGO
    }

    /// The order with what revisions say of themselves: their path, name and predecessors.
    pub(super) fn with_chain(mut self, revisions: &[(String, String, Vec<String>)]) -> Self {
        let by_name: BTreeMap<&str, (&str, &[String])> = revisions
            .iter()
            .map(|(path, name, before)| (name.as_str(), (path.as_str(), before.as_slice())))
            .collect();
        for (_, name, _) in revisions {
            let mut seen: BTreeSet<&str> = BTreeSet::new();
            let mut open: Vec<&str> = by_name
                .get(name.as_str())
                .map(|(_, before)| before.iter().map(String::as_str).collect())
                .unwrap_or_default();
            while let Some(before) = open.pop() {
                if seen.len() > MAX_CHAIN || !seen.insert(before) {
                    continue;
                }
                if let Some((path, further)) = by_name.get(before) {
                    *self.1.entry((*path).to_owned()).or_default() += 1;
                    open.extend(further.iter().map(String::as_str));
                }
            }
        }
        self
    }

    fn successors(&self, path: &str) -> usize {
        if let Some(count) = self.1.get(path) {
            return *count;
        }
        let Some((folder, number, name)) = place(path) else { return 0 };
        let Some(all) = self.0.get(&folder) else { return 0 };
        all.range((Bound::Excluded((number, name)), Bound::Unbounded)).count()
    }
}

/// Whether a file of statements undoes a migration.
pub(in crate::analysis::rules) fn goes_back(path: &str) -> bool {
    path.ends_with(".down.sql") || path.ends_with("/down.sql") || path == "down.sql"
}

/// Folder, number and name of a migration; none where its name tells no order. A folder for
/// each version of the program is a part of the number: `0.9/2_x.sql` comes before `0.10/1_y.sql`.
pub(in crate::analysis::rules) fn place(path: &str) -> Option<(String, u64, String)> {
    let (folder, file) = path.rsplit_once('/')?;
    let is_part = ["up.sql", "down.sql", "migration.sql"].contains(&file);
    let (folder, name) = if is_part { folder.rsplit_once('/')? } else { (folder, file) };
    let digits = name.trim_start_matches(['V', 'v']);
    // `2024-01-31-120000_x` and `20240131120000_x` are one number each; `1.2` is none.
    let number: String =
        digits.chars().take_while(|c| c.is_ascii_digit() || *c == '-').filter(char::is_ascii_digit).collect();
    let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
    if rest.starts_with(char::is_alphanumeric) {
        return None;
    }
    let number: u64 = number.parse().ok()?;
    let (above, last) = folder.rsplit_once('/').unwrap_or_default();
    match version(last) {
        Some(version) => {
            let number = version.saturating_mul(100_000).saturating_add(number.min(99_999));
            Some((above.to_owned(), number, format!("{last}/{name}")))
        }
        None => Some((folder.to_owned(), number, name.to_owned())),
    }
}

/// `0.22` and `v1.2.3` as numbers that can be compared.
fn version(folder: &str) -> Option<u64> {
    let parts = folder.trim_start_matches(['V', 'v']).split('.');
    let numbers: Option<Vec<u64>> = parts.map(|part| part.parse().ok()).collect();
    let numbers = numbers.filter(|numbers| (2..=3).contains(&numbers.len()))?;
    Some((0..3).fold(0, |sum, at| sum * 10_000 + numbers.get(at).copied().unwrap_or_default().min(9_999)))
}

#[cfg(test)]
mod tests {
    use super::Order;

    #[test]
    fn only_the_last_migration_of_a_folder_has_no_successor() {
        let paths = [
            "app/migrations/0001_initial.py",
            "app/migrations/0002_more.py",
            "app/migrations/__init__.py",
            "shop/migrations/0001_initial.py",
            "migrations/2024-01-31-120000_a/up.sql",
            "migrations/2024-02-01-120000_b/up.sql",
            "db/V1__a.sql",
            "db/V10__b.sql",
            "db/V9__c.sql",
        ];
        let order = Order::of(paths.into_iter());
        let past: Vec<&str> = paths.into_iter().filter(|path| order.has_successor(path)).collect();
        assert_eq!(
            past,
            [
                "app/migrations/0001_initial.py",
                "migrations/2024-01-31-120000_a/up.sql",
                "db/V1__a.sql",
                "db/V9__c.sql"
            ]
        );
        let versions = ["db/0.9/01__a.sql", "db/0.10/00__b.sql", "db/0.10/01__c.sql", "db/0.10/x.sql"];
        let order_of_versions = Order::of(versions.into_iter());
        let past: Vec<&str> =
            versions.into_iter().filter(|path| order_of_versions.has_successor(path)).collect();
        assert_eq!(past, ["db/0.9/01__a.sql", "db/0.10/00__b.sql"]);
        assert!(!order.has_successor("alembic/versions/4f1a_x.py"), "a hash tells no order");
        assert!(!paths.into_iter().any(|path| order.is_history(path)));
    }

    #[test]
    fn a_revision_comes_before_those_that_follow_it() {
        let revision = |name: &str, before: &[&str]| {
            (
                format!("versions/{name}_x.py"),
                name.to_owned(),
                before.iter().map(|b| (*b).to_owned()).collect(),
            )
        };
        let chain =
            [revision("a1", &[]), revision("b2", &["a1"]), revision("c3", &["b2"]), revision("d4", &["c3"])];
        let order = Order::of(std::iter::empty()).with_chain(&chain);
        assert!(order.is_history("versions/a1_x.py") && order.has_successor("versions/c3_x.py"));
        assert!(!order.is_history("versions/b2_x.py") && !order.has_successor("versions/d4_x.py"));
        let circle = [revision("a1", &["b2"]), revision("b2", &["a1"])];
        assert!(Order::of(std::iter::empty()).with_chain(&circle).has_successor("versions/a1_x.py"));
    }

    #[test]
    fn a_migration_with_three_later_ones_is_history() {
        let paths = ["db/1_a.sql", "db/2_b.sql", "db/3_c.sql", "db/4_d.sql", "db/4_d.down.sql"];
        let order = Order::of(paths.into_iter().filter(|path| !path.contains("down")));
        let old: Vec<&str> = paths.into_iter().filter(|path| order.is_history(path)).collect();
        assert_eq!(old, ["db/1_a.sql"]);
    }
}
