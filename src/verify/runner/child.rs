//! One running command with everything it started: a session of its own.
//!
//! The command, or its guard, leads a new session, so it has no controlling terminal and one
//! signal reaches its whole group. With a guard everything it started dies with this
//! process; without one only the command itself does. Its end is noticed without reaping
//! it, so that the group id stays ours until the group was killed.

#[cfg(target_os = "linux")]
use super::guard::Lifeline;
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    io::{self, PipeReader},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child as Process, Command, ExitStatus, Stdio},
};

/// What to start.
pub(super) struct Start<'a> {
    pub(super) program: &'a Path,
    pub(super) arguments: &'a [String],
    pub(super) folder: &'a Path,
    pub(super) env: &'a BTreeMap<OsString, OsString>,
    /// The program that guards it, where there is one.
    pub(super) guard: Option<&'a Path>,
}

/// How a process is, seen without touching it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Running,
    /// Held by SIGSTOP or the like.
    Stopped,
    Ended,
}

/// A running command.
pub(super) struct Child {
    process: Process,
    group: Pid,
    #[cfg(target_os = "linux")]
    lifeline: Option<Lifeline>,
}

impl Child {
    /// Starts a command. Standard input is empty; both outputs go into one pipe, so that
    /// their order is the order in which they were written.
    pub(super) fn start(start: &Start<'_>) -> io::Result<(Self, PipeReader)> {
        let (reader, writer) = io::pipe()?;
        let mut command = Command::new(start.guard.unwrap_or(start.program));
        command
            .current_dir(start.folder)
            .env_clear()
            .envs(start.env)
            .stdout(writer.try_clone()?)
            .stderr(writer);
        #[cfg(target_os = "linux")]
        if start.guard.is_some() {
            command.arg0("proscenium");
            let mut lifeline = Lifeline::attach(&mut command, start.program, start.arguments)?;
            own_session(&mut command, Death::Ignored);
            let mut process = command.spawn()?;
            // Holds ends of the socket and the pipe that only the guard may have now.
            drop(command);
            if let Err(error) = lifeline.started() {
                // The guard says why and ends; one that says nothing is ended.
                let _gone = process.kill();
                process.wait()?;
                return Err(error);
            }
            return Self::new(process, Some(lifeline)).map(|child| (child, reader));
        }
        command.args(start.arguments).stdin(Stdio::null());
        own_session(&mut command, Death::Follows);
        let process = command.spawn()?;
        #[cfg(target_os = "linux")]
        let child = Self::new(process, None);
        #[cfg(not(target_os = "linux"))]
        let child = Self::new(process);
        child.map(|child| (child, reader))
    }

    fn new(process: Process, #[cfg(target_os = "linux")] lifeline: Option<Lifeline>) -> io::Result<Self> {
        let pid = i32::try_from(process.id()).map_err(io::Error::other)?;
        Ok(Self {
            process,
            group: Pid::from_raw(pid),
            #[cfg(target_os = "linux")]
            lifeline,
        })
    }

    /// The process id, which is also the id of its group and session.
    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Sends a signal to the whole group. A group that is gone is fine.
    pub(super) fn signal(&self, signal: Signal) {
        // ESRCH says that nothing is left to signal, which is what is wanted.
        let _gone = killpg(self.group, signal);
    }

    /// Asks the group to end, waking it when it is stopped.
    pub(super) fn ask_to_end(&self) {
        self.signal(Signal::SIGTERM);
        self.signal(Signal::SIGCONT);
    }

    /// Looks at the command's process without reaping it.
    #[cfg(target_os = "linux")]
    pub(super) fn look(&mut self) -> Look {
        use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
        let flags =
            WaitPidFlag::WEXITED | WaitPidFlag::WSTOPPED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        match waitid(Id::Pid(self.group), flags) {
            Ok(WaitStatus::Exited(..) | WaitStatus::Signaled(..)) | Err(_) => Look::Ended,
            Ok(WaitStatus::Stopped(..)) => Look::Stopped,
            Ok(_) if self.lifeline.as_mut().is_some_and(Lifeline::has_stopped) => Look::Stopped,
            Ok(_) => Look::Running,
        }
    }

    /// Looks at the command's process. Without `waitid` in reach it is reaped here; its
    /// group id then stays taken only as long as the group has members.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn look(&mut self) -> Look {
        match self.process.try_wait() {
            Ok(None) => Look::Running,
            Ok(Some(_)) | Err(_) => Look::Ended,
        }
    }

    /// Reaps the command. Call after `look` said that it ended, else it waits.
    pub(super) fn reap(&mut self) -> io::Result<ExitStatus> {
        self.process.wait()
    }

    /// Leaves a command that not even KILL ends (it waits inside the kernel) to a thread.
    pub(super) fn abandon(mut self) {
        std::thread::spawn(move || {
            // Nobody waits for this status any more; only the zombie must go.
            let _status = self.process.wait();
        });
    }
}

/// What a process does when the thread that started it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Death {
    /// It dies at once, and leaves what it started.
    Follows,
    /// It notices by itself: a guard must live long enough to end the others.
    #[cfg(target_os = "linux")]
    Ignored,
}

#[expect(unsafe_code, reason = "std offers no safe way to start a session in the child")]
fn own_session(command: &mut Command, death: Death) {
    let parent = nix::unistd::getpid();
    let prepare = move || {
        nix::unistd::setsid()?;
        #[cfg(target_os = "linux")]
        if death == Death::Follows {
            nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
            // The parent may have died before the line above.
            if nix::unistd::getppid() != parent {
                return Err(io::Error::from_raw_os_error(nix::errno::Errno::ESRCH as i32));
            }
        }
        #[cfg(not(target_os = "linux"))]
        let _unused = (parent, death);
        Ok(())
    };
    // SAFETY: between fork and exec only system calls are made: `setsid`, `prctl` and
    // `getppid` are async-signal-safe, nothing allocates and no lock is taken.
    unsafe {
        command.pre_exec(prepare);
    }
}
