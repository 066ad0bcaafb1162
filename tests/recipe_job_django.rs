//! The `job` recipe for Django: a shared task in the application that it is about, a second one in
//! the same module, what is refused, and on the real packages a worker that takes a job from Redis.
//!
//! The part that needs packages from PyPI and `redis-server` runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it keeps its virtual environment in the target folder.

use crate::{
    recipe_auth::{assert_all_ran, without_each},
    recipe_hunks,
    recipe_remains::import_without_one,
    support::{
        backend::{
            Texts, assert_cited, fixture, folder_below, is_real, python_packages, run, text_of, with,
            write_tree,
        },
        grown::ask,
        service::{Redis, run_until},
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};
use std::path::Path;

const FRAME: (&str, &str) = ("django", "django-orm");

fn job(texts: &Texts, inputs: &[(&str, &str)]) -> Result<Proposal, ProposeError> {
    let mut all =
        vec![("name", "send_welcome_email"), ("args", "user_id:int reason:string?"), ("queue", "celery")];
    all.extend(inputs);
    ask("job", texts, FRAME, &all)
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn a_task_comes_with_the_application_of_celery_and_a_second_joins_its_module() {
    let base = fixture("django_app");
    let first = job(&base, &[("app", "catalog")]).unwrap();
    assert_eq!(
        paths(&first),
        [
            "catalog/tasks.py",
            "catalog/tests/test_send_welcome_email_job.py",
            "library/__init__.py",
            "library/celery.py",
            "library/settings.py",
            "pyproject.toml",
        ]
    );
    assert_cited(&first, &with(&base, &first));
    assert!(text_of(&first, "pyproject.toml").contains("\"celery[redis]>=5.4\""));
    assert!(
        text_of(&first, "library/settings.py").contains("CELERY_BROKER_URL = os.environ.get(\"REDIS_URL\"")
    );
    assert!(text_of(&first, "catalog/tasks.py").contains("transaction.on_commit("));
    let texts = with(&base, &first);
    let second = ask("job", &texts, FRAME, &[("name", "count_pages"), ("resource", "Book")]).unwrap();
    assert_eq!(paths(&second), ["catalog/tasks.py", "catalog/tests/test_count_pages_job.py"]);
    let tasks = text_of(&second, "catalog/tasks.py");
    assert_eq!(tasks.matches("logger = ").count(), 1, "{tasks}");
    assert!(
        tasks.contains("def count_pages(book_id: int)") && tasks.contains("def send_welcome_email("),
        "{tasks}"
    );
    match job(&texts, &[("app", "catalog")]) {
        Err(ProposeError::Clash { what, place }) => {
            assert_eq!(what, "a function send_welcome_email");
            assert!(place.starts_with("catalog/tasks.py:"), "{place}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn which_application_has_the_job_is_asked_where_several_could() {
    let texts = fixture("django_app");
    match job(&texts, &[]) {
        Err(ProposeError::Input { what, hint }) => {
            assert!(what.contains("which application") && hint.contains("catalog"), "{what} / {hint}");
        }
        other => panic!("{other:?}"),
    }
    for (inputs, told) in [
        ([("app", "nowhere")], "no application nowhere"),
        ([("queue", "arq")], "tasks of Celery in Django"),
        ([("resource", "Invoice")], "no model Invoice"),
    ] {
        match job(&texts, &inputs) {
            Err(ProposeError::Input { what, hint }) => {
                assert!(what.contains(told) && !hint.is_empty(), "{what}")
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_remains_without_any_hunk_of_a_task_parses() {
    let texts = fixture("django_functions");
    let proposal = job(&texts, &[]).unwrap();
    let session = recipe_hunks::session(&texts, &proposal);
    let hunks = session.hunks();
    for hunk in &hunks {
        let rest = recipe_hunks::without(&texts, &session, &recipe_hunks::with_dependants(&hunks, hunk));
        for (path, text) in rest.iter().filter(|(path, _)| path.ends_with(".py")) {
            assert!(ruff_python_parser::parse_module(text).is_ok(), "{path} without {:?}", hunk.new_lines());
        }
    }
}

/// Lints, checks types and Django's own rules, counts the tests, and lets a worker take a job.
fn prove(texts: &Texts, root: &str, inputs: &[(&str, &str)], project: &str, module: &str, is_typed: bool) {
    let packages = [
        "django>=5.2,<6",
        "djangorestframework",
        "djangorestframework-simplejwt",
        "celery[redis]",
        "celery-types",
        "pytest",
        "pytest-django",
        "ruff",
        "mypy",
        "django-stubs",
    ];
    let bin = python_packages("recipe-job-django", &packages);
    let tool = |name: &str| bin.join(name).to_str().unwrap().to_owned();
    let folder = folder_below(bin.parent().unwrap());
    let proposal = job(texts, inputs).unwrap();
    let first = with(texts, &proposal);
    let mut more = inputs.to_vec();
    more.push(("name", "count_rows"));
    let all = with(&first, &ask("job", &first, FRAME, &more).unwrap());
    write_tree(folder.path(), &all, &[]);
    let root_folder = folder.path().join(root);
    let ruff = |root_folder: &Path| {
        run(root_folder, &tool("ruff"), &["check", "--no-cache", "."], &[], 60);
    };
    ruff(&root_folder);
    run(&root_folder, &tool("ruff"), &["format", "--no-cache", "--diff", "."], &[], 60);
    let redis = Redis::start();
    let settings = [
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("DATABASE_FILE", "proof.sqlite3"),
        ("REDIS_URL", redis.url.as_str()),
    ];
    if is_typed {
        run(&root_folder, &tool("mypy"), &["."], &settings, 300);
    }
    let python = |arguments: &[&str], settings: &[(&str, &str)]| {
        run(&root_folder, &tool("python"), arguments, settings, 300)
    };
    python(&["manage.py", "check", "--fail-level", "WARNING"], &settings);
    // The tests need no server.
    let away = [settings[0], settings[1], ("REDIS_URL", "redis://127.0.0.1:1/0")];
    let said = python(&["-m", "pytest", "-q", "-p", "no:cacheprovider"], &away);
    assert_all_ran(&all, &said);
    let script =
        format!("from {module} import enqueue_send_welcome_email; enqueue_send_welcome_email(7, 'hello')");
    python(&["manage.py", "shell", "-c", &script], &settings);
    let arguments = ["-A", project, "worker", "--pool", "solo", "-l", "INFO"];
    run_until(&root_folder, &tool("celery"), &arguments, &settings, "succeeded in", 120);
    println!("{project}: a worker took the job");
    without_each(texts, root, &proposal, &bin, &ruff);
    import_without_one("a job of Django", texts, &proposal, &bin, root);
}

#[test]
fn tasks_of_both_django_projects_run() {
    if is_real() {
        prove(&fixture("django_app"), "", &[("app", "catalog")], "library", "catalog.tasks", false);
        prove(&fixture("django_functions"), "backend", &[], "shop", "store.tasks", true);
    }
}
