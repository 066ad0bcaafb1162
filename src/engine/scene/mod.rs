//! The scenes: for each, what its panes say and what an action does there.

pub mod acquire;
pub mod act;
pub mod act_diff;
pub mod act_update;
pub mod finalize;
pub mod finalize_update;
pub mod prepare;
pub mod prepare_update;
pub mod review;
pub mod verify;
pub mod verify_update;

use super::{
    cx::Cx,
    model::Model,
    view::{Pane, PaneView, SceneKind},
};
use crate::keys::Action;

/// One pane of the scene on screen.
pub fn pane(model: &Model, pane: Pane) -> PaneView {
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
