//! Guides for what no recipe and no fix can write, and the checks that turn green.
//!
//! A guide names the lines, the place they belong to, the nearest example, and the rules;
//! it never invents the code. A check is decided from a scan of the composed tree alone, so
//! that it says the same whoever wrote the change.

use crate::domain::{
    finding::Finding,
    layer::Layer,
    map::{BackendMap, Flow, FlowStep},
    place::Place,
    plan::{Check, Guide, Span},
};

/// What is known of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckState {
    /// Done; where the evidence stands, when it has a place.
    Green(Option<Place>),
    /// Not yet: what is still to be seen.
    Open(String),
    /// Only the user can say.
    ByHand,
}

/// The guide for a finding without a mechanical fix.
pub fn guide_for_finding(finding: &Finding, map: &BackendMap) -> Guide {
    let (goal, target) = goal_of(finding);
    let to = target.and_then(|layer| place_in(layer, &finding.file, &finding.symbol, map));
    Guide {
        goal,
        from: Some(Span {
            path: finding.file.clone(),
            start: finding.line,
            end: finding.end_line.max(finding.line) + 1,
        }),
        example: example_for(target, finding, to.as_ref(), map),
        to,
        rules: vec![finding.rule.clone()],
        check: Check::FindingGone { rule: finding.rule.clone(), fingerprint: finding.fingerprint.clone() },
    }
}

/// The guide for a step of a new endpoint or resource: where its part of `layer` belongs.
///
/// `near` is a file or symbol of the task's subject; `check` decides when it is done.
pub fn guide_for_layer(layer: Layer, goal: &str, near: &str, check: Check, map: &BackendMap) -> Guide {
    Guide {
        goal: goal.to_owned(),
        from: None,
        to: place_in(layer, near, near, map),
        example: step_in_best_flow(layer, near, map).map(|step| Place::new(step.file.clone(), step.line)),
        rules: rules_of(layer).iter().map(|rule| (*rule).to_owned()).collect(),
        check,
    }
}

/// Decides a check on the map of a composed tree; `base` is the map of the base.
pub fn evaluate(check: &Check, composed: &BackendMap, base: &BackendMap) -> CheckState {
    match check {
        Check::ByHand => CheckState::ByHand,
        Check::FindingGone { rule, fingerprint } => {
            let same = |finding: &&Finding| finding.rule == *rule && finding.fingerprint == *fingerprint;
            match composed.findings.iter().find(same) {
                Some(finding) => CheckState::Open(format!("{rule} still stands at {}", finding.place())),
                None => CheckState::Green(None),
            }
        }
        Check::SymbolExists { layer, name } => {
            let flow_step = composed
                .flows
                .iter()
                .flat_map(|flow| flow.steps.iter().chain(&flow.tests))
                .find(|step| step.layer == *layer && names_symbol(&step.symbol, name));
            let other = || match layer {
                Layer::Model => composed
                    .models
                    .iter()
                    .find(|model| model.name == *name)
                    .map(|model| Place::new(model.file.clone(), model.line)),
                Layer::Schema => composed
                    .schemas
                    .iter()
                    .find(|schema| schema.name == *name)
                    .map(|schema| Place::new(schema.file.clone(), schema.line)),
                Layer::Job => composed
                    .jobs
                    .iter()
                    .find(|job| job.name == *name)
                    .map(|job| Place::new(job.file.clone(), job.line)),
                _ => None,
            };
            match flow_step.map(|step| Place::new(step.file.clone(), step.line)).or_else(other) {
                Some(place) => CheckState::Green(Some(place)),
                None => CheckState::Open(format!("no {layer} has {name} on a path from an endpoint yet")),
            }
        }
        Check::EndpointExists { method, path } => {
            let served = composed.endpoints.iter().find(|endpoint| {
                (endpoint.method == *method || endpoint.method == "ANY") && same_path(&endpoint.path, path)
            });
            match served {
                Some(endpoint) => CheckState::Green(Some(Place::new(endpoint.file.clone(), endpoint.line))),
                None => CheckState::Open(format!("{method} {path} is not served yet")),
            }
        }
        Check::NewFileIn { folder } => {
            let prefix = format!("{}/", folder.trim_end_matches('/'));
            let paths = |map: &BackendMap| -> Vec<String> {
                let files = map.files.iter().map(|file| file.path.clone());
                files.chain(map.migrations.iter().map(|migration| migration.path.clone())).collect()
            };
            let old = paths(base);
            match paths(composed).into_iter().find(|path| path.starts_with(&prefix) && !old.contains(path)) {
                Some(path) => CheckState::Green(Some(Place::new(path, 1))),
                None => CheckState::Open(format!("no new file in {prefix} yet")),
            }
        }
    }
}

