//! Properties of hunks and their composition, over random texts, proposals and decisions.

use crate::support::texts::{text, version_of};
use proptest::{collection::vec, prelude::*};
use proscenium::domain::{
    diff::{TextChange, changes_between, split_lines},
    edit::FileEdit,
    hunk::{Body, Decision, Hunk, Origin},
    ids::{HunkId, ProposalId},
    layer::Layer,
    rebase::rebase,
};

/// Gives hunks numbers in the order in which they are made.
pub struct Numbers(pub u32);

impl Numbers {
    pub fn hunk(&mut self, body: Body) -> Hunk {
        self.0 += 1;
        Hunk {
            id: HunkId(self.0),
            body,
            origin: Origin::You,
            proposal: ProposalId(1),
            step: None,
            layer: Layer::Other,
            reason: String::new(),
            citation: None,
            criteria: Vec::new(),
            needs: Vec::new(),
            decision: Decision::Undecided,
            decided_by: String::new(),
            seconded_by: String::new(),
        }
    }

    pub fn absorb(&mut self, edit: &mut FileEdit, text: &str) -> proscenium::domain::edit::Absorbed {
        edit.absorb(text, |body, _: &TextChange| self.hunk(body))
    }
}

/// A file with hunks of one or more proposals, some decided on the way.
pub fn edit_of(base: &str, proposals: &[String], decisions: &[u8]) -> (FileEdit, Numbers) {
    let mut edit = FileEdit::new("f.txt", Some(base.to_owned()));
    let mut numbers = Numbers(0);
    let mut decisions = decisions.iter().cycle();
    for proposal in proposals {
        numbers.absorb(&mut edit, proposal);
        decide(&mut edit, &mut decisions);
    }
    (edit, numbers)
}

/// Decides every hunk: 0 approved, 1 rejected, 2 as it was, 3 edited.
pub fn decide<'a>(edit: &mut FileEdit, decisions: &mut impl Iterator<Item = &'a u8>) {
    for hunk in &mut edit.hunks {
        match decisions.next().unwrap_or(&2) % 4 {
            0 => hunk.decision = Decision::Approved,
            1 => hunk.decision = Decision::Rejected { reason: String::new() },
            3 => {
                let kept = hunk.new_lines().iter().skip(1).cloned();
                let new_lines = std::iter::once("edited\n".to_owned()).chain(kept).collect();
                hunk.decision = Decision::Edited { new_lines };
            }
            _ => {}
        }
    }
    drop_overlapping_reopened(edit);
}

/// A rejected hunk that shares lines with another cannot be taken again; the session refuses it.
fn drop_overlapping_reopened(edit: &mut FileEdit) {
    for at in 0..edit.hunks.len() {
        let clash = edit.hunks.iter().enumerate().any(|(other, hunk)| {
            other != at
                && !matches!(hunk.decision, Decision::Rejected { .. })
                && hunk.base_range().start < edit.hunks[at].base_range().end
                && edit.hunks[at].base_range().start < hunk.base_range().end
        });
        if clash && !matches!(edit.hunks[at].decision, Decision::Rejected { .. }) {
            edit.hunks[at].decision = Decision::Rejected { reason: "overlap".into() };
        }
    }
}

fn assert_sorted(edit: &FileEdit) {
    let lines = split_lines(edit.base.as_deref().unwrap_or("")).len();
    for pair in edit.hunks.windows(2) {
        let (first, second) = (pair[0].base_range(), pair[1].base_range());
        assert!(first.start <= second.start, "out of order: {:#?}", edit.hunks);
        assert!(first.end <= second.start, "overlapping: {:#?}", edit.hunks);
    }
    for hunk in &edit.hunks {
        assert!(hunk.base_range().end as usize <= lines, "beyond the base: {hunk:?}");
    }
}

fn base_and_version() -> impl Strategy<Value = (String, String)> {
    text().prop_flat_map(|base| (Just(base.clone()), version_of(base)))
}

