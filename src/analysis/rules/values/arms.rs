//! Which arms of a branch are taken, where the source settles it.

use super::{
    eval::{Evaluator, Frame},
    events::View,
    known::Known,
    words::{Labels, after_word, bare, before, between, ends_with_word, labels},
};
use crate::analysis::facts::{Block, BlockId, BlockKind, Expr, ExprId, FileFacts, Lang};

/// What is known of an arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arm {
    Taken,
    Left,
    Open,
}

impl Arm {
    fn of(condition: &Known) -> Self {
        match condition {
            Known::Bool(true) => Self::Taken,
            Known::Bool(false) => Self::Left,
            _ => Self::Open,
        }
    }

    fn not(self) -> Self {
        match self {
            Self::Taken => Self::Left,
            Self::Left => Self::Taken,
            Self::Open => Self::Open,
        }
    }
}

/// Words that another arm of the same `if` begins with.
const FURTHER: [&str; 5] = ["else", "elif", "elsif", "elseif", "elsIf"];

impl<'a> Evaluator<'_, '_, 'a> {
    /// Whether a block runs when what is around it runs.
    pub(super) fn arm(&mut self, frame: &Frame<'_, 'a>, id: BlockId) -> Arm {
        if let Some(known) = frame.arms.borrow().get(&id) {
            return *known;
        }
        if !self.step() {
            return Arm::Open;
        }
        // Whoever asks for it again on the way learns nothing.
        frame.arms.borrow_mut().insert(id, Arm::Open);
        let arm = self.settled(frame, id);
        frame.arms.borrow_mut().insert(id, arm);
        arm
    }

    fn settled(&mut self, frame: &Frame<'_, 'a>, id: BlockId) -> Arm {
        let view = &frame.view;
        let Some(block) = view.facts.block(id).filter(|block| block.kind == BlockKind::Branch) else {
            return Arm::Open;
        };
        if is_case(view, block) {
            return self.case(frame, id, block);
        }
        let own = self.own_condition(frame, block);
        if !is_further(view, block) {
            return own.unwrap_or(Arm::Open);
        }
        let only_else = after_word(opening(view, block), &["elif", "elsif", "elseif"]).is_none();
        match (self.earlier(frame, id, block), own) {
            (Arm::Taken, _) | (_, Some(Arm::Left)) => Arm::Left,
            (Arm::Left, Some(own)) => own,
            (Arm::Left, None) if only_else => Arm::Taken,
            _ => Arm::Open,
        }
    }

    /// Taken where one of the arms before this one is taken, left where none is.
    fn earlier(&mut self, frame: &Frame<'_, 'a>, id: BlockId, block: &Block) -> Arm {
        let Some(previous) = previous(&frame.view, id, block) else { return Arm::Open };
        let Some(found) = frame.view.facts.block(previous) else { return Arm::Open };
        match self.arm(frame, previous) {
            Arm::Left if is_further(&frame.view, found) => self.earlier(frame, previous, found),
            arm => arm,
        }
    }

    /// What the condition of the arm itself says; none where it has none.
    fn own_condition(&mut self, frame: &Frame<'_, 'a>, block: &Block) -> Option<Arm> {
        let (view, head) = (&frame.view, block.head?);
        let span = view.facts.expr_span(head);
        let is_inside = block.span.contains(span);
        if !is_inside {
            let gap = bare(between(&view.text, span.end, block.span.start), view.facts.lang);
            if span.end > block.span.start || !matches!(gap.as_str(), "" | "{" | ":" | "then") {
                return None;
            }
        }
        let lead = before(&view.text, span.start);
        let is_unless = ends_with_word(lead, &["unless"]);
        if !is_unless && !ends_with_word(lead, &["if", "elif", "elsif", "elseif"]) {
            return None;
        }
        let arm = Arm::of(&self.eval(frame, head));
        Some(if is_unless { arm.not() } else { arm })
    }

