//! What stops the recipe before anything is written.

use super::{
    super::fields::{Field, Kind},
    plan::Plan,
};
use crate::{
    domain::{layer::Layer, place::Place},
    ports::ProposeError,
    propose::edits::line_number,
};

impl Plan<'_> {
    /// A backend without one of these layers: the layer above would call what is not there.
    pub(super) fn refuse_missing_layers(&self) -> Result<(), ProposeError> {
        for layer in [Layer::Router, Layer::Service, Layer::Repository] {
            if !self.examples.contains_key(&layer) {
                return Err(ProposeError::NotApplicable(format!(
                    "no {} of {} was found to learn from",
                    layer.name(),
                    self.like.plural
                )));
            }
        }
        Ok(())
    }

    /// Types that need a package which the backend does not have.
    pub(super) fn refuse_types(&self) -> Result<(), ProposeError> {
        let root = self.examples.get(&Layer::Router).map_or("", |example| example.path.as_str());
        let root = root.split_once("src/").map_or("", |(root, _)| root);
        let manifest = self.ask.workspace.text(&format!("{root}Cargo.toml"))?.unwrap_or_default();
        refuse_types(&self.ask.fields, self.style.dialect, &format!("{root}Cargo.toml"), &manifest)
    }

    /// A structure, a table, a file or an address that is there already stops the recipe.
    pub(super) fn refuse_clashes(&self) -> Result<(), ProposeError> {
        let clash = |what: String, place: Place| Err(ProposeError::Clash { what, place: place.to_string() });
        for (path, file, text) in &self.sources {
            let names = [self.ask.name.pascal.clone(), self.body_type()];
            if let Some(known) = file.structs.iter().find(|one| names.contains(&one.name)) {
                return clash(
                    format!("a structure {}", known.name),
                    Place::new(path.clone(), line_number(text, known.name_at)),
                );
            }
        }
        for layer in self.examples.keys() {
            let path = self.path(*layer);
            if self.ask.workspace.text(&path)?.is_some() {
                return clash(path.clone(), Place::new(path, 1));
            }
        }
        let table = &self.ask.name.plural;
        for migration in &self.migrations {
            let creates = |line: &&str| {
                let words: Vec<String> = line
                    .to_lowercase()
                    .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                    .filter(|word| !word.is_empty())
                    .map(str::to_owned)
                    .collect();
                words.windows(2).any(|pair| matches!(pair, [a, b] if a == "table" && b == table))
                    && words.iter().any(|word| word == "create")
            };
            if let Some(index) = migration.text.lines().position(|line| creates(&line)) {
                return clash(
                    format!("a table {table}"),
                    Place::new(migration.path.clone(), u32::try_from(index + 1).unwrap_or(1)),
                );
            }
        }
        Ok(())
    }
}

/// Types that need a package which the manifest does not have.
pub(super) fn refuse_types(
    fields: &[Field],
    dialect: &str,
    path: &str,
    manifest: &str,
) -> Result<(), ProposeError> {
    for field in fields {
        let package = match field.kind {
            Kind::Date | Kind::DateTime => "chrono",
            Kind::Uuid => "uuid",
            Kind::Decimal if dialect == "postgres" => "rust_decimal",
            _ => continue,
        };
        if !manifest.contains(package) {
            return Err(ProposeError::Input {
                what: format!("{} needs the package {package}, which {path} does not have", field.name),
                hint: format!(
                    "add {package} with its feature serde, and SQLx's feature {package}; or choose another type"
                ),
            });
        }
    }
    Ok(())
}
