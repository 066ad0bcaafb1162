//! Finds the eight patterns in a repository's own code.
//!
//! A candidate is a place that the map knows or a line with a telling word; the first
//! whose definition can be cut whole and holds no finding is taken. An example that
//! breaks a rule would teach it.

use super::{
    ReadFile,
    block::{self, Block},
};
use crate::{
    domain::{layer::Layer, map::BackendMap},
    knowledge::stacks::{PATTERNS, StackFolder},
};

/// How many places are tried for one pattern.
const TRIES: usize = 40;

/// The text of `snippets.md`.
pub(super) fn text(folder: &StackFolder, map: &BackendMap, read: ReadFile<'_>) -> String {
    let mut out = String::from(
        "---\nkind: snippets\n---\n# Snippets\n\nThe eight patterns of this backend, from its own code where it has them.\n",
    );
    for ((id, title), ready) in PATTERNS.iter().zip(&folder.snippets) {
        out.push_str(&format!("\n## {title} {{#{id}}}\n\n"));
        match find(id, map, read) {
            Some((path, block)) => {
                let fence = fence_for(&block.text);
                let language = path.rsplit('.').next().unwrap_or_default();
                out.push_str(&format!(
                    "From `{path}:{}`.\n\n{fence}{language}\n{}\n{fence}\n",
                    block.line, block.text
                ));
            }
            None => {
                out.push_str("No example of it in this repository yet; this one shows the shape.\n\n");
                out.push_str(&ready.body);
                out.push('\n');
            }
        }
    }
    out
}

/// A fence longer than any in the text.
fn fence_for(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

fn find(pattern: &str, map: &BackendMap, read: ReadFile<'_>) -> Option<(String, Block)> {
    match pattern {
        "route-with-auth" => route(map, read),
        "validation-schema" => placed(map, read, map.schemas.iter().map(|one| (one.file.as_str(), one.line))),
        "model" => placed(map, read, map.models.iter().map(|one| (one.file.as_str(), one.line))),
        "dependency-injection" => by_words(
            map,
            read,
            &[Layer::Config, Layer::Router, Layer::Other, Layer::Service],
            &["Depends(", "@Module(", "struct AppState", "with_state(", "providers:"],
        ),
        "repository" => by_words(
            map,
            read,
            &[Layer::Repository],
            &["class ", "pub async fn ", "pub fn ", "export class "],
        ),
        "paginated-query" => by_words(
            map,
            read,
            &[Layer::Repository, Layer::Service],
            &[".limit(", ".offset(", "take:", "skip:", " limit $", " LIMIT ", " limit :", " limit ?"],
        ),
        "migration" => migration(map, read),
        "test" => by_words(
            map,
            read,
            &[Layer::Test],
            &[
                "async def test_",
                "def test_",
                "it('",
                "it(\"",
                "test('",
                "test(\"",
                "#[tokio::test]",
                "#[sqlx::test]",
                "#[test]",
            ],
        ),
        _ => None,
    }
}

/// A handler that asks for the user, else any.
fn route(map: &BackendMap, read: ReadFile<'_>) -> Option<(String, Block)> {
    const AUTH: &[&str] = &[
        "current_user",
        "CurrentUser",
        "currentUser",
        "AuthUser",
        "UseGuards",
        "requireAuth",
        "requireUser",
        "authenticate",
        "@User(",
        "MaybeAuthUser",
    ];
    let blocks: Vec<(String, Block)> = map
        .endpoints
        .iter()
        .take(TRIES)
        .filter_map(|endpoint| {
            let (path, line) = match &endpoint.handler_place {
                Some(place) => (place.path.as_str(), place.line),
                None => (endpoint.file.as_str(), endpoint.line),
            };
            taken(map, path, block::at(&read(path)?, line, path)?)
        })
        .collect();
    let with_auth = blocks.iter().find(|(_, block)| AUTH.iter().any(|word| block.text.contains(word)));
    with_auth.or(blocks.first()).cloned()
}

fn placed<'a>(
    map: &BackendMap,
    read: ReadFile<'_>,
    places: impl Iterator<Item = (&'a str, u32)>,
) -> Option<(String, Block)> {
    // The most telling one is neither the smallest nor cut off: the longest of the first.
    let blocks =
        places.take(TRIES).filter_map(|(path, line)| taken(map, path, block::at(&read(path)?, line, path)?));
    let mut best: Option<(String, Block)> = None;
    for (path, block) in blocks {
        if best.as_ref().is_none_or(|(_, known)| block.text.len() > known.text.len()) {
            best = Some((path, block));
        }
    }
    best
}

fn by_words(
    map: &BackendMap,
    read: ReadFile<'_>,
    layers: &[Layer],
    words: &[&str],
) -> Option<(String, Block)> {
    for layer in layers {
        for file in map.files_in(*layer).take(TRIES) {
            let Some(text) = read(&file.path) else { continue };
            for (number, line) in (1..).zip(text.lines()) {
                let is_import =
                    ["import ", "from ", "use "].iter().any(|word| line.trim_start().starts_with(word));
                if is_import || !words.iter().any(|word| line.contains(word)) {
                    continue;
                }
                let found = match block::around(&text, number, &file.path) {
                    Some(block) => Some(block),
                    None => block::at(&text, number, &file.path),
                };
                if let Some(example) = found.and_then(|block| taken(map, &file.path, block)) {
                    return Some(example);
                }
            }
        }
    }
    None
}

/// The way up of the newest migration.
fn migration(map: &BackendMap, read: ReadFile<'_>) -> Option<(String, Block)> {
    for file in map.migrations.iter().rev().take(TRIES) {
        let Some(text) = read(&file.path) else { continue };
        if file.path.ends_with(".sql") {
            let end = text.lines().count();
            if (1..=60).contains(&end) {
                let end = u32::try_from(end + 1).unwrap_or(u32::MAX);
                return taken(map, &file.path, Block { line: 1, end, text: text.trim_end().to_owned() });
            }
            continue;
        }
        let head = (1..).zip(text.lines()).find(|(_, line)| {
            ["def upgrade", "async up(", "public async up(", "async fn up("]
                .iter()
                .any(|word| line.trim_start().starts_with(word))
        });
        let Some((number, _)) = head else { continue };
        if let Some(example) =
            block::at(&text, number, &file.path).and_then(|block| taken(map, &file.path, block))
        {
            return Some(example);
        }
    }
    None
}

/// The block, unless a finding stands in it.
fn taken(map: &BackendMap, path: &str, block: Block) -> Option<(String, Block)> {
    let broken = map
        .findings
        .iter()
        .any(|finding| finding.file == path && (block.line..block.end).contains(&finding.line));
    (!broken).then(|| (path.to_owned(), block))
}
