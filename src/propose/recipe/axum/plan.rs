//! Puts together what a new resource needs, layer by layer.

use super::{
    super::{
        examples::{self, Example},
        fields::{Field, Kind},
        lines::Lines,
        names::{Name, pascal},
        rename::{Joint, Renamer},
        resource::{Ask, Draft},
    },
    imports::with_uses,
    register,
    style::{self, Files, Style},
    tables::{self, Migration, Next},
};
use crate::{
    domain::{
        diff::changes_between,
        layer::Layer,
        place::Place,
        proposal::{Content, FileChange, Note},
    },
    ports::ProposeError,
    propose::{
        edits::line_number,
        recipe::head::StepHead,
        rust::{RustFile, Struct},
    },
};
use minijinja::{Environment, Value, context};
use std::collections::{BTreeMap, BTreeSet};

/// Folder of the recipe under `resources/recipes`.
pub(super) const RECIPE: &str = "axum-sqlx";

/// Path, outline and text of every source.
pub(super) type Sources = Vec<(String, RustFile, String)>;

/// A row that the resource belongs to.
pub(super) struct Parent {
    pub(super) field: String,
    pub(super) optional: bool,
    pub(super) table: String,
    pub(super) key: String,
    pub(super) row: Struct,
}

/// Everything that is known before a file is rendered.
pub(super) struct Plan<'a> {
    pub(super) ask: &'a Ask<'a>,
    pub(super) like: Name,
    pub(super) examples: BTreeMap<Layer, Example>,
    pub(super) files: Files,
    /// Every source with its outline and text.
    pub(super) sources: Sources,
    pub(super) style: Style,
    pub(super) migrations: Vec<Migration>,
    pub(super) next: Option<Next>,
    /// The example's row.
    pub(super) row: Struct,
    pub(super) parents: Vec<Parent>,
    pub(super) remarks: Vec<String>,
}

impl<'a> Plan<'a> {
    /// Reads the repository; `NotApplicable` where it is not of this kind.
    pub(super) fn read(ask: &'a Ask<'a>) -> Result<Self, ProposeError> {
        let (like, examples) = examples::find(ask.map, &ask.workspace, ".rs")?;
        let sources = sources(ask)?;
        let files: Files = examples
            .iter()
            .filter_map(|(layer, example)| {
                Some((*layer, RustFile::parse(&example.path, &example.text).ok()?))
            })
            .collect();
        let style = style::read(&examples, &files, &sources, &ask.name)?;
        let row = rows(&sources).find(|one| one.name == like.pascal).cloned().ok_or_else(|| {
            ProposeError::NotApplicable(format!(
                "no structure {} with sqlx::FromRow was found to learn from",
                like.pascal
            ))
        })?;
        let parents = parents(&ask.fields, &sources)?;
        let migrations = tables::migrations(ask)?;
        let next = tables::next(&migrations, &format!("create_{}", ask.name.plural), style.dialect);
        Ok(Self {
            ask,
            like,
            examples,
            files,
            sources,
            style,
            migrations,
            next,
            row,
            parents,
            remarks: Vec::new(),
        })
    }

    /// All files, and the remarks on them.
    pub(super) fn draft(mut self) -> Result<Draft, ProposeError> {
        self.refuse_missing_layers()?;
        self.refuse_types()?;
        self.refuse_clashes()?;
        let mut files = Vec::new();
        for step in &self.ask.head.steps {
            self.ask.go_on()?;
            files.extend(self.step(step)?);
        }
        files.extend(self.registrations()?);
        for parent in &self.parents {
            self.remarks.push(format!(
                "A row of {} that has {} cannot be removed; whether they go with it is yours to say.",
                parent.table, self.ask.name.plural
            ));
        }
        for field in self.ask.fields.iter().filter(|field| field.unique) {
            self.remarks.push(format!(
                "A second {} is refused by the database; no answer for it is written.",
                field.name
            ));
        }
        Ok(Draft { like: self.like.plural.clone(), files, remarks: self.remarks })
    }

