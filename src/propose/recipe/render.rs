//! Fills the templates under `resources/recipes`; an undefined name is an error.

use crate::ports::ProposeError;
use include_dir::{Dir, include_dir};
use minijinja::{Environment, UndefinedBehavior, Value};

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

/// Renders one template; the others of its folder can be imported, and `set_up` adds the
/// functions that the folder's language needs.
pub(crate) fn render(
    recipe: &str,
    template: &str,
    context: &Value,
    set_up: impl FnOnce(&mut Environment<'_>),
) -> Result<String, ProposeError> {
    let wrong = |error: minijinja::Error| ProposeError::Io {
        path: format!("recipes/{recipe}/{template}"),
        reason: error.to_string(),
    };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut syntax = environment.syntax().to_builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build().map_err(wrong)?);
    set_up(&mut environment);
    for file in RECIPES.get_dir(recipe).into_iter().flat_map(Dir::files) {
        let name = file.path().file_name().and_then(|name| name.to_str());
        if let (Some(name), Some(source)) = (name, file.contents_utf8())
            && name.ends_with(".j2")
        {
            environment.add_template(name, source).map_err(wrong)?;
        }
    }
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
