//! How the application serves GraphQL: the module that does, or a place for one; what serves it in
//! another way is refused.

use super::super::{
    errors::root,
    framework, imports,
    plan::{Plan, backend_root},
    survey::{Source, Survey},
    with_package,
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_number, newline_of},
        recipe::{
            resource::Edited,
            typescript::{Candidate, Habits},
        },
        script::unquoted,
    },
};

/// Packages that serve GraphQL, or HTTP, in another way than the recipe writes for.
const OTHERS: [&str; 10] = [
    "@graphql-yoga/nestjs",
    "@nestjs/mercurius",
    "@nestjs/platform-fastify",
    "@pothos/core",
    "apollo-server-express",
    "express-graphql",
    "graphql-yoga",
    "mercurius",
    "nexus",
    "type-graphql",
];
/// Words of a set-up whose schema is written by hand, or that has another driver.
const OTHER_WORDS: [(&str, &str); 5] = [
    ("typePaths", "reads the schema from files: it is schema-first"),
    ("GraphQLDefinitionsFactory", "makes classes of schema files: it is schema-first"),
    ("MercuriusDriver", "uses Mercurius"),
    ("YogaDriver", "uses Yoga"),
    ("ApolloGatewayDriver", "is a gateway, which has no resolvers"),
];
/// What serves GraphQL.
const SERVES: &str = "GraphQLModule.forRoot";

/// The way in.
pub(super) struct Server {
    /// Where the module is among imports; `None` where it is not there yet.
    pub(super) place: Option<Place>,
    /// `/graphql`.
    pub(super) address: String,
}

/// Reads it; another library, and a schema that is written first, are refused with where.
pub(super) fn read(plan: &Plan<'_>, manifest: &str) -> Result<Server, ProposeError> {
    let known = "the recipe graphql writes classes for @nestjs/graphql with Apollo on Express";
    for name in OTHERS {
        if let Some(at) = plan.manifest.find(&format!("\"{name}\"")) {
            let place = Place::new(manifest, line_number(&plan.manifest, at));
            return Err(ProposeError::NotApplicable(format!("{place} names {name}; {known}")));
        }
    }
    let sources = || plan.survey.sources.values().filter(|source| source.script.suites.is_empty());
    for source in sources().filter(|source| source.text.contains("GraphQL")) {
        for (word, why) in OTHER_WORDS {
            if let Some(at) = source.text.find(word) {
                return Err(ProposeError::NotApplicable(format!("{} {why}; {known}", source.place(at))));
            }
        }
    }
    match sources().find_map(|source| Some((source, source.text.find(SERVES)?))) {
        Some((source, at)) => {
            Ok(Server { place: Some(source.place(at)), address: address(&plan.survey, source, at) })
        }
        None => {
            let major = framework(&plan.manifest).unwrap_or(11);
            if major < 11 {
                return Err(ProposeError::NotApplicable(format!(
                    "{manifest} asks for NestJS {major}; the recipe graphql sets GraphQL up for NestJS 11 and newer"
                )));
            }
            Ok(Server { place: None, address: "/graphql".into() })
        }
    }
}

/// The address that the module's options say.
fn address(survey: &Survey, source: &Source, at: usize) -> String {
    let options = source.text.get(at..).unwrap_or_default();
    let path = options.split_once("path:").and_then(|(_, rest)| {
        let rest = rest.trim_start();
        unquoted(rest.split([',', '\n', '}']).next()?)
    });
    let path = format!("/{}", path.unwrap_or_else(|| "graphql".into()).trim_matches('/'));
    if !options.contains("useGlobalPrefix: true") {
        return path;
    }
    let prefix = survey.sources.values().find_map(|source| {
        let (_, rest) = source.text.split_once("setGlobalPrefix(")?;
        unquoted(rest.split([',', ')']).next()?)
    });
    prefix.map_or(path.clone(), |prefix| format!("/{}{path}", prefix.trim_matches('/')))
}

