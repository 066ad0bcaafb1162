//! The resource that a new one is modelled on: its model, serializer, views, tests.

use super::{
    routes::{self, By, Route},
    services::Services,
    survey::{ModelRef, Survey, assigned, bases, nested},
    views::{Form, View, view_of},
};
use crate::{
    ports::ProposeError,
    propose::{
        python::last_name,
        recipe::{
            names::{Name, snake},
            typescript::words,
        },
    },
};
use std::collections::BTreeMap;

/// The example.
#[derive(Debug)]
pub(super) struct Example {
    pub(super) like: Name,
    pub(super) model: ModelRef,
    pub(super) serializer_path: String,
    pub(super) serializer: String,
    /// One view set, or the collection's view and that of one row.
    pub(super) views: Vec<View>,
    /// The routes of those views, in the same order.
    pub(super) routes: Vec<Route>,
    pub(super) services: Option<Services>,
    pub(super) tests: Option<String>,
    pub(super) admin: Option<String>,
}

impl Example {
    /// Finds it; `NotApplicable` says what is missing.
    pub(super) fn find(survey: &Survey<'_>, wanted_app: Option<&str>) -> Result<Self, ProposeError> {
        Self::among(survey, wanted_app, None)
    }

    /// The same for one model alone.
    pub(super) fn of_model(survey: &Survey<'_>, model: &str) -> Result<Self, ProposeError> {
        Self::among(survey, None, Some(model))
    }

    fn among(
        survey: &Survey<'_>,
        wanted_app: Option<&str>,
        only: Option<&str>,
    ) -> Result<Self, ProposeError> {
        let serializers = serializers(survey);
        let mut served: BTreeMap<String, Vec<(Route, View)>> = BTreeMap::new();
        for route in routes::find(survey) {
            let Some(view) = view_of(survey, &route) else { continue };
            let Some(model) = model_of(survey, &serializers, &view) else { continue };
            served.entry(model).or_default().push((route, view));
        }
        let mut best: Option<((bool, bool, usize), Self)> = None;
        let mut nearest = None;
        for (model, routed) in served.iter().filter(|(model, _)| only.is_none_or(|only| only == *model)) {
            nearest.get_or_insert(model);
            let Some(known) = survey.models.get(model).filter(|known| !known.is_abstract) else { continue };
            let (folder, label) = survey.app_of(&known.path);
            if wanted_app.is_some_and(|wanted| wanted != label && !folder.ends_with(wanted)) {
                continue;
            }
            let Some(chosen) = chosen(routed) else { continue };
            let own = |(_, (_, of)): &(&String, &(String, String))| of == model;
            let in_view = chosen.iter().find_map(|(_, view)| {
                let words = words(&view.source);
                serializers.iter().filter(own).find(|(class, _)| words.contains(*class))
            });
            let Some((serializer, (serializer_path, _))) = in_view.or(serializers.iter().find(own)) else {
                continue;
            };
            let (routes, views): (Vec<Route>, Vec<View>) = chosen.into_iter().cloned().unzip();
            let like = Name::of(&snake(model));
            let services = Services::find(survey, &like, &views);
            let tests = tests(survey, &like, model);
            let admin = admin(survey, model);
            // An application that is not named after its one resource is a home for others.
            let is_home = snake(&label) != like.plural && label != like.snake;
            let is_tested = tests.as_ref().is_some_and(|(_, is_named)| *is_named);
            let parts = [is_tested, tests.is_some(), services.is_some(), admin.is_some()];
            let is_whole = views.iter().all(|view| view.is_whole);
            let rank = (is_whole, is_home, parts.into_iter().filter(|has| *has).count());
            if best.as_ref().is_none_or(|(known, _)| rank > *known) {
                let example = Self {
                    like,
                    model: known.clone(),
                    serializer_path: serializer_path.clone(),
                    serializer: serializer.clone(),
                    views,
                    routes,
                    services,
                    tests: tests.map(|(path, _)| path),
                    admin,
                };
                best = Some((rank, example));
            }
        }
        best.map(|(_, example)| example).ok_or_else(|| {
            if let (Some(model), None) = (only, nearest) {
                let what = format!("no views of {model} with addresses were found to add a route to; the recipe resource makes them");
                return ProposeError::NotApplicable(what);
            }
            ProposeError::NotApplicable(match (wanted_app, nearest) {
                (Some(app), _) => format!("no resource of the application {app} has a model, a serializer and views with addresses to learn from"),
                (None, Some(model)) => format!(
                    "no resource to learn from: {model} is the nearest, but its views are neither a view set behind \
                     a router nor one view of the collection and one of a row"
                ),
                (None, None) => {
                    "no resource to learn from: the recipe needs a model with a serializer of the REST framework and views with addresses".into()
                }
            })
        })
    }

