//! The plan of ACT: what a task and the chosen findings need, in dependency order.
//!
//! Every step has a filler that exists: a recipe that applies here, a fix for a finding, a
//! configured agent, or a walkthrough with a check. `as_walkthrough` turns a step whose
//! proposer said `NotApplicable` into one that can be finished by hand, so that no step
//! ends in "no proposal".

use super::{
    fix::{Language, fixable},
    prepared::{Prepared, PreparedSteps},
    recipe::{
        AUTH, ENDPOINT, ERROR_MODULE, GRAPHQL, JOB, MIGRATION, REPOSITORY, RESOURCE, SERVICE_METHOD,
        asks_for_errors, asks_for_graphql, asks_for_sessions, is_new_route, offers,
    },
    walkthrough::{guide_for_finding, guide_for_layer},
};
use crate::domain::{
    finding::Finding,
    ids::{CriterionId, StepId},
    layer::Layer,
    map::BackendMap,
    plan::{Check, Filler, Guide, Step},
    task::{CriterionSource, CriterionState, Intent, Task},
};

/// What a plan is made from.
#[derive(Clone, Copy)]
pub struct PlanInput<'a> {
    pub task: &'a Task,
    pub map: &'a BackendMap,
    /// Chosen findings.
    pub findings: &'a [Finding],
    /// Paths of the chosen boundaries.
    pub boundaries: &'a [String],
    /// Name of the agent that fills steps without recipe or fix; none is configured by default.
    pub agent: Option<&'a str>,
    /// Proposals prepared for the sample backend, in the demo only.
    pub prepared: Option<&'a Prepared>,
}

/// The steps, numbered from 1; at least one.
pub fn plan(input: &PlanInput<'_>) -> Vec<Step> {
    let mut drafts = Vec::new();
    let reading = &input.task.reading;
    let prepared = input.prepared.and_then(|prepared| prepared.steps_for(&input.task.text));
    let mut findings: Vec<&Finding> = input.findings.iter().collect();
    if matches!(reading.intent, Intent::Repair) && findings.is_empty() {
        findings.extend(input.map.findings.iter().filter(|finding| finding.rule == reading.subject));
    }
    if let Some(PreparedSteps { recipe, layers }) = prepared {
        // The prepared proposal repairs the findings of its own files' handlers.
        findings.retain(|finding| finding.rule != "arch/router-uses-orm");
        for (layer, criteria) in layers {
            let filler = Filler::Recipe { recipe: recipe.clone() };
            drafts.push(Draft { title: layer.name().into(), layer, filler, criteria, chained: true });
        }
    } else {
        drafts.extend(layer_drafts(input));
    }
    drafts.extend(finding_drafts(input, &findings));
    if drafts.is_empty() {
        drafts.push(by_hand(input));
    }
    number(drafts)
}

/// The same step as a walkthrough, for when its proposer does not apply.
pub fn as_walkthrough(step: &Step, task: Option<&Task>, map: &BackendMap) -> Step {
    let guide = match &step.filler {
        Filler::Fix { finding } => guide_for_finding(finding, map),
        Filler::Walkthrough { guide } => (**guide).clone(),
        Filler::Recipe { .. } | Filler::Agent { .. } | Filler::Generator { .. } => match task {
            Some(task) => layer_guide(step.layer, task, map),
            None => Guide { goal: step.title.clone(), ..Guide::default() },
        },
    };
    Step { filler: Filler::Walkthrough { guide: Box::new(guide) }, ..step.clone() }
}

/// A step before it has its number.
struct Draft {
    title: String,
    layer: Layer,
    filler: Filler,
    criteria: Vec<CriterionId>,
    /// Whether it builds on the chained steps before it.
    chained: bool,
}

fn number(mut drafts: Vec<Draft>) -> Vec<Step> {
    // A stable sort: findings of one layer keep the order of their places.
    drafts.sort_by_key(|draft| draft.layer.build_order());
    let mut last_chained: Option<StepId> = None;
    let mut steps = Vec::new();
    for (index, draft) in drafts.into_iter().enumerate() {
        let id = StepId(u32::try_from(index + 1).unwrap_or(u32::MAX));
        let after = if draft.chained { last_chained.into_iter().collect() } else { Vec::new() };
        if draft.chained {
            last_chained = Some(id);
        }
        steps.push(Step {
            id,
            title: draft.title,
            layer: draft.layer,
            filler: draft.filler,
            criteria: draft.criteria,
            after,
        });
    }
    steps
}

