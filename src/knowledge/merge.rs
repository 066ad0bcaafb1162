//! Puts the entries of an overlay file on top of those below it.

/// The same key replaces in place, so that order stays; a new one is appended.
pub(super) fn merge<T>(below: &mut Vec<T>, more: Vec<T>, key: impl Fn(&T) -> String) {
    for entry in more {
        match below.iter_mut().find(|known| key(known) == key(&entry)) {
            Some(known) => *known = entry,
            None => below.push(entry),
        }
    }
}
