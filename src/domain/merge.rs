//! Three-way merge of texts, by lines and byte for byte.
//!
//! Two changes of the base go together when they are apart, or the same. Anything else is
//! a conflict: there are no conflict markers. Pure.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::ops::Range;

/// Lines of the base, and what takes their place.
type Change<'a> = (Range<usize>, Vec<&'a [u8]>);

/// A merged text in which our side won where both changed the same lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    pub bytes: Vec<u8>,
    pub conflicts: Vec<Conflict>,
}

/// Lines that both sides changed, each in its own way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// 1-based line of the merged text where ours stands.
    pub line: usize,
    /// What the other side has in that place; empty where it removes the lines.
    pub theirs: Vec<u8>,
}

/// `base` with the changes of both sides; `None` where they conflict or are not text.
pub fn three_way(base: &[u8], ours: &[u8], theirs: &[u8]) -> Option<Vec<u8>> {
    merge(base, ours, theirs).filter(|merged| merged.conflicts.is_empty()).map(|merged| merged.bytes)
}

/// `base` with the changes of both sides, ours where they conflict; `None` for what is not text.
pub fn merge(base: &[u8], ours: &[u8], theirs: &[u8]) -> Option<Merged> {
    let plain = |bytes: &[u8]| Some(Merged { bytes: bytes.to_vec(), conflicts: Vec::new() });
    if ours == theirs || base == theirs {
        return plain(ours);
    }
    if base == ours {
        return plain(theirs);
    }
    if [base, ours, theirs].iter().any(|bytes| bytes.contains(&0)) {
        return None;
    }
    let lines = lines_of(base);
    let mut ours = changes(&lines, ours).into_iter().peekable();
    let mut theirs = changes(&lines, theirs).into_iter().peekable();
    let (mut merged, mut at) = (Vec::with_capacity(base.len()), 0);
    let mut conflicts = Vec::new();
    loop {
        let (range, new) = match (ours.peek(), theirs.peek()) {
            (None, None) => break,
            (Some(mine), Some(other)) if mine == other => {
                theirs.next();
                ours.next()?
            }
            (Some(mine), Some(other)) if is_before(&mine.0, &other.0) => ours.next()?,
            (Some(mine), Some(other)) if is_before(&other.0, &mine.0) => theirs.next()?,
            (Some(mine), Some(other)) => {
                // All changes that touch each other, on either side, are one conflict.
                let mut range = mine.0.start.min(other.0.start)..mine.0.end.max(other.0.end);
                let (mut kept, mut left) = (Vec::new(), Vec::new());
                loop {
                    let touches = |change: &Change<'_>| !is_before(&range, &change.0);
                    if let Some(change) = ours.next_if(touches) {
                        range.end = range.end.max(change.0.end);
                        kept.push(change);
                    } else if let Some(change) = theirs.next_if(touches) {
                        range.end = range.end.max(change.0.end);
                        left.push(change);
                    } else {
                        break;
                    }
                }
                push(&mut merged, lines.get(at..range.start)?);
                let line = lines_of(&merged).len() + 1;
                push(&mut merged, &within(&lines, &range, &kept)?);
                let theirs = within(&lines, &range, &left)?.concat();
                conflicts.push(Conflict { line, theirs });
                at = range.end;
                continue;
            }
            (Some(_), None) => ours.next()?,
            (None, Some(_)) => theirs.next()?,
        };
        push(&mut merged, lines.get(at..range.start)?);
        push(&mut merged, &new);
        at = range.end;
    }
    push(&mut merged, lines.get(at..)?);
    Some(Merged { bytes: merged, conflicts })
}