/// Steps of the task's kind, one for each layer it crosses.
fn layer_drafts(input: &PlanInput<'_>) -> Vec<Draft> {
    let recipe = recipe_for(input);
    layers_of(input)
        .into_iter()
        .map(|layer| {
            let filler = match (recipe, input.agent) {
                (Some(recipe), _) => Filler::Recipe { recipe: recipe.to_owned() },
                (None, Some(agent)) => Filler::Agent { name: agent.to_owned() },
                (None, None) => {
                    Filler::Walkthrough { guide: Box::new(layer_guide(layer, input.task, input.map)) }
                }
            };
            Draft {
                title: layer.name().into(),
                layer,
                filler,
                criteria: criteria_of(input.task, layer),
                chained: true,
            }
        })
        .collect()
}

fn finding_drafts(input: &PlanInput<'_>, findings: &[&Finding]) -> Vec<Draft> {
    let mut findings = findings.to_vec();
    findings.sort_by(|a, b| (&a.file, a.line, a.column, &a.rule).cmp(&(&b.file, b.line, b.column, &b.rule)));
    findings.dedup_by(|a, b| a.rule == b.rule && a.fingerprint == b.fingerprint && a.file == b.file);
    findings
        .into_iter()
        .map(|finding| {
            let layer = input.map.layer_of(&finding.file).unwrap_or(Layer::Other);
            let mechanical =
                finding.fixable && Language::of(&finding.file).is_some_and(|one| fixable(&finding.rule, one));
            let filler = if mechanical {
                Filler::Fix { finding: Box::new(finding.clone()) }
            } else if let Some(agent) = input.agent {
                Filler::Agent { name: agent.to_owned() }
            } else {
                Filler::Walkthrough { guide: Box::new(guide_for_finding(finding, input.map)) }
            };
            let criteria = input
                .task
                .reading
                .criteria
                .iter()
                .filter(|criterion| criterion.state != CriterionState::Dropped)
                .filter(|criterion| {
                    matches!(&criterion.source, CriterionSource::Finding { rule, place }
                        if *rule == finding.rule && place.path == finding.file)
                })
                .map(|criterion| criterion.id)
                .collect();
            Draft { title: finding.rule.clone(), layer, filler, criteria, chained: false }
        })
        .collect()
}

/// The one step of a task of which nothing more is known.
fn by_hand(input: &PlanInput<'_>) -> Draft {
    let near = input.boundaries.first();
    let layer = near.and_then(|path| input.map.layer_of(path)).unwrap_or(Layer::Other);
    let guide = Guide {
        goal: input.task.text.trim().to_owned(),
        to: near.map(|path| crate::domain::place::Place::new(path.clone(), 1)),
        ..Guide::default()
    };
    let criteria = criteria_of(input.task, Layer::Service);
    let filler = match input.agent {
        Some(agent) => Filler::Agent { name: agent.to_owned() },
        None => Filler::Walkthrough { guide: Box::new(guide) },
    };
    Draft { title: "the change".into(), layer, filler, criteria, chained: true }
}

