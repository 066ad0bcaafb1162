//! Which line of a file brings another file of the change into scope.
//!
//! Told by path and text alone, for the ways in which Python, TypeScript and Rust name a
//! module: a dotted module, a relative specifier, `mod name;` beside the file.

/// Whether a line imports or declares a module at all.
pub(super) fn is_import(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("import ")
        || (line.starts_with("from ") && line.contains(" import "))
        || (line.starts_with("export ") && line.contains(" from "))
        || line.starts_with("use ")
        || line.starts_with("pub use ")
        || declared(line).is_some()
}

/// `reviews` of `pub mod reviews;`.
pub(super) fn declared(line: &str) -> Option<&str> {
    let line = line.trim();
    let rest = line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ")?;
    rest.strip_suffix(';').map(str::trim)
}

/// Whether an import line in one file names another file as its module.
pub(super) fn brings(line: &str, importer: &str, file: &str) -> bool {
    let (importer_folder, _) = split(importer);
    let (folder, stem) = split(file);
    if let Some(name) = declared(line) {
        return declares(name, importer, file);
    }
    if let Some(specifier) = specifier(line) {
        let bare = ["js", "ts", "jsx", "tsx", "mjs"]
            .iter()
            .find_map(|end| specifier.strip_suffix(&format!(".{end}")))
            .unwrap_or(specifier);
        if !bare.starts_with('.') {
            return false;
        }
        let joined = join(importer_folder, bare);
        return joined
            == format!("{}{stem}", if folder.is_empty() { String::new() } else { format!("{folder}/") });
    }
    let parent = folder.rsplit('/').next().unwrap_or_default();
    let names = |wanted: &str| {
        let mut words = line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        !wanted.is_empty() && words.any(|word| word == wanted)
    };
    let is_relative = line.trim_start().starts_with("from .")
        || line.contains("use self::")
        || line.trim_start().starts_with("pub use ");
    names(stem) && (names(parent) || (folder == importer_folder && is_relative))
}

/// Whether `mod name;` in one file means another: `name.rs` or `name/mod.rs`, beside the files that
/// speak for their folder and below the others.
fn declares(name: &str, importer: &str, file: &str) -> bool {
    let ((home, own), (folder, stem)) = (split(importer), split(file));
    let beside = join(home, name);
    // The root of a program may have any name, and its modules stand beside it as well.
    let below = join(home, &format!("{own}/{name}"));
    let module = if stem == "mod" { folder.to_owned() } else { join(folder, stem) };
    module == beside || module == below
}

/// The folder that a line makes names of its modules known under: `models` for a `pub use`
/// in `models/mod.rs`, an import in `models/__init__.py`, an `export` in `models/index.ts`.
pub(super) fn shared_as<'p>(line: &str, path: &'p str) -> Option<&'p str> {
    let (folder, stem) = split(path);
    let line = line.trim_start();
    let shares = match stem {
        "mod" | "lib" => line.starts_with("pub use "),
        "__init__" => line.starts_with("from ."),
        "index" => line.starts_with("export "),
        _ => false,
    };
    folder.rsplit('/').next().filter(|name| shares && !name.is_empty())
}

/// Folder and name without its ending.
fn split(path: &str) -> (&str, &str) {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    (folder, file.rsplit_once('.').map_or(file, |(stem, _)| stem))
}

/// The text in quotes at the end of an import of TypeScript.
fn specifier(line: &str) -> Option<&str> {
    let line = line.trim_end().trim_end_matches(';');
    let quote = line.chars().next_back().filter(|c| matches!(c, '\'' | '"'))?;
    let inner = line.strip_suffix(quote)?;
    inner.rsplit_once(quote).map(|(_, specifier)| specifier)
}

/// A path that is given from a folder, without `.` and `..`.
pub fn join(folder: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_known_by_its_line_in_every_language() {
        for (line, importer, file, expected) in [
            ("from app.models.review import Review", "app/services/a.py", "app/models/review.py", true),
            ("from app.models.review import Review", "app/services/a.py", "app/schemas/review.py", false),
            ("from app.routers import health, reviews", "app/main.py", "app/routers/reviews.py", true),
            ("from .review import Review", "app/models/__init__.py", "app/models/review.py", true),
            (
                "import { A } from './reviews/reviews.module.js';",
                "src/app.module.ts",
                "src/reviews/reviews.module.ts",
                true,
            ),
            ("import { A } from \"../dto/a.dto\"", "src/b/b.ts", "src/dto/a.dto.ts", true),
            ("import { A } from './a.dto';", "src/b/b.ts", "src/dto/a.dto.ts", false),
            ("import { a } from 'reviews';", "src/b.ts", "src/reviews.ts", false),
            ("pub mod reviews;", "src/routes/mod.rs", "src/routes/reviews.rs", true),
            ("pub mod reviews;", "src/routes/mod.rs", "src/services/reviews.rs", false),
            ("pub mod routes;", "src/lib.rs", "src/routes/mod.rs", true),
            ("pub mod routes;", "src/lib.rs", "src/routes/reviews.rs", false),
            ("pub mod reviews;", "src/routes.rs", "src/routes/reviews.rs", true),
            (
                "use crate::repositories::reviews;",
                "src/services/reviews.rs",
                "src/repositories/reviews.rs",
                true,
            ),
            ("pub use review::{NewReview, Review};", "src/models/mod.rs", "src/models/review.rs", true),
        ] {
            assert_eq!(is_import(line) && brings(line, importer, file), expected, "{line}");
        }
        assert_eq!(shared_as("pub use review::Review;", "src/models/mod.rs"), Some("models"));
        assert_eq!(shared_as("use review::Review;", "src/models/mod.rs"), None);
        assert_eq!(shared_as("from .review import Review", "app/models/__init__.py"), Some("models"));
        assert!(!is_import("let model = 1;") && !is_import("model.save();"));
    }
}
