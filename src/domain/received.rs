//! Methods with a word for a name, and the calls on what goes by the name of their file.
//!
//! `read` and `get` say too little to link hunks by themselves, and a longer name may be known in
//! another layer all along. `this.bookReviews.read(id)` says whose `read` it is: that of
//! `book-reviews.service.ts`, where a hunk adds it. `this.read` is that of the same file, and so is a
//! bare `read` that is handed to what a line calls.

use super::{
    dependence::{definitions, is_word},
    edit::FileEdit,
    ids::HunkId,
};
use std::collections::{BTreeMap, BTreeSet};

/// A shorter receiver, such as `db` or `res`, names no file.
const SHORTEST: usize = 4;

/// Triples of a hunk that uses a method, the hunk that adds it, and its name.
pub(super) fn links<'e>(edits: impl Iterator<Item = &'e FileEdit> + Clone) -> Vec<(HunkId, HunkId, &'e str)> {
    let mut added: BTreeMap<&str, Vec<(HunkId, &str)>> = BTreeMap::new();
    for edit in edits.clone() {
        let known: BTreeSet<&str> =
            edit.base.iter().flat_map(|base| base.lines()).flat_map(definitions).collect();
        for hunk in &edit.hunks {
            for name in hunk.new_lines().iter().flat_map(|line| definitions(line)) {
                if !known.contains(name) {
                    added.entry(name).or_default().push((hunk.id, &edit.path));
                }
            }
        }
    }
    let mut links = Vec::new();
    for edit in edits {
        for hunk in &edit.hunks {
            for member in hunk.new_lines().iter().flat_map(|line| members(line)) {
                let is_meant = |path: &str| match member.receiver {
                    "this" | "self" => path == edit.path,
                    receiver => member.is_called && path != edit.path && names(receiver, path),
                };
                let adders = added.get(member.name).into_iter().flatten();
                let adders = adders.filter(|(adder, path)| *adder != hunk.id && is_meant(path));
                links.extend(adders.map(|(adder, _)| (hunk.id, *adder, member.name)));
            }
            for name in hunk.new_lines().iter().flat_map(|line| handed(line)) {
                let adders = added.get(name).into_iter().flatten();
                let adders = adders.filter(|(adder, path)| *adder != hunk.id && *path == edit.path);
                links.extend(adders.map(|(adder, _)| (hunk.id, *adder, name)));
            }
        }
    }
    links.sort_unstable();
    links.dedup();
    links
}

/// `reviews.read` of `this.reviews.read(id)`.
#[derive(Debug, PartialEq, Eq)]
struct Member<'l> {
    receiver: &'l str,
    name: &'l str,
    is_called: bool,
}

/// What a line names behind a receiver.
fn members(line: &str) -> Vec<Member<'_>> {
    let points = line.match_indices(['.', ':']).filter_map(|(at, _)| {
        let (before, behind) = (line.get(..at)?, line.get(at + 1..)?);
        let before = before.trim_end_matches(['?', ':']);
        let end = behind.find(|c: char| !is_word(c)).unwrap_or(behind.len());
        let (name, rest) = behind.split_at_checked(end)?;
        let start =
            before.char_indices().rev().find(|(_, c)| !is_word(*c)).map_or(0, |(at, c)| at + c.len_utf8());
        Some(Member { receiver: before.get(start..)?, name, is_called: rest.starts_with('(') })
    });
    points.filter(|member| !member.receiver.is_empty() && !member.name.is_empty()).collect()
}

/// Bare names that a line hands to what it calls: `silence` of `.route("/", post(silence))`.
fn handed(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices(['(', ',']).filter_map(|(at, _)| {
        let behind = line.get(at + 1..)?.trim_start();
        let end = behind.find(|c: char| !is_word(c))?;
        let (name, rest) = behind.split_at_checked(end)?;
        (!name.is_empty() && rest.starts_with([')', ','])).then_some(name)
    })
}

/// Whether a receiver is called as a file is, in whole or by the beginning or end of its name.
fn names(receiver: &str, path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = folded(file.rsplit_once('.').map_or(file, |(stem, _)| stem));
    let receiver = folded(receiver);
    let one = receiver.strip_suffix('s').unwrap_or(&receiver);
    one.len() >= SHORTEST && (stem.starts_with(one) || stem.ends_with(one) || stem.ends_with(&receiver))
}

fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::super::imports::tests::edit;
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_word_for_a_name_links_those_that_call_it_on_what_is_named_after_its_file() {
        let service = "export class ReviewsService {\n  one() {\n    return 1;\n  }\n}\n";
        let controller = "class ReviewsController {\n  one() {\n    return this.reviews.one();\n  }\n}\n";
        let other = "class UsersController {\n  one() {\n    return this.users.one();\n  }\n}\n";
        let method = |text: &str, body: &str| text.replace("  }\n}\n", &format!("  }}\n\n  {body}\n}}\n"));
        let edits = [
            edit(
                "src/reviews.service.ts",
                service,
                &method(service, "async read(id: number) {\n    return id;\n  }"),
                1,
            ),
            edit(
                "src/reviews.controller.ts",
                controller,
                &method(controller, "read(id: number) {\n    return this.reviews.read(id);\n  }"),
                2,
            ),
            edit(
                "src/users.controller.ts",
                other,
                &method(other, "read(id: number) {\n    return this.users.read(id);\n  }"),
                3,
            ),
        ];
        let found: Vec<(u32, u32, &str)> =
            links(edits.iter()).iter().map(|(a, b, name)| (a.0, b.0, *name)).collect();
        assert_eq!(found, [(2, 1, "read")]);
    }

    #[test]
    fn the_receiver_is_the_last_word_before_the_member() {
        let said = |line: &'static str| -> Vec<(&str, &str, bool)> {
            members(line).iter().map(|member| (member.receiver, member.name, member.is_called)).collect()
        };
        assert_eq!(
            said("return this.bookReviews.read(id);"),
            [("this", "bookReviews", false), ("bookReviews", "read", true)]
        );
        assert_eq!(said("    row = await service?.get(by(1))"), [("service", "get", true)]);
        assert_eq!(
            said("services::reviews::read(&pool, id).await"),
            [("services", "reviews", false), ("reviews", "read", true)]
        );
        assert_eq!(said("read(id: number); (1 + 2); é.read"), [("é", "read", false)]);
    }

    #[test]
    fn what_a_field_of_the_same_class_holds_goes_with_who_names_it() {
        let base = "class Reviews {\n  start() {\n    this.get(1, this.list);\n  }\n\n  list = () => {\n    return 1;\n  };\n}\n";
        let new = base.replace("this.list);\n", "this.list);\n    this.post(2, this.sell);\n").replace(
            "  };\n}",
            "  };\n\n  private readonly sell = async (request: Request) => {\n    return 2;\n  };\n}",
        );
        let edits = [edit("src/reviews.ts", base, &new, 1)];
        let found: Vec<(u32, u32, &str)> =
            links(edits.iter()).iter().map(|(a, b, name)| (a.0, b.0, *name)).collect();
        assert_eq!(found, [(1, 2, "sell")]);
    }

    #[test]
    fn a_function_that_is_handed_over_goes_with_who_hands_it() {
        let base = "fn router() {\n    Router::new()\n        .route(\"/\", get(list))\n}\n\nasync fn list() {\n    1\n}\n";
        let new = base
            .replace("get(list))\n", "get(list))\n        .route(\"/mute\", post(mute))\n")
            .replace("    1\n}\n", "    1\n}\n\nasync fn mute() {\n    2\n}\n");
        let edits = [edit("src/routes.rs", base, &new, 1)];
        let found: Vec<(u32, u32, &str)> =
            links(edits.iter()).iter().map(|(a, b, name)| (a.0, b.0, *name)).collect();
        assert_eq!(found, [(1, 2, "mute")]);
        assert_eq!(handed("get(a, b.c, d()).on(e)").collect::<Vec<_>>(), ["a", "e"]);
    }

    #[test]
    fn a_receiver_names_the_file_that_it_is_called_after() {
        for (receiver, path) in [
            ("bookReviews", "src/book-reviews/book-reviews.service.ts"),
            ("bookReviewService", "src/services/book-review-service.ts"),
            ("service", "src/book-reviews/book-reviews.service.ts"),
            ("reviews", "app/services/review_service.py"),
            ("review_repository", "app/repositories/review_repository.py"),
        ] {
            assert!(names(receiver, path), "{receiver} {path}");
        }
        for (receiver, path) in [
            ("users", "src/book-reviews/book-reviews.service.ts"),
            ("res", "src/responses.ts"),
            ("repository", "src/book-reviews/book-reviews.service.ts"),
        ] {
            assert!(!names(receiver, path), "{receiver} {path}");
        }
    }
}
