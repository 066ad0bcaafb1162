//! How a decision about hunks changes the session.

use super::{
    hunk::Decision,
    ids::HunkId,
    person::is_same,
    session::{Session, SessionError},
};

pub(super) fn decide(
    session: &mut Session,
    hunks: &[HunkId],
    decision: &Decision,
    by: &str,
) -> Result<(), SessionError> {
    for id in hunks {
        let (edit, hunk) = session.hunk(*id).ok_or(SessionError::NoSuchHunk(*id))?;
        if matches!(hunk.decision, Decision::Rejected { .. })
            && !matches!(decision, Decision::Rejected { .. })
        {
            let range = hunk.base_range();
            let clash = edit.hunks.iter().find(|other| {
                let theirs = other.base_range();
                other.id != *id
                    && !matches!(other.decision, Decision::Rejected { .. })
                    && theirs.start < range.end
                    && range.start < theirs.end
            });
            if let Some(other) = clash {
                return Err(SessionError::Overlap { hunk: *id, other: other.id });
            }
        }
    }
    let verb = match decision {
        Decision::Undecided => "reopened",
        Decision::Approved => "approved",
        Decision::Edited { .. } => "edited",
        Decision::Rejected { .. } => "rejected",
    };
    session.remember(match hunks {
        [one] => format!("{verb} hunk {one}"),
        many => format!("{verb} {} hunks", many.len()),
    });
    for edit in session.work.edits.values_mut() {
        for hunk in &mut edit.hunks {
            if hunks.contains(&hunk.id) {
                hunk.decision = decision.clone();
                hunk.decided_by =
                    if *decision == Decision::Undecided { String::new() } else { by.to_owned() };
                hunk.seconded_by.clear();
            }
        }
    }
    Ok(())
}

/// The second person's approval of a held hunk; nobody seconds their own.
pub(super) fn second(session: &mut Session, id: HunkId, by: &str) -> Result<(), SessionError> {
    let (_, hunk) = session.hunk(id).ok_or(SessionError::NoSuchHunk(id))?;
    let first = hunk.decided_by.as_str();
    if !hunk.decision.is_held() || by.is_empty() || first.is_empty() || is_same(first, by) {
        return Err(SessionError::SelfSeconded(id));
    }
    session.remember(format!("the second approval of hunk {id}"));
    for edit in session.work.edits.values_mut() {
        if let Some(hunk) = edit.hunk_mut(id) {
            hunk.seconded_by = by.to_owned();
        }
    }
    Ok(())
}
