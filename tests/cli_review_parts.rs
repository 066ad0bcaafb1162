//! `proscenium review` in parts, and what its SARIF owes to the standard.

use crate::support::program::Sandboxed;
use pretty_assertions::assert_eq;
use serde_json::Value;
use std::{collections::BTreeSet, fs};

/// What tells one finding from another.
fn prints(review: &Value) -> BTreeSet<String> {
    let list = review["findings"].as_array().expect("a list");
    list.iter().map(|finding| finding["fingerprint"].as_str().expect("a text").to_owned()).collect()
}

#[test]
fn the_parts_of_a_review_share_the_findings_out_and_give_the_whole_when_merged() {
    let (sandbox, root) = Sandboxed::with_demo();
    let whole = sandbox.run(&root, &["review", "--format", "json"]).expect(1).json();
    let mut parts = Vec::new();
    let mut files = Vec::new();
    for part in ["1/3", "2/3", "3/3"] {
        let ran = sandbox.run(&root, &["review", "--shard", part, "--format", "json", "--fail-on", "error"]);
        let file = sandbox.path(&format!("part-{}.json", &part[..1]));
        fs::write(&file, ran.text()).expect("written");
        files.push(file.display().to_string());
        parts.push(prints(&ran.json()));
    }
    let together: BTreeSet<String> = parts.iter().flatten().cloned().collect();
    assert_eq!(together, prints(&whole));
    assert_eq!(parts.iter().map(BTreeSet::len).sum::<usize>(), together.len(), "no finding stands twice");
    assert!(parts.iter().filter(|part| !part.is_empty()).count() > 1, "more than one part has work");

    let arguments = |format: &str| {
        let mut arguments = vec!["review".to_owned(), "--merge".to_owned()];
        arguments.extend(files.iter().cloned());
        arguments.extend(["--format".to_owned(), format.to_owned()]);
        arguments
    };
    let merged = sandbox.run(&root, &arguments("json")).expect(1).json();
    assert_eq!(merged["findings"], whole["findings"], "in the order of the whole");
    let log = sandbox.run(&root, &arguments("sarif")).expect(1).json();
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), together.len());
    let straight = sandbox.run(&root, &["review", "--format", "sarif"]).expect(1).json();
    assert_eq!(&straight["runs"][0]["results"], &log["runs"][0]["results"], "with the same fixes");
    assert!(results.iter().any(|result| result["fixes"].is_array()), "the demo has something to fix");
    for wrong in ["0/2", "3/2", "x"] {
        sandbox.run(&root, &["review", "--shard", wrong]).expect(2);
    }
}

/// Members that an object must have, with the section of SARIF 2.1.0 that says so.
fn has(object: &Value, members: &[&str], section: &str) {
    for member in members {
        assert!(!object[*member].is_null(), "{section}: `{member}` is missing in {object}");
    }
}

/// A region of text: lines and columns count from one, and nothing ends before it begins.
fn is_region(region: &Value) {
    has(region, &["startLine"], "3.30");
    let number = |name: &str, other: u64| region[name].as_u64().unwrap_or(other);
    let (line, column) = (number("startLine", 0), number("startColumn", 1));
    let end = number("endLine", line);
    assert!(line >= 1 && column >= 1 && end >= line, "3.30.5 to 3.30.8: {region}");
    assert!(end > line || number("endColumn", column) >= column, "3.30.8: {region}");
}

#[test]
fn a_log_with_fixes_has_what_the_standard_requires() {
    let (sandbox, root) = Sandboxed::with_demo();
    let log = sandbox.run(&root, &["review", "--format", "sarif"]).expect(1).json();
    has(&log, &["$schema", "version", "runs"], "3.13");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    has(run, &["tool", "results"], "3.14");
    has(&run["tool"]["driver"], &["name", "rules"], "3.19");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let ids: BTreeSet<&str> = rules.iter().filter_map(|rule| rule["id"].as_str()).collect();
    assert_eq!(ids.len(), rules.len(), "3.49.3: every rule has an id of its own");
    let mut fixes = 0;
    for result in run["results"].as_array().expect("results") {
        has(result, &["message", "ruleId", "level", "locations", "partialFingerprints"], "3.27");
        let level = result["level"].as_str().expect("a level");
        assert!(["none", "note", "warning", "error"].contains(&level), "3.27.10: {level}");
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(rules[index]["id"], result["ruleId"], "3.27.6");
        let place = &result["locations"][0]["physicalLocation"];
        has(place, &["artifactLocation"], "3.29");
        let base = place["artifactLocation"]["uriBaseId"].as_str().expect("a base");
        assert!(!run["originalUriBaseIds"][base].is_null(), "3.14.14: {base}");
        is_region(&place["region"]);
        for fix in result["fixes"].as_array().into_iter().flatten() {
            fixes += 1;
            has(fix, &["artifactChanges", "description"], "3.55");
            let changes = fix["artifactChanges"].as_array().expect("3.55.3: a list");
            assert!(!changes.is_empty(), "3.55.3: at least one");
            for change in changes {
                has(change, &["artifactLocation", "replacements"], "3.56");
                let replacements = change["replacements"].as_array().expect("3.56.3: a list");
                assert!(!replacements.is_empty(), "3.56.3: at least one");
                for replacement in replacements {
                    has(replacement, &["deletedRegion"], "3.57");
                    is_region(&replacement["deletedRegion"]);
                    assert!(replacement["insertedContent"]["text"].is_string(), "3.57.4");
                }
            }
        }
    }
    assert!(fixes > 0, "the demo has something to fix");
}
