//! The new modules: what each is made of, and the line that it follows.

use super::{
    Plan, kinds,
    members::{Field, inputs},
    offer::{Offer, Operation, Verb},
    server::Context,
};
use crate::{
    domain::{place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{
        errors::python::file,
        fastapi::endpoint::reader::{Definition, Found},
        head::StepHead,
        packages,
    },
};
use minijinja::{Value, context};

impl Plan<'_> {
    /// All files, and what is to be said of them.
    pub(super) fn files(&self, offer: &Offer<'_>) -> Result<(Vec<FileChange>, Vec<String>), ProposeError> {
        let (mut files, mut remarks) = (Vec::new(), Vec::new());
        let is_turned = self.is_turned();
        if !is_turned {
            remarks.push(
                "The schema has extensions of its own: errors are answered as they do it, and two fields of one request \
                 may ask the session at once."
                    .into(),
            );
        }
        for step in &self.ask.head.steps {
            self.ask.go_on()?;
            match step.part.as_str() {
                "errors" if is_turned && !self.has("errors", "answered") => {
                    files.push(self.made(step, "errors", &context! { kinds => self.kinds() }, offer)?);
                }
                "extensions" if is_turned && !self.has("extensions", "OneAtATime") => {
                    files.push(self.made(step, "extensions", &self.turns(offer)?, offer)?);
                }
                "context" if self.needs_context() => {
                    files.push(self.made(step, "context", &members_value(offer), offer)?);
                }
                "inputs"
                    if !self.has("inputs", "sent")
                        && offer.operations.iter().any(|one| one.body.is_some()) =>
                {
                    files.push(self.made(step, "inputs", &context! {}, offer)?);
                }
                "resource" => {
                    let value = self.resource(offer, &mut remarks)?;
                    files.push(self.made(step, &self.ask.name.plural, &value, offer)?);
                }
                "schema" => match &self.server.existing {
                    Some(existing) => files.extend(self.joined(step, existing, offer)?),
                    None => {
                        let mutation = Self::has_mutations(offer).then(|| self.mutation_class());
                        let value = context! { query => self.query_class(), mutation };
                        files.push(self.made(step, "schema", &value, offer)?);
                    }
                },
                "server" if self.server.existing.is_none() => files.push(self.registered(step)?),
                "packages" => files.extend(self.packages(step, &mut remarks)?),
                "test" => match self.test(step, offer)? {
                    Ok(file) => files.push(file),
                    Err(why) => remarks.push(why),
                },
                _ => {}
            }
        }
        files.extend(self.package(&files));
        Ok((files, remarks))
    }

    /// `__init__.py` of the folder that is new, where the project has such files.
    fn package(&self, files: &[FileChange]) -> Option<FileChange> {
        let paths = self.ask.workspace.paths();
        let path = format!("{}__init__.py", self.folder);
        let uses = paths.iter().any(|path| path.ends_with("/__init__.py"));
        let is_new = !paths.iter().any(|known| known.starts_with(self.folder));
        let step = self.ask.head.steps.iter().find(|step| step.part == "schema")?;
        let is_made = files.iter().any(|file| file.path.starts_with(self.folder));
        (uses && is_new && is_made).then(|| {
            let mut made =
                self.ask.made(path, String::new(), Some(self.application.place.clone()), step.layer);
            for note in &mut made.notes {
                note.reason = "Makes the folder a package.".into();
            }
            made
        })
    }

    fn packages(
        &self,
        step: &StepHead,
        remarks: &mut Vec<String>,
    ) -> Result<Option<FileChange>, ProposeError> {
        let root = crate::propose::recipe::fastapi::endpoint::files::root_of(
            self.reader,
            self.model,
            self.collection.path,
        );
        for folder in [root.as_str(), ""] {
            for file in ["pyproject.toml", "requirements.txt", "requirements/base.txt"] {
                let text = self.ask.workspace.text(&format!("{folder}{file}"))?.unwrap_or_default();
                if text.to_lowercase().contains("strawberry-graphql") {
                    return Ok(None);
                }
            }
        }
        packages::needed(self.ask, &root, &["strawberry-graphql[fastapi]>=0.311"], &step.reason, remarks)
    }

    /// One new file in the folder of GraphQL.
    fn made(
        &self,
        step: &StepHead,
        stem: &str,
        value: &Value,
        offer: &Offer<'_>,
    ) -> Result<FileChange, ProposeError> {
        let path = self.path(stem);
        self.ask.refuse_files(std::slice::from_ref(&path))?;
        let body = self.ask.render(self.templates, &step.template, value, |_| {})?;
        let candidates = if step.part == "resource" { self.own(offer) } else { self.shared(offer) };
        let text = file(self.habits, &path, &body, &candidates)?;
        let like = match (step.part.as_str(), &self.server.existing) {
            ("errors", _) => self.kinds_place(),
            ("resource", _) => offer.of(Verb::Get).map(|one| one.like.clone()),
            (_, Some(existing)) => Some(existing.place.clone()),
            ("schema", None) => Some(self.application.place.clone()),
            _ => offer.of(Verb::Get).map(|one| one.like.clone()),
        };
        let like = like.unwrap_or_else(|| self.application.place.clone());
        let mut made = self.ask.made(path, text, Some(like), step.layer);
        for note in &mut made.notes {
            note.reason.clone_from(&step.reason);
        }
        Ok(made)
    }

    fn kinds(&self) -> Vec<Value> {
        let all = kinds::read(self.reader);
        all.into_iter().map(|kind| context! { class => kind.class, code => kind.code }).collect()
    }

    /// The first error of the project's own.
    fn kinds_place(&self) -> Option<Place> {
        let kind = kinds::read(self.reader).into_iter().next()?;
        let (path, module) = self.reader.modules.get_key_value(kind.path.as_str())?;
        let class = module.classes().find(|class| class.name.as_str() == kind.class)?;
        Some(Place::new(*path, module.line(&class.name)))
    }

    /// What the extension does with the session.
    fn turns(&self, offer: &Offer<'_>) -> Result<Value, ProposeError> {
        let member = offer.members.iter().find(|one| one.is_session);
        let member = member.ok_or_else(|| {
            ProposeError::NotApplicable(format!(
                "no route of {} asks for a session, so what resolvers share is not known",
                self.collection.path
            ))
        })?;
        let access = self.server.access(member)?;
        let session = access.strip_prefix("info.").unwrap_or(&access);
        let alias = member.text.split_once(": ").map_or("", |(_, of)| of);
        let alias = alias.split([' ', '[']).next().unwrap_or_default();
        let declared = match self.reader.find(&member.path, alias) {
            Some(Found { path, what: Definition::Value(value) }) => {
                self.reader.modules.get(path).map_or("", |module| module.source(value))
            }
            _ => "",
        };
        let is_async = format!("{}{declared}", member.text).contains("AsyncSession");
        let asked = offer.of(Verb::Create).or(offer.of(Verb::Update)).or(offer.of(Verb::Remove));
        Ok(context! {
            session,
            is_async,
            commits => asked.is_some() && self.is_committed_by_dependency()?,
        })
    }

    /// Whether nothing but what gives the session commits.
    fn is_committed_by_dependency(&self) -> Result<bool, ProposeError> {
        let commits = |text: &str| text.contains(".commit()") || text.contains(".begin()");
        let mut gives = false;
        for (path, module) in &self.reader.modules {
            if crate::propose::recipe::errors::python::is_test(path) || path.contains("migrations/") {
                continue;
            }
            for function in module
                .functions()
                .chain(module.classes().flat_map(|class| crate::propose::python::functions(&class.body)))
            {
                let source = module.source(function);
                match (commits(source), source.contains("yield")) {
                    (true, true) => gives = true,
                    (true, false) => return Ok(false),
                    (false, _) => {}
                }
            }
        }
        Ok(gives)
    }

    /// Whether a context is to be made.
    fn needs_context(&self) -> bool {
        self.server.existing.as_ref().is_none_or(|one| matches!(one.context, Context::New))
    }

    /// How resolvers call what they have of a request, and where that is from.
    pub(super) fn info(&self) -> (String, String) {
        match self.server.existing.as_ref().map(|one| &one.context) {
            Some(Context::Known { info: (name, from), .. }) => {
                let from = from.as_ref().map(|(path, name)| format!("{}:{name}", self.dotted(path)));
                (name.clone(), from.unwrap_or_default())
            }
            _ => ("Info".into(), format!("{}:Info", self.dotted(&self.path("context")))),
        }
    }

    /// What the module of the resource is made of.
    fn resource(&self, offer: &Offer<'_>, remarks: &mut Vec<String>) -> Result<Value, ProposeError> {
        let mut bodies = Vec::new();
        for one in &offer.operations {
            let Some(class) = one.body else { continue };
            let (fields, left) = inputs(self.reader, class, self.old)?;
            if !left.is_empty() {
                remarks.push(format!(
                    "Not in {}: {}, for which GraphQL has no type of its own.",
                    self.input_class(one.verb),
                    left.join(", ")
                ));
            }
            bodies.push(context! { class => self.input_class(one.verb), fields => fields_value(&fields) });
        }
        let list = offer.of(Verb::List);
        let page = self.shown.page.as_ref().map(|(source, _, members)| {
            let members: Vec<Value> = members
                .iter()
                .map(
                    |one| context! { name => one.name.clone(), of => one.of.clone(), is_rows => one.is_rows },
                )
                .collect();
            context! { class => self.page_type(), shown => source.clone(), members }
        });
        let is_model = crate::propose::recipe::fastapi::endpoint::columns::is_table(self.shown.class.node);
        let args: Vec<Value> = list
            .map(|one| one.page.as_slice())
            .unwrap_or_default()
            .iter()
            .map(|one| {
                context! { name => one.name.clone(), default => one.default, limits => one.limits.clone() }
            })
            .collect();
        let of = |is_query: bool| -> Vec<Value> {
            let all = offer.operations.iter();
            all.filter(|one| matches!(one.verb, Verb::List | Verb::Get) == is_query)
                .map(operation_value)
                .collect()
        };
        Ok(context! {
            title => self.title(),
            schema_name => self.ask.name.pascal.clone(),
            ty => self.type_class(),
            fields => fields_value(&self.shown.fields),
            shown => if is_model { String::new() } else { self.shown.class.node.name.to_string() },
            model => self.model.name.clone(),
            page,
            inputs => bodies,
            args,
            args_class => self.page_args(),
            info => self.info().0,
            query => self.query_class(),
            mutation => self.mutation_class(),
            queries => of(true),
            mutations => of(false),
        })
    }

    /// `Book reviews`
    pub(super) fn title(&self) -> String {
        let words = self.ask.name.plural.replace('_', " ");
        let mut letters = words.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    }
}

fn fields_value(fields: &[Field]) -> Vec<Value> {
    let one = |field: &Field| {
        context! { name => field.name.clone(), of => field.of.clone(), value => field.value.clone() }
    };
    fields.iter().map(one).collect()
}

fn operation_value(one: &Operation<'_>) -> Value {
    context! {
        name => one.name.clone(),
        is_async => one.is_async,
        arguments => one.arguments.clone(),
        returns => one.returns.clone(),
        lines => one.lines.clone(),
    }
}

/// What the context holds: as parameters, without and with what gives them.
fn members_value(offer: &Offer<'_>) -> Value {
    let mut all: Vec<_> = offer.members.iter().collect();
    all.sort_by_key(|one| one.text.contains(" = "));
    let members: Vec<Value> = all
        .into_iter()
        .map(|one| {
            let declared = one.text.split_once(" = ").map_or(one.text.as_str(), |(declared, _)| declared);
            context! { name => one.name.clone(), text => one.text.clone(), declared }
        })
        .collect();
    context! { members }
}
