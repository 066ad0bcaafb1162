//! YAML of knowledge files, with places in its errors.
//!
//! The text may come from a repository, so it is parsed under a budget and duplicate
//! keys are refused. Never panics, whatever the bytes are.

use super::{error::KnowledgeError, shipped, source::Text};
use serde::de::DeserializeOwned;

/// A value together with the place where it stands, for checks that come after parsing.
pub(crate) type Placed<T> = serde_saphyr::Spanned<T>;

/// Parses a whole text. `file` is the name that errors show.
pub(crate) fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, KnowledgeError> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 64,
            max_nodes: 200_000,
        },
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let bare = error.without_snippet();
        let (line, column) =
            bare.location().map_or((1, 1), |location| (narrow(location.line()), narrow(location.column())));
        KnowledgeError::at(file, line, column, without_place(&bare.to_string()))
    })
}

/// The value of a knowledge file; a shipped one was read ahead of time.
pub(crate) fn of<T: DeserializeOwned>(text: &Text) -> Result<T, KnowledgeError> {
    match text.shipped_name().and_then(shipped::ahead) {
        Some(value) => Ok(value),
        None => parse(&text.label, &text.text),
    }
}

/// An error at a placed value.
pub(crate) fn error_at<T>(file: &str, value: &Placed<T>, reason: impl Into<String>) -> KnowledgeError {
    KnowledgeError::at(file, narrow(value.referenced.line()), narrow(value.referenced.column()), reason)
}

/// Line of a placed value, 1-based.
pub(crate) fn line_of<T>(value: &Placed<T>) -> u32 {
    narrow(value.referenced.line())
}

fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The parser ends its messages with the place, which our error shows in front.
fn without_place(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    let cut = first.find(" at line ").or_else(|| first.find(" (line ")).unwrap_or(first.len());
    let text = first.get(..cut).unwrap_or(first);
    let text = text.strip_prefix("error: ").unwrap_or(text);
    match text.strip_prefix("line ") {
        Some(rest) => rest.split_once(": ").map_or(text, |(_, reason)| reason).to_owned(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[expect(dead_code, reason = "only its place in the text matters")]
        name: String,
    }

    fn place(text: &str) -> (u32, u32) {
        parse::<Sample>("x.yaml", text).expect_err("invalid").position()
    }

    #[test]
    fn errors_name_line_and_column() {
        assert_eq!(place("name: a\nwrong: 1\n"), (2, 1));
        assert_eq!(place("name: [1]\n").0, 1);
        assert_eq!(place("name: a\nname: b\n").0, 2);
    }

    #[test]
    fn messages_do_not_repeat_the_place() {
        let error = parse::<Sample>("x.yaml", "name: a\nwrong: 1\n").expect_err("unknown key");
        assert!(error.to_string().starts_with("x.yaml:2:1: "), "{error}");
        assert!(!error.to_string().contains("at line"), "{error}");
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_a_crash() {
        let text = format!("name: {}{}", "[".repeat(50_000), "]".repeat(50_000));
        assert!(parse::<Sample>("x.yaml", &text).is_err());
    }
}
