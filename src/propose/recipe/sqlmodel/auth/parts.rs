//! What the templates of sign-in see, and where the names that they use come from.

use super::{DEPENDENCIES, SENT, Sessions};
use crate::{
    domain::layer::Layer,
    ports::ProposeError,
    propose::recipe::{
        fastapi::auth::common,
        fields::{Field, Kind},
        python_text::exchanged,
        sqlmodel::columns,
        typescript::words,
    },
};
use minijinja::{Value, context};

impl Sessions<'_> {
    /// Where the names of a part come from.
    pub(super) fn candidates(&self, path: &str) -> Vec<String> {
        let plan = &self.plan;
        let mut all: Vec<String> =
            ["re", "secrets", "uuid", "asyncio:to_thread", "datetime:datetime"].map(str::to_owned).into();
        let utc = self.home().context(self.hash, &plan.ask.workspace).ok();
        let utc = utc.and_then(|value| value.get_attr("utc_import").ok()?.as_str().map(str::to_owned));
        all.extend(utc);
        all.extend(
            [
                "typing:Annotated",
                "typing:Any",
                "typing:cast",
                "collections.abc:Callable",
                "fastapi:APIRouter",
                "fastapi:Depends",
                "fastapi:HTTPException",
                "fastapi:Request",
                "fastapi.security:HTTPAuthorizationCredentials",
                "fastapi.security:HTTPBearer",
                "pydantic:field_validator",
                "sqlalchemy:CursorResult",
                "sqlalchemy:DateTime",
                "sqlalchemy.exc:IntegrityError",
                "sqlmodel:Field",
                "sqlmodel:SQLModel",
                "sqlmodel:col",
                "sqlmodel:delete",
                "sqlmodel:select",
                "sqlmodel:update",
            ]
            .map(str::to_owned),
        );
        let routes = &plan.example.routes;
        let session = if routes.is_async { "sqlmodel.ext.asyncio.session" } else { "sqlmodel" };
        all.push(format!("{session}:{}", self.session_type()));
        all.push(self.home().import("security"));
        let mut of = |layer: Layer, part: &str, names: &[&str]| {
            let own = self.path(layer, part);
            if own != path {
                let module = plan.module_of(&own);
                all.extend(names.iter().map(|name| format!("{module}:{name}")));
            }
        };
        let user_out = plan.named(&plan.example.read);
        of(Layer::Model, "", &["User", "RefreshToken", &user_out]);
        of(Layer::Model, "", &SENT);
        of(Layer::Router, "dependencies", &DEPENDENCIES);
        of(Layer::Config, "limit", &["AttemptLimit"]);
        let module = plan.module_of(&self.path(Layer::Repository, ""));
        all.push(
            module.rsplit_once('.').map_or(module.clone(), |(package, name)| format!("{package}:{name}")),
        );
        all.extend(plan.carried_from(&routes.path));
        // A file needs nothing from itself.
        let own = format!("{}:", plan.module_of(path));
        all.retain(|candidate| !candidate.starts_with(&own));
        all
    }

    fn session_type(&self) -> &'static str {
        if self.plan.example.routes.is_async { "AsyncSession" } else { "Session" }
    }

    /// What every template may use.
    pub(super) fn context(&self) -> Result<Value, ProposeError> {
        let plan = &self.plan;
        let routes = &plan.example.routes;
        let stated = plan.states_tables();
        let is_uuid = routes.id_type.contains("UUID");
        let attribute = |optional: bool| {
            let field = Field {
                name: "at".into(),
                kind: Kind::DateTime,
                optional,
                unique: false,
                index: false,
                min: None,
                max: None,
            };
            columns::attribute(&field, None, plan.is_untyped()).get_attr("base").unwrap_or_default()
        };
        let key = plan.key_line();
        let module = |layer: Layer| plan.module_of(&self.path(layer, ""));
        let data = module(Layer::Repository);
        let model = module(Layer::Model);
        let (url, url_imports) = self.url();
        let home = self.home().context(self.hash, &plan.ask.workspace)?;
        let shared = context! { ..common::tests(&self.tests), ..home };
        Ok(context! {
            stated,
            users => if stated { "users" } else { "user" },
            tokens => if stated { "refresh_tokens" } else { "refreshtoken" },
            // A key that the database gives is not there before it did.
            key_is_optional => key.contains("None"),
            key,
            id_type => routes.id_type.clone(),
            id => context! {
                sa => if is_uuid { "sa.Uuid()" } else { "sa.Integer()" },
                unknown => if is_uuid { "00000000-0000-4000-8000-000000000000" } else { "999999" },
            },
            expires_at => attribute(false),
            used_at => attribute(true),
            user_out => plan.named(&plan.example.read),
            session => context! { name => routes.session.name.clone(), parameter => routes.session.written.clone() },
            session_type => self.session_type(),
            router_call => exchanged(&routes.call, &plan.example.like, &self.subject),
            dependencies_apart => self.alias.is_some(),
            data => data.rsplit('.').next().unwrap_or_default(),
            model_import => format!("{model}:User"),
            router_module => module(Layer::Router),
            url,
            url_imports,
            query => "exec",
            select_import => "sqlmodel:select",
            test_session_import => if self.tests.session_is_async {
                "sqlmodel.ext.asyncio.session:AsyncSession"
            } else {
                "sqlmodel:Session"
            },
            def => if routes.is_async { "async def" } else { "def" },
            await => if routes.is_async { "await " } else { "" },
            ..shared
        })
    }

    /// Python of the address below which the routes are, and what that needs imported.
    fn url(&self) -> (String, Vec<String>) {
        let plan = &self.plan;
        let tests = plan.example.tests.as_deref().and_then(|path| plan.modules.get(path));
        let stated = tests.and_then(|module| plan.addresses(module.text, &self.subject));
        if let Some((_, address)) = stated {
            let used = words(&address);
            let carried = plan.example.tests.as_deref().map(|path| plan.carried_from(path));
            let of_name = |one: &String| one.rsplit(':').next().is_some_and(|name| used.contains(name));
            let imports = carried.unwrap_or_default().into_iter().filter(of_name).collect();
            return (format!("{}\"{address}\"", if address.contains('{') { "f" } else { "" }), imports);
        }
        let own = plan.ask.map.endpoints.iter().filter(|one| one.file == plan.example.routes.path);
        let known = own
            .map(|one| one.path.split("/{").next().unwrap_or_default())
            .map(|path| (path, exchanged(path, &plan.example.like, &self.subject)))
            .filter(|(path, new)| path != new)
            .min_by_key(|(path, _)| path.len());
        let address = known.map_or_else(|| "/auth".to_owned(), |(_, new)| new);
        (format!("\"{}\"", address.trim_end_matches('/')), Vec::new())
    }
}
