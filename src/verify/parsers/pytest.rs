//! pytest (seen with 9.2, with xdist 3.8 and asyncio 1.5), in all its verbosities.
//!
//! The short summary names what failed; the sections above it say where and why; the
//! last line counts. Any of the three may be switched off, so each can stand in for the
//! others. Exit 2 to 5 mean that pytest itself could not do its work.

use super::{
    Parser, junit, missing,
    text::{failed_test, is_foreign, line_number, number, patterns, place},
};
use crate::domain::{
    command::{Failure, Outcome, Parsed, TestResult},
    place::Place,
};
use std::collections::BTreeMap;

patterns! {
    VERBOSE = r"^(\S+::.+?) (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)(?: \(.*\))?\s*(?:\[ *\d+%\])?$";
    XDIST = r"^\[gw\d+\] (?:\[ *\d+%\] )?(PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS) (\S+::.*?)\s*$";
    SUMMARY = r"^(PASSED|FAILED|ERROR|XPASS|XFAIL) (\S+.*)$";
    SECTION = r"^=+ ([A-Za-z][^=]*?) =+$";
    BLOCK = r"^_+ (\S.*?) _+$";
    LAST = r"^=*\s*((?:no tests ran|\d+ [a-z]+)(?:, \d+ [a-z]+)*) in [\d.]+s.*$";
    COUNT = r"(\d+) (failed|passed|skipped|xfailed|xpassed|errors?|deselected)";
    COLLECTED = r"\bcollected (\d+) items?|\[(\d+) items\]";
    DOTS = r"^(?:\S+\.py )?([.FEsxXpP]+)\s*(?:\[ *\d+%\])?$";
    WHERE = r"^(\S+?):(\d+): (.*)$";
    RAISED = r"^E\s+(\S.*)$";
    PHASE = r"^ERROR (?:at (?:setup|teardown|call) of|collecting) (.+)$";
}

pub(super) struct Pytest;

/// What a section says about one failure.
#[derive(Debug, Default, Clone)]
struct Block {
    message: String,
    place: Option<Place>,
    index: usize,
    lines: (usize, usize),
}

#[derive(Default)]
struct Seen {
    parsed: Parsed,
    /// Outcomes by node id, later ones win.
    outcomes: BTreeMap<String, Outcome>,
    order: Vec<String>,
    /// Node id, message of the summary, line.
    named: Vec<(String, String, usize)>,
    blocks: Vec<(String, Block)>,
    /// Whether the last block still goes on.
    in_block: bool,
    collecting: bool,
    stopped_early: bool,
}

impl Parser for Pytest {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        if let Some(report) = junit::parse(lines, "::") {
            return report;
        }
        let mut seen = Seen::default();
        seen.read(lines);
        seen.count(lines);
        let mut parsed = seen.failures();
        if parsed.blocked.is_none() {
            parsed.blocked = blocked(&parsed, lines, exit);
        }
        parsed
    }
}

impl Seen {
    fn read(&mut self, lines: &[&str]) {
        let mut section = String::new();
        for (index, line) in lines.iter().enumerate() {
            if let Some(name) = capture(&SECTION, line) {
                section = name.to_owned();
                self.in_block = false;
                if name.starts_with("short test summary") {
                    section = "summary".into();
                }
                continue;
            }
            if let Some(found) = VERBOSE.captures(line) {
                self.outcome(
                    found.get(1).map_or("", |m| m.as_str()),
                    found.get(2).map_or("", |m| m.as_str()),
                    index,
                );
            } else if let Some(found) = XDIST.captures(line) {
                self.outcome(
                    found.get(2).map_or("", |m| m.as_str()),
                    found.get(1).map_or("", |m| m.as_str()),
                    index,
                );
            } else if section == "summary"
                && let Some(found) = SUMMARY.captures(line)
            {
                let (node, message) = split_node(found.get(2).map_or("", |m| m.as_str()));
                let word = found.get(1).map_or("", |m| m.as_str());
                if matches!(word, "FAILED" | "ERROR") {
                    match self.named.iter_mut().find(|(named, _, _)| named == node) {
                        Some((_, said, _)) if said.is_empty() => message.clone_into(said),
                        Some(_) => {}
                        None => self.named.push((node.to_owned(), message.to_owned(), index)),
                    }
                }
                if node.contains("::") {
                    self.outcome(node, word, index);
                }
            } else if matches!(section.as_str(), "FAILURES" | "ERRORS") {
                self.in_section(line, index);
            }
            self.collecting |= line.contains("during collection") || line.starts_with("ERROR collecting");
            self.stopped_early |= line.contains("!! stopping after")
                || line.contains("!! Interrupted")
                || line.contains("KeyboardInterrupt !!")
                || line.contains("!! xdist");
            if let Some(found) = COLLECTED.captures(line) {
                self.parsed.total = found.get(1).or_else(|| found.get(2)).map(|count| number(count.as_str()));
            }
        }
    }

