//! Changes of texts as a patch that `git apply` and `patch -p1` read.
//!
//! Lines end at line feeds only, as for git; a missing last newline is said in git's own
//! words; a name that could end its line is quoted as git quotes it. Given the old texts,
//! applying the patch gives the new ones byte for byte.

use crate::domain::{diff::split_lines, safe::is_unsafe};
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};
use std::{fmt::Write, ops::Range};

/// Unchanged lines around a change.
const CONTEXT_LINES: usize = 3;

/// One changed file; `None` where it does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchFile {
    /// Relative with `/`.
    pub path: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// The patch; files that do not change are left out.
pub fn patch(files: &[PatchFile]) -> String {
    let mut out = String::new();
    for file in files.iter().filter(|file| file.old != file.new) {
        one(file, &mut out);
    }
    out
}

fn one(file: &PatchFile, out: &mut String) {
    let (a, b) = (quoted("a/", &file.path), quoted("b/", &file.path));
    let _infallible = writeln!(out, "diff --git {a} {b}");
    if file.old.is_none() {
        out.push_str("new file mode 100644\n");
    }
    if file.new.is_none() {
        out.push_str("deleted file mode 100644\n");
    }
    let old = split_lines(file.old.as_deref().unwrap_or_default());
    let new = split_lines(file.new.as_deref().unwrap_or_default());
    let ops = capture_diff_slices(Algorithm::Patience, &old, &new);
    let groups = group_diff_ops(ops, CONTEXT_LINES);
    if groups.iter().all(Vec::is_empty) {
        // An empty file that comes or goes has a header and nothing else.
        return;
    }
    let name = |exists: bool, name: &str| if exists { name.to_owned() } else { "/dev/null".to_owned() };
    let _infallible =
        writeln!(out, "--- {}\n+++ {}", name(file.old.is_some(), &a), name(file.new.is_some(), &b));
    for group in groups.iter().filter(|group| !group.is_empty()) {
        hunk(group, &old, &new, out);
    }
}

fn hunk(ops: &[DiffOp], old: &[&str], new: &[&str], out: &mut String) {
    let (Some(first), Some(last)) = (ops.first(), ops.last()) else { return };
    let old_range = first.old_range().start..last.old_range().end;
    let new_range = first.new_range().start..last.new_range().end;
    let _infallible = writeln!(out, "@@ -{} +{} @@", span(&old_range), span(&new_range));
    for op in ops {
        match op.tag() {
            DiffTag::Equal => lines(' ', old, op.old_range(), out),
            DiffTag::Delete => lines('-', old, op.old_range(), out),
            DiffTag::Insert => lines('+', new, op.new_range(), out),
            DiffTag::Replace => {
                lines('-', old, op.old_range(), out);
                lines('+', new, op.new_range(), out);
            }
        }
    }
}

fn lines(sign: char, text: &[&str], range: Range<usize>, out: &mut String) {
    for line in text.get(range).unwrap_or_default() {
        out.push(sign);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// `start,length`; an empty range is named by the line before it.
fn span(range: &Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        length => format!("{},{length}", range.start + 1),
    }
}

/// A name as git writes it: in quotes with octal escapes where it holds anything special.
fn quoted(prefix: &str, path: &str) -> String {
    if !path.chars().any(|c| is_unsafe(c) || matches!(c, '"' | '\\')) {
        return format!("{prefix}{path}");
    }
    let mut out = format!("\"{prefix}");
    for c in path.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if is_unsafe(c) => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _infallible = write!(out, "\\{byte:03o}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn file(path: &str, old: Option<&str>, new: Option<&str>) -> PatchFile {
        PatchFile { path: path.into(), old: old.map(str::to_owned), new: new.map(str::to_owned) }
    }

    #[test]
    fn a_missing_last_newline_is_said_on_both_sides() {
        let text = patch(&[file("f", Some("a\nb"), Some("a\nc"))]);
        assert_eq!(
            text,
            "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn new_and_removed_files_name_dev_null_and_equal_ones_are_left_out() {
        let text =
            patch(&[file("n", None, Some("x\n")), file("o", Some("x\n"), None), file("s", None, None)]);
        assert_eq!(
            text,
            "diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+x\n\
             diff --git a/o b/o\ndeleted file mode 100644\n--- a/o\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
        );
    }

    #[test]
    fn a_name_with_a_newline_or_an_escape_is_quoted() {
        assert_eq!(quoted("a/", "x\n\u{1b}\"ü.py"), "\"a/x\\012\\033\\\"ü.py\"");
    }
}
