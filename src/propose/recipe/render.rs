//! Fills the templates under `resources/recipes`; an undefined name is an error.

use crate::{ports::ProposeError, propose::workspace::Workspace};
use include_dir::{Dir, include_dir};
use minijinja::{Environment, UndefinedBehavior, Value};
use std::collections::BTreeMap;

static RECIPES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/resources/recipes");

/// Folders that hold a recipe.
pub(crate) fn recipe_folders() -> impl Iterator<Item = &'static str> {
    RECIPES
        .dirs()
        .filter_map(|folder| folder.path().to_str())
        .filter(|name| RECIPES.get_file(format!("{name}/recipe.yaml")).is_some())
}

/// The text of one resource file of a recipe.
pub(crate) fn recipe_file(recipe: &str, file: &str) -> Result<&'static str, ProposeError> {
    let path = format!("{recipe}/{file}");
    RECIPES
        .get_file(&path)
        .and_then(|file| file.contents_utf8())
        .ok_or_else(|| ProposeError::Io { path: format!("recipes/{path}"), reason: "no such file".into() })
}

/// Templates of the repository by file name, each in place of the built-in one.
pub(crate) type Own = BTreeMap<String, String>;

/// What a template of anybody may do before it is stopped.
const FUEL: u64 = 2_000_000;
/// Templates that several stacks include, each as `shared/NAME`.
const SHARED: &str = "shared";
/// Where a repository has templates of its own, below which each recipe has its folder.
const OWN_FOLDER: &str = "stack/recipes";

/// The repository's own templates of a recipe.
pub(crate) fn own_templates(recipe: &str, workspace: &Workspace<'_>) -> Result<Own, ProposeError> {
    let mut own = Own::new();
    for name in RECIPES.get_dir(recipe).into_iter().flat_map(Dir::files).filter_map(template_name) {
        if let Some(text) = workspace.text(&format!("{OWN_FOLDER}/{recipe}/{name}"))? {
            own.insert(name.to_owned(), text);
        }
    }
    Ok(own)
}

fn template_name<'f>(file: &'f include_dir::File<'_>) -> Option<&'f str> {
    file.path().file_name().and_then(|name| name.to_str()).filter(|name| name.ends_with(".j2"))
}

/// The text of a template that a recipe's folder or `shared/` holds.
fn built_in(recipe: &str, name: &str) -> Option<String> {
    let path = if name.split_once('/').is_some_and(|(folder, _)| folder == SHARED) {
        name.to_owned()
    } else {
        format!("{recipe}/{name}")
    };
    let file = RECIPES.get_file(&path).filter(|file| template_name(file).is_some())?;
    file.contents_utf8().map(str::to_owned)
}

/// Renders one template; the others of its folder and those of `shared/` can be imported, and
/// `set_up` adds the functions that the folder's language needs.
pub(crate) fn render(
    recipe: &str,
    template: &str,
    context: &Value,
    set_up: impl FnOnce(&mut Environment<'_>),
) -> Result<String, ProposeError> {
    render_own(recipe, &Own::new(), template, context, set_up)
}

/// Renders one template, with those of the repository in place of the built-in ones.
pub(crate) fn render_own(
    recipe: &str,
    own: &Own,
    template: &str,
    context: &Value,
    set_up: impl FnOnce(&mut Environment<'_>),
) -> Result<String, ProposeError> {
    let wrong = |error: minijinja::Error| {
        let name = error.name().unwrap_or(template);
        let folder = if own.contains_key(name) { OWN_FOLDER } else { "recipes" };
        let line = error.line().map(|line| format!(":{line}")).unwrap_or_default();
        ProposeError::Io { path: format!("{folder}/{recipe}/{name}{line}"), reason: error.to_string() }
    };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    let mut syntax = environment.syntax().to_builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build().map_err(wrong)?);
    set_up(&mut environment);
    // Only what is asked for is read: a folder holds the templates of every recipe of its stack.
    let (folder, replaced) = (recipe.to_owned(), own.clone());
    environment.set_loader(move |name| Ok(replaced.get(name).cloned().or_else(|| built_in(&folder, name))));
    let text =
        environment.get_template(template).and_then(|template| template.render(context)).map_err(wrong)?;
    Ok(tidy(&text))
}

/// No blanks at line ends, never more than two blank lines, one newline at the end.
fn tidy(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        let blank = lines.iter().rev().take_while(|line| line.is_empty()).count();
        if !(line.is_empty() && blank >= 2) {
            lines.push(line);
        }
    }
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    let mut text = lines.join("\n");
    text.push('\n');
    text
}
