//! Everything that is known before a file is rendered, and the files.

use super::{
    access::{self, Access},
    example::Example,
    migrations,
    parents::{self, Parent},
    project::Project,
    routes,
    survey::{self, Survey},
    views::{self, Owner},
    write::{Habits, carried, exchanged, renamed, used_names},
};
use crate::{
    domain::{
        diff::changes_between,
        layer::Layer,
        place::Place,
        proposal::{Content, FileChange, Note},
    },
    ports::ProposeError,
    propose::{
        python::Module,
        recipe::{
            fastapi::register,
            fields::Field,
            head::StepHead,
            render::render,
            resource::{Ask, Draft},
        },
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// Folder of the recipe under `resources/recipes`.
pub(super) const RECIPE: &str = "django-drf";

/// Everything that is known before a file is rendered.
pub(super) struct Plan<'a> {
    pub(super) ask: &'a Ask<'a>,
    pub(super) survey: Survey<'a>,
    pub(super) project: Project,
    pub(super) example: Example,
    pub(super) access: Access,
    pub(super) parents: Vec<Parent>,
    pub(super) habits: Habits,
    pub(super) owner: Option<Owner>,
    pub(super) created: migrations::Created,
    pub(super) app_folder: String,
    pub(super) app_label: String,
}

/// One part of the resource: where it goes, and what it follows.
pub(super) struct Part {
    pub(super) path: String,
    /// The example's file.
    pub(super) like_path: String,
    pub(super) place: Option<Place>,
}

/// Why a part of a file is as it is: its layer, what it follows, a sentence.
type Noted = (Layer, Option<Place>, String);

/// Texts by path, each with the parts in it.
type Written = BTreeMap<String, (String, Vec<Noted>)>;

/// A file that knows the example, edited.
struct Registration {
    path: String,
    text: String,
    noted: Noted,
}

/// Proposes the resource.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    let texts = survey::texts(ask)?;
    Plan::read(ask, &texts)?.draft()
}

impl<'a> Plan<'a> {
    fn read(ask: &'a Ask<'a>, texts: &'a survey::Texts) -> Result<Self, ProposeError> {
        let survey = Survey::of(texts);
        let project = Project::read(&survey);
        let app = ask.request.inputs.get("app").map(|app| app.trim()).filter(|app| !app.is_empty());
        let example = Example::find(&survey, app)?;
        let parents = parents::parents(&ask.fields, &ask.name, &example.model.class, &survey, &project)?;
        let (app_folder, app_label) = survey.app_of(&example.model.path);
        let created = migrations::created(&survey, &app_folder, &example.model.path, &example.model.class);
        let Some(created) = created else {
            return Err(ProposeError::NotApplicable(format!(
                "no migration of {app_label} creates {}, so there is none to learn from",
                example.model.class
            )));
        };
        let owner = views::owner(&example.views);
        let mut attributes: BTreeSet<String> = ask.fields.iter().map(|field| field.name.clone()).collect();
        attributes.extend(created.inherited.iter().map(|column| column.name.clone()));
        let access = access::read(&survey, &project, &example.views, &attributes);
        let paths = [example.model.path.as_str(), &example.serializer_path];
        let habits = habits(ask, &survey, &project, &paths)?;
        Ok(Self {
            ask,
            survey,
            project,
            example,
            access,
            parents,
            habits,
            owner,
            created,
            app_folder,
            app_label,
        })
    }

    /// All files, and the remarks on them.
    fn draft(self) -> Result<Draft, ProposeError> {
        self.refuse_clashes()?;
        let mut remarks = self.conventions();
        // By path: two parts may stand in one file.
        let mut files = Written::new();
        for step in &self.ask.head.steps {
            self.ask.go_on()?;
            let Some(part) = self.part(step.layer, &mut remarks)? else { continue };
            let text =
                self.text(step, &part, files.get(&part.path).map(|(text, _)| text.as_str()), &mut remarks)?;
            let Some(text) = text else { continue };
            let noted = (step.layer, part.place, step.reason.clone());
            let entry = files.entry(part.path).or_default();
            entry.0 = text;
            entry.1.push(noted);
        }
        for Registration { path, text, noted } in self.registrations(&files)? {
            let entry = files.entry(path).or_default();
            entry.0 = text;
            entry.1.push(noted);
        }
        let files = files.into_iter().map(|(path, (text, noted))| self.change(path, text, &noted)).collect();
        Ok(Draft { like: self.example.like.plural.clone(), files, remarks })
    }

