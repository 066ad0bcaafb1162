//! Hunks as the diff pane shows them: context, enclosing definitions, folds, guards, links.

use crate::engine::view::pane::DiffPiece;
use crate::{
    domain::{
        dependence::dependants,
        diff::{self, DiffRow, Sign, split_lines},
        edit::FileEdit,
        finding::Finding,
        hunk::{Body, Decision, Hunk, Need, Why},
        ids::HunkId,
    },
    engine::{
        judge,
        model::Model,
        pairing,
        view::{HunkView, Line, Mark, Role, bold, muted, plain, role},
    },
};
use std::{
    collections::BTreeMap,
    hash::{Hash, Hasher},
    sync::Arc,
};

/// Lines of context on each side.
const CONTEXT_LINES: usize = 3;

/// What the views of hunks need of each other; made once for all that are shown together.
#[derive(Debug)]
pub struct Look<'a> {
    model: &'a Model,
    hunks: BTreeMap<HunkId, (&'a FileEdit, &'a Hunk)>,
    /// Hunks that need a hunk, in plan order.
    users: BTreeMap<HunkId, Vec<&'a Hunk>>,
    /// Findings that the base does not have, by file.
    added: BTreeMap<&'a str, Vec<&'a Finding>>,
    /// Lines of the base texts, by path.
    lines: BTreeMap<&'a str, Vec<&'a str>>,
    /// 0-based line in the current text at which a hunk's new lines stand (or would stand).
    starts: BTreeMap<HunkId, u32>,
}

impl<'a> Look<'a> {
    /// Looks at every hunk of the session once.
    pub fn new(model: &'a Model) -> Self {
        let edits = model.session.work.edits.values();
        let hunks = edits.clone().flat_map(|edit| edit.hunks.iter().map(move |hunk| (hunk.id, (edit, hunk))));
        let mut users: BTreeMap<HunkId, Vec<&Hunk>> = BTreeMap::new();
        for hunk in model.session.hunks() {
            for need in hunk.needs_to(Why::Build) {
                users.entry(need.hunk).or_default().push(hunk);
            }
        }
        let mut added: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in judge::proposed_findings(model) {
            added.entry(finding.file.as_str()).or_default().push(finding);
        }
        let lines =
            edits.clone().map(|edit| (edit.path.as_str(), split_lines(edit.base.as_deref().unwrap_or(""))));
        let starts = edits.flat_map(starts).collect();
        Self { model, hunks: hunks.collect(), users, added, lines: lines.collect(), starts }
    }

    /// The view of one hunk.
    pub fn view(&self, id: HunkId) -> Option<Arc<HunkView>> {
        self.view_after(id, None)
    }

    /// The view of one hunk; its rows are those of an earlier view of the same base text
    /// where nothing that they show has changed.
    pub fn view_after(&self, id: HunkId, earlier: Option<&HunkView>) -> Option<Arc<HunkView>> {
        let (edit, hunk) = *self.hunks.get(&id)?;
        let model = self.model;
        let start = self.starts.get(&id).copied().unwrap_or(0);
        let extra = model.screen.context.get(&hunk.id).copied().unwrap_or(0) as usize;
        let base = self.lines.get(edit.path.as_str()).map(Vec::as_slice).unwrap_or_default();
        let revision = revision(base, start, hunk, extra);
        let rows = match earlier.filter(|earlier| earlier.revision == revision) {
            Some(earlier) => earlier.rows.clone(),
            None => Arc::new(pieces(base, start, hunk, extra)),
        };
        let (mark, state, reason) = state(hunk, is_broken(model, hunk));
        let (mark, state) = pairing::state(model, edit, hunk).unwrap_or((mark, state.into()));
        let is_decided = hunk.decision != Decision::Undecided;
        let folded = is_decided != model.screen.toggled.contains(&hunk.id);
        let added = count(&rows, Sign::Added);
        let removed = count(&rows, Sign::Removed);
        let guard = self.guard(edit, hunk, start);
        Some(Arc::new(HunkView {
            id: hunk.id,
            revision,
            path: edit.path.clone(),
            line: start + 1,
            layer: layer(model, edit, hunk),
            mark,
            state,
            reason,
            origin: hunk.origin.label(),
            serves: serves(hunk),
            added,
            removed,
            guard,
            facts: facts(edit, hunk),
            rows,
            links: self.links(hunk),
            folded,
            stale: false,
            chosen: model.screen.chosen_hunks.contains(&hunk.id),
        }))
    }

