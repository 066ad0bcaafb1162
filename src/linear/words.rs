//! The command words: what can be typed besides a number.
//!
//! A word stands for one action or one listing; a word that is the name of an action does
//! that action, so that everything the screen can do is reachable here too.

use crate::{domain::event::Scene, keys::Action};

/// One command word with its argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// `?` and `help`, with a text to look for.
    Help(String),
    Next,
    Back,
    Why(Option<usize>),
    Show,
    Hunk(u32),
    Approve(What),
    Reject(What),
    Edit(String),
    Split(Option<usize>),
    /// `source PATH` or `source PATH:LINE`.
    Source(String),
    Flow(Option<usize>),
    Endpoints(String),
    Findings,
    Files,
    Choose(Vec<usize>),
    Dismiss(usize),
    Run,
    Output(String),
    Tick(usize),
    NotApplicable(usize),
    Report,
    Commit,
    Save,
    Plan,
    Step(usize),
    Scene(Scene),
    Action(Action),
}

/// What a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// What is on screen.
    This,
    Hunk(u32),
    /// What is left of this file.
    File,
    /// What is left at all.
    All,
}

/// The words with what they do, in the order of `?`.
pub(super) const LIST: &[(&str, &str)] = &[
    ("1, 2, …", "take that option; Enter alone takes the first"),
    ("next", "on to the next scene when its gate is open"),
    ("back", "leave a question or a listing; else the scene before"),
    ("show", "everything that stands in the four panes"),
    ("why [N]", "the reason: of what is shown, or of entry N of the last list"),
    ("undo, redo", "take back the last decision, or bring it back"),
    ("scene NAME", "look at prepare, acquire, act, verify or finalize"),
    ("edit [task | ACn | FIELD | message]", "write it anew: the task, a criterion, a stack field, the hunk"),
    ("add-criterion, contract", "one more thing that must be true, or those of a contract file"),
    ("endpoints [FILTER], flow [N]", "the endpoints, and the way of one through the layers"),
    ("findings, files, source PATH[:LINE]", "what was found, the backend's files, the text of one"),
    ("choose N …", "choose or unchoose entries of the last list"),
    ("dismiss N", "a finding that is none, with a reason"),
    ("plan, step N, propose", "the steps, the Nth one, a proposal for it"),
    ("hunk N", "show that hunk"),
    ("approve [N | file | all], reject [N | file]", "decide this hunk, hunk N, this file, all that is left"),
    ("split [N], context", "cut the hunk after its Nth changed line; more lines around it"),
    ("seen", "take what you changed in your files as hunks"),
    ("run", "run the commands"),
    ("output [COMMAND]", "the last lines of a command"),
    ("tick N, not-applicable N", "settle an item of the checklist"),
    ("partial", "finish with what is open named"),
    ("report, save", "read the report, write it out"),
    ("commit, apply", "make the commit; or only write to your files"),
    ("pair, hand-over", "say who drives and who navigates; change places"),
    ("journal, sessions", "what happened here; earlier sessions"),
    ("quit", "leave; the session is kept"),
    ("? TEXT", "every action whose name or meaning has that text"),
];

/// The word that sentences print for an action.
pub(super) fn spoken(action: Action) -> Option<&'static str> {
    let word = match action {
        Action::Accept => "approve",
        Action::AcceptAll => "approve all",
        Action::TurnDown => "reject",
        Action::TurnDownAll => "reject file",
        Action::Continue => "next",
        Action::ApplyNow => "apply",
        Action::Help => "?",
        Action::Palette => "the word",
        Action::Escape => "back",
        Action::Copy => "save",
        Action::Open => "show",
        Action::OpenEditor => "source",
        Action::Find => "endpoints",
        _ => return None,
    };
    Some(word)
}

