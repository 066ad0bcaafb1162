//! Any subset of hunks, composed by us, equals what `git apply` makes of that subset.
//!
//! The patch is built from the selected hunks with three lines of context of the base.
//! Many files go into one call of git, so that `PROSCENIUM_CASES=100000` takes minutes.

use crate::{
    domain_compose::{Numbers, decide},
    support::{
        git, temp,
        texts::{text, version_of},
    },
};
use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use proscenium::domain::{diff::split_lines, edit::FileEdit, hunk::Hunk};
use std::fmt::Write as _;

const CONTEXT_LINES: usize = 3;
const FILES_PER_CALL: usize = 2_000;

fn push_line(patch: &mut String, sign: char, line: &str) {
    patch.push(sign);
    patch.push_str(line);
    if !line.ends_with('\n') {
        patch.push_str("\n\\ No newline at end of file\n");
    }
}

/// A unified diff of the selected hunks; empty when they change nothing.
fn patch_of(path: &str, base: Option<&str>, hunks: &[&Hunk]) -> String {
    let lines = split_lines(base.unwrap_or(""));
    let mut groups: Vec<Vec<&Hunk>> = Vec::new();
    for hunk in hunks {
        match groups.last_mut() {
            Some(group)
                if (hunk.base_range().start as usize)
                    <= group.last().map_or(0, |last| last.base_range().end as usize) + 2 * CONTEXT_LINES =>
            {
                group.push(hunk);
            }
            _ => groups.push(vec![hunk]),
        }
    }
    let mut patch = format!("diff --git a/{path} b/{path}\n");
    match base {
        Some(_) => write!(patch, "--- a/{path}\n+++ b/{path}\n").unwrap(),
        None => write!(patch, "new file mode 100644\n--- /dev/null\n+++ b/{path}\n").unwrap(),
    }
    let mut moved = 0_isize;
    for group in groups {
        let first = group[0].base_range().start as usize;
        let last = group[group.len() - 1].base_range().end as usize;
        let (start, end) = (first.saturating_sub(CONTEXT_LINES), (last + CONTEXT_LINES).min(lines.len()));
        let (mut body, mut at, mut new_len) = (String::new(), start, 0_usize);
        for hunk in &group {
            let range = hunk.base_range();
            for line in &lines[at..range.start as usize] {
                push_line(&mut body, ' ', line);
                new_len += 1;
            }
            for line in &lines[range.start as usize..range.end as usize] {
                push_line(&mut body, '-', line);
            }
            for line in hunk.new_lines() {
                push_line(&mut body, '+', line);
                new_len += 1;
            }
            at = range.end as usize;
        }
        for line in &lines[at..end] {
            push_line(&mut body, ' ', line);
            new_len += 1;
        }
        let old_len = end - start;
        let old_start = if old_len == 0 { start } else { start + 1 };
        let new_first = usize::try_from(start as isize + moved).unwrap();
        let new_start = if new_len == 0 { new_first } else { new_first + 1 };
        writeln!(patch, "@@ -{old_start},{old_len} +{new_start},{new_len} @@").unwrap();
        patch.push_str(&body);
        moved += new_len as isize - old_len as isize;
    }
    patch
}

#[derive(Debug, Clone)]
struct Case {
    base: Option<String>,
    expected: String,
    patch_hunks: FileEdit,
}

fn cases() -> impl Strategy<Value = Case> {
    (text(), prop::bool::weighted(0.1))
        .prop_flat_map(|(base, new_file)| {
            let base = if new_file { String::new() } else { base };
            (Just((base.clone(), new_file)), version_of(base))
        })
        .prop_flat_map(|(base, first)| {
            (
                Just(base),
                Just(first.clone()),
                prop::option::of(version_of(first)),
                vec(prop_oneof![3 => Just(0_u8), 1 => Just(1), 1 => Just(2), 1 => Just(3)], 1..10),
            )
        })
        .prop_map(|((base, new_file), first, second, decisions)| {
            let base = (!new_file).then_some(base);
            let mut edit = FileEdit::new("f", base.clone());
            let mut numbers = Numbers(0);
            let mut cycle = decisions.iter().cycle();
            for proposal in std::iter::once(first).chain(second) {
                numbers.absorb(&mut edit, &proposal);
                decide(&mut edit, &mut cycle);
            }
            let expected = edit.approved().unwrap_or_default();
            Case { base, expected, patch_hunks: edit }
        })
}

/// Whether a patch can say it: no line without an end has another line after it.
///
/// A subset can ask for that (the last line is replaced by one without an end, and what
/// removed the lines behind it is not taken); we end the line, a patch cannot.
fn has_patch_form(case: &Case, held: &[&Hunk]) -> bool {
    let lines = split_lines(case.base.as_deref().unwrap_or(""));
    let (mut text, mut at) = (String::new(), 0);
    for hunk in held {
        let range = hunk.base_range();
        text.extend(lines[at..range.start as usize].iter().copied());
        text.extend(hunk.new_lines().iter().map(String::as_str));
        at = range.end as usize;
    }
    text.extend(lines[at..].iter().copied());
    text == case.expected
}

fn check_batch(cases: &[(usize, Case)]) -> usize {
    let dir = temp::folder();
    let (mut patch, mut patched) = (String::new(), 0);
    for (number, case) in cases {
        let path = format!("d{}/f{number}", number % 50);
        let file = dir.path().join(&path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        if let Some(base) = &case.base {
            std::fs::write(&file, base).unwrap();
        }
        let held: Vec<&Hunk> = case.patch_hunks.hunks.iter().filter(|hunk| hunk.decision.is_held()).collect();
        let empty = case.base.is_none() && case.expected.is_empty();
        if !held.is_empty() && !empty && has_patch_form(case, &held) {
            patch.push_str(&patch_of(&path, case.base.as_deref(), &held));
            patched += 1;
        }
    }
    if !patch.is_empty() {
        std::fs::write(dir.path().join("patch"), &patch).unwrap();
        let output = git::command(dir.path())
            .env("GIT_CEILING_DIRECTORIES", dir.path().parent().unwrap())
            .args(["apply", "--whitespace=nowarn", "patch"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    for (number, case) in cases {
        let held: Vec<&Hunk> = case.patch_hunks.hunks.iter().filter(|hunk| hunk.decision.is_held()).collect();
        if !has_patch_form(case, &held) {
            continue;
        }
        let file = dir.path().join(format!("d{}/f{number}", number % 50));
        let found = std::fs::read(&file).unwrap_or_default();
        assert_eq!(
            String::from_utf8_lossy(&found),
            case.expected,
            "case {number}, base {:?}, hunks {:#?}",
            case.base,
            case.patch_hunks.hunks
        );
    }
    patched
}

#[test]
fn any_subset_of_hunks_equals_what_git_apply_makes_of_it() {
    let wanted: usize =
        std::env::var("PROSCENIUM_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(256);
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::from_seed(RngAlgorithm::ChaCha, b"proscenium, partial commits 2026"),
    );
    let strategy = cases();
    let (mut batch, mut patched) = (Vec::new(), 0);
    for number in 0..wanted {
        batch.push((number, strategy.new_tree(&mut runner).unwrap().current()));
        if batch.len() == FILES_PER_CALL {
            patched += check_batch(&batch);
            batch.clear();
        }
    }
    patched += check_batch(&batch);
    // The generator must reach the interesting part: files where something is taken.
    assert!(patched * 2 > wanted, "only {patched} of {wanted} cases had a hunk to take");
}
