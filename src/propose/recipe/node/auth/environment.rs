//! The key that tests sign with: in the environment of the test runner, before anything is
//! imported.

use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_number},
        recipe::{
            node::{compose, plan::Plan},
            resource::Edited,
        },
        script::{Id, Kind, Tree},
    },
};

/// Configurations of the runner, the first that is there.
const CONFIGS: [&str; 8] = [
    "vitest.config.ts",
    "vitest.config.mts",
    "vitest.config.js",
    "vitest.config.mjs",
    "vite.config.ts",
    "vite.config.mts",
    "vite.config.js",
    "vite.config.mjs",
];

/// The configuration with the key in it, or a new one; a remark where it cannot be put there.
pub(super) fn key_for_tests(
    plan: &Plan<'_>,
    remarks: &mut Vec<String>,
) -> Result<Option<FileChange>, ProposeError> {
    let root = plan.router.split_once("src/").map_or("", |(root, _)| root);
    // No literal of that length: what looks for secrets in sources would take it for one.
    let key = |quote: char| format!("{quote}for-tests-only-{quote}.repeat(3)");
    let reason = "A key for tests, before the application is imported.";
    for config in CONFIGS {
        let path = format!("{root}{config}");
        let Some(text) = plan.ask.workspace.text(&path)? else { continue };
        let Some((at, new)) = with_key(&path, &text, &key)? else {
            remarks
                .push(format!("Set JWT_SECRET in {path} before the application is imported: tests need it."));
            return Ok(None);
        };
        let new = compose::fitted_beside(&path, &text, &new, &plan.habits)?;
        return Ok(Some(plan.ask.edited(Edited {
            path: &path,
            old: &text,
            new,
            reason: reason.into(),
            like: Some(Place::new(path.clone(), line_number(&text, at))),
            layer: Layer::Config,
        })));
    }
    let manifest = plan.ask.workspace.text(&format!("{root}package.json"))?.unwrap_or_default();
    if !manifest.contains("\"vitest\"") {
        remarks.push("Set JWT_SECRET where tests run, before the application is imported.".into());
        return Ok(None);
    }
    let text = format!(
        "import {{ defineConfig }} from 'vitest/config';\n\nexport default defineConfig({{\n  test: {{\n    \
         env: {{ JWT_SECRET: {} }},\n  }},\n}});\n",
        key('\'')
    );
    let path = format!("{root}vitest.config.{}", if manifest.contains("\"module\"") { "ts" } else { "mts" });
    let text = plan.habits.write(&text, &[]);
    let like = Place::new(format!("{root}package.json"), 1);
    let mut made = plan.ask.made(path, text, Some(like), Layer::Config);
    for note in &mut made.notes {
        note.reason = reason.into();
    }
    Ok(Some(made))
}

/// A configuration with the key among what tests have in their environment, and the byte of what
/// it was put into.
fn with_key(
    path: &str,
    text: &str,
    key: &dyn Fn(char) -> String,
) -> Result<Option<(usize, String)>, ProposeError> {
    let tree = Tree::parse(path, text)?;
    let quote = if text.contains("from \"") { '"' } else { '\'' };
    let variable = format!("JWT_SECRET: {}", key(quote));
    let member = |object: Id, name: &str| {
        let found = tree.children(object).iter().copied().find(|one| tree.name(*one, text) == Some(name))?;
        tree.value(found).filter(|value| tree.kind(*value) == Kind::Object)
    };
    let objects = tree.all().filter(|id| tree.kind(*id) == Kind::Object);
    let of_tests = objects.clone().find_map(|object| member(object, "test"));
    let (object, entry) = match of_tests {
        Some(tests) => match member(tests, "env") {
            Some(environment) => (environment, variable),
            None => (tests, format!("env: {{ {variable} }}")),
        },
        None => {
            let is_whole = |id: &Id| {
                let above = tree.parent(*id);
                tree.kind(above) == Kind::Export
                    || tree.callee(above, text).is_some_and(|(name, _)| name == "defineConfig")
            };
            let Some(whole) = objects.clone().find(is_whole) else { return Ok(None) };
            (whole, format!("test: {{ env: {{ {variable} }} }}"))
        }
    };
    let at = tree.range(object).start + 1;
    let gap = match tree.children(object).first() {
        Some(first) => {
            let start = tree.range(*first).start;
            let between = text.get(at..start).unwrap_or_default();
            if between.contains('\n') { format!("\n{}", indent_of(text, start)) } else { " ".to_owned() }
        }
        None => " ".to_owned(),
    };
    let end = if tree.children(object).is_empty() { " " } else { "," };
    let mut edits = Edits::default();
    edits.insert(at, format!("{gap}{entry}{end}"));
    Ok(Some((at, edits.apply(text)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_joins_what_tests_are_told() {
        let added = |text: &str| {
            with_key("vitest.config.ts", text, &|quote| format!("{quote}k{quote}"))
                .unwrap()
                .map(|(_, text)| text)
        };
        assert_eq!(
            added("export default defineConfig({\n  test: { globals: true },\n})\n").unwrap(),
            "export default defineConfig({\n  test: { env: { JWT_SECRET: 'k' }, globals: true },\n})\n"
        );
        assert_eq!(
            added("export default defineConfig({\n  test: {\n    env: {\n      A: 'b',\n    },\n  },\n})\n")
                .unwrap(),
            "export default defineConfig({\n  test: {\n    env: {\n      JWT_SECRET: 'k',\n      A: 'b',\n    },\n  },\n})\n"
        );
        assert_eq!(
            added("export default defineConfig({ plugins: [] })\n").unwrap(),
            "export default defineConfig({ test: { env: { JWT_SECRET: 'k' } }, plugins: [] })\n"
        );
        assert_eq!(added("export default make()\n"), None);
    }
}
