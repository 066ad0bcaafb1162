//! Where the new operations are made known: in the roots of a schema that is there, else in the
//! application, beside its other routers.

use super::{
    Plan,
    offer::Offer,
    server::{Context, Existing, keyword},
};
use crate::{
    domain::{place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_end, line_start, newline_of},
        python::{Module, last_name, range_of},
        recipe::{
            endpoint::notes::{Noted, noted},
            fastapi::endpoint::{
                chain::Inside,
                reader::{Definition, Found},
            },
            head::StepHead,
            python_lists,
            python_text::used_names,
            resource::Edited,
        },
    },
};
use ruff_python_ast::{Expr, ExprCall, Stmt, StmtClassDef};
use std::collections::BTreeMap;

/// The extension that gives each field its turn.
const EXTENSION: &str = "OneAtATime";

/// A file that changes: its text so far, and the line that each hunk follows.
struct Changed {
    text: String,
    notes: Vec<(Vec<String>, Place)>,
}

impl Plan<'_> {
    /// Whether the schema has, or gets, the extension that answers errors.
    pub(super) fn is_turned(&self) -> bool {
        let Some(existing) = &self.server.existing else { return true };
        let Some(extensions) = keyword(existing.call, "extensions") else { return true };
        let elements: &[Expr] = match extensions {
            Expr::List(list) => &list.elts,
            Expr::Tuple(tuple) => &tuple.elts,
            _ => return false,
        };
        let is_own = |element: &Expr| {
            let named = match element {
                Expr::Call(call) => last_name(&call.func),
                other => last_name(other),
            };
            named.is_some_and(|name| {
                name != EXTENSION
                    && matches!(
                        self.reader.find(existing.path, name),
                        Some(Found { what: Definition::Class(_) | Definition::Function(_), .. })
                    )
            })
        };
        !elements.iter().any(is_own)
    }

    /// The application with the router behind the last one that it includes.
    pub(super) fn registered(&self, step: &StepHead) -> Result<FileChange, ProposeError> {
        let application = self.application;
        if let Some(taken) =
            self.ask.map.endpoints.iter().find(|one| one.path.trim_end_matches('/') == "/graphql")
        {
            return Err(ProposeError::Clash {
                what: "a route /graphql".into(),
                place: Place::new(taken.file.clone(), taken.line).to_string(),
            });
        }
        let module = self.reader.module(&application.path)?;
        let old = module.text;
        let name = application.name.as_str();
        let is_included = |call: &&ExprCall| match &*call.func {
            Expr::Attribute(one) => {
                one.attr.as_str() == "include_router" && last_name(&one.value) == Some(name)
            }
            _ => false,
        };
        let calls = Inside::of(&module.body).calls;
        let last = calls.into_iter().filter(is_included).max_by_key(|call| range_of(*call).start);
        let (at, indent, like) = match last {
            Some(call) => {
                let range = range_of(call);
                let place = Place::new(application.path.clone(), module.line(call));
                (line_end(old, range.end), indent_of(old, range.start).to_owned(), place)
            }
            None => (application.end, application.indent.clone(), application.place.clone()),
        };
        let newline = newline_of(old);
        let lead = if old.get(..at).is_some_and(|before| before.ends_with('\n')) { "" } else { newline };
        let mut edits = Edits::default();
        let line = self.habits.quoted_as("include_router(graphql_router, prefix=\"/graphql\")");
        edits.insert(at, format!("{lead}{indent}{name}.{line}{newline}"));
        let text = edits.apply(old)?;
        let used = used_names(&Module::parse(&application.path, &text)?);
        let own = [format!("{}:graphql_router", self.dotted(&self.path("schema")))];
        let new = self.habits.with_imports(&application.path, &text, &used, &own)?;
        Ok(self.ask.edited(Edited {
            path: &application.path,
            old,
            new,
            reason: step.reason.clone(),
            like: Some(like),
            layer: step.layer,
        }))
    }

    /// The files of a schema that is there, with the operations in its roots.
    pub(super) fn joined(
        &self,
        step: &StepHead,
        existing: &Existing<'_>,
        offer: &Offer<'_>,
    ) -> Result<Vec<FileChange>, ProposeError> {
        let mut changed: BTreeMap<String, Changed> = BTreeMap::new();
        let query = keyword(existing.call, "query").or_else(|| existing.call.arguments.args.first());
        let query = query.ok_or_else(|| unknown_root(&existing.place, "query"))?;
        self.root(&mut changed, existing, query, &self.query_class())?;
        let mut more: Vec<String> = Vec::new();
        if Self::has_mutations(offer) {
            let root = keyword(existing.call, "mutation").or_else(|| existing.call.arguments.args.get(1));
            match root {
                Some(root) => self.root(&mut changed, existing, root, &self.mutation_class())?,
                None => {
                    self.new_root(&mut changed, existing)?;
                    more.push("mutation=Mutation".into());
                }
            }
        }
        let extensions = keyword(existing.call, "extensions");
        let has = extensions.is_some_and(|list| {
            self.reader.modules.get(existing.path).is_some_and(|m| m.source(list).contains(EXTENSION))
        });
        if self.is_turned() && !has {
            match extensions {
                Some(_) => self.extended(&mut changed, existing)?,
                None => more.push(format!("extensions=[{EXTENSION}]")),
            }
        }
        if !more.is_empty() {
            self.with_keywords(&mut changed, existing.path, existing.call, "Schema", &more)?;
        }
        if matches!(existing.context, Context::New) {
            let own = ["context_getter=get_context".to_owned()];
            self.with_keywords(&mut changed, existing.router.0, existing.router.1, "GraphQLRouter", &own)?;
        }
        let module = |stem: &str| self.dotted(&self.path(stem));
        let own = module(&self.ask.name.plural);
        let candidates = [
            format!("{own}:{}", self.query_class()),
            format!("{own}:{}", self.mutation_class()),
            format!("{}:{EXTENSION}", module("extensions")),
            format!("{}:get_context", module("context")),
        ];
        let mut files = Vec::new();
        for (path, Changed { text, notes }) in changed {
            let old = self.reader.module(&path)?.text;
            let used = used_names(&Module::parse(&path, &text)?);
            let new = self.habits.with_imports(&path, &text, &used, &candidates)?;
            let parts: Vec<Noted> =
                notes.into_iter().map(|(markers, like)| Noted { markers, like, layer: step.layer }).collect();
            let mut file = noted(self.ask, &path, old, new, &parts);
            for note in &mut file.notes {
                note.reason.clone_from(&step.reason);
            }
            files.push(file);
        }
        Ok(files)
    }

    fn text_of<'c>(
        &self,
        changed: &'c mut BTreeMap<String, Changed>,
        path: &str,
    ) -> Result<&'c mut Changed, ProposeError> {
        let text = self.reader.module(path)?.text;
        Ok(changed
            .entry(path.to_owned())
            .or_insert_with(|| Changed { text: text.to_owned(), notes: Vec::new() }))
    }

    /// One more base of a root's class, or one more of the types that it is merged of.
    fn root(
        &self,
        changed: &mut BTreeMap<String, Changed>,
        existing: &Existing<'_>,
        root: &Expr,
        class: &str,
    ) -> Result<(), ProposeError> {
        let name = last_name(root).ok_or_else(|| unknown_root(&existing.place, class))?;
        let found = self.reader.find(existing.path, name);
        match found {
            Some(Found { path, what: Definition::Class(node) }) => {
                let place = Place::new(path, self.reader.module(path)?.line(&node.name));
                let one = self.text_of(changed, path)?;
                one.text = with_base(path, &one.text, node.name.as_str(), class, self.habits.width)?;
                one.notes.push((vec![class.to_owned()], place));
                Ok(())
            }
            Some(Found { path, what: Definition::Value(Expr::Call(call)) })
                if last_name(&call.func) == Some("merge_types") =>
            {
                let place = Place::new(path, self.reader.module(path)?.line(call));
                let one = self.text_of(changed, path)?;
                one.text = merged(path, &one.text, name, class, self.habits.width)?;
                one.notes.push((vec![class.to_owned()], place));
                Ok(())
            }
            _ => Err(unknown_root(&existing.place, name)),
        }
    }

    /// A class of mutations before the schema, which had none.
    fn new_root(
        &self,
        changed: &mut BTreeMap<String, Changed>,
        existing: &Existing<'_>,
    ) -> Result<(), ProposeError> {
        let module = self.reader.module(existing.path)?;
        if let Some(taken) = module.classes().find(|class| class.name.as_str() == "Mutation") {
            return Err(ProposeError::Clash {
                what: "a class Mutation, which the schema does not have,".into(),
                place: Place::new(existing.path, module.line(&taken.name)).to_string(),
            });
        }
        let class = self.mutation_class();
        let one = self.text_of(changed, existing.path)?;
        let module = Module::parse(existing.path, &one.text)?;
        let call = call_named(&module, "Schema").ok_or_else(|| unknown_root(&existing.place, "Schema"))?;
        let at = range_of(call).start;
        let stmt = module.body.iter().find(|stmt| range_of(*stmt).contains(&at));
        let start = stmt.map_or(at, |stmt| line_start(&one.text, range_of(stmt).start));
        let newline = newline_of(&one.text);
        let lines =
            ["@strawberry.type".to_owned(), format!("class Mutation({class}):"), "    pass".to_owned()];
        // A class stands two lines below what is before it.
        let before = one.text.get(..start).unwrap_or_default();
        let blank = before.lines().rev().take_while(|line| line.trim().is_empty()).count();
        let lead = newline.repeat(2_usize.saturating_sub(blank));
        let mut edits = Edits::default();
        edits.insert(start, format!("{lead}{}{newline}{newline}{newline}", lines.join(newline)));
        one.text = edits.apply(&one.text)?;
        one.notes.push((vec![class], existing.place.clone()));
        Ok(())
    }

    /// The extension behind those that the schema has.
    fn extended(
        &self,
        changed: &mut BTreeMap<String, Changed>,
        existing: &Existing<'_>,
    ) -> Result<(), ProposeError> {
        let one = self.text_of(changed, existing.path)?;
        let module = Module::parse(existing.path, &one.text)?;
        let call = call_named(&module, "Schema").ok_or_else(|| unknown_root(&existing.place, "Schema"))?;
        let list = keyword(call, "extensions").ok_or_else(|| unknown_root(&existing.place, "extensions"))?;
        one.text = python_lists::add(&module, list, usize::MAX, &[EXTENSION.to_owned()], self.habits.width)?;
        one.notes.push((vec![EXTENSION.to_owned()], existing.place.clone()));
        Ok(())
    }

    /// A call with more keywords at its end.
    fn with_keywords(
        &self,
        changed: &mut BTreeMap<String, Changed>,
        path: &str,
        call: &ExprCall,
        name: &str,
        more: &[String],
    ) -> Result<(), ProposeError> {
        let place = Place::new(path, self.reader.module(path)?.line(call));
        let one = self.text_of(changed, path)?;
        let module = Module::parse(path, &one.text)?;
        let call = call_named(&module, name).ok_or_else(|| unknown_root(&place, name))?;
        let given = crate::propose::recipe::fastapi::endpoint::text::arguments(&module, call);
        let range = range_of(call);
        let source = module.source(call);
        let start = line_start(&one.text, range.start);
        let end = line_end(&one.text, range.end);
        let lead = one.text.get(start..range.start).unwrap_or_default();
        let tail = one.text.get(range.end..end).unwrap_or_default().trim_end();
        let mut edits = Edits::default();
        let last =
            call.arguments.args.iter().map(range_of).chain(call.arguments.keywords.iter().map(range_of));
        if source.contains('\n') || source.contains('#') {
            let after = last.max_by_key(|one| one.end).map_or(range.end.saturating_sub(1), |one| one.end);
            let indent = indent_of(&one.text, after);
            let newline = newline_of(&one.text);
            let added: String = more.iter().map(|word| format!(",{newline}{indent}{word}")).collect();
            edits.insert(after, added);
        } else {
            let all: Vec<&str> = given.iter().chain(more).map(String::as_str).collect();
            let line = format!("{lead}{}(⟨{}⟩){tail}", module.source(&*call.func), all.join("¦"));
            let written = self.habits.written(&line);
            edits.replace(start..end, written.replace('\n', newline_of(&one.text)));
        }
        let text = edits.apply(&one.text)?;
        one.text = text;
        one.notes.push((more.to_vec(), place));
        Ok(())
    }
}

