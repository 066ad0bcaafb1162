//! Decisions by number and word: hunks, steps, criteria, items of the checklist.

use super::{
    outside::Outside,
    run::{Done, Linear, LinearError},
    verify,
    words::What,
};
use crate::{
    domain::{event::Scene, ids::HunkId, stack::StackKey},
    engine::{
        Msg, cursor, pairing,
        popup::Popup,
        scene::act as plan,
        view::{Pane, Target},
    },
    keys::Action,
};
use std::io::Write;

impl<W: Write, O: Outside> Linear<'_, W, O> {
    /// Marks a thing in a pane, as a click would. Returns whether it is there.
    pub(super) fn mark(&mut self, pane: Pane, target: &Target) -> Result<bool, LinearError> {
        let rows = cursor::rows(&self.model, pane);
        let Some(row) = rows.iter().position(|row| row.target() == Some(target)) else { return Ok(false) };
        self.send(Msg::Clicked { pane, row, twice: false })?;
        Ok(true)
    }

    /// Marks a hunk. Returns whether there is one of that number.
    pub(super) fn select(&mut self, id: HunkId) -> Result<bool, LinearError> {
        let Some(step) = self.model.session.hunk(id).map(|(_, hunk)| hunk.step) else {
            let count = self.model.session.count(|_| true);
            let last = if count == 0 { "there is none yet".to_owned() } else { format!("there are {count}") };
            self.printer.line(&format!("There is no hunk {id}; {last}."))?;
            return Ok(false);
        };
        if self.model.session.scene != Scene::Act {
            self.act(Action::Scene3)?;
        }
        let shown = |linear: &Self| plan::shown(&linear.model).iter().position(|hunk| hunk.id == id);
        if shown(self).is_none()
            && let Some(step) = step
        {
            self.mark(Pane::Boundaries, &Target::Step(step))?;
        }
        match shown(self) {
            Some(index) => self.send(Msg::HunkClicked { index, row: 0 })?,
            None => return Ok(false),
        }
        Ok(true)
    }

    pub(super) fn show_hunk(&mut self, id: HunkId) -> Done {
        if self.select(id)? {
            self.forget_said();
            // When nothing is undecided the question is about all of them.
            if self.model.session.undecided() == 0 {
                let lines = super::hunk::lines(&self.model, id);
                self.printer.lines(&lines)?;
            }
        }
        Ok(())
    }

    pub(super) fn step(&mut self, number: usize) -> Done {
        let Some(id) = number
            .checked_sub(1)
            .and_then(|index| self.model.session.work.steps.get(index))
            .map(|step| step.id)
        else {
            return self.printer.line(&format!("The plan has no step {number}; plan lists them."));
        };
        if self.model.session.scene != Scene::Act {
            self.act(Action::Scene3)?;
        }
        self.forget_said();
        if self.mark(Pane::Boundaries, &Target::Step(id))? {
            self.act(Action::Open)?;
        }
        Ok(())
    }

    pub(super) fn approve(&mut self, what: What) -> Done {
        if self.model.session.scene != Scene::Act {
            return match what {
                What::This | What::All => self.act(Action::AcceptAll),
                What::Hunk(number) => {
                    if self.select(HunkId(number))? {
                        self.act(Action::Accept)
                    } else {
                        Ok(())
                    }
                }
                What::File => self.printer.line("A file of hunks is approved in ACT."),
            };
        }
        match what {
            What::This => self.act(Action::Accept),
            What::Hunk(number) => {
                if self.select(HunkId(number))? {
                    self.act(Action::Accept)
                } else {
                    Ok(())
                }
            }
            What::File => self.act(Action::AcceptAll),
            What::All => {
                let open: Vec<HunkId> = self
                    .model
                    .session
                    .hunks()
                    .into_iter()
                    .filter(|hunk| {
                        !crate::engine::ask::is_decided(&hunk.decision)
                            || pairing::waits_for_driver(&self.model, hunk.id)
                    })
                    .map(|hunk| hunk.id)
                    .collect();
                if open.is_empty() {
                    return self.printer.line("Every hunk is decided.");
                }
                for id in open {
                    if self.select(id)? {
                        self.act(Action::Accept)?;
                    }
                }
                Ok(())
            }
        }
    }

    pub(super) fn reject(&mut self, what: What) -> Done {
        if self.model.session.scene != Scene::Act && !matches!(what, What::Hunk(_)) {
            return self
                .printer
                .line("Hunks are rejected in ACT; not-applicable and dismiss settle other things.");
        }
        match what {
            What::This => self.act(Action::TurnDown),
            What::Hunk(number) => {
                if self.select(HunkId(number))? {
                    self.act(Action::TurnDown)
                } else {
                    Ok(())
                }
            }
            What::File => self.act(Action::TurnDownAll),
            What::All => self
                .printer
                .line("reject wants a reason for each; reject file turns down what is left of a file."),
        }
    }

    pub(super) fn edit(&mut self, what: &str) -> Done {
        let scene = self.model.session.scene;
        let criterion = what
            .strip_prefix("ac")
            .and_then(|number| number.trim().parse().ok())
            .map(crate::domain::ids::CriterionId);
        let field = StackKey::ALL.into_iter().find(|key| key.name() == what.replace([' ', '-'], "_"));
        if let Some(id) = what.parse().ok().map(HunkId) {
            if self.select(id)? {
                self.act(Action::Edit)?;
            }
            return Ok(());
        }
        if let Some(target) = criterion.map(Target::Criterion).or(field.map(Target::StackField)) {
            let pane =
                if matches!(target, Target::Criterion(_)) { Pane::Checklist } else { Pane::Boundaries };
            if scene != Scene::Prepare {
                self.act(Action::Scene1)?;
            }
            if self.mark(pane, &target)? {
                return self.act(Action::Edit);
            }
            return self.printer.line(&format!("There is no {what} to edit."));
        }
        match (what, scene) {
            ("message", Scene::Finalize) | ("", Scene::Finalize) => {
                self.act(Action::Edit)?;
                self.memory.composing = matches!(self.model.screen.popup, Some(Popup::Commit));
                Ok(())
            }
            ("message", _) => self.printer.line("The message is written in FINALIZE."),
            ("", Scene::Act) => {
                self.send(Msg::PaneClicked(Pane::Proposal))?;
                self.act(Action::Edit)
            }
            ("task", _) | ("", _) => {
                if scene != Scene::Prepare {
                    self.act(Action::Scene1)?;
                }
                self.send(Msg::PaneClicked(Pane::Proposal))?;
                self.act(Action::Edit)
            }
            _ => self.printer.line(&format!(
                "“{what}” cannot be edited: task, AC and a number, message, or a stack field such as framework."
            )),
        }
    }

    pub(super) fn item(&mut self, number: usize, action: Action) -> Done {
        if self.model.session.scene != Scene::Verify {
            return self.printer.line("Items are settled in VERIFY; scene verify goes there.");
        }
        let (lines, list) = verify::items(&self.model);
        let entry = number.checked_sub(1).and_then(|index| list.get(index)).cloned();
        match entry {
            Some((pane, target)) => {
                if self.mark(pane, &target)? {
                    self.act(action)
                } else {
                    Ok(())
                }
            }
            None => {
                self.printer.line(&format!("The checklist has no item {number}:"))?;
                self.printer.lines(&lines)
            }
        }
    }
}
