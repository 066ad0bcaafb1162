//! Which of several texts holds where nothing says otherwise: the stated default.
//!
//! `process.env.PREFIX || "/api"` is `/api` until somebody configures another one, and so
//! is what the last return of a function gives, what the last branch of a choice gives,
//! and what a name holds before a condition changes it.

use super::value::{HOLE, Value};
use std::rc::Rc;

/// Names that stand for what is configured outside the code.
const SETTINGS: [&str; 8] =
    ["env", "environ", "getenv", "config", "conf", "settings", "getattr", "option_env"];

/// The text among alternatives that holds by default; none where the default is not known.
pub(super) fn stated_default(values: &[Value]) -> Option<Rc<str>> {
    for value in values.iter().rev() {
        match value {
            Value::Text(text) if !text.contains(HOLE) => return Some(text.clone()),
            Value::External(_) | Value::Null | Value::Number => {}
            _ => return None,
        }
    }
    None
}

/// The default of a choice that only settings decide: then it is what a text around it
/// holds as well.
pub(super) fn default_of_settings(values: &[Value]) -> Option<Rc<str>> {
    let by_settings = values.iter().all(|value| match value {
        Value::Text(text) => !text.contains(HOLE),
        Value::External(path) => is_setting(path),
        Value::Null => true,
        _ => false,
    });
    by_settings.then(|| stated_default(values)).flatten()
}

/// Whether a foreign path reads what is configured outside the code.
fn is_setting(path: &str) -> bool {
    path.split(['.', '(', '/', ')']).any(|part| SETTINGS.contains(&part.to_ascii_lowercase().as_str()))
}

/// What surely happened before comes last: it is what holds by default.
pub(super) fn certain_last(values: &mut [Value], certain_first: bool) {
    let texts = values.iter().all(|value| matches!(value, Value::Text(_) | Value::External(_)));
    if certain_first && texts {
        values.rotate_left(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env() -> Value {
        Value::external("process.env.PREFIX")
    }

    #[test]
    fn the_last_text_is_the_default_unless_something_unknown_comes_after_it() {
        let text = |text: &str| Value::text(text);
        assert_eq!(stated_default(&[env(), text("/api")]).as_deref(), Some("/api"));
        assert_eq!(stated_default(&[text("/a"), text("/b")]).as_deref(), Some("/b"));
        assert_eq!(stated_default(&[Value::Unknown, text("/api")]).as_deref(), Some("/api"));
        assert_eq!(stated_default(&[text("/api"), Value::Unknown]), None);
        assert_eq!(stated_default(&[text("/api"), text("{?}/x")]), None);
    }

    #[test]
    fn only_settings_make_a_default_that_texts_around_it_hold() {
        let text = |text: &str| Value::text(text);
        assert_eq!(default_of_settings(&[env(), text("/api")]).as_deref(), Some("/api"));
        assert_eq!(default_of_settings(&[Value::external("str()"), text("id")]), None);
        assert_eq!(default_of_settings(&[Value::Unknown, text("id")]), None);
    }
}
