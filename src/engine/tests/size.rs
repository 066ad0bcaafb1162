//! Large repositories and large changes: the screen is still built, and still the same.

use super::{
    driver::{Driver, World},
    sample,
};
use crate::{
    domain::{event::BaseText, layer::Layer, map::SourceFile},
    engine::{
        scene::{act, act_diff},
        view::{Body, Pane},
    },
};
use pretty_assertions::assert_eq;

/// A backend of so many files, every tenth with a finding, and so many endpoints.
pub fn large(files: usize, endpoints: usize) -> World {
    let mut world = World::default();
    let layers = [Layer::Router, Layer::Service, Layer::Repository, Layer::Model, Layer::Test];
    for n in 0..files {
        let layer = layers[n % layers.len()];
        let path = format!("src/{layer}/part{:02}/thing{n:05}.py", n % 50);
        if n % 10 == 0 {
            let finding = sample::finding("orm/n-plus-one", &path, 3, &format!("g{n}"), true);
            world.map.findings.push(finding);
        }
        world.map.files.push(SourceFile { path, layer, evidence: Vec::new(), functions: 3, queries: 1 });
    }
    world.map.files.sort_by(|a, b| a.path.cmp(&b.path));
    for n in 0..endpoints {
        let mut endpoint = world.map.endpoints[0].clone();
        endpoint.path = format!("/api/thing{n}/{{id}}");
        world.map.endpoints.push(endpoint);
        let flow = world.map.flows[0].clone();
        world.map.flows.push(flow);
    }
    world
}

/// Ten hunks in each of so many files of the first step.
pub fn many_hunks(files: usize) -> World {
    let mut world = World::default();
    let base: String = (0..100).map(|n| format!("line {n}\n")).collect();
    let changed: String = (0..100)
        .map(|n| if n % 10 == 5 { format!("changed {n}\n") } else { format!("line {n}\n") })
        .collect();
    let (mut proposal, mut bases) = sample::proposal();
    let path = |n: usize| format!("app/services/big{n:03}.py");
    proposal.files = (0..files).map(|n| sample::change(&path(n), changed.clone(), 1)).collect();
    bases.extend((0..files).map(|n| BaseText { path: path(n), text: Some(base.clone()) }));
    world.plan.truncate(1);
    world.proposals.insert(0, Ok((proposal, bases)));
    world
}

#[test]
fn five_thousand_files_are_listed_once_each() {
    let mut driver = Driver::prepared(large(5000, 500));
    driver.press("A c");
    let rows = driver.rows(Pane::Boundaries);
    let files = rows.iter().filter(|row| row.starts_with("□ ")).count();
    assert_eq!(files, 5005);
}

#[test]
fn five_hundred_hunks_of_a_step_are_all_there() {
    let driver = Driver::acting(many_hunks(50));
    let Body::Diff(diff) = &driver.screen().panes[1].body else { panic!("no diff") };
    assert_eq!(diff.hunks.len(), 500);
}

#[test]
fn kept_views_of_hunks_are_those_that_would_be_made_now() {
    let mut driver = Driver::acting(many_hunks(3));
    for keys in ["a", "a", "u", "x Enter", "n a", "l", "Ctrl-R", "A", "Space", "u", "h", "u u", "c"] {
        driver.press(keys);
        let look = act_diff::Look::new(&driver.model);
        let fresh: Vec<_> = act::shown(&driver.model).iter().filter_map(|hunk| look.view(hunk.id)).collect();
        let Body::Diff(diff) = &driver.screen().panes[1].body else { panic!("no diff after {keys}") };
        assert_eq!(diff.hunks, fresh, "after {keys}");
    }
}

#[test]
fn the_kept_tree_follows_the_choice_and_the_folds() {
    let mut driver = Driver::prepared(large(50, 5));
    driver.press("A c");
    let rows = |driver: &Driver| driver.rows(Pane::Boundaries);
    let before = rows(&driver);
    driver.press("j Space");
    assert!(rows(&driver).iter().any(|row| row.starts_with("■ ")));
    driver.press("u");
    assert_eq!(rows(&driver), before);
    driver.press("g h");
    assert!(rows(&driver).len() < before.len());
}
