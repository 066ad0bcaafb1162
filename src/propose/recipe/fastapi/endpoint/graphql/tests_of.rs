//! The tests of the operations: each over HTTP, what is refused, what is not there, and two at once.

use super::{
    Plan,
    offer::{Offer, Operation, Verb},
};
use crate::{
    domain::{place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{
        endpoint::{column::Column, python_values::two_values},
        errors::python::file,
        fastapi::endpoint::{
            answers::json,
            columns::Model,
            reader::Class,
            rows::{self, Row},
            tests_of::{Known, folder_of_tests, headers, origins, tests_named},
        },
        fields::Kind,
        head::StepHead,
        names::camel,
    },
};
use minijinja::{Value, context};

/// The key of a row that nobody has.
const NO_UUID: &str = "\"00000000-0000-4000-8000-000000000000\"";

impl Plan<'_> {
    /// The new file; the inner `Err` says why the tests are left to the user.
    pub(super) fn test(
        &self,
        step: &StepHead,
        offer: &Offer<'_>,
    ) -> Result<Result<FileChange, String>, ProposeError> {
        let yours = |why: &str| Ok(Err(format!("{why}, so the tests are yours to write.")));
        let known =
            Known { reader: self.reader, model: self.model, name: &self.ask.name, dialect: self.dialect };
        let like = tests_named(self.reader, &self.ask.name);
        let Some(style) = known.style(like, &self.ask.workspace)? else {
            return yours("No fixture named client was found");
        };
        let create = offer.of(Verb::Create).and_then(|one| Some((one, one.body?)));
        let Some((create, body)) = create else {
            return yours("A test needs a row that a mutation makes");
        };
        let Some(address) = self.address() else {
            return yours("Where the schema is served is not stated by texts");
        };
        let sent = self.sent_columns(body);
        let parents = match self.parents(&sent) {
            Ok(parents) => parents,
            Err(column) => return yours(&format!("What {column} could hold is not known")),
        };
        if !parents.parents.is_empty()
            && (style.session.is_empty() || (style.session_is_async && !style.client_is_async))
        {
            return yours("No fixture gives a session to make rows with");
        }
        let asks_user = offer.members.iter().any(|one| !one.is_session);
        let who = if asks_user { headers(self.reader) } else { Vec::new() };
        if asks_user && who.is_empty() {
            return yours("No fixture gives the headers of someone signed in");
        }
        let needs_session = !parents.parents.is_empty();
        let session = if needs_session { style.session.clone() } else { String::new() };
        let is_async_body = needs_session && style.session_is_async;
        let given: Vec<&str> = ["client", session.as_str(), who.first().map_or("", String::as_str)]
            .into_iter()
            .filter(|one| !one.is_empty())
            .collect();
        let given = given.join(", ");
        let owned = asks_user && self.is_owned(offer);
        let value = context! {
            title => self.title(),
            marker => style.marker.clone(),
            client => style.client.clone(),
            def => if style.client_is_async { "async def" } else { "def" },
            await => if style.client_is_async { "await " } else { "" },
            def_body => if is_async_body { "async def" } else { "def" },
            await_body => if is_async_body { "await " } else { "" },
            session,
            session_type => if style.session_is_async { "AsyncSession" } else { "Session" },
            headers => who.first().cloned().unwrap_or_default(),
            others => who.get(1).cloned().filter(|_| owned).unwrap_or_default(),
            given,
            address,
            schema_name => self.ask.name.pascal.clone(),
            fields => self.shown.fields.iter().map(|one| camel(&one.name)).collect::<Vec<_>>(),
            parents => parents.parents_value(),
            values => values(&sent),
            var => self.ask.name.snake.clone(),
            plural => self.ask.name.plural.clone(),
            get => camel(&self.operation(Verb::Get)),
            create => operation(create, &self.input_class(Verb::Create)),
            update => offer.of(Verb::Update).map(|one| self.update(one)),
            changed => offer.of(Verb::Update).and_then(|one| self.changed(one)),
            remove => offer.of(Verb::Remove).map(|one| camel(&one.name)),
            list => offer.of(Verb::List).map(|one| self.list(one)),
            same => self.same(&sent),
            wrong => self.wrong(body),
            key => self.key(),
            codes => self.is_turned(),
            answers => self.is_turned() && !self.has("errors", "answered"),
        };
        let rendered = self.ask.render(self.templates, &step.template, &value, |_| {})?;
        let path = format!("{}test_{}_graphql.py", self.test_folder(like), self.ask.name.plural);
        self.ask.refuse_files(std::slice::from_ref(&path))?;
        let mut candidates = vec![format!("{}:answered", self.dotted(&self.path("errors")))];
        candidates.extend(origins(&known, &style, &parents));
        let text = file(self.habits, &path, &rendered, &candidates)?;
        let place = self.test_place(like).unwrap_or_else(|| create.like.clone());
        let mut made = self.ask.made(path, text, Some(place), step.layer);
        for note in &mut made.notes {
            note.reason.clone_from(&step.reason);
        }
        Ok(Ok(made))
    }

    /// Where clients ask; `None` where that is not stated.
    fn address(&self) -> Option<String> {
        match &self.server.existing {
            None => Some("/graphql".into()),
            Some(existing) => existing.address.clone(),
        }
    }

    fn test_folder(&self, like: Option<&str>) -> String {
        match like.and_then(|path| path.rsplit_once('/')) {
            Some((folder, _)) => format!("{folder}/"),
            None => folder_of_tests(self.reader),
        }
    }

    /// The last test of the resource's routes.
    fn test_place(&self, like: Option<&str>) -> Option<Place> {
        let (path, module) = self.reader.modules.get_key_value(like?)?;
        Some(Place::new(*path, module.line(&module.functions().last()?.name)))
    }

    /// Fields of a body with what the model knows of them, and the parent that each refers to.
    fn sent_columns(&self, body: Class<'_>) -> Vec<(Column, Option<String>)> {
        let sent = Model::of(self.reader, body).columns;
        sent.into_iter()
            .map(|mut column| {
                let Some(own) = self.model.columns.iter().find(|own| own.name == column.name) else {
                    return (column, None);
                };
                column.unique = own.unique;
                column.max = [column.max, own.max].into_iter().flatten().min();
                let parent = match &own.kind {
                    Kind::BelongsTo(_) => {
                        Some(column.name.strip_suffix("_id").unwrap_or(&column.name).to_owned())
                    }
                    _ => None,
                };
                (column, parent)
            })
            .collect()
    }

    /// The rows that a body refers to.
    fn parents(&self, sent: &[(Column, Option<String>)]) -> Result<Row, String> {
        let needed = |name: &str| {
            sent.iter().any(|(column, parent)| {
                parent.as_deref() == Some(name) && !column.optional && !column.has_default
            })
        };
        if !sent.iter().any(|(_, parent)| parent.as_deref().is_some_and(needed)) {
            return Ok(Row::default());
        }
        rows::row(self.reader, self.model)
    }

    /// A field of a body with a value that its class refuses; what only the table bounds is not.
    fn wrong(&self, body: Class<'_>) -> Option<Value> {
        let is_reference = |name: &str| {
            self.model.columns.iter().any(|own| own.name == name && matches!(own.kind, Kind::BelongsTo(_)))
        };
        let sent = Model::of(self.reader, body).columns;
        sent.iter().filter(|column| !is_reference(&column.name)).find_map(wrong)
    }

    /// Whether rows belong to who asks.
    fn is_owned(&self, offer: &Offer<'_>) -> bool {
        let classes = offer.members.iter().filter_map(|one| one.class.clone());
        classes.into_iter().any(|class| {
            self.model.columns.iter().any(|column| column.kind == Kind::BelongsTo(class.clone()))
        })
    }

    fn key(&self) -> Value {
        let key = self.model.columns.iter().find(|column| column.is_key);
        let name = key.map_or("id", |column| column.name.as_str());
        let kind = key.map(|column| &column.kind);
        let (graphql, missing) = match kind {
            Some(Kind::Uuid) => ("UUID", NO_UUID),
            Some(Kind::String | Kind::Text) => ("String", "\"nothing-like-it\""),
            _ => ("Int", "999999"),
        };
        context! { name => camel(name), graphql, missing }
    }

    /// A field that is read as it was sent.
    fn same(&self, sent: &[(Column, Option<String>)]) -> Option<String> {
        let is_plain = |column: &Column| {
            matches!(column.kind, Kind::String | Kind::Text | Kind::Integer | Kind::Boolean | Kind::Uuid)
                && !column.optional
                && !column.has_default
        };
        sent.iter()
            .map(|(column, _)| column)
            .find(|column| is_plain(column) && self.is_shown(&column.name))
            .map(|column| camel(&column.name))
    }

    fn is_shown(&self, name: &str) -> bool {
        self.shown.fields.iter().any(|field| field.name == name)
    }

    fn update(&self, one: &Operation<'_>) -> Value {
        let sent = one.body.map(|body| self.sent_columns(body)).unwrap_or_default();
        let is_open = sent.iter().all(|(column, _)| column.optional || column.has_default);
        context! { name => camel(&one.name), input => self.input_class(Verb::Update), is_open }
    }

    /// A field that a test changes, where no other has to be said with it.
    fn changed(&self, one: &Operation<'_>) -> Option<Value> {
        let sent = self.sent_columns(one.body?);
        if !sent.iter().all(|(column, _)| column.optional || column.has_default) {
            return None;
        }
        let (column, _) = sent.iter().find(|(column, parent)| {
            parent.is_none()
                && self.is_shown(&column.name)
                && !column.unique
                && column.choices.is_empty()
                && matches!(column.kind, Kind::String | Kind::Text | Kind::Integer | Kind::Boolean)
        })?;
        let [_, (value, _)] = two_values(&Column { unique: false, ..column.clone() })?;
        let value = if column.kind == Kind::Boolean { "True".to_owned() } else { value };
        Some(context! { name => camel(&column.name), value })
    }

    fn list(&self, one: &Operation<'_>) -> Value {
        let key = self.key();
        let key = key.get_attr("name").map(|name| name.to_string()).unwrap_or_default();
        let rows =
            self.shown.page.as_ref().and_then(|(_, _, members)| members.iter().find(|one| one.is_rows));
        let inner = match rows {
            Some(rows) => format!("{{ {} {{ {key} }} }}", camel(&rows.name)),
            None => format!("{{ {key} }}"),
        };
        let take = one.page.iter().find(|one| super::given::TAKES.contains(&one.name.as_str()));
        let most = take.and_then(|take| {
            take.limits.iter().find_map(|limit| limit.strip_prefix("le=")?.parse::<i64>().ok())
        });
        context! {
            name => camel(&one.name),
            inner,
            rows => rows.map_or(String::new(), |rows| format!("[\"{}\"]", camel(&rows.name))),
            take => take.map(|take| camel(&take.name)),
            over => most.unwrap_or(0).saturating_add(1),
        }
    }
}

