//! Documents that are generated from the program: compared, or rewritten on request.
//!
//! `UPDATE_DOCS=1 cargo test` writes them; without it a difference fails the test.

use super::source::root;

/// The whole file `path` must be `expected`.
pub fn check_file(path: &str, expected: &str) {
    let full = root().join(path);
    let found = std::fs::read_to_string(&full).unwrap_or_default();
    if found == expected {
        return;
    }
    assert!(
        std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1"),
        "{path} is not what the program says; `UPDATE_DOCS=1 cargo test tidy` rewrites it.\n{}",
        first_difference(&found, expected)
    );
    std::fs::write(full, expected).unwrap();
}

/// The lines between `<!-- name: begin -->` and `<!-- name: end -->` of `path` must be `expected`.
pub fn check_section(path: &str, name: &str, expected: &str) {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
    let (before, rest) =
        text.split_once(&begin).unwrap_or_else(|| panic!("{path} has no `{}`", begin.trim()));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{path} has no `{end}`"));
    check_file(path, &format!("{before}{begin}{expected}{end}{after}"));
}

fn first_difference(found: &str, expected: &str) -> String {
    let mut lines = found.lines().zip(expected.lines()).enumerate();
    match lines.find(|(_, (a, b))| a != b) {
        Some((at, (a, b))) => format!("line {}:\n  is        {a}\n  should be {b}", at + 1),
        None => format!("{} lines, should be {}", found.lines().count(), expected.lines().count()),
    }
}
