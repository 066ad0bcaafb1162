//! What is known while a route is written, and the texts that are added.

use super::{
    super::imports,
    code::{Code, Site, Unit},
    copy::Copy,
    queries::asks,
    routes::Routes,
    sql::Verb,
};
use crate::{
    domain::{conventional::layer_by_path, layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::Edits,
        recipe::{
            endpoint::{
                Kind, Reach,
                column::Column,
                notes::{Noted, noted},
                route::Route,
            },
            fields::Kind as Type,
            resource::Ask,
        },
    },
};
use std::{collections::BTreeMap, ops::Range};

/// How many functions a request passes through at most.
const MOST_LEVELS: usize = 6;

/// Everything that is known.
pub(super) struct Work<'c> {
    pub(super) ask: &'c Ask<'c>,
    pub(super) route: &'c Route,
    pub(super) code: &'c Code<'c>,
    pub(super) routes: &'c Routes<'c>,
    pub(super) table: &'c str,
    pub(super) dialect: &'static str,
}

/// One new text.
pub(super) struct Piece {
    pub(super) path: String,
    /// What it stands in place of, which mostly is nothing.
    pub(super) range: Range<usize>,
    pub(super) text: String,
    pub(super) layer: Layer,
    pub(super) like: Place,
    /// Full paths of names that the text needs.
    pub(super) needs: Vec<String>,
}

impl<'c> Work<'c> {
    /// The name of a function that follows another: `find_by_sku`, `publish_user`, `count`.
    pub(super) fn name_for(&self, like: &str) -> String {
        if let Some(said) = &self.route.named {
            return said.clone();
        }
        let (name, verb) = (&self.ask.name, &self.route.verb);
        let is_long = like.split('_').any(|word| word == name.snake) || like.contains(&name.plural);
        match self.route.kind {
            Kind::Lookup => format!("{}_{verb}", like.split("_by_").next().unwrap_or(like)),
            Kind::List => format!("{like}_{verb}"),
            Kind::Action if is_long => format!("{verb}_{}", name.snake),
            Kind::Count if is_long => format!("{verb}_{}", name.plural),
            Kind::Action | Kind::Count => verb.clone(),
        }
    }

    /// The type that tests start the application with, as they import it.
    pub(super) fn starts_with(&self) -> String {
        let states = self.routes.row.unit.function.parameters.iter();
        let stated = states.into_iter().find_map(|(_, ty)| {
            Some(ty.split_once("State<")?.1.trim_end_matches('>').rsplit("::").next()?.to_owned())
        });
        stated.unwrap_or_else(|| "app".into())
    }

    /// Whether a function asks the table so, itself or through those that it calls.
    pub(super) fn reaches(&self, unit: Unit<'c>, verb: Verb) -> bool {
        reaches(self.code, self.table, unit, verb)
    }

