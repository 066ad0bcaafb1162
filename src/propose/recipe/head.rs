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

/// What a second recipe of a folder has of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    name: String,
    #[serde(rename = "inputs")]
    _inputs: serde::de::IgnoredAny,
    steps: Vec<StepHead>,
}

/// The stack a recipe is for; names as the scanner gives them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct For {
    framework: Names,
    orm: Names,
}

/// One name, or several of which each will do.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Any(Vec<String>),
}

impl Names {
    fn all(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Any(names) => names,
        }
    }
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
    /// Empty where the step only edits files that are there.
    #[serde(default)]
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

    /// The head of another recipe of the same folder, in a file of its own: `migration.yaml`
    /// holds its inputs and steps. `None` where the stack does not have that recipe.
    pub(super) fn of(folder: &str, recipe: &str) -> Result<Option<Self>, ProposeError> {
        let main = Self::load(folder)?;
        if main.name == recipe {
            return Ok(Some(main));
        }
        let file = format!("{recipe}.yaml");
        let Ok(text) = recipe_file(folder, &file) else { return Ok(None) };
        let part: Part = serde_saphyr::from_str(text).map_err(|error| ProposeError::Io {
            path: format!("recipes/{folder}/{file}"),
            reason: error.to_string(),
        })?;
        Ok(Some(Self { name: part.name, steps: part.steps, ..main }))
    }

    /// The same under the name of the recipe that the steps of the plan are filled by.
    pub(super) fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// Why a file of that layer is as it is, in the words of the recipe's head.
    pub(super) fn reason(&self, layer: Layer) -> String {
        let step = self.steps.iter().find(|step| step.layer == layer);
        step.map(|step| step.reason.clone()).unwrap_or_default()
    }

    /// Whether a stack may be the one it is for: what is not known contradicts nothing.
    pub(super) fn fits(&self, stack: &Stack) -> bool {
        let agrees = |key: StackKey, own: &Names| {
            let is_one = |name: &str| own.all().iter().any(|own| name.trim().eq_ignore_ascii_case(own));
            stack.name(key).is_none_or(is_one)
        };
        agrees(StackKey::Framework, &self.stack.framework) && agrees(StackKey::Orm, &self.stack.orm)
    }

    /// `fastapi with sqlalchemy`.
    pub(super) fn stack_name(&self) -> String {
        format!("{} with {}", self.stack.framework.all().join(" or "), self.stack.orm.all().join(" or "))
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
    let mut heads = recipe_folders().filter_map(|folder| Head::of(folder, recipe).ok().flatten());
    heads.any(|head| stacks.iter().any(|stack| head.fits(stack)))
}