/// The root module with GraphQL among its imports, and the manifest with its packages.
pub(super) fn registered(
    plan: &mut Plan<'_>,
    manifest: &str,
    reason: &str,
) -> Result<Vec<FileChange>, ProposeError> {
    let Some((root, module)) = root::find(&plan.survey) else {
        return Err(ProposeError::NotApplicable(
            "no statement NestFactory.create(…) with a module of this repository was found, so there is no place for \
             GraphQL"
                .into(),
        ));
    };
    let Some((new, at)) = joined(root, &plan.habits)? else {
        return Err(ProposeError::Input {
            what: format!("{module} ({}) has no imports, so there is no place for GraphQL", root.path),
            hint: "give the module a list of imports first".into(),
        });
    };
    let edited = plan.ask.edited(Edited {
        path: &root.path,
        old: &root.text,
        new,
        reason: reason.to_owned(),
        like: Some(root.place(at)),
        layer: Layer::Config,
    });
    Ok(std::iter::once(edited).chain(packages(plan, manifest)?).collect())
}

/// The manifest with what is missing; a remark where it has no list of packages.
fn packages(plan: &mut Plan<'_>, path: &str) -> Result<Option<FileChange>, ProposeError> {
    // Two numbers ahead of the framework.
    let own = format!("^{}.0.0", framework(&plan.manifest).unwrap_or(11).saturating_add(2));
    let wanted = [
        ("@apollo/server", "^5.0.0"),
        ("@as-integrations/express5", "^1.1.0"),
        ("@nestjs/apollo", own.as_str()),
        ("@nestjs/graphql", own.as_str()),
        ("graphql", "^16.11.0"),
    ];
    let missing =
        wanted.iter().filter(|(name, _)| !plan.manifest.contains(&format!("\"{name}\""))).collect::<Vec<_>>();
    if missing.is_empty() {
        return Ok(None);
    }
    let names = || missing.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let new = missing.iter().try_fold(plan.manifest.clone(), |text, (name, version)| {
        with_package(&text, "dependencies", name, version)
    });
    let Some(new) = new else {
        let remark = format!("Add {} to the packages that the program needs.", names());
        plan.remarks.push(remark);
        return Ok(None);
    };
    let remark = format!("Install {} before anything runs: the lock file is not written here.", names());
    plan.remarks.push(remark);
    let at = plan.manifest.find("\"dependencies\"").unwrap_or_default();
    Ok(Some(plan.ask.edited(Edited {
        path,
        old: &plan.manifest,
        new,
        reason: "Serves GraphQL.".into(),
        like: Some(Place::new(path, line_number(&plan.manifest, at))),
        layer: Layer::Config,
    })))
}

/// The manifest of the backend that a source belongs to.
pub(super) fn manifest_of(path: &str) -> String {
    format!("{}package.json", backend_root(path))
}

