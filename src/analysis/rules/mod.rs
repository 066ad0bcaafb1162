//! Review rules over linked facts.
//!
//! A rule is a card with a `match` block that names one of the checks in this folder and
//! gives it its data; calls and types come from the families of packs, so that one rule
//! serves every framework whose pack names them. Nothing that is constant, numeric, bound
//! or taken from a list in the source is a finding, and one cause is reported once.
//! Results depend on the files, packs and cards only.

mod annotated;
mod annotations;
mod association_getters;
mod calls;
mod context;
mod cycles;
mod database;
mod doing;
mod draft;
mod effects;
mod example_files;
pub mod examples;
mod fixed_address;
mod foreign_keys;
mod forms;
mod from_request;
mod guards;
mod handler_query;
mod http_types;
mod known_secrets;
mod layer_imports;
mod matcher;
mod migrations;
mod needs;
mod option_objects;
mod origin_patterns;
mod overrides;
mod path_parameters;
mod places;
mod plain_passwords;
mod query_in_loop;
mod reaching;
mod registered;
mod relations;
mod repository_logic;
mod routes;
mod secret_lines;
mod secret_names;
mod secrets;
mod session_keys;
mod sessions;
mod settings;
mod shared_state;
mod sql;
mod sql_tokens;
mod suppress;
mod type_names;
mod unbounded;
mod unscoped;
mod values;
mod whole_object;

use super::scan::{FindingInput, FindingSource};
use crate::{domain::finding::Finding, knowledge::rules::RuleCard};
use context::Context;
use draft::Draft;
use matcher::{Check, Rule};

pub use matcher::RuleError;

/// Runs the rules of a set of cards.
#[derive(Debug, Clone)]
pub struct RuleEngine {
    rules: Vec<Rule>,
}

impl RuleEngine {
    /// The engine of these cards. Cards without a `match` block are for people only.
    pub fn new(cards: &[RuleCard]) -> Result<Self, RuleError> {
        let mut rules = Vec::new();
        for card in cards {
            rules.extend(Rule::of(card)?);
        }
        rules.sort_by(|one, other| one.card.id.cmp(&other.card.id));
        Ok(Self { rules })
    }

    /// Ids of the rules that run, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.card.id.as_str())
    }
}

impl FindingSource for RuleEngine {
    fn findings(&self, input: &FindingInput<'_, '_>) -> Vec<Finding> {
        let context = Context::new(input);
        let mut findings = draft::Findings::new(&context);
        let seen: Vec<(&Rule, Vec<Draft>)> =
            self.rules.iter().map(|rule| (rule, look(&context, rule))).collect();
        for (rule, drafts) in &seen {
            let graver = &rule.matcher.unless_found;
            let graver = seen.iter().filter(|(other, _)| graver.contains(&other.card.id));
            let graver: Vec<&Draft> = graver.flat_map(|(_, drafts)| drafts).collect();
            for draft in drafts.iter().filter(|draft| !graver.iter().any(|other| draft.covers(other))) {
                findings.add(rule, draft);
            }
        }
        suppress::apply(&context, findings.finish())
    }

    fn rules(&self) -> u64 {
        self.rules.len() as u64
    }
}

fn look(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    match rule.matcher.check {
        Check::HandlerQuery => handler_query::check(context, rule),
        Check::SqlValue => sql::check(context, rule, sql::Position::Value),
        Check::SqlIdentifier => sql::check(context, rule, sql::Position::Identifier),
        Check::NamedSecret => [secrets::check_names(context, rule), calls::check(context, rule)].concat(),
        Check::QueryInLoop => query_in_loop::check(context, rule),
        Check::UnboundedQuery => unbounded::check(context, rule),
        Check::KnownSecret => known_secrets::check(context, rule),
        Check::LayerImport => layer_imports::check(context, rule),
        Check::HttpInService => http_types::check(context, rule),
        Check::Cycle => cycles::check(context, rule),
        Check::ForeignKeyIndex => foreign_keys::check(context, rule),
        Check::Call => {
            let found = [
                calls::check(context, rule),
                settings::check(context, rule),
                annotations::check(context, rule),
                overrides::check(context, rule),
                annotated::check(context, rule),
                option_objects::check(context, rule),
                origin_patterns::check(context, rule),
                plain_passwords::check(context, rule),
            ];
            found.concat()
        }
        Check::Setting => settings::check(context, rule),
        Check::Migration => migrations::check(context, rule),
        Check::SecretLine => secret_lines::check(context, rule),
        Check::PathParameter => path_parameters::check_path(context, rule),
        Check::UntypedBody => path_parameters::check_body(context, rule),
        Check::FixedAddress => fixed_address::check(context, rule),
        Check::WholeObject => whole_object::check(context, rule),
        Check::SharedState => shared_state::check(context, rule),
        Check::OpenMutation => {
            [routes::check_mutations(context, rule), annotated::check(context, rule)].concat()
        }
        Check::OpenLogin => routes::check_logins(context, rule),
        Check::OpenManagement => routes::check_management(context, rule),
        Check::UnscopedFind => unscoped::check(context, rule),
        Check::LooseWrites => sessions::check_writes(context, rule),
        Check::SharedSession => sessions::check_shared(context, rule),
        Check::SessionKey => session_keys::check(context, rule),
        Check::RepositoryLogic => repository_logic::check(context, rule),
    }
}
