//! What a word does.

use super::{
    acquire, act, finalize,
    moment::Moment,
    outside::Outside,
    run::{Done, Linear},
    verify,
    words::{self, Word},
};
use crate::{
    domain::{event::Scene, ids::HunkId},
    engine::{Msg, view::Pane},
    keys::Action,
};
use std::io::Write;

impl<W: Write, O: Outside> Linear<'_, W, O> {
    /// Does what a word says.
    pub(super) fn word(&mut self, moment: &Moment, word: Word) -> Done {
        if self.model.screen.popup.is_some() {
            return match word {
                Word::Back => self.act(Action::Escape),
                Word::Help(text) => self.words(moment, &text),
                Word::Action(Action::Quit) => {
                    self.act(Action::Escape)?;
                    self.act(Action::Quit)
                }
                _ => self.printer.line("This question comes first; back leaves it."),
            };
        }
        // The task's text has the caret from the start; words act on what is behind it.
        if self.model.screen.editor.is_some() && !matches!(word, Word::Help(_)) {
            self.act(Action::Escape)?;
        }
        let scene = self.model.session.scene;
        match word {
            Word::Help(text) => self.words(moment, &text),
            Word::Next if self.model.session.is_committed() => self.act(Action::NextNeed),
            Word::Next => self.act(Action::Continue),
            Word::Back => self.back(),
            Word::Why(None) => self.why(),
            Word::Why(Some(number)) => self.why_of(number),
            Word::Show => self.show(),
            Word::Hunk(number) => self.show_hunk(HunkId(number)),
            Word::Approve(what) => self.approve(what),
            Word::Reject(what) => self.reject(what),
            Word::Edit(what) => self.edit(&what),
            Word::Split(at) => {
                self.send(Msg::PaneClicked(Pane::Proposal))?;
                self.act(Action::Split)?;
                match at.filter(|_| self.model.screen.cut.is_some()) {
                    Some(at) => self.cut_at(at),
                    None => Ok(()),
                }
            }
            Word::Source(place) => self.source(&place),
            Word::Flow(number) => {
                let lines = acquire::flow(&self.model, number.map(|number| number - 1));
                self.printer.lines(&lines)
            }
            Word::Endpoints(filter) => {
                let lines = acquire::endpoints(&self.model.map(), &filter);
                self.printer.lines(&lines)
            }
            Word::Findings => {
                let (lines, list) = acquire::findings(&self.model);
                self.memory.list = list;
                self.printer.lines(&lines)
            }
            Word::Files => self.files(),
            Word::Choose(numbers) => self.choose(&numbers),
            Word::Dismiss(number) => self.dismiss(number),
            Word::Run => match scene {
                Scene::Act => self.act(Action::RunAll),
                Scene::Finalize => self.printer.line("Commands are run in VERIFY; scene verify goes there."),
                Scene::Prepare | Scene::Acquire | Scene::Verify => self.act(Action::RunAgain),
            },
            Word::Output(command) => {
                let lines = verify::output(&self.model, &command);
                self.printer.lines(&lines)
            }
            Word::Tick(number) => self.item(number, Action::Tick),
            Word::NotApplicable(number) => self.item(number, Action::TurnDown),
            Word::Report => {
                let lines = finalize::report(&self.model);
                self.printer.lines(&lines)
            }
            Word::Commit => {
                if scene != Scene::Finalize {
                    self.act(Action::Scene5)?;
                }
                if self.model.session.scene == Scene::Finalize { self.act(Action::Continue) } else { Ok(()) }
            }
            Word::Save if scene == Scene::Finalize => self.act(Action::Copy),
            Word::Save => self.printer.line("save takes the report with you, in FINALIZE."),
            Word::Plan => {
                let lines = act::plan(&self.model);
                self.printer.lines(&lines)
            }
            Word::Step(number) => self.step(number),
            Word::Scene(scene) => self.scene(scene),
            Word::Action(action) => self.act(action),
        }
    }

    /// The words, or the actions whose text matches.
    pub(super) fn words(&mut self, moment: &Moment, needle: &str) -> Done {
        if !needle.is_empty() {
            let needle = needle.to_lowercase();
            let found: Vec<String> = Action::ALL
                .iter()
                .filter(|action| words::has_meaning(**action))
                .filter(|action| {
                    format!("{} {} {}", action.name(), action.label(), action.does())
                        .to_lowercase()
                        .contains(&needle)
                })
                .map(|action| format!("  {}: {}", action.name(), action.does()))
                .collect();
            if found.is_empty() {
                return self.printer.line(&format!("No action speaks of “{needle}”."));
            }
            return self.printer.lines(&found);
        }
        for (word, does) in words::LIST {
            self.printer.line(&format!("  {word}: {does}"))?;
        }
        self.offers(&moment.offers)
    }

    pub(super) fn back(&mut self) -> Done {
        let scene = self.model.session.scene;
        if self.memory.walk.take().is_some() {
            return Ok(());
        }
        if self.model.screen.guide && !self.model.session.hunks().is_empty() {
            return self.act(Action::Escape);
        }
        let before = scene.number().checked_sub(2).and_then(|index| Scene::ALL.get(index)).copied();
        match before {
            Some(before) => self.scene(before),
            None => self.printer.line("This is the first scene; quit leaves."),
        }
    }

    pub(super) fn scene(&mut self, scene: Scene) -> Done {
        self.memory.changing = false;
        self.forget_said();
        self.act(match scene {
            Scene::Prepare => Action::Scene1,
            Scene::Acquire => Action::Scene2,
            Scene::Act => Action::Scene3,
            Scene::Verify => Action::Scene4,
            Scene::Finalize => Action::Scene5,
        })
    }

    pub(super) fn why(&mut self) -> Done {
        let pane = match self.model.session.scene {
            Scene::Prepare | Scene::Act | Scene::Finalize => Pane::Proposal,
            Scene::Acquire if self.model.is_review() => Pane::Proposal,
            Scene::Acquire => Pane::Checklist,
            Scene::Verify => Pane::Verify,
        };
        self.send(Msg::PaneClicked(pane))?;
        self.act(Action::Why)
    }
}
