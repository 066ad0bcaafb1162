//! How each event changes the session. One arm per event, exhaustive.

use super::decide::decide;
use super::{
    command::CommandRun,
    event::{Event, What},
    hunk::{Body, Decision, Hunk, Need, Origin},
    ids::{HunkId, ProposalId},
    layer::Layer,
    plan::Step,
    proposal::{Content, FileChange, Note, Proposal},
    session::{EvidenceBook, Identity, JOURNAL_VERSION, Session, SessionError},
    task::{Criterion, CriterionSource, CriterionState},
    verdict::compare,
};
use super::{edit::FileEdit, event::BaseText};

/// Counts how often one approach did not work: a command that is worse than on the base on
/// one tree after another. The same tree twice is one try; a run that is not worse ends it.
fn count_failures(evidence: &mut EvidenceBook, run: &CommandRun) {
    let base = evidence.base_runs.get(&run.command);
    if compare(run, base, &[]).new.is_empty() {
        evidence.failing.remove(&run.command);
    } else {
        let entry = evidence.failing.entry(run.command.clone()).or_default();
        if entry.0 == 0 || run.tree.is_empty() || entry.1 != run.tree {
            entry.0 += 1;
        }
        entry.1.clone_from(&run.tree);
    }
    evidence.failures_in_a_row = evidence.failing.values().map(|(times, _)| *times).max().unwrap_or(0);
}

