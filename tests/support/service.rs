//! Programs that serve while a test runs: Redis on a port of its own, and a worker that is
//! stopped when it has said what a test waits for.

use std::{
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A Redis of the test's own, stopped with it; it keeps nothing on disk.
pub struct Redis {
    child: Child,
    pub url: String,
}

impl Redis {
    /// Starts one on a free port.
    pub fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string()])
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("redis-server: {error}; install Debian's package redis-server"));
        let redis = Self { child, url: format!("redis://127.0.0.1:{port}/0") };
        let end = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < end, "redis-server does not answer on port {port}");
            std::thread::sleep(Duration::from_millis(50));
        }
        redis
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // A child that is gone already has nothing to be stopped.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a program that does not end by itself until it has said a word, then asks it to stop.
pub fn run_until(
    folder: &Path,
    program: &str,
    arguments: &[&str],
    settings: &[(&str, &str)],
    word: &str,
    seconds: u64,
) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let out = log.reopen().unwrap();
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .envs(settings.iter().copied())
        .stdin(Stdio::null())
        .stdout(out.try_clone().unwrap())
        .stderr(out)
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let end = Instant::now() + Duration::from_secs(seconds);
    let said = || String::from_utf8_lossy(&std::fs::read(log.path()).unwrap()).into_owned();
    let heard = loop {
        if said().contains(word) {
            break true;
        }
        if Instant::now() > end || child.try_wait().unwrap().is_some() {
            break said().contains(word);
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    // Asked rather than killed: a master ends the workers that it started.
    if child.try_wait().unwrap().is_none() {
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    }
    let end = Instant::now() + Duration::from_secs(30);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > end {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(heard, "{program} {arguments:?} in {} never said {word:?}\n{}", folder.display(), said());
}
