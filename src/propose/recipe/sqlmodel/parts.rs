//! What the templates see, and where the names that they use come from.

use super::{
    columns,
    example::{Part, attributes, class},
    plan::Plan,
};
use crate::{
    ports::ProposeError,
    propose::{
        python::string_value,
        recipe::{
            django::survey::assigned,
            fastapi::context::field_context,
            fields::Field,
            python_text::{carried, exchanged},
        },
    },
};
use minijinja::{Value, context};

/// Attributes that rows have beside what is asked for.
const OWN: [&str; 5] = ["id", "created_at", "updated_at", "created", "updated"];

impl Plan<'_> {
    /// The fields that a client sends.
    pub(super) fn stored(&self) -> impl Iterator<Item = &Field> {
        self.ask.fields.iter().filter(|field| self.owner.as_deref() != Some(field.name.as_str()))
    }

    pub(super) fn parent(&self, field: &Field) -> Option<&columns::Parent> {
        self.parents.iter().find(|parent| parent.field == field.name)
    }

    /// The column that holds who made a row.
    pub(super) fn owner_column(&self) -> Option<String> {
        self.owner.as_ref().map(|owner| format!("{owner}_id"))
    }

    /// The new table's name.
    pub(super) fn table_name(&self) -> String {
        self.stated_table().unwrap_or_else(|| self.ask.name.pascal.to_lowercase())
    }

    /// Whether tables are named, in the plural, rather than after their class.
    pub(super) fn states_tables(&self) -> bool {
        self.stated_table().is_some()
    }

    /// The key of the example's table as written.
    pub(super) fn key_line(&self) -> String {
        let own = self.own_lines(&self.example.model).into_iter().find(|(name, _)| name == "id");
        own.map(|(_, source)| source).unwrap_or_else(|| {
            format!("id: {} | None = Field(default=None, primary_key=True)", self.example.routes.id_type)
        })
    }

    /// Whether the type checker is told to pass over the type of a column.
    pub(super) fn is_untyped(&self) -> bool {
        self.modules.get(self.example.model_path.as_str()).is_some_and(|module| {
            module.text.lines().any(|line| line.contains("sa_type=") && line.contains("type: ignore"))
        })
    }

    fn stated_table(&self) -> Option<String> {
        let (_, _, table) = class(&self.modules, &self.example.model)?;
        let stated = assigned(&table.body, "__tablename__").and_then(string_value)?;
        Some(exchanged(&stated, &self.example.like, &self.ask.name))
    }

    /// Attributes of a class of the example that every row has, as written.
    fn own_lines(&self, name: &str) -> Vec<(String, String)> {
        let Some((_, module, class)) = class(&self.modules, name) else { return Vec::new() };
        attributes(class)
            .filter(|(name, _)| OWN.contains(name))
            .map(|(name, assign)| (name.to_owned(), module.source(assign).to_owned()))
            .collect()
    }

    /// The column of who made a row, in the form of the example's.
    fn owner_lines(&self) -> Vec<String> {
        let (Some(column), Some((_, module, class))) =
            (self.owner_column(), class(&self.modules, &self.example.model))
        else {
            return Vec::new();
        };
        attributes(class)
            .filter(|(name, _)| *name == self.example.routes.owner)
            .map(|(name, assign)| {
                let source = module.source(assign).split_whitespace().collect::<Vec<_>>().join(" ");
                let source = source.replace("( ", "(").replace(" )", ")").replacen(name, &column, 1);
                // A foreign key has its index, also where the example's has none.
                let indexed = match source.strip_suffix(')') {
                    Some(head) if !source.contains("index=") => format!("{head}, index=True)"),
                    _ => source,
                };
                format!("    {}", columns::grouped(&indexed))
            })
            .collect()
    }

    /// The columns of the migration.
    pub(super) fn columns(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for (name, source) in self.own_lines(&self.example.model) {
            let is_key = source.contains("primary_key");
            let ty = match () {
                () if source.contains("UUID") => "sa.Uuid()",
                () if is_key => "sa.Integer()",
                () if source.contains("timezone=True") => "sa.DateTime(timezone=True)",
                () => "sa.DateTime()",
            };
            all.push(context! {
                name,
                type => ty,
                foreign => (),
                key => is_key,
                optional => !is_key && source.contains("None"),
                indexed => source.contains("index=True"),
                unique => false,
            });
        }
        all.extend(self.stored().map(|field| columns::column(field, self.parent(field))));
        if let Some(parent) = self.parents.iter().find(|parent| Some(&parent.field) == self.owner.as_ref()) {
            let lines = self.owner_lines().join(" ");
            let cascade =
                lines.split_once("ondelete=").and_then(|(_, rest)| rest.get(1..)?.split(['"', '\'']).next());
            let cascade = cascade.map(|rule| format!(", ondelete=\"{rule}\"")).unwrap_or_default();
            all.push(context! {
                name => parent.column.clone(),
                type => if parent.is_uuid { "sa.Uuid()" } else { "sa.Integer()" },
                foreign => format!("sa.ForeignKey(\"{}\"{cascade})", parent.target),
                key => false,
                optional => lines.contains("None"),
                indexed => lines.contains("index=True"),
                unique => false,
            });
        }
        all
    }

    /// The parents other than the owner, as templates see them.
    fn parent_values(&self) -> Vec<Value> {
        self.parents
            .iter()
            .filter(|parent| Some(&parent.field) != self.owner.as_ref())
            .map(|parent| {
                context! {
                    name => parent.field.clone(),
                    column => parent.column.clone(),
                    model => parent.model.clone(),
                    optional => parent.optional,
                    arguments => parent.row.clone(),
                    type => if parent.is_uuid { "uuid.UUID" } else { "int" },
                    unknown => if parent.is_uuid { "str(uuid.uuid4())" } else { "999999" },
                }
            })
            .collect()
    }

    /// What every template may use.
    pub(super) fn context(&self) -> Result<Value, ProposeError> {
        let (name, example) = (&self.ask.name, &self.example);
        let routes = &example.routes;
        let renamed = |text: &str| exchanged(text, &example.like, name);
        let part = |part: &Part| {
            context! {
                name => self.named(part),
                comment => part.comment.iter().map(|line| {
                    let spoken = |text: &str| text.replace('_', " ");
                    let line = renamed(line).replace(&name.plural, &spoken(&name.plural));
                    line.replace(&name.snake, &spoken(&name.snake))
                }).collect::<Vec<_>>(),
            }
        };
        let own = self.own_lines(&example.model);
        let is_untyped = self.is_untyped();
        let mut read: Vec<String> =
            self.own_lines(&example.read.name).into_iter().map(|(_, source)| source).collect();
        if let Some(parent) = self.parents.iter().find(|parent| Some(&parent.field) == self.owner.as_ref()) {
            let py = if parent.is_uuid { "uuid.UUID" } else { "int" };
            read.insert(read.len().min(1), format!("{}: {py}", parent.column));
        }
        let required: Vec<String> =
            self.stored().filter(|field| !field.optional).map(Field::column).collect();
        let unique: Vec<String> = self.stored().filter(|field| field.unique).map(Field::column).collect();
        let parents = self.parent_values();
        let unique_types = Value::from_pairs(self.stored().filter(|field| field.unique).map(|field| {
            let schema = field_context(field, None, false).schema;
            let ty = schema.split(" = ").next().unwrap_or_default().trim_end_matches(" | None").to_owned();
            (field.column(), ty)
        }));
        let is_owner = |parent: &&columns::Parent| Some(&parent.field) == self.owner.as_ref();
        let owner_type = match self.parents.iter().find(is_owner) {
            Some(parent) if !parent.is_uuid => "int",
            _ => "uuid.UUID",
        };
        let words = name.snake.replace('_', " ");
        let order = own.iter().map(|(name, _)| name.as_str()).find(|name| name.starts_with("created"));
        let mut letters = words.chars();
        let title: String =
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters.as_str().chars()).collect();
        Ok(context! {
            model => name.pascal.clone(),
            var => name.snake.clone(),
            plural => name.plural.clone(),
            words_plural => name.plural.replace('_', " "),
            title,
            article => if words.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" },
            words,
            base => part(&example.base),
            create => part(&example.create),
            update => part(&example.update),
            table => context! {
                name => self.table_name(),
                stated => self.stated_table().unwrap_or_default(),
                own => own.iter().map(|(_, source)| format!("    {source}")).collect::<Vec<_>>(),
                ..part(&example.table)
            },
            read => context! { own => read, ..part(&example.read) },
            page => example.page.as_ref().map(|page| context! {
                name => renamed(&page.name),
                rows => page.rows.clone(),
                count => page.count.clone(),
            }),
            owner_lines => self.owner_lines(),
            stored => self.stored().map(|field| columns::attribute(field, self.parent(field), is_untyped)).collect::<Vec<_>>(),
            required,
            unique,
            unique_types,
            parents,
            data => self.data_name().map(|(_, name)| name),
            owner_type,
            session_type => if routes.is_async { "AsyncSession" } else { "Session" },
            router_call => renamed(&routes.call),
            root => routes.root.clone(),
            session => context! { name => routes.session.name.clone(), parameter => routes.session.written.clone() },
            user => routes.user.as_ref().map(|user| context! {
                name => user.name.clone(),
                parameter => user.written.clone(),
            }),
            owner => self.owner_column(),
            superuser => routes.superuser.clone(),
            refusal => routes.refusal.clone(),
            id_name => renamed(&routes.id_name),
            id_type => routes.id_type.clone(),
            verb => routes.verb.clone(),
            created => routes.created.clone(),
            message => routes.message.clone(),
            skip => routes.skip.clone(),
            order => order.unwrap_or("id"),
            def => if routes.is_async { "async def" } else { "def" },
            await => if routes.is_async { "await " } else { "" },
        })
    }

    /// How a file reaches a class of the example's module, with the resource exchanged.
    pub(super) fn reach(&self, from: &str, like: &str, new: &str) -> String {
        let target = self.beside(&self.example.model_path);
        let stated =
            self.modules.get(from).and_then(|module| module.origin_of(like)).map(|(module, _)| module);
        let module = match stated {
            Some(module) if target != self.example.model_path => {
                exchanged(&module, &self.example.like, &self.ask.name)
            }
            Some(module) => module,
            None => self.module_of(&target),
        };
        format!("{module}:{new}")
    }

    /// The dotted module of a file.
    pub(super) fn module_of(&self, path: &str) -> String {
        let inside = path.strip_prefix(self.import_root.as_str()).unwrap_or(path);
        inside.trim_end_matches(".py").trim_end_matches("/__init__").replace('/', ".")
    }

    pub(super) fn model_candidates(&self) -> Vec<String> {
        let mut all: Vec<String> = [
            "uuid",
            "datetime:date",
            "datetime:datetime",
            "decimal:Decimal",
            "pydantic:field_validator",
            "sqlalchemy:DateTime",
            "sqlmodel:Field",
            "sqlmodel:SQLModel",
        ]
        .map(str::to_owned)
        .into();
        all.extend(self.carried_from(&self.example.model_path));
        // Helpers that stand in the example's own file: `default_factory=now`.
        if self.beside(&self.example.model_path) != self.example.model_path
            && let Some(module) = self.modules.get(self.example.model_path.as_str())
        {
            let own = self.module_of(&self.example.model_path);
            all.extend(module.functions().map(|function| format!("{own}:{}", function.name)));
        }
        all
    }

    pub(super) fn route_candidates(&self) -> Vec<String> {
        let (example, like) = (&self.example, self.example.routes.path.as_str());
        let mut all: Vec<String> =
            ["uuid", "typing:Annotated", "typing:Any", "fastapi:HTTPException", "fastapi:Query"]
                .map(str::to_owned)
                .into();
        all.extend(["sqlmodel:col", "sqlmodel:func", "sqlmodel:select"].map(str::to_owned));
        for part in [&example.create, &example.update, &example.table, &example.read] {
            all.push(self.reach(like, &part.name, &self.named(part)));
        }
        if let Some(page) = &example.page {
            all.push(self.reach(like, &page.name, &exchanged(&page.name, &example.like, &self.ask.name)));
        }
        all.extend(self.parent_imports(like));
        all.extend(self.data_name().map(|(package, name)| format!("{package}:{name}")));
        all.extend(self.carried_from(like));
        all
    }

    pub(super) fn data_candidates(&self, path: &str) -> Vec<String> {
        let example = &self.example;
        let mut all: Vec<String> =
            ["uuid", "datetime:date", "datetime:datetime", "decimal:Decimal"].map(str::to_owned).into();
        all.extend(
            ["sqlmodel:Session", "sqlmodel:col", "sqlmodel:func", "sqlmodel:select"].map(str::to_owned),
        );
        all.push("sqlmodel.ext.asyncio.session:AsyncSession".into());
        for part in [&example.create, &example.update, &example.table] {
            all.push(self.reach(path, &part.name, &self.named(part)));
        }
        all.extend(self.parent_imports(path));
        all
    }

    /// The name under which routes reach the functions of the data file: `crud`.
    fn data_name(&self) -> Option<(String, String)> {
        let module = self.module_of(self.data.as_deref()?);
        let (package, name) = module.rsplit_once('.')?;
        Some((package.to_owned(), name.to_owned()))
    }

    /// Where the models of parents come from, as a file reaches them.
    pub(super) fn parent_imports(&self, from: &str) -> Vec<String> {
        self.parents
            .iter()
            .map(|parent| {
                let stated = self.modules.get(from).and_then(|module| module.origin_of(&parent.model));
                let module = stated.map_or_else(|| self.module_of(&parent.path), |(module, _)| module);
                format!("{module}:{}", parent.model)
            })
            .collect()
    }

    pub(super) fn carried_from(&self, path: &str) -> Vec<String> {
        self.modules.get(path).map(carried).unwrap_or_default()
    }
}
