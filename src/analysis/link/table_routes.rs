//! Endpoints of route tables, with the methods that handle them.

use super::{linker::Linker, path, project::FileId, report::Report, value::Value};
use crate::{
    analysis::facts::{Lang, ScopeId},
    domain::{
        map::{Endpoint, EndpointKind},
        place::Place,
    },
};

impl Linker<'_> {
    /// Adds the routes that stand in tables.
    pub fn add_table_routes(&mut self, report: &mut Report) {
        for route in std::mem::take(&mut self.tables.routes) {
            let Some(pack) = self.rules.pack(route.pack) else { continue };
            let lang = pack.languages.iter().find_map(|name| Lang::from_name(name));
            let style = pack.path_params;
            let (class, method) =
                route.controller.split_once("::").unwrap_or((&route.controller, "__invoke"));
            let definition = lang.and_then(|lang| self.table_handler(lang, class, method, &route.file));
            let short = class.rsplit('\\').next().unwrap_or(class);
            let handler = if short.is_empty() { String::new() } else { format!("{short}.{method}") };
            let handler_place = definition.and_then(|(file, scope)| {
                let facts = self.facts(file)?;
                Some(Place::new(facts.path.clone(), facts.line(facts.scope(scope)?.name_span.start)))
            });
            for method in &route.verbs {
                let endpoint = Endpoint {
                    kind: EndpointKind::Http,
                    method: method.clone(),
                    path: path::normalise(&route.path, style),
                    handler: handler.clone(),
                    file: route.file.clone(),
                    line: route.line,
                    handler_place: handler_place.clone(),
                };
                report.endpoints.push((endpoint, definition));
            }
        }
        report.sort();
    }

    fn table_handler(
        &mut self,
        lang: Lang,
        class: &str,
        method: &str,
        from: &str,
    ) -> Option<(FileId, ScopeId)> {
        self.refuel();
        let name = class.trim_start_matches('\\').replace('\\', ".");
        let (file, class) = self.resolvers.of(lang).class_named(&name, from, self.files)?;
        match self.class_member(file, class, method) {
            Value::Function(file, function) => Some((file, function)),
            _ => Some((file, class)),
        }
    }
}
