//! Linking: from the facts of single files to the routes of a project.
//!
//! Names are followed through files by demand-driven evaluation; packs say which calls,
//! classes and annotations make routers and routes; module resolution is one small
//! trait for each language. No framework's name stands in this folder. What cannot be
//! resolved is reported as unknown and never guessed. Call [`link`] on a thread with
//! the stack of the front ends; its time is bounded by fuel.

mod actions;
mod annotations;
mod arguments;
mod blocks;
mod bound;
mod by_name;
mod call;
mod callee;
mod children;
mod choices;
mod class;
mod class_routes;
mod composed;
mod construct;
mod context;
mod contracts;
mod conventions;
mod effect;
mod eval;
mod family;
mod fields;
mod file_routes;
mod folders;
mod format;
mod graph;
mod groups;
mod grown;
mod handed;
mod handler;
mod helpers;
mod index;
mod inline;
mod known;
mod linker;
mod lone;
mod lookup;
mod member;
mod modules;
mod named;
mod names;
mod operations;
mod params;
mod path;
mod placed;
mod project;
mod properties;
mod reach;
mod repeat;
mod report;
mod resolver;
mod resolvers;
mod resources;
mod rules;
mod select;
mod settings;
mod specs;
mod table_routes;
mod tables;
mod tested;
mod texts;
mod tokens;
mod value;
mod verbs;
mod version;

use crate::{
    analysis::facts::FileFacts,
    domain::map::{Edge, Endpoint, Unknown},
    knowledge::packs::Packs,
};

pub use graph::NodeId;
pub use modules::{ImportPath, ModuleResolver, QualifiedClasses, module_path};
pub use project::{FileId, FolderId, Module, ProjectFiles, Tree};
pub use resolver::{Callee, Definition, ImportTarget, Resolver};
pub use value::Value;

/// What linking gives.
pub struct Linked<'a> {
    /// Sorted by path, then method, then place.
    pub endpoints: Vec<Endpoint>,
    /// The definition that handles each endpoint, in their order; none where it is not in
    /// the project.
    pub handlers: Vec<Option<Definition>>,
    /// Operations of GraphQL and gRPC, sorted likewise.
    pub operations: Vec<Endpoint>,
    /// Sorted by place.
    pub unknown: Vec<Unknown>,
    /// Imports from file to file, sorted; each line once.
    pub edges: Vec<Edge>,
    /// By file and import: where it leads inside the project.
    pub imports: Vec<Vec<Option<ImportTarget>>>,
    /// Answers questions about names and calls.
    pub resolver: Resolver<'a>,
}

/// Links the files of a project. The order of `files` does not change the result as long
/// as it is sorted by path.
pub fn link<'a>(files: &'a [FileFacts], packs: &'a Packs, project: &'a ProjectFiles) -> Linked<'a> {
    let mut tests = tested::TestPaths::new(packs);
    let muted = files.iter().map(|file| tests.is_test(file.lang, &file.path)).collect();
    let mut linker = linker::Linker::new(files, packs, project, muted);
    linker.run();
    let mut found = report::report(&linker.graph, &linker.rules, files, &linker.properties);
    linker.add_table_routes(&mut found);
    linker.add_file_routes(packs, project, &mut found);
    let imports = linker.import_targets();
    let edges = linker.import_edges(&imports);
    let operations = linker.operations(project).into_iter().map(|(operation, _)| operation).collect();
    let (endpoints, handlers) = found
        .endpoints
        .into_iter()
        .map(|(endpoint, handler)| (endpoint, handler.map(|(file, scope)| Definition { file, scope })))
        .unzip();
    Linked {
        endpoints,
        handlers,
        operations,
        unknown: found.unknown,
        edges,
        imports,
        resolver: Resolver::new(linker, packs),
    }
}

#[cfg(test)]
mod tests;
