//! The `resource` recipe: picks the stack's own, and holds its result to what all promise.

use super::{
    again::Again,
    alter::Change,
    axum::Axum,
    django::Django,
    earlier::{Earlier, version_of},
    endpoint::NewRoute,
    fastapi::FastApi,
    fields::{self, Field},
    head::Head,
    job::NewJob,
    names::{Name, singular, snake},
    nest::Nest,
    node::Node,
    render::{Own, own_templates, render_own},
    sqlmodel::SqlModel,
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
        produced::Version,
        proposal::{Content, FileChange, Note, Proposal},
        stack::{Stack, StackKey},
    },
    ports::{Cancel, Produced, ProposalRequest, ProposeError, Proposer},
    propose::workspace::{ReadBase, Workspace},
};
use minijinja::{Environment, Value};
use std::sync::Arc;

/// What one stack knows: how its repositories are read, and where things are registered.
pub(super) trait Adapter: Sync {
    /// Folder under `resources/recipes`.
    fn recipe(&self) -> &'static str;
    /// Everything the resource needs; `NotApplicable` where the repository is not of this kind.
    fn draft(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError>;
    /// Fields and indexes of a resource that is there, as a new migration and in what reads it.
    fn alter(&self, change: &Change<'_>) -> Result<Draft, ProposeError> {
        Err(ProposeError::NotApplicable(format!(
            "the recipe migration is not known for {}",
            change.ask.head.stack_name()
        )))
    }
    /// Fields of a resource that are there, as they shall be, as a new migration.
    fn reshape(&self, change: &Change<'_>) -> Result<Draft, ProposeError> {
        Err(ProposeError::NotApplicable(format!(
            "the recipe migration cannot change fields that are there for {}; it can add fields and indexes",
            change.ask.head.stack_name()
        )))
    }
    /// One route into a resource that is there.
    fn endpoint(&self, route: &NewRoute<'_>) -> Result<Draft, ProposeError> {
        Err(ProposeError::NotApplicable(format!(
            "the recipe endpoint is not known for {}",
            route.ask.head.stack_name()
        )))
    }
    /// The same without the route: a function of the resource's service.
    fn service_method(&self, route: &NewRoute<'_>) -> Result<Draft, ProposeError> {
        Err(ProposeError::NotApplicable(format!(
            "the recipe service-method is not known for {}; the walkthrough shows where each part goes",
            route.ask.head.stack_name()
        )))
    }
    /// The data access of a model that has none.
    fn repository(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError> {
        Err(ProposeError::NotApplicable(format!(
            "the recipe repository is not known for {}; the walkthrough shows where each part goes",
            ask.head.stack_name()
        )))
    }
    /// Why the stack has no recipe of that name, and what is done instead, where that is more than
    /// that nobody wrote it.
    fn instead_of(&self, _recipe: &str) -> Option<&'static str> {
        None
    }
    /// Users and sessions in a backend that has none.
    fn auth(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError> {
        Err(ProposeError::NotApplicable(format!(
            "the recipe auth is not known for {}",
            ask.head.stack_name()
        )))
    }
    /// A background job on the stack's usual queue.
    fn job(&self, job: &NewJob<'_>) -> Result<Draft, ProposeError> {
        Err(ProposeError::NotApplicable(format!(
            "the recipe job is not known for {}",
            job.ask.head.stack_name()
        )))
    }
    /// Errors of the domain in one module, and what answers them.
    fn error_module(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError> {
        Err(ProposeError::NotApplicable(format!(
            "the recipe error-module is not known for {}",
            ask.head.stack_name()
        )))
    }
    /// A type, queries and mutations for a resource that is there.
    fn graphql(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError> {
        Err(ProposeError::NotApplicable(format!(
            "the recipe graphql is not known for {}",
            ask.head.stack_name()
        )))
    }
    /// Refuses a text of this stack that does not parse.
    fn check(&self, path: &str, text: &str) -> Result<(), ProposeError>;
}

/// What is asked for, and of which repository.
pub(super) struct Ask<'a> {
    pub(super) name: Name,
    pub(super) fields: Vec<Field>,
    pub(super) head: &'a Head,
    pub(super) workspace: Workspace<'a>,
    pub(super) map: &'a BackendMap,
    pub(super) request: &'a ProposalRequest,
    pub(super) cancel: &'a Cancel,
    /// Templates of the repository.
    pub(super) own: Own,
}

/// An edited file and why.
pub(super) struct Edited<'a> {
    pub(super) path: &'a str,
    pub(super) old: &'a str,
    pub(super) new: String,
    pub(super) reason: String,
    /// The line that was followed.
    pub(super) like: Option<Place>,
    pub(super) layer: Layer,
}

/// What an adapter gives.
pub(super) struct Draft {
    /// The resource it was modelled on, in the plural.
    pub(super) like: String,
    pub(super) files: Vec<FileChange>,
    pub(super) remarks: Vec<String>,
}

impl Ask<'_> {
    /// The same question about something else that has no fields.
    pub(super) fn named(&self, name: Name) -> Self {
        Self {
            name,
            fields: Vec::new(),
            head: self.head,
            workspace: self.workspace.clone(),
            map: self.map,
            request: self.request,
            cancel: self.cancel,
            own: self.own.clone(),
        }
    }

    /// Refuses to write over a file that is there.
    pub(super) fn refuse_files(&self, paths: &[String]) -> Result<(), ProposeError> {
        for path in paths {
            if self.workspace.text(path)?.is_some() {
                let place = Place::new(path.clone(), 1).to_string();
                return Err(ProposeError::Clash { what: path.clone(), place });
            }
        }
        Ok(())
    }

    /// The step of the plan that a layer's files belong to.
    pub(super) fn step_for(&self, layer: Layer) -> Option<StepId> {
        let own = |step: &&crate::domain::plan::Step| {
            step.layer == layer
                && matches!(&step.filler, Filler::Recipe { recipe } if *recipe == self.head.name)
        };
        self.request.steps.iter().find(own).map(|step| step.id)
    }

    /// The change of a file that is there, with a note on each part that differs.
    pub(super) fn edited(&self, edited: Edited<'_>) -> FileChange {
        let Edited { path, old, new, reason, like, layer } = edited;
        let notes = changes_between(old, &new)
            .into_iter()
            .map(|change| Note {
                start: change.new_start + 1,
                end: change.new_start + 1 + u32::try_from(change.new_lines.len()).unwrap_or(0),
                reason: reason.clone(),
                citation: like.clone(),
                criteria: Vec::new(),
                step: self.step_for(layer),
            })
            .collect();
        FileChange { path: path.to_owned(), content: Content::Text { text: new }, notes }
    }

    /// A new file, which follows the line of another.
    pub(super) fn made(&self, path: String, text: String, like: Option<Place>, layer: Layer) -> FileChange {
        let end = u32::try_from(text.lines().count()).unwrap_or(u32::MAX).saturating_add(1);
        let note = Note {
            start: 1,
            end,
            reason: self.head.reason(layer),
            citation: like,
            criteria: Vec::new(),
            step: self.step_for(layer),
        };
        FileChange { path, content: Content::Text { text }, notes: vec![note] }
    }

    /// Renders a template of a recipe's folder, or the repository's own in its place.
    pub(super) fn render(
        &self,
        folder: &str,
        template: &str,
        context: &Value,
        set_up: impl FnOnce(&mut Environment<'_>),
    ) -> Result<String, ProposeError> {
        render_own(folder, &self.own, template, context, set_up)
    }

    /// Stops between two steps when the user said so.
    pub(super) fn go_on(&self) -> Result<(), ProposeError> {
        if self.cancel.is_asked() { Err(ProposeError::Cancelled) } else { Ok(()) }
    }
}

/// Every stack that has the recipe.
fn adapters() -> [&'static dyn Adapter; 6] {
    [&FastApi, &Nest, &Axum, &Django, &SqlModel, &Node]
}

/// Adds a resource to a backend of a stack that has the recipe.
pub struct ResourceRecipe {
    base: ReadBase,
    memory: Option<Arc<dyn Produced>>,
}

impl ResourceRecipe {
    /// With a reader of base texts.
    pub fn new(base: ReadBase) -> Self {
        Self { base, memory: None }
    }

    /// With a memory of what it wrote before, so that it can be run again.
    pub fn remembering(self, memory: Option<Arc<dyn Produced>>) -> Self {
        Self { memory, ..self }
    }

    fn fresh(
        &self,
        request: &ProposalRequest,
        name: &str,
        fields: &str,
        cancel: &Cancel,
    ) -> Result<Proposal, ProposeError> {
        let search = Search { recipe: "resource", request, base: &self.base, cancel };
        search.first_fit(
            |head| Ok((Name::resource(name, &head.words)?, fields::parse(fields, &head.words)?)),
            |adapter, ask| {
                let draft = adapter.draft(ask)?;
                let title = format!("Add {} in every layer, like {}", ask.name.plural, draft.like);
                Ok((title, draft))
            },
        )
    }
}

impl Proposer for ResourceRecipe {
    fn propose(&self, request: &ProposalRequest, cancel: &Cancel) -> Result<Proposal, ProposeError> {
        let name = input(request, "resource", "name", "Review")?;
        let fields = input(request, "resource", "fields", "title:string{1..200} price:decimal")?;
        let key = singular(&snake(name.trim()));
        let Some(memory) = &self.memory else { return self.fresh(request, name, fields, cancel) };
        let versions = memory.versions(&request.root, "resource", &key);
        let earlier = Earlier { request, base: &self.base, versions: &versions };
        let (mut proposal, version) = if earlier.is_there()? {
            Again { earlier, name, fields }.propose(cancel)?
        } else {
            let proposal = self.fresh(request, name, fields, cancel)?;
            let workspace = Workspace::new(request, &self.base);
            let version = version_of(fields, Vec::new(), &proposal.files, &workspace)?;
            (proposal, version)
        };
        remember(memory.as_ref(), request, ("resource", &key), version, &mut proposal);
        Ok(proposal)
    }
}

/// Keeps what was written for the next run of a recipe on the same subject; where that fails the
/// proposal says so.
pub(super) fn remember(
    memory: &dyn Produced,
    request: &ProposalRequest,
    (recipe, subject): (&str, &str),
    version: Version,
    proposal: &mut Proposal,
) {
    if let Err(why) = memory.keep(&request.root, recipe, subject, version) {
        proposal.remarks.push(format!("What was written could not be remembered for the next run: {why}."));
    }
}

/// An input that a recipe needs.
pub(super) fn input<'r>(
    request: &'r ProposalRequest,
    recipe: &str,
    key: &str,
    example: &str,
) -> Result<&'r String, ProposeError> {
    request.inputs.get(key).filter(|value| !value.trim().is_empty()).ok_or_else(|| ProposeError::Input {
        what: format!("the recipe {recipe} needs {key}"),
        hint: format!("for example {example}"),
    })
}

