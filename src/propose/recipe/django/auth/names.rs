//! Where the names come from that the files of the new application use.

use super::Sessions;
use crate::{domain::layer::Layer, propose::recipe::django::views::Form};

/// What the files of the application import from others.
const IN_CONFIG: [&str; 8] = [
    "os",
    "django.apps:AppConfig",
    "django.conf:settings",
    "django.core.checks:Error",
    "django.core.checks:Tags",
    "django.core.checks:register",
    "django.core.exceptions:ImproperlyConfigured",
    "typing:Any",
];
const IN_SERIALIZERS: [&str; 12] = [
    "typing:Any",
    "django.contrib.auth:get_user_model",
    "django.contrib.auth.models:AbstractBaseUser",
    "django.contrib.auth.password_validation:validate_password",
    "django.core.exceptions:ObjectDoesNotExist",
    "rest_framework:serializers",
    "rest_framework_simplejwt.exceptions:InvalidToken",
    "rest_framework_simplejwt.exceptions:TokenError",
    "rest_framework_simplejwt.serializers:TokenRefreshSerializer",
    "rest_framework_simplejwt.token_blacklist.models:BlacklistedToken",
    "rest_framework_simplejwt.token_blacklist.models:OutstandingToken",
    "rest_framework_simplejwt.tokens:UntypedToken",
];
const IN_THROTTLES: [&str; 4] = [
    "hashlib",
    "rest_framework.request:Request",
    "rest_framework.throttling:SimpleRateThrottle",
    "rest_framework.views:APIView",
];
const IN_VIEWS: [&str; 12] = [
    "django.contrib.auth:get_user_model",
    "django.contrib.auth.models:AbstractBaseUser",
    "django.db:transaction",
    "django.utils.decorators:method_decorator",
    "rest_framework:generics",
    "rest_framework.permissions:AllowAny",
    "rest_framework.permissions:IsAdminUser",
    "rest_framework.permissions:IsAuthenticated",
    "rest_framework.throttling:ScopedRateThrottle",
    "rest_framework_simplejwt.authentication:JWTAuthentication",
    "rest_framework_simplejwt.views:TokenObtainPairView",
    "rest_framework_simplejwt.views:TokenRefreshView",
];
/// Beside those of views where views are functions; classes have attributes of these names.
const IN_FUNCTIONS: [&str; 8] = [
    "uuid:UUID",
    "django.shortcuts:get_object_or_404",
    "rest_framework:status",
    "rest_framework.decorators:api_view",
    "rest_framework.decorators:authentication_classes",
    "rest_framework.decorators:permission_classes",
    "rest_framework.request:Request",
    "rest_framework.response:Response",
];
const IN_URLS: [&str; 2] = ["django.urls:path", "rest_framework_simplejwt.views:TokenBlacklistView"];
const IN_TESTS: [&str; 15] = [
    "os",
    "datetime:timedelta",
    "unittest:mock",
    "pytest",
    "django.apps:apps",
    "django.contrib.auth:get_user_model",
    "django.contrib.auth.hashers:get_hasher",
    "django.contrib.auth.hashers:identify_hasher",
    "django.core.cache:cache",
    "django.core.exceptions:ImproperlyConfigured",
    "django.test:override_settings",
    "django.urls:reverse",
    "rest_framework.test:APIClient",
    "rest_framework.test:APITestCase",
    "rest_framework_simplejwt.tokens:AccessToken",
];

impl Sessions<'_> {
    /// Where the names of a file come from.
    pub(super) fn candidates(&self, layer: Layer, part: &str) -> Vec<String> {
        let general: &[&str] = match (layer, part) {
            (Layer::Test, _) => &IN_TESTS,
            (Layer::Config, _) => &IN_CONFIG,
            (Layer::Schema, _) => &IN_SERIALIZERS,
            (_, "urls") => &IN_URLS,
            (_, "throttles") => &IN_THROTTLES,
            _ => &IN_VIEWS,
        };
        let mut all: Vec<String> = general.iter().map(|one| (*one).to_owned()).collect();
        if layer == Layer::Router && part.is_empty() && self.example.form() == Form::Functions {
            all.extend(IN_FUNCTIONS.map(str::to_owned));
        }
        let own = self.path(layer, part);
        let mut of = |file: &str, names: &[&str]| {
            let from = if self.is_relative() && layer != Layer::Test {
                format!(".{file}")
            } else {
                format!("{}.{file}", self.app.dotted)
            };
            // A file needs nothing from itself.
            if own != format!("{}{file}.py", self.app.folder) {
                all.extend(names.iter().map(|name| format!("{from}:{name}")));
            }
        };
        of("checks", &["LEAST_KEY_BYTES", "signing_key_is_set"]);
        of("serializers", &["RefreshSerializer", "RegisterSerializer", "UserSerializer"]);
        of("throttles", &["LoginNameThrottle"]);
        if part == "urls" {
            of(
                "views",
                &[
                    "LoginView",
                    "MeView",
                    "RefreshView",
                    "RegisterView",
                    "UserView",
                    "me",
                    "register",
                    "user_detail",
                ],
            );
        }
        all
    }

    /// Whether the example's files import each other by dots.
    fn is_relative(&self) -> bool {
        let module = self.example.view().and_then(|view| self.survey.modules.get(view.path.as_str()));
        module.is_some_and(|module| module.import_froms().any(|import| import.level > 0))
    }
}
