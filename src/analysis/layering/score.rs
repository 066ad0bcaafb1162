//! Adding up what speaks for each layer.

use super::{
    kept::kept_files,
    queries::{QueryFinder, is_test_path},
    seen::{Seen, is_env_object, is_env_read},
    sign_table::SignTable,
    signs::Signs,
    words::{of_class, of_path},
};
use crate::{
    analysis::{
        facts::{Expr, FileFacts, Lang},
        resolve::Project,
    },
    domain::{layer::Layer, map::SourceFile, place::Evidence},
};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, HashSet};

/// Weights in tenths of what code alone shows.
const ROUTE: u32 = 60;
const HANDLER: u32 = 40;
const QUERIES: u32 = 25;
const CLASS_NAME: u32 = 22;
const ENV_READ: u32 = 12;
/// Less than this is no evidence.
const LEAST: u32 = 10;
/// How the evidence of a file's or folder's name begins.
const BY_NAME: &str = "named ";
/// Places kept for each file.
const EVIDENCE_LIMIT: usize = 4;

/// What layers are told from.
pub struct LayerInput<'a> {
    pub project: &'a Project<'a>,
    pub signs: &'a Signs,
    /// Backend files without facts: SQL, schemas of other tools, languages without a front end.
    pub others: &'a [String],
    /// Registrations of endpoints: path of the file and line.
    pub routes: &'a [(String, u32)],
    /// Definitions of handlers: path of the file and line.
    pub handlers: &'a [(String, u32)],
}

/// The layer of every file, sorted by path.
pub fn layers(input: &LayerInput<'_>) -> Vec<SourceFile> {
    let count = input.project.files.len();
    let judge = Judge::new(input);
    let seen: Vec<Seen> = (0..count).into_par_iter().map(|file| Seen::new(input.project, file)).collect();
    // Queries are told by models, so models come first.
    let first: Vec<(Layer, Vec<Evidence>)> =
        (0..count).into_par_iter().map(|file| judge.decide(file, seen.get(file), 0)).collect();
    let models: HashSet<usize> = first
        .iter()
        .enumerate()
        .filter(|(_, (layer, _))| *layer == Layer::Model)
        .map(|(file, _)| file)
        .collect();
    let kept = kept_files(input.project, input.signs);
    let finder = QueryFinder::new(input.signs, models);
    let mut files: Vec<SourceFile> = first
        .into_par_iter()
        .enumerate()
        .filter_map(|(file, first)| {
            let facts = input.project.files.get(file)?;
            let queries = u32::try_from(finder.queries(input.project, file).len()).unwrap_or(u32::MAX);
            let seen = seen.get(file);
            let (mut layer, mut evidence) =
                if queries == 0 { first } else { judge.decide(file, seen, queries) };
            // A folder's name says less than who keeps what is inside.
            let is_by_name =
                layer == Layer::Schema && evidence.iter().all(|evidence| evidence.note.starts_with(BY_NAME));
            if (layer == Layer::Other || is_by_name)
                && let Some((place, line)) = kept.get(&file)
            {
                layer = Layer::Model;
                evidence = vec![Evidence::new(place, *line, "keeps it")];
            }
            let functions = seen.map_or(0, |seen| seen.functions);
            Some(SourceFile { path: facts.path.clone(), layer, evidence, functions, queries })
        })
        .collect();
    files.extend(input.others.iter().map(|path| by_name(input.signs, path)));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// The layer that a file's names alone speak for: a first look, before files are joined.
pub fn by_name(signs: &Signs, path: &str) -> SourceFile {
    let (layer, evidence) = by_path(signs, path);
    SourceFile { path: path.to_owned(), layer, evidence, functions: 0, queries: 0 }
}

/// Votes for layers, each with its places.
#[derive(Debug, Default)]
pub(super) struct Votes(BTreeMap<Layer, (u32, Vec<(u32, Evidence)>)>);

impl Votes {
    pub(super) fn add(&mut self, layer: Layer, weight: u32, evidence: Evidence) {
        let entry = self.0.entry(layer).or_default();
        entry.0 += weight;
        entry.1.push((weight, evidence));
    }

    /// The layer with the most weight; the earlier in display order on a tie.
    fn winner(self) -> (Layer, Vec<Evidence>) {
        let best = self.0.into_iter().rev().max_by_key(|(_, (weight, _))| *weight);
        match best {
            Some((layer, (weight, mut places))) if weight >= LEAST => {
                places.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
                places.truncate(EVIDENCE_LIMIT);
                (layer, places.into_iter().map(|(_, evidence)| evidence).collect())
            }
            Some(_) | None => (Layer::Other, Vec::new()),
        }
    }
}

/// What one file is judged by, ready to be looked up.
struct Judge<'a> {
    input: &'a LayerInput<'a>,
    /// The first line of each file.
    routes: FxHashMap<&'a str, u32>,
    handlers: FxHashMap<&'a str, u32>,
    /// The signs of each language that the project speaks.
    signs: FxHashMap<Lang, SignTable<'a>>,
}

