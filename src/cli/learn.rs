//! `proscenium learn`: lessons on the screen, line by line, and what authors need.

use super::{
    args::{LearnArgs, LearnCommand, ScreenArgs},
    assistant,
    failure::Failure,
    lesson_check, output,
};
use crate::{
    domain::lesson::progress::Phase,
    engine::learn::{Classroom, Do, LearnEffect, LearnMsg, page, update},
    keys::KeyTable,
    linear::{Echo, LinearError},
    runtime::{
        Config, Dirs,
        learn::{self, LearnEnded, Tutor, TutorError},
        open::OpenError,
    },
};
use std::{
    collections::VecDeque,
    fmt::Write as _,
    io::{IsTerminal, stdin, stdout},
    process::ExitCode,
    sync::Arc,
};

/// Runs what was asked for.
pub fn run(args: &LearnArgs) -> Result<ExitCode, Failure> {
    if let Some(LearnCommand::Check(args)) = &args.command {
        return lesson_check::run(args);
    }
    let mut desk = Desk::new()?;
    match &args.command {
        Some(LearnCommand::Progress) => return desk.list(),
        Some(LearnCommand::Reset { lesson }) => return desk.reset(lesson),
        Some(LearnCommand::Skip { lesson }) => return desk.skip(lesson),
        None if args.list => return desk.list(),
        Some(LearnCommand::Check(_)) | None => {}
    }
    let first = match &args.lesson {
        Some(name) => vec![LearnMsg::Do(Do::Pick(desk.index(name)? + 1))],
        None => Vec::new(),
    };
    if args.screen.linear || !assistant::has_screen() {
        desk.lines(first)
    } else {
        desk.screen(first, &args.screen)
    }
}

struct Desk {
    tutor: Tutor,
    config: Config,
    keys: Arc<KeyTable>,
}

impl Desk {
    fn new() -> Result<Self, Failure> {
        let dirs = Dirs::from_env().map_err(OpenError::from)?;
        let config = Config::load(&dirs.config).map_err(OpenError::from)?;
        let keys = KeyTable::with_overrides(&config.keys).map_err(OpenError::from)?;
        let tutor = Tutor::new(dirs, config.editor.clone()).map_err(failure)?;
        Ok(Self { tutor, config, keys: Arc::new(keys) })
    }

    fn index(&self, name: &str) -> Result<usize, Failure> {
        let shelf = self.tutor.shelf();
        shelf.iter().position(|entry| entry.lesson.name == name).ok_or_else(|| {
            let names: Vec<&str> = shelf.iter().map(|entry| entry.lesson.name.as_str()).collect();
            Failure::user(
                format!("there is no lesson `{name}`"),
                format!("the lessons are: {}", names.join(", ")),
            )
        })
    }

    fn list(&self) -> Result<ExitCode, Failure> {
        let mut text = String::new();
        for entry in self.tutor.shelf() {
            let (name, title) = (&entry.lesson.name, &entry.lesson.title);
            let _infallible = writeln!(text, "{name:<24} {title}\n{:<24} {}", "", page::standing(&entry));
        }
        output::print(&text)?;
        Ok(ExitCode::SUCCESS)
    }

    fn screen(self, first: Vec<LearnMsg>, screen: &ScreenArgs) -> Result<ExitCode, Failure> {
        let mut look = assistant::look(screen, &self.config)?;
        let room = self.tutor.classroom(self.keys);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(Failure::bug)?;
        let ended = runtime.block_on(learn::run_screen(room, self.tutor, first, &mut look));
        runtime.shutdown_timeout(std::time::Duration::from_millis(200));
        Ok(match ended.map_err(Failure::bug)? {
            LearnEnded::Quit => ExitCode::SUCCESS,
            LearnEnded::Signal(number) => ExitCode::from(u8::try_from(128 + number).unwrap_or(255)),
        })
    }

    fn lines(&mut self, first: Vec<LearnMsg>) -> Result<ExitCode, Failure> {
        if assistant::is_empty_input() {
            return Err(assistant::no_input("standard input is empty"));
        }
        let mut room = self.tutor.classroom(self.keys.clone());
        let echo = if stdin().is_terminal() { Echo::No } else { Echo::Yes };
        let led = learn::run_lines(&mut room, &mut self.tutor, first, &mut stdin().lock(), echo, stdout());
        match led {
            Ok(()) => Ok(ExitCode::SUCCESS),
            Err(error @ LinearError::NoAnswer) => Err(assistant::no_input(error)),
            Err(error) => Err(Failure::blocked(error, "progress is kept")),
        }
    }

    fn reset(&mut self, name: &str) -> Result<ExitCode, Failure> {
        let index = self.index(name)?;
        self.told(LearnEffect::Reset(index))?;
        output::say(&format!("{name} is as it was before it was begun."));
        Ok(ExitCode::SUCCESS)
    }

    /// Takes the solution of the step that is on, whatever was shown of it.
    fn skip(&mut self, name: &str) -> Result<ExitCode, Failure> {
        let index = self.index(name)?;
        let mut room = self.tutor.classroom(self.keys.clone());
        room.marked = index;
        self.through(&mut room, LearnMsg::Do(Do::Take))?;
        if room.phase() == Some(Phase::Closed) {
            return Err(Failure::user(
                format!("{name} is done; there is nothing left to skip"),
                format!("`proscenium learn reset {name}` begins it anew"),
            ));
        }
        while matches!(room.phase(), Some(Phase::Intro | Phase::After)) {
            self.through(&mut room, LearnMsg::Do(Do::Next))?;
        }
        if room.phase() == Some(Phase::Closed) {
            output::say("That was the last step.");
            return Ok(ExitCode::SUCCESS);
        }
        let title = room.step().map(|step| step.title.clone()).unwrap_or_default();
        self.through(&mut room, LearnMsg::Skip)?;
        output::say(&format!("Skipped: {title}. The working copy has its solution."));
        Ok(ExitCode::SUCCESS)
    }

    fn told(&mut self, effect: LearnEffect) -> Result<Vec<LearnMsg>, Failure> {
        let messages = self.tutor.perform(effect);
        match messages.iter().find_map(|msg| match msg {
            LearnMsg::Failed(text) => Some(text.clone()),
            _ => None,
        }) {
            Some(text) => Err(Failure::blocked(text, "nothing was changed")),
            None => Ok(messages),
        }
    }

    fn through(&mut self, room: &mut Classroom, msg: LearnMsg) -> Result<(), Failure> {
        let mut waiting = VecDeque::from([msg]);
        while let Some(msg) = waiting.pop_front() {
            for effect in update(room, msg) {
                waiting.extend(self.told(effect)?);
            }
        }
        Ok(())
    }
}

fn failure(error: TutorError) -> Failure {
    Failure::blocked(error, "`proscenium doctor` shows the folders")
}
