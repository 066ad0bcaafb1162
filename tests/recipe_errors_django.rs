//! The `error-module` recipe for Django with the REST framework: what is written and exchanged,
//! what is refused, and on the real framework two backends of opposite habits.

use crate::{
    recipe_auth::without_each,
    recipe_auth_django, recipe_errors,
    recipe_remains::import_without_one,
    support::{
        backend::{
            Texts, assert_cited, fixture, folder_below, insert, is_real, run, text_of, with, write_tree,
        },
        grown::ask,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};
use std::path::Path;

const SERVICE: &str = "backend/store/services/product.py";

fn errors(texts: &Texts) -> Result<Proposal, ProposeError> {
    ask("error-module", texts, ("django", "django-orm"), &[])
}

/// The backend of functions whose service raises the framework's errors.
fn raising() -> Texts {
    let mut texts = fixture("django_functions");
    insert(
        &mut texts,
        SERVICE,
        "from store.models",
        "from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError\n\n",
    );
    let service = texts.get_mut(SERVICE).unwrap();
    *service = service.replace("import User\n\nfrom rest", "import User\nfrom rest");
    service.push_str("\n\ndef product_check(product: Product, seller: User) -> None:\n    if product.seller != seller:\n        raise PermissionDenied('this is not yours')\n    if not product.name:\n        raise NotFound(f'no product {product.pk}')\n    if product.price < 0:\n        raise ValidationError('this is no price')\n");
    texts
}

#[test]
fn the_handler_is_named_in_the_settings_and_services_raise_errors_of_the_domain() {
    let texts = raising();
    let proposal = errors(&texts).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "backend/shop/error_handlers.py",
            "backend/shop/errors.py",
            "backend/shop/settings.py",
            SERVICE,
            "backend/tests/test_error_handlers.py",
        ]
    );
    assert!(text_of(&proposal, "backend/shop/settings.py").ends_with(
        "\n\nREST_FRAMEWORK = {\n    'EXCEPTION_HANDLER': 'shop.error_handlers.exception_handler',\n}\n"
    ));
    let service = text_of(&proposal, SERVICE);
    assert!(service.contains("raise ForbiddenError('this is not yours')\n"), "{service}");
    assert!(service.contains("raise NotFoundError(f'no product {product.pk}')\n"), "{service}");
    assert!(service.contains("import ValidationError\n") && service.contains("from shop.errors import "));
    assert!(proposal.remarks.iter().any(|one| one.contains("answered as a list")), "{:?}", proposal.remarks);
    assert_cited(&proposal, &texts);
    let settings = errors(&fixture("django_app")).unwrap();
    let settings = text_of(&settings, "library/settings.py");
    assert!(settings.ends_with(
        "    \"PAGE_SIZE\": 20,\n    \"EXCEPTION_HANDLER\": \"library.error_handlers.exception_handler\",\n}\n"
    ));
}

#[test]
fn a_project_that_has_a_handler_of_errors_is_refused_with_where() {
    let texts = fixture("django_app");
    let taken = with(&texts, &errors(&texts).unwrap());
    match errors(&taken) {
        Err(ProposeError::Clash { what, place }) => {
            assert!(what.contains("library.error_handlers.exception_handler"), "{what}");
            assert!(place.starts_with("library/settings.py:"), "{place}");
        }
        other => panic!("{other:?}"),
    }
    let mut texts = fixture("django_app");
    let settings = texts.get_mut("library/settings.py").unwrap();
    *settings =
        settings.replace("REST_FRAMEWORK = {", "REST_FRAMEWORK = dict(**{").replace("20,\n}", "20,\n})");
    match errors(&texts) {
        Err(ProposeError::Input { what, hint }) => {
            assert!(what.contains("library/settings.py:"), "{what}");
            assert!(hint.contains("EXCEPTION_HANDLER"), "{hint}");
        }
        other => panic!("{other:?}"),
    }
}

/// Asks Django, lints, checks types and counts the tests; then lints without each hunk.
fn prove(texts: &Texts, root: &str, is_typed: bool) {
    let proposal = errors(texts).unwrap();
    let bin = recipe_auth_django::packages();
    let tool = |name: &str| bin.join(name).to_str().unwrap().to_owned();
    let folder = folder_below(bin.parent().unwrap());
    write_tree(folder.path(), texts, &[&proposal]);
    let root_folder = folder.path().join(root);
    let settings = [("PYTHONDONTWRITEBYTECODE", "1"), ("DATABASE_FILE", "proof.sqlite3")];
    let python = |arguments: &[&str]| run(&root_folder, &tool("python"), arguments, &settings, 300);
    python(&["manage.py", "check", "--fail-level", "WARNING"]);
    run(&root_folder, &tool("ruff"), &["format", "--no-cache", "--diff", "."], &[], 60);
    if is_typed {
        run(&root_folder, &tool("mypy"), &["."], &settings, 300);
    }
    let said = python(&["-m", "pytest", "-q", "-p", "no:cacheprovider"]);
    recipe_errors::assert_all_ran(&with(texts, &proposal), &said);
    let ruff = |root_folder: &Path| {
        run(root_folder, &tool("ruff"), &["check", "--no-cache", "."], &[], 60);
    };
    ruff(&root_folder);
    without_each(texts, root, &proposal, &bin, &ruff);
    import_without_one("errors of Django", texts, &proposal, &bin, root);
}

#[test]
fn errors_of_django_backends_pass_their_tests() {
    if is_real() {
        prove(&fixture("django_app"), "", false);
        prove(&raising(), "backend", true);
    }
}
