//! What the templates of `auth` are told, and the names that their texts may import.

use super::Sessions;
use crate::{domain::layer::Layer, propose::recipe::axum::manifest::package_name};
use minijinja::{Value, context};

/// The shortest password; what is shorter is guessed.
const LEAST_LENGTH: u32 = 12;

/// Packages, of which a text imports what it names.
const PACKAGES: [&str; 50] = [
    "argon2::Argon2",
    "argon2::password_hash::PasswordHasher",
    "argon2::password_hash::PasswordVerifier",
    "argon2::password_hash::phc::PasswordHash",
    "axum::extract::ConnectInfo",
    "axum::extract::FromRequestParts",
    "axum::http::Extensions",
    "axum::http::header::AUTHORIZATION",
    "axum::http::header::RETRY_AFTER",
    "axum::http::header::WWW_AUTHENTICATE",
    "axum::http::request::Parts",
    "axum::response::IntoResponse",
    "axum::response::Response",
    "axum::routing::post",
    "jsonwebtoken::Algorithm",
    "jsonwebtoken::DecodingKey",
    "jsonwebtoken::EncodingKey",
    "jsonwebtoken::Header",
    "jsonwebtoken::Validation",
    "jsonwebtoken::decode",
    "jsonwebtoken::encode",
    "serde::Deserialize",
    "serde::Serialize",
    "sha2::Digest",
    "sha2::Sha256",
    "std::collections::BTreeMap",
    "std::collections::VecDeque",
    "std::marker::PhantomData",
    "std::net::Ipv4Addr",
    "std::net::SocketAddr",
    "std::sync::Mutex",
    "std::sync::OnceLock",
    "std::sync::PoisonError",
    "std::sync::atomic::AtomicU32",
    "std::sync::atomic::Ordering",
    "std::time::Duration",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::time::UNIX_EPOCH",
    "tokio::task::spawn_blocking",
    "validator::Validate",
    "validator::ValidationError",
    "axum::Json",
    "axum::Router",
    "axum::body::Body",
    "axum::body::to_bytes",
    "axum::http::Request",
    "axum::http::StatusCode",
    "serde_json::Value",
    "serde_json::json",
];

impl Sessions<'_> {
    /// What every template is told.
    pub(super) fn context(&self) -> Value {
        let plan = &self.plan;
        let style = &plan.style;
        let state = style.state.split(':').next().unwrap_or_default();
        let state = state.trim_start_matches("State(").trim_end_matches(')').trim();
        let is_own = style.repository_result.contains("sqlx");
        let id = plan.row.fields.iter().find(|(name, _)| name == "id").map_or("i64", |(_, ty)| ty.as_str());
        context! {
            hash => self.hash.name(),
            least => LEAST_LENGTH,
            issuer => self.package(),
            state_name => state,
            result_form => if is_own { style.repository_result.clone() } else { "Result<{}, sqlx::Error>".to_owned() },
            or_missing => self.or_missing(),
            error_key => self.error_key(),
            key_is_text => id.contains("Uuid"),
            ..context! { ..self.setup.clone(), ..plan.context() }
        }
    }

    /// The package as sources name it.
    pub(super) fn package(&self) -> String {
        package_name(&self.manifest)
    }

    /// What makes an answer of a user who is not there.
    fn or_missing(&self) -> String {
        let error = &self.plan.style.error;
        match self.plan.style.not_found {
            "string" => format!(".ok_or_else(|| {error}::NotFound(format!(\"user {{id}}\")))"),
            "text" => format!(".ok_or({error}::NotFound(\"user\"))"),
            _ => format!(".ok_or({error}::NotFound)"),
        }
    }

    /// The key under which the project's errors say what is wrong.
    fn error_key(&self) -> String {
        let short = self.plan.style.error.rsplit("::").next().unwrap_or_default();
        let own =
            self.plan.sources.iter().find(|(_, file, _)| file.enums.iter().any(|one| one.name == short));
        let key = own.and_then(|(_, _, text)| {
            let (_, rest) = text.split_once("json!({")?;
            let inner = rest.trim_start().strip_prefix('"')?;
            inner.split_once('"').map(|(key, _)| key.to_owned())
        });
        let is_plain = |key: &String| key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        key.filter(is_plain).unwrap_or_else(|| "error".into())
    }

    /// Every name that a layer's file may import.
    pub(super) fn candidates(&self, layer: Layer) -> Vec<(String, String)> {
        let own = |path: String| (path.clone(), path.rsplit("::").next().unwrap_or_default().to_owned());
        let mut all = Vec::new();
        if layer == Layer::Test {
            let package = self.package();
            all.extend(
                ["security", "rate_limit::AttemptLimit"].map(|name| own(format!("{package}::{name}"))),
            );
        } else {
            all.push(own("crate::security".into()));
            all.push(own("crate::rate_limit::AttemptLimit".into()));
            let (rows, bodies) = (self.row_module(Layer::Model), self.row_module(Layer::Schema));
            all.extend(["User", "RefreshToken"].map(|name| own(format!("{rows}::{name}"))));
            all.extend(
                ["Credentials", "Renewal", "Tokens", "UserOut"].map(|name| own(format!("{bodies}::{name}"))),
            );
            if layer == Layer::Service {
                all.push(own(self.module(Layer::Repository)));
            }
            if layer == Layer::Router {
                all.push(own(self.module(Layer::Service)));
                all.push(own(format!("{}::AuthError", self.module(Layer::Service))));
            }
        }
        all.extend(PACKAGES.map(|path| own(path.to_owned())));
        all.extend(self.plan.candidates(layer));
        all
    }

    /// Where rows are imported from: the folder's own module, where that hands them on.
    fn row_module(&self, layer: Layer) -> String {
        let module = self.module(layer);
        match module.rsplit_once("::") {
            Some((folder, _)) if self.hands_on() => folder.to_owned(),
            _ => module,
        }
    }
}
