//! Decision cards: shown where a choice is asked, and what was chosen is recorded.

use super::{
    cx::Cx,
    handbook::CardNote,
    model::Model,
    view::{Row, bold, muted, plain},
};
use crate::domain::event::What;

/// Cards that are shown at a question or another choice.
pub fn at<'a>(model: &'a Model, place: &'a str) -> impl Iterator<Item = &'a CardNote> {
    model.handbook.cards.iter().filter(move |card| card.shown_at.iter().any(|known| known == place))
}

/// The card of that id.
pub fn card<'a>(model: &'a Model, id: &str) -> Option<&'a CardNote> {
    model.handbook.cards.iter().find(|card| card.id == id)
}

/// What was chosen last at a card, and why.
pub fn chosen<'a>(model: &'a Model, id: &str) -> Option<(&'a str, &'a str)> {
    let decisions = model.session.evidence.decisions.iter().rev();
    decisions
        .clone()
        .find(|(card, _, _)| card == id)
        .map(|(_, chosen, reason)| (chosen.as_str(), reason.as_str()))
}

/// The card as rows: question, options with trade-off and effort, default, choice.
pub fn rows(model: &Model, card: &CardNote) -> Vec<Row> {
    let mut rows = vec![Row::text(card.question.clone()), Row::Blank, Row::head("OPTIONS")];
    rows.extend(card.options.iter().map(|option| Row::Text {
        line: vec![
            bold(format!("{}  ", option.label)),
            plain(option.trade_off.clone()),
            muted(format!("  effort: {}", option.effort)),
        ],
        indent: 0,
    }));
    rows.extend([
        Row::Blank,
        Row::head("UNLESS SOMETHING SPEAKS AGAINST IT"),
        Row::text(card.default.clone()),
    ]);
    if let Some((chosen, reason)) = chosen(model, &card.id) {
        rows.extend([
            Row::Blank,
            Row::head("CHOSEN HERE"),
            Row::Text { line: vec![bold(chosen.to_owned()), muted(format!("  {reason}"))], indent: 0 },
        ]);
    }
    rows
}

/// Rows of every card at a place, under their titles; empty when there is none.
pub fn rows_at(model: &Model, place: &str) -> Vec<Row> {
    let mut out = Vec::new();
    for card in at(model, place) {
        out.extend([Row::Blank, Row::head(card.title.to_uppercase())]);
        out.extend(rows(model, card));
    }
    out
}

/// Records a choice at every card of the place. Choosing the same again records nothing.
pub fn record(cx: &mut Cx<'_>, place: &str, label: &str, reason: &str) {
    let ids: Vec<String> = at(cx.model, place).map(|card| card.id.clone()).collect();
    for id in ids {
        record_card(cx, &id, label, reason);
    }
}

/// Records a choice at one card.
pub fn record_card(cx: &mut Cx<'_>, id: &str, label: &str, reason: &str) {
    if chosen(cx.model, id) == Some((label, reason)) {
        return;
    }
    cx.record(What::DecisionRecorded {
        card: id.to_owned(),
        chosen: label.to_owned(),
        reason: reason.to_owned(),
    });
}
