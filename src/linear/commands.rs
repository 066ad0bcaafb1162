//! What an answer does: options, texts and words become messages of the engine.

use super::{
    acquire, act, finalize,
    hunk::capital,
    moment::{Do, Moment, Takes},
    rows,
    run::{Linear, LinearError},
    verify,
    words::{self, What, Word},
};
use crate::{
    domain::{event::Scene, ids::HunkId, stack::StackKey},
    engine::{
        Effect, Msg, cursor,
        popup::Popup,
        popups, scene,
        scene::act as plan,
        text::Purpose,
        view::{Body, Pane, Target},
        why,
    },
    keys::Action,
};
use std::{collections::BTreeSet, io::Write};

/// Source lines that are printed around a line, and of a file without one.
const AROUND_LINES: usize = 12;
const FILE_LINES: usize = 400;

type Done = Result<(), LinearError>;

impl<W: Write> Linear<W> {
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
    fn impossible(&mut self, moment: &Moment, line: &str) -> Done {
        let shown: String = line.chars().take(60).collect();
        let cut = if line.chars().count() > 60 { " …" } else { "" };
        let numbers = match moment.offers.len() {
            0 => String::new(),
            1 => "1, or ".to_owned(),
            count => format!("1 to {count}, or "),
        };
        self.printer.line(&format!("“{shown}{cut}” is not possible here: {numbers}a word; ? lists them."))
    }

