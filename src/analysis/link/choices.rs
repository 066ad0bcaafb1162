//! Which of several texts holds where nothing says otherwise: the stated default.
//!
//! `process.env.PREFIX || "/api"` is `/api` until somebody configures another one, and so
//! is what the last return of a function gives, what the last branch of a choice gives,
//! and what a name holds before a condition changes it.

use super::value::{HOLE, Value};
use std::rc::Rc;

/// The text among alternatives that holds by default; none where the default is not known.
pub(super) fn stated_default(values: &[Value]) -> Option<Rc<str>> {
    for value in values.iter().rev() {
        match value {
            Value::Text(text) if !text.contains(HOLE) => return Some(text.clone()),
            Value::Text(text) if is_based(text, values) => {}
            Value::External(_) | Value::Null | Value::Number => {}
            _ => return None,
        }
    }
    None
}

/// Whether a text is another one of them behind a base that is not known: `{?}/api` beside
/// `/api`.
fn is_based(text: &str, values: &[Value]) -> bool {
    let Some(below) = text.trim_start_matches('/').strip_prefix(HOLE) else { return false };
    let below = below.trim_matches('/');
    values.iter().any(|value| value.as_constant().is_some_and(|other| other.trim_matches('/') == below))
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
        assert_eq!(stated_default(&[text("api/"), text("/{?}/api/")]).as_deref(), Some("api/"));
    }
}
