//! What linking makes of constructs, seen as endpoints.

mod based;
mod dotnet;
mod edges;
mod express;
mod fastapi;
mod hidden;
mod hostile;
mod jvm;
mod node;
mod others;
mod php;
mod placed;
mod ruby;
mod rust;
mod served;

use super::{Linked, ProjectFiles, link};
use crate::{
    analysis::{
        facts::FileFacts,
        frontends::{self, STACK_BYTES},
    },
    knowledge::packs::Packs,
};

/// Splits `== path` headed parts into files, parses and links them, and looks at the result.
fn linked<T: Send>(source: &str, look: impl FnOnce(&Linked<'_>) -> T + Send) -> T {
    let run = move || {
        let mut project = ProjectFiles::default();
        let mut files: Vec<FileFacts> = Vec::new();
        for part in source.split("\n== ").filter(|part| !part.trim().is_empty()) {
            let (path, text) = part.split_once('\n').unwrap_or((part, ""));
            match frontends::facts(path.trim(), text) {
                Some(read) => files.push(read.expect("accepted")),
                None => {
                    project.texts.insert(path.trim().to_owned(), text.to_owned());
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let packs = Packs::built_in().expect("valid packs");
        look(&link(&files, &packs, &project))
    };
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, run);
        worker.expect("thread").join().expect("linked")
    })
}

/// The endpoints as `GET /x handler file:line`.
fn endpoints(source: &str) -> Vec<String> {
    linked(source, |linked| {
        linked
            .endpoints
            .iter()
            .map(|found| {
                format!("{} {} {} {}:{}", found.method, found.path, found.handler, found.file, found.line)
            })
            .collect()
    })
}

/// The endpoints as `GET /x handler`.
fn check(source: &str, expected: &[&str]) {
    let found: Vec<String> = endpoints(source)
        .iter()
        .map(|line| line.rsplit_once(' ').map_or(line.as_str(), |(head, _)| head).to_owned())
        .collect();
    pretty_assertions::assert_eq!(found, expected, "{source}");
}

/// What is unknown, as `what partial: reason`.
fn unknown(source: &str) -> Vec<String> {
    linked(source, |linked| {
        linked.unknown.iter().map(|lost| format!("{} {}: {}", lost.what, lost.partial, lost.reason)).collect()
    })
}