/// The recipe that fills all layer steps of this task, when one applies here.
fn recipe_for(input: &PlanInput<'_>) -> Option<&'static str> {
    let reading = &input.task.reading;
    let (recipe, needs): (_, &[&str]) = match reading.intent {
        Intent::Resource => (RESOURCE, &["name", "fields"]),
        Intent::Migration => (MIGRATION, &["name", "fields"]),
        Intent::Endpoint if is_new_route(&reading.inputs, input.map) => (ENDPOINT, &["name", "path"]),
        Intent::Auth if asks_for_sessions(input.task) => (AUTH, &[]),
        Intent::ServiceMethod if is_new_route(&reading.inputs, input.map) => {
            (SERVICE_METHOD, &["name", "path"])
        }
        Intent::Repository if lacks_repository(input) => (REPOSITORY, &["name"]),
        Intent::Job => (JOB, &["name"]),
        Intent::Graphql if asks_for_graphql(input.task) && is_model(input) => (GRAPHQL, &["name"]),
        Intent::Middleware | Intent::Other if asks_for_errors(input.task) => (ERROR_MODULE, &[]),
        _ => return None,
    };
    let has_inputs = needs.iter().all(|key| reading.inputs.contains_key(*key));
    (has_inputs && offers(recipe, input.map)).then_some(recipe)
}

/// Whether a task asks for the repository of a model that is there and has none: no file of the
/// layer is named after it.
fn lacks_repository(input: &PlanInput<'_>) -> bool {
    let Some(name) = input.task.reading.inputs.get("name") else { return false };
    let wanted = plain(name);
    let has_one = input
        .map
        .files_in(Layer::Repository)
        .any(|file| plain(file.path.rsplit('/').next().unwrap_or_default()).contains(&wanted));
    is_model(input) && !has_one
}

/// Whether the resource that a task names is a model that is there.
fn is_model(input: &PlanInput<'_>) -> bool {
    let Some(name) = input.task.reading.inputs.get("name") else { return false };
    let wanted = plain(name);
    !wanted.is_empty() && input.map.models.iter().any(|model| plain(&model.name) == wanted)
}

/// Letters and digits alone, small.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Layers that a task of this kind touches.
fn layers_of(input: &PlanInput<'_>) -> Vec<Layer> {
    use Layer::{
        Config, Error, Job, Middleware, Migration, Model, Repository, Router, Schema, Service, Test,
    };
    let reading = &input.task.reading;
    let mut layers: Vec<Layer> = match reading.intent {
        Intent::Graphql if recipe_for(input).is_some() => vec![Config, Schema, Error, Router, Test],
        Intent::Resource | Intent::Graphql => {
            vec![Model, Migration, Schema, Repository, Service, Router, Test]
        }
        Intent::Endpoint => vec![Schema, Repository, Service, Router, Test],
        Intent::ServiceMethod => vec![Repository, Service, Test],
        Intent::Repository => vec![Repository, Test],
        Intent::Router => vec![Schema, Router, Test],
        Intent::Auth if recipe_for(input).is_some() => {
            vec![Config, Model, Migration, Schema, Repository, Service, Router, Test]
        }
        Intent::Auth => vec![Config, Model, Migration, Schema, Repository, Service, Middleware, Router, Test],
        Intent::Migration if recipe_for(input).is_some() => vec![Model, Migration, Schema, Test],
        Intent::Migration => vec![Model, Migration],
        Intent::Job if recipe_for(input).is_some() => vec![Config, Job, Test],
        Intent::Job => vec![Service, Job, Test],
        Intent::Middleware | Intent::Other if recipe_for(input).is_some() => {
            vec![Error, Config, Service, Test]
        }
        Intent::Middleware => vec![Middleware, Test],
        Intent::Transaction => vec![Service, Test],
        Intent::BackingService => vec![Config, Service, Error, Test],
        Intent::Repair | Intent::Review => Vec::new(),
        Intent::Other => {
            let mut chosen: Vec<Layer> =
                input.boundaries.iter().filter_map(|path| input.map.layer_of(path)).collect();
            chosen.retain(|layer| *layer != Layer::Other);
            chosen
        }
    };
    if reading.risks.iter().any(|risk| risk.kind == "schema") && !layers.is_empty() {
        layers.extend([Model, Migration]);
    }
    if !matches!(reading.intent, Intent::Resource)
        && method_and_path(input.task).is_some_and(|(m, _)| m == "GET")
    {
        layers.retain(|layer| *layer != Schema || input.map.files_in(Schema).next().is_some());
    }
    layers.sort_by_key(|layer| layer.build_order());
    layers.dedup();
    layers
}

fn layer_guide(layer: Layer, task: &Task, map: &BackendMap) -> Guide {
    let subject = task.reading.subject.as_str();
    let endpoint = method_and_path(task);
    let name = endpoint.as_ref().and_then(|(_, path)| verb_of(path));
    let check = match layer {
        Layer::Router => match &endpoint {
            Some((method, path)) => Check::EndpointExists { method: method.clone(), path: path.clone() },
            None => Check::ByHand,
        },
        Layer::Service | Layer::Repository => match (layer, name) {
            (Layer::Service, Some(name)) => Check::SymbolExists { layer, name },
            _ => Check::ByHand,
        },
        Layer::Migration => match map.migrations.first().and_then(|one| one.path.rsplit_once('/')) {
            Some((folder, _)) => Check::NewFileIn { folder: folder.to_owned() },
            None => Check::ByHand,
        },
        Layer::Test => {
            let test = task.reading.criteria.iter().flat_map(|criterion| &criterion.tests).next();
            match test {
                Some(name) => Check::SymbolExists { layer, name: name.clone() },
                None => Check::ByHand,
            }
        }
        Layer::Model
        | Layer::Schema
        | Layer::Config
        | Layer::Middleware
        | Layer::Error
        | Layer::Job
        | Layer::Other => Check::ByHand,
    };
    let what = match layer {
        Layer::Model => "Describe what is stored: the columns, their types, what may be empty, the keys.",
        Layer::Migration => "Change the tables to match the models, in a step that can be taken back.",
        Layer::Schema => "Describe what comes in and what goes out; every value has a type and bounds.",
        Layer::Repository => "Write the query, and nothing but the query; values are bound.",
        Layer::Service => "Write the decision: what is allowed, what changes, in one transaction.",
        Layer::Router => "Take the request, ask the service, answer. No query, no decision.",
        Layer::Config => "Read the setting from the environment in the one place that does so.",
        Layer::Middleware => "Do it once for every request, and test it without a route.",
        Layer::Error => "Name the error in the domain's words; HTTP is added where errors become answers.",
        Layer::Job => "Let the job call the service; it may run twice, so it must not matter.",
        Layer::Test => "Write one test for each criterion; see it red before you see it green.",
        Layer::Other => "Make the change.",
    };
    let goal = if subject.is_empty() { what.to_owned() } else { format!("{subject}: {what}") };
    let near = endpoint.map_or_else(|| subject.to_owned(), |(_, path)| path);
    guide_for_layer(layer, &goal, &near, check, map)
}

/// The endpoint that the task names, from its inputs, its subject or its reading.
fn method_and_path(task: &Task) -> Option<(String, String)> {
    let inputs = &task.reading.inputs;
    if let (Some(method), Some(path)) = (inputs.get("method"), inputs.get("path")) {
        return Some((method.to_uppercase(), path.clone()));
    }
    let rows = task.reading.read_as.iter().map(|(_, value)| value.as_str());
    std::iter::once(task.reading.subject.as_str()).chain(rows).find_map(|text| {
        let (method, path) = text.trim().split_once(' ')?;
        let known = ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method);
        (known && path.starts_with('/')).then(|| (method.to_owned(), path.trim().to_owned()))
    })
}

