//! Errors at the edge: what happened, what to do next, and the exit status.

use std::{fmt, process::ExitCode};

/// Whose fault it is decides the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bad usage or input.
    User,
    /// A missing tool, untrusted commands: nothing was wrong with the input.
    Blocked,
    /// Ours.
    Bug,
    /// Whoever read standard output went away; there is nothing to say.
    ReaderGone,
}

/// An error for people.
#[derive(Debug)]
pub struct Failure {
    pub kind: Kind,
    pub text: String,
    /// The next command or key; may be empty.
    pub hint: String,
}

impl Failure {
    /// The user can mend it.
    pub fn user(text: impl fmt::Display, hint: impl Into<String>) -> Self {
        Self { kind: Kind::User, text: text.to_string(), hint: hint.into() }
    }

    /// Something is missing.
    pub fn blocked(text: impl fmt::Display, hint: impl Into<String>) -> Self {
        Self { kind: Kind::Blocked, text: text.to_string(), hint: hint.into() }
    }

    /// We are wrong.
    pub fn bug(text: impl fmt::Display) -> Self {
        Self {
            kind: Kind::Bug,
            text: text.to_string(),
            hint: "this is a bug of proscenium; the session is kept".into(),
        }
    }

    /// Standard output is a pipe that nobody reads any more.
    pub fn reader_gone() -> Self {
        Self { kind: Kind::ReaderGone, text: "standard output was closed".into(), hint: String::new() }
    }

    /// Whether a message would only be noise: `proscenium scan | head`.
    pub fn is_silent(&self) -> bool {
        self.kind == Kind::ReaderGone
    }

    /// The status of product.md.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.kind {
            Kind::User => 2,
            Kind::Blocked => 3,
            Kind::Bug => 101,
            // As if SIGPIPE had ended us.
            Kind::ReaderGone => 128 + 13,
        })
    }
}

impl From<crate::runtime::open::OpenError> for Failure {
    fn from(error: crate::runtime::open::OpenError) -> Self {
        let hint = error.hint().to_owned();
        Self::user(error, hint)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Paths and names of a repository stand in the text: nothing of them may drive the terminal.
        let clean = |text: &str| crate::domain::safe::clean(text).into_owned();
        write!(f, "error: {}", clean(&self.text))?;
        if !self.hint.is_empty() {
            write!(f, "\nhint: {}", clean(&self.hint))?;
        }
        Ok(())
    }
}