/// The search for the stack whose recipe applies.
pub(super) struct Search<'a> {
    pub(super) recipe: &'a str,
    pub(super) request: &'a ProposalRequest,
    pub(super) base: &'a ReadBase,
    pub(super) cancel: &'a Cancel,
}

impl Search<'_> {
    /// The proposal of the first stack that has the recipe and does not say that it is for
    /// something else. `read` gives name and fields in the language's own rules, `draft` the
    /// title and the files.
    pub(super) fn first_fit(
        &self,
        read: impl Fn(&Head) -> Result<(Name, Vec<Field>), ProposeError>,
        draft: impl Fn(&dyn Adapter, &Ask<'_>) -> Result<(String, Draft), ProposeError>,
    ) -> Result<Proposal, ProposeError> {
        let Self { recipe, request, base, cancel } = *self;
        let mut known = Vec::new();
        let mut reasons = Vec::new();
        for adapter in adapters() {
            let Some(head) = Head::of(adapter.recipe(), recipe)? else {
                let own = Head::of(adapter.recipe(), "resource")?;
                let is_here = own.is_some_and(|own| stacks_of(request).iter().any(|stack| own.fits(stack)));
                reasons.extend(adapter.instead_of(recipe).filter(|_| is_here).map(str::to_owned));
                continue;
            };
            known.push(head.stack_name());
            if !stacks_of(request).iter().any(|stack| head.fits(stack)) {
                continue;
            }
            let (name, fields) = read(&head)?;
            let workspace = Workspace::new(request, base);
            let own = own_templates(adapter.recipe(), &workspace)?;
            let ask = Ask { name, fields, head: &head, workspace, map: &request.map, request, cancel, own };
            match draft(adapter, &ask) {
                Ok((title, draft)) => return finished(adapter, &ask, title, draft),
                Err(ProposeError::NotApplicable(why)) => reasons.push(why),
                Err(error) => return Err(error),
            }
        }
        reasons.dedup();
        Err(ProposeError::NotApplicable(match reasons.as_slice() {
            [] => format!(
                "this backend's stack has no recipe {recipe}; it is for {}, and elsewhere the assistant leads through the \
                 same steps by hand",
                known.join(", ")
            ),
            _ if !stacks_of(request).iter().any(|stack| stack.name(StackKey::Framework).is_some()) => {
                format!(
                    "no backend was recognised here that the recipe {recipe} is for: {}",
                    known.join(", ")
                )
            }
            reasons => reasons.join("; "),
        }))
    }
}

/// The stack that the session knows, and those of a monorepo's other backends.
fn stacks_of(request: &ProposalRequest) -> Vec<&Stack> {
    let mut stacks = vec![if request.stack.known() > 0 { &request.stack } else { &request.map.stack }];
    stacks.extend(request.map.services.iter().skip(1).map(|service| &service.stack));
    stacks
}

fn finished(
    adapter: &dyn Adapter,
    ask: &Ask<'_>,
    title: String,
    draft: Draft,
) -> Result<Proposal, ProposeError> {
    let Draft { mut files, remarks, .. } = draft;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    for file in &files {
        if let Content::Text { text } = &file.content {
            adapter.check(&file.path, text)?;
        }
    }
    Ok(Proposal {
        origin: Origin::Recipe(ask.head.name.clone()),
        title,
        step: ask.request.steps.get(ask.request.step).map(|step| step.id),
        files,
        remarks,
    })
}
