//! Finds processes that a command left running after it left its group.
//!
//! Every command is given one variable that names its run; it is inherited by whatever
//! the command starts, also by a daemon in a session of its own. Reading it back from
//! the process table finds them. They are reported, not ended: a build server that the
//! user wants may be among them.

use std::{
    ffi::{OsStr, OsString},
    fmt,
    hash::{BuildHasher, RandomState},
};

/// The variable that marks a run.
pub(crate) const RUN_VARIABLE: &str = "PROSCENIUM_RUN";

/// A process that outlived the command that started it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stray {
    pub pid: u32,
    /// The short name of the process, cleaned of control characters.
    pub name: String,
}

impl fmt::Display for Stray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.pid, self.name)
    }
}

/// A mark for one run: who owns it, when that owner started, and which run it is.
pub(crate) fn mark(run: u32) -> OsString {
    let pid = std::process::id();
    // Never shown or recorded; two runs of one number must not take each other's strays.
    let nonce = RandomState::new().hash_one(run);
    OsString::from(format!("{pid}:{}:{run}:{nonce}", imp::started(pid).unwrap_or(0)))
}

/// Living processes that carry the mark and do not belong to the session, by process id.
pub(crate) fn strays_of(mark: &OsString, session: u32) -> Vec<Stray> {
    imp::marked(|value| value == mark.as_os_str())
        .into_iter()
        .filter(|found| found.session != session)
        .map(|found| found.stray)
        .collect()
}

/// Processes left behind by a proscenium that no longer runs, by process id. Reads the
/// process table; call it once when a session is resumed.
pub fn strays_of_dead_owners() -> Vec<Stray> {
    imp::marked(owner_is_dead).into_iter().map(|found| found.stray).collect()
}

/// Kills strays of dead owners; returns those that were still there. Each is looked up
/// again first: its number may belong to another process by now.
pub fn end_strays_of_dead_owners(strays: &[Stray]) -> Vec<Stray> {
    let still = strays_of_dead_owners();
    let ended = strays.iter().filter(|stray| still.contains(stray)).filter(|stray| {
        let pid = i32::try_from(stray.pid).map(nix::unistd::Pid::from_raw);
        pid.is_ok_and(|pid| nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).is_ok())
    });
    ended.cloned().collect()
}

/// Living processes that `ancestor` started, or that were started by those, in no order.
/// Orphans count where the ancestor adopts them.
#[cfg(target_os = "linux")]
pub(super) fn descendants(ancestor: u32) -> Vec<u32> {
    let parents = imp::parents();
    let mut found = vec![ancestor];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
        next += 1;
    }
    found.split_off(1)
}

/// Whether the process that a mark names is gone, or its number was given to another.
fn owner_is_dead(mark: &OsStr) -> bool {
    let mark = mark.to_string_lossy();
    let mut parts = mark.split(':');
    let owner: Option<u32> = parts.next().and_then(|part| part.parse().ok());
    let started: Option<u64> = parts.next().and_then(|part| part.parse().ok());
    owner.is_some_and(|owner| imp::started(owner) != started)
}

struct Found {
    stray: Stray,
    session: u32,
}

#[cfg(target_os = "linux")]
mod imp {
    use super::{Found, RUN_VARIABLE, Stray};
    use std::{ffi::OsStr, fs, io::Read, os::unix::ffi::OsStrExt};

    /// Environments are as large as the starter made them; ours stand near the front or not at all.
    const ENVIRONMENT_LIMIT_BYTES: u64 = 1024 * 1024;

    pub(super) fn started(pid: u32) -> Option<u64> {
        stat(pid)?.started
    }

    pub(super) fn marked(wanted: impl Fn(&OsStr) -> bool) -> Vec<Found> {
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        let own = std::process::id();
        let mut found: Vec<Found> = entries
            .filter_map(Result::ok)
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|pid| *pid != own)
            .filter_map(|pid| {
                let mut environment = Vec::new();
                let file = fs::File::open(format!("/proc/{pid}/environ")).ok()?;
                file.take(ENVIRONMENT_LIMIT_BYTES).read_to_end(&mut environment).ok()?;
                let prefix = format!("{RUN_VARIABLE}=");
                let value = environment
                    .split(|byte| *byte == 0)
                    .find_map(|pair| pair.strip_prefix(prefix.as_bytes()))?;
                if !wanted(OsStr::from_bytes(value)) {
                    return None;
                }
                let stat = stat(pid).filter(|stat| !matches!(stat.state, 'Z' | 'X'))?;
                Some(Found { stray: Stray { pid, name: stat.name }, session: stat.session })
            })
            .collect();
        found.sort_by_key(|found| found.stray.pid);
        found
    }

    /// Every living process with its parent.
    pub(super) fn parents() -> Vec<(u32, u32)> {
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        entries
            .filter_map(Result::ok)
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter_map(|pid| {
                let stat = stat(pid).filter(|stat| !matches!(stat.state, 'Z' | 'X'))?;
                Some((pid, stat.parent))
            })
            .collect()
    }

    struct Stat {
        name: String,
        state: char,
        parent: u32,
        session: u32,
        started: Option<u64>,
    }

    /// Fields of `/proc/PID/stat`; see `proc_pid_stat(5)`. The name may hold blanks and
    /// parentheses, so the fields are counted from the last one.
    fn stat(pid: u32) -> Option<Stat> {
        let bytes = fs::read(format!("/proc/{pid}/stat")).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let (before, after) = text.rsplit_once(')')?;
        let (_, name) = before.split_once('(')?;
        let fields: Vec<&str> = after.split_whitespace().collect();
        Some(Stat {
            name: name.chars().filter(|c| !c.is_control()).collect(),
            state: fields.first()?.chars().next()?,
            parent: fields.get(1)?.parse().ok()?,
            session: fields.get(3)?.parse().ok()?,
            started: fields.get(19).and_then(|field| field.parse().ok()),
        })
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    //! Other systems show no environment of other processes; nothing is found there.
    use super::Found;
    use std::ffi::OsStr;

    pub(super) fn started(_pid: u32) -> Option<u64> {
        None
    }

    pub(super) fn marked(_wanted: impl Fn(&OsStr) -> bool) -> Vec<Found> {
        Vec::new()
    }
}
