//! A member that a type of TypeScript asks for goes with the function that makes values of it.
//!
//! `readonly stock: number;` in `interface Product` makes `function toProduct(row): Product` wrong
//! that returns an object without it: the hunk that adds `stock: row.stock` to it is needed.

use super::{dependence::is_word, edit::FileEdit, hunk::Hunk, ids::HunkId};
use std::collections::{BTreeMap, BTreeSet};

/// A key that more hunks give is a word of the project, not one new member.
const MOST_MAKERS: usize = 16;

/// A hunk that asks for a member, the hunk that returns it, and its name.
pub(super) fn links<'e>(
    edits: &(impl Iterator<Item = &'e FileEdit> + Clone),
) -> Vec<(HunkId, HunkId, &'e str)> {
    let scripts = || edits.clone().filter(|edit| edit.base.is_some() && edit.path.ends_with(".ts"));
    let mut makers: BTreeMap<&str, Vec<(&FileEdit, &Hunk)>> = BTreeMap::new();
    for edit in scripts() {
        for hunk in &edit.hunks {
            let keys: BTreeSet<&str> = hunk.new_lines().iter().filter_map(|line| key(line)).collect();
            for key in keys {
                makers.entry(key).or_default().push((edit, hunk));
            }
        }
    }
    makers.retain(|_, makers| makers.len() <= MOST_MAKERS);
    let mut links = Vec::new();
    for edit in scripts() {
        for hunk in &edit.hunks {
            let asked: BTreeSet<&str> = hunk.new_lines().iter().filter_map(|line| asked(line)).collect();
            let wanted = || asked.iter().filter_map(|name| Some((*name, makers.get(name)?)));
            if wanted().all(|(_, makers)| makers.iter().all(|(_, maker)| maker.id == hunk.id)) {
                continue;
            }
            let Some(ty) = around(edit, hunk).into_iter().find_map(interface) else { continue };
            for (name, makers) in wanted() {
                for (other, maker) in makers.iter().filter(|(_, maker)| maker.id != hunk.id) {
                    if returns(&around(other, maker), ty) {
                        links.push((hunk.id, maker.id, name));
                    }
                }
            }
        }
    }
    links
}

/// The lines of the base that a hunk stands in, from the nearest outwards: each opens what the one
/// before it is in.
fn around<'e>(edit: &'e FileEdit, hunk: &Hunk) -> Vec<&'e str> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines: Vec<&str> = edit.base.iter().flat_map(|base| base.lines()).collect();
    let first = hunk.new_lines().iter().find(|line| !line.trim().is_empty());
    let mut depth = first.map_or(0, |line| indent(line));
    let mut found = Vec::new();
    let before = lines.get(..hunk.base_range().start as usize).unwrap_or_default();
    for line in before.iter().rev().filter(|line| !line.trim().is_empty()) {
        if indent(line) < depth {
            depth = indent(line);
            found.push(*line);
        }
    }
    found
}

/// The type that a line begins: `export interface Product {`.
fn interface(line: &str) -> Option<&str> {
    let rest = line.trim_start();
    let rest = rest.strip_prefix("export ").unwrap_or(rest);
    let name = ["interface ", "type "].iter().find_map(|word| rest.strip_prefix(word))?;
    name.split(|c: char| !is_word(c)).next().filter(|name| !name.is_empty())
}

/// Whether an object stands in a function that returns the type: `function to(row): Product {`.
fn returns(around: &[&str], ty: &str) -> bool {
    let Some((object, outer)) = around.split_first() else { return false };
    let signed = |line: &str, end: &str| line.trim_end().ends_with(&format!("): {ty}{end}"));
    match object.trim() {
        "return {" => outer.first().is_some_and(|line| signed(line, " {")),
        _ => signed(object, " => ({"),
    }
}

/// The member that has to be there: `readonly stock: number;`.
fn asked(line: &str) -> Option<&str> {
    let rest = line.trim_start();
    let rest = rest.strip_prefix("readonly ").unwrap_or(rest);
    let (name, _) = rest.split_once(": ")?;
    (!name.is_empty() && name.chars().all(is_word)).then_some(name)
}

/// The key of an object that a line gives: `stock: row.stock,`.
fn key(line: &str) -> Option<&str> {
    let line = line.trim();
    let name = line.split_once(": ").map_or_else(|| line.trim_end_matches(','), |(name, _)| name);
    (!name.is_empty() && name.chars().all(is_word)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::super::imports::tests::edit;
    use super::*;
    use pretty_assertions::assert_eq;

    const TYPE: &str = "export interface Product {\n\treadonly id: string;\n}\n";
    const MAKER: &str = "function insert(product: New): Product {\n\tdb.values({\n\t\tid: product.id,\n\t});\n}\n\n//\n//\n//\n//\n\
                         function toProduct(row: Row): Product {\n\treturn {\n\t\tid: row.id,\n\t};\n}\n";

    fn found(member: &str, maker: &str) -> Vec<(u32, u32, String)> {
        let edits = [
            edit("src/product.ts", TYPE, &TYPE.replace("string;\n", &format!("string;\n\t{member}\n")), 1),
            edit("src/store.ts", MAKER, maker, 7),
        ];
        links(&edits.iter()).into_iter().map(|(a, b, name)| (a.0, b.0, name.to_owned())).collect()
    }

    #[test]
    fn a_member_of_a_type_goes_with_the_function_that_returns_it() {
        let maker = MAKER
            .replace("product.id,\n", "product.id,\n\t\tstock: product.stock,\n")
            .replace("row.id,\n", "row.id,\n\t\tstock: row.stock,\n");
        assert_eq!(found("readonly stock: number;", &maker), [(1, 8, "stock".to_owned())]);
        assert_eq!(found("stock?: number;", &maker), []);
        assert_eq!(found("readonly stock: number;", &maker.replace("Row): Product", "Row): Other")), []);
    }

    #[test]
    fn a_short_function_returns_as_well() {
        assert!(returns(&["const toProduct = (row: Row): Product => ({"], "Product"));
        assert!(!returns(&["const toProduct = (row: Row): Product[] => ({"], "Product"));
    }
}
