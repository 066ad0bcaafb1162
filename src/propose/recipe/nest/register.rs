//! Makes a new class known where the example's is known: lists of modules, entities and
//! migrations, and files that export the others.

use super::{
    super::typescript::Habits,
    survey::{Source, relative},
};
use crate::{
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_end, newline_of},
        script::{List, Script},
    },
};

/// A class that stands beside the example's.
pub(super) struct Twin<'a> {
    pub(super) like: &'a str,
    /// File of the example's class.
    pub(super) like_path: &'a str,
    pub(super) class: &'a str,
    pub(super) path: &'a str,
    /// What a list has to be called to be one of these: `imports`, `entities`, `migrations`.
    pub(super) list: &'a str,
}

/// An edited text, and the byte of the example's line in the old one.
pub(super) struct Registered {
    pub(super) text: String,
    pub(super) like_at: usize,
}

/// The text with the new class in every list of that kind that has the example's; `None`
/// where there is none.
pub(super) fn list(
    source: &Source,
    twin: &Twin<'_>,
    habits: &Habits,
) -> Result<Option<Registered>, ProposeError> {
    let mut edits = Edits::default();
    let mut like_at = None;
    for list in source.script.lists.iter().filter(|list| is_of_kind(list, twin.list)) {
        let has = |name: &str| list.elements.iter().find(|element| source.slice(element) == name);
        if let (Some(element), None) = (has(twin.like), has(twin.class)) {
            like_at.get_or_insert(element.start);
            grow(&source.text, list, element, twin, habits, &mut edits);
        }
    }
    let Some(like_at) = like_at else { return Ok(None) };
    import(source, twin, habits, &mut edits);
    Ok(Some(Registered { text: edits.apply(&source.text)?, like_at }))
}

/// The text of a file that exports others with the new file beside the example's.
pub(super) fn export(
    source: &Source,
    twin: &Twin<'_>,
    resolved: &str,
) -> Result<Option<Registered>, ProposeError> {
    let known = |path: &str| source.script.exports.iter().find(|export| export.from == path);
    let Some(export) = known(resolved) else { return Ok(None) };
    let extension = if export.from.ends_with(".js") { ".js" } else { "" };
    let specifier = relative(&source.path, twin.path, extension);
    if known(&specifier).is_some() {
        return Ok(None);
    }
    let line = source.slice(&export.range).replace(&export.from, &specifier).replace(twin.like, twin.class);
    let mut edits = Edits::default();
    insert_line(&source.text, export.range.end, &line, &mut edits);
    Ok(Some(Registered { text: edits.apply(&source.text)?, like_at: export.range.start }))
}

fn is_of_kind(list: &List, kind: &str) -> bool {
    let is_feature = list.within.iter().any(|call| call.starts_with("forFeature"));
    list.key.to_lowercase().contains(kind) && !is_feature
}

