//! `proscenium learn check`: does every anchor of a walkthrough still resolve?
//!
//! For the CI of whoever keeps walkthroughs: they age with the code, and this says so
//! before a reader does. Exit status 1 when an anchor is lost, with its name.

use super::{args::TextOrJson, failure::Failure, lesson_folder, output};
use crate::{
    analysis::{
        anchors::{Found, Resolver, Unresolved},
        source,
    },
    domain::{anchor::Anchor, safe, walkthrough::Walkthrough},
    ports::Source,
    report::{self, Paint, Tone},
    runtime::{learn::checkup::RunTests, open::OpenError, walk},
};
use clap::Args;
use serde::Serialize;
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// A walkthrough larger than this is none.
const SIZE_LIMIT_BYTES: u64 = 16 << 20;

/// `learn check`.
#[derive(Debug, Args)]
pub struct LearnCheckArgs {
    /// The folder of a lesson, or the lesson file that `sessions export --walkthrough` wrote.
    pub file: PathBuf,
    /// Folder of the repository that a lesson file is about.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Run the test command that the lesson's folder states, at its start and after each step.
    #[arg(long)]
    pub run: bool,
    #[arg(long, value_enum, default_value_t)]
    pub format: TextOrJson,
}

/// One anchor with what became of it.
struct Checked<'l> {
    /// 1-based number of the step.
    step: usize,
    anchor: &'l Anchor,
    result: Result<Found, Unresolved>,
}

/// Resolves every anchor and says where it stands now.
pub fn run(args: &LearnCheckArgs) -> Result<ExitCode, Failure> {
    if args.file.is_dir() {
        let run = if args.run { RunTests::Yes } else { RunTests::No };
        return lesson_folder::run(&args.file, run, args.format);
    }
    let lesson = read(&args.file)?;
    if !args.path.is_dir() {
        let shown = args.path.display().to_string();
        let error =
            if args.path.exists() { OpenError::NotAFolder(shown) } else { OpenError::NotFound(shown) };
        return Err(error.into());
    }
    let files = source::open(&Source::Directory { root: args.path.clone() }).map_err(OpenError::from)?;
    let checked = walk::deep(|| check(&lesson, &mut Resolver::new(files.as_ref()))).map_err(Failure::bug)?;
    let lost = checked.iter().filter(|checked| checked.result.is_err()).count();
    match args.format {
        TextOrJson::Text => output::print(&text(&lesson, &checked, lost, output::paint()))?,
        TextOrJson::Json => output::print_json(&json(&lesson, &checked, lost))?,
    }
    Ok(if lost == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Reads a lesson file. It may come from anybody.
pub(super) fn read(path: &Path) -> Result<Walkthrough, Failure> {
    let hint = "name the lesson file that `proscenium sessions export ID --walkthrough` wrote";
    let wrong = |reason: &dyn std::fmt::Display| Failure::user(format!("{}: {reason}", path.display()), hint);
    let size = std::fs::metadata(path).map_err(|error| wrong(&error))?.len();
    if size > SIZE_LIMIT_BYTES {
        return Err(wrong(&format!("{size} bytes, more than {SIZE_LIMIT_BYTES}")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    Walkthrough::parse(&text).map_err(|error| wrong(&format!("it is no walkthrough: {error}")))
}

fn check<'l>(lesson: &'l Walkthrough, resolver: &mut Resolver<'_>) -> Vec<Checked<'l>> {
    let mut checked = Vec::new();
    for (step, walked) in (1..).zip(&lesson.steps) {
        for anchor in &walked.anchors {
            checked.push(Checked { step, anchor, result: resolver.resolve(anchor) });
        }
    }
    checked
}

fn text(lesson: &Walkthrough, checked: &[Checked<'_>], lost: usize, paint: Paint) -> String {
    let mut text = format!(
        "{}: {}, {}\n",
        paint.tone(Tone::Strong, &safe::clean(&lesson.title)),
        report::count(lesson.steps.len(), "step"),
        report::count(checked.len(), "anchor"),
    );
    for checked in checked {
        let title = checked.anchor.title();
        let title = safe::clean(&title);
        let line = match &checked.result {
            Ok(found) => {
                let (tone, word) =
                    if found.is_moved { (Tone::Warning, "moved") } else { (Tone::Good, "found") };
                let from =
                    if found.is_moved { format!(", was in {}", checked.anchor.path) } else { String::new() };
                let changed = if found.is_changed { ", changed since" } else { "" };
                let aside = format!("{}{from}{changed}", found.place);
                format!(
                    "{}  step {}  {title}  {}",
                    paint.tone(tone, word),
                    checked.step,
                    paint.tone(Tone::Faint, &safe::clean(&aside))
                )
            }
            Err(why) => format!(
                "{}   step {}  {}: {}",
                paint.tone(Tone::Bad, "lost"),
                checked.step,
                paint.tone(Tone::Strong, &title),
                safe::clean(&why.to_string())
            ),
        };
        let _infallible = writeln!(text, "  {line}");
    }
    let verdict = match lost {
        0 => "Every anchor resolves.".to_owned(),
        _ => format!(
            "{lost} of {} {} not resolve. Export the walkthrough again, or take the step out.",
            report::count(checked.len(), "anchor"),
            if lost == 1 { "does" } else { "do" },
        ),
    };
    text.push_str(&verdict);
    text.push('\n');
    text
}

/// `learn check --format json`.
#[derive(Serialize)]
struct Document<'l> {
    schema_version: u32,
    title: &'l str,
    lost: usize,
    anchors: Vec<Line<'l>>,
}

/// One anchor of the document.
#[derive(Serialize)]
struct Line<'l> {
    step: usize,
    symbol: &'l str,
    /// Where it stood, and where it stands; the latter is none for a lost one.
    path: &'l str,
    place: Option<String>,
    moved: bool,
    changed: bool,
    problem: Option<String>,
}

fn json<'l>(lesson: &'l Walkthrough, checked: &[Checked<'l>], lost: usize) -> Document<'l> {
    let anchors = checked.iter().map(|checked| {
        let found = checked.result.as_ref().ok();
        Line {
            step: checked.step,
            symbol: &checked.anchor.symbol,
            path: &checked.anchor.path,
            place: found.map(|found| found.place.to_string()),
            moved: found.is_some_and(|found| found.is_moved),
            changed: found.is_some_and(|found| found.is_changed),
            problem: checked.result.as_ref().err().map(ToString::to_string),
        }
    });
    Document { schema_version: 1, title: &lesson.title, lost, anchors: anchors.collect() }
}
