//! The text that has the caret: what it is for, and what happens when it is done.

use super::{
    cx::Cx,
    effect::{Effect, ProposeKind},
    scene::{act_update, prepare_update},
    view::{EditorView, Mark},
};
use crate::{
    domain::{
        event::What,
        finding::Finding,
        hunk::Decision,
        ids::{CriterionId, HunkId},
        stack::StackKey,
    },
    keys::Action,
};

/// What a text is for.
#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    Task,
    /// New lines of a hunk.
    Hunk(HunkId),
    Reject(Vec<HunkId>),
    Criterion(CriterionId),
    NewCriterion,
    StackField(StackKey),
    Message,
    Tick(String),
    NotApplicable(String),
    Dismiss(Box<Finding>),
    PartialNote,
    Search,
    Palette,
    Help,
    Contract,
    Lesson,
    /// A lesson for everyone who works on the repository.
    SharedLesson,
    /// The whole text of a file, written by the user.
    OwnFile(String),
    NewFile,
    Names,
}

impl Purpose {
    /// Whether Enter is a new line.
    pub fn is_long(&self) -> bool {
        matches!(self, Self::Hunk(_) | Self::Message | Self::OwnFile(_))
    }
}

/// An open text.
#[derive(Debug, Clone, PartialEq)]
pub struct Editor {
    pub purpose: Purpose,
    pub text: String,
    /// What it started with.
    pub original: String,
    pub revision: u64,
    pub placeholder: String,
}

impl Editor {
    /// What the screen shows of it.
    pub fn view(&self) -> EditorView {
        EditorView {
            text: self.text.clone(),
            revision: self.revision,
            placeholder: self.placeholder.clone(),
            long: self.purpose.is_long(),
            subject_limit: matches!(self.purpose, Purpose::Message).then_some(72),
        }
    }
}

/// An action while a text has the caret.
pub fn act(cx: &mut Cx<'_>, action: Action) {
    let Some(editor) = cx.model.screen.editor.clone() else { return };
    match action {
        Action::Open if !editor.purpose.is_long() => done(cx, editor),
        Action::Done => done(cx, editor),
        Action::Escape => leave(cx, &editor),
        Action::Down if editor.purpose == Purpose::Task => example(cx, &editor),
        Action::External => {
            let extension = match &editor.purpose {
                Purpose::Hunk(id) => cx.model.session.hunk(*id).and_then(|(edit, _)| extension(&edit.path)),
                Purpose::OwnFile(path) => extension(path),
                _ => None,
            };
            cx.effect(Effect::EditText {
                text: editor.text,
                extension: extension.unwrap_or_else(|| "txt".into()),
            });
        }
        Action::Help => super::popups::open_help(cx),
        Action::NextPane | Action::PreviousPane
            if matches!(editor.purpose, Purpose::Task | Purpose::Search) =>
        {
            cx.put_away_text();
            super::action::act(cx, action);
        }
        Action::Redraw | Action::Suspend => {}
        _ => {}
    }
}

fn extension(path: &str) -> Option<String> {
    path.rsplit('/').next()?.rsplit_once('.').map(|(_, extension)| extension.to_owned())
}

/// The text changed under the caret.
pub fn changed(cx: &mut Cx<'_>, text: String) {
    cx.model.screen.refusal = None;
    let Some(editor) = &mut cx.model.screen.editor else { return };
    editor.text.clone_from(&text);
    match editor.purpose {
        Purpose::Search => cx.model.screen.search = (!text.is_empty()).then_some(text),
        Purpose::Palette | Purpose::Help => super::popups::searched(cx),
        _ => {}
    }
}

/// Down in the task: the next example, while nothing of the user's own is typed.
fn example(cx: &mut Cx<'_>, editor: &Editor) {
    let suggestions = cx.model.world.suggestions.clone();
    let at = suggestions.iter().position(|suggestion| suggestion.text == editor.text);
    if !editor.text.is_empty() && at.is_none() {
        return;
    }
    let next = at.map_or(0, |at| (at + 1) % suggestions.len().max(1));
    match suggestions.get(next) {
        Some(suggestion) => {
            let text = suggestion.text.clone();
            cx.set_text(text);
        }
        None => cx.refuse("The examples appear when the first scan has ended."),
    }
}

fn leave(cx: &mut Cx<'_>, editor: &Editor) {
    let kept = cx.put_away_text();
    match &editor.purpose {
        Purpose::Search => cx.model.screen.search = None,
        Purpose::Task if kept => {
            let key = cx.key(Action::Edit);
            cx.notice(Mark::Before, format!("the task is not read yet; {key} goes on with it"));
        }
        _ if kept => cx.notice(Mark::Before, "draft kept"),
        _ => {}
    }
}

