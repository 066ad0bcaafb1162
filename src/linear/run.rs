//! The loop: say what there is, ask, do, wait until everything has answered.

use super::{
    answers::{Answer, Answers, Echo},
    moment::{self, Memory, Moment, Offer, Takes},
    printer::Printer,
    rows, say,
    wait::{Wait, Woken},
};
use crate::{
    domain::event::{Exit, Scene},
    engine::{
        Effect, Model, Msg, popups,
        text::Purpose,
        update,
        view::{PopupBody, popup::PopupView},
    },
    keys::{Action, KeyTable},
    runtime::{Host, handbook, open::Opened},
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

/// Leads an open session until it is left. Blocks.
///
/// `answers` outlives the session, so that another change goes on with the next line.
pub fn run(opened: Opened, answers: &mut Answers, output: impl Write) -> Result<Ended, LinearError> {
    let Opened { mut model, host, rx, effects } = opened;
    model.keys = Arc::new(KeyTable::spoken(super::words::spoken));
    let mut linear = Linear {
        model,
        host,
        wait: Wait::new(rx).map_err(LinearError::Loop)?,
        printer: Printer::new(output),
        memory: Memory::default(),
        progress: say::Progress::default(),
        said: Said::default(),
        ended: None,
        answered: false,
    };
    let ended = linear.lead(answers, effects);
    // Whatever still runs must not outlive the session.
    let _messages = linear.host.perform(&linear.model, Effect::Stop);
    ended
}

/// What was printed last, so that only what changed is said again.
#[derive(Debug, Default)]
struct Said {
    scene: Option<Scene>,
    gate: String,
    lead: Vec<String>,
    offers: Vec<Offer>,
}

pub(super) struct Linear<W> {
    pub(super) model: Model,
    pub(super) host: Host,
    wait: Wait,
    pub(super) printer: Printer<W>,
    pub(super) memory: Memory,
    progress: say::Progress,
    said: Said,
    pub(super) ended: Option<Ended>,
    answered: bool,
}

impl<W: Write> Linear<W> {
    fn lead(&mut self, answers: &mut Answers, effects: Vec<Effect>) -> Result<Ended, LinearError> {
        let identity = &self.model.session.identity;
        let text =
            format!("Proscenium on {}, {}, branch {}.", identity.title, identity.root, identity.branch);
        self.printer.line(&text)?;
        self.printer.line("Line by line: numbers choose, Enter takes the first, ? lists the words.")?;
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
            match self.listen(answers)? {
                Some(Answer::Line(line)) => {
                    self.answered = true;
                    if answers.echo == Echo::Yes {
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
                Some(Answer::End) => return self.end_of_input(answers.echo),
                Some(Answer::Failed(reason)) => return Err(LinearError::Input(reason)),
                None => {}
            }
        }
    }

    fn end_of_input(&mut self, echo: Echo) -> Result<Ended, LinearError> {
        if !self.answered && echo == Echo::Yes {
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
    fn listen(&mut self, answers: &mut Answers) -> Result<Option<Answer>, LinearError> {
        let said = self.printer.count();
        loop {
            match self.wait.for_answer(answers) {
                Woken::Answer(answer) => return Ok(Some(answer)),
                Woken::Msg(msg) => self.send(msg)?,
                Woken::Signal(number) => self.signal(number)?,
                Woken::Nothing => {}
            }
            if self.ended.is_some() || self.printer.count() != said {
                return Ok(None);
            }
        }
    }

    fn signal(&mut self, number: i32) -> Result<(), LinearError> {
        if number == nix::sys::signal::Signal::SIGINT as i32 {
            return self.send(Msg::Act(Action::Interrupt));
        }
        self.ended = Some(Ended::Signal(number));
        Ok(())
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
            if let Some(msg) = self.wait.ready() {
                self.send(msg)?;
                continue;
            }
            if !busy {
                return Ok(());
            }
            match self.wait.for_work() {
                Woken::Msg(msg) => self.send(msg)?,
                Woken::Signal(number) => self.signal(number)?,
                Woken::Answer(_) | Woken::Nothing => {
                    self.model.now = self.host.tools.clock.now();
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
        self.host.pending.count() > u64::from(beside)
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
            let fresh = moment.lead != self.said.lead;
            if fresh {
                self.printer.lines(&moment.lead)?;
            }
            let gate = say::gate_line(&self.model);
            if gate != self.said.gate && self.model.screen.popup.is_none() {
                self.printer.line(&gate)?;
                self.said.gate = gate;
            }
            if fresh || moment.offers != self.said.offers {
                self.offers(&moment.offers)?;
            }
            self.said.lead = moment.lead.clone();
            self.said.offers = moment.offers.clone();
        }
        let label = if moment.label.is_empty() { String::new() } else { format!(" {}", moment.label) };
        self.printer.prompt(&format!("[{}]{label} > ", scene.name()))?;
        Ok(moment)
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
        self.said.lead = Vec::new();
        self.said.gate = String::new();
    }

    /// Gives the engine an action.
    pub(super) fn act(&mut self, action: Action) -> Result<(), LinearError> {
        self.send(Msg::Act(action))
    }

    /// Gives the engine a message, says what changed, and does what it asks for.
    pub(super) fn send(&mut self, msg: Msg) -> Result<(), LinearError> {
        self.model.now = self.host.tools.clock.now();
        let heard = self.progress.hears(&self.model, &msg);
        self.printer.lines(&heard)?;
        let spoken_for = say::speaks_for(&msg);
        let own = matches!(msg, Msg::Act(_) | Msg::Text(_));
        let new_map = matches!(&msg, Msg::Scanned { outcome: Ok(_), .. });
        let before = (self.model.screen.notice.clone(), self.model.screen.refusal.clone());
        let effects = update(&mut self.model, msg);
        if new_map {
            let map = self.model.map();
            self.model.handbook = Arc::new(handbook::handbook(&self.host.tools.knowledge, &map.stack));
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
        match self.host.perform(&self.model, effect) {
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