    fn links(&self, hunk: &Hunk) -> Line {
        let mark_of = |id| match self.hunks.get(&id).map(|(_, hunk)| &hunk.decision) {
            Some(Decision::Approved) => role(Role::Ok, "✓ "),
            Some(Decision::Edited { .. }) => role(Role::Ok, "◐ "),
            Some(Decision::Rejected { .. }) => role(Role::Fail, "✗ "),
            Some(Decision::Undecided) | None => role(Role::Warn, "○ "),
        };
        let mut line: Line = Vec::new();
        let link = |need: &Need| {
            [mark_of(need.hunk), bold(format!("{} ", need.hunk)), plain(format!("{} ", need.symbol))]
        };
        let is_free = hunk.needs_to(Why::Build).next().is_none();
        line.push(muted(if is_free { "needs nothing" } else { "needs " }));
        line.extend(hunk.needs_to(Why::Build).flat_map(link));
        if let Some(need) = hunk.needs_to(Why::Use).next() {
            line.push(muted(" · imports for "));
            line.extend(link(need));
        }
        line.push(muted(" · needed by "));
        let users = self.users.get(&hunk.id).map(Vec::as_slice).unwrap_or_default();
        if users.is_empty() {
            line.push(muted("nothing"));
        }
        for user in users {
            line.extend([mark_of(user.id), bold(format!("{} ", user.id)), muted(format!("{} ", user.layer))]);
        }
        line
    }

    fn guard(&self, edit: &FileEdit, hunk: &Hunk, start: u32) -> (Mark, String) {
        let model = self.model;
        if matches!(hunk.decision, Decision::Rejected { .. }) {
            return (Mark::None, String::new());
        }
        let Some(checked) = &model.world.checked else { return (Mark::None, String::new()) };
        if let Some(error) = checked.unparsed.get(&edit.path) {
            return (Mark::Failed, format!("does not parse: {error}"));
        }
        let start = start + 1;
        let end = start + u32::try_from(hunk.new_lines().len()).unwrap_or(0);
        let in_file = self.added.get(edit.path.as_str()).map(Vec::as_slice).unwrap_or_default();
        let own: Vec<&&Finding> =
            in_file.iter().filter(|finding| (start..end).contains(&finding.line)).collect();
        match own.first() {
            None if checked.revision != model.world.revision => (Mark::None, "checking …".into()),
            None => (Mark::Done, "adds no violation".into()),
            Some(first) => (Mark::Warn, format!("adds {}: {}", own.len(), first.rule)),
        }
    }
}

/// The view of one hunk alone.
pub fn view(model: &Model, id: HunkId) -> Option<Arc<HunkView>> {
    super::act_views::of(model, [id]).pop()
}

/// The layer the scan gave the file, else the one its path suggests.
pub fn layer(model: &Model, edit: &FileEdit, hunk: &Hunk) -> crate::domain::layer::Layer {
    let checked = model.world.checked.as_ref();
    model
        .world
        .map
        .as_ref()
        .and_then(|map| map.layer_of(&edit.path))
        .or_else(|| checked.and_then(|checked| checked.current.layer_of(&edit.path)))
        .unwrap_or(hunk.layer)
}

fn count(rows: &[DiffPiece], sign: Sign) -> u32 {
    let matches =
        rows.iter().filter(|piece| matches!(piece, DiffPiece::Line { row, .. } if row.sign == sign));
    u32::try_from(matches.count()).unwrap_or(u32::MAX)
}

