//! Customs of a project's controllers and modules that a new resource keeps: its own pipe, the
//! key under which bodies come, tags of the documentation, and middleware before what changes
//! rows.

use super::survey::Survey;
use crate::{
    domain::place::Place,
    propose::{
        recipe::sources::Source,
        script::{Class, Method},
    },
};
use std::collections::BTreeMap;

/// A class, and the file it is in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named {
    pub(super) class: String,
    pub(super) path: String,
}

/// Middleware that modules put before requests that change rows.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) middleware: Named,
    /// Modules that give it what it is made with.
    pub(super) modules: Vec<Named>,
    /// `public `, or nothing.
    pub(super) public: &'static str,
    /// The module that shows it.
    pub(super) place: Place,
}

fn controllers(survey: &Survey) -> impl Iterator<Item = (&Source, &Class)> {
    survey.classes().filter(|(_, class)| class.mark("Controller").is_some())
}

/// Handlers that get something.
fn writers(class: &Class) -> impl Iterator<Item = &Method> {
    class.methods.iter().filter(|method| method.mark(&["Post", "Put", "Patch"]).is_some())
}

/// A pipe of the project's own that handlers check bodies with: `new ValidationPipe()`.
pub(super) fn pipe(survey: &Survey) -> Option<Named> {
    controllers(survey).find_map(|(source, class)| {
        let marks = class.marks.iter().chain(class.methods.iter().flat_map(|method| &method.marks));
        marks.filter(|mark| mark.name == "UsePipes").find_map(|mark| {
            let [argument] = mark.arguments.as_slice() else { return None };
            let name = argument.strip_prefix("new ")?.strip_suffix("()")?;
            let (import, _) = source.script.import_of(name)?;
            let found = survey.resolve(&source.path, &import.from)?;
            Some(Named { class: name.to_owned(), path: found.path.clone() })
        })
    })
}

/// Whether most bodies come below a key that is called like what they are.
pub(super) fn keys_bodies(survey: &Survey) -> bool {
    let bodies = controllers(survey).flat_map(|(_, class)| writers(class)).flat_map(|one| &one.parameters);
    let marks = bodies.flat_map(|one| &one.marks).filter(|mark| mark.name == "Body");
    let (keyed, plain): (Vec<_>, Vec<_>) = marks.partition(|mark| mark.text().is_some());
    keyed.len() > plain.len()
}

/// Whether most controllers have a mark.
pub(super) fn marks_controllers(survey: &Survey, name: &str) -> bool {
    let (with, without): (Vec<_>, Vec<_>) =
        controllers(survey).partition(|(_, class)| class.mark(name).is_some());
    with.len() > without.len()
}

/// `Put` where controllers change rows with it and never with `Patch`.
pub(super) fn update_verb(survey: &Survey) -> &'static str {
    let has = |verb: &str| {
        let mut methods = controllers(survey).flat_map(|(_, class)| &class.methods);
        methods.any(|method| method.mark(&[verb]).is_some())
    };
    if has("Put") && !has("Patch") { "Put" } else { "Patch" }
}

/// The middleware that most modules put before what changes rows, where it can be made in a module
/// that imports others.
pub(super) fn gate(survey: &Survey) -> Option<Gate> {
    let mut found: BTreeMap<Named, (usize, Place, &'static str)> = BTreeMap::new();
    for (source, class) in survey.classes().filter(|(_, class)| class.mark("Module").is_some()) {
        let Some(method) = class.methods.iter().find(|method| method.name == "configure") else { continue };
        for applied in source.slice(&method.body).split(".apply(").skip(1) {
            let Some((name, routes)) = applied.split_once(')') else { continue };
            let changes = ["POST", "PUT", "PATCH", "DELETE"].iter();
            let count = changes.map(|verb| routes.matches(&format!("RequestMethod.{verb}")).count()).sum();
            let Some((import, _)) = source.script.import_of(name).filter(|_| count > 0) else { continue };
            let Some(from) = survey.resolve(&source.path, &import.from) else { continue };
            let named = Named { class: name.to_owned(), path: from.path.clone() };
            let public = if method.is_public { "public " } else { "" };
            let place = source.place(class.name_at);
            let entry = found.entry(named).or_insert((0, place.clone(), public));
            // The module with most such routes shows it best.
            if count > entry.0 {
                *entry = (count, place, public);
            }
        }
    }
    let (middleware, (_, place, public)) = found.into_iter().max_by_key(|(_, (count, _, _))| *count)?;
    let source = survey.get(&middleware.path)?;
    let class = source.script.classes.iter().find(|class| class.name == middleware.class)?;
    let mut modules = Vec::new();
    for parameter in &class.parameters {
        let module = exporting(survey, &parameter.ty)?;
        if !modules.contains(&module) {
            modules.push(module);
        }
    }
    Some(Gate { middleware, modules, public, place })
}

/// The module that exports a class.
fn exporting(survey: &Survey, ty: &str) -> Option<Named> {
    survey.classes().filter(|(_, class)| class.mark("Module").is_some()).find_map(|(source, class)| {
        let exports = source.script.lists.iter().filter(|list| list.key == "exports");
        let mut elements = exports.flat_map(|list| &list.elements);
        elements
            .any(|range| source.slice(range) == ty)
            .then(|| Named { class: class.name.clone(), path: source.path.clone() })
    })
}

/// How rows are looked for in the installed TypeORM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Finders {
    /// By the values of columns.
    pub(super) one: &'static str,
    /// Whether there is one: a flag, or a count.
    pub(super) exists: &'static str,
}