/// `/orders/{id}` and `/orders/{order_id}/` are the same path.
fn same_path(one: &str, other: &str) -> bool {
    let parts = |path: &str| -> Vec<String> {
        path.split('/')
            .filter(|part| !part.is_empty())
            .map(|part| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() })
            .collect()
    };
    parts(one) == parts(other)
}

/// `OrderService.cancel` has the name `cancel`, and its own.
fn names_symbol(symbol: &str, name: &str) -> bool {
    symbol == name || symbol.rsplit(['.', ':']).next() == Some(name)
}

/// What to do, and the layer that the lines belong to.
fn goal_of(finding: &Finding) -> (String, Option<Layer>) {
    let inside = if finding.symbol.is_empty() { "this file" } else { finding.symbol.as_str() };
    match finding.rule.as_str() {
        "arch/router-uses-orm" => (
            format!("Move the query of {inside} into a repository, and call it through the service."),
            Some(Layer::Repository),
        ),
        "arch/service-uses-http-types" => (
            format!("Let {inside} raise an error of your own; the router or one handler turns it into HTTP."),
            Some(Layer::Error),
        ),
        "arch/repository-imports-service" => (
            format!("Move the decision out of {inside} into the service that calls it."),
            Some(Layer::Service),
        ),
        "arch/repository-has-business-logic" => {
            (format!("Move the decision of {inside} into its service."), Some(Layer::Service))
        }
        "arch/cycle" => ("Break the circle: move what both files need into a third one.".to_owned(), None),
        "orm/n-plus-one" => (
            format!("Load what the loop of {inside} needs with one query before it."),
            Some(Layer::Repository),
        ),
        "orm/unbounded-list" => (
            format!("Give {inside} a limit with a default and a maximum, and pass it down to the query."),
            Some(Layer::Repository),
        ),
        "orm/multi-write-without-transaction" => (
            format!("Put the writes of {inside} into one transaction, in the service."),
            Some(Layer::Service),
        ),
        "sec/sql-interpolated-value" => {
            (format!("Bind the values of the statement in {inside} instead of inserting them."), None)
        }
        "sec/sql-interpolated-identifier" => {
            (format!("Choose the name in {inside} from a list that stands in the source."), None)
        }
        "sec/missing-auth-on-mutation" => {
            (format!("Ask for a user in {inside}, as its neighbours do."), Some(Layer::Router))
        }
        rule => (format!("Repair {rule} in {inside}: {}.", finding.message.trim_end_matches('.')), None),
    }
}

/// The rules that the code of a layer must keep.
fn rules_of(layer: Layer) -> &'static [&'static str] {
    match layer {
        Layer::Router => &["arch/router-uses-orm", "sec/missing-auth-on-mutation", "api/untyped-signature"],
        Layer::Service => &["arch/service-uses-http-types", "orm/multi-write-without-transaction"],
        Layer::Repository => {
            &["arch/repository-imports-service", "sec/sql-interpolated-value", "orm/unbounded-list"]
        }
        Layer::Model | Layer::Migration => &["mig/fk-missing-index", "mig/not-null-or-volatile-default"],
        Layer::Config => &["sec/secret-assigned-to-name", "cloud/hardcoded-config"],
        Layer::Schema | Layer::Middleware | Layer::Error | Layer::Job | Layer::Test | Layer::Other => &[],
    }
}

