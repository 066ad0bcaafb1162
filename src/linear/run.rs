//! The loop: say what there is, ask, do, wait until everything has answered.

use super::{
    moment::{self, Memory, Moment, Offer, Takes},
    outside::{Answer, Echo, Outside, Woken},
    printer::Printer,
    rows, say,
};
use crate::{
    domain::event::{Exit, Scene},
    engine::{
        Effect, Model, Msg, pairing, popups, present,
        text::Purpose,
        update,
        view::{PopupBody, popup::PopupView},
    },
    keys::{Action, KeyTable},
};
use std::{
    io::{self, Write},
    sync::Arc,
};

/// A screen of this size is assumed, so that the engine arranges all four panes.
const COLUMNS: u16 = 120;
const ROWS: u16 = 40;

/// How a session was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// By `quit` or the end of input; `None` when nothing was finished.
    Left {
        exit: Option<Exit>,
    },
    /// Another session of the repository is wanted: that one, or a new one.
    Again {
        resume: Option<String>,
    },
    Signal(i32),
}

/// Why the session could not be led line by line.
#[derive(Debug, thiserror::Error)]
pub enum LinearError {
    #[error("the output cannot be written: {0}")]
    Output(#[source] io::Error),
    #[error("the answers cannot be read: {0}")]
    Input(String),
    #[error("standard input ended before the first answer")]
    NoAnswer,
    #[error("no event loop: {0}")]
    Loop(#[source] io::Error),
}

/// Leads a session from its first effects until it is left. Blocks.
pub fn run(
    mut model: Model,
    effects: Vec<Effect>,
    outside: &mut impl Outside,
    output: impl Write,
) -> Result<Ended, LinearError> {
    model.keys = Arc::new(KeyTable::spoken(super::words::spoken));
    let mut linear = Linear {
        model,
        outside,
        printer: Printer::new(output),
        memory: Memory::default(),
        progress: say::Progress::default(),
        said: Said::default(),
        ended: None,
        answered: false,
    };
    let ended = linear.lead(effects);
    // Whatever still runs must not outlive the session.
    let _known_at_once = linear.outside.perform(&linear.model, Effect::Stop);
    ended
}

/// How everything ends that prints.
pub(super) type Done = Result<(), LinearError>;

/// What was printed last, so that only what changed is said again.
#[derive(Debug, Default)]
struct Said {
    scene: Option<Scene>,
    gate: String,
    lead: Vec<String>,
    /// The lead of the scene itself, kept while a question stands before it.
    of_scene: Vec<String>,
    offers: Vec<Offer>,
}

/// A session, what it was told to remember, and its two ends.
pub(super) struct Linear<'a, W, O> {
    pub(super) model: Model,
    outside: &'a mut O,
    pub(super) printer: Printer<W>,
    pub(super) memory: Memory,
    progress: say::Progress,
    said: Said,
    pub(super) ended: Option<Ended>,
    answered: bool,
}

impl<W: Write, O: Outside> Linear<'_, W, O> {
    fn lead(&mut self, effects: Vec<Effect>) -> Result<Ended, LinearError> {
        let identity = &self.model.session.identity;
        let text =
            format!("Proscenium on {}, {}, branch {}.", identity.title, identity.root, identity.branch);
        self.printer.line(&text)?;
        self.printer.line("Line by line: numbers choose, Enter takes the first, ? lists the words.")?;
        let people = pairing::sentence(&self.model);
        if !people.is_empty() {
            self.printer.line(&format!("{people}."))?;
        }
        if let Some(text) = self.model.options.read_only.clone() {
            self.printer.line(&text)?;
        }
        self.send(Msg::Resized { columns: COLUMNS, rows: ROWS, pages: [ROWS; 4] })?;
        for effect in effects {
            self.effect(effect)?;
        }
        loop {
            self.settle()?;
            self.cards()?;
            if let Some(ended) = self.ended.take() {
                return Ok(ended);
            }
            let moment = self.present()?;
            match self.listen()? {
                Some(Answer::Line(line)) => {
                    self.answered = true;
                    if self.outside.echo() == Echo::Yes {
                        self.printer.echo(&line)?;
                    }
                    self.printer.answered();
                    self.answer(&moment, &line)?;
                }
                Some(Answer::TooLong) => {
                    self.answered = true;
                    let limit = super::LINE_LIMIT_BYTES / 1024;
                    self.printer.line(&format!("That line is longer than {limit} KiB; nothing was done."))?;
                }
                Some(Answer::NotText) => {
                    self.answered = true;
                    self.printer.line("That line is not UTF-8 text; nothing was done.")?;
                }
                Some(Answer::End) => return self.end_of_input(),
                Some(Answer::Failed(reason)) => return Err(LinearError::Input(reason)),
                None => {}
            }
        }
    }

