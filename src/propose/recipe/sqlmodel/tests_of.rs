//! What the generated tests need: addresses, fixtures, tokens, values.

use super::{columns::Parent, plan::Plan};
use crate::{
    domain::{layer::Layer, place::Place},
    ports::ProposeError,
    propose::{
        python::Module,
        recipe::{
            django::tests_of::wrong,
            examples,
            fastapi::{
                context::field_context,
                layout::Layout,
                samples::{TestStyle, is_fixture},
                tokens,
            },
            fields::{Field, Kind},
            names::Name,
            python_text::exchanged,
            typescript::words,
        },
    },
};
use minijinja::{Value, context};

/// Path, citation, context and candidates of the tests.
type Parts = (String, Option<Place>, Value, Vec<String>);

/// What the tests send and compare.
struct Values {
    sent: Vec<Value>,
    /// A column and its other value.
    changed: Option<Value>,
    compared: Vec<String>,
}

impl Plan<'_> {
    /// The parts of the test file; the inner `Err` says why tests are left to the user.
    pub(super) fn test_parts(&self) -> Result<Result<Parts, String>, ProposeError> {
        let example = &self.example;
        let Some(like_path) = &example.tests else {
            return Ok(Err(
                "No tests of the example's routes were found, so the tests are yours to write.".into()
            ));
        };
        let Some(module) = self.modules.get(like_path.as_str()) else {
            return Ok(Err("The example's tests do not parse, so the tests are yours to write.".into()));
        };
        let Some(style) = TestStyle::read(&self.test_layout(), &self.ask.workspace)? else {
            return Ok(Err("No fixture named client was found, so the tests are yours to write.".into()));
        };
        let Some((list_url, item_url)) = self.addresses(module.text, &self.ask.name) else {
            return Ok(Err(
                "No address of the example was found in its tests, so the tests are yours to write.".into(),
            ));
        };
        let rows: Vec<_> = self
            .parents
            .iter()
            .filter(|parent| Some(&parent.field) != self.owner.as_ref() && !parent.optional)
            .collect();
        let can_store = !style.session.is_empty() && (!style.session_is_async || style.client_is_async);
        if let Some(parent) = rows.iter().find(|parent| parent.row.is_none() || !can_store) {
            return Ok(Err(format!(
                "A test needs a row of {} first, which the recipe cannot make here; the tests are yours to write.",
                parent.model
            )));
        }
        let (headers, others) = self.headers();
        if example.routes.user.is_some() && headers.is_empty() {
            return Ok(Err(
                "No fixture gives the headers of someone signed in, so the tests are yours to write.".into(),
            ));
        }
        let Values { sent, changed, compared } = self.values();
        let row_values = row_values(&rows);
        let unknown_parents: Vec<Value> = rows
            .iter()
            .map(|parent| {
                context! {
                    name => parent.field.clone(),
                    column => parent.column.clone(),
                    unknown => if parent.is_uuid { "\"00000000-0000-4000-8000-000000000000\"" } else { "999999" },
                }
            })
            .collect();
        let awaits = |is_async: bool| if is_async { "await " } else { "" };
        let is_uuid = example.routes.id_type.contains("UUID");
        let expired = self.expired();
        let unknown = if is_uuid { "00000000-0000-4000-8000-000000000000" } else { "999999" };
        let f = if item_url.contains('{') { "f" } else { "" };
        let unknown_url = format!("{f}\"{item_url}/{unknown}\"");
        let context = context! {
            client => "client",
            client_type => style.client.clone(),
            db => style.session.clone(),
            session_type => if style.session_is_async { "AsyncSession" } else { "Session" },
            needs_session => !rows.is_empty(),
            marker => style.marker.clone(),
            rows => row_values,
            unknown_parents,
            sent,
            compared,
            changed,
            wrong => wrong_columns(self),
            list_url,
            item_url,
            headers,
            others,
            missing => 401,
            garbage => self.garbage_status(),
            expired => expired.as_ref().map(|_| "create_access_token(\"nobody\", timedelta(minutes=-1))"),
            rows_key => example.page.as_ref().map(|page| format!("[\"{}\"]", page.rows)).unwrap_or_default(),
            unknown_url,
            def => if style.client_is_async { "async def" } else { "def" },
            await => awaits(style.client_is_async),
            def_body => if style.session_is_async { "async def" } else { "def" },
            await_body => awaits(style.session_is_async),
        };
        let candidates = self.case_candidates(like_path, &style, expired);
        let line = module.functions().next().map_or(1, |function| module.line(&function.name));
        let place = Place::new(like_path.clone(), line);
        Ok(Ok((self.beside(like_path), Some(place), context, candidates)))
    }

    /// The layout that tells how tests are written.
    pub(super) fn test_layout(&self) -> Layout {
        let own = self.example.tests.as_ref().and_then(|path| {
            let text = self.modules.get(path.as_str())?.text.to_owned();
            Some(examples::Example { path: path.clone(), name: self.example.like.clone(), text })
        });
        Layout {
            like: self.example.like.clone(),
            examples: own.map(|own| (Layer::Test, own)).into_iter().collect(),
            import_root: self.import_root.clone(),
        }
    }

    /// What the tests send and compare.
    fn values(&self) -> Values {
        let mut sent = Vec::new();
        let mut changed = None;
        let mut compared = Vec::new();
        for field in self.stored() {
            let (sample, other) = self.sample(field);
            if sample.is_empty() {
                continue;
            }
            let is_plain =
                !matches!(field.kind, Kind::BelongsTo(_) | Kind::Decimal | Kind::DateTime | Kind::Float);
            if is_plain {
                compared.push(field.column());
                if !field.unique && changed.is_none() {
                    changed = Some(context! { name => field.column(), other });
                }
            }
            sent.push(context! { name => field.column(), sample });
        }
        Values { sent, changed, compared }
    }

    /// Where the names of the tests come from.
    fn case_candidates(&self, like_path: &str, style: &TestStyle, expired: Option<String>) -> Vec<String> {
        let mut candidates: Vec<String> =
            ["uuid", "pytest", "datetime:timedelta", "typing:Any"].map(str::to_owned).into();
        candidates.push(style.client_import.clone());
        candidates.push(if style.session_is_async {
            "sqlmodel.ext.asyncio.session:AsyncSession".into()
        } else {
            "sqlmodel:Session".into()
        });
        candidates.extend(expired.map(|module| format!("{module}:create_access_token")));
        candidates.extend(self.parent_imports(like_path));
        candidates.extend(self.carried_from(like_path));
        candidates
    }

    /// Python of the collection's address, and of a row's up to its last slash, for an f-string.
    pub(super) fn addresses(&self, text: &str, name: &Name) -> Option<(String, String)> {
        let like = &self.example.like;
        for stem in [&like.plural, &like.snake] {
            for form in [stem.clone(), stem.replace('_', "-")] {
                for (at, _) in text.match_indices(&format!("/{form}")) {
                    let before = text.get(..at)?;
                    let line = before.rsplit('\n').next().unwrap_or_default();
                    let Some(open) = line.rfind(['"', '\'']) else { continue };
                    let prefix = line.get(open + 1..)?;
                    if prefix.contains(' ') {
                        continue;
                    }
                    let address = exchanged(&format!("{prefix}/{form}"), like, name);
                    let f = if prefix.contains('{') { "f" } else { "" };
                    return Some((format!("{f}\"{address}{}\"", self.example.routes.root), address));
                }
            }
        }
        None
    }

    /// Fixtures that give headers: of who may do all or of anyone, and of someone else.
    fn headers(&self) -> (String, String) {
        if self.example.routes.user.is_none() {
            return (String::new(), String::new());
        }
        let mut all: Vec<String> = Vec::new();
        for (_, module) in self.modules.iter().filter(|(path, _)| path.ends_with("conftest.py")) {
            let fixtures = module.functions().filter(|one| is_fixture(module, one));
            all.extend(fixtures.map(|one| one.name.to_string()).filter(|name| name.contains("headers")));
        }
        all.sort_by_key(|name| !(name.contains("super") || name.contains("admin")));
        let mut all = all.into_iter();
        (all.next().unwrap_or_default(), all.next().unwrap_or_default())
    }

    /// The status of an answer to a token that is none.
    fn garbage_status(&self) -> u16 {
        let checks = self.modules.values().find(|module| {
            let known = words(module.text);
            ["InvalidTokenError", "JWTError", "PyJWTError", "DecodeError"]
                .iter()
                .any(|name| known.contains(*name))
                && known.contains("HTTPException")
        });
        let after = |module: &Module<'_>| {
            let at = ["except", "InvalidTokenError"].iter().find_map(|word| module.text.rfind(word))?;
            module.text.get(at..).map(|rest| rest.find("403").zip(Some(rest.find("401"))))
        };
        match checks.and_then(after) {
            Some(Some((forbidden, unauthorized))) if unauthorized.is_none_or(|at| forbidden < at) => 403,
            _ => 401,
        }
    }

    /// The module of a `create_access_token(subject, expires_delta)`.
    fn expired(&self) -> Option<String> {
        let modules = self.modules.iter().map(|(path, module)| (*path, module)).collect();
        tokens::expiring(&modules).map(|path| self.module_of(path))
    }

    /// A value and another one, as Python source of JSON values.
    fn sample(&self, field: &Field) -> (String, String) {
        if let Some(parent) = self.parent(field) {
            let value = match (parent.optional, parent.is_uuid) {
                (true, _) => String::new(),
                (false, true) => format!("str({}.id)", parent.field),
                (false, false) => format!("{}.id", parent.field),
            };
            return (value, String::new());
        }
        let context = field_context(field, None, false);
        // Rows of other tests may still be there.
        if field.unique && matches!(field.kind, Kind::String | Kind::Text) {
            let length = field.max.unwrap_or(32).min(32);
            return (format!("uuid.uuid4().hex[:{length}]"), String::new());
        }
        (context.sample, context.other)
    }
}

/// Values that must be refused, by column.
fn wrong_columns(plan: &Plan<'_>) -> Vec<Value> {
    let fields: Vec<Field> =
        plan.stored().map(|field| Field { name: field.column(), ..field.clone() }).collect();
    wrong(&fields, None)
}

/// The rows that tests make first, as templates see them.
fn row_values(rows: &[&Parent]) -> Vec<Value> {
    rows.iter()
        .map(|parent| {
            context! {
                name => parent.field.clone(),
                model => parent.model.clone(),
                arguments => parent.row.clone(),
            }
        })
        .collect()
}
