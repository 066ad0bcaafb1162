//! Tests of the new module over HTTP, in the form of those that are there.

use super::{
    Plan,
    migration::quoted,
    table::{columns_of, made},
};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::line_number,
        recipe::{
            address::address_in,
            axum::{
                code::Source,
                context::decimal_text,
                imports::{USES, with_uses},
                plan::rust_lines,
                tests_of::start_of,
            },
            names::camel,
            rename::{Joint, Renamer},
            typescript::words,
        },
        rust::Function,
    },
};
use minijinja::{Value, context};

/// Why there is no test, or the file with them.
pub(super) type Tests = Result<FileChange, String>;

impl Plan<'_> {
    pub(super) fn tests(&self) -> Result<Tests, ProposeError> {
        let yours = |why: &str| format!("{why}, so the tests are yours to write.");
        let signs = ["list", "show", "create", "update", "remove"].iter().any(|one| self.signs(one));
        if signs || self.owner().is_some() {
            return Ok(Err(yours(
                "A test would have to sign in, which the recipe does not know how to do here",
            )));
        }
        let Some((source, test)) = self.example_test() else {
            return Ok(Err(yours("No test asks over HTTP in a form that the recipe knows")));
        };
        let (values, uses) = match self.values(source, test) {
            Ok(values) => values,
            Err(why) => return Ok(Err(yours(&why))),
        };
        let renamed = self.renamer().apply(source.path);
        let folder = source.path.rsplit_once('/').map_or("tests", |(folder, _)| folder);
        let path =
            if renamed == source.path { format!("{folder}/{}.rs", self.ask.name.plural) } else { renamed };
        if self.ask.workspace.text(&path)?.is_some() {
            return Ok(Err(yours(&format!("{path} is there"))));
        }
        let text = self.rendered("handlers.test.rs.j2", &values)?;
        let text = rust_lines().write(&with_uses(&text, &uses));
        let place = Place::new(source.path, line_number(source.text, test.range.start));
        Ok(Ok(self.made(path, text, Layer::Test, place)))
    }

    /// A test that asks for the example's address.
    fn example_test(&self) -> Option<(&Source<'_>, &Function)> {
        let is_test =
            |path: &str| self.ask.map.layer_of(path).or_else(|| layer_by_path(path)) == Some(Layer::Test);
        let sources = self.code.sources.iter().filter(|source| is_test(source.path));
        let mut asking = sources.filter(|source| source.text.contains(".oneshot("));
        let source = asking.find(|source| address_in(source.text, &self.like.name).is_some())?;
        let tests = &source.file.functions;
        let test = tests.iter().find(|one| one.attributes.iter().any(|text| text.contains("test")))?;
        Some((source, test))
    }

    /// What the template is told, and what the file may import.
    fn values(&self, source: &Source<'_>, test: &Function) -> Result<(Value, Vec<(String, String)>), String> {
        let body = source.text.get(test.body.clone()).unwrap_or_default();
        let pool = test.parameters.iter().find(|(_, ty)| ty.contains("Pool")).map(|(name, _)| name.clone());
        let pool = pool.ok_or("No test gets a pool of the database")?;
        let (setup, app) =
            start_of(&without_queries(body)).ok_or("How tests start the application was not understood")?;
        let address = address_in(source.text, &self.like.name).unwrap_or_default();
        let address = Renamer { joint: Joint::Kebab, ..self.renamer() }.apply(&address);
        let used = words(&setup);
        let helpers: Vec<String> = source
            .file
            .functions
            .iter()
            .filter(|one| used.contains(&one.name) && one.attributes.is_empty())
            .filter_map(|one| source.text.get(one.range.clone()).map(str::to_owned))
            .collect();
        let mut rows = Vec::new();
        for parent in self.parents.iter().filter(|parent| !parent.optional) {
            let (columns, values) = self.row_of(&parent.table).ok_or_else(|| {
                format!("A test needs a row of {} first, which the recipe cannot make here", parent.table)
            })?;
            rows.push(context! {
                name => parent.field.clone(),
                ty => parent.rust,
                table => quoted(&parent.table),
                key => parent.key.clone(),
                columns,
                values,
            });
        }
        let style = self.naming().ok_or("How values are called in bodies was not understood")?;
        let given: Vec<Value> = self
            .sent()
            .filter(|field| {
                !field.optional || !matches!(field.kind, crate::propose::recipe::fields::Kind::BelongsTo(_))
            })
            .map(|field| self.sent_value(field, style))
            .collect::<Result<_, _>>()
            .map_err(|error| error.to_string())?;
        let one = |wrapper: &Option<super::Wrapper>| {
            wrapper.as_ref().map(|one| style(&one.field)).unwrap_or_default()
        };
        let parameters: Vec<String> =
            test.parameters.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
        let ok = |is_said: bool, status: &str| if is_said { status.to_owned() } else { "OK".to_owned() };
        let creates = super::context::ok_type(&self.like.create.function.returns).contains("StatusCode");
        let removes =
            self.like.remove.is_none_or(|unit| super::context::ok_type(&unit.function.returns) != "()");
        let values = context! {
            uses => USES,
            var => self.ask.name.snake.clone(),
            plural => self.ask.name.plural.clone(),
            address,
            helpers,
            attributes => test.attributes.clone(),
            parameters => parameters.join(", "),
            pool,
            pool_ty => self.carrier.pool,
            setup,
            app,
            rows,
            given,
            is_uuid => self.key.1 == "Uuid",
            taken => one(&self.taken),
            answered => one(&self.given),
            listed => one(&self.listed),
            created => ok(creates, "CREATED"),
            removed => ok(removes, "NO_CONTENT"),
            update => self.like.update_verb.to_uppercase(),
            refuses => self.errors.refusing.is_some() || self.validates(),
            required => self.sent().find(|field| !field.optional).map(|field| style(&field.column())),
            parents => self.parents.iter().filter(|one| !one.optional).map(|one| context! {
                name => one.field.clone(),
                column => style(&one.column),
                unknown => if one.rust == "Uuid" { "\"00000000-0000-4000-8000-000000000000\"" } else { "999999" },
            }).collect::<Vec<_>>(),
        };
        let own = |path: &str| (path.to_owned(), path.rsplit("::").next().unwrap_or_default().to_owned());
        let mut uses: Vec<(String, String)> =
            source.file.uses.iter().flat_map(|one| one.paths.clone()).collect();
        let general = [
            "axum::Router",
            "axum::body::Body",
            "axum::body::to_bytes",
            "axum::http::Request",
            "axum::http::StatusCode",
            "serde_json::Value",
            "serde_json::json",
            "tower::ServiceExt",
            "uuid::Uuid",
        ];
        uses.extend(general.map(own));
        uses.push(own(&format!("sqlx::{}", self.carrier.pool)));
        Ok((values, uses))
    }

    fn sent_value(
        &self,
        field: &crate::propose::recipe::fields::Field,
        style: fn(&str) -> String,
    ) -> Result<Value, ProposeError> {
        let own = self.field(field)?;
        let is_decimal = self.rust(field)? == "Decimal";
        let text =
            |key: &str| own.get_attr(key).ok().filter(|_| is_decimal).and_then(|value| decimal_text(&value));
        let (low, high) = self.bounds(field);
        let is_text = self.rust(field)? == "String";
        let outside = match (low, high) {
            (_, Some(high)) if is_text => Some(format!("\"x\".repeat({})", high + 1)),
            (Some(_), None) if is_text => Some("\"\"".to_owned()),
            (_, Some(high)) => Some((high + 1).to_string()),
            (Some(low), None) => Some((low - 1).to_string()),
            (None, None) => None,
        };
        let key = style(&field.column());
        Ok(match text("sample").zip(text("other")) {
            Some((sample, other)) => context! { sample, other, key, outside, ..own },
            None => context! { key, outside, ..own },
        })
    }

    /// How the values of a body are called: as the columns are, or in camel case.
    fn naming(&self) -> Option<fn(&str) -> String> {
        let row = self.example_row();
        let rename = row.into_iter().flat_map(|row| &row.attributes).find(|text| text.contains("rename_all"));
        match rename {
            None => Some(str::to_owned),
            Some(text) if text.contains("\"camelCase\"") => Some(camel),
            Some(_) => None,
        }
    }

    /// Columns that a row of a table must have, and literals for them.
    fn row_of(&self, table: &str) -> Option<(Vec<String>, Vec<&'static str>)> {
        let known = made(self.migrations, table)?;
        let key = known.key()?.0.to_owned();
        let mut columns = Vec::new();
        let mut values = Vec::new();
        for part in &known.parts {
            let (name, ty, rest) = columns_of(part);
            let (ty, rest) = (ty.to_ascii_lowercase(), rest.to_ascii_lowercase());
            let is_constraint = ["primary", "constraint", "unique", "foreign", "check"]
                .contains(&name.to_ascii_lowercase().as_str());
            if is_constraint || name == key || !rest.contains("not null") || rest.contains("default") {
                continue;
            }
            values.push(match ty.split(['(', ' ']).next()? {
                _ if rest.contains("references") || rest.contains("check") => return None,
                "text" | "varchar" | "character" if name.contains("email") => "'sample@example.org'",
                "text" | "varchar" | "character" => "'sample'",
                "integer" | "int" | "bigint" | "smallint" | "real" | "numeric" | "double" => "1",
                "boolean" => "TRUE",
                "date" | "timestamptz" | "timestamp" | "datetime" => "CURRENT_TIMESTAMP",
                _ => return None,
            });
            columns.push(name);
        }
        (!columns.is_empty()).then_some((columns, values))
    }
}

/// A test's body from where it begins to make values: rows that it stores first are its own.
fn without_queries(body: &str) -> String {
    let inner = body.trim_start().strip_prefix('{').unwrap_or(body);
    let statements = inner.split_inclusive(';').skip_while(|one| !one.trim_start().starts_with("let "));
    format!("{{{}", statements.collect::<String>())
}
