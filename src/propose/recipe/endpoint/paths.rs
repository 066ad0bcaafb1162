//! Addresses of routes: what may be one, and which would hide which.

use super::wrong;
use crate::ports::ProposeError;

/// Refuses a path that is none: parts are words of lower-case letters, digits, hyphens and
/// underscores, or one parameter in braces.
pub(super) fn check(path: &str) -> Result<(), ProposeError> {
    let is_word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c))
            && !part.contains("..")
    };
    let is_parameter = |part: &str| {
        part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).is_some_and(|name| {
            name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
    };
    let parts = segments(path);
    if parts.is_empty() || !parts.iter().all(|part| is_word(part) || is_parameter(part)) {
        return Err(wrong(
            format!("{path:?} is not a path of a route"),
            "words and parameters, for example /posts/{id}/publish",
        ));
    }
    Ok(())
}

/// The parts between slashes.
pub(in crate::propose::recipe) fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|part| !part.is_empty()).collect()
}

/// Whether a part is a parameter: `{id}` or `{path:path}`.
pub(in crate::propose::recipe) fn is_parameter(part: &str) -> bool {
    part.starts_with('{') || part.starts_with(':') || part.starts_with('<')
}

/// The last word that is no parameter.
pub(super) fn last_word(path: &str) -> Option<String> {
    segments(path).into_iter().rev().find(|part| !is_parameter(part)).map(str::to_owned)
}

/// Whether every request for `other` is one for `path` too, so that a route at `path` that is
/// asked first hides it.
pub(in crate::propose::recipe) fn covers(path: &str, other: &str) -> bool {
    let (path, other) = (segments(path), segments(other));
    path.len() == other.len()
        && path.iter().zip(&other).all(|(own, theirs)| is_parameter(own) || own == theirs)
}

/// Whether two paths answer the same requests.
pub(in crate::propose::recipe) fn same(path: &str, other: &str) -> bool {
    covers(path, other) && covers(other, path)
}

/// The part of a path below a collection: `/{id}/publish` of `/api/posts/{id}/publish` below
/// `/api/posts`, and also of `/posts/{id}/publish`, since the reader may leave out where the
/// collection is mounted. `None` where it is somewhere else.
pub(in crate::propose::recipe) fn below(path: &str, collection: &str) -> Option<String> {
    let parts = segments(path);
    let base = segments(collection);
    (0..=base.len()).find_map(|from| {
        let tail = base.get(from..)?;
        let rest = parts.strip_prefix(tail)?;
        (!tail.is_empty() || base.is_empty() || from == 0 || is_relative(&parts)).then(|| joined(rest))
    })
}

/// Whether a path begins with what stands below any collection.
fn is_relative(parts: &[&str]) -> bool {
    parts.first().is_some_and(|part| is_parameter(part) || part.starts_with("by-") || *part == "count")
}

fn joined(parts: &[&str]) -> String {
    parts.iter().map(|part| format!("/{part}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_below_its_collection_however_much_of_it_is_said() {
        for (path, expected) in [
            ("/api/posts/{id}/publish", Some("/{id}/publish")),
            ("/posts/{id}/publish", Some("/{id}/publish")),
            ("/{id}/publish", Some("/{id}/publish")),
            ("/by-author/{author_id}", Some("/by-author/{author_id}")),
            ("/users/{id}/publish", None),
        ] {
            assert_eq!(below(path, "/api/posts").as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn a_parameter_covers_a_word_and_not_the_other_way_round() {
        assert!(covers("/posts/{id}", "/posts/count"));
        assert!(!covers("/posts/count", "/posts/{id}"));
        assert!(!covers("/posts/{id}", "/posts/by-slug/{slug}"));
        assert!(same("/posts/{id}/publish", "/posts/{post_id}/publish/"));
    }
}
