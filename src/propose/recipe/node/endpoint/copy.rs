//! One layer's function beside the example's: its own name, the names that it calls, and
//! where the result stands.

use super::{
    asked::Asked,
    code::{Level, Unit},
    handler::Registration,
    piece::{From, Need, Piece, Route, after, marked, registered},
};
use crate::{
    ports::ProposeError,
    propose::{
        edits::{indent_of, line_start},
        recipe::node::{beside::whole_of, graft::Work},
        script::{Id, Kind},
    },
};

/// A layer's copy under change.
pub(in crate::propose::recipe) struct Copy<'a, 's> {
    pub(in crate::propose::recipe) asked: &'a Asked<'s>,
    pub(in crate::propose::recipe) level: &'a Level<'s>,
    pub(in crate::propose::recipe) work: Work<'s>,
    pub(in crate::propose::recipe) needs: Vec<Need>,
    /// Calls down that stay as they are.
    pub(in crate::propose::recipe) kept: Vec<Id>,
}

/// A copied handler's new route.
pub(super) struct Registering<'a> {
    /// The route whose handler is copied.
    pub(super) like: &'a Registration<'a>,
    /// The route beside which it stands, and on which side.
    pub(super) place: &'a Registration<'a>,
    pub(super) is_before: bool,
    pub(super) verb: &'a str,
    pub(super) url: &'a str,
    /// What stands between address and handler.
    pub(super) between: Vec<String>,
}

impl<'a, 's> Copy<'a, 's> {
    pub(in crate::propose::recipe) fn new(
        asked: &'a Asked<'s>,
        level: &'a Level<'s>,
    ) -> Result<Self, ProposeError> {
        let (source, _) = asked.code.get(level.unit.path)?;
        let work = Work::new(&source.path, &source.text)?;
        Ok(Self { asked, level, work, needs: Vec::new(), kept: Vec::new() })
    }

    pub(in crate::propose::recipe) fn unit(&self) -> Unit<'s> {
        self.level.unit
    }

    /// Whether the query stands here.
    pub(in crate::propose::recipe) fn has_query(&self) -> bool {
        self.level.calls.is_empty()
    }

    /// The names that lead down become those of the new functions.
    pub(in crate::propose::recipe) fn rename_calls(&mut self) {
        for (call, _) in self.level.calls.iter().filter(|(call, _)| !self.kept.contains(call)) {
            let callee = self.work.tree.children(*call).first().copied();
            let Some(callee) = callee else { continue };
            let is_bare = self.work.tree.kind(callee) == Kind::Name;
            let name = match self.work.tree.kind(callee) {
                Kind::Member => self.work.tree.children(callee).last().copied(),
                _ => Some(callee),
            };
            let Some(name) = name else { continue };
            let range = self.work.tree.range(name);
            if self.work.is_written(&range) || self.work.is_dropped(&range) {
                continue;
            }
            let new = self.asked.name_for(self.work.tree.text(name, self.work.text));
            if is_bare {
                let old = self.work.tree.text(name, self.work.text);
                let import = self.asked.code.survey.get(self.unit().path);
                let import = import.and_then(|source| source.script.import_of(old));
                self.needs.extend(
                    import.map(|(import, _)| Need {
                        name: new.clone(),
                        from: From::Stated(import.from.clone()),
                    }),
                );
            }
            self.work.write(range, new);
        }
    }

    /// The unit's own name.
    fn rename_self(&mut self) {
        let unit = self.unit();
        let tree = &self.work.tree;
        let name = tree.children(unit.node).iter().copied().find(|id| tree.kind(*id) == Kind::Name);
        if let Some(name) =
            name.filter(|_| unit.node != unit.function || tree.kind(unit.node) == Kind::Function)
        {
            let new = self.asked.name_for(tree.text(name, self.work.text));
            self.work.write(tree.range(name), new);
        }
    }

    /// The parameters of the function.
    pub(in crate::propose::recipe) fn parameters(&self) -> Vec<Id> {
        let tree = &self.work.tree;
        let list = tree.child(self.unit().function, Kind::Parameters);
        list.map(|list| tree.children(list).to_vec()).unwrap_or_default()
    }

    /// A parameter before all others but those that are carried.
    pub(in crate::propose::recipe) fn first_parameter(&mut self, text: &str) {
        let all = self.parameters();
        let list = self.work.tree.child(self.unit().function, Kind::Parameters);
        let end = list.map(|list| self.work.tree.range(list).end.saturating_sub(1));
        self.put(&all, self.level.carried, text, end);
    }

    /// A member of a list at a place, or at the end where that has no more.
    fn put(&mut self, all: &[Id], at: usize, text: &str, end: Option<usize>) {
        match (all.get(at).copied(), all.last().copied()) {
            (Some(next), _) => self.before(next, text),
            (None, Some(last)) => {
                let end = self.work.tree.range(last).end;
                self.work.add(end, format!(", {text}"));
            }
            (None, None) => {
                if let Some(end) = end {
                    self.work.add(end, text.to_owned());
                }
            }
        }
    }

    /// A member of a list before the first, on a line of its own where that has one.
    fn before(&mut self, first: Id, text: &str) {
        let start = self.work.tree.range(first).start;
        let lead = self.work.text.get(line_start(self.work.text, start)..start).unwrap_or_default();
        let gap = if lead.trim().is_empty() { format!("\n{lead}") } else { " ".to_owned() };
        self.work.add(start, format!("{text},{gap}"));
    }

    /// A value before all others that the calls down are given but those that are carried.
    pub(in crate::propose::recipe) fn first_argument(&mut self, text: &str) {
        for (call, _) in &self.level.calls {
            let end = self.work.tree.range(*call).end.saturating_sub(1);
            self.put(&self.work.tree.arguments(*call), self.level.hands, text, Some(end));
        }
    }

    /// The copy as it is written, with its own name.
    pub(in crate::propose::recipe) fn written(&mut self) -> Result<String, ProposeError> {
        self.rename_self();
        let whole = whole_of(&self.work.tree, self.unit().node);
        self.work.slice(marked(&self.work.tree, whole))
    }

    /// The copy beside the example.
    pub(in crate::propose::recipe) fn beside(mut self) -> Result<Vec<Piece>, ProposeError> {
        let text = self.written()?;
        self.placed(&text)
    }

    /// A text of its own beside the example.
    pub(in crate::propose::recipe) fn placed(self, text: &str) -> Result<Vec<Piece>, ProposeError> {
        let mut pieces = after(self.asked, self.unit(), text)?;
        if let Some(piece) = pieces.first_mut() {
            piece.needs = self.needs;
        }
        Ok(pieces)
    }

    /// The copy of a handler with its route; `text` stands in place of an inline handler's.
    pub(super) fn route(
        self,
        new: &Registering<'_>,
        text: Option<String>,
    ) -> Result<Vec<Piece>, ProposeError> {
        let (asked, unit) = (self.asked, self.unit());
        let like = new.like;
        let (source, tree) = asked.code.get(like.path)?;
        let place = source.place(tree.range(like.call).end.saturating_sub(1).min(start_of(asked, like)));
        let put = |handler: &str, indent: &str| {
            let route = Route { verb: new.verb, url: new.url, between: &new.between, handler, indent };
            registered(asked, new.place, new.is_before, place.clone(), &route)
        };
        if like.is_inline {
            let range = self.work.tree.range(unit.function);
            let handler = match text {
                Some(text) => text,
                None => self.work.slice(range.clone())?,
            };
            let indent = indent_of(self.work.text, range.end.saturating_sub(1)).to_owned();
            let mut piece = put(&handler, &indent)?;
            piece.needs = self.needs;
            return Ok(vec![piece]);
        }
        let old = asked.code.name(unit);
        let name = asked.name_for(old);
        let Some(last) = tree.arguments(like.call).last().copied() else { return Ok(Vec::new()) };
        let handler =
            crate::propose::recipe::node::guard::replace_word(tree.text(last, &source.text), old, &name);
        let mut route = put(&handler, "")?;
        if like.path != unit.path
            && let Some((import, _)) = source.script.import_of(old)
        {
            route.needs.push(Need { name: name.clone(), from: From::Stated(import.from.clone()) });
        }
        let mut pieces = match text {
            Some(text) => self.placed(&text)?,
            None => self.beside()?,
        };
        pieces.push(route);
        Ok(pieces)
    }

    /// What stands between address and handler of a route, without some, in this copy.
    pub(super) fn between(
        &self,
        like: &Registration<'_>,
        keeps: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<String>, ProposeError> {
        let (source, tree) = self.asked.code.get(like.path)?;
        let is_here = like.path == self.unit().path;
        let mut all = Vec::new();
        for id in like.between(self.asked.code) {
            let text = tree.text(id, &source.text);
            if keeps(text) {
                all.push(if is_here { self.work.slice(tree.range(id))? } else { text.to_owned() });
            }
        }
        Ok(all)
    }
}

