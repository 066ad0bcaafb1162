//! Which names stay in the file that defines them: variables of a function, and in TypeScript what
//! is not exported.
//!
//! A test's `const values` is not what a repository hands on as `values`.

use super::{
    dependence::{definitions, words},
    edit::FileEdit,
    hunk::Hunk,
    ids::HunkId,
};

/// What hands names on without a word beside each.
const HANDED: [&str; 4] = ["module.exports", "exports.", "export {", "export default"];

/// How one file keeps names.
pub(super) struct Locals {
    is_script: bool,
    is_rust: bool,
    hands_on: bool,
}

impl Locals {
    pub(super) fn of(edit: &FileEdit) -> Self {
        let ends = |all: &[&str]| all.iter().any(|end| edit.path.ends_with(end));
        let is_script = ends(&[".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts", ".cjs", ".cts"]);
        let has = |line: &str| HANDED.iter().any(|word| line.contains(word));
        let hands_on = is_script
            && (edit.base.iter().flat_map(|base| base.lines()).any(has)
                || edit.hunks.iter().flat_map(|hunk| hunk.new_lines()).any(|line| has(line)));
        Self { is_script, is_rust: ends(&[".rs"]), hands_on }
    }

    /// Whether what a line defines stands in a class or an object, by its indent.
    pub(super) fn is_member(&self, line: &str) -> bool {
        line.starts_with([' ', '\t']) && !self.hands_on
    }

    /// Whether what a line defines is known in its file only.
    pub(super) fn keep(&self, line: &str) -> bool {
        let trimmed = line.trim_start();
        let begins = |words: &[&str]| words.iter().any(|word| trimmed.starts_with(word));
        if trimmed.len() < line.len() {
            return begins(if self.is_rust { &["let "] } else { &["const ", "let ", "var "] });
        }
        self.is_script
            && !self.hands_on
            && begins(&[
                "const ",
                "let ",
                "var ",
                "function ",
                "async function ",
                "class ",
                "abstract class ",
                "interface ",
                "type ",
                "enum ",
            ])
    }
}

/// Hunks that only define what their file keeps, with the one other hunk that uses it and its name:
/// without that use compilers and linters complain.
pub(super) fn for_one_other(edit: &FileEdit) -> Vec<(HunkId, HunkId, &str)> {
    let locals = Locals::of(edit);
    let names = |line: &str, name: &str| words(line).any(|word| word == name);
    let mut found = Vec::new();
    for hunk in &edit.hunks {
        let Some(name) = only_definition(hunk, &locals) else { continue };
        let is_known = edit.base.iter().flat_map(|base| base.lines()).any(|line| names(line, name));
        let using =
            |other: &&Hunk| other.id != hunk.id && other.new_lines().iter().any(|line| names(line, name));
        let mut users = edit.hunks.iter().filter(using);
        if let (false, Some(user), None) = (is_known, users.next(), users.next()) {
            found.push((hunk.id, user.id, name));
        }
    }
    found
}

/// The one name that all lines of a hunk define for its file.
fn only_definition<'h>(hunk: &'h Hunk, locals: &Locals) -> Option<&'h str> {
    let is_outer = |line: &&String| line.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let mut outer = hunk.new_lines().iter().filter(is_outer);
    let line = outer.next().filter(|line| locals.keep(line))?;
    let is_alone = outer.next().is_none() && hunk.base_range().is_empty();
    definitions(line).first().copied().filter(|_| is_alone)
}

#[cfg(test)]
mod tests {
    use super::super::imports::tests::edit;
    use super::*;

    #[test]
    fn what_is_not_exported_and_what_a_function_holds_stays() {
        let script = Locals::of(&edit("a.ts", "", "export const a = 1;\n", 1));
        for line in ["  const values = 1;", "function made() {", "type Row = 1;"] {
            assert!(script.keep(line), "{line}");
        }
        for line in ["export function made() {", "  async cancel() {", "export const a = 1;"] {
            assert!(!script.keep(line), "{line}");
        }
        let common = Locals::of(&edit("a.js", "", "const a = 1;\nmodule.exports = { a };\n", 1));
        assert!(!common.keep("const a = 1;") && common.keep("  let b = 1;"));
        let rust = Locals::of(&edit("a.rs", "", "fn a() {}\n", 1));
        assert!(rust.keep("    let a = 1;") && !rust.keep("    const A: u8 = 1;") && !rust.keep("fn a() {}"));
        let python = Locals::of(&edit("a.py", "", "def a(): pass\n", 1));
        assert!(!python.keep("def a(): pass") && !python.keep("class A:"));
    }

    #[test]
    fn a_constant_goes_with_the_one_hunk_that_uses_it() {
        let base =
            "import { Column } from 'typeorm';\n\nexport class Book {\n  @Column()\n  title: string;\n}\n";
        let new = base
            .replace("\nexport", "\nconst numeric = {\n  to: Number,\n};\n\nexport")
            .replace("string;\n", "string;\n\n  @Column({ transformer: numeric })\n  price: string;\n");
        let found = |new: &str| {
            let edit = edit("book.entity.ts", base, new, 1);
            for_one_other(&edit)
                .into_iter()
                .map(|(a, b, name)| (a.0, b.0, name.to_owned()))
                .collect::<Vec<_>>()
        };
        assert_eq!(found(&new), [(1, 2, "numeric".to_owned())]);
        assert_eq!(found(&new.replace("const numeric", "export const numeric")), []);
    }
}
