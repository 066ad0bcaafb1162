//! Names as the example's sources have them: which words are its fields, and how the new
//! resource is called in code, texts and addresses.

use crate::propose::recipe::{
    names::{Name, camel, snake},
    rename::{Joint, Renamer},
};

/// How the example and the new resource are called.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub(super) like: Name,
    pub(super) to: Name,
    /// Tables of the two, as sources write them.
    pub(super) like_table: String,
    pub(super) table: String,
    /// Whether types list tables by the names that the database has.
    pub(super) by_table: bool,
    /// How words of file names are joined.
    pub(super) files: Joint,
}

/// Fields whose names are common words: as part of another name they say nothing.
const COMMON: [&str; 18] = [
    "name",
    "title",
    "type",
    "status",
    "url",
    "text",
    "body",
    "value",
    "date",
    "count",
    "code",
    "message",
    "key",
    "data",
    "description",
    "content",
    "label",
    "state",
];

impl Names {
    fn with(&self, joint: Joint) -> Renamer<'_> {
        Renamer { from: &self.like, to: &self.to, joint }
    }

    /// An identifier.
    pub(super) fn code(&self, text: &str) -> String {
        self.with(Joint::Camel).apply(text)
    }

    /// A path or a specifier.
    pub(super) fn path(&self, text: &str) -> String {
        self.with(self.files).apply(text)
    }

    /// Whether the resource is named.
    pub(super) fn touches(&self, text: &str) -> bool {
        self.with(Joint::Camel).touches(text)
    }

    /// The content of a text literal; single words are joined so.
    pub(super) fn literal(&self, text: &str, joint: Joint) -> String {
        if text == self.like_table {
            return self.table.clone();
        }
        if let Some(rest) = text.strip_prefix(&self.like_table).filter(|rest| rest.starts_with('.')) {
            return format!("{}{rest}", self.table);
        }
        if is_sql(text) {
            return self.statement(text);
        }
        if text.contains('/') {
            return self.with(Joint::Kebab).apply(text);
        }
        if text.contains(' ') {
            return self.sentence(text);
        }
        self.with(joint).apply(text)
    }

    /// SQL: tables are called as the database has them.
    fn statement(&self, text: &str) -> String {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let mut result = String::with_capacity(text.len());
        for piece in text.split_inclusive(|c: char| !is_part(c)) {
            let word = piece.trim_end_matches(|c: char| !is_part(c));
            let rest = piece.get(word.len()..).unwrap_or_default();
            let is_table = word == self.like_table;
            result.push_str(&if is_table { self.table.clone() } else { self.with(Joint::Snake).apply(word) });
            result.push_str(rest);
        }
        result
    }

    /// Words for a reader: the name's words stand apart.
    pub(super) fn sentence(&self, text: &str) -> String {
        let renamed = self.with(Joint::Snake).apply(text);
        let apart = |text: String, name: &str| text.replace(name, &name.replace('_', " "));
        apart(apart(renamed, &self.to.plural), &self.to.snake)
    }
}

/// Whether a text is a statement for a database and no sentence: it begins with a word of SQL that is
/// in capitals, or that another one follows.
fn is_sql(text: &str) -> bool {
    const BEGINS: [(&str, &[&str]); 9] = [
        ("select", &["from"]),
        ("insert", &["into"]),
        ("update", &["set"]),
        ("delete", &["from"]),
        ("truncate", &["table", "cascade", "restart"]),
        ("alter", &["table", "sequence"]),
        ("create", &["table", "index"]),
        ("drop", &["table", "index"]),
        ("with", &["select"]),
    ];
    let mut words = text.split_whitespace();
    let Some(first) = words.next() else { return false };
    let Some((_, next)) = BEGINS.iter().find(|(begin, _)| first.eq_ignore_ascii_case(begin)) else {
        return false;
    };
    let is_shouted = first.chars().all(char::is_uppercase);
    is_shouted || words.any(|word| next.contains(&word))
}

/// Whether a name is that of a field, in either form.
pub(super) fn is_field(text: &str, field: &str) -> bool {
    text == field || text == camel(&snake(field)) || text == snake(field)
}

/// Whether an identifier speaks of a field: it is its name, or has it among its words.
pub(super) fn speaks_of(text: &str, field: &str, like: &Name) -> bool {
    if is_field(text, field) {
        return true;
    }
    let (own, wanted) = (snake(text), snake(field));
    let words: Vec<&str> = own.split('_').collect();
    let wanted_words: Vec<&str> = wanted.split('_').collect();
    let found = words.windows(wanted_words.len()).position(|window| window == wanted_words.as_slice());
    let Some(at) = found else { return false };
    if wanted_words.len() > 1 || !COMMON.contains(&wanted.as_str()) {
        return true;
    }
    let before = at.checked_sub(1).and_then(|at| words.get(at)).copied().unwrap_or_default();
    matches!(before, "by" | "and" | "or") || before == like.snake
}

/// The form of names of several words in some texts; `None` where none shows it.
pub(super) fn form_of<'t>(names: impl Iterator<Item = &'t str>) -> Option<Joint> {
    let (mut snakes, mut camels) = (0, 0);
    for name in names {
        if name.trim_matches('_').contains('_') {
            snakes += 1;
        } else if name.starts_with(char::is_lowercase) && name.contains(char::is_uppercase) {
            camels += 1;
        }
    }
    match (snakes, camels) {
        (0, 0) => None,
        (snakes, camels) if snakes > camels => Some(Joint::Snake),
        _ => Some(Joint::Camel),
    }
}

/// A snake-case name in a form.
pub(super) fn in_form(name: &str, form: Joint) -> String {
    match form {
        Joint::Camel => camel(name),
        Joint::Kebab => name.replace('_', "-"),
        Joint::Snake => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names {
            like: Name::of("user"),
            to: Name::of("book_review"),
            like_table: "users".into(),
            table: "book_reviews".into(),
            by_table: true,
            files: Joint::Kebab,
        }
    }

    #[test]
    fn a_text_is_renamed_as_what_it_is() {
        for (text, expected) in [
            ("users", "book_reviews"),
            ("users.id", "book_reviews.id"),
            ("/api/users/:userId", "/api/book-reviews/:bookReviewId"),
            ("no such user", "no such book review"),
            ("User", "BookReview"),
            ("TRUNCATE users CASCADE", "TRUNCATE book_reviews CASCADE"),
            ("delete from users where user_id > ", "delete from book_reviews where book_review_id > "),
            ("update the user", "update the book review"),
            ("create a user", "create a book review"),
        ] {
            assert_eq!(names().literal(text, Joint::Camel), expected);
        }
    }

    #[test]
    fn common_words_are_fields_only_where_they_stand_alone() {
        let like = Name::of("user");
        for (text, field, expected) in [
            ("findUserByEmail", "email", true),
            ("passwordHash", "password_hash", true),
            ("findUserByName", "name", true),
            ("tableName", "name", false),
            ("name", "name", true),
            ("userName", "name", true),
        ] {
            assert_eq!(speaks_of(text, field, &like), expected, "{text}");
        }
    }
}