    fn offer(&mut self, does: Do) -> Done {
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
    fn option(&mut self, index: usize) -> Done {
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

    // --- texts

    fn task(&mut self, moment: &Moment, line: &str, number: Option<usize>) -> Done {
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

    fn say_task(&mut self, text: &str) -> Done {
        if !self.model.screen.editor.as_ref().is_some_and(|editor| editor.purpose == Purpose::Task) {
            self.send(Msg::PaneClicked(Pane::Proposal))?;
            self.act(Action::Edit)?;
        }
        self.memory.walk = None;
        self.send(Msg::Text(text.to_owned()))?;
        self.act(Action::Done)
    }

    fn text_line(&mut self, line: &str) -> Done {
        if line.eq_ignore_ascii_case("back") {
            return self.act(Action::Escape);
        }
        if !line.is_empty() {
            self.send(Msg::Text(line.to_owned()))?;
        }
        self.act(Action::Done)
    }

    fn reason(&mut self, line: &str, number: Option<usize>) -> Done {
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
    fn confirm(&mut self, line: &str) -> Done {
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

    fn cut(&mut self, line: &str, number: Option<usize>) -> Done {
        if line.eq_ignore_ascii_case("back") {
            return self.act(Action::Escape);
        }
        match number {
            Some(number) => self.cut_at(number),
            None => self.printer.line("Type the number of a line, or back."),
        }
    }

    fn cut_at(&mut self, wanted: usize) -> Done {
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
    fn long_line(&mut self, line: &str) -> Done {
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

    // --- words

    /// Does what a word says.
    fn word(&mut self, moment: &Moment, word: Word) -> Done {
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
    fn words(&mut self, moment: &Moment, needle: &str) -> Done {
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

    fn back(&mut self) -> Done {
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

    fn scene(&mut self, scene: Scene) -> Done {
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

    fn why(&mut self) -> Done {
        let pane = match self.model.session.scene {
            Scene::Prepare | Scene::Act | Scene::Finalize => Pane::Proposal,
            Scene::Acquire if self.model.is_review() => Pane::Proposal,
            Scene::Acquire => Pane::Checklist,
            Scene::Verify => Pane::Verify,
        };
        self.send(Msg::PaneClicked(pane))?;
        self.act(Action::Why)
    }

    fn why_of(&mut self, number: usize) -> Done {
        let scene = self.model.session.scene;
        let list = match scene {
            Scene::Verify => verify::items(&self.model).1,
            Scene::Acquire if self.model.is_review() => acquire::findings(&self.model).1,
            Scene::Prepare | Scene::Acquire | Scene::Act | Scene::Finalize => self.memory.list.clone(),
        };
        let entry = number.checked_sub(1).and_then(|index| list.get(index)).cloned();
        let Some((pane, target)) = entry else {
            return self.printer.line(&format!("The last list has no entry {number}."));
        };
        if let Target::Finding(fingerprint) = &target {
            let map = self.model.map();
            if let Some(finding) = map.findings.iter().find(|finding| finding.fingerprint == *fingerprint) {
                let (title, rows) = why::finding_card(&self.model, finding);
                self.printer.line(&title)?;
                return self.printer.lines(&rows::lines(&rows));
            }
        }
        if self.mark(pane, &target)? {
            return self.act(Action::Why);
        }
        self.printer.line("That is not there any more.")
    }

    /// All four panes.
    fn show(&mut self) -> Done {
        for pane in Pane::ALL {
            let view = scene::pane(&self.model, pane);
            let parts = [pane.name().to_owned(), view.subtitle.clone(), rows::say(&view.count)];
            let head: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            self.printer.line(&format!("{}:", head.join(", ")))?;
            let lines = match view.body {
                Body::Rows(rows) => rows::lines(&rows),
                Body::Output { list, .. } => rows::lines(&list),
                Body::Editor { above, below } => {
                    let mut lines = rows::lines(&above);
                    lines.extend(rows::lines(&below));
                    lines
                }
                Body::Welcome(welcome) => rows::lines(&welcome.below),
                Body::Diff(diff) => diff
                    .hunks
                    .iter()
                    .map(|hunk| {
                        format!(
                            "  Hunk {}, {} line {}, {}, {}",
                            hunk.id, hunk.path, hunk.line, hunk.serves, hunk.state
                        )
                    })
                    .collect(),
            };
            self.printer.lines(&lines)?;
        }
        self.forget_said();
        Ok(())
    }

    // --- marking

    /// Marks a thing in a pane, as a click would. Returns whether it is there.
    fn mark(&mut self, pane: Pane, target: &Target) -> Result<bool, LinearError> {
        let rows = cursor::rows(&self.model, pane);
        let Some(row) = rows.iter().position(|row| row.target() == Some(target)) else { return Ok(false) };
        self.send(Msg::Clicked { pane, row, twice: false })?;
        Ok(true)
    }

    /// Marks a hunk. Returns whether there is one of that number.
    fn select(&mut self, id: HunkId) -> Result<bool, LinearError> {
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

    fn show_hunk(&mut self, id: HunkId) -> Done {
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

    fn step(&mut self, number: usize) -> Done {
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

    // --- decisions

    fn approve(&mut self, what: What) -> Done {
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
                    .filter(|hunk| !crate::engine::ask::is_decided(&hunk.decision))
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

    fn reject(&mut self, what: What) -> Done {
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

    fn edit(&mut self, what: &str) -> Done {
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

    fn item(&mut self, number: usize, action: Action) -> Done {
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

    // --- files and findings

    /// Shows every file of the tree pane.
    fn unfold(&mut self) -> Done {
        let layers: Vec<Target> = cursor::rows(&self.model, Pane::Boundaries)
            .iter()
            .filter_map(|row| row.target().filter(|target| matches!(target, Target::Layer(_))).cloned())
            .collect();
        for layer in layers {
            if self.mark(Pane::Boundaries, &layer)? {
                self.act(Action::Unfold)?;
            }
        }
        Ok(())
    }

    fn files(&mut self) -> Done {
        if self.model.session.scene == Scene::Acquire && !self.model.is_review() {
            self.unfold()?;
            let (lines, list) = acquire::files(&self.model);
            self.memory.list = list;
            return self.printer.lines(&lines);
        }
        let map = self.model.map();
        let lines: Vec<String> =
            map.files.iter().map(|file| format!("  {}, {}", file.layer.name(), file.path)).collect();
        self.printer.lines(&lines)
    }

    fn choose(&mut self, numbers: &[usize]) -> Done {
        let list = match self.model.session.scene {
            Scene::Acquire if self.model.is_review() => acquire::findings(&self.model).1,
            Scene::Acquire => {
                self.unfold()?;
                acquire::files(&self.model).1
            }
            Scene::Prepare | Scene::Act | Scene::Verify | Scene::Finalize => {
                return self.printer.line("Boundaries and findings are chosen in ACQUIRE.");
            }
        };
        // A chosen entry may move; all numbers are of the list as it was.
        for number in numbers {
            match number.checked_sub(1).and_then(|index| list.get(index)) {
                Some((pane, target)) => {
                    if self.mark(*pane, target)? {
                        self.act(Action::Choose)?;
                    }
                }
                None => {
                    self.printer.line(&format!("There is no entry {number}; the last is {}.", list.len()))?
                }
            }
        }
        Ok(())
    }

    fn dismiss(&mut self, number: usize) -> Done {
        if !(self.model.is_review() && self.model.session.scene == Scene::Acquire) {
            return self.printer.line("Findings are dismissed in the ACQUIRE of a review.");
        }
        let list = acquire::findings(&self.model).1;
        match number.checked_sub(1).and_then(|index| list.get(index)).cloned() {
            Some((pane, target)) => {
                if self.mark(pane, &target)? {
                    self.act(Action::TurnDown)
                } else {
                    Ok(())
                }
            }
            None => self.printer.line(&format!("There is no finding {number}; the last is {}.", list.len())),
        }
    }

    /// Text of a file of the base, around a line or from its start.
    fn source(&mut self, place: &str) -> Done {
        let (path, line) = match place.rsplit_once(':').map(|(path, line)| (path, line.parse::<usize>())) {
            Some((path, Ok(line))) => (path.to_owned(), line),
            _ => (place.to_owned(), 0),
        };
        if !crate::ports::vault::is_safe_path(&path) {
            return self.printer.line(&format!("“{path}” is not a path inside the repository."));
        }
        self.effect(Effect::LoadSource(path.clone()))?;
        self.settle()?;
        let Some(text) = self.model.world.sources.get(&path).cloned().flatten() else {
            return self.printer.line(&format!("{} is not a text file of this repository.", capital(&path)));
        };
        let from = if line == 0 { 1 } else { line.saturating_sub(AROUND_LINES).max(1) };
        let count = if line == 0 { FILE_LINES } else { 2 * AROUND_LINES };
        let total = text.lines().count();
        for (number, content) in (1_usize..).zip(text.lines()).skip(from - 1).take(count) {
            self.printer.line(&format!("  line {number}: {content}"))?;
        }
        let last = (from - 1 + count).min(total);
        self.printer.line(&format!("{path}, lines {from} to {last} of {total}."))
    }
}