    /// The calls that lead from a function to such a query.
    pub(super) fn ways(&self, unit: Unit<'c>, verb: Verb) -> Vec<Site<'c>> {
        self.code.sites(unit).into_iter().filter(|site| self.reaches(site.target, verb)).collect()
    }

    pub(super) fn layer(&self, path: &str) -> Layer {
        if self.routes.files().contains(&path) {
            return Layer::Router;
        }
        self.ask.map.layer_of(path).or_else(|| layer_by_path(path)).unwrap_or(Layer::Service)
    }

    /// A copy behind the function that it follows.
    pub(super) fn beside(&self, copy: Copy<'c>, needs: Vec<String>) -> Result<Piece, ProposeError> {
        let unit = copy.unit;
        let text = copy.written()?;
        Ok(self.behind(unit, &text, needs))
    }

    /// A text of its own behind a function.
    pub(super) fn behind(&self, unit: Unit<'_>, text: &str, needs: Vec<String>) -> Piece {
        Piece {
            path: unit.source.path.to_owned(),
            range: unit.function.range.end..unit.function.range.end,
            text: format!("\n\n{text}"),
            layer: self.layer(unit.source.path),
            like: unit.place(),
            needs,
        }
    }

    /// A name that the file has already stops the recipe.
    pub(super) fn refuse_taken(&self, unit: Unit<'_>, name: &str) -> Result<(), ProposeError> {
        // Where no route is added, nothing is added beside handlers.
        let is_left_out =
            self.route.reach == Reach::Service && self.routes.files().contains(&unit.source.path);
        let taken = unit.source.file.functions.iter().find(|one| one.name == name);
        match taken.filter(|_| !is_left_out) {
            Some(function) => Err(ProposeError::Clash {
                what: format!("a function {name}"),
                place: Unit { source: unit.source, function }.place().to_string(),
            }),
            None => Ok(()),
        }
    }

    /// A way that ends where nothing is known any more.
    pub(super) fn lost(&self, unit: Unit<'_>, what: &str) -> ProposeError {
        ProposeError::NotApplicable(format!("{what} at {} could not be followed", unit.place()))
    }

    /// All changed files.
    pub(super) fn files(&self, pieces: &[Piece]) -> Result<Vec<FileChange>, ProposeError> {
        let mut by_path: BTreeMap<&str, Vec<&Piece>> = BTreeMap::new();
        for piece in pieces {
            by_path.entry(&piece.path).or_default().push(piece);
        }
        let mut files = Vec::new();
        for (path, pieces) in by_path {
            let Some(source) = self.code.get(path) else { continue };
            let mut edits = Edits::default();
            let mut needs: Vec<String> = Vec::new();
            for piece in &pieces {
                edits.replace(piece.range.clone(), piece.text.clone());
                needs.extend(piece.needs.iter().cloned());
            }
            needs.sort();
            needs.dedup();
            imports::add(source.file, source.text, &needs, &mut edits);
            let new = edits.apply(source.text)?;
            let parts: Vec<Noted> = pieces
                .iter()
                .map(|piece| Noted {
                    markers: piece
                        .text
                        .lines()
                        .map(str::trim)
                        .filter(|line| line.len() > 12)
                        .map(str::to_owned)
                        .collect(),
                    like: piece.like.clone(),
                    layer: piece.layer,
                })
                .collect();
            files.push(noted(self.ask, path, source.text, new, &parts));
        }
        Ok(files)
    }
}

/// Whether a function asks the table so, itself or through those that it calls.
pub(super) fn reaches<'c>(code: &'c Code<'_>, table: &str, unit: Unit<'c>, verb: Verb) -> bool {
    let mut pending = vec![(unit, 0)];
    let mut seen: Vec<Unit<'_>> = Vec::new();
    while let Some((unit, depth)) = pending.pop() {
        if depth > MOST_LEVELS || seen.iter().any(|known| known.is(unit)) {
            continue;
        }
        if asks(unit, table, verb) {
            return true;
        }
        seen.push(unit);
        pending.extend(code.sites(unit).into_iter().map(|site| (site.target, depth + 1)));
    }
    false
}

/// The type of a value of a column in the address, and of the functions below the handler.
pub(super) fn types(column: &Column) -> (String, String) {
    let own = column.source_type.clone();
    match column.kind {
        Type::String | Type::Text => (own, "&str".into()),
        _ => (own.clone(), own),
    }
}

/// The value as a handler hands it on.
pub(super) fn handed(column: &Column) -> String {
    match column.kind {
        Type::String | Type::Text => format!("&{}", column.name),
        _ => column.name.clone(),
    }
}

/// Full paths of what a column's type names.
pub(super) fn needs_of(column: &Column) -> Vec<String> {
    let known = [("Uuid", "uuid::Uuid"), ("NaiveDate", "chrono::NaiveDate")];
    let found = known.iter().filter(|(name, _)| column.source_type == *name);
    found.map(|(_, path)| (*path).to_owned()).collect()
}
