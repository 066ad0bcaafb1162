//! What the names of a file and its folders say.

use super::signs::{Signs, Strength};
use crate::domain::layer::Layer;
use std::collections::BTreeMap;

/// Weights, in tenths.
const SUFFIX: u32 = 50;
const STEM: u32 = 40;
const PARENT: u32 = 45;
/// A folder that may be named after a thing of the business: less than a file's own name.
const FEATURE: u32 = 38;
const ANCESTOR: u32 = 25;
const INNER: u32 = 8;

/// What a name says: the layer, its weight in tenths, the word.
pub(super) type Said = BTreeMap<Layer, (u32, String)>;

/// Votes of the file's name and of the folders around it.
pub(super) fn of_path(signs: &Signs, path: &str) -> Said {
    let mut said = Said::new();
    let mut parts: Vec<&str> = path.split('/').collect();
    let Some(file) = parts.pop() else { return said };
    let stem = stem(file);
    let tokens = tokens(stem);
    let is_neutral = tokens.is_empty() || signs.neutral.iter().any(|name| *name == stem.to_lowercase());
    if !is_neutral {
        vote_name(signs, &parts, &tokens, &mut said);
    }
    let mut folders = parts.iter().rev().filter(|folder| !signs.neutral.iter().any(|name| name == *folder));
    if let Some(parent) = folders.next() {
        // What SQL stands in is told by the folder itself.
        let around =
            parts.split_last().filter(|_| !path.ends_with(".sql")).map_or(&[][..], |(_, around)| around);
        // A file that says nothing itself is what its folder says, as strongly as by name.
        let weight = match is_neutral {
            true => PARENT + 5,
            false if may_be_a_feature(signs, parent) => FEATURE,
            false => PARENT,
        };
        vote_last(signs, around, parent, weight, &mut said);
    }
    for (depth, folder) in folders.take(4).enumerate() {
        let weight = ANCESTOR.saturating_sub(u32::try_from(depth).unwrap_or(4) * 4);
        vote_last(signs, &[], folder, weight, &mut said);
    }
    said
}

/// The vote of a class name in a file: its last word.
pub(super) fn of_class(signs: &Signs, path: &str, name: &str) -> Option<(Layer, bool)> {
    let tokens = tokens(name);
    let folders: Vec<&str> = path.split('/').collect();
    let folders = folders.split_last().map_or(&[][..], |(_, folders)| folders);
    match meaning(signs, folders, &tokens) {
        Some((layer, Strength::Full, _)) => Some((layer, false)),
        Some((layer, Strength::FileOnly | Strength::Weak, _)) => Some((layer, true)),
        None => None,
    }
}

fn vote_name(signs: &Signs, folders: &[&str], tokens: &[String], said: &mut Said) {
    let weigh = |strength: Strength, full: u32| match strength {
        Strength::Full | Strength::FileOnly => full,
        Strength::Weak => full / 2,
    };
    if let Some((layer, strength, word)) = meaning(signs, folders, tokens) {
        let full = if tokens.len() > word.split(' ').count() { SUFFIX } else { STEM };
        add(said, layer, weigh(strength, full), &word);
    }
    for token in tokens.iter().rev().skip(1) {
        if let Some((layer, strength, word)) = word_of(signs, std::slice::from_ref(token)) {
            add(said, layer, weigh(strength, INNER), &word);
        }
    }
}

fn vote_last(signs: &Signs, folders: &[&str], folder: &str, weight: u32, said: &mut Said) {
    let words = tokens(folder);
    match meaning(signs, folders, &words) {
        Some((layer, Strength::Full, word)) => add(said, layer, weight, &word),
        // `web/` says a little, `shop_web/` is the name of a program.
        Some((layer, Strength::Weak, word)) if words.len() == word.split(' ').count() => {
            add(said, layer, weight / 3, &word);
        }
        Some((_, Strength::FileOnly | Strength::Weak, _)) | None => {}
    }
}

/// Whether a folder's name is one thing rather than a layer: `document/` may hold all that
/// has to do with documents, `documents/` and `models/` do not.
fn may_be_a_feature(signs: &Signs, folder: &str) -> bool {
    match word_of(signs, &tokens(folder)) {
        Some((Layer::Model, _, word)) => word != "model" && folder.eq_ignore_ascii_case(&word),
        _ => false,
    }
}

