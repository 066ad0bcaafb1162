//! Whom the resource's own routes ask for: a user, and whose rows are whose.

use super::{columns::is_table, files::dotted, rows_of::is_session, work::Work};
use crate::{
    domain::place::Place,
    propose::{
        python::Module,
        recipe::{fastapi::tokens, fields},
    },
};
use ruff_python_ast::Stmt;
use std::collections::BTreeMap;

impl Work<'_> {
    /// Where the example's handler asks for a user, or empty.
    pub(super) fn dependants_of_user(&self) -> String {
        let Some(module) = self.reader.modules.get(self.collection.path) else { return String::new() };
        let row = self.collection.row;
        let place = || Place::new(self.collection.path, module.line(&row.function.name)).to_string();
        let speaks_of_user = |text: &str| {
            let text = text.to_lowercase();
            ["user", "token", "auth", "principal", "account", "member"].iter().any(|word| text.contains(word))
        };
        let own = self.dependencies(row.function);
        let asks = own
            .iter()
            .any(|one| !is_session(one) && speaks_of_user(&one.text) && !speaks_of_service(&one.text));
        let source = module.source(row.decorator);
        let by_decorator = source.contains("Depends(") && speaks_of_user(source);
        let by_router = module.body.iter().any(|stmt| {
            let source = module.source(stmt);
            matches!(stmt, Stmt::Assign(_)) && source.contains("APIRouter(") && source.contains("Depends(")
        });
        if asks || by_decorator || by_router { place() } else { String::new() }
    }

    /// The user's class that rows belong to, where the handler asks for one.
    pub(super) fn owner(&self) -> Option<String> {
        let row = self.collection.row.function;
        let given = self.dependencies(row);
        let classes = row.parameters.iter_non_variadic_params().filter_map(|parameter| {
            if !given.iter().any(|one| one.name == parameter.name().as_str()) {
                return None;
            }
            let class = self.reader.annotated(self.collection.path, parameter.parameter.annotation()?)?;
            is_table(class.node).then(|| class.node.name.to_string())
        });
        let belongs = |class: &String| {
            let kind = fields::Kind::BelongsTo(class.clone());
            self.model.columns.iter().any(|column| column.kind == kind)
        };
        classes.into_iter().find(belongs)
    }

    /// The module of a `create_access_token(subject, expires_delta)`.
    pub(super) fn expired_token(&self) -> Option<String> {
        let modules: BTreeMap<&str, &Module<'_>> =
            self.reader.modules.iter().map(|(path, one)| (*path, one)).collect();
        let path = tokens::expiring(&modules)?;
        Some(dotted(self.reader, self.model, path))
    }
}

fn speaks_of_service(text: &str) -> bool {
    let of = text.split_once(':').map_or("", |(_, of)| of);
    of.contains("Service") || of.contains("Repository") || of.contains("UseCase")
}