    fn outcome(&mut self, node: &str, word: &str, index: usize) {
        let outcome = match word {
            "PASSED" | "XPASS" => Outcome::Passed,
            "FAILED" | "ERROR" => Outcome::Failed,
            _ => Outcome::Skipped,
        };
        // A failure is not undone by the pass of another phase of the same test.
        if self.outcomes.get(node) != Some(&Outcome::Failed)
            && self.outcomes.insert(node.to_owned(), outcome).is_none()
        {
            self.order.push(node.to_owned());
        }
        let known = self.named.iter().any(|(named, _, _)| named == node);
        if outcome == Outcome::Failed && !known {
            self.named.push((node.to_owned(), String::new(), index));
        }
    }

    fn in_section(&mut self, line: &str, index: usize) {
        if let Some(name) = capture(&BLOCK, line) {
            let name = capture(&PHASE, name).unwrap_or(name).to_owned();
            self.in_block = true;
            self.blocks.push((name, Block { index, lines: (index, index), ..Block::default() }));
            return;
        }
        let current = if self.in_block { self.blocks.last_mut() } else { None };
        if let Some((_, block)) = current {
            block.lines.1 = index + 1;
            if block.message.is_empty()
                && let Some(message) = capture(&RAISED, line)
            {
                block.message = message.to_owned();
            }
        }
        let Some(found) = WHERE.captures(line) else { return };
        let text = |group| found.get(group).map_or("", |m| m.as_str());
        if is_foreign(text(1)) {
            return;
        }
        let at = place(text(1), text(2));
        let current = if self.in_block { self.blocks.last_mut() } else { None };
        match current {
            Some((_, block)) => block.place = Some(at),
            // `--tb=line` has no blocks: the line says all, and is found by its message.
            None => {
                let block =
                    Block { message: text(3).to_owned(), place: Some(at), index, lines: (index, index + 1) };
                self.blocks.push((String::new(), block));
            }
        }
    }

    fn count(&mut self, lines: &[&str]) {
        let last = lines.iter().rev().find_map(|line| capture(&LAST, line));
        let parsed = &mut self.parsed;
        if let Some(last) = last {
            parsed.complete = !self.stopped_early;
            for found in COUNT.captures_iter(last) {
                let count = found.get(1).map_or(0, |m| number(m.as_str()));
                match found.get(2).map_or("", |m| m.as_str()) {
                    "passed" | "xpassed" => parsed.passed += count,
                    "failed" | "error" | "errors" => parsed.failed += count,
                    "skipped" | "xfailed" => parsed.skipped += count,
                    _ => {}
                }
            }
            return;
        }
        // `-qq` prints only letters.
        let mut whole = false;
        let lines = lines.split(|line| line.starts_with("====")).next().unwrap_or_default();
        for (letters, line) in lines.iter().filter_map(|line| Some((capture(&DOTS, line)?, line))) {
            for letter in letters.chars() {
                match letter {
                    '.' | 'X' | 'P' | 'p' => parsed.passed += 1,
                    'F' | 'E' => parsed.failed += 1,
                    _ => parsed.skipped += 1,
                }
            }
            whole |= line.contains("[100%]");
        }
        parsed.complete = whole && !self.stopped_early;
    }

