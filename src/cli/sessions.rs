//! `proscenium sessions`: journals of earlier sessions, without opening their repositories.

use super::{
    args::{ExportFormat, SessionsCommand, SessionsListArgs, TextOrJson},
    failure::Failure,
    output, replay,
    subject::{Cache, Subject},
};
use crate::{
    domain::{
        event::{Event, Exit},
        report::Report,
        safe,
        session::Session,
        stack::Stack,
    },
    engine::{Model, Msg, effect::Checked, model::Options, reporting, update},
    journal::{self, Loaded, SessionSummary},
    keys::KeyTable,
    knowledge::Knowledge,
    ports::{Clock, Source, journal::JournalError},
    report::{self, Paint, Tone},
    runtime::{
        Dirs,
        clock::{SystemClock, ago, clock_time},
        handbook,
        host::base_source,
        open::{self, OpenError},
        walk,
    },
};
use serde::Serialize;
use std::{collections::BTreeMap, fmt::Write, path::Path, process::ExitCode, sync::Arc};

/// Does what the subcommand says.
pub fn run(command: &SessionsCommand) -> Result<ExitCode, Failure> {
    let dirs = Dirs::from_env().map_err(OpenError::from)?;
    match command {
        SessionsCommand::List(args) => list(&dirs, args)?,
        SessionsCommand::Show(args) => {
            output::print(&report::markdown(&document(&dirs, &args.id)?.1))?;
        }
        SessionsCommand::Export(args) => {
            let (session, document) = document(&dirs, &args.id)?;
            if args.walkthrough {
                super::session_walk::export(&session, &document, args.to.as_deref())?;
                return Ok(ExitCode::SUCCESS);
            }
            output::print(&match args.format {
                ExportFormat::Markdown => report::markdown(&document),
                ExportFormat::Html => report::html(&document),
                ExportFormat::Walkthrough => {
                    let held = walk::held(&session);
                    report::walkthrough(&walk::walkthrough(&document, &held).map_err(Failure::bug)?)
                }
            })?;
        }
        SessionsCommand::Replay(args) if replay::is_stepped(args) => return replay::run(&dirs, args),
        SessionsCommand::Replay(args) => list_events(&load(&dirs, &args.id)?.events)?,
        SessionsCommand::Delete(args) => {
            journal::delete(&dirs.state, &args.id).map_err(journal_failure)?;
            output::say(&format!("session {} is deleted; its commits stay", safe::clean(&args.id)));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// One session of `sessions list --format json`.
#[derive(Serialize)]
struct Listed<'a> {
    session: &'a str,
    root: &'a str,
    repository: &'a str,
    branch: &'a str,
    task: &'a str,
    scene: &'a str,
    /// Milliseconds since the epoch.
    saved_at: u64,
    events: usize,
    exit: Option<Exit>,
    problem: Option<&'a str>,
}

impl<'a> Listed<'a> {
    fn of(summary: &'a SessionSummary) -> Self {
        Self {
            session: &summary.session,
            root: &summary.root,
            repository: &summary.title,
            branch: &summary.branch,
            task: &summary.task,
            scene: summary.scene.name(),
            saved_at: summary.saved_at,
            events: summary.events,
            exit: summary.exit,
            problem: summary.problem.as_deref(),
        }
    }
}

fn list(dirs: &Dirs, args: &SessionsListArgs) -> Result<(), Failure> {
    let sessions = journal::list(&dirs.state).map_err(journal_failure)?;
    if args.format == TextOrJson::Json {
        let sessions: Vec<Listed<'_>> = sessions.iter().map(Listed::of).collect();
        return output::print_json(&serde_json::json!({"schema_version": 1, "sessions": sessions}));
    }
    if sessions.is_empty() {
        output::say("no session yet; `proscenium` in a repository begins one");
    }
    let (now, paint) = (SystemClock::default().now(), output::paint());
    let mut text = String::new();
    for summary in &sessions {
        text.push_str(&one(summary, now, paint));
    }
    output::print(&text)
}

fn one(summary: &SessionSummary, now: u64, paint: Paint) -> String {
    let state = match (&summary.problem, summary.exit) {
        (Some(problem), _) => format!("damaged: {problem}"),
        (None, Some(Exit::Success)) => "ended: success".to_owned(),
        (None, Some(Exit::Partial)) => "ended: partial success".to_owned(),
        (None, None) => format!("open in {}", summary.scene.name()),
    };
    let task = if summary.task.is_empty() { "no task yet" } else { &summary.task };
    format!(
        "{}  {}  {} on {}, {}\n  {}\n",
        paint.tone(Tone::Strong, &safe::clean(&summary.session)),
        safe::clean(&state),
        safe::clean(&summary.title),
        safe::clean(&summary.branch),
        ago(summary.saved_at, now),
        safe::clean(task)
    )
}

fn load(dirs: &Dirs, id: &str) -> Result<Loaded, Failure> {
    let loaded = journal::load(&dirs.state, id).map_err(journal_failure)?;
    if let Some(torn) = &loaded.torn {
        output::say(&format!("note: line {} is unfinished and left out", torn.line));
    }
    Ok(loaded)
}

/// The session as it stood after its last event.
fn model(dirs: &Dirs, id: &str) -> Result<Model, Failure> {
    let events = load(dirs, id)?.events;
    let session = Session::replay(&events).map_err(replay_failure)?;
    let root = Path::new(&session.identity.root);
    let knowledge = Knowledge::load(&open::overlays(root, dirs)).map_err(OpenError::from)?;
    let keys = KeyTable::shipped().map_err(OpenError::from)?;
    let book = handbook::handbook(&knowledge, &Stack::default());
    let mut model = Model::new(Arc::new(keys), Arc::new(book), Options::default());
    model.now = events.last().map_or(0, |event| event.at);
    let last_run = session.evidence.runs.values().max_by_key(|run| run.started_at);
    model.activity.tree = last_run.map(|run| (run.tree.clone(), Vec::new()));
    // Effects would touch the world; a report needs none of them.
    let _not_carried_out = update(&mut model, Msg::Resumed(events));
    Ok(model)
}

/// A session and its report, with the behaviour that its approved text changes.
pub(super) fn document(dirs: &Dirs, id: &str) -> Result<(Session, Report), Failure> {
    let mut model = model(dirs, id)?;
    // The journal says what was decided; what it does to endpoints, tables and settings is
    // read from the repository, as the session itself does.
    if let Err(failure) = read_maps(&mut model) {
        output::say(&format!("note: changed behaviour is not computed: {failure}"));
    }
    let report = reporting::report(&model);
    Ok((model.session, report))
}

/// Scans the base and the approved text of a session.
fn read_maps(model: &mut Model) -> Result<(), Failure> {
    let identity = &model.session.identity;
    let subject = Subject::open(Path::new(&identity.root))?;
    let base = base_source(&subject.root, &identity.base);
    let texts: BTreeMap<String, Option<String>> = model
        .session
        .work
        .edits
        .values()
        .map(|edit| (edit, edit.approved()))
        .filter(|(edit, text)| *text != edit.base)
        .map(|(edit, text)| (edit.path.clone(), text))
        .collect();
    let before = Arc::new(subject.scan(&base, Cache::Use)?);
    let overlay = Source::Overlay { below: Box::new(base), texts: Arc::new(texts) };
    let after = Arc::new(subject.scan(&overlay, Cache::Use)?);
    model.world.map = Some(before);
    model.world.checked = Some(Checked {
        revision: model.world.revision,
        current: after.clone(),
        approved: after,
        unparsed: BTreeMap::new(),
    });
    Ok(())
}

/// Applies the events one by one, as resuming does, and says what each did.
fn list_events(events: &[Event]) -> Result<(), Failure> {
    let mut session = Session::default();
    let mut text = String::new();
    for event in events {
        session.apply(event).map_err(replay_failure)?;
        let kind = serde_json::to_value(&event.what).map_err(Failure::bug)?;
        let kind = kind.get("event").and_then(|kind| kind.as_str()).unwrap_or_default().replace('_', " ");
        let state =
            format!("{}, {} held, {} undecided", session.scene.name(), session.held(), session.undecided());
        let _infallible = writeln!(
            text,
            "{:>5}  {}  {:<9}  {:<11}  {:<20}  {:<36}  {}",
            event.seq,
            clock_time(event.at),
            event.primitive.name(),
            event.scope.name(),
            kind,
            state,
            safe::clean(&event.evidence)
        );
    }
    output::print(&text)
}

fn replay_failure(error: impl std::fmt::Display) -> Failure {
    Failure::user(format!("the session cannot be replayed: {error}"), "its journal is left as it is")
}

fn journal_failure(error: JournalError) -> Failure {
    let hint = match &error {
        JournalError::NoSuchSession(_) => "`proscenium sessions list` shows their ids",
        JournalError::Damaged { .. } => "the journal is left as it is; the lines before can be read by hand",
        JournalError::Locked { .. } | JournalError::Write { .. } | JournalError::Read { .. } => {
            "`proscenium doctor` shows the folders"
        }
    };
    Failure::user(error, hint)
}