fn grow(
    text: &str,
    list: &List,
    like: &std::ops::Range<usize>,
    twin: &Twin<'_>,
    habits: &Habits,
    edits: &mut Edits,
) {
    let of = |range: &std::ops::Range<usize>| text.get(range.clone()).unwrap_or_default();
    let written = of(&list.range);
    let in_order = list.elements.len() > 2
        && list.elements.windows(2).all(|pair| match pair {
            [a, b] => of(a) < of(b),
            _ => true,
        });
    let next = list.elements.iter().find(|element| in_order && of(element) > twin.class);
    let is_last = twin.list == "migrations";
    let after = if is_last { list.elements.last().unwrap_or(like) } else { like };
    if written.contains('\n') {
        let indent = indent_of(text, like.start);
        let newline = newline_of(text);
        match next.filter(|_| !is_last) {
            Some(next) => edits.insert(next.start, format!("{},{newline}{indent}", twin.class)),
            None => edits.insert(after.end, format!(",{newline}{indent}{}", twin.class)),
        }
        return;
    }
    let line = text.get(..list.range.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let columns = line_end(text, list.range.end).saturating_sub(line) + twin.class.len() + 2;
    if columns <= habits.width {
        match next.filter(|_| !is_last) {
            Some(next) => edits.insert(next.start, format!("{}, ", twin.class)),
            None => edits.insert(after.end, format!(", {}", twin.class)),
        }
        return;
    }
    // One line no longer holds it.
    let mut elements: Vec<&str> = list.elements.iter().map(of).collect();
    let at = list.elements.iter().position(|element| element == after).map_or(elements.len(), |at| at + 1);
    elements.insert(at.min(elements.len()), twin.class);
    let indent = indent_of(text, list.range.start);
    let comma = if habits.trailing_commas { "," } else { "" };
    let newline = newline_of(text);
    let inner = elements.join(&format!(",{newline}{indent}{}", habits.indent));
    edits.replace(
        list.range.clone(),
        format!("[{newline}{indent}{}{inner}{comma}{newline}{indent}]", habits.indent),
    );
}

/// Imports the new class beside the example's.
fn import(source: &Source, twin: &Twin<'_>, habits: &Habits, edits: &mut Edits) {
    let Script { imports, .. } = &source.script;
    let Some((import, name)) = source.script.import_of(twin.like) else { return };
    if source.script.import_of(twin.class).is_some() {
        return;
    }
    if !import.from.starts_with('.')
        || !relative(&source.path, twin.like_path, "")
            .ends_with(import.from.trim_end_matches(".js").trim_start_matches("./"))
    {
        let stem =
            |path: &str| path.rsplit('/').next().unwrap_or_default().trim_end_matches(".ts").to_owned();
        let (old, new) = (stem(twin.like_path), stem(twin.path));
        if !import.from.trim_end_matches(".js").ends_with(&old) {
            // A file that exports several: one name more from there.
            edits.insert(name.range.end, format!(", {}", twin.class));
            return;
        }
        if !import.from.starts_with('.') {
            // An alias: the same, down to the file.
            let like_folder = super::survey::folder(twin.like_path);
            let folder = super::survey::folder(twin.path);
            let tail = like_folder.rsplit('/').next().unwrap_or_default();
            let new_tail = folder.rsplit('/').next().unwrap_or_default();
            let specifier = import.from.replace(&format!("{tail}/{old}"), &format!("{new_tail}/{new}"));
            statement(source, import.range.end, twin.class, &specifier, habits, edits);
            return;
        }
    }
    let extension = if import.from.ends_with(".js") { ".js" } else { "" };
    let specifier = relative(&source.path, twin.path, extension);
    let last = imports.iter().rfind(|other| other.from.starts_with('.')).unwrap_or(import);
    let sorted =
        imports.iter().filter(|other| other.from.starts_with('.')).map(|other| &other.from).is_sorted();
    let before = imports.iter().find(|other| sorted && other.from.starts_with('.') && other.from > specifier);
    match before {
        Some(before) => {
            let line = line_of(twin.class, &specifier, habits);
            edits.insert(before.range.start, format!("{line}{}", newline_of(&source.text)));
        }
        None => statement(
            source,
            if sorted { last.range.end } else { import.range.end },
            twin.class,
            &specifier,
            habits,
            edits,
        ),
    }
}

/// Imports a name on a line of its own after a place.
pub(super) fn statement(
    source: &Source,
    at: usize,
    class: &str,
    specifier: &str,
    habits: &Habits,
    edits: &mut Edits,
) {
    insert_line(&source.text, at, &line_of(class, specifier, habits), edits);
}

fn line_of(class: &str, specifier: &str, habits: &Habits) -> String {
    let end = if habits.semicolons { ";" } else { "" };
    format!("import {{ {class} }} from {0}{specifier}{0}{end}", habits.quote)
}

/// Inserts a whole line after the one that holds `at`.
fn insert_line(text: &str, at: usize, line: &str, edits: &mut Edits) {
    let end = line_end(text, at);
    let newline = newline_of(text);
    if text.get(..end).is_some_and(|before| before.ends_with('\n')) {
        edits.insert(end, format!("{line}{newline}"));
    } else {
        edits.insert(end, format!("{newline}{line}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        let path = "src/app.module.ts";
        Source { path: path.into(), text: text.into(), script: Script::parse(path, text).unwrap() }
    }

    fn habits() -> Habits {
        Habits { quote: '\'', semicolons: true, indent: "  ".into(), width: 60, trailing_commas: true }
    }

    fn module() -> Twin<'static> {
        Twin {
            like: "UsersModule",
            like_path: "src/users/users.module.ts",
            class: "ReviewsModule",
            path: "src/reviews/reviews.module.ts",
            list: "imports",
        }
    }

    fn listed(text: &str) -> Option<String> {
        list(&source(text), &module(), &habits()).unwrap().map(|registered| registered.text)
    }

    #[test]
    fn a_module_is_imported_beside_the_example_and_in_order() {
        let text = "import { A } from './a.js';\nimport { UsersModule } from './users/users.module.js';\n\n@Module({\n  imports: [\n    A,\n    UsersModule,\n  ],\n  exports: [UsersModule],\n})\nexport class AppModule {}\n";
        let expected = "import { A } from './a.js';\nimport { ReviewsModule } from './reviews/reviews.module.js';\nimport { UsersModule } from './users/users.module.js';\n\n@Module({\n  imports: [\n    A,\n    UsersModule,\n    ReviewsModule,\n  ],\n  exports: [UsersModule],\n})\nexport class AppModule {}\n";
        assert_eq!(listed(text).unwrap(), expected);
    }

    #[test]
    fn one_line_is_broken_where_it_grows_too_long() {
        let text = "import { UsersModule } from './users/users.module';\n@Module({ imports: [ConfigModule, DatabaseModule, UsersModule] })\nexport class AppModule {}\n";
        let expected = "import { UsersModule } from './users/users.module';\nimport { ReviewsModule } from './reviews/reviews.module';\n";
        let _ = expected;
        let changed = listed(text).unwrap();
        assert!(
            changed.contains(
                "imports: [\n  ConfigModule,\n  DatabaseModule,\n  UsersModule,\n  ReviewsModule,\n]"
            ),
            "{changed}"
        );
    }

    #[test]
    fn features_and_providers_are_no_place_to_register() {
        let text = "import { UsersModule } from './users/users.module';\nconst x = { imports: [TypeOrmModule.forFeature([UsersModule])], providers: [UsersModule] };\n";
        assert!(listed(text).is_none());
    }

    #[test]
    fn an_index_exports_the_new_file_too() {
        let text = "export * from './user.entity';\n";
        let twin = Twin {
            like: "User",
            like_path: "src/entities/user.entity.ts",
            class: "Review",
            path: "src/review.entity.ts",
            list: "entities",
        };
        let registered = export(&source(text), &twin, "./user.entity").unwrap().unwrap();
        assert_eq!(registered.text, "export * from './user.entity';\nexport * from './review.entity';\n");
    }
}