    /// A file's change, with a note on each changed part.
    fn change(&self, path: String, text: String, noted: &[Noted]) -> FileChange {
        let old = self.survey.modules.get(path.as_str()).map_or("", |module| module.text);
        let changes = changes_between(old, &text);
        let many = changes.len();
        let notes = changes
            .into_iter()
            .enumerate()
            .filter_map(|(index, change)| {
                // The last changes are the parts, in order; what is before them are imports.
                let from_end = many - 1 - index;
                let (layer, place, reason) = noted.iter().rev().nth(from_end).or(noted.first())?;
                Some(Note {
                    start: change.new_start + 1,
                    end: change.new_start + 1 + u32::try_from(change.new_lines.len()).unwrap_or(0),
                    reason: reason.clone(),
                    citation: place.clone(),
                    criteria: Vec::new(),
                    step: self.ask.step_for(*layer),
                })
            })
            .collect();
        FileChange { path, content: Content::Text { text }, notes }
    }

    /// Where a layer's part goes; `None` where the project has no such layer.
    fn part(&self, layer: Layer, remarks: &mut Vec<String>) -> Result<Option<Part>, ProposeError> {
        let example = &self.example;
        let model = &example.model;
        let beside = |path: &str, place: Option<Place>| {
            Some(Part { path: self.beside(path), like_path: path.to_owned(), place })
        };
        Ok(match layer {
            Layer::Model => beside(&model.path, self.survey.class_place(&model.path, &model.class)),
            Layer::Schema => beside(
                &example.serializer_path,
                self.survey.class_place(&example.serializer_path, &example.serializer),
            ),
            Layer::Service => {
                example.services.as_ref().and_then(|known| beside(&known.path, Some(known.place.clone())))
            }
            Layer::Router => example.view().and_then(|view| beside(&view.path, Some(view.place.clone()))),
            Layer::Config => example.admin.as_ref().and_then(|path| {
                let module = self.survey.modules.get(path.as_str())?;
                let line = module.text.lines().position(|line| line.contains(&model.class))?;
                beside(path, Some(Place::new(path.clone(), u32::try_from(line + 1).unwrap_or(1))))
            }),
            Layer::Migration => {
                let Some(leaf) = migrations::leaf(&self.survey, &self.app_folder, &self.app_label)? else {
                    remarks.push(format!(
                        "{} has no migration, so there is none of the new table.",
                        self.app_label
                    ));
                    return Ok(None);
                };
                let name = migrations::next_name(&leaf.name, &self.ask.name.pascal.to_lowercase());
                let like_path = leaf.place.path.clone();
                Some(Part { path: format!("{}{name}.py", leaf.folder), like_path, place: Some(leaf.place) })
            }
            _ => {
                let like_path =
                    example.tests.clone().unwrap_or_else(|| format!("{}/tests.py", self.app_folder));
                let (folder, file) = like_path.rsplit_once('/').unwrap_or(("", &like_path));
                let path = match self.beside(&like_path) {
                    path if path != like_path || file == "tests.py" => path,
                    _ if folder.is_empty() => format!("test_{}.py", self.ask.name.plural),
                    _ => format!("{folder}/test_{}.py", self.ask.name.plural),
                };
                let place = self.survey.modules.get(like_path.as_str()).map(|module| {
                    let line = module.body.iter().find_map(|stmt| match stmt {
                        ruff_python_ast::Stmt::ClassDef(class) => Some(module.line(&class.name)),
                        ruff_python_ast::Stmt::FunctionDef(function) => Some(module.line(&function.name)),
                        _ => None,
                    });
                    Place::new(like_path.clone(), line.unwrap_or(1))
                });
                let place = place.or_else(|| example.view().map(|view| view.place.clone()));
                Some(Part { path, like_path, place })
            }
        })
    }

