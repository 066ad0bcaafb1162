//! The `match` block of a rule's card: which check looks for it, and with what data.

use super::{
    annotated::Annotated,
    calls::{self, CallShape},
    context::Context,
    forms::Forms,
    layer_imports::LayerPair,
    option_objects::{Comparison, OptionObject},
    overrides::Override,
    settings::Setting,
};
use crate::knowledge::{
    packs::Pattern,
    rules::{FixKind, RuleCard},
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Why a rule's `match` block cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: the match block of {rule}: {reason}")]
pub struct RuleError {
    /// File of the rule, as shown.
    pub file: String,
    pub rule: String,
    pub reason: String,
}

/// The looks that the engine can take at a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Check {
    /// A function of the router layer that reaches the database.
    HandlerQuery,
    /// A statement with an interpolated part where a value stands.
    SqlValue,
    /// The same where a name of a table or column stands.
    SqlIdentifier,
    /// A literal under a name that only secrets have.
    NamedSecret,
    /// A query for each row of an earlier one.
    QueryInLoop,
    /// A query for every row of a table.
    UnboundedQuery,
    /// A text with the form of a credential.
    KnownSecret,
    /// An import against the order of the layers.
    LayerImport,
    /// A type of the web framework in a service.
    HttpInService,
    /// Files that import each other.
    Cycle,
    /// A declared foreign key without index.
    ForeignKeyIndex,
    /// A call described by the rule.
    Call,
    /// A setting of a module that is switched on.
    Setting,
    /// A statement of a migration that locks, breaks or cannot be undone.
    Migration,
    /// A line of any text that holds a credential.
    SecretLine,
    /// A parameter of a path that the handler does not take.
    PathParameter,
    /// A handler's body without a type.
    UntypedBody,
    /// An address or folder in the source.
    FixedAddress,
    /// A read of an object of which only the key is used.
    WholeObject,
    /// A module's variable that functions write.
    SharedState,
    /// A route that changes data and asks for no user.
    OpenMutation,
    /// A route for signing in without a limit.
    OpenLogin,
    /// A lookup by id alone.
    UnscopedFind,
    /// Writes that no transaction joins.
    LooseWrites,
    /// A session that concurrent tasks use.
    SharedSession,
    /// A field of a session that the request names.
    SessionKey,
    /// A decision in a repository.
    RepositoryLogic,
    /// A management route that anyone can read.
    OpenManagement,
}

/// A `match` block.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Matcher {
    pub(super) check: Check,
    /// Not where one of these rules has a finding inside: the graver one says it.
    #[serde(default)]
    pub(super) unless_found: Vec<String>,
    /// Further languages do not matter; none here means those of the card.
    #[serde(default)]
    pub(super) languages: Vec<String>,
    /// Callees whose result is harmless wherever it is put.
    #[serde(default)]
    pub(super) safe_calls: Vec<String>,
    /// Types whose values are harmless wherever they are put.
    #[serde(default)]
    pub(super) safe_types: Vec<Pattern>,
    /// Directions of imports that are not allowed.
    #[serde(default)]
    pub(super) imports: Vec<LayerPair>,
    /// Forms of credentials.
    #[serde(default)]
    pub(super) formats: Forms,
    #[serde(default)]
    pub(super) calls: Vec<CallShape>,
    /// Annotations without arguments.
    #[serde(default)]
    pub(super) annotations: Vec<Pattern>,
    /// Which of a check's several findings this rule gives.
    #[serde(default)]
    pub(super) kinds: Vec<String>,
    /// Methods that must not be without effect.
    #[serde(default)]
    pub(super) overrides: Vec<Override>,
    /// Definitions that lack an annotation.
    #[serde(default)]
    pub(super) annotated: Vec<Annotated>,
    /// Objects of options that say too little.
    #[serde(default)]
    pub(super) objects: Vec<OptionObject>,
    /// Names that prove nothing when they are compared.
    #[serde(default)]
    pub(super) comparisons: Vec<Comparison>,
    /// Words of names whose patterns say which origins are trusted.
    #[serde(default)]
    pub(super) origin_names: Vec<String>,
    /// Passwords that are kept as they came count too.
    #[serde(default)]
    pub(super) plain_passwords: bool,
    /// Words that say that a route knows its user.
    #[serde(default)]
    pub(super) guard_words: Vec<String>,
    /// Words in the name of a function that asks whether somebody may.
    #[serde(default)]
    pub(super) guard_calls: Vec<String>,
    /// Words in the name of what guards a whole program, and words that show that it is no guard.
    #[serde(default)]
    pub(super) whole_guard_words: Vec<String>,
    #[serde(default)]
    pub(super) whole_other_words: Vec<String>,
    /// Words in the path of a route that strangers must reach.
    #[serde(default)]
    pub(super) stranger_words: Vec<String>,
    /// Names that say that all routes of a project are guarded in one place, by language.
    #[serde(default)]
    pub(super) guarded_by: BTreeMap<String, Vec<String>>,
    /// Names of settings.
    #[serde(default)]
    pub(super) settings: Vec<Setting>,
    /// Languages for which a proposer can write the repair.
    #[serde(default)]
    pub(super) fixed_in: Vec<String>,
}

/// A card that the engine can run.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) card: RuleCard,
    pub(super) matcher: Matcher,
}

impl Rule {
    /// The rule of a card; none where the card has no `match` block.
    pub(super) fn of(card: &RuleCard) -> Result<Option<Self>, RuleError> {
        let Some(block) = &card.matcher else { return Ok(None) };
        let mut matcher: Matcher = serde_json::from_value(block.clone()).map_err(|error| RuleError {
            file: card.file.clone(),
            rule: card.id.clone(),
            reason: error.to_string(),
        })?;
        if matcher.languages.is_empty() {
            matcher.languages.clone_from(&card.languages);
        }
        calls::prepare(&mut matcher.calls);
        Ok(Some(Self { card: card.clone(), matcher }))
    }

    /// Whether a proposer can write the repair in a language.
    pub(super) fn is_fixable(&self, language: &str) -> bool {
        self.card.fix.kind != FixKind::None && self.matcher.fixed_in.iter().any(|known| known == language)
    }

    /// Whether the project has files of a language that the rule looks at.
    pub(super) fn is_at_home(&self, context: &Context<'_, '_>) -> bool {
        context.languages().iter().any(|lang| self.speaks(lang.name()))
    }

    /// Whether the rule looks at files of this language.
    pub(super) fn speaks(&self, language: &str) -> bool {
        self.matcher.languages.is_empty() || self.matcher.languages.iter().any(|known| known == language)
    }
}
