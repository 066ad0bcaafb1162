//! A table by place and name that is asked without making a text of the name.

use rustc_hash::FxHashMap;
use std::hash::Hash;

/// Values by place, and there by name.
#[derive(Debug)]
pub(super) struct ByName<K, V>(FxHashMap<K, FxHashMap<Box<str>, V>>);

impl<K, V> Default for ByName<K, V> {
    fn default() -> Self {
        Self(FxHashMap::default())
    }
}

impl<K: Eq + Hash, V> ByName<K, V> {
    /// What is known of a name at a place.
    pub fn get(&self, place: &K, name: &str) -> Option<&V> {
        self.0.get(place)?.get(name)
    }

    /// Remembers it, in the place of what was known.
    pub fn set(&mut self, place: K, name: &str, value: V) {
        let names = self.0.entry(place).or_default();
        match names.get_mut(name) {
            Some(known) => *known = value,
            None => {
                names.insert(name.into(), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_place_and_name_is_known() {
        let mut table = ByName::default();
        table.set(1, "a", 10);
        table.set(2, "a", 20);
        table.set(1, "a", 30);
        assert_eq!((table.get(&1, "a"), table.get(&2, "a")), (Some(&30), Some(&20)));
        assert_eq!((table.get(&1, "b"), table.get(&3, "a")), (None, None));
    }
}
