//! Runs one command to its end: the loop that reads, times, stops and records.
//!
//! One thread does everything, so that the end of the command, its output and the wish
//! to stop are seen in one order. It promises: memory stays bounded whatever is printed;
//! hash and count cover every byte; after the command's process has ended, the result
//! waits at most two seconds for others that hold the output open.

use super::{
    child::{Child, Look, Start},
    hearing::Hearing,
    names::NameReport,
    needs, program, strays,
};
use crate::{
    domain::{
        command::{CommandRun, CommandSpec, Ending},
        ids::RunId,
    },
    ports::{
        Clock,
        verifier::{Cancel, OutputSink, RunPlace, Verifier},
    },
};
use nix::{
    poll::{PollFd, PollFlags, PollTimeout},
    sys::signal::Signal,
};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    io::{self, PipeReader, Read},
    os::{fd::AsFd, unix::process::ExitStatusExt},
    path::{Component, Path, PathBuf},
    process::ExitStatus,
    sync::Arc,
    time::{Duration, Instant},
};

const READ_BYTES: usize = 64 * 1024;
/// How long the loop sleeps at most; the price of noticing a wish to stop.
const TICK: Duration = Duration::from_millis(20);
/// After the command's own process ended, its group is asked to end after this time …
const LINGER: Duration = Duration::from_millis(300);
/// … killed after this …
const LINGER_KILL: Duration = Duration::from_millis(1200);
/// … and its output is no longer waited for after this.
const DRAIN: Duration = Duration::from_millis(1900);
/// How long a killed process may take to leave the kernel.
const KILL_TIME: Duration = Duration::from_secs(3);

/// What a run may cost.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Time between asking a command to end and ending it.
    pub grace: Duration,
    /// Start of the output that the log keeps.
    pub log_head_bytes: u64,
    /// End of the output that the log keeps.
    pub log_tail_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(10),
            log_head_bytes: 32 * 1024 * 1024,
            log_tail_bytes: 2 * 1024 * 1024,
        }
    }
}

/// Runs commands as child processes with their output in a pipe.
pub struct PipeVerifier {
    clock: Arc<dyn Clock>,
    limits: Limits,
    guard: Option<PathBuf>,
}

impl PipeVerifier {
    /// A verifier that takes its times from a clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, limits: Limits::default(), guard: None }
    }

    /// The same with commands that a program guards: proscenium itself, which answers to
    /// `guard`. Where there is no such mechanism nothing changes.
    pub fn guarded_by(self, program: PathBuf) -> Self {
        Self { guard: cfg!(target_os = "linux").then_some(program), ..self }
    }

    /// The same with other limits.
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }
}

impl Verifier for PipeVerifier {
    fn run(
        &self,
        id: RunId,
        spec: &CommandSpec,
        place: &RunPlace,
        sink: OutputSink<'_>,
        cancel: &Cancel,
    ) -> CommandRun {
        let started_at = self.clock.now();
        let begun = Instant::now();
        let mut env = place.env.clone();
        let mark = strays::mark(id.0);
        env.insert(strays::RUN_VARIABLE.into(), mark.clone());
        let names = NameReport::ask(spec, place, &mut env);
        let mut hearing = Hearing::new(spec, place, &self.limits, sink).with_names(names);
        let ending = match open(spec, place, cancel, &env, self.guard.as_deref()) {
            Ok((child, pipe)) => {
                let mut watch = Watch { spec, cancel, limits: &self.limits, begun, stop: None };
                let session = child.id();
                let ending = watch.until_end(child, pipe, &mut hearing);
                for stray in strays::strays_of(&mark, session) {
                    hearing.note(format!("left running: {stray}"));
                }
                ending
            }
            Err(ending) => ending,
        };
        let heard = hearing.finish(spec, place, &ending);
        CommandRun {
            id,
            command: spec.id.clone(),
            argv: spec.argv.clone(),
            tree: place.tree.clone(),
            ending,
            elapsed: begun.elapsed(),
            started_at,
            parsed: heard.parsed,
            output_sha256: heard.sha256,
            output_bytes: heard.bytes,
            log: heard.log,
            env: env.keys().map(|name| name.to_string_lossy().into_owned()).collect(),
        }
    }
}

/// Starts the command, or says why it cannot run.
fn open(
    spec: &CommandSpec,
    place: &RunPlace,
    cancel: &Cancel,
    env: &BTreeMap<OsString, OsString>,
    guard: Option<&Path>,
) -> Result<(Child, PipeReader), Ending> {
    if cancel.is_asked() {
        return Err(Ending::Stopped);
    }
    let blocked = |reason: String| Ending::Blocked { reason };
    let below = Path::new(&spec.folder);
    if below.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(blocked(format!("{} is not a folder of the repository", spec.folder)));
    }
    let folder = place.root.join(below);
    if !folder.is_dir() {
        return Err(blocked(format!("folder {} is not there", folder_name(&spec.folder))));
    }
    let (name, arguments) = spec.argv.split_first().ok_or_else(|| blocked("the command is empty".into()))?;
    let program = program::find(name, &folder, env).map_err(|error| blocked(error.to_string()));
    match (needs::unmet(spec, place, &folder, cancel), &program) {
        // Without the program nothing else can be said to be missing.
        (Some(Ending::Blocked { .. }), Err(ending)) => return Err(ending.clone()),
        (Some(ending), _) => return Err(ending),
        (None, _) => {}
    }
    let program = program?;
    Child::start(&Start { program: &program, arguments, folder: &folder, env, guard }).map_err(|error| {
        blocked(match error.kind() {
            // The file is there, so what is missing is the interpreter its first line names.
            io::ErrorKind::NotFound => format!("{name} cannot start: its interpreter is missing"),
            _ => format!("{name} cannot start: {error}"),
        })
    })
}

