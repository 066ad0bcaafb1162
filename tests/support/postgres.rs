//! A PostgreSQL of the tests' own, from Debian's package: one cluster for all tests that run at
//! the same time, a fresh database for each.
//!
//! The cluster is held by a shell that waits for the end of its input: it is stopped and removed
//! with the last test that uses it, and also when the test process ends in any other way. Its
//! files are in memory where the system has a place there.

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
};

/// A running cluster.
struct Cluster {
    guard: Child,
    programs: PathBuf,
    socket: String,
    port: u16,
    databases: AtomicUsize,
}

/// The cluster of the tests that run now.
static RUNNING: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());

impl Cluster {
    fn shared() -> Arc<Self> {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cluster) = running.upgrade() {
            return cluster;
        }
        let cluster = Arc::new(Self::start());
        *running = Arc::downgrade(&cluster);
        cluster
    }

    fn start() -> Self {
        let programs = programs();
        let mut said = String::new();
        // A port that is free now may be taken a moment later.
        for _ in 0..3 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut guard = guard(&programs, port);
            let mut out = BufReader::new(guard.stdout.take().unwrap());
            let mut line = String::new();
            out.read_line(&mut line).unwrap();
            if let Some(folder) = line.trim_end().strip_prefix("ready ") {
                let socket = folder.to_owned();
                return Self { guard, programs, socket, port, databases: AtomicUsize::new(0) };
            }
            out.read_to_string(&mut line).unwrap();
            guard.wait().unwrap();
            said.push_str(&line);
        }
        panic!("PostgreSQL does not start\n{said}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // One that is gone already has nothing to be waited for.
        let _ = self.guard.wait();
    }
}

/// The shell that holds a cluster. PostgreSQL refuses to run as root, so then it is asked to as the
/// user whom Debian's package makes.
fn guard(programs: &Path, port: u16) -> Child {
    let place = if Path::new("/dev/shm").is_dir() { PathBuf::from("/dev/shm") } else { "/tmp".into() };
    let is_root = nix::unistd::geteuid().is_root();
    let mut command = Command::new(if is_root { "setpriv" } else { "sh" });
    if is_root {
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--", "sh"]);
    }
    command
        .args(["-c", include_str!("postgres.sh"), "postgres.sh"])
        .args([programs, &place])
        .arg(port.to_string())
        .current_dir("/")
        // Keys that interrupt the tests end the input, and that ends it in order.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap_or_else(|error| panic!("sh: {error}"))
}

/// The folder of PostgreSQL's programs, the newest of Debian's where there are several.
fn programs() -> PathBuf {
    let has = |folder: &PathBuf| ["initdb", "pg_ctl", "psql"].iter().all(|name| folder.join(name).is_file());
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = versions
        .map(|entry| entry.path().join("bin"))
        .filter(has)
        .map(|path| {
            let version = path.parent().and_then(Path::file_name).and_then(|name| name.to_str());
            (version.and_then(|name| name.parse().ok()).unwrap_or(0), path)
        })
        .collect();
    found.sort();
    let known = std::env::var_os("PATH").unwrap_or_default();
    let debian = found.pop().map(|(_, path)| path);
    debian
        .or_else(|| std::env::split_paths(&known).find(has))
        .unwrap_or_else(|| panic!("no initdb is found; install Debian's package postgresql"))
}

/// An empty database; the user `app` may do everything in it.
pub struct Database {
    cluster: Arc<Cluster>,
    name: String,
}

impl Database {
    /// A new one.
    pub fn new() -> Self {
        let cluster = Cluster::shared();
        let name = format!("app_{}", cluster.databases.fetch_add(1, Ordering::Relaxed));
        let database = Self { cluster, name };
        database.ask("postgres", &format!("CREATE DATABASE {}", database.name));
        database
    }

    /// Its address, for drivers of this scheme: `postgresql+asyncpg`.
    pub fn url(&self, scheme: &str) -> String {
        format!("{scheme}://app@127.0.0.1:{}/{}", self.cluster.port, self.name)
    }

    /// The same as the variables that programs of PostgreSQL read.
    pub fn variables(&self) -> [(&'static str, String); 4] {
        [
            ("PGHOST", "127.0.0.1".to_owned()),
            ("PGPORT", self.cluster.port.to_string()),
            ("PGUSER", "app".to_owned()),
            ("PGDATABASE", self.name.clone()),
        ]
    }

    /// What it answers to statements, a line for each row. All of them are sent at once, so that
    /// several are one transaction.
    pub fn sql(&self, statements: &str) -> String {
        self.ask(&self.name, statements)
    }

    /// The tables of the backend, sorted; those in which tools keep what they have done are none.
    pub fn tables(&self) -> Vec<String> {
        let said = self.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
        let own =
            |name: &&str| !["migration", "alembic_version", "django_"].iter().any(|tool| name.contains(tool));
        said.lines().filter(own).map(str::to_owned).collect()
    }

    /// The names of indexes that are there and may be used: one whose building failed may not.
    pub fn indexes(&self, table: &str) -> Vec<String> {
        let asked = format!(
            "SELECT indexrelid::regclass FROM pg_index WHERE indrelid = '{table}'::regclass AND indisvalid ORDER BY 1"
        );
        self.sql(&asked).lines().map(|name| name.trim_matches('"').to_owned()).collect()
    }

    fn ask(&self, database: &str, statements: &str) -> String {
        let output = Command::new(self.cluster.programs.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "app", "-h", &self.cluster.socket])
            .args(["-p", &self.cluster.port.to_string(), "-d", database, "-c", statements])
            .output()
            .unwrap_or_else(|error| panic!("psql: {error}"));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{statements}\n{said}{}", String::from_utf8_lossy(&output.stderr));
        said
    }
}

/// A text that is there exactly so often, exchanged.
pub fn exchange(texts: &mut super::backend::Texts, path: &str, pairs: &[(&str, &str)]) {
    let text = texts.get_mut(path).unwrap_or_else(|| panic!("no {path}"));
    for (from, to) in pairs {
        assert!(text.contains(from), "{path} has no {from:?}\n{text}");
        *text = text.replace(from, to);
    }
}
