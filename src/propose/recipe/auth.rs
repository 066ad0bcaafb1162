//! The `auth` recipe: users who register and sign in, sessions that are renewed by tokens used
//! once, and the dependency that protects other routes.
//!
//! Which hash passwords get is decided in `password_hash`; each stack writes the rest.

use super::{
    earlier::{Earlier, nothing, version_of},
    names::Name,
    password_hash::Hash,
    resource::{Adapter, Ask, Draft, Search, remember},
};
use crate::{
    domain::{
        produced::Version,
        proposal::Proposal,
        task::{Intent, Task},
    },
    ports::{Cancel, Produced, ProposalRequest, ProposeError, Proposer},
    propose::workspace::ReadBase,
};
use std::{cell::RefCell, sync::Arc};

/// The recipe's name, and what it is remembered under: a backend has one sign-in.
const RECIPE: &str = "auth";
const SUBJECT: &str = "sessions";
/// Words of a task that asks for sign-in itself, not for who may use a route that is there.
const SESSION_WORDS: [&str; 16] = [
    "authentication",
    "jwt",
    "log in",
    "log-in",
    "logging in",
    "login",
    "password",
    "refresh",
    "register",
    "registration",
    "session",
    "sign in",
    "sign up",
    "sign-in",
    "sign-up",
    "signup",
];

/// Adds users and sessions to a backend of a stack that has the recipe.
pub struct AuthRecipe {
    base: ReadBase,
    memory: Option<Arc<dyn Produced>>,
}

/// Whether a task asks for what the recipe writes.
pub(crate) fn asks_for_sessions(task: &Task) -> bool {
    let text = task.text.to_lowercase();
    task.reading.intent == Intent::Auth && SESSION_WORDS.iter().any(|word| text.contains(word))
}

/// Answers in PREPARE that the recipe does not write; the first option of both is what it does.
fn refuse_other_ways(task: &Task) -> Result<(), ProposeError> {
    for question in &task.reading.questions {
        let does = match question.id.as_str() {
            "token-kind" => "writes a short access token with a refresh token",
            "token-storage" => "reads the token from the Authorization header",
            _ => continue,
        };
        let chosen = question.answer.filter(|answer| *answer > 0);
        if let Some(choice) = chosen.and_then(|answer| question.options.get(answer)) {
            return Err(ProposeError::NotApplicable(format!(
                "the recipe auth {does}; you chose: {}",
                choice.label
            )));
        }
    }
    Ok(())
}

impl AuthRecipe {
    /// With a reader of base texts.
    pub fn new(base: ReadBase) -> Self {
        Self { base, memory: None }
    }

    /// With a memory of what it wrote before, so that it can be run again.
    pub fn remembering(self, memory: Option<Arc<dyn Produced>>) -> Self {
        Self { memory, ..self }
    }

    /// The proposal for a backend that the recipe has not written in, and what to remember.
    fn fresh(&self, request: &ProposalRequest, cancel: &Cancel) -> Result<(Proposal, Version), ProposeError> {
        self.search(request, cancel, |adapter, ask, next| {
            let (hash, draft) = drafted(adapter, ask)?;
            *next = version_of(hash.name(), Vec::new(), &draft.files, &ask.workspace)?;
            Ok((format!("Add users and sessions, like {}", draft.like), draft))
        })
    }

    /// A three-way merge with what it wrote before.
    fn again(&self, earlier: &Earlier<'_>, cancel: &Cancel) -> Result<(Proposal, Version), ProposeError> {
        let mut hidden = earlier.hidden();
        // Whose passwords are stored cannot be hashed in another way, so the hash is kept.
        let known = earlier.versions.last().map_or("", |version| version.fields.as_str());
        if let Some(hash) = Hash::parse(known) {
            let asked = hidden.inputs.get("hash").and_then(|word| Hash::parse(word));
            if asked.is_some_and(|asked| asked != hash) {
                return Err(ProposeError::Input {
                    what: format!("the passwords here are hashed with {}", hash.name()),
                    hint: format!(
                        "leave hash away, or say hash={}; another hash is a change of your own",
                        hash.name()
                    ),
                });
            }
            hidden.inputs.insert("hash".into(), hash.name().into());
        }
        self.search(&hidden, cancel, |adapter, ask, next| {
            let (hash, draft) = drafted(adapter, ask)?;
            let (merged, remarks) = earlier.merged(&draft.files)?;
            let files = earlier.changes(&merged, ask, &draft)?;
            *next = version_of(hash.name(), Vec::new(), &draft.files, &ask.workspace)?;
            if files.is_empty() {
                return Err(nothing(RECIPE, &remarks));
            }
            let title = "Bring users and sessions up to date, your own changes kept".to_owned();
            Ok((title, Draft { files, remarks, ..draft }))
        })
    }

    fn search(
        &self,
        request: &ProposalRequest,
        cancel: &Cancel,
        write: impl Fn(&dyn Adapter, &Ask<'_>, &mut Version) -> Result<(String, Draft), ProposeError>,
    ) -> Result<(Proposal, Version), ProposeError> {
        let search = Search { recipe: RECIPE, request, base: &self.base, cancel };
        let next: RefCell<Version> = RefCell::default();
        let proposal = search.first_fit(
            |_| Ok((Name::of("user"), Vec::new())),
            |adapter, ask| write(adapter, ask, &mut next.borrow_mut()),
        )?;
        Ok((proposal, next.into_inner()))
    }
}

/// The hash that is decided, and what the stack writes with it.
fn drafted(adapter: &dyn Adapter, ask: &Ask<'_>) -> Result<(Hash, Draft), ProposeError> {
    let draft = adapter.auth(ask)?;
    Ok((Hash::decide(ask)?, draft))
}

impl Proposer for AuthRecipe {
    fn propose(&self, request: &ProposalRequest, cancel: &Cancel) -> Result<Proposal, ProposeError> {
        request.task.as_ref().map_or(Ok(()), refuse_other_ways)?;
        let Some(memory) = &self.memory else { return Ok(self.fresh(request, cancel)?.0) };
        let versions = memory.versions(&request.root, RECIPE, SUBJECT);
        let earlier = Earlier { request, base: &self.base, versions: &versions };
        let (mut proposal, version) =
            if earlier.is_there()? { self.again(&earlier, cancel)? } else { self.fresh(request, cancel)? };
        remember(memory.as_ref(), request, (RECIPE, SUBJECT), version, &mut proposal);
        Ok(proposal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::map::BackendMap, knowledge::Knowledge};

    #[test]
    fn an_answer_that_the_recipe_does_not_write_is_told() {
        let text = "Add login and registration";
        let reading = Knowledge::load(&[]).unwrap().read_task(text, &BackendMap::default());
        let mut task = Task { text: text.into(), reading };
        for id in ["token-kind", "token-storage"] {
            for (answer, is_refused) in [(None, false), (Some(0), false), (Some(1), true)] {
                let mut questions = task.reading.questions.clone();
                questions.iter_mut().find(|question| question.id == id).unwrap().answer = answer;
                let before = std::mem::replace(&mut task.reading.questions, questions);
                let result = refuse_other_ways(&task);
                assert_eq!(result.is_err(), is_refused, "{id} {answer:?} {result:?}");
                task.reading.questions = before;
            }
        }
    }
}
