//! Looking by number and word: lists, cards, panes, sources.

use super::{
    acquire,
    hunk::capital,
    outside::Outside,
    rows,
    run::{Done, Linear},
    verify,
};
use crate::{
    domain::event::Scene,
    engine::{
        Effect, cursor, scene,
        view::{Body, Pane, Target},
        why,
    },
    keys::Action,
};
use std::io::Write;

/// Source lines that are printed around a line, and of a file without one.
const AROUND_LINES: usize = 12;
const FILE_LINES: usize = 400;

impl<W: Write, O: Outside> Linear<'_, W, O> {
    pub(super) fn why_of(&mut self, number: usize) -> Done {
        let scene = self.model.session.scene;
        let list = match scene {
            Scene::Verify => verify::items(&self.model).1,
            Scene::Acquire if self.model.is_review() => acquire::findings(&self.model).1,
            Scene::Prepare | Scene::Acquire | Scene::Act | Scene::Finalize => self.memory.list.clone(),
        };
        let entry = number.checked_sub(1).and_then(|index| list.get(index)).cloned();
        let Some((pane, target)) = entry else {
            return self.printer.line(&format!("The last list has no entry {number}."));
        };
        if let Target::Finding(fingerprint) = &target {
            let map = self.model.map();
            if let Some(finding) = map.findings.iter().find(|finding| finding.fingerprint == *fingerprint) {
                let (title, rows) = why::finding_card(&self.model, finding);
                self.printer.line(&title)?;
                return self.printer.lines(&rows::lines(&rows));
            }
        }
        if self.mark(pane, &target)? {
            return self.act(Action::Why);
        }
        self.printer.line("That is not there any more.")
    }

    /// All four panes.
    pub(super) fn show(&mut self) -> Done {
        for pane in Pane::ALL {
            let view = scene::pane(&self.model, pane);
            let parts = [pane.name().to_owned(), view.subtitle.clone(), rows::say(&view.count)];
            let head: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            self.printer.line(&format!("{}:", head.join(", ")))?;
            let lines = match view.body {
                Body::Rows(rows) => rows::lines(&rows),
                Body::Shared(rows) => rows::lines(&rows),
                Body::Output { list, .. } => rows::lines(&list),
                Body::Editor { above, below } => {
                    let mut lines = rows::lines(&above);
                    lines.extend(rows::lines(&below));
                    lines
                }
                Body::Welcome(welcome) => rows::lines(&welcome.below),
                Body::Diff(diff) => diff
                    .hunks
                    .iter()
                    .map(|hunk| {
                        format!(
                            "  Hunk {}, {} line {}, {}, {}",
                            hunk.id, hunk.path, hunk.line, hunk.serves, hunk.state
                        )
                    })
                    .collect(),
            };
            self.printer.lines(&lines)?;
        }
        self.forget_said();
        Ok(())
    }

    /// Shows every file of the tree pane.
    pub(super) fn unfold(&mut self) -> Done {
        let layers: Vec<Target> = cursor::rows(&self.model, Pane::Boundaries)
            .iter()
            .filter_map(|row| row.target().filter(|target| matches!(target, Target::Layer(_))).cloned())
            .collect();
        for layer in layers {
            if self.mark(Pane::Boundaries, &layer)? {
                self.act(Action::Unfold)?;
            }
        }
        Ok(())
    }

    pub(super) fn files(&mut self) -> Done {
        if self.model.session.scene == Scene::Acquire && !self.model.is_review() {
            self.unfold()?;
            let (lines, list) = acquire::files(&self.model);
            self.memory.list = list;
            return self.printer.lines(&lines);
        }
        let map = self.model.map();
        let lines: Vec<String> =
            map.files.iter().map(|file| format!("  {}, {}", file.layer.name(), file.path)).collect();
        self.printer.lines(&lines)
    }

    pub(super) fn choose(&mut self, numbers: &[usize]) -> Done {
        let list = match self.model.session.scene {
            Scene::Acquire if self.model.is_review() => acquire::findings(&self.model).1,
            Scene::Acquire => {
                self.unfold()?;
                acquire::files(&self.model).1
            }
            Scene::Prepare | Scene::Act | Scene::Verify | Scene::Finalize => {
                return self.printer.line("Boundaries and findings are chosen in ACQUIRE.");
            }
        };
        // A chosen entry may move; all numbers are of the list as it was.
        for number in numbers {
            match number.checked_sub(1).and_then(|index| list.get(index)) {
                Some((pane, target)) => {
                    if self.mark(*pane, target)? {
                        self.act(Action::Choose)?;
                    }
                }
                None => {
                    self.printer.line(&format!("There is no entry {number}; the last is {}.", list.len()))?
                }
            }
        }
        Ok(())
    }

    pub(super) fn dismiss(&mut self, number: usize) -> Done {
        if !(self.model.is_review() && self.model.session.scene == Scene::Acquire) {
            return self.printer.line("Findings are dismissed in the ACQUIRE of a review.");
        }
        let list = acquire::findings(&self.model).1;
        match number.checked_sub(1).and_then(|index| list.get(index)).cloned() {
            Some((pane, target)) => {
                if self.mark(pane, &target)? {
                    self.act(Action::TurnDown)
                } else {
                    Ok(())
                }
            }
            None => self.printer.line(&format!("There is no finding {number}; the last is {}.", list.len())),
        }
    }

    /// Text of a file of the base, around a line or from its start.
    pub(super) fn source(&mut self, place: &str) -> Done {
        let (path, line) = match place.rsplit_once(':').map(|(path, line)| (path, line.parse::<usize>())) {
            Some((path, Ok(line))) => (path.to_owned(), line),
            _ => (place.to_owned(), 0),
        };
        if !crate::ports::vault::is_safe_path(&path) {
            return self.printer.line(&format!("“{path}” is not a path inside the repository."));
        }
        self.effect(Effect::LoadSource(path.clone()))?;
        self.settle()?;
        let Some(text) = self.model.world.sources.get(&path).cloned().flatten() else {
            return self.printer.line(&format!("{} is not a text file of this repository.", capital(&path)));
        };
        let from = if line == 0 { 1 } else { line.saturating_sub(AROUND_LINES).max(1) };
        let count = if line == 0 { FILE_LINES } else { 2 * AROUND_LINES };
        let total = text.lines().count();
        for (number, content) in (1_usize..).zip(text.lines()).skip(from - 1).take(count) {
            self.printer.line(&format!("  line {number}: {content}"))?;
        }
        let last = (from - 1 + count).min(total);
        self.printer.line(&format!("{path}, lines {from} to {last} of {total}."))
    }
}