/// Reads a line as a word. `None` when it is none.
pub(super) fn read(line: &str) -> Option<Word> {
    let (head, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
    let head = head.to_lowercase();
    let rest = rest.trim();
    let number = || rest.parse::<usize>().ok().filter(|number| *number > 0);
    let word = match head.as_str() {
        "?" | "help" | "h" => Word::Help(rest.to_owned()),
        "next" | "n" | "continue" if rest.is_empty() => Word::Next,
        "back" | "b" if rest.is_empty() => Word::Back,
        "why" | "w" if rest.is_empty() => Word::Why(None),
        "why" | "w" => Word::Why(Some(number()?)),
        "show" if rest.is_empty() => Word::Show,
        "hunk" => Word::Hunk(rest.parse().ok()?),
        "approve" | "accept" | "a" => Word::Approve(what(rest)?),
        "reject" | "x" => Word::Reject(what(rest)?),
        "edit" | "e" => Word::Edit(rest.to_lowercase()),
        "split" if rest.is_empty() => Word::Split(None),
        "split" => Word::Split(Some(number()?)),
        "context" if rest.is_empty() => Word::Action(Action::Unfold),
        "source" if !rest.is_empty() => Word::Source(rest.to_owned()),
        "flow" if rest.is_empty() => Word::Flow(None),
        "flow" => Word::Flow(Some(number()?)),
        "endpoints" => Word::Endpoints(rest.to_owned()),
        "findings" if rest.is_empty() => Word::Findings,
        "files" if rest.is_empty() => Word::Files,
        "choose" => Word::Choose(numbers(rest)?),
        "dismiss" => Word::Dismiss(number()?),
        "run" | "r" if rest.is_empty() => Word::Run,
        "output" => Word::Output(rest.to_owned()),
        "tick" if rest.is_empty() => Word::Action(Action::Tick),
        "tick" => Word::Tick(number()?),
        "not-applicable" => Word::NotApplicable(number()?),
        "report" if rest.is_empty() => Word::Report,
        "commit" if rest.is_empty() => Word::Commit,
        "save" | "export" if rest.is_empty() => Word::Save,
        "apply" if rest.is_empty() => Word::Action(Action::ApplyNow),
        "plan" if rest.is_empty() => Word::Plan,
        "step" => Word::Step(number()?),
        "scene" => Word::Scene(scene(rest)?),
        name if rest.is_empty() => {
            Word::Action(Action::from_name(name).filter(|action| has_meaning(*action))?)
        }
        _ => return None,
    };
    Some(word)
}

fn what(rest: &str) -> Option<What> {
    Some(match rest.to_lowercase().as_str() {
        "" => What::This,
        "file" => What::File,
        "all" => What::All,
        text => What::Hunk(text.trim_start_matches("hunk ").parse().ok()?),
    })
}

fn numbers(rest: &str) -> Option<Vec<usize>> {
    let numbers: Option<Vec<usize>> = rest
        .split(|c: char| c == ',' || c.is_whitespace())
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok().filter(|number| *number > 0))
        .collect();
    numbers.filter(|numbers| !numbers.is_empty())
}

fn scene(name: &str) -> Option<Scene> {
    Scene::ALL
        .into_iter()
        .find(|scene| scene.name().eq_ignore_ascii_case(name) || scene.number().to_string() == name)
}

/// Actions that only move or draw say nothing line by line.
pub(super) fn has_meaning(action: Action) -> bool {
    !matches!(
        action,
        Action::Zoom
            | Action::Down
            | Action::Up
            | Action::Fold
            | Action::Start
            | Action::End
            | Action::HalfDown
            | Action::HalfUp
            | Action::NextPane
            | Action::PreviousPane
            | Action::NextSection
            | Action::PreviousSection
            | Action::Open
            | Action::Palette
            | Action::Help
            | Action::Find
            | Action::Done
            | Action::External
            | Action::Suspend
            | Action::Redraw
            | Action::Interrupt
            | Action::Choose
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn words_are_read_with_their_arguments() {
        for (line, expected) in [
            ("?", Word::Help(String::new())),
            ("Next", Word::Next),
            (" hunk 3 ", Word::Hunk(3)),
            ("approve all", Word::Approve(What::All)),
            ("reject 7", Word::Reject(What::Hunk(7))),
            ("choose 1, 3 5", Word::Choose(vec![1, 3, 5])),
            ("scene act", Word::Scene(Scene::Act)),
            ("source app/a.py:4", Word::Source("app/a.py:4".into())),
            ("edit AC2", Word::Edit("ac2".into())),
            ("journal", Word::Action(Action::Journal)),
            ("stack-set", Word::Action(Action::StackSet)),
        ] {
            assert_eq!(read(line), Some(expected), "{line}");
        }
    }

    #[test]
    fn what_is_no_word_is_refused() {
        for line in [
            "",
            "hunk",
            "hunk x",
            "approve something",
            "choose",
            "choose 0",
            "scene 9",
            "zoom",
            "next week",
            "tick x",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn every_action_is_a_word_or_only_moves() {
        for action in Action::ALL.iter().filter(|action| has_meaning(**action)) {
            assert!(read(action.name()).is_some(), "{} cannot be typed", action.name());
        }
    }

    #[test]
    fn the_word_that_a_sentence_names_can_be_typed() {
        for action in Action::ALL {
            let Some(word) = spoken(*action).filter(|word| !matches!(*word, "the word" | "source")) else {
                continue;
            };
            assert!(read(word).is_some(), "{word} cannot be typed");
        }
    }
}
