//! Findings as SARIF 2.1.0, for code scanning services.
//!
//! Shape after the OASIS standard, with what GitHub's upload reads: rules with help, one
//! result for each finding, a stable fingerprint, and percent-encoded relative URIs.

use super::{escape, repair::Repair, review::Review};
use crate::domain::finding::{Finding, Level};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Name under which the fingerprint stands. The number changes when the way it is made does.
const FINGERPRINT: &str = "proscenium/v1";

/// The log with one run. `version` is the program's own.
pub fn sarif(review: &Review, version: &str) -> String {
    let ids: Vec<&str> = {
        let named: BTreeSet<&str> = review.findings.iter().map(|finding| finding.rule.as_str()).collect();
        named.into_iter().collect()
    };
    let rules: Vec<Value> = ids.iter().map(|id| rule(review, id)).collect();
    let results: Vec<Value> = review.findings.iter().map(|finding| result(review, finding, &ids)).collect();
    let notifications: Vec<Value> = review
        .not_understood
        .iter()
        .map(|file| {
            json!({
                "level": "warning",
                "message": {"text": format!("not understood: {}", file.reason)},
                "locations": [{"physicalLocation": {"artifactLocation": artifact(&file.path)}}],
            })
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "proscenium",
                "semanticVersion": version,
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The folder that was reviewed."}}},
            "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": notifications}],
            "results": results,
        }],
    });
    let text = serde_json::to_string_pretty(&log).unwrap_or_default();
    escape::json(text) + "\n"
}

fn rule(review: &Review, id: &str) -> Value {
    let mut rule = Map::new();
    rule.insert("id".into(), id.into());
    if let Some(text) = review.rules.get(id) {
        rule.insert("name".into(), pascal_case(id).into());
        rule.insert("shortDescription".into(), json!({"text": text.title}));
        rule.insert("fullDescription".into(), json!({"text": first_paragraph(&text.why)}));
        let help = format!("{}\n\n{}", text.why.trim(), text.fix.trim());
        rule.insert("help".into(), json!({"text": help, "markdown": help}));
        rule.insert("defaultConfiguration".into(), json!({"level": level(text.level)}));
        let cwe = text.sources.iter().filter(|source| source.starts_with("CWE-"));
        let mut tags: Vec<String> = vec![text.family.clone()];
        tags.extend(cwe.map(|cwe| format!("external/cwe/{}", cwe.to_lowercase())));
        if id.starts_with("sec/") {
            tags.push("security".into());
        }
        rule.insert("properties".into(), json!({"tags": tags}));
    }
    Value::Object(rule)
}

fn result(review: &Review, finding: &Finding, ids: &[&str]) -> Value {
    let end_line = finding.end_line.max(finding.line);
    let end_column =
        if end_line == finding.line { finding.end_column.max(finding.column) } else { finding.end_column };
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": artifact(&finding.file),
            "region": {
                "startLine": finding.line.max(1),
                "startColumn": finding.column.max(1),
                "endLine": end_line.max(1),
                "endColumn": end_column.max(1),
            },
        },
    });
    if !finding.symbol.is_empty()
        && let Some(location) = location.as_object_mut()
    {
        let logical = json!([{"name": finding.symbol, "kind": "function"}]);
        location.insert("logicalLocations".into(), logical);
    }
    let index = ids.binary_search(&finding.rule.as_str()).unwrap_or_default();
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": level(finding.level),
        "message": {"text": sentence(&finding.message)},
        "locations": [location],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
    });
    if let (Some(repair), Some(result)) = (review.repairs.get(&finding.fingerprint), result.as_object_mut()) {
        let title = review.rules.get(&finding.rule).map_or("a fix", |text| text.title.as_str());
        result.insert("fixes".into(), json!([fix(finding, repair, title)]));
    }
    result
}

fn fix(finding: &Finding, repair: &Repair, title: &str) -> Value {
    let replacements: Vec<Value> = repair
        .replacements()
        .iter()
        .map(|change| {
            json!({
                "deletedRegion": {
                    "startLine": change.start_line,
                    "startColumn": change.start_column,
                    "endLine": change.end_line,
                    "endColumn": change.end_column,
                },
                "insertedContent": {"text": change.text},
            })
        })
        .collect();
    json!({
        "description": {"text": format!("Repairs: {title}.")},
        "artifactChanges": [{"artifactLocation": artifact(&finding.file), "replacements": replacements}],
    })
}

fn artifact(path: &str) -> Value {
    json!({"uri": uri(path), "uriBaseId": "SRCROOT"})
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Advice => "note",
    }
}

/// A relative URI reference. Only what RFC 3986 leaves unreserved stays, and `/`; a colon
/// would make the first segment a scheme.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// `arch/router-uses-orm` as `ArchRouterUsesOrm`.
fn pascal_case(id: &str) -> String {
    id.split(|c: char| !c.is_ascii_alphanumeric())
        .map(|word| {
            let mut chars = word.chars();
            chars
                .next()
                .map(|first| first.to_ascii_uppercase().to_string() + chars.as_str())
                .unwrap_or_default()
        })
        .collect()
}

fn first_paragraph(markdown: &str) -> String {
    markdown.trim().split("\n\n").next().unwrap_or_default().replace('\n', " ")
}

fn sentence(fragment: &str) -> String {
    let mut chars = fragment.chars();
    let first: String = chars.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", chars.as_str().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::{super::testing, *};
    use pretty_assertions::assert_eq;

    #[test]
    fn uris_hold_only_characters_that_a_uri_may_hold() {
        assert_eq!(uri("app/größe [x]:\u{202e}.py"), "app/gr%C3%B6%C3%9Fe%20%5Bx%5D%3A%E2%80%AE.py");
    }

    #[test]
    fn results_point_at_their_rules_and_carry_the_fingerprint() {
        let text = sarif(&testing::review(), "1.2.3");
        let log: Value = serde_json::from_str(&text).expect("JSON");
        let run = &log["runs"][0];
        for result in run["results"].as_array().expect("results") {
            let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        }
        assert_eq!(run["results"][0]["partialFingerprints"][FINGERPRINT], "00000000000000aa");
        let change = &run["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
        assert_eq!(
            change["deletedRegion"],
            json!({"startLine": 3, "startColumn": 1, "endLine": 4, "endColumn": 1})
        );
        assert_eq!(change["insertedContent"]["text"], "C\n");
        assert!(run["results"][1].get("fixes").is_none(), "nothing repairs the other");
        assert_eq!(run["results"][0]["message"]["text"], "A value is put into SQL.");
        assert_eq!(run["tool"]["driver"]["rules"][1]["name"], "SecSqlInterpolatedValue");
    }
}