/// The file of `layer` that belongs to the same subject as `near`: on a flow through it, by
/// an import from it, or by name; else the layer's first file.
fn place_in(layer: Layer, near: &str, symbol: &str, map: &BackendMap) -> Option<Place> {
    let on_flow = map
        .flows
        .iter()
        .filter(|flow| flow.steps.iter().any(|step| step.file == near))
        .flat_map(|flow| &flow.steps)
        .find(|step| step.layer == layer);
    if let Some(step) = on_flow {
        return Some(Place::new(step.file.clone(), step.line));
    }
    let mut best: Option<(usize, &str)> = None;
    for file in map.files_in(layer) {
        let shared = likeness(&file.path, near).max(likeness(&file.path, symbol));
        let imported = map.edges.iter().any(|edge| edge.from == near && edge.to == file.path);
        let score = shared * 2 + usize::from(imported);
        if best.is_none_or(|(known, _)| score > known) {
            best = Some((score, &file.path));
        }
    }
    best.map(|(_, path)| Place::new(path, 1))
}

/// How many words two paths or names share, singular and plural alike.
fn likeness(one: &str, other: &str) -> usize {
    let words = |text: &str| -> Vec<String> {
        super::recipe::names::snake(&text.replace(['/', '.', '{', '}', ':'], " "))
            .split('_')
            .filter(|word| word.len() > 2)
            .map(super::recipe::names::singular)
            .collect()
    };
    let own = words(one);
    let mut theirs = words(other);
    theirs.sort();
    theirs.dedup();
    theirs.iter().filter(|word| own.contains(word)).count()
}

/// The nearest place where the same thing is done right.
fn example_for(
    target: Option<Layer>,
    finding: &Finding,
    to: Option<&Place>,
    map: &BackendMap,
) -> Option<Place> {
    let layer = target?;
    // A flow through the same file that has the layer and no hole shows the whole way.
    let good = |flow: &&Flow| flow.holes.is_empty() && flow.steps.iter().any(|step| step.layer == layer);
    let same_file = map.flows.iter().filter(good).find(|flow| {
        flow.steps.first().is_some_and(|step| step.file == finding.file && step.symbol != finding.symbol)
    });
    let any = || map.flows.iter().find(good);
    let step = same_file
        .or_else(any)
        .and_then(|flow| flow.steps.iter().find(|step| step.layer == layer))
        .map(|step| Place::new(step.file.clone(), step.line));
    step.or_else(|| to.cloned())
}

