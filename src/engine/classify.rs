//! Kind, scope and evidence of each event, so that the journal reads as a list of actions.

use crate::domain::{
    command::Ending,
    event::{Primitive, Scope, What},
    hunk::Decision,
};

/// What the journal says about an event besides the event itself.
#[expect(clippy::too_many_lines, reason = "one line for each kind of event is a table")]
pub fn classify(what: &What) -> (Primitive, Scope, String) {
    use Primitive::{CallTool, Notify, Read, Select, Validate, Write};
    use Scope::{Codebase, LocalFs, Process};
    match what {
        What::Started { base, branch, .. } => (Read, Codebase, format!("{branch} at {}", short(base))),
        What::SceneEntered { scene } => (Notify, LocalFs, scene.name().into()),
        What::StackFieldStated { key, name } => {
            (Select, LocalFs, format!("{}: {}", key.name(), name.as_deref().unwrap_or("absent")))
        }
        What::StackConfirmed => (Validate, LocalFs, "stack confirmed".into()),
        What::TaskRead { task } => (Validate, LocalFs, task.text.clone()),
        What::QuestionAnswered { question, answer } => {
            (Select, LocalFs, format!("{question}: option {}", answer + 1))
        }
        What::CriterionAdded { id, text } | What::CriterionEdited { id, text } => {
            (Write, LocalFs, format!("AC{id} {text}"))
        }
        What::CriterionMarked { ids, state } => {
            (Select, LocalFs, format!("{} criteria {state:?}", ids.len()).to_lowercase())
        }
        What::Scanned { files, endpoints, findings, .. } => {
            (Read, Codebase, format!("{files} files, {endpoints} endpoints, {findings} findings"))
        }
        What::BoundariesChosen { paths } => (Select, Codebase, paths.join(", ")),
        What::FindingsChosen { fingerprints } => {
            (Select, Codebase, format!("{} findings chosen", fingerprints.len()))
        }
        What::FindingDismissed { rule, reason, .. } => (Select, Codebase, format!("{rule}: {reason}")),
        What::PageOpened { page, trigger } => (Read, LocalFs, format!("{page}, because of {trigger}")),
        What::PlanMade { steps } => (Select, LocalFs, format!("{} steps", steps.len())),
        What::Proposed { proposal, .. } => (
            Write,
            LocalFs,
            format!("{}: {} in {} files", proposal.origin.label(), proposal.title, proposal.files.len()),
        ),
        What::Decided { hunks, decision } => {
            let verb = match decision {
                Decision::Undecided => "reopened",
                Decision::Approved => "approved",
                Decision::Edited { .. } => "approved as edited",
                Decision::Rejected { .. } => "rejected",
            };
            let numbers: Vec<String> = hunks.iter().map(ToString::to_string).collect();
            (Select, Codebase, format!("{verb} hunk {}", numbers.join(", ")))
        }
        What::Seconded { hunk } => (Select, Codebase, format!("approved hunk {hunk} as the second person")),
        What::Split { hunk, rows } => (Select, Codebase, format!("split hunk {hunk} after {rows} lines")),
        What::Rebased { base, dropped, .. } => {
            (Validate, Codebase, format!("base {}, {} hunks dropped", short(base), dropped.len()))
        }
        What::Undone => (Select, LocalFs, "undo".into()),
        What::Redone => (Select, LocalFs, "redo".into()),
        What::CommandsFound { commands } => (Read, Codebase, format!("{} commands", commands.len())),
        What::ScopeGranted { scopes } => {
            (Validate, Process, scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" "))
        }
        What::Trusted { digest, commands } => {
            (Validate, Process, format!("{} commands, {digest}", commands.len()))
        }
        What::RunStarted { command, tree, base, .. } => {
            let of = if *base { "base" } else { "approved" };
            (CallTool, Process, format!("{command} on {of} {}", short(tree)))
        }
        What::RunFinished { run, base } => {
            let of = if *base { "base" } else { "approved" };
            let end = end(&run.ending);
            (CallTool, Process, format!("{} on {of}: {end}", run.command))
        }
        What::RedFinished { run, .. } => {
            let what = format!("{} on the base with the new tests: {}", run.command, end(&run.ending));
            (CallTool, Process, what)
        }
        What::Repeated { command, key, failures, runs } => {
            (CallTool, Process, format!("{command}: {key} failed {failures} of {runs}"))
        }
        What::Ticked { item, note } => (Validate, LocalFs, format!("{item} {note}")),
        What::MarkedNotApplicable { item, reason } => (Validate, LocalFs, format!("{item}: {reason}")),
        What::TestFirst { test, green, .. } => {
            (CallTool, Process, format!("{test} {}", if *green { "green" } else { "red" }))
        }
        What::MessageEdited { text } => (Write, LocalFs, first_line(text)),
        What::CommitShapeChosen { shape } => (Select, LocalFs, format!("{shape:?}").to_lowercase()),
        What::CommitIntended { tree, .. } => (Write, Codebase, format!("tree {}", short(tree))),
        What::HookRan { hook, exit, .. } => (CallTool, Process, format!("{hook}: exit {exit}")),
        What::CommitRefused { reason } => (Notify, Codebase, reason.clone()),
        What::Committed { commits, written, .. } => {
            let ids: Vec<&str> = commits.iter().map(|commit| short(&commit.id)).collect();
            (Write, Codebase, format!("{}, {} files written", ids.join(" "), written.len()))
        }
        What::CommitUndone { commit } => (Write, Codebase, short(commit).into()),
        What::Applied { paths } => (Write, Codebase, format!("{} files written", paths.len())),
        What::DecisionRecorded { card, chosen, .. } => (Select, LocalFs, format!("{card}: {chosen}")),
        What::LessonAdded { line } => (Write, LocalFs, line.clone()),
        What::Exported { what, path } => (Write, LocalFs, format!("{what} to {path}")),
        What::PartialChosen { note } => (Select, LocalFs, note.clone()),
        What::DriverChanged { driver, navigator } => {
            (Select, LocalFs, format!("driver {driver}, navigator {navigator}"))
        }
        What::TwoApprovalsAsked => (Select, LocalFs, "migrations and authentication need two people".into()),
        What::Finished { exit } => (Notify, LocalFs, format!("{exit:?}").to_lowercase()),
        What::Noticed { text } => (Notify, LocalFs, text.clone()),
    }
}

/// The first seven digits of an id.
pub fn short(id: &str) -> &str {
    id.get(..7).unwrap_or(id)
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// How a run ended, in words.
fn end(ending: &Ending) -> String {
    match ending {
        Ending::Exit { code } => format!("exit {code}"),
        Ending::Signal { number } => format!("signal {number}"),
        Ending::TimedOut { after_seconds } => format!("stopped after {after_seconds} s"),
        Ending::Stopped => "stopped".into(),
        Ending::Blocked { reason } => format!("blocked: {reason}"),
        Ending::NotRun { reason } => format!("not run: {reason}"),
    }
}