    pub(super) fn path(&self, layer: Layer) -> String {
        self.path_for(layer, &self.ask.name)
    }

    /// The path of a layer's file for another name.
    pub(super) fn path_for(&self, layer: Layer, to: &Name) -> String {
        let path = self
            .examples
            .get(&layer)
            .map(|example| Renamer { from: &example.name, to, joint: Joint::Snake }.apply(&example.path));
        path.unwrap_or_default()
    }

    /// `crate::models::review`.
    pub(super) fn module(&self, layer: Layer) -> String {
        module_of(&self.path(layer))
    }

    /// The request type: the example's name for it, with the new resource in it.
    pub(super) fn body_type(&self) -> String {
        let renamer = self.renamer();
        let bodies = self.sources.iter().flat_map(|(_, file, _)| &file.structs);
        let found = bodies
            .filter(|one| {
                renamer.touches(&one.name) && one.attributes.iter().any(|text| text.contains("Deserialize"))
            })
            .find(|one| ["New", "Create"].iter().any(|word| one.name.contains(word)));
        found.map_or(format!("New{}", self.ask.name.pascal), |one| renamer.apply(&one.name))
    }

    pub(super) fn renamer(&self) -> Renamer<'_> {
        Renamer { from: &self.like, to: &self.ask.name, joint: Joint::Snake }
    }

    fn step(&mut self, step: &StepHead) -> Result<Vec<FileChange>, ProposeError> {
        let layer = step.layer;
        if layer == Layer::Migration {
            return self.migration(step);
        }
        let Some(example) = self.examples.get(&layer) else {
            if layer == Layer::Test {
                self.remarks.push("No test was found to learn from, so the tests are yours to write.".into());
            }
            return Ok(Vec::new());
        };
        let place = Place::new(example.path.clone(), self.line_of(layer));
        let extra = match layer {
            Layer::Test => match self.test_setup() {
                Ok(setup) => setup,
                Err(why) => {
                    self.remarks.push(why);
                    return Ok(Vec::new());
                }
            },
            _ => context! {},
        };
        let candidates = self.candidates(layer);
        let text = self.rendered(&step.template, &context! { ..extra, ..self.context() })?;
        let text = self.with_imports(&text, &candidates);
        Ok(vec![self.made(self.path(layer), text, step, Some(place))])
    }

    fn migration(&mut self, step: &StepHead) -> Result<Vec<FileChange>, ProposeError> {
        let Some(next) = self.next.clone() else {
            self.remarks.push("No migration was found, so there is none of the new table.".into());
            return Ok(Vec::new());
        };
        let mut files = Vec::new();
        for (path, way) in [(Some(next.up.clone()), "up"), (next.down.clone(), "down")] {
            let Some(path) = path else {
                self.remarks.push("Migrations here have no way down, so this one has none.".into());
                continue;
            };
            let text = self.rendered(&step.template, &context! { way, ..self.context() })?;
            let text = if next.is_small { tables::small(&text) } else { text };
            files.push(self.made(path, text, step, Some(next.after.clone())));
        }
        Ok(files)
    }

    /// A rendered text with its imports, in rustfmt's form.
    pub(super) fn with_imports(&self, text: &str, candidates: &[(String, String)]) -> String {
        rust_lines().write(&with_uses(text, candidates))
    }

    pub(super) fn rendered(&self, template: &str, context: &Value) -> Result<String, ProposeError> {
        self.ask.render(RECIPE, template, context, set_up)
    }

    pub(super) fn made(
        &self,
        path: String,
        text: String,
        step: &StepHead,
        citation: Option<Place>,
    ) -> FileChange {
        let end = u32::try_from(text.lines().count()).unwrap_or(u32::MAX).saturating_add(1);
        let note = Note {
            start: 1,
            end,
            reason: step.reason.clone(),
            citation,
            criteria: Vec::new(),
            step: self.ask.step_for(step.layer),
        };
        FileChange { path, content: Content::Text { text }, notes: vec![note] }
    }

    /// The line of the example's first definition.
    pub(super) fn line_of(&self, layer: Layer) -> u32 {
        let text = self.examples.get(&layer).map_or("", |example| example.text.as_str());
        let Some(file) = self.files.get(&layer) else { return 1 };
        let starts = file
            .structs
            .iter()
            .map(|one| one.name_at)
            .chain(file.functions.iter().map(|one| one.range.start));
        starts.min().map_or(1, |at| line_number(text, at))
    }

    /// Everything a layer's file may import: what its example imports, and the new parts.
    pub(super) fn candidates(&self, layer: Layer) -> Vec<(String, String)> {
        let own = |path: String| (path.clone(), path.rsplit("::").next().unwrap_or_default().to_owned());
        let mut all = Vec::new();
        let renamer = self.renamer();
        for import in self.files.get(&layer).map(|file| file.uses.as_slice()).unwrap_or_default() {
            all.extend(import.paths.iter().map(|(path, local)| (renamer.apply(path), renamer.apply(local))));
        }
        // Types of the new resource, where another example's file imports the example's.
        let every = self.files.values().flat_map(|file| &file.uses).flat_map(|import| &import.paths);
        let row = every.into_iter().find(|(_, local)| *local == self.like.pascal);
        let row_module =
            row.and_then(|(path, _)| path.rsplit_once("::")).map(|(module, _)| renamer.apply(module));
        let row_module = row_module.unwrap_or_else(|| self.module(Layer::Model));
        all.push(own(format!("{row_module}::{}", self.ask.name.pascal)));
        all.push(own(format!("{row_module}::{}", self.body_type())));
        let below = match layer {
            Layer::Router if self.examples.contains_key(&Layer::Service) => Some(Layer::Service),
            Layer::Router | Layer::Service => Some(Layer::Repository),
            _ => None,
        };
        all.extend(below.map(|below| own(self.module(below))));
        let general = [
            "axum::Json",
            "axum::Router",
            "axum::body::Body",
            "axum::body::to_bytes",
            "axum::extract::Path",
            "axum::extract::Query",
            "axum::extract::State",
            "axum::http::Request",
            "axum::http::StatusCode",
            "axum::routing::get",
            "chrono::DateTime",
            "chrono::NaiveDate",
            "chrono::Utc",
            "serde::Deserialize",
            "serde::Serialize",
            "serde_json::Value",
            "serde_json::json",
            "sqlx::FromRow",
            "tower::ServiceExt",
            "uuid::Uuid",
            "validator::Validate",
            "validator::ValidationError",
            "rust_decimal::Decimal",
        ];
        all.extend(general.into_iter().map(|path| own(path.to_owned())));
        all.push(own(format!("sqlx::{}", self.style.pool)));
        let imports =
            || self.sources.iter().flat_map(|(_, file, _)| &file.uses).flat_map(|import| &import.paths);
        for name in [&self.style.error, &self.style.state_type, &self.style.page] {
            all.extend(imports().find(|(_, local)| local == name).cloned());
        }
        all
    }

    /// Edits of the files that know the example's modules and router.
    fn registrations(&self) -> Result<Vec<FileChange>, ProposeError> {
        let layers = [Layer::Model, Layer::Schema, Layer::Repository, Layer::Service, Layer::Router];
        let modules: BTreeSet<String> = layers
            .iter()
            .filter(|layer| self.examples.contains_key(layer))
            .filter_map(|layer| self.module(*layer).rsplit("::").next().map(str::to_owned))
            .collect();
        let names = BTreeSet::from([self.ask.name.pascal.clone(), self.body_type()]);
        let renamer = self.renamer();
        let address = Renamer { joint: Joint::Kebab, ..renamer };
        let own: Vec<&str> = self.examples.values().map(|example| example.path.as_str()).collect();
        let mut changed = Vec::new();
        let mut serves = false;
        for (path, file, text) in self.sources.iter().filter(|(path, _, _)| !own.contains(&path.as_str())) {
            if self.ask.map.layer_of(path) == Some(Layer::Test) {
                continue;
            }
            let Some(made) = register::register(file, text, &renamer, &address, &modules, &names)? else {
                continue;
            };
            serves |= made.serves;
            let citation = Some(Place::new(path.clone(), line_number(text, made.like_at)));
            let notes = changes_between(text, &made.text)
                .into_iter()
                .map(|change| Note {
                    start: change.new_start + 1,
                    end: change.new_start + 1 + u32::try_from(change.new_lines.len()).unwrap_or(0),
                    reason: "Makes the new names known where the example's are.".into(),
                    citation: citation.clone(),
                    criteria: Vec::new(),
                    step: self.ask.step_for(Layer::Router),
                })
                .collect();
            changed.push(FileChange {
                path: path.clone(),
                content: Content::Text { text: made.text },
                notes,
            });
        }
        if !serves {
            let path = self.examples.get(&Layer::Router).map_or("", |example| example.path.as_str());
            return Err(ProposeError::Input {
                what: format!(
                    "no router nests or merges that of {path}, so there is no place to serve {}",
                    self.ask.name.plural
                ),
                hint: "nest the example's router in the router of the application, then ask again".into(),
            });
        }
        Ok(changed)
    }
}

