//! Where views get their addresses: routers and `urlpatterns`.

use super::{
    survey::{Survey, elements, keyword},
    write::renamed,
};
use crate::{
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, line_end, newline_of},
        python::{Module, last_name, range_of, string_value},
        recipe::names::Name,
    },
};
use ruff_python_ast::{Expr, Stmt};
use std::ops::Range;

/// How a view got its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// `router.register(…)`
    Router,
    /// An element of `urlpatterns`.
    Pattern,
}

/// One address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) file: String,
    pub(super) range: Range<usize>,
    pub(super) by: By,
    pub(super) url: String,
    /// Last name of the view.
    pub(super) view: String,
    /// `name=` of a pattern, `basename=` of a registration; empty where there is none.
    pub(super) name: String,
}

impl Route {
    /// The parameter of the address of one row: `pk`, `book_id`.
    pub(super) fn parameter(&self) -> Option<&str> {
        let (_, rest) = self.url.split_once('<')?;
        let inside = rest.split('>').next()?;
        Some(inside.rsplit(':').next().unwrap_or(inside))
    }
}

/// Every address that a file of the project gives to a view.
pub(super) fn find(survey: &Survey<'_>) -> Vec<Route> {
    let mut routes = Vec::new();
    for (path, module) in &survey.modules {
        for stmt in &module.body {
            match stmt {
                Stmt::Expr(expr) => routes.extend(registered(path, &expr.value, stmt)),
                Stmt::Assign(assign) => patterns(path, &assign.value, &mut routes),
                Stmt::AugAssign(assign) => patterns(path, &assign.value, &mut routes),
                Stmt::AnnAssign(assign) => {
                    if let Some(value) = &assign.value {
                        patterns(path, value, &mut routes);
                    }
                }
                _ => {}
            }
        }
    }
    routes
}

fn registered(path: &str, expr: &Expr, stmt: &Stmt) -> Option<Route> {
    let Expr::Call(call) = expr else { return None };
    if last_name(&call.func) != Some("register") {
        return None;
    }
    let [url, view, ..] = &*call.arguments.args else { return None };
    let name = keyword(expr, "basename").or_else(|| call.arguments.args.get(2)).and_then(string_value);
    Some(Route {
        file: path.to_owned(),
        range: range_of(stmt),
        by: By::Router,
        url: string_value(url)?,
        view: last_name(view)?.to_owned(),
        name: name.unwrap_or_default(),
    })
}

fn patterns(path: &str, list: &Expr, routes: &mut Vec<Route>) {
    for element in elements(list) {
        let Expr::Call(call) = element else { continue };
        if !matches!(last_name(&call.func), Some("path" | "re_path" | "url")) {
            continue;
        }
        let [url, view, ..] = &*call.arguments.args else { continue };
        let view = match view {
            Expr::Call(made) => match &*made.func {
                Expr::Attribute(attribute) if attribute.attr.as_str() == "as_view" => {
                    last_name(&attribute.value)
                }
                _ => None,
            },
            other => last_name(other),
        };
        let (Some(url), Some(view)) = (string_value(url), view) else { continue };
        routes.push(Route {
            file: path.to_owned(),
            range: range_of(element),
            by: By::Pattern,
            url,
            view: view.to_owned(),
            name: keyword(element, "name").and_then(string_value).unwrap_or_default(),
        });
    }
}

/// The text of a file with routes like the example's after the last of their kind.
pub(super) fn add(
    module: &Module<'_>,
    like_routes: &[&Route],
    like: &Name,
    name: &Name,
    views: &[(String, String)],
) -> Result<String, ProposeError> {
    let mut edits = Edits::default();
    let text = module.text;
    let written = |route: &Route| {
        let source = text.get(route.range.clone()).unwrap_or_default();
        let mut new = renamed(source, like, name);
        for (old_view, new_view) in views {
            // A view whose name does not show the resource has a name of ours.
            if *old_view == route.view && !new.contains(new_view.as_str()) {
                new = new.replace(old_view.as_str(), new_view);
            }
        }
        new
    };
    let registers: Vec<&&Route> = like_routes.iter().filter(|route| route.by == By::Router).collect();
    for route in &registers {
        let last = module
            .body
            .iter()
            .filter(|stmt| matches!(stmt, Stmt::Expr(expr) if registered("", &expr.value, stmt).is_some()))
            .map(|stmt| range_of(stmt).end)
            .max()
            .unwrap_or(route.range.end);
        let newline = newline_of(text);
        edits.insert(line_end(text, last), format!("{}{newline}", written(route)));
    }
    let mut elements: Vec<&&Route> = like_routes.iter().filter(|route| route.by == By::Pattern).collect();
    elements.sort_by_key(|route| route.range.start);
    if let Some(last) = elements.last() {
        let indent = indent_of(text, last.range.start);
        let newline = newline_of(text);
        let mut added = String::new();
        for route in &elements {
            added.push_str(&format!(",{newline}{indent}{}", written(route)));
        }
        edits.insert(last.range.end, added);
    }
    edits.apply(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str) -> String {
        let texts = [("shop/urls.py".to_owned(), text.to_owned())].into();
        let survey = Survey::of(&texts);
        let routes = find(&survey);
        let like: Vec<&Route> =
            routes.iter().filter(|route| route.view.to_lowercase().contains("book")).collect();
        let (from, to) = (Name::of("book"), Name::of("book_review"));
        add(survey.modules.get("shop/urls.py").unwrap(), &like, &from, &to, &[]).unwrap()
    }

    #[test]
    fn a_view_is_registered_after_the_last_one() {
        let text = "router = DefaultRouter()\nrouter.register(\"books\", BookViewSet)\nrouter.register(\"authors\", AuthorViewSet)\n\nurlpatterns = router.urls\n";
        let expected = "router = DefaultRouter()\nrouter.register(\"books\", BookViewSet)\nrouter.register(\"authors\", AuthorViewSet)\nrouter.register(\"book-reviews\", BookReviewViewSet)\n\nurlpatterns = router.urls\n";
        assert_eq!(added(text), expected);
    }

    #[test]
    fn patterns_are_added_after_the_examples() {
        let text = "urlpatterns = [\n    path('books/', views.book_list, name='book-list'),\n    path('books/<int:book_id>/', views.book_detail),\n    path('health/', views.health),\n]\n";
        let expected = "urlpatterns = [\n    path('books/', views.book_list, name='book-list'),\n    path('books/<int:book_id>/', views.book_detail),\n    path('book-reviews/', views.book_review_list, name='book-review-list'),\n    path('book-reviews/<int:book_review_id>/', views.book_review_detail),\n    path('health/', views.health),\n]\n";
        assert_eq!(added(text), expected);
    }
}