    fn failures(self) -> Parsed {
        let Self { mut parsed, outcomes, order, named, mut blocks, collecting, .. } = self;
        parsed.tests = order
            .into_iter()
            .filter_map(|name| Some(TestResult { outcome: *outcomes.get(&name)?, name }))
            .collect();
        if named.is_empty() {
            parsed.failures = blocks
                .iter()
                .map(|(name, block)| failed_test(name, &block.message, block.place.clone(), block.index))
                .collect();
        }
        for (node, message, index) in named {
            let position = blocks.iter().position(|(name, block)| is_about(name, block, &node, &message));
            let block = position.map(|at| blocks.remove(at).1).unwrap_or_default();
            let place = block.place.or_else(|| node.split("::").next().map(|file| Place::new(file, 1)));
            let message = if block.message.is_empty() { message } else { block.message };
            let index = if block.lines.1 > 0 { block.index } else { index };
            parsed.failures.push(failed_test(node, message, place, index));
        }
        parsed.failures.sort_by_key(|failure| failure.output_line);
        if collecting && parsed.passed == 0 {
            parsed.blocked = Some(cannot_collect(&parsed.failures));
        }
        parsed
    }
}

/// Whether a block with a heading such as `TestMath.test_equal` is about a node id.
fn is_about(name: &str, block: &Block, node: &str, message: &str) -> bool {
    if name.is_empty() {
        let start = message.trim_end_matches("...");
        return !start.is_empty() && block.message.starts_with(start);
    }
    let tail = node.split_once("::").map_or(node, |(_, tail)| tail);
    tail == name || tail.replace("::", ".") == name
}

/// `path::test[a - b] - message` into node id and message.
fn split_node(text: &str) -> (&str, &str) {
    let bracket = text.find('[').filter(|at| text.find(" - ").is_none_or(|dash| *at < dash));
    match bracket {
        Some(_) => match text.split_once("] - ") {
            Some((node, message)) => (text.get(..=node.len()).unwrap_or(node), message),
            None => (text, ""),
        },
        None => text.split_once(" - ").unwrap_or((text, "")),
    }
}

fn cannot_collect(failures: &[Failure]) -> String {
    let Some(first) = failures.first() else { return "tests cannot be collected".into() };
    let at = first.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
    match missing::cause(&first.message) {
        Some(cause) => format!("{cause}{at}"),
        None if first.message.is_empty() => format!("{} cannot be collected{at}", first.name),
        None => format!("{} cannot be collected: {}{at}", first.name, first.message),
    }
}

fn blocked(parsed: &Parsed, lines: &[&str], exit: Option<i32>) -> Option<String> {
    let internal = lines.iter().position(|line| line.starts_with("INTERNALERROR>"));
    match exit? {
        5 => Some("0 tests were collected".into()),
        3 | 4 => missing::find(lines).or_else(|| {
            let said = lines
                .iter()
                .find(|line| line.contains(": error: "))
                .or_else(|| lines.iter().find(|line| line.starts_with("ERROR: ")));
            said.map(|line| line.trim().to_owned())
                .or_else(|| missing::last_error(lines).map(|(_, line)| line.to_owned()))
        }),
        code if code != 0 => internal.map(|index| {
            let last = lines.iter().rev().find(|line| line.starts_with("INTERNALERROR>"));
            format!(
                "pytest failed inside (output line {}): {}",
                line_number(index),
                last.copied().unwrap_or_default()
            )
        }),
        _ if parsed.passed == 0 && parsed.failures.is_empty() => None,
        _ => None,
    }
}

fn capture<'a>(pattern: &regex::Regex, line: &'a str) -> Option<&'a str> {
    pattern.captures(line)?.get(1).map(|found| found.as_str())
}
