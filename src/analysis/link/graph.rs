//! Routers, who serves whom under which prefix, and the routes on them.

use super::{
    blocks::Context,
    choices::stated_default,
    path,
    project::FileId,
    value::{HOLE, Value},
};
use crate::analysis::facts::{CallId, ScopeId, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// A router.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

/// What makes a router one and the same in every round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum NodeKey {
    /// A constructor or group call, or the call of a function that makes one.
    Call(FileId, CallId),
    /// A parameter of a function, by position.
    Param(FileId, ScopeId, u32),
    /// A class or function that is mounted by name.
    Definition(FileId, ScopeId),
    /// The application whose root is this class.
    Root(FileId, ScopeId),
    /// A binding of a router's type without a value, by position.
    Bind(FileId, u32),
    /// The application of a pack, whatever object stands for it.
    Application(u16),
    /// What stands beside the prefixes of classes, for a pack.
    Top(u16),
    /// What a function is called on without saying so.
    Context(FileId, ScopeId),
    /// The router of a class that its base makes for it.
    Owned(FileId, ScopeId, NodeId),
    /// A module's list of routes, for a pack.
    Collection(FileId, u16),
    /// One of the resources that a call declares.
    Part(FileId, CallId, u32),
    /// What stands beside the block of that number.
    Base(u32),
}

impl NodeKey {
    /// The file that the router stands in, where it stands in one.
    pub fn file(self) -> Option<FileId> {
        match self {
            Self::Call(file, _)
            | Self::Param(file, ..)
            | Self::Definition(file, _)
            | Self::Root(file, _)
            | Self::Owned(file, ..)
            | Self::Bind(file, _)
            | Self::Context(file, _)
            | Self::Collection(file, _)
            | Self::Part(file, ..) => Some(file),
            Self::Application(_) | Self::Top(_) | Self::Base(_) => None,
        }
    }
}

/// A router.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub key: NodeKey,
    /// Position of its pack.
    pub pack: u16,
    /// Served without being mounted.
    pub app: bool,
    /// Served because the pack has no application; holds for one round.
    pub alone: bool,
    /// What files beside the code put before everything that it serves; alternatives.
    pub base: Vec<Rc<str>>,
    /// Alternatives of its own prefix; one empty text where it has none.
    pub own: Vec<Rc<str>>,
    /// The project's class that it is an instance of.
    pub class: Option<(FileId, ScopeId)>,
    /// A parameter for an application: served by itself where nobody passes one.
    pub expects_app: bool,
    /// It mounts something that could not be resolved.
    pub open: bool,
    /// What its block says about the routes inside.
    pub context: Context,
}

/// One router serves another.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MountEdge {
    pub parent: NodeId,
    pub child: NodeId,
    pub prefix: Vec<Rc<str>>,
    /// The prefix takes the place of the child's own one.
    pub over: bool,
}

/// A route on a router.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Route {
    pub node: NodeId,
    pub verbs: Vec<String>,
    pub path: Vec<Rc<str>>,
    pub handler: Handler,
    pub file: FileId,
    /// The called name of the registration.
    pub span: Span,
}

/// What handles a route.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Handler {
    /// Empty when anonymous or unknown.
    pub name: String,
    pub definition: Option<(FileId, ScopeId)>,
}

/// Something seen that could not be resolved.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Loose {
    pub what: &'static str,
    pub file: FileId,
    pub span: Span,
    pub reason: String,
    pub partial: String,
}

/// The most ways from applications to one router that are followed.
const MAX_WAYS: usize = 16;

/// All routers of a project.
#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: Vec<Node>,
    by_key: FxHashMap<NodeKey, NodeId>,
    pub edges: Vec<MountEdge>,
    /// What mounts serve by a value of the program rather than by a callback.
    pub served: Vec<MountEdge>,
    /// Routers that are passed for parameters.
    pub passed: Vec<(NodeId, NodeId)>,
    pub routes: Vec<Route>,
    pub loose: Vec<Loose>,
    /// Registrations that were worked out for each call of the function they stand in.
    pub inlined: FxHashSet<(FileId, u32)>,
}

