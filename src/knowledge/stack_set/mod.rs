//! What `stack set` would write: the four files of a repository's `stack/` folder.
//!
//! The manifest holds what was detected and the commands that were found, never more.
//! The eight patterns of `snippets.md` are taken from the repository's own code where
//! it has them, each with its place; only the rest comes from the ready stack folders.
//! Nothing is written here: the texts become a proposal like any other.

mod block;
mod manifest;
mod narrative;
mod patterns;

use crate::{
    domain::{command::CommandSpec, map::BackendMap, stack::StackKey},
    knowledge::Knowledge,
};

/// Reads a file of the repository by its relative path; nothing when it is not text.
pub type ReadFile<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Contents of the `stack/` folder as (path, text), sorted by path. `commands` are the
/// verify commands that were found. Without a known language only the manifest and the
/// narrative are made; without any known field nothing is.
pub fn stack_files(
    knowledge: &Knowledge,
    map: &BackendMap,
    commands: &[CommandSpec],
    read: ReadFile<'_>,
) -> Vec<(String, String)> {
    let Some(language) = map.stack.name(StackKey::Language) else { return Vec::new() };
    let folder = knowledge.stack_folder(language);
    let mut files = vec![
        ("stack/stack.yaml".to_owned(), manifest::text(&map.stack, commands, folder)),
        ("stack/tech-stack.md".to_owned(), narrative::text(map, commands)),
    ];
    if let Some(folder) = folder {
        let (name, template) = &folder.template;
        let template = narrative::with_origin(name, template, &map.stack);
        files.push((format!("stack/{name}"), template));
        files.push(("stack/snippets.md".to_owned(), patterns::text(folder, map, read)));
    }
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        command::CommandKind,
        finding::{Finding, Level},
        layer::Layer,
        map::{Definition, Endpoint, MigrationFile, Model, SourceFile},
        place::{Evidence, Place},
        stack::{Confidence, StackField},
    };
    use std::{collections::BTreeMap, time::Duration};

    const API: &str = "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get(\"/open\")\nasync def open_one():\n    return 1\n\n\n@router.post(\n    \"/orders\",\n)\nasync def make(\n    user: CurrentUser,\n):\n    \"\"\"Makes\n\none.\"\"\"\n    return await service.make(user)\n\n\ndef other():\n    pass\n";
    const REPO: &str = "class Orders:\n    async def page(self, limit):\n        return await self.session.scalars(select(Order).limit(limit))\n\n    async def bad(self, name):\n        return text(f\"{name}\")\n";

    fn field(name: &str) -> StackField {
        StackField {
            name: Some(name.into()),
            version: "1.0".into(),
            confidence: Confidence::Sure,
            evidence: vec![Evidence::new("pyproject.toml", 4, "dependency")],
        }
    }

    fn sample() -> (BackendMap, BTreeMap<&'static str, &'static str>) {
        let files = BTreeMap::from([
            ("app/api.py", API),
            ("app/models.py", "class Order(Base):\n    id = 1\n"),
            ("app/repo.py", REPO),
            ("app/schemas.py", "class OrderIn(BaseModel):\n    sku: str\n"),
            (
                "migrations/1_a.py",
                "revision = 1\n\n\ndef upgrade():\n    op.create_table('a')\n\n\ndef downgrade():\n    pass\n",
            ),
            ("tests/test_a.py", "import x\n\n\nasync def test_it_works(client):\n    assert client\n"),
        ]);
        let mut map = BackendMap::default();
        map.stack.language = field("python");
        map.stack.framework = field("fastapi");
        map.stack.orm = field("sqlalchemy");
        let layers =
            [Layer::Router, Layer::Model, Layer::Repository, Layer::Schema, Layer::Migration, Layer::Test];
        for (path, layer) in files.keys().zip(layers) {
            map.files.push(SourceFile {
                path: (*path).into(),
                layer,
                evidence: vec![],
                functions: 1,
                queries: 0,
            });
        }
        for (path, line) in [("/open", 6), ("/orders", 11)] {
            map.endpoints.push(Endpoint {
                kind: crate::domain::map::EndpointKind::Http,
                method: "GET".into(),
                path: path.into(),
                handler: "h".into(),
                file: "app/api.py".into(),
                line,
                handler_place: None,
            });
        }
        map.models.push(Model {
            name: "Order".into(),
            table: None,
            columns: vec![],
            file: "app/models.py".into(),
            line: 1,
        });
        map.schemas.push(Definition {
            name: "OrderIn".into(),
            file: "app/schemas.py".into(),
            line: 1,
            fields: vec!["sku".into()],
        });
        map.migrations.push(MigrationFile {
            path: "migrations/1_a.py".into(),
            revision: "1".into(),
            parent: None,
        });
        (map, files)
    }

    fn command() -> CommandSpec {
        CommandSpec {
            id: "tests".into(),
            kind: CommandKind::Tests,
            argv: vec!["pytest".into(), "-q".into(), "a: \"b\"".into()],
            folder: String::new(),
            from: Place::new("pyproject.toml", 9),
            parser: "pytest".into(),
            timeout: Duration::from_secs(600),
            optional: false,
            pass_signal: None,
            needs: vec![],
            env: vec![],
        }
    }

    fn made(map: &BackendMap, files: &BTreeMap<&str, &str>) -> BTreeMap<String, String> {
        let knowledge = Knowledge::load(&[]).expect("loads");
        let read = |path: &str| files.get(path).map(|text| (*text).to_owned());
        stack_files(&knowledge, map, &[command()], &read).into_iter().collect()
    }

    #[test]
    fn patterns_come_from_the_repository_with_their_place() {
        let (map, files) = sample();
        let made = made(&map, &files);
        let snippets = &made["stack/snippets.md"];
        assert!(snippets.contains("From `app/api.py:11`"), "the route with a user wins:\n{snippets}");
        assert!(snippets.contains("return await service.make(user)\n```"), "{snippets}");
        for place in [
            "app/models.py:1",
            "app/schemas.py:1",
            "migrations/1_a.py:4",
            "tests/test_a.py:4",
            "app/repo.py:2",
        ] {
            assert!(snippets.contains(&format!("From `{place}`")), "{place} in\n{snippets}");
        }
        assert!(
            snippets.contains("No example of it in this repository"),
            "injection is not there:\n{snippets}"
        );
    }

    #[test]
    fn code_with_a_finding_is_no_example() {
        let (mut map, files) = sample();
        map.findings.push(Finding {
            rule: "sec/x".into(),
            family: "x".into(),
            level: Level::Error,
            file: "app/api.py".into(),
            line: 18,
            column: 1,
            end_line: 18,
            end_column: 2,
            message: "m".into(),
            symbol: String::new(),
            fixable: false,
            fingerprint: "0".into(),
        });
        let made = made(&map, &files);
        assert!(!made["stack/snippets.md"].contains("app/api.py:11"));
    }

    #[test]
    fn the_manifest_fits_its_schema_and_keeps_arguments_whole() {
        let (map, files) = sample();
        let manifest = made(&map, &files)["stack/stack.yaml"].clone();
        let value: serde_json::Value = serde_saphyr::from_str(&manifest).expect("YAML");
        assert_eq!(value["language"], "python");
        assert_eq!(value["source"], "detected");
        assert_eq!(value["verify"]["tests"]["cmd"], "pytest -q 'a: \"b\"'");
        let schema: serde_json::Value =
            serde_json::from_str(crate::knowledge::embedded("schema/stack.schema.json").expect("shipped"))
                .expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }

    #[test]
    fn an_unknown_stack_gives_nothing() {
        let made = made(&BackendMap::default(), &BTreeMap::new());
        assert!(made.is_empty());
    }
}
