//! Parameters for an application that no known call passes.
//!
//! Containers, loops over objects and plugin systems hide the call. Where the type says that
//! only an application can be meant and the backend has one, it is that one.

use super::{
    graph::{MountEdge, NodeId, NodeKey},
    linker::Linker,
    project::FileId,
};
use rustc_hash::FxHashSet;

impl Linker<'_> {
    /// Lets the only application of a backend stand for the parameters that expect one.
    pub fn pass_the_application(&mut self) {
        let served: FxHashSet<NodeId> = self.graph.edges.iter().map(|edge| edge.child).collect();
        let expecting: Vec<(NodeId, FileId, u16)> = self
            .graph
            .iter()
            .filter(|(id, node)| node.expects_app && !served.contains(id))
            .filter_map(|(id, node)| match node.key {
                NodeKey::Param(file, ..) => Some((id, file, node.pack)),
                _ => None,
            })
            .collect();
        for (child, file, pack) in expecting {
            if let Some(parent) = self.nearest_application(file, pack, &served) {
                self.graph.mount(MountEdge { parent, child, prefix: vec!["".into()], over: false });
            }
        }
    }

    /// The one application of a pack that shares most folders with a file.
    fn nearest_application(&self, file: FileId, pack: u16, served: &FxHashSet<NodeId>) -> Option<NodeId> {
        let path = &self.facts(file)?.path;
        let mut best: Option<(usize, NodeId)> = None;
        let mut is_one = true;
        for (id, node) in self.graph.iter() {
            let is_muted = |file: FileId| self.muted.get(file.index()).copied().unwrap_or(false);
            let Some(of) = node.key.file().filter(|of| !is_muted(*of)) else { continue };
            if !node.app || node.pack != pack || served.contains(&id) {
                continue;
            }
            let Some(other) = self.facts(of) else { continue };
            let shared = shared_folders(path, &other.path);
            match best {
                Some((most, _)) if shared < most => {}
                Some((most, _)) if shared == most => is_one = false,
                _ => (best, is_one) = (Some((shared, id)), true),
            }
        }
        best.filter(|_| is_one).map(|(_, id)| id)
    }
}

/// How many folders two paths begin with alike.
pub(super) fn shared_folders(a: &str, b: &str) -> usize {
    let folders = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folders, _)| folders.to_owned());
    let (a, b) = (folders(a), folders(b));
    a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b && !a.is_empty()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_shared_from_the_root() {
        assert_eq!(shared_folders("a/b/c.go", "a/b/d.go"), 2);
        assert_eq!(shared_folders("a/b/c.go", "a/x/b/d.go"), 1);
        assert_eq!(shared_folders("c.go", "d.go"), 0);
        assert_eq!(shared_folders("a/c.go", "ab/d.go"), 0);
    }
}
