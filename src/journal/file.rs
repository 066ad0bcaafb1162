//! The file of one session: create, append, load, and cut a torn end.
//!
//! An append is one write and one fsync. A process or machine that dies in between
//! leaves at most one unfinished last line, which loading cuts; damage anywhere else
//! refuses to load rather than lose what follows.

use super::line;
use crate::{
    domain::event::Event,
    ports::journal::{Journal, JournalError},
};
use nix::fcntl::OFlag;
use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// The journal of one session, open for appending.
#[derive(Debug)]
pub struct FileJournal {
    file: File,
    path: PathBuf,
    /// Length up to which the file is known to be good.
    length: u64,
    sum: String,
    /// An append failed and could not be taken back: nothing may follow it.
    is_broken: bool,
}

/// What was read from a journal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Loaded {
    /// In order; empty for a journal that was created and never written.
    pub events: Vec<Event>,
    /// The unfinished last line, when there was one.
    pub torn: Option<Torn>,
    length: u64,
    sum: String,
}

/// An unfinished last line, which is not part of the events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// 1-based.
    pub line: usize,
    pub bytes: usize,
}

impl FileJournal {
    /// Makes the journal of a new session below the user's state folder.
    ///
    /// Errors: `Write` also when that session has a journal already.
    pub fn create(state: &Path, session: &str) -> Result<Self, JournalError> {
        let path = path_of(state, session)?;
        let failed = |source| JournalError::Write { path: path.display().to_string(), source };
        prepare_folder(path.parent().unwrap_or(state)).map_err(failed)?;
        let file = options().create_new(true).open(&path).map_err(failed)?;
        // The name of the file must survive a power cut too.
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all()).map_err(failed)?;
        Ok(Self { file, path, length: 0, sum: line::START.to_owned(), is_broken: false })
    }

    /// Opens the journal of an existing session for appending, and returns what it holds.
    ///
    /// A torn last line is cut off and kept beside the journal.
    pub fn open(state: &Path, session: &str) -> Result<(Self, Loaded), JournalError> {
        let loaded = load(state, session)?;
        let path = path_of(state, session)?;
        let failed = |source| JournalError::Write { path: path.display().to_string(), source };
        let mut file = options().open(&path).map_err(failed)?;
        if loaded.torn.is_some() {
            cut(&mut file, &path, loaded.length).map_err(failed)?;
        } else if loaded.length > 0 && !ends_with_newline(&mut file).map_err(failed)? {
            // The last line is whole but for its newline.
            file.write_all(b"\n").and_then(|()| file.sync_data()).map_err(failed)?;
        }
        let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
        let journal = Self { file, path, length, sum: loaded.sum.clone(), is_broken: false };
        Ok((journal, loaded))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Journal for FileJournal {
    fn append(&mut self, event: &Event) -> Result<(), JournalError> {
        let failed = |source| JournalError::Write { path: self.path.display().to_string(), source };
        if self.is_broken {
            return Err(failed(io::Error::other("an earlier line could not be finished")));
        }
        let (bytes, sum) = line::encode(event, &self.sum).map_err(|error| failed(error.into()))?;
        if let Err(error) = self.file.write_all(&bytes).and_then(|()| self.file.sync_data()) {
            let error = failed(error);
            self.is_broken = self.file.set_len(self.length).and_then(|()| self.file.sync_data()).is_err();
            return Err(error);
        }
        self.length += bytes.len() as u64;
        self.sum = sum;
        Ok(())
    }
}

/// Reads the journal of a session without changing it.
///
/// Errors: `NoSuchSession`, `Read`, and `Damaged` with the line for anything wrong before
/// the last line's end, an unknown kind of event included.
pub fn load(state: &Path, session: &str) -> Result<Loaded, JournalError> {
    let path = path_of(state, session)?;
    let mut bytes = Vec::new();
    match options().open(&path).and_then(|mut file| file.read_to_end(&mut bytes)) {
        Ok(_) => parse(&bytes, &path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(JournalError::NoSuchSession(session.to_owned()))
        }
        Err(source) => Err(JournalError::Read { path: path.display().to_string(), source }),
    }
}

/// The events of a journal's bytes.
pub(super) fn parse(bytes: &[u8], path: &Path) -> Result<Loaded, JournalError> {
    let mut loaded = Loaded { sum: line::START.to_owned(), ..Loaded::default() };
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let (text, is_ended) = line.strip_suffix(b"\n").map_or((line, false), |text| (text, true));
        match line::decode(text, &loaded.sum) {
            Ok((event, sum)) => {
                loaded.events.push(event);
                loaded.sum = sum;
                loaded.length += line.len() as u64;
            }
            Err(_) if !is_ended => loaded.torn = Some(Torn { line: index + 1, bytes: line.len() }),
            Err(reason) => {
                let path = path.display().to_string();
                return Err(JournalError::Damaged { path, line: index + 1, reason });
            }
        }
    }
    Ok(loaded)
}

/// Where the sessions are kept.
pub(super) fn folder_of(state: &Path) -> PathBuf {
    state.join("sessions")
}

/// The file of a session; a name that could leave the folder is no session.
pub(super) fn path_of(state: &Path, session: &str) -> Result<PathBuf, JournalError> {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if session.is_empty() || session.starts_with('.') || !session.chars().all(is_safe) {
        return Err(JournalError::NoSuchSession(session.to_owned()));
    }
    Ok(folder_of(state).join(format!("{session}.jsonl")))
}

/// Makes a private folder; a symbolic link in its place is an error.
pub(super) fn prepare_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    if std::fs::symlink_metadata(folder)?.is_dir() {
        Ok(())
    } else {
        Err(io::Error::other("the folder is a symbolic link"))
    }
}

/// Reading and appending, never through a symbolic link.
pub(super) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).append(true).mode(0o600).custom_flags(OFlag::O_NOFOLLOW.bits());
    options
}

/// Cuts the file to `length` bytes and keeps what was behind in a file of its own.
fn cut(file: &mut File, path: &Path, length: u64) -> io::Result<()> {
    let mut rest = Vec::new();
    file.seek(SeekFrom::Start(length))?;
    file.read_to_end(&mut rest)?;
    for number in 1..1000 {
        let aside = path.with_extension(format!("torn-{number}"));
        match options().create_new(true).open(&aside) {
            Ok(mut aside) => {
                aside.write_all(&rest)?;
                aside.sync_all()?;
                break;
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    file.set_len(length)?;
    file.sync_all()
}

fn ends_with_newline(file: &mut File) -> io::Result<bool> {
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}
