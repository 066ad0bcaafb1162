//! What a repository does with rows, and how names of functions say it, in any language.

use super::names::Name;

/// What is done with rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    List,
    Add,
    Update,
    Delete,
}

impl Verb {
    pub(super) const ALL: [Self; 5] = [Self::Get, Self::List, Self::Add, Self::Update, Self::Delete];

    /// Words that begin the name of such a function; the first is taken where the example has
    /// none.
    pub(super) fn words(self) -> &'static [&'static str] {
        match self {
            Self::Get => &["get", "find", "fetch", "read", "load"],
            Self::List => &["list", "all", "page"],
            Self::Add => &["add", "create", "insert", "save"],
            Self::Update => &["update", "change", "edit"],
            Self::Delete => &["delete", "remove", "destroy"],
        }
    }

    /// Whether a name in snake case says that of the rows of a resource: of one row by its key,
    /// or of all.
    pub(super) fn is_said_by(self, own: &str, name: &Name) -> bool {
        let words: Vec<&str> = own.trim_start_matches('_').split('_').collect();
        let leads = words.first().is_some_and(|first| self.words().contains(first));
        let by = own.split_once("_by_").map(|(_, field)| field);
        let is_many = own.contains(&name.plural) && name.plural != name.snake
            || words.iter().any(|word| matches!(*word, "all" | "list" | "page" | "many" | "multi"));
        match self {
            Self::Get => leads && !is_many && by.is_none_or(|field| matches!(field, "id" | "pk" | "uuid")),
            Self::List => {
                is_many
                    && by.is_none()
                    && (leads || words.first().is_some_and(|first| Self::Get.words().contains(first)))
            }
            Self::Add | Self::Update | Self::Delete => {
                leads && by.is_none_or(|field| field == "id") && !is_many
            }
        }
    }
}

/// What is said of the lines that ask for a model's rows beside its new repository.
pub(super) fn still_asking(places: &[String], whom: &str, model: &str) -> Option<String> {
    let shown: Vec<&str> = places.iter().take(5).map(String::as_str).collect();
    let more = places.len().saturating_sub(shown.len());
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    let verb = if places.len() == 1 { "asks" } else { "ask" };
    (!shown.is_empty()).then(|| {
        format!(
            "{}{rest} still {verb} {whom} for {model} itself; leading that over the repository is yours.",
            shown.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_done() {
        let user = Name::of("user");
        for (own, expected) in [
            ("find_user_by_id", Some(Verb::Get)),
            ("get", Some(Verb::Get)),
            ("find_users", Some(Verb::List)),
            ("find_page", Some(Verb::List)),
            ("find_user_by_email", None),
            ("insert_user", Some(Verb::Add)),
            ("delete", Some(Verb::Delete)),
            ("count_users", None),
        ] {
            let found = Verb::ALL.into_iter().find(|verb| verb.is_said_by(own, &user));
            assert_eq!(found, expected, "{own}");
        }
    }

    #[test]
    fn more_than_five_places_are_counted() {
        let places: Vec<String> = (1..8).map(|line| format!("a.ts:{line}")).collect();
        let said = still_asking(&places, "the database", "Note").unwrap();
        assert!(said.contains("a.ts:5 and 2 more still ask the database"), "{said}");
        assert_eq!(still_asking(&[], "the database", "Note"), None);
    }
}
