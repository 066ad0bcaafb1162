//! A lesson line by line: the same classroom, pages and answers as on the screen.
//!
//! After every answer the parts of the page that are new are printed, then what can be
//! answered. `words` reads a line; nothing here changes the classroom but its `update`.

mod words;

use super::{Answer, Echo, LinearError, outside::LINE_LIMIT_BYTES, printer::Printer, rows};
use crate::domain::lesson::progress::Phase;
use crate::engine::{
    learn::{Classroom, Do, LearnEffect, LearnMsg, Place, aside, page, screen::asked, update},
    view::Row,
};
use std::{collections::VecDeque, io::Write};
use words::Word;

/// What a lesson line by line needs of the world.
pub trait LearnOutside {
    /// Does what an effect asks for.
    fn perform(&mut self, effect: LearnEffect) -> Vec<LearnMsg>;
    /// The working copy as it is now, when a lesson is open.
    fn look(&mut self) -> Option<LearnMsg>;
    /// The next line.
    fn answer(&mut self) -> Answer;
    /// Whether answers are repeated.
    fn echo(&self) -> Echo;
}

/// Leads until it is left. Whether anything was answered at all.
pub fn run(
    room: &mut Classroom,
    first: Vec<LearnMsg>,
    outside: &mut dyn LearnOutside,
    output: impl Write,
) -> Result<(), LinearError> {
    let mut lines =
        Lines { room, outside, out: Printer::new(output), printed: Vec::new(), page: None, listing: false };
    lines
        .out
        .line("Proscenium, lessons, line by line. Answer with a number or a word; ? lists the words.")?;
    if lines.take(first)? {
        return Ok(());
    }
    let mut answered = false;
    loop {
        lines.show()?;
        lines.out.prompt(&lines.prompt())?;
        match lines.outside.answer() {
            Answer::Line(line) => {
                answered = true;
                lines.heard(&line)?;
                if lines.answer(&line)? {
                    return Ok(());
                }
            }
            Answer::TooLong => {
                lines.out.line(&format!(
                    "That line is longer than {} KiB; nothing was done.",
                    LINE_LIMIT_BYTES / 1024
                ))?;
            }
            Answer::NotText => lines.out.line("That line is not text; nothing was done.")?,
            Answer::End if answered => return lines.out.line("End of input. Progress is kept."),
            Answer::End => return Err(LinearError::NoAnswer),
            Answer::Failed(reason) => return Err(LinearError::Input(reason)),
        }
    }
}

/// A row as a line. Prose keeps its blanks: it may be code.
fn line(row: &Row) -> Option<String> {
    match row {
        Row::Text { line, .. } => {
            let text: String = line.iter().map(|span| span.text.as_str()).collect();
            (!text.is_empty()).then_some(text)
        }
        row => rows::line(row),
    }
}

struct Lines<'a, W: Write> {
    room: &'a mut Classroom,
    outside: &'a mut dyn LearnOutside,
    out: Printer<W>,
    /// Parts of the page as they were printed.
    printed: Vec<Vec<Row>>,
    /// What the parts belong to: another page is printed whole.
    page: Option<(Place, Option<Phase>, usize)>,
    /// A text that was read is to be printed and not edited.
    listing: bool,
}