    /// The file beside the example's that is named after the new resource, or the same file.
    pub(super) fn beside(&self, path: &str) -> String {
        let (folder, file) = path.rsplit_once('/').map_or(("", path), |(folder, file)| (folder, file));
        let file = exchanged(file, &self.example.like, &self.ask.name);
        if folder.is_empty() { file } else { format!("{folder}/{file}") }
    }

    /// The text of a file with the part in it; `None` where the part is left to the user.
    fn text(
        &self,
        step: &StepHead,
        part: &Part,
        before: Option<&str>,
        remarks: &mut Vec<String>,
    ) -> Result<Option<String>, ProposeError> {
        let (extra, candidates) = match step.layer {
            Layer::Test => match tests_of(self) {
                Ok(found) => found,
                Err(why) => {
                    remarks.push(why);
                    return Ok(None);
                }
            },
            layer => (self.context()?, self.candidates(layer, part)),
        };
        let mut body = render(RECIPE, &step.template, &extra, |_| {})?;
        if step.layer == Layer::Test {
            body = super::tests_of::assembled(&body, self.is_pytest());
        }
        let known = before.or_else(|| self.survey.modules.get(part.path.as_str()).map(|module| module.text));
        let text = match known {
            Some(text) => self.habits.grown(&part.path, text, &body, &candidates)?,
            None => self.habits.file(&part.path, &body, &candidates)?,
        };
        Ok(Some(text))
    }

    /// Edits of the files that know the example: addresses, and packages that pass names on.
    fn registrations(&self, files: &Written) -> Result<Vec<Registration>, ProposeError> {
        let (like, name) = (&self.example.like, &self.ask.name);
        let mut all = Vec::new();
        let Some(file) = self.example.routes.first().map(|route| route.file.as_str()) else { return Ok(all) };
        if let Some(module) = self.survey.modules.get(file) {
            let known = files.get(file).map_or(module.text, |(text, _)| text.as_str());
            let module = Module::parse(file, known)?;
            let again = routes::find(&Survey::of(&[(file.to_owned(), known.to_owned())].into()));
            let own: Vec<&routes::Route> = again
                .iter()
                .filter(|route| {
                    self.example
                        .routes
                        .iter()
                        .any(|known| (&known.view, &known.url) == (&route.view, &route.url))
                })
                .collect();
            let views: Vec<(String, String)> = self
                .example
                .views
                .iter()
                .zip(self.view_names())
                .map(|(view, new)| (view.name.clone(), new))
                .collect();
            let line = own
                .first()
                .map_or(1, |route| crate::propose::edits::line_number(module.text, route.range.start));
            let text = routes::add(&module, &own, like, name, &views)?;
            let used = used_names(&Module::parse(file, &text)?);
            let is_new = self.example.view().is_some_and(|view| self.beside(&view.path) != view.path);
            let candidates: Vec<String> = carried(&module)
                .iter()
                .filter_map(|candidate| {
                    let (from, bound) = candidate.split_once(':')?;
                    let old_view = views.iter().find(|(old, _)| old == bound);
                    let new = old_view.map_or_else(|| exchanged(bound, like, name), |(_, new)| new.clone());
                    let from = if is_new { exchanged(from, like, name) } else { from.to_owned() };
                    (new != bound).then(|| format!("{from}:{new}"))
                })
                .collect();
            let text = self.habits.with_imports(file, &text, &used, &candidates)?;
            let reason = "Gives the new views their addresses.".to_owned();
            all.push(Registration {
                path: file.to_owned(),
                text,
                noted: (Layer::Router, Some(Place::new(file, line)), reason),
            });
        }
        let defined = self.defined();
        for path in files.keys().filter(|path| !self.survey.modules.contains_key(path.as_str())) {
            let Some((folder, _)) = path.rsplit_once('/') else { continue };
            let package = format!("{folder}/__init__.py");
            let Some(module) = self.survey.modules.get(package.as_str()) else { continue };
            if all.iter().any(|known: &Registration| known.path == package) {
                continue;
            }
            if let Some(text) = register::export(&package, module.text, like, name, &defined)? {
                let line =
                    module.text.lines().position(|line| renamed(line, like, name) != line).unwrap_or(0);
                let place = Place::new(package.clone(), u32::try_from(line + 1).unwrap_or(1));
                let reason = "Makes the new names known where the others are.".to_owned();
                let text = self.habits.wrapped(&text);
                all.push(Registration { path: package, text, noted: (Layer::Model, Some(place), reason) });
            }
        }
        Ok(all)
    }

