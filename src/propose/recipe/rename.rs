//! Exchanges a resource's name for another in source, paths and addresses.
//!
//! An identifier is words: `usersService`, `create-user.dto`, `USER_LIMIT`. Where the old
//! name's words stand among them, the new name's words take their place, joined and
//! written the way the identifier is. `superuser` and `Username` are other words.

use super::names::Name;

/// How the words of a name are joined where the identifier itself does not show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joint {
    /// `book_reviews`
    Snake,
    /// `book-reviews`
    Kebab,
    /// `bookReviews`
    Camel,
}

/// Exchanges one name for another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Renamer<'a> {
    pub(crate) from: &'a Name,
    pub(crate) to: &'a Name,
    pub(crate) joint: Joint,
}

/// One word of an identifier and what stands before it.
struct Word<'t> {
    text: &'t str,
    /// `_` or `-` that separates it from the word before.
    separator: Option<char>,
}

impl Renamer<'_> {
    /// The text with every whole occurrence of the name exchanged.
    pub(crate) fn apply(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len());
        let mut start = 0;
        let mut inside = false;
        for (at, c) in text.char_indices() {
            let belongs = c.is_alphanumeric() || c == '_' || (c == '-' && self.hyphen_joins(text, at));
            if belongs != inside {
                self.push(&mut result, text.get(start..at).unwrap_or_default(), inside);
                (start, inside) = (at, belongs);
            }
        }
        self.push(&mut result, text.get(start..).unwrap_or_default(), inside);
        result
    }

    /// Whether the text names the resource.
    pub(crate) fn touches(&self, text: &str) -> bool {
        self.apply(text) != text
    }

    /// A hyphen between letters joins words in paths and addresses; in snake-case languages
    /// it is a minus.
    fn hyphen_joins(&self, text: &str, at: usize) -> bool {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + 1..).and_then(|after| after.chars().next());
        self.joint != Joint::Snake
            && before.is_some_and(char::is_alphanumeric)
            && after.is_some_and(char::is_alphanumeric)
    }

    fn push(&self, result: &mut String, part: &str, is_identifier: bool) {
        if is_identifier {
            result.push_str(&self.identifier(part));
        } else {
            result.push_str(part);
        }
    }

    fn identifier(&self, identifier: &str) -> String {
        let words = words(identifier);
        for (old, new) in [(&self.from.plural, &self.to.plural), (&self.from.snake, &self.to.snake)] {
            let old: Vec<&str> = old.split('_').collect();
            let found = words.windows(old.len()).position(|window| {
                window.iter().zip(&old).all(|(word, old)| word.text.eq_ignore_ascii_case(old))
            });
            if let Some(at) = found {
                return self.exchanged(&words, at, old.len(), new);
            }
        }
        identifier.to_owned()
    }

    fn exchanged(&self, words: &[Word<'_>], at: usize, count: usize, new: &str) -> String {
        // What leads or ends an identifier says nothing of how its words are joined.
        let joints = words.iter().zip(words.iter().skip(1)).filter(|(before, _)| !before.text.is_empty());
        let separator = joints.into_iter().find_map(|(_, word)| word.separator);
        let is_joined = words.iter().filter(|word| !word.text.is_empty()).count() > 1;
        let first = words.get(at).map_or("", |word| word.text);
        let is_capital = first.starts_with(char::is_uppercase);
        let is_shout =
            is_capital && first.len() > 1 && words.iter().all(|word| !word.text.contains(char::is_lowercase));
        let mut result = String::new();
        let mut push = |separator: Option<char>, text: &str| {
            result.extend(separator);
            result.push_str(text);
        };
        for (index, word) in words.iter().enumerate() {
            if index != at {
                if index < at || index >= at + count {
                    push(word.separator, word.text);
                }
                continue;
            }
            for (number, part) in new.split('_').enumerate() {
                let joint = match (number, separator, is_capital || is_joined, self.joint) {
                    (0, ..) => word.separator,
                    (_, Some(separator), ..) => Some(separator),
                    (_, None, false, Joint::Snake) => Some('_'),
                    (_, None, false, Joint::Kebab) => Some('-'),
                    (_, None, ..) => None,
                };
                let joined_by_case = number > 0 && joint.is_none();
                let cased = if is_shout && (separator.is_some() || words.len() == count) {
                    part.to_uppercase()
                } else if is_capital || joined_by_case {
                    capital(part)
                } else {
                    part.to_owned()
                };
                push(joint, &cased);
            }
        }
        result
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters.as_str().chars()).collect()
}

/// The words of an identifier: at `_`, `-`, and where a capital begins a word.
fn words(identifier: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut separator = None;
    let mut start = 0;
    let mut previous: Option<char> = None;
    let mut letters = identifier.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        let next_lower = letters.peek().is_some_and(|(_, next)| next.is_lowercase());
        let begins = c.is_uppercase()
            && previous.is_some_and(|before| {
                before.is_lowercase() || before.is_ascii_digit() || (before.is_uppercase() && next_lower)
            });
        if matches!(c, '_' | '-') || begins {
            if at > start {
                words.push(Word { text: identifier.get(start..at).unwrap_or_default(), separator });
                separator = None;
            } else if let Some(earlier) = separator.take() {
                // `__name`: the first of two separators stands as an empty word.
                words.push(Word { text: "", separator: Some(earlier) });
            }
            if begins {
                start = at;
            } else {
                separator = Some(c);
                start = at + c.len_utf8();
            }
        }
        previous = Some(c);
    }
    if start < identifier.len() || separator.is_some() {
        words.push(Word { text: identifier.get(start..).unwrap_or_default(), separator });
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_exchanged_as_the_identifier_is_written() {
        let (from, to) = (Name::of("user"), Name::of("book_review"));
        let renamer = Renamer { from: &from, to: &to, joint: Joint::Camel };
        for (text, expected) in [
            ("usersService.findOne(userId)", "bookReviewsService.findOne(bookReviewId)"),
            ("CreateUserDto", "CreateBookReviewDto"),
            ("create-user.dto.js", "create-book-review.dto.js"),
            ("MAX_USER_COUNT", "MAX_BOOK_REVIEW_COUNT"),
            ("superuser, Username, users2", "superuser, Username, users2"),
            (
                "_user __user user_",
                "_bookReview __bookReview user_".replace("user_", "book_review_").as_str(),
            ),
        ] {
            assert_eq!(renamer.apply(text), expected);
        }
        let path = Renamer { joint: Joint::Kebab, ..renamer };
        assert_eq!(path.apply("src/users/users.module.ts"), "src/book-reviews/book-reviews.module.ts");
        assert_eq!(path.apply("src/UserAccount/user.ts"), "src/BookReviewAccount/book-review.ts");
    }

    #[test]
    fn a_name_of_several_words_is_found_in_every_form() {
        let (from, to) = (Name::of("book_review"), Name::of("note"));
        let renamer = Renamer { from: &from, to: &to, joint: Joint::Camel };
        for (text, expected) in [
            ("bookReviewsService", "notesService"),
            ("book-reviews/book-review.entity", "notes/note.entity"),
            ("BookReview[]", "Note[]"),
            ("BOOK_REVIEW", "NOTE"),
            ("book_reviews", "notes"),
        ] {
            assert_eq!(renamer.apply(text), expected);
        }
    }
}
