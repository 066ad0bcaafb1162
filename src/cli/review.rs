//! `proscenium review`: findings, those that a change brought in, and their fixes.

use super::{
    args::{ReviewArgs, ReviewFormat},
    baseline::{self, Known},
    failure::Failure,
    fixes, output, shard,
    subject::{Cache, Subject},
};
use crate::{
    analysis::stack,
    domain::{finding::Finding, map::BackendMap},
    ports::Source,
    report::{self, BaselineUse, NotUnderstood, Review, RuleText},
    vault::{RevisionError, folder_tree},
};
use std::{collections::BTreeMap, process::ExitCode};

/// Reviews and prints; status 1 when something at or above `--fail-on` was found.
pub fn run(args: &ReviewArgs) -> Result<ExitCode, Failure> {
    let subject = Subject::open(&args.path)?;
    if !args.merge.is_empty() {
        return merged(&subject, args);
    }
    // Read before the scan: a wrong name is said at once.
    let file = args.baseline.as_deref().map(baseline::read).transpose()?;
    let base = args.base.as_deref().map(|revision| base_map(&subject, revision, args)).transpose()?;
    let cache = if args.no_cache { Cache::Avoid } else { Cache::Use };
    let map = subject.scan(&subject.on_disk(), cache)?;
    let mut known = Known::default();
    if let Some(base) = &base {
        known.add(base.findings.iter().map(|finding| finding.fingerprint.clone()));
    }
    if let Some(file) = &file {
        known.add(file.fingerprints());
    }
    let mut sorted = known.sort_out(&map.findings);
    if let Some(part) = args.shard {
        sorted.new.retain(|finding| shard::holds(part, &finding.file));
    }
    if let Some(path) = &args.write_baseline {
        let written = baseline::write(path, &sorted.new)?;
        output::say(&format!(
            "{} in {}",
            report::count(written, "finding"),
            crate::domain::safe::clean(&path.to_string_lossy())
        ));
        return Ok(ExitCode::SUCCESS);
    }
    if args.fix {
        return fixes::run(&subject, &sorted.new, args);
    }
    let used = args.baseline.as_ref().zip(file.as_ref()).map(|(path, file)| BaselineUse {
        path: path.to_string_lossy().into_owned(),
        entries: file.fingerprints().count(),
        dead: file.dead(&map.findings),
    });
    let repairs = match args.format {
        ReviewFormat::Sarif => fixes::repairs(&subject, &sorted.new)?,
        // A part carries them for the whole that it is joined to.
        ReviewFormat::Json if args.shard.is_some() => fixes::repairs(&subject, &sorted.new)?,
        ReviewFormat::Text | ReviewFormat::Json | ReviewFormat::Github | ReviewFormat::Markdown => {
            BTreeMap::new()
        }
    };
    let review = Review {
        repairs,
        schema_version: 1,
        root: map.root.clone(),
        base: args.base.clone(),
        rules: cards(&subject, &sorted.new),
        findings: sorted.new,
        older: sorted.older,
        baseline: used,
        not_understood: not_understood(&map),
        excluded: excluded(&map),
        stats: map.stats,
    };
    print(&review, args.format)?;
    Ok(verdict(&review.findings, args))
}

/// The results of all parts, printed as one.
fn merged(subject: &Subject, args: &ReviewArgs) -> Result<ExitCode, Failure> {
    let whole = shard::merge(&args.merge)?;
    let review = Review {
        repairs: whole.repairs,
        schema_version: 1,
        root: whole.root,
        base: whole.base,
        rules: cards(subject, &whole.findings),
        findings: whole.findings,
        older: whole.older,
        baseline: None,
        not_understood: whole.not_understood,
        excluded: whole.excluded,
        stats: whole.stats,
    };
    print(&review, args.format)?;
    Ok(verdict(&review.findings, args))
}

/// Status 1 for findings that weigh enough.
pub(super) fn verdict(findings: &[Finding], args: &ReviewArgs) -> ExitCode {
    let worst = findings.iter().map(|finding| finding.level).max();
    ExitCode::from(u8::from(worst.is_some_and(|level| level >= args.fail_on.level())))
}

fn print(review: &Review, format: ReviewFormat) -> Result<(), Failure> {
    match format {
        ReviewFormat::Text => output::print(&report::review_text(review, output::paint())),
        ReviewFormat::Json => output::print_json(review),
        ReviewFormat::Sarif => output::print(&report::sarif(review, env!("CARGO_PKG_VERSION"))),
        ReviewFormat::Github => output::print(&report::github(review)),
        ReviewFormat::Markdown => output::print(&report::review_markdown(review)),
    }
}

/// How the map begins the reason of what the settings exclude.
const EXCLUDED: &str = "excluded: ";

/// The map of the same folder at a revision; empty where it did not exist then.
fn base_map(subject: &Subject, revision: &str, args: &ReviewArgs) -> Result<BackendMap, Failure> {
    let found = folder_tree(&subject.root, revision).map_err(|error| revision_failure(&error))?;
    let Some(tree) = found.tree else { return Ok(BackendMap::default()) };
    let cache = if args.no_cache { Cache::Avoid } else { Cache::Use };
    subject.scan(&Source::Tree { repository: found.repository, tree }, cache)
}

pub(super) fn revision_failure(error: &RevisionError) -> Failure {
    let hint = match error {
        RevisionError::Vault(_) => "a revision needs a git repository with a working tree",
        RevisionError::Unknown(_) | RevisionError::NotACommit(_) => {
            "name a commit: a branch, a tag, HEAD~1, an id; in a shallow clone, fetch it first"
        }
    };
    Failure::user(error, hint)
}

fn cards(subject: &Subject, findings: &[Finding]) -> BTreeMap<String, RuleText> {
    let named = |id: &str| findings.iter().any(|finding| finding.rule == id);
    subject
        .knowledge
        .rules
        .iter()
        .filter(|card| named(&card.id))
        .map(|card| {
            let text = RuleText {
                title: card.title.clone(),
                family: card.family.clone(),
                level: card.level,
                why: card.why.clone(),
                fix: card.fix.how.clone(),
                sources: card.source.clone(),
            };
            (card.id.clone(), text)
        })
        .collect()
}

/// What `stack/proscenium.toml` leaves out.
fn excluded(map: &BackendMap) -> Vec<NotUnderstood> {
    let left_out = map.skipped.iter().filter(|skipped| skipped.reason.starts_with(EXCLUDED));
    left_out
        .map(|skipped| NotUnderstood {
            path: skipped.path.clone(),
            reason: skipped.reason.replacen(EXCLUDED, "", 1),
        })
        .collect()
}

/// Source files that no rule could look at. What is not meant to be read is not among them.
fn not_understood(map: &BackendMap) -> Vec<NotUnderstood> {
    const MEANT: [&str; 5] = ["minified", "generated: ", "symbolic link", "submodule", EXCLUDED];
    let Ok(signals) = stack::shipped() else { return Vec::new() };
    map.skipped
        .iter()
        .filter(|skipped| signals.language_of(&skipped.path).is_some())
        .filter(|skipped| !MEANT.iter().any(|reason| skipped.reason.starts_with(reason)))
        .map(|skipped| NotUnderstood { path: skipped.path.clone(), reason: skipped.reason.clone() })
        .collect()
}