/// Every source that parses.
pub(super) fn sources(ask: &Ask<'_>) -> Result<Sources, ProposeError> {
    let mut sources = Vec::new();
    for path in ask.workspace.paths().into_iter().filter(|path| path.ends_with(".rs")) {
        ask.go_on()?;
        let Some(text) = ask.workspace.text(path)? else { continue };
        let Ok(file) = RustFile::parse(path, &text) else { continue };
        sources.push((path.to_owned(), file, text));
    }
    Ok(sources)
}

/// Structures that SQLx fills from a row.
pub(super) fn rows(sources: &Sources) -> impl Iterator<Item = &Struct> {
    sources.iter().flat_map(|(_, file, _)| &file.structs).filter(|one| is_row(one))
}

/// The rows that fields refer to; an unknown one is an input error that lists the known.
pub(super) fn parents(fields: &[Field], sources: &Sources) -> Result<Vec<Parent>, ProposeError> {
    let mut parents = Vec::new();
    for field in fields {
        let Kind::BelongsTo(model) = &field.kind else { continue };
        let Some(row) = rows(sources).find(|one| one.name == *model) else {
            let known: BTreeSet<&str> = rows(sources).map(|one| one.name.as_str()).collect();
            return Err(ProposeError::Input {
                what: format!("there is no row {model} for {} to belong to", field.name),
                hint: format!("known rows: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
            });
        };
        let key = row.fields.iter().find(|(name, _)| name == "id").map_or("i64", |(_, ty)| ty.as_str());
        let name = Name::of(&super::super::names::snake(model));
        parents.push(Parent {
            field: field.name.clone(),
            optional: field.optional,
            table: name.plural,
            key: key.to_owned(),
            row: row.clone(),
        });
    }
    Ok(parents)
}

/// `crate::models::review` of `src/models/review.rs`.
pub(super) fn module_of(path: &str) -> String {
    let inside = path.split_once("src/").map_or(path, |(_, inside)| inside);
    let stem = inside.strip_suffix("/mod.rs").or_else(|| inside.strip_suffix(".rs")).unwrap_or(inside);
    format!("crate::{}", stem.replace('/', "::"))
}

/// rustfmt's own form.
pub(super) fn rust_lines() -> Lines {
    Lines { unit: 4, indent: "    ".into(), width: 100, semicolons: true, trailing_commas: true }
}

pub(super) fn set_up(environment: &mut Environment<'_>) {
    environment.add_filter("rs", |value: &Value| match value.as_str() {
        Some(text) => format!("{text:?}"),
        None if value.kind() == minijinja::value::ValueKind::Bool => value.is_true().to_string(),
        None => value.to_string(),
    });
    environment.add_filter("pascal", |value: &str| pascal(value));
}

fn is_row(one: &Struct) -> bool {
    one.attributes.iter().any(|text| text.contains("FromRow"))
}