impl<'a> Judge<'a> {
    fn new(input: &'a LayerInput<'a>) -> Self {
        let first = |places: &'a [(String, u32)]| {
            let mut lines = FxHashMap::default();
            for (path, line) in places {
                lines.entry(path.as_str()).or_insert(*line);
            }
            lines
        };
        let mut signs = FxHashMap::default();
        for facts in input.project.files {
            signs.entry(facts.lang).or_insert_with(|| SignTable::new(input.signs, facts.lang));
        }
        Self { input, routes: first(input.routes), handlers: first(input.handlers), signs }
    }

    fn decide(&self, file: usize, seen: Option<&Seen>, queries: u32) -> (Layer, Vec<Evidence>) {
        let input = self.input;
        let (Some(facts), Some(seen)) = (input.project.files.get(file), seen) else {
            return (Layer::Other, Vec::new());
        };
        let path = facts.path.as_str();
        let mut votes = Votes::default();
        vote_names(input.signs, path, &mut votes);
        if let Some(table) = self.signs.get(&facts.lang) {
            table.vote(facts, seen, &mut votes);
        }
        vote_class_names(input.signs, path, seen, &mut votes);
        if let Some(line) = self.routes.get(path) {
            votes.add(Layer::Router, ROUTE, Evidence::new(path, *line, "registers an endpoint"));
        }
        if let Some(line) = self.handlers.get(path) {
            votes.add(Layer::Router, HANDLER, Evidence::new(path, *line, "handles an endpoint"));
        }
        if queries > 0 && !self.routes.contains_key(path) {
            let note = if queries == 1 { "1 query".to_owned() } else { format!("{queries} queries") };
            votes.add(Layer::Repository, QUERIES, Evidence::new(path, 1, note));
        }
        let reads = env_reads(facts, seen);
        if reads > 0 {
            let note = if reads == 1 {
                "reads the environment".to_owned()
            } else {
                format!("reads the environment {reads} times")
            };
            votes.add(Layer::Config, ENV_READ * reads.min(3), Evidence::new(path, 1, note));
        }
        votes.winner()
    }
}

fn by_path(signs: &Signs, path: &str) -> (Layer, Vec<Evidence>) {
    let mut votes = Votes::default();
    vote_names(signs, path, &mut votes);
    if is_test_path(path) {
        votes.add(Layer::Test, 300, Evidence::new(path, 1, "a test by its path"));
    }
    if path.ends_with(".prisma") {
        votes.add(Layer::Model, 100, Evidence::new(path, 1, "declares models"));
    }
    if path.split('/').rev().skip(1).any(|folder| matches!(folder, "migrations" | "migrate" | "migration")) {
        votes.add(Layer::Migration, 90, Evidence::new(path, 1, "in a folder of migrations"));
    }
    votes.winner()
}

fn vote_names(signs: &Signs, path: &str, votes: &mut Votes) {
    for (layer, (weight, word)) in of_path(signs, path) {
        votes.add(layer, weight, Evidence::new(path, 1, format!("{BY_NAME}{word}")));
    }
}

fn vote_class_names(signs: &Signs, path: &str, seen: &Seen, votes: &mut Votes) {
    let mut first: BTreeMap<Layer, (u32, u32, &str)> = BTreeMap::new();
    for (name, line) in &seen.classes {
        if let Some((layer, is_weak)) = of_class(signs, path, name) {
            let weight = if is_weak { CLASS_NAME / 2 } else { CLASS_NAME };
            first.entry(layer).or_insert((weight, *line, name));
        }
    }
    for (layer, (weight, line, name)) in first {
        votes.add(layer, weight, Evidence::new(path, line, format!("class {name}")));
    }
}

fn env_reads(facts: &FileFacts, seen: &Seen) -> u32 {
    let calls = seen.calls.iter().filter(|(path, _)| is_env_read(path)).count();
    let members = facts
        .exprs
        .iter()
        .filter(|expr| match expr {
            Expr::Attr(object, _) | Expr::Index(object, _) => is_env_object(facts, *object),
            _ => false,
        })
        .count();
    u32::try_from(calls + members).unwrap_or(u32::MAX)
}
