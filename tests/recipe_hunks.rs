//! Rejecting each hunk of a new resource in turn, with those that need it: what remains
//! parses, and imports nothing that is not there.

use crate::{
    recipe_endpoint, recipe_fastapi,
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
        // What stands in quotes is for a reader.
        let code: String = text.split('\'').step_by(2).collect::<Vec<_>>().join(" ");
        let used = words(&code).any(|word| word == class);
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

/// Names that hunks define and that remaining texts use without a definition.
fn uncalled(base: &Texts, session: &Session, rest: &Texts) -> Vec<String> {
    let defined = |text: &str, name: &str| {
        ["def ", "class "].iter().any(|word| text.contains(&format!("{word}{name}(")))
    };
    let hunks = session.hunks();
    let new = hunks.iter().flat_map(|hunk| hunk.new_lines()).filter_map(|line| {
        let line = line.trim().trim_start_matches("async ");
        let name = line.strip_prefix("def ").or(line.strip_prefix("class "))?;
        name.split('(').next().filter(|name| !name.starts_with("test_"))
    });
    let mut missing = Vec::new();
    for name in new.collect::<BTreeSet<&str>>() {
        let is_whole =
            |text: &str, at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let uses = |texts: &Texts| -> usize {
            let call = format!("{name}(");
            let of = |text: &String| text.match_indices(&call).filter(|(at, _)| is_whole(text, *at)).count();
            texts.values().map(of).sum()
        };
        // A definition of the same name elsewhere is another layer's: each call has one below it.
        let definitions = rest.values().filter(|text| defined(text, name)).count();
        if definitions == 0 && uses(rest) > uses(base) {
            missing.push(format!("{name} is called and not there"));
        }
    }
    missing
}

#[test]
fn what_remains_of_a_new_route_without_any_hunk_calls_only_what_is_there() {
    for (name, orm, inputs) in [
        ("fastapi_app", "sqlalchemy", &[("name", "User"), ("by", "email")][..]),
        ("fastapi_app", "sqlalchemy", &[("name", "User"), ("kind", "count")]),
        ("sqlmodel_flat", "sqlmodel", &[("name", "Tool"), ("path", "forget"), ("set", "note=null")]),
        ("django_functions", "django-orm", &[("name", "Product"), ("path", "rename"), ("set", "name=x")]),
    ] {
        let texts = fixture(name);
        let proposal = recipe_endpoint::ask("endpoint", &texts, orm, inputs).unwrap();
        let session = session(&texts, &proposal);
        let hunks = session.hunks();
        // A backend that queries beside its handlers has a query, a route and a test.
        assert!(hunks.len() >= 3, "{name}: {} hunks", hunks.len());
        for hunk in &hunks {
            let mut rejected: BTreeSet<HunkId> = dependants(&hunks, hunk.id).into_iter().collect();
            rejected.insert(hunk.id);
            let rest = without(&texts, &session, &rejected);
            let sources = rest.iter().filter(|(path, _)| path.ends_with(".py"));
            let mut found: Vec<String> = sources
                .flat_map(|(path, text)| match ruff_python_parser::parse_module(text) {
                    Err(error) => vec![format!("{path}: {error}")],
                    Ok(_) if name == "fastapi_app" => python(&rest, path, text),
                    Ok(_) => Vec::new(),
                })
                .collect();
            found.extend(uncalled(&texts, &session, &rest));
            // A layer's method goes with the one below it, though they share a name.
            let lower = rest
                .get("app/repositories/user_repository.py")
                .is_some_and(|text| text.contains("def get_by_email("));
            let upper = rest
                .get("app/services/user_service.py")
                .is_some_and(|text| text.contains("def get_by_email("));
            assert!(lower || !upper, "{name}: the service asks for what the repository lost");
            assert_eq!(found, Vec::<String>::new(), "{name} {inputs:?} without {:?}", hunk.new_lines());
        }
    }
}
