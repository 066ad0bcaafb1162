//! Asks the proposer that a step names.
//!
//! The one entry of this layer for the engine's runtime: it knows every proposer that was
//! set up, and says plainly when a step has none.

use super::{CommandConfig, CommandProposer, FixProposer, Prepared, ReadBase, recipe};
use crate::{
    domain::{plan::Filler, proposal::Proposal},
    ports::{Cancel, ProposalRequest, ProposeError, Proposer},
};
use std::path::PathBuf;

/// Every proposer of a session.
pub struct Proposers {
    base: ReadBase,
    fix: FixProposer,
    prepared: Option<Prepared>,
    agents: Vec<(String, CommandProposer)>,
}

impl Proposers {
    /// Recipes and fixes; nothing else is set up.
    pub fn new(base: ReadBase) -> Self {
        Self { fix: FixProposer::new(base.clone()), base, prepared: None, agents: Vec::new() }
    }

    /// With the proposals prepared for a sample backend (the demo).
    pub fn with_prepared(mut self, prepared: Prepared) -> Self {
        self.prepared = Some(prepared);
        self
    }

    /// With a command of the user's configuration; copies are made below `state`.
    pub fn with_command(mut self, config: CommandConfig, state: PathBuf) -> Self {
        self.agents.push((config.name.clone(), CommandProposer::new(config, state)));
        self
    }

    /// The prepared proposals, for the plan.
    pub fn prepared(&self) -> Option<&Prepared> {
        self.prepared.as_ref()
    }

    /// The name of the first configured command, for the plan.
    pub fn agent(&self) -> Option<&str> {
        self.agents.first().map(|(name, _)| name.as_str())
    }
}

impl Proposer for Proposers {
    fn propose(&self, request: &ProposalRequest, cancel: &Cancel) -> Result<Proposal, ProposeError> {
        let step = request
            .steps
            .get(request.step)
            .ok_or_else(|| ProposeError::NotApplicable("the plan has no such step".into()))?;
        match &step.filler {
            Filler::Recipe { recipe: name } => match &self.prepared {
                Some(prepared) if prepared.has(name) => prepared.propose(request, cancel),
                _ => match recipe(name, self.base.clone(), None) {
                    Some(recipe) => recipe.propose(request, cancel),
                    None => Err(ProposeError::NotApplicable(format!("there is no recipe {name} here"))),
                },
            },
            Filler::Fix { .. } => self.fix.propose(request, cancel),
            Filler::Agent { name } => match self.agents.iter().find(|(known, _)| known == name) {
                Some((_, agent)) => agent.propose(request, cancel),
                None => Err(ProposeError::NotApplicable(format!("no command {name} is configured"))),
            },
            Filler::Walkthrough { .. } => {
                Err(ProposeError::NotApplicable("this step is yours to write; its guide says where".into()))
            }
            Filler::Generator { command } => {
                Err(ProposeError::NotApplicable(format!("{command} runs as a command, not as a proposer")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ids::StepId, layer::Layer, map::BackendMap, plan::Step, stack::Stack};
    use std::{collections::BTreeMap, sync::Arc};

    fn ask(filler: Filler) -> Result<Proposal, ProposeError> {
        let request = ProposalRequest {
            root: PathBuf::from("/nowhere"),
            base: String::new(),
            map: Arc::new(BackendMap::default()),
            stack: Stack::default(),
            task: None,
            steps: vec![Step {
                id: StepId(1),
                title: "one".into(),
                layer: Layer::Service,
                filler,
                criteria: Vec::new(),
                after: Vec::new(),
            }],
            step: 0,
            texts: Arc::new(BTreeMap::new()),
            inputs: BTreeMap::new(),
        };
        Proposers::new(Arc::new(|_, _| Ok(None))).propose(&request, &Cancel::default())
    }

    #[test]
    fn a_step_without_its_proposer_says_so() {
        for filler in [
            Filler::Recipe { recipe: "move-query".into() },
            Filler::Agent { name: "codex".into() },
            Filler::Walkthrough { guide: Box::default() },
            Filler::Generator { command: "npm run client".into() },
        ] {
            let result = ask(filler);
            assert!(
                matches!(&result, Err(ProposeError::NotApplicable(why)) if !why.is_empty()),
                "{result:?}"
            );
        }
    }

    #[test]
    fn a_recipe_without_its_inputs_asks_for_them() {
        // Sign-in and errors need none: what they ask depends on the repository.
        let without = [crate::propose::AUTH, crate::propose::ERROR_MODULE];
        for recipe in crate::propose::RECIPES.into_iter().filter(|name| !without.contains(name)) {
            let result = ask(Filler::Recipe { recipe: recipe.into() });
            assert!(
                matches!(&result, Err(ProposeError::Input { hint, .. }) if hint.contains("Review")),
                "{result:?}"
            );
        }
    }
}