fn unknown_root(place: &Place, what: &str) -> ProposeError {
    ProposeError::NotApplicable(format!(
        "what {what} of the schema at {place} is made of was not understood; the recipe knows classes and merge_types"
    ))
}

/// The first call of a class in a module.
fn call_named<'m>(module: &'m Module<'_>, name: &str) -> Option<&'m ExprCall> {
    let calls = Inside::of(&module.body).calls;
    calls.into_iter().find(|call| match &*call.func {
        Expr::Subscript(one) => last_name(&one.value) == Some(name),
        other => last_name(other) == Some(name),
    })
}

/// A class with one more base behind those that it has.
fn with_base(path: &str, text: &str, class: &str, base: &str, width: usize) -> Result<String, ProposeError> {
    let module = Module::parse(path, text)?;
    let gone = || ProposeError::Rejected(format!("{path} has no {class} any more"));
    let node: &StmtClassDef = module.classes().find(|one| one.name.as_str() == class).ok_or_else(gone)?;
    let mut edits = Edits::default();
    let bases: Vec<&str> = node
        .arguments
        .iter()
        .flat_map(|one| one.args.iter())
        .filter(|one| last_name(one) != Some("object"))
        .map(|one| module.source(one))
        .collect();
    let keywords = node.arguments.iter().flat_map(|one| one.keywords.iter()).map(|one| module.source(one));
    let all: Vec<&str> = bases.into_iter().chain([base]).chain(keywords).collect();
    let flat = format!("class {class}({}):", all.join(", "));
    let list = if flat.chars().count() <= width {
        format!("({})", all.join(", "))
    } else {
        let newline = newline_of(text);
        let lines: String = all.iter().map(|one| format!("{newline}    {one},")).collect();
        format!("({lines}{newline})")
    };
    let after = range_of(&node.name).end;
    let end = node.arguments.as_deref().map_or(after, |one| range_of(one).end);
    edits.replace(after..end, list);
    edits.apply(text)
}