/// Those of the version that a manifest names; of one that it does not, the newest.
pub(super) fn finders(manifest: &str) -> Finders {
    let range = manifest.split_once("\"typeorm\"").and_then(|(_, rest)| rest.split('"').nth(1));
    let digits = range.unwrap_or_default().trim_start_matches(|c: char| !c.is_ascii_digit());
    let numbers: Vec<u32> = digits.split('.').map_while(|part| part.parse().ok()).collect();
    let is_old = |minor: u32, patch: u32| {
        matches!(numbers.as_slice(), [0, own, rest @ ..]
            if (*own, rest.first().copied().unwrap_or(u32::MAX)) < (minor, patch))
    };
    if is_old(3, 0) {
        return Finders { one: "findOne", exists: "count" };
    }
    Finders { one: "findOneBy", exists: if is_old(3, 18) { "countBy" } else { "existsBy" } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::script::Script;

    fn survey(files: &[(&str, &str)]) -> Survey {
        let source = |(path, text): &(&str, &str)| {
            let script = Script::parse(path, text).unwrap();
            ((*path).to_owned(), Source { path: (*path).into(), text: (*text).into(), script })
        };
        Survey { sources: files.iter().map(source).collect() }
    }

    #[test]
    fn a_gate_comes_with_the_modules_that_it_needs() {
        let all = survey(&[
            (
                "src/notes/notes.module.ts",
                "import { Gate } from '../people/gate';\n@Module({})\nexport class NotesModule {\n  configure(consumer) {\n    consumer.apply(Gate).forRoutes({ path: 'notes', method: RequestMethod.POST });\n  }\n}\n",
            ),
            (
                "src/people/gate.ts",
                "@Injectable()\nexport class Gate {\n  constructor(private readonly people: PeopleService) {}\n}\n",
            ),
            (
                "src/people/people.module.ts",
                "@Module({ providers: [PeopleService], exports: [PeopleService] })\nexport class PeopleModule {}\n",
            ),
        ]);
        let gate = gate(&all).unwrap();
        assert_eq!(
            (gate.middleware.class.as_str(), gate.modules[0].class.as_str(), gate.place.to_string().as_str()),
            ("Gate", "PeopleModule", "src/notes/notes.module.ts:3")
        );
    }

    #[test]
    fn bodies_and_pipes_are_those_of_the_project() {
        let all = survey(&[
            (
                "src/a.controller.ts",
                "import { CheckPipe } from './pipes/check.pipe';\n@ApiTags('a')\n@Controller('a')\nexport class AController {\n  @UsePipes(new CheckPipe())\n  @Put(':id')\n  update(@Param('id') id: string, @Body('a') a: ADto) {}\n}\n",
            ),
            ("src/pipes/check.pipe.ts", "export class CheckPipe {}\n"),
        ]);
        assert_eq!(pipe(&all).unwrap().path, "src/pipes/check.pipe.ts");
        assert!(keys_bodies(&all) && marks_controllers(&all, "ApiTags"));
        assert!(!marks_controllers(&all, "UseGuards"));
        assert_eq!(update_verb(&all), "Put");
        assert_eq!(update_verb(&survey(&[])), "Patch");
    }

    #[test]
    fn rows_are_looked_for_as_the_version_of_typeorm_can() {
        for (range, one, exists) in [
            ("^0.2.24", "findOne", "count"),
            ("0.3.11", "findOneBy", "countBy"),
            ("~0.3.31", "findOneBy", "existsBy"),
            ("^1.1.1", "findOneBy", "existsBy"),
            ("latest", "findOneBy", "existsBy"),
        ] {
            let found = finders(&format!("{{ \"typeorm\": \"{range}\" }}"));
            assert_eq!((found.one, found.exists), (one, exists), "{range}");
        }
    }
}
