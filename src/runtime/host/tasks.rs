//! Reading the task, attaching contracts, planning.

use super::Host;
use crate::{
    domain::{
        ids::CriterionId,
        task::{Criterion, CriterionSource, CriterionState, Reading},
    },
    engine::{Model, Msg},
    propose::{GuidedTask, plan},
};

impl Host {
    pub(super) fn read_task(&self, model: &Model, text: String) {
        let map = model.map();
        self.spawn("task", move |worker| {
            let mut reading = worker.tools.knowledge.read_task(&text, &map);
            if let Some(guided) = worker.tools.guided.as_ref().filter(|guided| guided.text == text) {
                guide(&mut reading, guided);
            }
            worker.send(Msg::TaskRead(Ok(Box::new((text, reading)))));
        });
    }

    pub(super) fn read_contract(&self, model: &Model, path: String) {
        let base = model.session.identity.base.clone();
        self.spawn("contract", move |worker| {
            let bytes = match worker.tools.vault.read(&base, &path) {
                Ok(Some(file)) => Some(file.bytes),
                Ok(None) | Err(_) => std::fs::read(worker.tools.root.join(&path)).ok(),
            };
            let outcome = match bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
                None => Err(format!("{path} is not a text file of this repository")),
                Some(text) => {
                    worker.tools.knowledge.read_contract(&path, &text).map_err(|error| error.to_string())
                }
            };
            worker.send(Msg::ContractRead(outcome));
        });
    }

    pub(super) fn plan(&self, model: &Model) {
        let input = plan::PlanInput {
            task: model.session.work.task.clone(),
            map: model.map(),
            findings: model.session.work.findings.iter().cloned().collect(),
            boundaries: model.session.work.boundaries.iter().cloned().collect(),
            agents: model.options.agents.clone(),
            prepared: self.tools.demo.clone(),
        };
        self.spawn("plan", move |worker| worker.send(Msg::Planned(plan::plan(&input))));
    }
}

/// The guided task brings its own criteria, each with the tests that prove it.
fn guide(reading: &mut Reading, guided: &GuidedTask) {
    let source = reading
        .criteria
        .iter()
        .find(|criterion| matches!(criterion.source, CriterionSource::Finding { .. }))
        .map(|criterion| criterion.source.clone());
    reading.criteria = (1..)
        .zip(&guided.criteria)
        .map(|(number, criterion)| Criterion {
            id: CriterionId(number),
            text: criterion.text.clone(),
            tests: criterion.tests.clone(),
            state: CriterionState::Proposed,
            source: match (&source, criterion.tests.is_empty()) {
                (Some(source), true) => source.clone(),
                _ => CriterionSource::Assumed,
            },
        })
        .collect();
    reading.not_understood.clear();
    reading.inputs.insert("guided".into(), "move-query".into());
}
