//! Diagnostics of rustc and clippy through cargo (seen with 1.95): human, short and JSON.

use super::{
    Parser, json,
    text::{Diagnostic, patterns, place},
};
use crate::domain::command::{Failure, Parsed};

patterns! {
    HUMAN = r"^(error|warning)(?:\[([A-Z]\d+)\])?: (.+)$";
    ARROW = r"^ *--> (.+?):(\d+):\d+$";
    SHORT = r"^(\S+?\.rs):(\d+):\d+: (error|warning)(?:\[([A-Z]\d+)\])?: (.+)$";
    LINT = r"(?:#\[(?:warn|deny|forbid)\((?:clippy::)?([\w:]+)\)\]|`-D ([\w:-]+)` implied|rust-clippy/[^/]+/index\.html#(\w+))";
    CLOSING = r"^(?:error|warning): (?:could not compile|aborting due to|build failed|`.+` \(.+\) generated|\d+ warnings? emitted|test failed|doctest failed|\d+ targets? failed|process didn't exit|unused manifest key|some crates failed)";
}

pub(super) struct Rustc;

impl Parser for Rustc {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let failures = diagnostics(lines);
        let failed = failures.iter().filter(|failure| !failure.warning).count();
        let mut parsed = Parsed {
            failed: u32::try_from(failed).unwrap_or(u32::MAX),
            complete: lines
                .iter()
                .any(|line| line.trim_start().starts_with("Finished ") || line.contains("could not compile"))
                || exit == Some(0),
            failures,
            ..Parsed::default()
        };
        block_on_cargo(&mut parsed, lines, exit);
        parsed
    }
}

/// What cargo itself says before it compiles anything: no manifest, no such package, no network.
pub(super) fn block_on_cargo(parsed: &mut Parsed, lines: &[&str], exit: Option<i32>) {
    let compiled = lines.iter().any(|line| line.contains("could not compile"));
    let placed = parsed.failures.iter().any(|failure| !failure.warning && failure.place.is_some());
    if exit.is_none_or(|code| code == 0) || compiled || placed || parsed.passed + parsed.failed > 1 {
        return;
    }
    let said = [
        "failed to parse manifest",
        "could not find `Cargo.toml`",
        "no matching package",
        "failed to select a version",
        "failed to get ",
        "failed to load source",
        "no such command",
        "no test target named",
        "package ID specification",
        "the lock file",
        "failed to download",
        "unexpected argument",
        "is not installed for the toolchain",
        "toolchain ",
    ];
    let found = lines
        .iter()
        .find(|line| line.starts_with("error: ") && said.iter().any(|words| line.contains(words)));
    if let Some(line) = found {
        parsed.blocked = Some(line.trim_start_matches("error: ").to_owned());
    }
}

/// The diagnostics of an output, each once: targets repeat those of the library.
pub(super) fn diagnostics(lines: &[&str]) -> Vec<Failure> {
    let mut failures: Vec<Failure> = Vec::new();
    let mut push = |failure: Failure| {
        let known = failures.iter().any(|known| known.key == failure.key && known.place == failure.place);
        if !known {
            failures.push(failure);
        }
    };
    for (index, line) in lines.iter().enumerate() {
        if CLOSING.is_match(line) {
            continue;
        }
        if let Some(found) = SHORT.captures(line) {
            let part = |group| found.get(group).map_or("", |m| m.as_str());
            let place = Some(place(part(1), part(2)));
            push(
                Diagnostic { rule: part(4), message: part(5), place, warning: part(3) == "warning", index }
                    .failure(),
            );
        } else if let Some(found) = HUMAN.captures(line) {
            let part = |group| found.get(group).map_or("", |m| m.as_str());
            let body = lines.get(index + 1..).unwrap_or_default();
            let body: Vec<&str> = body.iter().copied().take_while(|line| !line.is_empty()).take(60).collect();
            let at = body
                .first()
                .and_then(|line| ARROW.captures(line))
                .and_then(|found| Some(place(found.get(1)?.as_str(), found.get(2)?.as_str())));
            // Warnings without a place are cargo's own remarks.
            if at.is_none() && part(1) == "warning" {
                continue;
            }
            let rule = if part(2).is_empty() { lint(&body) } else { part(2).to_owned() };
            push(
                Diagnostic { rule: &rule, message: part(3), place: at, warning: part(1) == "warning", index }
                    .failure(),
            );
        }
    }
    for (index, value) in json::values(lines) {
        if json::text(&value, "/reason") != "compiler-message" {
            continue;
        }
        let level = json::text(&value, "/message/level");
        if !matches!(level, "error" | "warning" | "error: internal compiler error") {
            continue;
        }
        let spans = json::items(&value, "/message/spans");
        let primary = spans
            .iter()
            .find(|span| span.get("is_primary").and_then(serde_json::Value::as_bool) == Some(true));
        let at = primary
            .map(|span| place(json::text(span, "/file_name"), &json::count(span, "/line_start").to_string()));
        if at.is_none()
            && (level == "warning" || json::text(&value, "/message/message").starts_with("aborting due to"))
        {
            continue;
        }
        let rule = json::text(&value, "/message/code/code").trim_start_matches("clippy::");
        let message = json::text(&value, "/message/message");
        push(Diagnostic { rule, message, place: at, warning: level == "warning", index }.failure());
    }
    failures
}

fn lint(body: &[&str]) -> String {
    body.iter()
        .find_map(|line| LINT.captures(line))
        .and_then(|found| found.iter().skip(1).flatten().next().map(|name| name.as_str().replace('-', "_")))
        .map(|name| name.trim_start_matches("clippy::").to_owned())
        .unwrap_or_default()
}
