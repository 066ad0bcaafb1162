//! A walkthrough line by line: each step said whole, forwards, backwards or by number.

use super::{Answer, Echo, LinearError, printer::Printer};
use crate::engine::tour::Tour;
use std::io::Write;

/// What can be typed.
const WORDS: &[(&str, &str)] = &[
    ("Enter, next", "the next step"),
    ("back", "the step before"),
    ("a number", "that step"),
    ("list", "all steps"),
    ("show", "this step again"),
    ("quit", "end the replay"),
];

/// Leads through a walkthrough until it is left. Blocks on `answers`.
pub fn tour(
    tour: &mut Tour,
    mut answers: impl FnMut() -> Answer,
    echo: Echo,
    output: impl Write,
) -> Result<(), LinearError> {
    let mut printer = Printer::new(output);
    let lesson = &tour.lesson;
    printer.line(&format!("Replay of a session on {}: {}.", lesson.repository, lesson.title))?;
    if !lesson.people.is_empty() {
        printer.line(&format!("By {}.", lesson.people.join(" and ")))?;
    }
    for goal in &lesson.criteria {
        printer.line(&format!("  AC{} {}", goal.id, goal.text))?;
    }
    printer.line("Nothing is decided, run or written here. Enter goes on, ? lists the words.")?;
    let mut says = true;
    loop {
        let count = tour.lesson.steps.len();
        if std::mem::take(&mut says) {
            printer.line("")?;
            printer.lines(&lines(tour))?;
        }
        printer.prompt(&format!("[REPLAY] step {} of {count} > ", tour.at + 1))?;
        let line = match answers() {
            Answer::Line(line) => line,
            Answer::TooLong | Answer::NotText => {
                printer.line("That line is no word; ? lists them.")?;
                continue;
            }
            Answer::End => return printer.line("End of input."),
            Answer::Failed(reason) => return Err(LinearError::Input(reason)),
        };
        if echo == Echo::Yes {
            printer.echo(&line)?;
        }
        printer.answered();
        let word = line.trim().to_lowercase();
        match (word.as_str(), word.parse::<usize>()) {
            ("quit" | "q", _) => return Ok(()),
            ("" | "next" | "n", _) if tour.at + 1 == count => {
                printer.line("This is the last step; back goes back, quit ends the replay.")?;
            }
            ("" | "next" | "n", _) => says = tour.jump(tour.at + 1),
            ("back" | "b", _) if tour.at == 0 => printer.line("This is the first step; Enter goes on.")?,
            ("back" | "b", _) => says = tour.jump(tour.at - 1),
            ("show", _) => says = true,
            ("list", _) => {
                for (number, step) in (1..).zip(&tour.lesson.steps) {
                    printer.line(&format!("  {number} {}, {}", step.title(), step.hunk.state))?;
                }
            }
            ("?" | "help", _) => {
                for (word, does) in WORDS {
                    printer.line(&format!("  {word}: {does}"))?;
                }
            }
            (_, Ok(number)) if number > 0 && tour.jump(number - 1) => says = true,
            _ => printer
                .line(&format!("“{word}” is not possible here: 1 to {count}, or a word; ? lists them."))?,
        }
    }
}

/// One step, whole.
fn lines(tour: &Tour) -> Vec<String> {
    let Some(step) = tour.step() else { return Vec::new() };
    let mut lines = vec![
        format!("Step {} of {}, {}, {}.", tour.at + 1, tour.lesson.steps.len(), step.layer, step.path),
        format!("Hunk {}, from {}, {}.", step.hunk.id, step.hunk.origin, step.decided()),
    ];
    if !step.reason.is_empty() {
        lines.push(format!("Why: {}", step.reason));
    }
    if !step.like.is_empty() {
        lines.push(format!("Shaped like {}.", step.like));
    }
    lines.extend(step.evidence.iter().map(|line| format!("Evidence: {line}.")));
    lines.extend(tour.standing().iter().map(|standing| match &standing.place {
        Ok(place) if standing.title.is_empty() => format!("Stands at {} line {}.", place.path, place.line),
        Ok(place) => format!("Stands in {}, {} line {}.", standing.title, place.path, place.line),
        Err(why) if standing.title.is_empty() => format!("Lost: {why}."),
        Err(why) => format!("Lost: {}: {why}.", standing.title),
    }));
    for (index, line) in step.hunk.lines.iter().enumerate() {
        let (sign, text) = match line.split_at_checked(1) {
            Some(("+", text)) => ("added  ", text),
            Some(("-", text)) => ("removed", text),
            Some((_, text)) => ("same   ", text),
            None => ("same   ", ""),
        };
        let number = step.hunk.numbers.get(index).map(|number| format!(" {number}")).unwrap_or_default();
        lines.push(format!("  {sign}{number}: {text}"));
    }
    lines
}
