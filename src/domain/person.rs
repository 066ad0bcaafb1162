//! People at one terminal: a name, and an address where one was given.
//!
//! Names are typed by people and go into titles, journals and commit trailers, so nothing
//! in them may break a line or pass for another trailer.

use super::safe::is_unsafe;
use std::fmt;

/// Longest name or address, in characters.
const LIMIT: usize = 60;

/// One person, as `Grace Hopper` or `Grace Hopper <grace@example.org>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    /// For `Co-authored-by`; None without one.
    pub address: Option<String>,
}

impl Person {
    /// Reads what somebody typed. None when no name is in it.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, rest) = text.split_once('<').unwrap_or((text, ""));
        let name = clean(name);
        let address = rest.split_once('>').map(|(address, _)| clean(address)).unwrap_or_default();
        let is_address = address.contains('@') && !address.contains(char::is_whitespace);
        (!name.is_empty()).then_some(Self { name, address: is_address.then_some(address) })
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.address {
            Some(address) => write!(f, "{} <{address}>", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// The name without its address, of a text that `Person` wrote.
pub fn name_of(person: &str) -> &str {
    person.split_once(" <").map_or(person, |(name, _)| name)
}

/// Whether two names mean one person: case and blanks do not make another.
pub fn is_same(one: &str, other: &str) -> bool {
    let plain = |name: &str| name_of(name).split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    plain(one) == plain(other)
}

fn clean(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|sign| if is_unsafe(sign) { ' ' } else { sign })
        .filter(|sign| !matches!(sign, '<' | '>' | ','))
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_person_is_a_name_with_or_without_an_address() {
        for (typed, kept) in [
            (" Ada ", Some("Ada")),
            ("Grace  Hopper <grace@example.org>", Some("Grace Hopper <grace@example.org>")),
            ("Ada <not an address>", Some("Ada")),
            ("Ada\nSigned-off-by: Eve", Some("Ada Signed-off-by: Eve")),
            ("\u{1b}[2J", Some("[2J")),
            ("  ", None),
            ("<eve@example.org>", None),
        ] {
            assert_eq!(Person::parse(typed).map(|person| person.to_string()).as_deref(), kept, "{typed:?}");
        }
    }

    #[test]
    fn case_blanks_and_addresses_make_no_other_person() {
        assert!(is_same("Ada  Lovelace", "ada lovelace <a@example.org>"));
        assert!(!is_same("Ada", "Grace"));
    }
}