fn add(said: &mut Said, layer: Layer, weight: u32, word: &str) {
    let entry = said.entry(layer).or_insert_with(|| (0, word.to_owned()));
    entry.0 += weight;
}

/// What words say in these folders: some mean another thing inside others.
fn meaning(signs: &Signs, folders: &[&str], words: &[String]) -> Option<(Layer, Strength, String)> {
    let said = word_of(signs, words)?;
    let is_below = |names: &[String]| {
        folders.iter().any(|folder| {
            let words: Vec<String> = tokens(folder).iter().map(|word| singular(word)).collect();
            names.iter().any(|name| *name == words.join(" "))
        })
    };
    let inside = signs.inside.iter().find(|inside| inside.word == said.2 && is_below(&inside.below));
    match inside {
        Some(inside) => Some((inside.layer, Strength::Full, said.2)),
        None => Some(said),
    }
}

/// The layer that the last two words, or the last one, name.
fn word_of(signs: &Signs, tokens: &[String]) -> Option<(Layer, Strength, String)> {
    let last = singular(tokens.last()?);
    let pair =
        tokens.len().checked_sub(2).and_then(|at| tokens.get(at)).map(|first| format!("{first} {last}"));
    let find =
        |text: &str| signs.words.get(text).map(|(layer, strength)| (*layer, *strength, text.to_owned()));
    pair.as_deref().and_then(find).or_else(|| find(&last)).or_else(|| find(tokens.last()?))
}

/// The file name without its endings: `auth.controller` for `auth.controller.ts`.
fn stem(file: &str) -> &str {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    stem.strip_suffix(".d").unwrap_or(stem)
}

/// Lower-case words of a name: camel case, dots, dashes and underscores split.
fn tokens(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            was_lower = false;
            continue;
        }
        if c.is_uppercase() && was_lower {
            words.push(std::mem::take(&mut word));
        }
        was_lower = c.is_lowercase() || c.is_ascii_digit();
        word.extend(c.to_lowercase());
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y");
    }
    if word.ends_with("ss") {
        return word.to_owned();
    }
    word.strip_suffix('s').unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::layering::shipped;
    use pretty_assertions::assert_eq;

    fn best(path: &str) -> Option<Layer> {
        let said = of_path(shipped().unwrap(), path);
        said.into_iter().max_by_key(|(_, (weight, _))| *weight).map(|(layer, _)| layer)
    }

    #[test]
    fn the_last_word_of_the_name_speaks_before_the_folder() {
        for (path, layer) in [
            ("src/user/user.controller.ts", Layer::Router),
            ("src/controllers/index.js", Layer::Router),
            ("src/plugins/errorHandler.ts", Layer::Error),
            ("app/repositories/article.py", Layer::Repository),
            ("app/api/schemas/requests/article.py", Layer::Schema),
            ("src/app/features/user/usecases.rs", Layer::Service),
            ("src/app/features/user/entities.rs", Layer::Model),
            ("app/core/settings/test.py", Layer::Config),
            ("src/application/command/AddCommentHandler.java", Layer::Service),
            ("src/handlers/comments.ts", Layer::Router),
            ("src/article/application/port/in/dto/query/ArticleResult.java", Layer::Schema),
            ("src/article/application/port/in/dto/command/CreateArticle.java", Layer::Schema),
            ("src/article/query/articles.go", Layer::Repository),
            ("application/loaves/queries/all_loaves.sql", Layer::Repository),
            ("src/shop/document/service.py", Layer::Service),
            ("src/shop/document/invoice.py", Layer::Model),
            ("src/shop/models/service.py", Layer::Model),
        ] {
            assert_eq!(best(path), Some(layer), "{path}");
        }
        assert_eq!(best("src/slug.py"), None);
        assert_eq!(best("lib/shop_api/slug.ex"), None);
        assert_eq!(best("lib/api/slug.ex"), Some(Layer::Router));
    }

    #[test]
    fn names_are_split_into_words() {
        assert_eq!(tokens("UserArticle_repo-v2.dto"), ["user", "article", "repo", "v2", "dto"]);
        assert_eq!(singular("repositories"), "repository");
        assert_eq!(singular("access"), "access");
    }
}
