//! What every template of the resource recipe may use, from the plan of one resource.

use super::{
    alter::python_lines,
    context::{FieldContext, Reference, field_context, model_imports, schema_imports},
    fields::{Field, Kind},
    layout::retarget,
    names::Name,
    plan::{Plan, RECIPE},
    render::{Helpers, render},
};
use crate::{
    domain::layer::Layer,
    ports::ProposeError,
    propose::python::{Module, last_name, string_value},
};
use minijinja::{Value, context};
use ruff_python_ast::{Expr, Stmt};

impl Plan<'_> {
    /// The full path of the new resource, without a last slash.
    pub(super) fn url(&self) -> String {
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
    pub(super) fn router_call(&self) -> Result<(String, Vec<String>), ProposeError> {
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
            for import in module.import_froms().filter(|import| import.level == 0) {
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
    pub(super) fn root_path(&self) -> Result<&'static str, ProposeError> {
        let Some(example) = self.layout.examples.get(&Layer::Router) else { return Ok("") };
        let module = Module::parse(&example.path, &example.text)?;
        let slash = module.functions().flat_map(|function| &function.decorator_list).any(|decorator| {
            matches!(&decorator.expression, Expr::Call(call)
                if call.arguments.args.first().and_then(string_value).as_deref() == Some("/"))
        });
        Ok(if slash { "/" } else { "" })
    }

    pub(super) fn render(&self, template: &str, extra: Value) -> Result<String, ProposeError> {
        let packages = [Layer::Router, Layer::Model, Layer::Service]
            .into_iter()
            .filter_map(|layer| self.module(layer).split('.').next().map(str::to_owned))
            .collect();
        let helpers = Helpers {
            own_packages: packages,
            old_generics: self.style.old_generics,
            not_found: self.style.not_found.clone(),
            width: 88,
        };
        let text =
            render(RECIPE, &self.ask.own, template, &helpers, &context! { ..extra, ..self.context()? })?;
        Ok(python_lines().write(&text))
    }

    pub(super) fn reference_of(&self, field: &Field) -> Option<&Reference> {
        self.references.iter().find(|reference| reference.column == field.column())
    }

    pub(super) fn field_contexts(&self) -> Vec<FieldContext> {
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
        let repository_import = self.repository_import(&repository_name);
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
        let id_in_base = style.base_has_id && self.references.is_empty();
        let mut model_imports = self.imports_of(model_imports);
        if id_in_base && !self.fields.iter().any(|field| field.kind == Kind::Uuid) {
            model_imports.retain(|import| import != "uuid");
        }
        let title_plural = self.title_plural();
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
            schema_imports => self.imports_of(schema_imports),
            model_import => format!("{}:{}", self.module(Layer::Model), name.pascal),
            reference_imports => self.references.iter().map(|reference| reference.import.clone()).collect::<Vec<_>>(),
            required => required.join("¦"),
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

    /// `Book reviews`.
    fn title_plural(&self) -> String {
        let words = self.name.plural.replace('_', " ");
        let mut letters = words.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters.as_str().chars()).collect()
    }

    /// Imports that the fields need in one file, and those of the key.
    fn imports_of(&self, per_field: fn(&Field, Option<&Reference>) -> Vec<String>) -> Vec<String> {
        let mut all: Vec<String> =
            self.fields.iter().flat_map(|field| per_field(field, self.reference_of(field))).collect();
        all.extend((self.style.key_type() == "uuid.UUID").then(|| "uuid".to_owned()));
        all
    }

    /// What the service imports of the repository: a class, or its functions.
    fn repository_import(&self, class: &str) -> Vec<String> {
        let module = self.module(Layer::Repository);
        if self.style.repository_is_class {
            return vec![format!("{module}:{class}")];
        }
        let Name { snake, plural, .. } = &self.name;
        let mut names = vec![
            format!("add_{snake}"),
            format!("delete_{snake}"),
            format!("get_{snake}"),
            format!("list_{plural}"),
        ];
        names.extend(self.references.iter().map(|reference| format!("{}_exists", reference.name)));
        names.into_iter().map(|name| format!("{module}:{name}")).collect()
    }
}
