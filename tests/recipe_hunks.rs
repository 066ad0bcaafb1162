//! Rejecting each hunk of a new resource in turn, with those that need it: what remains
//! parses, and imports nothing that is not there.

use crate::{
    recipe_auth, recipe_fastapi,
    support::{
        backend::{Texts, fixture, inputs_of, propose_again, request, stack},
        grown::ask,
    },
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

/// A session in which a proposal came in.
pub fn session(texts: &Texts, proposal: &Proposal) -> Session {
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
pub fn without(texts: &Texts, session: &Session, rejected: &BTreeSet<HunkId>) -> Texts {
    let mut texts = texts.clone();
    for edit in session.work.edits.values() {
        match edit.text_with(|hunk: &Hunk| !rejected.contains(&hunk.id)) {
            Some(text) => texts.insert(edit.path.clone(), text),
            None => texts.remove(&edit.path),
        };
    }
    texts
}

/// A hunk and those that need it.
pub fn with_dependants(hunks: &[&Hunk], hunk: &Hunk) -> BTreeSet<HunkId> {
    let mut rejected: BTreeSet<HunkId> = dependants(hunks, hunk.id).into_iter().collect();
    rejected.insert(hunk.id);
    rejected
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
        if module != "app" && !module.starts_with("app/") {
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

/// What a source of TypeScript imports and cannot have.
pub fn typescript(texts: &Texts, path: &str, text: &str) -> Vec<String> {
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
        let lead = if line.starts_with("pub use") { folder } else { "src" };
        let path_words = words(tree.split('{').next().unwrap()).count();
        let deepest = (1..=path_words).rev().find_map(|count| {
            let module = named[..count].join("/");
            let files = [format!("{lead}/{module}.rs"), format!("{lead}/{module}/mod.rs")];
            files.iter().find_map(|file| Some((count, texts.get(file)?)))
        });
        let Some((count, source)) = deepest else { continue };
        let (module, rest) = (named[..count].join("::"), &named[count..]);
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
            let rejected = with_dependants(&hunks, hunk);
            let found = all(&without(&texts, &session, &rejected));
            assert_eq!(found, Vec::<String>::new(), "{name} without {:?} of {}", hunk.new_lines(), edit.path);
        }
    }
}

/// What a line of Python defines.
fn python_name(line: &str) -> Option<&str> {
    let line = line.trim().trim_start_matches("async ");
    line.strip_prefix("def ").or(line.strip_prefix("class "))?.split(['(', ':']).next()
}

/// What a line of TypeScript defines.
fn typescript_name(line: &str) -> Option<&str> {
    let line = ["export ", "public ", "private ", "readonly ", "async ", "function ", "const "]
        .iter()
        .fold(line.trim(), |line, word| line.strip_prefix(word).unwrap_or(line));
    let end = line.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
    let (name, rest) = line.split_at(end);
    let is_function = rest.starts_with('(') && (line.ends_with(['{', '(']));
    let is_value = rest.starts_with(" = ");
    (!name.is_empty() && !matches!(name, "if" | "for") && (is_function || is_value)).then_some(name)
}

/// What a line of Rust defines.
fn rust_name(line: &str) -> Option<&str> {
    let line = line.trim().trim_start_matches("pub ").trim_start_matches("async ");
    line.strip_prefix("fn ")?.split(['(', '<']).next()
}

/// Rejects each hunk of a proposal for a Rust backend in turn: what remains parses, names only
/// modules that are there, and calls only functions that are.
pub fn assert_rust_without_each(texts: &Texts, proposal: &Proposal) {
    without_each(texts, proposal, ".rs", &|rest, session| {
        let sources = rest.iter().filter(|(path, _)| path.ends_with(".rs"));
        let mut found: Vec<String> = sources.flat_map(|(path, text)| rust(rest, path, text)).collect();
        found.extend(uncalled(texts, session, rest, rust_name));
        found
    });
}

/// Rejects each hunk of a proposal for a TypeScript backend in turn: what remains parses, imports
/// only what is there, and calls only functions that are.
pub fn assert_typescript_without_each(texts: &Texts, proposal: &Proposal) {
    without_each(texts, proposal, ".ts", &|rest, session| {
        let sources = rest.iter().filter(|(path, _)| path.ends_with(".ts"));
        let mut found: Vec<String> = sources.flat_map(|(path, text)| typescript(rest, path, text)).collect();
        found.extend(uncalled(texts, session, rest, typescript_name));
        found
    });
}

/// Names that hunks define and that remaining texts use without a definition.
fn uncalled(base: &Texts, session: &Session, rest: &Texts, name_of: fn(&str) -> Option<&str>) -> Vec<String> {
    let hunks = session.hunks();
    let new = hunks
        .iter()
        .flat_map(|hunk| hunk.new_lines())
        .filter_map(|line| name_of(line).filter(|name| !name.starts_with("test_") && name.len() > 6));
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
        let defines = |text: &&String| text.lines().any(|line| name_of(line) == Some(name));
        if rest.values().filter(defines).count() == 0 && uses(rest) > uses(base) {
            missing.push(format!("{name} is called and not there"));
        }
    }
    missing
}

/// Every hunk of a new route left out with those that need it, and what is wrong then.
fn without_each(
    texts: &Texts,
    proposal: &Proposal,
    end: &str,
    wrong: &dyn Fn(&Texts, &Session) -> Vec<String>,
) {
    let session = session(texts, proposal);
    let hunks = session.hunks();
    // A backend that queries beside its handlers has a query, a route and a test.
    assert!(hunks.len() >= 3, "{}: {} hunks", proposal.title, hunks.len());
    assert!(proposal.files.iter().any(|file| file.path.ends_with(end)), "{}", proposal.title);
    for hunk in &hunks {
        let found = wrong(&without(texts, &session, &with_dependants(&hunks, hunk)), &session);
        assert_eq!(found, Vec::<String>::new(), "{} without {:?}", proposal.title, hunk.new_lines());
    }
}

/// The same for Python whose modules are imported from `app`.
pub fn assert_python_without_each(texts: &Texts, proposal: &Proposal) {
    without_each(texts, proposal, ".py", &|rest, session| {
        let sources = rest.iter().filter(|(path, _)| path.ends_with(".py"));
        let mut found: Vec<String> = sources.flat_map(|(path, text)| python(rest, path, text)).collect();
        found.extend(uncalled(texts, session, rest, python_name));
        found
    });
}

#[test]
fn what_remains_of_a_new_route_without_any_hunk_calls_only_what_is_there() {
    for (name, frame, inputs) in [
        ("fastapi_app", ("fastapi", "sqlalchemy"), &[("name", "User"), ("by", "email")][..]),
        ("fastapi_app", ("fastapi", "sqlalchemy"), &[("name", "User"), ("kind", "count")]),
        (
            "sqlmodel_flat",
            ("fastapi", "sqlmodel"),
            &[("name", "Tool"), ("path", "forget"), ("set", "note=null")],
        ),
        (
            "django_functions",
            ("django", "django-orm"),
            &[("name", "Product"), ("path", "rename"), ("set", "name=x")],
        ),
    ] {
        let texts = fixture(name);
        let proposal = ask("endpoint", &texts, frame, inputs).unwrap();
        without_each(&texts, &proposal, ".py", &|rest, session| {
            let sources = rest.iter().filter(|(path, _)| path.ends_with(".py"));
            let mut found: Vec<String> = sources
                .flat_map(|(path, text)| match ruff_python_parser::parse_module(text) {
                    Err(error) => vec![format!("{path}: {error}")],
                    Ok(_) if name == "fastapi_app" => python(rest, path, text),
                    Ok(_) => Vec::new(),
                })
                .collect();
            found.extend(uncalled(&texts, session, rest, python_name));
            // A layer's method goes with the one below it, though they share a name.
            let has = |path: &str| rest.get(path).is_some_and(|text| text.contains("def get_by_email("));
            if has("app/services/user_service.py") && !has("app/repositories/user_repository.py") {
                found.push("the service asks for what the repository lost".into());
            }
            found
        });
    }
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn what_remains_of_a_new_route_in_typescript_without_any_hunk_calls_only_what_is_there() {
    for (name, frame, inputs) in [
        ("express_functions", ("express", "kysely"), &[("name", "User"), ("by", "display_name")][..]),
        ("express_functions", ("express", "kysely"), &[("name", "User"), ("kind", "count")]),
        (
            "express_prisma",
            ("express", "prisma"),
            &[("name", "Ticket"), ("path", "reopen"), ("set", "is_open=true")],
        ),
        ("hono_drizzle", ("hono", "drizzle"), &[("name", "Author"), ("by", "pen_name")]),
        ("nest_cjs", ("nestjs", "typeorm"), &[("name", "Article"), ("by", "title")]),
    ] {
        let texts = fixture(name);
        let proposal = ask("endpoint", &texts, frame, inputs).unwrap();
        without_each(&texts, &proposal, ".ts", &|rest, session| {
            let sources = rest.iter().filter(|(path, _)| path.ends_with(".ts"));
            let mut found: Vec<String> =
                sources.flat_map(|(path, text)| typescript(rest, path, text)).collect();
            found.extend(uncalled(&texts, session, rest, typescript_name));
            found
        });
    }
}

#[test]
fn what_remains_of_sign_in_without_any_hunk_imports_only_what_is_there() {
    let texts = recipe_auth::books("argon2-cffi");
    let proposal = recipe_auth::auth(&texts, &[]).unwrap();
    let session = session(&texts, &proposal);
    let hunks = session.hunks();
    assert!(hunks.len() > 12, "{} hunks", hunks.len());
    for hunk in &hunks {
        let rest = without(&texts, &session, &with_dependants(&hunks, hunk));
        let sources = rest.iter().filter(|(path, _)| path.ends_with(".py"));
        let found: Vec<String> = sources.flat_map(|(path, text)| python(&rest, path, text)).collect();
        assert_eq!(found, Vec::<String>::new(), "without {:?}", hunk.new_lines());
    }
}
