//! The JSON Schemas of every format that the program reads or prints.
//!
//! They ship with the program, so that editors and other tools can check a file without
//! asking anybody. Tests here serialise the domain's own values and check them.

use super::source::{embedded, embedded_names};

/// The text of a schema by its short name: `stack`, `scan`, `review`, `propose`,
/// `verify`, `report`, `session-event`, `rule` or `lesson`.
pub fn schema(name: &str) -> Option<&'static str> {
    embedded(&format!("schema/{name}.schema.json"))
}

/// Short names of the schemas, sorted.
pub fn schema_names() -> Vec<String> {
    embedded_names("schema")
        .iter()
        .filter_map(|name| name.strip_prefix("schema/")?.strip_suffix(".schema.json").map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        command::{CommandRun, Ending, Failure, Parsed},
        event::{Event, Primitive, Scene, Scope, What},
        finding::{Finding, Level},
        hunk::Origin,
        ids::RunId,
        layer::Layer,
        map::{BackendMap, Endpoint, EndpointKind, Flow, FlowStep, SourceFile},
        place::{Evidence, Place},
        proposal::{Content, FileChange, Note, Proposal},
        verdict::Verdict,
    };
    use serde_json::{Value, json};
    use std::time::Duration;

    fn errors(name: &str, value: &Value) -> Vec<String> {
        let schema: Value = serde_json::from_str(schema(name).expect(name)).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    fn check(name: &str, value: &Value) {
        assert_eq!(errors(name, value), Vec::<String>::new(), "{name}");
    }

    fn finding() -> Finding {
        Finding {
            rule: "orm/n-plus-one".into(),
            family: "n-plus-one".into(),
            level: Level::Warning,
            file: "a.py".into(),
            line: 1,
            column: 1,
            end_line: 1,
            end_column: 2,
            message: "m".into(),
            symbol: "f".into(),
            fixable: true,
            fingerprint: "0123456789abcdef".into(),
        }
    }

    #[test]
    fn a_map_fits_the_scan_schema_and_a_wrong_one_does_not() {
        let mut map = BackendMap { schema_version: 1, root: ".".into(), ..BackendMap::default() };
        map.files.push(SourceFile {
            path: "a.py".into(),
            layer: Layer::Router,
            evidence: vec![Evidence::new("a.py", 1, "imports fastapi")],
            functions: 1,
            queries: 0,
        });
        map.endpoints.push(Endpoint {
            kind: EndpointKind::Graphql,
            method: "GET".into(),
            path: "/".into(),
            handler: String::new(),
            file: "a.py".into(),
            line: 1,
            handler_place: Some(Place::new("b.py", 2)),
        });
        let step = FlowStep {
            layer: Layer::Router,
            symbol: "f".into(),
            file: "a.py".into(),
            line: 1,
            call: "x()".into(),
            tests: 0,
        };
        map.flows.push(Flow { endpoint: "GET /".into(), steps: vec![step], ..Flow::default() });
        map.findings.push(finding());
        let mut value = serde_json::to_value(&map).expect("JSON");
        check("scan", &value);
        value["files"][0]["layer"] = json!("attic");
        assert_eq!(errors("scan", &value).len(), 1);
    }

    #[test]
    fn findings_and_proposals_fit_their_schemas() {
        let review = json!({
            "schema_version": 1, "root": ".", "base": null, "findings": [finding()],
            "stats": {"files": 1, "bytes": 2, "elapsed_ms": 3, "rules": 4},
        });
        check("review", &review);
        let proposal = Proposal {
            origin: Origin::Recipe("resource".into()),
            title: "t".into(),
            step: None,
            files: vec![
                FileChange {
                    path: "a.py".into(),
                    content: Content::Text { text: "x\n".into() },
                    notes: vec![Note {
                        start: 1,
                        end: 2,
                        reason: "like b.py".into(),
                        citation: Some(Place::new("b.py", 3)),
                        criteria: vec![],
                        step: None,
                    }],
                },
                FileChange { path: "b.py".into(), content: Content::Deleted, notes: vec![] },
            ],
            remarks: vec![],
        };
        check("propose", &json!({"schema_version": 1, "proposal": proposal}));
        let you = Proposal { origin: Origin::You, ..proposal };
        check("propose", &json!({"schema_version": 1, "proposal": you}));
    }

    #[test]
    fn runs_and_verdicts_fit_the_verify_schema() {
        let failure = Failure {
            key: "k".into(),
            name: "n".into(),
            message: "m".into(),
            place: Some(Place::new("a.py", 1)),
            output_line: 1,
            warning: false,
        };
        for (ending, verdict) in [
            (Ending::Exit { code: 1 }, Verdict::Failed),
            (Ending::TimedOut { after_seconds: 3 }, Verdict::TimedOut),
            (Ending::Blocked { reason: "r".into() }, Verdict::Blocked { reason: "r".into() }),
            (Ending::Stopped, Verdict::Stopped),
        ] {
            let run = CommandRun {
                id: RunId(1),
                command: "tests".into(),
                argv: vec!["pytest".into()],
                tree: String::new(),
                ending,
                elapsed: Duration::from_millis(5),
                started_at: 1,
                parsed: Parsed { failures: vec![failure.clone()], ..Parsed::default() },
                output_sha256: "0".into(),
                output_bytes: 1,
                log: String::new(),
                env: vec![],
            };
            let value = json!({
                "schema_version": 1, "success": false,
                "commands": [{"kind": "tests", "run": run, "verdict": verdict}],
            });
            check("verify", &value);
        }
    }

    #[test]
    fn events_fit_their_schema_and_an_unknown_kind_does_not() {
        let event = |what: What| Event {
            seq: 1,
            at: 2,
            by: String::new(),
            primitive: Primitive::CallTool,
            scope: Scope::LocalFs,
            evidence: "e".into(),
            what,
        };
        for what in [
            What::StackConfirmed,
            What::SceneEntered { scene: Scene::Act },
            What::LessonAdded { line: "l".into() },
            What::PageOpened { page: "p".into(), trigger: "t".into() },
        ] {
            check("session-event", &serde_json::to_value(event(what)).expect("JSON"));
        }
        let mut value = serde_json::to_value(event(What::Undone)).expect("JSON");
        value["event"] = json!("teleported");
        assert_eq!(errors("session-event", &value).len(), 1);
    }

    #[test]
    fn every_shipped_rule_fits_the_rule_schema() {
        for name in embedded_names("rules") {
            let rule: Value = serde_saphyr::from_str(embedded(&name).expect("shipped")).expect("YAML");
            check("rule", &rule);
        }
    }

    #[test]
    fn a_report_fits_its_schema() {
        let report = json!({
            "schema_version": 1, "session": "s", "exit": "partial",
            "criteria": [{"id": 1, "text": "t", "source": {"from": "assumed"}, "state": {"state": "not_checked", "why": "w"}}],
            "changes": [], "commands": [], "checklist": [], "open": [{"what": "AC1", "cause": "c"}], "commits": [],
        });
        check("report", &report);
    }

    #[test]
    fn schemas_are_listed_by_their_short_names() {
        assert_eq!(
            schema_names(),
            [
                "lesson",
                "propose",
                "report",
                "review",
                "rule",
                "scan",
                "session-event",
                "settings",
                "stack",
                "verify"
            ]
        );
    }
}
