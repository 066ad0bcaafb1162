//! `proscenium rules`: the list, one page, and the examples.

use crate::support::program::Sandboxed;
use pretty_assertions::assert_eq;
use std::fs;

#[test]
fn the_list_names_every_rule_with_its_level() {
    let (sandbox, root) = Sandboxed::with_demo();
    let text = sandbox.run(&root, &["rules", "list"]).expect(0).without_escapes().text();
    let json = sandbox.run(&root, &["rules", "list", "--format", "json"]).expect(0).json();
    let rules = json["rules"].as_array().expect("a list");
    assert_eq!(text.lines().count(), rules.len());
    assert!(rules.len() >= 42, "{}", rules.len());
    for rule in rules {
        let (id, level) = (rule["id"].as_str().expect("an id"), rule["level"].as_str().expect("a level"));
        assert!(text.lines().any(|line| line.starts_with(id) && line.contains(level)), "{id}");
    }
}

#[test]
fn a_page_teaches_and_an_unknown_rule_is_bad_input() {
    let (sandbox, root) = Sandboxed::with_demo();
    let text = sandbox.run(&root, &["rules", "show", "orm/n-plus-one"]).expect(0).without_escapes().text();
    for words in ["orm/n-plus-one", "To fix", "Bad (", "Good:", "Source: "] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    let ran = sandbox.run(&root, &["rules", "show", "orm/nothing"]).expect(2);
    assert!(ran.err.contains("there is no rule orm/nothing"), "{}", ran.err);
}

#[test]
fn examples_of_shipped_rules_hold_and_a_wrong_one_of_the_team_is_told() {
    let (sandbox, root) = Sandboxed::with_demo();
    let text = sandbox.run(&root, &["rules", "test", "sec/sql-interpolated-value"]).expect(0).text();
    assert_eq!(text, "10 examples, 0 wrong\n");
    let shipped = include_str!("../resources/rules/sec/debug-enabled.yaml");
    let wrong = shipped.replace("app = FastAPI(debug=True)", "app = FastAPI()");
    fs::create_dir_all(root.join("stack/rules/sec")).expect("a folder");
    fs::write(root.join("stack/rules/sec/debug-enabled.yaml"), wrong).expect("written");
    let text = sandbox.run(&root, &["rules", "test", "sec/debug-enabled"]).expect(1).text();
    assert_eq!(
        text,
        "sec/debug-enabled: the bad code for fastapi in python is not found\n8 examples, 1 wrong\n"
    );
}
