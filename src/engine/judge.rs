//! What the runs say together: verdict by command, comparison with the base, standing.

use super::model::Model;
use crate::domain::{
    checklist::{Decider, Item, ItemState},
    command::{CommandKind, CommandRun, CommandSpec},
    finding::Finding,
    layer::Layer,
    task::Criterion,
    verdict::{Comparison, Verdict, compare, judge, test_passed},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// One command with what is known of it.
#[derive(Debug, Clone)]
pub struct Judged<'a> {
    pub spec: &'a CommandSpec,
    pub run: Option<&'a CommandRun>,
    pub comparison: Comparison,
    pub verdict: Option<Verdict>,
    /// The run is of another tree than the one approved now and does not count.
    pub stale: bool,
    /// That other tree is the user's own files.
    pub elsewhere: bool,
}

/// All commands together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    pub commands: usize,
    pub all_ran: bool,
    pub running: bool,
    /// Why the gate is shut: the first reason.
    pub first_reason: Option<String>,
    pub new_failures: usize,
    pub as_before: usize,
}

/// The verdict on one command.
pub fn judged<'a>(model: &'a Model, spec: &'a CommandSpec) -> Judged<'a> {
    let evidence = &model.session.evidence;
    let run = evidence.runs.get(&spec.id);
    let base = evidence.base_runs.get(&spec.id);
    let flaky: Vec<(String, u32, u32)> = evidence
        .repeated
        .iter()
        .filter(|((command, _), (failures, runs))| *command == spec.id && failures < runs)
        .map(|((_, key), (failures, runs))| (key.clone(), *failures, *runs))
        .collect();
    let comparison = run.map(|run| compare(run, base, &flaky)).unwrap_or_default();
    let verdict = run.map(|run| judge(spec, run, &comparison, false));
    let elsewhere = run.is_some_and(ran_elsewhere);
    Judged { spec, run, comparison, verdict, stale: is_stale(model, &spec.id), elsewhere }
}

/// Whether the latest run of a command was on another tree than the one approved now: an
/// earlier one, or the user's own files where they are not that tree.
pub fn is_stale(model: &Model, command: &str) -> bool {
    let evidence = &model.session.evidence;
    evidence.runs.get(command).is_some_and(|run| {
        ran_elsewhere(run) || evidence.verified.get(command) != Some(&model.session.approved)
    })
}

/// Whether a run was in the user's files while they were not the approved tree: a run names
/// the tree only when it was exactly that, before and after.
fn ran_elsewhere(run: &CommandRun) -> bool {
    run.tree.is_empty()
}

/// Every command in order.
pub fn all(model: &Model) -> Vec<Judged<'_>> {
    model.session.evidence.commands.iter().map(|spec| judged(model, spec)).collect()
}

/// What all runs say together.
pub fn standing(model: &Model) -> Standing {
    let mut standing = Standing {
        all_ran: true,
        running: model.activity.running.as_ref().is_some_and(|running| !running.base),
        ..Standing::default()
    };
    for judged in all(model) {
        standing.commands += 1;
        standing.new_failures += judged.comparison.new.len();
        let Some(verdict) = &judged.verdict else {
            standing.all_ran &= judged.spec.optional;
            continue;
        };
        if judged.stale {
            standing.all_ran &= judged.spec.optional;
            if judged.elsewhere && !judged.spec.optional {
                let name = judged.spec.title();
                let reason = format!("{name} ran in your files, which are not the approved tree");
                standing.first_reason.get_or_insert(reason);
            }
            continue;
        }
        if *verdict == Verdict::FailsAsBefore {
            standing.as_before += 1;
        }
        if judged.spec.optional || verdict.allows_success() {
            continue;
        }
        let name = judged.spec.title();
        let reason = match verdict {
            Verdict::Failed if judged.comparison.base_pending => format!("{name} fails, base pending"),
            Verdict::Failed => match judged.comparison.new.len() {
                1 => "1 new failure".into(),
                n => format!("{n} new failures"),
            },
            Verdict::Untrusted { reason } => format!("{name} is untrusted, {reason}"),
            Verdict::Blocked { reason } => format!("{name} is blocked, {reason}"),
            Verdict::TimedOut => format!("{name} timed out"),
            Verdict::Stopped => format!("{name} was stopped"),
            Verdict::NotRun { reason } => format!("{name} did not run, {reason}"),
            Verdict::Passed | Verdict::FailsAsBefore => continue,
        };
        standing.first_reason.get_or_insert(reason);
    }
    if standing.commands > 0 && standing.all_ran && standing.first_reason.is_none() {
        standing.first_reason = unproven_criterion(model).or_else(|| contradicted_item(model));
    }
    standing
}

