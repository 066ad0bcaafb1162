//! `docs/recipes.md` tells the truth: its template works, its keys are all there.

use crate::{
    recipe_fastapi,
    support::{
        backend::{Texts, fixture, inputs_of, propose_again, text_of},
        source::root,
    },
};
use proscenium::{
    domain::proposal::Proposal,
    ports::{ProposalRequest, ProposeError},
    propose::RECIPES,
};
use std::{collections::BTreeSet, fs};

const OWN: &str = "stack/recipes/fastapi-sqlalchemy/model.py.j2";

fn document() -> String {
    fs::read_to_string(root().join("docs/recipes.md")).unwrap()
}

/// The template of the document.
fn template() -> String {
    let document = document();
    let block = document.split("```jinja\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let (first, rest) = block.split_once('\n').unwrap();
    assert_eq!(first, format!("{{# {OWN} #}}"));
    rest.to_owned()
}

fn ask(template: &str) -> Result<Proposal, ProposeError> {
    let mut texts: Texts = fixture("fastapi_app");
    texts.insert(OWN.to_owned(), template.to_owned());
    let inputs = inputs_of(&[("name", "Review"), ("fields", "title:string{1..200}")]);
    let request = ProposalRequest { inputs, ..recipe_fastapi::request(&texts, "", "") };
    propose_again("resource", &texts, &request, None)
}

#[test]
fn the_template_of_the_document_takes_the_place_of_the_built_in_one() {
    let proposal = ask(&template()).unwrap();
    let model = text_of(&proposal, "app/models/review.py");
    assert!(model.starts_with("\"\"\"Reviews. Owned by the shop team.\"\"\"\n"), "{model}");
    assert!(model.contains("    title: Mapped[str] = mapped_column(String(200))\n"), "{model}");
}

#[test]
fn a_broken_template_is_named_with_its_line_and_nothing_is_proposed() {
    for (template, expected) in [
        ("x = 1\n{{ colour }}\n", "model.py.j2:2"),
        ("x = 1\n{% if %}\n", "model.py.j2:2"),
        ("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", "fuel"),
    ] {
        match ask(template) {
            Err(ProposeError::Io { path, reason }) => {
                assert!(path.starts_with("stack/recipes/fastapi-sqlalchemy/"), "{path}");
                assert!(format!("{path} {reason}").contains(expected), "{path} {reason}");
            }
            other => panic!("{template}: {other:?}"),
        }
    }
    assert!(matches!(ask("class (\n"), Err(ProposeError::Rejected(_))), "what does not parse is proposed");
}

#[test]
fn every_recipe_and_every_key_is_documented() {
    let document = document();
    let mut missing: BTreeSet<String> = RECIPES
        .iter()
        .filter(|name| !document.contains(&format!("| `{name}` |")))
        .map(|name| (*name).to_owned())
        .collect();
    let source = fs::read_to_string(root().join("src/propose/recipe/head.rs")).unwrap();
    let (structures, _) = source.split_once("impl Head").unwrap();
    let renamed = |line: &str| {
        line.split("rename = \"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned)
    };
    let mut name = None;
    for line in structures.lines().map(str::trim) {
        name = renamed(line).or(name);
        let Some((field, _)) = line.strip_suffix(',').and_then(|line| line.split_once(": ")) else {
            continue;
        };
        let field = field.rsplit(' ').next().unwrap();
        let key = name.take().unwrap_or_else(|| field.to_owned());
        if !document.contains(&format!("`{key}`")) {
            missing.insert(key);
        }
    }
    assert_eq!(missing, BTreeSet::new());
    for entry in fs::read_dir(root().join("resources/recipes")).unwrap() {
        for file in fs::read_dir(entry.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|end| end == "yaml") {
                let text = fs::read_to_string(&path).unwrap();
                let inputs = text.split("inputs:\n").nth(1).unwrap().lines();
                for line in inputs.take_while(|line| line.starts_with("  ")) {
                    let key = line.trim().split(':').next().unwrap();
                    assert!(document.contains(&format!("`{key}`")), "{}: {key}", path.display());
                }
            }
        }
    }
}
