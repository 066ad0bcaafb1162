//! What the templates see, and where the names that they use come from.

use super::{
    access::fitting,
    fields, migrations, parents,
    plan::Plan,
    survey::{assigned, nested},
    views::Form,
    write::exchanged,
};
use crate::{
    ports::ProposeError,
    propose::recipe::fields::{Field, Kind},
};
use minijinja::{Value, context};
use ruff_python_ast::Expr;
use std::collections::BTreeSet;

impl Plan<'_> {
    /// The field that holds who made a row, where the example has such.
    pub(super) fn owner(&self) -> Option<&str> {
        let owner = self.owner.as_ref()?;
        let users = || self.parents.iter().filter(|parent| parent.is_user);
        let same = users().find(|parent| parent.field == owner.attribute);
        same.or_else(|| users().next().filter(|_| users().count() == 1)).map(|parent| parent.field.as_str())
    }

    fn owner_filters(&self) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.filters)
    }

    /// Name of a part: the example's with the resource exchanged, or one of ours.
    fn named(&self, like: &str, ours: String) -> String {
        let name = exchanged(like, &self.example.like, &self.ask.name);
        if name == like { ours } else { name }
    }

    pub(super) fn serializer(&self) -> String {
        self.named(&self.example.serializer, format!("{}Serializer", self.ask.name.pascal))
    }

    /// Names of the views, in the order of the example's.
    pub(super) fn view_names(&self) -> Vec<String> {
        let name = &self.ask.name;
        let ours = |index: usize| match (self.example.form(), index) {
            (Form::ViewSet, _) => format!("{}ViewSet", name.pascal),
            (Form::Functions, 0) => format!("{}_list", name.snake),
            (Form::Functions, _) => format!("{}_detail", name.snake),
            (_, 0) => format!("{}ListView", name.pascal),
            (..) => format!("{}DetailView", name.pascal),
        };
        self.example
            .views
            .iter()
            .enumerate()
            .map(|(index, view)| self.named(&view.name, ours(index)))
            .collect()
    }

    /// Every name that the recipe defines.
    pub(super) fn defined(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::from([self.ask.name.pascal.clone(), self.serializer()]);
        all.extend(self.view_names());
        if let Some(services) = self.services() {
            all.extend([services.0].into_iter().chain(services.1).filter(|name| !name.is_empty()));
        }
        all
    }

    /// Class and names of the services.
    pub(super) fn services(&self) -> Option<(String, [String; 3])> {
        let known = self.example.services.as_ref()?;
        let class = if known.class.is_empty() {
            String::new()
        } else {
            self.named(&known.class, format!("{}Service", self.ask.name.pascal))
        };
        let names = known.names.each_ref().map(|name| exchanged(name, &self.example.like, &self.ask.name));
        Some((class, names))
    }

    /// How a view calls a service.
    fn service_call(&self, name: &str, class: &str) -> String {
        let known = self.example.services.as_ref();
        match known {
            Some(known) if !class.is_empty() && known.decorator.is_empty() => format!("{class}().{name}"),
            Some(_) if !class.is_empty() => format!("{class}.{name}"),
            Some(known) => format!("{}{name}", known.prefix),
            None => name.to_owned(),
        }
    }

    pub(super) fn is_pytest(&self) -> bool {
        super::tests_of::is_pytest(&self.survey, &self.example)
    }

    /// Whether the list stands in a page.
    pub(super) fn is_paged(&self) -> bool {
        match self.example.form() {
            Form::ViewSet | Form::Generic => {
                let own = self
                    .example
                    .view()
                    .and_then(|view| view.kept.iter().find(|line| line.starts_with("pagination_class")));
                own.map_or(self.project.is_paginated, |line| !line.ends_with("None"))
            }
            Form::Methods | Form::Functions => self.paginator().is_some(),
        }
    }

    /// The class that the example's list is paged with by hand.
    fn paginator(&self) -> Option<&str> {
        let source = self.example.view()?.source.as_str();
        let at = source.find("Pagination(")? + "Pagination".len();
        let start =
            source.get(..at)?.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |at| at + 1);
        source.get(start..at)
    }

    /// The name of the key, and whether it is a UUID.
    pub(super) fn key_name(&self) -> String {
        match migrations::own_key(&self.survey, &self.example.model.path, &self.example.model.class) {
            Some((name, _)) => name.to_owned(),
            None => {
                self.created.inherited.first().map_or_else(|| "id".to_owned(), |column| column.name.clone())
            }
        }
    }

    pub(super) fn key_is_uuid(&self) -> bool {
        let own = migrations::own_key(&self.survey, &self.example.model.path, &self.example.model.class);
        own.is_some_and(|(_, source)| source.contains("UUIDField"))
            || self.created.inherited.first().is_some_and(|column| column.source.contains("UUIDField"))
    }

    /// What every template may use.
    pub(super) fn context(&self) -> Result<Value, ProposeError> {
        let (name, example) = (&self.ask.name, &self.example);
        let model_module = self.survey.modules.get(example.model.path.as_str());
        let typed_model = model_module.is_some_and(|module| module.text.contains("def __str__(self) -> str"));
        let key = migrations::own_key(&self.survey, &example.model.path, &example.model.class);
        let table = parents::table_of(&self.survey, &example.model.path, &example.model.class)
            .map(|table| exchanged(&table, &example.like, name))
            .unwrap_or_default();
        let label = self.ask.fields.iter().find(|field| matches!(field.kind, Kind::String | Kind::Text));
        let fields: Vec<Value> = self.ask.fields.iter().map(|field| self.field(field)).collect();
        let (required, optional): (Vec<&Field>, Vec<&Field>) =
            self.ask.fields.iter().partition(|field| !field.optional);
        let ordered: Vec<Value> =
            required.into_iter().chain(optional).map(|field| self.field(field)).collect();
        let (open, close) = self.brackets();
        let views: Vec<Value> = example
            .views
            .iter()
            .zip(self.view_names())
            .map(|(view, new)| {
                context! {
                    name => new,
                    bases => view.bases.clone(),
                    kept => fitting(&view.kept, &self.access.unfit),
                }
            })
            .collect();
        let typed = example.view().is_some_and(|view| view.is_typed);
        let row = example.routes.last();
        let parameter = row.and_then(|route| route.parameter());
        let parameter =
            parameter.map_or_else(|| "pk".to_owned(), |found| exchanged(found, &example.like, name));
        let converter = row.map_or("", |route| route.url.as_str());
        let parameter_type = match () {
            () if !typed => "",
            () if converter.contains("<int:") => ": int",
            () if converter.contains("<uuid:") => ": UUID",
            () => ": str",
        };
        let verbs = example.views.last().map(|view| &view.verbs);
        let puts = verbs.is_some_and(|verbs| verbs.contains("put"));
        let by_hand = matches!(example.form(), Form::Methods | Form::Functions);
        let patches = !by_hand || verbs.is_none_or(|verbs| verbs.contains("patch")) || !puts;
        let services = self.services().map(|(class, [create, update, delete])| {
            context! {
                call_create => self.service_call(&create, &class),
                call_update => self.service_call(&update, &class),
                call_delete => self.service_call(&delete, &class),
                class, create, update, delete,
                decorator => example.services.as_ref().map_or("", |known| known.decorator.as_str()),
                typed => example.services.as_ref().is_some_and(|known| known.is_typed),
            }
        });
        let owner = self.owner();
        let (serialized, read_only) = self.serialized();
        Ok(context! {
            model => name.pascal.clone(),
            var => name.snake.clone(),
            a => if name.snake.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" },
            plural => name.plural.clone(),
            bases => migrations::bases_of(&self.survey, &example.model.path, &example.model.class).join(", "),
            key => key.map(|(name, source)| context! { name, source }),
            fields,
            ordered,
            table,
            label => label.map(|field| field.name.clone()),
            label_is_text => label.is_some(),
            typed_model,
            serializer => self.serializer(),
            serializer_base => self.serializer_base(),
            serialized,
            read_only,
            open,
            close,
            form => example.form().name(),
            views,
            typed,
            parameter,
            parameter_type,
            puts,
            patches,
            paginator => self.paginator(),
            services,
            owner,
            owner_filters => self.owner_filters(),
            who => if example.form() == Form::Functions { "request.user" } else { "self.request.user" },
            ..self.migration_context(key.is_some())?
        })
    }

    fn field(&self, field: &Field) -> Value {
        let parent = self.parent(field);
        let target = parent.map(|parent| {
            let own = parent.path == self.beside(&self.example.model.path) && !parent.is_user;
            match parent {
                parent if parent.is_user => "settings.AUTH_USER_MODEL".to_owned(),
                _ if own => parent.class.clone(),
                parent => format!("\"{}.{}\"", parent.app, parent.class),
            }
        });
        let blank = fields::is_blank(field);
        context! {
            name => field.name.clone(),
            column => fields::column(field, parent).in_model(target.as_deref()),
            type => fields::python_type(field, parent),
            optional => field.optional,
            blank,
        }
    }

    /// What the migration writes.
    fn migration_context(&self, has_key: bool) -> Result<Value, ProposeError> {
        let mut columns: Vec<Value> = Vec::new();
        if let (true, Some((name, source))) =
            (has_key, migrations::own_key(&self.survey, &self.example.model.path, &self.example.model.class))
        {
            let source = migrations::grouped(&migrations::with_argument(source, "serialize=False"));
            columns.push(context! { name, source });
        }
        for column in &self.created.inherited {
            columns.push(
                context! { name => column.name.clone(), source => migrations::grouped(&column.source) },
            );
        }
        let mut dependencies = BTreeSet::new();
        for field in &self.ask.fields {
            let parent = self.parent(field);
            let to = parent.map(parents::migration_name);
            let source = format!("models.{}", fields::column(field, parent).in_migration(to.as_deref()));
            columns.push(context! { name => field.name.clone(), source });
            match parent {
                Some(parent) if parent.is_user => {
                    dependencies
                        .insert((0, "migrations.swappable_dependency(settings.AUTH_USER_MODEL)".to_owned()));
                }
                Some(parent) if parent.app != self.app_label => {
                    let (folder, label) = self.survey.app_of(&parent.path);
                    if let Some(leaf) = migrations::leaf(&self.survey, &folder, &label)? {
                        dependencies.insert((1, format!("(\"{label}\", \"{}\")", leaf.name)));
                    }
                }
                _ => {}
            }
        }
        if let Some(leaf) = migrations::leaf(&self.survey, &self.app_folder, &self.app_label)? {
            dependencies.insert((1, format!("(\"{}\", \"{}\")", self.app_label, leaf.name)));
        }
        let table = parents::table_of(&self.survey, &self.example.model.path, &self.example.model.class)
            .map(|table| exchanged(&table, &self.example.like, &self.ask.name));
        let options = match table {
            Some(table) => format!("{{\"db_table\": \"{table}\"}}"),
            None => self.created.options.clone(),
        };
        Ok(context! {
            dependencies => dependencies.into_iter().map(|(_, one)| one).collect::<Vec<_>>(),
            columns,
            options,
            migration_bases => "",
        })
    }

    /// The serializer's columns, and those that clients cannot write.
    fn serialized(&self) -> (Vec<String>, Vec<String>) {
        let example = self.survey.class(&self.example.serializer_path, &self.example.serializer);
        let stated: Vec<String> = example
            .and_then(|(_, class)| nested(class, "Meta"))
            .and_then(|meta| assigned(meta, "fields"))
            .map(|list| {
                super::survey::elements(list)
                    .iter()
                    .filter_map(crate::propose::python::string_value)
                    .collect()
            })
            .unwrap_or_default();
        let key = self.key_name();
        let shown = |name: &str| stated.iter().any(|one| one == name);
        let mut all = vec![key.clone()];
        all.extend(self.ask.fields.iter().map(|field| field.name.clone()));
        let inherited = self.created.inherited.iter().map(|column| column.name.clone());
        let inherited: Vec<String> = inherited.filter(|name| *name != key && shown(name)).collect();
        all.extend(inherited.iter().cloned());
        let mut read_only: Vec<String> = self.owner().map(str::to_owned).into_iter().collect();
        read_only.extend(inherited);
        (all, read_only)
    }

    fn serializer_base(&self) -> String {
        let example = self.survey.class(&self.example.serializer_path, &self.example.serializer);
        let bases: Vec<&str> = example
            .map(|(module, class)| {
                super::survey::bases(class).iter().map(|base| module.source(base)).collect()
            })
            .unwrap_or_default();
        if bases.iter().any(|base| base.contains("ModelSerializer")) {
            exchanged(&bases.join(", "), &self.example.like, &self.ask.name)
        } else {
            "serializers.ModelSerializer".into()
        }
    }

    /// Brackets of the example's list of columns.
    fn brackets(&self) -> (&'static str, &'static str) {
        let example = self.survey.class(&self.example.serializer_path, &self.example.serializer);
        let list =
            example.and_then(|(_, class)| nested(class, "Meta")).and_then(|meta| assigned(meta, "fields"));
        if matches!(list, Some(Expr::Tuple(_))) { ("(", ")") } else { ("[", "]") }
    }

    /// Sentences about what was found and what is left to the user.
    pub(super) fn conventions(&self) -> Vec<String> {
        let mut all = vec![format!(
            "{} joins the application {}, beside {}; --set app=NAME chooses another.",
            self.ask.name.pascal, self.app_label, self.example.model.class
        )];
        if let (Some(owner), None) = (&self.owner, self.owner()) {
            all.push(format!(
                "{} of the example are tied to their {}; no field of the new resource holds a user, so these are not.",
                self.example.like.plural, owner.attribute
            ));
        }
        for name in &self.access.unfit {
            all.push(format!(
                "{name} reads what the new model does not have; being signed in is asked for instead. Who may do what is yours to say."
            ));
        }
        if !self.is_paged() {
            all.push(format!("The list is not paged, as that of {} is not.", self.example.like.plural));
        }
        all
    }
}
