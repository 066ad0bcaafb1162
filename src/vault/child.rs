//! Runs one hook or signing program to its end, whatever it does.
//!
//! Own process group, no standard input, output kept up to a limit with control
//! sequences removed, a time limit, and no survivor in the group afterwards.

use crate::ports::Cancel;
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use std::{
    io::{self, Read},
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    time::{Duration, Instant},
};

/// Output beyond this is counted, not kept.
const KEPT_BYTES: usize = 256 * 1024;
/// How long a stopped program may tidy up, and how long open pipes are drained after the end.
const GRACE: Duration = Duration::from_secs(2);

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended {
    /// Exit code; 128 + number for a signal, 124 when its time was over, 130 when it was
    /// stopped.
    pub(super) exit: i32,
    /// The user stopped it.
    pub(super) stopped: bool,
    /// Standard output and standard error as they came, control sequences removed.
    pub(super) output: String,
    pub(super) elapsed: Duration,
}

/// Runs the command until it ends, its time is over or it is cancelled; an error means that
/// it could not be started.
pub(super) fn run(command: &mut Command, limit: Duration, cancel: &Cancel) -> io::Result<Ended> {
    let began = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let group = Pid::from_raw(i32::try_from(child.id()).map_err(io::Error::other)?);
    let (sender, receiver) = channel();
    if let Some(stdout) = child.stdout.take() {
        read_into(stdout, sender.clone());
    }
    if let Some(stderr) = child.stderr.take() {
        read_into(stderr, sender);
    }
    let mut output = Output::default();
    let (mut timed_out, mut stopped) = (false, false);
    let status = loop {
        output.take(&receiver, Duration::from_millis(10));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        stopped = cancel.is_asked();
        timed_out = !stopped && began.elapsed() > limit;
        if stopped || timed_out {
            break stop(&mut child, group, &mut output, &receiver, cancel)?;
        }
    };
    // What it left behind in its group must not outlive it, nor hold the pipes open.
    let _gone_already = killpg(group, Signal::SIGKILL);
    let until = Instant::now() + GRACE;
    while !output.closed && Instant::now() < until {
        output.take(&receiver, Duration::from_millis(20));
    }
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    let mut text = plain(&output.kept);
    if output.dropped > 0 {
        text.push_str(&format!("\n… {} more bytes\n", output.dropped));
    }
    if timed_out {
        text.push_str(&format!("\nstopped after {} s\n", limit.as_secs()));
    }
    if stopped {
        text.push_str("\nstopped by you\n");
    }
    let exit = match (timed_out, stopped) {
        (true, _) => 124,
        (false, true) => 130,
        (false, false) => code,
    };
    Ok(Ended { exit, stopped, output: text, elapsed: began.elapsed() })
}

/// TERM to the group, then KILL: after a while, or as soon as it is asked for again.
fn stop(
    child: &mut Child,
    group: Pid,
    output: &mut Output,
    receiver: &Receiver<Vec<u8>>,
    cancel: &Cancel,
) -> io::Result<std::process::ExitStatus> {
    let _gone_already = killpg(group, Signal::SIGTERM);
    let until = Instant::now() + GRACE;
    while Instant::now() < until && cancel.asked() < 2 {
        output.take(receiver, Duration::from_millis(10));
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
    }
    let _gone_already = killpg(group, Signal::SIGKILL);
    child.wait()
}

#[derive(Default)]
struct Output {
    kept: Vec<u8>,
    dropped: usize,
    closed: bool,
}

impl Output {
    fn take(&mut self, receiver: &Receiver<Vec<u8>>, wait: Duration) {
        if self.closed {
            // Nothing comes any more; still give the program time to end.
            std::thread::sleep(wait);
            return;
        }
        match receiver.recv_timeout(wait) {
            Ok(bytes) => {
                let room = KEPT_BYTES.saturating_sub(self.kept.len()).min(bytes.len());
                self.kept.extend_from_slice(bytes.get(..room).unwrap_or_default());
                self.dropped += bytes.len() - room;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => self.closed = true,
        }
    }
}

fn read_into(mut pipe: impl Read + Send + 'static, sender: Sender<Vec<u8>>) {
    std::thread::spawn(move || {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            if sender.send(buffer.get(..count).unwrap_or_default().to_vec()).is_err() {
                return;
            }
        }
    });
}

/// The text of a program's output: no escape sequence, no control character but line ends
/// and tabs, nothing that turns the direction of writing.
pub(super) fn plain(bytes: &[u8]) -> String {
    #[derive(Default)]
    struct Text(String);
    impl vte::Perform for Text {
        fn print(&mut self, c: char) {
            let turns =
                matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
            if !turns && !c.is_control() {
                self.0.push(c);
            }
        }
        fn execute(&mut self, byte: u8) {
            match byte {
                b'\n' | b'\t' => self.0.push(char::from(byte)),
                b'\r' => self.0.push('\r'),
                _ => {}
            }
        }
    }
    let mut text = Text::default();
    vte::Parser::new().advance(&mut text, bytes);
    text.0.replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn sh(script: &str, limit: Duration) -> Ended {
        run(Command::new("/bin/sh").arg("-c").arg(script), limit, &Cancel::default()).unwrap()
    }

    #[test]
    fn output_of_both_streams_and_the_exit_code_are_kept() {
        let ended = sh("echo out; echo err >&2; exit 3", Duration::from_secs(20));
        assert_eq!(ended.exit, 3);
        assert!(ended.output.contains("out\n") && ended.output.contains("err\n"));
    }

    #[test]
    fn a_program_that_ignores_term_is_killed_with_its_children() {
        let ended = sh("trap '' TERM; sleep 60 & echo $!; wait; sleep 60", Duration::from_millis(300));
        assert_eq!(ended.exit, 124);
        assert!(ended.output.contains("stopped after 0 s"));
        let child: i32 = ended.output.lines().next().unwrap().parse().unwrap();
        let until = Instant::now() + Duration::from_secs(5);
        while nix::sys::signal::kill(Pid::from_raw(child), None).is_ok() {
            assert!(Instant::now() < until || is_zombie(child), "process {child} is still there");
            if is_zombie(child) {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A dead child of a dead parent waits for whoever is process 1 here.
    fn is_zombie(pid: i32) -> bool {
        std::fs::read_to_string(format!("/proc/{pid}/stat"))
            .is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.trim().starts_with('Z')))
    }

    #[test]
    fn a_program_that_is_cancelled_ends_at_once_and_says_who_stopped_it() {
        let cancel = Cancel::default();
        let asked = cancel.clone();
        let asker = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            asked.ask();
            asked.ask();
        });
        let began = Instant::now();
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg("trap '' TERM; echo begun; sleep 60");
        let ended = run(&mut command, Duration::from_secs(60), &cancel).unwrap();
        asker.join().unwrap();
        assert_eq!((ended.exit, ended.stopped), (130, true));
        assert_eq!(ended.output, "begun\n\nstopped by you\n");
        assert!(began.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_child_that_holds_the_pipe_does_not_hold_the_result() {
        let began = Instant::now();
        let ended = sh("sleep 60 & exit 0", Duration::from_secs(30));
        assert_eq!(ended.exit, 0);
        assert!(began.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn control_sequences_are_gone() {
        let text = plain(b"\x1b[31mred\x1b[0m \x1b]0;title\x07ok\r\n50%\r100%\n\xe2\x80\xaeevil\x08\n");
        assert_eq!(text, "red ok\n50%\n100%\nevil\n");
    }
}
