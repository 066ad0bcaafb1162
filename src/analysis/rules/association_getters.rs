//! Methods that an object-relational mapper gives to rows for their associations.
//!
//! Sequelize writes none of them down: `Article.belongsToMany(Tag, { as: "tagList" })` gives
//! every article `getTagList`, `countTagList` and `hasTagList`, and each asks the database.

use super::context::{Context, last_name};
use crate::analysis::facts::{Expr, FileFacts};
use std::collections::BTreeSet;

/// Calls that declare an association.
const DECLARES: [&str; 4] = ["hasMany", "hasOne", "belongsTo", "belongsToMany"];

/// What the methods begin with that read.
const READS: [&str; 3] = ["get", "count", "has"];

impl Context<'_, '_> {
    /// Names of methods that read an association of some model of the project.
    pub(super) fn getters(&self) -> &BTreeSet<String> {
        self.getters.get_or_init(|| {
            let files = self.resolver().files();
            files
                .filter(|(_, facts)| facts.lang.is_ecmascript())
                .flat_map(|(_, facts)| of_file(facts))
                .collect()
        })
    }
}

fn of_file(facts: &FileFacts) -> Vec<String> {
    let mut found = Vec::new();
    for call in &facts.calls {
        if !last_name(facts, call.callee).is_some_and(|name| DECLARES.contains(&name)) {
            continue;
        }
        let args = facts.args(call.args);
        let Some(target) = args.first().and_then(|arg| last_name(facts, arg.value)) else { continue };
        let alias = args.get(1).and_then(|options| {
            let Expr::Map(entries) = facts.expr(options.value) else { return None };
            facts.entries(entries).iter().find_map(|entry| {
                let is_alias = matches!(facts.expr(entry.key?), Expr::Str(key) if facts.text(key) == "as");
                match facts.expr(entry.value) {
                    Expr::Str(name) if is_alias => Some(facts.text(name)),
                    _ => None,
                }
            })
        });
        // `getFollowers` and `hasFollower`: all of them, and one of them.
        let name = capitalised(alias.unwrap_or(target));
        let one = name.strip_suffix('s').map(str::to_owned);
        let many = (alias.is_none() && one.is_none()).then(|| format!("{name}s"));
        let names: Vec<String> = [Some(name), one, many].into_iter().flatten().collect();
        found.extend(names.iter().flat_map(|name| READS.iter().map(move |read| format!("{read}{name}"))));
    }
    found
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