/// Applies `event`; on an error nothing has changed.
#[expect(
    clippy::too_many_lines,
    reason = "one arm per event, exhaustive; splitting would hide a missing one"
)]
pub(super) fn apply(session: &mut Session, event: &Event) -> Result<(), SessionError> {
    match &event.what {
        What::Started { version, session: id, root, base, branch, title } => {
            if *version != JOURNAL_VERSION {
                return Err(SessionError::Version(*version));
            }
            session.identity = Identity {
                session: id.clone(),
                root: root.clone(),
                base: base.clone(),
                branch: branch.clone(),
                title: title.clone(),
                started_at: event.at,
                driver: event.by.clone(),
                navigator: String::new(),
                two_approvals: false,
            };
        }
        What::SceneEntered { scene } => {
            session.scene = *scene;
            session.furthest = session.furthest.max(*scene);
        }
        What::StackFieldStated { key, name } => {
            session.remember(format!("stated {}", key.name()));
            session.work.stated.insert(*key, name.clone());
        }
        What::StackConfirmed => session.work.stack_confirmed = true,
        What::TaskRead { task } => {
            session.remember("the task".into());
            session.work.task = Some((**task).clone());
        }
        What::QuestionAnswered { question, answer } => {
            session.remember("the answer".into());
            if let Some(task) = &mut session.work.task
                && let Some(question) = task.reading.questions.iter_mut().find(|q| q.id == *question)
            {
                question.answer = Some(*answer);
            }
        }
        What::CriterionAdded { id, text } => {
            session.remember(format!("added AC{id}"));
            if let Some(task) = &mut session.work.task {
                task.reading.criteria.push(Criterion {
                    id: *id,
                    text: text.clone(),
                    tests: Vec::new(),
                    state: CriterionState::Accepted,
                    source: CriterionSource::You,
                });
            }
        }
        What::CriterionEdited { id, text } => {
            session.remember(format!("edited AC{id}"));
            for criterion in session.work.task.iter_mut().flat_map(|task| &mut task.reading.criteria) {
                if criterion.id == *id {
                    criterion.text.clone_from(text);
                    criterion.source = CriterionSource::You;
                    criterion.state = CriterionState::Accepted;
                }
            }
        }
        What::CriterionMarked { ids, state } => {
            session.remember(match ids.as_slice() {
                [one] => format!("marked AC{one}"),
                many => format!("marked {} criteria", many.len()),
            });
            for criterion in session.work.task.iter_mut().flat_map(|task| &mut task.reading.criteria) {
                if ids.contains(&criterion.id) {
                    criterion.state = *state;
                }
            }
        }
        What::Scanned { .. } | What::Exported { .. } | What::Noticed { .. } => {}
        What::RunStarted { command, base, approved, .. } => {
            if !*base {
                session.evidence.began.insert(command.clone(), *approved);
            }
        }
        What::BoundariesChosen { paths } => {
            session.remember("the choice of boundaries".into());
            session.work.boundaries = paths.iter().cloned().collect();
        }
        What::FindingsChosen { fingerprints } => {
            session.remember("the choice of findings".into());
            session.work.findings = fingerprints.iter().cloned().collect();
        }
        What::FindingDismissed { fingerprint, rule, reason } => {
            session.remember("dismissed a finding".into());
            session.work.dismissed.insert(fingerprint.clone(), (rule.clone(), reason.clone()));
            session.work.findings.remove(fingerprint);
        }
        What::PageOpened { page, trigger } => {
            if !session.evidence.pages.iter().any(|(known, _)| known == page) {
                session.evidence.pages.push((page.clone(), trigger.clone()));
            }
        }
        What::PlanMade { steps } => session.work.steps.clone_from(steps),
        What::Proposed { proposal, bases } => {
            session.remember(format!("the proposal of {}", proposal.origin.label()));
            propose(session, proposal, bases);
        }
        What::Decided { hunks, decision } => decide(session, hunks, decision, &event.by)?,
        What::Seconded { hunk } => {
            super::decide::second(session, *hunk, &event.by)?;
        }
        What::Split { hunk, rows } => {
            let second = HunkId(session.work.last_hunk + 1);
            let mut work = session.work.clone();
            let cut = work.edits.values_mut().any(|edit| edit.split(*hunk, *rows, second));
            if !cut {
                return Err(SessionError::NoSuchHunk(*hunk));
            }
            session.remember(format!("split hunk {hunk}"));
            session.work = work;
            session.work.last_hunk = second.0;
        }
        What::Rebased { base, bases, dropped } => {
            session.identity.base.clone_from(base);
            for BaseText { path, text } in bases {
                if let Some(edit) = session.work.edits.get_mut(path) {
                    super::rebase::rebase(edit, text.clone(), dropped);
                }
            }
            session.work.edits.retain(|_, edit| !edit.hunks.is_empty());
            session.forget_history();
            session.evidence.base_runs.clear();
            session.evidence.red_runs.clear();
        }
        What::Undone => session.step_back()?,
        What::Redone => session.step_forward()?,
        What::CommandsFound { commands } => {
            let book = &mut session.evidence;
            // A run of a command that is another one now says nothing about it.
            let gone = book.commands.iter().filter(|old| !commands.contains(old)).map(|old| old.id.clone());
            for id in gone.collect::<Vec<_>>() {
                book.runs.remove(&id);
                book.base_runs.remove(&id);
                book.red_runs.remove(&id);
            }
            book.commands.clone_from(commands);
        }
        What::ScopeGranted { scopes } => session.evidence.scopes.extend(scopes.iter().copied()),
        What::Trusted { digest, .. } => session.evidence.trusted.clone_from(digest),
        What::RunFinished { run, base } => {
            let runs = if *base { &mut session.evidence.base_runs } else { &mut session.evidence.runs };
            runs.insert(run.command.clone(), (**run).clone());
            if !*base {
                let began = session.evidence.began.remove(&run.command).unwrap_or(session.approved);
                session.evidence.verified.insert(run.command.clone(), began);
                count_failures(&mut session.evidence, run);
            }
        }
        What::RedFinished { run, tests } => {
            session.evidence.red_runs.insert(run.command.clone(), ((**run).clone(), *tests));
        }
        What::Repeated { command, key, failures, runs } => {
            session.evidence.repeated.insert((command.clone(), key.clone()), (*failures, *runs));
        }
        What::Ticked { item, note } => {
            session.remember("the tick".into());
            session.work.ticks.insert(item.clone(), (event.by.clone(), event.at, note.clone()));
        }
        What::MarkedNotApplicable { item, reason } => {
            session.remember("the mark".into());
            session.work.not_applicable.insert(item.clone(), reason.clone());
        }
        What::TestFirst { test, green, tree } => {
            session.evidence.test_first.push((test.clone(), *green, tree.clone()));
        }
        What::MessageEdited { text } => {
            session.remember("the message".into());
            session.work.message = Some(text.clone());
        }
        What::CommitShapeChosen { shape } => session.work.shape = *shape,
        What::CommitIntended { base, tree, message, pid } => {
            session.closing.intent = Some((base.clone(), tree.clone(), message.clone(), *pid));
        }
        What::HookRan { hook, exit, output, millis } => {
            // A hook that runs again says the same line again.
            session.closing.hooks.retain(|(known, ..)| known != hook);
            session.closing.hooks.push((hook.clone(), *exit, output.clone(), *millis));
        }
        What::CommitRefused { .. } => session.closing.intent = None,
        What::Committed { commits, written, kept } => {
            session.closing.intent = None;
            session.closing.commits.clone_from(commits);
            session.closing.written.clone_from(written);
            session.closing.kept.clone_from(kept);
        }
        What::CommitUndone { .. } => {
            session.closing.commits.clear();
            session.closing.written.clear();
            session.closing.exit = None;
        }
        What::Applied { paths } => session.closing.applied.clone_from(paths),
        What::DecisionRecorded { card, chosen, reason } => {
            session.evidence.decisions.push((card.clone(), chosen.clone(), reason.clone()));
        }
        What::LessonAdded { line } => session.closing.lessons.push(line.clone()),
        What::PartialChosen { note } => {
            session.remember("finishing as partial".into());
            session.work.partial = Some(note.clone());
        }
        What::DriverChanged { driver, navigator } => {
            session.identity.driver.clone_from(driver);
            session.identity.navigator.clone_from(navigator);
        }
        What::TwoApprovalsAsked => session.identity.two_approvals = true,
        What::Finished { exit } => session.closing.exit = Some(*exit),
    }
    Ok(())
}

