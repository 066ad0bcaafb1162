//! What the templates see.

use super::{
    super::{
        names::{camel, snake},
        rename::{Joint, Renamer},
        typescript::{Candidate, words},
        values::field_value,
    },
    customs::{self, Named},
    example::Role,
    parents::Parent,
    plan::Plan,
    survey::relative,
};
use minijinja::{Value, context, value::Serde};

const ROLES: [(Role, &str); 7] = [
    (Role::Entity, "entity"),
    (Role::Create, "create"),
    (Role::Update, "update"),
    (Role::Repository, "repository"),
    (Role::Service, "service"),
    (Role::Controller, "controller"),
    (Role::Module, "module"),
];

impl Plan<'_> {
    /// The context of one file.
    pub(super) fn context(&self, role: Option<Role>, path: &str) -> Value {
        let name = &self.ask.name;
        let classes = Value::from_pairs(ROLES.iter().map(|(role, key)| (*key, self.class(*role))));
        let own: Vec<String> = ROLES
            .iter()
            .filter(|(other, _)| role != Some(*other))
            .map(|(other, _)| format!("{}:{}", self.specifier(role, path, *other), self.class(*other)))
            .collect();
        let parents: Vec<Value> = self.parents.iter().map(|parent| self.parent_value(parent, path)).collect();
        let parent_imports: Vec<String> = self
            .parents
            .iter()
            .map(|parent| {
                format!("{}:{}", relative(path, &parent.table.path, self.extension), parent.table.class)
            })
            .collect();
        let words = name.plural.replace('_', " ");
        let entity = self.example.class(Role::Entity, &self.survey);
        let base = entity.and_then(|(source, class)| {
            let base = class.base.clone()?;
            let (import, _) = source.script.import_of(&base)?;
            let from = match self.survey.resolve(&source.path, &import.from) {
                Some(found) if import.from.starts_with('.') => relative(path, &found.path, self.extension),
                _ => import.from.clone(),
            };
            Some((base, from))
        });
        context! {
            title => words,
            name => name.pascal.clone(),
            one => name.snake.replace('_', " "),
            var => camel(&name.snake),
            plural => camel(&name.plural),
            class => classes,
            own,
            route => self.route(),
            table => context! { name => self.table_name(), argument => self.table_argument() },
            bang => if self.table.definite { "!" } else { "" },
            base => base.as_ref().map(|(base, _)| base.clone()).unwrap_or_default(),
            base_import => base.map(|(base, from)| format!("{from}:{base}")).unwrap_or_default(),
            key => context! {
                property => self.key.property.clone(),
                is_uuid => self.key.is_uuid,
                in_base => self.table.key_in_base,
                ts => if self.key.is_uuid { "string" } else { "number" },
            },
            times => self.table.times().map(|(column, mark, inherited)| context! {
                property => column.property.clone(),
                column => column.db.clone(),
                mark,
                inherited,
                options => column.options.clone(),
            }).collect::<Vec<_>>(),
            fields => self.ask.fields.iter().map(|field| self.field(field, path)).collect::<Vec<_>>(),
            parents,
            parent_imports,
            handlers => Value::from(Serde(&self.handlers)),
            dialect => self.dialect,
            esm => !self.extension.is_empty(),
            repository => self.repository_kind(),
            mapped => self.mapped_types(),
            documented => self.documented(),
            whitelist => self.survey.sources.values().any(|source| source.text.contains("whitelist: true")),
            pipes => self.survey.sources.values().any(|source| {
                source.text.contains("ValidationPipe") && (source.text.contains("useGlobalPipes") || source.text.contains("APP_PIPE"))
            }),
            migration => self.next.as_ref().map(|next| context! {
                class => next.class.clone(),
                has_name => next.has_name,
                public => if next.is_public { "public " } else { "" },
            }),
            setup => self.setup.as_ref().map(|setup| Value::from(Serde(setup))),
            statements => self.statements(),
            service_field => self.injected_name(Role::Controller, Role::Service),
            repository_field => self.injected_name(Role::Service, Role::Repository),
            modifiers => self.modifiers(),
            ..self.customs(path)
        }
    }

    /// What the project's controllers and modules have as a custom.
    fn customs(&self, path: &str) -> Value {
        let brought = |one: &Named| format!("{}:{}", relative(path, &one.path, self.extension), one.class);
        let pipe = customs::pipe(&self.survey);
        let is_keyed = customs::keys_bodies(&self.survey);
        let finders = customs::finders(&self.manifest);
        context! {
            own_pipe => pipe.as_ref().map(|pipe| pipe.class.clone()).unwrap_or_default(),
            pipe_import => pipe.as_ref().map(brought).unwrap_or_default(),
            body_key => if is_keyed { camel(&self.ask.name.snake) } else { String::new() },
            tagged => customs::marks_controllers(&self.survey, "ApiTags"),
            bearer => self.gate.is_some() && customs::marks_controllers(&self.survey, "ApiBearerAuth"),
            find_one => finders.one,
            exists => finders.exists,
            gate => self.gate.as_ref().map(|gate| context! {
                class => gate.middleware.class.clone(),
                public => gate.public,
                modules => gate.modules.iter().map(|one| one.class.clone()).collect::<Vec<_>>(),
                imports => gate.modules.iter().chain([&gate.middleware]).map(brought).collect::<Vec<_>>(),
            }),
        }
    }

    pub(super) fn field(&self, field: &super::super::fields::Field, path: &str) -> Value {
        let value = field_value(field);
        let column = field.column();
        let db = if self.snake_columns || self.table.names_columns { column.clone() } else { camel(&column) };
        let named = self.table.names_columns && !self.snake_columns && db != camel(&column);
        let parent = self.parents.iter().find(|parent| parent.field == field.name);
        let reference = parent.map(|parent| self.parent_value(parent, path));
        let fill = self.fills.get(&field.name).cloned().unwrap_or_default();
        context! { db, named, reference, fill, ..value }
    }

    fn parent_value(&self, parent: &Parent, path: &str) -> Value {
        let field = self.ask.fields.iter().find(|field| field.name == parent.field);
        let column = field.map(super::super::fields::Field::column).unwrap_or_default();
        context! {
            name => camel(&parent.field),
            pascal => super::super::names::pascal(&parent.field),
            title => parent.field.replace('_', " "),
            column => camel(&column),
            optional => field.is_some_and(|field| field.optional),
            class => parent.table.class.clone(),
            stem => parent.table.class.strip_suffix("Entity").unwrap_or(&parent.table.class),
            table => parent.table.name.clone(),
            key => parent.key.property.clone(),
            is_uuid => parent.key.is_uuid,
            ts => if parent.key.is_uuid { "string" } else { "number" },
            repository => if parent.repository == self.injected_name(Role::Service, Role::Repository) {
                format!("{}Repository", camel(&parent.field))
            } else {
                parent.repository.clone()
            },
            row => parent.row.clone().unwrap_or_default(),
            import => format!("{}:{}", relative(path, &parent.table.path, self.extension), parent.table.class),
        }
    }

    /// The specifier of another part of the new resource.
    fn specifier(&self, role: Option<Role>, path: &str, other: Role) -> String {
        let target = self.path(other);
        let like = || {
            let source = self.example.source(role?, &self.survey)?;
            let part = self.example.part(other)?;
            let (import, _) = source.script.import_of(&part.class)?;
            if import.from.starts_with('.') {
                return None;
            }
            // An alias: the same, with the names exchanged.
            let renamer = Renamer { from: &part.of, to: &self.ask.name, joint: self.example.files };
            Some(renamer.apply(&import.from)).filter(|from| *from != import.from)
        };
        like().unwrap_or_else(|| relative(path, &target, self.extension))
    }

    /// What the example's file imports, for what is taken over from it.
    pub(super) fn carried(&self, role: Option<Role>, path: &str) -> Vec<Candidate> {
        let Some(source) = role.and_then(|role| self.example.source(role, &self.survey)) else {
            return Vec::new();
        };
        let mut carried = Vec::new();
        for import in &source.script.imports {
            let from = match self.survey.resolve(&source.path, &import.from) {
                Some(found) if import.from.starts_with('.') => {
                    let direct = found.path.ends_with("/index.ts").then(|| {
                        let stem = found.path.trim_end_matches("/index.ts");
                        let ends = import.from.contains("index");
                        if ends {
                            relative(path, &found.path, self.extension)
                        } else {
                            relative(path, stem, "")
                        }
                    });
                    direct.unwrap_or_else(|| relative(path, &found.path, self.extension))
                }
                _ => import.from.clone(),
            };
            if import.names.is_empty() && role == Some(Role::Test) {
                carried.push(Candidate {
                    from: from.clone(),
                    name: String::new(),
                    local: String::new(),
                    is_type: false,
                });
            }
            for name in &import.names {
                carried.push(Candidate {
                    from: from.clone(),
                    name: name.name.clone(),
                    local: name.local.clone(),
                    is_type: import.is_type,
                });
            }
        }
        carried
    }

    /// Statements of the test's setup, the example's parts exchanged for the new ones.
    fn statements(&self) -> Vec<String> {
        let Some(setup) = &self.setup else { return Vec::new() };
        let exchanged = [Role::Module, Role::Controller, Role::Service].map(|role| {
            let like = self.example.part(role).map(|part| part.class.clone());
            (like.unwrap_or_default(), self.class(role))
        });
        let one = |statement: &String| {
            let mut statement = statement.clone();
            for (like, class) in &exchanged {
                if words(&statement).contains(like) {
                    statement = statement.replace(like.as_str(), class);
                }
            }
            statement
        };
        setup.statements.iter().map(one).collect()
    }

    /// How rows are reached: `injected`, `extends` or `wraps` a repository of TypeORM.
    fn repository_kind(&self) -> &'static str {
        match self.example.class(Role::Repository, &self.survey) {
            None => "injected",
            Some((_, class)) if class.base.as_deref().is_some_and(|base| base.starts_with("Repository")) => {
                "extends"
            }
            Some(_) => "wraps",
        }
    }

    /// The package that derives one DTO from another, where the example does so.
    fn mapped_types(&self) -> Value {
        let update = self.example.source(Role::Update, &self.survey);
        let package = update.and_then(|source| {
            let (import, _) = source.script.import_of("PartialType")?;
            Some(import.from.clone())
        });
        let package = package.unwrap_or_default();
        let strict = strict_partial(&package, &self.manifest);
        context! { package => if strict { package } else { String::new() } }
    }

    fn documented(&self) -> bool {
        let create = self.example.source(Role::Create, &self.survey);
        create.is_some_and(|source| source.text.contains("@ApiProperty"))
    }

    /// The name under which one part has another injected.
    fn injected_name(&self, role: Role, other: Role) -> String {
        let renamer = Renamer { from: &self.example.like, to: &self.ask.name, joint: Joint::Camel };
        let found = self.example.class(role, &self.survey).and_then(|(_, class)| {
            let wanted = self.example.part(other).map(|part| part.class.clone());
            let of_rows = format!("Repository<{}>", self.table.class);
            let parameter = class.parameters.iter().find(|parameter| {
                Some(&parameter.ty) == wanted.as_ref()
                    || (other == Role::Repository && parameter.ty == of_rows)
            })?;
            Some(renamer.apply(&parameter.name))
        });
        found.unwrap_or_else(|| match other {
            Role::Repository => camel(&self.ask.name.plural),
            _ => camel(&snake(&self.class(other))),
        })
    }

    /// `private readonly`, as the example's constructors have it.
    fn modifiers(&self) -> String {
        let controller = self.example.class(Role::Controller, &self.survey);
        let written =
            controller.and_then(|(_, class)| class.parameters.first()).map(|one| one.modifiers.clone());
        written.filter(|written| !written.is_empty()).unwrap_or_else(|| "private readonly".into())
    }
}

/// Whether the installed `PartialType` can tell a value that is absent from one that is null.
fn strict_partial(package: &str, manifest: &str) -> bool {
    let since = match package {
        "@nestjs/mapped-types" => (2, 1),
        "@nestjs/swagger" => (8, 0),
        _ => return false,
    };
    let Some((_, rest)) = manifest.split_once(&format!("\"{package}\"")) else { return false };
    let range = rest.split('"').nth(1).unwrap_or_default();
    let mut numbers = range
        .trim_start_matches(|c: char| !c.is_ascii_digit())
        .split('.')
        .map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= since
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_partial_types_cannot_refuse_null() {
        let manifest = |range: &str| format!("{{\"@nestjs/mapped-types\": \"{range}\"}}");
        assert!(strict_partial("@nestjs/mapped-types", &manifest("^12.0.0")));
        assert!(!strict_partial("@nestjs/mapped-types", &manifest("~1.2.0")));
        assert!(!strict_partial("other", &manifest("^12.0.0")));
    }
}