fn folder_name(folder: &str) -> &str {
    if folder.is_empty() { "." } else { folder }
}

/// Why and since when a command is being ended.
struct Stop {
    why: Why,
    asked_at: Instant,
    killed_at: Option<Instant>,
}

#[derive(Clone, Copy)]
enum Why {
    Cancelled,
    TimedOut,
}

/// Watches one running command.
struct Watch<'a> {
    spec: &'a CommandSpec,
    cancel: &'a Cancel,
    limits: &'a Limits,
    begun: Instant,
    stop: Option<Stop>,
}

impl Watch<'_> {
    fn until_end(&mut self, mut child: Child, pipe: PipeReader, hearing: &mut Hearing<'_>) -> Ending {
        let mut pipe = Some(pipe);
        let mut buf = vec![0; READ_BYTES];
        let mut ended_at: Option<Instant> = None;
        let mut asked_linger = false;
        let mut nap = Duration::from_millis(1);
        loop {
            match &mut pipe {
                Some(reader) => match read(reader, &mut buf) {
                    Read1::Bytes(bytes) => hearing.hear(bytes),
                    Read1::Nothing => {}
                    Read1::End => pipe = None,
                },
                None if ended_at.is_some() => break,
                None => {
                    std::thread::sleep(nap);
                    nap = (nap * 2).min(TICK);
                }
            }
            hearing.tick();
            if let Some(at) = ended_at {
                let since = at.elapsed();
                if since > DRAIN {
                    hearing.note("the output was still held open by another process".into());
                    break;
                } else if since > LINGER_KILL {
                    child.signal(Signal::SIGKILL);
                } else if since > LINGER && !asked_linger {
                    asked_linger = true;
                    child.ask_to_end();
                }
                continue;
            }
            match child.look() {
                Look::Ended => ended_at = Some(Instant::now()),
                Look::Stopped => hearing.note_once("the command has stopped itself (SIGSTOP)"),
                Look::Running => {}
            }
            if self.press(&child) {
                child.abandon();
                hearing.note("the command did not end, not even by KILL".into());
                return self.ending(None);
            }
        }
        child.signal(Signal::SIGKILL);
        let status = child.reap().ok();
        self.ending(status)
    }

    /// Applies time limit and wish to stop. True when not even KILL helped.
    fn press(&mut self, child: &Child) -> bool {
        if self.stop.is_none() {
            let why = if self.cancel.is_asked() {
                Why::Cancelled
            } else if self.begun.elapsed() >= self.spec.timeout {
                Why::TimedOut
            } else {
                return false;
            };
            child.ask_to_end();
            self.stop = Some(Stop { why, asked_at: Instant::now(), killed_at: None });
        }
        let Some(stop) = &mut self.stop else { return false };
        match stop.killed_at {
            Some(at) => at.elapsed() > KILL_TIME,
            None => {
                let twice =
                    self.cancel.asked() >= 2 || (matches!(stop.why, Why::TimedOut) && self.cancel.is_asked());
                if twice || stop.asked_at.elapsed() >= self.limits.grace {
                    child.signal(Signal::SIGKILL);
                    stop.killed_at = Some(Instant::now());
                }
                false
            }
        }
    }

    fn ending(&self, status: Option<ExitStatus>) -> Ending {
        match &self.stop {
            Some(Stop { why: Why::Cancelled, .. }) => return Ending::Stopped,
            Some(Stop { why: Why::TimedOut, .. }) => {
                return Ending::TimedOut { after_seconds: self.spec.timeout.as_secs() };
            }
            None => {}
        }
        match status.map(|status| (status.code(), status.signal())) {
            Some((Some(code), _)) => Ending::Exit { code },
            Some((None, Some(number))) => Ending::Signal { number },
            // A status that is neither cannot be believed to be an exit.
            Some((None, None)) | None => Ending::Blocked { reason: "its exit status was lost".into() },
        }
    }
}

enum Read1<'a> {
    Bytes(&'a [u8]),
    Nothing,
    End,
}

/// Reads once, waiting at most one tick.
fn read<'a>(pipe: &mut PipeReader, buf: &'a mut [u8]) -> Read1<'a> {
    let timeout = PollTimeout::try_from(TICK).unwrap_or(PollTimeout::ZERO);
    let ready = {
        let mut fds = [PollFd::new(pipe.as_fd(), PollFlags::POLLIN)];
        match nix::poll::poll(&mut fds, timeout) {
            Ok(0) | Err(nix::errno::Errno::EINTR) => false,
            Ok(_) => true,
            Err(_) => return Read1::End,
        }
    };
    if !ready {
        return Read1::Nothing;
    }
    match pipe.read(buf) {
        Ok(0) => Read1::End,
        Ok(count) => buf.get(..count).map_or(Read1::Nothing, Read1::Bytes),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Read1::Nothing,
        Err(_) => Read1::End,
    }
}
