//! The `resource` recipe: picks the stack's own, and holds its result to what all promise.

use super::{
    axum::Axum,
    django::Django,
    fastapi::FastApi,
    fields::{self, Field},
    head::Head,
    names::Name,
    nest::Nest,
};
use crate::{
    domain::{
        hunk::Origin,
        ids::StepId,
        layer::Layer,
        map::BackendMap,
        plan::Filler,
        proposal::{Content, FileChange, Proposal},
        stack::Stack,
    },
    ports::{Cancel, ProposalRequest, ProposeError, Proposer},
    propose::workspace::{ReadBase, Workspace},
};

/// What one stack knows: how its repositories are read, and where things are registered.
pub(super) trait Adapter: Sync {
    /// Folder under `resources/recipes`.
    fn recipe(&self) -> &'static str;
    /// Everything the resource needs; `NotApplicable` where the repository is not of this kind.
    fn draft(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError>;
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
}

/// What an adapter gives.
pub(super) struct Draft {
    /// The resource it was modelled on, in the plural.
    pub(super) like: String,
    pub(super) files: Vec<FileChange>,
    pub(super) remarks: Vec<String>,
}

impl Ask<'_> {
    /// The step of the plan that a layer's files belong to.
    pub(super) fn step_for(&self, layer: Layer) -> Option<StepId> {
        let own = |step: &&crate::domain::plan::Step| {
            step.layer == layer
                && matches!(&step.filler, Filler::Recipe { recipe } if *recipe == self.head.name)
        };
        self.request.steps.iter().find(own).map(|step| step.id)
    }

    /// Stops between two steps when the user said so.
    pub(super) fn go_on(&self) -> Result<(), ProposeError> {
        if self.cancel.is_asked() { Err(ProposeError::Cancelled) } else { Ok(()) }
    }
}

/// Every stack that has the recipe.
fn adapters() -> [&'static dyn Adapter; 4] {
    [&FastApi, &Nest, &Axum, &Django]
}

/// Adds a resource to a backend of a stack that has the recipe.
pub struct ResourceRecipe {
    base: ReadBase,
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
        let name = input("name", "Review")?;
        let fields = input("fields", "title:string{1..200} price:decimal")?;
        let mut known = Vec::new();
        let mut reasons = Vec::new();
        for adapter in adapters() {
            let head = Head::load(adapter.recipe())?;
            known.push(head.stack_name());
            if !stacks_of(request).iter().any(|stack| head.fits(stack)) {
                continue;
            }
            let ask = Ask {
                name: Name::resource(name, &head.words)?,
                fields: fields::parse(fields, &head.words)?,
                head: &head,
                workspace: Workspace::new(request, &self.base),
                map: &request.map,
                request,
                cancel,
            };
            match adapter.draft(&ask) {
                Ok(draft) => return finished(adapter, &ask, draft),
                Err(ProposeError::NotApplicable(why)) => reasons.push(why),
                Err(error) => return Err(error),
            }
        }
        reasons.dedup();
        Err(ProposeError::NotApplicable(match reasons.as_slice() {
            [] => format!("this backend's stack has no recipe resource; it is for {}", known.join(", ")),
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

fn finished(adapter: &dyn Adapter, ask: &Ask<'_>, draft: Draft) -> Result<Proposal, ProposeError> {
    let Draft { like, mut files, remarks } = draft;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    for file in &files {
        if let Content::Text { text } = &file.content {
            adapter.check(&file.path, text)?;
        }
    }
    Ok(Proposal {
        origin: Origin::Recipe(ask.head.name.clone()),
        title: format!("Add {} in every layer, like {like}", ask.name.plural),
        step: ask.request.steps.get(ask.request.step).map(|step| step.id),
        files,
        remarks,
    })
}
