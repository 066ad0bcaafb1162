//! One process in its own group, with a brief on standard input and limits on everything.
//!
//! Output is kept only to say why nothing came of it. The group is ended as a whole, also
//! after a normal end: what a command leaves running would write into a copy that is gone.

use super::CommandConfig;
use crate::ports::{Cancel, ProposeError};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use std::{
    collections::VecDeque,
    ffi::OsString,
    io::{Read, Write},
    os::unix::process::{CommandExt, ExitStatusExt},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How often the process is looked at.
const TICK: Duration = Duration::from_millis(20);
/// Between a polite and a hard end.
const GRACE: Duration = Duration::from_secs(3);
/// How long the rest of the output is waited for after the end.
const SETTLE: Duration = Duration::from_secs(1);
/// Of the output, the end is kept for the error text.
const KEPT_BYTES: usize = 16 * 1024;
/// Lines of output in an error.
const DETAIL_LINES: usize = 5;

/// How it ended, and the end of what it said.
#[derive(Debug)]
pub(super) struct Ended {
    why: Why,
    tail: String,
}

#[derive(Debug)]
enum Why {
    Exit(ExitStatus),
    TimedOut,
    TooMuchOutput,
}

impl Ended {
    /// The error when nothing was changed.
    pub(super) fn without_changes(&self, config: &CommandConfig) -> ProposeError {
        let name = config.name.clone();
        match &self.why {
            Why::TimedOut => ProposeError::TimedOut { name, seconds: config.limit.as_secs() },
            Why::TooMuchOutput => {
                let status = format!("more than {} bytes of output", config.limit_output_bytes);
                ProposeError::Failed { name, status, detail: self.tail.clone() }
            }
            Why::Exit(status) if status.success() => ProposeError::Nothing(format!("agent {name}")),
            Why::Exit(status) => {
                ProposeError::Failed { name, status: describe(*status), detail: self.tail.clone() }
            }
        }
    }

    /// What to say beside changes; `None` after a normal end.
    pub(super) fn remark(&self, config: &CommandConfig) -> Option<String> {
        match &self.why {
            Why::TimedOut => Some(format!(
                "{} was stopped after {} s; this is what it had changed until then.",
                config.name,
                config.limit.as_secs()
            )),
            Why::TooMuchOutput => {
                Some(format!("{} was stopped for its output; it may not be done.", config.name))
            }
            Why::Exit(status) if status.success() => None,
            Why::Exit(status) => Some(format!("{} ended with {}.", config.name, describe(*status))),
        }
    }
}

/// An argument with its placeholders filled; always one argument, whatever the text holds.
fn filled(word: &str, folder: &Path, brief: &str) -> OsString {
    // The brief is put in last, so that nothing inside of it counts as a placeholder.
    OsString::from(word.replace("{folder}", &folder.to_string_lossy()).replace("{prompt}", brief))
}

/// Runs the command to its end, whichever way; `Cancelled` when the user asked.
pub(super) fn run(
    config: &CommandConfig,
    folder: &Path,
    brief: &str,
    cancel: &Cancel,
) -> Result<Ended, ProposeError> {
    let (program, arguments) = config.argv.split_first().ok_or_else(|| ProposeError::Input {
        what: format!("the command of {} is empty", config.name),
        hint: "give a program in the configuration".into(),
    })?;
    let mut command = Command::new(program);
    command
        .args(arguments.iter().map(|word| filled(word, folder, brief)))
        .current_dir(folder)
        .env("PWD", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    // A variable that names the user's repository would lead git there.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("GIT_")) {
            command.env_remove(name);
        }
    }
    let mut child = command.spawn().map_err(|error| ProposeError::Failed {
        name: config.name.clone(),
        status: "no start".into(),
        detail: format!("{program}: {error}"),
    })?;
    if let Some(mut stdin) = child.stdin.take() {
        let brief = brief.to_owned();
        // A command that does not read its brief must not stop us; its own end closes the pipe.
        thread::spawn(move || drop(stdin.write_all(brief.as_bytes())));
    }
    let output = Arc::new(Output::default());
    if let Some(stdout) = child.stdout.take() {
        drain(stdout, &output);
    }
    if let Some(stderr) = child.stderr.take() {
        drain(stderr, &output);
    }
    let why = wait(config, &mut child, &output, cancel);
    signal_group(&child, Signal::SIGKILL);
    let why = why?;
    output.settle();
    Ok(Ended { why, tail: output.tail() })
}

