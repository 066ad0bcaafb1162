//! Unified diffs as `git diff` writes them, applied to a tree strictly: every context and
//! removed line must stand exactly where the hunk says.

use super::tree::Tree;

/// Why a diff does not apply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    #[error("line {line} of the diff: {reason}")]
    Malformed { line: usize, reason: &'static str },
    #[error("{path} is not there")]
    Missing { path: String },
    #[error("{path} is there already")]
    Present { path: String },
    #[error("{path}, line {line}: the diff expects `{expected}`")]
    Differs { path: String, line: usize, expected: String },
    #[error("the diff changes nothing")]
    Empty,
}

/// One file of a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePatch {
    /// `None` for a new file.
    pub old: Option<String>,
    /// `None` for a deleted file.
    pub new: Option<String>,
    pub hunks: Vec<Hunk>,
}

/// One hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// 1-based line of the old text at which it begins; for an insertion the line before.
    pub start: usize,
    /// Sign and text with its end.
    pub lines: Vec<(char, String)>,
}

/// The tree with a diff applied.
pub fn apply(tree: &Tree, diff: &str) -> Result<Tree, PatchError> {
    let mut tree = tree.clone();
    let files = parse(diff)?;
    if files.is_empty() {
        return Err(PatchError::Empty);
    }
    for file in files {
        let old = match &file.old {
            None => String::new(),
            Some(path) => tree.remove(path).ok_or_else(|| PatchError::Missing { path: path.clone() })?,
        };
        let name = file.new.as_ref().or(file.old.as_ref()).cloned().unwrap_or_default();
        let text = changed(&old, &file.hunks, &name)?;
        if let Some(path) = file.new
            && tree.insert(path.clone(), text).is_some()
        {
            return Err(PatchError::Present { path });
        }
    }
    Ok(tree)
}

fn changed(old: &str, hunks: &[Hunk], path: &str) -> Result<String, PatchError> {
    let lines: Vec<&str> = old.split_inclusive('\n').collect();
    let mut out = String::new();
    let mut at = 0;
    for hunk in hunks {
        let inserts_only = hunk.lines.iter().all(|(sign, _)| *sign == '+');
        let start = if inserts_only { hunk.start } else { hunk.start.saturating_sub(1) };
        let before = lines.get(at..start).ok_or_else(|| PatchError::Differs {
            path: path.to_owned(),
            line: hunk.start,
            expected: hunk.lines.first().map(|(_, text)| text.trim_end().to_owned()).unwrap_or_default(),
        })?;
        out.extend(before.iter().copied());
        at = start;
        for (sign, text) in &hunk.lines {
            if *sign == '+' {
                out.push_str(text);
                continue;
            }
            if lines.get(at) != Some(&text.as_str()) {
                return Err(PatchError::Differs {
                    path: path.to_owned(),
                    line: at + 1,
                    expected: text.trim_end().to_owned(),
                });
            }
            if *sign == ' ' {
                out.push_str(text);
            }
            at += 1;
        }
    }
    out.extend(lines.get(at..).unwrap_or_default().iter().copied());
    Ok(out)
}

/// The files of a diff, in order.
pub fn parse(diff: &str) -> Result<Vec<FilePatch>, PatchError> {
    let mut files: Vec<FilePatch> = Vec::new();
    let mut old_name = None;
    // Lines of the old and the new text that the current hunk still owes.
    let mut owed = (0usize, 0usize);
    for (index, line) in diff.split_inclusive('\n').enumerate() {
        let malformed = |reason| PatchError::Malformed { line: index + 1, reason };
        let bare = line.trim_end_matches(['\n', '\r']);
        if bare.starts_with('\\') {
            // `\ No newline at end of file` speaks of the line before it.
            let last = files.last_mut().and_then(|file| file.hunks.last_mut());
            if let Some((_, text)) = last.and_then(|hunk| hunk.lines.last_mut()) {
                text.truncate(text.trim_end_matches('\n').len());
            }
            continue;
        }
        if owed != (0, 0) {
            let hunk = files.last_mut().and_then(|file| file.hunks.last_mut());
            let hunk = hunk.ok_or_else(|| malformed("a hunk before its file"))?;
            // Editors strip the one blank of an empty context line.
            let (sign, text) = match line.chars().next() {
                Some(sign @ (' ' | '+' | '-')) => (sign, line.get(1..).unwrap_or_default()),
                Some('\n') => (' ', line),
                _ => return Err(malformed("a line of a hunk begins with a blank, + or -")),
            };
            let (old, new) = (usize::from(sign != '+'), usize::from(sign != '-'));
            owed = match (owed.0.checked_sub(old), owed.1.checked_sub(new)) {
                (Some(old), Some(new)) => (old, new),
                _ => return Err(malformed("the hunk is longer than its header says")),
            };
            hunk.lines.push((sign, text.to_owned()));
        } else if let Some(name) = bare.strip_prefix("--- ") {
            old_name = Some(path(name));
        } else if let Some(name) = bare.strip_prefix("+++ ") {
            let old = old_name.take().ok_or_else(|| malformed("+++ without ---"))?;
            files.push(FilePatch { old, new: path(name), hunks: Vec::new() });
        } else if let Some(header) = bare.strip_prefix("@@ ") {
            let (start, old, new) = ranges(header).ok_or_else(|| malformed("not a hunk header"))?;
            let file = files.last_mut().ok_or_else(|| malformed("a hunk before its file"))?;
            file.hunks.push(Hunk { start, lines: Vec::new() });
            owed = (old, new);
        }
        // Everything else stands between files: `diff --git`, `index`, modes.
    }
    if owed != (0, 0) {
        return Err(PatchError::Malformed {
            line: diff.lines().count(),
            reason: "the hunk is shorter than its header says",
        });
    }
    Ok(files)
}

