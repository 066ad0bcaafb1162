//! The heads of the recipes: what each is for, which words its language keeps, its steps.

use super::render::{recipe_file, recipe_folders};
use crate::{
    domain::{
        layer::Layer,
        map::BackendMap,
        stack::{Stack, StackKey},
    },
    ports::ProposeError,
};
use serde::Deserialize;

/// The head of `recipe.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// What the user asks for: `resource`.
    pub(super) name: String,
    #[serde(rename = "for")]
    pub(super) stack: For,
    pub(super) words: Words,
    /// Name to example, for the reader of the file.
    #[serde(rename = "inputs")]
    _inputs: serde::de::IgnoredAny,
    pub(super) steps: Vec<StepHead>,
}

/// The stack a recipe is for; names as the scanner gives them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct For {
    framework: String,
    orm: String,
}

/// Words that names cannot be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    /// As a reader calls it: `Python`.
    pub(crate) language: String,
    /// Words of the language itself.
    pub(crate) reserved: Vec<String>,
    /// Attributes that base classes have for themselves; `model_*` stands for a beginning.
    pub(crate) taken: Vec<String>,
}

/// One step: a file to write.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepHead {
    pub(super) layer: Layer,
    /// Which file of the layer, where it has several: `create`, `update`.
    #[serde(default)]
    pub(super) part: String,
    pub(super) template: String,
    pub(super) reason: String,
}

impl Head {
    /// The head of one recipe.
    pub(super) fn load(recipe: &str) -> Result<Self, ProposeError> {
        serde_saphyr::from_str(recipe_file(recipe, "recipe.yaml")?).map_err(|error| ProposeError::Io {
            path: format!("recipes/{recipe}/recipe.yaml"),
            reason: error.to_string(),
        })
    }

    /// Whether a stack may be the one it is for: what is not known contradicts nothing.
    pub(super) fn fits(&self, stack: &Stack) -> bool {
        let agrees = |key: StackKey, own: &str| {
            stack.name(key).is_none_or(|name| name.trim().eq_ignore_ascii_case(own))
        };
        agrees(StackKey::Framework, &self.stack.framework) && agrees(StackKey::Orm, &self.stack.orm)
    }

    /// `fastapi with sqlalchemy`.
    pub(super) fn stack_name(&self) -> String {
        format!("{} with {}", self.stack.framework, self.stack.orm)
    }
}

/// Whether a recipe of that name is for a repository whose stack is known.
pub(crate) fn offers(recipe: &str, map: &BackendMap) -> bool {
    let known =
        |stack: &&Stack| stack.name(StackKey::Framework).is_some() && stack.name(StackKey::Orm).is_some();
    let stacks: Vec<&Stack> = std::iter::once(&map.stack)
        .chain(map.services.iter().map(|service| &service.stack))
        .filter(known)
        .collect();
    let heads = recipe_folders().filter_map(|folder| Head::load(folder).ok());
    heads.filter(|head| head.name == recipe).any(|head| stacks.iter().any(|stack| head.fits(stack)))
}