fn serves(hunk: &Hunk) -> String {
    if hunk.criteria.is_empty() {
        return "no criterion".into();
    }
    hunk.criteria.iter().map(|id| format!("AC{id}")).collect::<Vec<_>>().join(" ")
}

/// Whether something that it needs to build was rejected.
pub fn is_broken(model: &Model, hunk: &Hunk) -> bool {
    !matches!(hunk.decision, Decision::Rejected { .. })
        && hunk.needs_to(Why::Build).any(|need| {
            model
                .session
                .hunk(need.hunk)
                .is_some_and(|(_, needed)| matches!(needed.decision, Decision::Rejected { .. }))
        })
}

fn state(hunk: &Hunk, broken: bool) -> (Mark, &'static str, String) {
    match &hunk.decision {
        Decision::Undecided if broken => (Mark::Warn, "broken by a rejection", String::new()),
        Decision::Undecided => (Mark::Open, "undecided", String::new()),
        Decision::Approved if broken => (Mark::Warn, "approved, broken by a rejection", String::new()),
        Decision::Approved => (Mark::Done, "approved", String::new()),
        Decision::Edited { .. } => (Mark::Half, "approved as edited", String::new()),
        Decision::Rejected { reason } => (Mark::Failed, "rejected", reason.clone()),
    }
}

/// 0-based line in the current text at which the hunk's new lines stand (or would stand).
pub fn new_start(edit: &FileEdit, hunk: &Hunk) -> u32 {
    starts(edit).find(|(id, _)| *id == hunk.id).map_or(0, |(_, start)| start)
}

/// Where the new lines of every hunk of a file stand: its own place in the base, moved by
/// what the hunks before it add and remove. A rejected hunk moves nothing.
fn starts(edit: &FileEdit) -> impl Iterator<Item = (HunkId, u32)> {
    let mut hunks: Vec<&Hunk> = edit.hunks.iter().collect();
    hunks.sort_by_key(|hunk| (hunk.base_range().start, hunk.base_range().end, hunk.id));
    let mut shift = 0_i64;
    hunks.into_iter().map(move |hunk| {
        let range = hunk.base_range();
        let start = i64::from(range.start) + shift;
        if !matches!(hunk.decision, Decision::Rejected { .. }) {
            shift += i64::try_from(hunk.new_lines().len()).unwrap_or(0) - i64::from(range.end - range.start);
        }
        (hunk.id, u32::try_from(start.max(0)).unwrap_or(0))
    })
}

/// Another number when the rows of a hunk are others.
fn revision(base: &[&str], start: u32, hunk: &Hunk, extra: usize) -> u64 {
    let range = hunk.base_range();
    let context = CONTEXT_LINES + extra;
    let from = (range.start as usize).saturating_sub(context);
    let until = (range.end as usize + context).min(base.len());
    let mut hasher = std::collections::hash_map::DefaultHasher::new();
    (hunk.id, start, extra, base.len(), base.get(from..until), hunk.new_lines()).hash(&mut hasher);
    hasher.finish()
}

fn facts(edit: &FileEdit, hunk: &Hunk) -> Vec<String> {
    let mut facts = Vec::new();
    match &hunk.body {
        Body::Text { .. } if edit.base.is_none() => facts.push("new file".into()),
        Body::Text { .. } => {}
        Body::Delete => facts.push("file deleted".into()),
        Body::Mode { from, to } => facts.push(format!("mode {:o} → {:o}", from & 0o777, to & 0o777)),
        Body::Binary { base_size_bytes, new_size_bytes, .. } => {
            facts.push(format!("binary, {} → {} bytes", base_size_bytes, new_size_bytes));
        }
    }
    if !hunk.reason.is_empty() {
        facts.push(hunk.reason.clone());
    }
    facts
}

/// Every hunk that would miss something if this one were rejected.
pub fn dependants_of(model: &Model, hunk: &Hunk) -> Vec<HunkId> {
    let all = model.session.hunks();
    dependants(&all, hunk.id)
}