/// Lines of a range with the changes of one side.
fn within<'a>(base: &[&'a [u8]], range: &Range<usize>, changes: &[Change<'a>]) -> Option<Vec<&'a [u8]>> {
    let (mut lines, mut at) = (Vec::new(), range.start);
    for (changed, new) in changes {
        lines.extend_from_slice(base.get(at..changed.start)?);
        lines.extend_from_slice(new);
        at = changed.end;
    }
    lines.extend_from_slice(base.get(at..range.end)?);
    Some(lines)
}

/// Whether one range ends before the other begins, with at least a line between them.
fn is_before(first: &Range<usize>, second: &Range<usize>) -> bool {
    first.end < second.start
}

/// Puts lines behind each other; one without an end that is not the last gets one.
fn push(text: &mut Vec<u8>, lines: &[&[u8]]) {
    for line in lines {
        if !text.is_empty() && !text.ends_with(b"\n") {
            text.push(b'\n');
        }
        text.extend_from_slice(line);
    }
}

fn lines_of(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

fn changes<'a>(base: &[&[u8]], side: &'a [u8]) -> Vec<Change<'a>> {
    let side = lines_of(side);
    capture_diff_slices(Algorithm::Myers, base, &side)
        .into_iter()
        .filter(|op| !matches!(op, DiffOp::Equal { .. }))
        .map(|op| (op.old_range(), side.get(op.new_range()).unwrap_or_default().to_vec()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn merged(base: &str, ours: &str, theirs: &str) -> Option<String> {
        three_way(base.as_bytes(), ours.as_bytes(), theirs.as_bytes())
            .map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn changes_that_are_apart_go_together() {
        let result = merged("1\n2\n3\n4\n5\n", "one\n2\n3\n4\n5\n", "1\n2\n3\n4\nfive\n6\n");
        assert_eq!(result.as_deref(), Some("one\n2\n3\n4\nfive\n6\n"));
    }

    #[test]
    fn the_same_change_on_both_sides_is_made_once() {
        let result = merged("1\n2\n3\n4\n", "1\nx\n3\n4\n", "1\nx\n3\ny\n");
        assert_eq!(result.as_deref(), Some("1\nx\n3\ny\n"));
    }

    #[test]
    fn different_changes_of_one_line_or_of_neighbours_conflict() {
        assert_eq!(merged("1\n2\n3\n", "1\nx\n3\n", "1\ny\n3\n"), None);
        assert_eq!(merged("1\n2\n3\n", "1\nx\n3\n", "1\n2\ny\n"), None);
        assert_eq!(merged("", "ours\n", "theirs\n"), None);
    }

    #[test]
    fn bytes_that_are_not_text_never_mix() {
        assert_eq!(three_way(b"a\0\nb\nc\n", b"x\0\nb\nc\n", b"a\0\nb\ny\n"), None);
        assert_eq!(three_way(b"a\0", b"a\0", b"b\0").as_deref(), Some(&b"b\0"[..]));
    }

    #[test]
    fn bytes_that_are_not_utf8_stay_as_they_are() {
        let result = three_way(b"\xff\n2\n3\n4\n", b"\xff\n2\n3\nfour\n", b"\xfe\n2\n3\n4\n");
        assert_eq!(result.as_deref(), Some(&b"\xfe\n2\n3\nfour\n"[..]));
    }

    #[test]
    fn ours_stands_where_both_changed_the_same_lines_and_theirs_is_told() {
        let result = merge(b"1\n2\n3\n4\n5\n", b"1\nx\n3\n4\n5\n", b"1\ny\nz\n3\n4\nfive\n").unwrap();
        assert_eq!(result.bytes, b"1\nx\n3\n4\nfive\n");
        assert_eq!(result.conflicts, [Conflict { line: 2, theirs: b"y\nz\n".to_vec() }]);
    }

    proptest! {
        #[test]
        fn both_sides_see_the_same_conflicts(base in "[abc\n]{0,20}", ours in "[abc\n]{0,20}", theirs in "[abc\n]{0,20}") {
            let mine = merge(base.as_bytes(), ours.as_bytes(), theirs.as_bytes()).unwrap();
            let other = merge(base.as_bytes(), theirs.as_bytes(), ours.as_bytes()).unwrap();
            prop_assert_eq!(mine.conflicts.len(), other.conflicts.len());
            if mine.conflicts.is_empty() {
                prop_assert_eq!(mine.bytes, other.bytes);
            }
        }

        #[test]
        fn an_unchanged_side_gives_the_other(base in "[ab\n\r]{0,20}", side in "[ab\n\r]{0,20}") {
            prop_assert_eq!(merged(&base, &base, &side), Some(side.clone()));
            prop_assert_eq!(merged(&base, &side, &base), Some(side.clone()));
            prop_assert_eq!(merged(&base, &side, &side), Some(side));
        }

        #[test]
        fn merging_does_not_depend_on_the_side(base in "[ab\n]{0,20}", one in "[abc\n]{0,20}", two in "[abd\n]{0,20}") {
            prop_assert_eq!(merged(&base, &one, &two), merged(&base, &two, &one));
        }
    }
}