/// The root with GraphQL behind the last module that is set up there, and the line it follows.
fn joined(root: &Source, habits: &Habits) -> Result<Option<(String, usize)>, ProposeError> {
    let text = root.text.as_str();
    let is_own = |list: &&crate::propose::script::List| {
        list.key == "imports" && list.within.len() == 1 && list.within.iter().all(|one| one == "Module")
    };
    let Some(list) = root.script.lists.iter().find(is_own) else { return Ok(None) };
    let newline = newline_of(text);
    let elements: Vec<&str> = list.elements.iter().map(|one| root.slice(one)).collect();
    let set_up = elements.iter().rposition(|element| element.contains(".forRoot"));
    let is_broken = root.slice(&list.range).contains('\n');
    let indent = match list.elements.first().filter(|_| is_broken) {
        Some(first) => indent_of(text, first.start).to_owned(),
        None => format!("{}{}", indent_of(text, list.range.start), habits.indent),
    };
    let new = element(&indent, habits, newline);
    let mut edits = Edits::default();
    let at = match (set_up.and_then(|at| list.elements.get(at)), list.elements.first()) {
        (Some(after), _) if is_broken => {
            edits.insert(after.end, format!(",{newline}{indent}{new}"));
            after.start
        }
        (None, Some(first)) if is_broken => {
            edits.insert(first.start, format!("{new},{newline}{indent}"));
            first.start
        }
        _ => {
            let mut all = elements;
            all.insert(set_up.map_or(0, |at| at + 1), &new);
            let comma = if habits.trailing_commas { "," } else { "" };
            let lines = all.join(&format!(",{newline}{indent}"));
            let close = indent_of(text, list.range.start);
            edits.replace(list.range.clone(), format!("[{newline}{indent}{lines}{comma}{newline}{close}]"));
            list.range.start
        }
    };
    let wanted =
        ["@nestjs/apollo:ApolloDriver", "@nestjs/apollo:ApolloDriverConfig", "@nestjs/graphql:GraphQLModule"];
    let wanted: Vec<Candidate> = wanted.iter().filter_map(|one| Candidate::of(one)).collect();
    imports::add(root, &wanted, habits, &mut edits);
    Ok(Some((edits.apply(text)?, at)))
}

/// The module as an element of a list, its first line without indent.
fn element(indent: &str, habits: &Habits, newline: &str) -> String {
    let comma = if habits.trailing_commas { "," } else { "" };
    let deeper = format!("{newline}{indent}{}", habits.indent);
    format!(
        "GraphQLModule.forRoot<ApolloDriverConfig>({{{deeper}driver: ApolloDriver,{deeper}autoSchemaFile: true,\
         {deeper}includeStacktraceInErrorResponses: false{comma}{newline}{indent}}})"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::script::Script;

    fn source(text: &str) -> Source {
        let path = "src/app.module.ts";
        Source { path: path.into(), text: text.into(), script: Script::parse(path, text).unwrap() }
    }

    #[test]
    fn graphql_stands_behind_what_is_set_up_before_it() {
        let habits =
            Habits { quote: '\'', semicolons: true, indent: "  ".into(), width: 80, trailing_commas: true };
        let own = |indent: &str| element(indent, &habits, "\n");
        let head = "import { Module } from '@nestjs/common';\n\n@Module({\n";
        let tail = "})\nexport class AppModule {}\n";
        for (before, after) in [
            ("  imports: [],\n", format!("  imports: [\n    {},\n  ],\n", own("    "))),
            ("  imports: [A],\n", format!("  imports: [\n    {},\n    A,\n  ],\n", own("    "))),
            (
                "  imports: [B.forRoot(), A],\n",
                format!("  imports: [\n    B.forRoot(),\n    {},\n    A,\n  ],\n", own("    ")),
            ),
            (
                "  imports: [\n    B.forRoot(),\n    A,\n  ],\n",
                format!("  imports: [\n    B.forRoot(),\n    {},\n    A,\n  ],\n", own("    ")),
            ),
        ] {
            let (new, _) = joined(&source(&format!("{head}{before}{tail}")), &habits).unwrap().unwrap();
            assert!(new.ends_with(&format!("@Module({{\n{after}{tail}")), "{new}");
        }
        assert!(joined(&source(&format!("{head}{tail}")), &habits).unwrap().is_none());
    }

    #[test]
    fn the_address_is_what_the_options_say() {
        let of = |options: &str| {
            let text = format!("const a = GraphQLModule.forRoot({{ {options} }});\n");
            let source = source(&text);
            let survey = Survey { sources: [(source.path.clone(), source)].into() };
            let source = survey.get("src/app.module.ts").unwrap();
            address(&survey, source, 10)
        };
        assert_eq!(of("autoSchemaFile: true"), "/graphql");
        assert_eq!(of("path: '/api/graph', autoSchemaFile: true"), "/api/graph");
    }
}