/// The displayed pieces: enclosing definitions, context, the change, context.
fn pieces(base: &[&str], new_start: u32, hunk: &Hunk, extra: usize) -> Vec<DiffPiece> {
    let Body::Text { base_start, base_len, .. } = &hunk.body else { return Vec::new() };
    let (start, end) = (*base_start as usize, (*base_start + *base_len) as usize);
    let shift = i64::from(new_start) - i64::from(*base_start);
    let number = |line: usize| u32::try_from((line as i64 + 1 + shift).max(1)).unwrap_or(1);
    let context = CONTEXT_LINES + extra;
    let from = start.saturating_sub(context);
    let mut pieces = Vec::new();
    let same = |line: usize, number: u32| DiffPiece::Line {
        number,
        row: DiffRow {
            sign: Sign::Same,
            old: line,
            new: line,
            text: base
                .get(line)
                .map(|text| text.trim_end_matches(['\n', '\r']).to_owned())
                .unwrap_or_default(),
            emphasis: Vec::new(),
            no_newline: base.get(line).is_some_and(|text| !text.ends_with('\n')),
        },
    };
    let mut last = None;
    for line in enclosing(base, start, from) {
        if let Some(previous) = last
            && line > previous + 1
        {
            pieces.push(fold(line - previous - 1));
        }
        pieces.push(same(line, number(line)));
        last = Some(line);
    }
    if let Some(previous) = last
        && from > previous + 1
    {
        pieces.push(fold(from - previous - 1));
    }
    pieces.extend((from..start).map(|line| same(line, number(line))));
    let old: Vec<&str> = base.get(start..end).map(<[&str]>::to_vec).unwrap_or_default();
    let first_new = number(start);
    for row in diff::rows(&old, hunk.new_lines()) {
        let number = match row.sign {
            Sign::Removed => u32::try_from(start + row.old + 1).unwrap_or(1),
            Sign::Same | Sign::Added => first_new + u32::try_from(row.new).unwrap_or(0),
        };
        pieces.push(DiffPiece::Line { number, row });
    }
    let growth = i64::try_from(hunk.new_lines().len()).unwrap_or(0) - i64::from(*base_len);
    let until = (end + context).min(base.len());
    pieces.extend((end..until).map(|line| {
        let shown = u32::try_from((line as i64 + 1 + shift + growth).max(1)).unwrap_or(1);
        same(line, shown)
    }));
    pieces
}

fn fold(lines: usize) -> DiffPiece {
    DiffPiece::Fold { lines: u32::try_from(lines).unwrap_or(u32::MAX) }
}

/// Lines before `from` that open the definitions around line `at`, outermost first.
fn enclosing(base: &[&str], at: usize, from: usize) -> Vec<usize> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut limit = base
        .get(at)
        .or_else(|| base.get(at.saturating_sub(1)))
        .map_or(0, |line| if line.trim().is_empty() { usize::MAX } else { indent(line) });
    let mut found = Vec::new();
    for line in (0..at.min(base.len())).rev() {
        let Some(text) = base.get(line) else { continue };
        if text.trim().is_empty() || indent(text) >= limit {
            continue;
        }
        if opens_definition(text) {
            limit = indent(text);
            if line < from {
                found.push(line);
            }
        }
        if limit == 0 {
            break;
        }
    }
    found.reverse();
    found
}

fn opens_definition(line: &str) -> bool {
    const OPENERS: [&str; 13] = [
        "def ",
        "class ",
        "async def ",
        "fn ",
        "pub ",
        "impl ",
        "function ",
        "export ",
        "async ",
        "interface ",
        "struct ",
        "trait ",
        "mod ",
    ];
    let trimmed = line.trim_start();
    OPENERS.iter().any(|opener| trimmed.starts_with(opener))
        || (trimmed.trim_end().ends_with('{')
            && trimmed.contains('(')
            && !trimmed.starts_with("if")
            && !trimmed.starts_with("for"))
}
