//! How the example's tests start the application: taken over, not invented.

use super::{
    super::{
        address::address_in,
        lines::RAW,
        names::Name,
        rename::{Joint, Renamer},
        typescript::words,
    },
    example::{Example, Role, controller_path},
    survey::{Source, Survey},
};
use serde::Serialize;

/// What a new test file takes over.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Setup {
    /// As written in the example, the resource's name exchanged.
    pub(super) title: String,
    /// Declarations and hooks, each line marked as being in the repository's form already.
    pub(super) statements: Vec<String>,
    /// Variable of the application.
    pub(super) app: String,
    /// Function that asks: `request`.
    pub(super) ask: String,
    /// `it` or `test`.
    pub(super) case: String,
    /// `/api/reviews`.
    pub(super) address: String,
    /// Status of a body that is not valid; empty where nothing checks bodies in the tests.
    pub(super) refused: &'static str,
}

/// Words that say nothing of what is declared.
const KEYWORDS: [&str; 6] = ["async", "await", "const", "function", "let", "var"];
const HOOKS: [&str; 4] = ["beforeAll", "beforeEach", "afterEach", "afterAll"];

/// Reads it; `None` without tests over HTTP to learn from.
pub(super) fn read(example: &Example, survey: &Survey, name: &Name) -> Option<Setup> {
    let source = example.source(Role::Test, survey)?;
    let part = example.part(Role::Test)?;
    let renamer = Renamer { from: &part.of, to: name, joint: Joint::Camel };
    let suite = source.script.suites.first()?;
    let hooks: Vec<&str> = suite
        .statements
        .iter()
        .filter(|(_, called)| called.as_deref().is_some_and(|called| HOOKS.contains(&called)))
        .map(|(range, _)| source.slice(range))
        .collect();
    let used = words(&hooks.join("\n"));
    let app = suite
        .variables
        .iter()
        .find(|variable| variable.ty.contains("Application"))
        .or_else(|| suite.variables.iter().find(|variable| variable.name == "app"))?;
    let mut statements = Vec::new();
    for (range, called) in &suite.statements {
        let text = source.slice(range);
        let is_hook = called.as_deref().is_some_and(|called| HOOKS.contains(&called));
        let declared = called.is_none()
            && words(text.lines().next().unwrap_or_default())
                .iter()
                .any(|word| !KEYWORDS.contains(&word.as_str()) && used.contains(word));
        if is_hook || declared {
            // Only what the new resource has is exchanged; a helper keeps its name.
            let start =
                source.text.get(..range.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
            let lines = source.text.get(start..range.end).unwrap_or(text);
            statements.push(lines.lines().map(|line| format!("{RAW}{line}")).collect::<Vec<_>>().join("\n"));
        }
    }
    let address = address_in(&source.text, &part.of)
        .map(|address| Renamer { joint: Joint::Kebab, ..renamer }.apply(&address))
        .or_else(|| {
            let (_, class) = example.class(Role::Controller, survey)?;
            let path = controller_path(class)?;
            let own = Renamer { from: &example.like, to: name, joint: Joint::Kebab };
            Some(format!("/{}", own.apply(&path)))
        })?;
    let ask = source.script.imports.iter().find(|import| import.from == "supertest")?;
    let ask = ask.names.iter().find(|name| name.name == "default" || name.name == "*")?;
    let counts =
        |word: &str| suite.statements.iter().filter(|(_, called)| called.as_deref() == Some(word)).count();
    Some(Setup {
        title: Renamer { joint: Joint::Kebab, ..renamer }.apply(suite.title.trim_matches(['\'', '"', '`'])),
        statements,
        app: app.name.clone(),
        ask: ask.local.clone(),
        case: if counts("test") > counts("it") { "test".into() } else { "it".into() },
        address,
        refused: refused(source, survey, &hooks.join("\n")),
    })
}

/// Whether the application that the tests start checks bodies, and how it refuses.
fn refused(test: &Source, survey: &Survey, hooks: &str) -> &'static str {
    let mut texts = vec![hooks.to_owned()];
    for import in &test.script.imports {
        let named = import.names.iter().any(|name| words(hooks).contains(&name.local));
        if let (true, Some(source)) = (named, survey.resolve(&test.path, &import.from)) {
            texts.push(source.text.clone());
        }
    }
    let at_work =
        texts.iter().find(|text| text.contains("useGlobalPipes") && text.contains("ValidationPipe"));
    let provided =
        || survey.sources.values().map(|source| &source.text).find(|text| text.contains("APP_PIPE"));
    match at_work.or_else(provided) {
        Some(text) if text.contains("UNPROCESSABLE_ENTITY") || text.contains("errorHttpStatusCode: 422") => {
            "422"
        }
        Some(_) => "400",
        None => "",
    }
}
