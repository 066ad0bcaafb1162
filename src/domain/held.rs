//! A member that a type asks for goes with what fills it.
//!
//! `notes: NoteRepository;` in an interface or a struct makes every value of that type ask for the
//! member: the hunk that writes `notes: new NoteRepository(db)` into a file that was there is
//! needed.

use super::{dependence::is_word, edit::FileEdit, ids::HunkId};

/// Triples of a hunk that asks for a member, the hunk that fills it, and its name.
pub(super) fn links<'e>(
    edits: &(impl Iterator<Item = &'e FileEdit> + Clone),
) -> Vec<(HunkId, HunkId, &'e str)> {
    let hunks = || {
        let known = edits.clone().filter(|edit| edit.base.is_some());
        known.flat_map(|edit| &edit.hunks)
    };
    let mut links = Vec::new();
    for hunk in hunks() {
        for (name, ty) in hunk.new_lines().iter().filter_map(|line| asked(line)) {
            let fillers = hunks().filter(|other| {
                other.id != hunk.id && other.new_lines().iter().any(|line| fills(line, name, ty))
            });
            links.extend(fillers.map(|filler| (hunk.id, filler.id, name)));
        }
    }
    links.sort_unstable();
    links.dedup();
    links
}

/// Name and type of a member that has to be there: `notes: NoteRepository;`.
fn asked(line: &str) -> Option<(&str, &str)> {
    const MODIFIERS: [&str; 4] = ["pub ", "pub(crate) ", "public ", "readonly "];
    let mut rest = line.trim();
    while let Some(shorter) = MODIFIERS.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = shorter;
    }
    let (name, ty) = rest.split_once(": ")?;
    let ty = ty.trim_end_matches([';', ',']);
    let is_type = ty.starts_with(char::is_uppercase) && ty.chars().all(is_word);
    (is_type && !name.is_empty() && name.chars().all(is_word)).then_some((name, ty))
}

/// Whether a line makes a value of a type under a member's name: `notes: new NoteRepository(db),`.
fn fills(line: &str, name: &str, ty: &str) -> bool {
    let starts = |at: usize| line.get(..at).is_some_and(|before| !before.ends_with(is_word));
    line.match_indices(name).filter(|(at, _)| starts(*at)).any(|(at, _)| {
        let behind = line.get(at + name.len()..).and_then(|behind| behind.strip_prefix(": "));
        let made = behind.map(|behind| behind.strip_prefix("new ").unwrap_or(behind));
        let rest = made.and_then(|made| made.strip_prefix(ty));
        rest.is_some_and(|rest| rest.starts_with(['(', '{', ' ']) || rest.starts_with("::"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::imports::tests::edit;
    use super::*;
    use pretty_assertions::assert_eq;

    fn found(edits: &[FileEdit]) -> Vec<(u32, u32, &str)> {
        links(&edits.iter()).iter().map(|(a, b, name)| (a.0, b.0, *name)).collect()
    }

    #[test]
    fn a_member_of_an_interface_goes_with_what_is_handed_out() {
        let base = "export interface All {\n  users: Users;\n}\n\n//\n//\n//\n//\n\nexport function all(db: Db): All {\n  return {\n    users: new Users(db),\n  };\n}\n";
        let new = base
            .replace("users: Users;\n", "users: Users;\n  notes: Notes;\n")
            .replace("(db),\n", "(db),\n    notes: new Notes(db),\n");
        assert_eq!(found(&[edit("src/all.ts", base, &new, 1)]), [(1, 2, "notes")]);
    }

    #[test]
    fn a_field_of_a_struct_goes_with_its_values_in_other_files_that_were_there() {
        let state = "pub struct State {\n    pub users: Users,\n}\n";
        let main = "let state = State { users: Users::new(pool) };\n";
        let edits = [
            edit("src/state.rs", state, &state.replace("Users,\n", "Users,\n    pub notes: Notes,\n"), 1),
            edit("src/main.rs", main, &main.replace(" };", ", notes: Notes::new(pool) };"), 2),
        ];
        assert_eq!(found(&edits), [(1, 2, "notes")]);
    }

    #[test]
    fn what_may_be_missing_or_is_made_of_another_type_is_no_member_to_fill() {
        assert_eq!(asked("  notes?: Notes;"), None);
        assert_eq!(asked("  notes: new Notes(db),"), None);
        assert_eq!(asked("  notes: string;"), None);
        assert!(!fills("  old_notes: new Notes(db),", "notes", "Notes"));
        assert!(!fills("  notes: new NotesCache(db),", "notes", "Notes"));
    }
}
