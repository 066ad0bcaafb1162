//! Where the names of the new modules come from.

use super::{Plan, kinds, offer::Offer};
use crate::propose::{
    python::{Module, last_name},
    recipe::{fastapi::endpoint::reader::Class, python_text::carried},
};
use ruff_python_ast::Stmt;
use std::collections::BTreeSet;

/// Names that the new modules may need, whatever the project.
const GENERAL: [&str; 24] = [
    "asyncio",
    "collections.abc:Callable",
    "collections.abc:Iterator",
    "functools:partial",
    "inspect:isawaitable",
    "typing:Any",
    "typing:Optional",
    "uuid",
    "uuid:UUID",
    "decimal:Decimal",
    "datetime:date",
    "datetime:datetime",
    "strawberry",
    "strawberry.extensions:SchemaExtension",
    "strawberry.fastapi:BaseContext",
    "strawberry.fastapi:GraphQLRouter",
    "fastapi:Depends",
    "fastapi:HTTPException",
    "fastapi.concurrency:run_in_threadpool",
    "graphql:GraphQLError",
    "pydantic:BaseModel",
    "pydantic:Field",
    "pydantic:ValidationError",
    "datetime",
];

/// Names of variables in resolvers, which no import may have.
const LOCAL: [&str; 10] =
    ["answer", "asked", "id", "info", "input", "page", "row", "rows", "service", "shown"];

impl Plan<'_> {
    /// Where names of the modules that resources share come from.
    pub(super) fn shared(&self, offer: &Offer<'_>) -> Vec<String> {
        let module = |stem: &str| self.dotted(&self.path(stem));
        let mut all = vec![
            format!("{}:{}", module(&self.ask.name.plural), self.query_class()),
            format!("{}:{}", module(&self.ask.name.plural), self.mutation_class()),
            format!("{}:get_context", module("context")),
            format!("{}:OneAtATime", module("extensions")),
            format!("{}:answered", module("errors")),
        ];
        let kinds = kinds::read(self.reader);
        all.extend(kinds.iter().map(|one| format!("{}:{}", self.dotted(&one.path), one.class)));
        for member in &offer.members {
            let written: BTreeSet<&str> = names(&member.text).collect();
            let own = self.brought(&member.path).into_iter();
            all.extend(own.filter(|one| written.contains(one.rsplit(':').next().unwrap_or_default())));
        }
        all.extend(GENERAL.map(str::to_owned));
        all
    }

    /// Where names of the resource's own module come from, the most certain first.
    pub(super) fn own(&self, offer: &Offer<'_>) -> Vec<String> {
        let mut all: Vec<String> =
            ["pydantic:BaseModel", "pydantic:Field", "strawberry"].map(str::to_owned).into();
        all.push(format!("{}:sent", self.dotted(&self.path("inputs"))));
        all.push(self.info().1);
        for one in &offer.operations {
            all.extend(one.imports.iter().cloned());
            all.extend(one.body.map(|class| self.import_of(class)));
        }
        all.push(self.import_of(self.shown.class));
        all.extend(self.shown.page.as_ref().map(|(_, class, _)| self.import_of(*class)));
        all.push(self.import_of(self.model.class));
        let mut sources = vec![self.collection.path, self.shown.class.path, self.model.class.path];
        sources.extend(offer.operations.iter().filter_map(|one| one.body).map(|class| class.path));
        all.extend(sources.into_iter().flat_map(|path| self.brought(path)));
        all.extend(GENERAL.map(str::to_owned));
        all.retain(|one| !one.is_empty() && !LOCAL.contains(&one.rsplit(':').next().unwrap_or_default()));
        all
    }

    /// Everything that a file has in scope, as others import it.
    fn brought(&self, path: &str) -> Vec<String> {
        let Some(module) = self.reader.modules.get(path) else { return Vec::new() };
        let mut all = self.absolute(path, module);
        let functions = module.functions().map(|one| one.name.as_str());
        let defined = functions.chain(module.classes().map(|one| one.name.as_str())).chain(constants(module));
        all.extend(defined.map(|name| format!("{}:{name}", self.dotted(path))));
        all
    }

    fn import_of(&self, class: Class<'_>) -> String {
        // As a package hands it on, where the routes import it so.
        let name = class.node.name.as_str();
        let stated = self.reader.modules.get(self.collection.path).and_then(|module| module.origin_of(name));
        match stated {
            Some((from, original)) if !from.starts_with('.') && original == name => format!("{from}:{name}"),
            _ => format!("{}:{name}", self.dotted(class.path)),
        }
    }

    /// What a file imports, as another folder would.
    fn absolute(&self, path: &str, module: &Module<'_>) -> Vec<String> {
        let all = carried(module).into_iter();
        all.filter_map(|one| match one.split_once(':') {
            Some((from, name)) if from.starts_with('.') => {
                let file = self.reader.file_of(path, from)?;
                Some(format!("{}:{name}", self.dotted(file)))
            }
            _ => Some(one),
        })
        .collect()
    }
}

/// Words of a source that may be names.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

/// Names of the values that a module states.
fn constants<'m>(module: &'m Module<'_>) -> impl Iterator<Item = &'m str> {
    module.body.iter().filter_map(|stmt| match stmt {
        Stmt::Assign(assign) => assign.targets.first().and_then(last_name),
        _ => None,
    })
}
