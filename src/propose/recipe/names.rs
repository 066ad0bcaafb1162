//! The forms of a name: `ReviewComment`, `review_comment`, `review_comments`.

use super::head::Words;
use crate::ports::ProposeError;

const IRREGULAR: [(&str, &str); 9] = [
    ("cache", "caches"),
    ("person", "people"),
    ("child", "children"),
    ("man", "men"),
    ("woman", "women"),
    ("datum", "data"),
    ("medium", "media"),
    ("index", "indices"),
    ("analysis", "analyses"),
];

/// One name in the forms that source code needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// `review_comment`.
    pub(crate) snake: String,
    /// `ReviewComment`.
    pub(crate) pascal: String,
    /// `review_comments`.
    pub(crate) plural: String,
    /// `ReviewComments`.
    pub(crate) plural_pascal: String,
}

impl Name {
    /// Reads a resource name, given in any case, singular or plural.
    pub(crate) fn resource(given: &str, words: &Words) -> Result<Self, ProposeError> {
        let snake = snake(given.trim());
        let singular = singular(&snake);
        check(&singular, "a resource", words)?;
        Ok(Self::of(&singular))
    }

    /// Reads the name of a job, given in any case; it stays in the number that it has.
    pub(crate) fn job(given: &str, words: &Words) -> Result<Self, ProposeError> {
        let snake = snake(given.trim());
        check(&snake, "a job", words)?;
        Ok(Self::of(&snake))
    }

    /// The forms of a singular snake-case name.
    pub(crate) fn of(snake: &str) -> Self {
        let plural = plural(snake);
        Self { snake: snake.to_owned(), pascal: pascal(snake), plural_pascal: pascal(&plural), plural }
    }
}

/// Refuses what cannot be a field: not an identifier, reserved, or taken by a base class.
pub(crate) fn check_field(name: &str, words: &Words) -> Result<(), ProposeError> {
    check(name, "a field", words)?;
    let is_taken =
        |taken: &String| taken.strip_suffix('*').map_or(taken == name, |head| name.starts_with(head));
    if words.taken.iter().any(is_taken) {
        return Err(ProposeError::Input {
            what: format!("{name} cannot be a field: a base class uses that name"),
            hint: format!("try {name}_value, or a word of your domain"),
        });
    }
    Ok(())
}

fn check(name: &str, what: &str, words: &Words) -> Result<(), ProposeError> {
    let is_identifier = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !is_identifier {
        return Err(ProposeError::Input {
            what: format!("{name:?} is not a name for {what}"),
            hint: "use letters, digits and underscores, a letter first, for example review".into(),
        });
    }
    if words.reserved.iter().any(|word| word == name) {
        return Err(ProposeError::Input {
            what: format!("{name} is a word of {} itself", words.language),
            hint: format!("try {name}_item, or a word of your domain"),
        });
    }
    Ok(())
}

/// `ReviewComment`, `reviewComment`, `review comment`, `review-comment` to `review_comment`.
pub(crate) fn snake(text: &str) -> String {
    let mut snake = String::new();
    let mut previous_lower = false;
    for c in text.chars() {
        if c.is_whitespace() || c == '-' || c == '_' {
            if !snake.is_empty() && !snake.ends_with('_') {
                snake.push('_');
            }
            previous_lower = false;
            continue;
        }
        if c.is_uppercase() && previous_lower {
            snake.push('_');
        }
        previous_lower = c.is_lowercase() || c.is_ascii_digit();
        snake.extend(c.to_lowercase());
    }
    snake.trim_end_matches('_').to_owned()
}

/// `apiKey` to `API_KEY`; a name in capitals stays as it is.
pub(crate) fn upper_snake(text: &str) -> String {
    if text.chars().any(char::is_lowercase) { snake(text).to_uppercase() } else { text.replace('-', "_") }
}

/// `review_comment` to `ReviewComment`.
pub(crate) fn pascal(snake: &str) -> String {
    let mut name = String::new();
    for part in snake.split('_') {
        let mut letters = part.chars();
        name.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        name.push_str(letters.as_str());
    }
    name
}

