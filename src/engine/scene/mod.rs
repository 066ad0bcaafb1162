//! The scenes: for each, what its panes say and what an action does there.

pub mod acquire;
pub mod acquire_know;
pub mod acquire_tree;
pub mod acquire_update;
pub mod act;
pub mod act_diff;
pub mod act_guide;
pub mod act_move;
pub mod act_propose;
pub mod act_update;
pub mod act_views;
pub mod finalize;
pub mod finalize_update;
pub mod prepare;
pub mod prepare_commands;
pub mod prepare_update;
pub mod review;
mod review_table;
pub mod verify;
pub mod verify_commands;
pub mod verify_update;

use super::{
    cx::Cx,
    model::Model,
    present,
    view::{Body, Pane, PaneView, Row, SceneKind},
};
use crate::keys::Action;

/// One pane of the scene on screen.
pub fn pane(model: &Model, pane: Pane) -> PaneView {
    let mut view = by_scene(model, pane);
    // Panes keep a blank row under their lintel by themselves.
    if let Body::Rows(rows) | Body::Editor { above: rows, .. } = &mut view.body {
        let blanks = rows.iter().take_while(|row| **row == Row::Blank).count();
        rows.drain(..blanks);
    }
    present::beside(model, pane, &mut view);
    view
}

fn by_scene(model: &Model, pane: Pane) -> PaneView {
    match model.kind() {
        SceneKind::Prepare => prepare::pane(model, pane),
        SceneKind::Acquire => acquire::pane(model, pane),
        SceneKind::Review => review::pane(model, pane),
        SceneKind::Act => act::pane(model, pane),
        SceneKind::Verify => verify::pane(model, pane),
        SceneKind::Finalize => finalize::pane(model, pane),
    }
}

/// What an action does in the scene on screen. Returns whether the scene knows it.
pub fn act(cx: &mut Cx<'_>, action: Action) -> bool {
    match cx.model.kind() {
        SceneKind::Prepare => prepare_update::act(cx, action),
        SceneKind::Acquire => acquire::act(cx, action),
        SceneKind::Review => review::act(cx, action),
        SceneKind::Act => act_update::act(cx, action),
        SceneKind::Verify => verify_update::act(cx, action),
        SceneKind::Finalize => finalize_update::act(cx, action),
    }
}
