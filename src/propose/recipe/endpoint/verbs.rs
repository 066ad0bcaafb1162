//! What a verb leaves behind: `publish` a row, and it is `published`.

/// Verbs whose participle is not made by an ending.
const IRREGULAR: [(&str, &str); 12] = [
    ("send", "sent"),
    ("pay", "paid"),
    ("read", "read"),
    ("hide", "hidden"),
    ("freeze", "frozen"),
    ("withdraw", "withdrawn"),
    ("begin", "begun"),
    ("hold", "held"),
    ("do", "done"),
    ("lend", "lent"),
    ("sell", "sold"),
    ("take", "taken"),
];
/// What undoes something: the rest of the verb, and the field goes back.
const UNDOING: [&str; 3] = ["un", "de", "dis"];

/// The forms that a field or a state may have after the verb was done: `cancelled`, `canceled`.
pub(super) fn participles(verb: &str) -> Vec<String> {
    if let Some((_, form)) = IRREGULAR.iter().find(|(one, _)| *one == verb) {
        return vec![(*form).to_owned()];
    }
    let mut forms = Vec::new();
    if verb.ends_with('e') {
        forms.push(format!("{verb}d"));
    } else if let Some(stem) = verb.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        forms.push(format!("{stem}ied"));
    } else {
        forms.push(format!("{verb}ed"));
        forms.extend(verb.chars().next_back().map(|last| format!("{verb}{last}ed")));
    }
    forms
}

/// The verb that is undone: `publish` of `unpublish`.
pub(super) fn undone(verb: &str) -> Option<&str> {
    UNDOING.iter().find_map(|lead| verb.strip_prefix(lead)).filter(|rest| rest.len() > 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_participle_is_found_in_the_forms_that_people_write() {
        for (verb, form) in [
            ("publish", "published"),
            ("archive", "archived"),
            ("cancel", "cancelled"),
            ("cancel", "canceled"),
            ("ship", "shipped"),
            ("verify", "verified"),
            ("pay", "paid"),
        ] {
            assert!(participles(verb).contains(&form.to_owned()), "{verb}");
        }
        assert_eq!(undone("unpublish"), Some("publish"));
        assert_eq!(undone("publish"), None);
    }
}
