//! From an interface to the class that stands behind it, and from a name to a class.
//!
//! Dependency injection hides both: a service holds an interface, or a field of a container
//! whose type nobody states. Where exactly one class of the project can be meant it is
//! taken; where several can, none is.

use super::{FlowInput, layer_of};
use crate::{
    analysis::{
        facts::{CallId, Expr, ScopeKind},
        link::{Definition, FileId},
    },
    domain::layer::Layer,
};
use std::collections::HashMap;

/// Classes by what stands for them.
pub(super) struct Implementations {
    /// Class to the classes that descend from it.
    below: HashMap<Definition, Vec<Definition>>,
    /// `articleservice` to the only class of the service or repository layer of that name.
    named: HashMap<String, Option<Definition>>,
}

impl Implementations {
    pub(super) fn new(input: &FlowInput<'_, '_>) -> Self {
        let mut below: HashMap<Definition, Vec<Definition>> = HashMap::new();
        let mut named: HashMap<String, Option<Definition>> = HashMap::new();
        for (index, facts) in input.facts.iter().enumerate() {
            let Some(file) = file_id(index) else { continue };
            let layer = layer_of(input, file);
            if matches!(layer, None | Some(Layer::Test)) {
                continue;
            }
            for (scope, found) in facts.scope_ids() {
                if !matches!(found.kind, ScopeKind::Class) || facts.text(found.name).is_empty() {
                    continue;
                }
                let class = Definition { file, scope };
                for (other, base) in input.project.lineage(index, scope).iter().copied().skip(1) {
                    if let Some(file) = file_id(other) {
                        below.entry(Definition { file, scope: base }).or_default().push(class);
                    }
                }
                if matches!(layer, Some(Layer::Service | Layer::Repository)) && found.owner.is_none() {
                    let entry = named.entry(plain(facts.text(found.name))).or_insert(Some(class));
                    if *entry != Some(class) {
                        *entry = None;
                    }
                }
            }
        }
        Self { below, named }
    }

    /// The method that runs when an empty or abstract method is called: the one of the only
    /// class below that defines it.
    pub(super) fn behind(&self, input: &FlowInput<'_, '_>, method: Definition) -> Option<Definition> {
        let facts = input.facts.get(method.file.index())?;
        let scope = facts.scope(method.scope)?;
        let class = Definition { file: method.file, scope: scope.parent? };
        let name = facts.text(scope.name);
        let mut found = self.below.get(&class)?.iter().filter_map(|class| {
            let facts = input.facts.get(class.file.index())?;
            let own = facts
                .scope_ids()
                .find(|(_, scope)| scope.parent == Some(class.scope) && facts.text(scope.name) == name);
            own.map(|(scope, _)| Definition { file: class.file, scope })
        });
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// The method of a receiver that is named like a class: `di.article_usecase.update()`.
    pub(super) fn by_name(
        &self,
        input: &FlowInput<'_, '_>,
        file: FileId,
        call: CallId,
    ) -> Option<Definition> {
        let facts = input.facts.get(file.index())?;
        let Expr::Attr(object, method) = facts.expr(facts.call(call)?.callee) else { return None };
        let (Expr::Name(receiver) | Expr::Attr(_, receiver)) = facts.expr(object) else { return None };
        let class = self.named.get(&plain(facts.text(receiver))).copied().flatten()?;
        let (file, scope) = input.project.method(class.file.index(), class.scope, facts.text(method))?;
        Some(Definition { file: file_id(file)?, scope })
    }
}

/// `ArticleService`, `article_service` and `_articleService` are one name.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn file_id(index: usize) -> Option<FileId> {
    u32::try_from(index).ok().map(FileId)
}