    /// An arm of a `switch`.
    fn case(&mut self, frame: &Frame<'_, 'a>, id: BlockId, block: &Block) -> Arm {
        let view = &frame.view;
        let arms = cases(view, id, block);
        let Some(subject) = arms.first().and_then(|first| subject(view, *first)) else { return Arm::Open };
        let wordless = view.facts.lang == Lang::Kotlin;
        let read: Option<Vec<Labels>> =
            arms.iter().map(|arm| labels(opening(view, view.facts.block(*arm)?), wordless)).collect();
        let Some(read) = read else { return Arm::Open };
        let subject = self.eval(frame, subject);
        if !matches!(subject, Known::Text(_) | Known::Number(_) | Known::Bool(_)) {
            return Arm::Open;
        }
        let matched = read
            .iter()
            .position(|labels| labels.values.contains(&subject))
            .or_else(|| read.iter().position(|labels| labels.is_default));
        let (Some(matched), Some(own)) = (matched, arms.iter().position(|arm| *arm == id)) else {
            return Arm::Left;
        };
        if own <= matched {
            return if own == matched { Arm::Taken } else { Arm::Left };
        }
        let falls = matches!(view.facts.lang, Lang::Java | Lang::JavaScript | Lang::TypeScript | Lang::Php);
        // Each arm from the matched one on runs unless one before it jumps away.
        for (arm, labels) in arms.iter().zip(&read).take(own).skip(matched) {
            let text = view
                .facts
                .block(*arm)
                .map_or("", |block| between(&view.text, block.span.start, block.span.end));
            if !falls || !labels.falls || jumps(text) {
                return Arm::Left;
            }
            if ["break", "return", "throw", "continue"].iter().any(|word| text.contains(word)) {
                return Arm::Open;
            }
        }
        Arm::Taken
    }

    /// Which of the values of `condition ? one : other` it is.
    pub(super) fn chosen(
        &mut self,
        frame: &Frame<'_, 'a>,
        whole: ExprId,
        options: &[ExprId],
    ) -> Option<ExprId> {
        let [one, other] = options else { return None };
        let condition = condition(&frame.view, whole, *one, *other)?;
        match Arm::of(&self.eval(frame, condition)) {
            Arm::Taken => Some(*one),
            Arm::Left => Some(*other),
            Arm::Open => None,
        }
    }
}

/// The text of an arm from its start.
fn opening<'v>(view: &'v View<'_>, block: &Block) -> &'v str {
    between(&view.text, block.span.start, block.span.end)
}

/// Whether an arm is one after the first of an `if`.
fn is_further(view: &View<'_>, block: &Block) -> bool {
    after_word(opening(view, block), &FURTHER).is_some()
        || ends_with_word(before(&view.text, block.span.start), &["else"])
}

/// Whether an arm belongs to a `switch`.
fn is_case(view: &View<'_>, block: &Block) -> bool {
    let text = opening(view, block);
    if view.facts.lang == Lang::Kotlin {
        let first = text.lines().next().unwrap_or_default();
        return block.head.is_some() && first.contains("->") && !first.starts_with('{');
    }
    let is_else_of_case = view.facts.lang == Lang::Ruby
        && text.starts_with("else")
        && block.head.is_some_and(|head| {
            ends_with_word(before(&view.text, view.facts.expr_span(head).start), &["case"])
        });
    after_word(text, &["case", "default", "when"]).is_some() || is_else_of_case
}

/// The blocks of the same kind beside a block, in the order of the source.
fn beside<'v>(
    facts: &'v FileFacts,
    block: &'v Block,
) -> impl DoubleEndedIterator<Item = (BlockId, &'v Block)> {
    let of = move |(index, found): (usize, &'v Block)| {
        let is_beside =
            found.kind == BlockKind::Branch && found.scope == block.scope && found.parent == block.parent;
        is_beside.then(|| (BlockId::from_index(index), found))
    };
    facts.blocks.iter().enumerate().filter_map(of)
}

