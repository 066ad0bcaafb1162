//! The layer that a path alone suggests, for files that no scan has seen yet.
//!
//! A weak sign: the scanner's own layers, from imports and facts, always win.

use super::layer::Layer;

/// The layer by folder or file name, or none.
pub fn layer_by_path(path: &str) -> Option<Layer> {
    let lower = path.to_lowercase();
    let parts: Vec<&str> = lower.split('/').collect();
    let file = parts.last().copied().unwrap_or_default();
    let is_test = file.starts_with("test_")
        || file.contains("_test.")
        || file.contains(".test.")
        || file.contains(".spec.")
        || file.contains("-spec.")
        || file == "conftest.py"
        || parts.iter().any(|part| matches!(*part, "tests" | "test" | "__tests__" | "spec"));
    if is_test {
        return Some(Layer::Test);
    }
    let table: [(&[&str], Layer); 10] = [
        (&["migrations", "alembic", "versions", "migrate"], Layer::Migration),
        (
            &[
                "routers",
                "router",
                "routes",
                "controllers",
                "controller",
                "endpoints",
                "api",
                "handlers",
                "views",
                "http",
            ],
            Layer::Router,
        ),
        (&["services", "service", "usecases", "use_cases"], Layer::Service),
        (&["repositories", "repository", "repos", "dao", "crud"], Layer::Repository),
        (&["models", "model", "entities", "entity"], Layer::Model),
        (&["schemas", "schema", "dto", "dtos", "serializers"], Layer::Schema),
        (&["middleware", "middlewares"], Layer::Middleware),
        (&["jobs", "tasks", "workers", "queues"], Layer::Job),
        (&["config", "settings"], Layer::Config),
        (&["errors", "exceptions"], Layer::Error),
    ];
    let matches = |word: &str| table.iter().find(|(names, _)| names.contains(&word)).map(|(_, layer)| *layer);
    let stem = file.split('.').next().unwrap_or_default();
    let words = file.split(['.', '_', '-']).rev().filter_map(&matches);
    // `ProductRepository.ts` is in words as well.
    let name = path.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default();
    let last = name.rfind(|c: char| c.is_ascii_uppercase()).and_then(|at| name.get(at..));
    let last = last.filter(|last| last.len() < name.len()).map(str::to_lowercase);
    let ending = last.as_deref().and_then(&matches);
    let folders = parts.iter().rev().skip(1).filter_map(|part| matches(part));
    matches(stem).into_iter().chain(words).chain(ending).chain(folders).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_words_of_capitals_have_their_layer_too() {
        for (path, expected) in [
            ("src/modules/books/BookRepository.ts", Some(Layer::Repository)),
            ("src/books/book.service.ts", Some(Layer::Service)),
            ("app/routers/book.py", Some(Layer::Router)),
            ("src/Book.ts", None),
        ] {
            assert_eq!(layer_by_path(path), expected, "{path}");
        }
    }
}
