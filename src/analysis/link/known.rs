//! Routers that other files mount by a name that is no value of the language.

use super::{
    graph::{MountEdge, NodeId},
    linker::Linker,
    select::Site,
};
use crate::knowledge::packs;

impl Linker<'_> {
    /// Remembers a router under the names that its rule selects.
    pub fn know_router(&mut self, site: Site<'_>, node: NodeId, position: u16, rule: &packs::Call) {
        for name in self.texts(site, &rule.known_as) {
            let known = self.known_routers.entry((position, name)).or_default();
            if !known.contains(&node) {
                known.push(node);
            }
        }
    }

    /// Mounts the routers that are known under a name; false where there is none.
    pub fn mount_known(&mut self, site: Site<'_>, parent: NodeId, position: u16, rule: &packs::Call) -> bool {
        let mut children = Vec::new();
        for name in self.texts(site, &rule.known_as) {
            children.extend(self.known_routers.get(&(position, name)).into_iter().flatten().copied());
        }
        let prefix = self.select_path(site, &rule.path).unwrap_or_else(|| vec!["".into()]);
        for child in &children {
            let prefix = prefix.clone();
            self.graph.mount(MountEdge { parent, child: *child, prefix, over: false });
        }
        !children.is_empty()
    }
}
