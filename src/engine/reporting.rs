//! Builds the report from the model. What is not proven is listed as open, never left out.

use super::{
    cards, judge,
    model::Model,
    pairing, red_green,
    scene::{act_diff, prepare},
};
use crate::domain::{
    changes,
    checklist::ItemState,
    command::{Ending, Failure},
    diff::Sign,
    edit::FileEdit,
    event::Exit,
    hunk::{Body, Decision},
    layer::Layer,
    report::{AgainstBase, CriterionLine, EvidenceLine, FileLine, HunkLine, OpenItem, Report},
    stack::StackKey,
    verdict::Verdict,
};

/// How the session would end now, and what is open.
pub fn standing(model: &Model) -> (Exit, Vec<OpenItem>) {
    let open = open_items(model);
    let exit = if open.iter().any(|item| item.blocking) { Exit::Partial } else { Exit::Success };
    (exit, open)
}

/// The report as things stand.
pub fn report(model: &Model) -> Report {
    Report { hunks: hunks(model), ..without_hunks(model) }
}

/// The report but for the text of the hunks: what a screen shows of it.
pub fn without_hunks(model: &Model) -> Report {
    let session = &model.session;
    let (exit, open) = standing(model);
    let task = session.work.task.as_ref();
    let reading = task.map(|task| &task.reading);
    let judged = judge::all(model);
    let against_base = AgainstBase {
        fixed: count(judged.iter().map(|judged| judged.comparison.fixed.len()).sum()),
        new: count(judged.iter().map(|judged| judged.comparison.new.len()).sum()),
        before: count(judged.iter().map(|judged| judged.comparison.before.len()).sum()),
        flaky: count(judged.iter().map(|judged| judged.comparison.flaky.len()).sum()),
    };
    let changed = match &model.world.checked {
        Some(checked) => changes::between(&model.map(), &checked.approved),
        None => Vec::new(),
    };
    Report {
        schema_version: 1,
        repository: session.identity.title.clone(),
        branch: session.identity.branch.clone(),
        base: session.identity.base.clone(),
        tree: tree(model),
        task: task.map(|task| task.text.clone()).unwrap_or_default(),
        exit,
        open,
        criteria: criteria(model),
        changes: changed,
        evidence: evidence(model),
        checklist: judge::checklist(model).into_iter().map(|(item, state)| (item.text, state)).collect(),
        files: files(model),
        hunks: Vec::new(),
        decided: decided(model),
        assumptions: reading.map(|reading| reading.assumptions.clone()).unwrap_or_default(),
        risks: reading
            .iter()
            .flat_map(|reading| reading.risks.iter().map(|risk| format!("{}: {}", risk.kind, risk.note)))
            .collect(),
        not_committed: not_committed(model),
        against_base,
        dismissed: session
            .work
            .dismissed
            .values()
            .map(|(rule, reason)| format!("{rule}: {reason}"))
            .collect(),
        commits: session.closing.commits.clone(),
        people: pairing::everybody(model),
        handover: handover(model),
        scopes: session.evidence.scopes.iter().map(|scope| scope.name().to_owned()).collect(),
        stack: StackKey::ALL
            .into_iter()
            .filter_map(|key| prepare::field(model, key).name.map(|name| (key.name().to_owned(), name)))
            .collect(),
        test_first: red_green::lines(model),
    }
}

/// What belongs to others: parts of the task that are not backend work, then the note for
/// whoever owns the schema, one line each under the name of its section.
fn handover(model: &Model) -> Vec<String> {
    let reading = model.session.work.task.as_ref().map(|task| &task.reading);
    let mut lines = reading.map(|reading| reading.out_of_scope.clone()).unwrap_or_default();
    let mut section = "";
    for line in model.world.schema_note.iter().flat_map(|note| note.lines()) {
        if let Some(title) = line.strip_prefix("## ") {
            section = title;
        } else if let Some(item) = line.strip_prefix("- ") {
            lines.push(format!("{section}: {}", item.replace('`', "")));
        }
    }
    lines
}