/// Turns a proposal into hunks of the files it touches.
fn propose(session: &mut Session, proposal: &Proposal, bases: &[BaseText]) {
    let work = &mut session.work;
    work.last_proposal += 1;
    let id = ProposalId(work.last_proposal);
    let mut last_hunk = work.last_hunk;
    let steps = work.steps.clone();
    for file in &proposal.files {
        let edit = work.edits.entry(file.path.clone()).or_insert_with(|| {
            let base = bases.iter().find(|base| base.path == file.path).and_then(|base| base.text.clone());
            FileEdit::new(file.path.clone(), base)
        });
        let mut make = |body: Body, lines: std::ops::Range<u32>| {
            last_hunk += 1;
            hunk_of(HunkId(last_hunk), body, proposal, id, file, lines, &steps)
        };
        match &file.content {
            Content::Text { text } => {
                edit.absorb(text, |body, change| {
                    let start = change.new_start + 1;
                    let end = start + u32::try_from(change.new_lines.len()).unwrap_or(0);
                    make(body, start..end)
                });
            }
            Content::Deleted => {
                edit.hunks.retain(|hunk| matches!(hunk.decision, Decision::Rejected { .. }));
                edit.hunks.insert(0, make(Body::Delete, 0..u32::MAX));
            }
            Content::Mode { from, to } => {
                edit.hunks.insert(0, make(Body::Mode { from: *from, to: *to }, 0..u32::MAX))
            }
            Content::Binary { base64, base_size_bytes } => {
                let new_size_bytes = (base64.trim_end_matches('=').len() * 3 / 4) as u64;
                let body = Body::Binary {
                    new_base64: base64.clone(),
                    base_size_bytes: *base_size_bytes,
                    new_size_bytes,
                };
                edit.hunks.retain(|hunk| !matches!(hunk.body, Body::Binary { .. }));
                edit.hunks.insert(0, make(body, 0..u32::MAX));
            }
        }
    }
    number_in_plan_order(work, last_hunk);
    work.last_hunk = last_hunk;
    work.edits.retain(|_, edit| !edit.hunks.is_empty());
    let needs = super::dependence::needs(work.edits.values());
    for hunk in work.edits.values_mut().flat_map(|edit| &mut edit.hunks) {
        hunk.needs = needs.get(&hunk.id).cloned().unwrap_or_default();
    }
}