/// `a/app/x.py` is `app/x.py`; `/dev/null` is no file.
fn path(name: &str) -> Option<String> {
    let name = name.split('\t').next().unwrap_or(name);
    if name == "/dev/null" {
        return None;
    }
    let bare = name.strip_prefix("a/").or_else(|| name.strip_prefix("b/")).unwrap_or(name);
    Some(bare.to_owned())
}

/// `-3,4 +5 @@ …`: start of the old range, and both lengths.
fn ranges(header: &str) -> Option<(usize, usize, usize)> {
    let (ranges, _) = header.split_once(" @@")?;
    let (old, new) = ranges.split_once(' ')?;
    let pair = |text: &str| match text.split_once(',') {
        Some((start, length)) => Some((start.parse::<usize>().ok()?, length.parse::<usize>().ok()?)),
        None => Some((text.parse::<usize>().ok()?, 1)),
    };
    let (start, old) = pair(old.strip_prefix('-')?)?;
    let (_, new) = pair(new.strip_prefix('+')?)?;
    Some((start, old, new))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    const DIFF: &str = "diff --git a/a.py b/a.py\nindex 1..2 100644\n--- a/a.py\n+++ b/a.py\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\ndiff --git a/new.py b/new.py\nnew file mode 100644\n--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+x\n";

    #[test]
    fn a_diff_changes_and_makes_files() {
        let before = tree(&[("a.py", "one\ntwo\nthree\n")]);
        let after = tree(&[("a.py", "one\nTWO\nthree\n"), ("new.py", "x\n")]);
        assert_eq!(apply(&before, DIFF), Ok(after));
    }

    #[test]
    fn a_line_that_is_not_there_is_named() {
        let before = tree(&[("a.py", "one\n2\nthree\n")]);
        let expected = PatchError::Differs { path: "a.py".into(), line: 2, expected: "two".into() };
        assert_eq!(apply(&before, DIFF), Err(expected));
        assert_eq!(apply(&Tree::new(), DIFF), Err(PatchError::Missing { path: "a.py".into() }));
        assert_eq!(apply(&before, "nothing\n"), Err(PatchError::Empty));
    }

    #[test]
    fn a_hunk_that_lies_about_its_length_is_refused() {
        let short = "--- a/a.py\n+++ b/a.py\n@@ -1,3 +1,3 @@\n one\n";
        let before = tree(&[("a.py", "one\ntwo\nthree\n")]);
        assert!(matches!(apply(&before, short), Err(PatchError::Malformed { .. })));
    }

    proptest! {
        #[test]
        fn what_the_program_writes_as_a_patch_applies(old in "[ab\n]{0,12}", new in "[ab\n]{0,12}") {
            prop_assume!(old != new);
            let file = crate::report::PatchFile { path: "a".into(), old: Some(old.clone()), new: Some(new.clone()) };
            let diff = crate::report::patch(&[file]);
            prop_assert_eq!(apply(&tree(&[("a", &old)]), &diff), Ok(tree(&[("a", &new)])), "{}", diff);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-+@ 0-9,a/\n\\\\]{0,60}") {
            let _outcome = apply(&tree(&[("a", "x\n")]), &text);
        }
    }
}