/// An item of the checklist that evidence speaks against.
fn contradicted_item(model: &Model) -> Option<String> {
    checklist(model).into_iter().find_map(|(_, state)| match state {
        ItemState::Contradicted { evidence } => Some(format!("the checklist is contradicted, {evidence}")),
        ItemState::Proven { .. }
        | ItemState::NotChecked { .. }
        | ItemState::NotApplicable { .. }
        | ItemState::Untrusted { .. }
        | ItemState::Ticked { .. } => None,
    })
}

/// A criterion that names a test needs that test to pass on the approved tree.
fn unproven_criterion(model: &Model) -> Option<String> {
    model.session.accepted_criteria().find_map(|criterion| match criterion_state(model, criterion) {
        ItemState::Contradicted { evidence } => {
            Some(format!("AC{} is contradicted, {evidence}", criterion.id))
        }
        ItemState::NotChecked { why } if !criterion.tests.is_empty() => {
            Some(format!("AC{} is not proven, {why}", criterion.id))
        }
        ItemState::NotChecked { .. }
        | ItemState::Proven { .. }
        | ItemState::NotApplicable { .. }
        | ItemState::Untrusted { .. }
        | ItemState::Ticked { .. } => None,
    })
}

/// The state of a criterion: from its tests, from the finding it repairs, or by hand.
pub fn criterion_state(model: &Model, criterion: &Criterion) -> ItemState {
    let fresh = |command: &String| !is_stale(model, command);
    let evidence = &model.session.evidence;
    let known = evidence.commands.iter().map(|spec| &spec.id).filter(|id| fresh(id));
    let runs: Vec<&CommandRun> = known.filter_map(|id| evidence.runs.get(id)).collect();
    let key = format!("AC{}", criterion.id);
    if let Some((by, at, note)) = model.session.work.ticks.get(&key) {
        return ItemState::Ticked { by: by.clone(), at: *at, note: note.clone() };
    }
    let mut passed = Vec::new();
    for test in &criterion.tests {
        match runs.iter().find_map(|run| test_passed(run, test)) {
            Some(true) => passed.push(test.as_str()),
            Some(false) => return ItemState::Contradicted { evidence: format!("{test} fails") },
            None => return ItemState::NotChecked { why: format!("{test} has not run") },
        }
    }
    if !passed.is_empty() {
        let proofs = |test: &str| {
            model.world.test_first.iter().any(|known| known.is_proof() && test.ends_with(known.short()))
        };
        let was_red = if passed.iter().all(|test| proofs(test)) { ", red on base before" } else { "" };
        return ItemState::Proven { evidence: format!("{}{was_red}", passed.join(", ")) };
    }
    if let crate::domain::task::CriterionSource::Finding { rule, place } = &criterion.source
        && let Some(checked) = &model.world.checked
    {
        let still = checked
            .approved
            .findings
            .iter()
            .find(|finding| finding.rule == *rule && finding.file == place.path);
        return match still {
            Some(finding) => ItemState::Contradicted { evidence: format!("{rule} at {}", finding.place()) },
            None if model.session.held() > 0 => ItemState::Proven { evidence: format!("no {rule} there") },
            None => ItemState::NotChecked { why: "nothing approved yet".into() },
        };
    }
    ItemState::NotChecked { why: "yours to tick".into() }
}

