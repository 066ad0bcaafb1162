//! The `graphql` recipe: a type, queries and mutations for a resource that is there.
//!
//! GraphQL is a second way in, beside HTTP routes: everything goes through the service that the
//! routes call, with the rules that bodies are checked by. Which operations there are is what the
//! service offers; what a stack cannot answer as the routes do is refused, never left open.

use super::{
    earlier::{Earlier, nothing, version_of},
    names::{Name, singular, snake},
    resource::{Draft, Search, input, remember},
};
use crate::{
    domain::{produced::Version, proposal::Proposal, task::Task},
    ports::{Cancel, Produced, ProposalRequest, ProposeError, Proposer},
    propose::workspace::ReadBase,
};
use std::{cell::RefCell, sync::Arc};

/// The recipe's name.
const RECIPE: &str = "graphql";
/// Words of a task that asks for what the recipe writes, and not for one operation more.
const TASK_WORDS: [&str; 9] = [
    "as graphql",
    "graphql api",
    "graphql for",
    "graphql type",
    "in graphql",
    "over graphql",
    "through graphql",
    "to graphql",
    "via graphql",
];
/// Type names that GraphQL has for itself, or that the scalars of both libraries have.
const OWN_TYPES: [&str; 10] = [
    "Boolean",
    "Date",
    "DateTime",
    "Decimal",
    "Float",
    "Mutation",
    "Query",
    "Subscription",
    "Time",
    "Upload",
];

/// Adds GraphQL for a resource of a backend whose stack has the recipe.
pub struct GraphqlRecipe {
    base: ReadBase,
    memory: Option<Arc<dyn Produced>>,
}

impl GraphqlRecipe {
    /// With a reader of base texts.
    pub fn new(base: ReadBase) -> Self {
        Self { base, memory: None }
    }

    /// With a memory of what it wrote before, so that it can be run again.
    pub fn remembering(self, memory: Option<Arc<dyn Produced>>) -> Self {
        Self { memory, ..self }
    }

    /// The proposal and what to remember: as if the recipe had never run, or merged three ways with
    /// what it wrote before.
    fn drafted(
        &self,
        request: &ProposalRequest,
        name: &str,
        earlier: Option<&Earlier<'_>>,
        cancel: &Cancel,
    ) -> Result<(Proposal, Version), ProposeError> {
        let search = Search { recipe: RECIPE, request, base: &self.base, cancel };
        let next: RefCell<Version> = RefCell::default();
        let proposal = search.first_fit(
            |head| Ok((Name::resource(name, &head.words)?, Vec::new())),
            |adapter, ask| {
                refuse_own(&ask.name)?;
                let draft = adapter.graphql(ask)?;
                *next.borrow_mut() = version_of("", Vec::new(), &draft.files, &ask.workspace)?;
                let many = ask.name.plural.replace('_', " ");
                let Some(earlier) = earlier else {
                    return Ok((format!("Serve {many} over GraphQL, {}", draft.like), draft));
                };
                let (merged, remarks) = earlier.merged(&draft.files)?;
                let files = earlier.changes(&merged, ask, &draft)?;
                if files.is_empty() {
                    return Err(nothing(RECIPE, &remarks));
                }
                let title = format!("Bring {many} over GraphQL up to date, your own changes kept");
                Ok((title, Draft { files, remarks, ..draft }))
            },
        )?;
        Ok((proposal, next.into_inner()))
    }
}

/// Whether a task asks for what the recipe writes.
pub(crate) fn asks_for_graphql(task: &Task) -> bool {
    let text = task.text.to_lowercase();
    TASK_WORDS.iter().any(|words| text.contains(words))
}

impl Proposer for GraphqlRecipe {
    fn propose(&self, request: &ProposalRequest, cancel: &Cancel) -> Result<Proposal, ProposeError> {
        let name = input(request, RECIPE, "name", "Review")?;
        let Some(memory) = &self.memory else { return Ok(self.drafted(request, name, None, cancel)?.0) };
        let key = singular(&snake(name.trim()));
        let versions = memory.versions(&request.root, RECIPE, &key);
        let earlier = Earlier { request, base: &self.base, versions: &versions };
        let (mut proposal, version) = if earlier.is_there()? {
            self.drafted(&earlier.hidden(), name, Some(&earlier), cancel)?
        } else {
            self.drafted(request, name, None, cancel)?
        };
        remember(memory.as_ref(), request, (RECIPE, &key), version, &mut proposal);
        Ok(proposal)
    }
}

/// Refuses a type that a schema cannot have.
fn refuse_own(name: &Name) -> Result<(), ProposeError> {
    if OWN_TYPES.contains(&name.pascal.as_str()) {
        return Err(ProposeError::Input {
            what: format!("{} cannot be a type: GraphQL has one of that name itself", name.pascal),
            hint: "give the model a name of your domain first".into(),
        });
    }
    Ok(())
}

/// A column that no answer may show, by its name; what is meant to be read is added by hand.
pub(super) fn is_secret(column: &str) -> bool {
    let words: Vec<&str> = column.split('_').collect();
    words.iter().any(|word| {
        matches!(
            *word,
            "password" | "passwd" | "passphrase" | "hash" | "hashed" | "salt" | "secret" | "token"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_graphql_has_is_refused() {
        assert!(matches!(refuse_own(&Name::of("subscription")), Err(ProposeError::Input { .. })));
        assert!(refuse_own(&Name::of("review")).is_ok());
    }

    #[test]
    fn a_secret_is_told_by_its_words() {
        for (column, expected) in
            [("password_hash", true), ("reset_token", true), ("hashtag", false), ("tokens_left", false)]
        {
            assert_eq!(is_secret(column), expected, "{column}");
        }
    }
}
