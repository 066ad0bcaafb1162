//! The `repository` recipe: the data access of a model that has none, like that of the nearest
//! model that has one.
//!
//! What asks the database today is not rewritten: its way over the new repository is the
//! owner's to choose, and a remark names the places.

use super::{
    REPOSITORY,
    names::Name,
    resource::{Search, input},
};
use crate::{
    domain::proposal::Proposal,
    ports::{Cancel, ProposalRequest, ProposeError, Proposer},
    propose::workspace::ReadBase,
};

/// Adds a repository for a model, in a backend whose stack has the recipe.
pub struct RepositoryRecipe {
    base: ReadBase,
}

impl RepositoryRecipe {
    /// With a reader of base texts.
    pub fn new(base: ReadBase) -> Self {
        Self { base }
    }
}

impl Proposer for RepositoryRecipe {
    fn propose(&self, request: &ProposalRequest, cancel: &Cancel) -> Result<Proposal, ProposeError> {
        let name = input(request, REPOSITORY, "name", "Review")?;
        let search = Search { recipe: REPOSITORY, request, base: &self.base, cancel };
        search.first_fit(
            |head| Ok((Name::resource(name, &head.words)?, Vec::new())),
            |adapter, ask| {
                let draft = adapter.repository(ask)?;
                Ok((format!("Add {}", draft.like), draft))
            },
        )
    }
}