/// `merge_types("Query", (A, B))` with one type more.
fn merged(path: &str, text: &str, name: &str, class: &str, width: usize) -> Result<String, ProposeError> {
    let module = Module::parse(path, text)?;
    let types = module.body.iter().find_map(|stmt| match stmt {
        Stmt::Assign(assign) if assign.targets.first().and_then(last_name) == Some(name) => {
            match &*assign.value {
                Expr::Call(call) => call.arguments.args.get(1).or_else(|| keyword(call, "types")),
                _ => None,
            }
        }
        _ => None,
    });
    let types = types.filter(|one| matches!(one, Expr::Tuple(_) | Expr::List(_)));
    let types = types.ok_or_else(|| {
        ProposeError::NotApplicable(format!("the types that {name} of {path} is merged of are no plain list"))
    })?;
    python_lists::add(&module, types, usize::MAX, &[class.to_owned()], width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_gets_one_base_more_whatever_it_has() {
        for (head, expected) in [
            ("class Query:\n", "class Query(UserQuery):\n"),
            ("class Query(A):\n", "class Query(A, UserQuery):\n"),
            (
                "class Query(AQuery, AnotherQuery):\n",
                "class Query(\n    AQuery,\n    AnotherQuery,\n    UserQuery,\n):\n",
            ),
        ] {
            let text = format!("@strawberry.type\n{head}    pass\n");
            let new = with_base("a.py", &text, "Query", "UserQuery", 40).unwrap();
            assert_eq!(new, format!("@strawberry.type\n{expected}    pass\n"));
        }
    }

    #[test]
    fn merged_types_grow_by_one() {
        let text = "Query = merge_types(\"Query\", (AQuery,))\n";
        let new = merged("a.py", text, "Query", "UserQuery", 88).unwrap();
        assert_eq!(new, "Query = merge_types(\"Query\", (AQuery, UserQuery))\n");
        assert!(merged("a.py", "Query = merge_types(\"Query\", all)\n", "Query", "X", 88).is_err());
    }
}
