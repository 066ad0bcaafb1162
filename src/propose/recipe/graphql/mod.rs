//! The `graphql` recipe: a type, queries and mutations for a resource that is there.
//!
//! GraphQL is a second way in, beside HTTP routes: everything goes through the service that the
//! routes call, with the rules that bodies are checked by. Which operations there are is what the
//! service offers; what a stack cannot answer as the routes do is refused, never left open.

use super::{
    names::Name,
    resource::{Search, input},
};
use crate::{
    domain::{proposal::Proposal, task::Task},
    ports::{Cancel, ProposalRequest, ProposeError, Proposer},
    propose::workspace::ReadBase,
};

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
}

impl GraphqlRecipe {
    /// With a reader of base texts.
    pub fn new(base: ReadBase) -> Self {
        Self { base }
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
        let search = Search { recipe: RECIPE, request, base: &self.base, cancel };
        search.first_fit(
            |head| Ok((Name::resource(name, &head.words)?, Vec::new())),
            |adapter, ask| {
                refuse_own(&ask.name)?;
                let draft = adapter.graphql(ask)?;
                Ok((
                    format!("Serve {} over GraphQL, {}", ask.name.plural.replace('_', " "), draft.like),
                    draft,
                ))
            },
        )
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