    pub(super) fn form(&self) -> Form {
        self.views.first().map_or(Form::ViewSet, |view| view.form)
    }

    /// The first view: the view set, or that of the collection.
    pub(super) fn view(&self) -> Option<&View> {
        self.views.first()
    }
}

/// Serializers by class: their file and model.
fn serializers(survey: &Survey<'_>) -> BTreeMap<String, (String, String)> {
    let mut all = BTreeMap::new();
    for (path, module) in &survey.modules {
        for class in module.classes() {
            let is_serializer = bases(class)
                .iter()
                .any(|base| last_name(base).is_some_and(|name| name.ends_with("Serializer")));
            let model = nested(class, "Meta").and_then(|meta| assigned(meta, "model")).and_then(last_name);
            if let (true, Some(model)) = (is_serializer, model) {
                all.entry(class.name.to_string()).or_insert(((*path).to_owned(), model.to_owned()));
            }
        }
    }
    all
}

/// The model that a view is about.
fn model_of(
    survey: &Survey<'_>,
    serializers: &BTreeMap<String, (String, String)>,
    view: &View,
) -> Option<String> {
    if let Some((_, class)) = survey.class(&view.path, &view.name)
        && let Some(serializer) = assigned(&class.body, "serializer_class").and_then(last_name)
        && let Some((_, model)) = serializers.get(serializer)
    {
        return Some(model.clone());
    }
    let words = words(&view.source);
    let by_serializer = serializers.iter().find(|(class, _)| words.contains(*class));
    by_serializer
        .map(|(_, (_, model))| model.clone())
        .or_else(|| survey.models.keys().find(|model| words.contains(*model)).cloned())
}

/// The view set of a resource, or its two views.
fn chosen(routed: &[(Route, View)]) -> Option<Vec<&(Route, View)>> {
    let set = |(route, view): &&(Route, View)| {
        view.form == Form::ViewSet && route.by == By::Router && !route.url.contains('<')
    };
    if let Some(found) = routed.iter().find(set) {
        return Some(vec![found]);
    }
    let is_row = |url: &str| url.matches('<').count() == 1 && url.trim_end_matches(['/', '$']).ends_with('>');
    for collection in routed.iter().filter(|(route, _)| !route.url.contains('<')) {
        let row = routed.iter().find(|(route, view)| {
            is_row(&route.url)
                && route.file == collection.0.file
                && route.url.starts_with(&collection.0.url)
                && view.form == collection.1.form
                && view.name != collection.1.name
        });
        if let Some(row) = row {
            return Some(vec![collection, row]);
        }
    }
    None
}

/// The tests of a resource: a file that is named after it, or one that names its model; whether
/// it is so named.
fn tests(survey: &Survey<'_>, like: &Name, model: &str) -> Option<(String, bool)> {
    let is_test = |path: &str| {
        let file = path.rsplit('/').next().unwrap_or_default();
        file == "tests.py" || file.starts_with("test_") || file.ends_with("_test.py")
    };
    let all = || survey.modules.iter().filter(|(path, _)| is_test(path));
    let is_named = |path: &str| {
        let stem = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".py");
        super::write::exchanged(stem, like, &Name::of("proscenium")) != stem
    };
    let about = |text: &str| words(text).contains(model);
    let named = all().find(|(path, _)| is_named(path)).map(|(path, _)| ((*path).to_owned(), true));
    named
        .or_else(|| all().find(|(_, module)| about(module.text)).map(|(path, _)| ((*path).to_owned(), false)))
}

/// The file that shows the model to administrators.
fn admin(survey: &Survey<'_>, model: &str) -> Option<String> {
    let shown = survey.modules.iter().find(|(path, module)| {
        (path.ends_with("/admin.py") || path.contains("/admin/"))
            && module.text.contains("register(")
            && words(module.text).contains(model)
    });
    shown.map(|(path, _)| (*path).to_owned())
}
