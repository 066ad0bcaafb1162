//! `proscenium verify`: the repository's own commands, on a clean copy of its last commit.
//!
//! Nothing runs that is not trusted by its digest: granted in the assistant, or named on
//! the command line. No other setting grants it, `CI=true` least of all.

use super::{
    args::{Shard, VerifyArgs, VerifyFormat},
    checks::{Place, Runner},
    failure::Failure,
    output,
    review::revision_failure,
    signals::Interrupt,
    subject::{Subject, open_source},
};
use crate::{
    domain::safe,
    domain::{command::CommandSpec, verdict::Verdict},
    ports::{ScanOptions, Scanner, Source, Vault},
    report::{self, CheckedCommand, Verification},
    runtime::checking::{self, Checks, NoDigest},
    vault::{GitVault, folder_tree},
    verify::TrustStore,
};
use std::{path::PathBuf, process::ExitCode};

/// Runs the commands; 1 when one failed, 3 when one could not be run.
pub fn run(args: &VerifyArgs) -> Result<ExitCode, Failure> {
    let subject = Subject::open(&args.path)?;
    let vault = if args.in_place { subject.vault().ok() } else { Some(subject.vault()?) };
    // Commands belong to the whole repository, wherever in it the user stands.
    let subject = match &vault {
        Some(vault) if vault.root() != subject.root => Subject::open(vault.root())?,
        Some(_) | None => subject,
    };
    let head = vault.as_ref().map(|vault| vault.state().map_err(super::apply::vault_failure)).transpose()?;
    let hooks: Vec<PathBuf> =
        head.iter().flat_map(|state| state.hooks.iter().map(|(_, path)| path.clone())).collect();
    let commit = head.map(|state| state.head).unwrap_or_default();
    if commit.is_empty() && !args.in_place {
        return Err(Failure::user(
            "this repository has no commit yet",
            "commit once, or use --in-place to run in the folder itself",
        ));
    }
    let source = if args.in_place {
        subject.on_disk()
    } else {
        Source::Tree { repository: subject.root.clone(), tree: commit.clone() }
    };
    let checks = find(&subject, &source, &hooks)?;
    for problem in &checks.problems {
        output::say(&format!("note: {}", safe::clean(problem)));
    }
    let digest = checks.digest.map_err(|error| {
        let hint = match error {
            NoDigest::Trust(_) => "nothing runs until it can be read",
            NoDigest::Stated(_) => {
                "nothing runs until it is right; `proscenium stack check` names every error"
            }
        };
        Failure::user(error, hint)
    })?;
    if args.show {
        return show(&checks.commands, &digest);
    }
    if checks.commands.is_empty() {
        return Err(Failure::blocked(
            "no command to verify with was found",
            "state one under verify: in stack/stack.yaml; `proscenium stack set` writes that file",
        ));
    }
    trusted(&subject, &digest, args)?;
    let chosen = shard(&checks.commands, args.shard);
    let commands = execute(&subject, vault.as_ref(), &commit, &chosen, args)?;
    let Ended { tree, commands, signal } = commands;
    if let Some(number) = signal {
        output::say(&format!("stopped by signal {number}"));
        return Ok(ExitCode::from(128_u8.saturating_add(number)));
    }
    let required = |command: &&CheckedCommand| !command.optional;
    let success = commands.iter().filter(required).all(|command| command.verdict.allows_success());
    let verification = Verification { schema_version: 1, root: ".".into(), tree, digest, commands, success };
    match args.format {
        VerifyFormat::Text => {
            output::print(&report::verification_text(&verification, output::paint()))?;
        }
        VerifyFormat::Json => output::print_json(&verification)?,
        VerifyFormat::Junit => output::print(&report::junit(&verification))?,
    }
    Ok(ExitCode::from(status(&verification)))
}

