//! The map of a backend: what a scan found, and what it did not understand.
//!
//! This is the whole output of the scanner and the input of everything else. It is
//! also the body of `scan --format json`; field names here are that format.

use super::{finding::Finding, layer::Layer, place::Evidence, stack::Stack};
use serde::{Deserialize, Serialize};

/// Everything known about a repository's backend code at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct BackendMap {
    pub schema_version: u32,
    pub root: String,
    /// The stack of the first service.
    pub stack: Stack,
    /// One entry per backend of a monorepo; at least one when a backend was found.
    pub services: Vec<Service>,
    /// Backend source files sorted by path.
    pub files: Vec<SourceFile>,
    /// Sorted by path, then method, then place.
    pub endpoints: Vec<Endpoint>,
    /// Fields of GraphQL and methods of gRPC services: entry points without a route of
    /// their own. Sorted like the endpoints.
    #[serde(default)]
    pub operations: Vec<Endpoint>,
    /// What was seen but could not be resolved; never guessed into `endpoints`.
    pub unknown: Vec<Unknown>,
    /// Import edges between files of the repository.
    pub edges: Vec<Edge>,
    /// One per endpoint, in the order of `endpoints`.
    pub flows: Vec<Flow>,
    pub findings: Vec<Finding>,
    pub schemas: Vec<Definition>,
    pub models: Vec<Model>,
    pub migrations: Vec<MigrationFile>,
    pub config: Vec<ConfigRead>,
    pub backing_services: Vec<BackingService>,
    pub jobs: Vec<Definition>,
    /// Verify commands that the repository itself states or implies.
    pub skipped: Vec<Skipped>,
    pub stats: Stats,
}

/// One backend inside the repository.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Service {
    /// Folder relative to the scanned root; `.` for the root itself.
    pub root: String,
    pub stack: Stack,
}

/// One backend source file and its layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceFile {
    pub path: String,
    pub layer: Layer,
    pub evidence: Vec<Evidence>,
    /// Functions and methods defined in the file.
    #[serde(default)]
    pub functions: u32,
    /// Calls that read or write the database.
    #[serde(default)]
    pub queries: u32,
}

/// The transport of an entry point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum EndpointKind {
    #[default]
    Http,
    Graphql,
    Grpc,
}

/// One entry point as the server serves it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Endpoint {
    #[serde(default)]
    pub kind: EndpointKind,
    /// `GET`, `POST`, …, or `ANY`.
    pub method: String,
    /// Full path; parameters are `{name}`.
    pub path: String,
    /// Name of the function that handles it; empty when anonymous.
    pub handler: String,
    /// File and 1-based line of the registration.
    pub file: String,
    pub line: u32,
    /// File and line of the handler, where it stands elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler_place: Option<super::place::Place>,
}

impl Endpoint {
    /// `GET /api/users/{id}`.
    pub fn title(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Something that was recognised but not fully resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown {
    /// `endpoint`, `mount`, …
    pub what: String,
    pub file: String,
    pub line: u32,
    pub reason: String,
    /// What is known of it, for example a path with `{?}` in place of the rest.
    pub partial: String,
}

/// One file imports another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edge {
    pub from: String,
    pub to: String,
    pub line: u32,
}

/// The path of one endpoint through the layers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Flow {
    /// `METHOD path`.
    pub endpoint: String,
    /// From handler to tables, in order of depth.
    pub steps: Vec<FlowStep>,
    pub holes: Vec<Hole>,
    /// Tests that name the endpoint's path or one of its steps' symbols.
    pub tests: Vec<FlowStep>,
}

/// One function or class on the path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowStep {
    pub layer: Layer,
    /// For example `OrderService.update`.
    pub symbol: String,
    pub file: String,
    pub line: u32,
    /// The call that leads here, as written: `orders.update()`. Empty for the handler.
    #[serde(default)]
    pub call: String,
    /// Tests that mention this symbol.
    #[serde(default)]
    pub tests: u32,
}

/// A layer that the path skips.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hole {
    pub layer: Layer,
    /// `skipped: the service queries`, `no service: the handler does it`, `no test`.
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<super::place::Place>,
}

/// A named thing with a place: a schema, a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    pub name: String,
    pub file: String,
    pub line: u32,
    /// Field names, for a schema.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// A persisted class and its table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    pub name: String,
    /// Table name when it stands in the source.
    pub table: Option<String>,
    pub columns: Vec<String>,
    pub file: String,
    pub line: u32,
}

/// One migration file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationFile {
    pub path: String,
    /// Revision, number or timestamp by which the tool orders it; empty when unknown.
    pub revision: String,
    /// The revision it follows, where the tool says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

/// A read of the environment. The value is never recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigRead {
    pub name: String,
    pub file: String,
    pub line: u32,
    /// Whether a default stands in the source.
    pub has_default: bool,
}

/// A database, queue, cache, mail server or external API that the code talks to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackingService {
    /// `database`, `queue`, `cache`, `mail`, `auth` or `external-api`.
    pub kind: String,
    /// For example `postgresql`.
    pub name: String,
    pub file: String,
    pub line: u32,
}

/// A file that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub path: String,
    pub reason: String,
    /// The exact bytes in base64, where the name is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
}

/// Figures of the scan itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Stats {
    pub files: u64,
    pub bytes: u64,
    pub elapsed_ms: u64,
    /// Rules that looked at the map.
    #[serde(default)]
    pub rules: u64,
}

impl BackendMap {
    /// The layer of a file, when it is part of the backend.
    pub fn layer_of(&self, path: &str) -> Option<Layer> {
        self.files
            .binary_search_by(|file| file.path.as_str().cmp(path))
            .ok()
            .and_then(|index| self.files.get(index))
            .map(|file| file.layer)
    }

    /// Files of a layer in path order.
    pub fn files_in(&self, layer: Layer) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(move |file| file.layer == layer)
    }
}
