//! A new file of tests needs what makes its subject known.
//!
//! Tests ask over HTTP and import nothing of what they test: without the line that includes the
//! new router they find nothing there. That line is a hunk of a file that was there and names what
//! is new, and what it names is called as the tests are. The same goes for the migration that makes
//! the table: many test suites build their database by it.

use super::{
    conventional::layer_by_path,
    edit::FileEdit,
    hunk::{Hunk, Need, Why},
    ids::HunkId,
    layer::Layer,
};
use std::collections::BTreeMap;

/// A shorter name says too little.
const SHORTEST: usize = 4;

/// Triples of a hunk of tests, the hunk that makes their subject known, and what it names.
pub(super) fn links<'e>(
    edits: &(impl Iterator<Item = &'e FileEdit> + Clone),
    needs: &BTreeMap<HunkId, Vec<Need>>,
) -> Vec<(HunkId, HunkId, String)> {
    let is_test = |edit: &&FileEdit| layer_by_path(&edit.path) == Some(Layer::Test);
    let mut links = Vec::new();
    for tests in edits.clone().filter(is_test).filter(|edit| edit.base.is_none()) {
        let subject = subject(&tests.path);
        if subject.len() < SHORTEST {
            continue;
        }
        for edit in edits.clone().filter(|edit| !is_test(edit)) {
            for hunk in &edit.hunks {
                let named = needs.get(&hunk.id).into_iter().flatten().filter(|need| need.why == Why::Build);
                let mut named = named.map(|need| need.symbol.as_str()).filter(|_| edit.base.is_some());
                let name = match named.find(|name| speaks_of(name, &subject)) {
                    Some(name) => name.to_owned(),
                    None if migrates(edit, hunk, &subject) => edit.path.clone(),
                    None => continue,
                };
                links.extend(tests.hunks.iter().map(|test| (test.id, hunk.id, name.clone())));
            }
        }
    }
    links
}

/// Whether a hunk is of a migration that speaks of a subject.
fn migrates(edit: &FileEdit, hunk: &Hunk, subject: &str) -> bool {
    let is_one = hunk.layer == Layer::Migration || layer_by_path(&edit.path) == Some(Layer::Migration);
    let mut texts = hunk.new_lines().iter().map(String::as_str).chain([edit.path.as_str()]);
    is_one && texts.any(|text| folded(text).contains(subject))
}

/// `bookreview` of `tests/test_book_reviews.py` and of `test/book-reviews.e2e-spec.ts`.
fn subject(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.split('.').next().unwrap_or(file);
    let mut words: Vec<&str> = stem.split(['_', '-']).collect();
    // `book-review-routes`: what the tests are of, and which layer they ask.
    let names_a_layer = |word: &str| layer_by_path(&format!("{word}/x")).is_some();
    while words.len() > 1 && words.last().is_some_and(|word| names_a_layer(word)) {
        words.pop();
    }
    let is_tests = words.len() > 1 && words.first().is_some_and(|word| *word == "test");
    singular(&words.get(usize::from(is_tests)..).unwrap_or_default().concat())
}

fn singular(name: &str) -> String {
    let folded = folded(name);
    folded.strip_suffix('s').unwrap_or(&folded).to_owned()
}

fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a name is about a subject: one stands in the other.
fn speaks_of(name: &str, subject: &str) -> bool {
    let name = singular(name);
    name.len() >= SHORTEST && (name.contains(subject) || subject.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::super::{dependence::needs, imports::tests::edit};
    use super::*;

    #[test]
    fn tests_over_http_go_with_the_line_that_includes_the_router() {
        let main = "from app.routers import users\n\napp.include_router(users.router)\n";
        let with = "from app.routers import reviews, users\n\napp.include_router(users.router)\napp.include_router(reviews.router)\n";
        let mut edits = [
            edit("app/main.py", main, with, 1),
            edit("app/routers/reviews.py", "", "from fastapi import APIRouter\n\nrouter = APIRouter()\n", 11),
            edit("tests/test_reviews.py", "", "def test_a_review(client):\n    client.get('/reviews')\n", 21),
            edit("migrations/1_create_reviews.py", "", "op.create_table('reviews')\n", 41),
            edit("tests/test_orders.py", "", "def test_an_order(client):\n    client.get('/orders')\n", 31),
        ];
        for new in &mut edits[1..] {
            new.base = None;
        }
        let needs = needs(edits.iter());
        let of = |id: u32| -> Vec<u32> {
            needs.get(&HunkId(id)).into_iter().flatten().map(|need| need.hunk.0).collect()
        };
        assert!(of(21).contains(&1) && of(21).contains(&41), "{needs:?}");
        assert!(of(31).is_empty(), "{needs:?}");
    }

    #[test]
    fn subjects_are_compared_in_the_singular() {
        assert_eq!(subject("test/book-reviews.e2e-spec.ts"), "bookreview");
        assert_eq!(subject("tests/book_reviews.rs"), "bookreview");
        assert_eq!(subject("tests/book-review-routes.test.ts"), "bookreview");
        assert_eq!(subject("app/reviews_test.py"), "review");
        assert!(speaks_of("BookReviewsModule", "bookreview") && speaks_of("reviews", "bookreview"));
        assert!(!speaks_of("users", "bookreview"));
    }
}