    fn end_of_input(&mut self) -> Result<Ended, LinearError> {
        if !self.answered && self.outside.echo() == Echo::Yes {
            return Err(LinearError::NoAnswer);
        }
        let text = if self.model.session.is_committed() {
            "End of input.".to_owned()
        } else {
            format!(
                "End of input. The session is kept; proscenium {} brings you back.",
                self.model.session.identity.root
            )
        };
        self.printer.line(&text)?;
        Ok(Ended::Left { exit: self.model.session.closing.exit })
    }

    /// Waits for an answer. `None` when something else was said meanwhile.
    fn listen(&mut self) -> Result<Option<Answer>, LinearError> {
        let said = self.printer.count();
        loop {
            match self.outside.wait_for_answer() {
                Woken::Answer(answer) => return Ok(Some(answer)),
                Woken::Msg(msg) => self.send(msg)?,
                Woken::Interrupt => self.act(Action::Interrupt)?,
                Woken::Ended(number) => self.ended = Some(Ended::Signal(number)),
                Woken::Nothing => {}
            }
            if self.ended.is_some() || self.printer.count() != said {
                return Ok(None);
            }
        }
    }

    /// Waits until nothing runs that the next question could depend on.
    pub(super) fn settle(&mut self) -> Result<(), LinearError> {
        self.progress.rest();
        loop {
            if self.ended.is_some() {
                return Ok(());
            }
            // The count first: a worker sends its last message before it leaves the count.
            let busy = self.is_waited_for();
            if let Some(msg) = self.outside.ready() {
                self.send(msg)?;
                continue;
            }
            if !busy {
                return Ok(());
            }
            match self.outside.wait_for_work() {
                Woken::Msg(msg) => self.send(msg)?,
                Woken::Interrupt => self.act(Action::Interrupt)?,
                Woken::Ended(number) => self.ended = Some(Ended::Signal(number)),
                Woken::Answer(_) | Woken::Nothing => {
                    self.model.now = self.outside.now();
                    if let Some(text) = self.progress.waits(&self.model) {
                        self.printer.line(&text)?;
                    }
                }
            }
        }
    }

    /// Runs on the base matter first in VERIFY; before, they go on while the user decides.
    fn is_waited_for(&self) -> bool {
        let beside = self.model.activity.base_pending && self.model.session.scene < Scene::Verify;
        self.outside.pending() > u64::from(beside)
    }

    /// Cards, help and searches ask nothing: they are printed and closed.
    fn cards(&mut self) -> Result<(), LinearError> {
        loop {
            if self.model.screen.editor.as_ref().is_some_and(|editor| editor.purpose == Purpose::Search) {
                self.act(Action::Escape)?;
            }
            let Some(PopupView { title, corner, body, .. }) = popups::view(&self.model) else {
                return Ok(());
            };
            match body {
                PopupBody::Card { rows, .. } => {
                    let corner = if corner.is_empty() { String::new() } else { format!(" ({corner})") };
                    self.printer.line(&format!("{title}{corner}"))?;
                    self.printer.lines(&rows::lines(&rows))?;
                }
                PopupBody::Help { .. } | PopupBody::Palette { .. } => {}
                PopupBody::Choices { .. } | PopupBody::Prompt { .. } | PopupBody::Editor { .. } => {
                    return Ok(());
                }
            }
            self.act(Action::Escape)?;
        }
    }

    /// Prints what changed since the last question, the options, and the prompt.
    fn present(&mut self) -> Result<Moment, LinearError> {
        let scene = self.model.session.scene;
        if self.said.scene != Some(scene) {
            self.printer.line("")?;
            self.printer.line(&say::scene(scene))?;
            self.said = Said { scene: Some(scene), ..Said::default() };
        }
        let mut moment = moment::now(&self.model, &self.memory);
        if moment.takes == Takes::Lines && !self.memory.lines.is_empty() {
            moment.offers = Vec::new();
        } else {
            self.say_moment(&moment)?;
        }
        let label = if moment.label.is_empty() { String::new() } else { format!(" {}", moment.label) };
        self.printer.prompt(&format!("[{}]{label} > ", scene.name()))?;
        Ok(moment)
    }