impl Graph {
    /// The router of a key, made if it is new.
    pub fn node(&mut self, key: NodeKey, pack: u16) -> NodeId {
        if let Some(id) = self.by_key.get(&key) {
            return *id;
        }
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node {
            key,
            pack,
            app: false,
            alone: false,
            base: vec!["".into()],
            own: vec!["".into()],
            class: None,
            expects_app: false,
            open: false,
            context: Context::default(),
        });
        self.by_key.insert(key, id);
        id
    }

    /// The router of a key, if it was made.
    pub fn find(&self, key: NodeKey) -> Option<NodeId> {
        self.by_key.get(&key).copied()
    }

    pub fn get(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    pub fn get_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(id.0 as usize)
    }

    /// Every router with its id.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.nodes
            .iter()
            .enumerate()
            .map(|(index, node)| (NodeId(u32::try_from(index).unwrap_or(u32::MAX)), node))
    }

    /// The routers that an application serves, by whatever way.
    pub fn reached(&self) -> FxHashSet<NodeId> {
        let mut below: FxHashMap<NodeId, Vec<NodeId>> = FxHashMap::default();
        for edge in &self.edges {
            below.entry(edge.parent).or_default().push(edge.child);
        }
        let mut open: Vec<NodeId> = self.iter().filter(|(_, node)| node.app).map(|(id, _)| id).collect();
        let mut reached: FxHashSet<NodeId> = open.iter().copied().collect();
        while let Some(id) = open.pop() {
            for child in below.get(&id).into_iter().flatten() {
                if reached.insert(*child) {
                    open.push(*child);
                }
            }
        }
        reached
    }

    /// Adds an edge once.
    pub fn mount(&mut self, edge: MountEdge) {
        if edge.parent != edge.child && !self.edges.contains(&edge) {
            self.edges.push(edge);
        }
    }

    /// Forgets what a round found, keeping the routers.
    pub fn clear_round(&mut self) {
        self.edges.clear();
        self.passed.clear();
        self.served.clear();
        self.routes.clear();
        self.loose.clear();
        self.inlined.clear();
        for node in &mut self.nodes {
            node.own = vec!["".into()];
            node.open = false;
            node.alone = false;
        }
    }

    /// Sizes that stay equal when another round would find nothing new.
    pub fn size(&self) -> [usize; 3] {
        [self.nodes.len(), self.edges.len(), self.routes.len()]
    }

    /// The prefixes under which each router is served, in order of routers. Empty for a
    /// router that no application reaches.
    pub fn prefixes(&self) -> Vec<Vec<String>> {
        let mut incoming: Vec<Vec<&MountEdge>> = vec![Vec::new(); self.nodes.len()];
        for edge in &self.edges {
            if let Some(list) = incoming.get_mut(edge.child.0 as usize) {
                list.push(edge);
            }
        }
        let mut search = Search {
            incoming,
            known: vec![None; self.nodes.len()],
            open: FxHashSet::default(),
            cut: false,
            fuel: 200_000,
        };
        (0..self.nodes.len())
            .map(|index| {
                let id = NodeId(u32::try_from(index).unwrap_or(u32::MAX));
                self.ways(id, &mut search).iter().map(|served| served.whole.clone()).collect()
            })
            .collect()
    }

    fn ways(&self, id: NodeId, search: &mut Search<'_>) -> Vec<Served> {
        let index = id.0 as usize;
        if let Some(Some(ways)) = search.known.get(index) {
            return ways.clone();
        }
        let (Some(node), Some(edges)) = (self.nodes.get(index), search.incoming.get(index).cloned()) else {
            return Vec::new();
        };
        if search.fuel == 0 || search.open.len() > 64 || !search.open.insert(id) {
            search.cut = true;
            return Vec::new();
        }
        search.fuel -= 1;
        let outer_cut = std::mem::replace(&mut search.cut, false);
        let mut ways: Vec<Served> = Vec::new();
        let mut add = |outside: &str, own: &str| {
            let served = Served { whole: path::join(outside, own) };
            if ways.len() < MAX_WAYS && !ways.contains(&served) {
                ways.push(served);
            }
        };
        for edge in &edges {
            for above in self.ways(edge.parent, search) {
                for prefix in &edge.prefix {
                    let outside = path::join(&above.whole, prefix);
                    if edge.over {
                        add(&outside, "");
                    } else {
                        node.own.iter().for_each(|own| add(&outside, own));
                    }
                }
            }
        }
        if (node.app || node.alone || node.expects_app) && edges.is_empty() {
            for base in &node.base {
                node.own.iter().for_each(|own| add(base, own));
            }
        }
        search.open.remove(&id);
        // What was found inside a cycle depends on where it was entered.
        if !search.cut
            && let Some(slot) = search.known.get_mut(index)
        {
            *slot = Some(ways.clone());
        }
        search.cut |= outer_cut;
        ways
    }
}

/// The state of a walk up the mounts.
struct Search<'g> {
    incoming: Vec<Vec<&'g MountEdge>>,
    known: Vec<Option<Vec<Served>>>,
    open: FxHashSet<NodeId>,
    /// A cycle was cut since this was last reset.
    cut: bool,
    fuel: u32,
}

/// One way in which a router is served.
#[derive(Debug, Clone, PartialEq)]
struct Served {
    whole: String,
}

/// The texts that a value gives as a path, each with holes where unknown; none for a
/// value that is no text and says so (`None`).
pub(super) fn texts_of(value: &Value) -> Option<Vec<Rc<str>>> {
    match value {
        Value::Null => None,
        Value::Text(text) => Some(vec![text.clone()]),
        Value::Each(values) | Value::List(values) => {
            let mut texts = Vec::new();
            for value in values.iter() {
                texts.extend(texts_of(value).into_iter().flatten());
            }
            (!texts.is_empty()).then_some(texts)
        }
        // Which of several texts it is cannot be known, but what it is by default may be.
        Value::Any(values) => Some(vec![stated_default(values).unwrap_or_else(|| HOLE.into())]),
        Value::Unknown
        | Value::Number
        | Value::Router(_)
        | Value::Function(..)
        | Value::Class(..)
        | Value::Instance(..)
        | Value::Module(_)
        | Value::External(_)
        | Value::Map(..) => Some(vec![HOLE.into()]),
    }
}
