//! What rides along with a brief, cut to a budget of tokens.
//!
//! The chosen boundaries come first, then what is near them on the flow (files that they
//! reach, tests), then the knowledge that is open. Each part has its share; what is left
//! over falls to the next. A file goes whole or not at all: half a file misleads. What did
//! not fit is named by path. Settings with secrets and generated files never ride along.

use super::{Material, copy::is_agent_configuration};
use crate::{
    domain::layer::Layer,
    knowledge::context::{Budget, estimated_tokens},
    ports::ProposalRequest,
};
use std::{collections::BTreeSet, fmt::Write as _};

/// The Markdown that follows the brief; empty without a budget. `text` reads the copy.
pub(super) fn write(
    request: &ProposalRequest,
    material: &Material,
    brief: &str,
    text: impl Fn(&str) -> Option<String>,
) -> String {
    let Some(budget) = &material.budget else { return String::new() };
    let mut bundle = Bundle::new(budget, brief);
    let chosen: Vec<&str> =
        material.boundaries.iter().map(String::as_str).filter(|path| may_ride(path)).collect();
    bundle.share(budget.source);
    for path in &chosen {
        bundle.file(path, text(path));
    }
    bundle.share(budget.neighbours);
    for path in neighbours(request, &chosen) {
        bundle.file(&path, text(&path));
    }
    bundle.share(budget.guidance);
    for (title, page) in &material.guidance {
        bundle.page(title, page);
    }
    bundle.end()
}

/// Files of the flows through the chosen ones that are not chosen: the path first, then
/// its tests.
fn neighbours(request: &ProposalRequest, chosen: &[&str]) -> Vec<String> {
    let map = &request.map;
    let through = map.flows.iter().filter(|flow| {
        flow.steps.iter().any(|step| step.layer != Layer::Other && chosen.contains(&step.file.as_str()))
    });
    let (mut on_path, mut tests) = (Vec::new(), Vec::new());
    for flow in through {
        on_path.extend(flow.steps.iter().map(|step| step.file.as_str()));
        tests.extend(flow.tests.iter().map(|test| test.file.as_str()));
    }
    let mut known: BTreeSet<&str> = chosen.iter().copied().collect();
    let mut files = Vec::new();
    for path in on_path.into_iter().chain(tests) {
        if may_ride(path) && known.insert(path) {
            files.push(path.to_owned());
        }
    }
    files
}

/// Whether a file may be shown to an agent unasked.
fn may_ride(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let secret = name.starts_with(".env") || [".pem", ".key", ".p12"].iter().any(|end| name.ends_with(end));
    let generated = name.ends_with(".lock") || name.contains("generated") || name == "package-lock.json";
    !secret && !generated && !is_agent_configuration(path)
}

/// A bundle that grows to its budget.
struct Bundle {
    total: u32,
    /// Tokens that the shares so far have and nothing has used.
    left: u32,
    out: String,
    left_out: Vec<String>,
}

impl Bundle {
    /// The task and its criteria are never cut: the brief takes its tokens first.
    fn new(budget: &Budget, brief: &str) -> Self {
        let total = budget.tokens.saturating_sub(estimated_tokens(brief));
        Self { total, left: 0, out: String::new(), left_out: Vec::new() }
    }

    /// Opens the next share, in per cent of the total; what the last left over is added.
    fn share(&mut self, per_cent: u8) {
        self.left += self.total / 100 * u32::from(per_cent);
    }

    fn file(&mut self, path: &str, text: Option<String>) {
        let Some(text) = text else { return };
        let fence = fence(&text);
        let part = format!("\n### {path}\n\n{fence}\n{}\n{fence}\n", text.trim_end_matches('\n'));
        if !self.add(&part, "\n## Files that matter\n") {
            self.left_out.push(path.to_owned());
        }
    }

    fn page(&mut self, title: &str, page: &str) {
        if !self.add(&format!("\n### {title}\n\n{}\n", page.trim_end()), "\n## What to know\n") {
            self.left_out.push(title.to_owned());
        }
    }

    /// Adds a part below its heading if it fits. Returns whether it did.
    fn add(&mut self, part: &str, heading: &str) -> bool {
        let tokens = estimated_tokens(part);
        if tokens > self.left {
            return false;
        }
        self.left -= tokens;
        if !self.out.contains(heading) {
            self.out.push_str(heading);
        }
        self.out.push_str(part);
        true
    }

    fn end(mut self) -> String {
        if !self.left_out.is_empty() {
            self.out.push_str("\n## Not shown here, for its length\n\n");
            for name in &self.left_out {
                // Writing to a String cannot fail.
                let _ = writeln!(self.out, "- {name}");
            }
        }
        self.out
    }
}

/// A fence longer than any in the text.
fn fence(text: &str) -> String {
    let longest =
        text.lines().map(|line| line.chars().take_while(|letter| *letter == '`').count()).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        map::{BackendMap, Flow, FlowStep},
        stack::Stack,
    };
    use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

    fn request() -> ProposalRequest {
        let step = |layer, file: &str| FlowStep {
            layer,
            symbol: String::new(),
            file: file.into(),
            line: 1,
            call: String::new(),
            tests: 0,
        };
        let flow = Flow {
            steps: vec![step(Layer::Router, "app/routes.py"), step(Layer::Service, "app/service.py")],
            tests: vec![step(Layer::Test, "tests/test_routes.py")],
            ..Flow::default()
        };
        let map = BackendMap { flows: vec![flow], ..BackendMap::default() };
        ProposalRequest {
            root: PathBuf::new(),
            base: String::new(),
            map: Arc::new(map),
            stack: Stack::default(),
            task: None,
            steps: Vec::new(),
            step: 0,
            texts: Arc::new(BTreeMap::new()),
            inputs: BTreeMap::new(),
        }
    }

    fn bundle(tokens: u32, lines: usize) -> String {
        let budget = Budget { name: "b".into(), tokens, source: 60, neighbours: 25, guidance: 15 };
        let material = Material {
            budget: Some(budget),
            boundaries: vec![".env".into(), "app/routes.py".into()],
            guidance: vec![("ORM guidance".into(), "Load what you return.".into())],
        };
        write(&request(), &material, "", |path| Some(format!("# {path}\n").repeat(lines)))
    }

    #[test]
    fn everything_that_fits_rides_along_and_secrets_never_do() {
        let text = bundle(6000, 1);
        for part in
            ["### app/routes.py", "### app/service.py", "### tests/test_routes.py", "Load what you return."]
        {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
        assert!(!text.contains(".env") && !text.contains("Not shown here"), "{text}");
    }

    #[test]
    fn a_small_budget_keeps_the_chosen_file_and_names_what_it_left_out() {
        // A file of 100 lines is about 550 tokens; 60 per cent of 1,000 hold one.
        let text = bundle(1000, 100);
        assert!(text.contains("### app/routes.py") && !text.contains("### app/service.py"), "{text}");
        assert!(text.contains("- app/service.py\n- tests/test_routes.py\n"), "{text}");
        assert!(estimated_tokens(&text) < 1000);
    }

    #[test]
    fn without_a_budget_nothing_rides_along() {
        assert_eq!(write(&request(), &Material::default(), "", |_| Some("x".into())), "");
    }
}
