//! The test file of the new resource, after the example's.

use super::{compose, context::Context, graft::Graft, parents, plan::Plan, routes::Routes, suite};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::sources::Source,
};

impl Plan<'_> {
    /// The test file, after the example's.
    pub(super) fn tests(
        &self,
        graft: &Graft<'_>,
        context: &Context<'_>,
        routes: &Routes,
        guarded: bool,
        remarks: &mut Vec<String>,
    ) -> Result<Option<FileChange>, ProposeError> {
        let yours = "the tests are yours to write";
        let is_own = |source: &Source| self.names.path(&source.path) != source.path;
        let Some((source, suite)) = self.suite(&is_own)? else {
            remarks.push(format!(
                "No test of {} asks over HTTP in a way that is known here, so {yours}.",
                self.names.like.plural
            ));
            return Ok(None);
        };
        let client = self.client(&suite);
        let rows = match parents::rows(self, &client, &routes.item) {
            Ok(rows) => rows,
            Err(why) => {
                remarks.push(why);
                return Ok(None);
            }
        };
        let path = self.names.path(&source.path);
        let values = self.test_context(context, &client, routes, rows, guarded);
        let part = |part: &str| -> Result<String, ProposeError> {
            let rendered = context.render("test.ts.j2", &minijinja::context! { part, ..values.clone() })?;
            Ok(self.habits.write(rendered.trim_start_matches('\n'), &[]))
        };
        let text = suite.write(graft, &part("helpers")?, &part("tests")?)?;
        let text = compose::with_import(&path, &text, "randomUUID", "node:crypto")?;
        let text = text.replace("import type { randomUUID }", "import { randomUUID }");
        let text = compose::without_unused_imports(&path, &text)?;
        let text = compose::fitted(&path, &text, &self.habits)?;
        let line =
            source.text.lines().position(|line| line.trim_start().starts_with(&format!("{}(", client.case)));
        let line = u32::try_from(line.unwrap_or_default() + 1).unwrap_or(1);
        Ok(Some(self.ask.made(path, text, Some(Place::new(source.path.clone(), line)), Layer::Test)))
    }

    /// The first test file of those that asks over HTTP.
    pub(super) fn suite(
        &self,
        is_own: &dyn Fn(&Source) -> bool,
    ) -> Result<Option<(&Source, suite::Suite<'_>)>, ProposeError> {
        for source in self.survey.sources.values().filter(|source| suite::is_test(source) && is_own(source)) {
            if let Some(suite) = suite::read(source, &self.names)? {
                return Ok(Some((source, suite)));
            }
        }
        Ok(None)
    }

    /// How a suite asks, and how the project refuses.
    pub(super) fn client(&self, suite: &suite::Suite<'_>) -> suite::Client {
        let refused = if suite.states_refusal() { suite.client.refused } else { self.refusal() };
        suite::Client { refused, ..suite.client.clone() }
    }

    fn test_context(
        &self,
        context: &Context<'_>,
        client: &suite::Client,
        routes: &Routes,
        rows: Vec<minijinja::Value>,
        guarded: bool,
    ) -> minijinja::Value {
        use minijinja::{context as values, value::Serde};
        let fields: Vec<minijinja::Value> = self
            .ask
            .fields
            .iter()
            .map(|field| {
                let own = context.field(field);
                let parent = rows.iter().find(|row| {
                    row.get_attr("field").is_ok_and(|name| name.as_str() == Some(field.name.as_str()))
                });
                let place = parent.and_then(|row| row.get_attr("place").ok());
                let reference = own.get_attr("reference").unwrap_or_default();
                values! { reference => values! { place, ..reference }, ..own }
            })
            .collect();
        values! {
            client => minijinja::Value::from(Serde(client)),
            routes => minijinja::Value::from(Serde(routes)),
            fields,
            parents => rows,
            guarded,
            key => self.key.name.clone(),
            key_is_uuid => self.key.is_text(),
            one => self.names.to.snake.replace('_', " "),
            title => self.names.to.plural.replace('_', " "),
            page => self.page(),
            full_update => routes.update == "put",
        }
    }

    /// The parameter that says how many rows a list gives.
    pub(super) fn page(&self) -> String {
        const NAMES: [&str; 7] = ["limit", "take", "pageSize", "page_size", "perPage", "per_page", "size"];
        let texts: Vec<&str> = self
            .survey
            .sources
            .values()
            .filter(|source| source.text.contains("z.") || self.related.contains(&source.path))
            .map(|source| source.text.as_str())
            .collect();
        let stated = |name: &&&str| {
            texts.iter().any(|text| {
                text.contains(&format!("{name}: z."))
                    || text.contains(&format!("query.{name}"))
                    || text.contains(&format!("query('{name}')"))
                    || text.contains(&format!("query(\"{name}\")"))
            })
        };
        NAMES.iter().find(stated).map(|name| (*name).to_owned()).unwrap_or_default()
    }

    /// The status by which a wrong body is refused.
    pub(super) fn refusal(&self) -> u16 {
        let says = |text: &str| {
            ["ZodError", "safeParse", "flattenError", "zValidator"].iter().any(|word| text.contains(word))
                && text.contains("422")
        };
        if self.survey.sources.values().any(|source| says(&source.text)) { 422 } else { 400 }
    }
}
