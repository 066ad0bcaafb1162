//! What the templates of `auth` are told.

use super::{
    super::{example::Role, survey::relative},
    Sessions,
};
use crate::{
    domain::layer::Layer,
    propose::recipe::names::{Name, snake},
};
use minijinja::{Value, context};

/// The shortest password; what is shorter is guessed.
const LEAST_LENGTH: u32 = 12;
/// The columns whose names have several words.
const COLUMNS: [&str; 5] = ["passwordHash", "userId", "tokenHash", "expiresAt", "usedAt"];

impl Sessions<'_> {
    /// What a template is told for a file.
    pub(super) fn context(&self, role: Option<Role>, path: &str) -> Value {
        let plan = &self.plan;
        let is_snake = plan.snake_columns || plan.table.names_columns;
        let db = Value::from_pairs(
            COLUMNS.iter().map(|name| (*name, if is_snake { snake(name) } else { (*name).to_owned() })),
        );
        let from = |layer: Layer, part: &str| relative(path, &self.path(layer, part), plan.extension);
        let from = context! {
            user => from(Layer::Model, "user"),
            token => from(Layer::Model, "token"),
            credentials => from(Layer::Schema, "credentials"),
            renewal => from(Layer::Schema, "renewal"),
            security => from(Layer::Config, "security"),
            guard => from(Layer::Config, "guard"),
            decorator => from(Layer::Config, "user"),
            roles => from(Layer::Config, "roles"),
            service => from(Layer::Service, ""),
            controller => from(Layer::Router, ""),
        };
        let table = |name: &str, plural: &str| {
            let is_object = plan.table.argument.starts_with('{');
            let argument = if is_object { format!("{{ name: '{plural}' }}") } else { format!("'{plural}'") };
            context! {
                class => plan.example.class_for(Role::Entity, &Name::of(name)),
                table => plural,
                argument,
            }
        };
        let end = plan.class(Role::Create);
        let end = ["Dto", "DTO", "Input", "Request", "Payload", "Body"]
            .into_iter()
            .find(|word| end.ends_with(word));
        let end = end.unwrap_or("Dto");
        context! {
            hash => self.hash.name(),
            hasher => self.hasher,
            least => LEAST_LENGTH,
            issuer => self.issuer(),
            db,
            named => plan.table.names_columns && !plan.snake_columns,
            from,
            users => table("user", "users"),
            tokens => table("refresh_token", "refresh_tokens"),
            credentials => format!("Credentials{end}"),
            renewal => format!("Renewal{end}"),
            ..plan.context(role, path)
        }
    }

    /// The project's own name, else a word for any.
    fn issuer(&self) -> String {
        let manifest: serde_json::Value = serde_json::from_str(&self.plan.manifest).unwrap_or_default();
        let name = manifest.get("name").and_then(|name| name.as_str()).unwrap_or_default();
        let plain: String =
            name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
        if plain.is_empty() { "app".into() } else { plain }
    }
}
