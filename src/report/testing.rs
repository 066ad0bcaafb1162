//! A review with one finding of each kind, for the tests of the formats.

use super::{
    repair::Repair,
    review::{Review, RuleText},
};
use crate::domain::{
    diff::changes_between,
    finding::{Finding, Level},
    map::Stats,
};
use std::collections::BTreeMap;

fn finding(rule: &str, level: Level, line: u32, message: &str, fingerprint: &str) -> Finding {
    Finding {
        rule: rule.into(),
        family: "injection".into(),
        level,
        file: "app/orders.py".into(),
        line,
        column: 5,
        end_line: line,
        end_column: 9,
        message: message.into(),
        symbol: "list_orders".into(),
        fixable: level == Level::Error,
        fingerprint: fingerprint.into(),
    }
}

/// Two findings of two rules, the first with a card.
pub(super) fn review() -> Review {
    let findings = vec![
        finding("sec/sql-interpolated-value", Level::Error, 3, "a value is put into SQL", "00000000000000aa"),
        finding("orm/unbounded-list", Level::Warning, 7, "the list has no limit", "00000000000000bb"),
    ];
    let card = RuleText {
        title: "Values in SQL text".into(),
        family: "injection".into(),
        level: Level::Error,
        why: "Text becomes code.\n\nMore.".into(),
        fix: "Bind it.".into(),
        sources: vec!["CWE-89".into()],
    };
    Review {
        schema_version: 1,
        repairs: BTreeMap::from([(
            "00000000000000aa".to_owned(),
            Repair::of("a\nb\nc\nd\n", &changes_between("a\nb\nc\nd\n", "a\nb\nC\nd\n")),
        )]),
        root: ".".into(),
        base: None,
        findings,
        older: 0,
        baseline: None,
        not_understood: Vec::new(),
        excluded: Vec::new(),
        stats: Stats { files: 4, bytes: 100, elapsed_ms: 20, rules: 2 },
        rules: BTreeMap::from([("sec/sql-interpolated-value".to_owned(), card)]),
    }
}
