//! The `job` recipe for axum: what it writes and refuses, a second job beside the first, and on
//! the real crates a worker that takes a job from Redis.
//!
//! The part that needs crates from crates.io and `redis-server` runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it shares its target folder with the tests of the recipe `resource`.

use crate::{
    recipe_auth_axum::compile_without_each,
    recipe_axum::{TARGET, cargo, passed},
    recipe_hunks,
    support::{
        backend::{Texts, assert_cited, fixture, is_real, text_of, with, write_tree},
        grown::{Frame, ask},
        service::{Redis, run_until},
        temp,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};
use std::path::Path;

const AXUM: Frame = ("axum", "sqlx");
const MAIL: [(&str, &str); 2] = [("name", "send_welcome_email"), ("args", "user_id:int reason:string?")];

fn job(texts: &Texts, inputs: &[(&str, &str)]) -> Result<Proposal, ProposeError> {
    ask("job", texts, AXUM, inputs)
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

fn refused(texts: &Texts, inputs: &[(&str, &str)]) -> (String, String) {
    match job(texts, inputs) {
        Err(ProposeError::Input { what, hint }) => (what, hint),
        Err(ProposeError::Clash { what, place }) => (what, place),
        Err(ProposeError::NotApplicable(why)) => (why, String::new()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_job_comes_with_its_queue_its_worker_and_its_tests() {
    let texts = fixture("axum_app");
    let proposal = job(&texts, &MAIL).unwrap();
    assert_eq!(
        paths(&proposal),
        [
            "Cargo.toml",
            "src/bin/worker.rs",
            "src/jobs/mod.rs",
            "src/jobs/queue.rs",
            "src/jobs/send_welcome_email.rs",
            "src/lib.rs",
            "tests/send_welcome_email_job.rs",
        ]
    );
    assert_cited(&proposal, &texts);
    let manifest = text_of(&proposal, "Cargo.toml");
    assert!(manifest.contains("edition = \"2024\"\ndefault-run = \"library\"\n"), "{manifest}");
    assert!(manifest.contains("[dependencies]\napalis = { version = \"1\""), "{manifest}");
    assert!(
        manifest.contains(
            "features = [\"macros\", \"net\", \"rt-multi-thread\", \"signal\", \"sync\", \"time\"]"
        ),
        "{manifest}"
    );
    let lib = text_of(&proposal, "src/lib.rs");
    assert!(lib.starts_with("pub mod error;\npub mod jobs;\npub mod models;\n"), "{lib}");
    let text = text_of(&proposal, "src/jobs/send_welcome_email.rs");
    assert!(text.contains("    pub user_id: i64,\n    pub reason: Option<String>,\n}"), "{text}");
    // A reason may be about a person: the log has the key alone.
    assert!(text.contains("println!(\"{NAME}: user_id={}\", job.user_id);"), "{text}");
    assert!(text.contains("const TRIES: usize = 5;"), "{text}");
}

#[test]
fn a_second_job_joins_the_first_and_the_same_again_is_refused() {
    let base = fixture("axum_app");
    let texts = with(&base, &job(&base, &MAIL).unwrap());
    let second = job(&texts, &[("name", "count_rows"), ("tries", "2")]).unwrap();
    assert_eq!(
        paths(&second),
        ["src/bin/worker.rs", "src/jobs/count_rows.rs", "src/jobs/mod.rs", "tests/count_rows_job.rs"]
    );
    assert_cited(&second, &texts);
    let worker = text_of(&second, "src/bin/worker.rs");
    assert!(worker.contains("use library::jobs::{count_rows, send_welcome_email};"), "{worker}");
    assert!(
        worker.contains("    tokio::try_join!(send_welcome_email::work(), count_rows::work())?;\n"),
        "{worker}"
    );
    let modules = text_of(&second, "src/jobs/mod.rs");
    assert_eq!(modules, "pub mod count_rows;\npub mod queue;\npub mod send_welcome_email;\n");
    let (what, place) = refused(&texts, &MAIL);
    assert_eq!(what, "src/jobs/send_welcome_email.rs");
    assert_eq!(place, "src/jobs/send_welcome_email.rs:1");
    let mut own = texts;
    own.insert("src/bin/worker.rs".into(), "fn main() {}\n".into());
    let (what, hint) = refused(&own, &[("name", "count_rows")]);
    assert!(what.contains("src/bin/worker.rs has no tokio::try_join!("), "{what}");
    assert!(hint.contains("ask again"), "{hint}");
}

#[test]
fn a_job_follows_the_projects_modules_and_log() {
    let mut texts = fixture("axum_app");
    for name in ["models", "repositories", "routes", "services"] {
        let text = texts.remove(&format!("src/{name}/mod.rs")).unwrap();
        texts.insert(format!("src/{name}.rs"), text);
    }
    let manifest = texts.get_mut("Cargo.toml").unwrap();
    *manifest = manifest.replace("thiserror = \"2\"\n", "thiserror = \"2\"\ntracing = \"0.1\"\n");
    let proposal = job(&texts, &[("name", "recount"), ("resource", "User"), ("args", "loud:bool?")]).unwrap();
    assert!(paths(&proposal).contains(&"src/jobs.rs"), "{:?}", paths(&proposal));
    let text = text_of(&proposal, "src/jobs/recount.rs");
    assert!(text.contains("tracing::info!(\"{NAME}: user_id={}\", job.user_id);"), "{text}");
    assert!(text.contains("    pub user_id: i64,\n    pub loud: Option<bool>,\n"), "{text}");
}

#[test]
fn what_cannot_have_a_job_is_told_the_reason_and_the_way_on() {
    let texts = fixture("axum_app");
    for (inputs, told) in [
        (&[("name", "queue")][..], "queue cannot be a job"),
        (&[("name", "crate")], "crate is a word of"),
        (&[("name", "pay"), ("queue", "celery")], "\"celery\" is no queue"),
        (&[("name", "pay"), ("args", "on:date")], "on cannot be an argument"),
        (&[("name", "pay"), ("resource", "Invoice")], "there is no model Invoice"),
    ] {
        let (what, hint) = refused(&texts, inputs);
        assert!(what.contains(told) && !hint.is_empty(), "{inputs:?}: {what} / {hint}");
    }
    let mut program = texts.clone();
    program.remove("src/lib.rs");
    program.insert("src/main.rs".into(), "mod routes;\nuse axum::Router;\nfn main() {}\n".into());
    let (what, hint) = refused(&program, &MAIL);
    assert!(what.contains("src/main.rs declares") && hint.contains("src/lib.rs"), "{what} / {hint}");
    for (line, told) in [
        ("apalis = \"0.7\"\n", "names `apalis = \"0.7\"`"),
        ("apalis-postgres = \"1\"\n", "names `apalis-postgres = \"1\"`"),
    ] {
        let mut other = texts.clone();
        let manifest = other.get_mut("Cargo.toml").unwrap();
        *manifest = manifest.replace("[dependencies]\n", &format!("[dependencies]\n{line}"));
        let (what, _) = refused(&other, &MAIL);
        assert!(what.contains(told), "{what}");
    }
}

#[test]
fn what_remains_without_any_hunk_of_a_job_parses_and_names_only_modules_that_are_there() {
    let texts = fixture("axum_app");
    recipe_hunks::assert_rust_without_each(&texts, &job(&texts, &MAIL).unwrap());
}

/// Enqueues one job.
const ENQUEUE: &str = "use library::jobs::send_welcome_email::{self, SendWelcomeEmail};

#[tokio::main]
async fn main() {
    let job = SendWelcomeEmail { user_id: 7, reason: None };
    send_welcome_email::enqueue(job).await.unwrap();
}
";

#[test]
fn a_worker_takes_a_job_from_redis_and_what_remains_without_a_hunk_compiles() {
    if !is_real() {
        return;
    }
    let texts = fixture("axum_app");
    let first = job(&texts, &MAIL).unwrap();
    let one = with(&texts, &first);
    let two = with(&one, &job(&one, &[("name", "count_rows")]).unwrap());
    let all = with(&two, &job(&two, &[("name", "sum_all_rows"), ("args", "user_id:int")]).unwrap());
    let folder = temp::folder();
    write_tree(folder.path(), &all, &[]);
    let count = passed(folder.path(), &all, &[]);
    assert!(count > 12, "{count}");
    let redis = Redis::start();
    let settings = [("REDIS_URL", redis.url.as_str())];
    std::fs::create_dir(folder.path().join("examples")).unwrap();
    std::fs::write(folder.path().join("examples/enqueue.rs"), ENQUEUE).unwrap();
    cargo(folder.path(), &["run", "--quiet", "--example", "enqueue"], &settings);
    cargo(folder.path(), &["build", "--quiet", "--bin", "worker"], &settings);
    let worker = Path::new(TARGET).join("debug/worker");
    run_until(folder.path(), worker.to_str().unwrap(), &[], &settings, "send-welcome-email: user_id=7", 60);
    println!("jobs of axum: {count} passed, and a worker took one");
    compile_without_each(&texts, &first);
}
