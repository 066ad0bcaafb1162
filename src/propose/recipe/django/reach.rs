//! Where the names that a part uses come from: as the example's file reaches them, or by the
//! module that defines them.

use super::{
    fields, parents,
    plan::{Part, Plan},
    write::{carried, exchanged},
};
use crate::domain::layer::Layer;
use std::collections::BTreeSet;

impl Plan<'_> {
    /// The module from which a file reaches a part, as the example's file does.
    fn reach(&self, from: &str, part: &str, like: &str, new: &str) -> String {
        let target = self.beside(part);
        let is_new = target != part;
        let stated =
            self.survey.modules.get(from).and_then(|module| module.origin_of(like)).map(|(from, _)| from);
        let module = match stated {
            Some(module) if is_new => exchanged(&module, &self.example.like, &self.ask.name),
            Some(module) => module,
            None => self.project.module_of(&target),
        };
        format!("{module}:{new}")
    }

    /// Where the names of a part come from, the most certain first.
    pub(super) fn candidates(&self, layer: Layer, part: &Part) -> Vec<String> {
        let example = &self.example;
        let like = part.like_path.as_str();
        let mut all: Vec<String> = Vec::new();
        let model = || self.reach(like, &example.model.path, &example.model.class, &self.ask.name.pascal);
        match layer {
            Layer::Model => {
                all.push("django.db:models".into());
                all.push("django.conf:settings".into());
                all.extend(self.validators());
            }
            Layer::Migration => {
                all.extend([
                    "django.db:migrations".into(),
                    "django.db:models".into(),
                    "django.conf:settings".into(),
                ]);
                all.extend(["django.db.models.deletion".into(), "django.core.validators".into()]);
                all.extend(self.created.imports.iter().cloned());
                all.push("uuid".into());
            }
            Layer::Schema => all.extend([model(), "rest_framework:serializers".into()]),
            Layer::Service => {
                all.push(model());
                all.extend(
                    ["decimal:Decimal", "datetime:date", "datetime:datetime", "uuid:UUID"].map(str::to_owned),
                );
                all.extend(self.parents.iter().map(|parent| self.parent_import(parent, like)));
            }
            Layer::Router => {
                all.push(model());
                all.push(self.reach(like, &example.serializer_path, &example.serializer, &self.serializer()));
                if let (Some(known), Some((class, names))) = (&example.services, self.services()) {
                    if known.class.is_empty() {
                        for (old, new) in known.names.iter().zip(&names) {
                            all.push(self.reach(like, &known.path, old, new));
                        }
                    } else {
                        all.push(self.reach(like, &known.path, &known.class, &class));
                    }
                }
                all.extend(
                    [
                        "rest_framework:viewsets",
                        "rest_framework:generics",
                        "rest_framework:status",
                        "rest_framework.response:Response",
                        "rest_framework.request:Request",
                        "rest_framework.serializers:BaseSerializer",
                        "rest_framework.permissions:IsAuthenticated",
                        "rest_framework:permissions",
                        "django.shortcuts:get_object_or_404",
                        "django.db.models:QuerySet",
                        "uuid:UUID",
                    ]
                    .map(str::to_owned),
                );
            }
            Layer::Config => all.extend(["django.contrib:admin".into(), model()]),
            _ => {}
        }
        // What the example's file imports is how its names are reached here.
        if let Some(module) = self.survey.modules.get(like).filter(|_| layer != Layer::Migration) {
            let own: Vec<String> = carried(module);
            let bound = |candidate: &String| candidate.rsplit(':').next().unwrap_or_default().to_owned();
            let known: BTreeSet<String> = own.iter().map(&bound).collect();
            all.retain(|candidate| !known.contains(&bound(candidate)));
            all.extend(own);
        }
        all
    }

    /// Where the names of the tests come from.
    pub(super) fn test_candidates(&self, models: &[String]) -> Vec<String> {
        let mut all: Vec<String> = [
            "pytest",
            "datetime:timedelta",
            "django.urls:reverse",
            "django.contrib.auth:get_user_model",
            "rest_framework.test:APITestCase",
            "rest_framework.test:APIClient",
            "rest_framework_simplejwt.tokens:AccessToken",
        ]
        .map(str::to_owned)
        .into();
        let tests = self.example.tests.as_deref().unwrap_or_default();
        for model in models {
            if *model == self.ask.name.pascal {
                all.push(self.reach(tests, &self.example.model.path, &self.example.model.class, model));
            } else if let Some(known) = self.survey.models.get(model) {
                let stated = self.survey.modules.get(tests).and_then(|module| module.origin_of(model));
                let module = stated.map_or_else(|| self.project.module_of(&known.path), |(module, _)| module);
                all.push(format!("{module}:{model}"));
            }
        }
        all
    }

    fn parent_import(&self, parent: &parents::Parent, from: &str) -> String {
        let stated = self.survey.modules.get(from).and_then(|module| module.origin_of(&parent.class));
        let module = match stated {
            Some((module, _)) => module,
            None if parent.path.is_empty() => "django.contrib.auth.models".into(),
            None => self.project.module_of(&parent.path),
        };
        format!("{module}:{}", parent.class)
    }

    fn validators(&self) -> BTreeSet<String> {
        let columns = self.ask.fields.iter().map(|field| fields::column(field, self.parent(field)));
        let names: Vec<String> =
            columns.flat_map(|column| column.validators().map(str::to_owned).collect::<Vec<_>>()).collect();
        names.into_iter().map(|name| format!("django.core.validators:{name}")).collect()
    }
}