/// The text is done: what it was for happens.
#[expect(clippy::too_many_lines, reason = "one arm per purpose")]
pub fn done(cx: &mut Cx<'_>, editor: Editor) {
    let text = editor.text.trim().to_owned();
    let close = |cx: &mut Cx<'_>| {
        cx.model.screen.editor = None;
        cx.model.screen.popup = None;
    };
    match editor.purpose {
        Purpose::Task => {
            if text.is_empty() && !cx.model.world.suggestions.is_empty() {
                example(cx, &Editor { purpose: Purpose::Task, text: String::new(), ..editor });
            } else {
                prepare_update::read_task(cx, &text);
            }
        }
        Purpose::Hunk(id) => {
            close(cx);
            let new_lines: Vec<String> = with_endings(cx, id, &editor.text);
            let same = cx.model.session.hunk(id).is_some_and(|(_, hunk)| match &hunk.body {
                crate::domain::hunk::Body::Text { new_lines: proposed, .. } => *proposed == new_lines,
                _ => false,
            });
            let decision = if same { Decision::Approved } else { Decision::Edited { new_lines } };
            if cx.decide(vec![id], decision) {
                cx.undoable(format!("approved hunk {id}{}", if same { "" } else { " as edited" }));
                act_update::act(cx, Action::NextNeed);
                cx.model.screen.refusal = None;
            }
        }
        Purpose::Reject(hunks) => {
            close(cx);
            act_update::rejected(cx, &hunks, &text);
        }
        Purpose::Criterion(id) => {
            close(cx);
            if !text.is_empty() && cx.record(What::CriterionEdited { id, text }) {
                cx.undoable(format!("AC{id} is yours now"));
            }
        }
        Purpose::NewCriterion => {
            close(cx);
            let next = cx
                .model
                .session
                .work
                .task
                .iter()
                .flat_map(|task| &task.reading.criteria)
                .map(|criterion| criterion.id.0)
                .max();
            let id = CriterionId(next.unwrap_or(0) + 1);
            if !text.is_empty() && cx.record(What::CriterionAdded { id, text }) {
                cx.undoable(format!("added AC{id}"));
            }
        }
        Purpose::StackField(key) => {
            close(cx);
            let name = (!text.is_empty()).then(|| text.to_lowercase());
            if cx.record(What::StackFieldStated { key, name }) {
                cx.undoable(format!("{} stated", key.name().replace('_', " ")));
                cx.effect(Effect::LoadHandbook);
            }
        }
        Purpose::Message => super::scene::finalize_update::commit(cx, editor.text),
        Purpose::Tick(item) => {
            close(cx);
            if cx.record(What::Ticked { item, note: text }) {
                cx.undoable("ticked");
            }
        }
        Purpose::NotApplicable(item) => {
            if text.is_empty() {
                cx.refuse("An item that does not apply needs a reason.");
            } else {
                close(cx);
                if cx.record(What::MarkedNotApplicable { item, reason: text }) {
                    cx.undoable("marked as not applicable");
                }
            }
        }
        Purpose::Dismiss(finding) => {
            if text.is_empty() {
                cx.refuse("A dismissed finding needs a reason; it goes into the report.");
            } else {
                close(cx);
                let what = What::FindingDismissed {
                    fingerprint: finding.fingerprint,
                    rule: finding.rule,
                    reason: text,
                };
                if cx.record(what) {
                    cx.undoable("dismissed");
                }
            }
        }
        Purpose::PartialNote => {
            close(cx);
            super::ask::partial(cx, &text);
        }
        Purpose::Search => cx.model.screen.editor = None,
        Purpose::Palette | Purpose::Help => super::popups::act(cx, Action::Open),
        Purpose::Contract => {
            close(cx);
            if !text.is_empty() {
                cx.effect(Effect::ReadContract(text));
            }
        }
        Purpose::SharedLesson => {
            close(cx);
            if !text.is_empty() {
                cx.model.activity.proposing = Some(usize::MAX);
                cx.effect(Effect::Propose { step: None, kind: ProposeKind::Lesson(text) });
            }
        }
        Purpose::Lesson => {
            close(cx);
            if !text.is_empty() {
                cx.effect(Effect::SaveLesson(text));
            }
        }
        Purpose::OwnFile(path) => {
            let kind = ProposeKind::Own { path, text: editor.text };
            if act_update::ask_for(cx, act_update::current_step_index(cx), kind) {
                close(cx);
            }
        }
        Purpose::NewFile => {
            close(cx);
            if crate::ports::vault::is_safe_path(&text) {
                act_update::open_file(cx, text);
            } else {
                cx.refuse(format!("“{text}” is not a path inside the repository."));
            }
        }
        Purpose::Names => {
            if super::pairing::named(cx, &text) {
                close(cx);
            }
        }
    }
}

/// Lines of an edited text with the line endings of the hunk's surroundings.
fn with_endings(cx: &Cx<'_>, id: HunkId, text: &str) -> Vec<String> {
    let Some((edit, hunk)) = cx.model.session.hunk(id) else { return Vec::new() };
    let sample = hunk.new_lines().first().map(String::as_str).or(edit.base.as_deref()).unwrap_or("\n");
    let crlf = sample.contains("\r\n");
    let keeps_open_end = hunk.new_lines().last().is_some_and(|line| !line.ends_with('\n'));
    let count = text.split_inclusive('\n').count();
    text.split_inclusive('\n')
        .enumerate()
        .map(|(index, line)| {
            let body = line.trim_end_matches(['\n', '\r']);
            let last = index + 1 == count;
            if last && keeps_open_end && !line.ends_with('\n') {
                body.to_owned()
            } else if crlf {
                format!("{body}\r\n")
            } else {
                format!("{body}\n")
            }
        })
        .collect()
}
