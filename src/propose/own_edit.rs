//! The user's own text as a proposal: written in the assistant, or seen in the working tree.
//!
//! Own edits go the way of all others, hunk by hunk, so that the session, its journal and
//! its report know them. A text that does not parse is still the user's: it is taken, with
//! a remark, never refused.

use super::{
    python::Module,
    workspace::{ReadBase, Workspace},
};
use crate::{
    domain::{
        hunk::Origin,
        ids::StepId,
        proposal::{Content, FileChange, Proposal},
    },
    ports::{ProposalRequest, ProposeError, vault::is_safe_path},
};

/// Where an own edit comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// In the pane or in `$EDITOR`.
    InTheAssistant,
    /// In the working tree, beside the assistant.
    InTheWorkingTree,
}

/// A proposal from texts of files as the user left them; `None` removes a file.
///
/// `Nothing` when every text is what the session has already.
pub fn own_edit(
    request: &ProposalRequest,
    base: &ReadBase,
    texts: Vec<(String, Option<String>)>,
    written: Written,
) -> Result<Proposal, ProposeError> {
    let workspace = Workspace::new(request, base);
    let mut files = Vec::new();
    let mut remarks = Vec::new();
    for (path, text) in texts {
        if !is_safe_path(&path) {
            return Err(ProposeError::Input {
                what: format!("{path:?} is not a path inside the repository"),
                hint: "use a path relative to the repository".into(),
            });
        }
        if workspace.text(&path)? == text {
            continue;
        }
        let content = match text {
            Some(text) => {
                if path.ends_with(".py")
                    && let Err(error) = Module::parse(&path, &text)
                {
                    remarks.push(error.to_string());
                }
                Content::Text { text }
            }
            None => Content::Deleted,
        };
        files.push(FileChange { path, content, notes: Vec::new() });
    }
    let (origin, name) = match written {
        Written::InTheAssistant => (Origin::You, "your edit"),
        Written::InTheWorkingTree => (Origin::Seen, "your working tree"),
    };
    if files.is_empty() {
        return Err(ProposeError::Nothing(name.into()));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|later, first| later.path == first.path);
    let title = match files.as_slice() {
        [only] => format!("{name}: {}", only.path),
        several => format!("{name}: {} files", several.len()),
    };
    let step: Option<StepId> = request.steps.get(request.step).map(|step| step.id);
    Ok(Proposal { origin, title, step, files, remarks })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{map::BackendMap, stack::Stack};
    use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

    fn edit(texts: Vec<(&str, Option<&str>)>, written: Written) -> Result<Proposal, ProposeError> {
        let request = ProposalRequest {
            root: PathBuf::from("/nowhere"),
            base: "0".repeat(40),
            map: Arc::new(BackendMap::default()),
            stack: Stack::default(),
            task: None,
            steps: Vec::new(),
            step: 0,
            texts: Arc::new(BTreeMap::new()),
            inputs: BTreeMap::new(),
        };
        let base: ReadBase = Arc::new(|_, path| Ok((path == "a.py").then(|| "x = 1\n".to_owned())));
        let texts =
            texts.into_iter().map(|(path, text)| (path.to_owned(), text.map(str::to_owned))).collect();
        own_edit(&request, &base, texts, written)
    }

    #[test]
    fn an_own_edit_is_a_proposal_with_its_origin() {
        let proposal =
            edit(vec![("a.py", Some("x = 2\n")), ("b.py", None)], Written::InTheAssistant).unwrap();
        assert_eq!(proposal.origin, Origin::You);
        // `b.py` does not exist, so removing it changes nothing.
        assert_eq!(proposal.files.len(), 1);
        let seen = edit(vec![("a.py", None)], Written::InTheWorkingTree).unwrap();
        assert_eq!(seen.origin, Origin::Seen);
        assert_eq!(seen.files.first().map(|file| &file.content), Some(&Content::Deleted));
    }

    #[test]
    fn an_edit_that_changes_nothing_is_no_proposal() {
        let same = edit(vec![("a.py", Some("x = 1\n"))], Written::InTheAssistant);
        assert!(matches!(same, Err(ProposeError::Nothing(_))));
    }

    #[test]
    fn a_text_that_does_not_parse_is_taken_with_a_remark() {
        let proposal = edit(vec![("a.py", Some("x = (\n"))], Written::InTheAssistant).unwrap();
        assert!(proposal.remarks.first().is_some_and(|remark| remark.contains("does not parse")));
    }

    #[test]
    fn a_path_outside_is_refused() {
        for path in ["../a.py", "/etc/passwd", ".git/config", "a/../../b"] {
            assert!(matches!(
                edit(vec![(path, Some("x"))], Written::InTheAssistant),
                Err(ProposeError::Input { .. })
            ));
        }
    }
}
