//! What answers the fields of a GraphQL schema that stands in a file of its own.
//!
//! Resolvers are members of an object named like the root type (`Query: { loaf }`), methods
//! of a type that is named after it (`func (r *queryResolver) Loaf`), or methods of a class
//! that says so by its base.

use super::{linker::Linker, project::FileId, value::Value};
use crate::analysis::facts::{Expr, FileFacts, Lang, ScopeId, ScopeKind};

/// The root types by the verb of their operations.
const ROOTS: [(&str, &str); 3] =
    [("QUERY", "Query"), ("MUTATION", "Mutation"), ("SUBSCRIPTION", "Subscription")];

/// The places of a project that may hold resolvers, by the verb of the operations.
#[derive(Debug, Default)]
pub(super) struct RootResolvers {
    /// Objects whose members are resolvers.
    objects: Vec<(&'static str, Value)>,
    /// Methods by their plain name.
    methods: Vec<(&'static str, String, (FileId, ScopeId))>,
}

impl Linker<'_> {
    /// Looks for the resolvers of root types.
    pub fn root_resolvers(&mut self) -> RootResolvers {
        let mut found = RootResolvers::default();
        for index in 0..self.files.len() {
            let Ok(number) = u32::try_from(index) else { break };
            let file = FileId(number);
            let Some(facts) = self.facts(file).filter(|_| !self.muted.get(index).copied().unwrap_or(false))
            else {
                continue;
            };
            match facts.lang {
                Lang::JavaScript | Lang::TypeScript => self.root_objects(file, facts, &mut found),
                _ => self.root_methods(file, facts, &mut found),
            }
        }
        found
    }

    fn root_objects(&mut self, file: FileId, facts: &FileFacts, found: &mut RootResolvers) {
        let mut values = Vec::new();
        for expr in &facts.exprs {
            let Expr::Map(entries) = *expr else { continue };
            for entry in facts.entries(entries) {
                let Some(Expr::Str(key)) = entry.key.map(|key| facts.expr(key)) else { continue };
                values.extend(root_named(facts.text(key)).map(|verb| (verb, entry.value)));
            }
        }
        let top = facts.binds.iter().filter(|bind| bind.scope == ScopeId::MODULE && bind.object.is_none());
        values.extend(top.filter_map(|bind| Some((root_named(facts.text(bind.name))?, bind.value?))));
        for (verb, value) in values {
            self.refuel();
            let value = self.expr(file, value);
            found.objects.push((verb, value));
        }
    }

    /// Methods of types that are named after a root type, or that descend from its interface.
    fn root_methods(&mut self, file: FileId, facts: &FileFacts, found: &mut RootResolvers) {
        for (id, scope) in facts.scope_ids().filter(|(_, scope)| scope.kind == ScopeKind::Function) {
            let verb = match scope.owner {
                Some(owner) => self.callee_name(file, owner).and_then(resolver_named),
                None => scope.parent.and_then(|class| self.root_class_of(file, facts, class)),
            };
            if let Some(verb) = verb {
                found.methods.push((verb, plain(facts.text(scope.name)), (file, id)));
            }
        }
    }

    fn root_class_of(&self, file: FileId, facts: &FileFacts, class: ScopeId) -> Option<&'static str> {
        let scope = facts.scope(class).filter(|scope| scope.kind == ScopeKind::Class)?;
        let bases = facts.list(scope.bases);
        bases.iter().find_map(|base| resolver_named(self.callee_name(file, *base)?))
    }

    /// What resolves an operation: its name, and its definition where that is known.
    pub fn resolver_of(
        &mut self,
        roots: &RootResolvers,
        method: &str,
        field: &str,
    ) -> Option<(String, Option<(FileId, ScopeId)>)> {
        let mut named = None;
        for (_, object) in roots.objects.iter().filter(|(verb, _)| *verb == method) {
            self.refuel();
            match self.member(object, field) {
                Value::Function(file, function) => {
                    let name = self
                        .facts(file)
                        .and_then(|facts| Some(facts.text(facts.scope(function)?.name).to_owned()));
                    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| field.to_owned());
                    return Some((name, Some((file, function))));
                }
                Value::Unknown => {}
                _ => named = Some((field.to_owned(), None)),
            }
        }
        let wanted = plain(field);
        let get = format!("get{wanted}");
        let of_method =
            roots.methods.iter().find(|(verb, name, _)| *verb == method && (*name == wanted || *name == get));
        match of_method {
            Some((_, _, (file, function))) => {
                let facts = self.facts(*file)?;
                let name = facts.text(facts.scope(*function)?.name).to_owned();
                Some((name, Some((*file, *function))))
            }
            None => named,
        }
    }
}

/// The verb of the root type of that name.
fn root_named(name: &str) -> Option<&'static str> {
    ROOTS.iter().find(|(_, root)| *root == name).map(|(verb, _)| *verb)
}

/// The verb of the root type that a type of resolvers is named after: `queryResolver`.
fn resolver_named(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let root = name.strip_suffix("resolver")?;
    let root = root.strip_prefix("graphql").unwrap_or(root);
    ROOTS.iter().find(|(_, known)| known.eq_ignore_ascii_case(root)).map(|(verb, _)| *verb)
}

/// A name without what languages spell differently.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_resolvers_are_named_after_their_root() {
        assert_eq!(resolver_named("queryResolver"), Some("QUERY"));
        assert_eq!(resolver_named("GraphQLMutationResolver"), Some("MUTATION"));
        assert_eq!(resolver_named("loafResolver"), None);
        assert_eq!(resolver_named("Query"), None);
    }
}