/// What the findings of the composed texts say against those of the base. Thousands of them
/// are compared once for each review, not once for each row that asks.
#[derive(Debug, Default)]
pub struct Compared {
    /// Which review, and which map of the base: revision and addresses.
    of: (u64, usize, usize),
    /// Indexes of the findings that the base does not have.
    approved: Vec<usize>,
    current: Vec<usize>,
    /// How many the approved tree has, by rule.
    approved_by_rule: BTreeMap<String, usize>,
}

fn compared_of(model: &Model) -> Option<(u64, usize, usize)> {
    let checked = model.world.checked.as_ref()?;
    let base = model.world.map.as_ref().map_or(0, |map| Arc::as_ptr(map) as usize);
    Some((checked.revision, Arc::as_ptr(&checked.approved) as usize, base))
}

/// Compares anew when the review or the base is another.
pub fn refresh(model: &mut Model) {
    let Some(of) = compared_of(model).filter(|of| *of != model.world.compared.of) else { return };
    model.world.compared = compare_findings(model, of);
}

fn compare_findings(model: &Model, of: (u64, usize, usize)) -> Compared {
    let Some(checked) = &model.world.checked else { return Compared::default() };
    let map = model.map();
    let mut approved_by_rule: BTreeMap<String, usize> = BTreeMap::new();
    for finding in &checked.approved.findings {
        match approved_by_rule.get_mut(&finding.rule) {
            Some(count) => *count += 1,
            None => {
                approved_by_rule.insert(finding.rule.clone(), 1);
            }
        }
    }
    Compared {
        of,
        approved: added(&checked.approved.findings, &map.findings),
        current: added(&checked.current.findings, &map.findings),
        approved_by_rule,
    }
}

/// Findings that the approved tree has and the base does not.
pub fn new_findings(model: &Model) -> Vec<&Finding> {
    let Some(checked) = &model.world.checked else { return Vec::new() };
    model.world.compared.approved.iter().filter_map(|at| checked.approved.findings.get(*at)).collect()
}

/// Findings that the texts as they are proposed have and the base does not.
pub fn proposed_findings(model: &Model) -> Vec<&Finding> {
    let Some(checked) = &model.world.checked else { return Vec::new() };
    model.world.compared.current.iter().filter_map(|at| checked.current.findings.get(*at)).collect()
}

/// Findings of `after` that `before` does not have, by fingerprint and count.
pub fn difference(after: &[Finding], before: &[Finding]) -> Vec<Finding> {
    added(after, before).into_iter().filter_map(|at| after.get(at)).cloned().collect()
}