/// 1 beats 3: a failure is known, a blocked command is only not known.
fn status(verification: &Verification) -> u8 {
    let required = verification.commands.iter().filter(|command| !command.optional);
    required
        .map(|command| match command.verdict {
            Verdict::Passed | Verdict::FailsAsBefore => 0,
            Verdict::Failed | Verdict::Untrusted { .. } | Verdict::TimedOut | Verdict::Stopped => 1,
            Verdict::Blocked { .. } | Verdict::NotRun { .. } => 3,
        })
        .min_by_key(|status| match status {
            1 => 0,
            3 => 1,
            _ => 2,
        })
        .unwrap_or(0)
}

fn find(subject: &Subject, source: &Source, hooks: &[PathBuf]) -> Result<Checks, Failure> {
    let files = open_source(source)?;
    let options = ScanOptions { no_cache: false, rules: false };
    let map = subject.scanner.scan(source, &options, &|_| true).map_err(|error| Failure::user(error, ""))?;
    checking::find(&subject.root, files.as_ref(), &map.services, hooks)
        .map_err(|error| Failure::user(error, ""))
}

fn show(commands: &[CommandSpec], digest: &str) -> Result<ExitCode, Failure> {
    output::print(&report::commands_text(commands, digest, output::paint()))?;
    output::say("The digest covers these commands, the files that state them and the repository's hooks.");
    output::say("It does not cover the code that they load: tests, configuration, plugins.");
    Ok(ExitCode::SUCCESS)
}

/// Exactly this digest, or nothing.
fn trusted(subject: &Subject, digest: &str, args: &VerifyArgs) -> Result<(), Failure> {
    match &args.trust {
        Some(given) if given == digest => return Ok(()),
        Some(given) => {
            return Err(Failure::blocked(
                format!("--trust names {given}, but the commands have {digest}"),
                "look at them with `proscenium verify --show`, then name that digest",
            ));
        }
        None => {}
    }
    let store = TrustStore::new(subject.dirs.state.join("trust"));
    let is_granted = store
        .is_trusted(&subject.root, digest)
        .map_err(|error| Failure::blocked(error, "name the digest with --trust instead"))?;
    if is_granted {
        return Ok(());
    }
    Err(Failure::blocked(
        format!("these commands are not trusted: {digest}"),
        format!(
            "look at them with `proscenium verify --show`, then run `proscenium verify --trust {digest}`"
        ),
    ))
}

fn shard(commands: &[CommandSpec], shard: Option<Shard>) -> Vec<CommandSpec> {
    let Some(Shard { index, of }) = shard else { return commands.to_vec() };
    commands.iter().skip(index).step_by(of).cloned().collect()
}

/// What came of the commands.
struct Ended {
    tree: String,
    commands: Vec<CheckedCommand>,
    /// The signal that stopped us, when one did.
    signal: Option<u8>,
}

fn execute(
    subject: &Subject,
    vault: Option<&GitVault>,
    commit: &str,
    commands: &[CommandSpec],
    args: &VerifyArgs,
) -> Result<Ended, Failure> {
    let interrupt = Interrupt::listen()?;
    let place = match vault.filter(|_| !args.in_place) {
        Some(vault) => Place::scratch(subject, vault, "verify", commit)?,
        None => Place::in_place(subject),
    };
    let base = match (&args.base, vault) {
        (Some(revision), Some(vault)) => {
            let found = folder_tree(&subject.root, revision).map_err(|error| revision_failure(&error))?;
            Some(Place::scratch(subject, vault, "verify-base", &found.commit)?)
        }
        (Some(_), None) => {
            return Err(Failure::user("--base needs a git repository", "leave it out, or run `git init`"));
        }
        (None, _) => None,
    };
    let mut runner = Runner::new(interrupt.cancel());
    let mut checked = Vec::new();
    for spec in commands {
        checked.push(runner.check(spec, &place, base.as_ref()));
        if interrupt.signal().is_some() {
            break;
        }
    }
    Ok(Ended { tree: place.tree().to_owned(), commands: checked, signal: interrupt.signal() })
}