    /// A class, a view, an address or a file that is there already stops the recipe.
    fn refuse_clashes(&self) -> Result<(), ProposeError> {
        let clash = |what: String, place: Place| Err(ProposeError::Clash { what, place: place.to_string() });
        let defined = self.defined();
        for (path, module) in self.survey.modules.iter().filter(|(path, _)| !path.contains("/migrations/")) {
            let known = module.classes().find(|class| defined.contains(class.name.as_str()));
            if let Some(class) = known {
                return clash(format!("a class {}", class.name), Place::new(*path, module.line(&class.name)));
            }
            let is_view = self.example.views.iter().any(|view| view.path == *path);
            let known = module.functions().find(|one| is_view && defined.contains(one.name.as_str()));
            if let Some(function) = known {
                return clash(
                    format!("a view {}", function.name),
                    Place::new(*path, module.line(&function.name)),
                );
            }
        }
        let parts = [
            Some(&self.example.model.path),
            Some(&self.example.serializer_path),
            self.example.tests.as_ref(),
        ];
        for like_path in parts.into_iter().flatten() {
            let path = self.beside(like_path);
            if path != *like_path && self.survey.modules.contains_key(path.as_str()) {
                return clash(path.clone(), Place::new(path, 1));
            }
        }
        let known = routes::find(&self.survey);
        for route in &self.example.routes {
            let url = renamed(&format!("\"{}\"", route.url), &self.example.like, &self.ask.name);
            let url = url.trim_matches('"');
            if url == route.url {
                return Err(ProposeError::NotApplicable(format!(
                    "the address {:?} of {} in {} does not name its resource, so none can be made like it",
                    route.url, route.view, route.file
                )));
            }
            if let Some(taken) = known.iter().find(|other| other.file == route.file && other.url == url) {
                return clash(
                    format!("an address {url:?} of {}", taken.view),
                    Place::new(taken.file.clone(), 1),
                );
            }
        }
        Ok(())
    }

    /// The parent of a field.
    pub(super) fn parent(&self, field: &Field) -> Option<&Parent> {
        self.parents.iter().find(|parent| parent.field == field.name)
    }
}

/// The test's context and candidates.
fn tests_of(plan: &Plan<'_>) -> Result<(minijinja::Value, Vec<String>), String> {
    let own = super::tests_of::context_of(plan)?;
    let shared = plan.context().map_err(|error| error.to_string())?;
    let models: Vec<String> = own
        .get_attr("test_models")
        .ok()
        .and_then(|models| models.try_iter().ok().map(|all| all.map(|one| one.to_string()).collect()))
        .unwrap_or_default();
    let candidates = plan.test_candidates(&models);
    Ok((minijinja::context! { ..own, ..shared }, candidates))
}

/// The formatter's settings, and the top-level packages.
pub(super) fn habits(
    ask: &Ask<'_>,
    survey: &Survey<'_>,
    project: &Project,
    paths: &[&str],
) -> Result<Habits, ProposeError> {
    let mut settings = String::new();
    for folder in [project.import_root.as_str(), ""] {
        for file in ["pyproject.toml", "ruff.toml", ".ruff.toml", "setup.cfg", "tox.ini", ".flake8"] {
            if let Some(text) = ask.workspace.text(&format!("{folder}{file}"))? {
                settings.push_str(&text);
                settings.push('\n');
            }
        }
    }
    let own = survey
        .modules
        .keys()
        .filter_map(|path| path.strip_prefix(project.import_root.as_str()))
        .filter_map(|path| path.split('/').next().map(|first| first.trim_end_matches(".py").to_owned()))
        .collect();
    let sources: Vec<&str> =
        paths.iter().filter_map(|path| survey.modules.get(path)).map(|module| module.text).collect();
    Ok(Habits::read(&settings, &sources, own))
}
