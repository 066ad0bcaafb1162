//! `a review`, `an author`: a noun with its article, as titles of tests have it.

/// Beginnings that are spoken otherwise than their first letter says: like "you" or "one".
const CONSONANTS: [&str; 8] = ["eu", "one", "uni", "use", "usa", "usu", "uti", "ute"];
/// And those whose first letter is silent.
const VOWELS: [&str; 4] = ["heir", "honest", "honor", "hour"];

/// The noun with its article.
pub(super) fn with_article(noun: &str) -> String {
    let lower = noun.to_lowercase();
    let begins = |all: &[&str]| all.iter().any(|begin| lower.starts_with(begin));
    let is_vowel = lower.starts_with(['a', 'e', 'i', 'o', 'u']) && !begins(&CONSONANTS);
    let is_negated = ["unin", "unim"].iter().any(|begin| lower.starts_with(begin));
    let article = if is_vowel || is_negated || begins(&VOWELS) { "an" } else { "a" };
    format!("{article} {noun}")
}

#[cfg(test)]
mod tests {
    use super::with_article;

    #[test]
    fn the_sound_decides() {
        for noun in ["an author", "an item", "an hour", "an uninstalled tool", "an upload", "an Order"] {
            assert_eq!(with_article(noun.split_once(' ').unwrap().1), noun);
        }
        for noun in ["a review", "a user", "a unit", "a euro", "a one time code", "a house", "a utility"] {
            assert_eq!(with_article(noun.split_once(' ').unwrap().1), noun);
        }
        assert_eq!(with_article(""), "a ");
    }
}
