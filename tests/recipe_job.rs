//! The `job` recipe for FastAPI: what it asks and refuses, a second job beside the first, and on
//! the real queues workers that take a job from Redis.
//!
//! The part that needs packages from PyPI and `redis-server` runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it keeps its virtual environments in the target folder.

use crate::{
    recipe_auth::{assert_more_ran, without_each},
    recipe_hunks,
    support::{
        backend::{
            Texts, assert_cited, fixture, folder_below, insert, is_real, mypy_cache, python_packages, run,
            text_of, with, write_tree,
        },
        git::Sandbox,
        grown::{Frame, ask},
        program::Sandboxed,
        service::{Redis, run_until},
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};
use std::path::Path;

const FRAME: (&str, &str) = ("fastapi", "sqlalchemy");
const MAIL: [(&str, &str); 2] = [("name", "send_welcome_email"), ("args", "user_id:int reason:string?")];

fn job(texts: &Texts, inputs: &[(&str, &str)]) -> Result<Proposal, ProposeError> {
    let mut all = MAIL.to_vec();
    all.extend(inputs);
    ask("job", texts, FRAME, &all)
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

fn refused(result: Result<Proposal, ProposeError>) -> (String, String) {
    match result {
        Err(ProposeError::Input { what, hint }) => (what, hint),
        Err(ProposeError::Clash { what, place }) => (what, place),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_job_comes_with_its_queue_worker_tests_and_package() {
    let texts = fixture("fastapi_app");
    let proposal = job(&texts, &[("queue", "arq")]).unwrap();
    assert_eq!(
        paths(&proposal),
        [
            "app/jobs/__init__.py",
            "app/jobs/queue.py",
            "app/jobs/send_welcome_email.py",
            "app/jobs/worker.py",
            "pyproject.toml",
            "tests/test_send_welcome_email_job.py",
        ]
    );
    assert!(text_of(&proposal, "pyproject.toml").contains("\"pydantic\", \"arq>=0.26\"]"));
    let text = text_of(&proposal, "app/jobs/send_welcome_email.py");
    assert!(
        text.contains("async def enqueue_send_welcome_email(user_id: int, reason: str | None = None)"),
        "{text}"
    );
    // A reason may be about a person: the log has its length alone.
    assert!(text.contains("\"send_welcome_email: user_id=%s reason of %d characters\","), "{text}");
    let mut cited = proposal.clone();
    cited.files.retain(|file| !file.path.ends_with("__init__.py"));
    assert_cited(&cited, &texts);
}

#[test]
fn which_queue_is_asked_with_a_reason_for_each_that_fits_the_handlers() {
    let (what, hint) = refused(job(&fixture("fastapi_app"), &[]));
    assert!(what.contains("no manifest here names a queue"), "{what}");
    for queue in ["queue=arq runs", "queue=celery is", "queue=dramatiq runs", "queue=taskiq runs"] {
        assert!(hint.contains(queue), "{hint}");
    }
    // Plain functions cannot enqueue what coroutines run.
    let (_, hint) = refused(job(&fixture("fastapi_sync"), &[]));
    assert!(hint.contains("queue=celery") && !hint.contains("queue=arq"), "{hint}");
    let (what, _) = refused(job(&fixture("fastapi_sync"), &[("queue", "arq")]));
    assert!(what.contains("plain functions"), "{what}");
    let (what, _) = refused(job(&fixture("fastapi_app"), &[("queue", "rq")]));
    assert!(what.contains("\"rq\" is no queue"), "{what}");
}

#[test]
fn the_queue_of_the_manifest_is_taken_and_its_application_used() {
    let mut texts = fixture("fastapi_app");
    let manifest = texts.get_mut("pyproject.toml").unwrap();
    *manifest = manifest.replace("\"pydantic\"]", "\"pydantic\", \"celery[redis]>=5\"]");
    texts.insert(
        "app/worker.py".into(),
        "from celery import Celery\n\nruns = Celery(\"shop\", include=[\"app.reports\"])\n".into(),
    );
    texts.insert(
        "app/reports.py".into(),
        "from app.worker import runs\n\n\n@runs.task\ndef report() -> None:\n    return None\n".into(),
    );
    let proposal = job(&texts, &[]).unwrap();
    assert_eq!(
        paths(&proposal),
        ["app/send_welcome_email.py", "app/worker.py", "tests/test_send_welcome_email_job.py"]
    );
    assert!(
        text_of(&proposal, "app/worker.py").contains("include=[\"app.reports\", \"app.send_welcome_email\"]")
    );
    let text = text_of(&proposal, "app/send_welcome_email.py");
    assert!(text.contains("from app.worker import runs") && text.contains("@runs.task("), "{text}");
    assert_cited(&proposal, &texts);
}

#[test]
fn what_cannot_be_a_job_is_refused_with_the_reason() {
    let texts = fixture("fastapi_app");
    let with_arq = |inputs: &[(&str, &str)]| {
        let mut all = inputs.to_vec();
        all.push(("queue", "arq"));
        refused(ask("job", &texts, FRAME, &all))
    };
    for (inputs, told) in [
        (&[("name", "class")][..], "class is a word of Python itself"),
        (&[("name", "9 lives")], "is not a name for a job"),
        (&[("name", "queue")], "queue cannot be a job"),
        (&[("name", "pay"), ("args", "price:decimal")], "price cannot be an argument"),
        (&[("name", "pay"), ("resource", "Invoice")], "there is no model Invoice"),
        (&[("name", "pay"), ("tries", "0")], "is no number for tries"),
        (&[("name", "pay"), ("resource", "User"), ("args", "user_id:int")], "user_id is given twice"),
        (&[("name", "create_app")], "a function create_app"),
        (&[("args", "user_id:int")], "the recipe job needs name"),
    ] {
        let (what, hint) = with_arq(inputs);
        assert!(what.contains(told) && !hint.is_empty(), "{inputs:?}: {what} / {hint}");
    }
}

#[test]
fn a_row_is_told_by_the_key_of_its_model() {
    let texts = fixture("fastapi_app");
    let inputs = [("name", "recount_stars"), ("resource", "users"), ("queue", "taskiq"), ("tries", "3")];
    let proposal = ask("job", &texts, FRAME, &inputs).unwrap();
    let text = text_of(&proposal, "app/jobs/recount_stars.py");
    assert!(text.contains("async def recount_stars(user_id: "), "{text}");
    assert!(text.contains("max_retries=3"), "{text}");
}

#[test]
fn a_second_job_joins_the_first_and_the_same_again_is_refused() {
    for (queue, listed) in [
        ("arq", "functions: ClassVar = [send_welcome_email.JOB, count.JOB]"),
        ("celery", "include=[\"app.jobs.send_welcome_email\", \"app.jobs.count\"]"),
        ("dramatiq", "__all__ = [\"count\", \"send_welcome_email\"]"),
        ("taskiq", "__all__ = [\"broker\", \"count\", \"send_welcome_email\"]"),
    ] {
        let base = fixture("fastapi_app");
        let texts = with(&base, &job(&base, &[("queue", queue)]).unwrap());
        let second = ask("job", &texts, FRAME, &[("name", "count")]).unwrap();
        let worker = if queue == "celery" { "app/jobs/queue.py" } else { "app/jobs/worker.py" };
        assert_eq!(paths(&second), ["app/jobs/count.py", worker, "tests/test_count_job.py"], "{queue}");
        assert!(text_of(&second, worker).contains(listed), "{}", text_of(&second, worker));
        assert_cited(&second, &texts);
        let (what, place) = refused(job(&texts, &[]));
        assert_eq!(what, "a function send_welcome_email");
        assert!(place.starts_with("app/jobs/send_welcome_email.py:"), "{place}");
    }
}

#[test]
fn a_stack_without_the_recipe_is_told_so() {
    match ask("job", &fixture("fastapi_app"), ("flask", "sqlalchemy"), &MAIL) {
        Err(ProposeError::NotApplicable(why)) => {
            assert!(why.contains("has no recipe job") && why.contains("plan of a task"), "{why}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_remains_without_any_hunk_of_a_job_parses() {
    for (name, queue) in [("fastapi_app", "arq"), ("fastapi_sync", "celery")] {
        let texts = fixture(name);
        let proposal = job(&texts, &[("queue", queue)]).unwrap();
        let session = recipe_hunks::session(&texts, &proposal);
        let hunks = session.hunks();
        for hunk in &hunks {
            let rest = recipe_hunks::without(&texts, &session, &recipe_hunks::with_dependants(&hunks, hunk));
            for (path, text) in rest.iter().filter(|(path, _)| path.ends_with(".py")) {
                let parsed = ruff_python_parser::parse_module(text);
                assert!(parsed.is_ok(), "{path} without {:?}", hunk.new_lines());
            }
        }
    }
}

#[test]
fn from_the_command_line_a_job_is_on_disk_and_a_review_finds_nothing_new() {
    let mut texts = fixture("fastapi_app");
    insert(&mut texts, "pyproject.toml", "\"pydantic\"", "\"arq\", ");
    let files: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (repository, sandbox) = (Sandbox::with(&files), Sandboxed::new());
    let root = repository.root();
    let command = [
        "propose",
        "--recipe",
        "job",
        "--set",
        "name=send_welcome_email",
        "--set",
        "args=user_id:int",
        "--apply",
    ];
    let ran = sandbox.run(&root, &command).expect(0);
    assert!(ran.err.contains("Start a worker") && ran.err.contains("REDIS_URL"), "{}", ran.err);
    let review = sandbox.run(&root, &["review", "--base", "HEAD", "--format", "json"]);
    let json = review.json();
    assert_eq!(json["findings"].as_array().unwrap().len(), 0, "{json:#}");
}

/// Lints, checks types, counts the tests, and lets a worker take one job from a real queue.
fn prove(texts: &Texts, root: &str, (framework, orm): Frame, queue: &str, each: bool) {
    let common = [
        "fastapi",
        "sqlalchemy",
        "sqlmodel",
        "aiosqlite",
        "greenlet",
        "pydantic",
        "pyjwt",
        "pytest",
        "anyio",
        "httpx",
        "httpx2",
        "ruff",
        "mypy",
    ];
    // arq holds back the client of Redis: those of taskiq and Celery do not work beside it.
    let (name, own): (&str, &[&str]) = match queue {
        "taskiq" => ("recipe-job-taskiq", &["taskiq", "taskiq-redis"]),
        "celery" => ("recipe-job-celery", &["celery[redis]", "celery-types"]),
        _ => ("recipe-job", &["arq", "dramatiq", "redis"]),
    };
    let bin = python_packages(name, &[&common[..], own].concat());
    let tool = |name: &str| bin.join(name).to_str().unwrap().to_owned();
    let mut all = MAIL.to_vec();
    all.push(("queue", queue));
    let proposal = ask("job", texts, (framework, orm), &all).unwrap();
    let folder = folder_below(bin.parent().unwrap());
    let first = with(texts, &proposal);
    let count = [("name", "count_rows"), ("queue", queue)];
    let second = ask("job", &first, (framework, orm), &count).unwrap();
    let both = with(&first, &second);
    let sum = [("name", "sum_rows"), ("queue", queue)];
    let third = ask("job", &both, (framework, orm), &sum).unwrap();
    let texts_now = with(&both, &third);
    write_tree(folder.path(), &texts_now, &[]);
    let root_folder = folder.path().join(root);
    let package = if texts.keys().any(|path| path.contains("library/main.py")) { "library" } else { "app" };
    let cache = mypy_cache(bin.parent().unwrap());
    let static_checks = |root_folder: &Path| {
        run(root_folder, &tool("ruff"), &["check", "--no-cache", "."], &[], 60);
        let arguments = ["--strict", "--cache-dir", cache.path().to_str().unwrap(), package];
        run(root_folder, &tool("mypy"), &arguments, &[], 180);
    };
    static_checks(&root_folder);
    run(&root_folder, &tool("ruff"), &["format", "--no-cache", "--diff", "."], &[], 60);
    let redis = Redis::start();
    let settings = [("PYTHONDONTWRITEBYTECODE", "1"), ("PYTHONPATH", "."), ("REDIS_URL", redis.url.as_str())];
    // The tests need no server.
    let away = [settings[0], settings[1], ("REDIS_URL", "redis://127.0.0.1:1/0")];
    let said =
        run(&root_folder, &tool("python"), &["-m", "pytest", "-q", "-p", "no:cacheprovider"], &away, 300);
    assert_more_ran(8, &texts_now, &said);
    let jobs = format!("{package}.jobs");
    // Some enqueue at once, others are awaited.
    let script = format!(
        "import asyncio, inspect; from {jobs}.send_welcome_email import enqueue_send_welcome_email; said = enqueue_send_welcome_email(7, 'hello'); inspect.iscoroutine(said) and asyncio.run(said)"
    );
    run(&root_folder, &tool("python"), &["-c", &script], &settings, 60);
    let (settings_of, module, broker) =
        (format!("{jobs}.worker.WorkerSettings"), format!("{jobs}.worker"), format!("{jobs}.worker:broker"));
    let app = format!("{jobs}.queue");
    let (program, arguments, word): (_, Vec<&str>, _) = match queue {
        "arq" => ("arq", vec![&settings_of], "send_welcome_email(7, 'hello')"),
        "celery" => ("celery", vec!["-A", &app, "worker", "--pool", "solo", "-l", "INFO"], "succeeded in"),
        "dramatiq" => {
            ("dramatiq", vec!["--processes", "1", "--threads", "1", &module], "send_welcome_email: user_id=7")
        }
        _ => ("taskiq", vec!["worker", "--workers", "1", &broker], "Executing task send_welcome_email"),
    };
    run_until(&root_folder, &tool(program), &arguments, &settings, word, 120);
    println!("{queue}: a worker took the job");
    if each {
        without_each(texts, root, &proposal, &bin, &static_checks);
    }
}

#[test]
fn jobs_of_an_async_backend_run_on_each_queue() {
    if is_real() {
        let texts = fixture("fastapi_app");
        for (queue, each) in [("arq", true), ("celery", false), ("dramatiq", false), ("taskiq", false)] {
            prove(&texts, "", FRAME, queue, each);
        }
    }
}

#[test]
fn jobs_of_plain_functions_run_on_both_queues() {
    if is_real() {
        let texts = fixture("fastapi_sync");
        for (queue, each) in [("celery", true), ("dramatiq", false)] {
            prove(&texts, "backend", FRAME, queue, each);
        }
    }
}

#[test]
fn jobs_beside_sqlmodel_run_in_the_projects_quotes() {
    if is_real() {
        let frame = ("fastapi", "sqlmodel");
        prove(&fixture("sqlmodel_async"), "", frame, "arq", false);
        prove(&fixture("sqlmodel_flat"), "backend", frame, "dramatiq", false);
    }
}