/// Gives the hunks that were added since `work.last_hunk` their numbers in the order in
/// which they are decided: by step, layer, path, place.
fn number_in_plan_order(work: &mut super::session::Work, last: u32) {
    let first = work.last_hunk + 1;
    let mut order: Vec<(u32, u8, String, u32, HunkId)> = Vec::new();
    for (path, edit) in &work.edits {
        for hunk in edit.hunks.iter().filter(|hunk| hunk.id.0 >= first) {
            let step = hunk.step.map_or(u32::MAX, |step| step.0);
            order.push((step, hunk.layer.build_order(), path.clone(), hunk.base_range().start, hunk.id));
        }
    }
    order.sort();
    let fresh: std::collections::BTreeMap<HunkId, HunkId> =
        order.into_iter().zip(first..=last).map(|((.., old), new)| (old, HunkId(new))).collect();
    for hunk in work.edits.values_mut().flat_map(|edit| &mut edit.hunks) {
        if let Some(new) = fresh.get(&hunk.id) {
            hunk.id = *new;
        }
    }
}

/// Whether a file of the proposal belongs to the layer of the step: a recipe and a fix
/// write what the step asks for; a person may touch anything beside it.
fn knows_layers(origin: &Origin) -> bool {
    match origin {
        Origin::Recipe(_) | Origin::Finding(_) | Origin::Playbook(_) => true,
        Origin::Agent(_) | Origin::Generated(_) | Origin::Hook(_) | Origin::You | Origin::Seen => false,
    }
}

fn hunk_of(
    id: HunkId,
    body: Body,
    proposal: &Proposal,
    proposal_id: ProposalId,
    file: &FileChange,
    lines: std::ops::Range<u32>,
    steps: &[Step],
) -> Hunk {
    let touches = |note: &&Note| {
        let end = lines.end.max(lines.start + 1);
        note.start < end && lines.start < note.end.max(note.start + 1)
    };
    let notes: Vec<&Note> = file.notes.iter().filter(touches).collect();
    let step = notes.iter().find_map(|note| note.step).or(proposal.step);
    let mut criteria: Vec<_> = notes.iter().flat_map(|note| note.criteria.iter().copied()).collect();
    let plan_step = step.and_then(|step| steps.iter().find(|known| known.id == step));
    // Where a proposal says which criteria its changes serve, a change without one serves none.
    let says_which = proposal.files.iter().flat_map(|file| &file.notes).any(|note| !note.criteria.is_empty());
    if criteria.is_empty() && (notes.is_empty() || !says_which) {
        criteria.extend(plan_step.iter().flat_map(|step| step.criteria.iter().copied()));
    }
    criteria.sort();
    criteria.dedup();
    let mut reasons: Vec<&str> =
        notes.iter().map(|note| note.reason.as_str()).filter(|reason| !reason.is_empty()).collect();
    reasons.dedup();
    Hunk {
        id,
        body,
        origin: proposal.origin.clone(),
        proposal: proposal_id,
        step,
        layer: super::conventional::layer_by_path(&file.path)
            .or(plan_step.filter(|_| knows_layers(&proposal.origin)).map(|step| step.layer))
            .unwrap_or(Layer::Other),
        reason: reasons.join(" "),
        citation: notes.iter().find_map(|note| note.citation.clone()),
        criteria,
        needs: Vec::<Need>::new(),
        decision: Decision::Undecided,
        decided_by: String::new(),
        seconded_by: String::new(),
    }
}