fn operation(one: &Operation<'_>, input: &str) -> Value {
    context! { name => camel(&one.name), input }
}

/// What a body needs, as a dictionary has it.
fn values(sent: &[(Column, Option<String>)]) -> Vec<String> {
    let needed = sent.iter().filter(|(column, _)| !column.optional && !column.has_default);
    needed
        .map(|(column, parent)| {
            let value = match parent {
                Some(parent) if column.source_type.contains("UUID") => format!("str({parent}.id)"),
                Some(parent) => format!("{parent}.id"),
                None => sample(column),
            };
            format!("\"{}\": {value}", camel(&column.name))
        })
        .collect()
}

/// A value as JSON.
fn sample(column: &Column) -> String {
    match column.choices.first() {
        Some(choice) => format!("\"{}\"", choice.value),
        None => json(column),
    }
}

/// A value that the body itself refuses.
fn wrong(column: &Column) -> Option<Value> {
    let value = match column.kind {
        _ if !column.choices.is_empty() => "\"no-such-value\"".into(),
        Kind::String | Kind::Text => match (column.max, column.min) {
            (Some(max), _) => format!("\"x\" * {}", max.saturating_add(1)),
            (None, Some(min)) if min > 0 => "\"\"".into(),
            _ => return None,
        },
        Kind::Integer => match (column.min, column.max) {
            (Some(min), _) => min.saturating_sub(1).to_string(),
            (None, Some(max)) => max.saturating_add(1).to_string(),
            _ => return None,
        },
        _ => return None,
    };
    Some(context! { name => camel(&column.name), snake => column.name.clone(), value })
}