impl<W: Write> Lines<'_, W> {
    fn heard(&mut self, line: &str) -> Result<(), LinearError> {
        if self.outside.echo() == Echo::Yes {
            self.out.echo(line)?;
        }
        self.out.answered();
        Ok(())
    }

    /// Prints what is new. Before it, the newest sentence.
    fn show(&mut self) -> Result<(), LinearError> {
        if let Some(notice) = self.room.notice.take() {
            self.out.line(&notice.text)?;
        }
        let key =
            (self.room.place, self.room.phase(), self.room.open().map_or(0, |(_, progress)| progress.step));
        let parts = page::parts(self.room);
        if self.page != Some(key) {
            self.page = Some(key);
            self.printed.clear();
            self.out.line("")?;
        }
        for part in parts.iter().filter(|part| !self.printed.contains(part)) {
            self.out.lines(&part.iter().filter_map(line).collect::<Vec<_>>())?;
        }
        self.printed = parts;
        Ok(())
    }

    /// What can be answered, on one line.
    fn prompt(&self) -> String {
        if let Some((ask, _)) = self.room.ask {
            let (title, text, options) = asked(self.room, ask);
            let [no, yes] = options;
            return format!("{title} {text} 1 {no}, 2 {yes} > ");
        }
        let words = match (self.room.place, self.room.phase()) {
            (Place::List, _) => "a number opens that lesson; quit",
            (_, Some(Phase::Intro)) => "Enter for the first question",
            (_, Some(Phase::Predict)) => "a number takes that answer",
            (_, Some(Phase::Work)) => "edit, write FILE, check, hint, files, undo, skip",
            (_, Some(Phase::After)) => "Enter for what comes next",
            (_, Some(Phase::Closed) | None) => "Enter for the list; quit",
        };
        format!("[{words}] > ")
    }

    /// Reads one line. Whether to leave.
    fn answer(&mut self, line: &str) -> Result<bool, LinearError> {
        let Some(word) = words::read(line) else {
            self.out.line(&format!("“{line}” is not possible here; ? lists the words."))?;
            return Ok(false);
        };
        let msg = match word {
            Word::Do(wish) => LearnMsg::Do(wish),
            Word::Help => {
                for (word, does) in words::LIST {
                    self.out.line(&format!("  {word}: {does}"))?;
                }
                return Ok(false);
            }
            Word::Files => {
                self.look();
                let rows = aside::layer_rows(self.room);
                self.out.lines(&rows::lines(&rows))?;
                return Ok(false);
            }
            Word::Page => {
                self.page = None;
                return Ok(false);
            }
            Word::Show(path) => {
                self.listing = true;
                let messages = self.outside.perform(LearnEffect::Read(path));
                let left = self.take(messages)?;
                self.listing = false;
                return Ok(left);
            }
            Word::Write(path) => return self.write(&path),
        };
        if matches!(msg, LearnMsg::Do(Do::Check | Do::Undo | Do::Take)) {
            self.look();
        }
        self.take(vec![msg])
    }

    fn look(&mut self) {
        if let Some(msg) = self.outside.look() {
            let _nothing_follows = update(self.room, msg);
        }
    }

    /// A whole file, line by line up to a full stop.
    fn write(&mut self, path: &str) -> Result<bool, LinearError> {
        let mut wishes = update(self.room, LearnMsg::Do(Do::Edit(Some(path.to_owned()))));
        if wishes.pop().is_none() {
            return Ok(false);
        }
        self.out.line(&format!(
            "The lines that follow are the whole of {path}; a line with a full stop alone ends it."
        ))?;
        let mut text = String::new();
        loop {
            match self.outside.answer() {
                Answer::Line(line) if line == "." => break,
                Answer::Line(line) => {
                    text.push_str(&line);
                    text.push('\n');
                }
                Answer::TooLong | Answer::NotText => {
                    self.out.line("That line could not be taken; nothing was written.")?;
                    return Ok(false);
                }
                Answer::End => {
                    self.out.line("The text had no end; nothing was written.")?;
                    return Ok(false);
                }
                Answer::Failed(reason) => return Err(LinearError::Input(reason)),
            }
        }
        let messages = self.outside.perform(LearnEffect::Write { path: path.to_owned(), text });
        self.take(messages)
    }

    /// Takes messages and everything that follows from them. Whether to leave.
    fn take(&mut self, messages: Vec<LearnMsg>) -> Result<bool, LinearError> {
        let mut waiting: VecDeque<LearnMsg> = messages.into();
        while let Some(msg) = waiting.pop_front() {
            if let (LearnMsg::Text { path, text }, true) = (&msg, self.listing) {
                self.list(path, text)?;
                continue;
            }
            let is_grade = matches!(msg, LearnMsg::Graded { .. });
            for effect in update(self.room, msg) {
                match effect {
                    LearnEffect::Quit => {
                        self.out.line("Progress is kept; `proscenium learn` goes on.")?;
                        return Ok(true);
                    }
                    LearnEffect::Check => self.out.line("Checking: tests, rules, size.")?,
                    _ => {}
                }
                waiting.extend(self.outside.perform(effect));
            }
            if is_grade && let Some(grade) = &self.room.desk.grade {
                self.out.lines(&rows::lines(&aside::graded(grade)))?;
            }
            // Here a file is edited in an editor of its own; there is no built-in one.
            if let Some(editing) = self.room.editing.take() {
                let path = editing.path;
                self.out.line(&format!("Opening {path} in your editor."))?;
                waiting.extend(self.outside.perform(LearnEffect::External { path }));
            }
        }
        Ok(false)
    }

    fn list(&mut self, path: &str, text: &str) -> Result<(), LinearError> {
        self.out.line(&format!("{path}:"))?;
        text.lines()
            .enumerate()
            .try_for_each(|(index, line)| self.out.line(&format!("{:>4} {line}", index + 1)))
    }
}
