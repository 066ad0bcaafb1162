//! Puts new texts into files, with what they need imported, each hunk with the line that it
//! follows.

use super::{
    asked::Asked,
    piece::{From, Piece},
};
use crate::{
    domain::proposal::FileChange,
    ports::ProposeError,
    propose::{
        edits::Edits,
        recipe::{
            endpoint::notes::{Noted, noted},
            node::compose,
            sources::relative,
            typescript::words,
        },
    },
};
use std::collections::BTreeMap;

/// The changed files, in the order of their paths.
pub(in crate::propose::recipe) fn changed(
    asked: &Asked<'_>,
    pieces: &[Piece],
) -> Result<Vec<FileChange>, ProposeError> {
    let mut by_path: BTreeMap<&str, Vec<&Piece>> = BTreeMap::new();
    for piece in pieces {
        by_path.entry(&piece.path).or_default().push(piece);
    }
    let mut files = Vec::new();
    for (path, own) in by_path {
        let (source, _) = asked.code.get(path)?;
        let mut edits = Edits::default();
        for piece in &own {
            edits.replace(piece.at..piece.at + piece.over, piece.text.clone());
        }
        let mut text = edits.apply(&source.text)?;
        for need in own.iter().flat_map(|piece| &piece.needs) {
            let from = match &need.from {
                From::Package(name) => (*name).to_owned(),
                From::Stated(from) => from.clone(),
                From::File(file) if file == path => continue,
                From::File(file) => stated(asked, path, file),
            };
            text = compose::with_value(path, &text, &need.name, &from)?;
        }
        let text = compose::fitted_beside(path, &source.text, &text, asked.habits)?;
        let parts: Vec<Noted> = own
            .iter()
            .map(|piece| Noted {
                markers: markers(&piece.text),
                like: piece.like.clone(),
                layer: piece.layer,
            })
            .collect();
        files.push(noted(asked.ask, path, &source.text, text, &parts));
    }
    Ok(files)
}

/// Words by which a hunk is known to hold a text.
fn markers(text: &str) -> Vec<String> {
    words(text)
        .into_iter()
        .filter(|word| word.len() > 3 && !word.starts_with(|c: char| c.is_ascii_digit()))
        .collect()
}

/// A source of the repository as a file imports it, or would.
fn stated(asked: &Asked<'_>, path: &str, file: &str) -> String {
    let survey = asked.code.survey;
    let imports = survey.get(path).into_iter().flat_map(|source| &source.script.imports);
    let mut known =
        imports.filter(|import| survey.resolve(path, &import.from).is_some_and(|one| one.path == file));
    if let Some(import) = known.next() {
        return import.from.clone();
    }
    let own = survey.get(path).into_iter().flat_map(|source| &source.script.imports);
    let extension = if own.into_iter().any(|import| import.from.ends_with(".js")) { ".js" } else { "" };
    relative(path, file, extension)
}
