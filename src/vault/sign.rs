//! Signs commits as git is configured to, or says why not. Never commits unsigned instead.

use super::{git_error, io_error, open::GitVault};
use crate::ports::{Cancel, vault::VaultError};
use git2::{Config, ConfigLevel, Repository, Signature};
use std::{ffi::OsStr, io::Write, path::PathBuf};

/// How commits are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signing {
    format: Format,
    program: String,
    /// As configured; empty lets gpg choose by the committer.
    key: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Openpgp,
    X509,
    Ssh,
}

/// The signing that the configuration asks for; `None` when commits are not to be signed.
///
/// A program named by the repository's own configuration is refused: it would be code of
/// the repository that runs without having been shown.
pub(super) fn configured(repository: &Repository) -> Result<Option<Signing>, VaultError> {
    let config = repository.config().map_err(|error| git_error(&error))?;
    let config = config_snapshot(config)?;
    match config.get_bool("commit.gpgsign") {
        Ok(true) => {}
        Ok(false) => return Ok(None),
        Err(error) if error.code() == git2::ErrorCode::NotFound => return Ok(None),
        Err(error) => return Err(VaultError::Signing(error.message().to_owned())),
    }
    let text = |name: &str| config.get_string(name).unwrap_or_default();
    let (format, names, program): (_, &[&str], _) = match text("gpg.format").as_str() {
        "" | "openpgp" => (Format::Openpgp, &["gpg.openpgp.program", "gpg.program"], "gpg"),
        "x509" => (Format::X509, &["gpg.x509.program"], "gpgsm"),
        "ssh" => (Format::Ssh, &["gpg.ssh.program"], "ssh-keygen"),
        other => return Err(VaultError::Signing(format!("gpg.format {other} is not known"))),
    };
    let mut program = program.to_owned();
    for name in names {
        let Ok(entry) = config.get_entry(name) else { continue };
        if matches!(entry.level(), ConfigLevel::Local | ConfigLevel::Worktree) {
            return Err(VaultError::Signing(format!(
                "{name} is set by the repository's own configuration; set it in yours"
            )));
        }
        program = text(name);
        break;
    }
    let key = text("user.signingkey");
    if format == Format::Ssh && key.is_empty() {
        return Err(VaultError::Signing("user.signingkey names no SSH key".into()));
    }
    Ok(Some(Signing { format, program, key }))
}

fn config_snapshot(mut config: Config) -> Result<Config, VaultError> {
    config.snapshot().map_err(|error| git_error(&error))
}

/// `gpg KEY`, `ssh FILE` for the screen; a wrong configuration is shown as such and
/// refused at the commit.
pub(super) fn label(repository: &Repository) -> Result<Option<String>, VaultError> {
    match configured(repository) {
        Ok(signing) => Ok(signing.map(|signing| signing.label())),
        Err(VaultError::Signing(reason)) => Ok(Some(format!("not possible: {reason}"))),
        Err(error) => Err(error),
    }
}

impl Signing {
    /// What it is called in records and on screen.
    pub(super) fn label(&self) -> String {
        let program = match self.format {
            Format::Openpgp => "gpg",
            Format::X509 => "gpgsm",
            Format::Ssh => "ssh",
        };
        if let Some(key) = self.literal_ssh_key() {
            let mut words = key.split_whitespace();
            let kind = words.next().unwrap_or("ssh");
            let end: String = words
                .next()
                .map(|key| key.chars().skip(key.len().saturating_sub(6)).collect())
                .unwrap_or_default();
            return format!("{kind} …{end}");
        }
        format!("{program} {}", self.key).trim_end().to_owned()
    }

    /// A key written into the configuration itself instead of a file name.
    fn literal_ssh_key(&self) -> Option<&str> {
        if self.format != Format::Ssh {
            return None;
        }
        self.key.strip_prefix("key::").or_else(|| self.key.starts_with("ssh-").then_some(self.key.as_str()))
    }
}

impl GitVault {
    /// The signature of a commit's bytes.
    pub(super) fn sign(
        &self,
        signing: &Signing,
        committer: &Signature<'_>,
        buffer: &[u8],
        cancel: &Cancel,
    ) -> Result<String, VaultError> {
        let folder = tempfile::Builder::new()
            .prefix("sign-")
            .tempdir_in(&self.home)
            .map_err(|source| io_error(&self.home, source))?;
        let data = folder.path().join("commit");
        write(&data, buffer)?;
        let signature = folder.path().join(match signing.format {
            Format::Ssh => "commit.sig",
            Format::Openpgp | Format::X509 => "commit.asc",
        });
        let key_file: PathBuf;
        let person = super::author::shown(committer);
        let key = if signing.key.is_empty() { person.as_str() } else { signing.key.as_str() };
        let arguments: Vec<&OsStr> = match signing.format {
            Format::Openpgp | Format::X509 => {
                let plain = ["--batch", "--no-tty", "--yes", "-bsa", "-u", key, "-o"];
                let mut arguments: Vec<&OsStr> = plain.into_iter().map(OsStr::new).collect();
                arguments.extend([signature.as_os_str(), data.as_os_str()]);
                arguments
            }
            Format::Ssh => {
                let plain = ["-Y", "sign", "-n", "git", "-f"];
                let mut arguments: Vec<&OsStr> = plain.into_iter().map(OsStr::new).collect();
                match signing.literal_ssh_key() {
                    Some(key) => {
                        key_file = folder.path().join("key");
                        write(&key_file, key.as_bytes())?;
                        arguments.extend([key_file.as_os_str(), OsStr::new("-U")]);
                    }
                    None => {
                        key_file = self.expand(&signing.key);
                        arguments.push(key_file.as_os_str());
                    }
                }
                arguments.push(data.as_os_str());
                arguments
            }
        };
        let ended = self.run_program(OsStr::new(&signing.program), &self.root, &arguments, cancel).map_err(
            |error| VaultError::Signing(format!("{} cannot be started: {error}", signing.program)),
        )?;
        if ended.stopped {
            return Err(VaultError::Stopped { what: signing.program.clone() });
        }
        if ended.exit != 0 {
            let reason: Vec<&str> = ended.output.lines().filter(|line| !line.trim().is_empty()).collect();
            let reason = reason.last().copied().unwrap_or("it gave no reason");
            return Err(VaultError::Signing(format!(
                "{} ended with {}: {reason}",
                signing.program, ended.exit
            )));
        }
        let text = std::fs::read_to_string(&signature).map_err(|source| io_error(&signature, source))?;
        if !text.contains("-----BEGIN") {
            return Err(VaultError::Signing(format!("{} gave no signature", signing.program)));
        }
        Ok(text.replace("\r\n", "\n"))
    }

    /// `~/` at the start of a path is the user's home.
    fn expand(&self, path: &str) -> PathBuf {
        let home = self.settings.environment.get(OsStr::new("HOME")).cloned();
        match (path.strip_prefix("~/"), home.or_else(|| std::env::var_os("HOME"))) {
            (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
            _ => PathBuf::from(path),
        }
    }
}

fn write(path: &std::path::Path, bytes: &[u8]) -> Result<(), VaultError> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(bytes))
        .map_err(|source| io_error(path, source))
}
