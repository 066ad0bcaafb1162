//! Words in paths that stand for names, and methods that are called with the application.

use super::{
    graph::{MountEdge, NodeId},
    linker::Linker,
    names::{plural, snake},
    project::FileId,
    value::Value,
};
use crate::{
    analysis::facts::{FileFacts, ParamKind, ScopeId},
    knowledge::packs::{Class, Pack, TokenOf},
};
use std::rc::Rc;

impl Linker<'_> {
    /// The paths of a class with the tokens of its name replaced.
    pub fn with_tokens(
        &self,
        pack: &Pack,
        file: FileId,
        class: ScopeId,
        paths: Vec<Rc<str>>,
    ) -> Vec<Rc<str>> {
        let name = self.facts(file).and_then(|facts| Some(facts.text(facts.scope(class)?.name)));
        replaced(pack, TokenOf::Class, name.unwrap_or_default(), paths)
    }

    /// Keeps a prefix for the routes of a class where it holds the name of each method; the
    /// class has none then.
    pub fn split_prefix(&mut self, pack: &Pack, node: NodeId, own: Vec<Rc<str>>) -> Vec<Rc<str>> {
        let mut tokens = pack.tokens.iter().filter(|token| token.of == TokenOf::Function);
        if !tokens.any(|token| own.iter().any(|own| own.contains(&token.text))) {
            return own;
        }
        self.memos.class_prefixes.insert(node, own);
        vec!["".into()]
    }

    /// The paths of a method below the prefix that was kept for it.
    pub fn below_prefix(&self, node: NodeId, paths: Vec<Rc<str>>) -> Vec<Rc<str>> {
        let Some(prefixes) = self.memos.class_prefixes.get(&node) else { return paths };
        let below = |prefix: &Rc<str>| {
            let prefix = prefix.trim_start_matches('/').to_owned();
            paths.clone().into_iter().map(move |path| match path.starts_with(['/', '~']) {
                true => path,
                false => super::path::join(&prefix, &path).into(),
            })
        };
        prefixes.iter().flat_map(below).collect()
    }

    /// The paths of a method with the tokens of its own and its class's name replaced.
    pub fn with_function_tokens(
        &self,
        pack: &Pack,
        facts: &FileFacts,
        function: ScopeId,
        class: Option<(FileId, ScopeId)>,
        paths: Vec<Rc<str>>,
    ) -> Vec<Rc<str>> {
        let name = facts.scope(function).map(|scope| facts.text(scope.name));
        let paths = replaced(pack, TokenOf::Function, name.unwrap_or_default(), paths);
        match class {
            Some((file, class)) => self.with_tokens(pack, file, class, paths),
            None => paths,
        }
    }

    /// Gives methods that the application calls its router.
    pub fn serve_methods(&mut self, file: FileId, class: ScopeId, node: NodeId, rule: &Class) {
        let Some(pack) = self.graph.get(node).map(|node| node.pack) else { return };
        for method in &rule.serves {
            let member = self.class_member(file, class, method);
            let Value::Function(of, function) = member else { continue };
            // Behind the object itself, where the language writes it down.
            let receives = self.facts(of).and_then(|facts| {
                let params = facts.params(facts.scope(function)?.params);
                params.iter().position(|param| param.kind != ParamKind::Receiver)
            });
            let Some(place) = receives.and_then(|place| u32::try_from(place).ok()) else { continue };
            for child in self.bound_params(&member, place, pack) {
                self.graph.mount(MountEdge { parent: node, child, prefix: vec!["".into()], over: false });
            }
        }
    }
}

fn replaced(pack: &Pack, of: TokenOf, name: &str, paths: Vec<Rc<str>>) -> Vec<Rc<str>> {
    let mut paths = paths;
    for token in pack.tokens.iter().filter(|token| token.of == of) {
        let name = name.rsplit('.').next().unwrap_or(name);
        let short = token.strip.iter().find_map(|end| name.strip_suffix(end.as_str()));
        let short = short.filter(|short| !short.is_empty()).unwrap_or(name);
        let word = if token.several { plural(&snake(short)) } else { short.to_owned() };
        for path in &mut paths {
            if path.contains(&token.text) {
                *path = path.replace(&token.text, &word).into();
            }
        }
    }
    paths
}
