//! The files of sign-in from their templates: what each may import, and what they call things.

use super::{
    errors::{Refusing, Whence},
    files::Paths,
    layers::Form,
    packages::Packages,
    rows::{Row, Rows},
    style::{self, Style},
    wiring::{Wiring, Written},
};
use crate::{
    ports::ProposeError,
    propose::recipe::{
        node::{
            compose,
            model::Mapper,
            plan::{Plan, RECIPE},
            words::in_form,
        },
        password_hash::Hash,
        typescript::set_up,
    },
};
use minijinja::{Value, context, value::Serde};
use std::collections::BTreeMap;

/// The shortest password; what is shorter is guessed.
const LEAST_LENGTH: u32 = 12;
/// What the service does, and what stands below it.
const DOES: [&str; 6] = ["register", "login", "refresh", "logout", "userOf", "findUser"];
const ASKS: [&str; 7] = [
    "findUserById",
    "findUserByEmail",
    "insertUser",
    "findToken",
    "insertToken",
    "replaceToken",
    "deleteFamily",
];
const SECURES: [&str; 7] = [
    "hashPassword",
    "passwordMatches",
    "createAccessToken",
    "subjectOf",
    "newRefreshToken",
    "refreshHash",
    "signingKey",
];

/// Everything that the templates are filled from.
pub(super) struct Parts<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) paths: &'a Paths,
    pub(super) wiring: &'a Wiring,
    pub(super) style: &'a Style,
    pub(super) rows: &'a Rows,
    pub(super) errors: &'a Refusing,
    pub(super) packages: &'a Packages,
    pub(super) hash: Hash,
}