fn wait(
    config: &CommandConfig,
    child: &mut Child,
    output: &Output,
    cancel: &Cancel,
) -> Result<Why, ProposeError> {
    let started = Instant::now();
    let mut stopping: Option<(Instant, Option<Why>)> = None;
    loop {
        let status = child.try_wait().map_err(|error| ProposeError::Failed {
            name: config.name.clone(),
            status: "no status".into(),
            detail: error.to_string(),
        })?;
        if let Some(status) = status {
            return match stopping {
                Some((_, Some(why))) => Ok(why),
                Some((_, None)) => Err(ProposeError::Cancelled),
                None => Ok(Why::Exit(status)),
            };
        }
        match &stopping {
            None => {
                let why = if cancel.is_asked() {
                    Some(None)
                } else if started.elapsed() >= config.limit {
                    Some(Some(Why::TimedOut))
                } else if output.bytes.load(Ordering::Relaxed) > config.limit_output_bytes {
                    Some(Some(Why::TooMuchOutput))
                } else {
                    None
                };
                if let Some(why) = why {
                    signal_group(child, Signal::SIGTERM);
                    stopping = Some((Instant::now(), why));
                }
            }
            Some((since, _)) if since.elapsed() >= GRACE || cancel.asked() > 1 => {
                signal_group(child, Signal::SIGKILL);
            }
            Some(_) => {}
        }
        thread::sleep(TICK);
    }
}

/// A group that has ended already is not an error.
fn signal_group(child: &Child, signal: Signal) {
    if let Ok(id) = i32::try_from(child.id()) {
        let _gone = killpg(Pid::from_raw(id), signal);
    }
}

/// The end of the output, and how much there was.
#[derive(Default)]
struct Output {
    bytes: AtomicU64,
    /// Pipes that are still read.
    open: AtomicUsize,
    kept: Mutex<VecDeque<u8>>,
}

impl Output {
    fn push(&self, chunk: &[u8]) {
        self.bytes.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        if let Ok(mut kept) = self.kept.lock() {
            kept.extend(chunk);
            let extra = kept.len().saturating_sub(KEPT_BYTES);
            kept.drain(..extra);
        }
    }

    /// Waits until the pipes are read to their end, but not for a process that holds one open.
    fn settle(&self) {
        let started = Instant::now();
        while self.open.load(Ordering::SeqCst) > 0 && started.elapsed() < SETTLE {
            thread::sleep(TICK);
        }
    }

    /// The last lines as plain text: no byte of it can drive a terminal.
    fn tail(&self) -> String {
        let bytes: Vec<u8> = self.kept.lock().map(|kept| kept.iter().copied().collect()).unwrap_or_default();
        let text: String =
            String::from_utf8_lossy(&bytes).chars().filter(|c| *c == '\n' || !c.is_control()).collect();
        let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        lines.iter().skip(lines.len().saturating_sub(DETAIL_LINES)).copied().collect::<Vec<_>>().join("\n")
    }
}

/// Reads a pipe to its end on a thread of its own. The thread is not joined: a process that
/// left the group may hold the pipe open for ever.
fn drain(mut pipe: impl Read + Send + 'static, output: &Arc<Output>) {
    let output = Arc::clone(output);
    output.open.fetch_add(1, Ordering::SeqCst);
    thread::spawn(move || {
        let mut chunk = [0_u8; 8192];
        while let Ok(count) = pipe.read(&mut chunk) {
            match chunk.get(..count) {
                Some([]) | None => break,
                Some(read) => output.push(read),
            }
        }
        output.open.fetch_sub(1, Ordering::SeqCst);
    });
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "an unknown status".into(),
    }
}
