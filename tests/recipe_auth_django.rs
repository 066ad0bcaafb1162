//! The `auth` recipe for Django and the REST framework: sign-in for the users that a project has,
//! in an application of its own, and on the real framework in two projects of opposite habits.
//!
//! The part that needs packages from PyPI runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it keeps its virtual environment in the target folder.

use crate::{
    recipe_again::Memory,
    recipe_auth::{again, assert_all_ran, without_each},
    recipe_hunks,
    recipe_remains::import_without_one,
    support::{
        backend::{
            Texts, assert_cited, fixture, folder_below, insert, is_real, python_packages, run, text_of, with,
            write_tree,
        },
        git::Sandbox,
        grown::ask,
        program::Sandboxed,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

const FRAME: (&str, &str) = ("django", "django-orm");

fn auth(texts: &Texts, inputs: &[(&str, &str)]) -> Result<Proposal, ProposeError> {
    ask("auth", texts, FRAME, inputs)
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

fn has_lines(proposal: &Proposal, path: &str, lines: &[&str]) {
    let text = text_of(proposal, path);
    for line in lines {
        assert!(text.lines().any(|own| own == *line), "{line}\n{text}");
    }
}

#[test]
fn members_of_the_project_sign_in_by_an_application_of_its_own() {
    let texts = fixture("django_app");
    let proposal = auth(&texts, &[("hash", "argon2id")]).unwrap();
    assert_eq!(
        paths(&proposal),
        [
            "authentication/__init__.py",
            "authentication/apps.py",
            "authentication/checks.py",
            "authentication/serializers.py",
            "authentication/tests/__init__.py",
            "authentication/tests/test_auth.py",
            "authentication/throttles.py",
            "authentication/urls.py",
            "authentication/views.py",
            "library/settings.py",
            "library/urls.py",
            "pyproject.toml",
        ]
    );
    assert_cited(&proposal, &texts);
    has_lines(
        &proposal,
        "library/settings.py",
        &[
            "    \"rest_framework_simplejwt.token_blacklist\",",
            "    \"authentication\",",
            "    \"DEFAULT_THROTTLE_RATES\": {\"login\": \"50/min\", \"login_name\": \"5/min\"},",
            "JWT_SECRET = os.environ.get(\"JWT_SECRET\") or secrets.token_urlsafe(48)",
            "    \"ISSUER\": \"library\",",
            "    \"django.contrib.auth.hashers.Argon2PasswordHasher\",",
        ],
    );
    let urls = text_of(&proposal, "library/urls.py");
    let own = "    path(\"api/auth/\", include(\"authentication.urls\")),\n    path(\"api/\", include(\"catalog.urls\")),\n";
    assert!(urls.contains(own), "{urls}");
    has_lines(&proposal, "authentication/views.py", &["class RegisterView(generics.CreateAPIView):"]);
    assert!(text_of(&proposal, "pyproject.toml").contains("\"argon2-cffi>=23.1\"]"));
    assert_eq!(proposal, auth(&texts, &[("hash", "argon2id")]).unwrap());
}

#[test]
fn functions_and_their_types_are_followed_too() {
    let texts = fixture("django_functions");
    let proposal = auth(&texts, &[("hash", "bcrypt")]).unwrap();
    assert_eq!(
        paths(&proposal),
        [
            "backend/accounts/__init__.py",
            "backend/accounts/apps.py",
            "backend/accounts/checks.py",
            "backend/accounts/serializers.py",
            "backend/accounts/throttles.py",
            "backend/accounts/urls.py",
            "backend/accounts/views.py",
            "backend/pyproject.toml",
            "backend/shop/settings.py",
            "backend/shop/urls.py",
            "backend/tests/test_auth.py",
        ]
    );
    assert_cited(&proposal, &texts);
    has_lines(
        &proposal,
        "backend/accounts/views.py",
        &[
            "from accounts.serializers import RefreshSerializer, RegisterSerializer, UserSerializer",
            "@authentication_classes([JWTAuthentication])",
            "def me(request: Request) -> Response:",
        ],
    );
    has_lines(
        &proposal,
        "backend/shop/settings.py",
        &[
            "        'rest_framework.authentication.SessionAuthentication',",
            "    'django.contrib.auth.hashers.BCryptSHA256PasswordHasher',",
        ],
    );
    has_lines(
        &proposal,
        "backend/shop/urls.py",
        &["urlpatterns = [path('v1/auth/', include('accounts.urls')), path('v1/', include('store.urls'))]"],
    );
}

#[test]
fn the_hashers_of_the_settings_stay_unless_another_is_asked_for() {
    let mut texts = fixture("django_app");
    match auth(&texts, &[]) {
        Err(ProposeError::Input { hint, .. }) => assert!(hint.contains("hash=bcrypt is right"), "{hint}"),
        other => panic!("{other:?}"),
    }
    // What tests take says nothing of the program.
    let fast = "from library.settings import *\n\nPASSWORD_HASHERS = [\"django.contrib.auth.hashers.MD5PasswordHasher\"]\n";
    texts.insert("library/settings_test.py".into(), fast.into());
    let proposal = auth(&texts, &[("hash", "argon2id")]).unwrap();
    assert!(text_of(&proposal, "library/settings.py").contains("hashers.Argon2PasswordHasher"));
    assert!(!paths(&proposal).contains(&"library/settings_test.py"));
    let hashers = "PASSWORD_HASHERS = [\n    \"django.contrib.auth.hashers.ScryptPasswordHasher\",\n]\n";
    insert(&mut texts, "library/settings.py", "REST_FRAMEWORK = {", hashers);
    let proposal = auth(&texts, &[]).unwrap();
    assert!(text_of(&proposal, "library/settings.py").contains(hashers));
    assert!(!paths(&proposal).contains(&"pyproject.toml"), "nothing more is needed");
    assert!(proposal.remarks.iter().any(|one| one.contains("the first of PASSWORD_HASHERS")));
    let proposal = auth(&texts, &[("hash", "argon2id")]).unwrap();
    let first = "PASSWORD_HASHERS = [\n    \"django.contrib.auth.hashers.Argon2PasswordHasher\",\n    \"django.contrib.auth.hashers.Scrypt";
    assert!(text_of(&proposal, "library/settings.py").contains(first));
}

fn clash(texts: &Texts) -> (String, String) {
    match auth(texts, &[("hash", "argon2id")]) {
        Err(ProposeError::Clash { what, place }) => (what, place),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_project_that_signs_people_in_is_refused_with_where() {
    let clean = fixture("django_app");
    let mut texts = clean.clone();
    insert(&mut texts, "library/settings.py", "    \"accounts\",", "    \"knox\",\n");
    assert_eq!(clash(&texts), ("sign-in with knox".into(), "library/settings.py:16".into()));
    let mut texts = clean.clone();
    insert(&mut texts, "library/settings.py", "REST_FRAMEWORK = {", "SIMPLE_JWT = {}\n");
    assert_eq!(clash(&texts).0, "sign-in with SIMPLE_JWT");
    let mut texts = clean.clone();
    let route = "    path(\"login/\", admin.site.urls),\n";
    insert(&mut texts, "library/urls.py", "    path(\"api/\"", route);
    let (what, place) = clash(&texts);
    assert!(what.contains("login") && place == "library/urls.py:6", "{what} {place}");
    let mut texts = clean.clone();
    let view = "from rest_framework_simplejwt.tokens import AccessToken, RefreshToken\n";
    texts.insert("accounts/tokens.py".into(), view.into());
    assert_eq!(clash(&texts), ("sign-in with RefreshToken".into(), "accounts/tokens.py:1".into()));
    let mut texts = clean.clone();
    insert(
        &mut texts,
        "catalog/models.py",
        "class Book(",
        "class Reader(models.Model):\n    password = models.CharField(max_length=80)\n\n\n",
    );
    assert_eq!(clash(&texts).0, "a model of users, Reader,");
    let mut texts = clean.clone();
    insert(
        &mut texts,
        "library/urls.py",
        "    path(\"api/\"",
        "    path(\"api/auth/\", include(\"catalog.urls\")),\n",
    );
    let (what, place) = clash(&texts);
    assert!(what.contains("api/auth/") && place.starts_with("library/urls.py:"), "{what} {place}");
    // Both names of the application are taken.
    let mut texts = clean;
    texts.insert("authentication/__init__.py".into(), String::new());
    assert!(clash(&texts).0.contains("authentication"));
}

#[test]
fn what_is_missing_to_build_on_is_told() {
    let mut texts = fixture("django_app");
    let settings = texts.get_mut("library/settings.py").unwrap();
    *settings = settings.replace("    \"django.contrib.auth\",\n", "");
    match auth(&texts, &[("hash", "argon2id")]) {
        Err(ProposeError::NotApplicable(why)) => assert!(why.contains("django.contrib.auth"), "{why}"),
        other => panic!("{other:?}"),
    }
    let mut texts = fixture("django_app");
    let models = texts.get_mut("accounts/models.py").unwrap();
    models.push_str("    REQUIRED_FIELDS = [\"card\"]\n");
    match auth(&texts, &[("hash", "argon2id")]) {
        Err(ProposeError::NotApplicable(why)) => assert!(why.contains("needs card"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn asked_again_it_keeps_what_a_person_wrote_and_the_hash() {
    let memory = Arc::new(Memory::default());
    let base = fixture("django_app");
    let first = again(&base, FRAME, &[("hash", "bcrypt")], &memory).unwrap();
    let mut texts = with(&base, &first);
    let view = "class PraiseView(MeView):\n    pass\n\n\n";
    insert(&mut texts, "authentication/views.py", "class UserView(", view);
    match again(&texts, FRAME, &[], &memory) {
        Err(ProposeError::Nothing(what)) => assert_eq!(what, "the recipe auth"),
        other => panic!("{other:?}"),
    }
    match again(&texts, FRAME, &[("hash", "argon2id")], &memory) {
        Err(ProposeError::Input { what, .. }) => assert!(what.contains("bcrypt"), "{what}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn from_the_command_line_it_is_on_disk_and_a_review_finds_nothing_new() {
    let texts = fixture("django_app");
    let files: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (repository, sandbox) = (Sandbox::with(&files), Sandboxed::new());
    let root = repository.root();
    let command = ["propose", "--recipe", "auth", "--set", "hash=argon2id", "--apply"];
    let ran = sandbox.run(&root, &command).expect(0);
    assert!(ran.err.contains("JWT_SECRET"), "{}", ran.err);
    let review = sandbox.run(&root, &["review", "--base", "HEAD", "--format", "json"]);
    let json = review.json();
    assert_eq!(json["findings"].as_array().unwrap().len(), 0, "{json:#}");
    repository.git(&["add", "."]);
    repository.git(&["commit", "-q", "-m", "auth"]);
    let ran = sandbox.run(&root, &["propose", "--recipe", "auth"]).expect(2);
    assert!(ran.err.contains("the recipe auth changed nothing"), "{}", ran.err);
}

#[test]
fn what_remains_without_any_hunk_parses() {
    for name in ["django_app", "django_functions"] {
        let texts = fixture(name);
        let proposal = auth(&texts, &[("hash", "argon2id")]).unwrap();
        let session = recipe_hunks::session(&texts, &proposal);
        let hunks = session.hunks();
        assert!(hunks.len() > 12, "{} hunks", hunks.len());
        for hunk in &hunks {
            let rest = recipe_hunks::without(&texts, &session, &recipe_hunks::with_dependants(&hunks, hunk));
            for (path, text) in rest.iter().filter(|(path, _)| path.ends_with(".py")) {
                let parsed = ruff_python_parser::parse_module(text);
                assert!(parsed.is_ok(), "{path} without {:?}", hunk.new_lines());
            }
        }
    }
}

/// The environment of all that is proven with Django here.
pub fn packages() -> PathBuf {
    let packages = [
        "django>=5.2,<6",
        "djangorestframework",
        "djangorestframework-simplejwt",
        "argon2-cffi",
        "bcrypt",
        "psycopg[binary]",
        "pytest",
        "pytest-django",
        "ruff",
        "mypy",
        "django-stubs",
    ];
    python_packages("recipe-auth-django", &packages)
}

/// Migrates up, down and up, asks Django for differences, lints, checks types, and counts the
/// tests; then lints without each hunk.
fn prove(texts: &Texts, root: &str, proposal: &Proposal, is_typed: bool) {
    let bin = packages();
    let tool = |name: &str| bin.join(name).to_str().unwrap().to_owned();
    let folder = folder_below(bin.parent().unwrap());
    write_tree(folder.path(), texts, &[proposal]);
    let root_folder = folder.path().join(root);
    let settings = [("PYTHONDONTWRITEBYTECODE", "1"), ("DATABASE_FILE", "proof.sqlite3")];
    let python = |arguments: &[&str]| run(&root_folder, &tool("python"), arguments, &settings, 300);
    for step in ["migrate", "migrate token_blacklist zero", "migrate", "makemigrations --check --dry-run"] {
        let arguments: Vec<&str> = std::iter::once("manage.py").chain(step.split(' ')).collect();
        python(&arguments);
    }
    python(&["manage.py", "check", "--fail-level", "WARNING"]);
    let ruff = |root_folder: &Path| {
        run(root_folder, &tool("ruff"), &["check", "--no-cache", "."], &[], 60);
    };
    ruff(&root_folder);
    run(&root_folder, &tool("ruff"), &["format", "--no-cache", "--diff", "."], &[], 60);
    if is_typed {
        run(&root_folder, &tool("mypy"), &["."], &settings, 300);
    }
    // No key is set: each process makes one.
    let said = python(&["-m", "pytest", "-q", "-p", "no:cacheprovider"]);
    assert_all_ran(&with(texts, proposal), &said);
    without_each(texts, root, proposal, &bin, &ruff);
    import_without_one("users of Django", texts, proposal, &bin, root);
}

#[test]
fn sign_in_of_classes_passes_its_tests() {
    if is_real() {
        let texts = fixture("django_app");
        prove(&texts, "", &auth(&texts, &[("hash", "argon2id")]).unwrap(), false);
    }
}

#[test]
fn sign_in_of_functions_passes_its_tests() {
    if is_real() {
        let texts = fixture("django_functions");
        prove(&texts, "backend", &auth(&texts, &[("hash", "bcrypt")]).unwrap(), true);
    }
}