impl Parts<'_> {
    /// One file in its final form.
    pub(super) fn file(&self, path: &str, template: &str) -> Result<String, ProposeError> {
        let rendered = self.render(template, &self.context(path))?;
        let text = self.plan.habits.write(&rendered, &[]);
        compose::fitted(path, &text, &self.plan.habits)
    }

    /// A template of the folder.
    pub(super) fn render(&self, template: &str, context: &Value) -> Result<String, ProposeError> {
        self.plan.ask.render(RECIPE, template, context, set_up)
    }

    /// What a template of a file at `path` sees.
    pub(super) fn context(&self, path: &str) -> Value {
        let Self { plan, wiring, style, rows, hash, .. } = self;
        let column = |name: &str| in_form(name, plan.form);
        let body = |name: &str| in_form(name, plan.api);
        let key_is_uuid =
            ["uuid", "Uuid"].iter().any(|word| plan.key.ty.contains(word)) || self.is_uuid_key();
        let names = |names: &[&str], form: &dyn Fn(&str) -> String| -> Value {
            let named: BTreeMap<String, String> =
                names.iter().map(|name| ((*name).to_owned(), form(name))).collect();
            Value::from(Serde(&named))
        };
        let imports = self.imports(path);
        let declared: Vec<Value> = [&rows.users, &rows.tokens]
            .into_iter()
            .filter(|row| !row.declared.is_empty())
            .map(|row| context! { name => row.type_name, ty => row.declared.clone() })
            .collect();
        let wrap = style.wrap.as_str();
        context! {
            hash => hash.name(),
            hasher => self.packages.hasher,
            issuer => self.packages.name(),
            least => LEAST_LENGTH,
            mapper => plan.mapper.name(),
            dialect => plan.dialect,
            zod => plan.zod,
            key => plan.key.name.clone(),
            key_type => if plan.key.is_text() { "string" } else { "number" },
            key_is_text => plan.key.is_text(),
            key_is_uuid,
            nothing => if plan.mapper == Mapper::Prisma { "null" } else { "undefined" },
            text_times => plan.mapper == Mapper::Kysely && plan.dialect == "sqlite",
            users => rows.users.table.name.clone(),
            tokens => rows.tokens.table.name.clone(),
            declared,
            c => names(&["password_hash", "user_id", "token_hash", "expires_at", "used_at"], &column),
            a => names(&["access_token", "refresh_token", "token_type"], &body),
            schema => context! {
                object => style.object,
                credentials => style.rules("credentials"),
                renewal => style.rules("renewal"),
                user_id => style.parameter("user_id"),
            },
            store => wiring.store().value(style),
            service => wiring.service.value(style),
            router => wiring.router.value(style),
            has_repository => wiring.repository.is_some(),
            find_user => if wiring.repository.is_some() { "findUser" } else { "findUserById" },
            db => wiring.database.clone(),
            ask => wiring.ask.clone(),
            sessions => wiring.sessions.clone(),
            given => wiring.given.clone(),
            makes_service => wiring.makes_service,
            is_hono => style.is_hono,
            is_default => style.is_default,
            catches => style.catches,
            validator => style.validator.clone(),
            wrap => context! {
                open => if wrap.is_empty() { String::new() } else { format!("{wrap}(") },
                close => if wrap.is_empty() { "" } else { ")" },
            },
            wrapped => context! { before => style.before.clone(), after => style.after.clone(), place => style.place.clone() },
            refuse => context! {
                unknown => self.refused(401, "not signed in"),
                role => self.refused(403, "not allowed"),
                nobody => self.refused(404, "no such user"),
                taken => self.refused(409, "address is taken"),
                often => self.refused(429, "try again later"),
            },
            store_imports => imports.clone(),
            service_imports => imports.clone(),
            guard_imports => imports.clone(),
            router_imports => imports.clone(),
            test_imports => imports,
        }
    }

    /// Whether the database makes the example's keys as UUIDs.
    fn is_uuid_key(&self) -> bool {
        let made = ["gen_random_uuid", "uuid_generate", "randomUUID", "'uuid'", "\"uuid\""];
        let of_table = |text: &str| text.contains(self.plan.names.like_table.as_str());
        let mut sources = self.plan.survey.sources.values().filter(|source| of_table(&source.text));
        sources.any(|source| made.iter().any(|word| source.text.contains(word)))
            || self.plan.survey.sources.values().any(|source| {
                self.plan.related.contains(&source.path)
                    && ["z.uuid()", "z.string().uuid()"].iter().any(|rule| source.text.contains(rule))
            })
    }

    fn refused(&self, status: u16, message: &str) -> String {
        self.errors.made.replace("STATUS", &status.to_string()).replace("MESSAGE", &format!("'{message}'"))
    }

    /// Everything that a file may need, as candidates; what it does not use is left out.
    pub(super) fn imports(&self, path: &str) -> Vec<String> {
        let Self { paths, wiring, style, rows, errors, .. } = self;
        let mut all: Vec<String> = Vec::new();
        let mut own = |to: &str, names: &[&str]| {
            if to != path {
                let from = paths.specifier(path, to);
                all.extend(names.iter().map(|name| format!("{from}:{name}")));
            }
        };
        own(&paths.security, &SECURES);
        own(&paths.limit, &["AttemptLimit"]);
        own(&paths.schema, &["type Credentials", "type Tokens"]);
        let rules = [style.rules("credentials"), style.rules("renewal"), style.parameter("user_id")];
        own(&paths.schema, &rules.each_ref().map(String::as_str));
        own(&paths.guard, &["requireUser", "requireRole", "currentUser", "caught", "type SignedIn"]);
        if let Whence::Path(to) = &errors.from {
            own(to, &[&errors.name]);
        }
        let mut layer = |written: &Written, star: Option<&str>, names: &[&str]| match (&written.form, star) {
            (Form::Functions, Some(star)) => own(&written.path, &[&format!("* as {star}")]),
            (Form::Functions, None) => own(&written.path, names),
            _ if wiring.makes_service && path == wiring.router.path => own(&written.path, &[&written.name]),
            _ => own(&written.path, &[&format!("type {}", written.type_name)]),
        };
        let service_star = Some("service").filter(|_| wiring.service_star);
        let does: Vec<&str> =
            if wiring.repository.is_some() { DOES.to_vec() } else { [&DOES[..], &ASKS[..]].concat() };
        layer(&wiring.service, service_star, &does);
        if let Some(repository) = &wiring.repository {
            layer(repository, Some("store").filter(|_| wiring.store_star), &ASKS);
        }
        for row in [&rows.users, &rows.tokens] {
            self.of_row(row, path, &mut own);
        }
        // Names of the mapper are common words, so only what queries has them.
        if self.asks(path) {
            all.extend(self.of_mapper());
        } else {
            all.extend(self.rows_of_prisma());
        }
        if let Whence::Package(package) = errors.from {
            all.push(format!("{package}:{}", errors.name));
        }
        let framework: &[&str] = if style.is_hono {
            &[
                "hono:Hono",
                "hono:type Context",
                "hono/factory:createMiddleware",
                "@hono/zod-validator:zValidator",
            ]
        } else {
            &[
                "express:Router",
                "express:type Request",
                "express:type Response",
                "express:type RequestHandler",
            ]
        };
        let given =
            [&wiring.router, &wiring.service, wiring.store()].into_iter().filter(|one| one.path == path);
        all.extend(self.around(path));
        all.extend(framework.iter().map(|one| (*one).to_owned()));
        all.extend(given.flat_map(|one| self.given(one)));
        all
    }

    /// The database that functions of a module import, and where it is found from a file.
    pub(super) fn handle_import(&self, path: &str) -> Option<(String, String)> {
        let source = self.plan.survey.get(&self.wiring.store().like)?;
        let (import, _) = source.script.import_of(&self.wiring.database)?;
        let target = self.plan.survey.resolve(&source.path, &import.from)?;
        Some((self.wiring.database.clone(), self.paths.specifier(path, &target.path)))
    }

    /// Whether a file asks the database: the layer that does, or the tests.
    fn asks(&self, path: &str) -> bool {
        path == self.wiring.store().path || !self.paths.all().any(|own| own == path)
    }

    fn of_row(&self, row: &Row, path: &str, own: &mut dyn FnMut(&str, &[&str])) {
        let named = format!("type {}", row.type_name);
        match self.plan.mapper {
            Mapper::Prisma => {}
            _ if row.declared.is_empty() => own(&row.table.path, &[&named]),
            _ => own(&self.wiring.store().path, &[&named]),
        }
        match self.plan.mapper {
            Mapper::Kysely if path == self.wiring.store().path && !row.made_of.is_empty() => {
                own(&row.table.path, &[&format!("type {}", row.made_of)]);
            }
            Mapper::Drizzle if self.asks(path) => own(&row.table.path, &[&row.table.name]),
            _ => {}
        }
    }

    fn of_mapper(&self) -> Vec<String> {
        match self.plan.mapper {
            Mapper::Kysely => vec!["kysely:type Selectable".into()],
            Mapper::Drizzle => ["and", "eq", "isNull"].map(|name| format!("drizzle-orm:{name}")).to_vec(),
            Mapper::Prisma => self.rows_of_prisma(),
        }
    }

    /// The types of rows that Prisma generates.
    fn rows_of_prisma(&self) -> Vec<String> {
        match self.plan.mapper {
            Mapper::Kysely | Mapper::Drizzle => Vec::new(),
            Mapper::Prisma => {
                let from = self.plan.survey.sources.values().find_map(|source| {
                    source.script.import_of("PrismaClient").map(|(import, _)| import.from.clone())
                });
                let from = from.unwrap_or_else(|| "@prisma/client".into());
                ["type User", "type RefreshToken"].map(|name| format!("{from}:{name}")).to_vec()
            }
        }
    }

    /// What the example's own file imports for the type of what it is given, its database and its
    /// router.
    fn given(&self, written: &Written) -> Vec<String> {
        let Some(source) = self.plan.survey.get(&written.like) else { return Vec::new() };
        let names = &self.plan.names;
        let types: String = source
            .script
            .imports
            .iter()
            .flat_map(|import| &import.names)
            .filter(|name| !names.touches(&name.local))
            .map(|name| format!("{} ", name.local))
            .collect();
        let is_given = |local: &str| match &written.form {
            Form::Functions => false,
            Form::Class { given, .. } | Form::Factory { given, .. } => given.ty.contains(local),
        };
        style::imported(source, &types)
            .into_iter()
            .map(|(from, name, local)| {
                let from = match self.plan.survey.resolve(&source.path, from) {
                    Some(target) => self.paths.specifier(&written.path, &target.path),
                    None => from.to_owned(),
                };
                let kind = if is_given(&local) { "type " } else { "" };
                let named = if name == local { name } else { format!("{name} as {local}") };
                format!("{from}:{kind}{named}")
            })
            .collect()
    }

    /// The function around handlers, where the project has one.
    fn around(&self, path: &str) -> Vec<String> {
        let Some(source) = self.plan.survey.get(&self.plan.router) else { return Vec::new() };
        let wanted = format!("{} {}", self.style.wrap, self.style.validator);
        style::imported(source, &wanted)
            .into_iter()
            .map(|(from, name, local)| {
                let from = match self.plan.survey.resolve(&source.path, from) {
                    Some(target) => self.paths.specifier(path, &target.path),
                    None => from.to_owned(),
                };
                let named = if name == local { name } else { format!("{name} as {local}") };
                format!("{from}:{named}")
            })
            .collect()
    }
}
