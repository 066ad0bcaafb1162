//! What findings promise: suppression with a reason, exact ranges, fingerprints that
//! survive shifted lines, and silence about what is constant.

use crate::support::scan::{findings, project};
use pretty_assertions::assert_eq;
use proscenium::domain::finding::Finding;

const QUERY: &str = "\
import sqlite3

def by_name(connection: sqlite3.Connection, name):
    return connection.execute(f\"select id from users where name = '{name}' limit 1\").fetchone()
";

fn of(text: &str) -> Vec<Finding> {
    findings(&project(&[("app/repositories/users.py".to_owned(), text.to_owned())]))
}

fn rules(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn a_finding_has_the_exact_range_of_its_text() {
    let found = of(&QUERY.replace("select id", "select /* ü */ id"));
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((finding.line, finding.column), (4, 31));
    assert_eq!((finding.end_line, finding.end_column), (4, 92));
    assert_eq!(finding.symbol, "by_name");
    assert!(finding.fixable);
}

#[test]
fn a_fingerprint_survives_shifted_lines_and_changes_with_the_text() {
    let first = of(QUERY);
    let shifted = of(&QUERY.replace("import sqlite3", "import sqlite3\n# more\n"));
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].fingerprint, shifted[0].fingerprint);
    assert_ne!(first[0].line, shifted[0].line);
    assert_eq!(first[0].fingerprint.len(), 16);
    let other = of(&QUERY.replace("limit 1", "limit 2"));
    assert_ne!(first[0].fingerprint, other[0].fingerprint);
}

#[test]
fn a_suppression_needs_its_rule_and_a_reason_and_something_to_silence() {
    let with = |comment: &str| of(&QUERY.replace("    return", &format!("    {comment}\n    return")));
    let silent = with("# proscenium: ignore sec/sql-interpolated-value because names are checked above");
    assert_eq!(rules(&silent), Vec::<&str>::new());
    let without_reason = with("# proscenium: ignore sec/sql-interpolated-value");
    assert_eq!(rules(&without_reason), ["meta/unused-suppression", "sec/sql-interpolated-value"]);
    let idle = of("# proscenium: ignore orm/n-plus-one because it is small\nx = 1\n");
    assert_eq!(rules(&idle), ["meta/unused-suppression"]);
}

#[test]
fn constants_numbers_and_lists_in_the_source_are_no_injection() {
    for body in [
        "connection.execute(f\"select id from {TABLE} where a = 1 limit 1\")",
        "connection.execute(f\"select id from users limit {int(name)}\")",
        "connection.execute(f\"select id from users order by {SORTS[name]} limit 1\")",
        "connection.execute(\"select id from users where id in (%s) limit 1\" % \",\".join(\"?\" for _ in name), name)",
        "sql = \"select id from users where a = ?\"\n    sql += \" limit 1\"\n    connection.execute(sql, (name,))",
    ] {
        let text = format!(
            "import sqlite3\nTABLE = \"users\"\nSORTS = {{\"a\": \"name\"}}\ndef f(connection: sqlite3.Connection, name):\n    {body}\n"
        );
        assert_eq!(rules(&of(&text)), Vec::<&str>::new(), "{body}");
    }
}

#[test]
fn a_statement_is_followed_through_all_its_assignments() {
    let text = "import sqlite3\ndef f(connection: sqlite3.Connection, name, one):\n    sql = \"select id from users\"\n    \
                if one:\n        sql += \" where name = '\" + name + \"'\"\n    connection.execute(sql + \" limit 1\")\n";
    assert_eq!(rules(&of(text)), ["sec/sql-interpolated-value"]);
}

#[test]
fn tests_are_left_alone() {
    let files =
        [("tests/test_users.py".to_owned(), format!("{QUERY}SECRET_KEY = \"9f86d081884c7d659a2feaa0\"\n"))];
    assert_eq!(rules(&findings(&project(&files))), Vec::<&str>::new());
}

#[test]
fn two_scans_of_one_project_find_the_same() {
    let files = [("app/a.py".to_owned(), QUERY.to_owned()), ("app/b.py".to_owned(), QUERY.to_owned())];
    let folder = project(&files);
    assert_eq!(findings(&folder), findings(&folder));
}
