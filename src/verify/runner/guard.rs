//! A small process between proscenium and a command, so that nothing outlives proscenium.
//!
//! A signal at the parent's death reaches only the direct child; what that child started
//! goes on, and may ignore HUP and TERM. So the program starts itself again as a *guard*:
//! it leads the command's session, adopts every orphan of it, and reads from a socket whose
//! other end only proscenium holds. When that end is gone, by `kill -9` too, the guard kills
//! everything that descends from it, whatever session it went to, and then itself.
//!
//! Otherwise it is not to be noticed: it blocks the signals that are meant for the command,
//! and ends as the command ended. The protocol is bytes from the guard: first whether the
//! command started, later that it stopped itself.

use nix::{
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::{
        prctl,
        signal::{SigSet, Signal, kill, killpg, raise},
        signalfd::{SfdFlags, SignalFd},
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::{Pid, getpid},
};
use std::{
    ffi::{OsStr, OsString},
    io::{self, Read, Write},
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

/// The first argument that makes the program a guard; never typed by people.
pub(super) const NAME: &str = "__guard";
/// The running program, also after its file was replaced.
const OWN_PROGRAM: &str = "/proc/self/exe";

const STARTED: u8 = b'+';
/// Followed by the number of the error, four bytes, most significant first.
const NOT_STARTED: u8 = b'!';
const STOPPED: u8 = b's';

/// How long a guard may take to start the command.
const START_TIME: Duration = Duration::from_secs(20);
/// Rounds of killing what was forked while the last round went on.
const ROUNDS: u32 = 200;
const ROUND: Duration = Duration::from_millis(5);

/// This program as a guard of its own commands.
pub fn own_program() -> PathBuf {
    PathBuf::from(OWN_PROGRAM)
}

/// Proscenium's end of the socket to a guard. Dropping it ends what the guard guards.
#[derive(Debug)]
pub(super) struct Lifeline(UnixStream);

impl Lifeline {
    /// Makes `command` a guard that will start `program` with these arguments. Returns this
    /// end, to be asked with `started` after the spawn.
    pub(super) fn attach(command: &mut Command, program: &Path, arguments: &[String]) -> io::Result<Self> {
        let (ours, theirs) = UnixStream::pair()?;
        command.arg(NAME).arg(program).args(arguments).stdin(Stdio::from(OwnedFd::from(theirs)));
        Ok(Self(ours))
    }

    /// Waits until the command was started; the error is what starting it gave.
    pub(super) fn started(&mut self) -> io::Result<()> {
        self.0.set_read_timeout(Some(START_TIME))?;
        let mut first = [0];
        self.0.read_exact(&mut first)?;
        if first != [STARTED] {
            let mut number = [0; 4];
            self.0.read_exact(&mut number)?;
            return Err(io::Error::from_raw_os_error(i32::from_be_bytes(number)));
        }
        self.0.set_nonblocking(true)
    }

    /// Whether the command stopped itself since this was last asked.
    pub(super) fn has_stopped(&mut self) -> bool {
        let mut bytes = [0; 16];
        self.0.read(&mut bytes).is_ok_and(|count| bytes.iter().take(count).any(|byte| *byte == STOPPED))
    }
}

/// Acts as a guard when the arguments (the program's own name first) ask for it. Returns the
/// exit status of the command; `None` when this is no guard.
pub fn guard(arguments: impl IntoIterator<Item = OsString>) -> Option<i32> {
    let mut arguments = arguments.into_iter().skip(1);
    if arguments.next().as_deref() != Some(OsStr::new(NAME)) {
        return None;
    }
    let program = arguments.next()?;
    let rest: Vec<OsString> = arguments.collect();
    // 125 as `env` and `timeout` use it: the failure is not the command's.
    Some(watch(&program, &rest).unwrap_or(125))
}

/// Starts the command and stays until it has ended or nobody is interested any more.
fn watch(program: &OsStr, arguments: &[OsString]) -> io::Result<i32> {
    let mut lifeline = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    prctl::set_child_subreaper(true)?;
    let spawned = Command::new(program).args(arguments).stdin(Stdio::null()).spawn();
    let command = match spawned {
        Ok(child) => Pid::from_raw(i32::try_from(child.id()).map_err(io::Error::other)?),
        Err(error) => {
            let number = error.raw_os_error().unwrap_or(nix::errno::Errno::EIO as i32);
            lifeline.write_all(&[NOT_STARTED])?;
            lifeline.write_all(&number.to_be_bytes())?;
            return Ok(127);
        }
    };
    // Only now: a command inherits what is blocked, and must be able to get its signals.
    SigSet::all().thread_block()?;
    let mut children = SigSet::empty();
    children.add(Signal::SIGCHLD);
    let changes = SignalFd::with_flags(&children, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)?;
    lifeline.write_all(&[STARTED])?;
    loop {
        if let Some(code) = reap(command, &mut lifeline) {
            return Ok(code);
        }
        let mut fds = [
            PollFd::new(lifeline.as_fd(), PollFlags::POLLIN),
            PollFd::new(changes.as_fd(), PollFlags::POLLIN),
        ];
        match poll(&mut fds, PollTimeout::NONE) {
            Ok(_) | Err(nix::errno::Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let is_alone = fds.first().and_then(PollFd::revents).is_some_and(|seen| !seen.is_empty());
        // Nothing is ever said to a guard: whatever came is the end.
        if is_alone {
            end_everything();
        }
        // Read away; what changed is asked for in `reap`.
        while let Ok(Some(_)) = changes.read_signal() {}
    }
}

/// Takes the ends of the command and of adopted orphans. Returns the command's status once
/// it has one; a command that a signal ended takes the guard with it in the same way.
fn reap(command: Pid, lifeline: &mut UnixStream) -> Option<i32> {
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG | WaitPidFlag::WUNTRACED)) {
            Ok(WaitStatus::Exited(pid, code)) if pid == command => return Some(code),
            Ok(WaitStatus::Signaled(pid, signal, _)) if pid == command => return Some(die_of(signal)),
            Ok(WaitStatus::Stopped(pid, _)) if pid == command => {
                // Proscenium may be gone; then the next look at the lifeline says so.
                let _nobody_reads = lifeline.write_all(&[STOPPED]);
            }
            Ok(WaitStatus::StillAlive) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

/// Ends by a signal, so that whoever waits sees what the command died of. Returns the
/// status that shells use, should the signal not be deadly.
fn die_of(signal: Signal) -> i32 {
    // The command has left its core; another of the guard would be misleading.
    let _still_dumps = prctl::set_dumpable(false);
    let mut only = SigSet::empty();
    only.add(signal);
    let _unblocked = only.thread_unblock();
    for _ in 0..2 {
        // The first SEGV only takes away the handler that tells a stack overflow from others.
        let _raised = raise(signal);
    }
    128 + signal as i32
}

/// Kills every descendant, then the own group with the guard in it.
fn end_everything() -> ! {
    let own = getpid();
    for _ in 0..ROUNDS {
        let left = super::strays::descendants(own.as_raw().unsigned_abs());
        if left.is_empty() {
            break;
        }
        for pid in left.into_iter().filter_map(|pid| i32::try_from(pid).ok()) {
            // One that has just ended is what is wanted.
            let _gone = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
        while matches!(
            waitpid(None, Some(WaitPidFlag::WNOHANG)),
            Ok(WaitStatus::Exited(..) | WaitStatus::Signaled(..))
        ) {}
        std::thread::sleep(ROUND);
    }
    let _cannot_return = killpg(own, Signal::SIGKILL);
    std::process::exit(137)
}
