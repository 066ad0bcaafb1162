//! Views of hunks, kept while what they show is the same.
//!
//! A frame shows some forty rows, but the pane counts and scrolls through every hunk of the
//! step, so every hunk has a view. Making five hundred of them takes longer than a frame;
//! most keys change none. The views are remade by `refresh` after each message, and only
//! those whose hunk, neighbours or guards may have changed; the rows of code, which cost
//! most, are taken over from the earlier view where the hunk stands where it stood. A view
//! that is not kept, or is out of date, is made on the spot: what is shown never depends on
//! what was kept.

use super::{act, act_diff::Look};
use crate::{
    domain::{ids::HunkId, map::BackendMap},
    engine::{
        model::Model,
        view::{HunkView, SceneKind},
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// The views that are kept.
#[derive(Debug, Clone, Default)]
pub struct Views {
    /// What all of them were made from.
    made_from: Stamp,
    kept: BTreeMap<HunkId, Kept>,
}

#[derive(Debug, Clone)]
struct Kept {
    view: Arc<HunkView>,
    own: Own,
}

/// What every view depends on: the session, what was checked, the layers of files.
#[derive(Debug, Clone, Default)]
struct Stamp {
    session: String,
    /// The base commit, from which the base texts of files follow.
    base: String,
    seq: u64,
    revision: u64,
    map: Option<Arc<BackendMap>>,
    checked: Option<(u64, Arc<BackendMap>)>,
}

impl Stamp {
    fn of(model: &Model) -> Self {
        let checked = model.world.checked.as_ref();
        Self {
            session: model.session.identity.session.clone(),
            base: model.session.identity.base.clone(),
            seq: model.session.seq,
            revision: model.world.revision,
            map: model.world.map.clone(),
            checked: checked.map(|checked| (checked.revision, checked.current.clone())),
        }
    }

    fn is(&self, other: &Self) -> bool {
        let same_map = match (&self.map, &other.map) {
            (Some(one), Some(two)) => Arc::ptr_eq(one, two),
            (None, None) => true,
            _ => false,
        };
        let same_check = match (&self.checked, &other.checked) {
            (Some((one, map)), Some((two, other))) => one == two && Arc::ptr_eq(map, other),
            (None, None) => true,
            _ => false,
        };
        same_map
            && same_check
            && (self.seq, self.revision) == (other.seq, other.revision)
            && self.is_of_base(other)
    }
}

impl Stamp {
    fn is_of_base(&self, other: &Self) -> bool {
        (&self.session, &self.base) == (&other.session, &other.base)
    }
}

/// What the screen adds for one hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Own {
    context: u32,
    is_toggled: bool,
    is_chosen: bool,
}

impl Own {
    fn of(model: &Model, id: HunkId) -> Self {
        Self {
            context: model.screen.context.get(&id).copied().unwrap_or(0),
            is_toggled: model.screen.toggled.contains(&id),
            is_chosen: model.screen.chosen_hunks.contains(&id),
        }
    }
}

impl Views {
    fn get(&self, model: &Model, id: HunkId) -> Option<&Arc<HunkView>> {
        self.kept.get(&id).filter(|kept| kept.own == Own::of(model, id)).map(|kept| &kept.view)
    }
}

/// The views of these hunks, in their order.
pub fn of(model: &Model, ids: impl IntoIterator<Item = HunkId>) -> Vec<Arc<HunkView>> {
    let known = Some(&model.world.views).filter(|views| views.made_from.is(&Stamp::of(model)));
    let mut look = None;
    ids.into_iter()
        .filter_map(|id| match known.and_then(|known| known.get(model, id)) {
            Some(view) => Some(view.clone()),
            None => look.get_or_insert_with(|| Look::new(model)).view(id),
        })
        .collect()
}

/// Makes the views anew that are out of date.
pub fn refresh(model: &mut Model) {
    if model.kind() != SceneKind::Act {
        return;
    }
    let stamp = Stamp::of(model);
    let old = &model.world.views;
    let is_current = old.made_from.is(&stamp);
    let shown: Vec<HunkId> = act::shown(model).iter().map(|hunk| hunk.id).collect();
    if is_current && shown.iter().all(|id| old.get(model, *id).is_some()) {
        return;
    }
    // Rows follow from the base text as well, which is the same while the base is.
    let same_base = old.made_from.is_of_base(&stamp);
    let look = Look::new(model);
    let kept = shown
        .into_iter()
        .filter_map(|id| {
            let own = Own::of(model, id);
            let earlier = old.kept.get(&id);
            let view = match earlier.filter(|kept| is_current && kept.own == own) {
                Some(kept) => kept.view.clone(),
                None => look.view_after(id, earlier.filter(|_| same_base).map(|kept| kept.view.as_ref()))?,
            };
            Some((id, Kept { view, own }))
        })
        .collect();
    model.world.views = Views { made_from: stamp, kept };
}
