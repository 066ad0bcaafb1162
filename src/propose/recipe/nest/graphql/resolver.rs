//! The resolver, what stands on it, and the filter that answers its errors.

use super::{
    super::{example::Role, handlers::NotFound, survey::relative},
    making::{Making, Target},
    members,
    names::{self, Part},
    offer,
};
use crate::propose::{
    recipe::{errors::kinds, names::upper_snake, typescript::Candidate},
    script::Class,
};
use minijinja::context;

/// What answers errors.
const FILTER: &str = "GraphqlErrorFilter";

impl Making<'_, '_> {
    /// Where the filter is; `None` where the first resolver has another.
    pub(super) fn filter_path(&self) -> Option<(String, bool)> {
        if self.first.as_ref().is_some_and(|first| first.class.mark("UseFilters").is_some()) {
            return None;
        }
        let known = self.plan.survey.class(FILTER, "Catch").map(|(source, _)| source.path.clone());
        let is_there = known.is_some();
        Some((known.unwrap_or_else(|| offer::common(self.plan, "graphql-error.filter.ts")), is_there))
    }

    pub(super) fn filter(&self) -> Option<Target> {
        let (path, false) = self.filter_path()? else { return None };
        let errors = self.errors(&path);
        let context = context! {
            own => errors.iter().map(|(import, _)| import.clone()).collect::<Vec<_>>(),
            kinds => errors.iter().map(|(import, code)| context! {
                class => import.rsplit(':').next().unwrap_or_default(), code => code.clone(),
            }).collect::<Vec<_>>(),
        };
        Some(Target { path, role: Role::Service, context, carried: Vec::new() })
    }

    /// Errors that are none of the framework's, as imports, each with its code.
    fn errors(&self, path: &str) -> Vec<(String, String)> {
        let plan = self.plan;
        let NotFound { class, .. } = &plan.handlers.not_found;
        let mut errors = Vec::new();
        let service = plan.example.source(Role::Service, &plan.survey);
        if service.is_some_and(|source| source.text.contains("OrFail")) {
            errors.push(("typeorm:EntityNotFoundError".to_owned(), "NOT_FOUND".to_owned()));
        }
        let home = service.and_then(|source| {
            let (import, _) = source.script.import_of(class)?;
            plan.survey.resolve(&source.path, &import.from)
        });
        let Some(home) = home else { return errors };
        let is_http = |one: &Class| {
            one.base.as_deref().is_some_and(|base| base.ends_with("Exception") || base == "GraphQLError")
        };
        for one in home.script.classes.iter().filter(|one| !is_http(one)) {
            let kind = kinds::ALL.iter().find(|kind| one.name == format!("{}Error", kind.name));
            let code = match kind {
                Some(kind) => upper_snake(kind.name),
                None if one.name == *class => "NOT_FOUND".into(),
                None => continue,
            };
            errors.push((format!("{}:{}", relative(path, &home.path, plan.extension), one.name), code));
        }
        errors
    }

    /// What stands on the class of the resolver, and what that imports.
    fn marks(&self, path: &str) -> (Vec<String>, Vec<Candidate>) {
        let mut marks = Vec::new();
        let mut carried = Vec::new();
        if let Some(first) = &self.first {
            let others = first.class.marks.iter().filter(|mark| mark.name != "Resolver");
            marks.extend(others.map(members::written));
            carried.extend(self.plan.carried_of(first.source, path, false));
        }
        let has = |marks: &[String], name: &str| marks.iter().any(|mark| mark.starts_with(name));
        if !has(&marks, "@UseGuards") {
            marks.extend(self.guards.clone());
            let controller = self.plan.example.source(Role::Controller, &self.plan.survey);
            carried.extend(controller.map_or(Vec::new(), |source| self.plan.carried_of(source, path, false)));
        }
        if let Some((filter, _)) = self.filter_path().filter(|_| !has(&marks, "@UseFilters")) {
            marks.push(format!("@UseFilters({FILTER})"));
            let from = relative(path, &filter, self.plan.extension);
            carried.extend(Candidate::of(&format!("{from}:{FILTER}")));
        }
        (marks, carried)
    }

    pub(super) fn resolver(&self) -> Target {
        let (plan, offer) = (self.plan, self.offer);
        let (class, path) = self.named(Part::Resolver);
        let (marks, carried) = self.marks(path);
        let from = |other: &str| relative(path, other, plan.extension);
        let mut own: Vec<String> = offer::parts(offer)
            .filter(|part| *part != Part::Resolver)
            .map(|part| {
                let (class, other) = self.named(part);
                format!("{}:{class}", from(other))
            })
            .collect();
        let service = names::class(plan, Role::Service);
        own.push(format!("{}:{service}", from(&names::path(plan, Role::Service))));
        if let Some(page) = self.page() {
            let class = page.get_attr("class").ok().map(|one| one.to_string()).unwrap_or_default();
            own.push(format!("{}:{class}", from(self.named(Part::Type).1)));
        }
        if let Some(args) = self.args() {
            own.push(format!("{}:{}", from(&args.path), args.class));
        }
        let has_pipes = plan.survey.sources.values().any(|source| {
            source.text.contains("ValidationPipe")
                && (source.text.contains("useGlobalPipes") || source.text.contains("APP_PIPE"))
        });
        let controller = plan.example.source(Role::Controller, &plan.survey);
        let checks_uuid = controller.is_some_and(|source| source.text.contains("ParseUUIDPipe"));
        let context = context! {
            own,
            class,
            marks,
            pipes => has_pipes,
            ty => self.named(Part::Type).0,
            page => self.page(),
            args => self.args().map(|args| args.class.clone()),
            create => self.named(Part::Create).0,
            update => self.named(Part::Update).0,
            verbs => self.verbs_value(),
            list => offer.list.as_ref().map(|list| context! { method => list.method.clone(), given => list.given.clone() }),
            get => context! { method => offer.get.clone(), nullable => offer.get_is_nullable },
            creates => offer.create.as_ref().map(|(method, _)| method.clone()),
            updates => offer.update.as_ref().map(|(method, _)| method.clone()),
            answers_row => offer.update_answers_row,
            removes => offer.remove.clone(),
            service,
            service_field => plan.service_field(),
            modifiers => plan.modifiers(),
            public => plan.handlers.public,
            one => plan.ask.name.pascal.clone(),
            key => context! {
                graphql => if plan.key.is_uuid { "ID" } else { "Int" },
                ts => if plan.key.is_uuid { "string" } else { "number" },
                pipe => plan.key.is_uuid && checks_uuid,
            },
        };
        Target { path: path.to_owned(), role: Role::Controller, context, carried }
    }
}
