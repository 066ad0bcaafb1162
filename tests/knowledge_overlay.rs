//! Knowledge files of the repository and of the user over the shipped ones.

use super::{
    knowledge_desk::{Desk, STACKS, overlay},
    knowledge_opening::PYTHON,
};
use proscenium::{
    domain::task::Intent,
    engine::{Msg, view::Pane},
    knowledge::Knowledge,
    runtime::Shelf,
};
use std::sync::Arc;

#[test]
fn ready_stack_folders_exist_and_can_be_overridden() {
    for [language, ..] in STACKS {
        let desk = Desk::new([language, "", ""]);
        let folder = desk.knowledge.stack_folder(language).expect(language);
        assert!(folder.snippets.len() == 8 && folder.narrative.len() > 200, "{language}");
        assert!(folder.manifest.contains(&format!("language: {language}")), "{}", folder.manifest);
    }
    let own = overlay(&[("stacks/python/tech-stack.md", "# Ours\n")]);
    let knowledge = Knowledge::load(&[own.path().to_path_buf()]).expect("loads");
    assert_eq!(knowledge.stack_folder("python").map(|folder| folder.narrative.as_str()), Some("# Ours\n"));
}

#[test]
fn broken_overlays_are_named_with_their_place_and_the_rest_holds() {
    let folder = overlay(&[
        ("checklist.md", "no head\n"),
        ("rules/orm/n-plus-one.yaml", "id: orm/n-plus-one\nlevel: huge\n"),
        ("lessons.md", "- 2026-11-22 [endpoint] Still here.\n"),
        ("stacks/cobol/stack.yaml", "language: cobol\n"),
        ("packs/ours.yaml", "pack: [\n"),
    ]);
    let overlays = vec![folder.path().to_path_buf()];
    assert!(Knowledge::load(&overlays).is_err(), "headless commands load strictly");
    let shelf = Shelf::new(overlays, folder.path());
    let problems = shelf.problems();
    for place in ["checklist.md:1:1: ", "rules/orm/n-plus-one.yaml:2:8: ", "stacks/cobol", "packs/ours.yaml:"]
    {
        assert!(problems.iter().any(|problem| problem.contains(place)), "{place} is not in {problems:?}");
    }
    assert!(!shelf.checklist.is_empty() && shelf.rule("orm/n-plus-one").is_some());

    let mut desk = Desk::new(PYTHON);
    let mut book = (*desk.model.handbook).clone();
    book.problems = problems;
    desk.send(Msg::HandbookLoaded(Arc::new(book)));
    desk.scan(&[]);
    assert!(desk.pane(Pane::Boundaries).contains("checklist.md:1:1: "));
}

#[test]
fn one_broken_file_costs_only_itself() {
    let folder =
        overlay(&[("checklist.md", "no head\n"), ("lessons.md", "- 2026-11-22 [endpoint] Still here.\n")]);
    let shelf = Shelf::new(vec![folder.path().to_path_buf()], folder.path());
    assert_eq!(shelf.problems().len(), 1);
    assert_eq!(shelf.lessons_for(Intent::Endpoint).len(), 1);
}
