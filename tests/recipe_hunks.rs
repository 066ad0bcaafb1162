//! Rejecting each hunk of a new resource in turn, with those that need it: what remains
//! parses, and imports nothing that is not there.

use crate::{
    recipe_fastapi,
    support::backend::{Texts, fixture, inputs_of, propose_again, request, stack},
};
use proscenium::{
    domain::{
        dependence::dependants,
        event::{BaseText, Event, Primitive, Scope, What},
        hunk::Hunk,
        ids::HunkId,
        proposal::Proposal,
        session::{JOURNAL_VERSION, Session},
    },
    ports::ProposalRequest,
};
use std::collections::BTreeSet;

const FIELDS: &str = "title:string{1..200} stars:int{1..5} sku:string{..40}:unique author:belongs_to(User)";

fn propose(name: &str, ends: &[&str], frame: (&str, &str)) -> (Texts, Proposal) {
    let texts = fixture(name);
    let request = match frame.0 {
        "fastapi" => recipe_fastapi::request(&texts, "", ""),
        _ => request(&texts, ends, stack(frame.0, frame.1), [("name", ""), ("fields", "")]),
    };
    let fields = if name == "hono_drizzle" { FIELDS.replace("User", "Author") } else { FIELDS.to_owned() };
    let inputs = inputs_of(&[("name", "Review"), ("fields", &fields)]);
    let proposal = propose_again("resource", &texts, &ProposalRequest { inputs, ..request }, None).unwrap();
    (texts, proposal)
}

fn session(texts: &Texts, proposal: &Proposal) -> Session {
    let bases = proposal
        .files
        .iter()
        .map(|file| BaseText { path: file.path.clone(), text: texts.get(&file.path).cloned() })
        .collect();
    let started = What::Started {
        version: JOURNAL_VERSION,
        session: "s1".into(),
        root: "/r".into(),
        base: String::new(),
        branch: "main".into(),
        title: "r".into(),
    };
    let proposed = What::Proposed { proposal: Box::new(proposal.clone()), bases };
    let event = |(seq, what): (u64, What)| Event {
        seq,
        at: seq,
        by: "ada".into(),
        primitive: Primitive::Select,
        scope: Scope::Codebase,
        evidence: String::new(),
        what,
    };
    let events: Vec<Event> = [(1, started), (2, proposed)].into_iter().map(event).collect();
    Session::replay(&events).unwrap()
}

