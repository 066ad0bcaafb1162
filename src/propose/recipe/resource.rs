//! The `resource` recipe: model, migration, schema, repository, service, router and its
//! registration, tests, in the shape of a resource that the repository has already.

use super::{
    alembic::Head,
    context::{FieldContext, Reference, field_context, model_imports, schema_imports},
    fields::{self, Field, Kind},
    layout::{Layout, retarget},
    names::Name,
    register,
    render::{Helpers, recipe_file, render},
    samples::{TestStyle, row_of},
    style::{Commits, Style, is_table, key_in},
};
use crate::{
    domain::{
        diff::changes_between,
        hunk::Origin,
        ids::StepId,
        layer::Layer,
        map::BackendMap,
        place::Place,
        plan::Filler,
        proposal::{Content, FileChange, Note, Proposal},
    },
    ports::{Cancel, ProposalRequest, ProposeError, Proposer},
    propose::{
        python::{Module, last_name, range_of},
        workspace::{ReadBase, Workspace},
    },
};
use minijinja::{Value, context};
use ruff_python_ast::{Expr, Stmt};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Folder of the recipe under `resources/recipes`.
const RECIPE: &str = "fastapi-sqlalchemy";

/// Adds a resource to a FastAPI and SQLAlchemy backend.
pub struct ResourceRecipe {
    base: ReadBase,
}

/// The head of `recipe.yaml`.
#[derive(Debug, Deserialize)]
struct RecipeHead {
    name: String,
    steps: Vec<StepHead>,
}

#[derive(Debug, Deserialize)]
struct StepHead {
    layer: Layer,
    template: String,
    reason: String,
}

/// Everything that is known before a file is rendered.
struct Plan<'a> {
    name: Name,
    fields: Vec<Field>,
    layout: Layout,
    style: Style,
    references: Vec<Reference>,
    workspace: Workspace<'a>,
    map: &'a BackendMap,
    request: &'a ProposalRequest,
    remarks: Vec<String>,
}

impl ResourceRecipe {
    /// With a reader of base texts.
    pub fn new(base: ReadBase) -> Self {
        Self { base }
    }
}

impl Proposer for ResourceRecipe {
    fn propose(&self, request: &ProposalRequest, cancel: &Cancel) -> Result<Proposal, ProposeError> {
        let input = |key: &str, example: &str| {
            request.inputs.get(key).filter(|value| !value.trim().is_empty()).ok_or_else(|| {
                ProposeError::Input {
                    what: format!("the recipe resource needs {key}"),
                    hint: format!("for example {example}"),
                }
            })
        };
        let name = Name::resource(input("name", "Review")?)?;
        let fields = fields::parse(input("fields", "title:string{1..200} price:decimal")?)?;
        let head: RecipeHead =
            serde_saphyr::from_str(recipe_file(RECIPE, "recipe.yaml")?).map_err(|error| {
                ProposeError::Io { path: format!("recipes/{RECIPE}/recipe.yaml"), reason: error.to_string() }
            })?;
        let workspace = Workspace::new(request, &self.base);
        let layout = Layout::find(&request.map, &workspace)?;
        let style = Style::read(&layout, &request.map, &workspace)?;
        let references = references(&fields, &layout, &request.map, &workspace)?;
        let remarks = Vec::new();
        let map = &request.map;
        let mut plan = Plan { name, fields, layout, style, references, workspace, map, request, remarks };
        plan.refuse_clashes()?;
        let mut files = Vec::new();
        for step in &head.steps {
            if cancel.is_asked() {
                return Err(ProposeError::Cancelled);
            }
            if let Some(file) = plan.file(step)? {
                files.push(file);
            }
        }
        files.extend(plan.registrations()?);
        files.extend(plan.packages(&files)?);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        for file in &files {
            if let Content::Text { text } = &file.content {
                Module::parse(&file.path, text)?;
            }
        }
        plan.say_conventions();
        Ok(Proposal {
            origin: Origin::Recipe(head.name),
            title: format!("Add {} in every layer, like {}", plan.name.plural, plan.layout.like.plural),
            step: request.steps.get(request.step).map(|step| step.id),
            files,
            remarks: plan.remarks,
        })
    }
}