    fn say_moment(&mut self, moment: &Moment) -> Result<(), LinearError> {
        let fresh = moment.lead != self.said.lead;
        let in_scene = self.model.screen.popup.is_none();
        let gate = say::gate_line(&self.model);
        let new_gate = gate != self.said.gate && in_scene && !gate.is_empty();
        // The gate stands behind what explains it, but before a question to everybody.
        if new_gate && moment.takes == Takes::Task {
            self.printer.line(&gate)?;
        }
        if fresh && in_scene && self.model.session.scene != Scene::Act {
            // A scene is said whole once; after that, what changed in it.
            for line in moment.lead.iter().filter(|line| !self.said.of_scene.contains(line)) {
                self.printer.line(line)?;
            }
            self.said.of_scene.clone_from(&moment.lead);
        } else if fresh {
            self.printer.lines(&moment.lead)?;
        }
        if new_gate {
            if moment.takes != Takes::Task {
                self.printer.line(&gate)?;
            }
            self.said.gate = gate;
        }
        if fresh && in_scene && self.model.options.present {
            self.printer.lines(&present::lines(&self.model))?;
        }
        if fresh || moment.offers != self.said.offers {
            self.offers(&moment.offers)?;
        }
        self.said.lead.clone_from(&moment.lead);
        self.said.offers.clone_from(&moment.offers);
        Ok(())
    }

    /// Options on one line, or one a line when they have notes.
    pub(super) fn offers(&mut self, offers: &[Offer]) -> Result<(), LinearError> {
        let numbered = |(index, offer): (usize, &Offer)| {
            let note = if offer.note.is_empty() { String::new() } else { format!(", {}", offer.note) };
            format!("{} {}{note}", index + 1, offer.label)
        };
        let lines: Vec<String> = offers.iter().enumerate().map(numbered).collect();
        if offers.iter().all(|offer| offer.note.is_empty() && offer.label.len() < 40) {
            if !lines.is_empty() {
                self.printer.line(&format!("  {}", lines.join("   ")))?;
            }
            return Ok(());
        }
        lines.iter().try_for_each(|line| self.printer.line(&format!("  {line}")))
    }

    /// The next question is printed whole, whether it changed or not.
    pub(super) fn forget_said(&mut self) {
        (self.said.lead, self.said.of_scene) = (Vec::new(), Vec::new());
        self.said.gate = String::new();
    }

    /// Gives the engine an action.
    pub(super) fn act(&mut self, action: Action) -> Result<(), LinearError> {
        self.send(Msg::Act(action))
    }

    /// Gives the engine a message, says what changed, and does what it asks for.
    pub(super) fn send(&mut self, msg: Msg) -> Result<(), LinearError> {
        self.model.now = self.outside.now();
        let heard = self.progress.hears(&self.model, &msg);
        self.printer.lines(&heard)?;
        let spoken_for = say::speaks_for(&msg);
        let own = matches!(msg, Msg::Act(_) | Msg::Text(_));
        let new_map = matches!(&msg, Msg::Scanned { outcome: Ok(_), .. });
        let before = (self.model.screen.notice.clone(), self.model.screen.refusal.clone());
        let effects = update(&mut self.model, msg);
        if new_map {
            self.model.handbook = self.outside.handbook(&self.model);
        }
        if !spoken_for
            && self.model.screen.notice != before.0
            && let Some(notice) = &self.model.screen.notice
        {
            let text = say::notice(&self.model, notice);
            self.printer.line(&text)?;
        }
        if let Some(refusal) = self.model.screen.refusal.clone()
            && (own || before.1.as_ref() != Some(&refusal))
        {
            self.printer.line(&refusal)?;
        }
        effects.into_iter().try_for_each(|effect| self.effect(effect))
    }

    /// Does what the engine asks for.
    pub(super) fn effect(&mut self, effect: Effect) -> Result<(), LinearError> {
        if let Some(text) = self.progress.begins(&effect) {
            self.printer.line(&text)?;
        }
        match self.outside.perform(&self.model, effect) {
            Ok(messages) => messages.into_iter().try_for_each(|msg| self.send(msg)),
            Err(effect) => self.own_effect(effect),
        }
    }

    /// Effects of a terminal, for one that is not there.
    fn own_effect(&mut self, effect: Effect) -> Result<(), LinearError> {
        match effect {
            Effect::OpenEditor { path, line } => {
                let text = format!("Open {path} line {line} in your editor; seen takes what you changed.");
                self.printer.line(&text)?;
            }
            Effect::CopyText(text) => {
                self.printer.line("There is no clipboard here; this is the text:")?;
                for line in text.lines() {
                    self.printer.line(line)?;
                }
            }
            Effect::ResumeSession(id) => self.ended = Some(Ended::Again { resume: Some(id) }),
            Effect::NewSession => self.ended = Some(Ended::Again { resume: None }),
            Effect::Quit => {
                if !self.model.session.is_committed() && self.model.session.work.task.is_some() {
                    let root = &self.model.session.identity.root;
                    let text = format!("The session is kept; proscenium {root} brings you back.");
                    self.printer.line(&text)?;
                }
                self.ended = Some(Ended::Left { exit: self.model.session.closing.exit });
            }
            // A text is typed here, and there is no screen to draw or to suspend.
            _ => {}
        }
        Ok(())
    }
}