/// The arm before one that is not the first.
fn previous(view: &View<'_>, id: BlockId, block: &Block) -> Option<BlockId> {
    let (previous, found) = beside(view.facts, block)
        .rfind(|(other, found)| *other < id && found.span.end <= block.span.start)?;
    let gap = bare(between(&view.text, found.span.end, block.span.start), view.facts.lang);
    matches!(gap.trim_matches('}'), "" | "else").then_some(previous)
}

/// All arms of the `switch` that an arm belongs to.
fn cases(view: &View<'_>, id: BlockId, block: &Block) -> Vec<BlockId> {
    let mut run: Vec<(BlockId, u32)> = Vec::new();
    for (other, found) in beside(view.facts, block).filter(|(_, found)| is_case(view, found)) {
        let follows = run.last().is_some_and(|(_, end)| {
            bare(between(&view.text, *end, found.span.start), view.facts.lang).is_empty()
        });
        if !follows {
            if run.iter().any(|(seen, _)| *seen == id) {
                break;
            }
            run.clear();
        }
        run.push((other, found.span.end));
    }
    run.into_iter().map(|(id, _)| id).collect()
}

/// What a `switch` looks at, told by its first arm.
fn subject(view: &View<'_>, first: BlockId) -> Option<ExprId> {
    let block = view.facts.block(first)?;
    let opens = |at: u32| ends_with_word(before(&view.text, at), &["switch", "when", "match", "case"]);
    if let Some(head) = block.head {
        let span = view.facts.expr_span(head);
        if span.end <= block.span.start {
            return opens(span.start).then_some(head);
        }
    }
    // The arm's own value is its head: the subject stands before the first brace.
    let lead = view
        .text
        .get(..block.span.start as usize)?
        .trim_end()
        .strip_suffix('{')?
        .trim_end()
        .strip_suffix(')')?;
    let end = u32::try_from(lead.trim_end().len()).ok()?;
    let spans = view.facts.expr_spans.iter().enumerate();
    spans
        .filter(|(_, span)| span.end == end && opens(span.start))
        .min_by_key(|(_, span)| span.start)
        .map(|(index, _)| ExprId::from_index(index))
}

/// Whether the last statement of an arm leads away from the next arm.
fn jumps(arm: &str) -> bool {
    let text = arm.trim_end_matches(|c: char| c.is_whitespace() || c == '}').trim_end_matches(';');
    let last = text.rsplit([';', '{', '}', ':']).next().unwrap_or_default().trim_start();
    after_word(last, &["break", "return", "throw", "continue", "exit", "die"]).is_some()
}

/// The condition that stands with two values of which it chooses one.
fn condition(view: &View<'_>, whole: ExprId, one: ExprId, other: ExprId) -> Option<ExprId> {
    let facts = view.facts;
    let (all, first, second) = (facts.expr_span(whole), facts.expr_span(one), facts.expr_span(other));
    let text = |from: u32, to: u32| bare(between(&view.text, from, to), facts.lang);
    let widest = |from: u32, to: u32, latest: usize| {
        let ids = (0..latest).rev().map(ExprId::from_index).take(400);
        ids.filter(|id| {
            let span = facts.expr_span(*id);
            from <= span.start && span.end <= to
        })
        .max_by_key(|id| facts.expr_span(*id).end.saturating_sub(facts.expr_span(*id).start))
    };
    if first.end <= second.start
        && let Some(middle) = widest(first.end, second.start, whole.index())
    {
        // `one if condition else other`.
        let span = facts.expr_span(middle);
        let reads = text(first.end, span.start) == "if" && text(span.end, second.start) == "else";
        if reads && !matches!(facts.expr(middle), Expr::Other(parts) if parts.is_empty()) {
            return Some(middle);
        }
    }
    let found = widest(all.start, first.start, one.index())?;
    let span = facts.expr_span(found);
    let lead = text(all.start, span.start);
    let gap = text(span.end, first.start);
    let is_choice = lead.is_empty() && gap == "?";
    let is_if = lead == "if" && matches!(gap.as_str(), "" | "{" | "then");
    (is_choice || is_if).then_some(found)
}
