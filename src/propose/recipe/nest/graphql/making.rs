//! The files of one resource: what each is made of, and the line that it follows.

use super::{
    super::{
        example::Role,
        plan::{Plan, RECIPE},
        register::{self, Twin},
        survey::{Source, relative},
    },
    members::{Member, Sent},
    names::{self, First, Named, Part, Verbs},
    offer::{Args, Offer},
    server::Server,
};
use crate::{
    domain::{place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{
        head::StepHead,
        resource::Edited,
        typescript::{Candidate, set_up},
    },
};
use minijinja::{Value, context, value::Serde};
use std::collections::BTreeMap;

/// Everything that is known before a file is rendered.
pub(super) struct Making<'m, 'a> {
    pub(super) plan: &'m Plan<'a>,
    pub(super) server: &'m Server,
    pub(super) guards: Vec<String>,
    pub(super) offer: &'m Offer,
    pub(super) outputs: Vec<Member>,
    pub(super) first: Option<First<'m>>,
    pub(super) verbs: Verbs,
    pub(super) named: BTreeMap<Part, Named>,
}

/// One file to write.
pub(super) struct Target {
    pub(super) path: String,
    pub(super) role: Role,
    pub(super) context: Value,
    pub(super) carried: Vec<Candidate>,
}

impl Making<'_, '_> {
    pub(super) fn files(&self) -> Result<(Vec<FileChange>, Vec<String>), ProposeError> {
        let ask = self.plan.ask;
        let mut files = Vec::new();
        let mut remarks = Vec::new();
        for step in &ask.head.steps {
            ask.go_on()?;
            if matches!(step.part.as_str(), "module" | "server") {
                if step.part == "module" {
                    files.push(self.module(step)?);
                }
                continue;
            }
            let Some(target) = self.target(step, &mut remarks)? else { continue };
            ask.refuse_files(std::slice::from_ref(&target.path))?;
            let text = ask.render(RECIPE, &step.template, &target.context, set_up)?;
            let text = self.plan.habits.write(&text, &target.carried);
            let mut made = ask.made(target.path, text, self.like(step, target.role), step.layer);
            for note in &mut made.notes {
                note.reason.clone_from(&step.reason);
            }
            files.push(made);
        }
        Ok((files, remarks))
    }

    /// The line that a file follows: that of the first resolver, or of the resource's own part.
    fn like(&self, step: &StepHead, role: Role) -> Option<Place> {
        let first = self.first.as_ref().filter(|_| step.part == "resolver");
        let first = first.map(|first| first.source.place(first.class.name_at));
        let place = |role: Role| self.plan.example.place(role, &self.plan.survey);
        first.or_else(|| place(role)).or_else(|| place(Role::Service))
    }

    pub(super) fn named(&self, part: Part) -> (&str, &str) {
        self.named.get(&part).map_or(("", ""), |one| (one.class.as_str(), one.path.as_str()))
    }

    fn target(&self, step: &StepHead, remarks: &mut Vec<String>) -> Result<Option<Target>, ProposeError> {
        let plan = self.plan;
        let (offer, ask) = (self.offer, plan.ask);
        let body = |part: Part, role: Role, sent: Option<&Vec<Sent>>| {
            let sent = sent?;
            let path = self.named(part).1.to_owned();
            let source = plan.example.source(role, &plan.survey)?;
            let fields: Vec<&Member> = sent.iter().map(|one| &one.member).collect();
            let base = names::class(plan, role);
            let context = context! {
                kind => "InputType",
                name => self.named(part).0,
                base => base.as_str(),
                own => vec![format!("{}:{base}", relative(&path, &source.path, plan.extension))],
                fields => Value::from(Serde(&fields)),
                rules => false,
            };
            Some(Target { carried: self.types(source, &path), path, role, context })
        };
        Ok(match step.part.as_str() {
            "type" => {
                let path = self.named(Part::Type).1.to_owned();
                let context = context! {
                    class => self.named(Part::Type).0,
                    schema => ask.name.pascal.clone(),
                    fields => Value::from(Serde(&self.outputs)),
                    page => self.page(),
                    bang => if plan.table.definite { "!" } else { "" },
                };
                Some(Target { path, role: Role::Entity, context, carried: Vec::new() })
            }
            "create" => body(Part::Create, Role::Create, offer.create.as_ref().map(|(_, sent)| sent)),
            "update" => body(Part::Update, Role::Update, offer.update.as_ref().map(|(_, sent)| sent)),
            "args" => self.arguments(),
            "filter" => self.filter(),
            "resolver" => Some(self.resolver()),
            _ => self.test(remarks)?,
        })
    }

    /// What a body's own file has in scope, itself included.
    fn types(&self, source: &Source, path: &str) -> Vec<Candidate> {
        let mut carried = self.plan.carried_of(source, path, false);
        let own = relative(path, &source.path, self.plan.extension);
        let declared = source.text.lines().filter_map(|line| {
            let rest = line.strip_prefix("export ")?;
            let mut words = rest.split(|c: char| !(c.is_alphanumeric() || c == '_'));
            matches!(words.next()?, "enum" | "type" | "interface").then(|| words.next()).flatten()
        });
        carried.extend(declared.filter_map(|name| Candidate::of(&format!("{own}:{name}"))));
        carried
    }

    /// Name and members of the answer of a list; `None` for a plain one.
    pub(super) fn page(&self) -> Option<Value> {
        let list = self.offer.list.as_ref().filter(|list| !list.page.is_empty())?;
        let members: Vec<Value> = list
            .page
            .iter()
            .map(|(name, is_rows)| context! { name => name.clone(), is_rows => *is_rows })
            .collect();
        Some(context! { class => format!("{}Page", self.plan.ask.name.pascal), members })
    }

    pub(super) fn args(&self) -> Option<&Args> {
        self.offer.list.as_ref()?.args.as_ref()
    }

    /// The class of a page's arguments, where no resource has brought it.
    fn arguments(&self) -> Option<Target> {
        let args = self.args().filter(|args| !args.is_there)?;
        let base = args.base.as_ref();
        let imports =
            base.map(|(class, path)| format!("{}:{class}", relative(&args.path, path, self.plan.extension)));
        let context = context! {
            kind => "ArgsType",
            name => args.class.clone(),
            base => base.map_or("", |(class, _)| class.as_str()),
            own => imports.into_iter().collect::<Vec<_>>(),
            fields => Value::from(Serde(&args.members)),
            rules => base.is_none(),
            take => args.take.clone(),
            skip => args.skip.clone(),
        };
        let source = base.and_then(|(_, path)| self.plan.survey.get(path));
        let carried = source.map_or(Vec::new(), |source| self.types(source, &args.path));
        Some(Target { path: args.path.clone(), role: Role::Controller, context, carried })
    }

    pub(super) fn verbs_value(&self) -> Value {
        let Verbs { list, get, create, update, remove } = &self.verbs;
        context! { list, get, create, update, remove }
    }

    /// The module of the resource with the resolver among its providers.
    fn module(&self, step: &StepHead) -> Result<FileChange, ProposeError> {
        let plan = self.plan;
        let service = names::class(plan, Role::Service);
        let service_path = names::path(plan, Role::Service);
        let (class, path) = self.named(Part::Resolver);
        let twin = Twin { like: &service, like_path: &service_path, class, path, list: "providers" };
        let sources = plan.survey.sources.values().filter(|source| source.script.suites.is_empty());
        for source in sources {
            let Some(new) = register::list(source, &twin, &plan.habits)? else { continue };
            return Ok(plan.ask.edited(Edited {
                path: &source.path,
                old: &source.text,
                new: new.text,
                reason: step.reason.clone(),
                like: Some(source.place(new.like_at)),
                layer: step.layer,
            }));
        }
        Err(ProposeError::Input {
            what: format!(
                "no module has {service} ({service_path}) among its providers, so there is no place for {class}"
            ),
            hint: format!("add {service} to the providers of its module"),
        })
    }
}