/// The step of a layer on the flow that is most like `near` and has the fewest holes.
fn step_in_best_flow<'m>(layer: Layer, near: &str, map: &'m BackendMap) -> Option<&'m FlowStep> {
    map.flows
        .iter()
        .filter_map(|flow| {
            let step = flow.steps.iter().chain(&flow.tests).find(|step| step.layer == layer)?;
            let score = likeness(&flow.endpoint, near) * 4 + likeness(&step.file, near) * 2;
            Some((score, std::cmp::Reverse(flow.holes.len()), std::cmp::Reverse(&flow.endpoint), step))
        })
        .max_by(|a, b| (a.0, &a.1, &a.2).cmp(&(b.0, &b.1, &b.2)))
        .map(|(_, _, _, step)| step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        finding::Level,
        map::{Endpoint, Hole, SourceFile},
    };

    fn step(layer: Layer, symbol: &str, file: &str, line: u32) -> FlowStep {
        FlowStep { layer, symbol: symbol.into(), file: file.into(), line, call: String::new(), tests: 0 }
    }

    fn file(path: &str, layer: Layer) -> SourceFile {
        SourceFile { path: path.into(), layer, evidence: Vec::new(), functions: 1, queries: 0 }
    }

    fn finding() -> Finding {
        Finding {
            rule: "arch/router-uses-orm".into(),
            family: "layer-violation".into(),
            level: Level::Error,
            file: "app/routers/reports.py".into(),
            line: 40,
            column: 12,
            end_line: 52,
            end_column: 6,
            message: "a query in a route handler".into(),
            symbol: "top_customers".into(),
            fixable: false,
            fingerprint: "00aa".into(),
        }
    }

    fn map() -> BackendMap {
        BackendMap {
            files: vec![
                file("app/repositories/orders.py", Layer::Repository),
                file("app/repositories/reports.py", Layer::Repository),
                file("app/routers/reports.py", Layer::Router),
                file("app/services/reports.py", Layer::Service),
            ],
            endpoints: vec![Endpoint {
                kind: Default::default(),
                method: "GET".into(),
                path: "/api/orders/{order_id}".into(),
                handler: "get_order".into(),
                file: "app/routers/orders.py".into(),
                line: 27,
                handler_place: None,
            }],
            flows: vec![
                Flow {
                    endpoint: "GET /api/reports/top-customers".into(),
                    steps: vec![step(Layer::Router, "top_customers", "app/routers/reports.py", 36)],
                    holes: vec![Hole {
                        layer: Layer::Service,
                        reason: "no service: the handler does it".into(),
                        place: None,
                    }],
                    tests: Vec::new(),
                },
                Flow {
                    endpoint: "GET /api/reports/revenue".into(),
                    steps: vec![
                        step(Layer::Router, "revenue", "app/routers/reports.py", 21),
                        step(Layer::Service, "ReportService.revenue", "app/services/reports.py", 27),
                        step(
                            Layer::Repository,
                            "ReportRepository.revenue_by_month",
                            "app/repositories/reports.py",
                            15,
                        ),
                    ],
                    holes: Vec::new(),
                    tests: Vec::new(),
                },
            ],
            findings: vec![finding()],
            ..BackendMap::default()
        }
    }

    #[test]
    fn a_query_in_a_handler_is_guided_to_the_repository_of_its_neighbour() {
        let guide = guide_for_finding(&finding(), &map());
        assert_eq!(guide.to, Some(Place::new("app/repositories/reports.py", 15)));
        assert_eq!(guide.example, Some(Place::new("app/repositories/reports.py", 15)));
        assert_eq!(guide.from, Some(Span { path: "app/routers/reports.py".into(), start: 40, end: 53 }));
        assert!(guide.goal.contains("top_customers"));
    }

    #[test]
    fn a_finding_that_is_gone_turns_its_check_green() {
        let base = map();
        let check = guide_for_finding(&finding(), &base).check;
        assert_eq!(
            evaluate(&check, &base, &base),
            CheckState::Open("arch/router-uses-orm still stands at app/routers/reports.py:40".into())
        );
        let repaired = BackendMap { findings: Vec::new(), ..map() };
        assert_eq!(evaluate(&check, &repaired, &base), CheckState::Green(None));
    }

    #[test]
    fn checks_see_endpoints_symbols_and_new_files() {
        let base = map();
        let served = Check::EndpointExists { method: "GET".into(), path: "/api/orders/{id}/".into() };
        assert_eq!(
            evaluate(&served, &base, &base),
            CheckState::Green(Some(Place::new("app/routers/orders.py", 27)))
        );
        let missing = Check::EndpointExists { method: "POST".into(), path: "/api/orders/{id}".into() };
        assert!(matches!(evaluate(&missing, &base, &base), CheckState::Open(_)));
        let symbol = Check::SymbolExists { layer: Layer::Service, name: "revenue".into() };
        assert_eq!(
            evaluate(&symbol, &base, &base),
            CheckState::Green(Some(Place::new("app/services/reports.py", 27)))
        );
        let check = Check::NewFileIn { folder: "app/repositories".into() };
        assert!(matches!(evaluate(&check, &base, &base), CheckState::Open(_)));
        let mut grown = map();
        grown.files.insert(0, file("app/repositories/audit.py", Layer::Repository));
        assert_eq!(
            evaluate(&check, &grown, &base),
            CheckState::Green(Some(Place::new("app/repositories/audit.py", 1)))
        );
    }

    #[test]
    fn every_layer_gets_a_place_when_the_repository_has_one() {
        let map = map();
        let check = Check::SymbolExists { layer: Layer::Service, name: "cancel".into() };
        let guide = guide_for_layer(Layer::Service, "Cancel an order.", "report", check, &map);
        assert_eq!(guide.to, Some(Place::new("app/services/reports.py", 1)));
        assert_eq!(guide.example, Some(Place::new("app/services/reports.py", 27)));
        assert!(!guide.rules.is_empty());
    }
}