/// The backend without some hunks.
fn without(texts: &Texts, session: &Session, rejected: &BTreeSet<HunkId>) -> Texts {
    let mut texts = texts.clone();
    for edit in session.work.edits.values() {
        match edit.text_with(|hunk: &Hunk| !rejected.contains(&hunk.id)) {
            Some(text) => texts.insert(edit.path.clone(), text),
            None => texts.remove(&edit.path),
        };
    }
    texts
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

/// What a source of one language imports and cannot have.
type Missing = fn(&Texts, &str, &str) -> Vec<String>;

/// A fixture, the endings that are read, framework and mapper, the ending of its sources, and
/// what is looked for in them.
type Case = (&'static str, &'static [&'static str], (&'static str, &'static str), &'static str, Missing);

fn python(texts: &Texts, path: &str, text: &str) -> Vec<String> {
    if let Err(error) = ruff_python_parser::parse_module(text) {
        return vec![format!("{path}: {error}")];
    }
    let mut missing = Vec::new();
    let flat = text.replace("(\n", "(").replace(",\n", ",");
    for line in flat.lines().filter(|line| line.starts_with("from ")) {
        let (module, names) = line[5..].split_once(" import ").unwrap();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let module = match module.strip_prefix('.') {
            Some(rest) => format!("{folder}/{rest}"),
            None => module.replace('.', "/"),
        };
        if !module.starts_with("app/") {
            continue;
        }
        let package = format!("{module}/__init__.py");
        let file = format!("{module}.py");
        let Some(source) = texts.get(&file).or(texts.get(&package)) else {
            missing.push(format!("{path}: no {module}"));
            continue;
        };
        let names = names.split('#').next().unwrap();
        for name in
            names.split(',').map(|name| name.trim_matches([' ', '(', ')'])).filter(|name| !name.is_empty())
        {
            let name = name.split(" as ").next().unwrap();
            let is_module = texts.contains_key(&format!("{module}/{name}.py"));
            if !is_module && !words(source).any(|word| word == name) {
                missing.push(format!("{path}: {module} has no {name}"));
            }
        }
    }
    missing
}

fn typescript(texts: &Texts, path: &str, text: &str) -> Vec<String> {
    let allocator = oxc_allocator::Allocator::default();
    let kind = oxc_span::SourceType::from_path(path).unwrap();
    let parsed = oxc_parser::Parser::new(&allocator, text, kind).parse();
    if parsed.panicked || !parsed.diagnostics.is_empty() {
        return vec![format!("{path}: {:?}", parsed.diagnostics.first())];
    }
    let mut missing = Vec::new();
    let flat = text.replace("{\n", "{").replace(",\n", ",");
    for line in flat.lines().filter(|line| line.starts_with("import ") && line.contains("from '.")) {
        let (names, from) = line.split_once(" from '").unwrap();
        let from = from.trim_end_matches([';', '\'']).trim_end_matches(".js");
        let mut parts: Vec<&str> = path.split('/').collect();
        parts.pop();
        for part in from.split('/') {
            match part {
                "." => {}
                ".." => drop(parts.pop()),
                other => parts.push(other),
            }
        }
        let Some(source) = texts.get(&format!("{}.ts", parts.join("/"))) else {
            missing.push(format!("{path}: no {from}"));
            continue;
        };
        let names = names.trim_start_matches("import").split("* as").next().unwrap();
        for name in words(names).filter(|name| *name != "type") {
            if !words(source).any(|word| word == name) {
                missing.push(format!("{path}: {from} has no {name}"));
            }
        }
    }
    // A class of a list is imported.
    for class in ["ReviewsModule", "Review", "CreateReviews1750000000001", "reviewRoutes", "m0002"] {
        let used = words(text).any(|word| word == class);
        let known = text.lines().any(|line| {
            words(line).any(|word| word == class)
                && ["import ", "class ", "type ", "const "].iter().any(|word| line.contains(word))
        });
        if used
            && !known
            && !flat.lines().any(|line| line.starts_with("import ") && words(line).any(|word| word == class))
        {
            missing.push(format!("{path}: {class} is not imported"));
        }
    }
    missing
}

fn rust(texts: &Texts, path: &str, text: &str) -> Vec<String> {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_rust::LANGUAGE.into()).unwrap();
    if parser.parse(text, None).unwrap().root_node().has_error() {
        return vec![format!("{path} does not parse")];
    }
    let mut missing = Vec::new();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    for line in text.lines().map(str::trim) {
        let declared =
            line.trim_start_matches("pub ").strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';'));
        if let Some(name) = declared {
            let files = [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")];
            if !files.iter().any(|file| texts.contains_key(file)) {
                missing.push(format!("{path}: no module {name}"));
            }
        }
        let Some(tree) = line.strip_prefix("use crate::").or(line.strip_prefix("pub use ")) else { continue };
        // Everything that is named stands in the files of the modules that are named.
        let named: Vec<&str> = words(tree).collect();
        let Some((module, rest)) = named.split_first() else { continue };
        let file = if line.starts_with("pub use") {
            format!("{folder}/{module}.rs")
        } else {
            format!("src/{module}/mod.rs")
        };
        let Some(source) = texts.get(&file).or(texts.get(&format!("src/{module}.rs"))) else { continue };
        for name in rest {
            if !words(source).any(|word| word == *name) {
                missing.push(format!("{path}: {module} has no {name}"));
            }
        }
    }
    // A module that a router nests is declared.
    if path.ends_with("routes/mod.rs") && text.contains("reviews::router") && !text.contains("mod reviews;") {
        missing.push(format!("{path}: reviews is not declared"));
    }
    missing
}

#[test]
fn what_remains_without_any_hunk_parses_and_imports_only_what_is_there() {
    let cases: [Case; 5] = [
        ("fastapi_app", &[".py"], ("fastapi", "sqlalchemy"), ".py", python),
        ("nest_esm", &[".ts"], ("nestjs", "typeorm"), ".ts", typescript),
        ("axum_app", &[".rs", ".sql"], ("axum", "sqlx"), ".rs", rust),
        ("express_functions", &[".ts"], ("express", "kysely"), ".ts", typescript),
        ("hono_drizzle", &[".ts"], ("hono", "drizzle"), ".ts", typescript),
    ];
    for (name, ends, frame, end, missing) in cases {
        let (texts, proposal) = propose(name, ends, frame);
        let session = session(&texts, &proposal);
        let hunks = session.hunks();
        assert!(hunks.len() > 8, "{name}: {} hunks", hunks.len());
        let all = |texts: &Texts| -> Vec<String> {
            let sources = texts.iter().filter(|(path, _)| path.ends_with(end));
            sources.flat_map(|(path, text)| missing(texts, path, text)).collect()
        };
        assert_eq!(
            all(&without(&texts, &session, &BTreeSet::new())),
            Vec::<String>::new(),
            "{name}, everything"
        );
        for hunk in &hunks {
            let (edit, _) = session.hunk(hunk.id).unwrap();
            let mut rejected: BTreeSet<HunkId> = dependants(&hunks, hunk.id).into_iter().collect();
            rejected.insert(hunk.id);
            let found = all(&without(&texts, &session, &rejected));
            assert_eq!(found, Vec::<String>::new(), "{name} without {:?} of {}", hunk.new_lines(), edit.path);
        }
    }
}