/// The tree that was verified, while it is the one approved now; else empty.
pub fn tree(model: &Model) -> String {
    let evidence = &model.session.evidence;
    let made = model.activity.tree.as_ref().filter(|_| model.activity.tree_of == model.session.approved);
    let run = || {
        evidence
            .runs
            .values()
            .find(|run| !run.tree.is_empty() && !judge::is_stale(model, &run.command))
            .map(|run| run.tree.clone())
    };
    made.map(|(tree, _)| tree.clone()).or_else(run).unwrap_or_default()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Files that the user had changed and that the commit leaves alone.
pub fn not_committed(model: &Model) -> Vec<String> {
    let held: Vec<&str> = model
        .session
        .work
        .edits
        .values()
        .filter(|edit| edit.hunks.iter().any(|hunk| hunk.decision.is_held()))
        .map(|edit| edit.path.as_str())
        .collect();
    let dirty = model.world.repo.iter().flat_map(|repo| &repo.dirty);
    dirty.filter(|path| !held.contains(&path.as_str())).cloned().collect()
}

/// Names shown of many failures; the run itself has the rest.
const NAMES_SHOWN: usize = 6;

/// What failed, each name once with how often: `TS1005 ×22, TS1128 ×6`.
pub(super) fn named(failures: &[Failure]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for failure in failures {
        match counts.iter_mut().find(|(name, _)| *name == failure.name) {
            Some((_, count)) => *count += 1,
            None => counts.push((&failure.name, 1)),
        }
    }
    let mut parts: Vec<String> = counts
        .iter()
        .take(NAMES_SHOWN)
        .map(|(name, count)| if *count == 1 { (*name).to_owned() } else { format!("{name} ×{count}") })
        .collect();
    if counts.len() > NAMES_SHOWN {
        parts.push(format!("{} more", counts.len() - NAMES_SHOWN));
    }
    parts.join(", ")
}

fn open_items(model: &Model) -> Vec<OpenItem> {
    let mut open = Vec::new();
    let item = |what: String, why: String, blocking: bool| OpenItem { what, why, blocking };
    let judged = judge::all(model);
    if judged.is_empty() {
        open.push(item("verification".into(), "no command was found".into(), true));
    }
    for judged in &judged {
        let title = judged.spec.title();
        let blocking = !judged.spec.optional;
        match (&judged.verdict, judged.stale) {
            (None, _) => open.push(item(title, "not run".into(), blocking)),
            (Some(_), true) if judged.elsewhere => {
                open.push(item(title, "ran in your files, which are not the approved tree".into(), blocking))
            }
            (Some(_), true) => open.push(item(title, "ran on an earlier tree".into(), blocking)),
            (Some(Verdict::Passed), false) => {}
            (Some(Verdict::FailsAsBefore), false) => {
                let names = named(&judged.comparison.before);
                open.push(item(title, format!("fails as before: {names}"), false));
            }
            (Some(Verdict::Failed), false) => {
                open.push(item(title, format!("new: {}", named(&judged.comparison.new)), blocking));
            }
            (Some(Verdict::Untrusted { reason }), false) => {
                open.push(item(title, format!("untrusted: {reason}"), blocking))
            }
            (Some(Verdict::Blocked { reason }), false) => {
                open.push(item(title, format!("blocked: {reason}"), blocking))
            }
            (Some(Verdict::NotRun { reason }), false) => {
                open.push(item(title, format!("not run: {reason}"), blocking))
            }
            (Some(Verdict::TimedOut), false) => open.push(item(title, "timed out".into(), blocking)),
            (Some(Verdict::Stopped), false) => open.push(item(title, "stopped".into(), blocking)),
        }
    }
    for criterion in model.session.accepted_criteria() {
        match judge::criterion_state(model, criterion) {
            ItemState::Contradicted { evidence } => {
                open.push(item(format!("AC{}", criterion.id), evidence, true))
            }
            ItemState::NotChecked { why } => {
                open.push(item(
                    format!("AC{} {}", criterion.id, criterion.text),
                    why,
                    !criterion.tests.is_empty(),
                ));
            }
            ItemState::Untrusted { why } => open.push(item(format!("AC{}", criterion.id), why, true)),
            ItemState::Proven { .. } | ItemState::NotApplicable { .. } | ItemState::Ticked { .. } => {}
        }
    }
    for (id, guarded) in pairing::waiting(model) {
        let why = format!("it touches {} and one person approved it", guarded.what());
        open.push(item(format!("hunk {id}"), why, true));
    }
    for (known, state) in judge::checklist(model) {
        if let ItemState::Contradicted { evidence } = state {
            open.push(item(known.text, evidence, true));
        }
    }
    // Partial success that was chosen lapses when nothing required is open any more.
    if let Some(note) = &model.session.work.partial
        && !note.is_empty()
        && open.iter().any(|item| item.blocking)
    {
        open.push(item("finished as partial".into(), note.clone(), true));
    }
    open
}

fn criteria(model: &Model) -> Vec<CriterionLine> {
    let hunks = model.session.hunks();
    model
        .session
        .accepted_criteria()
        .map(|criterion| CriterionLine {
            id: criterion.id,
            text: criterion.text.clone(),
            state: judge::criterion_state(model, criterion),
            hunks: hunks
                .iter()
                .filter(|hunk| hunk.decision.is_held() && hunk.criteria.contains(&criterion.id))
                .map(|hunk| hunk.id)
                .collect(),
        })
        .collect()
}

fn evidence(model: &Model) -> Vec<EvidenceLine> {
    judge::all(model)
        .iter()
        .map(|judged| {
            let verdict = judged.verdict.as_ref().map_or("not run", Verdict::name);
            let Some(run) = judged.run else {
                return EvidenceLine {
                    command: judged.spec.title(),
                    verdict: verdict.into(),
                    ending: "not run".into(),
                    millis: 0,
                    detail: String::new(),
                    output_sha256: String::new(),
                    tree: String::new(),
                };
            };
            let ending = match &run.ending {
                Ending::Exit { code } => format!("exit {code}"),
                Ending::Signal { number } => format!("signal {number}"),
                Ending::TimedOut { after_seconds } => format!("stopped after {after_seconds} s"),
                Ending::Stopped => "stopped by you".into(),
                Ending::Blocked { reason } => format!("blocked: {reason}"),
                Ending::NotRun { reason } => format!("not run: {reason}"),
            };
            let mut parts = Vec::new();
            if run.parsed.passed > 0 {
                parts.push(format!("{} passed", run.parsed.passed));
            }
            match judged.comparison.before.len() {
                0 => {}
                1 => parts.push("1 fails as before".into()),
                n => parts.push(format!("{n} fail as before")),
            }
            if !judged.comparison.new.is_empty() {
                parts.push(format!("{} new", judged.comparison.new.len()));
            }
            EvidenceLine {
                command: judged.spec.title(),
                verdict: verdict.into(),
                ending,
                millis: u64::try_from(run.elapsed.as_millis()).unwrap_or(u64::MAX),
                detail: parts.join(", "),
                output_sha256: run.output_sha256.clone(),
                tree: run.tree.clone(),
            }
        })
        .collect()
}

/// Files of the commit, in layer order.
pub fn files(model: &Model) -> Vec<FileLine> {
    let mut files: Vec<FileLine> = model
        .session
        .work
        .edits
        .values()
        .filter(|edit| edit.hunks.iter().any(|hunk| hunk.decision.is_held()))
        .map(|edit| file_line(model, edit))
        .collect();
    files.sort_by_key(|file| (file.layer.build_order(), file.path.clone()));
    files
}

fn file_line(model: &Model, edit: &FileEdit) -> FileLine {
    let approved = edit.approved();
    let status = match (&edit.base, &approved) {
        (None, _) => 'A',
        (Some(_), None) => 'D',
        (Some(_), Some(_)) => 'M',
    };
    let base = crate::domain::diff::split_lines(edit.base.as_deref().unwrap_or(""));
    let (mut added, mut removed) = (0, 0);
    for hunk in edit.hunks.iter().filter(|hunk| hunk.decision.is_held()) {
        if hunk.body == Body::Delete {
            removed += count(base.len());
            continue;
        }
        let range = hunk.base_range();
        let old: Vec<&str> =
            base.get(range.start as usize..range.end as usize).map(<[&str]>::to_vec).unwrap_or_default();
        for row in crate::domain::diff::rows(&old, hunk.new_lines()) {
            added += u32::from(row.sign == Sign::Added);
            removed += u32::from(row.sign == Sign::Removed);
        }
    }
    let layer = edit.hunks.first().map_or(Layer::Other, |hunk| act_diff::layer(model, edit, hunk));
    FileLine { layer, status, path: edit.path.clone(), added, removed }
}

fn hunks(model: &Model) -> Vec<HunkLine> {
    let look = act_diff::Look::new(model);
    model
        .session
        .hunks()
        .into_iter()
        .filter_map(|hunk| Some((model.session.hunk(hunk.id)?, look.view(hunk.id)?)))
        .map(|((edit, hunk), view)| {
            let numbered = view.rows.iter().filter_map(|piece| match piece {
                crate::engine::view::pane::DiffPiece::Line { number, row } => {
                    let sign = match row.sign {
                        Sign::Same => ' ',
                        Sign::Removed => '-',
                        Sign::Added => '+',
                    };
                    Some((format!("{sign}{}", row.text), *number))
                }
                crate::engine::view::pane::DiffPiece::Fold { .. } => None,
            });
            let (lines, numbers) = numbered.unzip();
            let reason = match &hunk.decision {
                Decision::Rejected { reason } => reason.clone(),
                Decision::Undecided | Decision::Approved | Decision::Edited { .. } => String::new(),
            };
            HunkLine {
                id: hunk.id,
                path: edit.path.clone(),
                layer: view.layer,
                origin: hunk.origin.label(),
                state: view.state.clone(),
                reason,
                why: hunk.reason.clone(),
                citation: hunk.citation.as_ref().map(ToString::to_string).unwrap_or_default(),
                criteria: hunk.criteria.clone(),
                by: hunk.decided_by.clone(),
                seconded_by: hunk.seconded_by.clone(),
                guard: view.guard.1.clone(),
                lines,
                numbers,
            }
        })
        .collect()
}

/// The last choice at each decision card, under its title, in the order of first choice;
/// a card of a question is left out, because the answer itself is listed.
fn decisions(model: &Model) -> Vec<(String, String, String)> {
    let asked: Vec<&str> = model
        .session
        .work
        .task
        .iter()
        .flat_map(|task| task.reading.questions.iter().map(|question| question.id.as_str()))
        .collect();
    let mut last: Vec<(String, String, String)> = Vec::new();
    for (id, chosen, reason) in &model.session.evidence.decisions {
        let card = cards::card(model, id);
        if card.is_some_and(|card| card.shown_at.iter().any(|place| asked.contains(&place.as_str()))) {
            continue;
        }
        let title = card.map_or_else(|| id.clone(), |card| card.title.clone());
        match last.iter_mut().find(|(known, _, _)| *known == title) {
            Some(entry) => (entry.1, entry.2) = (chosen.clone(), reason.clone()),
            None => last.push((title, chosen.clone(), reason.clone())),
        }
    }
    last
}

fn decided(model: &Model) -> Vec<String> {
    let mut lines = Vec::new();
    for question in model.session.work.task.iter().flat_map(|task| &task.reading.questions) {
        if let Some(choice) = question.answer.and_then(|answer| question.options.get(answer)) {
            lines.push(format!("{} {}", question.text, choice.label));
        }
    }
    for (card, chosen, reason) in decisions(model) {
        let reason = if reason.is_empty() { String::new() } else { format!(", {reason}") };
        lines.push(format!("{card}: {chosen}{reason}"));
    }
    for hunk in model.session.hunks() {
        if let Decision::Rejected { reason } = &hunk.decision {
            let why =
                if reason.is_empty() { "no reason given".to_owned() } else { format!("“{reason}”") };
            lines.push(format!("hunk {} rejected, {why}", hunk.id));
        }
    }
    lines.extend(pairing::approvals(model));
    lines
}