/// `review_comment` to `reviewComment`.
pub(crate) fn camel(snake: &str) -> String {
    let name = pascal(snake);
    let mut letters = name.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters.as_str().chars()).collect()
}

/// The plural of the last word of a snake-case name.
pub(crate) fn plural(snake: &str) -> String {
    let (head, word) = snake.rsplit_once('_').map_or(("", snake), |(head, word)| (head, word));
    let known = IRREGULAR.iter().find(|(one, _)| *one == word).map(|(_, many)| (*many).to_owned());
    let before_last = word.chars().rev().nth(1).unwrap_or('a');
    let word = known.unwrap_or_else(|| {
        if word.ends_with('y') && !"aeiou".contains(before_last) {
            format!("{}ies", word.trim_end_matches('y'))
        } else if ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end)) {
            format!("{word}es")
        } else {
            format!("{word}s")
        }
    });
    if head.is_empty() { word } else { format!("{head}_{word}") }
}

/// Whether a stem before `es` is a word: `status`, `class`, `box`; not `hous` or `siz`.
fn takes_es(stem: &str) -> bool {
    let has = |ends: &[&str]| ends.iter().any(|end| stem.ends_with(end));
    has(&["ss", "us", "x", "ch", "sh"]) && !has(&["ous", "aus"])
}

/// The singular of the last word of a snake-case name; a singular stays as it is.
pub(crate) fn singular(snake: &str) -> String {
    let (head, word) = snake.rsplit_once('_').map_or(("", snake), |(head, word)| (head, word));
    let known = IRREGULAR.iter().find(|(_, many)| *many == word).map(|(one, _)| (*one).to_owned());
    let word = known.unwrap_or_else(|| {
        let candidates = [
            word.strip_suffix("ies").map(|stem| format!("{stem}y")),
            word.strip_suffix("es").filter(|stem| takes_es(stem)).map(str::to_owned),
            word.strip_suffix('s').filter(|stem| !stem.ends_with(['s', 'u', 'i'])).map(str::to_owned),
        ];
        let fits = |one: &String| one.len() > 1 && plural(one) == word;
        candidates.into_iter().flatten().find(fits).unwrap_or_else(|| word.to_owned())
    });
    if head.is_empty() { word } else { format!("{head}_{word}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::recipe::head::Head;

    fn words() -> Words {
        Head::load("fastapi-sqlalchemy").unwrap().words
    }

    #[test]
    fn names_come_in_all_forms_from_any() {
        for given in
            ["ReviewComment", "reviewComment", "review comment", "review-comments", "Review_Comments"]
        {
            let name = Name::resource(given, &words()).unwrap();
            assert_eq!(name.snake, "review_comment");
            assert_eq!(name.pascal, "ReviewComment");
            assert_eq!(name.plural, "review_comments");
            assert_eq!(name.plural_pascal, "ReviewComments");
        }
    }

    #[test]
    fn plurals_and_singulars_are_each_others_way_back() {
        for (one, many) in [
            ("category", "categories"),
            ("box", "boxes"),
            ("bus", "buses"),
            ("day", "days"),
            ("person", "people"),
            ("order_status", "order_statuses"),
            ("house", "houses"),
            ("response", "responses"),
            ("size", "sizes"),
            ("class", "classes"),
        ] {
            assert_eq!(plural(one), many);
            assert_eq!(singular(many), one);
            assert_eq!(singular(one), one);
        }
    }

    #[test]
    fn reserved_and_odd_names_are_refused_with_a_hint() {
        for given in ["class", "2fast", "rm -rf /", "Ordner/Ü", "", "import"] {
            match Name::resource(given, &words()) {
                Err(ProposeError::Input { hint, .. }) => assert!(!hint.is_empty()),
                other => panic!("{given:?} gave {other:?}"),
            }
        }
        for given in ["id", "metadata", "model_config", "from"] {
            assert!(check_field(given, &words()).is_err(), "{given}");
        }
    }
}
