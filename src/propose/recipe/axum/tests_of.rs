//! How the example's tests start the application, and rows that a test needs first.

use super::{
    super::{
        address::address_in,
        rename::{Joint, Renamer},
        typescript::words,
    },
    plan::{Parent, Plan},
};
use crate::domain::layer::Layer;
use minijinja::{Value, context};

impl Plan<'_> {
    /// What the test template needs beside; a remark where tests cannot be written.
    pub(super) fn test_setup(&self) -> Result<Value, String> {
        let yours = |why: &str| format!("{why}; the tests are yours to write.");
        let (Some(example), Some(file)) = (self.examples.get(&Layer::Test), self.files.get(&Layer::Test))
        else {
            return Err(yours("No test was found to learn from"));
        };
        let is_test = |text: &String| text.contains("test");
        let test = file.functions.iter().find(|one| one.attributes.iter().any(is_test));
        let test = test.ok_or_else(|| yours("No test function was found to learn from"))?;
        let body = example.text.get(test.body.clone()).unwrap_or_default();
        let (setup, app) =
            start_of(body).ok_or_else(|| yours("How tests start the application was not understood"))?;
        let pool = test.parameters.iter().find(|(_, ty)| ty.contains("Pool")).map(|(name, _)| name.clone());
        let mut rows = Vec::new();
        for parent in self.parents.iter().filter(|parent| !parent.optional) {
            let row = row(parent).filter(|_| pool.is_some());
            let (columns, values) = row.ok_or_else(|| {
                yours(&format!(
                    "A test needs a row of {} first, which the recipe cannot make here",
                    parent.table
                ))
            })?;
            rows.push(context! {
                name => parent.field.clone(),
                ty => parent.key.clone(),
                table => parent.table.clone(),
                columns,
                values,
            });
        }
        let address = address_in(&example.text, &example.name)
            .ok_or_else(|| yours("No address was found in the example's tests"))?;
        let from = &example.name;
        let address = Renamer { from, to: &self.ask.name, joint: Joint::Kebab }.apply(&address);
        let used = words(&setup);
        let helpers: Vec<String> = file
            .functions
            .iter()
            .filter(|one| used.contains(&one.name) && !one.attributes.iter().any(is_test))
            .filter_map(|one| example.text.get(one.range.clone()).map(str::to_owned))
            .collect();
        let parameters: Vec<String> =
            test.parameters.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
        Ok(context! {
            attributes => test.attributes.clone(),
            parameters => parameters.join(", "),
            pool => pool.unwrap_or_default(),
            setup,
            app,
            helpers,
            rows,
            address,
        })
    }
}

/// The statements that the one needs which makes the application, with it, and its variable.
pub(super) fn start_of(body: &str) -> Option<(String, String)> {
    let inner = body.trim_start().strip_prefix('{')?;
    let mut before: Vec<(&str, &str)> = Vec::new();
    for statement in inner.split_inclusive(';').map(str::trim) {
        let rest = statement.strip_prefix("let ")?;
        let name = rest
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .find(|word| !word.is_empty() && *word != "mut")?;
        let makes = rest.contains("app(") || rest.contains("router(") || rest.contains("Router");
        if !makes {
            before.push((name, statement));
            continue;
        }
        // A test makes other things first, such as the body that it sends.
        let mut used = words(statement);
        let mut setup = vec![statement];
        for (name, statement) in before.iter().rev() {
            if used.contains(*name) {
                used.extend(words(statement));
                setup.push(statement);
            }
        }
        setup.reverse();
        return Some((setup.join("\n    "), name.to_owned()));
    }
    None
}

/// Columns that a row must have, and literals for them; `None` where a column's type is not
/// one this knows.
fn row(parent: &Parent) -> Option<(Vec<String>, Vec<&'static str>)> {
    let mut columns = Vec::new();
    let mut values = Vec::new();
    for (name, ty) in &parent.row.fields {
        if matches!(name.as_str(), "id" | "created_at" | "updated_at") || ty.starts_with("Option<") {
            continue;
        }
        columns.push(name.clone());
        values.push(match ty.as_str() {
            "String" if name.contains("email") => "'sample@example.org'",
            "String" => "'sample'",
            "i64" | "i32" | "i16" => "1",
            "f64" | "f32" => "1.5",
            "bool" => "TRUE",
            "NaiveDate" => "'2026-01-31'",
            "DateTime<Utc>" => "'2026-01-31T12:00:00Z'",
            _ => return None,
        });
    }
    Some((columns, values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_application_is_started_as_the_example_does() {
        let body = "{\n    let sent = valid(&pool).await;\n    let state = AppState { pool };\n    let app = app(state);\n    let a = 1;\n}";
        let (setup, app) = start_of(body).unwrap();
        assert_eq!(
            (setup.as_str(), app.as_str()),
            ("let state = AppState { pool };\n    let app = app(state);", "app")
        );
        assert!(start_of("{ run(); }").is_none());
    }
}