fn base_and_two() -> impl Strategy<Value = (String, String, String)> {
    base_and_version().prop_flat_map(|(base, first)| (Just(base), Just(first.clone()), version_of(first)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn changes_are_in_order_apart_and_rebuild_the_new_text((base, new) in base_and_version()) {
        let changes = changes_between(&base, &new);
        let lines = split_lines(&base);
        let (mut text, mut at) = (String::new(), 0);
        for change in &changes {
            let start = change.base_start as usize;
            prop_assert!(start >= at);
            prop_assert!(change.base_len > 0 || !change.new_lines.is_empty());
            text.extend(lines[at..start].iter().copied());
            text.extend(change.new_lines.iter().map(String::as_str));
            at = start + change.base_len as usize;
        }
        text.extend(lines[at..].iter().copied());
        prop_assert_eq!(text, new);
    }

    #[test]
    fn taking_no_hunk_gives_the_base((base, new) in base_and_version()) {
        let (edit, _) = edit_of(&base, &[new], &[2]);
        prop_assert_eq!(edit.approved(), Some(base));
    }

    #[test]
    fn taking_every_hunk_gives_the_proposal((base, new) in base_and_version()) {
        let (edit, _) = edit_of(&base, std::slice::from_ref(&new), &[0]);
        assert_sorted(&edit);
        prop_assert_eq!(edit.approved(), Some(new));
    }

    #[test]
    fn taking_some_and_then_the_rest_gives_the_proposal(
        (base, new) in base_and_version(),
        decisions in vec(prop_oneof![Just(0_u8), Just(2)], 1..8),
    ) {
        let (mut edit, _) = edit_of(&base, std::slice::from_ref(&new), &decisions);
        for hunk in &mut edit.hunks {
            hunk.decision = Decision::Approved;
        }
        prop_assert_eq!(edit.approved(), Some(new));
    }

    #[test]
    fn a_new_proposal_becomes_the_current_text_whatever_was_decided(
        (base, first, second) in base_and_two(), decisions in vec(0..4_u8, 1..8),
    ) {
        let (mut edit, mut numbers) = edit_of(&base, &[first], &decisions);
        numbers.absorb(&mut edit, &second);
        assert_sorted(&edit);
        prop_assert_eq!(edit.current(), Some(second));
    }

    #[test]
    fn absorbing_the_current_text_changes_nothing(
        (base, first, second) in base_and_two(), decisions in vec(0..4_u8, 1..8),
    ) {
        let (mut edit, mut numbers) = edit_of(&base, &[first, second], &decisions);
        let before = edit.clone();
        let current = edit.current().unwrap_or_default();
        let absorbed = numbers.absorb(&mut edit, &current);
        prop_assert_eq!(absorbed, Default::default());
        prop_assert_eq!(edit, before);
    }

    #[test]
    fn lines_added_at_the_end_leave_the_hunks_above_and_their_decisions_alone(
        (base, new) in base_and_version(), decisions in vec(0..4_u8, 1..8),
    ) {
        // Two lines that stay apart keep the new end from touching the last hunk.
        let (base, new) = (format!("{base}\nstays\nstays too\nand this\n"), format!("{new}\nstays\nstays too\nand this\n"));
        let (mut edit, mut numbers) = edit_of(&base, &[new], &decisions);
        let before = edit.hunks.clone();
        let current = edit.current().unwrap_or_default();
        numbers.absorb(&mut edit, &format!("{current}at the end\n"));
        prop_assert_eq!(&edit.hunks[..before.len()], before.as_slice());
        prop_assert_eq!(edit.hunks.len(), before.len() + 1);
    }

    #[test]
    fn splitting_keeps_the_composition(
        (base, new) in base_and_version(), rows in 1..6_usize, which in any::<prop::sample::Index>(),
    ) {
        let (mut edit, mut numbers) = edit_of(&base, std::slice::from_ref(&new), &[2]);
        if !edit.hunks.is_empty() {
            let id = edit.hunks[which.index(edit.hunks.len())].id;
            numbers.0 += 1;
            let before = edit.hunks.len();
            let cut = edit.split(id, rows, HunkId(numbers.0));
            prop_assert_eq!(edit.hunks.len(), before + usize::from(cut));
        }
        assert_sorted(&edit);
        prop_assert_eq!(edit.current(), Some(new));
    }

    #[test]
    fn no_selection_ever_glues_two_lines(
        (base, new) in base_and_version(), rows in 1..6_usize, taken in vec(any::<bool>(), 1..8),
    ) {
        let (mut edit, mut numbers) = edit_of(&base, &[new], &[2]);
        for id in edit.hunks.iter().map(|hunk| hunk.id).collect::<Vec<_>>() {
            numbers.0 += 1;
            edit.split(id, rows, HunkId(numbers.0));
        }
        let mut known: Vec<String> = split_lines(&base).iter().map(|line| line.trim_end_matches('\n').to_owned()).collect();
        known.extend(edit.hunks.iter().flat_map(|hunk| hunk.new_lines()).map(|line| line.trim_end_matches('\n').to_owned()));
        let mut taken = taken.iter().cycle();
        for hunk in &mut edit.hunks {
            if *taken.next().unwrap_or(&true) {
                hunk.decision = Decision::Approved;
            }
        }
        let text = edit.approved().unwrap_or_default();
        for line in split_lines(&text) {
            let line = line.trim_end_matches('\n');
            let stripped = line.trim_end_matches('\r');
            prop_assert!(
                known.iter().any(|known| known == line || known == stripped),
                "{line:?} stands in neither text"
            );
        }
    }

    #[test]
    fn rebasing_onto_the_same_base_changes_nothing(
        (base, new) in base_and_version(), decisions in vec(0..4_u8, 1..8),
    ) {
        let (mut edit, _) = edit_of(&base, &[new], &decisions);
        let before = edit.clone();
        rebase(&mut edit, Some(base), &[]);
        prop_assert_eq!(edit, before);
    }

    #[test]
    fn rebasing_onto_another_base_keeps_order_and_never_forces(
        (base, new, moved) in text().prop_flat_map(|base| (Just(base.clone()), version_of(base.clone()), version_of(base))),
        decisions in vec(0..4_u8, 1..8),
    ) {
        let (mut edit, _) = edit_of(&base, &[new], &decisions);
        let before = edit.clone();
        rebase(&mut edit, Some(moved.clone()), &[]);
        assert_sorted(&edit);
        let (old, now) = (split_lines(&base), split_lines(&moved));
        for hunk in &edit.hunks {
            // The lines that it replaces are the lines that it was made for.
            let was = before.hunk(hunk.id).map(Hunk::base_range).unwrap_or_default();
            let is = hunk.base_range();
            prop_assert_eq!(
                &old[was.start as usize..was.end as usize],
                &now[is.start as usize..is.end as usize]
            );
        }
    }

    #[test]
    fn lines_added_above_move_the_hunks_and_lose_none(
        (base, new) in base_and_version(),
    ) {
        prop_assume!(!base.is_empty());
        let (mut edit, _) = edit_of(&base, std::slice::from_ref(&new), &[0]);
        let above = "unique one\nunique two\nunique three\n";
        let count = edit.hunks.len();
        rebase(&mut edit, Some(format!("{above}{base}")), &[]);
        // A hunk may be ambiguous and be dropped, but one that stays does exactly its work.
        if edit.hunks.len() == count {
            prop_assert_eq!(edit.approved(), Some(format!("{above}{new}")));
        }
    }
}

#[test]
fn a_new_empty_file_is_one_hunk_and_exists_only_when_taken() {
    let mut edit = FileEdit::new("pkg/__init__.py", None);
    Numbers(0).absorb(&mut edit, "");
    assert_eq!(edit.hunks.len(), 1);
    assert_eq!(edit.approved(), None);
    edit.hunks[0].decision = Decision::Approved;
    assert_eq!(edit.approved(), Some(String::new()));
}
