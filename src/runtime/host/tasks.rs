//! Reading the task, attaching contracts, planning.

use super::Host;
use crate::{
    domain::{
        finding::Finding,
        ids::CriterionId,
        task::{Criterion, CriterionSource, CriterionState, Reading},
    },
    engine::{Model, Msg},
    knowledge::grammar::contract::read_contract,
    propose::{self, GuidedTask, PlanInput},
};

impl Host {
    pub(super) fn read_task(&self, model: &Model, text: String) {
        let map = model.map();
        let base = model.session.identity.base.clone();
        self.spawn("task", move |worker| {
            let mut reading = worker.tools.knowledge.read_task(&text, &map);
            propose::settle_hash(
                &mut reading,
                &map,
                &base,
                &propose::read_base_of(worker.tools.vault.clone()),
            );
            propose::settle_queue(&mut reading, &map);
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
                Some(text) => read_contract(&path, &text)
                    .map(|contract| contract.criteria)
                    .map_err(|error| error.to_string()),
            };
            worker.send(Msg::ContractRead(outcome));
        });
    }

    pub(super) fn plan(&self, model: &Model) {
        let Some(task) = model.session.work.task.clone() else { return };
        let map = model.map();
        let chosen = &model.session.work.findings;
        let findings: Vec<Finding> =
            map.findings.iter().filter(|finding| chosen.contains(&finding.fingerprint)).cloned().collect();
        let boundaries: Vec<String> = model.session.work.boundaries.iter().cloned().collect();
        let agent = model.options.agents.first().cloned();
        self.spawn("plan", move |worker| {
            let read = propose::read_base_of(worker.tools.vault.clone());
            let prepared = worker.tools.demo.as_ref().map(|demo| propose::Prepared::new(demo.clone(), read));
            let input = PlanInput {
                task: &task,
                map: &map,
                findings: &findings,
                boundaries: &boundaries,
                agent: agent.as_deref(),
                prepared: prepared.as_ref(),
            };
            worker.send(Msg::Planned(propose::plan(&input)));
        });
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
