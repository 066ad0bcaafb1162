//! What an answer does: a number takes an option, a text goes where a text is asked for.

use super::{
    moment::{Do, Moment, Takes},
    outside::Outside,
    run::{Done, Linear},
    words,
};
use crate::{
    engine::{Msg, popup::Popup, popups, text::Purpose, view::Pane},
    keys::Action,
};
use std::{collections::BTreeSet, io::Write};

impl<W: Write, O: Outside> Linear<'_, W, O> {
    /// Takes a line that was typed at this moment.
    pub(super) fn answer(&mut self, moment: &Moment, line: &str) -> Done {
        if moment.takes == Takes::Lines {
            return self.long_line(line);
        }
        let line = line.trim();
        if line == "?" {
            return self.words(moment, "");
        }
        let number = line.parse::<usize>().ok();
        match moment.takes {
            Takes::Task => return self.task(moment, line, number),
            Takes::Line => return self.text_line(line),
            Takes::Reason => return self.reason(line, number),
            Takes::Commit => return self.confirm(line),
            Takes::Cut => return self.cut(line, number),
            Takes::Nothing | Takes::Lines => {}
        }
        if self.memory.changing && self.model.screen.popup.is_none() {
            match number {
                Some(number) => return self.choose(&[number]),
                None if line.is_empty() || line.eq_ignore_ascii_case("back") => {
                    self.memory.changing = false;
                    return Ok(());
                }
                None => {}
            }
        }
        let option = if line.is_empty() { Some(1) } else { number };
        if let Some(option) = option {
            let offer = option.checked_sub(1).and_then(|index| moment.offers.get(index)).cloned();
            return match offer {
                Some(offer) => self.offer(offer.does),
                None => self.impossible(moment, line),
            };
        }
        match words::read(line) {
            Some(word) => self.word(moment, word),
            None => self.impossible(moment, line),
        }
    }

    /// Says that an answer is none, and which are.
    pub(super) fn impossible(&mut self, moment: &Moment, line: &str) -> Done {
        let shown: String = line.chars().take(60).collect();
        let cut = if line.chars().count() > 60 { " …" } else { "" };
        let numbers = match moment.offers.len() {
            0 => String::new(),
            1 => "1, or ".to_owned(),
            count => format!("1 to {count}, or "),
        };
        self.printer.line(&format!("“{shown}{cut}” is not possible here: {numbers}a word; ? lists them."))
    }

    pub(super) fn offer(&mut self, does: Do) -> Done {
        match does {
            Do::Say(word) => self.word(&Moment::default(), word),
            Do::Option(index) => self.option(index),
            Do::Task(text) => self.say_task(&text),
            Do::On(pane, target, action) => {
                if self.mark(pane, &target)? {
                    self.act(action)
                } else {
                    self.printer.line("That is not there any more.")
                }
            }
            Do::Walk => {
                self.memory.walk = Some(BTreeSet::new());
                Ok(())
            }
            Do::Pass(id) => {
                self.memory.walk.get_or_insert_default().insert(id);
                Ok(())
            }
            Do::Change(on) => {
                self.memory.changing = on;
                self.unfold()
            }
        }
    }

    /// The option of the question on screen, from 0.
    pub(super) fn option(&mut self, index: usize) -> Done {
        match self.model.screen.popup.clone() {
            Some(Popup::Choices { marked, .. }) if marked != index => {
                self.send(Msg::OptionClicked(index))?;
                self.act(Action::Open)
            }
            Some(Popup::Sessions { marked, .. }) => {
                let (step, action) = if index > marked {
                    (index - marked, Action::Down)
                } else {
                    (marked - index, Action::Up)
                };
                for _ in 0..step {
                    self.act(action)?;
                }
                self.act(Action::Open)
            }
            _ => self.act(Action::Open),
        }
    }

    pub(super) fn task(&mut self, moment: &Moment, line: &str, number: Option<usize>) -> Done {
        let has_task = self.model.session.work.task.is_some();
        if has_task && (line.is_empty() || line.eq_ignore_ascii_case("back")) {
            return self.act(Action::Escape);
        }
        let option = if line.is_empty() { Some(1) } else { number };
        if let Some(option) = option {
            let offer = option.checked_sub(1).and_then(|index| moment.offers.get(index)).cloned();
            return match offer {
                Some(offer) => self.offer(offer.does),
                None if line.is_empty() => {
                    self.printer.line("Say what you want to change, in a line of your own.")
                }
                None => self.impossible(moment, line),
            };
        }
        // A task is a sentence; a single word, or `scene NAME`, is a command.
        let is_word = !line.contains(' ') || line.starts_with("scene ") || line.starts_with("source ");
        match words::read(line).filter(|_| is_word) {
            Some(word) => self.word(moment, word),
            None if !line.contains(' ') => self.impossible(moment, line),
            None => self.say_task(line),
        }
    }

    pub(super) fn say_task(&mut self, text: &str) -> Done {
        if !self.model.screen.editor.as_ref().is_some_and(|editor| editor.purpose == Purpose::Task) {
            self.send(Msg::PaneClicked(Pane::Proposal))?;
            self.act(Action::Edit)?;
        }
        self.memory.walk = None;
        self.send(Msg::Text(text.to_owned()))?;
        self.act(Action::Done)
    }

    pub(super) fn text_line(&mut self, line: &str) -> Done {
        if line.eq_ignore_ascii_case("back") {
            return self.act(Action::Escape);
        }
        if !line.is_empty() {
            self.send(Msg::Text(line.to_owned()))?;
        }
        self.act(Action::Done)
    }

    pub(super) fn reason(&mut self, line: &str, number: Option<usize>) -> Done {
        if line.eq_ignore_ascii_case("back") {
            return self.act(Action::Escape);
        }
        let reasons = popups::earlier_reasons(&self.model);
        let listed = number.and_then(|number| reasons.get(number.checked_sub(1)?));
        if number.is_some() && listed.is_none() {
            return self
                .printer
                .line(&format!("There is no reason {line}; 1 to {}, or a few words.", reasons.len()));
        }
        let text = listed.cloned().unwrap_or_else(|| line.to_owned());
        self.send(Msg::Text(text))?;
        self.act(Action::Done)
    }

    /// The one place that wants a typed word: a digit could be a slip.
    pub(super) fn confirm(&mut self, line: &str) -> Done {
        match line.to_lowercase().as_str() {
            "commit" => self.act(Action::Done),
            "edit" => {
                self.memory.composing = true;
                Ok(())
            }
            "back" => self.act(Action::Escape),
            _ => self.printer.line("Type commit to commit, edit to change the message, or back."),
        }
    }

    pub(super) fn cut(&mut self, line: &str, number: Option<usize>) -> Done {
        if line.eq_ignore_ascii_case("back") {
            return self.act(Action::Escape);
        }
        match number {
            Some(number) => self.cut_at(number),
            None => self.printer.line("Type the number of a line, or back."),
        }
    }

    pub(super) fn cut_at(&mut self, wanted: usize) -> Done {
        while let Some(cut) = self.model.screen.cut {
            if cut == wanted {
                return self.act(Action::Open);
            }
            self.act(if cut < wanted { Action::Down } else { Action::Up })?;
            if self.model.screen.cut == Some(cut) {
                return self.printer.line(&format!("The cut cannot stand after line {wanted}."));
            }
        }
        Ok(())
    }

    /// One line of a long text; a single dot ends it.
    pub(super) fn long_line(&mut self, line: &str) -> Done {
        let line = line.trim_end();
        if line != "." {
            self.memory.lines.push(if line == ".." { ".".into() } else { line.to_owned() });
            return Ok(());
        }
        let lines = std::mem::take(&mut self.memory.lines);
        let message =
            self.model.screen.editor.as_ref().is_some_and(|editor| editor.purpose == Purpose::Message);
        self.memory.composing = false;
        if lines.is_empty() {
            self.printer.line("Nothing was typed; everything stays as it is.")?;
            return if message { Ok(()) } else { self.act(Action::Escape) };
        }
        self.send(Msg::Text(lines.join("\n") + "\n"))?;
        // The message still waits for the word `commit`.
        if message { Ok(()) } else { self.act(Action::Done) }
    }
}