impl Plan<'_> {
    fn table(&self) -> &str {
        if self.style.plural_tables { &self.name.plural } else { &self.name.snake }
    }

    fn path(&self, layer: Layer) -> String {
        self.layout.path_for(layer, &self.name)
    }

    fn module(&self, layer: Layer) -> String {
        self.layout.module_of(&self.path(layer))
    }

    /// A name, a table, a path or a file that is there already stops the recipe.
    fn refuse_clashes(&self) -> Result<(), ProposeError> {
        let clash = |what: String, place: Place| Err(ProposeError::Clash { what, place: place.to_string() });
        let same = |model: &&crate::domain::map::Model| {
            model.name == self.name.pascal || model.table.as_deref() == Some(self.table())
        };
        if let Some(model) = self.map.models.iter().find(same) {
            return clash(format!("a model {}", model.name), Place::new(model.file.clone(), model.line));
        }
        for layer in
            [Layer::Model, Layer::Schema, Layer::Repository, Layer::Service, Layer::Router, Layer::Test]
        {
            let path = self.path(layer);
            if self.workspace.text(&path)?.is_some() {
                return clash(path.clone(), Place::new(path, 1));
            }
        }
        for path in self.workspace.paths() {
            if self.map.layer_of(path) != Some(Layer::Model) {
                continue;
            }
            let text = self.workspace.require(path)?;
            let module = Module::parse(path, &text)?;
            if let Some(class) = module.classes().find(|class| class.name.as_str() == self.name.pascal) {
                return clash(format!("a class {}", self.name.pascal), Place::new(path, module.line(class)));
            }
        }
        let url = self.url();
        if let Some(endpoint) =
            self.map.endpoints.iter().find(|endpoint| endpoint.path.trim_end_matches('/') == url)
        {
            return clash(format!("an endpoint {url}"), Place::new(endpoint.file.clone(), endpoint.line));
        }
        Ok(())
    }

    /// The full path of the new resource, without a last slash.
    fn url(&self) -> String {
        let router = self.layout.examples.get(&Layer::Router);
        let known = router.and_then(|example| {
            let own = self.map.endpoints.iter().filter(|endpoint| endpoint.file == example.path);
            own.map(|endpoint| endpoint.path.split("/{").next().unwrap_or_default().to_owned())
                .filter(|path| retarget(path, &example.name, &self.name) != *path)
                .min_by_key(|path| (path.len(), path.clone()))
        });
        let stated = || {
            let (call, _) = self.router_call().ok()?;
            let (_, rest) = call.split_once("prefix=\"")?;
            rest.split('"').next().map(str::to_owned)
        };
        let path = match (known, router) {
            (Some(path), Some(example)) => retarget(&path, &example.name, &self.name),
            _ => stated().unwrap_or_else(|| format!("/{}", self.name.plural)),
        };
        path.trim_end_matches('/').to_owned()
    }

    /// The `APIRouter(…)` call and the imports it needs beside `APIRouter`.
    fn router_call(&self) -> Result<(String, Vec<String>), ProposeError> {
        let default = (format!("APIRouter(prefix=\"/{0}\", tags=[\"{0}\"])", self.name.plural), Vec::new());
        let Some(example) = self.layout.examples.get(&Layer::Router) else { return Ok(default) };
        let module = Module::parse(&example.path, &example.text)?;
        for stmt in &module.body {
            let Stmt::Assign(assign) = stmt else { continue };
            let Expr::Call(call) = &*assign.value else { continue };
            if last_name(&call.func) != Some("APIRouter") {
                continue;
            }
            let source = module.source(call);
            let mut imports = Vec::new();
            for import in module.from_imports().filter(|import| import.level == 0) {
                for alias in import.names.iter().filter(|alias| alias.asname.is_none()) {
                    let word = alias.name.as_str();
                    let used = source.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|w| w == word);
                    if let (true, Some(from)) = (used, &import.module) {
                        imports.push(format!("{from}:{word}"));
                    }
                }
            }
            return Ok((retarget(source, &example.name, &self.name), imports));
        }
        Ok(default)
    }

    /// Whether the example's collection is served at `""` or at `"/"`.
    fn root_path(&self) -> Result<&'static str, ProposeError> {
        let Some(example) = self.layout.examples.get(&Layer::Router) else { return Ok("") };
        let module = Module::parse(&example.path, &example.text)?;
        let slash = module.functions().flat_map(|function| &function.decorator_list).any(|decorator| {
            matches!(&decorator.expression, Expr::Call(call)
                if call.arguments.args.first().and_then(crate::propose::python::string_value).as_deref() == Some("/"))
        });
        Ok(if slash { "/" } else { "" })
    }

    /// One new file; `None` where the repository gives nothing to build it on.
    fn file(&mut self, step: &StepHead) -> Result<Option<FileChange>, ProposeError> {
        let (path, place, text) = match step.layer {
            Layer::Migration => {
                let Some(head) = Head::find(self.map, &self.workspace)? else {
                    self.remarks.push("No alembic folder was found, so there is no migration.".into());
                    return Ok(None);
                };
                let what = format!("{}/{:?}", self.table(), self.fields);
                let revision = head.next_id(&what);
                let path = format!("{}{revision}_create_{}.py", head.folder, self.table());
                let extra = context! { revision, down_revision => head.id };
                (path, head.place, self.render(&step.template, extra)?)
            }
            Layer::Test => {
                let Some(extra) = self.test_context()? else { return Ok(None) };
                (self.path(Layer::Test), self.example_place(Layer::Test), self.render(&step.template, extra)?)
            }
            layer => (self.path(layer), self.example_place(layer), self.render(&step.template, context! {})?),
        };
        if place.is_none() && step.layer != Layer::Migration {
            self.remarks
                .push(format!("{path} starts the {} layer; there was none to learn from.", step.layer));
        }
        let lines = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
        let note = Note {
            start: 1,
            end: lines + 1,
            reason: step.reason.clone(),
            citation: place,
            criteria: Vec::new(),
            step: self.step_for(step.layer),
        };
        Ok(Some(FileChange { path, content: Content::Text { text }, notes: vec![note] }))
    }

    fn step_for(&self, layer: Layer) -> Option<StepId> {
        let own = |step: &&crate::domain::plan::Step| {
            step.layer == layer && matches!(&step.filler, Filler::Recipe { recipe } if recipe == "resource")
        };
        self.request.steps.iter().find(own).map(|step| step.id)
    }

    /// The first definition of the example's file.
    fn example_place(&self, layer: Layer) -> Option<Place> {
        let example = self.layout.examples.get(&layer)?;
        let module = Module::parse(&example.path, &example.text).ok()?;
        let line = module.body.iter().find_map(|stmt| match stmt {
            Stmt::ClassDef(class) => Some(module.line(&class.name)),
            Stmt::FunctionDef(function) => Some(module.line(&function.name)),
            _ => None,
        });
        Some(Place::new(example.path.clone(), line.unwrap_or(1)))
    }

    fn render(&self, template: &str, extra: Value) -> Result<String, ProposeError> {
        let packages = [Layer::Router, Layer::Model, Layer::Service]
            .into_iter()
            .filter_map(|layer| self.module(layer).split('.').next().map(str::to_owned))
            .collect();
        let helpers = Helpers {
            own_packages: packages,
            old_generics: self.style.old_generics,
            not_found: self.style.not_found.clone(),
        };
        render(RECIPE, template, &helpers, &context! { ..extra, ..self.context()? })
    }

    fn reference_of(&self, field: &Field) -> Option<&Reference> {
        self.references.iter().find(|reference| reference.column == field.column())
    }

    fn field_contexts(&self) -> Vec<FieldContext> {
        let old = self.style.old_generics;
        self.fields.iter().map(|field| field_context(field, self.reference_of(field), old)).collect()
    }

    /// What every template may use.
    fn context(&self) -> Result<Value, ProposeError> {
        let (name, style) = (&self.name, &self.style);
        let [base, create, update, read] =
            style.schema_suffixes.each_ref().map(|suffix| format!("{}{suffix}", name.pascal));
        let is_class = style.repository_is_class;
        let repository_name = format!("{}Repository", name.pascal);
        let module = self.module(Layer::Repository);
        let repository_import: Vec<String> = if is_class {
            vec![format!("{module}:{repository_name}")]
        } else {
            let mut names = vec![
                format!("add_{}", name.snake),
                format!("delete_{}", name.snake),
                format!("get_{}", name.snake),
                format!("list_{}", name.plural),
            ];
            names.extend(self.references.iter().map(|reference| format!("{}_exists", reference.name)));
            names.into_iter().map(|name| format!("{module}:{name}")).collect()
        };
        let verb = |class: &str, function: String| if is_class { class.to_owned() } else { function };
        let (router_call, router_imports) = self.router_call()?;
        let session_type = if style.session.is_async { "AsyncSession" } else { "Session" };
        let session_import = if style.session.is_async {
            "sqlalchemy.ext.asyncio:AsyncSession"
        } else {
            "sqlalchemy.orm:Session"
        };
        let key_uuid = style.key_type() == "uuid.UUID";
        let not_found = style.not_found.as_ref();
        let required: Vec<String> = self
            .fields
            .iter()
            .filter(|field| !field.optional)
            .map(|field| format!("\"{}\"", field.column()))
            .collect();
        let imports_of = |per_field: fn(&Field, Option<&Reference>) -> Vec<String>| -> Vec<String> {
            let mut all: Vec<String> =
                self.fields.iter().flat_map(|field| per_field(field, self.reference_of(field))).collect();
            all.extend(key_uuid.then(|| "uuid".to_owned()));
            all
        };
        let id_in_base = style.base_has_id && self.references.is_empty();
        let mut model_imports = imports_of(model_imports);
        if id_in_base && !self.fields.iter().any(|field| field.kind == Kind::Uuid) {
            model_imports.retain(|import| import != "uuid");
        }
        let title_plural = name.plural.replace('_', " ");
        let mut letters = title_plural.chars();
        let title_plural: String =
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters.as_str().chars()).collect();
        let root_path = self.root_path()?;
        let url = self.url();
        Ok(context! {
            title_plural,
            model => name.pascal.clone(),
            var => name.snake.clone(),
            plural => name.plural.clone(),
            table => self.table(),
            root_path,
            url => format!("{url}{root_path}"),
            item_url => url,
            base => context! {
                name => style.base_name.clone(),
                import => format!("{}:{}", style.base_module, style.base_name),
                has_id => style.base_has_id,
            },
            id => context! {
                py => style.key_type(),
                args => if key_uuid { "primary_key=True, default=uuid.uuid4" } else { "primary_key=True" },
                sa => if key_uuid { "sa.Uuid()" } else { "sa.Integer()" },
                imports => if key_uuid { "uuid" } else { "" },
                unknown => if key_uuid { "00000000-0000-4000-8000-000000000000" } else { "999999" },
            },
            fields => self.field_contexts().iter().map(FieldContext::value).collect::<Vec<_>>(),
            references => self.references.iter().map(Reference::value).collect::<Vec<_>>(),
            model_imports,
            schema_imports => imports_of(schema_imports),
            model_import => format!("{}:{}", self.module(Layer::Model), name.pascal),
            reference_imports => self.references.iter().map(|reference| reference.import.clone()).collect::<Vec<_>>(),
            required => required.join(", "),
            schemas => context! { base, create, update, read },
            schema_module => self.module(Layer::Schema),
            repository => context! {
                is_class,
                name => repository_name,
                get => verb("get", format!("get_{}", name.snake)),
                list => verb("list_page", format!("list_{}", name.plural)),
                add => verb("add", format!("add_{}", name.snake)),
                delete => verb("delete", format!("delete_{}", name.snake)),
            },
            repository_import,
            service => context! { name => format!("{}Service", name.pascal) },
            service_import => format!("{}:{}Service", self.module(Layer::Service), name.pascal),
            session => context! {
                type => session_type,
                import => session_import,
                parameter => style.session.parameter.clone(),
                variable => style.session.variable.clone(),
                dependency_imports => style.session.imports.clone(),
            },
            commits => style.commits.name(),
            not_found => context! {
                name => not_found.map_or("LookupError", |error| error.name.as_str()),
                import => not_found.map_or(String::new(), |error| format!("{}:{}", error.module, error.name)),
            },
            router_call,
            router_imports,
            def => if style.session.is_async { "async def" } else { "def" },
            await => if style.session.is_async { "await " } else { "" },
        })
    }

    /// What the test template needs beside; `None` with a remark where tests cannot be written.
    fn test_context(&mut self) -> Result<Option<Value>, ProposeError> {
        let Some(test) = TestStyle::read(&self.layout, &self.workspace)? else {
            self.remarks.push("No fixture named client was found, so the tests are yours to write.".into());
            return Ok(None);
        };
        let contexts = self.field_contexts();
        let plain = |field: &&FieldContext| field.comparable && !field.other.is_empty();
        let Some(changed) = contexts.iter().find(plain) else {
            self.remarks.push("Every field is a reference, so the tests are yours to write.".into());
            return Ok(None);
        };
        let mut parents = Vec::new();
        let mut parent_imports = Vec::new();
        for reference in self.references.iter().filter(|reference| !reference.optional) {
            let row = self.row_of(reference)?;
            let reachable = !test.session.is_empty() && (!test.session_is_async || test.client_is_async);
            let Some((args, imports)) = row.filter(|_| reachable) else {
                self.remarks.push(format!(
                    "A test needs a row of {} first, which the recipe cannot make here; the tests are yours to write.",
                    reference.model
                ));
                return Ok(None);
            };
            parent_imports.extend(imports);
            parent_imports.push(reference.import.clone());
            parents.push(context! { name => reference.name.clone(), model => reference.model.clone(), args });
        }
        if !parents.is_empty() {
            let session = if test.session_is_async {
                "sqlalchemy.ext.asyncio:AsyncSession"
            } else {
                "sqlalchemy.orm:Session"
            };
            parent_imports.push(session.into());
        }
        let with_session = !parents.is_empty();
        let session_type = if test.session_is_async { "AsyncSession" } else { "Session" };
        let compared: Vec<String> = contexts
            .iter()
            .filter(|field| field.comparable && !field.sample.is_empty())
            .map(|field| format!("\"{}\"", field.column))
            .collect();
        let awaits = |is_async: bool| if is_async { "await " } else { "" };
        Ok(Some(context! {
            def_test => if test.client_is_async { "async def" } else { "def" },
            await_test => awaits(test.client_is_async),
            await_session => awaits(test.session_is_async),
            session_parameter => if with_session { format!(", {}: {session_type}", test.session) } else { String::new() },
            body_parameter => if with_session { format!("{}: {session_type}", test.session) } else { String::new() },
            session_argument => if with_session { test.session.clone() } else { String::new() },
            parents,
            parent_imports,
            compared => compared.join(", "),
            changed => changed.value(),
            first_required => self.fields.iter().find(|field| !field.optional).map(Field::column),
            test => test.value(),
        }))
    }

    /// Constructor arguments for a row that the tests refer to.
    fn row_of(&self, reference: &Reference) -> Result<Option<(String, Vec<String>)>, ProposeError> {
        let known = self.map.models.iter().find(|model| model.name == reference.model);
        let mut paths: Vec<&str> = known.iter().map(|model| model.file.as_str()).collect();
        paths.extend(self.workspace.paths());
        for path in paths.into_iter().filter(|path| path.ends_with(".py")) {
            let Some(text) = self.workspace.text(path)? else { continue };
            if !text.contains(&format!("class {}", reference.model)) {
                continue;
            }
            let module = Module::parse(path, &text)?;
            let class =
                module.classes().find(|class| class.name.as_str() == reference.model && is_table(class));
            if let Some(class) = class {
                return Ok(row_of(&module, class));
            }
        }
        Ok(None)
    }

    /// Edits of files that know the example: the router's aggregator, packages, metadata.
    fn registrations(&mut self) -> Result<Vec<FileChange>, ProposeError> {
        let pascal = &self.name.pascal;
        let mut defined: BTreeSet<String> =
            self.style.schema_suffixes.iter().skip(1).map(|suffix| format!("{pascal}{suffix}")).collect();
        defined.extend([
            pascal.clone(),
            format!("{pascal}Repository"),
            format!("{pascal}Service"),
            "router".into(),
        ]);
        let mut files = Vec::new();
        let mut included = false;
        for path in self.workspace.paths().into_iter().filter(|path| path.ends_with(".py")) {
            let text = self.workspace.require(path)?;
            let stem = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".py");
            if text.contains("include_router") && self.map.layer_of(path) != Some(Layer::Test) {
                let like =
                    self.layout.examples.get(&Layer::Router).map_or(&self.layout.like, |own| &own.name);
                if let Some(new_text) = register::include_router(path, &text, like, &self.name)? {
                    included = true;
                    files.push(self.edited(path, &text, new_text, "Serves the new router.", Layer::Router));
                }
            } else if matches!(stem, "__init__" | "env" | "base" | "metadata") {
                let like = &self.layout.like;
                if let Some(new_text) = register::export(path, &text, like, &self.name, &defined)? {
                    let layer = crate::domain::conventional::layer_by_path(path).unwrap_or(Layer::Model);
                    let reason = "Makes the new names known where the others are.";
                    files.push(self.edited(path, &text, new_text, reason, layer));
                }
            }
        }
        if !included {
            self.remarks.push(format!(
                "No include_router of {} was found; the new router is served once you include it.",
                self.layout.like.plural
            ));
        }
        Ok(files)
    }

    fn edited(&self, path: &str, old: &str, new_text: String, reason: &str, layer: Layer) -> FileChange {
        let example = |line: &&str| retarget(line, &self.layout.like, &self.name) != **line;
        let place = old
            .lines()
            .position(|line| example(&line))
            .and_then(|index| u32::try_from(index + 1).ok())
            .map(|line| Place::new(path, line));
        let notes = changes_between(old, &new_text)
            .into_iter()
            .map(|change| Note {
                start: change.new_start + 1,
                end: change.new_start + 1 + u32::try_from(change.new_lines.len()).unwrap_or(0),
                reason: reason.to_owned(),
                citation: place.clone(),
                criteria: Vec::new(),
                step: self.step_for(layer),
            })
            .collect();
        FileChange { path: path.to_owned(), content: Content::Text { text: new_text }, notes }
    }

    /// `__init__.py` of folders that the recipe starts, where the repository has such files.
    fn packages(&self, files: &[FileChange]) -> Result<Vec<FileChange>, ProposeError> {
        let uses_packages = self.workspace.paths().iter().any(|path| path.ends_with("/__init__.py"));
        let mut made = Vec::new();
        for file in files.iter().filter(|_| uses_packages) {
            let Some((folder, _)) = file.path.rsplit_once('/') else { continue };
            let path = format!("{folder}/__init__.py");
            let is_new = !self.workspace.paths().iter().any(|known| known.starts_with(&format!("{folder}/")));
            if is_new
                && !file.path.contains("/versions/")
                && !made.iter().any(|known: &FileChange| known.path == path)
                && self.workspace.text(&path)?.is_none()
            {
                made.push(FileChange {
                    path,
                    content: Content::Text { text: String::new() },
                    notes: Vec::new(),
                });
            }
        }
        Ok(made)
    }

    fn say_conventions(&mut self) {
        let session = &self.style.session;
        let how = if session.is_async { "async" } else { "not async" };
        self.remarks.push(format!("Session as at {}, {how}.", session.place));
        self.remarks.push(match self.style.commits {
            Commits::Repository => "The repository commits, as in the example.".into(),
            Commits::Service => "The service commits, once for each operation.".into(),
            Commits::Dependency => "The session's dependency commits; services only flush.".into(),
        });
        let router = self.layout.examples.get(&Layer::Router);
        if router.is_some_and(|example| {
            let text = example.text.to_lowercase();
            text.contains("current_user") || text.contains("currentuser")
        }) {
            self.remarks.push(format!(
                "Handlers of {} ask for a user; these do not yet. Who may do what is yours to say.",
                router.map_or("", |example| example.path.as_str())
            ));
        }
        for field in self.fields.iter().filter(|field| field.unique) {
            self.remarks.push(format!(
                "A second {} is refused by the database; no answer for it is written.",
                field.name
            ));
        }
    }
}

