//! The sample backend with `python3` alone: red before the guided task, green after it,
//! green too without the hunk that is worth rejecting.
//!
//! Where `python3` is missing there is nothing to run and the tests say so.

use crate::support::{temp, tools};
use proscenium::{
    domain::{
        ids::StepId,
        layer::Layer,
        map::BackendMap,
        plan::{Filler, Step},
        proposal::Content,
        stack::Stack,
    },
    ports::{Cancel, ProposalRequest, Proposer},
    propose::{Prepared, ReadBase, sample_files},
};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Output,
    sync::Arc,
};

fn sample() -> BTreeMap<String, String> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    sample_files("python").into_iter().map(|file| (file.path.to_owned(), text(file.bytes))).collect()
}

fn guided() -> BTreeMap<String, String> {
    let texts: BTreeMap<String, Option<String>> =
        sample().into_iter().map(|(path, text)| (path, Some(text))).collect();
    let base: ReadBase = Arc::new(|_, _| Ok(None));
    let request = ProposalRequest {
        root: PathBuf::from("/nowhere"),
        base: String::new(),
        map: Arc::new(BackendMap::default()),
        stack: Stack::default(),
        task: None,
        steps: vec![Step {
            id: StepId(1),
            title: "move".into(),
            layer: Layer::Service,
            filler: Filler::Recipe { recipe: "move-query".into() },
            criteria: Vec::new(),
            after: Vec::new(),
        }],
        step: 0,
        texts: Arc::new(texts),
        inputs: BTreeMap::new(),
    };
    let proposal = Prepared::new("python", base).propose(&request, &Cancel::default()).unwrap();
    let mut all = sample();
    for file in proposal.files {
        let Content::Text { text } = file.content else { panic!("only texts") };
        all.insert(file.path, text);
    }
    all
}

/// Runs a command in a fresh folder with these files; `None` without `python3`.
fn run(texts: &BTreeMap<String, String>, arguments: &[&str]) -> Option<Output> {
    let folder = temp::folder();
    for (path, text) in texts {
        let path: &Path = &folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    match tools::python_command().args(arguments).current_dir(folder.path()).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            println!("python3 is not installed: not run");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_suite_is_red_by_exactly_one_test_and_green_after_the_guided_task() {
    let Some(before) = run(&sample(), &["-m", "unittest", "-v"]) else { return };
    let said = String::from_utf8_lossy(&before.stderr).into_owned();
    assert!(said.contains("FAILED (errors=1)"), "{said}");
    assert!(said.contains("test_top_spenders_come_largest_first"), "{said}");
    let Some(after) = run(&guided(), &["-m", "unittest", "-v"]) else { return };
    assert!(after.status.success(), "{}", String::from_utf8_lossy(&after.stderr));
}

#[test]
fn the_suite_is_green_without_the_hunk_worth_rejecting() {
    let mut texts = guided();
    let path = "app/services/reports.py";
    let logged = "\"printed the receipt of order %s for %s\", order.id, customer and customer.email";
    let service = texts.get(path).unwrap();
    assert!(service.contains(logged));
    texts.insert(path.into(), service.replace(logged, "\"printed the receipt of order %s\", order.id"));
    let Some(after) = run(&texts, &["-m", "unittest"]) else { return };
    assert!(after.status.success(), "{}", String::from_utf8_lossy(&after.stderr));
}

#[test]
fn one_lint_problem_stays_and_migrations_go_both_ways() {
    for texts in [sample(), guided()] {
        let Some(lint) = run(&texts, &["tools/lint.py"]) else { return };
        let said = String::from_utf8_lossy(&lint.stdout).into_owned();
        assert_eq!(lint.status.code(), Some(1));
        assert!(said.starts_with("app/repositories/products.py:5:1: K101 "), "{said}");
        assert_eq!(said.lines().count(), 2, "{said}");
        let Some(migrations) = run(&texts, &["tools/check_migrations.py"]) else { return };
        assert!(migrations.status.success());
        assert!(String::from_utf8_lossy(&migrations.stdout).contains("up, down, up: ok"));
    }
}