/// Where the link or statement of a route begins to say something.
fn start_of(asked: &Asked<'_>, like: &Registration<'_>) -> usize {
    let Ok((_, tree)) = asked.code.get(like.path) else { return 0 };
    tree.arguments(like.call).first().map_or(0, |first| tree.range(*first).start)
}

/// Whether a function of the new name is there already, and takes as many values.
pub(super) fn is_there(asked: &Asked<'_>, unit: Unit<'_>, takes: usize) -> Result<bool, ProposeError> {
    let old = asked.code.name(unit);
    if old.is_empty() {
        return Ok(false);
    }
    let new = asked.name_for(old);
    let Some(found) = asked.code.unit_in(unit.path, &new) else { return Ok(false) };
    let (_, tree) = asked.code.get(found.path)?;
    let given = tree.child(found.function, Kind::Parameters).map_or(0, |list| tree.children(list).len());
    if given == takes {
        return Ok(true);
    }
    Err(ProposeError::Clash {
        what: format!("a function {new} that takes something else"),
        place: asked.code.place(found).to_string(),
    })
}

/// What was written for a layer; nothing where its function is there already.
pub(in crate::propose::recipe) type Made = Result<Option<Vec<Piece>>, ProposeError>;

/// The functions below a handler; one that is there already ends the way.
pub(in crate::propose::recipe) fn layers<'s>(
    levels: &[Level<'s>],
    make: &mut dyn FnMut(usize, &Level<'s>) -> Made,
) -> Result<Vec<Piece>, ProposeError> {
    let mut pieces = Vec::new();
    let Some((first, rest)) = levels.split_first() else { return Ok(pieces) };
    let mut wanted: Vec<Unit<'_>> = first.calls.iter().map(|(_, target)| *target).collect();
    for (at, level) in rest.iter().enumerate() {
        if !wanted.contains(&level.unit) {
            continue;
        }
        if let Some(made) = make(at + 1, level)? {
            pieces.extend(made);
            wanted.extend(level.calls.iter().map(|(_, target)| *target));
        }
    }
    Ok(pieces)
}