/// `cancel` of `/api/orders/{id}/cancel`: a word after a parameter names what is done.
fn verb_of(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [.., parameter, verb] if parameter.starts_with('{') && !verb.starts_with('{') => {
            Some(verb.replace('-', "_"))
        }
        _ => None,
    }
}

/// Criteria that a layer's step is for: behaviour shows in service, router and tests.
fn criteria_of(task: &Task, layer: Layer) -> Vec<CriterionId> {
    let live = task.reading.criteria.iter().filter(|criterion| criterion.state != CriterionState::Dropped);
    match layer {
        Layer::Service | Layer::Router | Layer::Test | Layer::Middleware | Layer::Job => {
            live.map(|criterion| criterion.id).collect()
        }
        Layer::Repository
        | Layer::Model
        | Layer::Schema
        | Layer::Migration
        | Layer::Config
        | Layer::Error
        | Layer::Other => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        finding::Level,
        map::{Model, SourceFile},
        stack::{Confidence, StackField},
        task::{Criterion, Difficulty, Reading, Risk},
    };
    use std::{collections::BTreeMap, sync::Arc};

    fn task(intent: Intent, text: &str, inputs: &[(&str, &str)]) -> Task {
        Task {
            text: text.into(),
            reading: Reading {
                intent,
                subject: text.into(),
                read_as: Vec::new(),
                difficulty: Difficulty::Medium,
                not_understood: Vec::new(),
                risks: Vec::new(),
                assumptions: Vec::new(),
                questions: Vec::new(),
                criteria: vec![Criterion {
                    id: CriterionId(1),
                    text: "it works".into(),
                    tests: vec!["test_it".into()],
                    state: CriterionState::Accepted,
                    source: CriterionSource::You,
                }],
                inputs: inputs
                    .iter()
                    .map(|(key, value)| ((*key).into(), (*value).into()))
                    .collect::<BTreeMap<_, _>>(),
                out_of_scope: Vec::new(),
                example: None,
            },
        }
    }

    fn map() -> BackendMap {
        let mut map = BackendMap::default();
        let named = |name: &str| StackField {
            name: Some(name.into()),
            version: String::new(),
            confidence: Confidence::Sure,
            evidence: Vec::new(),
        };
        map.stack.framework = named("fastapi");
        map.stack.orm = named("sqlalchemy");
        map.files = vec![SourceFile {
            path: "app/repositories/a.py".into(),
            layer: Layer::Repository,
            evidence: Vec::new(),
            functions: 1,
            queries: 1,
        }];
        map
    }

    fn finding(rule: &str, file: &str, line: u32, fixable: bool) -> Finding {
        Finding {
            rule: rule.into(),
            family: String::new(),
            level: Level::Error,
            file: file.into(),
            line,
            column: 1,
            end_line: line,
            end_column: 9,
            message: "m".into(),
            symbol: "f".into(),
            fixable,
            fingerprint: format!("{line:016x}"),
        }
    }

    fn planned(task: &Task, map: &BackendMap, findings: &[Finding], agent: Option<&str>) -> Vec<Step> {
        plan(&PlanInput { task, map, findings, boundaries: &[], agent, prepared: None })
    }

    #[test]
    fn every_kind_of_task_gets_steps_that_can_be_finished() {
        for intent in [
            Intent::Endpoint,
            Intent::Resource,
            Intent::Graphql,
            Intent::ServiceMethod,
            Intent::Repository,
            Intent::Router,
            Intent::Auth,
            Intent::Migration,
            Intent::Job,
            Intent::Middleware,
            Intent::Transaction,
            Intent::BackingService,
            Intent::Repair,
            Intent::Review,
            Intent::Other,
        ] {
            let steps = planned(&task(intent, "a change", &[]), &map(), &[], None);
            assert!(!steps.is_empty(), "{intent:?}");
            for (index, step) in steps.iter().enumerate() {
                assert_eq!(step.id.0 as usize, index + 1);
                assert!(step.after.iter().all(|before| before.0 < step.id.0));
                assert!(matches!(step.filler, Filler::Walkthrough { .. }), "{intent:?} {step:?}");
            }
        }
    }

    #[test]
    fn a_resource_is_filled_by_the_recipe_in_dependency_order() {
        let inputs = [("name", "Review"), ("fields", "title:string")];
        let steps = planned(&task(Intent::Resource, "reviews", &inputs), &map(), &[], None);
        let titles: Vec<&str> = steps.iter().map(|step| step.title.as_str()).collect();
        assert_eq!(titles, ["model", "migration", "schema", "repository", "service", "router", "test"]);
        assert!(steps.iter().all(|step| step.filler == Filler::Recipe { recipe: RESOURCE.into() }));
    }

    #[test]
    fn sign_in_is_filled_by_the_recipe_and_who_may_use_a_route_is_not() {
        let steps = planned(&task(Intent::Auth, "Add login and registration", &[]), &map(), &[], None);
        let titles: Vec<&str> = steps.iter().map(|step| step.title.as_str()).collect();
        assert_eq!(
            titles,
            ["config", "model", "migration", "schema", "repository", "service", "router", "test"]
        );
        assert!(steps.iter().all(|step| step.filler == Filler::Recipe { recipe: AUTH.into() }));
        for (framework, orm) in [("fastapi", "sqlmodel"), ("django", "django-orm")] {
            let mut map = map();
            map.stack.framework.name = Some(framework.into());
            map.stack.orm.name = Some(orm.into());
            let steps = planned(&task(Intent::Auth, "Add login and registration", &[]), &map, &[], None);
            assert!(
                steps.iter().all(|step| step.filler == Filler::Recipe { recipe: AUTH.into() }),
                "{framework}"
            );
        }
        let steps = planned(&task(Intent::Auth, "Only admins may delete orders", &[]), &map(), &[], None);
        assert!(steps.iter().all(|step| matches!(step.filler, Filler::Walkthrough { .. })), "{steps:?}");
    }

    #[test]
    fn a_job_that_says_what_it_does_is_filled_by_the_recipe() {
        let inputs = [("name", "recount_stars"), ("resource", "review")];
        let steps = planned(&task(Intent::Job, "a job to recount stars", &inputs), &map(), &[], None);
        let titles: Vec<&str> = steps.iter().map(|step| step.title.as_str()).collect();
        assert_eq!(titles, ["config", "job", "test"]);
        assert!(steps.iter().all(|step| step.filler == Filler::Recipe { recipe: JOB.into() }));
        let steps = planned(&task(Intent::Job, "a nightly job", &[]), &map(), &[], None);
        assert!(steps.iter().all(|step| matches!(step.filler, Filler::Walkthrough { .. })));
    }

    #[test]
    fn central_errors_are_filled_by_the_recipe_where_it_is_known() {
        for text in ["Add central error handling", "Answer errors in one place"] {
            let steps = planned(&task(Intent::Middleware, text, &[]), &map(), &[], None);
            let titles: Vec<&str> = steps.iter().map(|step| step.title.as_str()).collect();
            assert_eq!(titles, ["config", "error", "service", "test"]);
            assert!(steps.iter().all(|step| step.filler == Filler::Recipe { recipe: ERROR_MODULE.into() }));
        }
        let steps = planned(&task(Intent::Middleware, "Add a request log", &[]), &map(), &[], None);
        assert!(steps.iter().all(|step| matches!(step.filler, Filler::Walkthrough { .. })), "{steps:?}");
    }

    #[test]
    fn graphql_of_a_model_that_is_there_is_filled_by_the_recipe_and_one_operation_is_not() {
        let mut map = map();
        map.stack.framework.name = Some("nestjs".into());
        map.stack.orm.name = Some("typeorm".into());
        map.models = vec![Model {
            name: "Order".into(),
            table: None,
            columns: Vec::new(),
            file: "src/order.ts".into(),
            line: 1,
        }];
        let of = |text: &str, name: &str| {
            let steps = planned(&task(Intent::Graphql, text, &[("name", name)]), &map, &[], None);
            steps.iter().all(|step| step.filler == Filler::Recipe { recipe: GRAPHQL.into() })
        };
        assert!(of("Serve orders over GraphQL", "order"));
        assert!(!of("Add a graphql mutation to cancel orders", "order"));
        assert!(!of("Serve comets over GraphQL", "comet"));
    }

    #[test]
    fn a_field_of_a_resource_is_filled_by_the_recipe() {
        let inputs = [("name", "review"), ("fields", "note:text?")];
        let steps = planned(&task(Intent::Migration, "reviews", &inputs), &map(), &[], None);
        let titles: Vec<&str> = steps.iter().map(|step| step.title.as_str()).collect();
        assert_eq!(titles, ["model", "migration", "schema", "test"]);
        assert!(steps.iter().all(|step| step.filler == Filler::Recipe { recipe: MIGRATION.into() }));
        let steps = planned(&task(Intent::Migration, "reviews", &[("name", "review")]), &map(), &[], None);
        assert!(steps.iter().all(|step| matches!(step.filler, Filler::Walkthrough { .. })));
    }

    #[test]
    fn a_verb_of_a_known_resource_is_filled_by_the_recipe_and_a_plain_route_is_not() {
        let of = |method: &str, path: &str| {
            let inputs = [("name", "order"), ("method", method), ("path", path)];
            planned(&task(Intent::Endpoint, &format!("{method} {path}"), &inputs), &map(), &[], None)
        };
        let steps = of("POST", "/api/orders/{id}/ship");
        assert!(
            steps.iter().all(|step| step.filler == Filler::Recipe { recipe: ENDPOINT.into() }),
            "{steps:?}"
        );
        let steps = of("GET", "/api/orders/{id}");
        assert!(steps.iter().all(|step| matches!(step.filler, Filler::Walkthrough { .. })), "{steps:?}");
        let inputs = [("name", "order"), ("method", "POST"), ("path", "/api/orders/{id}/ship")];
        let task = task(Intent::ServiceMethod, "a service method that ships an order", &inputs);
        let steps = planned(&task, &map(), &[], None);
        let titles: Vec<&str> = steps.iter().map(|step| step.title.as_str()).collect();
        assert_eq!(titles, ["repository", "service", "test"]);
        assert!(steps.iter().all(|step| step.filler == Filler::Recipe { recipe: SERVICE_METHOD.into() }));
    }

    #[test]
    fn findings_are_fixed_where_they_can_be_and_guided_elsewhere() {
        let findings = [
            finding("arch/router-uses-orm", "app/routers/a.py", 3, false),
            finding("sec/sql-interpolated-value", "app/repositories/a.py", 9, true),
            finding("sec/sql-interpolated-value", "app/repositories/a.py", 9, true),
        ];
        let steps = planned(&task(Intent::Review, "review", &[]), &map(), &findings, None);
        assert_eq!(steps.len(), 2);
        assert!(matches!(steps.first().map(|step| &step.filler), Some(Filler::Fix { .. })));
        let Some(Filler::Walkthrough { guide }) = steps.get(1).map(|step| &step.filler) else {
            panic!("{steps:?}")
        };
        assert!(matches!(guide.check, Check::FindingGone { .. }));
    }

    #[test]
    fn a_repair_without_choice_takes_all_findings_of_its_rule() {
        let mut map = map();
        map.findings = vec![
            finding("orm/unbounded-list", "app/repositories/a.py", 4, true),
            finding("orm/n-plus-one", "app/repositories/a.py", 8, true),
        ];
        let steps = planned(&task(Intent::Repair, "orm/unbounded-list", &[]), &map, &[], None);
        assert_eq!(steps.len(), 1);
    }

    #[test]
    fn an_endpoint_is_checked_by_being_served() {
        let mut task = task(Intent::Endpoint, "POST /api/orders/{id}/cancel", &[]);
        task.reading.risks.push(Risk { kind: "schema".into(), note: "one new column".into() });
        let steps = planned(&task, &map(), &[], None);
        let checks: Vec<(&str, &Check)> = steps
            .iter()
            .filter_map(|step| match &step.filler {
                Filler::Walkthrough { guide } => Some((step.title.as_str(), &guide.check)),
                _ => None,
            })
            .collect();
        let titles: Vec<&str> = checks.iter().map(|(title, _)| *title).collect();
        assert_eq!(titles, ["model", "migration", "schema", "repository", "service", "router", "test"]);
        assert!(
            checks.contains(&(
                "service",
                &Check::SymbolExists { layer: Layer::Service, name: "cancel".into() }
            ))
        );
        assert!(checks.contains(&(
            "router",
            &Check::EndpointExists { method: "POST".into(), path: "/api/orders/{id}/cancel".into() }
        )));
    }

    #[test]
    fn an_agent_fills_steps_only_when_it_is_configured() {
        let steps = planned(&task(Intent::Transaction, "x", &[]), &map(), &[], Some("codex"));
        assert!(steps.iter().all(|step| step.filler == Filler::Agent { name: "codex".into() }));
        let by_hand =
            as_walkthrough(steps.first().unwrap(), Some(&task(Intent::Transaction, "x", &[])), &map());
        assert!(matches!(by_hand.filler, Filler::Walkthrough { .. }));
    }

    #[test]
    fn the_guided_task_of_the_sample_is_filled_by_its_prepared_proposal() {
        let text = crate::propose::guided_task("python").unwrap().unwrap().text;
        let prepared = Prepared::new("python", Arc::new(|_, _| Ok(None)));
        let task = task(Intent::Repair, &text, &[]);
        let map = map();
        let findings = [finding("arch/router-uses-orm", "app/routers/reports.py", 3, false)];
        let steps = plan(&PlanInput {
            task: &task,
            map: &map,
            findings: &findings,
            boundaries: &[],
            agent: None,
            prepared: Some(&prepared),
        });
        let titles: Vec<&str> = steps.iter().map(|step| step.title.as_str()).collect();
        assert_eq!(titles, ["repository", "service", "router", "test"]);
        assert_eq!(
            steps.get(1).map(|step| step.criteria.clone()),
            Some(vec![CriterionId(2), CriterionId(3)])
        );
    }
}
