//! Which migrations have successors: they were applied, and stay as they are.
//!
//! Told by names alone: a number or a time at the beginning of the file's name, or of its
//! folder's where each migration has a folder of its own.

use std::collections::BTreeMap;

/// The last migration of each folder.
pub(super) struct Order(BTreeMap<String, (u64, String)>);

impl Order {
    /// The order of these paths.
    pub(super) fn of<'p>(paths: impl Iterator<Item = &'p str>) -> Self {
        let mut last: BTreeMap<String, (u64, String)> = BTreeMap::new();
        for path in paths {
            let Some((folder, number, name)) = place(path) else { continue };
            let known = last.entry(folder).or_default();
            if (number, &name) > (known.0, &known.1) {
                *known = (number, name);
            }
        }
        Self(last)
    }

    /// Whether a later migration stands beside this one.
    pub(super) fn has_successor(&self, path: &str) -> bool {
        let Some((folder, number, name)) = place(path) else { return false };
        self.0.get(&folder).is_some_and(|last| (last.0, &last.1) > (number, &name))
    }
}

/// Folder, number and name of a migration; none where its name tells no order.
fn place(path: &str) -> Option<(String, u64, String)> {
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
    let number = number.parse().ok()?;
    Some((folder.to_owned(), number, name.to_owned()))
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
        assert!(!order.has_successor("alembic/versions/4f1a_x.py"), "a hash tells no order");
    }
}