/// The models that fields refer to; an unknown one is an input error that lists the known.
fn references(
    fields: &[Field],
    layout: &Layout,
    map: &BackendMap,
    workspace: &Workspace<'_>,
) -> Result<Vec<Reference>, ProposeError> {
    let mut found = Vec::new();
    for field in fields {
        let Kind::BelongsTo(model) = &field.kind else { continue };
        let mut known: BTreeSet<String> = map.models.iter().map(|model| model.name.clone()).collect();
        let mut hit = None;
        for path in workspace.paths().into_iter().filter(|path| path.ends_with(".py")) {
            let text = workspace.require(path)?;
            if !text.contains("__tablename__") && !text.contains("mapped_column") {
                continue;
            }
            let module = Module::parse(path, &text)?;
            for class in module.classes().filter(|class| is_table(class)) {
                known.insert(class.name.to_string());
                if class.name.as_str() == model {
                    let table = class.body.iter().find_map(|stmt| match stmt {
                        Stmt::Assign(assign)
                            if assign.targets.first().and_then(last_name) == Some("__tablename__") =>
                        {
                            crate::propose::python::string_value(&assign.value)
                        }
                        _ => None,
                    });
                    let line = range_of(class).start;
                    hit = Some((path, table, key_in(&text, model), line));
                }
            }
        }
        let Some((path, table, key, _)) = hit else {
            let known: Vec<String> = known.into_iter().collect();
            return Err(ProposeError::Input {
                what: format!("there is no model {model} for {} to belong to", field.name),
                hint: if known.is_empty() {
                    "no model was found".into()
                } else {
                    format!("known models: {}", known.join(", "))
                },
            });
        };
        let table = table.or_else(|| {
            map.models.iter().find(|known| known.name == *model).and_then(|known| known.table.clone())
        });
        let key = key.unwrap_or(super::style::Key::Integer);
        found.push(Reference {
            name: field.name.clone(),
            column: field.column(),
            model: model.clone(),
            py: if key == super::style::Key::Uuid { "uuid.UUID".into() } else { "int".into() },
            optional: field.optional,
            table: table.unwrap_or_else(|| super::names::plural(&super::names::snake(model))),
            key: Some(key),
            import: format!("{}:{model}", layout.module_of(path)),
        });
    }
    Ok(found)
}