/// As `difference`, as indexes into `after`.
fn added(after: &[Finding], before: &[Finding]) -> Vec<usize> {
    let mut known: HashMap<&str, usize> = HashMap::new();
    for finding in before {
        *known.entry(finding.fingerprint.as_str()).or_default() += 1;
    }
    let is_new = |finding: &Finding| match known.get_mut(finding.fingerprint.as_str()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    let marks: Vec<bool> = after.iter().map(is_new).collect();
    marks.into_iter().enumerate().filter(|(_, is_new)| *is_new).map(|(at, _)| at).collect()
}

/// Layers of the approved hunks.
fn touched(model: &Model) -> Vec<Layer> {
    let hunks = model.session.hunks_where(|hunk| hunk.decision.is_held());
    hunks.into_iter().map(|hunk| hunk.layer).collect()
}

/// The items of the checklist that apply to the change.
pub fn applicable(model: &Model) -> Vec<&Item> {
    let touched = touched(model);
    let risks: Vec<&str> = model
        .session
        .work
        .task
        .iter()
        .flat_map(|task| task.reading.risks.iter().map(|risk| risk.kind.as_str()))
        .collect();
    let applies = |item: &&Item| {
        item.when.is_empty()
            || item.when.iter().any(|when| {
                risks.contains(&when.as_str()) || touched.iter().any(|layer| layer.name() == when)
            })
    };
    model.handbook.checklist.iter().filter(applies).collect()
}

/// The checklist with states, items that do not apply left out.
pub fn checklist(model: &Model) -> Vec<(Item, ItemState)> {
    let touched = touched(model);
    let new = new_findings(model);
    let judged = all(model);
    applicable(model)
        .into_iter()
        .map(|item| {
            let work = &model.session.work;
            let state = if let Some(reason) = work.not_applicable.get(&item.id) {
                ItemState::NotApplicable { reason: reason.clone() }
            } else if let Some((by, at, note)) = work.ticks.get(&item.id) {
                ItemState::Ticked { by: by.clone(), at: *at, note: note.clone() }
            } else {
                decided(model, &item.decider, &new, &judged, &touched)
            };
            (item.clone(), state)
        })
        .collect()
}

fn decided(
    model: &Model,
    decider: &Decider,
    new: &[&Finding],
    judged: &[Judged<'_>],
    touched: &[Layer],
) -> ItemState {
    match decider {
        Decider::Rules { rules } => {
            if model.world.checked.is_none() {
                return ItemState::NotChecked { why: "not reviewed yet".into() };
            }
            match new.iter().find(|finding| rules.contains(&finding.rule)) {
                Some(finding) => {
                    ItemState::Contradicted { evidence: format!("{} at {}", finding.rule, finding.place()) }
                }
                None if touched.is_empty() => ItemState::NotChecked { why: "nothing approved yet".into() },
                None => {
                    let counts = &model.world.compared.approved_by_rule;
                    let seen: usize = rules.iter().filter_map(|rule| counts.get(rule)).sum();
                    let evidence =
                        if seen == 0 { "0 found".to_owned() } else { format!("0 new, {seen} on the base") };
                    ItemState::Proven { evidence }
                }
            }
        }
        Decider::Command { kind } => command_item(*kind, judged),
        Decider::Hunks { layer } => {
            let count = touched.iter().filter(|touched| *touched == layer).count();
            if count > 0 {
                let mut evidence = super::cx::plural(count, "hunk");
                let colours = super::red_green::summary(model);
                if *layer == Layer::Test && !colours.is_empty() {
                    evidence.push_str(&format!(", {colours}"));
                }
                ItemState::Proven { evidence }
            } else {
                ItemState::NotChecked { why: format!("no {layer} hunk") }
            }
        }
        Decider::ByHand => ItemState::NotChecked { why: "yours to tick".into() },
    }
}

fn command_item(kind: CommandKind, judged: &[Judged<'_>]) -> ItemState {
    let mut of_kind = judged.iter().filter(|judged| judged.spec.kind == kind).peekable();
    if of_kind.peek().is_none() {
        return ItemState::NotChecked { why: format!("no {} command", kind.name()) };
    }
    let mut evidence = Vec::new();
    for judged in of_kind {
        let name = judged.spec.title();
        match (&judged.verdict, judged.stale) {
            (None, _) | (_, true) => return ItemState::NotChecked { why: format!("{name} has not run") },
            (Some(Verdict::Passed), _) => evidence.push(name),
            (Some(Verdict::FailsAsBefore), _) => evidence.push(format!("{name} fails as before")),
            (Some(Verdict::Failed | Verdict::TimedOut), _) if judged.spec.optional => {
                return ItemState::NotChecked { why: format!("{name} fails, it is optional") };
            }
            (Some(Verdict::Failed | Verdict::TimedOut), _) => {
                return ItemState::Contradicted { evidence: format!("{name} fails") };
            }
            (Some(Verdict::Untrusted { reason }), _) => return ItemState::Untrusted { why: reason.clone() },
            (Some(Verdict::Blocked { reason } | Verdict::NotRun { reason }), _) => {
                return ItemState::NotChecked { why: reason.clone() };
            }
            (Some(Verdict::Stopped), _) => return ItemState::NotChecked { why: "stopped".into() },
        }
    }
    ItemState::Proven { evidence: evidence.join(", ") }
}
